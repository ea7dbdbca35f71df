"""Choice of an encoder by name, folder or server, and of the wording around the instruction."""

import pytest

from core.encoders import DEFAULT_ENCODER, available_encoders, describe_encoder, instructed_encoders
from pages.common.encoders import encoder_problem
from pages.common.encoders.facts_text import OUTPUTS
from pages.common.encoders.fields import SERVER
from tests.support.encoder_chooser import ASK, choose, chosen, prompts
from tests.support.encoder_chooser import causal as causal  # the fixture
from tests.support.encoder_chooser import chooser as chooser  # the fixture
from tests.support.encoder_chooser import fixed as fixed  # the fixture
from tests.support.encoder_chooser import masked as masked  # the fixture
from tests.support.page_helpers import words

pytestmark = pytest.mark.model


def test_nothing_is_chosen_for_an_instruction_at_first(chooser):
    app = chooser()
    assert chosen(app) == ("", "")
    assert len(app.selectbox(key="x_encoder").options) == len(instructed_encoders()) + 1
    assert encoder_problem("") == "Choose an encoder."


def test_the_packaged_encoder_is_chosen_for_the_generic_map(chooser):
    app = chooser(instructed=False)
    assert chosen(app) == (DEFAULT_ENCODER, "")
    options = app.selectbox(key="x_encoder").options
    generic = [choice.name for choice in available_encoders()]
    assert (
        options[: len(generic)] == generic and len(options) == len(generic) + len(instructed_encoders()) + 1
    )
    assert prompts(app) == []


def test_what_was_kept_is_chosen_at_first_and_can_be_changed(chooser, causal):
    app = chooser(start=f"inbedder:{causal}#avg_gen")
    assert chosen(app) == (f"inbedder:{causal}#avg_gen", "")
    assert app.selectbox(key="x_output").value == "avg_gen"
    choose(app, "x_encoder", "hkunlp/instructor-base")
    assert chosen(app) == ("hkunlp/instructor-base", "")


def test_a_server_is_named_by_address_and_model(chooser):
    app = chooser()
    choose(app, "x_encoder", SERVER)
    assert chosen(app) == ("", "")
    app.text_input(key="x_server_url").set_value("https://texts.example/v1").run()
    app.text_input(key="x_server_model").set_value("e5-large-instruct").run()
    assert chosen(app) == ("endpoint:https://texts.example/v1#e5-large-instruct", "")
    assert "sent to **texts\\.example**" in app.warning[0].value
    assert "not encrypted" not in app.warning[0].value
    assert prompts(app) == [f"Instruct: {ASK}\nQuery: {{input}}"]
    app.text_input(key="x_server_url").set_value("http://texts.example/v1").run()
    assert "not encrypted" in app.warning[0].value
    app.text_input(key="x_server_url").set_value("http://127.0.0.1:1/v1").run()
    assert not app.warning and "a server on this machine" in words(app)


def test_a_typed_name_that_cannot_be_is_one_sentence(chooser, tmp_path):
    app = chooser()
    for name in (str(tmp_path), str(tmp_path / "gone"), "endpoint:nowhere#x", "x/y/z"):
        choose(app, "x_encoder", name)
        assert len(app.warning) == 1 and not prompts(app)
        assert encoder_problem(*chosen(app), ASK)


def test_a_folder_can_be_read_as_another_kind(chooser, masked, causal):
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


def test_the_exact_prompt_is_shown_and_can_be_worded(chooser):
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


def test_a_wording_without_a_place_for_the_instruction_is_refused(chooser):
    app = chooser()
    choose(app, "x_encoder", "hkunlp/instructor-base")
    app.text_area(key="x_template").set_value("Represent the text:").run()
    assert "no place for the instruction" in app.warning[0].value and not prompts(app)


def test_each_encoder_has_its_own_wording(chooser):
    app = chooser(start="hkunlp/instructor-base", start_template="By {instruction}:")
    assert chosen(app) == ("hkunlp/instructor-base", "By {instruction}:")
    choose(app, "x_encoder", "Qwen/Qwen3-Embedding-0.6B")
    assert chosen(app)[1] == "" and prompts(app) == [f"Instruct: {ASK}\nQuery:{{input}}"]


def test_outputs_of_an_inbedder_are_chosen_by_what_they_mean(chooser, causal):
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


def test_every_output_is_explained(causal, masked):
    for folder in (causal, masked):
        assert set(describe_encoder(f"inbedder:{folder}").outputs) <= set(OUTPUTS)


def test_fixed_tasks_take_the_place_of_the_instruction(chooser, fixed):
    app = chooser()
    choose(app, "x_encoder", fixed)
    assert "must be one of them, word for word" in app.warning[0].value
    assert app.selectbox(key="x_task").options == ["clustering", "query"] and not prompts(app)
    app.button(key="x_use_task").click().run()
    assert app.session_state["tasks"] == ["clustering"]
    app = chooser(instruction="clustering", start=fixed)
    assert prompts(app) == ["cluster: {input}"] and not app.warning


def test_fixed_tasks_without_a_way_to_change_the_instruction(chooser, fixed):
    app = chooser(use_task=None, start=fixed)
    assert app.warning and not [box for box in app.selectbox if box.key == "x_task"]


def test_an_encoder_that_follows_nothing_is_refused_under_an_instruction(chooser):
    app = chooser()
    choose(app, "x_encoder", DEFAULT_ENCODER)
    assert "follows no instructions" in app.warning[0].value


def test_the_generic_map_takes_no_question(chooser, causal):
    app = chooser(instructed=False)
    choose(app, "x_encoder", f"inbedder:{causal}")
    assert "In Guide" in app.warning[0].value
    assert encoder_problem(*chosen(app), instructed=False)
    choose(app, "x_encoder", "hkunlp/instructor-base")
    assert not app.warning and prompts(app) == ["Represent the text:{input}"]
    assert not encoder_problem(*chosen(app), instructed=False)
