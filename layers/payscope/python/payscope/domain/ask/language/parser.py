"""Questions in, understandings out: a plan over the catalogue, a question back, or a refusal."""

import re
from datetime import date

from payscope.domain.ask.language.gathering import gather
from payscope.domain.ask.language.grammar.unsafe import UNSAFE
from payscope.domain.ask.language.lookalikes import as_it_looks
from payscope.domain.ask.language.outcomes import AskBack, Refused
from payscope.domain.ask.language.phrases import Names
from payscope.domain.ask.language.planning import plan_of
from payscope.domain.ask.language.reading import Reading, intent_of
from payscope.domain.ask.language.scan import Piece, Scan, scan
from payscope.domain.ask.language.understanding import Features, Understanding
from payscope.domain.ask.plans import (
    Intent,
    Plan,
)
from payscope.domain.ask.time_ranges import parse_range

_UNSAFE = re.compile("|".join(UNSAFE), re.IGNORECASE | re.DOTALL)


def understand(
    text: str, names: Names, today: date, before: Plan | None = None, given: str | None = None
) -> Understanding:
    """Read one question.

    Args:
        text: The question as typed.
        names: The bank's own names.
        today: What "today" means.
        before: The plan of the question before in the thread, which this one may lean on.
        given: The time range that holds where the question names none.
    """
    if is_unsafe(text):
        return Understanding(
            "refuse",
            Intent.DESCRIBE,
            reply="This is not a question about this bank's own payment figures, so nothing was run.",
        )
    read = scan(text, names, today)
    reading = Reading()
    try:
        gather(read, reading)
        if given is not None and not reading.times and reading.future is None:
            reading.times.append((parse_range(given, today), Piece("time", given, 0, 0)))
        plan, carried = plan_of(read, reading, today, before)
    except AskBack as back:
        return Understanding(
            "clarify",
            intent_of(reading),
            reply=back.reply,
            options=back.options,
            features=_features(read, reading, False),
            unknown=back.unknown,
        )
    except Refused as refused:
        return Understanding(
            "refuse", intent_of(reading), reply=str(refused), features=_features(read, reading, False)
        )
    notes = [f"Read {written!r} as {meant!r}." for written, meant in read.mended]
    return Understanding(
        "plan",
        plan.intent,
        plan=plan,
        notes=(*notes, *reading.notes),
        features=_features(read, reading, carried),
    )


def is_unsafe(text: str) -> bool:
    """Whether a text asks for what no question may: other banks, commands, instructions to the system.

    It is also read as it looks, since letters of another alphabet and invisible ones hide words.
    """
    return any(_UNSAFE.search(each) is not None for each in (text, as_it_looks(text)))


def _features(read: Scan, reading: Reading, carried: bool) -> Features:
    return Features(len(read.mended), read.partial, reading.assumed, carried, reading.loose)
