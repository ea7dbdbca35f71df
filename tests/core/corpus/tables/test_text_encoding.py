"""The encoding of text files: of those that are not UTF-8, and of what a person chooses."""

import pytest

from core.corpus.tables.text_encoding import encoding_name, find_encoding
from core.errors import CorpusError

TEXTS = {
    "German": (
        "cp1252 mac_roman cp850 cp437",
        "Das Gerät läuft nicht mehr",
        "Die Lieferung kam zwei Tage zu spät",
        "Sehr freundliche Verkäuferin, gerne wieder",
        "Leider war die Größe falsch",
        "Die App stürzt ständig ab",
        "Preis für das Frühstück ist überzogen",
        "Schöne Grüße an das ganze Team",
        "Ich möchte mein Geld zurück",
    ),
    "French": (
        "cp1252 mac_roman cp850",
        "Le colis est arrivé trop tard",
        "Très bon accueil à l'hôtel",
        "La chambre était sale et bruyante",
        "Le café était froid, dommage",
        "Je voudrais être remboursé",
        "Problème réglé rapidement, merci",
        "Le livreur n'a pas sonné",
        "Déçu par la qualité",
    ),
    "Spanish": (
        "cp1252 mac_roman",
        "El paquete llegó muy tarde",
        "La atención fue excelente",
        "¿Dónde está mi pedido?",
        "La habitación estaba sucia",
        "No funciona la aplicación en mi teléfono",
        "Muy buen servicio, volveré mañana",
        "El niño quedó contento con el regalo",
        "Quiero la devolución del dinero",
    ),
    "Portuguese": (
        "cp1252",
        "A encomenda não chegou",
        "O serviço é muito bom",
        "Péssima experiência com a aplicação",
        "Quero a devolução do dinheiro",
        "O quarto estava sujo e cheirava mal",
        "Excelente atenção ao cliente",
        "Não recomendo a ninguém",
        "A refeição estava fria",
    ),
    "Swedish": (
        "cp1252",
        "Paketet kom för sent",
        "Mycket bra bemötande på hotellet",
        "Appen kraschar hela tiden",
        "Jag vill ha pengarna tillbaka",
        "Rummet var smutsigt och kallt",
        "Väldigt nöjd med köpet",
        "Chauffören var otrevlig",
        "Får jag byta storlek?",
    ),
    "Polish": (
        "cp1250 iso8859_2 cp852",
        "Paczka przyszła za późno",
        "Bardzo miła obsługa, polecam",
        "Aplikacja ciągle się zawiesza",
        "Proszę o zwrot pieniędzy",
        "Pokój był brudny i głośny",
        "Kierowca nie zadzwonił",
        "Jakość gorsza niż na zdjęciu",
        "Wszystko w porządku, dziękuję",
    ),
    "Czech": (
        "cp1250 iso8859_2",
        "Balík přišel pozdě",
        "Velmi milá obsluha, děkuji",
        "Aplikace pořád padá",
        "Chci vrátit peníze",
        "Pokoj byl špinavý a hlučný",
        "Řidič nezavolal předem",
        "Kvalita je horší než na fotce",
        "Všechno v pořádku",
    ),
    "Hungarian": (
        "cp1250",
        "A csomag túl későn érkezett",
        "Nagyon kedves kiszolgálás",
        "Az alkalmazás folyton összeomlik",
        "Kérem vissza a pénzemet",
        "A szoba piszkos és zajos volt",
        "A sofőr nem hívott fel",
        "Rosszabb minőségű, mint a képen",
        "Minden rendben volt, köszönöm",
    ),
    "Russian": (
        "cp1251 koi8_r cp866 iso8859_5",
        "Посылка пришла слишком поздно",
        "Очень вежливый персонал, спасибо",
        "Приложение постоянно вылетает",
        "Верните мне деньги",
        "В номере было грязно и шумно",
        "Курьер не позвонил",
        "Качество хуже, чем на фото",
        "Всё отлично, рекомендую",
    ),
    "Ukrainian": (
        "cp1251",
        "Посилка прийшла надто пізно",
        "Дуже ввічливий персонал, дякую",
        "Застосунок постійно вилітає",
        "Поверніть мої гроші",
        "У номері було брудно й гамірно",
        "Кур'єр не зателефонував",
        "Якість гірша, ніж на фото",
        "Усе чудово, рекомендую",
    ),
    "Greek": (
        "cp1253 iso8859_7",
        "Το δέμα έφτασε πολύ αργά",
        "Πολύ ευγενικό προσωπικό, ευχαριστώ",
        "Η εφαρμογή κολλάει συνέχεια",
        "Θέλω τα χρήματά μου πίσω",
        "Το δωμάτιο ήταν βρώμικο",
        "Ο οδηγός δεν τηλεφώνησε",
        "Η ποιότητα είναι χειρότερη",
        "Όλα καλά",
    ),
    "Turkish": (
        "cp1254",
        "Kargo çok geç geldi",
        "Personel çok nazikti, teşekkürler",
        "Uygulama sürekli çöküyor",
        "Paramı geri istiyorum",
        "Oda kirli ve gürültülüydü",
        "Sürücü aramadı",
        "Kalitesi fotoğraftakinden kötü",
        "Her şey yolundaydı, tavsiye ederim",
    ),
    "Hebrew": (
        "cp1255",
        "החבילה הגיעה מאוחר מדי",
        "צוות אדיב מאוד, תודה",
        "האפליקציה קורסת כל הזמן",
        "אני רוצה את הכסף בחזרה",
        "החדר היה מלוכלך ורועש",
        "הנהג לא התקשר",
        "האיכות גרועה מהתמונה",
        "הכול היה בסדר",
    ),
    "Arabic": (
        "cp1256 iso8859_6",
        "وصل الطرد متأخرا جدا",
        "الموظفون لطفاء جدا، شكرا",
        "التطبيق يتوقف باستمرار",
        "أريد استرداد أموالي",
        "كانت الغرفة متسخة وصاخبة",
        "السائق لم يتصل بي",
        "الجودة أسوأ من الصورة",
        "كل شيء كان جيدا",
    ),
    "Lithuanian": (
        "cp1257",
        "Siunta atėjo per vėlai",
        "Labai malonus personalas, ačiū",
        "Programėlė nuolat stringa",
        "Noriu susigrąžinti pinigus",
        "Kambarys buvo nešvarus ir triukšmingas",
        "Vairuotojas nepaskambino",
        "Kokybė prastesnė nei nuotraukoje",
        "Viskas gerai",
    ),
    "Thai": (
        "cp874",
        "พัสดุมาถึงช้าเกินไป",
        "พนักงานสุภาพมาก ขอบคุณ",
        "แอปค้างตลอดเวลา",
        "ฉันต้องการเงินคืน",
        "ห้องสกปรกและเสียงดัง",
        "คนขับไม่โทรมา",
        "คุณภาพแย่กว่าในรูป",
        "ทุกอย่างดี",
    ),
    "Japanese": (
        "cp932 euc_jp iso2022_jp",
        "荷物が届くのが遅すぎました",
        "とても親切な対応でした",
        "アプリが何度も落ちます",
        "返金してほしい",
        "部屋が汚くてうるさかった",
        "ドライバーから電話がなかった",
        "写真より品質が悪い",
        "満足しています",
    ),
    "Chinese, simplified": (
        "gb18030 gb2312",
        "包裹到得太晚了",
        "服务员非常热情，谢谢",
        "应用程序总是崩溃",
        "我要求退款",
        "房间又脏又吵",
        "司机没有打电话",
        "质量比图片差",
        "一切都很好",
    ),
    "Chinese, traditional": (
        "big5",
        "包裹到得太晚了",
        "服務員非常熱情，謝謝",
        "應用程式總是當機",
        "我要求退款",
        "房間又髒又吵",
        "司機沒有打電話",
        "品質比圖片差",
        "一切都很好",
    ),
    "Korean": (
        "cp949",
        "소포가 너무 늦게 도착했습니다",
        "직원이 매우 친절했어요",
        "앱이 계속 멈춰요",
        "환불해 주세요",
        "방이 더럽고 시끄러웠습니다",
        "기사님이 전화하지 않았어요",
        "사진보다 품질이 나빠요",
        "모든 것이 좋았습니다",
    ),
}
CASES = [(language, codec) for language, (codecs, *_) in TEXTS.items() for codec in codecs.split()]
PLAIN = ("ok", "very good service", "n/a", "too late")


