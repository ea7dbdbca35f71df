"""Answers of a model: on the cards and in the table of clusters, beside one text, and in the export."""

import numpy as np
import pytest

from core.corpus import Partition
from core.transforms import Method
from pages.common import cache
from pages.maps.clusters.answers import ClusterAnswers, cluster_answers, small_percent
from tests.pages.maps.test_text_panels import make_view, run, said, text_page

MAPS = "pages/maps/page.py"
EXPORT = "pages/export/page.py"


@pytest.fixture
def read(store, prepared):
    """Id of an analysis whose texts were read by a model that answers, without any label."""
    analysis = store.add_analysis(prepared, "furious lovely van")
    store.set_method(analysis, Method("reencode", "speaking"))
    job = cache.runner().submit("fit", "x", analysis_id=analysis)
    assert job.status == "done", job.message
    return analysis


def expected_answer(text):
    return " ".join(word for word in ("furious", "lovely", "van") if word in text.split())


def test_a_cluster_says_its_commonest_answers_and_of_how_many():
    found = ClusterAnswers([("late tram", 6), ("rude *driver*", 3), ("x" * 99, 1)], 10)
    assert found.summary() == rf"**late tram** 60 % · **rude \*driver\*** 30 % · **{'x' * 59}…** 10 %"
    assert found.summary(most=1, bold=False) == "late tram 60 %"
    assert ClusterAnswers([("a", 1), ("b", 1)], 2).summary() == "all different, such as **a**"
    assert ClusterAnswers([("a", 1)], 1).summary() == "**a** 100 %"
    assert small_percent(0.004) == "< 1 %" and small_percent(0.25) == "25 %"


def test_shares_are_of_the_texts_with_an_answer(prepared, read):
    view = make_view(prepared, read)
    answers = cache.answers(prepared, view.right.fit.space_key)
    assert answers == [expected_answer(text) for text in view.corpus.texts]
    codes = (np.arange(len(answers)) % 2).astype(np.int32)
    codes[:6] = -1
    found = cluster_answers(view, view.right, Partition(codes, {0: "even", 1: "odd"}))
    for code in (0, 1):
        written = [answer for row, answer in enumerate(answers) if codes[row] == code and answer]
        assert found[code].n_answered == len(written) < (codes == code).sum()
        assert found[code].commonest[0][1] == max(written.count(answer) for answer in written)
    assert cluster_answers(view, view.sides[0], Partition(codes, {})) == {}  # nobody was asked there


def test_a_cluster_without_answers_is_left_out(prepared, read):
    view = make_view(prepared, read)
    silent = np.array([not expected_answer(text) for text in view.corpus.texts]).astype(np.int32)
    assert silent.any()
    assert set(cluster_answers(view, view.right, Partition(silent, {0: "a", 1: "b"}))) == {0}


def test_the_panel_shows_the_answer_about_a_text(prepared, read, corpus):
    speaking = next(row for row, text in enumerate(corpus.texts) if "furious" in text.split())
    app = run(text_page, prepared, read, speaking)
    answer = expected_answer(corpus.texts[speaking])
    assert f"furious lovely van **{answer}**" in said(app)
    assert 'class="of"' not in said(app)  # no labels, no bars
    silent = next(row for row, text in enumerate(corpus.texts) if not expected_answer(text))
    assert "*not answered in words*" in said(run(text_page, prepared, read, silent))


def test_where_nobody_was_asked_no_answer_is_spoken_of(prepared, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    shown = said(run(text_page, prepared, labelled, 0))
    assert "not answered" not in shown and 'class="of"' in shown


def test_cards_and_table_of_a_reading_show_answers(app, prepared, read):
    app.run()
    app.session_state["maps_side_panel"] = "Clusters"
    app.switch_page(MAPS).run()
    assert not app.exception

    def captions():
        return [caption.value for caption in app.caption if ":material/forum:" in caption.value]

    assert any("%" in caption for caption in captions())
    app.segmented_control(key=f"maps_cluster_shape_analysis-{read}").set_value("Table").run()
    assert not app.exception
    (table,) = [frame.value for frame in app.dataframe if "answer" in frame.value.columns]
    assert table["answer"].str.contains("%").any()
    app.segmented_control(key="maps_cluster_side").set_value("generic").run()
    app.segmented_control(key="maps_cluster_shape_generic").set_value("Cards").run()
    assert captions() == []
    assert not app.exception


def test_the_export_has_answers_and_no_predictions_where_there_are_none(app, prepared, read, corpus):
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception
    preview = next(frame.value for frame in app.dataframe)
    first = corpus.texts[: len(preview)]
    assert preview["answer"].fillna("").tolist() == [expected_answer(text) for text in first]
    assert "predicted_label" not in preview and "reshaped_x" in preview
    offered = {button.key for button in app.get("download_button")}
    assert "export_csv" in offered and "export_linear" not in offered  # no matrix makes this space
