"""What to correct first in the notes: what a class would otherwise carry on with."""

FIRST = ("weights.linear-without-softmax", "weights.mutual-from-one-matrix", "practice.first-used-in-2017")
