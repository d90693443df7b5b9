#!/usr/bin/env bash
# onnxruntime 1.32.0: causal MultiHeadAttention with fewer queries than keys: the last query sees every key, the others do not.
#
# Library: onnxruntime 1.32.0 on a CPU, its operator com.microsoft.MultiHeadAttention with unidirectional=1; onnx 1.23.2 to
#   write it.
# Expected: the operator's description says of unidirectional=1 that a token attends to none that come after it. With fewer
#   queries than keys and no cache there are two usual readings: query i sees keys up to i (upper left, as in ONNX's own
#   Attention), or the last query stands beside the last key and each one before it sees one key fewer (lower right). In both,
#   neighbouring queries differ by one key.
# Seen: all queries but the last follow the upper left, the last one sees every key: of 3 queries and 5 keys they see 1, 2 and
#   5, of 64 and 80 the last two see 63 and 80. No reading gives this. What a query gets thus depends on whether another stands
#   behind it: the second of two sees 5 keys of 5, and 2 once a third is added. The standard operator Attention with is_causal=1
#   in the same runtime gives 1, 2, 3. With as many queries as keys both agree.
# Reported: for the standard Attention a single query that sees all keys was reported and mended, as it is above:
#   https://github.com/microsoft/onnxruntime/issues/29020; nothing was found about this operator.
# Exit status: 0 as long as this is what happens.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0
"$folder/venv/bin/python" - <<'PY'
import sys

import numpy as np
import onnx.parser
import onnxruntime

OWN = "com.microsoft.MultiHeadAttention <num_heads = 1, unidirectional = 1>"
STANDARD = "Attention <q_num_heads = 1, kv_num_heads = 1, is_causal = 1>"


def seen(operator, queries, keys):
    """All scores are 0 and the values are one-hot: a row of the output holds the weights. How many of each row are not 0."""
    model = onnx.parser.parse_model(
        f"""<ir_version: 10, opset_import: ["" : 23, "com.microsoft" : 1]>
        one (float[1,{queries},{keys}] Q, float[1,{keys},{keys}] K, float[1,{keys},{keys}] V) => (float[] Y)
        {{ Y = {operator} (Q, K, V) }}"""
    )
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    given = {"Q": np.zeros((1, queries, keys), "f"), "K": np.zeros((1, keys, keys), "f"), "V": np.eye(keys, dtype="f")[None]}
    return [int(count) for count in (session.run(None, given)[0][0] > 1e-6).sum(axis=1)]


print("onnxruntime", onnxruntime.__version__, "on a CPU: how many keys each query sees")
for queries, keys in ((4, 4), (1, 5), (2, 5), (3, 5), (64, 80)):
    own, standard = seen(OWN, queries, keys), seen(STANDARD, queries, keys)
    shown = [str(rows if len(rows) < 9 else [*rows[:2], "...", *rows[-2:]]) for rows in (own, standard)]
    print(f"{queries} queries, {keys} keys: MultiHeadAttention {shown[0]}, Attention {shown[1]}")
    if own != [*range(1, queries), keys] or standard != [*range(1, queries + 1)]:
        sys.exit("changed")
print("as written above")
PY
