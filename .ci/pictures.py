#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["playwright==1.65.2"]
# ///
"""Make the pictures of the README anew, from the demo:

    uv run .ci/pictures.py        or with any Python that has Playwright

It serves `slim.py demo` from a folder that is deleted afterwards, looks at it with Chromium, and
writes docs/*.webp.
"""

import base64
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

HOME = Path(__file__).resolve().parent.parent
QUALITY = 80
SITE = "Field Notes"
# fmt: off
PICTURES = {  # name -> width, height, colours, the page, its query
    "overview": (1200, 900,  "light", "",   ""),
    "site":     (1200, 1500, "light", SITE, "period=28d&compare=previous"),
    "dark":     (1200, 900,  "dark",  "Kettle", "period=12mo&interval=week"),
    "phone":    (390,  844,  "light", SITE, "period=7d"),
}
# fmt: on


def wait_for(pattern: str, log: Path) -> str:
    """What a line of the server's log says, once it is there."""
    for _ in range(600):
        if found := re.search(pattern, log.read_text(encoding="utf-8")):
            return found[1]
        time.sleep(0.1)
    raise SystemExit(log.read_text(encoding="utf-8"))


def take(tab, name: str) -> None:
    """One picture of what a tab shows."""
    link = tab.context.new_cdp_session(tab)
    shot = link.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    target = HOME / "docs" / f"{name}.webp"
    target.write_bytes(base64.b64decode(shot["data"]))
    print(f"{target}: {target.stat().st_size:,} bytes")


def take_all(url: str, password: str) -> None:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)  # else Playwright's own
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, (width, height, colours, site, query) in PICTURES.items():
            tab = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme=colours,
                device_scale_factor=2,
                reduced_motion="reduce",
            )
            tab.goto(url)
            tab.get_by_label("Username").fill("demo")
            tab.get_by_label("Password").fill(password)
            tab.get_by_role("button", name="Log in").click()
            if site:
                tab.get_by_role("link", name=site).first.click()
                tab.wait_for_url("**/sites/*")
                tab.goto(f"{tab.url.partition('?')[0]}?{query}")
            tab.get_by_text("Live", exact=True).wait_for()
            take(tab, name)
            tab.context.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        words = ["demo", "--data", f"{folder}/data", "--host", "127.0.0.1", "--port", "0"]
        with log.open("wb") as lines:
            server = subprocess.Popen([sys.executable, HOME / "slim.py", *words], stderr=lines)
        try:
            url = wait_for(r"open (http\S+)", log)
            take_all(url, wait_for(r"with the password (\S+)", log))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
