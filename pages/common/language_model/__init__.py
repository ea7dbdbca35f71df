"""The language model of a session: its address, model and key, chosen on the page."""

from pages.common.language_model.settings import chosen_model, draw_language_model, job_argument

__all__ = ["chosen_model", "draw_language_model", "job_argument"]
