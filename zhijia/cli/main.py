"""Parsing `zhijia ...` and handing over.

zhijia demo [--no-serve] [--reset] [--scale small|province] [--seed N]   the demonstration province, built once, served
zhijia init [--answers FILE] [--print-links]                   a new platform: administrators, unions, names; once
zhijia doctor [--json] [--quiet]                               what is missing or unsafe; status 0, 1 or 2
zhijia serve [--host H] [--port P] [--workers N]               server, worker and clock under one supervisor
zhijia upgrade                                                 the tables of this version, while people go on working
zhijia backup FOLDER, zhijia restore FOLDER                    database and files, with checksums
zhijia copy FILE.sqlite3                                       from SQLite into an empty PostgreSQL database
zhijia new-keys                                                fresh keys as lines of an environment file
zhijia load regions|unions|members FILE [...]                  load a file; --help tells the rest
zhijia verify-code CODE [--keys FILE]                          check a member's code offline, by public keys alone
zhijia verify-ledger                                           compute the sealed log anew; 1 if anything was changed
zhijia totp MOBILE                                             the present code of a demonstration account
zhijia migrate, zhijia shell, ...                              Django's commands and those of the capabilities
"""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Sequence

DEVELOPMENT = "zhijia.config.settings.dev"
DEFAULT_PORT = 8000
PROCESSES = {"db_worker": "worker", "tick": "worker", "migrate": "migration", "upgrade": "migration"}
"""What a command is for, where it is not simply a command (docs/runbooks/postgresql.md)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status. Settings are those of DJANGO_SETTINGS_MODULE, of development where it is not set."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    atexit.register(gc.freeze)  # the process ends: to look through all that is loaded once more takes 0.7 s
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", DEVELOPMENT)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    command, rest = arguments[0], arguments[1:]
    if command == "demo":
        return _demo(rest)
    if command == "serve":
        return _serve(rest)
    if command == "load":
        return _load(rest)
    if command == "new-keys":
        return _new_keys()
    return _django(command.replace("-", "_"), *rest)


def _django(command: str, *arguments: str) -> int:
    """A command of Django or of a capability; a setting or a file that is missing or wrong is told in a line, not in a
    stack.
    """
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from zhijia.kernel.crypto import MissingKey

    os.environ["ZHIJIA_PROCESS"] = PROCESSES.get(command, "command")
    try:
        execute_from_command_line(["zhijia", command, *arguments])
    except (ImproperlyConfigured, MissingKey) as error:
        print(f"设置有误：{error}", file=sys.stderr)
        return 1
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        print(f"无法打开 {error.filename}：{_WHY_NOT_OPENED[type(error)]}", file=sys.stderr)
        return 1
    return 0


_WHY_NOT_OPENED = {
    FileNotFoundError: "没有这个文件。",
    IsADirectoryError: "这是一个目录，请给出文件。",
    PermissionError: "运行平台的用户没有权限，请放到他能读的地方，例如 /var/lib/zhijia。",
}


def _new_keys() -> int:
    """Printed, and kept nowhere; no settings are read, since before the first keys there are none."""
    from zhijia.config.keys import development_keys

    for name, value in development_keys().items():
        print(f"{name}={value}")
    return 0


def _demo(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="zhijia demo", description="Build the demonstration province and serve it.")
    parser.add_argument("--no-serve", action="store_true", help="only build")
    parser.add_argument("--scale", choices=["small", "province"], default="small")
    parser.add_argument("--seed", type=int, default=1, help="another number makes other people")
    parser.add_argument("--reset", action="store_true", help="throw the demonstration's data away first")
    _add_address(parser)
    options = parser.parse_args(arguments)
    from zhijia.cli import demonstration, supervisor

    if not _is_development():
        print("演示数据只能建在开发设置下，不能建在正式运行的平台里。", file=sys.stderr)
        return 1
    _announce_address(options)
    if not options.no_serve and not supervisor.is_free(options.host, options.port):
        print(f"端口 {options.port} 正被占用，请换一个：make demo PORT={options.port + 1}", file=sys.stderr)
        return 1
    demonstration.keep_terminal_clear()
    if options.reset:
        demonstration.reset()
    guide = demonstration.prepare(scale=options.scale, seed=options.seed)
    if options.no_serve:
        print(guide, flush=True)
        return 0
    print("正在启动，能打开时在这里显示网址和账号。", flush=True)
    return supervisor.serve(options.host, options.port, workers=options.workers, welcome=f"{guide}\n\n")


def _is_development() -> bool:
    """Whether the settings are those of a laptop: production takes no default that a laptop may have."""
    return os.environ["DJANGO_SETTINGS_MODULE"] == DEVELOPMENT


def _serve(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="zhijia serve", description="Run server, worker and clock until stopped.")
    _add_address(parser)
    options = parser.parse_args(arguments)
    from zhijia.cli import supervisor

    _announce_address(options)
    if not supervisor.is_free(options.host, options.port):
        print(f"端口 {options.port} 正被占用，请换一个：zhijia serve --port {options.port + 1}", file=sys.stderr)
        return 1
    if not _is_development() and not supervisor.may_start():
        return 1
    return supervisor.serve(options.host, options.port, workers=options.workers)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise argparse.ArgumentTypeError(f"端口要是 1 到 65535 的数字，而不是“{text}”")
    return int(text)


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets phones in the same network in")
    parser.add_argument("--port", type=_port, default=os.environ.get("PORT") or str(DEFAULT_PORT))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="server processes (default: cores)")


def _announce_address(options: argparse.Namespace) -> None:
    """On a laptop people reach us where we listen. A real installation says its address itself, or does not start."""
    if not _is_development():
        return
    host = "127.0.0.1" if options.host in ("0.0.0.0", "::") else options.host  # noqa: S104  compared, not bound
    os.environ.setdefault("ZHIJIA_PUBLIC_URL", f"http://{host}:{options.port}")


def _load(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] not in ("regions", "unions", "members"):
        print("usage: zhijia load {regions,unions,members} FILE [options]", file=sys.stderr)
        return 2
    return _django(f"load_{arguments[0]}", *arguments[1:])
