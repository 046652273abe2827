"""A round is Optuna's search with TPE and the median pruner, its defaults, over PyTorch trainings until its time is up."""

import math
import time

from rounds import answer, is_asked, read_images, read_task

import optuna
import torch
from pytorch_model import build_layers, build_optimizer, penalty, prepare
from recipes import Recipes
from search_space import choose_with_optuna
from torch import nn

task = read_task()
torch.manual_seed(task["seed"])
optuna.logging.set_verbosity(optuna.logging.WARNING)
train, validation = ([torch.from_numpy(array) for array in read_images(task[part])] for part in ("train", "validation"))
recipes = Recipes(task["recipes"])
cross_entropy = nn.CrossEntropyLoss()


class TimeIsUp(BaseException):
    """Not an Exception, which would be a failed trial."""


def train_epoch(model, optimizer, images, labels, batch, rates):
    model.train()
    for step, indices in enumerate(torch.randperm(len(images)).split(batch)):
        if len(indices) == 1:
            # Batch normalization has no variance of one image.
            continue
        if rates:
            for group in optimizer.param_groups:
                group["lr"] = rates[step]
        optimizer.zero_grad()
        loss = cross_entropy(model(images[indices]), labels[indices]) + penalty(model)
        loss.backward()
        optimizer.step()
    return loss.item()


def validate(model, images, labels):
    model.eval()
    with torch.no_grad():
        correct = sum(
            (model(x).argmax(1) == y).sum().item() for x, y in zip(images.split(512), labels.split(512))
        )
    return correct / len(images)


def objective(trial):
    values = choose_with_optuna(trial, task["space"])
    trial.set_user_attr("values", values)
    recipe, rates = recipes.get(values)
    model, images = prepare(build_layers(recipe), train[0])
    _, validation_images = prepare(model, validation[0])
    optimizer = build_optimizer(recipe["compile"]["optimizer"], model.parameters())
    steps = len(rates or []) // task["epochs"]
    for epoch in range(task["epochs"]):
        if time.perf_counter() - started >= task["seconds"]:
            raise TimeIsUp
        rates_of_epoch = (rates or [])[epoch * steps : (epoch + 1) * steps]
        batch = recipe["compile"].get("batchSize", 128)
        loss = train_epoch(model, optimizer, images, train[1], batch, rates_of_epoch)
        if not math.isfinite(loss):
            return math.nan
        accuracy = validate(model, validation_images, validation[1])
        trial.report(accuracy, epoch)
        if epoch < task["epochs"] - 1 and trial.should_prune():
            raise optuna.TrialPruned
    return accuracy


def note(study, trial):
    is_scored = trial.state == optuna.trial.TrialState.COMPLETE
    is_pruned = trial.state == optuna.trial.TrialState.PRUNED
    events.append(
        {
            "seconds": time.perf_counter() - started,
            "trial": trial.number,
            "status": "completed" if is_scored else "pruned" if is_pruned else "failed",
            "score": trial.value if is_scored else None,
            "hyperparameters": trial.user_attrs.get("values", {}),
        }
    )
    answer({"progress": f"{len(events)} trials"})


counts = []
for values in task["probes"]:
    recipe, _ = recipes.get(values)
    model = build_layers(recipe)
    counts.append(sum(parameter.numel() for parameter in model.parameters()))
# What PyTorch imports with the first optimizer of a process is not the search's.
model, images = prepare(model, train[0][:128])
train_epoch(model, build_optimizer(recipe["compile"]["optimizer"], model.parameters()), images, train[1][:128], 128, [])
versions = f"Optuna {optuna.__version__}, PyTorch {torch.__version__}"
answer({"versions": versions, "counts": counts})
while is_asked():
    events = []
    started = time.perf_counter()
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=task["seed"]),
        pruner=optuna.pruners.MedianPruner(),
    )
    try:
        study.optimize(objective, callbacks=[note], timeout=task["seconds"])
    except TimeIsUp:
        pass
    answer({"seconds": time.perf_counter() - started, "events": events})
recipes.close()
