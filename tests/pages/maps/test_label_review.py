"""The panel "Label review" of the maps page: doubtful labels, and the label names, without a browser."""

import pytest

from core.jobs import Job
from core.labels import Mistake
from core.maps.drawing import colour_of, on_dark
from core.tasks import check_labels
from pages.common import cache, ground
from pages.maps.panels import label_review
from tests.support.maps_labels import labels_of, open_maps, words
from tests.support.page_helpers import GUIDE, keys
from tests.support.session import selected


@pytest.fixture
def doubtful(store, corpus, prepared, labelled):
    """24 labels, that of text 0 wrong."""
    feelings = corpus.metadata["feeling"].tolist()
    store.labels.give(labelled, {row: feelings[row] for row in range(12, 24)}, "ada")
    store.labels.give(labelled, {0: {"angry": "pleased", "pleased": "angry"}[feelings[0]]}, "ada")
    return labelled


def test_possible_mistakes_are_listed_changed_and_kept(app, store, corpus, prepared, doubtful):
    right, wrong = corpus.metadata["feeling"][0], labels_of(store, doubtful, [0])[0]
    open_maps(app, prepared, [], doubtful, tab="More", more="Label review")
    assert "**Possible mistakes** · 1" in words(app)
    change = app.button(key="maps_mistake_0_change")
    assert change.label == f"Change to **{right}**"
    app.button(key="maps_mistake_0_select").click().run()
    assert selected(app, prepared).tolist() == [0]
    app.button(key="maps_mistake_0_change").click().run()
    assert labels_of(store, doubtful, [0]) == [right]
    assert "**Possible mistakes** · 0" in words(app) and "maps_check_again" in keys(app)
    app.button(key="maps_check_undo").click().run()
    assert "**Possible mistakes** · 1" in words(app) and "maps_check_again" not in keys(app)
    app.button(key="maps_mistake_0_keep").click().run()
    assert labels_of(store, doubtful, [0]) == [wrong]
    assert store.labels.read(doubtful).table["reviewed"][0]
    assert "**Possible mistakes** · 0" in words(app)


@pytest.fixture
def contradicted(store, corpus, prepared, labelled, monkeypatch):
    """Texts 3 and 4 are duplicates, one angry and one pleased."""
    kept = cache.corpus(prepared)
    monkeypatch.setitem(kept.__dict__, "texts", kept.texts.copy())
    kept.texts[4] = kept.texts[3]
    store.labels.give(labelled, {3: "angry", 4: "pleased"}, "bob")
    return labelled


def test_duplicates_with_different_labels_are_listed_and_settled(app, store, prepared, contradicted):
    open_maps(app, prepared, [], contradicted, tab="More", more="Label review")
    assert "**Duplicates with different labels** · 1" in words(app)
    app.button(key="maps_conflict_3_all_1").click().run()
    assert labels_of(store, contradicted, [3, 4]) == ["pleased", "pleased"]
    assert "**Duplicates with different labels** · 0" in words(app)
    app.button(key="maps_check_undo").click().run()
    app.button(key="maps_conflict_3_keep").click().run()
    assert labels_of(store, contradicted, [3, 4]) == ["angry", "pleased"]
    assert "**Duplicates with different labels** · 0" in words(app)


def test_labels_have_their_colours_on_a_dark_page(app, prepared, contradicted, monkeypatch):
    monkeypatch.setattr(ground, "is_dark", lambda: True)
    open_maps(app, prepared, [], contradicted, tab="More", more="Label review")
    drawn = " ".join(part.proto.body for part in app.get("html"))
    for name, colour in colour_of(["angry", "pleased"]).items():
        assert f'<span style="color: {on_dark(colour)}">●</span> {name}' in drawn


def test_many_duplicates_hide_no_other_mistake(app, prepared, doubtful, monkeypatch):
    found = [Mistake(row, 0, 1, 0.9, "copy") for row in range(1, 4)] + [Mistake(0, 0, 1, 0.8, "fit")]
    monkeypatch.setattr(check_labels, "find_mistakes", lambda X, y, *, n, **rest: found[:n])
    monkeypatch.setattr(label_review, "MOST_MISTAKES", 2)
    monkeypatch.setattr(label_review, "has_doubted_label", lambda doubt, view: True)
    open_maps(app, prepared, [], doubtful, tab="More", more="Label review")
    assert "maps_mistake_0_change" in keys(app) and "maps_mistake_1_change" not in keys(app)


def test_a_check_that_runs_is_shown_with_cancel(app, prepared, doubtful):
    job = Job("j", "check_labels", "Looking for mistakes", {"analysis_id": doubtful}, status="running")
    cache.runner()._jobs.append(job)
    open_maps(app, prepared, [], doubtful, tab="More", more="Label review")
    assert "maps_check_job_cancel" in keys(app)
    job.status = "cancelled"
    app.run()
    app.button(key="maps_check_job_start").click().run()
    assert "**Possible mistakes** · 1" in words(app) and not app.exception


