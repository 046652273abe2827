"""`python vscode_client.py FOLDER`: does with the project's kernel what VS Code's Jupyter extension does, and prints what came back as JSON.

The extension uses no Jupyter server for a kernel of this machine: it reads the kernel's description below the chosen Python, starts
the process in the notebook's folder, and talks to it over TCP.
"""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

folder = Path(sys.argv[1])
spec = json.loads(Path(sys.prefix, "share/jupyter/kernels/inkwell/kernel.json").read_text())
connection = str(folder / f"kernel-v3{uuid.uuid4().hex}.json")
write_connection_file(connection, ip="127.0.0.1", key=uuid.uuid4().hex.encode(), kernel_name="typescript (.venv)")
argv = [word.replace("{connection_file}", connection) for word in spec["argv"]]
env = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
kernel = subprocess.Popen(argv, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
client = BlockingKernelClient(connection_file=connection)
client.load_connection_file()
client.start_channels(hb=False)
CHANNELS = {"shell": client.shell_channel, "control": client.control_channel}


def send(kind, content, channel="shell"):
    message = client.session.msg(kind, content)
    CHANNELS[channel].send(message)
    return message["header"]["msg_id"]


def reply(msg_id, channel="shell", seconds=200):
    end = time.time() + seconds
    while time.time() < end:
        if CHANNELS[channel].msg_ready():
            message = CHANNELS[channel].get_msg(timeout=1)
            if message["parent_header"].get("msg_id") == msg_id:
                return {"type": message["msg_type"], **message["content"]}
        time.sleep(0.01)
    return None


def ask(kind, content=None, channel="shell", seconds=200):
    return reply(send(kind, content or {}, channel), channel, seconds)


def execute(code):
    return send(
        "execute_request",
        {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": True, "stop_on_error": True},
    )


def published(msg_id):
    """What a cell published, to its `idle`."""
    messages = []
    while not messages or messages[-1][1].get("execution_state") != "idle":
        message = client.iopub_channel.get_msg(timeout=200)
        if message["parent_header"].get("msg_id") == msg_id:
            messages.append((message["msg_type"], message["content"]))
    return messages


try:
    found = {"language": spec["language"], "info": ask("kernel_info_request")}
    found["control"] = ask("kernel_info_request", channel="control")
    found["comms"] = ask("comm_info_request")
    found["history"] = ask(
        "history_request", {"output": False, "raw": True, "hist_access_type": "tail", "n": 1, "session": 0}
    )
    found["complete"] = ask("is_complete_request", {"code": "const a = {"})
    cell = execute(
        "import { show } from './lib/notebook/show';\n"
        "const answer: number = 42;\n"
        "await show({ data: [{ y: [1, 2] }], layout: {} } as any);\n"
        "answer"
    )
    found["cell"] = reply(cell)
    found["published"] = published(cell)
    found["completion"] = ask("complete_request", {"code": "answ", "cursor_pos": 4})
    found["inspection"] = ask("inspect_request", {"code": "answer", "cursor_pos": 3, "detail_level": 0})
    cell = execute("console.log('waiting'); await new Promise((done) => setTimeout(done, 60_000));")
    while client.iopub_channel.get_msg(timeout=200)["msg_type"] != "stream":
        pass
    # The cell has come to its `await`.
    time.sleep(1)
    os.kill(kernel.pid, signal.SIGINT)
    found["interrupted"] = reply(cell)
    send("shutdown_request", {"restart": False}, "control")
    found["exit"] = kernel.wait(20)
    found["stderr"] = kernel.stderr.read().decode()
    print(json.dumps(found))
finally:
    kernel.kill()
    client.stop_channels()
