"""Data cards, the book's own files, and checked downloads.

Importing this room needs the standard library only.
"""

from medai.datasets.datacard import Card, DataFile
from medai.datasets.download import DownloadError, fetch
from medai.datasets.paths import data_path, data_root
from medai.datasets.registry import card, cards, cards_markdown

__all__ = [
    "Card",
    "DataFile",
    "DownloadError",
    "card",
    "cards",
    "cards_markdown",
    "data_path",
    "data_root",
    "fetch",
]
