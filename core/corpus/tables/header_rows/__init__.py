"""Find the rows around the values of a table: titles, the header of one row or more, footers."""

from .footer_rows import find_footer
from .header import Header, find_header

__all__ = ["Header", "find_footer", "find_header"]
