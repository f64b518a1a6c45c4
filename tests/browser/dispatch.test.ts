/** The dispatch page in Chromium: crews against time, what waits, response times, coverage. */
import { expect, it } from 'vitest'
import { smallCity } from '../fixtures/small-city.ts'
import { HD } from './chromium.ts'
import { findOverflow, findPlainWords, findViolations } from './page-checks.ts'
import { describeWall } from './suite.ts'

const city = smallCity()
const LAPTOP = { width: 1366, height: 768 }

describeWall('the dispatch page', ({ open, serve }) => {
  it('opens by key, shows each crew with its jobs in time, and an incident when a job is pressed', async () => {
    const { page, errors } = await open('?lang=zh')
    await page.keyboard.press('c')
    await page.waitForSelector('.board-time .job')
    await expect.poll(() => new URL(page.url()).searchParams.get('view')).toBe('crews')
    expect(await page.locator('.board tbody tr').count()).toBe(city.crews.length)
    const jobs = page.locator('.job')
    const told = await jobs.first().getAttribute('aria-label')
    expect(told).toMatch(/路面积水、\d\d:\d\d 派单、\d\d:\d\d 到场、\d\d:\d\d 结束/)
    // Bars of one crew follow each other and none overlaps the next.
    const boxes = await page
      .locator('.board tbody tr')
      .first()
      .locator('.job')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()))
    expect(boxes).toHaveLength(2)
    expect(boxes[0].right).toBeLessThan(boxes[1].left)
    await jobs.first().focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('.card')
    expect(await page.locator('.waiting').innerText()).toContain('合适的班组都在忙')
    expect(errors).toEqual([])
  })

  it('says who is reached how soon in figures, on a map and as a table, by skill', async () => {
    const { page } = await open('?lang=en&view=crews')
    await page.waitForSelector('.coverage-map')
    expect(await page.locator('.coverage-legend li').allInnerTexts()).toEqual([
      expect.stringMatching(/^within 5 min: \d+\s?% of the grids$/),
      expect.stringMatching(/^within 10 min/),
      expect.stringMatching(/^within 15 min/),
      expect.stringMatching(/farther or not at all/),
      '2 free crews',
    ])
    await page.locator('.coverage summary').click()
    expect(await page.locator('.coverage tbody tr').count()).toBe(Math.min(10, city.grids.length))
    await page.locator('.coverage select').selectOption({ index: 1 })
    await expect.poll(() => page.locator('.coverage .empty').innerText()).toBe('No free crew')
    expect(await page.locator('.response tbody tr').first().innerText()).toMatch(/9\.5/)
  })

  it('says that nobody answers and keeps the last board', async () => {
    const server = await serve()
    const { page } = await open('?lang=en&view=crews', { server })
    await page.waitForSelector('.job')
    server.refuse(503)
    await page.waitForSelector('.chip-old', { timeout: 20_000 })
    expect(await page.locator('.job').count()).toBeGreaterThan(0)
    server.refuse(403)
    await page.waitForSelector('.page-crews .unread-forbidden')
  })

  it.each(['zh', 'en', 'pseudo'])('has no overflow, no word of its own and nothing for axe in %s', async (lang) => {
    for (const size of [LAPTOP, HD]) {
      const { page } = await open(`?lang=${lang}&view=crews`, { size })
      await page.waitForSelector('.job')
      await page.waitForSelector('.coverage-map')
      expect((await findOverflow(page)).join('\n'), `${size.width}`).toBe('')
      if (size !== HD) continue
      expect((await findViolations(page)).join('\n')).toBe('')
      if (lang === 'pseudo') expect(await findPlainWords(page)).toEqual([])
    }
  })
})
