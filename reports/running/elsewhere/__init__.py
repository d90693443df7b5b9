"""Readings and training runs on other machines, by Dask: who may help, what they are given, and what comes of it."""
