"""What is kept: the buckets, the bus, the secrets, the database where it is ours, and its migrations."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false, reportAssignmentType=false, reportAttributeAccessIssue=false

from pathlib import Path

from aws_cdk import CfnOutput, Duration, Fn, Names, SecretValue, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.config import Aurora, StageConfig
from infra.constructs.context import StageContext
from infra.constructs.function import Layers, PayScopeFunction
from infra.constructs.placement import Placement
from infra.constructs.watch import alarm, removal_policy

APP_ROLE = "payscope_app"
DATABASE = "payscope"
_VENDOR_FIELDS = (
    "neo4j_uri",
    "neo4j_user",
    "neo4j_password",
    "neo4j_database",
    "pinecone_host",
    "pinecone_api_key",
    "pinecone_index",
    "jwks_url",
    "issuer",
    "audience",
)


class DataStack(Stack):
    """Stores and their secrets; ``context`` is what the other stacks build on."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: StageConfig,
        placement: Placement,
        alarms: sns.ITopic,
        key: kms.IKey | None,
        built_layers: Path,
        **stack: object,
    ) -> None:
        super().__init__(scope, name, **stack)
        self._config = config
        access_logs = self._bucket("AccessLogs", None, expire_days=400, versioned=False)
        self.reports = self._bucket("Reports", key, access_logs=access_logs)
        self.work = self._bucket(
            "Work", key, access_logs=access_logs, versioned=False
        )  # receipts show its rows
        _switch_on_events(self.reports)
        self.bus = events.EventBus(self, "Bus")

        if isinstance(config.postgres, Aurora):
            store = _OwnStores(
                self, "Stores", config=config, aurora=config.postgres, placement=placement, alarms=alarms
            )
            self.connections: secrets.ISecret = store.connections
            owner: secrets.ISecret = store.owner
        else:
            self.connections = self._named_secret("connections")
            owner = self._named_secret("owner")

        self.context = StageContext(
            config=config,
            placement=placement,
            key=key,
            connections=self.connections,
            environment={
                "PAYSCOPE_STAGE": config.name,
                "PAYSCOPE_CONNECTIONS_SECRET": _secret_id(self.connections),
                "PAYSCOPE_BUCKET_REPORTS": self.reports.bucket_name,
                "PAYSCOPE_BUCKET_WORK": self.work.bucket_name,
                "PAYSCOPE_EVENT_BUS": self.bus.event_bus_name,
                **_embedding_model(config),
            },
            alarms=alarms,
            built_layers=built_layers,
        )
        migrate = PayScopeFunction(
            self,
            "migrate",
            context=self.context,
            layers=Layers(self, self.context),
            environment={"PAYSCOPE_OWNER_SECRET": _secret_id(owner)},
        )
        owner.grant_read(migrate.function)

        CfnOutput(self, "ReportsBucket", value=self.reports.bucket_name)
        CfnOutput(self, "WorkBucket", value=self.work.bucket_name)
        CfnOutput(self, "EventBus", value=self.bus.event_bus_name)
        CfnOutput(self, "MigrateFunction", value=migrate.function.function_name)

    def _bucket(
        self,
        name: str,
        key: kms.IKey | None,
        *,
        access_logs: s3.IBucket | None = None,
        expire_days: int | None = None,
        versioned: bool = True,
    ) -> s3.Bucket:
        return s3.Bucket(
            self,
            name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=versioned,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=True if key else None,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{name.lower()}/" if access_logs else None,
            removal_policy=removal_policy(self._config),
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(3),
                    expiration=Duration.days(expire_days) if expire_days else None,
                    noncurrent_version_expiration=Duration.days(400) if versioned else None,
                    transitions=None
                    if expire_days
                    else [
                        s3.Transition(
                            storage_class=s3.StorageClass.INTELLIGENT_TIERING,
                            transition_after=Duration.days(30),
                        )
                    ],
                )
            ],
        )

    def _named_secret(self, purpose: str) -> secrets.ISecret:
        name = self._config.secret_name(purpose)
        return secrets.Secret.from_secret_name_v2(self, purpose.title(), name)


