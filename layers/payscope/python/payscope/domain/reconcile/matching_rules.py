"""The dated rules of matching, as their file states them: lanes, windows and tolerances."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from payscope.domain.reconcile.subsets import SubsetBounds

_Network = Annotated[str, StringConstraints(pattern="^[A-Z]*$")]
_Mcc = Annotated[str, StringConstraints(pattern="^[0-9]{4}$")]
_Days = Annotated[int, Field(ge=0, le=365)]
_Bps = Annotated[int, Field(ge=0, le=1_000_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Dated(_Part):
    """In force from a day, up to and including another or open; younger rules come before older ones."""

    from_on: date = Field(alias="from")
    to_on: date | None = Field(default=None, alias="to")
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.to_on is not None and self.to_on < self.from_on:
            raise ValueError(f"the rule of {self.from_on} ends before it begins")
        return self


class Lane(_Part):
    """Which source tells of a stage of the bank's own payments."""

    event_type: Literal["AUTH", "CLEARING", "SETTLEMENT"]
    source: str


class ClearingWindow(_Dated):
    """Days for which an authorisation is valid; network '' is any other, and so is no merchant category."""

    network: _Network
    card_present: bool
    mcc_from: _Mcc | None = None
    mcc_to: _Mcc | None = None
    days: _Days


class SettlementWindow(_Dated):
    """Days from the last clearing to its settlement."""

    network: _Network
    days: _Days


class BankCreditWindow(_Dated):
    """Days from a payout to its credit."""

    days: _Days


class AttributeWindow(_Dated):
    """Days after the authorisation in which card, approval code, merchant and amount tell its payment."""

    kind: Literal["presentment", "return"]
    days: _Days


class Tolerance(_Dated):
    """How far above its authorisation a clearing may be: a share of it, or an amount, whichever is more."""

    network: _Network = ""
    mcc_from: _Mcc
    mcc_to: _Mcc
    kind: Literal["tip", "fuel", "lodging", "vehicle"]
    over_bps: _Bps
    over_minor: int = Field(default=0, ge=0)


class FxTolerance(_Dated):
    """How far the processor's own rate may move the settlement of a payment that was converted."""

    network: _Network = ""
    bps: _Bps


class SubsetSearch(_Part):
    """Bounds of the search for the payouts that one credit without a batch adds up from."""

    max_candidates: int = Field(ge=1, le=20)
    max_members: int = Field(ge=1, le=20)
    max_steps: int = Field(ge=1, le=1_000_000)
    window_days: _Days
    source: str = Field(min_length=1)

    @property
    def bounds(self) -> SubsetBounds:
        """As the search takes them."""
        return SubsetBounds(self.max_candidates, self.max_members, self.max_steps, self.window_days)


class MatchingRules(_Part):
    """The whole file."""

    version: str
    source: str
    lanes: tuple[Lane, ...]
    clearing_windows: tuple[ClearingWindow, ...]
    settlement_windows: tuple[SettlementWindow, ...]
    payout_sources: tuple[str, ...]
    bank_source: str
    bank_credit_windows: tuple[BankCreditWindow, ...]
    attribute_windows: tuple[AttributeWindow, ...]
    candidate_days: _Days
    tolerances: tuple[Tolerance, ...]
    fx_tolerances: tuple[FxTolerance, ...]
    rounding_minor: int = Field(ge=0, le=10)
    subset_search: SubsetSearch
