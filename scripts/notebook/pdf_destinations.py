"""Reads a PDF from standard input and writes the page of each of its named destinations, from 1, as JSON."""

import json
import sys
from io import BytesIO

from pypdf import PdfReader

if __name__ == "__main__":
    pdf = PdfReader(BytesIO(sys.stdin.buffer.read()))
    places = pdf.named_destinations.items()
    print(json.dumps({name.lstrip("/"): pdf.get_destination_page_number(place) + 1 for name, place in places}))
