"""The picture of the first page: both maps of the demo, small, and made by the script that names it."""

import re
from itertools import pairwise

import pandas as pd
import pytest
from PIL import Image, ImageChops, ImageSequence

from benchmarks import morph, picture
from core.tasks import demo, prepare_demo, read_demo
from pages.corpus.picture import PICTURE
from tests.conftest import ROOT

N_TEXTS = len(pd.read_csv(ROOT / "assets" / "demo" / "feedback.csv"))


def dots(drawing):
    """Points of each of the figures."""
    figures = drawing.split("<figure")[1:]
    return [sum(path.count("M") for path in re.findall(r' d="([^"]+)"', figure)) for figure in figures]


def test_the_picture_shows_every_text_twice_and_stays_small():
    drawing = PICTURE.read_text(encoding="utf-8")
    assert len(drawing) < 60_000 and dots(drawing) == [N_TEXTS, N_TEXTS]
    assert "<script" not in drawing and "http" not in drawing
    named = set(re.findall(r"<text[^>]*>([^<]+)</text>", drawing))
    assert named == set(read_demo().metadata["topic"]) | set(read_demo().metadata["emotion"])


@pytest.mark.model
def test_both_pictures_are_drawn_from_the_maps_of_the_demo(store, tmp_path, monkeypatch):
    frame = pd.read_csv(ROOT / "assets" / "demo" / "feedback.csv").head(90)
    frame.to_csv(tmp_path / "feedback.csv", index=False)
    monkeypatch.setattr(demo, "DEMO_FILE", tmp_path / "feedback.csv")
    read_demo.cache_clear()
    try:
        prepare_demo(store, lambda *progress: None)
        picture.main(["--home", str(store.home), "--out", str(tmp_path / "picture.html")])
        morph.main(["--home", str(store.home), "--out", str(tmp_path / "morph.webp")])
    finally:
        read_demo.cache_clear()
    drawing = (tmp_path / "picture.html").read_text(encoding="utf-8")
    assert dots(drawing) == [90, 90]
    moves = re.findall(r"from\{d:path\('([^']+)'\)\}to\{d:path\('([^']+)'\)\}", drawing)
    figures = drawing.split("<figure")[1:]
    for number, ends in enumerate(zip(*moves, strict=True)):
        assert re.findall(r' d="([^"]+)"', figures[number]) == list(ends)
    with Image.open(tmp_path / "morph.webp") as moving:
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(moving)]
    assert len(frames) == morph.N_BETWEEN + 2
    assert all(ImageChops.difference(before, after).getbbox() for before, after in pairwise(frames))
