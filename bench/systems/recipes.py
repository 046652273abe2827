"""Recipes of models from `recipe-server.ts`, the process that has Inkwell's builders."""

import json
import subprocess


class Recipes:
    def __init__(self, command):
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def get(self, values):
        """The recipe of a configuration, and the learning rate of each step of its training, None where it is constant."""
        self._process.stdin.write(json.dumps(values) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if line == "":
            raise RuntimeError("The process that makes recipes has ended.")
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["recipe"], answer["rates"]

    def close(self):
        self._process.stdin.close()
        self._process.wait()
