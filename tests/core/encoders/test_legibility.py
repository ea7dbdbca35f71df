"""Whether an encoder can read texts, known from its tokeniser."""

import pytest

from core.encoders import Legibility, check_legibility
from core.encoders.legibility import read_legibility


@pytest.fixture
def tokenizer_file(tmp_path):
    """A tokeniser of six words, and Chinese characters one by one, of which it knows two."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    vocabulary = {
        token: code for code, token in enumerate(["[UNK]", "late", "food", "was", "the", "cold", "不", "好"])
    }
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


def test_texts_of_known_words_are_read(tokenizer_file):
    texts = ["the food was late", "The Food was late", "the food was cold", "cold food"]
    found = read_legibility(texts, 16, tokenizer_file)
    assert found == Legibility(n_texts=3, n_distinct=3, n_unread=0) and not found.doubtful


def test_texts_of_unknown_signs_are_not(tokenizer_file):
    texts = ["快递很好", "面包很好", "快递不好", "🔥", "❤", "the food was cold"]
    found = read_legibility(texts, 16, tokenizer_file)
    # Three unknown signs and 好 twice; one unknown sign twice.
    assert found == Legibility(n_texts=6, n_distinct=4, n_unread=5) and found.doubtful


def test_texts_that_are_cut_are_not_judged(tokenizer_file):
    texts = ["the " * 20 + "food", "the " * 20 + "cold", "the food"]
    assert read_legibility(texts, 16, tokenizer_file) == Legibility(1, 1, 0)


def test_the_default_encoder_reads_english_and_neither_chinese_nor_emoji():
    chinese = [
        what + how for what in ("快递", "面包", "客服", "软件") for how in ("晚了", "很贵", "崩溃", "很慢")
    ]
    assert check_legibility(chinese).doubtful
    assert check_legibility(["❤🔥", "😀😀", "🔥", "💶💶"]) == Legibility(4, 1, 4)
    assert not check_legibility(["The food was cold", "Größe übel", "Доставка плохая", "Łódź 12"]).doubtful


@pytest.mark.parametrize("name", ["nobody/not-here", "endpoint:http://127.0.0.1:9/v1#m", "no-folder/of-mine"])
def test_nothing_is_claimed_of_an_encoder_that_is_not_here(name):
    assert check_legibility(["some text"], name) is None


def test_no_texts_are_no_doubt(tokenizer_file):
    assert not read_legibility([], 16, tokenizer_file).doubtful
