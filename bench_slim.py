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
"""The benchmarks of Slim Analytics: how fast and how small it is, each figure beside its target.

    python3 bench_slim.py                          all of them, over 100,000 events
    python3 bench_slim.py reports size --events 10_000_000 --json figures.json
    python3 bench_slim.py ingest --geo GeoLite2-City.mmdb

The server is `slim.py serve` in a process of its own, on one core; what asks it runs here, on the
other. A figure that is compared with another is measured in the same run. Nothing else should run
meanwhile: the load of the machine stands above the tables. A database that is read was copied just
before, so it is in the machine's memory; "cold" and "anew" are said of what the server remembers.

Sections:

    Figures                 what a benchmark returns, and how it is shown
    Traffic                 the made-up people: agents, places, origins, pages
    Making data             years of sites in one database, the same every time
    Server                  `slim.py serve` on its core
    Client                  HTTP and WebSocket on plain sockets
    Load                    many requests: as fast as answered, or on a schedule
    Ingest and latency      what a benchmark is; events a second, and how long each waits
    Reports                 pages and the API, as data grow
    Size, memory, start     what it takes of a machine
    Rollup                  days summed up beside the load
    Interactions            whatever a person can do on the dashboard, cold and again
    Imports                 an access log beside the load
    Crashes                 SIGKILL, and what was acknowledged
    Floods                  who means harm, and what others feel of it
    Table                   all benchmarks with their targets
    Command line
"""

import slim  # first: it installs what is missing, and makes all waiting gevent's

# isort: split

import argparse
import bisect
import collections
import contextlib
import dataclasses
import gc
import gzip
import hashlib
import itertools
import json
import mmap
import operator
import os
import platform
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import gevent
import gevent.event
import gevent.monkey
import gevent.pool

HOME = Path(__file__).resolve().parent
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]

# == Figures ======================================================================================
#
# A benchmark returns Rows. A Row's goal is on its figure or on its ratio to what it is compared
# with; both stand in the table and in the JSON.


class Skip(Exception):
    """This benchmark cannot be run here; the message says why."""


class Wrong(Exception):
    """The server did not do what a benchmark relies on."""


class Goal(NamedTuple):
    """What is to be reached: a figure or, `of` "ratio", a ratio, on one side of a limit."""

    sign: str
    limit: float
    of: str = "figure"

    def text(self, unit: str) -> str:
        return f"{self.sign} {self.limit:,g}{'×' if self.of == 'ratio' else unit}"

    def reached(self, value: float) -> bool:
        return value < self.limit if self.sign == "<" else value >= self.limit


class Row(NamedTuple):
    """One figure: what it is of, what it is compared with, and what it has to reach."""

    what: str
    figure: float
    unit: str  # "/s", " ms", ...
    than: tuple[str, float] | None = None
    goal: Goal | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.figure / self.than[1] if self.than and self.than[1] else None

    @property
    def reached(self) -> bool | None:
        if self.goal is None:
            return None
        value = self.figure if self.goal.of == "figure" else self.ratio
        return None if value is None else self.goal.reached(value)

    def cells(self) -> tuple[str, ...]:
        """The row as text, in the order of HEADINGS."""
        than = f"{self.than[0]} {number_text(self.than[1])}{self.unit}" if self.than else ""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}×"
        goal = self.goal.text(self.unit) if self.goal else ""
        reached = {None: "", True: "yes", False: "NO"}[self.reached]
        return (
            *(self.what, f"{number_text(self.figure)}{self.unit}", than, ratio, goal, reached),
            self.note,
        )

    def as_json(self) -> dict[str, Any]:
        than = {"what": self.than[0], "figure": self.than[1]} if self.than else None
        return {
            "what": self.what,
            "figure": self.figure,
            "unit": self.unit.strip(),
            "comparedWith": than,
            "ratio": self.ratio,
            "target": self.goal.text(self.unit) if self.goal else None,
            "reached": self.reached,
            "note": self.note or None,
        }


HEADINGS = ("what", "figure", "compared with", "ratio", "target", "reached", "")
TO_THE_RIGHT = (1, 3)


