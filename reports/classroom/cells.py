"""The cells of a notebook. Words in capitals are filled in."""

BEGIN = """\
import os
import sys
from pathlib import Path

here = Path.cwd()
root = next((folder for folder in (here, *here.parents) if (folder / "claims" / "kit").is_dir()), None)
if root is None:
    raise FileNotFoundError(f"{here} is not within a checkout of the project; open the notebook in one")
sys.path.insert(0, str(root))
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as when the evidence was made
USEIMPORT

print(claim.says)"""

PROPERTY = """\
import inspect

from IPython.display import Code

for one in claim.readings:
    print(f"{one.role}: {one.name}\\n    {one.words}")
Code(inspect.getsource(claim.check), language="python")"""

TOOLS = """\
from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, Phase, find, settings

from claims.evidence.evidence import read_evidence
from claims.kit.examine import put_once, rebuilt
from claims.kit.text import as_text

evidence = read_evidence(root / FOLDER / "evidence" / "ID.json")
seen = {one.name: one for one in evidence.readings}
steady = settings(  # the same cases every time, and no explanation of what is seen anyway
    max_examples=CASES, database=None, deadline=None, derandomize=True, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)


def run(**arguments):
    \"\"\"Put one case to the property; print the case, the arithmetic and what was found.\"\"\"
    says, shown = put_once(claim.check, arguments)
    for label, value in [*arguments.items(), *shown]:
        text = as_text(value)
        print(f"{label} =", text, sep="\\n" if "\\n" in text else " ")
    print("→", says)


def stored(name):
    \"\"\"The arguments of the case that is kept for a reading.\"\"\"
    return rebuilt(claim.reading(name), seen[name].counterexample or seen[name].tightest)


def simplest(name):
    \"\"\"The simplest case that a reading allows.\"\"\"
    domains = claim.reading(name).arguments
    return {name: find(domain.strategy, lambda value: True, settings=steady) for name, domain in domains.items()}"""

FIGURE = """\
import vl_convert
from IPython.display import SVG

SVG(vl_convert.vegalite_to_svg(evidence.figure, allowed_base_urls=[]))"""

OTHERS = """\
for one in claim.readings:
    if one.role not in ("as written", "witness"):
        print(f"\\n{one.role}: {one.name}")
        run(**simplest(one.name))"""

SEARCH = """\
from hypothesis import given

from claims.kit import Falsified, Unsettled
IMPORTS
mine = READING
# Make it wider or narrower, put in another implementation, or take one of the other readings:
TRIES
latest = {}


@steady
@given(**{name: domain.strategy for name, domain in mine.arguments.items()})
def search(**case):
    latest.update(case)  # the last case that is tried is the smallest that falls
    claim(**case)


try:
    search()
    print("No counterexample was found, which proves nothing.")
except Falsified:
    run(**latest)
except Unsettled as open_question:
    print("cannot be told:", open_question)"""

SEEDS = """\
from statistics import median

for one in evidence.readings:
    print(f"{one.role}: {one.name}: {one.outcome}, {one.wins} of {one.cases} seeds")
    for name in one.measured[0] if one.measured else ():
        numbers = [measured[name] for measured in one.measured if measured.get(name) is not None]
        if numbers:
            print(f"    {name}: median {median(numbers):.4g}, from {min(numbers):.4g} to {max(numbers):.4g}")"""

ONE_SEED = """\
from claims.kit.engines.engine import constants
from claims.kit.engines.trials import independent_seeds

written = claim.readings[0]
run(**constants(written), seed=independent_seeds(seen[written.name].entropy, 1)[0])"""

KEPT = """\
from claims.kit.engines.engine import constants
from claims.kit.engines.trials import independent_seeds
from claims.evidence.runs import read_runs, shelf

kept = read_runs(root / FOLDER / "evidence" / "runs")
written = claim.readings[0]
seeds = independent_seeds(seen[written.name].entropy, claim.by.seeds)
with shelf(kept) as taken:
    run(**constants(written), seed=seeds[0])
for one in taken.used.values():
    whence = "kept" if one.key in kept else "trained just now"
    print(one.experiment.rpartition(".")[2], one.arguments, one.ran.measured, whence)"""

