"""What a library answered, written down as plain data with a digest of it all: names, numbers, and what it refused.

A recording holds no judgement. Numbers keep as many digits as their precision has.
"""

import hashlib
import io
import json
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from impls.elsewhere import asking, starts
from impls.elsewhere.adapter import Attention, Clipping, Layer, Library, Parameters, Put, Ran, Refused, Start

SCHEMA = 1
DIGITS = {"float64": 15, "float32": 9}

Answer = dict[str, Any]


def recording(library: Library, say: Callable[[str], None] = print) -> Answer:
    """Everything that is asked of this library."""
    facts = {
        "schema": SCHEMA,
        "package": library.package,
        "version": version(library.package),
        "versions": {name: version(name) for name in sorted({"numpy", "torch", *library.beside})}
        | {"python": platform.python_version()},
        "system": f"{platform.system()} {platform.machine()}",
        "date": datetime.now(UTC).date().isoformat(),
    }
    answers: dict[str, list[Answer]] = {"layers": [], "attention": [], "clipping": []}
    for layer in library.layers:
        answers["layers"].append(_of_layer(layer))
        say(f"{library.package}: {layer.name}")
    for attention in library.attention:
        answers["attention"].append(_of_attention(attention))
        say(f"{library.package}: {attention.name}")
    answers["clipping"] = [_of_clipping(one) for one in library.clipping]
    found = facts | answers
    return found | {"digest": digest(found)}


def digest(recorded: Mapping[str, Any]) -> str:
    """A fingerprint of a recording, but for the fingerprint itself."""
    rest = {name: part for name, part in recorded.items() if name != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, allow_nan=False).encode()).hexdigest()


# --- layers -----------------------------------------------------------------------------------------------------------


def _of_layer(layer: Layer) -> Answer:
    return {
        "name": layer.name,
        "kind": layer.kind,
        "precision": layer.precision,
        "definitions": list(_definitions(layer)),
        "padding": list(_padding(layer)),
        "starts": list(_starts(layer)),
    }


def _definitions(layer: Layer) -> Iterator[Answer]:
    for case in range(asking.CASES):
        for placing in asking.PLACINGS[layer.kind]:
            blunder = placing.__name__ in asking.BLUNDERS
            if blunder and case != asking.BLUNDERED:
                continue
            p, put = placing(asking.parameters(layer.kind, case)), asking.put(layer.kind, case)
            asked: Answer = {"case": case, "placed": placing.__name__.replace("_", " ")}
            shown = {} if case or blunder else {"code": layer.code(p, put.xs)}
            yield asked | _answer(lambda p=p, put=put: _ran(layer.run(p, put), layer.precision)) | _shown(shown)
    if layer.kind == "GRU":
        p, put = asking.parameters("GRU", 0, inside=True), asking.put("GRU", 0)
        yield {"case": 0, "placed": "a bias inside the reset"} | _answer(lambda: _ran(layer.run(p, put), layer.precision))


def _padding(layer: Layer) -> Iterator[Answer]:
    p, backward = asking.parameters(layer.kind, 0), asking.parameters(layer.kind, 1)
    for name, lengths in asking.LENGTHS.items():
        put = asking.padded(lengths)
        yield {"asked": name, "ways": 1} | _answer(lambda put=put: _ran(layer.run(p, put), layer.precision))
        if layer.both_ways:
            run = layer.both_ways
            for kept, asked in ((put, name), (Put(xs=put.xs), f"{name}, lengths not told")):
                yield {"asked": asked, "ways": 2} | _answer(
                    lambda kept=kept, run=run: _ran(run(p, backward, kept), layer.precision)
                )


def _starts(layer: Layer) -> Iterator[Answer]:
    named: dict[str, Start] = ({"": layer.start} if layer.start else {}) | dict(layer.recipes)
    for recipe, start in named.items():
        for width in starts.WIDTHS:
            for inputs in starts.INPUTS:
                yield {"recipe": recipe, "width": width, "inputs": inputs} | _answer(
                    lambda start=start, width=width, inputs=inputs: {
                        "decades": [[_decades(one) for one in row] for row in starts.arriving(layer, start, width, inputs)]
                    }
                )


def _decades(one: float) -> float | str:
    return round(one, 2) if np.isfinite(one) else str(one)


def _ran(ran: Ran, precision: str) -> Answer:
    return {name: in_digits(array, precision) for name, array in vars(ran).items() if array is not None}


# --- attention and clipping -------------------------------------------------------------------------------------------


def _of_attention(attention: Attention) -> Answer:
    answers = []
    for name, look in asking.LOOKS.items():
        asked = look()
        answers.append(
            {"asked": name}
            | _answer(lambda asked=asked: {"outputs": in_digits(attention.run(asked), attention.precision)})
            | _shown({"code": attention.code(asked)})
        )
    if attention.multi_head:
        heads, run = asking.look(2, 3, asking.HEADS), attention.multi_head
        answers.append(
            {"asked": "two heads"}
            | _answer(lambda: {"outputs": in_digits(run(heads, asking.projections()), attention.precision)})
        )
    if attention.dropped:
        dropped = attention.dropped
        answers += [
            {"asked": "weights in training", "seed": seed}
            | _answer(lambda seed=seed: {"outputs": in_digits(dropped(asking.look(2, 3), seed), attention.precision)})
            for seed in range(3)
        ]
    return {"name": attention.name, "precision": attention.precision, "answers": answers}


def _of_clipping(clipping: Clipping) -> Answer:
    answers = []
    for name in asking.GRADIENTS:
        asked = asking.gradients(name)
        answers.append(
            {"asked": name}
            | _answer(
                lambda asked=asked: {"clipped": [in_digits(one, "float32") for one in clipping.run(asked, asking.THRESHOLD)]}
            )
            | _shown({"code": clipping.code(asked, asking.THRESHOLD)})
        )
    return {"name": clipping.name, "of": clipping.of, "answers": answers}


# --- answers ----------------------------------------------------------------------------------------------------------


def _answer(ask: Callable[[], Answer]) -> Answer:
    """What came of it, or with which words the library refused: the kind of error and the first line of it."""
    try:
        return ask()
    except Refused as why:
        return {"refused": str(why)}
    except Exception as why:  # whatever a library raises is its answer
        first = next(iter(str(why).strip().splitlines()), "")
        return {"refused": f"{type(why).__name__}: {first}"[:160]}


def _shown(shown: Answer) -> Answer:
    """A program that is shown is run, and what it prints stands beside it."""
    if not shown:
        return {}
    out = io.StringIO()
    try:
        with redirect_stdout(out):
            exec(compile(shown["code"], "<shown>", "exec"), {"__name__": "__main__"})
    except Exception as why:
        print(f"{type(why).__name__}: {next(iter(str(why).strip().splitlines()), '')}"[:160], file=out)
    return shown | {"printed": out.getvalue().rstrip()}


def in_digits(array: Any, precision: str) -> Any:
    """Nested lists of numbers with the digits that the precision has; what is not finite, as a word, for JSON has none of it."""
    found = np.asarray(array, dtype=float)
    if found.ndim:
        return [in_digits(one, precision) for one in found]
    number = float(found)
    return float(f"{number:.{DIGITS[precision]}g}") if np.isfinite(number) else str(number)


def from_digits(answer: Any) -> np.ndarray:
    """The numbers again."""
    return np.array(_floats(answer), dtype=float)


def _floats(answer: Any) -> Any:
    return [_floats(one) for one in answer] if isinstance(answer, list | tuple) else float(answer)
