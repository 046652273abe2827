"""Keras' model of a recipe, compiled."""

import keras


def build_model(recipe, steps=1, epochs=1, **compile_options):
    """`steps` are those of an epoch; with `epochs` they stretch the schedule of the learning rate."""
    model = keras.Sequential()
    for layer in recipe["topology"]["config"]["layers"]:
        kind, config = layer["class_name"], layer["config"]
        if kind == "InputLayer":
            model.add(keras.Input(config["batch_input_shape"][1:]))
        else:
            model.add(getattr(keras.layers, kind).from_config(config))
    config = recipe["compile"]
    model.compile(
        optimizer=_optimizer(config["optimizer"], config.get("schedule", {"kind": "constant"}), steps, epochs),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        **compile_options,
    )
    return model


def _optimizer(config, schedule, steps, epochs):
    rate = config["learningRate"]
    if schedule["kind"] == "cosineAnnealing":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps * epochs)
    elif schedule["kind"] == "stepDecay":
        # As in src/models/schedules.ts: a drop each third of the run, at the next epoch's first step.
        drops = [int(epoch / (epochs / 3)) for epoch in range(epochs)]
        rates = [rate * schedule["factor"] ** drop for drop in drops]
        rate = keras.optimizers.schedules.PiecewiseConstantDecay(
            [epoch * steps - 1 for epoch in range(1, epochs)], rates
        )
    match config["kind"]:
        case "sgd":
            return keras.optimizers.SGD(rate, momentum=config.get("momentum", 0))
        case "adam":
            return keras.optimizers.Adam(rate)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)
        case "adagrad":
            return keras.optimizers.Adagrad(rate)
        case "adadelta":
            return keras.optimizers.Adadelta(rate)
