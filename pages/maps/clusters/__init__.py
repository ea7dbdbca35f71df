"""The Clusters panel: choice of the cut, cards, names, edits."""

from pages.maps.clusters.actions import ask_name
from pages.maps.clusters.answers import answers_of, small_percent
from pages.maps.clusters.panel import draw_clusters

__all__ = ["answers_of", "ask_name", "draw_clusters", "small_percent"]
