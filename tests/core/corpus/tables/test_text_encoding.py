"""The encoding of text files that are not UTF-8."""

import pytest

from core.corpus.tables.text_encoding import find_encoding

TEXTS = {
    "cp1252": "Das Gerät läuft nicht mehr, schöne Grüße\nL’été à la plage était “génial”\n",
    "latin-1": "Café crème à Besançon\nÜbergröße für Mädchen\n",
    "cp1250": "Síť spadla a přístroj se porouchal, žádám vrácení peněz\nBuďte laskaví a pošlete účet\n",
    "cp1251": "Посылка пришла слишком поздно, водитель был груб\nОчень доволен покупкой, спасибо\n",
    "koi8-r": "Посылка пришла слишком поздно, водитель был груб\nОчень доволен покупкой, спасибо\n",
    "cp1253": "Το δέμα έφτασε πολύ αργά και ο οδηγός ήταν αγενής\n",
    "cp1256": "وصل الطرد متأخرا جدا وكان السائق وقحا معي\n",
    "shift_jis": "荷物が届くのが遅すぎて、ドライバーも失礼でした\nとても満足しています\n",
    "euc_jp": "荷物が届くのが遅すぎて、ドライバーも失礼でした\nとても満足しています\n",
    "gb18030": "包裹到得太晚了，司机很粗鲁\n我对这次购物非常满意\n",
    "big5": "包裹到得太晚了，司機很粗魯\n我對這次購物非常滿意\n",
    "euc_kr": "소포가 너무 늦게 도착했고 기사님이 무례했습니다\n",
}


@pytest.mark.parametrize("codec", TEXTS)
def test_legacy_encodings_are_found(codec):
    text = "text\n" + TEXTS[codec] * 3
    encoding = find_encoding("x.csv", text.encode(codec))
    assert encoding.decode(text.encode(codec)) == text
    assert "Not UTF-8" in encoding.notes[0] and "save the file as UTF-8" in encoding.notes[0]


@pytest.mark.parametrize("accented", ["café", "né", "naïve", "it’s the “best” – ever", "Besançon"])
@pytest.mark.parametrize("n_plain", [0, 3_000])
def test_a_few_western_accents_among_plain_lines_stay_western(accented, n_plain):
    text = "the tram was late\n" * n_plain + accented + "\n"
    encoding = find_encoding("x.txt", text.encode("cp1252"))
    assert (encoding.label, encoding.decode(text.encode("cp1252"))) == ("Windows-1252", text)
