"""Forms made of what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from zhijia.foundation.ui.form import ChoiceGroup, ConsoleForm, PhoneForm, ZhijiaForm, speak_chinese
from zhijia.foundation.workflow.rules import Move

from .fields import Asked
from .kinds import CaseKind


def asking(base: type[ZhijiaForm], asks: Sequence[Asked]) -> type[ZhijiaForm]:
    """A form of these questions: `asking(PhoneForm, PROPOSALS.opens)`."""
    return type("AskingForm", (base,), {asked.name: asked.form_field() for asked in asks})


def asking_member(asks: Sequence[Asked]) -> type[ZhijiaForm]:
    return asking(PhoneForm, asks)


def asking_cadre(asks: Sequence[Asked]) -> type[ZhijiaForm]:
    return asking(ConsoleForm, asks)


class DecisionForm(ConsoleForm):
    """One of the moves a case allows, with what that move asks.

    What only some of the moves ask may be left empty here; the service says what the chosen one misses.
    """

    decision = forms.ChoiceField(label="办理意见", widget=ChoiceGroup())
    version = forms.IntegerField(min_value=1, max_value=10**6, required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, files: Any = None, *, kind: CaseKind, row: Any, moves: Sequence[Move], **kwargs: Any
    ) -> None:
        super().__init__(data, files, **kwargs)
        self.kind, self.moves = kind, moves
        steps = [kind.step(move.name) for move in moves]
        for asked in {each.name: each for step in steps for each in step.asks}.values():
            field = asked.form_field()
            speak_chinese(asked.name, field)
            field.required = asked.required and all(asked in step.asks for step in steps)
            self.fields[asked.name] = field
        decision: Any = self.fields["decision"]
        self.means = {move.name: kind.step(move.name).means.format(row=row) for move in moves}
        decision.widget = ChoiceGroup(notes={name: line for name, line in self.means.items() if line})
        decision.choices = [(move.name, move.button) for move in moves]
        self.only = moves[0].name if len(moves) == 1 else ""
        if self.only:
            decision.widget = forms.HiddenInput()
            decision.required = False
            self.initial["decision"] = self.only

    def keep_unasked(self) -> None:
        """What the page did not send, since the chosen move does not ask it, stands there when it is shown again."""
        asked = {each.name for each in self.kind.step(self.data.get("decision", "")).asks}
        data: Any = self.data
        data = data.copy()
        for name in set(self.initial) & set(self.fields) - asked - set(data):
            data[name] = self.initial[name]
        self.data = data

    @property
    def move(self) -> str:
        return self.only or str(self.cleaned_data["decision"])
