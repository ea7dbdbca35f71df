"""How an instruction is followed, on the guide page: the choice, what is missing, and the button."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.encoders import DEFAULT_ENCODER, PrecomputedVectors
from core.errors import StoreError
from core.storage import Store, save_precomputed
from core.transforms import Method
from pages.common import cache, fit_problem
from pages.guide import method
from pages.guide.fit_step import fit_label, reencoding_hint
from tests.support.page_helpers import follow

GUIDE = "pages/guide/page.py"


def page():
    import streamlit as st

    from pages.common import current_analysis, fit_problem
    from pages.guide.method import draw_method

    draw_method(current_analysis())
    analysis = current_analysis()
    if analysis is not None:
        st.caption(f"missing: {fit_problem(analysis)}")


@pytest.fixture
def chosen(monkeypatch):
    """What the chooser and the upload give, without either; what the chooser was asked."""
    state = {"encoder": ("words", ""), "file": None, "asked": []}

    def choose(**asked):
        state["asked"].append(asked)
        return state["encoder"]

    monkeypatch.setattr(method, "draw_encoder_chooser", choose)
    monkeypatch.setattr(method, "draw_vector_upload", lambda corpus, key: state["file"])
    return state


@pytest.fixture
def analysis(store, prepared):
    return store.add_analysis(prepared, "by feeling")


@pytest.fixture
def panel(prepared, chosen):
    return AppTest.from_function(page, default_timeout=30)


def kind(app):
    return next(each for each in app.segmented_control if each.key.startswith("approach_kind_"))


def words(app):
    kinds = ("markdown", "caption", "error", "warning", "info")
    return "\n".join(str(element.value) for each in kinds for element in getattr(app, each))


def test_reshaping_by_labels_is_usual_and_asks_nothing(panel, analysis, store, chosen):
    panel.run()
    assert not panel.exception and kind(panel).value == "guided"
    assert store.analysis(analysis).method == Method()
    assert len(panel.segmented_control) == 1 and not chosen["asked"]


def test_a_choice_is_kept_and_starts_an_analysis_where_there_is_none(panel, store, prepared):
    panel.run()
    assert store.analyses(prepared) == []
    kind(panel).set_value("gstransform").run()
    assert not panel.exception
    (started,) = store.analyses(prepared)
    assert started.method == Method("gstransform")
    assert "0 labels given" in words(panel)


def test_gstransform_says_how_many_labels_it_has(panel, store, labelled):
    store.set_method(labelled, Method("gstransform"))
    panel.run()
    assert "12 labels given; it needs hundreds" in words(panel)


def test_reencoding_keeps_the_chosen_encoder_and_its_template(panel, analysis, store, chosen, corpus):
    chosen["encoder"] = ("speaking", "About {instruction}: ")
    panel.run()
    kind(panel).set_value("reencode").run()
    assert not panel.exception
    assert store.analysis(analysis).method == Method("reencode", "speaking", "About {instruction}: ")
    asked = chosen["asked"][-1]
    assert asked["instructed"] and asked["instruction"] == "by feeling" and asked["corpus_key"] == corpus.key
    assert len(asked["texts"]) == 60


def test_the_way_back_to_reencoding_finds_it_as_it_was(panel, analysis, store, chosen):
    chosen["encoder"] = ("speaking", "x {instruction}")
    panel.run()
    kind(panel).set_value("reencode").run()
    kind(panel).set_value("guided").run()
    assert store.analysis(analysis).method == Method()
    asked = len(chosen["asked"])
    panel.run()
    assert len(chosen["asked"]) == asked  # no chooser where nothing is re-encoded
    kind(panel).set_value("reencode").run()
    assert store.analysis(analysis).method == Method("reencode", "speaking", "x {instruction}")


def test_precomputed_vectors_take_the_place_of_an_encoder(panel, analysis, store, chosen, corpus):
    panel.run()
    kind(panel).set_value("reencode").run()
    source = f"approach_source_{analysis}"
    panel.segmented_control(key=source).set_value(method.FILE).run()
    assert store.analysis(analysis).method == Method("reencode")  # not the encoder, until a file is there
    assert "missing: Choose the encoder" in words(panel)
    vectors = PrecomputedVectors(np.eye(60, 4, dtype=np.float32), "order", "k")
    chosen["file"] = save_precomputed(store.results(corpus.key), corpus.key, "mine.npy", vectors)
    panel.run()
    assert store.analysis(analysis).method == Method("reencode", chosen["file"])
    assert "missing: None" in words(panel)
    panel.segmented_control(key=source).set_value(method.ENCODER).run()
    assert store.analysis(analysis).method == Method("reencode", "words")
    chosen["file"] = None
    panel.segmented_control(key=source).set_value(method.FILE).run()
    assert store.analysis(analysis).method.encoder.startswith("vectors:mine.npy#")
    again = AppTest.from_function(page, default_timeout=30).run()  # another session
    assert again.segmented_control(key=source).value == method.FILE
    assert "in use until you choose another file" in words(again)


def test_a_full_disk_is_said_and_nothing_else_breaks(panel, analysis, monkeypatch):
    def refuse(self, analysis_id, method):
        raise StoreError("The disk is full: free some space.")

    panel.run()
    monkeypatch.setattr(Store, "set_method", refuse)
    kind(panel).set_value("reencode").run()
    assert not panel.exception and not panel.warning and "The disk is full" in panel.error[0].value
    assert kind(panel).value == "guided"


def test_labels_are_missing_until_two_are_named(store, analysis):
    assert "name another" in fit_problem(store.analysis(analysis))
    store.label_names.add(analysis, "angry")
    store.label_names.add(analysis, "pleased")
    assert fit_problem(store.analysis(analysis)) is None


def test_where_names_say_nothing_texts_of_two_labels_are_needed(store, analysis, prepared):
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    store.set_method(analysis, Method("gstransform"))
    assert "Label texts with two labels" in fit_problem(store.analysis(analysis))
    store.set_method(analysis, Method())
    store.set_encoding(prepared, "vectors:x.npy#abc", store.corpus_entry(prepared).embedding_key)
    store.labels.give(analysis, {0: "angry"}, "ada")
    assert "Label texts with two labels" in fit_problem(store.analysis(analysis))
    store.labels.give(analysis, {1: "pleased"}, "ada")
    assert fit_problem(store.analysis(analysis)) is None


@pytest.fixture
def folder(tmp_path):
    """What tells an InBedder that writes its answers, without weights that could be read."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')
    (folder / "model.safetensors").touch()
    return str(folder)


