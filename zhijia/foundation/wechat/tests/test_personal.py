"""A bound WeChat user in the owner's rights."""

from __future__ import annotations

import pytest

from tests.world import World
from zhijia.foundation.wechat import personal
from zhijia.foundation.wechat.models import WeChatIdentity
from zhijia.kernel.personal import DataSubject

pytestmark = pytest.mark.django_db


def test_what_is_bound_is_told_and_erased_for_himself_alone(world: World) -> None:
    him, other = world.person(), world.person()
    for person in (him, other):
        WeChatIdentity.objects.create(account=person.account, openid_digest=f"{person.pk:032d}", bound_at=world.now)
    subject = DataSubject((him.pk,), him.account_id)
    assert personal.export_binding(subject) == [{"绑定时间": world.now, "最近使用": None}]
    assert personal.erase_binding(subject, world.now) == 1
    assert personal.export_binding(subject) == []
    assert personal.export_binding(DataSubject((him.pk,), None)) == []
    assert WeChatIdentity.objects.get().account_id == other.account_id
