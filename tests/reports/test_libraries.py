"""`python -m reports record-libraries`: what it writes can be read again, and a library that answers otherwise is told."""

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from claims.evidence.evidence import EvidenceError
from claims.kit import Unsettled, reading
from claims.subjects import libraries as subject
from claims.subjects.libraries import Built, Recording, every_recording, read_recording, recordings
from impls.clocks.timing import digest
from impls.elsewhere import ADAPTERS
from impls.questions import asking
from reports.running import libraries
from reports.running.libraries import CannotAsk, differences, main, record

Answers = dict[str, Any]


def answers(version: str = "1.2.0", output: float = 0.25, **more: Any) -> Answers:
    """A library with one layer that was asked one thing."""
    layer = {"name": "RNN", "kind": "tanh", "precision": "float64", "definitions": [{"case": 0, "outputs": [[output]]}]}
    starts = {"starts": [{"inputs": "one-hot", "hundredths": [[-310]]}]}
    found = {
        "schema": 1, "name": "torch", "package": "torch", "version": version, "versions": {}, "system": "Linux",
        "date": "2026-01-02",        "layers": [layer | starts], "attention": [], "clipping": [], **more,
    }  # fmt: skip
    return found | {"digest": digest(found)}


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    told: list[str] = []
    assert record(["torch"], tmp_path, lambda name: answers("1.2.0+cpu"), told.append) == 0
    assert read_recording(tmp_path / "torch-1.2.0.json").layers[0]["name"] == "RNN"
    assert told[-1].startswith("torch 1.2.0: ")


def test_the_same_answers_leave_the_file_alone(tmp_path: Path) -> None:
    record(["torch"], tmp_path, lambda name: answers())
    before = (tmp_path / "torch-1.2.0.json").read_bytes()
    told: list[str] = []
    assert record(["torch"], tmp_path, lambda name: answers(output=0.25 + 1e-9, date="2027-01-01"), told.append) == 0
    assert (tmp_path / "torch-1.2.0.json").read_bytes() == before
    assert "as recorded" in told[0]


def test_another_answer_of_the_same_version_is_told_and_ends_with_1(tmp_path: Path) -> None:
    record(["torch"], tmp_path, lambda name: answers())
    told: list[str] = []
    assert record(["torch"], tmp_path, lambda name: answers(output=0.5), told.append) == 1
    assert told[0] == "torch 1.2.0, beside torch-1.2.0.json: layers[RNN].definitions[0].outputs[0][0]: 0.25 was recorded, 0.5 now"
    assert '"outputs":[[0.5]]' in (tmp_path / "torch-1.2.0.json").read_text()


def test_another_version_stands_beside_the_first_and_is_compared(tmp_path: Path) -> None:
    record(["torch"], tmp_path, lambda name: answers())
    told: list[str] = []
    assert record(["torch"], tmp_path, lambda name: answers("1.3.0", output=0.5), told.append) == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["torch-1.2.0.json", "torch-1.3.0.json"]
    assert told[0].startswith("torch 1.3.0, beside torch-1.2.0.json: ")


