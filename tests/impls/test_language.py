"""impls.learning.language: sentences and passages, put back into words and read plainly."""

import re
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.learning import language, tasks
from impls.learning.language import LETTERS, LEXICON, TEXT, WORDS
from tests.impls.drawn import generator, seeds

DISTANCES = st.integers(0, 12)
NOUN, ADJECTIVE, PREPOSITION, ADVERB = ("|".join(WORDS[name]) for name in ("noun", "adjective", "preposition", "adverb"))
SENTENCE = re.compile(
    rf"((?:{PREPOSITION}) the (?:{NOUN}) , )?"
    rf"the ({NOUN})"
    rf"((?: (?:{PREPOSITION}) the (?:(?:{ADJECTIVE}) )?(?:{NOUN}))*(?: (?:{ADVERB}))*)"
)


OTHERS = st.sampled_from(["either", "opposite", "same", "opposite before"])


def sentences(tensor):
    """Each column as a list of words."""
    return [[LEXICON[token] for token in column] for column in tensor.T.tolist()]


def drawn(seed, distance, others="either", batch=5):
    return language.agreement(distance, others=others).sample(batch, generator(seed))


def encoded(sentence):
    return torch.tensor([[LEXICON.index(word)] for word in sentence.split()])


def place_of_the_head(sentence):
    """The first noun after the comma, or of the sentence where there is none."""
    start = sentence.index(",") + 1 if "," in sentence else 0
    return next(place for place, word in enumerate(sentence) if place >= start and word in WORDS["noun"])


def is_plural(noun):
    return noun.endswith("s")


@given(seeds(), DISTANCES, OTHERS)
def test_sentences_read_as_said(seed, distance, others):
    for sentence in sentences(drawn(seed, distance, others)[0]):
        read = SENTENCE.fullmatch(" ".join(sentence))
        assert read
        assert len(read[3].split()) == distance


@given(seeds(), DISTANCES, OTHERS)
def test_the_head_is_the_noun_that_a_plain_reader_finds_and_as_far_from_the_verb_as_said(seed, distance, others):
    source, _ = drawn(seed, distance, others)
    wanted = [place_of_the_head(sentence) for sentence in sentences(source)]
    assert language.head(source).tolist() == [wanted]
    assert {len(source) - place - 1 for place in wanted} == {distance}


@pytest.mark.parametrize(("sentence", "place"), [
    ("keys near the barn", 0), ("keys , the barn", 0), ("near the barn , keys", 4), ("near keys , the key", 4),
])  # fmt: skip
def test_the_head_may_stand_anywhere(sentence, place):
    assert language.head(encoded(sentence)).tolist() == [[place]]


@given(seeds(), DISTANCES, OTHERS)
def test_answers_are_the_next_words_and_then_a_verb_of_the_number_of_the_head(seed, distance, others):
    source, answers = drawn(seed, distance, others)
    for read, said in zip(sentences(source), sentences(answers), strict=True):
        assert said[:-1] == read[1:]
        assert said[-1] == ("are" if is_plural(read[place_of_the_head(read)]) else "is")


@given(seeds(), st.integers(3, 12), st.sampled_from(["opposite", "same", "opposite before"]))
def test_nouns_beside_the_head_have_the_number_that_is_said(seed, distance, others):
    for sentence in sentences(drawn(seed, distance, others)[0]):
        head = place_of_the_head(sentence)
        between = [word for word in sentence[head + 1 :] if word in WORDS["noun"]]
        assert between
        assert {is_plural(noun) == is_plural(sentence[head]) for noun in between} == {others != "opposite"}
        if others == "opposite before":
            assert [is_plural(word) for word in sentence[:head] if word in WORDS["noun"]] == [not is_plural(sentence[head])]


def test_otherwise_nouns_in_between_have_either_number_and_the_opening_does_unless_it_is_said():
    wanted = {"either": ({False, True}, {False, True}), "opposite": ({False}, {False, True}), "same": ({True}, {False, True}),
              "opposite before": ({True}, {False})}  # fmt: skip
    for others, agreeing in wanted.items():
        rng, task = generator(0), language.agreement(3, others=others)
        read = [sentence for _ in range(20) for sentence in sentences(task.sample(20, rng)[0])]
        heads = {is_plural(one[place_of_the_head(one)]) for one in read}
        same = {is_plural(one[-1]) == is_plural(one[place_of_the_head(one)]) for one in read}
        opening = {is_plural(one[2]) == is_plural(one[place_of_the_head(one)]) for one in read if "," in one}
        assert (heads, same, opening) == ({False, True}, *agreeing)


