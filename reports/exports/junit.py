"""`verdicts.junit.xml`: a test case a claim, for build servers. It passes when the verdict is as pinned, whichever that is."""

import re
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from reports.record.record import ClaimRecord, Record, is_as_pinned

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0, even as a reference


def junit(record: Record) -> bytes:
    """A suite a chapter. What differs from its pin failed; what is undecided as pinned was skipped."""
    root = Element("testsuites", name=record.text.report)
    off = {one.id for part in is_as_pinned(record) for one in part}
    for chapter, claims in groupby(record.claims, key=lambda one: one.chapter):
        suite = SubElement(root, "testsuite", name=_legal(chapter), timestamp=record.run.date[:19])
        cases = [_case(suite, one, one.id in off, sum(record.run.took.get(one.id, {}).values())) for one in claims]
        _count(suite, cases, sum(float(one.attrib["time"]) for one in cases))
    _count(root, root.findall("*/testcase"), sum(float(one.attrib["time"]) for one in root))
    del root.attrib["skipped"]  # which the schema knows of a suite only
    ElementTree.indent(root, " ")
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case(suite: Element, one: ClaimRecord, off: bool, seconds: float) -> Element:
    case = SubElement(suite, "testcase", classname=_legal(f"claims.{one.chapter}"), name=_legal(one.id), time=f"{seconds:.3f}")
    if off:
        told = f"{one.verdict}, pinned as {one.expected}"
        SubElement(case, "failure", type="verdict", message=told).text = _legal(one.why)
    elif one.verdict == "undecided":
        SubElement(case, "skipped", message=_legal(one.why))
    said = [
        one.says,
        f"{one.verdict}: {one.why}",
        *filter(None, [one.scope, one.asked and f"Asked: {one.asked}"]),
        one.defined_at,
    ]
    SubElement(case, "system-out").text = _legal("\n".join(said))
    return case


def _count(element: Element, cases: list[Element], seconds: float) -> None:
    failures, skipped = (sum(one.find(what) is not None for one in cases) for what in ("failure", "skipped"))
    counts = {"tests": len(cases), "failures": failures, "errors": 0, "skipped": skipped, "time": f"{seconds:.3f}"}
    element.attrib.update({name: str(count) for name, count in counts.items()})


def _legal(text: str) -> str:
    """The text with a mark in place of what no XML document may hold."""
    return _FORBIDDEN.sub("\ufffd", text)
