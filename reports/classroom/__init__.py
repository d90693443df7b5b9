"""For the classroom, from the record: a deck of slides, a handout with a worksheet, a notebook of a claim."""


def address(id: str) -> str:
    """Where the report has a claim, seen from the folder of the site."""
    return f"claims/{id}.html"
