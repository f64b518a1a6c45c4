/** The page of bins in Chromium: the list and its filters, one bin with its curve, the round on the streets, sorting by pseudonym. */
import { expect, it } from 'vitest'
import { smallCity } from '../fixtures/small-city.ts'
import { HD } from './chromium.ts'
import { findOverflow, findPlainWords, findViolations } from './page-checks.ts'
import { createScene } from './scene.ts'
import { describeWall } from './suite.ts'

const LAPTOP = { width: 1366, height: 768 }
const UHD = { width: 3840, height: 2160 }

describeWall('the page of bins', ({ open, serve }) => {
  async function atDesk(query: string, options: Parameters<typeof open>[1] = {}) {
    const server = options.server ?? (await serve())
    const opened = await open(`${query}&role=desk`, { ...options, server })
    await opened.page.evaluate(() => sessionStorage.setItem('urban-brain.token', 'secret-token'))
    await opened.page.reload()
    return { ...opened, server }
  }

  it('opens by key and from the panel of the wall, soonest full first, and closes step by step', async () => {
    const { page, errors } = await open('?lang=en')
    await page.keyboard.press('b')
    await page.waitForSelector('.bins-table')
    await expect.poll(() => new URL(page.url()).searchParams.get('view')).toBe('bins')
    expect(await page.locator('.bins-table tbody tr').count()).toBe(12)
    const first = page.locator('.bins-table tbody tr').first()
    expect(await first.innerText()).toMatch(/96\s%[\s\S]*now[\s\S]*Bin is full[\s\S]*Collection asked for/)
    expect(await page.locator('.bins-left > .card-note').last().innerText()).toContain('214 judged; error 6.2')
    // Stale and estimated levels are told as such.
    expect(await page.locator('.bins-table tr.bin-stale').first().innerText()).toContain('stale')
    expect(await page.locator('.bins-table').innerText()).toMatch(/≈ 55\s%.*30 to 80\s%/)
    await page.keyboard.press('Escape')
    await page.locator('.panel-bins .row').first().click()
    await page.waitForSelector('.bins-detail')
    await expect.poll(() => new URL(page.url()).searchParams.get('id') ?? '').toMatch(/^d0\/waste\//)
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('.bins-detail').count()).toBe(0)
    expect(await page.locator('.bins-table').count()).toBe(1)
    await page.keyboard.press('Escape')
    await page.locator('.panel-bins .panel-note button').click()
    await page.waitForSelector('.bins-table')
    // On a wall nobody acts, and nobody reads of people.
    expect(await page.locator('.bins-act').count()).toBe(0)
    expect(await page.locator('.bins-sorting').innerText()).not.toContain('p:7f3a')
    expect(errors).toEqual([])
  })

  it('filters by what goes in, state and text, sorts by any column, and says when nothing fits', async () => {
    const { page } = await open('?lang=en&view=bins')
    await page.waitForSelector('.bins-table')
    const names = () => page.locator('.bins-table tbody th').allInnerTexts()
    const state = page.getByLabel('State', { exact: true })
    await state.selectOption('blocked')
    expect(await page.locator('.bins-table').innerText()).toContain('Blocked: level does not move')
    await state.selectOption('estimated')
    expect(await page.locator('.bins-left [role=status]').innerText()).toBe('2 of 12 bins')
    await state.selectOption('all')
    await page.getByLabel('Waste', { exact: true }).selectOption('food')
    expect(await names()).toHaveLength(2)
    await page.getByLabel('Waste', { exact: true }).selectOption('')
    await page.getByRole('searchbox').fill('b16')
    expect(await names()).toEqual([expect.stringContaining('d0/waste/B16')])
    await page.getByRole('searchbox').fill('no such bin')
    expect(await page.locator('.bins-left .empty').innerText()).toBe('No bin fits these filters')
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: 'Level' }).press('Enter')
    expect(await page.locator('.bins-table th[aria-sort=descending]').innerText()).toContain('Level')
    const levels = await page.locator('.bins-table .bin-level').allInnerTexts()
    const figures = levels.map((text) => Number(/\d+/.exec(text)?.[0]))
    expect(figures).toEqual(figures.toSorted((a, b) => b - a))
  })

  it('shows how a bin fills with its band, the same as a table, and how good its forecasts were', async () => {
    const { page, errors } = await open('?lang=en&view=bins&id=d0/waste/B1')
    await page.waitForSelector('.bins-curve .forecast-band')
    await page.waitForSelector('.bins-curve .spark-line:not(.bins-said)')
    expect(await page.locator('.bins-curve').innerText()).toContain('last 48 h and next 48 h')
    await page.locator('.bins-detail .twin summary').press('Enter')
    expect(await page.locator('.bins-detail .twin tbody tr').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/80\s%\s+15\sh\s+25\sh\s+43\sh/)]),
    )
    expect(await page.locator('.bins-scores tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/This bin\s+7\s+4\.1\sh\s+–\s+0\.50\s+1\.00/),
      expect.stringMatching(/All bins\s+214\s+6\.2\sh\s+9\.8\sh\s+0\.61\s+0\.68/),
    ])
    await page.getByRole('button', { name: 'Show on the map' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('sel')).toBe('device:d0/waste/B1')
    expect(errors).toEqual([])
  })

  it('tells the round: why it is driven, what was left out, its way and stops in order', async () => {
    const { page } = await open('?lang=en&view=bins')
    await page.waitForSelector('.bins-map-way', { state: 'attached' })
    const decision = await page.locator('.bins-decision').innerText()
    expect(decision).toContain('Waiting would save 18 min of driving')
    expect(decision).toMatch(/worth 48\smin, 2\.4 overflows[\s\S]*31\smin, 11\.2\skm/)
    await page.locator('.bins-decision summary').press('Enter')
    expect(await page.locator('.bins-decision .twin tbody').innerText()).toContain('its street is closed')
    expect(await page.locator('.bins-map-way').evaluateAll((ways) => ways.map((way) => way.getAttribute('d') !== ''))).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(await page.locator('.bins-map-stop text').allTextContents()).toEqual(['1', '2', '3', '4'])
    expect(await page.locator('.bins-stops tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/1\s+Renmin Street bin 1\s+emptied[\s\S]*80\s% \(82 expected\)/),
      expect.stringMatching(/could not\s*no access/),
      expect.stringMatching(/to do\s+ETA/),
      expect.stringMatching(/Tip: West tip/),
    ])
    await page.locator('.bins-stops .link').first().click()
    await page.waitForSelector('.bins-detail')
  })

  it('lets an operator ask for a plan and take a round back, by key alone, and says what is refused', async () => {
    const { page, server } = await atDesk('?lang=en&view=bins')
    await page.waitForSelector('.bins-act')
    await page.getByLabel('Note').first().fill('market day')
    await page.getByLabel('Note').first().press('Enter')
    await expect
      .poll(() => server.orders)
      .toEqual([{ path: '/api/v1/bins/round', authorization: 'Bearer secret-token', body: { note: 'market day' } }])
    await expect.poll(() => page.locator('.page-bins').innerText(), { timeout: 15_000 }).toContain('Being planned for ops')
    expect(await page.getByRole('button', { name: 'Plan a round now' }).isDisabled()).toBe(true)
    const withdraw = page.getByLabel('Reason').first()
    await withdraw.press('Enter')
    expect(server.orders).toHaveLength(1)
    await withdraw.fill('lorry broke down')
    await withdraw.press('Enter')
    await expect
      .poll(() => server.orders.at(-1))
      .toMatchObject({ path: '/api/v1/bins/round/T-1/withdraw', body: { reason: 'lorry broke down' } })
    await expect.poll(() => page.locator('.bins-rounds').innerText(), { timeout: 15_000 }).toContain('withdrawn')
  })

  it('lists reminders by pseudonym, repeated places and duty points to operators', async () => {
    const { page } = await atDesk('?lang=en&view=bins')
    await page.waitForSelector('.bins-sorting table')
    const text = await page.locator('.bins-sorting').innerText()
    expect(text).toContain('6 reminders so far, 1 handed to grid officers')
    expect(text).toMatch(/p:7f3a[\s\S]*a reminder waits[\s\S]*p:09bc/)
    expect(text).toMatch(/Repeated places[\s\S]*5\s+2/)
    expect(text).toMatch(/Duty points[\s\S]*14\s+on duty for 2\sh/)
  })

  it('acts on nothing in a replay', async () => {
    const city = smallCity()
    const server = await serve({ city, scene: (now) => ({ ...createScene(city, now), mode: 'replay' }) })
    const { page } = await atDesk('?lang=en&view=bins', { server })
    await page.waitForSelector('.bins-sorting table')
    await page.waitForSelector('.bins-stops')
    expect(await page.locator('.bins-act').count()).toBe(0)
  })

  it('says when it may not read, and goes on showing what it had when nobody answers', async () => {
    const server = await serve()
    server.refuse(403)
    const { page } = await open('?lang=en&view=bins', { server })
    await page.waitForSelector('.page-bins .unread-forbidden')
    server.refuse(null)
    await page.waitForSelector('.bins-table', { timeout: 20_000 })
    server.refuse(503)
    await page.waitForSelector('.page-bins .chip-old', { timeout: 30_000 })
    expect(await page.locator('.bins-table tbody tr').count()).toBe(12)
  })

  it.each(['zh', 'en', 'pseudo'])('has no overflow, no word of its own and nothing for axe in %s', async (lang) => {
    for (const size of [LAPTOP, HD, UHD]) {
      const { page } = await atDesk(`?lang=${lang}&view=bins&id=d0/waste/B1`, { size })
      await page.waitForSelector('.bins-scores')
      await page.waitForSelector('.bins-map-way', { state: 'attached' })
      await page.waitForSelector('.bins-sorting table')
      expect((await findOverflow(page)).join('\n'), `${size.width}`).toBe('')
      if (size !== HD) continue
      expect((await findViolations(page)).join('\n')).toBe('')
      if (lang === 'pseudo') expect(await findPlainWords(page)).toEqual([])
    }
  })
})
