"""Tables of annotation tools and of Refract itself, each made into texts, one answer a row and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...utils import normal_text
from .cells import labels_in, parse_cell, read_names
from .found_labels import Reason
from .text_rows import id_text

Reasons = list[Reason | None]
"""Why each row gives no label, None where its label counts."""

STATUSES = {
    "submitted": None, "validated": None, "completed": None, "default": Reason.NONE, "pending": Reason.NONE,
    "draft": Reason.NONE, "discarded": Reason.SKIPPED, "skipped": Reason.SKIPPED, "cancelled": Reason.SKIPPED,
    "accept": None, "reject": Reason.REJECTED, "ignore": Reason.SKIPPED,
}  # fmt: skip
"""What a status of Argilla or an answer of Prodigy says about the label beside it."""

NESTED = ("data", "fields", "inputs", "meta", "metadata", "record", "row")
"""Records inside records, whose values become columns."""

GIVEN = "given_label"
"""Column of labels in a table that Refract wrote."""

RECORD_COLUMNS = {"label", "given_by", "step"}
"""Columns of the record of labels that Refract exports."""


def unfold(frame: pd.DataFrame) -> tuple[pd.DataFrame, Reasons, list[str]]:
    """Make the table of a tool into one with plain columns, reasons by row, and notes.

    Label Studio's annotations and Argilla's responses become a column a question, Prodigy's accepted options
    and labels the column `label`. The record of labels that Refract exports keeps the latest entry of each
    text. Any other table stays as it is.
    """
    frame = _open_records(frame)
    for recognised in (_label_studio, _argilla, _prodigy, _own_record, _figures, _fasttext):
        made = recognised(frame)
        if made is not None:
            return made
    return frame, _statuses(frame, ("status", "was_cancelled")), []


def _open_records(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the values of nested records in columns of their own: `data` with a text becomes `data.text`."""
    columns: dict[str, Any] = {}
    for name in map(str, frame.columns):
        cells = [parse_cell(cell) for cell in frame[name]] if name in NESTED else []
        if not any(isinstance(cell, Mapping) for cell in cells):
            columns[name] = frame[name]
            continue
        inner = dict.fromkeys(key for cell in cells if isinstance(cell, Mapping) for key in cell)
        for key in inner:
            values = [cell.get(key) if isinstance(cell, Mapping) else None for cell in cells]
            columns.setdefault(f"{name}.{key}", pd.Series(values, dtype=object))
    return pd.DataFrame(columns)


def _label_studio(frame: pd.DataFrame) -> tuple[pd.DataFrame, Reasons, list[str]] | None:
    """Return a column for each control of Label Studio's tasks; the newest annotation of each counts."""
    name = next((name for name in ("annotations", "completions") if name in frame), None)
    if name is None:
        return _label_studio_short(frame)
    tasks = [_records_in(parse_cell(cell)) for cell in frame[name]]
    if not any("result" in each for task in tasks for each in task):
        return None
    answers: list[dict[str, list[str]]] = []
    reasons: Reasons = []
    n_several = 0
    for task in tasks:
        counted = sorted((each for each in task if not each.get("was_cancelled")), key=_age)
        n_several += len(counted) > 1
        answers.append(_controls(counted[-1].get("result")) if counted else {})
        reasons.append(Reason.SKIPPED if task and not counted else None)
    controls = dict.fromkeys(control for answer in answers for control in answer)
    columns = {str(other): frame[other] for other in frame.columns if other not in (name, "predictions")}
    for control in controls:
        columns[f"{control}.annotation"] = pd.Series(
            [answer.get(control, []) for answer in answers], dtype=object
        )
    notes = [f"{n_several:,} tasks have several annotations; the newest counts."] if n_several else []
    return pd.DataFrame(columns), reasons, notes


def _label_studio_short(frame: pd.DataFrame) -> tuple[pd.DataFrame, Reasons, list[str]] | None:
    """Keep the newest row of each task of Label Studio's short form (JSON_MIN, CSV), a row an annotation."""
    if not {"annotation_id", "updated_at", "id"} <= set(map(str, frame.columns)):
        return None
    frame = frame.reset_index(drop=True)
    order = frame["updated_at"].astype(str).sort_values(kind="stable").index
    latest = frame.loc[order, "id"].map(id_text).drop_duplicates(keep="last").index.sort_values()
    n_older = len(frame) - len(latest)
    notes = [f"{n_older:,} rows are older annotations of the same text; the newest counts."]
    frame = frame.loc[latest].reset_index(drop=True)
    return frame, _statuses(frame, ("was_cancelled",)), notes if n_older else []


