"""Problems of version 4 and before, as the codes that are kept since.

What an attempt's problem was, and so what was decided by it, was told by whole sentences in
`attempts.problem`, beside those of the portal.
"""

from __future__ import annotations

import sqlalchemy as sa

from ..domain.attempt import AttemptState
from ..domain.problems import IN_WORDS, ProblemCode
from .history import change
from .schema import attempts

_UNSPOKEN = "unspoken "
_WITHDRAWN = attempts.c.state == AttemptState.WITHDRAWN


def codes_for_sentences(connection: sa.Connection) -> None:
    """Gives each attempt whose problem is a sentence of ours the code for it."""
    for code, sentence in IN_WORDS.items():
        connection.execute(
            attempts.update()
            .where(attempts.c.problem == sentence)
            .values(problem_code=code, problem=None)
        )
    # Of another state it would be the portal's words.
    query = sa.select(attempts.c.id, attempts.c.problem).where(
        _WITHDRAWN, attempts.c.problem.startswith(_UNSPOKEN)
    )
    unspoken = []
    for row in connection.execute(query).all():
        column, _, text = row.problem.removeprefix(_UNSPOKEN).partition(": ")
        values = {"problem_code": ProblemCode.UNSPOKEN, "problem_column": column, "problem": text}
        unspoken.append((row.id, values))
    change(connection, unspoken)
