"""What a question asks for: its metrics, what nothing explains, and what lies outside."""

import re
from collections.abc import Sequence

from payscope.domain.ask.catalogue import METRICS_BY_ID
from payscope.domain.ask.dimensions import DIMENSIONS_BY_ID
from payscope.domain.ask.language.grammar.ambiguity import (
    AMBIGUOUS,
    AMOUNT_OF,
    COUNT_OF,
    DEFAULT_METRIC_OF,
    RATE_OF,
)
from payscope.domain.ask.language.grammar.fillers import OUTSIDE
from payscope.domain.ask.language.outcomes import POPULAR, AskBack, Refused
from payscope.domain.ask.language.phrases import Meaning
from payscope.domain.ask.language.reading import BASES, Reading
from payscope.domain.ask.language.scan import Piece, Scan
from payscope.domain.ask.language.understanding import UnknownWords
from payscope.domain.ask.language.wording import either, time_words
from payscope.domain.ask.metric import Unit
from payscope.domain.ask.plans import (
    Plan,
)

_HANGING = re.compile(
    r"\b(for|at|of|in|by|from|to|with|excluding|without|merchant|issuer|and)$", re.IGNORECASE
)


_ANOTHER_BANK = re.compile(r"\b(?:[A-Z][\w&'.-]+\s+)+(?:Bank|bank|Banque|Sparkasse)\b")


# "Kestrel Bank cards", "issued by Kestrel Bank": an issuer, of which there are many, and no other tenant.
_OF_AN_ISSUER = re.compile(
    r"(?:issuer|issued by|cards (?:of|from))\s+\||\|\s+(?:issued|cards?)\b", re.IGNORECASE
)
_MEASURES = ("rate", "volume", "amount", "cost")
_MEASURE_OR_MEASURE = re.compile(
    r"\b(?:value|amount|volume|money)s? or (?:count|number)s?\b"
    r"|\b(?:count|number)s? or (?:value|amount|volume)s?\b",
    re.IGNORECASE,
)
_STATES = frozenset(
    {
        "auth_approved",
        "decline_count",
        "refund_count",
        "chargeback_count",
        "fraud_report_count",
        "settled_count",
        "auth_excluded",
    }
)


def ask_about_metrics(read: Scan, reading: Reading) -> None:
    """Two figures side by side without an "and" are one that the catalogue lacks: never a guess which."""
    measure = _MEASURE_OR_MEASURE.search(read.text)
    if measure:
        label = METRICS_BY_ID[reading.metrics[0]].label.lower()
        raise AskBack(
            "In number or in value?",
            [f"{kind} {label} {time_words(reading)}".strip() for kind in ("number of", "value of")],
        )
    alternatives = re.search(r"\bor\b", read.text, re.IGNORECASE)
    if len(reading.metrics) > 1 and (reading.unjoined or alternatives):
        labels = [METRICS_BY_ID[name].label for name in reading.metrics]
        raise AskBack(
            f"Do you mean {either(labels)}?",
            [f"{label.lower()} {time_words(reading)}".strip() for label in labels],
        )


def refuse_outside(read: Scan, reading: Reading, before: Plan | None) -> None:
    outside = [
        piece.text
        for place, piece in enumerate(reading.unknown)
        if _fold(piece.text) in OUTSIDE and not _in_a_name(reading.unknown, place)
    ]
    if outside:
        raise Refused(
            f"{', '.join(outside)} is not among what the payment reports tell; nothing was computed."
        )
    bank = _ANOTHER_BANK.search(read.text)
    unknown = {piece.start for piece in reading.unknown}
    is_issuer = bank and _OF_AN_ISSUER.search(read.text[: bank.start()] + "|" + read.text[bank.end() :])
    if bank and not is_issuer and any(bank.start() <= start < bank.end() for start in unknown):
        raise Refused("Only this bank's own payments can be asked about, so nothing was run.")
    named = bool(reading.metrics or reading.ambiguous or reading.dimensions)
    hinted = named or bool(
        reading.filters
        or reading.choices
        or reading.times
        or reading.forecast
        or reading.what_if
        or reading.anomaly
        or reading.how_much
        or reading.how_many
        or reading.compare
        or reading.share
        or reading.trend
        or reading.limit
        or reading.why
        or reading.running
        or reading.relative
        or reading.descending is not None
        or reading.best is not None
    )
    _refuse_figures_that_are_no_metric(reading)
    asked_back = reading.what_if or (reading.also and before)
    if (not hinted and before is None) or (not named and reading.unknown and not asked_back):
        raise Refused("The catalogue has no metric for this question; nothing was computed.")
    if len(reading.unknown) >= 4 and len(reading.unknown) > 2 * len(reading.metrics):
        raise Refused("Most of this question is not about payment figures; nothing was computed.")


