"""What a question was understood to ask: a plan, a question back, or a refusal; never a guess."""

from dataclasses import dataclass, field
from typing import Literal

from payscope.domain.ask.plans import Intent, Plan


@dataclass(frozen=True, slots=True)
class Features:
    """How a question was read: what confidence is measured by.

    Attributes:
        mended: Words taken for another word.
        partial: Names that were given in part.
        assumed: Choices that the question left open (its period, how many).
        carried: Whether it leans on the question before.
        loose: Words that were passed over although they could mean something.
        by_model: Whether a language model read it.
    """

    mended: int = 0
    partial: int = 0
    assumed: int = 0
    carried: bool = False
    loose: int = 0
    by_model: bool = False


@dataclass(frozen=True, slots=True)
class UnknownWords:
    """Words that are neither grammar nor a name, where they stand, and the question without them."""

    phrase: str
    start: int
    end: int
    rest: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """The reading of one question.

    Attributes:
        reply: The question back, or why it is refused.
        options: Questions that can be asked instead, not yet verified.
        notes: What was assumed, to be said with the answer.
    """

    outcome: Literal["plan", "clarify", "refuse"]
    intent: Intent
    plan: Plan | None = None
    reply: str = ""
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    features: Features = field(default_factory=Features)
    unknown: UnknownWords | None = None
