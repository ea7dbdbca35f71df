"""Files of earlier formats, which the scripts of their versions made, open in this one."""

import json

import numpy as np
import pytest

from core.storage import load_findings, load_fit, load_hierarchy
from core.storage.analysis_file import open_analysis
from core.storage.analysis_file.record import read_record
from tests.core.storage.analysis_file.make_version import FOLDER
from tests.support.saved_analysis import TEXTS, N, make_space


@pytest.mark.parametrize("version", [1, 2])
def test_files_of_this_version_open(there, inline, version):
    found = open_analysis(there, FOLDER / f"version_{version}.refract")
    with there.locked() as connection:
        record = read_record(connection, found.analysis_id)[0]
    expected = json.loads((FOLDER / f"version_{version}.json").read_text(encoding="utf-8"))
    if version < 2:  # it knew no definitions
        expected["labels"] = [label | {"definition": ""} for label in expected["labels"]]
    assert record == expected
    assert there.labels.read(found.analysis_id).definitions == (
        {} if version < 2 else {"angry": "upset about us, even where polite"}
    )
    results, key = there.results(found.corpus_key), there.analysis(found.analysis_id).fit_key
    fit = load_fit(results, key)
    assert there.load_corpus(found.corpus_key).texts.tolist() == TEXTS
    np.testing.assert_array_equal(fit.space.map, make_space(2, 3).map)
    assert there.label_names.of_ids(found.analysis_id, fit.label_ids) == ["angry", "kind"]
    findings = load_findings(results, key)
    assert findings.control.permuted == 0.5 and len(load_hierarchy(results, key).leaves) == N
