"""Everything that was planted in one bank's world, by id: breaks, incidents, fraud."""

from typing import Any

import numpy as np

from payscope_local.world.authorisations import CODES, PURCHASE
from payscope_local.world.bank_world import BankWorld
from payscope_local.world.calendar import DAY_S, day_of
from payscope_local.world.faults import FAULTS, KINDS, UNUSUAL
from payscope_local.world.layouts import ReportWriter
from payscope_local.world.lifecycles import PAYOUT, REFUND, SALE
from payscope_local.world.parties import CURRENCIES
from payscope_local.world.plan import Rows, chosen

Entry = dict[str, Any]


def planted_breaks(world: BankWorld, writer: ReportWriter) -> list[Entry]:
    """One entry per planted break, with the ids under which each stage reports the payment."""
    entries: list[Entry] = []
    for kind in KINDS:
        rows = world.faults.of(kind)
        entries += _payment_entries(world, writer, kind, rows)
    return (
        entries
        + _unlinked_refunds(world, writer)
        + _unlinked_disputes(world, writer)
        + _missing_credits(world, writer)
    )


def _payment_entries(world: BankWorld, writer: ReportWriter, kind: str, rows: np.ndarray) -> list[Entry]:
    sales = chosen(world.sales, rows)
    auth = chosen(world.all_auth, sales["auth"])
    settled = {int(payment): int(gross) for payment, gross in _settled_gross(world, rows + 1)}
    lines = _hidden_lines(world, writer, rows + 1)
    identified = zip(
        writer.lifecycle_ids(auth["lifecycle"]).to_pylist(),
        writer.reference_numbers(sales["arn"], sales["arn_day"]).to_pylist(),
        writer.authorisation_ids(auth["id"]).to_pylist(),
        rows.tolist(),
        strict=True,
    )
    return [
        {
            "reason": FAULTS[kind],
            "kind": kind,
            "lifecycle_id": lifecycle,
            "arn": arn,
            "authorisation_id": authorisation,
            "merchant_id": world.parties.merchant_ids[int(auth["merchant"][n])],
            "authorised_on": str(day_of(auth["time"][n] // DAY_S)),
            "cleared_on": str(day_of(sales["time"][n] // DAY_S)),
            "authorised_minor": int(auth["amount"][n]),
            "cleared_minor": int(sales["amount"][n]),
            "amount_minor": int(sales["settled"][n]),
            "currency": CURRENCIES[int(sales["settled_currency"][n])],
            "settled_minor": settled.get(row + 1),
        }
        | ({"settlement_lines": lines[row + 1]} if row + 1 in lines else {})
        for n, (lifecycle, arn, authorisation, row) in enumerate(identified)
    ]


def _hidden_lines(world: BankWorld, writer: ReportWriter, payments: np.ndarray) -> dict[int, list[str]]:
    """Settlement lines of these payments that do not tell their lifecycle id, by payment."""
    settlement = world.settlement
    hidden = (settlement["damaged"] == 1) | (settlement["unnamed"] == 1)
    mine = np.flatnonzero(np.isin(settlement["payment"], payments) & hidden)
    lines: dict[int, list[str]] = {}
    names = writer.settlement_lines(settlement["line"][mine]).to_pylist()
    for payment, name in zip(settlement["payment"][mine].tolist(), names, strict=True):
        lines.setdefault(payment, []).append(name)
    return lines


def unusual_payments(world: BankWorld, writer: ReportWriter) -> list[Entry]:
    """Payments that are in order in an unusual way, and the payouts that one bank credit paid together.

    ``settlement_lines`` and ``clearing_reference`` are those rows that do not tell their lifecycle id.
    """
    entries: list[Entry] = []
    references = dict(zip(world.clearing["arn"].tolist(), world.clearing["ref"].tolist(), strict=True))
    for kind in UNUSUAL:
        rows = world.faults.unusual[kind]
        lifecycle = world.all_auth["lifecycle"][world.sales["auth"][rows]]
        lines = _hidden_lines(world, writer, rows + 1)
        for row, name in zip(rows.tolist(), writer.lifecycle_ids(lifecycle).to_pylist(), strict=True):
            entry: Entry = {"kind": kind, "lifecycle_id": name}
            if row + 1 in lines:
                entry["settlement_lines"] = lines[row + 1]
            if kind == "unnamed_payment":
                ref = np.array([references[int(world.sales["arn"][row])]])
                entry["clearing_reference"] = writer.clearing_references(ref)[0].as_py()
            entries.append(entry)
    return entries + _credits_together(world, writer)


def _credits_together(world: BankWorld, writer: ReportWriter) -> list[Entry]:
    together = world.together
    batches = writer.batches(together["day"], together["merchant"], together["currency"]).to_pylist()
    entries: list[Entry] = []
    for group in np.unique(together["group"]).tolist():
        mine = np.flatnonzero(together["group"] == group).tolist()
        entries.append(
            {
                "kind": "credited_together",
                "batches": sorted(batches[n] for n in mine),
                "value_on": str(day_of(int(together["day"][mine[0]]))),
                "amount_minor": int(together["amount"][mine].sum()),
                "currency": CURRENCIES[int(together["currency"][mine[0]])],
            }
        )
    return entries


def _settled_gross(world: BankWorld, payments: np.ndarray) -> list[tuple[int, int]]:
    mine = np.flatnonzero(np.isin(world.settlement["payment"], payments))
    return list(
        zip(world.settlement["payment"][mine].tolist(), world.settlement["gross"][mine].tolist(), strict=True)
    )


def _unlinked_refunds(world: BankWorld, writer: ReportWriter) -> list[Entry]:
    lost = chosen(world.clearing, (world.clearing["unlinked"] == 1) & (world.clearing["type"] == REFUND))
    arns = writer.reference_numbers(lost["arn"], lost["arn_day"]).to_pylist()
    return [
        {
            "reason": "REFUND_UNLINKED",
            "kind": "refund_unlinked",
            "arn": arn,
            "cleared_on": str(day_of(time // DAY_S)),
            "amount_minor": amount,
            "currency": CURRENCIES[currency],
        }
        for arn, time, amount, currency in zip(
            arns,
            lost["time"].tolist(),
            lost["settled"].tolist(),
            lost["settled_currency"].tolist(),
            strict=True,
        )
    ]


def _unlinked_disputes(world: BankWorld, writer: ReportWriter) -> list[Entry]:
    lost = chosen(world.disputes, world.disputes["unlinked"] == 1)
    currency = world.all_auth["currency"][lost["auth"]].tolist()
    return [
        {
            "reason": "CHARGEBACK_UNLINKED",
            "kind": "chargeback_unlinked",
            "case_id": case,
            "arn": arn,
            "opened_on": str(day_of(day)),
            "amount_minor": amount,
            "currency": CURRENCIES[code],
        }
        for case, arn, day, amount, code in zip(
            writer.case_ids(lost["case"]).to_pylist(),
            writer.reference_numbers(lost["arn"], lost["arn_day"]).to_pylist(),
            lost["day"].tolist(),
            lost["amount"].tolist(),
            currency,
            strict=True,
        )
    ]


def _missing_credits(world: BankWorld, writer: ReportWriter) -> list[Entry]:
    unpaid = world.unpaid
    batches = writer.batches(unpaid["day"], unpaid["merchant"], unpaid["currency"]).to_pylist()
    return [
        {
            "reason": "MISSING_BANK_CREDIT",
            "kind": "missing_bank_credit",
            "batch": batch,
            "value_on": str(day_of(day)),
            "amount_minor": amount,
            "currency": CURRENCIES[currency],
        }
        for batch, day, amount, currency in zip(
            batches,
            unpaid["day"].tolist(),
            unpaid["amount"].tolist(),
            unpaid["currency"].tolist(),
            strict=True,
        )
    ]


def payment_account(world: BankWorld, writer: ReportWriter) -> dict[str, Any]:
    """Each approved, unreversed payment in one place: clean, planted, or in the file that never came."""
    lifecycle = world.all_auth["lifecycle"]
    every = np.unique(lifecycle[world.sales["auth"]])
    planted = np.unique(
        lifecycle[world.sales["auth"][np.concatenate([world.faults.of(kind) for kind in KINDS])]]
    )
    lost = np.empty(0, np.int64)
    if world.faults.lost_day is not None:
        lines = chosen(world.settlement, world.settlement["day"] == world.faults.lost_day)
        lost = np.unique(lifecycle[lines["auth"][lines["type"] == SALE]])
    clean = np.setdiff1d(every, np.union1d(planted, lost))
    return {
        "all": len(every),
        "clean": len(clean),
        "planted": len(planted),
        "in_lost_settlement_file": len(lost),
        "lifecycle_ids_in_lost_settlement_file": writer.lifecycle_ids(lost).to_pylist(),
    }


def planted_incidents(world: BankWorld, writer: ReportWriter) -> list[Entry]:
    """Outages, spikes and files that came late, twice or never."""
    return [_issuer_outage(world), _technical_outage(world), _refund_spike(world), *_files(world, writer)]


def _issuer_outage(world: BankWorld) -> Entry:
    facts, auth = world.incidents, _plain_attempts(world.auth)
    issuer = world.parties.bins["issuer"][world.parties.cards["bin"][auth["card"]]]
    mine = issuer == facts.issuer
    during = mine & (auth["time"] >= facts.issuer_from) & (auth["time"] < facts.issuer_to)
    good = auth["code"] == 0
    bins = world.parties.bins["number"][world.parties.bins["issuer"] == facts.issuer].tolist()
    return {
        "kind": "issuer_outage",
        "issuer": world.parties.issuer_names[facts.issuer],
        "bins": [str(number) for number in bins],
        "from": _instant(facts.issuer_from),
        "to": _instant(facts.issuer_to),
        "attempts": int(during.sum()),
        "approved": int((during & good).sum()),
        "otherwise": {
            "attempts": int((mine & ~during).sum()),
            "approved": int((mine & ~during & good).sum()),
        },
    }


def _technical_outage(world: BankWorld) -> Entry:
    facts, auth = world.incidents, _plain_attempts(world.auth)
    during = (auth["time"] >= facts.outage_from) & (auth["time"] < facts.outage_to)
    technical = np.isin(auth["code"], [CODES.index("91"), CODES.index("96")])
    return {
        "kind": "technical_outage",
        "response_codes": ["91", "96"],
        "from": _instant(facts.outage_from),
        "to": _instant(facts.outage_to),
        "attempts": int(during.sum()),
        "technical_declines": int((during & technical).sum()),
    }


def _refund_spike(world: BankWorld) -> Entry:
    facts, clearing = world.incidents, world.clearing
    merchant = world.all_auth["merchant"][clearing["auth"]]
    mine = (merchant == facts.refund_merchant) & (clearing["type"] == REFUND)
    on_day = mine & (clearing["time"] // DAY_S == facts.refund_day)
    return {
        "kind": "refund_spike",
        "merchant_id": world.parties.merchant_ids[facts.refund_merchant],
        "on": str(day_of(facts.refund_day)),
        "refunds": int(on_day.sum()),
        "refunds_on_all_other_days": int((mine & ~on_day).sum()),
    }


def _files(world: BankWorld, writer: ReportWriter) -> list[Entry]:
    faults, entries = world.faults, list[Entry]()
    if faults.late_day is not None:
        entries.append(
            {
                "kind": "late_file",
                "reason": "LATE_FILE",
                "name": f"clearing_{day_of(faults.late_day):%Y%m%d}.csv",
            }
        )
    if faults.copied_day is not None:
        name = f"clearing_{day_of(faults.copied_day):%Y%m%d}.csv"
        entries.append(
            {"kind": "copied_file", "reason": "DUPLICATE_FILE", "name": name, "copy": copy_name(name)}
        )
    if faults.lost_day is not None:
        lines = chosen(world.settlement, world.settlement["day"] == faults.lost_day)
        payouts = chosen(lines, lines["type"] == PAYOUT)
        entries.append(
            {
                "kind": "missing_file",
                "reason": "FILE_MISSING",
                "name": f"settlement_{day_of(faults.lost_day):%Y%m%d}.csv",
                "rows": len(lines["day"]),
                "batches": writer.batches(
                    payouts["day"], payouts["merchant"], payouts["currency"]
                ).to_pylist(),
            }
        )
    return entries


def copy_name(name: str) -> str:
    """The name under which a file comes a second time."""
    return name.replace(".csv", " (copy).csv")


def planted_fraud(world: BankWorld, writer: ReportWriter) -> list[Entry]:
    """Compromised cards, a skimming terminal, a card-testing attack."""
    auth = _plain_attempts(world.auth)
    stolen, skimmed, tested = (chosen(auth, auth["fraud"] == kind) for kind in (1, 2, 3))
    facts, tokens = world.incidents, world.parties.tokens
    cards = [
        {"kind": "compromised_card", "card_token": tokens[card]}
        | _fraud_rows(writer, chosen(stolen, stolen["card"] == card))
        for card in np.unique(stolen["card"]).tolist()
    ]
    skimming = {
        "kind": "skimming_terminal",
        "merchant_id": world.parties.merchant_ids[facts.skimmed_merchant],
        "from": _instant(facts.skimmed_from),
        "to": _instant(facts.skimmed_to),
        "card_tokens": sorted(tokens[card] for card in np.unique(skimmed["card"]).tolist()),
    } | _fraud_rows(writer, skimmed)
    testing = {
        "kind": "card_testing",
        "merchant_id": world.parties.merchant_ids[facts.testing_merchant],
        "from": _instant(int(tested["time"].min(initial=facts.testing_from))),
        "to": _instant(int(tested["time"].max(initial=facts.testing_from))),
        "attempts": len(tested["time"]),
        "approved": int((tested["code"] == 0).sum()),
        "card_tokens": sorted(tokens[card] for card in np.unique(tested["card"]).tolist()),
    }
    return [*cards, skimming, testing]


def _fraud_rows(writer: ReportWriter, auth: Rows) -> Entry:
    approved = chosen(auth, auth["code"] == 0)
    return {
        "authorisation_ids": writer.authorisation_ids(auth["id"]).to_pylist(),
        "approved": len(approved["time"]),
        "approved_minor": {
            CURRENCIES[code]: int(approved["amount"][approved["currency"] == code].sum())
            for code in np.unique(approved["currency"]).tolist()
        },
    }


def _plain_attempts(auth: Rows) -> Rows:
    return chosen(auth, (auth["kind"] == PURCHASE) & (auth["duplicate"] == 0) & ~auth["repeated"])


def _instant(seconds: int) -> str:
    second = seconds % DAY_S
    return f"{day_of(seconds // DAY_S)}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
