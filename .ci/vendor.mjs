// Remakes static/vendor from exact versions of npm packages, and static/tracker*.min.js from static/tracker.js.
//
//   node .ci/vendor.mjs            everything: install into a scratch folder, then write static/vendor anew
//   node .ci/vendor.mjs tracker    only static/tracker*.min.js
//   node .ci/vendor.mjs --check    no network: do the files still have the sha256 that VENDOR.md lists?
//
// To move to a newer version: change it in its row, run, look at the page and at `git diff`, commit both.
// The result depends on nothing but the rows below and, for names-en.json, on the CLDR inside this Node.

import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import fs from 'node:fs'
import {createRequire} from 'node:module'
import os from 'node:os'
import path from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'

// What the browser gets. `from` is a file in the package (copied unchanged) or a function below (made from it).
const SHIPPED = [
  // package                     version    from                                to                                  licence
  ['htmx.org',                    '4.0.1',  'dist/htmx.min.js',                 'htmx-VERSION.min.js',              '0BSD'],
  ['htmx.org',                    '4.0.1',  'dist/ext/hx-alpine-compat.min.js', 'hx-alpine-compat-VERSION.min.js',  '0BSD'],
  ['@alpinejs/csp',               '3.17.4', 'dist/module.esm.min.js',           'alpine-csp-VERSION.esm.min.js',    'MIT'],
  ['uplot',                       '1.6.32', 'dist/uPlot.iife.min.js',           'uplot-VERSION.iife.min.js',        'MIT'],
  ['uplot',                       '1.6.32', 'dist/uPlot.min.css',               'uplot-VERSION.min.css',            'MIT'],
  ['lean-qr',                     '2.7.4',  'index.mjs',                        'lean-qr-VERSION.esm.min.js',       'MIT'],
  ['country-flag-emoji-polyfill', '0.1.10', 'dist/TwemojiCountryFlags.woff2',   'twemoji-flags-VERSION.woff2',      'art CC BY 4.0, package MIT'],
  ['world-atlas',                 '2.0.2',  worldMap,                           'world-VERSION.svg',                'ISC, data public domain'],
  ['isbot',                       '5.2.3',  botPatterns,                        'isbot-VERSION.txt',                'Unlicense'],
]

// What only helps to make it, here.
const TOOLS = [
  ['d3-geo',             '3.1.2'],
  ['topojson-client',    '3.1.0'],
  ['i18n-iso-countries', '7.14.0'],
]
const TERSER = ['terser', '5.51.2']

// Licence texts: a package's own file, or, where a package carries none, its notice over the words it uses.
const LICENCES = [
  ['htmx.org',                    'htmx.org/LICENSE'],
  ['@alpinejs/csp',               mitOf('Copyright © 2019-2021 Caleb Porzio and contributors')],
  ['@vue/reactivity and @vue/shared (inside @alpinejs/csp)', '@vue/reactivity/LICENSE'],
  ['uplot',                       'uplot/LICENSE'],
  ['lean-qr',                     'lean-qr/LICENSE'],
  ['country-flag-emoji-polyfill and Twemoji', 'country-flag-emoji-polyfill/LICENSE.md'],
  ['world-atlas',                 'world-atlas/LICENSE'],
  ['isbot',                       'isbot/LICENSE'],
  ['Unicode CLDR',                () => UNICODE_LICENCE],
]

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const VENDOR = path.join(ROOT, 'static/vendor')
const TRACKER = path.join(ROOT, 'static/tracker.js')

// ---- World map -------------------------------------------------------------------------------------------------

// World-atlas has no code for these three.
const UNCODED = {Kosovo: 'XK', 'N. Cyprus': 'CY', Somaliland: 'SO'}

// Parts that the atlas draws with one country and address databases count under another: from, to, [west, south, east, north].
const MOVED = [
  ['RU', 'UA', [32, 44, 37, 47]],   // Crimea
  ['FR', 'GF', [-55, 2, -51, 6]],   // French Guiana
  ['NO', 'SJ', [10, 76, 28, 81]],   // Svalbard
]

// Overseas parts that have no shape of their own at either scale: [longitude, latitude].
const OVERSEAS = {
  GP: [-61.5, 16.2], MQ: [-61, 14.6], RE: [55.5, -21.1], YT: [45.2, -12.8], BQ: [-68.3, 12.2], GI: [-5.4, 36.1],
  TV: [179.2, -8.5], CX: [105.7, -10.5], TK: [-171.8, -9.2], CC: [96.8, -12.2],
}

