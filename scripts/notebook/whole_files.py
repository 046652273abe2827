"""How JupyterLab writes files: as a whole or, where the disk is full or the server is killed, not at all.

Jupyter's own way copies the old file and then overwrites it. Where the last bytes of the new one find no room, what stays
is a file that is cut off, and saving again copies that over the copy.
"""

import errno
import os
import shutil
from contextlib import contextmanager, suppress

from jupyter_server.services.contents.filecheckpoints import AsyncFileCheckpoints
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager


@contextmanager
def replacing(path):
    """The path to write the new content of `path` to, which is renamed at the end; after an error, `path` is as it was."""
    path = os.path.realpath(path)
    if os.path.exists(path) and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    # Hidden, and the same each time: what a killed server left is overwritten.
    aside = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.new")
    try:
        yield aside
        if os.path.exists(path):
            shutil.copymode(path, aside)
        os.replace(aside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.remove(aside)
        raise


class WholeFileCheckpoints(AsyncFileCheckpoints):
    async def _copy(self, src, dest):
        with replacing(dest) as aside:
            await super()._copy(src, aside)


class WholeFileManager(AsyncLargeFileManager):
    @contextmanager
    def atomic_writing(self, os_path, text=True, encoding="utf-8"):
        mode = {"mode": "w", "encoding": encoding, "newline": "\n"} if text else {"mode": "wb"}
        with self.perm_to_403(os_path), replacing(os_path) as aside, open(aside, **mode) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())


c = get_config()  # noqa: F821
c.ServerApp.contents_manager_class = WholeFileManager
c.ContentsManager.checkpoints_class = WholeFileCheckpoints
