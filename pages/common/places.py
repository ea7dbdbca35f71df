"""Files of the pages, as links and switches name them."""

CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT = (
    "pages/prepare/corpus.py",
    "pages/prepare/guide.py",
    "pages/explore/maps.py",
    "pages/explore/evidence.py",
    "pages/share/export.py",
)
