/** Suites in one Chromium, skipped where there is none. What a test opens is closed after it, also when it failed: a page left open goes on drawing. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, vi } from 'vitest'
import { smallCity } from '../fixtures/small-city.ts'
import { available, CHROMIUM } from '../support/real-parts.ts'
import { launchChromium, type OpenPage, openPage, type PageOptions, waitForWall } from './chromium.ts'
import { createScene } from './scene.ts'
import { startWallServer, type WallServer, type WallServerOptions } from './wall-server.ts'

export interface InChromium {
  /** A page that is nowhere yet. */
  newPage(options?: PageOptions): Promise<OpenPage>
  /** A page at this address when the wall is drawn. */
  openAt(url: string, options?: PageOptions): Promise<OpenPage>
}

export function describeInChromium(title: string, tests: (chromium: InChromium) => void): void {
  // The software renderer shares two cores with everything else that is tested.
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })
  describe.runIf(available(CHROMIUM))(title, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launchChromium()
    })
    afterEach(async () => {
      for (const context of browser.contexts()) await context.close()
    })
    afterAll(async () => {
      await browser?.close()
    })
    const newPage = (options?: PageOptions): Promise<OpenPage> => openPage(browser, options)
    tests({
      newPage,
      async openAt(url, options) {
        const opened = await newPage(options)
        await opened.page.goto(url)
        await waitForWall(opened.page)
        return opened
      },
    })
  })
}

export interface OnWall extends Pick<InChromium, 'newPage'> {
  /** The wall of the small city with the made-up brain, unless another one is given. */
  serve(options?: Partial<WallServerOptions>): Promise<WallServer>
  /** A page of this server's wall, or of a new one's, without slow effects. */
  open(query: string, options?: PageOptions & { readonly server?: WallServer }): Promise<OpenPage>
}

export function describeWall(title: string, tests: (wall: OnWall) => void): void {
  describeInChromium(title, ({ newPage, openAt }) => {
    const servers: WallServer[] = []
    afterEach(async () => {
      for (const server of servers.splice(0)) await server.stop()
    })
    async function serve({ city = smallCity(), scene = (now) => createScene(city, now), ...more }: Partial<WallServerOptions> = {}) {
      const server = await startWallServer({ city, scene, ...more })
      servers.push(server)
      return server
    }
    tests({
      newPage,
      serve,
      open: async (query, { server, ...options } = {}) => openAt(`${(server ?? (await serve())).url}${query}&quality=plain`, options),
    })
  })
}
