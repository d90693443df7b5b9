"""`python -m reports locate FILE "phrase"`: the rows for `passages.toml` of the sentences that a phrase stands in."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import click

from claims.evidence.evidence import EvidenceError
from reports.essay.passages import Row, passages
from reports.essay.placing import place
from reports.reading.folding import folded
from reports.reading.sentences import Essay, Sentence, read_essay
from reports.text.formulas import read_out

_MARKUP = "[*`~]*"  # may stand within a phrase that is copied from the page
NEAREST = 3  # sentences to name when the phrase is nowhere


def locate(file: Path, phrase: str) -> int:
    """Print the rows for passages.toml of the sentences in FILE that PHRASE stands in, wherever it breaks its lines."""
    essay = read_essay(file)
    found = sentences_with(essay, phrase)
    if not found:
        raise EvidenceError(f"{file}: {phrase!r} is nowhere{_nearest(essay, phrase)}")
    known = place(passages().passages, essay.sentences).rows
    for number in found:
        click.echo(row(essay.sentences[number], known.get(number)))
    return 0


def sentences_with(essay: Essay, phrase: str) -> list[int]:
    """The numbers of the sentences in which any of the phrase stands, in each place where the whole of it does: as it is written
    in the file, or else as it is read."""
    if not phrase.split():
        raise click.UsageError("an empty phrase stands everywhere; give some words of the passage")
    return _as_written(essay, phrase) or _as_read(essay, folded(read_out(phrase)))


def _as_written(essay: Essay, phrase: str) -> list[int]:
    starts = [one.at for one in essay.sentences]
    wanted = re.compile(rf"{_MARKUP}\s+{_MARKUP}".join(_MARKUP.join(map(re.escape, word)) for word in phrase.split()))
    found: list[int] = []
    for hit in wanted.finditer(essay.text):
        first = max(0, bisect_right(starts, hit.start()) - 1)
        found += [
            number for number in range(first, bisect_right(starts, hit.end() - 1))
            if number not in found[-1:] and starts[number] + len(essay.sentences[number].text) > hit.start()
        ]  # fmt: skip
    return found


def _as_read(essay: Essay, words: str) -> list[int]:
    """In the words of the sentences; those of a block follow each other, and between blocks a phrase breaks off."""
    found: list[int] = []
    for _, numbers in sorted(essay.within.items()):
        block = list(numbers.values())
        said = [folded(essay.sentences[number].words) for number in block]
        begins = [0, *accumulate(len(one) + 1 for one in said)]
        whole, hit = " ".join(said), -1
        while (hit := whole.find(words, hit + 1)) >= 0:
            first, last = (bisect_right(begins, at) - 1 for at in (hit, hit + len(words) - 1))
            found += [number for number in block[first : last + 1] if number not in found[-1:]]
    return found


def row(sentence: Sentence, known: Row | None = None) -> str:
    """The row of a sentence as the file has it: with what is known of it, or with what is to be filled in."""
    last = f", last = {sentence.last}" if sentence.last > sentence.line else ""
    says = 'claims = [""]' if known is None else _says(known)
    hint = '  # or repeats = ["id"], or none = "kind", why = "…"' if known is None else ""
    return (
        f"  {{ line = {sentence.line}, start = {sentence.start}{last}, end = {sentence.end}, "
        f'digest = "{sentence.digest}", {says} }},{hint}'
    )


def _says(known: Row) -> str:
    for name, ids in (("claims", known.claims), ("repeats", known.repeats)):
        if ids:
            return f"{name} = [{', '.join(map(_quoted, ids))}]"
    return f"none = {_quoted(str(known.none))}" + (f", why = {_quoted(known.why)}" if known.why else "")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _nearest(essay: Essay, phrase: str) -> str:
    """Where most of its words stand together."""
    words = set(_words(phrase))
    shared = [(len(words.intersection(_words(one.words))), one) for one in essay.sentences]
    best: Sequence[tuple[int, Sentence]] = sorted(shared, key=lambda one: -one[0])[:NEAREST]
    near = [f"line {one.line} ({count} of {len(words)} words)" for count, one in best if count]
    return f"; nearest is {', '.join(near)}" if near else ", and none of its words is either; look whether this is the essay"


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
