"""The exported encoder, loaded by the library that it is for."""

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from core.encoders import load_encoder
from core.errors import EncoderUnavailable
from core.evidence import Evidence, LabelEvidence
from core.export import build_encoder_model, write_encoder_model
from core.neighbours import unit_rows
from core.transforms import LinearForm
from tests.core.export.test_findings import FIT
from tests.support.tiny_models import save_sentence_model

TEXTS = ["the tram was late", "a friendly driver", "my parcel never came", "late"]
OWN = Evidence(
    n_labels=20,
    n_classes=2,
    n_tested=20,
    generic=0.25,
    reshaped=0.75,
    gain_low=0.3,
    gain_high=0.6,
    chance=0.001,
    by_label=(LabelEvidence(0, 10, 0.2, 0.7), LabelEvidence(1, 10, 0.3, 0.8)),
)
FULL = replace(OWN, reshaped=0.875)

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return save_sentence_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def linear():
    random = np.random.default_rng(0)
    weights = random.normal(size=(32, 7)).astype(np.float32)
    return LinearForm(weights, random.normal(size=7).astype(np.float32), 0.5)


def exported(base, linear, target, **options):
    options = {"title": "by feeling", "folder": "mine", "full": FULL, "own": OWN} | options
    file = io.BytesIO()
    write_encoder_model(build_encoder_model(FIT, linear, encoder=str(base), **options), file, "mine")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(target)
    return target / "mine"


def check_equal(folder, base, linear):
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(base), device="cpu").encode(TEXTS)
    wanted = unit_rows(linear.transform(plain))
    found = SentenceTransformer(str(folder), device="cpu").encode(TEXTS)
    assert found.shape == wanted.shape and np.abs(found - wanted).max() < 1e-5


def test_the_library_loads_it_and_gives_the_reshaped_vectors(base, linear, tmp_path):
    check_equal(exported(base, linear, tmp_path), base, linear)


def test_a_base_without_a_last_scaling_gets_one_and_a_bare_transformer_its_pooling(base, linear, tmp_path):
    bare = base.parent / "bare"
    folder = exported(bare, linear, tmp_path)
    kinds = [
        module["type"].rpartition(".")[2] for module in json.loads((folder / "modules.json").read_text())
    ]
    assert kinds == ["Transformer", "Pooling", "Normalize", "Dense", "Normalize"]
    check_equal(folder, bare, linear)


def test_refract_itself_encodes_with_it(base, linear, tmp_path):
    folder = exported(base, linear, tmp_path)
    assert load_encoder(str(folder)).encode(TEXTS).shape == (len(TEXTS), 7)


def test_weights_in_other_formats_stay_behind(base, linear, tmp_path):
    for name in ("onnx/model.onnx", "pytorch_model.bin", ".cache/x.json", "tf_model.h5"):
        (base / name).parent.mkdir(exist_ok=True)
        (base / name).write_bytes(b"x")
    folder = exported(base, linear, tmp_path)
    assert {path.suffix for path in folder.rglob("*") if path.is_file()} <= {
        ".json",
        ".txt",
        ".safetensors",
        ".md",
    }
    assert not (folder / ".cache").exists()


def test_the_card_states_what_it_is_worth_and_what_it_was_made_of(base, linear, tmp_path):
    card = (exported(base, linear, tmp_path) / "README.md").read_text()
    assert "25 %" in card and "75 %" in card and "88 %" in card and "+30 to +60" in card
    assert "sad (1), glad (1)" in card and "by feeling" in card and 'SentenceTransformer("mine")' in card
    assert card.startswith("---\nlibrary_name: sentence-transformers\n")


@pytest.mark.parametrize("own", [None, Evidence(n_labels=2, n_classes=2, n_tested=0)])
def test_the_card_says_that_nothing_was_measured(base, linear, tmp_path, own):
    card = (exported(base, linear, tmp_path, own=own) / "README.md").read_text()
    assert "Not measured" in card and "75 %" not in card


def test_an_instruction_cannot_end_the_head_of_the_card(base, linear, tmp_path):
    fit = replace(FIT, instruction="by\n---\nlicense: none", labels=["a\n# b", "glad"])
    model = build_encoder_model(
        fit, linear, encoder=str(base), title="x\n---\ny", folder="mine", full=None, own=None
    )
    assert model.card.count("\n---\n") == 1 and "\n# b" not in model.card


def test_a_server_is_no_base(linear):
    with pytest.raises(EncoderUnavailable, match="no sentence-transformers model"):
        build_encoder_model(
            FIT, linear, encoder="endpoint:http://127.0.0.1:9#m", title="", folder="x", full=None, own=None
        )
