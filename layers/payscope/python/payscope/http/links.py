"""Routes that the graph answers; cards are counted, never named."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query

from payscope.application.reconcile.get_transaction import LifecycleReader
from payscope.application.reconcile.read_breaks import BreakFilter, BreakReader
from payscope.application.reconcile.read_links import (
    LinkReader,
    cluster_breaks,
    link_payment,
    read_rings,
    trace_batch,
)
from payscope.domain.reconcile.reconciliation import BreakReason
from payscope.http.parameters import CurrencyCode, Name, Reader
from payscope.http.rendering import render

_MOST_RINGS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPorts:
    """What the routes use; the graph's driver is loaded by the first of them."""

    links: Callable[[], LinkReader]
    lifecycles: LifecycleReader
    breaks: BreakReader


def link_routes(ports: LinkPorts) -> APIRouter:
    """GET /transactions/{id}/links, /breaks/clusters, /settlement/batches/{ref}/files, links and rings."""
    router = APIRouter(tags=["links"], redirect_slashes=False)

    @router.get("/transactions/{transaction_id}/links")
    def payment_links(principal: Reader, transaction_id: Name) -> dict[str, Any]:
        return render(link_payment(ports.lifecycles, ports.links(), principal.bank_id, transaction_id))

    @router.get("/breaks/clusters")
    def break_clusters(
        principal: Reader,
        reason: Annotated[BreakReason | None, Query()] = None,
        currency: CurrencyCode = None,
    ) -> dict[str, Any]:
        wanted = BreakFilter(reason=reason, currency=currency)
        found = cluster_breaks(ports.breaks, ports.links(), principal.bank_id, wanted)
        return {"payments": found.payments, "items": render(found.clusters), "next_cursor": None}

    @router.get("/settlement/batches/{batch_ref}/files")
    def batch_files(principal: Reader, batch_ref: Name) -> dict[str, Any]:
        files = trace_batch(ports.links(), principal.bank_id, batch_ref)
        return {"items": render(files), "next_cursor": None}

    @router.get("/risk/merchants/{merchant_id}/links")
    def sharing_merchants(principal: Reader, merchant_id: Name) -> dict[str, Any]:
        found = ports.links().merchants_by_card(principal.bank_id, merchant_id)
        return {"items": render(found), "next_cursor": None}

    @router.get("/risk/rings")
    def rings(principal: Reader) -> dict[str, Any]:
        items = [
            {"cards": len(ring.cards), "merchants": list(ring.merchants), "payments": ring.payments}
            for ring in read_rings(ports.links(), principal.bank_id)[:_MOST_RINGS]
        ]
        return {"items": items, "next_cursor": None}

    return router
