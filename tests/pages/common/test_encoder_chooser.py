"""Choosing an encoder, trying it, and giving vectors made elsewhere, through Streamlit's own test runner."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.encoders import (
    DEFAULT_ENCODER,
    available_encoders,
    describe_encoder,
    instructed_encoders,
    split_precomputed,
)
from core.errors import EncoderUnavailable
from core.storage import Store, load_space
from core.tasks import model_cache
from pages.common import duration
from pages.common.encoders import encoder_problem
from pages.common.encoders.catalogue import encoder_table
from pages.common.encoders.facts_text import OUTPUTS, fact_line
from pages.common.encoders.fields import SERVER
from pages.common.encoders.vector_upload import IN_ORDER
from pages.common.text import gigabytes
from tests.conftest import SpeakingEncoder, make_frame
from tests.support.page_helpers import upload, words

pytestmark = pytest.mark.model

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


class TestNames:
    def test_nothing_is_chosen_for_an_instruction_at_first(self, chooser):
        app = chooser()
        assert chosen(app) == ("", "")
        assert len(app.selectbox(key="x_encoder").options) == len(instructed_encoders()) + 1
        assert encoder_problem("") == "Choose an encoder."

    def test_the_packaged_encoder_is_chosen_for_the_generic_map(self, chooser):
        app = chooser(instructed=False)
        assert chosen(app) == (DEFAULT_ENCODER, "")
        options = app.selectbox(key="x_encoder").options
        generic = [choice.name for choice in available_encoders()]
        assert (
            options[: len(generic)] == generic
            and len(options) == len(generic) + len(instructed_encoders()) + 1
        )
        assert prompts(app) == []

    def test_what_was_kept_is_chosen_at_first_and_can_be_changed(self, chooser, causal):
        app = chooser(start=f"inbedder:{causal}#avg_gen")
        assert chosen(app) == (f"inbedder:{causal}#avg_gen", "")
        assert app.selectbox(key="x_output").value == "avg_gen"
        choose(app, "x_encoder", "hkunlp/instructor-base")
        assert chosen(app) == ("hkunlp/instructor-base", "")

    def test_a_server_is_named_by_address_and_model(self, chooser):
        app = chooser()
        choose(app, "x_encoder", SERVER)
        assert chosen(app) == ("", "")
        app.text_input(key="x_server_url").set_value("https://texts.example/v1").run()
        app.text_input(key="x_server_model").set_value("e5-large-instruct").run()
        assert chosen(app) == ("endpoint:https://texts.example/v1#e5-large-instruct", "")
        assert "sent to **texts\\.example**" in app.warning[0].value
        assert prompts(app) == [f"Instruct: {ASK}\nQuery: {{input}}"]
        app.text_input(key="x_server_url").set_value("http://127.0.0.1:1/v1").run()
        assert not app.warning and "a server on this machine" in words(app)

    def test_a_typed_name_that_cannot_be_is_one_sentence(self, chooser, tmp_path):
        app = chooser()
        for name in (str(tmp_path), str(tmp_path / "gone"), "endpoint:nowhere#x", "x/y/z"):
            choose(app, "x_encoder", name)
            assert len(app.warning) == 1 and not prompts(app)
            assert encoder_problem(*chosen(app), ASK)

    def test_a_folder_can_be_read_as_another_kind(self, chooser, masked, causal):
        app = chooser()
        choose(app, "x_encoder", masked)
        assert "follows no instruction" in words(app)
        app.button_group(key="x_kind").set_value("inbedder").run()
        assert chosen(app) == (f"inbedder:{masked}", "")
        assert prompts(app)[0].endswith("### Response:<mask><mask><mask>")
        app.button_group(key="x_kind").set_value("instructor").run()
        assert prompts(app) == ["Represent the text for How does the customer feel:{input}"]
        choose(app, "x_encoder", causal)  # another folder starts without earlier choices
        assert chosen(app) == (causal, "")


class TestInstructions:
    def test_the_exact_prompt_is_shown_and_can_be_worded(self, chooser):
        app = chooser()
        choose(app, "x_encoder", "hkunlp/instructor-base")
        assert prompts(app) == ["Represent the text for How does the customer feel:{input}"]
        own = app.text_area(key="x_template").value
        app.text_area(key="x_template").set_value("Sort the letter by {instruction}:").run()
        assert chosen(app) == ("hkunlp/instructor-base", "Sort the letter by {instruction}:")
        assert prompts(app) == ["Sort the letter by How does the customer feel:{input}"]
        for same in ("", own):
            app.text_area(key="x_template").set_value(same).run()
            assert chosen(app) == ("hkunlp/instructor-base", "")

    def test_a_wording_without_a_place_for_the_instruction_is_refused(self, chooser):
        app = chooser()
        choose(app, "x_encoder", "hkunlp/instructor-base")
        app.text_area(key="x_template").set_value("Represent the text:").run()
        assert "no place for the instruction" in app.warning[0].value and not prompts(app)

    def test_each_encoder_has_its_own_wording(self, chooser):
        app = chooser(start="hkunlp/instructor-base", start_template="By {instruction}:")
        assert chosen(app) == ("hkunlp/instructor-base", "By {instruction}:")
        choose(app, "x_encoder", "Qwen/Qwen3-Embedding-0.6B")
        assert chosen(app)[1] == "" and prompts(app) == [f"Instruct: {ASK}\nQuery:{{input}}"]

    def test_outputs_of_an_inbedder_are_chosen_by_what_they_mean(self, chooser, causal):
        app = chooser()
        choose(app, "x_encoder", f"inbedder:{causal}")
        assert chosen(app) == (f"inbedder:{causal}", "")
        assert not [area for area in app.text_area if area.key == "x_template"]
        shown = app.selectbox(key="x_output").options
        assert shown[0] == "fst_gen · where it starts to answer" and len(shown) == 7
        app.selectbox(key="x_output").set_value("avg_ppt").run()
        assert chosen(app) == (f"inbedder:{causal}#avg_ppt", "")
        assert f"### Instruction:\n{ASK}" in prompts(app)[0]
        choose(app, "x_encoder", f"inbedder:{causal}#avg_gen_layer_2")
        assert chosen(app) == (f"inbedder:{causal}#avg_gen_layer_2", "")

    def test_every_output_is_explained(self, causal, masked):
        for folder in (causal, masked):
            assert set(describe_encoder(f"inbedder:{folder}").outputs) <= set(OUTPUTS)

    def test_fixed_tasks_take_the_place_of_the_instruction(self, chooser, fixed):
        app = chooser()
        choose(app, "x_encoder", fixed)
        assert "must be one of them, word for word" in app.warning[0].value
        assert app.selectbox(key="x_task").options == ["clustering", "query"] and not prompts(app)
        app.button(key="x_use_task").click().run()
        assert app.session_state["tasks"] == ["clustering"]
        app = chooser(instruction="clustering", start=fixed)
        assert prompts(app) == ["cluster: {input}"] and not app.warning

    def test_fixed_tasks_without_a_way_to_change_the_instruction(self, chooser, fixed):
        app = chooser(use_task=None, start=fixed)
        assert app.warning and not [box for box in app.selectbox if box.key == "x_task"]

    def test_an_encoder_that_follows_nothing_is_refused_under_an_instruction(self, chooser):
        app = chooser()
        choose(app, "x_encoder", DEFAULT_ENCODER)
        assert "follows no instructions" in app.warning[0].value

    def test_the_generic_map_takes_no_question(self, chooser, causal):
        app = chooser(instructed=False)
        choose(app, "x_encoder", f"inbedder:{causal}")
        assert "on the guide page" in app.warning[0].value
        assert encoder_problem(*chosen(app), instructed=False)
        choose(app, "x_encoder", "hkunlp/instructor-base")
        assert not app.warning and prompts(app) == ["Represent the text:{input}"]
        assert not encoder_problem(*chosen(app), instructed=False)


class TestTrial:
    @pytest.fixture(autouse=True)
    def speaking(self, home, monkeypatch):
        monkeypatch.setattr(model_cache, "load_encoder", lambda name, *, template=None: SpeakingEncoder())

    def test_sixteen_texts_tell_what_all_would_take(self, chooser, prepared, causal):
        app = chooser(corpus_key=prepared, start=f"inbedder:{causal}", instruction="van courier")
        assert "roughly" in words(app)
        assert app.button(key="x_try").label == "Try it on 16 texts"
        app.button(key="x_try").click().run()
        assert not app.exception and not app.error
        said = words(app)
        assert "for 2 texts here :small[(timed on 16)]" in said and "roughly" not in said
        assert "→ **" in said
        app.selectbox(key="x_output").set_value("avg_ppt").run()  # not tried yet
        assert app.button(key="x_try").label == "Try it on 16 texts" and "timed on" not in words(app)

    def test_what_cannot_be_read_is_not_tried(self, chooser, prepared):
        app = chooser(corpus_key=prepared, start=DEFAULT_ENCODER)
        assert "x_try" not in [button.key for button in app.button]

    def test_a_model_that_fails_says_why(self, chooser, prepared, causal, monkeypatch):
        def fail(name, *, template=None):
            raise EncoderUnavailable("It brings code of its own, which Refract does not run.")

        monkeypatch.setattr(model_cache, "load_encoder", fail)
        app = chooser(corpus_key=prepared, start=f"inbedder:{causal}")
        app.button(key="x_try").click().run()
        assert "code of its own" in app.error[0].value and app.button(key="x_try")

    def test_before_a_trial_it_says_what_is_fetched_or_sent(self, chooser, prepared):
        app = chooser(corpus_key=prepared, start="hkunlp/instructor-large")
        assert app.button(key="x_try").label == "Download it (1.3 GB) and try it on 16 texts"
        assert "roughly" not in words(app)  # nothing is known of its speed here
        app = chooser(corpus_key=prepared, start="endpoint:https://texts.example/v1#e5-large-instruct")
        assert app.button(key="x_try").label == "Try it: send 16 texts to texts\\.example"

    def test_a_corpus_is_stored_before_an_encoder_is_tried_on_it(self, app, home, causal):
        upload(app, "letters.csv", make_frame(30).to_csv(index=False).encode())
        choose(app, "corpus_encoder", "all-mpnet-base-v2")
        app.button(key="corpus_try").click().run()
        assert not app.exception and not app.error
        assert "for 30 texts here" in words(app)
        (entry,) = Store(home).corpora()
        assert entry.embedding_key is None
        assert app.button(key="corpus_encode").label == "Encode 30 texts"


class TestCorpusPage:
    def test_another_encoder_is_chosen_and_used(self, app, home):
        upload(app, "letters.csv", make_frame(30).to_csv(index=False).encode())
        choose(app, "corpus_encoder", "all-mpnet-base-v2")
        app.button(key="corpus_encode").click().run()
        assert Store(home).corpora()[0].encoder == "all-mpnet-base-v2"

    def test_an_inbedder_is_sent_to_the_guide_page(self, app, home, causal):
        upload(app, "letters.csv", make_frame(30).to_csv(index=False).encode())
        choose(app, "corpus_encoder", f"inbedder:{causal}")
        assert app.button(key="corpus_encode").disabled and "guide page" in app.warning[0].value

    def test_vectors_made_elsewhere_become_the_map(self, app, home):
        frame = make_frame(30).assign(id=[f"t{number}" for number in range(30)])
        vectors = np.random.default_rng(0).standard_normal((30, 6)).astype(np.float32)
        order = np.random.default_rng(1).permutation(30)
        file = npz(vectors=vectors[order], ids=frame["id"].to_numpy(dtype=str)[order])
        give(app, frame, "v#1.npz", file)
        assert "30 vectors of 6 numbers, matched by their ids" in words(app)
        assert Store(home).corpora() == []
        app.button(key="corpus_encode").click().run()
        assert not app.exception and not app.error
        (entry,) = Store(home).corpora()
        assert split_precomputed(entry.encoder)[0] == "v#1.npz"
        kept = load_space(Store(home).results(entry.key), entry.embedding_key).vectors
        np.testing.assert_allclose(kept, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), atol=1e-5)
        assert app.button(key="corpus_encode").label == "Open the map of 30 texts"
        app.segmented_control(key="corpus_source").set_value("again").run()
        assert "vectors of v\\#1\\.npz" in words(app)

    def test_vectors_that_went_with_their_corpus_are_kept_again(self, app, home):
        frame, file = make_frame(30), npz(vectors=np.random.default_rng(0).standard_normal((30, 6)))
        give(app, frame, "v.npz", file)
        app.button(key="corpus_encode").click().run()
        Store(home).delete_corpus(Store(home).corpora()[0].key)
        app.run()
        app.button(key="corpus_encode").click().run()
        assert not app.exception and not app.error
        assert app.button(key="corpus_encode").label == "Open the map of 30 texts"

    def test_the_order_can_be_taken_in_place_of_ids(self, app, home):
        frame = make_frame(30).assign(id=range(30))
        file = npz(vectors=np.random.default_rng(0).standard_normal((30, 6)), ids=np.arange(100, 130))
        give(app, frame, "v.npz", file)
        assert "no vector for 30 of 30 texts" in app.error[0].value
        assert "corpus_encode" not in [button.key for button in app.button]
        app.selectbox(key="corpus_ready_corpus_ids").set_value(IN_ORDER).run()
        assert "taken in the order of the texts" in words(app) and not app.error

    def test_a_column_is_chosen_where_several_may_be_meant(self, app, home):
        rows = list(np.random.default_rng(0).standard_normal((30, 3)))
        table = pd.DataFrame({"a": rows, "b": rows, "number": range(30)})
        file = io.BytesIO()
        table.to_parquet(file)
        give(app, make_frame(30), "v.parquet", file.getvalue())
        assert "2 list columns of vectors" in app.error[0].value
        app.selectbox(key="corpus_ready_vectors").set_value("b").run()
        assert "30 vectors of 3 numbers" in words(app) and not app.error

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("v.npy", b"nothing", "cannot be read as NumPy"),
            ("v.npz", b"PK\x03\x04broken", "cannot be read as NumPy"),
            ("v.parquet", b"PAR1", "not a readable Parquet file"),
        ],
    )
    def test_a_bad_file_is_one_sentence(self, app, home, name, content, said):
        give(app, make_frame(30), name, content)
        assert said in app.error[0].value and not app.exception

    def test_too_few_vectors_are_counted(self, app, home):
        file = io.BytesIO()
        np.save(file, np.ones((7, 3)))
        give(app, make_frame(30), "v.npy", file.getvalue())
        assert "7 vectors and the corpus 30 texts" in app.error[0].value


def test_vectors_of_a_stored_corpus_are_kept_at_once(store, prepared, corpus, home):
    def ready_page(key):
        import streamlit as st

        from pages.common import cache
        from pages.common.encoders import draw_ready_upload

        st.session_state["name"] = draw_ready_upload(cache.corpus(key), key="x")

    app = AppTest.from_function(ready_page, kwargs={"key": prepared}).run(timeout=60)
    assert app.session_state["name"] is None
    file = io.BytesIO()
    np.save(file, np.random.default_rng(0).standard_normal((60, 5)))
    app.file_uploader(key="x_ready").upload("mine.npy", file.getvalue(), "x/y").run()
    file_name, key = split_precomputed(app.session_state["name"])
    assert file_name == "mine.npy"
    assert store.results(prepared).load_array(f"{key}.vectors").shape == (60, 5)


def test_the_table_opens_from_the_chooser(chooser):
    app = chooser()
    assert not app.dataframe
    app.button(key="x_all").click().run()
    assert not app.exception and "which Refract never runs" in words(app)
    assert len(app.dataframe[0].value) == len(encoder_table())


def test_the_table_holds_the_whole_registry():
    table = encoder_table()
    assert len(table) == len(available_encoders()) + len(instructed_encoders())
    here = dict(zip(table["Encoder"], table["Here"], strict=True))
    assert here[DEFAULT_ENCODER]
    assert set(table["Instructions"]) == {"no", "free text", "fixed tasks"}
    assert (table["Licence"] != "").all() and (table["Languages"] != "").all()


def test_figures_in_words():
    said = [duration(seconds) for seconds in (0, 89, 91, 5_399, 5_401, 3 * 3_600, 72 * 3_600)]
    assert said == ["1 s", "89 s", "2 min", "90 min", "2 h", "3 h", "3 days"]
    assert [gigabytes(size) for size in (13.5, 0.4, 0.012, 0)] == ["13.5 GB", "0.4 GB", "12 MB", "1 MB"]


def test_facts_in_one_line(fixed):
    line = fact_line(describe_encoder("hkunlp/instructor-base"), instructed=True)
    assert line.startswith(
        "Follows any instruction · 0.4 GB, to be downloaded once · English · Apache 2.0 · "
    )
    assert line.endswith("cuts texts at 512 tokens")
    line = fact_line(describe_encoder(fixed), instructed=False)
    assert line.startswith("On this machine (1 MB) · licence not known") and line.endswith("fixed tasks only")
    line = fact_line(describe_encoder("endpoint:https://texts.example/v1#some"), instructed=True)
    assert line == "Follows no instruction · runs at texts.example"


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def give(app, frame, name, content):
    """Upload texts, then vectors of them."""
    upload(app, "letters.csv", frame.to_csv(index=False).encode())
    app.segmented_control(key="corpus_way").set_value("ready").run()
    app.file_uploader(key="corpus_ready").upload(name, content, "application/octet-stream").run()
    assert not app.exception
