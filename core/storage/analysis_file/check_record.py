"""Check the record in a file that nobody vouches for, before any of it reaches the data folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ...errors import StoreError
from ...labels import LONGEST_DEFINITION, LONGEST_LABEL, SOURCES
from ...maps.clusters import APART, DENSITY, FINEST_LEVEL, K_MEANS, NEAREST, decode_edit, encode_edit
from ...transforms import Method, MethodKind
from ..check_labels import LABEL, NO_LABEL_FITS, SKIP
from .contents import GENERIC, RESHAPED
from .record import Record, Row, as_edit

KEY = re.compile(r"[0-9a-f]{8,64}")
LARGEST = 2**53
"""Whole numbers up to which every program that reads JSON agrees."""

LONGEST_NAME = LONGEST_LABEL + 50
"""Characters of a label that was set aside: “name (earlier 2)”."""

Check = Callable[[object], bool]


def text(value: object) -> bool:
    """Whether a value is a text that can be written as UTF-8."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def number(value: object) -> bool:
    """Whether a value is a whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST


def key(value: object) -> bool:
    """Whether a value is a key of results."""
    return isinstance(value, str) and bool(KEY.fullmatch(value))


def moment(value: object) -> bool:
    """Whether a value is a time."""
    try:
        return isinstance(value, str) and text(value) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def optional(check: Check) -> Check:
    """Return a check that takes None, too."""
    return lambda value: value is None or check(value)


def below(limit: int) -> Check:
    """Return a check of positions from 0 to below a limit."""
    return lambda value: isinstance(value, int) and number(value) and value < limit


def boolean(value: object) -> bool:
    """Whether a value is true or false."""
    return isinstance(value, bool)


def require(row: object, checks: Mapping[str, Check], where: str) -> None:
    """Raise ValueError for a row with other fields than these, or with a wrong value."""
    if not isinstance(row, dict) or row.keys() != checks.keys():
        raise ValueError(f"{where} has other fields than it should")
    for name, check in checks.items():
        if not check(row[name]):
            raise ValueError(f"{where} has a wrong “{name}”")


def check_record(record: Record, n_texts: int) -> None:
    """Raise ValueError, with what is wrong, for a record that no version of Refract writes."""
    require(
        record["analysis"],
        {
            "instruction": text,
            "created_at": moment,
            "fit_key": optional(key),
            "embedding_key": optional(key),
            "method": optional(_is_method),
        },
        "the analysis",
    )
    _check_labels(record["labels"])
    labels = optional(below(len(record["labels"])))
    n_events = len(record["label_events"]) + len(record["undone_events"])
    event: dict[str, Check] = {
        "order": below(n_events),
        "row": below(n_texts),
        "label": labels,
        "step": number,
        "given_by": text,
        "given_at": moment,
        "source": lambda value: value in SOURCES,
        "source_name": text,
        "reviewed": boolean,
        "started_by": text,
        "told": text,
    }
    check: dict[str, Check] = {
        "row": below(n_texts),
        "label": labels,
        "position": below(n_texts),
        "answer": lambda value: value in (LABEL, NO_LABEL_FITS, SKIP),
        "given_by": text,
        "given_at": moment,
    }
    undone: dict[str, Check] = event | {"undone_by": text, "undone": number}
    for table, checks in {
        "label_events": event,
        "undone_events": undone,
        "check_labels": check,
        "undone_check_labels": check,
    }.items():
        for row in record[table]:
            require(row, checks, f"an entry of {table}")
            if checks is check and (row["answer"] == LABEL) != (row["label"] is not None):
                raise ValueError(f"an entry of {table} has a wrong “answer”")
    orders = [row["order"] for table in ("label_events", "undone_events") for row in record[table]]
    if len(set(orders)) != len(orders):
        raise ValueError("two entries of labels have one place")
    require(record["clusters"], {RESHAPED: _is_dict, GENERIC: _is_dict}, "clusters.json")
    for clusters in record["clusters"].values():
        _check_clusters(clusters, n_texts)


def _check_labels(labels: Sequence[Row]) -> None:
    checks: dict[str, Check] = {
        "label": number,
        "name": lambda value: text(value) and len(str(value)) <= LONGEST_NAME,
        "merged_into": optional(below(len(labels))),
        "deleted_at": optional(moment),
        "added_by_step": boolean,
        "hidden_name": optional(text),
        "definition": lambda value: text(value) and len(str(value)) <= LONGEST_DEFINITION,
    }
    for position, label in enumerate(labels):
        require(label, checks, "a label")
        if label["label"] != position or (label["hidden_name"] is None) != bool(label["name"].strip()):
            raise ValueError("a label has a wrong number or name")
    names = [label["name"] for label in labels if label["hidden_name"] is None]
    if len(set(names)) != len(names):
        raise ValueError("two labels have one name")
    for start in range(len(labels)):
        end, steps = start, 0
        while labels[end]["merged_into"] is not None:
            end, steps = labels[end]["merged_into"], steps + 1
            if steps > len(labels):
                raise ValueError("labels were merged in a circle")


def _check_clusters(clusters: Row, n_texts: int) -> None:
    require(clusters, {"choice": optional(_is_choice), "edits": _is_list}, "clusters.json")
    for edit in clusters["edits"]:
        require(
            edit,
            {
                "kind": text,
                "groups": lambda value: _is_list_of(value, lambda rows: _is_list_of(rows, below(n_texts))),
                "names": lambda value: _is_list_of(value, text),
                "cut": text,
                "edited_by": text,
                "edited_at": moment,
                "started_by": text,
            },
            "an edit of clusters",
        )
        try:
            decode_edit(encode_edit(as_edit(edit)))
        except StoreError as error:  # of an unknown kind
            raise ValueError(str(error).rstrip(".")) from error
        groups, names = edit["groups"], edit["names"]
        if not groups or len(names) != (len(groups) if edit["kind"] == "name" else 0):
            raise ValueError("an edit of clusters has no texts, or no names")


def _is_method(value: object) -> bool:
    try:
        return (
            isinstance(value, dict)
            and Method(**value).kind != MethodKind.GENERIC
            and all(map(text, value.values()))
        )
    except (TypeError, ValueError):
        return False


def _is_choice(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != {"method", "fineness", "k", "noise"}:
        return False
    return (
        value["method"] in (DENSITY, K_MEANS)
        and number(value["fineness"])
        and value["fineness"] <= FINEST_LEVEL
        and number(value["k"])
        and value["k"] >= 1
        and value["noise"] in (None, APART, NEAREST)
    )


def _is_dict(value: object) -> bool:
    return isinstance(value, dict)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_list_of(value: object, check: Check) -> bool:
    return isinstance(value, list) and all(map(check, value))
