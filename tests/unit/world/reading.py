"""Reads generated reports with plain csv, independently of what wrote them."""

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

Row = dict[str, str]
DELIMITERS = {"auth": ",", "clearing": ";", "settlement": ",", "disputes": "\t", "fraud": "|"}
FOOTERS = {"auth": "TRAILER", "clearing": "#TOTAL", "settlement": "Totals"}


def table(path: Path, delimiter: str = ",", preamble: int = 0) -> tuple[list[str], list[list[str]]]:
    """Header and the lines below it."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()[preamble:]
    found = list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL))
    return found[0], found[1:]


def amount(text: str) -> Decimal:
    """A number with a decimal point and perhaps thousands separators."""
    return Decimal(text.replace(",", ""))


def german(text: str) -> Decimal:
    """A number with a decimal comma."""
    return Decimal(text.replace(",", "."))


def minor(value: Decimal, currency: str) -> int:
    """Minor units; yen have none."""
    return int(value if currency == "JPY" else value * 100)


@dataclass
class BankFolder:
    """One bank's generated reports and what the truth says about them."""

    folder: Path
    truth: dict[str, Any]

    def path(self, file: dict[str, Any]) -> Path:
        """Where a file of the truth lies."""
        return self.folder / "late" / file["name"] if file.get("late") else self.folder / file["name"]

    def files(self, stage: str) -> list[dict[str, Any]]:
        """Files of a stage, each content once."""
        return [file for file in self.truth["files"] if file["stage"] == stage and "copy_of" not in file]

    def parts(self, file: dict[str, Any]) -> tuple[list[str], list[Row], list[list[str]]]:
        """Header, data rows and footer lines of one delimited report."""
        stage = file["stage"]
        header, lines = table(self.path(file), DELIMITERS[stage], 4 if stage == "settlement" else 0)
        footer = FOOTERS.get(stage)
        data = [dict(zip(header, line, strict=True)) for line in lines if line[0] != footer]
        return header, data, [line for line in lines if line[0] == footer]

    def rows(self, stage: str) -> list[Row]:
        """All data rows of a stage."""
        return [row for file in self.files(stage) for row in self.parts(file)[1]]

    @cached_property
    def auth(self) -> list[Row]:
        """Authorisations."""
        return self.rows("auth")

    @cached_property
    def clearing(self) -> list[Row]:
        """Clearing messages."""
        return self.rows("clearing")

    @cached_property
    def settlement(self) -> list[Row]:
        """Settlement lines."""
        return self.rows("settlement")

    @cached_property
    def attempts(self) -> list[Row]:
        """Authorisation attempts by the published definition."""
        seen: set[tuple[str, ...]] = set()
        found: list[Row] = []
        for row in self.auth:
            identity = tuple(row[c] for c in ("card_token", "merchant_id", "amount", "rrn", "stan"))
            if row["transaction_type"] == "PURCHASE" and identity not in seen:
                seen.add(identity)
                found.append(row)
        return found

    def breaks(self, kind: str) -> list[dict[str, Any]]:
        """Planted breaks of one kind."""
        return [entry for entry in self.truth["breaks"] if entry["kind"] == kind]

    def unusual(self, kind: str) -> list[dict[str, Any]]:
        """Payments that are in order in an unusual way, of one kind."""
        return [entry for entry in self.truth["unusual"] if entry["kind"] == kind]

    def by_lifecycle(self, rows: list[Row], column: str, **where: str) -> dict[str, list[Row]]:
        """Rows by lifecycle id, those with the given column values only."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row[column] and all(row[name.replace("_", " ")] == value for name, value in where.items()):
                found[row[column]].append(row)
        return found


def read_world(out: Path) -> list[BankFolder]:
    """Every bank of a generated world."""
    truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    return [BankFolder(out / bank["bank_id"], bank) for bank in truth["banks"]]