def test_duplicates_and_mistakes_follow_the_encoder(app, store, prepared, contradicted, monkeypatch):
    open_maps(app, prepared, [], contradicted, tab="More", more="Label review")
    before = []
    monkeypatch.setattr(label_review, "find_conflicts", lambda y, graph, texts: before.append(graph) or [])
    entry = store.corpus_entry(prepared)
    results = store.results(prepared)
    for path in results.folder.glob(f"{entry.embedding_key}.*"):
        path.with_name(path.name.replace(entry.embedding_key, "other")).write_bytes(path.read_bytes())
    store.set_encoding(prepared, "other words", "other")
    app.run()
    assert len(before) == 1 and "maps_check_again" in keys(app)


def test_without_labels_the_list_says_what_will_be_here(app, prepared):
    open_maps(app, prepared, [], tab="More", more="Label review")
    assert "No labels yet" in words(app)


@pytest.fixture(params=["maps_names", "guide_names"])
def manager(request, app, store, prepared, labelled):
    """The label manager under the maps, and the one on the guide page: (app, start of its keys)."""
    if request.param == "maps_names":
        return open_maps(app, prepared, [], labelled, tab="More", more="Label review"), request.param
    app.run()
    app.session_state["refract"].analysis_id = labelled
    app.switch_page(GUIDE).run()
    return app, request.param


def choice(app, key):
    return next(each for each in app.pills if str(each.key).startswith(f"{key}_choice"))


def choose(app, key, *names):
    choice(app, key).set_value(list(names)).run()
    assert not app.exception


def test_labels_are_merged_and_brought_back(manager, store, labelled):
    app, key = manager
    assert choice(app, key).options == ["angry · 6", "pleased · 6"]
    assert f"{key}_merge" not in keys(app)
    choose(app, key, "angry", "pleased")
    app.selectbox(
        key=next(box.key for box in app.selectbox if str(box.key).startswith(f"{key}_into"))
    ).set_value("pleased").run()
    app.button(key=f"{key}_merge").click().run()
    assert not app.exception
    assert store.label_names.current(labelled) == ["pleased"]
    assert any("labelled “pleased” now" in toast.value for toast in app.toast)
    assert "**angry** merged into **pleased** · 6 texts" in words(app)
    app.button(key=f"{key}_restore_angry").click().run()
    assert store.label_names.current(labelled) == ["angry", "pleased"]


def definition_field(app, key):
    return next(each for each in app.text_area if str(each.key).startswith(f"{key}_definition"))


def test_a_label_is_defined(manager, store, labelled):
    app, key = manager
    assert not app.text_area  # nothing more to see before a label is chosen
    choose(app, key, "angry")
    definition_field(app, key).set_value(" upset about us,\neven where polite").run()
    assert not app.exception
    assert store.labels.read(labelled).definitions == {"angry": "upset about us, even where polite"}
    assert definition_field(app, key).value == "upset about us, even where polite"
    app.text_input(key=f"{key}_rename_angry").set_value("cross").run()
    assert definition_field(app, key).value == "upset about us, even where polite"
    choose(app, key, "pleased")
    assert definition_field(app, key).value == ""
    choose(app, key, "cross")
    definition_field(app, key).set_value("").run()
    assert store.labels.read(labelled).definitions == {}


def test_a_definition_of_another_tab_is_shown_before_it_is_replaced(manager, store, labelled):
    app, key = manager
    choose(app, key, "angry")
    store.label_names.define(labelled, "angry", "of the other tab")
    definition_field(app, key).set_value("of this tab").run()
    assert not app.exception
    assert "was changed in another tab meanwhile, to “of the other tab”" in words(app)
    assert store.labels.read(labelled).definitions == {"angry": "of the other tab"}
    assert definition_field(app, key).value == "of this tab"
    definition_field(app, key).set_value("of both tabs").run()
    assert store.labels.read(labelled).definitions == {"angry": "of both tabs"}


def test_a_label_is_renamed_and_deleted(manager, store, labelled):
    app, key = manager
    choose(app, key, "pleased")
    app.text_input(key=f"{key}_rename_pleased").set_value("glad").run()
    assert not app.exception
    assert store.label_names.current(labelled) == ["angry", "glad"]
    assert choice(app, key).value == ["glad"]  # it stays chosen
    choose(app, key, "angry")
    app.text_input(key=f"{key}_rename_angry").set_value("Glad").run()
    assert "There is a label “glad” already" in words(app).replace("\\", "")
    assert app.text_input(key=f"{key}_rename_angry").value == "angry"
    app.button(key=f"{key}_delete").click().run()
    assert store.label_names.current(labelled) == ["glad"]
    assert "**angry** deleted · 6 texts" in words(app)
