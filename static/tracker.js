/* The Slim Analytics tracker, served minified as /slim.js:
 *
 *   <script defer src="https://HOST/slim.js" data-site="SITE"></script>
 *
 *   data-site    the site's id; data-id and data-site-id are the same
 *   data-api     where to send, when that is not `track` in this script's folder
 *   data-hash    the site routes by fragment: #/a and #/b are two pages
 *   data-local   count localhost and files too
 *   data-manual  no pageview but by slim.track()
 *
 *   slim.track('Signup', {plan: 'pro'})             an event
 *   slim.track('Seen', {}, {interactive: false})    an event that does not end a bounce
 *   slim.track()                                    a pageview
 *   <button data-slim-event="Signup">               an event at its click; of a form, at its submit
 *
 * By themselves: links to other sites, downloads, a page that was answered with 404. Not told: links
 * in SVG and in image maps, how far a box within the page is scrolled, and what comes after
 * document.open(), which takes away all listeners.
 *
 * It reads one thing: localStorage.slim_ignore, 'true' in a browser that opted out, '1' in one
 * whose visits arrive and are left out. That is stored after a question which opens with the
 * fragment #slim-ignore, and nothing else ever is. The visitor's page never breaks: what can throw
 * goes through safely(). ES2019, no dependency, written for few bytes where it stays readable.
 *
 * PRODUCT is '' in /slim.js. For each other product there is a copy with the attributes, the opt-out
 * and the globals of its snippet, served under the name it is loaded by; nothing of them is in
 * /slim.js. After each change (a test compares all copies): node .ci/vendor.mjs tracker
 */
