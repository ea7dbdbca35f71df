"""Names of months and weekdays in English, German, French, Spanish, Italian, Portuguese and Dutch."""

from __future__ import annotations

_MONTHS = """
january jan januar jänner jän januari janvier janv enero ene gennaio gen janeiro
february feb februar februari février fevrier févr fevr fév febrero febbraio fevereiro fev
march mar märz mrz maerz mär maart mrt mars marzo março marco
april apr avril avr abril abr aprile
may mai mei mayo maggio mag maio
june jun juni juin junio giugno giu junho
july jul juli juillet juil julio luglio lug julho
august aug août aout agosto ago augustus
september sep sept septembre septiembre settembre set setembro
october oct oktober okt octobre octubre ottobre ott outubro out
november nov novembre noviembre novembro
december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro
"""
MONTHS = {word: number for number, line in enumerate(_MONTHS.split("\n")) for word in line.split()}
"""Number of the month, by its name in lower case."""

WEEKDAYS = frozenset(
    [
        "monday",
        "mon",
        "tuesday",
        "tue",
        "tues",
        "wednesday",
        "wed",
        "thursday",
        "thu",
        "thur",
        "thurs",
        "friday",
        "fri",
        "saturday",
        "sat",
        "sunday",
        "sun",
        "montag",
        "mo",
        "dienstag",
        "di",
        "mittwoch",
        "mi",
        "donnerstag",
        "do",
        "freitag",
        "fr",
        "samstag",
        "sonnabend",
        "sa",
        "sonntag",
        "so",
        "lundi",
        "lun",
        "mardi",
        "mar",
        "mercredi",
        "mer",
        "jeudi",
        "jeu",
        "vendredi",
        "ven",
        "samedi",
        "sam",
        "dimanche",
        "dim",
        "lunes",
        "martes",
        "miércoles",
        "mié",
        "jueves",
        "jue",
        "viernes",
        "vie",
        "sábado",
        "sáb",
        "domingo",
        "dom",
        "lunedì",
        "martedì",
        "mercoledì",
        "giovedì",
        "gio",
        "venerdì",
        "sabato",
        "sab",
        "maandag",
        "ma",
        "dinsdag",
        "woensdag",
        "wo",
        "donderdag",
        "vrijdag",
        "vr",
        "zaterdag",
        "za",
        "zondag",
        "zo",
        "segunda",
        "seg",
        "terça",
        "ter",
        "quarta",
        "qua",
        "quinta",
        "qui",
        "sexta",
        "sex",
        "feira",
    ]
)
SMALL_WORDS = frozenset(
    ["de", "of", "del", "the", "st", "nd", "rd", "th", "er", "le", "den", "der", "am", "el", "il", "o"]
)
"""Words that stand in a date beside its day, month and year."""