const LEFT_OUT = ['AQ', 'BV', 'UM']
const SMALLEST = 6   // square units of the 1000-wide grid; a smaller country becomes a dot
const DOT = 3        // radius

/** The map as one SVG: `world.svg#DE` is a country, `world.svg#w` all of them; no fill, so that the page colours them. */
async function worldMap({load}) {
  const [geo, topojson, iso] = [await load('d3-geo'), load.require('topojson-client'), load.require('i18n-iso-countries')]
  const coarse = load.require('world-atlas/countries-110m.json'), fine = load.require('world-atlas/countries-50m.json')
  const codeOf = country => UNCODED[country.properties.name] ?? iso.numericToAlpha2(country.id)

  // The polygons of each code, moved where they count; merge() removes the border between parts that now touch.
  const byCode = atlas => {
    const parts = {}
    for (const country of atlas.objects.countries.geometries) {
      const code = codeOf(country)
      const polygons = country.type === 'Polygon' ? [country.arcs] : country.arcs
      if (code && !LEFT_OUT.includes(code)) (parts[code] ??= []).push(...polygons.map(arcs => ({type: 'Polygon', arcs})))
    }
    const inside = ([w, s, e, n]) => part => {
      const [[west, south], [east, north]] = geo.geoBounds(topojson.feature(atlas, part))
      return w <= west && west <= east && east <= e && s <= south && north <= n
    }
    for (const [from, to, box] of MOVED) {
      const moving = (parts[from] ?? []).filter(inside(box))
      parts[from] = parts[from].filter(part => !moving.includes(part))
      if (moving.length) (parts[to] ??= []).push(...moving)
    }
    return Object.fromEntries(Object.entries(parts).map(([code, list]) => [code, topojson.merge(atlas, list)]))
  }
  const shapes = byCode(coarse), detailed = byCode(fine)

  const land = {type: 'GeometryCollection', geometries: Object.values(shapes)}
  const projection = geo.geoNaturalEarth1().precision(0).fitWidth(1000, land)
  const height = Math.ceil(geo.geoPath(projection).bounds(land)[1][1])

  const paths = [], dots = []
  for (const code of Object.keys({...detailed, ...shapes, ...OVERSEAS}).sort()) {
    const rings = shapes[code] ? gridRings(geo, projection, shapes[code]) : []
    if (rings.reduce((sum, ring) => sum + area(ring), 0) >= SMALLEST) {
      paths.push(`<path id="${code}" d="${relativePath(rings)}"/>`)
    } else {
      const [x, y] = projection(OVERSEAS[code] ?? geo.geoCentroid(detailed[code])).map(Math.round)
      const inside = Math.min(Math.max(x, DOT), 1000 - DOT)   // Tuvalu lies past the last continent
      dots.push(`<circle id="${code}" cx="${inside}" cy="${y}" r="${DOT}"/>`)   // last, to lie on top
    }
  }
  console.log(`world: 1000 x ${height}, ${paths.length} shapes, ${dots.length} dots`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 ${height}"><g id="w">\n${[...paths, ...dots].join('\n')}\n</g></svg>\n`
}

/** The rings of a shape on the whole-number grid, without repeated points and points on a straight line. */
function gridRings(geo, projection, shape) {
  const rings = []
  const pen = {
    moveTo: (x, y) => rings.push([[Math.round(x), Math.round(y)]]),
    lineTo: (x, y) => rings.at(-1).push([Math.round(x), Math.round(y)]),
    closePath() {},
  }
  geo.geoPath(projection, pen)(shape)
  const needless = (ring, i) => {
    const [[ax, ay], [bx, by], [cx, cy]] = [ring.at(i - 1), ring[i], ring[(i + 1) % ring.length]]
    return (bx - ax) * (cy - by) === (by - ay) * (cx - bx)
  }
  for (const ring of rings) {
    for (let i; ring.length && (i = ring.findIndex((_, i) => needless(ring, i))) >= 0;) ring.splice(i, 1)
  }
  return rings.filter(ring => ring.length > 2)
}

/** Square units inside a ring; a hole counts like land, which is near enough to tell a dot from a shape. */
function area(ring) {
  return Math.abs(ring.reduce((sum, [x, y], i) => sum + ring.at(i - 1)[0] * y - x * ring.at(i - 1)[1], 0)) / 2
}

/** Rings as path data: 'm10 20 5-3 2 1z', each pair relative to the one before, a space only where no minus parts them. */
function relativePath(rings) {
  let [x, y, data] = [0, 0, '']
  for (const ring of rings) {
    const steps = ring.flatMap(([toX, toY]) => {
      const step = [toX - x, toY - y]
      ;[x, y] = [toX, toY]
      return step
    })
    data += 'm' + steps.join(' ').replaceAll(' -', '-') + 'z'
    ;[x, y] = ring[0]   // where z leaves the pen
  }
  return data
}

// ---- Bot patterns ----------------------------------------------------------------------------------------------

/** isbot's list, one regular expression a line, in the words of Python's `re`; use with re.IGNORECASE | re.ASCII. */
async function botPatterns({load}) {
  const lines = load.require('isbot').list.map(pattern => pattern
    .replace(/\(\?<!([^()]*)\)/g, (_, words) => words.split('|').map(word => `(?<!${word})`).join(''))   // one width each
    .replace(/(\\[dsw])-(?!\])/g, '$1\\-')      // a minus after \d in brackets is a range to Python
    .replace(/^ | $/g, '[ ]'))                  // a space at an end would not survive an editor
  const text = lines.join('\n') + '\n'
  const compile = 'import re, sys\nfor line in sys.stdin.read().splitlines(): re.compile(line, re.IGNORECASE | re.ASCII)'
  execFileSync('python3', ['-W', 'error', '-c', compile], {input: text, stdio: ['pipe', 'inherit', 'inherit']})
  return text
}

