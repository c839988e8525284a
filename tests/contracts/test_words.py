"""Sentences that every message, error page and list of the trail must keep to."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from zhijia.kernel.registry import registry
from zhijia.organization.trail import presenting


def test_every_text_message_begins_with_who_sends_it() -> None:
    """Carriers deliver nothing without a signature, and nobody believes it."""
    without = [spec.code for spec in registry.messages.values() if spec.sms and not spec.sms.startswith("【{site}】")]
    assert without == []


def names_of(resolver: URLResolver, space: str = "") -> list[str]:
    found: list[str] = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            found += names_of(entry, entry.namespace or space)
        elif isinstance(entry, URLPattern) and entry.name:
            found.append(f"{space}:{entry.name}" if space else entry.name)
    return found


def test_the_trail_names_every_page_in_words() -> None:
    raw = [name for name in names_of(get_resolver()) if any(letter in presenting.page_label(name) for letter in ":_")]
    assert raw == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/j/3706821010400018?s=AAAAAAAAAAAAAAAA", "这个码不能使用"),
        ("/j/3706821010400018?s=x", "这个码不能使用"),
        ("/m/join/9999999999999999/", "没有找到这个工会"),
    ],
)
def test_a_wrong_code_is_called_a_wrong_code(client: Client, address: str, title: str) -> None:
    page = client.get(address).content.decode()
    assert f"<h1>{title}</h1>" in page
    assert "暂时不能办理" not in page


@pytest.mark.django_db
def test_a_member_is_not_told_of_a_scope_he_has_not(client: Client) -> None:
    for address in ("/m/nothing", "/nothing"):
        page = client.get(address).content.decode()
        assert "管理范围" not in page
        assert "没有找到您要看的内容" in page
