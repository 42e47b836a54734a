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
 *
 * It reads one thing: localStorage.slim_ignore, 'true' in a browser that opted out, 'own' in one
 * whose visits arrive and are left out. That is stored after a question which opens with the
 * fragment #slim-ignore, and nothing else ever is. The visitor's page never breaks: what can throw goes through safely(). ES2017, no
 * dependency, written for few bytes where it stays readable. After each change (a test compares):
 *
 *   terser static/tracker.js --ecma 2017 --compress passes=3 --mangle --toplevel \
 *     -o static/tracker.min.js
 */
((document, location, navigator) => {
  const safely = (action) => {
    try {
      return action();
    } catch (error) {
      // A hit is lost, the page goes on.
    }
  };

  // Capturing, window hears what is dispatched on document too, bubbling or not.
  const on = (type, listener) => addEventListener(type, listener, true);

  // ---- Settings

  const script = document.currentScript || { dataset: {} }; // null inside a module
  const data = script.dataset;
  const site = data.site || data.id || data.siteId || '';
  const hash = 'hash' in data || undefined; // undefined leaves its key out of the JSON

  // The snippet twice in a page, or run again by a router that swaps the body, counts once.
  const earlier = window.slim || {};
  if (earlier.site === site) return;

  // Storage may be forbidden, and then throws.
  const ignored = safely(() => {
    if (location.hash === '#slim-ignore')
      localStorage.slim_ignore = confirm('Leave out my visits?') ? 'own' : '';
    return localStorage.slim_ignore;
  });

  // An empty host name is a file.
  const silent =
    !site ||
    navigator.webdriver ||
    ignored === 'true' ||
    (!('local' in data) && /^$|^127\.|^\[::1]|(^|\.)local(host)?$/.test(location.hostname));

  const own = ignored === 'own' || undefined;

  // ---- State

  let waiting = earlier.q || []; // calls made before the start, so that a pageview opens the visit
  let page; // the address last counted; undefined before the first pageview
  let referrer = document.referrer;
  let engaged = 0; // visible ms not yet reported
  let since = 0; // when the running stretch of visible time began; 0 while hidden
  let top = 0; // furthest scroll position, px
  let reported = 0; // `top` when last reported
  let height = 0; // tallest the page has been, px: late images make it grow

  // ---- Sending

  // The endpoint is in the script's folder, so that a server under a sub-path works. A string goes
  // as text/plain, which needs no CORS preflight. A beacon outlives the page, and is refused when
  // 64 KB are waiting already.
  const send = (eventType, fields) =>
    safely(() => {
      const api = data.api || script.src.replace(/[^/]*$/, 'track');
      const body = JSON.stringify(
        Object.assign({ siteId: site, url: location.href, hash, eventType, own }, fields)
      );
      if (!navigator.sendBeacon || !navigator.sendBeacon(api, body))
        fetch(api, { method: 'POST', body, keepalive: true }).catch(() => {});
    });

  const hit = (eventName, eventData, options) =>
    safely(() =>
      send(eventName ? 'event' : 'pageview', {
        referrer,
        title: document.title,
        screenWidth: screen.width,
        screenHeight: screen.height,
        language: navigator.language,
        // Throws where the system's locale is malformed (en-US@posix).
        timezone: safely(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
        eventName,
        eventData,
        interactive: (options || {}).interactive,
      })
    );

  // ---- Engagement: how long the page was visible, how far down it was read

  const measure = () => {
    top = Math.max(top, scrollY);
    height = Math.max(height, document.documentElement.scrollHeight);
  };

  // Runs whenever the page is shown, hidden or left; nothing new is not sent.
  const report = () => {
    const now = performance.now(); // unlike Date, not moved when the clock is set
    engaged += since && now - since;
    since = document.hidden ? 0 : now;
    measure();
    if (page && (engaged >= 1000 || top > reported)) {
      send('engagement', {
        url: page,
        engaged: Math.min(engaged, 18e5) | 0, // 30 min; what is longer is a forgotten tab
        scroll: Math.min(100, ((top + innerHeight) / height) * 100 + 0.5) | 0,
      });
      engaged = 0;
      reported = top;
    }
  };

  // ---- Pageviews

  const here = () => (hash ? location.href : location.href.split('#')[0]);

  const pageview = (...call) => {
    report();
    if (page) referrer = ''; // the visit is there, and came from there
    page = here();
    engaged = top = reported = height = 0;
    hit(...call);
  };

  // Frameworks set the title after pushState, and may redirect at once: what counts is what is
  // there when they are done. The page before is reported now, while the numbers are its own.
  const navigated = () => {
    if (here() !== page) {
      report();
      setTimeout(() => here() !== page && pageview());
    }
  };

  const watch = (name) => {
    const original = history[name];
    history[name] = function (...state) {
      const result = original.apply(this, state);
      navigated();
      return result;
    };
  };

  // ---- The page's calls, and the start

  const track = (...call) => {
    if (silent) return;
    if (waiting) waiting.push(call);
    else if (call[0]) hit(...call);
    else pageview(...call);
  };

  const start = () => {
    const calls = waiting;
    waiting = 0;
    report();
    on('scroll', measure);
    on('visibilitychange', report);
    on('pagehide', report);
    if (!('manual' in data)) {
      pageview();
      watch('pushState');
      watch('replaceState');
      on('popstate', navigated); // fires for a new fragment too: here() knows if that is a page
      // Back from the back/forward cache: a new view; the time away was not spent here.
      on('pageshow', (event) => {
        if (event.persisted) {
          since = 0;
          pageview();
        }
      });
    }
    safely(() => calls.forEach((call) => track(...call)));
  };

  window.slim = { site, track };
  if (silent) return;
  // A prerendered page may never be shown.
  if (document.prerendering) on('prerenderingchange', start);
  else start();
})(document, location, navigator); // as arguments they get one-letter names: 90 bytes
