"""What JupyterLab's File > Save and Export As writes: the reports of `npm run report`, and a script that runs.

The folder beside this file registers the exporters: Python finds it where this folder is on its path (lab_config.py).
"""

import json
import os
import subprocess
from pathlib import Path

from nbconvert.exporters import Exporter

ROOT = Path(__file__).resolve().parents[3]


class ProjectExporter(Exporter):
    """Hands the notebook to export-notebook.ts, with the outputs that it has."""

    form = ""

    def from_notebook_node(self, nb, resources=None, **kw):
        metadata = (resources or {}).get("metadata", {})
        name, folder = metadata.get("name") or "notebook", metadata.get("path") or str(ROOT / "notebooks")
        command = [os.environ.get("NODE", "node"), "--import", "tsx", "scripts/notebook/export-notebook.ts", self.form, name, folder]
        done = subprocess.run(command, cwd=ROOT, input=json.dumps(nb).encode(), capture_output=True)
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
            raise RuntimeError(f"{reason[0]} Reports are also written by `npm run report -- --no-execute --only {name}`.")
        text = done.stdout if self.output_mimetype == "application/pdf" else done.stdout.decode()
        return text, {**(resources or {}), "output_extension": self.file_extension}


class HtmlReport(ProjectExporter):
    form = "html"
    output_mimetype = "text/html"
    export_from_notebook = "HTML"

    def _file_extension_default(self):
        return ".html"


class PdfReport(ProjectExporter):
    form = "pdf"
    output_mimetype = "application/pdf"
    export_from_notebook = "PDF"

    def _file_extension_default(self):
        return ".pdf"


class TypeScript(ProjectExporter):
    form = "script"
    output_mimetype = "text/x-typescript"
    export_from_notebook = "TypeScript"

    def _file_extension_default(self):
        # A module of its own, in which `await` may stand outside of functions.
        return ".mts"
