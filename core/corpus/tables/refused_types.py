"""Why a file of another type cannot be read, and what to do."""

from __future__ import annotations

from .text_encoding import BINARY_STARTS

TABLE = "a table with one text a row is needed"
AS_CSV = "export the table there as CSV"
KINDS = {
    "zip 7z rar tar tgz bz2 xz zst": ("a packed archive", "unpack it, and upload the file with the texts"),
    "pdf doc docx odt rtf pages ppt pptx odp key epub": (
        "a document",
        "copy its texts into a spreadsheet, one in each row, and upload that",
    ),
    "png jpg jpeg gif webp heic bmp tif tiff svg": ("a picture", "upload the texts as CSV or Excel"),
    "mp3 wav m4a ogg flac mp4 mov avi mkv webm": ("a recording", "upload what is said in it as CSV or Excel"),
    "sav zsav por dta sas7bdat xpt rds rda rdata": ("a file of a statistics program", AS_CSV),
    "db sqlite sqlite3 mdb accdb": ("a database", AS_CSV),
    "numbers": ("a file of Apple Numbers", "export it there as Excel or CSV"),
    "gsheet url webloc lnk": (
        "a link to a file",
        "download the file itself, and upload that",
    ),
    "eml msg mbox pst": ("e-mail", "save the texts as CSV or Excel, one in each row"),
    "xml htm html mhtml yaml yml": ("a page or a data file with marks", "save its texts as CSV or JSON"),
    "npy npz pt pth safetensors": ("a file of numbers", "upload the texts first, then their vectors"),
    "pkl pickle joblib": ("a pickle, which can run programs", "save the table as CSV or Parquet"),
    "feather arrow ipc avro orc h5 hdf5": (
        "a table in a format that is not read",
        "save it as Parquet or CSV",
    ),
}
"""Endings of each kind of file, what it is, and what to do."""


def refusal(name: str, ending: str, content: bytes) -> str:
    """Return the sentence that says why a file is not read, and what to do.

    Parameters
    ----------
    ending : str
        In small letters, with the dot; "" for a file without one.
    """
    for endings, (kind, advice) in KINDS.items():
        if ending[1:] in endings.split():
            return f"“{name}” is {kind}, and {TABLE}: {advice}."
    holds = next((kind for start, kind in BINARY_STARTS.items() if content.startswith(start)), None)
    found = f"is a {ending} file" if ending else "is a file without an ending"
    if holds is not None:
        return f"“{name}” {found} and holds {holds}, and {TABLE}: save the texts as CSV or Excel."
    if b"\0" in content[:1_000]:
        return f"“{name}” {found}, which is not read, and {TABLE}: save the texts as CSV or Excel."
    return (
        f"“{name}” {found}, so how to read it is not known: end its name in .csv for a table, in .json for "
        "JSON, in .txt for one text a line."
    )