def number_text(value: float) -> str:
    """12,345 or 12.3 or 0.123: three digits that say something."""
    if value == int(value) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table_text(rows: Iterable[Row]) -> str:
    """Rows as an aligned table."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = (
        "  ".join(
            cell.rjust(width) if column in TO_THE_RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
    return "\n".join(f"  {line}" for line in aligned)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Iterable[float]) -> float:
    return percentile(values, 0.5)


def say(text: str) -> None:
    """A line of progress, on stderr."""
    print(f"  .. {text}", file=sys.stderr, flush=True)


# == Traffic ======================================================================================
#
# The people who visit: written to the database by the data maker, sent over HTTP by the load. The
# first number of a line is its weight.

COUNTRIES = """
28  US  en-US  America/New_York
11  DE  de-DE  Europe/Berlin
9  GB  en-GB  Europe/London
8  IN  en-IN  Asia/Kolkata
5  FR  fr-FR  Europe/Paris
4  BR  pt-BR  America/Sao_Paulo
4  CA  en-CA  America/Toronto
4  NL  nl-NL  Europe/Amsterdam
3  JP  ja-JP  Asia/Tokyo
3  ES  es-ES  Europe/Madrid
3  PL  pl-PL  Europe/Warsaw
3  IT  it-IT  Europe/Rome
2  PT  pt-PT  Europe/Lisbon
2  AU  en-AU  Australia/Sydney
2  SE  sv-SE  Europe/Stockholm
2  CH  de-CH  Europe/Zurich
1  MX  es-MX  America/Mexico_City
1  AR  es-AR  America/Argentina/Buenos_Aires
1  NP  ne-NP  Asia/Kathmandu
1  ZA  en-ZA  Africa/Johannesburg
1  KR  ko-KR  Asia/Seoul
1  NZ  en-NZ  Pacific/Auckland
1  FI  fi-FI  Europe/Helsinki
"""
CITIES = 60  # a country, the first the largest

ORIGINS = """
38
24  https://www.google.com/
3  https://www.bing.com/search?q=light+web+analytics
3  https://duckduckgo.com/
5  https://news.ycombinator.com/item
3  https://www.reddit.com/r/selfhosted/
2  https://t.co/Ab3dE
2  https://www.linkedin.com/
2  https://github.com/
2  https://chatgpt.com/
1  https://lobste.rs/
3  https://mail.google.com/  utm_source=newsletter&utm_medium=email&utm_campaign=spring
2  https://www.google.com/  utm_source=google&utm_medium=cpc&utm_campaign=brand&utm_term=analytics
1  https://www.facebook.com/  utm_source=facebook&utm_medium=social&utm_campaign=launch
"""
BLOGS = 300  # sites of one mention each, together a tenth of all visits

EVENTS = (  # name, what the property is, its values
    ("Signup", "plan", ("free", "small", "large")),
    ("Download", "file", ("slim.zip", "guide.pdf", "notes.txt")),
    ("Outbound", "url", ("https://example.org/", "https://example.net/docs")),
)
EVENT_SHARE = 0.12  # of visits with an event that is no pageview
EVENTS_A_VISIT = (
    sum(count * weight for count, weight in slim.VIEWS) / sum(weight for _, weight in slim.VIEWS)
    + EVENT_SHARE
)
PAGES = 300  # a site's pages, by Zipf's law; and a tail of old ones that grows with the traffic
TAIL_SHARE, TAIL_MOST = 0.08, 20_000
ZONES = ("UTC", "Europe/Lisbon", "America/New_York", "Asia/Kolkata", "Australia/Sydney")


def town(number: int) -> str:
    """A name that could be a town's."""
    first = ("Al", "Ber", "Cor", "Dal", "El", "Fer", "Gra", "Hol", "Is", "Jor")
    last = ("burg", "ville", "ton", "mar", "stad", "ford", "nova", "heim", "wick", "dale")
    middle = ("", "en", "is", "a", "o", "und")
    return first[number % 10] + middle[number // 100 % 6] + last[number // 10 % 10]


def places() -> Iterator[tuple[dict[str, str], float]]:
    """Columns of a visit that place and language fill, with weights."""
    for weight, (country, language, zone) in slim.table_lines(COUNTRIES):
        for number in range(CITIES):
            region = f"{town(number * 7 % 12)} Land, {country}"
            yield (
                {
                    "country": country,
                    "region": region,
                    "city": f"{town(number)} {country}, {region}",
                    "asn": f"AS{1000 + number % 12} {country} Telecom {number % 12}",
                    "language": language,
                    "timezone": zone,
                },
                weight / (1 + number),
            )


def origins() -> Iterator[tuple[tuple[str, str], float]]:
    """(referrer, query) with weights."""
    total = 0
    for weight, words in slim.table_lines(ORIGINS):
        total += weight
        referrer, query, *_ = (*words, "", "")
        yield (referrer, query), weight
    for number in range(BLOGS):
        yield (f"https://blog{number}.example.net/posts/{number * 37}", ""), total / 9 / BLOGS


def page_path(number: int) -> str:
    """The path of a site's nth page; the first is the front page."""
    if number == 0:
        return "/"
    if number < PAGES:
        return f"/{('blog', 'docs', 'guides')[number % 3]}/how-to-{town(number).lower()}-{number}"
    return f"/archive/{2015 + number % 11}/{number % 12 + 1:02}/{town(number).lower()}-{number}"


def page_weights(tail: int) -> Iterator[tuple[int, float]]:
    """The numbers of a site's pages with weights."""
    for number in range(PAGES):
        yield number, 1 / (1 + number)
    head = sum(1 / (1 + number) for number in range(PAGES))
    for number in range(PAGES, PAGES + tail):
        yield number, head * TAIL_SHARE / tail


def track_request(site: str, page: str, address: str, **facts: str) -> bytes:
    """The bytes of a pageview as the tracker sends it through a proxy."""
    width, _, height = facts.get("screen", "1920x1080").partition("x")
    host = f"{site}.example.com"
    query = f"?{facts['query']}" if facts.get("query") else ""
    body = json.dumps(
        {
            "siteId": site,
            "url": f"https://{host}{page}{query}",
            "referrer": facts.get("referrer", ""),
            "title": f"How to read {page}",
            "screenWidth": int(width),
            "screenHeight": int(height),
            "language": facts.get("language", "en-US"),
            "timezone": facts.get("timezone", "UTC"),
            "eventType": "pageview",
        }
    ).encode()
    head = (
        "POST /track HTTP/1.1\r\nHost: stats.example.com\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\nUser-Agent: {facts.get('agent', 'Mozilla/5.0')}\r\n"
        f"X-Forwarded-For: {address}\r\nOrigin: https://{host}\r\nReferer: https://{host}/\r\n"
        "Accept: */*\r\nAccept-Language: en-US,en;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\n"
        "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Site: cross-site\r\n\r\n"
    )
    return head.encode() + body


def make_requests(sites: list[str], count: int = 40_000, seed: int = 1) -> list[bytes]:
    """Tracking requests in the order they would come: 300 people read at once, each with an
    address and agent of his own, and when one has read enough another comes."""
    chance = random.Random(seed)
    agent_table, place_table, origin_table = map(
        slim.Weighted, (slim.agents(), places(), origins())
    )
    views_table, page_table = slim.Weighted(slim.VIEWS), slim.Weighted(page_weights(1000))
    readers: list[tuple[list[int], dict[str, str], str, str]] = []
    found: list[bytes] = []
    while len(found) < count:
        while len(readers) < 300:
            [(agent, screen)] = agent_table.choose(chance, 1)
            [place] = place_table.choose(chance, 1)
            [(referrer, query)] = origin_table.choose(chance, 1)
            facts = {"agent": agent, "screen": screen, "referrer": referrer, "query": query}
            facts |= {name: place[name] for name in ("language", "timezone")}
            [views] = views_table.choose(chance, 1)
            address = ".".join(str(chance.randint(1, 220)) for _ in range(4))
            pages = page_table.choose(chance, views)
            readers.append((pages, facts, address, chance.choice(sites)))
        reader = chance.randrange(len(readers))
        pages, facts, address, site = readers[reader]
        found.append(track_request(site, page_path(pages.pop()), address, **facts))
        if not pages:
            del readers[reader]
    return found


# == Making data ==================================================================================
#
# Years of traffic in the tables of schema.sql, the same for the same Plan: growing, with the rhythm
# of day and week, in the order in which a server would have written it, so that pages of the file
# are as full as they would be. Visits and events are written directly; rollups are made by the
# program's own command. What was made is kept in --data until plan or schema change.

MAKER = 2  # raise it to have data made anew
SLICE = 100_000  # rows a transaction


class Plan(NamedTuple):
    """What a made database holds."""

    events: int
    sites: int = 10
    days: int = 3650
    month: int = 0  # further events of the last 30 days on MONTH_SITE, most from one country
    today: int = 0  # further events of today on TODAY_SITE
    yesterday: int = 0  # further events of yesterday on TODAY_SITE
    rollup: bool = True
    seed: int = 7


MONTH_SITE, TODAY_SITE = 2, 3  # site.number
MONTH_COUNTRY, MONTH_SHARE = "DE", 0.9


class Source(NamedTuple):
    """A site that is visited."""

    number: int
    zone: ZoneInfo
    hostname: int  # text.id
    pages: slim.Weighted  # of (page, title)
    share: float  # of all traffic


class Maker:
    """Writes made-up visits to a database, day after day."""

    def __init__(self, db: sqlite3.Connection, plan: Plan, moment: float) -> None:
        self.db, self.plan, self.moment = db, plan, int(moment)
        self.chance = random.Random(plan.seed)
        self.places, self.month_places = self._places()
        self.origins = slim.Weighted([(self._origin(*key), weight) for key, weight in origins()])
        self.agents = slim.Weighted([(self._agent(*key), weight) for key, weight in slim.agents()])
        self.views = slim.Weighted(slim.VIEWS)
        tail = min(TAIL_MOST, 100 + plan.events // plan.sites // 20)
        self.sources = [self._source(number, tail) for number in range(1, plan.sites + 1)]
        self.names = [
            (self._number(name), self._number(json.dumps({key: value})))
            for name, key, values in EVENTS
            for value in values
        ]
        # Sampled once and gone through in turn: the lengths have no common factor.
        chance = self.chance
        self.engaged = itertools.cycle(
            [None if chance.random() < 0.3 else int(chance.expovariate(1 / 40)) for _ in range(997)]
        )
        self.scroll = itertools.cycle([chance.randint(5, 100) for _ in range(991)])
        self.gaps = itertools.cycle([1 + int(chance.expovariate(1 / 12)) for _ in range(983)])
        self.visit_rows: list[tuple] = []
        self.event_rows: list[tuple] = []
        self.pending: list[tuple] = []  # events without an id yet
        self.visits = self.events = 0

    def _number(self, value: str | None) -> int | None:
        return slim.text_number(self.db, value)

    def _numbers(self, facts: dict[str, str | None]) -> tuple[int | None, ...]:
        return tuple(map(self._number, facts.values()))

    def _origin(self, referrer: str, query: str) -> tuple[int | None, ...]:
        found = slim.parse_origin(slim.parse_query(query), referrer, "example.com")
        return self._numbers(found._asdict())

    def _agent(self, agent: str, screen: str) -> tuple[int | None, ...]:
        found = slim.parse_agent(agent)
        browser, system = found.browser, found.os
        return self._numbers(
            {
                "browser": browser,
                "browser_version": found.browser_version and f"{browser} {found.browser_version}",
                "os": system,
                "os_version": found.os_version and f"{system} {found.os_version}",
                "device": found.device,
                "screen": screen,
            }
        )

    def _places(self) -> tuple[slim.Weighted, slim.Weighted]:
        """The places of most sites, and those of MONTH_SITE."""
        found, local = [], []
        for facts, weight in places():
            row = self._numbers(facts)
            city = (self._number(facts["city"]), *(self.chance.uniform(-60, 60) for _ in range(2)))
            self.db.execute(
                "insert or ignore into city (id, latitude, longitude) values (?, ?, ?)", city
            )
            found.append((row, weight))
            if facts["country"] == MONTH_COUNTRY:
                local.append((row, weight))
        return slim.Weighted(found), slim.Weighted(local)

    def _source(self, number: int, tail: int) -> Source:
        zone = ZONES[(number - 1) % len(ZONES)] if number not in (MONTH_SITE, TODAY_SITE) else "UTC"
        domain = f"site-{number}.example.com"
        columns = {"name": f"Site {number}", "domain": domain, "timezone": zone}
        slim.add_site(self.db, columns)
        pages = [
            ((self._number(page_path(page)), self._number(f"How to read page {page}")), weight)
            for page, weight in page_weights(tail)
        ]
        host = self._number(domain)
        return Source(number, ZoneInfo(zone), host, slim.Weighted(pages), 1 / number)

    def run(self, today: date) -> None:
        """Write the whole plan."""
        plan, days = self.plan, [today - timedelta(n) for n in reversed(range(self.plan.days))]
        noise = [self.chance.uniform(0.8, 1.25) for _ in days]
        weights = [
            (0.3 + 1.7 * position / len(days)) * slim.WEEK[day.weekday()] * noise[position]
            for position, day in enumerate(days)
        ]
        visits = plan.events / EVENTS_A_VISIT / sum(weights)
        shares = sum(source.share for source in self.sources)
        clocks = slim.Weighted(enumerate(slim.HOURS))
        owed = dict.fromkeys(range(len(self.sources)), 0.0)  # visits, with their fractions
        for day, weight in zip(days, weights, strict=True):
            starts: list[tuple[int, Source]] = []
            for position, source in enumerate(self.sources):
                owed[position] += visits * weight * source.share / shares
                count = int(owed[position])
                owed[position] -= count
                midnight = slim.day_start(day, source.zone)
                hours = clocks.choose(self.chance, count)
                starts += [
                    (midnight + hour * 3600 + int(self.chance.random() * 3600), source)
                    for hour in hours
                ]
            starts += self._extra_starts(day, today)
            starts = [start for start in starts if start[0] < self.moment]
            starts.sort(key=lambda start: start[0])
            self._add_visits(starts)
            self._settle_events(min(slim.day_start(day, source.zone) for source in self.sources))
        self._settle_events(self.moment + 1)
        self._write()

    def _extra_starts(self, day: date, today: date) -> list[tuple[int, Source]]:
        """The further visits of a day that the plan asks for, evenly over the day."""
        plan, age = self.plan, (today - day).days
        wanted = [(TODAY_SITE, plan.today if age == 0 else plan.yesterday if age == 1 else 0)]
        wanted.append((MONTH_SITE, plan.month // 29 if 1 <= age <= 29 else 0))
        starts = []
        for number, events in wanted:
            source = self.sources[min(number, len(self.sources)) - 1]
            since = slim.day_start(day, source.zone)
            until = min(slim.day_start(day + timedelta(1), source.zone), self.moment)
            starts += [
                (since + int(self.chance.random() * (until - since)), source)
                for _ in range(int(events / EVENTS_A_VISIT))
            ]
        return starts

    def _add_visits(self, starts: list[tuple[int, Source]]) -> None:
        """Make the visits that begin at these times."""
        chance, count = self.chance, len(starts)
        chosen = zip(
            starts,
            self.views.choose(chance, count),
            self.origins.choose(chance, count),
            self.places.choose(chance, count),
            self.agents.choose(chance, count),
            strict=True,
        )
        local = iter(self.month_places.choose(chance, count) if self.plan.month else ())
        latest = {source.number: 0 for source in self.sources}
        pending, engaged, gaps, scroll = self.pending, self.engaged, self.gaps, self.scroll
        for (started, source), views, origin, place, agent in chosen:
            self.visits += 1
            site, visit, moment, total, events = source.number, self.visits, started, 0, 0
            visitor = chance.getrandbits(48) - 2**47
            if chance.random() < 0.12 and latest[site]:  # somebody comes again
                visitor = latest[site]
            latest[site] = visitor
            if site == MONTH_SITE and self.plan.month and chance.random() < MONTH_SHARE:
                place = next(local)
            pages = source.pages.choose(chance, views)
            for page, title in pages:
                last, read = moment, next(engaged)
                pending.append(
                    (last, site, visit, page, title, None, None, read, read and next(scroll))
                )
                total += read or 0
                moment = min(moment + (read or 0) + next(gaps), self.moment)
            if chance.random() < EVENT_SHARE:
                name, props = self.names[visit % len(self.names)]
                pending.append((moment, site, visit, page, None, name, props, None, None))
                last, events = moment, 1
            counts = (last - started, total, views, events)
            facts = (pages[0][0], page, source.hostname, *origin, *place, *agent)
            self.visit_rows.append((visit, site, visitor, started, *counts, *facts))

    def _settle_events(self, until: int) -> None:
        """Give the events before a moment their ids, in the order of time."""
        by_time = operator.itemgetter(0)
        self.pending.sort(key=by_time)
        settled = bisect.bisect_left(self.pending, until, key=by_time)
        for moment, site, visit, *rest in self.pending[:settled]:
            self.events += 1
            self.event_rows.append((self.events, site, visit, moment, *rest))
        del self.pending[:settled]
        if len(self.event_rows) > SLICE:
            self._write()

    VISIT_COLUMNS = (
        *("id", "site", "visitor", "started", "lasted", "engaged", "pageviews", "events"),
        *("entry_page", "exit_page", "hostname", *slim.Origin._fields),
        *("country", "region", "city", "asn", "language", "timezone"),
        *("browser", "browser_version", "os", "os_version", "device", "screen"),
    )
    EVENT_COLUMNS = (
        *("id", "site", "visit", "time", "page", "title", "name", "props", "engaged", "scroll"),
    )

    def _write(self) -> None:
        """Insert what is waiting, in one transaction."""
        tables = (
            ("visit", self.VISIT_COLUMNS, self.visit_rows),
            ("event", self.EVENT_COLUMNS, self.event_rows),
        )
        self.db.execute("commit")
        self.db.execute("begin")
        for name, columns, rows in tables:
            marks = ", ".join("?" * len(columns))
            insert = f"insert into {name} ({', '.join(columns)}) values ({marks})"  # noqa: S608
            self.db.executemany(insert, rows)
            rows.clear()
        if sys.stderr.isatty():
            print(f"\r  .. {self.events:,} events ", end="", file=sys.stderr)


def make_data(folder: Path, plan: Plan, today: date | None = None) -> dict[str, Any]:
    """Make a data folder that holds a plan; returns what became of it."""
    folder.mkdir(parents=True)
    moment = slim.now()
    if today:  # the whole day
        moment = slim.day_start(today + timedelta(1), ZoneInfo("UTC")) - 1
    began = time.perf_counter()
    db = slim.connect(folder / "slim.db", "normal")
    slim.migrate(db)
    db.execute("pragma synchronous = off")
    db.execute("pragma cache_size = -400000")
    db.execute("begin")
    maker = Maker(db, plan, moment)
    if plan.events:
        maker.run(today or datetime.fromtimestamp(moment, UTC).date())
    db.execute("commit")
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    made = {"events": maker.events, "visits": maker.visits}
    made["seconds"] = round(time.perf_counter() - began, 1)
    if plan.rollup and plan.events:
        began = time.perf_counter()
        run_slim(folder, "rollup")
        made["rollup_seconds"] = round(time.perf_counter() - began, 1)
    return made


def run_slim(folder: Path, *words: str) -> str:
    """Run a command of slim.py on a data folder; returns what it printed."""
    command = [sys.executable, str(HOME / "slim.py"), *words, "--data", str(folder)]
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, check=False, cwd=folder
    )
    if done.returncode:
        raise Wrong(f"slim.py {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def plan_key(plan: Plan) -> str:
    """What made data depends on, today included: its last day must be today."""
    schema = hashlib.sha256(slim.resource("schema.sql")).hexdigest()[:16]
    today = datetime.now(UTC).date().isoformat()
    return json.dumps([MAKER, schema, today, plan])


def made_folder(options: "Options", plan: Plan) -> tuple[Path, dict[str, Any]]:
    """The folder that holds a plan, made when there is none; and what became of the plan."""
    name = f"made-{plan.events}-{plan.month}-{plan.today}-{plan.yesterday}-{plan.days}"
    folder, note = options.data / name, options.data / f"{name}.json"
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(note.read_text(encoding="utf-8"))
        if known["key"] == plan_key(plan) and folder.exists():
            return folder, known["made"]
    shutil.rmtree(folder, ignore_errors=True)
    note.unlink(missing_ok=True)
    say(f"making {plan.events:,} events of {plan.sites} sites over {plan.days:,} days")
    key, made = plan_key(plan), make_data(folder, plan)
    note.write_text(json.dumps({"key": key, "made": made}), encoding="utf-8")
    say(", ".join(f"{name} {value:,}" for name, value in made.items()))
    return folder, made


@contextlib.contextmanager
def working_copy(options: "Options", plan: Plan) -> Iterator[Path]:
    """A data folder that holds a plan and may be changed; it is deleted afterwards."""
    home = Path(tempfile.mkdtemp(prefix="run-", dir=options.data))
    try:
        folder = home / "data"
        if plan.events:
            shutil.copytree(made_folder(options, plan)[0], folder)
        else:
            make_data(folder, plan)
        for path in options.geo:
            (folder / "maxmind").mkdir(exist_ok=True)
            (folder / "maxmind" / path.name).symlink_to(path.resolve())
        os.sync()  # else the first commits wait for the copy
        yield folder
    finally:
        shutil.rmtree(home, ignore_errors=True)


def site_ids(folder: Path) -> list[str]:
    """The ids of the sites, by number."""
    with read_only(folder) as db:
        return [row[0] for row in db.execute("select id from site order by number")]


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(f"file:{folder}/slim.db?mode=ro", uri=True, timeout=30)
    try:
        yield db
    finally:
        db.close()


def whole_plan(options: "Options") -> Plan:
    """The large database: one busy site for the filter, one for today."""
    busy = min(100_000, options.events)
    # A tenth of the visits comes from elsewhere, and the site has others from there, too.
    return Plan(options.events, month=int(busy / MONTH_SHARE * 0.84), today=busy)


# == Server =======================================================================================
#
# `slim.py serve` on the first core, this process on the last. Settings that would change the data
# under the measurement (retention) are off.

USERNAME, PASSWORD = "bench", "correct horse battery staple"


def environment(**more: str) -> dict[str, str]:
    """The settings of the server, and nothing of our own surroundings but the path."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/"),
        "SLIM_BOOTSTRAP": "0",
        "SLIM_RATE_LIMIT": "0",
        "SLIM_RETENTION_DAYS": "0",
        "SLIM_DURABILITY": "full",
        "HOST": "127.0.0.1",
        "AUTH_USERNAME": USERNAME,
        "AUTH_PASSWORD": PASSWORD,
    } | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_server_core() -> None:
    os.sched_setaffinity(0, {SERVER_CORE})


class Program:
    """A server process of ours. `started_in` is the time from its exec to its first answer."""

    def __init__(self, command: list[str], folder: Path, probe: bytes, **settings: str) -> None:
        self.folder, self.log = folder, folder.parent / "server.log"
        self.port = free_port()
        began = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, str(self.port)],
                env=environment(**settings),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=on_server_core,
            )
        try:
            self._wait(probe, began + 600)
        except BaseException:
            self.kill()
            raise
        self.started_in = time.perf_counter() - began

    def _wait(self, probe: bytes, deadline: float) -> None:
        while time.perf_counter() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError), contextlib.closing(Client(self.port)) as client:
                client.ask(probe)
                return
            gevent.sleep(0.001)
        log = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise Wrong(f"the server did not start:\n{log}")

    def rest(self) -> None:
        """Wait until what it does at its start (a backup, roll-ups) is over, and on the disk."""
        calm = 0
        for _ in range(240):
            before = self.used()
            gevent.sleep(0.5)
            calm = calm + 1 if self.used() - before < 0.02 else 0
            if calm == 3:
                os.sync()
                return
        raise Wrong("the server did not come to rest")

    def used(self) -> float:
        """The seconds of CPU it has used."""
        after = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(") ")
        return sum(map(int, after[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it as a system does, and wait."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it as no system should."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextlib.contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Program]:
    """`slim.py serve` on a data folder."""
    command = [sys.executable, str(HOME / "slim.py"), "serve", "--data", str(folder), "--port"]
    program = Program(command, folder, HEALTH, **settings)
    try:
        yield program
    finally:
        program.stop()


CEILING = """
import sys
from gevent import monkey
monkey.patch_all()
from gevent.pywsgi import WSGIServer

def application(environ, start_response):
    start_response("202 Accepted", [("Content-Length", "0")])
    return []  # with a body it would send twice, and be slower

WSGIServer(("127.0.0.1", int(sys.argv[1])), application, log=None, error_log=None).serve_forever()
"""


@contextlib.contextmanager
def bare_pywsgi(folder: Path, sample: bytes) -> Iterator[Program]:
    """The ceiling: gevent's server that reads the same request and does nothing with it."""
    program = Program([sys.executable, "-c", CEILING], folder, sample)
    try:
        yield program
    finally:
        program.stop()


class Memory(NamedTuple):
    """MB of a process: all of it but mapped data files, and what is not a file at all."""

    resident: float
    anonymous: float


def memory_of(pid: int) -> Memory:
    """Reads /proc: the mapped GeoIP files and the database's map are left out."""
    resident = anonymous = 0
    counts = True
    for line in Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8").splitlines():
        name, _, rest = line.partition(" ")
        if not name.endswith(":"):  # the head of a mapping, its path last
            counts = "/maxmind/" not in rest and "slim.db" not in rest
        elif name == "Rss:" and counts:
            resident += int(rest.split()[0])
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("RssAnon:"):
            anonymous = int(line.split()[1])
    return Memory(resident / 1024, anonymous / 1024)


class Watched:
    """The most that a process holds from now on: MB of memory, and open files."""

    LOOK = 0.1  # seconds between two looks

    def __init__(self, pid: int) -> None:
        self.pid, self.memory, self.files = pid, 0.0, 0
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="utf-8")  # VmHWM begins anew
        self.loop = gevent.spawn(self._look)

    def _look(self) -> None:
        with contextlib.suppress(OSError, IndexError):  # it has ended
            while True:
                status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
                self.memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
                self.files = max(self.files, len(os.listdir(f"/proc/{self.pid}/fd")))
                gevent.sleep(self.LOOK)


SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

/* Run the system's own sync, then wait until 2 ms have passed since it was called. */
static int slowly(const char *name, int file) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    int (*sync_file)(int) = (int (*)(int)) dlsym(RTLD_NEXT, name);
    int result = sync_file(file);
    end.tv_nsec += 2000000;
    if (end.tv_nsec >= 1000000000) { end.tv_nsec -= 1000000000; end.tv_sec += 1; }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, 0)) ;
    return result;
}
int fsync(int file) { return slowly("fsync", file); }
int fdatasync(int file) { return slowly("fdatasync", file); }
"""


def slow_sync(folder: Path) -> Path:
    """A library that, preloaded, makes fsync and fdatasync take 2 ms. Raises Skip."""
    if not shutil.which("gcc"):
        raise Skip("no gcc to build the slow fsync with")
    source, library = folder / "slow_sync.c", folder / "slow_sync.so"
    source.write_text(SHIM, encoding="utf-8")
    command = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skip(f"gcc could not build the slow fsync: {done.stderr.strip()}")
    return library


# == Client =======================================================================================
#
# HTTP/1.1 on a kept connection, as little as the load needs, so that the client's core is never the
# one that is full; the table says how busy it was.


class Reply(NamedTuple):
    status: int
    head: bytes
    body: bytes


class Client:
    """One connection to the server, from an address of this machine."""

    def __init__(
        self, port: int, make: Callable[[], socket.socket] = socket.socket, source: str = ""
    ) -> None:
        self.socket = make()
        self.socket.settimeout(600)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, wire: bytes) -> Reply:
        """Send a request and read its answer. Raises OSError when the connection ends."""
        self.socket.sendall(wire)
        return self.receive()

    def receive(self) -> Reply:
        """Read the answer to what was sent. Raises OSError when the connection ends."""
        data = self.socket.recv(65_536)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        mark = data.find(b"Content-Length: ", 0, end)
        if mark >= 0:
            length = int(data[mark + 16 : data.find(b"\r", mark)])
            while len(data) < end + 4 + length:
                data += self._more()
        elif data[9:12] not in (b"101", b"204", b"304"):
            raise Wrong(f"an answer without Content-Length: {data[:200]!r}")
        return Reply(int(data[9:12]), data[:end], data[end + 4 :])

    def _more(self) -> bytes:
        more = self.socket.recv(65_536)
        if not more:
            raise ConnectionResetError("the server closed the connection")
        return more

    def upgrade(self, head: str) -> Reply:
        """Ask for a WebSocket, with the headers of who wants it."""
        return self.ask(
            f"GET /ws HTTP/1.1\r\n{head}Connection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            "".encode()
        )

    def close(self) -> None:
        self.socket.close()


def message(**fields: str) -> bytes:
    """A short WebSocket message, masked with zeros."""
    text = json.dumps(fields).encode()
    return bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text


class Visitor:
    """Somebody who has logged in, with a browser's headers."""

    def __init__(self, port: int) -> None:
        self.port, self.client = port, Client(port)
        form = urlencode({"username": USERNAME, "password": PASSWORD})
        origin = f"http://127.0.0.1:{port}"
        reply = self.client.ask(
            f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(form)}\r\n\r\n{form}".encode()
        )
        if reply.status != 303:
            raise Wrong(f"login answered {reply.status}: {reply.body[:300]!r}")
        lines = reply.head.decode("latin-1").split("\r\n")
        [cookie] = (line for line in lines if line.lower().startswith("set-cookie:"))
        self.cookie = cookie.partition(":")[2].partition(";")[0].strip()
        self.head = (
            f"Host: 127.0.0.1:{port}\r\nOrigin: {origin}\r\nCookie: {self.cookie}\r\n"
            "Accept-Encoding: gzip\r\n"
        )
        self.stranger = self.head.replace(f"Cookie: {self.cookie}\r\n", "")

    def get(self, path: str) -> float:
        """Fetch a page; returns the seconds it took. Raises Wrong when it is not 200."""
        began = time.perf_counter()
        reply = self.client.ask(f"GET {path} HTTP/1.1\r\n{self.head}\r\n".encode())
        took = time.perf_counter() - began
        if reply.status != 200:
            raise Wrong(f"GET {path} answered {reply.status}: {reply.body[:300]!r}")
        return took

    def times(self, path: str, count: int = 7) -> list[float]:
        """The milliseconds that a page took, again and again."""
        return [self.get(path) * 1000 for _ in range(count)]


