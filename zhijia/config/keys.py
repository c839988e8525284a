"""Keys of a development folder: made once, kept in `var/keys.env`, read into the environment at every start.

In production the keys come from the environment or a secret store, and a missing one stops the start.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from zhijia.kernel.crypto import new_environment

FILE_NAME = "keys.env"


def development_keys() -> dict[str, str]:
    """Fresh random values for every key the platform needs, by the name of its environment variable."""
    return {"SECRET_KEY": secrets.token_urlsafe(48), **new_environment()}


def load_development_keys(folder: Path) -> None:
    """Put the folder's keys into the environment where they are not set; add to the file those it lacks.

    The file is readable by its owner only. Losing it makes encrypted columns of this folder's database unreadable.
    """
    path = folder / FILE_NAME
    folder.mkdir(parents=True, exist_ok=True)
    present = _read(path)
    missing = {name: value for name, value in development_keys().items() if name not in present}
    if missing:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="ascii") as file:
            file.writelines(f"{name}={value}\n" for name, value in missing.items())
        present |= missing
    for name, value in present.items():
        os.environ.setdefault(name, value)


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = path.read_text(encoding="ascii").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)
