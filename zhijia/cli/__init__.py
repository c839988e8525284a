"""The command `zhijia`: the demonstration, the supervised server, loading files, and every command of Django."""

from zhijia.cli.main import main

__all__ = ["main"]
