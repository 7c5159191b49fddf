"""Judging days: what is rare is found, what is thin or ordinary is left alone."""

import random
from datetime import date, timedelta
from uuid import UUID

import pytest

from payscope.domain.analyse.anomalies import (
    DayValue,
    anomaly_id,
    discoveries,
    history_days,
    is_material,
    judge_ratio,
    judge_sum,
)

MONDAY = date(2026, 3, 2)
WEEK = (400, 420, 440, 460, 600, 700, 300)


def _day(offset: int, top: int, bottom: int = 1) -> DayValue:
    return DayValue(MONDAY + timedelta(days=offset), top, bottom)


def _rates(days: int, bottom: int, rate: float, seed: int = 1) -> list[DayValue]:
    stream = random.Random(seed)  # noqa: S311 -- a fixed, reproducible sample
    return [
        _day(offset, sum(stream.random() < rate for _ in range(bottom)), bottom) for offset in range(days)
    ]


def test_an_outage_of_an_approval_rate_is_certain() -> None:
    verdict = judge_ratio(_rates(28, 200, 0.9), _day(28, 100, 200))
    assert verdict is not None
    assert verdict.p_value < 1e-6
    assert verdict.value < verdict.lower
    assert verdict.score < -5


def test_two_declines_out_of_three_alarm_nobody() -> None:
    verdict = judge_ratio(_rates(28, 3, 0.9), _day(28, 1, 3))
    assert verdict is not None
    assert verdict.p_value > 0.01
    assert verdict.lower <= verdict.value


def test_ordinary_days_are_rarely_called_rare() -> None:
    days = _rates(400, 150, 0.9, seed=3)
    verdicts = [judge_ratio(days[place - 35 : place], days[place]) for place in range(35, 400)]
    rare = sum(verdict is not None and verdict.p_value < 0.01 for verdict in verdicts)
    assert rare <= 0.03 * len(verdicts)


def test_large_days_use_the_same_range_as_small_ones_within_a_little() -> None:
    small = judge_ratio(_rates(28, 390, 0.9), _day(28, 351, 390))
    large = judge_ratio(_rates(28, 410, 0.9), _day(28, 369, 410))
    assert small is not None
    assert large is not None
    assert small.lower == pytest.approx(large.lower, abs=0.01)


def test_a_busy_saturday_is_expected_and_a_saturday_like_monday_is_not() -> None:
    history = [_day(offset, WEEK[offset % 7] + offset % 3) for offset in range(33)]
    saturday = judge_sum(history, _day(33, 700), is_count=True)
    assert saturday is not None
    assert saturday.p_value > 0.05
    assert saturday.expected == pytest.approx(700, rel=0.1)
    quiet = judge_sum(history, _day(33, 400), is_count=True)
    assert quiet is not None
    assert quiet.p_value < 0.001


def test_a_refund_wave_at_a_merchant_with_hardly_any_is_found() -> None:
    history = [_day(offset, offset % 2) for offset in range(28)]
    verdict = judge_sum(history, _day(28, 30), is_count=True)
    assert verdict is not None
    assert verdict.p_value < 1e-6
    assert verdict.value > verdict.upper
    usual = judge_sum(history, _day(28, 2), is_count=True)
    assert usual is not None
    assert usual.p_value > 0.01


def test_a_single_event_where_there_never_was_one_is_not_an_anomaly() -> None:
    verdict = judge_sum([_day(offset, 0) for offset in range(28)], _day(28, 1), is_count=True)
    assert verdict is not None
    assert not is_material(verdict, is_ratio=False)


def test_too_little_history_gives_no_verdict() -> None:
    assert judge_ratio(_rates(9, 100, 0.9), _day(9, 10, 100)) is None
    assert judge_sum([_day(offset, 5) for offset in range(9)], _day(9, 500), is_count=True) is None
    assert judge_ratio(_rates(28, 100, 0.9), _day(28, 0, 0)) is None


def test_false_discoveries_are_controlled_over_all_tests() -> None:
    assert discoveries([0.5, 0.2, 0.9]) == frozenset()
    assert discoveries([0.001, 0.5, 0.0001, 0.04], rate=0.01) == frozenset({0, 2})
    # 0.009 alone passes a plain 1 % test; among a hundred it does not.
    assert discoveries([0.009, *[0.5] * 99], rate=0.01) == frozenset()
    assert discoveries([]) == frozenset()


def test_a_day_is_held_against_the_days_before_and_in_the_beginning_also_after() -> None:
    known = [MONDAY + timedelta(days=offset) for offset in range(60)]
    assert history_days(known, known[40]) == tuple(known[5:40])
    assert history_days(known, known[2]) == (known[0], known[1], *known[3:22])
    assert history_days(known[:39], known[40]) == tuple(known[5:39])


def test_an_anomaly_has_the_same_id_however_often_it_is_found() -> None:
    bank = UUID(int=1)
    first = anomaly_id(bank, "auth_rate_raw", {"issuer": "A", "network": "VISA"}, MONDAY)
    assert first == anomaly_id(bank, "auth_rate_raw", {"network": "VISA", "issuer": "A"}, MONDAY)
    assert first != anomaly_id(bank, "auth_rate_raw", {"issuer": "B"}, MONDAY)
    assert first != anomaly_id(UUID(int=2), "auth_rate_raw", {"issuer": "A", "network": "VISA"}, MONDAY)
