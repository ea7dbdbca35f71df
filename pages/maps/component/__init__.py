"""The linked maps as a Streamlit component, and its Plotly fallback."""

from pages.maps.component.linked_maps import current_selection, linked_maps
from pages.maps.component.model import Colouring, Mark, Name, NumericColouring, Pane

__all__ = ["Colouring", "Mark", "Name", "NumericColouring", "Pane", "current_selection", "linked_maps"]
