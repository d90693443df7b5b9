"""Brings the tools that `tests/consumers/` tries into the environment that runs this, as far as they are to be had, and says
which are not: a test whose tool is not there is skipped. `docs/consumers.md` has the versions that were tried."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

FROM_PYPI = ("pypandoc-binary", "nbconvert", "anki", "text2qti", "sphinx", "myst-parser", "nbgrader", "otter-grader", "quartodoc")
FROM_NPM = ("citeproc", "vnu-jar", "gift-pegjs", "mystmd", "canonicalize")
FROM_DEBIAN = (
    "nodejs", "npm", "default-jre-headless", "poppler-utils", "lmodern", "biber", "texlive-latex-base",
    "texlive-latex-recommended", "texlive-latex-extra", "texlive-bibtex-extra", "texlive-publishers",
)  # fmt: skip
NODE = Path(sys.prefix) / "npm"  # below which NODE_PATH is to look


def install() -> list[str]:
    """Install all, and return what could not be."""
    return [*_from_debian(), *_from_pypi(), *_from_npm()]


def _from_debian() -> list[str]:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return [one for one in ("node", "npm", "java", "biber", "pdflatex", "pdftotext") if not shutil.which(one)]
    _done(["apt-get", "update", "-qq"])
    quiet = ["apt-get", "install", "-qq", "-y", "--no-install-recommends"]
    return [] if _done([*quiet, *FROM_DEBIAN]) else [one for one in FROM_DEBIAN if not _done([*quiet, one])]


def _from_pypi() -> list[str]:
    """Each for itself, and none may change the version of anything that is there: verdicts are made with these."""
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "there.txt"
        there.write_bytes(subprocess.run([sys.executable, "-m", "pip", "freeze", "-q"], capture_output=True, check=True).stdout)
        pip = [sys.executable, "-m", "pip", "install", "-q", "-c", str(there)]
        return [one for one in FROM_PYPI if not _done([*pip, one])]


def _from_npm() -> list[str]:
    """Their programs stand beside Python's."""
    npm = shutil.which("npm")
    missing = [one for one in FROM_NPM if not npm or not _done([npm, "install", "--silent", "--prefix", str(NODE), one])]
    for program in (NODE / "node_modules" / ".bin").glob("*"):
        beside = Path(sys.prefix) / "bin" / program.name
        if not beside.exists():
            beside.symlink_to(program)
    return missing


def _done(command: Sequence[str]) -> bool:
    """Whether it succeeded. What it says stands on the error stream."""
    return (
        subprocess.run(command, stdout=sys.stderr, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, check=False).returncode
        == 0
    )


if __name__ == "__main__":
    gone = install()
    print(f"Could not be installed: {', '.join(gone)}." if gone else "All tools were installed.")
