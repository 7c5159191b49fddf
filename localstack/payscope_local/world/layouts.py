"""The report layouts, written file by file from a bank's world."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from payscope_local.world.authorisations import CODES, ENTRY_MODES, KINDS, THREE_DS
from payscope_local.world.bank_world import BankWorld
from payscope_local.world.calendar import DAY_S, day_of
from payscope_local.world.lifecycles import (
    CLEARING_TYPES,
    FRAUD_TYPES,
    REASONS,
    SETTLEMENT_TYPES,
    STAGES,
    fees_of,
)
from payscope_local.world.parties import CHANNELS, CURRENCIES, EXPONENTS, MCC, NETWORKS
from payscope_local.world.plan import Rows, chosen
from payscope_local.world.text import (
    Text,
    blank_where,
    clock_times,
    constant,
    dates,
    either,
    joined_text,
    lines,
    millionths,
    money,
    padded,
    picked,
    reference_numbers,
    scrambled,
    texts,
    whole,
)

AUTH_HEADER = (
    "authorisation_id,order_id,requested_at,merchant_id,merchant_name,mcc,merchant_country,network,bin,"
    "card_number_masked,card_token,issuer_name,issuer_country,amount,currency,response_code,approval_code,"
    "lifecycle_id,rrn,stan,channel,entry_mode,three_ds,attempt,transaction_type"
)
CLEARING_HEADER = (
    "Clearing Reference;Sequence;Processing Date;Transaction Date;Message Type;Lifecycle Id;ARN;"
    "Approval Code;Merchant Id;Merchant Name;MCC;Network;BIN;Card Token;Transaction Amount;"
    "Transaction Currency;Settlement Amount;Settlement Currency;FX Rate;Interchange Fee;Scheme Fee;"
    "Channel;Entry Mode;Country;Issuer Country"
)
SETTLEMENT_HEADER = (
    "Line Id,Type,Value Date,Payment Reference,Lifecycle Id,ARN,Merchant Id,Merchant Name,Network,Gross,Fee,"
    "Interchange,Scheme Fee,Markup,Net,Currency,Batch"
)
DISPUTES_HEADER = (
    "case_id\tstage\topened_on\treason_code\tnetwork\tarn\tlifecycle_id\tmerchant_id\tmerchant_name\tmcc\t"
    "amount\tcurrency\tdue_on\tcard_present"
)
FRAUD_HEADER = (
    "report_ref|reported_on|network|arn|lifecycle_id|merchant_id|mcc|amount|currency|fraud_type|channel"
)
_EXPONENT = np.array([EXPONENTS[code] for code in CURRENCIES])
_TWO = np.array(2)


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One report; ``sums`` are minor units by column and currency over its ``row_count`` data rows."""

    name: str
    stage: str
    profile: str
    day: int
    row_count: int
    sums: dict[str, dict[str, int]]
    content: bytes


