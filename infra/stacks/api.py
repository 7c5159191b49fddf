"""The HTTP API and its functions."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

import json

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.config import API_DEADLINE_S, StageConfig
from infra.constructs.function import Layers, PayScopeFunction, grant_invoke_model
from infra.constructs.queue import DeadLetterQueue
from infra.constructs.watch import alarm, log_group
from infra.stacks.data import DataStack

QUESTION_ROUTES = {
    "chat": ("POST /chat/query", "POST /query", "GET /catalogue"),
    "receipts": ("GET /receipts/{value_id}",),
    "tools": ("POST /mcp",),
}
_ACCESS_LOG = {
    "at": "$context.requestTimeEpoch",
    "request_id": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "took_ms": "$context.responseLatency",
    "function_ms": "$context.integrationLatency",
    "function_status": "$context.integrationStatus",
    "error": "$context.integrationErrorMessage",
    "from": "$context.identity.sourceIp",
}


class ApiStack(Stack):
    """Questions, receipts and tools each have a function; everything else goes to ``admin``."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        data: DataStack,
        report_machine: sfn.StateMachine,
        forecast_machine: sfn.StateMachine,
        risk_machine: sfn.StateMachine,
        dead_letters: DeadLetterQueue,
        received: sqs.IQueue,
        **stack: object,
    ) -> None:
        super().__init__(scope, name, **stack)
        context = data.context
        layers = Layers(self, context)
        rate = {
            "PAYSCOPE_BANK_RATE": str(context.config.bank_rate),
            "PAYSCOPE_BANK_BURST": str(context.config.bank_burst),
        }
        asking = {**rate, **_language_model(context.config)}
        chat = PayScopeFunction(self, "chat", context=context, layers=layers, environment=asking)
        receipts = PayScopeFunction(self, "receipts", context=context, layers=layers, environment=rate)
        tools = PayScopeFunction(self, "tools", context=context, layers=layers, environment=asking)
        admin = PayScopeFunction(
            self,
            "admin",
            context=context,
            layers=layers,
            environment={
                **rate,
                "PAYSCOPE_REPORT_MACHINE_ARN": report_machine.state_machine_arn,
                "PAYSCOPE_FORECAST_MACHINE_ARN": forecast_machine.state_machine_arn,
                "PAYSCOPE_RISK_MACHINE_ARN": risk_machine.state_machine_arn,
                "PAYSCOPE_DLQ_URL": dead_letters.queue.queue_url,
                "PAYSCOPE_RECEIVED_QUEUE_URL": received.queue_url,
            },
        )
        data.reports.grant_put(admin.function)  # upload tickets are signed with the function's own right
        data.reports.grant_read(admin.function)
        for reading in (receipts, tools):
            data.work.grant_read(reading.function)  # receipts show the raw rows
        if context.config.language_model:
            for answering in (chat, tools):
                grant_invoke_model(answering.function, context.config.language_model)
        dead_letters.queue.grant_consume_messages(admin.function)
        received.grant_send_messages(admin.function)  # a file that was never taken in is announced again
        for machine in (report_machine, forecast_machine, risk_machine):
            machine.grant_start_execution(admin.function)

        deadline = Duration.seconds(API_DEADLINE_S)
        api = apigateway.HttpApi(
            self,
            "Http",
            create_default_stage=False,
            default_integration=HttpLambdaIntegration("Admin", admin.function, timeout=deadline),
        )
        for name, function in (("chat", chat), ("receipts", receipts), ("tools", tools)):
            integration = HttpLambdaIntegration(name.title(), function.function, timeout=deadline)
            for route in QUESTION_ROUTES[name]:
                method, path = route.split(" ")
                api.add_routes(path=path, methods=[apigateway.HttpMethod[method]], integration=integration)
        access_logs = log_group(self, "AccessLogs", context.config, context.key)
        access_logs.grant_write(iam.ServicePrincipal("delivery.logs.amazonaws.com"))
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=api,
            auto_deploy=True,
            detailed_metrics_enabled=True,
            throttle=apigateway.ThrottleSettings(
                rate_limit=context.config.api_rate, burst_limit=context.config.api_burst
            ),
        )
        child = stage.node.default_child
        if not isinstance(child, apigateway.CfnStage):
            raise TypeError("a stage without its resource")
        child.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=access_logs.log_group_arn, format=json.dumps(_ACCESS_LOG, separators=(",", ":"))
        )
        for label, metric, threshold, periods, what_to_do in (
            (
                "ServerErrors",
                api.metric_server_error(period=Duration.minutes(5)),
                1,
                1,
                "The API answered 5xx: find the request in the access log, then in the function's log.",
            ),
            (
                "Slow",
                api.metric_latency(period=Duration.minutes(5), statistic=cloudwatch.Stats.percentile(95)),
                3000,
                3,
                "The API's p95 is over 3 s: look at the database's capacity and the slow queries.",
            ),
        ):
            alarm(self, label, metric, what_to_do, context.alarms, threshold=threshold, periods=periods)

        CfnOutput(self, "ApiId", value=api.api_id)
        CfnOutput(self, "ApiUrl", value=stage.url)


def _language_model(config: StageConfig) -> dict[str, str]:
    return {"PAYSCOPE_LANGUAGE_MODEL_ID": config.language_model} if config.language_model else {}
