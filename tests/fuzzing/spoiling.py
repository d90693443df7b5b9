"""Valid files, spoilt: their bytes, their words, or what JSON and TOML say, one or a few places at a time.

Nothing here does harm: what is nested or long is so only as far as every reader must bear, and commands are words.
"""

import json
import pickle
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import date, datetime
from functools import cache
from random import Random
from typing import Any

_WORDS = re.compile(rb"\w+|\s+|[^\w\s]")
SIGNS = [
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xe2\x80\xae",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\t",
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"'",
    b'"""',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"$",
    b"$$",
    b"`",
    b"```",
    b"|",
    b"*",
    b"_",
    b"#",
    b"@",
    b"%",
    b"&",
    b"~",
    b"<",
    b">",
    b"=",
    b",",
    b":",
    b"-",
    b"--",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-0",
    b"0x1p-1",
    b"null",
    b"true",
    b"inf",
    b"../",
    b"/etc/passwd",
    b"{0.__class__}",
    b"%s%n",
    b"\\begin{",
    b"\\end{",
    b"\\item",
    b"\\verb|",
    b"\\def\\a{\\a}",
    b"\\input{/etc/passwd}",
    b"[^1]: ",
    b"![",
    b"](",
    b"](<",
    b"javascript:",
    b"|---|\n",
    b"1979-05-27",
    b"[[",
    b"]]",
    b"a.b.c = 1\n",
    b"@string{a = b}",
    b"@comment{",
    b"# and #",
    b" and ",
    b"\\'",
    b'{\\"',
    "ſß�İ".encode(),
    b"\xc2\xa0",
    "﻿ ".encode(),
]
DEPTHS, LENGTHS = (20, 90, 200, 600, 2_000, 20_000), (10, 1_000, 5_000, 70_000)
ODD: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31,
    2**53 + 1,
    2**63,
    -(2**64),
    10**400,
    10**5_000,
    0.5,
    -0.0,
    1e308,
    5e-324,
    float("nan"),
    float("inf"),
    -float("inf"),
    "",
    " ",
    "\n",
    "\0",
    "\u202e",
    "\ud800",
    "a" * 10_000,
    "../../elsewhere",
    "/etc/passwd",
    "{}",
    "{0.__class__}",
    "{name}",
    "1e400",
    "-1",
    "nan",
    "held",
    "os.system",
    "__import__('os')",
    "<script>",
    "x" * 70_000,
    [],
    {},
    [[]],
    [{}],
    {"": ""},
    {"a": {"b": {"c": None}}},
    list(range(1_000)),
    date(1979, 5, 27),
    datetime(1979, 5, 27, 7, 32),
]
CODED: list[Any] = (
    [{"fraction": one} for one in ("1/0", "1e400", "1/3", "nan", "", "9" * 5_000, 3, None, "١")]
    + [{"float": one} for one in ("inf", "1e400", "x", "", None, [])]
    + [
        {kind: items, "dtype": dtype, "shape": shape}
        for kind in ("array", "tensor")
        for items, dtype, shape in (
            ([1, 2], "float64", [2]),
            ([1, 2], "float64", [3]),
            ([1], "float64", [-1]),
            ([1], "float64", [10**9, 10**9]),
            ([[1], [1, 2]], "float64", [2]),
            (["a"], "U10", [1]),
            ([1], "object", [1]),
            ([1], "torch.load", [1]),
            ([1], "ones", [1]),
            ([1], "", [1]),
            ([1], None, None),
            (["x"], "float64", [1]),
            ([1], "i4,i4", [1]),
            ([1e400], "int64", [1]),
            ([2**70], "int8", [1]),
            ([], "float32", [0]),
            (None, "float64", []),
            ([1], "M8[ns]", [1]),
            ([1], "datetime64", [1]),
            ([1], "V8", [1]),
        )
    ]
    + [
        {"object": one, "fields": fields}
        for one in ("Chain", "Store", "Shelf", "Target", "LSTM", "Fact", "Text", "open")
        for fields in ({}, {"folder": "/etc"}, {"": 1}, [1], None)
    ]
    + [
        {"name": one}
        for one in ("main", "write_whole", "ROOT", "Outcome", "os", "__import__", "write_whole.__globals__", "", "a b", 3, "café")
    ]
    + [{"tuple": one} for one in ([], [1], 3, None, "ab")]
    + [{"choice": one} for one in (0, -1, 10**6, "a", None, [], 0.5)]
)


