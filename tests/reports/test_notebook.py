"""The notebook: it runs from anywhere in the checkout, replays what is stored, and can be edited."""

import json
from dataclasses import replace

import msgspec
import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient

from claims import every_claim
from claims.evidence.evidence import read_evidence
from claims.evidence.keys import ROOT
from impls.recurrent.elman import Elman
from reports.classroom.notebook import notebook_as_json
from reports.classroom.sources import editable, import_of, written_as
from reports.record.record import read_record
from tests import toys
from tests.reports.made import HOSTILE
from tests.reports.running import ALL_PINNED

REPORTS = ROOT / "reports"
RUN = {
    "a search": "gradients.eigenvalues-multiply",
    "every case": "sequential.chain-diagram",
    "trials": "promise.short-works-long-fails",
}


def real(id):
    """A claim of the essay, with what the last run saw of it."""
    claim = next(one for one in every_claim() if one.id == id)
    return claim, read_record(REPORTS / "verdicts.json"), read_evidence(REPORTS / "evidence" / f"{id}.json")


def book(claim, record, evidence, folder=REPORTS):
    return nbformat.reads(notebook_as_json(claim, record, evidence, folder), 4)


def code(made):
    return [cell.source for cell in made.cells if cell.cell_type == "code"]


def printed(made):
    return "".join(out.get("text", "") for cell in made.cells for out in cell.get("outputs", []))


@pytest.mark.parametrize("engine", RUN)
def test_it_runs_below_the_checkout_and_replays_what_is_stored(engine):
    claim, record, evidence = real(RUN[engine])
    made = book(claim, record, evidence)
    NotebookClient(
        made, timeout=300, startup_timeout=300, resources={"metadata": {"path": str(ROOT / "tests" / "reports")}}
    ).execute()

    said = printed(made)
    assert claim.says in said
    assert all(one.name in said for one in claim.readings)
    for one in evidence.readings:
        if one.engine != "trials" and one.role in ("as written", "witness") and (case := one.counterexample):
            assert f"→ {case.says}" in said
        if one.engine == "trials":
            assert f"{one.name}: {one.outcome}, {one.wins} of {one.cases} seeds" in said
    assert "→" in said


def of_a_toy(reports, claim, **changed):
    """The notebook of a toy, after an examination, with these changes to its record."""
    reports.examine()
    record = read_record(reports.record)
    told = [msgspec.structs.replace(one, **changed) if one.id == claim.id else one for one in record.claims]
    evidence = read_evidence(reports.folder / "evidence" / f"{claim.id}.json")
    return book(claim, msgspec.structs.replace(record, claims=told), evidence, reports.folder)


def test_values_and_domain_stand_in_the_cells_as_they_can_be_edited(reports):
    cells = code(of_a_toy(reports, toys.qualified))
    assert any('arguments["n"] = 12\n' in cell for cell in cells)
    (search,) = (cell for cell in cells if "@given" in cell)
    assert "from tests.toys import reading, whole\n" in search
    assert "\nmine = reading(n=whole(0, 1000))\n" in search
    assert '# mine = claim.reading("the numbers go up to ten")  # amended: held\n' in search


def test_an_edited_domain_is_searched(reports, capsys):
    names = {}
    cells = code(of_a_toy(reports, toys.qualified))
    for cell in cells:
        exec(compile(cell.replace("whole(0, 1000)", "whole(0, 500)"), "cell", "exec"), names)
    assert "n = 11\n" in capsys.readouterr().out  # the smallest, shrunk
    exec(compile(cells[-1].replace("whole(0, 1000)", "whole(0, 10)"), "cell", "exec"), names)
    assert "No counterexample" in capsys.readouterr().out


def test_text_of_the_record_is_no_markup_and_no_code(reports):
    made = of_a_toy(reports, toys.qualified, says=HOSTILE, why=f"```\n# %%\n{HOSTILE}", teach=HOSTILE, not_shown=HOSTILE)
    told = "".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
    assert "&lt;script&gt;" in told
    assert "<script>" not in told
    assert not any("alert" in cell for cell in code(made))


def test_the_same_claim_gives_the_same_bytes_and_ids_are_unique():
    claim, record, evidence = real("gradients.eigenvalues-multiply")
    text = notebook_as_json(claim, record, evidence, REPORTS)
    assert text == notebook_as_json(claim, record, evidence, REPORTS)
    ids = [cell["id"] for cell in json.loads(text)["cells"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("claim", [one for one in every_claim() if not one.fact], ids=lambda one: one.id)
def test_every_claim_is_imported_by_its_name_and_its_domain_is_what_its_code_says(claim):
    names = {}
    exec(import_of(claim), names)
    assert names["claim"] is claim
    if found := written_as(claim):
        text, used = found
        module = __import__(claim.defined_at.partition(":")[0].removesuffix(".py").replace("/", "."), fromlist=used)
        mine = eval(text, {name: getattr(module, name) for name in used})
        assert mine.words == claim.readings[0].words


@pytest.mark.parametrize("value", [
    3, -0.5, float("inf"), "a \"word\"", True, [1, 2], [], (1,), (), np.array([[1.0, 2.0]]), np.array([1.0], dtype=np.float32),
    [np.eye(2), np.zeros((1, 2))], torch.tensor([[0.5]], dtype=torch.float64),
], ids=repr)  # fmt: skip
def test_an_editable_value_is_that_value(value):
    again = eval(editable(value, "it"), {"np": np, "torch": torch, "it": value})
    assert type(again) is type(value)
    assert repr(again) == repr(value)


def test_of_a_record_those_fields_can_be_edited_that_can_be_written_down():
    network = Elman(torch.eye(2, dtype=torch.float64), torch.ones(2, 1, dtype=torch.float64), torch.zeros(2, dtype=torch.float64))
    text = editable(network, "it")
    again = eval(text, {"np": np, "torch": torch, "replace": replace, "it": network})
    assert torch.equal(again.W_h, network.W_h)
    assert "W_h=torch" in text
    assert editable(len, "it") is None
    assert editable([len], "it") is None
    assert editable(np.zeros(1000), "it") is None  # too many to edit


def test_the_command_writes_it_and_names_what_is_near(reports):
    reports.examine()
    code, said, _ = reports.run("--notebook", "toys.numbers-are-small")
    path = reports.folder / "site" / "notebooks" / "toys.numbers-are-small.ipynb"
    assert code == ALL_PINNED
    assert str(path) in said
    nbformat.validate(nbformat.read(path, 4))
    assert "did you mean toys.numbers-are-small?" in reports.refuses("--notebook", "toys.number-are-small")
