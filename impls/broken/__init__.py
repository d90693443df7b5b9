"""Systems that are wrong on purpose, one defect a function: the controls that a check must notice."""
