import pytest

from core.errors import Cancelled, LanguageModelError
from core.maps.clusters import Group, name_clusters_by_llm
from core.utils import Completion, LanguageModel, parse_name
from tests.core.utils.test_chat_client import reply
from tests.core.utils.test_chat_client import server as server  # the fixture

GROUPS = {
    0: Group(["my card came late", "where is my card"], ["a refund please"]),
    4: Group(["a refund please"], ["my card came late"]),
}


@pytest.fixture
def model(server):
    return LanguageModel(server.url, "small", pause=lambda seconds: None)


def by_first_text(answers):
    """A server that answers by the first text of the group."""

    def answer(body, number):
        question = body["messages"][1]["content"]
        group = question.split("<group>\n- ")[1].split("\n")[0]
        found = answers[group]
        return reply(found.pop(0) if isinstance(found, list) else found)

    return answer


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Late cards", "Late cards"),
        (" \n**Late cards.**\nbecause they are late", "Late cards"),
        ("“Späte Karten”", "Späte Karten"),
        ("Name: late cards", "late cards"),
        ("# 迟到的卡。", "迟到的卡"),
        ("C++ questions", "C++ questions"),
    ],
)
def test_a_name_is_read_from_an_answer(text, name):
    answer = parse_name(Completion(text, True))
    assert (answer.value, answer.problem) == (name, None)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Completion("", True), "empty"),
        (Completion('"…"', True), "empty"),
        (Completion("Late ca", False), "cut off"),
        (Completion("I'm sorry, but no", True), "a refusal"),
        (Completion("I cannot help", True), "a refusal"),
        (Completion("this group is about people whose cards came late or never", True), "too long"),
        (Completion("x" * 61, True), "too long"),
    ],
)
def test_an_answer_that_is_no_name(answer, problem):
    assert parse_name(answer).problem == problem


def test_clusters_get_their_names(server, model):
    server.answer = by_first_text({"my card came late": "Late cards", "a refund please": "Refunds"})
    named = name_clusters_by_llm(model, GROUPS, instruction="by complaint")
    assert named.names == {0: "Late cards", 4: "Refunds"} and named.failed == {}
    question = server.requests[0]["messages"][1]["content"]
    assert "by complaint" in question and "<neighbours>" in question


def test_after_equal_names_a_second_prompt_lists_the_taken_ones(server, model):
    server.answer = by_first_text({"my card came late": "Money", "a refund please": ["money!", "Refunds"]})
    assert name_clusters_by_llm(model, GROUPS).names == {0: "Money", 4: "Refunds"}
    assert "taken: Money" in server.requests[-1]["messages"][1]["content"]


def test_clusters_without_a_name_get_the_reason(server, model):
    server.answer = by_first_text({"my card came late": "Kept", "a refund please": ["", "I'm sorry"]})
    named = name_clusters_by_llm(model, GROUPS, taken=["kept"])
    assert named.names == {}
    assert named.failed == {0: "taken", 4: "a refusal"}


def test_long_texts_are_cut_and_lines_are_joined(server, model):
    server.answer = lambda body, number: reply("Name")
    name_clusters_by_llm(model, {0: Group(["a\nb " + "x" * 9_000] * 50, [])})
    question = server.requests[0]["messages"][1]["content"]
    assert "- a b xxx" in question and len(question) < 12 * 310 + 100
    assert "<neighbours>" not in question


def test_a_server_that_refuses_stops_the_work(server, model):
    server.answer = lambda body, number: (401, {})
    named = name_clusters_by_llm(model, GROUPS)
    assert named.names == {} and isinstance(named.stopped, LanguageModelError)
    assert "refuses the key" in str(named.stopped)


def test_a_cancelled_run_keeps_the_names_so_far(server, model):
    server.answer = by_first_text({"my card came late": "Late cards", "a refund please": "Refunds"})

    def cancel(done, total):
        if done:
            raise Cancelled("Stopped.")

    named = name_clusters_by_llm(model, GROUPS, progress=cancel)
    assert len(named.names) == 1 and isinstance(named.stopped, Cancelled)
