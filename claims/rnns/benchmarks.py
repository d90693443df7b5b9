"""Chapter 9, benchmarks: what follows from the printed figures by arithmetic, and what a perplexity compares."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product as every_row
from math import inf, prod, sqrt

from hypothesis import strategies as st

from claims.kit import cases, claim, close, domain, exhaustion, holds, only, reading, rounding, search, show
from claims.kit.facts.printed import Between, printed
from claims.rnns.facts import facts
from claims.rnns.figures.benchmarks import perplexity_by_words_kept, times_less_training
from claims.rnns.subjects.translation import (
    BASE,
    BASE_PUBLISHED,
    BIG,
    CONVS2S,
    GNMT,
    GNMT_PUBLISHED,
    Cost,
    Trained,
    by_the_clock,
    first_published,
    gpu_hours,
    operations,
    parameters,
)  # fmt: skip
from impls.broken.perplexity import mean_of_inverses
from impls.learning.perplexity import merge, perplexity

# --- translation: so many times less --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Factor:
    """What a number of times is taken to say: a factor from `low` to `high`."""

    name: str
    low: float
    high: float = inf


SIX = Factor("6, to the nearest whole number", 5.5, 6.5)
TEN = Factor("10, to the nearest whole number", 9.5, 10.5)
TEN_OR_MORE = Factor("10 or more", 10)
ORDER = Factor("nearer to 10 than to 1 or to 100, as powers of 10", sqrt(10), sqrt(1000))
HUNDRED = Factor("nearer to 100 than to 10 or to 1000, as powers of 10", sqrt(1000), sqrt(100000))
SIX_FIFTHS = Factor("1.2, to the nearest tenth", 1.15, 1.25)
CLOCK_OR_GPUS = cases((by_the_clock, gpu_hours))
GNMT_FIGURES = cases((GNMT, GNMT_PUBLISHED), "GNMT by the table, GNMT as published")


@claim(
    "benchmarks.six-times-fewer",
    says="The base Transformer has more BLEU than GNMT with a sixth of the parameters.",
    lines=(373,),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(model=BASE, rival=GNMT_FIGURES, of=parameters, factor=SIX),
    amended={"GNMT has the 380 million that the table prints": reading(model=BASE, rival=GNMT, of=parameters, factor=SIX)},
    fails_for={
        "near miss: five times": reading(
            model=BASE, rival=GNMT, of=parameters, factor=Factor("5, to the nearest whole number", 4.5, 5.5)
        ),
        "ConvS2S in GNMT's place: four times": reading(model=BASE, rival=CONVS2S, of=parameters, factor=SIX),
        "the big Transformer in the base's: twice": reading(model=BIG, rival=GNMT, of=parameters, factor=SIX),
    },
    altered={
        "By the table it has more BLEU, with a sixth fewer parameters.": reading(
            model=BASE, rival=GNMT, of=parameters, factor=SIX_FIFTHS
        ),
        "By the table it has more BLEU, after a sixth of the training time.": reading(
            model=BASE, rival=GNMT, of=CLOCK_OR_GPUS, factor=SIX
        ),
    },
    holds_for={
        "four times, with GNMT as published": reading(
            model=BASE, rival=GNMT_PUBLISHED, of=parameters, factor=Factor("4, to the nearest whole number", 3.5, 4.5)
        )
    },
    witness={
        "by the essay's figures": reading(model=BASE, rival=GNMT, of=parameters, factor=SIX),
        "as published": reading(model=BASE_PUBLISHED, rival=GNMT_PUBLISHED, of=parameters, factor=SIX),
    },
    contrary=("by the essay's figures",),
    teach="Say a quarter: 278 million (Shazeer et al., 2017) against 65. The table's figures do give 6, for all numbers that "
    "print so: 375 to 385 over 64.5 to 65.5 is 5.7 to 6.0. Add that the 26.3 is eight models together; one has 24.6.",
    not_shown="Where the table's 380 million come from; 384 is what another row's model has. How many of either are embeddings.",
    cites=("vaswani2017", "shazeer2017", "sutskever2014"),
)
def better_with_so_many_times_less(model: Trained, rival: Trained, of: Cost, factor: Factor) -> None:
    """For all numbers that print so: a quotient is smallest and largest at the ends."""
    times = of(rival) / of(model)
    show("BLEU of the two", [model.bleu.name, rival.bleu.name])
    show(of.__name__.replace("_", " "), [of(model).name, of(rival).name])
    show("so many times less", times.name)
    holds(model.bleu.low > rival.bleu.high, f"{model.name} has a BLEU of {model.bleu.name}, {rival.name} {rival.bleu.name}")
    said = factor.low <= times.low and times.high <= factor.high
    holds(said, f"{rival.name}: {times.name} times as much, not {factor.name}")


training = claim(
    "benchmarks.ten-times-less-training",
    says="The base Transformer has more BLEU than GNMT after a tenth of the training time.",
    lines=(373,),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(model=BASE, rival=GNMT_FIGURES, of=CLOCK_OR_GPUS, factor=TEN),
    amended={
        "GNMT took the table's 7 days, and ten means ten or more by the clock": reading(
            model=BASE, rival=GNMT, of=by_the_clock, factor=TEN_OR_MORE
        ),
        "GNMT took the table's 7 days on 4 GPUs, and ten is an order of magnitude": reading(
            model=BASE, rival=GNMT, of=CLOCK_OR_GPUS, factor=ORDER
        ),
        "operations are meant, as published, and ten is an order of magnitude": reading(
            model=BASE, rival=GNMT_PUBLISHED, of=operations, factor=ORDER
        ),
    },
    fails_for={
        "near miss: ten or more in GPU-hours": reading(model=BASE, rival=GNMT, of=gpu_hours, factor=TEN_OR_MORE),
        "near miss: by the clock as published, an order of magnitude": reading(
            model=BASE, rival=GNMT_PUBLISHED, of=by_the_clock, factor=ORDER
        ),
        "the big Transformer in the base's place": reading(model=BIG, rival=GNMT, of=CLOCK_OR_GPUS, factor=ORDER),
    },
    altered={
        "By the table it has more BLEU after a hundredth of the training time.": reading(
            model=BASE, rival=GNMT, of=CLOCK_OR_GPUS, factor=HUNDRED
        ),
        "By the table GNMT has more BLEU than the base Transformer, after a tenth of the training time.": reading(
            model=GNMT, rival=BASE, of=CLOCK_OR_GPUS, factor=ORDER
        ),
    },
    witness={
        "by the essay's figures, by the clock": reading(model=BASE, rival=GNMT, of=by_the_clock, factor=TEN),
        "by the essay's figures, in GPU-hours": reading(model=BASE, rival=GNMT, of=gpu_hours, factor=TEN),
        "as published, by the clock": reading(model=BASE_PUBLISHED, rival=GNMT_PUBLISHED, of=by_the_clock, factor=TEN),
        "as published, in GPU-hours": reading(model=BASE_PUBLISHED, rival=GNMT_PUBLISHED, of=gpu_hours, factor=TEN),
        "as published, in operations": reading(model=BASE_PUBLISHED, rival=GNMT_PUBLISHED, of=operations, factor=TEN),
    },
    teach="Say what is counted. By the essay's first table the base takes a fourteenth of the time by the clock and a seventh "
    "of the GPU-time. As published it is half by the clock (a day on 96 GPUs against 12 hours on 8), a 24th of the GPU-time, and "
    "a seventh of the operations, which allow for the speed of the GPUs.",
    not_shown="The second table, beside the sentence: it has no number for GNMT, and its “days/weeks” may mean 2 days or 60. "
    "Training until equal BLEU, which neither source reports.",
    cites=("vaswani2017", "shazeer2017"),
    figure=times_less_training,
)(better_with_so_many_times_less)


# --- language modelling: lower perplexity ---------------------------------------------------------------------------

Text = tuple[int, ...]


@dataclass(frozen=True)
class LanguageModel:
    """What a model gives each word at each position of a text, given the words before: whole-number weights, a row a position.

    Its last `merged` words share one token, and it is scored by the token, or by each of the `pieces` that words are cut into."""

    weights: tuple[tuple[int, ...], ...]
    merged: int = 0
    pieces: int = 1

    def of_tokens(self, text: Text) -> list[Fraction]:
        """The probability of each token, as the model is scored."""
        rows = [merge(row, self.merged) for row in self.weights]
        return [Fraction(row[min(word, len(row) - 1)], sum(row)) for row, word in zip(rows, text, strict=True)]

    def of_words(self, text: Text) -> Fraction:
        """The probability of the whole text, word for word: a shared token is split evenly, as nothing tells its words apart."""
        shares = [self.merged if word >= len(self.weights[0]) - self.merged else 1 for word in text]
        return prod(self.of_tokens(text), start=Fraction(1)) / prod(shares)


@dataclass(frozen=True)
class Scored:
    """Two models, each with the text that it was scored on."""

    first: LanguageModel
    second: LanguageModel
    texts: tuple[Text, Text]


ROWS = list(every_row(range(1, 6), repeat=3))


@domain("two models of 3 words, their weights whole numbers from 1 to 5, scored on 1 to 4 positions {scored}")
def models(
    scored: str, merged: tuple[int, int] = (0, 0), pieces: tuple[int, int] = (1, 1), one_text: bool = True
) -> st.SearchStrategy[Scored]:
    return st.one_of([_models(n, merged, pieces, one_text) for n in range(1, 5)])


def _models(n: int, merged: tuple[int, int], pieces: tuple[int, int], one_text: bool) -> st.SearchStrategy[Scored]:
    weights, text = st.tuples(*[st.sampled_from(ROWS)] * n), st.tuples(*[st.integers(0, 2)] * n)
    pair = [st.builds(LanguageModel, weights, st.just(merged[which]), st.just(pieces[which])) for which in (0, 1)]
    texts = st.tuples(text, text) if not one_text else text.map(lambda one: (one, one))
    return st.builds(Scored, *pair, texts)


def equally_likely(words: int, merged: int) -> Scored:
    """The same model twice, scored on each word once: with its last words as one token, and word by word."""
    weights = ((1,) * words,) * words
    text = tuple(range(words))
    return Scored(LanguageModel(weights, merged), LanguageModel(weights), (text, text))


Measure = Callable[[list[Fraction], int], float]
ONE_TEXT = models("of one text, word by word")


def one_over_perplexity(probabilities: list[Fraction], pieces: int) -> float:
    return 1 / perplexity(probabilities, pieces)


def probabilities_are_in_inverse_proportion(scored: Scored) -> None:
    """They are so to the n-th power of the perplexities of n words: with one word only to the perplexities themselves."""
    (text, _), (one, other) = scored.texts, (scored.first, scored.second)
    times = perplexity(other.of_tokens(text)) / perplexity(one.of_tokens(text))
    show("so many times the perplexity", times)
    close(float(one.of_words(text) / other.of_words(text)), times, rounding(40, times), "times the probability")


@claim(
    "benchmarks.lower-perplexity-is-better",
    says="On one text, word by word, the model with the lower perplexity is the better one: it finds that text more probable.",
    lines=(377,),
    expect="supported",
    by=search(cases=100),
    as_written=reading(scored=ONE_TEXT, measure=perplexity),
    holds_for={
        "the same two words one token to both": reading(
            scored=models("of one text, two words being one token to both", merged=(2, 2)), measure=perplexity
        )
    },
    fails_for={
        "near miss: two words one token to one of the two": reading(
            scored=models("of one text, two words being one token to the first model", merged=(2, 0)), measure=perplexity
        ),
        "16 words, equally likely: merging 8 makes 16 into 5.7": reading(
            scored=only(equally_likely(16, merged=8), "one model, with 8 of 16 words as one token and without"),
            measure=perplexity,
        ),
        "near miss: two texts": reading(scored=models("of a text each", one_text=False), measure=perplexity),
        "near miss: by halves of words": reading(
            scored=models("of one text, by halves of words to the first model", pieces=(2, 1)), measure=perplexity
        ),
        "near miss: the mean of 1/p": reading(
            scored=only(
                Scored(LanguageModel(((5, 1, 1), (3, 4, 1))), LanguageModel(((2, 1, 1),) * 2), ((0, 0), (0, 0))),
                "two words to which one model gives 5/7 and 3/8, the other 1/2 and 1/2",
            ),
            measure=mean_of_inverses,
        ),
    },
    altered={
        "On one text, word by word, the model with the higher perplexity finds that text more probable.": reading(
            scored=ONE_TEXT, measure=one_over_perplexity
        ),
        "On one text, word by word, half the perplexity means twice the probability.": reading(
            probabilities_are_in_inverse_proportion, scored=ONE_TEXT
        ),
    },
    teach="Perplexity is p(text)^(-1/n), so over one text of n tokens lower means more probable, and nothing else. With another "
    "text, or rare words made one token, or words cut into pieces, it is another quantity. Penn Treebank's 10 000 words and the "
    "268 000 of WikiText-103 make two scales: compare within a table, not across.",
    not_shown="That a model to which a text is more probable is more useful. That all rows of the essay's table share text "
    "and vocabulary.",
    cites=("jelinek1977", "merity2017"),
    figure=perplexity_by_words_kept,
)
def the_lower_perplexity_finds_the_text_more_probable(scored: Scored, measure: Measure) -> None:
    """x ↦ x^(-1/n) falls, so perplexities of n tokens each stand in the opposite order of the probabilities."""
    both = (scored.first, scored.second)
    perplexities = [measure(model.of_tokens(text), model.pieces) for model, text in zip(both, scored.texts, strict=True)]
    probabilities = [model.of_words(scored.texts[0]) for model in both]
    show("perplexities", perplexities)
    show("probabilities of the first one's text, word for word", [str(probability) for probability in probabilities])
    lower, higher = sorted((0, 1), key=perplexities.__getitem__)
    if perplexities[higher] - perplexities[lower] > rounding(40, perplexities[higher]):  # else neither is known to be lower
        less = f"{perplexities[lower]:.4g} against {perplexities[higher]:.4g}"
        p, q = probabilities[lower], probabilities[higher]
        holds(p > q, f"perplexity {less}, but probability {float(p):.3g} against {float(q):.3g}")


# --- language modelling: the gap ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rivals:
    """Perplexities on one text."""

    name: str
    recurrent: Between
    transformer: Between


def in_perplexity(rivals: Rivals) -> tuple[float, float]:
    """From the least to the greatest difference, for all numbers that print so."""
    gap = rivals.recurrent - rivals.transformer
    return float(gap.low), float(gap.high)


def in_bits_a_word(rivals: Rivals) -> tuple[float, float]:
    return (rivals.recurrent / rivals.transformer).doublings


def in_share_of_bits(rivals: Rivals) -> tuple[float, float]:
    """What part of the recurrent model's bits the Transformer saves."""
    (least, most), (fewest, greatest) = rivals.recurrent.doublings, rivals.transformer.doublings
    return 1 - greatest / least, 1 - fewest / most


