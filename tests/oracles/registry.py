"""Where oracles are entered, and what they may say.

`ORACLES` are for claims that a search overturned; they are put to the counterexamples that the report shows. `SECOND` are second
routes to an answer: what they say of a case must be what the property says, held or fell, in readings of every role.
"""

ORACLES, SECOND = {}, {}
BY = {}  # of each claim the names of what its oracles are, as `claims/oracles.py` has them


class NotMine(Exception):
    """Another form, remedy or procedure than this oracle works out."""


def only(mine):
    if not mine:
        raise NotMine


def oracle(*ids, by):
    return _entered(ORACLES, ids, by)


def second(*ids, by):
    return _entered(SECOND, ids, by)


def _entered(where, ids, by):
    def enter(falls):
        for id in ids:
            assert id not in where, f"{id} has an oracle of that kind"
            where[id] = falls
            BY.setdefault(id, []).append(by)
        return falls

    return enter
