/**
 * The phone's service worker: opens the page without network, and shows pushed offers. It keeps the files of the page and nothing else; jobs, presses
 * and photos are in the page's own store. It imports nothing, so that it is one plain script under `crew/`.
 */
declare const self: ServiceWorkerGlobalScope
/** Put in by the build: names of the page's files below the site's root, and a name for exactly this set of them. */
declare const CREW_FILES: { readonly version: string; readonly files: readonly string[] }

const KEPT = `crew-${CREW_FILES.version}`
const PAGE = 'crew/index.html'
/** The site's root: one above this script. */
const root = new URL('..', self.location.href)
const addressOf = (file: string): string => new URL(file, root).href
const own = new Set(CREW_FILES.files.map(addressOf))

/** A newer worker waits until the old page is closed: that page may still ask for its own files. */
async function install(): Promise<void> {
  const cache = await caches.open(KEPT)
  // Past the browser's own cache: the names of some files do not tell their contents.
  await cache.addAll(CREW_FILES.files.map((file) => new Request(addressOf(file), { cache: 'reload' })))
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith('crew-') && name !== KEPT) await caches.delete(name)
  await self.clients.claim()
}

async function answer(request: Request, file: string): Promise<Response> {
  const kept = await (await caches.open(KEPT)).match(file)
  return kept ?? fetch(request)
}

self.addEventListener('install', (event) => event.waitUntil(install()))
self.addEventListener('activate', (event) => event.waitUntil(activate()))
self.addEventListener('fetch', (event) => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== root.origin) return
  if (request.mode === 'navigate') event.respondWith(answer(request, addressOf(PAGE)))
  else if (own.has(address.href)) event.respondWith(answer(request, address.href))
})
