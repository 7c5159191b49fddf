"""A profile inferred for a layout that nobody has described: evidence first, then a person decides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any
from uuid import UUID

from payscope.domain.ingest.column_choice import FEE_PARTS, Choice, choose_columns, tied_by_sums
from payscope.domain.ingest.column_values import (
    AMOUNTS,
    date_formats,
    is_ambiguous,
    number_signs,
)
from payscope.domain.ingest.column_words import currency_in_name
from payscope.domain.ingest.figures import FigurePlan, Identity, Tally
from payscope.domain.ingest.row_kinds import RowKind, kind_rules, row_kind
from payscope.domain.ingest.stated_sums import (
    StatedCount,
    StatedSum,
    TotalsLine,
    compare_counts,
    compare_totals,
)
from payscope.errors import InvalidInput

# From this share on of decisions with the same evidence that were right, a decision counts as sure.
SURE = 0.9
_REQUIRED = ("occurred", "amount", "credit", "debit", "currency")
_TEXTS = (
    "merchant_id", "merchant_name", "mcc", "approval_code", "arn", "order_ref", "batch_ref", "response_code",
    "issuer_country", "merchant_country",
)  # fmt: skip
_WORDED = ("network", "channel", "entry_mode", "three_ds")

Measure = Callable[[FigurePlan], Tally]


@dataclass(frozen=True, slots=True)
class InferredProfile:
    """A proposal: the profile document, why each column was chosen, and how sure that is (0 to 1).

    ``confidence`` is that every required column is right. ``is_sure`` says that the proposal needs nobody:
    every required column is sure, dates can be read in one way only, the kind of every row is told, and
    figures of the file itself prove the amounts.
    """

    name: str
    profile: dict[str, Any]
    evidence: dict[str, Any]
    confidence: float
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class _Findings:
    """What is known about a table before it becomes a profile."""

    chosen: Mapping[str, Choice]
    sample: Mapping[str, Sequence[str]]
    plan: FigurePlan
    tally: Tally
    stated: tuple[StatedSum, ...]
    counts: tuple[StatedCount, ...]
    fixed_currency: str | None

    def column(self, target: str) -> str | None:
        choice = self.chosen.get(target)
        return choice.column if choice else None

    def texts(self, target: str) -> Sequence[str]:
        return self.sample.get(self.column(target) or "", ())

    @property
    def sides(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Columns that add to the amount and that take from it."""
        amount, credit, debit = (self.column(target) for target in ("amount", "credit", "debit"))
        if amount is not None:
            return (amount,), ()
        return tuple(filter(None, (credit,))), tuple(filter(None, (debit,)))

    @property
    def totals_agree(self) -> bool:
        """Whether the file states sums of the amount in each of its currencies, and none differs."""
        columns = {name for side in self.sides for name in side}
        ours = [stated for stated in self.stated if stated.column in columns]
        told = {stated.currency for stated in ours}
        covered = bool(ours) and (self.tally.currencies <= told or len(self.tally.currencies) < 2)
        return covered and all(stated.agrees is True for stated in self.stated)


def waiting_reason(mapping_id: UUID) -> str:
    """What a report that waits for a mapping says about itself."""
    return f"The layout is not known yet; mapping {mapping_id} waits for approval."


def infer_profile(
    fingerprint: str,
    columns: Sequence[str],
    sample: Mapping[str, Sequence[str]],
    totals: Sequence[TotalsLine] = (),
    similar: Mapping[tuple[str, str], tuple[str, float]] | None = None,
    measure: Measure | None = None,
) -> InferredProfile:
    """Propose what the columns mean.

    Args:
        fingerprint: Identity of the layout.
        columns: Its column names.
        sample: Some values of each column, empty ones included.
        totals: Lines of the file that state totals.
        similar: By meaning and column the nearest known word and its cosine.
        measure: Computes figures over all rows; without it they are those of the sample.

    Raises:
        InvalidInput: There is no column of amounts, or none of dates.
    """
    found = _found(columns, sample, totals, similar or {}, measure)
    return _proposal(fingerprint, columns, found)


