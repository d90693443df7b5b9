"""`python -m reports`: examine the claims, write evidence, judge, render. `python -m reports record-hardware`: time this machine.
`python -m reports record-libraries`: ask the libraries that are installed what they compute.
`python -m reports locate FILE "phrase"`: where a passage of the essay stands, for `claims/passages.toml`.
`python -m reports new ID`: write a claim to fill in.

Exit codes: 0 all verdicts as pinned; 1 a verdict changed; 2 something is undecided that was not pinned so; 3 a usage or
input error, said in one line, with nothing lost.
"""

import importlib
import sys
import traceback

INPUT_ERROR = 3
RECORDING = (["record-hardware"], ["record-libraries"])
WITH_ARGUMENTS = {"locate": "reports.essay.locate", "new": "reports.commands.new"}  # and where each is


def main() -> int:
    """Run the command line and translate what went wrong into a line and an exit code."""
    if sys.argv[1:2] in RECORDING:  # before anything is imported that a bare machine has not
        return _record(*sys.argv[1:])
    try:
        import click
    except ModuleNotFoundError as problem:
        return _missing(problem)
    try:
        if (name := next(iter(sys.argv[1:]), "")) in WITH_ARGUMENTS:
            asked = getattr(importlib.import_module(WITH_ARGUMENTS[name]), name)
            return int(asked(sys.argv[2:], prog_name=f"python -m reports {name}", standalone_mode=False) or 0)
        from reports.command import command

        return int(command(standalone_mode=False) or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as problem:
        return _sorry(problem.format_message())
    except (KeyboardInterrupt, click.Abort):
        return _sorry("interrupted; the last whole record is still in place")
    except ModuleNotFoundError as problem:
        return _missing(problem)
    except (OSError, SyntaxError) as problem:
        return _sorry(_of_a_file(problem))
    except Exception as problem:
        from concurrent.futures import BrokenExecutor

        from claims.evidence.codec import NotStorable
        from claims.evidence.evidence import EvidenceError
        from claims.kit.claim import ClaimError

        if isinstance(problem, ClaimError | EvidenceError | NotStorable):
            return _sorry(str(problem))
        if isinstance(problem, BrokenExecutor):
            return _sorry("a worker process died, for want of memory perhaps; --workers 1 needs least")
        traceback.print_exc()
        return _sorry("that was a fault of the program, not of a claim; no verdict follows from it")


def _record(what: str, *arguments: str) -> int:
    if what == "record-hardware":
        from reports.running.hardware import main as record_hardware

        return record_hardware(list(arguments))
    from reports.running.libraries import main as record_libraries

    return record_libraries(list(arguments))


def _missing(problem: ModuleNotFoundError) -> int:
    return _sorry(f"the package {problem.name} is missing: tox run -e verify installs what is needed")


def _of_a_file(problem: OSError | SyntaxError) -> str:
    if isinstance(problem, OSError):
        return f"{problem.filename or 'disk'}: {problem.strerror or problem}"
    line = f":{problem.lineno}" if problem.lineno else ""
    return f"{problem.filename}{line}: {problem.msg}; mend the file"


def _sorry(line: str) -> int:
    print(f"reports: {line}", file=sys.stderr)
    return INPUT_ERROR


if __name__ == "__main__":
    sys.exit(main())
