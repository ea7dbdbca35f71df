"""Encoding from the corpus page: by a chosen encoder, or by vectors from a file."""

import io

import numpy as np
import pandas as pd
import pytest

from core.encoders import split_precomputed
from core.maps import DistinctVectors
from core.storage import Store, load_space, save_distinct_vectors
from pages.common.encoders.vector_upload import IN_ORDER
from tests.conftest import make_frame
from tests.support.encoder_chooser import causal as causal  # the fixture
from tests.support.encoder_chooser import choose
from tests.support.page_helpers import keys, upload, words

pytestmark = pytest.mark.model

READY = "The map is ready"


def test_another_encoder_is_chosen_and_used(app, home):
    upload(app, "letters.csv", make_frame(30).to_csv(index=False).encode())
    choose(app, "corpus_encoder", "all-mpnet-base-v2")
    app.button(key="corpus_encode").click().run()
    assert Store(home).corpora()[0].encoder == "all-mpnet-base-v2"


def test_an_inbedder_is_sent_to_the_guide_page(app, home, causal):
    upload(app, "letters.csv", make_frame(30).to_csv(index=False).encode())
    choose(app, "corpus_encoder", f"inbedder:{causal}")
    assert app.button(key="corpus_encode").disabled and "Guide" in app.warning[0].value


def test_vectors_made_elsewhere_become_the_map(app, home):
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
    assert app.button(key="corpus_encode").label == "Show the map of 30 texts" and READY in words(app)
    app.button(key="corpus_back").click().run()
    assert "vectors of v\\#1\\.npz" in words(app)


def test_a_doubtful_map_is_said_to_be_ready_once(app, home):
    upload(app, "letters.csv", make_frame(30).to_csv(index=False).encode())
    app.button(key="corpus_encode").click().run()
    assert words(app).count(READY) == 1
    (entry,) = Store(home).corpora()
    save_distinct_vectors(Store(home).results(entry.key), entry.embedding_key, DistinctVectors(30, 7))
    app.run()
    assert "doubtful" in app.warning[0].value and words(app).count(READY) == 1


def test_vectors_that_went_with_their_corpus_are_kept_again(app, home):
    frame, file = make_frame(30), npz(vectors=np.random.default_rng(0).standard_normal((30, 6)))
    give(app, frame, "v.npz", file)
    app.button(key="corpus_encode").click().run()
    Store(home).delete_corpus(Store(home).corpora()[0].key)
    app.run()
    app.button(key="corpus_encode").click().run()
    assert not app.exception and not app.error
    assert app.button(key="corpus_encode").label == "Show the map of 30 texts" and READY in words(app)


def test_the_order_can_be_taken_in_place_of_ids(app, home):
    frame = make_frame(30).assign(id=range(30))
    file = npz(vectors=np.random.default_rng(0).standard_normal((30, 6)), ids=np.arange(100, 130))
    give(app, frame, "v.npz", file)
    assert "no vector for 30 of 30 texts" in app.error[0].value
    assert "corpus_encode" not in [button.key for button in app.button]
    app.selectbox(key="corpus_ready_corpus_ids").set_value(IN_ORDER).run()
    assert "taken in the order of the texts" in words(app) and not app.error


def test_a_column_is_chosen_where_several_may_be_meant(app, home):
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
def test_a_bad_file_is_one_sentence(app, home, name, content, said):
    give(app, make_frame(30), name, content)
    assert said in app.error[0].value and not app.exception


def test_too_few_vectors_are_counted(app, home):
    file = io.BytesIO()
    np.save(file, np.ones((7, 3)))
    give(app, make_frame(30), "v.npy", file.getvalue())
    assert "7 vectors and the corpus 30 texts" in app.error[0].value


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def give(app, frame, name, content):
    """Upload texts, then vectors of them."""
    upload(app, "letters.csv", frame.to_csv(index=False).encode())
    app.segmented_control(key="corpus_way").set_value("file").run()
    app.file_uploader(key="corpus_ready").upload(name, content, "application/octet-stream").run()
    assert not app.exception


