from __future__ import annotations

import pytest

from reconciler.live.answer import Answer, NoAnswer
from reconciler.live.patience import Patience, ask


class Source:
    def __init__(self, *answers: Answer | NoAnswer) -> None:
        self.left = list(answers)
        self.asked = 0

    def __call__(self) -> Answer:
        self.asked += 1
        answer = self.left.pop(0)
        if isinstance(answer, NoAnswer):
            raise answer
        return answer


def patience(slept: list[float]) -> Patience:
    return Patience(draw=lambda: 0.5, sleep=slept.append)


def test_trouble_that_passes_is_waited_out_with_jitter() -> None:
    slept: list[float] = []
    source = Source(Answer(500), NoAnswer("dropped"), Answer(200))
    assert ask(source, patience(slept)).ok
    assert slept == [0.25, 0.5]


def test_azures_advice_is_honoured_within_bounds() -> None:
    slept: list[float] = []
    source = Source(Answer(429, None, {"retry-after": "3"}), Answer(429, None, {"retry-after": "600"}), Answer(200))
    assert ask(source, patience(slept)).ok
    assert slept == [3, 10]


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 412])
def test_an_answer_that_stays_is_taken_at_once(status: int) -> None:
    source = Source(Answer(status))
    assert ask(source, patience([])).status == status
    assert source.asked == 1


def test_three_tries_and_no_more() -> None:
    source = Source(Answer(500), Answer(502), Answer(503))
    assert ask(source, patience([])).status == 503
    silent = Source(NoAnswer("1"), NoAnswer("2"), NoAnswer("3"))
    with pytest.raises(NoAnswer, match="3"):
        ask(silent, patience([]))
