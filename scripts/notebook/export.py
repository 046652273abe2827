"""Sets reports as HTML: one file each, interactive, with no need of a network.

usage: export.py HTML FOLDER < DOCUMENT

DOCUMENT is the JSON of a `ReportDocument` (report-document.ts); pictures that its text names lie in FOLDER. formulas.ts then sets
the formulas in HTML.
"""

import json
import re
import sys
from importlib.resources import files
from pathlib import Path

from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from nbconvert.filters import Highlight2HTML, ansi2html
from pygments.formatters import HtmlFormatter

from jupyter_markdown import Files, inline, latex, markdown, plain, references, words

TEMPLATE = Path(__file__).parent / "template"
PLOTLY_TYPE = "application/vnd.plotly.v1+json"
# What programs read of a run; its text is for readers.
OWN_TYPE = "application/vnd.inkwell."

highlight = Highlight2HTML(pygments_lexer="typescript")


def text(value):
    return "".join(value) if isinstance(value, list) else str(value or "")


def json_for_script(value):
    return Markup(json.dumps(value, ensure_ascii=False).replace("<", "\\u003c"))


def css_string(value):
    return Markup('"' + re.sub(r'[^\w .,;:·()–-]', lambda m: f"\\{ord(m.group()):x} ", value) + '"')


def settle(printed):
    """What a terminal shows in the end: a carriage return writes over the line, a backspace takes a character back."""
    lines = []
    for line in printed.replace("\r\n", "\n").split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        while "\b" in shown:
            shown = re.sub(r"[^\b]?\x08", "", shown, count=1)
        lines.append(shown)
    return "\n".join(lines)


def scope_styles(html):
    """HTML whose styles hold in it alone, but for a page of its own with a script, such as the drawing pad."""
    if "<script" in html:
        return html
    return re.sub(r"(<style[^>]*>)(.*?)(</style>)", r"\1@scope {\2}\3", html, flags=re.DOTALL | re.IGNORECASE)


def note(sentence):
    return Markup('<p class="missing">[{}]</p>').format(sentence)


def output(value, files):
    """One output as HTML: the richest of its forms that a page can show, else a line that says what is not shown."""
    kind = value.get("output_type")
    if kind == "stream":
        return Markup(f'<pre class="stream {escape(value.get("name", "stdout"))}">{ansi2html(settle(text(value.get("text"))))}</pre>')
    if kind == "error":
        # tslab's errors have their message in the traceback.
        lines = value.get("traceback") or [f"{value.get('ename', 'Error')}: {value.get('evalue', '')}"]
        return Markup(f'<pre class="error">{ansi2html(chr(10).join(lines))}</pre>')
    data = value.get("data", {})
    alternative = text(data.get("text/plain"))
    if PLOTLY_TYPE in data:
        return Markup(
            f'<div class="plot" role="img" aria-label="{escape(alternative)}">'
            f'<script type="application/json">{json_for_script(data[PLOTLY_TYPE])}</script></div>'
        )
    if "text/html" in data:
        return Markup(f'<div class="html">{scope_styles(text(data["text/html"]))}</div>')
    if "text/markdown" in data:
        return Markup(f'<div class="markdown">{markdown(text(data["text/markdown"]), files)}</div>')
    if "text/latex" in data:
        return Markup(f'<div class="latex">{latex(text(data["text/latex"]))}</div>')
    if "image/svg+xml" in data:
        return Markup(text(data["image/svg+xml"]))
    for picture in ("image/png", "image/jpeg", "image/gif", "image/webp"):
        if picture in data:
            encoded = "".join(text(data[picture]).split())
            return Markup(f'<img alt="{escape(alternative)}" src="data:{picture};base64,{encoded}">')
    if "application/json" in data:
        return Markup(f"<pre>{escape(json.dumps(data['application/json'], indent=2, ensure_ascii=False))}</pre>")
    if "application/pdf" in data:
        encoded = "".join(text(data["application/pdf"]).split())
        return Markup(f'<p><a download="output.pdf" href="data:application/pdf;base64,{encoded}">PDF of this output</a></p>')
    shown = Markup(f"<pre>{ansi2html(alternative)}</pre>") if alternative else Markup("")
    hidden = [kind for kind in data if kind != "text/plain" and not kind.startswith(OWN_TYPE)]
    return shown + note(f"A report cannot show {' or '.join(hidden)}; JupyterLab may") if hidden else shown


def safely(work, what):
    """What `work` gives; where it fails, a line in its place that says so: one bad cell costs that cell, not the report."""
    try:
        return work()
    except Exception as error:
        return note(f"{what} could not be set: {type(error).__name__}: {error}")


