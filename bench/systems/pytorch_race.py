"""A round trains the recipe of one of our presets with the next seed and evaluates it; or, to find the fastest way, times steps."""

import contextlib
import math
import time

import numpy
from rounds import answer, is_asked, read_images, read_task

import torch
from pytorch_model import build_layers, build_optimizer, prepare
from torch import nn
from torch.nn import functional

task = read_task()
recipe, way = task["recipe"], task["way"]
config = recipe["compile"]
WARM_UP_STEPS, PACED_STEPS = 15, 200
# Numbers near 0 would slow the later steps down; TensorFlow takes them as 0, too.
torch.set_flush_denormal(True)

images, labels = (torch.from_numpy(array) for array in read_images(task["train"]))
test_images, test_labels = (torch.from_numpy(array) for array in read_images(task["test"]))
rates = numpy.fromfile(task["rates"], numpy.float32)
batch_size = config.get("batchSize", 128)
cross_entropy = nn.CrossEntropyLoss(label_smoothing=config.get("labelSmoothing", 0))
augmentation = config.get("augmentation")
momentum = config.get("emaMomentum", 0)

model, images = prepare(build_layers(recipe), images)
if images.dim() == 4:
    test_images = test_images.reshape(-1, 1, 28, 28)
forward = torch.compile(model) if way["compile"] else model


def precision():
    return torch.autocast("cpu", torch.bfloat16) if way["autocast"] else contextlib.nullcontext()


def vary(x):
    """Rotation, scale, shear and shift about the centre, one sampling, as our augmentation without elastic deformation."""
    count = len(x)

    def up_to(limit):
        return (2 * torch.rand(count) - 1) * limit

    angle = up_to(augmentation.get("rotation", 0) * math.pi / 180)
    size = 1 + up_to(augmentation.get("scale", 0))
    shear = up_to(augmentation.get("shear", 0))
    cos, sin = angle.cos() / size, angle.sin() / size
    shift = 2 * augmentation.get("shift", 0)
    rows = torch.stack([cos, cos * shear - sin, up_to(shift), sin, sin * shear + cos, up_to(shift)], 1)
    grid = functional.affine_grid(rows.view(count, 2, 3), list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, align_corners=False).contiguous(memory_format=torch.channels_last)


def train(steps, seed):
    """As many steps, with the schedule's rates; the averaged weights where the recipe has them, else the weights."""
    torch.manual_seed(seed)
    for layer in model:
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    fresh = build_layers(recipe)
    model.load_state_dict(fresh.state_dict())
    optimizer = build_optimizer(config["optimizer"], model.parameters(), way["fused"])
    held = [value for value in model.state_dict().values() if value.is_floating_point()]
    averages = [value.clone() for value in held]
    model.train()
    step = 0
    while step < steps:
        for indices in torch.randperm(len(images)).split(batch_size):
            x, y = images[indices], labels[indices]
            if augmentation:
                x = vary(x)
            for group in optimizer.param_groups:
                group["lr"] = float(rates[step])
            optimizer.zero_grad()
            with precision():
                logits = forward(x)
            cross_entropy(logits.float(), y).backward()
            optimizer.step()
            step += 1
            if momentum > 0 and (step % 4 == 0 or step < 70):
                kept = min(momentum, (1 + step) / (10 + step))
                torch._foreach_lerp_(averages, held, 1 - (kept if step < 70 else kept**4))
            if step == steps:
                break
    return averages if momentum > 0 else held


def evaluate(values):
    held = [value for value in model.state_dict().values() if value.is_floating_point()]
    for value, average in zip(held, values, strict=True):
        value.copy_(average)
    model.eval()
    with torch.no_grad():
        right = sum(
            (model(x).argmax(1) == y).sum().item()
            for x, y in zip(test_images.split(512), test_labels.split(512), strict=True)
        )
    return right / len(test_labels)


train(WARM_UP_STEPS, 0)
weights = sum(parameter.numel() for parameter in model.parameters())
answer({"versions": f"PyTorch {torch.__version__}", "weights": weights})
seeds = iter(task["seeds"])
while is_asked():
    if task.get("pace"):
        started = time.perf_counter()
        train(PACED_STEPS, 0)
        answer({"seconds": (time.perf_counter() - started) / PACED_STEPS})
        continue
    seed = next(seeds)
    started = time.perf_counter()
    values = train(task["epochs"] * math.ceil(len(images) / batch_size), seed)
    seconds = time.perf_counter() - started
    answer({"seconds": seconds, "accuracy": evaluate(values)})
