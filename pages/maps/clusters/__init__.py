"""The Clusters panel: choice of the cut, cards, names, edits."""

from pages.maps.clusters.answers import answers_of
from pages.maps.clusters.card import markdown_excerpt
from pages.maps.clusters.panel import draw_clusters

__all__ = [
    "answers_of",
    "draw_clusters",
    "markdown_excerpt",
]
