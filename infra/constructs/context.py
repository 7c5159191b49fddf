"""What every construct of one stage shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_sns as sns

from infra.config import StageConfig
from infra.constructs.placement import Placement


@dataclass(frozen=True, slots=True)
class StageContext:
    """The stage, where its workers run, what they are told, and who is told about them.

    Args:
        config: The stage.
        placement: Where functions and tasks run.
        key: The stage's key, under which buckets and logs lie; None where the cloud's own keys do.
        connections: The secret with the addresses and keys of the stores.
        environment: The settings that every function and task reads.
        alarms: The topic of all alarms.
        built_layers: Where the dependency layers lie.
    """

    config: StageConfig
    placement: Placement
    key: kms.IKey | None
    connections: secrets.ISecret
    environment: Mapping[str, str]
    alarms: sns.ITopic
    built_layers: Path
