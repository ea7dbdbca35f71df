"""Files of annotation tools, data sets and Refract, read from bytes and matched to a corpus."""

import gzip
import io
import json

import numpy as np
import pandas as pd
import pytest

from core.labels import Reason, TextRows, choose_columns, match_labels, read_label_file

TEXTS = ["The van was late.", "Lovely bread, thanks!", "Charged twice", "Rude on the phone", "Ok"]


def found_in(name, content, texts=TEXTS, **columns):
    """What a file gives the texts, by its own columns."""
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    known = TextRows(texts, pd.DataFrame(columns) if columns else None)
    return match_labels(known, read_label_file(name, content))


def json_lines(records):
    return "\n".join(json.dumps(record) for record in records)


def test_doccano():
    records = [
        {"id": 1, "text": TEXTS[0], "label": ["angry"], "Comments": []},
        {"id": 2, "text": TEXTS[1], "label": []},
        {"id": 3, "text": TEXTS[2], "label": ["angry", "money"]},
    ]
    for name, content in {"a.jsonl": json_lines(records), "a.json": records}.items():
        found = found_in(name, content)
        assert found.labels == {0: "angry"}
        assert found.passed_over == {Reason.NONE: 1, Reason.SEVERAL: 1}
    renamed = [{"data": record["text"], "labels": record["label"]} for record in records]
    assert found_in("a.jsonl", json_lines(renamed)).labels == {0: "angry"}
    table = f"id,text,label\n1,{TEXTS[0]},late\n2,{TEXTS[2]},late#money\n3,{TEXTS[3]},money\n4,{TEXTS[4]},\n"
    found = found_in("a.csv", table)
    assert found.labels == {0: "late", 3: "money"}
    assert found.passed_over == {Reason.SEVERAL: 1, Reason.NONE: 1}


def test_doccano_entities_are_no_labels_of_texts():
    records = [{"text": TEXTS[0], "label": [[0, 3, "X"]]}, {"text": TEXTS[2], "label": ["money"]}]
    assert found_in("a.jsonl", json_lines(records)).labels == {2: "money"}


OPTIONS = [{"id": 1, "text": "angry"}, {"id": 2, "text": "pleased"}]


def test_prodigy_choices():
    records = [
        {"text": TEXTS[0], "options": OPTIONS, "accept": [1], "answer": "accept", "_input_hash": 1},
        {"text": TEXTS[1], "options": OPTIONS, "accept": [2], "answer": "reject", "_input_hash": 2},
        {"text": TEXTS[2], "options": OPTIONS, "accept": [1, 2], "answer": "accept"},
        {"text": TEXTS[3], "options": OPTIONS, "accept": [], "answer": "accept"},
        {"text": TEXTS[4], "options": OPTIONS, "accept": [2], "answer": "ignore"},
    ]
    found = found_in("a.jsonl", json_lines(records))
    assert found.labels == {0: "angry"}
    reasons = (Reason.REJECTED, Reason.SEVERAL, Reason.NONE, Reason.SKIPPED)
    assert found.passed_over == dict.fromkeys(reasons, 1)


def test_prodigy_choices_by_words():
    options = [{"id": "ANGRY", "text": "Angry"}, {"id": "PLEASED", "text": "Pleased"}]
    record = {"text": TEXTS[1], "options": options, "accept": ["PLEASED"], "answer": "accept"}
    assert found_in("a.jsonl", json_lines([record])).labels == {1: "Pleased"}


def test_prodigy_yes_or_no_to_a_label():
    records = [
        {"text": TEXTS[0], "label": "angry", "answer": "accept", "meta": {"score": 0.5}},
        {"text": TEXTS[0], "label": "pleased", "answer": "reject"},
        {"text": TEXTS[1], "label": "angry", "answer": "ignore"},
        {"text": TEXTS[1], "label": "pleased", "answer": "accept"},
    ]
    for name, content in {
        "a.jsonl": json_lines(records).encode(),
        "a.csv": pd.DataFrame(records).drop(columns="meta").to_csv(index=False).encode(),
    }.items():
        found = found_in(name, content)
        assert found.labels == {0: "angry", 1: "pleased"}
        assert found.passed_over == {Reason.REJECTED: 1, Reason.SKIPPED: 1}


