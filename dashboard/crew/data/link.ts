/**
 * The crew's view from `/live`, while the page is open. A lost socket is opened again with growing pauses and at once when the network comes back or
 * somebody looks at the phone. A browser does not say why a handshake failed, so a plain request asks whether the sign-in still stands.
 */
import { SIGNED_OUT } from '../../../gateway/wire/frames.ts'
import type { CrewFrame } from '../../../gateway/wire/phone.ts'
import { backoff_ms } from '../../data/live.ts'
import { fetchFrame } from './api.ts'
import type { Session } from './store.ts'

export interface LinkListener {
  frame(frame: CrewFrame): void
  connected(open: boolean): void
  signedOut(): void
}

export interface Link {
  /** Tells the server how much waits here. */
  tell(waiting: number): void
  /** Tries now instead of at the end of the pause. */
  retry(): void
  /** The phone says that it has no network: nothing more will come on this socket. */
  drop(): void
  stop(): void
}

/** The hub speaks every 15 s. */
const SILENT_MS_MAX = 40_000

export function openLink(base: URL, session: Session, listener: LinkListener): Link {
  let socket: WebSocket | null = null
  let tries = 0
  let stopped = false
  let waiting: number | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined

  const say = (): void => {
    if (socket?.readyState === WebSocket.OPEN && waiting !== null) socket.send(JSON.stringify({ waiting }))
  }

  function open(): void {
    clearTimeout(timer)
    // False means that there is no network at all; `retry` comes when there is, and where that is not told it is looked for.
    if (!navigator.onLine) {
      timer = setTimeout(open, backoff_ms(tries++, Math.random()))
      return
    }
    const address = new URL('live', base)
    address.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:'
    const current = new WebSocket(address, ['bearer', session.token])
    socket = current
    const watch = (): void => {
      clearTimeout(silence)
      silence = setTimeout(() => current.close(), SILENT_MS_MAX)
    }
    watch()
    current.onopen = () => {
      listener.connected(true)
      say()
    }
    current.onmessage = (message: MessageEvent<string>) => {
      watch()
      tries = 0
      listener.frame(JSON.parse(message.data))
    }
    current.onclose = (event) => {
      clearTimeout(silence)
      if (stopped || socket !== current) return
      socket = null
      listener.connected(false)
      if (event.code === SIGNED_OUT) listener.signedOut()
      else void ask()
    }
  }

  async function ask(): Promise<void> {
    const frame = await fetchFrame(base, session)
    // It may have been opened again meanwhile.
    if (stopped || socket !== null) return
    if (frame === 'signed_out') {
      listener.signedOut()
      return
    }
    // So the phone also works where no WebSocket comes through.
    if (frame !== null) listener.frame(frame)
    timer = setTimeout(open, backoff_ms(tries++, Math.random()))
  }

  open()
  return {
    tell(count) {
      waiting = count
      say()
    },
    retry() {
      if (socket !== null || stopped) return
      tries = 0
      open()
    },
    drop() {
      clearTimeout(silence)
      const lost = socket
      socket = null
      lost?.close()
      listener.connected(false)
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      clearTimeout(silence)
      socket?.close()
    },
  }
}
