"""Texts to learn from: each is a folder with claims, facts and a report of its own, run by `--text FOLDER`."""
