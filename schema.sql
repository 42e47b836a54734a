-- Slim Analytics: the whole current schema, in the order data flows through it.
-- Times are seconds since 1970 in UTC; the site's time zone decides which day and hour they are.
-- Columns that refer to text hold text.id; null means "not known" or "none".

-- The sites. Written by the dashboard, the API and the command line; read by everything.
-- A number is never used twice, so rows of a deleted site can never turn up under a new one.
create table site (
    number       integer primary key autoincrement,
    id           text    not null unique,                -- what snippets and addresses carry
    name         text    not null,
    domain       text    not null unique,
    timezone     text    not null default 'UTC',         -- IANA name
    token        text    not null unique,                -- for servers that send events; may only add
    aliases      text    not null default '[]',          -- JSON lists of text
    hosts        text    not null default '[]',          -- empty: any host counts
    keep         text    not null default '[]',          -- query keys that stay part of a page
    hash_routing integer not null default 0,
    honour_dnt   integer not null default 0,
    honour_gpc   integer not null default 0,
    retention_days integer,                              -- null: as configured
    created      integer not null,
    counted      text    not null default '[]',          -- reasons of the ledger that count after all
    show_city    integer not null default 0,             -- visits show their city, not their country only
    badge        integer not null default 0,             -- anybody may see /badge/<site>.svg
    counter      integer not null default 0,             -- anybody may see /counter/<site>.json
    exclude      text    not null default '[]',          -- JSON list of pages that do not count
    merge        text    not null default '[]',          -- JSON list of rules for pages
    merged       text    not null default '[]'           -- those that history obeys
);

-- Every string that repeats, once. Written by the writer and imports, never changed; read by every report.
create table text (
    id    integer primary key,
    value text    not null unique
);

-- Where a city is. Written by the writer with the first visit from there; read by the visit log.
create table city (
    id        integer primary key,                       -- text.id of the city
    latitude  real not null,
    longitude real not null
) without rowid;

-- One row a visit, changed while the visit is open. Written by the writer and imports; read by
-- reports and, at start, to find the visits that are still open.
create table visit (
    id              integer primary key,
    site            integer not null,
    visitor         integer not null,                    -- keyed by a salt that lives for a day
    started         integer not null,
    lasted          integer not null,                    -- seconds from the first signal to the last
    engaged         integer not null,                    -- seconds the pages were visible
    pageviews       integer not null,
    events          integer not null,                    -- those that show interest, not pageviews
    entry_page      integer,
    exit_page       integer,
    hostname        integer,
    referrer        integer,
    source          integer,
    channel         integer,
    search_term     integer,
    medium          integer,
    campaign        integer,
    term            integer,
    content         integer,
    country         integer,
    region          integer,
    city            integer,
    asn             integer,
    language        integer,
    timezone        integer,
    browser         integer,
    browser_version integer,
    os              integer,
    os_version      integer,
    device          integer,
    screen          integer,
    country_from    integer                              -- null: looked up, else how it was guessed
);
create index visit_by_start on visit (site, started);
create index visit_guessed on visit (site, started) where country_from is not null;

-- One row a pageview or other event. Written by the writer and imports; read by reports.
create table event (
    id      integer primary key,
    site    integer not null,
    visit   integer not null,
    time    integer not null,
    page    integer,
    title   integer,
    name    integer,                                     -- null: a pageview
    props   integer,                                     -- JSON object of text
    engaged integer,                                     -- seconds
    scroll  integer                                      -- per cent of the page
);
create index event_by_time on event (site, time);
create index event_named on event (site, time) where name is not null;

-- Sums of finished days and months, so that a year is twelve rows a value. Written by the rollup;
-- read by reports without filters. Raw rows may go once their day is here.
create table rollup (
    site      integer not null,
    dimension integer not null,                          -- a code of DIMENSIONS; 0: all, 1: by hour
    period    integer not null,                          -- a day as its ordinal; month m of y as -(12 y + m)
    value     integer not null,                          -- text.id, 0: none, -1: all others; by hour: seconds into the day
    kept      integer not null,                          -- 0: of raw rows; 1: of rows that are no more
    visitors  integer not null,
    visits    integer not null,
    pageviews integer not null,
    bounces   integer not null,
    lasted    integer not null,
    engaged   integer not null,
    primary key (site, dimension, period, value, kept)
) without rowid;

-- Which days and months of `rollup` reports may read. Written by the rollup; an import or a deletion
-- sets ready to 0 and counts the revision up, so that the period is rolled up again.
create table rolled (
    site     integer not null,
    period   integer not null,
    ready    integer not null,
    revision integer not null,
    pruned   integer not null default 0,                 -- raw rows of the day are going (1) or gone (2), or
                                                         -- some went with a visit of the day before (-1)
    primary key (site, period)
) without rowid;

-- What was imported, so that nothing counts twice. Written and read by imports.
create table imported (
    site   integer not null,
    source text    not null,                             -- format and how its file begins; "sums DAY"
    base   integer not null,                             -- lines that are in; of sums: which file's
    done   integer not null,                             -- things after them that are in
    primary key (site, source)
) without rowid;

