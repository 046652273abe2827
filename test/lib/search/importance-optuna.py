"""Prints the trials and Optuna's importances of two made-up searches, as `importance-optuna.json` beside it holds them:

    python importance-optuna.py > importance-optuna.json        (Optuna 5.0.0)
"""

import json
import math
import random
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

warnings.simplefilter("ignore")
SPACE = {
    "optimizer": CategoricalDistribution(["rmsprop", "adam", "sgd"]),
    "rate": FloatDistribution(1e-5, 1, log=True),
    "momentum": FloatDistribution(0, 0.99),
    "decay": CategoricalDistribution([False, True]),
    "decayFactor": FloatDistribution(0.1, 1, step=0.05),
    "width": IntDistribution(32, 512, step=32),
    "units": IntDistribution(8, 1024, log=True),
    "size": IntDistribution(1, 200),
}


def draw(rng, name):
    domain = SPACE[name]
    if isinstance(domain, CategoricalDistribution):
        return rng.choice(domain.choices)
    if domain.step is not None and not domain.log:
        steps = round((domain.high - domain.low) / domain.step)
        return round(domain.low + rng.randint(0, steps) * domain.step, 6)
    if domain.log:
        x = math.exp(rng.uniform(math.log(domain.low), math.log(domain.high)))
        return round(x) if isinstance(domain, IntDistribution) else float(f"{x:.4g}")
    return round(rng.uniform(domain.low, domain.high), 4)


def configure(rng, conditional):
    values = {name: draw(rng, name) for name in SPACE}
    if conditional and values["optimizer"] != "sgd":
        del values["momentum"]
    if conditional and not values["decay"]:
        del values["decayFactor"]
    return values


def score(values):
    loss = {"rmsprop": 1, "adam": 0.5, "sgd": 0}[values["optimizer"]] + abs(math.log10(values["rate"]) + 2)
    loss += 3 * (values.get("momentum", 0.5) - 0.9) ** 2 + abs(values.get("decayFactor", 0.2) - 0.5)
    loss += values["width"] / 1000 + 0.1 * abs(math.log2(values["units"]) - 7) + values["size"] / 400
    return round(loss, 5)


studies = []
for conditional, count in [(False, 70), (True, 90)]:
    rng = random.Random(count)
    study = optuna.create_study()
    trials = []
    for _ in range(count):
        values = configure(rng, conditional)
        cells = [values.get(name, "") for name in SPACE] + [score(values)]
        trials.append(",".join(str(cell).lower() for cell in cells))
        study.add_trial(
            optuna.trial.create_trial(
                params=values, distributions={name: SPACE[name] for name in values}, value=score(values)
            )
        )
    importances = optuna.importance.get_param_importances(
        study, evaluator=optuna.importance.PedAnovaImportanceEvaluator()
    )
    studies.append({"conditional": conditional, "trials": trials, "importances": importances})
print(json.dumps({"optuna": optuna.__version__, "columns": [*SPACE, "score"], "studies": studies}, indent=2))