def chosen_columns(
    columns: Sequence[str],
    sample: Mapping[str, Sequence[str]],
    totals: Sequence[TotalsLine],
    similar: Mapping[tuple[str, str], tuple[str, float]],
) -> Mapping[str, Choice]:
    """The column of each meaning with its evidence; see ``infer_profile``."""
    return _found(columns, sample, totals, similar, None).chosen


def _found(
    columns: Sequence[str],
    sample: Mapping[str, Sequence[str]],
    totals: Sequence[TotalsLine],
    similar: Mapping[tuple[str, str], tuple[str, float]],
    measure: Measure | None,
) -> _Findings:
    chosen = choose_columns(columns, sample, similar)
    if "amount" not in chosen and not {"credit", "debit"} <= chosen.keys() and "net" in chosen:
        chosen["amount"] = replace(chosen.pop("net"), target="amount")
    has_amount = "amount" in chosen or {"credit", "debit"} <= chosen.keys()
    if not has_amount or "occurred" not in chosen:
        missing = "amounts" if not has_amount else "dates"
        raise InvalidInput(f"The table has no column of {missing}, so it is not a payment report.")
    chosen, identities = tied_by_sums(chosen, columns, sample)
    plan = _plan(chosen, identities, sample)
    tally = measure(plan) if measure else _of_sample(plan, sample)
    stated = compare_totals(totals, columns, tally)
    fixed = None
    if "currency" not in chosen:
        names = [choice.column for target, choice in chosen.items() if target in AMOUNTS]
        told = {code for name in names if (code := currency_in_name(name))}
        fixed = told.pop() if len(told) == 1 else None
    counts = compare_counts(totals, tally)
    return _Findings(_tied(chosen, tally, stated), sample, plan, tally, stated, counts, fixed)


def _of_sample(plan: FigurePlan, sample: Mapping[str, Sequence[str]]) -> Tally:
    tally = Tally(plan)
    tally.add({name: sample.get(name, ()) for name in plan.columns})
    return tally


def _plan(
    chosen: Mapping[str, Choice], identities: tuple[Identity, ...], sample: Mapping[str, Sequence[str]]
) -> FigurePlan:
    names = [choice.column for target, choice in chosen.items() if target in AMOUNTS and target != "balance"]
    signs = number_signs([text for name in names for text in sample.get(name, ())])
    balance = chosen["balance"].column if "balance" in chosen else None
    if "amount" in chosen:
        moves = Identity("", (chosen["amount"].column,))
    else:
        moves = Identity("", (chosen["credit"].column,), (chosen["debit"].column,))
    currency = chosen["currency"].column if "currency" in chosen else None
    return FigurePlan(tuple(names), signs["decimal"], signs["group"], currency, identities, balance, moves)


def _tied(chosen: Mapping[str, Choice], tally: Tally, stated: Sequence[StatedSum]) -> dict[str, Choice]:
    """The choices with the figures that prove them."""
    ties: dict[str, list[str]] = {}
    for identity in tally.plan.identities:
        held = tally.held(identity)
        if held.always:
            for name in (identity.result, *identity.plus, *identity.minus):
                ties.setdefault(name, []).append(f"{identity} in all {held.of:,} rows that can tell")
    if tally.rolls and tally.plan.moves and tally.plan.balance:
        for name in (tally.plan.balance, *tally.plan.moves.plus, *tally.plan.moves.minus):
            ties.setdefault(name, []).append(f"the balance runs on through all {tally.rows:,} rows")
    for total in stated:
        if total.agrees:
            ties.setdefault(total.column, []).append(str(total))
    return {
        target: replace(choice, ties=tuple(ties.get(choice.column, ())) if target in AMOUNTS else ())
        for target, choice in chosen.items()
    }


