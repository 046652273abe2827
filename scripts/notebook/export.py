"""Sets reports as HTML: one file each, interactive, with no need of a network.

usage: export.py HTML < DOCUMENT

DOCUMENT is the JSON of a `ReportDocument` (report-document.ts).
"""

import json
import re
import sys
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from nbconvert.filters import Highlight2HTML, ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter

TEMPLATE = Path(__file__).parent / "template"
PLOTLY_TYPE = "application/vnd.plotly.v1+json"
HEADING = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.DOTALL)

highlight = Highlight2HTML(pygments_lexer="typescript")


def text(value):
    return "".join(value) if isinstance(value, list) else str(value or "")


class References:
    """What a report cites, in the order in which it does: `[Li et al. 2018](https://... "The entry in full.")`."""

    def __init__(self):
        self.by_url = {}

    def cite(self, url, entry):
        """The number of a work; None for a link that is no citation: it has no entry, and none is known of its address."""
        if url not in self.by_url and entry:
            self.by_url[url] = {"number": len(self.by_url) + 1, "url": url, "entry": entry}
        return self.by_url.get(url, {}).get("number")


class Renderer(IPythonRenderer):
    """Jupyter's, with numbers at citations."""

    references = References()

    def link(self, text, url, title=None):
        number = self.references.cite(url, title)
        cited = "" if number is None else f'&nbsp;<a class="citation" href="#reference-{number}">[{number}]</a>'
        return super().link(text, url, title) + cited


def markdown(source):
    renderer = Renderer(escape=False, exclude_anchor_links=True)
    return Markup(MarkdownWithMath(renderer=renderer).render(source))


def inline(source):
    """Markdown of one paragraph, without the paragraph."""
    # A plain string: what `re` does to Markup escapes it.
    return Markup(re.sub(r"^<p>(.*)</p>$", r"\1", str(markdown(source)).strip(), flags=re.DOTALL))


def plain(markup):
    """The words of HTML, still escaped."""
    return Markup(re.sub(r"<[^>]+>", "", str(markup)))


def json_for_script(value):
    return Markup(json.dumps(value, ensure_ascii=False).replace("<", "\\u003c"))


def css_string(value):
    return Markup('"' + re.sub(r'[^\w .,;:·()–-]', lambda m: f"\\{ord(m.group()):x} ", value) + '"')


def output(value):
    """One output as HTML: the richest of its forms that a page can show."""
    kind = value.get("output_type")
    if kind == "stream":
        return Markup(f'<pre class="stream {escape(value["name"])}">{ansi2html(text(value["text"]))}</pre>')
    if kind == "error":
        return Markup(f'<pre class="error">{ansi2html(chr(10).join(value["traceback"]) or value["evalue"])}</pre>')
    data = value.get("data", {})
    words = text(data.get("text/plain"))
    if PLOTLY_TYPE in data:
        return Markup(
            f'<div class="plot" role="img" aria-label="{escape(words)}">'
            f'<script type="application/json">{json_for_script(data[PLOTLY_TYPE])}</script></div>'
        )
    if "text/html" in data:
        return Markup(f'<div class="html">{text(data["text/html"])}</div>')
    if "text/markdown" in data:
        return Markup(f'<div class="markdown">{markdown(text(data["text/markdown"]))}</div>')
    if "image/svg+xml" in data:
        return Markup(text(data["image/svg+xml"]))
    for picture in ("image/png", "image/jpeg"):
        if picture in data:
            encoded = text(data[picture]).replace("\n", "")
            return Markup(f'<img alt="{escape(words)}" src="data:{picture};base64,{encoded}">')
    return Markup(f"<pre>{ansi2html(words)}</pre>") if words else Markup("")


class Chapter:
    """A chapter set as HTML, with the sections that its headings begin."""

    def __init__(self, chapter, bound):
        self.id = chapter["id"]
        self.kind = chapter["kind"]
        self.title = inline(chapter["title"])
        self.headed = chapter["headed"]
        self.plain_title = plain(self.title)
        self.sections = []
        self.numbered = []
        self.blocks = [self.set_block(block, bound) for block in chapter["blocks"]]

    def set_block(self, block, bound):
        kind = block["type"]
        if kind == "text":
            return {"type": kind, "html": Markup(HEADING.sub(self.set_heading(bound), markdown(block["source"])))}
        if kind == "code":
            return {"type": kind, "html": Markup(highlight(block["source"]))}
        outputs = [html for html in map(output, block["outputs"]) if html]
        if kind == "outputs":
            return {"type": kind, "outputs": outputs}
        title, rest = inline(block["title"]), inline(block["rest"])
        numbered = {**block, "title": title, "rest": rest, "outputs": outputs}
        if outputs:
            self.numbered.append({**numbered, "id": block["ids"][0], "title": plain(title)})
        return numbered

    def set_heading(self, bound):
        def replace(match):
            level, words = int(match[1]), match[2]
            slug = re.sub(r"[^a-z0-9]+", "-", plain(words).lower()).strip("-") or "section"
            place = f"{self.id}-{slug}" if bound else slug
            same = sum(section["base"] == place for section in self.sections)
            section = {"id": f"{place}-{same + 1}" if same else place, "base": place, "title": plain(words), "level": level}
            self.sections.append(section)
            return f'<h{level} id="{section["id"]}">{words}</h{level}>'

        return replace


def style():
    light = HtmlFormatter(style="default", nobackground=True).get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark", nobackground=True).get_style_defs(".highlight")
    own = (TEMPLATE / "report.css").read_text()
    return Markup(f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n{own}")


def scripts(chapters):
    """Our script, after plotly.js where there is a figure to draw."""
    parts = [(TEMPLATE / "report.js").read_text()]
    if any('class="plot"' in html for chapter in chapters for block in chapter.blocks for html in block.get("outputs", [])):
        parts.insert(0, files("plotly").joinpath("package_data", "plotly.min.js").read_text())
    # Some editions of plotly.js hold this in a string, where it would end the element.
    return [Markup(part.replace("</script", "<\\/script")) for part in parts]


def export(document, target):
    chapters = [Chapter(chapter, document["bound"]) for chapter in document["chapters"]]
    # A coursework alone is short enough to do without.
    listed = chapters if any(chapter.kind == "notebook" for chapter in chapters) else []
    lists = [
        (title, [entry for chapter in listed for entry in chapter.numbered if entry["kind"] == kind])
        for title, kind in (("Figures", "figure"), ("Tables", "table"))
    ]
    env = Environment(loader=FileSystemLoader(TEMPLATE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    env.filters["css_string"] = css_string
    has_code = any(block["type"] == "code" for chapter in chapters for block in chapter.blocks)
    parts = {
        # The abstract stands on the title page.
        "abstract": next((chapter for chapter in chapters if chapter.id == "abstract"), None),
        "chapters": [chapter for chapter in chapters if chapter.id != "abstract"],
        "lists": lists,
        "references": list(Renderer.references.by_url.values()),
        "has_code": has_code,
        "style": style(),
        "scripts": scripts(chapters),
    }
    page = env.get_template("report.html.j2").render({**document, **parts})
    target.write_text(page)


if __name__ == "__main__":
    export(json.load(sys.stdin), Path(sys.argv[1]))