def choice(label, control="mood", **annotation):
    labels = label if isinstance(label, list) else [label]
    result = {"type": "choices", "from_name": control, "to_name": "text", "value": {"choices": labels}}
    return {"id": 1, "was_cancelled": False, "result": [result], **annotation}


def task(number, text, *annotations, **more):
    return {"id": number, "data": {"text": text}, "annotations": list(annotations), **more}


def test_label_studio():
    old, new = {"updated_at": "2024-03-01T10:00:00Z"}, {"updated_at": "2024-03-02T10:00:00Z"}
    tasks = [
        task(1, TEXTS[0], choice("pleased", **new), choice("angry", **old)),
        task(2, TEXTS[1], choice("angry", was_cancelled=True)),
        task(3, TEXTS[2], choice(["angry", "pleased"])),
        task(4, TEXTS[3], predictions=[choice("angry")]),
        task(5, TEXTS[4], choice("angry", ground_truth=True, **old), choice("pleased", **new)),
    ]
    found = found_in("project-1.json", tasks)
    assert found.labels == {0: "pleased", 4: "angry"}
    assert found.passed_over == {Reason.SKIPPED: 1, Reason.SEVERAL: 1, Reason.NONE: 1}
    assert any("2 tasks have several annotations" in note for note in found.notes)


def test_label_studio_with_other_controls():
    nested = {"from_name": "kind", "value": {"taxonomy": [["Delivery", "Late"]]}}
    spans = {"from_name": "parts", "type": "labels", "value": {"start": 0, "end": 3, "labels": ["X"]}}
    tasks = [task(1, TEXTS[0], {"id": 1, "result": [spans, nested]})]
    assert found_in("a.json", tasks).labels == {0: "Delivery / Late"}
    stars = {"from_name": "stars", "type": "rating", "value": {"rating": 4}}
    assert found_in("a.json", [task(1, TEXTS[0], {"id": 1, "result": [stars]})]).labels == {0: "4"}


def test_label_studio_with_two_questions_asks_which():
    both = {"id": 1, "result": [*choice("angry")["result"], *choice("delivery", "about")["result"]]}
    content = json.dumps([task(1, TEXTS[0], both)]).encode()
    file = read_label_file("a.json", content)
    columns = choose_columns(file.frame, TextRows(TEXTS))
    assert not columns.sure and columns.labels[:2] == ("mood.annotation", "about.annotation")


@pytest.mark.parametrize("ending", ["json", "csv", "tsv"])
def test_label_studio_short_form(ending):
    rows = [
        {"text": TEXTS[0], "id": 1, "sentiment": "angry", "annotation_id": 1, "updated_at": "2024-01-01"},
        {"text": TEXTS[0], "id": 1, "sentiment": "pleased", "annotation_id": 9, "updated_at": "2024-02-01"},
        {"text": TEXTS[1], "id": 2, "sentiment": "", "annotation_id": 2, "updated_at": "2024-01-01"},
        {
            "text": TEXTS[2],
            "id": 3,
            "sentiment": {"choices": ["a", "b"]},
            "annotation_id": 3,
            "updated_at": "2024-01-01",
        },
    ]
    rows = [row | {"annotator": 1, "created_at": row["updated_at"], "lead_time": 2.5} for row in rows]
    if ending == "json":
        content = json.dumps(rows).encode()
    else:
        cells = [
            {name: json.dumps(value) if isinstance(value, dict) else value for name, value in row.items()}
            for row in rows
        ]
        separator = "\t" if ending == "tsv" else ","
        content = pd.DataFrame(cells).to_csv(index=False, sep=separator).encode()
    found = found_in(f"a.{ending}", content)
    assert found.labels == {0: "pleased"} and found.label_column == "sentiment"
    assert found.passed_over == {Reason.NONE: 1, Reason.SEVERAL: 1} and len(found.notes) == 1


