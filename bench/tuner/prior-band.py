"""Prints, as JSON, the regrets that NePS reaches on the functions that it reads; `prior-band.ts` runs it."""

import json
import logging
import math
import random
import sys
import warnings
from importlib.metadata import version

import numpy
import torch

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import neps  # noqa: E402
from neps.optimizers.algorithms import priorband  # noqa: E402
from neps.space import HPOFloat, HPOInteger, SearchSpace  # noqa: E402

ALPHA = [1, 1.2, 3, 3.2]

torch.set_num_threads(1)
task = json.load(sys.stdin)
EPOCHS = task["epochs"]


def evaluate(f, x, epochs, noise):
    left = 1 - math.log(epochs) / math.log(EPOCHS)
    clean = -sum(
        (alpha - f["bias"] * left**2) * math.exp(-sum(a * (xi - p) ** 2 for a, p, xi in zip(row_a, row_p, x)))
        for alpha, row_a, row_p in zip(ALPHA, f["a"], f["p"])
    )
    return clean + f["noise"] * left * noise.gauss(0, 1)


def search(f, prior, seed):
    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)
    noise = random.Random(seed)
    names = [f"x{i}" for i in range(f["dimensions"])]
    # A high confidence is a standard deviation of 0.25 here.
    space = SearchSpace(
        {
            **{
                name: HPOFloat(0.0, 1.0, prior=center, prior_confidence="high")
                for name, center in zip(names, f["priors"][prior])
            },
            "epochs": HPOInteger(1, EPOCHS, is_fidelity=True),
        }
    )
    optimizer = neps.AskAndTell(priorband(space))
    trained = {}
    spent = 0
    regrets = [math.inf] * len(task["checkpoints"])
    while True:
        trial = optimizer.ask()
        config, rung = trial.metadata.id.split("_rung_")
        epochs = trial.config["epochs"]
        spent += epochs - trained.get(config, 0)
        if spent > task["checkpoints"][-1]:
            return regrets
        trained[config] = epochs
        value = evaluate(f, [trial.config[name] for name in names], epochs, noise)
        optimizer.tell(trial.metadata.id, value)
        if epochs == EPOCHS:
            for i, checkpoint in enumerate(task["checkpoints"]):
                if spent <= checkpoint:
                    regrets[i] = min(regrets[i], value - f["minimum"])


runs = [
    {
        "function": f["name"],
        "prior": prior,
        "searcher": "NePS PriorBand",
        "seed": seed,
        "regrets": search(f, prior, seed),
    }
    for f in task["functions"]
    for prior in f["priors"]
    for seed in range(task["seeds"])
]
print(json.dumps({"version": version("neural-pipeline-search"), "runs": runs}))
