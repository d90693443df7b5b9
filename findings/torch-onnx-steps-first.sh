#!/usr/bin/env bash
# torch 2.13.0: an LSTM exported to ONNX for any length runs at the example's length only, if steps come first.
#
# Library: torch 2.13.0 (torch.onnx.export, dynamo=True), with onnx 1.23.2, onnxscript 0.7.2, onnxruntime 1.32.0.
# Expected: with the axis of the steps marked as free in `dynamic_shapes`, as its documentation describes, the model takes
#   sequences of other lengths too: it declares that it does. Whether steps or the batch come first (`batch_first`, whose
#   default is steps first) is a matter of layout; and the exporter's optimisation, on by default, is to change no result.
# Seen: nn.LSTM and nn.GRU with batch_first=True run at any length. With the default layout the model declares any length, but
#   one of its Reshape nodes holds the example's number of steps, and onnxruntime raises an error at any other. With
#   optimize=False the same export runs at all lengths: the number comes in by the optimisation.
# Reported: looked for and not found. Near it: https://github.com/pytorch/pytorch/issues/191855 (an Expand frozen in a
#   bidirectional pattern written by hand; it says that a layer alone can be exported).
# Each export has a process of its own, as a second one in the same process goes wrong in another way.
# Exit status: 0 as long as this is what happens.
set -euo pipefail
export OMP_NUM_THREADS=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet torch==2.13.0 numpy==2.4.6 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0
cat > "$folder/probe.py" <<'PY'
import sys

import onnxruntime
import torch

kind, first, optimize = sys.argv[1], sys.argv[2] == "batch", sys.argv[3] == "True"
torch.manual_seed(0)
layer = getattr(torch.nn, kind)(3, 4, batch_first=first).eval()
axis = 1 if first else 0


def inputs(length):
    return torch.randn(2, length, 3) if first else torch.randn(length, 2, 3)


program = torch.onnx.export(
    layer, (inputs(5),), dynamo=True, optimize=optimize, dynamic_shapes=({axis: torch.export.Dim.DYNAMIC},), verbose=False
)
session = onnxruntime.InferenceSession(program.model_proto.SerializeToString(), providers=["CPUExecutionProvider"])


def reads(length):
    x = inputs(length)
    try:
        y = session.run(None, {session.get_inputs()[0].name: x.numpy()})[0]
    except Exception as refusal:
        return "error in a Reshape" if "Reshape node" in str(refusal) else type(refusal).__name__
    return "as torch does" if torch.allclose(torch.from_numpy(y), layer(x)[0], atol=1e-5) else "otherwise"


seen = [reads(length) for length in (3, 5, 7)]
declared = session.get_inputs()[0].shape
print(f"torch {torch.__version__.split('+')[0]}, nn.{kind}, {sys.argv[2]} first, optimize={optimize}:", end=" ")
print(f"declared {declared}; 3, 5, 7 steps: {seen}")
other = "error in a Reshape" if optimize and not first else "as torch does"
expected = [other, "as torch does", other]
sys.exit((seen != expected or isinstance(declared[axis], int)) and f"changed: {expected} was seen")
PY
for kind in LSTM GRU; do
    for way in "steps True" "steps False" "batch True"; do
        # shellcheck disable=SC2086
        "$folder/venv/bin/python" "$folder/probe.py" "$kind" $way 2> "$folder/said" || { tail -3 "$folder/said"; exit 1; }
    done
done
echo "as written above"
