"""Words that name nothing are asked about with the names that are near, whatever kind of name they are."""

from payscope.domain.ask.language.directory import Directory, NamedMerchant
from payscope.domain.ask.language.linking import nearest_names
from payscope.domain.ask.language.parser import understand
from payscope.domain.ask.language.phrases import Names, names_of
from tests.evaluation import world
from tests.evaluation.linking_set import GARBLED, NO_NAMES

NAMES: Names = names_of(
    Directory(
        merchants=tuple(NamedMerchant(*place[:3]) for place in (*world.MERCHANTS, *world.FAR_MERCHANTS)),
        issuers=tuple(sorted({card[1] for card in world.CARDS})),
        bins=frozenset(card[0] for card in world.CARDS),
    )
)


def offered(text: str) -> tuple[str, ...]:
    read = understand(text, NAMES, world.TODAY)
    if read.unknown is None:
        return ()
    return nearest_names(text, read.unknown.start, read.unknown.end, NAMES)


def right(text: str, wanted: str) -> bool:
    """Whether the name was mended, or stands among those that the question back offers."""
    meant = understand(f'declines for "{wanted}" in March', NAMES, world.TODAY)
    assert meant.plan is not None, wanted
    read = understand(text, NAMES, world.TODAY)
    if read.plan is not None:
        return set(meant.plan.query.filters) <= set(read.plan.query.filters)
    found = (understand(f'declines for "{each}" in March', NAMES, world.TODAY) for each in offered(text))
    return any(
        each.plan is not None and each.plan.query.filters == meant.plan.query.filters for each in found
    )


def test_most_garbled_names_are_mended_or_offered() -> None:
    missed = [text for text, wanted in GARBLED if not right(text, wanted)]
    assert 1 - len(missed) / len(GARBLED) >= 0.85, missed


def test_a_garbled_name_is_never_taken_for_another() -> None:
    for text, wanted in GARBLED:
        if understand(text, NAMES, world.TODAY).plan is not None:
            assert right(text, wanted), text


def test_hardly_any_word_that_is_no_name_has_a_near_one() -> None:
    near = {word: offered(f"sales at {word} in March") for word in NO_NAMES}
    assert sum(bool(found) for found in near.values()) <= len(NO_NAMES) // 10, near


def test_the_kind_that_is_said_is_the_kind_that_is_offered() -> None:
    networks = offered("declines for network Zapcard in March")
    assert networks
    assert all(understand(f'declines for "{each}"', NAMES, world.TODAY).plan for each in networks)
    issuers = offered("declines for issuer Monarch Trust in March")
    assert set(issuers) <= {card[1] for card in world.CARDS}
    assert issuers