def test_both_openings_occur_and_words_are_in_one_order_throughout_a_batch():
    rng, opened = generator(0), Counter()
    for _ in range(100):
        read = sentences(language.agreement(7).sample(4, rng)[0])
        orders = {tuple(next(name for name in WORDS if word in WORDS[name]) for word in one) for one in read}
        opened["," in read[0]] += 1
        assert len(orders) == 1
    assert min(opened.values()) > 25  # of 50 ± 5


def test_distances_are_drawn_between_the_two_ends_and_each_comes_up():
    rng, task = generator(0), language.agreement(10, shortest=0)
    found = {len(one) - place_of_the_head(one) - 1 for _ in range(300) for one in sentences(task.sample(1, rng)[0])}
    assert found == set(range(11))


def test_either_verb_is_as_likely_whatever_stands_in_between():
    """Of 2000 sentences 1000 ± 22 have either verb; so have about 500 of those with a plural in between, within 5 deviations."""
    source, answers = drawn(0, 3, batch=2000)
    plural, are = (source[-1] - LEXICON.index("key")) % 2, answers[-1]
    assert abs(int(are.sum()) - 1000) < 112
    assert abs(int((plural & are).sum()) - 500) < 100


def test_every_word_comes_up_but_verbs_only_as_answers():
    rng, task = generator(0), language.agreement(10, shortest=0)
    read = {word for _ in range(40) for one in sentences(task.sample(40, rng)[0]) for word in one}
    assert read == set(LEXICON) - {"is", "are"}
    assert WORDS["verb"] == tuple(LEXICON[: language.VERBS]) == ("is", "are")


def test_the_lexicon_has_each_word_once_and_beside_each_noun_its_plural():
    assert len(set(LEXICON)) == len(LEXICON) == language.agreement(3).vocabulary
    assert [one + "s" for one in WORDS["noun"][::2]] == list(WORDS["noun"][1::2])
    assert not any(map(is_plural, WORDS["noun"][::2]))


@pytest.mark.parametrize(("sentence", "verb"), [
    ("in the old hall the key near the cabinets often", "is"),
    ("the key near the cabinets", "is"),
    ("the keys near the cabinet", "are"),
    ("near the cabinets , the key", "is"),
    ("the horses in the barn behind the old hall now", "are"),
])  # fmt: skip
def test_a_sentence_gets_its_verb(sentence, verb):
    """Those of the docstrings first."""
    assert sentences(language.foretold(encoded(sentence))) == [[*sentence.split()[1:], verb]]


# --- spelling ---------------------------------------------------------------------------------------------------------


def test_the_text_is_of_plain_letters_and_the_vocabulary_is_of_those():
    assert set(TEXT) == set(LETTERS) <= set("abcdefghijklmnopqrstuvwxyz .,:\n")
    assert len(LETTERS) == len(set(LETTERS)) == language.spelling(5).vocabulary


@given(seeds(), st.integers(1, 40))
def test_a_passage_stands_in_the_text_and_each_letter_is_answered_by_the_next(seed, length):
    source, answers = language.spelling(length).sample(5, generator(seed))
    for passage, following in zip(source.T.tolist(), answers.T.tolist(), strict=True):
        spelt = "".join(LETTERS[token] for token in passage)
        assert len(spelt) == length
        assert spelt in TEXT
        assert "".join(LETTERS[token] for token in following[:-1]) == spelt[1:]
        assert following[-1] == tasks.NOTHING


def test_a_passage_may_start_at_the_first_letter_and_end_at_the_last():
    source, _ = language.spelling(len(TEXT) - 1).sample(20, generator(0))
    assert {"".join(LETTERS[token] for token in passage) for passage in source.T.tolist()} == {TEXT[:-1], TEXT[1:]}
