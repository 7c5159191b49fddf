"""What the reports of one bank add up to, computed from the world's own arrays and nothing else.

Amounts are integer minor units by currency; ratios are given as numerator and denominator. The
authorisation clock is the request time (in a named time zone), every other clock the booking date.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from payscope_local.world.authorisations import CODES, INCREMENTAL, INQUIRY, PURCHASE, REVERSAL, VERIFICATION
from payscope_local.world.bank_world import BankWorld
from payscope_local.world.calendar import DAY_S, day_of
from payscope_local.world.lifecycles import (
    CHARGEBACK,
    CORRECTION,
    FEE,
    PAYOUT,
    REFUND,
    REPRESENTMENT,
    RESERVE,
    SALE,
    SETTLEMENT_TYPES,
    STAGES,
    fees_of,
)
from payscope_local.world.parties import CHANNELS, CURRENCIES, NETWORKS
from payscope_local.world.plan import Rows, chosen

Figures = dict[str, Any]
_TOP_MERCHANTS = 10


def metric_truth(world: BankWorld, lost_day: int | None, late_day: int | None) -> Figures:
    """All figures of one bank.

    Args:
        lost_day: Value date whose settlement file is not among the reports; its lines count nowhere.
        late_day: Processing date whose clearing file comes late; it counts, and its part is also given apart.
    """
    attempts, excluded = _attempts(world.auth)
    settlement = world.settlement
    if lost_day is not None:
        settlement = chosen(settlement, settlement["day"] != lost_day)
    late = world.clearing["time"] // DAY_S == (-1 if late_day is None else late_day)
    zones = {"UTC": "UTC", "bank": world.parties.profile.timezone}
    return {
        "authorisation_by_month": {
            name: _by_month(
                _local_days(attempts["time"], zone), lambda rows: _auth_figures(world, chosen(attempts, rows))
            )
            for name, zone in zones.items()
        },
        "authorisation_excluded": excluded,
        "authorisation_by_day_utc": _auth_by_day(attempts),
        "clearing_by_month": _by_month(
            world.clearing["time"] // DAY_S,
            lambda rows: _clearing_figures(world, chosen(world.clearing, rows)),
        ),
        "clearing_in_late_file": _clearing_figures(world, chosen(world.clearing, late))
        if late.any()
        else None,
        "clearing_by_day": _clearing_by_day(world.clearing),
        "settlement_by_month": _by_month(
            settlement["day"], lambda rows: _settlement_figures(chosen(settlement, rows))
        ),
        "net_settlement_by_day": _net_by_day(settlement),
        "disputes_by_month": _by_month(
            world.disputes["day"], lambda rows: _dispute_figures(world, chosen(world.disputes, rows))
        ),
        "fraud_by_month": _by_month(
            world.fraud["day"], lambda rows: _fraud_figures(world, chosen(world.fraud, rows))
        ),
    }


def _attempts(auth: Rows) -> tuple[Rows, dict[str, int]]:
    """Attempts by the published definition, and how many rows each exclusion took out."""
    once = chosen(auth, ~auth["repeated"])
    repeated = (once["duplicate"] == 1) & (once["kind"] == PURCHASE)
    excluded = {
        "DUPLICATE": int(repeated.sum()),
        "ZERO_AMOUNT": int((once["kind"] == VERIFICATION).sum()),
        "BALANCE_INQUIRY": int((once["kind"] == INQUIRY).sum()),
        "INCREMENTAL": int((once["kind"] == INCREMENTAL).sum()),
        "reversals": int((once["kind"] == REVERSAL).sum()),
        "rows delivered twice": int(auth["repeated"].sum()),
    }
    attempts = chosen(once, (once["kind"] == PURCHASE) & ~repeated)
    order = np.lexsort((attempts["id"], attempts["time"], attempts["order"]))
    _, position = np.unique(attempts["order"][order], return_index=True)
    first = np.zeros(len(order), bool)
    first[order[position]] = True
    good = np.isin(attempts["order"], attempts["order"][attempts["code"] == 0])
    return attempts | {"first": first, "intent_approved": good}, excluded


def _auth_figures(world: BankWorld, attempts: Rows) -> Figures:
    approved, first = attempts["code"] == 0, attempts["first"]
    card_bin = world.parties.cards["bin"][attempts["card"]]
    network = world.parties.bins["network"][card_bin]
    issuer = world.parties.bins["issuer"][card_bin]
    return {
        "auth_attempts": len(approved),
        "auth_approved": int(approved.sum()),
        "auth_rate_raw": _ratio(approved.sum(), len(approved)),
        "auth_rate_first": _ratio((approved & first).sum(), first.sum()),
        "auth_rate_dedup": _ratio((attempts["intent_approved"] & first).sum(), first.sum()),
        "requested_minor": _money(attempts["amount"], attempts["currency"]),
        "approved_minor": _money(attempts["amount"][approved], attempts["currency"][approved]),
        "declines_by_code": _counts(attempts["code"][~approved], CODES),
        "by_network": _approval_by(network, approved, NETWORKS),
        "by_channel": _approval_by(attempts["channel"], approved, CHANNELS),
        "by_issuer": _approval_by(issuer, approved, world.parties.issuer_names),
        "by_top_merchant": _top(_approval_by(attempts["merchant"], approved, world.parties.merchant_ids)),
    }


def _auth_by_day(attempts: Rows) -> Figures:
    day = attempts["time"] // DAY_S
    return {
        str(day_of(number)): {
            "auth_attempts": int((day == number).sum()),
            "auth_approved": int(((day == number) & (attempts["code"] == 0)).sum()),
        }
        for number in np.unique(day).tolist()
    }


def _clearing_figures(world: BankWorld, clearing: Rows) -> Figures:
    auth = clearing["auth"]
    sales = clearing["type"] == SALE
    merchant = world.all_auth["merchant"][auth]
    network = world.parties.bins["network"][world.parties.cards["bin"][world.all_auth["card"][auth]]]
    return {
        "sales_count": int(sales.sum()),
        "sales_minor": _money(clearing["amount"][sales], clearing["currency"][sales]),
        "sales_settlement_minor": _money(clearing["settled"][sales], clearing["settled_currency"][sales]),
        "sales_by_network": _counts(network[sales], NETWORKS),
        "sales_by_top_merchant": _largest(_counts(merchant[sales], world.parties.merchant_ids)),
        "refund_count": int((clearing["type"] == REFUND).sum()),
        "refund_minor": _of_type(clearing, REFUND),
        "chargeback_messages": int((clearing["type"] == CHARGEBACK).sum()),
        "representment_messages": int((clearing["type"] == REPRESENTMENT).sum()),
        "interchange_minor": _money(clearing["interchange"][sales], clearing["settled_currency"][sales]),
    }


def _of_type(clearing: Rows, kind: int) -> dict[str, int]:
    mine = clearing["type"] == kind
    return _money(clearing["amount"][mine], clearing["currency"][mine])


def _clearing_by_day(clearing: Rows) -> Figures:
    sales = chosen(clearing, clearing["type"] == SALE)
    day = sales["time"] // DAY_S
    return {
        str(day_of(number)): {
            "sales_count": int((day == number).sum()),
            "sales_minor": _money(sales["amount"][day == number], sales["currency"][day == number]),
        }
        for number in np.unique(day).tolist()
    }


def _settlement_figures(rows: Rows) -> Figures:
    fee = fees_of(rows)
    is_sale, is_payout, is_fee = (rows["type"] == kind for kind in (SALE, PAYOUT, FEE))
    net = rows["gross"] - fee
    return {
        "lines_by_type": _counts(rows["type"], SETTLEMENT_TYPES),
        "settled_count": int(is_sale.sum()),
        "gross_settlement_minor": _money(rows["gross"][is_sale], rows["currency"][is_sale]),
        "net_settlement_minor": _money(net[~is_payout], rows["currency"][~is_payout]),
        "fees_total_minor": _money(
            np.where(is_fee, -rows["gross"], fee)[~is_payout], rows["currency"][~is_payout]
        ),
        "interchange_minor": _money(rows["interchange"], rows["currency"]),
        "scheme_fees_minor": _money(rows["scheme"], rows["currency"]),
        "markup_minor": _money(rows["markup"], rows["currency"]),
        "payouts_minor": _money(-rows["gross"][is_payout], rows["currency"][is_payout]),
        "refunds_minor": _signed_of(rows, REFUND),
        "chargebacks_minor": _signed_of(rows, CHARGEBACK),
        "representments_minor": _signed_of(rows, REPRESENTMENT),
        "reserve_minor": _signed_of(rows, RESERVE),
        "corrections_minor": _signed_of(rows, CORRECTION),
    }


def _signed_of(rows: Rows, kind: int) -> dict[str, int]:
    mine = rows["type"] == kind
    return _money(rows["gross"][mine], rows["currency"][mine])


def _net_by_day(rows: Rows) -> Figures:
    lines = chosen(rows, rows["type"] != PAYOUT)
    net = lines["gross"] - fees_of(lines)
    return {
        str(day_of(number)): _money(net[lines["day"] == number], lines["currency"][lines["day"] == number])
        for number in np.unique(lines["day"]).tolist()
    }


def _dispute_figures(world: BankWorld, disputes: Rows) -> Figures:
    currency = world.all_auth["currency"][disputes["auth"]]
    first = disputes["stage"] == 0
    return {
        "by_stage": _counts(disputes["stage"], STAGES),
        "chargeback_count": int(first.sum()),
        "chargeback_minor": _money(disputes["amount"][first], currency[first]),
    }


def _fraud_figures(world: BankWorld, fraud: Rows) -> Figures:
    return {
        "fraud_report_count": len(fraud["day"]),
        "fraud_report_minor": _money(fraud["amount"], world.all_auth["currency"][fraud["auth"]]),
    }


def _by_month(days: np.ndarray, figures: Callable[[np.ndarray], Figures]) -> Figures:
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return {str(month): figures(np.flatnonzero(months == month)) for month in np.unique(months)}


def _local_days(seconds: np.ndarray, zone: str) -> np.ndarray:
    """Day numbers on the clock of a time zone; its offset is constant within a UTC hour."""
    hours, inverse = np.unique(seconds // 3600, return_inverse=True)
    clock = ZoneInfo(zone)
    offsets = [
        datetime.fromtimestamp(hour * 3600, UTC).astimezone(clock).utcoffset() for hour in hours.tolist()
    ]
    shift = np.array([int(offset.total_seconds()) if offset else 0 for offset in offsets], np.int64)
    return (seconds + shift[inverse]) // DAY_S


def _ratio(numerator: Any, denominator: Any) -> dict[str, int]:
    return {"numerator": int(numerator), "denominator": int(denominator)}


def _money(minor: np.ndarray, currency: np.ndarray) -> dict[str, int]:
    return {CURRENCIES[index]: int(minor[currency == index].sum()) for index in np.unique(currency).tolist()}


def _counts(index: np.ndarray, names: tuple[str, ...]) -> dict[str, int]:
    found = np.bincount(index, minlength=len(names)).tolist()
    return {name: count for name, count in zip(names, found, strict=True) if count}


def _approval_by(
    index: np.ndarray, approved: np.ndarray, names: tuple[str, ...]
) -> dict[str, dict[str, int]]:
    good, every = _counts(index[approved], names), _counts(index, names)
    return {name: _ratio(good.get(name, 0), count) for name, count in every.items()}


def _top(ratios: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    ranked = sorted(ratios.items(), key=lambda item: (-item[1]["denominator"], item[0]))
    return dict(ranked[:_TOP_MERCHANTS])


def _largest(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_TOP_MERCHANTS])