-- The ledger of dropped hits: how many, why, on which day of the site. Written by the writer.
create table dropped (
    site   integer not null,
    day    text    not null,                             -- 2026-11-21
    reason text    not null,
    hits   integer not null,
    primary key (site, day, reason)
) without rowid;

-- A few of the dropped hits a reason, for a week. Written by the writer; read by the ledger.
create table dropped_sample (
    id      integer primary key,
    site    integer not null,
    time    integer not null,
    reason  text    not null,
    page    text    not null,
    country text,                                        -- ISO code
    bot     text                                         -- its name, where the reason is one
);
create index dropped_sample_by_reason on dropped_sample (site, reason, time);

-- What happened to a site and when: a release, a newsletter. Written by the dashboard and the API;
-- read by the chart.
create table annotation (
    id   integer primary key,
    site integer not null,
    time integer not null,
    text text    not null
);
create index annotation_by_time on annotation (site, time);

-- What a visitor is hoped to do. Written by the goals page; read by the goals page, card and filter.
create table goal (
    id    integer primary key,
    site  integer not null,
    name  text    not null,
    event text,                                          -- either the name of an event
    page  text,                                          -- or a page, * for any text
    unique (site, name)
);

-- Links that show a site to people without an account. Written by the settings; read by auth.
create table share (
    id       integer primary key,
    slug     text    not null unique,
    site     integer not null,
    name     text    not null,
    password text,                                       -- scrypt$..., null: none asked
    expires  integer,                                    -- null: never
    cards    text    not null,                           -- JSON list of what it shows
    hosts    text    not null default '[]',              -- JSON list of hosts that may embed it
    created  integer not null
);
create index share_by_site on share (site);

-- Who may sign in. Written by setup, the account page and the command line; read by auth.
create table account (
    id        integer primary key,
    username  text    not null unique collate nocase,
    password  text    not null,                          -- scrypt$n$r$p$salt$key
    created   integer not null,
    own       integer not null default 0,                -- visits from where it is logged in are left out
    owns_all  integer not null default 0,                -- every role on every site, the doctor, new sites
    totp      text,                                      -- secret of its authenticator; null: none
    totp_step integer not null default 0                 -- of the last code used
);

-- What accounts may do on a site. Written by the members card and the command line; read by auth.
create table member (
    account integer not null references account on delete cascade,
    site    integer not null references site (number) on delete cascade,
    role    text    not null,                            -- viewer, editor, owner
    primary key (account, site)
) without rowid;

-- Codes that do once in place of an authenticator's. Only hashes are kept. Written and read by the
-- second factor.
create table recovery (
    hash    text    primary key,
    account integer not null references account on delete cascade
) without rowid;

-- Links for one use: they set a password anew, or give a role on a site to who opens them. Only a
-- hash of the secret is kept. Written by the members card and the command line; read and ended by auth.
create table link (
    id      integer primary key,
    hash    text    not null unique,
    account integer references account on delete cascade, -- whose password it is; else who made it
    site    integer references site (number) on delete cascade, -- null: it is for a password
    role    text,                                        -- viewer, editor
    name    text    not null default '',                 -- who is invited
    expires integer not null
);

-- Browsers that are signed in. Only a hash of the cookie is kept. Written and read by auth.
create table login (
    hash    text    primary key,
    account integer not null references account on delete cascade,
    created integer not null,
    expires integer not null,
    used    integer not null default 0                   -- to within ten minutes
) without rowid;

-- API tokens. Only a hash of the token is kept. Written by the account page and the command line;
-- read by auth.
create table token (
    id      integer primary key,
    hash    text    not null unique,
    name    text    not null,
    account integer not null references account on delete cascade,
    created integer not null,
    scope   text    not null default 'manage',           -- or ingest, read
    site    integer references site (number) on delete cascade, -- the only one it is for; null: all
    expires integer,                                     -- null: never
    used    integer not null default 0                   -- to within ten minutes; 0: never
);

-- What there is to tell: weeks and months that are over, and alerts. Written by the loops; read by
-- feeds and what goes out. A number is never used twice, so that `told` is right.
create table notice (
    id    integer primary key autoincrement,
    key   text    not null unique,                       -- what it is about, so that it is told once
    topic text    not null,                              -- weekly, monthly or alerts
    site  integer,                                       -- of an alert
    time  integer not null,
    title text    not null default '',                   -- of an alert; digests are read anew
    text  text    not null default ''
);

-- Who is told, what, and how. Written by the account page and what goes out; read by both.
create table subscription (
    id      integer primary key,
    account integer not null references account on delete cascade,
    kind    text    not null,                            -- a key of CHANNELS
    target  text    not null,                            -- address of mail or webhook
    topics  text    not null,                            -- JSON list
    secret  text    not null unique,                     -- in the address of a feed and of its end
    created integer not null,
    told    integer not null,                            -- the last notice.id that went out
    fault   text    not null default ''                  -- why the latest did not
);