def _proposal(fingerprint: str, columns: Sequence[str], found: _Findings) -> InferredProfile:
    chosen = found.chosen
    assumptions: list[str] = []
    reference = found.column("reference")
    if "currency" not in chosen and found.fixed_currency is None:
        assumptions.append("No column tells the currency: EUR is assumed.")
    if reference is None:
        assumptions.append("No column identifies a row: its recognised values together do.")
    rules, doubts = _rules(found)
    assumptions += doubts
    assumptions += _contradictions(found)
    name = f"layout-{fingerprint[:12]}"
    numbers = {"decimal": found.plan.decimal, "group": found.plan.group}
    formats = date_formats([*found.texts("occurred"), *found.texts("booked")])
    profile: dict[str, Any] = {
        "profile": f"{name}@1",
        "title": "Inferred layout",
        "source": name,
        "header": [item for item in columns if item.strip()],
        "guess_totals": True,
        "equal_rows": "once" if reference else "each",
        "numbers": numbers,
        "formats": formats,
        **_controls(found),
        "rules": rules,
    }
    used = {choice.column for choice in chosen.values()}
    evidence: dict[str, Any] = {
        "columns": {
            target: {
                "column": choice.column,
                "confidence": round(choice.confidence, 3),
                "evidence": choice.evidence,
                "measured": f"{choice.measured.right} of {choice.measured.of} such decisions were right",
            }
            for target, choice in chosen.items()
        },
        "unused": [item for item in columns if item not in used],
        "numbers": numbers,
        "formats": formats,
        "assumptions": assumptions,
        "identities": {
            str(identity): f"{found.tally.held(identity).rows} of {found.tally.held(identity).of} rows"
            for identity in found.plan.identities
        },
        "totals": [str(total) for total in (*found.stated, *found.counts)],
    }
    if found.tally.rolls is not None:
        evidence["balance_rolls"] = found.tally.rolls
    required = [choice.confidence for target, choice in chosen.items() if target in _REQUIRED]
    has_currency = "currency" in chosen or found.fixed_currency is not None
    confidence = prod(required) * (1.0 if has_currency else 0.5)
    proven = found.tally.rolls is True or (found.totals_agree and found.tally.rolls is not False)
    is_sure = (
        proven
        and has_currency
        and min(required) >= SURE
        and not doubts
        and not _contradictions(found)
        and not is_ambiguous([*found.texts("occurred"), *found.texts("booked")])
    )
    evidence["proven_by"] = _proofs(found) if proven else []
    return InferredProfile(name, profile, evidence, round(confidence, 3), is_sure)


def _proofs(found: _Findings) -> list[str]:
    proofs = ["the running balance"] if found.tally.rolls else []
    return proofs + [str(total) for total in found.stated if total.agrees]


def _contradictions(found: _Findings) -> list[str]:
    """What speaks against the proposal in the file's own figures."""
    told = [f'{count:,} values of "{name}" are no amounts.' for name, count in found.tally.unreadable.items()]
    told += [f"{total}." for total in (*found.stated, *found.counts) if total.agrees is False]
    if found.tally.rolls is False:
        told.append("The balance does not run on by the amounts.")
    if {"net", "fee", "amount"} <= found.chosen.keys() and not any(
        identity.result == found.column("net") and found.tally.held(identity).always
        for identity in found.plan.identities
    ):
        told.append("The net amount is not the gross amount with the fee in every row.")
    return told


def _controls(found: _Findings) -> dict[str, Any]:
    """What a file of this layout states about itself, and what to compare it with."""
    controls: list[dict[str, Any]] = [{"name": "rows"}]
    footers: dict[str, dict[str, Any]] = {
        count.line.label: {"label": count.line.label, "rows": count.cell} for count in found.counts
    }
    for total in found.stated:
        footer = footers.setdefault(total.line.label, {"label": total.line.label, "amounts": {}})
        name = f"sum of {total.column}"
        footer["amounts"][name] = total.cell
        control: dict[str, Any] = {"name": name, "amount": {"plus": total.column}}
        if total.currency_cell is not None:
            footer["currency"] = total.currency_cell
        if found.column("currency") is not None:
            # Also where the line says none: of rows in several currencies it is no sum then.
            control["currency"] = found.column("currency")
        if control not in controls:
            controls.append(control)
    return {"controls": controls, "footers": list(footers.values())}


