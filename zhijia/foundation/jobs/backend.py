"""Tasks in the database, enqueued the lean way: the row is one of those that a command writes last. Named by TASKS."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_tasks_db import DatabaseBackend
from django_tasks_db.compat import normalize_json
from django_tasks_db.models import DBTaskResult, get_date_max

from zhijia.kernel import db

_COLUMNS = tuple(field.attname for field in DBTaskResult._meta.concrete_fields)


class TaskBackend(DatabaseBackend):
    """The library's own, but for how a task becomes a row."""

    def _task_to_db_task(self, task: Any, args: Any, kwargs: Any) -> DBTaskResult[Any, Any]:
        row: DBTaskResult[Any, Any] = DBTaskResult(
            id=self._get_id(),
            enqueued_at=timezone.now(),
            args_kwargs=normalize_json({"args": args, "kwargs": kwargs}),
            priority=task.priority,
            task_path=task.module_path,
            queue_name=task.queue_name,
            run_after=task.run_after or get_date_max(),
            backend_name=self.alias,
        )
        db.insert_later(DBTaskResult, [{name: getattr(row, name) for name in _COLUMNS}])
        return row
