"""A known layout that has changed is read with the change noted, or refused with the column that it lacks."""

import pytest

from payscope.domain.ingest.layouts import lacks_column
from tests.unit.ingest.loading import Loaded, load
from tests.unit.ingest.reading import read

SETTLEMENT = """id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC)
txn_1,charge,ch_1,100.00,3.00,97.00,eur,2026-03-01 10:00,2026-03-03 00:00
txn_2,charge,ch_2,50.00,1.50,48.50,eur,2026-03-01 11:00,2026-03-03 00:00
txn_3,refund,re_1,-20.00,0.60,-20.60,eur,2026-03-02 11:00,2026-03-04 00:00
"""
SUMS = {"EUR": 130}


def renamed(old: str, new: str) -> Loaded:
    head, rest = SETTLEMENT.split("\n", 1)
    names = [new if name == old else name for name in head.split(",")]
    return load((",".join(names) + "\n" + rest).encode())


def reordered(order: list[int], text: str = SETTLEMENT) -> str:
    lines = [line.split(",") for line in text.splitlines()]
    return "\n".join(",".join(cells[place] for place in order) for cells in lines) + "\n"


def amounts(found: Loaded) -> dict[str, int]:
    return {code: int(total) for code, total in found.sums().items()}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Currency", "Ccy", '"currency" and "ccy" mean the same'),
        ("Created (UTC)", "Creation Date", '"created" and "creation date" mean the same'),
        ("Net", "Net Amounts", "the sums tie out with it"),
        ("Net", "Paid", "the sums tie out with it"),
        ("Amount", "Gross", '"amount" and "gross" mean the same'),
        ("Fee", "Frais", '"fee" and "frais" mean the same'),
        ("id", "Transaction ID", '"id" and "transaction id" mean the same'),
        ("Currency", "Abc", "its values have the form, it stands in the same place"),
    ],
)
def test_a_renamed_column_is_taken_on_evidence_and_noted(old: str, new: str, reason: str) -> None:
    found = renamed(old, new)
    assert found.profile == "stripe-balance@1"
    assert (len(found.events), found.problems, amounts(found)) == (3, [], SUMS)
    (note,) = [note for note in found.read.layout.drift if f"column {old} is called {new}: " in note]
    assert reason in note


@pytest.mark.parametrize(
    ("old", "new"),
    [("Fee", "Colour"), ("Currency", "Amount in EUR"), ("Created (UTC)", "Reason")],
    ids=["values of another form", "an amount for a currency", "text for a date"],
)
def test_a_strange_column_whose_values_have_another_form_is_no_renamed_one(old: str, new: str) -> None:
    lines = [str(line).split(",") for line in SETTLEMENT.splitlines()]
    place = lines[0].index(old)
    wrong = "12.00" if new == "Amount in EUR" else "red"
    text = "\n".join(
        ",".join([*cells[:place], new if number == 0 else wrong, *cells[place + 1 :]])
        for number, cells in enumerate(lines)
    )
    layout = read(f"{text}\n".encode()).layout
    assert layout.profile is None
    assert layout.drift == (f"looks like stripe-balance@1, but lacks the column {old}",)
    assert lacks_column(layout.drift[0])


def test_an_amount_under_a_name_that_tells_nothing_is_not_taken_without_sums() -> None:
    head, *rows = SETTLEMENT.splitlines()
    untied = [
        row.replace(",3.00,", ",3.10,").replace(",1.50,", ",1.70,").replace(",0.60,", ",0.90,")
        for row in rows
    ]
    text = "\n".join([head.replace(",Fee,", ",Colour,"), *untied, ""])
    layout = read(text.encode()).layout
    assert layout.profile is None
    assert layout.drift == ("looks like stripe-balance@1, but lacks the column Fee",)


@pytest.mark.parametrize("column", ["id", "Amount", "Net", "Fee", "Currency", "Created (UTC)", "Type"])
def test_a_layout_without_a_column_that_it_needs_is_never_read_with_nulls(column: str) -> None:
    header = str(SETTLEMENT).split("\n", 1)[0].split(",")
    place = header.index(column)
    layout = read(reordered([index for index in range(9) if index != place]).encode()).layout
    assert layout.profile is None
    assert layout.drift == (f"looks like stripe-balance@1, but lacks the column {column}",)


def test_a_column_that_only_describes_may_be_missing_and_that_is_noted() -> None:
    content = (
        "report_ref|reported_on|network|arn|lifecycle_id|merchant_id|amount|currency|fraud_type\n"
        "F1|2026-03-01|VISA|74123456060000000000001|L1|M1|1.00|EUR|LOST\n"
        "F2|2026-03-02|VISA|74123456060000000000019|L2|M1|2.00|EUR|STOLEN\n"
    )
    assert read(content.encode()).layout.drift == ()
    found = load(content.replace("|fraud_type", "").replace("|LOST", "").replace("|STOLEN", "").encode())
    assert found.profile == "scheme-fraud@1"
    assert found.read.layout.drift == ("column fraud_type is missing; what it says stays empty",)
    assert len(found.events) == 2


def test_columns_in_another_order_are_read_and_noted() -> None:
    found = load(reordered([8, 7, 6, 5, 4, 3, 2, 1, 0]).encode())
    assert found.profile == "stripe-balance@1"
    assert found.read.layout.drift == ("the columns are in another order",)
    assert amounts(found) == SUMS


def test_new_columns_are_read_over_and_noted() -> None:
    lines = SETTLEMENT.splitlines()
    text = "\n".join([f"{lines[0]},Loyalty", *(f"{line},gold" for line in lines[1:]), ""])
    found = load(text.replace("Loyalty", "Loyalty").encode())
    assert found.profile == "stripe-balance@1"
    assert amounts(found) == SUMS


def test_renamed_reordered_and_new_at_once() -> None:
    text = reordered([1, 0, 2, 3, 4, 5, 6, 7, 8]).replace("Currency", "Devise").replace("Amount", "Betrag")
    found = load(text.encode())
    assert found.profile == "stripe-balance@1"
    assert amounts(found) == SUMS
    assert len(found.read.layout.drift) == 3


def test_another_layout_with_some_of_the_columns_is_another_layout() -> None:
    layout = read(b"id,Type,Amount,Currency,Shop,Colour\nx1,a,1.00,EUR,s,red\nx2,b,2.00,EUR,s,blue\n").layout
    assert (layout.profile, layout.drift) == (None, ())
