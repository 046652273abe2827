"""A round reads a data set from CSV files with pandas and prepares it for training."""

import time

from rounds import answer, is_asked, read_task

import numpy
import pandas

task = read_task()
random = numpy.random.default_rng(0)


def read(part):
    table = pandas.read_csv(f"{task['folder']}/{task['name']}-{part}.csv", header=None, dtype=task["dtype"])
    images = table.iloc[:, 1:].to_numpy(numpy.float32) / 255
    upright = images.reshape(-1, 28, 28).transpose(0, 2, 1).copy()
    return upright, table.iloc[:, 0].to_numpy()


def prepare():
    images, labels = read("train")
    order = random.permutation(len(labels))
    held = len(labels) // 10
    validation, train = order[:held], order[held:]
    return (images[train], labels[train]), (images[validation], labels[validation]), read("test")


prepare()
answer({"versions": f"pandas {pandas.__version__}, NumPy {numpy.__version__}"})
while is_asked():
    started = time.perf_counter()
    parts = prepare()
    answer({"seconds": time.perf_counter() - started, "images": sum(len(labels) for _, labels in parts)})
