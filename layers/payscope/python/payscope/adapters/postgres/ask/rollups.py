"""The daily roll-ups of the ledger: refreshed by report, and trusted only while they are complete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, TenantCursor, load_query
from payscope.domain.events import EventType

_NAME = "event_daily"
_REFRESH_DEADLINE_S = 240


@dataclass(frozen=True, slots=True)
class RollupState:
    """What the roll-up covers.

    Attributes:
        days: Booking days by event type and reporting system.
        amended_at: The newest amendment in it; an earlier ``as_of`` has to read the events.
        timezone: The zone whose days it has.
        is_complete: Whether every loaded chunk is in it.
    """

    days: Mapping[tuple[str, str], tuple[date, ...]]
    amended_at: datetime | None
    timezone: str | None
    is_complete: bool

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """Reporting systems by the event type of which they ever brought rows."""
        found: dict[str, tuple[str, ...]] = {}
        for event_type, source in sorted(self.days):
            found[event_type] = (*found.get(event_type, ()), source)
        return found

    def serves(self, as_of: datetime, timezone: str) -> bool:
        """Whether the roll-up says the same as the events, as known at this instant."""
        return (
            self.is_complete
            and self.timezone == timezone
            and (self.amended_at is None or as_of >= self.amended_at)
        )


class PostgresRollups:
    """Keeps ``event_daily`` and ``event_cube_daily`` equal to the current events, by days."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def roll_up_report(self, bank_id: UUID, report_id: UUID, now: datetime) -> int:
        """Refresh the days that the report touched; running it again changes nothing.

        Returns:
            How many days were refreshed.
        """
        with self._database.tenant(bank_id, deadline_s=_REFRESH_DEADLINE_S) as cursor:
            zone = _lock(cursor, bank_id)
            cursor.execute(
                load_query("rollup_touched_days"),
                {"bank_id": bank_id, "report_id": report_id, "timezone": zone},
            )
            days = sorted(row[0] for row in cursor)
            span = _span(cursor, bank_id, report_id)
            _refresh(cursor, bank_id, days, zone, now)
            _refresh_cubes(cursor, bank_id, _with_neighbours(days, span["types"]), zone, now)
            _reached(cursor, bank_id, f"{_NAME}/{report_id}", now, span)
        return len(days)

    def rebuild(self, bank_id: UUID, now: datetime) -> int:
        """Roll every day of the bank up anew, for example after its time zone changed."""
        with self._database.tenant(bank_id, deadline_s=_REFRESH_DEADLINE_S) as cursor:
            zone = _lock(cursor, bank_id)
            cursor.execute(load_query("rollup_all_days"), {"bank_id": bank_id, "timezone": zone})
            days = sorted(row[0] for row in cursor)
            cursor.execute(
                "delete from payscope.watermark where bank_id = %s and name = %s", (bank_id, _NAME)
            )
            _refresh(cursor, bank_id, days, zone, now)
            _refresh_cubes(cursor, bank_id, days, zone, now)
            cursor.execute("select report_id from payscope.report where bank_id = %s", (bank_id,))
            for (report_id,) in cursor.fetchall():
                _reached(cursor, bank_id, f"{_NAME}/{report_id}", now, _span(cursor, bank_id, report_id))
        return len(days)


def read_rollup_state(cursor: TenantCursor, bank_id: UUID) -> RollupState:
    """What the roll-up of the bank covers now."""
    detail = _detail(cursor, bank_id)
    cursor.execute(load_query("rollup_pending"), {"bank_id": bank_id})
    pending = _one(cursor)[0]
    amended = detail.get("amended_at")
    return RollupState(
        days={
            (name.partition("/")[0], name.partition("/")[2]): tuple(date.fromisoformat(day) for day in days)
            for name, days in detail.get("days", {}).items()
        },
        amended_at=datetime.fromisoformat(amended) if amended else None,
        timezone=detail.get("timezone"),
        is_complete=bool(detail) and not pending,
    )


def _lock(cursor: TenantCursor, bank_id: UUID) -> str:
    """One refresh of a bank at a time; gives the bank's time zone."""
    cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{_NAME}/{bank_id}",))
    cursor.execute("select timezone from payscope.bank where bank_id = %s", (bank_id,))
    return str(_one(cursor)[0])


def _refresh(cursor: TenantCursor, bank_id: UUID, days: Sequence[date], timezone: str, now: datetime) -> None:
    detail = _detail(cursor, bank_id)
    booked: dict[str, set[str]] = {name: set(known) for name, known in detail.get("days", {}).items()}
    amended = [datetime.fromisoformat(detail["amended_at"])] if detail.get("amended_at") else []
    if days:
        span = {"bank_id": bank_id, **_instants(days, timezone)}
        cursor.execute(load_query("rollup_delete_days"), {"bank_id": bank_id, "days": list(days)})
        cursor.execute(
            load_query("rollup_insert_days"), {**span, "days": list(days), "timezone": timezone, "now": now}
        )
        cursor.execute(load_query("rollup_state"), span)
        for event_type, source, found, amended_at in cursor:
            booked.setdefault(f"{event_type}/{source}", set()).update(day.isoformat() for day in found)
            if amended_at is not None:
                amended.append(amended_at)
    _reached(
        cursor,
        bank_id,
        _NAME,
        now,
        {
            "days": {name: sorted(known) for name, known in sorted(booked.items())},
            "amended_at": max(amended).isoformat() if amended else None,
            "timezone": timezone,
        },
    )


def _refresh_cubes(
    cursor: TenantCursor, bank_id: UUID, days: Sequence[date], timezone: str, now: datetime
) -> None:
    if days:
        kept = {"bank_id": bank_id, "days": list(days)}
        cursor.execute(load_query("cubes_delete_days"), kept)
        cursor.execute(
            load_query("cubes_insert_days"),
            {**kept, **_instants(days, timezone), "timezone": timezone, "now": now},
        )


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
