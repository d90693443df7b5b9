"""Claims in the books, decks and exercises of others: Sphinx with MyST-Parser, mystmd, LaTeX, nbgrader and otter."""

import html
import json
import os
import re
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec

import nbformat
import pytest

from claims.evidence.keys import ROOT
from reports.books import write_books
from reports.text.wording import ICONS
from tests.consumers.test_banks import RECORD, needed
from tests.reports.test_banks import hostile
from tests.reports.test_exercise import LISTED, SEARCHED, exercise

SHOWN = [f"{ICONS[one.verdict]} {one.verdict}" for one in RECORD.claims]
ADDRESS = "https://example.org/report"
HERE = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))}


def module(name, *arguments, cwd, env=HERE):
    """A tool of this Python; the test is skipped where it has none."""
    if not find_spec(name.partition(".")[0]):
        pytest.skip(f"{name} is not installed")
    return subprocess.run([sys.executable, "-m", name, *map(str, arguments)], cwd=cwd, env=env, capture_output=True, text=True)


@pytest.fixture
def site(tmp_path):
    """What a run writes for books."""
    write_books(RECORD, tmp_path / "site")
    return tmp_path / "site"


def test_sphinx_and_myst_parser_link_each_claim_with_its_verdict(site, tmp_path):
    if not find_spec("myst_parser"):
        pytest.skip("myst-parser is not installed")
    book = tmp_path / "book"
    book.mkdir()
    mapping = {"claims": (f"{ADDRESS}/", str(site / "objects.inv"))}
    (book / "conf.py").write_text(
        f"project = 'A book'\nextensions = ['sphinx.ext.intersphinx', 'myst_parser']\nintersphinx_mapping = {mapping!r}\n"
    )
    listed = "\n".join(f"* :external+claims:ref:`{one.id}`" for one in RECORD.claims)
    (book / "index.rst").write_text(f"A book\n======\n\n{listed}\n\n.. toctree::\n\n   myst\n")
    (book / "myst.md").write_text("# MyST\n\n" + "\n".join(f"- [](inv:claims#{one.id})" for one in RECORD.claims) + "\n")
    done = module("sphinx", "-q", "-n", "-W", "-b", "html", book, tmp_path / "out", cwd=tmp_path)

    assert done.returncode == 0, done.stderr[-2000:]
    wanted = [(f"{ADDRESS}/claims/{one.id}.html", words) for one, words in zip(RECORD.claims, SHOWN, strict=True)]
    for page in ("index.html", "myst.html"):
        text = (tmp_path / "out" / page).read_text()
        links = re.findall(r'<a class="reference external" href="([^"]+)"[^>]*>(.*?)</a>', text)
        links = [(address, html.unescape(re.sub("<.*?>", "", words))) for address, words in links]
        assert [one for one in links if one[0].startswith(ADDRESS)] == wanted, page


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it leaves its file open
def test_quartos_interlinks_get_each_claim_with_its_verdict(site, tmp_path):
    """As far as Python goes: quartodoc takes the inventory down for Quarto, which is no package and is not tried."""
    if not find_spec("quartodoc"):
        pytest.skip("quartodoc is not installed")
    from quartodoc.inventory import convert_inventory

    convert_inventory(str(site / "objects.inv"), str(tmp_path / "claims_objects.json"))
    found = json.loads((tmp_path / "claims_objects.json").read_text(encoding="utf-8"))["items"]
    wanted = [(one.id, f"claims/{one.id}.html", words) for one, words in zip(RECORD.claims, SHOWN, strict=True)]
    assert sorted((one["name"], one["uri"], one["dispname"]) for one in found) == sorted(wanted)


