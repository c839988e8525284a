"""The member's own membership: where it is, moving it, keeping it, giving it up, answering an invitation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from zhijia.kernel.api import In, Number, Out, Routes, Text, Who
from zhijia.kernel.http import Request
from zhijia.organization.members.applying import OwnData, Work
from zhijia.organization.members.services import own_data
from zhijia.organization.people.rules import Profile

routes = Routes("membership", "我的会籍", who=Who.MEMBER, surface="member")


class OwnDataIn(In):
    """没有会籍的，工作情况不填。"""

    work_form: Literal["", "platform", "employed", "dispatched", "part_time", "none"] = ""
    employer_text: Text = Field("", max_length=120)
    employer_credit_code: Number = Field("", max_length=40)
    new_form_group: Text = Field("", max_length=10, description="平台接单的必填")
    occupation: Text = Field("", max_length=40)
    education: Text = Field("", max_length=2, description="GB/T 4658；空为不填")
    political_status: Text = Field("", max_length=2, description="GB/T 4762；空为不填")
    ethnicity: Text = Field("", max_length=2, description="GB/T 3304；空为不填")
    rural_hukou: bool | None = None

    def read(self) -> OwnData:
        profile = Profile(self.ethnicity, self.education, self.political_status, self.rural_hukou)
        work = Work(self.work_form, self.employer_text, self.employer_credit_code, self.new_form_group, self.occupation)
        return OwnData(profile, work)


class OwnDataOut(Out):
    changed: list[str] = Field(description="改动了的字段")


@routes.write("/me/profile", OwnDataOut)
def change_own_data(request: Request, said: OwnDataIn) -> OwnDataOut:
    """修改自己的工作情况和自愿填写的内容，马上生效；姓名、号码、入会日期请用 POST /me/data/corrections。"""
    return OwnDataOut(changed=sorted(own_data.change_own(request.actor, said.read(), now=request.now)))
