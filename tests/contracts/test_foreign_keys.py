"""Tables point down, as imports do: import-linter can't see a target that is named in a string."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Field, Model

from tests.contracts.rooms import capability, height, may_point


def relations() -> Iterator[tuple[type[Model], Field]]:
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("zhijia."):
            for field in model._meta.get_fields():
                if field.concrete and field.is_relation and field.related_model is not None:
                    yield model, field


def name(pair: tuple[type[Model], Field]) -> str:
    return f"{pair[0]._meta.label}.{pair[1].name}"


PAIRS = sorted(relations(), key=name)


def test_there_are_relations_to_look_at():
    assert len(PAIRS) > 3


@pytest.mark.parametrize("pair", PAIRS, ids=name)
def test_a_foreign_key_points_to_the_same_capability_or_lower(pair):
    model, field = pair
    target = field.related_model.__module__
    if not target.startswith("zhijia."):
        return  # Django's own and libraries lie below everything
    source, pointed = capability(model.__module__), capability(target)
    assert may_point(source, pointed), f"{source} may not know {pointed}"


@pytest.mark.parametrize("pair", PAIRS, ids=name)
def test_across_capabilities_the_way_back_is_closed(pair):
    model, field = pair
    target = field.related_model.__module__
    if target.startswith("zhijia.") and capability(target) != capability(model.__module__):
        assert field.remote_field.hidden, 'related_name="+": the lower room must not see the upper one'


def test_foundation_has_no_foreign_key_to_units():
    """Unit ids are plain numbers there; the tree of units belongs to organization."""
    for model, field in PAIRS:
        if model.__module__.startswith("zhijia.foundation."):
            assert not field.related_model.__module__.startswith("zhijia.organization."), name((model, field))


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        ("organization.members", "organization.people", True),
        ("organization.people", "organization.members", False),
        ("organization.people", "foundation.audit", True),
        ("foundation.audit", "foundation.jobs", False),
        ("foundation.accounts", "foundation.regions", False),
        ("services.benefits", "services.stations", False),
        ("services.benefits", "services.benefits", True),
        ("portal", "organization.people", True),
        ("governance.insight", "services.benefits", True),
    ],
)
def test_the_order_is_that_of_the_import_contracts(source, target, allowed):
    assert may_point(source, target) is allowed


def test_every_capability_of_this_tree_has_a_place():
    for config in apps.get_app_configs():
        if config.name.startswith("zhijia."):
            assert height(capability(config.name)) > (0, -1)
