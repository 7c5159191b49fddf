"""The route about the schemes' monitoring programmes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from fastapi import APIRouter, Query

from payscope.application.paging import page_within
from payscope.application.reconcile.evaluate_programmes import ProgrammeReader, evaluate_programmes
from payscope.domain.reconcile.programmes import Programme, Standing
from payscope.http.parameters import Cursor, Limit, Reader
from payscope.http.rendering import render


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePorts:
    """Where the counts come from, and the dated rules that they are held against."""

    counts: ProgrammeReader
    rules: Sequence[Programme]


def programme_routes(ports: ProgrammePorts) -> APIRouter:
    """GET /programmes."""
    router = APIRouter(tags=["programmes"])

    @router.get("/programmes")
    def programmes(
        principal: Reader,
        month: Annotated[str | None, Query(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        chosen = None if month is None else date.fromisoformat(f"{month}-01")
        standings = evaluate_programmes(principal.bank_id, ports.counts, ports.rules, chosen)
        page = page_within(standings, limit, _key, cursor, 2)
        return {"items": [_document(item) for item in page.items], "next_cursor": page.next_cursor}

    return router


def _document(standing: Standing) -> dict[str, Any]:
    ratio = standing.ratio_bps
    return {
        "programme": standing.programme,
        "network": standing.network,
        "merchant_id": standing.merchant_id,
        "month": standing.month.isoformat()[:7],
        "tier": standing.tier,
        "ratio_bps": None if ratio is None else _decimals(ratio),
        "numerator": standing.numerator,
        "denominator": standing.denominator,
        "threshold_bps": standing.threshold_bps,
        "headroom_events": standing.headroom_events,
        "early_warning": standing.is_early_warning,
        "parts": dict(standing.parts),
        "contributors": render(standing.contributors),
        "source": render(standing.source),
    }


def _decimals(value: Fraction) -> str:
    """Two decimals, half to even, exactly."""
    cents = round(value * 100)
    return f"{cents // 100}.{cents % 100:02d}"


def _key(standing: Standing) -> tuple[str, ...]:
    return standing.programme, standing.merchant_id or ""
