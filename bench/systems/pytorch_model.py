"""PyTorch's model of a recipe, its optimizer and its penalties."""

import torch
from torch import nn


def build_layers(recipe):
    """The layers up to the logits; the softmax belongs to PyTorch's loss."""
    activations = {
        "relu": nn.ReLU,
        "elu": nn.ELU,
        "tanh": nn.Tanh,
        "sigmoid": nn.Sigmoid,
        "softmax": nn.Identity,
    }
    layers, shape = [], None
    for layer in recipe["topology"]["config"]["layers"]:
        kind, config = layer["class_name"], layer["config"]
        if kind == "InputLayer":
            shape = config["batch_input_shape"][1:]
        elif kind == "Dense":
            layers.append(initialize(nn.Linear(shape[0], config["units"], bias=config["use_bias"]), config))
            shape = [config["units"]]
            if config["activation"] != "linear":
                layers.append(activations[config["activation"]]())
        elif kind == "Conv2D":
            convolution = nn.Conv2d(
                shape[2], config["filters"], config["kernel_size"], padding="same", bias=config["use_bias"]
            )
            layers.append(initialize(convolution, config))
            shape = [*shape[:2], config["filters"]]
        elif kind == "BatchNormalization":
            normalization = nn.BatchNorm1d if len(shape) == 1 else nn.BatchNorm2d
            layers.append(normalization(shape[-1], eps=config["epsilon"], momentum=1 - config["momentum"]))
        elif kind == "MaxPooling2D":
            size = config["pool_size"][0]
            layers.append(nn.MaxPool2d(size))
            shape = [shape[0] // size, shape[1] // size, shape[2]]
        elif kind == "Flatten":
            layers.append(nn.Flatten())
            shape = [shape[0] * shape[1] * shape[2]]
        elif kind == "Dropout":
            layers.append(nn.Dropout(config["rate"]))
        elif kind == "LeakyReLU":
            layers.append(nn.LeakyReLU(config["alpha"]))
        elif kind == "Activation":
            layers.append(activations[config["activation"]]())
        else:
            raise ValueError(f"{kind} is not known here")
    return nn.Sequential(*layers)


def initialize(layer, config):
    """Uniform with variance scale / fan, as Keras' VarianceScaling; biases 0."""
    initializer = config["kernel_initializer"]["config"]
    fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(layer.weight)
    fan = fan_in if initializer["mode"] == "fan_in" else (fan_in + fan_out) / 2
    limit = (3 * initializer["scale"] / fan) ** 0.5
    nn.init.uniform_(layer.weight, -limit, limit)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    if config.get("kernel_regularizer"):
        layer.regularization = config["kernel_regularizer"]["config"]
    return layer


def penalty(model):
    """`l1 * sum |w| + l2 * sum w^2` of the kernels that are regularized, 0 where none is."""
    total = 0
    for layer in model:
        if hasattr(layer, "regularization"):
            strength = layer.regularization
            total = total + strength["l1"] * layer.weight.abs().sum() + strength["l2"] * layer.weight.square().sum()
    return total


def prepare(model, images):
    """The model and the images, flat `[n, 784]` as a dense layer takes them, else square with channels last."""
    if not isinstance(model[0], nn.Conv2d):
        return model, images
    square = images.reshape(-1, 1, 28, 28).contiguous(memory_format=torch.channels_last)
    return model.to(memory_format=torch.channels_last), square


def build_optimizer(config, parameters, fused=False):
    """Keras' optimizer: its epsilon, decays and initial accumulator."""
    rate = config["learningRate"]
    match config["kind"]:
        case "sgd":
            momentum, nesterov = config.get("momentum", 0), config.get("nesterov", False)
            return torch.optim.SGD(parameters, rate, momentum=momentum, nesterov=nesterov)
        case "adam":
            return torch.optim.Adam(parameters, rate, eps=1e-7, fused=fused)
        case "adamw":
            decay = config.get("weightDecay", 0.004)
            return torch.optim.AdamW(parameters, rate, eps=1e-7, weight_decay=decay, fused=fused)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, rate, alpha=0.9, eps=1e-7)
        case "adagrad":
            return torch.optim.Adagrad(parameters, rate, initial_accumulator_value=0.1, eps=1e-7)
        case "adadelta":
            return torch.optim.Adadelta(parameters, rate, rho=0.95, eps=1e-7)
    raise ValueError(f"{config['kind']} is not known here")
