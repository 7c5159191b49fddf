"""Merchants that a payment provider settles: Adyen settlement details or Stripe payout reconciliation.

Their payments are known to the bank from the provider's reports alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from payscope_local.world.calendar import DAY_S, BusinessDays, day_number, day_of
from payscope_local.world.layouts import ReportFile
from payscope_local.world.parties import BankProfile
from payscope_local.world.plan import WorldPlan
from payscope_local.world.statements import BankEntry

ADYEN_HEADER = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,"
    "TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,"
    "Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),"
    "Interchange (NC),Payment Method Variant,Modification Merchant Reference,Batch Number,Reserved4,"
    "Reserved5,Reserved6,Reserved7,Reserved8,Reserved9,Reserved10,Booking Date,Booking Date TimeZone"
)
STRIPE_HEADER = (
    "automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created_utc,created,"
    "available_on_utc,available_on,currency,gross,fee,net,reporting_category,source_id,description,"
    "customer_facing_amount,customer_facing_currency,charge_id,payment_intent_id,payment_method_type,card_brand,"
    "card_country,card_funding,dispute_reason,payment_metadata[order_id],trace_id,trace_id_status"
)
_FIRST_BATCH = 101
_SHARE = 0.02
_ADYEN_TYPES = {"sale": "Settled", "refund": "Refunded", "chargeback": "Chargeback", "fee": "Fee"}
_MODIFICATION = {"sale": "85", "refund": "86", "chargeback": "87"}
_STRIPE_TYPES = {"sale": "charge", "refund": "refund", "chargeback": "dispute", "fee": "fee"}


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """One line of a provider's settlement: gross is signed, the fees are costs."""

    day: int
    account: str
    kind: str
    number: int
    order: str
    time: int
    method: str
    gross: int
    interchange: int
    scheme: int
    markup: int
    commission: int

    @property
    def fee(self) -> int:
        """All fees of the line."""
        return self.interchange + self.scheme + self.markup + self.commission

    @property
    def net(self) -> int:
        """What the line adds to the payout."""
        return self.gross - self.fee


