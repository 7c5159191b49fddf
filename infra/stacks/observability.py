"""Who is told: one topic for every alarm; and the stage's key, since logs and alarms come before all else.

The alarms live beside what they watch.
"""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.watch import removal_policy


class ObservabilityStack(Stack):
    """The alarm topic, and the key that logs, alarms and buckets lie under."""

    def __init__(self, scope: Construct, name: str, *, config: StageConfig, **stack: object) -> None:
        super().__init__(scope, name, **stack)
        self.key = _key(self, config) if config.customer_key else None
        self.topic = sns.Topic(self, "Alarms", enforce_ssl=True, master_key=self.key)
        alarms = iam.ServicePrincipal(
            "cloudwatch.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self.account}}
        )
        self.topic.grant_publish(alarms)
        if config.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))


def _key(stack: Stack, config: StageConfig) -> kms.Key:
    """A key that the log service may use for this account's log groups."""
    key = kms.Key(stack, "Key", enable_key_rotation=True, removal_policy=removal_policy(config))
    any_log_group = stack.format_arn(
        service="logs", resource="log-group", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    key.grant_encrypt_decrypt(
        iam.ServicePrincipal(
            f"logs.{stack.region}.amazonaws.com",
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": any_log_group}},
        )
    )
    return key