def spoilt(valid: bytes, others: Sequence[bytes], rnd: Random, kind: str, seal: Callable[[Any], Any] | None = None) -> bytes:
    """A `valid` file with a few things wrong: in what it says where its `kind` is json or toml, else as text or bytes. Where it
    carries a `seal`, mostly with one that fits again, as somebody would who wants to be believed."""
    if kind in WRITTEN and rnd.random() < 0.6:
        plain = pickle.loads(_pickled(valid, kind))
        for _ in range(rnd.choice((1, 1, 1, 2, 4))):
            plain = _otherwise(plain, rnd)
        if seal and rnd.random() < 0.7:
            plain = seal(plain)
        written = WRITTEN[kind](plain)
        return written if rnd.random() < 0.9 else _bytes(written, others, rnd)
    return (_words if rnd.random() < 0.6 else _bytes)(valid, others, rnd)


@cache
def _pickled(valid: bytes, kind: str) -> bytes:
    """What it says, to be taken anew for each file: that is faster than to read it."""
    return pickle.dumps(READ[kind](valid))


# --- as text ------------------------------------------------------------------------------------------------------------------


def _bytes(text: bytes, others: Sequence[bytes], rnd: Random) -> bytes:
    for _ in range(rnd.choice((1, 1, 2, 5, 20))):
        at, end = sorted((rnd.randint(0, len(text)), rnd.randint(0, len(text))))
        match rnd.randrange(8):
            case 0:
                text = text[:at] + bytes([rnd.randrange(256)]) + text[at + 1 :]
            case 1:
                text = text[:at] + text[min(end, at + rnd.choice((1, 8, 200))) :]
            case 2:
                text = text[:end] + text[at : min(end, at + 500)] + text[end:]
            case 3:
                text = text[:at] + rnd.choice(SIGNS) + text[at:]
            case 4:
                text = text[:at]
            case 5:
                other = rnd.choice(others)
                text = text[:at] + other[rnd.randint(0, len(other)) :]
            case 6:
                text = text[:at] + _repeated(rnd) + text[at:]
            case _:
                text = text[:at] + rnd.randbytes(rnd.choice((1, 4, 40))) + text[end:]
    return text[:300_000]


def _words(text: bytes, others: Sequence[bytes], rnd: Random) -> bytes:
    words, foreign = _WORDS.findall(text), _WORDS.findall(rnd.choice(others))
    for _ in range(rnd.choice((1, 2, 4, 10))):
        if not words:
            break
        at, other = rnd.randrange(len(words)), rnd.randrange(len(words))
        match rnd.randrange(6):
            case 0:
                words[at], words[other] = words[other], words[at]
            case 1:
                del words[at : at + rnd.choice((1, 2, 9))]
            case 2:
                words[at:at] = words[other : other + rnd.choice((1, 5, 30))]
            case 3:
                words[at] = rnd.choice(SIGNS)
            case 4:
                words[at:at] = [rnd.choice(SIGNS)] * rnd.choice((1, 2, 3, 30))
            case _:
                words[at] = rnd.choice(foreign or [b""]) if rnd.random() < 0.7 else _repeated(rnd)
    return b"".join(words)


def _repeated(rnd: Random) -> bytes:
    """The same again and again, or nested."""
    opens, closes = rnd.choice(
        (
            (b"[", b"]"),
            (b"{", b"}"),
            (b'{"a":', b"}"),
            (b"(", b")"),
            (b"> ", b""),
            (b"- ", b""),
            (b"*", b"*"),
            (b"\\emph{", b"}"),
            (b"$", b"$"),
            (b"\\begin{itemize}\\item ", b"\\end{itemize}"),
            (b"{a=", b"}"),
            (b"[^a", b"]"),
            (b"\\", b""),
            (b"a.", b""),
        )
    )
    many = rnd.choice(DEPTHS)
    return opens * many + b"1" + closes * rnd.choice((0, many, many - 1)) if rnd.random() < 0.7 else b"9" * rnd.choice(LENGTHS)


# --- as what it says ----------------------------------------------------------------------------------------------------------


