"""Words off pictures of pages by Amazon Textract, which reads the document where it lies in S3."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from payscope.application.ingest.report_ports import ReportFile
from payscope.application.ingest.scan_ports import Scan, Word
from payscope.errors import InvalidInput, Unavailable

_POLL_S = 5.0
# Within the time of the function that waits; a try after it finds the same job by its token.
_WAIT_S = 600.0
_MAX_WORDS = 500_000
# Textract's own words for a document that it will never read.
_UNREADABLE = frozenset(
    {
        "BadDocumentException",
        "DocumentTooLargeException",
        "UnsupportedDocumentException",
        "InvalidS3ObjectException",
    }
)


class TextractPages:
    """``PageReader`` of Textract.

    Args:
        client: A boto3 Textract client.
        wait_s: How long to wait for a job before the step is tried again.
        sleep: Waits some seconds.
    """

    name = "Amazon Textract"

    def __init__(
        self, client: Any, wait_s: float = _WAIT_S, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._wait_s = wait_s
        self._sleep = sleep

    def read(self, scan: Scan) -> Mapping[int, Sequence[Word]]:
        """The words of each page that is a picture; one job a document, however often it is asked for.

        Raises:
            InvalidInput: Textract does not take the document, or it lies inside another file.
            Unavailable: Textract is away, at its limits, or not ready yet.
        """
        if scan.file is None:
            raise InvalidInput("A scanned PDF inside an archive is not read here; send the PDF by itself.")
        blocks = list(self._blocks(self._start(scan.file)))
        cells = _cells_of_words(blocks)
        words: dict[int, list[Word]] = {page: [] for page in scan.sizes}
        for block in blocks:
            page = block.get("Page", 1) - 1
            if block["BlockType"] == "WORD" and page in words:
                words[page].append(_word(block, scan.sizes[page], cells.get(block["Id"], "")))
        return words

    def _start(self, file: ReportFile) -> str:
        place: dict[str, str] = {"Bucket": file.bucket, "Name": file.key}
        if file.version and file.version != "null" and not file.version.startswith("etag:"):
            place["Version"] = file.version
        token = hashlib.sha256(f"{file.bucket}\x1f{file.key}\x1f{file.version}".encode()).hexdigest()
        answer = self._call(
            self._client.start_document_analysis,
            DocumentLocation={"S3Object": place},
            FeatureTypes=["TABLES"],
            ClientRequestToken=token,
        )
        return str(answer["JobId"])

    def _blocks(self, job: str) -> Iterator[Mapping[str, Any]]:
        answer = self._finished(job)
        count = 0
        while True:
            for block in answer.get("Blocks", ()):
                count += 1
                if count > _MAX_WORDS:
                    raise InvalidInput("The PDF holds more words than can be read; send the report as text.")
                yield block
            token = answer.get("NextToken")
            if not token:
                return
            answer = self._call(self._client.get_document_analysis, JobId=job, NextToken=token)

    def _finished(self, job: str) -> Mapping[str, Any]:
        waited = 0.0
        while True:
            answer = self._call(self._client.get_document_analysis, JobId=job)
            status = answer["JobStatus"]
            if status == "SUCCEEDED":
                return answer
            if status != "IN_PROGRESS":
                raise InvalidInput(
                    "Amazon Textract could not read all pages of the PDF: "
                    f"{answer.get('StatusMessage', 'it gives no reason')}."
                )
            if waited >= self._wait_s:
                raise Unavailable("Amazon Textract is still reading the PDF.", retry_after_s=60)
            self._sleep(_POLL_S)
            waited += _POLL_S

    def _call(self, method: Callable[..., Mapping[str, Any]], **arguments: object) -> Mapping[str, Any]:
        try:
            return method(**arguments)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _UNREADABLE:
                raise InvalidInput(
                    f"Amazon Textract does not take the PDF ({code}); send the report as text."
                ) from error
            raise Unavailable(f"Amazon Textract refused: {code}.", retry_after_s=30) from error
        except BotoCoreError as error:
            raise Unavailable(
                "Amazon Textract did not answer; check the endpoint and the network."
            ) from error


def _cells_of_words(blocks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The table cell of each word that is in one."""
    return {
        word: block["Id"]
        for block in blocks
        if block["BlockType"] == "CELL"
        for relation in block.get("Relationships", ())
        if relation["Type"] == "CHILD"
        for word in relation["Ids"]
    }


def _word(block: Mapping[str, Any], size: tuple[float, float], cell: str) -> Word:
    """Boxes are in shares of the page's width and height."""
    width, height = size
    box = block["Geometry"]["BoundingBox"]
    left, top = box["Left"] * width, box["Top"] * height
    return Word(
        left,
        top,
        left + box["Width"] * width,
        top + box["Height"] * height,
        block["Text"],
        block["Confidence"] / 100,
        cell,
    )
