import pytest

from core.errors import CorpusError
from core.evidence.benchmark import find_task, read_facets, read_published
from core.evidence.benchmark.data import TextPairs, TextTriplets
from tests.conftest import make_frame
from tests.support.facets import grouped, write_published


def test_a_table_is_read_with_its_facets(tmp_path):
    frame = make_frame()
    frame["empty"] = ""
    frame.loc[:3, "feeling"] = ""
    frame.to_csv(tmp_path / "tickets.csv", index=False)
    material = read_facets(tmp_path / "tickets.csv", instructions={"topic": "About what?"})
    assert material.dataset == "tickets"
    assert material.texts == frame["text"].tolist()
    topic, feeling = material.facets  # neither stars (all different) nor the empty column
    assert (topic.name, topic.instruction) == ("topic", "About what?")
    assert topic.labels == ("billing", "delivery", "recipes")
    assert [topic.labels[code] for code in topic.codes] == frame["topic"].tolist()
    assert feeling.instruction == "What is the feeling?"
    assert (feeling.codes[:4] == -1).all() and len(feeling.labelled) == 56


def test_a_large_table_is_sampled_the_same_way_each_time(tmp_path):
    make_frame().to_csv(tmp_path / "t.csv", index=False)
    first, again = (read_facets(tmp_path / "t.csv", most_texts=20) for _ in range(2))
    assert len(first.texts) == len(first.facets[0].codes) == 20
    assert first.texts == again.texts


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"facets": ["mood"]}, "“t.csv” has no column “mood” among text, topic, feeling, stars"),
        ({"facets": ["text"]}, "“text” of “t.csv” holds the texts, so that it cannot label them"),
        ({"text_column": "body"}, "no column “body”"),
        ({"facets": ["same"]}, "only the label “x”"),
    ],
)
def test_a_table_that_lacks_something_says_so(tmp_path, options, words):
    frame = make_frame()
    if "same" in options.get("facets", []):
        frame["same"] = "x"
    frame.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(CorpusError, match=words):
        read_facets(tmp_path / "t.csv", **options)


def test_a_table_without_labels_says_so(tmp_path):
    make_frame()[["text", "stars"]].to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(CorpusError, match="no column with 2 to 50 labels beside its texts"):
        read_facets(tmp_path / "t.csv")


def test_the_papers_data_are_read_from_a_folder(tmp_path):
    write_published(tmp_path)
    emotion, intent = read_published(find_task("intentemotion"), tmp_path)
    assert isinstance(emotion, TextTriplets)
    assert (emotion.aspect, emotion.instruction) == ("emotion", "How does the customer feel?")
    assert (intent.aspect, intent.negative) == ("intent", ["c/x", "c/y"])
    (pairs,) = read_published(find_task("InstructSTSB"), tmp_path)
    assert isinstance(pairs, TextPairs)
    assert pairs.scores.tolist() == [1, 0, 0, 1]
    topic, location = read_published(find_task("BrandonZYW/NYTClustering"), tmp_path / "NYTClustering")
    assert location.facets[0].instruction == "Where did the news happen?"
    assert (topic.dataset, topic.facets[0].name, topic.facets[0].labels) == (
        "NYTClustering",
        "topic",
        ("0", "1", "2"),
    )
    assert topic.facets[0].codes.tolist() == grouped().facets[0].codes.tolist()


def test_a_folder_without_the_data_says_what_is_needed(tmp_path):
    with pytest.raises(CorpusError, match=r"does not hold .* NYTClustering \(topic.csv and location.csv"):
        read_published(find_task("NYTClustering"), tmp_path)
    (tmp_path / "topic.csv").write_text("text,label\na,b\n")
    with pytest.raises(CorpusError, match=r"“topic\.csv” has no column “cluster” among text, label"):
        read_published(find_task("NYTClustering"), tmp_path)


def test_without_network_the_dataset_and_the_folder_are_named(monkeypatch, tmp_path):
    import huggingface_hub

    asked = []

    def refuse(**wanted):
        asked.append(wanted)
        raise ConnectionError

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    task = find_task("NYTClustering")
    with pytest.raises(CorpusError) as raised:
        read_published(task)
    said = str(raised.value)
    assert "BrandonZYW/NYTClustering is not on this machine" in said
    assert "--folder FOLDER, with topic.csv and location.csv in FOLDER/NYTClustering" in said
    assert said.count(".  ") == 0 and "\n" not in said
    assert [wanted["revision"] for wanted in asked] == [task.revision] * 2
    assert asked[0]["repo_type"] == "dataset"


def test_a_fetch_that_was_stopped_in_the_middle_is_taken_up_again(tmp_path, monkeypatch):
    huggingface_hub = pytest.importorskip("huggingface_hub")

    def fetch(local_files_only=False, **wanted):
        for aspect in ("topic", "location")[: 1 if local_files_only else 2]:
            (tmp_path / f"{aspect}.csv").write_text("text,cluster\none,a\ntwo,b\n")
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    assert len(read_published(find_task("NYTClustering"))) == 2