class Dashboard:
    """An open site page: a WebSocket, and the page's numbers fetched when it tells of news."""

    def __init__(self, port: int, visitor: Visitor, site: str) -> None:
        self.port, self.head, self.site = port, visitor.head, site
        self.messages = self.drops = 0
        self.fetched: list[float] = []  # milliseconds
        self.wake = gevent.event.Event()
        self.loops = [gevent.spawn(self._listen), gevent.spawn(self._fetch)]

    def _connect(self) -> Client:
        link = Client(self.port)
        reply = link.upgrade(self.head)
        if reply.status != 101:
            raise Wrong(f"the WebSocket answered {reply.status}: {reply.body[:300]!r}")
        link.socket.sendall(message(type="subscribe", siteId=self.site))
        return link

    def _listen(self) -> None:
        """Read messages; when the server ends the socket, come back as the page does."""
        while True:
            with contextlib.closing(self._connect()) as link:
                stream = link.socket.makefile("rb")
                while (head := stream.read(2)) and head[0] & 0x0F != 8:
                    length = head[1] & 0x7F
                    if length >= 126:
                        length = int.from_bytes(stream.read(2 if length == 126 else 8), "big")
                    self.messages += 1
                    if b'"stats-update"' in stream.read(length)[:100]:
                        self.wake.set()
            self.drops += 1
            gevent.sleep(0.75)
            self.wake.set()

    def _fetch(self) -> None:
        """Fetch the numbers at each update, at most once a second."""
        wire = f"GET /sites/{self.site}/live HTTP/1.1\r\n{self.head}\r\n".encode()
        self.wake.wait()  # the server ends a connection that asks for nothing
        with contextlib.closing(Client(self.port)) as client:
            while True:
                self.wake.wait()
                self.wake.clear()
                began = time.perf_counter()
                reply = client.ask(wire)
                if reply.status != 200:
                    raise Wrong(f"the live page answered {reply.status}: {reply.body[:300]!r}")
                self.fetched.append((time.perf_counter() - began) * 1000)
                gevent.sleep(max(0, began + 1 - time.perf_counter()))

    def close(self) -> None:
        """Leave; raises what went wrong meanwhile."""
        failed = [loop.exception for loop in self.loops if loop.exception]
        gevent.killall(self.loops)
        if failed:
            raise failed[0]


