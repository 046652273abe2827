import os
import signal
import sys
import threading
import time

c = get_config()  # noqa: F821

c.ServerApp.ip = "127.0.0.1"
c.LabApp.default_url = "/lab/tree/notebooks"
# Ctrl-C stops the server without a question.
c.ServerApp.answer_yes = True
c.Application.log_level = "WARN"

# Nothing is asked of the network: no news, no newer versions, no list of extensions.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.handlers.announcements.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"

# Only the project's own kernel can be chosen.
c.MultiKernelManager.default_kernel_name = "inkwell"
c.KernelSpecManager.allowed_kernelspecs = {"inkwell"}
c.KernelSpecManager.ensure_native_kernel = False

# File > Save and Export As: our own exporters, and none that needs a program or a network that may not be there.
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lab"))  # noqa: PTH118, PTH120
for other in ("ASCIIDoc", "Latex", "Python", "QtPDF", "QtPNG", "RST", "Slides", "WebPDF"):
    c[f"{other}Exporter"].enabled = False
# Figures follow a dark theme: custom.css, which lab.ts puts in its place.
c.LabApp.custom_css = True

# Keeps the files whole where the disk is full or the server is killed.
load_subconfig("whole_files.py")  # noqa: F821


def end_with_parent(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


# `npm run lab` passes signals on; where it is killed itself, the server shuts its kernels down and leaves all the same.
threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
