"""How often the wanted text is among the five that the offline model finds nearest."""

from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.application.ask.citing import CITED, NEAR_ENOUGH
from tests.evaluation.retrieval_set import SEARCHES, documents
from tests.evaluation.scoring import ALL_SETS


def _misses() -> list[str]:
    embedder = StaticEmbedder()
    texts = documents()
    vectors = dict(zip(texts, embedder.embed([each.body for each in texts]), strict=True))
    missed: list[str] = []
    for wanted, asked in zip(SEARCHES, embedder.embed([each.text for each in SEARCHES]), strict=True):
        ranked = sorted(
            (each for each in texts if each.kind in wanted.kinds),
            key=lambda each: -_dot(asked, vectors[each]),
        )
        if wanted.document_id not in [each.document_id for each in ranked[:5]]:
            missed.append(wanted.text)
    return missed


def _dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_nine_of_ten_wanted_texts_are_among_the_nearest_five() -> None:
    missed = _misses()
    assert 1 - len(missed) / len(SEARCHES) >= 0.9, missed


def test_every_wanted_text_is_one_of_the_banks() -> None:
    known = {each.document_id for each in documents()}
    assert {each.document_id for each in SEARCHES} <= known


def test_the_floor_keeps_most_wanted_texts_and_hardly_any_beside_an_unrelated_question() -> None:
    embedder = StaticEmbedder()
    texts = documents()
    vectors = dict(zip(texts, embedder.embed([each.body for each in texts]), strict=True))
    by_id = {each.document_id: vector for each, vector in vectors.items()}
    asked = embedder.embed([each.text for each in SEARCHES])
    kept = sum(
        _dot(vector, by_id[each.document_id]) >= NEAR_ENOUGH
        for each, vector in zip(SEARCHES, asked, strict=True)
    )
    unrelated = embedder.embed([text for each in ALL_SETS for text in each.outside])
    cited = [vector for each, vector in vectors.items() if each.kind in CITED]
    citing = sum(any(_dot(vector, text) >= NEAR_ENOUGH for text in cited) for vector in unrelated)
    assert kept / len(SEARCHES) >= 0.7, kept
    assert citing / len(unrelated) <= 0.05, citing
