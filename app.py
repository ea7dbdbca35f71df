"""Refract: the frame around the pages."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core.errors import RefractError
from pages.common import frame

st.set_page_config(page_title="Refract", page_icon=str(frame.ROOT / "assets" / "icon.svg"), layout="wide")
frame.apply_styles()
if PagesManager.uses_pages_directory:
    frame.withdraw_page_not_found()
page = st.navigation(frame.PAGES, position="hidden")
try:
    frame.draw_sidebar()
    page.run()
except RefractError as error:
    frame.say(error)
