"""What is kept of who held or stood for a post. Source: docs/rules/posts.md#kept"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhijia.kernel.personal import DataSubject, Kept
from zhijia.organization.posts.models import Candidate, Post, PostChange
from zhijia.organization.posts.rules.posts import ELECTED_POSTS, POSTS, SOURCES, PostKind, Source

_REASON = "工会职务和选举结果是工会档案，永久保存。"


def export_posts(subject: DataSubject) -> Sequence[Mapping[str, object]]:
    held = Post.objects.filter(person_id__in=subject.persons).select_related("union").order_by("since", "id")
    stood = Candidate.objects.filter(person_id__in=subject.persons).order_by("id")
    return [
        *(
            {
                "工会": post.union.name,
                "职务": POSTS[PostKind(post.kind)],
                "任职": post.since.isoformat(),
                "离任": post.until.isoformat() if post.until else "",
                "产生方式": SOURCES[Source(post.source)],
            }
            for post in held
        ),
        *(
            {
                "参加选举的职务": ELECTED_POSTS[PostKind(row.post)],
                "得票": row.votes,
                "当选": "是" if row.elected else "否",
            }
            for row in stood
        ),
    ]


def kept_posts(subject: DataSubject, now: datetime) -> Sequence[Kept]:
    count = sum(model.objects.filter(person_id__in=subject.persons).count() for model in (Post, Candidate, PostChange))
    return [Kept(count, _REASON)] if count else []
