"""Fetch the pinned front-end packages and copy the few files that the portal serves.

Third-party code is not committed: package.json and its lock file name it, this script runs `npm ci` and fills the
git-ignored folder portal/static/vendor/. Run by `make`; does nothing when the folder already matches the lock file.

Usage: python scripts/frontend.py run|dev. `dev` also installs the packages that only tests need.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "portal" / "static" / "vendor"
MODULES = ROOT / "node_modules"
NODE_AT_LEAST = 18

FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "uplot.min.js": "uplot/dist/uPlot.iife.min.js",
    "uplot.min.css": "uplot/dist/uPlot.min.css",
}
LICENCES = {"tabler": "@tabler/core/LICENSE", "tabler-icons": "@tabler/icons/LICENSE", "uplot": "uplot/LICENSE"}

# Tabler outline icons in the sprite; add a name here to use it in {% icon %}. Kept sorted.
ICONS = """
activity affiliate alert-circle alert-triangle api archive arrow-back-up arrow-down arrow-left arrow-right arrow-up
arrows-exchange arrows-split ban bell bolt book bookmark box brand-aws brand-git brand-github brand-gitlab bucket bug
building bulb calendar calendar-event calendar-off certificate chart-bar chart-dots chart-line check checklist
chevron-down chevron-left chevron-right chevron-up circle-check circle-dashed circle-dot circle-minus circle-x
clipboard-check clock clock-cog clock-exclamation clock-pause cloud cloud-check cloud-off code coin columns-3 container
copy cpu database database-search device-desktop dots-vertical download edit external-link eye eye-off file-alert
file-code file-diff file-dollar file-text filter flag flame flask gauge git-branch git-commit git-merge
git-pull-request graph hand-stop heartbeat help-circle hierarchy-2 history home hourglass id info-circle key lambda layers-linked
layout-grid leaf lifebuoy link list list-check list-details loader-2 lock lock-open logout mail map-pin menu-2 message
minus moon network package pencil player-pause player-play player-skip-forward player-stop plug plus point
printer progress radar receipt refresh report-analytics rocket rotate-clockwise route router ruler scale search
server server-2 settings shield shield-check shield-lock shield-x snowflake sparkles stack-2 star sun tag target
terminal-2 test-pipe timeline tool topology-star-3 trash trending-down trending-up trophy unlink upload user
user-check user-shield users versions wallet wand webhook wifi-off world world-off x zoom-exclamation
""".split()  # noqa: SIM905 a list of words is easier to keep sorted


def digest(*paths: Path) -> str:
    """Return one SHA-256 over the content of these files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def up_to_date(wanted: str) -> bool:
    """Tell whether the vendor folder was built from this state and still has its files."""
    mark = VENDOR / "stamp"
    complete = all((VENDOR / name).is_file() for name in [*FILES, "icons.svg"])
    return complete and mark.is_file() and mark.read_text() == wanted


def require_node() -> str:
    """Return the path of npm, or stop with one sentence that says what is missing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise SystemExit(
            f"Node.js {NODE_AT_LEAST} or newer with npm is needed for the front-end packages; install it and run make again."
        )
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < NODE_AT_LEAST:
        raise SystemExit(
            f"Node.js {NODE_AT_LEAST} or newer is needed, but {node} is {version}; update it and run make again."
        )
    return npm


def installed(wanted: str) -> bool:
    """Tell whether node_modules holds what the lock file names for `wanted` (run or dev)."""
    mark = MODULES / f".installed-{wanted}"
    return mark.is_file() and mark.read_text() == digest(ROOT / "package-lock.json")


def install(wanted: str) -> None:
    """Install exactly what the lock file names, without running any package's scripts; skip what is installed."""
    if installed(wanted):
        return
    npm = require_node()
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if wanted == "run":
        command.append("--omit=dev")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise SystemExit(
            f"npm could not install the front-end packages ({last}); check the network and run make again."
        )
    for kind in {"run", wanted}:  # the development set contains the other one
        (MODULES / f".installed-{kind}").write_text(digest(ROOT / "package-lock.json"))


def symbol(name: str, svg: str) -> str:
    """Return one Tabler icon as a sprite symbol; its id is the icon's name."""
    paths = re.findall(r"<(?:path|circle|rect|line|polyline)\b[^>]*>", svg)
    drawn = "".join(re.sub(r"\s*/>", "/>", path) for path in paths if 'stroke="none"' not in path)
    return f'<symbol id="{name}" viewBox="0 0 24 24">{drawn}</symbol>'


def sprite(folder: Path) -> str:
    """Return the sprite of all listed icons from Tabler's outline folder."""
    missing = [name for name in ICONS if not (folder / f"{name}.svg").is_file()]
    if missing:
        raise SystemExit(
            f"Tabler has no outline icon named {', '.join(missing)}; correct the list in scripts/frontend.py."
        )
    symbols = "".join(symbol(name, (folder / f"{name}.svg").read_text()) for name in ICONS)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'


def copy() -> None:
    """Fill the vendor folder; source map notes are cut because the maps are not served."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        text = (MODULES / source).read_text(encoding="utf-8")
        (VENDOR / name).write_text(
            re.sub(r"/[/*]# sourceMappingURL=\S+(?:\s*\*/)?", "", text).strip() + "\n", encoding="utf-8"
        )
    for name, source in LICENCES.items():
        if (MODULES / source).is_file():
            shutil.copyfile(MODULES / source, VENDOR / f"{name}.LICENSE.txt")
    (VENDOR / "icons.svg").write_text(sprite(MODULES / "@tabler/icons/icons/outline"), encoding="utf-8")


def main(arguments: Sequence[str] = ()) -> int:
    """Bring the vendor folder up to date, and for `dev` the packages of the tests; return the exit status."""
    kind = "dev" if "dev" in arguments else "run"
    wanted = digest(ROOT / "package.json", ROOT / "package-lock.json", Path(__file__))
    if up_to_date(wanted) and (kind == "run" or installed(kind)):
        return 0
    install(kind)
    copy()
    (VENDOR / "stamp").write_text(wanted)
    print("Front-end files are ready.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
