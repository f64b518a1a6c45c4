/**
 * The running brain: the city over HTTP, then `/live`. A lost socket is opened again after 0.5 s, 1 s, 2 s … at most 10 s, each a little
 * scattered so that many walls do not come back in one moment; every opening begins with a whole snapshot, so nothing has to be patched up.
 * A socket that is open but silent for 15 s is treated as lost.
 */
import type { CityDocument } from '../../gateway/wire/city.ts'
import type { LiveFrame } from '../../gateway/wire/frames.ts'
import type { Answer, Source, SourceListener } from './source.ts'

const BACKOFF_MS_MIN = 500
const BACKOFF_MS_MAX = 10_000
const SILENT_MS_MAX = 15_000

export function backoff_ms(tries: number, scatter: number): number {
  const base = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** tries)
  return Math.round(base * (0.75 + scatter / 2))
}

async function fetchCity(base: URL, signal: AbortSignal): Promise<CityDocument> {
  const response = await fetch(new URL('api/v1/city', base), { signal, headers: { accept: 'application/geo+json' } })
  if (!response.ok) throw new Error(`city: HTTP ${response.status}`)
  return response.json()
}

async function fetchDocument(address: URL, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(address, { signal, headers: { accept: 'application/json' } })
    return response.ok ? { document: await response.json() } : { status: response.status }
  } catch {
    return { away: true }
  }
}

export function createLiveSource(base: URL): Source {
  const stopping = new AbortController()
  let socket: WebSocket | null = null
  let tries = 0
  let city_id: string | null = null
  const timers = new Set<ReturnType<typeof setTimeout>>()

  const later = (task: () => void, delay_ms: number): ReturnType<typeof setTimeout> => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      task()
    }, delay_ms)
    timers.add(timer)
    return timer
  }

  async function loadCity(listener: SourceListener, attempt: number): Promise<void> {
    try {
      const city = await fetchCity(base, stopping.signal)
      city_id = city.id
      listener.city(city)
    } catch {
      if (stopping.signal.aborted) return
      listener.cityFailed()
      later(() => void loadCity(listener, attempt + 1), backoff_ms(attempt, Math.random()))
    }
  }

  function open(listener: SourceListener): void {
    if (stopping.signal.aborted) return
    listener.connection('connecting')
    const address = new URL('live', base)
    address.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:'
    const current = new WebSocket(address)
    socket = current
    let silence = later(() => current.close(), SILENT_MS_MAX)
    current.onopen = () => listener.connection('open')
    current.onmessage = (message) => {
      clearTimeout(silence)
      silence = later(() => current.close(), SILENT_MS_MAX)
      const frame: LiveFrame = JSON.parse(message.data)
      if (frame.type === 'snapshot') {
        tries = 0
        if (city_id !== null && frame.city !== city_id) void loadCity(listener, 0)
      }
      listener.frame(frame)
    }
    current.onclose = () => {
      clearTimeout(silence)
      if (stopping.signal.aborted || socket !== current) return
      listener.connection('waiting')
      later(() => open(listener), backoff_ms(tries++, Math.random()))
    }
  }

  return {
    start(listener) {
      void loadCity(listener, 0)
      open(listener)
    },
    watch(path, every_ms, told) {
      const leaving = new AbortController()
      let timer: ReturnType<typeof setTimeout> | undefined
      const read = async (): Promise<void> => {
        const answer = await fetchDocument(new URL(path, base), leaving.signal)
        if (leaving.signal.aborted) return
        told(answer)
        timer = setTimeout(() => void read(), every_ms)
      }
      void read()
      return () => {
        leaving.abort()
        clearTimeout(timer)
      }
    },
    stop() {
      stopping.abort()
      for (const timer of timers) clearTimeout(timer)
      socket?.close()
    },
  }
}