def _records_in(value: object) -> list[Mapping]:
    """Return the records of a list; none of anything else."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _age(annotation: Mapping) -> tuple[bool, str, int]:
    """Return what annotations are sorted by: the ground truth last, before it the newest."""
    when = annotation.get("updated_at") or annotation.get("created_at") or ""
    number = annotation.get("id")
    return bool(annotation.get("ground_truth")), str(when), number if isinstance(number, int) else 0


def _controls(results: object) -> dict[str, list[str]]:
    """Return the labels of each control in the results of an annotation; parts of a text give none."""
    found: dict[str, list[str]] = {}
    for result in _records_in(results):
        value = result.get("value")
        if not isinstance(value, Mapping) or not {"choices", "taxonomy", "rating", "number"} & value.keys():
            continue
        labels = labels_in(value)
        if not isinstance(labels, Reason):
            found.setdefault(str(result.get("from_name") or "label"), []).extend(labels)
    return found


def _argilla(frame: pd.DataFrame) -> tuple[pd.DataFrame, Reasons, list[str]] | None:
    """Return a column for each question of Argilla's records; discarded responses do not count."""
    if "responses" in frame:
        responses = [parse_cell(cell) for cell in frame["responses"]]
        by_question = [_by_question(cell) for cell in responses]
        questions = dict.fromkeys(name for answer in by_question for name in answer)
        if not questions:
            return None
        columns = {
            str(name): frame[name] for name in frame.columns if name not in ("responses", "suggestions")
        }
        for name in questions:
            answers: list[Any] = [answer.get(name, []) for answer in by_question]
            columns[f"{name}.responses"] = pd.Series(answers, dtype=object)
        return pd.DataFrame(columns), _statuses(frame, ("status",)), []
    answered = [str(name) for name in frame.columns if str(name).endswith(".responses")]
    if not answered:
        return None
    columns = {str(name): frame[name] for name in frame.columns if ".responses." not in str(name)}
    for name in answered:
        statuses = frame[f"{name}.status"] if f"{name}.status" in frame else [None] * len(frame)
        cells: list[Any] = [
            _counted(parse_cell(values), parse_cell(status))
            for values, status in zip(frame[name], statuses, strict=True)
        ]
        columns[name] = pd.Series(cells, dtype=object)
    return pd.DataFrame(columns), _statuses(frame, ("status",)), []


def _by_question(responses: object) -> dict[str, list[object]]:
    """Return the answers to each question: of `{question: [{value}]}` or `[{values: {question: …}}]`."""
    found: dict[str, list[object]] = {}
    if isinstance(responses, Mapping):
        for question, answers in responses.items():
            found[str(question)] = list(answers) if isinstance(answers, Sequence) else [answers]
        return found
    for response in _records_in(responses):
        for question, value in (response.get("values") or {}).items():
            answer = value.get("value") if isinstance(value, Mapping) else value
            found.setdefault(str(question), []).append({"value": answer, "status": response.get("status")})
    return found


def _counted(values: object, statuses: object) -> object:
    """Return each response with its status; the values as they are where these are no lists.

    Responses beyond the last status count like those of files without any.
    """
    if not isinstance(values, list | np.ndarray) or not isinstance(statuses, list | np.ndarray):
        return values
    known = [*statuses, *[None] * (len(values) - len(statuses))][: len(values)]
    return [{"value": value, "status": status} for value, status in zip(values, known, strict=True)]


def _prodigy(frame: pd.DataFrame) -> tuple[pd.DataFrame, Reasons, list[str]] | None:
    """Return the accepted labels and options of Prodigy's tasks in the column `label`."""
    if "answer" not in frame or not _values(frame["answer"]) <= {"accept", "reject", "ignore"}:
        return None
    n = len(frame)
    accepted = [parse_cell(cell) for cell in frame["accept"]] if "accept" in frame else [None] * n
    options = [parse_cell(cell) for cell in frame["options"]] if "options" in frame else [None] * n
    labels: list[Any] = list(frame["label"]) if "label" in frame else [None] * n
    chosen_labels: list[Any] = [
        label if not isinstance(chosen, list | str) else _option_texts(chosen, offered)
        for chosen, offered, label in zip(accepted, options, labels, strict=True)
    ]
    columns = {
        str(name): frame[name] for name in frame.columns if name not in ("accept", "options", "answer")
    }
    columns["label"] = pd.Series(chosen_labels, dtype=object)
    if "label" not in frame and "accept" not in frame:
        del columns["label"]
    return pd.DataFrame(columns), _statuses(frame, ("answer",)), []


