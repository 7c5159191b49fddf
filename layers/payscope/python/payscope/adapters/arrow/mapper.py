"""Raw rows to canonical events by a profile, whole columns at a time."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Iterable
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from payscope.adapters.arrow.control_totals import total_parts
from payscope.adapters.arrow.facts import ArrowEvents
from payscope.adapters.arrow.identity import identified, seen_contents
from payscope.adapters.arrow.rule_run import RuleRun
from payscope.adapters.arrow.sheet import Findings, Sheet, holds, shown
from payscope.adapters.arrow.values import nothing
from payscope.application.ingest.loading_ports import MappedChunk
from payscope.domain.ingest.problems import Problem, ProblemCode
from payscope.domain.ingest.profiles import Profile


class ArrowMapper:
    """Applies profiles to chunks."""

    def map(
        self,
        rows: pa.Table,
        profile: Profile,
        bank_id: UUID,
        report_id: UUID,
        earlier: Iterable[pa.Table] = (),
    ) -> MappedChunk:
        """Canonical events of a chunk, what is wrong with the other rows, and the sums to check.

        Each row is in exactly one place: it has events, it has problems, or it is informative.

        Args:
            rows: Text columns and ``_row``.
            profile: What the columns mean.
            bank_id: Part of the events' identity.
            report_id: Written on each event.
            earlier: The report's chunks before this one, looked at only where occurrences of a
                reference are counted through the whole file.
        """
        sheet = Sheet(rows, profile)
        findings = Findings()
        events, informative = _canonical(sheet, profile, report_id, findings)
        if events is not None:
            each = profile.equal_rows == "each"
            others = _events_of(earlier, profile, report_id)
            events = identified(events, bank_id, each, lambda: seen_contents(others, bank_id, each=each))
        problems = tuple(
            Problem(row, name, code, message, sheet.raw(row))
            for (row, name, code), message in sorted(findings.problems.items(), key=lambda item: item[0][:2])
        )
        staged = ArrowEvents(events) if events is not None else None
        totals = tuple(total_parts(sheet, profile))
        return MappedChunk(staged, problems, len(sheet), len(findings.rows), informative, totals)


def _canonical(
    sheet: Sheet, profile: Profile, report_id: UUID, findings: Findings
) -> tuple[pa.Table | None, int]:
    """Canonical columns of the good rows in the order of the file, and how many rows are informative."""
    informative = 0
    parts: list[pa.Table] = []
    left = pc.invert(nothing(len(sheet)))
    for rule in profile.rules:
        here = pc.and_(left, holds(sheet, rule.when))
        left = pc.and_not(left, here)
        count = pc.sum(here).as_py() or 0
        if rule.informative:
            informative += count
        elif count:
            taken = sheet.taken(here)
            parts.append(RuleRun(taken, profile, rule, findings).columns(report_id))
            for further in rule.also:
                there = taken.taken(holds(taken, further.when))
                if len(there):
                    parts.append(RuleRun(there, profile, further, findings).columns(report_id))
    deciding = next((column for rule in profile.rules for column in rule.when), "")
    findings.add(
        sheet.rows, left, deciding, ProblemCode.UNKNOWN_ROW, lambda position: _stray(sheet, profile, position)
    )
    if not parts:
        return None, informative
    events = pa.concat_tables(parts, promote_options="default").combine_chunks()
    if findings.problems:
        bad = pa.array(sorted(findings.rows), pa.int64())
        events = events.filter(pc.invert(pc.is_in(events.column("row_number"), bad)))
    if len(parts) > 1:
        events = events.sort_by("row_number")
    return (events if events.num_rows else None), informative


def _stray(sheet: Sheet, profile: Profile, position: int) -> str:
    columns = dict.fromkeys(column for rule in profile.rules for column in rule.when)
    cells = ", ".join(f"{column} {shown(sheet.text(column), position)}" for column in columns)
    return f"{profile.profile} has no kind of row with {cells}."


def _events_of(chunks: Iterable[pa.Table], profile: Profile, report_id: UUID) -> Iterable[pa.Table]:
    """Canonical columns of the report's other chunks, one after the other."""
    for chunk in chunks:
        events, _ = _canonical(Sheet(chunk, profile), profile, report_id, Findings())
        if events is not None:
            yield events
