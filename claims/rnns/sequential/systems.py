"""What the table of published systems shows by arithmetic."""

from dataclasses import replace

from claims.kit import cases, claim, exhaustion, holds, less_than, reading, search, show
from claims.kit.domains import reals
from claims.rnns.subjects import translation
from claims.rnns.subjects.translation import BASE, BIG, GNMT, Cost, Trained, by_the_clock, gpu_hours, operations, parameters

OTHER_ROWS = cases([row for row in translation.TABLE if row is not BASE], "every other row of the table")
RECURRENT_ROWS = cases([row for row in translation.TABLE if row.recurrent], "each recurrent row of the table: GNMT alone")
BOTH_COSTS = cases((by_the_clock, gpu_hours))


def more_bleu_for_more(model: Trained, rival: Trained, cost: Cost) -> None:
    holds(model.bleu.low > rival.bleu.high, f"{model.name} has a BLEU of {model.bleu.name}, {rival.name} {rival.bleu.name}")
    holds(cost(model).low > cost(rival).high, f"{model.name} takes {cost(model).name}, {rival.name} {cost(rival).name}")


@claim(
    "sequential.base-beats-all-rnns",
    says="In the essay's table the base Transformer has more BLEU than every recurrent model, after less training.",
    lines=(95,),
    expect="supported",
    by=exhaustion(),
    as_written=reading(model=BASE, rival=RECURRENT_ROWS, cost=BOTH_COSTS),
    altered={
        "In the essay's table the base Transformer has more BLEU than every other model, after less training.": reading(
            model=BASE, rival=OTHER_ROWS, cost=by_the_clock
        ),
        "In the essay's table the base Transformer has more BLEU than every recurrent model, after more training.": reading(
            more_bleu_for_more, model=BASE, rival=RECURRENT_ROWS, cost=BOTH_COSTS
        ),
    },
    holds_for={
        "the convolutional row, by the clock": reading(model=BASE, rival=translation.BYTENET, cost=by_the_clock),
        "every recurrent system as published for German, in operations": reading(
            model=BASE, rival=cases(translation.PUBLISHED), cost=operations
        ),
    },
    fails_for={
        "the big Transformer as the rival": reading(model=BASE, rival=BIG, cost=BOTH_COSTS),
        "near miss: GNMT with 27.3 as well": reading(model=BASE, rival=replace(GNMT, bleu=BASE.bleu), cost=BOTH_COSTS),
        "near miss: ConvS2S over GNMT, 26.4 against 26.3: both may be 26.35": reading(
            model=translation.CONVS2S, rival=GNMT, cost=parameters
        ),
        "near miss: the big model, with 28 GPU-days against 28": reading(model=BIG, rival=GNMT, cost=BOTH_COSTS),
        "English to French, as published: 38.1 against 39.92": reading(
            model=translation.BASE_FRENCH, rival=translation.GNMT_FRENCH, cost=operations
        ),
    },
    witness={
        "by the essay's figures, in GPU-hours": reading(model=BASE, rival=GNMT, cost=gpu_hours),
        "as published, in operations": reading(
            model=translation.BASE_PUBLISHED, rival=translation.GNMT_PUBLISHED, cost=operations
        ),
    },
    teach="The table has one recurrent row; ByteNet is convolutional. Against GNMT the base gains a point with a seventh of the "
    "GPU-time. As published, that is a lead over eight GNMTs together; over one it is 2.7, for a seventh of the operations.",
    not_shown="How fast the two kinds of GPU are. Recurrent models of later years: see "
    "sequential.base-beats-all-rnns.published. That the printed figures are the published ones, of which GNMT's are not, is "
    "settled cell by cell in the table above.",
    cites=("vaswani2017", "shazeer2017", "chen2018"),
)
def more_bleu_for_less(model: Trained, rival: Trained, cost: Cost) -> None:
    """For all numbers that print so: the lowest BLEU of the one against the highest of the other."""
    show("BLEU of the two", [model.bleu.name, rival.bleu.name])
    show(cost.__name__.replace("_", " "), [cost(model).name, cost(rival).name])
    holds(model.bleu.low > rival.bleu.high, f"{model.name} has a BLEU of {model.bleu.name}, {rival.name} {rival.bleu.name}")
    holds(cost(model).high < cost(rival).low, f"{model.name} takes {cost(model).name}, {rival.name} {cost(rival).name}")


