"""How a sentence is shown: what became of the claims that it states, why it has none, or that it is to be reviewed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.essay.passages import KINDS, Row
from reports.essay.placing import Placing
from reports.pages.render import Here
from reports.record.record import ClaimRecord
from reports.text.wording import GRAVEST, ICONS


@dataclass(frozen=True)
class Verdicts:
    """Marks sentences by the verdicts on their claims: the gravest decides how one looks, and each claim has a link behind it."""

    placing: Placing
    claims: Mapping[str, ClaimRecord]

    def stated(self, row: Row | None) -> list[ClaimRecord]:
        """The claims of a row that the record knows: it may be of a run on some claims only."""
        return [self.claims[id] for id in row.stated if id in self.claims] if row else []

    def around(self, number: int, html: Markup) -> Markup:
        """The sentence, marked."""
        row = self.placing.rows.get(number)
        if row is None:
            return Markup(f'<mark class="passage review" id="s{number}">{html}</mark>')  # there may be very many
        if row.none:
            why = f"no claim: {row.none}. {row.why or KINDS[row.none]}"
            return Markup('<span class="unclaimed" id="s{}" title="{}">{}</span>').format(number, why, html)
        verdicts = {one.verdict for one in self.stated(row)}
        gravest = next((word for word in GRAVEST if word in verdicts), "absent")
        again = " again" if row.repeats else ""
        return Markup('<mark class="passage {}{}" id="s{}">{}</mark>').format(gravest, again, number, html)

    def behind(self, number: int) -> Markup:
        """A link for each claim, or to why the sentence is to be reviewed."""
        row = self.placing.rows.get(number)
        if row is None:
            return Markup(' <a class="verdict review" href="#review">to be reviewed</a>')
        links = [_link(one, "says again: " if row.repeats else "") for one in self.stated(row)]
        return Markup(' <span class="became">{}</span>').format(Markup("").join(links)) if links else Markup("")

    def alike(self, one: int, other: int) -> bool:
        """Whether the same is said of both."""
        rows: Sequence[Row | None] = [self.placing.rows.get(number) for number in (one, other)]
        return rows[0] is not None and rows[1] is not None and rows[0].says == rows[1].says


def _link(claim: ClaimRecord, before: str) -> Markup:
    says = f"{before}{claim.verdict}: {claim.says}"
    return Markup(
        '<a class="verdict {}" href="{}" title="{}"><span aria-hidden="true">{}</span><span class="unseen">{}</span></a>'
    ).format(claim.verdict, Here().claim(claim.id), says, ICONS[claim.verdict], says)
