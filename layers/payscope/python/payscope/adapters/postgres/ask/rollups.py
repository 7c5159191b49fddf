"""The daily roll-ups of the ledger: refreshed by report, and trusted only while they are complete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb

from payscope.adapters.postgres.ask.metric_sql.delays import closed_days
from payscope.adapters.postgres.tenancy import Database, TenantCursor, load_query
from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metric import Relation
from payscope.domain.events import EventType

_NAME = "event_daily"
# What is rolled up, and into what; raise it with a change of either, so that every bank's is built anew.
_LAYOUT = 3
_REFRESH_DEADLINE_S = 540
_REBUILD_DEADLINE_S = 840
# Days from which sorts and hash tables are worth more memory than the server gives by itself.
_MANY_DAYS = 14
_OF_MATCHES = ("match", "match_shop", "match_report")


@dataclass(frozen=True, slots=True)
class RollupState:
    """What the roll-up covers.

    Attributes:
        days: Booking days by event type and reporting system.
        amended_at: The newest amendment in it; an earlier ``as_of`` has to read the events.
        timezone: The zone whose days it has.
        is_complete: Whether every loaded chunk is in it, in the present layout.
        has_matches: Whether everything that reconciliation wrote is in it.
    """

    days: Mapping[tuple[str, str], tuple[date, ...]]
    amended_at: datetime | None
    timezone: str | None
    is_complete: bool
    has_matches: bool

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """Reporting systems by the event type of which they ever brought rows."""
        found: dict[str, tuple[str, ...]] = {}
        for event_type, source in sorted(self.days):
            found[event_type] = (*found.get(event_type, ()), source)
        return found

    def serves(self, piece: Slice) -> bool:
        """Whether the roll-up says the same as the events, as known at the slice's instant."""
        return (
            self.is_complete
            and (self.has_matches or piece.metric.relation is not Relation.MATCH)
            and self.timezone == piece.timezone
            and (self.amended_at is None or piece.as_of >= self.amended_at)
        )


class PostgresRollups:
    """Keeps the roll-ups equal to the current events and matches, by days and by months."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def roll_up_report(self, bank_id: UUID, report_id: UUID, now: datetime) -> int:
        """Refresh the days that the report touched; running it again changes nothing.

        Where the roll-ups are of another layout, they are built anew.

        Returns:
            How many days were refreshed.
        """
        with self._database.tenant(bank_id, deadline_s=_REFRESH_DEADLINE_S) as cursor:
            run = _Run(cursor, bank_id, _lock(cursor, bank_id), now)
            if run.is_outdated():
                return run.rebuild()
            days = run.query_days("rollup_touched_days", report_id=report_id)
            span = _span(cursor, bank_id, report_id)
            run.refresh_report(days, span["types"])
            _reached(cursor, bank_id, f"{_NAME}/{report_id}", now, span)
        return len(days)

    def rebuild(self, bank_id: UUID, now: datetime) -> int:
        """Roll every day of the bank up anew, for example after its time zone changed."""
        with self._database.tenant(bank_id, deadline_s=_REBUILD_DEADLINE_S) as cursor:
            return _Run(cursor, bank_id, _lock(cursor, bank_id), now).rebuild()


@dataclass(frozen=True)
class _Run:
    """One refresh inside its transaction."""

    cursor: TenantCursor
    bank_id: UUID
    timezone: str
    now: datetime

    def is_outdated(self) -> bool:
        """Whether there are roll-ups, of another layout."""
        detail = _detail(self.cursor, self.bank_id)
        return bool(detail) and detail.get("layout") != _LAYOUT

    def query_days(self, name: str, **more: object) -> list[date]:
        """The days that a statement names, in order."""
        self.cursor.execute(load_query(name), {"bank_id": self.bank_id, "timezone": self.timezone, **more})
        return sorted({row[0] for row in self.cursor})

    def rebuild(self) -> int:
        """Everything; how many days there are."""
        days = self.query_days("rollup_all_days")
        self.cursor.execute(
            "delete from payscope.watermark where bank_id = %s and name = %s", (self.bank_id, _NAME)
        )
        self.query_days("take_match_days")
        self._find_delays(days)
        # A month at a time fits into memory and one partition.
        for _, month in groupby(days, lambda day: (day.year, day.month)):
            of_month = list(month)
            self.refresh(of_month, of_month)
        self.cursor.execute(load_query("rollup_all_spans"), {"bank_id": self.bank_id, "now": self.now})
        return len(days)

    def refresh_report(self, days: Sequence[date], event_types: Sequence[str]) -> None:
        """The days that a report of these events touched, and what bears on their neighbours."""
        cube_days = _with_neighbours(days, event_types)
        self._find_delays(cube_days)
        self.refresh(days, cube_days)

    def refresh(self, days: Sequence[date], cube_days: Sequence[date]) -> None:
        """The days, the cubes of these and of those beside them, and their months; matches wherever due."""
        self._refresh_days(days)
        self._refresh_cubes(cube_days)
        noted = self.query_days("take_match_days")
        self._refresh_matches(sorted({*noted, *cube_days}))
        self._refresh_months(cube_days, None)
        self._refresh_months(sorted({*noted} - {*cube_days}), _OF_MATCHES)

    def _find_delays(self, days: Sequence[date]) -> None:
        """The delays of the days' settlements, of which the planner then knows how many there are."""
        if len(days) > _MANY_DAYS:
            self.cursor.execute("set local work_mem = '256MB'")
        if days:
            # Settlements are booked on the days when they occur, or around them.
            closed = closed_days(days[0], days[-1] + timedelta(days=366))
            self._execute("settled_delays", days, closed=Jsonb(closed))
            self.cursor.execute("analyze settled_delay")

    def _refresh_days(self, days: Sequence[date]) -> None:
        detail = _detail(self.cursor, self.bank_id)
        booked: dict[str, set[str]] = {name: set(known) for name, known in detail.get("days", {}).items()}
        amended = [datetime.fromisoformat(detail["amended_at"])] if detail.get("amended_at") else []
        if days:
            self._execute("rollup_delete_days", days)
            self._execute("rollup_insert_days", days)
            self._execute("rollup_state", days)
            for event_type, source, found, amended_at in self.cursor:
                booked.setdefault(f"{event_type}/{source}", set()).update(day.isoformat() for day in found)
                if amended_at is not None:
                    amended.append(amended_at)
        _reached(
            self.cursor,
            self.bank_id,
            _NAME,
            self.now,
            {
                "days": {name: sorted(known) for name, known in sorted(booked.items())},
                "amended_at": max(amended).isoformat() if amended else None,
                "timezone": self.timezone,
                "layout": _LAYOUT,
            },
        )

    def _refresh_cubes(self, days: Sequence[date]) -> None:
        if not days:
            return
        self._execute("cubes_delete_days", days, cubes=None)
        self._execute("cubes_insert_days", days)
        self._execute("cubes_insert_narrow", days)
        self._execute("cubes_insert_reports", days)

    def _refresh_matches(self, days: Sequence[date]) -> None:
        if days:
            self._execute("cubes_delete_days", days, cubes=list(_OF_MATCHES))
            self._execute("cubes_insert_matches", days)

    def _refresh_months(self, days: Sequence[date], cubes: Sequence[str] | None) -> None:
        months = sorted({day.replace(day=1) for day in days})
        if not months:
            return
        keys = {
            "bank_id": self.bank_id,
            "months": months,
            "first": months[0],
            "last": months[-1],
            "cubes": None if cubes is None else list(cubes),
            "now": self.now,
        }
        self.cursor.execute(load_query("months_delete"), keys)
        self.cursor.execute(load_query("months_insert"), keys)
        if cubes is None:
            self.cursor.execute(load_query("months_insert_codes"), keys)

    def _execute(self, name: str, days: Sequence[date], **more: object) -> None:
        keys = {"bank_id": self.bank_id, "days": list(days), "timezone": self.timezone, "now": self.now}
        self.cursor.execute(load_query(name), {**keys, **_instants(days, self.timezone), **more})


