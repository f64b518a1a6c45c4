import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KIND_SHAPES, STATE_SHAPES } from '../../dashboard/layers/glyphs.ts'
import { contrast, parseTokens, rgba, token } from '../../dashboard/tokens.ts'

const TEXT = ['text', 'text-2', 'accent', 'state-normal', 'state-watch', 'state-warning', 'text-critical', 'state-done']
const MARKS = [
  'state-normal',
  'state-watch',
  'state-warning',
  'state-critical',
  'state-offline',
  'state-done',
  'road-motorway',
  'speed-0',
  'speed-1',
  'speed-2',
  'speed-3',
  'speed-4',
  'label-water',
  'label-road',
  'label-district',
]

describe('colours', () => {
  it.each(TEXT)('%s is readable as text on ground and panel', (name) => {
    expect(contrast(rgba(name), rgba('ground'))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(rgba(name), rgba('panel'))).toBeGreaterThanOrEqual(4.5)
  })

  it.each(MARKS)('%s stands out on ground, built land and water', (name) => {
    for (const ground of ['ground', 'map-built', 'map-water', 'map-green'])
      expect(contrast(rgba(name), rgba(ground))).toBeGreaterThanOrEqual(3)
  })

  it.each(['text', 'text-2', 'accent', 'watch', 'warning', 'critical', 'done'])('%s of the phone has 7:1 on its white grounds', (name) => {
    for (const ground of ['sun-ground', 'sun-panel']) expect(contrast(rgba(`sun-${name}`), rgba(ground))).toBeGreaterThanOrEqual(7)
  })

  it('draws the edges of the phone’s buttons with 3:1', () => {
    for (const ground of ['sun-ground', 'sun-panel']) expect(contrast(rgba('sun-line'), rgba(ground))).toBeGreaterThanOrEqual(3)
    for (const ground of ['ground', 'panel']) expect(contrast(rgba('map-boundary'), rgba(ground))).toBeGreaterThanOrEqual(3)
  })

  it('measures contrast as WCAG 2.2 does', () => {
    expect(contrast([255, 255, 255, 255], [0, 0, 0, 255])).toBeCloseTo(21, 5)
    expect(contrast([119, 119, 119, 255], [255, 255, 255, 255])).toBeCloseTo(4.48, 2)
  })

  it('has no colour of its own outside tokens.css', () => {
    const tokens = parseTokens(readFileSync(join(import.meta.dirname, '../../dashboard/tokens.css'), 'utf8'))
    expect(tokens.size).toBeGreaterThan(20)
    for (const file of ['styles/base', 'styles/layout', 'styles/rails', 'styles/map', 'styles/card', 'styles/junction', 'crew/crew']) {
      const css = readFileSync(join(import.meta.dirname, `../../dashboard/${file}.css`), 'utf8')
      // `#crew` is the name of a part of the page.
      expect(css.match(/#[0-9a-f]{3,8}\b(?!,)|rgba?\(/gi) ?? [], `${file}.css`).toEqual([])
      for (const [, name] of css.matchAll(
        /var\(--((?:state|map|road|depth|speed|sun)-[a-z0-9-]+|ground|panel|line|text(?:-2|-critical)?|accent|drill)\)/g,
      ))
        expect(tokens.has(name), `${file}.css uses --${name}`).toBe(true)
    }
  })

  it('throws for a name that tokens.css lacks', () => {
    expect(() => token('no-such-colour')).toThrow('no-such-colour')
  })
})

describe('shapes', () => {
  it('gives every state and every kind a shape of its own', () => {
    for (const shapes of [STATE_SHAPES, KIND_SHAPES]) {
      const drawn = Object.values(shapes).map(({ path, line }) => `${path} ${line === undefined ? 'filled' : 'line'}`)
      expect(new Set(drawn).size).toBe(drawn.length)
    }
  })
})
