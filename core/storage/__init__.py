"""Keep what people type in SQLite and what machines compute in arrays, under one data folder.

Every function `load_...` raises StoreError when a part is missing or damaged.
"""

from .arrays import ArtifactStore
from .changed_labels import ChangedLabel
from .check_labels import CheckEvent, CheckLabelStore
from .embeddings import (
    MOST_ANSWERED,
    encode_corpus,
    find_precomputed,
    has_views,
    is_begun,
    lacks_views,
    load_answers,
    load_views,
    reencode_corpus,
    save_precomputed,
)
from .fits import (
    find_first_picture,
    findings_kept,
    forget_first_picture,
    has_fit,
    load_finding,
    load_findings,
    load_fit,
    load_method,
    save_estimators,
    save_finding,
    save_first_picture,
    save_fit,
)
from .label_steps import LabelEvent
from .labels import LabelStore
from .spaces import (
    find_distinct_vectors,
    find_sample_size,
    has_graph,
    has_hierarchy,
    has_space,
    load_graph,
    load_hierarchy,
    load_space,
    save_distinct_vectors,
    save_graph,
    save_hierarchy,
    save_sample_size,
    save_space,
)
from .speeds import Speeds
from .store import Analysis, EncodedCorpus, Store, StoredCorpus
from .word_tables import has_word_table, load_word_table, save_word_table

__all__ = [
    "MOST_ANSWERED",
    "Analysis",
    "ArtifactStore",
    "ChangedLabel",
    "CheckEvent",
    "CheckLabelStore",
    "EncodedCorpus",
    "LabelEvent",
    "LabelStore",
    "Speeds",
    "Store",
    "StoredCorpus",
    "encode_corpus",
    "find_distinct_vectors",
    "find_first_picture",
    "find_precomputed",
    "find_sample_size",
    "findings_kept",
    "forget_first_picture",
    "has_fit",
    "has_graph",
    "has_hierarchy",
    "has_space",
    "has_views",
    "has_word_table",
    "is_begun",
    "lacks_views",
    "load_answers",
    "load_finding",
    "load_findings",
    "load_fit",
    "load_graph",
    "load_hierarchy",
    "load_method",
    "load_space",
    "load_views",
    "load_word_table",
    "reencode_corpus",
    "save_distinct_vectors",
    "save_estimators",
    "save_finding",
    "save_first_picture",
    "save_fit",
    "save_graph",
    "save_hierarchy",
    "save_precomputed",
    "save_sample_size",
    "save_space",
    "save_word_table",
]
