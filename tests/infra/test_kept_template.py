"""The template that a machine without node deploys."""

import json

import pytest

from .conftest import HAS_NODE, KEPT
from .synthesised import ROOT


@pytest.mark.skipif(not HAS_NODE, reason="a fresh synthesis to compare with needs node")
def test_the_kept_template_is_what_the_infrastructure_says_now() -> None:
    from infra.template import render

    kept = {path.name: path.read_text() for path in KEPT.glob("*.json")}
    assert kept == render(), "run: make template"


def test_every_asset_of_the_kept_template_is_a_folder_of_the_project() -> None:
    sources = [
        entry["source"]["path"]
        for listing in KEPT.glob("*.assets.json")
        for entry in json.loads(listing.read_text())["files"].values()
    ]
    assert sources
    assert [path for path in sources if not (ROOT / path).is_dir()] == []
