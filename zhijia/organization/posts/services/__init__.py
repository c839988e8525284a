"""Writing terms and posts: who takes office, who leaves, what an election was; reminders."""

from .boards import end_post, end_posts, follow_ended, follow_handed_over, take_office, take_post
from .reminding import remind_some
from .reporting import record_election, require_right

__all__ = [
    "end_post",
    "end_posts",
    "follow_ended",
    "follow_handed_over",
    "record_election",
    "remind_some",
    "require_right",
    "take_office",
    "take_post",
]