@contextlib.contextmanager
def dashboards(port: int, visitor: Visitor, sites: list[str]) -> Iterator[list[Dashboard]]:
    """A dashboard open on each site."""
    opened = [Dashboard(port, visitor, site) for site in sites]
    try:
        yield opened
    finally:
        for dashboard in opened:
            dashboard.close()


# == Load =========================================================================================


class Load(NamedTuple):
    """What a load found."""

    count: int
    seconds: float
    waits: list[float]  # milliseconds from when a request was due to its answer
    busy: float  # share of the client's core that was used

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def wait(self, share: float) -> float:
        return percentile(self.waits, share)


def together(loads: list[Load]) -> Load:
    """Several loads as one."""
    return Load(
        sum(load.count for load in loads),
        sum(load.seconds for load in loads),
        list(itertools.chain(*(load.waits for load in loads))),
        max(load.busy for load in loads),
    )


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Python's collector of cycles would stop the client's clock now and then."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def check(reply: Reply) -> None:
    if reply.status not in (200, 202):
        raise Wrong(f"a tracking request was answered {reply.status}: {reply.body[:300]!r}")


def closed_load(
    port: int, wires: Iterator[bytes], connections: int, seconds: float, most: int = 2**40
) -> Load:
    """Each connection sends its next request when the last is answered, for some seconds or until
    `most` are answered."""
    waits: list[float] = []
    began, used = time.perf_counter(), time.process_time()

    def work() -> None:
        client, clock = Client(port), time.perf_counter
        sent = clock()
        while sent < began + seconds and len(waits) < most:
            check(client.ask(next(wires)))
            done = clock()
            waits.append((done - sent) * 1000)
            sent = done
        client.close()

    with no_collection():
        gevent.joinall([gevent.spawn(work) for _ in range(connections)], raise_error=True)
    took = time.perf_counter() - began
    return Load(len(waits), took, waits, (time.process_time() - used) / took)


def open_load(
    port: int,
    wires: Iterator[bytes],
    rate: float,
    until: Callable[[float], bool],
    source: str = "",
) -> Load:
    """Requests are sent on a schedule, whatever becomes of those before; the wait for an answer
    counts from when its request was due. `until` gets the seconds that have passed. From a source
    address, each request has a connection of its own."""
    with no_collection():
        return slim.in_thread(None, send_on_schedule, port, wires, rate, until, source)


ASKED_MOST = 900  # requests under way at once; `select` knows no file above 1,023


def send_on_schedule(
    port: int, wires: Iterator[bytes], rate: float, until: Callable[[float], bool], source: str
) -> Load:
    """The work of `open_load`, on a thread of its own and with the system's own sockets: greenlets
    that wake each other would add more to a wait than the server does. It sleeps between two
    requests, as a machine with both cores busy is late with its disk. While too many are under way,
    what is due is sent late."""
    plain, clock = gevent.monkey.get_original, time.perf_counter
    select, make = plain("select", "select"), plain("socket", "socket")
    idle = [] if source else [Client(port, make) for _ in range(8)]
    asked: dict[socket.socket, tuple[Client, float]] = {}  # who waits, and since when
    waits: list[float] = []
    began, used, turn, open_ = clock(), time.thread_time(), 0, True
    while open_ or asked:
        due, full = began + turn / rate, len(asked) >= ASKED_MOST
        if open_ and not full and clock() >= due and (open_ := not until(due - began)):
            client = idle.pop() if idle else Client(port, make, source)
            asked[client.socket] = client, due
            client.socket.sendall(next(wires))
            turn += 1
            due = began + turn / rate
        wait = 0.001 if full or not open_ else max(0, due - clock())
        ready, _, _ = select(list(asked), (), (), wait)
        for one in ready:
            client, since = asked.pop(one)
            check(client.receive())
            waits.append((clock() - since) * 1000)
            if source:
                client.close()
            else:
                idle.append(client)
    took = clock() - began
    for client in idle:
        client.close()
    return Load(len(waits), took, waits, (time.thread_time() - used) / took)


def lasting(seconds: float) -> Callable[[float], bool]:
    return lambda passed: passed >= seconds


def wait_rows(what: str, load: Load, than: tuple[str, Load] | None, *goals: Goal | None) -> list:
    """Rows of a load's p50, p99 and worst wait, with a goal for each of them that has one."""
    shares = (("p50", 0.5), ("p99", 0.99), ("worst", 1.0))
    return [
        Row(
            f"{what}, {name}",
            load.wait(share),
            " ms",
            (than[0], than[1].wait(share)) if than else None,
            goal,
        )
        for (name, share), goal in itertools.zip_longest(shares, goals)
    ]


# == Ingest and latency ===========================================================================
#
# Events a second, and how long each waits. A benchmark is a function of the options that returns
# rows; BENCHES names them all. It raises Skip when it cannot be run here.


@dataclasses.dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    events: int
    seconds: float
    rounds: int
    geo: tuple[Path, ...]
    data: Path


def geo_note(options: Options) -> str:
    names = ", ".join(path.name for path in options.geo)
    return f"GeoIP: {names}" if names else "no GeoIP database; give --geo FILE"


def bench_ingest(options: Options) -> list[Row]:
    """Events acknowledged a second, and how long each waits."""
    with working_copy(options, Plan(0)) as folder:
        sites = site_ids(folder)
        wires = itertools.cycle(make_requests(sites))
        rows = ingest_at_ceiling(options, folder, wires)
        rows += ingest_slow_sync(options, folder, wires)
    return rows + ingest_watched(options)


CEILING_ROUNDS = 3


def ingest_at_ceiling(options: Options, folder: Path, wires: Iterator[bytes]) -> list[Row]:
    """The same requests to slim.py and to a server that does nothing, in turns on the same core."""
    loads: dict[str, list[Load]] = {"bare": [], "slim": []}
    with bare_pywsgi(folder, next(wires)) as bare, serving(folder) as program:
        for port in (bare.port, program.port):  # caches, and the first visits
            closed_load(port, wires, 16, min(1, options.seconds))
        for _ in range(CEILING_ROUNDS):
            loads["bare"].append(closed_load(bare.port, wires, 16, options.seconds))
            loads["slim"].append(closed_load(program.port, wires, 16, options.seconds))
        loads["wide"] = [closed_load(program.port, wires, 64, options.seconds)]
    bare_load, load, wide = (together(loads[name]) for name in ("bare", "slim", "wide"))
    busy = max(load.busy, bare_load.busy, wide.busy)
    note = f"{geo_note(options)}; client's core at most {busy:.0%} busy"
    ceiling, goal = ("bare pywsgi", bare_load.rate), Goal("≥", 0.8, "ratio")
    return [
        Row("committed, c=16", load.rate, "/s", ceiling, goal, note),
        *wait_rows("committed, c=16", load, ("bare pywsgi", bare_load)),
        Row("committed, c=64", wide.rate, "/s", ("c=16", load.rate)),
        Row("committed, c=64, p99", wide.wait(0.99), " ms"),
    ]


def ingest_slow_sync(options: Options, folder: Path, wires: Iterator[bytes]) -> list[Row]:
    """The same where the disk of a cheap server takes 2 ms for an fsync."""
    try:
        library = slow_sync(folder.parent)
    except Skip as reason:
        say(f"left out, where fsync takes 2 ms: {reason}")
        return []
    with serving(folder, LD_PRELOAD=str(library)) as program:
        single = closed_load(program.port, wires, 1, min(2, options.seconds))
        closed_load(program.port, wires, 64, min(1, options.seconds))
        load = closed_load(program.port, wires, 64, options.seconds)
    what = "committed, c=64, fsync takes 2 ms"
    if single.wait(0.5) < 2:
        raise Wrong(f"the slow fsync is not in use: one event took {single.wait(0.5):.2f} ms")
    alone = ("c=1", single.rate)
    return [Row(what, load.rate, "/s", alone, Goal("≥", 5000)), *wait_rows(what, load, None)]


WATCHED_RATE = 2000


def ingest_watched(options: Options) -> list[Row]:
    """Ingest at a steady rate with a dashboard open on every site, and without."""
    with working_copy(options, whole_plan(options)) as folder, serving(folder) as program:
        sites, port = site_ids(folder), program.port
        wires = itertools.cycle(make_requests(sites))
        visitor, seconds = Visitor(port), lasting(options.seconds)
        program.rest()
        closed_load(port, wires, 16, min(1, options.seconds))
        alone = open_load(port, wires, WATCHED_RATE, seconds)
        alone_full = closed_load(port, wires, 16, options.seconds)
        with dashboards(port, visitor, sites) as opened:
            gevent.sleep(0.5)
            open_load(port, wires, WATCHED_RATE, lasting(min(1, options.seconds)))
            watched = open_load(port, wires, WATCHED_RATE, seconds)
            pages = [took for dashboard in opened for took in dashboard.fetched]
            messages = sum(dashboard.messages for dashboard in opened)
            drops = sum(dashboard.drops for dashboard in opened)
            full = closed_load(port, wires, 16, options.seconds)
    what = f"{len(sites)} dashboards open, {WATCHED_RATE:,}/s asked"
    note = f"{len(pages)} live pages, median {median(pages or [0]):.0f} ms; {messages:,} messages"
    goal = Goal("≥", 0.9, "ratio")
    return [
        Row(what, watched.rate, "/s", ("without", alone.rate), goal, note),
        *wait_rows(what, watched, ("without", alone)),
        Row("sockets ended by the server", drops, "", None, Goal("<", 1)),
        Row(f"{len(sites)} dashboards open, c=16", full.rate, "/s", ("without", alone_full.rate)),
    ]


LATENCY_RATE = 500


def bench_latency(options: Options) -> list[Row]:
    """How long an event waits at a steady rate: alone, and while reports over all events run."""
    with working_copy(options, whole_plan(options)) as folder, serving(folder) as program:
        sites, port = site_ids(folder), program.port
        wires = itertools.cycle(make_requests(sites))
        visitor, seconds = Visitor(port), lasting(max(options.seconds, 2))
        program.rest()
        with bare_pywsgi(folder, next(wires)) as bare:
            floor = open_load(bare.port, wires, LATENCY_RATE, seconds)
        reports: list[float] = []

        def read_all() -> None:
            for number, site in enumerate(itertools.cycle(sites)):
                # Each is another one, or all but the first of a site would be remembered sums.
                path = f"/api/stats/{site}/breakdown/page?period=all&browser!=not-{number}"
                reports.append(visitor.get(path))

        open_load(port, wires, LATENCY_RATE, lasting(1))
        alone = open_load(port, wires, LATENCY_RATE, seconds)
        reader = gevent.spawn(read_all)
        gevent.sleep(0.2)
        beside = open_load(port, wires, LATENCY_RATE, seconds)
        if reader.ready():
            reader.get()
        reader.kill()
    goals = (Goal("<", 3), Goal("<", 10))
    what = f"{LATENCY_RATE}/s, reports running"
    rows = wait_rows(f"{LATENCY_RATE}/s alone", alone, ("bare pywsgi", floor), *goals)
    rows += wait_rows(what, beside, ("alone", alone), *goals)
    rows.append(Row("reports meanwhile", len(reports), "", note=report_note(reports)))
    return rows


def report_note(seconds: list[float]) -> str:
    return f"the longest {max(seconds):.2f} s" if seconds else "the first has not ended"


# == Reports ======================================================================================
#
# The server's time for pages and the API over all events, beside the time at SMALL.

SMALL = 10_000  # events


class Page(NamedTuple):
    """A page to be measured: the site's number, its addresses, and the goals."""

    what: str
    site: int
    query: str
    goal: Goal
    double: bool = False  # within twice the time at 10,000 events


PAGES_MEASURED = (
    Page("30 days", 1, "period=30d", Goal("<", 50), double=True),
    Page("12 months", 1, "period=12mo", Goal("<", 50), double=True),
    Page("30 days, busy site", MONTH_SITE, "period=30d", Goal("<", 50)),
    Page(f"30 days, {MONTH_COUNTRY}", MONTH_SITE, f"period=30d&country={MONTH_COUNTRY}",
         Goal("<", 400)),
)  # fmt: skip


