"""Find the days and slices that left their seasonal range, grouped by what moved them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from payscope.application.analyse.anomaly_ports import (
    Anomaly,
    AnomalyStore,
    Contributor,
    FactReader,
    Impact,
)
from payscope.domain.analyse.anomalies import (
    HISTORY_DAYS,
    DayValue,
    Verdict,
    anomaly_id,
    discoveries,
    history_days,
    is_material,
    judge_ratio,
    judge_sum,
)
from payscope.domain.analyse.contributions import Contribution, Decomposition, decompose_ratio, decompose_sum
from payscope.domain.analyse.series import (
    MEASURES,
    DailyFacts,
    DayRange,
    Dimension,
    Facts,
    Measure,
    Unit,
)

_TOP_SLICES = 40
_MIN_PER_DAY = 2
_CONTRIBUTORS = 5
# After a slice is taken out, the others must still be this unlikely to stand on their own.
_ALONE_BELOW = 1e-3
# The first days of a bank are judged again while little history stands behind them.
_YOUNG_DAYS = 14


@dataclass(frozen=True, slots=True)
class Watch:
    """A measure and the dimensions along which it is watched; the whole comes first."""

    metric: str
    dimensions: tuple[Dimension, ...]


WATCHED: tuple[Watch, ...] = (
    Watch(
        "auth_rate_raw",
        (
            Dimension.TOTAL,
            Dimension.NETWORK,
            Dimension.ISSUER,
            Dimension.MERCHANT,
            Dimension.COUNTRY,
            Dimension.CHANNEL,
        ),
    ),
    Watch("auth_attempts", (Dimension.TOTAL, Dimension.NETWORK, Dimension.ISSUER, Dimension.MERCHANT)),
    Watch("decline_count", (Dimension.DECLINE_FAMILY, Dimension.RESPONSE_CODE)),
    Watch("approved_amount", (Dimension.TOTAL,)),
    Watch("refund_count", (Dimension.TOTAL, Dimension.MERCHANT)),
    Watch("chargeback_count", (Dimension.TOTAL, Dimension.MERCHANT)),
    Watch("fraud_report_count", (Dimension.TOTAL, Dimension.MERCHANT)),
)
# Declines of one family or response code, judged as a share of all attempts of the day and told as a count.
DECLINES = Measure("decline_count", 1, Unit.COUNT, "attempts", "attempts", frozenset({"AUTH"}))


@dataclass(frozen=True, slots=True)
class Detection:
    """What a run did."""

    tests: int
    found: int
    new: int


@dataclass(slots=True)
class _Series:
    """Values of one slice over all days, and the day's facts for money and rows."""

    dimension: Dimension
    slice: str
    currency: str | None
    values: dict[date, DayValue] = field(default_factory=dict[date, DayValue])


@dataclass(frozen=True, slots=True)
class _Finding:
    series: _Series
    verdict: Verdict


def detect_anomalies(
    bank_id: UUID, report_id: UUID, reader: FactReader, store: AnomalyStore, now: datetime
) -> Detection:
    """Judge again every day that the report's rows can have changed, and keep what is abnormal.

    Only measures of the report's event types are judged, on the days its rows count on, on the
    days after them that are compared with those, and on a young bank's first days.
    """
    touched = store.touched(bank_id, report_id)
    tests = found = new = 0
    for types, watches in _by_event_types(touched).items():
        changed = frozenset(day for kind in types for day in touched.get(kind, ()))
        window = DayRange(
            min(changed) - timedelta(days=HISTORY_DAYS), max(changed) + timedelta(days=2 * HISTORY_DAYS)
        )
        present = reader.days_present(bank_id, window, types)
        days = _affected(changed, present)
        run = _Run(bank_id, reader, window, present, days, types)
        anomalies, judged = run.detect(watches)
        new += store.replace(bank_id, frozenset(watch.metric for watch in watches), days, anomalies, now)
        tests += judged
        found += len(anomalies)
    return Detection(tests, found, new)


