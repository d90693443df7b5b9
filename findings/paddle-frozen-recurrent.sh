#!/usr/bin/env bash
# paddlepaddle 3.3.1: no gradient goes through a frozen recurrent layer, nor through one in evaluation.
#
# Library: paddlepaddle 3.3.1, nn.LSTM, nn.GRU, nn.SimpleRNN, CPU.
# Expected: freezing weights (`stop_gradient = True`) keeps them from being trained; what stands before the layer is trained on,
#   the usual way to add an embedding before a trained layer. Likewise `paddle.grad(outputs, inputs)` needs gradients of the
#   inputs alone, and evaluation concerns dropout, not whether a layer can be differentiated (saliency maps are drawn in
#   evaluation).
# Seen: the backward pass through each of the three raises a ValueError about a tensor that is null if no gradient of its
#   weights is asked for: frozen, or by paddle.grad for the inputs alone. In evaluation it raises a RuntimeError about a tensor
#   without memory. In training with gradients of the weights as well it works, and nn.RNN around an LSTMCell works in every
#   case.
# Reported: https://github.com/PaddlePaddle/Paddle/issues/58158 (paddle.grad, 2.5, closed) and
#   https://github.com/PaddlePaddle/Paddle/issues/49015 (evaluation, 2.3, closed); both are so still. Of frozen weights in
#   training, where nobody calls paddle.grad, nothing was found.
# Exit status: 0 as long as this is what happens.
set -euo pipefail
export OMP_NUM_THREADS=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet paddlepaddle==3.3.1 numpy==2.4.6 setuptools==80.9.0
cat > "$folder/probe.py" <<'PY'
import sys

import paddle
from paddle import nn

LAYERS = {
    "LSTM": lambda: nn.LSTM(3, 4),
    "GRU": lambda: nn.GRU(3, 4),
    "SimpleRNN": lambda: nn.SimpleRNN(3, 4),
    "RNN(LSTMCell)": lambda: nn.RNN(nn.LSTMCell(3, 4)),
}
CASES = ("in training", "frozen", "inputs alone", "in evaluation")
EXPECTED = ("a gradient", "ValueError", "ValueError", "RuntimeError")


def tried(name, case):
    """A linear layer is to be trained before the recurrent one: does a gradient reach it?"""
    paddle.seed(0)
    before, layer = nn.Linear(3, 3), LAYERS[name]()
    for parameter in layer.parameters():
        parameter.stop_gradient = case == "frozen"
    if case == "in evaluation":
        layer.eval()
    total = layer(before(paddle.randn([2, 5, 3])))[0].sum()
    try:
        if case == "inputs alone":
            gradient = paddle.grad([total], [before.weight])[0]
        else:
            total.backward()
            gradient = before.weight.grad
    except (ValueError, RuntimeError) as refusal:
        return type(refusal).__name__
    return "a gradient" if float(gradient.abs().sum()) > 0 else "none"


print("paddlepaddle", paddle.__version__)
changed = False
for name in LAYERS:
    seen = tuple(tried(name, case) for case in CASES)
    print(f"nn.{name}:", ", ".join(f"{case}: {what}" for case, what in zip(CASES, seen, strict=True)))
    changed |= seen != (EXPECTED if "Cell" not in name else ("a gradient",) * 4)
sys.exit("changed" if changed else None)
PY
"$folder/venv/bin/python" "$folder/probe.py" 2> "$folder/said" || { tail -3 "$folder/said"; exit 1; }
echo "as written above"
