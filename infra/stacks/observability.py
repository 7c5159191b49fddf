"""Who is told: one topic for every alarm. The alarms live beside what they watch."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.config import StageConfig


class ObservabilityStack(Stack):
    """The alarm topic."""

    def __init__(self, scope: Construct, name: str, *, config: StageConfig, **stack: object) -> None:
        super().__init__(scope, name, **stack)
        self.topic = sns.Topic(self, "Alarms", enforce_ssl=True)
        self.topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
        if config.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))
