"""Bank statements (camt.053.001.08): what the bank's own account saw of the payouts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from payscope_local.world.calendar import day_of
from payscope_local.world.layouts import ReportFile
from payscope_local.world.parties import EXPONENTS, BankProfile

_OPENING_MINOR = 100_000_000
_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True, slots=True, order=True)
class BankEntry:
    """One booking; ``amount`` is positive for a credit. ``reference`` is the end-to-end id."""

    day: int
    currency: str
    reference: str
    amount: int
    debtor: str


def statement_files(
    profile: BankProfile, bank_index: int, entries: Iterable[BankEntry], *, monthly: bool
) -> Iterator[ReportFile]:
    """One file a day (or month) with one statement per currency account, balances carried forward."""
    balance: dict[str, int] = {}
    pattern = "%Y%m" if monthly else "%Y%m%d"
    ordered = sorted(entries)
    for number, (period, group) in enumerate(groupby(ordered, lambda e: day_of(e.day).strftime(pattern)), 1):
        booked = sorted(group, key=lambda entry: (entry.currency, entry))
        day = max(entry.day for entry in booked)
        statements: list[str] = []
        sums: dict[str, dict[str, int]] = {"credits": {}, "debits": {}}
        for currency, mine in groupby(booked, lambda entry: entry.currency):
            lines = list(mine)
            opening = balance.get(currency, _OPENING_MINOR)
            balance[currency] = opening + sum(entry.amount for entry in lines)
            sums["credits"][currency] = sum(entry.amount for entry in lines if entry.amount > 0)
            sums["debits"][currency] = -sum(entry.amount for entry in lines if entry.amount < 0)
            statements.append(_statement(profile, bank_index, number, currency, opening, lines))
        content = _document(f"{profile.acquirer_bin}-{period}", day, "".join(statements))
        yield ReportFile(
            name=f"camt053_{period}.xml",
            stage="bank",
            profile="camt053@1",
            day=day,
            row_count=len(booked),
            sums=sums,
            content=content.encode(),
        )


def account_number(profile: BankProfile, bank_index: int, currency: str) -> str:
    """An invented IBAN with right check digits (ISO 13616, modulo 97)."""
    country = profile.places[0].country
    own = f"{profile.acquirer_bin}{bank_index:04d}{list(EXPONENTS).index(currency):04d}0001"
    digits = "".join(str(int(letter, 36)) for letter in f"{own}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{own}"


def _statement(
    profile: BankProfile, bank_index: int, number: int, currency: str, opening: int, entries: list[BankEntry]
) -> str:
    first, last = day_of(entries[0].day), day_of(max(entry.day for entry in entries))
    closing = opening + sum(entry.amount for entry in entries)
    account = account_number(profile, bank_index, currency)
    booked = "".join(_entry(entry, f"{number:04d}{currency}{n:06d}") for n, entry in enumerate(entries, 1))
    place = f"<IBAN>{account}</IBAN>" if currency != "USD" else f"<Othr><Id>{account}</Id></Othr>"
    return (
        f"<Stmt><Id>ST{bank_index + 1}-{number:04d}-{currency}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<CreDtTm>{last}T19:00:00Z</CreDtTm><Acct><Id>{place}</Id><Ccy>{currency}</Ccy>"
        f"<Ownr><Nm>{escape(profile.name)}</Nm></Ownr></Acct>\n"
        f"{_balance('OPBD', opening, currency, str(first))}{_balance('CLBD', closing, currency, str(last))}"
        f"{booked}</Stmt>\n"
    )


def _balance(code: str, minor: int, currency: str, day: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(minor, currency)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def _amount(minor: int, currency: str) -> str:
    size = 10 ** EXPONENTS[currency]
    whole, cents = divmod(abs(minor), size)
    text = f"{whole}.{cents:02d}" if size == 100 else str(whole)
    side = "DBIT" if minor < 0 else "CRDT"
    return f'<Amt Ccy="{currency}">{text}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _entry(entry: BankEntry, reference: str) -> str:
    day = day_of(entry.day)
    amount = _amount(entry.amount, entry.currency)
    family = "RCDT" if entry.amount > 0 else "IDDT"
    return (
        f"<Ntry><NtryRef>{reference}</NtryRef>{amount}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{escape(entry.reference)}</EndToEndId></Refs>{amount}"
        f"<RltdPties><Dbtr><Pty><Nm>{escape(entry.debtor)}</Nm></Pty></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>\n"
    )


def _document(message: str, day: int, statements: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{_NAMESPACE}"><BkToCstmrStmt><GrpHdr>'
        f"<MsgId>{message}</MsgId><CreDtTm>{day_of(day)}T19:00:00Z</CreDtTm></GrpHdr>\n"
        f"{statements}</BkToCstmrStmt></Document>\n"
    )
