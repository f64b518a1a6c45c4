/** Chromium as screen design, section 14, wants it: no network, software WebGL2, one retry at the launch and none afterwards. */
import { type Browser, chromium, type JSHandle, type Page } from 'playwright-core'
import { CHROMIUM, getProgram } from '../support/real-parts.ts'

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--metrics-recording-only',
  '--disable-dev-shm-usage',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-gpu-watchdog',
]

export async function launchChromium(): Promise<Browser> {
  const options = { executablePath: getProgram(CHROMIUM, 'chromium'), headless: true, args: ARGUMENTS }
  try {
    return await chromium.launch(options)
  } catch {
    return chromium.launch(options)
  }
}

export interface OpenPage {
  readonly page: Page
  /** Requests that left this machine, and errors on the page: both must stay empty. */
  readonly strays: string[]
  readonly errors: string[]
}

export const HD = { width: 1920, height: 1080 } as const

export interface PageOptions {
  readonly size?: { readonly width: number; readonly height: number }
}

export async function openPage(browser: Browser, { size = HD }: PageOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN', reducedMotion: 'reduce' })
  const page = await context.newPage()
  const strays: string[] = []
  const errors: string[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (!['data:', 'blob:'].includes(url.protocol) && url.hostname !== '127.0.0.1') strays.push(request.url())
  })
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).hostname !== '127.0.0.1') strays.push(socket.url())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  return { page, strays, errors }
}

/** The city is on the screen: every layer has drawn, the snapshot is in the panels. */
export async function waitForWall(page: Page): Promise<void> {
  // Behind a page the map is there, but not to be seen.
  await page.waitForSelector('.map[data-ready]', { timeout: 30_000, state: 'attached' })
  await page.waitForSelector('.kpi, .page')
  // Two frames after the last change of data: names are set on the frame after the map.
  await page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))))
}

/** The page's screenshot as a canvas inside the page, to be read there. */
async function pictureOf(page: Page): Promise<JSHandle<CanvasRenderingContext2D>> {
  const picture = (await page.screenshot()).toString('base64')
  return page.evaluateHandle(async (base64) => {
    const image = new Image()
    image.src = `data:image/png;base64,${base64}`
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('no 2D canvas')
    context.drawImage(image, 0, 0)
    return context
  }, picture)
}

/** Colours of a screenshot at the given points. */
export async function coloursAt(page: Page, points: readonly { x: number; y: number }[]): Promise<number[][]> {
  const picture = await pictureOf(page)
  return picture.evaluate(
    (context, points) => points.map(({ x, y }) => [...context.getImageData(Math.round(x), Math.round(y), 1, 1).data.slice(0, 3)]),
    points,
  )
}

/** What a screenshot is made of, every 7th pixel: how many colours, and the share of the commonest. A blank map has few. */
export async function colourCensus(page: Page): Promise<{ colours: number; commonest: number }> {
  const picture = await pictureOf(page)
  return picture.evaluate((context) => {
    const { data } = context.getImageData(0, 0, context.canvas.width, context.canvas.height)
    const counts = new Map<number, number>()
    for (let i = 0; i < data.length; i += 28) {
      const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2]
      counts.set(colour, (counts.get(colour) ?? 0) + 1)
    }
    return { colours: counts.size, commonest: Math.max(...counts.values()) / (data.length / 28) }
  })
}
