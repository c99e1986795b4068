"""Virtual time: tasks that sleep are woken in the order of their moments, and nothing else waits.

A task is a coroutine (a greenlet): the program's own code runs in it as it is, and gives way only
where it waits for somebody else. So one thread runs all machines, and the same run goes the same
way each time.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from greenlet import getcurrent, greenlet


class Killed(BaseException):
    """The process of this task is dead: it does nothing more, not even what it does at its end."""


class Task:
    """One thread of a machine."""

    def __init__(self, hub: Hub, work: Callable[[], None]) -> None:
        self._work = work
        self.hub = hub
        self.greenlet = greenlet(self._run, hub.home)
        self.ticket = 0
        self.over = False

    def _run(self) -> None:
        try:
            self._work()
        except Killed:
            pass
        finally:
            self.over = True

    def kill(self) -> None:
        """Ends the task where it waits. Not for the task itself."""
        if not self.over:
            if self.greenlet:
                self.greenlet.throw(Killed)
            self.over = True


class Hub:
    """The clock and everybody who waits for it. `now` is in seconds since 1970."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.home = getcurrent()
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, Task | None, int | Callable[[], None]]] = []
        self._tasks: dict[greenlet, Task] = {}
        self.failure: BaseException | None = None

    def spawn(self, work: Callable[[], None]) -> Task:
        """Begins a task at this moment."""
        task = Task(self, work)
        self._tasks[task.greenlet] = task
        self._wake_at(self.now, task)
        return task

    def at(self, moment: float, act: Callable[[], None]) -> None:
        """Has something done at that moment."""
        heapq.heappush(self._waiting, (max(moment, self.now), next(self._order), None, act))

    def current(self) -> Task | None:
        """The task that runs; None outside of all."""
        return self._tasks.get(getcurrent())

    def sleep(self, seconds: float) -> None:
        """Lets others go on for so long."""
        task = self.current()
        assert task is not None, "only tasks sleep"
        self._wake_at(self.now + max(seconds, 0.0), task)
        self.home.switch()

    def wake(self, task: Task) -> None:
        """Ends a task's sleep."""
        self._wake_at(self.now, task)

    def run(self, until: float) -> None:
        """Lets everything happen until that moment."""
        while self._waiting and self._waiting[0][0] <= until:
            moment, _, task, what = heapq.heappop(self._waiting)
            self.now = max(self.now, moment)
            if task is None:
                assert callable(what)
                what()
            elif not task.over and what == task.ticket:
                task.greenlet.switch()
                if task.over:
                    self._tasks.pop(task.greenlet, None)
        self.now = max(self.now, until)

    def _wake_at(self, moment: float, task: Task) -> None:
        task.ticket += 1
        heapq.heappush(self._waiting, (moment, next(self._order), task, task.ticket))
