"""Our own sentences as plain text, for what knows neither Markdown nor HTML: tables, data, citations."""

from reports.text.formulas import EMPHASIS, pieces


def plain(text: str) -> str:
    """Without the marks of emphasis and of code; W_h, 2 * 3 and a lone backtick are none."""
    return "".join(part if place % 2 else EMPHASIS.sub(r"\1", part) for place, part in enumerate(pieces(text)))
