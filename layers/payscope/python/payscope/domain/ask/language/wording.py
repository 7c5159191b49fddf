"""Words that replies are put together from."""

from collections.abc import Sequence

from payscope.domain.ask.language.reading import Reading


def time_words(reading: Reading) -> str:
    return reading.times[0][1].text if reading.times else ""


def either(labels: Sequence[str]) -> str:
    shown = [label[:1].lower() + label[1:] if label[:2] != label[:2].upper() else label for label in labels]
    return f"{', '.join(shown[:-1])} or {shown[-1]}" if len(shown) > 1 else shown[0]
