"""Files: papers sent ahead of the case that asks for them, and files handed out to who may read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from ninja import File
from ninja.files import UploadedFile
from pydantic import Field

from zhijia.kernel.api import Out, PublicId, Routes, Who, file_answer
from zhijia.kernel.http import Request

from . import services
from .selectors import FileFacts

own = Routes("files", "我的材料", who=Who.MEMBER, surface="member")
desk = Routes("desk_files", "材料和文件", who=Who.CADRE, surface="console")
ROUTES = (own, desk)


class FileOut(Out):
    """A file by its id; its content is fetched apart."""

    id: str
    name: str
    type: str = Field(description="按内容判断", examples=["pdf"])
    size: int = Field(description="字节")


class DraftOut(FileOut):
    keep_until: datetime | None = Field(description="没有用于事项的，到期删除")


def file_out(file: FileFacts) -> FileOut:
    return FileOut(id=file.public_id, name=file.name, type=file.type, size=file.size)


def seekable(file: UploadedFile) -> Any:
    """The uploaded file as the readers of files want it."""
    return file.file


def _draft(request: Request, file: UploadedFile) -> DraftOut:
    kept = services.keep_draft(request.actor, seekable(file), name=file.name or "", now=request.now)
    return DraftOut(id=kept.public_id, name=kept.name, type=kept.type, size=kept.size, keep_until=kept.keep_until)


@own.upload(
    "/me/files",
    DraftOut,
    most=services.DRAFT_BYTES,
    links={"content": {"operationId": "files_content", "parameters": {"pid": "$response.body#/id"}}},
)
def upload(request: Request, file: File[UploadedFile]) -> DraftOut:
    """上传一份证明材料，再在申请里用 papers 引用。PDF、JPG、PNG 或 WEBP，不超过 10 MB；图片会去掉拍摄地点等信息。"""
    return _draft(request, file)


@own.fetch("/me/files/{pid}")
def content(request: Request, pid: PublicId) -> HttpResponseBase:
    """我上传的材料，或为我准备的文件。"""
    return _content(request, pid)


@desk.upload(
    "/files",
    DraftOut,
    most=services.DRAFT_BYTES,
    links={"content": {"operationId": "desk_files_read_content", "parameters": {"pid": "$response.body#/id"}}},
)
def upload_paper(request: Request, file: File[UploadedFile]) -> DraftOut:
    """上传一份证明材料，再在办理时用 papers 引用。"""
    return _draft(request, file)


@desk.fetch("/files/{pid}")
def read_content(request: Request, pid: PublicId) -> HttpResponseBase:
    """有权查看其所属事项的人可以取得的文件；每次查看都会留下记录。"""
    return _content(request, pid)


def _content(request: Request, pid: str) -> HttpResponseBase:
    file, pieces = services.read_file(request.actor, pid, now=request.now)
    return file_answer(file.name, pieces, size=file.size)
