"""The routes of a kind: his own ones for the member; list, one, and a route a move for cadres and other systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field, create_model

from zhijia.foundation.files import services as files
from zhijia.foundation.files.api import FileOut, file_out
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.api import CaseId
from zhijia.kernel.api import After, Done, In, Limit, Out, PublicId, Routes, Who
from zhijia.kernel.http import Request

from . import selectors, services
from .fields import Asked, Choice, Paper, Papers
from .kinds import By, CaseKind
from .selectors import MINE, Standing

_create: Any = create_model  # shapes made at run time; the one border without types


class KindRow(Out):
    id: str
    state: str
    label: str
    title: str
    union: str
    other_union: str = Field(description="另一工会，没有则为空")
    opened_at: datetime
    last_day: date | None = Field(description="最晚哪一天办理")


class KindList(Out):
    items: list[KindRow]
    next: str


class KindDeskRow(KindRow):
    version: int
    person: str = Field(description="已遮盖", examples=["林*禾"])


class KindDeskList(Out):
    items: list[KindDeskRow]
    next: str


class _Versioned(In):
    version: int | None = Field(None, ge=1, le=1_000_000, description="看到的 version；之后有变化则为 409")


def _row(one: Standing, *, own: bool) -> dict[str, Any]:
    case = one.case
    row: dict[str, Any] = {
        "id": case.public_id,
        "state": case.state,
        "label": str(cases.describe(case, own=own)["label"]),
        "title": case.title,
        "union": one.unit,
        "other_union": one.other,
        "opened_at": case.opened_at,
        "last_day": case.last_day if case.closed_at is None else None,
    }
    return row if own else row | {"version": case.version, "person": one.person}


def _answers(kind: CaseKind, one: Standing, *, own: bool) -> dict[str, Any]:
    hidden = kind.hidden(one.case.state) if own else frozenset()
    said = {asked.name: getattr(one.row, asked.name) for asked in kind.shows if asked.name not in hidden}
    unsaid = {asked.name for asked in kind.shows if isinstance(asked, Choice) and not said.get(asked.name)}
    return {asked.name: None if asked.name in unsaid else said.get(asked.name) for asked in kind.shows}


def _papers(kind: CaseKind, one: Standing) -> dict[str, Any]:
    return {"papers": [file_out(file) for file in selectors.papers_of(kind, one.case)]} if kind.asks_papers else {}


@contextmanager
def _with_papers(request: Request, asks: Sequence[Asked], said: Any) -> Iterator[dict[str, Any]]:
    """What was said, with the papers that were sent ahead in place of their numbers."""
    given = said.model_dump()
    with ExitStack() as opened:
        for asked in asks:
            if isinstance(asked, Papers):
                drafts = files.open_drafts(request.actor, given[asked.name], now=request.now)
                given[asked.name] = [Paper(*each) for each in opened.enter_context(drafts)]
        yield given


def _shape(name: str, base: type[Any], asks: tuple[Asked, ...]) -> Any:
    return _create(name, __base__=base, __module__=__name__, **{asked.name: asked.schema() for asked in asks})


def routes(kind: CaseKind) -> tuple[Routes, ...]:
    """`ROUTES = routing.routes(PROPOSALS)`."""
    pascal = kind.slug.title().replace("-", "")
    columns = {asked.name: (asked.schema()[0] | None, None) for asked in kind.shows}
    answers = _create(f"{pascal}Answers", __base__=Out, __module__=__name__, **columns)
    papers = {"papers": (list[FileOut], Field(description="证明材料，用 GET /me/files/{pid} 或 GET /files/{pid} 取得"))}
    more: dict[str, Any] = {"answers": (answers, ...), **(papers if kind.asks_papers else {})}
    desk = _desk(kind, pascal, more)
    return (_own(kind, pascal, more), desk) if kind.has_own_page else (desk,)


def _own(kind: CaseKind, pascal: str, more: dict[str, Any]) -> Routes:
    slug, name, area = kind.slug, kind.name, kind.slug.replace("-", "_")
    out = _create(f"{pascal}Out", __base__=KindRow, __module__=__name__, **more)
    own = Routes(area, name, who=Who.MEMBER, surface="member")

    def own_case(request: Request, pid: PublicId) -> Any:
        one = selectors.get_own(kind, request.actor, pid)
        return out(**_row(one, own=True), answers=_answers(kind, one, own=True), **_papers(kind, one))

    opening = kind.opening(By.MEMBER)
    if opening is not None:

        def mine(request: Request, after: After = "", limit: Limit = 20) -> KindList:
            page = selectors.list_own(kind, request.actor, after=after, limit=limit)
            return KindList(items=[KindRow(**_row(one, own=True)) for one in page.rows], next=page.next)

        opens = _shape(f"{pascal}In", In, opening.asks)
        links: Any = {"own_case": {"operationId": f"{area}_own_case", "parameters": {"pid": "$response.body#/id"}}}
        own.write(f"/me/{slug}", CaseId, links=links)(_named(_submitting(kind, By.MEMBER), f"提交{name}。", said=opens))
        own.read(f"/me/{slug}", KindList)(_named(mine, f"我提交的{name}，最近的在前。"))
    own.read(f"/me/{slug}/{{pid}}", out)(_named(own_case, f"我的一件{name}。"))
    for move in kind.own_moves:
        asks = kind.step(move.name).asks
        shape = _shape(f"{pascal}{_pascal(move.name)}In", In, asks) if asks else None
        own.write(f"/me/{slug}/{{pid}}/{_way(move.name)}", Done)(_acting(kind, move.name, f"{move.button}。", shape))
    return own


def _desk(kind: CaseKind, pascal: str, more: dict[str, Any]) -> Routes:
    slug, name, area = kind.slug, kind.name, kind.slug.replace("-", "_")
    out = _create(f"Desk{pascal}Out", __base__=KindDeskRow, __module__=__name__, **more)
    tabs: Any = Literal[(MINE, *(tab.code for tab in kind.tabs))]
    desk = Routes(f"{area}_desk", f"{name}办理", who=Who.CADRE, surface="console")

    def listing(request: Request, view: Any = kind.tabs[0].code, after: After = "", limit: Limit = 50) -> KindDeskList:
        page = selectors.list_cases(kind, request.actor, Query(view=view, after=after, limit=limit))
        return KindDeskList(items=[KindDeskRow(**_row(one, own=False)) for one in page.rows], next=page.next)

    def one(request: Request, pid: PublicId) -> Any:
        found = selectors.get_case(kind, request.actor, pid)
        return out(**_row(found, own=False), answers=_answers(kind, found, own=False), **_papers(kind, found))

    opening = kind.opening(By.CADRE)
    if opening is not None:
        both = kind.opening(By.MEMBER) is not None
        opens = _shape(f"{pascal}{'Desk' if both else ''}In", In, opening.asks)
        links: Any = {"one": {"operationId": f"{area}_desk_one", "parameters": {"pid": "$response.body#/id"}}}
        desk.write(f"/{slug}", CaseId, links=links)(_named(_submitting(kind, By.CADRE), f"提出{name}。", said=opens))
    said = "，".join([f"{MINE} 等我办理", *(f"{tab.code} {tab.label}" for tab in kind.tabs)])
    desk.read(f"/{slug}", KindDeskList)(_named(listing, f"{name}：{said}。", view=tabs))
    desk.read(f"/{slug}/{{pid}}", out)(_named(one, f"一件{name}。"))
    for move in kind.desk_moves:
        shape = _shape(f"{pascal}{_pascal(move.name)}In", _Versioned, kind.step(move.name).asks)
        desk.write(f"/{slug}/{{pid}}/{_way(move.name)}", Done)(_acting(kind, move.name, f"{move.button}。", shape))
    return desk


def _submitting(kind: CaseKind, by: By) -> Any:
    opening = kind.opening(by)

    def submit(request: Request, said: Any) -> CaseId:
        with _with_papers(request, opening.asks if opening is not None else (), said) as given:
            return CaseId(id=services.open_case(kind, request.actor, given, now=request.now, by=by))

    return submit


def _acting(kind: CaseKind, name: str, words: str, shape: Any) -> Any:
    """The view of a move; without a shape nothing is sent."""
    if shape is None:

        def act(request: Request, pid: PublicId) -> Done:
            services.act(kind, request.actor, pid, name, now=request.now)
            return Done()

        return _named(act, words, name=name)

    def act_with(request: Request, pid: PublicId, said: Any) -> Done:
        with _with_papers(request, kind.step(name).asks, said) as given:
            version = given.get("version")
            services.act(kind, request.actor, pid, name, given, now=request.now, version=version)
        return Done()

    return _named(act_with, words, name=name, said=shape)


def _named(call: Any, words: str, *, name: str = "", **shapes: Any) -> Any:
    """Its sentence for the document, its name for the trail, and the shapes that only the kind knows."""
    call.__doc__ = words
    call.__name__ = name or call.__name__
    call.__annotations__.update(shapes)
    return call


def _pascal(name: str) -> str:
    return name.title().replace("_", "")


def _way(name: str) -> str:
    return name.replace("_", "-")
