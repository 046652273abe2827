"""Markdown as JupyterLab sets it, in one page that needs no other file: pictures are in it, formulas and diagrams are marked.

A formula becomes `<tex-inline>` or `<tex-block>` with its TeX as text, which formulas.ts sets; a diagram `<pre class="mermaid">`,
which report.js draws.
"""

import base64
import mimetypes
import os
import re
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup
from markupsafe import Markup, escape
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, MathInlineParser

# "It costs $5 and not $6" holds no formula.
INLINE = r"(?<![$\\])\$(?P<math_inline_tex>(?:[^$\\]|\\.)+?)(?:(?<!\s)\$(?!\d)|(?<=\s)\$(?!\w))"
FORMULA = re.compile(
    r"\$\$(?P<block>.+?)\$\$|\\\[(?P<bracket>.+?)\\\]|\\\((?P<paren>.+?)\\\)"
    rf"|(?P<environment>\\begin\{{(?P<name>[a-z]+\*?)\}}.*?\\end\{{(?P=name)\}})|{INLINE}",
    re.DOTALL,
)
HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
# JupyterLab takes these out of Markdown, too.
FORBIDDEN = ["script", "style", "iframe", "object", "embed", "base", "meta", "link", "form"]
# A file that a text links to comes along up to this size, in bytes.
MAX_FILE = 1_000_000


class InlineParser(MathInlineParser):
    SPECIFICATION = {**MathInlineParser.SPECIFICATION, "inline_math_tex": f"(?s:{INLINE})"}


class References:
    """What a report cites, in the order in which it does: `[Li et al. 2018](https://... "The entry in full.")`."""

    def __init__(self):
        self.by_url = {}

    def cite(self, url, entry):
        """The number of a work; None for a link that is no citation: it has no entry, and none is known of its address."""
        if url not in self.by_url and entry:
            self.by_url[url] = {"number": len(self.by_url) + 1, "url": url, "entry": entry}
        return self.by_url.get(url, {}).get("number")

    def entries(self):
        return list(self.by_url.values())


references = References()


class Renderer(IPythonRenderer):
    """Jupyter's, with numbers at citations, and with formulas and diagrams marked."""

    def __init__(self):
        super().__init__(escape=False, exclude_anchor_links=True)

    def link(self, text, url, title=None):
        number = references.cite(url, title)
        cited = "" if number is None else f'&nbsp;<a class="citation" href="#reference-{number}">[{number}]</a>'
        return super().link(text, url, title) + cited

    def _embed_image_or_attachment(self, src):
        # Pictures are embedded when the whole is HTML: Markdown may hold <img> as well.
        return src

    def block_math(self, body):
        return f"<tex-block>{escape(body)}</tex-block>"

    def inline_math(self, body):
        return f"<tex-inline>{escape(body)}</tex-inline>"

    def latex_environment(self, name, body):
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def block_mermaidjs(self, code):
        return f'<pre class="mermaid">{escape(code.strip())}</pre>'


