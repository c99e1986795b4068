"""Two dialers, old ledgers, and a Google Sheets that can't keep two dialers apart."""

from __future__ import annotations
