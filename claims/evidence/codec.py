"""Values as JSON and back, exactly: a stored counterexample is a value that can be rebuilt, not a picture of one.

Every number survives to the last bit (Python writes the shortest decimal that reads back as the same float); what JSON
lacks is tagged. Classes and functions are named without the place where they stand, and only those of this project are ever
looked up.
"""

import dataclasses
import hashlib
import importlib
import inspect
import json
import re
import reprlib
from enum import Enum
from fractions import Fraction
from functools import cache
from math import isfinite
from typing import Any

import numpy as np

from claims.evidence.files import told
from claims.evidence.keys import HOMES, ROOT, TEXT

OURS = ("claims", "impls")
NEGATIVE_ZERO = re.compile(r"-0\.0(?![\de])")
WHOLE = re.compile(r"-?[0-9]{1,4000}(/[0-9]{1,4000})?")  # a fraction as Python writes it, of a length that a draw can have
NUMBERS = {"bool", "uint8", *(f"int{bits}" for bits in (8, 16, 32, 64)), *(f"float{bits}" for bits in (16, 32, 64)), "bfloat16"}
MISFITS = (ArithmeticError, AttributeError, ImportError, LookupError, RecursionError, RuntimeError, TypeError, ValueError)


class NotStorable(TypeError):
    """A value that no replay could rebuild."""


def to_plain(value: Any) -> Any:
    """Encode a drawn argument."""
    match value:
        case Enum():
            return {"name": f"{_name(type(value))}.{value.name}"}
        case None | bool() | int() | str():
            return value
        case Fraction():
            return {"fraction": str(value)}
        case float():
            return float(value) if isfinite(value) else {"float": str(float(value))}
        case list():
            return [to_plain(item) for item in value]
        case tuple():
            return {"tuple": [to_plain(item) for item in value]}
        case np.ndarray():
            return {"array": to_plain(value.tolist()), "dtype": str(value.dtype), "shape": list(value.shape)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"object": _name(type(value)), "fields": fields}
    if hasattr(value, "detach"):
        return {"tensor": to_plain(value.detach().tolist()), "dtype": str(value.dtype), "shape": list(value.shape)}
    if inspect.isroutine(value) or inspect.isclass(value):
        return {"name": _name(value)}
    raise NotStorable(f"cannot store {value!r} of type {type(value).__name__}; draw numbers, arrays or frozen dataclasses")


def as_key(values: dict[str, Any]) -> bytes:
    """By which drawn arguments are told apart: equal ones have equal keys, in whatever order they are named, and a zero has no
    sign. NotStorable as for `to_plain`."""
    plain = json.dumps({name: to_plain(value) for name, value in values.items()}, sort_keys=True)
    return hashlib.blake2b(NEGATIVE_ZERO.sub("0.0", plain).encode(), digest_size=16).digest()


def from_plain(plain: Any) -> Any:
    """Rebuild what `to_plain` encoded. NotStorable where it is nothing that this made."""
    try:
        return _rebuilt(plain)
    except NotStorable:
        raise
    except MISFITS as problem:
        raise NotStorable(f"cannot rebuild {reprlib.repr(plain)} ({told(problem)}); examine the claim again") from problem


def _rebuilt(plain: Any) -> Any:
    match plain:
        case list():
            return [_rebuilt(item) for item in plain]
        case {"tuple": items}:
            return tuple(_rebuilt(item) for item in items)
        case {"fraction": str(text)} if WHOLE.fullmatch(text):
            return Fraction(text)
        case {"float": str(text)}:
            return float(text)
        case {"array": items, "dtype": dtype, "shape": shape} if dtype in NUMBERS:
            return np.array(_rebuilt(items), dtype=dtype).reshape(shape)
        case {"tensor": items, "dtype": str(dtype), "shape": shape} if dtype.removeprefix("torch.") in NUMBERS:
            import torch  # the kit works without it

            return torch.tensor(_rebuilt(items), dtype=getattr(torch, dtype.removeprefix("torch."))).reshape(shape)
        case {"object": str(name), "fields": fields}:
            made = _named(name)
            if not (inspect.isclass(made) and dataclasses.is_dataclass(made)):
                raise NotStorable(f"will not call {name!r}: only this project's own dataclasses are rebuilt")
            return made(**{key: _rebuilt(field) for key, field in fields.items()})
        case {"name": str(name)}:
            return _named(name)
        case dict():
            raise ValueError("nothing is stored like this")
        case _:
            return plain


def _name(thing: Any) -> str:
    name: str = thing.__qualname__
    if "<" in name or not _is_ours(thing.__module__):
        raise NotStorable(
            f"cannot store {name} of {thing.__module__}: only named functions and classes of this project can be found again"
        )
    if _named(name) is not thing:
        raise NotStorable(f"cannot store {name} of {thing.__module__}: it hides behind another of that name; call it otherwise")
    return name


def _named(name: str) -> Any:
    """The function, class or member of that name, wherever it is at home: a module may be called otherwise by then."""
    first, *others = name.split(".")
    homes = _homes(first, tuple(TEXT))
    if len(homes) != 1:
        problem = (
            f"several modules define it: {', '.join(homes)}" if homes else "it was renamed, or is none of this project's own"
        )
        raise NotStorable(f"cannot find {name!r}: {problem}")
    found: Any = importlib.import_module(homes[0])
    for part in (first, *others):
        found = getattr(found, part, None)
    # What our classes hold is reachable through them, and need not be ours.
    owner = found if inspect.isroutine(found) or inspect.isclass(found) else type(found)
    if not _is_ours(owner.__module__):
        raise NotStorable(f"will not look up {name!r}: it belongs to {owner.__module__}, not to this project")
    return found


def _is_ours(module: str) -> bool:
    return any(f"{module}.".startswith(f"{one}.") for one in (*OURS, *TEXT))


@cache
def _homes(name: str, text: tuple[str, ...]) -> list[str]:
    """The modules of ours at whose top a function or class of that name is defined; those of the text that is meant, where it has
    one: another text may use the name as well."""
    if not name.isidentifier():
        return []
    starts = re.compile(rf"^(?:def|class) {name}\b", re.MULTILINE)
    found = [module for module, written in _texts(text).items() if starts.search(written)]
    own = [module for module in found if any(module.startswith(f"{one}.") for one in text)]
    return own or found


@cache
def _texts(text: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for package in dict.fromkeys((*OURS, *text)):
        home = HOMES.get(package.partition(".")[0], ROOT)
        files = sorted(home.joinpath(*package.split(".")).rglob("*.py"))
        found |= {".".join(one.relative_to(home).with_suffix("").parts): one.read_text(encoding="utf-8") for one in files}
    return found
