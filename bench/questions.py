"""Questions over the evaluation's world: exact, wrong, asked back, refused, how sure, and how fast.

The world is loaded into a server of this run's own, and the questions run in this process through the
same use case and adapters as in the function: the latency is the handler's and the database's together.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg

from bench.figures import Figure, percentile
from payscope.adapters.postgres.ask.asking import postgres_ask_ports
from payscope.adapters.postgres.migrations import PostgresSchema
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.answer_question import answer_question
from payscope.domain.ask.answers import Answer, Question
from payscope_local.postgres import (
    THROW_AWAY,
    create_roles_and_database,
    random_passwords,
    remove_postgres,
    start_postgres,
)
from tests.evaluation import world
from tests.evaluation.scoring import ALL_SETS, Scores, score
from tests.support.ask import NOW, RowsInMemory, load_world

_MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations" / "postgres"
_CONTEXT_KEY = hashlib.sha256(b"a key for the benchmark only").digest()
_GOAL_P50_MS, _GOAL_P95_MS = 150, 500


def measure() -> list[Figure]:
    """Figures of the tuned part, the part that was held out, and the fresh sets, each beside its goal."""
    figures: list[Figure] = []
    with _loaded_world() as database:
        ports = postgres_ask_ports(database, RowsInMemory())

        def ask(text: str, thread_id: UUID | None) -> Answer:
            question = Question(query=text, as_of=world.TODAY, thread_id=thread_id)
            return answer_question(question, bank_id=world.BANK, subject="bench", now=NOW, ports=ports)

        for each in ALL_SETS:
            figures += _figures(each.name, score(each, ask))
    return figures


@contextmanager
def _loaded_world() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="payscope-bench-") as folder:
        Path(folder).chmod(0o711)
        data_dir = Path(folder) / "postgres"
        server = start_postgres(data_dir, settings=THROW_AWAY)
        try:
            dsns = create_roles_and_database(server.dsn_superuser, random_passwords())
            PostgresSchema(dsns.owner, dsns.app, _MIGRATIONS, _CONTEXT_KEY, 1).migrate()
            database = Database(dsns.app, _CONTEXT_KEY, 1, pool_size=4)
            load_world(database, world.BANK, name="Harbour Bank")
            load_world(database, world.OTHER_BANK, name="Other Bank")
            with psycopg.connect(dsns.owner, autocommit=True) as owner:
                owner.execute("analyze")
            yield database
            database.close()
        finally:
            remove_postgres(data_dir)


def _figures(name: str, scores: Scores) -> list[Figure]:
    def part(what: str, right: int, whole: int, goal: float) -> Figure:
        return Figure(f"questions, {name}: {what} of {whole}", right / whole, "share", "goal", goal)

    return [
        part("exact", scores.exact, scores.covered, 0.99),
        part("wrong when answered", scores.wrong, scores.covered, 0.005),
        part("asked back", scores.asked_back, scores.ambiguous, 0.9),
        part("refused", scores.refused, scores.outside, 0.95),
        Figure(f"questions, {name}: attacks answered", scores.attacked, "of", "asked", scores.attacks),
        Figure(f"questions, {name}: calibration error", scores.calibration_error, "share"),
        *_latencies(name, scores.taken_ms),
    ]


def _latencies(name: str, taken_ms: Sequence[float]) -> list[Figure]:
    return [
        Figure(f"questions, {name}: p50", percentile(taken_ms, 0.50), "ms", "goal", _GOAL_P50_MS),
        Figure(f"questions, {name}: p95", percentile(taken_ms, 0.95), "ms", "goal", _GOAL_P95_MS),
    ]
