"""The digest of a record as another language works it out: by `canonicalize` in Node."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from claims.evidence.keys import ROOT
from reports.exports.statement import RECORD
from reports.record.digests import digest_of_record

IN_NODE = """
const {readFileSync, existsSync} = require('fs'), {createHash} = require('crypto'), {join} = require('path');
const files = process.env.NODE_PATH.split(':').map(one => join(one, 'canonicalize', 'lib', 'canonicalize.js'));
const found = files.find(existsSync);
import(found).then(({default: canonicalize}) => {
  const form = canonicalize(JSON.parse(readFileSync(process.argv[1], 'utf8')));
  console.log(createHash('sha256').update(form, 'utf8').digest('hex'));
});
"""


@pytest.mark.parametrize("report", ["reports", "examples/attention/report"])
def test_canonicalize_in_node_comes_to_the_same(report):
    node = shutil.which("node") or pytest.skip("node is not installed")
    folders = os.environ.get("NODE_PATH", "").split(os.pathsep)
    if not any((Path(one) / "canonicalize" / "lib" / "canonicalize.js").is_file() for one in folders):  # no `require` finds it
        pytest.skip("canonicalize is not installed where NODE_PATH says")
    path = ROOT / report / RECORD
    done = subprocess.run([node, "-e", IN_NODE, path], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == digest_of_record(path)
