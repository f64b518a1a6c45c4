/** What a crew's phone downloads, from the build: how much, and what its worker keeps. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const BUILT = join(import.meta.dirname, '../../../dist/dashboard')
const read = (file: string): string => readFileSync(join(BUILT, file), 'utf8')
/** kB are 1000 bytes. */
const SCRIPT_BYTES_MAX = 60_000

interface CrewFiles {
  readonly version: string
  readonly files: readonly string[]
}
const kept = (): CrewFiles => JSON.parse(/^const CREW_FILES=(\{.*?\});/.exec(read('crew/worker.js'))?.[1] ?? 'null')

describe("the phone's build", () => {
  it('is less than 60 kB of zipped script, the map included, and has nothing of the wall', () => {
    const scripts = kept().files.filter((file) => file.endsWith('.js'))
    const first = [...read('crew/index.html').matchAll(/(?:src|href)="\.\.\/(assets\/[^"]+\.js)"/g)].map((match) => match[1])
    expect(first.length).toBeGreaterThan(0)
    for (const file of first) expect(scripts).toContain(file)
    const bytes = scripts.reduce((sum, file) => sum + gzipSync(read(file)).length, 0)
    expect(bytes).toBeLessThan(SCRIPT_BYTES_MAX)
    expect(scripts.some((file) => read(file).includes('deck.gl'))).toBe(false)
  })

  it('keeps every file that the page and its manifest name', () => {
    const { files } = kept()
    for (const file of files) expect(existsSync(join(BUILT, file)), file).toBe(true)
    const named = [...read('crew/index.html').matchAll(/(?:src|href)="\.\.?\/([^"]+)"/g)].map((match) => match[1])
    for (const name of named)
      expect(
        files.some((file) => file.endsWith(name)),
        name,
      ).toBe(true)
    const manifest: { icons: { src: string; sizes: string; purpose: string }[]; start_url: string } = JSON.parse(
      read('crew/manifest.webmanifest'),
    )
    for (const { src } of manifest.icons) expect(existsSync(join(BUILT, 'crew', src)), src).toBe(true)
    expect(manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual(['192x192 any', '512x512 any', '512x512 maskable'])
  })
})
