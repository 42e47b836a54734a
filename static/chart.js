// <line-chart src="#table" rev="…" unit="count|percent|seconds"> draws the table it names: row labels are the axis, the
// first data column the line, the second the compared period. The server's own SVG inside it is shown until then.
// A click on a point follows the link of its row, with Ctrl in a new tab. A touch shows the values first; another of that
// point, or of the values, follows the link. A drag does nothing.
// It draws again when rev changes, when its size changes, when the theme does, and for paper.
// Px under the plot for the labels; slim.css has the same.
const FOOT = 24
// Px at the right and above: half an annotation's dot, half a label.
const EDGE = 6
// Px between the labels and the plot.
const GAP = 8
// The SVG leaves 8 of its 240 units above the peak.
const HEAD = 240 / 232, LEAST = 4
const PAINT = {
  accent: 'var(--accent)', ink: 'var(--ink)', soft: 'var(--soft)', line: 'var(--line)', card: 'var(--card)', tint: 'var(--tint)',
  half: 'color-mix(in srgb, var(--tint), transparent)',
  // 100 % would be black, and a gradient would show it.
  clear: 'color-mix(in srgb, var(--tint), transparent 99%)',
}
const paper = matchMedia('print'), schemes = [matchMedia('(prefers-color-scheme: dark)'), paper]

class LineChart extends HTMLElement {
  static observedAttributes = ['rev']

  // The watch draws, as soon as this has a size. Not here: while a page is swapped in, the old one still stands beneath it,
  // with a table of the same name.
  connectedCallback() {
    this.watch = new ResizeObserver(() => this.resize())
    this.watch.observe(this)
    this.repaint = () => { this.clear(); this.draw(); this.plot?.batch(() => {}) }  // at once: Firefox copies it
    for (const scheme of schemes) scheme.addEventListener('change', this.repaint)
    this.addEventListener('pointerdown', this.press)
    this.addEventListener('click', this.follow, true)  // on its way down: uPlot stops it
  }

  disconnectedCallback() {
    this.watch.disconnect()
    for (const scheme of schemes) scheme.removeEventListener('change', this.repaint)
    this.clear()
  }

  clear() { this.plot?.destroy(); this.plot = null }

  // The table is morphed after this element, so wait for the end of that task.
  attributeChangedCallback() { if (this.watch) queueMicrotask(() => this.isConnected && this.draw()) }

  resize() { this.plot ? this.plot.setSize(this.box()) : this.draw() }

  // Firefox lays out only a copy for paper, and scales there what was drawn in the window.
  box() { return {width: Math.min(this.clientWidth, paper.matches ? 960 : Infinity), height: this.clientHeight} }

  draw() {
    const rows = [...document.querySelectorAll(`${this.getAttribute('src')} tbody tr`)].map(read)
    if (!rows.length || !window.uPlot || !this.clientWidth) return
    // Then hovering goes on undisturbed.
    const kept = this.plot && this.rows.length === rows.length
    this.rows = rows
    this.top = Math.max(LEAST, ...rows.flatMap(r => [r.value ?? 0, r.previous ?? 0])) * HEAD
    if (kept) { this.plot.setData(columns(rows)); this.show(this.plot); return }
    this.clear()
    this.plot = new uPlot(this.options(), columns(rows), this)
    for (const child of [...this.children]) if (child !== this.plot.root) child.remove()
    this.tip = this.appendChild(document.createElement('div'))
    this.tip.className = 'tip'
    this.tip.hidden = true
  }

