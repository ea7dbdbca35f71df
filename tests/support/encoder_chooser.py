"""What tests of the encoder chooser share: models that nobody loads, and the chooser alone."""

import json

import pytest
from streamlit.testing.v1 import AppTest

ASK = "How does the customer feel?"


def choose(app, key, name):
    """Choose a suggested name, or type another."""
    box = app.selectbox(key=key)
    if name not in box.options:
        box.options.append(name)
    box.set_value(name).run()
    assert not app.exception


def prompts(app):
    return [code.value for code in app.code]


def model_folder(folder, architecture="BertModel", *, modules=False, **settings):
    """A folder that looks like a model, as long as nobody loads it."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"architectures": [architecture]} | settings))
    (folder / "model.safetensors").write_bytes(b"none")
    if modules:
        (folder / "modules.json").write_text("[]")
    return str(folder)


@pytest.fixture
def causal(tmp_path):
    return model_folder(tmp_path / "causal", "OPTForCausalLM", max_position_embeddings=2048)


@pytest.fixture
def masked(tmp_path):
    return model_folder(tmp_path / "masked", "RobertaForMaskedLM", max_position_embeddings=514)


@pytest.fixture
def fixed(tmp_path):
    """A model that was saved with prompts of its own."""
    folder = model_folder(tmp_path / "fixed", modules=True)
    tasks = {"prompts": {"clustering": "cluster: ", "query": "query: "}}
    (tmp_path / "fixed" / "config_sentence_transformers.json").write_text(json.dumps(tasks))
    return folder


def page(options):
    """The chooser alone; what it returns is left in the session."""
    import streamlit as st

    from pages.common.encoders import draw_encoder_chooser

    tasks = st.session_state.setdefault("tasks", [])
    options = {"use_task": tasks.append} | options
    st.session_state["chosen"] = draw_encoder_chooser(key="x", texts=["one text", "another"], **options)


@pytest.fixture
def chooser(home):
    def draw(**options):
        app = AppTest.from_function(
            page, kwargs={"options": {"instructed": True, "instruction": ASK} | options}
        )
        app.run(timeout=60)
        assert not app.exception
        return app

    return draw


def chosen(app):
    return app.session_state["chosen"]
