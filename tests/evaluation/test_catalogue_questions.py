"""Questions about delays, programmes, matching and fees: answered exactly, or refused with the reason."""

import pytest

from payscope.application.ask.answer_question import answer_question
from payscope.application.ask.ports import AskPorts
from payscope.domain.ask.answers import Answer, Question
from payscope.domain.ask.catalogue import METRICS_BY_ID
from tests.evaluation import gold, world
from tests.evaluation.catalogue_set import CATALOGUE_SET
from tests.evaluation.judging import judge
from tests.evaluation.questions import Covered
from tests.support.ask import NOW


def ask(text: str, ports: AskPorts) -> Answer:
    question = Question(query=text, as_of=world.TODAY)
    return answer_question(question, bank_id=world.BANK, subject="analyst", now=NOW, ports=ports)


@pytest.mark.parametrize("asked", CATALOGUE_SET, ids=lambda asked: asked.text)
def test_a_question_is_answered_exactly(asked: Covered, ask_ports: AskPorts) -> None:
    assert judge(asked, ask(asked.text, ask_ports)) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ecp ratio last week", "calendar months"),
        ("ecp ratio by day in March", "calendar months"),
        ("vamp headroom in Q1", "single month"),
        ("ecp headroom in March", "each merchant"),
        ("bank credits by network in March", "names no card"),
    ],
)
def test_what_a_metric_is_not_defined_for_is_refused_with_the_reason(
    text: str, reason: str, ask_ports: AskPorts
) -> None:
    answer = ask(text, ask_ports)
    assert answer.status in ("refused", "needs_clarification")
    assert reason in answer.summary
    assert not answer.values


def test_every_metric_has_a_gold() -> None:
    kinds = (gold.SUMS, gold.RATIOS, gold.BREAKS, gold.DELAYS, gold.LATE, gold.MATCHES, gold.MONITORED)
    known = frozenset[str]().union(*kinds) | gold.HEADROOMS | gold.INTENTS
    assert known == METRICS_BY_ID.keys()