def _is_plain(word: str) -> bool:
    """A word in small letters or an abbreviation, but no name."""
    return word.islower() or word.isupper()


def _in_a_name(unknown: Sequence[Piece], place: int) -> bool:
    """Whether the word goes on a name in capitals: "Zenith Hardware"."""
    before = unknown[place - 1] if place else None
    return (
        before is not None
        and before.end + 1 == unknown[place].start
        and before.text[:1].isupper()
        and unknown[place].text[:1].isupper()
    )


def _refuse_figures_that_are_no_metric(reading: Reading) -> None:
    """ "exchange rate", "carbon volume": a plain word before rate or volume makes it another figure."""
    if reading.metrics:
        return
    for piece in reading.ambiguous:
        before = next((each for each in reading.unknown if each.end + 1 == piece.start), None)
        if before is not None and _is_plain(before.text) and piece.value in _MEASURES:
            raise Refused(f"The catalogue has no {before.text} {piece.text.lower()}; nothing was computed.")


def settle_metrics(reading: Reading) -> None:
    """Combine what was said about the metrics: counted, in money, as a rate, as parts of another."""
    if reading.metrics[:2] == ["chargeback_count", "representment_count"] and not reading.listed:
        del reading.metrics[0]  # "chargebacks that were represented"
        reading.unjoined = len(reading.metrics) > 1
    metrics = reading.metrics
    settled = any(piece.text.lower() in ("settled", "settle") for piece in reading.ambiguous)
    if settled and metrics[:1] == ["transactions"]:
        reading.metrics = metrics = ["settled_count", *metrics[1:]]
    if len(metrics) >= 2 and metrics[0] in BASES and metrics[1] in _STATES and not reading.listed:
        base, state = metrics[0], metrics[1]
        rest = metrics[2:]
        if reading.share and state in RATE_OF:
            reading.metrics, reading.share = [RATE_OF[state], *rest], False
        else:
            del base
            reading.metrics = [state, *rest]
        reading.unjoined = reading.unjoined and bool(rest)
        return
    named = {piece.value for piece in reading.ambiguous}
    if len(metrics) == 1:
        metric = metrics[0]
        if reading.currency_of == metric and metric in AMOUNT_OF and not reading.how_many:
            reading.how_much = True
        if reading.share and metric in _STATES and "payments" in named and metric in RATE_OF:
            reading.metrics, reading.share = [RATE_OF[metric]], False
        elif (reading.rate_of or named & {"rate"}) and metric in RATE_OF:
            reading.metrics = [RATE_OF[metric]]
        elif (reading.how_much or named & {"amount", "volume"}) and metric in AMOUNT_OF:
            reading.metrics = [AMOUNT_OF[metric]]
        elif reading.how_many and metric in COUNT_OF:
            reading.metrics = [COUNT_OF[metric]]
        _doubt_another_kind(reading.metrics[0], reading)
        reading.ambiguous = [
            piece
            for piece in reading.ambiguous
            if piece.value
            not in (
                "rate",
                "amount",
                "volume",
                "payments",
                "settlement",
                "performance",
                "reconciliation",
                "fraud",
                "cost",
                "losses",
            )
        ]
    elif metrics:
        reading.ambiguous = []
        if reading.how_much and not reading.how_many:
            reading.metrics = [AMOUNT_OF.get(name, name) for name in metrics]
    elif len(reading.ambiguous) == 1 and reading.how_many:
        counted = [
            name
            for name in AMBIGUOUS[reading.ambiguous[0].value][1]
            if METRICS_BY_ID[name].unit is Unit.COUNT
        ]
        if len(counted) == 1:
            reading.metrics, reading.ambiguous = counted, []


