"""`python -m impls.elsewhere NAME`: ask one library everything; its answers go to stdout as JSON, what is under way to stderr."""

import importlib
import json
import os
import sys

from impls.elsewhere import ADAPTERS


def main(name: str) -> None:
    """Environment first: some libraries read theirs when they are imported."""
    module, environment = ADAPTERS[name]
    os.environ.update(environment)
    import torch

    from impls.questions.recording import recording

    torch.set_num_threads(1)
    library = importlib.import_module(f"impls.elsewhere.{module}").LIBRARY
    answers = recording(name, library, say=lambda line: print(line, file=sys.stderr))
    json.dump(answers, sys.stdout, separators=(",", ":"), allow_nan=False)


if __name__ == "__main__":
    main(sys.argv[1])
