"""Where the project's files stand."""

from pathlib import Path

HOME = Path(__file__).parents[2]
"""The project's folder."""
DATA = HOME / "tests" / "data"
SUPPORT = Path(__file__).parent
