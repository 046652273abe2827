"""The other end of `system-process.ts`: task, images, and a round for each line on the standard input."""

import json
import os
import sys

import numpy

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
_answers = os.fdopen(3, "w")


def read_task():
    return json.loads(sys.argv[1])


def read_images(files, size=None):
    """float32 images [n, 784] in [0, 1] and labels [n] int64."""
    size = size or files["size"]
    path = os.path.join(files["folder"], files["name"])
    images = numpy.fromfile(path + "-images", numpy.uint8, size * 784).reshape(size, 784)
    labels = numpy.fromfile(path + "-labels", numpy.uint8, size)
    return images.astype(numpy.float32) / 255, labels.astype(numpy.int64)


def answer(message):
    _answers.write(json.dumps(message) + "\n")
    _answers.flush()


def is_asked():
    """Waits for the next line; False once there is none."""
    return sys.stdin.readline() != ""
