/** The page of unknown messages in Chromium: what waits, the suggested mapping, what the sample becomes, acceptance by key alone. */
import { expect, it } from 'vitest'
import { HD } from './chromium.ts'
import { findOverflow, findPlainWords, findViolations } from './page-checks.ts'
import { describeWall } from './suite.ts'

const LAPTOP = { width: 1366, height: 768 }

describeWall('the page of unknown messages', ({ open, serve }) => {
  async function atDesk(query: string, options: Parameters<typeof open>[1] = {}) {
    const server = options.server ?? (await serve())
    const opened = await open(`${query}&role=desk`, { ...options, server })
    await opened.page.evaluate(() => sessionStorage.setItem('urban-brain.token', 'secret-token'))
    await opened.page.reload()
    return opened
  }

  it('is for operators: a wall sees nothing of the messages', async () => {
    const { page } = await open('?lang=en&view=messages')
    expect(await page.locator('.page-messages .empty').innerText()).toContain('sign in')
    expect(await page.locator('.messages-groups').count()).toBe(0)
  })

  it('takes an operator from an unknown message to a mapping in force by key alone', async () => {
    const { page, errors } = await atDesk('?lang=en')
    await page.waitForSelector('.page-links')
    await page.keyboard.press('m')
    await page.waitForSelector('.messages-groups')
    await expect.poll(() => new URL(page.url()).searchParams.get('view')).toBe('messages')
    expect(await page.locator('.messages-groups tbody tr').count()).toBe(3)
    const group = page.getByRole('button', { name: 'acme/+/up' })
    await group.focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('.mapping-preview dl')
    expect(await page.locator('input[name=entity]').inputValue()).toBe('acme:{topic.2}')
    expect(await page.locator('.mapping-rows tbody tr').count()).toBe(2)
    expect(await page.locator('.mapping-preview').innerText()).toMatch(/acme:A0017[\s\S]*level_m\s*0\.31[\s\S]*temperature_c\s*25\.7/)
    expect(await page.locator('.mapping-unused').innerText()).toContain('zorp')
    // What is wrong is said at once, and cannot be accepted.
    await page.getByLabel('Unit 1').fill('V')
    await expect.poll(() => page.locator('.mapping-fault').allInnerTexts()).toEqual([expect.stringContaining('does not measure')])
    expect(await page.getByRole('button', { name: 'Accept', exact: true }).isDisabled()).toBe(true)
    await page.getByLabel('Unit 1').fill('cm')
    await expect.poll(() => page.locator('.mapping-preview').innerText()).toMatch(/level_m\s*3\.1/)
    await page.getByRole('button', { name: 'Accept', exact: true }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.messages-said').innerText()).toBe('In force: acme-up')
    await expect.poll(() => page.locator('.messages-groups tbody tr').count()).toBe(2)
    await expect.poll(() => page.locator('.messages-list').innerText()).toContain('acme-up · acme/+/up')
    await page.getByRole('button', { name: 'Withdraw acme-up' }).click()
    await expect.poll(() => page.locator('.messages-list').innerText()).not.toContain('acme-up')
    expect(errors).toEqual([])
  })

  it('takes an expression, and a note for what nobody wants', async () => {
    const { page } = await atDesk('?lang=zh&view=messages')
    await page.getByRole('button', { name: 'acme/+/debug' }).click()
    await page.getByLabel('映射名称').fill('debug')
    await page.getByLabel('表达式（JSONata）').check()
    await page.locator('textarea').fill('{"entity": "acme:" & $topic[1], "metrics": {"heap_count": heap}}')
    await expect.poll(() => page.locator('.mapping-preview').innerText()).toMatch(/heap_count\s*4711/)
    await page.locator('textarea').fill('{"entity": $now()}')
    await expect.poll(() => page.locator('.mapping-fault').innerText()).toContain('$now is not available')
    await page.getByLabel('忽略原因').fill('调试信息')
    await page.getByRole('button', { name: '忽略', exact: true }).click()
    await expect.poll(() => page.locator('.messages-groups tbody tr').last().innerText()).toContain('已忽略：调试信息')
    await page.getByRole('button', { name: '重新关注 acme/+/debug' }).click()
    await expect.poll(() => page.locator('.messages-groups').innerText()).not.toContain('已忽略')
  })

  it.each(['zh', 'en', 'pseudo'])('has no overflow, no word of its own and nothing for axe in %s', async (lang) => {
    for (const size of [LAPTOP, HD]) {
      const { page } = await atDesk(`?lang=${lang}&view=messages`, { size })
      await page.getByRole('button', { name: 'acme/+/up' }).click()
      await page.waitForSelector('.mapping-preview dl')
      expect((await findOverflow(page)).join('\n'), `${size.width}`).toBe('')
      if (size !== HD) continue
      expect((await findViolations(page)).join('\n')).toBe('')
      if (lang === 'pseudo') expect(await findPlainWords(page)).toEqual([])
    }
  })
})