def provider_lines(
    plan: WorldPlan, bank_index: int, profile: BankProfile, calendar: BusinessDays
) -> list[ProviderLine]:
    """Sales of two merchants with their refunds, chargebacks and monthly fee, by settlement day."""
    stream = plan.stream(bank_index, "provider")
    start = profile.merchant_start + 29_001 + 10 * bank_index
    count = max(40, int(plan.rows_of(bank_index) * _SHARE))
    first, last = day_number(plan.start), day_number(plan.until)
    times = first * DAY_S + np.sort(stream.integers(0, plan.days * DAY_S, count))
    settled = calendar.after(times // DAY_S, 1).tolist()
    gross = np.maximum(np.rint(stream.lognormal(np.log(4_200), 0.8, count)), 50).astype(np.int64).tolist()
    lines: list[ProviderLine] = []
    for n, (time, day, amount) in enumerate(zip(times.tolist(), settled, gross, strict=True)):
        account, method = f"M{start + int(stream.integers(2))}", ("visa", "mc")[int(stream.integers(2))]
        order = f"P{bank_index + 1}-{n + 1:07d}"
        interchange, scheme = (amount * 20 + 5_000) // 10_000, (amount * 5 + 5_000) // 10_000 + 2
        lines.append(
            ProviderLine(
                day,
                account,
                "sale",
                n,
                order,
                time,
                method,
                amount,
                interchange,
                scheme,
                (amount * 60 + 5_000) // 10_000 + 8,
                0,
            )
        )
        fate = stream.random()
        if fate < 0.045:
            back = day + int(stream.integers(2, 12))
            value_day = int(calendar.after(np.array([back]), 1)[0])
            kind, extra = ("refund", 0) if fate < 0.04 else ("chargeback", 750)
            lines.append(
                ProviderLine(
                    value_day, account, kind, n, order, back * DAY_S + 36_000, method, -amount, 0, 0, 0, extra
                )
            )
    fee_day = max(line.day for line in lines if line.kind == "sale")
    lines += [
        ProviderLine(fee_day, account, "fee", -1, "", fee_day * DAY_S + 79_200, "", -990, 0, 0, 0, 0)
        for account in sorted({line.account for line in lines})
    ]
    return _carried_over([line for line in lines if line.day <= last])


def _carried_over(lines: list[ProviderLine]) -> list[ProviderLine]:
    """Lines by day; a day that would pay out nothing or less waits for the next one, the last for ever."""
    settled: list[ProviderLine] = []
    waiting: list[ProviderLine] = []
    for day, group in groupby(sorted(lines, key=lambda line: line.day), lambda line: line.day):
        waiting += group
        if sum(line.net for line in waiting) > 0:
            settled += [replace(line, day=day) for line in waiting]
            waiting = []
    return sorted(settled, key=lambda line: (line.day, line.account, line.time, line.kind))


def provider_files(
    profile: BankProfile, bank_index: int, lines: list[ProviderLine]
) -> Iterator[tuple[ReportFile, list[BankEntry]]]:
    """One report for each settlement day, with the payouts that the bank account sees for it."""
    write = _adyen_file if profile.provider == "adyen" else _stripe_file
    for number, (day, group) in enumerate(groupby(lines, lambda line: line.day)):
        yield write(profile, bank_index, _FIRST_BATCH + number, day, list(group))


def _adyen_file(
    profile: BankProfile, bank_index: int, batch: int, day: int, lines: list[ProviderLine]
) -> tuple[ReportFile, list[BankEntry]]:
    company, currency = profile.name.split(" ")[0], profile.currency
    rows: list[dict[str, str]] = []
    entries: list[BankEntry] = []
    shared = {
        "Company Account": company,
        "TimeZone": "UTC",
        "Net Currency": currency,
        "Batch Number": str(batch),
        "Booking Date": f"{day_of(day)} 22:15:00",
        "Booking Date TimeZone": "UTC",
    }
    for account, mine in groupby(lines, lambda line: line.account):
        own = list(mine)
        rows += [shared | {"Merchant Account": account} | _adyen_row(line, currency, batch) for line in own]
        payout = sum(line.net for line in own)
        transfer = f"TX{770_000_000 + 1_000 * batch + bank_index}XT"
        rows.append(
            shared
            | {
                "Merchant Account": account,
                "Creation Date": f"{day_of(day)} 22:15:00",
                "Type": "MerchantPayout",
                "Modification Reference": f'"{transfer} batch {batch}, {account}"',
                "Gross Currency": currency,
                "Net Debit (NC)" if payout >= 0 else "Net Credit (NC)": _major(abs(payout)),
            }
        )
        if payout:
            entries.append(BankEntry(day, currency, str(batch), payout, f"Adyen {transfer} {account}"))
    sums = {
        "gross": {currency: sum(line.gross for line in lines)},
        "net": {currency: sum(line.net for line in lines)},
    }
    name = f"adyen_settlement_detail_batch_{batch}.csv"
    return _report(name, "adyen-settlement@1", day, ADYEN_HEADER, rows, sums), entries


def _adyen_row(line: ProviderLine, currency: str, batch: int) -> dict[str, str]:
    if line.kind == "fee":
        return {
            "Creation Date": _instant(line.time),
            "Type": "Fee",
            "Modification Reference": f"Transaction fees batch {batch}",
            "Gross Currency": currency,
            "Net Debit (NC)": _major(-line.gross),
        }
    side = "Credit" if line.gross > 0 else "Debit"
    return {
        "Psp Reference": f"88{line.number + 10**13:014d}",
        "Merchant Reference": line.order,
        "Payment Method": line.method,
        "Creation Date": _instant(line.time),
        "Type": _ADYEN_TYPES[line.kind],
        "Modification Reference": f"{_MODIFICATION[line.kind]}{line.number + 10**13:014d}",
        "Gross Currency": currency,
        f"Gross {side} (GC)": _major(abs(line.gross)),
        "Exchange Rate": "1",
        f"Net {side} (NC)": _major(abs(line.net)),
        "Commission (NC)": _major(line.commission) if line.commission else "",
        "Markup (NC)": _major(line.markup) if line.markup else "",
        "Scheme Fees (NC)": _major(line.scheme) if line.scheme else "",
        "Interchange (NC)": _major(line.interchange) if line.interchange else "",
        "Payment Method Variant": f"{line.method}credit",
    }


def _stripe_file(
    profile: BankProfile, bank_index: int, batch: int, day: int, lines: list[ProviderLine]
) -> tuple[ReportFile, list[BankEntry]]:
    currency, payout_id = profile.currency, f"po_{bank_index + 1}{day_of(day):%Y%m%d}"
    effective = f"{day_of(day)} 00:00:00"
    shared = {
        "automatic_payout_id": payout_id,
        "automatic_payout_effective_at": effective,
        "available_on_utc": effective,
        "available_on": effective,
        "currency": currency.lower(),
    }
    rows = [
        shared | _stripe_row(line, f"txn_{bank_index + 1}{batch:05d}{n:05d}", currency)
        for n, line in enumerate(lines)
    ]
    payout = sum(line.net for line in lines)
    paid = _major(-payout)
    rows.append(
        shared
        | {
            "balance_transaction_id": f"txn_{bank_index + 1}{batch:05d}99999",
            "created_utc": effective,
            "created": effective,
            "gross": paid,
            "fee": "0.00",
            "net": paid,
            "reporting_category": "payout",
            "source_id": payout_id,
            "description": "Payout",
            "trace_id": f"TR{batch:08d}",
            "trace_id_status": "supported",
        }
    )
    entries = [BankEntry(day, currency, payout_id, payout, "Stripe payout")] if payout else []
    sums = {"gross": {currency: sum(line.gross for line in lines)}, "net": {currency: payout}}
    name = f"stripe_payout_reconciliation_{day_of(day):%Y%m%d}.csv"
    return _report(name, "stripe-payout-reconciliation@1", day, STRIPE_HEADER, rows, sums), entries


def _stripe_row(line: ProviderLine, transaction: str, currency: str) -> dict[str, str]:
    row = {
        "balance_transaction_id": transaction,
        "created_utc": _instant(line.time),
        "created": _instant(line.time),
        "gross": _major(line.gross),
        "fee": _major(line.fee),
        "net": _major(line.net),
        "reporting_category": _STRIPE_TYPES[line.kind],
    }
    if line.kind == "fee":
        return row | {"description": "Card payments: network costs"}
    prefix = {"sale": "ch", "refund": "re", "chargeback": "dp"}[line.kind]
    return row | {
        "source_id": f"{prefix}_{line.order.replace('-', '')}",
        "customer_facing_amount": _major(line.gross),
        "customer_facing_currency": currency.lower(),
        "charge_id": f"ch_{line.order.replace('-', '')}",
        "payment_intent_id": f"pi_{line.order.replace('-', '')}",
        "payment_method_type": "card",
        "card_brand": "visa" if line.method == "visa" else "mastercard",
        "card_country": "GB",
        "card_funding": "debit",
        "dispute_reason": "fraudulent" if line.kind == "chargeback" else "",
        "payment_metadata[order_id]": line.order,
        "trace_id_status": "supported",
    }


def _report(
    name: str,
    profile: str,
    day: int,
    header: str,
    rows: list[dict[str, str]],
    sums: dict[str, dict[str, int]],
) -> ReportFile:
    columns = header.split(",")
    body = "".join(",".join(row.get(column, "") for column in columns) + "\n" for row in rows)
    content = f"{header}\n{body}"
    return ReportFile(
        name=name,
        stage="provider",
        profile=profile,
        day=day,
        row_count=len(rows),
        sums=sums,
        content=content.encode(),
    )


def _instant(seconds: int) -> str:
    second = seconds % DAY_S
    return f"{day_of(seconds // DAY_S)} {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def _major(minor: int) -> str:
    whole, cents = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole}.{cents:02d}"
