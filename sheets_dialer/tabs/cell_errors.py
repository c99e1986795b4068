"""Which cells hold no value at all: an error, or a formula that is still being worked out."""

from __future__ import annotations

import re

_NO_VALUE = re.compile(
    r"""[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*
    (?: \# (?: N/A | NULL! | DIV/0! | VALUE! | REF! | NAME\? | NUM! | ERROR! | CALC! | SPILL!
             | FIELD! | BLOCKED! | CONNECT! | UNKNOWN! | BUSY! | GETTING_DATA )
        (?: [\s(.:,;] | \Z )
      | loading \s* (?: data \s* )? (?: \.\.+ | … ) \s* \Z )""",
    re.IGNORECASE | re.VERBOSE,
)


def is_error(value: object) -> bool:
    """Whether a cell says that it has no value: an error such as `#REF!`, with or without the
    message that Google puts behind it (`#DIV/0! (Function DIVIDE parameter 2 cannot be zero.)`),
    or `Loading...`.

    `value` is the cell as the API gives it unformatted, or as it is shown. The API tells an error
    from a text by nothing but its words, so a text that was pasted with an error in it counts, too:
    it has lost its value just as well. A sentence that only speaks of an error doesn't.
    """
    return isinstance(value, str) and _NO_VALUE.match(value) is not None