def test_argilla_feedback():
    def record(text, value, status="submitted"):
        response = {"user_id": "u", "status": status, "values": {"mood": {"value": value}}}
        return {
            "fields": {"text": text},
            "responses": [response],
            "suggestions": [{"question_name": "mood", "value": "x"}],
            "metadata": {"source": "mail"},
            "external_id": "7",
        }

    records = [record(TEXTS[0], "angry"), record(TEXTS[1], "angry", "discarded"), record(TEXTS[2], ["money"])]
    found = found_in("a.json", records)
    assert found.labels == {0: "angry", 2: "money"} and found.passed_over == {Reason.SKIPPED: 1}


def test_argilla_2():
    def record(text, *values):
        return {
            "id": text[:3],
            "status": "completed",
            "fields": {"review": text},
            "metadata": {},
            "suggestions": {"mood": {"value": "x", "score": 0.5, "agent": "m"}},
            "responses": {"mood": [{"value": value, "user_id": "u"} for value in values]} if values else {},
            "vectors": {},
        }

    records = [record(TEXTS[0], "angry", "angry"), record(TEXTS[1], "a", "b"), record(TEXTS[2])]
    found = found_in("a.jsonl", json_lines(records))
    assert found.labels == {0: "angry"}
    assert found.passed_over == {Reason.SEVERAL: 1, Reason.NONE: 1}


def test_argilla_as_a_data_set():
    frame = pd.DataFrame(
        {
            "text": TEXTS[:3],
            "mood.responses": [["angry"], ["pleased"], None],
            "mood.responses.users": [["u"], ["u"], None],
            "mood.responses.status": [["submitted"], ["discarded"], None],
            "mood.suggestion": ["x", "x", "x"],
        }
    )
    found = match_labels(TEXTS, frame)
    assert found.labels == {0: "angry"} and found.passed_over == {Reason.SKIPPED: 1, Reason.NONE: 1}


def test_argilla_responses_without_a_status_are_not_lost():
    frame = pd.DataFrame(
        {
            "text": TEXTS[:3],
            "mood.responses": [["angry", "pleased"], ["pleased", "angry"], ["angry"]],
            "mood.responses.status": [["submitted"], ["discarded"], ["submitted", "submitted"]],
        }
    )
    found = match_labels(TEXTS, frame)
    assert found.labels == {1: "angry", 2: "angry"} and found.passed_over == {Reason.SEVERAL: 1}


def test_argilla_1():
    records = [
        {
            "inputs": {"text": TEXTS[0]},
            "annotation": "angry",
            "prediction": [["x", 0.9]],
            "status": "Validated",
        },
        {"inputs": {"text": TEXTS[1]}, "annotation": None, "prediction": [["x", 0.9]], "status": "Default"},
        {"inputs": {"text": TEXTS[2]}, "annotation": "angry", "prediction": None, "status": "Discarded"},
    ]
    found = found_in("a.json", records)
    assert found.labels == {0: "angry"} and found.passed_over == {Reason.NONE: 1, Reason.SKIPPED: 1}


def test_spacy():
    cats = [{"text": TEXTS[0], "cats": {"A": 1.0, "B": 0.0}}, {"text": TEXTS[1], "cats": {"A": 0, "B": 1}}]
    assert found_in("a.jsonl", json_lines(cats)).labels == {0: "A", 1: "B"}
    pairs = [[TEXTS[0], {"cats": {"A": 1, "B": 0}}], [TEXTS[1], {"cats": {"A": 0, "B": 0}}]]
    found = found_in("a.json", pairs)
    assert found.labels == {0: "A"} and found.passed_over == {Reason.NONE: 1}
    flat = pd.DataFrame({"text": TEXTS[:2], "cats.A": [1.0, 0.0], "cats.B": [0.0, 1.0]})
    assert match_labels(TEXTS, flat).labels == {0: "A", 1: "B"}


