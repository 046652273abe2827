"""A round is an epoch of `model.fit` on arrays in memory; the first one is for warming up."""

import importlib
import math
import os
import time

from rounds import answer, is_asked, read_images, read_task

task = read_task()
os.environ["KERAS_BACKEND"] = task["backend"]

import keras  # noqa: E402  Keras takes its backend when it is imported.
from keras_model import build_model  # noqa: E402

backend = importlib.import_module(task["backend"])
images, labels = read_images(task["files"], task["images"])
model = build_model(task["recipe"], jit_compile=task["jitCompile"])


class Rounds(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        loss = float(logs["loss"])
        seconds = time.perf_counter() - self.started
        if epoch == 0:
            name = {"tensorflow": "TensorFlow", "jax": "JAX"}[task["backend"]]
            versions = f"Keras {keras.__version__}, {name} {backend.__version__}"
            weights = sum(math.prod(weight.shape) for weight in model.trainable_weights)
            answer({"versions": versions, "weights": weights})
        else:
            answer({"seconds": seconds, "loss": loss})
        self.model.stop_training = not is_asked()


images = images.reshape(-1, *model.input_shape[1:])
model.fit(images, labels, batch_size=task["batch"], epochs=10**9, verbose=0, callbacks=[Rounds()])
