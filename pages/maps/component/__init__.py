"""The linked maps as a Streamlit component, and its Plotly fallback."""

from pages.maps.component.linked_maps import current_selection, linked_maps

__all__ = ["current_selection", "linked_maps"]
