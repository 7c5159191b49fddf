"""What statements are put together from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.columns import OF_MERCHANT
from payscope.domain.ask.metric import Amount

Fragment = sql.Composable


@dataclass(slots=True)
class Parameters:
    """Bound values under short, stable names."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def bind(self, name: str, value: Any) -> sql.Placeholder:
        unique = name
        while unique in self.values and self.values[unique] != value:
            unique = f"{name}_{sum(key.startswith(name) for key in self.values)}"
        self.values[unique] = value
        return sql.Placeholder(unique)


@dataclass(frozen=True, slots=True)
class Rows:
    """A relation in SQL: where rows come from, and what each name of the catalogue is there.

    Attributes:
        measured: What quantiles are of, one for each of ``row_count`` rows.
    """

    from_clause: Fragment
    always: tuple[Fragment, ...]
    dimensions: Mapping[str, Fragment]
    columns: Mapping[str, Fragment]
    amounts: Mapping[Amount, Fragment]
    row_count: Fragment
    row_xor: Fragment
    is_rollup: bool = False
    measured: Fragment | None = None


def literals(values: Sequence[str]) -> Fragment:
    return sql.SQL(", ").join(sql.Literal(value) for value in values)


def joined(start: Fragment, needed: set[str], bank: Fragment, alias: Fragment) -> Fragment:
    """The rows with what their merchant and their card's BIN say, where it is needed."""
    whole = start
    if needed & OF_MERCHANT:
        whole += sql.SQL(
            "\nleft join payscope.merchant mg on mg.bank_id = {} and mg.merchant_id = {}.merchant_id"
        ).format(bank, alias)
    if "issuer" in needed:
        whole += sql.SQL("\nleft join payscope.issuer i on i.bank_id = {} and i.bin = {}.bin").format(
            bank, alias
        )
    return whole
