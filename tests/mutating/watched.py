"""What is written of mutants and defects for the report, and to which code it belongs."""

import ast
import hashlib
import json
from pathlib import Path
from typing import Any

from claims.evidence.keys import ROOT
from tests.mutants import Mutant
from tests.mutating.operators import functions

WATCHED = ROOT / "reports" / "watched"


def write(file: Path, told: dict[str, Any]) -> None:
    """As JSON that is the same for the same findings."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def digest_of(mutant: Mutant) -> str:
    """Of the function as it stands, by meaning, and of what is changed in it."""
    tree = ast.parse((ROOT / Path(*mutant.module.split("."))).with_suffix(".py").read_text(encoding="utf-8"))
    node = next(one for name, one in functions(tree) if name == mutant.function)
    return hashlib.sha256("\0".join((ast.dump(node), mutant.place, mutant.was, mutant.now)).encode()).hexdigest()[:16]
