#!/usr/bin/env bash
# KerasTuner 1.4.8: a conditional scope inside another one must name a parent that was asked for inside the outer one. A parent that was
# asked for before both is said to be "not defined", although it has a value. Whoever wants "only if a is 1 and b is 1" with a and b
# independent of each other writes the inner condition as a plain `if`, and then the search does not know of it.
# Seen: ValueError: `HyperParameter` named: b not defined.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.0 keras-tuner==1.4.8 tensorboard==2.21.0 jax==0.10.2 six==1.17.0
KERAS_BACKEND=jax "$folder/venv/bin/python" - <<'PYTHON'
import keras_tuner

print("KerasTuner", keras_tuner.__version__)

hp = keras_tuner.HyperParameters()
hp.Choice("a", [1, 2])
with hp.conditional_scope("a", [1]):
    hp.Choice("b", [1, 2])
    with hp.conditional_scope("b", [1]):
        hp.Int("c", 1, 3)
print("parent inside the outer scope:", hp.values)
assert hp.values == {"a": 1, "b": 1, "c": 1}

hp = keras_tuner.HyperParameters()
hp.Choice("a", [1, 2])
hp.Choice("b", [1, 2])
assert hp.get("b") == 1
try:
    with hp.conditional_scope("a", [1]):
        with hp.conditional_scope("b", [1]):
            hp.Int("c", 1, 3)
except ValueError as error:
    print("parent before both scopes: ValueError:", error)
    assert "named: b not defined" in str(error), error
else:
    raise SystemExit("It has changed: the inner scope is accepted now.")
PYTHON