def test_mystmd_links_a_claim_of_each_verdict(site, tmp_path):
    myst, book = needed("myst"), tmp_path / "book"
    book.mkdir()
    server = ThreadingHTTPServer(("localhost", 0), partial(SimpleHTTPRequestHandler, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = "http://{}:{}".format(*server.server_address)
    chosen = list({one.verdict: one for one in RECORD.claims}.values())
    references = json.dumps({"claims": {"url": address}})
    (book / "myst.yml").write_text(f"version: 1\nproject:\n  title: A book\n  references: {references}\n")
    (book / "index.md").write_text("# A book\n\n" + "\n".join(f"- [](xref:claims#{one.id})" for one in chosen) + "\n")
    try:
        done = subprocess.run([myst, "build", "index.md", "--md", "--ci"], cwd=book, capture_output=True, text=True, timeout=300)
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 0, done.stdout[-2000:]
    text = (book / "_build" / "exports" / "index.md").read_text()
    for one in chosen:
        assert f"[{ICONS[one.verdict]} {one.verdict}]({address}/claims/{one.id}.html)" in text


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_latex_prints_every_claim_and_the_deck(engine, site):
    latex = needed(engine)
    lines = [
        rf"\claim{{{one.id}}} \claimverdict{{{one.id}}}: \claimsays{{{one.id}}} \claimteach{{{one.id}}}\par"
        for one in RECORD.claims
    ]
    head = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{lmodern}\usepackage{hyperref}\usepackage{checked-claims}"
    body = "\n".join([head, rf"\claimsaddress{{{ADDRESS}/}}", r"\begin{document}", *lines, r"\end{document}"])
    (site / "all.tex").write_text(body)
    for name in ("all", "checked-claims-example"):
        done = subprocess.run(
            [latex, "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"], cwd=site, capture_output=True
        )  # fmt: skip
        said = done.stdout.decode(errors="replace")
        assert done.returncode == 0, said[-2000:]
        assert "Missing character" not in said
        assert "checked-claims Warning" not in said
        assert (site / f"{name}.pdf").stat().st_size > 10_000


def test_latex_prints_hostile_words(tmp_path):
    latex, record = needed("pdflatex"), hostile()
    write_books(record, tmp_path / "site")
    line = "".join(rf"\claimsays{{{one.id}}} \claimteach{{{one.id}}}\par" for one in record.claims)
    (tmp_path / "site" / "all.tex").write_text(
        rf"\documentclass{{article}}\usepackage{{checked-claims}}\begin{{document}}{line}\end{{document}}"
    )
    done = subprocess.run(
        [latex, "-interaction=nonstopmode", "-halt-on-error", "all.tex"], cwd=tmp_path / "site", capture_output=True
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]


def test_latex_warns_of_a_claim_that_is_not_there(site):
    latex = needed("pdflatex")
    (site / "one.tex").write_text(
        r"\documentclass{article}\usepackage{checked-claims}\begin{document}\claim{no.such}\end{document}"
    )
    done = subprocess.run([latex, "-interaction=nonstopmode", "one.tex"], cwd=site, capture_output=True)
    assert b"there is no claim 'no.such'" in done.stdout


@pytest.mark.parametrize("id", [SEARCHED, LISTED])
def test_nbgrader_validates_the_teachers_copy_and_not_a_case_that_holds(id, tmp_path):
    made = exercise(id)
    nbformat.write(made, tmp_path / "right.ipynb")
    for cell in made.cells:
        if "# BEGIN SOLUTION" in cell.source:
            cell.source = "case = dict(example)"
    nbformat.write(made, tmp_path / "wrong.ipynb")

    right = module("nbgrader", "validate", "right.ipynb", cwd=tmp_path)
    assert "Success! Your notebook passes all the tests." in right.stdout, right.stdout + right.stderr[-2000:]
    wrong = module("nbgrader", "validate", "wrong.ipynb", cwd=tmp_path)
    assert "Success" not in wrong.stdout
    assert "the statement holds in this case" in wrong.stdout


def test_nbgrader_gives_students_no_answer(tmp_path):
    (tmp_path / "source" / "one").mkdir(parents=True)
    nbformat.write(exercise(SEARCHED), tmp_path / "source" / "one" / "exercise.ipynb")
    done = module("nbgrader", "generate_assignment", "one", cwd=tmp_path)

    assert done.returncode == 0, done.stderr[-2000:]
    text = (tmp_path / "release" / "one" / "exercise.ipynb").read_text()
    assert "YOUR CODE HERE" in text
    assert "stored = Case" not in text
    assert "assert falls(**case)" in text


@pytest.mark.parametrize("id", [SEARCHED, LISTED])
def test_otter_assigns_the_exercise_and_its_own_answer_passes(id, tmp_path):
    nbformat.write(exercise(id), tmp_path / "exercise.ipynb")
    done = module("otter", "assign", "-v", "exercise.ipynb", "out", cwd=tmp_path)

    assert done.returncode == 0, done.stderr[-3000:]
    assert "All autograder tests passed" in done.stderr + done.stdout
    text = (tmp_path / "out" / "student" / "exercise.ipynb").read_text()
    assert "stored = Case" not in text
    assert 'grader.check(\\"counterexample\\")' in text
