import { useEffect, useState } from 'preact/hooks'
import { askJson } from '../data/api.ts'
import { type Look, look, NOTHING_READ, oldFor_s } from '../data/look.ts'
import { figure } from '../i18n/format.ts'
import { t } from '../i18n/index.ts'
import { useWall } from '../state/wall.ts'

/** The document at `path`, read again every `every_ms` while the panel is on the screen. */
export function useLook<T>(path: string, every_ms: number): Look<T> {
  const { source } = useWall()
  const [known, setKnown] = useState<Look<T>>(NOTHING_READ)
  useEffect(() => {
    setKnown(NOTHING_READ)
    return source.watch(path, every_ms, (answer) => setKnown((before) => look(before, answer, performance.now())))
  }, [source, path, every_ms])
  return known
}

/** The same for a document that needs a token: null while there is none, and the reason when it is refused. */
export function useAsked<T>(
  path: string,
  token: string | null,
  every_ms: number,
): { readonly document: T | null; readonly why: string | null } {
  const { base } = useWall()
  const [known, setKnown] = useState<{ readonly document: T | null; readonly why: string | null }>({ document: null, why: null })
  useEffect(() => {
    setKnown({ document: null, why: null })
    if (token === null) return
    let gone = false
    const read = (): void => {
      askJson<T>(base, path, token).then(
        (document) => !gone && setKnown({ document, why: null }),
        (error: unknown) => !gone && setKnown((before) => ({ ...before, why: error instanceof Error ? error.message : String(error) })),
      )
    }
    read()
    const timer = setInterval(read, every_ms)
    return () => {
      gone = true
      clearInterval(timer)
    }
  }, [base, path, token, every_ms])
  return known
}

/** In place of a document that is not there: that it is being read, that it does not exist, that this reader may not, that nobody answers. */
export function Unread({ state }: { state: Look<unknown>['state'] }) {
  return (
    <p class={`empty unread unread-${state}`} role={state === 'reading' ? 'status' : 'alert'}>
      {t(state === 'read' ? 'look.reading' : `look.${state}`)}
    </p>
  )
}

/** Said beside the title when what is shown is not of this moment. */
export function OldChip({ known }: { known: Look<unknown> }) {
  const wall = useWall()
  const old_s = oldFor_s(known, Math.max(wall.second.value, performance.now()))
  return old_s === null ? null : <span class="chip chip-old">{t('kpi.stale', { s: figure(old_s) })}</span>
}
