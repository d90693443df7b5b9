"""`python -m reports`: examine the claims, write evidence, judge, render; `python -m reports --help` has the commands beside it.

Exit codes: 0 all verdicts as pinned; 1 a verdict changed; 2 something is undecided that was not pinned so; 3 a usage or
input error, said in one line, with nothing lost.
"""

import os
import re
import sys
import traceback
from pathlib import Path

from reports.commands.recording import RECORDING

INPUT_ERROR = 3
ROOT = Path(__file__).resolve().parents[1]
ONE_OF_SEVERAL = "\n  "  # before each mistake of a file that has more than one
HELP = ("-h", "--help")


def main() -> int:
    """Run the command line, and end well where what it says can be written nowhere."""
    _let_nothing_be_unspeakable()
    code = 0
    try:
        code = _asked()
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # rich leaves by the door where a pipe is closed
        _say_no_more()
        return _sorry("whoever read the output has gone, so not all of it was said")
    except OSError as problem:
        _say_no_more()
        return code or _sorry(f"the output could not be written: {problem.strerror}")
    return code


def _say_no_more() -> None:
    """Let what is still to be flushed at the end go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _let_nothing_be_unspeakable() -> None:
    """A sign that a pipe's code page has not is written as its escape; where a stream is closed, only words are lost."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  as long as the program runs
        else:
            stream.reconfigure(errors="backslashreplace")


def _asked() -> int:
    """Do what was asked for, and translate what went wrong into a line and an exit code."""
    if sys.argv[1:2] and sys.argv[1] in RECORDING:  # before anything is imported that a bare machine has not
        return _record(*sys.argv[1:])
    try:
        import click
    except ModuleNotFoundError as problem:
        return _missing(problem)
    try:
        from reports.command import command

        return int(command(prog_name="python -m reports", standalone_mode=False) or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as problem:
        return _sorry(problem.format_message())
    except (KeyboardInterrupt, click.Abort):
        return _sorry("interrupted; the last whole record is still in place")
    except ModuleNotFoundError as problem:
        return _missing(problem)
    except BrokenPipeError:
        raise
    except (OSError, SyntaxError) as problem:
        return _sorry(_of_a_file(problem))
    except Exception as problem:
        from concurrent.futures import BrokenExecutor

        from claims.evidence.codec import NotStorable
        from claims.evidence.evidence import EvidenceError
        from claims.kit.claim import ClaimError
        from reports.running.elsewhere.cluster import ClusterError

        if isinstance(problem, ClaimError | ClusterError | EvidenceError | NotStorable):
            return _sorry(str(problem))
        if isinstance(problem, BrokenExecutor):
            return _sorry("a worker process died, for want of memory perhaps; --workers 1 needs least")
        traceback.print_exc()
        return _sorry("that was a fault of the program, not of a claim; no verdict follows from it")


def _record(what: str, *arguments: str) -> int:
    if any(one in HELP for one in arguments):
        print(RECORDING[what])
        return 0
    if what == "record-hardware":
        if arguments:  # before torch is loaded
            return _sorry(f"record-hardware takes no arguments, and was given {' '.join(arguments)}")
        from reports.running.hardware import main as record_hardware

        return record_hardware()
    from reports.running.libraries import main as record_libraries

    return record_libraries(list(arguments))


def _missing(problem: ModuleNotFoundError) -> int:
    return _sorry(f"the package {problem.name} is missing: tox run -e verify installs what is needed")


def _of_a_file(problem: OSError | SyntaxError) -> str:
    if isinstance(problem, OSError):
        return f"{problem.filename or 'disk'}: {problem.strerror or problem}"
    line = f":{problem.lineno}" if problem.lineno else ""
    file = str(problem.filename).removeprefix(f"{ROOT}/")  # as all other mistakes are told
    return f"{file}{line}: {problem.msg}; mend the file"


def _sorry(line: str) -> int:
    """One line, and one more for each of several mistakes, whatever a name or a message has in it: what cannot be printed is
    shown as its escape."""
    told = [re.sub(r"\s*\n\s*", " ", one) for one in line.split(ONE_OF_SEVERAL)]
    shown = ["".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in one) for one in told]
    print(f"reports: {ONE_OF_SEVERAL.join(shown)}", file=sys.stderr)
    return INPUT_ERROR


if __name__ == "__main__":
    sys.exit(main())
