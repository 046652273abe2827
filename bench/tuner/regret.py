"""Prints, as JSON, the regrets that Optuna's samplers reach; `regret.ts` runs it."""

import json
import sys
import warnings

import optuna

from functions import FUNCTIONS

SAMPLERS = {
    "Optuna TPE, default": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "Optuna TPE, multivariate, group": lambda seed: optuna.samplers.TPESampler(
        seed=seed, multivariate=True, group=True
    ),
    "Optuna TPE, multivariate=False": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=False),
    "Optuna random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
}

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")
seeds, checkpoints = int(sys.argv[1]), [int(n) for n in sys.argv[2].split(",")]
result = []
for name, (function, minimum) in FUNCTIONS.items():
    for sampler, create in SAMPLERS.items():
        for seed in range(seeds):
            study = optuna.create_study(sampler=create(seed))
            study.optimize(function, n_trials=checkpoints[-1])
            values = [trial.value for trial in study.trials]
            regrets = [min(values[:n]) - minimum for n in checkpoints]
            result.append({"function": name, "searcher": sampler, "seed": seed, "regrets": regrets})
print(json.dumps({"version": optuna.__version__, "runs": result}))
