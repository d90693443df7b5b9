"""What the decorator of a claim may be given: whatever is of another type is told with its value and what to write instead."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any
from warnings import catch_warnings

from hypothesis.errors import HypothesisException, HypothesisSideeffectWarning

from claims.evidence.keys import from_root
from claims.kit.reading import Reading

TEXTS = ("id", "says", "expect", "teach", "not_shown", "scope", "asked")
LISTS = {"cites": str, "uses": str, "contrary": str, "lines": int}
ROLES = ("amended", "fails_for", "holds_for", "altered", "witness", "also")
LONGEST = 60  # characters of a value


def misfits(given: Mapping[str, Any]) -> list[str]:
    """Each with the value and what to do."""
    return [*_texts(given), *_lists(given), *_readings(given), *_others(given)]


def _texts(given: Mapping[str, Any]) -> Iterator[str]:
    for name in TEXTS:
        if not isinstance(given[name], str):
            yield f"has {name}={shortly(given[name])}; write a text in quotation marks"


def _lists(given: Mapping[str, Any]) -> Iterator[str]:
    for name, kind in LISTS.items():
        value = given[name]
        if not isinstance(value, tuple | list) or not all(type(one) is kind for one in value):
            example = '("a",)' if kind is str else "(12,)"
            yield f"has {name}={shortly(value)}; write a tuple, of one too: {name}={example}"


def _readings(given: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(given["as_written"], Reading):
        yield f"has as_written={shortly(given['as_written'])}; write one reading(…), and others under the roles that have names"
    elif wrong := _positional(given["as_written"]):
        yield f"has as_written={wrong}"
    else:
        yield from _domains("as_written", given["as_written"])
    for role in ROLES:
        several = given[role]
        if several is not None and not isinstance(several, Mapping):
            yield f'has {role}={shortly(several)}; write {{"its name": reading(…)}}'
            continue
        for name, one in (several or {}).items():
            if not isinstance(name, str) or not isinstance(one, Reading):
                yield f'has {role}={{{shortly(name)}: {shortly(one)}}}; write {{"its name": reading(…)}}'
            elif wrong := _positional(one):
                yield f"has {role}={{{name!r}: {wrong}}}"
            else:
                yield from _domains(f"{role}={{{name!r}: …}}", one)


def _domains(where: str, one: Reading) -> Iterator[str]:
    """Domains that cannot be drawn from, their bounds the wrong way round for instance. Hypothesis says so when it first looks at
    them, which is here: while a claim is examined it would look like a crash of the property."""
    for name, domain in one.arguments.items():
        try:
            with catch_warnings(category=HypothesisSideeffectWarning, action="ignore"):  # that a conftest.py may be slow by it
                domain.strategy.validate()
                _ = domain.strategy.is_empty  # which looks at what the first glance leaves out: sizes that other draws go by
        except (HypothesisException, ValueError, TypeError) as problem:
            said = " ".join(str(problem).partition("\n")[0].split()).rstrip(".") or type(problem).__name__
            yield f"has in {where} the argument {name}, {shortly(domain)}: {said}; mend its bounds"


def _positional(one: Reading) -> str:
    """What stands first in a reading and is no property."""
    value = shortly(one.check)
    return "" if one.check is None or callable(one.check) else f"reading({value}); say of which argument: reading(n={value})"


def _others(given: Mapping[str, Any]) -> Iterator[str]:
    by, figure, why_not = given["by"], given["figure"], given["why_not"]
    if by is not None and (inspect.isroutine(by) or inspect.isclass(by) or not hasattr(by, "put")):
        yield f"has by={shortly(by)}; write search(), exhaustion() or trials(…), with its brackets"
    if figure is not None and not callable(figure):
        yield f"has figure={shortly(figure)}; name a function from the evidence to a chart"
    if why_not is not None and not isinstance(why_not, Mapping):
        yield f'has why_not={shortly(why_not)}; write {{"a verdict": "their reason and ours"}}'


def shortly(value: object) -> str:
    """A value in a line."""
    name = getattr(value, "__name__", None)
    text = name if isinstance(name, str) and callable(value) else getattr(value, "words", None) or repr(value)
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def place_of(frame: FrameType | None) -> str:
    """File and line, from the checkout's root if it stands below."""
    return "" if frame is None else f"{from_root(frame.f_code.co_filename)}:{frame.f_lineno}"


def nearly(called: Callable[..., Any]) -> list[str]:
    """What a function may be given by name."""
    return list(inspect.signature(called).parameters)
