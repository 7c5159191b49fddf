"""Logs and alarms, the same everywhere."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

from collections.abc import Mapping

from aws_cdk import RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.config import StageConfig

_DAYS: Mapping[int, logs.RetentionDays] = {
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    365: logs.RetentionDays.ONE_YEAR,
}


def removal_policy(config: StageConfig) -> RemovalPolicy:
    """What becomes of stored data when its stack goes."""
    return RemovalPolicy.RETAIN if config.keep_data else RemovalPolicy.DESTROY


def log_group(scope: Construct, name: str, config: StageConfig, key: kms.IKey | None) -> logs.LogGroup:
    """A log group that forgets in time, under the stage's key where it has one."""
    return logs.LogGroup(
        scope,
        name,
        retention=_DAYS[config.log_days],
        encryption_key=key,
        removal_policy=removal_policy(config),
    )


def alarm(
    scope: Construct,
    name: str,
    metric: cloudwatch.IMetric,
    what_to_do: str,
    topic: sns.ITopic,
    *,
    threshold: float = 1,
    periods: int = 1,
) -> cloudwatch.Alarm:
    """Tell the topic when the metric reaches the threshold; silence is not a breach."""
    made = cloudwatch.Alarm(
        scope,
        f"{name}Alarm",
        metric=metric,
        alarm_description=what_to_do,
        threshold=threshold,
        evaluation_periods=periods,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
    made.add_alarm_action(actions.SnsAction(topic))
    return made
