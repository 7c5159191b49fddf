"""The bodies that the official client sends, as it spells them."""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

DEFAULT_NAMESPACE = "__default__"


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class DenseVectorField(BaseModel):
    """The one field type that this service stores."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str
    dimension: int = Field(ge=1, le=16_000)
    metric: str = "cosine"


class IndexSchema(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    fields: dict[str, DenseVectorField]


class CreateIndex(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,43}[a-z0-9])?$")
    index_schema: IndexSchema = Field(alias="schema")
    deployment: dict[str, str | int] = {
        "deployment_type": "managed",
        "cloud": "aws",
        "region": "us-east-1",
    }
    deletion_protection: str = "disabled"
    tags: dict[str, str] | None = None


class Vector(_Body):
    id: str = Field(min_length=1, max_length=512)
    values: list[float]
    metadata: dict[str, object] | None = None


class Upsert(_Body):
    vectors: list[Vector] = Field(min_length=1, max_length=1_000)
    namespace: str = DEFAULT_NAMESPACE


class Query(_Body):
    top_k: int = Field(ge=1, le=10_000)
    namespace: str = DEFAULT_NAMESPACE
    vector: list[float] | None = None
    id: str | None = None
    filter: dict[str, object] | None = None
    include_values: bool = False
    include_metadata: bool = False


class Update(_Body):
    namespace: str = DEFAULT_NAMESPACE
    id: str | None = None
    values: list[float] | None = None
    set_metadata: dict[str, object] | None = None
    filter: dict[str, object] | None = None
    dry_run: bool = False


class Delete(_Body):
    namespace: str = DEFAULT_NAMESPACE
    ids: list[str] | None = None
    filter: dict[str, object] | None = None
    delete_all: bool = False


class FetchByMetadata(_Body):
    namespace: str = DEFAULT_NAMESPACE
    filter: dict[str, object]
    limit: int = Field(default=100, ge=1, le=10_000)
    pagination_token: str | None = None


class Stats(_Body):
    filter: dict[str, object] | None = None


class CreateNamespace(_Body):
    name: str = Field(min_length=1, max_length=512)
