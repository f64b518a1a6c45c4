/** The header in Chromium: it keeps to its line at a desk too, where it holds most. */
import { expect, it } from 'vitest'
import { smallCity } from '../fixtures/small-city.ts'
import { HD } from './chromium.ts'
import { findOverflow } from './page-checks.ts'
import { createScene } from './scene.ts'
import { describeWall } from './suite.ts'

const LAPTOP = { width: 1366, height: 768 }
const HEADER = { root: '.head', scrolling: '.warnings ul' }

describeWall('the header of a desk', ({ open, serve }) => {
  it.each([
    ['zh', LAPTOP],
    ['en', LAPTOP],
    ['pseudo', LAPTOP],
    ['pseudo', HD],
  ] as const)('keeps to its line in %s at %o, signed in or out, when the feed is lost', async (lang, size) => {
    const city = smallCity()
    const server = await serve({ city, scene: (now) => ({ ...createScene(city, now), mode: 'replay' }) })
    const { page } = await open(`?lang=${lang}&role=desk`, { size, server })
    await page.waitForSelector('.warnings summary')
    const check = async (when: string): Promise<void> => {
      expect((await findOverflow(page, HEADER)).join('\n'), when).toBe('')
      // What is pushed out of the line, or over its neighbour, is as good as cut.
      const wrong = await page.evaluate(() => {
        const boxOf = (element: Element): DOMRect => element.getBoundingClientRect()
        const head = document.querySelector('.head')
        const parts = [...document.querySelectorAll('.head-title, .mode, .head-middle > *, .clock, .head-tools > *')]
        return parts
          .filter((element, i) => {
            const { top, bottom, left, right } = boxOf(element)
            const line = head === null ? null : boxOf(head)
            const before = i === 0 ? 0 : boxOf(parts[i - 1]).right
            return line === null || top < line.top - 1 || bottom > line.bottom + 1 || right > line.right + 1 || left < before - 1
          })
          .map((element) => element.className)
      })
      expect(wrong, when).toEqual([])
      const warning = await page.locator('.warnings summary [role=status]').boundingBox()
      expect(warning?.width, when).toBeGreaterThan(60)
    }
    await check('signed out')
    await page.evaluate(() => sessionStorage.setItem('urban-brain.token', 'x'))
    await page.reload()
    await page.waitForSelector('.warnings summary')
    await check('signed in')
    server.setLive(false)
    await page.waitForSelector('.lamp-lost', { timeout: 30_000 })
    await check('lost')
  })
})