def with_vectors(n=30, d=12):
    vectors = np.random.default_rng(0).standard_normal((n, d))
    return make_frame(n).assign(embedding=[row.tolist() for row in vectors]), vectors


def parquet(frame):
    file = io.BytesIO()
    frame.to_parquet(file)
    return file.getvalue()


def written(frame):
    return frame.assign(embedding=[str(row) for row in frame["embedding"]]).to_csv(index=False).encode()


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("v.parquet", parquet),
        ("v.jsonl", lambda frame: frame.to_json(orient="records", lines=True, double_precision=15).encode()),
        ("v.csv", written),
    ],
)
def test_the_vectors_in_the_file_of_the_texts_become_the_map(app, home, name, write):
    frame, vectors = with_vectors()
    frame.loc[[2, 9], "text"] = ""  # rows without a text are left out, with their vectors
    upload(app, name, write(frame))
    assert app.selectbox(key="corpus_text_column").value == "text"
    assert "embedding" not in app.selectbox(key="corpus_text_column").options
    app.segmented_control(key="corpus_way").set_value("file").run()
    assert app.radio(key="corpus_ready_column").value == "embedding"
    assert "28 vectors of 12 numbers" in words(app)
    app.button(key="corpus_encode").click().run()
    assert not app.exception and not app.error
    (entry,) = Store(home).corpora()
    assert split_precomputed(entry.encoder)[0] == f"{name} (embedding)"
    kept = load_space(Store(home).results(entry.key), entry.embedding_key).vectors
    expected = np.delete(vectors, [2, 9], axis=0)
    np.testing.assert_allclose(kept, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)
    assert app.button(key="corpus_encode").label == "Show the map of 28 texts" and READY in words(app)


def test_another_file_can_be_taken_in_place_of_the_column(app, home):
    frame, _ = with_vectors()
    upload(app, "v.parquet", parquet(frame))
    app.segmented_control(key="corpus_way").set_value("file").run()
    app.radio(key="corpus_ready_column").set_value("").run()
    assert "corpus_encode" not in [button.key for button in app.button]
    file = npz(vectors=np.random.default_rng(0).standard_normal((30, 6)))
    app.file_uploader(key="corpus_ready").upload("mine.npz", file, "application/octet-stream").run()
    assert "30 vectors of 6 numbers" in words(app) and not app.error


def test_a_second_file_has_columns_of_its_own(app, home):
    frame, _ = with_vectors()
    upload(app, "v.parquet", parquet(frame))
    app.segmented_control(key="corpus_way").set_value("file").run()
    other, _ = with_vectors(n=24, d=9)
    app.file_uploader(key="corpus_upload").upload(
        "w.parquet", parquet(other.rename(columns={"embedding": "vector"})), "application/octet-stream"
    ).run()
    assert not app.exception and app.radio(key="corpus_ready_column").value == "vector"
    assert "24 vectors of 9 numbers" in words(app)
    app.file_uploader(key="corpus_upload").upload(
        "plain.csv", make_frame(20).to_csv(index=False).encode(), "text/csv"
    ).run()
    assert not app.exception and not app.radio
    assert app.file_uploader(key="corpus_ready")
    assert "corpus_encode" not in keys(app) and "choose an encoder, or a file of vectors" in words(app)


def test_texts_without_a_vector_are_counted(app, home):
    frame, _ = with_vectors()
    frame.loc[4, "embedding"] = None
    upload(app, "v.parquet", parquet(frame))
    app.segmented_control(key="corpus_way").set_value("file").run()
    assert "1 of 30 texts" in app.error[0].value and "row 5" in app.error[0].value and not app.exception
    assert "corpus_encode" not in [button.key for button in app.button]


def test_a_file_that_holds_no_vectors_is_refused_in_words(app, home):
    give(app, make_frame(30), "v.pdf", b"%PDF-1.4")
    assert "no file of vectors" in app.error[0].value
