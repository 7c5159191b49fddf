"""Tables of values: one row per group, one column per metric."""

from collections.abc import Sequence

from payscope.domain.ask.answers import Table, Value


def table_of(values: Sequence[Value], dimensions: Sequence[str], *, periods: bool = False) -> Table:
    """Rows in the order of the values; a count stands in the row of its group's only currency.

    Args:
        values: The values of one answer.
        dimensions: The columns that lead.
        periods: Whether values of different periods are held against each other, so that the
            period is a column too.
    """
    shown = list(dimensions)
    if "merchant" in shown and any("merchant_name" in value.dimensions for value in values):
        shown.insert(shown.index("merchant") + 1, "merchant_name")
    with_currency = any(value.currency for value in values) and "currency" not in shown
    metrics = list(dict.fromkeys(value.metric for value in values))
    rows: dict[tuple[str | None, ...], dict[str, str | None]] = {}
    for value in values:
        key: tuple[str | None, ...] = tuple(value.dimensions.get(name) for name in shown)
        if periods:
            key = (*key, value.period.start.isoformat() if value.period else None)
            key = (*key, value.period.end.isoformat() if value.period else None)
        if with_currency:
            key = (*key, value.currency)
        rows.setdefault(key, {})[value.metric] = value.value
    if with_currency:
        _move_counts(rows)
    columns = [
        *shown,
        *(("period_start", "period_end") if periods else ()),
        *(("currency",) if with_currency else ()),
    ]
    return Table(
        columns=(*columns, *metrics),
        rows=tuple((*key, *(cells.get(name) for name in metrics)) for key, cells in rows.items()),
    )


def _move_counts(rows: dict[tuple[str | None, ...], dict[str, str | None]]) -> None:
    """Put values without a currency beside the group's money where that has one currency only."""
    for key in [key for key in rows if key[-1] is None]:
        partners = [other for other in rows if other[:-1] == key[:-1] and other[-1] is not None]
        if len(partners) == 1:
            rows[partners[0]] |= rows.pop(key)
