"""Asked in class: what students and teachers ask in public and the essay does not say. Each claim names the question."""

SECTIONS = ("states", "averages", "training", "attention", "layers")
