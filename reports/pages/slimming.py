"""A drawn SVG made slim: the same picture in a third of the bytes, and ids that are its own among many in a page."""

import re
from collections import Counter

from markupsafe import escape

MOST_MARKS = 300
POINTS = ("point", "circle", "square", "bar", "rect mark")  # what is drawn once a row, and so has values to tell

_TAG = re.compile(r"<(/?)g( [^>]*)?>")
_NOISE = re.compile(r' (?:(?:aria-[a-z]+|role|class|pointer-events|stroke-miterlimit)="[^"]*"|(?:opacity|stroke-width)="1")')
_LABEL = re.compile(rf' aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="(?:{"|".join(POINTS)})"')
_HIDDEN = re.compile(r'<text[^>]* opacity="0"[^>]*>[^<]*</text>')  # a label that would have overlapped another
_EMPTY = re.compile(r'<path[^>]* d="(?:M0,0h0v0h0Z)?"[^>]*/>|<g[^>]*></g>')
_PLACES = re.compile(r' (?:d|transform|[xy][12]?|width|height|r)="[^"]*"')
_LONG = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
_CIRCLE = re.compile(r' transform="translate\(([^,]+),([^)]+)\)" d="M([\d.]+),0A\3,\3,0,1,1,-\3,0A\3,\3,0,1,1,\3,0"')
_LINES = re.compile(r'(?:<line transform="translate\([^)]*\)" x2="[^"]*" y2="[^"]*"( [^>]*)/>)(?:<line [^>]*\1/>)+')
_DOT = r'<circle(?: data-at="[^"]*")? cx="[^"]*" cy="[^"]*" r="[^"]*"'
_DOTS = re.compile(rf"{_DOT}((?: (?!opacity)[\w-]+=\"[^\"]*\")+)/>(?:{_DOT}\1/>)+")
_LINE = re.compile(r'<line transform="translate\(([^)]*)\)" x2="([^"]*)" y2="([^"]*)"')
_FONT = re.compile(r' font-(?:family|size)="[^"]*"')
_OWN = re.compile(r'\bid="([^"]+)"')


def slimmed(svg: str, labelled: bool) -> str:
    """Without what is not seen, a tenth of a pixel exact. Where it is `labelled` and has not too many marks to point at, they
    keep their values as `data-at`, one after a tab, and the whole has their names as `data-names`."""
    labels = _LABEL.findall(svg)
    svg = _HIDDEN.sub("", svg)
    svg = _told(svg, labels) if labelled and 0 < len(labels) <= MOST_MARKS else _LABEL.sub("", svg)
    svg = _PLACES.sub(_rounded, _emptied(_NOISE.sub("", svg)))
    return _fonts_said_once(_LINES.sub(_one_path, _DOTS.sub(_one_group, _circles(_unnested(svg)))))


def with_own_ids(id: str, svg: str) -> str:
    """Number the ids from one, so that pictures neither collide nor depend on what was drawn before."""
    for number, old in enumerate(dict.fromkeys(_OWN.findall(svg)), 1):
        new = f"{escape(id)}--{number}"
        svg = svg.replace(f'id="{old}"', f'id="{new}"').replace(f"url(#{old})", f"url(#{new})").replace(f'"#{old}"', f'"#{new}"')
    return svg


def _told(svg: str, labels: list[str]) -> str:
    """Labels are `name: value; name: value` and mostly name the same: the names are said once."""
    names = [part.partition(": ")[0] for part in labels[0].split("; ")]
    alike = re.compile("; ".join(f"{re.escape(name)}: (.*?)" for name in names))
    if not all(alike.fullmatch(label) for label in labels):
        names, alike = [], re.compile("(.*)")

    def values(label: re.Match[str]) -> str:
        found = alike.fullmatch(label[1])
        assert found is not None  # it was looked at above
        short = _LONG.sub(lambda number: f"{float(number[0]):.4g}", "\t".join(found.groups()))
        return f' data-at="{short}"'

    return _LABEL.sub(values, svg).replace("<svg ", f'<svg data-names="{chr(9).join(names)}" ', 1)


def _rounded(attribute: re.Match[str]) -> str:
    return _LONG.sub(lambda number: f"{round(float(number[0]), 1):g}", attribute[0])


def _emptied(svg: str) -> str:
    while (less := _EMPTY.sub("", svg)) != svg:
        svg = less
    return svg


def _unnested(svg: str) -> str:
    """Groups that say nothing of what is in them are taken off."""
    kept: list[bool] = []

    def one(tag: re.Match[str]) -> str:
        if tag[1]:
            return tag[0] if kept.pop() else ""
        kept.append((tag[2] or "").strip() not in ("", 'transform="translate(0,0)"'))
        return tag[0] if kept[-1] else ""

    return _TAG.sub(one, svg)


def _circles(svg: str) -> str:
    return re.sub(r"<path([^>]*)/>", lambda path: _as_circle(path[0]), svg)


def _as_circle(path: str) -> str:
    round_one, found = _CIRCLE.subn(r' cx="\1" cy="\2" r="\3"', path)
    return round_one.replace("<path", "<circle") if found else path


def _one_path(lines: re.Match[str]) -> str:
    """Lines that look the same, drawn in one go."""
    moves = "".join(f"M{place}l{x},{y}" for place, x, y in _LINE.findall(lines[0]))
    return f'<path d="{moves}"{lines[1]}/>'


def _one_group(dots: re.Match[str]) -> str:
    """Dots that look the same, with their looks said once."""
    return f"<g{dots[1]}>{dots[0].replace(dots[1], '')}</g>"


def _fonts_said_once(svg: str) -> str:
    """What most texts have stands on the whole."""
    names: dict[str, str] = {}
    for font, _ in Counter(_FONT.findall(svg)).most_common():
        names.setdefault(font.partition("=")[0], font)
    for font in names.values():
        svg = svg.replace(font, "")
    return svg.replace("<svg ", f"<svg{''.join(sorted(names.values()))} ", 1)
