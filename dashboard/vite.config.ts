import { createHash } from 'node:crypto'
import preact from '@preact/preset-vite'
import { defineConfig, type Plugin, type Rollup } from 'vite'

const here = import.meta.dirname
const WORKER = 'crew/worker.js'

type Bundle = Rollup.OutputBundle

/** Scripts and style sheets that a page's script needs, now or later. */
function filesOf(bundle: Bundle, entry: string, found = new Set<string>()): Set<string> {
  const chunk = bundle[entry]
  if (chunk?.type !== 'chunk' || found.has(entry)) return found
  found.add(entry)
  for (const css of chunk.viteMetadata?.importedCss ?? []) found.add(css)
  for (const next of [...chunk.imports, ...chunk.dynamicImports]) filesOf(bundle, next, found)
  return found
}

/** Files of the phone whose names say nothing of their contents, from `public/`. */
const PUBLIC = ['crew/manifest.webmanifest', 'crew/icon-192.png', 'icon.svg']

/**
 * Tells the phone's service worker which files to keep. The names of scripts and style sheets hold a hash of their contents; with the page itself
 * they make the version, so that any change makes another worker, which is what browsers look at.
 */
const crewFiles = (): Plugin => ({
  name: 'crew-files',
  enforce: 'post',
  generateBundle(_options, bundle) {
    const entry = Object.values(bundle).find((one) => one.type === 'chunk' && one.isEntry && one.name === 'crew')
    const worker = bundle[WORKER]
    const page = bundle['crew/index.html']
    if (entry === undefined || worker?.type !== 'chunk' || page?.type !== 'asset') throw new Error('the phone or its worker was not built')
    const files = [...filesOf(bundle, entry.fileName)].sort()
    const version = createHash('sha256').update(files.join()).update(page.source).digest('hex').slice(0, 12)
    worker.code = `const CREW_FILES=${JSON.stringify({ version, files: [page.fileName, ...files, ...PUBLIC] })};${worker.code}`
  },
})

export default defineConfig({
  root: here,
  base: './',
  plugins: [preact(), crewFiles()],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2023',
    // deck.gl is one chunk of its own, fetched after the panels stand.
    chunkSizeWarningLimit: 800,
    rollupOptions: {
      input: { wall: `${here}/index.html`, crew: `${here}/crew/index.html`, worker: `${here}/crew/worker/worker.ts` },
      output: { entryFileNames: ({ name }) => (name === 'worker' ? WORKER : 'assets/[name]-[hash].js') },
    },
  },
})