def bench_reports(options: Options) -> list[Row]:
    """The server's time for whole pages and for the API, beside the time at 10,000 events."""
    small = measure_reports(options, Plan(SMALL))
    large = measure_reports(options, whole_plan(options))
    rows = []
    for what, page in large.items():
        figure, than = median(page.times), None
        if what in small:
            than = (f"at {SMALL:,}", median(small[what].times))
        note = f"worst {max(page.times):.0f} ms{page.note}"
        rows.append(Row(what, figure, " ms", than, page.goal, note))
        if page.double and than:
            rows.append(Row("... as it grows", figure, " ms", than, Goal("<", 2, "ratio")))
    return rows


class Measured(NamedTuple):
    """The milliseconds that a page took, and what was wanted of it."""

    times: list[float]
    goal: Goal | None = None
    double: bool = False  # within twice the time at SMALL
    note: str = ""


def measure_reports(options: Options, plan: Plan) -> dict[str, Measured]:
    """The milliseconds of every page and API report of one database."""
    found: dict[str, Measured] = {}
    with working_copy(options, plan) as folder, serving(folder) as program:
        sites, visitor = site_ids(folder), Visitor(program.port)
        for page in PAGES_MEASURED:
            site, note = sites[page.site - 1], page_note(folder, page)
            for kind, path in (("page", f"/sites/{site}"), ("API", f"/api/stats/{site}")):
                times = cold_times(program, visitor, site, f"{path}?{page.query}")
                found[f"{kind}, {page.what}"] = Measured(times, page.goal, page.double, note)
        found["overview of all sites"] = Measured(cold_times(program, visitor, sites[0], "/"))
        found |= measure_today(program, visitor, folder, sites[TODAY_SITE - 1])
    return found


def cold_times(program: Program, visitor: Visitor, site: str, path: str) -> list[float]:
    """The milliseconds that a page took, each time after an event that made it anew."""
    times, client = [], Client(program.port)
    for wire in make_requests([site], 7, seed=3):
        check(client.ask(wire))
        gevent.sleep(1.1)  # what took long is worked out anew at most once a second
        times.append(visitor.get(path) * 1000)
    client.close()
    return times


def page_note(folder: Path, page: Page) -> str:
    """How many events a filtered page is about."""
    if "country" not in page.query:
        return ""
    with read_only(folder) as db:
        [count] = db.execute(
            """
            select count(*) from event e join visit v on v.id = e.visit
            where e.site = ? and e.time >= unixepoch() - 29 * 86400
              and v.country = (select id from text where value = ?)
            """,
            (page.site, MONTH_COUNTRY),
        ).fetchone()
    return f"; {count:,} events"


def measure_today(
    program: Program, visitor: Visitor, folder: Path, site: str
) -> dict[str, Measured]:
    """Today's page when a new event has just come, and when nothing has changed since."""
    with read_only(folder) as db:
        [count] = db.execute(
            """
            select count(*) from event
            where site = ? and time >= unixepoch('now', 'start of day')
            """,
            (TODAY_SITE,),
        ).fetchone()
    found: dict[str, Measured] = {}
    note = f"; {count:,} events"
    for kind, path in (("page", f"/sites/{site}"), ("API", f"/api/stats/{site}")):
        path = f"{path}?period=today"
        cold = cold_times(program, visitor, site, path)
        found[f"{kind}, today, cold"] = Measured(cold, Goal("<", 400), note=note)
        kept = visitor.times(path)
        found[f"{kind}, today, cached"] = Measured(kept, Goal("<", 5), note=note)
    return found


# == Size, memory, start ==========================================================================
#
# What it takes of a machine: bytes on disk, memory, and time until it answers.


def bench_size(options: Options) -> list[Row]:
    """Bytes on disk: an event with its visit and indexes, and a rolled-up row."""
    folder, made = made_folder(options, whole_plan(options))
    with read_only(folder) as db:
        sizes = object_sizes(db)
        events, whole = made["events"], sum(sizes.values())
        rows = []
        if sizes.keys() >= {"visit", "event"}:
            raw = sum(sizes[name] for name in ("visit", "event"))
            note = f"{events / made['visits']:.2f} events a visit"
            what = "an event, its visit, indexes"
            rows.append(Row(what, raw / events, " bytes", None, Goal("<", 100), note))
            rows += [
                Row(f"table {name}, an event", sizes[name] / events, " bytes")
                for name in ("text", "city")
            ]
        rows.append(Row("whole file, an event", whole / events, " bytes"))
        rows.append(Row("whole file", whole / 2**20, " MB"))
        for name in rollup_tables(db):
            [count] = db.execute(f"select count(*) from {name}").fetchone()  # noqa: S608
            if count and name in sizes:
                figure, note = sizes[name] / count, f"{count:,} rows, {sizes[name] / 2**20:.1f} MB"
                what = f"a rolled-up row in {name}"
                rows.append(Row(what, figure, " bytes", None, Goal("<", 40), note))
    return rows


def object_sizes(db: sqlite3.Connection) -> dict[str, int]:
    """Bytes of every table with its indexes; under "" of the whole when SQLite cannot tell."""
    try:
        sizes = db.execute(
            """
            select ifnull(m.tbl_name, d.name), sum(d.pgsize)
            from (select name, pgsize from dbstat where aggregate = true) d
            left join sqlite_master m on m.name = d.name
            group by 1
            """
        )
        return dict(sizes)
    except sqlite3.OperationalError:  # this SQLite was built without dbstat
        [pages], [free], [size] = (
            db.execute(f"pragma {name}").fetchone()
            for name in ("page_count", "freelist_count", "page_size")
        )
        return {"": (pages - free) * size}


def rollup_tables(db: sqlite3.Connection) -> list[str]:
    """The tables that hold rolled-up figures: those with a column of visitors."""
    names = [row[0] for row in db.execute("select name from sqlite_master where type = 'table'")]
    return [
        name
        for name in names
        if any(row[1] == "visitors" for row in db.execute(f"pragma table_info({name})"))
    ]


def bench_memory(options: Options) -> list[Row]:
    """Memory of the server: idle, after many events, and with dashboards open."""
    rows = []
    with working_copy(options, Plan(0)) as folder, serving(folder) as program:
        sites, port, pid = site_ids(folder), program.port, program.process.pid
        program.rest()
        rows.append(memory_row("idle", memory_of(pid), Goal("<", 60), geo_note(options)))
        visitor = Visitor(port)
        visitor.times(f"/sites/{sites[0]}", 3)
        before = memory_of(pid)
        rows.append(memory_row("after a login and a page", before, None))
        wires = itertools.cycle(make_requests(sites))
        load = closed_load(port, wires, 16, 3600, options.events)
        with read_only(folder) as db:
            [visits] = db.execute("select count(*) from visit").fetchone()
        after = memory_of(pid)
        what, note = f"after {load.count:,} events", f"{visits:,} visits open"
        rows.append(memory_row(what, after, Goal("<", 120), note))
        kilobytes = 1024 * (after.anonymous - before.anonymous) / max(1, visits)
        rows.append(Row("an open visit", kilobytes, " KB", note="caches included"))
        with dashboards(port, visitor, sites):
            open_load(port, wires, 100, lasting(max(3, options.seconds)))
            what = f"and {len(sites)} dashboards open"
            rows.append(memory_row(what, memory_of(pid), Goal("<", 120)))
    return rows


def memory_row(what: str, memory: Memory, goal: Goal | None, note: str = "") -> Row:
    note = ", ".join(filter(None, (f"{memory.anonymous:.0f} MB of it anonymous", note)))
    return Row(what, memory.resident, " MB", None, goal, note)


STARTS = 5


def bench_start(options: Options) -> list[Row]:
    """The time from exec to the first answer, after a clean stop and after a kill."""
    with working_copy(options, whole_plan(options)) as folder:
        size = (folder / "slim.db").stat().st_size / 2**20
        wires = itertools.cycle(make_requests(site_ids(folder)))
        clean, killed = [], []
        for _ in range(STARTS):
            with serving(folder) as program:
                clean.append(program.started_in)
        for _ in range(STARTS):
            with serving(folder) as program:
                killed.append(program.started_in)
                closed_load(program.port, wires, 16, 0.5)
                program.kill()
    del killed[0]  # it came after a clean stop
    note, goal = f"database of {size:,.0f} MB; worst", Goal("<", 0.5)
    return [
        Row(f"after {what}", median(times), " s", None, goal, f"{note} {max(times):.2f} s")
        for what, times in (("a clean stop", clean), ("SIGKILL under load", killed))
    ]


# == Rollup =======================================================================================
#
# A day of 100,000 events summed up, and what acknowledging feels of it.


def bench_rollup(options: Options) -> list[Row]:
    """How long a day of 100,000 events takes to roll up, and what acknowledging feels of it."""
    busy = min(100_000, options.events)
    plan = Plan(SMALL, days=3, yesterday=busy, rollup=False)
    with working_copy(options, plan) as folder:
        wires = itertools.cycle(make_requests(site_ids(folder)))
        if rolled_up(folder) is None:
            raise Skip("there is no table `rolled` of site and day to watch")
        with serving(folder) as program:
            load = load_while_rolling(program, folder, wires)
            took = program.started_in + load.seconds
            if not rolled_up(folder):
                raise Wrong(f"the day was not rolled up within {ROLLUP_PATIENCE} s")
        with serving(folder) as program:
            program.rest()
            quiet = open_load(program.port, wires, LATENCY_RATE, lasting(max(1, load.seconds)))
        command, note = rollup_command(options, plan)
    what = f"a day of {busy:,} events"
    return [
        Row(f"{what}, by `slim.py rollup`", command, " s", None, Goal("<", 3), note),
        Row(f"{what}, by the server", took, " s", note="its start and other sites' days included"),
        *wait_rows(
            *(f"{LATENCY_RATE}/s meanwhile", load, ("nothing to roll up", quiet)),
            *(None, None, Goal("<", 20)),
        ),
    ]


ROLLUP_PATIENCE = 120  # seconds
ROLLUP_LOOK = 0.02  # seconds between two looks


def load_while_rolling(program: Program, folder: Path, wires: Iterator[bytes]) -> Load:
    """Steady requests until the day is rolled up."""
    looked = [0.0]

    def done(passed: float) -> bool:
        if passed - looked[0] < ROLLUP_LOOK:
            return False
        looked[0] = passed
        return bool(rolled_up(folder)) or passed > ROLLUP_PATIENCE

    return open_load(program.port, wires, LATENCY_RATE, done)


def rolled_up(folder: Path) -> bool | None:
    """Whether yesterday of TODAY_SITE is rolled up; None when the program has no rollups.

    The one thing this file knows of how rollups are kept: the marker rows of the table `rolled`.
    """
    yesterday = datetime.now(UTC).date() - timedelta(1)
    with read_only(folder) as db:
        columns = {row[1] for row in db.execute("pragma table_info(rolled)")}
        if not columns >= {"site", "period", "ready"}:
            return None
        sql = "select ready from rolled where site = ? and period = ?"
        found = db.execute(sql, (TODAY_SITE, yesterday.toordinal())).fetchone()
    return bool(found and found[0])


def rollup_command(options: Options, plan: Plan) -> tuple[float, str]:
    """The seconds `slim.py rollup` takes for that day, its own start taken off."""
    with working_copy(options, plan) as folder:
        began = time.perf_counter()
        run_slim(folder, "rollup")
        whole = time.perf_counter() - began
        began = time.perf_counter()
        run_slim(folder, "rollup")
        again = time.perf_counter() - began
    return whole - again, f"beside {again:.2f} s for a run with nothing to do"


# == Interactions =================================================================================
#
# Whatever a person can do on the dashboard, cold and again.

