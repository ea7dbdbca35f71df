import io

import numpy as np
from streamlit.testing.v1 import AppTest

from core.encoders import split_precomputed


def test_vectors_of_a_stored_corpus_are_kept_at_once(store, prepared, corpus, home):
    def ready_page(key):
        import streamlit as st

        from pages.common import cache
        from pages.common.encoders import draw_vector_upload

        st.session_state["name"] = draw_vector_upload(cache.corpus(key), key="x")

    app = AppTest.from_function(ready_page, kwargs={"key": prepared}).run(timeout=60)
    assert app.session_state["name"] is None
    file = io.BytesIO()
    np.save(file, np.random.default_rng(0).standard_normal((60, 5)))
    app.file_uploader(key="x_ready").upload("mine.npy", file.getvalue(), "x/y").run()
    file_name, key = split_precomputed(app.session_state["name"])
    assert file_name == "mine.npy"
    assert store.results(prepared).load_array(f"{key}.vectors").shape == (60, 5)