// ---- Names of countries and languages --------------------------------------------------------------------------

const LONG_NAMES = ['BA', 'GB', 'US']   // where CLDR's short name is 'Bosnia', 'UK', 'US'
const THREE_LETTER = ('arz ary ast bar bem bho brx ceb chr ckb cmn cnr csb doi dsb fil frr fur gag gsw hak haw hmn hsb kab kea kok ' +
  'lij lkt lmo luo mai mfe mni nan nap nds nqo nso pap pcm quc rom sah sat scn sco smj smn sms srn szl tok tpi vec war wuu yue zgh').split(' ')

/** {"countries": {"DE": "Germany"}, "languages": {"pt": "Portuguese"}} from CLDR; also codes that were withdrawn, as browsers still send them. */
async function englishNames({load}) {
  const names = (type, style) => new Intl.DisplayNames('en', {type, style, fallback: 'none'})
  const [long, short, language] = [names('region', 'long'), names('region', 'short'), names('language', 'long')]
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  const twoLetter = letters.flatMap(a => letters.map(b => a + b))
  const table = (codes, name) => {
    const rows = codes.map(code => [code, name(code)]).filter(row => row[1])
    return JSON.stringify(Object.fromEntries(rows.sort((a, b) => (a[0] < b[0] ? -1 : 1))))
  }
  const countries = Object.keys(load.require('i18n-iso-countries').getAlpha2Codes())
  const country = code => (LONG_NAMES.includes(code) ? long : short).of(code)
  return `{"countries":${table(countries, country)},\n"languages":${table([...twoLetter, ...THREE_LETTER], code => language.of(code))}}\n`
}

// ---- Tracker ---------------------------------------------------------------------------------------------------

async function tracker({load}) {
  if (!fs.existsSync(TRACKER)) return console.log('tracker: no static/tracker.js, left out')
  for (const PRODUCT of ['', 'plausible', 'umami', 'goatcounter', 'haru', 'first']) {
    const compress = {ecma: 2017, passes: 3, global_defs: {PRODUCT}}
    const options = {ecma: 2017, compress, mangle: {toplevel: true}, format: {comments: false}}
    const source = fs.readFileSync(TRACKER, 'utf8').replace(/\bconst\b/g, 'let')   // shorter, and joined
    const {code} = await load.require('terser').minify(source, options)
    const file = TRACKER.replace(/js$/, PRODUCT ? `${PRODUCT}.min.js` : 'min.js')
    fs.writeFileSync(file, code)
    console.log(`${path.relative(ROOT, file)}: ${Buffer.byteLength(code)} bytes`)
  }
}

// ---- The three commands ----------------------------------------------------------------------------------------

