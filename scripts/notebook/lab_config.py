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
