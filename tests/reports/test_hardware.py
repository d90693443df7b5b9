"""`python -m reports record-hardware`: what it writes can be read again, and what goes wrong costs no more than itself."""

import json
import subprocess
import sys

import pytest
import torch

from claims.evidence.keys import ROOT
from claims.subjects.machines import read_recorded
from impls.clocks import timing
from impls.clocks.timing import CPU, Comparison, Layer
from reports.running import hardware
from reports.running.hardware import Device

CORE = Device("one CPU core", CPU)
PAIR = Comparison((Layer("LSTM", 4), Layer("GRU", 4)), 3, 2)
OTHER = Comparison((Layer("LSTM", 4), Layer("attention", 4)), 2, 1)


@pytest.fixture(autouse=True)
def _little_to_do(monkeypatch):
    monkeypatch.setattr(timing, "COMPARISONS", (PAIR, OTHER))
    monkeypatch.setattr(hardware, "MEMORY", ((Layer("attention", 8), 4, 1),))
    monkeypatch.setattr(timing, "kernels", lambda device, repetitions: [[0.5, 0.25, 0.125]] * repetitions)
    monkeypatch.setattr(hardware, "_processor", lambda: "A (Toy)")


def record(folder, device=CORE, budget=60.0):
    said = []
    came = hardware.record(device, folder, budget, said.append)
    return came, said


def test_what_is_recorded_is_read_again_digest_and_all(tmp_path):
    came, said = record(tmp_path)
    found = read_recorded(tmp_path / "one-cpu-core-of-a-toy.json")
    assert came
    assert (found.name, found.kind, found.processors) == ("one CPU core", "cpu", 1)
    assert [(one.n, one.batch, len(one.seconds)) for one in found.timings] == [(3, 2, 24), (2, 1, 24)]
    assert all(second > 0 for one in found.timings for row in one.seconds for second in row)
    assert found.find([Layer("GRU", 4)], 3, 2)[5] == [found.timings[0].seconds[5][1]]
    assert found.abilities.launch == 0.25 / 1000
    assert not found.left_out
    assert len(said) == 3


def breaks(message):
    class Broken(torch.nn.Module):
        def __init__(self, d):
            super().__init__()
            raise RuntimeError(message)

    return Broken


def test_a_layer_that_runs_out_of_memory_is_left_out_in_a_line_and_the_others_are_timed(tmp_path, monkeypatch):
    monkeypatch.setitem(timing.LAYERS, "GRU", breaks("CUDA out of memory. Tried 8 TiB\nand a long trace"))
    monkeypatch.setitem(timing.LAYERS, "attention", breaks("CUDA error: no kernel image"))
    came, _ = record(tmp_path)
    found = read_recorded(tmp_path / "one-cpu-core-of-a-toy.json")
    assert came
    assert [one.layers for one in found.timings] == [[("LSTM", 4)], [("LSTM", 4)]]
    assert {(one.layer[0], one.why) for one in found.left_out} == {
        ("GRU", "CUDA out of memory. Tried 8 TiB"), ("attention", "CUDA error: no kernel image"),
    }  # fmt: skip


def test_a_device_that_does_not_answer_is_said_in_a_line_and_the_next_one_is_recorded(tmp_path, monkeypatch):
    def kernels(device, repetitions):
        if device.type == "meta":
            raise RuntimeError("the driver is too old\n  at line 7")
        return [[0.5, 0.25, 0.125]] * repetitions

    monkeypatch.setattr(timing, "kernels", kernels)
    monkeypatch.setattr(hardware, "devices", lambda: [Device("old card", torch.device("meta")), CORE])
    said = []
    assert hardware.record_all(tmp_path, 60.0, said.append) == 1
    assert "old card: the driver is too old; nothing recorded" in said
    assert [path.name for path in tmp_path.iterdir()] == ["one-cpu-core-of-a-toy.json"]


def test_where_no_time_is_left_layers_are_left_out_and_nothing_is_made_up(tmp_path):
    came, _ = record(tmp_path, budget=-1.0)
    found = read_recorded(tmp_path / "one-cpu-core-of-a-toy.json")
    assert not came
    assert found.timings == []
    assert {one.why for one in found.left_out} == {"no time was left"}


def test_an_interruption_keeps_what_was_recorded(tmp_path, monkeypatch):
    whole = hardware._timed

    def interrupted(comparison, *rest):
        if comparison == OTHER:
            raise KeyboardInterrupt
        return whole(comparison, *rest)

    monkeypatch.setattr(hardware, "_timed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        record(tmp_path)
    assert len(read_recorded(tmp_path / "one-cpu-core-of-a-toy.json").timings) == 1


def test_the_command_takes_no_arguments(reports):
    assert reports.refuses("record-hardware", "--gpu") == "reports: record-hardware takes no arguments, and was given --gpu\n"


BARE = """
import sys
for name in ("jaxtyping", "click", "rich", "msgspec", "altair", "networkx", "jinja2", "pybtex", "sacrebleu", "nltk"):
    sys.modules[name] = None  # an import of it fails
sys.argv = ["reports", "record-hardware", "--help-me"]
import runpy
runpy.run_module("reports", run_name="__main__")
"""


def test_a_bare_machine_with_torch_alone_gets_as_far_as_the_command():
    done = subprocess.run([sys.executable, "-c", BARE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == "reports: record-hardware takes no arguments, and was given --help-me\n"


def test_the_file_is_strict_json_a_comparison_a_line(tmp_path):
    record(tmp_path)
    text = (tmp_path / "one-cpu-core-of-a-toy.json").read_text()
    assert json.loads(text)["digest"] == timing.digest(json.loads(text))
    assert sum(line.startswith('  {"batch"') for line in text.splitlines()) == 3
