"""The store of what this machine has examined: what is torn, changed by hand or another machine's is as good as none."""

import multiprocessing
import threading

import msgspec
import pytest

from claims.catalogue import Entry, Keys
from claims.evidence import store as module
from claims.evidence.keys import here
from claims.evidence.store import Store, alone
from claims.kit.told import told
from reports.running.telling import tell
from tests import toys


class Kept(msgspec.Struct, frozen=True):
    """Something to keep."""

    number: int
    words: dict[str, str] = {}


ONE = Kept(7, {"a": "½"})
KEY = "ab" * 12


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "kept")
    made.put("readings", KEY, ONE)
    return made


def place(store, kind="readings", key=KEY):
    return store.folder / kind / key[:2] / key


def test_what_was_kept_is_found_again_also_by_another_run(store):
    assert store.get("readings", KEY, Kept) == ONE
    assert Store(store.folder).get("readings", KEY, Kept) == ONE


def test_what_was_not_kept_is_not_found(store):
    other = "cd" * 12
    assert store.get("readings", other, Kept) is None
    assert store.get("words", KEY, Kept) is None, "of that kind"
    assert store.get("readings", "", Kept) is None


def test_without_a_folder_or_a_key_nothing_is_kept(tmp_path):
    Store(None).put("readings", KEY, ONE)
    assert Store(None).get("readings", KEY, Kept) is None
    Store(tmp_path).put("readings", "", ONE)
    assert list(tmp_path.iterdir()) == []


def test_what_was_kept_once_is_made_once(store):
    made = []
    for _ in range(2):
        found = store.once("words", KEY, Kept, lambda: made.append(1) or Kept(len(made)))
        assert found == Kept(1)
    assert made == [1]


DAMAGE = {
    "nothing": lambda content: b"",
    "half of it": lambda content: content[: len(content) // 2],
    "all but the last byte": lambda content: content[:-1],
    "a byte more": lambda content: content + b" ",
    "another number": lambda content: content.replace(b'"number":7', b'"number":8'),
    "no seal": lambda content: content.partition(b"\n")[2],
    "another seal": lambda content: b"0" * 64 + content[64:],
    "no text": lambda content: b"\xff\xfe" * 60,
    "a seal of more than letters": lambda content: "½".encode() * 32 + content[64:],
}


@pytest.mark.parametrize("what", DAMAGE)
def test_as_good_as_none_is_what_holds(store, what):
    content = place(store).read_bytes()
    assert DAMAGE[what](content) != content
    place(store).write_bytes(DAMAGE[what](content))

    assert store.get("readings", KEY, Kept) is None
    assert store.once("readings", KEY, Kept, lambda: Kept(9)) == Kept(9)
    assert store.get("readings", KEY, Kept) == Kept(9), "found out again, and kept"


@pytest.mark.parametrize(("kind", "key"), [("readings", "ac" * 12), ("words", KEY)], ids=["key", "kind"])
def test_an_entry_that_was_given_another_name_is_as_good_as_none(store, kind, key):
    other = place(store, kind, key)
    other.parent.mkdir(parents=True)
    place(store).rename(other)

    assert store.get(kind, key, Kept) is None


def test_an_entry_of_another_shape_is_as_good_as_none(store):
    class Another(msgspec.Struct):
        number: str

    assert store.get("readings", KEY, Another) is None


def test_what_another_machine_kept_is_of_no_use_here(store, monkeypatch):
    monkeypatch.setattr(module, "_machine", lambda: b"another")
    there = Store(store.folder)

    assert there.get("readings", KEY, Kept) is None
    there.put("readings", KEY, Kept(8))
    monkeypatch.undo()
    assert Store(store.folder).get("readings", KEY, Kept) is None
    assert module._machine() != b"another"


def test_an_entry_of_another_store_is_of_no_use_in_this_one(store, tmp_path):
    other = Store(tmp_path / "other")
    other.put("readings", KEY, Kept(8))
    place(store).write_bytes(place(other).read_bytes())
    assert store.get("readings", KEY, Kept) is None

    (store.folder / "secret").write_bytes(b"a secret that somebody else drew")
    assert Store(store.folder).get("readings", KEY, Kept) is None


def test_the_secret_is_drawn_once_and_is_not_in_the_entries(store):
    secret = (store.folder / "secret").read_bytes()
    store.put("readings", "cd" * 12, ONE)
    Store(store.folder).put("words", KEY, ONE)

    assert len(secret) == module.BYTES
    assert (store.folder / "secret").read_bytes() == secret
    assert {path.name for path in store.folder.iterdir()} == {"secret", "readings", "words"}
    assert secret not in place(store).read_bytes()


def write_many(folder, first):
    """What a run of its own does: it keeps much, and finds all that it kept."""
    store = Store(folder)
    for n in range(40):
        store.put("readings", f"{n:024x}", Kept(n))
        assert store.get("readings", f"{n:024x}", Kept) == Kept(n)
    for n in range(20):
        store.put("readings", f"{first + n:024x}", Kept(first + n))


def test_two_writers_do_not_spoil_each_others_entries(tmp_path):
    both = [multiprocessing.get_context("spawn").Process(target=write_many, args=(tmp_path, first)) for first in (100, 200)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert [one.exitcode for one in both] == [0, 0]
    numbers = [*range(40), *range(100, 120), *range(200, 220)]
    assert [Store(tmp_path).get("readings", f"{n:024x}", Kept) for n in numbers] == [Kept(n) for n in numbers]
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()], "nothing half written is left"


def test_one_run_at_a_time_writes_into_a_folder(tmp_path):
    came, entered = [], threading.Event()

    def other():
        entered.set()
        with alone(tmp_path):
            came.append("other")

    with alone(tmp_path):
        waiting = threading.Thread(target=other)
        waiting.start()
        entered.wait()
        waiting.join(0.2)
        came.append("first")
    waiting.join()
    assert came == ["first", "other"]


def test_what_a_claim_says_is_kept_where_its_words_have_a_key_and_asked_again_elsewhere(tmp_path):
    asked = []

    def anew(some):
        asked.extend(some)
        return [told(toys.supported) for _ in some]

    made = Entry(toys.supported.id, "tests.toys", "tests/toys.py:1")
    for _ in range(2):
        assert tell([made], Keys(here()), Store(tmp_path), anew)[made.id].says == toys.supported.says
    assert asked == [(made.id, "tests.toys")] * 2
    assert not (tmp_path / "words").exists()
