"""What the API says of itself: `openapi.json` for programs, a page for people. Both are public."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhijia.config.api import API
from zhijia.foundation.idempotency.decorators import HEADER
from zhijia.kernel.doors import public
from zhijia.kernel.http import Request

Json = Mapping[str, Any]


@cache
def schema() -> Json:
    """OpenAPI 3.1, the same for the life of the process."""
    return API.get_openapi_schema(path_prefix="/api/v1/")


@public
@require_safe
def openapi(request: Request) -> HttpResponse:
    return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})


@public
@require_safe
def reference(request: Request) -> HttpResponse:
    """Every route by heading: who may call it, what it takes, what it answers."""
    return render(request, "ui/public/reference.html", {"groups": groups(), "info": schema()["info"]})


@cache
def groups() -> list[dict[str, Any]]:
    """`[{"title": "会员", "anchor": "g1", "routes": [{"id", "method", "path", "summary", "description", "callers",
    "takes": rows, "gives": rows}]}]`; rows are `{"name", "where", "kind", "words"}`.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema()["paths"].items():
        for method, said in methods.items():
            found.setdefault(said["tags"][0], []).append(_route(path, method, said))
    return [
        {"title": title, "anchor": f"g{number}", "routes": routes}
        for number, (title, routes) in enumerate(found.items(), 1)
    ]


_CALLERS = {"SessionCookie": "会员会话", "StaffSession": "工作台会话", "SignedRequest": "签名的系统"}


def _route(path: str, method: str, said: Json) -> dict[str, Any]:
    callers = [_CALLERS[name] for choice in said.get("security", []) for name in choice]
    takes = [
        {
            "name": given["name"],
            "where": {"path": "地址", "query": "查询", "header": "头"}[given["in"]],
            "kind": _kind(given["schema"]),
            "words": _must(given.get("required", False), given.get("description", "")),
        }
        for given in said.get("parameters", [])
        if given["name"] != HEADER
    ]
    if "requestBody" in said:
        takes += _fields(_content(said["requestBody"]), "请求体")
    return {
        "id": said["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": said["summary"],
        "description": said.get("description", "").removeprefix(said["summary"]).lstrip("。"),
        "once": any(given["name"] == HEADER for given in said.get("parameters", [])),
        "callers": "、".join(callers) or "任何人",
        "takes": takes,
        "gives": _fields(_content(said["responses"][200]), "") or [_FILE],
    }


_FILE = {"name": "（文件）", "where": "", "kind": "字节", "words": "文件名在 Content-Disposition 里"}


def _content(said: Json) -> Json:
    """The schema of JSON or of a form; nothing of a file's bytes."""
    kinds = ("application/json", "multipart/form-data")
    found: Json = next((said["content"][kind]["schema"] for kind in kinds if kind in said["content"]), {})
    return found


def _resolved(found: Json) -> Json:
    name = found.get("$ref", "")
    return schema()["components"]["schemas"][name.rpartition("/")[2]] if name else found


def _fields(found: Json, where: str, before: str = "") -> list[dict[str, str]]:
    """The fields of an object, those of objects inside with dotted names."""
    found = _resolved(found)
    rows = []
    for name, field in found.get("properties", {}).items():
        words = _must(where != "" and name in found.get("required", ()), field.get("description", ""))
        rows.append({"name": before + name, "where": where, "kind": _kind(field), "words": words})
        inner = _resolved(_plain(field))
        inner = _resolved(inner.get("items", inner))
        if "properties" in inner and before.count(".") < 2:
            rows += _fields(inner, where, f"{before}{name}.")
    return rows


def _must(required: bool, words: str) -> str:
    return "；".join(part for part in ("必填" if required else "", words.rstrip("。")) if part)


def _plain(field: Json) -> Json:
    """Without the `null` of what may be absent."""
    return next((choice for choice in field.get("anyOf", ()) if choice.get("type") != "null"), field)


_KINDS = {"string": "文字", "integer": "整数", "number": "数", "boolean": "是否", "object": "对象", "array": "列表"}


def _kind(field: Json) -> str:
    field = _resolved(_plain(field))
    if "enum" in field:
        return " | ".join(str(value) for value in field["enum"])
    words = {"date": "日期", "date-time": "时刻"}.get(field.get("format", "")) or _KINDS.get(field.get("type", ""), "")
    low, high = field.get("minLength", field.get("minimum")), field.get("maxLength", field.get("maximum"))
    if high is not None:
        words += f"，{low or 0} 至 {high}"
    return words
