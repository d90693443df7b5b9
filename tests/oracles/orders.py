"""Orders of growth: counted by torch's own counter in torch's own cells, and in the graph that autograd keeps."""

from functools import cache

import torch
from torch.utils.flop_counter import FlopCounterMode

from impls.tracing.systems import CATALOGUE
from tests.oracles.backwards import depth, lengths, longest, run
from tests.oracles.registry import only, second

SYSTEMS = {one.name: one for one in CATALOGUE}
CELLS = {"Elman": torch.nn.RNNCell, "LSTM": torch.nn.LSTMCell, "GRU": torch.nn.GRUCell}
BESIDE = {"Elman": 3, "LSTM": 13, "GRU": 12}  # a unit and step: biases, sums, tanh, gates and products entry by entry


@cache
def products_of_a_step(cell, d, m):
    """As torch counts them: a multiplication and an addition for each weight."""
    layer = CELLS[cell](m, d, device="meta")
    with FlopCounterMode(display=False) as counter:
        layer(torch.zeros(1, m, device="meta"))
    return counter.get_total_flops()


def in_all(cell, n, d):
    """In an Elman network the first product with the state meets zeros, and is none."""
    return n * products_of_a_step(cell, d, d) - (2 * d * d if cell == "Elman" else 0)


def outgrows(entry, way):
    """Whether the law over the printed order grows for ever: by more than rounding between 2³⁰ and 2⁶⁰."""
    return grown(entry, way) > 1.3


def grown(entry, way):
    near, far = (float(entry.law(*sizes)) / float(entry.printed(*sizes)) for sizes in (way.sizes(2**30), way.sizes(2**60)))
    return far / near


def is_law(entry, count):
    return all(entry.law(n, d, k) == count(n, d) for n, d, k in entry.at)


# --- work --------------------------------------------------------------------------------------------------------------


@second("complexity.rnn-table.work-per-step", by="torch's counter")
def a_step_takes_other_work(entry, way):
    """What takes other operations than products into account, and attention, is no law of torch's counter."""
    only("any kind" not in entry.name and entry.name.startswith("Elman RNN"))
    return not is_law(entry, lambda n, d: in_all("Elman", n + 1, d) - in_all("Elman", n, d)) or outgrows(entry, way)


@second("complexity.rnn-table.total-work", by="torch's counter")
def it_takes_other_work(entry, way):
    only(entry.name.startswith("Elman RNN"))
    return not is_law(entry, lambda n, d: in_all("Elman", n, d)) or outgrows(entry, way)


@second("interview.4096-cost", by="torch's counter")
def the_work_is_another_or_grows_otherwise(entry, way):
    cell = entry.name.partition(" ")[0]
    only(cell in CELLS)
    inputs = (lambda d: d) if "as wide" in entry.name else (lambda d: 512) if "512" in entry.name else (lambda d: d * d)

    def count(n, d):
        return n * (products_of_a_step(cell, d, inputs(d)) + BESIDE[cell] * d)

    return not is_law(entry, count) or not 1 / 1.3 < grown(entry, way) < 1.3


# --- in a row ----------------------------------------------------------------------------------------------------------


def system_of(entry):
    name = max((one for one in SYSTEMS if entry.name.startswith(f"{one}, ")), key=len, default="")
    only(name)
    return SYSTEMS[name]


@cache
def tanhs_in_a_row(system, n, d):
    """From the last output back."""
    _, places = run(system, n, d)
    return longest([place[0] for place in places], lambda function: "Tanh" in function.name())


@second("complexity.rnn-table.sequential-steps", by="backward graph")
def another_number_of_steps(entry, way):
    system = system_of(entry)
    return not is_law(entry, lambda n, d: tanhs_in_a_row(system, n, d)) or outgrows(entry, way)


@second("complexity.rnn-table.wall-clock", by="backward graph")
def another_number_in_a_row(entry, way):
    system = system_of(entry)
    return not is_law(entry, lambda n, d: depth(system, n, d)) or outgrows(entry, way)


@second("complexity.rnn-table.gradient-path", by="backward graph")
def the_way_back_is_another(entry, way):
    system = system_of(entry)
    return not is_law(entry, lambda n, d: lengths(system, n, d)[0][n - 1]) or outgrows(entry, way)


@second("complexity.aiayn-table-1.recurrent", by="torch's counter")
def a_layer_takes_another_number(entry, way):
    """Of its three entries the work is counted by torch, and what stands in a row in the graph of the way back."""
    cell, _, what = entry.name.partition(", ")
    only(cell in CELLS)
    system = SYSTEMS[{"Elman": "Elman RNN"}.get(cell, cell)]
    if what.startswith("work"):
        return not is_law(entry, lambda n, d: in_all(cell, n, d) + BESIDE[cell] * n * d) or outgrows(entry, way)
    if what.startswith("sequential"):
        return not is_law(entry, lambda n, d: depth(system, n, d)) or outgrows(entry, way)
    return not is_law(entry, lambda n, d: max(max(row[i:]) for i, row in enumerate(lengths(system, n, 1)))) or outgrows(
        entry, way
    )
