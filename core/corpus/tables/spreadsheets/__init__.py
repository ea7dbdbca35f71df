"""Read workbooks: XLSX, XLSM, XLS, XLSB, ODS, and the tables in HTML or XML that are named like them."""

from .formats import read_ods, read_xls, read_xlsb, read_xlsx
from .markup import read_markup

__all__ = ["read_markup", "read_ods", "read_xls", "read_xlsb", "read_xlsx"]
