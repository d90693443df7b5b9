"""All banks, by the names of their formats: each is made of the same questions."""

from collections.abc import Callable, Sequence

from reports.banks.anki import apkg
from reports.banks.gift import gift
from reports.banks.moodle import moodle_xml
from reports.banks.qti import qti_text
from reports.banks.questions import Question, questions
from reports.record.record import Record

# With the ending of the file.
FORMATS: dict[str, tuple[str, Callable[[Sequence[Question], Record], bytes]]] = {
    "moodle": (".xml", moodle_xml),
    "gift": (".gift", gift),
    "qti": (".txt", qti_text),
    "anki": (".apkg", apkg),
}


def banks(record: Record, ids: Sequence[str], formats: Sequence[str]) -> dict[str, bytes]:
    """The banks in these formats, by the endings of their files."""
    asked = questions(record, ids)
    return {ending: make(asked, record) for ending, make in (FORMATS[one] for one in formats)}
