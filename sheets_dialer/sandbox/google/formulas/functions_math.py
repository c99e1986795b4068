"""Functions that count and calculate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext

from ..model import Computed, ErrorValue
from .criteria import criterion
from .evaluate import Signature, Site, calculate
from .functions_logic import MANY
from .values import Failure, as_number, number, unless_error


def _items(site: Site, *, start: int = 0) -> Iterator[tuple[int, Computed, bool]]:
    """Every value that isn't empty: the argument's index, the value, whether it stood in cells."""
    for index in range(start, site.count):
        value = site.value(index)
        if value is None or isinstance(value, str | int | float | bool | ErrorValue):
            yield index, value, False
        else:
            for item in value.filled():
                yield index, item, True


def _numbers(site: Site) -> Iterator[int | float]:
    """The numbers among the arguments: in cells only what is a number counts, while an argument
    written out is read as one."""
    for index, item, in_cells in _items(site):
        value = unless_error(item)
        if not in_cells:
            yield as_number(value, site.name, index + 1)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield value


def _sum(site: Site) -> int | float:
    return number(sum(float(item) for item in _numbers(site)))


def _min(site: Site) -> int | float:
    return min(_numbers(site), default=0)


def _max(site: Site) -> int | float:
    return max(_numbers(site), default=0)


def _average(site: Site) -> int | float:
    found = [float(item) for item in _numbers(site)]
    if not found:
        raise Failure(
            "DIVIDE_BY_ZERO", "Evaluation of function AVERAGE caused a divide by zero error."
        )
    return number(sum(found) / len(found))


def _count(site: Site) -> int:
    return sum(
        isinstance(value, int | float) and not (in_cells and isinstance(value, bool))
        for _, value, in_cells in _items(site)
    )


def _counta(site: Site) -> int:
    return sum(1 for _ in _items(site))


def _countif(site: Site) -> int:
    grid = site.value(0)
    meets = criterion(site.scalar(1))
    if grid is None or isinstance(grid, str | int | float | bool | ErrorValue):
        return int(meets(grid))
    empty = grid.height * grid.width if meets(None) else 0
    filled = list(grid.filled())
    return sum(map(meets, filled)) + (empty - len(filled) if empty else 0)


def _sumif(site: Site) -> int | float:
    tested = site.value(0)
    added = site.value(2) if site.count > 2 else tested
    meets = criterion(site.scalar(1))
    if tested is None or isinstance(tested, str | int | float | bool | ErrorValue):
        raise Failure("N_A", "Argument must be a range.")
    if added is None or isinstance(added, str | int | float | bool | ErrorValue):
        raise Failure("N_A", "Argument must be a range.")
    total = 0.0
    for row in range(min(tested.height, added.height)):
        for column in range(min(tested.width, added.width)):
            if meets(tested.at(row, column)):
                value = unless_error(added.at(row, column))
                if isinstance(value, int | float) and not isinstance(value, bool):
                    total += value
    return number(total)


def _rounding(direction: str) -> Callable[[Site], int | float]:
    def rounded(site: Site) -> int | float:
        places = max(min(int(site.number(1)), 30), -310)
        with localcontext() as context:
            context.prec = 400  # a double has up to 309 digits before the point
            exact = Decimal(repr(float(site.number(0))))
            return number(float(exact.quantize(Decimal(1).scaleb(-places), direction)))

    return rounded


def _int(site: Site) -> int | float:
    return number(float(site.number(0)) // 1)


def _abs(site: Site) -> int | float:
    return abs(site.number(0))


def _mod(site: Site) -> int | float:
    divisor = float(site.number(1))
    if divisor == 0:
        raise Failure("DIVIDE_BY_ZERO", "Function MOD parameter 2 cannot be zero.")
    return number(float(site.number(0)) % divisor)


def _power(site: Site) -> int | float:
    return calculate("^", site.number(0), site.number(1))


MATH: Mapping[str, Signature] = {
    "ABS": Signature(_abs, 1, 1),
    "AVERAGE": Signature(_average, 1, MANY),
    "COUNT": Signature(_count, 1, MANY),
    "COUNTA": Signature(_counta, 1, MANY),
    "COUNTIF": Signature(_countif, 2, 2),
    "INT": Signature(_int, 1, 1),
    "MAX": Signature(_max, 1, MANY),
    "MIN": Signature(_min, 1, MANY),
    "MOD": Signature(_mod, 2, 2),
    "POWER": Signature(_power, 2, 2),
    "ROUND": Signature(_rounding(ROUND_HALF_UP), 1, 2),
    "ROUNDDOWN": Signature(_rounding(ROUND_DOWN), 1, 2),
    "ROUNDUP": Signature(_rounding(ROUND_UP), 1, 2),
    "SUM": Signature(_sum, 1, MANY),
    "SUMIF": Signature(_sumif, 2, 3),
}
"""The functions by name."""
