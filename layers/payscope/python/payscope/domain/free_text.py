"""What people type: kept without the card numbers in it."""

import re

from payscope.domain.pan import holds_track_data, redact, remove_track_data

_TOKEN = re.compile(r"card_[0-9]{6,8}_([0-9]{4})_[0-9a-f]{32}")


def without_card_numbers(text: str) -> str:
    """The text with each card number shown by its last four digits, and without magnetic stripe content."""
    stripeless = remove_track_data(text) if holds_track_data(text) else text
    # The key does not matter: nothing of the token but the last four digits is kept.
    redacted = redact(stripeless, b"")
    return stripeless if redacted == stripeless else _TOKEN.sub(r"card ending \1", redacted)


def holds_card_number(text: str) -> bool:
    """Whether a card number or a magnetic stripe's content is in the text."""
    return without_card_numbers(text) != text
