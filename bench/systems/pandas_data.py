"""A round reads a data set with pandas, or gzipped IDX files with NumPy, and prepares it for Keras: float32 parts in [0, 1]."""

import gzip
import time

from rounds import answer, is_asked, read_task

import numpy
import pandas

task = read_task()
random = numpy.random.default_rng(0)


def read_csv(part):
    table = pandas.read_csv(f"{task['path']}-{part}.csv", header=None, **task["options"])
    return table.iloc[:, 1:].to_numpy(numpy.float32), table.iloc[:, 0].to_numpy()


def read_idx(part):
    def read(kind, header):
        with open(f"{task['path']}-{part}-{kind}-ubyte.gz", "rb") as file:
            return numpy.frombuffer(gzip.decompress(file.read()), numpy.uint8, offset=header)

    return read("images-idx3", 16), read("labels-idx1", 8)


def read_upright(part):
    images, labels = (read_csv if task["files"] == "csv" else read_idx)(part)
    upright = numpy.ascontiguousarray(images.reshape(-1, 28, 28).transpose(0, 2, 1), numpy.float32)
    upright /= 255
    return upright, labels


def prepare():
    images, labels = read_upright("train")
    order = random.permutation(len(labels))
    held = len(labels) // 10
    validation, train = order[:held], order[held:]
    return (images[train], labels[train]), (images[validation], labels[validation]), read_upright("test")


prepare()
answer({"versions": f"pandas {pandas.__version__}, NumPy {numpy.__version__}"})
while is_asked():
    started = time.perf_counter()
    parts = prepare()
    answer({"seconds": time.perf_counter() - started, "images": sum(len(labels) for _, labels in parts)})
