/** The page of rules in Chromium: written, tried, compared, published and taken back. */
import { expect, it } from 'vitest'
import { HD } from './chromium.ts'
import { findOverflow, findPlainWords, findViolations } from './page-checks.ts'
import { describeWall } from './suite.ts'

const LAPTOP = { width: 1366, height: 768 }

describeWall('the page of rules', ({ open, serve }) => {
  it('opens by key and shows the rules to anybody, to read only', async () => {
    const { page, errors } = await open('?lang=zh')
    await page.keyboard.press('r')
    await page.waitForSelector('.rules-text')
    expect(await page.locator('.rules-text').inputValue()).toContain('id: wet')
    expect(await page.locator('.rules-text').getAttribute('readonly')).not.toBeNull()
    expect(await page.locator('.rules-findings').innerText()).toContain('登录')
    expect(errors).toEqual([])
  })

  it('tells mistakes at their place while one writes, reads rules aloud, tries, compares, publishes and takes back', async () => {
    const server = await serve()
    const { page, errors } = await open('?lang=en&role=desk&view=rules', { server })
    await page.evaluate(() => sessionStorage.setItem('urban-brain.token', 'x'))
    await page.reload()
    await page.waitForSelector('.rules-sentences li')
    expect(await page.locator('.rules-sentences').innerText()).toContain(
      'When the water level is above 30 cm without a break for 60 s, at any level gauge',
    )
    const text = page.locator('.rules-text')
    const before = await text.inputValue()
    await text.fill(before.replace('level_m > 30 cm', 'levl_m > 30 cm'))
    await page.waitForSelector('.rules-place')
    expect(await page.locator('.rules-problems').innerText()).toContain('unknown name levl_m, expected level_m')
    expect(await page.locator('.rules-place').innerText()).toBe('flood.yaml:5:11')
    await page.locator('.rules-place').press('Enter')
    await expect
      .poll(() => text.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionStart + 6)))
      .toBe('levl_m')

    await text.fill(before.replace('30 cm', '40 cm'))
    await page.waitForSelector('.rules-good')
    await page.getByRole('button', { name: 'Run' }).click()
    await expect.poll(() => page.locator('.rules-outcome').innerText()).toContain('12 alarms, 0.50 an hour; 4 incidents, 160 crew minutes')

    const publish = page.getByRole('button', { name: 'Publish', exact: true })
    await page.getByLabel('Why', { exact: true }).fill('too many')
    expect(await publish.isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Show changes' }).click()
    await page.waitForSelector('.diff-added')
    expect(await page.locator('.rules-diff').innerText()).toMatch(/− +when: level_m > 30 cm\s+\+ +when: level_m > 40 cm/)
    await publish.click()
    await expect.poll(() => page.locator('.rules-versions li').count(), { timeout: 15_000 }).toBe(2)
    await page.getByLabel('Why', { exact: true }).fill('too few')
    await page.getByRole('button', { name: 'Take back to version 1' }).click()
    await expect.poll(() => text.inputValue(), { timeout: 15_000 }).toBe(before)
    await expect.poll(() => page.locator('.rules-versions li').count(), { timeout: 15_000 }).toBe(3)
    expect(errors).toEqual([])
  })

  it('adds a rule that was filled in to a new file, takes one out, deletes a file, and each is a version that can be taken back', async () => {
    const { page, errors } = await open('?lang=en&role=desk&view=rules')
    await page.evaluate(() => sessionStorage.setItem('urban-brain.token', 'x'))
    await page.reload()
    await page.waitForSelector('.rules-sentences li')
    await page.getByRole('button', { name: 'New file' }).click()
    const name = page.getByLabel('Name of the file')
    await name.fill('flood')
    expect(await page.locator('.rules-editor [role=alert]').innerText()).toContain('There is a file of this name')
    await name.fill('my bins')
    expect(await page.locator('.rules-editor [role=alert]').innerText()).toContain('.yaml')
    await name.fill('bins')
    await name.press('Enter')
    await expect.poll(() => page.locator('.rules-text').inputValue()).toBe('rules: []\n')

    await page.locator('.rules-add summary').press('Enter')
    for (const [field, text] of [
      ['id', 'wet'],
      ['zh', '高温'],
      ['en', 'Hot'],
      ['when', 'temperature_c > 50'],
      ['for', '10 min'],
      ['class', 'waste.hot'],
      ['why', 'Below the fire rule'],
    ])
      await page.locator(`.rules-add [name=${field}]`).fill(text)
    await page.locator('.rules-add [name=domain]').selectOption('waste')
    await page.locator('.rules-add [name=skill]').selectOption('patrol')
    const add = page.getByRole('button', { name: 'Add to bins.yaml' })
    await add.click()
    await expect.poll(() => page.locator('.rules-add [role=alert]').innerText()).toContain('already used in flood.yaml')
    await page.locator('.rules-add [name=id]').fill('hot')
    await add.click()
    await expect
      .poll(() => page.locator('.rules-text').inputValue())
      .toContain('  # Below the fire rule\n  - id: hot\n    title: { en: Hot, zh: 高温 }')
    await expect.poll(() => page.locator('.rules-sentences').innerText()).toContain('temperature is above 50')

    const publish = async (why: string, versions: number) => {
      await page.getByRole('button', { name: 'Show changes' }).click()
      await page.waitForSelector('.rules-diff figure')
      const told = await page.locator('.rules-diff').innerText()
      await page.getByLabel('Why', { exact: true }).fill(why)
      await page.getByRole('button', { name: 'Publish', exact: true }).click()
      await expect.poll(() => page.locator('.rules-versions li').count(), { timeout: 15_000 }).toBe(versions)
      return told
    }
    expect(await publish('hot bins', 2)).toMatch(/bins\.yaml[\s\S]*\+ +- id: hot/)
    await page.getByRole('button', { name: 'Remove wet' }).click()
    await expect.poll(() => page.locator('.rules-sentences').innerText()).not.toContain('wet')
    await page.getByRole('button', { name: 'Show changes' }).click()
    await page.waitForSelector('.diff-removed')
    await page.getByRole('button', { name: 'Discard changes' }).click()
    await expect.poll(() => page.locator('.rules-sentences').innerText()).toContain('wet')

    await page.getByRole('button', { name: 'flood.yaml', exact: true }).click()
    await page.getByRole('button', { name: 'Delete flood.yaml' }).click()
    await page.getByRole('button', { name: 'Delete it' }).click()
    await expect.poll(() => page.locator('.rules-files .data').allInnerTexts()).toEqual(['bins.yaml'])
    expect(await page.getByRole('button', { name: 'Delete bins.yaml' }).isDisabled()).toBe(true)
    await page.waitForSelector('.rules-good')
    expect(await publish('no floods', 3)).toMatch(/flood\.yaml[\s\S]*− +- id: wet/)
    await page.getByLabel('Why', { exact: true }).fill('floods again')
    await page.getByRole('button', { name: 'Take back to version 1' }).click()
    await expect.poll(() => page.locator('.rules-files .data').allInnerTexts(), { timeout: 15_000 }).toEqual(['flood.yaml'])
    expect(errors.filter((error) => !error.includes('409'))).toEqual([])
  })

  it.each(['zh', 'en', 'pseudo'])('has no overflow, no word of its own and nothing for axe in %s', async (lang) => {
    for (const size of [LAPTOP, HD]) {
      const { page } = await open(`?lang=${lang}&role=desk&view=rules`, { size })
      await page.evaluate(() => sessionStorage.setItem('urban-brain.token', 'x'))
      await page.reload()
      await page.waitForSelector('.rules-sentences li')
      await page.locator('.rules-add summary').press('Enter')
      expect((await findOverflow(page)).join('\n'), `${size.width}`).toBe('')
      if (size !== HD) continue
      expect((await findViolations(page)).join('\n')).toBe('')
      if (lang === 'pseudo') expect(await findPlainWords(page)).toEqual([])
    }
  })
})