def table(texts, n_rows=20):
    """A file of a survey: most of the bytes are ASCII."""
    rows = [f"{n},2024-03-{1 + n % 28:02},{texts[n % len(texts)]},{1 + n % 5}" for n in range(n_rows)]
    return "\n".join(["id,date,comment,stars", *rows, ""])


@pytest.mark.parametrize(("language", "codec"), CASES)
def test_an_older_encoding_is_found_in_small_and_large_files(language, codec):
    texts = [text.replace(",", "") for text in TEXTS[language][1:]]
    mostly_english = [text for sentence in texts for text in (*PLAIN[:2], sentence)]
    for text in (table(texts), table(mostly_english), table(texts, 5_000), "\n".join(texts)):
        content = text.encode(codec)
        encoding = find_encoding("x.csv", content)
        assert encoding.decode(content) == text
        assert len(encoding.notes) == 1 and encoding.label in encoding.notes[0] + " Windows-1252"
        assert encoding.choices[0] == encoding.codec
        for other in encoding.choices[1:]:
            content.decode(other)


@pytest.mark.parametrize("accented", ["café", "né", "naïve", "it’s the “best” – ever", "Besançon", "10 €"])
@pytest.mark.parametrize("n_plain", [0, 3_000])
def test_a_few_western_accents_among_plain_lines_stay_western(accented, n_plain):
    text = "the tram was late\n" * n_plain + accented + "\n"
    encoding = find_encoding("x.txt", text.encode("cp1252"))
    assert (encoding.label, encoding.decode(text.encode("cp1252"))) == ("Windows-1252", text)