class ReportWriter:
    """Formats the tables of one bank; dictionaries of names and ids are built once."""

    def __init__(self, world: BankWorld) -> None:
        parties = world.parties
        places = parties.profile.places
        self._world = world
        self._merchant_ids = texts(parties.merchant_ids)
        self._names = texts(parties.merchant_names)
        self._quoted_names = texts([f'"{n}"' if "," in n else n for n in parties.merchant_names])
        self._mcc = texts([MCC[trade] for trade in parties.merchants["trade"].tolist()])
        self._countries = texts([places[place].country for place in parties.merchants["place"].tolist()])
        self._bins = texts([str(number) for number in parties.bins["number"].tolist()])
        self._tokens = texts(parties.tokens)
        self._issuers = texts(parties.issuer_names)
        self._issuer_countries = texts(parties.issuer_countries)

    def auth_file(self, rows: np.ndarray, name: str, day: int) -> ReportFile:
        """The acquirer's authorisations."""
        auth = chosen(self._world.auth, rows)
        body = lines(",", self._auth_columns(auth))
        sums = "|".join(f"{code}:{text}" for code, _, text in _sums(auth["amount"], auth["currency"]))
        content = f"{AUTH_HEADER}\n".encode() + body + f"TRAILER,{len(rows)},{sums}\n".encode()
        return ReportFile(
            name,
            "auth",
            "acquirer-auth@1",
            day,
            len(rows),
            _by_currency(auth["currency"], amount=auth["amount"]),
            content,
        )

    def clearing_file(self, rows: np.ndarray, name: str, day: int) -> ReportFile:
        """The scheme's clearing messages."""
        clearing = chosen(self._world.clearing, rows)
        body = lines(";", self._clearing_columns(clearing))
        totals = "".join(
            f"#TOTAL;{count};{code};{text.replace('.', ',')}\n"
            for code, count, text in _sums(clearing["settled"], clearing["settled_currency"])
        )
        content = b"\xef\xbb\xbf" + f"{CLEARING_HEADER}\n".encode() + body + totals.encode()
        sums = _by_currency(clearing["settled_currency"], settlement_amount=clearing["settled"])
        return ReportFile(name, "clearing", "scheme-clearing@1", day, len(rows), sums, content)

    def settlement_file(self, rows: np.ndarray, name: str, day: int) -> ReportFile:
        """The processor's settlement lines of one value date."""
        settlement = chosen(self._world.settlement, rows)
        fee = fees_of(settlement)
        preamble = (
            f"Settlement report\nProcessor: NorthPay\nSettlement date: {day_of(day)}\n\n{SETTLEMENT_HEADER}\n"
        )
        body = lines(",", self._settlement_columns(settlement, fee))
        fees = {code: text for code, _, text in _sums(fee, settlement["currency"], thousands=True)}
        nets = {
            code: text
            for code, _, text in _sums(settlement["gross"] - fee, settlement["currency"], thousands=True)
        }
        totals = "".join(
            f"Totals,{count},,,,,,,,{gross},{fees[code]},,,,{nets[code]},{code},\n"
            for code, count, gross in _sums(settlement["gross"], settlement["currency"], thousands=True)
        )
        content = preamble.encode() + body + totals.encode()
        sums = _by_currency(
            settlement["currency"], gross=settlement["gross"], fee=fee, net=settlement["gross"] - fee
        )
        return ReportFile(name, "settlement", "processor-settlement@1", day, len(rows), sums, content)

    def disputes_file(self, rows: np.ndarray, name: str, day: int) -> ReportFile:
        """The acquirer's dispute cases."""
        disputes = chosen(self._world.disputes, rows)
        content = f"{DISPUTES_HEADER}\n".encode() + lines("\t", self._dispute_columns(disputes))
        sums = _by_currency(self._world.all_auth["currency"][disputes["auth"]], amount=disputes["amount"])
        return ReportFile(name, "disputes", "acquirer-disputes@1", day, len(rows), sums, content)

    def fraud_file(self, rows: np.ndarray, name: str, day: int) -> ReportFile:
        """The scheme's fraud reports."""
        fraud = chosen(self._world.fraud, rows)
        content = f"{FRAUD_HEADER}\n".encode() + lines("|", self._fraud_columns(fraud, rows))
        sums = _by_currency(self._world.all_auth["currency"][fraud["auth"]], amount=fraud["amount"])
        return ReportFile(name, "fraud", "scheme-fraud@1", day, len(rows), sums, content)

    def _auth_columns(self, auth: Rows) -> list[Text]:
        parties = self._world.parties
        card_bin = parties.cards["bin"][auth["card"]]
        issuer, network = parties.bins["issuer"][card_bin], parties.bins["network"][card_bin]
        amex = network == NETWORKS.index("AMEX")
        masked = joined_text(
            whole(parties.bins["number"][card_bin] // 100),
            picked(texts(["******", "*****"]), amex.astype(np.int64)),
            padded(parties.cards["last4"][auth["card"]], 4),
        )
        return [
            self.authorisation_ids(auth["id"]),
            joined_text(f"O{self._world.index + 1}", padded(auth["order"] + 1, 9)),
            joined_text(dates(auth["time"] // DAY_S), "T", clock_times(auth["time"]), "Z"),
            picked(self._merchant_ids, auth["merchant"]),
            picked(self._quoted_names, auth["merchant"]),
            picked(self._mcc, auth["merchant"]),
            picked(self._countries, auth["merchant"]),
            picked(texts(NETWORKS), network),
            picked(self._bins, card_bin),
            masked,
            picked(self._tokens, auth["card"]),
            picked(self._issuers, issuer),
            picked(self._issuer_countries, issuer),
            money(auth["amount"], _EXPONENT[auth["currency"]]),
            picked(texts(CURRENCIES), auth["currency"]),
            picked(texts(CODES), auth["code"]),
            self._approval_codes(auth),
            self.lifecycle_ids(auth["lifecycle"]),
            padded(auth["rrn"], 12),
            padded(auth["stan"], 6),
            picked(texts(CHANNELS), auth["channel"]),
            picked(texts(ENTRY_MODES), auth["entry"]),
            picked(texts(THREE_DS), auth["three_ds"]),
            whole(auth["attempt"]),
            picked(texts(KINDS), auth["kind"]),
        ]

    def _clearing_columns(self, clearing: Rows) -> list[Text]:
        parties = self._world.parties
        auth = chosen(self._world.all_auth, clearing["auth"])
        card_bin = parties.cards["bin"][auth["card"]]
        cents = _EXPONENT[clearing["settled_currency"]]
        return [
            self.clearing_references(clearing["ref"]),
            whole(clearing["sequence"]),
            _german_times(clearing["time"]),
            _german_times(clearing["sold_at"]),
            picked(texts(CLEARING_TYPES), clearing["type"]),
            self.lifecycle_ids(
                np.where((clearing["unlinked"] == 1) | (clearing["unnamed"] == 1), -1, auth["lifecycle"])
            ),
            self.reference_numbers(clearing["arn"], clearing["arn_day"]),
            blank_where(clearing["unlinked"] == 1, self._approval_codes(auth)),
            picked(self._merchant_ids, auth["merchant"]),
            picked(self._names, auth["merchant"]),
            picked(self._mcc, auth["merchant"]),
            picked(texts(NETWORKS), parties.bins["network"][card_bin]),
            picked(self._bins, card_bin),
            picked(self._tokens, auth["card"]),
            money(clearing["amount"], _EXPONENT[clearing["currency"]], ","),
            picked(texts(CURRENCIES), clearing["currency"]),
            money(clearing["settled"], cents, ","),
            picked(texts(CURRENCIES), clearing["settled_currency"]),
            millionths(clearing["rate"], ","),
            money(clearing["interchange"], cents, ","),
            money(clearing["scheme"], cents, ","),
            picked(texts(CHANNELS), auth["channel"]),
            picked(texts(ENTRY_MODES), auth["entry"]),
            picked(self._countries, auth["merchant"]),
            picked(self._issuer_countries, parties.bins["issuer"][card_bin]),
        ]

    def _settlement_columns(self, rows: Rows, fee: np.ndarray) -> list[Text]:
        parties = self._world.parties
        auth = chosen(self._world.all_auth, np.maximum(rows["auth"], 0))
        loose = rows["auth"] < 0
        network = np.where(loose, -1, parties.bins["network"][parties.cards["bin"][auth["card"]]])
        hidden = loose | (rows["damaged"] == 1) | (rows["unlinked"] == 1) | (rows["unnamed"] == 1)
        exponent = _EXPONENT[rows["currency"]]
        payment = picked(texts(["", f"NP{self._world.index + 1}"]), (~loose).astype(np.int64))
        return [
            self.settlement_lines(rows["line"]),
            picked(texts(SETTLEMENT_TYPES), rows["type"]),
            dates(rows["day"]),
            joined_text(payment, blank_where(loose, padded(np.maximum(rows["payment"], 0), 10))),
            self.lifecycle_ids(np.where(hidden, -1, auth["lifecycle"])),
            self.settlement_reference_numbers(rows),
            picked(self._merchant_ids, rows["merchant"]),
            picked(self._quoted_names, rows["merchant"]),
            picked(texts(NETWORKS), network),
            money(rows["gross"], exponent, thousands=True),
            money(fee, exponent, thousands=True),
            money(rows["interchange"], exponent, thousands=True),
            money(rows["scheme"], exponent, thousands=True),
            money(rows["markup"], exponent, thousands=True),
            money(rows["gross"] - fee, exponent, thousands=True),
            picked(texts(CURRENCIES), rows["currency"]),
            self.batches(rows["day"], rows["merchant"], rows["currency"]),
        ]

    def _dispute_columns(self, disputes: Rows) -> list[Text]:
        auth = chosen(self._world.all_auth, disputes["auth"])
        network = self._network(auth)
        reasons = texts([code for family in REASONS for code in family])
        visa_days = np.where(network == 0, 30, 45)
        return [
            self.case_ids(disputes["case"]),
            picked(texts(STAGES), disputes["stage"]),
            dates(disputes["day"]),
            picked(reasons, np.where(network == 0, 0, 4) + disputes["cause"]),
            picked(texts(NETWORKS), network),
            self.reference_numbers(disputes["arn"], disputes["arn_day"]),
            self.lifecycle_ids(np.where(disputes["unlinked"] == 1, -1, auth["lifecycle"])),
            picked(self._merchant_ids, auth["merchant"]),
            picked(self._names, auth["merchant"]),
            picked(self._mcc, auth["merchant"]),
            money(disputes["amount"], _EXPONENT[auth["currency"]]),
            picked(texts(CURRENCIES), auth["currency"]),
            dates(disputes["day"] + visa_days),
            picked(texts(["N", "Y"]), (auth["channel"] == 0).astype(np.int64)),
        ]

    def _fraud_columns(self, fraud: Rows, rows: np.ndarray) -> list[Text]:
        auth = chosen(self._world.all_auth, fraud["auth"])
        return [
            joined_text(f"F{self._world.index + 1}", padded(rows + 1, 8)),
            dates(fraud["day"]),
            picked(texts(NETWORKS), self._network(auth)),
            self.reference_numbers(fraud["arn"], fraud["arn_day"]),
            self.lifecycle_ids(auth["lifecycle"]),
            picked(self._merchant_ids, auth["merchant"]),
            picked(self._mcc, auth["merchant"]),
            money(fraud["amount"], _EXPONENT[auth["currency"]]),
            picked(texts(CURRENCIES), auth["currency"]),
            picked(texts(FRAUD_TYPES), fraud["kind"]),
            picked(texts(CHANNELS), auth["channel"]),
        ]

    def clearing_references(self, ref: np.ndarray) -> Text:
        """Clearing messages."""
        return joined_text(f"C{self._world.index + 1}", padded(ref, 10))

    def settlement_lines(self, line: np.ndarray) -> Text:
        """Settlement lines."""
        return joined_text(f"L{self._world.index + 1}", padded(line, 10))

    def lifecycle_ids(self, lifecycle: np.ndarray) -> Text:
        """Fifteen digits; -1 gives an empty text."""
        full = joined_text(f"3{self._world.index + 1:02d}", padded(scrambled(np.maximum(lifecycle, 0)), 12))
        return blank_where(lifecycle < 0, full)

    def reference_numbers(self, sequence: np.ndarray, day: np.ndarray) -> Text:
        """Acquirer reference numbers (23 digits)."""
        return reference_numbers(self._world.parties.profile.acquirer_bin, day, sequence)

    def settlement_reference_numbers(self, rows: Rows) -> Text:
        """As ``reference_numbers``; empty without a payment, damaged by a spreadsheet where planted."""
        full = self.reference_numbers(np.maximum(rows["arn"], 0), np.maximum(rows["arn_day"], 0))
        acquirer = self._world.parties.profile.acquirer_bin
        damaged = constant(f"7.{acquirer[:2]}E+22", len(rows["arn"]))
        mixed = either(rows["damaged"] == 1, damaged, full)
        return blank_where(rows["arn"] < 0, mixed)

    def batches(self, day: np.ndarray, merchant: np.ndarray, currency: np.ndarray) -> Text:
        """Payout batch of a merchant, value date and currency; also the bank's end-to-end reference."""
        return joined_text(
            "NP",
            dates(day, "%Y%m%d"),
            "-",
            picked(self._merchant_ids, merchant),
            "-",
            picked(texts(CURRENCIES), currency),
        )

    def authorisation_ids(self, number: np.ndarray) -> Text:
        """Ids of authorisation messages."""
        return joined_text(f"A{self._world.index + 1}", padded(number, 10))

    def case_ids(self, case: np.ndarray) -> Text:
        """Dispute cases."""
        return joined_text(f"D{self._world.index + 1}", padded(case + 1, 8))

    def _network(self, auth: Rows) -> np.ndarray:
        parties = self._world.parties
        return parties.bins["network"][parties.cards["bin"][auth["card"]]]

    def _approval_codes(self, auth: Rows) -> Text:
        return blank_where(auth["approval"] < 0, padded(np.maximum(auth["approval"], 0), 6))


def _german_times(seconds: np.ndarray) -> Text:
    return joined_text(dates(seconds // DAY_S, "%d.%m.%Y"), " ", clock_times(seconds))


def _sums(minor: np.ndarray, currency: np.ndarray, *, thousands: bool = False) -> list[tuple[str, int, str]]:
    """(currency, rows, sum as text) for each currency that occurs, by currency code."""
    found: list[tuple[str, int, str]] = []
    for index in np.unique(currency).tolist():
        mine = minor[currency == index]
        text = money(np.array([mine.sum()]), _EXPONENT[[index]], thousands=thousands)[0].as_py()
        found.append((CURRENCIES[index], len(mine), text))
    return sorted(found)


def _by_currency(currency: np.ndarray, **columns: np.ndarray) -> dict[str, dict[str, int]]:
    """Sum of each column per currency that occurs."""
    present = np.unique(currency).tolist()
    return {
        name: {CURRENCIES[index]: int(minor[currency == index].sum()) for index in present}
        for name, minor in columns.items()
    }


def periods(days: np.ndarray, *, monthly: bool) -> Iterator[tuple[str, int, np.ndarray]]:
    """(YYYYMMDD or YYYYMM, last day, rows) of each period that has rows; rows keep their order."""
    if not len(days):
        return
    keys = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) if monthly else days
    order = np.argsort(keys, kind="stable")
    bounds = np.flatnonzero(np.diff(keys[order])) + 1
    for rows in np.split(order, bounds):
        last = int(days[rows].max())
        yield day_of(last).strftime("%Y%m" if monthly else "%Y%m%d"), last, rows


def report_files(world: BankWorld, writer: ReportWriter, *, monthly: bool) -> Iterator[ReportFile]:
    """Every delimited report of one bank's cards business, stage by stage and day by day."""
    stages: list[tuple[str, np.ndarray, Callable[[np.ndarray, str, int], ReportFile]]] = [
        ("auth", world.auth["time"] // DAY_S, writer.auth_file),
        ("clearing", world.clearing["time"] // DAY_S, writer.clearing_file),
        ("settlement", world.settlement["day"], writer.settlement_file),
        ("disputes", world.disputes["day"], writer.disputes_file),
        ("fraud", world.fraud["day"], writer.fraud_file),
    ]
    for stage, days, write in stages:
        for period, last, rows in periods(days, monthly=monthly):
            yield write(rows, f"{stage}_{period}.csv", last)