def test_a_library_that_cannot_be_asked_is_named_and_loses_nothing(tmp_path: Path) -> None:
    def ask(name: str) -> Answers:
        raise CannotAsk("ModuleNotFoundError: No module named 'torch'")

    record(["torch"], tmp_path, lambda name: answers())
    told: list[str] = []
    assert record(["torch"], tmp_path, ask, told.append) == 1
    assert told == ["torch: not asked: ModuleNotFoundError: No module named 'torch'"]
    assert record(["torch"], tmp_path, ask, told.append, named=False) == 0
    assert read_recording(tmp_path / "torch-1.2.0.json")


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[" * 100_000], ids=["empty", "no text", "cut off", "nested"])
def test_an_older_recording_that_is_none_is_named_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    older = tmp_path / "torch-1.0.0.json"
    older.write_bytes(content)
    monkeypatch.setattr(libraries, "record", lambda names, named: record(names, tmp_path, lambda name: answers(), named=named))

    assert main(["torch"]) == 3
    assert f"{older}: not readable as a recording" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["torch-1.0.0.json"]


def test_its_last_words_are_those_of_the_process() -> None:
    with pytest.raises(CannotAsk, match=r"^KeyError: 'nothing'$"):
        libraries.answers_of("nothing")


def test_an_unknown_name_is_refused_with_those_that_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kerass"]) == 3
    assert capsys.readouterr().err.startswith("reports: no library is called kerass; choose among torch, ")


@pytest.mark.parametrize(("change", "said"), [
    (lambda one: one.update(layers=[]), "layers: "),
    (lambda one: one["layers"][0].update(kind="GRU"), "layers[RNN].kind: 'tanh' was recorded, 'GRU' now"),
    (lambda one: one["layers"][0]["definitions"][0].update(outputs=[["nan"]]), "outputs[0][0]: 0.25 was recorded, 'nan' now"),
    (lambda one: one["layers"][0]["definitions"][0].update(outputs=[[0.250004]]), "0.25 was recorded, 0.250004 now"),
    (lambda one: one["layers"][0]["definitions"][0].pop("outputs"), "outputs: [[0.25]] was recorded, None now"),
    (lambda one: one["layers"][0]["starts"][0].update(hundredths=[[-316]]), "hundredths[0][0]: -310 was recorded, -316 now"),
])  # fmt: skip
def test_each_difference_is_found_and_said_where(change: Any, said: str) -> None:
    was, now = answers(), copy.deepcopy(answers())
    change(now)
    assert any(said in line for line in differences(was, now))


@pytest.mark.parametrize("change", [
    lambda text: text.replace("0.25", "0.26"), lambda text: text[: len(text) // 2], lambda text: "[]", lambda text: "",
])  # fmt: skip
def test_a_recording_that_was_changed_or_cut_off_is_refused_with_its_name(tmp_path: Path, change: Any) -> None:
    record(["torch"], tmp_path, lambda name: answers())
    path = tmp_path / "torch-1.2.0.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(EvidenceError, match=r"torch-1\.2\.0\.json: .*; delete it, or run tox run -e libraries"):
        read_recording(path)


@pytest.mark.parametrize("name", sorted(recordings()))
def test_what_is_kept_is_strict_json_of_a_known_library(name: str) -> None:
    one = recordings()[name]
    assert name in ADAPTERS
    path = libraries.RECORDED / f"{name}-{one.version.partition('+')[0]}.json"
    json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def test_all_recordings_together_are_small_and_nine_libraries_or_more() -> None:
    assert len({one.package for one in recordings().values()}) >= 9
    assert sum(path.stat().st_size for path in libraries.RECORDED.glob("*.json")) < 400_000


@pytest.mark.parametrize("name", sorted(recordings()))
def test_a_program_that_is_shown_prints_what_was_answered(name: str) -> None:
    """What it prints is kept only where it is something else: an error, where the library refuses."""
    one = recordings()[name]
    asked = [answer for layer in one.layers for answer in layer["definitions"]]
    asked += [answer for part in (*one.attention, *one.clipping) for answer in part["answers"]]
    assert [answer["code"] for answer in asked if "printed" in answer and "refused" not in answer] == []


def test_another_version_than_the_pinned_one_decides_nothing_and_stands_beside(tmp_path: Path) -> None:
    pins = tmp_path / "pyproject.toml"
    pins.write_text('[dependency-groups]\nlibraries = ["torch==1.2.*", "jaxtyping"]\n')
    for version in ("1.2.0+cpu", "1.3.0"):
        record(["torch"], tmp_path / "kept", lambda name, version=version: answers(version))
    deciding, others = every_recording(tmp_path / "kept", pins)
    assert {name: one.version for name, one in deciding.items()} == {"torch": "1.2.0+cpu"}
    assert {name: one.version for name, one in others.items()} == {"torch 1.3.0": "1.3.0"}


def test_readings_of_other_versions_are_made_where_some_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    other = msgspec.convert(answers("1.3.0"), Recording)
    monkeypatch.setattr(subject, "every_recording", lambda: ({}, {"torch 1.3.0": other}))
    made = subject.in_other_versions(lambda layers: reading(layer=layers), kind="tanh")
    assert made["other versions"].arguments["layer"].values == (Built("torch 1.3.0", "RNN"),)
    assert str(Built("torch 1.3.0", "RNN")) == "torch 1.3.0: RNN"
    assert subject.in_other_versions(lambda layers: reading(layer=layers), kind="GRU") == {}


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that answers in one attention, refuses in another, and clips."""
    asked = {"asked": "causal"}
    attention = [
        {"name": "willing", "answers": [asked | {"outputs": [[1.0]]}]},
        {"name": "unwilling", "answers": [asked | {"refused": "no hint"}]},
        {"name": "unasked", "answers": []},
    ]
    clipping = [{"name": "clip", "answers": [{"asked": "long", "clipped": [[0.25, "nan"], [0.5]]}]}]
    found = msgspec.convert(answers(attention=attention, clipping=clipping), Recording)
    monkeypatch.setattr(subject, "every_recording", lambda: ({"torch": found}, {}))


@pytest.mark.usefixtures("made_up")
def test_who_refuses_is_named_and_not_counted() -> None:
    domain = subject.answering("answers", "attention", asked={"asked": "causal"})
    assert [one.what for one in domain.values or ()] == ["willing"]
    assert domain.words == "torch 1.2.0: willing. Not counted, for they refuse: torch 1.2.0: unwilling (no hint)"


@pytest.mark.usefixtures("made_up")
def test_what_a_library_left_of_gradients_is_found_by_the_gradients() -> None:
    left = subject.clipped("torch", "clip", asking.gradients("long"), asking.THRESHOLD)
    assert [str(part.tolist()) for part in left] == ["[0.25, nan]", "[0.5]"]


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize(("gradients", "threshold"), [("long", 2.0), ("short", asking.THRESHOLD)], ids=["threshold", "gradients"])
def test_what_it_was_not_asked_is_undecided(gradients: str, threshold: float) -> None:
    with pytest.raises(Unsettled):
        subject.clipped("torch", "clip", asking.gradients(gradients), threshold)


def test_a_recording_is_strict_json_in_letters_as_they_are() -> None:
    assert libraries.as_text({"name": "é", "layers": [{"b": 1, "a": 2}]}) == '{\n"layers":[\n{"a":2,"b":1}\n],\n"name":"é"\n}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        libraries.as_text({"name": float("nan")})
