"""Pure rules of consents and of what people tell of their own accord. Source: docs/rules/people.md"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from zhijia.foundation.workflow.rules import two_persons
from zhijia.organization.people import codes
from zhijia.organization.people.permissions import Permission

CONSENT_TEXT = two_persons(
    "people.consent_text",
    "同意书修订",
    check=Permission.CONSENT_PUBLISH,
    due="people.consent_check_wd",
    maker="起草人",
    agreed="已发布",
    agree="复核同意，按期发布",
    button="同意发布",
)

WITHDRAWING = {
    "privacy": "撤回后线上服务随即停止，所有设备退出登录，再次登录时须重新同意",
    "agreement": "撤回后线上服务随即停止，所有设备退出登录，再次登录时须重新同意",
    "id_number": "撤回后不再用您的证件号码办理新的实名核验和入会；再办理时会先征求您的同意",
}
"""What taking a consent back does, told beside it. Source: PIPL 15, 16."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody need not tell, as codes of `people.codes`; empty or None: not told."""

    ethnicity: str = ""
    education: str = ""
    political_status: str = ""
    rural_hukou: bool | None = None

    def __repr__(self) -> str:
        return "<Profile>"


def check_profile(said: Profile) -> dict[str, str]:
    """What is wrong with it, by field; empty for nothing."""
    lists = {
        "ethnicity": (said.ethnicity, codes.ETHNICITIES, "民族"),
        "education": (said.education, codes.EDUCATIONS, "学历"),
        "political_status": (said.political_status, codes.POLITICAL_STATUSES, "政治面貌"),
    }
    return {
        name: f"请在列表中选择{label}，也可以不填。"
        for name, (code, known, label) in lists.items()
        if code and code not in known
    }


REAL_NAME_WORDS = {0: "未核验", 1: "未核验", 2: "待核验", 3: "已核验"}


def real_name_words(level: int) -> str:
    """A level of real name as people say it; the levels themselves are in docs/rules/people.md."""
    return REAL_NAME_WORDS[min(level, 3)]


ASKED_AGAIN = ("privacy", "agreement")
"""Their new versions must be agreed to before the service goes on; other purposes are asked where they are needed."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A part of a wording: `heading` may be empty."""

    heading: str
    lines: tuple[str, ...]


def paragraphs(body: str) -> list[Paragraph]:
    """Blocks are parted by an empty line; a short first line without a stop is the block's heading."""
    parts = []
    for block in body.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        if not lines:
            continue
        headed = len(lines) > 1 and len(lines[0]) <= 20 and lines[0][-1] not in "。；：，！？"
        parts.append(Paragraph(lines[0] if headed else "", tuple(lines[1:] if headed else lines)))
    return parts


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a comparison: `kind` is same, old or new."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Change]:
    """Line by line, removed before added; long stretches of equal lines keep one line at each side of a change."""
    left, right = old.replace("\r\n", "\n").split("\n"), new.replace("\r\n", "\n").split("\n")
    changes: list[Change] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes():
        if tag == "equal":
            same = [line for line in left[i:j] if line.strip()]
            if len(same) > 3:
                same = [same[0], f"（中间 {len(same) - 2} 行未改）", same[-1]]
            changes += [Change("same", line) for line in same]
            continue
        changes += [Change("old", line) for line in left[i:j] if line.strip()]
        changes += [Change("new", line) for line in right[k:m] if line.strip()]
    return changes
