"""The whole story without pages: encode, label, fit, check, a language model, an endpoint, exports, failures.

`python -m tests.support.whole_story HOME`, with the texts, labels and keys that must not be found elsewhere.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import psutil

from core.corpus import build_corpus, read_table
from core.encoders import DEFAULT_ENCODER
from core.errors import RefractError
from core.export import export_table
from core.jobs import JobRunner
from core.storage import Store, load_space
from core.utils import Secret
from tests.conftest import FEELINGS, make_frame
from tests.support.chat_server import ChatServer
from tests.support.embeddings_server import EmbeddingsServer

TEXT, LABEL, KEY, ENDPOINT_KEY = "canarytext", "Canarylabel", "sk-canary-chat", "sk-canary-vectors"
NAMES = {feeling: f"{LABEL} {feeling}" for feeling in FEELINGS}


def refuse(step, user, body):
    """Answer as servers do that repeat what they got."""
    return 401, {"error": {"message": f"Incorrect key {KEY}, {ENDPOINT_KEY}: {user}"}}


def break_down(step, user, body):
    return 400, {"error": {"message": f"Bearer {KEY} asked about {user}"}}


def tell(home):
    """Walk the story; print the messages of what failed, and the arguments of the worker's process."""
    frame = make_frame()
    frame["text"] = [f"{TEXT} {text}" for text in frame["text"]]
    source = home.parent / "texts.csv"
    frame.to_csv(source, index=False)
    store, runner, server = Store(home), JobRunner(home), ChatServer()
    vectors, messages = EmbeddingsServer(), []

    def run(task, **arguments):
        job = runner.wait(runner.submit(task, "a job", **arguments), 400)
        messages.append([task, job.status, job.message])

    try:
        corpus = build_corpus(read_table(source.name, source.read_bytes()), "text")
        store.add_corpus(corpus)
        run("prepare", corpus_key=corpus.key, encoder=DEFAULT_ENCODER)
        analysis = store.add_analysis(corpus.key, "by feeling")
        for name in NAMES.values():
            store.label_names.add(analysis, name)
        feelings = corpus.metadata["feeling"].tolist()
        store.labels.give(analysis, {row: NAMES[feelings[row]] for row in range(20)}, "ada")
        run("fit", analysis_id=analysis)
        run("measure", analysis_id=analysis, fit_key=store.analysis(analysis).fit_key)
        model = {"url": server.url, "model": "small", "key": Secret(KEY)}
        for server.mood in (refuse, break_down, lambda step, user, body: None):
            run("annotate", analysis_id=analysis, n_texts=4, language_model=model)
        vectors.answer = lambda body, number: (401, {"error": {"message": f"wrong {ENDPOINT_KEY}: {body}"}})
        run("prepare", corpus_key=corpus.key, encoder=vectors.name)
        vectors.answer = lambda body, number: (400, {"error": {"message": f"Bearer {ENDPOINT_KEY}"}})
        run("prepare", corpus_key=corpus.key, encoder=vectors.name)
        run("fit", **{f"{TEXT} {LABEL}": KEY})  # nobody expects it: Python's message quotes the name
        try:
            runner.query("place_text", timeout=60, **{f"{TEXT} {LABEL}": KEY})
        except RefractError as error:
            messages.append(["query", "failed", str(error)])
        export(store, corpus, home.parent / "export.csv")
        processes = psutil.Process().children(recursive=True)
        print(json.dumps({"messages": messages, "processes": [each.cmdline() for each in processes]}))  # noqa: T201
    finally:
        runner.close()
        server.close()
        vectors.close()


def export(store, corpus, path):
    space = load_space(store.results(corpus.key), store.encoded_corpus(corpus.key).embedding_key)
    clusters = np.zeros(len(corpus.texts), dtype=np.int64)
    table = export_table(corpus, generic_clusters=clusters, generic_names={0: "all"}, generic_map=space.map)
    table.to_csv(path, index=False)


if __name__ == "__main__":
    os.environ["REFRACT_EMBEDDINGS_KEY"] = ENDPOINT_KEY
    tell(Path(sys.argv[1]))
