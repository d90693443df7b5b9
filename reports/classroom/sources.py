"""A claim and its stored cases as Python that a student can edit."""

import ast
import dataclasses
import importlib
import inspect
import json
import math
import textwrap
from types import ModuleType
from typing import Any

import numpy as np

from claims.kit.claim import Claim

LONGEST = 600  # letters of a value that are worth editing


def module_of(claim: Claim) -> ModuleType:
    """Where the claim stands."""
    return importlib.import_module(claim.defined_at.partition(":")[0].removesuffix(".py").replace("/", "."))


def import_of(claim: Claim) -> str:
    """The line that imports the claim; a row of facts has no name, and is looked up."""
    if claim.fact:
        return f"from claims import every_claim\n\nclaim = next(one for one in every_claim() if one.id == {json.dumps(claim.id)})"
    module = module_of(claim)
    name = next(name for name, thing in vars(module).items() if thing is claim)
    return f"from {module.__name__} import {name} as claim"


def written_as(claim: Claim) -> tuple[str, list[str]] | None:
    """The reading as written as it stands in the code, and the names that it takes from there; None where it stands in none."""
    if claim.fact:
        return None
    module = module_of(claim)
    text = inspect.getsource(module)
    for call in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
        given = {one.arg: one.value for one in call.keywords}
        if "as_written" in given and call.args and getattr(call.args[0], "value", None) == claim.id:
            expression = given["as_written"]
            used = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
            segment = ast.get_source_segment(text, expression, padded=True) or ""
            return textwrap.dedent(segment), sorted(used & set(vars(module)))
    return None


def editable(value: Any, path: str) -> str | None:
    """The value as an expression with numbers in it to change; `path` is an expression that has it already. None where there are
    none, or too many."""
    text = _fields(value, path) if dataclasses.is_dataclass(value) and not isinstance(value, type) else _literal(value)
    return text if text and len(text) <= LONGEST else None


def _fields(value: Any, path: str) -> str | None:
    """A copy of a record with those fields that can be written down."""
    texts = {one.name: editable(getattr(value, one.name), f"{path}.{one.name}") for one in dataclasses.fields(value) if one.init}
    given = [f"{name}={text}" for name, text in texts.items() if text]
    return f"replace({path}, {', '.join(given)})" if given else None


def _literal(value: Any) -> str | None:
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool() | int():
            return repr(value)
        case float():
            return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
        case np.ndarray() if value.dtype.kind in "fi" and np.isfinite(value).all():
            kind = "" if value.dtype == np.float64 else f", dtype=np.{value.dtype}"
            return f"np.array({value.tolist()}{kind})"
        case list() | tuple():
            texts = [_literal(item) for item in value]
            if None in texts:
                return None
            inner = ", ".join(filter(None, texts))
            return f"[{inner}]" if isinstance(value, list) else f"({inner},)" if inner else "()"
    if hasattr(value, "detach") and (array := _literal(value.detach().numpy())):
        return f"torch.from_numpy({array})"
    return None
