// The small comforts: keys, menus that close, numbers that arrive softly, and Alpine for what needs a state.
// Every page can be read and used without this file.
import {isNewer} from './live.js'

// Alpine comes after everything else: on the first idle moment, or at once when somebody reaches for a control.
let alpine
delete window.fence  // Alpine reads every global once, and Chromium warns of this one
const start = () => alpine ??= import(new URL('vendor/alpine-csp-3.17.4.esm.min.js', import.meta.url)).then(({default: Alpine}) => {
  Alpine.data('copy', copy)
  Alpine.data('finder', finder)
  window.Alpine = Alpine  // hx-alpine-compat looks there
  Alpine.start()
})
for (const type of ['pointerover', 'focusin']) addEventListener(type, e => { if (e.target.closest?.('[x-data]')) start() }, {passive: true})
'requestIdleCallback' in window ? requestIdleCallback(start, {timeout: 2000}) : setTimeout(start, 500)

// A button that copies the text beside it: <div x-data=copy><code x-ref=text>…
function copy() {
  return {
    label: 'Copy',
    async copy() {
      this.label = await write(this.$refs.text) ? 'Copied' : 'Press Ctrl C'
      setTimeout(() => { this.label = 'Copy' }, 2500)
    },
  }
}

// navigator.clipboard exists on https and localhost only; elsewhere the text is selected and copied the old way.
async function write(node) {
  try { await navigator.clipboard.writeText(node.textContent); return true } catch { /* the old way */ }
  getSelection().selectAllChildren(node)
  return document.execCommand('copy')
}

// A search box over what stands beneath it: hides what does not match, opens what is folded away, says when there is
// nothing; Enter opens the first. What a live update brings is searched again, and what was typed over the overview
// outlives its sorting.
let sought = ''
addEventListener('htmx:before:swap', () => { sought = document.querySelector('.list input')?.value ?? '' })
function finder() {
  return {
    wanted: '',
    said: '',
    init() {
      const box = this.$root.querySelector('.list input')
      if (!box || !sought) return
      box.value = sought
      this.search(sought)
    },
    get items() { return [...this.$root.querySelectorAll('li, [data-find]')] },
    get found() { return this.items.filter(item => !item.hidden) },
    search(text = this.wanted) {
      const was = this.wanted
      this.wanted = text.trim().toLowerCase()
      for (const item of this.items) item.hidden = !(item.dataset.find ?? item.textContent).toLowerCase().includes(this.wanted)
      const folded = this.$root.querySelector('details')
      if (folded) {
        const inside = this.found.some(item => folded.contains(item))
        folded.hidden = !inside
        if (this.wanted !== was) folded.open = this.wanted && inside
      }
      this.said = this.found.length ? '' : 'No site is called so'
    },
    first() { this.found[0]?.querySelector('a').click() },
  }
}

// With a key held down a click on a link is the browser's: a new tab or window. (htmx leaves it alone, but prevents it.)
let followed  // the link or form that was used last; null after a step back
addEventListener('click', e => {
  const link = e.target.closest('a[href]')
  if (link && (e.ctrlKey || e.metaKey || e.shiftKey)) e.stopPropagation()
  else if (link && !link.matches('[download]')) followed = link
}, {capture: true})
addEventListener('submit', e => { followed = e.target }, {capture: true})
addEventListener('popstate', () => { followed = null })

// A click or a step back that gets no page in answer, or one for newer scripts and styles than there are here, is the
// browser's to follow: it says what is wrong, at its address. (Unless another link was followed since: Safari breaks off
// what is on its way as soon as another page is asked for.)
const isLast = source => !followed || followed === source
const whole = ({detail: {ctx}}) => ctx && isLast(ctx.sourceElement) && !ctx.sourceElement.matches('[hx-get]') && ctx.request.action
addEventListener('htmx:error', e => { if (whole(e)) location.assign(whole(e)) })
addEventListener('htmx:after:request', e => {
  const {response} = e.detail.ctx
  if ((response.status < 400 && !isNewer(response)) || !whole(e)) return
  e.preventDefault()
  location.assign(whole(e))
})

