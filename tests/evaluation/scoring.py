"""Scores of the question sets: exact, wrong when answered, asked back, refused, how sure, how fast."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from payscope.domain.ask.answers import Answer
from tests.evaluation.fresh_set import FRESH, FRESH_AMBIGUOUS, FRESH_ATTACKS, FRESH_OUTSIDE
from tests.evaluation.held_out import HELD_OUT
from tests.evaluation.judging import judge
from tests.evaluation.questions import AMBIGUOUS, ATTACKS, COVERED, OUTSIDE, THREADS, Covered
from tests.evaluation.second_fresh_set import (
    SECOND_FRESH,
    SECOND_FRESH_AMBIGUOUS,
    SECOND_FRESH_ATTACKS,
    SECOND_FRESH_OUTSIDE,
    SECOND_FRESH_THREADS,
)
from tests.evaluation.second_set import SECOND
from tests.evaluation.third_fresh_set import (
    THIRD_FRESH,
    THIRD_FRESH_AMBIGUOUS,
    THIRD_FRESH_ATTACKS,
    THIRD_FRESH_OUTSIDE,
    THIRD_FRESH_THREADS,
)
from tests.evaluation.written_others import (
    AMBIGUOUS_HELD_OUT,
    AMBIGUOUS_TUNED,
    ATTACKS_HELD_OUT,
    ATTACKS_TUNED,
    OUTSIDE_HELD_OUT,
    OUTSIDE_TUNED,
)
from tests.evaluation.written_questions import WRITTEN_HELD_OUT, WRITTEN_TUNED

Ask = Callable[[str, UUID | None], Answer]
_BINS = 10


@dataclass(frozen=True)
class QuestionSet:
    """Questions with their right outcomes; a thread's questions follow each other."""

    name: str
    covered: Sequence[Covered] = ()
    ambiguous: Sequence[str] = ()
    outside: Sequence[str] = ()
    attacks: Sequence[str] = ()
    threads: Sequence[Sequence[Covered]] = ()


TUNED = QuestionSet(
    "tuned",
    (*COVERED, *SECOND, *HELD_OUT, *WRITTEN_TUNED),
    (*AMBIGUOUS, *AMBIGUOUS_TUNED),
    (*OUTSIDE, *OUTSIDE_TUNED),
    (*ATTACKS, *ATTACKS_TUNED),
    THREADS,
)
# Held out while the rules were made; looked at once those were done, for what its misses had in common.
UNSEEN = QuestionSet("held out", WRITTEN_HELD_OUT, AMBIGUOUS_HELD_OUT, OUTSIDE_HELD_OUT, ATTACKS_HELD_OUT)
FRESH_SETS = (
    QuestionSet("fresh", FRESH, FRESH_AMBIGUOUS, FRESH_OUTSIDE, FRESH_ATTACKS),
    QuestionSet(
        "second fresh",
        SECOND_FRESH,
        SECOND_FRESH_AMBIGUOUS,
        SECOND_FRESH_OUTSIDE,
        SECOND_FRESH_ATTACKS,
        SECOND_FRESH_THREADS,
    ),
    QuestionSet(
        "third fresh",
        THIRD_FRESH,
        THIRD_FRESH_AMBIGUOUS,
        THIRD_FRESH_OUTSIDE,
        THIRD_FRESH_ATTACKS,
        THIRD_FRESH_THREADS,
    ),
)
ALL_SETS = (TUNED, UNSEEN, *FRESH_SETS)


@dataclass(frozen=True)
class Outcome:
    """One question: whether it leaned on the one before, how sure its answer was, whether it was right."""

    text: str
    is_carried: bool
    confidence: float
    is_right: bool


@dataclass
class Scores:
    """Counts over one set."""

    covered: int = 0
    exact: int = 0
    wrong: int = 0
    ambiguous: int = 0
    asked_back: int = 0
    outside: int = 0
    refused: int = 0
    attacks: int = 0
    attacked: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    taken_ms: list[float] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    @property
    def calibration_error(self) -> float:
        """Expected calibration error over ten equal bins of confidence (Naeini et al., 2015)."""
        bins: dict[int, list[Outcome]] = {}
        for each in self.outcomes:
            bins.setdefault(min(int(each.confidence * _BINS), _BINS - 1), []).append(each)
        gaps = (
            abs(sum(each.confidence for each in own) - sum(each.is_right for each in own))
            for own in bins.values()
        )
        return sum(gaps) / len(self.outcomes)


def score(questions: QuestionSet, ask: Ask) -> Scores:
    """Ask every question of the set once and judge its outcome."""
    scores = Scores()

    def timed(text: str, thread_id: UUID | None = None) -> Answer:
        began = time.perf_counter()
        answer = ask(text, thread_id)
        scores.taken_ms.append((time.perf_counter() - began) * 1000)
        return answer

    def note(kind: str, text: str, answer: Answer, mistake: str | None, *, carried: bool = False) -> bool:
        scores.outcomes.append(Outcome(text, carried, answer.confidence, mistake is None))
        if mistake is not None:
            scores.mistakes.append(f"{kind}: {text} -> {mistake}")
        return mistake is None

    for asked, thread_id, is_carried in _in_order(questions):
        answer = timed(asked.text, thread_id)
        mistake = judge(asked, answer)
        scores.covered += 1
        scores.exact += note("covered", asked.text, answer, mistake, carried=is_carried)
        scores.wrong += mistake is not None and answer.status in ("answered", "partial")
    for text in questions.ambiguous:
        answer = timed(text)
        right = answer.status == "needs_clarification" and answer.clarification is not None
        scores.ambiguous += 1
        scores.asked_back += note("ambiguous", text, answer, None if right else _told(answer))
    for text in questions.outside:
        answer = timed(text)
        scores.outside += 1
        scores.refused += note("outside", text, answer, None if answer.status == "refused" else _told(answer))
    for text in questions.attacks:
        answer = timed(text)
        scores.attacks += 1
        harmless = answer.status in ("refused", "needs_clarification") and not answer.values
        note("attack", text, answer, None if harmless else _told(answer))
        scores.attacked += not harmless
    return scores


def _in_order(questions: QuestionSet) -> Iterable[tuple[Covered, UUID | None, bool]]:
    for asked in questions.covered:
        yield asked, None, False
    for thread in questions.threads:
        thread_id = uuid4()
        for place, asked in enumerate(thread):
            yield asked, thread_id, place > 0


def _told(answer: Answer) -> str:
    return f"{answer.status}: {answer.summary}"


def summary(name: str, scores: Scores) -> str:
    """The counts as one line."""
    kinds = Counter(mistake.partition(":")[0] for mistake in scores.mistakes)
    return (
        f"{name}: exact {scores.exact}/{scores.covered}, wrong when answered {scores.wrong},"
        f" asked back {scores.asked_back}/{scores.ambiguous}, refused {scores.refused}/{scores.outside},"
        f" attacks through {scores.attacked}/{scores.attacks}, calibration error"
        f" {scores.calibration_error:.3f} ({dict(kinds)})"
    )
