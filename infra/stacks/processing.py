"""From a file in the bucket to a published result."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from constructs import Construct

from infra.config import FUNCTIONS
from infra.constructs.function import Layers, PayScopeFunction
from infra.constructs.processing_chain import ProcessingChain
from infra.constructs.queue import DeadLetterQueue, WorkQueue
from infra.stacks.data import DataStack

STEPS = (
    "parse_report",
    "map_report",
    "load_chunk",
    "check_totals",
    "reject_report",
    "reconcile_report",
    "sync_graph",
    "index_report",
    "roll_up_report",
    "detect_anomalies",
    "publish_report",
    "fail_report",
)
_TELLS_THE_BUS = ("publish_report",)
_READS_WORK = ("map_report", "load_chunk")
_WRITES_WORK = ("parse_report", "map_report")
_READS_REPORTS = ("parse_report",)


class ProcessingStack(Stack):
    """S3 -> EventBridge -> SQS -> ingest_report -> the chain; and the hourly housekeeping."""

    def __init__(self, scope: Construct, name: str, *, data: DataStack, **stack: object) -> None:
        super().__init__(scope, name, **stack)
        context = data.context
        layers = Layers(self, context)
        self.dead_letters = DeadLetterQueue(self, "FailedReports", context.alarms)
        lost_events = DeadLetterQueue(self, "LostEvents", context.alarms)

        environments = {"parse_report": {"PAYSCOPE_OCR": context.config.ocr}}
        steps = {
            step: PayScopeFunction(
                self, step, context=context, layers=layers, environment=environments.get(step)
            )
            for step in STEPS
        }
        if context.config.ocr == "textract":
            steps["parse_report"].function.add_to_role_policy(_textract())
        for step in _READS_REPORTS:
            data.reports.grant_read(steps[step].function)
        for step in _READS_WORK:
            data.work.grant_read(steps[step].function)
        for step in _WRITES_WORK:
            data.work.grant_put(steps[step].function)
        for step in _TELLS_THE_BUS:
            data.bus.grant_put_events_to(steps[step].function)
        self.machine = ProcessingChain(
            self, "Chain", steps=steps, dead_letters=self.dead_letters.queue, context=context
        ).machine

        received = WorkQueue(
            self,
            "Received",
            timeout_s=FUNCTIONS["ingest_report"].timeout_s,
            dead_letters=self.dead_letters,
            alarms=context.alarms,
        )
        self.received = received.queue
        events.Rule(
            self,
            "FileDropped",
            description="A file lies in a bank's inbox",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [data.reports.bucket_name]},
                    "object": {"key": [{"prefix": "banks/"}]},
                },
            ),
            targets=[targets.SqsQueue(received.queue, dead_letter_queue=lost_events.queue)],
        )
        ingest = PayScopeFunction(
            self,
            "ingest_report",
            context=context,
            layers=layers,
            environment={"PAYSCOPE_REPORT_MACHINE_ARN": self.machine.state_machine_arn},
        )
        ingest.function.add_event_source(
            sources.SqsEventSource(
                received.queue,
                batch_size=5,
                report_batch_item_failures=True,
                max_concurrency=context.config.reports_at_once,
            )
        )
        data.reports.grant_read(ingest.function)
        self.machine.grant_start_execution(ingest.function)

        maintenance = PayScopeFunction(
            self,
            "maintenance",
            context=context,
            layers=layers,
            is_async=True,
            dead_letters=lost_events.queue,
            environment={"PAYSCOPE_REPORT_MACHINE_ARN": self.machine.state_machine_arn},
        )
        self.machine.grant_start_execution(maintenance.function)
        data.bus.grant_put_events_to(maintenance.function)
        scheduler.Schedule(
            self,
            "Hourly",
            description="Partitions ahead, retention, completeness, unsent events, stalled reports",
            enabled=context.config.schedules,
            schedule=scheduler.ScheduleExpression.rate(Duration.hours(1)),
            target=scheduler_targets.LambdaInvoke(
                maintenance.function, dead_letter_queue=lost_events.queue, retry_attempts=3
            ),
        )

        CfnOutput(self, "ReportMachine", value=self.machine.state_machine_arn)
        CfnOutput(self, "ReceivedQueue", value=received.queue.queue_url)
        CfnOutput(self, "FailedReportsQueue", value=self.dead_letters.queue.queue_url)
        CfnOutput(self, "MaintenanceFunction", value=maintenance.function.function_name)


def _textract() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["textract:StartDocumentAnalysis", "textract:GetDocumentAnalysis"],
        resources=["*"],  # Textract has no resources of its own; what it reads is granted on the bucket
    )
