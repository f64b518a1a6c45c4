/** The page of camera events in Chromium: one tap or one key, the next one comes. */
import { expect, it } from 'vitest'
import { HD } from './chromium.ts'
import { findOverflow, findPlainWords, findViolations } from './page-checks.ts'
import { describeWall } from './suite.ts'

describeWall('the page of camera events', ({ open }) => {
  it('opens by key, shows why it is asked, and on the wall nobody judges', async () => {
    const { page, errors } = await open('?lang=en')
    await page.keyboard.press('v')
    await page.waitForSelector('.doubt')
    expect(await page.locator('.doubt-evidence tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/Camera.*for, 0\.46/s),
      expect.stringMatching(/Sensor.*against, 2\.20/s),
    ])
    expect(await page.locator('.doubt-buttons button').first().isDisabled()).toBe(true)
    expect(errors).toEqual([])
  })

  it('takes verdicts by key and goes on to the next', async () => {
    const { page } = await open('?lang=en&role=desk&view=doubts')
    await page.evaluate(() => sessionStorage.setItem('urban-brain.token', 'desk'))
    await page.reload()
    await page.waitForSelector('.doubt')
    expect(await page.locator('.doubt h3').innerText()).toBe('Water on the road')
    await page.keyboard.press('j')
    await expect.poll(() => page.locator('.doubt h3').innerText()).toBe('Street stall')
    const sent = page.waitForRequest((request) => request.url().endsWith('/cameras/verdicts'))
    await page.keyboard.press('n')
    expect((await sent).postDataJSON()).toEqual({ event: 'd0/camera/C1 e2', verdict: false })
    await expect.poll(() => page.locator('.doubt h3').innerText()).toBe('Smoke or fire')
    await expect.poll(() => page.locator('.page-doubts [role=status]').innerText()).toBe('2 events wait for a look')
  })

  it.each(['zh', 'en', 'pseudo'])('has no overflow, no word of its own and nothing for axe in %s', async (lang) => {
    const { page } = await open(`?lang=${lang}&view=doubts`, { size: HD })
    await page.waitForSelector('.doubt')
    expect((await findOverflow(page)).join('\n')).toBe('')
    expect((await findViolations(page)).join('\n')).toBe('')
    if (lang === 'pseudo') expect(await findPlainWords(page)).toEqual([])
  })
})
