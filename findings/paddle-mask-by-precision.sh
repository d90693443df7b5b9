#!/usr/bin/env bash
# paddlepaddle 3.3.1: a mask that hides every key is an even mean in float32 and no mask at all in float64.
#
# Library: paddlepaddle 3.3.1, nn.MultiHeadAttention in evaluation, CPU.
# Expected: the documentation of `attn_mask` says that False in a mask of truth values keeps attention from a position. A query
#   that may look nowhere, as a padded row or an empty sequence of a batch has, gets zeros, NaN or an even mean elsewhere;
#   whichever it is, it does not depend on scores that are hidden, and float64 gives what float32 gives but for rounding.
# Seen: the layer adds -1e9 to each score that is hidden. In float32 that swallows the score, and the query gets the even mean
#   of all values; in float64 most of the score's digits are kept, softmax takes the common -1e9 out again, and the output is
#   that without a mask to about 1e-8. The same weights and inputs thus give outputs that differ by far more than rounding (of
#   order one), and in float64 what is hidden decides. A mask that leaves one key open works in both.
# Reported: looked for and not found.
# Exit status: 0 as long as this is what happens.
set -euo pipefail
export OMP_NUM_THREADS=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet paddlepaddle==3.3.1 numpy==2.4.6 setuptools==80.9.0
cat > "$folder/probe.py" <<'PY'
import sys

import numpy as np
import paddle

numbers = np.random.default_rng(0)
inputs = numbers.standard_normal((1, 4, 8))
weights = [numbers.standard_normal((8, 8)) / 2 for _ in range(4)]
print("paddlepaddle", paddle.__version__)
outputs, apart = {}, {}
for dtype in ("float32", "float64"):
    paddle.set_default_dtype(dtype)
    layer = paddle.nn.MultiHeadAttention(8, 2)
    layer.eval()
    for linear, weight in zip((layer.q_proj, layer.k_proj, layer.v_proj, layer.out_proj), weights, strict=True):
        linear.weight.set_value(weight.astype(dtype))
        linear.bias.set_value(np.zeros(8, dtype))
    x = paddle.to_tensor(inputs.astype(dtype))
    hidden = np.zeros((1, 1, 4, 4), bool)
    first = hidden.copy()
    first[..., 0] = True  # every query may look at the first key alone
    without, masked, one = layer(x, x, x), *(layer(x, x, x, paddle.to_tensor(mask)) for mask in (hidden, first))
    values = layer.v_proj(x)
    off = lambda a, b: float((a - b).abs().max())
    mean, first_value = layer.out_proj(values.mean(1, keepdim=True)), layer.out_proj(values[:, :1])
    apart[dtype] = off(masked, without), off(masked, mean), off(one, first_value)
    outputs[dtype] = masked.numpy()
    print(dtype, "everything hidden: off no mask by %.1e, off the even mean by %.1e;" % apart[dtype][:2], end=" ")
    print("one key open: off its value by %.1e" % apart[dtype][2])
between = float(np.abs(outputs["float32"] - outputs["float64"]).max())
print(f"everything hidden, float32 against float64: {between:.2f}")
narrow, wide = apart["float32"], apart["float64"]
as_seen = narrow[0] > 0.1 and narrow[1] < 1e-5 and wide[0] < 1e-6 and wide[1] > 0.1
as_seen = as_seen and max(narrow[2], wide[2]) < 1e-5 and between > 0.1
sys.exit(None if as_seen else "changed")
PY
"$folder/venv/bin/python" "$folder/probe.py" 2> "$folder/said" || { tail -3 "$folder/said"; exit 1; }
echo "as written above"
