"""A round is an epoch of PyTorch's usual training loop on tensors in memory, convolutions with channels last."""

import time

from rounds import answer, is_asked, read_images, read_task

import torch
from torch import nn

task = read_task()
torch.manual_seed(0)


def build_layers(recipe):
    """The layers up to the logits; the softmax belongs to PyTorch's loss."""
    activations = {"relu": nn.ReLU, "elu": nn.ELU, "tanh": nn.Tanh, "softmax": nn.Identity}
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
            convolution = nn.Conv2d(shape[2], config["filters"], config["kernel_size"], padding="same")
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
    return layer


images, labels = (torch.from_numpy(array) for array in read_images(task["files"], task["images"]))
model = build_layers(task["recipe"])
if isinstance(model[0], nn.Conv2d):
    images = images.reshape(-1, 1, 28, 28).contiguous(memory_format=torch.channels_last)
    model = model.to(memory_format=torch.channels_last)
rate = task["recipe"]["compile"]["optimizer"]["learningRate"]
if task["recipe"]["compile"]["optimizer"]["kind"] == "adam":
    optimizer = torch.optim.Adam(model.parameters(), rate, eps=1e-7, fused=task["fused"])
else:
    # Keras' decay and epsilon.
    optimizer = torch.optim.RMSprop(model.parameters(), rate, alpha=0.9, eps=1e-7)
cross_entropy = nn.CrossEntropyLoss()


def train_epoch():
    model.train()
    loss_sum, correct = 0.0, 0
    for indices in torch.randperm(len(images)).split(task["batch"]):
        x, y = images[indices], labels[indices]
        optimizer.zero_grad()
        logits = model(x)
        loss = cross_entropy(logits, y)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(indices)
        correct += (logits.argmax(1) == y).sum().item()
    return loss_sum / len(images)


train_epoch()
weights = sum(parameter.numel() for parameter in model.parameters())
answer({"versions": f"PyTorch {torch.__version__}", "weights": weights})
while is_asked():
    started = time.perf_counter()
    loss = train_epoch()
    answer({"seconds": time.perf_counter() - started, "loss": loss})
