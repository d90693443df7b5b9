#!/usr/bin/env bash
# hypofuzz 25.11.1: with the Hypothesis that pip puts beside it, the first failing case ends the worker, and no case is shown.
#
# Library: hypofuzz 25.11.1, which asks for hypothesis >= 6.140.2, and hypothesis 6.170.15. pip check finds nothing to complain of.
# Expected: a property that fails is shrunk, and its smallest failing case is printed or kept, as `hypothesis fuzz` says in its help.
# Seen: the worker looks for `slice_comments` on a result of Hypothesis's engine, where it is no more, and ends with an
#   AttributeError. The parent then says that it found a failing input for every test, prints none, and leaves with status 1.
#   Whoever reads the last line alone takes it for a search that went well.
# Reported: not found. https://github.com/Zac-HD/hypofuzz/issues/29 (closed) is another break by a newer Hypothesis.
# Exit status: 0 as long as this is what happens.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet hypofuzz==25.11.1 hypothesis==6.170.15 pytest==9.0.2
"$folder/venv/bin/pip" check
cat > "$folder/test_small.py" <<'PY'
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(0, 10**6))
def test_small(n):
    assert n < 1000
PY
cd "$folder"
"$folder/venv/bin/pip" list 2> /dev/null | grep -i hypo
status=0
timeout 120 "$folder/venv/bin/hypothesis" fuzz -n 1 --no-dashboard -- test_small.py > out.txt 2>&1 || status=$?
tail -n 3 out.txt
echo "status $status"
grep -q "AttributeError: 'ConjectureResult' object has no attribute 'slice_comments'" out.txt
grep -q "Found a failing input for every test!" out.txt
if grep -q "1000" out.txt; then exit 1; fi  # a command behind ! never ends the script
[ "$status" -eq 1 ]