// Menus are <details>; they close by Escape, by a click elsewhere, and when the focus goes elsewhere.
const hover = matchMedia('(hover: hover)')
const menus = () => document.querySelectorAll('details.menu[open]')
const leave = e => { for (const menu of menus()) if (!menu.contains(e.target)) menu.open = false }
addEventListener('pointerdown', leave)
addEventListener('focusin', leave)
// A dialog that Tab leaves would stay open over the page. (Its own button opens and closes it.)
addEventListener('focusin', e => {
  for (const dialog of document.querySelectorAll('dialog:popover-open'))
    if (!dialog.contains(e.target) && e.target.popoverTargetElement !== dialog) dialog.hidePopover()
})
addEventListener('keydown', e => {
  if (e.key !== 'Escape') return
  for (const menu of menus()) { menu.open = false; menu.querySelector('summary').focus() }
})
addEventListener('toggle', async e => {
  if (!e.target.matches?.('details.menu[open]')) return
  await start()
  // On a phone it would raise the keyboard.
  if (hover.matches) e.target.querySelector('input[type=search]')?.focus()
}, {capture: true})  // 'toggle' does not bubble

// Keys: whatever carries data-key is clicked by that key. The sheet lists those of this page; there they can be turned
// off (WCAG 2.1.4). (Storage is shut in a frame of another site.)
const sheet = document.querySelector('#keys'), toggle = document.querySelector('[data-keys]')
const kept = {}
let store = {getItem: key => kept[key], setItem: (key, value) => { kept[key] = value }}
try { store = localStorage } catch { /* what is chosen lasts as long as the page */ }
const SIGNS = {ArrowLeft: '←', ArrowRight: '→'}
if (toggle) {
  document.querySelector('[popovertarget=keys][data-key]').hidden = false
  toggle.checked = store.getItem('keys') !== 'off'
  toggle.addEventListener('change', () => store.setItem('keys', toggle.checked ? 'on' : 'off'))
  sheet.addEventListener('beforetoggle', e => { if (e.newState === 'open') list() })
}
function list() {
  sheet.querySelector('dl').replaceChildren(...[...document.querySelectorAll('[data-key]')].map(el => {
    const row = document.createElement('div'), [key, does] = ['dt', 'dd'].map(tag => row.appendChild(document.createElement(tag)))
    key.appendChild(document.createElement('kbd')).textContent = SIGNS[el.dataset.key] ?? el.dataset.key
    does.textContent = el.dataset.keyDoes ?? el.ariaLabel ?? el.firstChild.textContent
    return row
  }))
}
addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || !toggle?.checked || e.target.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable]')) return
  const target = document.querySelector(`[data-key="${CSS.escape(e.key)}"]`)
  if (!target) return
  e.preventDefault()
  target.matches('input') ? target.focus() : target.click()
})

// A number that changed arrives with a short, calm motion.
const calm = matchMedia('(prefers-reduced-motion: reduce)')
new MutationObserver(changes => {
  if (calm.matches) return
  const changed = new Set(changes.map(c => c.target.parentElement?.closest('[data-tick]')))
  for (const el of changed) el?.animate([{translate: '0 0.3em'}, {translate: '0 0'}], {duration: 450, easing: 'ease-out'})
}).observe(document.body, {subtree: true, characterData: true})

// The tab's icon counts who is online, and a record day of a site is celebrated, once in this browser.
const icon = document.querySelector('link[rel=icon]'), plain = icon.href
function notice() {
  const online = Number(document.querySelector('[data-online]')?.dataset.online ?? 0)
  const href = online ? new URL(`${icon.dataset.badge}${Math.min(online, 99)}.svg`, location).href : plain
  if (icon.href !== href) icon.href = href
  const feat = document.querySelector('[data-feat]'), key = `feat ${document.body.dataset.site}`
  if (!feat || store.getItem(key) === feat.dataset.feat) return
  store.setItem(key, feat.dataset.feat)
  if (!calm.matches) confetti(feat)
}
new MutationObserver(notice).observe(document.body, {subtree: true, childList: true, attributeFilter: ['data-online']})
notice()

