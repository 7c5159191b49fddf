"""The EventBridge bus."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from payscope.application.ingest.publish_report import BusEvent
from payscope.errors import Unavailable


class EventBridgeBus:
    """``EventBus`` by PutEvents, source ``payscope``."""

    def __init__(self, client: Any, bus_name: str) -> None:
        self._client = client
        self._bus_name = bus_name

    def send(self, events: Sequence[BusEvent]) -> frozenset[UUID]:
        """See ``EventBus.send``.

        Raises:
            Unavailable: The bus did not answer.
        """
        entries = [
            {
                "EventBusName": self._bus_name,
                "Source": "payscope",
                "DetailType": event.detail_type,
                "Detail": json.dumps({**event.detail, "outbox_id": str(event.outbox_id)}),
            }
            for event in events
        ]
        try:
            answer = self._client.put_events(Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The event bus did not take the events; check EventBridge.") from error
        return frozenset(
            event.outbox_id
            for event, result in zip(events, answer["Entries"], strict=True)
            if not result.get("ErrorCode")
        )
