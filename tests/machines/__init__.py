"""Runs by real schedulers and workers of Dask, each a process: `tox run -e machines`; `python -m tests.machines.kills` kills them."""
