/** What every view of the wall must stand: nothing leaves its place, no word comes from outside of the dictionary, axe finds nothing. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const WALL = {
  root: '.wall',
  scrolling: '.card, .list-scroll, .page-scroll, .page-signals, .time-space-scroll, .rules-side, .rules-findings',
}

/** What is wider than its place or leaves the screen; empty when nothing is. What lies in a `scrolling` part may be further down. */
export function findOverflow(page: Page, where: { readonly root: string; readonly scrolling: string } = WALL): Promise<string[]> {
  return page.evaluate(({ root: whole, scrolling }) => {
    const found: string[] = []
    const root = document.documentElement
    // A key figure nobody can read the name of is none; everything else may end in dots.
    for (const text of document.querySelectorAll<HTMLElement>('.kpi-name, .kpi-reference'))
      if (text.scrollWidth > text.clientWidth) found.push(`cut: ${text.textContent}`)
    if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) found.push(`page ${root.scrollWidth}×${root.scrollHeight}`)
    for (const element of document.querySelectorAll<HTMLElement>(`${whole} *`)) {
      if (element.closest('svg, canvas, .visually-hidden, .tip') !== null) continue
      const style = getComputedStyle(element)
      const clipped = style.overflowX === 'hidden' && style.textOverflow === 'ellipsis'
      const scrolls = style.overflowY === 'auto'
      if (!clipped && !scrolls && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && style.display !== 'inline')
        found.push(`${element.className || element.tagName} is ${element.scrollWidth} wide in ${element.clientWidth}`)
      // Inline text within a box that shortens it with dots may be wider than what is seen of it.
      if (style.display === 'inline') continue
      const box = element.getBoundingClientRect()
      if (box.right > innerWidth + 1 || box.bottom > innerHeight + 1) {
        if (element.closest(scrolling) === null) found.push(`${element.className || element.tagName} leaves the screen`)
      }
    }
    return [...new Set(found)]
  }, where)
}

/** Texts that did not go through the dictionary; the page must be open in the pseudo-locale. */
export function findPlainWords(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found: string[] = []
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = (node.textContent ?? '').trim()
      const element = node.parentElement
      if (element === null || element.closest('[translate=no], time, script, style') !== null) continue
      // Figures with their units are data; a word is two letters in a row outside of the pseudo-locale's brackets.
      let outside = text
      // One bracketed text may stand within another.
      for (let before = ''; before !== outside; ) [before, outside] = [outside, outside.replace(/\[[^[\]]*\]/g, '')]
      outside = outside.replace(/\d[\d.,:/×%\s\u2009]*(?:s\/veh|veh|km\/h|mm\/h|m³\/s|km|m|%)?/g, '')
      if (/\p{L}{2}/u.test(outside)) found.push(text)
    }
    return found
  })
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']

/** @param rules tags or names of axe's rules */
export async function findViolations(page: Page, rules: readonly string[] = RULES): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'))
  return page.evaluate(async (runOnly) => {
    const axe: {
      run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>
    } = Reflect.get(window, 'axe')
    const { violations: all } = await axe.run({ runOnly })
    return all.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 120)} ${failureSummary.slice(0, 160)}`).join(' | ')}`,
    )
  }, rules)
}

/** What can be pressed and is smaller than a thumb in a glove, CSS px; a tick is pressed by its whole line. */
export function findSmallTargets(page: Page, side_px = 48): Promise<string[]> {
  return page.evaluate((least) => {
    const found: string[] = []
    for (const element of document.querySelectorAll<HTMLElement>('button, a[href], input, textarea, select, label:has(input)')) {
      const target = element.closest('label:has(input[type=checkbox], input[type=file])') ?? element
      const { width, height } = target.getBoundingClientRect()
      if (width < least || height < least) found.push(`${element.outerHTML.slice(0, 100)} is ${Math.round(width)}×${Math.round(height)}`)
    }
    return found
  }, side_px)
}
