"""The words of error pages: for each status a tag, a heading and the one thing to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """`tag` stands small above the heading `title`; `icon` is the phone's; `again`: trying once more makes sense."""

    tag: str
    title: str
    icon: str
    state: str = ""
    again: bool = False


_BY_STATUS = {
    400: ErrorWords("400 请求有误", "提交的内容无法识别", "message-question", "soon"),
    403: ErrorWords("403 无权办理", "您没有办理这一步的权限", "lock", "soon"),
    404: ErrorWords("404 没有找到", "这里没有您要的内容", "map-search"),
    409: ErrorWords("409 情况有变", "情况已经变化", "refresh", "soon", again=True),
    410: ErrorWords("410 已过期", "已超过办理期限", "clock-off", "soon"),
    413: ErrorWords("413 文件过大", "提交的内容太大", "file-alert", "soon"),
    422: ErrorWords("422 不能办理", "暂时不能办理", "alert-triangle", "soon"),
    429: ErrorWords("429 请稍候", "操作太频繁，请稍后再试", "hourglass", "soon", again=True),
    500: ErrorWords("500 系统出错", "系统出了错，操作没有生效", "tool", "late", again=True),
    503: ErrorWords("503 系统繁忙", "系统暂时繁忙", "tool", "late", again=True),
}
_NO_CODE = ErrorWords("422 码无效", "这个码不能使用", "qrcode", "soon")
_BY_CODE = {
    "code.malformed": _NO_CODE,
    "code.signature": _NO_CODE,
    "code.foreign": _NO_CODE,
    "code.expired": ErrorWords("410 码已过期", "这个码已过期", "clock-off", "soon"),
    "join.no_union": ErrorWords("404 没有找到", "没有找到这个工会", "map-search"),
    "request.csrf": ErrorWords("403 请重新提交", "请刷新页面后重新提交", "refresh", "soon", again=True),
}


def error_words(status: int, code: str = "") -> ErrorWords:
    """Words for a status; an unknown one speaks as its hundred, 400 or 500."""
    return _BY_CODE.get(code) or _BY_STATUS.get(status) or _BY_STATUS[500 if status >= 500 else 400]
