"""For the classroom, from the record: a deck of slides, a handout with a worksheet, a notebook of a claim."""
