"""Counted and drawn by hand: how many operations each system takes, how many of them stand in a row, and who reads whom.

A product of a matrix with a vector is one operation in a row and 2·rows·columns in all; a sum, a tanh, a product entry by entry
are one each. A diagram has an arrow to each part of a step from all that it reads.
"""

from math import ceil

from tests.oracles.registry import only, second


def bits(n):
    """⌈log₂ n⌉."""
    return (n - 1).bit_length()


def prefix(table, name):
    """The entry whose key begins the name; the longest one."""
    keys = [key for key in table if name.startswith(key)]
    only(keys)
    return table[max(keys, key=len)]


# --- how many, in all and in a row -----------------------------------------------------------------------------------------

SCAN_ROUNDS = lambda n: bits(n) + n.bit_length() - 1  # noqa: E731  a sum in each round, and a product of factors in all but some
SPAN = {  # tensor operations in a row on n tokens
    "Elman RNN": lambda n: 4 * n,  # product, two sums, tanh
    "Elman RNN, 2 layers": lambda n: 4 * n + 4,
    "LSTM": lambda n: 7 * n,  # product, bias, gate, times candidate, sum, tanh, times output gate
    "GRU": lambda n: 10 * n,  # product, bias, reset, times state, product, two biases, tanh, times z, sum
    "GRU that reads the state two steps back": lambda n: 10 * ceil(n / 2),
    "linear recurrence, by scan": SCAN_ROUNDS,
    "minimal GRU, by scan": lambda n: SCAN_ROUNDS(n) + 4,
    "bidirectional RNN": lambda n: 4 * n,
    "self-attention": lambda n: 5,  # projection, scores, scale, softmax, sum
    "self-attention over prefixes": lambda n: 5,
    "self-attention, 16 keys at a time": lambda n: 5 + 4 * (ceil(n / 16) - 1),  # that a block more adds some is what counts
    "causal self-attention": lambda n: 6,
    "Transformer layer": lambda n: 31,
    "RNN with a skip over two steps": lambda n: 5 * n,
    "dilated convolution, kernel 2": lambda n: 2 * bits(n),
    "convolution layer, kernel 2": lambda n: 3,
    "RNN encoder-decoder with additive attention": lambda n: 8 * n + 8,
}
BOUNDED = {  # the same on two numbers at a time: a product over k terms takes ⌈log₂ k⌉ + 1
    "Elman RNN": lambda n, d: n * (bits(d) + 4),
    "LSTM": lambda n, d: n * (bits(2 * d) + 7),
    "GRU": lambda n, d: n * (2 * bits(2 * d) + 10),
    "linear recurrence, by scan": lambda n, d: SCAN_ROUNDS(n),
    "self-attention": lambda n, d: 3 * bits(n) + 2 * bits(d) + 7,
    "causal self-attention": lambda n, d: 3 * bits(n) + 2 * bits(d) + 8,
}
WORK = {  # h_0 = 0 is multiplied by nothing in an Elman network
    "Elman RNN": lambda n, d: (2 * n - 1) * 2 * d * d + 3 * n * d,
    "LSTM": lambda n, d: n * (16 * d * d + 13 * d),
    "GRU": lambda n, d: n * (12 * d * d + 12 * d),
    "linear recurrence, by scan": lambda n, d: 2 * d * sum(n - 2**r for r in range(bits(n))),
    "self-attention": lambda n, d: 6 * n * d * d + 4 * n * n * d + 6 * n * n,
    "causal self-attention": lambda n, d: 6 * n * d * d + 4 * n * n * d + 7 * n * n,
}


@second("sequential.o1-parallelism", by="on paper")
def more_are_kept_busy_than_one_step_has_work_for(system, n, d):
    work, span = WORK[system.name], BOUNDED[system.name]
    return work(n, d) > (work(2, d) - work(1, d)) * span(n, d)


@second("complexity.attention-o1-sequential", by="on paper")
def it_is_deeper_than_one_token(system, depth_of, n, d):
    if depth_of.__name__ == "in_operations_of_two_numbers":
        return BOUNDED[system.name](n, d) != BOUNDED[system.name](1, d)
    return SPAN[system.name](n) != SPAN[system.name](1)


# --- who reads whom ----------------------------------------------------------------------------------------------------

