"""The one kind of Lambda function."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

from collections.abc import Mapping
from typing import get_args

from aws_cdk import Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.assets import function_code, layer_code, package_code
from infra.config import EMBEDDING_FUNCTIONS, FUNCTIONS, Layer
from infra.constructs.context import StageContext
from infra.constructs.watch import alarm, log_group


class Layers(Construct):
    """The layers of one stack: the package, and the dependency layers that its functions ask for."""

    def __init__(self, scope: Construct, context: StageContext) -> None:
        super().__init__(scope, "Layers")
        self._context = context
        self._layers: dict[str, lambda_.LayerVersion] = {}

    def of(self, name: str) -> list[lambda_.ILayerVersion]:
        """The layers of a function, the package's last so that it wins."""
        wanted = FUNCTIONS[name].layers if self._context.config.dependency_layers else ()
        return [
            *(self._layer(layer) for layer in get_args(Layer) if layer in wanted),
            self._layer("payscope"),
        ]

    def _layer(self, name: str) -> lambda_.LayerVersion:
        if name not in self._layers:
            config = self._context.config
            code = (
                package_code(config)
                if name == "payscope"
                else layer_code(config, name, self._context.built_layers)
            )
            self._layers[name] = lambda_.LayerVersion(
                self,
                name.title(),
                code=code,
                compatible_runtimes=[lambda_.Runtime.PYTHON_3_11],
                removal_policy=RemovalPolicy.DESTROY,
            )
        return self._layers[name]


class PayScopeFunction(Construct):
    """functions/<name> as a Lambda: layers, log retention, tracing, concurrency, alarms, least privilege.

    Args:
        name: The folder in functions/.
        environment: What it needs beside the settings that all share.
        is_async: Whether it is invoked without anyone waiting: its lost events go to ``dead_letters``.
        dead_letters: Where lost events go.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        context: StageContext,
        layers: Layers,
        environment: Mapping[str, str] | None = None,
        is_async: bool = False,
        dead_letters: sqs.IQueue | None = None,
    ) -> None:
        super().__init__(scope, "".join(word.title() for word in name.split("_")))
        config, size = context.config, FUNCTIONS[name]
        if is_async and dead_letters is None:
            raise ValueError(f"{name} is invoked asynchronously and needs a queue for its lost events")
        group = log_group(self, "Logs", config, context.key)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        group.grant_write(role)
        inside = context.placement if context.placement.functions_inside else None
        if inside is not None:
            role.add_to_policy(_network_interfaces())
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"PayScope {name}",
            runtime=lambda_.Runtime.PYTHON_3_11,
            architecture=lambda_.Architecture.X86_64
            if config.architecture == "x86_64"
            else lambda_.Architecture.ARM_64,
            handler="handler.handler",
            code=function_code(config, name),
            layers=layers.of(name),
            role=role,
            memory_size=size.memory_mb,
            ephemeral_storage_size=Size.mebibytes(size.disk_mb) if size.disk_mb > 512 else None,
            timeout=Duration.seconds(size.timeout_s),
            environment={**context.environment, **(environment or {})},
            log_group=group,
            tracing=lambda_.Tracing.ACTIVE if config.tracing else lambda_.Tracing.DISABLED,
            reserved_concurrent_executions=config.reserved_concurrency.get(name),
            dead_letter_queue=dead_letters if is_async else None,
            retry_attempts=2 if is_async else None,
            vpc=inside.vpc if inside else None,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
            if inside
            else None,
            security_groups=[inside.workers] if inside else None,
        )
        context.connections.grant_read(role)
        if config.embedding_model and name in EMBEDDING_FUNCTIONS:
            grant_invoke_model(self.function, config.embedding_model)
        alarm(
            self,
            "Errors",
            self.function.metric_errors(period=Duration.minutes(5)),
            f"{name} raised errors: read its log group, then the execution that called it.",
            context.alarms,
        )
        alarm(
            self,
            "Throttles",
            self.function.metric_throttles(period=Duration.minutes(5)),
            f"{name} was throttled: raise its reserved concurrency or the account's limit.",
            context.alarms,
        )
        self.timeout_s = size.timeout_s


def grant_invoke_model(function: lambda_.Function, model_id: str) -> None:
    """Let a function call one foundation model of its own region, and no other."""
    model = Stack.of(function).format_arn(
        service="bedrock",
        account="",
        resource="foundation-model",
        resource_name=model_id,
    )
    function.add_to_role_policy(iam.PolicyStatement(actions=["bedrock:InvokeModel"], resources=[model]))


def _network_interfaces() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=[
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ],
        resources=["*"],  # the network interfaces of a function are not known before it runs
    )
