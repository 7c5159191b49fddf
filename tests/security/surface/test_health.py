"""Who has no token cannot load the dependencies by asking how they are."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from payscope.application.operate.check_health import CheckHealth, Standing
from payscope.errors import Unavailable


@dataclass
class Counted:
    """A vital dependency that counts how often it is asked."""

    name: str = "postgres"
    is_vital: bool = True
    asked: int = 0
    is_away: bool = False

    def check(self) -> str:
        self.asked += 1
        if self.is_away:
            raise Unavailable("away")
        return "It answers."


def test_a_flood_of_questions_asks_the_dependencies_once_a_second() -> None:
    probe, now = Counted(), [100.0]
    check = CheckHealth([probe], lambda: now[0])
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: check().status, range(200)))
    assert (set(found), probe.asked) == ({Standing.UP}, 1)
    probe.is_away, now[0] = True, 100.9
    assert check().status is Standing.UP
    now[0] = 101.0
    assert (check().status, probe.asked) == (Standing.DOWN, 2)
