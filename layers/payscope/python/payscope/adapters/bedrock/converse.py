"""Bedrock's Converse API, with one tool that the model must use: the form of a plan."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from payscope.application.ask.proposing import PlanReply, PlanRequest
from payscope.errors import Unavailable

_TOOL = "measure"
# One try: the question is answered without the model rather than late.
_CONFIG = Config(connect_timeout=2, read_timeout=6, retries={"total_max_attempts": 1})


class BedrockPlanModel:
    """One model by its id.

    Args:
        client: A boto3 ``bedrock-runtime`` client.
        model_id: Model or inference profile.
    """

    def __init__(self, client: Any, model_id: str) -> None:
        self._client = client
        self._model_id = model_id

    @classmethod
    def connected(cls, model_id: str, **client: Any) -> "BedrockPlanModel":
        """With a client that gives up early; ``client`` holds more arguments of ``boto3.client``."""
        return cls(boto3.client("bedrock-runtime", config=_CONFIG, **client), model_id)

    def fill_in(self, request: PlanRequest) -> PlanReply:
        """See ``PlanModel.fill_in``."""
        try:
            reply = self._client.converse(
                modelId=self._model_id,
                system=[{"text": request.instructions}],
                messages=[{"role": "user", "content": [{"text": request.question}]}],
                inferenceConfig={"temperature": 0.0, "maxTokens": request.most_tokens},
                toolConfig={
                    "tools": [
                        {
                            "toolSpec": {
                                "name": _TOOL,
                                "description": "Says what is to be measured.",
                                "inputSchema": {"json": dict(request.schema)},
                            }
                        }
                    ],
                    "toolChoice": {"tool": {"name": _TOOL}},
                },
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown")
            raise Unavailable("The language model did not answer.", code=code) from error
        except (BotoCoreError, ValueError) as error:
            raise Unavailable("The language model did not answer.") from error
        return _reply(reply)


def _reply(reply: Any) -> PlanReply:
    try:
        tokens = int(reply["usage"]["totalTokens"])
        for part in reply["output"]["message"]["content"]:
            if part.get("toolUse", {}).get("name") == _TOOL:
                return PlanReply(part["toolUse"]["input"], max(0, tokens))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable("The language model answered in a form that cannot be read.") from error
    raise Unavailable("The language model answered without filling in the form.")
