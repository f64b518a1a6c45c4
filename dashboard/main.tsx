/** Where the wall is put together: address, source, stored data, keys, screen. */
import { batch, effect } from '@preact/signals'
import { render } from 'preact'
import { createLiveSource } from './data/live.ts'
import { createRecordedSource } from './data/recorded.ts'
import type { Source } from './data/source.ts'
import { readStored, storeCity, storeSnapshot } from './data/stored.ts'
import { applyFrame } from './data/tables.ts'
import { chooseLanguage, language } from './i18n/index.ts'
import { parseAddress, writeAddress } from './state/address.ts'
import { listenToKeys } from './state/keys.ts'
import { watchUnattended } from './state/unattended.ts'
import { createWall, takeCity, type Wall, WallProvider } from './state/wall.ts'
import './tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/rails.css'
import './styles/map.css'
import './styles/card.css'
import './styles/junction.css'
import './styles/page.css'
import './styles/dispatch.css'
import './styles/messages.css'
import './styles/bins.css'
import { WallScreen } from './wall.tsx'

const LANGUAGE = 'urban-brain.language'
const STORE_MS = 10_000
/** A slow disk must not keep the wall from opening. */
const STORED_MS_MAX = 300
const ADDRESS_MS = 300

function createSource(base: URL, params: URLSearchParams): Source {
  const recording = params.get('recording')
  if (recording === null) return createLiveSource(base)
  const address = new URL(recording, base)
  // A link must not make the wall show somebody else's data.
  if (address.origin !== base.origin) throw new Error('a recording must come from the same server')
  return createRecordedSource(async () => (await fetch(address)).json())
}

function listenToSource(wall: Wall, source: Source): void {
  source.start({
    city(city) {
      takeCity(wall, city)
      void storeCity(city)
    },
    frame: (frame) => applyFrame(wall.data, frame, performance.now()),
    connection: (state) => {
      wall.connection.value = state
    },
    cityFailed: () => {
      wall.city_failed.value = true
    },
  })
}

/** What this browser knew last, painted until the source speaks. */
async function paintStored(wall: Wall): Promise<void> {
  const { city, snapshot } = await readStored()
  batch(() => {
    if (city !== null && wall.city.peek() === null) takeCity(wall, city)
    if (snapshot !== null && wall.data.head.peek() === null) applyFrame(wall.data, snapshot, null)
  })
  // Readable in the browser's own tools: how long the wall was blank after it was opened.
  if (snapshot !== null) requestAnimationFrame(() => performance.mark('stored-data-painted'))
}

function keepAddress(wall: Wall): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  effect(() => {
    const address = {
      language: language.value,
      layers: wall.layers.value,
      view: wall.view.value,
      page: wall.page.value,
      selection: wall.selection.value,
      list: wall.list.value,
    }
    clearTimeout(timer)
    timer = setTimeout(() => history.replaceState(null, '', `${location.pathname}${writeAddress(location.search, address)}`), ADDRESS_MS)
  })
}

function tick(wall: Wall): void {
  wall.second.value = performance.now()
  // On the brain's second, so that the clock neither skips nor doubles one.
  setTimeout(() => tick(wall), 1000 - ((wall.now.peek() ?? Date.now()) % 1000))
}

async function main(): Promise<void> {
  performance.mark('wall-started')
  const base = new URL('.', location.href)
  const params = new URLSearchParams(location.search)
  const address = parseAddress(location.search)
  language.value = chooseLanguage(address.language, localStorage.getItem(LANGUAGE), navigator.languages)
  effect(() => {
    if (language.value !== 'pseudo') localStorage.setItem(LANGUAGE, language.value)
  })
  const source = createSource(base, params)
  const wall = createWall(base, source, address, params.get('role') === 'desk')
  listenToSource(wall, source)
  // Before the map: starting WebGL holds the page up for longer than reading what is stored.
  await Promise.race([paintStored(wall), new Promise((resolve) => setTimeout(resolve, STORED_MS_MAX))])
  keepAddress(wall)
  listenToKeys(wall)
  watchUnattended(wall)
  tick(wall)
  setInterval(() => {
    if (wall.freshness.peek() === 'fresh') void storeSnapshot(wall.data)
  }, STORE_MS)
  const root = document.getElementById('wall')
  if (root === null) throw new Error('index.html has no #wall')
  render(
    <WallProvider value={wall}>
      <WallScreen plain={params.get('quality') === 'plain'} canvas_only={params.get('map') === 'canvas'} />
    </WallProvider>,
    root,
  )
}

void main()
