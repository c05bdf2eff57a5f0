"""The browser of the journeys: an installed one, else Playwright's own, else Debian's package; `python -m` gets one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

from playwright.sync_api import Error, sync_playwright

INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
ADVICE = "No browser can be started. Install Chromium or Google Chrome, or name one in HUB_BROWSER."


def find_browser() -> str:
    """The path of a browser that starts here; the journeys launch it."""
    for path in _present():
        if _starts(path):
            return path
    raise RuntimeError(ADVICE)


def get_browser() -> str:
    """The path of a browser that starts here, fetched when there is none."""
    fetchers: tuple[Callable[[], None], ...] = (_no_fetch, _fetch_from_playwright, _install_from_debian)
    for fetch in fetchers:
        fetch()
        try:
            return find_browser()
        except RuntimeError:
            continue
    raise RuntimeError(ADVICE)


def _present() -> Iterator[str]:
    if named := os.environ.get("HUB_BROWSER"):
        yield named
        return
    yield from filter(None, (shutil.which(name) for name in (*INSTALLED, MAC)))
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if os.path.exists(own):
        yield own


def _starts(path: str) -> bool:
    """Whether it really starts: a download may lack libraries, a package may be a mere pointer to another."""
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(executable_path=path).close()
    except Error:
        return False
    return True


def _no_fetch() -> None:
    """Perhaps there is one already."""


def _fetch_from_playwright() -> None:
    _run([sys.executable, "-m", "playwright", "install", "chromium"])


def _install_from_debian() -> None:
    if os.getuid() == 0 and shutil.which("apt-get"):
        _run(["apt-get", "update", "-q"])
        _run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"])


def _run(command: list[str]) -> None:
    """Try it; whether it helped shows afterwards."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        sys.stderr.write(f"{command[0]} took too long.\n")


if __name__ == "__main__":
    try:
        sys.stdout.write(f"Browser: {get_browser()}\n")
    except RuntimeError as error:
        sys.exit(str(error))
