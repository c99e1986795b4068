"""Rows as people mean them, read from what Google wrote, and kept while passes look at them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..tabs.queue_rows import QueueRow, read_row

_decode = msgspec.json.Decoder(list[object]).decode


class RowReader:
    """Reads a tab's rows. `voice_id` is the voice by which rows that name none are known again
    (`campaign`), and `configured` the one that they speak with unless people choose another."""

    def __init__(self, voice_id: str, configured: str | None) -> None:
        self._voice_id = voice_id
        self._configured = configured
        self._chosen_voice = configured
        self._places: Mapping[str, int] = {}
        self._kept: dict[int, QueueRow] = {}
        """The rows that are looked at pass by pass, read once."""

    @property
    def places(self) -> Mapping[str, int]:
        """Where each known column stands."""
        return self._places

    def begin_anew(self, places: Mapping[str, int]) -> None:
        """Reads rows with these columns from now on."""
        self._places = dict(places)
        self._kept = {}

    def speak_with(self, voice_id: str | None) -> bool:
        """Takes in the voice that people chose instead of the configured one; whether rows now say
        something else than before."""
        voice_id = voice_id or self._configured
        if voice_id == self._chosen_voice:
            return False
        self._chosen_voice = voice_id
        self._kept.clear()
        return True

    def row(self, index: int, raw: bytes) -> QueueRow:
        """The row at this index, which must not be empty; it is kept."""
        row = self._kept.get(index) or self.read(index, raw)
        assert row is not None
        self._kept[index] = row
        return row

    def read(self, index: int, raw: bytes) -> QueueRow | None:
        """The row that Google wrote so; None where it is empty."""
        return read_row(index, _decode(raw), self._places, self._voice_id, self._chosen_voice)

    def forget(self, index: int) -> None:
        """Keeps a row no longer: it changed, or nobody looks at it."""
        self._kept.pop(index, None)
