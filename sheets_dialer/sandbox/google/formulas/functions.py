"""The table of functions that formulas may call."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .evaluate import Signature
from .functions_import import IMPORT
from .functions_logic import LOGIC
from .functions_lookup import LOOKUP
from .functions_math import MATH
from .functions_text import TEXT
from .functions_time import TIME

FUNCTIONS: Mapping[str, Signature] = MappingProxyType(
    {**IMPORT, **LOGIC, **LOOKUP, **MATH, **TEXT, **TIME}
)
"""By name, in capitals. What isn't here evaluates to ``#NAME?``."""
