"""The maps as a figure, read as anybody reads SVG, PDF and PNG."""

import io
import re
import warnings
from xml.etree import ElementTree

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from core.export.pictures.figure import UNDRAWN, write_figure
from core.export.pictures.shown import ShownMaps
from core.maps.drawing import Name, Pane, labelled
from tests.support.written import written

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["late $x_1$ & <b>", "שלום · עולם", "__init__ ^ \\frac{1}{2}"]
UNKNOWN = "\U00018b00"  # Khitan small script: no font of a usual machine has it


def maps(names=HOSTILE, n_panes=2, n=60):
    """Maps of as many clusters as names, far from each other."""
    rng = np.random.default_rng(0)
    codes = np.arange(n) % len(names)
    angle = 2 * np.pi * codes / len(names)
    points = (np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.1, (n, 2))).astype(np.float32)
    places = [
        Name(name, *np.median(points[codes == code], axis=0).tolist(), n // len(names), 1.0, code, 0)
        for code, name in enumerate(names)
    ]
    panes = [Pane(title, points, tuple(places), groups=(codes,)) for title in ("Generic", "by $mood$")]
    codes = np.where(np.arange(n) < 4, -1, codes)
    return ShownMaps(tuple(panes[:n_panes]), (labelled("Predicted label", codes, names, "none"),))


def drawn(kind, shown=None, caption=("x.csv: 60 texts.", "It costs $5 or $6."), **options):
    return written(lambda file: write_figure(file, shown or maps(), caption, kind, **options))


def texts_of(svg):
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_an_svg_holds_every_text_as_text_and_the_points_as_one_image_a_map():
    content = drawn("svg")
    texts = texts_of(content)
    for name in HOSTILE:
        assert texts.count(name) == 3, name  # on both maps, and in the legend
    assert {"Generic", "by $mood$", "none", "4"} <= set(texts)
    assert "x.csv: 60 texts. It costs $5 or $6." in texts
    root = ElementTree.fromstring(content)
    assert len(list(root.iter(f"{SVG}image"))) == 2
    assert root.get("width") == f"{180 / 25.4 * 72:.6f}".rstrip("0") + "pt"
    assert len(list(root.iter(f"{SVG}use"))) < 10  # no glyph and no point as a path


def test_one_map_has_one_image():
    content = drawn("svg", maps(n_panes=1))
    assert content.count(b"<image") == 1 and "by $mood$" not in texts_of(content)


def test_a_pdf_opens_with_its_own_fonts_and_its_texts():
    content = drawn("pdf", maps(["late & <b>", "people", "__init__ ^"]), about="Encoder: words.")
    assert b"/Type3" not in content  # cannot be edited, and journals refuse it
    document = pypdfium2.PdfDocument(content)
    (page,) = document
    assert page.get_width() == pytest.approx(180 / 25.4 * 72, abs=0.01)
    assert document.get_metadata_dict()["Subject"] == "Encoder: words."
    texts = list(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]))
    assert len(texts) > 10
    for text in texts:
        font = pypdfium2.raw.FPDFTextObj_GetFont(text)
        assert pypdfium2.raw.FPDFFont_GetIsEmbedded(font) == 1
        left, low, right, high = text.get_bounds()
        assert 0 <= left < right <= page.get_width() and 0 <= low < high <= page.get_height()
    said = page.get_textpage().get_text_bounded()
    for name in ("late & <b>", "people", "__init__ ^"):
        assert said.count(name) == 3, name  # on both maps, and in the legend
    seen = np.asarray(page.render(scale=2).to_pil().convert("RGB"))
    for half in np.array_split(seen[: len(seen) // 2], 2, axis=1):  # colours of the points of each map
        assert len(np.unique(half.reshape(-1, 3), axis=0)) > 20


def test_a_png_is_as_wide_as_print_needs():
    image = Image.open(io.BytesIO(drawn("png", about="Encoder: words.")))
    assert image.width == pytest.approx(180 / 25.4 * 300, abs=1)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert image.info["Description"] == "Encoder: words."
    assert image.height > image.width / 3


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_equal_maps_give_equal_bytes(kind):
    assert drawn(kind) == drawn(kind)


def test_settings_of_others_stay():
    import matplotlib

    before = dict(matplotlib.rcParams)
    drawn("svg")
    assert dict(matplotlib.rcParams) == before


def test_a_character_without_a_font_is_said_and_stays_in_the_svg():
    shown = maps(["late", f"{UNKNOWN} van", "people"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg, pdf = drawn("svg", shown), drawn("pdf", shown)
    assert f"{UNKNOWN} van" in texts_of(svg) and not any(UNDRAWN in text for text in texts_of(svg))
    assert pdf.startswith(b"%PDF")


def test_a_name_of_label_and_words_breaks_after_the_label():
    names = ["delighted: thrilled · wonderful", "a name without any label and of two lines", "late"]
    texts = texts_of(drawn("svg", maps(names)))
    assert {"delighted:", "thrilled · wonderful", "a name without any", "label and of two lines"} <= set(
        texts
    )


def test_names_never_lie_over_each_other_and_a_long_legend_is_cut():
    names = [f"label number {number} of a long list" for number in range(70)]
    texts = texts_of(drawn("svg", maps(names, n=400)))
    legend = [text for text in texts if text in names]
    assert 10 < len(set(legend)) < 70
    assert [text for text in texts if text.endswith(" smaller")]


def test_texts_far_away_are_not_drawn_and_counted():
    shown = maps(n=200)
    points = shown.panes[0].points.copy()
    points[7] = 90.0
    far = ShownMaps((Pane("Generic", points, groups=shown.panes[0].groups), shown.panes[1]), shown.colourings)
    said = " ".join(texts_of(drawn("svg", far)))
    count = int(re.search(r"([0-9]+) outside the left map", said)[1])
    assert 1 <= count <= 6 and "right map" not in said
