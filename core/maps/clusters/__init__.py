"""Clusters of a map: hierarchy, cut, names, and the edits that people make."""

from .algorithms import (
    FINEST_LEVEL,
    cluster_levels,
    find_k_clusters,
    map_hierarchy,
    split_cluster,
    typical_rows,
)
from .answers import explain_clusters
from .clustering import (
    APART,
    DENSITY,
    K_MEANS,
    NEAREST,
    ClusterChoice,
    Clustering,
    ClusterSource,
    MapNames,
    cluster_map,
    map_names,
    name_places,
)
from .edits import Edit, decode_edit, describe_kept, encode_edit
from .hierarchy import MERGE, Hierarchy
from .keyword_names import name_clusters, nearest_groups, spread_evenly
from .llm_names import SHOWN_TEXTS, Group, name_clusters_by_llm
from .name_parts import first_words, leading_labels

__all__ = [
    "APART",
    "DENSITY",
    "FINEST_LEVEL",
    "K_MEANS",
    "MERGE",
    "NEAREST",
    "SHOWN_TEXTS",
    "ClusterChoice",
    "ClusterSource",
    "Clustering",
    "Edit",
    "Group",
    "Hierarchy",
    "MapNames",
    "cluster_levels",
    "cluster_map",
    "decode_edit",
    "describe_kept",
    "encode_edit",
    "explain_clusters",
    "find_k_clusters",
    "first_words",
    "leading_labels",
    "map_hierarchy",
    "map_names",
    "name_clusters",
    "name_clusters_by_llm",
    "name_places",
    "nearest_groups",
    "split_cluster",
    "spread_evenly",
    "typical_rows",
]
