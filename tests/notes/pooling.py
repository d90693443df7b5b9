"""What the labels of `labelled.toml` lack: what three rankings show for each sentence, to be judged without being told which did.

    python -m tests.notes.pooling draw FOLDER       pairs that nobody has judged yet, and some that are labelled, to FOLDER
    python -m tests.notes.pooling again FOLDER      of the pairs that were judged some to judge again, in another order
    python -m tests.notes.pooling enter FOLDER      the judgements, to `labelled.toml` and `judged.toml`

Read `FOLDER/chunk-*.jsonl`, and write into `FOLDER/grades.toml` the numbers `n` of the pairs that fit, `yes = [3, 17]`, and of
those that one cannot tell, `unsure = [4]`. All others are taken for unfit. What each pair is stands in `FOLDER/key.json`:
leave it alone until then.

E. Voorhees and D. Harman, eds. (2005), TREC: Experiment and Evaluation in Information Retrieval, chapter 2.
"""

import json
import random
import re
import sys
import textwrap
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from claims.evidence.keys import ROOT
from claims.kit.heard import ASIDE, SAID, read_heard
from claims.texts import the_text
from reports.essay.notes import with_more
from reports.record.record import Record, read_record
from reports.search.index import index_of
from reports.search.learned import learned, nearest
from tests.reports.made import with_its_words

NOTES = Path(__file__).parent
TOP, DECOYS, AGAIN, CHUNK, SEED = 5, 2, 60, 300, 20
Pair = tuple[int, str]  # a sentence's place in labelled.toml, and a claim


def sentences() -> list[dict]:
    return tomllib.loads((NOTES / "labelled.toml").read_text(encoding="utf-8"))["sentence"]


def judged() -> dict[str, set[Pair]]:
    """By the judgement, the pairs that were given it and are not in labelled.toml."""
    read = tomllib.loads((NOTES / "judged.toml").read_text(encoding="utf-8"))
    return {grade: {(place, id) for id, places in rows.items() for place in places} for grade, rows in read.items()}


def known() -> Record:
    """The committed record, with the vocabulary as it is now and all that notes learn from."""
    made = with_its_words(read_record(ROOT / "reports" / "verdicts.json"))
    return with_more(made, read_heard(the_text().folder / SAID, {one.id for one in made.claims}))


def found(record: Record, asked: Sequence[str]) -> dict[str, list[list[str]]]:
    """By the ranking, what it finds for each sentence: the project's own, words, and four letters in a row."""
    # What is shown, or would be if there were nothing that no claim is about.
    bare = msgspec.structs.replace(
        record, terms=[one for one in record.terms if one.claims],
        heard={id: says for id, says in record.heard.items() if id != ASIDE},
    )  # fmt: skip
    index, by = index_of(bare), learned(bare)
    ids = [one.id for one in record.claims]
    near = {
        "words": cosine([f"{one.says} {one.teach}" for one in record.claims], asked, lambda text: re.findall(r"[^\W_]+", text)),
        "letters": cosine([one.says for one in record.claims], asked, four_letters),
    }
    own = [[hit.id for hit in nearest(index, by, text, 0, TOP)] for text in asked]
    return {"project": own} | {
        name: [[ids[place] for place in np.argsort(-row, kind="stable")[:TOP] if row[place] > 0] for row in rows]
        for name, rows in near.items()
    }  # fmt: skip


def four_letters(text: str) -> list[str]:
    joined = " ".join(re.findall(r"[^\W_]+", text))
    return [joined[place : place + 4] for place in range(len(joined) - 3)]


def cosine(texts: Sequence[str], asked: Sequence[str], parts: Callable[[str], list[str]]) -> np.ndarray:
    """Cosines of TF-IDF vectors, with 1 + log of counts: (asked, texts)."""
    counts = [Counter(parts(text.lower())) for text in texts]
    places = {part: place for place, part in enumerate(sorted(set().union(*counts)))}
    having = Counter(part for count in counts for part in count)
    rare = np.array([1 + np.log((1 + len(texts)) / (1 + having[part])) for part in places])

    def vectors(of: Sequence[Counter[str]]) -> np.ndarray:
        rows = np.zeros((len(of), len(places)))
        for row, count in zip(rows, of, strict=True):
            for part, times in count.items():
                if part in places:
                    row[places[part]] = 1 + np.log(times)
        rows *= rare
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)

    return vectors([Counter(parts(text.lower())) for text in asked]) @ vectors(counts).T


