#!/usr/bin/env bash
# TensorFlow 2.21.0 on x86-64: batch normalization of bfloat16 images while training (FusedBatchNormV3) has a fast kernel where the
# channels are a multiple of 16 only. With 24 channels it takes many times as long as with 32, and far longer than in float32. So a
# network with 24 or 40 filters under a mixed policy of bfloat16 is slower than in float32.
# Seen (two cores of an AMD EPYC): 24 and 32 channels 1.39 and 0.91 ms in float32, 9.15 and 0.67 ms in bfloat16.
# Needs a processor with AVX-512 BF16 or AMX: on others bfloat16 is slow throughout, and the script says so and ends with 77.
set -euo pipefail
if ! grep -qE 'avx512_bf16|amx_bf16' /proc/cpuinfo; then
  echo "This processor does not multiply bfloat16, so there is nothing to see here."
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tensorflow==2.21.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - <<'PYTHON' 2> "$folder/log" || { cat "$folder/log"; exit 1; }
import statistics
import time

import tensorflow as tf

print("TensorFlow", tf.__version__)


def milliseconds(channels, dtype):
    images = tf.cast(tf.random.normal([128, 28, 28, channels], seed=0), dtype)
    none = tf.zeros([0])

    @tf.function
    def normalize(x):
        return tf.raw_ops.FusedBatchNormV3(
            x=x, scale=tf.ones(channels), offset=tf.zeros(channels), mean=none, variance=none, is_training=True
        ).y

    times = []
    for _ in range(30):
        started = time.perf_counter()
        normalize(images)[0, 0, 0, 0].numpy()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


found = {(channels, dtype.name): milliseconds(channels, dtype) for dtype in (tf.float32, tf.bfloat16) for channels in (24, 32)}
for (channels, dtype), ms in found.items():
    print(f"{channels} channels in {dtype}: {ms:.2f} ms")
fewer, more = found[24, "bfloat16"], found[32, "bfloat16"]
if fewer < 1.5 * more:
    raise SystemExit(f"It has changed: 24 channels of bfloat16 take {fewer / more:.2f} times as long as 32.")
print(f"24 channels of bfloat16 take {fewer / more:.1f} times as long as 32, in float32 {found[24, 'float32'] / found[32, 'float32']:.1f} times.")
PYTHON
