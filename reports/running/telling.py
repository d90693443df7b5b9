"""What claims say of themselves: from the store, or by importing those that are not known there."""

from collections.abc import Callable, Sequence

from claims.catalogue import Entry, Keys
from claims.evidence.store import Store
from claims.kit.told import Told, at

Anew = Callable[[Sequence[tuple[str, str]]], list[Told]]  # by their ids and modules


def tell(entries: Sequence[Entry], keys: Keys, store: Store, anew: Anew) -> dict[str, Told]:
    """These claims, told, in their order."""
    found = {one.id: _before(one, keys, store) for one in entries}
    asked = [one for one in entries if found[one.id] is None]
    for entry, one in zip(asked, anew([(one.id, one.module) for one in asked]) if asked else [], strict=True):
        found[entry.id] = one
        if entry.has_keys:
            store.put("words", keys.words(entry), one)
    return {one.id: at(told, one.defined_at) for one in entries if (told := found[one.id]) is not None}


def _before(entry: Entry, keys: Keys, store: Store) -> Told | None:
    return store.get("words", keys.words(entry), Told) if entry.has_keys else None
