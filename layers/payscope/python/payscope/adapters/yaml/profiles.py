"""Profiles that come with the package, one YAML document a version."""

from functools import cache
from importlib.resources import files

import yaml

from payscope.domain.ingest.profiles import Profile


class PackagedProfiles:
    """The profiles under ``payscope/profiles``."""

    def all(self) -> tuple[Profile, ...]:
        """Every profile, in the order of its name."""
        return _load()


@cache
def _load() -> tuple[Profile, ...]:
    folder = files("payscope") / "profiles"
    texts = sorted(
        (item.name, item.read_text("utf-8")) for item in folder.iterdir() if item.name.endswith(".yaml")
    )
    return tuple(Profile.model_validate(yaml.safe_load(text)) for _, text in texts)
