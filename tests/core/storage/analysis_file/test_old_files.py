"""Files of earlier formats, which the scripts of their versions made, open in this one."""

import json

import numpy as np

from core.storage import load_findings, load_fit, load_hierarchy
from core.storage.analysis_file import open_analysis
from core.storage.analysis_file.record import read_record
from tests.core.storage.analysis_file.make_version_1 import FOLDER
from tests.support.saved_analysis import TEXTS, N, make_space


def test_version_1(there, inline):
    found = open_analysis(there, FOLDER / "version_1.refract")
    with there.locked() as connection:
        record = read_record(connection, found.analysis_id)[0]
    assert record == json.loads((FOLDER / "version_1.json").read_text(encoding="utf-8"))
    results, key = there.results(found.corpus_key), there.analysis(found.analysis_id).fit_key
    fit = load_fit(results, key)
    assert there.load_corpus(found.corpus_key).texts.tolist() == TEXTS
    np.testing.assert_array_equal(fit.space.map, make_space(2, 3).map)
    assert there.label_names.of_ids(found.analysis_id, fit.label_ids) == ["angry", "kind"]
    findings = load_findings(results, key)
    assert findings.control.permuted == 0.5 and len(load_hierarchy(results, key).leaves) == N
