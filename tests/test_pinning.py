"""What tox installs: each package in one version, its files by their hashes; the oldest allowed; the newest there are."""

import configparser
import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.pinning import LIST, LISTS, ROOT, declared, groups, latest, lists, lowest, oldest, pinned, wanted

AGAIN = "tox run -e pins writes requirements/ anew"
HASH = re.compile(r"sha256:[0-9a-f]{64}")
OF_TORCH = re.compile(r"torch|nvidia-.*|triton")

each = pytest.mark.parametrize("name", lists())


@each
def test_a_list_has_what_its_groups_ask_for_in_a_version_that_they_allow(name):
    listed = pinned(name)

    assert [str(one) for one in wanted(name) if canonicalize_name(one.name) not in listed] == [], AGAIN
    assert [str(one) for one in wanted(name) if listed[canonicalize_name(one.name)][0] not in one.specifier] == [], AGAIN


@each
def test_every_file_of_a_package_has_its_hash_and_torch_is_in_no_list(name):
    found = {package: hashes for package, (_, hashes) in pinned(name).items()}

    assert len(found) >= len(wanted(name))
    assert [package for package, hashes in found.items() if not hashes or not all(map(HASH.fullmatch, hashes))] == []
    assert [package for package in found if OF_TORCH.fullmatch(package)] == []


@each
def test_a_list_names_no_registry(name):
    assert "://" not in (LISTS / f"{name}.txt").read_text(encoding="utf-8")


def test_lists_agree_on_versions_but_for_what_one_of_them_forbids():
    """The tests ask for an older rich than the rest; and the libraries stand in an environment of their own."""
    seen = {}
    for name in lists():
        if name != "libraries":
            for package, (version, _) in pinned(name).items():
                seen.setdefault(package, set()).add(version)

    assert {package for package, versions in seen.items() if len(versions) > 1} <= {"rich"}


def test_what_is_oldest_and_what_is_named_follow_from_the_groups():
    assert (LISTS / "oldest.txt").read_text(encoding="utf-8") == oldest(), AGAIN
    assert (LISTS / "latest.txt").read_text(encoding="utf-8") == latest(), AGAIN


@pytest.mark.parametrize("name", ["oldest", "latest"])
def test_the_oldest_and_the_newest_have_all_that_the_tests_ask_for(name):
    there = {Requirement(line).name for line in (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()[1:]}

    assert {one.name for one in groups("run", "dask", "tests")} == there


@pytest.mark.parametrize(("asked", "version"), [("a>=1.2", "1.2"), ("a==3.*", "3"), ("a==2.13.*", "2.13"), ("a==6.1.5", "6.1.5")])
def test_the_lowest_version_is_the_one_that_is_named(asked, version):
    assert lowest(Requirement(asked)) == Version(version)
    assert lowest(Requirement(asked)) in Requirement(asked).specifier


@pytest.mark.parametrize("asked", ["a", "a<3", "a!=2"])
def test_what_names_no_lowest_version_is_told(asked):
    with pytest.raises(ValueError, match=r"write one into pyproject\.toml"):
        lowest(Requirement(asked))


def test_every_environment_of_tox_installs_a_list_of_all_its_groups():
    read = configparser.ConfigParser(interpolation=None)
    read.read(ROOT / "tox.ini", encoding="utf-8")
    own = [section for section in read.sections() if read[section].get("dependency_groups")]
    without = [section for section in own if not LIST.search({**read["testenv"], **read[section]}["deps"])]

    assert without == []
    assert {"verify", "tests", "lint", "types", "libraries"} <= lists().keys()
    assert {one for asked in lists().values() for one in asked} == set(declared()), "a group that nobody installs"


def test_tests_and_whatever_else_installs_a_list_get_the_groups_of_both():
    assert set(lists()["tests"]) >= {"run", "tests"}
    assert lists()["verify"] == ("run",)
