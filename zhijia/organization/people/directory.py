"""Persons as foundation may know them: names, and what a case tells of whose matter it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import selectors
from .rules import real_name_words


class People:
    """Answers `kernel.registry.PersonDirectory`."""

    def names(self, person_ids: Iterable[int]) -> dict[int, str]:
        return {key: facts.masked_name for key, facts in selectors.facts_of(person_ids).items()}

    def named(self, words: str) -> Any:
        return selectors.ids_named(words)

    def full_name(self, person_id: int) -> str:
        return selectors.get_facts(person_id).name

    def facts(self, person_id: int) -> list[tuple[str, str]]:
        person = selectors.get_facts(person_id)
        return [
            ("证件", person.id_masked),
            ("手机", person.mobile_masked),
            ("性别", {"1": "男", "2": "女"}.get(person.sex, "")),
            ("出生年", str(person.birth_year or "")),
            ("实名", real_name_words(person.real_name_level)),
        ]
