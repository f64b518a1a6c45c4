/** The built wall in Chromium, with a made-up brain behind it (screen design, section 13). */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { createProjection } from '../../dashboard/map/projection.ts'
import { rgba } from '../../dashboard/tokens.ts'
import { deviceKey } from '../../engine/model/city.ts'
import { cityDocument } from '../../gateway/http/city.ts'
import type { IncidentRow } from '../../gateway/wire/frames.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { coloursAt, HD, waitForWall } from './chromium.ts'
import { findOverflow, findPlainWords, findViolations } from './page-checks.ts'
import { createScene } from './scene.ts'
import { describeWall } from './suite.ts'

const SIZES = [{ width: 1366, height: 768 }, HD, { width: 3840, height: 2160 }] as const
const city = smallCity()

interface Corner {
  readonly lon: number
  readonly lat: number
  readonly zoom: number
}

/** Where a place of the city is on the screen, from the view in the address and the panels on the page. */
async function pixelOf(page: Page, view: Corner, at: readonly [number, number]): Promise<{ x: number; y: number }> {
  const layout = await page.evaluate(() => {
    const map = document.querySelector('.map')?.getBoundingClientRect()
    const free = document.querySelector('.map-frame')?.getBoundingClientRect()
    if (map === undefined || free === undefined) return null
    const padding = { left: free.left - map.left, right: map.right - free.right, top: free.top - map.top, bottom: map.bottom - free.bottom }
    return { left: map.left, top: map.top, width: map.width, height: map.height, padding }
  })
  if (layout === null) throw new Error('the page has no map')
  const [x, y] = createProjection(view, { ...layout, scale: 1 }).toPixel(at)
  return { x: x + layout.left, y: y + layout.top }
}

const near = (a: readonly number[], b: readonly number[], within: number): boolean =>
  a.every((value, i) => Math.abs(value - b[i]) <= within)