# Words that say of which kind a figure is; with a figure of another kind they ask for one that is not kept.
_KINDS = {
    "fraud": ("fraud", "auth", "decline", "vamp"),
    "losses": ("fraud_report_amount", "chargeback_amount", "refund_amount", "declined_amount"),
    "cost": ("fee", "interchange", "scheme_fee", "markup", "effective", "float"),
}


def _doubt_another_kind(metric: str, reading: Reading) -> None:
    """ "fraud chargebacks", "chargebacks lost", "cost of refunds"."""
    for piece in reading.ambiguous:
        kinds = _KINDS.get(piece.value)
        if kinds is None or any(kind in metric for kind in kinds):
            continue
        labels = [METRICS_BY_ID[name].label for name in (metric, *AMBIGUOUS[piece.value][1])]
        reading.doubts.append(
            AskBack(
                f"{METRICS_BY_ID[metric].label} are not told apart by {piece.text!r}. Do you mean"
                f" {either(labels)}?",
                [f"{label.lower()} {time_words(reading)}".strip() for label in labels],
            )
        )


def metric_from_context(read: Scan, reading: Reading) -> None:
    """The metric where none is named: asked back, unless the breakdown has only one sensible one."""
    if reading.ambiguous:
        piece = reading.ambiguous[0]
        options = AMBIGUOUS[piece.value][1]
        labels = [METRICS_BY_ID[name].label for name in options]
        raise AskBack(
            f"Which {piece.text.strip().lower()} do you mean: {either(labels)}?",
            [_replaced(read.text, piece, label.lower()) for label in labels],
        )
    if reading.forecast or reading.future:
        raise AskBack(
            "What should be forecast?",
            [
                f"forecast {METRICS_BY_ID[name].label.lower()} for the next 14 days"
                for name in ("sales_count", "sales_amount", "auth_attempts")
            ],
        )
    for name in reading.dimensions:
        if name in DEFAULT_METRIC_OF:
            reading.metrics = [DEFAULT_METRIC_OF[name]]
            reading.assumed += 1
            reading.notes.append(f"Counted by {METRICS_BY_ID[reading.metrics[0]].label.lower()}.")
            return
    family = next((each for each in reading.filters if each.dimension in DEFAULT_METRIC_OF), None)
    if family is not None:
        reading.metrics = [DEFAULT_METRIC_OF[family.dimension]]
        reading.assumed += 1
        return
    if reading.anomaly:
        reading.metrics = ["auth_rate_raw"]
        reading.assumed += 1
        return
    labels = [METRICS_BY_ID[name].label for name in POPULAR]
    raise AskBack(
        "Which figure do you want?",
        [f"{label} {_without_question(read.text)}" for label in labels],
    )


def ask_about_unknown(read: Scan, reading: Reading) -> None:
    if reading.choices:
        piece = reading.choices[0]
        shown = piece.candidates[:5]
        raise AskBack(
            f"Several names contain {piece.text!r}: {either([each.value for each in shown])}?",
            [_replaced(read.text, piece, f"{_word_of(each)} {each.value}") for each in shown],
        )
    if reading.ambiguous and not reading.metrics:
        return
    if not reading.unknown:
        if reading.doubts:
            raise reading.doubts[0]
        return
    piece = reading.unknown[0]
    following = [each for each in reading.unknown if each.start >= piece.start]
    last = following[0]
    for each in following[1:]:
        if each.start - last.end <= 1:
            last = each
    phrase = read.text[piece.start : last.end]
    left = _HANGING.sub("", read.text[: piece.start].rstrip())
    stripped = " ".join(f"{left} {read.text[last.end :]}".strip(" ?.!,").split())
    raise AskBack(
        f"{phrase!r} is no merchant, issuer, network, country or code that this bank's reports know.",
        unknown=UnknownWords(phrase, piece.start, last.end, stripped),
    )


def _replaced(text: str, piece: Piece, by: str) -> str:
    return f"{text[: piece.start]}{by}{text[piece.end :]}".strip()


def _without_question(text: str) -> str:
    return re.sub(
        r"^(show|give|tell|what|list|get)\b( me)?( is| are| were| was)?\s*(the\s+)?",
        "",
        text.strip().rstrip("?!."),
        flags=re.I,
    )


def _word_of(meaning: Meaning) -> str:
    return DIMENSIONS_BY_ID[meaning.dimension].label.lower()


def _fold(text: str) -> str:
    return text.lower().removesuffix("'s")
