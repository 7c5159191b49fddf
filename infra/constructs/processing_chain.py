"""The state machines: the chain of a report, and the run of a model."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.constructs.context import StageContext
from infra.constructs.function import PayScopeFunction
from infra.constructs.watch import alarm, log_group
from payscope.errors import REJECTING, RETRIABLE

SERVICE_ERRORS = (
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
    # A worker that was killed or ran out of time or memory; steps are idempotent, so another may take over.
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
)
RETRIED = [error.__name__ for error in RETRIABLE] + list(SERVICE_ERRORS)
REJECTED = [error.__name__ for error in REJECTING]
_WHOLE = sfn.JsonPath.entire_payload
_CHAIN_HOURS = 6


class StateMachine(Construct):
    """A standard state machine with its logs and alarms."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        definition: sfn.IChainable,
        timeout: Duration,
        context: StageContext,
    ) -> None:
        super().__init__(scope, name)
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_chainable(definition),
            timeout=timeout,
            tracing_enabled=context.config.tracing,
            logs=sfn.LogOptions(
                destination=log_group(self, "Logs", context.config, context.key),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,  # documents name files; ids are in the functions' logs
            ),
        )
        for ending, metric in (
            ("Failed", self.machine.metric_failed(period=Duration.minutes(5))),
            ("TimedOut", self.machine.metric_timed_out(period=Duration.minutes(5))),
        ):
            alarm(
                self,
                ending,
                metric,
                f"Executions of {name} ended {ending}: open one, read its last state, then redrive it.",
                context.alarms,
            )


class ProcessingChain(Construct):
    """One execution carries one revision of a report from its file to its published result.

    Every step gets the report's document and returns the next one. What can pass is retried, a file that
    cannot be used is rejected with its reason, and anything else ends in a FAILED report and a dead letter
    that holds the document.

    Args:
        steps: The functions by folder name.
        dead_letters: Where the documents of failed reports go.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        steps: Mapping[str, PayScopeFunction],
        dead_letters: sqs.IQueue,
        context: StageContext,
    ) -> None:
        super().__init__(scope, name)
        self._steps = steps
        failed = sfn.Fail(
            self, "Failed", error="ReportFailed", cause="The report is FAILED and in the dead-letter queue."
        )
        to_dead_letters = tasks.SqsSendMessage(
            self,
            "KeepForRedrive",
            queue=dead_letters,
            message_body=sfn.TaskInput.from_json_path_at(_WHOLE),
            result_path=sfn.JsonPath.DISCARD,
            task_timeout=sfn.Timeout.duration(Duration.seconds(60)),
        )
        to_dead_letters.add_retry(
            errors=["States.ALL"], interval=Duration.seconds(2), max_attempts=6, backoff_rate=2
        )
        to_dead_letters.next(failed)
        fail = self._task("Fail", "fail_report")
        fail.add_catch(to_dead_letters, errors=["States.ALL"], result_path="$.failure")
        fail.next(to_dead_letters)
        self._fail = fail

        publish = self._step("Publish", "publish_report")
        publish.next(sfn.Succeed(self, "Published"))
        reject = self._step("Reject", "reject_report")
        reject.next(publish)
        detect = self._step("DetectAnomalies", "detect_anomalies")
        detect.next(publish)
        derive = sfn.Parallel(self, "Derive", result_path=sfn.JsonPath.DISCARD)
        derive.branch(
            self._task("SyncGraph", "sync_graph"),
            self._task("IndexReport", "index_report"),
            self._task("RollUp", "roll_up_report"),
        )
        derive.add_catch(fail, errors=["States.ALL"], result_path="$.error")
        derive.next(detect)
        reconcile = self._step("Reconcile", "reconcile_report")
        reconcile.next(derive)
        totals = self._step("CheckTotals", "check_totals")
        totals.next(reconcile)
        load = sfn.Map(
            self,
            "Load",
            items_path="$.chunks",
            max_concurrency=context.config.load_parallelism,
            item_selector={
                "bank_id": sfn.JsonPath.string_at("$.bank_id"),
                "report_id": sfn.JsonPath.string_at("$.report_id"),
                "profile": sfn.JsonPath.string_at("$.profile"),
                "chunk": sfn.JsonPath.object_at("$$.Map.Item.Value"),
            },
            result_path=sfn.JsonPath.DISCARD,
        )
        load.item_processor(self._task("LoadChunk", "load_chunk"))
        load.add_catch(fail, errors=["States.ALL"], result_path="$.error")
        load.next(totals)
        map_rows = self._step("Map", "map_report", reject)
        map_rows.next(
            sfn.Choice(self, "Mapped")
            .when(
                sfn.Condition.string_equals("$.status", "NEEDS_MAPPING"), sfn.Succeed(self, "WaitsForMapping")
            )
            .when(
                sfn.Condition.or_(
                    sfn.Condition.string_equals("$.status", "REJECTED"),
                    sfn.Condition.string_equals("$.status", "DUPLICATE"),
                ),
                publish,
            )
            .otherwise(load)
        )
        parse = self._step("Parse", "parse_report", reject)
        parse.next(map_rows)
        self.machine = StateMachine(
            self, "Report", definition=parse, timeout=Duration.hours(_CHAIN_HOURS), context=context
        ).machine

    def _task(self, state: str, function: str) -> tasks.LambdaInvoke:
        return invoke(self, state, self._steps[function])

    def _step(self, state: str, function: str, reject: sfn.IChainable | None = None) -> tasks.LambdaInvoke:
        task = self._task(state, function)
        if reject is not None:
            task.add_catch(reject, errors=REJECTED, result_path="$.error")
        task.add_catch(self._fail, errors=["States.ALL"], result_path="$.error")
        return task


def invoke(scope: Construct, state: str, function: PayScopeFunction, **fields: object) -> tasks.LambdaInvoke:
    """A state that calls a function, waits no longer than it may run, and retries what can pass."""
    task = tasks.LambdaInvoke(
        scope,
        state,
        lambda_function=function.function,
        payload_response_only=True,
        retry_on_service_exceptions=False,
        task_timeout=sfn.Timeout.duration(Duration.seconds(function.timeout_s + 10)),
        **fields,
    )
    task.add_retry(
        errors=RETRIED,
        interval=Duration.seconds(2),
        max_attempts=6,
        backoff_rate=2,
        max_delay=Duration.minutes(2),
        jitter_strategy=sfn.JitterType.FULL,
    )
    return task