def stated_digits(row: str) -> str:
    """The essay's figure as it is printed."""
    return facts()[f"benchmarks.{row}"].value


def published_digits(row: str, **of: str) -> str:
    """The figure of these that a source has for that row, as it is printed."""
    return first_published(f"benchmarks.{row}", **of).value


def penn(recurrent: str, name: str, transformer: str = stated_digits("ptb-table.transformer-xl")) -> Rivals:
    what = f"Penn Treebank: {name} {recurrent}, Transformer-XL {transformer}"
    return Rivals(what, printed(recurrent), printed(transformer))


def wikitext(recurrent: str, name: str, transformer: str = stated_digits("wt103-table.transformer-xl")) -> Rivals:
    what = f"WikiText-103: {name} {recurrent}, Transformer-XL {transformer}"
    return Rivals(what, printed(recurrent), printed(transformer))


ZAREMBA = penn(stated_digits("ptb-table.zaremba"), "LSTM")
AWD = penn(stated_digits("ptb-table.awd-lstm"), "AWD-LSTM")
PENN = cases((AWD, ZAREMBA, penn(stated_digits("ptb-table.zoneout"), "zoneout LSTM")))
TRANSFORMER_XL = published_digits("ptb-table.transformer-xl")
FINE_TUNED = penn(published_digits("ptb-table.awd-lstm"), "AWD-LSTM, fine-tuned", TRANSFORMER_XL)
BETTER = (("55.3", "LSTM, dropout tuned"), ("54.44", "AWD-LSTM, mixture of softmaxes"))  # systems that have no row
PENN_PUBLISHED = cases([FINE_TUNED, *(penn(figure, name, TRANSFORMER_XL) for figure, name in BETTER)])
WIKITEXT = wikitext(stated_digits("wt103-table.lstm"), "LSTM")
OF_ONE_SIZE = wikitext(
    published_digits("wt103-table.lstm", system="QRNN"), "QRNN of 151 million parameters",
    published_digits("wt103-table.transformer-xl", variant="151 million parameters"),
)  # fmt: skip
MEASURES, IN_BITS = cases((in_perplexity, in_bits_a_word, in_share_of_bits)), cases((in_bits_a_word, in_share_of_bits))


