"""The evaluation set over the tiny world: exact answers, questions back, refusals, no attack gets through."""

import json
from collections import Counter, defaultdict
from importlib.resources import files
from uuid import UUID, uuid4

import pytest

from payscope.application.ask.answer_question import answer_question
from payscope.application.ask.ports import AskPorts
from payscope.domain.ask.answers import Answer, Question
from payscope.domain.ask.language.confidence import bucket_of
from payscope.domain.ask.language.parser import understand
from payscope.domain.ask.language.phrases import names_of
from payscope.domain.ask.summaries import foreign_numerals
from tests.evaluation import world
from tests.evaluation.held_out import HELD_OUT
from tests.evaluation.judging import judge
from tests.evaluation.questions import AMBIGUOUS, ATTACKS, COVERED, OUTSIDE, THREADS
from tests.evaluation.second_set import SECOND
from tests.support.ask import NOW


def ask(text: str, ask_ports: AskPorts, thread_id: UUID | None = None) -> Answer:
    question = Question(query=text, as_of=world.TODAY, thread_id=thread_id)
    return answer_question(question, bank_id=world.BANK, subject="analyst", now=NOW, ports=ask_ports)


@pytest.mark.parametrize("asked", COVERED, ids=lambda asked: asked.text)
def test_a_covered_question_is_answered_exactly(asked, ask_ports: AskPorts) -> None:
    answer = ask(asked.text, ask_ports)
    assert judge(asked, answer) is None
    assert foreign_numerals(answer.summary, answer.values) == ()
    assert answer.evidence is not None
    assert answer.evidence.files
    assert 0 < answer.confidence < 1


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_an_ambiguous_question_is_asked_back_with_questions_that_run(text: str, ask_ports: AskPorts) -> None:
    answer = ask(text, ask_ports)
    assert answer.status == "needs_clarification", answer.summary
    assert answer.clarification is not None
    assert answer.clarification.options
    assert answer.values == ()
    assert ask(answer.clarification.options[0], ask_ports).status in ("answered", "partial")


@pytest.mark.parametrize("text", [*OUTSIDE, *ATTACKS])
def test_what_is_not_covered_or_not_safe_is_refused_with_what_can_be_asked(
    text: str, ask_ports: AskPorts
) -> None:
    answer = ask(text, ask_ports)
    assert answer.status == "refused", answer.summary
    assert answer.values == ()
    assert answer.followups


@pytest.mark.parametrize("thread", THREADS, ids=lambda thread: thread[0].text)
def test_a_second_question_leans_on_the_first(thread, ask_ports: AskPorts) -> None:
    thread_id = uuid4()
    for asked in thread:
        assert judge(asked, ask(asked.text, ask_ports, thread_id)) is None, asked.text


def test_another_subject_does_not_see_the_conversation(ask_ports: AskPorts) -> None:
    thread_id = uuid4()
    ask("approval rate in March", ask_ports, thread_id)
    question = Question(query="and for Visa only?", as_of=world.TODAY, thread_id=thread_id)
    other = answer_question(question, bank_id=world.BANK, subject="someone else", now=NOW, ports=ask_ports)
    assert other.status == "needs_clarification"


def test_the_other_sets_are_mostly_right_and_never_silently_wrong(ask_ports: AskPorts) -> None:
    right = wrong = 0
    told: list[str] = []
    for asked in (*SECOND, *HELD_OUT):
        answer = ask(asked.text, ask_ports)
        mistake = judge(asked, answer)
        right += mistake is None
        if mistake is not None and answer.status == "answered":
            wrong += 1
            told.append(f"{asked.text}: {mistake}")
    assert wrong == 0, told
    assert right >= 88


def test_every_follow_up_runs(ask_ports: AskPorts) -> None:
    for asked in COVERED[::9]:
        for followup in ask(asked.text, ask_ports).followups:
            assert ask(followup, ask_ports).status in ("answered", "partial"), followup


def test_confidence_is_the_measured_share_of_right_readings(ask_ports: AskPorts) -> None:
    directory = ask_ports.banks.directory(world.BANK, NOW)
    names = names_of(directory)
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()

    def count(text: str, is_right: bool, before: object = None) -> None:
        bucket = bucket_of(understand(text, names, world.TODAY, before))  # type: ignore[arg-type]
        asked[bucket] += 1
        right[bucket] += is_right

    for each in (*COVERED, *SECOND, *HELD_OUT):
        count(each.text, judge(each, ask(each.text, ask_ports)) is None)
    for text in AMBIGUOUS:
        count(text, ask(text, ask_ports).status == "needs_clarification")
    for text in (*OUTSIDE, *ATTACKS):
        count(text, ask(text, ask_ports).status == "refused")
    for thread in THREADS:
        thread_id = uuid4()
        for place, each in enumerate(thread):
            answer = ask(each.text, ask_ports, thread_id)
            if place:
                asked["carried"] += 1
                right["carried"] += judge(each, answer) is None
    measured = {name: {"right": right[name], "asked": asked[name]} for name in sorted(asked)}
    kept = json.loads(files("payscope.domain.ask.language").joinpath("calibration.json").read_text())[
        "buckets"
    ]
    assert kept == measured, f"write this into calibration.json: {json.dumps({'buckets': measured})}"


def test_no_name_of_another_bank_is_ever_told(ask_ports: AskPorts) -> None:
    told = defaultdict(int)
    for text in ATTACKS:
        answer = ask(text, ask_ports)
        told["Other Bank"] += "Other Bank" in answer.model_dump_json()
    assert told["Other Bank"] == 0
