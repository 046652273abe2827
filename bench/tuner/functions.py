"""The functions of functions.ts, line by line, asked for through an Optuna trial."""

import math


def branin(trial):
    x = trial.suggest_float("x", -5, 10)
    y = trial.suggest_float("y", 0, 15)
    b = 5.1 / (4 * math.pi**2)
    c = 5 / math.pi
    return (y - b * x * x + c * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


HARTMANN_ALPHA = [1, 1.2, 3, 3.2]
HARTMANN_A = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
HARTMANN_P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def hartmann6(trial):
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    return -sum(
        alpha * math.exp(-sum(a * (xi - p) ** 2 for a, p, xi in zip(row_a, row_p, x)))
        for alpha, row_a, row_p in zip(HARTMANN_ALPHA, HARTMANN_A, HARTMANN_P)
    )


OPTIMIZERS = ["rmsprop", "adam", "sgd"]
OPTIMIZER_LOSS = {"rmsprop": 0.1, "adam": 0.05, "sgd": 0}
ACTIVATIONS = ["tanh", "elu", "relu"]
ACTIVATION_LOSS = {"tanh": 0.1, "elu": 0.05, "relu": 0}
LAYERS_LOSS = [0.3, 0.1, 0, 0.15]


def network(trial):
    optimizer = trial.suggest_categorical("optimizer", OPTIMIZERS)
    rate = trial.suggest_float("learningRate", 1e-5, 1, log=True)
    loss = OPTIMIZER_LOSS[optimizer]
    ideal = -3
    if optimizer == "sgd":
        momentum = trial.suggest_float("momentum", 0, 0.99)
        loss += 0.2 * (momentum - 0.9) ** 2
        ideal = math.log10(1 - momentum)
    loss += 0.1 * (math.log10(rate) - ideal) ** 2
    layers = trial.suggest_int("layers", 1, 4)
    loss += LAYERS_LOSS[layers - 1]
    for i in range(1, layers + 1):
        units = trial.suggest_int(f"units{i}", 8, 1024, log=True)
        activation = trial.suggest_categorical(f"activation{i}", ACTIVATIONS)
        loss += (0.1 * (math.log2(units) - (9 - i)) ** 2 + ACTIVATION_LOSS[activation]) / layers
    if trial.suggest_categorical("dropout", [False, True]):
        rate = trial.suggest_float("dropoutRate", 0, 0.5, step=0.05)
        loss += 2 * (rate - 0.2) ** 2
    else:
        loss += 0.1
    return loss


FUNCTIONS = {
    "Branin": (branin, 0.39788735772973816),
    "Hartmann-6": (hartmann6, -3.322368011391339),
    "conditional network": (network, 0),
}
