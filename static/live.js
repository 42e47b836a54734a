// Keeps one WebSocket to the address in <body data-ws>, subscribed to the site in data-live ('*' is all of them).
// It hands on two events on the body, 'live' (something changed: fetch it) and 'visit' (somebody came), and shows its
// state in the pill. It knows nothing of numbers: those come by HTTP.
const {ws: address, live: siteId, build} = document.body.dataset
const pill = document.querySelector('[data-live-state]'), region = document.querySelector('#said')
let socket, ping, heard, retry, failures = 0, behind = false, told = 'Live'

const tell = (name, detail) => document.body.dispatchEvent(new CustomEvent(name, {detail}))
function say(state, words = state) {
  pill.hidden = false
  pill.dataset.liveState = state.toLowerCase()
  pill.lastElementChild.textContent = words
  if (state === 'Connecting' || words === told) return
  region.textContent = words === 'Live' ? 'Live again' : words  // to who cannot see the pill
  told = words
}

const on = {
  subscribed() { failures = 0; say('Live'); if (behind) tell('live'); behind = false },
  'stats-update': message => tell('live', message),
  visit: message => tell('visit', message.visit),
  // Who was online leaves without a word, and minutes pass: the answer to every ping is a time to look.
  pong() { tell('live') },
  error() { stop(); say('Offline') },  // the site, or the role on it, is gone
}

function open() {
  clearTimeout(retry)
  if (socket || document.hidden) return
  socket = new WebSocket(new URL(address, location.href.replace(/^http/, 'ws')))
  heard = false
  ping = setInterval(look, 25e3)
  socket.onopen = () => {
    socket.send(JSON.stringify({type: 'subscribe', siteId, stats: false}))
    heard = true
  }
  socket.onmessage = event => { const message = JSON.parse(event.data); heard = true; on[message.type]?.(message) }
  socket.onclose = lose
}

// The server ends a socket after 90 s of silence; and one that does not open, or does not answer, is dead, as after a
// change of networks.
function look() {
  if (!heard) return lose()
  heard = false
  socket.send('{"type":"ping"}')
}

function lose() {
  stop()
  failures += 1
  say(failures > 3 ? 'Offline' : 'Connecting')
  // Is it the server that is gone, or the login, or both? Whoever asks for numbers without one is sent to log in.
  if (failures > 3) tell('live')
  retry = setTimeout(open, Math.min(30e3, 500 * 2 ** failures) * (0.5 + Math.random() / 2))
}

function stop() {
  clearInterval(ping); clearTimeout(retry)
  if (socket) { socket.onclose = socket.onmessage = null; socket.close(); behind = true }
  socket = null
}

// Whoever asks for numbers and is logged out is sent to log in, but not away from what is half written.
const isWritten = field => field.checkVisibility() && (field.value !== field.defaultValue || field.checked !== field.defaultChecked)
const areWritten = selector => [...document.querySelectorAll(selector)].some(isWritten)
addEventListener('htmx:after:request', e => {
  const {response, sourceElement} = e.detail.ctx
  if (response.status !== 401 || !sourceElement.matches('[hx-get]') || !areWritten('form :is(input, textarea)')) return
  e.preventDefault()
  stop()
  say('Offline', 'Logged out')
})

// After an upgrade what comes is for other scripts and styles than an open page has: it is loaded anew, when nobody is in
// the middle of something. Until then nothing of the new is let in. What answers a form stays, too: the form would be sent
// again, and what is shown once would be gone.
let clicked = -Infinity
addEventListener('click', e => { clicked = e.timeStamp }, {capture: true})
const isBusy = () => performance.now() - clicked < 3e3 || document.querySelector('.menu[open], :popover-open, [data-posted]') || areWritten('input, textarea')
export const isNewer = response => ![null, build].includes(response.headers.get('X-Slim-Build'))
addEventListener('htmx:after:request', e => {
  const {response, sourceElement} = e.detail.ctx
  if (response.status >= 400 || !isNewer(response) || !sourceElement.matches('[hx-get]')) return
  e.preventDefault()
  isBusy() ? say('Offline', 'New version') : location.reload()
})

if (siteId && pill) {
  say('Connecting')
  open()
  document.addEventListener('visibilitychange', () => document.hidden ? stop() : open())
  // An open socket keeps the page out of the back/forward cache.
  addEventListener('pagehide', stop)
  addEventListener('pageshow', open)
  addEventListener('online', open)
}
