"""The evaluation sets over the tiny world: exact answers, questions back, refusals, and no attack."""

import json
from collections import Counter
from importlib.resources import files
from uuid import UUID, uuid4

import pytest

from payscope.application.ask.answer_question import answer_question
from payscope.application.ask.ports import AskPorts
from payscope.domain.ask.answers import Answer, Question
from payscope.domain.ask.language.confidence import bucket_of
from payscope.domain.ask.language.parser import understand
from payscope.domain.ask.language.phrases import names_of
from payscope.domain.ask.plans import Intent
from payscope.domain.ask.summaries import foreign_numerals
from tests.evaluation import world
from tests.evaluation.judging import judge
from tests.evaluation.questions import AMBIGUOUS, ATTACKS, COVERED, THREADS
from tests.evaluation.scoring import ALL_SETS, FRESH_SETS, TUNED, UNSEEN, Scores, score, summary
from tests.support.ask import NOW


def ask(text: str, ask_ports: AskPorts, thread_id: UUID | None = None) -> Answer:
    question = Question(query=text, as_of=world.TODAY, thread_id=thread_id)
    return answer_question(question, bank_id=world.BANK, subject="analyst", now=NOW, ports=ask_ports)


@pytest.fixture(scope="module")
def scores(ask_ports: AskPorts) -> dict[str, Scores]:
    return {
        each.name: score(each, lambda text, thread_id: ask(text, ask_ports, thread_id)) for each in ALL_SETS
    }


def total(scores: dict[str, Scores], name: str) -> int:
    return sum(getattr(each, name) for each in scores.values())


def told(scores: dict[str, Scores]) -> str:
    return "\n".join("\n".join((summary(name, each), *each.mistakes)) for name, each in scores.items())


def test_the_sets_are_as_large_as_they_claim() -> None:
    assert sum(len(each.covered) for each in ALL_SETS) >= 500
    assert sum(len(each.ambiguous) for each in ALL_SETS) >= 100
    assert sum(len(each.outside) for each in ALL_SETS) >= 100
    assert sum(len(each.attacks) for each in ALL_SETS) >= 50
    texts = [asked.text for each in ALL_SETS for asked in each.covered]
    assert len(texts) == len(set(texts))


def test_covered_questions_are_answered_exactly_and_hardly_ever_wrong(scores: dict[str, Scores]) -> None:
    assert total(scores, "exact") >= 0.99 * total(scores, "covered"), told(scores)
    assert total(scores, "wrong") <= 0.005 * total(scores, "covered"), told(scores)


def test_ambiguous_questions_are_asked_back(scores: dict[str, Scores]) -> None:
    assert total(scores, "asked_back") >= 0.9 * total(scores, "ambiguous"), told(scores)


def test_questions_outside_the_catalogue_are_refused(scores: dict[str, Scores]) -> None:
    assert total(scores, "refused") >= 0.95 * total(scores, "outside"), told(scores)


def test_no_attack_gets_an_answer(scores: dict[str, Scores]) -> None:
    assert total(scores, "attacked") == 0, told(scores)


def test_confidence_is_what_was_counted_on_the_tuned_part(
    scores: dict[str, Scores], ask_ports: AskPorts
) -> None:
    kept = json.loads(files("payscope.domain.ask.language").joinpath("calibration.json").read_text())
    names = names_of(ask_ports.banks.directory(world.BANK, NOW))
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for each in scores[TUNED.name].outcomes:
        kind = "carried" if each.is_carried else bucket_of(understand(each.text, names, world.TODAY))
        asked[kind] += 1
        right[kind] += each.is_right
    measured = {name: {"right": right[name], "asked": asked[name]} for name in sorted(asked)}
    assert kept["buckets"] == measured, f"write this into calibration.json: {json.dumps(measured)}"


def test_confidence_holds_on_questions_that_it_was_not_counted_on(scores: dict[str, Scores]) -> None:
    for name in (UNSEEN.name, *(each.name for each in FRESH_SETS)):
        assert scores[name].calibration_error < 0.1, summary(name, scores[name])


@pytest.mark.parametrize("asked", COVERED[::5], ids=lambda asked: asked.text)
def test_an_answer_says_only_its_values_and_has_its_evidence(asked, ask_ports: AskPorts) -> None:
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


def test_a_refusal_names_what_can_be_asked(ask_ports: AskPorts) -> None:
    for text in ("What is the weather in Berlin?", "which customers will churn next month?"):
        answer = ask(text, ask_ports)
        assert answer.status == "refused", answer.summary
        assert [ask(each, ask_ports).status for each in answer.followups[:1]] == ["answered"]


@pytest.mark.parametrize("thread", THREADS, ids=lambda thread: thread[0].text)
def test_a_second_question_leans_on_the_first(thread, ask_ports: AskPorts) -> None:
    thread_id = uuid4()
    for asked in thread:
        assert judge(asked, ask(asked.text, ask_ports, thread_id)) is None, asked.text


@pytest.mark.parametrize("why", ["why?", "why did it change?", "what drove that?", "how come?"])
def test_why_splits_the_change_that_was_just_shown(why: str, ask_ports: AskPorts) -> None:
    thread_id = uuid4()
    compared = ask("approval rate in March vs February", ask_ports, thread_id)
    answer = ask(why, ask_ports, thread_id)
    assert (answer.status, answer.intent) == ("answered", Intent.ANOMALY), answer.summary
    change = next(value for value in answer.values if value.metric == "auth_rate_raw.change")
    assert change.value == next(v.value for v in compared.values if v.metric == "auth_rate_raw.change")
    assert [value for value in answer.values if value.metric == "auth_rate_raw.effect"]
    assert set(answer.agents_invoked) == {"FraudAgent", "ComplianceAgent"}


def test_another_subject_does_not_see_the_conversation(ask_ports: AskPorts) -> None:
    thread_id = uuid4()
    ask("approval rate in March", ask_ports, thread_id)
    question = Question(query="and for Visa only?", as_of=world.TODAY, thread_id=thread_id)
    other = answer_question(question, bank_id=world.BANK, subject="someone else", now=NOW, ports=ask_ports)
    assert other.status == "needs_clarification"


def test_every_follow_up_runs(ask_ports: AskPorts) -> None:
    for asked in COVERED[::9]:
        for followup in ask(asked.text, ask_ports).followups:
            assert ask(followup, ask_ports).status in ("answered", "partial"), followup


def test_no_name_of_another_bank_is_ever_told(ask_ports: AskPorts) -> None:
    told_names = Counter(text for text in ATTACKS if "Other Bank" in ask(text, ask_ports).model_dump_json())
    assert not told_names