def _option_texts(chosen: list | str, offered: object) -> list[object]:
    """Return the texts of the chosen options; the id of an option without a text."""
    texts = {
        id_text(option.get("id")): option.get("text") or option.get("label") or option.get("id")
        for option in _records_in(offered)
    }
    return [texts.get(id_text(each), each) for each in ([chosen] if isinstance(chosen, str) else chosen)]


def _own_record(frame: pd.DataFrame) -> tuple[pd.DataFrame, Reasons, list[str]] | None:
    """Keep the latest entry of each text of Refract's record of labels; an empty one takes the label away."""
    if not set(map(str, frame.columns)) >= RECORD_COLUMNS or "text" not in frame:
        return None
    frame = frame.reset_index(drop=True)
    steps = pd.to_numeric(frame["step"], errors="coerce").sort_values(kind="stable", na_position="first")
    rows = frame["row"].map(id_text) if "row" in frame else pd.Series("", index=frame.index)
    texts = [normal_text(str(text)) for text in frame["text"]]
    whose = pd.Series(list(zip(rows, texts, strict=True)), index=frame.index).loc[steps.index]
    frame = frame.loc[np.sort(whose.drop_duplicates(keep="last").index)].reset_index(drop=True)
    # A label that was merged counts as the other by now, a deleted one as none.
    counts = frame["counts_as" if "counts_as" in frame else "label"]
    other = ["label", "counts_as", "given_by", "source", "source_name", "reviewed", "given_at", "step"]
    columns = {str(name): frame[name] for name in frame.columns if name not in other}
    reasons: Reasons = [Reason.REMOVED if answer is Reason.NONE else None for answer in read_names(counts)]
    return pd.DataFrame({**columns, GIVEN: counts}), reasons, []


def _figures(frame: pd.DataFrame) -> tuple[pd.DataFrame, Reasons, list[str]] | None:
    """Join columns such as `cats.angry` and `cats.pleased`, which hold a figure for each label."""
    names = [str(name) for name in frame.columns if str(name).startswith("cats.")]
    if not names or "cats" in frame:
        return None
    cells = [
        {name.removeprefix("cats."): value for name, value in zip(names, row, strict=True) if pd.notna(value)}
        for row in frame[names].itertuples(index=False)
    ]
    return frame.drop(columns=names).assign(cats=pd.Series(cells, dtype=object)), [None] * len(frame), []


def _fasttext(frame: pd.DataFrame) -> tuple[pd.DataFrame, Reasons, list[str]] | None:
    """Split lines such as “__label__angry The van was late” into labels and text."""
    for name in frame.columns:
        lines = [line for line in frame[name].head(100) if isinstance(line, str) and line.strip()]
        if not lines or not all(line.lstrip().startswith("__label__") for line in lines):
            continue
        if all(" " not in line.strip() for line in lines) and frame.shape[1] > 1:
            continue  # a column of labels beside one of texts
        labels, texts = zip(*map(_split_line, frame[name]), strict=True)
        return pd.DataFrame({"text": texts, "label": labels}), [None] * len(frame), []
    return None


def _split_line(line: object) -> tuple[str, str]:
    words = line.split() if isinstance(line, str) else []
    n = next((place for place, word in enumerate(words) if not word.startswith("__label__")), len(words))
    return " ".join(words[:n]), " ".join(words[n:])


def _statuses(frame: pd.DataFrame, names: Iterable[str]) -> Reasons:
    """Return the reasons that columns of a status give, where they hold only statuses that are known."""
    reasons: Reasons = [None] * len(frame)
    for name in names:
        if name not in frame:
            continue
        if name == "was_cancelled":
            known: dict[str, Reason | None] = {"true": Reason.SKIPPED, "1": Reason.SKIPPED}
        elif _values(frame[name]) <= STATUSES.keys():
            known = STATUSES
        else:
            continue
        reasons = [
            reason or known.get(str(value).casefold())
            for reason, value in zip(reasons, frame[name], strict=True)
        ]
    return reasons


def _values(column: pd.Series) -> set[str]:
    """Return the different values in lower case; for an empty column a set that holds no status."""
    return {str(value).casefold() for value in column.dropna()} or {"no value"}