def test_fasttext():
    lines = [f"__label__angry {TEXTS[0]}", f"__label__a __label__b {TEXTS[1]}", f"__label__money {TEXTS[2]}"]
    found = found_in("train.txt", "\n".join(lines))
    assert found.labels == {0: "angry", 2: "money"} and found.passed_over == {Reason.SEVERAL: 1}
    table = pd.DataFrame({"label": ["__label__angry", "__label__money"], "text": TEXTS[:2]})
    assert match_labels(TEXTS, table).labels == {0: "angry", 1: "money"}


def test_hugging_face_numbers_with_names():
    table = pd.DataFrame({"text": TEXTS[:2], "label": [1, 0], "label_text": ["pos", "neg"]})
    found = match_labels(TEXTS, table)
    assert found.labels == {0: "pos", 1: "neg"} and found.label_column == "label_text"
    kind = {"names": ["neg", "pos"], "_type": "ClassLabel"}
    rows = [{"row_idx": i, "row": {"text": TEXTS[i], "label": label}} for i, label in enumerate([1, 0, -1])]
    viewer = {"features": [{"name": "label", "type": kind}], "rows": rows}
    found = found_in("rows.json", viewer)
    assert found.labels == {0: "pos", 1: "neg"} and found.passed_over == {Reason.NONE: 1}


def test_hugging_face_parquet():
    import pyarrow as pa
    import pyarrow.parquet

    info = {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}
    table = pa.table({"text": TEXTS[:3], "label": [1, 0, -1]})
    file = io.BytesIO()
    pyarrow.parquet.write_table(table.replace_schema_metadata({"huggingface": json.dumps(info)}), file)
    assert found_in("train.parquet", file.getvalue()).labels == {0: "pos", 1: "neg"}


def test_pairs_of_text_and_intent_in_several_splits():
    document = {"train": [[TEXTS[0], "late"]], "oos_test": [[TEXTS[4], "oos"]], "val": [[TEXTS[2], "money"]]}
    assert found_in("clinc150.json", document).labels == {0: "late", 4: "oos", 2: "money"}


def test_records_under_a_key():
    document = {"rasa_nlu_data": {"common_examples": [{"text": TEXTS[0], "intent": "late", "entities": []}]}}
    found = found_in("nlu.json", document)
    assert found.labels == {0: "late"} and found.label_column == "intent"


@pytest.mark.parametrize("orient", ["records", "columns", "index", "split", "table"])
def test_pandas_json(orient):
    frame = pd.DataFrame({"text": TEXTS[:3], "label": ["a", None, "b"]})
    assert found_in("a.json", frame.to_json(orient=orient)).labels == {0: "a", 2: "b"}


def test_encodings_and_gzip():
    content = json.dumps([{"text": TEXTS[0], "label": "qualité"}], ensure_ascii=False)
    for packed in (content.encode("utf-8-sig"), content.encode("utf-16"), content.encode("cp1252")):
        assert found_in("a.json", packed).labels == {0: "qualité"}
        assert found_in("a.json.gz", gzip.compress(packed)).labels == {0: "qualité"}


def test_whole_numbers_and_truth_values():
    frame = pd.DataFrame({"text": TEXTS[:3], "label": [1.0, np.nan, 2.0]})
    assert match_labels(TEXTS, frame).labels == {0: "1", 2: "2"}
    assert found_in("a.csv", frame.to_csv(index=False)).labels == {0: "1", 2: "2"}
    frame["label"] = [True, False, True]
    for content in (frame.to_csv(index=False), frame.to_json(orient="records")):
        name = "a.csv" if content.startswith("text") else "a.json"
        assert found_in(name, content).labels == {0: "true", 1: "false", 2: "true"}


def test_notes_on_other_columns_are_left_out():
    table = pd.DataFrame({"text": TEXTS[:3], "label": ["50%", "20%", "50%"], "share": ["1%", "2%", "3%"]})
    notes = found_in("a.csv", table.to_csv(index=False)).notes
    assert any("“label”" in note for note in notes) and not any("“share”" in note for note in notes)


