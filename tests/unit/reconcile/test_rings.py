"""Cards that meet again at the same merchants."""

from payscope.domain.reconcile.rings import DisputedPair, find_rings


def pairs(*texts: str) -> list[DisputedPair]:
    return [DisputedPair(card, merchant, 1) for card, merchant in (text.split("@") for text in texts)]


def test_two_cards_at_two_merchants_are_a_ring() -> None:
    (ring,) = find_rings(pairs("a@1", "a@2", "b@1", "b@2", "c@1"))
    assert (ring.cards, ring.merchants, ring.payments) == ({"a", "b"}, ("1", "2"), 4)


def test_one_merchant_in_common_is_no_ring() -> None:
    assert find_rings(pairs("a@1", "b@1", "b@2", "c@2", "c@3", "a@3")) == ()


def test_rings_that_share_a_card_are_one_and_the_larger_comes_first() -> None:
    first, second = find_rings(
        pairs("a@1", "a@2", "b@1", "b@2", "b@3", "b@4", "c@3", "c@4", "x@8", "x@9", "y@8", "y@9")
    )
    assert (first.cards, first.merchants) == ({"a", "b", "c"}, ("1", "2", "3", "4"))
    assert (second.cards, second.payments) == ({"x", "y"}, 4)


def test_a_crowd_at_a_merchant_ties_nobody() -> None:
    crowd = [f"{card}@{merchant}" for card in range(201) for merchant in (1, 2)]
    assert find_rings(pairs(*crowd)) == ()
