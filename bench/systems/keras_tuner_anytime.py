"""A round is a search by one of KerasTuner's tuners, with its own defaults, until its time is up; what each trial came to, and when."""

import math
import tempfile
import time

from rounds import answer, is_asked, read_images, read_task

import keras
import keras_tuner
import tensorflow
from keras_model import build_model
from recipes import Recipes
from search_space import choose, choose_with_keras_tuner

task = read_task()
# KerasTuner takes 0 for no seed.
seed = task["seed"] + 1
keras.utils.set_random_seed(seed)
x, y = read_images(task["train"])
x_validation, y_validation = read_images(task["validation"])
recipes = Recipes(task["recipes"])
epochs = task["epochs"]


class TimeIsUp(BaseException):
    """Not an Exception, which KerasTuner would take for a failed trial."""


class Deadline(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if time.perf_counter() - started >= task["seconds"]:
            raise TimeIsUp


class Models(keras_tuner.HyperModel):
    def build(self, hp):
        recipe, rates = recipes.get(choose_with_keras_tuner(hp, task["space"]))
        if rates:
            # A promoted trial of Hyperband's has a fresh optimizer, which counts its steps from 0.
            rates = rates[hp.values.get("tuner/initial_epoch", 0) * len(rates) // epochs :]
        model = build_model(recipe, rates=rates)
        model.batch_size = recipe["compile"].get("batchSize", 128)
        return model

    def fit(self, hp, model, x, y, validation_data, **options):
        shape = model.input_shape[1:]
        x_validation, y_validation = validation_data
        return model.fit(
            x.reshape(-1, *shape),
            y,
            batch_size=model.batch_size,
            validation_data=(x_validation.reshape(-1, *shape), y_validation),
            **options,
        )


def logged(tuner):
    """The tuner, whose trials are noted when they end."""

    class Logged(tuner):
        def on_trial_end(self, trial):
            super().on_trial_end(trial)
            ended = self.oracle.get_trial(trial.trial_id)
            score = ended.score
            is_scored = ended.status == "COMPLETED" and score is not None and not math.isnan(score)
            # KerasTuner also keeps those whose conditions do not hold, and its own.
            values = ended.hyperparameters.values
            events.append(
                {
                    "seconds": time.perf_counter() - started,
                    "trial": trial.trial_id,
                    "status": "completed" if is_scored else "failed",
                    **({} if is_scored else {"reason": (ended.message or "no score")[-500:]}),
                    "score": score if is_scored else None,
                    "hyperparameters": choose(task["space"], lambda name, domain: values[name]),
                }
            )
            answer({"progress": f"{len(events)} trials"})

    return Logged


options = {
    "RandomSearch": {"max_trials": 10**6},
    "Hyperband": {"max_epochs": epochs, "hyperband_iterations": 10**6},
    "BayesianOptimization": {"max_trials": 10**6},
}[task["tuner"]]
counts = []
for values in task["probes"]:
    recipe, rates = recipes.get(values)
    model = build_model(recipe, rates=rates)
    counts.append(sum(math.prod(weight.shape) for weight in model.trainable_weights))
# What TensorFlow does at the first step of a process is not the search's.
model.fit(x[:128].reshape(-1, *model.input_shape[1:]), y[:128], verbose=0)
versions = f"KerasTuner {keras_tuner.__version__}, Keras {keras.__version__}, TensorFlow {tensorflow.__version__}"
answer({"versions": versions, "counts": counts})
while is_asked():
    events = []
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        tuner = logged(getattr(keras_tuner, task["tuner"]))(
            Models(),
            objective="val_accuracy",
            seed=seed,
            directory=folder,
            # A trial without a score is no reason to stop.
            max_consecutive_failed_trials=10**6,
            **options,
        )
        try:
            tuner.search(
                x,
                y,
                validation_data=(x_validation, y_validation),
                epochs=epochs,
                callbacks=[Deadline()],
                verbose=0,
            )
        except TimeIsUp:
            pass
        answer({"seconds": time.perf_counter() - started, "events": events})
recipes.close()