def _otherwise(plain: Any, rnd: Random) -> Any:
    """With something else in one of its places."""
    holder, key = None, None
    node = plain
    while isinstance(node, dict | list) and node and rnd.random() < 0.85:
        holder, key = node, rnd.choice(list(node) if isinstance(node, dict) else range(len(node)))
        node = holder[key]
    if holder is None:
        return odd(plain, rnd)
    match rnd.randrange(6):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[rnd.choice((f"{key}s", "", "a b", "é", "__class__", str(key).upper(), "x" * 300))] = odd(node, rnd)
        case 1 | 2 if isinstance(holder, list):
            holder.insert(key, deepcopy(rnd.choice(holder)))
        case 2:
            other = rnd.choice(list(holder))
            holder[key], holder[other] = holder[other], holder[key]
        case _:
            holder[key] = odd(node, rnd)
    return plain


def _said(was: Any) -> Any:
    """As Python writes it; the same where a number somewhere in it is longer than Python writes."""
    try:
        return str(was)
    except ValueError:
        return was


def odd(was: Any, rnd: Random) -> Any:
    """Something else in the place of what was there."""
    match rnd.randrange(10):
        case 0:
            return [was]
        case 1:
            return {"a": was}
        case 2:
            return _said(was)
        case 3:
            return _deep(rnd)
        case 4 if isinstance(was, int | float) and not isinstance(was, bool):
            return rnd.choice(
                (-was, was * 2**40, was + 1, float(was) if abs(was) < 1e300 else 0.0, was * 1e-300 if abs(was) < 1e300 else 1)
            )
        case 4 if isinstance(was, str):
            at = rnd.randint(0, len(was))
            return was[:at] + rnd.choice(SIGNS).decode(errors="replace") + was[at:]
        case 5 | 6:
            return deepcopy(rnd.choice(CODED))
        case _:
            return deepcopy(rnd.choice(ODD))


class _Written(str):
    """Stands in a file as it is: what Python's own writers could not nest so deeply."""


def _deep(rnd: Random) -> Any:
    many, (opens, closes) = rnd.choice(DEPTHS), rnd.choice((("[", "]"), ('{"a": ', "}")))
    return _Written(opens * many + "1" + closes * many)


def _as_json(plain: Any) -> bytes:
    return _put(plain, "null", ": ", '"{}"').encode()


def _as_toml(plain: Any) -> bytes:
    """Lists of tables under headers, as people write them, and everything else in line."""
    if not isinstance(plain, dict):
        return _inline(plain).encode()
    headed = {
        name: one for name, one in plain.items() if isinstance(one, list) and one and all(isinstance(row, dict) for row in one)
    }
    lines = [f"{json.dumps(str(name))} = {_inline(one)}\n" for name, one in plain.items() if name not in headed]
    for name, rows in headed.items():
        for row in rows:
            lines.append(f"\n[[{name if re.fullmatch(r'[A-Za-z_]+', str(name)) else json.dumps(str(name))}]]\n")
            lines += [
                f"{key if re.fullmatch(r'[A-Za-z_]+', str(key)) else json.dumps(str(key))} = {_inline(one)}\n"
                for key, one in row.items()
            ]
    return "".join(lines).encode(errors="surrogatepass")


def _inline(plain: Any) -> str:
    return _put(plain, '"null"', " = ", "{}")


def _put(plain: Any, null: str, gives: str, dated: str) -> str:
    match plain:
        case _Written():
            return str(plain).replace('"a": ', f'"a"{gives}')
        case None:
            return null
        case bool():
            return "true" if plain else "false"
        case int():
            return _digits(plain)
        case float():
            return repr(plain) if null != "null" else json.dumps(plain)
        case date():
            return dated.format(plain.isoformat())
        case list() | tuple():
            return "[" + ", ".join(_put(one, null, gives, dated) for one in plain) + "]"
        case dict():
            parts = (f"{json.dumps(str(key))}{gives}{_put(one, null, gives, dated)}" for key, one in plain.items())
            return "{" + ", ".join(parts) + "}"
        case _:
            return json.dumps(str(plain))


MANY = 10**4_000  # worked out once: Python does so wherever it stands


def _digits(number: int) -> str:
    """Python refuses to write a number of more than 4300 digits."""
    return str(number) if abs(number) < MANY else "1" + "0" * 5_000


def _toml(content: bytes) -> Any:
    import tomllib

    return tomllib.loads(content.decode())


READ: dict[str, Callable[[bytes], Any]] = {"json": json.loads, "toml": _toml}
WRITTEN: dict[str, Callable[[Any], bytes]] = {"json": _as_json, "toml": _as_toml}