def _rules(found: _Findings) -> tuple[list[dict[str, Any]], list[str]]:
    """The rules for the rows, and what about the kinds of rows is only assumed."""
    base = _base_rule(found)
    kinds = found.column("kind")
    if found.tally.rolls:
        # A running balance belongs to an account: each row is a movement of it.
        return [{**base, "event": "BANK_ENTRY"}], []
    event = _event(found.chosen)
    if event == "BANK_ENTRY" or kinds is None:
        amount = found.sides[0][0]
        doubt = []
        if event == "CLEARING" or found.tally.negatives.get(amount):
            doubt = [f"Every row is taken for {event}."]
        return [{**base, "event": event}], doubt
    words = dict.fromkeys(word for text in found.texts("kind") if (word := text.strip()))
    told = {word: kind for word in words if (kind := row_kind(word)) is not None and "*" not in word}
    unknown = [word for word in words if word not in told]
    if event == "AUTH":
        plain = not unknown and set(told.values()) == {RowKind.SALE}
        return [{**base, "event": event}], [] if plain else [f"Every row is taken for {event}."]
    if not told:
        return [{**base, "event": event}], [f"Every row is taken for {event}."]
    rules = kind_rules(base, event, kinds, told)
    if not unknown:
        return rules, []
    shown = ", ".join(f'"{word}"' for word in unknown[:8])
    return [*rules, {**base, "event": event}], [f"Rows with {kinds} {shown} are taken for {event}."]


def _base_rule(found: _Findings) -> dict[str, Any]:
    chosen = {target: choice.column for target, choice in found.chosen.items()}
    currency: dict[str, Any] = (
        {"column": chosen["currency"]}
        if "currency" in chosen
        else {"constant": found.fixed_currency or "EUR"}
    )
    plus, minus = found.sides
    amount: dict[str, Any] = {"plus": list(plus), "minus": list(minus), "currency": currency}
    reference = chosen.get("reference")
    rule: dict[str, Any] = {
        "ref": [reference] if reference else list(dict.fromkeys(chosen.values())),
        "sequence_by_order": reference is None,
        "occurred": chosen["occurred"],
        "amount": {name: value for name, value in amount.items() if value},
        "fields": _fields(chosen),
    }
    if "booked" in chosen:
        rule["booked"] = chosen["booked"]
    if "net" in chosen:
        settled = {"column": chosen["settlement_currency"]} if "settlement_currency" in chosen else currency
        rule["settlement"] = {"plus": chosen["net"], "currency": settled}
    sign = _fee_sign(found)
    parts = [chosen[target] for target in FEE_PARTS if target in chosen]
    if "fee" in chosen or parts:
        rule["fee"] = {"plus": [chosen["fee"]] if "fee" in chosen else parts, "sign": sign}
    for target in FEE_PARTS:
        if target in chosen:
            rule[target] = {"plus": chosen[target], "sign": sign}
    if {"bin", "last4"} & chosen.keys():
        rule["card"] = {part: chosen[part] for part in ("bin", "last4") if part in chosen}
    return rule


def _fee_sign(found: _Findings) -> str:
    """The direction of fees as net and gross show it; without them a fee is money away from the merchant."""
    for identity in found.plan.identities:
        if identity.result == found.column("net") and found.tally.held(identity).always:
            return "flipped" if identity.minus else "as_is"
    return "negative"


def _fields(chosen: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {target: chosen[target] for target in _TEXTS if target in chosen}
    fields |= {
        target: {"column": chosen[target], "standard": target} for target in _WORDED if target in chosen
    }
    if "kind" in chosen:
        fields["reason_code"] = chosen["kind"]
    if "reference" in chosen:
        fields["processor_ref"] = chosen["reference"]
    return fields


def _event(chosen: Mapping[str, Choice]) -> str:
    if "response_code" in chosen:
        return "AUTH"
    if {"credit", "debit"} <= chosen.keys() and "fee" not in chosen:
        return "BANK_ENTRY"
    return "SETTLEMENT" if {"net", "fee", "batch_ref"} & chosen.keys() else "CLEARING"