# A line is a request; with a form it is a POST. A word in capitals stands for each of EACH in turn,
# or for what NEWEST finds. What changes something is undone by a later line.
SITE_STEPS = """
/sites/SITE?PERIOD
/sites/SITE?PERIOD&compare=previous
/sites/SITE?SPAN&FILTER
/sites/SITE?CUSTOM&FILTER
/sites/SITE?SPAN&compare=year
/sites/SITE?period=30d&METRIC
/sites/SITE?period=12mo&compare=year&METRIC
/sites/SITE?period=30d&INTERVAL
/sites/SITE?period=all&interval=day
/sites/SITE?period=30d&TAB
/sites/SITE?period=all&TAB
/sites/SITE?period=today&interval=hour&compare=previous
/sites/SITE?period=12mo&country=DE&compare=previous&metric=duration
/sites/SITE?period=12mo&country=DE&region=Alburg+Land,+DE
/sites/SITE?period=12mo&country=DE&region=Alburg+Land,+DE&card-places=city
/sites/SITE/live?PERIOD
/sites/SITE/live?SPAN&FILTER
/sites/SITE/filter?period=30d&filter=country&value=Germany
/sites/SITE/filter/values?SPAN&filter=page
/sites/SITE/filter/values?SPAN&filter=page&value=a
/sites/SITE/filter/values?SPAN&filter=country&value=ger
/sites/SITE/waiting
/sites/SITE/DIMENSION?SPAN
/sites/SITE/DIMENSION?period=12mo&sort=value
/sites/SITE/DIMENSION?period=12mo&search=a
/sites/SITE/DIMENSION?period=12mo&offset=50
/sites/SITE/DIMENSION?period=12mo&format=csv
/sites/SITE/page?SPAN&ORDER
/sites/SITE/page?SPAN&FILTER
/sites/SITE/visits?SPAN
/sites/SITE/visits?SPAN&FILTER
/sites/SITE/visits?SPAN&offset=300
/sites/SITE/visits/live?SPAN
/sites/SITE/visits/VISIT
/sites/SITE/events?SPAN
/sites/SITE/events?SPAN&FILTER
/sites/SITE/events/live?SPAN
/sites/SITE/goals?SPAN
/sites/SITE/goals?SPAN&FILTER
/sites/SITE/goals/live?SPAN
/sites/SITE/goals  event=Download&name=Another
/sites/SITE/goals/GOAL  page=/docs/*&name=Another
/sites/SITE/goals/GOAL/delete  -
/sites/SITE?annotation=new
/sites/SITE/annotations?period=12mo&annotation=new  text=Released
/sites/SITE?annotation=NOTE
/sites/SITE/annotations?period=12mo&annotation=NOTE  text=Released+2
/sites/SITE/annotations/delete?period=12mo&annotation=NOTE  -
/sites/SITE/not-counted?LEDGER
/sites/SITE/not-counted  reason=bot&count=yes
/sites/SITE/not-counted  reason=bot&count=no
/sites/SITE/shares/new
/sites/SITE/shares/new  name=Everything&CARDS
/share/SLUG?PERIOD
/share/SLUG/live?PERIOD
/sites/SITE/shares/SHARE/revoke  -
/sites/SITE/shares/new  name=Shut&password=open+sesame&CARDS
/share/SLUG
/share/SLUG  password=open+sesame
/sites/SITE/shares/SHARE/revoke  -
/sites/SITE/settings
/sites/SITE/settings  name=Site&domain=site-NUMBER.example.com&timezone=UTC&badge=1&counter=1
/badge/SITE.svg
/counter/SITE.json
/privacy/SITE
/sites/SITE/members  username=vic&role=viewer
/sites/SITE/members  username=vic&end=1
/sites/SITE/invites  guest=Vic&role=viewer
/sites/SITE/invites/INVITE/revoke  -
/sites/SITE/retention  retentionDays=395&try=1
/sites/SITE/retention  retentionDays=
/sites/SITE/merge  merge=/archive/*/*/*
/sites/SITE/merge  merge=/nothing/*&sure=1
/sites/SITE/merge  merge=&sure=1
/sites/SITE/delete-days  from=2018-01-01&to=2018-12-31
/sites/SITE/delete-days  from=DAY&to=DAY&sure=1
"""
OTHER_STEPS = """
/
/live
/?OVERVIEW
/live?OVERVIEW
/?period=28d&RANKING
/?scale=same
/icon/7.svg
/health
/doctor
/account
/account/own  own=1
/account/own  -
/account/tokens  name=backup&scope=read
/account/revoke  token=TOKEN
/account/logins  login=others
/account/totp  -
/account/subscriptions  kind=feed&on-weekly=1&on-monthly=1&on-alerts=1
/feeds/FEED.xml
/unsubscribe/FEED
/account/unsubscribe  subscription=SUBSCRIPTION
/account/subscriptions  kind=feed&on-weekly=1
/unsubscribe/FEED  -
/account/preview/TOPIC
/account/password  old=PASSWORD&password=PASSWORD&again=PASSWORD
/privacy/SITE  -
/sites/new
/sites/new  name=New&domain=new.example.com&timezone=UTC
/sites/NEWSITE
/sites/NEWSITE/delete  confirm=new.example.com
/login
/login  username=bench&password=PASSWORD
/logout  -
"""
EACH = {
    "PERIOD": [*(f"period={name}" for name in slim.PERIODS), "CUSTOM"],
    "SPAN": ["period=today", "period=30d", "period=12mo", "period=all"],
    "FILTER": [
        *("country=DE", "browser!=Firefox", "page=/", "page=/blog/*", "event=Signup"),
        *("country=DE&browser=Firefox&browser=Chrome", "source=Google&device=Mobile"),
        *("event:Signup:plan=free", "goal=Blog", "goal!=Signups"),
    ],
    "METRIC": [f"metric={name}" for name in slim.METRICS],
    "INTERVAL": [f"interval={name}" for name in slim.INTERVALS],
    "TAB": [f"card-{card}={tab}" for card, row in slim.CARDS.items() for tab in row.dimensions],
    "DIMENSION": [*slim.DIMENSIONS, "event:Signup:plan"],
    "ORDER": [f"sort={name}" for name in slim.SORTS],
    "LEDGER": [f"period={name}" for name in slim.LEDGER_PERIODS],
    "OVERVIEW": [f"period={name}" for name in slim.OVERVIEW_PERIODS],
    "RANKING": [f"sort={name}" for name in slim.OVERVIEW_SORTS],
    "CARDS": ["&".join(f"card-{card}=1" for card in slim.SHARE_CARDS)],
    "TOPIC": [*slim.TOPICS],
    "PASSWORD": [PASSWORD.replace(" ", "+")],
}
NEWEST = {
    "VISIT": "select max(id) from visit where site = :site",
    "GOAL": "select max(id) from goal where site = :site",
    "NOTE": "select max(id) from annotation where site = :site",
    "SLUG": "select slug from share where site = :site order by id desc",
    "SHARE": "select max(id) from share where site = :site",
    "INVITE": "select max(id) from link where site = :site",
    "DAY": "select date(min(started), 'unixepoch') from visit where site = :site",
    "CUSTOM": "select 'from=' || date('now', '-75 days') || '&to=' || date('now', '-9 days')",
    "TOKEN": "select max(id) from token",
    "FEED": "select secret from subscription order by id desc",
    "SUBSCRIPTION": "select max(id) from subscription",
    "NEWSITE": "select id from site order by number desc",
    "SITE": "select id from site where number = :site",
    "NUMBER": "select :site",
}
NOT_WALKED = {  # routes that have no page to wait for, or that a person meets once
    "/sites/<site_id>/export": "a download, as long as the site",
    "/account/test": "waits for another server",
    "/account/totp/off": "needs an authenticator; a write like /account/own",
    "/login/code": "needs an authenticator; a write like /login",
    "/setup/<secret>": "once; hashes a password like /login",
    "/reset/<secret>": "once; hashes a password like /login",
    "/invite/<secret>": "once; hashes a password like /login",
    "/metrics": "for programs",
}
PUBLIC = ("/share/", "/badge/", "/counter/", "/privacy/", "/login", "/feeds/", "/unsubscribe/")
WALKS = 3  # times that each is asked for cold


class Cost(NamedTuple):
    """Milliseconds of an answer, and what of it the server's processor worked."""

    wall: float
    work: float


class Walker:
    """Somebody who tries everything, and notes what each answer cost."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.clock = ~program.process.pid << 3 | 2  # of the processor time of another process
        self.cold: dict[str, list[Cost]] = collections.defaultdict(list)
        self.again: dict[str, list[Cost]] = collections.defaultdict(list)

    def walk(self, number: int, steps: str) -> None:
        """Ask for all on a site, and for what changes nothing once more."""
        self.visitor = Visitor(self.program.port)
        with read_only(self.folder) as db:

            def fill(text: str) -> str:
                for word in filter(text.__contains__, NEWEST):
                    [value] = db.execute(NEWEST[word], {"site": number}).fetchone()
                    text = text.replace(word, str(value))
                return text

            for line in filter(None, steps.split("\n")):
                for path, form in each_step(*line.partition("  ")[::2]):
                    what = f"{path.replace('/SITE', f'/{number}')}  {form}".strip()
                    self.step(what, fill(path), fill(form))
        self.visitor.client.close()

    def step(self, what: str, target: str, form: str) -> None:
        method = "POST" if form else "GET"
        head = self.visitor.stranger if target.startswith(PUBLIC) else self.visitor.head
        body = form and f"{urlencode({'csrf': self.token(target)})}&{form}"
        self.cold[f"{method} {what}"].append(self.ask(method, target, head, body))
        if not form:
            self.again[f"{method} {what}"].append(self.ask(method, target, head, body))

    def token(self, target: str) -> str:
        """What proves that a form is ours: a visitor's privacy page alone has one of its own."""
        if not target.startswith("/privacy/"):
            return slim.csrf_token(self.visitor.cookie.partition("=")[2])
        plain = self.visitor.stranger.replace("gzip", "identity")
        reply = self.visitor.client.ask(f"GET {target} HTTP/1.1\r\n{plain}\r\n".encode())
        return reply.body.partition(b'name=csrf value="')[2].partition(b'"')[0].decode()

    def ask(self, method: str, target: str, head: str, body: str) -> Cost:
        """The cost of an answer. Raises Wrong when it is no page of that address."""
        if body:
            head += "Content-Type: application/x-www-form-urlencoded\r\n"
            head += f"Content-Length: {len(body)}\r\n"
        wire = f"{method} {target} HTTP/1.1\r\n{head}\r\n{body}".encode()
        began, worked = time.perf_counter(), time.clock_gettime(self.clock)
        reply = self.visitor.client.ask(wire)
        ended, done = time.perf_counter(), time.clock_gettime(self.clock)
        if reply.status not in (200, 303):
            shown = gzip.decompress(reply.body) if b"gzip" in reply.head else reply.body
            raise Wrong(f"{method} {target} answered {reply.status}: {shown[-700:]!r}")
        return Cost((ended - began) * 1000, (done - worked) * 1000)


def each_step(path: str, form: str) -> Iterator[tuple[str, str]]:
    """A line of steps with each of EACH in it."""
    word = next((word for word in EACH if word in path + form), None)
    if word is None:
        yield path, form
        return
    for value in EACH[word]:
        yield from each_step(path.replace(word, value), form.replace(word, value))


def not_walked() -> set[str]:
    """The paths of all routes that no step asks for, but for the API's."""
    left = {(made.method, made.path) for made in slim.ROUTES if not made.path.startswith("/api/")}
    for line in filter(None, (SITE_STEPS + OTHER_STEPS).split("\n")):
        for target, form in each_step(*line.partition("  ")[::2]):
            method, path = "POST" if form else "GET", target.partition("?")[0]
            made, _ = slim.app.match({"REQUEST_METHOD": method, "PATH_INFO": path})
            left.discard((method, made.rule))
    return {path for _, path in left}


def bench_interactions(options: Options) -> list[Row]:
    """What every interaction of the dashboard takes, on the largest site and the one that is busy
    this month."""
    if missed := not_walked() ^ set(NOT_WALKED):
        raise Wrong(f"these are not walked, or need not be left out: {', '.join(missed)}")
    with working_copy(options, whole_plan(options)) as folder:
        with contextlib.closing(slim.connect(folder / "slim.db", "normal")) as db:
            db.executescript(PREPARED)
        with serving(folder, SLIM_LOOK_LIMIT="0") as program:
            walker = Walker(program, folder)
            for _ in range(WALKS):
                for site in (1, MONTH_SITE):
                    closed_load(program.port, iter(make_requests(site_ids(folder), 50)), 1, 60, 50)
                    walker.walk(site, SITE_STEPS)
                walker.walk(1, OTHER_STEPS)
    return interaction_rows(walker)


