"""Our own sentences as plain text, for what knows neither Markdown nor HTML: tables, data, citations."""

import re

_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")


def plain(text: str) -> str:
    """Without the marks of emphasis and of code; W_h, 2 * 3 and a lone backtick are none."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _EMPHASIS.sub(r"\1", text)
    return "".join(part if place % 2 else _EMPHASIS.sub(r"\1", part) for place, part in enumerate(parts))
