"""The pages as text: `index.html` with all statements, a page a claim, the text's tables, what to say instead, references,
what training showed, what was timed; and all of it in one file.

Everything on them is taken from the record and the evidence; the same two give the same bytes. They open offline, ask the
network for nothing, and say all they have to say without a script. Those that show nothing new are left as they are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from markupsafe import Markup

from claims.evidence.evidence import Case, ClaimEvidence, ReadingEvidence, as_json, write_whole
from claims.evidence.keys import file_at
from claims.evidence.sources import Source, cited
from claims.evidence.tried import TriedClaim, read_tried, up_to_date
from reports.exports.claim_review import claim_review
from reports.pages import pictures
from reports.pages.arguments import by_argument
from reports.pages.explore import FORMULAS
from reports.pages.listing import code_of
from reports.pages.neighbours import neighbourhood
from reports.pages.render import Here, asset, digest, environment
from reports.pages.surprising import surprising
from reports.pages.trials import Measured, measured_with
from reports.pages.upkeep import Page, Upkeep, sources_of
from reports.pages.ways import there, ways
from reports.pages.words import linked, words
from reports.record import oracles
from reports.record.record import CellRecord, ClaimRecord, PrintRecord, Record, is_as_pinned
from reports.record.replications import Replication, read_replications
from reports.record.stability import axes_tried
from reports.record.tried import Summed, summed_up
from reports.record.watched import Watched, watched_in
from reports.search.index import index_of, texts_of
from reports.text import citing, wording


@dataclass(frozen=True)
class Pages:
    """Every page there is to make of a record, its evidence and the bibliography, beside what was `made` on demand, who else ran
    it (`replications`), and what searches were seen to try (`observed`)."""

    record: Record
    evidence: Mapping[str, ClaimEvidence]
    sources: Mapping[str, Source]
    made: Mapping[str, str] = field(default_factory=dict)
    watched: Watched | None = None
    replications: Sequence[Replication] = ()
    observed: Mapping[str, TriedClaim] = field(default_factory=dict)

    def pages(self) -> Iterator[Page]:
        """All files of the site, each with all that it shows beside the digest of the record."""
        record, claims = self.record, self.record.claims
        for name in ("style.css", "page.js", "search.js", "start.js", "machines.js", "explore.js"):
            yield Page(f"assets/{name}", None, partial(asset, name))
        found_by = [(one.id, texts_of(one)) for one in claims]
        yield Page("assets/index.js", (found_by, record.terms, record.heard), self._script_of_index)
        yield Page("index.html", (record, self.made), self.start)
        cites = [(one.id, one.says, one.verdict, one.why, one.cites, one.fact) for one in claims]
        yield Page("references.html", (cites, record.elsewhere), self.references)
        yield Page("glossary.html", words(), self.glossary)
        yield from self._on_trust()
        yield Page("provenance.html", self.replications, self.provenance)
        if formulas := self._turned:
            yield Page("explore.html", (formulas, self._named(id for ids in formulas.values() for id in ids)), self.explore)
        for one in claims:
            drawn = [one.id] if one.figure and one.id in self.charts else []
            yield Page(f"claims/{one.id}.html", self._shown_of(one), partial(self.claim, one), drawn)
        if record.instead:
            yield Page("instead.html", self._named(record.instead), self.instead)
        if record.tables:
            cells = [one for table in record.tables for _, row in table.rows for one in row if isinstance(one, CellRecord)]
            yield Page("tables.html", (record.tables, self._named(one.claim for one in cells)), self.tables)
        if (trained := record.training) is not None:
            shown = self._named([*trained.figures, *(one.claim for one in trained.changed)])
            charts = [self.charts.get(id) for id in trained.figures]
            yield Page("training.html", (trained, record.run.training, shown, charts), self.training, trained.figures)
        if (timed := record.machines) is not None:
            charts = [self.charts.get(id) for id in timed.figures]
            yield Page("machines.html", (timed, self._named(timed.figures), charts), self.machines, timed.figures)
        if (others := record.libraries) is not None:
            charts = [self.charts.get(id) for id in others.figures]
            yield Page("libraries.html", (others, self._named(others.figures), charts), self.libraries, others.figures)
        for id, chart in self.charts.items():
            for number, name in enumerate(self._names(id)):
                yield Page(f"figures/{name}", chart, partial(self._numbers, id, number))

    def _on_trust(self) -> Iterator[Page]:
        """How far to trust it, and what there is of that as data."""
        record = self.record
        if self._trusted:
            stamped = [(one.id, one.says, one.verdict, one.stability) for one in record.claims]
            shown = (stamped, self.watched, record.oracles, oracles.summed(record), self._searches)
            yield Page("trust.html", shown, self.trust)
        if self._tried:
            yield Page("tried.json", self._tried, lambda: as_json(self._tried).decode())

    def start(self) -> str:
        """Where else to look, all statements by chapters, and what may surprise."""
        leads = ways(self.record, dict(self.made), self._turned, self._trusted)
        return self._page("start.html", Here(), ways=leads, **self._overview)

    def single(self) -> str:
        """The whole report in one file."""
        script = asset("page.js") + self._script_of_index() + asset("search.js") + asset("start.js")
        return self._page(
            "single.html", Here(single=True), script=Markup(script), script_digest=digest(script), **self._overview,
            references=cited({key for one in self.record.claims for key in one.cites}, self.sources),
        )  # fmt: skip

    def claim(self, claim: ClaimRecord) -> str:
        """All about one claim, and the way to its neighbours in the text."""
        before, after = self._beside[claim.id]
        seen = self.evidence.get(claim.id)
        page = self._page(
            "claim_page.html", Here("../"), claim=claim, before=before, after=after,
            review=claim_review(claim, self.record, pages=""),
            seeds=[one.entropy for one in seen.readings if one.entropy is not None] if seen else [],
            seen=self._tried.get(claim.id),
        )  # fmt: skip
        return linked(page, [*words()[0], *words()[1]], "../glossary.html")

    def instead(self) -> str:
        """What needs a correction, and the correction."""
        instead = [self.by_id[id] for id in self.record.instead]
        return self._page("instead.html", Here(), instead=instead, most=wording.MOST_IMPORTANT)

    def tables(self) -> str:
        """The text's tables, rebuilt."""
        found = [(chapter, [one for one in self.record.tables if one.chapter == chapter]) for chapter in self._all_chapters]
        return self._page("tables.html", Here(), by_chapter=[(chapter, tables) for chapter, tables in found if tables])

    def references(self) -> str:
        """By publication, what was taken from it and which statements rest on that."""
        taken: dict[str, list[tuple[ClaimRecord, PrintRecord]]] = defaultdict(list)
        also: dict[str, list[ClaimRecord]] = defaultdict(list)
        for claim in self.record.claims:
            published = claim.fact.published if claim.fact else []
            for one in published:
                taken[one.source].append((claim, one))
            for key in set(claim.cites) - {one.source for one in published}:
                also[key].append(claim)
        return self._page(
            "references.html", Here(), taken=taken, also=also, references=cited(set(taken) | set(also), self.sources),
            open=[one for one in self.record.claims if one.fact and one.verdict == "undecided"],
        )  # fmt: skip

    def training(self) -> str:
        """What training showed."""
        return self._page("training.html", Here(), training=self.record.training)

    def machines(self) -> str:
        """What was timed."""
        return self._page("machines.html", Here(), machines=self.record.machines)

    def libraries(self) -> str:
        """What other libraries compute."""
        return self._page("libraries.html", Here(), libraries=self.record.libraries)

    def explore(self) -> str:
        """Formulas to turn by hand."""
        return self._page(
            "explore.html", Here(), curves=[(one, self._turned[one.id]) for one in FORMULAS if one.id in self._turned]
        )

    def trust(self) -> str:
        """What was done to find out whether the checks can be trusted."""
        return self._page(
            "trust.html", Here(), tried=axes_tried(self.record.claims), watched=self.watched, searches=self._searches,
            oracles=oracles.summed(self.record),
        )  # fmt: skip

    @property
    def _trusted(self) -> bool:
        """Whether there is anything to say of it."""
        return bool(self.watched or self.record.oracles or self._tried or any(one.stability for one in self.record.claims))

    @cached_property
    def _tried(self) -> dict[str, TriedClaim]:
        """What searches tried, of claims that have not changed since."""
        return up_to_date(self.observed, self.evidence)

    @cached_property
    def _searches(self) -> Summed | None:
        return summed_up(self.record, self._tried)

    def glossary(self) -> str:
        """Words that a reader may not have at hand."""
        own, others = words()
        return self._page("glossary.html", Here(), own=own, others=others)

    def provenance(self) -> str:
        """What the record is known by, how that is checked, and who else came to the same."""
        return self._page("provenance.html", Here())

    @property
    def _turned(self) -> dict[str, list[str]]:
        """The formulas that there are to turn, and the claims that each illustrates."""
        known = {one.id for one in FORMULAS}
        return {id: claims for id, claims in self.record.text.formulas.items() if id in known}

    @cached_property
    def by_id(self) -> dict[str, ClaimRecord]:
        return {one.id: one for one in self.record.claims}

    @cached_property
    def charts(self) -> dict[str, dict[str, Any]]:
        return {id: one.figure for id, one in self.evidence.items() if one.figure}

    @cached_property
    def chapters(self) -> list[tuple[str, list[ClaimRecord]]]:
        """The claims by chapter, in the order of the text; chapters that are new to its list come last."""
        order = [one.name for one in self.record.text.chapters]
        place = {one.chapter: order.index(one.chapter) if one.chapter in order else len(order) for one in self.record.claims}
        ordered = sorted(self.record.claims, key=lambda one: (place[one.chapter], one.chapter))
        return [(chapter, list(claims)) for chapter, claims in groupby(ordered, key=lambda one: one.chapter)]

    @cached_property
    def _beside(self) -> dict[str, tuple[ClaimRecord | None, ClaimRecord | None]]:
        """What stands before and after a claim in the text."""
        row = [None, *(one for _, claims in self.chapters for one in claims), None]
        return {one.id: (before, after) for before, one, after in zip(row, row[1:], row[2:], strict=False) if one}

    @property
    def _all_chapters(self) -> list[str]:
        """Those of the claims, then those that only tables have."""
        return list(dict.fromkeys([*(chapter for chapter, _ in self.chapters), *(one.chapter for one in self.record.tables)]))

    @cached_property
    def _overview(self) -> dict[str, Any]:
        """What the start page and the one file share."""
        record = self.record
        return {
            "surprising": surprising(record), "verdicts_of": lambda claims: Counter(one.verdict for one in claims),
            "longest": max((len(claims) for _, claims in self.chapters), default=1),
            "engines": [name for name in wording.ENGINES if any(wording.engine(one) == name for one in record.claims)],
            "off_pins": [one for part in is_as_pinned(record) for one in part],
            "citation": citing.citation(record), "bibtex": citing.bibtex(record),
        }  # fmt: skip

    def _named(self, ids: Iterable[str]) -> list[ClaimRecord]:
        """The claims of these ids, where they are in the record."""
        return [self.by_id[id] for id in ids if id in self.by_id]

    def _shown_of(self, claim: ClaimRecord) -> Any:
        """All that a claim's page shows, but for the date, the commit and the seconds of its run."""
        record, seen, (before, after) = self.record, self.evidence.get(claim.id), self._beside[claim.id]
        run = record.run
        graph = neighbourhood(claim, self.by_id)
        beside = [(one.id, one.says, one.verdict, one.uses) for _, one in graph.lines] if graph else []
        source = file_at(claim.defined_at.rpartition(":")[0])
        return (
            claim, [record.oracles[name] for name in claim.oracles], before and before.id, after and after.id, beside,
            code_of(source), run.profile, run.address, run.machine, run.versions,
            run.clocked.get(claim.id), self.charts.get(claim.id), self._tried.get(claim.id),
            seen and [(one.entropy, one.measured) for one in seen.readings], [by_argument(one.domain) for one in claim.readings],
        )  # fmt: skip

    def _measured(self, claim: ClaimRecord, one: ReadingEvidence, case: Case) -> list[Measured]:
        """What was measured with the seed of this case of the reading."""
        readings = self.evidence[claim.id].readings if claim.id in self.evidence else []
        seen = next((each for each in readings if (each.role, each.name) == (one.role, one.name)), None)
        return measured_with(seen, case) if seen else []

    def _script_of_index(self) -> str:
        return f"const INDEX = {_as_script(index_of(self.record))};\n"

    def _names(self, id: str) -> list[str]:
        """The file of each table of a claim's figure."""
        count = sum(1 for _ in pictures.tables(self.charts[id]))
        return [f"{id}.csv" if count == 1 else f"{id}-{number}.csv" for number in range(1, count + 1)]

    def _numbers(self, id: str, number: int) -> str:
        """One of them."""
        return pictures.numbers(self.charts[id])[number]

    def _page(self, template: str, here: Here, **more: Any) -> str:
        html: str = environment().get_template(template).render(
            record=self.record, run=self.record.run, here=here, by_id=self.by_id, chapters=self.chapters, charts=self.charts,
            cited=lambda keys: cited(keys, self.sources),
            replications=self.replications, numbers=self._names, measured=self._measured,
            picture=lambda name, labelled=False: pictures.picture(name, self.charts[name], labelled), **more,
        )  # fmt: skip
        return html


