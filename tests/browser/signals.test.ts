/** What the wall shows of signals: the junction card, speed and queues on the roads. */
import { describe, expect, it } from 'vitest'
import { rgba } from '../../dashboard/tokens.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { createTimeSpace } from './arterial-scene.ts'
import { coloursAt, HD, type OpenPage } from './chromium.ts'
import { findOverflow, findPlainWords, findViolations } from './page-checks.ts'
import { createScene } from './scene.ts'
import { describeWall } from './suite.ts'
import type { WallServer } from './wall-server.ts'

const LAPTOP = { width: 1366, height: 768 }
const city = smallCity()
const [junction] = city.junctions

describeWall('signals on the wall', (wall) => {
  /** The map itself hardly matters here, and the plain canvas is quicker. */
  const open = (query: string, options: { readonly size?: typeof LAPTOP; readonly server?: WallServer } = {}): Promise<OpenPage> =>
    wall.open(`${query}&map=canvas`, options)

  describe('the junction card', () => {
    const chosen = `sel=junction:${junction.id}`

    it('shows ring, lanes, plan, reason, neighbours and commands', async () => {
      const { page, errors, strays } = await open(`?lang=en&${chosen}`)
      await page.waitForSelector('.dial')
      expect(await page.locator('.card h2').innerText()).toBe(junction.name.en)
      // Earlier stages come from history, the running one and the planned ones from the document.
      await expect.poll(() => page.locator('[data-stage$=past]').count()).toBeGreaterThan(0)
      expect(await page.locator('[data-stage="0 green now"]').count()).toBe(1)
      expect(await page.locator('[data-stage="1 clearing planned"]').count()).toBe(1)
      expect(await page.locator('[data-stage="1 green planned"]').count()).toBe(1)
      expect(await page.locator('.lane').count()).toBe(junction.entering.length)
      expect(await page.locator('.lane-silent').count()).toBe(1)
      expect(await page.locator('.dial').getAttribute('aria-label')).toMatch(/^Phase 0 green, \d+ s left; North, .*: \d+ queued/)
      expect(await page.locator('.plan-stage').count()).toBe(3)
      expect(await page.locator('.why p').first().innerText()).toContain('Phase 0 keeps green')
      expect(await page.locator('.next-best').innerText()).toContain('phase 2, behind by 12.4')
      expect(await page.locator('.neighbours li').count()).toBe(1)
      expect(await page.locator('.junction-commands li').count()).toBe(3)
      expect(errors).toEqual([])
      expect(strays).toEqual([])
    })

    it('has a twin in words that says what is drawn', async () => {
      const { page } = await open(`?lang=en&${chosen}`)
      await page.waitForSelector('.dial')
      await page.locator('.twin summary').click()
      const [drawn, told] = await page.evaluate(() => [
        [...document.querySelectorAll('.plan-stage .visually-hidden')].map((stage) => (stage.textContent ?? '').match(/\d+/g)?.join(' ')),
        [...document.querySelectorAll('.twin table:last-of-type tbody tr')].map((row) =>
          [...row.children].map((cell) => cell.textContent).join(' '),
        ),
      ])
      expect(told.length).toBeGreaterThan(1)
      expect(told).toEqual(drawn)
      const [queued, rows] = await page.evaluate(() => [
        [...document.querySelectorAll('.arm-figure')].map((figure) => Number(figure.textContent)),
        [...document.querySelectorAll('.twin table:first-of-type tbody tr')].map((row) => Number(row.children[2].textContent) || 0),
      ])
      // The made-up silent lane stands in the drawing's sum as an estimate and as no figure in the table.
      const lanes = rows.length / queued.length
      for (const [side, sum] of queued.entries())
        if (side !== 1) expect(rows.slice(side * lanes, (side + 1) * lanes).reduce((a, b) => a + b, 0)).toBe(sum)
    })

    it('opens by key from the list, closes with Escape and gives the focus back', async () => {
      const { page } = await open('?lang=en&list=1')
      await page.getByRole('button', { name: 'Junctions' }).click()
      const first = page.locator('.list tbody tr').first().locator('button')
      const name = await first.innerText()
      await first.focus()
      await page.keyboard.press('Enter')
      await page.waitForSelector('.dial')
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name)
      await page.keyboard.press('Escape')
      await expect.poll(() => page.locator('.card').count()).toBe(0)
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name)
    })

    it('opens from the detectors and the controller of the junction too', async () => {
      const { page } = await open(`?lang=en&sel=device:d0/traffic/${junction.id}`)
      await page.waitForSelector('.dial')
    })

    it('says that a document is refused, missing or away, and keeps the last one while nobody answers', async () => {
      const server = await wall.serve()
      const { page } = await open(`?lang=en&${chosen}`, { server })
      await page.waitForSelector('.dial')
      server.refuse(503)
      await page.waitForSelector('.chip-old', { timeout: 15_000 })
      expect(await page.locator('.dial').count()).toBe(1)
      server.refuse(403)
      await page.waitForSelector('.unread-forbidden')
      expect(await page.locator('.dial').count()).toBe(0)
      server.refuse(404)
      await page.waitForSelector('.unread-absent')
      server.refuse(null)
      await page.waitForSelector('.dial')
    })

    it.each(['zh', 'en', 'pseudo'])('has no overflow in %s', async (lang) => {
      for (const size of [LAPTOP, HD]) {
        const { page } = await open(`?lang=${lang}&${chosen}`, { size })
        await page.waitForSelector('.dial')
        await page.locator('.twin summary').click()
        expect((await findOverflow(page)).join('\n'), `${size.width}`).toBe('')
      }
    })

    it('has no word of its own and nothing for axe to find', async () => {
      const { page } = await open(`?lang=pseudo&${chosen}`)
      await page.waitForSelector('.dial')
      await page.locator('.twin summary').click()
      expect(await findPlainWords(page)).toEqual([])
      expect((await findViolations(page)).join('\n')).toBe('')
    })
  })

  describe('the arterial page', () => {
    it('draws greens, bands and the present, and says the same in words', async () => {
      const { page, errors } = await open('?lang=en&view=arterial')
      await page.waitForSelector('.time-space svg')
      const answer = createTimeSpace(city, Date.now())
      expect(await page.locator('.stops li').count()).toBe(answer.stops.length)
      expect(await page.locator('[data-green$=planned]').count()).toBeGreaterThan(0)
      expect(await page.locator('.band').count()).toBe(answer.bands.along.length)
      await page.locator('.page-twin summary').click()
      // In one go: the diagram is read anew every two seconds.
      const [drawn, told] = await page.evaluate(() => [
        document.querySelectorAll('[data-green]').length,
        document.querySelectorAll('.twin-greens tbody tr').length,
      ])
      expect(told).toBe(drawn)
      expect(await page.locator('.time-space svg[role=img]').getAttribute('aria-label')).toMatch(/green bands, green \d+ % of the time/)
      expect(new URL(page.url()).searchParams.get('view')).toBe('arterial')
      expect(errors).toEqual([])
    })

    it('is opened and left by key, and a junction of it by press', async () => {
      const { page } = await open('?lang=en')
      await page.keyboard.press('w')
      await page.waitForSelector('.page-arterial')
      await page.locator('.stops button').first().click()
      await page.waitForSelector('.dial')
      await page.keyboard.press('Escape')
      await expect.poll(() => page.locator('.card').count()).toBe(0)
      await page.keyboard.press('Escape')
      await expect.poll(() => page.locator('.page').count()).toBe(0)
      await expect.poll(() => new URL(page.url()).searchParams.get('view')).toBeNull()
      expect(await page.locator('.kpi').count()).toBe(6)
    })

    it('says when an arterial is not there, when it may not be seen and when nobody answers', async () => {
      const server = await wall.serve()
      const { page } = await open('?lang=en&view=arterial&id=elsewhere', { server })
      await page.waitForSelector('.page .empty')
      server.refuse(401)
      await page.getByRole('button', { name: 'Map' }).click()
      await page.keyboard.press('w')
      await page.waitForSelector('.unread-forbidden')
      server.refuse(500)
      await page.keyboard.press('l')
      await page.keyboard.press('w')
      await page.waitForSelector('.unread-away')
    })

    it.each(['zh', 'en', 'pseudo'])('has no overflow in %s', async (lang) => {
      for (const size of [LAPTOP, HD]) {
        const { page } = await open(`?lang=${lang}&view=arterial`, { size })
        await page.waitForSelector('.time-space svg')
        await page.locator('.page-twin summary').click()
        expect((await findOverflow(page)).join('\n'), `${size.width}`).toBe('')
      }
    })

    it('has no word of its own and nothing for axe to find', async () => {
      const { page } = await open('?lang=pseudo&view=arterial')
      await page.waitForSelector('.time-space svg')
      await page.locator('.page-twin summary').click()
      expect(await findPlainWords(page)).toEqual([])
      expect((await findViolations(page)).join('\n')).toBe('')
    })
  })

  describe('the comparison page', () => {
    it('shows controllers, the experiment with its intervals, effects before and after, and the ranking', async () => {
      const { page, errors } = await open('?lang=en&view=signals')
      await page.waitForSelector('.whiskers')
      expect(await page.locator('[data-whisker]').count()).toBe(4)
      expect(await page.locator('.outcome-better th').innerText()).toBe('Delay')
      expect(await page.locator('.outcome-worse th').innerText()).toBe('Stops')
      expect(await page.locator('.outcome-open th').allInnerTexts()).toEqual(['Travel time', 'Throughput'])
      // The dot stands where the figure beside it says, between the ends of its interval.
      const drawn = await page.evaluate(() => {
        const line = document.querySelector('[data-whisker=delay_s]')
        const [low, , , high] = [...(line?.querySelectorAll('.whisker') ?? [])].flatMap((one) => [
          one.getAttribute('x1'),
          one.getAttribute('x2'),
        ])
        return [low, line?.querySelector('.whisker-mark')?.getAttribute('x'), high].map((text) => Number.parseFloat(text ?? ''))
      })
      expect(drawn[0]).toBeLessThan(drawn[1])
      expect(drawn[1]).toBeLessThan(50)
      expect(await page.locator('.arm-now').innerText()).toBe('Rolling planner')
      expect(await page.locator('.shadow').innerText()).toContain('agrees in 71')
      expect(await page.locator('.effects tbody tr').count()).toBe(city.districts.length)
      expect(await page.locator('.effects .effect-change').first().innerText()).toBe('−15%')
      expect(errors).toEqual([])
    })

    it('sorts the ranking by key and opens a junction from it', async () => {
      const { page } = await open('?lang=en&view=signals')
      await page.waitForSelector('.ranking tbody tr')
      const column = (): Promise<number[]> =>
        page
          .locator('.ranking tbody td:nth-child(4)')
          .allInnerTexts()
          .then((texts) => texts.map((text) => Number.parseFloat(text)))
      const head = page.getByRole('button', { name: 'Split failures' })
      await head.focus()
      await page.keyboard.press('Enter')
      const falling = await column()
      expect(falling).toEqual([...falling].sort((a, b) => b - a))
      expect(await page.locator('.ranking [aria-sort]').getAttribute('aria-sort')).toBe('descending')
      await page.keyboard.press('Enter')
      expect(await column()).toEqual([...falling].reverse())
      await page.locator('.ranking .link').first().click()
      await page.waitForSelector('.dial')
    })

    it('says what may not be seen or does not answer, part by part', async () => {
      const server = await wall.serve()
      server.refuse(403)
      const { page } = await open('?lang=en&view=signals', { server })
      await page.waitForSelector('.unread-forbidden')
      expect(await page.locator('.unread-forbidden').count()).toBe(3)
      server.refuse(404)
      await page.keyboard.press('l')
      await page.keyboard.press('g')
      await page.waitForSelector('.unread-absent')
    })

    it.each(['zh', 'en', 'pseudo'])('has no overflow in %s', async (lang) => {
      for (const size of [LAPTOP, HD]) {
        const { page } = await open(`?lang=${lang}&view=signals`, { size })
        await page.waitForSelector('.ranking tbody tr')
        expect((await findOverflow(page)).join('\n'), `${size.width}`).toBe('')
      }
    })

    it('has no word of its own and nothing for axe to find', async () => {
      const { page } = await open('?lang=pseudo&view=signals')
      await page.waitForSelector('.whiskers')
      expect(await findPlainWords(page)).toEqual([])
      expect((await findViolations(page)).join('\n')).toBe('')
    })
  })

  it('colours a slow road and marks its queue, and tells the formula', async () => {
    const server = await wall.serve({
      city,
      scene: (now) => {
        const scene = createScene(city, now)
        const roads = { [`${junction.entering[0].road}>${junction.id}`]: { speed_pct: 5, queue_m: 200 } }
        return { ...scene, tables: { ...scene.tables, roads } }
      },
    })
    const road = city.roads.find(({ id }) => id === junction.entering[0].road)
    const [from, to] = road?.line ?? []
    const middle = [(from[0] + to[0] * 3) / 4, (from[1] + to[1] * 3) / 4]
    const { page } = await open(`?lang=en&layers=roads&view=${middle[0]},${middle[1]},17`, { server })
    expect(await page.locator('.legend').innerText()).toContain('share standing × queue')
    const frame = await page.locator('.map-frame').boundingBox()
    if (frame === null) throw new Error('the page has no map')
    const [x, y] = [frame.x + frame.width / 2, frame.y + frame.height / 2]
    const points = Array.from({ length: 60 * 60 }, (_, i) => ({ x: x - 30 + (i % 60), y: y - 30 + Math.floor(i / 60) }))
    const colours = await coloursAt(page, points)
    const like = (name: string): number => {
      const wanted = rgba(name)
      return colours.filter((colour) => colour.every((value, i) => Math.abs(value - wanted[i]) <= 12)).length
    }
    expect(like('speed-0')).toBeGreaterThan(50)
    expect(like('text')).toBeGreaterThan(10)
    expect(like('speed-4')).toBe(0)
  })
})
