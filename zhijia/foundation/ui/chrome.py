"""What surrounds a page: menu, scope, person, jobs, tabs. Rooms above put their part in; nothing is asked until shown.

`chrome.provide("user", build)` in an AppConfig.ready; `build(request)` gives the shape that the shell's template names:

- `user`   `{"name", "role", "links": [{"label", "href"}], "sign_out": post address}` or None
- `scope`  `[{"label", "href", "choices": [{"label", "href"}]}]`, from the province down
- `counts` `{"members:join": {"open": 13, "late": 1}}`: waiting work by the URL name of a menu line
- `jobs`   `{"href", "running": 1}` or None
- `find`   address of the find page, or ""
- `demonstration`  address of its guide, or ""
- `desk`   whether the way to the desk is shown on the public site: to visitors and to who holds a role
- `tabs`   `[{"code", "label", "href", "icon"}]`: the member's four roots
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Literal

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from zhijia.kernel.actor import ANONYMOUS
from zhijia.kernel.registry import MenuItem, registry

Part = Literal["user", "scope", "counts", "jobs", "find", "tabs", "demonstration", "desk", "news"]
Build = Callable[[HttpRequest], Any]
_builders: dict[str, Build] = {}
# Which menu line the keys G D, G M and G T open, by URL name; a portal adds its own.
GO_KEYS: dict[str, str] = {}


def provide(part: Part, build: Build) -> None:
    """The last one given wins: a portal may replace what a lower room offers."""
    _builders[part] = build


def address(url_name: str) -> str:
    """Where a named page is; empty while its room has no such page."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _entry(line: MenuItem, href: str, counts: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    waiting = counts.get(line.url_name, {})
    return {
        "label": line.label,
        "icon": line.icon,
        "href": href,
        "current": False,
        "open": waiting.get("open", 0),
        "late": waiting.get("late", 0),
        "key": GO_KEYS.get(line.url_name, ""),
    }


class Chrome:
    """The surroundings of one request, each part built when a template first reads it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def _ask(self, part: Part) -> Any:
        build = _builders.get(part)
        return build(self._request) if build else None

    @cached_property
    def user(self) -> Any:
        return self._ask("user")

    @cached_property
    def scope(self) -> Any:
        return self._ask("scope") or []

    @cached_property
    def jobs(self) -> Any:
        return self._ask("jobs")

    @cached_property
    def find(self) -> Any:
        return self._ask("find") or ""

    @cached_property
    def desk(self) -> bool:
        return bool(self._ask("desk"))

    @cached_property
    def tabs(self) -> Any:
        return self._ask("tabs") or []

    @cached_property
    def news(self) -> Any:
        return self._ask("news")

    @cached_property
    def demonstration(self) -> Any:
        return self._ask("demonstration") or ""

    @cached_property
    def nav(self) -> list[dict[str, Any]]:
        """`[{"title": "组织", "entries": [{"label", "href", "current", "open", "late", "key"}]}]`.

        A line whose page does not exist is left out.
        """
        counts: Mapping[str, Mapping[str, int]] = self._ask("counts") or {}
        actor = getattr(self._request, "actor", ANONYMOUS)
        groups: list[dict[str, Any]] = []
        for title, lines in registry.menu(actor):
            entries = [_entry(line, href, counts) for line in lines if (href := address(line.url_name))]
            if entries:
                groups.append({"title": title, "entries": entries})
        self._mark_current([entry for group in groups for entry in group["entries"]])
        return groups

    def _mark_current(self, entries: list[dict[str, Any]]) -> None:
        """The entry whose address is the longest beginning of this page's, or of the menu line its cases belong to."""
        match = self._request.resolver_match
        path = (address(registry.menu_of_cases(match.namespace)) if match else "") or self._request.path
        here = [e for e in entries if path == e["href"] or (e["href"] != "/" and path.startswith(e["href"]))]
        if here:
            max(here, key=lambda entry: len(entry["href"]))["current"] = True

    @cached_property
    def public_pages(self) -> list[dict[str, Any]]:
        """`[{"label", "href", "current"}]` for the head of the public site."""
        pages = [
            {"label": page.label, "href": href, "current": False}
            for page in registry.public_pages()
            if (href := address(page.url_name))
        ]
        self._mark_current(pages)
        return pages

    @cached_property
    def shortcuts(self) -> list[dict[str, Any]]:
        """All keys of the console, for the dialog behind `?`."""
        return [
            {"label": _("全局查找"), "keys": ["/"]},
            {"label": _("回工作台"), "keys": ["G", "D"]},
            {"label": _("会员名册"), "keys": ["G", "M"]},
            {"label": _("统计"), "keys": ["G", "T"]},
            {"label": _("上一行、下一行"), "keys": ["K", "J"]},
            {"label": _("选中本行"), "keys": ["X"]},
            {"label": _("打开"), "keys": ["Enter"]},
            {"label": _("上一页、下一页"), "keys": ["[", "]"]},
            {"label": _("选结论"), "keys": ["1", "2", "3"]},
            {"label": _("提交并看下一件"), "keys": ["Ctrl", "Enter"]},
            {"label": _("存草稿"), "keys": ["Ctrl", "S"]},
            {"label": _("关闭、取消选择"), "keys": ["Esc"]},
        ]
