"""The measuring itself: ratios the right way round, a client that counts answers and refuses wrong ones."""

from __future__ import annotations

import json
import os
import sys

import pytest

from benchmarks import load
from benchmarks.result import Result, interleaved
from benchmarks.run import names


def test_where_more_is_better_the_ratio_must_reach_the_bar():
    assert Result("x", 60, 100, "requests/s", bar=0.5).holds
    assert not Result("x", 40, 100, "requests/s", bar=0.5).holds


def test_where_less_is_better_the_ratio_must_stay_below():
    assert Result("x", 140, 100, "ms", bar=1.5, at_most=True).holds
    assert not Result("x", 160, 100, "ms", bar=1.5, at_most=True).holds


def test_a_line_holds_what_a_reader_needs():
    line = json.loads(Result("join", 300.5, 1000, "joins/s", bar=0.3, rows=60_000).line())
    assert (line["bench"], line["ratio"], line["limit"], line["figure"]) == ("join", 0.3, 1000, 300.5)
    assert (line["unit"], line["rows"], line["holds"]) == ("joins/s", 60_000, True)


def test_measures_are_taken_in_turn_and_the_median_counts():
    order: list[str] = []
    values = {"a": iter([1.0, 9.0, 2.0]), "b": iter([5.0, 4.0, 6.0])}

    def measure(name: str) -> float:
        order.append(name)
        return next(values[name])

    assert interleaved([lambda: measure("a"), lambda: measure("b")], rounds=3) == [2.0, 5.0]
    assert order == ["a", "b"] * 3


def test_every_program_is_found():
    assert "join" in names()


@pytest.mark.parametrize("tool", ["wrk", "python"])
def test_answers_are_counted_and_wrong_ones_refused(tool, monkeypatch):
    if tool == "python":
        monkeypatch.setattr("benchmarks.load.shutil.which", lambda _name: None)
    elif load.client_name() != "wrk":
        pytest.skip("wrk is not installed")
    url = f"http://127.0.0.1:{load.free_port()}/"
    command = [sys.executable, "-m", "benchmarks.answering", url.rpartition(":")[2].strip("/")]
    with load.running(command, url, environment=os.environ):
        assert load.requests_per_second(url, seconds=1) > 20
        for other in ("wrong", "away"):
            with pytest.raises(RuntimeError):
                load.requests_per_second(f"{url}{other}", seconds=1)


def test_a_server_that_does_not_start_is_told(tmp_path):
    with pytest.raises(RuntimeError), load.running(["false"], "http://127.0.0.1:9/", environment=os.environ):
        pytest.fail("it never started")
