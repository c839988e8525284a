from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.urls import reverse

from zhijia.foundation.jobs import presenting, selectors, services, views
from zhijia.foundation.jobs.models import Job, State
from zhijia.foundation.jobs.tests import kinds
from zhijia.foundation.ui.listing import Query
from zhijia.kernel.actor import Actor, Grant, Kind
from zhijia.kernel.errors import NotFound

OWNER = Actor(Kind.PERSON, account_id=7, staff=True)
PARTS = ["/console/jobs", "/console/jobs?view=living", "/console/jobs?after=", "/console/jobs?view=nonsense"]


@pytest.fixture
def table(transactional_db):
    kinds.create_table()


@pytest.fixture
def start(now):
    def begin(size: int = 25, *, actor: Actor = OWNER, title: str = "导入沐浴店镇会员名册") -> str:
        return services.enqueue("tests.count", {"size": size}, actor=actor, now=now, title=title)

    return begin


@pytest.fixture
def ask(now):
    def get(view, path, *args, actor: Actor = OWNER, method: str = "get", part: bool = False):
        headers = {"HX-Request": "true"} if part else {}
        request = getattr(RequestFactory(), method)(path, headers=headers)
        request.actor, request.now, request._messages = actor, now, _Messages()
        return view(request, *args)

    return get


class _Messages(list):
    def add(self, _level, message, _tags=""):
        self.append(message)


def page_of(ask, public_id, **kwargs) -> str:
    return ask(views.job, f"/console/jobs/{public_id}", public_id, **kwargs).content.decode()


def test_a_done_job_counts_what_it_did_and_nothing_that_is_left(now):
    """The total was a guess: fifteen lines were counted, one of them was the header."""
    job = Job(state=State.DONE, done=14, total=15)
    assert presenting.how_far(job) == "14"
    job.state = State.RUNNING
    assert presenting.how_far(job) == "14 / 15"


def test_a_running_job_shows_progress_that_asks_for_itself(table, start, ask, now):
    public_id = start()
    services.run_slice(public_id, clock=lambda: now, seconds=0)
    Job.objects.filter(public_id=public_id).update(state=State.RUNNING, started_at=now - timedelta(seconds=10))
    page = page_of(ask, public_id)
    assert "正在办理 10 / 25" in page
    assert "已用 10 秒" in page
    assert "约剩 15 秒" in page
    assert f'hx-get="/console/jobs/{public_id}"' in page
    assert f'action="/console/jobs/{public_id}/cancel"' in page
    part = page_of(ask, public_id, part=True)
    assert "<html" not in part
    assert "正在办理 10 / 25" in part


def test_an_ended_job_shows_its_result_and_asks_no_more(table, start, ask, now):
    public_id = start()
    services.run_slice(public_id, clock=lambda: now)
    page = page_of(ask, public_id)
    assert "已完成，共 25 条" in page
    assert "marked" in page
    assert "hx-get" not in page
    assert f'href="/console/jobs/{public_id}"' in page_of(ask, public_id, part=True), "the part leads to the result"


def test_a_failed_job_says_why_and_can_be_resumed(table, ask, now):
    public_id = services.enqueue("tests.stumble", {"how": "expected"}, actor=OWNER, now=now)
    services.run_slice(public_id, clock=lambda: now)
    page = page_of(ask, public_id)
    assert "第 12 行的日期看不懂" in page
    assert f'action="/console/jobs/{public_id}/resume"' in page
    answer = ask(views.resume, "/", public_id, method="post")
    assert answer["Location"] == reverse("jobs:job", args=[public_id])
    assert selectors.get_job(OWNER, public_id).state == State.QUEUED


def test_stopping_is_a_form_and_comes_back(table, start, ask):
    public_id = start()
    assert ask(views.cancel, "/", public_id, method="get").status_code == 405
    assert ask(views.cancel, "/", public_id, method="post")["Location"] == reverse("jobs:job", args=[public_id])
    assert selectors.get_job(OWNER, public_id).state == State.CANCELLED


@pytest.mark.parametrize(("view", "method"), [(views.job, "get"), (views.cancel, "post"), (views.resume, "post")])
def test_a_strangers_job_is_not_found_and_neither_is_none(table, start, ask, view, method):
    stranger = Actor(Kind.PERSON, account_id=8, staff=True)
    for public_id in (start(), "0000000000000000"):
        with pytest.raises(NotFound):
            ask(view, "/", public_id, actor=stranger, method=method)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PARTS, "/console/jobs?view=工会"])
def test_any_address_of_the_list_is_answered(ask, path):
    page = ask(views.job_list, path).content.decode()
    assert "还没有任务" in page or "没有正在进行的任务" in page


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["9" * 40, "-1", "工会", "W10", "WyJ4Il0", "bnVsbA", "e30"])
def test_a_place_that_no_page_has_leads_to_the_first_page(ask, place):
    answer = ask(views.job_list, f"/console/jobs?view=living&after={place}")
    assert (answer.status_code, answer["Location"]) == (302, "?view=living")


def test_the_list_pages_by_key_and_costs_the_same_for_3_and_20(table, start, ask, django_assert_num_queries):
    for number in range(3):
        start(title=f"任务{number}")
    with django_assert_num_queries(2):  # the rows, and the count in the head
        ask(views.job_list, "/console/jobs")
    for number in range(3, 55):
        start(title=f"任务{number}")
    with django_assert_num_queries(2):
        page = ask(views.job_list, "/console/jobs").content.decode()
    assert "任务54" in page
    assert "任务4<" not in page
    onward = selectors.list_jobs(OWNER, Query()).next
    assert f"after={onward}" in page
    second = ask(views.job_list, f"/console/jobs?after={onward}").content.decode()
    assert "任务4<" in second
    assert "任务54" not in second


def test_a_units_jobs_are_seen_with_the_right_and_not_without(table, now):
    public_id = services.enqueue("tests.count", {"size": 5}, actor=OWNER, now=now, unit_id=12)
    for permissions, seen in ((frozenset({"jobs:job:view"}), 1), (frozenset(), 0)):
        cadre = Actor(Kind.PERSON, account_id=9, staff=True, grants=(Grant(12, "0001", "ORG", permissions),))
        assert [job.public_id for job in selectors.list_jobs(cadre, Query()).rows] == [public_id][:seen]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 秒"), (59, "59 秒"), (61, "1 分 1 秒"), (3600, "1 小时 0 分"), (7500, "2 小时 5 分")]
)
def test_time_spent_reads_well(seconds, words):
    assert presenting.duration(timedelta(seconds=seconds)) == words
