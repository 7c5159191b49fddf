"""The judgement over the rule pack's findings."""

from infra.accepted_findings import ACCEPTED


def test_a_finding_that_nobody_accepted_is_wrong() -> None:
    from infra.check import judge

    assert "Dev/Data/Open: AwsSolutions-S2" in judge([("AwsSolutions-S2", "Dev/Data/Open")])


def test_an_acceptance_that_nothing_needs_is_wrong() -> None:
    from infra.check import judge

    assert len(judge([])) == len(ACCEPTED)


def test_every_acceptance_has_a_reason() -> None:
    assert [item.rule for item in ACCEPTED if len(item.reason) < 40] == []