async function everything() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'slim-vendor-'))
  try {
    const load = install(folder, [...SHIPPED, ...TOOLS, TERSER])
    const files = []   // [name, package, version, licence, bytes], all made before the first is written
    for (const [from, version, source, to, licence] of SHIPPED) {
      const made = typeof source === 'function' ? await source({load}) : fs.readFileSync(load.file(from, source))
      files.push([to.replace('VERSION', version), from, version, licence, Buffer.from(made)])
    }
    const cldr = process.versions.cldr
    files.push(['names-en.json', 'Unicode CLDR, through Node', cldr, 'Unicode-3.0', Buffer.from(await englishNames({load}))])
    files.push(['LICENSES.txt', 'the above', '', '', Buffer.from(licences({load}))])
    fs.rmSync(VENDOR, {recursive: true, force: true})
    fs.mkdirSync(VENDOR, {recursive: true})
    for (const [name, , , , bytes] of files) fs.writeFileSync(path.join(VENDOR, name), bytes)
    fs.writeFileSync(path.join(VENDOR, 'VENDOR.md'), vendorPage(files))
    await tracker({load})
  } finally {
    fs.rmSync(folder, {recursive: true, force: true})
  }
  check()
}

/** Terser stays in a private folder of the temp directory, so that the next time needs no network. */
async function onlyTracker() {
  const folder = path.join(os.tmpdir(), `slim-${TERSER.join('-')}-${os.userInfo().uid}`)
  fs.mkdirSync(folder, {recursive: true, mode: 0o700})
  if (process.getuid && fs.statSync(folder).uid !== process.getuid()) throw new Error(`${folder} belongs to somebody else`)
  await tracker({load: install(folder, [TERSER])})
}

function check() {
  const page = fs.readFileSync(path.join(VENDOR, 'VENDOR.md'), 'utf8')
  const listed = Object.fromEntries([...page.matchAll(/^\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|$/gm)].map(row => row.slice(1)))
  const onDisk = fs.readdirSync(VENDOR).filter(name => name !== 'VENDOR.md')
  const wrong = [
    ...Object.keys(listed).filter(name => !onDisk.includes(name)).map(name => `static/vendor/${name}: listed in VENDOR.md, but missing`),
    ...onDisk.filter(name => !listed[name]).map(name => `static/vendor/${name}: not listed in VENDOR.md`),
    ...onDisk.filter(name => listed[name] && listed[name] !== sha256(fs.readFileSync(path.join(VENDOR, name))))
      .map(name => `static/vendor/${name}: differs from the sha256 in VENDOR.md`),
  ]
  if (wrong.length) console.error(wrong.join('\n'))
  else console.log(`static/vendor: ${onDisk.length} files as listed`)
  process.exitCode = wrong.length ? 1 : 0
}

// ---- Helpers of the commands -----------------------------------------------------------------------------------

/** Installs exact versions without running their scripts; the answer loads modules and finds files there. */
function install(folder, rows) {
  const missing = rows.filter(([name, version]) => installedVersion(folder, name) !== version)
  if (missing.length) {
    const specs = [...new Set(rows.map(([name, version]) => `${name}@${version}`))]
    fs.writeFileSync(path.join(folder, 'package.json'), '{"private": true}\n')
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, ...specs], {stdio: ['ignore', 'ignore', 'inherit']})
  }
  const require = createRequire(path.join(folder, 'package.json'))
  const load = name => import(pathToFileURL(require.resolve(name)))
  return Object.assign(load, {require, file: (...names) => path.join(folder, 'node_modules', ...names)})
}

