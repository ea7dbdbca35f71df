"""Files of the pages, as links and switches name them."""

CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT = (
    "pages/corpus/page.py",
    "pages/guide/page.py",
    "pages/maps/page.py",
    "pages/evidence/page.py",
    "pages/export/page.py",
)