CURVES = """\
import altair as alt

alt.renderers.enable("svg")
points = [
    {"part of the training": place / (len(one.ran.curve) - 1), "loss": loss, "run": f"{number}: {one.arguments}"}
    for number, one in enumerate(taken.used.values(), 1)
    for place, loss in enumerate(one.ran.curve)
    if loss is not None and len(one.ran.curve) > 1
]
below = alt.Legend(orient="bottom", columns=1, labelLimit=900)
alt.Chart(alt.Data(values=points)).mark_line().encode(
    alt.X("part of the training:Q"), alt.Y("loss:Q"), alt.Color("run:N", legend=below)
)"""

ANOTHER = """\
arguments = constants(written) | {"seed": seeds[1]}
# Try: arguments |= {"seed": 7}, or another of the arguments printed above
with shelf(kept):
    run(**arguments)"""


BEGIN_EXERCISE = """\
import importlib.util
import os
import sys
from pathlib import Path

here = Path.cwd()
root = next((folder for folder in (here, *here.parents) if (folder / "claims" / "kit").is_dir()), None)
if root is None and (found := importlib.util.find_spec("claims")):
    root = Path(found.origin).parents[1]
if root is None:
    raise FileNotFoundError(f"{here} is not within a checkout of the project, and PYTHONPATH names none")
sys.path.insert(0, str(root))
os.environ.setdefault("OMP_NUM_THREADS", "1")
USE
IMPORT"""

GRADE = """\
import numpy as np
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from claims.evidence.evidence import Case
from claims.kit import Falsified, Unsettled
from claims.kit.engines.engine import constants
from claims.kit.examine import put_once, rebuilt
from claims.kit.reading import property_of
from claims.kit.text import as_text

written = claim.reading("as written")
drawn = {name: domain for name, domain in written.arguments.items() if not domain.is_one_value}


def falls(**case):
    \"\"\"Whether the statement falls in this case. Where a domain is a list, the case must be of the list.\"\"\"
    if case.keys() != drawn.keys():
        raise TypeError(f"a case has {', '.join(drawn)}, and this one has {', '.join(case) or 'nothing'}")
    for name, domain in drawn.items():
        if domain.values is not None and as_text(case[name]) not in map(as_text, domain.values):
            raise ValueError(f"{name} must be {domain.words}")
    try:
        property_of(claim.check, written)(**constants(written) | case)
    except Falsified:
        return True
    except Unsettled:  # it cannot be told
        return False
    return False


def run(**case):
    \"\"\"Print the case, the arithmetic and what was found.\"\"\"
    says, shown = put_once(property_of(claim.check, written), constants(written) | case)
    for label, value in [*case.items(), *shown]:
        text = as_text(value)
        print(f"{label} =", text, sep="\\n" if "\\n" in text else " ")
    print("→", says)"""

EXAMPLE = """\
steady = settings(
    max_examples=200, database=None, deadline=None, derandomize=True, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
every = st.fixed_dictionaries({name: domain.strategy for name, domain in drawn.items()})
try:
    example = find(every, lambda case: not falls(**case), settings=steady)
except NoSuchExample:
    example = find(every, lambda case: True, settings=steady)
    print("In all cases that were tried the statement falls: this is one of them.\\n")
run(**example)
print("as Python:", example)"""

ANSWER = """\
case = dict(example)  # change it, such as: case["NAME"] = …
# BEGIN SOLUTION
stored = Case(found_by="", text={}, says="", arguments=STORED)
case = {name: value for name, value in rebuilt(written, stored).items() if name in drawn}
# END SOLUTION"""

TEST = 'assert falls(**case), "the statement holds in this case"'
