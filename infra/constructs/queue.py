"""A queue whose poison messages end in a dead-letter queue that raises an alarm."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.watch import alarm

RECEIVES_BEFORE_DEAD = 5
_KEPT = Duration.days(14)


class DeadLetterQueue(Construct):
    """Where messages wait for a person; the first one raises the alarm."""

    def __init__(self, scope: Construct, name: str, alarms: sns.ITopic) -> None:
        super().__init__(scope, name)
        self.queue = sqs.Queue(
            self,
            "Queue",
            retention_period=_KEPT,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        alarm(
            self,
            "Depth",
            self.queue.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic="Maximum"
            ),
            f"{name} holds messages: find the cause in their body, then redrive them.",
            alarms,
        )


class WorkQueue(Construct):
    """A queue for a function of the given timeout.

    Args:
        timeout_s: The function's timeout. A message stays invisible six times as long, so that throttled
            retries of the mapping cannot hand it out twice.
        dead_letters: Where a message goes after five attempts.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        timeout_s: int,
        dead_letters: DeadLetterQueue,
        alarms: sns.ITopic,
    ) -> None:
        super().__init__(scope, name)
        self.queue = sqs.Queue(
            self,
            "Queue",
            visibility_timeout=Duration.seconds(6 * timeout_s),
            retention_period=_KEPT,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=dead_letters.queue, max_receive_count=RECEIVES_BEFORE_DEAD
            ),
        )
        alarm(
            self,
            "Age",
            self.queue.metric_approximate_age_of_oldest_message(
                period=Duration.minutes(5), statistic="Maximum"
            ),
            f"Messages of {name} wait for an hour: the function is throttled, failing or too slow.",
            alarms,
            threshold=3600,
        )
