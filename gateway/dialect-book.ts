/** `dialects.yaml` in force: read at the start, and again when it changes or somebody asks. What is wrong in a changed file is told, and the old one stays. */
import { createHash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { DEFAULT_DIALECTS, DIALECTS_FILE, type DialectSettings, type LoadedDialects, loadDialects } from '../config/dialects.ts'
import { formatProblem, UrbanError } from '../engine/base/errors.ts'
import type { EpochMs } from '../engine/base/time.ts'
import type { Logger, Part } from './parts.ts'

export interface DialectBook extends Part {
  /** Another value when they have changed, the same one else. */
  readonly settings: DialectSettings
  /** Null: the defaults hold, there is no file. */
  readonly file: string | null
  /** Of the text in force: the same text has the same version. */
  readonly version: string
  readonly since: EpochMs
  /** `file:line:column: message` of what is wrong with the file as it is now; the one before stays in force. */
  readonly problems: readonly string[]
  /** @returns whether what is in force is what the file says; false where something is wrong with it, or a run keeps what it began with */
  reload(): Promise<boolean>
}

export interface DialectBookOptions {
  /** Where the file may lie: the data directory, then the city's. */
  readonly directories: readonly string[]
  /** Keys of the city's devices. */
  readonly devices: readonly string[]
  /** Whether a changed file takes effect while running; in lockstep a run keeps what it began with. */
  readonly reload: boolean
  /** Told after every change, with what is in force now. */
  readonly onChange: (settings: DialectSettings) => void
  readonly now: () => EpochMs
  readonly logger: Logger
}

/** Editors write a file in several steps. */
const SETTLE_MS = 300

const versionOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

/** @throws UrbanError input `dialects` with every problem of the file as it is at the start */
export async function openDialectBook({ directories, devices, reload, onChange, now, logger }: DialectBookOptions): Promise<DialectBook> {
  let loaded: Pick<LoadedDialects, 'settings' | 'file' | 'text'> = { settings: DEFAULT_DIALECTS, file: null, text: '' }
  let since = now()
  let problems: readonly string[] = []
  let watchers: FSWatcher[] = []
  let timer: NodeJS.Timeout | null = null
  let last: Promise<unknown> = Promise.resolve()

  const first = await loadDialects(directories, devices)
  if (first.problems.length > 0) throw new UrbanError('input', 'dialects', first.problems.map(formatProblem).join('\n'))
  loaded = first

  async function load(): Promise<boolean> {
    const fresh = await loadDialects(directories, devices)
    problems = fresh.problems.map(formatProblem)
    for (const problem of problems) logger.error({}, `dialects refused, the old ones stay: ${problem}`)
    if (problems.length > 0) return false
    if (fresh.text === loaded.text && fresh.file === loaded.file) return true
    loaded = fresh
    since = now()
    logger.info({ file: fresh.file, version: versionOf(fresh.text), bindings: fresh.settings.bindings.length }, 'dialects in force')
    onChange(fresh.settings)
    return true
  }

  /** One reading after the other. */
  function inTurn(): Promise<boolean> {
    const next = last.then(load, load)
    last = next.catch(() => {})
    return next
  }

  function touched(_event: string, name: string | null): void {
    if (name !== null && name !== DIALECTS_FILE) return
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      inTurn().catch((error: unknown) => logger.error({ error: String(error) }, 'the dialects could not be read again'))
    }, SETTLE_MS)
  }

  return {
    get settings() {
      return loaded.settings
    },
    get file() {
      return loaded.file
    },
    get version() {
      return versionOf(loaded.text)
    },
    get since() {
      return since
    },
    get problems() {
      return problems
    },
    reload: async () => (reload ? inTurn() : false),
    async start() {
      if (!reload) return
      watchers = directories.map((directory) => {
        const watcher = watch(directory, touched)
        watcher.on('error', (error) => logger.warn({ error: error.message, directory }, 'dialects.yaml cannot be watched any more'))
        return watcher
      })
    },
    async stop() {
      for (const watcher of watchers) watcher.close()
      watchers = []
      if (timer !== null) clearTimeout(timer)
      await last
    },
  }
}
