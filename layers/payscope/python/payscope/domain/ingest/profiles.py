"""Profiles: how one layout of report becomes canonical events, as versioned data.

A profile names the columns that tell its layout apart, how numbers and times are written, which
rows are totals, and for each kind of row the event that it becomes. The first rule whose condition
holds decides; a row that no rule takes is a problem, a row of an ``informative`` rule is counted.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from payscope.domain.events import EventType

# A last sign with other than three digits after it, or one that follows the other, is the decimal one.
COMMA_DECIMAL = r",([0-9]{1,2}|[0-9]{4,})[^0-9,.]*$|\.[0-9]{3},[0-9]"
POINT_DECIMAL = r"\.([0-9]{1,2}|[0-9]{4,})[^0-9,.]*$|,[0-9]{3}\.[0-9]"
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,9})?")


class Sign(StrEnum):
    """What the sign of a canonical amount follows from."""

    AS_IS = "as_is"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    FLIPPED = "flipped"


class OnDisagreement(StrEnum):
    """What happens to a file whose stated totals differ from its rows."""

    LOAD = "load"
    REJECT = "reject"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _as_field(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


Columns = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
# Digits after a decimal point that is not written; "minor" is as many as the currency has.
ImpliedDecimals = int | Literal["minor"]


class Condition(_Frozen):
    """What must hold of one column; values compare without case and outer spaces.

    ``*`` in a value of ``one_of`` or ``none_of`` stands for any text.
    """

    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    empty: bool | None = None


def _as_condition(value: Any) -> Any:
    if isinstance(value, list):
        return {"one_of": cast("list[Any]", value)}
    if value in ("empty", "present"):
        return {"empty": value == "empty"}
    return {"one_of": (value,)} if isinstance(value, str) else value


Conditions = dict[str, Annotated[Condition, BeforeValidator(_as_condition)]]


class TextField(_Frozen):
    """A text: the first of ``column`` that is not empty, or several joined, or a constant.

    ``map`` translates values (without case, ``*`` at the end matches any continuation); what it lacks
    becomes ``otherwise``: ``"problem"`` sets the row aside, ``"keep"`` takes the value as it is, and
    any other word, or null, is the result. ``standard`` translates by a vocabulary of the canonical
    model (network, channel, entry_mode, three_ds); what that lacks is left out.
    """

    column: Columns = ()
    join: tuple[str, ...] = ()
    constant: str | bool | None = None
    map: dict[str, str | bool | None] | None = None
    otherwise: str | None = "problem"
    standard: Literal["network", "channel", "entry_mode", "three_ds"] | None = None
    required: bool = False


TextFieldIn = Annotated[TextField, BeforeValidator(_as_field)]


class AmountField(_Frozen):
    """An amount: the sum of ``plus`` less the sum of ``minus``; an empty cell counts nothing.

    All cells empty gives no amount. ``negative_when`` names the column and the values that mean money
    away from the merchant. ``adding`` are amounts of the same currency with a direction of their own.
    """

    plus: Columns = ()
    minus: Columns = ()
    currency: TextFieldIn | None = None
    sign: Sign = Sign.AS_IS
    negative_when: Conditions = Field(default_factory=dict)
    implied_decimals: ImpliedDecimals | None = None
    adding: tuple["AmountField", ...] = ()
    required: bool = False


def _as_amount(value: Any) -> Any:
    return {"plus": (value,)} if isinstance(value, str) else value


class TimeField(_Frozen):
    """An instant or a date: the first of ``column`` that is not empty, in one of ``formats``.

    A time without an offset is of ``zone_column``'s zone or of ``zone`` (IANA name or abbreviation).
    The format ``iso`` is ISO 8601 with or without an offset, ``offset`` in others is ``%z`` at the end.
    ``time`` is a column with the time of day, joined to the date by a space. ``one_format`` says that a
    file keeps to one of the formats, and that which one follows from all of its cells. ``formats_of`` are
    the formats that hold instead where the file calls one of the columns so, in its language.
    """

    column: Columns
    time: str | None = None
    formats: tuple[str, ...] = ()
    formats_of: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    one_format: bool = False
    zone: str | None = None
    zone_column: str | None = None


AmountFieldIn = Annotated[AmountField, BeforeValidator(_as_amount)]
TimeFieldIn = Annotated[TimeField, BeforeValidator(_as_field)]


class CardField(_Frozen):
    """Where the card stands: its ``number`` (tokenised or masked), or the source's own ``token``."""

    number: str | None = None
    token: str | None = None
    bin: str | None = None
    last4: str | None = None


