"""What becomes of the portal's calls: the mix, the fixed fates, the retries, the acts."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from sheets_dialer.sandbox.portal.acts import ActError, acted
from sheets_dialer.sandbox.portal.call import Call
from sheets_dialer.sandbox.portal.life import CallStatus, Moment, Timeline, moment_at, plan, talk
from sheets_dialer.sandbox.portal.settings import Delays, Settings

START = 1_800_000_000.0
DEFAULT = Settings()
RETRYING = replace(DEFAULT, retries=3)


def planned(number: str, settings: Settings = DEFAULT, seed: int = 1) -> Timeline:
    return plan(number, START, settings, random.Random(seed))


def many(settings: Settings, count: int = 20_000) -> list[Timeline]:
    source = random.Random(7)
    return [plan("923001234567", START, settings, source) for _ in range(count)]


def steps(timeline: Timeline) -> list[tuple[int, int | None, int]]:
    """Status, key and retry of every moment, times aside."""
    return [(int(m.status), m.dtmf, m.retry) for m in timeline]


def about(share: float) -> object:
    """Within what 20,000 draws allow."""
    return pytest.approx(share, abs=0.015)


class TestTheMix:
    def test_is_as_stated(self) -> None:
        ends = Counter(timeline[-1].status for timeline in many(DEFAULT))
        total = ends.total()
        rest = total - ends[CallStatus.ANSWERED]
        assert ends[CallStatus.ANSWERED] / total == about(0.65)
        assert ends[CallStatus.NO_ANSWER] / rest == about(0.50)
        assert ends[CallStatus.BUSY] / rest == about(0.25)
        assert ends[CallStatus.CONGESTION] / rest == about(0.15)
        assert ends[CallStatus.HANGUP] / rest == about(0.10)

    def test_of_keys_is_as_stated(self) -> None:
        keys = Counter(
            timeline[-1].dtmf
            for timeline in many(DEFAULT)
            if timeline[-1].status is CallStatus.ANSWERED
        )
        pressed = keys[1] + keys[2] + keys[3]
        assert pressed / keys.total() == about(0.8)
        assert keys[1] / pressed == about(6 / 9)
        assert keys[2] / pressed == about(2 / 9)
        assert keys[3] / pressed == about(1 / 9)

    def test_can_be_set(self) -> None:
        settings = replace(DEFAULT, answered=0.0, unanswered={"busy": 1.0})
        assert {t[-1].status for t in many(settings, 200)} == {CallStatus.BUSY}

    def test_comes_from_the_seed_alone(self) -> None:
        assert planned("923001234567", seed=3) == planned("923001234567", seed=3)
        assert planned("923001234567", seed=3) != planned("923001234567", seed=4)


class TestStages:
    def test_take_as_long_as_stated(self) -> None:
        for timeline in many(DEFAULT, 2_000):
            pushed, ringing, rung = timeline[:3]
            assert (pushed.at, pushed.status) == (START, CallStatus.PUSHED)
            assert ringing.status is CallStatus.INITIATED
            assert 1 <= ringing.at - pushed.at <= 3
            assert 5 <= rung.at - ringing.at <= 30
            if conversation := talk(timeline):
                assert 10 - 1e-6 <= conversation[1] - conversation[0] <= 40 + 1e-6

    def test_the_key_comes_after_the_pick_up_and_within_the_talk(self) -> None:
        with_key = [t for t in many(DEFAULT, 2_000) if t[-1].dtmf is not None]
        assert with_key
        for timeline in with_key:
            picked_up, pressed, ended = timeline[-3:]
            assert picked_up.dtmf is None
            assert pressed.dtmf == ended.dtmf
            assert 5 - 1e-6 <= pressed.at - picked_up.at <= 25 + 1e-6
            assert pressed.at <= ended.at

    def test_only_the_last_moment_is_final(self) -> None:
        for timeline in many(RETRYING, 500):
            assert [moment.final for moment in timeline] == [False] * (len(timeline) - 1) + [True]
            assert list(timeline) == sorted(timeline, key=lambda moment: moment.at)

    def test_are_read_at_any_time_without_having_run(self) -> None:
        timeline = planned("923000000001")
        assert moment_at(timeline, START - 5).status is CallStatus.PUSHED
        for index, moment in enumerate(timeline):
            assert moment_at(timeline, moment.at) is moment
            if index:
                assert moment_at(timeline, moment.at - 0.001) is timeline[index - 1]
        assert moment_at(timeline, START + 10**9) is timeline[-1]


ANSWERED_WITHOUT_RETRY = [(8, None, 0), (1, None, 0), (2, None, 0)]


class TestFixedFates:
    @pytest.mark.parametrize(
        ("ending", "expected"),
        [
            ("01", [*ANSWERED_WITHOUT_RETRY, (2, 1, 0), (2, 1, 0)]),
            ("02", [*ANSWERED_WITHOUT_RETRY, (2, 2, 0), (2, 2, 0)]),
            ("03", [*ANSWERED_WITHOUT_RETRY, (2, 3, 0), (2, 3, 0)]),
            ("04", [*ANSWERED_WITHOUT_RETRY, (2, None, 0)]),
            ("05", [(8, None, 0), (1, None, 0), (4, None, 0)]),
            ("06", [(8, None, 0), (1, None, 0), (5, None, 0)]),
            ("07", [(8, None, 0), (1, None, 0), (3, None, 0)]),
            ("08", [(8, None, 0), (1, None, 0), (6, None, 0)]),
            ("09", [(8, None, 0)]),
            (
                "10",
                [
                    (8, None, 0),
                    (1, None, 0),
                    (5, None, 0),
                    (1, None, 1),
                    (2, None, 1),
                    (2, 1, 1),
                    (2, 1, 1),
                ],
            ),
            ("12", [(8, None, 0), (1, None, 0), (7, None, 0)]),
        ],
    )
    def test_hold_whatever_the_mix(
        self, ending: str, expected: list[tuple[int, int | None, int]]
    ) -> None:
        for answered in (0.0, 1.0):
            settings = replace(DEFAULT, answered=answered, key_pressed=0.0)
            for seed in range(20):
                assert steps(planned(f"9230000000{ending}", settings, seed)) == expected

    def test_a_call_that_stays_pushed_is_never_over(self) -> None:
        assert not moment_at(planned("923000000009"), START + 10**9).final

    def test_a_busy_number_is_busy_at_every_retry(self) -> None:
        timeline = planned("923000000005", RETRYING)
        assert steps(timeline)[1:] == [
            step for retry in range(4) for step in ((1, None, retry), (4, None, retry))
        ]

    def test_the_tenth_is_answered_at_the_first_retry_however_many_there_are(self) -> None:
        last = planned("923000000010", RETRYING)[-1]
        assert (last.status, last.dtmf, last.retry) == (CallStatus.ANSWERED, 1, 1)


class TestAccountRetries:
    def test_are_none_by_default(self) -> None:
        assert all(timeline[-1].retry == 0 for timeline in many(DEFAULT, 500))

    def test_bring_the_call_back_to_ringing_after_their_time(self) -> None:
        settings = replace(RETRYING, answered=0.0)
        for timeline in many(settings, 200):
            failures = timeline[2::2]
            rings_again = timeline[3::2]
            assert [moment.retry for moment in failures] == [0, 1, 2, 3]
            for failure, ring in zip(failures, rings_again, strict=False):
                assert ring.status is CallStatus.INITIATED
                assert ring.at - failure.at == pytest.approx(300)
                assert ring.retry == failure.retry + 1

    def test_end_with_the_first_answer(self) -> None:
        late = [t for t in many(RETRYING, 2_000) if t[-1].status is CallStatus.ANSWERED]
        assert Counter(timeline[-1].retry for timeline in late).keys() == {0, 1, 2, 3}
        for timeline in late:
            assert talk(timeline) is not None
            assert {m.retry for m in timeline if m.status is CallStatus.ANSWERED} == {
                timeline[-1].retry
            }


class TestActs:
    def ringing(self, settings: Settings = DEFAULT) -> tuple[Timeline, float]:
        timeline = planned("923000000006", settings)
        return timeline, timeline[1].at + 1

    def act(
        self, timeline: Timeline, what: str, now: float, settings: Settings = DEFAULT
    ) -> Timeline:
        return acted(timeline, what, now, settings, random.Random(1))

    def test_answer_picks_up_and_waits_for_a_key(self) -> None:
        timeline, now = self.ringing()
        answered = self.act(timeline, "answer", now)
        assert moment_at(answered, now) == Moment(now, CallStatus.ANSWERED)
        assert not moment_at(answered, now + 59).final
        assert moment_at(answered, now + 60).final

    @pytest.mark.parametrize("key", range(10))
    def test_press_answers_too_when_it_still_rings(self, key: int) -> None:
        timeline, now = self.ringing()
        pressed = moment_at(self.act(timeline, f"press {key}", now), now)
        assert (pressed.status, pressed.dtmf) == (CallStatus.ANSWERED, key)

    def test_press_after_the_answer_keeps_the_pick_up(self) -> None:
        timeline, now = self.ringing()
        answered = self.act(timeline, "answer", now)
        pressed = self.act(answered, "press 2", now + 10)
        assert talk(pressed) == (now, now + 13)
        assert pressed[-1].dtmf == 2

    @pytest.mark.parametrize(
        ("what", "status"),
        [
            ("busy", CallStatus.BUSY),
            ("no answer", CallStatus.NO_ANSWER),
            ("hang up", CallStatus.HANGUP),
        ],
    )
    def test_not_taking_the_call_ends_it(self, what: str, status: CallStatus) -> None:
        timeline, now = self.ringing()
        ended = self.act(timeline, what, now)
        assert moment_at(ended, now) == Moment(now, status, final=True)

    def test_not_taking_the_call_leaves_the_accounts_retries(self) -> None:
        timeline, now = self.ringing(RETRYING)
        busy = self.act(timeline, "busy", now, RETRYING)
        assert not moment_at(busy, now).final
        assert moment_at(busy, now + 300).status is CallStatus.INITIATED
        assert moment_at(busy, now + 300).retry == 1

    def test_hanging_up_a_talk_keeps_the_answer_and_its_key(self) -> None:
        timeline = planned("923000000001")
        pressed = timeline[3]
        ended = self.act(timeline, "hang up", pressed.at)
        assert ended[-1] == replace(pressed, final=True)

    @pytest.mark.parametrize("what", ["answer", "busy", "no answer"])
    def test_that_make_no_sense_in_a_talk_are_refused(self, what: str) -> None:
        timeline = planned("923000000001")
        with pytest.raises(ActError, match="answered"):
            self.act(timeline, what, timeline[2].at)

    def test_on_a_call_that_is_over_are_refused(self) -> None:
        timeline = planned("923000000001")
        with pytest.raises(ActError, match="over"):
            self.act(timeline, "press 1", timeline[-1].at)

    def test_that_do_not_exist_are_refused(self) -> None:
        timeline, now = self.ringing()
        with pytest.raises(ActError, match="no act 'sing'"):
            self.act(timeline, "sing", now)


def test_a_call_survives_being_written_and_read() -> None:
    settings = replace(RETRYING, delays=Delays(ring=(1.0, 2.0)))
    call = Call(
        call_id="20076",
        caller_id="923000000010",
        voice_id="102",
        amount=None,
        extras=("A", None, "ا", None, None, "0", None, None, None, None),
        accepted_at=START,
        timeline=planned("923000000010", settings),
        told_id="7",
    )
    assert Call.from_json(call.to_json()) == call
    kept_before_ids_could_repeat = call.to_json()[:-1]
    assert Call.from_json(kept_before_ids_could_repeat) == replace(call, told_id="20076")


class TestHabits:
    def test_a_corrected_key_is_followed_by_the_real_one(self) -> None:
        settings = replace(DEFAULT, answered=1.0, key_pressed=1.0, corrected=1.0)
        ends = Counter()
        for timeline in many(settings, 500):
            first, second = [m.dtmf for m in timeline if m.dtmf is not None and not m.final]
            assert timeline[-1].dtmf == second != first
            times = [m.at for m in timeline]
            assert times == sorted(times)
            ends[str(second).startswith(str(first))] += 1
        assert min(ends[True], ends[False]) > 150

    def test_a_share_of_calls_never_begins_to_ring_or_rings_for_ever(self) -> None:
        timelines = many(replace(DEFAULT, stuck=0.5))
        stuck = Counter(t[-1].status for t in timelines if not t[-1].final)
        assert set(stuck) == {CallStatus.INITIATED, CallStatus.PUSHED}
        assert stuck.total() / len(timelines) == about(0.5)

    def test_a_number_with_a_fate_keeps_it(self) -> None:
        settings = replace(DEFAULT, stuck=1.0, corrected=1.0)
        assert steps(planned("923000000001", settings))[-1] == (2, 1, 0)
