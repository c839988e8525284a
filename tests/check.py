"""`python -m tests.check`: every check that needs no test run, one after another; all of them run even when one fails.

python -m tests.check           all
python -m tests.check types     one
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$", re.MULTILINE)
_SETTING = re.compile(r'(?:env\.\w+\(|: Final = )"([A-Z][A-Z_]+)"')
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_NOT_HERE = {
    "an absolute path of one machine": re.compile(r"(?<![\w./-])/(?:home|root|work|Users|mnt)/[\w.-]+"),
    "an address of a package registry": re.compile(
        r"https?://(?:[\w-]+\.)*(?:pypi|npmjs|npmmirror|pythonhosted)\.", re.IGNORECASE
    ),
    "a to-do without its condition": re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!\s+when\b)"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}
_TEXT = frozenset(
    {"", ".py", ".md", ".html", ".js", ".css", ".toml", ".in", ".yml", ".json", ".svg", ".sh", ".conf", ".service"}
)


def _files(*patterns: str) -> list[Path]:
    """Tracked and new files, without those that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in output.split("\0") if name and (ROOT / name).is_file()]


def _run(*command: str | Path) -> bool:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "zhijia.config.settings.test", "PYTHONWARNINGS": "default"}
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, check=False).returncode == 0


def lint() -> bool:
    return _run(BIN / "ruff", "check", "--quiet", ".")


def python_format() -> bool:
    return _run(BIN / "ruff", "format", "--check", "--quiet", ".")


def types() -> bool:
    return _run(BIN / "mypy", "--no-error-summary")


def imports() -> bool:
    return _run(BIN / "lint-imports", "--no-logo")


def templates() -> bool:
    """They compile, and hold nothing inline or unescaped."""
    return _run(sys.executable, "-m", "tests.templates")


def migrations() -> bool:
    return _run(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", "--verbosity", "0")


def deployment() -> bool:
    """Django's own checks, with the settings of a real installation."""
    code = (
        "import os, tempfile;"
        "from zhijia.kernel.crypto import new_environment;"
        "os.environ.update(new_environment(), SECRET_KEY=os.urandom(40).hex(), ZHIJIA_HOSTS='example.org',"
        " ZHIJIA_PUBLIC_URL='https://example.org', ZHIJIA_VAR=tempfile.gettempdir(),"
        " DATABASE_URL='sqlite://:memory:', ZHIJIA_DEMONSTRATION_PORTS='no real people',"
        " DJANGO_SETTINGS_MODULE='zhijia.config.settings.production');"
        "import django; django.setup();"
        "from django.core.management import call_command;"
        "call_command('check', deploy=True, fail_level='ERROR', verbosity=0)"
    )
    return _run(sys.executable, "-c", code)


def _slug(heading: str) -> str:
    text = re.sub(r"[*_`]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def _anchors(path: Path) -> set[str]:
    return {_slug(heading) for heading in _HEADING.findall(path.read_text(encoding="utf-8"))}


def broken_links(path: Path) -> Iterator[str]:
    """Links of a document that lead to no file, or to no heading of it: `docs/a.md: b.md#c`."""
    text = _CODE.sub("", path.read_text(encoding="utf-8"))
    for match in _LINK.finditer(text):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file)):
            yield f"{path.relative_to(ROOT)}: {target}"


def links() -> bool:
    found = [broken for path in _files("*.md") for broken in broken_links(path)]
    return _told(found)


def words() -> bool:
    """What must not stand in the tree: paths of one machine, registry addresses, open ends, keys."""
    own = Path(__file__).resolve()
    found = []
    for path in _files():
        if path == own or path.suffix not in _TEXT or path.name in ("package-lock.json", "LICENSE"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            found += [
                f"{path.relative_to(ROOT)}:{number}: {what}" for what, shape in _NOT_HERE.items() if shape.search(line)
            ]
    return _told(found)


def sizes() -> bool:
    """No Python module of more than 500 lines: past that it is a package."""
    found = []
    for path in _files("*.py"):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > 500:
            found.append(f"{path.relative_to(ROOT)}: {lines} lines")
    return _told(found)


def settings() -> bool:
    """Every variable of the environment that settings and keys read is named in docs/settings.md."""
    page = ROOT / "docs" / "settings.md"
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    sources = [*(ROOT / "zhijia" / "config" / "settings").glob("*.py"), ROOT / "zhijia" / "kernel" / "crypto.py"]
    names = {name for path in sources for name in _SETTING.findall(path.read_text(encoding="utf-8"))}
    return _told([f"docs/settings.md does not name {name}" for name in sorted(names) if f"`{name}`" not in text])


def documents() -> bool:
    """What is generated from the registry (permissions, workflows) says what the code says."""
    return _run(sys.executable, "-m", "tests.documents", "--check")


def _told(found: Sequence[str]) -> bool:
    for line in found:
        print(f"  {line}")
    return not found


CHECKS: tuple[Callable[[], bool], ...] = (
    lint, python_format, imports, types, templates, migrations, deployment, links, words, sizes, settings, documents,
)  # fmt: skip


def main() -> int:
    chosen = [check for check in CHECKS if len(sys.argv) == 1 or check.__name__ in sys.argv[1:]]
    failed = []
    for check in chosen:
        started = time.monotonic()
        good = check()
        print(f"{'ok    ' if good else 'FAILED'} {check.__name__} ({time.monotonic() - started:.1f} s)", flush=True)
        if not good:
            failed.append(check.__name__)
    print(
        f"check: {len(chosen) - len(failed)} kept, {len(failed)} broken" + (f": {', '.join(failed)}" if failed else "")
    )
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
