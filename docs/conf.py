"""Settings of Sphinx: `make docs`. Nothing is fetched, neither here nor by the pages in a browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import core  # noqa: E402

sys.modules["refract"] = core  # its name where it is installed

project = "Refract"
author = "The Refract developers"
copyright = "The Refract developers, Apache License 2.0"
release = version = core.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "myst_parser"]
templates_path = ["_templates"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath", "attrs_block"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
numpydoc_show_class_members = False  # the template of a class has them
default_role = "code"  # `name` in a docstring
# References to this package are checked. Others would need the inventories of other sites.
nitpick_ignore_regex = [(r"py:.*", r"(?!refract\.).*")]

html_theme = "pydata_sphinx_theme"
html_title = "Refract"
html_favicon = "../assets/icon.svg"
html_static_path = ["_static"]
html_css_files = ["refract.css"]
html_math_renderer = "mathml"
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {page: [] for page in ("tutorial", "concepts", "comparison")}  # nothing is below them
html_theme_options = {
    "logo": {"text": "Refract", "image_light": "../assets/icon.svg", "image_dark": "../assets/icon.svg"},
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "navigation_with_keys": False,
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}


def name_as_installed(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Call the package by its name where it is installed: docstrings say `core.`, as the checkout does."""
    lines[:] = [line.replace("`core.", "`refract.") for line in lines]


def leave_out_routing(
    app: Sphinx, what: str, name: str, thing: object, skip: bool, options: object
) -> bool | None:
    """Leave out `set_fit_request` and the like, which scikit-learn adds to every estimator."""
    return True if name.startswith("set_") and name.endswith("_request") else None


def write_math(translator: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML, which browsers draw by themselves."""
    block = isinstance(node, nodes.math_block)
    formula = tex2mathml(node.astext(), as_block=block)
    translator.body.append(f'<div class="math">{formula}</div>' if block else formula)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register these functions with Sphinx."""
    app.connect("autodoc-skip-member", leave_out_routing)
    app.connect("autodoc-process-docstring", name_as_installed, priority=100)  # before numpydoc
    app.add_html_math_renderer("mathml", (write_math, None), (write_math, None))