def type_encoder(app, analysis, name):
    """As typed: the test runner can choose from the list only."""
    field = app.selectbox(key=f"approach_{analysis}_encoder")
    field.options.append(name)
    field.set_value(name).run()


@pytest.mark.parametrize("other", ["pages/maps/page.py", "pages/corpus/page.py"])
def test_from_another_page_one_comes_back_to_the_same_choice(app, store, analysis, folder, other):
    app.run()
    app.switch_page(GUIDE).run()
    kind(app).set_value("reencode").run()
    type_encoder(app, analysis, folder)
    app.selectbox(key=f"approach_{analysis}_output").set_value("avg_gen").run()
    assert not app.exception
    chosen = Method("reencode", f"{folder}#avg_gen")
    assert store.analysis(analysis).method == chosen
    app.switch_page(other).run()
    app.switch_page(GUIDE).run()
    assert not app.exception and store.analysis(analysis).method == chosen
    type_encoder(app, analysis, f"instructor:{folder}")
    app.text_area(key=f"approach_{analysis}_template").set_value("About {instruction}: ").run()
    chosen = Method("reencode", f"instructor:{folder}", "About {instruction}: ")
    assert store.analysis(analysis).method == chosen
    app.switch_page(other).run()
    app.switch_page(GUIDE).run()
    assert not app.exception and store.analysis(analysis).method == chosen


def test_a_new_session_shows_the_choice_as_it_is_kept(app, store, analysis, folder):
    chosen = Method("reencode", f"instructor:{folder}", "About {instruction}: ")
    store.set_method(analysis, chosen)
    app.run()
    app.switch_page(GUIDE).run()
    assert app.text_area(key=f"approach_{analysis}_template").value == chosen.template
    assert not app.exception and store.analysis(analysis).method == chosen
    kind(app).set_value("guided").run()
    kind(app).set_value("reencode").run()
    assert store.analysis(analysis).method == chosen


def test_another_analysis_has_its_own_choice(app, store, analysis, prepared, folder):
    other = store.add_analysis(prepared, "by topic")
    store.set_method(other, Method("reencode", f"instructor:{folder}"))
    app.run()
    app.switch_page(GUIDE).run()
    assert kind(app).value == "reencode"
    app.session_state["refract"].analysis_id = analysis
    app.run()
    assert kind(app).value == "guided" and store.analysis(analysis).method == Method()
    app.session_state["refract"].analysis_id = other
    app.run()
    assert kind(app).value == "reencode"
    assert store.analysis(other).method == Method("reencode", f"instructor:{folder}")


def reencoded(store, analysis, encoder, template=""):
    store.set_method(analysis, Method("reencode", encoder, template))
    return store.analysis(analysis)


def test_reencoding_needs_an_instruction_that_its_encoder_follows(store, analysis, prepared):
    assert "Choose the encoder" in fit_problem(reencoded(store, analysis, ""))
    assert "see the warning above" in fit_problem(reencoded(store, analysis, DEFAULT_ENCODER))
    assert fit_problem(reencoded(store, analysis, "hkunlp/instructor-base")) is None
    assert fit_problem(reencoded(store, analysis, "endpoint:http://127.0.0.1:9/v1#qwen3-embedding")) is None
    store.set_instruction(analysis, "")
    assert "Type an instruction" in fit_problem(store.analysis(analysis))


def test_vectors_that_are_gone_are_said_before_the_start(store, analysis):
    assert "no longer kept here" in fit_problem(reencoded(store, analysis, "vectors:mine.npy#gone"))


