"""Answers a question in words: understood by rules, measured by the catalogue, or asked back."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from payscope.application.ask.agents import Agent, Finding, run_agents
from payscope.application.ask.citing import near_names, near_questions, with_citations
from payscope.application.ask.explaining import explain
from payscope.application.ask.foreseeing import foresee
from payscope.application.ask.ports import AskPorts, Turn
from payscope.application.ask.proposing import with_proposal
from payscope.application.ask.reconciling import reconcile
from payscope.application.ask.replying import Draft
from payscope.application.ask.resolving import Setting
from payscope.application.ask.run_query import completeness_caveats, setting_for
from payscope.application.ask.simulating import simulate
from payscope.domain.ask.answers import Answer, Clarification, Decision, Question
from payscope.domain.ask.language.confidence import confidence
from payscope.domain.ask.language.directory import Directory
from payscope.domain.ask.language.linking import nearest_names
from payscope.domain.ask.language.parser import understand
from payscope.domain.ask.language.phrases import Names, names_of
from payscope.domain.ask.language.phrasing import SUPPORTED, followups_of
from payscope.domain.ask.language.understanding import Understanding
from payscope.domain.ask.plans import Filter, Intent, Plan
from payscope.domain.ask.time_ranges import parse_range
from payscope.errors import InvalidInput, Unavailable

# Nested deadlines: the API gives up after 29 s, the function after 28; a language model has 6 s of it,
# the agents together 20 and each alone less.
AGENTS_DEADLINE_S = 20.0
AGENT_DEADLINE_S = 19.0
COMPLIANCE_DEADLINE_S = 10.0
# Said before any conclusion; which reports they are stands in the caveats, since their days are no values.
_INCOMPLETE = "Reports of this period are missing, so what follows may change."
_THREAD_LIFE = timedelta(hours=12)
_MOST_OPTIONS = 5
_INDEXED_BANKS = 16
_indexed: list[tuple[Directory, Names]] = []


def answer_question(
    question: Question,
    *,
    bank_id: UUID,
    subject: str,
    now: datetime,
    ports: AskPorts,
    new_id: Callable[[], UUID] = uuid4,
) -> Answer:
    """Answer POST /chat/query; every number is measured and has a stored receipt.

    Args:
        question: What was asked, with its overrides.
        bank_id: The tenant, from the token; nothing in the question can change it.
        subject: Who asks: conversations are theirs alone.
        now: The present, aware.
        ports: What asking reaches.
        new_id: Where ids come from.

    Raises:
        InvalidInput: The request's range or instant cannot be read.
        Unavailable: No agent got through to its store.
    """
    setting = setting_for(bank_id, question.as_of, now, ports)
    if question.time_range is not None:
        parse_range(question.time_range, setting.today)
    thread_id = question.thread_id or new_id()
    last = ports.conversations.last_turn(bank_id, thread_id, subject, now) if question.thread_id else None
    names = _names(setting.directory)
    read = understand(question.query, names, setting.today, last.plan if last else None, question.time_range)
    read = _overridden(with_proposal(question.query, read, setting, ports.proposer), question)
    reply = _Reply(question, read, names, setting, thread_id, new_id(), now, ports, new_id)
    answer = _planned(reply) if read.outcome == "plan" else _not_planned(reply)
    answer = with_citations(answer, question.query, bank_id, ports)
    ports.conversations.keep(
        bank_id,
        Turn(
            thread_id=thread_id,
            subject=subject,
            turn=(last.turn if last else 0) + 1,
            query=question.query,
            plan=read.plan if answer.status in ("answered", "partial") else (last.plan if last else None),
            status=answer.status,
            asked_at=now,
            expires_at=now + _THREAD_LIFE,
        ),
    )
    return answer


@dataclass(frozen=True, slots=True)
class _Reply:
    question: Question
    read: Understanding
    names: Names
    setting: Setting
    thread_id: UUID
    query_id: UUID
    now: datetime
    ports: AskPorts
    new_id: Callable[[], UUID]


def _names(directory: Directory) -> Names:
    """The index of a directory; the newest few are kept, since reading a bank's names again is slow."""
    for known, names in tuple(_indexed):
        if known is directory:
            return names
    names = names_of(directory)
    _indexed.insert(0, (directory, names))
    del _indexed[_INDEXED_BANKS:]
    return names


def _overridden(read: Understanding, question: Question) -> Understanding:
    """The plan within the request's currency and reports."""
    if read.plan is None:
        return read
    query = read.plan.query
    named = {each.dimension for each in query.filters}
    added: list[Filter] = []
    if question.currency and "currency" not in named:
        added.append(Filter(dimension="currency", values=(question.currency,)))
    if question.report_ids:
        added.append(Filter(dimension="report", values=tuple(str(each) for each in question.report_ids)))
    if not added:
        return read
    plan = read.plan.model_copy(
        update={"query": query.model_copy(update={"filters": (*query.filters, *added)})}
    )
    return Understanding(read.outcome, read.intent, plan, read.reply, read.options, read.notes, read.features)