class Chapter:
    """A chapter set as HTML, with the sections that its headings begin."""

    def __init__(self, chapter, bound, files):
        self.id = chapter["id"]
        self.kind = chapter["kind"]
        self.title = inline(chapter["title"])
        self.headed = chapter["headed"]
        self.plain_title = plain(self.title)
        self.files = files
        self.sections = []
        self.numbered = []
        self.blocks = [self.set_block(block, bound) for block in chapter["blocks"]]

    def set_block(self, block, bound):
        kind = block["type"]
        if kind == "text":
            return {"type": "text", "html": safely(lambda: self.set_text(block, bound), "This text")}
        if kind == "raw":
            return {"type": "text", "html": safely(lambda: self.set_raw(block), "This raw cell")}
        if kind == "code":
            return {"type": kind, "html": safely(lambda: Markup(highlight(block["source"])), "This code")}
        shown = [safely(lambda value=value: output(value, self.files), "This output") for value in block["outputs"]]
        outputs = [html for html in shown if html]
        if kind == "outputs":
            return {"type": kind, "outputs": outputs}
        title, rest = inline(block["title"]), inline(block["rest"])
        numbered = {**block, "title": title, "rest": rest, "outputs": outputs}
        if outputs:
            self.numbered.append({**numbered, "id": block["ids"][0], "title": plain(title)})
        return numbered

    def set_text(self, block, bound):
        def set_heading(heading):
            title = heading.get_text()
            slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "section"
            place = f"{self.id}-{slug}" if bound else slug
            same = sum(section["base"] == place for section in self.sections)
            # JupyterLab's own name for it, to which the author's links lead.
            alias = title.replace(" ", "-")
            section = {
                "id": f"{place}-{same + 1}" if same else place,
                "base": place,
                "title": plain(heading.decode_contents()),
                "level": int(heading.name[1]),
            }
            self.sections.append(section)
            heading["id"] = section["id"]
            if alias != heading["id"] and not bound and not same:
                heading.insert(0, BeautifulSoup("", "html.parser").new_tag("span", id=alias))

        return markdown(block["source"], self.files, block.get("attachments"), set_heading)

    def set_raw(self, block):
        kind = block["format"]
        if kind == "text/html":
            return Markup(block["source"])
        if kind == "text/markdown":
            return markdown(block["source"], self.files)
        return Markup("<pre>{}</pre>").format(block["source"]) if kind == "" else note(f"A raw cell for {kind} is left out")


def style():
    light = HtmlFormatter(style="default", nobackground=True).get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark", nobackground=True).get_style_defs(".highlight")
    own = (TEMPLATE / "report.css").read_text()
    return Markup(f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n{own}")


def scripts(chapters):
    """Our script, after plotly.js where there is a figure to draw, and Mermaid where there is a diagram."""
    html = [html for chapter in chapters for block in chapter.blocks for html in [block.get("html", ""), *block.get("outputs", [])]]
    parts = [(TEMPLATE / "report.js").read_text()]
    if any('class="plot"' in each for each in html):
        parts.insert(0, files("plotly").joinpath("package_data", "plotly.min.js").read_text())
    if any('class="mermaid"' in each for each in html):
        parts.insert(0, Path("node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js").read_text())
    # Some editions of plotly.js hold this in a string, where it would end the element.
    return [Markup(part.replace("</script", "<\\/script")) for part in parts]


def export(document, target, folder):
    chapters = [Chapter(chapter, document["bound"], Files(folder)) for chapter in document["chapters"]]
    # A coursework alone is short enough to do without.
    listed = chapters if any(chapter.kind == "notebook" for chapter in chapters) else []
    lists = [
        (title, [entry for chapter in listed for entry in chapter.numbered if entry["kind"] == kind])
        for title, kind in (("Figures", "figure"), ("Tables", "table"))
    ]
    env = Environment(loader=FileSystemLoader(TEMPLATE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    env.filters["css_string"] = css_string
    env.filters["formulas"] = latex
    env.filters["words"] = words
    has_code = any(block["type"] == "code" for chapter in chapters for block in chapter.blocks)
    parts = {
        # The abstract stands on the title page.
        "abstract": next((chapter for chapter in chapters if chapter.id == "abstract"), None),
        "chapters": [chapter for chapter in chapters if chapter.id != "abstract"],
        "lists": lists,
        "references": references.entries(),
        "has_code": has_code,
        "style": style(),
        "scripts": scripts(chapters),
    }
    page = env.get_template("report.html.j2").render({**document, **parts})
    target.write_text(page)


if __name__ == "__main__":
    export(json.load(sys.stdin), Path(sys.argv[1]), Path(sys.argv[2]))
