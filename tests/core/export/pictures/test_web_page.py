"""The report as a page: what it holds, and that it asks for nothing."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from core.corpus import Partition, build_corpus
from core.corpus.tables import Table
from core.encoders import DEFAULT_ENCODER
from core.evidence import Evidence, Findings, LabelEvidence
from core.export import export_files, source_table
from core.export.pictures import web_page
from core.export.pictures.web_page import as_json, page_rows, write_page
from core.maps import Space
from core.transforms import Method
from tests.core.export.test_files import fitted
from tests.support.map_payload import decode_payload
from tests.support.written import written

HOSTILE = ["</script><script>alert(1)</script>", "<!-- <img src=http://x/y>", "a\u2028b", "& 'c'"]
RECORD = {"encoder": "words", "encoder_commit": ""}
EVIDENCE = Evidence(
    12, 2, 12, 0.5, 0.9, 0.1, 0.7, 0.001, (LabelEvidence(0, 6, 0.25, 1.0), LabelEvidence(1, 6, 0.75, 0.8))
)


def source(texts=HOSTILE, **changes):
    corpus = build_corpus(Table("x.csv", pd.DataFrame({"said": texts}), "UTF-8"), "said")
    found = replace(fitted(), corpus=corpus)
    return replace(found, findings=replace(found.findings, evidence=EVIDENCE), **changes)


def many(n):
    """A corpus alone, of n texts in two clusters."""
    codes = np.arange(n, dtype=np.int32) % 2
    table = pd.DataFrame({"said": [f"text {i}" for i in range(n)]})
    corpus = build_corpus(Table("x.csv", table, "UTF-8"), "said")
    vectors = np.eye(2, dtype=np.float32)[codes]
    points = np.column_stack([codes, np.arange(n) / n]).astype(np.float32)
    clusters = Partition(codes, {0: "even", 1: "odd"})
    return replace(
        source(), corpus=corpus, generic=Space(vectors, None, points), generic_clusters=clusters,
        fit=None, fit_clusters=None, given=None, label_names=(), findings=Findings(),
    )  # fmt: skip


class Page(HTMLParser):
    """Attributes of all elements, and the text of scripts and of everything else."""

    def __init__(self, content):
        super().__init__()
        self.elements, self.scripts, self.words, self.open = [], [], [], ""
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self.open = ""

    def handle_data(self, data):
        if self.open == "script":
            self.scripts[-1] += data
        elif self.open != "style":
            self.words.append(data)

    @property
    def data(self):
        return json.loads(self.scripts[0])

    @property
    def said(self):
        return " ".join(" ".join(self.words).split())


def page_of(found, longest=500, record=RECORD):
    return Page(written(lambda file: write_page(file, found, record, longest=longest)))


def test_the_policy_allows_this_script_alone_and_no_address_is_asked_for():
    page = page_of(source())
    (policy,) = [each["content"] for tag, each in page.elements if each.get("http-equiv")]
    digest = base64.b64encode(hashlib.sha256(page.scripts[1].encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{digest}';" in policy and "connect-src" not in policy
    for _, attributes in page.elements:
        for name in ("src", "href", "action", "srcset", "data"):
            asked = attributes.get(name, "#")
            assert asked[:1] == "#" or asked.startswith("data:image/png;base64,")
    assert not re.search(r"@import|url\(", (web_page.FOLDER / "page.css").read_text())


def test_hostile_texts_stay_texts():
    page = page_of(source())
    assert [tag for tag, _ in page.elements].count("script") == 2 and len(page.scripts) == 2
    assert page.data["texts"] == HOSTILE
    assert HOSTILE[0] in page.said  # a typical text of a cluster
    assert "alert(1)" not in page.scripts[1]


def test_a_lone_surrogate_has_no_utf_8_and_is_replaced():
    found = source()
    texts = np.array(["\ud800 x", "b", "c", "d"], dtype=object)
    assert page_of(replace(found, corpus=replace(found.corpus, texts=texts))).data["texts"][0] == "? x"


def test_a_hostile_title_and_label_stay_text():
    found = source(title="<b>by $mood", label_names=["<i>sad", "glad"], given=["<i>sad", None, None, "glad"])
    page = page_of(found)
    assert "<b>by $mood" in page.said and "<i>sad" in page.said
    assert not {"b", "i"} & {tag for tag, _ in page.elements}


def test_json_ends_no_script():
    document = {"a": "</script><!--\u2028\u2029&"}
    text = as_json(document)
    assert not set("<>&\u2028\u2029") & set(text) and json.loads(text) == document


def test_texts_are_cut_as_chosen():
    found = source(["a" * 900, "b", "c", "d"])
    assert len(page_of(found, longest=200).data["texts"][0]) == 200
    assert page_of(found, longest=None).data["texts"][0] == "a" * 900


def test_the_maps_are_those_of_the_app():
    data = page_of(source()).data
    places, blobs = decode_payload(base64.b64decode(data["places"]))
    headers = [decode_payload(base64.b64decode(each))[0] for each in data["colourings"]]
    assert len(places["panes"]) == 2 and len(blobs["points_0"]) == 8
    assert [header["colouring"]["title"] for header in headers] == [
        "Predicted label", "Cluster of the reshaped map", "Cluster of the generic map", "Given label",
    ]  # fmt: skip
    assert headers[0]["colouring"]["labels"] == ["sad", "glad"]
    assert [name[0] for name in headers[0]["panes"][1]["names"]] == ["late", "people"]


def test_of_too_many_texts_an_even_sample_is_shown_and_that_is_said(monkeypatch):
    monkeypatch.setattr(web_page, "PAGE_TEXTS", 50)
    found = many(120)
    page = page_of(found)
    assert len(page.data["texts"]) == 50
    assert "50 of the 120 texts (42 %), drawn evenly" in page.said
    rows = page_rows(120)
    assert rows[0] == 0 and rows[-1] == 119 and np.ptp(np.diff(rows)) <= 1
    assert "even 60" in page.said  # clusters count all
    hint = {file.kind: file.hint for file in export_files(found, source_table(found))}["report"]
    assert "50 of the 120 texts" in hint


def test_the_report_says_evidence_labels_clusters_and_method():
    said = page_of(source()).said
    assert "Works: neighbours now share a label 90 % of the time, up from 50 %" in said
    assert "gain +10 to +70" in said
    assert (
        "sad 6" not in said and "sad 1 25 % 100 %" in said
    )  # labelled texts as given now, recalls as measured
    assert "GuidedTransform" in said and "2 texts have one of 2 labels." in said
    assert "Encoder: words." in said and "scikit-learn" in said


def test_labels_are_defined_where_somebody_did():
    assert "Definition" not in page_of(source()).said
    page = page_of(source(definitions={"glad": "<b>not</b> sad"}))
    assert "Label Definition Given" in page.said and "<b>not</b> sad" in page.said


def test_what_is_cited_is_what_was_used():
    said = page_of(source()).said
    assert "The Refract developers. Refract: one text corpus" in said and "@software{refract," in said
    assert "2505.24754" not in said
    network = source()
    network = replace(network, fit=replace(network.fit, method=Method("gstransform")))
    assert "2505.24754" in page_of(network).said


def test_a_corpus_alone_has_a_report_too():
    page = page_of(many(12), record={"encoder": DEFAULT_ENCODER, "encoder_commit": "a" * 40})
    headings = [each["href"] for tag, each in page.elements if tag == "a"]
    assert headings == ["#maps-section", "#clusters", "#method", "#cite"]
    assert "a" * 40 in page.said and "aaaaaaaaa" not in page.said.replace("a" * 40, "")


def test_the_hint_says_that_texts_are_in_it():
    hint = {file.kind: file.hint for file in export_files(source(), source_table(source()), longest=200)}[
        "report"
    ]
    assert "holds the texts, up to 200 characters each" in hint


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_pictures_hold_no_text_of_the_corpus(kind):
    found = source(["unmistakable wording", *HOSTILE[1:]])
    files = {file.kind: file for file in export_files(found, source_table(found))}
    assert b"unmistakable" not in written(files[kind].write)
