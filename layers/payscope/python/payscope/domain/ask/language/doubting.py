"""Words of a question that change what it asks, where the reading found nothing for them to change.

To pass such a word over would answer another question than the one that was asked, so it is named in a
question back. A word that nothing explains at all is told elsewhere; these are words of the grammar.
"""

from collections.abc import Iterator, Sequence

from payscope.domain.ask.catalogue import METRICS_BY_ID
from payscope.domain.ask.language.outcomes import AskBack
from payscope.domain.ask.language.scan import Piece, Scan, is_operator

_EXCLUDED = ("name", "number", "metric", "dimension", "word", "time")
_COMPARED = ("name", "time", "metric", "dimension", "number", "operator", "word", "ambiguous")
_BOUNDS = ("gt", "gte", "lt", "lte")
_RANKING = ("top", "bottom", "best", "worst", "compare")
_STEPS = frozenset({"hour", "day", "week", "month", "quarter"})
# What people count and group by although no figure does: the reports know events, not who held the card.
_HOLDERS = frozenset({"card", "cards", "cardholder", "cardholders", "person", "case"})


def doubts_of(pieces: Sequence[Piece], read: Scan) -> Iterator[AskBack]:
    """A question back for each word that would be passed over.

    Args:
        pieces: What the reading was gathered from.
        read: All pieces, with the fillers between them.
    """
    for at, piece in enumerate(pieces):
        if _is_idle(pieces, at):
            rest = f"{read.text[: piece.start].rstrip()} {read.text[piece.end :].lstrip()}".strip(" ?.!")
            yield AskBack(f"What does {piece.text!r} belong to?", [rest])
    if sum(_bounds(pieces, at) for at in range(len(pieces))) > 1:
        yield AskBack("Two bounds are named, and only one at a time can be asked for.")
    yield from _about_holders(read)
    named = list(dict.fromkeys(piece.value for piece in pieces if piece.kind == "metric"))
    for at, piece in enumerate(pieces):
        bounded = (
            piece.kind == "metric" and at > 1 and pieces[at - 1].kind == "number" and _bounds(pieces, at - 2)
        )
        if bounded and len(named) > 1 and piece.value in named[1:]:
            yield AskBack(
                f"A bound on {piece.text} cannot be asked for beside another figure. Which one do you want?",
                [f"{METRICS_BY_ID[name].label} by merchant" for name in named],
            )


def _is_idle(pieces: Sequence[Piece], at: int) -> bool:
    piece = pieces[at]
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    if is_operator(piece, "exclude"):
        governed = next((each for each in pieces[at + 1 :] if each.text.lower() not in ("and", "or")), None)
        return governed is None or governed.kind not in _EXCLUDED
    if is_operator(piece, *_BOUNDS):
        near = [*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 3]]
        spans = piece.text.lower() == "over" and any(each.kind == "time" for each in near)
        return not spans and not any(each.kind in ("number", "word") for each in near)
    before = pieces[at - 1] if at else None
    if piece.text.lower() in ("less", "minus") and before and following:
        return before.kind == following.kind == "metric"  # "sales less refunds" is a figure of its own
    if is_operator(piece, "versus"):
        return not any(each.kind in _COMPARED for each in pieces[at + 1 :])
    if piece.text.lower() == "business":
        return following is not None and following.value in _STEPS  # "on business days"
    if piece.kind == "number" and following is not None:
        ranked = any(is_operator(each, *_RANKING) for each in pieces)
        if following.text == "%":
            return any(is_operator(each, *_RANKING) for each in pieces[max(0, at - 1) : at])
        return following.kind == "dimension" and following.value in _STEPS and not ranked
    return False


def _bounds(pieces: Sequence[Piece], at: int) -> bool:
    return is_operator(pieces[at], *_BOUNDS) and any(
        each.kind == "number" for each in pieces[max(0, at - 1) : at + 3]
    )


def _about_holders(read: Scan) -> Iterator[AskBack]:
    """ "declines per card", "how many cards were declined": events are counted, not cards."""
    for piece, following in zip(read.pieces, read.pieces[1:], strict=False):
        counts = is_operator(piece, "how_many") and following.text.lower().endswith("s")
        groups = is_operator(piece, "group")
        if following.kind == "filler" and following.text.lower() in _HOLDERS and (counts or groups):
            yield AskBack(f"Nothing is counted by {following.text.lower()}. Which figure do you want?")
