"""`tox run -e pins` writes `requirements/`: what each environment of tox installs, to the file.

A list of an environment has every package that its groups in `pyproject.toml` lead to, in the one version that the project was
tried with, and the hashes of all its files; pip takes none but these. torch comes after it and without hashes: which of its
builds a machine gets (for its processor alone, or with CUDA and the packages that brings) is for the machine to say.

`oldest.txt` has the lowest version that a group allows of each package it names, `latest.txt` the names alone.
"""

import configparser
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
LISTS = ROOT / "requirements"
LIST = re.compile(r"^linux: -r requirements/(\w+)\.txt$", re.MULTILINE)
BESIDE_TORCH = ["filelock", "fsspec", "jinja2", "networkx", "setuptools", "sympy", "typing-extensions"]  # in all its builds
OPTIONS = ["--quiet", "--generate-hashes", "--strip-extras", "--allow-unsafe", "--no-annotate", "--no-emit-options", "--upgrade"]
HEADS = {
    "oldest": "# The lowest versions that pyproject.toml allows; tox run -e pins writes this.\n",
    "latest": "# All packages of the tests, in whichever version is the newest; tox run -e pins writes this.\n",
}


@cache
def lists() -> Mapping[str, Sequence[str]]:
    """The groups of each list: those of all environments in `tox.ini` that install it."""
    read = configparser.ConfigParser(interpolation=None)
    read.read(ROOT / "tox.ini", encoding="utf-8")
    found: dict[str, dict[str, None]] = {}
    for section in (one for one in read.sections() if one.startswith("testenv")):
        given = {**read["testenv"], **read[section]}
        named = LIST.search(given["deps"])
        asked = [one.strip() for one in given["dependency_groups"].split(",") if one.strip()]
        if named and asked:
            found.setdefault(named[1], {}).update(dict.fromkeys(asked))
    return {name: tuple(asked) for name, asked in found.items()}


def groups(*names: str) -> list[Requirement]:
    """What these groups ask for, each requirement once."""
    listed = declared()
    return [Requirement(one) for one in dict.fromkeys(one for name in names for one in listed[name])]


def declared() -> Mapping[str, Sequence[str]]:
    """All groups of `pyproject.toml`."""
    found: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    return found


def lowest(one: Requirement) -> Version:
    """The lowest version that is allowed. ValueError where there is no telling."""
    for part in one.specifier:
        if part.operator in ("==", ">="):
            return Version(part.version.removesuffix(".*"))
    raise ValueError(f"{one} names no lowest version; write one into pyproject.toml")


def oldest() -> str:
    """`oldest.txt`."""
    found: dict[str, Version] = {}
    for one in groups(*lists()["tests"]):
        found[one.name] = max(lowest(one), found.get(one.name, Version("0")))
    return HEADS["oldest"] + "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))


def latest() -> str:
    """`latest.txt`."""
    return HEADS["latest"] + "".join(f"{name}\n" for name in sorted({one.name for one in groups(*lists()["tests"])}))


def pinned(name: str) -> dict[str, tuple[Version, list[str]]]:
    """What a list has: by its name, the version of a package and its hashes."""
    text = (LISTS / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {
        canonicalize_name(package): (Version(version), [one.removeprefix("--hash=") for one in hashes])
        for (package, version), hashes in ((row[0].split("=="), row[1:]) for row in rows)
    }


def wanted(name: str) -> list[Requirement]:
    """What pip is asked for when a list is made."""
    asked = groups(*lists()[name])
    beside = [Requirement(one) for one in BESIDE_TORCH] if any(one.name == "torch" for one in asked) else []
    return [one for one in asked if one.name != "torch"] + beside


def _compile(name: str, kept: Sequence[str]) -> None:
    """By pip-compile. Versions that were kept stay; without them everything is brought up to date."""
    constraints = LISTS / ".kept.txt"
    constraints.write_text("\n".join(kept) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, "--no-emit-index-url", "--no-emit-find-links"]
    command += ["--no-emit-trusted-host", f"--constraint={constraints}", f"--output-file={LISTS / name}.txt", "-"]
    asked = "".join(f"{one}\n" for one in wanted(name))
    known = os.environ | {"CUSTOM_COMPILE_COMMAND": "tox run -e pins"}
    try:
        subprocess.run(command, input=asked, text=True, env=known, check=True)
    finally:
        constraints.unlink()


def _kept(name: str) -> Iterator[str]:
    if (LISTS / f"{name}.txt").exists():
        allowed = {canonicalize_name(one.name): one.specifier for one in wanted(name)}
        for package, (version, _) in pinned(name).items():
            if package not in allowed or version in allowed[package]:
                yield f"{package}=={version}"


def main() -> None:
    """Write all lists: with `--upgrade` every package in the newest version that is allowed, else in the one it has."""
    LISTS.mkdir(exist_ok=True)
    for name, text in (("oldest", oldest()), ("latest", latest())):
        (LISTS / f"{name}.txt").write_text(text, encoding="utf-8")
    for name in lists():
        _compile(name, [] if "--upgrade" in sys.argv else list(_kept(name)))
        print(f"requirements/{name}.txt: {len(pinned(name))} packages", flush=True)


if __name__ == "__main__":
    main()
