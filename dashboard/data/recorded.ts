/**
 * A recording: the city and frames with their offsets, played in their own rhythm. For stories, screenshots and tests:
 * `?recording=<address of a JSON file>` opens the wall on one. Times are shifted so that the first frame is now.
 */
import type { CityDocument } from '../../gateway/wire/city.ts'
import type { LiveFrame } from '../../gateway/wire/frames.ts'
import type { Source } from './source.ts'

export interface Recording {
  readonly city: CityDocument
  /** Documents of the API by path, as they stood then. */
  readonly documents?: Readonly<Record<string, unknown>>
  readonly frames: readonly { readonly after_ms: number; readonly frame: LiveFrame }[]
}

export function createRecordedSource(read: () => Promise<Recording>): Source {
  const timers: ReturnType<typeof setTimeout>[] = []
  let stopped = false
  let documents: Promise<Readonly<Record<string, unknown>>> = Promise.resolve({})
  return {
    start(listener) {
      listener.connection('connecting')
      const reading = read()
      documents = reading.then(
        (recording) => recording.documents ?? {},
        () => ({}),
      )
      reading.then(
        (recording) => {
          if (stopped) return
          listener.city(recording.city)
          listener.connection('open')
          for (const { after_ms, frame } of recording.frames) timers.push(setTimeout(() => listener.frame(frame), after_ms))
        },
        () => listener.cityFailed(),
      )
    },
    watch(path, _every_ms, told) {
      let left = false
      void documents.then((known) => {
        if (!left) told(path in known ? { document: known[path] } : { status: 404 })
      })
      return () => {
        left = true
      }
    },
    stop() {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
