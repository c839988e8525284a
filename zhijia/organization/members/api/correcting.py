"""For cadres and other systems: a member's name or number put right."""

from __future__ import annotations

from pydantic import Field

from zhijia.foundation.files import services as files
from zhijia.kernel.api import Done, In, Number, PublicId, PublicIdField, Routes, Text, Who
from zhijia.kernel.http import Request
from zhijia.organization.members.services import corrections

routes = Routes("correcting", "更正", who=Who.CADRE, surface="console")


class CorrectIn(In):
    """What should stand there; an empty number or mobile stays as it is."""

    name: Text = Field(max_length=60)
    id_type: Text = Field("", max_length=20)
    id_number: Number = Field("", max_length=40)
    mobile: Number = Field("", max_length=24)
    reason: Text = Field(max_length=200, description="5 到 200 个字")
    papers: list[PublicIdField] = Field(max_length=5, description="用 POST /files 上传的证件照片或证明")


@routes.write("/members/{pid}/correct", Done)
def correct(request: Request, pid: PublicId, said: CorrectIn) -> Done:
    """更正姓名、证件或手机号，须附证明材料；重新向实名源核验，并告知本人。"""
    with files.open_drafts(request.actor, said.papers, now=request.now) as papers:
        given = corrections.Correction(said.name, said.id_type, said.id_number, said.mobile, said.reason, papers)
        corrections.correct_member(request.actor, pid, given, now=request.now)
    return Done()
