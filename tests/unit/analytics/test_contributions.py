"""Splitting a change: the parts add up exactly, and the slice that moved is named."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from payscope.domain.analyse.contributions import decompose_ratio, decompose_sum

_counts = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda pair: (min(pair), max(pair)))
_ratio_parts = st.dictionaries(st.sampled_from("abcdefgh"), _counts, max_size=8)
_loose_parts = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(st.integers(0, 50), st.integers(0, 500)), max_size=8
)
_sum_parts = st.dictionaries(
    st.sampled_from("abcdefgh"), st.integers(-(10**12), 10**12).map(lambda value: (value, 1)), max_size=8
)


@given(_ratio_parts, _ratio_parts)
def test_the_parts_of_a_ratio_add_up_to_its_change(before, after) -> None:
    split = decompose_ratio(before, after)
    if split is not None:
        assert split.residual == 0


@given(_loose_parts, _loose_parts)
def test_they_add_up_even_where_a_numerator_has_no_denominator_in_its_slice(before, after) -> None:
    split = decompose_ratio(before, after)
    if split is not None:
        assert split.residual == 0


@given(_sum_parts, _sum_parts)
def test_the_parts_of_a_sum_add_up_to_its_change(before, after) -> None:
    assert decompose_sum(before, after).residual == 0


def test_an_issuer_that_declines_everything_carries_the_whole_change() -> None:
    before = {"ALPHA": (90, 100), "BETA": (90, 100)}
    after = {"ALPHA": (90, 100), "BETA": (40, 100)}
    split = decompose_ratio(before, after)
    assert split is not None
    assert split.change == Fraction(-25, 100)
    leading = split.contributions[0]
    assert (leading.slice, leading.rate_effect, leading.mix_effect) == ("BETA", Fraction(-1, 4), 0)
    assert split.share(leading) == 1


def test_a_shift_towards_a_weaker_slice_is_mix_and_not_rate() -> None:
    before = {"POS": (95, 100), "ECOM": (80, 100)}
    after = {"POS": (19, 20), "ECOM": (144, 180)}
    split = decompose_ratio(before, after)
    assert split is not None
    assert split.change == Fraction(815, 1000) - Fraction(875, 1000)
    assert all(part.rate_effect == 0 for part in split.contributions)


def test_a_slice_that_is_new_takes_its_own_rate_as_the_old_one() -> None:
    split = decompose_ratio({"OLD": (90, 100)}, {"OLD": (90, 100), "NEW": (10, 100)})
    assert split is not None
    new = next(part for part in split.contributions if part.slice == "NEW")
    assert new.rate_effect == 0
    assert split.residual == 0


def test_a_ratio_without_a_denominator_has_no_change() -> None:
    assert decompose_ratio({}, {"A": (1, 2)}) is None
    assert decompose_ratio({"A": (0, 0)}, {"A": (1, 2)}) is None


def test_a_small_slice_that_explains_all_surprises_more_than_a_large_one() -> None:
    by_issuer = decompose_ratio({"X": (9, 10), "Y": (81, 90)}, {"X": (0, 10), "Y": (81, 90)})
    by_network = decompose_ratio({"VISA": (90, 100)}, {"VISA": (81, 100)})
    assert by_issuer is not None
    assert by_network is not None
    small, whole = by_issuer.contributions[0], by_network.contributions[0]
    assert by_issuer.surprise(small) > by_network.surprise(whole) == 0
