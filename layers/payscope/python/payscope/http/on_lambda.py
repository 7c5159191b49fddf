"""A FastAPI application as a Lambda handler of an HTTP API (payload format 2.0)."""

from fastapi import FastAPI
from mangum import Mangum

_TEXT_TYPES = ["text/", "application/json", "application/problem+json"]


def on_lambda(app: FastAPI) -> Mangum:
    """The handler; texts go to the gateway as they are, workbooks in base64."""
    return Mangum(app, lifespan="off", text_mime_types=_TEXT_TYPES)
