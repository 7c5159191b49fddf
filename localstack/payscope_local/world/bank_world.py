"""One bank's whole month: everybody, everything that happened, and what of it reaches a report."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from payscope_local.world.authorisations import simulate_authorisations
from payscope_local.world.calendar import DAY_S, BusinessDays
from payscope_local.world.faults import (
    Faults,
    choose_faults,
    disturb_clearing,
    disturb_presentment,
    disturb_settlement,
    without_lost_auths,
)
from payscope_local.world.fees import Rates
from payscope_local.world.incidents import Incidents, plan_incidents
from payscope_local.world.lifecycles import (
    PAYOUT,
    approved_sales,
    clear_sales,
    dispute_messages,
    dispute_sales,
    merchant_charges,
    pay_out,
    price_clearing,
    refund_sales,
    report_fraud,
    settle,
)
from payscope_local.world.parties import Parties, make_parties
from payscope_local.world.plan import Rows, WorldPlan, chosen, joined

_TAIL_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class BankWorld:
    """What the reports of one bank contain, and how it came about.

    auth: ``simulate_authorisations`` plus id. all_auth: also those that never reached a file.
    clearing: auth (row of all_auth), ref, sequence, time, sold_at, type, arn, arn_day, amount, currency,
    settled, settled_currency, rate, interchange, scheme, unlinked, unnamed.
    settlement: line, type, day, payment, auth, merchant, arn, arn_day, gross, interchange, scheme, markup,
    currency, damaged, unlinked, unnamed.
    disputes: case, stage, day, auth, cause, arn, arn_day, amount, unlinked.
    fraud: day, kind, auth, arn, arn_day, amount.
    paid_in, unpaid: day, merchant, currency, amount (signed) of the payouts that the bank account saw, and
    of those it did not. together: those that came as one credit without a reference, by group.
    sales: every sale's clearing messages before they were doubled or removed.
    """

    index: int
    parties: Parties
    incidents: Incidents
    faults: Faults
    all_auth: Rows
    auth: Rows
    sales: Rows
    clearing: Rows
    settlement: Rows
    disputes: Rows
    fraud: Rows
    paid_in: Rows
    unpaid: Rows
    together: Rows


def make_bank_world(plan: WorldPlan, index: int) -> BankWorld:
    """Let the month happen to one bank."""
    parties = make_parties(plan, index)
    incidents = plan_incidents(plan, index, parties)
    calendar = BusinessDays(plan.start - timedelta(days=10), plan.end + timedelta(days=_TAIL_DAYS))
    stream = plan.stream(index, "world")
    auth = simulate_authorisations(plan, index, parties, incidents)
    auth["id"] = np.arange(len(auth["time"])) + 1
    sold = clear_sales(plan, index, parties, auth, approved_sales(auth))
    refunds = refund_sales(
        plan, index, parties, incidents, auth, sold | {"row": np.arange(len(sold["time"]))}
    )
    disputes = dispute_sales(plan, index, parties, auth, sold)
    fraud = report_fraud(plan, index, auth, sold)
    touched = np.zeros(len(sold["time"]), bool)
    touched[np.concatenate([refunds.pop("row"), disputes["sale"], fraud["sale"]])] = True
    faults = choose_faults(plan, index, parties, auth, sold, touched, calendar)
    disturb_presentment(stream, faults, sold)
    sold["arn"] = stream.permutation(len(sold["time"])) + 1
    sold["arn_day"] = sold["time"] // DAY_S
    refunds["arn"] = len(sold["time"]) + 1 + stream.permutation(len(refunds["time"]))
    refunds["arn_day"] = refunds["time"] // DAY_S
    messages = joined(sold, refunds, dispute_messages(plan, index, sold, disputes))
    messages["unlinked"] = np.zeros(len(messages["time"]), np.int64)
    orphans = (
        len(sold["time"]) + stream.permutation(len(refunds["time"]))[: max(2, len(refunds["time"]) // 150)]
    )
    messages["unlinked"][orphans] = 1
    messages["unnamed"] = np.zeros(len(messages["time"]), np.int64)
    messages["unnamed"][faults.unusual["unnamed_payment"]] = 1
    rates = Rates(plan, index, plan.start - timedelta(days=10), plan.days + 10 + _TAIL_DAYS)
    messages = price_clearing(parties, auth, messages, rates)
    settlement = settle(plan, index, parties, auth, messages, calendar)
    settlement["payment"] = np.arange(len(settlement["day"])) + 1
    settlement = disturb_settlement(stream, faults, settlement, calendar)
    clearing = disturb_clearing(faults, messages)
    settlement = _with_charges(plan, index, parties, settlement)
    paid_in, unpaid = _bank_credits(stream, settlement)
    paid_in, together = _paid_together(plan.stream(index, "credits"), paid_in)
    clearing = chosen(clearing, np.lexsort((clearing["arn"], clearing["sequence"], clearing["time"])))
    clearing["ref"] = np.arange(len(clearing["time"])) + 1
    settlement["line"] = np.arange(len(settlement["day"])) + 1
    return BankWorld(
        index=index,
        parties=parties,
        incidents=incidents,
        faults=faults,
        all_auth=auth,
        auth=_with_repeated_rows(stream, without_lost_auths(faults, auth, sold)),
        sales=chosen(messages, slice(0, len(sold["time"]))),
        clearing=clearing,
        settlement=settlement,
        disputes=_reported_disputes(stream, sold, disputes),
        fraud=_located(sold, fraud),
        paid_in=paid_in,
        unpaid=unpaid,
        together=together,
    )


def _with_charges(plan: WorldPlan, index: int, parties: Parties, settlement: Rows) -> Rows:
    charges = merchant_charges(plan, index, parties, settlement)
    none = {"payment": np.full(len(charges["day"]), -1)}
    lines = joined(settlement, charges | none)
    payouts = pay_out(lines)
    lines = joined(lines, payouts | {"payment": np.full(len(payouts["day"]), -1)})
    order = np.lexsort((lines["payment"], lines["type"], lines["currency"], lines["merchant"], lines["day"]))
    return chosen(lines, order)


def _bank_credits(stream: np.random.Generator, settlement: Rows) -> tuple[Rows, Rows]:
    """Bank entries of all payouts, and the payouts that the bank never saw."""
    payouts = chosen(settlement, np.flatnonzero(settlement["type"] == PAYOUT))
    entries = {
        "day": payouts["day"],
        "merchant": payouts["merchant"],
        "currency": payouts["currency"],
        "amount": -payouts["gross"],
    }
    count = len(entries["day"])
    usual = np.flatnonzero((entries["amount"] > 1_000) & (entries["day"] > int(entries["day"].min()) + 3))
    missing = np.sort(stream.permutation(usual)[: max(1, count // 2_000)])
    keep = np.ones(count, bool)
    keep[missing] = False
    return chosen(entries, keep & (entries["amount"] != 0)), chosen(entries, missing)


def _paid_together(stream: np.random.Generator, paid_in: Rows) -> tuple[Rows, Rows]:
    """The payouts that were credited one by one, and a few groups of two or three that came as one credit."""
    usual = np.flatnonzero(paid_in["amount"] > 1_000)
    _, day = np.unique(paid_in["day"][usual] * 10 + paid_in["currency"][usual], return_inverse=True)
    rows: list[int] = []
    group: list[int] = []
    for chosen_day in stream.permutation(np.unique(day))[:2].tolist():
        mine = stream.permutation(usual[day == chosen_day])[: 2 + chosen_day % 2].tolist()
        if len(mine) > 1:
            rows += mine
            group += [chosen_day] * len(mine)
    alone = np.ones(len(paid_in["day"]), bool)
    alone[rows] = False
    return chosen(paid_in, alone), chosen(paid_in, np.array(rows, np.int64)) | {
        "group": np.array(group, np.int64)
    }


def _with_repeated_rows(stream: np.random.Generator, auth: Rows) -> Rows:
    """A few declined authorisations delivered twice, byte for byte, in one file."""
    declined = np.flatnonzero((auth["code"] > 0) & (auth["kind"] == 0))
    twice = np.sort(stream.permutation(declined)[: max(1, len(declined) // 1_000)])
    order = np.sort(np.concatenate([np.arange(len(auth["time"])), twice]))
    repeated = np.concatenate([[False], order[1:] == order[:-1]])
    return chosen(auth, order) | {"repeated": repeated}


def _located(sold: Rows, rows: Rows) -> Rows:
    sale = rows["sale"]
    return rows | {name: sold[name][sale] for name in ("auth", "arn", "arn_day", "amount")}


def _reported_disputes(stream: np.random.Generator, sold: Rows, disputes: Rows) -> Rows:
    """Dispute rows by day, with a few cases about sales that nobody knows."""
    known = _located(sold, disputes)
    known["unlinked"] = np.zeros(len(known["day"]), np.int64)
    strangers = chosen(
        known, stream.permutation(np.flatnonzero(known["stage"] == 0))[: max(1, len(known["day"]) // 40)]
    )
    strangers["unlinked"] = np.ones(len(strangers["day"]), np.int64)
    strangers["case"] = int(known["case"].max(initial=0)) + 1 + np.arange(len(strangers["day"]))
    strangers["arn"] = 99_000_000_000 + stream.integers(0, 10**9, len(strangers["day"]))
    rows = joined(known, strangers)
    return chosen(rows, np.lexsort((rows["stage"], rows["case"], rows["day"])))
