"""Systems that are wrong on purpose, one defect a function: the controls that a check must notice."""

BEFORE_NAMES = "broken_"  # a report that speaks of broken_gru.reset hides nothing