def read_rollup_state(cursor: TenantCursor, bank_id: UUID) -> RollupState:
    """What the roll-up of the bank covers now."""
    detail = _detail(cursor, bank_id)
    cursor.execute(load_query("rollup_pending"), {"bank_id": bank_id})
    is_pending, has_match_days = _one(cursor)
    amended = detail.get("amended_at")
    return RollupState(
        days={
            (name.partition("/")[0], name.partition("/")[2]): tuple(date.fromisoformat(day) for day in days)
            for name, days in detail.get("days", {}).items()
        },
        amended_at=datetime.fromisoformat(amended) if amended else None,
        timezone=detail.get("timezone"),
        is_complete=detail.get("layout") == _LAYOUT and not is_pending,
        has_matches=not has_match_days,
    )


def _lock(cursor: TenantCursor, bank_id: UUID) -> str:
    """One refresh of a bank at a time; gives the bank's time zone."""
    cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{_NAME}/{bank_id}",))
    cursor.execute("select timezone from payscope.bank where bank_id = %s", (bank_id,))
    return str(_one(cursor)[0])


def _with_neighbours(days: Sequence[date], event_types: Sequence[str]) -> list[date]:
    """The days, and with authorisations those beside them: an attempt bears on its intent a day far."""
    if EventType.AUTH not in event_types:
        return list(days)
    return sorted({day + timedelta(days=step) for day in days for step in (-1, 0, 1)})


def _instants(days: Sequence[date], timezone: str) -> dict[str, datetime]:
    zone = ZoneInfo(timezone)
    return {
        "since": datetime.combine(days[0], time(), zone).astimezone(UTC),
        "until": datetime.combine(days[-1] + timedelta(days=1), time(), zone).astimezone(UTC),
    }


def _reached(
    cursor: TenantCursor, bank_id: UUID, name: str, now: datetime, detail: Mapping[str, Any]
) -> None:
    cursor.execute(
        "insert into payscope.watermark (bank_id, name, reached_at, detail) values (%s, %s, %s, %s)"
        " on conflict (bank_id, name) do update set reached_at = excluded.reached_at, detail ="
        " excluded.detail",
        (bank_id, name, now, Jsonb(detail)),
    )


def _span(cursor: TenantCursor, bank_id: UUID, report_id: UUID) -> dict[str, Any]:
    cursor.execute(load_query("rollup_report_span"), {"bank_id": bank_id, "report_id": report_id})
    types, first_on, last_on, first_at, last_at = _one(cursor)
    if first_on is None:
        return {"types": []}
    return {
        "types": types,
        "booked": [first_on.isoformat(), last_on.isoformat()],
        "occurred": [first_at.isoformat(), last_at.isoformat()],
    }


def _detail(cursor: TenantCursor, bank_id: UUID) -> dict[str, Any]:
    cursor.execute("select detail from payscope.watermark where bank_id = %s and name = %s", (bank_id, _NAME))
    found = cursor.fetchone()
    return found[0] if found else {}


def _one(cursor: TenantCursor) -> tuple[Any, ...]:
    row = cursor.fetchone()
    if row is None:
        raise LookupError("the query gave no row")
    return row