  options() {
    const paint = this.paint(), last = this.rows.length - 1, alone = !last, unit = this.getAttribute('unit')
    const points = {show: true, filter: lonely, size: 9, fill: paint.accent}
    const line = {points, stroke: paint.accent, width: 2.25, cap: 'round'}
    return {
      ...this.box(),
      padding: [EDGE, EDGE, 0, 0],
      legend: {show: false},
      scales: {x: {time: false, range: alone ? [-1, 1] : [0, last]}, y: {range: () => [0, this.top]}},
      series: [
        {},
        {...line, fill: plot => fade(plot, paint.tint, paint.clear)},
        {...line, dash: [2, 6], fill: plot => fade(plot, paint.half, paint.clear)},
        {points: {...points, size: 5, fill: paint.soft}, stroke: paint.soft, width: 1.5, dash: [4, 5]},
      ],
      axes: [
        {size: FOOT, splits: () => []},  // see labels()
        {
          size: (plot, labels) => GAP + width(plot, labels ?? [], paint.font), gap: GAP, font: paint.font, stroke: paint.soft,
          grid: {stroke: paint.line, width: 1}, ticks: {show: false},
          splits: () => lines(this.top, unit),
          values: (_, at) => at.map(value => value ? shown(value, unit) : ''),
        },
      ],
      cursor: {
        y: false,
        move: (plot, left, top) => [left < 0 ? left : plot.valToPos(plot.posToIdx(left), 'x'), top],
        drag: {x: false, y: false},
        points: {size: 9, width: 2, stroke: paint.card, fill: (_, s) => s === 3 ? paint.soft : paint.accent},
      },
      hooks: {
        draw: [plot => this.labels(plot, paint), plot => this.dots(plot, paint)],
        setCursor: [plot => this.show(plot)],
      },
    }
  }

  // Beneath some of the points, the last one always, as far as there is room in the middle. (uPlot's own do not turn in at
  // the edges.)
  labels(plot, paint) {
    const {ctx} = plot, ratio = devicePixelRatio, y = (plot.bbox.top + plot.bbox.height) / ratio + GAP
    ctx.save()
    ctx.scale(ratio, ratio)
    ctx.font = paint.font
    ctx.fillStyle = paint.soft
    ctx.textAlign = 'left'
    ctx.textBaseline = 'top'
    for (const {text, left} of marks(plot, this.rows, paint.font)) ctx.fillText(text, left, y)
    ctx.restore()
  }

  // A dot for each annotation, on the line.
  dots(plot, paint) {
    const {ctx} = plot, ratio = devicePixelRatio
    ctx.save()
    ctx.fillStyle = paint.ink
    ctx.strokeStyle = paint.card
    ctx.lineWidth = 2 * ratio
    ctx.setLineDash([])
    this.rows.forEach((row, i) => {
      if (!row.note) return
      ctx.beginPath()
      ctx.arc(plot.valToPos(i, 'x', true), plot.valToPos(row.value ?? 0, 'y', true), 4.5 * ratio, 0, 2 * Math.PI)
      ctx.fill()
      ctx.stroke()
    })
    ctx.restore()
  }

  // The point whose values are shown as a press begins is the one it may follow, from the values only with a finger: a mouse
  // has the points beneath them.
  press(e) {
    const {left, right, top, bottom} = this.tip?.getBoundingClientRect() ?? {}
    const isOnTip = left < e.clientX && e.clientX < right && top < e.clientY && e.clientY < bottom
    this.shown = this.tip?.hidden ? null : this.plot?.cursor.idx
    this.isSure = e.pointerType === 'touch' && isOnTip
  }

  follow(e) {
    if (this.isSure || this.plot?.cursor.idx === this.shown) this.rows?.[this.shown]?.link?.dispatchEvent(new MouseEvent('click', e))
  }

  show(plot) {
    const i = plot.cursor.idx, row = this.rows[i]
    plot.over.style.cursor = row?.link ? 'pointer' : ''
    this.tip.hidden = plot.cursor.left < 0 || !(row?.shown || row?.previousShown || row?.note)
    if (this.tip.hidden) return
    this.tip.toggleAttribute('data-link', !!row.link)
    this.tip.replaceChildren(
      ...(row.shown ? [text('b', row.shown), text('span', row.label + (row.partial ? ' · so far' : ''))] : []),
      ...(row.previousShown ? [text('b', row.previousShown, 'then'), text('span', row.previousLabel)] : []),
      ...(row.note ? [text('p', row.note)] : []),
    )
    const at = plot.over.offsetLeft + plot.valToPos(i, 'x'), size = this.tip.offsetWidth
    this.tip.style.translate = Math.max(0, Math.min(plot.width - size, at + (at > plot.width / 2 ? -size - 12 : 12))) + 'px 0'
  }

