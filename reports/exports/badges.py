"""`badges/`: how many statements got which verdict, as a small picture for a README. An icon, a number, a word and a colour."""

import re
from functools import cache
from html import escape
from pathlib import Path

from claims.evidence.outcomes import Word
from reports.record.record import Record
from reports.text.wording import ICONS

STYLE = Path(__file__).parents[1] / "pages" / "templates" / "style.css"
HEIGHT, ICON_WIDTH = 20, 22  # px
PER_LETTER, MARGIN = 6.5, 7  # px; of Verdana at 11 px, and wide enough for what takes its place

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" aria-label="{title}">
<title>{title}</title>
<clipPath id="round"><rect width="{width}" height="{height}" rx="3"/></clipPath>
<g clip-path="url(#round)">
<rect width="{width}" height="{height}" fill="{colour}"/>
<rect width="{icon_width}" height="{height}" fill="#333"/>
</g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
<text x="{icon_at}" y="14">{icon}</text>
<text x="{text_at}" y="14">{text}</text>
</g>
</svg>
"""


def badge(record: Record, word: Word) -> str:
    """The picture for this verdict."""
    text = f"{record.summary[word]} {word}"
    room = round(len(text) * PER_LETTER) + 2 * MARGIN
    return SVG.format(
        title=escape(f"{record.summary[word]} of {len(record.of_text)} statements {word}"), text=escape(text), icon=ICONS[word],
        colour=_colours()[word], width=ICON_WIDTH + room, height=HEIGHT, icon_width=ICON_WIDTH, icon_at=ICON_WIDTH / 2,
        text_at=ICON_WIDTH + room / 2,
    )  # fmt: skip


@cache
def _colours() -> dict[str, str]:
    """Each verdict's colour, as in the style sheet of the pages."""
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", STYLE.read_text(encoding="utf-8")))
