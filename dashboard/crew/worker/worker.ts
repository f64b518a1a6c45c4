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

/** As the server pushes it (gateway/notify/push.ts). */
interface Pushed {
  readonly t: 'dispatch' | 'recall'
  readonly id: string
  readonly title: string
  readonly body: string
}

const isPushed = (value: unknown): value is Pushed =>
  typeof value === 'object' && value !== null && 'id' in value && 'title' in value && 'body' in value

async function show(text: string | undefined): Promise<void> {
  let told: unknown = null
  try {
    told = JSON.parse(text ?? '')
  } catch {
    // Browsers insist that something is shown for every push.
  }
  const { t, id, title, body } = isPushed(told) ? told : { t: 'dispatch', id: 'job', title: '班组 Crew', body: '' }
  const urgent = t === 'dispatch'
  // The recall of a job takes the place of its offer.
  await self.registration.showNotification(title, { body, tag: id, icon: addressOf('crew/icon-192.png'), requireInteraction: urgent })
}

async function openPage(): Promise<void> {
  const [page] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  if (page === undefined) await self.clients.openWindow(addressOf('crew/'))
  else await page.focus()
}

self.addEventListener('push', (event) => event.waitUntil(show(event.data?.text())))
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(openPage())
})
self.addEventListener('install', (event) => event.waitUntil(install()))
self.addEventListener('activate', (event) => event.waitUntil(activate()))
self.addEventListener('fetch', (event) => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== root.origin) return
  if (request.mode === 'navigate') event.respondWith(answer(request, addressOf(PAGE)))
  else if (own.has(address.href)) event.respondWith(answer(request, address.href))
})
