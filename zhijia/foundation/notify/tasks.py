from __future__ import annotations

from django.utils import timezone
from django_tasks import task


@task()
def deliver_text(text_id: int) -> None:
    """Runs at least once; a text that is out already is left alone."""
    from .services import deliver

    deliver(text_id, now=timezone.now())