def _by_event_types(touched: Mapping[str, frozenset[date]]) -> dict[frozenset[str], list[Watch]]:
    """Watches whose measure the report can have changed, grouped by the event types they need."""
    groups: dict[frozenset[str], list[Watch]] = {}
    for watch in WATCHED:
        types = _measure(watch).event_types
        if types & touched.keys():
            groups.setdefault(types, []).append(watch)
    return groups


def _affected(changed: frozenset[date], present: frozenset[date]) -> frozenset[date]:
    later = {day for day in present if min(changed) < day <= max(changed) + timedelta(days=HISTORY_DAYS)}
    days = {day for day in changed if day in present} | later
    if present and min(changed) <= min(present) + timedelta(days=HISTORY_DAYS):
        young_until = min(present) + timedelta(days=_YOUNG_DAYS)
        days |= {day for day in present if day < young_until}
    return frozenset(days)


def _measure(watch: Watch) -> Measure:
    return DECLINES if watch.metric == DECLINES.metric else MEASURES[watch.metric]


_OverlapKey = tuple[Dimension, Dimension, str, str | None, date]


@dataclass(slots=True)
class _Run:
    """One detection over one set of days; facts are read once per dimension."""

    bank_id: UUID
    reader: FactReader
    window: DayRange
    present: frozenset[date]
    days: frozenset[date]
    types: frozenset[str]
    facts: dict[Dimension, list[DailyFacts]] = field(default_factory=dict[Dimension, list[DailyFacts]])
    series: dict[tuple[str, Dimension], list[_Series]] = field(
        default_factory=dict[tuple[str, Dimension], list[_Series]]
    )
    compared: dict[date, tuple[date, ...]] = field(default_factory=dict[date, tuple[date, ...]])
    overlaps: dict[_OverlapKey, dict[str, Facts]] = field(default_factory=dict[_OverlapKey, dict[str, Facts]])

    def detect(self, watches: Sequence[Watch]) -> tuple[list[Anomaly], int]:
        """Judge every slice and day, control the false discoveries of all together, then group."""
        candidates: list[tuple[Watch, _Finding]] = []
        for watch in watches:
            for series in self._all_series(watch):
                candidates += [(watch, finding) for finding in self._judge(watch, series)]
        kept = discoveries([finding.verdict.p_value for _, finding in candidates])
        flagged: dict[tuple[str, date], list[_Finding]] = {}
        for index in sorted(kept):
            watch, finding = candidates[index]
            if is_material(finding.verdict, is_ratio=_measure(watch).denominator is not None):
                flagged.setdefault((watch.metric, finding.verdict.day_on), []).append(finding)
        by_metric = {watch.metric: watch for watch in watches}
        anomalies = [
            anomaly
            for (metric, _), findings in flagged.items()
            for anomaly in self._group(by_metric[metric], findings)
        ]
        return anomalies, len(candidates)

    def _read(self, dimension: Dimension) -> list[DailyFacts]:
        if dimension not in self.facts:
            self.facts[dimension] = list(
                self.reader.daily_facts(self.bank_id, self.window, dimension, None, self.types)
            )
        return self.facts[dimension]

    def _overlap(self, dimension: Dimension, root: _Series, day: date) -> dict[str, Facts]:
        """The root's rows of one day by the slices of another dimension."""
        key = dimension, root.dimension, root.slice, root.currency, day
        if key not in self.overlaps:
            filters = {root.dimension.value: (root.slice,)}
            if root.currency is not None:
                filters["currency"] = (root.currency,)
            totals: dict[str, Facts] = {}
            for row in self.reader.daily_facts(
                self.bank_id, DayRange(day, day), dimension, filters, self.types
            ):
                totals[row.slice] = totals.get(row.slice, Facts()) + row.facts
            self.overlaps[key] = totals
        return self.overlaps[key]

    def _all_series(self, watch: Watch) -> list[_Series]:
        """The largest slices of each dimension; rows without a value are no slice."""
        return [
            item
            for dimension in watch.dimensions
            for item in [
                series
                for series in self._series(watch, dimension)
                if dimension is Dimension.TOTAL or series.slice
            ][:_TOP_SLICES]
        ]

    def _series(self, watch: Watch, dimension: Dimension) -> list[_Series]:
        """Every slice of a dimension, largest first, dense over the days that have reports."""
        if (watch.metric, dimension) not in self.series:
            self.series[watch.metric, dimension] = self._read_series(watch, dimension)
        return self.series[watch.metric, dimension]

    def _read_series(self, watch: Watch, dimension: Dimension) -> list[_Series]:
        measure, rows = _measure(watch), self._read(dimension)
        whole: dict[date, int] = {}
        if measure is DECLINES:
            for row in rows:
                whole[row.day_on] = whole.get(row.day_on, 0) + row.facts.attempts
        totals: dict[tuple[str, str | None], dict[date, tuple[int, int]]] = {}
        for row in rows:
            if measure is DECLINES:
                top, bottom = row.facts.attempts - row.facts.approved, 0
            else:
                top, bottom = measure.of(row.facts)
            key = row.slice, row.currency if measure.unit is Unit.MONEY else None
            days = totals.setdefault(key, {})
            old = days.get(row.day_on, (0, 0))
            days[row.day_on] = old[0] + top, old[1] + bottom
        found: list[_Series] = []
        for (name, currency), by_day in totals.items():
            series = _Series(dimension, name, currency)
            for day in self.present:
                top, bottom = by_day.get(day, (0, 0))
                if measure is DECLINES:
                    bottom = whole.get(day, 0)
                elif measure.denominator is None:
                    bottom = 1
                series.values[day] = DayValue(day, top, bottom)
            found.append(series)
        return sorted(
            found, key=lambda item: -sum(max(value.bottom, value.top) for value in item.values.values())
        )

    def _history(self, series: _Series, day: date) -> list[DayValue]:
        if day not in self.compared:
            self.compared[day] = history_days(self.present, day)
        return [series.values[item] for item in self.compared[day]]

    def _judge(self, watch: Watch, series: _Series) -> list[_Finding]:
        measure = _measure(watch)
        findings: list[_Finding] = []
        for day in sorted(self.days & series.values.keys()):
            verdict = _verdict(measure, self._history(series, day), series.values[day])
            if verdict is not None:
                findings.append(_Finding(series, verdict))
        return findings

    def _group(self, watch: Watch, findings: list[_Finding]) -> list[Anomaly]:
        """Name the slice with the purest change first; what is normal without it belongs to it.

        Every larger slice that holds the cause is diluted by what did not change.
        """
        day, is_ratio = findings[0].verdict.day_on, _measure(watch).denominator is not None
        waiting = sorted(
            findings, key=lambda item: (-_purity(item.verdict, is_ratio=is_ratio), item.series.slice)
        )
        anomalies: list[Anomaly] = []
        while waiting:
            root, *others = waiting
            related = [item for item in others if not self._stands_alone(watch, item, root)]
            waiting = [item for item in others if item not in related]
            anomalies.append(
                self._anomaly(watch, root, related, self._split(watch, root.series.dimension, day))
            )
        return anomalies

    def _stands_alone(self, watch: Watch, finding: _Finding, root: _Finding) -> bool:
        """Whether a slice is still abnormal once the root's rows of the day are taken out of it.

        Of a sum only the root's excess is taken: what was expected of it stays, in proportion.
        """
        mine, other = finding.series, root.series
        measure, day = _measure(watch), finding.verdict.day_on
        if mine.currency != other.currency:
            return True
        if mine.dimension is other.dimension:
            return mine.dimension is not Dimension.TOTAL
        if other.dimension is Dimension.TOTAL:
            return False
        part = self._overlap(mine.dimension, other, day).get(mine.slice)
        if part is None:
            return True
        value, (top, bottom) = mine.values[day], measure.of(part)
        if measure is DECLINES:
            rest = DayValue(day, value.top - part.attempts + part.approved, value.bottom)
        elif measure.denominator is None:
            excess = 1 - root.verdict.expected / root.verdict.value if root.verdict.value else 1.0
            rest = DayValue(day, value.top - round(top * excess), 1)
        else:
            rest = DayValue(day, value.top - top, value.bottom - bottom)
        verdict = _verdict(measure, self._history(mine, day), rest)
        return (
            verdict is not None
            and verdict.p_value < _ALONE_BELOW
            and is_material(verdict, is_ratio=measure.denominator is not None)
        )

    def _split(self, watch: Watch, dimension: Dimension, day: date) -> Decomposition | None:
        """The baseline days against as many copies of the day, so that sums compare; None of the whole."""
        measure = _measure(watch)
        if dimension is Dimension.TOTAL or measure is DECLINES:
            return None
        before: dict[str, tuple[int, int]] = {}
        after: dict[str, tuple[int, int]] = {}
        for series in self._series(watch, dimension):
            history = self._history(series, day)
            old = [(item.top, item.bottom) for item in history]
            new = series.values[day]
            count = len(history)
            if measure.denominator is None:
                before[series.slice] = sum(top for top, _ in old), 1
                after[series.slice] = new.top * count, 1
            else:
                before[series.slice] = sum(top for top, _ in old), sum(bottom for _, bottom in old)
                after[series.slice] = new.top * count, new.bottom * count
        return decompose_sum(before, after) if measure.denominator is None else decompose_ratio(before, after)

    def _anomaly(
        self, watch: Watch, root: _Finding, related: Sequence[_Finding], split: Decomposition | None
    ) -> Anomaly:
        measure, series = _measure(watch), root.series
        day = root.verdict.day_on
        dimensions = _slice_of(series)
        count = len(self._history(series, day)) if measure.denominator is None else 1
        compared = DayRange(day - timedelta(days=HISTORY_DAYS), day)
        first = min(self.present)
        return Anomaly(
            anomaly_id(self.bank_id, measure.metric, dimensions, day),
            measure.metric,
            measure.version,
            dimensions,
            series.currency,
            root.verdict.times(series.values[day].bottom) if measure is DECLINES else root.verdict,
            _contributors(series.dimension, split, count),
            tuple(_slice_of(item.series) for item in related),
            self._impact(measure, root),
            tuple(item for item in compared if item >= first and item not in self.present),
        )

    def _impact(self, measure: Measure, root: _Finding) -> tuple[Impact, ...]:
        if measure.metric != "auth_rate_raw":
            return ()
        difference = Fraction(root.verdict.value) - Fraction(root.verdict.expected)
        requested: dict[str, int] = {}
        for row in self._read(root.series.dimension):
            if (
                row.day_on == root.verdict.day_on
                and row.slice == root.series.slice
                and row.facts.requested_minor
            ):
                requested[row.currency] = requested.get(row.currency, 0) + row.facts.requested_minor
        return tuple(
            Impact(currency, round(difference * minor)) for currency, minor in sorted(requested.items())
        )