function confetti(from) {
  const {left, top} = from.getBoundingClientRect(), layer = document.body.appendChild(document.createElement('div'))
  layer.className = 'confetti'
  layer.ariaHidden = 'true'
  const falls = Array.from({length: 36}, (_, n) => {
    const bit = layer.appendChild(document.createElement('i')), far = 60 + Math.random() * 160, turn = Math.random() * 2 * Math.PI
    const x = left + 12 + far * Math.cos(turn), y = top + far * Math.sin(turn) - 60
    return bit.animate([
      {translate: `${left + 12}px ${top}px`, opacity: 1},
      {translate: `${x}px ${y}px`, rotate: `${turn * 2}rad`, opacity: 1, offset: 0.4, easing: 'ease-in'},
      {translate: `${x}px ${y + 180}px`, rotate: `${turn * 5}rad`, opacity: 0},
    ], {duration: 1600 + Math.random() * 800, easing: 'cubic-bezier(0.1, 0.7, 0.4, 1)', fill: 'both'}).finished
  })
  Promise.allSettled(falls).then(() => layer.remove())
}

// On a phone a row of tabs scrolls: to the chosen one, once for each row that is swapped in.
const revealed = new WeakSet()
function reveal() {
  for (const tab of document.querySelectorAll(':is(.places, .segments) [aria-current]')) {
    const row = tab.parentElement
    if (!revealed.has(row)) row.scrollLeft = tab.offsetLeft + tab.offsetWidth / 2 - row.offsetLeft - row.offsetWidth / 2
    revealed.add(row)
  }
}
addEventListener('htmx:after:swap', reveal)
reveal()

// A row that filters, and a filter that is taken off, are gone with the focus on them: it goes to the filters; that of a
// menu's link to its menu, and that of the form of an annotation to what opens it.
let focused
addEventListener('htmx:before:swap', () => { focused = document.activeElement.closest('#main') && document.activeElement })
addEventListener('htmx:after:swap', () => {
  if (!focused || document.activeElement !== document.body) return
  const menu = focused.id && document.getElementById(focused.id)?.closest('details')
  const gone = focused.closest('.annotation') ? '#annotate' : '.chips li:last-child a, .add'
  const next = menu ? menu.querySelector('summary') : document.querySelector(gone)
  next?.focus({preventScroll: true})
})

// What was unfolded stays so in the page that is swapped in.
let unfolded = []
addEventListener('htmx:before:swap', () => { unfolded = [...document.querySelectorAll('details[id][open]')].map(details => details.id) })
addEventListener('htmx:after:swap', () => { for (const id of unfolded) document.getElementById(id)?.setAttribute('open', '') })

// A click in a card may leave less above it: the card stays where it is in the window.
let held
addEventListener('htmx:before:swap', e => {
  const card = e.detail.ctx.sourceElement.closest('#cards section[id]')
  held = card && {id: card.id, top: card.getBoundingClientRect().top}
})
addEventListener('htmx:after:swap', () => {
  const card = held && document.getElementById(held.id)
  if (card) scrollBy({top: card.getBoundingClientRect().top - held.top, behavior: 'instant'})
})

// htmx boosts no link of an SVG: a country of the map is followed by a link of HTML beside it.
addEventListener('click', e => {
  const land = e.target.closest('.world a')
  if (!land) return
  e.preventDefault()
  const link = land.closest('section').appendChild(document.createElement('a'))
  link.href = land.href.baseVal
  htmx.process(link)
  link.click()
})

// What a click has changed is said to who cannot see it, by a region that outlives the swap: others are not heard.
addEventListener('htmx:after:swap', e => {
  const {title} = e.detail.ctx, listed = document.querySelector('.tools > p:not(:empty), .whole > p.soft')
  if (title) document.querySelector('#said').textContent = [title, listed?.textContent].filter(Boolean).join(', ')
})

// The focus goes to what is wrong in a form, in a dialog too. (Where the address names a part of the page, autofocus does
// nothing, and until the page is loaded the browser takes the focus away.)
addEventListener('load', () => {
  const wrong = document.querySelector('[aria-invalid]')
  wrong?.closest('dialog')?.showPopover()
  wrong?.focus()
})

// A new site is most often in the zone of whoever makes it.
for (const input of document.querySelectorAll('input[data-zone]')) if (input.value === 'UTC') input.value = Intl.DateTimeFormat().resolvedOptions().timeZone

// What a phone is to scan.
for (const canvas of document.querySelectorAll('[data-qr]')) {
  import(new URL('vendor/lean-qr-2.7.4.esm.min.js', import.meta.url)).then(({generate}) => {
    generate(canvas.dataset.qr).toCanvas(canvas)
    canvas.parentElement.hidden = false
  })
}
