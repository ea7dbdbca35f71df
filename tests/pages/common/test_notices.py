import re

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import StoreError


def page():
    import streamlit as st

    from core.errors import RefractError
    from pages.common import attempt, draw_notice

    def fail():
        raise RefractError("The disk is *full*.")

    st.button("fail", on_click=attempt, args=[fail, "here"])
    st.button("work", on_click=attempt, args=[lambda: None, "here"], kwargs={"redraw": True})
    draw_notice("elsewhere")
    draw_notice("here")


def toasting():
    import streamlit as st

    from pages.common import attempt, draw_notice, draw_toasts, keep_toast

    st.button("say", on_click=keep_toast, args=["150 labels from *mood*"])
    st.button("redraw", on_click=attempt, args=[lambda: keep_toast("done"), "here"], kwargs={"redraw": True})
    draw_toasts()
    draw_notice("here")


def test_a_message_of_a_callback_is_shown_once_at_its_place():
    app = AppTest.from_function(page).run()
    app.button[0].click().run()
    assert [error.value for error in app.error] == [r"The disk is \*full\*\."]
    app.run()
    assert not app.error and not app.exception


def test_a_step_that_succeeds_leaves_no_message():
    app = AppTest.from_function(page).run()
    app.button[1].click().run()
    assert not app.error and not app.exception


def test_a_toast_is_shown_once_as_plain_text():
    app = AppTest.from_function(toasting).run()
    assert not app.toast
    app.button[0].click().run()
    assert [toast.value for toast in app.toast] == [r"150 labels from \*mood\*"]
    app.run()
    assert not app.toast


def test_a_toast_outlives_the_rerun_that_its_step_asks_for():
    app = AppTest.from_function(toasting).run()
    app.button[1].click().run()
    assert [toast.value for toast in app.toast] == ["done"]


def failing():
    import errno

    import streamlit as st

    from pages.common import attempt, draw_notice, safe_download

    def refuse():
        raise OSError(errno.EMFILE, "Too many open files", "letters of Mrs Canary")

    def break_down():
        raise ValueError("a text of Mrs Canary")

    st.button("refuse", on_click=attempt, args=[refuse, "here"])
    st.button("break", on_click=attempt, args=[break_down, "here"])
    st.session_state["download"] = safe_download(break_down, "here")
    draw_notice("here")


def test_what_the_system_refuses_is_a_sentence_with_a_number_and_a_way_on():
    app = AppTest.from_function(failing).run()
    app.button[0].click().run()
    (error,) = app.error
    assert re.search(
        r"E\\-[A-Z2-7]{6}.*too many files are open\\: close other programs, and try again", error.value
    )
    assert not app.exception and "Canary" not in error.value


def test_an_error_of_the_code_is_not_taken_for_one_of_the_system():
    app = AppTest.from_function(failing).run()
    app.button[1].click().run()
    assert len(app.exception) == 1 and not app.error


def test_a_download_that_fails_is_told_without_the_text():
    app = AppTest.from_function(failing).run()
    with pytest.raises(StoreError) as raised:
        app.session_state["download"]()
    assert raised.value.__context__ is None and "Canary" not in str(raised.value)
    (error,) = app.run().error
    assert "Something unexpected went wrong" in error.value and "Canary" not in error.value
