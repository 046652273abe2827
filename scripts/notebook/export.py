"""Writes notebooks as HTML reports: one file each, interactive, with no need of a network.

usage: export.py NOTEBOOK HTML [NOTEBOOK HTML ...]
"""

import html
import os
import sys
from importlib.resources import files
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

TEMPLATE = Path(__file__).parent / "template"
PLOTLY_TYPE = "application/vnd.plotly.v1+json"


def title(nb, path):
    for cell in nb.cells:
        for line in cell.source.splitlines():
            if cell.cell_type == "markdown" and line.startswith("# "):
                return line[2:].strip()
    return path.stem


def facts(nb):
    """What `npm start` noted about the run, as a description list; empty for a notebook run by hand."""
    noted = nb.metadata.get("inkwell", {}).get("facts", {})
    items = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(str(v))}</dd>" for k, v in noted.items())
    return f'<dl class="facts">{items}</dl>' if items else ""


def warning(nb):
    noted = nb.metadata.get("inkwell", {})
    if noted.get("status") == "interrupted":
        return "This run was interrupted: the cells after that point did not run."
    if noted.get("status") == "failed":
        return "This run failed at the error below: the cells after it did not run."
    return ""


def style():
    light = HtmlFormatter(style="default", nobackground=True).get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark", nobackground=True).get_style_defs(".highlight")
    own = (TEMPLATE / "report.css").read_text()
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{own}"


def script(nb):
    """Our script, after plotly.js where there is a figure to draw."""
    parts = [(TEMPLATE / "report.js").read_text()]
    if any(PLOTLY_TYPE in output.get("data", {}) for cell in nb.cells for output in cell.get("outputs", [])):
        parts.insert(0, files("plotly").joinpath("package_data", "plotly.min.js").read_text())
    # Some editions of plotly.js hold this in a string, where it would end the element.
    parts = [part.replace("</script", "<\\/script") for part in parts]
    return "\n".join(f"<script>{part}</script>" for part in parts)


def export(path, target):
    nb = nbformat.read(path, as_version=4)
    nb.metadata.setdefault("language_info", {"name": "typescript"})
    config = Config()
    config.TemplateExporter.extra_template_basedirs = [str(TEMPLATE.parent)]
    config.TemplateExporter.exclude_input_prompt = True
    config.TemplateExporter.exclude_output_prompt = True
    config.HTMLExporter.exclude_anchor_links = True
    config.NbConvertBase.display_data_priority = [
        PLOTLY_TYPE,
        "text/html",
        "text/markdown",
        "image/svg+xml",
        "image/png",
        "image/jpeg",
        "text/plain",
    ]
    exporter = HTMLExporter(template_name=TEMPLATE.name, config=config)
    # Put in after the conversion, which parses the whole page: plotly.js alone would take it seconds.
    place = "<!-- script -->"
    report = {"title": title(nb, path), "warning": warning(nb), "style": style(), "script": place}
    page, _ = exporter.from_notebook_node(nb, resources={"report": report})
    page = page.replace("</h1>", f"</h1>{facts(nb)}", 1).replace(place, script(nb))
    part = target.with_name(f".{target.name}.part")
    part.write_text(page)
    os.replace(part, target)


if __name__ == "__main__":
    names = [Path(name) for name in sys.argv[1:]]
    for notebook, report in zip(names[::2], names[1::2], strict=True):
        export(notebook, report)