CHAIN = {"h": (("x", 0), ("h", 1))}  # a part of step t: what it reads, each so many steps back
CELL = {"h": (("x", 0), ("h", 1), ("C", 0)), "C": (("x", 0), ("h", 1), ("C", 1))}
READS = {
    "Elman RNN": CHAIN,
    "GRU": CHAIN,
    "LSTM": CELL,
    "bidirectional RNN": {"y": (("f", 0), ("b", 0)), "f": (("x", 0), ("f", 1)), "b": (("x", 0), ("b", -1))},
    "Elman RNN that predicts at every step": {**CHAIN, "y": (("h", 0),)},
    "Elman RNN, 2 layers": {"h": (("h1", 0), ("h", 1)), "h1": (("x", 0), ("h1", 1))},
    "RNN with a skip over two steps": {"h": (("x", 0), ("h", 1), ("h", 2))},
    "GRU that reads the state two steps back": {"h": (("x", 0), ("h", 2))},
    "dilated convolution, kernel 2": {
        "h": (("l2", 0), ("l2", 4)), "l2": (("l1", 0), ("l1", 2)), "l1": (("x", 0), ("x", 1)),
    },
    "self-attention over prefixes": {"h": tuple(("x", back) for back in range(20))},
    "self-attention": {"h": tuple(("x", back) for back in range(-20, 20))},
}  # fmt: skip
HANDED_ON = {"LSTM": ("h", "C"), "bidirectional RNN": ("y",), "Elman RNN that predicts at every step": ("h", "y")}
HANDED_ON["Elman RNN, 2 layers"] = ("h", "h1")


def parts_of(name):
    return HANDED_ON.get(name, ("h",))


def diagram(name, n):
    """What each part of each step reads, both as (part, step) from 0. A convolution on up to 4 tokens needs a layer less."""
    reads = READS[name]
    if name.startswith("dilated") and n <= 4:
        reads = {"h": (("l1", 0), ("l1", 2)), "l1": reads["l1"]}
    inside = range(n)
    return {
        (part, t): [(other, t - back) for other, back in read if t - back in inside]
        for part, read in reads.items()
        for t in inside
    }


def comes_from(drawn, end, start, without=()):
    """Whether a way leads from start to end that keeps off some nodes."""
    waiting, seen = [end], set(without)
    while waiting:
        node = waiting.pop()
        if node == start:
            return True
        if node not in seen:
            seen.add(node)
            waiting += drawn.get(node, [])
    return False


@second("sequential.chain-through-every-state", by="on paper")
def a_way_leads_past_a_state(system, part, n):
    parts, drawn = parts_of(system.name), diagram(system.name, n)
    last = (parts[0], n - 1)
    for token in range(n - 2):
        for step in range(token, n - 1):
            if comes_from(drawn, last, ("x", token), [(one, step) for one in parts[part]]):
                return True
    return False


@second("sequential.chain-diagram", by="on paper")
def the_drawing_is_not_that_of_the_equations(system, drawing, n):
    """What the parts of a step read, the parts of each step taken together."""
    name = system.name
    only(name in READS or name.startswith("Elman RNN, each step fed"))
    if name not in READS:
        arrows = {(f"x{t - 1}", f"h{t}") for t in range(2, n + 1)} | {(f"h{t}", f"h{t + 1}") for t in range(1, n)}
        return drawing.edges(n) != arrows
    only(name != "bidirectional RNN")
    found = {
        (f"{'x' if other == 'x' else 'h'}{s + 1}", f"h{t + 1}")
        for (_, t), read in diagram(name, n).items()
        for other, s in read
        if other == "x" or s != t
    }
    return drawing.edges(n) != found


@second("gated.still-sequential", by="on paper")
def a_token_adds_no_step_or_a_state_does_not_wait(system, n):
    span = SPAN[system.name]
    a_token = span(3) - span(2)
    if a_token < 1 or span(n) != span(2) + (n - 2) * a_token:
        return True
    parts, drawn = parts_of(system.name), diagram(system.name, n)
    pairs = [((one, t), (other, t - 1)) for t in range(1, n) for one in parts for other in parts]
    return not all(comes_from(drawn, later, earlier) for later, earlier in pairs)


@second("needed.parallel-training", by="on paper")
def a_position_waits_or_more_stand_in_a_row(system, n):
    if system.name == "self-attention that writes its own input" and n > 1:
        return True
    return SPAN[system.name](n) != SPAN[system.name](1)


GATES = {  # products with a gate on the way from a token to the state so many steps later that has fewest of them
    "LSTM": lambda lag: 1 + lag,
    "GRU": lambda lag: 1 + lag,
    "minimal GRU, step by step": lambda lag: 1 + lag,
    "the LSTM of 1997, without forget gate": lambda lag: 1,  # the way in; from cell to cell nothing is multiplied
    "Elman RNN": lambda lag: 0,
    "self-attention over prefixes": lambda lag: 0,
    "minimal GRU, by scan": lambda lag: 1 + lag.bit_count(),  # a product of gates for each 1 of the distance in binary
}


@second("forgetting.chain-of-gates", by="on paper")
def fewer_gates_stand_in_the_way(system, n, on_the_way_in):
    return any(GATES[system.name](lag) < on_the_way_in + lag for lag in range(n))


@second("gated.table.fixed-size-state", by="on paper")
def another_number_of_vectors_is_handed_on(memory, t, later):
    name = memory.system.name
    fixed = {"Elman RNN": 1, "LSTM": 2, "LSTM, its inputs multiplied beforehand": 2, "Elman RNN, 2 layers": 2}
    return memory.vectors != fixed.get(name, t)  # attention can do with the tokens themselves


