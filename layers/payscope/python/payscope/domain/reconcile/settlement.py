"""The proof of a day's settlement: what the lines sum to, what was paid out, what the bank received.

All amounts are minor units of one currency, positive towards the merchant. The identity that the
proof shows is
``expected net - payouts not matched with the bank - bank credit
= awaiting payout + explained + in transit + unexplained``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LineSum:
    """Settled lines of one event type and subtype, summed.

    Attributes:
        gross_minor: Before the fees of the line itself.
        fee_minor: All fees of the lines, negative; of it the three named components.
        net_minor: As the file states it.
    """

    event_type: str
    subtype: str | None
    rows: int
    gross_minor: int
    interchange_minor: int
    scheme_fee_minor: int
    markup_minor: int
    fee_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class BatchTie:
    """One payout: its lines, the advice, and the bank's credit.

    Attributes:
        credited_minor: None where the source's payouts are not matched with the bank.
        reason: The open or written-off break that explains a difference, if there is one.
        in_transit: Whether the credit is still inside its window.
    """

    source: str
    batch_ref: str
    lines_minor: int
    payout_minor: int
    credited_minor: int | None
    reason: str | None
    in_transit: bool


@dataclass(frozen=True, slots=True)
class UnbalancedLine:
    """A line whose stated net is not gross less fees, by so much; the rounding is their sum."""

    event_id: UUID
    report_id: UUID
    row_number: int
    batch_ref: str | None
    minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A batch that does not tie.

    Attributes:
        unpaid_minor: Its lines less what was paid out.
        uncredited_minor: What was paid out less what the bank credited; None where that is not matched.
    """

    source: str
    batch_ref: str
    unpaid_minor: int
    uncredited_minor: int | None
    reason: str | None
    in_transit: bool


@dataclass(frozen=True, slots=True)
class Component:
    """One step of the waterfall."""

    name: str
    rows: int
    minor: int


@dataclass(frozen=True, slots=True)
class SettlementProof:
    """The waterfall of one day, currency and scheme.

    Attributes:
        components: They sum to ``expected_minor``.
        paid_out_minor: None for one scheme: payouts are not made per scheme.
        unmatched_minor: Payouts of sources that are not matched with the bank; they count as received.
        credited_minor: None where nothing of it can be matched with the bank.
        awaiting_minor: Lines of the day whose batch has no payout yet.
        explained_minor: Differences with a reason-coded break, by reason.
        differing: Batches whose lines, payout and credit are not equal, without a reason.
        differences: Every batch that does not tie, explained or not.
        unbalanced: The lines that make the rounding, largest first, a bounded number of them.
    """

    day_on: date
    currency: str
    scheme: str | None
    components: tuple[Component, ...]
    expected_minor: int
    paid_out_minor: int | None
    unmatched_minor: int
    credited_minor: int | None
    shortfall_minor: int | None
    awaiting_minor: int
    explained_minor: Mapping[str, int]
    in_transit_minor: int
    unexplained_minor: int
    batches: int
    differing: tuple[str, ...]
    differences: tuple[Difference, ...] = ()
    unbalanced: tuple[UnbalancedLine, ...] = ()


_ROW_FEES = ("interchange", "scheme_fees", "markup", "other_fees")
_DISPUTES = {
    "REPRESENTMENT": "representments",
    "REVERSAL": "representments",
    "SECOND_CHARGEBACK": "second_chargebacks",
}
_ORDER = (
    "sales", "refunds", "chargebacks", "representments", "second_chargebacks", *_ROW_FEES, "fees",
    "reserve_held", "reserve_released", "correction", "carry_over", "conversion", "invoice", "other",
    "rounding",
)  # fmt: skip


def prove_day(
    day_on: date,
    currency: str,
    scheme: str | None,
    lines: Iterable[LineSum],
    batches: Iterable[BatchTie],
    unbalanced: Iterable[UnbalancedLine] = (),
) -> SettlementProof:
    """The waterfall from sales down to the bank's credit, and what remains unexplained.

    For one scheme the proof ends at the net of its lines; unexplained is then the difference
    between the stated nets and gross less fees.
    """
    components = _components(lines)
    expected = sum(component.minor for component in components)
    if scheme is not None:
        residual = sum(component.minor for component in components if component.name == "rounding")
        return SettlementProof(
            day_on, currency, scheme, components, expected, None, 0, None, None, 0, {}, 0, residual, 0, (),
            unbalanced=tuple(unbalanced),
        )  # fmt: skip
    ties = tuple(batches)
    explained: dict[str, int] = {}
    in_transit = 0
    differing: list[str] = []
    for tie in ties:
        gap = 0 if tie.credited_minor is None else tie.payout_minor - tie.credited_minor
        if gap and tie.reason is not None:
            explained[tie.reason] = explained.get(tie.reason, 0) + gap
        elif gap and tie.in_transit:
            in_transit += gap
        elif gap:
            differing.append(tie.batch_ref)
        if tie.lines_minor != tie.payout_minor and tie.batch_ref not in differing:
            differing.append(tie.batch_ref)
    matched = [tie for tie in ties if tie.credited_minor is not None]
    credited = sum(tie.credited_minor or 0 for tie in matched)
    # What is not matched with the bank counts as received, so that it hides no shortfall elsewhere.
    unmatched = sum(tie.payout_minor for tie in ties if tie.credited_minor is None)
    shortfall = expected - unmatched - credited
    awaiting = expected - sum(tie.lines_minor for tie in ties)
    return SettlementProof(
        day_on,
        currency,
        None,
        components,
        expected,
        sum(tie.payout_minor for tie in ties),
        unmatched,
        credited if matched else None,
        shortfall if matched else None,
        awaiting,
        explained,
        in_transit,
        shortfall - awaiting - sum(explained.values()) - in_transit,
        len(ties),
        tuple(differing),
        tuple(filter(None, map(_difference, ties))),
        tuple(unbalanced),
    )


def _difference(tie: BatchTie) -> Difference | None:
    unpaid = tie.lines_minor - tie.payout_minor
    uncredited = None if tie.credited_minor is None else tie.payout_minor - tie.credited_minor
    if not unpaid and not uncredited:
        return None
    return Difference(tie.source, tie.batch_ref, unpaid, uncredited, tie.reason, tie.in_transit)


def _components(lines: Iterable[LineSum]) -> tuple[Component, ...]:
    rows: dict[str, int] = {}
    minor: dict[str, int] = {}

    def add(name: str, count: int, amount: int) -> None:
        if count or amount:
            rows[name] = rows.get(name, 0) + count
            minor[name] = minor.get(name, 0) + amount

    for line in lines:
        named = line.interchange_minor + line.scheme_fee_minor + line.markup_minor
        add(_component(line), line.rows, line.gross_minor)
        add("interchange", 0, line.interchange_minor)
        add("scheme_fees", 0, line.scheme_fee_minor)
        add("markup", 0, line.markup_minor)
        add("other_fees", 0, line.fee_minor - named)
        add("rounding", 0, line.net_minor - line.gross_minor - line.fee_minor)
    return tuple(Component(name, rows[name], minor[name]) for name in _ORDER if name in minor)


def _component(line: LineSum) -> str:
    match line.event_type:
        case "SETTLEMENT":
            return "sales"
        case "REFUND":
            return "refunds"
        case "DISPUTE":
            return _DISPUTES.get(line.subtype or "", "chargebacks")
        case "FEE":
            return "fees"
        case _:
            name = (line.subtype or "OTHER").lower()
            return name if name in _ORDER else "other"
