"""XLSX workbooks written by hand, part by part."""

import io
import zipfile
from collections.abc import Mapping, Sequence

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
DATE_STYLE, TIME_STYLE, OWN_STYLE = 1, 2, 3


def column(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell(reference: str, value: object) -> str:
    """A cell: text, a number, ``(style, serial)``, or None for none."""
    match value:
        case None:
            return ""
        case str():
            bare = value.replace("&", "&amp;").replace("<", "&lt;")
            return f'<c r="{reference}" t="inlineStr"><is><t>{bare}</t></is></c>'
        case (style, serial):
            return f'<c r="{reference}" s="{style}"><v>{serial}</v></c>'
        case _:
            return f'<c r="{reference}"><v>{value}</v></c>'


def sheet(rows: Mapping[int, Sequence[object]]) -> str:
    """XML of a sheet whose rows stand at the given numbers."""
    body = "".join(
        f'<row r="{number}">'
        + "".join(cell(f"{column(index)}{number}", value) for index, value in enumerate(cells))
        + "</row>"
        for number, cells in rows.items()
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def workbook(*sheets: str, parts: Mapping[str, str] | None = None, hidden: Sequence[int] = ()) -> bytes:
    """A workbook of the sheets; ``parts`` replaces or adds parts."""
    states = dict.fromkeys(hidden, ' state="hidden"')
    names = "".join(
        f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"{states.get(n, "")}/>'
        for n in range(1, len(sheets) + 1)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    content = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{names}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts><numFmt numFmtId="164" '
        'formatCode="[$-407]dd/mm/yyyy;@"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
        '<xf numFmtId="22"/><xf numFmtId="164"/></cellXfs></styleSheet>',
        **{f"xl/worksheets/sheet{n}.xml": text for n, text in enumerate(sheets, 1)},
        **(parts or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return out.getvalue()
