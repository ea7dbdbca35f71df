"""Find the rows around the values of a table: titles, the header of one row or more, footers."""

from core.corpus.tables.header_rows.footer_rows import find_footer
from core.corpus.tables.header_rows.header import Header, find_header

__all__ = ["Header", "find_footer", "find_header"]