class EventRule(_Frozen):
    """One kind of row and the event that it becomes.

    ``also`` are further events of the same row, each where its own ``when`` holds; they take from the
    rule what they do not set themselves. ``approved`` tells an authorisation's answer where the report
    has no response code.
    """

    when: Conditions = Field(default_factory=dict)
    informative: bool = False
    event: EventType | None = None
    subtype: TextFieldIn | None = None
    ref: Columns = ()
    sequence: str | None = None
    sequence_by_order: bool = False
    occurred: TimeFieldIn | None = None
    booked: TimeFieldIn | None = None
    amount: AmountFieldIn | None = None
    settlement: AmountFieldIn | None = None
    billing: AmountFieldIn | None = None
    fee: AmountFieldIn | None = None
    interchange: AmountFieldIn | None = None
    scheme_fee: AmountFieldIn | None = None
    markup: AmountFieldIn | None = None
    fx_rate: str | None = None
    card: CardField | None = None
    exclusion: TextFieldIn | None = None
    duplicate_of: tuple[str, ...] = ()
    approved: TextFieldIn | None = None
    also: tuple["EventRule", ...] = ()
    fields: dict[str, TextFieldIn] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.informative and not (self.event and self.ref and self.occurred and self.amount):
            raise ValueError("a rule needs event, ref, occurred and amount, or is informative")
        unknown = set(self.fields) - TEXT_TARGETS
        if unknown:
            raise ValueError(f"no canonical column is called {', '.join(sorted(unknown))}")
        return self


class Footer(_Frozen):
    """A line of totals: its first cell's text and where its figures stand (cells count from 0).

    ``group`` is a cell that tells apart lines of one currency; its text is added to the figures' names.
    ``columns`` are cells that are said once for all rows: each becomes a column of the rows below.
    """

    label: str
    rows: int | None = None
    currency: int | None = None
    group: int | None = None
    amounts: dict[str, int] = Field(default_factory=dict)
    packed: dict[str, int] = Field(default_factory=dict)
    columns: dict[str, int] = Field(default_factory=dict)
    implied_decimals: int | None = None


class Records(_Frozen):
    """Lines that say in their first cell what they are.

    The line of the column names begins with ``header``. A file without such a line is told by the first
    cells of its first line, ``lead``, and ``columns`` names the cells of its data lines by their place.
    """

    header: str = ""
    data: tuple[str, ...]
    lead: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _told(self) -> Self:
        if bool(self.header) == bool(self.lead) or bool(self.lead) != bool(self.columns):
            raise ValueError("records are told by their header, or by lead with columns")
        return self


class TreeTotal(_Frozen):
    """A figure that an XML file states in an element of its own, by the element's path below the root.

    ``value`` and ``currency`` are paths below that element; ``@`` leads an attribute's name.
    """

    name: str
    element: str = ""
    value: str
    currency: str | None = None


class Tree(_Frozen):
    """Where the rows of an XML file are: the root's name and the paths to the elements of rows.

    Columns are paths below a row's element; ``@`` leads an attribute's name, and a leading ``/`` starts
    from the root instead, for what the file says once. Each leading ``../`` is one element further out.
    """

    root: str
    row: Columns
    totals: tuple[TreeTotal, ...] = ()


class Stated(_Frozen):
    """Rows of the file that state a total."""

    when: Conditions
    amount: AmountFieldIn


class Control(_Frozen):
    """A figure to compare: the sum of an amount (or the number of rows) of the rows where ``when`` holds.

    ``stated`` is for files that carry the figure as rows of their own. ``group`` adds a column's value
    to the name.
    """

    name: str
    when: Conditions = Field(default_factory=dict)
    amount: AmountFieldIn | None = None
    currency: str | None = None
    stated: Stated | None = None
    group: str | None = None


class Numbers(_Frozen):
    """How the layout writes numbers.

    The decimal sign ``any`` is comma or point, whichever a column shows by itself. With ``rounded`` an
    amount of more places than its currency has is rounded to the nearest minor unit, half away from
    zero, and a control total is that of the exact amounts.
    """

    decimal: Literal[".", ",", "any"] = "."
    group: str = ""
    implied_decimals: ImpliedDecimals | None = None
    rounded: bool = False

    def plain(self, text: str, *, whole: bool = False) -> str | None:
        """The number as digits with a decimal point, major units; None when it is none.

        Args:
            text: As the layout writes it.
            whole: A count, to which implied decimals do not apply.
        """
        bare = text.strip()
        style = self.shown_by(re.search(COMMA_DECIMAL, bare) is not None)
        if style.group:
            bare = bare.replace(style.group, "")
        bare = bare.replace(style.decimal, ".")
        if not _PLAIN_NUMBER.fullmatch(bare):
            return None
        if whole or not isinstance(self.implied_decimals, int):
            return bare
        return str(Decimal(bare).scaleb(-self.implied_decimals))

    def shown_by(self, comma: bool) -> "Numbers":
        """The style in use where cells show a decimal comma, or show none."""
        if self.decimal != "any":
            return self
        decimal, group = (",", ".") if comma else (".", ",")
        return self.model_copy(update={"decimal": decimal, "group": group})


