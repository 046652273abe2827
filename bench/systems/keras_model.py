"""Keras' model of a recipe, compiled."""

import keras


class GivenRates(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate of each step, from a list."""

    def __init__(self, rates):
        self.rates = rates

    def __call__(self, step):
        rates = keras.ops.convert_to_tensor(self.rates, "float32")
        return keras.ops.take(rates, keras.ops.minimum(keras.ops.cast(step, "int32"), len(self.rates) - 1))

    def get_config(self):
        return {"rates": self.rates}


def build_model(recipe, steps=1, epochs=1, rates=None, **compile_options):
    """`steps` are those of an epoch; with `epochs` they stretch the schedule of the learning rate. `rates` go before it."""
    model = keras.Sequential()
    for layer in recipe["topology"]["config"]["layers"]:
        kind, config = layer["class_name"], layer["config"]
        if kind == "InputLayer":
            model.add(keras.Input(config["batch_input_shape"][1:]))
        else:
            model.add(getattr(keras.layers, kind).from_config(config))
    config = recipe["compile"]
    schedule = config.get("schedule", {"kind": "constant"})
    rate = GivenRates(rates) if rates else _learning_rate(config["optimizer"], schedule, steps, epochs)
    model.compile(
        optimizer=_optimizer(config["optimizer"], rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        **compile_options,
    )
    return model


def _learning_rate(config, schedule, steps, epochs):
    rate = config["learningRate"]
    if schedule["kind"] == "cosineAnnealing":
        warm = round(schedule.get("warmUp", 0) * steps * epochs)
        start, options = (0.0, {"warmup_target": rate, "warmup_steps": warm}) if warm else (rate, {})
        rate = keras.optimizers.schedules.CosineDecay(start, steps * epochs - warm, **options)
    elif schedule["kind"] == "stepDecay":
        # As in lib/recipe/schedules.ts: a drop each third of the run, at the next epoch's first step.
        drops = [int(epoch / (epochs / 3)) for epoch in range(epochs)]
        rates = [rate * schedule["factor"] ** drop for drop in drops]
        rate = keras.optimizers.schedules.PiecewiseConstantDecay(
            [epoch * steps - 1 for epoch in range(1, epochs)], rates
        )
    return rate


def _optimizer(config, rate):
    match config["kind"]:
        case "sgd":
            # Keras takes no whole number.
            momentum, nesterov = float(config.get("momentum", 0)), config.get("nesterov", False)
            return keras.optimizers.SGD(rate, momentum=momentum, nesterov=nesterov)
        case "adam":
            return keras.optimizers.Adam(rate)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=config.get("weightDecay", 0.004))
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)
        case "adagrad":
            return keras.optimizers.Adagrad(rate)
        case "adadelta":
            return keras.optimizers.Adadelta(rate)
    raise ValueError(f"{config['kind']} is not known here")