def pooled(record: Record, drawn: random.Random) -> Iterator[tuple[int, str, dict[str, int]]]:
    """What nobody has judged, and at which rank which rankings found it; beside it claims of the same chapters that none did."""
    labels = sentences()
    rankings = found(record, [one["text"] for one in labels])
    done = set().union(*judged().values()) if (NOTES / "judged.toml").exists() else set()
    for place, one in enumerate(labels):
        seen = {*one["about"], *one.get("pooled", ())} | {id for at, id in done if at == place}
        ranks = {name: {id: rank for rank, id in enumerate(rows[place], 1)} for name, rows in rankings.items()}
        pool = sorted({id for ranked in ranks.values() for id in ranked} - seen)
        chapters = {id.split(".")[0] for id in pool}
        others = [c.id for c in record.claims if c.id.split(".")[0] in chapters and c.id not in seen and c.id not in pool]
        yield from ((place, id, {name: ranked[id] for name, ranked in ranks.items() if id in ranked}) for id in pool)
        yield from ((place, id, {}) for id in drawn.sample(others, min(DECOYS, len(others))))


def draw(folder: Path) -> None:
    record, drawn = known(), random.Random(SEED)
    labels, claims = sentences(), {one.id: one for one in record.claims}
    pairs: list[tuple[int, str, dict[str, int] | None]] = list(pooled(record, drawn))
    about = [(place, id, None) for place, one in enumerate(labels) for id in one["about"]]
    pairs += drawn.sample(about, min(AGAIN, len(about)))
    drawn.shuffle(pairs)
    order = drawn.sample(range(len(labels)), len(labels))
    pairs.sort(key=lambda pair: order[pair[0]])  # sentence by sentence, and those of a sentence as they were shuffled
    folder.mkdir(parents=True)  # a new one: chunks of an earlier round would be read along
    (folder / "key.json").write_text(json.dumps(pairs), encoding="utf-8")
    lines = [
        {"n": n, "sentence": labels[place]["text"], "says": claims[id].says, "teach": claims[id].teach}
        for n, (place, id, _) in enumerate(pairs)
    ]  # fmt: skip
    for at in range(0, len(lines), CHUNK):
        _write(folder / f"chunk-{at // CHUNK:02}.jsonl", lines[at : at + CHUNK])


def again(folder: Path) -> None:
    """A third of the fit, a third of the doubtful and a third of the unfit beside these: any others are too easy to tell."""
    drawn, grades = random.Random(SEED), _graded(folder)
    lines = {
        one["n"]: one for path in sorted(folder.glob("chunk-*.jsonl")) for one in map(json.loads, path.open(encoding="utf-8"))
    }
    hard = {lines[n]["sentence"] for n, grade in grades.items() if grade != "no"}
    kinds = [
        [n for n, given in grades.items() if given == grade and lines[n]["sentence"] in hard] for grade in ("yes", "unsure", "no")
    ]
    picked = [n for kind in kinds for n in drawn.sample(kind, min(AGAIN // 3, len(kind)))]
    _write(folder / "again.jsonl", [lines[n] for n in drawn.sample(picked, len(picked))])


def enter(folder: Path) -> None:
    key, grades = json.loads((folder / "key.json").read_text(encoding="utf-8")), _graded(folder)
    new = {grade: {(place, id) for n, (place, id, ranks) in enumerate(key) if grades[n] == grade and ranks is not None}
           for grade in ("yes", "unsure", "no")}  # fmt: skip
    before = judged() if (NOTES / "judged.toml").exists() else {"unsure": set(), "no": set()}
    head, *entries = (NOTES / "labelled.toml").read_text(encoding="utf-8").split("[[sentence]]\n")
    for place, id in sorted(new["yes"]):
        had = tomllib.loads(entries[place]).get("pooled", [])
        bare = re.sub(r"(?m)^pooled = .*\n", "", entries[place])
        entries[place] = re.sub(r"(?m)^(?=why = |part = )", f"pooled = {json.dumps([*had, id])}\n", bare, count=1)
    (NOTES / "labelled.toml").write_text("[[sentence]]\n".join([head, *entries]), encoding="utf-8")
    (NOTES / "judged.toml").write_text(_told({grade: before[grade] | new[grade] for grade in before}), encoding="utf-8")


def _graded(folder: Path) -> dict[int, str]:
    given = tomllib.loads((folder / "grades.toml").read_text(encoding="utf-8"))
    pairs = json.loads((folder / "key.json").read_text(encoding="utf-8"))
    return {n: next((grade for grade in ("yes", "unsure") if n in given[grade]), "no") for n in range(len(pairs))}


def _told(grades: dict[str, set[Pair]]) -> str:
    """judged.toml: by the judgement and the claim, the places of the sentences."""
    told = (
        "# What was judged and is not about the same, or could not be told, so that it need not be judged again: for each claim\n"
        "# the places of the sentences in labelled.toml, counted from 0. Written by pooling.py.\n"
    )
    for grade, pairs in grades.items():
        told += f"\n[{grade}]\n"
        for id in sorted({id for _, id in pairs}):
            row = f'"{id}" = {sorted(place for place, of in pairs if of == id)}'
            told += textwrap.fill(row, 130, subsequent_indent="    ", break_on_hyphens=False) + "\n"
    return told


def _write(path: Path, lines: Sequence[dict]) -> None:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), encoding="utf-8")


if __name__ == "__main__":
    {"draw": draw, "again": again, "enter": enter}[sys.argv[1]](Path(sys.argv[2]))