def test_the_button_and_its_hint_say_how_much_is_encoded_and_where_it_goes(store, analysis, corpus):
    assert fit_label(store.analysis(analysis), 12, 60) == "Reshape map"
    here = reencoded(store, analysis, "hkunlp/instructor-base")
    assert fit_label(here, 12, 14_640) == "Re-encode 14,640 texts"
    hint = reencoding_hint(here, corpus, fitted=False).replace("\\", "")
    assert hint.startswith("By instructor-base: “Try it” measures") and "sent" not in hint
    assert "nothing would be encoded again" in reencoding_hint(here, corpus, fitted=True)
    away = reencoded(store, analysis, "endpoint:https://ai.example.org/v1#large")
    assert "Every text is sent to **ai.example.org**" in reencoding_hint(away, corpus, fitted=False).replace(
        "\\", ""
    )
    assert (
        fit_label(reencoded(store, analysis, "vectors:mine.npy#k"), 12, 60) == "Map 60 texts by these vectors"
    )


def test_what_another_window_chose_is_shown_and_stays(app, store, analysis):
    store.set_method(analysis, Method("reencode", "hkunlp/instructor-base"))
    app.run()
    app.switch_page(GUIDE).run()
    field = f"approach_{analysis}_encoder"
    assert app.selectbox(key=field).value == "hkunlp/instructor-base"
    for other in (
        Method("reencode", "hkunlp/instructor-large", "About {instruction}: "),
        Method("reencode", "intfloat/multilingual-e5-large-instruct"),
    ):
        store.set_method(analysis, other)
        app.run()
        assert not app.exception and store.analysis(analysis).method == other
        assert app.selectbox(key=field).value == other.encoder
    app.selectbox(key=field).set_value("hkunlp/instructor-base").run()
    assert store.analysis(analysis).method == Method("reencode", "hkunlp/instructor-base")
    kind(app).set_value("guided").run()
    kind(app).set_value("reencode").run()
    assert store.analysis(analysis).method == Method("reencode", "hkunlp/instructor-base")


@pytest.mark.parametrize(
    "url", ["https://ada:secret@ai.example.org/v1", "https://ai.example.org/v1?key=secret"]
)
def test_a_secret_in_the_address_of_a_server_never_reaches_the_disk(app, store, analysis, home, url):
    store.set_method(analysis, Method("reencode"))
    app.run()
    app.switch_page(GUIDE).run()
    key = f"approach_{analysis}"
    app.selectbox(key=f"{key}_encoder").set_value("An embeddings server…").run()
    app.text_input(key=f"{key}_server_url").set_value(url).run()
    app.text_input(key=f"{key}_server_model").set_value("large").run()
    assert not app.exception and app.warning and app.button(key="guide_fit").disabled
    assert store.analysis(analysis).method == Method("reencode")
    assert not any(b"secret" in file.read_bytes() for file in home.rglob("*") if file.is_file())
    app.text_input(key=f"{key}_server_url").set_value("https://ai.example.org/v1").run()
    assert store.analysis(analysis).method.encoder == "endpoint:https://ai.example.org/v1#large"


@pytest.mark.parametrize("kind", ["gstransform", "guided"])
def test_where_names_do_not_count_no_fit_from_names_is_offered(app, store, prepared, kind):
    analysis = store.add_analysis(prepared, "by feeling")
    store.set_method(analysis, Method(kind))
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    app.run()
    app.switch_page(GUIDE).run()
    assert app.button(key="guide_fit").disabled == (kind == "gstransform")


def test_texts_that_are_encoded_already_are_not_said_to_be_encoded_again(store, prepared, labelled, corpus):
    store.set_method(labelled, Method("reencode", "asking"))
    assert cache.runner().submit("fit", "x", analysis_id=labelled).status == "done"
    store.labels.give(labelled, {30: "angry"}, "ada")
    here = store.analysis(labelled)
    assert fit_label(here, 12, 60) == "Reshape map"
    assert "encoded by asking already" in reencoding_hint(here, corpus, fitted=False)
    store.set_instruction(labelled, "by another")
    here = store.analysis(labelled)
    assert fit_label(here, 12, 60) == "Re-encode 60 texts"
    assert "Try it" in reencoding_hint(here, corpus, fitted=False)


def test_from_the_guide_page_reencoding_makes_two_maps_without_a_label(app, store, analysis, chosen):
    chosen["encoder"] = ("hkunlp/instructor-base", "")
    app.run()
    app.switch_page(GUIDE).run()
    assert "guide_fit" not in {button.key for button in app.button}  # no label, nothing to fit
    kind(app).set_value("reencode").run()
    start = app.button(key="guide_fit")
    assert start.label == "Re-encode 60 texts" and not start.disabled
    assert "By instructor\\-base: “Try it” measures" in words(app)
    start.click().run()
    assert not app.exception
    fit = cache.fit(store.analysis(analysis))
    assert fit.method == Method("reencode", "hkunlp/instructor-base") and not fit.has_predictions
    follow(app)
    assert "The same texts in two spaces." in words(app)  # the maps page