def _secret_id(secret: secrets.ISecret) -> str:
    """What the functions ask for: the name where an operator made it, else the ARN."""
    return secret.secret_full_arn or secret.secret_name


def _switch_on_events(bucket: s3.Bucket) -> None:
    """Notify EventBridge by the bucket's own property; the construct's way deploys a function of CDK's."""
    child = bucket.node.default_child
    if not isinstance(child, s3.CfnBucket):
        raise TypeError("a bucket without its resource")
    child.add_property_override("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True)


class _OwnStores(Construct):
    """Aurora behind a proxy, Valkey, and the two secrets that are composed from them.

    The vendors' addresses and keys come from the operator's secret payscope/<stage>/vendors. Secrets are
    composed at deployment: after a rotation, deploy again.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: StageConfig,
        aurora: Aurora,
        placement: Placement,
        alarms: sns.ITopic,
    ) -> None:
        super().__init__(scope, name)
        inside = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
        group = ec2.SecurityGroup(
            self, "Group", vpc=placement.vpc, allow_all_outbound=False, description="PostgreSQL and Valkey"
        )
        group.add_ingress_rule(placement.workers, ec2.Port.tcp(5432), "Workers to PostgreSQL")
        group.add_ingress_rule(placement.workers, ec2.Port.tcp(6379), "Workers to Valkey")
        group.add_ingress_rule(group, ec2.Port.tcp(5432), "The proxy to PostgreSQL")
        group.add_egress_rule(group, ec2.Port.tcp(5432), "The proxy to PostgreSQL")
        group.add_egress_rule(
            ec2.Peer.ipv4(placement.vpc.vpc_cidr_block), ec2.Port.tcp(443), "The proxy to its secrets"
        )

        app = rds.DatabaseSecret(
            self, "App", username=APP_ROLE, exclude_characters=" %+~`#$&*()|[]{}:;<>?!'/@\"\\^,="
        )
        cluster = rds.DatabaseCluster(
            self,
            "Cluster",
            engine=rds.DatabaseClusterEngine.aurora_postgres(
                version=rds.AuroraPostgresEngineVersion.VER_18_3
            ),
            credentials=rds.Credentials.from_generated_secret(
                "payscope_admin", exclude_characters=" %+~`#$&*()|[]{}:;<>?!'/@\"\\^,="
            ),
            default_database_name=DATABASE,
            vpc=placement.vpc,
            vpc_subnets=inside,
            security_groups=[group],
            writer=rds.ClusterInstance.serverless_v2("Writer", enable_performance_insights=True),
            readers=[
                rds.ClusterInstance.serverless_v2(
                    f"Reader{number}", scale_with_writer=True, enable_performance_insights=True
                )
                for number in range(aurora.readers)
            ],
            serverless_v2_min_capacity=aurora.min_capacity,
            serverless_v2_max_capacity=aurora.max_capacity,
            storage_encrypted=True,
            iam_authentication=True,
            deletion_protection=config.keep_data,
            copy_tags_to_snapshot=True,
            backup=rds.BackupProps(retention=Duration.days(aurora.backup_days)),
            cloudwatch_logs_exports=["postgresql"],
            removal_policy=removal_policy(config),
        )
        proxy = rds.DatabaseProxy(
            self,
            "Proxy",
            proxy_target=rds.ProxyTarget.from_cluster(cluster),
            secrets=[app],
            vpc=placement.vpc,
            vpc_subnets=inside,
            security_groups=[group],
            require_tls=True,
            # No EXCLUDE_VARIABLE_SETS: a stray SET then pins its connection instead of reaching another bank.
            session_pinning_filters=[],
            borrow_timeout=Duration.seconds(5),
            max_connections_percent=90,
        )
        cache = elasticache.CfnServerlessCache(
            self,
            "Cache",
            engine="valkey",
            major_engine_version="8",
            serverless_cache_name=Names.unique_resource_name(self, max_length=40, separator="-").lower(),
            security_group_ids=[group.security_group_id],
            subnet_ids=placement.vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED).subnet_ids,
            cache_usage_limits=elasticache.CfnServerlessCache.CacheUsageLimitsProperty(
                data_storage=elasticache.CfnServerlessCache.DataStorageProperty(unit="GB", maximum=5),
                ecpu_per_second=elasticache.CfnServerlessCache.ECPUPerSecondProperty(maximum=5000),
            ),
        )
        pinned = cloudwatch.Metric(
            namespace="AWS/RDS",
            metric_name="DatabaseConnectionsCurrentlySessionPinned",
            dimensions_map={"ProxyName": proxy.db_proxy_name},
            period=Duration.minutes(5),
            statistic="Maximum",
        )
        alarm(
            self,
            "Pinned",
            pinned,
            "Connections are pinned: something sets session state outside the tenant transaction.",
            alarms,
            threshold=20,
            periods=3,
        )
        alarm(
            self,
            "Capacity",
            cluster.metric("ServerlessDatabaseCapacity", period=Duration.minutes(5), statistic="Maximum"),
            "The database runs at its highest capacity: raise max_capacity or find the heavy query.",
            alarms,
            threshold=aurora.max_capacity,
            periods=3,
        )

        vendors = secrets.Secret.from_secret_name_v2(self, "Vendors", config.secret_name("vendors"))
        self.connections = secrets.Secret(
            self,
            "Connections",
            description="Addresses and keys of the stores; composed at deployment",
            secret_object_value={
                "postgres_dsn": _dsn(APP_ROLE, app, proxy.endpoint),
                "context_key": _hex_key(self, "ContextKey").secret_value,
                "context_key_id": SecretValue.unsafe_plain_text("1"),
                "card_key": _hex_key(self, "CardKey").secret_value,
                "valkey_url": SecretValue.unsafe_plain_text(
                    Fn.join("", ["rediss://", cache.attr_endpoint_address, ":", cache.attr_endpoint_port])
                ),
                **{field: vendors.secret_value_from_json(field) for field in _VENDOR_FIELDS},
            },
            removal_policy=removal_policy(config),
        )
        master = cluster.secret
        if master is None:
            raise TypeError("a cluster without its administrator's secret")
        self.owner = secrets.Secret(
            self,
            "Owner",
            description="The migrations' connection: straight to the cluster, since advisory locks pin",
            secret_object_value={
                "owner_dsn": _dsn("payscope_admin", master, cluster.cluster_endpoint.hostname)
            },
            removal_policy=removal_policy(config),
        )


def _dsn(user: str, secret: secrets.ISecret, host: str) -> SecretValue:
    password = secret.secret_value_from_json("password").unsafe_unwrap()
    return SecretValue.unsafe_plain_text(
        Fn.join("", [f"postgresql://{user}:", password, "@", host, f":5432/{DATABASE}?sslmode=require"])
    )


def _hex_key(scope: Construct, name: str) -> secrets.Secret:
    """32 random bytes as lower-case hex."""
    return secrets.Secret(
        scope,
        name,
        generate_secret_string=secrets.SecretStringGenerator(
            password_length=64,
            exclude_characters="ghijklmnopqrstuvwxyz",
            exclude_uppercase=True,
            exclude_punctuation=True,
            require_each_included_type=False,
        ),
    )


def _embedding_model(config: StageConfig) -> dict[str, str]:
    if not config.embedding_model:
        return {}
    return {
        "PAYSCOPE_EMBEDDING_MODEL_ID": config.embedding_model,
        "PAYSCOPE_EMBEDDING_DIMENSION": str(config.embedding_dimension),
    }
