"""Findings of the rule packs that we accept, each with its reason. One that no longer occurs must go."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accepted:
    """A rule (regular expression over its id), where (over the construct's path), and why."""

    rule: str
    where: str
    reason: str

    def covers(self, rule: str, path: str) -> bool:
        """Whether the finding is accepted here."""
        return bool(re.fullmatch(self.rule, rule) and re.fullmatch(self.where, path))


ACCEPTED = (
    Accepted(
        r"AwsSolutions-L1",
        r".*/Function/Resource",
        "One interpreter for functions and container tasks: NeuralProphet has no release after Python 3.11.",
    ),
    Accepted(
        r"AwsSolutions-SMG4",
        r"\w+/Data/Stores/(App|Cluster/Secret|Connections|Owner)/Resource",
        "The connections are composed from these at deployment: a deployment rotates them all at once.",
    ),
    Accepted(
        r"AwsSolutions-SMG4",
        r"\w+/Data/Stores/(ContextKey|CardKey)/Resource",
        "A new card key would unlink every card's history, and a new context key needs its pads in the "
        "database first: both change by a migration, never by themselves.",
    ),
    Accepted(
        r"AwsSolutions-RDS10", r"Dev/.*/Cluster/Resource", "The development stage is made to be thrown away."
    ),
    Accepted(
        r"AwsSolutions-APIG4",
        r"\w+/Api/Http/.*Resource",
        "The functions verify the token themselves: the gateway's authorizer knows no EdDSA and answers "
        "without a problem document. Every route but health refuses a missing token (tests/security).",
    ),
    Accepted(
        r"AwsSolutions-ECS2",
        r"\w+/Models/(Forecast|Risk)/Task/Resource",
        "The variables are names of buckets, of a bus and of a secret; the secret is read at run time.",
    ),
    Accepted(
        r"AwsSolutions-IAM5\[Resource::\*\]",
        r".*/(Role|TaskRole|ExecutionRole)/DefaultPolicy/Resource",
        "X-Ray, log delivery, the registry's login, network interfaces and tasks have no ARN to name.",
    ),
    Accepted(
        r"AwsSolutions-IAM5\[Action::(s3:(GetBucket|GetObject|List|Abort|DeleteObject)|kms:(GenerateDataKey|ReEncrypt))\*\]",
        r".*/DefaultPolicy/Resource",
        "What grant_read and grant_put give, on one bucket of ours and its key.",
    ),
    Accepted(
        r"AwsSolutions-IAM5\[Resource::payscope-\w+-data:ExportsOutputFnGetAtt(Reports|Work)\w+/\*\]",
        r".*/DefaultPolicy/Resource",
        "The objects of one bucket: a function serves every bank; the tenant is checked by key and context.",
    ),
    Accepted(
        r"AwsSolutions-IAM5\[Resource::<\w+Function\w+\.Arn>:\*\]",
        r".*/DefaultPolicy/Resource",
        "grant_invoke names the versions of one function of ours.",
    ),
)
