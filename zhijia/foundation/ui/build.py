"""Front-end build: `python -m zhijia.foundation.ui.build` after `npm ci`.

Copies from node_modules what the pages use into `static/ui/dist/`, cuts the icon font to the icons that templates and
code name, and takes `data:` images out of foreign stylesheets, so that `img-src 'self'` is enough. The same inputs give
the same bytes; when nothing changed it does nothing. A plugged-in scenario's own icons: `--scan FOLDER`.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

PACKAGE = Path(__file__).resolve().parents[2]
ROOT = PACKAGE.parent
MODULES = ROOT / "node_modules"
DIST = Path(__file__).resolve().parent / "static" / "ui" / "dist"

# From node_modules, under the plain name that templates use.
COPIES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "@alpinejs/csp/dist/cdn.min.js": "alpine.js",
    "html5-qrcode/html5-qrcode.min.js": "html5-qrcode.js",
    "echarts/dist/echarts.min.js": "echarts.js",
}
STYLES = {
    "weui/dist/style/weui.min.css": "weui.css",
    "@tabler/core/dist/css/tabler.min.css": "tabler.css",
}
ICON_STYLE = "@tabler/icons-webfont/dist/tabler-icons.min.css"
ICON_FONT = "@tabler/icons-webfont/dist/fonts/tabler-icons.ttf"
ED25519_ENTRY = "export { ed25519 } from '@noble/curves/ed25519.js';\n"
STAMP = ".stamp"

_DATA_URL = re.compile(r"""url\((?:"data:[^"]*"|'data:[^']*'|data:[^)]*)\)""")
_SOURCE_MAP = re.compile(r"\s*/[/*]# sourceMappingURL=[^\s*]*(?:\s*\*/)?\s*$")
_ICON_RULE = re.compile(r'\.ti-([a-z0-9-]+):before\{content:"\\([0-9a-f]+)"\}')
_NAMED = (
    re.compile(r"\bti-([a-z0-9]+(?:-[a-z0-9]+)*)"),
    re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']"""),
    re.compile(r"""\bicon\s*\|\s*default:\s*["']([a-z0-9-]+)["']"""),
    re.compile(r"""\bicon["']?\s*[=:]\s*["']([a-z0-9-]+)["']"""),
)
_LITERAL = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
_SCANNED = frozenset({".html", ".py", ".js"})
# In these every text that is an icon's name counts: menus and tables name icons by position.
_TABLES = re.compile(r"(?:scenario|pages|\w+_samples)\.py")


class BuildError(RuntimeError):
    """Something the build needs is not there; the message says what to run."""


def named_icons(folders: Iterable[Path], known: Iterable[str]) -> frozenset[str]:
    """Icons that templates, scripts and code under `folders` name; tests and built files are not read."""
    known = frozenset(known)
    found: set[str] = set()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.suffix not in _SCANNED or {"tests", "node_modules", "dist"} & set(file.relative_to(folder).parts):
                continue
            text = file.read_text(encoding="utf-8")
            patterns = (*_NAMED, _LITERAL) if _TABLES.fullmatch(file.name) else _NAMED
            found.update(name for pattern in patterns for name in pattern.findall(text))
    return frozenset(found & known)


def icon_codes(style: str) -> dict[str, int]:
    """Name to code point, as the font's own stylesheet has them: `{"qrcode": 0xEB11}`."""
    return {name: int(code, 16) for name, code in _ICON_RULE.findall(style)}


def icon_style(codes: dict[str, int]) -> str:
    """The stylesheet of the cut font: one face, one base rule, one rule an icon."""
    rules = "\n".join(f'.ti-{name}::before{{content:"\\{code:x}"}}' for name, code in sorted(codes.items()))
    return (
        '@font-face{font-family:"tabler-icons";font-style:normal;font-weight:400;font-display:block;'
        'src:url("icons.woff2") format("woff2")}\n'
        '.ti{font-family:"tabler-icons"!important;speak:never;font-style:normal;font-weight:400;line-height:1;'
        "-webkit-font-smoothing:antialiased;-moz-osx-font-smoothing:grayscale}\n"
        f"{rules}\n"
    )


def cut_font(source: Path, target: Path, code_points: Iterable[int]) -> None:
    """Write the glyphs of `code_points` as WOFF2; the font's own dates stay, so equal input gives equal bytes."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it remarks on harmless bytes of the source font
    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.desubroutinize = True
    options.layout_features = []
    options.drop_tables += ["FFTM"]
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(code_points))
    cutter.subset(font)
    subset.save_font(font, target, options)


def without_data_images(style: str) -> str:
    """A foreign stylesheet with `data:` images replaced by `none` and no source map."""
    return _SOURCE_MAP.sub("\n", _DATA_URL.sub("none", style))


def _bundle_ed25519(target: Path) -> None:
    """One file for the page that checks codes without a network: `import { ed25519 } from "./ed25519.js"`."""
    binary = MODULES / "esbuild" / "bin" / "esbuild"
    command = [
        str(binary),
        "--bundle",
        "--format=esm",
        "--minify",
        "--target=es2020",
        "--legal-comments=inline",
        "--log-level=error",
        f"--outfile={target}",
        "--loader=js",
    ]
    subprocess.run(command, input=ED25519_ENTRY, text=True, cwd=ROOT, check=True, timeout=120)


def _fingerprint(icons: Iterable[str]) -> str:
    parts = [Path(__file__).read_bytes(), (ROOT / "package-lock.json").read_bytes(), "\n".join(sorted(icons)).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _is_current(fingerprint: str) -> bool:
    stamp = DIST / STAMP
    if not stamp.exists() or stamp.read_text(encoding="ascii").split("\n", 1)[0] != fingerprint:
        return False
    return all((DIST / name).exists() for name in stamp.read_text(encoding="ascii").split("\n")[1:] if name)


def build(scan: Sequence[Path] = (), *, force: bool = False) -> bool:
    """Write `dist/`; False when it was current. Raises BuildError where the npm packages are missing."""
    if not (MODULES / ICON_STYLE).exists():
        raise BuildError("The front-end packages are missing: run `npm ci` in the project folder first.")
    codes = icon_codes((MODULES / ICON_STYLE).read_text(encoding="utf-8"))
    icons = named_icons([PACKAGE, *scan], codes)
    fingerprint = _fingerprint(icons)
    if not force and _is_current(fingerprint):
        return False
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir(parents=True)
    for source, name in COPIES.items():
        text = (MODULES / source).read_text(encoding="utf-8")
        (DIST / name).write_text(_SOURCE_MAP.sub("\n", text), encoding="utf-8")
    for source, name in STYLES.items():
        text = (MODULES / source).read_text(encoding="utf-8")
        (DIST / name).write_text(without_data_images(text), encoding="utf-8")
    used = {name: codes[name] for name in icons}
    (DIST / "icons.css").write_text(icon_style(used), encoding="utf-8")
    cut_font(MODULES / ICON_FONT, DIST / "icons.woff2", used.values())
    _bundle_ed25519(DIST / "ed25519.js")
    written = sorted(file.name for file in DIST.iterdir())
    (DIST / STAMP).write_text("\n".join([fingerprint, *written, ""]), encoding="ascii")
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m zhijia.foundation.ui.build", description="Build the front end.")
    parser.add_argument("--scan", action="append", default=[], type=Path, help="one more folder whose icons are kept")
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    given = parser.parse_args(arguments)
    try:
        built = build(given.scan, force=given.force)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("The front end is built.\n" if built else "The front end is up to date.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
