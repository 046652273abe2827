"""A round is a KerasTuner search over given configurations, one after the other, with all that KerasTuner does for each trial."""

import tempfile
import time

from rounds import answer, is_asked, read_images, read_task

import keras
import keras_tuner
from keras_model import build_model

task = read_task()
x, y = read_images(task["train"])
x_validation, y_validation = read_images(task["validation"])
recipes = task["recipes"]
steps = -(-len(x) // task["batch"])


def build(hp):
    index = hp.Int("configuration", 0, len(recipes) - 1)
    return build_model(recipes[index], steps, task["epochs"])


shape = build_model(recipes[0]).input_shape[1:]
x, x_validation = x.reshape(-1, *shape), x_validation.reshape(-1, *shape)
answer({"versions": f"KerasTuner {keras_tuner.__version__}, Keras {keras.__version__}"})
while is_asked():
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        # The grid over the configurations' numbers is these configurations, each once.
        tuner = keras_tuner.GridSearch(build, objective="val_accuracy", directory=folder)
        tuner.search(
            x,
            y,
            epochs=task["epochs"],
            batch_size=task["batch"],
            validation_data=(x_validation, y_validation),
            verbose=0,
        )
        seconds = time.perf_counter() - started
        trials = tuner.oracle.get_best_trials(len(recipes) + 1)
        answer({"seconds": seconds, "best": trials[0].score, "trials": len(trials)})
