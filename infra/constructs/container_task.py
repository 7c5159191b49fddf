"""A model's container as a Fargate task, and the state machine that runs it and reads its result."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.assets import ROOT
from infra.constructs.context import StageContext
from infra.constructs.function import PayScopeFunction
from infra.constructs.processing_chain import StateMachine, invoke
from infra.constructs.watch import log_group


class ContainerTask(Construct):
    """containers/<folder> as a task definition and a machine {bank_id, task_id} -> SUCCEEDED | FAILED.

    The task writes its result object last. The machine decides by that object, not by the exit code, so a
    crash, a task that never started and a model that declined all end in a reason that a person can read.

    Args:
        folder: The folder in containers/.
        cpu: In 1/1024 of a core.
        timeout_s: The longest that the task may run.
        collect_result: The function that reads the result object.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        folder: str,
        cpu: int,
        memory_mb: int,
        timeout_s: int,
        cluster: ecs.ICluster,
        collect_result: PayScopeFunction,
        context: StageContext,
    ) -> None:
        super().__init__(scope, name)
        config = context.config
        self.definition = ecs.FargateTaskDefinition(
            self,
            "Task",
            cpu=cpu,
            memory_limit_mib=memory_mb,
            ephemeral_storage_gib=30,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.X86_64
                if config.architecture == "x86_64"
                else ecs.CpuArchitecture.ARM64,
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
        )
        container = self.definition.add_container(
            "Container",
            container_name=folder.replace("_", "-"),
            image=self._image(folder, context),
            command=["python", f"containers/{folder}/main.py"],
            environment=dict(context.environment),
            readonly_root_filesystem=False,  # Lightning writes beside its working folder
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix=folder, log_group=log_group(self, "Logs", config, context.key)
            ),
        )
        context.connections.grant_read(self.definition.task_role)

        collect = invoke(
            self,
            "CollectResult",
            collect_result,
            payload=sfn.TaskInput.from_object(
                {
                    "bank_id": sfn.JsonPath.string_at("$.bank_id"),
                    "task_id": sfn.JsonPath.string_at("$.task_id"),
                }
            ),
            result_path="$.result",
        )
        run = tasks.EcsRunTask(
            self,
            "RunTask",
            integration_pattern=sfn.IntegrationPattern.RUN_JOB,
            cluster=cluster,
            task_definition=self.definition,
            launch_target=tasks.EcsFargateLaunchTarget(platform_version=ecs.FargatePlatformVersion.LATEST),
            subnets=ec2.SubnetSelection(subnets=context.placement.vpc.private_subnets),
            security_groups=[context.placement.workers],
            container_overrides=[
                tasks.ContainerOverride(
                    container_definition=container,
                    environment=[
                        tasks.TaskEnvironmentVariable(name=variable, value=sfn.JsonPath.string_at(path))
                        for variable, path in (
                            ("PAYSCOPE_BANK_ID", "$.bank_id"),
                            ("PAYSCOPE_TASK_ID", "$.task_id"),
                        )
                    ],
                )
            ],
            result_path=sfn.JsonPath.DISCARD,
            task_timeout=sfn.Timeout.duration(Duration.seconds(timeout_s)),
        )
        run.add_retry(
            errors=["ECS.AmazonECSException", "ECS.ThrottlingException", "ECS.ServerException"],
            interval=Duration.seconds(10),
            max_attempts=3,
            backoff_rate=2,
        )
        run.add_catch(collect, errors=["States.ALL"], result_path="$.error")
        run.next(collect)
        collect.next(
            sfn.Choice(self, "HasResult")
            .when(sfn.Condition.string_equals("$.result.status", "SUCCEEDED"), sfn.Succeed(self, "Succeeded"))
            .otherwise(
                sfn.Fail(self, "Failed", error="ModelFailed", cause="CollectResult's output has the reason.")
            )
        )
        self.machine = StateMachine(
            self, "Run", definition=run, timeout=Duration.seconds(timeout_s + 600), context=context
        ).machine

    def _image(self, folder: str, context: StageContext) -> ecs.ContainerImage:
        """The build context is the checkout, since the image has the package beside its main.py."""
        if not context.config.images:
            return ecs.ContainerImage.from_registry(f"payscope/{folder.replace('_', '-')}")
        return ecs.ContainerImage.from_docker_image_asset(
            ecr_assets.DockerImageAsset(
                self,
                "Image",
                directory=str(ROOT),
                file=f"containers/{folder}/Dockerfile",
                exclude=["*", "!requirements", "!layers", f"!containers/{folder}", "**/__pycache__"],
                platform=ecr_assets.Platform.LINUX_AMD64
                if context.config.architecture == "x86_64"
                else ecr_assets.Platform.LINUX_ARM64,
            )
        )