  // Custom properties keep light-dark() unresolved; a real property has the colour.
  paint() {
    const style = getComputedStyle(this), out = {font: `${style.fontSize} ${style.fontFamily}`}
    for (const [name, value] of Object.entries(PAINT)) {
      this.style.color = value
      out[name] = style.color
    }
    this.style.color = ''
    return out
  }
}

const number = text => text === undefined || text === '' ? null : Number(text)

function read(tr) {
  const [now, then] = tr.querySelectorAll('td')
  return {
    label: tr.querySelector('th').firstChild.textContent.trim(), mark: tr.dataset.mark,
    link: tr.querySelector('th a'),
    note: tr.querySelector('th small')?.textContent ?? '',
    value: number(now.dataset.v), shown: now.textContent.trim(),
    previous: number(then?.dataset.v), previousShown: then?.textContent.trim() ?? '', previousLabel: then?.dataset.label ?? '',
    partial: 'partial' in tr.dataset,
  }
}

// Three lines over one axis: what is finished, what is still filling up (from the last finished point on), the compared period.
function columns(rows) {
  const cut = rows.findIndex(r => r.partial && r.value !== null), end = cut < 0 ? rows.length : cut
  return [
    rows.map((_, i) => i),
    rows.map((r, i) => i < end || rows.length === 1 ? r.value : null),
    rows.map((r, i) => i >= end - 1 && cut >= 0 ? r.value : null),
    rows.map(r => r.previous),
  ]
}

// Values between gaps, which no line would show.
function lonely(plot, n) {
  const values = plot.data[n]
  return values.flatMap((value, i) => value != null && values[i - 1] == null && values[i + 1] == null ? [i] : [])
}

// How many px the widest of some labels takes.
function width(plot, labels, font) {
  plot.ctx.font = font
  return Math.ceil(Math.max(0, ...labels.map(label => plot.ctx.measureText(label).width)))
}

// The labels that stand beneath the plot, and where they begin: that of every n-th point and of the last, none of which
// touch. n leads to the last if it can, or divides the number of points: of 24 hours every sixth, not every fifth.
function marks(plot, rows, font) {
  const end = plot.width, widest = width(plot, rows.map(r => r.mark), font), last = rows.length - 1
  const least = Math.ceil(rows.length * (widest + 2 * GAP) / plot.over.clientWidth)
  const steps = Array.from({length: least}, (_, n) => least + n)
  const every = steps.find(n => last % n === 0) ?? steps.find(n => rows.length % n === 0) ?? least
  const places = rows.flatMap((row, i) => {
    if (i % every && i !== last) return []
    const size = width(plot, [row.mark], font), middle = plot.over.offsetLeft + plot.valToPos(i, 'x')
    const left = Math.max(0, Math.min(end - size, middle - size / 2))
    return [{text: row.mark, left, right: left + size}]
  })
  const final = places.pop()
  return [...places.filter(place => place.right + GAP < final.left), final]
}

// Where lines go across: the floor and two to four above it, at a round step: 1, 2 or 5 times a power of ten; for seconds also
// whole minutes and hours.
function lines(top, unit) {
  const steps = unit === 'seconds' ? [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000] : []
  for (let power = unit === 'count' ? 1 : 0.1; steps.length < 50; power *= 10) steps.push(power, 2 * power, 5 * power)
  const step = steps.find(step => top / step < 5)
  return Array.from({length: Math.ceil(top / step)}, (_, n) => n * step)
}

function shown(value, unit) {
  if (unit === 'percent') return `${+value.toFixed(1)} %`
  if (unit === 'seconds') return value < 60 ? `${value} s` : value < 3600 ? `${+(value / 60).toFixed(1)} min` : `${+(value / 3600).toFixed(1)} h`
  return new Intl.NumberFormat('en', {notation: value < 1e4 ? 'standard' : 'compact'}).format(value)
}

function fade(plot, from, to) {
  const {top, height} = plot.bbox, gradient = plot.ctx.createLinearGradient(0, top, 0, top + height)
  gradient.addColorStop(0, from)
  gradient.addColorStop(1, to)
  return gradient
}

function text(tag, content, name = '') {
  const el = document.createElement(tag)
  el.textContent = content
  el.className = name
  return el
}

customElements.define('line-chart', LineChart)
