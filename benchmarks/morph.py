"""The moving picture of README: the generic map of the demo turns into its map by feeling.

Run `python -m benchmarks.morph` when the demo, its analyses or the palette change: it writes
`docs/images/morph.webp`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.picture import demo_store, frame, names
from core.maps.drawing import category_colours
from core.storage import Store, load_fit, load_space
from core.tasks import DEMO_ANALYSES, demo_analyses, read_demo

OUT = Path(__file__).resolve().parents[1] / "docs" / "images" / "morph.webp"
SCALE = 2  # pixels of the picture for one of the drawing of `benchmarks.picture`
FINE = 2  # pixels drawn for one of the picture: edges become smooth
HEAD = 28  # height of the title, in pixels of the drawing
RADIUS = 2.1
INK, PAPER = (38, 39, 48), (255, 255, 255)
FRAME_TIME, N_BETWEEN = 50, 28  # milliseconds; frames of a move
STILL = 2_600  # milliseconds at either end


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the demo where it is not built yet, and draw the way from one of its maps to the other."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--home", type=Path, help="data folder with the demo; a new one when left out")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    with demo_store(options.home) as store:
        frames, times = draw(store)
    frames[0].save(
        options.out, save_all=True, append_images=frames[1:], duration=times, loop=0, quality=60, method=6
    )


def draw(store: Store) -> tuple[list[Image.Image], list[int]]:
    """Return the frames and the milliseconds that each is shown."""
    corpus, (about, feels) = read_demo(), DEMO_ANALYSES
    results = store.results(corpus.key)
    analysis = next(each for each in demo_analyses(store) if each.instruction == feels.instruction)
    fit = load_fit(results, str(analysis.fit_key))
    generic = load_space(results, store.encoded_corpus(corpus.key).embedding_key)
    before, after = (frame(np.asarray(space.map)) for space in (generic, fit.space))
    topics, feelings = (corpus.metadata[each.column].astype(str).to_numpy() for each in (about, feels))
    kinds = sorted(set(feelings))
    colours = dict(zip(kinds, category_colours(len(kinds)), strict=True))
    n_labels = int((np.asarray(fit.given) >= 0).sum())
    ends = [
        ("Generic map, coloured by feeling", before, names(before, topics)),
        (f"Reshaped {feels.instruction}, with {n_labels} labels", after, names(after, feelings)),
    ]
    (title, start, labels), (last_title, end, last_labels) = ends
    pictures, times = [_picture(title, start, feelings, colours, labels)], [STILL]
    for step in np.linspace(0, 1, N_BETWEEN + 2)[1:-1]:
        eased = step * step * (3 - 2 * step)
        pictures.append(_picture("", start + eased * (end - start), feelings, colours, []))
        times.append(FRAME_TIME)
    pictures.append(_picture(last_title, end, feelings, colours, last_labels))
    return pictures, [*times, STILL]


def _picture(
    title: str,
    points: np.ndarray,
    groups: np.ndarray,
    colours: dict[str, str],
    labels: list[tuple[str, int, int]],
) -> Image.Image:
    width, height = 480, 270 + HEAD
    scale = SCALE * FINE
    picture = Image.new("RGB", (width * scale, height * scale), PAPER)
    draw = ImageDraw.Draw(picture)
    for (x, y), group in zip(points.tolist(), groups, strict=True):
        box = [(x - RADIUS), (y + HEAD - RADIUS), (x + RADIUS), (y + HEAD + RADIUS)]
        draw.ellipse([scale * side for side in box], fill=colours[group])
    draw.text(
        (width * scale / 2, 14 * scale),
        title,
        fill=INK,
        anchor="mm",
        font=ImageFont.load_default(12 * scale),
    )
    font = ImageFont.load_default(11 * scale)
    for name, x, y in labels:
        place = (x * scale, (y + HEAD) * scale)
        draw.text(place, name, fill=INK, anchor="ms", font=font, stroke_width=2 * scale, stroke_fill=PAPER)
    return picture.resize((width * SCALE, height * SCALE), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
