"""Clearing files (IPM): our reader beside cardutil's, one core, the same fields.

``python -m bench.ipm --rows 100000`` measures by itself; no stack is needed.
"""

import argparse
import io
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from cardutil.mciipm import IpmReader as CardutilReader

from bench.figures import Figure, table
from payscope.adapters.readers.cards.ipm import IpmReader
from payscope.adapters.readers.cards.ipm_messages import read_message
from payscope.adapters.readers.cards.ipm_records import read_records
from payscope.adapters.yaml.profiles import PackagedProfiles
from tests.support.ipm_writer import SALE, blocked, header, message, private, records, trailer

_PROFILES = PackagedProfiles().all()
_FILE = "0012603010000001698700401"
_CHIP = bytes.fromhex(
    "9F2608A1B2C3D4E5F607189F2701809F3602001A950500000080009A032603019C01009F02060000000123455F2A020826"
)
# What ours calls otherwise: the card's number, and the merchant's parts.
_NAMES = {
    "DE2": "PAN", "DE43_NAME": "merchant_name", "DE43_ADDRESS": "merchant_address",
    "DE43_SUBURB": "merchant_city", "DE43_POSTCODE": "merchant_postcode", "DE43_STATE": "merchant_state",
}  # fmt: skip
# Whole elements of which both give the parts, and the country, ours in two letters.
_CONTAINERS = frozenset({"DE48", "DE55", "ICC_DATA", "DE43_COUNTRY"})


def clearing_file(rows: int, encoding: str, seed: int = 7) -> bytes:
    """First presentments of different cards, merchants and amounts, a third of them with chip data."""
    draw = random.Random(seed)  # noqa: S311 -- test data
    total = 0

    def messages() -> Iterator[bytes]:
        nonlocal total
        yield header(_FILE, encoding)
        for number in range(rows):
            amount = draw.randrange(100, 250_000)
            total += amount
            elements = {
                **SALE,
                2: f"54133300{draw.randrange(10**8):08d}",
                4: f"{amount:012d}",
                12: f"2603{draw.randrange(1, 29):02d}12{draw.randrange(60):02d}{draw.randrange(60):02d}",
                31: f"0541333606{number:013d}",
                42: f"MERCHANT{draw.randrange(500):07d}",
                48: private(
                    {
                        "0023": "POI",
                        "0052": "210",
                        "0148": "82629782",
                        "0158": "MCC1010401000001   73NN",
                        "0165": "M",
                        "0191": "2",
                        "0002": "MCC",
                        "0003": "MCC",
                    }
                ),
                71: f"{number + 2:08d}",
            }
            if number % 3 == 0:
                elements[55] = _CHIP
            yield message("1240", elements, encoding)
        yield trailer(_FILE, rows + 2, total, encoding)

    return blocked(records(messages()))


def measure(rows: int) -> list[Figure]:
    """Records a second, best of three, in ASCII and EBCDIC, after a check that the fields are the same."""
    figures: list[Figure] = []
    for label, encoding in (("ASCII", "latin-1"), ("EBCDIC", "cp500")):
        content = clearing_file(rows, encoding)
        compared = compare(content, encoding)
        figures.append(Figure(f"IPM {label} fields compared", compared, "fields"))
        ours = min(_seconds(lambda content=content: _ours(content)) for _ in range(3))
        theirs = min(
            _seconds(lambda content=content, encoding=encoding: _theirs(content, encoding)) for _ in range(2)
        )
        figures.append(
            Figure(f"IPM {label}", (rows + 2) / ours, "records/s", "cardutil 0.7.3", (rows + 2) / theirs)
        )
    return figures


def compare(content: bytes, encoding: str) -> int:
    """How many fields both give alike.

    Raises:
        AssertionError: A field differs.
    """
    compared = 0
    rows = [
        row for block in _reader(content).blocks() if block.rows is not None for row in block.rows.to_pylist()
    ]
    raw = [
        record.data for record in read_records(io.BytesIO(content), content[: 256 * 1024], lambda _data: True)
    ]
    theirs = CardutilReader(io.BytesIO(content), encoding=encoding, blocked=True)
    for row, data, expected in zip(rows, raw, theirs, strict=True):
        fields = read_message(data, data.decode(encoding))
        if not isinstance(fields, dict):
            raise AssertionError(fields)
        fields = {**fields, **{name: text for name, text in row.items() if text}}
        for name, value in expected.items():
            if name in _CONTAINERS:
                continue
            ours = fields.get(_NAMES.get(name, name), "")
            if _plain(value, ours) != ours.strip():
                raise AssertionError(f"{name}: cardutil {value!r}, ours {ours!r}")
            compared += 1
    return compared


def _plain(value: object, ours: str) -> str:
    if isinstance(value, datetime):
        return f"{value:%y%m%d%H%M%S}"
    if isinstance(value, int):
        return f"{value:0{len(ours)}d}"
    return str(value).strip()


def _reader(content: bytes) -> IpmReader:
    return IpmReader(lambda: io.BytesIO(content), content[: 256 * 1024], _PROFILES)


def _ours(content: bytes) -> int:
    return sum(block.rows.num_rows for block in _reader(content).blocks() if block.rows is not None)


def _theirs(content: bytes, encoding: str) -> int:
    return sum(1 for _ in CardutilReader(io.BytesIO(content), encoding=encoding, blocked=True))


def _seconds(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.ipm")
    parser.add_argument("--rows", type=int, default=50_000)
    sys.stdout.write(table(measure(parser.parse_args().rows)) + "\n")
