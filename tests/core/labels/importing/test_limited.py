"""Files of labels that are uploaded: read in a child process, and come as if they were read here."""

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet
import pytest

from core.errors import CorpusError
from core.labels import read_label_file, read_label_upload
from core.labels.importing import limited
from core.labels.importing.cells import read_cells
from core.utils import Limits, peak_bytes

pytestmark = pytest.mark.model
MEGABYTE = 2**20


def quiet(*progress):
    pass


def read(name, content):
    return read_label_upload(name, content, quiet, most_bytes=200 * MEGABYTE)


def records():
    """Every kind of value of JSON, in more bytes than are read in the page's thread."""
    values = [
        "late",
        1,
        2.5,
        True,
        None,
        float("nan"),
        ["a", "b"],
        {"choices": ["ä"]},
        [],
        "[half \ud83d",
        10**30,
    ]
    return [
        {
            "text": f"text {n}",
            "label": values[n % len(values)],
            "half \ud83d": n,
            f"k{n % 3}": n,
            "pad": "x" * 80,
        }
        for n in range(600)
    ]


def parquet_with_classes():
    features = {"label": {"names": ["late", "rude"], "_type": "ClassLabel"}}
    table = pa.table({"text": [f"text {n}" for n in range(9)], "label": [0, 1, -1] * 3})
    about = {"huggingface": json.dumps({"info": {"features": features}})}
    file = io.BytesIO()
    pyarrow.parquet.write_table(table.replace_schema_metadata(about), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("x.jsonl.gz", lambda: gzip.compress("\n".join(map(json.dumps, records())).encode())),
        ("x.parquet", parquet_with_classes),
    ],
)
def test_a_file_of_labels_comes_as_if_it_was_read_here(name, make):
    content = make()
    here, there = read_label_file(name, content), read(name, content)
    assert list(here.frame.columns) == list(there.frame.columns)
    for column in here.frame:
        assert repr(list(here.frame[column])) == repr(list(there.frame[column]))
    assert (here.reasons, here.notes) == (there.reasons, there.notes)


def test_half_of_a_character_is_left_out_or_replaced():
    """Wherever it is, and not where a backslash is meant."""
    document = [
        {"text": "text 1", "label": "half \ud83d", "\ude00": 1},
        {"text": "half \ud83d text", "label": "late \U0001f600 \\ud83d", "\ude00": 2},
    ]
    file = read("x.json", json.dumps(document).encode())
    assert list(file.frame["label"]) == ["half \ufffd", "late \U0001f600 \\ud83d"]
    assert list(file.frame.columns) == ["text", "label", "\ufffd"]
    assert read_cells(['["half \\ud83d"]', '{"taxonomy": [["a", "\\ud83d"]]}'])[0] == ["half", "a /"]


BOMBS = {
    "empty records": (lambda: b"[[" + b"{}," * 20 * MEGABYTE + b"{}]]", "GB of memory"),
    "empty lists in a cell": (
        lambda: b'[{"text": "a", "label": [' + b"[]," * 200_000 + b"[]]}]",
        "more than 100,000 values",
    ),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_json_that_takes_too_much_is_refused_and_the_limit_named(monkeypatch, kind):
    make, said = BOMBS[kind]
    monkeypatch.setattr(limited, "limits_for", lambda n_bytes: Limits(200 * MEGABYTE, 20))
    monkeypatch.setattr(limited, "MOST_VALUES", 100_000)
    content, before = make(), peak_bytes()
    with pytest.raises(CorpusError, match=said):
        read("x.json", content)
    assert peak_bytes() - before < 100 * MEGABYTE