def _verdict(measure: Measure, history: Sequence[DayValue], day: DayValue) -> Verdict | None:
    if measure.denominator is not None:
        thin = sum(item.bottom for item in history) < _MIN_PER_DAY * len(history)
        return None if thin else judge_ratio(history, day)
    return judge_sum(history, day, is_count=measure.unit is Unit.COUNT)


def _purity(verdict: Verdict, *, is_ratio: bool) -> float:
    """Points of a ratio, or the log of how many times a sum is what was expected."""
    if is_ratio:
        return abs(verdict.value - verdict.expected)
    return abs(math.log((max(verdict.value, 0) + 0.5) / (verdict.expected + 0.5)))


def _slice_of(series: _Series) -> dict[str, str]:
    dimensions = {} if series.dimension is Dimension.TOTAL else {series.dimension.value: series.slice}
    return dimensions if series.currency is None else {**dimensions, "currency": series.currency}


def _contributors(dimension: Dimension, split: Decomposition | None, days: int) -> tuple[Contributor, ...]:
    if split is None:
        return ()

    def shown(part: Contribution) -> Contributor:
        share = split.share(part)
        return Contributor(
            dimension.value,
            part.slice,
            float(part.rate_effect / max(days, 1)),
            float(part.mix_effect / max(days, 1)),
            None if share is None else float(share),
        )

    return tuple(shown(part) for part in split.contributions[:_CONTRIBUTORS])
