from streamlit.testing.v1 import AppTest


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