class PrintImage(_Frozen):
    """Where the figures of a printed report stand; positions count from 1, the last included.

    ``lead`` are texts of the first page that tell the report, ``page`` begins each page and ``end`` ends the
    report. ``headings`` gives columns by the labels before their values, which hold until they are said
    again; a line that is one of ``sections`` names what follows. A line is a row when the cells of
    ``figures`` that are filled are numbers; CR, DB or DR behind one goes to a column ``... side``. A line
    that begins with a label of ``totals`` states the figure ``total`` in the heading ``currency``; a name
    that ends in "section" is that of the current section.
    """

    lead: tuple[str, ...] = Field(min_length=1)
    page: str = Field(min_length=1)
    end: str = ""
    headings: dict[str, str]
    sections: tuple[str, ...] = ()
    cells: dict[str, tuple[int, int]]
    figures: tuple[str, ...] = Field(min_length=1)
    total: str
    totals: dict[str, str] = Field(default_factory=dict)
    currency: str

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        unknown = {*self.figures, self.total} - set(self.cells)
        if unknown or self.total not in self.figures or self.currency not in self.headings:
            raise ValueError("figures and total are cells, and currency is a heading")
        if any(not 1 <= first <= last for first, last in self.cells.values()):
            raise ValueError("a cell's positions count from 1 and rise")
        return self


class Profile(_Frozen):
    """One version of one layout. ``profile`` is ``name@version``.

    With ``guess_totals`` a line whose first cell is a word for totals is one, though no footer says so.
    ``aliases`` are other names of a column, by the name that the rest of the profile uses: of other
    languages and of earlier versions of the report. ``equal_rows`` says whether rows that are equal in
    everything are one event delivered again, or, where rows have no reference of their own, ``each`` an
    event, told apart by its place among them (the rules then count ``sequence_by_order``).
    """

    profile: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}@[1-9][0-9]{0,5}$")
    title: str
    source: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    format: str = "DELIMITED"
    header: tuple[str, ...]
    optional: tuple[str, ...] = ()
    aliases: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    records: Records | None = None
    print_image: PrintImage | None = None
    tree: Tree | None = None
    footers: tuple[Footer, ...] = ()
    guess_totals: bool = False
    equal_rows: Literal["once", "each"] = "once"
    numbers: Numbers = Numbers()
    formats: tuple[str, ...] = ("iso",)
    zone: str = "UTC"
    controls: tuple[Control, ...] = ()
    on_disagreement: OnDisagreement = OnDisagreement.LOAD
    rules: tuple[EventRule, ...]

    @model_validator(mode="before")
    @classmethod
    def _spread_common(cls, data: Any) -> Any:
        """Give every rule the members of ``common`` that it does not set itself."""
        if not isinstance(data, dict):
            return data
        document = dict(cast("dict[str, Any]", data))
        common = cast("dict[str, Any]", document.pop("common", None) or {})
        rules = cast("list[Any]", document.get("rules") or [])
        document["rules"] = [
            _merged(common, cast("Mapping[str, Any]", rule)) if isinstance(rule, Mapping) else rule
            for rule in rules
        ]
        return document

    def names_of(self, column: str) -> tuple[str, ...]:
        """What the column may be called in a file."""
        return (column, *self.aliases.get(column, ()))

    @property
    def identifier_names(self) -> tuple[str, ...]:
        """What the columns may be called in which a bare number is an identifier and no card's."""
        return tuple(name for column in self.identifiers for name in self.names_of(column))

    @property
    def name(self) -> str:
        """The profile's name without its version."""
        return self.profile.partition("@")[0]

    @property
    def version(self) -> int:
        """The profile's version."""
        return int(self.profile.partition("@")[2])


def newest_of(file_format: str, profiles: Iterable[Profile]) -> Profile | None:
    """The newest profile of a format that has one layout only, such as MT940."""
    fitting = (profile for profile in profiles if profile.format == file_format)
    return max(fitting, key=lambda profile: profile.version, default=None)


def _merged(common: Mapping[str, Any], rule: Mapping[str, Any]) -> dict[str, Any]:
    if rule.get("informative"):
        return dict(rule)
    merged = {**common, **rule}
    merged["fields"] = {**(common.get("fields") or {}), **(rule.get("fields") or {})}
    own = {name: value for name, value in merged.items() if name not in ("also", "when", "informative")}
    further = cast("list[Mapping[str, Any]]", merged.get("also") or [])
    merged["also"] = [_merged(own, part) for part in further]
    return {name: value for name, value in merged.items() if value is not None}


# Canonical text columns that a rule may fill, with the names that go to merchants and issuers.
TEXT_TARGETS: frozenset[str] = frozenset({
    "merchant_id", "merchant_name", "merchant_group", "mcc", "network", "country", "merchant_country",
    "issuer_name", "issuer_country", "issuer_product", "channel", "entry_mode", "card_present", "three_ds",
    "response_code", "approval_code", "lifecycle_id", "arn", "processor_ref", "order_ref", "batch_ref",
    "reason_code", "decline_family",
})  # fmt: skip
