"""Texts that answer nothing: "N/A", "no comment", "-"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..utils import folded_text, normal_text
from .left_out import LONGEST_BARE, bare_text, is_mark

NON_ANSWERS = {
    "any": """n/a | nan | null | nil | undefined | #NULL! | #VALUE! | #REF! | #DIV/0! | x | xx | xxx |
        tbd | [deleted] | [removed]""",
    "English": """none | nothing | nope | no | no comment | no comments | no answer | no response |
        no reply | no opinion | no idea | no feedback | no suggestion | no suggestions | not applicable |
        not available | not sure | nothing to add | nothing to say | nothing else | nothing really |
        nothing in particular | nothing comes to mind | none at all | no further comment |
        no further comments | no other comments | no additional comments | no complaints | don't know |
        do not know | i don't know | dont know | dunno | idk | dk | unsure | unknown |
        prefer not to say | prefer not to answer | skip""",
    "German": """nein | keine | keiner | keines | keins | keine Angabe | keine Angaben | k. A. | k.A |
        nichts | nix | kein Kommentar | keine Kommentare | keine Antwort | keine Ahnung | keine Meinung |
        keine Anmerkung | keine Anmerkungen | keine Bemerkung | keine Bemerkungen | keine Idee |
        weiß nicht | weiss nicht | weiß ich nicht | entfällt | nicht zutreffend | trifft nicht zu |
        ohne | unbekannt | nichts weiter | gar nichts""",
    "French": """non | rien | aucun | aucune | aucun commentaire | pas de commentaire |
        pas de commentaires | sans commentaire | sans réponse | sans avis | sans objet | s.o. | néant |
        ras | r.a.s. | nsp | ne sait pas | je ne sais pas | je sais pas | rien à signaler | rien à dire |
        rien à ajouter | rien de particulier | pas de réponse | aucune idée | aucune réponse |
        non applicable | nc""",
    "Spanish": """nada | ninguno | ninguna | ningún comentario | sin comentario | sin comentarios |
        no sé | no se | no lo sé | no aplica | no sabe | ns/nc | sin respuesta | no contesta |
        no contestó | sin opinión | nada más | nada que decir | nada que añadir | no tengo |
        sin novedad""",
    "Portuguese": """não | nao | nenhum | nenhuma | sem comentário | sem comentários | sem resposta |
        não sei | não se aplica | nada a declarar | nada a acrescentar | sem opinião | ns/nr""",
    "Italian": """niente | nulla | nessuno | nessuna | nessun commento | nessuna risposta | non so |
        non saprei | non lo so | non applicabile | senza commenti | niente da aggiungere | n.d.""",
    "Dutch": """nee | neen | niets | geen | geen commentaar | geen antwoord | geen opmerkingen |
        geen idee | geen mening | weet niet | weet ik niet | nvt | n.v.t. | niet van toepassing | niks""",
    "Swedish": """nej | inga | inget | ingenting | ingen kommentar | inga kommentarer | vet ej |
        vet inte | inget svar | ej aktuellt | ej svar""",
    "Danish, Norwegian": """nei | intet | ingenting | ingen | ingen kommentar | ingen kommentarer |
        ved ikke | vet ikke | ikke relevant | ikke aktuelt""",
    "Finnish": """ei | ei ole | ei mitään | ei kommenttia | ei kommentteja | en tiedä | ei vastausta |
        ei kommentoitavaa | eos""",
    "Polish": """nie | nic | brak | żaden | żadne | bez komentarza | brak komentarza | brak uwag |
        brak odpowiedzi | nie wiem | nie dotyczy | nie mam | nie mam zdania | bez uwag""",
    "Czech": "ne | nic | žádné | žádný | bez komentáře | nevím | nemám | bez odpovědi | neuvedeno",
    "Hungarian": "nem | semmi | nincs | nem tudom | nincs megjegyzés | nincs válasz",
    "Romanian": "nu | nimic | nu știu | nu stiu | niciunul | fără comentarii | nu este cazul",
    "Turkish": "hayır | yok | hiç | hiçbiri | hiçbir şey | bilmiyorum | yorum yok | fikrim yok | cevap yok",
    "Greek": "όχι | τίποτα | κανένα | κανένας | καμία | δεν ξέρω | δ.α. | δγ/δα | κανένα σχόλιο",
    "Russian": """нет | ничего | никакой | никаких | без комментариев | нет комментариев | нет ответа |
        не знаю | затрудняюсь ответить | не применимо | не было | отсутствует | н/д | нечего добавить""",
    "Ukrainian": "ні | немає | нічого | без коментарів | не знаю | немає коментарів | важко сказати",
    "Arabic": "لا | لا شيء | لاشيء | لا يوجد | لايوجد | لا تعليق | لا أعرف | لا اعرف | بدون تعليق | بدون",
    "Hebrew": "לא | אין | כלום | שום דבר | אין תגובה | לא יודע | לא יודעת | אין לי | לא רלוונטי",
    "Persian": "نه | هیچ | هیچی | ندارم | ندارد | نمی‌دانم | نظری ندارم",
    "Hindi": "नहीं | कुछ नहीं | कोई नहीं | कोई टिप्पणी नहीं | पता नहीं | मालूम नहीं | लागू नहीं",
    "Chinese": """无 | 無 | 没有 | 沒有 | 没 | 暂无 | 暫無 | 不知道 | 不清楚 | 无意见 | 無意見 | 没意见 |
        没有意见 | 沒有意見 | 无建议 | 没有建议 | 没什么 | 沒什麼 | 不适用 | 不適用 | 无评论 | 无可奉告 |
        暂时没有 | 暂无建议 | 暂无意见""",
    "Japanese": """なし | 無し | ない | 無い | ありません | 特になし | 特に無し | とくになし | 特にない |
        特に無い | 特にありません | 特に無いです | 特にないです | 別にない | 無回答 | わからない |
        分からない | わかりません | 分かりません | 該当なし | 不明 | いいえ""",
    "Korean": """없음 | 없어요 | 없습니다 | 없다 | 특별히 없음 | 특별히 없습니다 | 딱히 없음 | 모름 |
        모르겠음 | 모르겠습니다 | 모르겠어요 | 해당 없음 | 해당사항 없음 | 무응답 | 아니요 | 아니오""",
    "Vietnamese": "không | không có | không biết | không có ý kiến | ko | ko có | không có gì",
    "Thai": "ไม่มี | ไม่ทราบ | ไม่รู้ | ไม่มีความคิดเห็น | ไม่",
    "Indonesian": "tidak | tidak ada | tidak tahu | tidak ada komentar | belum ada | nihil | gak ada",
}
"""Whole texts, by language; letter case, punctuation and blanks do not count."""

NOES = """no | nope | nein | non | não | nao | nee | neen | nej | nei | ei | nie | ne | nem | nu |
    hayır | όχι | нет | ні | لا | לא | نه | नहीं | いいえ | 아니요 | 아니오 | không | ไม่ | tidak |
    没有 | 沒有"""
YESES = """yes | yeah | yep | yup | ja | oui | sí | si | sim | jo | kyllä | tak | ano | igen | da |
    evet | ναι | да | так | نعم | כן | بله | हाँ | हां | はい | 네 | 예 | có | ใช่ | ya | 有 | 是"""


def _bare(listed: str) -> frozenset[str]:
    """Return the bare forms of the texts of a list, with and without accents."""
    bare = {bare_text(text) for text in listed.split("|")}
    return frozenset(bare | set(map(folded_text, bare)))


BARE_NON_ANSWERS = frozenset[str]().union(*map(_bare, NON_ANSWERS.values()))
BARE_NOES, BARE_YESES = _bare(NOES), _bare(YESES)


@dataclass(frozen=True)
class NonAnswer:
    """A text that answers nothing, with all its spellings.

    Attributes
    ----------
    text : str
        Its most frequent spelling.
    n_rows : int
    certain : bool
        False for a "no" where other rows say "yes": it may be an answer.
    """

    text: str
    n_rows: int
    certain: bool


def find_non_answers(texts: Iterable[str]) -> tuple[NonAnswer, ...]:
    """Return the texts that answer nothing, the most frequent first.

    Only whole texts count: those of `NON_ANSWERS`, and punctuation without a word.
    """
    spellings: dict[str, Counter[str]] = {}
    says_yes = False
    for text, n_rows in Counter(text for text in texts if len(text) <= LONGEST_BARE).items():
        bare = bare_text(text)
        says_yes = says_yes or bare in BARE_YESES
        if bare in BARE_NON_ANSWERS or all(map(is_mark, bare)):
            spellings.setdefault(bare, Counter())[normal_text(text)] += n_rows
    found = [
        NonAnswer(counts.most_common(1)[0][0], counts.total(), not (says_yes and bare in BARE_NOES))
        for bare, counts in spellings.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.n_rows, each.text)))
