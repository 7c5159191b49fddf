"""Money: signed integers of minor units with their ISO 4217 currency, never floats."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Self

# ISO 4217 (list one, 2026): currencies whose minor unit is not two decimals.
_EXPONENTS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
         "VUV", "XAF", "XOF", "XPF"), 0
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip


def exponent(currency: str) -> int:
    """Decimals of the currency's minor unit (EUR 2, JPY 0, KWD 3)."""
    return _EXPONENTS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Major units rounded to the currency's minor unit, half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), ROUND_HALF_UP)


def currencies_by_exponent() -> dict[int, tuple[str, ...]]:
    """The currencies whose minor unit is not two decimals, by its decimals."""
    return {
        places: tuple(sorted(code for code, own in _EXPONENTS.items() if own == places))
        for places in sorted(set(_EXPONENTS.values()))
    }


def decimal_text(minor: int, currency: str) -> str:
    """Major units as a plain decimal string: 1234 EUR -> "12.34", 5 JPY -> "5"."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of one currency; adding two currencies raises."""

    minor: int
    currency: str

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> Self:
        """Major units to money, exactly.

        Raises:
            ValueError: The amount has more decimals than the currency, or is not finite.
        """
        try:
            scaled = amount.scaleb(exponent(currency))
            if scaled != scaled.to_integral_value():
                raise ValueError(f"{amount} has more decimals than {currency} allows")
        except InvalidOperation as error:
            raise ValueError(f"{amount} is not an amount") from error
        return cls(int(scaled), currency)

    def __add__(self, other: Self) -> Self:
        self._same_currency(other)
        return type(self)(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> Self:
        self._same_currency(other)
        return type(self)(self.minor - other.minor, self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{decimal_text(self.minor, self.currency)} {self.currency}"

    def _same_currency(self, other: Self) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added without a rate set")
