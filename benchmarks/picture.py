"""The picture of the first page, from the maps of the demo: written to `assets/demo/picture.html`.

Run `python -m benchmarks.picture` when the demo, its analyses or the palette change.

Two drawings of the same texts in the colours of their feelings: by what they are about, and by what the
customer feels. The points of the second move there once from their places in the first.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path

import numpy as np

from core.maps.drawing import category_colours
from core.storage import Store, load_fit
from core.tasks import DEMO_ANALYSES, demo_analyses, prepare_demo, read_demo

OUT = Path(__file__).resolve().parents[1] / "assets" / "demo" / "picture.html"
WIDTH, HEIGHT, MARGIN = 480, 270, 26  # of each drawing
LEFT_OUT = 1  # per cent of the points at each edge that the frame leaves out of account


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the demo where it is not built yet, and draw its maps."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--home", type=Path, help="data folder with the demo; a new one when left out")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    with demo_store(options.home) as store:
        options.out.write_text(draw(store), encoding="utf-8")


@contextmanager
def demo_store(home: Path | None) -> Iterator[Store]:
    """Give a data folder with the demo, built where it is not; a temporary one for None."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(home or Path(folder))
        if len(demo_analyses(store)) < len(DEMO_ANALYSES):
            prepare_demo(store, lambda stage, done, total: None)
        yield store


def draw(store: Store) -> str:
    """Return both drawings as HTML."""
    corpus = read_demo()
    places = []
    for described in DEMO_ANALYSES:
        analysis = next(each for each in demo_analyses(store) if each.instruction == described.instruction)
        fit = load_fit(store.results(corpus.key), str(analysis.fit_key))
        places.append(frame(np.asarray(fit.space.map)))
    topics, feelings = (corpus.metadata[each.column].astype(str).to_numpy() for each in DEMO_ANALYSES)
    kinds = sorted(set(feelings))
    colours = category_colours(len(kinds))
    groups = [np.flatnonzero(feelings == kind) for kind in kinds]
    before, after = ([dots(each[group]) for group in groups] for each in places)
    moves = "".join(
        f"@keyframes m{n}{{from{{d:path('{start}')}}to{{d:path('{end}')}}}}.m{n}{{animation-name:m{n}}}"
        for n, (start, end) in enumerate(zip(before, after, strict=True))
    )
    titles = [each.instruction for each in DEMO_ANALYSES]
    return (
        f"<style>{moves}</style>"
        + figure(titles[0], before, colours, names(places[0], topics), moving=False)
        + figure(titles[1], after, colours, names(places[1], feelings), moving=True)
        + "\n"
    )


def frame(points: np.ndarray) -> np.ndarray:
    """Return the points in the coordinates of a drawing: whole numbers, y downwards."""
    low, high = np.percentile(points, [LEFT_OUT, 100 - LEFT_OUT], axis=0)
    room = np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    scaled = (points - (low + high) / 2) * (room / (high - low)).min() * [1, -1]
    middle = np.array([WIDTH, HEIGHT]) / 2
    return np.round(np.clip(scaled, 4 - middle, middle - 4) + middle).astype(int)


def dots(points: np.ndarray) -> str:
    """Return an SVG path that draws a dot at each point where lines have round ends."""
    return "".join(f"M{x} {y}h0" for x, y in points.tolist())


def names(points: np.ndarray, groups: np.ndarray) -> list[tuple[str, int, int]]:
    """Return the name of each group and where it stands: above the middle of its points."""
    found = []
    for group in sorted(set(groups)):
        own = points[groups == group]
        away = np.linalg.norm(own - np.median(own, axis=0), axis=1)
        own = own[away <= 2 * np.median(away)]  # single texts far from the others count for nothing
        x = int(np.clip(np.median(own[:, 0]), 60, WIDTH - 60))
        y = int(np.clip(own[:, 1].min() - 8, 14, HEIGHT - 6))
        found.append((group, x, y))
    return found


def figure(
    title: str, paths: list[str], colours: list[str], labels: list[tuple[str, int, int]], *, moving: bool
) -> str:
    """Return one drawing with its title."""
    lines = "".join(
        f'<path{f" class=m{n}" if moving else ""} stroke="{colour}" d="{path}"/>'
        for n, (path, colour) in enumerate(zip(paths, colours, strict=True))
    )
    texts = "".join(f'<text x="{x}" y="{y}">{escape(name)}</text>' for name, x, y in labels)
    said = escape(f"The texts of the demo on a map, {title}: {', '.join(name for name, _, _ in labels)}")
    return (
        f'<figure class="{"moving" if moving else "still"}"><figcaption>{escape(title)}</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">{lines}<g>{texts}</g></svg>'
        "</figure>"
    )


if __name__ == "__main__":
    main()