NO_HARM, NO_GOOD, EITHER_WAY, HALF_A_POINT = reals(0, 3), reals(-3, 0), reals(-3, 3), reals(-3, 0.5)
THE_TWO = {"winner": BASE, "loser": GNMT}


@claim(
    "sequential.signature-of-architecture",
    says="That the base Transformer leads with fewer parameters shows that its architecture is the better one.",
    lines=(95,),
    expect="qualified",
    by=search(cases=100),
    as_written=reading(by_parameters=NO_HARM, by_time=NO_HARM, otherwise=EITHER_WAY, **THE_TWO),
    amended={
        "more parameters and GPU-time do no harm, and all else but architecture is worth half a BLEU point at most": reading(
            by_parameters=NO_HARM, by_time=NO_HARM, otherwise=HALF_A_POINT, **THE_TWO
        )
    },
    altered={
        "The lead shows it if more parameters and GPU-time do no good, and all else adds half a BLEU point at most.": reading(
            by_parameters=NO_GOOD, by_time=NO_GOOD, otherwise=HALF_A_POINT, **THE_TWO
        ),
        "The lead on the same training data shows it if more GPU-time does no harm, whatever more parameters do.": reading(
            by_parameters=EITHER_WAY, by_time=NO_HARM, otherwise=HALF_A_POINT, **THE_TWO
        ),
        "The lead shows it if more parameters and GPU-time do no harm, and all else adds half a BLEU point at least.": reading(
            by_parameters=NO_HARM, by_time=NO_HARM, otherwise=reals(0.5, 3), **THE_TWO
        ),
    },
    holds_for={
        "the same, with GNMT as published": reading(
            winner=BASE, loser=translation.GNMT_PUBLISHED, by_parameters=NO_HARM, by_time=NO_HARM, otherwise=HALF_A_POINT
        )
    },
    fails_for={
        "near miss: all else is worth a whole point": reading(by_parameters=NO_HARM, by_time=NO_HARM, otherwise=1.0, **THE_TWO),
        "near miss: parameters may do harm": reading(by_parameters=EITHER_WAY, by_time=NO_HARM, otherwise=0.0, **THE_TWO),
        "near miss: GPU-time may do harm": reading(by_parameters=NO_HARM, by_time=EITHER_WAY, otherwise=0.0, **THE_TWO),
        "the big Transformer's lead over the base": reading(
            winner=BIG, loser=BASE, by_parameters=NO_HARM, by_time=NO_HARM, otherwise=0.0
        ),
    },
    teach="The table does rule out parameters and GPU-time, if more of them does no harm: the base has a sixth of the one and "
    "a seventh of the other. It cannot tell architecture from what changed along with it, and such things weigh more than its "
    "lead of a point: eight GNMTs together, which the 26.3 stands for, have 1.7 more than one. RNMT+, made of LSTMs with "
    "multi-head attention, layer normalisation and the newer training, later beat the Transformer (Chen et al., 2018).",
    not_shown="What each difference in training is worth: that takes runs alike in all else. Effects that do not add up.",
    cites=("vaswani2017", "shazeer2017", "chen2018"),
)
def something_is_left_for_the_architecture(
    winner: Trained, loser: Trained, by_parameters: float, by_time: float, otherwise: float
) -> None:
    """`by_parameters` and `by_time` are BLEU for each doubling; `otherwise` is what all else that sets the two apart adds."""
    lead = winner.bleu - loser.bleu
    larger, longer = parameters(winner) / parameters(loser), gpu_hours(winner) / gpu_hours(loser)
    grown = max(by_parameters * doublings + 0.0 for doublings in larger.doublings)  # + 0.0, or it may read -0
    trained = max(by_time * doublings + 0.0 for doublings in longer.doublings)
    explained = grown + trained + otherwise
    show("lead in BLEU", lead.name)
    show("explained by parameters, by GPU-time and by other causes, at most", [grown, trained, otherwise])
    less_than(explained, float(lead.low), "BLEU of the lead that other causes than architecture explain")
