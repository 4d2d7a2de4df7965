"""What is on a PDF: its words, its fonts, and the codes a scanner finds on it."""

import io

import pypdf
import pypdfium2
import zxingcpp

DPI = 150


def plain(text: str) -> str:
    """Without any white space: a table breaks its lines elsewhere on paper and on screen."""
    return "".join(text.split())


def words(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def pages(data: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(data)).pages)


def sizes(data: bytes) -> set[tuple[int, int]]:
    """Width and height of every page in millimetres."""
    return {
        (round(page.mediabox.width / 72 * 25.4), round(page.mediabox.height / 72 * 25.4))
        for page in pypdf.PdfReader(io.BytesIO(data)).pages
    }


def fonts(data: bytes) -> dict[str, bool]:
    """Every font named on a page, and whether its outlines are in the file."""
    found = {}
    for page in pypdf.PdfReader(io.BytesIO(data)).pages:
        for entry in page["/Resources"].get("/Font", {}).values():
            font = entry.get_object()
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            descriptor = inner["/FontDescriptor"].get_object()
            found[font["/BaseFont"]] = any(f"/FontFile{n}" in descriptor for n in ("", "2", "3"))
    return found


def codes(data: bytes, *, first: int = 3) -> set[str]:
    """What a scanner reads from the first pages, drawn with so many dots to the inch."""
    found = set()
    with pypdfium2.PdfDocument(data) as document:
        for number in range(min(first, len(document))):
            page = document[number]
            picture = page.render(scale=DPI / 72, grayscale=True).to_pil()
            found |= {one.text for one in zxingcpp.read_barcodes(picture)}
            page.close()
    return found
