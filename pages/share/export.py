"""Export page."""
