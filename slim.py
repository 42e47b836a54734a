#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "bottle==0.13.4",
#   "gevent==26.9.0",
#   "gevent-websocket==0.10.1",
#   "maxminddb==3.2.0",
#   "greenlet==3.5.6",
#   "zope.event==6.2",
#   "zope.interface==8.7",
# ]
# ///
"""Slim Analytics: who visits your sites, live, from one file on one small server.

    python3 slim.py                     serve on port 3000; the first start prints a setup link
    python3 slim.py --help              every command
    python3 test_slim.py                the tests

The river. One pageview, from a visitor's browser to the owner's:

    tracker.js -> track() -> queue -> writer -> visit, event -> stats -> page, API
                                         \\-> live: WebSocket subscribers

  1. static/tracker.js posts JSON to /track. Handler sees the path in DIALECTS and calls track()
     before WSGI and Bottle are asked, because this is the one busy route.
  2. track() reads the dialect into a Signal, finds the Site, decides what is left out (bots, ...),
     and makes an Event: cleaned page, source, place, device, and the visitor's keys. The address
     and the user agent end here; nothing after this line knows them.
  3. queue.put() adds the event to the open Batch and waits. The answer is sent only after the
     batch is committed: acknowledged means committed.
  4. writer_loop() takes the batch, decides which visit each event continues or begins
     (place_events), commits all in one transaction on the writer's thread, wakes every waiting
     request, and tells live.
  5. Stats reads visits and events back on reader threads; Dashboard, JSON API and Live show them.

Sections, toolbox first: helpers stand above their users, calls point up.

  The program itself, and values
    Bootstrap               the packages, present or installed
    Own files               schema.sql, views/ and static/, beside it or packed
    Config                  every setting: flag, environment variable, default
    Records                 the nouns
    Time                    days, hours, zones; the only clock
    Parsing                 user agents and bots
    Links                   pages and their addresses
    Sources                 referrers, campaigns, channels
    Visitors' particulars   addresses, screens, languages, properties

  The database, places, visits, and what parts share
    Store                   SQLite: schema, what is remembered, connections
    Transactions            whole or not at all; migrations; records of rows
    Texts and periods       strings kept once; markers of days
    Threads                 the writer and the readers
    Geo                     GeoIP databases: open, look up, guess
    Downloads               GeoIP databases and the list of spammers, from their makers
    Visitors and visits     the definitions: visitor, visit, bounce
    Saving visits           a batch -> rows
    Shared objects          the queue, the sites, allowances, caches
    State                   who owns which of them

  In: tracking requests
    Dialects                how tracking requests are read and answered; our own
    Haru and Plausible      two dialects of other products
    Umami and GoatCounter   two more; the table of all dialects
    Events                  a signal becomes an event, or is left out
    Ingest                  a request in any dialect -> events in the queue
    Writer                  queue -> one transaction -> wake the waiting

  Numbers
    Dimensions              what reports are broken down and filtered by; the cards
    Periods                 what a reader asked for: period, interval, filters
    Queries                 scope and filters -> SQL
    Stats                   sums of raw rows
    Reports                 every number a reader can ask for
    Breakdowns              a dimension, value by value
    Goals reached           conversions
    Visit log               single visits; what was left out

  What becomes of rows
    Rollup                  finished days and months -> sums
    Retention               old rows go
    Unused texts            words of rows that are gone
    Merging pages           rules for pages, obeyed by history
    Backups                 copies, checked; restore

  Who may ask for what
    Web                     routes, answers, headers, pages, static files
    Share links             what a stranger may see of a site
    Passwords               accounts and their passwords
    Secret links            resets, invitations, setup
    Auth                    logins, tokens, CSRF
    Routes                  who may call what; refusals
    Second factor           codes beside the password

  Sites, and the API
    Site fields             what can be set of a site
    Sites                   making, changing and deleting sites
    Goals                   what visitors are hoped to do
    Shapes                  sites, visits and goals as JSON
    Questions               a request -> the report it asks for
    Figures                 reports as JSON and CSV
    Export                  all of a site, as JSON lines or CSV
    JSON API                parse -> query -> JSON

  Pages
    Dashboard               what pages are made of
    Wording                 numbers and values as people read them
    Annotations             what happened to a site, and when
    Charts                  numbers -> tiles and lines
    Cards                   breakdowns and visits -> rows
    Site page               what is read for one site
    Site view               one site, shown
    Not counted             what was left out
    Lists                   a dimension, whole
    Visits, events, goals   the other pages of a site
    Tape                    the latest visits, and what is new today
    Overview                all sites
    Sharing                 share links: made, listed, revoked, opened
    Public                  what anybody may see: badge, counter, privacy page
    Settings                the forms of sites and their members
    Site data               merging, deleting, downloading
    Login                   in, out, and the first account

  Out: what is sent, told and watched
    Digest                  what there is to tell of all sites
    Alerts                  what is out of the ordinary
    Delivery                what goes out: webhooks, e-mail
    Account                 one's password, logins, tokens, own visits, reports
    Subscriptions           a private feed, and the link that ends it
    Checks                  proxies, queue, disk, databases, copies, clock
    Doctor                  whether all is well
    Live                    WebSocket subscribers

  History in, and made up
    Import                  other products' files in
    One import              an import at work: what of a file is in already
    Import files            their lines, plain or packed
    Access logs             requests that servers wrote down
    JSON lines              our own export, read back
    Rows of others          exports with a row an event
    Sums of others          exports with sums of days
    Saving imports          the formats; what they read -> rows
    Demo sites              what is made up, in tables
    Demo                    made-up visits

  Server
    Door                    static files, routes, health
    Metrics                 what monitoring reads
    API shapes              what the API takes and answers
    API description         all of it, as OpenAPI
    Requests                headers and bodies, read strictly
    Server                  connections, sockets
    Loops                   what time does by itself
    Start and stop          filling and emptying `state`

  Command line
    Commands                accounts, sites, tokens
    Data commands           import, export, upkeep, copies
    Packing                 one file; a systemd unit
    Command line            one table of commands

To change it: most of what repeats is a row of a table, whose section's banner says what goes with
it: DIMENSIONS, CARDS, METRICS, PERIODS, DIALECTS, IMPORTS, CHECKS (the doctor's), COMMANDS, a field
of Config for a setting. Its test goes under the same banner in test_slim.py, through the real
program; `python3 test_slim.py -k "prune and midnight"` runs some, `--all` those that take long or
want the network, too. A change of schema.sql needs a row of MIGRATIONS; static/*.min.js are made by
`node .ci/vendor.mjs tracker`. All that must hold is run by .ci/run (CI_INSTALL=0 leaves a machine's
packages alone); what users notice goes into CHANGELOG.md.
"""

from __future__ import annotations

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - before the first line that an older one fails at
    sys.exit(f"slim: needs Python 3.11 or newer; this is {sys.version.split()[0]}")

VERSION = "0.1.0"
# A packed file sets these before it runs this program: the commit it is of, and base64 of zlib of
# "name length\n" and the bytes of this file, schema.sql, views/ and static/.
COMMIT: str = globals().get("COMMIT", "")
PACKED: str = globals().get("PACKED", "")

# == Bootstrap ====================================================================================
#
# `python3 slim.py` works on any Python from 3.11: the script being run names its packages in a
# comment block (PEP 723); when one cannot be imported, a private virtual environment is made beside
# the data, once, and the script starts again inside it. test_slim.py has a block of its own and is
# served by the same code. SLIM_BOOTSTRAP=0 turns it off.


ALONE = ("-P",)  # imports nothing from the folder somebody is in, which may be anybody's


def start_lean() -> None:
    """Start a server again with this file as a module, before anything is imported: a module comes
    compiled from __pycache__, and what is parsed of a script stays in memory (22 MB)."""
    first, script = (sys.argv[1:] or ["serve"])[0], os.path.realpath(__file__)
    folder, file = os.path.split(script)
    name, ending = os.path.splitext(file)
    is_module = ending == ".py" and name.isidentifier()
    if PACKED or not is_module:  # packed, its launcher compiles it and keeps no tree
        return
    if first in ("serve", "demo") or first.startswith("-"):
        flags = sys.orig_argv[1 : -len(sys.argv)]
        run = f"import sys; sys.path.insert(0, {folder!r}); del sys.argv[0]"
        run += f"; import {name} as program; program.main(sys.argv[1:])"
        os.execv(sys.executable, [sys.executable, *flags, *ALONE, "-c", run, script, *sys.argv[1:]])


if __name__ == "__main__" and not __spec__:  # `python -m slim` is a module already
    start_lean()

import argparse
import base64
import bisect
import calendar
import codecs
import contextlib
import csv
import ctypes
import dataclasses
import errno
import fcntl
import functools
import gc
import getpass
import gzip
import hashlib
import heapq
import hmac
import http.client
import importlib.util
import io
import ipaddress
import itertools
import json
import math
import operator
import random
import re
import secrets
import shutil
import signal
import smtplib
import socket
import sqlite3
import ssl
import stat
import statistics
import struct
import subprocess
import tarfile
import tempfile
import time
import traceback
import types
import unicodedata
import uuid
import zipfile
import zlib
from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.message import EmailMessage
from email.policy import Policy
from email.utils import parsedate_to_datetime
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_CORE, RLIMIT_NOFILE, getrlimit, setrlimit
from typing import Any, BinaryIO, NamedTuple, NoReturn, get_args
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError, available_timezones

MODULES = {"gevent-websocket": "geventwebsocket"}  # packages whose module has another name


def read_dotenv(path: Path, errors: str = "replace") -> dict[str, str]:
    """The KEY=value lines of a .env file, without quotes around a value; no file: empty."""
    try:
        lines = path.read_text(encoding="utf-8-sig", errors=errors).splitlines()
    except OSError:
        return {}
    pairs = (line.removeprefix("export ").partition("=") for line in map(str.strip, lines))
    return {
        key.strip(): re.sub(r"""^(["'])(.*)\1$""", r"\2", value.strip())
        for key, equals, value in pairs
        if equals and not key.startswith("#")
    }


def script_packages(script: Path) -> list[str]:
    """The requirements in a script's PEP 723 block, `name==version` each; none without a block."""
    text = script.read_text(encoding="utf-8") if script.is_file() else ""
    block = re.search(r"(?ms)^# /// script$(.*?)^# ///$", text)
    return re.findall(r'^#\s+"([^"]+)",?$', block.group(1), re.M) if block else []


def is_importable(package: str) -> bool:
    name = re.split(r"[=<>\[]", package)[0]
    try:
        return importlib.util.find_spec(MODULES.get(name, name.replace("-", "_"))) is not None
    except ModuleNotFoundError:
        return False


def early_setting(flag: str, variable: str, default: str) -> str:
    """One setting, read before argparse can be used: flag over environment over .env."""
    for word, following in itertools.pairwise([*sys.argv, ""]):
        if word == flag:
            return following
        if word.startswith(flag + "="):
            return word.partition("=")[2]
    return os.environ.get(variable) or read_dotenv(Path(".env")).get(variable) or default


@functools.cache
def logs_json() -> bool:
    return early_setting("--log-format", "SLIM_LOG", "text") == "json"


def log(message: str, level: str = "info", trace: str = "") -> None:
    """One line to stderr, or one JSON object. Never with an address or a user agent in it."""
    line = f"slim: {message}" + (f"\n{trace}" if trace else "")
    if logs_json():
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())  # a log's, not `now`
        fields = {"time": stamp, "level": level, "message": message, "trace": trace}
        line = json.dumps({k: text for k, text in fields.items() if text}, ensure_ascii=False)
    if sys.stderr:  # else it is closed
        with contextlib.suppress(OSError):  # a full disk, a reader who is gone: the work goes on
            # Past Python's buffer, which keeps what cannot be written, and fails at the end.
            os.write(sys.stderr.fileno(), f"{line}\n".encode("utf-8", "backslashreplace"))


def log_exception(message: str, private: bool = False) -> None:
    """Log a line and the traceback of the exception at hand; `private`: without its message."""
    kind, _, trace = sys.exc_info()
    bare = "".join([*traceback.format_tb(trace), kind.__name__])
    log(message, "error", bare if private else traceback.format_exc().rstrip())


def fail(message: str, code: int = 1) -> None:
    """End the program with one clear line on stderr."""
    log(message, "error")
    raise SystemExit(code)


def run_step(command: list[str], mend: str) -> None:
    """Run one step of the installation; when it fails, end with its last line and what mends it."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not done.returncode:
            return
        trouble = (done.stderr or done.stdout).strip()
    except OSError as error:
        trouble = str(error)
    reason = trouble.splitlines()[-1] if trouble else "no reason given"
    fail(f"could not install the packages ({reason}); {mend}")


def install(home: Path, python: Path, packages: list[str]) -> None:
    """Make a virtual environment anew, with `packages`."""
    names = ", ".join(re.split("[=<>]", package)[0] for package in packages)
    log(f"installing {names} into {home} (only once) ...")
    mend = "check the network, or run: pip install " + " ".join(packages)
    if uv := shutil.which("uv"):
        run_step([uv, "venv", "-q", "--clear", "--python", sys.executable, str(home)], mend)
        pip = [uv, "pip", "install", "-q", "--python", str(python)]
    else:
        venv = [sys.executable, *ALONE, "-m", "venv", "--clear", str(home)]
        run_step(venv, "run: apt install python3-venv")
        pip = [str(python), *ALONE, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    run_step([*pip, "--only-binary", ":all:", *packages], mend)


@contextlib.contextmanager
def one_at_a_time(folder: Path, waiting: str) -> Iterator[None]:
    """Hold the lock of a folder, where there are locks; log `waiting` while another slim has it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        log(waiting)
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:
        pass
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)  # now: gevent's close may come later
        os.close(handle)


def environment_home(home: Path) -> Path:
    """Where the virtual environment is: at `home`, beside the data; root's is elsewhere when
    somebody else could change what is at `home`, and so what root runs."""
    around = [path for path in (home, *home.parents) if path.exists()]
    if os.geteuid() == 0 and any(path.lstat().st_uid for path in around):
        return Path("~/.cache").expanduser() / home.name.removeprefix(".")
    return home


def make_environment(home: Path, packages: list[str]) -> Path:
    """Make the virtual environment `home` hold exactly `packages`; return its Python."""
    python, marker = home / "bin" / "python", home / "slim-packages.txt"
    wanted = "\n".join([sys.version, *packages])

    def is_made() -> bool:
        is_there = python.exists() and marker.exists()
        return is_there and marker.read_text(encoding="utf-8") == wanted

    if not is_made():
        home.mkdir(parents=True, exist_ok=True)  # raises what its caller explains, not venv
        with one_at_a_time(home.parent, f"another slim makes {home}; waiting for it ..."):
            if not is_made():
                install(home, python, packages)
                marker.write_text(wanted, encoding="utf-8")
                log("installed.")
    return python


def bootstrap() -> None:
    """Return when every package of the started script can be imported; else re-execute it."""
    script = Path(getattr(sys.modules["__main__"], "__file__", None) or __file__)
    packages = script_packages(script) or script_packages(Path(__file__))
    try:
        os.getcwd()
    except FileNotFoundError:
        fail("the folder you are in was deleted; go to another")
    missing = [package for package in packages if not is_importable(package)]
    if not missing:
        return
    if os.environ.get("SLIM_BOOTSTRAP") == "0":
        fail("missing packages; run: pip install " + " ".join(missing))
    if os.environ.get("SLIM_BOOTSTRAPPED"):
        fail(
            f"{missing[0]} was installed but cannot be imported; delete the environment, try again"
        )
    data = Path(early_setting("--data", "SLIM_DATA", "data")).expanduser().resolve()
    name = ".slim-venv" if script.name == "slim.py" else f".{script.stem}-venv"
    home = environment_home(data.parent / name)
    os.umask(os.umask(0o077) | 0o022)  # what we run nobody else may change
    try:
        python = make_environment(home, packages)
    except OSError as error:
        fail(
            f"cannot make the environment {home}: {error.strerror};"
            " --data DIR names a place where there may be one"
        )
    os.environ["SLIM_BOOTSTRAPPED"] = sys.executable
    os.execv(python, [str(python), *sys.orig_argv[1:]])


bootstrap()

import gevent.events
from gevent import monkey

# For each module patched, gevent looks through all installed packages for plugins who want to know
# of it: a tenth of a start.
gevent.events.notify_and_call_entry_points = gevent.events.notify
monkey.patch_all()  # before any module opens a socket or makes a lock: all waiting is gevent's

import urllib.error
import urllib.request

import bottle
import gevent
import gevent.event
import gevent.lock
import gevent.pool
import gevent.queue
import gevent.threadpool
import maxminddb
from gevent.pywsgi import Input, WSGIHandler, WSGIServer
from geventwebsocket.exceptions import WebSocketError
from geventwebsocket.handler import WebSocketHandler
from geventwebsocket.websocket import Header, WebSocket

# == Own files =====================================================================================
#
# What the program brings along: schema.sql, views/ and static/, beside this file or packed into it;
# and which version of it this is.


@functools.cache
def packed_files() -> dict[str, bytes]:
    """The files inside a packed slim.py, by name; none in a checkout."""
    packed, files = zlib.decompress(base64.b64decode(PACKED)) if PACKED else b"", {}
    while packed:
        head, _, rest = packed.partition(b"\n")
        name, size = head.decode().rsplit(" ", 1)
        files[name], packed = rest[: int(size)], rest[int(size) :]
    return files


HOME = Path(__file__).resolve().parent


def resource(name: str) -> bytes:
    """One of our own files ("schema.sql", "views/site.html"), from the pack or the checkout."""
    if PACKED:
        return packed_files()[name]
    return (HOME / name).read_bytes()


def resource_names(folder: str) -> list[str]:
    """The names of our own files below a folder, sorted."""
    if PACKED:
        return sorted(name for name in packed_files() if name.startswith(folder + "/"))
    paths = (HOME / folder).rglob("*")
    return sorted(path.relative_to(HOME).as_posix() for path in paths if path.is_file())


@functools.cache
def commit() -> str:
    """The commit this program is of, "-dirty" when files differ from it; empty when not known."""
    if COMMIT or PACKED or not (HOME / ".git").exists():
        return COMMIT
    ask = ["git", "-C", str(HOME), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    with contextlib.suppress(OSError):
        return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
    return ""


def version_text() -> str:
    return f"{VERSION} ({commit()})" if commit() else VERSION


if not PACKED and not (HOME / "schema.sql").exists():
    fail("schema.sql, views/ and static/ are not here; to run one file alone copy dist/slim.py")


# == Config =======================================================================================
#
# Every setting of the program, once. A field's metadata has its environment variable, its flag and
# its help; the README's table is checked against this class. To add a setting, add a field.


def option(variable: str, default: Any, help_: str, read: Callable = str, flag: str = "") -> Any:
    """A Config field: its environment variable, its flag, its help, and how its text is read."""
    metadata = {"variable": variable, "flag": flag, "help": help_, "read": read, "text": default}
    return dataclasses.field(default=read(default), metadata=metadata)


PRIVATE_IPV4 = "127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 100.64.0.0/10"
PRIVATE_IPV6 = "::1/128 fc00::/7 fe80::/10"


# Frozen sets, because caches have them in their keys: a tuple would be hashed for each lookup.
Networks = frozenset[ipaddress.IPv4Network | ipaddress.IPv6Network]


def networks(text: str) -> Networks:
    """Networks from "127.0.0.1/32,::1/128" or "private"; ValueError names the part that is none."""
    found = []
    private = f"{PRIVATE_IPV4} {PRIVATE_IPV6}"
    for part in text.replace("private", private).replace(",", " ").split():
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise ValueError(f"not a network: {part!r}, write 10.0.0.0/8 or private") from None
    return frozenset(found)


def data_path(text: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except RuntimeError as error:  # there is no such home
        raise ValueError(str(error)) from None


def whole(least: int = 0, most: int = 10**18) -> Callable[[str], int]:
    """A reader of whole numbers from one to another."""

    def number(text: str) -> int:  # argparse says: invalid number value
        if not re.fullmatch(r"\s*[+-]?\d+\s*", text):
            raise ValueError("is no whole number")
        if not least <= int(text) <= most:
            raise ValueError(f"is not from {least} to {most:,}")
        return int(text)

    return number


def either(*words: str) -> Callable[[str], str]:
    """A reader of one of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"is neither {' nor '.join(words)}")
        return text

    return read


def script_name(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+\.js", text, re.ASCII):
        raise ValueError("is no name like hello.js")
    return text


HTTP_PORTS = {"http": 80, "https": 443}


def base_url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in HTTP_PORTS or not parts.netloc):
        raise ValueError("is no http address")
    if found := re.search(r"[^!-~]|[?#]", text):  # links, mails and browsers have ASCII
        raise ValueError(f"is an address with {found[0]!r} in it")
    return text.rstrip("/")


SMTP_PORTS = {"smtp": 25, "smtps": 465, "starttls": 587}
MAIL_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([a-z0-9-]+\.)+[a-z0-9-]+", re.A | re.I)


def mail_sender(url: str) -> str:
    """Whom SMTP_URL has e-mails be from: ?from=, else its user when that is an address, else ''."""
    parts = urlsplit(url)
    sender = unquote(parts.query).removeprefix("from=") or unquote(parts.username or "")
    return sender if MAIL_ADDRESS.fullmatch(sender) else ""


def smtp_url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in SMTP_PORTS or not parts.hostname or parts.port == 0):
        raise ValueError("is no address like smtps://user:password@mail.example.com")
    if parts.scheme == "smtp" and parts.password:
        raise ValueError("would send the password in the clear; write smtps:// or starttls://")
    if not unquote(f"{parts.username}{parts.password}").isascii():
        raise ValueError("has a user or password that is not ASCII, which cannot be sent")
    if parts.query and not (parts.query.startswith("from=") and mail_sender(text)):
        raise ValueError("has something else after the ? than from=me@example.com")
    return text


@dataclasses.dataclass(frozen=True)
class Config:
    """The settings of a running program. Flag over environment over .env over default."""

    # fmt: off
    data: Path = option("SLIM_DATA", "data",
        "folder of slim.db, its copies, salts and maxmind/", data_path, "--data")
    host: str = option("HOST", "0.0.0.0", "address to listen on; `::` is IPv6, and IPv4 as well",
        flag="--host")
    port: int = option("PORT", "3000", "port to listen on; 0 picks a free one",
        whole(0, 65_535), "--port")
    base_url: str = option("SLIM_BASE_URL", "",
        "public address, as in https://example.com/stats; else taken from each request",
        base_url, "--base-url")
    username: str = option("AUTH_USERNAME", "",
        "an owner account made at start when it does not exist")
    password: str = option("AUTH_PASSWORD", "", "its password")
    trusted_proxies: Networks = option("SLIM_TRUSTED_PROXIES", "127.0.0.1/32,::1/128",
        "proxies whose X-Forwarded-* headers count: comma list of networks, or `private`",
        networks, "--trusted-proxies")
    rate_limit: int = option("SLIM_RATE_LIMIT", "100",
        "tracking requests a minute and address; 0 = no limit", whole(), "--rate-limit")
    retention_days: int = option("SLIM_RETENTION_DAYS", "395",
        "days that visits and events are kept, sums for ever; 0 = for ever; a site can set its own",
        whole(0, 99_999), "--retention-days")  # so many before today is still a date
    max_db_mb: int = option("SLIM_MAX_DB_MB", "0",
        "size in MB over which the oldest visits and events go, but no sums; 0 = no cap", whole())
    durability: str = option("SLIM_DURABILITY", "full",
        "`full` survives power loss, `normal` a killed process",
        either("full", "normal"), "--durability")
    salts: str = option("SLIM_SALTS", "",
        "file of the visitor salts; `salts` in the data folder when empty, may be on a tmpfs",
        flag="--salts")
    script_name: str = option("SLIM_SCRIPT_NAME", "slim.js",
        "a name of your own for the tracker, which lists of blockers do not have", script_name)
    maxmind_account: str = option("MAXMIND_ACCOUNT_ID", "",
        "MaxMind account whose GeoLite2 databases are fetched and kept fresh")
    maxmind_key: str = option("MAXMIND_LICENSE_KEY", "", "its license key")
    smtp_url: str = option("SMTP_URL", "",
        "mail server for reports: smtp://host, smtps://user:password@host?from=me@example.com,"
        " or starttls://…", smtp_url)
    webhook_networks: Networks = option("SLIM_WEBHOOK_NETWORKS", "",
        "private networks that webhooks may reach: comma list, or `private`", networks)
    queue_limit: int = option("SLIM_QUEUE_LIMIT", "10000",
        "events that may wait for the writer; more are answered 503", whole(1))
    look_limit: int = option("SLIM_LOOK_LIMIT", "300",
        "requests a minute and address, without an account, to all but tracking; 0 = no limit",
        whole())
    connections: int = option("SLIM_CONNECTIONS", "2000",
        "connections held at once; when there are more, those idle the longest are closed",
        whole(1))
    connections_each: int = option("SLIM_CONNECTIONS_EACH", "200",
        "of them from one address, trusted proxies spared; 0 = no limit", whole())
    exports: int = option("SLIM_EXPORTS", "2",
        "downloads of whole sites at once; more are answered 503; 0 = none", whole())
    export_minutes: int = option("SLIM_EXPORT_MINUTES", "60",
        "minutes after which such a download is ended; 0 = no limit", whole())
    log: str = option("SLIM_LOG", "text", "how the log is written: `text` or `json`",
        either("text", "json"), "--log-format")  # read early, by logs_json
    # fmt: on

    @property
    def database(self) -> Path:
        return self.data / "slim.db"

    @property
    def shared_settings(self) -> Path:
        """The file by which a server passes its SHARED settings on to commands."""
        return self.data / "settings.env"

    @property
    def salts_file(self) -> Path:
        return Path(self.salts).expanduser().resolve() if self.salts else self.data / "salts"

    @property
    def root(self) -> str:
        """The path part of the public address: '' or '/stats'."""
        return urlsplit(self.base_url).path.rstrip("/")


def load_config(flags: Mapping[str, str | None], environ: Mapping[str, str]) -> Config:
    """The Config of the given flags (by field name) and environment. Ends the program when bad."""
    values = {}
    for field in dataclasses.fields(Config):
        variable, read = field.metadata["variable"], field.metadata["read"]
        text = flags.get(field.name)
        if text is None and not (text := environ.get(variable)):
            continue  # an empty variable is how systemd and compose pass on one that is not set
        try:
            values[field.name] = read(text)
        except ValueError as error:
            text = re.sub("//.*@", "//…@", text)  # a password is no one's to read
            name = variable if flags.get(field.name) is None else field.metadata["flag"]
            hint = "; a comment needs a line of its own" if " #" in text else ""
            fail(f"{name}: {text!r} is not usable ({error}{hint})", 2)
    return Config(**values)


VARIABLES = {field.name: field.metadata["variable"] for field in dataclasses.fields(Config)}


def half_set(config: Config, *pair: str) -> str:
    """What to say where only one of two settings that go together is set; else nothing."""
    missing = [VARIABLES[name] for name in pair if not getattr(config, name)]
    if len(missing) != 1:
        return ""
    return f"{' and '.join(VARIABLES[name] for name in pair)} go together; {missing[0]} is not set"


def half_maxmind(config: Config) -> str:
    return half_set(config, "maxmind_account", "maxmind_key")


def misspelt(environ: Mapping[str, str]) -> Iterator[str]:
    """What to say of each variable that is called like a setting and is none."""
    names = (*VARIABLES.values(), "SLIM_BOOTSTRAP", "SLIM_BOOTSTRAPPED")
    known = {name.removeprefix("SLIM_"): name for name in names}
    for name in sorted(set(environ).difference(names)):
        if name.startswith("SLIM_"):
            import difflib  # a start without such a name is spared 3 ms

            near = difflib.get_close_matches(name.removeprefix("SLIM_"), known, 1)
            yield f"{name} is no setting" + (f"; do you mean {known[near[0]]}?" if near else "")


def doubts(config: Config, environ: Mapping[str, str]) -> list[str]:
    """What is odd about the settings, but no reason not to start."""
    pairs = half_set(config, "username", "password"), half_maxmind(config)
    return [*filter(None, pairs), *misspelt(environ)]


# Settings that commands take from the server, no secrets. Its environment is often not theirs:
# systemd reads /etc/slim.env for the server alone.
SHARED = (
    *("host", "port", "base_url", "trusted_proxies"),
    *("retention_days", "max_db_mb", "maxmind_account"),
)


def shared_text(config: Config) -> str:
    """The SHARED settings, as lines of a .env file."""
    lines = ["# The server writes this at its start, for commands: it is no place for settings."]
    for name in SHARED:
        value = getattr(config, name)
        text = ",".join(sorted(map(str, value))) if isinstance(value, frozenset) else value
        lines.append(f"{VARIABLES[name]}={text}")
    return "\n".join(lines) + "\n"


def load_command_config(flags: Mapping[str, str | None], environ: Mapping[str, str]) -> Config:
    """The Config of a command: what is not set for it is as the last server of its data had it.
    Only SHARED counts: root may run the command, and the server's user can write that file."""
    allowed = {VARIABLES[name] for name in SHARED}
    written = read_dotenv(load_config(flags, environ).shared_settings)
    shared = {name: text for name, text in written.items() if name in allowed}
    return load_config(flags, shared | {name: text for name, text in environ.items() if text})


# == Records ======================================================================================
#
# The nouns, as plain tuples: what flows between the stages. One word per idea, the same in columns,
# variables, JSON and labels.


class Refused(Exception):
    """A request that cannot be served: its status, what was wrong, and headers for the answer."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Share(NamedTuple):
    """One row of the table `share`: a link that shows some cards of a site without an account."""

    id: int
    slug: str
    site: int
    name: str
    password: str | None  # as hash_password makes it
    expires: int | None
    cards: tuple[str, ...]
    hosts: tuple[str, ...]  # that may embed it
    created: int

    def is_over(self, moment: float) -> bool:
        return self.expires is not None and self.expires <= moment


class Site(NamedTuple):
    """One row of the table `site`; the lists are tuples of text."""

    number: int
    id: str
    name: str
    domain: str
    timezone: str
    token: str
    aliases: tuple[str, ...]
    hosts: tuple[str, ...]
    keep: frozenset[str]
    hash_routing: bool
    honour_dnt: bool
    honour_gpc: bool
    retention_days: int | None  # None: as configured
    created: int
    counted: frozenset[str]  # reasons for which hits are not left out after all
    show_city: bool  # of a single visit; else its country only
    badge: bool
    counter: bool
    exclude: tuple[str, ...]  # pages that do not count, * for any text
    merge: tuple[str, ...]  # rules for pages, as `page_rules` reads them
    merged: tuple[str, ...]  # the rules that history obeys
    share: Share | None = None  # the link it is seen through; None: with an account

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def path(self) -> str:
        """Where its page is, for those who see it this way."""
        return f"/share/{self.share.slug}" if self.share else f"/sites/{self.id}"

    def through(self, share: Share) -> Site:
        """The site as a link shows it: of single visits never the city."""
        return self._replace(share=share, show_city=False)

    def shows(self, card: str | None) -> bool:
        """Whether a card may be seen: a share link shows some."""
        return self.share is None or card in self.share.cards


class Goal(NamedTuple):
    """What a visitor is hoped to do: send an event, or see a page; * stands for any text."""

    id: int
    name: str
    event: str | None
    page: str | None  # either is None

    @property
    def pattern(self) -> str:
        return self.event or self.page or ""


class Claims(NamedTuple):
    """What a server says of the visitor it speaks for; believed only with the site's token."""

    address: str | None = None
    agent: str | None = None
    time: float | None = None
    visitor: str = ""  # an id, in place of address and agent


class Signal(NamedTuple):
    """One reported event, translated from its dialect into our fields; nothing is checked yet."""

    site: str
    url: str
    kind: str = "pageview"  # or "event", "engagement"; "nothing" is answered and not kept
    name: str = ""
    referrer: str = ""
    title: object = None
    props: object = None
    screen: str | None = None
    language: object = None
    timezone: object = None
    engaged: float = 0.0  # seconds
    scroll: int | None = None
    interactive: bool = True
    hash_routing: bool = False
    own: bool = False  # from a browser whose visits its owner leaves out
    bot: bool = False  # it says so itself
    along: bool = False  # a second event of one request, as the 404 beside its pageview
    claims: Claims | None = None


class Facts(NamedTuple):
    """What is known of a visit from its first event. Fields are columns of `visit`, as text."""

    hostname: str | None = None
    referrer: str | None = None
    source: str | None = None
    channel: str | None = None
    search_term: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    asn: str | None = None
    language: str | None = None
    timezone: str | None = None
    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device: str | None = None
    screen: str | None = None
    country_from: str | None = None  # "timezone": guessed; None: looked up


class Place(NamedTuple):
    """Where an address is, as the GeoIP databases have it; None where they do not know."""

    country: str | None = None  # ISO code
    region: str | None = None  # "Oregon, US"
    city: str | None = None  # "Portland, Oregon, US"
    timezone: str | None = None
    asn: str | None = None  # "AS1221 Telstra"
    latitude: float | None = None
    longitude: float | None = None
    guessed: bool = False  # the country, from the browser's time zone


class Event(NamedTuple):
    """One cleaned signal on its way to the writer. It knows no address and no user agent."""

    site: int
    time: int
    keys: tuple[int, ...]  # the visitor under today's salt, then under yesterday's
    kind: str
    page: str
    facts: Facts
    place: Place
    title: str | None = None
    name: str | None = None
    props: str | None = None
    engaged: float = 0.0
    scroll: int | None = None
    interactive: bool = True
    late: bool = False  # received over 30 minutes after it happened: nobody is online by it


class Sample(NamedTuple):
    """One hit that was left out, as an example. It knows no address and no user agent."""

    time: int
    reason: str
    page: str
    country: str | None
    bot: str | None  # its name


class Drop(NamedTuple):
    """One hit that is left out: a row of the ledger gets one more."""

    site: int
    day: str
    reason: str
    sample: Sample | None = None


ROLES = {"viewer": 1, "editor": 2, "owner": 3}  # of an account on a site -> its rank


class Account(NamedTuple):
    """Somebody who may log in, and their roles; with `owns_all`, owner of every site."""

    id: int
    username: str
    owns_all: bool = False
    two_factor: bool = False  # a password alone does not do
    roles: tuple[tuple[int, str], ...] = ()  # site -> role

    def rank(self, number: int) -> int:
        """The rank of its role on a site; 0 for none."""
        return ROLES["owner"] if self.owns_all else ROLES.get(dict(self.roles).get(number, ""), 0)


# == Time =========================================================================================
#
# Storage is in seconds since 1970; a site's IANA zone decides which day and hour they are. `now` is
# the only clock of the program, and `ticks` its stopwatch, so that a test can set them. Days of 23
# and 25 hours come out right because every boundary is asked of the zone, never counted.

DAY = 86_400
Slot = tuple[int, int]  # [since, until) in epoch seconds


def now() -> float:
    """The clock: seconds since 1970."""
    return time.time()


def ticks() -> float:
    """Seconds since some moment, sleep included, whatever the clock is set to meanwhile."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


RELEASED = 1_767_225_600  # 1 January 2026; a clock that shows an earlier time was never set


def known_zone(name: str) -> bool:
    """Whether this is the name of an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


# Old names, which zone.tab does not list and browsers still report; and, for systems without that
# file, the zones that most people live in.
ZONES = """
    AR America/Buenos_Aires America/Argentina/Buenos_Aires America/Cordoba; AT Europe/Vienna
    AU Australia/Sydney Australia/Melbourne Australia/Brisbane Australia/Perth; BD Asia/Dhaka
    BE Europe/Brussels; BR America/Sao_Paulo America/Bahia America/Fortaleza America/Manaus
    CA America/Toronto America/Vancouver America/Edmonton America/Winnipeg America/Halifax
    CA America/Montreal; CH Europe/Zurich; CL America/Santiago; CN Asia/Shanghai Asia/Chongqing
    CO America/Bogota; CZ Europe/Prague; DE Europe/Berlin; DK Europe/Copenhagen; EG Africa/Cairo
    ES Europe/Madrid; FI Europe/Helsinki; FO Atlantic/Faeroe; FR Europe/Paris; GB Europe/London
    GL America/Godthab; GR Europe/Athens; HK Asia/Hong_Kong; HU Europe/Budapest; ID Asia/Jakarta
    IE Europe/Dublin; IL Asia/Jerusalem; IN Asia/Kolkata Asia/Calcutta; IR Asia/Tehran
    IT Europe/Rome; JP Asia/Tokyo; KE Africa/Nairobi; KR Asia/Seoul; MM Asia/Rangoon
    MX America/Mexico_City; MY Asia/Kuala_Lumpur; NG Africa/Lagos; NL Europe/Amsterdam
    NO Europe/Oslo; NP Asia/Katmandu; NZ Pacific/Auckland; PE America/Lima; PH Asia/Manila
    PK Asia/Karachi; PL Europe/Warsaw; PT Europe/Lisbon; RO Europe/Bucharest; RU Europe/Moscow
    SA Asia/Riyadh; SE Europe/Stockholm; SG Asia/Singapore; TH Asia/Bangkok; TR Europe/Istanbul
    TW Asia/Taipei; UA Europe/Kyiv Europe/Kiev; US America/New_York America/Chicago America/Denver
    US America/Los_Angeles America/Phoenix America/Detroit America/Indianapolis America/Louisville
    VN Asia/Ho_Chi_Minh Asia/Saigon; ZA Africa/Johannesburg"""


def zone_table() -> str:
    """tzdata's list of zones and their countries: the system's, or the package's, or nothing."""
    folders = [Path(folder) for folder in TZPATH]
    if found := importlib.util.find_spec("tzdata"):
        folders += [Path(place) / "zoneinfo" for place in found.submodule_search_locations or ()]
    tables = [folder / "zone.tab" for folder in folders]
    return next((path.read_text("utf-8") for path in tables if path.is_file()), "")


@functools.cache
def zone_countries() -> dict[str, str]:
    """The country of each time zone: "Europe/Lisbon" -> "PT"."""
    rows = [row.split() for row in re.split(r";|\n", ZONES)]
    known = {zone: code for code, *zones in filter(None, rows) for zone in zones}
    lines = (line.split("\t") for line in zone_table().splitlines() if line[:1] != "#")
    return known | {line[2]: line[0] for line in lines if len(line) > 2}


def day_start(day: date, zone: ZoneInfo) -> int:
    """The first second of a calendar day; where midnight is skipped, the instant it is skipped."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


@functools.lru_cache(4096)
def local_quarter(zone: ZoneInfo, quarter: int) -> date:
    return datetime.fromtimestamp(quarter * 900, zone).date()


def local_day(moment: float, zone: ZoneInfo) -> date:
    """The calendar day of a moment; cached by the quarter of an hour: all zones differ by those."""
    return local_quarter(zone, int(moment) // 900)


def same_time(moment: float, day: date, zone: ZoneInfo) -> int:
    """When clocks show on another day what they show at a moment."""
    local = datetime.fromtimestamp(int(moment), zone)
    return int(datetime.combine(day, local.time(), zone).timestamp())


EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)  # to cover 40,000 days takes 0.5 s


def parse_instant(text: object, zone: tzinfo = UTC) -> int | None:
    """An ISO instant, in a zone unless it names one: "2026-01-02T03:04:00Z" -> 1767323040."""
    text = str(text).strip()
    if "T" in text and text[-6:-5] == " ":  # the + of an address that was not encoded
        text = f"{text[:-6]}+{text[-5:]}"
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return int(moment.timestamp()) if EARLIEST <= moment.date() <= LATEST else None
    except (ValueError, OverflowError):
        return None


def iso(moment: float) -> str:
    """2026-11-21T18:41:53Z"""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def add_months(day: date, months: int) -> date:
    """The same day some months on, or the month's last day when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def hour_start(moment: float, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(moment, zone)
    return int(moment) - local.minute * 60 - local.second


def monday(day: date) -> date:
    return day - timedelta(day.weekday())


# How an interval steps from a day to the first day of the next slot; hours are not made of days.
INTERVALS: dict[str, Callable[[date], date] | None] = {
    "hour": None,
    "day": lambda day: day + timedelta(1),
    "week": lambda day: monday(day) + timedelta(7),
    "month": lambda day: add_months(day.replace(day=1), 1),
}


def split_span(since: int, until: int, interval: str, zone: ZoneInfo) -> list[Slot]:
    """Cut [since, until) at the local boundaries of an interval; the ends stay as they are. A zone
    may have skipped a day, as Samoa did 30 December 2011: that is no slot."""
    step, starts = INTERVALS[interval], [since]
    if step is None:
        while (start := hour_start(starts[-1], zone) + 3600) < until:
            starts.append(start)
    else:
        day = step(local_day(since, zone))
        while (start := day_start(day, zone)) < until:
            starts.append(start)
            day = step(day)
    return [slot for slot in itertools.pairwise([*starts, until]) if slot[0] < slot[1]]


def loose_ends(since: int, until: int, zone: ZoneInfo) -> set[int]:
    """The ends of a span at which no day begins."""
    return {end for end in (since, until) if end != day_start(local_day(end, zone), zone)}


# == Parsing =======================================================================================
#
# What strangers send, turned into facts, here and in the next three sections. Pure functions;
# whatever comes in, `parse_*` answers, and None is what it cannot read. Every string that comes out
# is bounded, can be written as UTF-8 and holds no control character. It is still a stranger's:
# escape it.
#
# First who calls: browsers, systems, devices, bots. To teach it one, add a row. The tables are read
# from the top and the first match wins: the specific stands above the general ("Edg/" above
# "Chrome/").


# Controls, overrides of direction, invisible marks, lone surrogates; not the joiners words need.
UNSEEN = re.compile(
    "[\0-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def clean_text(text: object, limit: int) -> str | None:
    """One line of visible text, at most `limit` characters: " a \\n b\\0" -> "a b"."""
    if not isinstance(text, str):
        return None
    if not text.isprintable():
        text = UNSEEN.sub("", " ".join(text.split()))
    return " ".join(text.split())[:limit].rstrip() or None


# fmt: off
BROWSERS = (    # name, the text its version follows ("" = the text found), texts to find
    ("Brave",              "",         '"Brave";v="'),          # brands, in Sec-CH-UA
    ("Vivaldi",            "",         '"Vivaldi";v="', "Vivaldi/"),
    ("DuckDuckGo",         "",         '"DuckDuckGo";v="', "DuckDuckGo/", "Ddg/"),
    ("Instagram",          "",         "Instagram "),           # browsers inside apps
    ("Threads",            "",         "Barcelona "),
    ("Facebook",           "FBAV/",    "FBAN/", "FBAV/"),
    ("WeChat",             "",         "MicroMessenger/"),
    ("TikTok",             "",         "musical_ly", "BytedanceWebview"),
    ("Snapchat",           "",         "Snapchat/"),
    ("LinkedIn",           "",         "LinkedInApp"),
    ("Pinterest",          "",         "Pinterest/"),
    ("Line",               "",         " Line/"),
    ("KakaoTalk",          "",         "KAKAOTALK"),
    ("X",                  "",         "Twitter for i", "TwitterAndroid"),
    ("Telegram",           "",         "Telegram-"),
    ("Google App",         "",         "GSA/"),
    ("Baidu",              "",         "baiduboxapp/"),
    ("Edge",               "",         "Edg/", "EdgA/", "EdgiOS/", "Edge/"),    # with its own name
    ("Opera",              "",         "OPR/", "OPT/", "OPX/", "OPiOS/"),
    ("Opera Mini",         "",         "Opera Mini/"),
    ("Opera",              "Version/", "Opera/"),
    ("Samsung Internet",   "",         "SamsungBrowser/"),
    ("Yandex",             "",         "YaBrowser/", "YaSearchBrowser/"),
    ("UC Browser",         "",         "UCBrowser/"),
    ("Silk",               "",         "Silk/"),
    ("Whale",              "",         "Whale/"),
    ("Mi Browser",         "",         "MiuiBrowser/"),
    ("Huawei Browser",     "",         "HuaweiBrowser/"),
    ("HeyTap",             "",         "HeyTapBrowser/"),
    ("Vivo Browser",       "",         "VivoBrowser/"),
    ("QQ Browser",         "",         "QQBrowser/"),
    ("Coc Coc",            "",         "coc_coc_browser/"),
    ("Ecosia",             "@",        "(Ecosia "),
    ("Meta Quest Browser", "",         "OculusBrowser/"),
    ("Firefox Focus",      "",         "Focus/"),
    ("Pale Moon",          "",         "PaleMoon/"),
    ("SeaMonkey",          "",         "SeaMonkey/"),
    ("Firefox",            "",         "FxiOS/", "Firefox/"),
    ("GNOME Web",          "",         "Epiphany/"),            # the rest, the plainest last
    ("Internet Explorer",  "",         "MSIE "),
    ("Internet Explorer",  "rv:",      "Trident/"),
    ("Android WebView",    "Chrome/",  "; wv)"),
    ("Chromium",           "",         "Chromium/"),
    ("Chrome",             "",         "CriOS/", "Chrome/"),
    ("Android Browser",    "Version/", "Android"),
    ("Safari",             "Version/", "Safari/"),
    ("iOS WebView",        "",         "like Mac OS X"),
)
SYSTEMS = (     # the same columns
    ("Xbox",               "",             "Xbox"),
    ("PlayStation",        "PlayStation ", "PlayStation", "PLAYSTATION"),
    ("Nintendo",           "",             "Nintendo"),
    ("Windows Phone",      "",             "Windows Phone"),
    ("Windows",            "Windows NT",   "Windows"),
    ("iOS",                "iPhone OS",    "iPhone", "iPod"),
    ("iPadOS",             "CPU OS",       "iPad"),
    ("tvOS",               "",             "AppleTV", "Apple TV"),
    ("macOS",              "",             "Mac OS X", "Macintosh"),
    ("ChromeOS",           "",             "CrOS "),
    ("HarmonyOS",          "",             "OpenHarmony", "HarmonyOS"),
    ("Tizen",              "",             "Tizen"),
    ("webOS",              "",             "Web0S"),
    ("KaiOS",              "",             "KAIOS"),
    ("Android",            "",             "Android"),
    ("FreeBSD",            "",             "FreeBSD"),
    ("OpenBSD",            "",             "OpenBSD"),
    ("Linux",              "",             "Linux", "X11"),
)
DEVICES = (     # device, "", texts to find; "Tablet;" because old Windows says "Tablet PC 2.0;"
    ("TV",      "", "SMART-TV", "SmartTV", "Smart TV", "HbbTV", "BRAVIA", "; AFT", "CrKey/",
                    "Roku/", "(Roku;", "Mi Box", "MIBOX", "MiTV", "Android TV", "GoogleTV",
                    "Google TV", "AppleTV", "Apple TV", "Web0S"),
    ("Console", "", "Xbox", "PlayStation", "Nintendo"),
    ("VR",      "", "OculusBrowser", "; Quest "),
    ("Tablet",  "", "iPad", "Tablet;", "Kindle"),
    ("Mobile",  "", "iPhone", "iPod", "Mobi", "Windows Phone", "KAIOS", "Opera Mini"),
    ("Tablet",  "", "Android", "Silk/"),
    ("Desktop", "", "Windows", "Macintosh", "CrOS", "X11", "Linux", "BSD"),
)
WINDOWS = {     # Windows NT in the user agent, and 0.x in the hint, to the name on the box
    "10.0": "10", "6.3": "8.1", "6.2": "8", "6.1": "7", "6.0": "Vista", "5.2": "XP", "5.1": "XP",
    "0.3": "8.1", "0.2": "8", "0.1": "7",
}
# fmt: on
WITH_MINOR = frozenset({"Safari", "Windows", "Windows Phone", "iOS", "iPadOS", "macOS", "KaiOS"})
WITH_HINT = frozenset({"Windows", "macOS", "Android"})
VERSION_MARK = re.compile(r'[ /:"]?([0-9]{1,5})(?:[._]([0-9]{1,4}))?')
BROWSER_TEXTS, SYSTEM_TEXTS, DEVICE_TEXTS = (
    tuple((text, name, mark or text) for name, mark, *texts in rows for text in texts)
    for rows in (BROWSERS, SYSTEMS, DEVICES)
)


class Agent(NamedTuple):
    """What a user agent tells; the device is Desktop, Mobile, Tablet, TV, Console or VR."""

    browser: str | None
    browser_version: str | None
    os: str | None
    os_version: str | None
    device: str | None


def version_after(text: str, mark: str, name: str) -> str | None:
    """The version after `mark`, its minor part only for names in WITH_MINOR: "131", "17.4"."""
    at = text.find(mark)
    found = VERSION_MARK.match(text, at + len(mark)) if at >= 0 else None
    if not found:
        return None
    return f"{found[1]}.{found[2]}" if found[2] and name in WITH_MINOR else found[1]


def first_match(rows: tuple, text: str) -> tuple[str | None, str | None]:
    """Name and version from the first row whose text is found."""
    for needle, name, mark in rows:
        if needle in text:
            return name, version_after(text, mark, name)
    return None, None


def parse_system(agent: str, platform: str, release: str) -> tuple[str | None, str | None]:
    """System and version: ("… Windows NT 10.0 …", '"Windows"', '"15.0.0"') -> "Windows", "11"."""
    name, version = first_match(SYSTEM_TEXTS, agent)
    if name == "Windows":
        version = WINDOWS.get(version or "")
    elif name in ("iOS", "iPadOS"):
        # Safari froze the system at 18 when both became 26: its own version is the system's.
        safari = version_after(agent, "Version/", "Safari") or ""
        version = safari if re.match(r"(2[6-9]|[3-9][0-9])\.", safari) else version
    hinted = platform.strip('"')
    if hinted not in WITH_HINT or name not in (hinted, "Linux", None):
        return name, version
    # Chrome froze Windows 10, macOS 10.15 and Android 10: the hint knows better.
    real = version_after(release, "", hinted)
    if real and hinted == "Windows":
        major = int(real.partition(".")[0])
        real = WINDOWS.get(real) if major == 0 else "11" if major >= 13 else "10"
    return hinted, real or (version if name == hinted else None)


@functools.lru_cache(4096)
def parse_agent(agent: str, hints: tuple[str, ...] = ()) -> Agent:
    """Browser, system, device: "… (X11; Linux …) … Firefox/132.0" -> Firefox 132, Linux, Desktop.
    `hints` are Sec-CH-UA, -Mobile, -Platform, -Platform-Version and -Model, "" for one not sent."""
    brands, mobile, platform, release, model = (*hints, "", "", "", "", "")[:5]
    browser, version = first_match(BROWSER_TEXTS, f"{brands} {agent}" if brands else agent)
    system, system_version = parse_system(agent, platform, release)
    model = model.strip('"')
    device, _ = first_match(DEVICE_TEXTS, f"{agent}; {model} " if model else agent)
    if device in ("Desktop", "Tablet", None) and (mobile == "?1" or system == "Android"):
        device = "Mobile" if mobile == "?1" else "Tablet"
    return Agent(browser, version, system, system_version, device)


def bot_pattern(lines: Iterable[str]) -> re.Pattern:
    """One pattern from the vendored list, an expression a line; blanks and "# …" are skipped.

    The list is JavaScript's. Two things are written otherwise here: a look-behind takes one length,
    `(?<!ab|c)` -> `(?<!ab)(?<!c)`, and a hyphen after a class is `\\-`.
    """
    heads: dict[str, list[str]] = {"": ["headless"]}
    for line in lines:
        row = re.sub(r"(\\[dsw])-", r"\1\\-", line.strip("\r\n"))
        row = re.sub(r"(\(\?<!)([^()]*)\)", lambda m: m[1] + m[2].replace("|", ")(?<!") + ")", row)
        # Rows that begin alike are tried together, which takes a third of the time.
        head = row[0] if re.match(r"[\^a-z][^?*+{|][^|]*$", row) else ""
        if row and not row.startswith("#"):
            heads.setdefault(head, []).append(row[len(head) :])
    rows = (f"{head}(?:{'|'.join(rests)})" for head, rests in heads.items())
    return re.compile("|".join(rows), re.IGNORECASE | re.ASCII)


def is_bot(agent: str, pattern: re.Pattern) -> bool:
    """Whether no person's browser says this: "curl/8.5.0" -> True, as for hardly any text."""
    return len(agent) < 16 or agent.lower() == agent.upper() or pattern.search(agent) is not None


def parse_bot(agent: str, pattern: re.Pattern) -> str | None:
    """The name of a crawler: "Mozilla/5.0 (compatible; AhrefsBot/7.0; …)" -> "AhrefsBot"."""
    found = pattern.search(agent)
    if not found and len(agent) >= 16:  # a browser's
        return None
    names = re.finditer(r"[A-Za-z][A-Za-z-]{2,39}", agent)
    names = [name for name in names if not NAMELESS.fullmatch(name[0])]
    likely = [name[0] for name in names if CRAWLER.search(name[0])]
    likely += [name[0] for name in names if name.end() > (found.start() if found else 0)]
    return next(iter(likely), None)


NAMELESS = re.compile("https?|com|www|mozilla|compatible|bots?|crawler|spider", re.IGNORECASE)
CRAWLER = re.compile("bot|crawl|spider|fetch", re.IGNORECASE)


# == Links =========================================================================================
#
# The address of a page taken apart: what makes two addresses one page, and a site's rules for that.


LINK = re.compile(
    r"(?:https?://(?:[^/?#]*@)?(\[[0-9a-f:.]+\]|[^]\s/?#:@\\<>\"'`{}|^%[]{1,253})(?::[0-9]*)?"
    r"(?=[/?#]|$)|(?=/))([^?#]*)(?:\?([^#]*))?(?:#(.*))?",
    re.IGNORECASE | re.DOTALL,
)
ESCAPES = re.compile(r"(?:%[0-9a-fA-F]{2})+")
LINK_CHARS, PAGE_CHARS, QUERY_KEYS, QUERY_CHARS = 4096, 1000, 50, 500


class Link(NamedTuple):
    """An address taken apart: host, "" for a bare path; the page that is counted; all the query."""

    hostname: str
    page: str
    query: dict[str, str]


def readable(text: str, reserved: str) -> str:
    """Percent-encoding undone where that changes no meaning: "caf%C3%A9%2F" -> "café%2F"."""
    if "%" not in text:
        return text

    def keep(char: str) -> bool:
        return (char.isprintable() or char in "\u200c\u200d") and char not in reserved

    def decode(run: re.Match) -> str:
        try:
            chars = bytes.fromhex(run[0].replace("%", "")).decode()
        except UnicodeDecodeError:
            return run[0].upper()
        return "".join(char if keep(char) else quote(char, "") for char in chars)

    return ESCAPES.sub(decode, text)


def typed_page(text: str) -> str:
    """A page as people type it, cleaned as `parse_link` does, with its * (and > of rules): a page
    that is clean stays as it is. "/caf%C3%A9/?a=/" -> "/café?a=/"."""
    path, query, route = re.fullmatch("([^?#]*)([^#]*)(.*)", text.strip(), re.DOTALL).groups()
    page = readable(path, "/?#%\\*>").rstrip("/ ") or "/"
    return page + readable(query, "?#%&=+*>") + readable(route, "#?%*>").rstrip("/")


def parse_query(text: str) -> dict[str, str]:
    """Keys and values, the first of each key: "a=1&b=x+y&a=2" -> {"a": "1", "b": "x y"}."""
    query: dict[str, str] = {}
    text = text if text.isprintable() else UNSEEN.sub("", text)
    for pair in text[:LINK_CHARS].removeprefix("?").split("&"):
        key, _, value = pair.partition("=")
        if "%" in pair or "+" in pair:
            key, value = (unquote(part.replace("+", " ")) for part in (key, value))
            if not f"{key}{value}".isprintable():
                key, value = UNSEEN.sub("", key), UNSEEN.sub("", value)
        if key:
            query.setdefault(key[:QUERY_CHARS], value[:QUERY_CHARS])
        if len(query) == QUERY_KEYS:
            break
    return query


def ascii_host(host: str) -> str:
    """A host as browsers send it: "München.de" -> "xn--mnchen-3ya.de". (The library's codec makes
    "strasse" of "straße", which no browser does.) What is too long for a host stays as it is: 4,096
    letters take 0.1 s."""
    if host.isascii() or len(host) > 253:
        return host.lower()
    labels = unicodedata.normalize("NFKC", host).lower().split(".")
    return ".".join(
        label if label.isascii() or len(label) > 63 else f"xn--{label.encode('punycode').decode()}"
        for label in labels
    )


# One label of a host. Written so that it means the same as ECMAScript.
LABEL = "[A-Za-z0-9_\u00c0-\u024f\u0370-\u167f\u1681-\u1fff\u3040-\ud7ff-]{1,63}"


def letter_host(host: str) -> str:
    """A host as people read it: "xn--mnchen-3ya.de" -> "münchen.de"."""
    if "xn--" not in host:
        return host

    def letters(label: str) -> str:
        with contextlib.suppress(UnicodeError):
            text = label[4:].encode().decode("punycode")
            if ascii_host(text) == label and re.fullmatch(LABEL, text):
                return text
        return label

    return ".".join(map(letters, host.split(".")))


@functools.lru_cache(256)
def same_host(one: str, other: str) -> bool:
    """Whether two hosts are one, www. or not."""
    return ascii_host(one).removeprefix("www.") == ascii_host(other).removeprefix("www.")


@functools.lru_cache(256)
def page_pattern(patterns: tuple[str, ...]) -> re.Pattern:
    """What fits whole pages, * standing for any text: ("/blog/*",) fits "/blog/a". Each has a group
    of its own. What a * took is never given back (but by the last), so that no page keeps
    /*/*/*/*/b busy for hours."""

    def expression(pattern: str) -> str:
        first, *others = map(re.escape, pattern.split("*"))
        if not others:
            return f"({first})"
        middle = "".join(f"(?>.*?{text})" for text in others[:-1])
        return f"({first}{middle}.*{others[-1]})"

    return re.compile("|".join(map(expression, patterns)), re.DOTALL)


def is_excluded(page: str, patterns: tuple[str, ...]) -> bool:
    """Whether a page fits one of some patterns, with its slash at the end or without."""
    fits = page_pattern(patterns).fullmatch
    return bool(fits(page) or fits(f"{page}/"))


@functools.lru_cache(256)
def page_rules(rules: tuple[str, ...]) -> tuple[re.Pattern, list[str]]:
    """What rules fit, each in a group of its own, and the pages they make of it: "/order/*" makes
    "/order/*", "/old -> /new" makes "/new"."""
    halves = [rule.partition(" -> ") for rule in rules]
    return page_pattern(tuple(half[0] for half in halves)), [half[2] or half[0] for half in halves]


def merged_page(page: str, rules: tuple[str, ...]) -> str:
    """What the first rule that fits makes of a page: "/order/7" by ("/order/*",) -> "/order/*"."""
    pattern, pages = page_rules(rules)
    found = pattern.fullmatch(page)
    return pages[found.lastindex - 1] if found and found.lastindex else page


def bare_page(page: str) -> str:
    """A page without the query keys it keeps: "/a?id=1#/b" -> "/a#/b"."""
    return re.sub(r"\?[^#]*", "", page)


def parse_link(
    url: str, keep: frozenset[str] = frozenset(), hash_routing: bool = False
) -> Link | None:
    """Host, page, query: "https://A.com/b//c/?x=1#y" -> Link("a.com", "/b/c", {"x": "1"}).

    The page keeps the query keys in `keep` and, with `hash_routing`, the fragment. A bare path has
    the hostname ""; what is no web address is None.
    """
    url = url[:LINK_CHARS].strip() if isinstance(url, str) else ""
    if not url.isprintable():
        url = UNSEEN.sub("", url)
    found = LINK.fullmatch(url)
    if not found:
        return None
    host, path, search, route = found.groups("")
    host = host.lower()[:253].strip("[]").rstrip(".")
    if found[1] and not host:
        return None
    while "//" in path:
        path = path.replace("//", "/")
    page = readable(path, "/?#%\\")[:PAGE_CHARS].rstrip("/ ") or "/"
    if keep and search:
        kept = "&".join(pair for pair in search.split("&") if pair.partition("=")[0] in keep)
        page += f"?{readable(kept, '?#%&=+')}" if kept else ""
    if hash_routing and route:
        route, _, late = route.partition("?")
        search += f"&{late}" if late else ""
        page += f"#{readable(route, '#?%').rstrip('/')}" if route.strip("/!") else ""
    return Link(host, page[:PAGE_CHARS].rstrip(), parse_query(search) if search else {})


# == Sources =======================================================================================
#
# Where a visit came from: known hosts have a name and a channel. To name a source, write it into
# SOURCES under its channel; their order is free, the longest host wins.


# Under each channel "name: hosts", rows divided by ";" or a new line. "google.*" is google under
# any country's ending. A word without a dot is what people write into utm_source (the name itself
# need not be listed) or the number of an iOS app; Android apps stand by their id.
SOURCES = {
    "Search": """
        Google: google.* adwords googleads com.google.android.googlequicksearchbox 284815942
            doubleclick.net googleadservices.com syndicatedsearch.goog
        DuckDuckGo: duckduckgo.com ddg.gg ddg com.duckduckgo.mobile.android
        Bing: bing.com bingads; Brave Search: search.brave.com; Ecosia: ecosia.org; Kagi: kagi.com
        Startpage: startpage.com ixquick.com; Qwant: qwant.com; Yahoo: yahoo.*; Baidu: baidu.com
        Yandex: yandex.* ya.ru; Naver: naver.com; Daum: daum.net; Sogou: sogou.com
        360 Search: so.com; Seznam: seznam.cz; Mojeek: mojeek.com; Swisscows: swisscows.com
        Marginalia: marginalia.nu marginalia-search.com; SearXNG: searx.* searxng.*; Yep: yep.com
        Presearch: presearch.com; AOL: aol.*; Ask: ask.com; Dogpile: dogpile.com; Lilo: lilo.org
        Petal Search: petalsearch.com; Coc Coc: coccoc.com; Rambler: rambler.ru; Lycos: lycos.*
        MetaGer: metager.*; Mail.ru Search: go.mail.ru; WEB.DE Search: suche.web.de
        T-Online: suche.t-online.de; GMX Search: suche.gmx.net search.gmx.com""",
    "AI": """
        ChatGPT: chatgpt.com chat.openai.com openai com.openai.chatgpt
        Claude: claude.ai claude.com com.anthropic.claude
        Perplexity: perplexity.ai ai.perplexity.app.android
        Gemini: gemini.google.com bard.google.com com.google.android.apps.bard
        Copilot: copilot.microsoft.com copilot.com copilot.cloud.microsoft m365.cloud.microsoft
            edgeservices.bing.com com.microsoft.copilot
        DeepSeek: deepseek.com; Grok: grok.com x.ai; Mistral: mistral.ai; Meta AI: meta.ai
        You.com: you.com; Phind: phind.com; Poe: poe.com; Duck.ai: duck.ai; Lumo: lumo.proton.me
        Kimi: kimi.com kimi.ai kimi.moonshot.cn; Qwen: qwen.ai; Doubao: doubao.com; Felo: felo.ai
        Ernie: yiyan.baidu.com; Yuanbao: yuanbao.tencent.com; Z.ai: z.ai chatglm.cn; Exa: exa.ai
        T3 Chat: t3.chat; OpenRouter: openrouter.ai; AI Studio: aistudio.google.com
        NotebookLM: notebooklm.google.com; Character.AI: character.ai; Genspark: genspark.ai
        Hugging Face: huggingface.co hf.co; Andi: andisearch.com; iAsk: iask.ai; Manus: manus.im""",
    "Social": """
        Facebook: facebook.com fb.com fb.me fb com.facebook.katana com.facebook.lite 284882215
        Messenger: messenger.com m.me com.facebook.orca
        Instagram: instagram.com ig insta com.instagram.android 389801252
        Threads: threads.net threads.com com.instagram.barcelona
        X: x.com twitter.com t.co twitter com.twitter.android 333903271
        LinkedIn: linkedin.com lnkd.in com.linkedin.android 288429040
        Reddit: reddit.com redd.it com.reddit.frontpage 1064216828
        Hacker News: news.ycombinator.com hckrnews.com hn.algolia.com hackerweb.app hn hackernews
            io.github.hidroh.materialistic
        Mastodon: mastodon.social mastodon.online mastodon.world mas.to mstdn.social mstdn.jp
            fosstodon.org hachyderm.io infosec.exchange techhub.social chaos.social pawoo.net
            social.lol indieweb.social ruby.social phanpy.social elk.zone
            org.joinmastodon.android com.keylesspalace.tusky
        Lemmy: lemmy.world lemmy.ml lemmy.zip sh.itjust.works beehaw.org programming.dev
        Bluesky: bsky.app bsky.social bsky xyz.blueskyweb.app; Lobsters: lobste.rs
        YouTube: youtube.com youtu.be yt com.google.android.youtube 544007664; Vimeo: vimeo.com
        TikTok: tiktok.com com.zhiliaoapp.musically 835599320
        Pinterest: pinterest.* pin.it com.pinterest
        Telegram: t.me telegram.me telegram.org org.telegram.messenger 686449807
        WhatsApp: whatsapp.com wa.me com.whatsapp 310633997
        Signal: signal.org signal.me org.thoughtcrime.securesms
        Discord: discord.com discord.gg discordapp.com com.discord 985746746
        Slack: slack.com slack-redir.net com.slack 618783545; Matrix: matrix.to app.element.io
        Microsoft Teams: teams.microsoft.com teams.live.com statics.teams.cdn.office.net teams
        Snapchat: snapchat.com com.snapchat.android; Line: line.me; KakaoTalk: kakao.com kakao
        WeChat: weixin.qq.com wechat.com weixin com.tencent.mm; Quora: quora.com com.quora.android
        Tumblr: tumblr.com tmblr.co com.tumblr; Stack Overflow: stackoverflow.com stackoverflow
        Stack Exchange: stackexchange.com superuser.com serverfault.com askubuntu.com
        Medium: medium.com; DEV: dev.to; Hashnode: hashnode.com; Tildes: tildes.net
        Product Hunt: producthunt.com producthunt; Indie Hackers: indiehackers.com indiehackers
        VK: vk.com vk.ru vkontakte.ru vkontakte com.vkontakte.android; Odnoklassniki: ok.ru
        Weibo: weibo.com weibo.cn; Zhihu: zhihu.com; Douban: douban.com; Bilibili: bilibili.com
        Xiaohongshu: xiaohongshu.com xhslink.com; Naver Blog: blog.naver.com cafe.naver.com
        Hatena: hatena.ne.jp; note: note.com
        Habr: habr.com; Xing: xing.com; Twitch: twitch.tv; Slashdot: slashdot.org
        Nextdoor: nextdoor.com; Meetup: meetup.com; Goodreads: goodreads.com
        Linktree: linktr.ee""",
    "Email": """
        Gmail: mail.google.com inbox.google.com com.google.android.gm 422689480
        Outlook: outlook.com live.com hotmail.com outlook.office.com outlook.office365.com
            outlook.cloud.microsoft com.microsoft.office.outlook
        Yahoo Mail: mail.yahoo.* com.yahoo.mobile.client.android.mail; AOL Mail: mail.aol.*
        Proton Mail: mail.proton.me protonmail.com ch.protonmail.android; iCloud Mail: icloud.com
        Fastmail: fastmail.com; Zoho Mail: mail.zoho.com mail.zoho.eu mail.zoho.in; HEY: hey.com
        Tuta: tuta.com tutanota.com; GMX: gmx.*; WEB.DE: web.de; Mail.ru: e.mail.ru touch.mail.ru
        Yandex Mail: mail.yandex.*; Naver Mail: mail.naver.com; Seznam Email: email.seznam.cz
        NetEase Mail: mail.163.com mail.126.com; QQ Mail: mail.qq.com; SendGrid: sendgrid.net
        Mailchimp: list-manage.com mailchi.mp mailchimp.com campaign-archive.com
        Buttondown: buttondown.email buttondown.com; beehiiv: beehiiv.com; Substack: substack.com
        Kit: convertkit.com convertkit-mail.com convertkit-mail2.com kit.com; Brevo: brevo.com""",
    "Referral": """
        GitHub: github.com com.github.android; GitLab: gitlab.com; Codeberg: codeberg.org
        Docker Hub: hub.docker.com; Wikipedia: wikipedia.org
        Google News: news.google.com com.google.android.apps.magazines; Flipboard: flipboard.com
        Google Translate: translate.google.com translate.goog; Google Docs: docs.google.com
        Google apps: accounts.google.com meet.google.com chat.google.com classroom.google.com
            drive.google.com sites.google.com play.google.com calendar.google.com
        Internet Archive: archive.org; Notion: notion.so; Feedbin: feedbin.com
        Feedly: feedly.com com.devhd.feedly; Inoreader: inoreader.com com.innologica.inoreader
        NewsBlur: newsblur.com; The Old Reader: theoldreader.com; Pocket: getpocket.com
        Instapaper: instapaper.com; Raindrop: raindrop.io; SmartNews: smartnews.com; MSN: msn.com
        AlternativeTo: alternativeto.net; Trustpilot: trustpilot.com; Amazon: amazon.*; eBay: ebay.*
        Etsy: etsy.com""",
}
# fmt: off
CLICK_IDS = {   # query key: source when nothing else tells, paid? (Facebook marks every link)
    "gclid":   ("Google", True), "wbraid": ("Google", True),     "gbraid":    ("Google", True),
    "msclkid": ("Bing", True),   "ttclid": ("TikTok", True),     "li_fat_id": ("LinkedIn", True),
    "twclid":  ("X", True),      "yclid":  ("Yandex", True),     "fbclid":    ("Facebook", False),
    "mc_cid":  ("Mailchimp", False),                             "igshid":    ("Instagram", False),
}
# fmt: on
HOSTS = {
    key: (name.strip(), channel)
    for channel, text in SOURCES.items()
    for row in re.split(r";|\n(?=.*?:)", text.strip())
    for name, _, hosts in [row.partition(":")]
    for key in (name.strip().lower(), *hosts.split())
}
COUNTRY = re.compile(r"(?:^|\.)([a-z0-9-]+)\.(?:(?:com?|org|net)\.[a-z]{2}|[a-z]{2,3})$")
MAIL = re.compile(r"newsletter|(?<![a-z])e[-_ ]?mail(?![a-z])|(?:^|\.)(?:web)?mail\.")
LOCAL = frozenset({"", "localhost", "127.0.0.1", "0.0.0.0", "::1"})
SOURCE_TAGS = ("utm_source", "source", "ref")
NO_SOURCE = frozenset(("direct", "(direct)", "(none)", "(not set)"))  # as some mark links
TAGS = frozenset({*SOURCE_TAGS, *CLICK_IDS})
TERM_KEYS = ("q", "p", "query", "text", "wd", "word", "search", "keyword")
TAG_CHARS, REFERRER_CHARS = 200, 500


class Origin(NamedTuple):
    """Where a visit came from, in the words of the dimensions; the channel is never None."""

    referrer: str | None
    source: str | None
    channel: str
    search_term: str | None
    medium: str | None
    campaign: str | None
    term: str | None
    content: str | None


DIRECT = Origin(None, None, "Direct", None, None, None, None, None)


def known_source(key: str) -> tuple[str, str] | None:
    """Name and channel of a word, or of a host at dot boundaries: "m.bing.com" -> Bing, Search."""
    tail = key
    while tail not in HOSTS:
        tail = tail.partition(".")[2]
        if "." not in tail:
            country = COUNTRY.search(key)
            webmail = "mail." if MAIL.search(key) else ""
            return HOSTS.get(f"{webmail}{country[1]}.*") if country else None
    return HOSTS[tail]


def name_source(text: str) -> tuple[str, str, bool]:
    """Name and channel of any source, and whether it is known: "hn" -> Hacker News, Social, True;
    "a.com" -> a.com, Referral, False."""
    if "://" in text:
        text = text.partition("://")[2].partition("/")[0] or text
    key = text.lower().removeprefix("www.")
    if known := known_source(key):
        return *known, True
    return text, "Email" if MAIL.search(key) else "Referral", False


def parse_referrer(referrer: str, hostname: str, hosts: Container[str]) -> Link | None:
    """The page before, its host in letters: "android-app://com.slack/" -> Link("com.slack", "/",
    {}); None for a page of the site, whose hosts are `hostname` and `hosts`."""
    link = parse_link(referrer)
    if not link and isinstance(referrer, str):
        scheme, found, rest = referrer.strip().partition("://")
        if found and scheme.lower() in ("android-app", "ios-app"):
            link = parse_link(f"https://{rest}")
        elif not found and "." in scheme.partition("/")[0]:
            link = parse_link(f"https://{scheme}")
    if not link or link.hostname in LOCAL:
        return None
    if same_host(link.hostname, hostname) or ascii_host(link.hostname) in hosts:
        return None
    return link._replace(hostname=letter_host(link.hostname.removeprefix("www.")))


def parse_origin(
    query: Mapping[str, str], referrer: str, hostname: str, hosts: frozenset[str] = frozenset()
) -> Origin:
    """Source, channel and campaign of a page's query and referrer; `hostname` is the page's,
    `hosts` are the site's others.

    ({"utm_source": "hn", "utm_medium": "ad"}, "", "example.com") -> "Hacker News", "Campaign".
    A known utm_source that stands alone is no campaign of the owner's: ChatGPT marks its links so.
    """
    if not query and not referrer:
        return DIRECT
    pairs = tuple(pair for pair in query.items() if isinstance(pair[1], str))
    return marked_origin(pairs, referrer if isinstance(referrer, str) else "", hostname, hosts)


def link_tags(query: Mapping[str, str]) -> dict[str, str]:
    """What a link is marked with: {"ref": "(none)", "gclid": "1", "q": "a"} -> {"gclid": "1"}."""
    marks = {key: query[key] for key in query if key in TAGS or key.startswith("utm_")}
    tags = {key: tag for key, text in marks.items() if (tag := clean_text(text, TAG_CHARS))}
    for key in SOURCE_TAGS:
        if tags.get(key, "").lower() in NO_SOURCE:
            del tags[key]
    return tags


def searched_term(link: Link) -> str | None:
    """What was searched for on a search engine's page: Link("bing.com", "/", {"q": "a"}) -> "a"."""
    if not link.query or name_source(link.hostname)[1] != "Search":
        return None
    terms = (clean_text(link.query.get(key), TAG_CHARS) for key in TERM_KEYS)
    # Google's links from mails and documents have the address they lead to as `q`.
    return next((term for term in terms if term and "://" not in term), None)


@functools.lru_cache(256)  # of strangers' addresses, each as long as one may be
def marked_origin(
    pairs: tuple[tuple[str, str], ...], referrer: str, hostname: str, hosts: frozenset[str]
) -> Origin:
    """`parse_origin`, remembered: visits often come the same way."""
    query, link = dict(pairs), parse_referrer(referrer, hostname, hosts) if referrer else None
    if not query and not link:
        return DIRECT
    tags = link_tags(query)
    clicks = [CLICK_IDS[key] for key in tags if key in CLICK_IDS]
    # The first that is there: what the link says, where it stood, which network marked it.
    source = next(filter(None, map(tags.get, SOURCE_TAGS)), None)
    source = source or (link and link.hostname) or (clicks and clicks[0][0])
    source, channel, is_known = name_source(source) if source else (None, "Direct", False)
    spared = "utm_source" if is_known else ""
    marks = {key for key in tags if key.startswith("utm_") and key != spared}
    if marks or any(paid for _, paid in clicks):
        channel = "Campaign"
    shown = f"{link.hostname}{link.page}".rstrip("/")[:REFERRER_CHARS] if link else None
    rest = (tags.get(f"utm_{key}") for key in ("medium", "campaign", "term", "content"))
    return Origin(shown, source, channel, link and searched_term(link), *rest)


# A few of those who have spammed for years; `slim.py geoip` brings the whole list.
SPAMMERS = frozenset(
    "0n-line.tv 100dollars-seo.com 12masterov.com 1-free-share-buttons.com 4webmasters.org"
    " best-seo-offer.com best-seo-solution.com buttons-for-website.com buttons-for-your-website.com"
    " buy-cheap-online.info cenoval.ru cyber-monday.ga darodar.com econom.co event-tracking.com"
    " floating-share-buttons.com free-share-buttons.com free-social-buttons.com"
    " get-free-traffic-now.com guardlink.org hulfingtonpost.com humanorightswatch.org"
    " ilovevitaly.co ilovevitaly.com ilovevitaly.ru kambasoft.com makemoneyonline.com"
    " o-o-6-o-o.com o-o-8-o-o.com priceg.com ranksonic.info ranksonic.org"
    " savetubevideo.com semalt.com semaltmedia.com seo-platform.com share-buttons.xyz"
    " simple-share-buttons.com site-auditor.online social-buttons.com success-seo.com"
    " trafficmonetize.org trafficmonetizer.org traffic2cash.xyz traffic2money.com"
    " webmonetizer.net website-errors-scanner.com".split()
)
REFERRER_HOST = re.compile(r"(?:[a-z-]+:)?(?://)?(?:[^/?#@]*@)?([^/?#:@\s]+)", re.IGNORECASE)
HOST_LINE = re.compile(r"[^\s.<>\"'/]+(?:\.[^\s.<>\"'/]+)+")


def parse_hosts(text: str) -> frozenset[str]:
    """The hosts of a list with one a line; nothing when less than nine of ten lines are hosts."""
    lines = [line.strip().lower() for line in text.splitlines() if line.strip()]
    hosts = frozenset(filter(HOST_LINE.fullmatch, lines))
    return hosts if 10 * len(hosts) >= 9 * len(set(lines)) else frozenset()


def is_spam(referrer: str, hostname: str, hosts: frozenset[str]) -> bool:
    """Whether a referrer's host, or one it is below, is on a list; the page's own never is."""
    found = REFERRER_HOST.match(referrer.strip())
    tail = found[1].lower().rstrip(".") if found else ""
    if same_host(tail, hostname):
        return False
    while tail and tail not in hosts:
        tail = tail.partition(".")[2]
    return bool(tail)


# == Visitors' particulars =========================================================================
#
# What else a request tells: its address, which lives in memory only and is written nowhere, what a
# browser says of itself, and the properties of events.


MAPPED = bytes(10) + b"\xff\xff"  # how IPv6 begins an IPv4 address


def parse_address(text: str) -> str | None:
    """An address without port and brackets, IPv4 where it is: "[::ffff:1.2.3.4]:80" -> "1.2.3.4".
    (The C library's parser: `ipaddress` takes a tenth of all the work an event is.)"""
    text = text.strip(' \t"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        if ":" not in text:
            return socket.inet_ntop(socket.AF_INET, socket.inet_pton(socket.AF_INET, text))
        packed = socket.inet_pton(socket.AF_INET6, text.partition("%")[0])
    except (OSError, ValueError):
        return None
    if packed.startswith(MAPPED):
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    return socket.inet_ntop(socket.AF_INET6, packed)


FORWARDED_CHARS = 500  # read of X-Forwarded-For, from the right


@functools.lru_cache(1024)
def in_networks(address: str, trusted: Networks) -> bool:
    """Whether an address is in one of the networks."""
    found = ipaddress.ip_address(address)
    return any(found in network for network in trusted)


@functools.lru_cache(4096)
def client_address(peer: str, forwarded: str, trusted: Networks) -> str:
    """The visitor's address, the first from the right that is no trusted proxy's:
    ("127.0.0.1", "6.6.6.6, 203.0.113.9", networks("127.0.0.1")) -> "203.0.113.9"."""
    client = parse_address(peer) if forwarded else None
    hops = [hop for hop in forwarded.split(",") if hop.strip()]
    # Left of what no trusted proxy wrote, anyone may have written anything.
    while client and hops and in_networks(client, trusted):
        address = parse_address(hops.pop())
        if address is None:
            break
        client = address
    return client or peer


def names_another(forwarded: str, address: str) -> bool:
    """Whether X-Forwarded-For begins with another than the believed address: a visitor made it up,
    or the proxy is not trusted: ("198.51.100.4, 203.0.113.9", "203.0.113.9") -> True."""
    first = forwarded.partition(",")[0]
    return first not in ("", address) and parse_address(first) != address


def visitor_network(address: str) -> bytes:
    """What of an address makes a visitor: IPv4 whole, IPv6 its /64: "2001:db8::1" -> 8 bytes."""
    try:
        if ":" not in address:
            return socket.inet_pton(socket.AF_INET, address)
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return address.encode("utf-8", "replace")
    return packed[12:] if packed.startswith(MAPPED) else packed[:8]


LANGUAGE = re.compile(r"\s*([a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*)(?=[-_;,.\s]|$)")
TIMEZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,3}")
SCREEN_PIXELS, LANGUAGE_CHARS, TIMEZONE_CHARS = 20_000, 35, 40
PROPS, PROP_KEY_CHARS, PROP_CHARS = 30, 100, 500


def parse_screen(width: object, height: object, text: object = None) -> str | None:
    """Screen in pixels: (1920, "1080") or (None, None, "1920x1080") -> "1920x1080"."""
    if text and isinstance(text, str):
        width, height = [*re.split("[xX,]", text, maxsplit=2), "", ""][:2]
    try:
        sides = int(float(width)), int(float(height))
    except (TypeError, ValueError, OverflowError):
        return None
    return "{}x{}".format(*sides) if all(1 <= side <= SCREEN_PIXELS for side in sides) else None


def parse_language(text: object) -> str | None:
    """The first language, in its usual case, without extensions: "en-us,en;q=0.9" -> "en-US"."""
    found = LANGUAGE.match(text) if isinstance(text, str) else None
    if not found or len(found[1]) > LANGUAGE_CHARS:
        return None
    first, *rest = found[1].replace("_", "-").split("-")
    cases = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cases.get(len(part), str.lower)(part) for part in rest)])


def parse_timezone(text: object) -> str | None:
    """What looks like an IANA time zone, not looked up: "Europe/Berlin" -> "Europe/Berlin"."""
    fits = isinstance(text, str) and len(text) <= TIMEZONE_CHARS and TIMEZONE.fullmatch(text)
    return text if fits else None


def parse_scalar(value: object) -> str | None:
    """A property's value as text: True -> "true", 3.0 -> "3"; a list, an object, NaN -> None."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        number = abs(value) < 1e300
        return (str(value) if isinstance(value, int) else f"{value:.15g}") if number else None
    return clean_text(value, PROP_CHARS)


def parse_props(value: object) -> dict[str, str] | None:
    """Properties of an event, from an object or JSON: '{"seats": 3}' -> {"seats": "3"}."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    props: dict[str, str] = {}
    for raw, item in value.items() if isinstance(value, dict) else ():
        key, text = clean_text(raw, PROP_KEY_CHARS), parse_scalar(item)
        if key and text and len(props) < PROPS:
            props.setdefault(key, text)
    return props or None


def stored_props(value: object) -> str | None:
    """Properties as a row of `event` has them: {"seats": 3} -> '{"seats": "3"}'."""
    props = parse_props(value)
    return json.dumps(props, ensure_ascii=False, sort_keys=True) if props else None


# == Store =========================================================================================
#
# SQLite in WAL mode. One connection writes, on a thread of its own; a few read (`query_only`), on
# threads whose priority is lowered so that a long report never delays an event: tried on one core,
# a 3 s aggregate in a niced thread costs the ingest nothing that can be measured. No SQLite call
# ever runs on the hub. To change the schema: change schema.sql and append to MIGRATIONS the
# statements that bring the schema before it to the same.

MIGRATIONS = [  # [n] turns schema version n + 1 into n + 2; what the columns mean: schema.sql
    """
    insert into rollup
        select site, dimension, period, value, 1,
               visitors, visits, pageviews, bounces, lasted, engaged
        from rollup where kept = 0 and (site, period) in (
            select site, period from rolled where pruned and not ready)
        on conflict do update set
            visitors = visitors + excluded.visitors, visits = visits + excluded.visits,
            pageviews = pageviews + excluded.pageviews, bounces = bounces + excluded.bounces,
            lasted = lasted + excluded.lasted, engaged = engaged + excluded.engaged;
    update rolled set pruned = 0 where pruned and not ready;
    update rolled set pruned = -1 where ready and not pruned and period > 0 and exists (
        select 1 from rolled b where b.site = rolled.site and b.pruned > 0
        and b.period between rolled.period - 2 and rolled.period - 1);
    alter table site add column counted text not null default '[]';
    alter table site add column show_city integer not null default 0;
    alter table site add column badge integer not null default 0;
    alter table site add column counter integer not null default 0;
    alter table visit add column country_from integer;
    create index visit_guessed on visit (site, started) where country_from is not null;
    create table dropped_sample (
        id integer primary key, site integer not null, time integer not null, reason text not null,
        page text not null, country text, bot text);
    create index dropped_sample_by_reason on dropped_sample (site, reason, time);
    create table annotation (
        id integer primary key, site integer not null, time integer not null, text text not null);
    create index annotation_by_time on annotation (site, time);
    create table goal (
        id integer primary key, site integer not null, name text not null, event text, page text,
        unique (site, name));
    create table share (
        id integer primary key, slug text not null unique, site integer not null,
        name text not null, password text, expires integer, cards text not null,
        hosts text not null default '[]', created integer not null);
    create index share_by_site on share (site);
    alter table site add column exclude text not null default '[]';
    alter table site add column merge text not null default '[]';
    alter table site add column merged text not null default '[]';
    alter table account add column own integer not null default 0;
    alter table login add column used integer not null default 0;
    alter table token add column scope text not null default 'manage';
    alter table token add column site integer references site (number) on delete cascade;
    alter table token add column expires integer;
    alter table token add column used integer not null default 0;
    create table imported (
        site integer not null, source text not null, base integer not null, done integer not null,
        primary key (site, source)) without rowid;
    create table notice (
        id integer primary key autoincrement, key text not null unique, topic text not null,
        site integer, time integer not null, title text not null default '',
        text text not null default '');
    create table subscription (
        id integer primary key, account integer not null references account on delete cascade,
        kind text not null, target text not null, topics text not null,
        secret text not null unique, created integer not null, told integer not null,
        fault text not null default '');
    alter table account add column owns_all integer not null default 0;
    update account set owns_all = 1;
    create table member (
        account integer not null references account on delete cascade,
        site integer not null references site (number) on delete cascade, role text not null,
        primary key (account, site)) without rowid;
    alter table account add column totp text;
    alter table account add column totp_step integer not null default 0;
    create table recovery (
        hash text primary key,
        account integer not null references account on delete cascade) without rowid;
    create table link (
        id integer primary key, hash text not null unique,
        account integer references account on delete cascade,
        site integer references site (number) on delete cascade, role text,
        name text not null default '', expires integer not null);
    """,
]
SCHEMA_VERSION = len(MIGRATIONS) + 1
READERS = 3
READ_SECONDS = 120  # for a report; filters read 340,000 events in up to 2.5 s, so 10 million in 75
BUSY_SECONDS = 5.0  # how long a write of the server waits for another process
PATIENT_SECONDS = 60.0  # one of a command, for which no visitor waits: a poor disk stands still


class StoreError(Exception):
    """The database, or another file, cannot be used; the message says why and what to do."""


class Finished:
    """A cache of what was read of finished days and months. A key holds everything the result
    depends on, the revisions of its periods included. When full, the least recently used goes."""

    LIMIT = 8_000_000  # bytes
    PART = 130  # bytes of each part of a key; of a year of days it has more than what is found

    def __init__(self) -> None:
        self.found: OrderedDict[tuple, tuple[Any, int]] = OrderedDict()  # with its size

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(size for _, size in list(self.found.values()))

    def get(self, key: tuple) -> Any:
        """What is kept by a key, or None."""
        with contextlib.suppress(KeyError):  # another reader may make room meanwhile
            self.found.move_to_end(key)
            return self.found[key][0]
        return None

    def keep(self, key: tuple, value: Any, size: int) -> None:
        """Keep something that takes about so many bytes beside its key."""
        size += self.PART * len(key)
        if size < self.LIMIT // 4:
            self.found[key] = (value, size)
        excess = self.size - self.LIMIT
        while excess > 0:
            excess -= self.found.popitem(last=False)[1][1]


class Texts:
    """What a connection remembers of the table `text`: the numbers of the latest strings. Those
    looked up in a transaction are `fresh` until it is committed."""

    LIMIT = 20_000

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self.fresh: dict[str, int] = {}
        self.version = 0  # of the database, when the memory was last emptied
        self.whole = False  # whether every number given since `watch_texts` is here

    def settle(self) -> None:
        """Keep what the committed transaction looked up."""
        if len(self.known) > self.LIMIT:
            self.forget(self.version)
        self.known.update(self.fresh)
        self.fresh.clear()

    def forget(self, version: int) -> None:
        self.known.clear()
        self.version, self.whole = version, False


class Db(sqlite3.Connection):
    """A connection: the first argument of what reads or writes; its caller begins the transaction.
    It has three memories: `memo` of what its snapshot was asked, None outside of one; `finished` of
    days that are over, and `texts`, which outlive snapshot and transaction."""

    memo: dict[Any, Any] | None = None
    patience = PATIENT_SECONDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.finished, self.texts = Finished(), Texts()


def remembered(find: Callable) -> Callable:
    """Let a reader find the same once in a snapshot: the memo has it by name and arguments."""

    @functools.wraps(find)
    def find_once(db: Db, *args: Any) -> Any:
        if db.memo is None:
            return find(db, *args)
        key = (find.__name__, *args)
        if key not in db.memo:
            db.memo[key] = find(db, *args)
        return db.memo[key]

    return find_once


@contextlib.contextmanager
def making_tables(db: Db) -> Iterator[None]:
    """Let a reader make tables of its own, in memory; they end with its snapshot."""
    [[was]] = db.execute("pragma query_only")
    db.execute("pragma query_only = off")
    try:
        yield
    finally:
        db.execute(f"pragma query_only = {was}")


@contextlib.contextmanager
def snapshot(db: Db) -> Iterator[Db]:
    """One state of the database for several queries, and what is `remembered` of it."""
    db.execute("begin")
    db.memo = {}
    try:
        yield db
    except sqlite3.OperationalError as error:  # interrupted, it cannot end while a query is open
        traceback.clear_frames(error.__traceback__)
        raise
    finally:
        db.memo = None
        if db.in_transaction:  # interrupted in the making of a table, it has ended by itself
            db.execute("rollback")


def open_connection(path: Path, mode: str = "rwc") -> Db:
    """A connection in autocommit mode: transactions are begun by name. Where nothing can be written
    SQLite reads a database in WAL mode only when told that nobody writes. Raises StoreError."""
    options = {"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}
    shut = not os.access(path.parent, os.W_OK, effective_ids=True)
    wal, shm = (Path(f"{path}{ending}").exists() for ending in ("-wal", "-shm"))
    if shut and wal and not shm:
        text = f"{path} and {path}-wal are where nothing can be written"
        raise StoreError(f"{text}; copy both elsewhere first")
    uri = f"{path.as_uri()}?" + ("immutable=1" if shut and not wal else f"mode={mode}")
    return sqlite3.connect(uri, uri=True, **options, factory=Db)


WAL_BYTES = 32 * 2**20  # that it keeps; it may be larger while long reports hold it


def connect(path: Path, durability: str = "full") -> Db:
    """A connection for writing, in autocommit mode: transactions are begun by name."""
    db = open_connection(path)
    if not db.execute("pragma auto_vacuum").fetchone()[0]:  # to say it again would write
        db.execute("pragma auto_vacuum = incremental")  # takes only before the first table
    db.execute("pragma journal_mode = wal")
    db.execute(f"pragma journal_size_limit = {WAL_BYTES}")
    db.execute(f"pragma synchronous = {durability}")
    db.execute("pragma foreign_keys = on")
    db.execute("pragma secure_delete = on")
    db.execute("pragma cache_size = -16000")
    return db


def connect_reader(path: Path) -> Db:
    """A connection that cannot change anything."""
    db = open_connection(path)
    db.execute("pragma query_only = on")
    db.execute("pragma temp_store = memory")
    db.execute("pragma mmap_size = 268435456")
    return db


def give_to_owner(data: Path) -> None:
    """Let what root has made in a data folder belong to the folder's owner, as whom the server
    runs. The owner may have put links there to files that are not theirs: those are left alone."""
    if os.geteuid() or not (data / "maxmind").is_dir():  # without, it is some other folder
        return
    owner = data.stat()
    for _, folders, files, handle in os.fwalk(data):
        folders[:] = {"maxmind", "backups"}.intersection(folders)
        for name in (*folders, *files):
            with contextlib.suppress(OSError):  # it was deleted, or this root may not chown
                found = os.stat(name, dir_fd=handle, follow_symlinks=False)
                is_ours = stat.S_ISDIR(found.st_mode) or found.st_nlink == 1
                if is_ours and not found.st_uid:
                    ids = owner.st_uid, owner.st_gid
                    os.chown(name, *ids, dir_fd=handle, follow_symlinks=False)


# == Transactions ==================================================================================
#
# What is written is there whole or not at all; so is a step of the schema. And records out of rows.


def begin(db: Db) -> None:
    """Begin to write. While another process does, ask again each millisecond: SQLite would sleep
    for longer and longer, and miss the gaps of an import, or of a server on a slow disk."""
    until = time.monotonic() + db.patience
    db.execute("pragma busy_timeout = 0")
    while True:
        try:
            db.execute("begin immediate")
            return
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # of any kind
            if not is_busy or time.monotonic() >= until:
                raise
        gevent.monkey.get_original("time", "sleep")(0.001)


@contextlib.contextmanager
def transaction(db: Db) -> Iterator[Db]:
    """One transaction for writing: all of it or, when anything is raised, none of it."""
    begin(db)
    db.texts.fresh.clear()  # of a transaction that failed
    try:
        yield db
        db.execute("commit")
    except BaseException:
        if db.in_transaction:  # a failed commit has often rolled back by itself
            db.execute("rollback")
        raise
    db.texts.settle()


class Unsplit(Exception):
    """Raised when days are to be rolled up again whose sums still count deleted rows: these sums
    must be split first (`split_day`)."""

    def __init__(self, site: int, days: list[int]) -> None:
        super().__init__(f"{len(days)} days of site {site} count rows that are gone")
        self.site, self.days = site, days


def splitting(read: Callable, write: Callable, split: Callable) -> Callable:
    """A `write` that, when it meets Unsplit, splits those sums and tries again."""

    def splitting_write(function: Callable, *args: Any) -> Any:
        while True:
            try:
                return write(function, *args)
            except Unsplit as found:
                split(read, splitting_write, found)

    return splitting_write


def in_snapshot(db: Db, function: Callable, *args: Any) -> Any:
    """What `function(db, *args)` reads of one state of the database."""
    with snapshot(db):
        return function(db, *args)


def in_transaction(db: Db, function: Callable, *args: Any) -> Any:
    """What `function(db, *args)` returns once all it has written is committed."""
    with transaction(db):
        return function(db, *args)


MAY_PASS = {
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
}


def may_pass(error: Exception) -> bool:
    """Whether SQLite may do later what it did not do now; a code's low byte says why."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 255 in MAY_PASS


def is_damage(error: Exception) -> bool:
    """Whether the database is damaged: sqlite3 has a class of its own for all that may pass."""
    return type(error) is sqlite3.DatabaseError


def runners(db: Db, split: Callable | None = None) -> tuple[Callable, Callable]:
    """`read` and `write` for a connection: they run a function of its connection and arguments."""
    read, write = functools.partial(in_snapshot, db), functools.partial(in_transaction, db)
    return read, splitting(read, write, split) if split else write


def schema_version(db: Db) -> int:
    """The schema that a database has; 0 when it is new."""
    return scalar(db, "pragma user_version")


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: a script as a whole would end a transaction."""
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def migrate(db: Db, keep: Callable[[], object] | None = None) -> int:
    """Bring the schema up to date, each step in one transaction; return the version it had. `keep`
    is called before the first change of an older database, when nobody else can write to it."""
    before = schema_version(db)
    while (version := schema_version(db)) < SCHEMA_VERSION:
        script = MIGRATIONS[version - 1] if version else resource("schema.sql").decode()
        with transaction(db):
            if schema_version(db) != version:
                continue  # another process was quicker
            if keep and 0 < version == before:
                keep()
            for statement in statements(script):
                db.execute(statement)
            db.execute(f"pragma user_version = {version + 1 if version else SCHEMA_VERSION}")
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"the database has schema {version}, this program knows {SCHEMA_VERSION}: use the newer"
            " slim.py, or restore a backup made before the upgrade"
        )
    return before


def scalar(db: Db, sql: str, *values: object) -> Any:
    """The first column of the first row that a query finds; None without a row."""
    row = db.execute(sql, values).fetchone()
    return row and row[0]


def scalars(db: Db, sql: str, *values: object) -> list[Any]:
    """The first column of all rows that a query finds."""
    return [row[0] for row in db.execute(sql, values)]


def insert_row(db: Db, table: str, **columns: object) -> int:
    """Insert one row of checked columns; returns its rowid."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    sql = f"insert into {table} ({names}) values ({marks})"  # noqa: S608 - words of ours
    return db.execute(sql, (*columns.values(),)).lastrowid


def change(db: Db, sql: str, *values: object) -> int:
    """Run one statement; returns how many rows it changed."""
    return db.execute(sql, values).rowcount


LISTS = {  # columns that hold a list as JSON
    **dict.fromkeys(("aliases", "hosts", "exclude", "merge", "merged", "cards", "topics"), tuple),
    **dict.fromkeys(("keep", "counted"), frozenset),
}


def load_rows(db: Db, kind: type, source: str, *values: object) -> list:
    """Rows of a table (its name, and what follows it) as the records that are called like it."""
    names = [name for name in kind._fields if name != "share"]  # which no table has
    read = [LISTS.get(name) for name in names]
    rows = db.execute(f"select {', '.join(names)} from {source}", values)  # noqa: S608
    return [
        kind(*(make(json.loads(v)) if make else v for make, v in zip(read, row, strict=True)))
        for row in rows
    ]


# == Texts and periods =============================================================================
#
# Strings are kept once, as numbers; days and months have a marker each, which says whether their
# sums may be read.


SLICE = 250  # rows of a writing transaction: under 10 ms
MOST_ROWS = 64  # in one statement


def slices(rows: Sequence) -> Iterator[Sequence]:
    """Rows as many as a transaction takes."""
    return (rows[first : first + SLICE] for first in range(0, len(rows), SLICE))


def insert_rows(db: Db, sql: str, rows: Sequence[tuple]) -> None:
    """Insert rows, many to a statement: for each statement the writer's thread waits once for
    Python's lock, which the hub may hold for long. {} in the statement stands for the rows."""
    while rows:
        count = min(MOST_ROWS, 1 << len(rows).bit_length() - 1)  # few sizes: they stay prepared
        some, rows = rows[:count], rows[count:]
        marks = f"({', '.join('?' * len(some[0]))})"
        db.execute(sql.format(", ".join([marks] * count)), [*itertools.chain.from_iterable(some)])


def data_version(db: Db) -> int:
    """A number that changes when another process has written."""
    return scalar(db, "pragma data_version")


def text_number(db: Db, value: str | None) -> int | None:
    """The number of a string, given when it has none; None for None. A server removes texts: what
    writes beside one calls `refresh_texts` first, in each transaction."""
    if value is None:
        return None
    number = db.texts.known.get(value) or db.texts.fresh.get(value)
    if number is None:
        number = scalar(db, "select id from text where value = ?", value)
        if number is None:
            number = db.execute("insert into text (value) values (?)", (value,)).lastrowid
        db.texts.fresh[value] = number
    return number


def refresh_texts(db: Db) -> None:
    """Forget the numbers of texts when another process has written."""
    if (version := data_version(db)) != db.texts.version:
        db.texts.forget(version)


def watch_texts(db: Db) -> None:
    """Begin to remember every number that is given to a text."""
    db.texts.forget(data_version(db))
    db.texts.whole = True


def given_texts(db: Db) -> list[int] | None:
    """Every number given since `watch_texts`; None if another process gave some, or too many
    were."""
    texts = db.texts
    is_all = texts.whole and data_version(db) == texts.version
    return [*texts.known.values(), *texts.fresh.values()] if is_all else None


OTHER, OTHER_NAME = -1, "(other)"  # in `rollup`: all values of a dimension that were too many


def text_values(db: Db, ids: Iterable[int]) -> dict[int, str]:
    """The strings of some numbers."""
    wanted = [id_ for id_ in ids if id_ is not None]
    sql = "select id, value from text where id in (select value from json_each(?))"
    found = dict(db.execute(sql, (json.dumps(wanted),)))
    return found | {OTHER: OTHER_NAME} if OTHER in wanted else found


def text_numbers(db: Db, texts: list[str]) -> dict[str, int]:
    """The numbers of those strings that have one; a day of made-up ones has hundreds of MB."""
    sql = "select value, id from text where value in (select value from json_each(?))"
    return {
        value: number
        for some in slices(texts)
        for value, number in db.execute(sql, (json.dumps(some),))
    }


def month_code(day: date) -> int:
    return -(12 * day.year + day.month)


def code_start(code: int) -> date:
    """The first day of a rolled-up period."""
    if code > 0:
        return date.fromordinal(code)
    year, month = divmod(-code - 1, 12)
    return date(year, month + 1, 1)


def month_codes(days: Iterable[int]) -> set[int]:
    return {month_code(date.fromordinal(day)) for day in days}


# The life of a day. One without a marker is read from its raw rows, and rolled up once it is over.
# Its marker says whether it is `ready`: whether the sums of its raw rows are there to be read; and
# in `pruned` what is left of the rows that these count. Nothing but WHOLE may be unready.
#
#   from           to        by
#   ready          unready   mark_unready: raw rows of it came, went or changed
#   unready        ready     roll_period: hidden by begin_period, shown by show_period
#   WHOLE, LESS    GOING     begin_prune: its visits go, and with them their events after midnight
#   WHOLE          LESS      begin_prune of the day before: some of those events were of this day
#   GOING          GONE      prune_slice: the last row went
#   GONE, LESS     WHOLE     split_day, when mark_unready meets it (Unsplit): what its sums have of
#                            the rows that are gone is `kept` apart in `rollup`, and always read
#   any            WHOLE     give_sums_up: its sums are deleted, whatever they count
GONE, GOING, WHOLE, LESS = 2, 1, 0, -1  # of `rolled.pruned`


def mark_days_unready(db: Db, site: int, days: Iterable[int]) -> None:
    """Have days and their months rolled up again: their raw rows have changed."""
    days = set(days)
    mark_unready(db, site, days | month_codes(days))


def unsplit_days(db: Db, site: int, days: Iterable[int]) -> list[int]:
    """Those of some days whose sums still count deleted rows."""
    sql = """
        select period from rolled join site on site.number = rolled.site where site = ?
        and period in (select value from json_each(?)) and ready and pruned <> ?
        """
    return scalars(db, sql, site, json.dumps([*days]), WHOLE)


def mark_unready(db: Db, site: int, periods: Iterable[int]) -> None:
    """Make reports read the raw rows of periods until these are rolled up again. Raises Unsplit. A
    new marker begins at a random revision, so that it never repeats one that was deleted."""
    periods = list(periods)
    if days := unsplit_days(db, site, periods):
        raise Unsplit(site, days)
    db.executemany(
        "insert into rolled (site, period, ready, revision) values (?, ?, 0, random() >> 1)"
        " on conflict (site, period) do update set ready = 0, revision = revision + 1",
        [(site, period) for period in periods],
    )


# == Threads =======================================================================================
#
# What waits for the disk does so on a thread: the writer's, a reader's, or one of the hub's pool.


def lower_priority(niceness: int) -> None:
    """Let the thread that calls this stand back behind the hub's: on one core a report or a backup
    would else take half of it."""
    thread = gevent.monkey.get_original("threading", "get_native_id")()
    os.setpriority(os.PRIO_PROCESS, thread, niceness)


def in_background(function: Callable, *args: Any) -> Any:
    """Run a function that takes long on a thread of its own, behind all others."""

    def run() -> Any:
        lower_priority(19)
        return function(*args)

    pool = gevent.threadpool.ThreadPool(1)
    try:
        return in_thread(pool, run)
    finally:
        pool.kill()


def in_thread(pool: gevent.threadpool.ThreadPool | None, function: Callable, *args: Any) -> Any:
    """Run a function on a thread of a pool (None: the hub's) and wait for what it returns or
    raises. The pool would print what is raised, though its caller deals with it."""

    def run() -> tuple[Any, BaseException | None]:
        try:
            return function(*args), None
        except BaseException as error:
            return None, error

    pool = gevent.get_hub().threadpool if pool is None else pool  # an idle pool is falsy
    value, error = pool.apply(run)
    if error is not None:
        raise error
    return value


def give_memory_back() -> None:
    """Return what was freed to the system: compiling this file leaves 20 MB, a report's sorts a few
    in each thread. Large blocks, as the 16 MB of scrypt, then go by themselves."""
    with contextlib.suppress(OSError, AttributeError):  # a C library without these
        libc = ctypes.CDLL(None)
        libc.mallopt(-3, 131_072)  # M_MMAP_THRESHOLD, no longer growing by itself
        libc.mallopt(-8, 2)  # M_ARENA_MAX: threads share their heaps
        libc.malloc_trim(0)


@contextlib.contextmanager
def interrupting(db: Db, seconds: float) -> Iterator[None]:
    """Interrupt what a connection reads after so many seconds; again each second, as between two
    statements there is nothing to interrupt."""

    def interrupt() -> None:
        if db.memo is not None:  # the end of its snapshot must not fail
            db.interrupt()

    timer = gevent.get_hub().loop.timer(seconds, 1)
    timer.start(interrupt)
    try:
        yield
    finally:
        timer.stop()
        timer.close()


class Store:
    """The database of a running server: one writer, a few readers, each on threads of its own."""

    def __init__(self, writer: Db, path: Path, split: Callable) -> None:
        self.writer = writer
        self.writer.patience = BUSY_SECONDS
        self.write = splitting(self.read_long, self.write_once, split)
        self.idle: gevent.queue.LifoQueue = gevent.queue.LifoQueue()
        self.readers = [connect_reader(path) for _ in range(READERS)]
        self.write_pool = gevent.threadpool.ThreadPool(1)
        self.read_pool = gevent.threadpool.ThreadPool(READERS)
        for reader in self.readers:
            reader.finished = self.readers[0].finished
            self.idle.put(reader)

    def write_once(self, function: Callable, *args: Any) -> Any:
        """Run `function(db, *args)` in one transaction on the writer's thread."""
        return in_thread(self.write_pool, in_transaction, self.writer, function, *args)

    def read(self, function: Callable, *args: Any) -> Any:
        """Run `function(db, *args)` on a reader's thread, all its queries on one snapshot. Raises
        sqlite3.OperationalError (SQLITE_INTERRUPT) when that takes too long: others wait."""
        with self._reader() as reader, interrupting(reader, READ_SECONDS):
            return in_thread(self.read_pool, self._read, reader, function, *args)

    def read_long(self, function: Callable, *args: Any) -> Any:
        """The same for work in the background, however long it takes."""
        with self._reader() as reader:
            return in_thread(self.read_pool, self._read, reader, function, *args)

    @contextlib.contextmanager
    def _reader(self) -> Iterator[Db]:
        """A reader that is idle, or the next that is."""
        reader = self.idle.get()
        try:
            yield reader
        finally:
            self.idle.put(reader)

    @staticmethod
    def _read(reader: Db, function: Callable, *args: Any) -> Any:
        lower_priority(10)
        return in_snapshot(reader, function, *args)

    def peek(self, function: Callable, *args: Any) -> Any:
        """Run a short `function(db, *args)` that only reads on the writer's thread, where no report
        holds it up. Nothing may stay open after it: an open cursor would keep the WAL."""
        return in_thread(self.write_pool, function, self.writer, *args)

    def close(self) -> None:
        """Wait for what is written, not for reports, then close; the last connection folds the WAL
        into the file."""
        with contextlib.ExitStack() as ending:
            for reader in self.readers:
                ending.enter_context(interrupting(reader, 0))
            self.read_pool.kill()
        self.write_pool.kill()
        for reader in self.readers:
            reader.close()
        self.writer.close()


# == Geo ==========================================================================================
#
# Any .mmdb file in data/maxmind/ is used: the newest with cities (or else countries) and the newest
# with networks. They are mapped, not read into memory, and taken anew when they change. Without one
# that knows countries, the browser's time zone tells the country, and the visit says so.


def english(record: Mapping | None) -> str | None:
    return ((record or {}).get("names") or {}).get("en")


def read_place(record: Mapping) -> Place:
    """A Place from a City or Country record in MaxMind's schema."""
    country = (record.get("country") or record.get("registered_country") or {}).get("iso_code")
    regions = record.get("subdivisions") or [{}]
    region, city = english(regions[0]), english(record.get("city"))
    location = record.get("location") or {}
    return Place(
        country=country,
        region=f"{region}, {country}" if region else None,
        city=", ".join(filter(None, (city, region, country))) if city else None,
        timezone=location.get("time_zone"),
        latitude=location.get("latitude"),
        longitude=location.get("longitude"),
    )


Stamp = tuple[int, int, int]


def file_stamp(path: Path) -> Stamp | None:
    """What changes when a file does; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


# fmt: off
GEO_KINDS = {  # word in a database's type: what it knows, and how well
    "City": ("places", 2), "Enterprise": ("places", 2), "Country": ("places", 1),
    "ASN":  ("networks", 1), "ISP": ("networks", 1),
}
CREDITS = {  # beginning of a database's type: what its licence asks pages to say, and to link
    "GeoLite": ("This product includes GeoLite Data created by MaxMind, available from"
                " https://www.maxmind.com", "https://www.maxmind.com"),
    "DBIP":    ("IP Geolocation by DB-IP", "https://db-ip.com"),
}
# fmt: on


def geo_kind(reader: maxminddb.Reader) -> tuple[str, int]:
    """What a database knows, and how well; ("", 0) when that is nothing we can use."""
    type_ = reader.metadata().database_type
    return next((kind for word, kind in GEO_KINDS.items() if word in type_), ("", 0))


GEO_SPARE = 2**20  # bytes left free beside the copy of a database


def open_mmdb(path: Path) -> maxminddb.Reader:
    """A GeoIP database, mapped from a copy without a name: a lookup in a file that is overwritten
    just then would end the program (SIGBUS). A copy that fails would have taken the last room from
    events: none is begun then. Raises ValueError, OSError."""
    if shutil.disk_usage(path.parent).free < path.stat().st_size + GEO_SPARE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with path.open("rb") as given, tempfile.TemporaryFile(dir=path.parent) as copy:
        while os.sendfile(copy.fileno(), given.fileno(), None, 1 << 30):  # from any disk
            pass
        reader = maxminddb.open_database(f"/proc/self/fd/{copy.fileno()}")
    if not geo_kind(reader)[0]:
        raise ValueError(f"it is of type {reader.metadata().database_type}")
    return reader


def describe_mmdb(reader: maxminddb.Reader) -> str:
    """Type and day of a database: "GeoLite2-City of 2026-11-20"."""
    made = reader.metadata()
    return f"{made.database_type} of {datetime.fromtimestamp(made.build_epoch, UTC):%Y-%m-%d}"


class Geo:
    """The open GeoIP databases of a folder; `later`: lookups wait until a server opened them."""

    def __init__(self, folder: Path, later: bool = False) -> None:
        self.folder, self.opened = folder, gevent.event.Event()
        self.places = self.networks = None
        self.trouble = ""  # what is wrong with a database; shown by the doctor
        # What was read, and the reader; None of a file that never was a GeoIP database
        self.files: dict[Path, tuple[Stamp | None, maxminddb.Reader | None]] = {}
        self.seen = self._look()
        self.place = functools.lru_cache(8192)(self._place)
        if not later:
            self.refresh()
            self.opened.set()

    def _look(self) -> dict[Path, Stamp | None]:
        return {path: file_stamp(path) for path in sorted(self.folder.glob("*.mmdb"))}

    def refresh(self) -> bool:
        """Open the files that changed, once they are as the last look found them: one may be half
        copied. A broken one leaves what it replaced in use; one that cannot be opened, as on a full
        disk, is tried again. Returns whether anything changed."""
        before, self.seen = self.seen, self._look()
        read = {path: stamp for path, (stamp, _) in self.files.items()}
        if self.seen != before or self.seen == read:
            return False
        files, self.trouble = {}, ""
        for path, stamp in self.seen.items():
            known, reader = self.files.get(path, (None, None))
            try:
                files[path] = stamp, reader if stamp == known else open_mmdb(path)
            except OSError as error:
                self.trouble = f"{path} cannot be opened: {error.strerror}"
                if path in self.files:
                    files[path] = self.files[path]
            except (ValueError, maxminddb.InvalidDatabaseError) as error:
                log(f"{path} is no GeoIP database and is left out: {error}", "error")
                files[path] = stamp, reader
        if files == self.files:
            return False
        self.files = files
        self.places, self.networks = self._best("places"), self._best("networks")
        self.place.cache_clear()
        return True

    def _best(self, what: str) -> maxminddb.Reader | None:
        """The database that knows most of something, the newest of several."""
        readers = (reader for _, reader in self.files.values() if reader)
        found = [reader for reader in readers if geo_kind(reader)[0] == what]
        return max(found, key=lambda r: (geo_kind(r)[1], r.metadata().build_epoch), default=None)

    @property
    def used(self) -> list[maxminddb.Reader]:
        return [reader for reader in (self.places, self.networks) if reader]

    def credits(self) -> list[tuple[str, str]]:
        """What pages with places have to say of the databases, each with an address or ""."""
        types = [reader.metadata().database_type for reader in self.used]
        found = [] if self.places else [("Countries guessed from the browsers’ time zones", "")]
        for type_ in types:
            known = (credit for word, credit in CREDITS.items() if type_.startswith(word))
            found.append(next(known, (f"Places by {type_}", "")))
        return list(dict.fromkeys(found))

    def locate(self, address: str, timezone: object) -> Place:
        """The place of an address; where no database knows countries, in that of a time zone."""
        place = self.place(address)
        country = None if self.places else zone_countries().get(parse_timezone(timezone) or "")
        return place._replace(country=country, guessed=True) if country else place

    def _place(self, address: str) -> Place:
        place = Place()
        self.opened.wait()
        try:
            if self.places and (record := self.places.get(address)):
                place = read_place(record)
            if self.networks and (record := self.networks.get(address)):
                number = record.get("autonomous_system_number")
                name = record.get("autonomous_system_organization") or ""
                place = place._replace(asn=f"AS{number} {name}".strip())
        except ValueError:  # not an address
            return place
        except maxminddb.InvalidDatabaseError:  # whose message has the address
            names = " or ".join(map(describe_mmdb, self.used))
            self.trouble = f"{names} is damaged; put another copy there"
        return place


# == Downloads ====================================================================================
#
# GeoIP databases and the list of referrer spammers, from their makers: by `slim.py geoip`, and from
# then on (with a MaxMind account: from the start) by a loop of the server, after each maker's day.
# What comes is bounded in size and time, checked, and put in place whole, so that a failure leaves
# what was there. downloads.json in the data folder remembers what came when and what went wrong,
# for the loop, the command beside it, and whoever asks. To add a download, add it to `downloads`.

MAXMIND_URL = "https://download.maxmind.com/geoip/databases/{}/download?suffix=tar.gz"
DBIP_URL = "https://download.db-ip.com/free/{}-{:%Y-%m}.mmdb.gz"
SPAMMERS_URL = "https://raw.githubusercontent.com/matomo-org/referrer-spam-list/master/spammers.txt"
LARGEST = 512 * 2**20  # bytes, packed or not; the largest now has 130 MB
STALL_SECONDS, FETCH_SECONDS = 30, 900  # nothing came; not all came
RETRY_SECONDS = 6 * 3600  # after a failure
CHUNK = 1 << 16


class DownloadError(Exception):
    """A file could not be fetched; the message says why. What was there before still is."""


class Download(NamedTuple):
    """One file of the data folder that somebody else makes."""

    file: str
    urls: tuple[str, ...]  # the first that is there is taken
    comes: Callable[[date], bool]  # whether the maker has a new file from this day (UTC) on
    unpack: Callable[[BinaryIO, str, BinaryIO], None]
    login: str = ""  # value of Authorization


class Bounded:
    """A stream that ends in DownloadError after so many bytes or seconds."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self.source, self.count, self.ends = read, 0, time.monotonic() + FETCH_SECONDS

    def read(self, size: int = CHUNK) -> bytes:
        part = self.source(size)
        self.count += len(part)
        if self.count > LARGEST:
            raise DownloadError(f"is larger than {LARGEST:,} bytes")
        if time.monotonic() > self.ends:
            raise DownloadError(f"took longer than {FETCH_SECONDS} s")
        return part

    def copy(self, target: BinaryIO) -> str:
        """Write all that is left into a file; returns its sha256."""
        digest = hashlib.sha256()
        while part := self.read():
            target.write(part)
            digest.update(part)
        return digest.hexdigest()


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to https or within a server; a password stays with the server it is for."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, *rest: Any) -> Any:
        headers, url = rest
        before, after = urlsplit(req.full_url), urlsplit(url)
        is_same = (before.scheme, before.netloc) == (after.scheme, after.netloc)
        if not is_same and after.scheme != "https":
            raise DownloadError(f"redirects to {after.scheme}://{after.netloc}, which is not https")
        following = super().redirect_request(req, fp, code, msg, headers, url)
        if following and not is_same:
            following.remove_header("Authorization")
        return following


REFUSALS = {
    401: "does not know this account: check MAXMIND_ACCOUNT_ID and MAXMIND_LICENSE_KEY (401)",
    403: "does not let this account have it (403)",
    429: "has given this account all it may have today (429)",
}


def fetch(url: str, login: str, target: BinaryIO) -> str | None:
    """Write an answer into a file; returns its sha256, None after a 404. Raises DownloadError."""
    request = urllib.request.Request(url, headers={"User-Agent": f"slim-analytics/{VERSION}"})
    if login:
        request.add_header("Authorization", login)
    try:
        with urllib.request.build_opener(Redirects).open(request, timeout=STALL_SECONDS) as answer:
            body, announced = Bounded(answer.read1), answer.headers.get("Content-Length", "")
            digest = body.copy(target)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise DownloadError(REFUSALS.get(error.code, f"answers {error.code}")) from None
    except http.client.IncompleteRead as error:
        raise DownloadError(f"ended early, after {len(error.partial):,} bytes") from None
    except (http.client.HTTPException, urllib.error.URLError, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        raise DownloadError(f"cannot be reached: {reason or type(reason).__name__}") from None
    if announced.isdigit() and body.count != int(announced):
        raise DownloadError(f"ended early, after {body.count:,} of {int(announced):,} bytes")
    return digest


def unpack_tar(packed: BinaryIO, name: str, target: BinaryIO) -> None:
    """The file of a name out of a .tar.gz; where the archive would have it does not matter."""
    stream = Bounded(gzip.GzipFile(fileobj=packed).read)
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            if member.isreg() and member.name.rpartition("/")[2] == name:
                shutil.copyfileobj(archive.extractfile(member), target)
                return
    raise DownloadError(f"holds no file {name}")


def unpack_gzip(packed: BinaryIO, name: str, target: BinaryIO) -> None:
    Bounded(gzip.GzipFile(fileobj=packed).read).copy(target)


def unpack_hosts(packed: BinaryIO, name: str, target: BinaryIO) -> None:
    """A list of hosts, as it is; what else may have come (a page of a hotel, say) is refused."""
    text = packed.read(CHUNK * 64)
    if not parse_hosts(text.decode("utf-8", "replace")):
        raise DownloadError("is no list of hosts")
    target.write(text)


def has_maxmind(config: Config) -> bool:
    """Whether there is a MaxMind account: with one the server fetches all by itself."""
    return bool(config.maxmind_account and config.maxmind_key)


def maxmind_download(config: Config, name: str) -> Download:
    pair = f"{config.maxmind_account}:{config.maxmind_key}"
    login = "Basic " + base64.b64encode(pair.encode()).decode()
    return Download(
        f"maxmind/{name}.mmdb",
        (MAXMIND_URL.format(name),),
        lambda day: day.weekday() in (2, 5),  # made on Tuesdays and Fridays
        unpack_tar,
        login,
    )


def dbip_download(today: date, name: str) -> Download:
    days = (today, today.replace(day=1) - timedelta(1))  # this month's may not be there yet
    return Download(
        f"maxmind/{name}.mmdb",
        tuple(DBIP_URL.format(name, day) for day in days),
        lambda day: day.day == 2,  # made on the first
        unpack_gzip,
    )


def downloads(config: Config, moment: float) -> list[Download]:
    """What is fetched: with a MaxMind account its databases, else DB-IP's; the list of spammers."""
    if has_maxmind(config):
        found = [maxmind_download(config, name) for name in ("GeoLite2-City", "GeoLite2-ASN")]
    else:
        today = datetime.fromtimestamp(moment, UTC).date()
        found = [dbip_download(today, name) for name in ("dbip-city-lite", "dbip-asn-lite")]
    mondays = Download("spammers.txt", (SPAMMERS_URL,), lambda day: not day.weekday(), unpack_hosts)
    return [*found, mondays]


class Fetched(NamedTuple):
    """What downloads.json remembers."""

    files: dict[str, list]  # file -> when it was looked for with success, sha256 of what came
    tried: float = 0.0
    error: str = ""  # of the last try


def read_fetched(data: Path) -> Fetched:
    try:
        found = json.loads((data / "downloads.json").read_text("utf-8"))
        return Fetched(found["files"], found["tried"], found["error"])
    except (OSError, ValueError, TypeError, KeyError):
        return Fetched({})


def write_fetched(data: Path, fetched: Fetched) -> None:
    part = data / "downloads.json.part"
    part.write_text(json.dumps(fetched._asdict()), "utf-8")
    part.replace(data / "downloads.json")


def due_downloads(config: Config, fetched: Fetched, moment: float) -> Iterator[Download]:
    """Those of which the maker has published a file since we fetched one. One that never was is due
    with a MaxMind account; without, `slim.py geoip` has to fetch it first."""
    never = 0 if has_maxmind(config) else math.inf
    for download in downloads(config, moment):
        day = datetime.fromtimestamp(moment, UTC).date()
        while not download.comes(day):
            day -= timedelta(1)
        looked, _ = fetched.files.get(download.file, (never, ""))
        if looked < calendar.timegm(day.timetuple()):
            yield download


def published_sum(download: Download) -> str:
    """The sha256 that MaxMind publishes beside its archive, others none. Raises DownloadError."""
    if not download.login:
        return ""
    text = io.BytesIO()
    fetch(f"{download.urls[0]}.sha256", download.login, text)
    words = text.getvalue()[:200].decode("ascii", "replace").split()
    if not words or not re.fullmatch(r"[0-9a-f]{64}", words[0]):
        raise DownloadError("publishes no sha256")
    return words[0]


def renew(download: Download, data: Path, fetched: Fetched, moment: float) -> bool:
    """Fetch one file and put it in place; False where what is there is the newest already. Raises
    DownloadError, OSError."""
    target = data / download.file
    part = target.with_name(f".{target.name}.part")
    published = published_sum(download)
    _, known = fetched.files.get(download.file, (0, ""))
    if published and known == published and target.exists():
        fetched.files[download.file] = [moment, published]
        return False
    try:
        with tempfile.TemporaryFile(dir=data) as packed, part.open("wb") as unpacked:
            sums = (fetch(url, download.login, packed) for url in download.urls)
            digest = next(filter(None, sums), None)
            if digest is None:
                raise DownloadError("is not there (404)")
            if published and published != digest:
                raise DownloadError(f"has the sha256 {digest}, not {published}")
            packed.seek(0)
            download.unpack(packed, target.name, unpacked)
            unpacked.flush()
            os.fsync(unpacked.fileno())
        if target.suffix == ".mmdb":
            open_mmdb(part)
        give_to_owner(data)
        part.replace(target)
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise DownloadError(f"is damaged: {error}") from None
    except (ValueError, maxminddb.InvalidDatabaseError) as error:
        raise DownloadError(f"is no GeoIP database: {error}") from None
    finally:
        part.unlink(missing_ok=True)
    fetched.files[download.file] = [moment, digest]
    return True


def update_downloads(config: Config, moment: float, only_due: bool = False) -> Iterator[str]:
    """Fetch everything, or what is due; a line for each. At the end raises DownloadError if any."""
    with (config.data / "downloads.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DownloadError("another download is under way") from None
        fetched, errors = read_fetched(config.data), []
        wanted = due_downloads(config, fetched, moment) if only_due else downloads(config, moment)
        for download in wanted:
            unfinished = f"{download.file}: was not finished"  # what a killed process leaves here
            write_fetched(config.data, fetched._replace(tried=moment, error=unfinished))
            try:
                is_new = renew(download, config.data, fetched, moment)
                yield f"{download.file}: " + ("fetched" if is_new else "is the newest already")
            except DownloadError as error:
                errors.append(f"{urlsplit(download.urls[0]).netloc}: {download.file} {error}")
            except OSError as error:
                errors.append(f"{download.file}: {error.strerror or error}")
        write_fetched(config.data, fetched._replace(tried=moment, error="; ".join(errors)))
    if errors:
        raise DownloadError("; ".join(errors))


def wants_downloads(config: Config, moment: float) -> bool:
    """Whether something is due, and a failure is not too fresh."""
    fetched = read_fetched(config.data)
    if fetched.error and moment - fetched.tried < RETRY_SECONDS:
        return False
    return any(due_downloads(config, fetched, moment))


class Spammers:
    """The hosts of referrer spammers: the few of the program, and the list when there is one."""

    def __init__(self, path: Path) -> None:
        self.path, self.stamp, self.hosts = path, None, SPAMMERS

    def refresh(self) -> None:
        """Read the list when it is new. Raises OSError, and then keeps what there was."""
        stamp = file_stamp(self.path)
        if stamp != self.stamp:
            text = self.path.read_text("utf-8", "replace") if stamp else ""
            self.stamp, self.hosts = stamp, SPAMMERS | parse_hosts(text)


# == Visitors and visits ==========================================================================
#
# The definitions, in one place. A visitor is a keyed hash of site, network and user agent under the
# random salt of one site-local day; nothing else of the person is kept. A visit is one visitor's
# signals with gaps under 30 minutes; it counts on the day it began.

VISIT_GAP = 30 * 60
VISIT_LIMIT = 2 * DAY  # no visit is longer, so that is as far as reports look beyond their edges
ONLINE_SECONDS = 5 * 60
ENGAGED_LIMIT = 30 * 60  # seconds one report of engaged time may claim
SALT_GRACE = 3600  # a day's salt is destroyed this long after the day
BOUNCE_SECONDS = 10
VIEWS_KEPT = 16  # of a visit: beacons overtake each other, and tabs stay open

# A bounce, as a condition on a row `v` of `visit`.
BOUNCE = f"(v.pageviews = 1 and v.events = 0 and v.engaged < {BOUNCE_SECONDS})"


def visitor_key(salt: bytes, site: int, network: bytes, agent: str) -> int:
    """The visitor as a 48-bit number: keyed BLAKE2b of site, network and user agent. (48 bits keep
    a row small: among 100,000 visitors of a day two collide once in 28,000 days.)"""
    text = b"%d\0%b\0%b" % (site, network, agent.encode("utf-8", "replace"))
    digest = hashlib.blake2b(text, digest_size=6, key=salt).digest()
    return int.from_bytes(digest, "big", signed=True)


class Salts:
    """The daily salts, in a file of their own: never in the database nor in any copy of it.

    The file holds lines of one width, `site day salt`, so that a salt is destroyed by overwriting
    it where it stands. Every change is synced before it is used. Methods that write block, so they
    run on a thread; `get` is memory only.
    """

    BLANK = f"{0:010d} 0000-00-00 {0:064d}\n"
    WIDTH = len(BLANK)

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
        self.known: dict[tuple[int, str], tuple[bytes, int]] = {}  # site, day -> salt, offset
        self.trouble = ""  # why the last salt could not be stored; empty when it could
        self._load()

    def _load(self) -> None:
        for n, line in enumerate(self.file.read().split(b"\n")[:-1]):
            found = re.fullmatch(rb"(\d{10}) (\d{4}-\d\d-\d\d) ([0-9a-f]{64})", line)
            if found and int(found[3], 16):
                key = (int(found[1]), found[2].decode())
                self.known[key] = bytes.fromhex(found[3].decode()), n * self.WIDTH

    def _free(self) -> int:
        """The offset of the first line without a salt, or of the end."""
        used = {offset for _, offset in self.known.values()}
        return next(n for n in itertools.count(0, self.WIDTH) if n not in used)

    def get(self, site: int, day: date) -> bytes | None:
        found = self.known.get((site, day.isoformat()))
        return found[0] if found else None

    def make(self, site: int, day: date) -> bytes:
        """The salt of a site's day, made and synced when there is none yet."""
        if (salt := self.get(site, day)) is not None:
            return salt
        salt, offset = secrets.token_bytes(32), self._free()
        self._put(offset, f"{site:010d} {day.isoformat()} {salt.hex()}\n")
        self.known[site, day.isoformat()] = salt, offset
        return salt

    def try_to_write(self) -> None:
        """Raise OSError when no salt could be stored."""
        self._put(self._free(), self.BLANK)

    def check(self) -> None:
        """Raise StoreError when the file was deleted: it lasts as long as this program runs."""
        if os.fstat(self.file.fileno()).st_nlink == 0:
            raise StoreError("their file was deleted: a restart counts that day's visitors anew")

    def destroy(self, is_over: Callable[[int, str], bool]) -> int:
        """Overwrite the salts of the (site, day)s that are over; return how many."""
        over = [key for key in self.known if is_over(*key)]
        for key in over:
            _, offset = self.known[key]
            self._put(offset, self.BLANK)
            del self.known[key]
        return len(over)

    def _put(self, offset: int, line: str) -> None:
        self.file.seek(offset)
        if self.file.write(line.encode("ascii")) != self.WIDTH:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(self.file.fileno())

    def close(self) -> None:
        self.file.close()


@dataclasses.dataclass(slots=True)
class View:
    """A pageview of an open visit, whose engaged time is reported later."""

    page: str
    time: int
    id: int | None = None  # event.id, given at the commit
    engaged: float = 0.0
    scroll: int | None = None
    title: str | None = None


@dataclasses.dataclass(slots=True)
class Visit:
    """One open visit: a row of `visit` and what is needed to go on with it."""

    site: int
    visitor: int  # the key it began under; that is what the row keeps
    started: int
    last: int
    facts: Facts
    place: Place
    id: int | None = None  # given at the commit
    numbers: tuple[int | None, ...] = ()  # of the facts, as `text` has them; given at the commit
    pageviews: int = 0
    events: int = 0
    engaged: float = 0.0
    entry_page: str | None = None
    exit_page: str | None = None
    views: tuple[View, ...] = ()  # the latest first
    heard: float = 0  # when its latest signal was committed, whenever it happened

    def copy(self) -> Visit:
        """A visit of its own, to be changed without changing this one. (Written out: the ways of
        `copy` and `dataclasses` take six times as long, for every event.)"""
        return Visit(
            *(self.site, self.visitor, self.started, self.last, self.facts, self.place),
            *(self.id, self.numbers, self.pageviews, self.events, self.engaged),
            *(self.entry_page, self.exit_page, self.views),
        )

    def add(self, event: Event) -> View | None:
        """Add one more signal; returns the view that it made or changed."""
        self.last = max(self.last, event.time)
        if event.kind == "engagement":
            self.engaged += event.engaged
            return self._engage(event)
        self.entry_page = self.entry_page or event.page
        if event.kind == "event":
            self.events += event.interactive
            return None
        self.pageviews += 1
        view = View(event.page, event.time, title=event.title)
        views = (view, *self.views)
        if event.time < self.last:  # out of order
            views = sorted(views, key=lambda view: view.time, reverse=True)
        self.views = tuple(views[:VIEWS_KEPT])
        self.exit_page = self.views[0].page
        return view

    def _engage(self, event: Event) -> View | None:
        """Add engaged time to the view it is of; one that is committed is changed in a copy."""
        bare = bare_page(event.page)  # its query may have been replaced since it was counted
        alike = (view for view in self.views if bare_page(view.page) == bare)
        view = min(alike, key=lambda view: view.page != event.page, default=None)
        if view is None:
            return None
        if view.id:
            committed, view = view, dataclasses.replace(view)
            self.views = tuple(view if v is committed else v for v in self.views)
        view.engaged += event.engaged
        view.scroll = max(view.scroll or 0, event.scroll or 0) or None
        if event.title and self._is_misnamed(view):
            view.title = event.title
        return view

    def _is_misnamed(self, view: View) -> bool:
        """Whether a title may have been read too early, as of apps that set it once they have their
        data: there is none, or that of the page before, or it is the visit's first, which the app's
        file sets. Other titles stay: what changes them later is a translator or a counter."""
        before = self.views[self.views.index(view) + 1 :]
        if before:
            return view.title in (None, before[0].title)
        return view.title is None or self.pageviews == len(self.views)


class Entry(NamedTuple):
    """One row of `event` to be: the event, its visit, and its view when it is a pageview."""

    event: Event
    visit: Visit
    view: View | None


VisitSlot = tuple[int, int, bool]  # site, visitor key of today, whether of hits reported late
OpenVisits = dict[VisitSlot, Visit]


class Changes(NamedTuple):
    """What a batch changes; the open visits stay as they are until it is committed."""

    open: OpenVisits  # those of the batch, as they will be
    moved: list[VisitSlot]  # which they left: of yesterday's keys, late ones that go on now
    visits: list[Visit]  # every visit begun or continued
    entries: list[Entry]
    views: list[View]  # earlier pageviews whose engaged time grew
    drops: list[Drop]


def place_events(open_visits: OpenVisits, batch: Iterable[Event | Drop]) -> Changes:
    """Decide which visit each event continues or begins. `open_visits` is not changed."""
    changes = Changes(open={}, moved=[], visits=[], entries=[], views=[], drops=[])
    for event in batch:
        if isinstance(event, Drop):
            changes.drops.append(event)
            continue
        visit = continued_visit(open_visits, changes, event)
        if visit is None:
            if event.kind == "engagement":  # of a visit that is over: it begins none
                continue
            key, moment = event.keys[0], event.time
            visit = Visit(event.site, key, moment, moment, event.facts, event.place)
            changes.visits.append(visit)
            changes.open[event.site, key, event.late] = visit
        elif event.time < visit.started:  # out of order: nothing of a visit is before it
            event = event._replace(time=visit.started)
        view = visit.add(event)
        if event.kind != "engagement":
            changes.entries.append(Entry(event, visit, view))
        elif view and view.id:
            changes.views.append(view)
    return changes


def visit_slots(site: int, keys: Iterable[int]) -> Iterator[VisitSlot]:
    """Where a visitor's open visits are."""
    for key in keys:
        yield site, key, False
        yield site, key, True


def goes_on(visit: Visit, event: Event) -> bool:
    """Whether an event is near enough to a visit to continue it."""
    # Engaged time is a signal for as long as it was: 45 minutes of a film are no gap.
    since = event.time - event.engaged if event.kind == "engagement" else event.time
    return (
        since - visit.last < VISIT_GAP
        and visit.started - event.time < VISIT_GAP  # else it is dated back
        and event.time - visit.started < VISIT_LIMIT  # else it is of a screen that nobody leaves
    )


def continued_visit(open_visits: OpenVisits, changes: Changes, event: Event) -> Visit | None:
    """The visit that an event continues, a copy that may be changed; looked up in the slot where it
    would begin one, under today's key, then yesterday's."""
    new = (event.site, event.keys[0], event.late)
    for slot in itertools.chain([new], visit_slots(event.site, event.keys)):
        visit = changes.open.get(slot)
        known = visit or open_visits.get(slot)
        if known is None or not goes_on(known, event):
            continue
        if visit is None:
            visit = known.copy()
            changes.visits.append(visit)
        if slot != new and not (event.late and slot[1] == event.keys[0]):
            changes.open.pop(slot, None)
            changes.moved.append(slot)
            slot = new
        changes.open[slot] = visit
        return visit
    return None


def keep_changes(open_visits: OpenVisits, changes: Changes, moment: float = 0) -> None:
    """Make committed changes the open visits."""
    for visit in changes.visits:
        visit.heard = moment
    for slot in changes.moved:
        open_visits.pop(slot, None)
    open_visits.update(changes.open)


def is_over(visit: Visit, moment: float) -> bool:
    """Whether a visit is closed. One that a server reports late stays open for 30 minutes after its
    last report, unless it began two days ago: no day is rolled up while a visit of it is open."""
    heard = visit.heard if moment - visit.started < VISIT_LIMIT else 0
    return moment - max(visit.last, heard) >= VISIT_GAP


def close_visits(open_visits: OpenVisits, moment: float) -> None:
    """Forget the visits that no event can continue any more."""
    for slot in [slot for slot, visit in open_visits.items() if is_over(visit, moment)]:
        del open_visits[slot]


OPEN_VISITS = 50_000  # in memory, about 2 KB each; one of 16 pages 5 KB


def trim_visits(open_visits: OpenVisits) -> None:
    """End the visits quiet the longest when there are too many: a tenth, so that it is rare."""
    if len(open_visits) > OPEN_VISITS:
        quiet = sorted(open_visits, key=lambda key: open_visits[key].last)
        for key in quiet[: len(quiet) - OPEN_VISITS * 9 // 10]:
            del open_visits[key]


# == Saving visits =================================================================================
#
# A batch becomes rows: visits begun and changed, events, what was left out. And back: the visits
# that are still open when a server starts.


VISIT_COLUMNS = (
    *("id", "site", "visitor", "started", "lasted", "engaged", "pageviews", "events"),
    *("entry_page", "exit_page", *Facts._fields),
)
GROWING = ("lasted", "engaged", "pageviews", "events", "entry_page", "exit_page")

SAVE_VISITS = "insert into visit ({}) values {{}} on conflict (id) do update set {}".format(  # noqa: S608
    ", ".join(VISIT_COLUMNS),
    ", ".join(f"{name} = excluded.{name}" for name in GROWING),
)


def touched_days(changes: Changes, sites: Mapping[int, Site]) -> set[tuple[int, int]]:
    """The (site, day ordinal)s whose sums a batch changes."""
    moments = {(entry.event.site, entry.event.time // 900) for entry in changes.entries}
    moments |= {(visit.site, visit.started // 900) for visit in changes.visits}
    return {
        (site, local_day(quarter * 900, sites[site].zone).toordinal())
        for site, quarter in moments
        if site in sites
    }


def add_drops(db: Db, drops: Mapping[Drop, int]) -> None:
    """Add hits to the ledger."""
    sql = """
        insert into dropped (site, day, reason, hits) values (?, ?, ?, ?)
        on conflict (site, day, reason) do update set hits = hits + excluded.hits
        """
    db.executemany(sql, [(*drop[:3], hits) for drop, hits in drops.items()])


def save_changes(db: Db, changes: Changes, past: Iterable[tuple[int, int]] = ()) -> None:
    """Write a batch, inside the caller's transaction. Gives visits and views their ids. `past`:
    the (site, day)s that may be rolled up already and have to be again."""
    past = list(past)
    for site in {site for site, _ in past}:
        mark_days_unready(db, site, [day for other, day in past if other == site])
    number, known = functools.partial(text_number, db), db.texts.known.get
    last_visit, last_event = db.execute(
        "select ifnull((select max(id) from visit), 0), ifnull((select max(id) from event), 0)"
    ).fetchone()
    for id_, visit in enumerate((v for v in changes.visits if v.id is None), last_visit + 1):
        visit.id = id_
        visit.numbers = tuple([v if v is None else known(v) or number(v) for v in visit.facts])
        save_city(db, number(visit.facts.city), visit.place)
    insert_rows(db, SAVE_VISITS, [visit_row(visit, number) for visit in changes.visits])
    if changes.views:
        sql = "update event set engaged = ?, scroll = ?, title = ? where id = ?"
        rows = [(int(v.engaged), v.scroll, number(v.title), v.id) for v in changes.views]
        db.executemany(sql, rows)
    entries = enumerate(changes.entries, last_event + 1)
    rows = [event_row(id_, entry, number) for id_, entry in entries]
    insert_rows(db, "insert into event values {}", rows)
    if changes.drops:
        add_drops(db, Counter(drop._replace(sample=None) for drop in changes.drops))
        save_samples(db, [drop for drop in changes.drops if drop.sample])


SAMPLES, SAMPLE_DAYS = 20, 7  # kept of each reason and site, and how long


def save_samples(db: Db, drops: list[Drop]) -> None:
    """Keep examples of dropped hits, and of each reason only the latest."""
    db.executemany(
        "insert into dropped_sample (site, time, reason, page, country, bot) "
        "values (?, ?, ?, ?, ?, ?)",
        [(drop.site, *drop.sample) for drop in drops],
    )
    sql = """
        delete from dropped_sample where id in (
            select id from dropped_sample where site = ? and reason = ?
            order by time desc, id desc limit -1 offset ?)
        """
    db.executemany(sql, {(drop.site, drop.reason, SAMPLES) for drop in drops})


def save_city(db: Db, city: int | None, place: Place) -> None:
    if city is not None and place.latitude is not None and place.longitude is not None:
        coordinates = (city, place.latitude, place.longitude)
        db.execute("insert or ignore into city values (?, ?, ?)", coordinates)


def visit_row(visit: Visit, number: Callable[[str | None], int | None]) -> tuple:
    """A row of `visit`, in the order of VISIT_COLUMNS."""
    counts = (visit.last - visit.started, int(visit.engaged), visit.pageviews, visit.events)
    pages = (number(visit.entry_page), number(visit.exit_page))
    return (visit.id, visit.site, visit.visitor, visit.started, *counts, *pages, *visit.numbers)


def event_row(id_: int, entry: Entry, number: Callable[[str | None], int | None]) -> tuple:
    """A row of `event`, in the order of its columns; the entry's view gets the id."""
    event, visit, view = entry
    title = view.title if view else None
    texts = (number(event.page), number(title), number(event.name), number(event.props))
    engaged = (int(view.engaged) or None, view.scroll) if view else (None, None)
    if view:
        view.id = id_
    return (id_, event.site, visit.id, event.time, *texts, *engaged)


def load_open_visits(db: Db, moment: float) -> OpenVisits:
    """The visits that were open when the program stopped, found again from their rows."""
    columns = ", ".join(f"v.{name}" for name in VISIT_COLUMNS)
    sql = f"""
        select {columns}
        from site s cross join visit v on v.site = s.number and v.started > ?
        where v.started + v.lasted > ? order by v.id
        """  # noqa: S608 - names of columns
    last = moment - VISIT_GAP - ENGAGED_LIMIT
    rows = db.execute(sql, (moment - VISIT_LIMIT, last)).fetchall()
    names = text_values(db, {value for row in rows for value in row[8:]})
    views = latest_views(db, moment - 2 * VISIT_GAP)
    found: OpenVisits = {}
    for id_, site, visitor, started, lasted, engaged, pageviews, events, *texts in rows:
        entry, exit_, *facts = map(names.get, texts)
        found[site, visitor, False] = Visit(
            *(site, visitor, started, started + lasted, Facts(*facts), Place()),
            *(id_, tuple(texts[2:]), pageviews, events, engaged, entry, exit_),
            tuple(views.get(id_, [])[:VIEWS_KEPT]),
        )
    return found


def latest_views(db: Db, since: float) -> dict[int, list[View]]:
    """The pageviews since a moment by their visit, the latest first."""
    sql = """
        select e.visit, t.value, e.time, e.id, ifnull(e.engaged, 0), e.scroll, n.value
        from site s cross join event e on e.site = s.number and e.time >= ?
        join text t on t.id = e.page left join text n on n.id = e.title
        where e.name is null order by e.time desc, e.id desc
        """
    rows = db.execute(sql, (since,))
    views: dict[int, list[View]] = {}
    for visit, *view in rows:
        views.setdefault(visit, []).append(View(*view))
    return views


# == Shared objects ================================================================================
#
# What more than one part of the running program holds, each an object with an invariant. All of
# them are touched on the hub only, so nothing needs a lock.


TOKEN_PREFIX, SITE_PREFIX = "slim_", "in_"  # of API tokens; of each site's own


def secret_hash(secret: str) -> str:
    """How tokens and cookies are kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Busy(Exception):
    """An event could not be committed; nothing of it is stored."""


class Batch:
    """Events that are committed together, and the requests that wait for it."""

    def __init__(self) -> None:
        self.items: list[Event | Drop] = []
        self.failed: dict[int, str] = {}  # position -> why
        self.done = gevent.event.Event()

    def fail(self, why: str) -> None:
        """Say of all its events that they are not stored."""
        self.failed = dict.fromkeys(range(len(self.items)), why)


GATHER_SECONDS = 0.005  # that a batch waits at most for others to come along


class Queue:
    """What waits for the writer. Bounded: when it is full, `put` raises Busy at once."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.batch = Batch()
        self.waiting = 0  # events put and not yet committed, in this batch and the one before
        self.filled = gevent.event.Event()
        self.trouble = ""  # why the last batch was not committed; empty when it was
        self.damaged = False  # whether that is a damaged database, which does not pass
        self.slow = (-math.inf, 0.0)  # when a commit last took long, and how many seconds

    def put(self, items: list[Event | Drop]) -> None:
        """Add items to the open batch and return once they are committed. Raises Busy."""
        if self.waiting + len(items) > self.limit:
            raise Busy("too many events are waiting")
        batch, first = self.batch, len(self.batch.items)
        batch.items += items
        self.waiting += len(items)
        self.filled.set()
        batch.done.wait()
        for position in range(first, first + len(items)):
            if position in batch.failed:
                raise Busy(batch.failed[position])

    def take(self) -> Batch:
        """Wait for a filled batch, and open a new one."""
        self.filled.wait()
        with gevent.Timeout(GATHER_SECONDS, False):
            gevent.idle()  # whoever else is being read comes along: one commit for all, not two
        self.filled.clear()
        batch, self.batch = self.batch, Batch()
        return batch

    def finish(self, batch: Batch) -> None:
        """Wake everyone who waits for a batch."""
        self.waiting -= len(batch.items)
        batch.done.set()


Senders = Mapping[str, tuple[int, int | None]]  # hash of a token -> site, when it ends


class Registry:
    """The sites, by number and by everything a client may call them."""

    def __init__(self, sites: Iterable[Site], senders: Senders) -> None:
        self.used: set[str] = set()  # hashes of senders' tokens, until their use is noted
        self.replace(sites, senders)

    def replace(self, sites: Iterable[Site], senders: Senders) -> None:
        self.senders = senders
        self.all = sorted(sites, key=lambda site: (site.name.lower(), site.number))
        self.by_number = {site.number: site for site in self.all}
        self.by_id = {site.id: site for site in self.all}
        self.by_token = {site.token: site for site in self.all}
        names = [(alias, site) for site in self.all for alias in site.aliases]
        names += [(f"www.{site.domain}", site) for site in self.all]
        names += [(site.domain, site) for site in self.all]
        self.by_key = {ascii_host(name): site for name, site in names}
        self.by_key |= dict(names) | self.by_token | self.by_id

    def find(self, key: str) -> Site | None:
        """The site that answers to an id, token, domain or alias."""
        return self.by_key.get(key) or self.by_key.get(ascii_host(key)) or self.sender(key)

    def sender(self, token: str) -> Site | None:
        """The site that a token may send events for: its own, or an API token to ingest."""
        if token.startswith(TOKEN_PREFIX):
            number, ends = self.senders.get(hash_ := secret_hash(token), (0, None))
            if number and (ends is None or ends > now()):
                self.used.add(hash_)
                return self.by_number.get(number)
        return self.by_token.get(token)


class Allowance:
    """How often each key did something in the running window of time. Memory only."""

    LIMIT = 100_000  # keys; beyond it the window begins anew rather than grow

    def __init__(self, seconds: int) -> None:
        self.seconds, self.window = seconds, 0
        self.used: Counter = Counter()

    def count(self, key: object, add: int = 1) -> int:
        """Add to a key's uses, and return them."""
        window = int(now()) // self.seconds
        if window != self.window or len(self.used) > self.LIMIT:
            self.used.clear()
            self.window = window
        self.used[key] += add
        return self.used[key]

    def left(self) -> int:
        """Seconds until the window ends."""
        return self.seconds - int(now()) % self.seconds

    def check(self, key: object, limit: int, add: int = 1) -> None:
        """Count requests of a minute; raise Refused when a key has more than a limit (0: none)."""
        if limit and self.count(key, add) > limit:
            wait = str(self.left())
            raise Refused(429, f"more than {limit} requests a minute from here", Retry_After=wait)


class Failures:
    """How often each key failed, and how long it is shut for that: by the fifth failure for a
    minute, by each one after it for twice as long. After a day without any they are forgotten, as
    are those in the future of a clock that went back. Memory only."""

    FREE = 5  # failures; the last of them shuts
    SHORTEST, LONGEST = 60, 3600  # seconds
    # Keys; of more, the one goes that failed the longest ago. An attacker with networks enough to
    # push one out has as many to guess from; failures by account are in a list of their own.
    LIMIT = 100_000

    def __init__(self) -> None:
        self.held: OrderedDict[object, tuple[int, float]] = OrderedDict()  # how many, and the last

    def wait(self, key: object) -> int:
        """Seconds until a key may be tried; 0 when it may be now."""
        count, last = self.held.get(key, (0, 0.0))
        passed = now() - last
        if count < self.FREE or passed < 0:
            return 0
        shut = min(self.LONGEST, self.SHORTEST * 2 ** (count - self.FREE))
        return max(0, math.ceil(shut - passed))

    def add(self, key: object) -> None:
        """Note one more failure."""
        self.tidy()
        count, _ = self.held.pop(key, (0, 0.0))
        self.held[key] = count + 1, now()
        if len(self.held) > self.LIMIT:
            self.held.popitem(last=False)

    def forget(self, key: object) -> None:
        self.held.pop(key, None)

    def tidy(self) -> None:
        """Forget what failed over a day ago, or is to come; the oldest stands first."""
        while self.held and not 0 <= now() - next(iter(self.held.values()))[1] < DAY:
            self.held.popitem(last=False)


class News:
    """What was committed since it was last taken: the sites, and the latest visits of each."""

    VISITS = 20  # of a site; of more nobody could read

    def __init__(self) -> None:
        self.moved: dict[int, dict[int, Entry]] = {}  # site -> visit -> entry
        self.came = gevent.event.Event()

    def add(self, changes: Changes) -> None:
        """Add a batch: the latest entry of a visit takes the place of what was there."""
        own = [drop.site for drop in changes.drops if drop.reason == "own"]
        for site in (*own, *(visit.site for visit in changes.visits)):
            self.moved.setdefault(site, {})
        for entry in changes.entries:
            latest = self.moved[entry.event.site]
            latest.pop(entry.visit.id, None)
            latest[entry.visit.id] = entry
            if len(latest) > self.VISITS:
                del latest[next(iter(latest))]
        if self.moved:
            self.came.set()

    def take(self) -> dict[int, dict[int, Entry]]:
        """All of it, by site; waits until there is something."""
        self.came.wait()
        self.came.clear()
        moved, self.moved = self.moved, {}
        return moved


class Steady:
    """The clock without leaps ahead, for what deletes by age: a machine's time may be wrong. A leap
    is believed once it has lasted for a day."""

    LEAP = 3 * DAY

    def __init__(self) -> None:
        self.known, self.since = now(), ticks()

    def moment(self) -> float:
        """What the clock shows; for a day after a leap, what it would show without it."""
        passed = ticks() - self.since
        if passed < DAY and now() > self.known + passed + self.LEAP:
            return self.known + passed
        self.known, self.since = now(), ticks()
        return self.known

    def check(self) -> None:
        """Raise StoreError while the clock is not believed."""
        if now() > self.moment() + self.LEAP:
            raise StoreError(
                f"it leapt days ahead after {iso(self.known)}: set it if it is wrong; else what is"
                " old goes in a day"
            )


Version = tuple[int, ...]  # grows with every change; first comes what somebody decided


class Held:
    """One thing a cache holds, or is about to."""

    def __init__(self, version: Version) -> None:
        self.version, self.value = version, None
        self.made, self.cost = 0.0, 0.0  # by the monotonic clock, in seconds
        self.ready = gevent.event.Event()
        self.failed = False


class Cache:
    """Keeps reports and pages until their version changes. What took long to make is not made again
    within a second when only visitors came. One greenlet makes a thing; the others who ask for it
    wait."""

    LIMIT, LARGEST = 64, 500_000  # things; letters of a text that is kept, of four bytes each
    LONGEST = 30.0  # seconds that anything is kept
    SHORTEST, COSTLY = 1.0, 0.1  # seconds

    def __init__(self) -> None:
        self.held: OrderedDict[object, Held] = OrderedDict()

    def find(
        self, key: object, version: Version, make: Callable[[], Any], fresh: bool = False
    ) -> Any:
        """The thing of a key, made when what is held of it is too old. A caller to whom no later
        change is announced wants it fresh, and waits out the second."""
        while (held := self.held.get(key)) is not None:
            held.ready.wait()
            age = time.monotonic() - held.made
            is_good = not held.failed and age < self.LONGEST
            is_current = held.version >= version
            only_visits = held.version[0] >= version[0]  # came since
            is_spared = only_visits and held.cost > self.COSTLY and age < self.SHORTEST
            if is_good and (is_current or (is_spared and not fresh)):
                if key in self.held:
                    self.held.move_to_end(key)
                return held.value
            if is_good and is_spared:
                gevent.sleep(self.SHORTEST - age)
            elif self.held.get(key) is held:
                del self.held[key]
        return self._make(key, version, make)

    def _make(self, key: object, version: Version, make: Callable[[], Any]) -> Any:
        held = self.held[key] = Held(version)
        while len(self.held) > self.LIMIT:
            self.held.popitem(last=False)
        begun = time.monotonic()
        try:
            held.value = make()
        except BaseException:
            held.failed = True
            raise
        finally:
            held.made = time.monotonic()
            held.cost = held.made - begun
            held.ready.set()
        if isinstance(held.value, str) and len(held.value) > self.LARGEST:
            self.held.pop(key, None)
        return held.value


# == State =========================================================================================
#
# What the running program shares, in one visible object: filled at start, emptied at stop, never
# rebound. Beside each field stand the sections that change it; everyone else only reads.


class State:
    """The shared objects of a running program. What has a value here is made anew by each start."""

    config: Config  # Start and stop
    store: Store  # Start and stop
    salts: Salts  # Start and stop, Events, Door, Loops
    geo: Geo  # Start and stop, Loops: whose watch_lists opens the files
    spammers: Spammers  # Start and stop, Loops: whose watch_lists reads the file
    sites: Registry  # Start and stop, Sites: whose reload_sites takes them anew
    queue: Queue  # Start and stop, Ingest, Writer, Door
    open_visits: OpenVisits  # Start and stop, Writer, Sites, Public, Loops
    demo: bool  # Start and stop: whether all visits are made up
    started: float  # Start and stop
    begun: float  # Start and stop: the same by the stopwatch
    steady: Steady  # Start and stop, Loops
    lock: int  # Start and stop: the handle that keeps a second server out
    loops: list[gevent.Greenlet]  # Start and stop

    def __init__(self) -> None:
        # Ingest, Writer, Routes: what happened since the start, by label; for Metrics
        self.counts: defaultdict[str, Counter] = defaultdict(Counter)
        # Writer, Sites, Goals, Public, Digest, Doctor, Loops: how often what pages show of a site
        # changed; 0: of all
        self.versions: Counter[int] = Counter()
        self.cache = Cache()  # Web, Figures, Public, Subscriptions: reports and pages
        self.overview: dict = {}  # Overview: site and period -> version, figures
        self.sweep = gevent.event.Event()  # Sites, JSON API, Loops: rows or rules wait for a sweep
        self.sweep.set()  # a server that was stopped may have left some
        # Sites, Loops: whether texts may be left that nothing refers to, as after a stop
        self.deleted = True
        self.cleared: dict[int, float] = {}  # Sites: when days of a site were last deleted
        self.tidy_after = 0.0  # Sites, Loops: before then unused texts are not looked for again
        self.tidying = gevent.lock.BoundedSemaphore()  # Loops: texts go while nobody gives any out
        self.settled: dict[int, int] = {}  # Sites, Loops: site -> day before which all is rolled up
        # Loops: when the days of a site were last gone through, and the latest visit then
        self.summed: dict[int, tuple[float, int]] = {}
        self.news = News()  # Writer, Live: what was committed while somebody watches
        self.requests = Allowance(60)  # Ingest: tracking requests by network
        # Events: examples of dropped hits by site and reason, an hour: a flood costs nothing
        self.samples = Allowance(3600)
        self.arrivals = Allowance(DAY)  # Ingest: where the day's tracking requests came from
        self.alarms: list[Finding] = []  # Doctor: what was bad a minute ago
        # Doctor: why work failed the last time, by work and site (0: all)
        self.faults: dict[tuple[str, int], str] = {}
        self.looks = Allowance(60)  # Share links: requests of strangers by network
        self.frames = Allowance(1)  # Live: messages by socket
        self.failures = Failures()  # Passwords, Loops: wrong ones, by what for and network
        self.wrong_codes = Failures()  # Second factor: by account
        # Auth: networks of logins, until when, of which account
        self.own_networks: dict[bytes, tuple[float, Account]] = {}
        # Auth: Basic credentials by hash: until when known to be right for which password hash
        self.verified: dict[str, tuple[float, str]] = {}
        self.sent_forms = Allowance(DAY)  # Auth: forms that made something, by hash
        # Auth: what is being made for forms, by the same hash
        self.making: dict[str, gevent.event.AsyncResult] = {}
        self.scrypt = gevent.lock.BoundedSemaphore()  # Passwords: one password hash at a time
        # Second factor, Login: logins that lack a code, until when
        self.tickets: dict[str, tuple[Credentials, float]] = {}
        # Second factor: the step of the last code that a full disk did not take, by account
        self.steps: dict[int, int] = {}
        # Login, Account: those that a full disk did not take, by hash: whose, and until when
        self.unstored: dict[str, tuple[Credentials, float]] = {}
        # Loops: deliveries under way, by the server that takes them
        self.sending: dict[str, gevent.Greenlet] = {}
        # Loops: how many deliveries at once, as they share the hub's threads, which look up names
        self.delivery_slots = gevent.lock.BoundedSemaphore(5)
        self.digest_turn = gevent.lock.BoundedSemaphore()  # Delivery: one reads digests at a time
        self.test_messages = Allowance(3600)  # Subscriptions: by account
        # Start and stop, Login: the one-time setup secret and when it ends
        self.setup: dict[str, float] = {}
        self.subscribers: set = set()  # Live
        self.downloads = 0  # Site data: exports under way
        self.active = 0  # Server: requests being answered
        self.stopping = False  # Start and stop


state = State()


# == Dialects =====================================================================================
#
# How clients speak. A dialect is a row of DIALECTS (at the end of Umami and GoatCounter): its path,
# the function that reads a request into Signals, those that answer it and refuse it, and its
# bounds. To add one, write those functions and the row. Here are their shared words and our own
# dialect.

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
KB64, MB1 = 65_536, 1_048_576
URL_LIMIT = 4_096  # characters read of an address; a page's fragment may be all of its state
AGENT_LIMIT, HINT_LIMIT = 512, 128  # characters read of a user agent, of a client hint
HINTS = ("", "_MOBILE", "_PLATFORM", "_PLATFORM_VERSION", "_MODEL")
NO_CACHE = ("Cache-Control", "no-store")
NO_SNIFF = ("X-Content-Type-Options", "nosniff")
NO_INDEX = ("X-Robots-Tag", "noindex, nofollow")
# to <script crossorigin>, <img crossorigin>, and modules in a sandbox
FOR_ALL = ("Access-Control-Allow-Origin", "*")
# to pages that are isolated (Cross-Origin-Embedder-Policy)
FOR_ISOLATED = ("Cross-Origin-Resource-Policy", "cross-origin")


class Hit(NamedTuple):
    """One tracking request: what a dialect may read."""

    environ: Mapping[str, Any]
    path: str
    query: dict[str, str]
    body: bytes
    address: str
    network: bytes  # `visitor_network` of the address
    sender: Site | None  # whose token came along: a server that is believed
    claims: Claims | None = None  # what that server says of the visitor it speaks for


class Answer(NamedTuple):
    """A whole HTTP answer."""

    status: int
    body: bytes | Iterator[bytes] = b""  # an iterator is sent in pieces
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    def plus(self, *headers: tuple[str, str]) -> Answer:
        """The same answer with more headers."""
        return self._replace(headers=(*self.headers, *headers))


Outcome = Event | Drop | Refused  # what became of a Signal


class Dialect(NamedTuple):
    """How one kind of client speaks. A path ending in / stands for all below it."""

    path: str
    methods: tuple[str, ...]
    limit: int  # bytes of body
    read: Callable[[Hit], list[Signal | Refused]]  # raises Refused
    answer: Callable[[Hit, list[Outcome]], Answer]  # once all is committed
    refuse: Callable[[Refused], Answer]
    spared: tuple[int, ...] = ()  # statuses of signals that are refused without the others


class Fault(Refused):
    """One field of a request that cannot be taken."""

    def __init__(self, key: str, fault: str) -> None:
        super().__init__(400, f"{key} {fault}")
        self.key, self.fault = key, fault


def json_answer(status: int, value: object, *headers: tuple[str, str]) -> Answer:
    return Answer(status, json.dumps(value, separators=(",", ":")).encode(), headers=headers)


def refuse_plainly(refusal: Refused) -> Answer:
    return json_answer(refusal.status, {"error": refusal.message})


def read_json(body: bytes, kind: type = dict) -> Any:
    """The JSON object (or list) of a body. Raises Fault naming what is wrong with it."""
    try:
        value = json.loads(body.removeprefix(codecs.BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        raise Fault("the body", f"is not UTF-8 (byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise Fault("the body", f"is not JSON: {error}") from None
    if not isinstance(value, kind):
        wanted = "object" if kind is dict else "list"
        raise Fault("the body", f"is not a JSON {wanted} but {type(value).__name__}")
    return value


def field(body: Mapping, *names: str, default: str | None = None, limit: int = 500) -> str:
    """The text under the first of the names that is there. Raises Fault."""
    for name in names:
        value = body.get(name)
        if value is not None:
            break
    else:
        if default is None:
            raise Fault(names[0], "is missing")
        return default
    if not isinstance(value, str):
        raise Fault(name, f"is not text: {shorten(json.dumps(value))}")
    if len(value) > limit:
        raise Fault(name, f"is longer than {limit} characters: {shorten(value)}")
    if not value.isprintable() and BROKEN.search(value):
        raise Fault(name, f"holds a null byte or half a character: {shorten(value)}")
    return value


BROKEN = re.compile("[\0\ud800-\udfff]")


def some_text(body: Mapping, *names: str, limit: int = URL_LIMIT) -> str:
    """The first of some fields that is text, cut; "" for none."""
    return next((body[name][:limit] for name in names if isinstance(body.get(name), str)), "")


def shorten(text: str) -> str:
    """A stranger's text as an error may quote it: in ASCII, and not long."""
    text = ascii(text)
    return text if len(text) <= 60 else text[:56] + "..." + text[-1]


def number_field(body: Mapping, name: str, limit: float) -> float:
    """A number between 0 and a limit; 0 when absent. Raises Fault."""
    value = body.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise Fault(name, f"is no number from 0: {shorten(json.dumps(value))}")
    return min(value, limit)


CLAIMS_SINCE = 946_684_800  # the year 2000
CLOCK_SLACK = 600  # seconds that a server's clock may be ahead of ours


def read_moment(value: object) -> float | None:
    """When a server says it was: 1767323045, 1767323045000 (as JavaScript counts), or
    "2026-01-02T03:04:05Z" -> 1767323045.0; None for what is no moment from 2000 up to now."""
    if isinstance(value, str):
        value = parse_instant(value)
    if type(value) not in (int, float) or value > 1e15:  # an int may be too large for a float
        return None
    seconds = value / 1000 if value > CLAIMS_SINCE * 100 else value
    if not CLAIMS_SINCE <= seconds <= now() + CLOCK_SLACK:
        return None
    return float(min(seconds, now()))


def read_claims(hit: Hit, body: Mapping, time: str = "timestamp") -> Claims | None:
    """What a server with a token says of the visitor. Raises Fault."""
    if hit.sender is None:
        return None
    address = parse_address(str(body.get("ip", ""))[:100])
    if body.get("ip") and not address:
        raise Fault("ip", f"is no address: {shorten(json.dumps(body['ip']))}")
    moment = read_moment(body.get(time))
    if body.get(time) and not moment:
        raise Fault(time, f"is no moment up to now: {shorten(json.dumps(body[time]))}")
    return Claims(address, some_text(body, "userAgent", "user_agent") or None, moment)


def named_sites(text: str) -> list[str]:
    """Of names with commas between, one for each site: "a.com, www.a.com" -> ["www.a.com"]"""
    names = map(str.strip, text.split(","))
    return list({state.sites.find(name) or name: name for name in names}.values())


EVENT_KINDS = ("pageview", "event", "engagement")


def track_kind(body: Mapping) -> tuple[str, str]:
    """The kind of what is reported, and its name when it is an event. Raises Fault."""
    usual = "pageview" if body.get("engaged") is None else "engagement"
    kind = field(body, "eventType", default=usual)
    name = field(body, "eventName", "event_name", default="")
    if kind not in EVENT_KINDS and not clean_text(kind, 120):
        kind = usual
    if kind not in EVENT_KINDS:  # the first Slim Analytics: the type is the event's name
        kind, name = "event", name or kind
    elif name and kind == "pageview":
        kind = "event"
    if kind == "event" and not name:
        raise Fault("eventName", "is missing")
    return kind, name


def track_signal(hit: Hit, body: Mapping) -> Signal:
    """What our own tracker reports. Raises Fault."""
    kind, name = track_kind(body)
    return Signal(
        site=field(body, "siteId", "site_id"),
        url=field(body, "url", "page_url", limit=KB64)[:URL_LIMIT],
        kind=kind,
        name=name,
        referrer=some_text(body, "referrer"),  # an object where a form has this name
        title=body.get("title"),
        props=body.get("eventData", body.get("event_data")),
        screen=parse_screen(
            body.get("screenWidth"),
            body.get("screenHeight"),
            body.get("screen") or body.get("screen_resolution"),
        ),
        language=body.get("language") or hit.environ.get("HTTP_ACCEPT_LANGUAGE"),
        timezone=body.get("timezone"),
        engaged=number_field(body, "engaged", ENGAGED_LIMIT * 1000) / 1000,
        scroll=round(number_field(body, "scroll", 100)) or None,
        interactive=body.get("interactive") is not False,
        hash_routing=body.get("hash") is True,
        own=body.get("own") in ("1", True),  # the former from storage
        claims=read_claims(hit, body),
    )


def read_track(hit: Hit) -> list[Signal]:
    """Our own tracker, and both snippets of the first Slim Analytics."""
    body = read_json(hit.body)
    signal = track_signal(hit, body)
    signals = [name_link(signal) if signal.name == ":link" else signal]
    if body.get("status") == 404:  # of the page, which is a pageview all the same
        link = parse_link(signal.url)
        props = {"path": link.page if link else "/"}
        event = {"kind": "event", "name": "404", "props": props, "interactive": False}
        signals.append(signal._replace(**event, along=True))
    if "," in signal.site:  # Plausible's snippet may name several; unknown ones are left out
        names = named_sites(signal.site)
        names = list(filter(state.sites.find, names)) or names
        return [signal._replace(site=name) for name in names for signal in signals]
    return signals


DOWNLOADS = frozenset(
    "pdf doc docx xls xlsx ppt pptx pps key odt ods odp rtf txt csv epub mobi zip gz tgz bz2 xz 7z"
    " rar tar exe msi dmg pkg deb rpm apk iso jar mp3 mp4 m4a m4v mov avi wmv wav wma ogg flac webm"
    " mpeg midi".split()
)


def name_link(signal: Signal) -> Signal:
    """A click on a link as the event it is: one to another site, a download, or nothing."""
    url = signal.props.get("url") if isinstance(signal.props, dict) else None
    target, page = parse_link(url), parse_link(signal.url)
    if target is None or page is None:
        return signal._replace(kind="nothing")
    # A password, and what follows the path, are secrets.
    bare = re.sub("//[^/]*@", "//", re.split("[?#]", url)[0])
    props = {"url": readable(bare, "/?#%\\")}
    if not same_host(target.hostname, page.hostname):
        return signal._replace(name="Outbound Link: Click", props=props)
    is_file = target.page.rpartition(".")[2].lower() in DOWNLOADS
    kind = "event" if is_file else "nothing"
    return signal._replace(kind=kind, name="File Download", props=props)


SUCCESS = json_answer(200, {"success": True})


def answer_track(hit: Hit, outcomes: list[Outcome]) -> Answer:
    if "image/" in hit.environ.get("HTTP_ACCEPT", ""):
        return answer_gif(hit, outcomes)
    return SUCCESS


def read_pixel(hit: Hit) -> list[Signal]:
    """An image on a page without JavaScript: /pixel/<site>.gif, the page from ?p= or Referer."""
    site = hit.path.removeprefix("/pixel/").removesuffix(".gif")
    url = field(hit.query, "p", default=hit.environ.get("HTTP_REFERER") or "/", limit=URL_LIMIT)
    referrer = field(hit.query, "r", default="", limit=URL_LIMIT)
    url = url if url.startswith(("/", "http")) else f"/{url}"
    language = hit.environ.get("HTTP_ACCEPT_LANGUAGE", "")
    title = hit.query.get("t")
    return [Signal(site=site, url=url, referrer=referrer, title=title, language=language)]


def answer_gif(_hit: Hit, _outcomes: list[Outcome]) -> Answer:
    return Answer(200, GIF, "image/gif")


# == Haru and Plausible ===========================================================================
#
# What the clients of other products send, and what they expect back: their words, ours only at the
# edge. Nobody is believed without a token; fields that ask for more than we keep are passed over.


def given_token(environ: Mapping[str, Any]) -> str:
    """The token of a request: as Bearer, or as the password of Basic without a name."""
    kind, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() == "basic":
        with contextlib.suppress(ValueError):
            return base64.b64decode(value).decode().partition(":")[2]
    return value.strip() if kind.lower() == "bearer" else ""


def host_of(url: str) -> str:
    """The host of an address, "" for none."""
    link = parse_link(url)
    return link.hostname if link else ""


def page_host(environ: Mapping[str, Any]) -> str:
    """The host of the page that a browser's request comes from, "" for none."""
    return host_of(environ.get("HTTP_ORIGIN", "")) or host_of(environ.get("HTTP_REFERER", ""))


def visit_of(outcome: Outcome) -> Visit | None:
    """The open visit that a committed event belongs to."""
    for slot in visit_slots(outcome.site, outcome.keys) if isinstance(outcome, Event) else ():
        visit = state.open_visits.get(slot)
        if visit and visit.started - VISIT_GAP < outcome.time <= visit.last:
            return visit
    return None


BATCH_LIMIT = 500  # events that one request may bring


def read_each(read: Callable[[Any], Signal], values: list) -> list[Signal | Refused]:
    """The signals of a batch; where one is wrong, what is wrong with it."""
    signals: list[Signal | Refused] = []
    for value in values:
        try:
            signals.append(read(value))
        except Refused as refusal:
            signals.append(refusal)
    return signals


def is_ours(hit: Hit) -> bool:
    """Whether our tracker speaks, which a page may send to where its old snippet did."""
    return hit.body.startswith(b'{"siteId":')


def or_ours(read: Callable[[Hit], list[Signal]]) -> Callable[[Hit], list[Signal]]:
    """A reader that also knows our tracker."""

    def read_both(hit: Hit) -> list[Signal]:
        return read_track(hit) if is_ours(hit) else read(hit)

    return read_both


# -- Haru: the token stands in the page, so it names a site and proves nothing.


@or_ours
def read_haru(hit: Hit) -> list[Signal]:
    body, key = read_json(hit.body), given_token(hit.environ) or hit.query.get("t", "")
    if state.sites.find(key) is None or body.get("p", "/") is None:
        raise Refused(401, "no site has this token")
    path, name = field(body, "p", default="/", limit=KB64), some_text(body, "n") or "pageview"
    if not path:
        raise Fault("p", "is empty")
    kind = {"pageview": "pageview", "duration": "engagement"}.get(name, "event")
    seconds = body.get("d")
    is_number = type(seconds) in (int, float) and seconds > 0
    return [
        Signal(
            site=key,
            url=(path if path.startswith(("/", "http")) else f"/{path}")[:URL_LIMIT],
            kind=kind,
            name=name,
            referrer=some_text(body, "r"),
            screen=parse_screen(body.get("sw"), body.get("sh")),
            language=hit.environ.get("HTTP_ACCEPT_LANGUAGE"),
            engaged=min(seconds, ENGAGED_LIMIT * 1000) / 1000 if is_number else 0,
        )
    ]


def answer_haru(_hit: Hit, _outcomes: list[Outcome]) -> Answer:
    return Answer(200, kind="text/plain")


def refuse_haru(refusal: Refused) -> Answer:
    if refusal.status == 429:
        return json_answer(429, {"error": "rate_limit_exceeded"})
    return Answer(refusal.status, kind="text/plain")


# -- Plausible

PLAUSIBLE_WORDS = {"n": "event_name", "u": "url", "d": "domain", "the body": "request"}
SCHEME = re.compile(r"^(?!https?:|data:)[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@or_ours
def read_plausible(hit: Hit) -> list[Signal]:
    """One event for each site named; short keys as trackers send, long ones as documented."""
    body = read_json(hit.body)
    body |= {key: str(body[key]) for key in ("n", "name") if type(body.get(key)) is int}  # 404
    name = field(body, "n", "name", limit=120)
    if not clean_text(name, 120):
        raise Fault("n", "is required")
    url = SCHEME.sub("https://", field(body, "u", "url", limit=2_000), 1)  # app://localhost/a
    domains = named_sites(field(body, "d", "domain", default=host_of(url), limit=2_000))
    if not all(domains):
        raise Fault("d", "can't be blank")
    kind = name if name in ("pageview", "engagement") else "event"
    depth, engaged = (body.get(key) for key in ("sd", "e"))
    depth = min(depth, 100) if type(depth) is int and 0 <= depth != 255 else None  # 255: unknown
    is_number = type(engaged) in (int, float) and 0 <= engaged < 30 * DAY * 1000
    if kind == "engagement" and depth is None and not is_number:
        raise Fault("n", "engagement needs sd or e")
    agent = hit.environ.get("HTTP_USER_AGENT", "")
    hops = hit.environ.get("HTTP_X_FORWARDED_FOR", "")[:500].split(",")
    address = next(filter(None, map(parse_address, hops)), None)
    signal = Signal(
        site="",
        url=url,
        kind=kind,
        name=name,
        referrer=some_text(body, "r", "referrer", limit=2_000),
        props=next((body[key] for key in ("m", "meta", "p", "props") if body.get(key)), None),
        scroll=depth or None,
        engaged=min(engaged / 1000, ENGAGED_LIMIT) if is_number else 0,
        language=None if hit.sender else hit.environ.get("HTTP_ACCEPT_LANGUAGE"),
        interactive=body.get("i") is not False and body.get("interactive") is not False,
        hash_routing=body.get("h", body.get("hashMode")) in (1, True),
        claims=Claims(address, agent) if hit.sender else None,
    )
    return [signal._replace(site=domain) for domain in domains]


def answer_plausible(hit: Hit, outcomes: list[Outcome]) -> Answer:
    """Accepted, and how many were dropped: bots, unknown sites, engagement without a visit."""
    if hit.environ.get("HTTP_X_DEBUG_REQUEST") == "true":
        return Answer(200, hit.address.encode(), "text/plain")
    dropped = sum(visit_of(outcome) is None for outcome in outcomes)
    headers = (("X-Plausible-Dropped", str(dropped)),) if dropped else ()
    return Answer(202, b"ok", "text/plain", headers)


def refuse_plausible(refusal: Refused) -> Answer:
    key, fault = "request", refusal.message
    if isinstance(refusal, Fault):
        key = PLAUSIBLE_WORDS.get(refusal.key, refusal.key)
        fault = "is required" if refusal.fault == "is missing" else refusal.fault
        fault = "Unable to parse request body as json" if key == "request" else fault
    return json_answer(refusal.status, {"errors": {key: [fault]}})


# == Umami and GoatCounter =========================================================================
#
# Two more, in the same manner; and the table of all dialects, to which a client is added as a row.


# -- Umami

NAMING_KEY = secrets.token_bytes(32)  # the ids that clients get mean nothing after a restart
UMAMI_KINDS = ("event", "identify", "performance")
UMAMI_LIMITS = {"name": 50, "hostname": 100, "language": 35, "screen": 11, "tag": 50}  # characters
TWICE_ENCODED = re.compile("%25([0-9a-fA-F]{2})")  # by trackers up to 2.10: they send a path


def flat_data(data: Mapping, above: str = "") -> Iterator[tuple[str, object]]:
    """Data as Umami keeps it, lists as text: {"a": {"b": 1}, "c": [2]} -> ("a.b", 1), ("c", "[2]").
    What is nested so deep that its key would be longer than ours are is left out."""
    for key, value in data.items():
        key = f"{above}{key}"
        if isinstance(value, dict):
            yield from flat_data(value, f"{key}.") if len(key) < PROP_KEY_CHARS else ()
        elif isinstance(value, list):
            with contextlib.suppress(RecursionError):
                yield key, json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        else:
            yield key, value


def umami_signal(hit: Hit, envelope: object) -> Signal:
    """One envelope; what identifies people, and what measures speed, is not kept. Raises Fault."""
    payload = envelope.get("payload") if isinstance(envelope, dict) else None
    if not isinstance(payload, dict):
        raise Fault("payload", "is not an object")
    kind = envelope.get("type")
    if kind not in UMAMI_KINDS:
        raise Fault("type", f"is none of {', '.join(UMAMI_KINDS)}: {shorten(json.dumps(kind))}")
    targets = [key for key in ("website", "link", "pixel") if payload.get(key) is not None]
    if len(targets) != 1:
        raise Fault("website", "is missing, or stands beside another")
    name, host, language, screen, _ = (
        field(payload, key, default="", limit=limit) for key, limit in UMAMI_LIMITS.items()
    )
    url = field(payload, "url", default="/", limit=URL_LIMIT) or "/"
    referrer, data = some_text(payload, "referrer"), payload.get("data")
    if not isinstance(data, dict | None):
        raise Fault("data", f"is not an object but {type(data).__name__}")
    if not url.startswith(("http:", "https:")):
        url, referrer = (TWICE_ENCODED.sub(r"%\1", text) for text in (url, referrer))
        url = f"https://{host}/{url.lstrip('/')}" if host else f"/{url.lstrip('/')}"
    return Signal(
        site=field(payload, *targets),
        url=url,
        kind="nothing" if kind != "event" else "event" if name else "pageview",
        name=name,
        referrer=referrer,
        title=unquote(some_text(payload, "title")),  # older trackers encode it
        props=dict(flat_data(data or {})),
        screen=parse_screen(None, None, screen),
        language=language or hit.environ.get("HTTP_ACCEPT_LANGUAGE"),
        claims=read_claims(hit, payload),
    )


def read_umami(hit: Hit) -> list[Signal]:
    """One envelope; or what our copy of the script tells, whose data are kept alike."""
    if not is_ours(hit):
        return [umami_signal(hit, read_json(hit.body))]
    return [
        signal._replace(props=dict(flat_data(signal.props)))
        if isinstance(signal.props, dict)
        else signal
        for signal in read_track(hit)
    ]


def read_umamis(hit: Hit) -> list[Signal | Refused]:
    """A list of envelopes; each that is wrong is answered by its index."""
    envelopes = read_json(hit.body, list)
    if len(envelopes) > BATCH_LIMIT:
        raise Fault("the body", f"holds more than {BATCH_LIMIT} events: {len(envelopes)}")
    return read_each(functools.partial(umami_signal, hit), envelopes)


def umami_session(outcome: Outcome) -> dict[str, str]:
    """The ids that an Umami client gets: of the visitor for a day, and of the visit."""
    if not isinstance(outcome, Event):
        return {"beep": "boop"}
    visit = visit_of(outcome)
    visitor = (outcome.site, visit.visitor if visit else outcome.keys[0])
    started = visit.started if visit else outcome.time
    ids = {"sessionId": client_id(visitor), "visitId": client_id((*visitor, started))}
    site = state.sites.by_number.get(outcome.site)  # none: it was just deleted
    claims = {"websiteId": site and site.id, **ids, "iat": int(outcome.time)}
    return {"cache": web_token(claims), **ids}


def client_id(what: tuple[int, ...]) -> str:
    """The UUID by which a client knows a visitor or a visit; another after a restart."""
    digest = hashlib.blake2b(repr(what).encode(), digest_size=16, key=NAMING_KEY)
    return str(uuid.UUID(bytes=digest.digest()))


def web_token(claims: Mapping[str, object]) -> str:
    """Claims as a JSON Web Token (HS256), as clients are used to; nothing here reads it."""
    parts = (json.dumps(part, separators=(",", ":")) for part in (WEB_TOKEN_HEAD, claims))
    text = ".".join(base64url(part.encode()) for part in parts)
    return f"{text}.{base64url(hmac.digest(NAMING_KEY, text.encode(), 'sha256'))}"


WEB_TOKEN_HEAD = {"alg": "HS256", "typ": "JWT"}


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def answer_umami(_hit: Hit, outcomes: list[Outcome]) -> Answer:
    return json_answer(200, umami_session(outcomes[0]))


def answer_umamis(_hit: Hit, outcomes: list[Outcome]) -> Answer:
    wrong = [(n, outcome) for n, outcome in enumerate(outcomes) if isinstance(outcome, Refused)]
    report = {
        "size": len(outcomes),
        "processed": len(outcomes) - len(wrong),
        "errors": len(wrong),
        "details": [{"index": n, "response": umami_error(refusal)[1]} for n, refusal in wrong],
    }
    cache = next((umami_session(o)["cache"] for o in outcomes if isinstance(o, Event)), None)
    return json_answer(200, report | ({"cache": cache} if cache else {}))


def umami_error(refusal: Refused) -> tuple[int, dict]:
    """Status and body of an error as Umami's clients know it."""
    status = 400 if refusal.status == 404 else refusal.status
    error = {"message": refusal.message, "code": "server-error", "status": status}
    if refusal.status == 404:
        error |= {"message": "Website not found.", "code": "bad-request"}
    elif status < 500:
        error |= {"message": "Bad request", "code": "bad-request", "errors": [refusal.message]}
    if isinstance(refusal, Fault):
        error["properties"] = {refusal.key: {"errors": [refusal.fault]}}
    return status, {"error": error}


def refuse_umami(refusal: Refused) -> Answer:
    return json_answer(*umami_error(refusal))


# -- GoatCounter

GOAT_FLAGS = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}
PURPOSES = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
GOAT_KEYS = {"p": 2048, "t": 1024, "r": 2048, "q": 2048}  # longest values
NO_SESSION = (
    "session or browser/IP not set; use no_sessions if you don't want to track unique visits"
)


def goat_url(path: str, query: str, host: str = "") -> str:
    """The address of a page: its path, which may hold a query, and the query with the campaign."""
    path, _, more = path.partition("?")
    pairs = dict.fromkeys([*more.split("&"), *query.removeprefix("?").split("&")])
    search, start = "&".join(filter(None, pairs)), f"https://{host}" if host else ""
    return f"{start}/{path.lstrip('/')}" + (f"?{search}" if search else "")


@or_ours
def read_goat(hit: Hit) -> list[Signal]:
    """GoatCounter's own script: all is in the query, of a POST as well."""
    text = hit.environ.get("QUERY_STRING", "")
    try:
        query = dict(reversed(parse_qsl(text, keep_blank_values=True, max_num_fields=50)))
    except ValueError as error:
        raise Refused(400, f"error decoding parameters: {error}") from None
    path, title, referrer, search = (
        field(query, key, default=None if key == "p" else "", limit=limit)
        for key, limit in GOAT_KEYS.items()
    )
    if not clean_text(path, 2_048):
        raise Fault("p", "is missing")
    is_event = GOAT_FLAGS.get(query.get("e", "").lower() or "0")
    if is_event is None:
        raise Refused(400, f"wrong value: e={shorten(query['e'])[1:-1]}")
    bot = query.get("b") or "0"
    if not re.fullmatch("0|1[5-9][0-9]|[2-9][0-9][0-9]", bot):
        raise Refused(400, f"wrong value: b={shorten(bot)[1:-1]}")
    page, server = hit.environ.get("HTTP_REFERER", ""), hit.environ.get("HTTP_HOST", "")
    sites = [query.get("site"), page_host(hit.environ), host_of(f"http://{server}")]
    sites = [key for key in sites if key]
    return [
        Signal(
            site=next(filter(state.sites.find, sites), sites[0] if sites else ""),
            url=(page if host_of(page) else "/") if is_event else goat_url(path, search),
            kind="event" if is_event else "pageview",
            name=path,
            referrer=referrer,
            title=title,
            screen=parse_screen(None, None, query.get("s")),
            language=hit.environ.get("HTTP_ACCEPT_LANGUAGE", ""),
            # Nobody has seen what is "prefetch" or "preview".
            bot=bot != "0" or any("pre" in hit.environ.get(name, "") for name in PURPOSES),
        )
    ]


def refuse_goat(refusal: Refused) -> Answer:
    if refusal.status == 429:
        return refuse_plainly(refusal)
    status = 400 if refusal.status == 404 else refusal.status
    fault = f"not valid: {refusal.message}" if isinstance(refusal, Fault) else refusal.message
    return Answer(status, GIF, "image/gif", (("X-Goatcounter", fault),))


def read_goats(hit: Hit) -> list[Signal | Refused]:
    """GoatCounter's API, for servers; each hit that is wrong is answered by its index."""
    if hit.sender is None:
        raise Refused(401, "unknown token")
    body = read_json(hit.body)
    hits = body.get("hits") or []
    if not isinstance(hits, list):
        raise Fault("hits", f"is not a list but {type(hits).__name__}")
    if not hits:
        raise Refused(400, "no hits")
    if len(hits) > BATCH_LIMIT:
        raise Refused(400, f"maximum amount of pageviews in one batch is {BATCH_LIMIT}")
    return read_each(functools.partial(goat_signal, hit, body.get("no_sessions") is True), hits)


def goat_signal(hit: Hit, no_sessions: bool, row: object) -> Signal:
    """One hit of GoatCounter's API. Raises Refused."""
    if not isinstance(row, dict):
        raise Fault("hit", f"is not an object but {type(row).__name__}")
    path = field(row, "path", limit=2_048)
    if not clean_text(path, 2_048):
        raise Fault("path", f"has nothing to see: {shorten(path)}")
    claims = read_claims(hit, row, "created_at")
    session = some_text(row, "session", limit=500)
    if not (no_sessions or session or (claims.address and claims.agent)):
        raise Refused(400, NO_SESSION)
    is_event, size = row.get("event") is True, row.get("size")
    size = [*size, None, None][:2] if isinstance(size, list) else [None, None]
    visitor = secrets.token_hex(8) if no_sessions else session
    return Signal(
        site=hit.sender.id,
        url="/" if is_event else goat_url(path, some_text(row, "query"), some_text(row, "host")),
        kind="event" if is_event else "pageview",
        name=path,
        referrer=some_text(row, "ref"),
        title=row.get("title"),
        screen=parse_screen(*size, row.get("size")),
        language=row.get("language"),
        bot=row.get("bot") not in (None, 0),
        claims=claims._replace(visitor=visitor),
    )


def answer_goats(_hit: Hit, outcomes: list[Outcome]) -> Answer:
    wrong = {str(n): o.message for n, o in enumerate(outcomes) if isinstance(o, Refused)}
    left_out = ", ".join(str(n) for n, o in enumerate(outcomes) if isinstance(o, Drop))
    answer = json_answer(400, {"errors": wrong}) if wrong else json_answer(202, {"status": "ok"})
    return answer.plus(("X-Goatcounter-Filter", left_out)) if left_out else answer


GET, POST = ("GET",), ("POST",)
# fmt: off
DIALECTS = [
    # path, methods, bytes of body; how to read, answer, refuse; statuses that spare the others
    Dialect("/track",       POST, KB64, read_track,     answer_track,     refuse_plainly),
    Dialect("/pixel/",       GET, 0,    read_pixel,     answer_gif,       refuse_plainly),
    Dialect("/api/collect", POST, KB64, read_haru,      answer_haru,      refuse_haru, (400,)),
    Dialect("/api/event",   POST, KB64, read_plausible, answer_plausible, refuse_plausible, (404,)),
    Dialect("/api/send",    POST, KB64, read_umami,     answer_umami,     refuse_umami),
    Dialect("/api/batch",   POST, MB1,  read_umamis,    answer_umamis,    refuse_umami,
            (400, 403, 404)),
    Dialect("/count", GET + POST, KB64, read_goat,      answer_gif,       refuse_goat),
    Dialect("/api/v0/count", POST, MB1, read_goats,     answer_goats,     refuse_plainly, (400,)),
]
# fmt: on
DIALECT_PATHS = {dialect.path: dialect for dialect in DIALECTS}


def find_dialect(path: str) -> Dialect | None:
    """The dialect spoken at a path."""
    return DIALECT_PATHS.get(path) or DIALECT_PATHS.get(path[: path.find("/", 1) + 1])


# == Events ========================================================================================
#
# What a client says (a Signal) becomes what is kept of it (an Event), or a Drop with a reason.


def read_body(environ: Mapping[str, Any], limit: int) -> bytes:
    """A request's body. Raises Refused 413 without reading when it says it is too long."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit():
        raise Refused(400, f"Content-Length is no number: {shorten(length)}")
    if int(length) > limit:
        raise Refused(413, f"the body is longer than {limit} bytes: {length}", Connection="close")
    try:
        body = environ["wsgi.input"].read(limit + 1)
    except (OSError, ValueError):  # the latter from a chunk without a length
        raise Refused(400, "the body ended early", Connection="close") from None
    if len(body) > limit:
        raise Refused(413, f"the body is longer than {limit} bytes", Connection="close")
    return body


@functools.cache
def bots() -> re.Pattern:
    """The vendored list of crawlers, as one pattern."""
    [name] = (name for name in resource_names("static/vendor") if "/isbot-" in name)
    return bot_pattern(resource(name).decode().splitlines())


@functools.lru_cache(4096)
def is_known_bot(agent: str) -> bool:
    return is_bot(agent, bots())


def environ_address(environ: Mapping[str, Any]) -> str:
    """The visitor's address: the peer's, or what a trusted proxy says."""
    return client_address(
        environ.get("REMOTE_ADDR", ""),
        environ.get("HTTP_X_FORWARDED_FOR", "")[-FORWARDED_CHARS:],
        state.config.trusted_proxies,
    )


def is_own(network: bytes, site: Site) -> bool:
    """Whether somebody who may see a site, and leaves own visits out, is logged in from there."""
    until, account = state.own_networks.get(network, (0.0, None))
    return until > now() and account.rank(site.number) > 0


@functools.lru_cache(256)
def counted_hosts(listed: tuple[str, ...], domain: str) -> frozenset[str]:
    """The hosts that are a site's own; where it lists some, only their pages count."""
    return frozenset(map(ascii_host, (*listed, domain, f"www.{domain}")))


def drop_reasons(site: Site, link: Link, signal: Signal, hit: Hit) -> Iterator[str]:
    """Why a hit is left out, unless the site counts that after all; nothing when it counts. A
    server that speaks for a visitor need not name a browser."""
    environ = hit.environ
    if signal.own or is_own(hit.network, site):
        yield "own"
    if site.honour_dnt and environ.get("HTTP_DNT") == "1":
        yield "dnt"
    if site.honour_gpc and environ.get("HTTP_SEC_GPC") == "1":
        yield "gpc"
    if site.exclude and is_excluded(link.page, site.exclude):
        yield "excluded"
    if site.hosts and ascii_host(link.hostname) not in counted_hosts(site.hosts, site.domain):
        yield "host"
    agent = environ.get("HTTP_USER_AGENT", "")[:AGENT_LIMIT]
    brands = environ.get("HTTP_SEC_CH_UA", "")
    known = "Headless" in brands or is_known_bot(agent)
    if signal.bot or (known and (agent or not hit.claims)):
        yield "bot"
    if signal.referrer and is_spam(signal.referrer, link.hostname, state.spammers.hosts):
        yield "spam"


WISHES = ("dnt", "gpc")  # of visitors: what is left out for one is no example


def make_drop(site: Site, reason: str, page: str, hit: Hit) -> Drop:
    """A hit to be left out, with an example of it when there are not many of this hour yet."""
    moment, sample = now(), None
    if reason not in WISHES and state.samples.count((site.number, reason)) <= SAMPLES:
        agent = hit.environ.get("HTTP_USER_AGENT", "")[:AGENT_LIMIT]
        bot = parse_bot(agent, bots()) if reason == "bot" else None
        sample = Sample(int(moment), reason, page, state.geo.place(hit.address).country, bot)
    return Drop(site.number, local_day(moment, site.zone).isoformat(), reason, sample)


@functools.lru_cache(1)
def passing_secret(_day: int) -> bytes:
    """The key that stands in for destroyed salts (`late_salt`): in memory only, for a UTC day."""
    return secrets.token_bytes(32)


def late_salt(site: Site, day: date) -> bytes | None:
    """A substitute for the destroyed salt of a past day; None while the real one may exist."""
    if day >= local_day(now() - SALT_GRACE, site.zone):
        return None
    secret = passing_secret(int(now()) // DAY)
    return hashlib.blake2b(day.isoformat().encode(), digest_size=32, key=secret).digest()


def day_salt(site: Site, day: date) -> bytes:
    """The salt of a day, or a substitute, or a new one. Raises Refused 503 when that cannot be
    stored."""
    if salt := state.salts.get(site.number, day) or late_salt(site, day):
        return salt
    try:
        salt = in_thread(state.store.write_pool, state.salts.make, site.number, day)
        state.salts.trouble = ""
        return salt
    except OSError as error:
        state.salts.trouble = str(error)
        raise Refused(503, f"not stored: {error.strerror}", Retry_After="5") from None


def visitor_keys(site: Site, moment: float, late: bool, hit: Hit) -> tuple[int, ...]:
    """The visitor under the salt of the day and, where a visit may go on, of the day before."""
    visitor = hit.claims.visitor if hit.claims else ""
    agent = visitor or hit.environ.get("HTTP_USER_AGENT", "")
    day = local_day(moment, site.zone)
    key = visitor_key(day_salt(site, day), site.number, hit.network, agent)
    if not late and (site.number, key, False) in state.open_visits:
        return (key,)
    yesterday = day - timedelta(1)
    before = state.salts.get(site.number, yesterday) or (late and late_salt(site, yesterday))
    return (key, visitor_key(before, site.number, hit.network, agent)) if before else (key,)


def make_facts(
    site: Site, signal: Signal, link: Link, environ: Mapping[str, Any], place: Place
) -> Facts:
    """What is known of the visit that this signal may begin."""
    hosts = counted_hosts(site.hosts, site.domain)
    hints = tuple(environ.get("HTTP_SEC_CH_UA" + hint, "")[:HINT_LIMIT] for hint in HINTS)
    agent = parse_agent(environ.get("HTTP_USER_AGENT", "")[:AGENT_LIMIT], hints)
    return Facts(
        letter_host(link.hostname) or None,
        *parse_origin(link.query, signal.referrer, link.hostname, hosts),
        country=place.country,
        region=place.region,
        city=place.city,
        asn=place.asn,
        language=parse_language(signal.language),
        timezone=parse_timezone(signal.timezone) or place.timezone,
        browser=agent.browser,
        browser_version=agent.browser_version and f"{agent.browser} {agent.browser_version}",
        os=agent.os,
        os_version=agent.os_version and f"{agent.os} {agent.os_version}",
        device=agent.device,
        screen=signal.screen,
        country_from="timezone" if place.guessed else None,
    )


def speak_for(hit: Hit, claims: Claims) -> Hit:
    """The hit as if its visitor had sent it: as claimed, without the server's own headers."""
    environ = {key: value for key, value in hit.environ.items() if not key.startswith("HTTP_")}
    environ["HTTP_USER_AGENT"] = claims.agent or ""
    address = claims.address or ("" if claims.visitor else hit.address)
    network = visitor_network(address)
    return hit._replace(environ=environ, address=address, network=network, claims=claims)


def signal_link(site: Site, signal: Signal, hit: Hit) -> Link:
    """The page that a signal is of; a bare path is of the host that it comes from. Raises Fault."""
    url = signal.url.removeprefix("file://")  # to try things out, with data-local
    link = parse_link(url, site.keep, site.hash_routing or signal.hash_routing)
    if link is None:
        raise Fault("url", f"is no http address: {shorten(signal.url)}")
    if link.hostname:
        return link
    return link._replace(hostname=page_host(hit.environ) or ascii_host(site.domain))


def make_event(site: Site, signal: Signal, hit: Hit) -> Event | Drop:
    """Clean a signal into an event, or say why it is dropped. Raises Refused on a bad address."""
    moment = received = now()
    if signal.claims:
        hit, moment = speak_for(hit, signal.claims), signal.claims.time or received
    late = received - moment > VISIT_GAP
    link = signal_link(site, signal, hit)
    for reason in drop_reasons(site, link, signal, hit):
        if reason not in site.counted:
            return make_drop(site, reason, link.page, hit)
    is_event = signal.kind == "event"
    name = clean_text(signal.name, 120) if is_event else None
    if is_event and not name:  # without one it would be a pageview
        raise Fault("eventName", f"has nothing to see: {shorten(signal.name)}")
    keys = visitor_keys(site, moment, late, hit)
    visit = state.open_visits.get((site.number, keys[0], False))
    if visit and abs(moment - visit.last) < VISIT_GAP / 2:  # it goes on: what is known stands
        facts, place = visit.facts, visit.place
    else:
        place = state.geo.locate(hit.address, signal.timezone)
        facts = make_facts(site, signal, link, hit.environ, place)
    return Event(
        site=site.number,
        time=int(moment),
        keys=keys,
        kind=signal.kind,
        page=merged_page(link.page, site.merge) if site.merge else link.page,
        title=None if is_event else clean_text(signal.title, 300),
        name=name,
        props=stored_props(signal.props) if is_event else None,
        engaged=signal.engaged,
        scroll=signal.scroll,
        interactive=signal.interactive,
        facts=facts,
        place=place,
        late=late,
    )


# == Ingest ========================================================================================
#
# A tracking request becomes Signals (what the client says), then Events (what we keep), which are
# put into the queue together; it is answered once they are committed.


PRIVATE_RANGES = {  # bytes of a `visitor_network` -> the first and the last of each private range
    size: [(net[0].packed[:size], net[-1].packed[:size]) for net in nets]
    for size, nets in ((4, networks(PRIVATE_IPV4)), (8, networks(PRIVATE_IPV6)))
}


def is_private(network: bytes) -> bool:
    """Whether a visitor's network is private. (Of each hit: `ipaddress` takes 30 times as long.)"""
    ranges = PRIVATE_RANGES.get(len(network), ())
    return any(low <= network <= high for low, high in ranges)


def note_arrival(environ: Mapping[str, Any], address: str, network: bytes) -> None:
    """Count where tracking requests come from, for the doctor: in memory, until midnight UTC."""
    used = state.arrivals.used
    state.arrivals.count(network)
    used["all"] += 1
    if is_private(network):
        used["private"] += 1
    if names_another(environ.get("HTTP_X_FORWARDED_FOR", ""), address):
        used["unbelieved"] += 1


def kept_items(signals: list[Signal | Refused], outcomes: list[Outcome]) -> list[Event | Drop]:
    """The outcomes that are stored, the earliest first: a server may send a visit in any order."""
    items = [
        item
        for signal, item in zip(signals, outcomes, strict=True)
        if (isinstance(item, Event) and item.kind != "nothing")
        or (isinstance(item, Drop) and not signal.along)
    ]
    return sorted(items, key=lambda item: item.time if isinstance(item, Event) else 0)


def judge(dialect: Dialect, hit: Hit, signal: Signal | Refused) -> Outcome:
    """What becomes of a signal. Raises Refused, but for what the dialect spares the others."""
    try:
        if isinstance(signal, Refused):
            raise signal
        site = state.sites.find(signal.site)
        if site is None:
            raise Refused(404, f"unknown site {shorten(signal.site)}")
        if hit.sender and hit.sender.number != site.number:
            raise Refused(403, "the token is another site's")
        return make_event(site, signal, hit)
    except Refused as refusal:
        if refusal.status not in dialect.spared:
            raise
        return refusal


def check_stranger(environ: Mapping[str, Any], path: str) -> None:
    """Raise Refused when somebody without a token to send events meant to have one: on other
    products' routes, clients may send a token of theirs; browsers send a name and password."""
    given = environ.get("HTTP_AUTHORIZATION")
    if not given or path in ("/api/collect", "/api/v0/count"):  # these say it in their own words
        return
    is_bearer, token = given.lower().startswith("bearer"), given_token(environ)
    is_ours = token.startswith(TOKEN_PREFIX) or (is_bearer and token.startswith(SITE_PREFIX))
    if is_ours or (is_bearer and path == "/track"):
        raise Refused(401, "no token to send events is like this one, or it has ended")


def accept_hit(dialect: Dialect, environ: Mapping[str, Any], path: str) -> Answer:
    """Read, clean and queue one tracking request; returns once it is committed. Raises Refused."""
    if environ["REQUEST_METHOD"] not in dialect.methods:
        allowed = ", ".join((*dialect.methods, "OPTIONS"))
        raise Refused(405, f"{environ['REQUEST_METHOD']} is not answered here", Allow=allowed)
    address, sender = environ_address(environ), None
    network, limit = visitor_network(address), state.config.rate_limit
    if "HTTP_AUTHORIZATION" in environ:
        sender = state.sites.sender(given_token(environ))
    if sender is None:
        state.requests.check(network, limit)
        note_arrival(environ, address, network)
        check_stranger(environ, path)
    query = parse_query(environ.get("QUERY_STRING", ""))
    body = read_body(environ, dialect.limit)
    hit = Hit(environ, path, query, body, address, network, sender)
    signals = dialect.read(hit)
    if len(signals) > 1 and sender is None:
        state.requests.check(network, limit, len(signals) - 1)
    outcomes = [judge(dialect, hit, signal) for signal in signals]
    items = kept_items(signals, outcomes)
    try:
        if items:
            state.queue.put(items)
    except Busy as busy:
        raise Refused(503, f"not stored: {busy}", Retry_After="5") from None
    answer = dialect.answer(hit, outcomes)
    reasons = ",".join(sorted({item.reason for item in items if isinstance(item, Drop)}))
    return answer.plus(("X-Slim-Dropped", reasons)) if reasons else answer


@functools.lru_cache(256)
def cross_origin(origin: str) -> tuple[tuple[str, str], ...]:
    """The headers of a tracking answer: not cached; CORS for any origin, with credentials."""
    if not origin:
        return (NO_CACHE, NO_SNIFF, FOR_ISOLATED, FOR_ALL)
    return (
        *(NO_CACHE, NO_SNIFF, FOR_ISOLATED),
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "X-Slim-Dropped, X-Plausible-Dropped, X-Goatcounter"),
        ("Vary", "Origin"),
    )


def preflight(dialect: Dialect, environ: Mapping[str, Any]) -> Answer:
    """What a page's client may send: any header it asks for, as an app's own (X-CSRF-Token,
    sentry-trace) go with each of its requests. They prove nothing here."""
    asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS") or "Content-Type, Authorization"
    headers = (
        ("Access-Control-Allow-Methods", ", ".join(dialect.methods)),
        ("Access-Control-Allow-Headers", asked),
        ("Access-Control-Max-Age", "86400"),
    )
    return Answer(204, headers=headers)


def track(dialect: Dialect, environ: Mapping[str, Any], path: str) -> Answer:
    """Answer one tracking request, whatever was sent."""
    try:
        if environ["REQUEST_METHOD"] == "OPTIONS":
            answer = preflight(dialect, environ)
        else:
            answer = accept_hit(dialect, environ, path)
    except Refused as refusal:
        state.counts["refused"][str(refusal.status)] += 1
        answer = dialect.refuse(refusal).plus(*refusal.headers.items())
    except Exception:
        log_exception("a tracking request failed", private=True)
        answer = dialect.refuse(Refused(500, "something went wrong here; the log says what"))
    return answer.plus(*cross_origin(environ.get("HTTP_ORIGIN", "")))


# == Writer =======================================================================================
#
# One greenlet takes all that is queued, decides the visits on the hub, commits everything in one
# transaction on the writer's thread, and wakes every waiting request: durable and quick at once.
# Nothing in memory changes before the commit has succeeded.


def rolled_days(changes: Changes) -> set[tuple[int, int]]:
    """The days a batch changes that may be rolled up, here or by another process: those before
    today, and all before `settled`, which is later when the clock went back."""
    sites, moment = state.sites.by_number, now()

    def may_be_rolled(site: int, day: int) -> bool:
        today = local_day(moment, sites[site].zone).toordinal()
        return day < max(today, state.settled.get(site, 0))

    return {(site, day) for site, day in touched_days(changes, sites) if may_be_rolled(site, day)}


SLOW_SECONDS = 1.0  # a commit that takes longer is told by the doctor


def commit_items(items: list[Event | Drop]) -> None:
    """Commit events together and make their visits the open ones. Raises what SQLite raises."""
    changes = place_events(state.open_visits, items)
    begun = time.perf_counter()
    state.store.write(save_changes, changes, rolled_days(changes))
    took = time.perf_counter() - begun
    if took > SLOW_SECONDS:
        state.queue.slow = now(), took
    keep_changes(state.open_visits, changes, now())
    trim_visits(state.open_visits)
    state.versions.update({visit.site for visit in changes.visits})
    state.versions.update({drop.site for drop in changes.drops})
    state.queue.trouble, state.queue.damaged = "", False
    state.counts["commits"].update(done=1, seconds=time.perf_counter() - begun)
    state.counts["events"].update(item.kind for item in items if isinstance(item, Event))
    state.counts["dropped"].update(item.reason for item in items if isinstance(item, Drop))
    if state.subscribers:
        state.news.add(changes)


def commit_batch(batch: Batch) -> None:
    """Commit a batch. When the database fails all of it fails; when one event does, only that."""
    try:
        commit_items(batch.items)
        return
    except Exception as error:
        if is_damage(error) or isinstance(error, (sqlite3.OperationalError, OSError)):
            if is_damage(error) and not state.queue.damaged:
                log(f"nothing can be stored: {error}; slim.py restore takes a copy back", "error")
            state.queue.trouble, state.queue.damaged = str(error), is_damage(error)
            state.counts["commits"]["failed"] += 1
            batch.fail(str(error))
            return
        log_exception("a batch could not be committed; trying its events one by one")
    for position, item in enumerate(batch.items):
        try:
            commit_items([item])
        except Exception as error:  # whatever it is, the others must not wait for it
            log_exception("an event could not be committed")
            batch.failed[position] = str(error)


def storage_trouble() -> str:
    """Why events cannot be stored, as the last who tried found; empty when they can."""
    return state.queue.trouble or state.salts.trouble


def writer_loop() -> None:
    """Commit batch after batch, until killed. Whatever fails, nobody is told that it is stored."""
    while True:
        batch = state.queue.take()
        try:
            commit_batch(batch)
        except Exception as error:
            log_exception("the writer failed")
            batch.fail(str(error))
        except gevent.GreenletExit:  # the stop does not wait to see how it ends
            batch.fail("the server stops")
            raise
        finally:
            state.queue.finish(batch)


# == Dimensions ====================================================================================
#
# What reports are broken down and filtered by. To add a dimension, add a row to DIMENSIONS (and its
# column to schema.sql and Facts), and name it in a row of CARDS: query, API and filter follow.


class Dimension(NamedTuple):
    """Something reports can be broken down by."""

    name: str
    code: int  # in `rollup`; never given to another
    table: str  # "visit", "event" or "prop"
    column: str
    label: str
    plural: str
    empty: str = ""  # what null is called; "": rows without a value are not listed

    @property
    def unit(self) -> str:
        """What is counted of a value beside visits: how often an event came, or pages shown."""
        return "time" if self.table == "prop" or self.name == "event" else "pageview"


# fmt: off
DIMENSIONS = {row.name: row for row in (
    Dimension("page",             2, "event", "page",            "Page",            "Pages"),
    Dimension("entry-page",       3, "visit", "entry_page",      "Entry page",      "Entry pages"),
    Dimension("exit-page",        4, "visit", "exit_page",       "Exit page",       "Exit pages"),
    Dimension("title",            5, "event", "title",           "Title",           "Titles"),
    Dimension("hostname",         6, "visit", "hostname",        "Hostname",        "Hostnames"),
    Dimension("referrer",         7, "visit", "referrer",        "Referrer",        "Referrers"),
    Dimension("source",           8, "visit", "source",          "Source",     "Sources", "Direct"),
    Dimension("channel",          9, "visit", "channel",         "Channel",         "Channels"),
    Dimension("search-term",     10, "visit", "search_term",     "Search term",     "Search terms"),
    Dimension("medium",          11, "visit", "medium",          "Medium",          "Media"),
    Dimension("campaign",        12, "visit", "campaign",        "Campaign",        "Campaigns"),
    Dimension("term",            13, "visit", "term",            "Term",            "Terms"),
    Dimension("content",         14, "visit", "content",         "Content",         "Contents"),
    Dimension("country",         15, "visit", "country",         "Country",         "Countries"),
    Dimension("region",          16, "visit", "region",          "Region",          "Regions"),
    Dimension("city",            17, "visit", "city",            "City",            "Cities"),
    Dimension("asn",             18, "visit", "asn",             "Network",         "Networks"),
    Dimension("language",        19, "visit", "language",        "Language",        "Languages"),
    Dimension("timezone",        20, "visit", "timezone",        "Time zone",       "Time zones"),
    Dimension("browser",         21, "visit", "browser",         "Browser",         "Browsers"),
    Dimension("browser-version", 22, "visit", "browser_version",
              "Browser version", "Browser versions"),
    Dimension("os",              23, "visit", "os",              "System",          "Systems"),
    Dimension("os-version",      24, "visit", "os_version",
              "System version", "System versions"),
    Dimension("device",          25, "visit", "device",          "Device",          "Devices"),
    Dimension("screen",          26, "visit", "screen",          "Screen",          "Screens"),
    Dimension("event",           27, "event", "name",            "Event",           "Events"),
)}
# fmt: on
PAGE_NAMES = ("page", "entry-page", "exit-page")
GOAL = Dimension("goal", -1, "goal", "", "Goal", "Goals")  # to filter by only
ALL_CODE, HOUR_CODE, PROP_CODE = 0, 1, 28  # what `rollup` holds besides DIMENSIONS
PROP_MARK = "\x1f"  # between name, property and value of a rolled-up property
NOT_FOUND = Dimension(
    "event:404:path", PROP_CODE, "prop", f"404{PROP_MARK}path", "Not found", "Not found"
)


def prop_dimension(event: str, prop: str) -> str:
    """The name of an event's property as a dimension; an event's name may have a : in it, so that
    of a property is written otherwise: "Buy", "og:type" -> "event:Buy:og%3Atype"."""
    return f"event:{event}:{prop.replace('%', '%25').replace(':', '%3A')}"


def find_dimension(name: str) -> Dimension:
    """The dimension of a name; `event:<name>:<prop>` is one too. Raises Refused."""
    if name in DIMENSIONS:
        return DIMENSIONS[name]
    if name == NOT_FOUND.name:
        return NOT_FOUND
    kind, _, rest = name.partition(":")
    if kind == "event" and ":" in rest:
        event, _, prop = rest.rpartition(":")
        prop = prop.replace("%3A", ":").replace("%25", "%")
        return Dimension(name, PROP_CODE, "prop", f"{event}{PROP_MARK}{prop}", prop, prop)
    raise Refused(400, f"unknown dimension {shorten(name)}")


class CardRow(NamedTuple):
    """A card of the site page; more than one dimension are tabs. Every dimension is on a card."""

    icon: str
    title: str
    dimensions: tuple[str, ...]
    empty: str
    about: str


# fmt: off
CARDS = {
    "content": CardRow("📄", "Content",
        ("page", "entry-page", "exit-page", "title", "hostname", NOT_FOUND.name),
        "No pages seen in this period",
        "Who saw what. A visit enters by its first page and leaves by its last; Not found are the"
        " addresses that a site reports with the event 404 and its property path, as the script"
        " does where the browser tells it so: all but Safari. Visit duration is that of the whole"
        " visits, not of the time on a page."),
    "sources": CardRow("🔗", "Links", ("source", "referrer", "channel"),
        "Nobody came in this period",
        "Where visits came from: the source named in the link, else the page that linked. Direct:"
        " neither is known, as with bookmarks and most apps."),
    "campaigns": CardRow("📣", "Campaigns", ("campaign", "medium", "term", "content"),
        "None: a link with utm_campaign names one",
        "The utm_ words of the links that visits came by."),
    "searches": CardRow("🔍", "Searches", ("search-term",),
        "None: most search engines keep them to themselves",
        "What was searched for, where the referrer or the link tells."),
    "places": CardRow("🌍", "Places", ("country", "region", "city", "asn"),
        "None known: run slim.py geoip for a database of places",
        "Where a visitor's address is, by the database named below; then the address is forgotten."
        " Without a database the country is guessed from the time zone of the browser."
        " A network is who runs that address."),
    "locale": CardRow("💬", "Locale", ("language", "timezone"), "No languages seen",
        "The language and the time zone that the browser says it is set to."),
    "devices": CardRow("💻", "Devices",
        ("browser", "browser-version", "os", "os-version", "device", "screen"), "No devices seen",
        "What the browser says it is. Some say less than they know, so versions are rough."),
    "events": CardRow("⚡", "Events", ("event",), "None here: slim.track('Signup') sends one",
        "What a site sends with slim.track, by who did it. Choose one to see its properties."),
}
# fmt: on


class Filter(NamedTuple):
    """One condition on a dimension: any (or, negated, none) of the values, in which * is any text
    and \\* a star."""

    dimension: Dimension
    negated: bool
    values: tuple[str, ...]
    goals: tuple[Goal, ...] = ()  # what the values mean, where they name goals


# == Periods =======================================================================================
#
# What a reader asks for: a period, an interval, a comparison, filters. All of it is plain
# parameters of an address. To add a period, add a row to PERIODS.


class PeriodRow(NamedTuple):
    """A named period: its label, its key on the keyboard, its days, and how it steps back."""

    label: str
    key: str
    days: Callable[[date], tuple[date, date]]  # today -> first and last day
    months: int = 0  # it steps by this many months; 0: by its own length in days


def yesterday(today: date) -> tuple[date, date]:
    return today - timedelta(1), today - timedelta(1)


def this_year(today: date) -> tuple[date, date]:
    return today.replace(month=1, day=1), today


def last_days(count: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today - timedelta(count - 1), today)


def months_back(first: int, last: int) -> Callable[[date], tuple[date, date]]:
    """From the 1st of the month `first` ago to the end of the month `last` ago, or today."""
    return lambda today: (
        add_months(today.replace(day=1), -first),
        min(today, add_months(today.replace(day=1), 1 - last) - timedelta(1)),
    )


# fmt: off
PERIODS = {
    "today":      PeriodRow("Today",           "d", last_days(1)),
    "yesterday":  PeriodRow("Yesterday",       "e", yesterday),
    "24h":        PeriodRow("Last 24 hours",   "h", last_days(2)),
    "7d":         PeriodRow("Last 7 days",     "w", last_days(7)),
    "28d":        PeriodRow("Last 28 days",    "f", last_days(28)),
    "30d":        PeriodRow("Last 30 days",    "t", last_days(30)),
    "month":      PeriodRow("This month",      "m", months_back(0, 0), 1),
    "last-month": PeriodRow("Last month",      "l", months_back(1, 1), 1),
    "year":       PeriodRow("This year",       "y", this_year, 12),
    "12mo":       PeriodRow("Last 12 months",  "n", months_back(11, 0), 12),
    "all":        PeriodRow("All time",        "a", last_days(1)),
}
# fmt: on
DEFAULT_PERIOD = "28d"


class Period(NamedTuple):
    """A stretch of time in a site's zone."""

    name: str  # a key of PERIODS, or "custom"
    since: int
    until: int
    first: date
    last: date
    zone: ZoneInfo
    months: int = 0  # how it steps back; 0: by its days

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_of_days(self) -> bool:
        """Whether it is made of whole days; else it goes from one instant to another."""
        return self.name not in ("24h", "instants")

    def earlier(self, how: str = "previous") -> Period:
        """The period before, or the same one a year earlier; as whole as this one is planned."""
        if not self.is_of_days:
            end = self.since
            if how == "year":
                day = add_months(local_day(self.until, self.zone), -12)
                end = same_time(self.until, day, self.zone)
            return span_period(end - self.until + self.since, end, self.zone)
        if how == "year":
            first, last = add_months(self.first, -12), add_months(self.last, -12)
            if months := whole_months(self.first, self.last):
                last = add_months(first, months) - timedelta(1)
        else:
            first, last = self.first - timedelta(self.days), self.first - timedelta(1)
            if self.months:
                first = add_months(self.first, -self.months)
        return whole_days("custom", first, last, self.zone)

    def so_far(self, moment: float) -> Period:
        """This period up to a moment within it, to be compared like with like."""
        return self._replace(until=max(self.since, min(self.until, int(moment))))


def whole_days(name: str, first: date, last: date, zone: ZoneInfo, months: int = 0) -> Period:
    since, until = day_start(first, zone), day_start(last + timedelta(1), zone)
    return Period(name, since, until, first, last, zone, months)


def span_period(since: int, until: int, zone: ZoneInfo) -> Period:
    first, last = local_day(since, zone), local_day(max(since, until - 1), zone)
    return Period("instants", since, until, first, last, zone)


def whole_months(first: date, last: date) -> int:
    """How many calendar months begin and end with two days; 0 when they are not whole."""
    ahead = last + timedelta(1)
    is_whole = first.day == ahead.day == 1
    return 12 * (ahead.year - first.year) + ahead.month - first.month if is_whole else 0


def one_of(params: Mapping, key: str, known: Container[str], default: str) -> str:
    """A parameter that takes one of some words. Raises Refused."""
    word = params.get(key) or default
    if word not in known:
        names = ", ".join(filter(None, known))
        raise Refused(400, f"unknown {key} {shorten(word)}; known: {names}")
    return word


def read_date(name: str, text: str) -> date:
    """A date as 2026-11-21. Raises Refused."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not EARLIEST <= day <= LATEST:
        raise Refused(400, f"{name} is no date like 2026-11-21: {shorten(text)}")
    return day


def read_instant(name: str, text: str, zone: ZoneInfo) -> int:
    """An ISO instant, in the site's zone when it names none. Raises Refused."""
    moment = parse_instant(text, zone)
    if moment is None:
        raise Refused(400, f"{name} is no instant like 2026-11-21T18:00:00Z: {shorten(text)}")
    return moment


def read_custom_period(params: Mapping[str, str], zone: ZoneInfo, today: date) -> Period | None:
    """The period of `from`,`to` (days, inclusive, in either order) or `start`,`end` (instants).
    Raises Refused."""
    if params.get("from") or params.get("to"):
        last = read_date("to", params.get("to") or today.isoformat())
        first = read_date("from", params.get("from") or last.isoformat())
        first, last = min(first, last), max(first, last)
        return whole_days("custom", first, last, zone, whole_months(first, last))
    if params.get("start") or params.get("end"):
        until = read_instant("end", params.get("end") or iso(now()), zone)
        since = read_instant("start", params.get("start") or iso(until - 30 * DAY), zone)
        if since >= until:
            raise Refused(400, f"start {iso(since)} is not before end {iso(until)}")
        return span_period(since, until, zone)
    return None


def read_period(params: Mapping[str, str], zone: ZoneInfo, oldest: date | None) -> Period:
    """The period that parameters ask for; `oldest` is the first day of `all`. Raises Refused."""
    moment = now()
    today = local_day(moment, zone)
    if custom := read_custom_period(params, zone, today):
        return custom
    name = one_of(params, "period", PERIODS, DEFAULT_PERIOD)
    if name == "24h":
        return span_period(int(moment) - DAY, int(moment) + 1, zone)._replace(name=name)
    row = PERIODS[name]
    first, last = row.days(today)
    if name == "all":
        first = min(oldest or today, today)
    return whole_days(name, first, last, zone, row.months)


# fmt: off
INTERVAL_DAYS = {  # of how many days a chart by the interval makes sense: 2 to 1,100 slots, or all
    "hour": (1, 31), "day": (2, 1_100), "week": (14, 7_700), "month": (32, 41_000),
}
# fmt: on


def useful_intervals(period: Period) -> list[str]:
    days = round((period.until - period.since) / DAY)
    return [name for name, (least, most) in INTERVAL_DAYS.items() if least <= days <= most]


def read_interval(params: Mapping[str, str], period: Period) -> str:
    """The interval asked for, or the one that suits the period. Raises Refused."""
    name = params.get("interval")
    if not name:
        return "hour" if period.days <= 2 else "day" if period.days <= 92 else "month"
    if one_of(params, "interval", INTERVALS, "") == "hour" and period.days > 31:
        raise Refused(400, "interval hour is for at most 31 days")
    return name


RESERVED = frozenset(  # parameters that are no filters
    "period from to start end interval compare limit offset search sort format metric saved"
    " annotation".split()
)
CARD_PREFIX = "card-"  # parameters that choose the tab of a card


def is_filter(key: str) -> bool:
    """Whether a parameter of this name is a filter."""
    return key not in RESERVED and not key.startswith(CARD_PREFIX)


def exactly(value: str) -> str:
    """A value as filters write it, whose * stands for itself: "/order/*" -> "/order/\\*"."""
    return value.replace("*", "\\*")


def star_parts(value: str) -> list[str]:
    """The texts between which a filter's value has a * for anything; one, when it has none."""
    return [part.replace("\\*", "*") for part in re.split(r"(?<!\\)\*", value)]


# A pattern is held against every text there is, which takes as long as both are long: 8 of 880
# letters against 2,500 pages of 990 took 12 s of a processor.
STARS, STAR_CHARS, STAR_VALUES = 5, 200, 10


def has_stars(value: str) -> bool:
    """Whether a value has a * for anything. Raises ValueError when it takes too long to match."""
    stars = len(star_parts(value)) - 1
    if stars > STARS or (stars and len(value) > STAR_CHARS):
        raise ValueError(
            f"{shorten(value)} has more than {STARS} stars, or {STAR_CHARS} characters beside one"
        )
    return stars > 0


def read_filters(pairs: Iterable[tuple[str, str]]) -> tuple[Filter, ...]:
    """The filters among parameters: country=DE, page=/blog/*, browser!=Firefox. Raises Refused."""
    found: dict[tuple[Dimension, bool], list[str]] = {}
    patterns = 0
    for key, value in pairs:
        if not is_filter(key):
            continue
        name = key.removesuffix("!")
        dimension = GOAL if name == GOAL.name else find_dimension(name)
        values = found.setdefault((dimension, key.endswith("!")), [])
        if len(values) >= 50 or len(found) > 20:
            raise Refused(400, "more than 20 filters, or 50 values of one")
        try:
            patterns += dimension is not GOAL and has_stars(value)
        except ValueError as error:
            raise Refused(400, str(error)) from None
        if patterns > STAR_VALUES:
            raise Refused(400, f"more than {STAR_VALUES} values with a *")
        values.append(value[:1000])
    return tuple(Filter(*key, tuple(values)) for key, values in found.items())


# == Queries =======================================================================================
#
# A Scope says of which site, time and filters; a Statement makes SQL of it. Only our own words
# become SQL: what a reader says is always a parameter.


class Scope(NamedTuple):
    """What a report is about."""

    site: int
    since: int
    until: int
    zone: ZoneInfo
    filters: tuple[Filter, ...] = ()


def scope_of(site: Site, period: Period, filters: tuple[Filter, ...] = ()) -> Scope:
    return Scope(site.number, period.since, period.until, period.zone, filters)


class Totals(NamedTuple):
    """The sums that everything shown is made of. Times are in seconds."""

    visitors: int = 0
    visits: int = 0
    pageviews: int = 0
    bounces: int = 0
    lasted: int = 0
    engaged: int = 0

    @property
    def views_per_visit(self) -> float:
        return self.pageviews / self.visits if self.visits else 0.0

    @property
    def bounce_rate(self) -> float:
        return 100 * self.bounces / self.visits if self.visits else 0.0

    @property
    def duration(self) -> float:
        return self.lasted / self.visits if self.visits else 0.0


BRIEF = 3  # how many of them a list shows; the others take half as long again to sum

# What is summed of the visits `v` begun in slots, and of the pageviews `e` that happened in them.
VISIT_SUMS = (
    "count(distinct v.visitor + slot.n)",
    "count(*)",
    "sum(v.pageviews)",
    f"sum({BOUNCE})",
    "sum(v.lasted)",
    "sum(v.engaged)",
)
PAGEVIEW_SUMS = (VISIT_SUMS[0], "count(distinct v.id << 16 | slot.n)", "count(*)")


SLOTS = """
    slot (n, since, until) as materialized (
        select key, value ->> 0, value ->> 1 from json_each(:slots))"""


EVENT_ROWS = """
    slot cross join {event} e
         on e.site = :site and e.time >= slot.since and e.time < slot.until
         join {visit} v on v.id = e.visit"""

TEXT_ID = "(select id from text where value = {})"
TEXT_IDS = "(select id from text where {})"
VISIT_IN = "v.id in (select value from json_each({}))"


class Statement:
    """SQL in the making, put together here alone: `where` has conditions, `params` their values;
    `visit` and `event` are the tables it reads."""

    def __init__(self, scope: Scope, slots: list[Slot] | None = None) -> None:
        slots = slots or [(scope.since, scope.until)]
        self.params: dict[str, Any] = {
            "site": scope.site,
            "since": slots[0][0],
            "until": slots[-1][1],
            "slots": json.dumps(slots),
        }
        self.where: list[str] = []
        self.visit, self.event = "visit", "event"

    def param(self, value: Any) -> str:
        """A placeholder for a value."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return ":" + name

    def run(self, db: Db, sql: str, **words: str | int) -> list[tuple]:
        """Run a statement in which {where} stands for the collected conditions, {slots} for the
        table of slots, {visit} and {event} for those of rows, {event_rows} for the events in slots
        with their visits, {bounce} for a bounce, and other {words} for words of ours."""
        tables = {"visit": self.visit, "event": self.event, "slots": SLOTS}
        conditions = "".join(f" and {condition}" for condition in self.where)
        rows = EVENT_ROWS.format(**tables)
        sql = sql.format(where=conditions, event_rows=rows, bounce=BOUNCE, **tables, **words)
        return db.execute(sql, self.params).fetchall()


def matching(
    statement: Statement, column: str, values: Iterable[str], of_pages: bool = False
) -> str:
    """A condition on a column of text: equal to one of the values, * standing for anything. Beside
    a * upper and lower case are the same, but not in pages: to servers they differ."""
    tests = []
    for parts in map(star_parts, values):
        if len(parts) > 1 and of_pages:
            pattern = "*".join(re.sub(r"[*?[]", r"[\g<0>]", part) for part in parts)
            tests.append(f"{column} glob {statement.param(pattern)}")
        elif len(parts) > 1:
            escaped = (re.sub(r"[\\%_]", r"\\\g<0>", part) for part in parts)
            tests.append(f"{column} like {statement.param('%'.join(escaped))} escape '\\'")
        else:
            tests.append(f"{column} = {statement.param(parts[0])}")
    return "(" + " or ".join(tests or ["0"]) + ")"


PROP_TEXTS = """
    select t.id from text t, json_each(case when json_valid(t.value) then t.value else '{}' end)
    where t.value like '{%'"""


def prop_condition(statement: Statement, wanted: Filter) -> str:
    """A condition on `e`: an event of a name with a property of some value."""
    name, _, prop = wanted.dimension.column.partition(PROP_MARK)
    return (
        f"e.name = {TEXT_ID.format(statement.param(name))} and e.props in ({PROP_TEXTS}"
        f" and key = {statement.param(prop)}"
        f" and {matching(statement, 'json_each.value', wanted.values)})"
    )


def goal_condition(statement: Statement, goals: Iterable[Goal]) -> str:
    """A condition on `e`: it reaches one of the goals, as an event or a pageview."""
    goals = list(goals)
    events = matching(statement, "value", [goal.event for goal in goals if goal.event])
    pages = [goal.page for goal in goals if goal.page]
    pages = matching(statement, "value", pages, of_pages=True)
    return (
        f"(e.name in {TEXT_IDS.format(events)}"
        f" or e.name is null and e.page in {TEXT_IDS.format(pages)})"
    )


def value_condition(statement: Statement, wanted: Filter) -> str:
    """A condition on the filter's column of `v` or `e`, before negation."""
    if wanted.dimension is GOAL:
        return goal_condition(statement, wanted.goals)
    if wanted.dimension.table == "prop":
        return prop_condition(statement, wanted)
    column = f"{wanted.dimension.table[0]}.{wanted.dimension.column}"
    empty = wanted.dimension.empty
    values = [value for value in wanted.values if value != empty]
    is_one = len(values) == 1 and "*" not in values[0]  # `=` is quicker than `in`
    test = f"{column} {'=' if is_one else 'in'} "
    of_pages = wanted.dimension.name in PAGE_NAMES
    test += TEXT_IDS.format(matching(statement, "value", values, of_pages))
    return f"({test} or {column} is null)" if empty and empty in wanted.values else test


PAGE_DIMENSIONS = ("page", "title")
EVENT_DIMENSIONS = ("page", "event")  # an event has no title


@remembered  # a page asks for it twenty times
def visits_with(db: Db, span: Scope, wanted: tuple[Filter, ...]) -> str:
    """The ids, as JSON, of the visits with an event that fits all of `wanted`: in the span or, for
    visits that cross its edge, outside."""
    statement = Statement(span)
    [[ids]] = statement.run(
        db,
        """
        select json_group_array(visit) from (
            select distinct e.visit from event e
            where e.site = :site and {test} and e.time between (
                select ifnull(min(v.started), :since) from visit v
                where v.site = :site and v.started >= :since - {limit} and v.started < :since
                      and v.started + v.lasted >= :since
            ) and (
                select max(:until, ifnull(max(v.started + v.lasted), :until)) from visit v
                where v.site = :site and v.started >= :until - {limit} and v.started < :until))
        """,
        test=" and ".join(value_condition(statement, one) for one in wanted),
        limit=VISIT_LIMIT,
    )
    return ids


def visit_conditions(
    db: Db, statement: Statement, span: Scope, wanted: Iterable[Filter]
) -> Iterator[str]:
    """Some filters of a span as conditions on the visit `v`. A page and a title that are wanted are
    of one pageview."""
    seen = tuple(f for f in span.filters if f.dimension.name in PAGE_DIMENSIONS and not f.negated)
    for one in wanted:
        if one.dimension.table == "visit":
            test = value_condition(statement, one)
        else:
            ids = visits_with(db, span._replace(filters=()), seen if one in seen else (one,))
            test = VISIT_IN.format(statement.param(ids))
        yield f"ifnull(not ({test}), 1)" if one.negated else test


COPY_ROWS = 50_000  # at most: some 5 MB of visits
MOMENTS = {"visit": "started", "event": "time"}


@remembered  # a page sums what fits its filters twenty times
def copied(db: Db, span: Scope, table: str) -> str:
    """A table in memory with the rows of `visit` or `event` that fit the filters of a span, and of
    VISIT_LIMIT before it; it ends with the snapshot. "" for none: they are too many, or there is no
    snapshot."""
    if db.memo is None:
        return ""
    statement, name = Statement(span), f"copy_{len(db.memo)}"
    if table == "visit":
        statement.where += visit_conditions(db, statement, span, span.filters)
    else:
        statement.where += [value_condition(statement, wanted) for wanted in span.filters]
    with making_tables(db):
        statement.run(
            db,
            """
            create table temp.{name} as
            select {of}.* from {table} {of}
            where {of}.site = :site and {of}.{moment} >= :since - {before}
                  and {of}.{moment} < :until {where}
            limit {most} + 1
            """,
            name=name,
            of=table[0],
            table=table,
            moment=MOMENTS[table],
            before=VISIT_LIMIT,
            most=COPY_ROWS,
        )
        if scalar(db, f"select max(rowid) > {COPY_ROWS} from {name}"):  # noqa: S608
            db.execute(f"drop table {name}")
            return ""
        db.execute(f"create unique index temp.{name}_id on {name} (id)")
        db.execute(f"create index temp.{name}_moment on {name} (site, {MOMENTS[table]})")
    return name


def filtered(
    db: Db, scope: Scope, slots: list[Slot] | None = None, direct: tuple[str, ...] = ()
) -> Statement:
    """A statement with the filters of a scope as conditions on the visit `v`; those on the
    dimensions `direct` are of the event `e`, unless they are negated: the visit never had such an
    event. What is summed in slots is read from copies, where there are any."""
    statement = Statement(scope, slots)
    span = scope._replace(since=statement.params["since"], until=statement.params["until"])
    of_event = tuple(f for f in scope.filters if f.dimension.name in direct and not f.negated)
    if slots and scope.filters and (copy := copied(db, span, "visit")):
        statement.visit = copy
    else:
        others = [wanted for wanted in scope.filters if wanted not in of_event]
        statement.where += visit_conditions(db, statement, span, others)
    if slots and of_event and (copy := copied(db, span._replace(filters=of_event), "event")):
        statement.event = copy
    else:
        statement.where += [value_condition(statement, wanted) for wanted in of_event]
    return statement


# == Stats =========================================================================================
#
# Every number a reader can ask for, summed of raw rows.
# Visits count in the slot they began in; pageviews and events, and the visitors of a breakdown of
# events, in the slot they happened in. Visitors of several days are the sum of daily visitors:
# a visitor's key lives for one day, so counting distinct keys gives just that; where events of a
# visit that crosses midnight are counted, its key is told apart by the day. The functions take a
# connection first and run on a reader's thread.


AS_ONE, BY_SLOT = "0", "slot.n"  # what rows are summed by: not at all, by slot, or "v.COLUMN"


def sum_visits(db: Db, scope: Scope, by: str, slots: list[Slot], brief: bool = False) -> dict:
    """The visits begun in the slots, summed AS_ONE, BY_SLOT or by a column of `v`; pageviews are
    all those of the visits, whenever they happened."""
    statement = filtered(db, scope, slots)
    rows = statement.run(
        db,
        """
        with {slots}
        select {by} as value, {sums}
        from slot cross join {visit} v
             on v.site = :site and v.started >= slot.since and v.started < slot.until
        where {listed} {where}
        {group}
        """,
        by=by,
        listed=f"{by} is not null" if by in UNLISTED_NULL else "1",
        sums=", ".join(VISIT_SUMS[: BRIEF if brief else None]),
        group="having count(*)" if by == AS_ONE else "group by value",
    )
    return {value: Totals(*sums) for value, *sums in rows}


# Columns of which null is no value.
UNLISTED_NULL = {f"v.{d.column}" for d in DIMENSIONS.values() if d.table == "visit" and not d.empty}


def all_pageviews(db: Db, scope: Scope, slots: list[Slot]) -> dict[int, Totals]:
    """All pageviews that happened in each slot: all events but the named, without reading one;
    indexes have their times."""
    rows = Statement(scope, slots).run(
        db,
        """
        with {slots}
        select slot.n, (select count(*) from event e where {in_slot})
                       - (select count(*) from event e where {in_slot} and e.name is not null)
        from slot
        """,
        in_slot="e.site = :site and e.time >= slot.since and e.time < slot.until",
    )
    return {n: Totals(pageviews=views) for n, views in rows if views}


def sum_pageviews(db: Db, scope: Scope, by: str, slots: list[Slot]) -> dict:
    """The pageviews that happened in the slots, counted as `sum_visits` sums."""
    statement = filtered(db, scope, slots, PAGE_DIMENSIONS)
    rows = statement.run(
        db,
        """
        with {slots}
        select {by} as value, count(*) from {event_rows}
        where e.name is null {where}
        group by value
        """,
        by=by,
    )
    return {value: Totals(pageviews=views) for value, views in rows}


def add_by_key(*parts: Mapping[Any, Totals]) -> dict[Any, Totals]:
    """Dictionaries of sums, added up."""
    first, *others = sorted(parts, key=len, reverse=True)
    merged = dict(first)
    for part in others:
        for key, sums in part.items():
            merged[key] = add_sums(merged[key], sums) if key in merged else sums
    return merged


def add_sums(one: Totals, other: Totals) -> Totals:
    return Totals(*map(int.__add__, one, other))


def sum_both(db: Db, scope: Scope, by: str, slots: list[Slot], brief: bool = False) -> dict:
    """Visits and pageviews in the slots, summed AS_ONE, BY_SLOT or by a column of `v`. Pageviews
    are summed from visits, then corrected for the few visits that cross an edge of a slot: to join
    every event to its visit takes twice as long."""
    visits = sum_visits(db, scope, by, slots, brief)
    of_pages = any(f.dimension.name in PAGE_DIMENSIONS and not f.negated for f in scope.filters)
    if of_pages or (by == BY_SLOT and not scope.filters):
        views = sum_pageviews(db, scope, by, slots) if of_pages else all_pageviews(db, scope, slots)
        return add_by_key({n: sums._replace(pageviews=0) for n, sums in visits.items()}, views)
    columns = () if by == BY_SLOT else MOVED
    joined = tuple(slots if by == BY_SLOT else contiguous(slots))
    place = (BY_SLOT, *columns).index(by)
    for values, views in moved_views(db, scope, joined, columns).items():
        sums = visits.get(values[place], Totals())
        visits[values[place]] = sums._replace(pageviews=sums.pageviews + views)
    return {value: sums for value, sums in visits.items() if any(sums)}


# What moved pageviews are summed by; read together, as a page shows them all.
MOVED = (AS_ONE, *(f"v.{name}" for name in ("entry_page", "exit_page", *Facts._fields)))


@remembered
def moved_views(db: Db, scope: Scope, slots: tuple[Slot, ...], columns: tuple[str, ...]) -> Counter:
    """Corrections for visits that go on after their slot: -1 pageview where the visit began, +1
    where the pageview happened; by slot and some columns of the visit."""
    # Where visits begin that may go on after the end of each slot, and into it from the gap before
    begun = [(max(since, until - VISIT_LIMIT), until) for since, until in slots]
    ends = [0, *(until for _, until in slots)]
    gaps = zip(ends, (since for since, _ in slots), strict=False)
    before = [(max(end, since - VISIT_LIMIT), since) for end, since in gaps]
    statement = filtered(db, scope, slots)
    statement.params["slots"] = json.dumps(begun + before)
    rows = statement.run(
        db,
        """
        with {slots}
        select {columns}
        from slot cross join {visit} v
             on v.site = :site and v.started >= slot.since and v.started < slot.until
                and v.started + v.lasted >= slot.until
             cross join event e on e.site = :site and e.time >= slot.until
                and e.time <= v.started + v.lasted and e.visit = v.id
        where e.name is null {where}
        """,
        columns=", ".join((BY_SLOT, "e.time", *columns)),
    )
    starts, moved = [since for since, _ in slots], Counter()
    for began, moment, *values in rows:
        happened = bisect.bisect_right(starts, moment) - 1
        if happened >= 0 and moment < slots[happened][1]:
            moved[happened, *values] += 1
        if began < len(slots):  # else it was in a gap, and counted nowhere
            moved[began, *values] -= 1
    return moved


def contiguous(slots: list[Slot]) -> list[Slot]:
    """Slots that touch, as one: (1, 2), (2, 3), (5, 6) -> (1, 3), (5, 6)"""
    joined: list[Slot] = []
    for since, until in slots:
        if joined and joined[-1][1] == since:
            since, _ = joined.pop()
        joined.append((since, until))
    return joined


def sum_events(db: Db, scope: Scope, dimension: Dimension, slots: list[Slot], brief: bool) -> dict:
    """Visits by a dimension of their events, each on the event's own day: slots are days."""
    of_pages = dimension.name in PAGE_DIMENSIONS
    direct = PAGE_DIMENSIONS if of_pages else EVENT_DIMENSIONS
    statement = filtered(db, scope, slots, (*direct, dimension.name))
    value, props = f"e.{dimension.column}", ""
    if dimension.table == "prop":
        name, _, prop = dimension.column.partition(PROP_MARK)
        value, props = "prop.value", PROP_ROWS
        statement.where.append(f"prop.key = {statement.param(prop)}")
        statement.where.append(f"e.name = {TEXT_ID.format(statement.param(name))}")
    rows = statement.run(
        db,
        BRIEF_EVENT_SUMS if brief else EVENT_SUMS,
        value=value,
        props=props,
        kind="null" if of_pages else "not null",
        sums=", ".join(PAGEVIEW_SUMS),
    )
    return {value: Totals(*sums) for value, *sums in rows}


PROP_ROWS = " join text props on props.id = e.props join json_each(props.value) prop"

BRIEF_EVENT_SUMS = """
    with {slots}
    select {value} as value, {sums} from {event_rows} {props}
    where e.name is {kind} and {value} is not null {where} group by 1"""

# A visit's bounce and times count once, however many events it had with the value.
EVENT_SUMS = """
    with {slots},
    seen as (
        select {value} as value, slot.n as n, v.visitor, v.lasted, v.engaged,
               count(*) as hits, {bounce} as bounce
        from {event_rows} {props}
        where e.name is {kind} {where}
        group by {value}, slot.n, v.id)
    select value, count(distinct visitor + n), count(*), sum(hits),
           sum(bounce), sum(lasted), sum(engaged)
    from seen where value is not null group by value"""


def sum_props(db: Db, scope: Scope, slots: list[Slot]) -> dict[str, Totals]:
    """The sums of every property of every event, by name, property and value as one text."""
    statement = filtered(db, scope, slots, EVENT_DIMENSIONS)
    mark = statement.param(PROP_MARK)
    rows = statement.run(
        db,
        EVENT_SUMS,
        value=f"names.value || {mark} || prop.key || {mark} || prop.value",
        props=f"{PROP_ROWS} join text names on names.id = e.name",
        kind="not null",
    )
    return {text: Totals(*sums) for text, *sums in rows}


def sum_goals(db: Db, scope: Scope, goals: list[Goal], days: list[Slot]) -> dict[int, Totals]:
    """Who reached each goal, by its id, from raw rows."""
    statement = filtered(db, scope, days)
    target = "select {} as goal, {} as named, id as value from text where {}"
    targets = []
    for goal in goals:
        test = matching(statement, "value", [goal.pattern], of_pages=not goal.event)
        targets.append(target.format(goal.id, int(bool(goal.event)), test))
    rows = statement.run(
        db,
        """
        with {slots}, target as materialized ({targets})
        select target.goal, {sums}
        from slot cross join event e
             on e.site = :site and e.time >= slot.since and e.time < slot.until
             join target on target.named = (e.name is not null)
                            and target.value = ifnull(e.name, e.page)
             join {visit} v on v.id = e.visit
        where 1 {where}
        group by target.goal
        """,
        targets=" union all ".join(targets),
        sums=", ".join(PAGEVIEW_SUMS),
    )
    return {goal: Totals(*sums) for goal, *sums in rows}


def sum_raw(
    db: Db, scope: Scope, dimension: Dimension, days: list[Slot], brief: bool = False
) -> dict:
    """The sums of each value (text.id; of properties, text) over days, from raw rows."""
    if not days:
        return {}
    if dimension.table != "visit":
        return sum_events(db, scope, dimension, days, brief)
    sums = sum_both(db, scope, f"v.{dimension.column}", days, brief)
    if not dimension.empty:
        sums.pop(None, None)
    return sums


# == Reports =======================================================================================
#
# What readers ask: totals, series, breakdowns, visits. `cover` says which part of a scope is read
# from rolled-up months and days, and which from raw rows; the sums of both are added. Filters read
# raw rows only; of days that are over they do so once.


class Summed(NamedTuple):
    """A period whose rolled-up sums are read: all of them, or only those `kept` of deleted rows."""

    period: int
    only_kept: int = 0
    revision: int = 0


class Cover(NamedTuple):
    """What a scope is read from: rolled-up periods, and raw rows for the other days. A day that
    waits to be rolled up again is read from its raw rows plus the kept sums of its deleted ones."""

    periods: list[Summed]
    days: list[Slot]
    finished_days: Sequence[Slot] = ()  # of raw rows that change no more
    finished_key: tuple = ()  # what these depend on

    @property
    def is_finished(self) -> bool:
        """Whether the rolled-up sums hold for good: as long as no revision changes."""
        return not any(period.only_kept for period in self.periods)


def marked_periods(db: Db, site: int, first: int, last: int) -> dict[int, tuple[int, int]]:
    """The markers of periods, days or months: period -> whether it is ready, its revision."""
    sql = "select period, ready, revision from rolled where site = ? and period between ? and ?"
    rows = db.execute(sql, (site, first, last))
    return {period: (ready, revision) for period, ready, revision in rows}


@remembered
def raw_since(db: Db, site: int, zone: ZoneInfo) -> int:
    """From when on every raw row is there; 0 when none was deleted, nor only its sums imported."""
    sql = """
        with gone (day) as (
            select max(period) from (
                select period from rolled
                where site = :site and period > 0 and pruned in (:going, :gone)
                union all
                select period from rollup
                where site = :site and dimension = :all and period > 0 and value = 0 and kept))
        select max(gone.day, ifnull(max(period), 0)) from gone left join rolled
            on site = :site and period between gone.day + 1 and gone.day + 2 and pruned = :less
        """
    codes = {"all": ALL_CODE, "going": GOING, "gone": GONE, "less": LESS}
    [[gone]] = db.execute(sql, {"site": site, **codes})
    return day_start(date.fromordinal(gone + 1), zone) if gone else 0


def cover(db: Db, scope: Scope, months: bool = True) -> Cover:
    """Whole months, then days, then raw rows of the rest; filters always read raw rows."""
    if scope.filters:
        return raw_cover(db, scope._replace(filters=()))
    return rolled_cover(db, scope, months)


@remembered
def raw_cover(db: Db, scope: Scope) -> Cover:
    """All of a scope as days of raw rows: those that are over apart from the others."""
    raw = raw_since(db, scope.site, scope.zone)
    since = max(scope.since, min(raw, scope.until - 1))
    rolled = rolled_cover(db, scope._replace(since=since, filters=()), True)
    days, left = split_span(scope.since, scope.until, "day", scope.zone), {*rolled.days}
    finished = {day for day in days if day[0] >= raw and day not in left}
    ready = [period for period in rolled.periods if not period.only_kept]
    others = [day for day in days if day not in finished]
    return Cover([], others, sorted(finished), (raw, *ready))


@remembered
def rolled_cover(db: Db, scope: Scope, months: bool) -> Cover:
    """A scope without filters as what is rolled up of it and, for other days, raw rows."""
    day, last = local_day(scope.since, scope.zone), local_day(scope.until - 1, scope.zone)
    if not months:
        return day_cover(db, scope, day, last)
    marked, found = marked_periods(db, scope.site, month_code(last), month_code(day)), Cover([], [])
    while day <= last:
        month, after = month_code(day), add_months(day.replace(day=1), 1)
        ready, revision = marked.get(month, (0, 0))
        begin, end = day_start(day, scope.zone), day_start(after, scope.zone)
        if ready and day.day == 1 and scope.since <= begin and end <= scope.until:
            found.periods.append(Summed(month, 0, revision))
        else:
            part = day_cover(db, scope, day, min(after - timedelta(1), last))
            found.periods.extend(part.periods)
            found.days.extend(part.days)
        day = after
    return found


def day_cover(db: Db, scope: Scope, day: date, last: date) -> Cover:
    """Some days of a scope: rolled up, or raw rows where they are not, or where it cuts them."""
    since, until, zone = scope.since, scope.until, scope.zone
    marked, found = marked_periods(db, scope.site, day.toordinal(), last.toordinal()), Cover([], [])
    end = day_start(day, zone)
    while day <= last:
        following = day + timedelta(1)
        start, end = end, day_start(following, zone)
        ready, revision = marked.get(day.toordinal(), (None, 0))
        if start < since or end > until:
            ready = None
        if ready is not None:
            found.periods.append(Summed(day.toordinal(), 1 - ready, revision))
        if not ready and start < end:
            found.days.append((max(start, since), min(end, until)))
        day = following
    return found


class Packed:
    """The sums of many values, mostly 4 bytes a number: of 10,000 pages 160 KB."""

    def __init__(self, rows: list[tuple]) -> None:
        """Of rows of a value and its sums, sorted by value."""
        columns = [*zip(*rows, strict=True)] or [()]
        while len(columns) > 1 + BRIEF and not any(columns[-1]):
            columns.pop()
        types = ["q" if max(column, default=0) >> 31 else "i" for column in columns]
        self.values, *self.sums = map(array, types, columns)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(len(column) * column.itemsize for column in (self.values, *self.sums))

    def wanted(self, most: int | None, others: Iterable[int | None]) -> dict[int | None, Totals]:
        """The sums of the `most` top values (None: of all), and of `others`, those with raw rows:
        no value beside these can be at the top of both."""
        places = range(len(self.values))
        if most is not None and most < len(places):
            ranks = list(zip(self.sums[0], self.sums[2], strict=True))  # visitors, pageviews
            edge = heapq.nlargest(max(most, 1) + (self.values[0] == OTHER), ranks)[-1]
            found = {place for place in places if ranks[place] >= edge}
            for value in others:
                place = bisect.bisect_left(self.values, value or 0)
                if place < len(self.values) and self.values[place] == (value or 0):
                    found.add(place)
            places = found
        return {
            self.values[place] or None: Totals(*(column[place] for column in self.sums))
            for place in places
        }


def sum_days(db: Db, scope: Scope, covered: Cover, what: Any, find: Callable) -> dict[Any, Totals]:
    """The sums that `find(days)` makes of a cover's days of raw rows. Those of days that are over
    are kept: whoever looks at filtered figures is sent them again with each visitor who comes."""
    found = find(covered.days) if covered.days else {}
    if not covered.finished_days:
        return found
    kept, key = db.finished, (what, scope.site, scope.filters, *covered.finished_key)
    past = kept.get(key)
    if past is None:
        past = find(covered.finished_days)
        asked = sum(4 * len(value) for wanted in scope.filters for value in wanted.values)
        if any(isinstance(value, str) for value in past):
            kept.keep(key, past, asked + TEXT_SUMS_BYTES * len(past))
        else:
            packed = Packed(sorted((value or 0, *sums) for value, sums in past.items()))
            kept.keep(key, packed, asked + packed.size)
    elif isinstance(past, Packed):
        past = past.wanted(None, ())
    return add_by_key(past, found)


TEXT_SUMS_BYTES = 400  # that a text and its Totals take in memory


SUMMED = "r.period = p.value ->> 0 and r.kept >= p.value ->> 1"  # a row of `rollup` is of p: Summed


def rolled_rows(
    db: Db, site: int, code: int, periods: list[Summed], by: str, count: int = len(Totals._fields)
) -> list[tuple]:
    """The first `count` sums of Totals of rolled-up periods, by "r.value", "r.period" or both."""
    if not periods:
        return []
    statement = Statement(Scope(site, 0, 0, UTC))
    return statement.run(
        db,
        """
        select {by}, {sums} from json_each({periods}) p
        cross join rollup r on r.site = :site and r.dimension = {code} and {summed}
        group by {by} order by {by}
        """,
        by=by,
        summed=SUMMED,
        sums=", ".join(f"sum(r.{name})" for name in Totals._fields[:count]),
        periods=statement.param(json.dumps(periods)),
        code=code,
    )


def sum_rolled(db: Db, site: int, code: int, periods: list[Summed]) -> dict[int | None, Totals]:
    """The sums of rolled-up periods by value; 0 is None."""
    rows = rolled_rows(db, site, code, periods, "r.value")
    return {value or None: Totals(*sums) for value, *sums in rows}


@remembered
def totals(db: Db, scope: Scope) -> Totals:
    """The sums of a scope."""
    covered = cover(db, scope)
    rolled = sum_rolled(db, scope.site, ALL_CODE, covered.periods)
    raw = sum_days(db, scope, covered, "all", lambda days: sum_both(db, scope, AS_ONE, days))
    return add_up([*rolled.values(), *raw.values()])


def add_up(parts: Iterable[Totals]) -> Totals:
    return Totals(*map(sum, zip(Totals(), *parts, strict=True)))


def series(db: Db, scope: Scope, interval: str) -> tuple[list[Slot], list[Totals]]:
    """The slots of a scope with the sums of each; an empty slot is zeros."""
    slots = split_span(scope.since, scope.until, interval, scope.zone)
    starts, found = [since for since, _ in slots], [Totals()] * len(slots)
    for moment, sums in series_pieces(db, scope, interval):
        slot = bisect.bisect_right(starts, moment) - 1
        found[slot] = add_sums(found[slot], sums)
    return slots, found


def series_pieces(db: Db, scope: Scope, interval: str) -> Iterator[tuple[int, Totals]]:
    """Moments and sums that add up to a series: by hour or by day, rolled up where they are."""
    covered = cover(db, scope, months=interval == "month")
    by_hour, zone = interval == "hour", scope.zone
    code, by = HOUR_CODE if by_hour else ALL_CODE, "r.period, r.value"
    for period, second, *sums in rolled_rows(db, scope.site, code, covered.periods, by):
        yield day_start(code_start(period), zone) + second, Totals(*sums)

    def by_moment(slots: list[Slot]) -> dict[int, Totals]:
        if by_hour:
            slots = [part for slot in slots for part in split_span(*slot, "hour", zone)]
        found = sum_both(db, scope, BY_SLOT, slots)
        return {slots[n][0]: sums for n, sums in found.items()}

    yield from sum_days(db, scope, covered, ("by moment", by_hour), by_moment).items()


class Series(NamedTuple):
    """A series, where None stands for what is not known."""

    slots: list[Slot]
    sums: list[Totals | None]
    hourless: list[date]  # days whose hours are not known


def known_series(db: Db, scope: Scope, interval: str) -> Series:
    """A series without the figures that are not all known."""
    slots, found = series(db, scope, interval)
    hourless = hourless_days(db, scope) if interval == "hour" else []
    unknown = unknown_spans(db, scope, hourless)
    sums = [
        None if any(since < end and start < until for start, end in unknown) else sums
        for (since, until), sums in zip(slots, found, strict=True)
    ]
    return Series(slots, sums, hourless)


def unknown_spans(db: Db, scope: Scope, hourless: list[date]) -> list[Slot]:
    """The parts of a scope of which not all is known: what is read from rows that may be gone, and
    the `hourless` days of a report by the hour."""
    raw, zone = raw_since(db, scope.site, scope.zone), scope.zone
    if scope.filters:
        return [(scope.since, raw)]
    ends = loose_ends(scope.since, scope.until, zone)
    days = {local_day(end, zone) for end in ends if end < raw}.union(hourless)
    return [(day_start(day, zone), day_start(day + timedelta(1), zone)) for day in days]


def hourless_days(db: Db, scope: Scope) -> list[date]:
    """The days of a scope that were imported whole. A visit and a pageview are of one hour, so sums
    that are known by the hour add up to the day's."""
    periods = cover(db, scope, months=False).periods

    def counts(code: int) -> dict[int, tuple[int, int]]:
        rows = rolled_rows(db, scope.site, code, periods, "r.period", BRIEF)
        return {day: (visits, pageviews) for day, _, visits, pageviews in rows}

    hours = counts(HOUR_CODE)
    return [date.fromordinal(n) for n, sums in counts(ALL_CODE).items() if sums != hours.get(n)]


# == Breakdowns ====================================================================================
#
# A dimension's values with their sums, from rolled-up periods and raw rows: sorted, searched, cut.


class Line(NamedTuple):
    """One row of a breakdown."""

    value: str
    totals: Totals
    is_rest: bool = False  # of values that were too many, no value itself
    past: Totals | None = None  # its sums of what it is compared with


SORTS: dict[str, Callable[[Totals, Totals], float] | None] = {  # by sums now and before
    "visitors": lambda sums, _: sums.visitors,
    "change": lambda sums, past: abs(sums.visitors - past.visitors),
    "visits": lambda sums, _: sums.visits,
    "pageViews": lambda sums, _: sums.pageviews,
    "bounceRate": lambda sums, _: sums.bounce_rate,
    "avgSessionDuration": lambda sums, _: sums.duration,
    "value": None,
}


class Wanted(NamedTuple):
    """What of a breakdown is summed: the `top` values with most visitors (None: all)."""

    dimension: Dimension
    brief: bool
    top: int | None


def is_only(wanted: Filter, dimension: Dimension) -> bool:
    """Whether a filter leaves one value of a dimension of visits, whose sums are those of all."""
    if wanted.dimension is not dimension or dimension.table != "visit" or wanted.negated:
        return False
    value, *others = wanted.values
    return not others and "*" not in value and value != dimension.empty


@remembered
def sum_dimension(db: Db, scope: Scope, wanted: Wanted) -> tuple[dict[Any, Totals], int]:
    """The sums of at least the wanted values (text.id; of properties text), and how many exist."""
    dimension, covered = wanted.dimension, cover(db, scope)
    if only := [f.values[0] for f in scope.filters if is_only(f, dimension)]:
        sums = totals(db, scope)
        id_ = scalar(db, "select id from text where value = ?", only[0])
        return ({id_: sums} if id_ and any(sums) else {}), int(any(sums))
    raw = sum_unrolled(db, scope, dimension, wanted.brief)
    if dimension.table == "prop":
        rolled = sum_rolled(db, scope.site, dimension.code, covered.periods)
        rolled = prop_sums(db, rolled, dimension)
        count = len(rolled.keys() | raw.keys())
    else:
        every = rolled_values(db, scope.site, wanted, covered)
        rolled = every.wanted(wanted.top, raw)
        count = len(every) + len(raw) - len(rolled.keys() & raw.keys())
    sums = add_by_key(rolled, raw)
    for rest in RESTS & rolled.keys():  # who saw two of them counts twice: not above all visitors
        most = totals(db, scope)._replace(pageviews=sums[rest].pageviews)
        sums[rest] = Totals(*map(min, sums[rest], most))
    return sums, count


@remembered
def sum_unrolled(db: Db, scope: Scope, dimension: Dimension, brief: bool) -> dict[Any, Totals]:
    """The sums of a dimension's values that are not rolled up."""

    def find(days: list[Slot]) -> dict:
        return sum_raw(db, scope, dimension, days, brief)

    return sum_days(db, scope, cover(db, scope), (dimension, brief), find)


RESTS = {OTHER, OTHER_NAME}


def rolled_values(db: Db, site: int, wanted: Wanted, covered: Cover) -> Packed:
    """The rolled-up sums of all values of a dimension, kept for the next who asks."""
    dimension = wanted.dimension
    kept, key = db.finished, (site, dimension.code, wanted.brief, *covered.periods)
    found = kept.get(key) if covered.is_finished else None
    if found is None:
        count = BRIEF if wanted.brief else len(Totals._fields)
        rows = rolled_rows(db, site, dimension.code, covered.periods, "r.value", count)
        found = Packed([row for row in rows if row[0] or dimension.empty])
        if covered.is_finished:
            kept.keep(key, found, found.size)
    return found


def prop_sums(db: Db, rolled: Mapping[int, Totals], dimension: Dimension) -> dict[str, Totals]:
    """Of all rolled-up properties those of one dimension, by their value."""
    prefix = dimension.column + PROP_MARK
    texts = text_values(db, rolled).items()
    return {
        text.removeprefix(prefix): rolled[id_] for id_, text in texts if text.startswith(prefix)
    }


class Breakdown(NamedTuple):
    """A dimension's values with their sums, sorted and cut; `total` counts all of them."""

    dimension: Dimension
    lines: list[Line]
    total: int


class Paging(NamedTuple):
    """Which rows of a breakdown are wanted."""

    limit: int = 10
    offset: int = 0
    search: str = ""
    sort: str = "visitors"
    label: Callable[[str], str] = str  # what readers see of a value, and search and sort by


TOP = Paging()


def searched(names: Mapping[Any, str], paging: Paging) -> dict[Any, str]:
    """The values whose name, or what readers see of it, has in it what is searched for."""
    needle = paging.search.lower()
    return {
        value: name
        for value, name in names.items()
        if needle in name.lower() or needle in paging.label(name).lower()
    }


def highest(values: Mapping, rank: Callable, count: int) -> Iterable:
    """The first `count` of some values by rank, and those that share the rank of the last."""
    if len(values) <= count:
        return values
    last = sorted(map(rank, values))[count - 1] if count else ()
    return [value for value in values if rank(value) <= last]


def ranking(
    sort: str, sums: Mapping[Any, Totals], before: Mapping[Any, Totals]
) -> Callable[[object], tuple]:
    """What values are ordered by, the first the lowest; what was too many, as one, is last."""
    key = SORTS[sort]

    def rank(value: object) -> tuple:
        one, then = sums[value], before.get(value, Totals())
        order = (-key(one, then), -one.visitors, -one.pageviews) if key else ()
        return (value in RESTS, *order)

    return rank


def breakdown(
    db: Db,
    scope: Scope,
    dimension: Dimension,
    paging: Paging = TOP,
    brief: bool = False,
    past: Scope | None = None,
) -> Breakdown:
    """The sums of a dimension's values, sorted and cut; when brief, without bounces and times.
    Compared with a past scope, values that were only there are listed, too."""
    end = paging.offset + paging.limit
    by_visitors = paging.sort == "visitors" and not (paging.search or past)
    wanted = Wanted(dimension, brief, end if by_visitors else None)
    sums, count = sum_dimension(db, scope, wanted)
    before: dict[Any, Totals] = {}
    if past:
        before, _ = sum_dimension(db, past, wanted)
        sums = dict.fromkeys(before, Totals()) | sums
        before = dict.fromkeys(sums, Totals()) | before
        count = len(sums)
    rank = ranking(paging.sort, sums, before)
    if paging.search:
        names = searched(value_names(db, dimension, sums), paging)
        count = len(names)
    else:  # of values that are not shown not even the names are looked up
        names = value_names(db, dimension, highest(sums, rank, end))
    label = paging.label if paging.sort == "value" else str
    shown = sorted(names, key=lambda value: (*rank(value), label(names[value]), names[value]))
    lines = [
        Line(names[value], sums[value], value in RESTS, before.get(value))
        for value in shown[paging.offset : end]
    ]
    return Breakdown(dimension, lines, count)


def event_props(db: Db, scope: Scope) -> list[str]:
    """The properties of the events that a scope is filtered by: ["event:Signup:plan", ...]"""
    names = {
        name
        for wanted in scope.filters
        if wanted.dimension.name == "event" and not wanted.negated
        for name in wanted.values
        if len(star_parts(name)) == 1
    }
    if not names:
        return []
    statement = Statement(scope)
    rows = statement.run(
        db,
        """
        select name.value, prop.key, count(*) as hits
        from event e join text name on name.id = e.name join text props on props.id = e.props
        join json_each(props.value) prop
        where e.site = :site and e.time >= :since and e.time < :until and e.name in {names}
        group by 1, 2 order by hits desc, 1, 2 limit 8
        """,
        names=TEXT_IDS.format(matching(statement, "value", names)),
    )
    return [prop_dimension(name, prop) for name, prop, _ in rows]


def value_names(db: Db, dimension: Dimension, values: Iterable) -> dict:
    """What the values of a dimension are called."""
    if dimension.table == "prop":
        return {value: str(value) for value in values}
    found: dict = text_values(db, values)
    return found | {None: dimension.empty} if None in values else found


def event_properties(db: Db, scope: Scope) -> dict[str, dict[str, dict[str, Totals]]]:
    """Every property of every event with the sums of its values: name -> property -> value."""
    covered = cover(db, scope)
    rolled = sum_rolled(db, scope.site, PROP_CODE, covered.periods)
    texts = text_values(db, rolled)
    raw = sum_days(db, scope, covered, "props", lambda days: sum_props(db, scope, days))
    found: dict[str, dict[str, dict[str, Totals]]] = {}
    for text, sums in add_by_key({texts[id_]: rolled[id_] for id_ in rolled}, raw).items():
        name, *prop = text.split(PROP_MARK, 2)
        if len(prop) == 2:  # else all that were too many, as one
            found.setdefault(name, {}).setdefault(prop[0], {})[prop[1]] = sums
    for wanted in scope.filters:  # by what an event has itself, as in the list of that property
        name, _, prop = wanted.dimension.column.partition(PROP_MARK)
        if not wanted.negated and prop in found.get(name, {}):
            found[name][prop], _ = sum_dimension(db, scope, Wanted(wanted.dimension, True, None))
    return found


# == Goals reached =================================================================================
#
# Who did what is hoped for, of how many. It is counted from raw rows; what was found of days that
# are over is kept.


class Reached(NamedTuple):
    """How a goal did since a moment: who reached it (`pageviews` times), of how many visitors."""

    goal: Goal
    sums: Totals
    among: int
    since: int


def goals_reached(db: Db, scope: Scope, goals: list[Goal], raw: int) -> list[Reached]:
    """How goals did: one event or page by its sums; patterns, whose visitors cannot be summed, and
    filtered visits by raw rows, all of which are there since `raw`."""
    summed = [goal for goal in goals if len(star_parts(goal.pattern)) == 1 and not scope.filters]
    raw_scope = scope._replace(since=min(max(scope.since, raw), scope.until))
    others = [goal for goal in goals if goal not in summed]

    def find(days: list[Slot]) -> dict[int, Totals]:
        return sum_goals(db, raw_scope, others, days)

    counted, reached = {}, []
    if others:
        counted = sum_days(db, raw_scope, raw_cover(db, raw_scope), ("goals", *others), find)
    for goal in goals:
        whole = goal in summed
        sums = sum_target(db, scope, goal) if whole else counted.get(goal.id, Totals())
        span = scope if whole else raw_scope
        everyone = totals(db, span).visitors
        # A visit over midnight began on one day only, but may have reached its goal on both.
        reached.append(Reached(goal, sums, max(everyone, sums.visitors), span.since))
    return reached


def sum_target(db: Db, scope: Scope, goal: Goal) -> Totals:
    """The sums of the one event or page that a goal names."""
    dimension, covered = DIMENSIONS["event" if goal.event else "page"], cover(db, scope)
    id_ = scalar(db, "select id from text where value = ?", *star_parts(goal.pattern))
    if id_ is None:
        return Totals()
    raw = sum_unrolled(db, scope, dimension, True)  # brief, as the card asks for them
    sql = f"""
        select sum(r.visitors), sum(r.visits), sum(r.pageviews) from json_each(?) p
        cross join rollup r on r.site = ? and r.dimension = ? and {SUMMED} and r.value = ?
        having count(*)
        """  # noqa: S608 - words of ours
    rolled = db.execute(sql, (json.dumps(covered.periods), scope.site, dimension.code, id_))
    return add_up([raw.get(id_, Totals()), *(Totals(*sums) for sums in rolled)])


# == Visit log =====================================================================================
#
# Visits one by one, and what was left out.


MEDIAN_VISITS = 10_000  # of more the median is not looked for: it takes 1.1 ms a thousand visits


def median_duration(db: Db, scope: Scope, visits: int, raw: int) -> int | None:
    """The middle duration of a scope's visits in seconds; None when some are gone, or too many."""
    if scope.since < raw or visits > MEDIAN_VISITS:
        return None
    statement = filtered(db, scope)
    rows = statement.run(
        db,
        """
        select v.lasted from visit v
        where v.site = :site and v.started >= :since and v.started < :until {where}
        order by v.lasted limit 1 offset {middle}
        """,
        middle=statement.param(max(0, visits - 1) // 2),
    )
    return rows[0][0] if rows else 0


class VisitEvent(NamedTuple):
    time: int
    page: str | None
    title: str | None
    name: str | None
    props: dict[str, str]
    engaged: int | None
    scroll: int | None


def has_guesses(db: Db, scope: Scope) -> bool:
    """Whether the country of some visit that is kept was guessed from its time zone."""
    sql = """select 1 from visit where country_from is not null
             and site = ? and started >= ? and started < ? limit 1"""
    return bool(scalar(db, sql, scope.site, scope.since, scope.until))


class LoggedVisit(NamedTuple):
    """One visit of the visit log, with its events in order."""

    id: int
    started: int
    lasted: int
    engaged: int
    pageviews: int
    latitude: float | None
    longitude: float | None
    entry_page: str | None
    exit_page: str | None
    facts: Facts
    events: list[VisitEvent]


VISIT_EVENTS = 200  # events shown of one visit


def visit_log(db: Db, scope: Scope, limit: int, offset: int) -> list[LoggedVisit]:
    """The visits of a scope, the latest first."""
    statement = filtered(db, scope)
    rows = statement.run(
        db,
        """
        select v.id, v.started, v.lasted, v.engaged, v.pageviews, city.latitude, city.longitude,
               v.entry_page, v.exit_page, {facts}
        from visit v left join city on city.id = v.city
        where v.site = :site and v.started >= :since and v.started < :until {where}
        order by v.started desc, v.id desc limit {limit} offset {offset}
        """,
        facts=", ".join(f"v.{name}" for name in Facts._fields),
        limit=statement.param(limit),
        offset=statement.param(offset),
    )
    first = LoggedVisit._fields.index("entry_page")  # of the columns that are numbers of texts
    texts = text_values(db, {number for row in rows for number in row[first:]})
    visits = []
    for row in rows:
        id_, started, lasted, *_ = row
        entry_page, exit_page, *facts = map(texts.get, row[first:])
        events = visit_events(db, scope.site, id_, started, lasted)
        visits.append(LoggedVisit(*row[:first], entry_page, exit_page, Facts(*facts), events))
    return visits


def visit_events(db: Db, site: int, visit: int, started: int, lasted: int) -> list[VisitEvent]:
    """The events of one visit, oldest first."""
    sql = """
        select e.time, p.value, t.value, n.value, d.value, e.engaged, e.scroll
        from event e
        left join text p on p.id = e.page left join text t on t.id = e.title
        left join text n on n.id = e.name left join text d on d.id = e.props
        where e.site = ? and e.time between ? and ? and e.visit = ?
        order by e.time, e.id limit ?
        """
    rows = db.execute(sql, (site, started, started + lasted, visit, VISIT_EVENTS))
    return [
        VisitEvent(moment, page, title, name, json.loads(props or "{}"), engaged, scroll)
        for moment, page, title, name, props, engaged, scroll in rows
    ]


def drop_counts(db: Db, site: int, first: date, last: date) -> dict[str, int]:
    """The ledger of dropped hits between two days: reason -> hits, most first."""
    sql = """
        select reason, sum(hits) from dropped where site = ? and day between ? and ?
        group by reason order by 2 desc, 1
        """
    rows = db.execute(sql, (site, first.isoformat(), last.isoformat()))
    return dict(rows.fetchall())


class Dropped(NamedTuple):
    """One reason of the ledger: hits of each day that has any, and the latest examples."""

    days: dict[date, int]
    samples: list[Sample]


def drop_ledger(db: Db, site: int, first: date, last: date) -> dict[str, Dropped]:
    """The ledger of dropped hits between two days by reason and day, with examples of the week."""
    ledger = {reason: Dropped({}, []) for reason in drop_counts(db, site, first, last)}
    for day, reason, hits in db.execute(
        "select day, reason, hits from dropped where site = ? and day between ? and ? order by day",
        (site, first.isoformat(), last.isoformat()),
    ):
        ledger[reason].days[date.fromisoformat(day)] = hits
    for sample in drop_samples(db, site):
        ledger.setdefault(sample.reason, Dropped({}, [])).samples.append(sample)
    return ledger


def drop_samples(db: Db, site: int, limit: int = -1) -> list[Sample]:
    """Examples of dropped hits, the latest first."""
    rest = "dropped_sample where site = ? order by time desc, id desc limit ?"
    return load_rows(db, Sample, rest, site, limit)


# == Rollup ========================================================================================
#
# Every finished site-local day becomes rows of `rollup`, one for each value of each dimension, and
# every finished month the sum of its days. The sums are read on a reader and written in slices, so
# that no event waits; the marker row in `rolled` makes them visible at the end (for the life of a
# day see GONE). A stranger may make pages up, and sums stay: so a period has MOST_VALUES of each
# dimension, those most visited, and the rest as one, OTHER. `read` and `write` run a function of a
# connection, of a running server or of a command.

SETTLE_SECONDS = 120  # a day is left alone this long after its end
ROLLUP_CODES = range(PROP_CODE + 1)  # all dimensions that `rollup` has
MOST_VALUES = 10_000  # of a dimension, 40 bytes each; 100,000 events see some 5,500 of 20,000 pages
RolledRow = tuple[int, int | str | None, Totals]  # dimension, value (text of a property), sums


def day_slots(site: Site, days: Iterable[int]) -> list[Slot]:
    """The slots of some days (ordinals) of a site."""
    starts = ((date.fromordinal(day), date.fromordinal(day + 1)) for day in days)
    return [(day_start(day, site.zone), day_start(after, site.zone)) for day, after in starts]


def day_rows(db: Db, site: Site, day: int) -> list[RolledRow]:
    """The rows of `rollup` that a day's raw rows make."""
    slots = day_slots(site, [day])
    [(since, until)] = slots
    scope = Scope(site.number, since, until, site.zone)
    rows: list[RolledRow] = [
        (ALL_CODE, None, sums) for sums in sum_both(db, scope, AS_ONE, slots).values()
    ]
    hours = split_span(since, until, "hour", site.zone)
    by_hour = sum_both(db, scope, BY_SLOT, hours)
    rows += [(HOUR_CODE, hours[n][0] - since, sums) for n, sums in by_hour.items()]
    for dimension in used_dimensions(db, scope):
        found = sum_raw(db, scope, dimension, slots)
        rows += [(dimension.code, value, sums) for value, sums in found.items()]
    props = sum_props(db, scope, slots)
    return rows + [(PROP_CODE, text, sums) for text, sums in props.items()]


def used_dimensions(db: Db, scope: Scope) -> list[Dimension]:
    """The dimensions that may have values in a scope: most sites know nothing of half of them."""
    rows = [row for row in DIMENSIONS.values() if row.table == "visit"]
    counts = Statement(scope).run(
        db,
        """
        select {columns} from visit v
        where v.site = :site and v.started >= :since - {limit} and v.started < :until
              and v.started + v.lasted >= :since
        """,
        columns=", ".join(f"count(v.{row.column})" for row in rows),
        limit=VISIT_LIMIT,
    )
    unused = {row for row, n in zip(rows, counts[0], strict=True) if not n and not row.empty}
    return [row for row in DIMENSIONS.values() if row not in unused]


def marker_revision(db: Db, site: int, period: int) -> int:
    sql = "select revision from rolled where site = ? and period = ?"
    return scalar(db, sql, site, period) or 0


def month_rows(db: Db, site: Site, month: int) -> list[RolledRow]:
    """The rows of `rollup` of a month, by its code: the sums of its days."""
    first = code_start(month)
    days = [*map(Summed, range(first.toordinal(), add_months(first, 1).toordinal()))]
    rows: list[RolledRow] = []
    for code in ROLLUP_CODES:
        if code != HOUR_CODE:
            found = sum_rolled(db, site.number, code, days)
            rows += [(code, value, sums) for value, sums in found.items()]
    return rows


def begin_period(db: Db, site: Site, period: int) -> bool:
    """Hide a period from reports until it is rolled up. False: another process has done so, or the
    site was deleted, or has another zone and so other days."""
    zone = scalar(db, "select timezone from site where number = ?", site.number)
    sql = "select ready from rolled where site = ? and period = ?"
    ready = scalar(db, sql, site.number, period)
    if zone != site.timezone or ready:
        return False
    mark_unready(db, site.number, [period])
    sql = "delete from rollup where site = ? and dimension = ? and period = ? and kept = 0"
    if ready is not None:
        db.executemany(sql, [(site.number, code, period) for code in ROLLUP_CODES])
    return True


ON_TOP = " on conflict (site, dimension, period, value, kept) do update set " + ", ".join(
    f"{name} = {name} + excluded.{name}" for name in Totals._fields
)


def put_rows(db: Db, site: int, period: int, revision: int, rows: list[RolledRow]) -> None:
    """Write some rows of a period, unless somebody else began to roll it up meanwhile."""
    if marker_revision(db, site, period) != revision:
        return
    refresh_texts(db)
    db.executemany(
        "insert or replace into rollup values (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
        [(site, code, period, value_number(db, value), *sums) for code, value, sums in rows],
    )


def value_number(db: Db, value: int | str | None) -> int:
    """The number of a value in `rollup`: its text.id, 0 for none, OTHER for "(other)"."""
    if value == OTHER_NAME:
        return OTHER
    return text_number(db, value) if isinstance(value, str) else value or 0


def rest_of(value: int | str) -> int | str:
    """What stands for a value beyond the limit: OTHER; of a property, its name with "(other)"."""
    if isinstance(value, int):
        return OTHER
    event, mark, rest = value.partition(PROP_MARK)
    return PROP_MARK.join((event, rest.partition(PROP_MARK)[0], OTHER_NAME)) if mark else OTHER_NAME


def folded_like(
    part: Mapping[tuple, Totals], all_: Container[tuple], number: Callable = lambda value: value
) -> dict[tuple, Totals]:
    """Sums folded into "(other)" wherever `all_` has only that; `number` turns a value into its key
    in `all_`."""
    found: dict[tuple, Totals] = {}
    for (name, value), sums in part.items():
        keys = [(name, number(shown)) for shown in (value, rest_of(value or 0), OTHER_NAME)]
        key = next((key for key in keys if key in all_), keys[0])
        found[key] = add_sums(found.get(key, Totals()), sums)
    return found


def overflow(db: Db, site: int, found: Mapping[Any, Totals]) -> dict[Any, Any]:
    """The values (text for properties) beyond MOST_VALUES, each with what it is folded into. Values
    of goals stay, then the most visited, then the oldest: made-up pages are the newest."""
    if len(found) <= MOST_VALUES:
        return {}
    sql = "select t.id from goal g join text t on t.value in (g.event, g.page) where g.site = ?"
    goals = {*scalars(db, sql, site)}
    numbers = text_numbers(db, [value for value in found if isinstance(value, str)])

    def rank(value: Any) -> tuple:
        sums, number = found[value], numbers.get(value, math.inf)
        return value not in goals, -sums.visitors, -sums.pageviews, number, value

    several = [value for value in found if value is not None and value != rest_of(value)]
    stay = {*heapq.nsmallest(MOST_VALUES, several, rank)}
    # A property of which no value stays has no rest; of the others there is one text each.
    known = {rest: rest for rest in map(rest_of, stay)}
    rests = {value: known.get(rest_of(value), OTHER_NAME) for value in found if value is not None}
    return {value: rest for value, rest in rests.items() if value not in stay and value != rest}


def fold_rows(db: Db, site: int, rows: list[RolledRow]) -> list[RolledRow]:
    """Rows of a period, with those of values that are too many as one."""
    counts = Counter(code for code, *_ in rows)
    crowded = [code for code, n in counts.items() if n > MOST_VALUES and code > HOUR_CODE]
    folded = [row for row in rows if row[0] not in crowded]
    for code in crowded:
        found = {value: sums for one, value, sums in rows if one == code}
        numbers = [value for value in found if isinstance(value, int)]
        texts = text_values(db, numbers) if code == PROP_CODE else {}  # of a day they are text
        found = {texts.get(value, value): sums for value, sums in found.items()}
        rests = overflow(db, site, found)
        sums: dict[Any, Totals] = {}
        for value in found:
            shown = rests.get(value, value)
            sums[shown] = add_sums(sums.get(shown, Totals()), found[value])
        folded += [(code, value, total) for value, total in sums.items()]
    return folded


def period_rows(db: Db, site: Site, period: int) -> tuple[int, list[RolledRow]]:
    """The revision of a day or month and all its rows of `rollup`."""
    make = day_rows if period > 0 else month_rows
    rows = fold_rows(db, site.number, make(db, site, period))
    return marker_revision(db, site.number, period), rows


Sum = tuple[int, int, int, int, int]  # the key of a row of `rollup`
OF_SUM = "where site = ? and dimension = ? and period = ? and value = ? and kept = ?"


def kept_overflow(db: Db, site: int, first: int, last: int) -> list[tuple[Sum, int | str]]:
    """The kept rows of some days whose values are too many, and what each is added to."""
    sql = """
        select c.value, r.period from json_each(?) c
        cross join rollup r on r.site = ? and r.dimension = c.value and r.period between ? and ?
        where r.kept group by 1, 2 having count(*) > ?
        """
    codes, moves = json.dumps([*ROLLUP_CODES[HOUR_CODE + 1 :]]), []
    days = db.execute(sql, (codes, site, first, last, MOST_VALUES))
    for code, day in days.fetchall():
        rows = db.execute(
            f"select value, {', '.join(Totals._fields)} from rollup"  # noqa: S608 - of ours
            " where site = ? and dimension = ? and period = ? and kept",
            (site, code, day),
        )
        found = {value: Totals(*sums) for value, *sums in rows}
        texts = text_values(db, found) if code == PROP_CODE else {}
        ids = {texts.get(id_, id_ or None): id_ for id_ in found}
        rests = overflow(db, site, {value: found[id_] for value, id_ in ids.items()})
        moves += [((site, code, day, ids[value], 1), rest) for value, rest in rests.items()]
    return moves


def move_sums(db: Db, moves: Iterable[tuple[Sum, int | str]]) -> None:
    """Add rows of `rollup` to those of other values."""
    refresh_texts(db)
    add = f"""
        insert into rollup select site, dimension, period, ?, kept, {", ".join(Totals._fields)}
        from rollup {OF_SUM}{ON_TOP}
        """  # noqa: S608 - words of ours
    for key, value in moves:
        db.execute(add, (value_number(db, value), *key))
        db.execute(f"delete from rollup {OF_SUM}", key)  # noqa: S608


def show_period(db: Db, site: int, period: int, revision: int) -> bool:
    """Make a period visible, unless its raw rows changed meanwhile; returns whether it is."""
    sql = "update rolled set ready = 1 where site = ? and period = ? and revision = ?"
    shown = change(db, sql, site, period, revision)
    if period > 0:
        mark_unready(db, site, month_codes([period]))
    return bool(shown)


def roll_period(read: Callable, write: Callable, site: Site, period: int) -> bool:
    """Roll up one day or month; returns whether it is visible now."""
    if not write(begin_period, site, period):
        return False
    first = code_start(period)
    last = first if period > 0 else add_months(first, 1) - timedelta(1)
    moves = read(kept_overflow, site.number, first.toordinal(), last.toordinal())
    for some in slices(moves):
        write(move_sums, some)
    revision, rows = read(period_rows, site, period)
    for some in slices(rows):
        write(put_rows, site.number, period, revision, some)
    return write(show_period, site.number, period, revision)


def oldest_day(db: Db, site: Site) -> date | None:
    """The first day a site has data of. Not the first marker: another time zone, or a deletion, may
    have left its day empty."""
    moment = scalar(db, "select min(started) from visit where site = ?", site.number)
    sql = """
        select period from rolled p where site = ? and period > 0 and exists (
            select 1 from json_each(?) c cross join rollup r on r.site = p.site
            and r.dimension = c.value and r.period = p.period and r.kept >= 1 - p.ready)
        order by period limit 1
        """
    period = scalar(db, sql, site.number, json.dumps([*ROLLUP_CODES]))
    days = [date.fromordinal(period)] if period else []
    if moment is not None:
        days.append(local_day(moment, site.zone))
    return min(days, default=None)


def has_rows(db: Db, site: Site, day: int) -> bool:
    """Whether raw rows fall on a day."""
    [slot] = day_slots(site, [day])
    sql = """
        select exists (select 1 from visit where site = ?1 and started >= ?2 and started < ?3)
            or exists (select 1 from event where site = ?1 and time >= ?2 and time < ?3)
        """
    return bool(scalar(db, sql, site.number, *slot))


def waiting_periods(db: Db, site: Site, start: date | None, before: date) -> list[int]:
    """The days before a day that are to be rolled up (those before `start` only when marked), then
    the months without such a day."""
    rows = db.execute("select period, ready from rolled where site = ?", (site.number,))
    marked = dict(rows.fetchall())
    end = before.toordinal()
    start = start or oldest_day(db, site) or before
    days = {period for period, ready in marked.items() if 0 < period < end and not ready}
    days |= {
        day
        for day in range(start.toordinal(), end)
        if day not in marked and has_rows(db, site, day)
    }
    months = {
        period for period, ready in marked.items() if month_code(before) < period < 0 and not ready
    }
    return sorted(days) + sorted(months - month_codes(days), reverse=True)


def rolled_until(db: Db, site: int) -> int:
    """The day (ordinal) after the last that is rolled up: after today, when the clock went back."""
    sql = "select max(period) + 1 from rolled where site = ? and period > 0 and ready"
    return scalar(db, sql, site) or 0


def roll_site(
    read: Callable, write: Callable, site: Site, before: date, start: date | None = None
) -> int:
    """Roll up all that waits of a site's days before a day; returns how many periods were."""
    count = 0
    while periods := read(waiting_periods, site, start, before):
        rolled = [roll_period(read, write, site, period) for period in periods]
        count += sum(rolled)
        if not any(rolled):
            break
    return count


# == Retention =====================================================================================
#
# Raw rows go when they are older than their site keeps them, or when the database is larger than it
# may be: only of days that are rolled up, in small pieces, and the space is given back. A visit
# over midnight goes whole with the day it began. For what becomes of such days see GONE.


def retention_days_of(site: Site, days: int) -> int:
    """For how many days a site keeps raw rows, where so many are configured; 0: for ever."""
    return days if site.retention_days is None else site.retention_days


def retention_start(site: Site, days: int, moment: float) -> date | None:
    """The first day whose raw rows a site keeps; None when it keeps all."""
    days = retention_days_of(site, days)
    return local_day(moment, site.zone) - timedelta(days) if days else None


def prunable_days(db: Db, site: Site, before: date | None) -> list[int]:
    """The rolled-up days before a day (None: all of them) that still have raw rows."""
    end = before.toordinal() if before else LATEST.toordinal()
    sql = """
        select period from rolled where site = ? and period > 0 and period < ?
        and ready and pruned <> ? order by period
        """
    return scalars(db, sql, site.number, end, GONE)


def outdated_days(db: Db, site: Site, days: int, moment: float) -> list[int]:
    """The rolled-up days whose raw rows are older than a site keeps them."""
    before = retention_start(site, days, moment)
    return prunable_days(db, site, before) if before else []


class DayMarker(NamedTuple):
    """Of a rolled-up day: its revision, and what is left of its raw rows (see GONE)."""

    revision: int
    pruned: int


def day_marker(db: Db, site: int, day: int) -> DayMarker | None:
    """The marker of a day; None unless it is rolled up."""
    sql = "select revision, pruned from rolled where site = ? and period = ? and ready"
    row = db.execute(sql, (site, day)).fetchone()
    return row and DayMarker(*row)


def mark_pruned(db: Db, site: int, day: int, left: int) -> None:
    db.execute("update rolled set pruned = ? where site = ? and period = ?", (left, site, day))


def later_events(db: Db, number: int, since: int, until: int) -> list[tuple[int, int]]:
    """The ids and times of events after a span, in visits that began in it."""
    sql = """
        with crossing as materialized (
            select id, started + lasted as last from visit
            where site = :site and started >= :since and started < :until
                  and started + lasted >= :until)
        select id, time from event
        where site = :site and time >= :until and time <= (select max(last) from crossing)
              and visit in (select id from crossing)
        """
    rows = db.execute(sql, {"site": number, "since": since, "until": until})
    return rows.fetchall()


def delete_events(db: Db, events: list[tuple[int, int]]) -> None:
    """Delete events, given by ids and times."""
    db.executemany("delete from event where id = ? and time = ?", events)


def delete_slice(db: Db, number: int, since: int, until: int) -> tuple[int, int]:
    """Delete some of the visits begun, and of the events, in [since, until); returns how many."""
    some_visits = """delete from visit where id in (
        select id from visit where site = ? and started >= ? and started < ? limit ?)"""
    some_events = """delete from event where id in (
        select id from event where site = ? and time >= ? and time < ? limit ?)"""
    span = (number, since, until, SLICE)
    return change(db, some_visits, *span), change(db, some_events, *span)


def drain(write: Callable, delete: Callable, *args: Any) -> tuple[int, int]:
    """Delete in short transactions until nothing is left; returns visits and events."""
    visits = events = 0
    while (gone := write(delete, *args)) != (0, 0):
        visits, events = visits + gone[0], events + gone[1]
    return visits, events


def begin_prune(db: Db, site: Site, day: int, later: list[tuple[int, int]]) -> bool:
    """Begin to delete a day's raw rows with the `later` events of its visits. False: not now, as a
    visit came from a day that stays, or goes on into one not rolled up."""
    [(since, _)] = day_slots(site, [day])
    earlier = """select 1 from visit where site = ? and started >= ? and started < ?
                 and started + lasted >= ? limit 1"""
    days = {local_day(moment, site.zone).toordinal() for _, moment in later}
    markers = {other: day_marker(db, site.number, other) for other in days}
    came = scalar(db, earlier, site.number, since - VISIT_LIMIT, since, since)
    if came or not all(markers.values()):
        return False
    delete_events(db, later)
    mark_pruned(db, site.number, day, GOING)
    for other, marker in markers.items():
        if marker.pruned == WHOLE:
            mark_pruned(db, site.number, other, LESS)
    return True


def prune_slice(db: Db, site: Site, day: int) -> tuple[int, int]:
    """Delete some of a day's raw rows, unless they have to stay for now; returns how many."""
    [(since, until)] = day_slots(site, [day])
    marker, later = day_marker(db, site.number, day), []
    if marker is None:  # rows came since: they are in no sum yet
        return 0, 0
    if marker.pruned != GOING:
        later = later_events(db, site.number, since, until)
        if not begin_prune(db, site, day, later):
            return 0, 0
    visits, events = delete_slice(db, site.number, since, until)
    if not visits and not events:
        mark_pruned(db, site.number, day, GONE)
    return visits, events + len(later)


def rows_to_split(db: Db, site: Site, day: int) -> tuple[DayMarker | None, list[RolledRow]]:
    """The marker of a day and, for each of its stored sums, the part that its raw rows make."""
    rows = day_rows(db, site, day)
    rows = {(code, value): sums for code, value, sums in rows}
    words = {word for _, text in rows if isinstance(text, str) for word in (text, rest_of(text))}
    numbers = text_numbers(db, [*words]) | {OTHER_NAME: OTHER}
    known = db.execute(
        "select dimension, r.value from json_each(?) c join rollup r on r.site = ?"
        " and r.dimension = c.value and r.period = ? and r.kept = 0",
        (json.dumps([*ROLLUP_CODES]), site.number, day),
    ).fetchall()
    made = folded_like(rows, set(known), lambda value: numbers.get(value, value) or 0)
    sums = [(*key, made.get(key, Totals())) for key in known]
    return day_marker(db, site.number, day), sums


def split_rows(db: Db, site: int, day: int, marker: DayMarker, rows: list[RolledRow]) -> None:
    """Keep apart what deleted rows contributed to sums, unless another process was first."""
    if day_marker(db, site, day) != marker:
        return
    names = Totals._fields
    keep_rest = f"""
        insert into rollup select site, dimension, period, value, 1,
            {", ".join(f"{name} - ?" for name in names)}
        from rollup {OF_SUM} and ({", ".join(names)}) <> ({", ".join("?" * len(names))}){ON_TOP}
        """  # noqa: S608 - words of ours
    leave = f"update rollup set {' = ?, '.join(names)} = ? {OF_SUM}"  # noqa: S608
    for code, value, part in rows:
        key = (site, code, day, value, 0)
        db.execute(keep_rest, (*part, *key, *part))
        db.execute(leave, (*part, *key))


def end_split(db: Db, site: int, day: int, marker: DayMarker) -> None:
    if day_marker(db, site, day) == marker:
        mark_pruned(db, site, day, WHOLE)


def split_day(read: Callable, write: Callable, site: Site, day: int) -> None:
    """Split a day's sums in two, which reports add up again: `kept` ones of the rows that were
    deleted, and those of the rows that are there."""
    marker = read(day_marker, site.number, day)
    if marker and marker.pruned == GOING:
        drain(write, prune_slice, site, day)
    marker, rows = read(rows_to_split, site, day)
    if marker and marker.pruned in (GONE, LESS):
        for some in slices(rows):
            write(split_rows, site.number, day, marker, some)
        write(end_split, site.number, day, marker)


def count_rows(db: Db, site: Site, slots: list[Slot]) -> tuple[int, int]:
    """The visits and events of some slots."""
    visits = "select count(*) from visit where site = ? and started >= ? and started < ?"
    events = "select count(*) from event where site = ? and time >= ? and time < ?"
    return (
        sum(scalar(db, visits, site.number, *slot) for slot in slots),
        sum(scalar(db, events, site.number, *slot) for slot in slots),
    )


class Deletion(NamedTuple):
    """What a deletion would take: slots of time, rows, and bytes as far as one can tell."""

    slots: int
    visits: int
    events: int
    size: int


def deletion_of(db: Db, site: Site, slots: list[Slot]) -> Deletion:
    """What deleting the raw rows of some slots would take."""
    visits, events = count_rows(db, site, slots)
    for _, until in contiguous(slots):
        events += len(later_events(db, site.number, until - DAY, until))
    size = int(row_bytes(db) * (visits + events))
    return Deletion(len(slots), visits, events, size)


@remembered
def row_bytes(db: Db) -> float:
    """What a raw row takes with its indexes; where SQLite was built without dbstat, its share of
    the whole database, which is more."""
    count = scalar(db, "select (select count(*) from visit) + (select count(*) from event)")
    sql = """
        select sum(pgsize) from dbstat where name in (
            select name from sqlite_schema where tbl_name in ('visit', 'event'))
        """
    try:
        size = scalar(db, sql)
    except sqlite3.OperationalError:
        size = database_bytes(db)
    return size / max(1, count)


def outdated(db: Db, sites: list[Site], config: Config) -> list[Deletion]:
    """What the next pruning deletes of each site; for a database that is too large, an estimate."""
    days = [outdated_days(db, site, config.retention_days, now()) for site in sites]
    slots = map(day_slots, sites, days)
    found = [deletion_of(db, *pair) for pair in zip(sites, slots, strict=True)]
    if not config.max_db_mb:
        return found
    size = database_bytes(db) - sum(each.size for each in found)
    everything = ((day, n) for n, site in enumerate(sites) for day in prunable_days(db, site, None))
    for day, n in sorted(everything):
        if size > config.max_db_mb * 1_000_000 and day not in days[n]:
            more = deletion_of(db, sites[n], day_slots(sites[n], [day]))
            found[n] = Deletion(*map(operator.add, found[n], more))
            size -= more.size
    return found


def database_bytes(db: Db) -> int:
    """What the database holds, free pages aside."""
    names = ("page_count", "freelist_count", "page_size")
    pages, free, size = (scalar(db, f"pragma {name}") for name in names)
    return (pages - free) * size


VACUUM_PAGES = 64  # given back in one piece


def give_space_back(write: Callable) -> None:
    """Shrink the file by the pages that are free, in small pieces, but for a few."""
    while write(scalar, "pragma freelist_count") > 4 * VACUUM_PAGES:
        write(vacuum_some)


def vacuum_some(db: Db) -> None:
    db.execute(f"pragma incremental_vacuum({VACUUM_PAGES})").fetchall()


def days_to_prune(
    read: Callable, sites: list[Site], config: Config, moment: float
) -> Iterator[tuple[Site, int]]:
    """The days whose raw rows are older than their site keeps; these deleted, and while the
    database is larger than it may be, the oldest days of all."""
    for site in sites:
        for day in read(outdated_days, site, config.retention_days, moment):
            yield site, day
    limit = config.max_db_mb * 1_000_000
    if limit and read(database_bytes) > limit:
        days = ((day, n) for n, site in enumerate(sites) for day in read(prunable_days, site, None))
        for day, n in sorted(days):
            yield sites[n], day
            if read(database_bytes) <= limit:
                break


def prune(
    read: Callable, write: Callable, sites: list[Site], config: Config, moment: float
) -> tuple[int, int]:
    """Delete the raw rows of the days to prune; returns visits and events deleted."""
    days = days_to_prune(read, sites, config, moment)
    gone = [drain(write, prune_slice, site, day) for site, day in days]
    visits, events = map(sum, zip((0, 0), *gone, strict=True))
    if visits or events:
        give_space_back(write)
    return visits, events


def check_size(db: Db, sites: list[Site], config: Config) -> None:
    """Raise StoreError when the database is larger than it may be and no day is left to prune."""
    limit = config.max_db_mb * 1_000_000
    left = (day for site in sites for day in prunable_days(db, site, None))
    if limit and database_bytes(db) > limit and not any(left):
        raise StoreError(
            f"it is over SLIM_MAX_DB_MB={config.max_db_mb} though no visits of earlier days are"
            " left: set more, or each day's go as it ends"
        )


# == Unused texts ==================================================================================
#
# Texts that no row refers to any more, looked for in pieces and removed.


TEXT_COLUMNS = {  # table -> its key, its columns of text
    "event": ("id", ("page", "title", "name", "props")),
    "visit": ("id", ("entry_page", "exit_page", *Facts._fields)),
    # By hour the value is none, which does no harm.
    "rollup": ("site, dimension, period, value, kept", ("value",)),
}
TEXT_ROWS = 5_000  # looked through at once: of visits in 30 ms
TEXTS_AT_ONCE = 100_000


def mark_texts(db: Db, used: bytearray, table: str, after: tuple) -> tuple | None:
    """Mark the texts of some rows of a table, those after a key; returns the last row's key."""
    key, columns = TEXT_COLUMNS[table]
    rows = f"from {table} where ({key}) > ({', '.join('?' * len(after))}) order by {key} limit"
    of_columns = " union ".join(f"select {name} from piece" for name in columns)  # noqa: S608
    piece = f"piece as materialized (select {', '.join(columns)} {rows} {TEXT_ROWS})"
    sql = f"with {piece} {of_columns}"
    for id_ in scalars(db, sql, *after):
        if id_ and id_ < len(used):
            used[id_] = 1
    return db.execute(f"select {key} {rows} 1 offset {TEXT_ROWS - 1}", after).fetchone()


def unused_texts(read: Callable) -> list[int]:
    """The texts, or some of very many, that no row refers to. Rows are looked through in pieces:
    what is given out meanwhile, `given_texts` knows."""
    used = bytearray(read(scalar, "select ifnull(max(id), 0) from text") + 1)
    for table, (key, _) in TEXT_COLUMNS.items():
        after = (-1,) * len(key.split())
        while after:
            after = read(mark_texts, used, table, after)
    found, last, end = [], 0, (len(used), TEXTS_AT_ONCE)
    sql = "select id from text where id > ? and id < ? order by id limit ?"
    while (ids := read(scalars, sql, last, *end)) and len(found) < TEXTS_AT_ONCE:
        found += [id_ for id_ in ids if not used[id_]]
        last = ids[-1]
    return found[:TEXTS_AT_ONCE]


def remove_some_texts(db: Db, unused: list[int]) -> bool:
    """Delete unused texts but those given out meanwhile; False when these are not known."""
    given = given_texts(db)
    if given is None:
        return False
    gone = json.dumps([*{*unused}.difference(given)])
    for table in ("text", "city"):
        sql = f"delete from {table} where id in (select value from json_each(?))"  # noqa: S608
        db.execute(sql, (gone,))
    return True


def remove_texts(read: Callable, write: Callable) -> bool:
    """Delete the texts that nothing refers to, in short transactions; returns whether all went.
    Only for a server, and while it holds on to no number that no row has yet."""
    write(watch_texts)
    unused = unused_texts(read)
    for some in slices(unused):
        if not write(remove_some_texts, some):
            return False
    give_space_back(write)
    return len(unused) < TEXTS_AT_ONCE


# == Merging pages =================================================================================
#
# A site's rules merge pages: /order/* makes one page of all that fit, /old -> /new another of one.
# New events obey them in Ingest, open visits and history here, once; `site.merged` tells by which
# rules that was done, so that a server that was killed goes on with it. No rule changes what
# another made (see `rule_list`), so to go over anything twice changes nothing. Raw rows are changed
# in slices and their days rolled up again; where raw rows are gone, sums are added up: who saw two
# of the pages on a day counts twice in them.


class PageColumn(NamedTuple):
    """Where raw rows tell of a page, and from when to when the sums that count the row reach."""

    table: str
    name: str
    since: str
    until: str


class Mergeable(NamedTuple):
    """A raw row whose page is merged into another; `old` is a text.id."""

    since: int
    until: int
    id: int
    old: int
    page: str


class MergeableSum(NamedTuple):
    """A row of `rollup` whose page is merged into another."""

    dimension: int
    kept: int
    old: int
    page: str


PAGE_COLUMNS = (
    PageColumn("event", "page", "time", "time"),
    PageColumn("visit", "entry_page", "started", "started + lasted"),
    PageColumn("visit", "exit_page", "started", "started + lasted"),
)
PAGE_CODES = ", ".join(str(DIMENSIONS[name].code) for name in PAGE_NAMES)
MERGE_ROWS = 20_000  # that are read at once
PageNumbers = dict[str, int]  # page -> text.id


def changed_pages(db: Db, site: Site, ids: Iterable[int]) -> dict[int, str]:
    """The pages that a site's rules change: text.id -> the page they become."""
    texts = text_values(db, ids)
    merged = {id_: merged_page(text, site.merge) for id_, text in texts.items()}
    return {id_: page for id_, page in merged.items() if page != texts[id_]}


def mergeable_rows(db: Db, site: Site, column: PageColumn, slot: Slot) -> list[Mergeable]:
    """Raw rows of a slot whose page is to be merged, the earliest first, but not too many."""
    table, name, since, until = column
    where = f"from {table} where site = ? and {since} >= ? and {since} < ?"
    there = scalars(db, f"select distinct {name} {where}", site.number, *slot)
    pages = changed_pages(db, site, there)
    if not pages:
        return []
    rows = db.execute(
        f"select {since}, {until}, id, {name} {where}"  # noqa: S608 - words of ours
        f" and {name} in (select value from json_each(?)) order by {since} limit ?",
        (site.number, *slot, json.dumps([*pages]), MERGE_ROWS),
    )
    return [Mergeable(*row, pages[row[3]]) for row in rows]


def merge_rows(
    db: Db, site: Site, column: PageColumn, rows: list[Mergeable], numbers: PageNumbers
) -> None:
    """Give raw rows their new pages and have their days rolled up again."""
    table, name, *_ = column
    days: set[int] = set()
    for row in rows:
        first, last = (local_day(end, site.zone).toordinal() for end in (row.since, row.until))
        days.update(range(first, last + 1))
    mark_days_unready(db, site.number, days)
    db.executemany(
        f"update {table} set {name} = ? where id = ? and site = ? and {name} = ?",  # noqa: S608
        [(numbers[row.page], row.id, site.number, row.old) for row in rows],
    )


def mergeable_sums(db: Db, site: Site, day: int) -> list[MergeableSum]:
    """The sums of a day's pages that are to be merged: those that count rows that are gone."""
    rows = db.execute(
        f"select dimension, kept, value from rollup where site = ? and dimension in ({PAGE_CODES})"  # noqa: S608
        " and period = ? and kept >= ?",
        (site.number, day, 0 if unsplit_days(db, site.number, [day]) else 1),
    ).fetchall()
    pages = changed_pages(db, site, {value for *_, value in rows})
    return [MergeableSum(*row, pages[row[2]]) for row in rows if row[2] in pages]


def merge_sums_of(
    db: Db, site: Site, day: int, rows: list[MergeableSum], numbers: PageNumbers
) -> None:
    """Add sums of a day to those of their new pages, and have its month summed up anew."""
    summed = unsplit_days(db, site.number, [day])
    moves = [
        ((site.number, row.dimension, day, row.old, row.kept), numbers[row.page])
        for row in rows
        if row.kept or summed
    ]
    move_sums(db, moves)
    sql = "update rolled set revision = revision + 1 where site = ? and period = ?"
    db.execute(sql, (site.number, day))
    mark_unready(db, site.number, month_codes([day]))


def merge_day(read: Callable, write: Callable, site: Site, day: int, numbers: PageNumbers) -> None:
    """Merge the pages of a site's day."""
    [(since, until)] = day_slots(site, [day])
    for column in PAGE_COLUMNS:
        start = since
        while rows := read(mergeable_rows, site, column, (start, until)):
            for some in slices(rows):
                write(merge_rows, site, column, some, numbers)
            start = rows[-1].since
    while sums := read(mergeable_sums, site, day):
        for some in slices(sums):
            write(merge_sums_of, site, day, some, numbers)


def stored_days(db: Db, site: Site) -> range:
    """The days (ordinals) from the first to the last that a site has data of."""
    first = oldest_day(db, site)
    if first is None:
        return range(0)
    sql = """
        select (select max(started) from visit where site = :site),
               (select max(time) from event where site = :site),
               (select max(period) from rolled where site = :site)
        """
    visit, event, last = db.execute(sql, {"site": site.number}).fetchone()
    latest = local_day(max(visit or 0, event or 0), site.zone).toordinal()
    return range(first.toordinal(), max(latest, last or 0) + 1)


def page_numbers(db: Db, rules: tuple[str, ...]) -> PageNumbers:
    refresh_texts(db)
    return {page: text_number(db, page) for page in page_rules(rules)[1]}


def merge_history(read: Callable, write: Callable, site: Site, before: date) -> None:
    """Merge the pages of all that is stored of a site, and roll its days before a day up again, a
    month at a time. Ends early when the site gets other rules."""
    numbers = write(page_numbers, site.merge)
    for day in read(stored_days, site) if numbers else ():
        if not read(has_rules, site):
            return
        merge_day(read, write, site, day, numbers)
        if date.fromordinal(day + 1).day == 1:
            roll_site(read, write, site, before, before)
    roll_site(read, write, site, before, before)
    write(note_merged, site)


def has_rules(db: Db, site: Site) -> bool:
    """Whether a site is there and has these rules still."""
    sql = "select 1 from site where number = ? and json(merge) = json(?)"
    return bool(scalar(db, sql, site.number, json.dumps(site.merge)))


def note_merged(db: Db, site: Site) -> None:
    """Note that history obeys a site's rules, unless it has others by now."""
    sql = "update site set merged = ?1 where number = ?2 and json(merge) = json(?1)"
    db.execute(sql, (json.dumps(site.merge), site.number))


def merge_visit(visit: Visit, rules: tuple[str, ...]) -> bool:
    """Merge the pages of an open visit; returns whether any was."""
    before = (visit.entry_page, visit.exit_page, *(view.page for view in visit.views))
    after = [page and merged_page(page, rules) for page in before]
    visit.entry_page, visit.exit_page, *pages = after
    for view, page in zip(visit.views, pages, strict=True):
        view.page = page
    return before != (*after,)


class Merging(NamedTuple):
    """A page that rules would make of others: those and their pageviews, most first."""

    page: str
    old: dict[str, int]


def would_merge(db: Db, site: Site) -> list[Merging]:
    """What a site's rules would make of the pages it has, most pageviews first."""
    days = stored_days(db, site)
    if not days:
        return []
    [(since, _), (_, until)] = day_slots(site, (days[0], days[-1]))
    scope = Scope(site.number, since, until, site.zone)
    sums, _ = sum_dimension(db, scope, Wanted(DIMENSIONS["page"], True, None))
    names, pages, found = text_values(db, sums), changed_pages(db, site, sums), defaultdict(dict)
    for id_ in sorted(pages, key=lambda id_: (-sums[id_].pageviews, names[id_])):
        found[pages[id_]][names[id_]] = sums[id_].pageviews
    merging = (Merging(page, old) for page, old in found.items())
    return sorted(merging, key=lambda one: (-sum(one.old.values()), one.page))


# == Backups ======================================================================================
#
# Copies of the database, made by SQLite's backup API from one snapshot on a thread, checked after
# writing: one a night, seven kept, and one before each migration. The salts are never in them.
# Restoring keeps the file it replaces.

NIGHTLIES_KEPT = 7
NIGHT_HOUR = 3  # UTC


def check_room(folder: Path, size: int) -> None:
    """Raise StoreError, saying how much is needed, when a disk has no room for a copy."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise StoreError(
            f"{folder} has {free // 10**6} MB free, the copy needs {size // 10**6 + 1} MB"
        )


def check_copy(path: Path, name: Path | None = None) -> int:
    """The schema version of a database file. Raises StoreError when it is damaged or not ours; the
    message names the file that it is a copy of."""
    name = name or path
    if not path.is_file():
        raise StoreError(f"{name} is a folder" if path.is_dir() else f"there is no file {name}")
    try:
        with contextlib.closing(open_connection(path, "ro")) as db:
            [answer] = db.execute("pragma integrity_check(1)").fetchone()
            version = schema_version(db)
            db.execute("select count(*) from site, visit where 0")
    except sqlite3.Error as error:
        raise StoreError(f"{name} is no sound database of ours: {error}") from None
    if answer != "ok":
        raise StoreError(f"{name} is damaged: {answer.splitlines()[-1]}")
    if not version:
        raise StoreError(f"{name} is no sound database of ours: it has no schema of ours")
    return version


def database_files(path: Path) -> list[Path]:
    """All that a database is made of while it is open."""
    return [Path(f"{path}{ending}") for ending in ("", "-wal", "-shm")]


@contextlib.contextmanager
def replacing(target: Path, database: Path, begins: bytes) -> Iterator[Path]:
    """Where to write what appears at `target`, whole or not at all. Raises StoreError when that
    would replace the database, or anything but an earlier file that begins in the same way."""
    if target in database_files(database):
        raise StoreError(f"{target} is the database itself; name another file")
    if target.exists() and not target.is_file():
        raise StoreError(f"{target} is no file; name one")
    with contextlib.suppress(FileNotFoundError), target.open("rb") as there:
        if there.read(len(begins)) not in (b"", begins):
            raise StoreError(f"{target} is there, and is something else; name another file")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def copy_database(source: Path, target: Path, show: Callable = lambda *_: None) -> None:
    """Copy a database, also while it is written to; the copy appears whole or not at all."""

    def sync(_status: int, left: int, whole: int) -> None:
        """Synced as it grows: one large sync at the end would hold up the writer's."""
        os.fsync(handle)
        if whole:  # not while the first page could not be read or written
            show("{:.0%} copied", 1 - left / whole)

    source = source.resolve()
    sizes = [path.stat().st_size for path in database_files(source) if path.exists()]
    try:
        with replacing(target, source, b"SQLite format 3\0") as part:
            check_room(target.parent, int(sum(sizes) * 1.05) + 10**6)
            with (
                contextlib.closing(connect_reader(source)) as reader,
                contextlib.closing(sqlite3.connect(part)) as copy_,
            ):
                reader.execute("begin")  # one snapshot, so that writers do not make it start over
                reader.execute("select 1 from site").fetchone()
                handle = os.open(part, os.O_RDONLY)
                try:
                    reader.backup(copy_, pages=1000, progress=sync)
                finally:
                    os.close(handle)
                copy_.execute("pragma journal_mode = delete")
            check_copy(part, source)
    except sqlite3.Error as error:
        raise StoreError(f"the copy to {target} failed: {error}") from None


def nightlies(data: Path, moment: float) -> list[Path]:
    """The nightly copies, the oldest first, but for those that a wrong clock has made."""
    last = f"nightly-{datetime.fromtimestamp(moment, UTC).date()}.db"
    found = (data / "backups").glob("nightly-*.db")
    return sorted(path for path in found if path.name <= last)


def way_back(data: Path) -> str:
    """What to do about a damaged database."""
    copies = nightlies(data, now())
    return f"slim.py restore {copies[-1]}" if copies else "there is no backup to restore"


def backup_nightly(data: Path, moment: float, show: Callable) -> Path | None:
    """Make the night's backup when it is due and drop the oldest; returns its path."""
    today = datetime.fromtimestamp(moment, UTC)
    target = data / "backups" / f"nightly-{today.date()}.db"
    if today.hour < NIGHT_HOUR or target.exists():
        return None
    target.parent.mkdir(exist_ok=True)
    for part in target.parent.glob("nightly-*.part*"):  # of a server that was killed
        part.unlink()
    copy_database(data / "slim.db", target, show)
    for old in nightlies(data, moment)[:-NIGHTLIES_KEPT]:
        old.unlink()
    return target


def end_access(copy_: Path) -> None:
    """Delete logins and links for one use from a copy: some may have ended since it was made."""
    with contextlib.closing(sqlite3.connect(copy_)) as db:
        db.execute("pragma journal_mode = memory")  # cut off, it leaves no journal
        for table in scalars(db, "select name from sqlite_master where name in ('login', 'link')"):
            db.execute(f"delete from {table}")  # noqa: S608
        db.commit()


def restore_database(data: Path, source: Path, show: Callable = lambda *_: None) -> Path | None:
    """Put a copy in the database's place; returns where the replaced one is kept. Cut off at any
    moment, it leaves a database. Raises StoreError; the caller holds the data folder's lock."""
    version = check_copy(source)
    if version > SCHEMA_VERSION:
        raise StoreError(f"{source} has schema {version}, this program knows {SCHEMA_VERSION}")
    database, fresh = data / "slim.db", data / "restoring.db"  # data/backups may be another disk
    copy_database(source, fresh, show)
    end_access(fresh)
    give_to_owner(data)
    moments = (datetime.fromtimestamp(now() + n, UTC) for n in itertools.count())
    names = (data / f"replaced-{moment:%Y-%m-%dT%H%M%S}.db" for moment in moments)
    replaced = next(name for name in names if not name.exists())
    if database.exists():
        with contextlib.suppress(sqlite3.Error), contextlib.closing(connect(database)) as db:
            db.execute("pragma wal_checkpoint(truncate)")  # one file is all of it
        try:
            os.link(database, replaced)
        except OSError:  # its disk knows no links
            database.replace(replaced)
    for part, kept in zip(database_files(database), database_files(replaced), strict=True):
        if part != database and part.exists():  # it is too damaged to be one file
            part.replace(kept)
    fresh.replace(database)
    return replaced if replaced.exists() else None


def open_store(config: Config) -> Db:
    """The writing connection of a migrated database, copied before. Raises StoreError."""
    kept = config.data / "backups" / f"before-schema-{SCHEMA_VERSION}.db"

    def keep() -> None:
        kept.parent.mkdir(exist_ok=True)
        copy_database(config.database, kept)

    try:
        db = connect(config.database, config.durability)
        before = migrate(db, keep)
        if 0 < before < SCHEMA_VERSION:
            log(f"schema {before} -> {SCHEMA_VERSION}; the one before is {kept}")
    except sqlite3.DatabaseError as error:
        raise StoreError(trouble_text(config, error)) from None
    give_to_owner(config.data)
    return db


def trouble_text(config: Config, error: sqlite3.Error) -> str:
    """What is wrong with the database and, when it is damaged, what to do."""
    text = f"{config.database} cannot be used: {error}"
    if is_damage(error):
        return f"{text}. {way_back(config.data)}"
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
        return f"{text}: another program writes to it, or its disk is very slow; try again"
    free = shutil.disk_usage(config.data).free
    return text if free > 10**6 else f"{text}; {free:,} bytes are free in {config.data}"


# == Web ==========================================================================================
#
# What every page and API answer shares: headers, templates, static files, addresses. Static files
# and templates are read once at start; one hash of all static files stands in their addresses, so
# that browsers keep them for ever and relative addresses inside them stay right.

CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect")),
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "require-trusted-types-for 'script'; trusted-types htmx",
    ]
)
SAFE_HEADERS = (
    NO_SNIFF,
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
FOR_ALL_PAGES = (FOR_ALL, FOR_ISOLATED, NO_SNIFF)  # of what pages of any site may load
HTML = "text/html; charset=utf-8"
KINDS = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
}


@functools.lru_cache(64)  # a page asks for its own some 250 times
def query_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """The parameters of a query that have a value, in order. Raises Refused."""
    try:
        return tuple(parse_qsl(text, max_num_fields=200))
    except ValueError as error:
        raise Refused(400, f"the address has too many parameters ({error})") from None


class Call(NamedTuple):
    """One request to a page or the API, and who makes it."""

    environ: dict[str, Any]
    account: Account | None = None
    how: str = ""  # how the account was shown: "cookie", "bearer", "basic"
    cookie: str = ""
    shares: tuple[Share, ...] = ()  # the share links whose cookies it carries, where they count
    scope: str = "manage"  # of a token: "ingest", "read" or "manage"
    site: int | None = None  # the number of the only site a token is for

    def may(self, role: str, site: Site | None = None) -> bool:
        """Whether the account has a role, or a higher one, on a site; "all": owns everything."""
        if self.account is None or (site is None and role != "all"):
            return False
        if role == "all":
            return self.account.owns_all
        return self.site in (None, site.number) and self.account.rank(site.number) >= ROLES[role]

    @property
    def sites(self) -> list[Site]:
        """The sites that the account may view, by name."""
        return [site for site in state.sites.all if self.may("viewer", site)]

    @property
    def query(self) -> str:
        """The parameters of the address, as they came."""
        return self.environ.get("QUERY_STRING", "")

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The parameters of the address, in order. Raises Refused."""
        return query_pairs(self.query)

    @property
    def params(self) -> dict[str, str]:
        return dict(self.pairs)

    def without(self, *keys: str | None) -> list[tuple[str, str]]:
        """The parameters of the address but for those of some names."""
        return [pair for pair in self.pairs if pair[0] not in keys]


def is_trusted(environ: Mapping[str, Any]) -> bool:
    """Whether the peer is a proxy of ours, whose X-Forwarded-* headers count."""
    peer = parse_address(environ.get("REMOTE_ADDR", ""))
    return peer is not None and in_networks(peer, state.config.trusted_proxies)


HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")
SOCKET_SCHEMES = {"ws": "http", "wss": "https"}  # as Traefik says of a handshake


def own_origin(environ: Mapping[str, Any]) -> str:
    """Scheme and host under which the reader reached us, as in an Origin header. Raises Refused."""
    if state.config.base_url:
        scheme, host = urlsplit(state.config.base_url)[:2]
    else:
        scheme, host = environ.get("wsgi.url_scheme", "http"), environ.get("HTTP_HOST", "")
        if is_trusted(environ):
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", scheme).split(",")[0].strip().lower()
            host = environ.get("HTTP_X_FORWARDED_HOST", host).split(",")[0].strip()
        if not HOST.fullmatch(host):
            raise Refused(400, f"the request is for no host: {shorten(host)}")
    scheme = SOCKET_SCHEMES.get(scheme, scheme)
    # No browser writes the port that its scheme has anyway.
    return f"{scheme}://{host.lower().removesuffix(f':{HTTP_PORTS.get(scheme)}')}"


def public_url(environ: Mapping[str, Any]) -> str:
    """Our address as snippets and links carry it, without a slash at its end."""
    return own_origin(environ) + state.config.root


def redirect(path: str, *headers: tuple[str, str]) -> Answer:
    """See other: a path of ours, below the root."""
    where = ("Location", state.config.root + path)
    return Answer(303, b"", HTML, (where, NO_CACHE, *SAFE_HEADERS, *headers))


class StaticFile(NamedTuple):
    body: bytes
    packed: bytes | None  # gzip, when it is smaller
    kind: str
    etag: str


def etag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:16]}"'


def tagged_answer(
    environ: Mapping[str, Any], body: bytes, kind: str, *headers: tuple[str, str]
) -> Answer:
    """A body with its ETag, or 304 when the reader has it."""
    etag = etag_of(body)
    headers = (("ETag", etag), *headers)
    is_known = etag in environ.get("HTTP_IF_NONE_MATCH", "")
    return Answer(304, b"", kind, headers) if is_known else Answer(200, body, kind, headers)


@functools.cache
def static_files() -> dict[str, StaticFile]:
    """Every file below static/, by its name there, with its packed form."""
    files = {}
    for name in resource_names("static"):
        body = resource(name)
        packed = gzip.compress(body, 9, mtime=0)
        packed = packed if len(packed) < len(body) * 0.9 else None
        kind = KINDS.get(name.rpartition(".")[2], "application/octet-stream")
        files[name.removeprefix("static/")] = StaticFile(body, packed, kind, etag_of(body))
    return files


@functools.cache
def static_build() -> str:
    """A hash of all static files."""
    tags = "".join(file.etag for file in static_files().values())
    return hashlib.sha256(tags.encode()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file."""
    return f"{state.config.root}/static/{static_build()}/{name}"


# What a reader takes and, unless it is 1, its weight: "text/csv;q=0.5"
ACCEPTED = re.compile(r"([^\s,;]+)(?:[^,]*?;\s*q=(\d(?:\.\d*)?))?[^,]*")


@functools.lru_cache(256)
def accepted(header: str) -> dict[str, float]:
    """What a reader takes, and with which weight: "gzip;q=0, br" -> {"gzip": 0.0, "br": 1.0}"""
    return {name: float(weight or 1) for name, weight in ACCEPTED.findall(header.lower())}


def takes_gzip(environ: Mapping[str, Any]) -> bool:
    return accepted(environ.get("HTTP_ACCEPT_ENCODING", "")).get("gzip", 0) > 0


def serve_file(environ: Mapping[str, Any], name: str, cache: str) -> Answer:
    """A static file, packed when the reader takes that, or 304 when it has it. Raises Refused."""
    file = static_files().get(name)
    if file is None:
        raise Refused(404, f"there is no file {shorten(environ['PATH_INFO'])}")
    etag, vary = ("ETag", file.etag), ("Vary", "Accept-Encoding")
    headers = (etag, ("Cache-Control", cache), vary, *FOR_ALL_PAGES)
    if file.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return Answer(304, b"", file.kind, headers)
    if file.packed and takes_gzip(environ):
        return Answer(200, file.packed, file.kind, (*headers, ("Content-Encoding", "gzip")))
    return Answer(200, file.body, file.kind, headers)


HUB_BYTES = 100_000  # as many are packed on the hub, within 4 ms


def pack_answer(environ: Mapping[str, Any], answer: Answer) -> Answer:
    """The answer, gzipped when that is worth it and the reader takes it."""
    is_worth_it = isinstance(answer.body, bytes) and len(answer.body) >= 1000
    is_packed = any(name == "Content-Encoding" for name, _ in answer.headers)
    if not is_worth_it or is_packed or not takes_gzip(environ):
        return answer
    headers = (*answer.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    pack = functools.partial(gzip.compress, answer.body, 5, mtime=0)
    body = pack() if len(answer.body) <= HUB_BYTES else in_thread(None, pack)
    return answer._replace(body=body, headers=headers)


class Template(bottle.SimpleTemplate):
    """A template from views/, in the checkout or in the pack; its includes too."""

    def __init__(self, source: str | None = None, name: str | None = None, **options: Any) -> None:
        source = source or resource(f"views/{name}").decode()
        super().__init__(source=source, name=name, **options)


@functools.cache
def template(name: str) -> Template:
    return Template(name=name)


class Page(NamedTuple):
    """What the layout needs to know of a page."""

    title: str
    site: str = ""  # the id of the site it is about
    live: str = ""  # what its socket subscribes to: a site's id, or "*"


def render(call: Call, name: str, page: Page, **values: Any) -> str:
    """The HTML of a template."""
    return template(name).render(
        root=state.config.root,
        asset=asset,
        build=static_build(),
        csrf=CSRF_MARK if call.cookie == CSRF_MARK else csrf_token(call.cookie),
        account=call.account.username if call.account else None,
        may=lambda role, site_id=page.site: call.may(role, state.sites.by_id.get(site_id)),
        version=VERSION,
        demo=state.demo,
        page=page,
        posted=call.environ["REQUEST_METHOD"] == "POST",
        **values,
    )


def html_answer(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    """A page or fragment. A page that is open since before an upgrade sees by the build that what
    is in it is not for its scripts and styles."""
    ours = (("Content-Security-Policy", CONTENT_POLICY), ("X-Slim-Build", static_build()))
    return Answer(status, text.encode(), HTML, (*ours, NO_CACHE, *SAFE_HEADERS, *headers))


def show(call: Call, name: str, page: Page, status: int = 200, **values: Any) -> Answer:
    """A page or fragment from a template."""
    return html_answer(status, render(call, name, page, **values))


CSRF_MARK = secrets.token_hex(16)  # the cookie of kept pages, and what stands for a reader's token
BASE_MARK = secrets.token_hex(16)  # and where our address goes, as the reader calls it
PAGE_QUERY = 3000  # characters, which all links of a page repeat; a title of 300 letters has 2,700


def cached_page(
    call: Call, number: int, make: Callable[[Call], str], fresh: bool = False
) -> Answer:
    """A page or fragment of a site (0: of all), made once for all who ask for the same; `fresh` for
    what brings an open page up to date."""
    path, query = call.environ["PATH_INFO"], call.query
    if len(query) > PAGE_QUERY:
        raise Refused(414, f"the address of a page has over {PAGE_QUERY:,} characters after its ?")
    key, version = (path, query, call.account, static_build()), site_version(number)
    text = state.cache.find(key, version, lambda: make(call._replace(cookie=CSRF_MARK)), fresh)
    base = bottle.html_escape(public_url(call.environ))
    text = text.replace(CSRF_MARK, csrf_token(call.cookie)).replace(BASE_MARK, base)
    return html_answer(200, text)


def site_version(number: int) -> tuple[int, int]:
    """What changes when the figures of a site (0: of any) do."""
    versions = state.versions
    return versions[0], versions[number] if number else sum(versions.values())


def csrf_token(cookie: str) -> str:
    """A token that proves a form is ours; new for every page: gzip would give a fixed one away."""
    nonce = secrets.token_hex(8)
    return f"{nonce}.{csrf_proof(cookie, nonce)}"


def csrf_proof(cookie: str, nonce: str) -> str:
    return hmac.new(cookie.encode(), nonce.encode(), "sha256").hexdigest()[:32]


CHANGE_BYTES = 65_536  # of a form, or of JSON


def read_form(environ: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a posted form. Raises Refused."""
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        text = read_body(environ, CHANGE_BYTES).decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=200))
    except ValueError as error:
        raise Refused(400, f"the form cannot be read: {error}") from None


def with_query(path: str, pairs: Iterable[tuple[str, str]], **changes: str | None) -> str:
    """An address with parameters changed or (None) removed, as `annotation` is unless given."""
    changes = {"annotation": None, **changes}
    kept = [(key, value) for key, value in pairs if key not in changes]
    kept += [(key, value) for key, value in changes.items() if value is not None]
    query = urlencode(kept, safe="/:*")
    return f"{state.config.root}{path}" + (f"?{query}" if query else "")


# == Share links ==================================================================================
#
# What a stranger may see of a site: the cards of a share link. Its slug is the secret; a cookie of
# each link, a keyed hash of slug and password, carries it to the API and the WebSocket, so that
# nothing of it is stored and a link that is revoked or over is over everywhere. The site that a
# handler is given knows the link it is seen through, and so what it `shows`.

SHARE_COOKIE = "share-"  # and the link's number
SHARES_HELD = 20  # links of one browser that are looked at


def load_shares(db: Db, where: str, value: object) -> list[Share]:
    """The share links of one condition, those that are over too."""
    return load_rows(db, Share, f"share where {where} order by id", value)


def share_proof(share: Share) -> str:
    """The value of a link's cookie: it ends with the link, and with its password."""
    return hmac.new((share.password or "").encode(), share.slug.encode(), "sha256").hexdigest()


def held_shares(db: Db, environ: Mapping[str, Any]) -> tuple[Share, ...]:
    """The share links that a request's cookies open."""
    held = {
        int(name.removeprefix(SHARE_COOKIE)): value.encode()
        for name, value in read_cookies(environ).items()
        if re.fullmatch(SHARE_COOKIE + "[0-9]{1,9}", name)
    }
    numbers = json.dumps(list(held)[:SHARES_HELD])
    return tuple(
        share
        for share in load_shares(db, "id in (select value from json_each(?))", numbers)
        if not share.is_over(now())
        and hmac.compare_digest(share_proof(share).encode(), held[share.id])
    )


def read_cookies(environ: Mapping[str, Any]) -> dict[str, str]:
    """A request's cookies; the first of a name counts."""
    pairs = [part.strip().partition("=") for part in environ.get("HTTP_COOKIE", "").split(";")]
    return {name: value for name, _, value in reversed(pairs)}


def with_shares(call: Call) -> Call:
    """A call with the share links that it carries."""
    if SHARE_COOKIE not in call.environ.get("HTTP_COOKIE", ""):
        return call
    return call._replace(shares=state.store.read(held_shares, call.environ))


def seen_site(call: Call, site_id: str) -> Site:
    """A site as who asks may see it: whole, or what their share links show. Raises Refused."""
    site = state.sites.by_id.get(site_id)
    if site and call.may("viewer", site):
        return site
    shares = [share for share in call.shares if site and share.site == site.number]
    if not shares and call.account:
        raise Refused(404, f"there is no site {shorten(site_id)}")
    if not shares:
        raise Refused(401, "log in, or send a Bearer token")
    cards = tuple({card: None for share in shares for card in share.cards})
    return site.through(shares[0]._replace(cards=cards))


def check_looks(environ: Mapping[str, Any], limit: int, what: str = "") -> None:
    """Raise Refused when a network has asked too much of what is open to strangers."""
    state.looks.check((what, visitor_network(environ_address(environ))), limit)


def share_headers(share: Share) -> tuple[tuple[str, str], ...]:
    """What is said with everything of a link: who may frame it, and that no engine keeps it."""
    frames = " ".join(share.hosts) or "'none'"
    policy = CONTENT_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {frames}")
    return (("Content-Security-Policy", policy), NO_INDEX)


# == Passwords =====================================================================================
#
# Passwords go through scrypt, one at a time, on a thread; who fails too often waits.

SCRYPT = (14, 8, 1)  # 2^14 * 8 * 128 bytes = 16 MB
SCRYPT_WAITING = 20  # passwords to be checked; each takes about 50 ms
COOKIE = "slim"
LOGIN_DAYS = 30
SETUP_SECONDS = 3600
BASIC_SECONDS = 300
PASSWORD_LENGTH = (8, 200)


def scrypt(password: str, salt: bytes, cost: tuple[int, int, int] = SCRYPT) -> bytes:
    n, r, p = cost
    return hashlib.scrypt(password.encode(), salt=salt, n=2**n, r=r, p=p, dklen=32)


def hash_password(password: str) -> str:
    """scrypt$14$8$1$salt$key; takes about 50 ms."""
    salt = secrets.token_bytes(16)
    return "$".join(["scrypt", *map(str, SCRYPT), salt.hex(), scrypt(password, salt).hex()])


def check_password(password: str, stored: str) -> bool:
    """Whether a password fits a stored hash; takes as long when it does not."""
    _, n, r, p, salt, key = stored.split("$")
    found = scrypt(password, bytes.fromhex(salt), (int(n), int(r), int(p)))
    return hmac.compare_digest(found, bytes.fromhex(key))


NOBODY = "$".join(["scrypt", *map(str, SCRYPT), "00" * 16, "00" * 32])


def password_fault(password: str) -> str:
    """What is wrong with a new password; empty when nothing is."""
    least, most = PASSWORD_LENGTH
    if not least <= len(password) <= most:
        return f"A password has {least} to {most} characters."
    return ""


def add_account(db: Db, username: str, password_hash: str, owns_all: bool = True) -> Account:
    """Make an account, with no role unless it owns all. Raises Refused: 400 (name), 409 (taken)."""
    if username != clean_text(username, 100) or ":" in username:  # which ends the name in Basic
        rules = "1 to 100 characters that can be seen, no colon, single spaces between them"
        raise Refused(400, f"{shorten(username)} is no user name: it has {rules}")
    columns = {"username": username, "password": password_hash, "owns_all": int(owns_all)}
    try:
        number = insert_row(db, "account", **columns, created=int(now()))
    except sqlite3.IntegrityError:
        raise Refused(409, f"there is an account {shorten(username)} already") from None
    return Account(number, username, owns_all)


def has_accounts(db: Db) -> bool:
    return bool(scalar(db, "select 1 from account limit 1"))


ACCOUNT = """
    a.id, a.username, a.owns_all, a.totp is not null,
    (select json_group_array(json_array(site, role)) from member where account = a.id)
    """


def read_account(row: Sequence[Any]) -> tuple[Account, Sequence[Any]]:
    """The account that the columns of ACCOUNT at the beginning of a row make, and the other
    columns."""
    id_, username, owns_all, two_factor, roles, *rest = row
    by_site = tuple(sorted(map(tuple, json.loads(roles))))
    return Account(id_, username, owns_all, two_factor, by_site), rest


class Credentials(NamedTuple):
    """An account, and the hash of its password."""

    account: Account
    password: str


def find_account(db: Db, username: str) -> Credentials | None:
    """The account of a name, as it is stored now."""
    sql = f"select {ACCOUNT}, a.password from account a where a.username = ?"  # noqa: S608
    row = db.execute(sql, (username,)).fetchone()
    if row is None:
        return None
    account, [password] = read_account(row)
    return Credentials(account, password)


def if_proven(db: Db, proven: Credentials, function: Callable, *args: Any) -> Any:
    """Let a function write what a password was given for; a password takes its time to be checked.
    Raises Refused 401 when account or password were changed meanwhile."""
    if find_account(db, proven.account.username) != proven:
        raise Refused(401, "this account was changed meanwhile; log in anew")
    return function(db, *args)


def set_role(db: Db, account: int, number: int, role: str) -> None:
    """Give an account a role on a site in place of any other; "": none."""
    db.execute("delete from member where account = ? and site = ?", (account, number))
    if role:
        db.execute("insert into member values (?, ?, ?)", (account, number, role))


def run_scrypt(function: Callable, *args: Any) -> Any:
    """Run a password function on a thread, one at a time. Raises Refused when many wait."""
    if state.scrypt.linkcount() >= SCRYPT_WAITING:
        raise Refused(503, "too many passwords are being checked", Retry_After="5")
    with state.scrypt:
        return in_thread(None, function, *args)


def verify(username: str, password: str, environ: Mapping[str, Any]) -> Credentials | None:
    """The account whose password this is. Raises Refused 429 after many failures."""
    found = state.store.read(find_account, username)
    what, stored = f"account {username.lower()}", found.password if found else NOBODY
    right = try_password(environ, what, password, stored)
    return found if found and right else None


def wait_text(seconds: int) -> str:
    """40 seconds, 4 minutes; never less than it is."""
    if seconds >= 120:
        return f"{math.ceil(seconds / 60)} minutes"
    return f"{seconds} second{'s' if seconds > 1 else ''}"


def check_failures(failures: Failures, key: object) -> None:
    """Raise Refused 429 after too many failures."""
    if wait := failures.wait(key):
        message = f"too many failures; try again in {wait_text(wait)}"
        raise Refused(429, message, Retry_After=str(wait))


def try_password(environ: Mapping[str, Any], what: str, password: str, stored: str) -> bool:
    """Whether a password opens something. Raises Refused 429 after too many failures there."""
    key = (what[:120], visitor_network(environ_address(environ)))
    check_failures(state.failures, key)
    right = run_scrypt(check_password, password[: PASSWORD_LENGTH[1]], stored)
    check_failures(state.failures, key)  # others may have failed meanwhile: as many tries as these
    if right:
        state.failures.forget(key)
    else:
        state.failures.add(key)
    return right


END_RESETS = "delete from link where account = ? and site is null"


def set_password(db: Db, account: int, hash_: str, kept: str = "") -> None:
    """Change a password; end the account's reset links, and its logins but one (a hash)."""
    db.execute(END_RESETS, (account,))
    db.execute("update account set password = ? where id = ?", (hash_, account))
    db.execute("delete from login where account = ? and hash != ?", (account, kept))


# == Secret links ==================================================================================
#
# Links that hold once: to set a password, to join, to make the first account. Kept as hashes.


RESET_DAYS, INVITE_DAYS = 1, 7
INVITED = ("viewer", "editor")  # roles that a link gives; an owner is made of a member


class SecretLink(NamedTuple):
    """A link for one use: it sets a new password of its account, or gives who opens it a role on a
    site on behalf of its account."""

    account: Account  # its id is None: made by the command line
    id: int
    site: int | None  # None: it is for a password
    role: str | None
    name: str  # who is invited
    expires: int

    @property
    def holds(self) -> bool:
        """Whether it is for a password, or who made it is still an owner of the site."""
        made = self.account
        return self.site is None or made.id is None or made.rank(self.site) >= ROLES["owner"]


def add_link(db: Db, days: int, **columns: object) -> str:
    """Make a link for one use; returns its secret, which is not kept."""
    secret, moment = secrets.token_urlsafe(24), int(now())
    db.execute("delete from link where expires <= ?", (moment,))
    ends = moment + days * DAY
    insert_row(db, "link", hash=secret_hash(secret), expires=ends, **columns)
    return secret


def add_reset(db: Db, account: int) -> str:
    """Let an account's password be set anew, once, by a link that ends those before it."""
    db.execute(END_RESETS, (account,))
    return add_link(db, RESET_DAYS, account=account)


def load_links(db: Db, where: str, value: object) -> list[SecretLink]:
    """The links of a condition that hold."""
    sql = f"""
        select {ACCOUNT}, l.id, l.site, l.role, l.name, l.expires
        from link l left join account a on a.id = l.account
        where {where} and l.expires > ? order by l.id
        """  # noqa: S608
    rows = map(read_account, db.execute(sql, (value, now())))
    links = [SecretLink(account, *columns) for account, columns in rows]
    return [link for link in links if link.holds]


def find_link(db: Db, secret: str, invites: bool) -> SecretLink | None:
    links = load_links(db, "l.hash = ?", secret_hash(secret))
    return next((link for link in links if (link.site is not None) == invites), None)


def open_link(secret: str, invites: bool = False) -> SecretLink:
    """What a link is for. Raises Refused 404, however often: nobody can guess 192 bits."""
    return state.store.read(find_link, secret, invites) or no_link()


def no_link() -> NoReturn:
    raise Refused(404, "this link has been used or has ended; ask for a new one")


def use_link(db: Db, secret: str, invites: bool = False) -> SecretLink:
    """What a link is for, which ends with this. Raises Refused 404."""
    link = find_link(db, secret, invites) or no_link()
    db.execute("delete from link where id = ?", (link.id,))
    return link


def use_reset(db: Db, secret: str, hash_: str) -> None:
    """Set the password that a link is for. Raises Refused 404."""
    set_password(db, use_link(db, secret).account.id, hash_)


def use_invite(db: Db, secret: str, account: Account) -> None:
    """Give an account the role that a link is for, unless it has a higher one by now. Raises
    Refused 404."""
    link = use_link(db, secret, invites=True)
    known = find_account(db, account.username)
    if known and known.account.rank(link.site) < ROLES[link.role]:
        set_role(db, account.id, link.site, link.role)


def join_site(db: Db, secret: str, username: str, hash_: str) -> Account:
    """Make an account with the role that a link is for. Raises Refused: 404, 409."""
    account = add_account(db, username, hash_, owns_all=False)
    use_invite(db, secret, account)
    return account


def start_login(db: Db, account: Account) -> str:
    """Begin a login; returns the cookie's secret, which is not kept."""
    secret, moment = secrets.token_urlsafe(32), int(now())
    db.execute("delete from login where expires < ?", (moment,))
    row = (secret_hash(secret), account.id, moment, moment + LOGIN_DAYS * DAY, moment)
    db.execute("insert into login values (?, ?, ?, ?, ?)", row)
    return secret


SETUP_USED = "an account has been made here, so setup is over; log in with it"


def use_setup(db: Db, username: str, hash_: str) -> str:
    """Make the first account and begin its login, which ends the setup link. Raises Refused 404."""
    if has_accounts(db):
        raise Refused(404, SETUP_USED)
    return start_login(db, add_account(db, username, hash_))


# == Auth ==========================================================================================
#
# Who a reader is: by login cookie, Bearer token, or Basic (on the API). Secrets are compared and
# kept as hashes.


def cookie_header(
    environ: Mapping[str, Any], secret: str, seconds: int, name: str = COOKIE, framed: bool = False
) -> tuple[str, str]:
    """A cookie to set; one for pages in frames of other sites can be had with https only."""
    secure = own_origin(environ).startswith("https:")
    where = "SameSite=None; Partitioned" if framed and secure else "SameSite=Lax"
    value = f"{name}={secret}; Path={state.config.root}/; Max-Age={seconds}; HttpOnly; {where}"
    return ("Set-Cookie", value + ("; Secure" if secure else ""))


class Grant(NamedTuple):
    """What a secret lets whoever sends it do."""

    account: Account
    own: bool  # the account leaves its own visits out
    used: int
    scope: str = "manage"
    site: int | None = None


GRANTS = {  # table -> what it grants to who sends a secret
    "login": f"""
        select {ACCOUNT}, a.own, l.used from login l join account a on a.id = l.account
        where l.hash = ? and l.expires > ?
        """,  # noqa: S608
    "token": f"""
        select {ACCOUNT}, a.own, t.used, t.scope, t.site
        from token t join account a on a.id = t.account
        where t.hash = ? and ifnull(t.expires > ?, 1)
        """,  # noqa: S608
}
USE_SECONDS = 600  # how often it is noted that a login or token is in use


def find_grant(
    db: Db, table: str, secret: str, unstored: Mapping[str, tuple[Credentials, float]]
) -> Grant | None:
    """What a login or token grants; `unstored` are logins that are in memory only. They end with
    the password, and when the account may do more or less."""
    hash_ = secret_hash(secret)
    if row := db.execute(GRANTS[table], (hash_, now())).fetchone():
        account, columns = read_account(row)
        return Grant(account, *columns)
    held = unstored if table == "login" else {}
    proven, ends = held.get(hash_, (None, 0.0))
    if proven and ends > now() and find_account(db, proven.account.username) == proven:
        return Grant(proven.account, own=False, used=int(now()))
    return None


def take_grant(table: str, secret: str) -> Grant | None:
    """What a login or token grants; notes its use, when the disk lets it."""
    grant = state.store.read(find_grant, table, secret, state.unstored)
    if grant and now() - grant.used >= USE_SECONDS:
        note_use(table, {secret_hash(secret)})
    return grant


def note_use(table: str, hashes: set[str]) -> None:
    """Remember that logins or tokens are in use, unless the disk is full."""
    sql = f"update {table} set used = ? where hash = ?"  # noqa: S608
    rows = [(int(now()), hash_) for hash_ in hashes]
    with contextlib.suppress(sqlite3.Error):
        state.store.write(lambda db: db.executemany(sql, rows))


def basic_account(environ: Mapping[str, Any], credential: str) -> Account | None:
    """The account of a Basic header; a right one is remembered for some minutes."""
    try:
        username, _, password = base64.b64decode(credential, validate=True).decode().partition(":")
    except ValueError:
        return None
    key, found = secret_hash(credential), state.store.read(find_account, username)
    expires, stored = state.verified.get(key, (0.0, ""))
    if found and expires > now() and found.password == stored and not found.account.two_factor:
        return found.account
    proven = verify(username, password, environ)
    if proven is None:
        return None
    if proven.account.two_factor:
        raise Refused(401, "this account has a second factor: send a token, not its password")
    if len(state.verified) > 1000:
        state.verified.clear()
    state.verified[key] = (now() + BASIC_SECONDS, proven.password)
    return proven.account


OWN_LIMIT = 1000  # networks


def note_own(environ: Mapping[str, Any], grant: Grant) -> None:
    """Remember for a day, in memory only, where somebody who leaves own visits out is logged in."""
    network = visitor_network(environ_address(environ))
    state.own_networks.pop(network, None)
    state.own_networks[network] = now() + DAY, grant.account
    if len(state.own_networks) > OWN_LIMIT:
        del state.own_networks[next(iter(state.own_networks))]


def own_accounts(db: Db) -> dict[int, Account]:
    """The accounts that leave own visits out, by their id."""
    rows = db.execute(f"select {ACCOUNT} from account a where a.own")  # noqa: S608
    return {account.id: account for account, _ in map(read_account, rows)}


def recheck_own() -> None:
    """Forget networks whose day is over, or whose account leaves nothing out; renew the others."""
    accounts = state.store.read(own_accounts) if state.own_networks else {}
    for network, (until, account) in list(state.own_networks.items()):
        if until > now() and account.id in accounts:
            state.own_networks[network] = until, accounts[account.id]
        else:
            del state.own_networks[network]


def identify(environ: dict[str, Any], headers_count: bool) -> Call:
    """Who makes a request. Raises Refused 401 for a header that names nobody."""
    kind, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if headers_count and kind.lower() == "bearer":
        if grant := take_grant("token", value.strip()):
            return Call(environ, grant.account, "bearer", scope=grant.scope, site=grant.site)
    elif headers_count and kind.lower() == "basic":
        if account := basic_account(environ, value.strip()):
            return Call(environ, account, "basic")
    else:
        cookie = read_cookies(environ).get(COOKIE, "")
        grant = take_grant("login", cookie) if cookie else None
        if grant and grant.own:
            note_own(environ, grant)
        return Call(environ, grant.account, "cookie", cookie) if grant else Call(environ)
    raise Refused(401, f"the {kind} credentials are not known here")


def recognise(environ: dict[str, Any], headers_count: bool = True) -> Call:
    """Who makes a request. Raises Refused: 401 for a header that names nobody, 429 for a stranger
    who asks too often."""
    call = Call(environ)
    try:
        call = identify(environ, headers_count)
        return call
    finally:
        if call.account is None:
            check_looks(environ, state.config.look_limit)


def foreign_origin(environ: Mapping[str, Any]) -> Refused:
    """The refusal of an Origin that is not ours. Where its host is, or the browser says that its
    page is, a proxy leaves something out, and the refusal says what to set."""
    origin, own = environ.get("HTTP_ORIGIN", ""), own_origin(environ)
    text = f"the Origin is not ours: {shorten(origin or 'none')}"
    is_own_page = environ.get("HTTP_SEC_FETCH_SITE") == "same-origin"
    theirs, ours = (HOST.match(each.partition("://")[2]) for each in (origin, own))
    if state.config.base_url:
        text += f"; by SLIM_BASE_URL, ours is {shorten(own)}"
    elif is_own_page or (theirs and ours and theirs[1] == ours[1]):
        text += (
            f"; we are reached as {shorten(own)}: let the proxy send Host and X-Forwarded-Proto and"
            f" name it in SLIM_TRUSTED_PROXIES (it is {environ['REMOTE_ADDR']}), or set"
            " SLIM_BASE_URL"
        )
    return Refused(403, text)


def check_origin(environ: Mapping[str, Any], needed: bool) -> None:
    """Raise Refused 403 when a change comes from another site's page."""
    origin = environ.get("HTTP_ORIGIN")
    if environ.get("HTTP_SEC_FETCH_SITE") == "cross-site":
        raise Refused(403, "this request comes from another site")
    if (needed or origin) and origin != own_origin(environ):
        raise foreign_origin(environ)


class StaleForm(Refused):
    """A form that was opened by another login of the same browser; it can be sent again."""

    SECRETS = ("password", "again", "old", "code", "totp-old")  # which no page may hold

    def __init__(self, form: Mapping[str, str]) -> None:
        super().__init__(403, "You have logged in anew since this was opened: nothing is done yet")
        is_secret = any(form.get(name) for name in self.SECRETS)
        self.fields = {} if is_secret else {key: form[key] for key in form if key != "csrf"}


def check_change(call: Call, form: Mapping[str, str]) -> None:
    """Raise Refused 403 for a change that the reader did not mean."""
    check_origin(call.environ, needed=call.how == "cookie")
    if call.how == "cookie":
        token = form.get("csrf") or call.environ.get("HTTP_X_CSRF_TOKEN", "")
        nonce, _, proof = token.partition(".")
        if not hmac.compare_digest(csrf_proof(call.cookie, nonce).encode(), proof.encode()):
            raise StaleForm(form)


def make_once(form: Mapping[str, str], function: Callable, *args: Any) -> str | None:
    """The secret of what a function writes for a form; None for a form that was sent before, as
    when its answer is loaded again, unless that failed. Of a double click a browser shows the
    second answer: it has the same secret. Every page has a CSRF token of its own."""
    key = secret_hash(urlencode(sorted(form.items())))
    if key in state.making:
        return state.making[key].get()
    if state.sent_forms.count(key, 0):
        return None
    made = state.making[key] = gevent.event.AsyncResult()
    try:
        made.set(state.store.write(function, *args))
        state.sent_forms.count(key)
    except BaseException as error:
        made.set_exception(error)
        raise
    finally:
        del state.making[key]
    return made.get()


TOKEN_LONGEST = 36_500  # days; beyond the year 9999 a moment has no date


def add_token(
    db: Db, account: int, name: str, scope: str, site: int | None, days: int | None
) -> str:
    """Make an API token of some days (None: for ever); returns its secret. Raises Refused 400."""
    if scope == "ingest" and site is None:
        raise Refused(400, "a token to ingest is for one site: say which")
    if days is not None and not 1 <= days <= TOKEN_LONGEST:
        raise Refused(
            400, f"a token holds for 1 to {TOKEN_LONGEST:,} days, or for ever; not {days:,}"
        )
    secret, moment = TOKEN_PREFIX + secrets.token_urlsafe(24), int(now())
    columns = {"name": name, "account": account, "created": moment, "scope": scope, "site": site}
    ends = moment + days * DAY if days else None
    insert_row(db, "token", hash=secret_hash(secret), expires=ends, **columns)
    return secret


class TokenRow(NamedTuple):
    """An API token as lists show it: all but its secret."""

    id: int
    name: str
    username: str
    scope: str
    site: str | None  # the domain of the only site it is for
    created: int
    expires: int | None
    used: int  # 0: never


def load_tokens(db: Db, account: int | None = None) -> list[TokenRow]:
    """The tokens of an account (None: of all)."""
    sql = """
        select t.id, t.name, a.username, t.scope, s.domain, t.created,
            min(t.expires, 253402300799), t.used -- the last second that has a date
        from token t join account a on a.id = t.account left join site s on s.number = t.site
        where t.account = ifnull(?, t.account) order by t.id
        """
    rows = db.execute(sql, (account,))
    return [TokenRow(*row) for row in rows]


# == Routes ========================================================================================
#
# `route` is the only way to make a page or an API route, and says who may call it.


class Route(NamedTuple):
    """One page or API route. `access` says who may call it: a role on the site in its path, "all"
    for who owns everything, "account" for any account, "public" for anybody; or "reader", who may
    view the site or has a share link: that handler is given the site as they may see it."""

    method: str
    path: str
    access: str
    handler: Callable[..., Answer]


CHANGES = ("POST", "PUT", "DELETE")
SCOPES = {"ingest": (), "read": ("GET",), "manage": ("GET", *CHANGES)}  # -> methods of the API


def check_scope(made: Route, call: Call, site_id: str | None) -> None:
    """Raise Refused for what a token is not for."""
    if made.method not in SCOPES[call.scope]:
        raise Refused(403, f"a token to {call.scope} may not {made.method} {made.path}")
    if call.site is None or (made.path, made.method) == ("/api/sites", "GET"):
        return
    if site_id is None:
        raise Refused(403, f"a token for one site may not {made.method} {made.path}")
    site = state.sites.by_id.get(site_id)
    if site is None or site.number != call.site:
        raise Refused(404, f"this token is for one site, not for {shorten(site_id)}")


def check_role(made: Route, call: Call, site: Site | None) -> None:
    """Raise Refused for what an account may not do."""
    if made.access in ("account", "reader") or call.may(made.access, site):
        return
    if made.access == "all":
        raise Refused(403, "only an owner of all sites may do this")
    raise Refused(403, f"your role on this site is too low: {made.access} is needed")


app = bottle.Bottle()
app.config["catchall"] = False  # answer_route catches what routes raise
# Each route added makes its pattern anew, which took a third of a start when one held them all.
app.router._MAX_GROUPS_PER_PATTERN = 8
ROUTES: list[Route] = []
API_PATHS = ("/api/", "/counter/", "/metrics")  # answered to programs, who may send credentials


def route(method: str, path: str, access: str = "all") -> Callable:
    """Make a function `handler(call, ...)` answer a method and path. Changes get a `form` too,
    except below /api/. Without `access` it is for the fewest."""

    def add(handler: Callable[..., Answer]) -> Callable[..., Answer]:
        made = Route(method, path, access, handler)
        ROUTES.append(made)
        app.route(path, method, functools.partial(answer_route, made))
        return handler

    return add


def answer_route(made: Route, **params: str) -> bottle.HTTPResponse:
    """Let a route's handler answer. Who asks is looked up when the whole body has come, which may
    be held back until a login or a role has ended."""
    environ, is_api = bottle.request.environ, made.path.startswith(API_PATHS)
    call = Call(environ)
    try:
        if made.method in CHANGES:
            environ["wsgi.input"] = io.BytesIO(read_body(environ, CHANGE_BYTES))
        call = recognise(environ, headers_count=is_api)
        answer = guarded(made, call, is_api, params)
    except Refused as refusal:
        answer = refuse(call, refusal, is_api)
    except Exception as error:
        answer = refuse(call, failure(made, error), is_api)
    state.counts["answers"][str(answer.status)] += 1
    answer = pack_answer(environ, answer)
    headers = {"Content-Type": answer.kind, **dict(answer.headers)}
    return bottle.HTTPResponse(answer.body, answer.status, headers)


def failure(made: Route, error: Exception) -> Refused:
    """The refusal when a handler failed: 503 when that may pass, as a full disk does."""
    if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) == sqlite3.SQLITE_INTERRUPT:
        return Refused(503, f"this takes over {READ_SECONDS} seconds to read; ask for less")
    if may_pass(error) or getattr(error, "errno", 0) == errno.ENOSPC:
        return Refused(503, f"this cannot be done at the moment: {error}", Retry_After="5")
    log_exception(f"{made.method} {made.path} failed")
    return Refused(500, "something went wrong here; the log says what")


def guarded(made: Route, call: Call, is_api: bool, params: dict[str, Any]) -> Answer:
    """Check access and, for changes, intent; then call the handler. Raises Refused."""
    if made.access != "public":
        check_scope(made, call, params.get("site_id"))
        if call.account is None and made.access != "reader":
            return ask_to_log_in(made, call, is_api)
        if "site_id" in params:
            seen = with_shares(call) if made.access == "reader" else call
            params["site"] = seen_site(seen, params.pop("site_id"))
        check_role(made, call, params.get("site"))
    if made.method not in CHANGES:
        return made.handler(call, **params)
    form = {} if is_api else read_form(call.environ)
    if made.access == "public":
        check_origin(call.environ, needed=False)
    else:
        check_change(call, form)
    return made.handler(call, **params) if is_api else made.handler(call, form, **params)


def ask_to_log_in(made: Route, call: Call, is_api: bool) -> Answer:
    """Where to log in for a page. Raises Refused 401 for what is no whole page."""
    if is_api:
        raise Refused(401, "log in, or send a Bearer token")
    ended = {"ended": "1"} if made.method in CHANGES else {}
    where = "/login?" + urlencode({"next": requested_path(call.environ), **ended})
    if "HTTP_HX_REQUEST" in call.environ:  # a fragment: the whole page has to go there
        raise Refused(401, "log in again", HX_Redirect=state.config.root + where)
    return redirect(where)


def requested_path(environ: Mapping[str, Any]) -> str:
    """Where to go after login: the page that was asked for, or that a fragment or form is on."""
    path, query = quote(environ.get("PATH_INFO", "/")), environ.get("QUERY_STRING", "")
    seen = environ.get("HTTP_HX_CURRENT_URL", "")
    if environ.get("REQUEST_METHOD") in CHANGES:
        seen = seen or environ.get("HTTP_REFERER", "/")
    if seen:
        path, _, query = re.sub("^https?://[^/]*|#.*", "", seen).partition("?")
        path = path.removeprefix(state.config.root)
    if not is_page(path):  # a form that was refused is shown at the address it was sent to
        above = path.rpartition("/")[0]
        path, query = above if is_page(above) else "/", ""
    return f"{path}?{query}" if query else path


def is_page(path: str) -> bool:
    """Whether a path can be opened."""
    try:
        app.router.match({"REQUEST_METHOD": "GET", "PATH_INFO": unquote(path)})
    except bottle.HTTPError:
        return False
    return True


# Between what is wrong and what to do about it; within quotes it is a stranger's.
ADVICE = re.compile(r"""; (?=(?:[^'"]|'[^']*'|"[^"]*")*$)""")


def refuse(call: Call, refusal: Refused, is_api: bool) -> Answer:
    """The answer to a request that was refused: JSON for the API, a page for people."""
    headers = tuple(refusal.headers.items())
    if is_api:
        error = {"error": refusal.message}
        return json_answer(refusal.status, error, *headers, NO_CACHE, *SAFE_HEADERS)
    title = http.client.responses.get(refusal.status, "Error")
    values = {"status": refusal.status, "message": refusal.message}
    values["what"], *values["advice"] = ADVICE.split(refusal.message, maxsplit=1)
    if isinstance(refusal, StaleForm):
        path, pairs = quote(call.environ["PATH_INFO"]), parse_qsl(call.query)
        values["again"] = with_query(path, pairs, annotation=dict(pairs).get("annotation"))
        values["fields"] = refusal.fields
        values["back"] = state.config.root + requested_path(call.environ)
    text = render(call, "error.html", Page(title), **values)
    return html_answer(refusal.status, text, *headers)


# == Second factor ================================================================================
#
# Codes of an authenticator (RFC 6238), which an account may ask for beside its password; and
# recovery codes, of which only hashes are kept. A code holds once: its step is noted as it is used.
# Failures count by account, whatever the address: who makes them knows the password.

TOTP_SECONDS = 30  # of a step; the one before and after hold too, for clocks that differ
TICKET_SECONDS = 300  # from the password to the code
TICKETS = 1000  # logins between the two
RECOVERY_CODES = 8


def totp(secret: str, step: int) -> str:
    """The six digits of a step of time."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**6:06d}"


def fitting_step(secret: str, code: str, after: int) -> int | None:
    """The step of a code, when it is of now and later than the last one used."""
    step = int(now()) // TOTP_SECONDS
    steps = (n for n in (step - 1, step, step + 1) if n > after)
    given = code.encode()
    return next((n for n in steps if hmac.compare_digest(totp(secret, n).encode(), given)), None)


def find_step(db: Db, account: int, code: str, used: int) -> int | None:
    """The step of a code of an account's authenticator, when it holds after all that were used."""
    sql = "select totp, totp_step from account where id = ?"
    secret, noted = db.execute(sql, (account,)).fetchone() or (None, 0)
    return fitting_step(secret, code, max(noted, used)) if secret else None


def take_code(db: Db, account: int, code: str, used: int) -> bool:
    """Use up a code, of the authenticator or a recovery code; whether it held."""
    if step := find_step(db, account, code, used):
        db.execute("update account set totp_step = ? where id = ?", (step, account))
        return True
    sql = "delete from recovery where account = ? and hash = ?"
    return db.execute(sql, (account, secret_hash(code))).rowcount > 0


def try_code(account: int, code: str) -> bool:
    """Whether a code holds; it is used up. Raises Refused 429 after too many failures."""
    check_failures(state.wrong_codes, account)
    state.wrong_codes.add(account)  # before anything waits: many at once are many tries
    words = account, re.sub(r"[\s-]", "", code.lower())[:50], state.steps.get(account, 0)
    try:
        right = state.store.write(take_code, *words)
    except sqlite3.Error as error:  # on a full disk it is used up in memory
        step = state.store.read(find_step, *words) if may_pass(error) else None
        if step is None:
            raise
        right = step > state.steps.get(account, 0)  # or another login took it meanwhile
        state.steps[account] = max(step, state.steps.get(account, 0))
    if right:
        state.wrong_codes.forget(account)
    return right


def set_totp(db: Db, account: int, secret: str | None, step: int = 0, kept: str = "") -> list[str]:
    """Ask an account for codes from a step on (None: no more); returns its recovery codes. Its
    logins end but for one (a hash)."""
    db.execute("update account set totp = ?, totp_step = ? where id = ?", (secret, step, account))
    db.execute("delete from recovery where account = ?", (account,))
    db.execute("delete from login where account = ? and hash != ?", (account, kept))
    count = RECOVERY_CODES if secret else 0
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(count)]
    rows = [(secret_hash(code), account) for code in codes]
    db.executemany("insert into recovery values (?, ?)", rows)
    return ["-".join(re.findall("....", code)) for code in codes]


def make_ticket(proven: Credentials) -> str:
    """Remember, in memory and for minutes, whose password was right."""
    ticket = secrets.token_urlsafe(24)
    state.tickets[ticket] = proven, now() + TICKET_SECONDS
    if len(state.tickets) > TICKETS:
        del state.tickets[next(iter(state.tickets))]
    return ticket


# == Site fields ===================================================================================
#
# SITE_FIELDS says what can be set of a site: its JSON key, its column, and the function that reads
# it; API, form and command line share it. A form's field is called like the key, a check box like
# the column.


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


class BadField(Refused):
    """One field of a site that cannot be taken."""

    def __init__(self, name: str, message: str, status: int = 400) -> None:
        super().__init__(status, f"{name}: {message}")
        self.errors = {name: sentence(message)}  # as its form says it


def site_name(value: object) -> str:
    name = clean_text(value, 100)
    if not name:
        raise ValueError("give it a name")
    return name


# A domain, alone or within an address. Written so that it means the same as ECMAScript.
EDGE = "[ \u00a0\t-\r]*"  # \s is not the same there
BARE = (  # without a path
    rf"{EDGE}([hH][tT][tT][pP][sS]?://)?([wW]{{3}}\.)?(?![^\s/?#:]{{254}})({LABEL}(\.{LABEL}){{0,9}})"
    r"\.?(:[0-9]+)?"
)
DOMAIN = re.compile(rf"{BARE}([/?#][^\s\x1c-\x1f\x85\ufeff]*)?{EDGE}")


def site_host(value: object) -> str:
    """A host, also out of a whole address: "https://www.Example.com/" -> "www.example.com"."""
    found = DOMAIN.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"{shorten(str(value))} is no domain like example.com")
    host = (found[2] or "") + found[3]
    shown = letter_host(ascii_host(host))
    return shown if DOMAIN.fullmatch(shown) else host.lower()  # of what no host can be


def site_domain(value: object) -> str:
    return site_host(value).removeprefix("www.")


def site_zone(value: object) -> str:
    if not isinstance(value, str) or not known_zone(value):
        raise ValueError(f"{shorten(str(value))} is no time zone like Europe/Lisbon")
    return value


LIST_LIMIT = 100  # entries


def json_list(words: Iterable[str]) -> str:
    return json.dumps(list(dict.fromkeys(words)))


def read_words(value: object) -> list[str]:
    """Short texts, out of a list or of lines; empty lines are left out."""
    if isinstance(value, str):
        words = [clean_text(line, 253) for line in value.replace(",", "\n").split("\n")]
        words = [word for word in words if word]
    else:
        words = [clean_text(word, 253) for word in value] if isinstance(value, list) else [None]
        if None in words:
            raise ValueError(f"{shorten(json.dumps(value))} is no list of text")
    if len(words) > LIST_LIMIT:
        raise ValueError(f"at most {LIST_LIMIT} are kept")
    return words


def text_list(value: object) -> str:
    return json_list(read_words(value))


def page_list(value: object) -> str:
    """A JSON list of pages as patterns: "/admin/*"."""
    pages = read_words(value)
    for page in pages:
        if not page.startswith(("/", "*")) or page.count("*") > 5:
            raise ValueError(f"{shorten(page)} is no page like /admin/*")
    return json_list(map(typed_page, pages))


# A rule for pages. Written so that it means the same as ECMAScript.
RULE = re.compile(r"(/([^*>]*\*){0,5}[^*>]*|\*([^*>]*\*){0,4}[^*>]*)(-> *(/[^*>]*))?", re.DOTALL)
RULE_LIMIT, RULE_CHARS = 50, 500


def page_rule(line: str) -> str:
    """A rule for pages as it is kept: "/caf%C3%A9/ ->  /new/" -> "/café -> /new"."""
    text = clean_text(line, RULE_CHARS + 1) or ""
    found = RULE.fullmatch(text)
    if not found:
        raise ValueError(f"{shorten(text)} is no rule like /order/* or /old -> /new")
    if len(text) > RULE_CHARS:
        raise ValueError(f"{shorten(text)} has more than {RULE_CHARS} characters")
    return " -> ".join(dict.fromkeys(typed_page(page) for page in found.group(1, 5) if page))


def rule_list(value: object) -> str:
    """A JSON list of rules that merge pages. None may change what another makes, so that they may
    be applied any number of times."""
    lines = list(filter(str.strip, value.split("\n"))) if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"{shorten(json.dumps(value))} is no list of text")
    rules = tuple(dict.fromkeys(map(page_rule, lines)))
    if len(rules) > RULE_LIMIT:
        raise ValueError(f"at most {RULE_LIMIT} rules are kept")
    for rule, page in zip(rules, page_rules(rules)[1], strict=True):
        if (last := merged_page(page, rules)) != page:
            made = f"{shorten(rule)} makes {shorten(page)}"
            raise BadField("merge", f"{made}, of which another rule makes {shorten(last)}", 409)
    return json.dumps(rules)


def host_list(value: object) -> str:
    """A JSON list of hosts; "www." is another host than without."""
    return json_list(map(site_host, read_words(value)))


def alias_list(value: object) -> str:
    """A JSON list of ids and domains: "https://old.example/" -> "old.example"."""
    found = [(DOMAIN.fullmatch(name), name) for name in read_words(value)]
    return json_list(site_host(name) if fits and fits[1] else name for fits, name in found)


def day_count(value: object) -> int | None:
    """A number of days; nothing: as configured."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not re.fullmatch("[0-9]{1,5}", str(value)):
        raise ValueError(f"{shorten(json.dumps(value))} is no number of days")
    return int(str(value))


class Reason(NamedTuple):
    """Why hits are left out."""

    label: str
    meaning: str
    column: str  # of `site`, that decides whether such hits count after all; "": they never do


# fmt: off
DROP_REASONS = {
    "bot":      Reason("Bots and crawlers",
        "Programs: they give themselves away by their user agent.", "counted"),
    "spam":     Reason("Referrer spam",
        "Visits that are made up to have a link in your reports.", "counted"),
    "own":      Reason("Your own visits", "Browsers of people who have an account here.", ""),
    "excluded": Reason("Excluded", "What this site's settings leave out.", "counted"),
    "dnt":      Reason("Do Not Track", "Browsers that ask not to be tracked.", "honour_dnt"),
    "gpc":      Reason("Global Privacy Control",
        "Browsers that ask for their data not to be sold.", "honour_gpc"),
    "host":     Reason("Other hosts", "Pages on hosts that are not in this site's settings.",
        "counted"),
    "forgotten": Reason("Forgotten", "Visits that were deleted at their visitor's wish.", ""),
}
# fmt: on
COUNTABLE = tuple(name for name, reason in DROP_REASONS.items() if reason.column == "counted")


def reason_list(value: object) -> str:
    """A JSON list of reasons of the ledger that count after all."""
    words = read_words(value)
    for word in words:
        if word not in COUNTABLE:
            raise ValueError(f"{shorten(word)} is none of {', '.join(COUNTABLE)}")
    return json_list(sorted(words))


def read_flag(value: object) -> int:
    if type(value) is not bool and value not in ("on", "", None):
        raise ValueError(f"{shorten(json.dumps(value))} is neither true nor false")
    return int(bool(value))


# fmt: off
SITE_FIELDS = {  # JSON key -> column, reader
    "name":        ("name",         site_name),
    "domain":      ("domain",       site_domain),
    "url":         ("domain",       site_domain),  # as the first Slim Analytics calls it
    "timezone":    ("timezone",     site_zone),
    "aliases":     ("aliases",      alias_list),
    "hosts":       ("hosts",        host_list),
    "keep":        ("keep",         text_list),
    "hashRouting": ("hash_routing", read_flag),
    "honourDnt":   ("honour_dnt",   read_flag),
    "honourGpc":   ("honour_gpc",   read_flag),
    "exclude":     ("exclude",      page_list),
    "merge":       ("merge",        rule_list),
    "retentionDays": ("retention_days", day_count),
    "counted":     ("counted",      reason_list),
    "badge":       ("badge",        read_flag),
    "counter":     ("counter",      read_flag),
    "showCity":    ("show_city",    read_flag),
}
# fmt: on


def read_site_fields(values: Mapping[str, object]) -> dict[str, object]:
    """The columns that some values set. Raises BadField."""
    columns: dict[str, object] = {}
    for key, value in values.items():
        if key not in SITE_FIELDS:
            raise BadField(key, f"there is no such field; known: {', '.join(SITE_FIELDS)}")
        column, read = SITE_FIELDS[key]
        try:
            columns[column] = read(value)
        except ValueError as error:
            raise BadField(key, str(error)) from None
    return columns


# == Sites =========================================================================================
#
# Making, changing and deleting sites, and what is kept of them.


def load_sites(db: Db) -> list[Site]:
    return load_rows(db, Site, "site")


def load_senders(db: Db) -> dict[str, tuple[int, int | None]]:
    """The tokens to ingest: a site answers to them while they hold."""
    sql = """
        select t.hash, t.site, t.expires from token t join account a on a.id = t.account
        where t.scope = 'ingest' and (a.owns_all or exists (
            select 1 from member m
            where m.account = a.id and m.site = t.site and m.role != 'viewer'))
        """
    rows = db.execute(sql)
    return {hash_: (site, ends) for hash_, site, ends in rows}


def load_registry(db: Db) -> tuple[list[Site], Senders]:
    return load_sites(db), load_senders(db)


def check_names(db: Db, columns: Mapping[str, object], number: int = 0) -> None:
    """Raise BadField 409 when another site has the domain or an alias, "www." aside."""

    def plain(name: str) -> str:
        return ascii_host(name).removeprefix("www.").rstrip(".")

    others = [site for site in load_sites(db) if site.number != number]
    names = {name for site in others for name in (site.id, site.domain, *site.aliases)}
    taken = set(map(plain, names))
    wanted = [("domain", str(columns.get("domain", "")))]
    wanted += [("aliases", alias) for alias in json.loads(str(columns.get("aliases", "[]")))]
    for key, value in wanted:
        if plain(value) in taken:
            raise BadField(key, f"{shorten(value)} is taken by another site", 409)


def add_site(db: Db, columns: dict[str, object]) -> str:
    """Make a site of checked columns; returns its id. Raises BadField."""
    if "domain" not in columns:
        raise BadField("domain", "is missing")
    check_names(db, columns)
    alphabet = "23456789abcdefghjkmnpqrstuvwxyz"
    columns = {"name": columns["domain"]} | columns
    columns["id"] = "".join(secrets.choice(alphabet) for _ in range(10))
    columns["token"] = SITE_PREFIX + secrets.token_urlsafe(24)
    insert_row(db, "site", **columns, created=int(now()))
    return str(columns["id"])


def days_of_rows(db: Db, number: int, zone: ZoneInfo) -> set[int]:
    """The days that a site's raw rows may fall on in another zone: zones are 26 hours apart."""
    sql = """
        select min(moment) from (select min(started) as moment from visit where site = :site
                                 union all select min(time) from event where site = :site)
        """
    moment = db.execute(sql, {"site": number}).fetchone()[0]
    if moment is None:
        return set()
    first = local_day(moment, zone).toordinal() - 2
    days = scalars(db, "select period from rolled where site = ? and period >= ?", number, first)
    return {day + shift for day in days for shift in range(-2, 3) if day + shift >= first}


def split_days(read: Callable, write: Callable, found: Unsplit) -> None:
    """Set apart what some days' sums have of rows that are gone."""
    for site in read(load_sites):
        for day in found.days if site.number == found.site else ():
            split_day(read, write, site, day)


def change_site(db: Db, number: int, columns: dict[str, object]) -> None:
    """Set columns of a site; in another zone its days are rolled up again. Raises BadField."""
    check_names(db, columns, number)
    zone = scalar(db, "select timezone from site where number = ?", number)
    if columns.get("timezone", zone) != zone:
        mark_days_unready(db, number, days_of_rows(db, number, ZoneInfo(zone)))
    if columns:
        sets = ", ".join(f"{name} = ?" for name in columns)
        db.execute(f"update site set {sets} where number = ?", (*columns.values(), number))  # noqa: S608


def delete_site_row(db: Db, number: int) -> None:
    """Delete a site with its goals, alerts and share links; `sweep` deletes the rest."""
    for table in ("share", "goal", "notice"):
        change(db, f"delete from {table} where site = ?", number)  # noqa: S608 - names of ours
    change(db, "delete from site where number = ?", number)


ALWAYS = (0, 2**40)


def orphans(db: Db) -> list[int]:
    """The numbers of deleted sites that still have rows."""
    sql = """
        with recursive seen (site) as (
            select min(site) from visit
            union all
            select (select min(site) from visit where site > seen.site) from seen
            where seen.site is not null),
        known (site) as (
            select site from seen union select site from rolled union select site from dropped
            union select site from annotation union select site from imported)
        select site from known where site is not null and site not in (select number from site)
        """
    return scalars(db, sql)


def delete_some_sums(db: Db, number: int, first: int, last: int) -> int:
    """Delete some rolled-up rows of a range of periods; returns how many."""
    sql = """
        delete from rollup where (site, dimension, period, value, kept) in (
            select site, dimension, period, value, kept from rollup
            where site = ? and dimension = ? and period between ? and ? limit ?)
        """
    gone = 0
    for code in ROLLUP_CODES:
        gone += change(db, sql, number, code, first, last, SLICE)
        if gone >= SLICE:
            break
    return gone


def drain_sums(write: Callable, number: int, first: int, last: int) -> None:
    """Delete what is rolled up of a range of periods, and at last their markers."""
    while write(delete_some_sums, number, first, last):
        pass
    sql = "delete from rolled where site = ? and period between ? and ?"
    write(change, sql, number, first, last)


# What `orphans` looks at goes last.
SMALL_TABLES = ("dropped_sample", "imported", "annotation", "dropped")


def sweep(read: Callable, write: Callable) -> int:
    """Delete the rows of sites that are no more; returns how many such sites there were."""
    gone = read(orphans)
    for number in gone:
        drain(write, delete_slice, number, *ALWAYS)
        drain_sums(write, number, month_code(LATEST), LATEST.toordinal())
        for table in SMALL_TABLES:
            write(change, f"delete from {table} where site = ?", number)  # noqa: S608
    return len(gone)


def hide_sums(db: Db, number: int, first: int, last: int) -> None:
    """Have the sums of a range of days made anew; until then reports leave them alone."""
    sql = "select period from rolled where site = ? and period between ? and ?"
    mark_days_unready(db, number, scalars(db, sql, number, first, last))


def give_sums_up(db: Db, number: int, first: int, last: int) -> None:
    """Hide the sums of some days for good: also what they count of rows that are gone already."""
    span = (number, first, last)
    sql = "update rolled set pruned = ? where site = ? and period between ? and ?"
    db.execute(sql, (WHOLE, *span))
    hide_sums(db, *span)


def reload_sites() -> None:
    """Take the sites anew from the database; if one has new rules for pages, apply them."""
    state.sites.replace(*state.store.read(load_registry))
    state.versions[0] += 1
    if any(site.merge != site.merged for site in state.sites.all):
        state.sweep.set()


def forget_visits(number: int, since: int, until: int) -> None:
    """Close a site's open visits that were in a span: they are deleted, at least in part."""
    gone = [
        key
        for key, visit in state.open_visits.items()
        if key[0] == number and since <= visit.last and visit.started < until
    ]
    for key in gone:
        del state.open_visits[key]


def day_source(day: int, kind: str = "sums") -> str:
    return f"{kind} {date.fromordinal(day)}"


def forget_imports(db: Db, site: int, first: date, last: date) -> None:
    """Let deleted days be imported again: what is noted of them, and all once the site is empty."""
    for kind in ("sums", "visits", "rows"):
        span = [day_source(day, kind) for day in (first.toordinal(), last.toordinal() + 1)]
        sql = "delete from imported where site = ? and source >= ? and source < ?"
        db.execute(sql, (site, *span))
    rest = """select exists (select 1 from visit where site = :site)
              or exists (select 1 from rollup where site = :site and period > 0)"""
    if db.execute(rest, {"site": site}).fetchone() == (0,):
        db.execute("delete from imported where site = ?", (site,))


def delete_later_events(db: Db, number: int, until: int, last: date) -> int:
    """Delete what happened after a day ended in visits begun before: they crossed midnight."""
    later = later_events(db, number, until - VISIT_LIMIT, until)
    delete_events(db, later)
    if later:
        hide_sums(db, number, last.toordinal() + 1, last.toordinal() + 2)
    return len(later)


def recount_visits(db: Db, number: int, since: int, first: date) -> None:
    """Make the visits begun before a day agree with their events of that time, all that is left."""
    left = "from event e where e.site = :site and e.time >= visit.started and e.time < :since"
    sql = f"""
        update visit set (lasted, engaged, pageviews, events) = (
            select ifnull(max(e.time), started) - started,
                   min(visit.engaged, ifnull(sum(e.engaged), 0)),
                   count(*) - count(e.name), min(visit.events, count(e.name))
            {left} and e.visit = visit.id),
        exit_page = (
            select e.page {left} and e.visit = visit.id and e.name is null
            order by e.time desc, e.id desc limit 1)
        where site = :site and started >= :since - :limit and started < :since
              and started + lasted >= :since
        """  # noqa: S608 - words of ours
    changed = db.execute(sql, {"site": number, "since": since, "limit": VISIT_LIMIT}).rowcount
    if changed:
        hide_sums(db, number, first.toordinal() - 2, first.toordinal() - 1)


def delete_days(site: Site, first: date, last: date) -> tuple[int, int]:
    """Delete all stored of some days, their visits to the end; returns visits and events."""
    write = state.store.write
    span = day_start(first, site.zone), day_start(last + timedelta(1), site.zone)
    sums = (site.number, first.toordinal(), last.toordinal())
    forget_visits(site.number, *span)
    write(give_sums_up, *sums)
    drain_sums(write, *sums)
    later = write(delete_later_events, site.number, span[1], last)
    visits, events = drain(write, delete_slice, site.number, *span)
    forget_visits(site.number, *span)  # what was on its way has put some back
    write(forget_imports, site.number, first, last)
    write(recount_visits, site.number, span[0], first)
    days = (first.isoformat(), last.isoformat())
    write(change, "delete from dropped where site = ? and day between ? and ?", site.number, *days)
    for table in ("dropped_sample", "notice"):
        sql = f"delete from {table} where site = ? and time >= ? and time < ?"  # noqa: S608
        write(change, sql, site.number, *span)
    state.versions[0] += 1
    state.deleted, state.tidy_after, state.cleared[site.number] = True, 0.0, now()
    return visits, events + later


def write_site(site: Site, function: Callable, *args: Any) -> None:
    """Let a function of (db, number, ...) change a site, and all that is kept of it in memory."""
    state.store.write(function, site.number, *args)
    state.settled.pop(site.number, None)
    reload_sites()


def find_site(site_id: str) -> Site:
    """The site of an id. Raises Refused 404."""
    site = state.sites.by_id.get(site_id)
    if site is None:
        raise Refused(404, f"there is no site {shorten(site_id)}")
    return site


def online_now(number: int) -> int:
    """Distinct visitors of a site with any signal in the last 5 minutes, from memory."""
    since = now() - ONLINE_SECONDS
    return sum(1 for v in state.open_visits.values() if v.site == number and v.last > since)


# == Goals =========================================================================================
#
# What visitors are hoped to do: some event, or some page. A goal is a row of `goal`; reports count
# it and filter by its name. GOAL_FIELDS are its JSON keys and form fields.

GOAL_LIMIT = 50  # of a site
GOAL_FIELDS = {"name": 120, "event": 120, "page": 1000}  # how long each may be


def load_goals(db: Db, number: int) -> list[Goal]:
    """The goals of a site, by name."""
    return load_rows(db, Goal, "goal where site = ? order by name collate nocase", number)


def read_goal(values: Mapping[str, object], id_: int = 0) -> Goal:
    """The goal that some values describe, named like its event or page if not. Raises BadField."""
    texts: dict[str, str | None] = {}
    for key, value in values.items():
        if key not in GOAL_FIELDS:
            raise BadField(key, f"there is no such field; known: {', '.join(GOAL_FIELDS)}")
        if not isinstance(value, str | None):
            raise BadField(key, f"{shorten(json.dumps(value))} is no text")
        texts[key] = clean_text(value, 10**4)
        if len(texts[key] or "") > GOAL_FIELDS[key]:
            raise BadField(key, f"it has more than {GOAL_FIELDS[key]} characters")
    event, page = texts.get("event"), texts.get("page")
    if bool(event) == bool(page):
        raise BadField("event", "give either an event or a page")
    if page and page[0] not in "/*":
        raise BadField("page", f"{shorten(page)} does not begin with / or *")
    try:
        has_stars(event or page)
    except ValueError as error:
        raise BadField("event" if event else "page", str(error)) from None
    page = page and typed_page(page)
    return Goal(id_, texts.get("name") or (event or page or "")[: GOAL_FIELDS["name"]], event, page)


def save_goal(db: Db, number: int, goal: Goal) -> Goal:
    """Add a goal (id 0) or change one; returns it. Raises BadField, or Refused 404 (gone)."""
    known = load_goals(db, number)
    goals = [other for other in known if other.id != goal.id]
    if goal.id and len(goals) == len(known):
        raise Refused(404, f"the site has no goal {goal.id} any more")
    if any(other.name == goal.name for other in goals):
        raise BadField("name", f"there is a goal {shorten(goal.name)} already", 409)
    if len(goals) >= GOAL_LIMIT:
        raise BadField("name", f"a site has at most {GOAL_LIMIT} goals", 409)
    row = (goal.id or None, number, *goal[1:])
    added = db.execute("insert or replace into goal values (?, ?, ?, ?, ?)", row)
    return goal._replace(id=added.lastrowid)


def write_shown(function: Callable, *args: Any) -> Any:
    """Let a function write what pages show beside figures; those that are kept are out of date
    then."""
    result = state.store.write(function, *args)
    state.versions[0] += 1
    return result


def find_row(db: Db, kind: type, site: Site, id_text: str) -> Any:
    """The Goal or Annotation of a site that has an id. Raises Refused 404."""
    table = kind.__name__.lower()
    where = f"{table} where site = ? and cast(id as text) = ?"
    for found in load_rows(db, kind, where, site.number, id_text):
        return found
    raise Refused(404, f"the site has no {table} {shorten(id_text)}")


def delete_row(db: Db, kind: type, site: Site, id_text: str) -> None:
    """Delete a Goal or Annotation of a site. Raises Refused 404."""
    found = find_row(db, kind, site, id_text)
    change(db, f"delete from {kind.__name__.lower()} where id = ?", found.id)  # noqa: S608


def merged_pattern(page: str, rules: tuple[str, ...]) -> str:
    """The page that rules merge an asked-for page into: "/order/7" by ("/order/*",) ->
    "/order/\\*". A pattern, with a * for any text, stays as it is."""
    parts = star_parts(page)
    return page if len(parts) > 1 else exactly(merged_page(parts[0], rules))


def merged_goal(goal: Goal, rules: tuple[str, ...]) -> Goal:
    """A goal as it is counted, under rules for pages."""
    return goal._replace(page=goal.page and merged_pattern(goal.page, rules))


def stored_filter(wanted: Filter, site: Site) -> Filter:
    """A filter as a site means it: by its goals, by pages as they are stored. Raises Refused."""
    if wanted.dimension is GOAL:
        goals = state.store.read(load_goals, site.number)
        by_name = {goal.name: merged_goal(goal, site.merge) for goal in goals}
        for name in wanted.values:
            if name not in by_name:
                raise Refused(400, f"the site has no goal {shorten(name)}")
        return wanted._replace(goals=tuple(by_name[name] for name in wanted.values))
    if wanted.dimension.name in PAGE_NAMES:
        pages = (merged_pattern(typed_page(value), site.merge) for value in wanted.values)
        return wanted._replace(values=tuple(pages))
    return wanted


# == Shapes ========================================================================================
#
# Sites, visits and goals as JSON, with their countries and languages named.


@functools.cache
def english_names(kind: str) -> dict[str, str]:
    """English names of "countries" or "languages" by code."""
    return json.loads(resource("static/vendor/names-en.json"))[kind]


def country_name(code: str | None) -> str:
    return english_names("countries").get(code or "", code or "")


def language_name(locale: str) -> str:
    return english_names("languages").get(locale.partition("-")[0], locale)


def place_country(value: str) -> str:
    """The country code at the end of a region or city: "Portland, Oregon, US" -> "US"."""
    return value.rpartition(", ")[2]


def percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def change_percent(value: float, before: float) -> float | None:
    """The change in per cent; null when there is nothing to compare with."""
    return percent(value - before, before) if before else (0.0 if not value else None)


def site_json(site: Site, with_token: bool = True) -> dict[str, object]:
    shown: dict[str, object] = {"id": site.id, "token": site.token if with_token else None}
    for key, (column, read) in SITE_FIELDS.items():
        value = getattr(site, column)
        value = sorted(value) if isinstance(value, frozenset) else value
        shown[key] = bool(value) if read is read_flag else value
    del shown["url"]
    return shown | {"createdAt": iso(site.created)}


VISIT_SHARED = frozenset(  # of a visit, what a share link shows: its page shows no more
    "startedAt duration engagedTime pageViews entryPage exitPage source country countryCode"
    " browser os events time type page name event isNew".split()
)
FILTERS_SHARED = frozenset(  # the dimensions that tell no more of a visit than that
    "page entry-page exit-page source country browser os event goal".split()
)


def shared_part(visit: Mapping[str, Any]) -> dict[str, Any]:
    """What a share link shows of a visit or of one of its events."""
    shown = {key: value for key, value in visit.items() if key in VISIT_SHARED}
    if "events" in shown:
        shown["events"] = [shared_part(event) for event in shown["events"]]
    return shown


def event_json(event: VisitEvent) -> dict[str, object]:
    return {
        "time": iso(event.time),
        "type": "event" if event.name else "pageview",
        "page": event.page,
        "title": event.title,
        "name": event.name,
        "props": event.props,
        "engagedTime": event.engaged,
        "scroll": event.scroll,
    }


def visit_json(visit: LoggedVisit) -> dict[str, object]:
    facts = visit.facts
    return {
        "id": visit.id,
        "startedAt": iso(visit.started),
        "duration": visit.lasted,
        "engagedTime": visit.engaged,
        "pageViews": visit.pageviews,
        "entryPage": visit.entry_page,
        "exitPage": visit.exit_page,
        "hostname": facts.hostname,
        "source": facts.source or "Direct",
        "channel": facts.channel,
        "referrer": facts.referrer,
        "campaign": facts.campaign,
        "country": country_name(facts.country) or None,
        "countryCode": facts.country,
        "countryGuessed": bool(facts.country_from),
        "region": facts.region,
        "city": facts.city,
        "latitude": visit.latitude,
        "longitude": visit.longitude,
        "network": facts.asn,
        "language": facts.language,
        "timezone": facts.timezone,
        "browser": facts.browser,
        "os": facts.os,
        "device": facts.device,
        "screen": facts.screen,
        "events": [event_json(event) for event in visit.events],
    }


def visits_json(site: Site, visits: Iterable[LoggedVisit]) -> list[dict[str, Any]]:
    """Visits as who sees the site may see them. Raises Refused."""
    if not site.shows("recent"):
        raise Refused(403, "this link does not show visits")
    found = map(visit_json, visits)
    return [shared_part(visit) for visit in found] if site.share else list(found)


def without_city(visit: LoggedVisit) -> LoggedVisit:
    facts = visit.facts._replace(region=None, city=None)
    return visit._replace(facts=facts, latitude=None, longitude=None)


def unlisted_text(site: Site, filters: Iterable[Filter]) -> str:
    """Why no visits are listed under some filters, "" where they are: the list would show of each
    what readers may not see."""
    for dimension in (wanted.dimension for wanted in filters):
        is_city = dimension.name in ("region", "city")
        is_more = site.share and dimension.name not in FILTERS_SHARED
        if is_more or (is_city and not site.show_city):
            what = dimension.label.lower()
            return f"Single visits do not show their {what}, so none are listed by it"
    return ""


def logged_visits(
    db: Db, site: Site, scope: Scope, limit: int, offset: int = 0
) -> list[LoggedVisit]:
    """The visits of a scope as readers may see them: without cities unless the site shows them."""
    if unlisted_text(site, scope.filters):
        return []
    visits = visit_log(db, scope, limit, offset)
    return visits if site.show_city else [without_city(visit) for visit in visits]


def reached_json(reached: Reached, zone: ZoneInfo) -> dict[str, object]:
    """How a goal did; the rate is its visitors out of `ofVisitors`, since `from`."""
    return {
        **reached.goal._asdict(),
        "visitors": reached.sums.visitors,
        "visits": reached.sums.visits,
        "count": reached.sums.pageviews,
        "ofVisitors": reached.among,
        "conversionRate": percent(reached.sums.visitors, reached.among),
        "from": local_day(reached.since, zone).isoformat(),
    }


# == Questions =====================================================================================
#
# What a reader asks of a site: a period, filters, a comparison, and whether they may.


class Report(NamedTuple):
    """What a reader asked about a site."""

    site: Site
    period: Period
    filters: tuple[Filter, ...]
    interval: str
    compared: Period | None

    @property
    def scope(self) -> Scope:
        return scope_of(self.site, self.period, self.filters)


def read_goals(db: Db, report: Report) -> list[Reached]:
    """How the goals of a site did; they are shown as they were set."""
    site = report.site
    goals = load_goals(db, site.number)
    merged = [merged_goal(goal, site.merge) for goal in goals]
    found = goals_reached(db, report.scope, merged, raw_since(db, site.number, site.zone))
    return [one._replace(goal=goal) for one, goal in zip(found, goals, strict=True)]


COMPARISONS = {"none": "Nothing", "previous": "The period before", "year": "A year earlier"}


def shown_cards(site: Site) -> list[str]:
    """The rows of CARDS that who sees a site may see."""
    return [card for card in CARDS if site.shows(card)]


def check_shown(site: Site, dimension: Dimension) -> None:
    """Raise Refused when the link that a site is seen through does not show a dimension."""
    names = {dimension.name, dimension.name.partition(":")[0]}
    shown = {name for card in shown_cards(site) for name in CARDS[card].dimensions}
    if site.shows("goals"):
        shown.add(GOAL.name)
    if site.share and not names & shown:
        raise Refused(403, f"this link does not show {shorten(dimension.name)}")


def asked_period(site: Site, params: Mapping[str, str]) -> Period:
    """The period of a site that parameters ask for; through a share link of whole hours, as figures
    by the second would be those of single visits. Raises Refused."""
    zone, hour_end = site.zone, hour_start(now(), site.zone) + 3600
    if site.share and params.get("start") and not params.get("end"):
        params = {**params, "end": iso(hour_end)}
    oldest = state.store.read(oldest_day, site) if params.get("period") == "all" else None
    period = read_period(params, zone, oldest)
    if not site.share or period.is_of_days:
        return period
    if period.name == "24h":
        return span_period(hour_end - DAY, hour_end, zone)._replace(name=period.name)
    for name, edge in (("start", period.since), ("end", period.until)):
        if edge != hour_start(edge, zone):
            raise Refused(400, f"{name} is no whole hour, as links want it: {iso(edge)}")
    return period


def read_report(site: Site, call: Call) -> Report:
    """The report that a call's parameters ask for. Raises Refused."""
    params = call.params
    period = asked_period(site, params)
    compare = one_of(params, "compare", COMPARISONS, "none")
    has_past = period.name != "all"  # nothing is before all
    compared = period.earlier(compare) if has_past and compare != "none" else None
    asked = read_filters(call.pairs)
    for wanted in asked:  # first: else the answer tells which goals there are
        check_shown(site, wanted.dimension)
    filters = tuple(stored_filter(wanted, site) for wanted in asked)
    return Report(site, period, filters, read_interval(params, period), compared)


def like_for_like(period: Period, compared: Period, moment: float) -> Period:
    """The compared period, only as far into it as the period has gone."""
    if not period.is_of_days:
        return compared.so_far(compared.since + moment - period.since)
    today, months = local_day(moment, period.zone), 12 * (compared.first.year - period.first.year)
    day = add_months(today, months)  # years ago it is the same date, whatever leap day is between
    if day.day != today.day or compared.first != add_months(period.first, months):
        day = compared.first + (today - period.first)
    if moment >= period.until or day > compared.last:  # no month is as long as every other
        return compared
    return compared.so_far(same_time(moment, day, period.zone))


def changes_from(period: Period, asked: Period | None, moment: float) -> Period:
    """What a change is against: the period asked for, else for one day the same weekday before,
    else the period before; only as far into it as the period has gone."""
    earlier = asked or period.earlier()
    if not asked and period.is_of_days and period.days == 1:
        day = period.first - timedelta(7)
        earlier = whole_days("custom", day, day, period.zone)
    return like_for_like(period, earlier, moment)


def reaches_back(period: Period, filters: tuple[Filter, ...], since: int) -> bool:
    """Whether a report needs raw rows older than `since`, for its filters or parts of days."""
    ends = loose_ends(period.since, period.until, period.zone)
    return period.since < since if filters else min(ends, default=since) < since


def raw_from_day(report: Report, since: int) -> date | None:
    """The day of `since`, when a report or what it is compared with needs older raw rows."""
    asked = filter(None, (report.period, report.compared))
    is_gone = any(reaches_back(period, report.filters, since) for period in asked)
    return local_day(since, report.period.zone) if is_gone else None


PART_DAYS = 20  # of as many days, a part of one is at most a twentieth


def is_known(db: Db, site: Site, before: Period, filters: tuple[Filter, ...]) -> bool:
    """Whether enough of a period is known to compare with it."""
    is_long = before.until - before.since >= PART_DAYS * DAY and not filters
    return is_long or not reaches_back(before, filters, raw_since(db, site.number, site.zone))


def past_totals(
    db: Db, site: Site, before: Period, filters: tuple[Filter, ...] = ()
) -> Totals | None:
    """The sums of a period to compare with; None when too much of it is not known."""
    known = is_known(db, site, before, filters)
    return totals(db, scope_of(site, before, filters)) if known else None


def is_newer(oldest: date | None, before: Period) -> bool:
    """Whether data begins, by its `oldest` day, after a period to compare with does."""
    return oldest is None or before.first < oldest


def past_scope(db: Db, report: Report, moment: float) -> Scope | None:
    """What the values of a report are compared with; None for nothing, or what is not known."""
    if not report.compared:
        return None
    site, before = report.site, like_for_like(report.period, report.compared, moment)
    newer = is_newer(oldest_day(db, site), before)
    known = not newer and is_known(db, site, before, report.filters)
    return scope_of(site, before, report.filters) if known else None


def read_breakdown(
    db: Db, report: Report, dimension: Dimension, paging: Paging, moment: float
) -> Breakdown:
    """The values of a dimension, beside those of the period that a report is compared with."""
    return breakdown(db, report.scope, dimension, paging, past=past_scope(db, report, moment))


# == Figures =======================================================================================
#
# Reports as JSON and CSV: the API answers them, the WebSocket sends the same.


def totals_json(sums: Totals) -> dict[str, object]:
    return {
        "visitors": sums.visitors,
        "visits": sums.visits,
        "pageViews": sums.pageviews,
        "viewsPerVisit": round(sums.views_per_visit, 2),
        "bounceRate": round(sums.bounce_rate, 1),
        "avgSessionDuration": round(sums.duration, 1),
    }


LINE_KEYS = ("visitors", "visits", "pageViews", "bounceRate", "avgSessionDuration")


def line_json(line: Line, report: Report) -> dict[str, object]:
    """A row of a breakdown; compared, with its figures of the other period, or None."""

    def figures(sums: Totals) -> dict[str, object]:
        found = totals_json(sums)
        return {key: found[key] for key in LINE_KEYS}

    previous = {"previous": line.past and figures(line.past)} if report.compared else {}
    return {"value": line.value, **figures(line.totals), **previous}


def top_values(db: Db, scope: Scope, name: str, limit: int = 10) -> list[tuple[str, int]]:
    """The values of a dimension with most visitors: (value, visitors)."""
    found = breakdown(db, scope, DIMENSIONS[name], Paging(limit), brief=True)
    return [(line.value, line.totals.visitors) for line in found.lines]


class StatsList(NamedTuple):
    """A list of the stats object: its card, its dimension, and a value as JSON, out of its sums and
    its percentage of all visitors."""

    card: str
    dimension: str
    line: Callable[[str, Totals, float], dict[str, object]]
    limit: int = 10


# fmt: off
STATS_LISTS = {
    "topPages": StatsList("content", "page", lambda value, sums, _: {
        "url": value, "views": sums.pageviews, "visitors": sums.visitors}),
    "topReferrers": StatsList("sources", "referrer", lambda value, sums, _: {
        "referrer": value, "count": sums.visitors}),
    "topCountries": StatsList("places", "country", lambda value, sums, _: {
        "country": country_name(value), "countryCode": value, "count": sums.visitors}),
    "topCities": StatsList("places", "city", lambda value, sums, _: {
        "city": value.partition(", ")[0], "country": country_name(place_country(value)),
        "count": sums.visitors}),
    "topLocales": StatsList("locale", "language", lambda value, sums, share: {
        "locale": value, "language": language_name(value),
        "country": country_name(value.partition("-")[2]),
        "count": sums.visitors, "percentage": share}),
    "trafficSources": StatsList("sources", "channel", lambda value, sums, share: {
        "source": value, "count": sums.visitors, "percentage": share}),
    "searchQueries": StatsList("searches", "search-term", lambda value, sums, _: {
        "query": value, "count": sums.visitors}, 6),
}
# fmt: on


def stats_list(db: Db, scope: Scope, row: StatsList, visitors: int) -> list[dict[str, object]]:
    """A list of the stats object; `visitors` are all there are in its scope."""
    lines = breakdown(db, scope, DIMENSIONS[row.dimension], Paging(row.limit), brief=True).lines
    return [
        row.line(line.value, line.totals, percent(line.totals.visitors, visitors)) for line in lines
    ]


def period_json(period: Period) -> dict[str, str]:
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "timezone": str(period.zone),
    }


def stats_json(db: Db, report: Report, moment: float) -> dict[str, object]:
    """The body of GET /api/stats/:siteId that a reader may see, but for who is online."""
    site, period, scope = report.site, report.period, report.scope
    sums = totals(db, scope)
    raw = raw_since(db, site.number, site.zone)
    kept = raw_from_day(report, raw)
    before = like_for_like(period, report.compared or period.earlier(), moment)
    newer = is_newer(oldest_day(db, site), before)
    past = None if newer else past_totals(db, site, before, report.filters)
    lists = {
        key: stats_list(db, scope, row, sums.visitors)
        for key, row in STATS_LISTS.items()
        if site.shows(row.card)
    }
    if site.shows("recent"):
        lists["recentVisitors"] = visits_json(site, logged_visits(db, site, scope, 10))
    return {
        "siteId": site.id,
        "period": period_json(period),
        **totals_json(sums),
        "medianSessionDuration": median_duration(db, scope, sums.visits, raw),
        "engagedTime": sums.engaged,
        "visitorsTrend": past and change_percent(sums.visitors, past.visitors),
        "pageViewsTrend": past and change_percent(sums.pageviews, past.pageviews),
        "visitsKeptFrom": kept and kept.isoformat(),
        **lists,
    }


def full_stats(report: Report, fresh: bool = False) -> dict[str, object]:
    """The whole stats object, read on a thread, or kept from before."""
    read = functools.partial(state.store.read, stats_json, report, now())
    found = state.cache.find(report, site_version(report.site.number), read, fresh)
    return found | {"realtimeVisitors": online_now(report.site.number)}


def slot_label(since: int, interval: str, zone: ZoneInfo) -> str:
    """2026-11-21 for a day, week or month; 2026-11-21T14:00 for an hour, in the site's zone."""
    local = datetime.fromtimestamp(since, zone)
    return local.strftime("%Y-%m-%dT%H:%M") if interval == "hour" else local.date().isoformat()


def series_json(db: Db, report: Report, period: Period) -> dict[str, object]:
    scope = scope_of(report.site, period, report.filters)
    slots, found, _ = known_series(db, scope, report.interval)
    return {
        "labels": [slot_label(since, report.interval, period.zone) for since, _ in slots],
        "visitors": [sums and sums.visitors for sums in found],
        "visits": [sums and sums.visits for sums in found],
        "pageViews": [sums and sums.pageviews for sums in found],
    }


def csv_line(row: Iterable[object]) -> str:
    """CSV as spreadsheets take it: all text quoted, formulas made harmless by a leading quote."""

    def cell(value: object) -> str:
        if isinstance(value, int | float):
            return str(value)
        text = "" if value is None else str(value)
        text = "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
        return '"' + text.replace('"', '""') + '"'

    return ",".join(map(cell, row)) + "\r\n"


# == Export ========================================================================================
#
# All that is known of a site: as lines of JSON, which `import jsonl` takes, or as a CSV of events.
# It is read from one snapshot, some visits at a time, so that more visits take no more memory. A
# line is an object with one key that says what it is of. Days whose raw rows are gone are exported
# as sums. A visit that began on such a day may have gone on in the next: of that one, what the raw
# rows do not add up to is exported as sums, too.

EXPORT_VISITS = 500  # read at once
EXPORT_BYTES = 65_536  # of a piece
SUM_NAMES = {ALL_CODE: "all", HOUR_CODE: "hour", PROP_CODE: "property"} | {
    row.code: row.name for row in DIMENSIONS.values()
}


def known_by_name(names_: Iterable[str], values: Iterable) -> dict[str, Any]:
    """The values that are not None, by name."""
    return {name: value for name, value in zip(names_, values, strict=True) if value is not None}


NamedSums = dict[tuple[str, Any], Totals]  # name in SUM_NAMES, value -> sums


def named_sums(db: Db, rows: list[RolledRow]) -> NamedSums:
    """Rows of a day with text for numbers."""
    texts = text_values(db, (value for code, value, _ in rows if code != HOUR_CODE))
    return {
        (SUM_NAMES[code], value if code == HOUR_CODE else texts.get(value, value or None)): sums
        for code, value, sums in rows
    }


def stored_sums(db: Db, site: int, day: int, all_: bool) -> NamedSums:
    """What is rolled up of a day: all, or what is kept of rows that are no more."""
    rows = db.execute(
        """
        select r.dimension, r.value, {} from json_each(?) c
        join rollup r on r.site = ? and r.dimension = c.value and r.period = ?
        where r.kept >= ? group by 1, 2
        """.format(", ".join(f"sum(r.{name})" for name in Totals._fields)),  # noqa: S608
        (json.dumps([*ROLLUP_CODES]), site, day, 0 if all_ else 1),
    )
    return named_sums(db, [(code, value, Totals(*sums)) for code, value, *sums in rows])


def subtract(all_: NamedSums, part: NamedSums) -> NamedSums:
    """What is left of sums without a part of them."""
    left = {
        key: Totals(*map(int.__sub__, sums, part.get(key, Totals()))) for key, sums in all_.items()
    }
    return {key: sums for key, sums in left.items() if any(sums)}


def export_sums(db: Db, site: Site) -> Iterator[dict]:
    """The sums that no raw row makes, by day."""
    rows = db.execute(
        "select period, pruned from rolled where site = ? and period > 0 order by period",
        (site.number,),
    )
    for period, left in rows.fetchall():
        sums = stored_sums(db, site.number, period, all_=left != WHOLE)
        if left == LESS:
            made = named_sums(db, day_rows(db, site, period))
            sums = subtract(sums, folded_like(made, sums))
        for (name, value), totals_ in sums.items():
            day = date.fromordinal(period).isoformat()
            shown = value.split(PROP_MARK, 2) if name == "property" else value
            line = {"day": day, "of": name, "value": shown, **totals_._asdict()}
            yield {key: known for key, known in line.items() if known not in (None, 0)}


VISIT_TEXTS = TEXT_COLUMNS["visit"][1]
EXPORT_NAMES = (
    *("id", "latitude", "longitude", "visitor", "started", "lasted", "engaged", "pageviews"),
    *("interactive", *VISIT_TEXTS),  # `visit.events`; here `events` are the events themselves
)
EVENT_NAMES = ("time", "page", "title", "name", "props", "engaged", "scroll")


def events_by_visit(db: Db, site: int, visits: list[dict]) -> dict[int, list[dict]]:
    """The events of some visits by their id, in order."""
    if not visits:
        return {}
    sql = """
        select e.visit, e.time, e.page, e.title, e.name, e.props, e.engaged, e.scroll from event e
        where e.site = ? and e.time between ? and ? and e.visit in (select value from json_each(?))
        order by e.time, e.id
        """
    last = max(visit["started"] + visit["lasted"] for visit in visits)
    ids = json.dumps([visit["id"] for visit in visits])
    rows = db.execute(sql, (site, visits[0]["started"], last, ids)).fetchall()
    texts = text_values(db, {value for row in rows for value in row[2:6]})
    found: dict[int, list[dict]] = defaultdict(list)
    for visit, moment, *numbers, engaged, scroll in rows:
        page, title, name, props = map(texts.get, numbers)
        values = (moment, page, title, name, props and json.loads(props), engaged, scroll)
        found[visit].append(known_by_name(EVENT_NAMES, values))
    return found


def export_visits(db: Db, site: Site, gone: set[int]) -> Iterator[dict]:
    """The visits in order of time, each with its events, but for those of days that are gone."""
    sql = f"""
        select v.id, city.latitude, city.longitude, v.visitor, v.started, v.lasted, v.engaged,
               v.pageviews, v.events, {", ".join(f"v.{name}" for name in VISIT_TEXTS)}
        from visit v left join city on city.id = v.city
        where v.site = ? order by v.started, v.id
        """  # noqa: S608 - names of columns
    rows = db.execute(sql, (site.number,))
    while some := rows.fetchmany(EXPORT_VISITS):
        visits = [known_by_name(EXPORT_NAMES, row) for row in some]
        days = [local_day(visit["started"], site.zone).toordinal() for visit in visits]
        visits = [visit for visit, day in zip(visits, days, strict=True) if day not in gone]
        texts = text_values(db, {visit.get(name) for visit in visits for name in VISIT_TEXTS})
        events = events_by_visit(db, site.number, visits)
        for visit in visits:
            id_ = visit.pop("id")
            words = {name: texts.get(visit[name]) for name in VISIT_TEXTS if name in visit}
            yield visit | words | {"events": events[id_]}


EXPORT_TABLES = {
    "goal": ("name", "event", "page"),
    "annotation": ("time", "text"),
    "dropped": ("day", "reason", "hits"),
}


def export_lines(db: Db, site: Site) -> Iterator[dict]:
    """Everything of a site, in the order in which an import wants it."""
    about = site_json(site)
    del about["token"]
    yield {"slim": 1, "exported": iso(now()), "site": about}
    for table, columns in EXPORT_TABLES.items():
        names = ", ".join(columns)
        for row in db.execute(f"select {names} from {table} where site = ?", (site.number,)):  # noqa: S608
            yield {table: known_by_name(columns, row)}
    sql = "select period from rolled where site = ? and pruned in (?, ?)"
    gone = {*scalars(db, sql, site.number, GOING, GONE)}
    for line in export_sums(db, site):
        yield {"sum": line}
    for visit in export_visits(db, site, gone):
        yield {"visit": visit}


def export_jsonl(db: Db, site: Site) -> Iterator[str]:
    for line in export_lines(db, site):
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def export_csv(db: Db, site: Site) -> Iterator[str]:
    """One line an event, with what is known of its visit."""
    shared = ("visitor", "started", "entry_page", "exit_page", *Facts._fields)
    yield csv_line((*EVENT_NAMES, *shared))
    for visit in export_visits(db, site, set()):
        for event in visit["events"]:
            cells = {
                **visit,
                **event,
                "time": iso(event["time"]),
                "started": iso(visit["started"]),
                "props": event.get("props") and json.dumps(event["props"], ensure_ascii=False),
            }
            yield csv_line([cells.get(name) for name in (*EVENT_NAMES, *shared)])


class ExportFormat(NamedTuple):
    lines: Callable[[Db, Site], Iterator[str]]
    media_type: str


EXPORTS = {
    "jsonl": ExportFormat(export_jsonl, "application/x-ndjson"),
    "csv": ExportFormat(export_csv, "text/csv; charset=utf-8"),
}


def export_pieces(db: Db, site: Site, kind: str) -> Iterator[bytes]:
    """A site's export in pieces of some size."""
    held: list[str] = []
    size = 0
    with snapshot(db):
        for line in EXPORTS[kind].lines(db, site):
            held.append(line)
            size += len(line)
            if size >= EXPORT_BYTES:
                yield "".join(held).encode()
                held, size = [], 0
    if held:
        yield "".join(held).encode()


# == JSON API ======================================================================================
#
# Parse, query, answer. Every route here is a row of the API's table in the README. Reports run on a
# reader's thread, each on one snapshot.


def wants_csv(call: Call) -> bool:
    """Whether CSV is asked for: by `format`, else as the Accept header weighs it against JSON."""
    if kind := one_of(call.params, "format", ("", "csv", "json"), ""):
        return kind == "csv"
    weights = accepted(call.environ.get("HTTP_ACCEPT", ""))
    return 0 < weights.get("text/csv", 0) >= weights.get("application/json", 0)


def csv_answer(
    report: Report, what: str, header: list[str], rows: Iterable[Iterable[object]]
) -> Answer:
    """A file, which browsers save as "example.com page 2026-11-01 2026-11-21.csv"."""
    name = re.sub(r"[^A-Za-z0-9.-]+", " ", f"{ascii_host(report.site.domain)} {what}")
    name = f"{name} {report.period.first} {report.period.last}.csv"
    saved = ("Content-Disposition", f'attachment; filename="{name}"')
    body = "".join(map(csv_line, [header, *rows])).encode()
    return Answer(200, body, "text/csv; charset=utf-8", (saved, NO_CACHE, *SAFE_HEADERS))


def previous_key(key: str) -> str:
    """pageViews -> previousPageViews"""
    return f"previous{key[0].upper()}{key[1:]}"


def series_csv(report: Report, found: dict[str, Any]) -> Answer:
    """A chart as CSV; beside it the compared period, whose months may be longer."""
    header = ["labels", "visitors", "visits", "pageViews"]
    columns = {key: found[key] for key in header}
    for key in header if "previous" in found else ():
        columns[previous_key(key)] = found["previous"][key]
    return csv_answer(report, report.interval, [*columns], itertools.zip_longest(*columns.values()))


def breakdown_csv(report: Report, found: Breakdown) -> Answer:
    header, rows = ["value", *LINE_KEYS], [line_json(line, report) for line in found.lines]
    lines = [[row[key] for key in header] for row in rows]
    if report.compared:
        header += map(previous_key, LINE_KEYS)
        for line, row in zip(lines, rows, strict=True):
            past = row["previous"] or {}
            line += [past.get(key) for key in LINE_KEYS]
    return csv_answer(report, found.dimension.name, header, lines)


def api_answer(value: object, status: int = 200) -> Answer:
    return json_answer(status, value, NO_CACHE, *SAFE_HEADERS)


def read_count(call: Call, name: str, default: int, most: int) -> int:
    """A whole number among the parameters. Raises Refused."""
    text = call.params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 12 or int(text) > most:
        raise Refused(400, f"{name} is no whole number up to {most}: {shorten(text)}")
    return int(text)


def read_paging(call: Call, limit: int = 10) -> Paging:
    """The rows of a breakdown that are asked for. Raises Refused."""
    sort = one_of(call.params, "sort", SORTS, "visitors")
    first, most = read_count(call, "offset", 0, 10**9), read_count(call, "limit", limit, 1000)
    return Paging(most, first, call.params.get("search", "")[:200], sort)


def api_body(call: Call) -> dict:
    """The JSON object that is sent. Raises Refused."""
    kind = call.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind not in ("", "application/json"):
        raise Refused(415, f"the Content-Type is not application/json: {shorten(kind)}")
    return read_json(read_body(call.environ, CHANGE_BYTES))


@route("GET", "/api/sites", "account")
def api_sites(call: Call) -> Answer:
    trusted = {site for site in call.sites if call.may("editor", site) and call.scope == "manage"}
    return api_answer([site_json(site, site in trusted) for site in call.sites])


@route("POST", "/api/sites", "all")
def api_add_site(call: Call) -> Answer:
    site_id = state.store.write(add_site, read_site_fields(api_body(call)))
    reload_sites()
    return api_answer(site_json(find_site(site_id)), 201)


@route("PUT", "/api/sites/<site_id>", "editor")
def api_change_site(call: Call, site: Site) -> Answer:
    fields, fixed = api_body(call), site_json(site)  # who sends a site back as it is may do so
    for key in ("id", "token", "createdAt"):
        if fields.get(key) in (None, fixed[key]):
            fields.pop(key, None)
    columns = read_site_fields(fields)
    lasting = {"retention_days": site.retention_days, "merge": json.dumps(site.merge)}
    is_lasting = any(columns.get(name, stored) != stored for name, stored in lasting.items())
    if is_lasting and not call.may("owner", site):
        refusal = "retentionDays and merge are for owners: what they take is gone for good"
        raise Refused(403, refusal)
    write_site(site, change_site, columns)
    return api_answer(site_json(find_site(site.id)))


def forget_site(site: Site) -> None:
    """Delete a site at once, and all it had in the background."""
    state.store.write(delete_site_row, site.number)
    reload_sites()
    forget_visits(site.number, *ALWAYS)
    state.sweep.set()


@route("DELETE", "/api/sites/<site_id>", "owner")
def api_delete_site(call: Call, site: Site) -> Answer:
    forget_site(site)
    return api_answer({"success": True})


@route("GET", "/api/stats/<site_id>", "reader")
def api_stats(call: Call, site: Site) -> Answer:
    report = read_report(site, call)
    return api_answer(full_stats(report))


@route("GET", "/api/stats/<site_id>/timeseries", "reader")
def api_timeseries(call: Call, site: Site) -> Answer:
    report = read_report(site, call)

    def read(db: Db) -> dict[str, object]:
        found = {"interval": report.interval, **series_json(db, report, report.period)}
        if report.compared:
            found["previous"] = series_json(db, report, report.compared)
        return found

    found = state.store.read(read)
    if wants_csv(call):
        return series_csv(report, found)
    return api_answer(found)


@route("GET", "/api/stats/<site_id>/realtime", "reader")
def api_realtime(call: Call, site: Site) -> Answer:
    return api_answer({"visitors": online_now(site.number)})


@route("GET", "/api/stats/<site_id>/breakdown/<dimension:path>", "reader")
def api_breakdown(call: Call, site: Site, dimension: str) -> Answer:
    report, paging, wanted = read_report(site, call), read_paging(call), find_dimension(dimension)
    check_shown(site, wanted)
    found = state.store.read(read_breakdown, report, wanted, paging, now())
    if wants_csv(call):
        return breakdown_csv(report, found)
    rows = [line_json(line, report) for line in found.lines]
    return api_answer({"dimension": dimension, "rows": rows, "total": found.total})


def list_visits(report: Report, limit: int, offset: int = 0) -> list[dict]:
    """Visits of a report as JSON, the latest first. Raises Refused."""
    if unlisted := unlisted_text(report.site, report.filters):
        raise Refused(403, unlisted)
    visits = state.store.read(logged_visits, report.site, report.scope, limit, offset)
    return visits_json(report.site, visits)


@route("GET", "/api/stats/<site_id>/recent-visitors", "reader")
def api_recent(call: Call, site: Site) -> Answer:
    return api_answer(list_visits(read_report(site, call), read_count(call, "limit", 20, 200)))


@route("GET", "/api/stats/<site_id>/visits", "reader")
def api_visits(call: Call, site: Site) -> Answer:
    report = read_report(site, call)
    limit, offset = read_count(call, "limit", 50, 1000), read_count(call, "offset", 0, 10**9)
    return api_answer({"visits": list_visits(report, limit, offset)})


@route("GET", "/api/stats/<site_id>/goals", "viewer")
def api_goal_stats(call: Call, site: Site) -> Answer:
    report = read_report(site, call)
    found = state.store.read(read_goals, report)
    rows = [reached_json(reached, report.period.zone) for reached in found]
    if wants_csv(call):
        header = ["name", "visitors", "visits", "count", "ofVisitors", "conversionRate", "from"]
        lines = ([row[key] for key in header] for row in rows)
        return csv_answer(report, "goals", header, lines)
    return api_answer({"siteId": site.id, "period": period_json(report.period), "rows": rows})


@route("GET", "/api/sites/<site_id>/goals", "viewer")
def api_goals(call: Call, site: Site) -> Answer:
    goals = state.store.read(load_goals, site.number)
    return api_answer([goal._asdict() for goal in goals])


@route("POST", "/api/sites/<site_id>/goals", "editor")
def api_add_goal(call: Call, site: Site) -> Answer:
    goal = write_shown(save_goal, site.number, read_goal(api_body(call)))
    return api_answer(goal._asdict(), 201)


@route("PUT", "/api/sites/<site_id>/goals/<goal_id>", "editor")
def api_change_goal(call: Call, site: Site, goal_id: str) -> Answer:
    body = api_body(call)
    goal = state.store.read(find_row, Goal, site, goal_id)
    kept = ("name",) if {"event", "page"} & set(body) else GOAL_FIELDS
    body = {key: getattr(goal, key) for key in kept} | body
    goal = write_shown(save_goal, site.number, read_goal(body, goal.id))
    return api_answer(goal._asdict())


@route("DELETE", "/api/sites/<site_id>/goals/<goal_id>", "editor")
def api_delete_goal(call: Call, site: Site, goal_id: str) -> Answer:
    write_shown(delete_row, Goal, site, goal_id)
    return api_answer({"success": True})


DELETE_RANGES = {"today": 1, "7days": 7, "30days": 30}


def read_delete_days(body: Mapping[str, object], zone: ZoneInfo) -> tuple[date, date]:
    """The first and last day of {"range"} or {"from","to"}. Raises Refused when in doubt."""
    if set(body) == {"from", "to"}:
        first, last = (read_date(key, field(body, key)) for key in ("from", "to"))
        if first > last:
            raise Refused(400, f"from {first} is after to {last}")
        return first, last
    if set(body) != {"range"}:
        raise Refused(400, f"give range, or from and to: {shorten(json.dumps(body))}")
    name, today = body["range"], local_day(now(), zone)
    if name == "all":
        return EARLIEST, LATEST
    if not isinstance(name, str) or name not in DELETE_RANGES:
        known = ", ".join(["all", *DELETE_RANGES])
        raise Refused(400, f"unknown range {shorten(json.dumps(name))}; known: {known}")
    return today - timedelta(DELETE_RANGES[name] - 1), today


@route("DELETE", "/api/stats/<site_id>/data", "owner")
def api_delete_data(call: Call, site: Site) -> Answer:
    first, last = read_delete_days(api_body(call), site.zone)
    visits, events = delete_days(site, first, last)
    counts = {"deletedVisits": visits, "deletedEvents": events}
    message = f"Deleted {visits} visits and {events} events"
    return api_answer({"success": True, **counts, "message": message})


# == Dashboard ====================================================================================
#
# Parse, query, page or fragment. Everything a page shows is made ready here: templates do no
# arithmetic. A page and its live fragment show the same includes with the same values. The whole
# state of a view is its address: every control is a link that changes one parameter. To add a card,
# add a row to CARDS; a tile, a row to METRICS.

FEW_VISITS = 30  # below this, counts say more than percentages


class Shown(types.SimpleNamespace):
    """What a template shows of one thing: its fields are named where it is made."""


class Choice(NamedTuple):
    """A link among alternatives."""

    label: str
    href: str
    chosen: bool
    key: str = ""  # on the keyboard


class Change(NamedTuple):
    """How a figure changed; each "" where there is nothing to say."""

    text: str = ""  # "+12 %"
    trend: str = ""  # "up", "down", "flat"
    better: str = ""  # "good", "bad"


class Tile(NamedTuple):
    metric: str
    label: str
    value: str
    change: Change
    href: str = ""
    chosen: bool = False
    title: str = ""


LONG_PATH = re.compile(r"(?=.*/.{24})(.{8,}?)([/?&=_-].{4,16})")  # where a card may cut it


class Row(NamedTuple):
    label: str
    title: str
    href: str
    bar: str  # "42.1%"
    count: str
    share: str
    flag: str = ""
    cells: tuple[str, ...] = ()  # all its columns, on a page of its own
    change: Shown | None = None  # there, compared with another period
    id: str = ""  # keeps the row itself, and the focus on it, when the order changes

    @property
    def ends(self) -> tuple[str, str]:
        """The label in two: the second part, by which long paths differ, is not cut in a card.
        "/docs/reference/12.4/install/linux" -> ("/docs/reference/12.4", "/install/linux")"""
        found = LONG_PATH.fullmatch(self.label)
        return found.groups() if found else (self.label, "")


class Card(NamedTuple):
    id: str
    icon: str
    title: str
    rows: list[Row]
    empty: str
    about: str
    folded: bool  # to one line: there is nothing to show, nor was it asked for
    head: str = "Visitors"
    tabs: Sequence[Choice] = ()
    more: str = ""
    more_href: str = ""


class Form(NamedTuple):
    """What the fields of a form hold, and what is wrong with some of them."""

    values: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


NOTHING_SENT = Form()


# == Wording =======================================================================================
#
# Numbers, times and values as people read them, and the tables of tiles and of lists' columns.


def count_text(value: float) -> str:
    return f"{round(value):,}"


def brief_count(value: float) -> str:
    """48,213; from a million on three digits, as there is room for: 1.18M, 38.4M, 2.1B"""
    if value < 999_500:
        return count_text(value)
    size, letter = (10**6, "M") if value < 999.5e6 else (10**9, "B")
    return f"{value / size:.3g}{letter}"


def counted(count: int, word: str) -> str:
    """1 page, 1,234 pages"""
    return f"{count_text(count)} {word}{'' if count == 1 else 's'}"


def percent_text(value: float) -> str:
    return f"{value:.0f} %"


def duration_text(seconds: float) -> str:
    """48s, 2m 13s, 1h 5m"""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m {seconds % 60:02d}s"
    return f"{seconds // 3600}h {seconds % 3600 // 60}m"


def ago_text(seconds: float) -> str:
    """just now, 4 minutes ago, 2 days ago"""
    for size, name in ((DAY, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{counted(int(seconds // size), name)} ago"
    return "just now"


def date_text(day: date, year: bool = True) -> str:
    return f"{day.day} {day:%b %Y}" if year else f"{day.day} {day:%b}"


def moment_text(moment: float, zone: ZoneInfo) -> str:
    """21 Nov 2026, 18:00"""
    local = datetime.fromtimestamp(moment, zone)
    return f"{date_text(local.date())}, {local:%H:%M}"


def flag_emoji(code: str | None) -> str:
    """The flag of a country: "DE" -> its two regional indicators."""
    if not code or len(code) != 2 or not code.isascii() or not code.isalpha():
        return ""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in code.upper())


def period_text(period: Period) -> str:
    """21 Nov 2026; 1-21 Nov 2026; 25 Oct - 21 Nov 2026"""
    first, last = period.first, period.last
    if first == last:
        return date_text(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{date_text(last)}"
    return f"{date_text(first, first.year != last.year)} – {date_text(last)}"


def span_text(period: Period) -> str:
    """A period of days as period_text has it; another from one moment to the other."""
    if period.is_of_days:
        return period_text(period)
    since, until = (moment_text(edge, period.zone) for edge in (period.since, period.until))
    return f"{since} to {until}"


class Metric(NamedTuple):
    """A tile and what the chart can show: how it is read from Totals, written, and explained."""

    label: str
    value: Callable[[Totals], float]
    text: Callable[[float], str]
    unit: str
    good: int  # 1: more is better, -1: less is
    meaning: str
    is_mean: bool = False  # over visits: without any there is nothing to compare with


# fmt: off
METRICS = {
    "visitors": Metric("Visitors", lambda t: t.visitors, count_text, "count", 1,
        "People, counted anew each day: several days are the sum of daily visitors."),
    "visits": Metric("Visits", lambda t: t.visits, count_text, "count", 1,
        "What one visitor did with less than 30 minutes between two signals."),
    "pageviews": Metric("Pageviews", lambda t: t.pageviews, count_text, "count", 1,
        "Pages shown, reloads included."),
    "views-per-visit": Metric(
        "Views per visit", lambda t: t.views_per_visit, "{:.1f}".format, "count", 1,
        "Pageviews divided by visits.", True),
    "bounce-rate": Metric("Bounce rate", lambda t: t.bounce_rate, percent_text, "percent", -1,
        "Visits of one pageview with no event and under 10 seconds of attention.", True),
    "duration": Metric("Visit duration", lambda t: t.duration, duration_text, "seconds", 1,
        "From the first signal of a visit to its last, on average.", True),
}
# fmt: on


# The columns of a list on a page of its own: as SORTS and as METRICS name them.
COLUMNS = {
    "visitors": "visitors",
    "visits": "visits",
    "pageViews": "pageviews",
    "bounceRate": "bounce-rate",
    "avgSessionDuration": "duration",
}


# How the values of a dimension are shown: label and flag. Others are shown as they are.
SHOWN: dict[str, Callable[[str], tuple[str, str]]] = {
    "country": lambda value: (country_name(value), flag_emoji(value)),
    "region": lambda value: (value.rpartition(", ")[0], flag_emoji(place_country(value))),
    "city": lambda value: (value.rpartition(", ")[0], flag_emoji(place_country(value))),
    "language": lambda value: (locale_text(value), flag_emoji(locale_country(value))),
    "timezone": lambda value: (value.replace("_", " "), ""),
}


def locale_country(value: str) -> str:
    """ "zh-Hant-TW" -> "TW"; "ar" -> "", though AR is a country as well"""
    return value.partition("-")[2].rpartition("-")[2]


def locale_text(value: str) -> str:
    """ "pt-BR" -> "Portuguese (Brazil)" """
    country = english_names("countries").get(locale_country(value))
    return f"{language_name(value)} ({country})" if country else language_name(value)


def address_text(text: str) -> str:
    """ "https://www.example.com/a" -> "example.com/a"; what is no address stays"""
    return re.sub("^https?://(www[.])?(?=.)", "", text)


def shown_value(dimension: Dimension, value: str) -> tuple[str, str]:
    """Label and flag of a value, never empty."""
    if dimension.table == "prop":
        value = address_text(value)
    label, flag = SHOWN.get(dimension.name, lambda text: (text, ""))(value)
    return label or value, flag


def shown_label(dimension: Dimension) -> Callable[[str], str]:
    """What readers see of a dimension's values, and search and sort by."""
    return lambda value: shown_value(dimension, value)[0]


def site_text(site: Site) -> Shown:
    href = state.config.root + site.path
    scheme = "http" if site.domain.startswith("localhost") else "https"
    return Shown(
        id=site.id,
        name=site.name,
        domain=site.domain,
        timezone=site.timezone,
        href=href,
        settings="" if site.share else f"{href}/settings",
        ignore=f"{scheme}://{site.domain}/#slim-ignore",  # asks the browser whether to be left out
    )


def raw_text(report: Report, since: int) -> str:
    """How far back filters and parts of days reach, when that is not as far as the period."""
    day = raw_from_day(report, since)
    if not day:
        return ""
    what = "Filters reach" if report.filters else "Parts of days are counted"
    return f"{what} back to {date_text(day)}; older visits are kept as sums only."


def log_text(report: Report, since: int) -> str:
    """How far back single visits are kept, when that is not as far as the period."""
    if report.scope.since >= since:
        return ""
    day = date_text(local_day(since, report.period.zone))
    return f"Single visits are kept from {day} on; older ones as sums only."


def hourless_text(days: list[date]) -> str:
    """Why a chart by hour has gaps: the days that were imported whole; "" for none."""
    if len(days) == 1:
        return f"The hours of {date_text(*days)} are not known: it was imported as a whole day."
    text = f"The hours of {len(days)} days are not known: they were imported as whole days."
    return text if days else ""


# == Annotations ===================================================================================
#
# What happened to a site and when: a release, a newsletter. People write them on the site page,
# deploy hooks through the API; the chart shows them as dots. Bounded in number and length.

MOST_ANNOTATIONS = 1000  # of a site
ANNOTATION_LENGTH = 200  # characters


class Annotation(NamedTuple):
    id: int  # 0: not stored yet
    time: int
    text: str


def load_annotations(db: Db, number: int, since: int = 0, until: int = 2**40) -> list[Annotation]:
    """The annotations of a site in a span, the latest first."""
    span = "site = ? and time >= ? and time < ? order by time desc, id desc"
    return load_rows(db, Annotation, f"annotation where {span}", number, since, until)


def save_annotation(
    db: Db, site: Site, values: Mapping[str, object], id_text: str = ""
) -> Annotation:
    """Add an annotation, of now if no `time` is given, or change the one of an id, of which stays
    what is not given. Raises Refused: 400, 404 (it is gone), 409 (there are too many)."""
    known = find_row(db, Annotation, site, id_text) if id_text else Annotation(0, int(now()), "")
    given = field(values, "text", default=known.text or None, limit=ANNOTATION_LENGTH)
    text = clean_text(given, ANNOTATION_LENGTH)
    if not text:
        raise Refused(400, f"text says nothing: {shorten(given)}")
    moment = read_instant("time", field(values, "time", default=iso(known.time)), site.zone)
    count = scalar(db, "select count(*) from annotation where site = ?", site.number)
    if not known.id and count >= MOST_ANNOTATIONS:
        raise Refused(409, f"a site has at most {MOST_ANNOTATIONS} annotations; delete one first")
    sql = """
        insert into annotation (id, site, time, text) values (nullif(?, 0), ?, ?, ?)
        on conflict (id) do update set time = excluded.time, text = excluded.text
        returning id
        """
    return Annotation(scalar(db, sql, known.id, site.number, moment, text), moment, text)


def annotation_json(found: Annotation) -> dict[str, object]:
    return {"id": found.id, "time": iso(found.time), "text": found.text}


@route("GET", "/api/sites/<site_id>/annotations", "viewer")
def api_annotations(call: Call, site: Site) -> Answer:
    found = state.store.read(load_annotations, site.number)
    return api_answer([annotation_json(one) for one in found])


@route("POST", "/api/sites/<site_id>/annotations", "editor")
def api_add_annotation(call: Call, site: Site) -> Answer:
    made = write_shown(save_annotation, site, api_body(call))
    return api_answer(annotation_json(made), 201)


@route("PUT", "/api/sites/<site_id>/annotations/<annotation_id>", "editor")
def api_change_annotation(call: Call, site: Site, annotation_id: str) -> Answer:
    changed = write_shown(save_annotation, site, api_body(call), annotation_id)
    return api_answer(annotation_json(changed))


@route("DELETE", "/api/sites/<site_id>/annotations/<annotation_id>", "editor")
def api_delete_annotation(call: Call, site: Site, annotation_id: str) -> Answer:
    write_shown(delete_row, Annotation, site, annotation_id)
    return api_answer({"success": True})


# == Charts ========================================================================================
#
# How numbers become tiles, lines and rows. Below FEW_VISITS visits there are no percentages.


def change_of(metric: Metric, sums: Totals, past: Totals | None) -> Change:
    """How a figure changed; nothing is said where the past is not known."""
    if past is None:
        return Change()
    value, before = metric.value(sums), metric.value(past)
    if metric.is_mean and not (sums.visits and past.visits):
        return Change()
    if value == before or not (sums.visits or past.visits):
        return Change(trend="flat" if past.visits else "")
    sign, trend = ("+", "up") if value > before else ("−", "down")
    better = "good" if (value - before) * metric.good > 0 else "bad"
    few = min(sums.visits, past.visits) < FEW_VISITS
    if metric.unit == "percent":
        if few:
            return Change()
        text = f"{abs(value - before):.0f}"
        text += " pt" if text == "1" else " pts"
    elif few or not before:
        text = metric.text(abs(value - before))
    else:
        text = f"{abs(value - before) / before * 100:,.0f} %"
    if not re.search("[1-9]", text):
        return Change(trend="flat")
    return Change(sign + text, trend, better)


def known_value(metric: Metric, sums: Totals | None) -> float | None:
    """The value of a metric; None for the mean of nothing, and where the sums are not known."""
    return metric.value(sums) if sums and (sums.visits or not metric.is_mean) else None


def tile_value(metric: Metric, sums: Totals, count: Callable = count_text) -> str:
    if metric.unit == "percent" and sums.visits < FEW_VISITS:
        return f"{sums.bounces} of {sums.visits}" if sums.visits else "–"
    if metric.is_mean and not sums.visits:
        return "–"
    return (count if metric.text is count_text else metric.text)(metric.value(sums))


def median_text(median: int, mean: str) -> str:
    """What the middle duration of visits (the lower of two) adds to the mean; "" for nothing."""
    if duration_text(median) == mean:
        return ""
    half = f"took {duration_text(median)} or less" if median else "had one signal only"
    return f" At least half of the visits {half}."


def against_text(before: Period) -> str:
    """What changes are against, said after what a figure means."""
    is_whole = before.until == day_start(before.last + timedelta(1), before.zone)
    return f" The change is against {span_text(before)}" + (
        "." if is_whole or not before.is_of_days else ", up to the same time."
    )


def make_tiles(
    call: Call, report: Report, page: SitePage, chosen: str, moment: float
) -> list[Tile]:
    """The tiles: each a figure with its change, each choosing what the chart shows."""
    path, sums, tiles = report.site.path, page.sums, []
    against = against_text(changes_from(report.period, report.compared, moment))
    for name, metric in METRICS.items():
        change = change_of(metric, sums, page.past)
        title, value = metric.meaning, tile_value(metric, sums, brief_count)
        if value != (whole := tile_value(metric, sums)):
            title += f" Here: {whole}."
        if name == "duration" and sums.visits and page.median is not None:
            title += median_text(page.median, value)
        title += against if change.text else ""
        href = with_query(path, call.pairs, metric=name)
        tiles.append(Tile(name, metric.label, value, change, href, name == chosen, title))
    return tiles


def counted_from(site: Site, oldest: date | None) -> int:
    """When a site's figures begin: as it was made, or on the first day of what was imported."""
    return min(site.created, day_start(oldest, site.zone) if oldest else site.created)


# How high the highest value stands in its box, and the least that fills it: of one visitor a day
# charts make no wall. chart.js draws the same.
PEAK, LEAST_TOP = 232 / 240, 4


def spots(values: list[float | None], top: float, width: int, height: int) -> list[str]:
    """Where values stand in a box, as SVG coordinates; "" for None."""
    step, scale = width / max(1, len(values) - 1), PEAK * height / max(LEAST_TOP, top)
    return [
        "" if value is None else f"{round(n * step, 1):g} {round(height - scale * value, 1):g}"
        for n, value in enumerate(values)
    ]


def curve(values: list[float | None], top: float, width: int, height: int) -> str:
    """SVG path data of a line with gaps where values are None; a value alone is a dot, or the whole
    width when there is no other slot."""
    line, alone = "", f"h{width if len(values) == 1 else 0}"
    for is_known, run in itertools.groupby(spots(values, top, width, height), bool):
        points = [*run]
        if is_known:
            line += "M" + "L".join(points) + (alone if len(points) == 1 else "")
    return line


def area_under(line: str, height: int) -> str:
    """The path of a line, each of its pieces closed along the bottom."""
    return "".join(f"M{piece}V{height}H{piece.split()[0]}Z" for piece in line.split("M")[1:])


def slot_text(since: int, interval: str, zone: ZoneInfo) -> str:
    """What a slot is called on the chart."""
    local = datetime.fromtimestamp(since, zone)
    if interval == "hour":
        return f"{local:%a} {local.day}, {local:%H:%M}"
    if interval == "month":
        return f"{local:%b %Y}"
    day = f"{local:%a} {local.day} {local:%b}"
    return f"Week of {day}" if interval == "week" else day


def slot_marks(slots: list[Slot], interval: str, zone: ZoneInfo) -> list[str]:
    """The short labels of slots below the chart; of a week or less with the days' names."""
    times = [datetime.fromtimestamp(since, zone) for since, _ in slots]
    days, years = {local.date() for local in times}, {local.year for local in times}
    if interval == "hour" and len(days) == 1:
        return [f"{local:%H:%M}" for local in times]
    if interval == "month" and len(years) == 1:
        return [f"{local:%b}" for local in times]
    if interval in ("hour", "month"):
        return [slot_text(since, interval, zone) for since, _ in slots]
    if interval == "day" and len(days) <= 7:
        return [f"{local:%a} {local.day}" for local in times]
    return [f"{local.day} {local:%b}" for local in times]


def notes_by_slot(slots: list[Slot], found: list[Annotation]) -> dict[int, str]:
    """What the annotations of each slot say, by the slot's beginning."""
    starts, texts = [since for since, _ in slots], {}
    for one in reversed(found):
        since = starts[bisect.bisect_right(starts, one.time) - 1]
        texts.setdefault(since, []).append(one.text)
    return {since: " · ".join(said) for since, said in texts.items()}


def slot_places(slots: list[Slot], interval: str, period: Period) -> list[object]:
    """For each slot, a key that its counterpart in a compared period shares: for days and hours the
    day's number, and what clocks show (a day may have 23 or 25 hours); else its index."""
    if interval not in ("hour", "day") or not period.is_of_days:
        return [*range(len(slots))]
    times = [datetime.fromtimestamp(since, period.zone) for since, _ in slots]
    if interval == "day":
        return [local.date() - period.first for local in times]
    return [(local.date() - period.first, local.time(), local.fold) for local in times]


def slot_link(report: Report, slot: Slot, timeless: str) -> str:
    """The view of a day, week or month of the chart alone, by the address of the same `timeless`
    view; "" for an hour, and for what is all."""
    zone, (since, until) = report.period.zone, slot
    if report.interval == "hour" or slot == (report.period.since, report.period.until):
        return ""
    days = f"from={local_day(since, zone)}&to={local_day(until - 1, zone)}"
    return timeless + ("&" if "?" in timeless else "?") + days


def make_points(
    call: Call, report: Report, page: SitePage, metric: Metric, moment: float
) -> list[Shown]:
    """The slots of the chart beside those of the compared period."""
    zone, interval, compared = report.period.zone, report.interval, report.compared
    (slots, line, _), (past_slots, past_line, _) = page.series, page.past_series
    points, notes = [], notes_by_slot(slots, page.annotations)
    places = slot_places(past_slots, interval, compared) if compared else []
    beside = dict(zip(places, zip(past_slots, past_line, strict=True), strict=True))
    places = slot_places(slots, interval, report.period)
    marks = slot_marks(slots, interval, zone)
    timeless = with_query(report.site.path, call.without(*PERIOD_KEYS))
    for place, mark, (since, until), sums in zip(places, marks, slots, line, strict=True):
        value = known_value(metric, sums) if since <= moment and until > page.begun else None
        then = beside.get(place)
        before = known_value(metric, then[1]) if then and then[0][1] > page.begun else None
        points.append(
            Shown(
                label=slot_text(since, interval, zone),
                mark=mark,
                value=value,  # None: not counted yet, still to come, not known, no mean
                shown="–" if value is None else tile_value(metric, sums),
                previous=before,
                previous_shown="–" if before is None else tile_value(metric, then[1]),
                previous_label=slot_text(then[0][0], interval, zone) if then else "",
                partial=since <= moment < until,
                note=notes.get(since, ""),
                href=slot_link(report, (since, until), timeless) if since <= moment else "",
            )
        )
    return points


SHOWN_NOTES = 50


def make_notes(call: Call, report: Report, found: list[Annotation]) -> list[Shown]:
    """The latest annotations of the period, each with a link that opens it."""
    return [
        Shown(
            when=moment_text(one.time, report.period.zone),
            text=one.text,
            href=with_query(report.site.path, call.pairs, annotation=str(one.id)),
        )
        for one in found[:SHOWN_NOTES]
    ]


def chart_paths(points: list[Shown], compared: bool) -> dict[str, str]:
    """The SVG paths of the chart: slots that are over, the one that is not, the area, the compared
    period, dots for annotations."""
    values, before = [p.value for p in points], [p.previous for p in points]
    most = max([value for value in (*values, *before) if value is not None], default=0)
    box = (most, 1000, 240)
    filling = [n for n, p in enumerate(points) if p.partial and p.value is not None]
    over = min(filling, default=len(points))
    unfinished = [v if n >= over - 1 else None for n, v in enumerate(values)]
    dots = spots([value or 0 for value in values], *box)
    return {
        "line": curve([*values[:over], *[None] * (len(values) - over)], *box),
        "partial": curve(unfinished, *box) if over < len(points) else "",
        "area": area_under(curve(values, *box), 240),
        "dashed": curve(before, *box) if compared else "",
        "dots": "".join(f"M{spot}h0" for spot, p in zip(dots, points, strict=True) if p.note),
    }


def make_chart(call: Call, report: Report, page: SitePage, metric: Metric, moment: float) -> Shown:
    """The chart of a metric."""
    path, zone = report.site.path, report.period.zone
    points = make_points(call, report, page, metric, moment)
    best = max((p for p in points if p.value), key=lambda p: p.value, default=None)
    choices = [
        Choice(name.title(), with_query(path, call.pairs, interval=name), name == report.interval)
        for name in useful_intervals(report.period)
    ]
    legend, api = "", f"/api/stats/{report.site.id}/timeseries"
    if report.compared:
        legend = f"{COMPARISONS[call.params['compare']]}: {span_text(report.compared)}"
    return Shown(
        metric_label=metric.label,
        points=points,
        **chart_paths(points, report.compared is not None),
        peak=f"Most: {best.shown} · {best.label}" if best and len(points) > 1 else "",
        legend=legend,
        begun=date_text(local_day(page.begun, zone)) if page.begun > report.period.since else "",
        notes=make_notes(call, report, page.annotations),
        annotate=with_query(path, call.pairs, annotation="new"),
        csv="" if report.site.share else with_query(api, call.without("metric"), format="csv"),
        interval_choices=choices if len(choices) > 1 else [],
        caption=f"{metric.label} by {report.interval}, {period_text(report.period)}",
        rev=hashlib.sha256(repr(points).encode()).hexdigest()[:12],
        unit=metric.unit,
    )


def chart_report(site: Site, call: Call) -> Report:
    """The report of a page with a chart: by what suits it, where what is asked for makes more slots
    than make sense. (Of 13,000, with a long address, it took 10 s on the hub and 1.3 GB.)"""
    report = read_report(site, call)
    _, most = INTERVAL_DAYS[report.interval]
    if report.period.days <= most:
        return report
    return report._replace(interval=read_interval({}, report.period))


# == Cards =========================================================================================
#
# How breakdowns, visits and goals become the rows of cards.

CARD_ROWS = 10
DRILLED = ("country", "region", "city")  # each opens the next


def card_of(name: str) -> str:
    """The card that a dimension is on."""
    found = (card for card, row in CARDS.items() if name in row.dimensions)
    return next(found, "events" if name.startswith("event:") else "")


def asked_tab(call: Call, card_id: str) -> Dimension | None:
    """The dimension that the address wants a card to show. Raises Refused."""
    name, row = call.params.get(CARD_PREFIX + card_id), CARDS[card_id]
    if name is None:
        return None
    if name not in row.dimensions and card_of(name) != card_id:
        known = ", ".join(row.dimensions)
        raise Refused(400, f"unknown {card_id} {shorten(name)}; known: {known}")
    return find_dimension(name)


def card_tabs(card_id: str, props: list[str]) -> list[str]:
    """The dimensions of a card; an event that is filtered by brings its properties."""
    return [*CARDS[card_id].dimensions, *(props if card_id == "events" else [])]


def default_tabs(card_id: str, filters: Iterable[Filter], props: list[str]) -> list[Dimension]:
    """The dimensions of which a card shows the first that has rows: within a country its regions,
    within a region its cities, of an event its properties."""
    names = card_tabs(card_id, props)
    known = {wanted.dimension.name for wanted in filters if not wanted.negated}
    depth = max((n for n, name in enumerate(DRILLED, 1) if name in known), default=0)
    if card_id == "places" and depth:
        names = [*DRILLED[depth:], *reversed(DRILLED[:depth])]
    elif card_id == "events":
        names = [*props, "event"]
    return [find_dimension(name) for name in names]


def make_tabs(
    card_id: str, chosen: str, props: list[str], link: Callable[[str], str]
) -> list[Choice]:
    """The dimensions of a card as links, if there are more than one."""
    names = card_tabs(card_id, props)
    tabs = [Choice(find_dimension(name).plural, link(name), name == chosen) for name in names]
    return tabs if len(tabs) > 1 else []


def empty_text(card_id: str, dimension: Dimension) -> str:
    """What a card or list without rows says; a card's own text is of its first dimension."""
    if card_id == "places" and state.geo.places:
        return "None known in this period"
    if card_id == "campaigns":
        return f"None: a link with utm_{dimension.name} names one"
    if dimension is NOT_FOUND:
        return "None: pages tell of them by the event 404 with a property path"
    if dimension.name == CARDS[card_id].dimensions[0] or card_id == "places":
        return CARDS[card_id].empty
    return f"No {dimension.plural.lower()} in this period"


def list_path(site: Site, dimension: Dimension) -> str:
    return f"{site.path}/" + quote(dimension.name, safe=":/")


LIST_KEYS = ("limit", "offset", "search", "sort", "format")


def make_row(
    call: Call, report: Report, dimension: Dimension, line: Line, scale: tuple[int, Totals]
) -> Row:
    """A value with its bar; its link filters the site page by it, unless that filter is on."""
    most, sums = scale
    visitors = line.totals.visitors
    label, flag = shown_value(dimension, line.value)
    pair = (dimension.name, exactly(line.value))
    counts = zip(line.totals, ("visitor", "visit", dimension.unit), strict=False)
    title = f"{line.value}: " + ", ".join(counted(*pair) for pair in counts)
    if line.is_rest:
        title += f". All beyond the {MOST_VALUES:,} most visited of a day or month, summed as one"
    # A card that goes one deeper by itself must not be held at this tab.
    is_drill = dimension.name in DRILLED or dimension.name == "event"
    held = CARD_PREFIX + card_of(dimension.name) if is_drill else None
    kept = call.without(*LIST_KEYS, held)
    is_on = any(
        wanted.dimension.name == dimension.name and pair[1] in wanted.values
        for wanted in report.filters
        if not wanted.negated
    )
    href = with_query(report.site.path, [*kept, pair]) if not (line.is_rest or is_on) else ""
    share = ""
    if sums.visits >= FEW_VISITS and sums.visitors:
        # A page or event may be of more: of visits that began on the day before.
        share = percent_text(100 * visitors / max(sums.visitors, visitors))
    bar = 0 if line.is_rest else percent(visitors, most)
    count, id_ = brief_count(visitors), f"row-{zlib.crc32(repr(pair).encode()):x}"
    return Row(label, title, href, f"{bar}%", count, share, flag, id=id_)


def make_card(call: Call, report: Report, card_id: str, found: Breakdown, page: SitePage) -> Card:
    """A card: its tabs, and a row with a bar for each value."""
    row, path, dimension = CARDS[card_id], report.site.path, found.dimension

    def link(name: str) -> str:
        return with_query(path, call.pairs, **{CARD_PREFIX + card_id: name})

    most = max((line.totals.visitors for line in found.lines), default=0)
    scale = (most, page.sums)
    all_href = list_path(report.site, dimension)
    rows = [make_row(call, report, dimension, line, scale) for line in found.lines]
    return Card(
        id=card_id,
        icon=row.icon,
        title=row.title,
        rows=rows,
        empty=empty_text(card_id, dimension),
        about=row.about,
        folded=not (rows or CARD_PREFIX + card_id in call.params),
        tabs=make_tabs(card_id, dimension.name, page.props, link),
        more=f"All {found.total:,}" if found.total > len(found.lines) else "Details",
        more_href="" if report.site.share else with_query(all_href, call.pairs),
    )


def make_example(sample: Sample, zone: ZoneInfo, moment: float) -> Shown:
    return Shown(
        page=sample.page,
        flag=flag_emoji(sample.country),
        country=country_name(sample.country),
        bot=sample.bot or "",
        ago=ago_text(moment - sample.time),
        when=moment_text(sample.time, zone),
    )


def make_dropped_card(dropped: dict[str, int], href: str) -> Card:
    """The ledger of dropped hits: what was left out, and why; `href` is its page."""
    most = max(dropped.values(), default=0)
    rows = [
        Row(*DROP_REASONS[reason][:2], href, f"{percent(n, most)}%", brief_count(n), "")
        for reason, n in dropped.items()
    ]
    return Card(
        id="dropped",
        icon="🧹",
        title="Not counted",
        rows=rows,
        empty="Nothing was left out",
        about="Requests that were answered but left out of every other figure, by the reason.",
        folded=not rows,
        head="Hits",
    )


# Where a card stands in a window of two columns; Devices is on the left without Places. Those that
# have no tabs go where there is room: others would change sides while somebody chooses tabs.
RIGHT = ("sources", "searches", "campaigns", "locale", "devices")
SIDES = dict.fromkeys(("content", "places"), 0) | dict.fromkeys(RIGHT, 1)
CARD_FRAME, TALLER = 5, {"places": 7, "dropped": 4}  # rows: its head and foot; map, examples


def make_columns(heights: dict[str, int]) -> list[list[str]]:
    """Two columns of cards, about as long as each other: {"content": 15, "events": 6} ->
    [["content"], ["events"]]; of three cards with tabs, one below them that is as wide as both."""
    if len(heights) == 3 and heights.keys() <= SIDES.keys():
        return [[card] for card in sorted(heights, key="places".__eq__)]
    columns: list[list[str]] = [[], []]
    lengths = [0, 0]
    is_placeless = "content" in heights and "places" not in heights
    sides = SIDES | {"devices": 0} if is_placeless else SIDES
    homes = sides if {0, 1} <= {sides.get(card) for card in heights} else {}
    for card in sorted(heights, key=lambda card: card not in homes):
        side = homes.get(card, lengths.index(min(lengths)))
        columns[side].append(card)
        lengths[side] += heights[card]
    return columns


def card_heights(cards: list[Card], goals: list[Reached]) -> dict[str, int]:
    """How high the cards are about, in rows; without those that are folded."""
    rows = {card.id: len(card.rows) for card in cards if not card.folded}
    rows |= {"goals": len(goals)} if goals else {}
    return {name: CARD_FRAME + n + TALLER.get(name, 0) for name, n in rows.items()}


def counting_text(report: Report, dropped: dict[str, int], visits: int) -> str:
    """What all figures of a report share: its days, its zone, and what was left out on them."""
    period, zone = report.period, report.period.zone
    text = f"{span_text(period)}, {'days of ' if period.is_of_days else ''}{zone}."
    if report.site.shows("dropped") and not report.filters:
        hits = sum(dropped.values())
        left = "Nothing was" if not hits else "1 hit was" if hits == 1 else f"{hits:,} hits were"
        text += f" {left} left out" + ("" if period.is_of_days else " on these days")
        text += "; the card Not counted says why." if hits else "."
    if visits < FEW_VISITS:
        text += f" With fewer than {FEW_VISITS} visits there are counts, not percentages."
    return text


def make_lands(call: Call, report: Report, page: SitePage) -> Shown:
    """The countries on the map, darker the more visitors."""
    path = report.site.path
    kept = call.without("region", "city", CARD_PREFIX + "places")
    most = max((line.totals.visitors for line in page.countries.lines), default=0) or 1
    lands = [
        Shown(
            code=line.value,
            label=f"{country_name(line.value)}: {count_text(line.totals.visitors)}",
            href=with_query(path, kept, country=line.value),
            step=min(5, 1 + int(4.99 * (line.totals.visitors / most) ** 0.5)),
        )
        for line in page.countries.lines
        if len(line.value) == 2
    ]
    return Shown(lands=lands, guessed=page.guessed)


LOG_STEPS = 25  # of a visit in the log; its own page shows more
LOG_FACTS = (
    *("source", "referrer", "campaign", "country", "region", "city"),
    *("device", "browser", "os", "screen", "language", "asn"),
)


def place_text(facts: Facts) -> str:
    """Where a visitor is, as far as it may be shown: "Portland, United States"; "≈" for a guess."""
    city = (facts.city or "").rpartition(", ")[0].partition(", ")[0]
    known = ", ".join(filter(None, (city, country_name(facts.country)))) or "Someone"
    return f"≈ {known}" if facts.country_from else known


def make_step(event: VisitEvent, zone: ZoneInfo) -> Shown:
    engaged = f"{duration_text(event.engaged)} engaged" if event.engaged else ""
    scrolled = f"scrolled {event.scroll} %" if event.scroll else ""
    page = event.page or "/"
    return Shown(
        time=f"{datetime.fromtimestamp(event.time, zone):%H:%M:%S}",
        label=event.name or page,
        title=f"on {page}" if event.name else event.title or "",
        is_event=bool(event.name),
        props=[(str(key), str(value)) for key, value in event.props.items()],
        detail=" · ".join(filter(None, (engaged, scrolled))),
    )


def visit_facts(call: Call, site: Site, facts: Facts) -> list[Shown]:
    """What is known of a visit, each with a link to the log of such visits."""
    found = []
    for name in LOG_FACTS:
        dimension = DIMENSIONS[name]
        value = getattr(facts, dimension.column)
        if value:
            label, flag = shown_value(dimension, value)
            if name == "country" and facts.country_from:
                label += ", guessed from the time zone"
            pairs = [*call.without(name, "offset"), (name, exactly(value))]
            href = with_query(f"{site.path}/visits", pairs)
            found.append(Shown(label=dimension.label, value=f"{flag} {label}".strip(), href=href))
    return found


def make_visit_line(call: Call, site: Site, visit: LoggedVisit, steps: int = LOG_STEPS) -> Shown:
    """A visit as one line, and what it opens into."""
    facts, zone, moment = visit.facts, site.zone, now()
    pages = [event.name or event.page or "/" for event in visit.events]
    pages = [page for page, _ in itertools.groupby(pages)]
    age, silence = moment - visit.started, moment - visit.started - visit.lasted
    duration = duration_text(visit.lasted) if visit.lasted else ""
    views = counted(visit.pageviews, "page") if visit.pageviews else ""
    return Shown(
        id=0 if site.share else visit.id,
        href="" if site.share else with_query(f"{site.path}/visits/{visit.id}", ()),
        flag=flag_emoji(facts.country),
        place=place_text(facts),
        source=facts.source or "",
        device=" · ".join(filter(None, (facts.browser, facts.os))),
        when=moment_text(visit.started, zone),
        ago=ago_text(age) if age < 7 * DAY else date_text(local_day(visit.started, zone)),
        duration=duration,
        stay=" · ".join(filter(None, (views, duration))),
        pages=pages[:4],
        more_pages=f"and {len(pages) - 4} more" if len(pages) > 4 else "",
        online=silence < ONLINE_SECONDS,
        title=f"{visit.pageviews} pageviews, {duration_text(visit.engaged)} engaged",
        steps=[make_step(event, zone) for event in visit.events[:steps]],
        more_steps=len(visit.events) > steps,
        facts=visit_facts(call, site, facts),
    )


def make_goal_line(call: Call, report: Report, reached: Reached) -> Shown:
    """How a goal did: its rate is the visitors who reached it, out of all visitors."""
    goal, visitors, among = reached.goal, reached.sums.visitors, reached.among
    times = reached.sums.pageviews
    late = reached.since > report.scope.since
    pair = (GOAL.name, goal.name)
    return Shown(
        id=goal.id,
        name=goal.name,
        event=goal.event or "",
        page=goal.page or "",
        # In the place of another goal: of two, a visit needs only one.
        href="" if pair in call.pairs else with_query(report.site.path, call.pairs, goal=goal.name),
        bar=f"{percent(visitors, among)}%",
        visitors=brief_count(visitors),
        times=counted(times, "time"),
        rate=percent_text(100 * visitors / among) if among >= FEW_VISITS else "",
        among=brief_count(among),
        since=date_text(local_day(reached.since, report.period.zone)) if late else "",
    )


# == Site page =====================================================================================
#
# One read of the database fills the whole page, and its live fragment likewise.


PERIOD_KEYS = ("period", "from", "to", "start", "end", "interval", "offset")
MOVELESS = ("24h", "all", "instants")  # periods that nothing comes before or after


def make_period_text(call: Call, report: Report, path: str) -> Shown:
    """The period's name, and the links to the one before and after."""
    period = report.period
    row = PERIODS.get(period.name)
    today = local_day(now(), period.zone)

    def move(first: date, last: date) -> str:
        kept = call.without(*PERIOD_KEYS)
        last = min(last, today) if first <= today else last
        for name, other in PERIODS.items():
            is_like = other.months == period.months and name not in MOVELESS
            if is_like and other.days(today) == (first, last):
                return with_query(path, kept, period=name)
        days = {"from": first.isoformat(), "to": last.isoformat()}
        return with_query(path, kept, **days)

    movable = period.name not in MOVELESS
    earlier = period.earlier()
    ahead = period.last + timedelta(1)
    if period.months:
        later_last = add_months(ahead, period.months) - timedelta(1)
    else:
        later_last = period.last + timedelta(period.days)
    return Shown(
        label=row.label if row else period_text(period),
        detail=period_text(period),
        from_date=period.first.isoformat(),
        to_date=period.last.isoformat(),
        zone=str(period.zone),
        previous=move(earlier.first, earlier.last) if movable and earlier.first >= EARLIEST else "",
        next=move(ahead, later_last) if movable and ahead <= today else "",
    )


RECORD_DAYS, RECORD_VISITORS = 14, 10  # fewer days, or fewer visitors, make no record


class Best(NamedTuple):
    """The day with most visitors of all that are over."""

    visitors: int
    day: date

    def feat(self, visitors: int, when: str) -> str:
        """What to say of a day with more visitors; "" for one that is no record."""
        if visitors <= max(self.visitors, RECORD_VISITORS - 1):
            return ""
        before = f"the most before was {self.visitors:,}, on {date_text(self.day)}"
        return f"A record day: {visitors:,} visitors {when}; {before}."


def best_day(db: Db, number: int, today: date) -> Best | None:
    """The best of a site's rolled-up days; None of too few, and while one of them is to be rolled
    up again."""
    span = {"site": number, "today": today.toordinal()}
    sql = """
        select count(*), max(visitors), period from (
            select period, sum(visitors) as visitors from rollup
            where site = :site and dimension = 0 and period > 0 and period < :today
            group by period)
        where not exists (select 1 from rolled where site = :site
                          and period > 0 and period < :today and not ready)
        """
    days, visitors, day = db.execute(sql, span).fetchone()
    return Best(visitors, date.fromordinal(day)) if days >= RECORD_DAYS else None


def make_feat(report: Report, page: SitePage, moment: float) -> Shown | None:
    """Whether today is a record: more visitors than on any day before. Only where today's figure is
    on the page, of the whole site."""
    zone, best = report.period.zone, page.best
    today = local_day(moment, zone)
    if not best or report.filters:
        return None
    visitors = 0
    if report.period.first == report.period.last == today:
        visitors = page.sums.visitors
    elif report.interval == "day":
        slots, line, _ = page.series
        days = {since: sums for (since, _), sums in zip(slots, line, strict=True)}
        visitors = (days.get(day_start(today, zone)) or Totals()).visitors
    text = best.feat(visitors, "so far")
    return Shown(day=today.isoformat(), text=text) if text else None


class SitePage(NamedTuple):
    """What the database knows for a site page, all from one snapshot."""

    sums: Totals
    past: Totals | None
    begun: int  # when its figures begin
    median: int | None
    series: Series
    past_series: Series  # empty without a comparison
    cards: dict[str, Breakdown]
    countries: Breakdown
    recent: list[LoggedVisit]
    goals: list[Reached]
    dropped: dict[str, int]
    annotations: list[Annotation]
    best: Best | None
    samples: list[Sample]
    raw_since: int
    props: list[str]
    guessed: bool


def read_cards(
    db: Db, report: Report, asked: dict[str, Dimension | None], props: list[str]
) -> dict[str, Breakdown]:
    """Each card by the dimension that is asked for, else by the first of its own that has rows."""
    cards: dict[str, Breakdown] = {}
    for card, dimension in asked.items():
        for choice in [dimension] if dimension else default_tabs(card, report.filters, props):
            found = breakdown(db, report.scope, choice, Paging(CARD_ROWS), brief=True)
            if card not in cards or found.lines:
                cards[card] = found
            if found.lines:
                break
    return cards


def read_site_page(
    db: Db, report: Report, asked: dict[str, Dimension | None], moment: float
) -> SitePage:
    """All numbers of a site page."""
    site, period, scope = report.site, report.period, report.scope
    before = changes_from(period, report.compared, moment)
    oldest = oldest_day(db, site)
    line = known_series(db, scope, report.interval)
    # days add up to the whole; hours do not, a visitor is counted in each
    is_apart = report.interval == "hour" or None in line.sums
    sums = totals(db, scope) if is_apart else add_up(line.sums)
    db.memo[totals.__name__, scope] = sums  # the goals ask for it
    raw, props = raw_since(db, site.number, site.zone), event_props(db, scope)
    past_line = Series([], [], [])
    if report.compared:
        past_scope = scope_of(site, report.compared, report.filters)
        past_line = known_series(db, past_scope, report.interval)
    return SitePage(
        sums=sums,
        past=None if is_newer(oldest, before) else past_totals(db, site, before, report.filters),
        begun=counted_from(site, oldest),
        median=median_duration(db, scope, sums.visits, raw),
        series=line,
        past_series=past_line,
        cards=read_cards(db, report, asked, props),
        countries=breakdown(db, scope, DIMENSIONS["country"], Paging(250), brief=True),
        recent=logged_visits(db, site, scope, 12),
        goals=read_goals(db, report),
        dropped=drop_counts(db, site.number, period.first, period.last),
        annotations=load_annotations(db, site.number, period.since, period.until),
        best=best_day(db, site.number, local_day(moment, site.zone)),
        samples=drop_samples(db, site.number, 3),
        raw_since=raw,
        props=props,
        guessed=has_guesses(db, scope),
    )


# == Site view =====================================================================================
#
# What was read of a site, as a page and as its live fragment.


def make_chips(call: Call, report: Report, path: str) -> list[Shown]:
    """The filters that are on, each with a link that takes it off."""
    chips = []
    for wanted in report.filters:
        key = wanted.dimension.name + ("!" if wanted.negated else "")
        values = ["*".join(star_parts(value)) for value in wanted.values]
        words = " or ".join(shown_value(wanted.dimension, value)[0] for value in values)
        verb = "is not" if wanted.negated else "is"
        href = with_query(path, call.pairs, **{key: None, "offset": None})
        chips.append(Shown(label=f"{wanted.dimension.label} {verb} {words}", href=href))
    return chips


def page_address(report: Report) -> str:
    """Where the page stands that a view is filtered by: "https://example.com/pricing"; "" where it
    is filtered by none, by more than one, or by a pattern, and for a stranger."""
    filters = [one for one in report.filters if one.dimension.name in PAGE_NAMES]
    values = [value for one in filters if not one.negated for value in one.values]
    pages = [part for value in values for part in star_parts(value)]
    is_one = len(pages) == 1 and pages[0].startswith("/") and "*" not in pages[0]
    return f"https://{report.site.domain}{pages[0]}" if is_one and not report.site.share else ""


def without_filters(call: Call, report: Report, path: str) -> str:
    """The address of a view without its filters; "" when it has none."""
    kept = [pair for pair in call.pairs if not is_filter(pair[0]) and pair[0] != "offset"]
    return with_query(path, kept) if report.filters else ""


def make_note_form(call: Call, site: Site, form: dict[str, str], error: str) -> Shown | None:
    """The form of the annotation that the address asks for; None when there is none."""
    wanted = call.params.get("annotation", "")
    if not call.may("editor", site):
        return None
    known = Annotation(0, int(now()), "")
    if wanted != "new":
        try:
            known = state.store.read(find_row, Annotation, site, wanted)
        except Refused:
            return None
    local = datetime.fromtimestamp(known.time, site.zone)
    action = f"{state.config.root}{site.path}/annotations"
    return Shown(
        title="Change the annotation" if known.id else "Annotate the chart",
        text=form.get("text", known.text),
        time=form.get("time", f"{local:%Y-%m-%dT%H:%M}"),
        length=ANNOTATION_LENGTH,
        save=f"{action}?{call.query}",
        delete=f"{action}/delete?{call.query}" if known.id else "",
        cancel=with_query(site.path, call.pairs),
        error=error,
    )


def typed_country(text: str) -> str:
    names = english_names("countries").items()
    return next((code for code, name in names if name.lower() == text.lower()), text.upper())


# What somebody types for a value that is stored in another way; others are taken as they are.
TYPED: dict[str, Callable[[str], str]] = {
    "country": typed_country,
    "region": lambda text: text if "," in text or "*" in text else f"{text}, *",
    "city": lambda text: text if "," in text or "*" in text else f"{text}, *",
}


@route("GET", "/sites/<site_id>/filter", "viewer")
def add_filter(call: Call, site: Site) -> Answer:
    """The form of a filter added by hand; leads to the page it was on, with the filter."""
    params = call.params
    kept = call.without("filter", "is", "value", "list")
    if value := params.get("value", "").strip():
        dimension = find_dimension(params.get("filter", ""))
        value = TYPED.get(dimension.name, str)(value)
        kept.append((dimension.name + ("!" if params.get("is") == "not" else ""), value))
    page, path = params.get("list", ""), site.path
    if page in SITE_VIEWS:
        path = f"{site.path}/{page}"
    elif page:
        path = list_path(site, find_dimension(page))
    return redirect(with_query(path, kept).removeprefix(state.config.root))


SUGGESTED = 30  # values


@route("GET", "/sites/<site_id>/filter/values", "viewer")
def suggest_values(call: Call, site: Site) -> Answer:
    """The values a filter's form offers: the most visited of the period that have in them what is
    typed, whatever filters are on, as these read raw rows."""
    params = call.params
    dimension, period = find_dimension(params.get("filter", "page")), asked_period(site, params)
    paging = Paging(SUGGESTED, search=params.get("value", "").strip(), label=shown_label(dimension))
    found = state.store.read(breakdown, scope_of(site, period), dimension, paging, True)
    values = [
        Shown(value=exactly(line.value), label=paging.label(line.value))
        for line in found.lines
        if not line.is_rest
    ]
    return show(call, "_suggested.html", Page("", site.id), values=values)


FILTER_GROUPS = [
    (row.title, [DIMENSIONS[name] for name in row.dimensions if name in DIMENSIONS])
    for row in CARDS.values()
]


def more_links(site: Site, pairs: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """The pages of a site; the reports for the same period and, where they have any, filters."""
    kept = [
        pair
        for pair in pairs
        if pair[0] not in RESERVED - {*PERIOD_KEYS} and not pair[0].startswith(CARD_PREFIX)
    ]
    reports = {"Numbers": "", "Visits": "/visits", "Events": "/events", "Goals": "/goals"}
    span = [pair for pair in kept if pair[0] in PERIOD_KEYS]
    links = {
        name: with_query(site.path + rest, kept, interval=None, offset=None)
        for name, rest in reports.items()
    }
    ledger = with_query(f"{site.path}/not-counted", span, interval=None, offset=None)
    return links | {"Not counted": ledger, "Settings": with_query(f"{site.path}/settings", [])}


def other_sites(call: Call, site: Site, path: str) -> list[Choice]:
    """Links to the same page of every site that the reader may see it of."""
    view = [pair for pair in call.pairs if pair[0] in (*PERIOD_KEYS, "compare", "metric")]
    rest = path.removeprefix(site.path)
    role = "editor" if rest == "/settings" else "viewer"
    return [
        Choice(other.name, with_query(other.path + rest, view, offset=None), other.id == site.id)
        for other in ([] if site.share else call.sites)
        if call.may(role, other)
    ]


def period_choices(call: Call, path: str, names: Iterable[str], chosen: str) -> list[Choice]:
    """Links to periods, each with its key."""
    kept, rows = call.without(*PERIOD_KEYS), {name: PERIODS[name] for name in names}
    return [
        Choice(row.label, with_query(path, kept, period=name), name == chosen, row.key)
        for name, row in rows.items()
    ]


def view_values(call: Call, report: Report, path: str) -> dict[str, Any]:
    """What the bar of every report on a site shows: the period and the filters."""
    return {
        "site": site_text(report.site),
        "sites": other_sites(call, report.site, path),
        "online": online_now(report.site.number),
        "action": state.config.root + path,
        "chips": make_chips(call, report, path),
        "unfiltered": without_filters(call, report, path),
        "opens": page_address(report),
        "unlisted": unlisted_text(report.site, report.filters),
        "period": make_period_text(call, report, path),
        "periods": period_choices(call, path, PERIODS, report.period.name),
        "carry": call.without(*PERIOD_KEYS),
        "filter_carry": call.without("offset"),
        "filter_groups": FILTER_GROUPS,
        "more": more_links(report.site, call.pairs),
        "credits": state.geo.credits(),
    }


def view_title(name: str, shown: Mapping[str, Any]) -> str:
    """The title of a report: "example.com · Page is /pricing and 1 more · Last 7 days"."""
    chips, period = shown["chips"], shown["period"].label
    if not chips:
        return f"{name} · {period}"
    more = f" and {len(chips) - 1} more" if len(chips) > 1 else ""
    return f"{name} · {chips[0].label}{more} · {period}"


def visible_part(page: SitePage, site: Site) -> SitePage:
    """What was read of a site, without what its share link does not show."""
    if site.share:  # these are for who runs the site
        page = page._replace(annotations=[], samples=[])
    if not site.shows("goals"):
        page = page._replace(goals=[])
    if not site.shows("recent"):
        page = page._replace(recent=[])
    return page


def make_compares(call: Call, report: Report, path: str) -> list[Choice]:
    """What to compare with; the key c goes on to the next."""
    if report.period.name == "all":
        return []
    chosen, names = call.params.get("compare", "none"), [*COMPARISONS]
    following = names[(names.index(chosen) + 1) % len(names)]

    def link(name: str) -> str:
        return with_query(path, call.pairs, compare=None if name == "none" else name)

    return [
        Choice(label, link(name), name == chosen, "c" if name == following else "")
        for name, label in COMPARISONS.items()
    ]


def site_values(call: Call, site: Site) -> dict[str, Any]:
    """Everything site.html and live.html show. Raises Refused."""
    report, moment = chart_report(site, call), now()
    asked = {card: asked_tab(call, card) for card in shown_cards(site)}
    metric = one_of(call.params, "metric", METRICS, "visitors")
    page = visible_part(state.store.read(read_site_page, report, asked, moment), site)
    cards = [make_card(call, report, card, found, page) for card, found in page.cards.items()]
    is_settled = state.settled.get(site.number, 0) >= local_day(moment, site.zone).toordinal()
    if site.shows("dropped") and not report.filters:  # what was left out has nothing to filter by
        href = "" if site.share else more_links(site, call.pairs)["Not counted"]
        cards.append(make_dropped_card(page.dropped, href))
    heights = card_heights(cards, page.goals)
    names = [card.id for card in cards] + ["goals"] * site.shows("goals")
    return {
        **view_values(call, report, site.path),
        "tiles": make_tiles(call, report, page, metric, moment),
        "nothing": bool(report.filters) and not any(page.sums),
        "chart": make_chart(call, report, page, METRICS[metric], moment),
        "cards": {card.id: card for card in cards},
        "columns": make_columns(heights),
        "folded": [name for name in names if name not in heights],
        "examples": [make_example(sample, site.zone, moment) for sample in page.samples],
        "places": make_lands(call, report, page),
        "recent": [make_visit_line(call, site, visit) for visit in page.recent],
        "goals": [make_goal_line(call, report, reached) for reached in page.goals],
        "feat": make_feat(report, page, moment) if is_settled else None,
        "show_recent": site.shows("recent"),
        "nobody": (page.sums.visits and log_text(report, page.raw_since))
        or "Nobody in this period",
        "compares": make_compares(call, report, site.path),
        "raw_from": raw_text(report, page.raw_since),
        "hourless": hourless_text(page.series.hourless + page.past_series.hourless),
        "counting": counting_text(report, page.dropped, page.sums.visits),
    }


def snippet_text(site: Site, base: str) -> str:
    """The line that counts a site's pages, by the script below an address."""
    data = f'data-site="{site.id}"' + (" data-hash" if site.hash_routing else "")
    return f'<script defer src="{base}/{state.config.script_name}" {data}></script>'


def arrival(site: Site) -> str:
    """What has arrived of a site: "visit", "own" when that was left out, or "" for nothing."""
    if state.store.read(oldest_day, site):
        return "visit"
    own = "select 1 from dropped where site = ? and reason = 'own' limit 1"
    return "own" if state.store.read(scalar, own, site.number) else ""


def render_site(site: Site, call: Call, form: dict[str, str] | None = None, error: str = "") -> str:
    """The HTML of the site page. Raises Refused."""
    values = site_values(call, site)
    return render(
        call,
        "site.html",
        Page(view_title(site.name, values), site.id, site.id),
        query=call.query,
        empty=(arrived := arrival(site)) != "visit",
        arrived=arrived,
        snippet=snippet_text(site, BASE_MARK),
        note_form=make_note_form(call, site, form or {}, error),
        **values,
    )


def to_chart(call: Call, site: Site) -> Answer:
    """Back to the view that a form was opened from."""
    href = with_query(site.path, call.pairs).removeprefix(state.config.root)
    return redirect(f"{href}#chart")


@route("POST", "/sites/<site_id>/annotations", "editor")
def save_note(call: Call, form: dict[str, str], site: Site) -> Answer:
    wanted = call.params.get("annotation", "")
    try:
        write_shown(save_annotation, site, form, "" if wanted == "new" else wanted)
    except Refused as refusal:
        if refusal.status == 404:
            raise
        return html_answer(refusal.status, render_site(site, call, form, refusal.message))
    return to_chart(call, site)


@route("POST", "/sites/<site_id>/annotations/delete", "editor")
def delete_note(call: Call, form: dict[str, str], site: Site) -> Answer:
    write_shown(delete_row, Annotation, site, call.params.get("annotation", ""))
    return to_chart(call, site)


def render_live(site: Site, call: Call) -> str:
    """The HTML of what changes on the site page. Raises Refused."""
    return render(call, "live.html", Page(site.name, site.id), **site_values(call, site))


@route("GET", "/sites/<site_id><live:re:(/live)?>", "viewer")
def site_page(call: Call, site: Site, live: str) -> Answer:
    """The page of a site; or, live, what changes of it."""
    make = functools.partial(render_live if live else render_site, site)
    return cached_page(call, site.number, make, bool(live))


# == Not counted ===================================================================================
#
# The ledger of dropped hits: how many of each reason and day, and a few examples of the last week.
# What was left out is gone; a reason can be counted from now on.

LEDGER_PERIODS = ("7d", "28d", "12mo")  # that are offered; links lead to others, too
LEDGER_DAYS = 1_100  # of a small chart, at most


def is_counted(site: Site, name: str) -> bool:
    """Whether hits that would be dropped for a reason are counted."""
    column = DROP_REASONS[name].column
    if column == "counted":
        return name in site.counted
    return bool(column) and not getattr(site, column)


def make_ledger_card(
    site: Site, name: str, dropped: Dropped, period: Period, moment: float
) -> Shown:
    reason = DROP_REASONS[name]
    dates = [period.last - timedelta(n) for n in reversed(range(min(period.days, LEDGER_DAYS)))]
    hits = [dropped.days.get(day, 0) for day in dates]
    line = curve(list(hits), max(hits), 140, 36)
    return Shown(
        name=name,
        label=reason.label,
        meaning=reason.meaning,
        hits=count_text(sum(dropped.days.values())),
        counted=is_counted(site, name),
        countable=bool(reason.column),
        line=line,
        area=area_under(line, 36),
        days=[(date_text(day), count_text(n)) for day, n in reversed(dropped.days.items())],
        examples=[make_example(sample, site.zone, moment) for sample in dropped.samples],
    )


@route("GET", "/sites/<site_id>/not-counted", "viewer")
def ledger_page(call: Call, site: Site) -> Answer:
    moment, period = now(), asked_period(site, call.params)
    ledger = state.store.read(drop_ledger, site.number, period.first, period.last)
    ledger |= {name: Dropped({}, []) for name in sorted(site.counted) if name not in ledger}
    path = f"{site.path}/not-counted"
    periods = period_choices(call, path, LEDGER_PERIODS, period.name)
    if period.name not in LEDGER_PERIODS:
        row = PERIODS.get(period.name)
        label = row.label if row else period_text(period)
        periods.insert(0, Choice(label, with_query(path, call.pairs), True))
    return show(
        call,
        "not_counted.html",
        Page(f"Not counted on {site.name}", site.id),
        site=site_text(site),
        more=more_links(site, call.pairs),
        sites=other_sites(call, site, path),
        periods=periods,
        detail=period_text(period),
        query=call.query,
        reasons=[make_ledger_card(site, *item, period, moment) for item in ledger.items()],
        credits=state.geo.credits(),
    )


def count_reason(db: Db, number: int, name: str, count: bool) -> None:
    """Count the hits of a reason on a site from now on, or leave them out."""
    column = DROP_REASONS[name].column
    if column != "counted":
        change_site(db, number, {column: int(not count)})
        return
    known = scalar(db, "select counted from site where number = ?", number)
    counted = {*json.loads(known or "[]")}  # None: it was deleted meanwhile
    counted = counted | {name} if count else counted - {name}
    change_site(db, number, read_site_fields({"counted": sorted(counted)}))


@route("POST", "/sites/<site_id>/not-counted", "editor")
def count_anyway(call: Call, form: dict[str, str], site: Site) -> Answer:
    """Count the hits of a reason from now on, or leave them out again."""
    name, count = form.get("reason", ""), form.get("count") == "yes"
    reason = DROP_REASONS.get(name)
    if reason is None or not reason.column:
        raise Refused(400, f"reason: {shorten(name)} is none that can be counted")
    write_site(site, count_reason, name, count)
    return redirect(f"{site.path}/not-counted" + (f"?{call.query}" if call.query else ""))


# == Lists ========================================================================================
#
# The whole list of a dimension on a page of its own: what a card shows ten rows of, with search,
# sort by any column, pages and CSV. A row filters, and goes back to the site page.

LIST_ROWS = 50


class ListPage(NamedTuple):
    """What the database knows for a list, all from one snapshot."""

    found: Breakdown
    compared: bool  # with what was asked for; not where that is not known
    most: int  # visitors of the first value, whichever page this is
    sums: Totals
    dropped: dict[str, int]
    raw_since: int
    props: list[str]
    guessed: bool  # countries, by the time zone


def read_list(
    db: Db, report: Report, dimension: Dimension, paging: Paging, moment: float
) -> ListPage:
    """All numbers of a list."""
    period, scope = report.period, report.scope
    first = breakdown(db, scope, dimension, Paging(1)).lines
    past = past_scope(db, report, moment)
    return ListPage(
        found=breakdown(db, scope, dimension, paging, past=past),
        compared=past is not None,
        most=first[0].totals.visitors if first else 0,
        sums=totals(db, scope),
        dropped=drop_counts(db, report.site.number, period.first, period.last),
        raw_since=raw_since(db, report.site.number, report.site.zone),
        props=event_props(db, scope),
        guessed=dimension.name == "country" and has_guesses(db, scope),
    )


def read_list_paging(call: Call, dimension: Dimension) -> Paging:
    """The rows of a list that are asked for, by what its readers see. Raises Refused."""
    paging = read_paging(call, LIST_ROWS)
    return paging._replace(label=shown_label(dimension))


def make_sorts(
    call: Call, path: str, dimension: Dimension, chosen: str, compared: bool
) -> list[Choice]:
    """The heads of the columns; each sorts by it."""
    heads = {"value": dimension.label, "change": "Change"}
    heads |= {sort: METRICS[metric].label for sort, metric in COLUMNS.items()}
    heads["pageViews"] = f"{dimension.unit.capitalize()}s"
    labels = {sort: heads[sort] for sort in ("value", *SORTS) if compared or sort != "change"}
    chosen = chosen if chosen in labels else "visitors"
    return [
        Choice(label, with_query(path, call.pairs, sort=sort, offset=None), sort == chosen)
        for sort, label in labels.items()
    ]


def make_change(line: Line) -> Shown | None:
    """By how many visitors a value changed, so that the order by it is seen; why, in percent."""
    if line.past is None:
        return None
    visitors, before = line.totals.visitors, line.past.visitors
    change = change_of(METRICS["visitors"], line.totals, line.past)
    percentage = f", {change.text}" if "%" in change.text else ""
    sign = "+" if visitors > before else "−" if visitors < before else ""
    return Shown(
        text=sign + brief_count(abs(visitors - before)),
        trend=change.trend,
        better=change.better,
        title=f"{counted(before, 'visitor')} before{percentage}",
    )


def compared_text(report: Report, compared: bool, moment: float) -> str:
    """What the column Change is against, or why there is none; "" when nobody asked for it."""
    if not report.compared:
        return ""
    if compared:
        before = like_for_like(report.period, report.compared, moment)
        return against_text(before).strip()
    return f"No change is told: not all of {span_text(report.compared)} is known."


def make_pager(call: Call, path: str, paging: Paging, total: int) -> dict[str, str]:
    """Which rows these are, and the links to those before and after."""
    start, end = paging.offset, min(total, paging.offset + paging.limit)

    def link(offset: int) -> str:
        return with_query(path, call.pairs, offset=str(offset) if offset else None)

    return {
        "shown": f"{start + 1:,}–{end:,} of {total:,}" if start < end else "",
        "before": link(max(0, start - paging.limit)) if start else "",
        "after": link(end) if start < end < total else "",
    }


def make_list_row(
    call: Call, report: Report, dimension: Dimension, line: Line, scale: tuple[int, Totals]
) -> Row:
    """A row of a card with all columns of a list."""
    metrics = [METRICS[name] for name in COLUMNS.values()]
    cells = tuple(tile_value(metric, line.totals, brief_count) for metric in metrics)
    row = make_row(call, report, dimension, line, scale)
    return row._replace(cells=cells, change=make_change(line))


def render_list(site: Site, dimension: Dimension, call: Call) -> str:
    """The HTML of a list. Raises Refused."""
    report, paging = read_report(site, call), read_list_paging(call, dimension)
    moment = now()
    page = state.store.read(read_list, report, dimension, paging, moment)
    path, card_id = list_path(site, dimension), card_of(dimension.name)
    scale = (page.most, page.sums)
    kept = call.without(*LIST_KEYS)

    def tab(name: str) -> str:
        return with_query(list_path(site, find_dimension(name)), kept)

    shown = view_values(call, report, path)
    return render(
        call,
        "list.html",
        Page(view_title(f"{dimension.plural} of {site.name}", shown), site.id),
        card=CARDS[card_id],
        empty_list=empty_text(card_id, dimension),
        nothing=bool(report.filters) and not any(page.sums),
        dimension=dimension,
        back=with_query(site.path, kept),
        tabs=make_tabs(card_id, dimension.name, page.props, tab),
        rows=[make_list_row(call, report, dimension, line, scale) for line in page.found.lines],
        sorts=make_sorts(call, path, dimension, paging.sort, page.compared),
        compares=make_compares(call, report, path),
        compared=compared_text(report, page.compared, moment),
        pager=make_pager(call, path, paging, page.found.total),
        search=paging.search,
        search_carry=call.without("search", "offset"),
        csv=with_query(path, call.pairs, format="csv", offset=None),
        guessed=page.guessed,
        raw_from=raw_text(report, page.raw_since),
        counting=counting_text(report, page.dropped, page.sums.visits),
        **shown,
    )


@route("GET", f"/sites/<site_id>/<name:re:{'|'.join(DIMENSIONS)}|event:.[^:]*:.+>", "viewer")
def list_page(call: Call, site: Site, name: str) -> Answer:
    dimension = find_dimension(name)
    if wants_csv(call):
        report = read_report(site, call)
        paging = read_list_paging(call, dimension)._replace(limit=2**53, offset=0)

        def read(db: Db) -> Answer:  # all of it on a reader's thread: a list may be very long
            return breakdown_csv(report, read_breakdown(db, report, dimension, paging, now()))

        return state.store.read(read)
    return cached_page(call, site.number, functools.partial(render_list, site, dimension))


# == Visits, events, goals =========================================================================
#
# The other pages of a site: the log of visits; events with their properties; goals with the forms
# to set them. All are live, and take the period and the filters of the site page.

PAGE_VISITS = 30  # visits of a page of the log
PAGE_EVENTS, EVENT_PROPS = 30, 10  # events with properties; properties of one, and values of each


def listable_visits(db: Db, report: Report, since: int) -> int:
    """How many visits of a report are raw: all since a moment, and what is left of earlier ones."""
    scope = report.scope
    if scope.filters:
        return totals(db, scope).visits
    edge = min(max(scope.since, since), scope.until)
    earlier, _ = count_rows(db, report.site, [(scope.since, edge)])
    return earlier + totals(db, scope._replace(since=edge)).visits


def read_visits_page(db: Db, report: Report, offset: int) -> tuple[list[LoggedVisit], int, int]:
    """One page of the log; how many visits all its pages list, 0 where this one lists none; and
    since when visits are kept."""
    visits = logged_visits(db, report.site, report.scope, PAGE_VISITS, offset)
    since = raw_since(db, report.site.number, report.site.zone)
    return visits, listable_visits(db, report, since) if visits else 0, since


def visits_values(call: Call, site: Site) -> dict[str, Any]:
    """Everything visits.html and visits_live.html show. Raises Refused."""
    report, offset = read_report(site, call), read_count(call, "offset", 0, 10**9)
    visits, total, since = state.store.read(read_visits_page, report, offset)
    path, arrived = f"{site.path}/visits", "visit" if visits else arrival(site)
    return {
        **view_values(call, report, path),
        "visits": [make_visit_line(call, site, visit) for visit in visits],
        "arrived": arrived,
        "empty": arrived != "visit",
        "snippet": snippet_text(site, BASE_MARK),
        "pager": make_pager(call, path, Paging(PAGE_VISITS, offset), total),
        "raw_from": log_text(report, since),
    }


def find_visit(db: Db, site: Site, visit_id: str) -> LoggedVisit | None:
    """The visit of a site that has an id."""
    if not re.fullmatch("[1-9][0-9]*", visit_id):
        return None
    at = scalar(db, "select started from visit where id = ? and site = ?", visit_id, site.number)
    if at is None:
        return None
    visits = logged_visits(db, site, Scope(site.number, at, at + 1, site.zone), 1000)
    return next((visit for visit in visits if str(visit.id) == visit_id), None)


def make_prop_table(
    call: Call, report: Report, name: str, prop: str, values: dict[str, Totals]
) -> Shown:
    """The values of one property, those with most visitors."""
    lines = [Line(value, sums, value == OTHER_NAME) for value, sums in values.items()]
    lines = heapq.nsmallest(
        EVENT_PROPS,
        lines,
        lambda line: (line.is_rest, -line.totals.visitors, -line.totals.pageviews, line.value),
    )
    dimension = find_dimension(prop_dimension(name, prop))
    scale = (lines[0].totals.visitors, Totals())
    rows = [make_row(call, report, dimension, line, scale) for line in lines]
    rest = len(values) - len(lines)
    return Shown(name=prop, rows=rows, more=f"and {rest:,} more" if rest else "")


def read_events_page(db: Db, report: Report) -> tuple[Breakdown, dict]:
    """The events with most visitors, and the properties of all."""
    scope = report.scope
    found = breakdown(db, scope, DIMENSIONS["event"], Paging(PAGE_EVENTS), brief=True)
    return found, event_properties(db, scope)


def events_values(call: Call, site: Site) -> dict[str, Any]:
    """Everything events.html and events_live.html show. Raises Refused."""
    report = read_report(site, call)
    found, props = state.store.read(read_events_page, report)
    events = []
    for line in found.lines:
        known = sorted(props.get(line.value, {}).items())[:EVENT_PROPS]
        tables = [make_prop_table(call, report, line.value, *item) for item in known if item[1]]
        row = make_row(call, report, DIMENSIONS["event"], line, (1, Totals()))
        sums = line.totals
        seen = f"{counted(sums.pageviews, 'time')} by {counted(sums.visitors, 'visitor')}"
        events.append(Shown(row=row._replace(title="Only visits with it"), seen=seen, props=tables))
    return {
        **view_values(call, report, f"{site.path}/events"),
        "events": events,
        "rest": found.total - len(found.lines),
    }


def goals_values(
    call: Call, site: Site, form: Form = NOTHING_SENT, goal_id: int = 0
) -> dict[str, Any]:
    """Everything goals.html and goals_live.html show; `form` is of a goal. Raises Refused."""
    report = read_report(site, call)
    found = state.store.read(read_goals, report)
    events = state.store.read(breakdown, report.scope, DIMENSIONS["event"], Paging(50), True).lines
    return {
        **view_values(call, report, f"{site.path}/goals"),
        "goals": [make_goal_line(call, report, reached) for reached in found],
        "nothing": bool(report.filters) and not any(reached.among for reached in found),
        "form": form,
        "goal_id": goal_id,
        "names": [line.value for line in events],
    }


class SiteView(NamedTuple):
    """A page of a site: what it shows, and the id and the fragment of what changes of it."""

    values: Callable[[Call, Site], dict[str, Any]]
    target: str
    fragment: str


SITE_VIEWS = {
    "visits": SiteView(visits_values, "log", "_log.html"),
    "events": SiteView(events_values, "events", "_events.html"),
    "goals": SiteView(goals_values, "goal-list", "_goalcards.html"),
}


@route("GET", "/sites/<site_id>/<name:re:visits|events|goals><live:re:(/live)?>", "viewer")
def view_page(call: Call, site: Site, name: str, live: str) -> Answer:
    """A page of a site, called like what it shows; or, live, what changes of it."""
    template_name = "view_live.html" if live else f"{name}.html"
    view = SITE_VIEWS[name]

    def make(call: Call) -> str:
        values = view.values(call, site) | {"target": view.target, "fragment": view.fragment}
        page = Page(view_title(f"{name.capitalize()} of {site.name}", values), site.id, site.id)
        return render(call, template_name, page, query=call.query, **values)

    return cached_page(call, site.number, make, bool(live))


@route("GET", "/sites/<site_id>/visits/<visit_id>", "viewer")
def visit_page(call: Call, site: Site, visit_id: str) -> Answer:
    visit = state.store.read(find_visit, site, visit_id)
    if visit is None:
        raise Refused(404, f"there is no visit {shorten(visit_id)} (any more)")
    line = make_visit_line(call, site, visit, VISIT_EVENTS)
    values = {"visit": line, "most": VISIT_EVENTS if len(line.steps) == VISIT_EVENTS else 0}
    values |= {"site": site_text(site), "credits": state.geo.credits()}
    return show(
        call, "visit.html", Page(f"{line.place}, {line.when} · {site.name}", site.id), **values
    )


def back_to_goals(call: Call, site: Site) -> Answer:
    return redirect(f"{site.path}/goals" + (f"?{call.query}" if call.query else ""))


def keep_goal(call: Call, site: Site, goal_id: int, form: dict[str, str]) -> Answer:
    """Add (0) or change a goal as a form says, and go back to the goals."""
    values = {key: form.get(key, "") for key in GOAL_FIELDS}
    try:
        write_shown(save_goal, site.number, read_goal(values, goal_id))
    except BadField as bad:
        page = Page(f"Goals of {site.name}", site.id)
        shown = goals_values(call, site, Form(values, bad.errors), goal_id)
        return show(call, "goals.html", page, bad.status, query=call.query, **shown)
    return back_to_goals(call, site)


@route("POST", "/sites/<site_id>/goals", "editor")
def add_goal(call: Call, form: dict[str, str], site: Site) -> Answer:
    return keep_goal(call, site, 0, form)


@route("POST", "/sites/<site_id>/goals/<goal_id>", "editor")
def change_goal(call: Call, form: dict[str, str], site: Site, goal_id: str) -> Answer:
    return keep_goal(call, site, state.store.read(find_row, Goal, site, goal_id).id, form)


@route("POST", "/sites/<site_id>/goals/<goal_id>/delete", "editor")
def delete_goal(call: Call, form: dict[str, str], site: Site, goal_id: str) -> Answer:
    write_shown(delete_row, Goal, site, goal_id)
    return back_to_goals(call, site)


# == Tape ==========================================================================================
#
# The latest visits of all sites (the tape), and what was seen for the first time today.

OVERVIEW_PERIODS = {  # each with what its change is against
    "today": "the same time a week ago",
    "yesterday": "the same weekday before",
    "7d": "the 7 days before",
    "28d": "the 28 days before",
    "12mo": "the 12 months before",
}
SPARK_DAYS = 14
MANY_SITES = 8  # from so many on they can be searched, and those without a visit are one line
KEPT_SECONDS = 30  # "2 minutes ago", and what is compared, move on by themselves
TAPE_SECONDS, TAPE_LINES = DAY, 10
FRESH_LINES = 8


class TapeLine(NamedTuple):
    """A visit on the tape: the last it did."""

    visit: int
    time: int
    page: str
    event: str | None
    country: str | None
    source: str | None
    own: int = 0  # of a visit that was left out: how many accounts it may be of


def read_tape(db: Db, site: Site, moment: float) -> list[TapeLine]:
    """The last visits of a site in 24 hours, by their last page or event, and the last own one."""
    since = moment - TAPE_SECONDS
    sql = """
        with latest as (
            select id, visit, time, page, name from event
            where site = :site and time > :since order by time desc, id desc limit :few)
        select e.visit, e.time, p.value, n.value, c.value, s.value, max(e.id)
        from latest e join visit v on v.id = e.visit
        left join text p on p.id = e.page left join text n on n.id = e.name
        left join text c on c.id = v.country left join text s on s.id = v.source
        group by e.visit order by 2 desc limit :lines
        """
    rows = db.execute(
        sql, {"site": site.number, "since": since, "few": 8 * TAPE_LINES, "lines": TAPE_LINES}
    )
    sql = """
        select -id, time, page, null, country, null, (select count(*) from account)
        from dropped_sample
        where site = ? and reason = 'own' and time > ? order by time desc, id desc limit 1
        """
    own = db.execute(sql, (site.number, since))
    return [*(TapeLine(*row[:-1]) for row in rows), *(TapeLine(*row) for row in own)]


class Fresh(NamedTuple):
    """Something seen for the first time."""

    dimension: str
    value: str
    time: int


FRESH_DIMENSIONS = {"campaign": "📣", "referrer": "🔗", "country": "🌍", "page": "📄"}
FRESH_ROWS = 20_000  # the latest of today that are looked at: they take 40 ms
FRESH_VALUES = 200  # of them, those that got their text.id last: they are most likely new
FRESH_SOURCES = {
    "visit": """
        select started as time, engaged, {column} as value from visit
        where site = :site and started >= :since and started < :until
        order by started desc limit {rows}""",
    "event": """
        select e.time, v.engaged, e.value from (
            select time, visit, {column} as value from event
            where site = :site and time >= :since and time < :until and name is null
            order by time desc limit {rows}) e join visit v on v.id = e.visit""",
}


def fresh_span(db: Db, site: Site, moment: float) -> tuple[Scope, Cover] | None:
    """A site's today, and the days before it; None on its first day."""
    first, today = oldest_day(db, site), local_day(moment, site.zone)
    if first is None or first >= today:
        return None
    start = day_start(today, site.zone)
    before = cover(db, Scope(site.number, day_start(first, site.zone), start, site.zone))
    return Scope(site.number, start, int(moment) + 1, site.zone), before


def fresh_values(db: Db, scope: Scope, dimension: Dimension, before: Cover) -> dict[int, int]:
    """The values (text.id) of a dimension that no earlier day has, and when each was first seen."""
    source = FRESH_SOURCES[dimension.table].format(column=dimension.column, rows=FRESH_ROWS)
    earlier = set()
    for since, until in contiguous(before.days):
        past = Statement(scope._replace(since=since, until=until))
        rows = past.run(db, "select value from ({source})", source=source)
        if len(rows) == FRESH_ROWS:
            return {}
        earlier.update(value for [value] in rows)
    statement = Statement(scope)
    rows = statement.run(
        db,
        """
        select seen, time from (
            select value as seen, min(time) as time from ({source})
            where value is not null and engaged >= {engaged}
            group by value order by value desc limit {values})
        where not exists (
            select 1 from json_each({periods}) p cross join rollup r
            where r.site = :site and r.dimension = {code} and {summed} and r.value = seen)
        """,
        source=source,
        engaged=BOUNCE_SECONDS,
        values=FRESH_VALUES,
        periods=statement.param(json.dumps(before.periods[::-1])),
        summed=SUMMED,
        code=dimension.code,
    )
    return {id_: first_seen for id_, first_seen in rows if id_ not in earlier}


def read_fresh(db: Db, site: Site, moment: float) -> list[Fresh]:
    """What a site has seen today for the first time, in visits that lasted: the latest first.
    Nothing on its first day, or while earlier days are not rolled up: it would take long."""
    span = fresh_span(db, site, moment)
    if span is None:
        return []
    scope, before = span
    found = []
    for name in FRESH_DIMENSIONS:
        values = fresh_values(db, scope, DIMENSIONS[name], before)
        texts = text_values(db, values)
        found += [Fresh(name, texts[value], first_seen) for value, first_seen in values.items()]
    return sorted(found, key=lambda fresh: (-fresh.time, fresh.value))


# == Overview ======================================================================================
#
# All sites on one screen, each in its own zone. What was read of a site is kept until the site
# changes, so that one busy site does not make ten be read again.


class SiteNumbers(NamedTuple):
    """What the overview shows of a site."""

    site: Site
    sums: Totals
    past: Totals | None  # None: not known
    newer: bool  # than what its change is against
    days: list[int | None]  # daily visitors, the last one today; None: before all figures
    top_source: tuple[str, int] | None  # and its visitors
    oldest: date | None  # the first day with data
    tape: list[TapeLine]
    fresh: list[Fresh]

    @property
    def compared(self) -> Totals | None:
        """What its change is against; None when it has none."""
        return None if self.newer else self.past

    @property
    def most(self) -> int:
        return max(filter(None, self.days), default=0)

    @property
    def rise(self) -> int:
        return self.sums.visitors - self.past.visitors if self.past else 0


def read_numbers(db: Db, site: Site, period_name: str, moment: float) -> SiteNumbers:
    """The numbers of a site, in its own zone."""
    period = read_period({"period": period_name}, site.zone, None)
    scope = scope_of(site, period)
    today = local_day(moment, site.zone)
    fortnight = whole_days("custom", today - timedelta(SPARK_DAYS - 1), today, site.zone)
    sources, before = top_values(db, scope, "source", 1), changes_from(period, None, moment)
    oldest = oldest_day(db, site)
    slots, daily = series(db, scope_of(site, fortnight), "day")
    begun = counted_from(site, oldest)
    if fortnight.since <= period.since and period.until == fortnight.until:  # days add up
        sums = add_up(daily[-sum(since >= period.since for since, _ in slots) :])
    else:
        sums = totals(db, scope)
    return SiteNumbers(
        site,
        sums,
        past_totals(db, site, before),
        is_newer(oldest, before),
        [
            of_day.visitors if until > begun else None
            for (_, until), of_day in zip(slots, daily, strict=True)
        ],
        sources[0] if sources else None,
        oldest,
        read_tape(db, site, moment),
        read_fresh(db, site, moment),
    )


def overview_numbers(period_name: str, among: list[Site]) -> list[SiteNumbers]:
    """The numbers of some sites; those of a site that has not changed are not read again."""
    moment, kept = now(), state.overview
    versions = {
        (site.number, period_name): (*site_version(site.number), moment // KEPT_SECONDS)
        for site in among
    }
    stale = [key for key, version in versions.items() if kept.get(key, ("",))[0] != version]
    sites = [state.sites.by_number[number] for number, _ in stale]

    def read(db: Db) -> list[SiteNumbers]:
        return [read_numbers(db, site, period_name, moment) for site in sites]

    for key, numbers in zip(stale, state.store.read(read) if stale else [], strict=True):
        kept[key] = versions[key], numbers
    return [kept[key][1] for key in versions]


# fmt: off
OVERVIEW_SORTS: dict[str, tuple[str, Callable[[SiteNumbers], int]]] = {  # label, order; then names
    "visitors": ("Busiest", lambda n: -n.sums.visitors),
    "change":   ("Change",  lambda n: -n.rise),
    "online":   ("Online",  lambda n: -online_now(n.site.number)),
    "name":     ("Name",    lambda n: 0),
}
# fmt: on
SCALES = ("own", "same")  # of the small charts


def source_words(numbers: SiteNumbers) -> tuple[str, str]:
    """How most visitors came, and from where: "mostly from", "Google"; "" of one among several."""
    name, count = numbers.top_source or ("", 0)
    visitors = numbers.sums.visitors
    if count < min(2, visitors) or not count:
        return "", ""
    how = "" if count >= visitors else "mostly " if 2 * count > visitors else f"{count:,} "
    direct = name == DIMENSIONS["source"].empty
    return (f"{how}directly", "") if direct else (f"{how}from", name)


def make_site_card(numbers: SiteNumbers, query: str, most: int) -> Shown:
    """A site's card; `most` is the top of its small chart."""
    site, days = numbers.site, numbers.days
    box = (most, 140, 36)
    line, over = curve([*days[:-1], None], *box), len(days) - 1
    lately = days[-2:] if days[-2] is not None else []  # alone, a dot cut at the edge
    text = site_text(site)
    came, top_source = source_words(numbers)
    best, today = count_text(numbers.most), count_text(days[-1] or 0)
    return Shown(
        id=site.id,
        name=site.name,
        domain=site.domain,
        href=text.href + query,
        settings=text.settings,
        online=online_now(site.number),
        visitors=count_text(numbers.sums.visitors),
        change=change_of(METRICS["visitors"], numbers.sums, numbers.compared),
        spark_line=line,
        spark_partial=curve([*[None] * (over - 1), *lately], *box),  # today is not over
        spark_area=area_under(line, 36),
        spark_title=f"Visitors in the last {SPARK_DAYS} days: {best} at most, {today} today",
        came=came,
        top_source=top_source,
        waiting=numbers.oldest is None,
    )


def make_site_cards(read: list[SiteNumbers], query: str, scale: str) -> list[Shown]:
    """The cards of sites, their small charts each at its own scale or all at the same."""
    most = max((numbers.most for numbers in read), default=0)
    return [make_site_card(n, query, most if scale == "same" else n.most) for n in read]


WITH_ARTICLE = frozenset("AE BS CD CF CG DO FO GB GM KM MH MP MV NL PH SB SC TC US VG VI".split())


def country_phrase(code: str) -> str:
    """A country as it stands in a sentence: "NL" -> "the Netherlands"."""
    return f"the {country_name(code)}" if code in WITH_ARTICLE else country_name(code)


def tape_person(line: TapeLine) -> str:
    if line.own:
        return "You, not counted," if line.own == 1 else "Someone, not counted,"
    return f"Someone in {country_phrase(line.country)}" if line.country else "Someone"


def tape_text(line: TapeLine, site: Site, moment: float) -> Shown:
    """A line of the tape; of a place it has only the country."""
    return Shown(
        id=f"{site.id}-{line.visit}",
        flag=flag_emoji(line.country),
        place=tape_person(line),
        source=line.source or "",
        verb="sends the event" if line.event else "read" if line.own else "reads",
        what=line.event or line.page or "/",
        site=site.name,
        href=with_query(site.path, [("period", "today")]),
        visit=with_query(site.path + ("/not-counted" if line.own else f"/visits/{line.visit}"), []),
        when=f"{datetime.fromtimestamp(line.time, site.zone):%H:%M}",
        ago=ago_text(moment - line.time),
        new=moment - line.time < ONLINE_SECONDS,
    )


def make_tape(read: list[SiteNumbers], moment: float) -> list[Shown]:
    """The latest visits of all sites."""
    lines = [(line, numbers.site) for numbers in read for line in numbers.tape]
    lines.sort(key=lambda pair: (-pair[0].time, -pair[0].visit))
    return [tape_text(line, site, moment) for line, site in lines[:TAPE_LINES]]


@route("GET", "/sites/<site_id>/waiting", "viewer")
def site_waiting(call: Call, site: Site) -> Answer:
    """What has arrived of a site, when that is not what the waiting page `knows`."""
    if (arrived := arrival(site)) == call.params.get("knows", ""):
        return html_answer(204, "")
    moment = now()
    tape = [line for line in state.store.read(read_tape, site, moment) if not line.own]
    return show(
        call,
        "_nobody.html" if "card" in call.params else "_waiting.html",
        Page("", site.id),
        site=site_text(site),
        arrived=arrived,
        snippet=snippet_text(site, public_url(call.environ)),
        first=tape_text(tape[-1], site, moment) if tape else None,
        online=online_now(site.number),
    )


def make_fresh(read: list[SiteNumbers]) -> list[Shown]:
    """What is new today on all sites, the latest first."""
    found = [(fresh, numbers.site) for numbers in read for fresh in numbers.fresh]
    found.sort(key=lambda pair: -pair[0].time)
    shown = []
    for fresh, site in found:
        label, flag = shown_value(DIMENSIONS[fresh.dimension], fresh.value)
        pairs = [("period", "today"), (fresh.dimension, exactly(fresh.value))]
        shown.append(
            Shown(
                icon=flag or FRESH_DIMENSIONS[fresh.dimension],
                kind=DIMENSIONS[fresh.dimension].label,
                label=address_text(label),
                site=site.name,
                href=with_query(site.path, pairs),
            )
        )
    return shown


def is_first_day(read: list[SiteNumbers], moment: float) -> bool:
    """Whether there are visits, and none before today."""
    begun = [numbers for numbers in read if numbers.oldest]
    return bool(begun) and all(n.oldest >= local_day(moment, n.site.zone) for n in begun)


def make_totals(read: list[SiteNumbers]) -> list[Tile]:
    """The sums of all sites; their change is that of the sites whose past is known."""
    sums, known = add_up(n.sums for n in read), [n for n in read if n.past]
    compared = add_up(n.sums for n in known)
    past = add_up(n.past for n in known) if any(n.compared for n in known) else None
    return [
        Tile(name, metric.label, metric.text(metric.value(sums)), change_of(metric, compared, past))
        for name, metric in METRICS.items()
        if name in ("visitors", "visits", "pageviews")
    ]


def overview_values(call: Call) -> dict[str, Any]:
    """Everything overview.html and overview_live.html show. Raises Refused."""
    name = one_of(call.params, "period", OVERVIEW_PERIODS, "today")
    sort = one_of(call.params, "sort", OVERVIEW_SORTS, "visitors")
    scale = one_of(call.params, "scale", SCALES, "own")
    read = overview_numbers(name, call.sites)
    read.sort(key=lambda n: (OVERVIEW_SORTS[sort][1](n), n.site.name.lower()))
    query = "" if name == "today" else f"?period={name}"
    fresh, other = make_fresh(read), "same" if scale == "own" else None
    cards = make_site_cards(read, query, scale)
    many = len(cards) >= MANY_SITES
    dates = {period_text(read_period({"period": name}, n.site.zone, None)) for n in read}
    is_folded = many and not all(card.waiting for card in cards)
    return {
        "label": PERIODS[name].label,
        "detail": dates.pop() if len(dates) == 1 else "",
        "compared": OVERVIEW_PERIODS[name],
        "spark_days": SPARK_DAYS,
        "count": len(cards),
        "many": many,
        "cards": [card for card in cards if not (is_folded and card.waiting)],
        "folded": [card for card in cards if is_folded and card.waiting],
        "totals": make_totals(read),
        "online": sum(online_now(site.number) for site in call.sites),
        "tape": make_tape(read, now()),
        "fresh": fresh[:FRESH_LINES],
        "first_day": is_first_day(read, now()),
        "more_fresh": max(0, len(fresh) - FRESH_LINES),
        "periods": period_choices(call, "/", OVERVIEW_PERIODS, name),
        "sorts": [
            Choice(label, with_query("/", call.pairs, sort=key), key == sort)
            for key, (label, _) in OVERVIEW_SORTS.items()
        ],
        "same_scale": Choice("Same scale", with_query("/", call.pairs, scale=other), not other),
        "query": call.query,
        "credits": state.geo.credits(),
    }


@route("GET", "/<live:re:(live)?>", "account")
def overview_page(call: Call, live: str) -> Answer:
    """The overview; or, live, what changes of it."""
    view, page = "overview_live.html" if live else "overview.html", Page("Your sites", live="*")
    alarms = state.alarms if call.may("all") else []

    def make(call: Call) -> str:
        return render(call, view, page, alarms=alarms, **overview_values(call))

    return cached_page(call, 0, make, bool(live))


# == Sharing =======================================================================================
#
# Share links: the owner makes, lists and revokes them in a site's settings; a stranger opens one
# and gets the site page, from the same handlers and templates, with the link's cards only.

SHARE_COOKIE_DAYS = 30
SHARE_CARDS = {  # what a link may show beside the basics: icon, title, hint
    card: (row.icon, row.title, ", ".join(find_dimension(name).plural for name in row.dimensions))
    for card, row in CARDS.items()
} | {
    "recent": ("👋", "Recent visitors", "Single visits: country, source, browser, pages."),
    "goals": ("🎯", "Goals", "How many visitors reached each."),
    "dropped": ("🧹", "Not counted", "How many hits were left out, by reason."),
}


def share_lines(call: Call, site: Site) -> list[Shown]:
    """A site's share links, the latest first."""
    base, lines = public_url(call.environ), []
    for share in reversed(state.store.read(load_shares, "site = ?", site.number)):
        cards = [SHARE_CARDS[card][1] for card in share.cards if card in SHARE_CARDS]
        facts = ["password" if share.password else "no password"]
        is_over = share.is_over(now())
        if share.expires:
            day = date_text(local_day(share.expires - 1, site.zone))
            facts.append(f"ended {day}" if is_over else f"until {day}")
        facts.append("shows " + ", ".join(["the basics", *cards]))
        if share.hosts:
            facts.append("may be embedded by " + ", ".join(share.hosts))
        url, facts = f"{base}/share/{share.slug}", " · ".join(facts)
        revoke = f"{state.config.root}{site.path}/shares/{share.id}/revoke"
        lines.append(Shown(name=share.name, url=url, facts=facts, is_over=is_over, revoke=revoke))
    return lines


FRAME_HOST = re.compile(r"(http://)?(\*\.)?([a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}(:\d{1,5})?")


def frame_hosts(addresses: list[str]) -> str:
    """A JSON list of the hosts that may embed a link: "https://a.com/x" -> "a.com", "*.b.org". To
    browsers a host alone is one with https, if we are; so http:// stays where it is given."""
    hosts = []
    for address in addresses:
        scheme, host = re.match("(?i)(https?://)?([^/]*)", address).groups(default="")
        hosts.append(scheme.lower().replace("https://", "") + ascii_host(host))
    for host in hosts:
        if not FRAME_HOST.fullmatch(host) or len(host) > 253:
            raise ValueError(f"{shorten(host)} is no host like example.com")
    return json_list(hosts)


def share_end(text: str, zone: ZoneInfo) -> int | None:
    """When a link ends whose last day is given as 2026-11-21; nothing: never."""
    if not text:
        return None
    try:
        last = read_date("the day", text)
    except Refused as refusal:
        raise ValueError(refusal.message) from None
    if last < local_day(now(), zone):
        raise ValueError(f"{last} is over already")
    return day_start(last + timedelta(1), zone)


def share_password(text: str) -> str | None:
    """A new link's password; nothing: none is asked for."""
    if text and (fault := password_fault(text)):
        raise ValueError(fault)
    return text or None


def read_share(form: Mapping[str, str], site: Site) -> dict[str, object]:
    """The columns of a new share link. Raises BadField."""
    readers = {
        "name": lambda: site_name(form.get("name", "")),
        "password": lambda: share_password(form.get("password", "")),
        "expires": lambda: share_end(form.get("expires", ""), site.zone),
        "hosts": lambda: frame_hosts(read_words(form.get("hosts", ""))),
    }
    columns: dict[str, object] = {}
    for name, read in readers.items():
        try:
            columns[name] = read()
        except ValueError as error:
            raise BadField(name, str(error)) from None
    cards = [card for card in SHARE_CARDS if form.get(f"card-{card}")]
    if columns["password"]:
        columns["password"] = run_scrypt(hash_password, columns["password"])
    columns |= {"cards": json.dumps(cards), "site": site.number, "created": int(now())}
    return columns | {"slug": secrets.token_urlsafe(16)}


def show_share_form(call: Call, site: Site, form: Form, status: int = 200) -> Answer:
    page, values = Page(f"Share {site.name}", site.id), {"form": form, "cards": SHARE_CARDS}
    return show(call, "share_new.html", page, status, site=site_text(site), **values)


@route("GET", "/sites/<site_id>/shares/new", "editor")
def new_share_page(call: Call, site: Site) -> Answer:
    return show_share_form(call, site, Form({f"card-{card}": "1" for card in CARDS}))


@route("POST", "/sites/<site_id>/shares/new", "editor")
def new_share(call: Call, form: dict[str, str], site: Site) -> Answer:
    try:
        columns = read_share(form, site)
        state.store.write(lambda db: insert_row(db, "share", **columns))
    except BadField as bad:
        kept = {key: value for key, value in form.items() if key != "password"}
        return show_share_form(call, site, Form(kept, bad.errors), bad.status)
    return redirect(f"{site.path}/settings#shares")


@route("POST", "/sites/<site_id>/shares/<share_id>/revoke", "editor")
def revoke_share(call: Call, form: dict[str, str], site: Site, share_id: str) -> Answer:
    sql = "delete from share where id = ? and site = ?"
    state.store.write(change, sql, share_id, site.number)
    return redirect(f"{site.path}/settings#shares")


LINK_ENDED = "this link does not lead anywhere, or no longer does"


def find_share(slug: str) -> Share:
    """The link of a slug. Raises Refused: 404 for one that is not, is no more, or is over."""
    for share in state.store.read(load_shares, "slug = ?", slug):
        if not share.is_over(now()) and share.site in state.sites.by_number:
            return share
    raise Refused(404, LINK_ENDED)


def share_cookie(call: Call, share: Share) -> tuple[str, str]:
    seconds = SHARE_COOKIE_DAYS * DAY
    if share.expires:
        seconds = min(seconds, share.expires - int(now()))
    name = f"{SHARE_COOKIE}{share.id}"
    return cookie_header(call.environ, share_proof(share), seconds, name, bool(share.hosts))


def show_share_door(call: Call, share: Share, error: str = "", status: int = 200) -> Answer:
    stranger, page = call._replace(account=None, cookie=""), Page("A shared page")
    answer = show(stranger, "share_door.html", page, status, slug=share.slug, error=error)
    return answer.plus(*share_headers(share))


def is_open(call: Call, share: Share) -> bool:
    """Whether a link is open to who asks: it has no password, or they have given it."""
    return not share.password or share in state.store.read(held_shares, call.environ)


@route("GET", "/share/<slug><live:re:(/live)?>", "public")
def share_page(call: Call, slug: str, live: str) -> Answer:
    """The page of a link's site, or what changes of it, as every stranger sees it."""
    share = find_share(slug)
    if not is_open(call, share):
        if not live:
            return show_share_door(call, share)
        door = f"{state.config.root}/share/{slug}"
        raise Refused(401, "this link asks for its password", HX_Redirect=door)
    site = state.sites.by_number.get(share.site)
    if site is None:  # it was deleted while the link was looked for
        raise Refused(404, LINK_ENDED)
    stranger = call._replace(account=None, cookie="")
    make = functools.partial(render_live if live else render_site, site.through(share))
    answer = cached_page(stranger, site.number, make)
    return answer.plus(*share_headers(share), share_cookie(call, share))


@route("POST", "/share/<slug>", "public")
def open_share(call: Call, form: dict[str, str], slug: str) -> Answer:
    share = find_share(slug)
    path, password = f"/share/{share.slug}", form.get("password", "")
    if share.password and not try_password(call.environ, path, password, share.password):
        return show_share_door(call, share, "That is not the right password.", 401)
    return redirect(path, share_cookie(call, share))


# == Public ========================================================================================
#
# What anybody may see of a site: the badge and the counter when the owner has switched them on, and
# what is stored of visitors, from the live settings. A visitor is known here as ingest knows them,
# by address and browser under a salt that still lives; they can ask how much is known, and have it
# forgotten.

PUBLIC_CACHE = "public, max-age=60"
COUNT_SECONDS = 60  # how long a public count is kept here
FORGETS = 5  # times a minute that a network may have itself forgotten
VISITOR_SECRET = secrets.token_bytes(32)  # proves that a form was made for the visitor who sends it


def read_counts(db: Db, site: Site, today: date) -> tuple[int, int]:
    """The visitors of a site: of all days, and of today."""
    first = min(oldest_day(db, site) or today, today)
    periods = (whole_days("custom", day, today, site.zone) for day in (first, today))
    every, now_ = (totals(db, scope_of(site, period)).visitors for period in periods)
    return every, now_


def public_counts(site_id: str, is_on: Callable[[Site], bool]) -> tuple[int, int]:
    """The visitors that anybody may see, found once a minute. Raises Refused 404 when the owner has
    not switched that on."""
    site = state.sites.by_id.get(site_id)
    if site is None or not is_on(site):
        raise Refused(404, "there is nothing here")
    today, minute = local_day(now(), site.zone), int(now()) // COUNT_SECONDS
    find = functools.partial(state.store.read, read_counts, site, today)
    return state.cache.find(("counts", site.number), (state.versions[0], minute), find)


def public_answer(call: Call, body: bytes, kind: str) -> Answer:
    """An answer that anybody may keep for a minute; nothing of the request is in it."""
    policy = ("Content-Security-Policy", "default-src 'none'")
    cache = ("Cache-Control", PUBLIC_CACHE)
    return tagged_answer(call.environ, body, kind, cache, policy, *FOR_ALL_PAGES)


@route("GET", "/badge/<site_id>.svg", "public")
def badge(call: Call, site_id: str) -> Answer:
    """The visitors of all days, as a picture."""
    every, _ = public_counts(site_id, lambda site: site.badge)
    count = count_text(every)
    text = template("badge.svg").render(count=count, right=7 * len(count) + 12)
    return public_answer(call, text.encode(), KINDS["svg"])


@route("GET", "/counter/<site_id>.json", "public")
def counter(call: Call, site_id: str) -> Answer:
    """The visitors of all days and of today, for scripts of any site."""
    every, today = public_counts(site_id, lambda site: site.counter)
    body = json.dumps({"visitors": every, "today": today}, separators=(",", ":"))
    return public_answer(call, body.encode(), KINDS["json"])


def caller_keys(site: Site, environ: Mapping[str, Any]) -> list[int]:
    """The visitor who asks, under today's salt and yesterday's while they live. No salt is made."""
    today, agent = local_day(now(), site.zone), environ.get("HTTP_USER_AGENT", "")
    salts = (state.salts.get(site.number, today - timedelta(days)) for days in (0, 1))
    network = visitor_network(environ_address(environ))
    return [visitor_key(salt, site.number, network, agent) for salt in salts if salt]


CALLER_DAYS = 2  # before today: since then there can be rows of a visitor whose key is known


def caller_rows(
    db: Db, site: Site, keys: list[int], open_: list[int]
) -> tuple[list[int], list[tuple[int, int]]]:
    """The rows of a visitor: ids of visits, open ones that began under an older salt too; and ids
    and times of their events."""
    first = local_day(now(), site.zone) - timedelta(CALLER_DAYS)
    span = (site.number, day_start(first, site.zone))
    sql = """
        select id from visit where site = ? and started >= ?
        and (id in (select value from json_each(?)) or visitor in (select value from json_each(?)))
        """
    visits = scalars(db, sql, *span, json.dumps(open_), json.dumps(keys))
    sql = """
        select id, time from event
        where site = ? and time >= ? and visit in (select value from json_each(?))
        """
    return visits, db.execute(sql, (*span, json.dumps(visits))).fetchall()


def forget_caller(db: Db, site: Site, keys: list[int], open_: list[int]) -> None:
    """Delete the visits of a visitor; the ledger gets as many hits as there were events."""
    visits, events = caller_rows(db, site, keys, open_)
    delete_events(db, events)
    db.executemany("delete from visit where id = ?", [(id_,) for id_ in visits])
    if visits:
        today = local_day(now(), site.zone)
        hide_sums(db, site.number, today.toordinal() - CALLER_DAYS, today.toordinal())
        add_drops(db, {Drop(site.number, today.isoformat(), "forgotten"): len(events)})


def pop_open(site: Site, keys: list[int]) -> list[int]:
    """End a visitor's open visits, so that no event goes on with them; returns their rows."""
    ended = [state.open_visits.pop(slot, None) for slot in visit_slots(site.number, keys)]
    return [visit.id for visit in ended if visit and visit.id]


def visitor_call(call: Call, site: Site) -> Call:
    """A call whose form secret is made of address and user agent, so that a visitor without a
    cookie can post."""
    network = visitor_network(environ_address(call.environ)).hex()
    visitor = "\0".join((site.id, network, call.environ.get("HTTP_USER_AGENT", "")))
    secret = hmac.new(VISITOR_SECRET, visitor.encode(), "sha256").hexdigest()
    return Call(call.environ, None, "cookie", secret)


def privacy_text(site: Site, shares: list[Share]) -> Shown:
    shown = "Anybody may see how many visitors there were. " if site.badge or site.counter else ""
    if shares:
        visits = any("recent" in share.cards for share in shares)
        more = ", and single visits: country, source, browser, pages" if visits else ""
        shown += f"Who has a link for it may see figures{more}."
    signals = {"Do Not Track": site.honour_dnt, "Global Privacy Control": site.honour_gpc}
    return Shown(
        domain=site.domain,
        ignore=site_text(site).ignore,
        kept_days=retention_days_of(site, state.config.retention_days),
        keys=", ".join(sorted(site.keep)),
        honours=" and ".join(name for name, is_on in signals.items() if is_on),
        zone=site.timezone,
        geo=" and ".join(reader.metadata().database_type for reader in state.geo.used),
        copies=NIGHTLIES_KEPT,
        samples=SAMPLES,
        sample_days=SAMPLE_DAYS,
        shown=shown or "Figures and visits are for the people of the site.",
    )


@route("GET", "/privacy/<site_id>", "public")
def privacy_page(call: Call, site_id: str) -> Answer:
    site = find_site(site_id)
    keys = caller_keys(site, call.environ)
    slots = visit_slots(site.number, keys)
    open_ = [visit.id for visit in map(state.open_visits.get, slots) if visit and visit.id]
    visits, events = state.store.read(caller_rows, site, keys, open_)
    shares = state.store.read(load_shares, "site = ?", site.number)
    return show(
        visitor_call(call, site),
        "privacy.html",
        Page(f"Privacy at {site.domain}"),
        known=Shown(visits=len(visits), events=len(events)),
        text=privacy_text(site, [share for share in shares if not share.is_over(now())]),
        path=f"{state.config.root}/privacy/{site.id}",
        forgotten="forgotten" in call.params,
        credits=state.geo.credits(),
    )


@route("POST", "/privacy/<site_id>", "public")
def forget_me(call: Call, form: dict[str, str], site_id: str) -> Answer:
    site = find_site(site_id)
    check_change(visitor_call(call, site), form)
    check_looks(call.environ, FORGETS, "forget")
    keys = caller_keys(site, call.environ)
    state.store.write(forget_caller, site, keys, pop_open(site, keys))
    pop_open(site, keys)  # a batch that was on its way may have put them back
    state.versions[site.number] += 1  # not 0: a stranger may not have all pages made anew
    return redirect(f"/privacy/{site.id}?forgotten=1")


# == Settings ======================================================================================
#
# The forms: a new site, its settings, who may see it.


FORM_TEXTS = ("name", "domain", "timezone")
FORM_LISTS = {"aliases": "\n", "hosts": "\n", "keep": ", ", "exclude": "\n"}  # what stands between
FORM_FLAGS = {  # check box -> JSON key
    column: key for key, (column, read) in SITE_FIELDS.items() if read is read_flag
}


@functools.cache
def zone_names() -> list[str]:
    """Every zone name, found on a thread: the zone files are on disk."""
    return sorted(in_thread(None, available_timezones))


def show_new_site(call: Call, form: Form, status: int = 200) -> Answer:
    page = Page("Add a site")
    return show(call, "site_new.html", page, status, form=form, zones=zone_names())


@route("GET", "/sites/new", "all")
def new_site_page(call: Call) -> Answer:
    return show_new_site(call, Form({"timezone": "UTC"}))


@route("POST", "/sites/new", "all")
def new_site(call: Call, form: dict[str, str]) -> Answer:
    values = {key: form.get(key, "") for key in FORM_TEXTS}
    sent = {key: value for key, value in values.items() if key != "name" or value.strip()}
    try:
        site_id = state.store.write(add_site, read_site_fields(sent))
    except BadField as bad:
        return show_new_site(call, Form(values, bad.errors), bad.status)
    reload_sites()
    return redirect(f"/sites/{site_id}")


SAVED = dict.fromkeys(("1", "retention", "merge"), "Saved.") | {
    "days": "Those days are deleted.",
    "invite": "That invitation is in the list already; its link was shown once.",
}


def settings_form(site: Site) -> dict[str, str]:
    """A site's settings as a form shows them."""
    stored = site_json(site)
    return {
        **{key: stored[key] for key in FORM_TEXTS},
        **{key: between.join(stored[key]) for key, between in FORM_LISTS.items()},
        **{box: "on" if stored[key] else "" for box, key in FORM_FLAGS.items()},
        "merge": "\n".join(site.merge),
        "retentionDays": "" if site.retention_days is None else str(site.retention_days),
    }


def settings_seen(site: Site) -> str:
    """A digest of what the form of a site shows, which tells whether it was changed meanwhile."""
    shown = settings_form(site)
    known = [shown[key] for key in (*FORM_TEXTS, *FORM_LISTS, *FORM_FLAGS)]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:16]


def changed_meanwhile(site: Site, form: dict[str, str]) -> dict[str, str]:
    """What is stored by now where a form that was sent differs, by the name of the field."""
    stored, found = settings_form(site), {}
    for key in (*FORM_TEXTS, *FORM_LISTS):
        if form.get(key, "").split() != stored[key].split():
            found[key] = f"Not saved yet; stored by now: {stored[key] or 'nothing'}."
    for key in FORM_FLAGS:
        if (key in form) != bool(stored[key]):
            found[key] = f"Not saved yet; stored by now: {stored[key] or 'off'}."
    return found


# How a site's own web server passes on the script and what it sends, so that both come from there.
# What logs its visitors in is none of our business, and stays there.
FIRST_PARTY = "/hello"
PROXIES = {"Caddy": "proxy.caddy", "nginx": "proxy.nginx", "Apache": "proxy.apache"}


def invite_lines(site: Site) -> list[Shown]:
    return [
        Shown(
            name=link.name,
            facts=f"{link.role}, until {date_text(local_day(link.expires, site.zone))}",
            revoke=f"{state.config.root}{site.path}/invites/{link.id}/revoke",
        )
        for link in state.store.read(load_links, "l.site = ?", site.number)
    ]


def embed_values(call: Call, site: Site) -> dict[str, Any]:
    """What the settings give to be put into a site's pages, and into its web server."""
    base, name = public_url(call.environ), state.config.script_name
    origin, root = own_origin(call.environ), state.config.root
    words = {"base": base, "name": name, "origin": origin, "root": root, "folder": FIRST_PARTY}
    return {
        "snippet": snippet_text(site, base),
        "own": snippet_text(site, FIRST_PARTY),
        "proxies": {
            server: template(view).render(**words).strip() for server, view in PROXIES.items()
        },
        "pixel": f'<noscript><img src="{base}/pixel/{site.id}.gif?p=/this-page" alt=""></noscript>',
        "badge": f'<img src="{base}/badge/{site.id}.svg" alt="Visitors" height="20">',
        "counter": f"{base}/counter/{site.id}.json",
        "privacy": f"{base}/privacy/{site.id}",
    }


def load_members(db: Db, number: int) -> list[Shown]:
    """The accounts that may do something on a site, as its settings list them."""
    sql = """
        select a.username, ifnull(m.role, 'owner'), a.owns_all
        from account a left join member m on m.account = a.id and m.site = ?
        where a.owns_all or m.role is not null
        order by a.owns_all desc, a.username collate nocase
        """
    rows = db.execute(sql, (number,))
    return [Shown(username=name, role=role, owns_all=owns_all) for name, role, owns_all in rows]


def show_settings(
    call: Call, site: Site, sent: Form = NOTHING_SENT, status: int = 200, **tried: object
) -> Answer:
    """The settings, with what was sent over what is stored; `tried` says what a form would do,
    under its name, or holds what it made."""
    return show(
        call,
        "settings.html",
        Page(f"Settings of {site.name}", site.id, site.id),
        status,
        site=site_text(site),
        more=more_links(site),
        sites=other_sites(call, site, f"{site.path}/settings"),
        form=Form(settings_form(site) | sent.values, sent.errors),
        seen=settings_seen(site),
        zones=zone_names(),
        hosts_anyway="host" in site.counted,
        arrived=arrival(site),
        saved_where=call.params.get("saved", ""),
        saved=SAVED.get(call.params.get("saved", ""), ""),
        shares=share_lines(call, site),
        members=state.store.read(load_members, site.number),
        roles=list(ROLES),
        invites=invite_lines(site),
        invited=INVITED,
        configured=state.config.retention_days,
        merging=site.merge != site.merged,
        tried=tried,
        **embed_values(call, site),
    )


@route("GET", "/sites/<site_id>/settings", "editor")
def settings_page(call: Call, site: Site) -> Answer:
    return show_settings(call, site)


@route("POST", "/sites/<site_id>/members", "owner")
def save_member(call: Call, form: dict[str, str], site: Site) -> Answer:
    """Give an account a role on the site, or take it away."""
    username = form.get("username", "").strip()
    role = "" if "end" in form else form.get("role", "")
    found, errors = state.store.read(find_account, username), {}
    if found is None:
        errors["username"] = f"There is no account {shorten(username)}."
    elif found.account.owns_all:
        errors["username"] = f"{found.account.username} owns all sites."
    elif "end" not in form and role not in ROLES:
        errors["username"] = f"There is no role {shorten(role)}; known: {', '.join(ROLES)}."
    if errors:
        return show_settings(call, site, Form(form, errors), 400)
    state.store.write(set_role, found.account.id, site.number, role)
    reload_sites()
    return redirect(f"{site.path}/settings#members")


@route("POST", "/sites/<site_id>/invites", "owner")
def invite(call: Call, form: dict[str, str], site: Site) -> Answer:
    """Make a link that gives somebody a role on the site."""
    role = form.get("role", "")
    name, error = clean_text(form.get("guest"), 100), ""
    if not name:
        error = "Say who it is for."
    elif role not in INVITED:
        error = f"A link makes no {shorten(role)}; known: {', '.join(INVITED)}."
    if error:
        return show_settings(call, site, Form(form, {"guest": error}), 400)
    columns = {"account": call.account.id, "site": site.number, "role": role, "name": name}
    secret = make_once(form, lambda db: add_link(db, INVITE_DAYS, **columns))
    if secret is None:
        return redirect(f"{site.path}/settings?saved=invite#members")
    link = f"{public_url(call.environ)}/invite/{secret}"
    return show_settings(call, site, invite=link)


@route("POST", "/sites/<site_id>/invites/<link_id>/revoke", "owner")
def revoke_invite(call: Call, form: dict[str, str], site: Site, link_id: str) -> Answer:
    sql = "delete from link where id = ? and site = ?"
    state.store.write(change, sql, link_id, site.number)
    return redirect(f"{site.path}/settings#members")


@route("POST", "/sites/<site_id>/settings", "editor")
def save_settings(call: Call, form: dict[str, str], site: Site) -> Answer:
    values: dict[str, object] = {key: form.get(key, "") for key in (*FORM_TEXTS, *FORM_LISTS)}
    values |= {key: box in form for box, key in FORM_FLAGS.items()}
    shown = dict.fromkeys(FORM_FLAGS, "") | form
    seen = settings_seen(site)
    if form.get("seen", seen) != seen and (differs := changed_meanwhile(site, form)):
        return show_settings(call, site, Form(shown, differs), 409, meanwhile=True)
    try:
        write_site(site, change_site, read_site_fields(values))
    except BadField as bad:
        return show_settings(call, site, Form(shown, bad.errors), bad.status)
    return redirect(f"{site.path}/settings?saved=1")


def going_text(found: Deletion) -> str:
    size = f"{found.size / 10**6:.1f} MB" if found.size >= 10**5 else f"{found.size / 1000:.0f} KB"
    return f"{counted(found.visits, 'visit')} and {counted(found.events, 'event')}, about {size}"


@route("POST", "/sites/<site_id>/retention", "owner")
def keep_visits(call: Call, form: dict[str, str], site: Site) -> Answer:
    """Set how long visits are kept, or only say what would go."""
    try:
        columns = read_site_fields({"retentionDays": form.get("retentionDays", "").strip()})
    except BadField as bad:
        return show_settings(call, site, Form(form, bad.errors), 400)
    if "try" not in form:
        write_site(site, change_site, columns)
        return redirect(f"{site.path}/settings?saved=retention#retention")
    others = [other for other in state.sites.all if other.number != site.number]
    found, *_ = state.store.read(outdated, [site._replace(**columns), *others], state.config)
    tried = "Nothing would go."
    if found.slots:
        tried = f"{counted(found.slots, 'day')} would lose {going_text(found)}."
    return show_settings(call, site, Form(form), retention=tried)


# == Site data =====================================================================================
#
# What changes a site's history: rules for pages, deletion; and all of it as a download.


MERGE_LINES, MERGE_EXAMPLES = 50, 5


def is_moved(goal: Goal, site: Site, found: list[Merging]) -> bool:
    """Whether other visits would reach a goal than do now."""
    pages = [(old, merging.page) for merging in found for old in merging.old]
    if not goal.page:
        return False
    if "*" in goal.page:
        fits = page_pattern((goal.page,)).fullmatch
        return any(bool(fits(old)) != bool(fits(new)) for old, new in pages)
    merged = merged_page(goal.page, site.merge)  # the goal's page is, too
    return any((old == goal.page) != (new == merged) for old, new in pages)


def try_rules(db: Db, site: Site) -> Shown:
    """What a site's rules would do to its pages and goals."""
    found, lines = would_merge(db, site), []
    if not found:
        return Shown(text="No page that is stored would change.", lines=[], goals=[])
    for page, old in found[:MERGE_LINES]:
        views = f"{counted(len(old), 'page')}, {counted(sum(old.values()), 'pageview')}"
        more = ", …" if len(old) > MERGE_EXAMPLES else ""
        lines.append((page, views, ", ".join([*old][:MERGE_EXAMPLES]) + more))
    pages, views = sum(len(m.old) for m in found), sum(sum(m.old.values()) for m in found)
    become = f"become {counted(len(found), 'page')}" if pages > len(found) else "be renamed"
    text = f"{counted(pages, 'page')} with {counted(views, 'pageview')} would {become}"
    text += ", such as:" if found[MERGE_LINES:] else ":"
    goals = [goal.name for goal in load_goals(db, site.number) if is_moved(goal, site, found)]
    return Shown(text=text, lines=lines, goals=goals)


@route("POST", "/sites/<site_id>/merge", "owner")
def merge_pages(call: Call, form: dict[str, str], site: Site) -> Answer:
    """Say what rules would make of pages; keep and apply them only when that was seen."""
    try:
        columns = read_site_fields({"merge": form.get("merge", "")})
    except BadField as bad:
        return show_settings(call, site, Form(form, bad.errors), bad.status)
    if "sure" in form:
        write_site(site, change_site, columns)
        return redirect(f"{site.path}/settings?saved=merge#merge-pages")
    if "edit" in form:
        return show_settings(call, site, Form(form))
    tried = state.store.read(try_rules, site._replace(merge=tuple(json.loads(columns["merge"]))))
    return show_settings(call, site, Form(form), merge=tried)


@route("POST", "/sites/<site_id>/delete-days", "owner")
def delete_period(call: Call, form: dict[str, str], site: Site) -> Answer:
    """Say what would go of some days; for good only when that was seen."""
    try:
        days = {key: form.get(key, "") for key in ("from", "to")}
        first, last = read_delete_days(days, site.zone)
    except Refused as refusal:
        errors = {"from": refusal.message}
        return show_settings(call, site, Form(form, errors), 400)
    if "sure" in form:
        delete_days(site, first, last)
        return redirect(f"{site.path}/settings?saved=days#days")
    slot = day_start(first, site.zone), day_start(last + timedelta(1), site.zone)
    found = state.store.read(deletion_of, site, [slot])
    tried = f"{date_text(first)} to {date_text(last)}: {going_text(found)}, and all sums of then."
    return show_settings(call, site, Form(form), days=tried)


EXPORT_ADVICE = "`slim.py export` on the server has no limit"


def download(site: Site, kind: str) -> Iterator[bytes]:
    """An export as it is made, on a connection of its own: a slow reader keeps no other waiting,
    but holds a snapshot, beside which the database grows; so it has an end."""
    db, begun, minutes = connect_reader(state.config.database), now(), state.config.export_minutes
    pieces = export_pieces(db, site, kind)
    state.downloads += 1
    try:
        while piece := in_thread(state.store.read_pool, next, pieces, b""):
            yield piece
            if minutes and now() - begun > minutes * 60:
                raise StoreError(f"a download was ended after {minutes} minutes; {EXPORT_ADVICE}")
    finally:
        state.downloads -= 1
        pieces.close()
        db.close()


@route("GET", "/sites/<site_id>/export", "editor")
@route("GET", "/api/sites/<site_id>/export", "editor")
def export_site(call: Call, site: Site) -> Answer:
    kind = one_of(call.params, "format", EXPORTS, "jsonl")
    if state.downloads >= state.config.exports:
        busy = f"{state.downloads} of at most {state.config.exports} downloads are under way"
        raise Refused(503, f"{busy}; {EXPORT_ADVICE}", Retry_After="60")
    name = f"{ascii_host(site.domain)}-{local_day(now(), site.zone)}.{kind}"
    saved = ("Content-Disposition", f'attachment; filename="{name}"')
    headers = (saved, NO_CACHE, *SAFE_HEADERS)
    return Answer(200, download(site, kind), EXPORTS[kind].media_type, headers)


@route("POST", "/sites/<site_id>/delete", "owner")
def delete_site(call: Call, form: dict[str, str], site: Site) -> Answer:
    if ascii_host(form.get("confirm", "").strip()) != ascii_host(site.domain):
        errors = {"confirm": f"Type {site.domain} to delete it."}
        return show_settings(call, site, Form(errors=errors), 400)
    forget_site(site)
    return redirect("/")


# == Login =========================================================================================
#
# Logging in and out, the one-time setup link, and links to a new password.


def local_path(path: str) -> str:
    """A path of ours to go on to; anything else is the overview."""
    safe = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if safe and path.isprintable() else "/"


def show_login(call: Call, form: Mapping[str, str], error: str, status: int = 200) -> Answer:
    values = {"username": form.get("username", ""), "next": local_path(form.get("next", "/"))}
    return show(call, "login.html", Page("Log in"), status, error=error, **values)


@route("GET", "/login", "public")
def login_page(call: Call) -> Answer:
    if call.account:
        return redirect(local_path(call.params.get("next", "/")))
    ended = "Your login has ended. Nothing was saved." if "ended" in call.params else ""
    return show_login(call, call.params, ended)


def begin_login(call: Call, path: str, write: Callable[..., str], *args: Any) -> Answer:
    """Go on to a page with the cookie of a login that `write` begins."""
    secret = state.store.write(write, *args)
    return redirect(path, cookie_header(call.environ, secret, LOGIN_DAYS * DAY))


HELD_SECONDS = 3600  # that a login lasts which is in memory only


def finish_login(call: Call, form: Mapping[str, str], proven: Credentials) -> Answer:
    """Log in who has proven who they are; on a full disk in memory, for an hour: it is when they
    have to see what is wrong."""
    path = local_path(form.get("next", "/"))
    try:
        return begin_login(call, path, if_proven, proven, start_login, proven.account)
    except sqlite3.Error as error:
        if not may_pass(error):
            raise
    if len(state.unstored) >= TICKETS:
        del state.unstored[next(iter(state.unstored))]
    secret = secrets.token_urlsafe(32)
    state.unstored[secret_hash(secret)] = proven, now() + HELD_SECONDS
    return redirect(path, cookie_header(call.environ, secret, HELD_SECONDS))


def show_code(
    call: Call, ticket: str, form: Mapping[str, str], error: str = "", status: int = 200
) -> Answer:
    """The form that asks for the code."""
    values = {"ticket": ticket, "next": local_path(form.get("next", "/")), "error": error}
    return show(call, "login_code.html", Page("Your code"), status, **values)


@route("POST", "/login", "public")
def login(call: Call, form: dict[str, str]) -> Answer:
    username, password = form.get("username", ""), form.get("password", "")
    try:
        proven = verify(username, password, call.environ)
    except Refused as refusal:
        answer = show_login(call, form, sentence(refusal.message) + ".", refusal.status)
        return answer.plus(*refusal.headers.items())
    if proven is None:
        return show_login(call, form, "That is not the right name and password.", 401)
    if proven.account.two_factor:
        return show_code(call, make_ticket(proven), form)
    return finish_login(call, form, proven)


@route("POST", "/login/code", "public")
def login_code(call: Call, form: dict[str, str]) -> Answer:
    ticket = form.get("ticket", "")
    proven, ends = state.tickets.get(ticket, (None, 0.0))
    is_over = proven is None or ends <= now()
    # A login that was half done ends with its password, as whole ones do.
    if is_over or state.store.read(find_account, proven.account.username) != proven:
        return show_login(call, form, "That took too long. Please begin anew.", 401)
    try:
        right = try_code(proven.account.id, form.get("code", ""))
    except Refused as refusal:
        answer = show_code(call, ticket, form, sentence(refusal.message) + ".", refusal.status)
        return answer.plus(*refusal.headers.items())
    if not right:
        return show_code(call, ticket, form, "That code is wrong, or used up.", 401)
    state.tickets.pop(ticket, None)
    return finish_login(call, form, proven)


@route("POST", "/logout", "account")
def logout(call: Call, form: dict[str, str]) -> Answer:
    hash_ = secret_hash(call.cookie)
    if not state.unstored.pop(hash_, None):
        state.store.write(change, "delete from login where hash = ?", hash_)
    return redirect("/login", cookie_header(call.environ, "", 0))


def check_setup(secret: str) -> None:
    """Raise Refused when a setup link does not hold (any more)."""
    if state.store.read(has_accounts):
        raise Refused(404, SETUP_USED)
    known = (s for s in state.setup if hmac.compare_digest(s.encode(), secret.encode()))
    if state.setup.get(next(known, ""), 0) < now():
        raise Refused(404, "this setup link has ended; restart slim to have a new one printed")


def new_password_fault(form: Mapping[str, str]) -> str:
    """What is wrong with a password that is typed twice; empty when nothing is."""
    password = form.get("password", "")
    if form.get("again", password) != password:
        return password_fault(password) or "The two passwords are not the same."
    return password_fault(password)


def read_newcomer(form: Mapping[str, str]) -> tuple[str, str]:
    """The user name of a new account, and what is wrong with it or its password."""
    username = clean_text(form.get("username"), 100) or ""
    if not username or ":" in username:
        return username, "Choose a user name, without a colon."
    return username, new_password_fault(form)


@route("GET", "/setup/<secret>", "public")
def setup_page(call: Call, secret: str) -> Answer:
    check_setup(secret)
    return show(call, "setup.html", Page("Welcome"), secret=secret, error="", username="")


@route("POST", "/setup/<secret>", "public")
def setup(call: Call, form: dict[str, str], secret: str) -> Answer:
    check_setup(secret)
    username, error = read_newcomer(form)
    if error:
        values = {"secret": secret, "error": error, "username": username}
        return show(call, "setup.html", Page("Welcome"), 400, **values)
    return begin_login(call, "/", use_setup, username, run_scrypt(hash_password, form["password"]))


@route("GET", "/reset/<secret>", "public")
def show_reset(call: Call, secret: str, error: str = "", status: int = 200) -> Answer:
    values = {"secret": secret, "username": open_link(secret).account.username}
    answer = show(call, "reset.html", Page("A new password"), status, error=error, **values)
    return answer.plus(NO_INDEX)


@route("POST", "/reset/<secret>", "public")
def reset(call: Call, form: dict[str, str], secret: str) -> Answer:
    """Set a password by a link. Whoever has it logs in after that, with their code if they need
    one."""
    open_link(secret)  # before a password is hashed for nobody
    if error := new_password_fault(form):
        return show_reset(call, secret, error, 400)
    state.store.write(use_reset, secret, run_scrypt(hash_password, form["password"]))
    return redirect("/login")


def open_invite(secret: str) -> tuple[SecretLink, Site]:
    """An invitation, and the site it is to. Raises Refused 404."""
    link = open_link(secret, invites=True)
    return link, state.sites.by_number.get(link.site) or no_link()


def show_invite(
    call: Call, secret: str, form: Mapping[str, str], error: str = "", status: int = 200
) -> Answer:
    link, site = open_invite(secret)
    answer = show(
        call,
        "invite.html",
        Page("An invitation"),
        status,
        secret=secret,
        site=site_text(site),
        role=link.role,
        has_role=call.may(link.role, site),
        username=form.get("username", link.name),
        error=error,
    )
    return answer.plus(NO_INDEX)


@route("GET", "/invite/<secret>", "public")
def invite_page(call: Call, secret: str) -> Answer:
    return show_invite(call, secret, {})


@route("POST", "/invite/<secret>", "public")
def accept_invite(call: Call, form: dict[str, str], secret: str) -> Answer:
    """Take the role that a link gives: for the account that is logged in, else for a new one."""
    link, site = open_invite(secret)
    if call.account:
        check_change(call, form)
        if not call.may(link.role, site):
            state.store.write(use_invite, secret, call.account)
            reload_sites()
        return redirect(site.path)
    username, error = read_newcomer(form)
    if error:
        return show_invite(call, secret, form, error, 400)
    hash_ = run_scrypt(hash_password, form["password"])
    try:
        account = state.store.write(join_site, secret, username, hash_)
    except Refused as refusal:
        if refusal.status != 409:
            raise
        error = f"The name {username} is taken; choose another, or log in if it is yours."
        return show_invite(call, secret, form, error, 409)
    reload_sites()
    return begin_login(call, site.path, start_login, account)


# == Digest =======================================================================================
#
# What there is to tell of all sites: a week or a month that is over. A Notice says that there is
# something to tell; the figures of a digest are read when somebody looks, so that what was deleted
# is told no more. A Message is a notice in words, the same on the page, in a feed, by e-mail and
# to a webhook.

TOPICS = {
    "weekly": "The week, on Mondays",
    "monthly": "The month, on the 1st",
    "alerts": "Alerts: a rush, a silence, a new referrer",
}
DIGEST_TOPS = {"page": "topPages", "source": "trafficSources", "country": "topCountries"}  # in JSON
DIGEST_ROWS = 5
DIGEST_WAIT = 3600  # seconds after the last site's midnight: until then visits may still go on
NOTICE_DAYS = 100  # that alerts are kept


class Notice(NamedTuple):
    """One row of the table `notice`."""

    id: int
    key: str  # of a digest "weekly 2026-03-02"; of an alert its kind, site and what it is about
    topic: str
    site: int | None  # None: a digest, which is of all sites
    time: int
    title: str = ""
    text: str = ""

    @property
    def first(self) -> date:
        """The first day of a digest, which is in its key alone."""
        return date.fromisoformat(self.key.rpartition(" ")[2])


class SiteDigest(NamedTuple):
    """What a digest says of a site."""

    site: Site
    period: Period
    oldest: date  # since when there is anything
    sums: Totals
    past: Totals
    newer: bool  # than the week or month before
    record: str
    tops: dict[str, list[tuple[str, int]]]  # by dimension: value, visitors

    @property
    def path(self) -> str:
        span = [("from", self.period.first.isoformat()), ("to", self.period.last.isoformat())]
        return with_query(self.site.path, span)

    @property
    def change(self) -> str:
        """Against the week or month before; "" where not all of that was counted, as its page."""
        return "" if self.newer else change_of(METRICS["visitors"], self.sums, self.past).text

    @property
    def line(self) -> str:
        visits, views = counted(self.sums.visits, "visit"), counted(self.sums.pageviews, "pageview")
        is_empty = not (self.sums.visits or self.sums.pageviews)  # a visit may be events only
        return "nobody came" if is_empty else f"{visits}, {views}"

    @property
    def lists(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """The tops as they are shown: "Countries", [("🇩🇪 Germany", 3)]."""
        return [
            (
                DIMENSIONS[name].plural,
                [
                    (" ".join(shown_value(DIMENSIONS[name], value)[::-1]).strip(), visitors)
                    for value, visitors in rows
                ],
            )
            for name, rows in self.tops.items()
            if rows
        ]


class Message(NamedTuple):
    """A notice in words."""

    key: str
    topic: str
    time: int
    title: str
    text: str
    path: str
    sites: list[SiteDigest]


def digest_days(topic: str, first: date) -> tuple[date, date]:
    """First and last day of the week or month that begins with a day."""
    after = add_months(first, 1) if topic == "monthly" else first + timedelta(7)
    return first, after - timedelta(1)


def last_digest(topic: str, today: date) -> date:
    """The first day of the latest week or month that is over."""
    if topic == "monthly":
        return add_months(today.replace(day=1), -1)
    return monday(today) - timedelta(7)


def record_text(db: Db, site: Site, period: Period) -> str:
    """The record day in a period, or ''."""
    before = best_day(db, site.number, period.first)
    if not before:
        return ""
    slots, found = series(db, scope_of(site, period), "day")
    days = zip(slots, found, strict=True)
    visitors, since = max((sums.visitors, since) for (since, _), sums in days)
    return before.feat(visitors, f"on {date_text(local_day(since, site.zone), year=False)}")


def read_digest(db: Db, sites: list[Site], topic: str, first: date) -> list[SiteDigest]:
    """What a week or month was like, the busiest site first; of sites that were there by then."""
    found = []
    for site in sites:
        period = whole_days("custom", *digest_days(topic, first), site.zone)
        oldest, scope = oldest_day(db, site), scope_of(site, period)
        if oldest is None or oldest > period.last:
            continue
        earlier = last_digest(topic, first)
        past = whole_days("custom", *digest_days(topic, earlier), site.zone)
        sums = totals(db, scope), totals(db, scope_of(site, past))
        tops = {name: top_values(db, scope, name, DIGEST_ROWS) for name in DIGEST_TOPS}
        newer, record = is_newer(oldest, past), record_text(db, site, period)
        found.append(SiteDigest(site, period, oldest, *sums, newer, record, tops))
    return sorted(found, key=lambda digest: (-digest.sums.visitors, digest.site.name.lower()))


def digest_message(notice: Notice, digests: list[SiteDigest]) -> Message:
    """A digest in words."""
    span = "month" if notice.topic == "monthly" else "week"
    first, last = digest_days(notice.topic, notice.first)
    when = period_text(whole_days("custom", first, last, ZoneInfo("UTC")))
    sums, past = (add_up(getattr(digest, name) for digest in digests) for name in ("sums", "past"))
    change = change_of(METRICS["visitors"], sums, past).text
    title = f"Your {span}: {counted(sums.visitors, 'visitor')}, {when}"
    against = f"{change} against the {span} before" if change else f"as the {span} before"
    if not past.visits:
        is_first = all(digest.oldest >= first for digest in digests)
        began = f"the first {span} with visits" if is_first else f"none the {span} before"
        against = began if sums.visits else "nobody came"
    elif all(digest.newer for digest in digests):
        against = f"the first whole {span}"
    text = f"{counted(sums.visits, 'visit')} on {counted(len(digests), 'site')}, {against}."
    where = notice.key, notice.topic, notice.time
    return Message(*where, title, text, with_query("/", []), digests)


def read_messages(db: Db, sites: list[Site], notices: list[Notice]) -> list[Message]:
    """Notices in words; those of sites that are no more are left out."""
    by_number, found = {site.number: site for site in sites}, []
    for notice in notices:
        if notice.topic != "alerts":
            digests = read_digest(db, sites, notice.topic, notice.first)
            found.append(digest_message(notice, digests))
        elif site := by_number.get(notice.site):
            day = f"{local_day(notice.time, site.zone)}"  # what was today when it was told
            path = with_query(site.path, [("from", day), ("to", day)])
            where = notice.key, notice.topic, notice.time
            found.append(Message(*where, notice.title, notice.text, path, []))
    return found


def plain_text(message: Message, origin: str) -> str:
    """A message without its title, as text."""
    lines = [message.text]
    for digest in message.sites:
        change = f" ({digest.change})" if digest.change else ""
        visitors = counted(digest.sums.visitors, "visitor")
        lines += ["", f"{digest.site.name}: {visitors}{change}, {digest.line}"]
        lines += [digest.record] if digest.record else []
        for label, rows in digest.lists:
            lines.append(f"{label}: " + ", ".join(f"{value} {count:,}" for value, count in rows))
        lines.append(origin + digest.path)
    if not message.sites:
        lines += ["", origin + message.path]
    return "\n".join(lines)


class Subscription(NamedTuple):
    """One row of the table `subscription`: what somebody is told, and how."""

    id: int
    account: int
    kind: str
    target: str
    topics: tuple[str, ...]
    secret: str  # in the address of a feed, and of the page that ends the subscription
    created: int
    told: int  # the latest notice that went out
    fault: str  # why the latest did not


def load_subscriptions(db: Db, where: str = "true", *values: object) -> list[Subscription]:
    """The subscriptions of one condition whose account still owns all sites: they tell of all."""
    owner = "account in (select id from account where owns_all)"
    return load_rows(
        db, Subscription, f"subscription where {where} and {owner} order by id", *values
    )


def load_notices(
    db: Db, topics: Iterable[str], after: int = 0, since: float = 0, limit: int = 20
) -> list[Notice]:
    """The latest notices of some topics, the latest first."""
    rest = """notice where topic in (select value from json_each(?)) and id > ? and time >= ?
              order by id desc limit ?"""
    return load_rows(db, Notice, rest, json.dumps(list(topics)), after, since, limit)


def add_notices(db: Db, notices: Iterable[Notice]) -> None:
    """Note what is to be told; what is noted already stays as it is. Digests are kept for ever, 64
    a year: a clock that leaps ahead and comes back tells none of them again."""
    db.executemany(
        "insert into notice (key, topic, site, time, title, text) values (?, ?, ?, ?, ?, ?)"
        " on conflict (key) do nothing",
        [notice[1:] for notice in notices],
    )
    oldest = now() - NOTICE_DAYS * DAY
    db.execute("delete from notice where time < ? and site is not null", (oldest,))


def due_digests(sites: list[Site], moment: float) -> list[Notice]:
    """The latest week and month that are over, for every site."""
    if not sites:
        return []
    today = min(local_day(moment - DIGEST_WAIT, site.zone) for site in sites)
    return [
        Notice(0, f"{topic} {last_digest(topic, today)}", topic, None, int(moment))
        for topic in ("weekly", "monthly")
    ]


def worth_noting(db: Db, sites: list[Site], notices: list[Notice]) -> list[Notice]:
    """Those notices that are not noted yet; of digests, those by whose end a site had a visit, and
    that are later than what was told: a new site may have its midnight after all others."""
    keys = json.dumps([notice.key for notice in notices])
    sql = "select key from notice where key in (select value from json_each(?))"
    known = scalars(db, sql, keys)
    sql = "select topic, max(key) from notice where site is null and time <= ? group by topic"
    latest = dict(db.execute(sql, (now(),)).fetchall())
    oldest = min(filter(None, (oldest_day(db, site) for site in sites)), default=LATEST)

    def is_due(digest: Notice) -> bool:
        last = digest_days(digest.topic, digest.first)[1]
        return digest.key > latest.get(digest.topic, "") and last >= oldest

    fresh = [notice for notice in notices if notice.key not in known]
    return [notice for notice in fresh if notice.site or is_due(notice)]


def save_notices(notices: list[Notice]) -> None:
    """Have something told."""
    if notices:
        state.store.write(add_notices, notices)
        state.versions[0] += 1


def note_digests() -> None:
    """Note down the digests that are due."""
    sites = list(state.sites.all)
    due = due_digests(sites, now())
    save_notices(state.store.read_long(worth_noting, sites, due))


# == Alerts =======================================================================================
#
# What is out of the ordinary on one site, told once: a rush (three times the visitors of a usual
# day), a silence (no visit for three times the usual gap), and a new referrer that several came by.
# Usual is the median of 28 days, of at least 7. All of it is for ten visits a day: of their gaps
# the nights are the longest, so that the usual gap is that of a day's longest, and two longer ones
# (weekends) make the silence wait for a third. To add an alert, write its function and its row.

USUAL_DAYS, USUAL_LEAST = 28, 7
RUSH_TIMES, RUSH_LEAST, RUSH_QUIET = 3, 20, 7  # visitors; days after which it is told again
SILENCE_TIMES, SILENCE_LEAST = 3, 3600  # seconds
REFERRER_LEAST = 3  # visitors


class Quiet(NamedTuple):
    """A site's last visit, and how long none is out of the ordinary."""

    last: int
    gap: int  # the usual one
    limit: int


def usual_visitors(db: Db, site: Site, moment: float) -> int | None:
    """The visitors of a usual day; None for a site that is too new to tell."""
    today, oldest = local_day(moment, site.zone), oldest_day(db, site)
    if oldest is None or (today - oldest).days < USUAL_LEAST:
        return None
    first = max(oldest, today - timedelta(USUAL_DAYS))
    days = whole_days("custom", first, today - timedelta(1), site.zone)
    return int(statistics.median(s.visitors for s in series(db, scope_of(site, days), "day")[1]))


def find_quiet(db: Db, site: Site, moment: float) -> Quiet | None:
    """When a site was last visited; None while that is not long ago, or too few days had visits."""
    last = scalar(db, "select max(started) from visit where site = ?", site.number)
    if last is None or moment - last < SILENCE_LEAST:
        return None
    sql = """
        with gap as (
            select started, started - lag(started) over (order by started) as length from visit
            where site = ? and started >= ?)
        select max(length) from gap where length is not null group by started / 86400 order by 1
        """
    gaps = scalars(db, sql, site.number, moment - USUAL_DAYS * DAY)
    if len(gaps) < USUAL_LEAST:
        return None
    gap = int(statistics.median(gaps))
    return Quiet(last, gap, max(SILENCE_TIMES * gap, gaps[-2], SILENCE_LEAST))


def long_text(seconds: float) -> str:
    """90 minutes, 27 hours, 3 days"""
    for size, name in ((DAY, "day"), (3600, "hour")):
        if seconds >= 2 * size:
            return counted(round(seconds / size), name)
    return counted(round(seconds / 60), "minute")


def rush_limit(usual: int) -> int:
    return max(RUSH_TIMES * usual, RUSH_LEAST)


class Lookout(NamedTuple):
    """What an alert looks at."""

    site: Site
    moment: float
    started: float  # when the server was: before, it may be the server that was away
    cleared: float  # when days of the site were deleted: the last visit may have been of those


Alert = tuple[str, str, str]  # what it is about, title, text


def alert_rush(db: Db, look: Lookout) -> list[Alert]:
    site, moment = look.site, look.moment
    usual = usual_visitors(db, site, moment)
    today = whole_days("custom", *2 * [local_day(moment, site.zone)], site.zone)
    visitors = totals(db, scope_of(site, today)).visitors
    if usual is None or visitors < rush_limit(usual):
        return []
    sql = "select 1 from notice where site = ? and key like 'rush %' and time > ?"
    if scalar(db, sql, site.number, moment - RUSH_QUIET * DAY):
        return []
    text = f"A usual day has {usual}."
    sources = top_values(db, scope_of(site, today), "source", 1)
    for source, count in sources:  # imported sums may have none
        most = "Most come from" if 2 * count > visitors else "No source has more than"
        text += f" {most} {source}: {count}."
    return [(str(today.first), f"{site.name}: {visitors} visitors today", text)]


def alert_silence(db: Db, look: Lookout) -> list[Alert]:
    site, moment = look.site, look.moment
    quiet = find_quiet(db, site, moment)
    if quiet is None:
        return []
    since_clearing = max(quiet.last, look.cleared)
    if moment < max(since_clearing + quiet.limit, look.started + quiet.gap):
        return []
    last = datetime.fromtimestamp(quiet.last, site.zone)
    title = f"{site.name}: no visit for {long_text(moment - quiet.last)}"
    text = (
        f"The last began on {date_text(last.date())} at {last:%H:%M}. The longest gap of a usual"
        f" day is {long_text(quiet.gap)}. See whether the site is up and holds the snippet."
    )
    return [(str(quiet.last), title, text)]


def alert_referrer(db: Db, look: Lookout) -> list[Alert]:
    site, moment = look.site, look.moment
    span = fresh_span(db, site, moment)
    if span is None or usual_visitors(db, site, moment) is None:
        return []
    scope, before = span
    found = dict(top_values(db, scope, "referrer"))
    if max(found.values(), default=0) < REFERRER_LEAST:
        return []
    fresh = fresh_values(db, scope, DIMENSIONS["referrer"], before)
    text = "A referrer that no day before has seen."
    return [
        (str(id_), f"{site.name}: {found[value]} visitors from {value}", text)
        for id_, value in text_values(db, fresh).items()
        if found.get(value, 0) >= REFERRER_LEAST
    ]


ALERTS = {"rush": alert_rush, "silence": alert_silence, "referrer": alert_referrer}


def find_alerts(
    db: Db, sites: list[Site], moment: float, started: float, cleared: Mapping[int, float]
) -> list[Notice]:
    """What is out of the ordinary now and not noted yet."""
    found = []
    for site, (kind, alert) in itertools.product(sites, ALERTS.items()):
        look = Lookout(site, moment, started, cleared.get(site.number, 0))
        for about, title, text in alert(db, look):
            key = f"{kind} {site.number} {about}"
            found.append(Notice(0, key, "alerts", site.number, int(moment), title, text))
    return worth_noting(db, sites, found)


def limits_text(db: Db, site: Site, moment: float) -> str:
    """When alerts of a site are told."""
    usual, quiet = usual_visitors(db, site, moment), find_quiet(db, site, moment)
    if usual is None:
        return f"Alerts begin once there are {USUAL_LEAST} days to say what is usual."
    text = (
        f"A usual day has {counted(usual, 'visitor')}: from {rush_limit(usual)} it is a rush. A new"
        f" referrer is told of from {REFERRER_LEAST} visitors."
    )
    if quiet is None:
        return f"{text} A silence is not near: a visit was within the hour, or visits are too few."
    return (
        f"{text} The last visit was {ago_text(moment - quiet.last)}: it is a silence after"
        f" {long_text(quiet.limit)}."
    )


def preview_alerts(db: Db, sites: list[Site], moment: float) -> list[Message]:
    """The latest alerts, and when the next would be told."""
    messages = read_messages(db, sites, load_notices(db, ["alerts"]))
    for site in sites:
        text, path = limits_text(db, site, moment), with_query(site.path, [])
        messages.append(Message("", "alerts", 0, site.name, text, path, []))
    return messages


def note_news() -> None:
    """Note down what there is to tell, when somebody wants to be told."""
    subscriptions = state.store.read(load_subscriptions)
    if subscriptions:
        note_digests()
    if any("alerts" in subscription.topics for subscription in subscriptions):
        known = now(), state.started, dict(state.cleared)
        save_notices(state.store.read_long(find_alerts, list(state.sites.all), *known))


# == Delivery =====================================================================================
#
# What goes out by itself, to a webhook or by e-mail. What was taken is marked as told; a server
# that ends amid it sends it again, with the id it had. What fails is tried again for two days, each
# time once it is twice as old. Who takes messages gets one after another, and who hangs holds up no
# other. To add a way to be told, write the function that sends and its row of CHANNELS.

SEND_SECONDS = 20  # for each step until a message has gone out
TAKE_SECONDS = 300  # in all: mail servers look through a mail before they say that they took it
GIVE_UP = 2 * DAY  # seconds after which what could not be sent is left
NTFY_BYTES = 4000  # of a text; ntfy makes a file of what is over 4,096


class Sending(NamedTuple):
    """One message on its way."""

    message: Message
    target: str
    origin: str
    end: str  # the address of the page that ends the subscription

    @property
    def id(self) -> uuid.UUID:
        """The same at every try: who took a message but did not say so in time gets it again."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{self.end} {self.message.key}")


def webhook_url(text: str) -> str:
    """A webhook's address. ValueError says what is wrong with it."""
    parts = urlsplit(text)
    is_whole = parts.hostname and parts.port != 0 and not parts.username
    if parts.scheme not in ("http", "https") or not is_whole:
        raise ValueError(f"{shorten(text)} is no address like https://example.com/hook")
    if len(text) > 1000 or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(f"{shorten(text)} has characters that no address has, or too many")
    return text.partition("#")[0]


# The rest of IPv6 is for networks of one's own, or translates to IPv4, as 6to4 does.
PUBLIC = networks("0.0.0.0/1 128.0.0.0/2 192.0.0.0/3 2000::/3")
SIX_TO_FOUR = ipaddress.ip_network("2002::/16")


def safe_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host that may be connected to, the likeliest first. Raises OSError for one
    that is not public and not in SLIM_WEBHOOK_NETWORKS: the server must not be made to ask its own
    network."""
    found = []
    for *_, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        address = parse_address(f"[{where[0]}]") or where[0]
        known = ipaddress.ip_address(address)
        is_public = known.is_global and in_networks(address, PUBLIC) and known not in SIX_TO_FOUR
        if not is_public and not in_networks(address, state.config.webhook_networks):
            raise OSError(f"{host} is {address}, which is not public; see SLIM_WEBHOOK_NETWORKS")
        found.append(address)
    return found


def connect_safely(host: str, port: int) -> socket.socket:
    """A connection to what was checked: the name is not looked up again. Raises OSError."""
    failed = OSError(f"{host} has no address")
    for address in safe_addresses(host, port):
        try:
            return socket.create_connection((address, port), SEND_SECONDS)
        except OSError as error:
            failed = error
    raise failed


NOT_BEFORE = ", not to be asked before "  # at the end of a fault


def retry_moment(text: str) -> float:
    """The moment that a Retry-After names, in seconds or as a date; 0 if it names none."""
    try:
        if text.isdecimal():
            return math.ceil(now()) + int(text[:9])
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return 0


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Post to a webhook; follows no redirect. Raises OSError."""
    parts = urlsplit(url)
    is_safe = parts.scheme == "https"
    port_ = parts.port or HTTP_PORTS[parts.scheme]
    context = in_thread(None, ssl.create_default_context) if is_safe else None  # reads files
    if context:
        client = http.client.HTTPSConnection(parts.hostname, port_, context=context)
    else:
        client = http.client.HTTPConnection(parts.hostname, port_)
    with contextlib.closing(client):
        client.sock = connect_safely(parts.hostname, port_)
        if context:
            client.sock = context.wrap_socket(client.sock, server_hostname=parts.hostname)
        path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        client.sock.settimeout(None)  # from here on it has what `deliver` gives
        client.request("POST", path, body, {"User-Agent": "Slim-Analytics", **headers})
        answer = client.getresponse()
    if not 200 <= answer.status < 300:
        asked = retry_moment(answer.headers.get("Retry-After", ""))
        later = f"{NOT_BEFORE}{iso(asked)}" if asked > now() else ""
        raise OSError(f"{parts.hostname} answered {answer.status}{later}")


def digest_json(digest: SiteDigest, origin: str) -> dict[str, object]:
    return {
        "id": digest.site.id,
        "name": digest.site.name,
        "domain": digest.site.domain,
        "url": origin + digest.path,
        **totals_json(digest.sums),
        "previous": totals_json(digest.past),
        "record": digest.record,
        **{
            key: [{"value": value, "visitors": visitors} for value, visitors in digest.tops[name]]
            for name, key in DIGEST_TOPS.items()
        },
    }


def send_webhook(sending: Sending) -> None:
    message, origin = sending.message, sending.origin
    body = {
        "id": str(sending.id),
        "kind": message.topic,
        "time": iso(message.time),
        "title": message.title,
        "text": plain_text(message, origin),
        "url": origin + message.path,
        "unsubscribe": sending.end,
        "sites": [digest_json(digest, origin) for digest in message.sites],
    }
    post(sending.target, json.dumps(body).encode(), {"Content-Type": "application/json"})


def send_ntfy(sending: Sending) -> None:
    """The message as text, as ntfy takes it."""
    message = sending.message
    body = f"{message.title}\n{plain_text(message, sending.origin)}".encode()
    end = f"\n\nEnd this: {sending.end}".encode()
    if len(body) > NTFY_BYTES - len(end):
        body = body[: NTFY_BYTES - len(end) - 4].decode(errors="ignore").encode() + " …".encode()
    headers = {"Content-Type": KINDS["txt"], "Click": sending.origin + message.path}
    post(sending.target, body + end, headers)


def mail_address(text: str) -> str:
    """An e-mail address. ValueError says what is wrong with it."""
    if not MAIL_ADDRESS.fullmatch(text) or len(text) > 254:
        raise ValueError(f"{shorten(text)} is no address like ada@example.com")
    return text


class Unfolded(str):
    """The address that ends a subscription, as a header that stays one line: folded, it becomes
    encoded words from 79 characters on, which no mail program takes for an address."""

    name = "List-Unsubscribe"

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: <{self}>{policy.linesep}"


def make_mail(sending: Sending, sender: str) -> EmailMessage:
    """The message as an e-mail, in text and in HTML."""
    message, origin, end = sending.message, sending.origin, sending.end
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Slim Analytics <{sender}>", sending.target
    mail["Subject"] = message.title
    mail["Date"] = datetime.fromtimestamp(message.time, UTC)
    mail["Message-ID"] = f"<{sending.id}@{sender.rpartition('@')[2]}>"
    mail["List-Unsubscribe"] = Unfolded(end)
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{plain_text(message, origin)}\n\nEnd these e-mails: {end}\n")
    page = template("mail.html").render(message=message, origin=origin, end=end)
    mail.add_alternative(page, subtype="html")
    return mail


def post_mail(mail: EmailMessage, server: SplitResult, name: str) -> None:
    """Hand an e-mail to a server, under our name. Raises OSError."""
    where = server.hostname, server.port or SMTP_PORTS[server.scheme], name
    context = in_thread(None, ssl.create_default_context)
    if server.scheme == "smtps":
        client = smtplib.SMTP_SSL(*where, timeout=SEND_SECONDS, context=context)
    else:
        client = smtplib.SMTP(*where, timeout=SEND_SECONDS)
    with contextlib.closing(client):
        if server.scheme == "starttls":
            client.starttls(context=context)
        if server.password:
            client.login(unquote(server.username), unquote(server.password))
        client.sock.settimeout(None)  # from here on it has what `deliver` gives
        client.send_message(mail)
        with contextlib.suppress(OSError):  # taken is taken, whatever the goodbye
            client.sock.settimeout(SEND_SECONDS)
            client.quit()


def mail_fault(error: OSError) -> str:
    """Why a mail server did not take a mail, in its own words: "answered 550 no such person"."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, text)] = error.recipients.values()
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    else:
        return f"did not take it: {error}"
    return f"answered {code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


def send_mail(sending: Sending) -> None:
    """Hand an e-mail to the server of SMTP_URL. Raises OSError."""
    url, name = state.config.smtp_url, urlsplit(state.config.base_url).hostname
    server, mail = urlsplit(url), make_mail(sending, mail_sender(url) or f"slim@{name}")
    try:
        post_mail(mail, server, name)
    except OSError as error:
        raise OSError(f"{server.hostname} {mail_fault(error)}") from error


class Channel(NamedTuple):
    """A way to be told: its label, the function that reads its target (ValueError says what is
    wrong), and the one that sends; a feed is fetched."""

    label: str
    read: Callable[[str], str]
    send: Callable[[Sending], None] | None = None


CHANNELS = {
    "feed": Channel("Atom feed", lambda text: ""),
    "webhook": Channel("Webhook (JSON)", webhook_url, send_webhook),
    "ntfy": Channel("ntfy (text)", webhook_url, send_ntfy),
    "mail": Channel("E-mail", mail_address, send_mail),
}


def channel_fault(kind: str) -> str:
    """What a way to be told lacks; '' when it can be used."""
    if CHANNELS[kind].send and not state.config.base_url:
        return "set SLIM_BASE_URL first: what goes out has links in it"
    return "set SMTP_URL first" if kind == "mail" and not state.config.smtp_url else ""


def is_too_soon(subscription: Subscription, newest: Notice, moment: float) -> bool:
    """Whether what was not taken waits: ten tries in two days do not make a sender of spam. With
    something new all is tried at once, and after a start, which may be with other settings, but not
    before a receiver wants to be asked again; that is believed for a day."""
    when, _, why = subscription.fault.partition(": ")
    tried, asked = (parse_instant(text) or 0 for text in (when, why.rpartition(NOT_BEFORE)[2]))
    wait = tried - newest.time if tried >= state.started else 0
    return 0 <= moment - tried < max(wait, min(asked - tried, DAY))


def due_news(db: Db, moment: float) -> list[tuple[Subscription, list[Notice]]]:
    """What is to go out now, the oldest first."""
    every = -1  # SQLite's way to say no limit
    found = [
        (row, load_notices(db, row.topics, row.told, moment - GIVE_UP, every)[::-1])
        for row in load_subscriptions(db, "kind != 'feed'")
    ]
    return [due for due in found if due[1] and not is_too_soon(due[0], due[1][-1], moment)]


def begin_telling(db: Db, id_: int, notice: int) -> bool:
    """Note that a notice goes out; False when it was told, or the subscription has ended. On a full
    disk, where it could not be marked as told and would go again and again, this fails."""
    sql = "update subscription set fault = ? where id = ? and told < ?"
    return change(db, sql, f"{iso(now())}: no answer yet", id_, notice) > 0


MARK_TOLD = "update subscription set told = ?, fault = ? where id = ?"


def deliver(subscription: Subscription, message: Message, seconds: float) -> str:
    """Send a message to who subscribed; returns why it was not taken, '' when it was."""
    if fault := channel_fault(subscription.kind):
        return fault
    end = f"{state.config.base_url}/unsubscribe/{subscription.secret}"
    sending = Sending(message, subscription.target, own_origin({}), end)
    try:
        with gevent.Timeout(seconds, TimeoutError(f"no end after {seconds} s")):
            CHANNELS[subscription.kind].send(sending)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return clean_text(str(error), 280) or "failed"
    return ""


def send_notices(subscription: Subscription, notices: list[Notice]) -> None:
    """Send some notices; from what fails on they are to be sent again."""
    sites = list(state.sites.all)
    for notice in notices:
        if not state.store.write(begin_telling, subscription.id, notice.id):
            return
        with state.digest_turn:
            messages = state.store.read_long(read_messages, sites, [notice])
        for message in messages:
            if fault := deliver(subscription, message, TAKE_SECONDS):
                fault = f"{iso(now())}: {fault}"
                state.store.write(change, MARK_TOLD, notice.id - 1, fault, subscription.id)
                return
        state.store.write(change, MARK_TOLD, notice.id, "", subscription.id)


# == Account ======================================================================================
#
# One's own account: password, logins, tokens, own visits. Every form posts to a route of its own,
# which shows the page again with what was wrong, or goes back to it with a word of what was done.

# fmt: off
DONE = {  # what was done -> the section that says so, and the words
    "password": ("change-password", "Your password is changed. Every other login has ended."),
    "logins": ("logins", "Ended."),
    "totp": ("totp", "Your password alone does again."),
    "revoke": ("tokens", "Revoked."),
    "made": ("tokens", "That token is in the list already; its secret was shown once."),
    "on": ("own", "From now on visits from this address are left out, on all sites."),
    "off": ("own", "Visits from your address count again."),
    "subscribed": ("reports", "From now on you are told."),
    "feed": ("reports", "From now on your feed reader is told. Give it this address."),
    "unsubscribed": ("reports", "That has ended."),
}
# fmt: on
TOKEN_DAYS = ("", "7", "30", "90", "365")


def say_done(name: str) -> Answer:
    """Back to the section of the account page that something was done in."""
    return redirect(f"/account?done={name}#{DONE[name][0]}")


def done_text(name: str, subscriptions: Sequence[Shown]) -> Shown:
    """What the account page says was done, and where; the address of a feed when that was made."""
    at, text = DONE.get(name, ("", ""))
    feeds = [row.address for row in subscriptions if row.address and name == "feed"]
    return Shown(at=at, text=text, address=feeds[-1] if feeds else "")


def since_text(moment: float) -> str:
    return ago_text(now() - moment)


def token_text(row: TokenRow) -> Shown:
    what = f"may {row.scope}, {row.site or 'all sites'}"
    used = f"used {since_text(row.used)}" if row.used else "never used"
    when = f"made {since_text(row.created)}, {used}"
    if row.expires:
        verb = "ends" if row.expires > now() else "ended"
        when += f", {verb} {date_text(local_day(row.expires, ZoneInfo('UTC')))}"
    return Shown(id=row.id, name=row.name, what=what, when=when)


def subscription_text(row: Subscription, base: str) -> Shown:
    what, label = ", ".join(row.topics), CHANNELS[row.kind].label
    return Shown(
        id=row.id,
        label=f"{label} {row.target}".strip(),
        when=f"{what}, made {since_text(row.created)}",
        address=f"{base}/feeds/{row.secret}.xml" if row.kind == "feed" else "",
        fault=row.fault,
    )


def load_logins(db: Db, account: int, hash_: str) -> list[Shown]:
    sql = """
        select hash, created, used from login
        where account = ? and expires > ? order by used desc, created desc
        """
    rows = db.execute(sql, (account, now()))
    return [
        Shown(key=key[:16], created=since_text(made), used=since_text(used), current=key == hash_)
        for key, made, used in rows
    ]


UNTOUCHED = Form({"scope": "read"})  # the forms of the account page, as they are at first


def account_values(db: Db, call: Call) -> dict[str, object]:
    """What the account page shows of what is stored."""
    id_, base = call.account.id, public_url(call.environ)
    subscriptions = load_subscriptions(db, "account = ?", id_)
    return {
        "own": scalar(db, "select own from account where id = ?", id_),
        "codes_left": scalar(db, "select count(*) from recovery where account = ?", id_),
        "logins": load_logins(db, id_, secret_hash(call.cookie)),
        "tokens": [token_text(row) for row in load_tokens(db, id_)],
        "subscriptions": [subscription_text(row, base) for row in subscriptions],
    }


def otpauth_link(call: Call, secret: str) -> str:
    """The address that gives an authenticator its secret."""
    host = urlsplit(public_url(call.environ)).hostname or ""
    label = quote(f"Slim Analytics {host}:{call.account.username}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(f'Slim Analytics {host}')}"


@route("GET", "/account", "account")
def show_account(
    call: Call,
    form: Form = UNTOUCHED,
    status: int = 200,
    made: str = "",
    secret: str = "",
    codes: Sequence[str] = (),
) -> Answer:
    """The account page; `made` is a new token, shown this once, `secret` one of an authenticator
    that is being set up."""
    stored = state.store.read(account_values, call)
    return show(
        call,
        "account.html",
        Page("Your account"),
        status,
        form=form,
        made=made,
        secret=secret,
        secret_link=otpauth_link(call, secret) if secret else "",
        two_factor=call.account.two_factor,
        codes=codes,
        done=done_text(call.params.get("done", ""), stored["subscriptions"]),
        scopes=list(SCOPES),
        days=TOKEN_DAYS,
        channels=[(kind, row.label, channel_fault(kind)) for kind, row in CHANNELS.items()],
        topics=TOPICS,
        sites=[site_text(site) for site in call.sites],
        **stored,
    )


@route("POST", "/account/password", "account")
def change_password(call: Call, form: dict[str, str]) -> Answer:
    new, errors, proven = form.get("password", ""), {}, None
    if fault := password_fault(new):
        errors["password"] = fault
    elif form.get("again") != new:
        errors["again"] = "The two passwords are not the same."
    elif not (proven := verify(call.account.username, form.get("old", ""), call.environ)):
        errors["old"] = "That is not your password."
    if errors:
        return show_account(call, UNTOUCHED._replace(errors=errors), 400)
    hash_, kept = run_scrypt(hash_password, new), secret_hash(call.cookie)
    state.store.write(if_proven, proven, set_password, call.account.id, hash_, kept)
    return say_done("password")


@route("POST", "/account/totp", "account")
def add_totp(call: Call, form: dict[str, str]) -> Answer:
    """Show a new secret; ask for codes from then on when one of its codes and the password came."""
    if call.account.two_factor:
        return redirect("/account#totp")
    secret = form.get("secret", "")
    if not re.fullmatch("[A-Z2-7]{32}", secret):
        secret = base64.b32encode(secrets.token_bytes(20)).decode()
        return show_account(call, UNTOUCHED, secret=secret)
    errors, proven = {}, None
    step = fitting_step(secret, re.sub(r"\s", "", form.get("code", "")), 0)
    if step is None:
        errors["code"] = "That is not the code of now. Is the clock of both right?"
    elif not (proven := verify(call.account.username, form.get("totp-old", ""), call.environ)):
        errors["totp-old"] = "That is not your password."
    if errors:
        return show_account(call, UNTOUCHED._replace(errors=errors), 400, secret=secret)
    row = (call.account.id, secret, step, secret_hash(call.cookie))
    codes = state.store.write(if_proven, proven, set_totp, *row)
    call = call._replace(account=call.account._replace(two_factor=True))
    return show_account(call, UNTOUCHED, codes=codes)


@route("POST", "/account/totp/off", "account")
def remove_totp(call: Call, form: dict[str, str]) -> Answer:
    """Ask for codes no more; a last code is needed."""
    if not call.account.two_factor:
        return redirect("/account#totp")
    if not try_code(call.account.id, form.get("code", "")):
        errors = {"code": "That code is wrong, or used up."}
        return show_account(call, UNTOUCHED._replace(errors=errors), 400)
    state.store.write(set_totp, call.account.id, None, 0, secret_hash(call.cookie))
    return say_done("totp")


@route("POST", "/account/logins", "account")
def end_logins(call: Call, form: dict[str, str]) -> Answer:
    """End one login by its key, or all but this one."""
    kept, key = secret_hash(call.cookie), form.get("login", "")
    sql = """
        delete from login where account = ? and hash != ?
        and (substr(hash, 1, 16) = ? or ? = 'others')
        """
    if key == "others":  # first those in memory: what is stored stays on a full disk
        for hash_, (proven, _) in list(state.unstored.items()):
            if proven.account.id == call.account.id and hash_ != kept:
                del state.unstored[hash_]
    state.store.write(change, sql, call.account.id, kept, key, key)
    return say_done("logins")


@route("POST", "/account/tokens", "account")
def make_token(call: Call, form: dict[str, str]) -> Answer:
    name, scope = clean_text(form.get("name"), 100) or "", form.get("scope", "")
    site = next((site for site in call.sites if site.id == form.get("site")), None)
    days, errors = None, {}
    if not name:
        errors["name"] = "Give it a name, to know it again."
    if scope not in SCOPES:
        errors["scope"] = f"There is no scope {shorten(scope)}; known: {', '.join(SCOPES)}."
    if scope == "ingest" and not form.get("site"):
        errors["site"] = "A token to ingest is for one site."
    if form.get("site") and not site:
        errors["site"] = f"There is no site {shorten(form['site'])}."
    if scope == "ingest" and site and not call.may("editor", site):
        errors["site"] = f"Only its editors and owners may send events for {site.domain}."
    try:
        days = day_count(form.get("days"))
    except ValueError as error:
        errors["days"] = str(error)
    if errors:
        return show_account(call, Form(form, errors), 400)
    row = (call.account.id, name, scope, site and site.number, days)
    secret = make_once(form, add_token, *row)
    if secret is None:
        return say_done("made")
    reload_sites()
    return show_account(call, Form({"scope": scope}), made=secret)


@route("POST", "/account/revoke", "account")
def revoke_token(call: Call, form: dict[str, str]) -> Answer:
    sql = "delete from token where account = ? and id = ?"
    state.store.write(change, sql, call.account.id, form.get("token", ""))
    reload_sites()
    return say_done("revoke")


@route("POST", "/account/own", "account")
def leave_own_out(call: Call, form: dict[str, str]) -> Answer:
    """Leave visits from the addresses of one's logins out, or count them again."""
    on = "own" in form
    state.store.write(change, "update account set own = ? where id = ?", int(on), call.account.id)
    recheck_own()
    return say_done("on" if on else "off")


# == Subscriptions ================================================================================
#
# Who is told, and the feed, whose address is the secret. Each report can be looked at before, and
# each subscription ended by a link that needs no login.

SUBSCRIPTIONS = 20  # of one account
TESTS = 5  # of one account in an hour
FEED = "application/atom+xml; charset=utf-8"
NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def find_subscription(secret: str, where: str = "true") -> Subscription:
    """The subscription of a secret. Raises Refused 404."""
    for subscription in state.store.read(load_subscriptions, f"secret = ? and {where}", secret):
        return subscription
    raise Refused(404, LINK_ENDED)


def read_subscription(form: Mapping[str, str]) -> tuple[str, str, str]:
    """Kind, target and topics of a new subscription. Raises BadField."""
    kind, topics = form.get("kind", ""), [topic for topic in TOPICS if form.get(f"on-{topic}")]
    if kind not in CHANNELS:
        raise BadField("kind", f"{shorten(kind)} is none of {', '.join(CHANNELS)}")
    if not topics:
        raise BadField("topics", "choose what to be told")
    if fault := channel_fault(kind):
        raise BadField("kind", fault)
    try:
        return kind, CHANNELS[kind].read(form.get("target", "").strip()), json.dumps(topics)
    except ValueError as error:
        raise BadField("target", str(error)) from None


def add_subscription(db: Db, account: int, row: tuple[str, str, str]) -> None:
    """Subscribe to what happens from now on. Raises BadField."""
    if len(load_subscriptions(db, "account = ?", account)) >= SUBSCRIPTIONS:
        raise BadField("kind", f"{SUBSCRIPTIONS} are enough: end one first")
    sql = """
        insert into subscription (account, kind, target, topics, secret, created, told)
        values (?, ?, ?, ?, ?, ?, (select ifnull(max(id), 0) from notice))
        """
    db.execute(sql, (account, *row, secrets.token_urlsafe(24), int(now())))


@route("POST", "/account/subscriptions", "all")
def make_subscription(call: Call, form: dict[str, str]) -> Answer:
    try:
        row = read_subscription(form)
        note_digests()  # so that a new feed is not empty
        state.store.write(add_subscription, call.account.id, row)
    except BadField as bad:
        return show_account(call, Form(form, bad.errors), 400)
    return say_done("feed" if row[0] == "feed" else "subscribed")


@route("POST", "/account/unsubscribe", "all")
def end_subscription(call: Call, form: dict[str, str]) -> Answer:
    sql = "delete from subscription where account = ? and id = ?"
    state.store.write(change, sql, call.account.id, form.get("subscription", ""))
    return say_done("unsubscribed")


def make_test(row: Subscription) -> Message:
    title, path = "A test by Slim Analytics", with_query("/account", [])
    text = f"This is only a test: nothing has happened. You are told: {', '.join(row.topics)}."
    return Message(f"test {secrets.token_hex(8)}", "test", int(now()), title, text, path, [])


@route("POST", "/account/test", "all")
def try_subscription(call: Call, form: dict[str, str]) -> Answer:
    """Send one message that says it is a test, and show what became of it. Once it is taken, what
    was not is tried again at once."""
    found = state.store.read(load_subscriptions, "account = ?", call.account.id)
    row = next((row for row in found if str(row.id) == form.get("subscription")), None)
    if row is None or row.kind == "feed":
        raise Refused(404, f"there is no subscription {shorten(form.get('subscription', ''))}")
    if state.test_messages.count(call.account.id) > TESTS:
        wait = state.test_messages.left()
        message = f"more than {TESTS} tests an hour; try again in {wait_text(wait)}"
        raise Refused(429, message, Retry_After=str(wait))
    fault = deliver(row, make_test(row), SEND_SECONDS)  # somebody waits for it
    errors = {"test": fault} if fault else {}
    if not fault:
        state.store.write(change, "update subscription set fault = '' where id = ?", row.id)
    return show_account(call, Form({**UNTOUCHED.values, "tested": row.id}, errors))


@route("GET", "/account/preview/<topic>", "all")
def preview(call: Call, topic: str) -> Answer:
    """What would be told now."""
    if topic not in TOPICS:
        raise Refused(404, f"there is no report {shorten(topic)}; known: {', '.join(TOPICS)}")
    sites = list(state.sites.all)
    if topic == "alerts":
        messages = state.store.read(preview_alerts, sites, now())
    else:
        due = [notice for notice in due_digests(sites, now()) if notice.topic == topic]
        messages = state.store.read(read_messages, sites, due)
    return show(
        call,
        "preview.html",
        Page("Preview"),
        messages=messages,
        origin=own_origin(call.environ),
        topics=TOPICS,
        topic=topic,
    )


def make_feed(subscription: Subscription, messages: list[Message], origin: str) -> bytes:
    """The Atom document of a feed."""
    base, secret = origin + state.config.root, subscription.secret
    latest = max((message.time for message in messages), default=subscription.created)
    text = template("feed.xml").render(
        messages=messages,
        updated=iso(latest),
        base=base,
        secret=secret,
        origin=origin,
        iso=iso,
        urn=lambda key: uuid.uuid5(uuid.NAMESPACE_URL, f"{secret} {key}").urn,
        html=functools.partial(template("_message.html").render, origin=origin),
        end=f'<p><a href="{base}/unsubscribe/{secret}">End this feed</a></p>',
    )
    return NOT_XML.sub("\ufffd", text).encode()


@route("GET", "/feeds/<secret>.xml", "public")
def feed(call: Call, secret: str) -> Answer:
    """A subscription's feed, for whoever knows its address."""
    subscription = find_subscription(secret, "kind = 'feed'")
    origin, sites = own_origin(call.environ), list(state.sites.all)

    def read(db: Db) -> list[Message]:
        return read_messages(db, sites, load_notices(db, subscription.topics))

    def make() -> bytes:
        return make_feed(subscription, state.store.read(read), origin)

    body = state.cache.find(("feed", secret, origin), site_version(0), make)
    headers = (("Cache-Control", "private, max-age=300"), NO_INDEX, *SAFE_HEADERS)
    return tagged_answer(call.environ, body, FEED, *headers)


@route("GET", "/unsubscribe/<secret>", "public")
def unsubscribe_page(call: Call, secret: str) -> Answer:
    found = find_subscription(secret)
    return show(call, "unsubscribe.html", Page("Unsubscribe"), subscription=found, ended=False)


@route("POST", "/unsubscribe/<secret>", "public")
def unsubscribe(call: Call, form: dict[str, str], secret: str) -> Answer:
    """End a subscription by its link: a person on the page, or a mail program by one click."""
    found = find_subscription(secret)
    state.store.write(change, "delete from subscription where id = ?", found.id)
    return show(call, "unsubscribe.html", Page("Unsubscribe"), subscription=found, ended=True)


# == Checks =======================================================================================
#
# What the doctor looks at. A check looks at a Case and says how it is, or None where it cannot
# know. To add one, write its function and its row of CHECKS.

SIGNS = {"good": ("✓", "Well"), "note": ("?", "Worth a look"), "bad": ("!", "Alarm")}


class Finding(NamedTuple):
    """What the doctor found: "good", "note" (worth a look) or "bad", and what to do."""

    label: str
    level: str
    text: str

    @property
    def sign(self) -> tuple[str, str]:
        """The level as a sign, and in a word."""
        return SIGNS[self.level]


class Case(NamedTuple):
    """What is examined; the command knows the sites, and when the server started."""

    config: Config
    sites: list[Site]
    is_server: bool = False
    environ: Mapping[str, Any] | None = None  # of whoever asks for the page
    started: float = 0.0
    waiting: int = 0  # events
    trouble: str = ""
    slow: tuple[float, float] = (-math.inf, 0.0)  # the latest commit that was: when, its seconds
    faults: Mapping[tuple[str, int], str] = {}
    summed: Mapping[int, tuple[float, int]] = {}  # by site: when its days were, up to which visit
    # Tracking requests since midnight UTC, as counts: addresses stay where they are.
    hits: int = 0
    busiest: int = 0  # those from the address that sent most
    private: int = 0
    unbelieved: int = 0  # those whose X-Forwarded-For names somebody who was not believed


Verdict = tuple[str, str] | None  # level and text
FEW_HITS = 20  # below this nothing is said of where they come from
MB = 10**6


def size_of(path: Path) -> int:
    """The bytes of a file; 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def megabytes(size: float) -> str:
    return f"{size / 10**9:,.1f} GB" if size >= 10**9 else f"{size / MB:,.1f} MB"


def check_address(case: Case, db: Db) -> Verdict:
    if case.environ is None:
        return None
    peer, trusted = case.environ.get("REMOTE_ADDR", ""), case.config.trusted_proxies
    forwarded = case.environ.get("HTTP_X_FORWARDED_FOR", "")[-FORWARDED_CHARS:]
    address = client_address(peer, forwarded, trusted)
    if not forwarded:
        return "good", f"{address}, from the connection itself"
    if is_trusted(case.environ):
        text = f"{address}, from X-Forwarded-For, which {peer} passed on"
        if not names_another(forwarded, address):
            return "good", text
        return "note", f"{text}: if it is a proxy (a CDN), trust its networks, too"
    advice = f"if that is your proxy, set SLIM_TRUSTED_PROXIES={peer}"
    return "bad", f"{address}, from the connection; its X-Forwarded-For does not count: {advice}"


def check_header(case: Case, db: Db) -> Verdict:
    if case.hits < FEW_HITS or 2 * case.unbelieved <= case.hits:
        share = f"{count_text(case.unbelieved)} of {counted(case.hits, 'hit')} today"
        return "good", f"{share} came with one that does not count"
    return "bad", (
        f"{counted(case.unbelieved, 'hit')} of {count_text(case.hits)} today came with an"
        " X-Forwarded-For that does not count: name your proxy in SLIM_TRUSTED_PROXIES, and any"
        " before it (a CDN), or all its visitors are one"
    )


def check_private(case: Case, db: Db) -> Verdict:
    share = f"{count_text(case.private)} of {counted(case.hits, 'hit')} today"
    if case.hits < FEW_HITS or 10 * case.private < case.hits:
        return "good", share
    if case.private < case.hits:
        return "note", (
            f"{share}: if they are not of your own network, a proxy hides them, as Docker's does"
            " with who comes by IPv6"
        )
    return "bad", (
        f"all {counted(case.hits, 'hit')} of today: a proxy in between does not pass"
        " X-Forwarded-For on, or is not in SLIM_TRUSTED_PROXIES"
    )


def check_busiest(case: Case, db: Db) -> Verdict:
    hits = f"{counted(case.hits, 'hit')} today"
    if case.hits < FEW_HITS:
        return "good", f"{hits}, too few to tell"
    share = f"{100 * case.busiest // case.hits} % of {hits}"
    if 2 * case.busiest <= case.hits:
        return "good", f"the busiest sent {share}"
    return "bad", f"{share}: a proxy that is not trusted, a script, or you"


def check_proxies(case: Case, db: Db) -> Verdict:
    return "good", ", ".join(sorted(map(str, case.config.trusted_proxies))) or "none"


def check_tls(case: Case, db: Db) -> Verdict:
    address = case.config.base_url or (case.environ and own_origin(case.environ))
    if not address:
        return None
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return "good", f"https to {host}"
    address = parse_address(host)
    if host == "localhost" or (address and is_private(visitor_network(address))):
        return "good", f"plain http to {host}, which is no way through the internet"
    return "bad", f"plain http to {host}: passwords can be read on the way; put HTTPS in front"


def check_queue(case: Case, db: Db) -> Verdict:
    if case.trouble:
        return "bad", f"the last commit failed: {case.trouble}"
    return "good", f"{counted(case.waiting, 'event')} waiting, {case.config.queue_limit:,} may"


def check_commit(case: Case, db: Db) -> Verdict:
    database, wal, _ = database_files(case.config.database)
    if not database.exists():
        return "bad", f"{database} is not there any more: put it back, or restart the server"
    latest = max(path.stat().st_mtime for path in (database, wal) if path.exists())
    text, (moment, took) = ago_text(now() - latest), case.slow
    if now() - moment > 3600:
        return "good", text
    slow = f"{text}; {ago_text(now() - moment)} one took {took:.0f} s, and visitors' hits waited"
    return "note", f"{slow}: the disk, or the whole machine, is slow or busy at times"


def check_disk(case: Case, db: Db) -> Verdict:
    free = shutil.disk_usage(case.config.data).free
    level = "bad" if free < 100 * MB else "note" if free < 1000 * MB else "good"
    return level, f"{megabytes(free)} free in {case.config.data}"


def check_database(case: Case, db: Db) -> Verdict:
    """Its size; the command, which may take its time, checks all of it."""
    text = f"{megabytes(database_bytes(db))}, schema {SCHEMA_VERSION}"
    if case.is_server:
        return "good", text
    check_size(db, case.sites, case.config)
    try:
        check_copy(case.config.database)
    except StoreError as error:
        return "bad", f"{error}. {way_back(case.config.data)}"
    return "good", f"{text}, checked now"


def check_wal(case: Case, db: Db) -> Verdict:
    _, wal, _ = database_files(case.config.database)
    size = size_of(wal)
    if size < 256 * MB:
        return "good", megabytes(size)
    return "note", f"{megabytes(size)}: something reads for very long; a restart folds it in"


def check_geo(case: Case, db: Db) -> Verdict:
    folder, found, level = case.config.data / "maxmind", [], "good"
    for path in sorted(folder.glob("*.mmdb")):
        try:
            with maxminddb.open_database(path, maxminddb.MODE_AUTO) as reader:
                age, made = now() - reader.metadata().build_epoch, describe_mmdb(reader)
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            return "bad", f"{path.name} cannot be used: {error}"
        level = "note" if age > 60 * DAY else level
        found.append(f"{path.name}, {made}, {ago_text(age)}")
    missing = f"no database in {folder}: countries are guessed; slim.py geoip fetches one"
    return (level, "; ".join(found)) if found else ("note", missing)


def check_downloads(case: Case, db: Db) -> Verdict:
    fetched = read_fetched(case.config.data)
    if fetched.error:
        return "note", f"{ago_text(now() - fetched.tried)}: {fetched.error}"
    latest = (f"{file}, {ago_text(now() - entry[0])}" for file, entry in fetched.files.items())
    return "good", "; ".join(latest) or "nothing is fetched; slim.py geoip begins it"


def unsummed_visit(db: Db, site: Site) -> int | None:
    """The first visit of the days of a site that ought to be summed up and are not."""
    until, today = rolled_until(db, site.number), local_day(now(), site.zone)
    since = until and day_start(date.fromordinal(until), site.zone)
    before = day_start(today - timedelta(2), site.zone)
    sql = "select min(id) from visit where site = ? and started >= ? and started < ?"
    return scalar(db, sql, site.number, since, before)


def check_rollup(case: Case, db: Db) -> Verdict:
    for site in case.sites:
        if visit := unsummed_visit(db, site):
            looked, latest = case.summed.get(site.number, (case.started, 0))
            if visit > latest and now() - looked < 900:  # it came since, with a time of the past
                return "note", f"{site.domain} has days to sum up; it is done within minutes"
            return "bad", f"{site.domain} has days that are not summed up; look into the log"
    until = max((rolled_until(db, site.number) for site in case.sites), default=0)
    return "good", f"to {date_text(date.fromordinal(until - 1))}" if until else "no day is over yet"


def check_upkeep(case: Case, db: Db) -> Verdict:
    names = {0: ""} | {site.number: f" of {site.domain}" for site in case.sites}
    failed = [
        f"{work}{names[number]} failed: {fault}"
        for (work, number), fault in case.faults.items()
        if number in names
    ]
    if failed:
        return "bad", "; ".join(failed) + ". It is tried again within five minutes"
    return "good", "nothing that time does by itself has failed"


def check_reports(case: Case, db: Db) -> Verdict:
    """Whether what goes out is taken; for an hour it is worth a look only: mail servers may be full
    or want to be asked twice. What was given up does not make what is new late."""
    told = load_subscriptions(db, "kind != ?", "feed")
    failed = [row for row in told if row.fault]
    if not failed:
        return "good", f"{counted(len(told), 'subscription')} by e-mail, webhook or ntfy"
    since = now() - GIVE_UP
    waiting = [load_notices(db, row.topics, row.told, since, limit=-1) for row in failed]
    is_late = any(not some or some[-1].time < now() - 3600 for some in waiting)
    why = "; ".join(f"{CHANNELS[row.kind].label}: {row.fault}" for row in failed)
    return ("bad" if is_late else "note"), f"not taken: {why}. Send a test from your account page"


def check_backup(case: Case, db: Db) -> Verdict:
    """The last nightly copy; the command, which may take its time, checks it once more."""
    copies = nightlies(case.config.data, now())
    if not copies:
        with contextlib.suppress(FileNotFoundError):
            os.listdir(case.config.data / "backups")  # which may be why none is found
        begun = min((site.created for site in case.sites), default=now())
        due = max(begun, case.started) < now() - 2 * DAY
        return ("bad" if due else "good"), "none yet; one is made every night after 3:00 UTC"
    made = copies[-1].stat()
    age = ago_text(now() - made.st_mtime)
    text = f"{copies[-1].name}, {megabytes(made.st_size)}, {age}, checked when it was made"
    if not case.is_server:
        check_copy(copies[-1])
        text = text.replace("when it was made", "now")
    return ("bad" if now() - made.st_mtime > 2 * DAY else "good"), text


def check_clock(case: Case, db: Db) -> Verdict:
    sql = "select ifnull(max(time), 0) from event where site = ?"
    latest = max((scalar(db, sql, site.number) for site in case.sites), default=0)
    if latest > now() + 300:
        return "bad", f"{iso(now())}, but the latest event is of {iso(latest)}: it went back"
    if now() < RELEASED:
        return "bad", f"{iso(now())}, before this program was written: hits count as of then"
    return "good", iso(now())


def check_version(case: Case, db: Db) -> Verdict:
    return "good", f"{VERSION}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"


CHECKS = {
    "Your address": check_address,
    "Forwarded headers": check_header,
    "Private addresses": check_private,
    "One address": check_busiest,
    "Trusted proxies": check_proxies,
    "TLS": check_tls,
    "Queue": check_queue,
    "Last commit": check_commit,
    "Disk": check_disk,
    "Database": check_database,
    "WAL": check_wal,
    "GeoIP": check_geo,
    "Downloads": check_downloads,
    "Summed up": check_rollup,
    "Upkeep": check_upkeep,
    "Reports": check_reports,
    "Backup": check_backup,
    "Clock": check_clock,
    "Version": check_version,
}
SERVER_CHECKS = (check_header, check_private, check_busiest, check_queue, check_upkeep)


# == Doctor =======================================================================================
#
# Whether all is well: a page, a command, and the alarms on the overview, all from CHECKS. The
# command sees no requests, and skips SERVER_CHECKS. What fails in the background is noted here.


def examine(db: Db, case: Case) -> list[Finding]:
    """What every check says that can; what keeps one from looking is bad."""
    found = []
    for label, check in CHECKS.items():
        if check in SERVER_CHECKS and not case.is_server:
            continue
        try:
            verdict = check(case, db)
        except (StoreError, OSError, sqlite3.Error) as error:
            verdict = "bad", str(error)
        if verdict:
            found.append(Finding(label, *verdict))
    return found


@contextlib.contextmanager
def faults_noted(work: str, site: int = 0) -> Iterator[None]:
    """Let work fail and what follows go on: why is logged once, and in state.faults for the doctor
    until the work is done."""
    try:
        yield
    except Exception as error:
        fault = str(error) or type(error).__name__
        if state.faults.get((work, site)) != fault:
            state.faults[work, site] = fault
            is_known = is_damage(error) or isinstance(error, StoreError | OSError)
            if is_known or may_pass(error):
                log(f"{work} failed: {error}", "error")
            else:
                log_exception(f"{work} failed")
    else:
        state.faults.pop((work, site), None)


def forget_faults(work: str) -> None:
    """Forget why work failed that there is no more of."""
    for key in [key for key in state.faults if key[0] == work]:
        del state.faults[key]


def examine_server(environ: Mapping[str, Any] | None = None) -> list[Finding]:
    """What the doctor says of this server, to whoever asks."""
    used = state.arrivals.used
    case = Case(
        state.config,
        list(state.sites.all),
        is_server=True,
        environ=environ,
        started=state.started,
        waiting=state.queue.waiting,
        trouble=storage_trouble(),
        slow=state.queue.slow,
        faults=dict(state.faults),
        summed=dict(state.summed),
        hits=used["all"],
        busiest=max((n for key, n in used.items() if isinstance(key, bytes)), default=0),
        private=used["private"],
        unbelieved=used["unbelieved"],
    )
    return state.store.read_long(examine, case)


def raise_alarms() -> None:
    """Put what is bad where the owner sees it."""
    found = [finding for finding in examine_server() if finding.level == "bad"]
    if found != state.alarms:
        state.alarms[:] = found
        state.versions[0] += 1


@route("GET", "/doctor", "all")
def doctor_page(call: Call) -> Answer:
    findings = examine_server(call.environ)
    alarms = sum(finding.level == "bad" for finding in findings)
    return show(call, "doctor.html", Page("Doctor"), findings=findings, alarms=alarms)


# == Live =========================================================================================
#
# WebSockets. The handshake is checked before anything is upgraded; messages are bounded before they
# are read. Each subscriber has a short queue and a greenlet that sends from it: who reads too
# slowly is dropped, never waited for. live_pulse takes the writer's news and tells each site's
# subscribers at most once a second.

MESSAGE_LIMIT = 16_384  # bytes of a message, all its fragments together
SILENCE_SECONDS = 90
SEND_QUEUE, SEND_BYTES = 512, 524_288  # messages and bytes on their way to one reader
FRAMES = 100  # a second from one reader
SUBSCRIBERS = 500  # at once, and half of all connections; half are kept for who has an account
PULSE_SECONDS = 1.0  # between two updates of a site
RECHECK_SECONDS = 3  # how often it is asked whether logins and tokens still hold


class Socket(WebSocket):
    """gevent-websocket's socket with a bound on what a message may hold."""

    __slots__ = ()

    def read_message(self) -> str | bytearray | None:
        """The next message, None at the end. Closes the socket (1009) before reading too much."""
        message, is_text = bytearray(), False
        while True:
            header = Header.decode_header(self.stream)
            if state.frames.count(self) > FRAMES:
                self.close(1008, b"too many messages")
                return None
            if header.length + len(message) > MESSAGE_LIMIT:
                self.close(1009, b"message too long")
                return None
            payload = self.read_payload(header)
            if header.opcode in (self.OPCODE_TEXT, self.OPCODE_BINARY, self.OPCODE_CONTINUATION):
                is_text = is_text or header.opcode == self.OPCODE_TEXT
                message += payload
                if header.fin:
                    return bytes(message).decode() if is_text else message
            elif header.opcode == self.OPCODE_PING:
                self.handle_ping(header, payload)
            elif header.opcode == self.OPCODE_CLOSE:
                self.handle_close(header, payload)
                return None

    def close(self, code: int = 1000, message: bytes | None = b"") -> None:
        """Close and say why; the library sends no code, and takes bytes for text."""
        super().close(code, struct.pack(">H", code) + (message or b""))

    def _encode_bytes(self, text: str | bytes) -> bytes:
        return text if isinstance(text, bytes) else super()._encode_bytes(text)

    def read_payload(self, header: Header) -> bytes:
        payload = self.raw_read(header.length) if header.length else b""
        if len(payload) != header.length:
            raise WebSocketError("the connection ended in the middle of a message")
        return header.unmask_payload(payload) if header.mask else payload


class Subscriber:
    """One reader's socket: what it watches, and the messages on their way to it."""

    def __init__(self, websocket: Socket, call: Call) -> None:
        self.websocket, self.call = websocket, call
        self.watched: int | None = None  # the number of a site, 0 for all of them, None for nothing
        self.period = ""  # that stats are wanted for, "" for none
        self.messages: gevent.queue.Queue = gevent.queue.Queue(SEND_QUEUE)
        self.bytes = 0  # on their way
        self.reader = gevent.getcurrent()
        self.sender = gevent.spawn(self._send)

    def _send(self) -> None:
        handler = self.websocket.handler
        for message in self.messages:
            try:
                handler.due = handler.server.time_for(len(message))
                self.websocket.send(message)
                handler.due = math.inf
                self.bytes -= len(message)
            except (WebSocketError, OSError, AttributeError):  # closed meanwhile
                return

    def watches(self, site: Site) -> bool:
        if self.watched == 0:
            return self.call.may("viewer", site)
        return self.watched == site.number

    def tell(self, message: Mapping[str, object]) -> None:
        """Put a message on its way; a reader whose queue is full is cut off."""
        text = json.dumps(message, separators=(",", ":"))
        self.bytes += len(text)
        if self.bytes > SEND_BYTES or self.messages.full():
            self.websocket.handler.cut()
        else:
            self.messages.put(text)

    def drop(self) -> None:
        self.sender.kill(block=False)
        self.reader.kill(block=False)


def admit_socket(environ: dict[str, Any], most: int) -> Call:
    """Who opens a socket, of which there may be so many. Raises Refused: 403 for a foreign Origin,
    401 for nobody, 400 for a handshake that is none, 503 when too many are open."""
    origin = environ.get("HTTP_ORIGIN")
    if origin and origin != own_origin(environ):
        raise foreign_origin(environ)
    call = with_shares(recognise(environ))
    if call.how not in ("bearer", "basic") and not (origin and (call.account or call.shares)):
        raise Refused(401, "log in, or send a Bearer token")
    if "GET" not in SCOPES[call.scope]:
        raise Refused(403, f"a token to {call.scope} may not watch")
    is_key = re.fullmatch(r"[A-Za-z0-9+/]{22}==", environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
    is_get = (environ["REQUEST_METHOD"], environ["SERVER_PROTOCOL"]) == ("GET", "HTTP/1.1")
    is_known = environ.get("HTTP_SEC_WEBSOCKET_VERSION") in WebSocketHandler.SUPPORTED_VERSIONS
    if not (is_get and is_key and is_known):  # what the library fails at
        raise Refused(400, "this is no handshake of a WebSocket, version 13")
    most = min(most, SUBSCRIBERS)
    if len(state.subscribers) >= (most if call.account else most // 2):
        raise Refused(503, "too many are watching")
    return call


def subscribe(subscriber: Subscriber, message: Mapping[str, object]) -> dict[str, object]:
    """Watch one site, in place of any other, or all of them; returns the answer. Raises Refused."""
    site_id = field(message, "siteId")
    field(message, "period", default="")  # it is text
    period = one_of(message, "period", PERIODS, "today")
    call = subscriber.call
    is_all = site_id == "*" and call.account and call.site is None
    subscriber.watched = 0 if is_all else seen_site(call, site_id).number
    subscriber.period = "" if message.get("stats") is False else period
    text = "Successfully subscribed to real-time updates"
    return {"type": "subscribed", "siteId": site_id, "message": text}


def answer_message(subscriber: Subscriber, text: object) -> dict[str, object]:
    """The answer to one message, whatever it is."""
    try:
        if not isinstance(text, str):
            raise Refused(400, "send JSON as text")
        message = read_json(text.encode())
        kind = field(message, "type")
        if kind == "ping":
            return {"type": "pong"}
        if kind == "subscribe":
            return subscribe(subscriber, message)
        raise Refused(400, f"unknown type {shorten(kind)}; known: subscribe, ping")
    except Refused as refusal:
        return {"type": "error", "error": refusal.message}


def next_message(websocket: Socket) -> str | bytearray | None:
    """The next message; None once the reader has left, or fallen silent."""
    with gevent.Timeout(SILENCE_SECONDS, False):
        return websocket.receive()


def serve_socket(websocket: Socket, call: Call) -> None:
    """Talk with one subscriber until it leaves, falls silent, or is dropped."""
    subscriber = Subscriber(websocket, call)
    state.subscribers.add(subscriber)
    try:
        while (text := next_message(websocket)) is not None:
            subscriber.tell(answer_message(subscriber, text))
    except (WebSocketError, OSError, ValueError):  # gone, or not speaking the protocol
        return
    finally:
        state.subscribers.discard(subscriber)
        if not state.subscribers:
            forget_faults(TELLING)
        subscriber.sender.kill(block=False)
        websocket.handler.due = websocket.handler.server.time_for(0)  # to take our last word


def visit_json_live(site: Site, entry: Entry) -> dict[str, Any]:
    """The live feed's message for a visit that moved; its city only where the site shows it."""
    event, visit, _ = entry
    country = visit.facts.country
    shown = {
        "id": visit.id,
        "startedAt": iso(visit.started),
        "time": iso(event.time),
        "country": country_name(country) or None,
        "countryCode": country,
        "city": visit.facts.city if site.show_city else None,
        "source": visit.facts.source or "Direct",
        "page": event.page,
        "title": event.title,
        "event": event.name,
        "pageViews": visit.pageviews,
        "isNew": visit.started == event.time,
    }
    return {"type": "visit", "siteId": site.id, "visit": shown}


def tell_visits(number: int, entries: Iterable[Entry]) -> None:
    """Send the latest visits of a pulse to who watches their site."""
    site = state.sites.by_number.get(number)
    if site is None:
        return
    seen = {s: seen_site(s.call, site.id) for s in state.subscribers if s.watches(site)}
    for entry in entries if seen else ():
        message = visit_json_live(site, entry)
        for subscriber, shown in seen.items():
            if shown.share is None:
                subscriber.tell(message)
            elif shown.shows("recent"):
                subscriber.tell(message | {"visit": shared_part(message["visit"])})


def tell_stats(number: int) -> None:
    """Send a site's subscribers its stats, read once for each period that is asked for."""
    read: dict[tuple[Site, str], object] = {}
    for subscriber in list(state.subscribers):
        site = state.sites.by_number.get(number)
        if site is None:  # it may be deleted while stats are read
            return
        if not subscriber.watches(site):
            continue
        message = {"type": "stats-update", "siteId": site.id, "timestamp": iso(now())}
        seen, period = seen_site(subscriber.call, site.id), subscriber.period
        if period and (seen, period) not in read:
            asked = Call({"QUERY_STRING": f"period={period}"})
            read[seen, period] = full_stats(read_report(seen, asked), fresh=True)
        subscriber.tell(message | ({"stats": read[seen, period]} if period else {}))


TELLING = "telling who watches"


def live_pulse() -> None:
    """Wait for news of the writer, and tell subscribers what was committed."""
    for number, latest in state.news.take().items():
        with faults_noted(TELLING, number):
            tell_visits(number, latest.values())
            tell_stats(number)


def still_admitted(
    db: Db, call: Call, verified: Mapping[str, tuple], unstored: Mapping[str, tuple]
) -> bool:
    """Whether a call's login, token, password or share links still hold."""
    if call.shares and held_shares(db, call.environ) != call.shares:
        return False
    if call.account is None:
        return True
    secret = call.environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2].strip()
    if call.how == "basic":
        _, stored = verified.get(secret_hash(secret), (0.0, ""))
        return find_account(db, call.account.username) == (call.account, stored)
    held = ("login", call.cookie) if call.how == "cookie" else ("token", secret)
    grant = find_grant(db, *held, unstored)
    return grant is not None and grant.account == call.account


def all_admitted(db: Db, calls: list[Call], *held: Mapping[str, tuple]) -> list[bool]:
    """Of each call whether what it was made with still holds."""
    return [still_admitted(db, call, *held) for call in calls]


def recheck_sockets() -> None:
    """Close the sockets of logins, tokens, accounts and share links that have ended, of changed
    passwords, of accounts whose roles have changed, and of sites that are gone."""
    for some in slices(list(state.subscribers)):
        calls = [subscriber.call for subscriber in some]
        held = state.store.peek(all_admitted, calls, state.verified, state.unstored)
        for subscriber, holds in zip(some, held, strict=True):
            is_gone = subscriber.watched and subscriber.watched not in state.sites.by_number
            if not holds or is_gone:
                subscriber.drop()


# == Import =======================================================================================
#
# History from elsewhere. A format is a row of IMPORTS: a generator that reads a file and yields, in
# order of time, Events (of which the same place_events and save_changes as for live ones make
# visits, under salts that are thrown away with the import), whole visits, or sums of days, which
# land beside those that are rolled up as `kept` ones. To add a format, write that generator and the
# row. An import runs as a process of its own beside a running server, in short transactions.
#
# Nothing counts twice. A file is known by how it begins, and `imported` says how much of it is in:
# `base` lines (or rows), and `done` items after them. Each transaction writes that down, so that a
# broken import goes on where it stopped and a grown file brings only what is new. Two checksums (of
# the lines, of the items) tell whether what is in is as it was; else the file is refused. The sums
# of a day are taken from one file only; and once its rows are gone, whole visits from that file
# only which brought the first of the day (`visits DAY`): of others nobody can tell whether they are
# counted. Exports of Umami may overlap: `rows DAY WEBSITE FILE` says from when (`base`) to when
# (`done`) a file brought all there is of a day.

IMPORT_SLICE = 200  # events a transaction: under 10 ms
LINE_BYTES = 1 << 24  # of one line of JSON; a visit can have many events
UNPACKED_LEAST, UNPACKED_TIMES = 1 << 28, 300  # bytes; what a packed file may unpack to
KINDS_OF_PACK = (OSError, EOFError, zlib.error, zipfile.BadZipFile, csv.Error, RuntimeError)


class Past(NamedTuple):
    """Something that happened, as a log or another product has it."""

    time: int
    url: str
    address: str = ""
    visitor: str = ""  # what tells its visitors apart, where it has no addresses
    agent: str = ""
    referrer: str = ""
    name: str = ""  # of an event; a pageview has none
    title: object = None
    screen: str | None = None
    language: object = None
    timezone: object = None
    place: Place | None = None  # None: look it up by the address
    known: Mapping[str, str | None] = {}  # Facts that it knows better
    props: Mapping[str, str | float] = {}  # of an event


class PastVisit(NamedTuple):
    """A whole visit of ours."""

    visit: Visit
    entries: list[Entry]
    has_grown: bool = False  # the visit is there, but less of it


class PastSum(NamedTuple):
    """A row of `rollup`, of raw rows that are not here."""

    day: int
    code: int
    value: int | str | None  # as in RolledRow
    sums: Totals


class PastRow(NamedTuple):
    """A row of one of EXPORT_TABLES."""

    table: str
    values: tuple


EXCLUDED = Link("", "", {})  # stands for every address that a site's settings leave out


# == One import ===================================================================================
#
# An import at work: what of its file is in, which visits its events may continue, what came and
# what was left out, and the transactions that write all of it down.


def trace(item: Past | PastVisit | PastSum | PastRow) -> str:
    """What tells a thing of a file from others, but for who it was."""
    if isinstance(item, Past):
        return f"{item.time} {item.url} {item.name}"
    return f"{item.visit.started}" if isinstance(item, PastVisit) else repr(item)


def short_mark(text: str) -> bytes:
    """What stands for a text of a file in `imported`."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).digest()


def has_day(db: Db, site: Site, day: int) -> bool:
    """Whether there is anything of a day."""
    marker = "select 1 from rolled where site = ? and period = ?"
    known = scalar(db, marker, site.number, day)
    return bool(known) or has_rows(db, site, day)


class Extent(NamedTuple):
    """How far a file goes or is read: so many lines, or items, and their checksum."""

    count: int = 0
    checksum: int | None = 0  # None where another version noted none

    def plus(self, text: str) -> Extent:
        checksum = zlib.crc32(text.encode("utf-8", "replace"), self.checksum)
        return Extent(self.count + 1, checksum)

    def or_further(self, other: Extent) -> Extent:
        return self if self.count >= other.count else other


class ImportFile:
    """How much of a file is in, and how far it is read now: in lines, and in items (events, visits,
    sums) after those lines. Only of a log the lines count; of all else the items do."""

    def __init__(self, db: Db, site: int, again: bool) -> None:
        self.db, self.site, self.again = db, site, again
        self.begin()

    def begin(self) -> None:
        """Read a file from its first line, not knowing yet which it is."""
        self.lines = Extent()
        self.identify("", "")

    def identify(self, kind: str, beginning: str) -> None:
        """Say how the file is recognised, and find out how much of it is in. A file that is taken
        once more has another mark for its days, noted as `again` until it is all in."""
        mark = short_mark(beginning)
        self.source = f"{kind} {mark.hex()}" if kind else ""
        counts = self._noted(self.source)
        run = self._noted(f"again {self.source}")
        if self.again and run is None:
            counts, run = None, (secrets.randbits(48), 0)
        self.is_repeat = run is not None
        self.mark = run[0] if run else int.from_bytes(mark, "big")
        self.items = self.lines_in = self.items_in = Extent()
        if counts:
            checksums = self._noted(f"checksum {self.source}") or (None, None)
            self.lines_in, self.items_in = map(Extent, counts, checksums)

    def _noted(self, source: str) -> tuple[int, int] | None:
        sql = "select base, done from imported where site = ? and source = ?"
        return self.db.execute(sql, (self.site, source)).fetchone()

    def is_new(self, item: Past | PastVisit | PastSum | PastRow) -> bool:
        """Count an item; whether it is not in yet. Raises Refused when those that are in are others
        by now."""
        self.items = self.items.plus(trace(item))
        return self._is_beyond(self.items, self.items_in)

    def is_new_line(self, line: str) -> bool:
        """Count a line of a log; whether it is not in yet. Who sent it is in no checksum. Raises
        Refused as is_new does."""
        self.lines = self.lines.plus(line.partition("[")[2].strip())
        return self._is_beyond(self.lines, self.lines_in)

    def _is_beyond(self, read: Extent, known: Extent) -> bool:
        if read.count == known.count and known.checksum not in (None, read.checksum):
            way = "delete what it brought, then take it with --again"
            if self.source.startswith("jsonl "):  # which knows each of its visits
                way = "--again brings what is new"
            raise Refused(400, f"it has changed before the place where its import ended; {way}")
        return read.count > known.count

    def reach_end(self) -> None:
        """Count what is in by lines alone, now that every line is read."""
        if self.items.count < self.items_in.count:  # it is a shorter copy of the file
            return
        self.lines_in = self.lines.or_further(self.lines_in)
        self.items = self.items_in = Extent()

    def notes(self) -> list[tuple[str, int, int]]:
        """What is to be noted of the file now: rows of `imported`."""
        if not self.source:
            return []
        lines, items = self.lines_in, self.items.or_further(self.items_in)
        notes = [(self.source, lines.count, items.count)]
        if None not in (lines.checksum, items.checksum):
            notes.append((f"checksum {self.source}", lines.checksum, items.checksum))
        if self.is_repeat:
            notes.append((f"again {self.source}", self.mark, 0))
        return notes


class Importer:
    """One import at work: its file, its site, the visits that its events may continue, what came in
    and what was left out."""

    def __init__(
        self,
        db: Db,
        site: Site,
        geo: Geo | None = None,
        spammers: frozenset[str] = SPAMMERS,
        again: bool = False,
    ) -> None:
        self.db, self.geo, self.spammers = db, geo, spammers
        self.file = ImportFile(db, site.number, again)
        self.open_visits: OpenVisits = {}
        self.imported: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()  # by reason
        self.lines_read = 0  # of all files
        self.first_malformed = 0  # its line
        self.salts: dict[date, bytes] = defaultdict(lambda: secrets.token_bytes(32))
        self.sums_taken: dict[int, bool] = {}  # by day, what takes_sums said
        self.visits_taken: dict[int, bool] = {}  # by day, what takes_visits said
        self.website: Website | None = None  # of Umami's
        self.link = functools.lru_cache(1024)(self._link)
        self.facts = functools.lru_cache(4096)(self._facts)
        self.salts_of = functools.lru_cache(4096)(self._salts_of)
        self.use_settings(site)

    def use_settings(self, site: Site) -> None:
        """Read on under the settings that the site has now."""
        self.site = site
        for memory in (self.link, self.facts, self.salts_of):
            memory.cache_clear()

    def new_items(self, items: Iterable) -> Iterator:
        """The items that are not in yet. None stands for the end of the file so far. Raises
        Refused."""
        for item in items:
            if item is None:
                self.file.reach_end()
                yield None
            elif self.file.is_new(item):
                yield item
            else:
                self.leave_out("imported before")

    def leave_out(self, reason: str, line: int = 0) -> None:
        """Count what is left out, and why; of the first that is malformed the line, if known."""
        self.left_out[reason] += 1
        if reason == "malformed":
            self.first_malformed = self.first_malformed or line

    def rows(self, lines: Iterable[str], *needed: str) -> Iterator[dict[str, str]]:
        """The rows of a CSV by the names in its first line, in lower case. Raises Refused."""
        table = csv.reader(lines)
        first = [name.strip("\ufeff ").lower() for name in next(table, [])]
        for name in needed:
            if name not in first:
                raise Refused(400, f"there is no column {name!r} in {shorten(','.join(first))}")
        ends = table.line_num
        for row in table:
            begins, ends = ends + 1, table.line_num
            self.file.lines = Extent(begins)
            if len(row) == len(first):
                self.lines_read += 1
                yield dict(zip(first, row, strict=True))
            elif row:
                self.leave_out("malformed", begins)

    def takes_sums(self, day: int, only_empty: bool = False) -> bool:
        """Whether the sums of a day may come from this file: none came from another. With
        `only_empty`, nor has the site anything else of that day."""
        if day not in self.sums_taken:
            sql = "select base from imported where site = ? and source = ?"
            mark = scalar(self.db, sql, self.site.number, day_source(day))
            free = mark is None and not (only_empty and has_day(self.db, self.site, day))
            self.sums_taken[day] = free or mark == self.file.mark
        return self.sums_taken[day]

    def claim(self, item: PastSum, only_empty: bool = False) -> bool:
        """Count a sum as imported or left out; returns whether it may come in, as takes_sums."""
        if self.takes_sums(item.day, only_empty):
            self.imported["sums"] += 1
            return True
        self.leave_out("sums of days that are known")
        return False

    def takes_visits(self, day: int) -> bool:
        """Whether visits of a day may come from this file though its rows are gone: they are its
        own, as there was nothing of the day before."""
        if day not in self.visits_taken:
            sql = "select 1 from imported where site = ? and source in (?, ?) and base = ?"
            sources = (day_source(day), day_source(day, "visits"))
            own = scalar(self.db, sql, self.site.number, *sources, self.file.mark)
            is_empty = not has_day(self.db, self.site, day)
            self.visits_taken[day] = self.sums_taken.get(day, False) or bool(own) or is_empty
        return self.visits_taken[day]

    def events(self, pasts: Iterable[Past | None]) -> Iterator[Event | None]:
        """Events of what happened, in its order."""
        for past in self.new_items(pasts):
            if past is None:
                yield None
            elif event := self.event(past):
                self.imported["events" if past.name else "pageviews"] += 1
                yield event

    def event(self, past: Past) -> Event | None:
        """An event of something that happened; counts what can be none."""
        link = self.link(past.url[:LINK_CHARS])
        name = clean_text(past.name, 120) if past.name else None
        if reason := self._past_reason(past, link, name):
            self.leave_out(reason)
            return None
        link = link or Link(self.site.domain, "", {})
        place = self.geo.place(past.address) if past.place is None else past.place
        sent = Signal(
            self.site.id,
            url="",
            referrer=past.referrer[:LINK_CHARS],
            screen=past.screen,
            language=past.language,
            timezone=past.timezone,
        )
        origin = (link.hostname, *link.query.items())
        facts = self.facts(past.agent[:AGENT_LIMIT], sent, origin, place)
        return Event(
            site=self.site.number,
            time=past.time,
            keys=self.keys(past),
            kind="event" if name else "pageview",
            page=link.page or None,
            title=None if name else clean_text(past.title, 300),
            name=name,
            props=stored_props(past.props) if past.props else None,
            facts=facts._replace(**past.known) if past.known else facts,
            place=place,
        )

    def _past_reason(self, past: Past, link: Link | None, name: str | None) -> str:
        """Why something that happened is left out; empty when it is not."""
        if self.website and self.website.covers(past.time):
            return "rows that another export brought"
        if not name and (past.name or link is None):
            return "malformed"
        return "excluded pages" if link is EXCLUDED else ""

    def _link(self, url: str) -> Link | None:
        """The page that is counted of an address, under this site's rules."""
        link = parse_link(url, self.site.keep, self.site.hash_routing)
        if link is None:
            return None
        leaves_out = self.site.exclude and "excluded" not in self.site.counted
        if leaves_out and is_excluded(link.page, self.site.exclude):
            return EXCLUDED
        page = merged_page(link.page, self.site.merge)
        return Link(link.hostname or self.site.domain, page, link.query)

    def _facts(self, agent: str, sent: Signal, origin: tuple, place: Place) -> Facts:
        """What is known of visits that begin alike: many do."""
        hostname, *query = origin
        link = Link(hostname, "", dict(query))
        return make_facts(self.site, sent, link, {"HTTP_USER_AGENT": agent}, place)

    def keys(self, past: Past) -> tuple[int, ...]:
        """The visitor under the salt of that day, made for this import, and under that of the day
        before, when a visit of then may go on."""
        network = visitor_network(past.address) if past.address else past.visitor.encode()
        number, salts = self.site.number, self.salts_of(past.time // 900)
        return tuple([visitor_key(salt, number, network, past.agent) for salt in salts])

    def _salts_of(self, quarter: int) -> list[bytes]:
        """The salts of the days of a quarter of an hour and of the longest gap before it."""
        zone, gap = self.site.zone, VISIT_GAP // 900
        days = [local_quarter(zone, quarter), local_quarter(zone, quarter - gap)]
        return [self.salts[day] for day in dict.fromkeys(days)]


# == Import files ==================================================================================
#
# Plain or packed, their lines bounded.


# How files begin that a program packed.
PACKED_FILE = re.compile(
    rb"(?P<gzip>\x1f\x8b)|(?P<bzip2>BZh[1-9]1AY)|(?P<xz>\xfd7zXZ)|(?P<zstd>\x28\xb5\x2f\xfd)"
    rb"|(?P<zip>PK\x03\x04)"
)


def check_plain(beginning: bytes) -> None:
    """Raise Refused for what begins as a packed file does."""
    if found := PACKED_FILE.match(beginning):
        way = "only .gz is read packed, and not with --follow"
        raise Refused(400, f"it is packed by {found.lastgroup}; unpack it first: {way}")


def bounded_lines(file: Any, packed: int | None, limit: int = LINE_BYTES) -> Iterator[str]:
    """The lines of an open file. Raises Refused when one of `packed` bytes unpacks to more than
    any history does, or to what is packed once more."""
    most = packed and max(UNPACKED_LEAST, UNPACKED_TIMES * packed)
    size = 0
    while line := file.readline(limit):
        if not size:
            check_plain(line)
        size += len(line)
        if most and size > most:
            raise Refused(400, f"it unpacks to over {most:,} bytes: that is no history")
        yield line.decode("utf-8", "replace")


def open_lines(path: Path, limit: int = LINE_BYTES) -> Iterator[str]:
    """The lines of a plain or gzipped file."""
    with path.open("rb") as raw:  # once: it may be a pipe
        packed = raw.peek(2)[:2] == b"\x1f\x8b"
        size = os.fstat(raw.fileno()).st_size if packed else None
        yield from bounded_lines(gzip.GzipFile(fileobj=raw) if packed else raw, size, limit)


def open_members(path: Path, pattern: str) -> Iterator[tuple[re.Match, Iterator[str]]]:
    """The files of a ZIP whose names (without folders) match, each once, in the order of names."""
    with zipfile.ZipFile(path) as archive:
        found = {}
        for member in archive.infolist():
            if match := re.fullmatch(pattern, member.filename.rpartition("/")[2]):
                if match[0] in found:
                    raise Refused(400, f"it holds {match[0]} twice")
                found[match[0]] = match, member
        for _, (match, member) in sorted(found.items(), key=lambda pair: pair[0]):
            with archive.open(member) as file:
                yield match, bounded_lines(file, member.compress_size)


def past_day(text: str) -> date:
    """A day as 2026-11-21. Raises ValueError, TypeError."""
    day = date.fromisoformat(text)
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"no day of ours: {day}")
    return day


# == Access logs ===================================================================================
#
# Lines in the common or combined format, put in order of time: servers write them as answers end.

QUOTED = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'  # without a way back: five times as fast
VIRTUAL_HOST = r"(?:([^\s,]++) (?!- )(?=\S+ - [^[\s]))?"  # some servers write it before the address
LOG_LINE = re.compile(
    rf"{VIRTUAL_HOST}(\S+) (?:- .*?|\S+ \S+ )\[([^\]]+)\]"
    rf" {QUOTED} (\d{{3}}) \S+(?: {QUOTED} {QUOTED}(?: .*)?)?$"
)
MONTHS = {name: n for n, name in enumerate(calendar.month_abbr) if n}
ASSETS = frozenset(
    "avif bmp css eot gif ico jar jpeg jpg js json less map mjs mp3 mp4 ogg otf png rss scss svg"
    " swf ttf wasm wav webm webmanifest webp woff woff2 xml xsl xslt"
    " 7z bz2 dmg exe gz iso rar tar tgz xz zip".split()
)
NO_PAGES = ("/robots.txt", "/favicon.ico", "/wp-login.php", "/xmlrpc.php", "/.well-known/")
FEEDS = re.compile(r"(?i)/(rss|atom|feed)(2|20)?/?$|[?&](flav|feed)=")
BY_TIME = operator.attrgetter("time")
REORDER_LINES = 5_000  # a log is written when requests end; this many lines are put in order
SORTED_LINES = 1_000  # at once; nearly in order, they cost less than one by one
LOG_LINE_BYTES = 16_384
FOLLOW_SECONDS = 1.0  # between two looks at a growing log


class LogHit(NamedTuple):
    """One line of an access log."""

    time: int
    address: str
    method: str
    target: str
    status: int
    referrer: str
    agent: str
    host: str  # "" where the log does not say


@functools.lru_cache(4096)
def log_minute(text: str, zone: str) -> int:
    day, month, year, hour, minute = text[:2], text[3:6], text[7:11], text[12:14], text[15:17]
    moment = datetime(int(year), MONTHS[month], int(day), int(hour), int(minute), tzinfo=UTC)
    if not EARLIEST <= moment.date() <= LATEST:
        raise ValueError(f"no day of ours: {moment.date()}")
    offset = int(zone[1:3]) * 3600 + int(zone[3:5]) * 60
    return int(moment.timestamp()) - (offset if zone[0] == "+" else -offset)


@functools.lru_cache(1024)
def log_host(text: str) -> str:
    """The name of a virtual host, "" for what is none: "A.com:443" -> "a.com"; "web1", "::1" -> "".
    An address may be a proxy's."""
    host, colon, port = text.lower().partition(":")
    is_name = ("." in host or colon) and re.fullmatch("[0-9]*", port) and not parse_address(host)
    return host if is_name else ""


def parse_log_line(line: str) -> LogHit | None:
    """A line of the common or combined format; None when it is neither.

    '1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"'
    """
    found = LOG_LINE.match(line.rstrip())
    if not found:
        return None
    host, address, stamp, request, status, referrer, agent = found.groups("")
    words = request.split(" ")
    try:
        moment = log_minute(stamp[:17], stamp[21:] or "+0000") + int(stamp[18:20])
    except (ValueError, KeyError, IndexError):
        return None
    if len(words) < 2:
        return None
    agent, referrer = agent.replace('\\"', '"'), "" if referrer == "-" else referrer
    status, host = int(status), log_host(host)
    return LogHit(moment, address, words[0], words[1], status, referrer, agent, host)


@functools.lru_cache(1024)
def target_kind(target: str) -> str:
    """What a log's target is that is no page."""
    path = target.partition("?")[0]
    name = path.rpartition("/")[2]
    if path.startswith(NO_PAGES) or ("." in name and name.rpartition(".")[2].lower() in ASSETS):
        return "assets"
    return "feeds" if FEEDS.search(target) else ""


def skipped_as(hit: LogHit, spammers: frozenset[str] = SPAMMERS) -> str:
    """Why a log line is no pageview of a person; empty when it is one."""
    if hit.method != "GET":
        return "other methods"
    if not (200 <= hit.status < 300 or hit.status == 304):
        return "errors and redirects"
    kind = target_kind(hit.target[:LINK_CHARS])
    if kind == "assets":
        return kind
    if is_known_bot("" if hit.agent == "-" else hit.agent[:AGENT_LIMIT]):
        return "bots"
    if hit.referrer and is_spam(hit.referrer, "", spammers):
        return "referrer spam"
    return kind


def line_reason(hit: LogHit | None, importer: Importer) -> str:
    """Why a line of a log is left out; empty when it is a pageview of a person on the site."""
    if hit is None:
        return "malformed"
    site = importer.site
    names = (site.domain, *site.hosts, *site.aliases)
    if hit.host and not any(same_host(hit.host, name) for name in names):
        return "other hosts"
    return skipped_as(hit, importer.spammers)


def log_hits(importer: Importer, lines: Iterable[str | None]) -> Iterator[LogHit | None]:
    """The pageviews by people among the lines that are not in yet."""
    file, unwritten = importer.file, None  # how far it was before a line still being written
    for line in lines:
        unwritten = None
        if line is None:
            yield None
            continue
        before, is_new = file.lines, file.is_new_line(line)
        if not line.strip():
            continue
        importer.lines_read += 1
        if not file.source and (first := parse_log_line(line)):
            unsigned = (first.time, *first[2:6])  # the file is known by it, but for who sent it
            file.identify("access-log", " ".join(map(str, unsigned)))
            is_new = file.lines.count > file.lines_in.count
        if not is_new:
            importer.leave_out("imported before")
            continue
        hit = parse_log_line(line)
        reason = line_reason(hit, importer)
        if not reason:
            yield hit
            continue
        importer.leave_out(reason, file.lines.count)
        unwritten = None if line.endswith("\n") else before
    if importer.lines_read and not file.source:
        raise Refused(400, "no line of it is of an access log, common or combined")
    if unwritten:  # the last line is read once it is whole
        file.lines = unwritten


def in_order(hits: Iterable[LogHit | None]) -> Iterator[LogHit | None]:
    """The hits by time, as far as a window of lines can put them right; None empties it."""
    window: list[LogHit] = []
    for hit in itertools.chain(hits, [None]):
        if hit is not None:
            window.append(hit)
        if hit is None or len(window) == REORDER_LINES + SORTED_LINES:
            window.sort(key=BY_TIME)
            ready = len(window) if hit is None else SORTED_LINES
            yield from window[:ready]
            del window[:ready]
        if hit is None:
            yield None


def is_replaced(path: Path, file: Any) -> bool:
    """Whether another file has the name of an open log, or it was cut to begin anew."""
    try:
        named, own = path.stat(), os.fstat(file.fileno())
    except FileNotFoundError:  # between two names
        return False
    return named.st_ino != own.st_ino or named.st_size < file.tell()


def growing_lines(path: Path, file: Any) -> Iterator[str | None]:
    """The lines of an open log until it is replaced, with its last one; None at each end so far."""
    replaced = False
    while True:
        line = file.readline(LOG_LINE_BYTES)
        is_whole = line.endswith(b"\n") or len(line) == LOG_LINE_BYTES
        if is_whole or (line and replaced):
            yield line.decode("utf-8", "replace")
            continue
        file.seek(-len(line), os.SEEK_CUR)  # it is still being written
        yield None
        if replaced:
            return
        replaced = is_replaced(path, file)  # what came before that is still to be read
        if not replaced:
            time.sleep(FOLLOW_SECONDS)


def follow_lines(importer: Importer, path: Path) -> Iterator[str | None]:
    """The lines of a growing log and of those that take its place, for ever; None whenever there is
    no more for now, and before it goes on."""
    while True:
        with path.open("rb") as file:
            check_plain(file.peek(16))
            paused = True
            for line in growing_lines(path, file):
                if paused and line is not None:
                    yield None
                paused = line is None
                yield line
        importer.file.begin()


def log_url(hit: LogHit) -> str:
    """The address of a hit: with its host, where the log tells that."""
    is_path = hit.target.startswith("/")
    return f"http://{hit.host}{hit.target}" if hit.host and is_path else hit.target


def log_history(importer: Importer, path: Path, follow: bool = False) -> Iterator[Event | None]:
    """An access log in the common or combined format."""
    lines = follow_lines(importer, path) if follow else open_lines(path, LOG_LINE_BYTES)
    hits = in_order(log_hits(importer, lines))
    return importer.events(
        hit and Past(hit.time, log_url(hit), hit.address, agent=hit.agent, referrer=hit.referrer)
        for hit in hits
    )


# == JSON lines ====================================================================================
#
# Our own export, read back.


def amount(value: object, most: int = 2**40) -> int:
    """A whole number from 0. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{shorten(str(value))} is no number up to {most}")
    return value


def past_moment(value: object) -> int:
    """Seconds since 1970. Raises ValueError."""
    return amount(value, day_start(LATEST, UTC))


def stored_text(value: object, limit: int = PAGE_CHARS) -> str | None:
    """A text as we once stored it."""
    return UNSEEN.sub("", value)[:limit] or None if isinstance(value, str) else None


def exported_event(site: Site, visit: Visit, line: dict) -> Entry:
    name, page = stored_text(line.get("name")), stored_text(line.get("page"))
    moment = min(max(visit.started, past_moment(line["time"])), visit.last)
    event = Event(
        site=site.number,
        time=moment,
        keys=(),
        kind="event" if name else "pageview",
        page=page,
        facts=visit.facts,
        place=visit.place,
        title=stored_text(line.get("title")),
        name=name,
        props=stored_props(line.get("props")),
    )
    engaged, scroll = amount(line.get("engaged", 0)), amount(line.get("scroll", 0), 100) or None
    return Entry(event, visit, View(page or "", moment, None, engaged, scroll, event.title))


def exported_visit(site: Site, line: dict) -> PastVisit:
    """A visit of an export."""
    started = past_moment(line["started"])
    visitor = line["visitor"]
    if not isinstance(visitor, int) or abs(visitor) >= 2**47 + 1:
        raise ValueError("visitor is no number of 48 bits")
    place = Place(latitude=line.get("latitude"), longitude=line.get("longitude"))
    sides = (place.latitude, place.longitude)
    if not all(isinstance(side, float | int) and abs(side) <= 180 for side in sides):
        place = Place()
    visit = Visit(
        site=site.number,
        visitor=visitor,
        started=started,
        last=started + amount(line.get("lasted", 0), 10 * DAY),
        facts=Facts(*(stored_text(line.get(name)) for name in Facts._fields)),
        place=place,
        pageviews=amount(line.get("pageviews", 0)),
        events=amount(line.get("interactive", 0)),
        engaged=amount(line.get("engaged", 0)),
        entry_page=stored_text(line.get("entry_page")),
        exit_page=stored_text(line.get("exit_page")),
    )
    return PastVisit(visit, [exported_event(site, visit, event) for event in line["events"]])


SUM_CODES = {name: code for code, name in SUM_NAMES.items()}


def exported_sum(site: Site, line: dict) -> PastSum:
    """A sum of an export."""
    code, value = SUM_CODES[line["of"]], line.get("value")
    if code == PROP_CODE:
        value = PROP_MARK.join(filter(None, map(stored_text, value)))
    else:
        value = amount(value or 0, 2 * DAY) if code == HOUR_CODE else stored_text(value)
    sums = Totals(*(amount(line.get(name, 0)) for name in Totals._fields))
    return PastSum(past_day(line["day"]).toordinal(), code, value, sums)


def exported_annotation(site: Site, line: dict) -> PastRow:
    moment, text = past_moment(line["time"]), stored_text(line["text"], 200)
    if text is None:
        raise ValueError("an annotation without text")
    return PastRow("annotation", (moment, text))


def exported_goal(site: Site, line: dict) -> PastRow:
    name, *targets = (stored_text(line.get(name)) for name in EXPORT_TABLES["goal"])
    if name is None or targets.count(None) != 1:
        raise ValueError("a goal without a name, or not with one event or page")
    return PastRow("goal", (name, *targets))


def exported_drop(site: Site, line: dict) -> PastRow:
    """A row of the ledger of an export."""
    day, reason = past_day(line["day"]).isoformat(), line["reason"]
    if reason not in DROP_REASONS:
        raise ValueError(f"unknown reason {shorten(str(reason))}")
    return PastRow("dropped", (day, reason, amount(line["hits"])))


EXPORTED = {  # the key of a line -> what reads it, which raises ValueError, KeyError or TypeError
    "visit": exported_visit,
    "sum": exported_sum,
    "annotation": exported_annotation,
    "goal": exported_goal,
    "dropped": exported_drop,
}


def export_header(path: Path) -> dict:
    """The first line of an export of ours. Raises Refused."""
    try:
        first = json.loads(next(open_lines(path), "").removeprefix("\ufeff"))
        if first["slim"] == 1 and isinstance(first["site"], dict):
            return first
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise Refused(400, "it does not begin as an export of Slim Analytics does")


def exported_items(importer: Importer, path: Path) -> Iterator[PastVisit | PastSum | PastRow]:
    for line in itertools.islice(open_lines(path), 1, None):
        importer.lines_read += 1
        try:
            [(kind, fields)] = json.loads(line).items()
            yield EXPORTED[kind](importer.site, fields)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            importer.leave_out("malformed", importer.lines_read + 1)  # after the header


class StoredVisit(NamedTuple):
    """What is in the database of a visit of an export: the row, and how far the visit had come."""

    id: int
    lasted: int
    engaged: int
    pageviews: int
    events: int


def stored_visit(db: Db, visit: Visit) -> StoredVisit | None:
    """What is stored of a visit of an export, if it is. No two visits of a visitor begin in one
    second."""
    sql = """select id, lasted, engaged, pageviews, events from visit
             where site = ? and started = ? and visitor = ?"""
    row = db.execute(sql, (visit.site, visit.started, visit.visitor)).fetchone()
    return row and StoredVisit(*row)


def has_grown(visit: Visit, old: StoredVisit) -> bool:
    """Whether a visit of an export has come further than what is stored of it."""
    new = (visit.last - visit.started, int(visit.engaged), visit.pageviews, visit.events)
    _, *known = old
    return [*new] != known and all(map(operator.ge, new, known))


def is_summed(db: Db, site: int, day: int) -> bool:
    """Whether the sums of a day count visits whose rows are gone."""
    [found] = db.execute(
        "select exists (select 1 from rolled where site = :site and period = :day and pruned > 0)"
        " or exists (select 1 from rollup where site = :site and dimension = :all"
        " and period = :day and value = 0 and kept and visits)",
        {"site": site, "day": day, "all": ALL_CODE},
    ).fetchone()
    return bool(found)


def visit_reason(importer: Importer, visit: Visit, old: StoredVisit | None) -> str:
    """Why a visit of an export, stored as `old`, is left out; empty when it is not."""
    site, moments = importer.site, (visit.started, visit.last)
    first, last = (local_day(moment, site.zone).toordinal() for moment in moments)
    # Asked of all its days now: once it is saved, none of them is empty.
    is_taken, *_ = [importer.takes_visits(day) for day in range(first, last + 1)]
    if old and not has_grown(visit, old):
        return "visits that are known"
    is_gone = not is_taken and is_summed(importer.db, site.number, first)
    return "visits of days kept as sums" if is_gone else ""


EVENTS_OF = "from event where site = ? and time between ? and ? and visit = ?"


def visit_span(visit: Visit, old: StoredVisit) -> tuple[int, ...]:
    """What EVENTS_OF asks for, of a visit as it is stored."""
    return visit.site, visit.started, visit.started + old.lasted, old.id


def new_visit(importer: Importer, item: PastVisit) -> PastVisit | None:
    """A visit of an export that is not here, or not all of it; None when it is left out."""
    old, known = stored_visit(importer.db, item.visit), 0
    if reason := visit_reason(importer, item.visit, old):
        importer.leave_out(reason)
        return None
    if old:
        known = scalar(importer.db, f"select count(*) {EVENTS_OF}", *visit_span(item.visit, old))
    kinds = ["events" if entry.event.name else "pageviews" for entry in item.entries]
    importer.imported.update(kinds[known:])
    return item._replace(has_grown=bool(old))


def jsonl_history(importer: Importer, path: Path) -> Iterator[PastVisit | PastSum | PastRow]:
    """What `slim.py export --format jsonl` writes."""
    header = export_header(path)
    importer.file.identify("jsonl", f"{header['site'].get('id')} {header.get('exported')}")
    for item in importer.new_items(exported_items(importer, path)):
        if isinstance(item, PastSum):
            if importer.claim(item, only_empty=True):
                yield item
        elif not isinstance(item, PastVisit):
            yield item
        elif visit := new_visit(importer, item):
            yield visit


# == Rows of others ================================================================================
#
# The first Slim Analytics, Umami and GoatCounter: exports with a row an event.

# fmt: off
OUR_NAMES = {  # what others call browsers, systems and devices
    "crios": "Chrome", "edge-chromium": "Edge", "edge-ios": "Edge", "microsoft edge": "Edge",
    "fxios": "Firefox", "ios": "iOS", "ios-webview": "iOS WebView", "ie": "Internet Explorer",
    "chromium-webview": "Android WebView", "yandexbrowser": "Yandex", "gnu/linux": "Linux",
    "samsung": "Samsung Internet", "samsung browser": "Samsung Internet", "mac os": "macOS",
    "mac": "macOS", "android os": "Android", "chrome os": "ChromeOS", "laptop": "Desktop",
}
# fmt: on


def our_name(text: str) -> str | None:
    """ "edge-chromium" -> "Edge", "chrome" -> "Chrome"; nothing: None"""
    text = clean_text(text, 100) or ""
    known = OUR_NAMES.get(text.lower())
    return known or (text[:1].upper() + text[1:] if text.islower() else text) or None


def name_version(text: str) -> tuple[str | None, str | None]:
    """ "Mac OS 10.15" -> ("macOS", "macOS 10.15"); "Linux" -> ("Linux", None)"""
    found = re.fullmatch(r"(.*?)\s+([\d.]+|XP|Vista)", text.strip())
    name = our_name(found[1] if found else text)
    return name, f"{name} {found[2]}"[:100] if name and found else None


def coded_place(country: str, region: str, city: str = "") -> Place:
    """("US", "OR", "Portland") -> US, "US-OR, US", "Portland, US" """
    country = (clean_text(country, 2) or "").upper()
    region, city = clean_text(region, 60), clean_text(city, 100)
    if region and country and not region.startswith(f"{country}-"):
        region = f"{country}-{region}"
    places = (", ".join((text, country)) if text and country else None for text in (region, city))
    return Place(country or None, *places)


SLIM_COLUMNS = (
    *("page_url", "referrer", "user_agent", "ip_hash", "visitor_id", "screen_resolution"),
    *("language", "timestamp", "country_code", "region", "city", "latitude", "longitude"),
    *("timezone", "asn", "asn_org"),
)


def slim_past(moment: int, columns: Mapping[str, Any]) -> Past:
    """A row of SLIM_COLUMNS."""
    text = {name: value if isinstance(value, str) else "" for name, value in columns.items()}
    place = coded_place(text["country_code"], text["region"], text["city"])
    sides = (columns["latitude"], columns["longitude"])
    if all(isinstance(side, float) for side in sides):
        place = place._replace(latitude=sides[0], longitude=sides[1])
    network = f"AS{columns['asn']} {text['asn_org']}".strip() if columns["asn"] else None
    return Past(
        moment,
        text["page_url"],
        visitor=text["visitor_id"] or text["ip_hash"],
        agent=text["user_agent"][:AGENT_LIMIT],
        referrer=text["referrer"],
        screen=parse_screen(None, None, text["screen_resolution"]),
        language=text["language"],
        timezone=text["timezone"],
        place=place._replace(asn=clean_text(network, 100)),
    )


def slim_pasts(importer: Importer, rows: Iterable[tuple], site_id: str) -> Iterator[Past]:
    for row in rows:
        importer.lines_read += 1
        columns = dict(zip(SLIM_COLUMNS, row, strict=True))
        if not importer.file.source:
            importer.file.identify("slim", f"{site_id} {columns['timestamp']}")
        moment = parse_instant(columns["timestamp"])
        if moment is None:
            importer.leave_out("malformed")
            continue
        past = slim_past(moment, columns)
        if past.agent and is_known_bot(past.agent):
            importer.leave_out("bots")
        else:
            yield past


def slim_history(importer: Importer, path: Path) -> Iterator[Event | None]:
    """The site of this domain in the database of the first Slim Analytics. Raises Refused."""
    if not path.is_file():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as db:
        sites = [
            (id_, re.sub(r"^https?://(www\.)?|^www\.|/.*$", "", str(domain).lower()))
            for id_, domain in db.execute("select id, domain from sites")
        ]
        has = {row[1] for row in db.execute("pragma table_info(events)")}
        found = [id_ for id_, domain in sites if same_host(domain, importer.site.domain)]
        if not found:
            names = ", ".join(domain for _, domain in sites)
            raise Refused(400, f"it has no site {importer.site.domain}, but {shorten(names)}")
        columns = ", ".join(name if name in has else "null" for name in SLIM_COLUMNS)
        rows = db.execute(
            f"select {columns} from events where site_id = ?"  # noqa: S608 - names of columns
            " order by timestamp, id",
            found[:1],
        )
        yield from importer.events(slim_pasts(importer, rows, str(found[0])))


def by_time(
    importer: Importer, rows: Iterable[dict], column: str, kept: Iterable[str]
) -> Iterator[dict]:
    """Rows in order of the time in a column, each id once, with that time as `moment`. They wait in
    a file on disk that ends with the import; only some columns get there: no user agent does."""

    def timed() -> Iterator[tuple[int, str | None, str]]:
        for row in rows:
            moment = parse_instant(row[column])
            if moment is None:
                importer.leave_out("malformed", importer.file.lines.count)
            else:
                waiting = {key: row[key] for key in kept if key in row} | {"moment": moment}
                yield moment, row.get("event_id"), json.dumps(waiting)

    with contextlib.closing(sqlite3.connect("")) as db:
        db.execute("create table waiting (time integer, id text unique, row text)")
        db.executemany("insert or ignore into waiting values (?, ?, ?)", timed())
        for [row] in db.execute("select row from waiting order by time, rowid"):
            yield json.loads(row)


def umami_props(importer: Importer, path: Path) -> Iterator[tuple[str, str, str | float]]:
    """The properties of events in an export: the event's id, key and value."""
    for _, lines in open_members(path, r"event_data\.csv"):  # without any, it is empty
        for row in importer.rows(lines):
            if not row.keys() >= {"event_id", "data_key", "string_value"}:
                importer.leave_out("malformed")
                continue
            number = row.get("number_value", "") if row.get("data_type") == "2" else ""
            is_number = re.fullmatch(r"-?[0-9]{1,300}(\.[0-9]*)?", number)  # 3.0000
            value = float(number) if is_number else row["string_value"]
            yield row["event_id"], row["data_key"], value


def joined_address(host: str, path: str, query: str) -> str:
    """("a.com", "/b", "c=1") -> "https://a.com/b?c=1"; without a host: "/b?c=1" """
    return (f"https://{host}" if host else "") + path + (f"?{query.lstrip('?')}" if query else "")


UMAMI_COLUMNS = (
    *("event_id", "website_id", "session_id", "hostname", "browser", "os", "device", "screen"),
    *("language", "country", "region", "city", "url_path", "url_query", "referrer_domain"),
    *("referrer_path", "referrer_query", "page_title", "event_name", "event_type"),
    "subdivision1",  # the region, in older exports
)


class Website:
    """The website that an export of Umami is of. Its exports may overlap: of a moment that one of
    them has brought, others bring nothing."""

    def __init__(self, importer: Importer, id_text: str) -> None:
        self.importer, self.mark = importer, short_mark(id_text).hex()
        self.brought = functools.lru_cache(64)(self._brought)

    def source(self, day: date, file: str) -> str:
        """What `imported` calls what a file brought of a day."""
        return f"{day_source(day.toordinal(), 'rows')} {self.mark} {file}"

    def covers(self, moment: int) -> bool:
        """Whether another export brought all there is of a moment."""
        spans = self.brought(local_day(moment, self.importer.site.zone))
        return any(first <= moment <= last for first, last in spans)

    def _brought(self, day: date) -> list[tuple[int, int]]:
        """From when to when other exports brought all there is of a day."""
        own, every = self.source(day, self.importer.file.source), self.source(day, "*")
        return self.importer.db.execute(
            "select base, done from imported where site = ? and source glob ? and source <> ?",
            (self.importer.site.number, every, own),
        ).fetchall()

    def note(self, events: list[Event]) -> None:
        """Note from when to when this export brought all there is of each day."""
        importer = self.importer
        sql = """insert into imported values (?, ?, ?, ?) on conflict (site, source)
                 do update set base = min(base, excluded.base), done = max(done, excluded.done)"""
        for event in events:
            source = self.source(local_day(event.time, importer.site.zone), importer.file.source)
            importer.db.execute(sql, (importer.site.number, source, event.time, event.time))


def umami_past(row: Mapping[str, Any], props: Mapping[str, str | float]) -> Past:
    """A row of Umami's that has all UMAMI_COLUMNS, and the properties of its event."""
    referrer = [row[f"referrer_{part}"] for part in ("domain", "path", "query")]
    os_, os_version = name_version(row["os"])
    return Past(
        row["moment"],
        joined_address(row["hostname"], row["url_path"], row["url_query"]),
        visitor=row["session_id"],
        referrer=joined_address(*referrer) if row["referrer_domain"] else "",
        name=(row["event_name"] or "event") if row["event_type"] == "2" else "",
        title=row["page_title"],
        screen=parse_screen(None, None, row["screen"]),
        language=row["language"],
        place=coded_place(row["country"], row["region"] or row["subdivision1"], row["city"]),
        known={
            "browser": {"ios": "Safari"}.get(row["browser"]) or our_name(row["browser"]),
            "os": os_,
            "os_version": os_version,
            "device": our_name(row["device"]),
        },
        props=props,
    )


def umami_pasts(importer: Importer, rows: Iterable[dict], props: Db) -> Iterator[Past]:
    find = "select key, value from props where event = ?"
    for some in rows:
        row = dict.fromkeys(UMAMI_COLUMNS, "") | some
        if not importer.file.source:
            importer.file.identify("umami", row["event_id"])
            importer.website = Website(importer, row["website_id"])
        if row["event_type"] == "1":
            yield umami_past(row, {})
        elif row["event_type"] == "2":
            yield umami_past(row, dict(props.execute(find, (row["event_id"],))))
        else:
            importer.leave_out("other events")


def umami_history(importer: Importer, path: Path) -> Iterator[Event | None]:
    """Umami's export of a website: website_event.csv, alone or in its ZIP beside the properties of
    events, which are held in a file on disk that ends with the import."""
    needed = ("session_id", "event_id", "url_path", "event_type", "created_at")
    with contextlib.closing(sqlite3.connect("")) as props:
        props.execute("create table props (event, key, value, primary key (event, key))")
        if zipfile.is_zipfile(path):
            files = open_members(path, r"website_event\.csv")
            first = next(files, None)
            if first is None:
                raise Refused(400, "it holds no website_event.csv, so it is no export of Umami")
            files = itertools.chain([first], files)
            found = umami_props(importer, path)
            props.executemany("insert or ignore into props values (?, ?, ?)", found)
        else:
            files = iter([(path.name, open_lines(path))])
        rows = (row for _, lines in files for row in importer.rows(lines, *needed))
        ordered = by_time(importer, rows, "created_at", UMAMI_COLUMNS)
        yield from importer.events(umami_pasts(importer, ordered, props))


GOAT_COLUMNS = (
    *("path", "title", "event", "bot", "session", "referrer", "referrer scheme", "browser"),
    *("system", "screen size", "location", "date"),
)


GOAT_SCHEMES = {"c": "utm_source", "g": "ref"}  # of a referrer that is a name -> our parameter


def goat_link(path: str, referrer: str, scheme: str) -> str:
    """The address of a page; a campaign, or a source that is a name, is a parameter of it."""
    link = path if path.startswith("/") else f"/{path}"
    key = GOAT_SCHEMES.get(scheme)
    if not (key and referrer):
        return link
    return link + ("&" if "?" in link else "?") + urlencode({key: referrer})


def goat_past(row: Mapping[str, Any]) -> Past:
    """A row of GoatCounter's that has all GOAT_COLUMNS."""
    is_event, scheme = row["event"] in ("true", "1"), row["referrer scheme"]
    country, _, region = row["location"].partition("-")
    browser, browser_version = name_version(row["browser"])
    os_, os_version = name_version(row["system"])
    width, height = [*row["screen size"].split(","), "", ""][:2]
    return Past(
        row["moment"],
        "" if is_event else goat_link(row["path"], row["referrer"], scheme),
        # Without a session every pageview is a visitor: there is nothing to tell.
        visitor=row["session"] or secrets.token_hex(8),
        referrer=row["referrer"] if scheme in ("h", "") else "",
        name=row["path"] if is_event else "",
        title=row["title"],
        screen=parse_screen(width, height) or parse_screen(None, None, width),
        place=coded_place(country, region),
        known={
            "browser": browser,
            "browser_version": browser_version,
            "os": os_,
            "os_version": os_version,
        },
    )


def goat_pasts(importer: Importer, rows: Iterable[dict]) -> Iterator[Past]:
    for row in rows:
        if not importer.file.source:
            importer.file.identify("goatcounter", f"{row['date']} {row['path']} {row['session']}")
        if row["bot"] in ("", "0"):
            yield goat_past(dict.fromkeys(GOAT_COLUMNS, "") | row)
        else:
            importer.leave_out("bots")


# == Sums of others ================================================================================
#
# Plausible, and GoatCounter's ZIP: exports with sums of days.


def dimension_sums(day: int, values: Mapping[str, str | None], sums: Totals) -> list[PastSum]:
    """A row of the same sums for each dimension: by its value or, where it counts those too that
    have none, as it counts Direct, by None."""
    return [
        PastSum(day, SUM_CODES[name], value, sums)
        for name, value in values.items()
        if value is not None or DIMENSIONS[name].empty
    ]


def origin_values(site: Site, query: Mapping[str, str], referrer: str) -> dict[str, str | None]:
    """Where visits came from, by dimension."""
    origin = parse_origin(query, referrer, site.domain)
    return {name.replace("_", "-"): value for name, value in origin._asdict().items()}


def claimed_sums(importer: Importer, sums: Iterable[PastSum]) -> Iterator[PastSum]:
    """The sums of the days that come from no other file."""
    for item in importer.new_items(sums):
        if importer.claim(item):
            importer.imported["pageviews"] += item.sums.pageviews if item.code == ALL_CODE else 0
            yield item


def archive_mark(path: Path) -> str:
    """What a ZIP is known by: the names and checksums of what it holds."""
    with zipfile.ZipFile(path) as archive:
        return " ".join(f"{m.filename} {m.CRC}" for m in archive.infolist())


# fmt: off
PLAUSIBLE = {  # file of the export -> the dimensions its columns are of
    "visitors":          {},
    "pages":             {"page": "page"},
    "entry_pages":       {"entry_page": "entry-page"},
    "exit_pages":        {"exit_page": "exit-page"},
    "locations":         {"country": "country", "region": "region"},
    "devices":           {"device": "device"},
    "browsers":          {"browser": "browser", "browser_version": "browser-version"},
    "operating_systems": {"operating_system": "os", "operating_system_version": "os-version"},
    "sources":           {},
    "custom_events":     {"name": "event"},
}
# fmt: on
NO_VALUES = ("", "(not set)", "Direct / None", "(none)")


def plausible_value(row: dict[str, str], column: str) -> str | None:
    """What we call a value of Plausible's."""
    text = row.get(column, "")
    if text in NO_VALUES:
        return None
    if column in ("page", "entry_page", "exit_page"):
        link = parse_link(text)
        return link.page if link else None
    if column.endswith("_version"):
        return f"{our_name(row[column.removesuffix('_version')])} {clean_text(text, 50)}"
    if column == "region":
        return coded_place(text.partition("-")[0], text).region
    is_ours = column in ("device", "browser", "operating_system")
    return our_name(text) if is_ours else stored_text(text)


def plausible_origin(site: Site, row: dict[str, str]) -> dict[str, str | None]:
    given = {key: text for key, text in row.items() if text not in NO_VALUES}
    query = {key: given[key] for key in given if key.startswith("utm_")}
    if "source" in given and "utm_source" not in query:
        query["ref"] = given["source"]
    return origin_values(site, query, given.get("referrer", ""))


def plausible_row(site: Site, file: str, row: dict[str, str]) -> list[PastSum]:
    """The sums of a row of Plausible's. Raises ValueError."""
    day = past_day(row["date"]).toordinal()

    def count(*names_: str) -> int:
        text = next((row[name] for name in names_ if row.get(name)), "0")
        return amount(int(text) if re.fullmatch(r"\d{1,12}", text) else text)

    sums = Totals(
        count("visitors"),
        count("visits", "entrances", "exits", "visitors"),
        count("pageviews", "events"),
        count("bounces"),
        count("visit_duration"),
        count("total_time_on_page"),
    )
    if file == "visitors":
        return [PastSum(day, ALL_CODE, None, sums)]
    if file == "sources":
        return dimension_sums(day, plausible_origin(site, row), sums)
    columns = PLAUSIBLE[file].items()
    return dimension_sums(day, {name: plausible_value(row, key) for key, name in columns}, sums)


def plausible_sums(importer: Importer, path: Path) -> Iterator[PastSum]:
    found = False
    for match, lines in open_members(path, r"imported_([a-z_]+?)(?:_\d{8}_\d{8})?\.csv"):
        found = True
        if match[1] not in PLAUSIBLE:
            importer.leave_out(f"files called {match[1]}")
            continue
        for row in importer.rows(lines, "date", "visitors"):
            try:
                yield from plausible_row(importer.site, match[1], row)
            except ValueError:
                importer.leave_out("malformed")
    if not found:
        raise Refused(400, "it holds no imported_*.csv, so it is no export of Plausible")


def plausible_history(importer: Importer, path: Path) -> Iterator[PastSum]:
    """Plausible's export: a ZIP of CSVs with the sums of days."""
    with path.open("rb") as file:  # for is_zipfile, what is not there is no ZIP, too
        if not zipfile.is_zipfile(file):
            raise Refused(400, "it is no ZIP")
    importer.file.identify("plausible", archive_mark(path))
    return claimed_sums(importer, plausible_sums(importer, path))


def goat_rows(importer: Importer, lines: Iterable[str]) -> Iterator[dict]:
    for line in filter(str.strip, lines):
        importer.lines_read += 1
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            yield row
        else:
            importer.leave_out("malformed")


def goat_origin(site: Site, ref: str, scheme: str) -> dict[str, str | None]:
    key = GOAT_SCHEMES.get(scheme)
    return origin_values(site, {key: ref} if key and ref else {}, "" if key else ref)


def goat_hit(site: Site, hour: str, path: dict, ref: dict, sums: Totals) -> list[PastSum]:
    """The sums of an hour of a page, or of an event."""
    moment = parse_instant(hour)
    if moment is None:
        raise ValueError("no hour")
    day = local_day(moment, site.zone)
    number = day.toordinal()
    if path.get("event"):
        return dimension_sums(number, {"event": clean_text(path["path"], 120)}, sums)
    link = parse_link("/" + path["path"].lstrip("/"), site.keep, site.hash_routing)
    values = {"page": link and link.page, "title": clean_text(path.get("title"), 300)}
    values |= goat_origin(site, ref.get("ref") or "", ref.get("ref_scheme") or "")
    second = moment - day_start(day, site.zone)
    whole_site = [PastSum(number, ALL_CODE, None, sums), PastSum(number, HOUR_CODE, second, sums)]
    return whole_site + dimension_sums(number, values, sums)


def goat_values(kind: str, row: dict, named: dict) -> dict[str, str | None]:
    """What a row counts, by dimension; of sizes nothing."""
    if kind in ("browser", "system"):
        name = named[f"{kind}s"][row[f"{kind}_id"]]
        both = name_version(f"{name['name']} {name['version']}".strip())
        keys = ("browser", "browser-version") if kind == "browser" else ("os", "os-version")
        return dict(zip(keys, both, strict=True))
    if kind == "location":
        country, _, region = row["location"].partition("-")
        place = coded_place(country, region)
        return {"country": place.country, "region": place.region}
    return {}


def goat_row(site: Site, kind: str, row: dict, named: dict) -> list[PastSum]:
    """The sums of a row of GoatCounter's. Raises what a row that is none makes it raise."""
    path, count = named["paths"][row["path_id"]], amount(row["count"])
    sums = Totals(count, count, count)
    if kind == "hit":
        ref = named.get("refs", {}).get(row.get("ref_id"), {})
        return goat_hit(site, row["hour"], path, ref, sums)
    return dimension_sums(past_day(row["day"]).toordinal(), goat_values(kind, row, named), sums)


def goat_sums(importer: Importer, path: Path) -> Iterator[PastSum]:
    """The sums of GoatCounter's ZIP: it counts the visitors of each page, and no visits."""
    importer.file.identify("goatcounter", archive_mark(path))
    named: dict[str, dict[int, dict]] = {
        match[1]: {
            row["id"]: row for row in goat_rows(importer, lines) if type(row.get("id")) is int
        }
        for match, lines in open_members(path, r"(paths|refs|browsers|systems)\.jsonl")
    }
    if "paths" not in named:
        raise Refused(400, "it holds no paths.jsonl, so it is no export of GoatCounter")
    for match, lines in open_members(path, r"(hit|browser|system|location|size)_stats\.jsonl"):
        for row in goat_rows(importer, lines):
            try:
                yield from goat_row(importer.site, match[1], row, named)
            except (ValueError, KeyError, TypeError, AttributeError):
                importer.leave_out("malformed")


def goat_history(importer: Importer, path: Path) -> Iterator[Event | PastSum | None]:
    """GoatCounter's export: the CSV of pageviews, or the ZIP of JSON with its sums."""
    if zipfile.is_zipfile(path):
        return claimed_sums(importer, goat_sums(importer, path))
    lines = open_lines(path)
    first = next(lines, "").removeprefix("\ufeff")  # which a spreadsheet writes before it
    if not re.match(r"2,?Path,", first):
        raise Refused(400, f"it is no version 2 of GoatCounter's CSV: {shorten(first)}")
    lines = itertools.chain([re.sub(r"^2,?", "", first)], lines)
    rows = importer.rows(lines, "path", "event", "session", "bot", "referrer", "date")
    ordered = by_time(importer, rows, "date", GOAT_COLUMNS)
    return importer.events(goat_pasts(importer, ordered))


# == Saving imports ================================================================================
#
# The table of formats, and how what they read comes into the database.


class Import(NamedTuple):
    """A format: what it is, and the generator that reads it."""

    help: str
    read: Callable[[Importer, Path], Iterator]


# fmt: off
IMPORTS = {
    "access-log":  Import("a web server's log, common or combined; plain or .gz", log_history),
    "jsonl":       Import("our own export", jsonl_history),
    "slim":        Import("the first Slim Analytics' analytics.db", slim_history),
    "plausible":   Import("Plausible's export, the ZIP", plausible_history),
    "umami":       Import("Umami's website_event.csv, or the ZIP it comes in", umami_history),
    "goatcounter": Import("GoatCounter's CSV (plain or .gz), or its ZIP of JSON", goat_history),
}
# fmt: on


def of_kind(batch: list, kind: type) -> list:
    return [item for item in batch if isinstance(item, kind)]


def note_imported(db: Db, importer: Importer, days: Iterable[int]) -> None:
    """Note how much of the file is in, and which days' visits are from it alone."""
    own_days = [day for day in days if importer.visits_taken.get(day)]
    notes = [(day_source(day, "visits"), importer.file.mark, 0) for day in own_days]
    sql = "insert or replace into imported values (?, ?, ?, ?)"
    number = importer.site.number
    db.executemany(sql, [(number, *note) for note in (*notes, *importer.file.notes())])


def take_up(db: Db, visit: Visit) -> None:
    """Let a visit that has grown have the row it has already; its events are saved anew."""
    old = stored_visit(db, visit)
    visit.id = old and old.id
    visit.numbers = (None,) * len(Facts._fields)
    if old:
        db.execute(f"delete {EVENTS_OF}", visit_span(visit, old))


def forget_changed(db: Db, open_visits: OpenVisits, placed: Changes) -> bool:
    """Forget the open visits whose rows are not as we left them; returns whether any was. Beside an
    import others delete, and the number of a deleted visit is given again, on any site."""
    held = {key: open_visits[key] for key in (*placed.open, *placed.moved) if key in open_visits}
    rows = db.execute(
        "select id, site, visitor, started, lasted, pageviews from visit"
        " where id in (select value from json_each(?))",
        (json.dumps([visit.id for visit in held.values()]),),
    )
    as_left = {*rows}
    for key, visit in held.items():
        row = (visit.id, visit.site, visit.visitor, visit.started)
        if (*row, visit.last - visit.started, visit.pageviews) not in as_left:
            del open_visits[key]
    return not held.keys() <= open_visits.keys()


ADD_KEPT = "insert into rollup values (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)" + ON_TOP  # noqa: S608


def add_kept(db: Db, importer: Importer, items: list[PastSum]) -> None:
    """Add sums to the `kept` ones. A day that is rolled up stays so: they count at once."""
    site, days = importer.site.number, {item.day for item in items}
    for day, code, value, sums in items:
        db.execute(ADD_KEPT, (site, code, day, value_number(db, value), *sums))
    sql = """select period from rolled where site = ? and ready
             and period in (select value from json_each(?))"""
    ready = {*scalars(db, sql, site, json.dumps([*days]))}
    mark_days_unready(db, site, days - ready)
    mark_unready(db, site, month_codes(ready))
    db.executemany(
        "insert or ignore into imported values (?, ?, ?, 0)",
        [(site, day_source(day), importer.file.mark) for day in days],
    )


def add_row(db: Db, site: int, row: PastRow) -> None:
    """Add a goal, annotation or row of the ledger, unless it is there."""
    columns = dict(zip(EXPORT_TABLES[row.table], row.values, strict=True))
    telling = [*columns][: 1 if row.table == "goal" else 2]  # what tells a row from the others
    same = " and ".join(f"{name} is ?" for name in telling)
    sql = f"select 1 from {row.table} where site = ? and {same}"  # noqa: S608 - words of ours
    if not scalar(db, sql, site, *row.values[: len(telling)]):
        insert_row(db, row.table, site=site, **columns)


def save_batch(db: Db, importer: Importer, placed: Changes, batch: list) -> Changes:
    """Save a batch and how far the import is; returns what its events did."""
    site = importer.site
    refresh_texts(db)
    if forget_changed(db, importer.open_visits, placed):
        placed = place_events(importer.open_visits, of_kind(batch, Event))
    add_kept(db, importer, of_kind(batch, PastSum))
    whole_visits = of_kind(batch, PastVisit)
    for item in whole_visits:
        if item.has_grown:
            take_up(db, item.visit)
    entries = [*placed.entries, *(entry for item in whole_visits for entry in item.entries)]
    visits = [*placed.visits, *(item.visit for item in whole_visits)]
    changes = placed._replace(visits=visits, entries=entries)
    touched = touched_days(changes, {site.number: site})
    save_changes(db, changes, touched)
    for row in of_kind(batch, PastRow):
        add_row(db, site.number, row)
    note_imported(db, importer, [day for _, day in touched])
    if importer.website:
        importer.website.note(of_kind(batch, Event))
    return placed


def batches(items: Iterable, size: int) -> Iterator[list]:
    """Items some at a time; a visit weighs as much as its events, None ends a batch."""
    batch, weight = [], 0
    for item in items:
        if item is not None:
            batch.append(item)
            weight += 1 + len(item.entries) if isinstance(item, PastVisit) else 1
        if item is None or weight >= size:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def import_items(db: Db, importer: Importer, items: Iterable) -> None:
    """Save what an import reads, in short transactions."""
    noted_end = None
    _, write = runners(db, split_days)
    for batch in batches(items, IMPORT_SLICE):
        end = (importer.file.lines_in, importer.file.items)
        if not batch and end == noted_end:
            continue
        changes = place_events(importer.open_visits, of_kind(batch, Event))
        changes = write(save_batch, importer, changes, batch)
        noted_end = end
        keep_changes(importer.open_visits, changes)
        if changes.entries:
            close_visits(importer.open_visits, changes.entries[-1].event.time)
    if importer.file.is_repeat:
        over = "delete from imported where site = ? and source = ?"
        write(change, over, importer.site.number, f"again {importer.file.source}")


# == Demo sites ====================================================================================
#
# Made-up traffic to look at before installing: three sites, two years, and people who come while
# one looks. A day's visits are the same each time they are made, and a demo that was stopped goes
# on where it ended. They are events as ingest makes them: those of the past are saved by the code
# of imports, those of now go into the queue. Where the data folder holds a file `demo`, every page
# says what it is. In the tables the first number is a weight, and words are two spaces apart. The
# benchmarks draw from some of them, too.

DEMO_DAYS = 2 * 365 + 1
DEMO_PACE = 45  # seconds between two visits while serving: some 7 online, few beside the past
DEMO_LEFT_OUT = 0.05  # hits that do not count, for each event then

AGENTS = """
30  1920x1080  Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
Chrome/{major}.0.0.0 Safari/537.36
22  390x844  Mozilla/5.0 (iPhone; CPU iPhone OS 17_{minor} like Mac OS X) AppleWebKit/605.1.15 \
(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1
20  412x915  Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
Chrome/{major}.0.0.0 Mobile Safari/537.36
9  1440x900  Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like \
Gecko) Version/17.{minor} Safari/605.1.15
7  2560x1440  Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
Chrome/131.0.0.0 Safari/537.36 Edg/{major}.0.0.0
6  1920x1200  Mozilla/5.0 (X11; Linux x86_64; rv:{major}.0) Gecko/20100101 Firefox/{major}.0
3  412x892  Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) \
SamsungBrowser/{minor}.0 Chrome/115.0.0.0 Mobile Safari/537.36
3  820x1180  Mozilla/5.0 (iPad; CPU OS 16_{minor} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
Gecko) Version/16.6 Mobile/15E148 Safari/604.1
"""
AGENT_VERSIONS = range(18)  # of a major or minor version; each line becomes as many agents
VIEWS = ((1, 46), (2, 19), (3, 12), (4, 8), (5, 5), (6, 4), (8, 3), (11, 2), (20, 1))  # a visit
HOURS = (9, 6, 4, 3, 3, 4, 8, 14, 22, 28, 31, 31, 30, 30, 31, 31, 30, 29, 29, 31, 33, 30, 23, 15)
WEEK = (1.1, 1.15, 1.15, 1.1, 1.0, 0.72, 0.78)

PLACES = """
28  US  en-US  America/New_York  AS7922 Comcast  New York/New York  Austin/Texas  Portland/Oregon
11  DE  de-DE  Europe/Berlin  AS3320 Deutsche Telekom  Berlin/Berlin  Munich/Bavaria  Leipzig/Saxony
9  GB  en-GB  Europe/London  AS2856 BT  London/England  Bristol/England  Edinburgh/Scotland
8  IN  en-IN  Asia/Kolkata  AS55836 Jio  Bengaluru/Karnataka  Pune/Maharashtra
7  PT  pt-PT  Europe/Lisbon  AS3243 MEO  Lisbon/Lisbon  Porto/Porto  Sintra/Lisbon  Coimbra/Coimbra
5  FR  fr-FR  Europe/Paris  AS3215 Orange  Paris/Île-de-France  Nantes/Pays de la Loire
4  BR  pt-BR  America/Sao_Paulo  AS28573 Claro  São Paulo/São Paulo  Recife/Pernambuco
4  CA  en-CA  America/Toronto  AS812 Rogers  Toronto/Ontario  Montreal/Quebec
4  NL  nl-NL  Europe/Amsterdam  AS1136 KPN  Amsterdam/North Holland  Utrecht/Utrecht
3  JP  ja-JP  Asia/Tokyo  AS2516 KDDI  Tokyo/Tokyo  Osaka/Osaka
3  ES  es-ES  Europe/Madrid  AS3352 Telefonica  Madrid/Madrid  Barcelona/Catalonia
3  PL  pl-PL  Europe/Warsaw  AS5617 Orange Polska  Warsaw/Mazovia  Kraków/Lesser Poland
2  AU  en-AU  Australia/Sydney  AS1221 Telstra  Sydney/New South Wales  Melbourne/Victoria
2  SE  sv-SE  Europe/Stockholm  AS3301 Telia  Stockholm/Stockholm County
2  CH  de-CH  Europe/Zurich  AS3303 Swisscom  Zurich/Zurich
1  KR  ko-KR  Asia/Seoul  AS4766 KT  Seoul/Seoul
1  ZA  en-ZA  Africa/Johannesburg  AS37457 Telkom  Cape Town/Western Cape
1  NZ  en-NZ  Pacific/Auckland  AS4771 Spark  Wellington/Wellington
"""

# Reason, country, the name of a bot, a page that is not there.
NOT_COUNTED = """
30  bot  US  Googlebot
14  bot  US  bingbot
9  bot  US  Applebot
8  bot  US  HeadlessChrome
7  bot  SG  PetalBot
6  bot  FR  AhrefsBot
6  bot  RU  YandexBot
4  bot  CN  Bytespider
3  bot  DE  python-requests  /wp-login.php
2  bot  NL  curl  /.env
6  spam  RU
3  spam  CN
12  own  PT
"""


class DemoSite(NamedTuple):
    """A made-up site. Pages: weight, path, title, age in days when it is not always there.
    Sources: weight, referrer or -, query. Events: per mille of visits, name, property, values.
    Notes: age in days, text, and the crowd that came: visits, page, referrer."""

    name: str
    domain: str
    timezone: str
    visits: int  # a day, now
    home: str  # the country most come from
    pages: str
    sources: str
    events: str
    notes: str
    goals: tuple[tuple[str, str | None, str | None], ...]  # name, event, page


DEMO_SITES = (
    DemoSite(
        *("Field Notes", "fieldnotes.example", "Europe/Lisbon", 55, ""),
        pages="""
            30  /  Field Notes
            9  /about  About these notes
            12  /tmux  The tmux setup I keep coming back to
            10  /sqlite-on-a-small-server  SQLite on a small server
            7  /reading-list  Books worth reading twice
            6  /ssh-certificates  SSH certificates in ten minutes
            6  /a-day-without-a-mouse  A day without a mouse  640
            8  /backups-that-restore  Backups that restore  520
            6  /the-lighthouse-walk  The lighthouse walk, with map  410
            9  /one-file-programs  In praise of one-file programs  330
            7  /postgres-to-sqlite  Moving back from Postgres  214
            6  /slow-mornings  Slow mornings  120
            9  /how-fast-is-fsync  How fast is fsync, really?  75
            8  /small-tools  Small tools I would miss  4
        """,
        sources="""
            34  -
            30  https://www.google.com/
            7  https://duckduckgo.com/
            4  https://www.bing.com/search?q=tmux+setup
            7  https://news.ycombinator.com/item
            5  https://lobste.rs/
            5  https://mastodon.social/
            4  https://github.com/
            3  https://chatgpt.com/
            2  https://www.reddit.com/r/selfhosted/
            4  -  utm_source=newsletter&utm_medium=email&utm_campaign=letters
        """,
        events="""
            25  Subscribe  from  footer  post  about
            60  Outbound  url  https://github.com/tmux/tmux  https://sqlite.org/  https://lobste.rs/
        """,
        notes="""
            330  Wrote about one-file programs  300  /one-file-programs  https://lobste.rs/
            214  On the front page of Hacker News  2600  /postgres-to-sqlite  \
https://news.ycombinator.com/item
            75  How fast is fsync: in a newsletter  420  /how-fast-is-fsync  https://kernel-letter.example/
            4  Wrote about small tools  160  /small-tools  https://mastodon.social/
        """,
        goals=(("Subscribed", "Subscribe", None), ("Read about me", None, "/about")),
    ),
    DemoSite(
        *("Kettle", "kettle.example", "UTC", 110, ""),
        pages="""
            30  /  Kettle: timers for teams
            14  /pricing  Pricing
            9  /docs  Documentation
            8  /docs/install  Install Kettle
            5  /docs/shortcuts  Keyboard shortcuts
            4  /docs/api  API
            7  /changelog  What is new
            5  /blog  Blog
            4  /blog/why-timers  Why timers, and not calendars
            3  /download  Download
            3  /signup  Make an account
            2  /jobs  Jobs
            5  /blog/kettle-2  Kettle 2 is here  395
            5  /blog/kettle-3  Kettle 3: quiet hours  88
        """,
        sources="""
            30  -
            32  https://www.google.com/
            4  https://www.bing.com/search?q=team+timer
            3  https://duckduckgo.com/
            5  https://www.producthunt.com/
            4  https://www.linkedin.com/
            3  https://t.co/Ab3dE
            3  https://www.youtube.com/
            3  https://chatgpt.com/
            2  https://www.perplexity.ai/
            5  https://www.google.com/  utm_source=google&utm_medium=cpc&utm_campaign=brand
            3  -  utm_source=newsletter&utm_medium=email&utm_campaign=spring
        """,
        events="""
            45  Signup  plan  free  free  free  team  team  company
            50  Download  system  macOS  Windows  Linux
            15  Demo booked  size  1-10  11-50  51+
        """,
        notes="""
            395  Kettle 2  900  /blog/kettle-2  https://www.producthunt.com/
            240  New prices
            88  Kettle 3  1100  /blog/kettle-3  https://www.producthunt.com/
            20  Release 3.1
        """,
        goals=(("Signed up", "Signup", None), ("Saw the prices", None, "/pricing")),
    ),
    DemoSite(
        *("Padaria Sol", "padariasol.example", "Europe/Lisbon", 14, "PT"),
        pages="""
            30  /  Padaria Sol
            18  /menu  Menu
            14  /horario  Horário e morada
            9  /encomendas  Encomendas
            4  /historia  A nossa história
            6  /bolo-rei  Bolo-rei por encomenda  700
        """,
        sources="""
            38  -
            36  https://www.google.com/
            10  https://www.instagram.com/
            6  https://www.facebook.com/
            4  https://www.tripadvisor.com/
        """,
        events="""
            90  Call  from  menu  horario
            50  Order  what  bolo-rei  pão  pastéis
        """,
        notes="""
            300  In the local paper  60  /  https://jornal-da-vila.example/
            5  Closed for a holiday
        """,
        goals=(("Ordered", "Order", None),),
    ),
)


# == Demo ==========================================================================================
#
# Made-up visits of those sites, day after day.


class Weighted:
    """Values with weights, to choose from by chance."""

    def __init__(self, pairs: Iterable[tuple[Any, float]]) -> None:
        values, weights = zip(*pairs, strict=True)
        self.values, self.sums = list(values), list(itertools.accumulate(weights))

    def choose(self, chance: random.Random, count: int) -> list[Any]:
        return chance.choices(self.values, cum_weights=self.sums, k=count)

    def pick(self, chance: random.Random) -> Any:
        return self.choose(chance, 1)[0]


def table_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The first number and the other words of each line."""
    for line in text.strip().splitlines():
        weight, *words = re.split(r"\s{2,}", line.strip())
        yield int(weight), words


def agents() -> Iterator[tuple[tuple[str, str], float]]:
    """(user agent, screen) with weights."""
    for weight, (screen, agent) in table_lines(AGENTS):
        for age in AGENT_VERSIONS:
            latest = AGENT_VERSIONS[-1] - age
            yield (agent.format(major=115 + latest, minor=latest), screen), weight / (1 + age)


def demo_places(home: str) -> Iterator[tuple[tuple[Place, str], float]]:
    """(place, language) with weights."""
    for weight, (country, language, zone, network, *cities) in table_lines(PLACES):
        for number, city in enumerate(cities):
            town, region = city.split("/")
            region = f"{region}, {country}"
            place = Place(country, region, f"{town}, {region}", zone, network)
            yield (place, language), weight / (1 + number) * (40 if country == home else 1)


class Crowd(NamedTuple):
    """What is told of a site on a day, and who came because of it."""

    day: date
    text: str
    visits: int = 0
    page: str = ""
    referrer: str = ""


class DemoTraffic:
    """The made-up visits to one site."""

    def __init__(self, plan: DemoSite, site: Site, today: date) -> None:
        self.plan, self.site, self.today = plan, site, today
        self.pages = [
            (words[0], words[1], weight, today - timedelta(int(words[2])) if words[2:] else None)
            for weight, words in table_lines(plan.pages)
        ]
        self.titles = {path: title for path, title, *_ in self.pages}
        self.sources = Weighted(
            ((words[0].strip("-"), "".join(words[1:])), weight)
            for weight, words in table_lines(plan.sources)
        )
        self.events = [(share / 1000, words) for share, words in table_lines(plan.events)]
        self.crowds = [
            Crowd(today - timedelta(age), text, *map(int, more[:1]), *more[1:])
            for age, (text, *more) in table_lines(plan.notes)
        ]
        self.places, self.agents = Weighted(demo_places(plan.home)), Weighted(agents())
        self.views, self.hours = Weighted(VIEWS), Weighted(enumerate(HOURS))
        self.drops = Weighted((words, weight) for weight, words in table_lines(NOT_COUNTED))

    def pages_of(self, day: date) -> Weighted:
        """The paths that are there on a day; new ones are read more."""
        return Weighted(
            (path, weight * (1 + 5 / (1 + (day - born).days / 3) if born else 1))
            for path, _, weight, born in self.pages
            if not born or born <= day
        )

    def day(self, day: date) -> list[Event]:
        """The events of the visits that begin on a day, in order of time."""
        chance = random.Random(f"{self.plan.domain} {day}")
        midnight = day_start(day, self.site.zone)
        pages, age = self.pages_of(day), (self.today - day).days
        growth = 0.35 + 0.65 * max(0, 1 - age / DEMO_DAYS) ** 1.5
        count = self.plan.visits * growth * WEEK[day.weekday()] * chance.uniform(0.8, 1.25)
        comers: list[Crowd | None] = [None] * int(count + chance.random())
        for crowd in self.crowds:
            if crowd.day <= day:
                comers += [crowd] * int(crowd.visits * 0.3 ** (day - crowd.day).days)
        found: list[Event] = []
        for comer, hour in zip(comers, self.hours.choose(chance, len(comers)), strict=True):
            moment = midnight + hour * 3600 + chance.randrange(3600)
            key = found[-1].keys if found and chance.random() < 0.12 else None  # somebody again
            found += self.visit(chance, moment, pages, comer, key)
        return sorted(found, key=BY_TIME)

    def visit(
        self,
        chance: random.Random,
        moment: int,
        pages: Weighted,
        crowd: Crowd | None = None,
        keys: tuple[int, ...] | None = None,
    ) -> Iterator[Event]:
        """The events of one visit."""
        referrer, query = self.sources.pick(chance)
        place, language = self.places.pick(chance)
        agent, screen = self.agents.pick(chance)
        views = self.views.pick(chance)
        paths = pages.choose(chance, views)
        if crowd:
            paths, referrer, query = [crowd.page, *paths[2:]], crowd.referrer, ""
        sent = Signal(self.site.id, "/", referrer=referrer, screen=screen, language=language)
        link = Link(self.site.domain, "/", parse_query(query))
        facts = make_facts(self.site, sent, link, {"HTTP_USER_AGENT": agent}, place)
        keys = keys or (chance.getrandbits(48) - 2**47,)
        event = Event(self.site.number, moment, keys, "pageview", paths[0], facts, place)
        for path in paths:
            event = event._replace(time=moment, page=path)
            yield event._replace(title=self.titles[path])
            engaged = min(int(chance.expovariate(1 / 45 if views > 1 else 1 / 15)), 600)
            moment += 1 + engaged
            if engaged > 3:
                reached = {"engaged": float(engaged), "scroll": chance.randint(20, 100)}
                yield event._replace(kind="engagement", time=moment, **reached)
        for share, (name, prop, *values) in self.events:
            if chance.random() < share:
                props = json.dumps({prop: chance.choice(values)})
                yield event._replace(kind="event", time=moment, name=name, props=props)

    def days(self, since: float, until: float) -> Iterator[date]:
        """The days of two moments and all between."""
        first, last = (local_day(moment, self.site.zone) for moment in (since, until))
        return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))

    def between(self, since: float, until: float) -> Iterator[Event]:
        """The events of the visits that begin after a moment, in order of time, up to another."""
        waiting: list[Event] = []
        for day in self.days(since, until):
            waiting = sorted([*waiting, *self.day(day)], key=BY_TIME)
            end = min(day_start(day + timedelta(1), self.site.zone), until)
            ready = bisect.bisect_right(waiting, end, key=BY_TIME)
            yield from (event for event in waiting[:ready] if event.time > since)
            del waiting[:ready]

    def left_out(self, since: float, until: float) -> Iterator[Drop]:
        """The hits after a moment, up to another, that do not count."""
        for day in self.days(since, until):
            chance, pages = random.Random(f"{self.plan.domain} {day} left out"), self.pages_of(day)
            for _ in range(chance.randint(3, 12 + self.plan.visits // 4)):
                moment = day_start(day, self.site.zone) + chance.randrange(DAY)
                drop = self.drop(chance, moment, pages)
                if since < moment <= until:
                    yield drop

    def drop(self, chance: random.Random, moment: int, pages: Weighted) -> Drop:
        """A hit that does not count."""
        reason, country, *more = self.drops.pick(chance)
        bot, page = (*more, None, None)[:2]
        sample = Sample(moment, reason, page or pages.pick(chance), country, bot)
        day = local_day(moment, self.site.zone).isoformat()
        return Drop(self.site.number, day, reason, sample)


def is_demo(config: Config) -> bool:
    return (config.data / "demo").exists()


def demo_traffic(sites: Iterable[Site]) -> list[DemoTraffic]:
    """The traffic of those demo sites that are still there."""
    known = {site.domain: site for site in sites}
    return [
        DemoTraffic(plan, known[plan.domain], local_day(now(), known[plan.domain].zone))
        for plan in DEMO_SITES
        if plan.domain in known
    ]


def add_demo_site(db: Db, plan: DemoSite, since: float) -> None:
    """Make a demo site with its goals and what happened to it."""
    add_site(db, {"name": plan.name, "domain": plan.domain, "timezone": plan.timezone})
    site = Registry(load_sites(db), {}).by_key[plan.domain]
    db.execute("update site set created = ? where number = ?", (int(since), site.number))
    for name, event, page in plan.goals:
        insert_row(db, "goal", site=site.number, name=name, event=event, page=page)
    for crowd in DemoTraffic(plan, site, local_day(now(), site.zone)).crowds:
        moment = day_start(crowd.day, site.zone) + 10 * 3600
        insert_row(db, "annotation", site=site.number, time=moment, text=crowd.text)


def fill_demo(db: Db) -> None:
    """Bring a demo's history up to now."""
    since = now() - DEMO_DAYS * DAY
    if not load_sites(db):
        with transaction(db):
            for plan in DEMO_SITES:
                add_demo_site(db, plan, since)
    for traffic in demo_traffic(load_sites(db)):
        number = traffic.site.number
        last = scalar(db, "select max(time) from event where site = ?", number)
        import_items(db, Importer(db, traffic.site), traffic.between(last or since, now()))
        drops = list(traffic.left_out(last or since, now()))
        with transaction(db):
            add_drops(db, Counter(drop._replace(sample=None) for drop in drops))
            save_samples(db, [d for d in drops if d.sample.time > now() - SAMPLE_DAYS * DAY])


def demo_visitors() -> None:
    """Let somebody come to one of the demo's sites about every minute, for ever."""
    sites, chance = demo_traffic(state.sites.all), random.Random()
    due, following = [], now() - ONLINE_SECONDS
    while sites:
        if not due or following < due[0].time:
            [traffic] = chance.choices(sites, [traffic.plan.visits for traffic in sites])
            events = traffic.visit(chance, int(following), traffic.pages_of(traffic.today))
            due = sorted([*due, *events], key=BY_TIME)
            following = max(following, now() - ONLINE_SECONDS)  # the machine slept
            following += chance.expovariate(1 / DEMO_PACE)
            continue
        event = due.pop(0)
        gevent.sleep(max(0, event.time - now()))
        if event.site in state.sites.by_number:
            state.queue.put([event])
            if chance.random() < DEMO_LEFT_OUT:
                [traffic] = (one for one in sites if one.site.number == event.site)
                pages = traffic.pages_of(traffic.today)
                state.queue.put([traffic.drop(chance, event.time, pages)])


# == Door ==========================================================================================
#
# `application` is the door to all but tracking, which the server answers itself: static files, then
# Bottle's routes.

SCRIPTS = {
    "/slim.js": "tracker.min.js",
    "/js/script.js": "tracker.plausible.min.js",
    "/script.js": "tracker.umami.min.js",
    "/count.js": "tracker.goatcounter.min.js",
    "/js/haru.js": "tracker.haru.min.js",
    "/t.js": "tracker.first.min.js",
    "/sa.js": "tracker.first.min.js",
}
# script.outbound-links.js; that of today's snippet, pa-nBGmGkvMVSbNtYC5.js; those of older ones and
# of plugins for Gatsby, Docusaurus, Django.
VARIANTS = re.compile(r"/js/(script|plausible|analytics|index|pa-[\w-]+|p)(\.[a-z-]+)*\.js")
FOREVER = "public, max-age=31536000, immutable"


def text_path(environ: Mapping[str, Any]) -> str:
    """The path of a request below our root, as text."""
    path, root = environ.get("PATH_INFO", "/"), state.config.root
    if not path.isascii():
        path = path.encode("latin-1", "replace").decode("utf-8", "replace")
    if root and (path == root or path.startswith(root + "/")):
        path = path[len(root) :] or "/"
    return path


def unanswered(method: str, path: str) -> str:
    return f"{method} is not answered at {shorten(path)}"


def direct_answer(environ: dict[str, Any], path: str) -> Answer | None:
    """The answer to what needs no Bottle, static files; None for the rest."""
    script = "/js/script.js" if VARIANTS.fullmatch(path) else path
    script = "/slim.js" if path == f"/{state.config.script_name}" else script
    if script in SCRIPTS:
        name, cache = SCRIPTS[script], "public, max-age=86400"
    elif path.startswith("/static/"):
        build, _, name = path.removeprefix("/static/").partition("/")
        # A page of before an upgrade asks for its build, but there is only this one.
        cache = FOREVER if build == static_build() else "no-cache"
    else:
        return None
    try:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            raise Refused(405, unanswered(environ["REQUEST_METHOD"], path), Allow="GET")
        return serve_file(environ, name, cache)
    except Refused as refusal:
        return refuse(Call(environ), refusal, is_api=True)


def send(answer: Answer, environ: Mapping[str, Any], start_response: Callable) -> list[bytes]:
    """Give an answer to the server."""
    status = f"{answer.status} {http.client.responses.get(answer.status, 'Unknown')}"
    headers = [("Content-Type", answer.kind), *answer.headers]
    if answer.status not in (204, 304):
        headers.append(("Content-Length", str(len(answer.body))))
    start_response(status, headers)
    return [answer.body] if environ["REQUEST_METHOD"] != "HEAD" else []


def application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    """The WSGI application."""
    if websocket := environ.get("wsgi.websocket"):
        serve_socket(websocket, environ["slim.call"])
        return []
    path = text_path(environ)
    answer = direct_answer(environ, path)
    if answer is not None:
        return send(answer, environ, start_response)
    environ["PATH_INFO"] = path.encode("utf-8").decode("latin-1")
    return app(environ, start_response)


def page_meant(environ: Mapping[str, Any], path: str) -> str:
    """The page that an address with a slash too many at its end means; "" for none."""
    page, query = quote(path.rstrip("/")) or "/", environ.get("QUERY_STRING", "")
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not is_page(page):
        return ""
    return f"{page}?{query}" if query else page


def answer_unrouted(error: bottle.HTTPError) -> bytes:
    """What Bottle answers where no route fits."""
    environ = bottle.request.environ
    path, method = bottle.request.path, environ["REQUEST_METHOD"]
    message = f"there is nothing at {shorten(path)}"
    if error.status_code == 405:
        message = unanswered(method, path)
    allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    refusal = Refused(error.status_code, message, **allow)
    call = Call(environ)
    try:
        call = recognise(environ, headers_count=False)
    except Refused as too_often:
        refusal = too_often
    is_api, page = path.startswith((*API_PATHS, "/health")), page_meant(environ, path)
    answer = redirect(page) if page and not is_api else refuse(call, refusal, is_api)
    bottle.response.status = answer.status
    for name, value in (("Content-Type", answer.kind), *answer.headers):
        bottle.response.set_header(name, value)
    return answer.body


app.default_error_handler = answer_unrouted


LEAST_ROOM = 262_144  # bytes on the disk below which a failed commit is not tried again


def try_to_write() -> str:
    """Why nothing can be committed; empty when it can."""
    if not state.config.database.exists():
        return "slim.db is not there any more"
    if state.queue.damaged:
        return state.queue.trouble
    if shutil.disk_usage(state.config.data).free < LEAST_ROOM:
        return "the disk is full"
    try:
        state.store.write(lambda db: db.execute(f"pragma user_version = {schema_version(db)}"))
        in_thread(state.store.write_pool, state.salts.try_to_write)
    except (sqlite3.Error, OSError) as error:
        return str(error)
    state.salts.trouble = ""
    return ""


ICON_BADGE = (
    '<circle cx="22" cy="22" r="10" fill="#fff"/><text x="22" y="26" fill="#12805c"'
    ' font-family="system-ui,sans-serif" font-size="{}" font-weight="700"'
    ' text-anchor="middle">{}</text></svg>'
)


@route("GET", "/icon/<count>.svg", "public")
def badged_icon(call: Call, count: str) -> Answer:
    """The icon of a browser's tab, with how many are online: up to 99."""
    if not re.fullmatch(r"[1-9]\d?", count, re.ASCII):
        raise Refused(404, f"the icon counts from 1 to 99, not to {shorten(count)}")
    badge = ICON_BADGE.format(15 if len(count) == 1 else 12, count)
    body = static_files()["icon.svg"].body.replace(b"</svg>", badge.encode())
    return Answer(200, body, KINDS["svg"], (("Cache-Control", FOREVER), *SAFE_HEADERS))


def uptime() -> float:
    """Seconds since the start, whatever the clock was set to meanwhile."""
    return ticks() - state.begun


@route("GET", "/health", "public")
def health(call: Call) -> Answer:
    """Whether events can be stored."""
    if storage_trouble() or not state.config.database.exists():
        state.queue.trouble = try_to_write()
    trouble = storage_trouble()
    shown = {
        "status": "failing" if trouble else "ok",
        "version": VERSION,
        "uptime": int(uptime()),
        "waiting": state.queue.waiting,
    }
    if trouble:
        return api_answer(shown | {"error": f"the last commit failed: {trouble}"}, 503)
    return api_answer(shown)


# == Metrics =======================================================================================
#
# /metrics, in Prometheus's text format, for whoever has an account or a token: counts that are kept
# in memory since the start, and what a look at the machine tells. Nothing of a visitor. To add a
# number, add a row.

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Watched(NamedTuple):
    """A number that is watched; with a label, `read` gives one for each of its values."""

    name: str
    kind: str
    help: str
    read: Callable[[], Any]
    label: str = ""


def free_bytes() -> int:
    """The room for data; 0 while its folder is not there."""
    with contextlib.suppress(OSError):
        return shutil.disk_usage(state.config.data).free
    return 0


def last_nightly() -> float:
    """When the latest nightly copy was made; 0 before the first."""
    made = nightlies(state.config.data, now())
    return max((path.stat().st_mtime for path in made), default=0)


def memory_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


# fmt: off
WATCHED = (
    Watched("slim_build_info", "gauge", "1; the label says which program this is.",
        lambda: {version_text(): 1}, "version"),
    Watched("slim_events_total", "counter", "Events committed.",
        lambda: state.counts["events"], "kind"),
    Watched("slim_dropped_total", "counter", "Hits left out and counted as such.",
        lambda: state.counts["dropped"], "reason"),
    Watched("slim_refused_total", "counter", "Tracking requests refused, by HTTP status.",
        lambda: state.counts["refused"], "status"),
    Watched("slim_answers_total", "counter", "Pages and API answers, by HTTP status.",
        lambda: state.counts["answers"], "status"),
    Watched("slim_commits_total", "counter", "Batches committed.",
        lambda: state.counts["commits"]["done"]),
    Watched("slim_commit_failures_total", "counter", "Batches that could not be committed.",
        lambda: state.counts["commits"]["failed"]),
    Watched("slim_commit_seconds_total", "counter", "Time spent committing.",
        lambda: state.counts["commits"]["seconds"]),
    Watched("slim_storing", "gauge", "1 while events can be stored, as in /health.",
        lambda: int(not storage_trouble())),
    Watched("slim_waiting_events", "gauge", "Events that wait to be committed.",
        lambda: state.queue.waiting),
    Watched("slim_open_visits", "gauge", "Visits that may still go on.",
        lambda: len(state.open_visits)),
    Watched("slim_sites", "gauge", "Sites.", lambda: len(state.sites.all)),
    Watched("slim_sockets", "gauge", "Open WebSockets.", lambda: len(state.subscribers)),
    Watched("slim_database_bytes", "gauge", "Size of slim.db.",
        lambda: size_of(state.config.database)),
    Watched("slim_wal_bytes", "gauge", "Size of slim.db-wal.",
        lambda: size_of(database_files(state.config.database)[1])),
    Watched("slim_disk_free_bytes", "gauge", "Room left on the data folder's disk.", free_bytes),
    Watched("slim_last_backup_timestamp_seconds", "gauge", "When the latest nightly copy was made.",
        last_nightly),
    Watched("process_start_time_seconds", "gauge", "When the program was started.",
        lambda: round(now() - uptime())),
    Watched("process_cpu_seconds_total", "counter", "Processor time used.", time.process_time),
    Watched("process_resident_memory_bytes", "gauge", "Memory in use.", memory_bytes),
)
# fmt: on


def watched_lines(row: Watched) -> Iterator[str]:
    """The lines of one number in Prometheus's text format."""
    yield f"# HELP {row.name} {row.help}"
    yield f"# TYPE {row.name} {row.kind}"
    found = row.read()
    for value, number in sorted(found.items()) if row.label else [("", found)]:
        label = f"{{{row.label}={json.dumps(value)}}}" if row.label else ""
        yield f"{row.name}{label} {number}"


@route("GET", "/metrics")
def show_metrics(call: Call) -> Answer:
    lines = (line for row in WATCHED for line in watched_lines(row))
    text = "".join(f"{line}\n" for line in lines)
    return Answer(200, text.encode(), PROMETHEUS, (NO_CACHE, *SAFE_HEADERS))


# == API shapes ====================================================================================
#
# The API as OpenAPI 3.1, made of the tables that make the API itself. ROUTES and DIALECTS say what
# there is and who may; DESCRIBED says of each what it takes and answers, in shapes. To describe a
# route, add a row: a test compares the rows with the routes, another real answers with the shapes.
#
# A shape: a type (`int | None`), a tuple of values, [shape] for a list, {key: shape} for an object
# ("key?": may be left out), {str: shape} for one of any keys, a name in SHAPES, or a Schema as is.


class Schema(dict):
    """JSON Schema, for what a shape cannot say."""


JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema_of(shape: Any) -> dict[str, Any]:
    """The JSON Schema of a shape: [int] -> {"type": "array", "items": {"type": "integer"}}."""
    if isinstance(shape, Schema):
        return shape
    if isinstance(shape, str):
        return {"$ref": f"#/components/schemas/{shape}"}
    if isinstance(shape, list):
        return {"type": "array", "items": schema_of(shape[0])}
    if isinstance(shape, tuple):
        return {"enum": list(shape)}
    if isinstance(shape, dict) and str in shape:
        return {"type": "object", "additionalProperties": schema_of(shape[str])}
    if isinstance(shape, dict):
        return {
            "type": "object",
            "properties": {key.rstrip("?"): schema_of(value) for key, value in shape.items()},
            "required": [key for key in shape if not key.endswith("?")],
            "additionalProperties": False,
        }
    kinds = [JSON_TYPES[kind] for kind in get_args(shape) or (shape,)]
    return {"type": kinds if len(kinds) > 1 else kinds[0]}


def a_text(pattern: str = "", **more: object) -> Schema:
    """Text that holds what a pattern finds, which is written in ASCII: generators of clients copy
    it into their sources."""
    pattern = re.sub("[^ -~]", lambda found: f"\\u{ord(found[0]):04x}", pattern)
    return Schema({"type": "string"} | ({"pattern": pattern} if pattern else {}) | more)


def any_of(*shapes: object) -> Schema:
    return Schema(anyOf=[schema_of(shape) for shape in shapes])


def or_null(*shapes: object) -> Schema:
    return any_of(*shapes, type(None))


def or_empty(shape: object) -> Schema:
    return any_of(("",), shape)


def texts_of(pattern: str) -> Schema:
    return Schema(type="array", items=a_text(pattern), maxItems=LIST_LIMIT)


def at_least(needed: str, **fields: object) -> Schema:
    """An object of which some fields are read; others may stand beside them."""
    properties = {key: schema_of(shape) for key, shape in fields.items()}
    return Schema(type="object", properties=properties, required=needed.split())


# fmt: off
ANY = Schema()
# Without what other languages' regular expressions know as two characters, or not at all.
VISIBLE = r"[^\s" + UNSEEN.pattern[1:].replace("\ud800-\udfff\U000e0000-\U000e007f", "")
SAYS = rf"^[^\x00]*{VISIBLE}[^\x00]*$"
DAY_TEXT = r"(199\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])"
A_DAY = a_text(f"^{DAY_TEXT}$", format="date")  # to send: each month has it
A_DATE = a_text(r"^\d{4}-\d\d-\d\d$", format="date")  # in answers
A_MOMENT = a_text(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", format="date-time")
AN_INSTANT = a_text(rf"^{DAY_TEXT}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$", format="date-time")
A_LIST = any_of(str, texts_of(VISIBLE))
FIELD_SHAPES = {  # what reads a field of a site -> what it takes
    site_name:   a_text(VISIBLE),
    site_domain: a_text(f"^{DOMAIN.pattern}$"),
    site_zone:   "TimeZone",
    text_list:   A_LIST,
    alias_list:  A_LIST,
    host_list:   any_of(("",), a_text(f"^{BARE}{EDGE}$"), texts_of(f"^{DOMAIN.pattern}$")),
    page_list:   or_empty(texts_of(r"^(/([^*]*\*){0,5}|\*([^*]*\*){0,4})[^*]*$")),
    rule_list:   or_empty(Schema(type="array", maxItems=RULE_LIMIT,
                                 items=a_text(f"^({RULE.pattern})$", maxLength=RULE_CHARS))),
    reason_list: or_empty([COUNTABLE]),
    day_count:   or_null(Schema(type="integer", minimum=0, maximum=99_999), a_text("^[0-9]{0,5}$")),
    read_flag:   (True, False, "on", "", None),
}
SITE_BODY = {f"{key}?": FIELD_SHAPES[read] for key, (_, read) in SITE_FIELDS.items()}
NEW_SITE = Schema(schema_of(SITE_BODY) | {
    "anyOf": [{"required": [key]} for key, (name, _) in SITE_FIELDS.items() if name == "domain"]})
UNNAMED = or_null(a_text(maxLength=GOAL_FIELDS["name"]))
NO_STARS = r"([^*]|\\[*])*"
A_PAGE = any_of(
    a_text(f"^/{NO_STARS}$", maxLength=GOAL_FIELDS["page"]),
    a_text(
        f"^(/{NO_STARS}([*]{NO_STARS}){{0,{STARS}}}"
        f"|[*]{NO_STARS}([*]{NO_STARS}){{0,{STARS - 1}}})$",
        maxLength=STAR_CHARS,
    ),
)
GOAL_BODIES = [
    {"name?": UNNAMED, "event": a_text(VISIBLE, maxLength=120), "page?": ("", None)},
    {"name?": UNNAMED, "page": A_PAGE, "event?": ("", None)},
]
A_NOTE = a_text(SAYS, maxLength=ANNOTATION_LENGTH)
NO_NULL = r"^[^\x00]*$"
AMOUNT = or_null(Schema(type="number", minimum=0))
ADDRESS = r"^(https?://[a-z0-9.-]{0,60}[a-z0-9](/|$)|/)[^\x00]*$"
PAGE_URL = a_text(ADDRESS)  # of a long one the beginning is read
SERIES = {"labels": [str], **{name: [int | None] for name in ("visitors", "visits", "pageViews")}}
COUNTS = {"visitors": int, "visits": int, "pageViews": int}
RATES = {"bounceRate": float, "avgSessionDuration": float}
SUCCEEDED = {"success": (True,)}


def of_visit(fields: dict[str, object]) -> dict[str, object]:
    """A visit or event: share links leave out what they do not show."""
    return {key if key in VISIT_SHARED else f"{key}?": shape for key, shape in fields.items()}


SHAPES = {
    "Error": {"error": str},
    "SiteId": a_text(maxLength=500),
    "Site": {"id": str, "name": str, "domain": str, "timezone": str, "token": str | None,
        "aliases": [str], "hosts": [str], "keep": [str], "exclude": [str], "merge": [str],
        "hashRouting": bool, "honourDnt": bool, "honourGpc": bool, "retentionDays": int | None,
        "counted": [COUNTABLE], "badge": bool, "counter": bool, "showCity": bool,
        "createdAt": A_MOMENT},
    "Period": {"from": A_DATE, "to": A_DATE, "timezone": str},
    "Visit": of_visit({"id": int, "startedAt": A_MOMENT, "duration": int, "engagedTime": int,
        "pageViews": int, "entryPage": str | None, "exitPage": str | None, "hostname": str | None,
        "source": str, "channel": str | None, "referrer": str | None, "campaign": str | None,
        "country": str | None, "countryCode": str | None, "countryGuessed": bool,
        "region": str | None, "city": str | None,
        "latitude": float | None, "longitude": float | None, "network": str | None,
        "language": str | None, "timezone": str | None,
        "browser": str | None, "os": str | None, "device": str | None, "screen": str | None,
        "events": ["Event"]}),
    "Event": of_visit({"time": A_MOMENT, "type": ("event", "pageview"), "page": str | None,
        "title": str | None, "name": str | None, "props": {str: str},
        "engagedTime": int | None, "scroll": int | None}),
    "Stats": {"siteId": str, "period": "Period", **COUNTS, "viewsPerVisit": float, **RATES,
        "medianSessionDuration": float | None, "engagedTime": int,
        "visitorsTrend": float | None, "pageViewsTrend": float | None,
        "visitsKeptFrom": or_null(A_DATE), "realtimeVisitors": int,
        "topPages?": [{"url": str, "views": int, "visitors": int}],
        "topReferrers?": [{"referrer": str, "count": int}],
        "topCountries?": [{"country": str, "countryCode": str, "count": int}],
        "topCities?": [{"city": str, "country": str, "count": int}],
        "topLocales?": [{"locale": str, "language": str, "country": str, "count": int,
                         "percentage": float}],
        "trafficSources?": [{"source": str, "count": int, "percentage": float}],
        "searchQueries?": [{"query": str, "count": int}],
        "recentVisitors?": ["Visit"]},
    "ReachedGoal": {"id": int, "name": str, "event": str | None, "page": str | None,
        "visitors": int, "visits": int, "count": int, "ofVisitors": int, "conversionRate": float,
        "from": A_DATE},
    "Health": {"status": ("ok", "failing"), "version": str, "uptime": int, "waiting": int,
        "error?": str},
    "Goal": {"id": int, "name": str, "event": str | None, "page": str | None},
    "Annotation": {"id": int, "time": A_MOMENT, "text": str},
    "TrackedEvent": at_least("siteId url", siteId="SiteId", url=PAGE_URL,
        referrer=ANY, title=ANY, screen=ANY, language=ANY, timezone=ANY,
        eventType=or_null(a_text(NO_NULL, maxLength=500)), eventData=ANY,
        eventName=or_null(or_empty(a_text(SAYS, maxLength=500))), engaged=AMOUNT, scroll=AMOUNT,
        interactive=ANY),
    "UmamiAnswer": any_of({"cache": str, "sessionId": str, "visitId": str}, {"beep": str}),
    "UmamiEvent": at_least("type payload", type=UMAMI_KINDS, payload=at_least("website",
        website="SiteId", name=or_null(or_empty(a_text(SAYS, maxLength=50))),
        url=or_null(a_text(NO_NULL, maxLength=URL_LIMIT)), title=ANY, referrer=ANY,
        data=or_null(Schema(type="object")), screen=or_null(a_text(NO_NULL, maxLength=11)),
        language=or_null(a_text(NO_NULL, maxLength=35)))),
}
REPORT_PARAMETERS = {
    "period": ("", *PERIODS), "from": or_empty(A_DAY), "to": or_empty(A_DAY),
    "start": or_empty(AN_INSTANT), "end": or_empty(AN_INSTANT),
    "compare": ("", *COMPARISONS),
    **{name + sign: [str] for name in (*DIMENSIONS, GOAL.name) for sign in ("", "!")},
}
FORMAT = {"format": ("", "json", "csv")}
# fmt: on


def up_to(**most: int) -> dict[str, object]:
    """Parameters that are whole numbers, each with the highest it may be."""
    return {key: Schema(type="integer", minimum=0, maximum=high) for key, high in most.items()}


GOAT_QUERY = {
    "site": "SiteId",
    "p": a_text(SAYS, maxLength=2048),
    "t": a_text(NO_NULL, maxLength=1024),
    "r": a_text(NO_NULL, maxLength=2048),
    "q": a_text(NO_NULL, maxLength=2048),
    "s": str,
    "e": ("", *GOAT_FLAGS),
    "b": or_empty(a_text("^(0|1[5-9][0-9]|[2-9][0-9][0-9])$")),
}


# == API description ===============================================================================
#
# What each route takes and answers; and all of it as one document.


class Described(NamedTuple):
    """What a route takes and answers."""

    summary: str
    answer: object  # a shape; text: the media type of what is no JSON
    status: int = 200
    query: Mapping[str, object] = {}  # parameter -> shape
    body: object = None
    taken: bool = False  # 409 when something is there already, or there is too much of it
    also: str = ""  # another media type it can be had as
    needs: tuple[str, ...] = ()  # parameters that may not be left out


# fmt: off
PARAMETERS = {  # of a path -> shape
    "site_id": "SiteId", "goal_id": Schema(type="integer", minimum=1),
    "annotation_id": Schema(type="integer", minimum=1),
    "dimension": any_of((*DIMENSIONS,), a_text("^event:.+:[^:]+$")),
}
DESCRIBED = {
    "GET /api/openapi.json": Described("This description", ANY),
    "GET /health": Described("Whether events can be stored", "Health"),
    "GET /metrics": Described("What monitoring reads, as Prometheus has it", "text/plain"),
    "GET /counter/{site_id}.json": Described("Visitors of all days and of today",
        {"visitors": int, "today": int}),
    "GET /api/sites": Described("All sites", ["Site"]),
    "POST /api/sites": Described("Add a site", "Site", 201, body=NEW_SITE, taken=True),
    "PUT /api/sites/{site_id}": Described("Change the fields given", "Site", body=SITE_BODY,
        taken=True),
    "DELETE /api/sites/{site_id}": Described("Delete a site and all its visits", SUCCEEDED),
    "GET /api/sites/{site_id}/annotations": Described("What happened when", ["Annotation"]),
    "POST /api/sites/{site_id}/annotations": Described("Add an annotation", "Annotation", 201,
        body=at_least("text", text=A_NOTE, time=or_null(AN_INSTANT)), taken=True),
    "PUT /api/sites/{site_id}/annotations/{annotation_id}": Described("Change the fields given",
        "Annotation", body=at_least("", text=or_null(A_NOTE), time=or_null(AN_INSTANT))),
    "DELETE /api/sites/{site_id}/annotations/{annotation_id}": Described("Delete it", SUCCEEDED),
    "GET /api/sites/{site_id}/export": Described("Everything of a site, to take elsewhere",
        "application/x-ndjson text/csv", query={"format": ("", *EXPORTS)}),
    "GET /api/sites/{site_id}/goals": Described("The goals of a site", ["Goal"]),
    "POST /api/sites/{site_id}/goals": Described("Add a goal", "Goal", 201,
        body=any_of(*GOAL_BODIES), taken=True),
    "PUT /api/sites/{site_id}/goals/{goal_id}": Described("Change the fields given", "Goal",
        body=any_of({"name?": UNNAMED}, *GOAL_BODIES), taken=True),
    "DELETE /api/sites/{site_id}/goals/{goal_id}": Described("Delete the goal", SUCCEEDED),
    "GET /api/stats/{site_id}": Described("Totals, trends and the top of everything", "Stats",
        query=REPORT_PARAMETERS),
    "GET /api/stats/{site_id}/timeseries": Described("The chart; null is what is not known",
        {"interval": (*INTERVALS,), **SERIES, "previous?": SERIES},
        query=REPORT_PARAMETERS | FORMAT | {"interval": ("", *INTERVALS)}),
    "GET /api/stats/{site_id}/realtime": Described("Who is online", {"visitors": int}),
    "GET /api/stats/{site_id}/breakdown/{dimension}": Described("The rows of a dimension",
        {"dimension": str, "rows": [{"value": str, **COUNTS, **RATES,
            "previous?": or_null({**COUNTS, **RATES})}], "total": int},
        query=REPORT_PARAMETERS | FORMAT | up_to(limit=1000, offset=10**9)
        | {"search": str, "sort": ("", *SORTS)}),
    "GET /api/stats/{site_id}/recent-visitors": Described("The latest visits", ["Visit"],
        query=REPORT_PARAMETERS | up_to(limit=200)),
    "GET /api/stats/{site_id}/visits": Described("Visits with their events", {"visits": ["Visit"]},
        query=REPORT_PARAMETERS | up_to(limit=1000, offset=10**9)),
    "GET /api/stats/{site_id}/goals": Described("How the goals did",
        {"siteId": str, "period": "Period", "rows": ["ReachedGoal"]},
        query=REPORT_PARAMETERS | FORMAT),
    "DELETE /api/stats/{site_id}/data": Described("Delete days",
        {**SUCCEEDED, "deletedVisits": int, "deletedEvents": int, "message": str},
        body=any_of({"range": ("all", *DELETE_RANGES)}, {"from": A_DAY, "to": A_DAY})),
    # What counts: the rows of DIALECTS
    "POST /track": Described("Our tracker", SUCCEEDED, body="TrackedEvent", also="image/gif"),
    "GET /pixel/{site_id}.gif": Described("A page without JavaScript", "image/gif",
        query={"p": a_text(ADDRESS), "r": str, "t": str}),
    "POST /api/collect": Described("Haru's tracker", "text/plain", query={"t": "SiteId"},
        body=at_least("", p=PAGE_URL, n=ANY, r=ANY, d=ANY, sw=ANY, sh=ANY)),
    "POST /api/event": Described("Plausible's trackers", "text/plain", 202,
        body=Schema(at_least("name url", name=a_text(SAYS, maxLength=120), domain="SiteId",
            url=a_text(ADDRESS, maxLength=2000), referrer=ANY, props=ANY, interactive=ANY) | {
            "anyOf": [{"required": ["domain"]}, {"properties": {"url": a_text("^http")}}]})),
    "POST /api/send": Described("Umami's tracker", "UmamiAnswer", body="UmamiEvent"),
    "POST /api/batch": Described("Umami's events, many at once",
        {"size": int, "processed": int, "errors": int, "details": [ANY], "cache?": str},
        body=Schema(type="array", items=ANY, maxItems=BATCH_LIMIT)),
    "GET /count": Described("GoatCounter's script", "image/gif", query=GOAT_QUERY,
        needs=("site", "p")),
    "POST /count": Described("GoatCounter's script", "image/gif", query=GOAT_QUERY,
        needs=("site", "p")),
    "POST /api/v0/count": Described("GoatCounter's API, for servers with the site's token",
        {"status": ("ok",)}, 202,
        body=at_least("hits", hits=Schema(type="array", minItems=1, maxItems=BATCH_LIMIT,
            items=at_least("path session", path=a_text(SAYS, maxLength=2048),
                           session=a_text(minLength=1), event=ANY)))),
}
TRACKING_ERRORS = {  # how a dialect refuses -> shape
    refuse_plainly: any_of("Error", {"errors": {str: str}}),
    refuse_haru: "text/plain application/json",
    refuse_plausible: {"errors": {str: [str]}},
    refuse_umami: {"error": ANY},
    refuse_goat: "image/gif",
}
FAULTS = {
    400: "Something is wrong with it", 401: "Nobody we know", 403: "Not allowed",
    404: "Not there", 405: "Another method is meant", 409: "It is taken, or there is too much",
    413: "The body is too long", 414: "The address is too long", 415: "The body is no JSON",
    429: "Too often", 503: "Not stored",
}
SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "password": {"type": "http", "scheme": "basic"},
    "site": {"type": "http", "scheme": "bearer", "description": "The site's own token"},
    "login": {"type": "apiKey", "in": "cookie", "name": COOKIE,
              "description": "Changes need our Origin and the header X-CSRF-Token, too."},
}
# fmt: on


def content_of(shape: object) -> dict[str, object]:
    """What an answer holds: JSON of a shape, or something of a media type."""
    if isinstance(shape, str) and "/" in shape:
        return {kind: {} for kind in shape.split()}
    return {"application/json": {"schema": schema_of(shape)}}


def refusal_of(status: int, shape: object = "Error") -> dict[str, Any]:
    """The description of one way to say no."""
    known = {405: "Allow", 429: "Retry-After", 503: "Retry-After"}
    headers = {known[status]: {"schema": {"type": "string"}}} if status in known else {}
    content = {} if status == 414 else content_of(shape)  # gevent's, without a body
    return {"description": FAULTS[status], "content": content, "headers": headers}


def answers_of(said: Described, path: str) -> dict[str, Any]:
    """The answers of a route by status: what it gives, and how it refuses."""
    content = content_of(said.answer)
    if said.also or "format" in said.query:
        content[said.also or "text/csv"] = {}
    answers: dict[str, Any] = {str(said.status): {"description": "Done", "content": content}}
    dialect = find_dialect(path)
    may_be = {  # status -> whether it may be answered
        404: dialect or "{" in path,
        409: said.taken,
        413: dialect or said.body,
        415: said.body and not dialect,
    }
    for status in FAULTS:
        if not may_be.get(status, True):
            continue
        if dialect:
            answers[str(status)] = refusal_of(status, TRACKING_ERRORS[dialect.refuse])
        else:
            answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    if path == "/health":
        answers["503"] = {"description": "Nothing can be stored", "content": content}
    return answers


def component_name(parameter: str) -> str:
    """ "country!" -> "country-not" """
    return parameter.replace("!", "-not")


def parameter_of(name: str, shape: object, needed: bool = False) -> dict[str, Any]:
    """A parameter of the query."""
    return {"name": name, "in": "query", "required": needed, "schema": schema_of(shape)}


def operation_of(key: str, said: Described, access: str) -> dict[str, Any]:
    """One method of one path."""
    path, in_path = key.partition(" ")[2], re.findall(r"{(\w+)}", key)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": schema_of(PARAMETERS[name])}
        for name in in_path
    ]
    for name, shape in said.query.items():
        if name in REPORT_PARAMETERS:
            parameters.append({"$ref": f"#/components/parameters/{component_name(name)}"})
        else:
            parameters.append(parameter_of(name, shape, name in said.needs))
    is_open = access in ("public", "")
    signs = [{name: []} for name in SECURITY_SCHEMES if name != "site" and not is_open]
    operation = {
        "summary": said.summary,
        "operationId": re.sub(r"\W+", "-", key).strip("-").lower(),
        "parameters": parameters,
        "security": [{"site": []}] if path == "/api/v0/count" else signs,
        "responses": answers_of(said, path),
    }
    if said.body:
        operation["requestBody"] = {"required": True, "content": content_of(said.body)}
    return operation


def route_key(made: Route) -> str:
    """What a route is called here: "GET /api/stats/{site_id}"."""
    path = re.sub(r"<(\w+)[^>]*>", r"{\1}", made.path)
    return f"{made.method} {path}"


@functools.cache
def api_description() -> bytes:
    """The whole description, as JSON; what it says is the same for everybody."""
    access = {route_key(made): made.access for made in ROUTES}
    paths: dict[str, Any] = {}
    for key, said in DESCRIBED.items():
        method, _, path = key.partition(" ")
        operation = operation_of(key, said, access.get(key, ""))
        paths.setdefault(path, {})[method.lower()] = operation
    # Read here: it took 7 ms of each start. Of the names of GMT only one makes a good enum.
    zones = tuple(name for name in zone_names() if not name.endswith(("GMT+0", "GMT-0")))
    shapes = SHAPES | {"TimeZone": zones}
    components = {
        "schemas": {name: schema_of(shape) for name, shape in shapes.items()},
        "responses": {str(status): refusal_of(status) for status in FAULTS},
        "parameters": {
            component_name(name): parameter_of(name, shape)
            for name, shape in REPORT_PARAMETERS.items()
        },
        "securitySchemes": SECURITY_SCHEMES,
    }
    licence = {"name": "MIT", "identifier": "MIT"}
    about = {"title": "Slim Analytics", "version": VERSION, "license": licence}
    servers = [{"url": state.config.root or "/"}]
    whole = {"openapi": "3.1.0", "info": about, "servers": servers, "paths": paths}
    return json.dumps(whole | {"components": components}, separators=(",", ":")).encode()


@route("GET", "/api/openapi.json", "public")
def api_openapi(call: Call) -> Answer:
    return Answer(200, api_description(), headers=(NO_CACHE, *SAFE_HEADERS))


# == Requests ======================================================================================
#
# Headers and bodies, read quickly and strictly: what two servers could read differently is refused.

IDLE_SECONDS = 60  # between two requests
HEAD_SECONDS = 10  # for the first line of a new connection, and for the headers after that line
MOVE_SECONDS, SLOWEST = 20, 16_384  # for a body or an answer, and a second more for so many bytes
LINGER_SECONDS, LINGER_BYTES = 2, 1_000_000  # for what still comes of a body that was refused
BODIES_BYTES = 33_554_432  # being read at once, of bodies longer than a short one
SHORT_BODY = 16_384
READ_BUFFER = 4096  # bytes a connection; a tracking request has about 700
SEND_BUFFER = 65_536  # bytes a connection, which the kernel doubles; by itself it takes up to 4 MB,
# so that 2,000 who do not read what they asked for used up the memory it has for all sockets
SPARE_FILES = 128  # handles that are not for connections
# A target in UTF-8 as it is has bytes that Python's split() takes for spaces: those of "à" and "Å".
FIRST_LINE = re.compile(r"([!-~]+) ([!-~\x80-\xff]+) (HTTP/1\.[01])\r?\n")
MARKS = "!\"#$%&'()*+,/:;<=>?@[]^`{|}~\\"  # which stay in a query as they are
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,80}")
HEADER_BYTES, HEADER_LINES = 16_384, 100
BACKLOG = 4096  # connections not accepted yet; a client beyond them tries again after 1 s


@functools.lru_cache(256)  # nearly all are the tracker's
def read_first_line(text: str) -> tuple[str, ...]:
    """The method, target and version of a request. Raises ValueError."""
    found = FIRST_LINE.fullmatch(text)
    if not found:
        raise ValueError("the first line is none of HTTP 1.1 or 1.0")
    return found.groups()


@functools.lru_cache(1024)
def cgi_name(name: str) -> str:
    """The environ key of a header: "Content-Type" -> "CONTENT_TYPE"; '' for one to leave out, as it
    could pass for another. Raises ValueError when it is no name."""
    if not HEADER_NAME.fullmatch(name):
        raise ValueError("a header has a name that is none")
    if "_" in name:
        return ""
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key


ONLY_ONCE = ("CONTENT_LENGTH", "HTTP_HOST", "HTTP_TRANSFER_ENCODING")


def read_head(rfile: Any) -> bytes:
    """The header lines of a request, without the empty one after them. Raises ValueError."""
    ahead = rfile.peek(1)
    end = ahead.find(b"\r\n\r\n") + 2
    head = ahead[:end]
    is_whole = end > 2 and not head.startswith(b"\r\n")
    if is_whole and head.count(b"\n") == head.count(b"\r\n"):  # as nearly always
        rfile.read(end + 2)
        return head
    left, lines = HEADER_BYTES, []
    while (line := rfile.readline(left)) not in (b"\r\n", b"\n"):
        left -= len(line)
        if left <= 0 or not line.endswith(b"\n"):
            raise ValueError("the headers do not end, or are too long")
        lines.append(line)
    return b"".join(lines)


def check_length(headers: Mapping[str, str]) -> None:
    """Raise ValueError when it is not clear how long a body is."""
    coding, length = headers.get("HTTP_TRANSFER_ENCODING"), headers.get("CONTENT_LENGTH", "0")
    if coding is not None and (coding.lower() != "chunked" or "CONTENT_LENGTH" in headers):
        raise ValueError("Transfer-Encoding is not chunked, or stands beside a length")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise ValueError("Content-Length is no number")


def read_headers(rfile: Any) -> dict[str, str]:
    """A request's headers by their environ keys. Raises ValueError for what two servers could read
    differently. http.client's own go through the e-mail parser, which takes longer than all else a
    tracking request needs."""
    text = read_head(rfile).decode("latin-1").replace("\r\n", "\n")
    *lines, _ = text.split("\n")  # nothing stands after the last end of a line
    if len(lines) > HEADER_LINES or "\r" in text or "\0" in text:
        raise ValueError("there are too many headers, or one has a sign that none may have")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        key, value = cgi_name(name), value.strip(" \t")
        if not colon:
            raise ValueError("a header line is not `name: value`")
        if key in headers:
            if key in ONLY_ONCE:
                raise ValueError(f"{name} is there twice")
            value = headers[key] + ("; " if key == "HTTP_COOKIE" else ",") + value
        if key:
            headers[key] = value
    check_length(headers)
    return headers


CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[^\r\n]*)?\r\n")


class Body(Input):
    """A request's body, read in its time; bodies that are read at once have a bound together."""

    __slots__ = ("handler",)

    def read(self, length: int = SHORT_BODY) -> bytes:
        server = self.handler.server
        ahead = (self.content_length or 0) - self.position
        size = length if self.chunked_input else min(length, ahead)
        if size > SHORT_BODY and server.reading + size > BODIES_BYTES:
            headers = {"Retry_After": "5", "Connection": "close"}
            raise Refused(503, "too many long bodies are being read", **headers)
        self.handler.due, self.handler.reads = server.time_for(size), True
        server.reading += size
        try:
            return super().read(length)
        finally:
            server.reading -= size
            self.handler.due, self.handler.reads = math.inf, False

    def _Input__read_chunk_length(self, rfile: Any) -> int:  # noqa: N802 - gevent's takes a bare LF
        found = CHUNK_LINE.fullmatch(rfile.readline(READ_BUFFER))
        if not found:
            self._chunked_input_error = True
            raise OSError("a chunk's size is not a line of its own")
        size = int(found[1], 16)
        while not size and self._Input__read_chunk_trailer(rfile):
            pass
        return size

    def _discard(self) -> None:
        """Read what is left, for the next request to follow; nothing where none does."""
        if not self.handler.close_connection:
            super()._discard()

    def unread(self) -> float:
        """How many bytes are left; of chunks nobody knows."""
        if self.chunked_input:
            return math.inf if self.chunk_length else 0
        return (self.content_length or 0) - self.position


@functools.lru_cache(256)
def answer_head(
    status: int, kind: str, length: int, headers: tuple[tuple[str, str], ...], closes: bool
) -> bytes:
    """An answer up to its body, of which a 204 may not say anything (RFC 9110, 8.6)."""
    lines = [
        f"HTTP/1.1 {status} {http.client.responses.get(status, 'Unknown')}",
        *((f"Content-Type: {kind}", f"Content-Length: {length}") if status != 204 else ()),
        *(f"{name}: {value}" for name, value in headers),
        f"Connection: {'close' if closes else 'keep-alive'}",
        "\r\n",
    ]
    return "\r\n".join(lines).encode("latin-1")


# == Server ========================================================================================
#
# One connection: tracking answered before WSGI, sockets admitted before they are upgraded. Nothing
# here is logged: it would hold addresses.
#
# Who is slow is closed. Each connection says by when (`due`) what it waits for has to be there: a
# request's head, its body, room for the answer; one loop looks once a second, so that a request
# costs no timer. When there are too many connections, of the half that has waited the longest those
# go whose time ends first.


class Handler(WebSocketHandler):
    """One connection: HTTP, or a WebSocket once its handshake has been admitted."""

    due = math.inf  # by the server's tick, when it is closed for being slow
    since = 0.0  # when it began to wait: for a request, or for the rest of one and room to answer
    reads = False  # whether it waits for more of a body
    lingers = False  # whether it was answered, and closed, with more of its body to come

    def __init__(self, client: socket.socket, address: tuple, server: Server) -> None:
        super().__init__(client, address, server, client.makefile("rb", READ_BUFFER))

    def handle(self) -> None:
        # The server sends head and body apart; without this the second waits 40 ms for an ACK.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.wait(HEAD_SECONDS)
        with contextlib.suppress(OSError):  # the client is gone
            super().handle()

    def wait(self, seconds: float) -> None:
        """Wait for the client from now on, and for so long."""
        self.due, self.since = self.server.tick + seconds, time.monotonic()

    def cut(self) -> None:
        """End a connection: whoever waits for its other side is woken and finds it gone."""
        self.due = math.inf
        with contextlib.suppress(OSError, AttributeError):  # gone already
            self.socket._sock.shutdown(socket.SHUT_RDWR)  # gevent's own would raise in who waits

    def read_request(self, raw_requestline: str) -> bool:
        self.wait(HEAD_SECONDS)
        self.command, self.path, self.request_version = read_first_line(raw_requestline)
        try:
            self.headers = read_headers(self.rfile)
        except OSError:
            raise ValueError("the client is gone") from None
        length = self.headers.get("CONTENT_LENGTH")
        self.content_length = length and int(length)
        if self.content_length and self.command == "HEAD":
            raise ValueError("HEAD with a body")
        wish = self.headers.get("HTTP_CONNECTION", "").lower()
        old = self.request_version == "HTTP/1.0"
        if old and "HTTP_TRANSFER_ENCODING" in self.headers:
            raise ValueError("HTTP 1.0 knows no chunks")
        self.close_connection = wish != "keep-alive" if old else wish == "close"
        return True

    def get_environ(self) -> dict[str, Any]:
        """The WSGI environment, without a copy of a copy of each header."""
        environ = self.server.environ | self.headers
        path, _, query = self.path.partition("?")
        if path[:1] != "/" and "://" in path:  # the absolute form, which proxies are sent
            path = "/" + path.partition("://")[2].partition("/")[2]
        environ["REQUEST_METHOD"], environ["SERVER_PROTOCOL"] = self.command, self.request_version
        environ["PATH_INFO"] = unquote(path, "latin-1") if "%" in path else path
        environ["QUERY_STRING"] = query if query.isascii() else quote(query, MARKS, "latin-1")
        environ["REMOTE_ADDR"] = self.client_address[0]
        waiting = self.socket if environ.get("HTTP_EXPECT") == "100-continue" else None
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        self.wsgi_input = Body(self.rfile, self.content_length, waiting, chunked)
        self.wsgi_input.handler = self
        environ["wsgi.input"] = self.wsgi_input
        return environ

    def handle_one_response(self) -> None:
        state.active += 1
        self.due = math.inf
        try:
            path = text_path(self.environ)
            if state.stopping:  # a request that comes after the last one that is waited for
                self.answer(json_answer(503, {"error": "stopping"}, ("Retry-After", "5")))
            elif dialect := find_dialect(path):
                self.answer(track(dialect, self.environ, path))
            else:
                super().handle_one_response()
        except OSError:  # the client is gone
            self.close_connection = True
        finally:
            state.active -= 1
            self.wait(IDLE_SECONDS)
        if self.lingers and not state.stopping:
            self.linger()

    def linger(self) -> None:
        """Take what still comes, for a moment: a connection closed over a body is reset, and
        a proxy that sends one loses the answer, as Apache does. It counts as one that waits; while
        more than half of all connections are taken, none does."""
        if len(self.server.handlers) > self.server.limit // 2:
            return
        self.due, left = self.server.tick + LINGER_SECONDS, LINGER_BYTES
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
            while left > 0 and (size := len(self.socket.recv(SHORT_BODY))):
                left -= size

    def answer(self, answer: Answer) -> None:
        """Send an answer in one piece. A body that was not read to its end closes the connection:
        what follows it cannot be found."""
        self.lingers = self.wsgi_input.unread() > 0
        self.close_connection = self.close_connection or self.lingers or state.stopping
        status, body, kind, headers = answer
        head = answer_head(status, kind, len(body), headers, self.close_connection)
        data = head if self.command == "HEAD" else head + body
        self.due = self.server.time_for(len(data))
        sent = self.socket.send(data)  # nearly always all of it; sendall asks the kernel more
        if sent < len(data):
            self.socket.sendall(data[sent:])

    def _sendall(self, data: bytes) -> None:
        self.due = self.server.time_for(len(data))
        super()._sendall(data)
        self.due = math.inf

    def run_application(self) -> None:
        if state.stopping:
            self.close_connection = True
        if self.environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            self.admit()
        else:  # some ask for HTTP/2 beside what they want; that may be passed over
            WSGIHandler.run_application(self)
        left = self.wsgi_input.unread()
        self.close_connection = self.close_connection or left > SHORT_BODY
        self.lingers = self.close_connection and left > 0

    def admit(self) -> None:
        """Upgrade a socket whose reader may have it; refuse the others without upgrading."""
        try:
            if text_path(self.environ) not in ("/", "/ws"):
                raise Refused(404, "the socket is at /ws")
            self.environ["slim.call"] = admit_socket(self.environ, self.server.limit // 2)
        except Refused as refusal:
            self.answer(json_answer(refusal.status, {"error": refusal.message}))
            return
        state.active -= 1  # a socket may stay for days; stopping does not wait for it
        try:
            super().run_application()
        finally:
            state.active += 1

    def upgrade_connection(self) -> list | None:
        refused = super().upgrade_connection()
        if getattr(self, "websocket", None):
            self.websocket.__class__ = Socket  # the same object, with bounds
        return refused

    def log_request(self) -> None:
        """No access log: it would hold addresses."""

    def _log_error(self, t: type, v: BaseException, tb: Any) -> None:
        if not issubclass(t, gevent.GreenletExit):
            log_exception("a request failed", private=True)


def open_files(wanted: int) -> int:
    """How many handles this process may have, after asking for as many as are wanted."""
    soft, hard = getrlimit(RLIMIT_NOFILE)
    if soft == RLIM_INFINITY:
        return wanted
    if soft < wanted:
        soft = wanted if hard == RLIM_INFINITY else min(wanted, hard)
        setrlimit(RLIMIT_NOFILE, (soft, hard))
    return soft


class Server(WSGIServer):
    """gevent's server with our handler, quiet. Raises StoreError where it could take nobody."""

    def __init__(self, config: Config) -> None:
        super().__init__(
            (config.host, config.port),
            application,
            backlog=BACKLOG,
            log=None,
            error_log=None,
            handler_class=Handler,
            environ={"wsgi.input_terminated": True},
        )
        self.clients: dict = {}  # gevent-websocket keeps its sockets here
        self.tick = time.monotonic()  # read once a second
        self.handlers: set[Handler] = set()
        self.held: Counter[bytes] = Counter()  # connections by network
        self.reading = 0  # bytes of bodies
        files = open_files(config.connections + SPARE_FILES)
        self.limit = min(config.connections, files - SPARE_FILES)
        if self.limit < 1:
            few = (
                f"only {files} files may be open, and {SPARE_FILES} are for other than connections"
            )
            raise StoreError(f"{few}: raise LimitNOFILE of the unit, or ulimit -n")

    def init_socket(self) -> None:
        super().init_socket()  # whose connections inherit it
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def time_for(self, size: int) -> float:
        """By when so many bytes have to be read or sent."""
        return self.tick + MOVE_SECONDS + size / SLOWEST

    def handle(self, client: socket.socket, address: tuple) -> None:
        """Serve one connection, unless there are too many from there."""
        peer = parse_address(address[0]) or address[0]  # a socket of IPv6 has "::ffff:1.2.3.4"
        network, most = visitor_network(peer), state.config.connections_each
        if most and self.held[network] >= most and not is_trusted({"REMOTE_ADDR": peer}):
            return
        if len(self.handlers) >= self.limit and not self.make_room():
            return
        handler = Handler(client, (peer, *address[1:]), self)
        self.handlers.add(handler)
        self.held[network] += 1
        try:
            handler.handle()
        finally:
            self.handlers.discard(handler)
            self.held[network] -= 1
            if not self.held[network]:
                del self.held[network]

    def make_room(self) -> bool:
        """Close a tenth of the connections that wait for somebody: those whose time ends first, but
        nobody who has just come; returns whether there were."""
        waiting = sorted((h for h in self.handlers if h.due < math.inf), key=lambda h: h.since)
        longest = sorted(waiting[: len(waiting) // 2 + 1], key=lambda h: h.due)
        for handler in longest[: len(waiting) // 10 + 1]:
            self.handlers.discard(handler)
            handler.cut()
        return bool(waiting)

    def cut_uploads(self) -> None:
        """Close the connections whose requests have not come whole."""
        for handler in [handler for handler in self.handlers if handler.reads]:
            handler.cut()

    def cut_slow(self) -> None:
        """Close the connections that do not get on."""
        self.tick = time.monotonic()
        for handler in [handler for handler in self.handlers if handler.due < self.tick]:
            handler.cut()


# == Loops =========================================================================================
#
# What time does by itself: to add a loop, write its function and its row of LOOPS.


def loop_safely(function: Callable[[], None], seconds: float) -> None:
    """Do something again and again; a failure is logged and does not end the loop."""
    while True:
        try:
            function()
        except StoreError as error:
            log(str(error), "error")
        except Exception:
            log_exception(f"{function.__name__} failed")
        gevent.sleep(seconds)


def salt_is_over(site: int, day: str) -> bool:
    """Whether a day's salt must be destroyed: an hour after the day, when the site is gone, or when
    the day is far ahead, as a clock that was wrong made it. One that was never set tells nothing.
    """
    known, first = state.sites.by_number.get(site), date.fromisoformat(day)
    if known is None:
        return True
    begins, ends = (day_start(each, known.zone) for each in (first, first + timedelta(1)))
    return now() >= ends + SALT_GRACE or RELEASED < now() < begins - 2 * DAY


def every_minute() -> None:
    """What time does by itself: visits end, addresses are forgotten, salts are destroyed, the
    doctor looks."""
    close_visits(state.open_visits, now() - ENGAGED_LIMIT)  # it may be told as late
    with faults_noted("the forgetting of own addresses"):
        recheck_own()
    state.failures.tidy()
    # Keyed by addresses, which on a quiet server nothing else would push out for months.
    for kept in (client_address, in_networks, state.geo.place):
        kept.cache_clear()
    used, state.sites.used = state.sites.used, set()
    if used:
        note_use("token", used)
    with faults_noted("the destruction of salts"):
        in_thread(state.store.write_pool, state.salts.destroy, salt_is_over)
    with faults_noted("the keeping of salts"):
        state.salts.check()
    raise_alarms()


SENDING = "the sending of news"


def send_in_turn(server: str, due: list[tuple[Subscription, list[Notice]]]) -> None:
    """Send what is due to one server. Until all of it went out, state.sending has this greenlet."""
    try:
        with faults_noted(SENDING), state.delivery_slots:
            for subscription, notices in due:
                send_notices(subscription, notices)
    finally:
        del state.sending[server]


def send_news() -> None:
    """Send what there is to tell; nothing without our public address, which the links need. Who
    takes long is not waited for."""
    if not state.config.base_url:
        return
    due = defaultdict(list)
    for subscription, notices in state.store.read(due_news, now()):
        server = urlsplit(subscription.target).netloc  # "": the one that takes all e-mails
        due[server].append((subscription, notices))
    if not due:  # it was given up, or the subscription ended
        forget_faults(SENDING)
    fresh = due.keys() - state.sending.keys()
    begun = {server: gevent.spawn(send_in_turn, server, due[server]) for server in fresh}
    state.sending.update(begun)
    gevent.joinall(begun.values(), SEND_SECONDS)


def tell() -> None:
    """Note down what there is to tell, and send it."""
    with faults_noted("the search for news"):
        note_news()
    with faults_noted("the search for what is to be sent"):
        send_news()


def settled_before(site: Site, open_visits: OpenVisits, moment: float) -> date:
    """The first day of a site that may still change: today, or when its oldest open visit began."""
    started = [
        visit.started
        for visit in open_visits.values()
        if visit.site == site.number and not is_over(visit, moment - SETTLE_SECONDS)
    ]
    return local_day(min([moment - SETTLE_SECONDS, *started]), site.zone)


def apply_rules(site: Site) -> None:
    """Let all that is known of a site obey its rules for pages."""
    changed = True
    while changed:  # a batch under way has copies of visits as they were
        state.queue.put([])  # returns once what was on the way is committed
        changed = False
        for some in slices([v for v in state.open_visits.values() if v.site == site.number]):
            for visit in some:
                changed |= merge_visit(visit, site.merge)
            gevent.sleep(0)
    before = settled_before(site, state.open_visits, now())
    merge_history(state.store.read_long, state.store.write, site, before)
    reload_sites()


def sweep_when_told() -> None:
    """Delete what belonged to deleted sites, and apply new rules for pages, whenever there are
    any."""
    state.sweep.wait()
    state.sweep.clear()
    with state.tidying:
        with faults_noted("the removal of deleted sites"):
            if sweep(state.store.read_long, state.store.write):
                state.deleted = True
        for site in list(state.sites.all):
            if site.merge != site.merged:
                with faults_noted("the merging of pages", site.number):
                    apply_rules(site)


def roll_settled(site: Site) -> None:
    """Roll up the days of a site that change no more."""
    read, write = state.store.read_long, state.store.write
    before = settled_before(site, state.open_visits, now())
    settled = state.settled.get(site.number)
    begun, latest = now(), read(scalar, "select ifnull(max(id), 0) from visit")
    roll_site(read, write, site, before, settled and date.fromordinal(settled))
    settled = max(before.toordinal(), read(rolled_until, site.number))
    state.summed[site.number] = begun, latest
    if site.zone == getattr(state.sites.by_number.get(site.number), "zone", None):
        state.settled[site.number] = settled


def end_at_stop(*_progress: object) -> None:
    """Raise StoreError in a copy under way once the server stops."""
    if state.stopping:
        raise StoreError("the server stops")


TIDY_SECONDS = 3600  # between two looks through all rows: of 10 million events one takes a minute


def tidy() -> None:
    """Remove the texts that nothing refers to any more."""
    state.deleted, done = False, False
    state.tidy_after = now() + TIDY_SECONDS
    try:
        done = remove_texts(state.store.read_long, state.store.write)
    finally:  # what is left, or was deleted meanwhile, is looked for again
        state.deleted = state.deleted or not done


def every_five_minutes() -> None:
    """What days do by themselves: they are rolled up, pruned, and backed up at night."""
    read, write = state.store.read_long, state.store.write
    moment = state.steady.moment()
    in_use = bool(state.sites.all)  # what is made meanwhile, the next round copies
    with faults_noted("the reading of the clock"):
        state.steady.check()
    with state.tidying:
        for site in list(state.sites.all):
            with faults_noted("the summing up", site.number):
                roll_settled(site)
        with faults_noted("the deletion of old rows"):
            if any(prune(read, write, list(state.sites.all), state.config, moment)):
                state.deleted = True
        if state.deleted and now() >= state.tidy_after:
            with faults_noted("the removal of unused texts"):
                tidy()
        with faults_noted("keeping the database small"):
            read(check_size, list(state.sites.all), state.config)
    with faults_noted("the deletion of old examples"):
        write(change, "delete from dropped_sample where time < ?", moment - SAMPLE_DAYS * DAY)
    state.sweep.set()  # for what was not done at once, or failed
    with faults_noted("the nightly copy"):
        copying = (backup_nightly, state.config.data, moment, end_at_stop)
        if in_use and (made := in_background(*copying)):
            log(f"backed up to {made}")
    in_thread(None, give_memory_back)


def watch_changes() -> Callable[[], None]:
    """A function that takes the sites anew when another process has written."""
    seen = state.store.peek(data_version)

    def look() -> None:
        nonlocal seen
        with faults_noted("the reading of what another process wrote"):
            version = state.store.peek(data_version)
            if version != seen:
                known = {*state.sites.by_number}
                reload_sites()
                seen = version  # not before: what cannot be read now is read the next time
                state.deleted = state.deleted or not known <= {*state.sites.by_number}

    return look


def watch_lists() -> None:
    """Take in GeoIP databases and the list of spammers when their files are new."""
    try:
        changed = in_thread(None, state.geo.refresh)
    finally:
        state.geo.opened.set()
    if changed:
        state.versions[0] += 1
        log("GeoIP: " + (", ".join(map(describe_mmdb, state.geo.used)) or "no database"))
    with faults_noted("reading the list of spammers"):
        in_thread(None, state.spammers.refresh)
    with faults_noted("placing visitors"):
        if state.geo.trouble:
            raise StoreError(state.geo.trouble)


def fetch_when_due() -> None:
    """Fetch GeoIP databases and the list of spammers after their makers' days."""

    def fetch_all() -> list[str]:
        due = wants_downloads(state.config, now())
        return list(update_downloads(state.config, now(), only_due=True)) if due else []

    try:
        for line in in_thread(None, fetch_all):
            log(line)
    except (DownloadError, OSError) as error:
        log(str(error))


def watch_files(restart: Callable[[], None]) -> Callable[[], None]:
    """For `serve --dev`: drop what is kept of files that changed; ask for a restart of the code."""

    def stamps() -> dict[Path, float]:
        files = [HOME / "slim.py", HOME / "schema.sql"]
        files += [HOME / name for name in (*resource_names("views"), *resource_names("static"))]
        return {path: path.stat().st_mtime for path in files if path.exists()}

    seen = stamps()

    def look() -> None:
        nonlocal seen
        before, seen = seen, stamps()
        changed = {path for path, _ in before.items() ^ seen.items()}
        if not changed:
            return
        log("changed: " + ", ".join(sorted(path.name for path in changed)))
        for kept in (template, static_files, static_build):
            kept.cache_clear()
        if any(path.suffix in (".py", ".sql") for path in changed):
            restart()

    return look


LOOPS = (  # what is done again and again, and the seconds between
    (live_pulse, PULSE_SECONDS),
    (recheck_sockets, RECHECK_SECONDS),
    (every_minute, 60),
    (every_five_minutes, 300),
    (tell, 300),
    (watch_lists, 5),
    (fetch_when_due, 600),
    (sweep_when_told, 0),
)


# == Start and stop ================================================================================
#
# start() fills `state`, stop() empties it: no new connections, requests under way answered, the
# queue committed, sockets and downloads cut off. It is quick, as hits are refused meanwhile.


def lock_data(folder: Path, name: str = "lock", trouble: str = "") -> int:
    """Take the data folder for this server, or for some other work of which there can be only one.
    Raises StoreError when somebody else has it."""
    handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if not isinstance(error, BlockingIOError):  # as on some disks of other machines
            raise StoreError(f"{folder} cannot be locked: {error.strerror}") from None
        raise StoreError(trouble or f"another slim serves {folder} already") from None
    return handle


def make_data_folder(config: Config) -> None:
    """Make the data folder; ends the program when it cannot be written."""
    try:
        (config.data / "maxmind").mkdir(parents=True, exist_ok=True)
        handle = os.open(config.data / ".writable", os.O_CREAT | os.O_WRONLY, 0o600)
        os.close(handle)
        (config.data / ".writable").unlink(missing_ok=True)  # another process may have
    except OSError as error:
        folder = f"the data folder {config.data}"
        fail(f"user {os.geteuid()} cannot write to {folder}: {error.strerror}")


def first_account(config: Config, db: Db) -> None:
    """The account of AUTH_USERNAME and AUTH_PASSWORD, made when it does not exist."""
    if config.username and config.password and not find_account(db, config.username):
        if fault := password_fault(config.password):
            raise StoreError(f"AUTH_PASSWORD: {fault}")
        with transaction(db):
            add_account(db, config.username, hash_password(config.password))


def leave_settings(config: Config) -> None:
    """Leave in the data folder what commands need to know of this server."""
    part = config.shared_settings.with_suffix(".part")
    try:
        part.write_text(shared_text(config), "utf-8")
        give_to_owner(config.data)
        part.replace(config.shared_settings)
    except OSError as error:  # a full disk is no reason not to serve
        log(f"{config.shared_settings} is not up to date: {error.strerror}", "error")


def start(config: Config, hear: Callable[[], None] | None = None) -> Server:
    """Fill `state`, begin the loops, and listen; `hear` is called before. Raises StoreError or
    OSError."""
    give_memory_back()
    make_data_folder(config)
    state.__init__()
    state.lock = lock_data(config.data)
    state.config, state.started, state.begun = config, now(), ticks()
    state.steady = Steady()
    state.demo = is_demo(config)
    writer = open_store(config)
    first_account(config, writer)
    state.salts = Salts(config.salts_file)
    state.geo = Geo(config.data / "maxmind", later=True)
    state.spammers = Spammers(config.data / "spammers.txt")
    with contextlib.suppress(OSError):  # watch_lists says so, and tries again
        state.spammers.refresh()
    state.sites = Registry(*load_registry(writer))
    state.queue = Queue(config.queue_limit)
    state.open_visits = load_open_visits(writer, now())
    if not has_accounts(writer):
        state.setup[secrets.token_urlsafe(18)] = now() + SETUP_SECONDS
    server = Server(config)
    if hear:
        hear()
    # The port before any thread: to end beside one that just begins may crash. Nobody is heard
    # until something waits, as watch_changes does: by then only loops are missing.
    server.start()
    state.store = Store(writer, config.database, split_days)
    loops = [*LOOPS, (watch_changes(), 1), (server.cut_slow, 1)]
    loops += [(demo_visitors, 60)] if state.demo else []
    state.loops = [gevent.spawn(loop_safely, *loop) for loop in loops]
    state.loops.append(gevent.spawn(writer_loop))
    leave_settings(dataclasses.replace(config, port=server.server_port))
    return server


STOP_SECONDS = 8  # `docker stop` waits for 10
BODY_SECONDS = 2  # of those, for what comes of requests


def stop(server: Server) -> None:
    """End well: answer what was asked, commit what is queued, close."""
    state.stopping = True
    server.stop_accepting()
    server.close()
    cutting = gevent.spawn_later(BODY_SECONDS, server.cut_uploads)
    with gevent.Timeout(STOP_SECONDS, False):
        while state.active > state.downloads or state.queue.waiting:
            gevent.sleep(0.01)
    for subscriber in list(state.subscribers):
        subscriber.drop()
    gevent.killall([cutting, *state.loops, *state.sending.values()])
    for handler in list(server.handlers):  # a download would keep the readers busy to its end
        handler.cut()
    state.store.close()
    state.salts.close()
    os.close(state.lock)


def at_port(host: str, port_: int) -> str:
    """("::1", 3000) -> "[::1]:3000" """
    return f"[{host}]:{port_}" if ":" in host else f"{host}:{port_}"


def known_url(config: Config, bound: int) -> str:
    """Our address, as far as it is known without a request."""
    host = "127.0.0.1" if config.host in ("0.0.0.0", "::") else config.host
    return config.base_url or f"http://{at_port(host, bound)}"


def announce(server: Server) -> None:
    """The one line of a start, and on the first one the setup link."""
    config, bound = state.config, server.server_port
    url = known_url(config, bound)
    log(f"{VERSION} listening on {at_port(config.host, bound)}, data in {config.data}")
    if state.demo:
        log(f"a demo, every visit is made up: open {url}")
    for secret in state.setup:
        log(f"no account yet. Open {url}/setup/{secret} within an hour to make one.")


def serve(config: Config, dev: bool = False) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP; with `dev`, follow changes of the files."""
    ended = gevent.event.AsyncResult()  # whether to start again

    def hear_signals() -> None:  # from when on requests are heard: none is to be torn by one
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as by nohup
                gevent.signal_handler(number, ended.set, False)

    try:
        server = start(config, hear_signals)
    except (StoreError, OSError) as error:
        fail(f"cannot start: {error}")
    except sqlite3.Error as error:
        fail(f"cannot start: {trouble_text(config, error)}")
    # To look through all there is for garbage stops the hub for 0.1 s: what is here stays, and the
    # open visits are no garbage either.
    gc.freeze()
    gc.set_threshold(700, 10, 200)
    announce(server)
    if dev:
        look = watch_files(functools.partial(ended.set, True))
        state.loops.append(gevent.spawn(loop_safely, look, 0.5))
    restart = ended.get()
    stop(server)
    log("stopped, everything committed")
    if restart:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


# == Commands ======================================================================================
#
# A command is a function of (config, args) that returns nothing and raises SystemExit, or Refused
# or StoreError, for what it cannot do. They work beside a running server. What `user`, `site` and
# `token` do is a row of ACTIONS: a function of (config, db, args).


def expect_database(config: Config) -> None:
    """End the program when there is none: a folder misspelt is no new one."""
    try:
        config.database.stat()  # who may not look there is told that
    except FileNotFoundError:
        fail(f"there is no {config.database}; say with --data where it is")


def expect_schema(config: Config) -> None:
    """End the program when the schema is older. A command that changed it would undo a rollback, or
    break a server of the older version that still runs."""
    with contextlib.closing(open_connection(config.database)) as db:
        version = schema_version(db)
    if 0 < version < SCHEMA_VERSION:
        news = f"{config.database} has schema {version}, this program knows {SCHEMA_VERSION}"
        fail(f"{news}: a start brings it up to date, or slim.py migrate")


def open_database(config: Config, new: bool = False) -> Db:
    """A connection for a command. Only a `new` one may be made."""
    if not new:
        expect_database(config)
    make_data_folder(config)
    expect_schema(config)
    return open_store(config)


def run_serve(config: Config, args: argparse.Namespace) -> None:
    serve(config, args.dev)


def run_init(config: Config, args: argparse.Namespace) -> None:
    open_database(config, new=True).close()
    print(f"{config.database} is ready")


def run_migrate(config: Config, args: argparse.Namespace) -> None:
    expect_database(config)
    db = connect(config.database)
    before = schema_version(db)
    open_store(config)
    print(f"schema {before} -> {SCHEMA_VERSION}" if before != SCHEMA_VERSION else "up to date")


def ask_password() -> str:
    """A new password, asked twice on a terminal, else the first line of standard input."""
    if not sys.stdin:  # it is closed
        fail("the password is read from a terminal or from standard input")
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            fail("the two passwords are not the same")
    if fault := password_fault(password):
        fail(fault)
    return password


def command_site(db: Db, key: str) -> Site:
    """The site that a command names by id, domain or alias."""
    site = Registry(load_sites(db), {}).find(key)
    if site is None:
        fail(f"there is no site {key!r}; `slim.py site list` shows them")
    return site


def command_account(db: Db, name: str) -> Account:
    """The account that a command names."""
    found = find_account(db, name) or fail(f"there is no account {name!r}")
    return found.account


def list_users(config: Config, db: Db, args: argparse.Namespace) -> None:
    domains = {site.number: site.domain for site in load_sites(db)}
    for username, created in db.execute("select username, created from account order by 1"):
        account = find_account(db, username).account
        roles = [f"{role} of {domains[number]}" for number, role in account.roles]
        what = "owner of all sites" if account.owns_all else ", ".join(roles) or "no role"
        print(f"{username}  {what}  since {iso(created)}")


def role_site(db: Db, args: argparse.Namespace) -> Site | None:
    """The site that --role is for; None for all of them, which can be owned only."""
    if args.site:
        return command_site(db, args.site)
    if args.role not in (None, "owner", "none"):
        fail(f"say with --site where {args.name} is {args.role}", 2)
    return None


def give_role(db: Db, account: int, site: Site | None, role: str) -> None:
    """Give an account a role on a site, or take it; without a site: make it own all or nothing."""
    if site:
        set_role(db, account, site.number, "" if role == "none" else role)
    else:
        db.execute("update account set owns_all = ? where id = ?", (role == "owner", account))


def add_user(config: Config, db: Db, args: argparse.Namespace) -> None:
    site, hash_ = role_site(db, args), hash_password(ask_password())
    with transaction(db):
        added = add_account(db, args.name, hash_, owns_all=False)
        give_role(db, added.id, site, args.role or ("viewer" if site else "owner"))
    print(f"added {args.name}")


def invite_user(config: Config, db: Db, args: argparse.Namespace) -> None:
    site, role = role_site(db, args), args.role or "viewer"
    if site is None:
        fail(f"say with --site where {args.name} is {role}", 2)
    if role not in INVITED:
        fail(f"a link makes no {role}; known: {', '.join(INVITED)}", 2)
    with transaction(db):
        secret = add_link(db, INVITE_DAYS, site=site.number, role=role, name=args.name)
    print(f"{known_url(config, config.port)}/invite/{secret}")


def renew_password(config: Config, db: Db, args: argparse.Namespace) -> None:
    account = command_account(db, args.name)
    if args.link:
        with transaction(db):
            secret = add_reset(db, account.id)
        print(f"{known_url(config, config.port)}/reset/{secret}")
        return
    hash_ = hash_password(ask_password())
    with transaction(db):
        set_password(db, account.id, hash_)
    print(f"changed; {args.name} has to log in anew everywhere")


def end_totp(config: Config, db: Db, args: argparse.Namespace) -> None:
    account = command_account(db, args.name)
    with transaction(db):
        set_totp(db, account.id, None)
    print(f"{args.name} logs in by password alone, and has to do so anew everywhere")


def give_user_role(config: Config, db: Db, args: argparse.Namespace) -> None:
    site, account = role_site(db, args), command_account(db, args.name)
    role = args.role or fail("say which --role", 2)
    with transaction(db):
        give_role(db, account.id, site, role)
    print(f"{account.username}: {role} of {site.domain if site else 'all sites'}")


def remove_user(config: Config, db: Db, args: argparse.Namespace) -> None:
    account = command_account(db, args.name)
    with transaction(db):
        db.execute("delete from account where id = ?", (account.id,))
    print(f"removed {args.name}")


def list_sites(config: Config, db: Db, args: argparse.Namespace) -> None:
    for site in load_sites(db):
        print(f"{site.id}  {site.domain}  {site.name}  {site.timezone}")


def add_named_site(config: Config, db: Db, args: argparse.Namespace) -> None:
    values = {"domain": args.name, "name": args.title or args.name, "timezone": args.timezone}
    with transaction(db):
        site_id = add_site(db, read_site_fields(values))
    print(site_id)


def remove_site(config: Config, db: Db, args: argparse.Namespace) -> None:
    site = command_site(db, args.name)
    with transaction(db):
        delete_site_row(db, site.number)
    sweep(*runners(db))
    print(f"removed {site.name} and all its data")


def list_tokens(config: Config, db: Db, args: argparse.Namespace) -> None:
    for row in load_tokens(db):
        parts = [str(row.id), row.name, f"of {row.username}", f"to {row.scope}"]
        parts += [row.site or "all sites", f"since {iso(row.created)}"]
        parts += [f"until {iso(row.expires)}"] if row.expires else []
        parts += [f"used {iso(row.used)}" if row.used else "never used"]
        print("  ".join(parts))


def create_token(config: Config, db: Db, args: argparse.Namespace) -> None:
    sql = "select id from account where username = ? or ? is null order by id limit 1"
    account = scalar(db, sql, args.user, args.user)
    if account is None and args.user:
        fail(f"there is no account {args.user!r}")
    if account is None:
        fail("make an account first: slim.py user add NAME")
    site = command_site(db, args.site).number if args.site else None
    with transaction(db):
        print(add_token(db, account, args.name, args.scope, site, args.days))


def revoke_named_token(config: Config, db: Db, args: argparse.Namespace) -> None:
    with transaction(db):
        revoked = change(db, "delete from token where name = ?", args.name)
        revoked = revoked or change(db, "delete from token where id = ?", args.name)
    if not revoked:
        fail(f"there is no token {args.name!r}")
    print(f"revoked {args.name}")


# What can be done with what: to add an action, write its function and its row.
ACTIONS = {
    "user": {
        "add": add_user,
        "invite": invite_user,
        "password": renew_password,
        "totp-off": end_totp,
        "role": give_user_role,
        "remove": remove_user,
        "list": list_users,
    },
    "site": {"add": add_named_site, "list": list_sites, "remove": remove_site},
    "token": {"create": create_token, "list": list_tokens, "revoke": revoke_named_token},
}


def run_action(config: Config, args: argparse.Namespace) -> None:
    """Do with one user, site or token what is asked for, or list them all."""
    db = open_database(config, new=args.action == "add")
    if args.action != "list" and not args.name:
        fail(f"say which {args.command}", 2)
    ACTIONS[args.command][args.action](config, db, args)


# == Data commands =================================================================================
#
# Commands that bring history in and out, roll up, prune, look after and copy the database.


@contextlib.contextmanager
def progress() -> Iterator[Callable[..., None]]:
    """A function that says, as str.format does, how far long work is: on one line of a terminal,
    which is gone at the end."""
    shown = 0.0 if sys.stderr.isatty() else math.inf

    def show(text: str, *values: object) -> None:
        nonlocal shown
        if time.monotonic() - shown > 0.2:
            shown = time.monotonic()
            print(f"\r{text.format(*values)}\x1b[K", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def show_written(write: Callable, show: Callable) -> Callable:
    """The same `write`, which shows how many steps it took."""
    steps = itertools.count(1)

    def write_and_show(function: Callable, *args: Any) -> Any:
        show("{:,} steps", next(steps))
        return write(function, *args)

    return write_and_show


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say of a file what goes wrong while it is read, and of no other work."""
    try:
        yield
    except (*KINDS_OF_PACK, sqlite3.DatabaseError) as error:
        fail(f"{path}: {error}")
    except Refused as refusal:
        fail(f"{path}: {refusal.message}")


def unsettled(db: Db, site: Site) -> date:
    """The first day of a site that may still change, beside a running server or not."""
    return settled_before(site, load_open_visits(db, now() - SETTLE_SECONDS), now())


def follow_settings(items: Iterable, importer: Importer) -> Iterator:
    """The same items, of a log that grows. Whenever it has no more for now, all before is saved,
    and what follows obeys the settings the site has by then. Ends when the site is deleted."""
    for item in items:
        yield item
        if item is not None:
            continue
        before, site = importer.site, Registry(load_sites(importer.db), {}).find(importer.site.id)
        if site is None:
            fail(f"the site {before.domain} was deleted")
        if site != before:
            importer.use_settings(site)
        if site.merge != before.merge:
            for visit in importer.open_visits.values():
                merge_visit(visit, site.merge)
            merge_history(*runners(importer.db, split_days), site, unsettled(importer.db, site))


def import_site(db: Db, args: argparse.Namespace) -> Site:
    """The site an import is for; of our own export the one that it is of, made when it is new."""
    if args.site:
        return command_site(db, args.site)
    if args.format != "jsonl":
        fail("say which --site", 2)
    with reading(args.file):
        exported = export_header(args.file)["site"]
    if site := Registry(load_sites(db), {}).find(str(exported.get("domain"))):
        return site
    if args.dry_run:
        fail(f"there is no site {exported.get('domain')!r} yet; the import would make it")
    with reading(args.file):
        fields = {key: value for key, value in exported.items() if key in SITE_FIELDS}
        columns = read_site_fields(fields)
    with transaction(db):
        site_id = add_site(db, columns)
    return command_site(db, site_id)


def history(importer: Importer, args: argparse.Namespace) -> Iterator:
    """What an import reads of its file, while it says how far it is."""
    more = {"follow": True} if args.follow else {}
    with reading(args.file), progress() as show:
        for item in IMPORTS[args.format].read(importer, args.file, **more):
            show("{:,} lines, {:,} pageviews", importer.lines_read, importer.imported["pageviews"])
            yield item


def sum_up_import(db: Db, site: Site) -> None:
    """Let what came in obey the site's rules for pages, if any, and sum up the days it changed,
    and no others."""
    before = unsettled(db, site)
    if site.merge:
        merge_history(*runners(db, split_days), site, before)
    else:
        roll_site(*runners(db), site, before, before)


def print_import(importer: Importer, is_dry: bool) -> None:
    """Say what came in, and what was left out."""
    came, verb = importer.imported, "would import" if is_dry else "imported"
    views = f"{importer.lines_read:,} lines read, {verb} {came['pageviews']:,} pageviews"
    others = [f"{came[name]:,} {name}" for name in ("events", "sums") if came[name]]
    print(", ".join([views, *others]))
    for reason, count in importer.left_out.most_common():
        is_placed = reason == "malformed" and importer.first_malformed
        where = f", the first in line {importer.first_malformed:,}" if is_placed else ""
        print(f"  left out {count:,}: {reason}{where}")


def missing_rules(path: Path, site: Site) -> list[str]:
    """The rules for pages that hold where an export comes from, and not on the site it is for."""
    rules = export_header(path)["site"].get("merge")
    rules = rules if isinstance(rules, list) else []
    return [str(rule) for rule in rules if rule not in site.merge]


def import_history(config: Config, args: argparse.Namespace) -> None:
    """Import a file, sum up what changed, and say what came in."""
    db = open_database(config, new=True)
    with reading(args.file):
        if args.format != "access-log" and not stat.S_ISREG(args.file.stat().st_mode):
            raise Refused(400, f"it is no regular file; {args.format} is read more than once")
    site = import_site(db, args)
    geo, spammers = Geo(config.data / "maxmind"), Spammers(config.data / "spammers.txt")
    spammers.refresh()
    importer = Importer(db, site, geo, spammers.hosts, args.again)
    with contextlib.closing(history(importer, args)) as found:
        items = follow_settings(found, importer)
        if args.dry_run:
            deque(items, maxlen=0)
        else:
            import_items(db, importer, items)
    site = command_site(db, site.id)  # its rules may be others by now
    if not args.dry_run:
        sum_up_import(db, site)
    print_import(importer, args.dry_run)
    if args.format == "jsonl" and (rules := missing_rules(args.file, site)):
        print(f"  {site.domain} lacks rules for pages by which this was merged: {', '.join(rules)}")
        print("  set them in its settings: goals and filters on such pages find nothing until then")


def run_import(config: Config, args: argparse.Namespace) -> None:
    if args.follow and (args.format != "access-log" or args.dry_run or args.again):
        fail("--follow is for access-log, and neither for a dry run nor with --again", 2)
    gc.freeze()  # the program is no garbage: to look through it for some is a sixth of the work
    lower_priority(10)
    make_data_folder(config)
    lock = lock_data(config.data, "importing", "another import, or a restore, is under way")
    try:
        import_history(config, args)
    finally:
        os.close(lock)


def run_export(config: Config, args: argparse.Namespace) -> None:
    db = open_database(config)
    site = command_site(db, args.site)
    path, pieces = args.output, export_pieces(db, site, args.format)
    first = next(pieces)
    if not (path or sys.stdout):
        fail("standard output is closed; name a file with --output")
    with contextlib.ExitStack() as ends:
        if path and (path.is_file() or not path.exists()):  # else a pipe, or a device
            place = replacing(path.resolve(), config.database.resolve(), first[:10])
            path = ends.enter_context(place)
        out = ends.enter_context(path.open("wb")) if path else sys.stdout.buffer
        show = (lambda *_: None) if out.isatty() else ends.enter_context(progress())
        size = 0
        for piece in itertools.chain([first], pieces):
            size += out.write(piece)
            show("{:,} bytes", size)
        out.flush()


def run_geoip(config: Config, args: argparse.Namespace) -> None:
    """Fetch all downloads; a running server takes them in by itself."""
    if fault := half_maxmind(config):
        fail(fault, 2)
    make_data_folder(config)
    try:
        for line in update_downloads(config, now()):
            print(line)
    except DownloadError as error:
        fail(str(error))
    finally:
        for reader in Geo(config.data / "maxmind").used:
            print(f"in use: {describe_mmdb(reader)}")


def roll_all(db: Db) -> int:
    """Roll up all sites; returns how many days and months were."""
    read, write = runners(db)
    with progress() as show:
        write = show_written(write, show)
        return sum(roll_site(read, write, site, unsettled(db, site)) for site in load_sites(db))


def run_rollup(config: Config, args: argparse.Namespace) -> None:
    """Roll up all days that are over; beside a server, but for the day its open visits began."""
    print(f"rolled up {roll_all(open_database(config))} days and months")


def run_demo(config: Config, args: argparse.Namespace) -> None:
    """Make a demo's data, or bring them up to now, and serve them to who has the password."""
    password, home = secrets.token_hex(5), data_path(args.data or "demo-data")
    changes = {"data": home, "salts": "", "retention_days": 0, "durability": "normal"}
    config = dataclasses.replace(config, **changes, username="demo", password=password)
    if config.database.exists() and not is_demo(config):
        fail(f"{home} holds data that are no demo; name another folder with --data")
    make_data_folder(config)
    handle = lock_data(home)
    (home / "demo").touch()
    db = open_store(config)
    log(f"making up two years of visits in {home}; at first it takes about 15 seconds")
    fill_demo(db)
    roll_all(db)
    db.execute("delete from account where username = 'demo'")
    db.close()
    os.close(handle)
    log(f"log in as demo with the password {password}")
    serve(config)


def days_text(days: int) -> str:
    return f"{days:,} days" if days else "all days"


def run_prune(config: Config, args: argparse.Namespace) -> None:
    db = open_database(config)
    read, write = runners(db)
    sites = load_sites(db)
    if not args.dry_run:
        with progress() as show:
            visits, events = prune(read, show_written(write, show), sites, config, now())
        kept = f"kept: {days_text(config.retention_days)}, or as a site says"
        print(f"deleted {visits:,} visits and {events:,} events; {kept}")
        read(check_size, sites, config)
        return
    outcome = zip(sites, read(outdated, sites, config), strict=True)
    for site, (days, visits, events, size) in outcome:
        rows = f"{visits:,} visits, {events:,} events"
        kept = f"kept: {days_text(retention_days_of(site, config.retention_days))}"
        print(f"{site.domain}: {days} days, {rows}, {size / 10**6:.1f} MB; {kept}")


def last_start(config: Config) -> float:
    """When a server last started, as far as a command can know; 0 if none did."""
    with contextlib.suppress(OSError):
        return config.shared_settings.stat().st_mtime
    return 0.0


def run_doctor(config: Config, args: argparse.Namespace) -> None:
    """Print what the checks say; 1 when one is bad. Requests are seen by the server's page only."""
    db = open_database(config)
    case = Case(config, load_sites(db), started=last_start(config))
    findings = runners(db)[0](examine, case)
    for label, level, text in findings:
        print(f"{'ok' if level == 'good' else level:<6}{label:<18}{text}")
    if any(finding.level == "bad" for finding in findings):
        raise SystemExit(1)


def run_backup(config: Config, args: argparse.Namespace) -> None:
    expect_database(config)
    with progress() as show:
        copy_database(config.database, args.file.resolve(), show)
    print(f"{args.file}: {args.file.stat().st_size:,} bytes, checked")


def lock_database(config: Config) -> None:
    """Keep servers and imports away: they would go on with a database that is replaced."""
    lock_data(config.data)
    lock_data(config.data, "importing", "an import is under way; stop it first")


def run_restore(config: Config, args: argparse.Namespace) -> None:
    make_data_folder(config)
    lock_database(config)
    with progress() as show:
        replaced = restore_database(config.data, args.file.resolve(), show)
    kept = f"; when all is well, delete the replaced one, {replaced}" if replaced else ""
    print(f"restored {args.file}{kept}")
    with contextlib.closing(connect_reader(config.database)) as db:
        accounts = counted(scalar(db, "select count(*) from account"), "account")
        tokens = counted(scalar(db, "select count(*) from token"), "API token")
    back = f"{accounts}, {tokens}, passwords, share links, feeds"
    print(f"all have to log in again; as in the copy: {back}")


def run_rollback(config: Config, args: argparse.Namespace) -> None:
    """Go back to the copy made before the last migration, for the program of before it."""
    expect_database(config)
    lock_database(config)
    copies = (config.data / "backups").glob("before-schema-*.db")
    latest = max(copies, key=lambda path: path.stat().st_mtime, default=None)
    if latest is None:
        fail("there is no copy from before a migration")
    version = check_copy(latest)
    with progress() as show:
        replaced = restore_database(config.data, latest, show)
    print(f"back at schema {version}: start the slim.py that made it. Replaced: {replaced}")


# == Packing =======================================================================================
#
# The program as one file, and as what systemd runs.


LAUNCHER = '''\
{head}"""Slim Analytics {version} in one file: `python3 slim.py` serves, `--help` tells the rest."""

import base64
import linecache
import sys
import zlib

if sys.version_info < (3, 11):
    sys.exit("slim: needs Python 3.11 or newer; this is " + sys.version.split()[0])
COMMIT = "{commit}"
PACKED = "{packed}"
head, _, body = zlib.decompress(base64.b64decode(PACKED)).partition(b"\\n")
source = body[: int(head.split()[1])].decode()
linecache.cache["slim.py"] = (len(source), None, source.splitlines(True), "slim.py")  # tracebacks
exec(compile(source, "slim.py", "exec"))
'''


def run_pack(config: Config, args: argparse.Namespace) -> None:
    """Write dist/slim.py: this program with its files inside, the same bytes every time."""
    if PACKED:
        fail("this slim.py is packed already; pack from a checkout")
    names = ["slim.py", "schema.sql", *resource_names("views"), *resource_names("static")]
    bodies = ((name, resource(name)) for name in names)
    files = b"".join(f"{name} {len(body)}\n".encode() + body for name, body in bodies)
    source = resource("slim.py").decode()
    source = LAUNCHER.format(
        head=source[: source.index('"""')],  # with the packages, for us and for uv
        version=version_text(),
        commit=commit(),
        packed=base64.b64encode(zlib.compress(files, 9)).decode(),
    )
    target = HOME / "dist" / "slim.py"
    target.parent.mkdir(exist_ok=True)
    target.write_text(source, encoding="utf-8")
    target.chmod(0o755)
    print(f"{target}: {target.stat().st_size:,} bytes")


def is_hidden(path: Path) -> bool:
    """Whether the unit's ProtectHome hides a file."""
    return any(path.is_relative_to(folder) for folder in ("/root", "/home", "/run/user"))


def run_systemd(config: Config, args: argparse.Namespace) -> None:
    """Print a unit for this file, whose data is where --data says below /var/lib."""
    state_, script = "slim", Path(__file__).resolve()
    if args.data:
        private = str(config.data).removeprefix("/var/lib/").removeprefix("private/")
        state_, _, rest = private.partition("/")
        if rest != "data" or not re.fullmatch(r"[A-Za-z0-9_-]+", state_):
            fail(f"--data: the unit keeps its data in /var/lib/NAME/data, not in {config.data}", 2)
    # The Python that was called, not that of the private environment, which may be made anew.
    python = os.environ.get("SLIM_BOOTSTRAPPED") or sys.executable
    if is_hidden(script):
        fail(f"the unit may not read {script}; copy it to /opt/slim and run it there")
    if is_hidden(Path(python)) or is_hidden(Path(python).resolve()):
        fail(f"the unit may not read {python}; run this with another Python: /usr/bin/python3")
    python, script = (str(path).replace("%", "%%") for path in (python, script))
    unit = resource("views/slim.service").decode()
    print(unit.format(python=python, script=script, state=state_), end="")


# == Command line ==================================================================================
#
# The table of commands, and the start of the program.


class Command(NamedTuple):
    """A command: what it does, the function that runs it, and its arguments with argparse's options
    for each."""

    help: str
    run: Callable[[Config, argparse.Namespace], None]
    arguments: Mapping[str, dict[str, Any]] = {}


# fmt: off
COMMANDS = {
    "serve":   Command("serve until told to stop (the default)", run_serve, {
        "--dev": {"action": "store_true", "help": "follow changes of our own files"}}),
    "init":    Command("make the data folder and the database", run_init),
    "migrate": Command("bring the database's schema up to date", run_migrate),
    "user":    Command("accounts", run_action, {
        "action": {"choices": (*ACTIONS["user"],)}, "name": {"nargs": "?"},
        "--site": {"help": "id or domain of the site a role is for; all when not given"},
        "--role": {"choices": (*ROLES, "none"), "help": "what they may do there"},
        "--link": {"action": "store_true",
                   "help": "print a link for a new password, for one use within a day"}}),
    "site":    Command("sites", run_action, {
        "action": {"choices": (*ACTIONS["site"],)},
        "name": {"nargs": "?", "help": "a domain; to remove, its id will do"},
        "--title": {"help": "what you call it; the domain when not given"},
        "--timezone": {"default": "UTC", "help": "IANA zone, such as Europe/Lisbon"}}),
    "token":   Command("API tokens", run_action, {
        "action": {"choices": (*ACTIONS["token"],)}, "name": {"nargs": "?"},
        "--user": {"help": "whose token; the first account's when not given"},
        "--scope": {"choices": tuple(SCOPES), "default": "manage",
                    "help": "what it may do; manage when not given"},
        "--site": {"help": "id or domain of the only site it is for"},
        "--days": {"type": whole(), "help": "for how long; for ever when not given"}}),
    "import":  Command("bring history in; what is in already counts once", run_import, {
        "format": {"choices": (*IMPORTS,), "help": "; ".join(
            f"{name}: {row.help}" for name, row in IMPORTS.items())},
        "file": {"type": Path},
        "--site": {"help": "id or domain; for jsonl, the one that it is of"},
        "--dry-run": {"action": "store_true", "help": "only say what would come in"},
        "--again": {"action": "store_true", "help": "import what was imported, too"},
        "--follow": {"action": "store_true", "help": "go on with a growing log"}}),
    "export":  Command("write all of a site", run_export, {
        "--site": {"required": True, "help": "id or domain"},
        "--format": {"choices": (*EXPORTS,), "default": "jsonl"},
        "--output": {"type": Path, "help": "a file; standard output when not given"}}),
    "geoip":   Command("fetch GeoIP databases (MaxMind's with MAXMIND_ACCOUNT_ID and"
                       " MAXMIND_LICENSE_KEY, else DB-IP's) and the list of referrer spammers;"
                       " the server keeps them fresh from then on", run_geoip),
    "rollup":  Command("roll up all days that are over (the server does it by itself)", run_rollup),
    "prune":   Command("delete visits and events that are older than sites keep", run_prune, {
        "--dry-run": {"action": "store_true", "help": "only say what would go"}}),
    "backup":  Command("copy the database, beside a running server", run_backup, {
        "file": {"type": Path}}),
    "restore": Command("put a copy in the database's place; stop the server first", run_restore, {
        "file": {"type": Path}}),
    "rollback": Command("go back to the copy from before the last migration", run_rollback),
    "doctor":  Command("say whether all is well; /doctor of the server sees more", run_doctor),
    "demo":    Command("serve made-up visits, to look before installing", run_demo),
    "systemd": Command("print a systemd unit for this file", run_systemd),
    "pack":    Command("write dist/slim.py, the whole program in one file", run_pack),
}
# fmt: on


def add_flags(parser: argparse.ArgumentParser, only: str) -> None:
    """The flags of the settings, or of one of them; "": of all."""
    for option_ in dataclasses.fields(Config):
        name = option_.metadata["flag"]
        if name and only in ("", option_.name):
            note = f"{option_.metadata['help']} (env {option_.metadata['variable']})"
            parser.add_argument(name, dest=option_.name, metavar="X", help=note.replace("%", "%%"))


def make_parser(only: str = "") -> argparse.ArgumentParser:
    """The command line's parser, of all commands or, to start sooner, of one."""
    parser = argparse.ArgumentParser("slim.py", description="Web analytics in one file.")
    if only not in COMMANDS:  # git is asked, which takes 15 ms
        version = f"Slim Analytics {version_text()}"
        parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in [only] if only in COMMANDS else COMMANDS:
        command = COMMANDS[name]
        below = commands.add_parser(name, help=command.help, description=command.help)
        add_flags(below, "" if name in ("serve", "demo") else "data")
        for argument, options in command.arguments.items():
            below.add_argument(argument, **options)
    return parser


def configure(args: argparse.Namespace) -> Config:
    """The settings for a command, from all places where they may be."""
    try:
        environ = read_dotenv(Path(".env"), "strict") | dict(os.environ)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        fail(f"{Path('.env').resolve()}, line {line}: not UTF-8; save the file as that", 2)
    if args.command not in ("serve", "demo"):
        return load_command_config(vars(args), environ)
    config = load_config(vars(args), environ)
    for doubt in doubts(config, environ):
        log(doubt, "warning")
    return config


def main(words: list[str]) -> None:
    """Run one command."""
    os.umask(0o077)  # what we write is for our own account only
    setrlimit(RLIMIT_CORE, (0, 0))  # a crash writes no memory to the disk: it has addresses, salts
    # Ctrl-C while a command waits is told below in one line, not by gevent in three.
    gevent.get_hub().NOT_ERROR = (*gevent.hub.Hub.NOT_ERROR, KeyboardInterrupt)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words = ["serve", *words]
    parser = make_parser(words[0])
    args, rest = parser.parse_known_args(words)
    # argparse takes a name for left out when an option stands before it
    if rest and rest[0][:1] != "-" and vars(args).get("name", "") is None:
        args.name = rest.pop(0)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    config = configure(args)
    if not known_zone("Europe/Lisbon"):
        fail("the time zones are missing; run: apt install tzdata")
    try:
        COMMANDS[args.command].run(config, args)
    except Refused as refusal:
        fail(refusal.message)
    except (StoreError, OSError) as error:
        fail(str(error))
    except sqlite3.Error as error:
        fail(trouble_text(config, error))
    except KeyboardInterrupt:
        fail("interrupted", 130)
    finally:
        give_to_owner(config.data)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # every `finally` runs
    if sys.stdout:  # whose encoding may lack what a site is called
        sys.stdout.reconfigure(errors="backslashreplace")
    main(sys.argv[1:])
