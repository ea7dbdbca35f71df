"""Actions on clusters: each is recorded as an edit, or a message says why it is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.corpus import Corpus
from core.errors import StoreError
from core.maps.clusters import ClusterChoice, Edit, decode_edit, describe_kept, encode_edit, split_cluster
from pages.charts import n_texts
from pages.common import (
    cache,
    ensure_analysis,
    forget_widgets,
    keep_notice,
    keep_toast,
    kept_cut,
    person,
    source_for,
    state_of,
    typical_of,
)
from pages.maps.view import MapView, Side

CLUSTERS = "clusters"  # where messages about clusters are shown
GUIDE_TEXTS = 10  # most typical texts of a cluster that get its name as guide label


@dataclass
class Renamed:
    """The cluster of a map whose name is being typed; None for none.

    The field stands on its card, or above all cards for a name that was chosen on the map.
    """

    code: int | None = None
    above: bool = False


def owner(corpus: Corpus, side: Side) -> tuple[str, int | None]:
    """Return the owner of one side's clusters in the store: corpus key and analysis id."""
    return corpus.key, side.analysis.id if side.analysis else None


def change_cut(corpus: Corpus, side: Side, **changed: object) -> None:
    """Change how the map is cut into clusters."""
    record = cache.store().clusters
    known = ClusterChoice.from_text(record.choice(*owner(corpus, side)))
    record.set_choice(*owner(corpus, side), ClusterChoice(**{**vars(known), **changed}).to_text())
    forget_inputs(side)


def add_edit(corpus: Corpus, side: Side, edit: Edit) -> None:
    """Record an edit of the clusters of one side, and how they are cut; tell what others did meanwhile."""
    edit = replace(edit, cut=kept_cut(corpus, side.analysis, side.space, side.space_key))
    record = cache.store().clusters
    for other in record.edits_since(*owner(corpus, side), side.last_edit):
        if _have_common_texts(other.edit, edit):
            who = "Another tab" if other.edited_by == person() else other.edited_by
            keep_notice(
                CLUSTERS,
                f"{who} changed the same cluster meanwhile: {describe_kept(other.edit)}. Your change counts "
                "now, and Undo takes it back.",
                "info",
            )
    record.add_edit(*owner(corpus, side), encode_edit(edit), person())
    forget_inputs(side)


def _have_common_texts(kept: bytes, edit: Edit) -> bool:
    """Whether a kept edit, which may be damaged, and another are about the same texts."""
    try:
        other = decode_edit(kept)
    except StoreError:
        return False
    return bool(np.isin(np.concatenate(other.groups), np.concatenate(edit.groups)).any())


def undo_edit(corpus: Corpus, side: Side, name: str) -> None:
    """Undo the latest edit under a name of this person."""
    cache.store().clusters.undo_edit(*owner(corpus, side), name)
    forget_inputs(side)


def ask_name(side: Side, code: int, *, above: bool = False) -> None:
    """Show a field for the name of a cluster, on its card or above all cards. For callbacks."""
    forget_widgets(f"maps_cluster_edit_{side.key}_{code}_name")
    state = state_of(Renamed, side.key)
    state.code, state.above = code, above


def rename(corpus: Corpus, side: Side, code: int, name: str) -> None:
    """Give a cluster a permanent name; refused when it is empty or another cluster has it."""
    name = " ".join(name.split())
    if name == side.partition.names[code] and state_of(Renamed, side.key).code == code:
        state_of(Renamed, side.key).code = None  # Enter without a change
        return
    others = {used.casefold() for other, used in side.partition.names.items() if other != code}
    if not name:
        keep_notice(CLUSTERS, "The cluster has no name: type one.", "warning")
    elif name.casefold() in others:
        message = f"Another cluster is called “{name}”: choose another name, or merge the two."
        keep_notice(CLUSTERS, message, "warning")
    else:
        add_edit(corpus, side, Edit("name", (side.partition.rows(code),), (name,)))


def unlock(corpus: Corpus, side: Side, code: int) -> None:
    """Name a cluster by its keywords again."""
    add_edit(corpus, side, Edit("unlock", (side.partition.rows(code),)))


def merge(corpus: Corpus, side: Side, code: int, into: int) -> None:
    """Merge two clusters."""
    names = side.partition.names
    add_edit(corpus, side, Edit("merge", (side.partition.rows(into), side.partition.rows(code))))
    keep_toast(f"“{names[code]}” is part of “{names[into]}” now.", "call_merge")


def split(corpus: Corpus, side: Side, code: int) -> None:
    """Split a cluster into its parts; refused when it has none."""
    source = source_for(corpus, side.analysis, side.space, side.space_key)
    parts = split_cluster(source.points, side.partition.rows(code), source.levels)
    if len(parts) < 2:
        message = "All texts of the cluster have the same position on the map: it cannot be split."
        keep_notice(CLUSTERS, message, "warning")
    else:
        add_edit(corpus, side, Edit("split", tuple(parts)))
        keep_toast(f"“{side.partition.names[code]}” is {len(parts)} clusters now.", "call_split")


def move(corpus: Corpus, side: Side, rows: np.ndarray, code: int | None) -> None:
    """Move texts to a cluster, or to a new one."""
    rest = () if code is None else (np.setdiff1d(side.partition.rows(code), rows),)
    if rest and not len(rest[0]):
        return  # the whole cluster was selected
    add_edit(corpus, side, Edit("move", (np.asarray(rows), *rest)))


def give_as_label(view: MapView, side: Side, code: int) -> None:
    """Give a cluster's name as a guide label to its most typical unlabelled texts, in one step."""
    name = side.partition.names[code]
    store, analysis_id = cache.store(), ensure_analysis()
    given = store.labels.read(analysis_id).codes
    typical = typical_of(side.space, side.space_key, side.partition, code, 3 * GUIDE_TEXTS)
    rows = [row for row in typical if given[row] < 0][:GUIDE_TEXTS]
    store.labels.give(analysis_id, dict.fromkeys(rows, name), person(), source="cluster", add_names=True)
    keep_toast(f"“{name}” is a label now, on {n_texts(len(rows))}.", "label")


def forget_inputs(side: Side) -> None:
    """Close the open inputs of one side: the same number may be another cluster from now on."""
    state_of(Renamed, side.key).code = None
    forget_widgets(f"maps_cluster_edit_{side.key}_")
