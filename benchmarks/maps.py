"""Speeds of the maps page: `make bench-maps`. Prints a table and writes `results/maps.json`.

In the whole app, in headless Chromium with software rendering, on made-up texts with planted clusters: two
maps, 20,000 and 200,000 texts; `--sizes 1000000` plants a million, most of the time for their hierarchies.
`cut_s` and `search_s` are of the core alone, the slowest kind of each; in the app the same takes
`cut_in_app_s` and `search_in_app_s`, until both maps show it. `frame_s` is a frame while one map is moved.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page

from benchmarks.common import RESULTS, make_texts, timed, write_figures
from core.corpus import Corpus, build_corpus, build_index, find_meaning, find_pattern, find_words
from core.corpus.tables import Table
from core.maps import Fit, Space, near_neighbours
from core.maps.clusters import FINEST_LEVEL, ClusterChoice, cluster_map
from core.neighbours import Graph, build_graph
from core.storage import Store, load_space, save_finding, save_fit, save_space
from core.tasks import open_source
from core.transforms import Method
from tests.support.app_server import open_browser, running_app

SIZES = (20_000, 200_000)
ROUNDS = 3  # of which the median counts
N_CLUSTERS, N_DIRECTIONS, N_DIMS, N_NEIGHBOURS = 60, 20, 64, 15
EMBEDDINGS, FIT = "bench-embeddings", "bench-fit"
WORKER_WARM_S = 60  # the worker compiles meanwhile, on the same processor
FRAMES = 20
LONGEST_WAIT_MS = 600_000
LASSO = ((0.25, 0.3), (0.7, 0.3), (0.75, 0.7), (0.3, 0.75), (0.26, 0.4))  # shares of a map's width and height


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each speed at each size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of texts")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--warm", type=float, default=WORKER_WARM_S, help="seconds for the worker to compile")
    parser.add_argument("--out", type=Path, default=RESULTS / "maps.json")
    options = parser.parse_args(arguments)
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for n in options.sizes:
            measured = measure_size(home, n, options.rounds, options.warm)
            for name, seconds in measured.items():
                print(f"{n:>8,} {name:18} {seconds:6.2f}", flush=True)
                figures.setdefault(name, {})[str(n)] = round(seconds, 3)
    write_figures(options.out, figures)


def measure_size(home: Path, n: int, rounds: int, warm_seconds: float) -> dict[str, float]:
    """Return the seconds of everything at one size, medians of some rounds."""
    store = Store(home)
    corpus = plant_corpus(store, n)
    store.mark_opened(corpus.key)
    found = measure_core(store, corpus, rounds)
    with running_app(home) as address, open_browser() as page:
        time.sleep(warm_seconds)
        page.set_default_timeout(LONGEST_WAIT_MS)
        found["first_open_s"] = first_draw(page, address, n)  # the server reads the corpus
        measured = [measure_app(page, address, n) for _ in range(rounds)]
    return found | {name: statistics.median(each[name] for each in measured) for name in measured[0]}


# Made-up data


def plant_corpus(
    store: Store,
    n: int,
    *,
    n_dims: int = N_DIMS,
    n_views: int = 0,
    n_labels: int = 0,
    clustered: bool = True,
    true_neighbours: bool = False,
) -> Corpus:
    """Store a corpus with a generic and a reshaped space, as after encoding and a Fit to some labels.

    Without clusters, which take half of the time, the maps page would find them first. True neighbours are
    needed where a Fit is measured, which starts from them; finding them takes 30 s for 120,000 texts.
    """
    texts, topics = make_texts(n)
    frame = pd.DataFrame({"text": texts, "topic": topics})
    corpus = build_corpus(Table(f"bench-{n}", frame, None, ()), "text")
    store.add_corpus(corpus)
    results = store.results(corpus.key)
    generator = np.random.default_rng(0)
    # Texts that begin alike are of one group, so that clusters have words of their own.
    groups = np.array([zlib.crc32(text[:20].encode()) % N_CLUSTERS for text in texts])
    generic, reshaped = (plant_space(generator, groups, n_dims, views) for views in (n_views, 0))
    if true_neighbours:
        generic = replace(generic, graph=build_graph(generic.vectors))
    save_space(results, EMBEDDINGS, generic)
    probabilities = generator.dirichlet(np.ones(4), n).astype(np.float32)
    names = ["one", "two", "three", "four"]
    labels = {int(row): names[groups[row] % 4] for row in generator.choice(n, n_labels, replace=False)}
    given = np.full(n, -1)
    given[list(labels)] = [names.index(name) for name in labels.values()]
    fit = Fit(
        space=reshaped,
        space_key=FIT,
        method=Method(),
        instruction="planted",
        labels=names,
        label_ids=[],
        phrases=[[name] for name in names],
        classes=[0, 1, 2, 3],
        given=given,
        probabilities=probabilities,
        label_vectors=generator.normal(size=(4, n_dims)).astype(np.float32),
    )
    save_fit(results, FIT, fit)
    for key, space in ((EMBEDDINGS, generic), (FIT, reshaped)) if clustered else ():
        save_finding(results, key, "near", near_neighbours(space.graph, space.map))
        open_source(results, corpus.key, corpus.texts, key, space.map, space.vectors)  # keeps what it makes
    store.set_encoding(corpus.key, "all-MiniLM-L6-v2", EMBEDDINGS)
    analysis = store.add_analysis(corpus.key, "planted")
    for name in names:
        store.label_names.add(analysis, name)
    store.labels.give(analysis, labels, "bench")
    store.set_fit(analysis, FIT, EMBEDDINGS)
    return corpus


def plant_space(
    generator: np.random.Generator, groups: np.ndarray, n_dims: int = N_DIMS, n_views: int = 0
) -> Space:
    """A space of clusters in a plane; a text's neighbours are any of its cluster.

    Within a cluster, vectors differ in `N_DIRECTIONS` directions: the search for neighbours in a reshaped
    space then takes 1.4 times as long as for as many requests to a bank, and where they differ in all, twice.
    """
    n = len(groups)
    middles = generator.uniform(-10, 10, (N_CLUSTERS, 2))
    places = (
        middles[groups]
        + generator.normal(size=(n, 2)) * generator.uniform(0.2, 0.7, N_CLUSTERS)[groups, None]
    )

    def unit_rows_of_groups() -> np.ndarray:
        middle = generator.normal(size=(N_CLUSTERS, n_dims)).astype(np.float32)
        directions = generator.normal(size=(N_DIRECTIONS, n_dims)).astype(np.float32) / 6
        rows = middle[groups] + generator.normal(size=(n, N_DIRECTIONS)).astype(np.float32) @ directions
        rows += generator.normal(size=(n, n_dims)).astype(np.float32) / 20
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    vectors = unit_rows_of_groups()
    order = np.argsort(groups, kind="stable")
    starts, sizes = np.searchsorted(groups[order], np.arange(N_CLUSTERS)), np.bincount(groups)
    picks = generator.integers(0, sizes[groups][:, None], (n, N_NEIGHBOURS))
    indices = order[starts[groups][:, None] + picks].astype(np.int32)
    similarities = [np.einsum("ij,ij->i", vectors, vectors[column]) for column in indices.T]
    return Space(
        vectors=vectors,
        graph=Graph(indices, np.stack(similarities, axis=1)),
        map=places.astype(np.float32),
        views=[unit_rows_of_groups().astype(np.float16) for _ in range(n_views)],
    )


# The core alone


def measure_core(store: Store, corpus: Corpus, rounds: int) -> dict[str, float]:
    """Cut and name the clusters of a map; find texts by words, pattern and meaning."""
    results = store.results(corpus.key)
    space = load_space(results, EMBEDDINGS)
    source = open_source(results, corpus.key, corpus.texts, EMBEDDINGS, space.map, space.vectors)
    index = build_index(corpus.texts)
    query = np.asarray(space.vectors[0])
    searches = [
        lambda: find_words(index, "delivery"),
        lambda: find_pattern(index, "refund(ed|s)?"),
        lambda: find_meaning(space.vectors, query, 50),
    ]
    choices = [ClusterChoice(fineness=step) for step in range(FINEST_LEVEL + 1)]
    return {
        "cut_s": max(seconds_of(partial(cluster_map, source, choice), rounds) for choice in choices),
        "search_s": max(seconds_of(search, rounds) for search in searches),
    }


def seconds_of(action: Callable[[], object], rounds: int) -> float:
    """Return the median seconds of an action."""
    return statistics.median(timed(action)[1] for _ in range(rounds))


# In the app


def measure_app(page: Page, address: str, n: int) -> dict[str, float]:
    """Return the seconds of everything that a person does on the maps page, once."""
    return {
        "first_draw_s": first_draw(page, address, n),
        "frame_s": frame(page),
        "lasso_s": lasso(page),
        "recolour_s": recolour(page),
        "cut_in_app_s": cut_in_app(page),
        "search_in_app_s": search_in_app(page),
    }


def first_draw(page: Page, address: str, n: int) -> float:
    """Return the seconds from opening the page in an empty browser to both maps drawn."""
    page.goto("about:blank")
    started = time.perf_counter()
    page.goto(f"{address}/maps")
    page.locator(f'.linked-maps[data-panes="2"][data-state="drawn"][data-points="{n}"]').wait_for()
    painted(page)
    seconds = time.perf_counter() - started
    page.locator(".st-key-maps_side").wait_for()  # the rest of the page
    settle(page)
    return seconds


def frame(page: Page) -> float:
    """Return the seconds of a frame while the right map moves."""
    stage = page.locator("[data-pane='1'] .stage")
    milliseconds = stage.evaluate(
        """async (stage, frames) => {
          const started = performance.now();
          for (let i = 0; i < frames; i++) {
            stage.dispatchEvent(new KeyboardEvent("keydown", { key: i % 2 ? "ArrowLeft" : "ArrowRight" }));
            await new Promise(requestAnimationFrame);
          }
          return (performance.now() - started) / frames;
        }""",
        FRAMES,
    )
    return milliseconds / 1000


def lasso(page: Page) -> float:
    """Return the seconds from releasing the mouse to the selection shown on both maps."""
    page.locator("[data-action=lasso]").click()
    box = page.locator("[data-pane='0'] .stage").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in LASSO]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    started = time.perf_counter()
    page.mouse.up()
    page.locator('.linked-maps:not([data-selected="0"])').wait_for()
    painted(page)
    seconds = time.perf_counter() - started
    settle(page)
    return seconds


def recolour(page: Page) -> float:
    """Return the seconds from the choice of another colouring to both maps drawn in it."""
    page.locator(".st-key-maps_colour_True [role=combobox]").first.click()
    option = page.get_by_role("option", name="Cluster (Generic)")
    option.wait_for()
    return seconds_to_redraw(page, option.click)


def cut_in_app(page: Page) -> float:
    """Return the seconds from one step finer to the new clusters on both maps; every round takes another."""
    page.locator(".st-key-maps_side_panel").get_by_text("Clusters", exact=True).click()
    slider = page.locator("[class*=st-key-maps_cluster_fineness]").get_by_role("slider")
    slider.focus()
    return seconds_to_redraw(page, lambda: page.keyboard.press("ArrowRight"))


def search_in_app(page: Page) -> float:
    """Return the seconds from Enter in the search field to the hits ringed on both maps."""
    page.locator(".st-key-maps_search input").fill("delivery")
    seconds = seconds_to_redraw(page, lambda: page.keyboard.press("Enter"))
    page.locator('.linked-maps:not([data-lit="0"])').wait_for()
    return seconds


def seconds_to_redraw(page: Page, action: Callable[[], object]) -> float:
    """Return the seconds from an action to both maps drawn again."""
    drawings = page.locator(".linked-maps").get_attribute("data-drawings")
    started = time.perf_counter()
    action()
    page.locator(f'.linked-maps[data-state="drawn"]:not([data-drawings="{drawings}"])').wait_for()
    painted(page)
    seconds = time.perf_counter() - started
    settle(page)
    return seconds


def painted(page: Page) -> None:
    """Wait until the browser has shown what was drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def settle(page: Page) -> None:
    """Wait until the server has finished its run."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(1000)


if __name__ == "__main__":
    main()
