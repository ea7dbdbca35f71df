"""Refract: the frame around the pages."""

import streamlit as st

from pages.common import frame

st.set_page_config(page_title="Refract", page_icon=":material/flare:", layout="wide")
frame.apply_styles()
page = st.navigation(frame.PAGES, position="hidden")
frame.draw_sidebar()
page.run()