# Another account, goals, and a year of dropped hits.
PREPARED = """
    insert into account (username, password, created) values ('vic', '', 0);
    insert into goal (site, name, event, page)
    select number, 'Signups', 'Signup', null from site union all
    select number, 'Blog', null, '/blog/*' from site union all
    select number, 'Front', null, '/' from site;
    with recursive day (n) as (select 0 union all select n + 1 from day where n < 365)
    insert into dropped (site, day, reason, hits)
    select number, date('now', -n || ' days'), value, 1 + n from site, day,
           json_each('["bot", "spam", "own", "excluded"]');
    """


def interaction_rows(walker: Walker) -> list[Row]:
    """The slowest first, after how many there are."""
    goal, rows = Goal("<", 100), []
    for what, costs in walker.cold.items():
        wall, work = (median(column) for column in zip(*costs, strict=True))
        again = [cost.work for cost in walker.again.get(what, ())]
        note = f"again {number_text(median(again))} ms" if again else ""
        rows.append(Row(what, wall, " ms", ("processor", work), goal, note))
    rows.sort(key=lambda row: -row.than[1])
    first = sum(costs[0].wall >= 100 for costs in walker.cold.values())
    later = sum(median([cost.wall for cost in costs[1:]]) >= 100 for costs in walker.cold.values())
    return [
        Row("interactions", len(rows), ""),
        Row("... over 100 ms", sum(not row.reached for row in rows), "", None, Goal("<", 1)),
        Row("... the first time", first, ""),
        Row("... later, when visitors have come", later, ""),
        Row("... that work over 100 ms", sum(row.than[1] >= 100 for row in rows), ""),
        *rows,
    ]


# == Imports ======================================================================================
#
# An access log beside the load.


def bench_import(options: Options) -> list[Row]:
    """How long access logs of as many lines as there are events take to import on the server's
    core, what memory, and what acknowledging feels of it."""
    usual = import_rows(options, "as servers write them", LOG_MIX, Goal("<", 60))
    return usual + import_rows(options, "a visit each", {"page": 1.0}, None)


