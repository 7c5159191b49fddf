"""A FastAPI application as a Lambda handler of an HTTP API (payload format 2.0)."""

from fastapi import FastAPI
from mangum import Mangum

_TEXT_TYPES = ["text/", "application/json", "application/problem+json"]


def on_lambda(app: FastAPI) -> Mangum:
    """The handler; every answer of ours is text, so none goes to the gateway in base64."""
    return Mangum(app, lifespan="off", text_mime_types=_TEXT_TYPES)