@claim(
    "benchmarks.gap-widens",
    says="Between LSTM and Transformer-XL the gap is dramatically wider, at least twice as wide, on WikiText-103 with its longer "
    "documents than on Penn Treebank.",
    lines=(386, 393),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(short=PENN, long=WIKITEXT, measure=MEASURES, times=2),
    amended={
        "the gap is taken in bits a word, or as a share of them": reading(short=PENN, long=WIKITEXT, measure=IN_BITS, times=2)
    },
    holds_for={
        "wider, by however little, and in perplexity too": reading(short=PENN, long=WIKITEXT, measure=MEASURES, times=1),
        "as published: better LSTMs on the one, models of one size on the other": reading(
            short=PENN_PUBLISHED, long=OF_ONE_SIZE, measure=MEASURES, times=2
        ),
    },
    fails_for={
        "near miss: the weakest LSTM on the one, models of one size on the other": reading(
            short=ZAREMBA, long=OF_ONE_SIZE, measure=IN_BITS, times=2
        ),
        "near miss: 37 for the LSTM on WikiText-103": reading(short=PENN, long=wikitext("~37", "LSTM"), measure=IN_BITS, times=2),
        "the two texts exchanged": reading(short=WIKITEXT, long=ZAREMBA, measure=IN_BITS, times=2),
    },
    witness={
        "by the essay's figures, in bits a word": reading(short=AWD, long=WIKITEXT, measure=in_bits_a_word, times=2),
        "as published, in bits a word": reading(short=FINE_TUNED, long=OF_ONE_SIZE, measure=in_bits_a_word, times=2),
    },
    altered={
        "Taken in bits a word, or as a share of them, the gap is wider on Penn Treebank than on WikiText-103.": reading(
            short=WIKITEXT, long=PENN, measure=IN_BITS, times=1
        ),
        "Taken in bits a word, or as a share of them, it is at least three times as wide on WikiText-103.": reading(
            short=PENN, long=WIKITEXT, measure=IN_BITS, times=3
        ),
    },
    contrary=("by the essay's figures, in bits a word", "as published, in bits a word"),
    teach="In perplexity the gap goes from 24 for the weakest LSTM on Penn Treebank to 30 on WikiText-103, but perplexities of "
    "two texts do not compare. In bits a word it goes from 0.11 for the AWD-LSTM and 0.52 for the weakest to 1.39. But the one "
    "table has a tuned LSTM and the other a plain one: as published the gap is 0.072 to the best of three LSTMs, and 0.46 "
    "between models of one size on WikiText-103.",
    not_shown="That the length of documents is the reason: vocabulary, amount of training data and size of the models change as "
    "well. That twice as wide is what dramatic means.",
    cites=("dai2019", "merity2018"),
)
def the_gap_is_wider_on_the_long(
    short: Rivals, long: Rivals, measure: Callable[[Rivals], tuple[float, float]], times: int
) -> None:
    """For all numbers that print so: each measure rises or falls with each perplexity, so its ends are theirs."""
    narrow, wide = measure(short), measure(long)
    gap = measure.__name__.replace("_", " ")
    show(f"{gap}, the least and the greatest", [narrow, wide])
    holds(wide[0] > times * narrow[1], f"{gap} at least {wide[0]:.3g} ({long.name}), but up to {narrow[1]:.3g} ({short.name})")
