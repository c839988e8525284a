"""What a person is asked: declared once, asked on the phone and the console and by the API, checked in the service.

A field knows its form field, its place in a schema, its one check with its one sentence, how its value is shown, and a
right answer (`sample`) that tests and the demonstration give. No limit is written a second time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import IO, Any, Literal

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from pydantic import Field as SchemaField

from zhijia.foundation.files.fields import ManyFilesField
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.form import ChoiceGroup, DayField, IdNumberField, MoneyField, TickGroup
from zhijia.kernel.api import Number, PublicIdField, Text
from zhijia.kernel.errors import Invalid
from zhijia.kernel.identifiers import compact
from zhijia.kernel.typed import written

Schema = tuple[Any, Any]
"""Type and default, as `pydantic.create_model` takes them."""


@dataclass(frozen=True, slots=True)
class Asked(ABC):
    """One question. `name` is the column it is kept in, `help` a second line. One that is not `required` may be left
    empty; one that is not `kept` has no column, the kind's own function says what becomes of it.
    """

    name: str
    label: str
    help: str = ""
    required: bool = True
    sample: Any = None
    kept: bool = True

    @abstractmethod
    def form_field(self) -> forms.Field: ...

    @abstractmethod
    def schema(self) -> Schema: ...

    @abstractmethod
    def check(self, value: Any) -> Any:
        """The value as it is kept. Raises Invalid `case.<name>`."""

    def show(self, value: Any) -> str:
        return "" if value is None else str(value)

    def wrong(self, sentence: str) -> Invalid:
        return Invalid(f"case.{self.name}", sentence, fields={self.name: sentence})

    def typed(self, value: Any) -> Any:
        """A kept value as somebody types it into the form: what `form_field` takes."""
        return value

    def sent(self, value: Any) -> Any:
        """A kept value as a system sends it: what `schema` takes."""
        return value

    def _default(self, empty: Any, **limits: Any) -> Any:
        return SchemaField(... if self.required else empty, description=self.help or self.label, **limits)


@dataclass(frozen=True, slots=True)
class Words(Asked):
    """Words of `least` to `most` characters; `rows` of a larger box."""

    least: int = 1
    most: int = 200
    rows: int = 0

    def form_field(self) -> forms.Field:
        widget = forms.Textarea(attrs={"rows": self.rows}) if self.rows else forms.TextInput()
        return forms.CharField(
            label=self.label, help_text=self.help, required=self.required, max_length=self.most, widget=widget
        )

    def schema(self) -> Schema:
        return Text, self._default("", max_length=self.most)

    def check(self, value: Any) -> str:
        text = written(str(value or "")).replace("\r\n", "\n").strip()
        if not text and not self.required:
            return ""
        if not self.least <= len(text) <= self.most:
            raise self.wrong(f"请填写{self.label}，{self.least} 到 {self.most:,} 个字。")
        return text


@dataclass(frozen=True, slots=True)
class IdNumber(Asked):
    """A number on a certificate, as people paste it. Whether it is one depends on the certificate: its kind says."""

    def form_field(self) -> forms.Field:
        return IdNumberField(label=self.label, help_text=self.help, required=self.required, max_length=20)

    def schema(self) -> Schema:
        return Number, self._default("", max_length=40)

    def check(self, value: Any) -> str:
        number = compact(str(value or ""))
        if not number and not self.required:
            return ""
        if not 1 <= len(number) <= 20:
            raise self.wrong(f"请填写{self.label}，最多 20 位。")
        return number


MOST_IN_SIGHT = 6
"""So many choices stand beside each other; more are a list that opens."""


@dataclass(frozen=True, slots=True)
class Choice(Asked):
    """One of `choices`, code to label; `usual` is taken where nothing is said."""

    choices: Mapping[Any, str] = field(default_factory=dict)
    usual: str = ""

    def form_field(self) -> forms.Field:
        rows = list(self.choices.items())
        if many := len(rows) > MOST_IN_SIGHT:
            rows = [("", "请选择"), *rows]
        return forms.ChoiceField(
            label=self.label,
            help_text=self.help,
            choices=rows,
            required=self.required,
            initial=self.usual or None,
            widget=forms.Select() if many else ChoiceGroup(),
        )

    def schema(self) -> Schema:
        codes = tuple(self.choices) if self.required else ("", *self.choices)
        return Literal[codes], SchemaField(self.usual) if self.usual else self._default("")

    def check(self, value: Any) -> str:
        value = value or self.usual
        if not value and not self.required:
            return ""
        if value not in self.choices:
            raise self.wrong(f"请选择{self.label}。")
        return str(value)

    def show(self, value: Any) -> str:
        return self.choices.get(value, "")


@dataclass(frozen=True, slots=True)
class Choices(Asked):
    """Several of `choices`, or of what they are once everything is declared; kept as a list of codes in their order."""

    choices: Mapping[Any, str] | Callable[[], Mapping[Any, str]] = field(default_factory=dict)

    def offered(self) -> Mapping[Any, str]:
        return self.choices() if callable(self.choices) else self.choices

    def form_field(self) -> forms.Field:
        rows = list(self.offered().items())
        return forms.MultipleChoiceField(
            label=self.label, help_text=self.help, choices=rows, required=self.required, widget=TickGroup()
        )

    def schema(self) -> Schema:
        offered = self.offered()
        one: Any = Literal[tuple(offered)]
        return list[one], self._default([], max_length=len(offered))

    def check(self, value: Any) -> list[str]:
        given, offered = set(value or ()), self.offered()
        if given - set(offered) or (self.required and not given):
            raise self.wrong(f"请选择{self.label}。")
        return [code for code in offered if code in given]

    def show(self, value: Any) -> str:
        offered = self.offered()
        return "、".join(offered.get(code, code) for code in value or ())


@dataclass(frozen=True, slots=True)
class Money(Asked):
    """Whole fen; nought is an answer."""

    most_fen: int = 10**12

    def form_field(self) -> forms.Field:
        return MoneyField(label=self.label, help_text=self.help, required=self.required, maximum=self.most_fen)

    def schema(self) -> Schema:
        kind = int if self.required else int | None
        return kind, self._default(None, ge=0, le=self.most_fen)

    def check(self, value: Any) -> int | None:
        if value is None and not self.required:
            return None
        if type(value) is not int or not 0 <= value <= self.most_fen:
            raise self.wrong(f"请填写{self.label}，最多 {formats.yuan(self.most_fen)} 元。")
        return value

    def show(self, value: Any) -> str:
        return "" if value is None else f"{formats.yuan(value)} 元"

    def typed(self, value: Any) -> Any:
        return "" if value is None else f"{value // 100}.{value % 100:02d}"


@dataclass(frozen=True, slots=True)
class Day(Asked):
    """A day from `earliest` to `latest`, where these are given."""

    earliest: date = date(1900, 1, 1)
    latest: date = date(2100, 12, 31)

    def form_field(self) -> forms.Field:
        return DayField(label=self.label, help_text=self.help, required=self.required)

    def schema(self) -> Schema:
        kind = date if self.required else date | None
        return kind, self._default(None, strict=False)

    def check(self, value: Any) -> date | None:
        if value is None and not self.required:
            return None
        if not isinstance(value, date) or not self.earliest <= value <= self.latest:
            raise self.wrong(f"请填写{self.label}，格式为 2026-01-31。")
        return value

    def show(self, value: Any) -> str:
        return "" if value is None else value.isoformat()

    def typed(self, value: Any) -> Any:
        return self.show(value)

    def sent(self, value: Any) -> Any:
        return self.show(value) or None


@dataclass(frozen=True, slots=True)
class Count(Asked):
    """A whole number from `least` to `most`, told with its `unit`: `12 人`."""

    least: int = 0
    most: int = 10**9
    unit: str = ""

    def form_field(self) -> forms.Field:
        return forms.IntegerField(
            label=self.label, help_text=self.help, required=self.required, min_value=self.least, max_value=self.most
        )

    def schema(self) -> Schema:
        kind = int if self.required else int | None
        return kind, self._default(None, ge=self.least, le=self.most)

    def check(self, value: Any) -> int | None:
        if value is None and not self.required:
            return None
        if type(value) is not int or not self.least <= value <= self.most:
            raise self.wrong(f"请填写{self.label}，{self.least:,} 到 {self.most:,} 之间的整数。")
        return value

    def show(self, value: Any) -> str:
        return "" if value is None else f"{formats.number(value)} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Flag(Asked):
    """Yes or no; one that is `required` must be yes, such as a promise."""

    def form_field(self) -> forms.Field:
        return forms.BooleanField(label=self.label, help_text=self.help, required=self.required)

    def schema(self) -> Schema:
        return bool, self._default(False)

    def check(self, value: Any) -> bool:
        if self.required and value is not True:
            raise self.wrong(f"请先确认{self.label}。")
        return value is True

    def show(self, value: Any) -> str:
        return "是" if value else "否"

    def typed(self, value: Any) -> Any:
        return "on" if value else ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that somebody gives; what it really is, `files` finds out."""

    name: str
    content: IO[bytes] = field(compare=False, repr=False)

    @classmethod
    def of(cls, given: Any) -> Paper:
        return given if isinstance(given, cls) else cls(given.name or "", given.file)


