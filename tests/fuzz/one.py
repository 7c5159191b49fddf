"""Fuzzes one target in this process: ``python -m tests.fuzz.one TARGET SECONDS``."""

import hashlib
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import NoReturn

import atheris

# The package gives its names at run time only, so the type checker does not know them.
_instrumented = atheris.instrument_imports  # pyright: ignore[reportAttributeAccessIssue]
with _instrumented(include=["payscope", "xlrd", "zipfile", "json", "csv", "gzip", "defusedxml"]):
    from tests.fuzz.targets import TARGETS, Target

    for _target in TARGETS:
        if _target.name == sys.argv[1]:
            # What is imported only when a file is read must be seen by the engine too.
            _target.run(_target.seeds()[0])

_ROOT = Path(__file__).resolve().parents[2]
_CPU_SECONDS = 5
_MEGABYTES = 1_536
_LONGEST = 16_384


class TooSlowError(BaseException):
    """An input takes more processor time than any of its size should."""


class _Fuzzing:
    """Runs inputs; a fault is written down and fuzzing goes on."""

    def __init__(self, target: Target, folder: Path) -> None:
        self._target = target
        self._faults = folder / "faults"
        self._faults.mkdir(parents=True, exist_ok=True)
        for old in self._faults.iterdir():
            old.unlink()
        signal.signal(signal.SIGVTALRM, _stop)

    def take(self, data: bytes) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, _CPU_SECONDS)
        try:
            self._target.run(data)
        except (Exception, TooSlowError) as error:  # noqa: BLE001 -- any exception here is a finding
            self._note(error, data)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _note(self, error: BaseException, data: bytes) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        place = "" if isinstance(error, TooSlowError) else f"{frames[-1].filename}:{frames[-1].lineno}"
        name = hashlib.sha256(f"{type(error).__name__} {place}".encode()).hexdigest()[:12]
        file = self._faults / f"{name}.input"
        if not file.exists() or file.stat().st_size > len(data):
            file.write_bytes(data)
            trace = "".join(traceback.format_exception(error))
            (self._faults / f"{name}.trace").write_text(trace, "utf-8", "backslashreplace")


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise TooSlowError(f"more than {_CPU_SECONDS} s")


def main() -> None:
    """Never returns: the engine ends the process."""
    targets = {target.name: target for target in TARGETS}
    if sys.argv[1] == "--list":
        print(*targets)
        return
    target = targets[sys.argv[1]]
    folder = _ROOT / "build" / "fuzz" / target.name
    fuzzing = _Fuzzing(target, folder)
    corpus, seeds = folder / "corpus", folder / "seeds"
    for place in (corpus, seeds):
        place.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(target.seeds()):
        (seeds / f"{number:03d}").write_bytes(content)
    words = folder / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words))
    options = [
        f"-max_total_time={sys.argv[2]}",
        f"-max_len={_LONGEST}",
        f"-rss_limit_mb={_MEGABYTES}",
        "-timeout=120",
        "-print_final_stats=1",
        f"-dict={words}",
        f"-artifact_prefix={folder / 'faults'}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus), str(seeds)], fuzzing.take)
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main()
