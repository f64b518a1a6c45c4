/** A lorry's crew drives its round on the phone, against the real program: the next stop, one press for each, without network too. */
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { BinsAnswer, RoundsAnswer } from '../../gateway/wire/bins.ts'
import { unsensedCity } from '../fixtures/unsensed-city.ts'
import { type CrewProgram, startCrewProgram } from '../support/crew-program.ts'
import { findOverflow, findSmallTargets, findViolations } from './page-checks.ts'
import { describeInChromium } from './suite.ts'

const LORRY = 'd0/crew/crew-2'
const PHONE = { width: 360, height: 640 }

describeInChromium('a round on the phone', ({ newPage }) => {
  let program: CrewProgram
  beforeEach(async () => {
    program = await startCrewProgram([], unsensedCity())
    const estimated = async (): Promise<void> => expect((await program.get<BinsAnswer>('bins')).bins).toHaveLength(6)
    await vi.waitFor(estimated, { timeout: 20_000, interval: 200 })
    expect((await program.call('POST', 'bins/round', {})).status).toBe(200)
  })
  afterEach(() => program.stop())

  async function signedIn(lang: 'zh' | 'en'): Promise<Page> {
    const { page } = await newPage({ size: PHONE })
    const { path } = await program.invite(LORRY)
    await page.goto(`${program.url}${path.replace('#', `?lang=${lang}#`)}`)
    await page.waitForSelector('.lamp-on')
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    return page
  }
  const round = async () => (await program.get<RoundsAnswer>('bins/round')).rounds[0]
  /** Presses of one kind within a second are one: a wet finger must not empty the next bin as well. */
  const nextTap = (page: Page): Promise<void> => page.waitForTimeout(1100)

  it('shows the next stop, takes one press for how full it was, and goes on without network', async () => {
    const page = await signedIn('en')
    await page.click('.step:has-text("Accept")')
    await page.click('.step:has-text("En route")')
    await page.waitForSelector('.fifths')
    const { stops } = await round()
    expect(await page.locator('h1').innerText()).toBe(stops[0].name.en)
    expect(await page.locator('.links a').first().getAttribute('href')).toContain(stops[0].at[1].toFixed(6))
    expect(await page.locator('.stops li').count()).toBe(stops.length)
    expect(await page.locator('.facts').innerText()).toMatch(/Distance/)
    await page.click('button[aria-label="Emptied, 80 % full before"]')
    await page.waitForSelector(`h1:has-text("${stops[1].name.en}")`)
    await expect.poll(async () => (await round()).emptied).toBe(1)

    await page.context().setOffline(true)
    await page.waitForSelector('.lamp-off')
    await page.click('.key:has-text("Could not empty it")')
    await page.click('.choice .key:has-text("No access")')
    await page.waitForSelector('.queue:has-text("Saved, 1 waiting")')
    expect(await page.locator('.stage').innerText()).toBe('Round, 2 of 6')
    await page.reload()
    // Another one first: the list is in driving order, and the crew may take any.
    await page.waitForSelector('.fifths')
    await page.click('.stops .key >> nth=1')
    const chosen = await page.locator('h1').innerText()
    await page.click('button[aria-label="Emptied, 20 % full before"]')
    await page.waitForSelector('.queue:has-text("Saved, 2 waiting")')
    expect(await page.locator('.stops').innerText()).not.toContain(chosen)
    await page.context().setOffline(false)
    await page.waitForSelector('.queue:has-text("All sent")')
    expect(await round()).toMatchObject({ state: 'under_way', emptied: 2, failed: 1 })

    while ((await page.locator('.fifths').count()) > 0) {
      await nextTap(page)
      const before = await page.locator('.stops li').count()
      await page.click('button[aria-label="Emptied, 60 % full before"]')
      await expect.poll(() => page.locator('.stops li').count()).toBe(before - 1)
    }
    await page.click('.step:has-text("Tipped")')
    await page.waitForSelector('.stage:has-text("Done")')
    await expect.poll(async () => (await round()).state).toBe('done')
    const ended = await round()
    expect(ended.stops.map(({ state }) => state).sort()).toEqual([
      'emptied',
      'emptied',
      'emptied',
      'emptied',
      'emptied',
      'emptied',
      'failed',
    ])
  })

  it('fits a small phone in Chinese, by key and by screen reader', async () => {
    const page = await signedIn('zh')
    await page.click('.step:has-text("接单")')
    await page.click('.step:has-text("出发")')
    await page.waitForSelector('.fifths')
    expect(await findViolations(page)).toEqual([])
    expect(await findOverflow(page)).toEqual([])
    expect(await findSmallTargets(page)).toEqual([])
    const before = await page.locator('h1').innerText()
    await page.locator('.fifths button').nth(2).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('h1').innerText()).not.toBe(before)
    // The new stop has the focus, so that it is read out.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
  })
})
