"""Means that are taken in the wrong place: over padding, over batches, over sentences, over what dropout keeps."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import exp, log, prod

import torch

from claims.kit import Domain, cases, claim, close, exhaustion, holds, only, reading, rounding, show
from impls.broken import asked as broken
from impls.learning.perplexity import perplexity
from impls.translating import bleu

# --- padding and the mean loss ----------------------------------------------------------------------------------------

PAD, WORDS = 0, 3  # the first of the words is the padding
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def each(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The loss at every position, 0 where there is padding."""
    return torch.nn.functional.cross_entropy(logits, target, reduction="none") * (target != PAD)


def zeroed_then_mean(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The losses at padded positions set to zero, then .mean()."""
    return each(logits, target).mean()


def zeroed_then_sum_over_tokens(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The losses at padded positions set to zero, the sum divided by the number of tokens."""
    return each(logits, target).sum() / (target != PAD).sum()


def ignore_index(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """torch's cross_entropy with ignore_index."""
    return torch.nn.functional.cross_entropy(logits, target, ignore_index=PAD)


def weight_zero(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """torch's cross_entropy with weight 0 for the padding: it divides by the sum of the weights."""
    weight = torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64)
    return torch.nn.functional.cross_entropy(logits, target, weight=weight)


def nothing_done(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The padding learnt like any word."""
    return torch.nn.functional.cross_entropy(logits, target)


def nearly_over_tokens(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """A near miss: too large by one part in 10⁹ for each padded position."""
    return zeroed_then_sum_over_tokens(logits, target) * (1 + 1e-9 * int((target == PAD).sum()))


def over_one_more(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The mean over the tokens and one padded position, as if the end of the sentence were counted in."""
    tokens = (target != PAD).sum()
    return each(logits, target).sum() / torch.clamp(tokens + 1, max=len(target))


def zeroed_then_sum(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The losses at padded positions set to zero, then .sum()."""
    return each(logits, target).sum()


def losses(loss: Loss | Domain) -> dict[str, object]:
    """A reading's arguments: this loss of a padded sentence."""
    return {"loss": loss, "tokens": cases((1, 2, 3, 4)), "padding": cases((1, 2, 4)), "seed": cases(range(4))}


def the_sum_is_that_of_the_sentence_alone(loss: Loss, tokens: int, padding: int, seed: int) -> None:
    target, logits = drawn(tokens, padding, seed)
    padded = torch.cat([target, torch.full((padding,), PAD)])
    got, want = loss(logits, padded), tokens * nothing_done(logits[:tokens], target)
    close(got, want, rounding(100, float(want)), f"sum of the losses, {tokens} tokens and {padding} of padding")


def drawn(tokens: int, padding: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The tokens (n,) of a sentence, none of them padding, and logits for all positions, a row each."""
    generator = torch.Generator().manual_seed(seed)
    target = torch.randint(1, WORDS, (tokens,), generator=generator)
    return target, torch.randn(tokens + padding, WORDS, generator=generator, dtype=torch.float64)


@claim(
    "asked.padding-and-the-mean-loss",
    asked="GitHub, IBM/pytorch-seq2seq 2018: Does padding with weight 0 still count in what the loss is divided by? "
    "https://github.com/IBM/pytorch-seq2seq/issues/125",
    says="Once the loss at padded positions is set to zero, padding no longer changes the mean loss.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**losses(cases((zeroed_then_mean, zeroed_then_sum_over_tokens, ignore_index, weight_zero)))),
    amended={
        "the sum is divided by the number of tokens and not of positions, as ignore_index and weight=0 in torch's cross_entropy "
        "do": reading(**losses(cases((zeroed_then_sum_over_tokens, ignore_index, weight_zero)))),
    },
    fails_for={
        "near miss: too large by one part in 10⁹ for every padded position": reading(**losses(nearly_over_tokens)),
        "near miss: one padded position counted in": reading(**losses(over_one_more)),
        "nothing done about the padding": reading(**losses(nothing_done)),
    },
    altered={
        "Once the loss at padded positions is set to zero, padding no longer changes the mean over all positions.": reading(
            **losses(zeroed_then_mean)
        ),
        "Once the loss at padded positions is set to zero, padding no longer changes the summed loss.": reading(
            the_sum_is_that_of_the_sentence_alone, **losses(zeroed_then_sum)
        ),
    },
    teach="A zero adds nothing to the sum and one to the count. Divide by the tokens: ignore_index does, and so does weight=0 "
    "in torch's cross_entropy, which divides by the sum of the weights. After .mean() over a masked tensor a sentence that is "
    "half padding has half the loss, and half the gradient.",
    not_shown="What is best for training; sums, which padding never changes.",
)
def the_loss_is_that_of_the_sentence_alone(loss: Loss, tokens: int, padding: int, seed: int) -> None:
    target, logits = drawn(tokens, padding, seed)
    padded = torch.cat([target, torch.full((padding,), PAD)])
    got, want = loss(logits, padded), nothing_done(logits[:tokens], target)
    show("loss with padding, and of the sentence alone", (float(got), float(want)))
    close(got, want, rounding(100, float(want)), f"loss, {tokens} tokens and {padding} of padding")


# --- accumulated gradients --------------------------------------------------------------------------------------------

Batch = Sequence[Fraction]
Together = Callable[[Batch, Batch], Fraction]


def mean(batch: Batch) -> Fraction:
    return sum(batch, Fraction(0)) / len(batch)


def mean_of_means(one: Batch, other: Batch) -> Fraction:
    """Each batch's mean loss, divided by the number of batches: loss / accumulation_steps."""
    return (mean(one) + mean(other)) / 2


def sums_over_all(one: Batch, other: Batch) -> Fraction:
    """Each batch's sum, divided by the tokens of both."""
    return (sum(one, Fraction(0)) + sum(other, Fraction(0))) / (len(one) + len(other))


def sums_over_one(one: Batch, other: Batch) -> Fraction:
    """Each batch's sum, divided by twice the tokens of the first. Right where both have as many."""
    return (sum(one, Fraction(0)) + sum(other, Fraction(0))) / (2 * len(one))


def sums_over_batches(one: Batch, other: Batch) -> Fraction:
    """Each batch's sum, divided by the number of batches. Right where each batch has one token."""
    return (sum(one, Fraction(0)) + sum(other, Fraction(0))) / 2


def nearly_over_all(one: Batch, other: Batch) -> Fraction:
    """A near miss: a token too many in a thousand million."""
    return sums_over_all(one, other) * Fraction(10**9, 10**9 + 1)


def _batches(lengths: Sequence[tuple[int, ...]]) -> list[tuple[Batch, Batch]]:
    """Losses 1, 2, 3, … of the tokens of two batches, and the same backwards."""
    made = [([Fraction(1 + k) for k in range(a)], [Fraction(1 + a + k) for k in range(b)]) for a, b in lengths]
    return [*made, *((other, one) for one, other in made)]


EVERY_LENGTH = cases(_batches(list(product((1, 2, 3), repeat=2))), "1 to 3 tokens each, losses 1, 2, 3, …")
SAME_LENGTH = cases(_batches([(1, 1), (2, 2), (3, 3)]), "as many tokens in each, 1 to 3; losses 1, 2, 3, …")


@claim(
    "asked.accumulated-means",
    asked="GitHub, huggingface/transformers 2023: Why does accumulating two batches of one give another gradient than one "
    "batch of two? https://github.com/huggingface/transformers/issues/24725",
    says="Accumulating the mean losses of several small batches, divided by their number, is training on one large batch.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(together=mean_of_means, batches=EVERY_LENGTH),
    amended={
        "all batches have as many tokens": reading(together=mean_of_means, batches=SAME_LENGTH),
        "the sums are accumulated and divided by the tokens of all batches": reading(
            together=sums_over_all, batches=EVERY_LENGTH
        ),
    },
    fails_for={
        "near miss: the sums divided by a token too many in a thousand million": reading(
            together=nearly_over_all, batches=EVERY_LENGTH
        ),
        "the sums divided by the first batch's tokens, twice": reading(together=sums_over_one, batches=EVERY_LENGTH),
    },
    altered={
        "Accumulating the summed losses, divided by the number of batches, is training on one large batch if all have as many "
        "tokens.": reading(together=sums_over_batches, batches=SAME_LENGTH),
        "Accumulating the mean losses is training on one large batch if all batches have as many sentences.": reading(
            together=mean_of_means,
            batches=only(([Fraction(1)], [Fraction(2), Fraction(3)]), "a sentence of 1 token and one of 2"),
        ),
    },
    teach="A mean of means weighs batches alike, and so the tokens of a short batch more: with 1 and 9 tokens one token has "
    "half of the gradient. Add up sums, and divide once by all the tokens. What holds for the loss holds for its gradient, "
    "which is linear in it.",
    not_shown="Batch normalisation, which differs between batches in any case.",
)
def together_they_are_the_large_batch(together: Together, batches: tuple[Batch, Batch]) -> None:
    one, other = batches
    got, want = together(one, other), mean([*one, *other])
    show("accumulated, and of one large batch", (str(got), str(want)))
    holds(got == want, f"{len(one)} and {len(other)} tokens: {got} accumulated, {want} of all at once")


# --- perplexity -------------------------------------------------------------------------------------------------------

Text = Sequence[Sequence[Fraction]]  # sentences, each the probabilities of its words
Average = Callable[[Text], float]


def mean_of_perplexities(text: Text) -> float:
    return sum(map(perplexity, text)) / len(text)


def by_sentences(text: Text) -> float:
    """The geometric mean over sentences: e to the mean of their mean losses."""
    return exp(sum(log(perplexity(sentence)) for sentence in text) / len(text))


def by_words(text: Text) -> float:
    """The geometric mean over sentences, each counted by its words."""
    words = sum(map(len, text))
    return exp(sum(len(sentence) * log(perplexity(sentence)) for sentence in text) / words)


def mean_by_words(text: Text) -> float:
    """The arithmetic mean, each sentence counted by its words."""
    return sum(len(sentence) * perplexity(sentence) for sentence in text) / sum(map(len, text))


def by_words_nearly(text: Text) -> float:
    return by_words(text) * (1 + 1e-9)


CHANCES = (Fraction(1, 2), Fraction(1, 8))


def _texts(lengths: Sequence[tuple[int, int]]) -> list[Text]:
    """Two sentences of these lengths, every word with a probability of a half or of an eighth."""
    found: list[Text] = []
    for first, second in lengths:
        found += [(p[:first], p[first:]) for p in product(CHANCES, repeat=first + second)]
    return found


TEXTS = cases(_texts([(1, 1), (1, 2), (2, 1), (1, 3)]), "two sentences of 1 to 3 words, each of probability 1/2 or 1/8")
ALIKE = cases(_texts([(1, 1), (2, 2)]), "two sentences of 1 word or of 2, each of probability 1/2 or 1/8")


@claim(
    "asked.perplexity-of-sentences",
    asked="GitHub, meta-pytorch/torcheval 2023: Is perplexity a mean over sentences or over all their words? "
    "https://github.com/meta-pytorch/torcheval/issues/154",
    says="The perplexity of a text is the mean of the perplexities of its sentences.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(average=mean_of_perplexities, text=TEXTS),
    amended={
        "the mean is the geometric one, and each sentence counts by its words": reading(average=by_words, text=TEXTS),
        "the mean is the geometric one, and all sentences have as many words": reading(average=by_sentences, text=ALIKE),
    },
    fails_for={
        "near miss: too large by one part in 10⁹": reading(average=by_words_nearly, text=TEXTS),
        "near miss: the geometric mean, each sentence counted once": reading(average=by_sentences, text=TEXTS),
        "near miss: the arithmetic mean, each sentence counted by its words": reading(average=mean_by_words, text=TEXTS),
    },
    altered={
        "The perplexity of a text is the geometric mean of the perplexities of its sentences, whatever their length.": reading(
            average=by_sentences, text=TEXTS
        ),
    },
    teach="Perplexity is e to the mean loss of a word. Add up the losses of all words, divide once, then take the exponential. "
    "The mean of perplexities is never less than their geometric mean, and one bad sentence can rule it; the mean of the "
    "sentences' mean losses counts the words of short sentences more. Say which one a table has.",
    not_shown="Sentences cut from a longer text, whose words are told without what stood before them.",
    cites=("jelinek1977",),
)
def the_average_is_the_perplexity_of_the_text(average: Average, text: Text) -> None:
    got, want = average(text), prod(1 / p for sentence in text for p in sentence) ** (1 / sum(map(len, text)))
    show("perplexities of the sentences", [round(perplexity(one), 6) for one in text])
    show("their average, and the text's perplexity", (round(got, 6), round(want, 6)))
    close(got, want, rounding(100, want), f"average of sentences of {len(text[0])} and {len(text[1])} words")


# --- BLEU -------------------------------------------------------------------------------------------------------------

Corpus = Sequence[tuple[str, str]]  # what was written, and the reference: a letter is a word
Score = Callable[[Corpus], float]


def whole(corpus: Corpus) -> float:
    return bleu.corpus(*(torch.tensor([list(map(ord, one)) for one in side]).T for side in zip(*corpus, strict=True)))


def mean_of_sentences(corpus: Corpus) -> float:
    return sum(whole([pair]) for pair in corpus) / len(corpus)


def counts_added_up(corpus: Corpus) -> float:
    """From the n-grams of all sentences together: matches over all that were written, and the geometric mean of the four."""
    shares = []
    for n in (1, 2, 3, 4):
        grams = [[[side[k : k + n] for k in range(len(side) - n + 1)] for side in pair] for pair in corpus]
        found = sum(min(ours.count(one), theirs.count(one)) for ours, theirs in grams for one in set(ours))
        shares.append(found / sum(len(ours) for ours, _ in grams))
    return 100 * exp(sum(map(log, shares)) / 4)


def nearly_whole(corpus: Corpus) -> float:
    return whole(corpus) * (1 + 1e-9)


RIGHT, ONE_WRONG, TWO_WRONG, HALF = (("abcdef", "abcdef"), ("agcdef", "abcdef"), ("abcdgh", "abcdef"), ("abcghi", "abcdef"))
MIXED = cases(
    [[ONE_WRONG, HALF], [RIGHT, HALF], [RIGHT, TWO_WRONG], [RIGHT, ONE_WRONG, HALF]],
    "sentences of six words, of which all, five, four or three are right",
)


@claim(
    "asked.corpus-bleu-is-no-mean",
    asked="GitHub, facebookresearch/fairseq-lua 2017: Is the BLEU of a test set the average over its sentences? "
    "https://github.com/facebookresearch/fairseq-lua/issues/63",
    says="The BLEU of a test set is the mean of the BLEU of its sentences.",
    expect="refuted",
    by=exhaustion(),
    as_written=reading(score=mean_of_sentences, corpus=MIXED),
    holds_for={
        "every sentence as the reference has it": reading(score=mean_of_sentences, corpus=only([RIGHT, RIGHT], "two right ones")),
        "a test set of one sentence": reading(score=mean_of_sentences, corpus=cases([[RIGHT], [ONE_WRONG], [TWO_WRONG]])),
    },
    fails_for={"near miss: the test set's own, too large by one part in 10⁹": reading(score=nearly_whole, corpus=MIXED)},
    altered={
        "The BLEU of a test set is worked out from the matches and n-grams of all its sentences, added up.": reading(
            score=counts_added_up, corpus=MIXED
        ),
    },
    teach="BLEU adds up the matches, the n-grams and the lengths of all sentences, and then takes four shares and their "
    "geometric mean. A mean of sentence scores is another number, which hangs on how sentences without a match of four words "
    "are smoothed. sacrebleu's corpus_bleu is what papers print. Name the implementation and its smoothing: nltk and "
    "torchmetrics leave it out unless asked to, and nltk counts a group of four words in a sentence of three.",
    not_shown="Which of the two agrees better with people. The brevity penalty: all sentences here are as long as their "
    "references. Several references.",
    scope="BLEU as sacrebleu's corpus_bleu works it out: up to four words, exponential smoothing of an order without a match, "
    "one reference a sentence, nothing tokenised",
    cites=("papineni2002",),
)
def the_score_is_that_of_the_test_set(score: Score, corpus: Corpus) -> None:
    got, want = score(corpus), whole(corpus)
    show("BLEU of each sentence", [round(whole([pair]), 3) for pair in corpus])
    show("the score, and the BLEU of the test set", (round(got, 3), round(want, 3)))
    close(got, want, rounding(1000, 100), f"score of {len(corpus)} sentences")


# --- dropout ----------------------------------------------------------------------------------------------------------

RATES = cases([Fraction(k, 10) for k in (1, 2, 3, 5, 8)], "one of 0.1, 0.2, 0.3, 0.5, 0.8")
VALUES = cases([(Fraction(1),), (Fraction(1), Fraction(2)), (Fraction(3), Fraction(-1), Fraction(2))])
Factor = Callable[[Fraction], Fraction]


def one_over_rate(rate: Fraction) -> Fraction:
    return 1 / rate


def one_over_kept(rate: Fraction) -> Fraction:
    return 1 / (1 - rate)


def what_is_kept(rate: Fraction) -> Fraction:
    return 1 - rate


def one(rate: Fraction) -> Fraction:
    """Nothing is scaled in training; in use the values are multiplied by what is kept (Srivastava et al. 2014)."""
    return Fraction(1)


@claim(
    "asked.dropout-factor",
    asked="GitHub, rasbt/LLMs-from-scratch 2024: Is what dropout keeps scaled by one over the rate, or by one over the share "
    "that is kept? https://github.com/rasbt/LLMs-from-scratch/issues/431",
    says="So that their mean stays, the values that dropout keeps are multiplied by 1/p, where p is the dropout rate.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(factor=one_over_rate, rate=RATES, values=VALUES),
    amended={
        "the rate is a half": reading(factor=one_over_rate, rate=Fraction(1, 2), values=VALUES),
        "p is the share that is kept, so that the factor is 1/(1 - rate)": reading(
            factor=one_over_kept, rate=RATES, values=VALUES
        ),
    },
    fails_for={
        "near miss: 1/(1 - rate), too large by one part in 10⁹": reading(
            factor=broken.kept_divided_by_kept_nearly, rate=RATES, values=VALUES
        ),
        "near miss: a rate of 0.49": reading(factor=one_over_rate, rate=Fraction(49, 100), values=VALUES),
        "divided by both": reading(factor=broken.kept_divided_by_rate_and_kept, rate=RATES, values=VALUES),
    },
    altered={
        "The values that dropout keeps are left as they are, and their mean stays.": reading(
            factor=one, rate=RATES, values=VALUES
        ),
        "So that their mean stays, the values that dropout keeps are multiplied by the share that is kept.": reading(
            factor=what_is_kept, rate=RATES, values=VALUES
        ),
    },
    teach="Of a share 1 - p that is kept, 1/(1 - p) makes the whole again: at p = 0.1 a ninth more, not ten times as much. At "
    "p = 1/2 the two agree, which is why the slip goes unnoticed. Then nothing is left to do when the network is used. The "
    "older way scales nothing in training and multiplies by 1 - p in use; doing both is a mistake as well.",
    not_shown="That what follows has the same mean, too: only where it is linear.",
    cites=("srivastava2014",),
)
def the_mean_over_all_masks_is_the_value(factor: Factor, rate: Fraction, values: Sequence[Fraction]) -> None:
    means = [Fraction(0)] * len(values)
    for mask in product((0, 1), repeat=len(values)):
        chance = prod(1 - rate if kept else rate for kept in mask)
        means = [so_far + chance * kept * factor(rate) * x for so_far, kept, x in zip(means, mask, values, strict=True)]
    show("values, and their means over all masks", (list(map(str, values)), list(map(str, means))))
    holds(means == list(values), f"at the rate {rate} the mean of {values[0]} is {means[0]}")