@pytest.mark.parametrize("write", ["csv", "xlsx", "parquet", "json"])
def test_a_table_of_several_analyses(write):
    frame = pd.DataFrame(
        {
            "row": range(5),
            "source_row": range(2, 7),
            "text": TEXTS,
            "mood_given_label": [None, "a", None, "b", None],
            "mood_predicted_label": list("ababa"),
            "mood_reshaped_cluster_name": list("xxyyy"),
            "mood_check_label": ["b", None, "a", "a", "none of these"],
            "topic_predicted_label": list("ababa"),
        }
    )
    file = io.BytesIO()
    if write == "xlsx":
        frame.to_excel(file, index=False)
    elif write == "parquet":
        frame.to_parquet(file)
    else:
        file.write((frame.to_csv(index=False) if write == "csv" else frame.to_json()).encode())
    found = found_in(f"a.{write}", file.getvalue())
    assert found.labels == {1: "a", 3: "b"} and found.matched_by == ("row",)
    two = choose_columns(frame.assign(topic_given_label=list("ababa")), TextRows(TEXTS))
    assert not two.sure and set(two.labels[:2]) == {"mood_given_label", "topic_given_label"}


def test_the_columns_are_found_by_their_values_and_names():
    frame = pd.DataFrame(
        {
            "Nr": range(5),
            "Verbatim": TEXTS,
            "created_at": ["2024-03-01"] * 5,
            "score": [0.5, 0.25, 0.125, 0.5, 0.75],
            "Final code": ["late", "praise", "money", "rude", None],
        }
    )
    columns = choose_columns(frame, TextRows(TEXTS))
    assert (columns.text, columns.label, columns.sure) == ("Verbatim", "Final code", True)


def test_predictions_and_columns_of_the_corpus_are_not_taken_for_given_labels():
    metadata = pd.DataFrame({"category": list("xxyyy")})
    frame = pd.DataFrame({"text": TEXTS, "category": list("xxyyy"), "predicted_label": list("ababa")})
    known = TextRows(TEXTS, metadata)
    assert choose_columns(frame, known).label == "category"
    assert "predicted_label" in choose_columns(frame, known).labels  # a person may choose it
    columns = choose_columns(frame.assign(mood=list("pqpqp")), known)
    assert not columns.sure
    columns = choose_columns(frame.assign(given_label=list("pqpqp")), known)
    assert columns.label == "given_label" and columns.sure


def test_two_usual_names_are_not_clear():
    frame = pd.DataFrame({"text": TEXTS, "topic": list("xxyyy"), "sentiment": list("ababa")})
    columns = choose_columns(frame, TextRows(TEXTS))
    assert not columns.sure and set(columns.labels[:2]) == {"topic", "sentiment"}
    assert match_labels(TEXTS, frame).notes  # says which was taken
    assert choose_columns(frame.assign(label=list("pqpqp")), TextRows(TEXTS)).sure


def test_a_record_keeps_the_latest_entry_of_each_text():
    record = pd.DataFrame(
        {
            "text": [TEXTS[0], TEXTS[1], TEXTS[0], TEXTS[1], TEXTS[2], TEXTS[3]],
            "label": ["angry", "angry", "pleased", None, "old name", "gone"],
            "counts_as": ["angry", "angry", "pleased", None, "new name", None],
            "given_by": "ada",
            "source": "deck",
            "source_name": "",
            "reviewed": False,
            "given_at": "2024-01-01",
            "row": [0, 1, 0, 1, 2, 3],
            "step": [1, 2, 3, 4, 5, 6],
        }
    )
    for table in (record, record.iloc[::-1], record.drop(columns="row")):
        found = found_in("record.csv", table.to_csv(index=False))
        assert found.labels == {0: "pleased", 2: "new name"} and found.removed == (1, 3)


def test_check_labels_of_an_export_are_no_guide_labels():
    frame = pd.DataFrame({"row": range(5), "text": TEXTS, "check_label": list("abaab")})
    assert choose_columns(frame, TextRows(TEXTS)).label is None  # a person may still choose it
