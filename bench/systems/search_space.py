"""Asks KerasTuner and Optuna for the hyperparameters of a space that `bench/portable-space.ts` wrote, in its order.

An entry has a `name`, a `domain` and `conditions`, of which all must hold for it to be asked for: a `parent`, asked for before, has
one of `values`. A range with steps that are factors also has its `values` listed.
"""

from contextlib import ExitStack


def is_active(entry, chosen):
    return all(chosen.get(parent["parent"]) in parent["values"] for parent in entry["conditions"])


def choose(space, ask):
    """The active hyperparameters by name, in order; `ask` gets a name and a domain and gives a value."""
    chosen = {}
    for entry in space:
        if is_active(entry, chosen):
            chosen[entry["name"]] = ask(entry["name"], entry["domain"])
    return chosen


def choose_with_optuna(trial, space):
    def ask(name, domain):
        match domain["kind"]:
            case "fixed":
                return domain["value"]
            case "boolean":
                return trial.suggest_categorical(name, [False, True])
            case "choice":
                return trial.suggest_categorical(name, domain["values"])
        low, high, step = domain["min"], domain["max"], domain.get("step")
        if domain["sampling"] != "linear" and step is not None:
            return domain["values"][trial.suggest_int(name, 0, len(domain["values"]) - 1)]
        suggest = trial.suggest_int if domain["kind"] == "int" else trial.suggest_float
        if domain["sampling"] == "linear":
            return suggest(name, low, high, **({} if step is None else {"step": step}))
        return suggest(name, low, high, log=True)

    return choose(space, ask)


def choose_with_keras_tuner(hp, space):
    """With conditional scopes, in which KerasTuner gives None where they do not hold, and an `if` where it takes no scope.

    KerasTuner opens a scope only where the parent was asked for in the very scopes that are open.
    """
    scopes_of = {}

    def open_scopes(entry, stack):
        """Whether the entry is to be asked for, in the scopes that are then open."""
        opened = []
        for condition in entry["conditions"]:
            around = scopes_of.get(condition["parent"])
            if around is not None and around[: len(opened)] == opened:
                for scope in [*around[len(opened) :], condition]:
                    stack.enter_context(hp.conditional_scope(scope["parent"], scope["values"]))
                    opened.append(scope)
            elif chosen.get(condition["parent"]) not in condition["values"]:
                return False
        scopes_of[entry["name"]] = opened
        return True

    def ask(name, domain):
        default = {"default": domain["default"]} if "default" in domain else {}
        match domain["kind"]:
            case "fixed":
                return hp.Fixed(name, domain["value"])
            case "boolean":
                return hp.Boolean(name, **default)
            case "choice":
                values = domain["values"]
                # KerasTuner wants values of one type, and JSON writes 0.0 as 0.
                if any(isinstance(value, float) for value in values):
                    values = [float(value) for value in values]
                    default = {key: float(value) for key, value in default.items()}
                return hp.Choice(name, values, ordered=domain["isOrdered"], **default)
        step = {"step": domain["step"]} if "step" in domain else {}
        if domain["kind"] == "int":
            return hp.Int(name, domain["min"], domain["max"], sampling=domain["sampling"], **step, **default)
        value = hp.Float(name, float(domain["min"]), float(domain["max"]), sampling=domain["sampling"], **step, **default)
        # A power may end a rounding error outside.
        return value if value is None else min(max(value, domain["min"]), domain["max"])

    chosen = {}
    for entry in space:
        with ExitStack() as stack:
            value = ask(entry["name"], entry["domain"]) if open_scopes(entry, stack) else None
        if value is not None and is_active(entry, chosen):
            chosen[entry["name"]] = value
    return chosen
