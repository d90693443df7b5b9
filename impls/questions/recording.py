"""What a library answered, written down as plain data with a digest of it all: names, numbers, and what it refused.

A recording holds no judgement. Numbers keep as many digits as their precision has.
"""

import io
import platform
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np

from impls.clocks.timing import digest
from impls.questions import asking, starts
from impls.questions.adapter import Array, Attention, Clipping, Layer, Library, Put, Ran, Refused, Start

SCHEMA = 1
DIGITS = {"float64": 15, "float32": 9}
PRINTED = 1e-3  # libraries print as few as four digits
NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf)", re.IGNORECASE)

Answer = dict[str, Any]


def recording(name: str, library: Library, say: Callable[[str], None] = print) -> Answer:
    """Everything that is asked of this library."""
    facts = {
        "schema": SCHEMA,
        "name": name,
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


# --- layers -----------------------------------------------------------------------------------------------------------


def _of_layer(layer: Layer) -> Answer:
    return {
        "name": layer.name,
        "kind": layer.kind,
        "precision": layer.precision,
        "definitions": list(_definitions(layer)),
        "stored": _stored(layer),
        "padding": list(_padding(layer)),
        "starts": list(_starts(layer)),
    }


def _definitions(layer: Layer) -> Iterator[Answer]:
    write = partial(_ran, layer.precision)
    for case in range(asking.CASES):
        for placing in asking.PLACINGS[layer.kind]:
            blunder = placing.__name__ in asking.BLUNDERS
            if blunder and case:
                continue
            p, put = placing(asking.parameters(layer.kind, case)), asking.put(layer.kind, case)
            asked: Answer = {"case": case, "placed": placing.__name__.replace("_", " ")}
            answer = asked | _answer(write, layer.run, p, put)
            if "last" in answer and answer["last"] == answer["outputs"][-1]:
                del answer["last"]  # which it is in any layer that is read to its end
            yield answer if case or placing is not asking.as_named else _shown(answer, layer.code(p, put.xs))
    if layer.kind == "GRU":
        p, put = asking.parameters("GRU", 0, inside=True), asking.put("GRU", 0)
        yield {"case": 0, "placed": "a bias inside the reset"} | _answer(write, layer.run, p, put)


def _stored(layer: Layer) -> Answer:
    """Its arrays, each with what it holds where: which of our parameters, in which order."""
    if layer.stored is None:
        return {}
    write = partial(_arrays, layer.precision)
    found = _answer(write, layer.stored, asking.marked(layer.kind))
    return _answer(write, layer.stored, asking.marked(layer.kind, inside=0)) if "refused" in found else found


def _padding(layer: Layer) -> Iterator[Answer]:
    p, backward = asking.parameters(layer.kind, 0), asking.parameters(layer.kind, 1)
    write = partial(_ran, layer.precision)
    for name, lengths in asking.LENGTHS.items():
        put = asking.padded(lengths)
        yield {"asked": name, "ways": 1} | _answer(write, layer.run, p, put)
        if layer.both_ways and name != "full":
            yield {"asked": name, "ways": 2} | _answer(write, layer.both_ways, p, backward, put)
    if layer.both_ways:
        untold = Put(xs=asking.padded(asking.LENGTHS["padded"]).xs)
        yield {"asked": "padded, lengths not told", "ways": 2} | _answer(write, layer.both_ways, p, backward, untold)


def _starts(layer: Layer) -> Iterator[Answer]:
    named: dict[str, Start] = ({"": layer.start} if layer.start else {}) | dict(layer.recipes)
    for recipe, start in named.items():
        for width in starts.WIDTHS:
            for inputs in starts.INPUTS:
                asked = {"recipe": recipe, "width": width, "inputs": inputs}
                if recipe and inputs == "embedded":
                    continue
                yield asked | _answer(_decades, starts.arriving, layer, start, width, inputs)


# --- attention and clipping -------------------------------------------------------------------------------------------


def _of_attention(attention: Attention) -> Answer:
    write = partial(_outputs, attention.precision)
    answers = []
    for name, look in asking.LOOKS.items():
        asked = look()
        answer = {"asked": name} | _answer(write, attention.run, asked)
        answers.append(_shown(answer, attention.code(asked)) if name in asking.SHOWN else answer)
    if attention.multi_head:
        heads = asking.look(2, 3, asking.HEADS)
        answers.append({"asked": "two heads"} | _answer(write, attention.multi_head, heads, asking.projections()))
    for seed in range(3) if attention.dropped else ():
        asked_of = {"asked": "weights in training", "seed": seed}
        answers.append(asked_of | _answer(write, attention.dropped, asking.look(2, 3), seed))
    return {"name": attention.name, "precision": attention.precision, "answers": answers}


def _of_clipping(clipping: Clipping) -> Answer:
    answers = []
    for name in asking.GRADIENTS:
        asked = asking.gradients(name), asking.THRESHOLD
        answer = {"asked": name} | _answer(_clipped, clipping.run, *asked)
        answers.append(_shown(answer, clipping.code(*asked)) if name in asking.SHOWN else answer)
    return {"name": clipping.name, "of": clipping.of, "answers": answers}


# --- answers ----------------------------------------------------------------------------------------------------------


def _answer(write: Callable[[Any], Answer], ask: Any, *arguments: Any) -> Answer:
    """What came of it, or with which words the library refused: the kind of error and the first line of it."""
    try:
        return write(ask(*arguments))
    except Refused as why:
        return {"refused": str(why)}
    except Exception as why:  # whatever a library raises is its answer
        return {"refused": _first_line(why)}


def _ran(precision: str, ran: Ran) -> Answer:
    return {name: in_digits(array, precision) for name, array in vars(ran).items() if array is not None}


def _outputs(precision: str, array: Array) -> Answer:
    return {"outputs": in_digits(array, precision)}


def _arrays(precision: str, arrays: Mapping[str, Array]) -> Answer:
    return {name: in_digits(array, precision) for name, array in arrays.items()}


def _clipped(arrays: Sequence[Array]) -> Answer:
    return {"clipped": [in_digits(one, "float32") for one in arrays]}


def _decades(rows: Sequence[Sequence[float]]) -> Answer:
    """In hundredths, which take no point."""
    return {"hundredths": [[round(100 * one) if np.isfinite(one) else str(one) for one in row] for row in rows]}


def _shown(answer: Answer, code: str) -> Answer:
    """With the program that is shown. It is run; what it prints stands beside it, but where it is the answer."""
    out = io.StringIO()
    try:
        with redirect_stdout(out):
            exec(compile(code, "<shown>", "exec"), {"__name__": "__main__"})
    except Exception as why:
        print(_first_line(why), file=out)
    printed = out.getvalue().rstrip()
    found = np.array([float(one) for one in NUMBER.findall(printed)])
    want = np.concatenate([np.ravel(from_digits(one)) for one in answer.get("clipped", [answer.get("outputs", [])])])
    if (
        "refused" not in answer
        and found.shape == want.shape
        and np.allclose(found, want, rtol=PRINTED, atol=PRINTED, equal_nan=True)
    ):
        return answer | {"code": code}
    if answer.get("refused", "") == printed:
        return answer | {"code": code}
    return answer | {"code": code, "printed": printed}


def _first_line(why: Exception) -> str:
    return f"{type(why).__name__}: {next(iter(str(why).strip().splitlines()), '')}"[:160]


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