function installedVersion(folder, name) {
  const file = path.join(folder, 'node_modules', name, 'package.json')
  return fs.existsSync(file) && JSON.parse(fs.readFileSync(file, 'utf8')).version
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

function licences({load}) {
  const text = source => (typeof source === 'function' ? source({load}) : fs.readFileSync(load.file(source), 'utf8'))
  return LICENCES.map(([name, source]) => `${'='.repeat(80)}\n${name}\n${'='.repeat(80)}\n\n${text(source).trim()}\n`).join('\n')
}

/** The MIT words (as uplot's file has them) under another copyright line. */
function mitOf(notice) {
  return ({load}) => `The MIT License (MIT)\n\n${notice}\n\n` + fs.readFileSync(load.file('uplot/LICENSE'), 'utf8').replace(/^[^]*?(?=Permission is)/, '')
}

function vendorPage(files) {
  const row = ([name, from, version, licence, bytes]) => `| \`${name}\` | ${from} | ${version} | ${licence} | \`${sha256(bytes)}\` |`
  return `# Front-end files that others made

Never edited by hand: \`node .ci/vendor.mjs\` writes this folder, this page included.

| file | package | version | licence | sha256 |
|---|---|---|---|---|
${files.map(row).join('\n')}

The \`.js\`, \`.css\` and \`.woff2\` files are the packages' own, unchanged. The others are made from them by the script:

- \`world-*.svg\`: world-atlas at 1:110m (small countries: their place at 1:50m) in the Natural Earth projection, on a grid 1000
  wide. \`#DE\` is a country, \`#w\` all land. Left out: ${LEFT_OUT.join(', ')}. Northern Cyprus is drawn with CY, Somaliland with SO,
  Crimea with UA, as address databases count them; Kosovo is XK.
- \`isbot-*.txt\`: the package's list, a regular expression a line, for Python's \`re.IGNORECASE | re.ASCII\`.
- \`names-en.json\`: English names of countries and languages by code.

## Attribution

- Flags: [Twemoji](https://github.com/twitter/twemoji), © Twitter, Inc and other contributors, graphics licensed under
  [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/); the country flags were packed as a font by TalkJS (country-flag-emoji-polyfill, MIT).
- Map: made with [Natural Earth](https://www.naturalearthdata.com), public domain, through world-atlas, © 2013-2019 Michael Bostock, ISC.
- Names: [Unicode CLDR](https://cldr.unicode.org), © Unicode, Inc., Unicode License V3.
- Code: Alpine © Caleb Porzio and contributors, with parts of Vue © Yuxi (Evan) You; uPlot © Leon Sorokin; lean-qr © David Evans: MIT. htmx: 0BSD. isbot: Unlicense.

The texts of all licences are in \`LICENSES.txt\`.

## To remake

Change a version in the table at the top of \`.ci/vendor.mjs\`, run \`node .ci/vendor.mjs\` (Node 20 or newer, npm, Python; it
downloads the packages into a scratch folder and runs none of their scripts), then look at the page and at the difference. The same versions give the
same bytes; \`names-en.json\` follows the CLDR in Node (its version is in the table). \`node .ci/vendor.mjs --check\` compares files and table without network.
`
}

const UNICODE_LICENCE = `UNICODE LICENSE V3

COPYRIGHT AND PERMISSION NOTICE

Copyright © 2016-2024 Unicode, Inc.

NOTICE TO USER: Carefully read the following legal agreement. BY
DOWNLOADING, INSTALLING, COPYING OR OTHERWISE USING DATA FILES, AND/OR
SOFTWARE, YOU UNEQUIVOCALLY ACCEPT, AND AGREE TO BE BOUND BY, ALL OF THE
TERMS AND CONDITIONS OF THIS AGREEMENT. IF YOU DO NOT AGREE, DO NOT
DOWNLOAD, INSTALL, COPY, DISTRIBUTE OR USE THE DATA FILES OR SOFTWARE.

Permission is hereby granted, free of charge, to any person obtaining a
copy of data files and any associated documentation (the "Data Files") or
software and any associated documentation (the "Software") to deal in the
Data Files or Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, and/or sell
copies of the Data Files or Software, and to permit persons to whom the
Data Files or Software are furnished to do so, provided that either (a)
this copyright and permission notice appear with all copies of the Data
Files or Software, or (b) this copyright and permission notice appear in
associated Documentation.

THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY
KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF
THIRD PARTY RIGHTS.

IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE
BE LIABLE FOR ANY CLAIM, OR ANY SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES,
OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS,
WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION,
ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THE DATA
FILES OR SOFTWARE.

Except as contained in this notice, the name of a copyright holder shall
not be used in advertising or otherwise to promote the sale, use or other
dealings in these Data Files or Software without prior written
authorization of the copyright holder.

SPDX-License-Identifier: Unicode-3.0
`

const commands = {undefined: everything, tracker: onlyTracker, '--check': check}
const command = commands[process.argv[2]]
if (!command || process.argv.length > 3) {
  console.error('usage: node .ci/vendor.mjs [tracker | --check]')
  process.exit(2)
}
await command()
