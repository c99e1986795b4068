"""Field masks of update requests, and ids that a client may choose."""

from __future__ import annotations

import re
from collections.abc import Callable, Container

from ..errors import GoogleError, invalid
from ..fieldmask import Mask
from ..model import Json
from ..schema import has_field


def update_mask(request: Json, message: str, place: str) -> Mask:
    """What an update request touches. Names may be parted by dots or slashes, and be written in
    camel case or with underscores; blanks around them are left out, other than in the mask of an
    answer.

    Args:
        request: the request, with its ``fields``.
        message: the kind of message that is updated, by its name in the discovery document.
        place: such as ``requests[0].updateSheetProperties``.

    Raises:
        GoogleError: 400 when it names nothing or a field that such a message doesn't have, in
            Google's words, or can't be read.
    """
    text = str(request.get("fields") or "").strip()
    if not text:
        raise invalid(
            f"Invalid {place}: At least one field must be listed in 'fields'. "
            "(Use '*' to indicate all fields.)"
        )
    text = re.sub(r"\s*([,./()])\s*", r"\1", text)
    camel = re.sub("_([a-z])", lambda letter: letter[1].upper(), text)
    mask = Mask.parse(camel, place=f"{place}.fields")
    for path in mask.paths():
        if not has_field(message, *path):
            raise invalid(f"Invalid {place}: Invalid field: {'.'.join(path)}")
    return mask


def required(request: Json, name: str, place: str) -> Json:
    """The message that the request must carry under this name.

    Raises:
        GoogleError: 400 when it is missing.
    """
    message = request.get(name)
    if message is None:
        raise invalid(f"Invalid {place}: {name} is required.")
    found: Json = message
    return found


def chosen_number(wanted: int | None, taken: Container[int], mint: Callable[[], int]) -> int | None:
    """The id that a client asked for, or a minted one that is free; None when it is taken."""
    if wanted is not None:
        return None if wanted in taken else int(wanted)
    while True:
        number = mint()
        if number not in taken:
            return number


def no_such(what: str, number: int | str, place: str) -> GoogleError:
    """The 400 for an id that nothing has."""
    return invalid(f"Invalid {place}: No {what} with id: {number}")
