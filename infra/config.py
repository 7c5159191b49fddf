"""What differs between the stages, and nothing else does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Architecture = Literal["x86_64", "arm64"]
Layer = Literal["core", "api", "ingest", "search", "tools"]


@dataclass(frozen=True, slots=True)
class Aurora:
    """Aurora PostgreSQL serverless v2 behind an RDS Proxy; capacities in ACU (2 GiB each)."""

    min_capacity: float
    max_capacity: float
    readers: int
    backup_days: int


@dataclass(frozen=True, slots=True)
class External:
    """Any PostgreSQL, named by the DSNs in the two secrets of the stage."""


@dataclass(frozen=True, slots=True)
class Network:
    """A VPC of our own; ``nat_gateways`` carry the calls to Neo4j, Pinecone and the token issuer."""

    cidr: str
    zones: int
    nat_gateways: int


@dataclass(frozen=True, slots=True)
class FunctionSize:
    """A function's limits and the dependency layers that it imports from."""

    memory_mb: int
    timeout_s: int
    layers: tuple[Layer, ...] = ("core",)
    disk_mb: int = 512


API_DEADLINE_S = 29
"""The longest that the HTTP API waits for a function."""

FUNCTIONS: Mapping[str, FunctionSize] = MappingProxyType(
    {
        "chat": FunctionSize(1769, 28, ("core", "api", "search")),
        "receipts": FunctionSize(1024, 28, ("core", "api")),
        "tools": FunctionSize(1769, 28, ("core", "api", "search", "tools")),
        "admin": FunctionSize(1024, 28, ("core", "api", "search")),
        "ingest_report": FunctionSize(1024, 300),
        "parse_report": FunctionSize(3008, 900, ("core", "ingest"), disk_mb=2048),
        "map_report": FunctionSize(1769, 300, ("core", "ingest")),
        "load_chunk": FunctionSize(1769, 300, ("core", "ingest")),
        "check_totals": FunctionSize(512, 120, ("core", "ingest")),
        "reject_report": FunctionSize(512, 60),
        "reconcile_report": FunctionSize(1769, 600),
        "sync_graph": FunctionSize(1024, 600, ("core", "search")),
        "index_report": FunctionSize(1769, 600, ("core", "search")),
        "roll_up_report": FunctionSize(512, 600),
        "detect_anomalies": FunctionSize(1769, 600),
        "publish_report": FunctionSize(512, 60),
        "fail_report": FunctionSize(512, 60),
        "collect_result": FunctionSize(256, 60),
        "start_models": FunctionSize(256, 120),
        "maintenance": FunctionSize(512, 900),
        "migrate": FunctionSize(512, 900, ("core", "search")),
    }
)
"""Every function of the system; each is a folder in functions/."""

EMBEDDING_FUNCTIONS = frozenset({"chat", "tools", "admin", "index_report", "migrate"})
"""Those that need vectors of texts, and so the model that makes them."""


@dataclass(frozen=True, slots=True)
class StageConfig:
    """One deployment of PayScope.

    Args:
        name: In lower case; part of the stacks' names and of the secrets' names.
        postgres: Where the source of truth lives.
        network: A VPC of our own, or None where everything is on one machine.
        dependency_layers: Whether functions bring their packages; on one machine they are in the environment.
        images: Whether container images are built and pushed at deployment.
        customer_key: Whether buckets, logs and alarms are encrypted under a KMS key of ours instead of the
            cloud's own.
        keep_data: Whether buckets, database and key outlive their stack.
        tracing: Whether X-Ray follows requests.
        schedules: Whether the scheduler runs by itself.
        log_days: How long logs are kept.
        load_parallelism: Chunks of a report loaded at once; two writers saturate the index insert.
        reports_at_once: Reports received at once, so that a bulk drop cannot starve the database.
        api_rate: Requests per second that the HTTP API lets through, and its burst.
        bank_rate: Requests per second of one bank, and its burst; the others' share stays theirs.
        reserved_concurrency: Upper limits of functions by name.
        ocr: What reads scanned documents.
        embedding_model: Bedrock model of the search texts' vectors; the offline model where empty.
        language_model: Bedrock model that may propose plans; none where empty.
        alarm_email: Who is told; nobody where empty (the topic stays).
    """

    name: str
    postgres: Aurora | External
    network: Network | None
    architecture: Architecture = "x86_64"
    dependency_layers: bool = True
    images: bool = True
    customer_key: bool = True
    keep_data: bool = True
    tracing: bool = True
    schedules: bool = True
    log_days: Literal[7, 30, 365] = 365
    load_parallelism: int = 2
    reports_at_once: int = 10
    api_rate: int = 100
    api_burst: int = 200
    bank_rate: int = 20
    bank_burst: int = 60
    reserved_concurrency: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    ocr: Literal["tesseract", "textract"] = "textract"
    embedding_model: str = ""
    embedding_dimension: int = 256
    language_model: str = ""
    alarm_email: str = ""

    def secret_name(self, purpose: Literal["connections", "owner", "vendors"]) -> str:
        """Name of a secret that an operator (or the local stack) creates before the deployment."""
        return f"payscope/{self.name}/{purpose}"


LOCAL = StageConfig(
    name="local",
    postgres=External(),
    network=None,
    dependency_layers=False,
    images=False,
    customer_key=False,
    keep_data=False,
    tracing=False,
    ocr="tesseract",
    log_days=7,
    reports_at_once=2,
    api_rate=1000,
    api_burst=1000,
    bank_rate=500,
    bank_burst=1000,
)
DEV = StageConfig(
    name="dev",
    postgres=Aurora(min_capacity=0.5, max_capacity=4, readers=0, backup_days=7),
    network=Network(cidr="10.40.0.0/16", zones=2, nat_gateways=1),
    keep_data=False,
    log_days=30,
)
PROD = StageConfig(
    name="prod",
    postgres=Aurora(min_capacity=2, max_capacity=32, readers=1, backup_days=35),
    network=Network(cidr="10.50.0.0/16", zones=3, nat_gateways=3),
    reserved_concurrency=MappingProxyType({"chat": 100, "admin": 50, "load_chunk": 20}),
)
STAGES: Mapping[str, StageConfig] = MappingProxyType({stage.name: stage for stage in (LOCAL, DEV, PROD)})
