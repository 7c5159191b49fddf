"""Templates of a stage as plain documents, and questions about them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
Resource = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """All resources of a stage by type; logical ids are unique within a stack, so stacks are kept apart."""

    name: str
    templates: dict[str, dict[str, Any]]

    def of(self, kind: str) -> dict[str, Resource]:
        """Properties of the resources of a kind, by stack and logical id."""
        return {
            f"{stack}/{name}": resource.get("Properties", {})
            for stack, template in self.templates.items()
            for name, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def kinds(self) -> set[str]:
        """Types of all resources."""
        return {
            item["Type"] for template in self.templates.values() for item in template["Resources"].values()
        }

    def statements(self) -> Iterator[tuple[str, Resource]]:
        """Every statement that allows something to a role of ours."""
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            for name, policy in self.of(kind).items():
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement

    def function(self, folder: str) -> Resource:
        """The function that is deployed from a folder."""
        return next(item for item in self.of("AWS::Lambda::Function").values() if folder_of(item) == folder)

    def machines(self) -> dict[str, dict[str, Any]]:
        """Definitions of the state machines, with references written as «logical id»."""
        return {
            name: json.loads(text_of(item["DefinitionString"]))
            for name, item in self.of("AWS::StepFunctions::StateMachine").items()
        }


def read_assembly(name: str, folder: Path) -> Stage:
    """A stage from its cloud assembly."""
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"].values()
    stacks = [item["properties"] for item in artifacts if item["type"] == "aws:cloudformation:stack"]
    return Stage(
        name, {item["stackName"]: json.loads((folder / item["templateFile"]).read_text()) for item in stacks}
    )


def folder_of(function: Resource) -> str:
    """The folder in functions/ that a function is deployed from."""
    return function["Description"].removeprefix("PayScope ")


def text_of(value: Any) -> str:
    """A joined string with its references as «logical id»."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(text_of(part) for part in parts)
    return f"«{referred(value)}»"


def referred(value: Any) -> str:
    """What a reference names."""
    if "Ref" in value:
        return value["Ref"]
    if "Fn::GetAtt" in value:
        return value["Fn::GetAtt"][0]
    return json.dumps(value).replace('"', "'")


def as_list(value: Any) -> list[Any]:
    """A policy's field that may be one or many."""
    return value if isinstance(value, list) else [value]


def tasks_of(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every task state, those inside maps and branches too."""
    for name, state in definition["States"].items():
        if state["Type"] == "Task":
            yield name, state
        for inner in (state.get("ItemProcessor"), *state.get("Branches", [])):
            if inner:
                yield from tasks_of(inner)
