"""JAX's model of a recipe as plain functions, its weights as a list of dictionaries, and its optimizer from optax."""

import math

import jax
import optax
from jax import lax
from jax import numpy as jnp


def build_model(recipe, key):
    """
    Weights, moving averages and `apply(weights, averages, images, key) -> (logits, new averages)`, which is the model in
    training; the softmax belongs to the loss.
    """
    activations = {
        "linear": lambda x: x,
        "softmax": lambda x: x,
        "relu": jax.nn.relu,
        "elu": jax.nn.elu,
        "tanh": jnp.tanh,
        "sigmoid": jax.nn.sigmoid,
    }
    weights, averages, steps, shape = [], [], [], None
    for layer in recipe["topology"]["config"]["layers"]:
        kind, config = layer["class_name"], layer["config"]
        weight, average, step = {}, {}, None
        key, own = jax.random.split(key)
        if kind == "InputLayer":
            shape = config["batch_input_shape"][1:]
            continue
        if kind == "Dense":
            units = config["units"]
            weight = _kernel(own, (shape[0], units), shape[0], units, config)
            step, shape = _dense(activations[config["activation"]]), [units]
        elif kind == "Conv2D":
            filters, (height, width) = config["filters"], config["kernel_size"]
            area = height * width
            weight = _kernel(own, (height, width, shape[2], filters), area * shape[2], area * filters, config)
            step, shape = _convolution(activations[config["activation"]]), [*shape[:2], filters]
        elif kind == "BatchNormalization":
            weight = {"scale": jnp.ones(shape[-1]), "offset": jnp.zeros(shape[-1])}
            average = {"mean": jnp.zeros(shape[-1]), "variance": jnp.ones(shape[-1])}
            step = _normalization(config["momentum"], config["epsilon"])
        elif kind == "MaxPooling2D":
            size = config["pool_size"][0]
            step, shape = _max_pooling(size), [shape[0] // size, shape[1] // size, shape[2]]
        elif kind == "Flatten":
            step, shape = _stateless(lambda x: x.reshape(len(x), -1)), [math.prod(shape)]
        elif kind == "Dropout":
            step = _dropout(config["rate"])
        elif kind == "LeakyReLU":
            step = _stateless(lambda x, alpha=config["alpha"]: jax.nn.leaky_relu(x, alpha))
        elif kind == "Activation":
            step = _stateless(activations[config["activation"]])
        else:
            raise ValueError(f"{kind} is not known here")
        weights.append(weight)
        averages.append(average)
        steps.append(step)

    def apply(weights, averages, x, key):
        changed = []
        for step, weight, average, own in zip(steps, weights, averages, jax.random.split(key, len(steps))):
            x, average = step(weight, average, x, own)
            changed.append(average)
        return x, changed

    return weights, averages, apply


def build_optimizer(config):
    """Keras' optimizer: its epsilon, decays and initial accumulator."""
    rate = config["learningRate"]
    match config["kind"]:
        case "sgd":
            return optax.sgd(rate, momentum=config.get("momentum") or None, nesterov=config.get("nesterov", False))
        case "adam":
            return optax.adam(rate, eps=1e-7)
        case "rmsprop":
            return optax.rmsprop(rate, decay=0.9, eps=1e-7)
        case "adagrad":
            return optax.adagrad(rate, initial_accumulator_value=0.1, eps=1e-7)
        case "adadelta":
            return optax.adadelta(rate, rho=0.95, eps=1e-7)
    raise ValueError(f"{config['kind']} is not known here")


def _kernel(key, shape, fan_in, fan_out, config):
    """Uniform with variance scale / fan, as Keras' VarianceScaling; biases 0."""
    initializer = config["kernel_initializer"]["config"]
    fan = fan_in if initializer["mode"] == "fan_in" else (fan_in + fan_out) / 2
    limit = (3 * initializer["scale"] / fan) ** 0.5
    weight = {"kernel": jax.random.uniform(key, shape, minval=-limit, maxval=limit)}
    return {**weight, "bias": jnp.zeros(shape[-1])} if config["use_bias"] else weight


def _stateless(function):
    return lambda weight, average, x, key: (function(x), average)


def _dense(activation):
    return lambda weight, average, x, key: (activation(x @ weight["kernel"] + weight.get("bias", 0)), average)


def _convolution(activation):
    def step(weight, average, x, key):
        layout = ("NHWC", "HWIO", "NHWC")
        y = lax.conv_general_dilated(x, weight["kernel"], (1, 1), "SAME", dimension_numbers=layout)
        return activation(y + weight.get("bias", 0)), average

    return step


def _normalization(momentum, epsilon):
    def step(weight, average, x, key):
        axes = tuple(range(x.ndim - 1))
        mean, variance = x.mean(axes), x.var(axes)
        moved = {
            "mean": momentum * average["mean"] + (1 - momentum) * mean,
            "variance": momentum * average["variance"] + (1 - momentum) * variance,
        }
        return (x - mean) * lax.rsqrt(variance + epsilon) * weight["scale"] + weight["offset"], moved

    return step


def _max_pooling(size):
    window = (1, size, size, 1)
    return _stateless(lambda x: lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID"))


def _dropout(rate):
    def step(weight, average, x, key):
        return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0), average

    return step
