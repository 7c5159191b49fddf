"""Business days from clearing to settlement, in SQL, and what is late by the terms that are agreed."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.parts import Fragment
from payscope.domain.ask.metric import Amount
from payscope.domain.reconcile.rule_files import calendar_rules, settlement_terms
from payscope.domain.reconcile.settlement_terms import FloatRate, Term

_EARLIEST_YEAR = 2000
# A clearing is not older than its settlement by more than a turn of the year or two.
_YEARS_BEFORE = 2


def closed_days(first_on: date | None, last_on: date) -> dict[str, list[str]]:
    """Weekdays on which a currency's system does not book, by currency, in order, as ISO dates.

    Args:
        first_on: First settlement day; None is the beginning.
        last_on: Last settlement day.
    """
    first = _EARLIEST_YEAR if first_on is None else max(first_on.year - _YEARS_BEFORE, _EARLIEST_YEAR)
    return {
        currency: [day.isoformat() for day in calendar.closed_weekdays(first, last_on.year)]
        for currency, calendar in sorted(calendar_rules().by_currency.items())
    }


def settled_with_clearing(known: Fragment, closed: Fragment) -> Fragment:
    """Settled sales with the first booking of their clearing, and the closed days of their currency."""
    return sql.SQL(
        "payscope.event e join (\n"
        "    select coalesce('A' || e.arn, 'L' || e.lifecycle_id) as link,"
        " min(e.booked_on) as cleared_on from payscope.event e\n"
        "    where {known} and e.event_type = 'CLEARING' and coalesce(e.arn, e.lifecycle_id) is not"
        " null group by 1\n"
        ") c on c.link = coalesce('A' || e.arn, 'L' || e.lifecycle_id) and e.event_type = 'SETTLEMENT' and"
        " e.amount_minor > 0"
        " and e.booked_on >= c.cleared_on\n"
        "left join (\n"
        "    select j.key as currency,"
        " array(select x::date from jsonb_array_elements_text(j.value) x order by 1) as days\n"
        "    from jsonb_each({closed}) j\n"
        ") d on d.currency = coalesce(e.settlement_currency, e.currency)"
    ).format(known=known, closed=closed)


# Of the rows above: weekdays after the clearing up to the booking, less those on which nothing is booked.
DELAY_DAYS: Fragment = sql.SQL(
    "((e.booked_on - date '1970-01-05') / 7 * 5 + least(mod(e.booked_on - date '1970-01-05', 7) + 1, 5)"
    " - (c.cleared_on - date '1970-01-05') / 7 * 5 - least(mod(c.cleared_on - date '1970-01-05', 7) + 1, 5)"
    " - width_bucket(e.booked_on, coalesce(d.days, '{}'))"
    " + width_bucket(c.cleared_on, coalesce(d.days, '{}')))"
)


def is_late(delay: Fragment) -> Fragment:
    """Whether a delay is longer than what was agreed on the day of its booking."""
    return sql.SQL("({} > {})").format(delay, _agreed())


def float_amount(delay: Fragment, amount: Fragment, currency: Fragment) -> Fragment:
    """Minor units times late days times basis points a year: 3,600,000 of them cost one minor unit."""
    return sql.SQL("({}) * greatest({} - {}, 0) * {}").format(amount, delay, _agreed(), _rate(currency))


def delay_amounts(
    delay: Fragment, rows: Fragment, settled: Fragment, currency: Fragment
) -> dict[Amount, Fragment]:
    """What settled sales add to metrics of delays; ``rows`` of them have the delay, ``settled`` in sum."""
    return {
        Amount.DELAY: sql.SQL("{} * {}").format(delay, rows),
        Amount.FLOAT: float_amount(delay, settled, currency),
    }


def _agreed() -> Fragment:
    terms = settlement_terms().terms
    return _in_force(terms, [sql.Literal(term.agreed_days) for term in terms])


def _rate(currency: Fragment) -> Fragment:
    """By the currency's own rates, else by those of any other."""
    other: Fragment = sql.SQL("null")
    cases: list[Fragment] = []
    for code, of_code in groupby(settlement_terms().rates, lambda rate: rate.currency):
        rates = list(of_code)
        value = _in_force(rates, [sql.Literal(rate.bps) for rate in rates])
        if code:
            cases.append(sql.SQL("when {} then {}").format(sql.Literal(code), value))
        else:
            other = value
    own = sql.SQL("case {} {} end").format(currency, sql.SQL(" ").join(cases)) if cases else sql.SQL("null")
    return sql.SQL("coalesce({}, {}, 0)").format(own, other)


def _in_force(rules: Sequence[Term] | Sequence[FloatRate], values: Sequence[Fragment]) -> Fragment:
    """The value of the newest rule that holds on the booking day."""
    cases = [
        sql.SQL("when e.booked_on >= {}{} then {}").format(
            sql.Literal(rule.from_on),
            sql.SQL(" and e.booked_on <= {}").format(sql.Literal(rule.to_on)) if rule.to_on else sql.SQL(""),
            value,
        )
        for rule, value in zip(rules, values, strict=True)
    ]
    return sql.SQL("case {} end").format(sql.SQL(" ").join(cases))
