"""Which columns of a file a profile reads."""

from collections.abc import Iterable, Iterator, Sequence

from payscope.domain.ingest.column_words import normal_name
from payscope.domain.ingest.profiles import AmountField, EventRule, Profile, TextField
from payscope.errors import InvalidInput


def check_columns(profile: Profile, columns: Sequence[str]) -> None:
    """Refuse a profile for a layout that has not all the columns that it reads.

    Args:
        columns: Of the layout.

    Raises:
        InvalidInput: Names the columns that are not there.
    """
    known = {normal_name(name) for name in columns}
    asked = dict.fromkeys((*profile.header, *_read_columns(profile)))
    unknown = [name for name in asked if not any(normal_name(own) in known for own in profile.names_of(name))]
    if unknown:
        named = ", ".join(f'"{name}"' for name in unknown)
        there = ", ".join(f'"{name}"' for name in columns)
        raise InvalidInput(f"The layout has no column {named}; its columns are {there}.", columns=named)


def _read_columns(profile: Profile) -> Iterator[str]:
    for rule in profile.rules:
        yield from _of_rule(rule)
    for control in profile.controls:
        yield from control.when
        yield from _of_amount(control.amount)
        yield from filter(None, (control.currency, control.group))
        if control.stated is not None:
            yield from control.stated.when
            yield from _of_amount(control.stated.amount)


def _of_rule(rule: EventRule) -> Iterator[str]:
    yield from (*rule.when, *rule.ref, *rule.duplicate_of, *filter(None, (rule.sequence, rule.fx_rate)))
    for time in filter(None, (rule.occurred, rule.booked)):
        yield from (*time.column, *filter(None, (time.time, time.zone_column)))
    amounts = (
        rule.amount,
        rule.settlement,
        rule.billing,
        rule.fee,
        rule.interchange,
        rule.scheme_fee,
        rule.markup,
    )
    for amount in amounts:
        yield from _of_amount(amount)
    yield from _of_texts((rule.subtype, rule.exclusion, rule.approved, *rule.fields.values()))
    if rule.card is not None:
        yield from filter(None, (rule.card.number, rule.card.token, rule.card.bin, rule.card.last4))
    for part in rule.also:
        yield from _of_rule(part)


def _of_amount(amount: AmountField | None) -> Iterator[str]:
    if amount is not None:
        yield from (*amount.plus, *amount.minus, *amount.negative_when)
        yield from _of_texts((amount.currency,))
        for part in amount.adding:
            yield from _of_amount(part)


def _of_texts(texts: Iterable[TextField | None]) -> Iterator[str]:
    for text in texts:
        if text is not None:
            yield from (*text.column, *text.join)
