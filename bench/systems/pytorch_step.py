"""A round is an epoch of PyTorch's usual training loop on tensors in memory, convolutions with channels last."""

import time

from rounds import answer, is_asked, read_images, read_task

import torch
from pytorch_model import build_layers, build_optimizer, prepare
from torch import nn

task = read_task()
torch.manual_seed(0)

images, labels = (torch.from_numpy(array) for array in read_images(task["files"], task["images"]))
model = build_layers(task["recipe"])
model, images = prepare(model, images)
optimizer = build_optimizer(task["recipe"]["compile"]["optimizer"], model.parameters(), task["fused"])
cross_entropy = nn.CrossEntropyLoss()
# What is compiled is another object around the same weights.
forward = torch.compile(model) if task["compile"] else model


def train_epoch():
    model.train()
    loss_sum, correct = 0.0, 0
    for indices in torch.randperm(len(images)).split(task["batch"]):
        x, y = images[indices], labels[indices]
        optimizer.zero_grad()
        logits = forward(x)
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
