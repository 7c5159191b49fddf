"""Figures of a run: what is printed as a table and kept in results.json."""

import json
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Figure:
    """One measured number and what it is compared with in the same run.

    ``ratio`` is value / baseline where a baseline of the same unit exists.
    """

    name: str
    value: float
    unit: str
    baseline_name: str | None = None
    baseline: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None


@dataclass
class Run:
    """The figures so far; each is kept as soon as it is there, so a run that ends early has given something.

    Args:
        path: The document, replaced at the first figure.
        say: Is told each figure.
    """

    path: Path
    say: Callable[[str], None]
    figures: list[Figure] = field(default_factory=list)
    _began: datetime = field(default_factory=lambda: datetime.now(UTC))
    _load: tuple[float, float, float] = field(default_factory=os.getloadavg)

    def add(self, figures: Sequence[Figure]) -> None:
        """Keep further figures."""
        self.figures += figures
        for figure in figures:
            ratio = "" if figure.ratio is None else f" ({figure.ratio:.2f} of {figure.baseline_name})"
            self.say(f"  {figure.name}: {_shown(figure.value)} {figure.unit}{ratio}")
        document = {
            "machine": {
                "system": platform.platform(),
                "python": platform.python_version(),
                "cores": psutil.cpu_count(),
                "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
                "began_at": self._began.isoformat(timespec="seconds"),
                "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "load_average_at_begin": self._load,
                "load_average_at_end": os.getloadavg(),
            },
            "figures": [{**asdict(figure), "ratio": figure.ratio} for figure in self.figures],
        }
        self.path.write_text(json.dumps(document, indent=1) + "\n")


def percentile(values: Sequence[float], fraction: float) -> float:
    """The value below which that fraction lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def table(figures: Sequence[Figure]) -> str:
    """The figures as aligned text."""
    rows = [("figure", "value", "unit", "beside", "its value", "ratio")]
    rows += [
        (
            figure.name,
            _shown(figure.value),
            figure.unit,
            figure.baseline_name or "",
            "" if figure.baseline is None else _shown(figure.baseline),
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _shown(value: float) -> str:
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"
