"""What people hold up can be read: the member's card, a union's code and its poster, bright, dimmed and small."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from tests.eyes import codes_in, first_sheet
from tests.world import World
from zhijia.kernel.codes import payload_of, read_member_code
from zhijia.organization.unions.printing import join_address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = ({"light": 1.0}, {"light": 0.35}, {"scale": 0.6})


@pytest.mark.parametrize("address", ["/m/", "/m/card", "/m/welcome"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_card_on_a_phone_can_be_scanned(
    address: str, theme: str, world: World, clock: Any, open_page: Any, sign_in: Any
) -> None:
    clock(world.now)
    person, _ = world.member("plant")
    page = open_page(390, 844, mobile=True, color_scheme=theme)
    sign_in(page, person)
    page.goto(address)
    page.get_by_role("img", name="会员码").first.wait_for()
    picture = page.screenshot()
    for look in LOOKS:
        read = codes_in(picture, **look)
        assert len(read) == 1, (look, read)
        assert read[0].startswith(settings.ZHIJIA_PUBLIC_URL)
        code = read_member_code(
            payload_of(read[0]), settings.ZHIJIA_KEYS.verifier, world.now, province=settings.ZHIJIA_PROVINCE
        )
        assert code.made_at <= world.now


def test_the_code_and_the_poster_of_a_union_can_be_scanned(
    world: World, clock: Any, desk_page: Any, sign_in: Any
) -> None:
    clock(world.now)
    sign_in(desk_page, world.staff_person("GRASS_ADMIN", "plant"), staff=True)
    union = world["plant"]
    desk_page.goto(f"/console/unions/{union.public_id}?tab=code")
    picture = desk_page.get_by_role("img", name="的入会二维码").first
    picture.wait_for()
    expected = join_address(union.code)
    for look in LOOKS:
        assert codes_in(picture.screenshot(), **look) == [expected], look
    poster = desk_page.request.get(f"/console/unions/{union.public_id}/poster.pdf").body()
    for look in LOOKS:
        assert codes_in(first_sheet(poster), **look) == [expected], look
