"""The panel that compares systems, through Streamlit's own test runner; measured in this process."""

import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.comparison import System
from core.jobs import Job
from core.tasks import SystemEstimate, Trial, load_comparison
from core.transforms import Method
from pages.common import cache
from pages.common.encoders import chooser
from pages.evidence import comparison
from pages.evidence.comparison import ComparedEncoders, comparison_estimate_text
from pages.evidence.comparison_result import COLUMN_HELP, to_cells, to_point
from tests.support.comparison import FeelingEncoder, found, row
from tests.support.comparison import here as here  # the fixture
from tests.support.comparison import readers as readers  # the fixture
from tests.support.session import state_in

pytestmark = pytest.mark.model


def page():
    from pages.common import cache, current_analysis, current_corpus
    from pages.evidence.comparison import draw_compare_systems

    draw_compare_systems(current_analysis(), cache.corpus(current_corpus().key))


@pytest.fixture
def panel(labelled, here):
    return AppTest.from_function(page, default_timeout=60)


def words(app):
    kinds = ("markdown", "caption", "error", "warning", "info")
    said = "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind))
    return said.replace("\\", "")  # as read, not as markdown


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def keys(app):
    return {button.key for button in app.button}


def choose(app, name):
    box = next(box for box in app.selectbox if box.key.endswith("_encoder"))
    box.options.append(name)
    box.set_value(name).run()
    assert not app.exception


def with_reader(app, labelled, *names):
    state_in(app, ComparedEncoders, labelled).encoders = [(name, "") for name in names]
    return app.run()


def table(app):
    return app.dataframe[0].value.set_index("System")


def test_it_says_what_it_takes_before_it_starts(panel, here):
    panel.run()
    assert not panel.exception
    assert "To measure: Generic, Reshape, GSTransform." in words(panel)
    assert panel.button(key="compare_start").label == "Compare"
    assert not here and not panel.dataframe


def test_a_run_ends_in_a_sentence_a_table_and_a_chart(panel, labelled):
    with_reader(panel, labelled, "feeling")
    press(panel, "compare_start")
    said = words(panel)
    assert "**Reshape finds" in said and "feeling 100 % in" in said
    assert "Measured on all 60 texts with 12 labels of 2 kinds." in said
    cells = table(panel)
    assert list(cells.index) == ["Generic", "Reshape", "GSTransform", "feeling"]
    assert cells.loc["feeling", "Labels found"] == "100 %" and cells.loc["Generic", "One more"] == "–"
    assert "Graphics memory" not in cells and "On all 60" not in cells
    assert cells.loc["feeling", "Memory"].endswith(" GB")
    assert set(cells) <= set(COLUMN_HELP)
    assert panel.get("plotly_chart")
    assert "compare_start" not in keys(panel) and "compare_again" in keys(panel)


def test_an_encoder_is_added_and_left_out_again(panel, labelled, monkeypatch):
    monkeypatch.setattr(comparison, "encoder_problem", lambda *_: "")
    panel.run()
    assert panel.button(key="compare_add_encoder").disabled
    choose(panel, "hkunlp/instructor-base")
    press(panel, "compare_add_encoder")
    assert panel.button(key="compare_without_0").label == "instructor\\-base"
    said = words(panel)
    assert "4 systems" in said and "Not timed on this machine yet: instructor" in said
    press(panel, "compare_add_encoder")
    assert "compare_without_1" not in keys(panel)  # the same again is no other
    press(panel, "compare_without_0")
    assert "compare_without_0" not in keys(panel)


def test_an_encoder_that_cannot_be_used_cannot_be_added(panel, store, labelled):
    store.set_instruction(labelled, "")
    panel.run()
    choose(panel, "BrandonZYW/opt-1.3b-InBedder")
    assert panel.button(key="compare_add_encoder").disabled
    assert chooser.encoder_problem("BrandonZYW/opt-1.3b-InBedder") in words(panel)


def test_a_smaller_sample_is_told_with_what_the_whole_would_take(panel, labelled, monkeypatch):
    monkeypatch.setattr(comparison, "SAMPLE_SIZES", (40,))
    with_reader(panel, labelled, "feeling")
    panel.selectbox(key=f"compare_texts_{labelled}").set_value(40).run()
    press(panel, "compare_start")
    assert set(FeelingEncoder.asked) == {(40, "by feeling")}
    assert "Measured on 40 of 60 texts" in words(panel)
    assert "On all 60" in table(panel)


def test_hours_are_told_before_they_begin_and_a_sample_is_proposed(panel, labelled, monkeypatch, caplog):
    monkeypatch.setattr(comparison, "SAMPLE_SIZES", (20, 40))
    trial = Trial(3_600.0, 16, "", 2, 512, "cpu", [])
    monkeypatch.setattr("core.tasks.compare_estimate.load_trial", lambda *choice: trial)
    with_reader(panel, labelled, "feeling")
    said = words(panel)
    assert "takes feeling about **60 min**" in said
    assert "A sample of 20 texts takes about" in said  # 40 of them take 40 minutes
    press(panel, "compare_smaller")
    assert "created with a default value" not in caplog.text
    assert panel.selectbox(key=f"compare_texts_{labelled}").value == 20
    said = words(panel)
    assert "That is long. A sample" not in said
    monkeypatch.setattr(comparison, "LONG_SECONDS", 1)
    panel.run()
    assert "the smallest there is" in words(panel)


def test_where_texts_go_is_said_before(panel, labelled):
    with_reader(panel, labelled, "endpoint:http://10.0.0.7:9/v1#small")
    said = words(panel)
    assert "**60** texts are sent to" in said and "10.0.0.7:9" in said
    press(panel, "compare_start")
    said = words(panel)  # also before they are sent again
    assert "compare_again" in keys(panel) and "**60** texts are sent to" in said and "10.0.0.7:9" in said