def import_rows(options: Options, what: str, mix: dict[str, float], goal: Goal | None) -> list[Row]:
    """Import one log. The goal is that of a million lines."""
    with (
        working_copy(options, Plan(SMALL, days=3, rollup=False)) as folder,
        serving(folder) as program,
    ):
        log, port = folder.parent / "access.log", program.port
        write_access_log(log, options.events, mix)
        wires = itertools.cycle(make_requests(site_ids(folder)))
        alone = open_load(port, wires, LATENCY_RATE, lasting(max(options.seconds, 2)))
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = start_import("access-log", log, folder)
        watched = Watched(process.pid)
        beside = open_load(port, wires, LATENCY_RATE, lambda _: process.poll() is not None)
        took = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise Wrong(f"the import ended with {process.returncode}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    scale = 1_000_000 / options.events
    lines = f"{options.events:,} lines, {what}, beside {LATENCY_RATE}/s"
    work = ("processor", used * scale)
    return [
        Row(lines, took, " s", None, None, f"of the processor {used:.1f} s"),
        Row("... at that rate 1,000,000 lines", took * scale, " s", work, goal),
        Row("its memory at most", watched.memory, " MB", None, Goal("<", 150)),
        *wait_rows(f"{LATENCY_RATE}/s meanwhile", beside, ("alone", alone)),
    ]


def start_import(kind: str, path: Path, folder: Path) -> subprocess.Popen:
    """Import a file into the first site, on the server's core; what goes wrong is in import.log."""
    command = [sys.executable, str(HOME / "slim.py"), "import", kind, str(path)]
    command += ["--site", site_ids(folder)[0], "--data", str(folder)]
    with (folder.parent / "import.log").open("wb") as log:
        return subprocess.Popen(
            command,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=log,
            preexec_fn=on_server_core,
        )


# Of the lines of a public Apache log of 2015: pageviews of people, what pages are made of, bots.
LOG_MIX = {"page": 0.16, "asset": 0.56, "bot": 0.24, "missing": 0.04}
LOG_LINE = '{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] "GET {} HTTP/1.1" {} 5120 "{}" "{}"\n'
LOG_BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
READING, PAGES_EACH = 40, 2.5  # visitors at once, and pageviews of each, in a log of a mix


def write_access_log(path: Path, lines: int, mix: dict[str, float]) -> None:
    """30 days that are over, as a web server logs them: kinds of lines by their share. Of pages
    alone each line begins a visit."""
    chance, began = random.Random(5), datetime.now(UTC).replace(microsecond=0) - timedelta(31)
    agents, pages = slim.Weighted(slim.agents()), slim.Weighted(page_weights(1000))
    sources, kinds = slim.Weighted(origins()), chance.choices([*mix], [*mix.values()], k=lines)
    readers: list[tuple[str, str, str]] = []
    with path.open("w", encoding="utf-8") as log:
        for number, kind in enumerate(kinds):
            [page] = pages.choose(chance, 1)
            moment = began + timedelta(seconds=number * 30 * 86_400 // lines)
            if kind == "bot":
                told = "192.0.2.1", moment, page_path(page), 200, "-", LOG_BOT
                log.write(LOG_LINE.format(*told))
                continue
            is_new = mix == {"page": 1.0} or chance.random() < 1 / PAGES_EACH
            if len(readers) < READING or (kind == "page" and is_new):
                [(agent, _)], [(referrer, _)] = agents.choose(chance, 1), sources.choose(chance, 1)
                address = f"203.0.{number // 3_000 % 256}.{chance.randrange(256)}"
                readers = [*readers[1 - READING :], (address, referrer or "-", agent)]
                address, referrer, agent = readers[-1]
            else:
                address, referrer, agent = chance.choice(readers)
            target = f"/static/{page}.css" if kind == "asset" else page_path(page)
            told = address, moment, target, 404 if kind == "missing" else 200, referrer, agent
            log.write(LOG_LINE.format(*told))


# == Crashes ======================================================================================
#
# Every round ends by SIGKILL, and what was acknowledged must be there.


class Sent(NamedTuple):
    """An event as it has to be found: one of its kind, by its page."""

    page: str
    site: int
    title: str
    source: str
    browser: str


CRASH_CONNECTIONS = 8
CRASH_AGENT = next(iter(slim.agents()))[0][0]


class Crasher:
    """Sends events of pages that no other event has, and remembers which were acknowledged."""

    def __init__(self, sites: list[str]) -> None:
        self.sites, self.chance = sites, random.Random(11)
        self.acknowledged: dict[str, Sent] = {}
        self.fresh: list[Sent] = []  # acknowledged since the last look
        self.numbers = itertools.count()
        self.browser = slim.parse_agent(CRASH_AGENT).browser

    def work(self, port: int) -> None:
        """Send until the server dies."""
        number = -1
        try:
            client = Client(port)
            for number in self.numbers:
                site = number % len(self.sites)
                address = f"81.{number % 3}.{number // 250 % 250}.{number % 250}"
                page = f"/crash/{number}"
                wire = track_request(
                    self.sites[site], page, address, agent=CRASH_AGENT, query="ref=hn"
                )
                reply = client.ask(wire)
                check(reply)
                title = f"How to read {page}"
                self.fresh.append(Sent(page, site + 1, title, "Hacker News", self.browser))
        except OSError:
            return

    def round(self, program: Program) -> None:
        """Load the server and kill it at a moment nobody chose."""
        workers = [gevent.spawn(self.work, program.port) for _ in range(CRASH_CONNECTIONS)]
        gevent.sleep(self.chance.uniform(0.02, 0.6))
        program.kill()
        gevent.joinall(workers, raise_error=True)

    def look(self, folder: Path, since: int) -> tuple[collections.Counter, int]:
        """What is wrong with the events whose ids are above `since`, and the highest id."""
        faults: collections.Counter = collections.Counter()
        with read_only(folder) as db:
            rows = db.execute(
                """
                select e.id, page.value, e.site, title.value, source.value, browser.value
                from event e left join visit v on v.id = e.visit and v.site = e.site
                left join text page on page.id = e.page
                left join text title on title.id = e.title
                left join text source on source.id = v.source
                left join text browser on browser.id = v.browser
                where e.id > ? order by e.id
                """,
                (since,),
            ).fetchall()
            [verdict] = db.execute("pragma integrity_check(1)").fetchone()
            [views, counted] = db.execute(
                """select (select count(*) from event where name is null),
                          (select sum(pageviews) from visit)"""
            ).fetchone()
        found = {row[1]: Sent(*row[1:]) for row in rows}
        faults["twice"] = len(rows) - len(found)
        wanted = self.acknowledged.values() if since == 0 else self.fresh
        for sent in wanted:
            if sent.page not in found:
                faults["lost"] += 1
            elif found[sent.page] != sent:
                faults["altered"] += 1
        faults["damaged"] = int(verdict != "ok")
        faults["miscounted"] = abs(views - (counted or 0))
        return faults, rows[-1][0] if rows else since

    def settle(self) -> None:
        self.acknowledged |= {sent.page: sent for sent in self.fresh}
        self.fresh.clear()


def bench_crash(options: Options) -> list[Row]:
    """SIGKILL at random moments: what was acknowledged is there, once, as it was sent."""
    faults: collections.Counter = collections.Counter()
    starts, since, done = [], 0, 0
    with working_copy(options, Plan(0)) as folder:
        crasher = Crasher(site_ids(folder))
        deadline = time.perf_counter() + CRASH_PATIENCE
        while done < options.rounds and time.perf_counter() < deadline:
            with serving(folder) as program:
                starts.append(program.started_in)
                if done:
                    bad, since = crasher.look(folder, since)
                    faults += bad
                    crasher.settle()
                crasher.round(program)
            done += 1
        with serving(folder) as program:  # the last round's, then everything once more
            starts.append(program.started_in)
            crasher.settle()
            bad, _ = crasher.look(folder, 0)
            faults += bad
    none = Goal("<", 1)
    note = f"{len(crasher.acknowledged):,} events acknowledged, by {CRASH_CONNECTIONS} connections"
    return [
        Row("rounds", done, "", None, Goal("≥", 50), note),
        Row("acknowledged events lost", faults["lost"], "", None, none),
        Row("stored twice", faults["twice"], "", None, none),
        Row("not as acknowledged", faults["altered"], "", None, none),
        Row("visits' pageviews miscounted", faults["miscounted"], "", None, none),
        Row("integrity_check failed", faults["damaged"], "", None, none),
        Row("start after a kill", median(starts), " s", note=f"worst {max(starts):.2f} s"),
    ]


CRASH_PATIENCE = 600  # seconds


# == Floods =======================================================================================
#
# Who means harm, what they hold of the server, and what others feel of it.


class Flood(NamedTuple):
    """A way to mean harm. To add one, write what one client does until it is cut off, and a row."""

    what: str
    many: int  # clients at once
    back: float  # seconds until one that was cut off comes back
    act: Callable[[Client, str], None]  # its headers come along: those of an owner who is logged in


def hold_head(client: Client, _: str) -> None:
    """A head of which a byte comes now and then."""
    client.socket.sendall(b"POST /track HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 3000)
    drip(client)


def hold_body(client: Client, _: str) -> None:
    """The same of a body, of which nearly all is there."""
    head = b"POST /track HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n"
    client.socket.sendall(head + b" " * 59_900)
    drip(client)


def drip(client: Client) -> None:
    while True:
        gevent.sleep(2)
        client.socket.sendall(b"x")


def read_slowly(client: Client, _: str) -> None:
    """Ask for the longest answers there are without an account, and hardly read them."""
    client.socket.sendall(b"GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
    while client.socket.recv(1):
        gevent.sleep(2)


def be_idle(client: Client, _: str) -> None:
    client.socket.recv(1)


def send_headers(client: Client, _: str) -> None:
    """More headers than are read, again and again."""
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1000) for number in range(200))
    client.socket.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n")
    while client.socket.recv(65_536):
        pass


def send_messages(client: Client, head: str) -> None:
    """Messages on a WebSocket, as fast as they go."""
    if client.upgrade(head).status == 101:
        while True:
            client.socket.sendall(message(type="ping") * 20)
            gevent.sleep(0.01)


SLOW_TEXTS = (" " * 4096, "x." + "\ufdfa." * 2000, "a@" * 2000, "xn--" * 1000)


def send_slow_text(client: Client, _: str) -> None:
    """Addresses and referrers that take long where a pattern is tried in all ways."""
    hits = [
        {"type": "event", "payload": {"website": name, "url": "/", "referrer": text}}
        for name in ("site-1.example.com", "\ufdfa." * 250)
        for text in SLOW_TEXTS
    ]
    body = json.dumps(hits, ensure_ascii=False).encode()
    path = f"/sites/x/event{':' * 3900}%0Ax"
    while True:
        client.ask(b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode())
        head = "POST /api/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        client.ask(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


# fmt: off
FLOODS = (
    Flood("half-sent heads",     3_000,  1, hold_head),
    Flood("half-sent bodies",    3_000,  1, hold_body),
    Flood("slow readers",        3_000,  1, read_slowly),
    Flood("10,000 idle sockets", 10_000, 60, be_idle),
    Flood("200 KB of headers",   100,    0, send_headers),
    Flood("WebSocket messages",  100,    1, send_messages),
    Flood("slow text",           4,      0, send_slow_text),
)
# fmt: on
FLOOD_SECONDS = 10
FLOOD_SOURCES = 50  # addresses that a flood comes from: one alone may hold 200 connections
OTHERS, OTHERS_RATE = "127.0.0.2", 50  # address, events a second
BOMB_BYTES = 600_000_000  # that a packed file of 0.6 MB has


def small_socket() -> socket.socket:
    """A socket that takes little ahead of its reader."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return link


@contextlib.contextmanager
def flooding(flood: Flood, port: int, head: str) -> Iterator[mmap.mmap]:
    """A flood, from a process of its own so that the others' clock does not wait for it; gives how
    often a client of it has connected."""
    opened = mmap.mmap(-1, 8, mmap.MAP_SHARED)
    child = os.fork()
    if not child:
        try:
            run_flood(flood, port, head, opened)
        finally:
            os._exit(0)
    try:
        yield opened
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def run_flood(flood: Flood, port: int, head: str, opened: mmap.mmap) -> None:
    """The work of the process that floods, which ends by itself if nobody ends it."""
    numbers = itertools.count(1)

    def work(source: str) -> None:
        while True:
            with (
                contextlib.suppress(OSError),
                contextlib.closing(Client(port, small_socket, source)) as client,
            ):
                opened[:] = next(numbers).to_bytes(8, "big")
                flood.act(client, head)
            gevent.sleep(flood.back)

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for number in range(flood.many):
        gevent.spawn(work, f"127.0.1.{number % FLOOD_SOURCES + 1}")
    gevent.sleep(6 * FLOOD_SECONDS)


class Others:
    """Visitors who come meanwhile, from an address of their own."""

    def __init__(self, site: str) -> None:
        pages = (f"/others/{number}" for number in itertools.count())
        self.wires = (track_request(site, page, OTHERS, agent=CRASH_AGENT) for page in pages)
        self.acknowledged = 0

    def come(self, port: int, until: Callable[[float], bool]) -> Load:
        load = open_load(port, self.wires, OTHERS_RATE, until, OTHERS)
        self.acknowledged += load.count
        return load

    def stored(self, folder: Path) -> tuple[int, int]:
        """How many of their pages, and of their events, are in the database."""
        with read_only(folder) as db:
            return db.execute(
                """
                select count(distinct value), count(*) from event join text on text.id = page
                where value glob '/others/*'
                """
            ).fetchone()


def bench_floods(options: Options) -> list[Row]:
    """What a flood holds of the server, and what others wait meanwhile; it ends by SIGKILL."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(flood.many for flood in FLOODS) + 100
    if hard < wanted:
        raise Skip(f"{hard:,} files may be open here; {wanted:,} are needed")
    with working_copy(options, Plan(0)) as folder:
        others = Others(site_ids(folder)[0])
        with serving(folder) as program:
            alone = others.come(program.port, lasting(FLOOD_SECONDS))
            program.kill()
        rows = [row for flood in FLOODS for row in one_flood(flood, folder, others, alone)]
        rows += import_bomb(folder, others, alone)
        pages, events = others.stored(folder)
    note = f"{others.acknowledged:,} were acknowledged"
    return [
        *rows,
        Row("acknowledged events lost", others.acknowledged - pages, "", None, Goal("<", 1), note),
        Row("stored twice", events - pages, "", None, Goal("<", 1)),
    ]


def one_flood(flood: Flood, folder: Path, others: Others, alone: Load) -> list[Row]:
    with serving(folder) as program:
        head = Visitor(program.port).head
        watched = Watched(program.process.pid)
        before = len(os.listdir(f"/proc/{program.process.pid}/fd"))
        with flooding(flood, program.port, head) as opened:
            load = others.come(program.port, lasting(FLOOD_SECONDS))
            program.kill()
    note = f"{int.from_bytes(opened[:], 'big'):,} opened by {flood.many:,} clients"
    held = Row(f"{flood.what}, connections held", watched.files - before, "", note=note)
    return [held, *felt(flood.what, watched, load, alone)]


def felt(what: str, watched: Watched, load: Load, alone: Load) -> list[Row]:
    """Rows of what a flood took: memory at most, and the others' waits."""
    return [
        Row(f"{what}, memory at most", watched.memory, " MB", None, Goal("<", 150)),
        *wait_rows(f"{what}, others at {OTHERS_RATE}/s", load, ("alone", alone))[:2],
    ]


def import_bomb(folder: Path, others: Others, alone: Load) -> list[Row]:
    """A small file that unpacks to what no history has, given to an import beside the server."""
    bomb = folder.parent / "bomb.log.gz"
    with gzip.open(bomb, "wb") as file:
        for _ in range(BOMB_BYTES // 1_000_000):
            file.write(b" " * 999_999 + b"\n")
    with serving(folder) as program:
        process = start_import("access-log", bomb, folder)
        watched = Watched(process.pid)
        load = others.come(program.port, lambda _: process.poll() is not None)
        program.kill()
    said = (folder.parent / "import.log").read_text(encoding="utf-8").strip()
    if process.returncode != 1 or "unpacks to over" not in said:
        raise Wrong(f"the import of a gzip bomb ended with {process.returncode}: {said}")
    return felt("an import of a gzip bomb", watched, load, alone)


# == Table ========================================================================================
#
# All benchmarks. To add one, write its function and its row.


class Bench(NamedTuple):
    """A benchmark: what it measures, what has to be reached, and its function."""

    name: str
    what: str
    target: str
    run: Callable[[Options], list[Row]]


# fmt: off
BENCHES = {bench.name: bench for bench in (
    Bench("ingest",  "events acknowledged = committed, a second",
          "≥ 0.8 of bare pywsgi; 5,000/s where fsync takes 2 ms; within 10 % while watched",
          bench_ingest),
    Bench("latency", "how long an event waits, at 500/s",
          "p50 < 3 ms, p99 < 10 ms, also while reports over all events run", bench_latency),
    Bench("reports", "server time of whole pages and of the API",
          "< 50 ms and within 2× of 10,000 events; filtered < 400 ms; today < 400 / 5 ms",
          bench_reports),
    Bench("interactions", "server time of whatever a person can do on the dashboard", "< 100 ms",
          bench_interactions),
    Bench("size",    "bytes on disk",
          "< 100 an event with its visit and indexes, < 40 a rolled-up row", bench_size),
    Bench("memory",  "memory, mapped data files aside",
          "< 60 MB idle, < 120 MB after 1 M events and 10 dashboards", bench_memory),
    Bench("start",   "from exec to the first answer", "< 0.5 s with a database of 1 GB",
          bench_start),
    Bench("rollup",  "rolling up a day of 100,000 events", "< 3 s, no event waits 20 ms meanwhile",
          bench_rollup),
    Bench("import",  "an access log of as many lines as events",
          "< 60 s for 1 M lines, < 150 MB", bench_import),
    Bench("crash",   "SIGKILL at random moments", "50 rounds, nothing acknowledged is lost",
          bench_crash),
    Bench("floods",  "what a flood holds of the server, and what others feel of it",
          "< 150 MB, nothing acknowledged is lost", bench_floods),
)}
# fmt: on


# == Command line =================================================================================


def machine(options: Options) -> dict[str, Any]:
    """What the figures were taken on."""
    return {
        "date": slim.iso(slim.now()),
        "commit": git_commit(),
        "cores": len(CORES),
        "processor": processor(),
        "serverCore": SERVER_CORE,
        "clientCore": CLIENT_CORE,
        "load": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "gevent": gevent.__version__,
        "syncMs": round(sync_time(options.data), 2),
    }


def git_commit() -> str | None:
    """The commit that is checked out, with a + when files differ from it."""
    if not shutil.which("git"):
        return None
    [commit, changes] = (
        subprocess.run(["git", *words], cwd=HOME, capture_output=True, text=True, check=False)
        for words in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain", "-uno"))
    )
    return (commit.stdout.strip() + "+" * bool(changes.stdout.strip())) or None


def processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def sync_time(folder: Path) -> float:
    """Milliseconds that a small write and fdatasync take where the data is."""
    with tempfile.TemporaryFile(dir=folder) as file:
        times = []
        for _ in range(50):
            began = time.perf_counter()
            os.write(file.fileno(), bytes(4096))
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return median(times)


def run_bench(bench: Bench, options: Options) -> dict[str, Any]:
    """Run one benchmark and print its table; returns it as JSON."""
    print(f"\n{bench.name}: {bench.what} ({bench.target})", flush=True)
    began = time.perf_counter()
    found: dict[str, Any] = {"what": bench.what, "target": bench.target, "rows": []}
    try:
        rows = bench.run(options)
    except Skip as reason:
        print(f"  skipped: {reason}")
        return found | {"skipped": str(reason)}
    except (Wrong, OSError) as error:
        print(f"  FAILED: {error}")
        return found | {"failed": str(error)}
    print(table_text(rows), flush=True)
    seconds = round(time.perf_counter() - began, 1)
    return found | {"rows": [row.as_json() for row in rows], "seconds": seconds}


def read_arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench_slim.py", description="Benchmarks of Slim Analytics.")
    add = parser.add_argument
    add("benches", nargs="*", metavar="BENCH", help=f"{' '.join(BENCHES)}, or all (the default)")
    add("--events", type=int, default=100_000, help="events in the database; 10_000 to 10_000_000")
    add("--seconds", type=float, default=5, help="how long each load lasts")
    add("--rounds", type=int, default=50, help="rounds of `crash`")
    add("--geo", type=Path, action="append", default=[], help="a GeoIP .mmdb; may be given twice")
    add("--data", type=Path, default=Path.home() / ".cache" / "slim-bench",
        help="where made databases are kept; on a real disk")  # fmt: skip
    add("--fresh", action="store_true", help="make the databases anew")
    add("--json", type=Path, help="write the figures here")
    args = parser.parse_args(words)
    unknown = sorted(set(args.benches) - {"all", *BENCHES})
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; known: {', '.join(BENCHES)}, all")
    missing = [str(path) for path in args.geo if not path.is_file()]
    if missing:
        parser.error(f"there is no {', '.join(missing)}")
    return args


def main(words: list[str]) -> int:
    args = read_arguments(words)
    data = args.data.expanduser().resolve()
    data.mkdir(parents=True, exist_ok=True)
    if args.fresh:
        for note in data.glob("made-*.json"):
            note.unlink()
    options = Options(args.events, args.seconds, args.rounds, tuple(args.geo), data)
    os.sched_setaffinity(0, {CLIENT_CORE})
    facts = machine(options)
    print("\n".join(f"  {name:<10} {value}" for name, value in facts.items()))
    if facts["load"] > 0.5:
        print("  the machine is busy: these figures mean little")
    if SERVER_CORE == CLIENT_CORE:
        print("  one core only: the client takes its share of it")
    wanted = set(args.benches or ["all"])
    chosen = [bench for bench in BENCHES.values() if {bench.name, "all"} & wanted]
    found = {bench.name: run_bench(bench, options) for bench in chosen}
    if args.json:
        report = {"machine": facts, "events": args.events, "benches": found}
        args.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    missed = [row for bench in found.values() for row in bench["rows"] if row["reached"] is False]
    failed = [name for name, bench in found.items() if "failed" in bench]
    print(f"\n{len(missed)} targets missed, {len(failed)} benchmarks failed")
    return int(bool(failed))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers of ours end too
    sys.exit(main(sys.argv[1:]))
