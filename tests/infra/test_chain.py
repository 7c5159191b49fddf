"""The chain of a report, as sentences over its state machine."""

from typing import Any

import pytest

from payscope.errors import REJECTING, RETRIABLE, PayScopeError

from .synthesised import Stage, tasks_of

PASSES = {error.__name__ for error in RETRIABLE}
REJECTS = [error.__name__ for error in REJECTING]


@pytest.fixture
def chain(stage: Stage) -> dict[str, Any]:
    """The definition of the report machine."""
    return next(definition for name, definition in stage.machines().items() if "ChainReport" in name)


def _all_errors(root: type[PayScopeError] = PayScopeError) -> set[str]:
    return {root.__name__} | {name for child in root.__subclasses__() for name in _all_errors(child)}


def test_the_chain_retries_exactly_what_can_pass(chain: dict[str, Any]) -> None:
    for state, task in tasks_of(chain):
        if state == "KeepForRedrive":
            continue
        (retry,) = task["Retry"]
        ours = set(retry["ErrorEquals"]) & _all_errors()
        assert ours == PASSES, state
        assert {name for name in retry["ErrorEquals"] if name not in ours} == {
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
            "Lambda.ClientExecutionTimeoutException",
            "Lambda.Unknown",
            "Runtime.ExitError",
            "Sandbox.Timedout",
        }, state
        assert retry["BackoffRate"] > 1
        assert retry["JitterStrategy"] == "FULL"


def test_a_file_that_cannot_be_used_is_rejected_where_it_is_read(chain: dict[str, Any]) -> None:
    for state in ("Parse", "Map"):
        first, *_ = chain["States"][state]["Catch"]
        assert first["ErrorEquals"] == REJECTS
        assert first["Next"] == "Reject"
    assert chain["States"]["Reject"]["Next"] == "Publish"


def test_whatever_else_fails_ends_in_a_failed_report_and_a_dead_letter(chain: dict[str, Any]) -> None:
    states = chain["States"]
    for name, state in states.items():
        if state["Type"] in ("Task", "Map", "Parallel") and name not in ("Fail", "KeepForRedrive"):
            assert state["Catch"][-1] == {
                "ErrorEquals": ["States.ALL"],
                "Next": "Fail",
                "ResultPath": "$.error",
            }, name
    assert states["Fail"]["Next"] == "KeepForRedrive"
    assert states["Fail"]["Catch"][-1]["Next"] == "KeepForRedrive", (
        "a dead database must not lose the document"
    )
    assert states["KeepForRedrive"]["Parameters"]["MessageBody.$"] == "$"
    assert states["KeepForRedrive"]["Next"] == "Failed"
    assert states["Failed"]["Type"] == "Fail"


def test_the_steps_follow_each_other(chain: dict[str, Any]) -> None:
    states = chain["States"]
    walked = [chain["StartAt"]]
    while "Next" in states[walked[-1]] or "Default" in states[walked[-1]]:
        walked.append(states[walked[-1]].get("Next") or states[walked[-1]]["Default"])
    assert [name for name in walked if states[name]["Type"] != "Choice"] == [
        "Parse",
        "Map",
        "Load",
        "CheckTotals",
        "Reconcile",
        "Derive",
        "DetectAnomalies",
        "Publish",
        "Published",
    ]
    branches = [branch["StartAt"] for branch in states["Derive"]["Branches"]]
    assert branches == ["SyncGraph", "IndexReport", "RollUp"]


def test_a_report_without_a_mapping_waits_and_a_duplicate_is_published(chain: dict[str, Any]) -> None:
    choices = {
        equal["StringEquals"]: choice["Next"]
        for choice in chain["States"]["Mapped"]["Choices"]
        for equal in choice.get("Or", [choice])
    }
    assert choices == {"NEEDS_MAPPING": "WaitsForMapping", "REJECTED": "Publish", "DUPLICATE": "Publish"}
    assert chain["States"]["WaitsForMapping"]["Type"] == "Succeed"


def test_chunks_are_loaded_two_at_a_time_with_what_the_loader_needs(chain: dict[str, Any]) -> None:
    load = chain["States"]["Load"]
    assert load["ItemsPath"] == "$.chunks"
    assert load["MaxConcurrency"] == 2
    assert load["ResultPath"] is None, "the document would grow with every chunk"
    assert load["ItemSelector"] == {
        "bank_id.$": "$.bank_id",
        "report_id.$": "$.report_id",
        "profile.$": "$.profile",
        "chunk.$": "$$.Map.Item.Value",
    }


def test_derived_stores_leave_the_document_as_it_is(chain: dict[str, Any]) -> None:
    assert chain["States"]["Derive"]["ResultPath"] is None


def test_a_model_that_crashed_is_still_asked_for_its_result(stage: Stage) -> None:
    for name, definition in stage.machines().items():
        if "ChainReport" in name:
            continue
        states = definition["States"]
        assert states["RunTask"]["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
        assert states["RunTask"]["Catch"][-1]["Next"] == states["RunTask"]["Next"] == "CollectResult"
        (success,) = states["HasResult"]["Choices"]
        assert (success["Variable"], success["StringEquals"]) == ("$.result.status", "SUCCEEDED")
        assert states[states["HasResult"]["Default"]]["Type"] == "Fail"
