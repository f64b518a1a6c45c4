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

  it('shows where cameras look and what comes next; a person looks somewhere at once and hands the camera back, by keyboard', async () => {
    const { page, errors } = await open('?lang=en&role=desk&view=doubts')
    await page.evaluate(() => sessionStorage.setItem('urban-brain.token', 'desk'))
    await page.reload()
    const row = page.locator('.patrols tbody tr').first()
    await row.waitFor()
    expect(await row.innerText()).toMatch(/Camera one.*Gate.*1 doubtful events in view.*Gate: rain.*Bin house in 20 s/s)
    const other = page.locator('.patrols tbody tr').nth(1)
    expect(await other.innerText()).toMatch(/Camera two.*Not known.*Nothing planned/s)
    expect(await other.locator('button').first().isDisabled()).toBe(true)
    await row.locator('select').selectOption('bins')
    const sent = page.waitForRequest((request) => request.url().endsWith('/api/v1/commands'))
    await row.getByRole('button', { name: 'Look now with Camera one' }).focus()
    await page.keyboard.press('Enter')
    expect((await sent).postDataJSON()).toEqual({ device: 'd0/camera/C1', kind: 'camera.preset', fields: { preset: 'bins' }, hold_s: 900 })
    await expect.poll(() => row.innerText()).toMatch(/Bin house.*BY HAND: ana, until/s)
    const back = page.waitForRequest((request) => request.url().endsWith('/cameras/release'))
    await row.getByRole('button', { name: 'Hand Camera one back' }).focus()
    await page.keyboard.press('Enter')
    expect((await back).postDataJSON()).toEqual({ device: 'd0/camera/C1' })
    await expect.poll(() => row.innerText()).not.toMatch(/BY HAND/)
    expect(errors).toEqual([])
  })

  it.each(['zh', 'en', 'pseudo'])('has no overflow, no word of its own and nothing for axe in %s', async (lang) => {
    const { page } = await open(`?lang=${lang}&view=doubts`, { size: HD })
    await page.waitForSelector('.doubt')
    expect((await findOverflow(page)).join('\n')).toBe('')
    expect((await findViolations(page)).join('\n')).toBe('')
    if (lang === 'pseudo') expect(await findPlainWords(page)).toEqual([])
  })
})
