"""Long lists: how many entries are shown, and what a click adds."""

import pytest
from streamlit.testing.v1 import AppTest


def page(step):
    import streamlit as st

    from pages.common import n_shown
    from pages.maps.lists import draw_more

    entries = [f"entry {number}" for number in range(10)]
    for entry in entries[: n_shown("list", 4)]:
        st.markdown(entry)
    draw_more(len(entries), "list", 4, "more", step=step)
    st.caption("below")


def shown(app):
    return [part.value for part in app.markdown]


@pytest.mark.parametrize(("step", "expected"), [(None, [4, 10]), (3, [4, 7, 10]), (5, [4, 9, 10])])
def test_entries_come_in_portions_until_all_are_shown(step, expected):
    app = AppTest.from_function(page, args=(step,)).run()
    for n_shown in expected:
        assert not app.exception
        assert shown(app) == [f"entry {number}" for number in range(n_shown)]
        if n_shown < 10:
            app.button(key="more").click().run()
    assert not app.button
