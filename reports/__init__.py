"""From claims to a report: examine, judge, record, render. `python -m reports --help` lists what it can do."""
