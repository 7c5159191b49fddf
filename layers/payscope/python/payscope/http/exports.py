"""Lists as files: ``?format=csv`` or ``xlsx`` on the routes of the lists."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from payscope.application.operate.export_table import Cell, SheetWriter, Table

# A function answers with at most 6 MB, a quarter of it lost to the encoding of a workbook. What lies
# behind is fetched with the cursor in the header.
MOST_ROWS = 5_000
NEXT_CURSOR = "x-next-cursor"

FormatName = Annotated[
    Literal["json", "csv", "xlsx"],
    Query(alias="format", description=f"json, or a file of at most {MOST_ROWS} rows."),
]
Writers = Mapping[str, SheetWriter]


def file_of(
    writers: Writers,
    ending: str,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    next_cursor: str | None = None,
) -> Response:
    """The table as a download; a further file begins at the cursor of the header, if there is one."""
    writer, file = writers[ending], io.BytesIO()
    writer.write(Table(name, columns, rows), file)
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"'}
    if next_cursor is not None:
        headers[NEXT_CURSOR] = next_cursor
    return Response(file.getvalue(), media_type=writer.media_type, headers=headers)
