"""A settlement report of any size: one value date, 500 merchants, totals at the end."""

import random
from datetime import date
from pathlib import Path

HEADER = (
    "Line Id", "Type", "Value Date", "Payment Reference", "Lifecycle Id", "ARN", "Merchant Id",
    "Merchant Name", "Network", "Gross", "Fee", "Interchange", "Scheme Fee", "Markup", "Net", "Currency",
    "Batch",
)  # fmt: skip
BYTES_A_ROW = 157
# The report's name, its processor, its date and an empty line stand above the header.
PREAMBLE_LINES = 4
_SCHEME, _MARKUP = 2, 5
_LINES_AT_A_TIME = 10_000


def write_settlement(path: Path, rows: int, day: date, seed: int = 7) -> None:
    """``rows`` sales; gross, fee and net sum to what the last line states."""
    draw = random.Random(seed)  # noqa: S311 -- test data
    gross_sum = fee_sum = 0
    lines = ["Settlement report", "Processor: NorthPay", f"Settlement date: {day}", "", ",".join(HEADER)]
    with path.open("w") as file:
        for number in range(rows):
            merchant = draw.randrange(500)
            gross = draw.randrange(150, 250_000)
            interchange = gross * 3 // 1000
            fee = interchange + _SCHEME + _MARKUP
            gross_sum, fee_sum = gross_sum + gross, fee_sum + fee
            lines.append(
                f"LN{number:010d},SALE,{day},PR{number:010d},{number + 5 * 10**14:015d},"
                f"{number + 7 * 10**22:023d},M{merchant:04d},Merchant {merchant},"
                f"{'MASTERCARD' if number % 2 else 'VISA'},{_cell(gross)},{_cell(fee)},"
                f"{_cell(interchange)},{_cell(_SCHEME)},{_cell(_MARKUP)},{_cell(gross - fee)},EUR,"
                f"B{merchant:04d}"
            )
            if len(lines) >= _LINES_AT_A_TIME:
                file.write("\n".join(lines) + "\n")
                lines.clear()
        sums = (_cell(gross_sum), _cell(fee_sum), "", "", "", _cell(gross_sum - fee_sum))
        lines.append(",".join(("Totals", str(rows), *[""] * 7, *sums, "EUR", "")))
        file.write("\n".join(lines) + "\n")


def _cell(minor: int) -> str:
    """An amount with its thousands separated, and quoted where that puts a comma into it."""
    text = f"{minor // 100:,}.{minor % 100:02d}"
    return f'"{text}"' if "," in text else text
