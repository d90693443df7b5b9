"""For each claim that a search overturned: does this case, by itself, show the statement false?

Worked out another way than the property does: in fractions, by a loop in numpy, by a complex step for a gradient, on paper. An
oracle takes the arguments of the property and answers True where the statement fails; of a case that it is not made for it says
so (`NotMine`). `WITHOUT` says why a claim has none. Those in `SECOND` answer for all cases of a claim's readings, and are put
beside its check.
"""

from tests.oracles import again, backwards, growth, looking, lstms, matrices, networks, orders, others, paper, slopes
from tests.oracles.registry import BY, ORACLES, SECOND, NotMine

__all__ = [
    "BY",
    "ORACLES",
    "SECOND",
    "WITHOUT",
    "NotMine",
    "again",
    "backwards",
    "growth",
    "looking",
    "lstms",
    "matrices",
    "networks",
    "orders",
    "others",
    "paper",
    "slopes",
]

WITHOUT = {
    "attention.only-attention-and-ffn": "it takes a second Transformer layer; tests/impls/test_transformer.py holds "
    "ours against torch's",
    "bottleneck.lstm-hands-over-two-vectors": "a rank of the Jacobian of a whole translation model, of which there is one; "
    "tests/impls/test_seq2seq.py holds its cells against torch's",
}