def test_a_failure_is_a_sentence_and_can_be_tried_again(panel, labelled, here):
    with_reader(panel, labelled, "broken")
    press(panel, "compare_start")
    assert "**broken**: The encoder broken cannot be read: choose another." in words(panel)
    assert "broken" not in table(panel).index
    assert panel.button(key="compare_start").label == "Continue"
    assert "To measure: broken." in words(panel)


def test_too_few_labels_leave_times_and_memory(panel, store, labelled):
    store.labels.undo(labelled)
    with_reader(panel, labelled, "feeling")
    press(panel, "compare_start")
    said = words(panel)
    assert "Too few labels to tell which finds more: only times and memory are shown." in said
    assert "Reshape takes" in said and "finds" not in said.split("Too few")[0].split("Reshape takes")[1]
    cells = table(panel)
    assert "Labels found" not in cells and "Gain" not in cells and "Memory" in cells
    assert not panel.get("plotly_chart")


def test_measuring_again_measures_all_in_one_run(panel, labelled, here):
    press(panel.run(), "compare_start")
    assert len(here) == 3
    press(panel, "compare_again")
    assert len(here) == 6 and "Measured in several runs" not in words(panel)


def test_the_latest_choice_comes_back_in_another_session(panel, labelled, monkeypatch):
    monkeypatch.setattr(comparison, "SAMPLE_SIZES", (40,))
    with_reader(panel, labelled, "feeling")
    panel.selectbox(key=f"compare_texts_{labelled}").set_value(40).run()
    press(panel, "compare_start")
    again = AppTest.from_function(page, default_timeout=60).run()
    assert again.button(key="compare_without_0").label == "feeling"
    assert again.selectbox(key=f"compare_texts_{labelled}").value == 40 and again.dataframe


def test_a_run_under_way_is_followed_and_can_be_cancelled(panel, labelled):
    others = cache.runner()._jobs
    job = Job(
        id=str(len(others)), task="compare", title="x", status="running", stage="feeling: reading", done=30,
        total=60, arguments={"analysis_id": labelled, "encoders": [], "n_texts": 60},
    )  # fmt: skip
    others.append(job)
    panel.run()
    assert "compare_start" not in keys(panel)
    assert panel.button(key="compare_cancel").label == "Cancel"
    panel.button(key="compare_cancel").click().run()
    assert job.status == "cancelled"
    panel.run()
    assert "What was measured so far is kept." in words(panel)


def test_a_failed_run_says_why(panel, labelled):
    job = Job(
        id="0", task="compare", title="x", status="failed", message="The disk is full.",
        arguments={"analysis_id": labelled},
    )  # fmt: skip
    cache.runner()._jobs.append(job)
    panel.run()
    assert "The disk is full." in words(panel)


def test_rows_of_several_runs_are_told(panel, store, labelled):
    press(panel.run(), "compare_start")
    results = store.results(store.analysis(labelled).corpus_key)
    kept = next(file for file in results.folder.glob("*.json") if '"kind": "guided"' in file.read_text())
    document = results.load_document(kept.stem)
    results.save_document(kept.stem, document | {"run": "1" + document["run"][1:]})
    panel.run()
    assert "Measured in several runs" in words(panel)
    assert len(load_comparison(store, labelled, [], 60).measured) == 3


def test_cells_of_a_row():
    guided = row("guided", "Reshape", 0.752, 0.1, gain_low=-0.034, gain_high=0.2, peak_bytes=1_240_000_000)
    cells = to_cells(guided, found(guided))
    assert cells == {
        "System": "Reshape", "Labels found": "75 %", "Gain": "−3 to +20",
        "First instruction": "9.0 s", "One more": "0.1 s", "On all 14,640": "0.7 s",
        "Memory": "1.2 GB", "Graphics memory": "",
    }  # fmt: skip


def test_the_interval_on_the_chart_is_that_of_the_gain():
    guided = row("guided", "Reshape", 0.85, 0.1, generic=0.6, gain_low=0.2, gain_high=0.3)
    point = to_point(guided)
    assert (point.low, point.high) == (pytest.approx(0.8), pytest.approx(0.9)) and point.own
    sure = row("guided", "Reshape", 0.95, 0.1, generic=0.6, gain_low=0.2, gain_high=0.5)
    assert to_point(sure).high == 1
    instant = row("reencode", "e5", 0.5, 0.0, generic=0.5)
    assert to_point(instant).seconds > 0  # the axis has no zero


def test_a_gain_of_nothing_has_no_sign():
    guided = row("guided", "Reshape", 0.5, 0.1, gain_low=-0.001, gain_high=0.004)
    assert to_cells(guided, found(guided))["Gain"] == "0 to 0"


def test_what_takes_most_is_named():
    slow = SystemEstimate(System(Method("reencode", "a"), "a_b"), 7_200, 40_000)
    said = comparison_estimate_text([SystemEstimate(System(Method("guided"), "Reshape"), 60), slow], 14_640)
    assert "Reshape, a\\_b. Encoding takes about **2 h** here." in said
    assert "all 14,640 texts takes a\\_b about **11 h**." in said


def test_an_encoder_never_timed_here_gets_no_seconds():
    new = SystemEstimate(System(Method("reencode", "a"), "a_b"), None, None)
    said = comparison_estimate_text([SystemEstimate(System(Method("guided"), "Reshape"), 0.0), new], 60)
    assert "Not timed on this machine yet: a\\_b." in said and "**" not in said