class Files:
    """The files that a notebook's text names: its attachments by cell, and what stands beside it."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def embed_picture(self, img, attachments):
        """Puts the picture into its element, or in its place says which one is missing."""
        src = img.get("src", "")
        if src.startswith("data:"):
            return
        if src.startswith("attachment:"):
            data = choose_picture(attachments.get(unquote(src.removeprefix("attachment:")), {}))
            missing = "is not attached to its cell"
        elif is_elsewhere(src):
            data, missing = None, "is not in this report, which needs no network"
        else:
            data, missing = self.read(src, ("image/",)), "was not found beside the notebook"
        if data is not None:
            img["src"] = data
            return
        note = BeautifulSoup("", "html.parser").new_tag("span", attrs={"class": "missing"})
        name = src.removeprefix("attachment:")
        note.string = f"[Picture {name} {missing}{': ' + img['alt'] if img.get('alt') else ''}]"
        img.replace_with(note)

    def embed_file(self, link):
        """Lets a link to a file beside the notebook carry the file along, or says that it is missing."""
        href = link.get("href", "")
        path = self.find(href)
        if href == "" or href.startswith("#") or is_elsewhere(href) or path is None or path.suffix == ".html":
            return
        data = self.read(href, ("",), MAX_FILE)
        if data is not None:
            link["href"], link["download"] = data, path.name
        else:
            why = "is too large for this report" if path.exists() else "was not found beside the notebook"
            link.append(f" [{href} {why}]")
            link.name = "span"
            link.attrs = {"class": "missing"}

    def read(self, url, kinds, limit=None):
        path = self.find(url)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream" if path else ""
        if path is None or not kind.startswith(kinds) or not path.is_file() or (limit and path.stat().st_size > limit):
            return None
        return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"

    def find(self, url):
        """Where a file lies; None for one outside the project, which a notebook of somebody else's must not carry off."""
        path = Path(os.path.realpath(self.folder / unquote(url.partition("#")[0].partition("?")[0])))
        allowed = [Path(os.path.realpath(folder)) for folder in (self.folder, Path.cwd())]
        return path if any(path.is_relative_to(folder) for folder in allowed) else None


def is_elsewhere(url):
    return re.match(r"[a-z][a-z0-9+.-]*:|//", url, re.IGNORECASE) is not None


def choose_picture(attachment):
    """The data URL of an attachment in the best of its forms; None where it has none."""
    kinds = sorted(attachment, key=lambda kind: ["image/svg+xml", "image/png"].index(kind) if "svg" in kind or "png" in kind else 2)
    if not kinds:
        return None
    kind, content = kinds[0], attachment[kinds[0]]
    content = "".join(content) if isinstance(content, list) else content
    # Jupyter keeps SVG as it is, and all other pictures in base64.
    if kind == "image/svg+xml" and content.lstrip().startswith("<"):
        content = base64.b64encode(content.encode()).decode()
    return f"data:{kind};base64,{''.join(content.split())}"


def markdown(source, files=None, attachments=None, set_heading=None):
    """Markdown as HTML; `set_heading` gets each heading's element."""
    html = MarkdownWithMath(renderer=Renderer(), inline=InlineParser(hard_wrap=False)).render(source)
    page = BeautifulSoup(html, "html.parser")
    for element in page.find_all(FORBIDDEN):
        element.decompose()
    for element in page.find_all(True):
        for name in [name for name in element.attrs if name.startswith("on")]:
            del element[name]
        if str(element.get("href", "")).strip().lower().startswith("javascript:"):
            del element["href"]
    if files is not None:
        for img in page.find_all("img"):
            files.embed_picture(img, attachments or {})
        for link in page.find_all("a"):
            files.embed_file(link)
    for table in page.find_all("table"):
        table.wrap(page.new_tag("div", attrs={"class": "scroll"}))
    for heading in page.find_all(HEADINGS) if set_heading else []:
        set_heading(heading)
    return Markup(str(page))


def inline(source):
    """Markdown of one paragraph, without the paragraph."""
    # A plain string: what `re` does to Markup escapes it.
    return Markup(re.sub(r"^<p>(.*)</p>$", r"\1", str(markdown(source)).strip(), flags=re.DOTALL))


def latex(source):
    """Text with formulas between the delimiters of LaTeX, as JupyterLab sets an output of the type `text/latex`."""
    parts, end = [], 0
    for match in FORMULA.finditer(source):
        display = match["block"] or match["bracket"] or match["environment"]
        kind, body = ("block", display) if display else ("inline", match["paren"] or match["math_inline_tex"])
        parts += [escape(source[end : match.start()]), Markup("<tex-{0}>{1}</tex-{0}>").format(Markup(kind), body)]
        end = match.end()
    return Markup("").join([*parts, escape(source[end:])])


def plain(markup):
    """The words of HTML, still escaped, and its formulas."""
    return Markup(re.sub(r"<(?!/?tex-)[^>]+>", "", str(markup)))


def words(markup):
    """The words of HTML as text, with the TeX of its formulas."""
    return BeautifulSoup(str(markup), "html.parser").get_text()