SAMPLE_PAPER = Paper("证明材料.pdf", BytesIO(b"%PDF-1.7\n" + b"x" * 200))


@dataclass(frozen=True, slots=True)
class Papers(Asked):
    """At most `most` photographs or PDFs, kept in `files` beside the case under `use`; systems send them ahead."""

    kept: bool = False
    sample: Any = (SAMPLE_PAPER,)
    use: str = ""
    most: int = 5

    def form_field(self) -> forms.Field:
        return ManyFilesField(label=self.label, help_text=self.help, required=self.required, most=self.most)

    def schema(self) -> Schema:
        return list[PublicIdField], SchemaField([], description=self.help or self.label, max_length=self.most)

    def check(self, value: Any) -> tuple[Paper, ...]:
        papers = tuple(Paper.of(each) for each in value or ())
        if len(papers) > self.most or (self.required and not papers):
            raise self.wrong(f"请上传{self.label}，最多 {self.most} 个文件。")
        return papers

    def show(self, value: Any) -> str:
        return "、".join(paper.name for paper in value or ())

    def typed(self, value: Any) -> Any:
        for paper in value:
            paper.content.seek(0)
        return [SimpleUploadedFile(paper.name, paper.content.read()) for paper in value]


def checked(asks: Iterable[Asked], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every answer as it is kept. Raises Invalid `case.invalid` naming each wrong one."""
    kept: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for asked in asks:
        try:
            kept[asked.name] = asked.check(given.get(asked.name))
        except Invalid as error:
            wrong |= error.fields or {asked.name: error.message}
    if wrong:
        raise Invalid("case.invalid", "还有内容需要修改，请按提示改好后再提交。", fields=wrong)
    return kept


def samples(asks: Sequence[Asked]) -> dict[str, Any]:
    """A right answer to everything, as it is kept."""
    return {asked.name: asked.sample for asked in asks}
