"""Every page of the report in the hands of vnu, the validator of the W3C, and a notebook in those of nbconvert."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from claims.evidence.evidence import read_evidence
from claims.evidence.keys import ROOT
from claims.texts import the_text
from reports.classroom.handout import handout_as_html
from reports.classroom.slides import slides_as_html
from reports.essay.page import copy_as_html, read_copy
from reports.pages.pages import Pages, write_site
from reports.pages.upkeep import sources_of
from tests.consumers.test_citations import needed
from tests.reports import test_essay
from tests.reports.test_light_consumers import COMMITTED

EVIDENCE = {one.id: read_evidence(ROOT / "reports" / "evidence" / f"{one.id}.json") for one in COMMITTED.claims}


def complaints(folder):
    """What vnu says is an error, page by page; what it only advises is left out."""
    java = needed("java")
    found = [
        Path(one) / "vnu-jar" / "build" / "dist" / "vnu.jar" for one in os.environ.get("NODE_PATH", "").split(os.pathsep) if one
    ]
    jar = next((one for one in found if one.is_file()), None) or pytest.skip("vnu-jar is not installed where NODE_PATH says")
    asked = [java, "-jar", jar, "--skip-non-html", "--format", "json", folder]
    told = json.loads(subprocess.run(asked, capture_output=True, check=False).stderr)["messages"]
    return [f"{Path(one['url']).name}: {one['message']}" for one in told if one["type"] != "info"]


def test_vnu_finds_no_error_on_any_page(tmp_path):
    bibliography = the_text().bibliography
    start = write_site(COMMITTED, EVIDENCE, tmp_path, bibliography)
    sources, essay = sources_of(bibliography), tmp_path / "essay.md"
    essay.write_text(test_essay.OWLS, encoding="utf-8")
    on_demand = {
        "single": Pages(COMMITTED, EVIDENCE, sources).single(), "handout": handout_as_html(COMMITTED),
        "slides": slides_as_html(COMMITTED, EVIDENCE, sources), "essay": copy_as_html(read_copy(essay), COMMITTED),
        "placed": copy_as_html(test_essay.copy(test_essay.OWLS), COMMITTED),
    }  # fmt: skip
    for name, text in on_demand.items():
        (start.parent / f"{name}.html").write_text(text, encoding="utf-8")

    assert len(list(start.parent.rglob("*.html"))) > len(COMMITTED.claims) + len(on_demand)
    assert complaints(start.parent) == []


def test_vnu_finds_what_is_wrong(tmp_path):
    page = "<!doctype html><html lang=en><head><title>t</title></head><body><span><pre>x</pre></span></body></html>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")

    assert len(complaints(tmp_path)) == 1


def test_nbconvert_makes_a_program_of_a_notebook(tmp_path):
    if not find_spec("nbconvert"):
        pytest.skip("nbconvert is not installed")
    id = COMMITTED.claims[0].id
    shutil.copytree(ROOT / "reports" / "evidence", tmp_path / "evidence", ignore=shutil.ignore_patterns("runs"))
    shutil.copy(ROOT / "reports" / "verdicts.json", tmp_path)
    for command in (
        ["reports", "notebook", id, "--out", tmp_path],
        ["nbconvert", "--to", "script", tmp_path / "site/notebooks" / f"{id}.ipynb"],
    ):
        done = subprocess.run([sys.executable, "-m", *map(str, command)], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    (program,) = (tmp_path / "site" / "notebooks").glob("*.py")

    assert program.stem == id
    compile(program.read_text(encoding="utf-8"), program.name, "exec")
