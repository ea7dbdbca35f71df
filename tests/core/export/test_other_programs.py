"""Exports opened by the programs they are for, where these are installed: `make test-ecosystem`."""

import io
import json
import os
import re
import shutil
import subprocess
import warnings
import zipfile

import openpyxl
import pandas as pd
import pytest

from core.export import write_csv, write_jsonl, write_parquet, write_xlsx
from core.labels import TextRows, choose_columns, match_labels, read_label_file
from tests.conftest import ROOT
from tests.core.export.test_other_tools import NAMES, TABLE
from tests.core.export.test_other_tools import files as label_files_of
from tests.support.argilla_server import argilla_server
from tests.support.label_studio import running_label_studio

GUIDE = (ROOT / "docs" / "how-to" / "other-tools.md").read_text(encoding="utf-8")
LABEL_STUDIO = os.environ.get("REFRACT_LABEL_STUDIO") or shutil.which("label-studio")
OFFICE = shutil.which("soffice")
BOUNDARY = "refract-boundary"

files = label_files_of


def code(section):
    """Return the Python of a section of the guide."""
    part = next(part for part in GUIDE.split("\n## ") if part.startswith(section))
    return re.search(r"```python\n(.*?)```", part, re.DOTALL)[1]


def test_duckdb_queries_every_table_by_the_line_of_the_guide(tmp_path, monkeypatch):
    duckdb = pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    for name, write in {"parquet": write_parquet, "csv": write_csv, "jsonl": write_jsonl}.items():
        with (tmp_path / f"texts.{name}").open("wb") as file:
            write(TABLE, file)
        names = {}
        exec(code("Tables").replace("texts.parquet", f"texts.{name}"), names)
        assert names["counts"].fetchall() == [(NAMES[0], 3), (NAMES[1], 1)]
        texts = duckdb.sql(f"SELECT text FROM 'texts.{name}' ORDER BY text").fetchall()
        wanted = ["'=1+1" if name == "csv" else "=1+1", *sorted(set(TABLE["text"]) - {"=1+1"})]
        assert sorted(texts) == sorted((text,) for text in wanted)


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(("name", "write"), [("csv", write_csv), ("xlsx", write_xlsx)])
def test_libreoffice_shows_texts_as_texts(name, write, tmp_path):
    with (tmp_path / f"texts.{name}").open("wb") as file:
        write(TABLE, file)
    # As its window proposes; without a window it takes an old encoding: comma, quotation mark, UTF-8.
    filters = ["--infilter=CSV:44,34,76"] if name == "csv" else []
    options = [f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--headless", *filters]
    command = [OFFICE, *options, "--convert-to", "xlsx", "--outdir", "shown", f"texts.{name}"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    names, *rows = openpyxl.load_workbook(tmp_path / "shown" / "texts.xlsx").active.iter_rows()
    assert [cell.value for cell in names] == list(TABLE.columns)
    texts = [row[1] for row in rows]
    assert [cell.data_type for cell in texts] == ["s"] * len(TABLE)
    assert [cell.value.removeprefix("'") for cell in texts] == TABLE["text"].tolist()
    assert [row[4].value for row in rows] == pytest.approx(TABLE["probability"].tolist())


def test_argilla_takes_labels_as_responses_and_predictions_as_suggestions(files, tmp_path, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own
        pytest.importorskip("argilla")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "argilla.jsonl").write_bytes(files["argilla"])
    with argilla_server() as server, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code("Argilla"), {"ARGILLA": server.address, "API_KEY": "a key"})
    (question,) = server.kept["questions"]
    assert [option["value"] for option in question["settings"]["options"]] == sorted(NAMES[:2])
    sent = [
        (
            record["external_id"],
            record["fields"]["text"],
            [response["values"]["label"]["value"] for response in record["responses"]],
            [(suggestion["value"], suggestion["score"]) for suggestion in record["suggestions"]],
        )
        for record in server.kept["records"]
    ]
    texts = TABLE["text"].tolist()
    assert sent == [
        ("0", texts[0], [NAMES[0]], [(NAMES[0], 1.0)]),
        ("1", texts[1], [], [(NAMES[1], 0.123457)]),
        ("2", texts[2], [NAMES[1]], [(NAMES[0], 0.5)]),
    ]


@pytest.mark.skipif(LABEL_STUDIO is None, reason="REFRACT_LABEL_STUDIO names no label-studio")
def test_label_studio_imports_the_files_and_its_export_comes_back(files, tmp_path):
    with zipfile.ZipFile(io.BytesIO(files["label_studio"])) as archive:
        config, tasks = archive.read("config.xml").decode(), archive.read("tasks.json")
    with running_label_studio(LABEL_STUDIO, tmp_path) as call:
        project = call("projects/", {"title": "by feeling", "label_config": config})["id"]
        imported = call(f"projects/{project}/import", **as_upload("tasks.json", tasks))
        assert [imported[f"{kind}_count"] for kind in ("task", "annotation", "prediction")] == [3, 2, 3]
        predictions = call(f"predictions/?project={project}")
        exported = call(f"projects/{project}/export?exportType=JSON&download_all_tasks=true")
        choices = call(f"projects/{project}/")["parsed_label_config"]["label"]["labels"]
    assert choices == NAMES
    assert sorted((each["score"], *each["result"][0]["value"]["choices"]) for each in predictions) == sorted(
        zip([1.0, 0.123457, 0.5], TABLE["predicted_label"][:3], strict=True)
    )
    assert {each["model_version"] for each in predictions} == {"refract"}
    assert [task["data"] for task in sorted(exported, key=lambda task: task["id"])] == [
        {"text": text, "row": row} for row, text in enumerate(TABLE["text"][:3])
    ]
    file = read_label_file("labels.json", json.dumps(exported).encode())
    rows = TextRows(TABLE["text"].tolist()[:3], TABLE[["row"]].iloc[:3])
    assert match_labels(rows, file, columns=choose_columns(file.frame, rows)).labels == {
        0: "sad",
        2: NAMES[1],
    }


def as_upload(name, content):
    """Return a file as a form sends it."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    body = (
        f"{head}Content-Type: application/json\r\n\r\n".encode()
        + content
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    return {"body": body, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def test_pandas_reads_every_table(tmp_path):
    written = {"csv": write_csv, "jsonl": write_jsonl, "xlsx": write_xlsx, "parquet": write_parquet}
    for name, write in written.items():
        with (tmp_path / f"texts.{name}").open("wb") as file:
            write(TABLE, file)
    read = {
        "csv": pd.read_csv(tmp_path / "texts.csv"),
        "jsonl": pd.read_json(tmp_path / "texts.jsonl", lines=True),
        "xlsx": pd.read_excel(tmp_path / "texts.xlsx", engine="openpyxl"),
        "parquet": pd.read_parquet(tmp_path / "texts.parquet"),
    }
    for frame in read.values():
        assert frame.columns.tolist() == TABLE.columns.tolist()
        assert frame["text"].str.removeprefix("'").tolist() == TABLE["text"].tolist()
        assert frame["probability"].tolist() == pytest.approx(TABLE["probability"].tolist())
        assert frame["row"].isna().tolist() == [False, False, False, True]
        assert frame["given_label"].fillna("").tolist() == TABLE["given_label"].fillna("").tolist()
