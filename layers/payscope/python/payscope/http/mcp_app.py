"""POST /mcp: the tools over the Model Context Protocol, streamable HTTP without sessions.

Each request is authenticated like every other route, and its server is built for its principal alone.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import anyio.to_thread
import mcp_types as mcp
from fastapi import APIRouter, Depends, FastAPI, Request
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from pydantic import ValidationError
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from payscope.domain.identity import Action, Principal
from payscope.errors import PayScopeError
from payscope.http.access import Allow, Gate, actor
from payscope.http.application import framed_application
from payscope.http.tools import Tool, ToolPorts, tools_over

Reader = Annotated[Principal, Depends(Allow(Action.READ))]


def create_mcp_app(gate: Gate, ports: ToolPorts) -> FastAPI:
    """The application; every call of a tool is in the bank's audit log before its result leaves."""
    tools = tools_over(ports)
    router = APIRouter(tags=["tools"], redirect_slashes=False)

    @router.post("/mcp")
    async def call(request: Request, principal: Reader) -> Response:
        return _Exchange(_server_for(principal, tools, request), await request.body())

    return framed_application("PayScope tools", gate, (router,))


class _Exchange(Response):
    """One message of the protocol and its answer."""

    def __init__(self, server: Server[Any], body: bytes) -> None:
        super().__init__()
        self._server = server
        self._received = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        waiting = [self._received]

        async def receive_again() -> Message:
            # The body has been read by the checks before the route.
            if waiting:
                return {"type": "http.request", "body": waiting.pop(), "more_body": False}
            return await receive()

        manager = StreamableHTTPSessionManager(self._server, json_response=True, stateless=True)
        async with manager.run():
            await manager.asgi_app(scope, receive_again, send)


def _server_for(principal: Principal, tools: Mapping[str, Tool], request: Request) -> Server[Any]:
    gate: Gate = request.app.state.gate

    async def list_tools(
        _: ServerRequestContext[Any], __: mcp.PaginatedRequestParams | None
    ) -> mcp.ListToolsResult:
        return mcp.ListToolsResult(
            tools=[
                mcp.Tool(
                    name=tool.name,
                    description=tool.description,
                    input_schema=tool.arguments.model_json_schema(),
                    annotations=mcp.ToolAnnotations(read_only_hint=True),
                )
                for tool in tools.values()
            ]
        )

    async def call_tool(
        _: ServerRequestContext[Any], params: mcp.CallToolRequestParams
    ) -> mcp.CallToolResult:
        tool = tools.get(params.name)
        if tool is None:
            return _failed("There is no such tool.")
        outcome, result = await anyio.to_thread.run_sync(
            lambda: _run(tool, params.arguments or {}, principal, gate)
        )
        gate.audit(
            principal.bank_id,
            actor=actor(principal),
            action="tool.called",
            resource=f"tool/{tool.name}",
            outcome=outcome,
            request_id=request.state.request_id,
        )
        return result

    return Server("payscope", version="1", on_list_tools=list_tools, on_call_tool=call_tool)


def _run(
    tool: Tool, arguments: Mapping[str, Any], principal: Principal, gate: Gate
) -> tuple[str, mcp.CallToolResult]:
    try:
        principal.require(tool.action)
        document = tool.run(tool.arguments.model_validate(arguments), principal, gate.now())
    except PayScopeError as error:
        return error.slug, _failed(error.message)
    except ValidationError as error:
        # Rules and places are told; values are not, because they may be payment data.
        told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:5])
        return "invalid-input", _failed(told)
    text = json.dumps(document, separators=(",", ":"))
    content = [mcp.TextContent(type="text", text=text)]
    return "answered", mcp.CallToolResult(content=list(content), structured_content=document)


def _failed(message: str) -> mcp.CallToolResult:
    return mcp.CallToolResult(content=[mcp.TextContent(type="text", text=message)], is_error=True)
