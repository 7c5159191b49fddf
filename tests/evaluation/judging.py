"""Whether an answer is right: every group and value equals the gold, exactly."""

from decimal import Decimal
from fractions import Fraction

from payscope.domain.ask.answers import Answer, Value
from tests.evaluation import gold
from tests.evaluation.questions import Covered

_BETWEEN_NEIGHBOURS = Fraction(1, 10**6)


def judge(asked: Covered, answer: Answer) -> str | None:
    """None where the answer is right, else what is wrong with it."""
    if answer.status != "answered":
        return f"{answer.status}: {answer.summary}"
    current = _gold(asked, asked.metric, asked.days)
    if asked.share_of:
        return _judge_shares(asked, answer, current)
    if asked.running:
        return _judge_running(asked, answer)
    if asked.also:
        return _judge_several(asked, answer)
    values = [value for value in answer.values if value.metric == asked.metric]
    if asked.against is None:
        return _judge_values(asked, values, current, exact=asked.top is None and asked.having is None)
    before = _gold(asked, asked.metric, asked.against)
    own = [value for value in values if value.period and value.period.start.isoformat() == asked.days[0]]
    other = [value for value in values if value.period and value.period.start.isoformat() == asked.against[0]]
    shared = {key: number for key, number in before.items() if key in current}
    return _judge_values(asked, own, current, exact=True) or _judge_values(asked, other, shared, exact=True)


def _gold(
    asked: Covered, metric: str, days: tuple[str, str]
) -> dict[tuple[gold.Key, str | None], gold.Number]:
    return gold.measure(metric, *days, asked.by, asked.where, asked.without, asked.minimum, asked.maximum)


def _judge_running(asked: Covered, answer: Answer) -> str | None:
    values = [value for value in answer.values if value.metric == f"{asked.metric}.running"]
    expected = gold.running(asked.metric, *asked.days, asked.by, asked.where)
    return _judge_values(asked, values, expected, exact=True)


def _judge_several(asked: Covered, answer: Answer) -> str | None:
    for metric in (asked.metric, *asked.also):
        values = [value for value in answer.values if value.metric == metric]
        mistake = _judge_values(asked, values, _gold(asked, metric, asked.days), exact=True)
        if mistake is not None:
            return f"{metric}: {mistake}"
    return None


def _judge_values(
    asked: Covered,
    values: list[Value],
    expected: dict[tuple[gold.Key, str | None], gold.Number],
    *,
    exact: bool,
) -> str | None:
    found = {_key(asked, value): _number(value) for value in values}
    if len(found) != len(values):
        return "a group has two values"
    if asked.having is not None:
        kind, bound = asked.having[0], Fraction(asked.having[1])
        expected = {
            key: number
            for key, number in expected.items()
            if number is not None and (number > bound if kind == "gt" else number < bound)
        }
        exact = True
    for key, number in found.items():
        if key not in expected:
            return f"unexpected group {key}"
        if not _same(number, expected[key], asked.metric in gold.DELAYS):
            return f"{key}: {number} is not {expected[key]}"
    if exact and found.keys() != expected.keys():
        return f"groups {sorted(map(str, found))} are not {sorted(map(str, expected))}"
    if asked.top is not None:
        limit, descending = asked.top
        numbers = sorted((number for number in expected.values() if number is not None), reverse=descending)[
            :limit
        ]
        if list(found.values()) != numbers:
            return f"the order is {list(found.values())}, not {numbers}"
    if not values:
        return "no value" if expected else None
    return None


def _judge_shares(
    asked: Covered, answer: Answer, parts: dict[tuple[gold.Key, str | None], gold.Number]
) -> str | None:
    total = sum(int(number) for number in parts.values() if number is not None)
    expected: dict[tuple[gold.Key, str | None], gold.Number] = {
        key: Fraction(int(number or 0), total)
        for key, number in parts.items()
        if asked.keep is None or key[0][0] in asked.keep
    }
    values = [value for value in answer.values if value.metric == f"{asked.metric}.share"]
    return _judge_values(asked, values, expected, exact=True)


def _key(asked: Covered, value: Value) -> tuple[gold.Key, str | None]:
    key = tuple(
        value.dimensions.get(name) or (value.currency if name == "currency" else None) for name in asked.by
    )
    return key, value.currency


def _number(value: Value) -> gold.Number:
    if value.value is None:
        return None
    if value.metric in gold.HEADROOMS:
        return Fraction(value.value)
    if value.denominator is not None and value.numerator is not None:
        return Fraction(value.numerator, value.denominator)
    if value.minor is not None:
        return value.minor
    return Fraction(Decimal(value.value))


def _same(found: gold.Number, expected: gold.Number, is_quantile: bool) -> bool:
    if is_quantile and found is not None and expected is not None:
        return abs(found - expected) < _BETWEEN_NEIGHBOURS
    return found == expected
