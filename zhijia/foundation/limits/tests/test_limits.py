from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from tests.parallel import together
from zhijia.foundation.limits import selectors, services
from zhijia.foundation.limits.models import Counter
from zhijia.kernel.errors import TooMany

DAY = timedelta(days=1)


def hit(now, *, key: str = "k1", limit: int = 3) -> int:
    return services.hit("sms", key, limit, DAY, now=now)


@pytest.mark.django_db
def test_the_limit_is_let_through_and_the_next_is_told_when_to_come_back(now):
    assert [hit(now) for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooMany) as refused:
        hit(now + timedelta(hours=1))
    assert refused.value.code == "limit.sms"
    assert refused.value.facts == {"retry_at": now + DAY}
    assert "23 小时" in refused.value.message


@pytest.mark.django_db
def test_a_new_window_opens_at_its_end_and_not_before(now):
    for _ in range(3):
        hit(now)
    with pytest.raises(TooMany):
        hit(now + DAY - timedelta(seconds=1))
    assert hit(now + DAY) == 2


@pytest.mark.django_db
def test_refused_hits_lengthen_nothing(now):
    for _ in range(3):
        hit(now)
    for hours in range(1, 23):
        with pytest.raises(TooMany):
            hit(now + timedelta(hours=hours))
    assert hit(now + DAY) == 2


@pytest.mark.django_db
def test_keys_count_apart(now):
    for _ in range(3):
        hit(now)
    assert hit(now, key="k2") == 2


@pytest.mark.django_db
def test_a_limit_of_none_refuses_the_first(now):
    with pytest.raises(TooMany):
        hit(now, limit=0)
    assert not Counter.objects.exists()


@pytest.mark.django_db
def test_forgiven_hits_no_longer_count(now):
    for _ in range(3):
        hit(now)
    services.forgive("sms", "k1")
    assert hit(now) == 2


@pytest.mark.django_db
def test_looking_counts_nothing(now):
    for _ in range(5):
        services.require_free("sms", "k1", 3, now=now)
    for _ in range(3):
        hit(now)
    with pytest.raises(TooMany) as refused:
        services.require_free("sms", "k1", 3, now=now, message="今天的验证码已用完，请明天再试。")
    assert refused.value.message == "今天的验证码已用完，请明天再试。"


@pytest.mark.django_db
def test_ended_counters_are_deleted_and_open_ones_stay(now):
    hit(now)
    hit(now + timedelta(hours=2), key="k2")
    assert services.delete_ended(now=now + DAY) == 1
    assert selectors.count_hits("sms", "k2", now=now + DAY) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [0, 4])
def test_forty_at_once_let_exactly_the_limit_through(now, before):
    for _ in range(before):
        hit(now, limit=10)
    outcomes = together([lambda: hit(now, limit=10)] * 40)
    assert len(outcomes.values) == 10 - before
    assert {type(error) for error in outcomes.errors} == {TooMany}
    assert selectors.count_hits("sms", "k1", now=now) == 10


@pytest.mark.django_db(transaction=True)
def test_at_the_end_of_a_window_many_at_once_open_one_new_window(now):
    for _ in range(5):
        hit(now, limit=5)
    outcomes = together([lambda: hit(now + DAY, limit=5)] * 20)
    assert len(outcomes.values) == 5


@settings(max_examples=200)
@given(st.integers(1, 60 * 60 * 24 * 30))
def test_the_wait_that_people_read_is_never_shorter_than_the_real_one(seconds):
    number, word = services.wait_text(timedelta(seconds=seconds)).split()
    size = {"秒": 1, "分钟": 60, "小时": 3600, "天": 86400}[word]
    assert int(number) * size >= seconds > (int(number) - 1) * size
