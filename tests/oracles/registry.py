"""Where oracles are entered, and what they may say."""

ORACLES = {}


class NotMine(Exception):
    """Another form, remedy or procedure than this oracle works out."""


def only(mine):
    if not mine:
        raise NotMine


def oracle(*ids):
    def enter(shows):
        ORACLES.update(dict.fromkeys(ids, shows))
        return shows

    return enter
