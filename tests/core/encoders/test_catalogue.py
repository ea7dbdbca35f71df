"""Facts about an encoder before it is loaded agree with the loaded encoder."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.encoders import (
    DEFAULT_ENCODER,
    PREVIEW_ENCODER,
    EncoderSpec,
    available_encoders,
    count_too_long,
    default_template,
    describe_encoder,
    family_of,
    host_of,
    instructed_encoders,
    load_encoder,
    model_files,
    precomputed_name,
    preview_prompt,
    split_precomputed,
    title_of,
    vectors_source,
)
from core.encoders.catalogue import find_entry
from core.encoders.prompts import known_wording
from core.errors import EncoderUnavailable
from tests.support.tiny_models import save_causal, save_instructor, save_masked, save_sentence_model

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[3]


QUESTION = "How does the customer feel?"


VECTORS = "vectors:my {vectors} #1.npz#0a1b"


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """Encoders of every kind, in folders."""
    from sentence_transformers import SentenceTransformer

    home = tmp_path_factory.mktemp("models")
    instructor = save_instructor(home)
    save_causal(home / "tiny-llama")
    save_causal(home / "tiny-opt", "opt")
    save_masked(home / "tiny-roberta")
    search = "Instruct: Given a web search query, find passages\nQuery: "
    saved = {
        "tasks": {"prompts": {"clustering": "clustering: ", "query": ""}},
        "shown": {"prompts": {"query": search, "document": ""}},
        "usual": {"prompts": {"passage": "passage: ", "query": ""}, "default_prompt_name": "passage"},
    }
    for folder, settings in saved.items():
        SentenceTransformer(str(instructor), **settings).save(str(home / folder))
    return {
        "instructor": f"instructor:{instructor}",
        "plain": f"sentence:{instructor}",
        "llama": str(home / "tiny-llama"),
        "opt": f"inbedder:{home}/tiny-opt#avg_gen",
        "roberta": f"inbedder:{home}/tiny-roberta",
        **{folder: str(home / folder) for folder in saved},
    }


KINDS = ("instructor", "plain", "llama", "opt", "roberta", "tasks", "shown", "usual")


def outcome(use, *given):
    try:
        return use(*given)
    except EncoderUnavailable as error:
        return str(error)


def loaded_prompt(encoder, instruction):
    prompt = encoder.prompt_for(instruction)
    return prompt if hasattr(encoder, "encode_and_answer") else prompt + "{input}"


@pytest.mark.parametrize("kind", KINDS)
def test_facts_and_prompts_are_those_of_the_loaded_encoder(names, kind):
    name, encoder = names[kind], load_encoder(names[kind])
    facts = describe_encoder(name)
    assert facts.problem == ""
    assert facts.max_tokens == encoder.max_tokens
    assert facts.follows_instructions == encoder.follows_instructions
    assert facts.tasks == encoder.tasks
    assert facts.needs_instruction == ("there is none" in outcome(encoder.prompt_for, None))
    assert facts.needs_instruction == (kind in ("llama", "opt", "roberta"))
    assert facts.on_this_machine
    assert facts.host is None
    assert 0 < facts.gigabytes < 0.001
    for instruction in (
        "emotion",
        "clustering",
        f" {QUESTION}\n",
        "Represent the tram:",
        "{input}",
        "",
        None,
    ):
        assert outcome(preview_prompt, name, instruction) == outcome(loaded_prompt, encoder, instruction)


@pytest.mark.parametrize("kind", ["instructor", "plain", "shown", "usual", "tasks"])
def test_a_template_gives_the_same_prompt_before_and_after_loading(names, kind):
    template = "Represent the {instruction} of this:"
    encoder = load_encoder(names[kind], template=template)
    for instruction in ("emotion", "emotion: ", None):
        expected = loaded_prompt(encoder, instruction)
        assert preview_prompt(names[kind], instruction, template) == expected
    assert preview_prompt(names[kind], "emotion", template) == "Represent the emotion of this:{input}"
    for use in (
        lambda: preview_prompt(names[kind], "emotion", "Represent:"),
        lambda: load_encoder(names[kind], template="Represent:"),
    ):
        with pytest.raises(EncoderUnavailable, match=r"no place for the instruction: write \{instruction\}"):
            use()


def test_the_exact_strings_by_hand(names):
    assert preview_prompt(names["instructor"], "emotion") == "Represent the text for emotion:{input}"
    assert preview_prompt(names["instructor"], None) == "Represent the text:{input}"
    assert preview_prompt(names["tasks"], "clustering") == "clustering: {input}"
    assert preview_prompt(names["tasks"], None) == preview_prompt(names["plain"], "") == "{input}"
    assert preview_prompt(names["usual"], None) == "passage: {input}"
    assert preview_prompt(names["shown"], "emotion") == "Instruct: emotion\nQuery: {input}"
    pattern = f"### Input:\n{{input}}\n\n### Instruction:\n{QUESTION}\n\n### Response:"
    assert preview_prompt(names["llama"], QUESTION) == pattern
    assert preview_prompt(names["roberta"], QUESTION) == pattern + "<mask><mask><mask>"


def test_the_limits_by_hand(names):
    # Places of the configurations, less those of the answer; RoBERTa counts from 2.
    found = {kind: describe_encoder(name).max_tokens for kind, name in names.items()}
    assert (found["llama"], found["opt"], found["roberta"]) == (256 - 3, 256 - 20, 130 - 2)
    assert found["instructor"] == found["plain"] == 64


def test_a_prompt_put_before_every_text_changes_no_provenance(names):
    usual = load_encoder(names["usual"])
    assert usual.prompt_for(None) == "passage: "
    assert usual.key_for(None) == usual.key_for("passage") == usual.key


def test_the_mask_is_read_from_the_tokenizer(names, tmp_path):
    folder = save_masked(tmp_path / "inbedder-masked")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    for token in ("[MASK]", {"content": "[MASK]", "lstrip": False}):
        settings["mask_token"] = token
        (folder / "tokenizer_config.json").write_text(json.dumps(settings))
        assert preview_prompt(str(folder), QUESTION).endswith("### Response:[MASK][MASK][MASK]")


def test_templates_that_can_be_chosen(names):
    assert default_template(names["instructor"]) == "Represent the text for {instruction}:"
    assert default_template(names["shown"]) == "Instruct: {instruction}\nQuery: "
    for none in (
        names["llama"],
        names["tasks"],
        names["plain"],
        VECTORS,
        "endpoint:http://h/v1#m",
        "/no/such",
    ):
        assert default_template(none) == ""
    assert default_template("Qwen/Qwen3-Embedding-0.6B") == "Instruct: {instruction}\nQuery:"
    assert default_template("endpoint:http://h/v1#qwen3-embedding") == "Instruct: {instruction}\nQuery:"
    takes = {kind for kind in KINDS if describe_encoder(names[kind]).takes_template}
    assert takes == {"instructor", "plain", "shown"}  # "usual" counts its passages as a task


@pytest.mark.parametrize(
    "choice", [*available_encoders(), *instructed_encoders()], ids=lambda each: each.name
)
def test_encoders_of_the_catalogue_are_described_before_they_are_here(choice, monkeypatch):

    monkeypatch.setattr(model_files.find, "downloaded_folder", lambda *_: None)
    facts = describe_encoder(choice.name)
    assert (facts.kind, facts.licence, facts.languages) == (choice.kind, choice.licence, choice.languages)
    assert facts.gigabytes == pytest.approx(choice.gigabytes, rel=0.1)
    assert (facts.max_tokens, facts.n_dims) == (choice.max_tokens, choice.n_dims)
    assert facts.follows_instructions == choice.follows_instructions
    assert facts.needs_instruction == choice.needs_instruction
    assert facts.on_this_machine == (choice.name in (DEFAULT_ENCODER, PREVIEW_ENCODER))
    assert facts.description == choice.description
    instruction = facts.tasks[0] if facts.tasks else QUESTION
    if choice.follows_instructions != "no":
        prompt = preview_prompt(choice.name, instruction)
        assert "{input}" in prompt and (facts.tasks or "How does the customer feel" in prompt)


def test_a_choice_is_found_with_and_without_its_owner():
    assert (
        find_entry("all-mpnet-base-v2") is find_entry("sentence-transformers/all-mpnet-base-v2") is not None
    )
    assert find_entry("someone/all-mpnet-base-v2") is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "There is no folder “”"),
        ("/no/such/folder", "There is no folder “/no/such/folder”"),
        ("~nobody-here/x", "There is no folder"),
        ("x" * 5_000 + "/" * 3, "There is no folder"),
        (str(ROOT / "core"), "holds no model"),
        ("endpoint:nowhere#m", "is no address"),
        ("endpoint:http://h/v1", "names no model"),
        ("someone/model#avg_gen", "has one output only: leave “#avg_gen” out"),
    ],
)
def test_a_name_that_stands_for_nothing_has_a_problem(name, problem):
    facts = describe_encoder(name)
    assert problem in facts.problem
    assert not facts.on_this_machine
    with pytest.raises(EncoderUnavailable):
        preview_prompt(name, "emotion")


def test_titles_are_short():
    assert {name: title_of(name) for name in TITLES} == TITLES


TITLES = {
    "all-MiniLM-L6-v2": "all-MiniLM-L6-v2",
    "hkunlp/instructor-base": "instructor-base",
    "instructor:/home/ada/models/mine/": "mine",
    "inbedder:/home/ada/models/mine": "mine",
    "BrandonZYW/opt-1.3b-InBedder#avg_gen_layer_24": "opt-1.3b-InBedder (avg_gen_layer_24)",
    r"C:\models\mine": "mine",
    "endpoint:https://api.example.org/v1#small": "small at api.example.org",
    "endpoint:http://127.0.0.1:11434/v1#a/b:latest": "a/b:latest at 127.0.0.1:11434",
    VECTORS: "vectors of my {vectors} #1.npz",
}


def test_precomputed_vectors_have_a_name_that_holds_file_and_key():
    assert precomputed_name("my {vectors} #1.npz", "0a1b") == VECTORS
    assert split_precomputed(VECTORS) == ("my {vectors} #1.npz", "0a1b")
    for other in (DEFAULT_ENCODER, "vectors:", "vectors:file", "vectors:#key", "endpoint:http://h/v1#m"):
        assert split_precomputed(other) is None
    assert EncoderSpec.parse("endpoint:http://h/v1#m") == EncoderSpec("endpoint", "http://h/v1", "m")


def test_precomputed_vectors_can_encode_nothing_more():
    facts = describe_encoder(VECTORS)
    assert (facts.kind, facts.follows_instructions, facts.on_this_machine) == ("vectors", "no", True)
    assert host_of(VECTORS) is None
    for use in (
        lambda: load_encoder(VECTORS),
        lambda: preview_prompt(VECTORS, None),
        lambda: count_too_long(["a"], VECTORS),
    ):
        with pytest.raises(EncoderUnavailable, match="come from a file: label names and new texts cannot"):
            use()


def test_describing_loads_no_slow_library(names):
    code = (
        "import sys\n"
        "from core.encoders import *\n"
        "for name in sys.argv[1:]:\n"
        "    describe_encoder(name), default_template(name), title_of(name), host_of(name)\n"
        "    try: preview_prompt(name, 'How?')\n"
        "    except Exception as error: print(type(error).__name__)\n"
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'sklearn'} & set(sys.modules)))"
    )
    given = [*names.values(), DEFAULT_ENCODER, VECTORS, "endpoint:http://h/v1#m", "hkunlp/instructor-xl"]
    found = subprocess.run(
        [sys.executable, "-c", code, *given], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(found.stdout.split("\n")) == {"EncoderUnavailable", "[]", ""}


def test_the_choices_name_the_default_first():
    choices = available_encoders()
    assert choices[0].name == DEFAULT_ENCODER
    assert (choices[0].n_dims, choices[0].max_tokens) == (384, 256)
    assert len({choice.name for choice in choices}) == len(choices)


def test_vectors_are_known_by_model_and_prompt_and_not_by_the_name(tmp_path):
    saved = save_sentence_model(tmp_path)
    copy = shutil.copytree(saved, tmp_path / "copy")
    assert vectors_source(str(saved)) == vectors_source(str(copy))
    (copy / "config.json").write_text((saved / "config.json").read_text() + " ")
    assert vectors_source(str(saved)) != vectors_source(str(copy))
    names = [choice.name for choice in available_encoders()]
    assert len({vectors_source(name) for name in names}) == len(names)  # one may be made from another
    instructor = "hkunlp/instructor-base"
    keys = {vectors_source(instructor, asked) for asked in (None, "by cause", "by feeling")}
    assert len(keys) == 3
    with pytest.raises(EncoderUnavailable, match="follows no instructions"):
        vectors_source(DEFAULT_ENCODER, "by cause")


def test_counting_and_choosing_load_no_slow_library():
    code = (
        "import sys\n"
        "from core.encoders import *\n"
        "count_too_long(['late ' * 300]), available_encoders()\n"
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'sklearn'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_choices_say_what_each_follows(tmp_path):
    generic, instructed = available_encoders(), instructed_encoders()
    assert {choice.follows_instructions for choice in generic} == {"no"}
    assert {choice.follows_instructions for choice in instructed} == {"free text", "fixed tasks"}
    assert {choice.kind for choice in instructed} == {"sentence", "instructor", "inbedder"}
    assert len({choice.name for choice in [*generic, *instructed]}) == len(generic) + len(instructed)
    for choice in [*generic, *instructed]:
        assert family_of(EncoderSpec.parse(choice.name), tmp_path).kind == choice.kind
        assert choice.licence
        assert choice.languages
        assert choice.gigabytes > 0
        if choice.kind == "sentence":
            assert known_wording(choice.name, {}).follows == choice.follows_instructions
