"""Totals as Prometheus exposition text (format version 0.0.4)."""

from collections import defaultdict
from collections.abc import Iterable

from payscope.domain.telemetry import BUCKETS_S, METERS, Kind, Meter, Sample


def render(samples: Iterable[Sample], note: str) -> str:
    """The text of all metrics of the list, those without a sample included.

    Args:
        note: A sentence about what the numbers cover, given as a comment.
    """
    parts: dict[str, dict[tuple[str, ...], dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for sample in samples:
        parts[sample.name][sample.labels][sample.part] = sample.value
    lines = [f"# {note}"]
    for meter in METERS:
        lines += [f"# HELP {meter.name} {meter.help}", f"# TYPE {meter.name} {meter.kind}"]
        for labels, values in sorted(parts[meter.name].items()):
            named = tuple(zip(meter.labels, labels, strict=True))
            lines += _histogram(meter, named, values) if meter.kind is Kind.HISTOGRAM else [
                f"{meter.name}{_labels(named)} {values.get('', 0)}"
            ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _histogram(meter: Meter, named: tuple[tuple[str, str], ...], values: dict[str, int]) -> list[str]:
    lines: list[str] = []
    count = 0
    for index, bound in enumerate((*BUCKETS_S, None)):
        count += values.get(str(index), 0)
        edge = "+Inf" if bound is None else f"{bound:g}"
        lines.append(f"{meter.name}_bucket{_labels((*named, ('le', edge)))} {count}")
    lines.append(f"{meter.name}_sum{_labels(named)} {values.get('sum_us', 0) / 1_000_000:.6f}")
    lines.append(f"{meter.name}_count{_labels(named)} {count}")
    return lines


def _labels(named: tuple[tuple[str, str], ...]) -> str:
    if not named:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in named) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
