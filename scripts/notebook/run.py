"""Runs one notebook in a fresh kernel and tells what happens as JSON lines on standard output.

usage: run.py NOTEBOOK EXECUTED

EXECUTED is written in every case, with `status` in its `inkwell` metadata: `done`, `failed` or `interrupted`.
The run is interrupted by SIGINT, SIGTERM, or the end of standard input, so that a killed caller leaves nothing behind.
Exit status: 0 done, 1 failed, 130 interrupted.
"""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path
from queue import Empty

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError, DeadKernelError

PROGRESS_ID = "inkwell-progress-"
# The kernel gives training 5 s to stop; it can miss an interrupt that comes while a cell begins.
INTERRUPT_SECONDS = 6
INTERRUPTS = 3
# Much output takes long to come; what is still missing then is an error, no output that nobody misses.
OUTPUT_SECONDS = 600


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


class Client(NotebookClient):
    """Keeps what comes from a cell after its end as well, which nbclient drops; `stray` is the cell of a late error."""

    stray = None

    def __init__(self, nb):
        super().__init__(
            nb,
            timeout=None,
            record_timing=False,
            coalesce_streams=True,
            iopub_timeout=OUTPUT_SECONDS,
            raise_on_iopub_timeout=True,
        )
        self.owners = {}

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        self.owners[parent_msg_id] = (cell, cell_index)
        try:
            while True:
                self.take(await self.kc.iopub_channel.get_msg(timeout=None), parent_msg_id)
        except CellExecutionComplete:
            return

    async def take_the_rest(self):
        try:
            while True:
                self.take(await self.kc.iopub_channel.get_msg(timeout=0.1))
        except Empty:
            return

    def take(self, msg, running=None):
        parent = msg["parent_header"].get("msg_id")
        if parent not in self.owners or (parent != running and msg["msg_type"] == "status"):
            return
        cell, index = self.owners[parent]
        if parent != running and msg["msg_type"] == "error":
            self.stray = index
        self.process_message(msg, cell, index)

    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] in ("display_data", "update_display_data"):
            transient = msg["content"].get("transient") or {}
            if transient.get("display_id", "").startswith(PROGRESS_ID) and "inkwell" in transient:
                tell("progress", **transient["inkwell"])
        return super().process_message(msg, cell, cell_index)


def peak_memory(client):
    """Most memory the kernel held, in bytes; None where the system does not say."""
    try:
        pid = client.km.provisioner.pid
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (AttributeError, IndexError, OSError):
        return None


def error_text(cell):
    """What a failed cell printed as its error: its error outputs, else its standard error."""
    errors = ["\n".join(o["traceback"]) or o["evalue"] for o in cell.outputs if o["output_type"] == "error"]
    streams = [o["text"] for o in cell.outputs if o["output_type"] == "stream" and o["name"] == "stderr"]
    return "\n".join(errors or streams)


async def run(path, executed):
    nb = nbformat.read(path, as_version=4)
    client = Client(nb)
    code = [i for i, cell in enumerate(nb.cells) if cell.cell_type == "code" and cell.source.strip()]
    interrupted = False
    work = asyncio.current_task()

    async def interrupt():
        nonlocal interrupted
        if interrupted:
            return
        interrupted = True
        for _ in range(INTERRUPTS):
            if client.km is not None and await client.km.is_alive():
                await client.km.interrupt_kernel()
            await asyncio.sleep(INTERRUPT_SECONDS)
        # Deaf: in a native call or an endless loop.
        work.cancel()

    loop = asyncio.get_running_loop()
    tasks = set()

    def on_signal():
        tasks.add(asyncio.ensure_future(interrupt()))

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)

    def on_input():
        if not os.read(sys.stdin.fileno(), 1024):
            loop.remove_reader(sys.stdin.fileno())
            on_signal()

    loop.add_reader(sys.stdin.fileno(), on_input)

    def fail(index, text):
        nonlocal status
        if not interrupted:
            tell("error", index=index, number=code.index(index) + 1, text=text)
            status = "failed"

    start = time.monotonic()
    status = "done"
    client.km = client.create_kernel_manager()
    try:
        await client.async_start_new_kernel(cwd=str(path.parent))
        await client.async_start_new_kernel_client()
        for number, i in enumerate(code, 1):
            if interrupted:
                break
            tell("cell", index=i, number=number, of=len(code))
            try:
                await client.async_execute_cell(nb.cells[i], i, execution_count=number)
                if i == code[-1]:
                    await client.take_the_rest()
            except CellExecutionError:
                fail(i, error_text(nb.cells[i]))
                break
            except CellTimeoutError:
                fail(i, f"Not all of its output came within {OUTPUT_SECONDS} s of its end.")
                break
            if client.stray is not None:
                fail(client.stray, error_text(nb.cells[client.stray]))
                break
    except DeadKernelError:
        fail(i, "The kernel died: out of memory, or a crash in native code.")
    except asyncio.CancelledError:
        if not interrupted:
            raise
    if interrupted:
        status = "interrupted"
    memory = peak_memory(client)
    nb.metadata.setdefault("inkwell", {})["status"] = status
    nbformat.write(nb, executed)
    tell("end", status=status, seconds=time.monotonic() - start, memory=memory)
    client.shutdown_kernel = "immediate" if interrupted else "graceful"
    if client.km is not None:
        await client._async_cleanup_kernel()
    for task in tasks:
        task.cancel()
    return {"done": 0, "failed": 1, "interrupted": 130}[status]


if __name__ == "__main__":
    sys.exit(asyncio.run(run(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))))