describeWall('the wall in Chromium', ({ newPage, open, serve }) => {
  describe.each([
    ['webgl', ''],
    ['canvas', '&map=canvas'],
  ])('map painted with %s', (kind, extra) => {
    const low = city.low_points[0]
    const view: Corner = { lon: low.at[0], lat: low.at[1], zoom: 16.5 }
    const address = `?lang=zh&view=${view.lon},${view.lat},${view.zoom}${extra}`

    it('shows a known colour at a known place', async () => {
      const opened = await open(`${address}&layers=flood`)
      expect(await opened.page.getAttribute('.map', 'data-ready')).toBe(kind)
      // A corner of the low point, away from its name and symbol.
      const [lon, lat] = low.outline[0]
      const inner = await pixelOf(opened.page, view, [low.at[0] + (lon - low.at[0]) * 0.8, low.at[1] + (lat - low.at[1]) * 0.8])
      const [water] = await coloursAt(opened.page, [inner])
      expect(near(water, rgba('depth-2').slice(0, 3), 24), `low point is ${water}`).toBe(true)
      expect(opened.errors).toEqual([])
    })

    it('draws many colours with all layers on', async () => {
      const opened = await open(`?lang=zh&view=${view.lon},${view.lat},14.4${extra}`)
      const points = Array.from({ length: 6000 }, (_, i) => ({ x: 390 + (i % 160) * 7, y: 110 + Math.floor(i / 160) * 17 }))
      const counts = new Map<string, number>()
      for (const colour of await coloursAt(opened.page, points)) counts.set(colour.join(), (counts.get(colour.join()) ?? 0) + 1)
      expect(counts.size).toBeGreaterThan(50)
      expect(Math.max(...counts.values()) / points.length).toBeLessThan(0.98)
    })

    it('chooses what lies at the projected coordinate, on every kind of layer', async () => {
      const device = city.devices.find(({ kind: one }) => one === 'camera') ?? city.devices[0]
      const key = deviceKey(device.district, device.domain, device.id)
      const junction = city.junctions[0]
      const incident = createScene(city, 0).tables.incidents['i-2']
      const cases = [
        ['sensors', device.at, `device:${key}`],
        ['signals', junction.at, `junction:${junction.id}`],
        ['flood', low.at, `low_point:${low.id}`],
        ['events', incident.at, 'incident:i-2'],
      ] as const
      for (const [layer, at, expected] of cases) {
        const here: Corner = { lon: at[0], lat: at[1], zoom: 16.5 }
        const opened = await open(`?lang=zh&layers=${layer}&view=${here.lon},${here.lat},${here.zoom}${extra}`)
        // The address follows a little later.
        const chosen = async (): Promise<string | null> => {
          const { x, y } = await pixelOf(opened.page, here, at)
          await opened.page.mouse.click(x, y)
          await opened.page.waitForURL((url) => url.searchParams.has('sel'), { timeout: 3000 }).catch(() => undefined)
          return new URL(opened.page.url()).searchParams.get('sel')
        }
        await expect.poll(chosen, { message: layer, timeout: 60_000 }).toBe(expected)
        await opened.page.context().close()
      }
    })
  })

  it('follows the view when the city came before the map was made', async () => {
    const server = await serve()
    const { page } = await newPage()
    await page.route('**/deck-painter-*.js', async (route) => {
      await page.waitForSelector('.kpi')
      await route.continue()
    })
    await page.goto(`${server.url}?lang=en&view=120.15000,30.27000,14.00&quality=plain`)
    await waitForWall(page)
    const length = await page.locator('.scale').innerText()
    await page.locator('.map').focus()
    for (const _ of [1, 2, 3, 4]) await page.keyboard.press('+')
    await expect.poll(() => page.locator('.scale').innerText()).not.toBe(length)
  })

  it('opens the view that the address says, and writes it back', async () => {
    const opened = await open('?lang=en&layers=roads,events&view=120.15000,30.27000,15.00&sel=incident:i-2&list=1')
    const { page } = opened
    expect(await page.getAttribute('html', 'lang')).toBe('en')
    expect(await page.locator('.card h2').innerText()).toBe('Underpass waterlogged')
    expect(await page.locator('.list').count()).toBe(1)
    await page.keyboard.press('t')
    expect(await page.locator('.layer[aria-pressed=true]').allInnerTexts()).toEqual(['1\nRoads', '8\nEvents'])
    await page.keyboard.press('2')
    await expect.poll(() => new URL(page.url()).searchParams.get('layers')).toBe('roads,flood,events')
    await page.keyboard.press('Escape')
    await expect.poll(() => new URL(page.url()).searchParams.get('sel')).toBeNull()
    expect(new URL(page.url()).searchParams.get('view')).toBe('120.15000,30.27000,15.00')
  })

  describe.each(['zh', 'en', 'pseudo'])('language %s', (lang) => {
    it.each(SIZES)('has no overflow at $width × $height', async (size) => {
      // The map itself does not matter here, and a 4K one takes the software renderer long.
      const opened = await open(`?lang=${lang}&sel=incident:i-1&map=canvas`, { size })
      expect((await findOverflow(opened.page)).join('\n')).toBe('')
    })
  })

  it('shows no word outside of the dictionary', async () => {
    const opened = await open('?lang=pseudo&sel=incident:i-1')
    const { page } = opened
    expect(await findPlainWords(page)).toEqual([])
    await page.keyboard.press('t')
    await page.waitForSelector('.list')
    expect(await findPlainWords(page)).toEqual([])
    await page.keyboard.press('t')
    await page.keyboard.press('?')
    await page.waitForSelector('dialog[open]')
    expect(await findPlainWords(page)).toEqual([])
  })

  it.each(['', '&list=1', '&sel=incident:i-1&role=desk', `&sel=low_point:${city.low_points[0].id}`])(
    'is clean for axe: %s',
    async (query) => {
      const opened = await open(`?lang=zh${query}`)
      await opened.page.context().setOffline(false)
      expect((await findViolations(opened.page)).join('\n')).toBe('')
    },
  )

  it('shows the next two hours of a low point on its card, as curve, table and words', async () => {
    const [low] = city.low_points
    const { page, errors } = await open(`?lang=zh&sel=low_point:${low.id}`)
    // Both stand under water already: that is what their rows say.
    expect(await page.locator('.level-crossing').count()).toBe(0)
    const card = page.locator('.card')
    expect(await card.locator('.forecast-band').count()).toBe(1)
    expect(await card.locator('.forecast-table tbody tr').allInnerTexts()).toEqual(
      ['15', '30', '60', '120'].map((minutes) => expect.stringMatching(new RegExp(`^${minutes} 分钟`))),
    )
    expect(await card.locator('.reliability svg').getAttribute('aria-label')).toMatch(/^预报 5.%，实际 4.%（40 次）; /)
    const said = await card.innerText()
    expect(said).toContain('尚未训练')
    expect(said).toContain('近期：积水 12 次')
    expect(said).toMatch(/红色积水\s+自 \d\d:\d\d/)
    expect(said).toMatch(/道路已封闭\s+自 \d\d:\d\d.*积水 0.31 米/)
    expect(errors).toEqual([])
  })

  it('names the time and chance at which a dry low point floods, behind those that are flooded', async () => {
    const gauge = city.low_points[1].gauges[0]
    const server = await serve({
      scene: (now) => {
        const scene = createScene(city, now)
        const row = { ...scene.tables.devices[gauge], v: { level_m: 0.02 } }
        return { ...scene, tables: { ...scene.tables, devices: { ...scene.tables.devices, [gauge]: row } } }
      },
    })
    const { page } = await open('?lang=zh', { server })
    const rows = await page.locator('.level').allInnerTexts()
    expect(rows).toHaveLength(2)
    expect(rows[0]).not.toContain('%')
    expect(rows[1]).toContain(city.low_points[1].name.zh)
    expect(await page.locator('.level-crossing').allInnerTexts()).toEqual([expect.stringMatching(/\d\d:\d\d.*72/)])
  })

  it('shows the highest warning in words and shape, and all of them with their sender when opened by key', async () => {
    const { page, errors } = await open('?lang=zh')
    const chip = page.locator('.warnings summary')
    expect(await chip.innerText()).toContain('暴雨橙色预警')
    expect(await chip.innerText()).toContain('另1条')
    expect(await chip.locator('path').getAttribute('d')).toContain('M0 -11.5')
    await chip.focus()
    await page.keyboard.press('Enter')
    const listed = await page.locator('.warnings li').allInnerTexts()
    expect(listed).toHaveLength(2)
    expect(listed[1]).toContain('市气象台 · 至')
    expect(await findViolations(page)).toEqual([])
    expect(errors).toEqual([])
  })

  it('asks nothing of any other machine during a whole session', async () => {
    const opened = await open('?lang=zh')
    const { page } = opened
    for (const key of ['e', 'e', 't', 't', '4', '4', 'l']) await page.keyboard.press(key)
    await page.keyboard.press('/')
    await page.waitForSelector('dialog[open] input:focus')
    await page.keyboard.type(city.low_points[0].name.zh)
    await page.waitForSelector('.found [aria-selected=true]')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.card')
    await page.mouse.move(960, 500)
    await page.mouse.wheel(0, -400)
    expect(opened.strays).toEqual([])
    expect(opened.errors).toEqual([])
  })

  it('is still while nothing moves', async () => {
    const quiet = createScene(city, Date.now())
    const server = await serve({
      scene: () => ({ ...quiet, tables: { ...quiet.tables, crews: {}, tasks: {} } }),
      now: () => quiet.now,
    })
    const { page } = await open('?lang=zh', { server })
    await page.waitForTimeout(1500)
    const drawn = await page.evaluate(async () => {
      const proto = WebGL2RenderingContext.prototype
      const before = proto.drawElementsInstanced
      let calls = 0
      proto.drawElementsInstanced = function (...args) {
        calls++
        return before.apply(this, args)
      }
      await new Promise((resolve) => setTimeout(resolve, 2500))
      proto.drawElementsInstanced = before
      return calls
    })
    expect(drawn).toBe(0)
  })

  describe('when the feed is lost', () => {
    it('says so, keeps showing the last data, and comes back by itself with a fresh snapshot', async () => {
      const server = await serve()
      const { page } = await open('?lang=zh', { server })
      server.setLive(false)
      await page.waitForSelector('.lamp-late', { timeout: 8000 })
      await page.waitForSelector('.stale-banner', { timeout: 15_000 })
      expect(await page.locator('.stale-banner').innerText()).toMatch(/^显示 \d\d:\d\d:\d\d 的数据，正在重新连接$/)
      expect(await page.locator('.kpi').count()).toBe(6)
      server.setLive(true)
      await page.waitForSelector('.lamp-fresh', { timeout: 15_000 })
      expect(await page.locator('.stale-banner').count()).toBe(0)
    })

    it('paints what this browser knew last, marked as old, before anybody has answered', async () => {
      const server = await serve()
      const { page } = await open('?lang=zh', { server })
      // Stored every ten seconds.
      await page.waitForTimeout(11_000)
      server.setLive(false)
      // Asked, and never answered.
      await page.route('**/api/**', () => undefined)
      await page.reload()
      await page.waitForSelector('.stale-banner', { timeout: 30_000 })
      expect(await page.locator('.stale-banner').innerText()).toMatch(/^显示 \d\d:\d\d:\d\d 保存的数据，正在连接$/)
      expect(await page.locator('.event').count()).toBeGreaterThan(3)
    })
  })

  it('takes deltas: a storm of one kind becomes one row', async () => {
    const server = await serve()
    const { page } = await open('?lang=en', { server })
    const pattern = createScene(city, Date.now()).tables.incidents['i-1']
    const storm: Record<string, IncidentRow> = {}
    for (let i = 0; i < 34; i++) storm[`storm-${i}`] = { ...pattern, opened: Date.now(), status: 'detected' }
    server.send({ incidents: storm })
    await page.waitForSelector('.event-burst')
    expect(await page.locator('.event-burst .event-what').innerText()).toBe('Underpass waterlogged ×34')
    expect(await page.locator('.event').count()).toBeLessThanOrEqual(8)
  })

  it('lets a desk acknowledge with its token, and a wall change nothing', async () => {
    const wall = await open('?lang=en&sel=incident:i-3')
    expect(await wall.page.locator('.desk').count()).toBe(0)
    await wall.page.context().close()
    const server = await serve()
    const { page } = await open('?lang=en&sel=incident:i-3&role=desk', { server })
    await page.getByRole('button', { name: 'Sign in' }).first().click()
    await page.getByLabel('Operator or admin token').fill('secret-token')
    await page.locator('dialog button[type=submit]').click()
    await page.getByRole('button', { name: 'Acknowledge' }).click()
    await expect.poll(() => server.orders.length).toBe(1)
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByLabel('Reason').fill('false alarm')
    await page.getByRole('button', { name: 'Send' }).click()
    await expect.poll(() => server.orders.length).toBe(2)
    expect(server.orders).toEqual([
      { path: '/api/v1/incidents/i-3/acknowledge', authorization: 'Bearer secret-token', body: {} },
      { path: '/api/v1/incidents/i-3/dismiss', authorization: 'Bearer secret-token', body: { reason: 'false alarm' } },
    ])
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('secret-token')
    expect(page.url()).not.toContain('secret-token')
  })

  it('locks orders in a replay and shows which mode it is', async () => {
    const server = await serve({ scene: (now) => ({ ...createScene(city, now), mode: 'replay' }) })
    const { page } = await open('?lang=en&role=desk&sel=incident:i-3', { server })
    expect(await page.locator('.mode').innerText()).toBe('REPLAY')
    expect(await page.locator('.desk').count()).toBe(0)
    await page.evaluate(() => sessionStorage.setItem('urban-brain.token', 'x'))
    await page.reload()
    await waitForWall(page)
    await page.keyboard.press('a')
    await page.waitForTimeout(300)
    expect(server.orders).toEqual([])
  })

  it('plays a recording through the same door as live data', async () => {
    const server = await serve()
    const { page } = await newPage()
    await page.route('**/story.json', (route) =>
      route.fulfill({ json: { city: cityDocument(city), frames: [{ after_ms: 0, frame: createScene(city, Date.now()) }] } }),
    )
    await page.goto(`${server.url}?lang=zh&recording=story.json&quality=plain`)
    await waitForWall(page)
    expect(await page.locator('.event').count()).toBeGreaterThan(3)
  })
})
