/** The rules in force: read at the start and again when a file changes. A wrong set is refused whole, with its places; the old one stays. */
import { existsSync, type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import { loadRules, SHIPPED_RULES } from '../config/rules.ts'
import { canonical } from '../engine/base/canonical.ts'
import { formatProblem, UrbanError } from '../engine/base/errors.ts'
import type { Rule } from '../engine/model/rule.ts'
import type { Logger, Part } from './parts.ts'

export interface RulesWatchOptions {
  readonly directory: string
  /** Metrics and constants of the city's devices, which expressions may use. */
  readonly names: readonly string[]
  /** Rules in the engine's state. */
  readonly inForce: () => readonly Rule[]
  readonly deliver: (rules: readonly Rule[]) => Promise<void>
  /** Whether changed files take effect while running; in lockstep a run keeps its rules. */
  readonly reload: boolean
  readonly logger: Logger
}

export interface RulesWatch extends Part {
  /** `file:line:column: message` of a set that was refused; none when the files and the rules in force agree. */
  readonly problems: readonly string[]
}

/** Editors write a file in several steps. */
const SETTLE_MS = 300

/** The setting, or the city's own rules, or those that come with the program. */
export function rulesDirectory(setting: string, city_directory: string | null): string {
  if (setting !== '') return setting
  const own = city_directory === null ? null : join(city_directory, 'rules')
  return own !== null && existsSync(own) ? own : SHIPPED_RULES
}

export function createRulesWatch({ directory, names, inForce, deliver, reload, logger }: RulesWatchOptions): RulesWatch {
  let problems: readonly string[] = []
  let watcher: FSWatcher | null = null
  let timer: NodeJS.Timeout | null = null

  async function load(): Promise<void> {
    const loaded = await loadRules(directory, names)
    problems = loaded.problems.map(formatProblem)
    if (problems.length > 0) {
      if (inForce().length === 0) throw new UrbanError('input', 'rules', problems.join('\n'))
      for (const problem of problems) logger.error({}, `rules refused, the old ones stay: ${problem}`)
      return
    }
    if (canonical(loaded.rules) === canonical(inForce())) return
    await deliver(loaded.rules)
    logger.info({ rules: loaded.rules.length, directory }, 'rules in force')
  }

  function changed(): void {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      load().catch((error: unknown) => logger.error({ error: String(error) }, 'the rules could not be read again'))
    }, SETTLE_MS)
  }

  return {
    get problems() {
      return problems
    },
    async start() {
      await load()
      if (!reload) return
      watcher = watch(directory, changed)
      watcher.on('error', (error) => logger.warn({ error: error.message }, 'the rules directory cannot be watched any more'))
    },
    async stop() {
      watcher?.close()
      if (timer !== null) clearTimeout(timer)
    },
  }
}