def _planned(reply: _Reply) -> Answer:
    plan = reply.read.plan
    if plan is None:
        raise ValueError("a planned reply has a plan")
    works = _agents(plan, reply)
    try:
        findings = run_agents(works, AGENTS_DEADLINE_S)
    except InvalidInput as error:
        return _not_planned(reply, refusal=error.message)
    drafts = [finding.result for finding in findings if finding.result is not None]
    missing = tuple(finding.missing for finding in findings if finding.missing is not None)
    if not drafts:
        raise Unavailable(" ".join(missing) or "No agent could answer in time; try again.")
    draft = drafts[0]
    for other in drafts[1:]:
        draft = draft.joined(other)
    reply.ports.receipts.keep(reply.setting.bank_id, draft.receipts)
    incomplete = completeness_caveats(draft.evidence.completeness) if draft.evidence else ()
    return Answer(
        query_id=reply.query_id,
        status="partial" if missing or draft.is_partial else "answered",
        intent=plan.intent,
        confidence=confidence(reply.read),
        summary=f"{_INCOMPLETE} {draft.summary}" if incomplete else draft.summary,
        values=draft.values,
        table=draft.table,
        chart=draft.chart,
        metrics=draft.metrics,
        forecast=draft.forecast,
        evidence=draft.evidence,
        caveats=tuple(dict.fromkeys((*incomplete, *reply.read.notes, *draft.caveats, *missing))),
        followups=_plannable(followups_of(plan, reply.names), reply.names, reply.setting.today),
        agents_invoked=tuple(work.name for work in works),
        decisions=_decisions(plan, reply, findings),
        thread_id=reply.thread_id,
    )


def _agents(plan: Plan, reply: _Reply) -> tuple[Agent[Draft], ...]:
    """Who answers which intent, who waits for whom, and for how long."""
    context = (plan, reply.setting, reply.query_id, reply.now, reply.ports, reply.new_id)
    match plan.intent:
        case Intent.DESCRIBE | Intent.COMPARE:
            return (Agent("ReconciliationAgent", lambda _: reconcile(*context), AGENT_DEADLINE_S),)
        case Intent.ANOMALY:
            return (
                Agent("FraudAgent", lambda _: explain(*context), AGENT_DEADLINE_S),
                Agent("ComplianceAgent", lambda _: _compliance(*context), COMPLIANCE_DEADLINE_S),
            )
        case Intent.FORECAST:
            return (Agent("ForecastingAgent", lambda _: foresee(*context), AGENT_DEADLINE_S),)
        case Intent.WHAT_IF:
            return (Agent("SimulationAgent", lambda _: simulate(*context), AGENT_DEADLINE_S),)


def _decisions(plan: Plan, reply: _Reply, findings: Sequence[Finding[Draft]]) -> tuple[Decision, ...]:
    """What each agent was given and what came of it, for the audit log."""
    given = {
        "plan": plan.model_dump(mode="json", exclude_none=True),
        "as_of": reply.setting.as_of.isoformat(),
        "bank_id": str(reply.setting.bank_id),
    }
    digest = hashlib.sha256(json.dumps(given, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    return tuple(
        Decision(
            agent=finding.agent,
            outcome=finding.outcome,
            inputs_sha256=digest,
            row_hash=finding.result.evidence.row_hash
            if finding.result is not None and finding.result.evidence is not None
            else None,
        )
        for finding in findings
    )


def _compliance(
    plan: Plan, setting: Setting, query_id: UUID, now: datetime, ports: AskPorts, new_id: Callable[[], UUID]
) -> Draft:
    """Whether reports are missing in the periods that are held against each other: said before any cause."""
    del query_id, now, new_id
    spans, _ = ports.banks.report_spans(setting.bank_id)
    if not spans:
        return Draft(
            summary="", caveats=("No report has been completed yet, so nothing can be explained by data.",)
        )
    if plan.baseline is None:
        return Draft(summary="")
    baseline = parse_range(plan.baseline, setting.today)
    if baseline.start_on < min(each.start_on for each in spans):
        return Draft(summary="", caveats=("The period compared with begins before the first report.",))
    return Draft(summary="")


def _not_planned(reply: _Reply, refusal: str | None = None) -> Answer:
    read = reply.read
    today = reply.setting.today
    clarification: Clarification | None = None
    followups: tuple[str, ...] = ()
    if read.outcome == "clarify" and refusal is None:
        options = _plannable((*_options(read, reply), *_near(reply)), reply.names, today)
        clarification = Clarification(
            question=read.reply, options=options or _plannable(SUPPORTED, reply.names, today)
        )
    else:
        followups = _plannable((*_near(reply), *SUPPORTED), reply.names, today)
    return Answer(
        query_id=reply.query_id,
        status="refused" if clarification is None else "needs_clarification",
        intent=read.intent,
        confidence=confidence(read),
        summary=refusal or read.reply,
        clarification=clarification,
        followups=followups,
        thread_id=reply.thread_id,
    )


def _options(read: Understanding, reply: _Reply) -> tuple[str, ...]:
    """Options of the reading; for an unknown name the nearest names, and the question without it."""
    unknown = read.unknown
    if unknown is None:
        return read.options
    text = reply.question.query
    labels = [*nearest_names(text, unknown.start, unknown.end, reply.names)]
    labels += near_names(unknown.phrase, reply.names, reply.setting.bank_id, reply.ports)
    near = [f'{text[: unknown.start]}"{label}"{text[unknown.end :]}' for label in labels]
    return (*near, unknown.rest, f"{unknown.rest} by merchant")


def _near(reply: _Reply) -> tuple[str, ...]:
    """Verified questions near in meaning to what was typed."""
    return near_questions(reply.question.query, reply.setting.bank_id, reply.ports)


def _plannable(questions: Sequence[str], names: Names, today: date) -> tuple[str, ...]:
    """Those of the questions that can be asked now, at most five."""
    kept = [text for text in dict.fromkeys(questions) if understand(text, names, today).outcome == "plan"]
    return tuple(kept[:_MOST_OPTIONS])
