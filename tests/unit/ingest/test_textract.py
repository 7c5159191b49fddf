"""Amazon Textract by the shapes of its API, as botocore checks them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from payscope.adapters.aws.textract import TextractPages
from payscope.adapters.readers.documents.pages import PageText
from payscope.adapters.readers.documents.report import PdfReport
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.report_ports import ReportFile
from payscope.domain.ingest.formats import FileFormat
from payscope.errors import InvalidInput, Unavailable
from tests.unit.ingest.reading import all_of

FILE = ReportFile("reports", "banks/b/inbox/scan.pdf", "v1")
SIZE = (600.0, 800.0)
TABLE = (
    ("Date", "Text", "Amount", "Balance"),
    ("2026-03-01", "Opening balance", "", "100.00"),
    ("2026-03-02", "Card sale", "50.00", "150.00"),
    ("2026-03-03", "Monthly fee", "-4.00", "146.00"),
)


@dataclass
class Pictures:
    """``Scan`` and ``Pages`` that nobody draws, because Textract reads the file itself."""

    file: ReportFile | None = FILE
    sizes: Mapping[int, tuple[float, float]] = field(default_factory=lambda: {0: SIZE})

    @property
    def text(self) -> PageText:
        return PageText((), self.sizes)

    def image(self, page: int) -> bytes:
        raise AssertionError("the page was drawn")


def block(kind: str, number: str, box: Sequence[float], **more: Any) -> dict[str, Any]:
    left, top, width, height = box
    place = {"BoundingBox": {"Left": left, "Top": top, "Width": width, "Height": height}}
    return {"BlockType": kind, "Id": number, "Page": 1, "Confidence": 99.0, "Geometry": place, **more}


def blocks() -> list[dict[str, Any]]:
    """A table as Textract tells it: the page, then words, then the cells that hold them."""
    found = [block("PAGE", "page", (0, 0, 1, 1))]
    for row, line in enumerate(TABLE):
        for column, text in enumerate(line):
            words: list[str] = []
            for place, word in enumerate(text.split()):
                words.append(f"w{row}-{column}-{place}")
                left = 0.05 + column * 0.2 + place * 0.08
                found.append(
                    block(
                        "WORD", words[-1], (left, 0.1 + row * 0.02, 0.07, 0.01), Text=word, TextType="PRINTED"
                    )
                )
            cell = block(
                "CELL", f"c{row}-{column}", (0, 0, 0.2, 0.02), RowIndex=row + 1, ColumnIndex=column + 1
            )
            found.append({**cell, "Relationships": [{"Type": "CHILD", "Ids": words}]} if words else cell)
    return found


@pytest.fixture
def textract() -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client(
        "textract", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def started(stubber: Stubber) -> None:
    stubber.add_response(
        "start_document_analysis",
        {"JobId": "job"},
        {
            "DocumentLocation": {"S3Object": {"Bucket": "reports", "Name": FILE.key, "Version": "v1"}},
            "FeatureTypes": ["TABLES"],
            "ClientRequestToken": ANY,
        },
    )


def answered(stubber: Stubber, status: str, part: Sequence[dict[str, Any]] = (), **more: str) -> None:
    answer = {"JobStatus": status, "Blocks": list(part), "DocumentMetadata": {"Pages": 1}, **more}
    stubber.add_response("get_document_analysis", answer, {"JobId": "job"})


def test_a_job_is_waited_for_and_read_part_by_part_into_the_rows_of_the_scan(
    textract: tuple[Any, Stubber],
) -> None:
    client, stubber = textract
    slept: list[float] = []
    whole = blocks()
    started(stubber)
    answered(stubber, "IN_PROGRESS")
    answered(stubber, "SUCCEEDED", whole[:9], NextToken="more")
    stubber.add_response(
        "get_document_analysis",
        {"JobStatus": "SUCCEEDED", "Blocks": whole[9:]},
        {"JobId": "job", "NextToken": "more"},
    )
    report = PdfReport(Pictures(), FILE, PackagedProfiles().all(), TextractPages(client, sleep=slept.append))
    found = all_of(report)
    assert found.layout.format is FileFormat.SCAN
    assert [(row["Date"], row["Text"], row["Amount"]) for row in found.rows] == [
        (date, text, amount) for date, text, amount, _ in TABLE[1:]
    ]
    assert slept == [5.0]
    assert any("Amazon Textract" in note for note in found.layout.drift)


def test_words_know_their_place_in_points_and_their_cell(textract: tuple[Any, Stubber]) -> None:
    client, stubber = textract
    started(stubber)
    answered(stubber, "SUCCEEDED", blocks())
    words = TextractPages(client).read(Pictures())[0]
    first = words[0]
    assert (first.left, first.top, first.right, first.bottom) == pytest.approx((30, 80, 72, 88))
    assert (first.text, first.confidence, first.cell) == ("Date", 0.99, "c0-0")
    assert {word.cell for word in words if word.text in ("Opening", "balance")} == {"c1-1"}


def test_one_version_of_a_file_is_one_job_however_often_it_is_tried(textract: tuple[Any, Stubber]) -> None:
    client, stubber = textract
    tokens: list[str] = []
    client.meta.events.register(
        "provide-client-params.textract.StartDocumentAnalysis",
        lambda params, **_: tokens.append(params["ClientRequestToken"]),
    )
    for _ in range(2):
        started(stubber)
        answered(stubber, "IN_PROGRESS")
        answered(stubber, "IN_PROGRESS")
        with pytest.raises(Unavailable, match="still reading"):
            TextractPages(client, wait_s=5.0, sleep=lambda _: None).read(Pictures())
    assert len(tokens) == 2
    assert len(set(tokens)) == 1
    assert len(tokens[0]) == 64


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("UnsupportedDocumentException", InvalidInput),
        ("DocumentTooLargeException", InvalidInput),
        ("BadDocumentException", InvalidInput),
        ("ProvisionedThroughputExceededException", Unavailable),
        ("LimitExceededException", Unavailable),
        ("AccessDeniedException", Unavailable),
    ],
)
def test_a_refusal_rejects_the_document_or_is_tried_again(
    textract: tuple[Any, Stubber], code: str, error: type[Exception]
) -> None:
    client, stubber = textract
    stubber.add_client_error("start_document_analysis", code)
    with pytest.raises(error, match=code):
        TextractPages(client).read(Pictures())


@pytest.mark.parametrize("status", ["FAILED", "PARTIAL_SUCCESS"])
def test_a_document_that_is_not_read_whole_is_refused(textract: tuple[Any, Stubber], status: str) -> None:
    client, stubber = textract
    started(stubber)
    answered(stubber, status, StatusMessage="UNREADABLE_PAGE")
    with pytest.raises(InvalidInput, match="could not read all pages of the PDF: UNREADABLE_PAGE"):
        TextractPages(client).read(Pictures())


def test_a_scan_inside_an_archive_is_refused_because_it_is_no_object_of_its_own(
    textract: tuple[Any, Stubber],
) -> None:
    with pytest.raises(InvalidInput, match="inside an archive"):
        TextractPages(textract[0]).read(Pictures(file=None))