@pytest.mark.parametrize("codec", ["mac_roman", "cp1252", "cp1250", "koi8_r"])
def test_what_a_person_chooses_is_obeyed(codec):
    content = table(TEXTS["German"][1:]).encode("cp1252")
    encoding = find_encoding("x.csv", content, codec)
    assert encoding.decode(content) == content.decode(codec)
    assert (encoding.codec, encoding.notes) == (codec, [])
    assert encoding.choices[0] == "cp1252" and codec in encoding.choices


def test_a_choice_that_cannot_be_is_refused():
    content = "n,text\n1,überall\n".encode("cp1252")
    with pytest.raises(CorpusError, match=r"is not Shift JIS.* line 2.*choose another"):
        find_encoding("x.csv", content, "cp932")
    with pytest.raises(CorpusError, match="no known encoding"):
        find_encoding("x.csv", content, "nonsense")


def test_damaged_utf8_may_be_read_as_another_encoding():
    content = "überall Grüße, schöne Wörter, größer, süß\n".encode() * 20 + b"caf\xe9\n"
    encoding = find_encoding("x.csv", content)
    assert (encoding.codec, encoding.errors) == ("utf-8-sig", "replace")
    assert "not valid UTF-8: 1 (the first in line 21)" in encoding.notes[0]
    assert encoding.choices[0] == "utf-8-sig" and "cp1252" in encoding.choices
    assert find_encoding("x.csv", content, "utf-8").notes == encoding.notes
    assert find_encoding("x.csv", content, "cp1252").decode(content).endswith("café\n")


def test_utf8_leaves_no_choice():
    for text in ("plain\n", "überall 中 🙂\n"):
        encoding = find_encoding("x.csv", text.encode())
        assert (encoding.codec, encoding.choices, encoding.notes) == ("utf-8-sig", (), [])


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_found(language, codec):
    text = table([text.replace(",", "") for text in TEXTS[language][1:]])
    content = text.encode(codec)
    encoding = find_encoding("x.csv", content)
    assert (encoding.codec, encoding.decode(content)) == (codec, text)


def test_every_encoding_that_is_offered_has_a_common_name():
    for language, codec in CASES:
        content = table(TEXTS[language][1:]).encode(codec)
        for choice in find_encoding("x.csv", content).choices:
            assert encoding_name(choice) != choice


def test_one_long_line_and_a_large_file_are_sampled():
    texts = ["the tram was late"] * 40 + list(TEXTS["Polish"][1:])
    for text in (" ".join(texts * 100), "\r".join(texts * 200_00)):
        content = text.encode("cp1250")
        assert find_encoding("x.txt", content).codec == "cp1250"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("mac_roman", "name;ort\nMüller;Köln\nJäger;Düsseldorf\n"),
        ("iso8859_15", "Preis: 12 € für zwei\n"),
        ("cp1252", "„Männer“ – 5 €, it’s “nice” • ½\n"),
        ("cp866", "да\nнет\nне знаю\nзатрудняюсь ответить\n"),
        ("koi8_r", "имя;город\nИванов;Москва\nПетров;Казань\n"),
        ("cp1251", "ВНИМАНИЕ! Магазин закрыт до понедельника\n"),
        ("cp1254", "isim;şehir\nYılmaz;İzmir\nÇelik;Muğla\n"),
        ("cp1255", "כן\nלא\nלא יודע\nאולי\n"),
        ("cp1256", "نعم\nلا\nلا أعرف\nربما\n"),
        ("cp932", "ﾃｽﾄ用ﾃﾞｰﾀです。ありがとう\n"),
        ("euc_jp", "名前,市\n田中,東京\n鈴木,大阪\n佐藤,札幌\n"),
        ("gb18030", "姓名,城市\n王伟,北京\n李娜,上海\n"),
        ("big5", "姓名,城市\n王偉,台北\n李娜,高雄\n"),
        ("cp949", "ㅋㅋㅋ 좋아요 ㅠㅠ\n"),
    ],
)
def test_names_and_short_answers_are_enough(codec, text):
    content = text.encode(codec)
    assert find_encoding("x.csv", content).decode(content) == text


@pytest.mark.parametrize("text", ["Спасибо {}", "Размер {} совсем не подходит"])
def test_a_capital_that_another_encoding_takes_for_a_dash(text):
    rows = "text;n\n" + "".join(f"{text.format(n)};{n}\n" for n in range(20))
    content = rows.encode("cp1251")
    assert find_encoding("x.csv", content).decode(content) == rows
