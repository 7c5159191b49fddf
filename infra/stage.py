"""One stage: its stacks, in the order of their dependencies."""

# jsii generates protocols whose parameter names differ from its classes', so this rule only cries wolf here.
# pyright: reportArgumentType=false

from pathlib import Path

from aws_cdk import App, DefaultStackSynthesizer
from constructs import Construct

from infra.assets import BUILT_LAYERS
from infra.config import StageConfig
from infra.stacks.api import ApiStack
from infra.stacks.data import DataStack
from infra.stacks.models import ModelsStack
from infra.stacks.network import NetworkStack, on_one_machine
from infra.stacks.observability import ObservabilityStack
from infra.stacks.processing import ProcessingStack

_FLAGS = {
    "@aws-cdk/core:explicitStackTags": True,
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/aws-stepfunctions-tasks:ecsReduceRunTaskPermissions": True,
    "@aws-cdk/aws-stepfunctions-tasks:fixRunEcsTaskPolicy": True,
    "@aws-cdk/aws-events:eventsTargetQueueSameAccount": True,
    "@aws-cdk/aws-lambda:recognizeLayerVersion": True,
    "@aws-cdk/aws-lambda:recognizeVersionProps": True,
    "@aws-cdk/aws-rds:databaseProxyUniqueResourceName": True,
    "@aws-cdk/aws-kms:reduceCrossAccountRegionPolicyScope": True,
}


class PayScopeStage(Construct):
    """All of PayScope for one configuration. Nothing names an account or a region.

    Args:
        built_layers: Where the dependency layers lie; not read by a stage without them.
    """

    def __init__(self, scope: Construct, config: StageConfig, built_layers: Path = BUILT_LAYERS) -> None:
        super().__init__(scope, config.name.title())

        def stack(name: str) -> dict[str, object]:
            return {
                "stack_name": f"payscope-{config.name}-{name.lower()}",
                "description": f"PayScope {config.name}: {name.lower()}",
                "synthesizer": DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
                "suppress_template_indentation": True,
                "termination_protection": config.keep_data,
                "tags": {"project": "payscope", "stage": config.name},  # CloudFormation hands them on
            }

        self.observability = ObservabilityStack(
            self, "Observability", config=config, **stack("Observability")
        )
        self.network = (
            NetworkStack(
                self,
                "Network",
                config=config,
                network=config.network,
                key=self.observability.key,
                **stack("Network"),
            )
            if config.network
            else None
        )
        self.data = DataStack(
            self,
            "Data",
            config=config,
            placement=self.network.placement if self.network else on_one_machine(self.observability),
            alarms=self.observability.topic,
            key=self.observability.key,
            built_layers=built_layers,
            **stack("Data"),
        )
        self.processing = ProcessingStack(self, "Processing", data=self.data, **stack("Processing"))
        self.models = ModelsStack(self, "Models", data=self.data, **stack("Models"))
        self.api = ApiStack(
            self,
            "Api",
            data=self.data,
            report_machine=self.processing.machine,
            forecast_machine=self.models.forecast,
            risk_machine=self.models.risk,
            dead_letters=self.processing.dead_letters,
            received=self.processing.received,
            **stack("Api"),
        )


def build_app(config: StageConfig, outdir: Path | None = None, built_layers: Path = BUILT_LAYERS) -> App:
    """An app with one stage.

    Args:
        outdir: Where the cloud assembly goes; the CDK command's choice where None.
        built_layers: Where the dependency layers lie.
    """
    app = App(
        outdir=str(outdir) if outdir else None,
        analytics_reporting=False,
        tree_metadata=False,
        # On one machine folders are zipped where they lie, so nothing is copied.
        context={**_FLAGS, "aws:cdk:disable-asset-staging": not config.dependency_layers},
    )
    PayScopeStage(app, config, built_layers)
    return app