((window, document, location, navigator, history, setTimeout) => {
  const safely = (action) => {
    try {
      return action();
    } catch {
      // A hit is lost, the page goes on.
    }
  };

  // Capturing, window hears what is dispatched on document too, bubbling or not.
  // Safely, as a page may have a `navigation` of its own.
  const on = (type, listener, target = window) =>
    safely(() => target.addEventListener(type, listener, true));

  // ---- Settings

  const script = document.currentScript || new Image(); // in a module there is none: no data, no src
  const data = script.dataset;
  const PLAUSIBLE = PRODUCT === 'plausible';
  const UMAMI = PRODUCT === 'umami';
  const GOATCOUNTER = PRODUCT === 'goatcounter';
  const HARU = PRODUCT === 'haru';
  const VIEW = PRODUCT && !GOATCOUNTER && 'pageview'; // among the events of the others
  const named = (word) => script.src.includes('.' + word); // script.hash.local.js, of Plausible
  const goat = GOATCOUNTER && (window.goatcounter || {});
  if (GOATCOUNTER) safely(() => Object.assign(goat, JSON.parse(data.goatcounterSettings)));

  let site = data.site || data.id || data.siteId;
  // In the script's folder, so that a server under a sub-path works; of other products by the route
  // of their own, as a site's server may forward only that.
  const route = PLAUSIBLE ? 'api/event' : UMAMI ? 'api/send' : 'track';
  let api = data.api || script.src.replace(PLAUSIBLE || HARU ? /(js\/)?[^/]*$/ : /[^/]*$/, route);
  if (PRODUCT && !GOATCOUNTER)
    site = site || (PLAUSIBLE ? data.domain : UMAMI ? data.websiteId : data.token);
  // Plausible's snippet keeps calls in q, and what init() is given in o. Where it names no site, that
  // is the page's host, and nothing begins before init(), which may be called after the script came.
  const prepared = PLAUSIBLE && (window.plausible || {});
  const chosen = PLAUSIBLE && (prepared.o || (site && {}));
  if (PLAUSIBLE) site = site || location.hostname;
  const base = UMAMI ? data.hostUrl : HARU && data.api;
  if (base) api = base.replace(/\/?$/, UMAMI ? '/api/send' : '/api/collect');
  if (GOATCOUNTER) {
    api = data.goatcounter || goat.endpoint || api;
    site = site || api.split('site=')[1] || location.hostname;
  }

  let hash = PLAUSIBLE ? 'hash' in data || named('hash') : 'hash' in data;

  // The snippet twice in a page, or run again by a router that swaps the body, counts once.
  const earlier = window.slim || {};
  if (earlier.site == site) return;

  // Storage may be forbidden, and then throws.
  const ignored = safely((storage = localStorage) => {
    if (location.hash == '#slim-ignore') storage.slim_ignore = +confirm('Ignore me?');
    return storage.slim_ignore;
  });

  // An empty host name is a file; GoatCounter's snippet leaves out private networks, too.
  const local = GOATCOUNTER
    ? /^$|^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\.|^\[::1]|^0\.0|local(host)?$/
    : /^$|^127\.|^\[::1]|local(host)?$/;
  const silent =
    !site ||
    navigator.webdriver ||
    ignored == 'true' ||
    (PLAUSIBLE && safely(() => localStorage.plausible_ignore) === 'true') ||
    (GOATCOUNTER && safely(() => localStorage.skipgc) === 't') ||
    (GOATCOUNTER && !goat.allow_frame && parent != window) ||
    (UMAMI &&
      (safely(() => localStorage['umami.disabled']) ||
        (data.domains && !data.domains.split(/[ ,]+/).includes(location.hostname)) ||
        (data.doNotTrack === 'true' && navigator.doNotTrack > 0))) ||
    (!('local' in data || (PLAUSIBLE && named('local')) || (GOATCOUNTER && goat.allow_local)) &&
      local.test(location.hostname));

  // ---- State

  let waiting = earlier.q || []; // calls made before the start, so that a pageview opens the visit
  let page; // the address last counted; undefined before the first pageview
  let view; // with another product's snippet: what was told of it, nothing of one left out
  let referrer = document.referrer;
  // Set by the first pageview; before it there is nothing to tell.
  let engaged; // visible ms not yet reported; NaN is not more than anything
  let since; // when the running stretch of visible time began; 0 while hidden
  let top; // furthest scroll position, px
  let height; // tallest the page has been, px: late images make it grow
  let title; // of the page, when it was counted and again two seconds later

  // ---- Sending

  // What Umami's snippet says to leave out of addresses.
  const shown = (url) => (data.excludeSearch === 'true' ? pageOf(url) : url);

  // A string goes as text/plain, which needs no CORS preflight. A beacon outlives the page, and is
  // refused when 64 KB are waiting already.
  const hit = (told, more) =>
    safely(() => {
      const body = JSON.stringify({
        siteId: site,
        url: UMAMI ? shown(location.href) : location.href,
        hash,
        own: ignored,
        referrer,
        title,
        screen: screen.width + 'x' + screen.height,
        // Throws where the system's locale is malformed (en-US@posix).
        timezone: safely(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
        ...told,
        ...more,
      });
      // Blockers put beacons in its place that throw; safely() quiets a fetch that fails, too.
      safely(() => navigator.sendBeacon(api, body)) ||
        fetch(api, { method: 'POST', body, keepalive: true }).catch(safely);
    });

  // ---- Engagement: how long the page was visible, how far down it was read

  // A page of which html and body are as high as the window scrolls in its body.
  const measure = () =>
    [document.documentElement, document.body || script].map((box) => {
      top = Math.max(top, box.scrollTop);
      height = Math.max(height, box.scrollHeight);
    });

  // Runs whenever the page is shown, hidden or left; less than half a second waits.
  const report = () => {
    const now = performance.now(); // unlike Date, not moved when the clock is set
    engaged += since && now - since;
    since = document.hidden ? 0 : now;
    measure();
    if (engaged > 500) {
      hit({
        url: UMAMI ? shown(page) : page,
        ...(!!PRODUCT && { ...view, status: 0 }), // what was told of it holds; of a 404, once
        engaged,
        scroll: ((top + innerHeight) / height) * 100,
      });
      engaged = 0;
    }
  };

  // ---- Pageviews

  // Routers by fragment begin with putting #/ or #!/ where there was none.
  const here = () => location.href.replace(hash ? /#[/!]*$/ : /#.*/, '');

  // Plausible's data-exclude and data-include: * within a folder, ** across.
  const fits = (globs) =>
    globs.split(',').some((glob) => {
      const path = glob.trim().replace(/\*(\*?)/g, (_, more) => (more ? '.*' : '[^/]*'));
      return RegExp(`^${path}/?$`).test(location.pathname + (hash ? location.hash : ''));
    });
  const wanted = () =>
    (!data.include || fits(data.include)) && (!data.exclude || !fits(data.exclude));

  // What GoatCounter's settings make of a view or an event; the path null is not to be counted.
  const settled = (vars) => {
    const all = { ...goat, ...vars };
    const made = (key, usual) =>
      typeof all[key] === 'function' ? all[key](usual) : all[key] || usual;
    // A page that comes from the server may say its address; routers leave that as it was.
    const link = !view && safely(() => new URL(document.querySelector('link[rel=canonical]').href));
    const bare = ({ host }) => host.replace('www.', '');
    const { pathname } = link && bare(link) == bare(location) ? link : location;
    const path = made('path', pathname + location.search + (hash ? location.hash : ''));
    return (
      path != null && {
        name: path, // of an event
        url: new URL(`/${path}`.replace(/^\/+/, '/'), location),
        hash: hash || /#/.test(path), // who gives a path with a fragment routes by it
        title: made('title', document.title),
        referrer: made('referrer', referrer),
        event: all.event,
        status: all.status,
      }
    );
  };

  const pageview = (options) => {
    report();
    if (PRODUCT ? view : page) referrer = ''; // the visit is there, and came from there
    page = here();
    engaged = top = height = 0;
    if (GOATCOUNTER) view = safely(() => settled(options));
    else if (PRODUCT) view = (!PLAUSIBLE || wanted()) && { ...options };
    title = document.title;
    if (PRODUCT && !view) engaged = NaN; // nor is its attention told
    else hit(PRODUCT ? view : options);
    // Apps name a page when its data have come. Later yet, a title blinks, or is the next page's.
    setTimeout(() => (title = document.title), 2e3);
    // A page that stays visible tells of its first half hour, at which the server cuts.
    setTimeout(report, 2e6);
  };

  // Frameworks set the title some time after pushState, and may redirect: what counts is what is
  // still there after 0.2 s. The page before is reported now, while the numbers are its own.
  const navigated = (_, to = here()) =>
    to != page && setTimeout(() => to != page && to == here() && pageview(), 200, report());

  // A query that is only replaced keeps a filter or a position: the page is the same.
  const pageOf = (url) => url.replace(/\?[^#]*/, '');
  const replaced = () => (pageOf(here()) == pageOf(page) ? (page = here()) : navigated());

  const watch = (name, listener, original = history[name]) =>
    (history[name] = (...state) => {
      listener(original.apply(history, state));
    });

  // ---- The page's calls

  const track = (eventName, eventData, more) => {
    if (silent) return;
    if (waiting) waiting.push([eventName, eventData, more]);
    else if (eventName && !(VIEW && eventName === VIEW)) hit({ eventName, eventData }, more);
    else pageview(more);
  };

  // ---- Clicks and forms: which links are downloads, the server knows

  const NAMED =
    '[data-slim-event]' +
    (UMAMI ? ',[data-umami-event]' : '') +
    (GOATCOUNTER ? ',[data-goatcounter-click]' : '') +
    (PLAUSIBLE ? ',[class*=plausible-event-name]' : '');

  // What other products say of an element: data-umami-event-plan="pro", plausible-event-plan=pro.
  const eventOf = (element) => {
    if (GOATCOUNTER) {
      const { slimEvent, goatcounterClick } = element.dataset;
      const name = slimEvent || goatcounterClick || element.name || element.id;
      return name && [name];
    }
    const props = { name: element.dataset.slimEvent };
    const add = (text, value) => {
      const found = /-event-?([^=]*?)(?:(?:=|--)(.+))?$/.exec(text);
      if (found) props[found[1] || 'name'] = value || (found[2] || '').replace(/\+/g, ' ');
    };
    if (UMAMI) Array.from(element.attributes, (one) => add(one.name, one.value));
    if (PLAUSIBLE) element.classList.forEach((one) => add(one));
    const name = props.name;
    delete props.name;
    return name && [name, props];
  };

  const acted = (event) =>
    safely(() => {
      const element = event.target.closest(NAMED);
      const link = event.target.closest('a');
      // A form has an action, and its submit no button.
      const named = element && !element.action === event.button >= 0;
      const call = named && (PRODUCT ? eventOf(element) : element.dataset.slimEvent);
      if (event.button > !!link) return; // of auxclick, only the middle button, only on a link
      if (call) track(...(PRODUCT ? call : [call]));
      else if (link.host && (link.host != location.host || /\.\w+$/.test(link.pathname)))
        track(':link', { url: link.href });
    });

  // ---- The start

  const start = () => {
    const calls = waiting;
    waiting = 0;
    on('scroll', measure);
    on('visibilitychange', report);
    on('click', acted);
    on('auxclick', acted);
    on('submit', acted);
    const manual = () =>
      (PLAUSIBLE && named('manual')) ||
      (GOATCOUNTER && goat.no_onload) ||
      (UMAMI && /false/.test(data.autoTrack + data.autoPageview));
    if (!('manual' in data || (PRODUCT && manual()))) {
      const status = () => performance.getEntries()[0].responseStatus; // of the page's own answer
      pageview({ status: safely(status) });
      watch('pushState', navigated);
      watch('replaceState', replaced);
      on('popstate', navigated); // fires for a new fragment too: here() knows if that is a page
      on('navigatesuccess', navigated, window.navigation); // of routers that go past history
      // Back from the back/forward cache: a new view; the time away was not spent here.
      on('pageshow', (event) => event.persisted && pageview((since = 0)));
    }
    safely(() => calls.map((call) => track(...call)));
  };

  window.slim = { site, track };

  // ---- The globals of other products: what is given to them may be anything

  if (PLAUSIBLE) {
    window.plausible = (name, options) =>
      safely(() => {
        const { props, interactive, u, url, callback } = options || {};
        track(name, props, { url: u || url || location.href, interactive });
        if (callback) setTimeout(callback, 0, { status: 202 }); // it may go on to another page
      });
    safely(() => prepared.q.forEach((call) => window.plausible(...call)));
  }

  const tell = (name, props, given) => {
    const more = {};
    for (const key of ['title', 'url', 'referrer', 'interactive'])
      if (given[key] || given[key] === false) more[key] = given[key];
    track(name, props, more);
  };

  if (UMAMI)
    window.umami = {
      track: async (what, props) =>
        safely(() => {
          const usual = { website: site, url: shown(location.href), title: document.title };
          usual.referrer = page ? '' : referrer;
          const payload = typeof what === 'function' ? what(usual) : what;
          if (typeof payload === 'string') track(payload, props);
          else if (payload || !what) tell((payload || 0).name, (payload || 0).data, payload || 0);
        }),
      identify: async () => {},
    };

  if (GOATCOUNTER) {
    window.goatcounter = goat;
    goat.count = (vars) =>
      safely(() => {
        const { name, event } = settled(vars);
        if (event) track(name, {});
        else if (name) track('', {}, vars);
      });
    goat.get_query = (name) => new URLSearchParams(location.search).get(name);
    goat.filter = () => !!silent;
    goat.bind_events = () => {};
  }

  if (PRODUCT === 'first') window.slimAnalytics = window.slimlytics = { track, trackEvent: track };

  const begin = (options = {}) => {
    if (PLAUSIBLE) {
      window.plausible.init = safely;
      api = options.endpoint || api;
      hash = hash || options.hashBasedRouting;
      if (options.autoCapturePageviews === false) data.manual = '';
    }
    // A prerendered page may never be shown.
    if (document.prerendering) on('prerenderingchange', start);
    else start();
  };

  if (PLAUSIBLE) window.plausible.init = silent || chosen ? safely : begin; // safely takes anything
  if (silent || (PLAUSIBLE && !chosen)) return;
  begin(PLAUSIBLE ? chosen : {});
  // As arguments they get one-letter names: 108 bytes.
})(window, document, location, navigator, history, setTimeout);
