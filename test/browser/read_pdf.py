"""Reads a PDF from standard input and writes its pages (size in points, text) and bookmarks as JSON."""

import json
import sys
from io import BytesIO

from pypdf import PdfReader


def titles(outline):
    for entry in outline:
        yield from titles(entry) if isinstance(entry, list) else [entry.title]


if __name__ == "__main__":
    pdf = PdfReader(BytesIO(sys.stdin.buffer.read()))
    pages = [
        {"width": float(page.mediabox.width), "height": float(page.mediabox.height), "text": page.extract_text()}
        for page in pdf.pages
    ]
    print(json.dumps({"pages": pages, "bookmarks": list(titles(pdf.outline))}))
