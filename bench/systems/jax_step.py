"""A round is an epoch of a training loop in JAX: one compiled function a step, which takes weights and moments over."""

import functools
import time

from rounds import answer, is_asked, read_images, read_task

import jax
import numpy
import optax
from jax import numpy as jnp
from jax_model import build_model, build_optimizer

task = read_task()
images, labels = read_images(task["files"], task["images"])
recipe = task["recipe"]
images = images.reshape(-1, *recipe["topology"]["config"]["layers"][0]["config"]["batch_input_shape"][1:])
weights, averages, apply = build_model(recipe, jax.random.key(0))
optimizer = build_optimizer(recipe["compile"]["optimizer"])
moments = optimizer.init(weights)


def loss_of(weights, averages, x, y, key):
    logits, averages = apply(weights, averages, x, key)
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()
    return loss, (averages, (logits.argmax(1) == y).sum())


@functools.partial(jax.jit, donate_argnums=(0, 1, 2))
def train_step(weights, averages, moments, x, y, key):
    (loss, (averages, correct)), gradients = jax.value_and_grad(loss_of, has_aux=True)(weights, averages, x, y, key)
    updates, moments = optimizer.update(gradients, moments, weights)
    return optax.apply_updates(weights, updates), averages, moments, loss, correct


generator, key = numpy.random.default_rng(0), jax.random.key(1)


def train_epoch():
    global weights, averages, moments, key
    losses, hits = [], []
    batches = generator.permutation(len(images)).reshape(-1, task["batch"])
    key, own = jax.random.split(key)
    for indices, step_key in zip(batches, jax.random.split(own, len(batches))):
        x, y = images[indices], labels[indices]
        weights, averages, moments, loss, correct = train_step(weights, averages, moments, x, y, step_key)
        # Read once at the end: a step that is waited for cannot overlap with the gathering of the next batch.
        losses.append(loss)
        hits.append(correct)
    return float(jnp.stack(losses).mean()), int(jnp.stack(hits).sum())


train_epoch()
count = sum(weight.size for weight in jax.tree.leaves(weights))
answer({"versions": f"JAX {jax.__version__}, optax {optax.__version__}", "weights": count})
while is_asked():
    started = time.perf_counter()
    loss, _ = train_epoch()
    answer({"seconds": time.perf_counter() - started, "loss": loss})
