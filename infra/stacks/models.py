"""Forecasts and risk scores: container tasks, on a schedule and on demand."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

from aws_cdk import CfnOutput, Stack, TimeZone
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from constructs import Construct

from infra.constructs.container_task import ContainerTask
from infra.constructs.function import Layers, PayScopeFunction
from infra.constructs.queue import DeadLetterQueue
from infra.stacks.data import DataStack


class ModelsStack(Stack):
    """The cluster, one machine a model, and the nightly start for every bank."""

    def __init__(self, scope: Construct, name: str, *, data: DataStack, **stack: object) -> None:
        super().__init__(scope, name, **stack)
        context = data.context
        layers = Layers(self, context)
        cluster = ecs.Cluster(
            self,
            "Cluster",
            vpc=context.placement.vpc,
            container_insights_v2=ecs.ContainerInsights.ENABLED
            if context.config.tracing
            else ecs.ContainerInsights.DISABLED,
        )
        collect_result = PayScopeFunction(self, "collect_result", context=context, layers=layers)
        data.work.grant_read(collect_result.function)
        forecast = ContainerTask(
            self,
            "Forecast",
            folder="forecast",
            cpu=2048,
            memory_mb=8192,
            timeout_s=3600,
            cluster=cluster,
            collect_result=collect_result,
            context=context,
        )
        risk = ContainerTask(
            self,
            "Risk",
            folder="graph_risk",
            cpu=4096,
            memory_mb=16384,
            timeout_s=7200,
            cluster=cluster,
            collect_result=collect_result,
            context=context,
        )
        for task in (forecast, risk):
            data.work.grant_put(task.definition.task_role)
        self.forecast = forecast.machine
        self.risk = risk.machine

        lost_events = DeadLetterQueue(self, "LostEvents", context.alarms)
        start_models = PayScopeFunction(
            self,
            "start_models",
            context=context,
            layers=layers,
            environment={
                "PAYSCOPE_FORECAST_MACHINE_ARN": self.forecast.state_machine_arn,
                "PAYSCOPE_RISK_MACHINE_ARN": self.risk.state_machine_arn,
            },
            is_async=True,
            dead_letters=lost_events.queue,
        )
        self.forecast.grant_start_execution(start_models.function)
        self.risk.grant_start_execution(start_models.function)
        scheduler.Schedule(
            self,
            "Nightly",
            description="Forecast and risk of every bank",
            enabled=context.config.schedules,
            schedule=scheduler.ScheduleExpression.cron(minute="30", hour="2", time_zone=TimeZone.ETC_UTC),
            target=scheduler_targets.LambdaInvoke(
                start_models.function, dead_letter_queue=lost_events.queue, retry_attempts=3
            ),
        )

        CfnOutput(self, "ForecastMachine", value=self.forecast.state_machine_arn)
        CfnOutput(self, "RiskMachine", value=self.risk.state_machine_arn)
        CfnOutput(self, "ClusterArn", value=cluster.cluster_arn)
        CfnOutput(self, "StartModelsFunction", value=start_models.function.function_name)