def _as_script(value: Any) -> str:
    """As JSON that cannot end a script."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")


def pages_of(record: Record, evidence: Mapping[str, ClaimEvidence], folder: Path, bibliography: Path) -> Pages:
    """Those of the report in this folder, beside what was made there on demand."""
    made, watched = there(folder / "site"), watched_in(folder)
    return Pages(record, evidence, sources_of(bibliography), made, watched, read_replications(), read_tried(folder))


def write_pages(record: Record, evidence: Mapping[str, ClaimEvidence], folder: Path, bibliography: Path) -> list[str]:
    """Write the files of the site that have to be written, remove those that are no more, and return the names of all."""
    site = folder / "site"
    made = pages_of(record, evidence, folder, bibliography)
    pages, upkeep = list(made.pages()), Upkeep(site, bibliography, record.run.digest)
    due = upkeep.due(pages)
    pictures.begin(made.charts[id] for id in dict.fromkeys(id for one in due for id in one.pictures))
    for one in due:
        upkeep.write(one)
    for old in strangers(made, site):
        old.unlink(missing_ok=True)
    upkeep.remember()
    return [one.name for one in pages]


def write_site(record: Record, evidence: Mapping[str, ClaimEvidence], folder: Path, bibliography: Path) -> Path:
    """The same; and the path of the first page."""
    write_pages(record, evidence, folder, bibliography)
    return folder / "site" / "index.html"


def write_start(record: Record, folder: Path, bibliography: Path) -> None:
    """Write the first page anew, once something lies in the site that it leads to; nothing where there is no site."""
    site = folder / "site"
    if (site / "index.html").is_file():
        write_whole(site / "index.html", pages_of(record, {}, folder, bibliography).start().encode())


def write_single(record: Record, evidence: Mapping[str, ClaimEvidence], folder: Path, bibliography: Path) -> Path:
    """Write the report as one file and return its path."""
    path = folder / "site" / "single.html"
    write_whole(path, pages_of(record, evidence, folder, bibliography).single().encode())
    return path


def strangers(pages: Pages, site: Path) -> list[Path]:
    """Pages in the site, by their places ours, which are none of these."""
    names = {one.name for one in pages.pages()}
    return [one for one in _ours(site) if one.is_file() and one.relative_to(site).as_posix() not in names]


def _ours(site: Path) -> Iterator[Path]:
    """What an earlier run may have left."""
    yield from (
        site / name
        for name in (
            "instead.html",
            "tables.html",
            "training.html",
            "machines.html",
            "libraries.html",
            "explore.html",
            "trust.html",
        )
    )
    yield from site.glob("claims/*.html")
    yield from site.glob("figures/*.csv")
