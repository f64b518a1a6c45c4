/** The wall's files from `dist/dashboard`. They say nothing about the city, so they are open; what they ask for is guarded. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { App } from './schema.ts'

const NOT_BUILT = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Urban brain</title>
<h1>大屏尚未构建 / The wall is not built</h1>
<p>运行 <code>npm run build</code> 后刷新。接口文档见 <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>。</p>
<p>Run <code>npm run build</code> and reload. The API works: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>, <a href="/api/v1/health">/api/v1/health</a>.</p>
</html>`

/** Vite puts a hash of the contents into the name of everything under `assets/`. */
const cacheControl = (path: string): string => (path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')

export async function dashboardRoutes(app: App, directory: string): Promise<void> {
  if (!existsSync(join(directory, 'index.html'))) {
    app.get('/', { config: { role: null }, schema: { hide: true } }, async (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(NOT_BUILT),
    )
    return
  }
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, role: null }
      route.schema = { ...route.schema, hide: true }
    })
    // The phone's links are relative to its folder, and its service worker rules over that folder only.
    scope.addHook('onRequest', async (request, reply) => {
      const [path, query] = request.url.split('?')
      if (path === '/crew') return reply.redirect(`/crew/${query === undefined ? '' : `?${query}`}`, 308)
    })
    await scope.register(fastifyStatic, {
      root: directory,
      wildcard: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (response, path) => {
        response.setHeader('cache-control', cacheControl(path))
      },
    })
  })
}