@second("gated.gru-same-limits", by="on paper")
def a_token_adds_another_thing(system, n):
    """To the longest chain, to the gates between the first token and the last state; the memory is that of one state."""
    name, span = system.name, SPAN[system.name]
    if span(n) <= span(n - 1) or name == "GRU that reads the state two steps back":
        return True  # or every second state reads the first token not at all
    if name == "minimal GRU, by scan":
        only(GATES[name](n - 1) - GATES[name](n - 2) != 1)
    return GATES[name](n - 1) - GATES[name](n - 2) != 1


# --- how many numbers a layer has ------------------------------------------------------------------------------------------


def gated(count, biases):
    """Matrices for so many gates, with so many biases each."""
    return lambda m, d: count * d * (m + d + biases)


PARAMETERS = {  # torch has two biases a gate
    "torch's layers, biases in both": (gated(3, 2), gated(4, 2)),
    "torch's layers, no biases": (gated(3, 0), gated(4, 0)),
    "as printed": (gated(3, 0), gated(4, 1)),
    "torch's layers, the GRU alone with biases": (gated(3, 2), gated(4, 0)),
    "the printed GRU, and an LSTM whose input gate is 1 - f": (gated(3, 0), gated(3, 0)),
}


@second("gated.gru-smaller-faster", by="on paper")
def the_numbers_are_in_another_proportion(pair, compared, m, d):
    ours, theirs = prefix(PARAMETERS, pair.name)
    return not compared(ours(m, d), theirs(m, d))


@second("bottleneck.collapse-is-capacity", by="on paper")
def the_texts_fit(words, numbers, values):
    """By their logarithms: V = 10⁵ / 2, and as many values as S; no two of these lie close together."""
    from decimal import Decimal, localcontext

    with localcontext() as context:
        context.prec = 60
        bits_needed, there = words * Decimal(50_000).ln(), numbers * Decimal(values).ln()
        assert abs(bits_needed - there) > Decimal("1e-40")
        return bits_needed <= there


# --- sentences ---------------------------------------------------------------------------------------------------------

SINGULAR = {"cabinet", "car", "door", "hall", "key", "lot", "number", "owner", "stadium", "summer", "table"}
PLURAL = {f"{one}s" for one in SINGULAR}


def number_of(sentence, nearest):
    """Of its first noun or of its last; “a number of” counts those that it speaks of, which makes them the first."""
    words = sentence.subject.split()
    if words[:3] == ["a", "number", "of"]:
        words = words[3:]
    nouns = [word for word in words if word in SINGULAR | PLURAL]
    return "is" if nouns[-1 if nearest else 0] in SINGULAR else "are"


@second("forgetting.key-to-the-cabinets", "long-range.the-number-of-cars", by="on paper")
def another_verb_is_right(grammar, sentence, verb):
    """By a list of which nouns are singular: the verb goes with the first noun, with the nearest, or with any."""
    if "nothing" in grammar.name:
        return True  # both verbs are right
    return number_of(sentence, "nearest" in grammar.name) != verb


@second("long-range.last-noun-summer", by="on paper")
def the_last_noun_is_another_or_asks_for_another_verb(sentence, noun, verb):
    words = [word for word in sentence.subject.split() if word in SINGULAR | PLURAL]
    return words[-1] != noun or number_of(sentence, nearest=True) != verb


@second("forgetting.lstm-says-is", by="on paper")
def nothing_draws_to_a_wrong_verb(system, sentence, noun, verb, seed):
    """The noun comes after the verb, for one who reads from the left; or it asks for the other verb; or the verb is right."""
    words, at = sentence.with_verb(verb).split(), noun(sentence)
    unread = system.name == "LSTM" and at > len(sentence.subject.split())
    return unread or ("is" if words[at] in SINGULAR else "are") != verb or number_of(sentence, nearest=False) == verb


MEANT = {  # who, does what, and what is said of him on the way; drawn by hand
    "the horse raced past the barn": ("horse", "raced past the barn", ""),
    "the horse raced past the barn fell": ("horse", "fell", "raced past the barn"),
    "the horse which was raced past the barn fell": ("horse", "fell", "raced past the barn"),
    "the horses raced past the barns fell": ("horses", "fell", "raced past the barns"),
    "the horses which were raced past the barns fell": ("horses", "fell", "raced past the barns"),
}


@second("long-range.garden-path-parses", by="on paper")
def the_long_form_says_another_thing(grammar, sentence, in_full, parser):
    """Where a relative clause may not be shortened, what rests on one is no sentence; nor is one horse that were raced."""
    without = "no reduced" in grammar.name and " which " not in sentence and MEANT[sentence][2]
    return bool(without) or MEANT[sentence] != MEANT.get(in_full)
