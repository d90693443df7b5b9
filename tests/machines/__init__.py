"""Runs by real schedulers and workers of Dask, each a process: `tox run -e machines`; `tests.machines.kills` kills them."""
