/**
 * What stands between a socket and the broker. It looks at fixed headers only, passes the bytes on unchanged, and
 * - ends the connection when a packet announces more than the cap, before a byte of its body is buffered;
 * - holds everything behind CONNECT back until the broker has answered it, so that a stranger can make us keep one packet, no more;
 * - delays PUBLISH packets beyond the rate: nothing is lost, the client's socket fills up instead.
 */
import { Duplex } from 'node:stream'
import { PACKET_CONNECT, PACKET_PUBLISH, readFrameHeader } from './frame.ts'
import { createTokenBucket } from './token-bucket.ts'

export interface GateOptions {
  readonly packet_bytes_max: number
  readonly msg_s_max: number
  /** The connection is ended; `bytes` is what the packet announced, 0 for what is no MQTT. */
  readonly onBadFrame: (bytes: number) => void
  /** A packet had to wait. */
  readonly onThrottled: () => void
}

export interface Gate {
  /** The broker's end. */
  readonly stream: Duplex
  /** No rate limit from now on. */
  unlimit(): void
}

/** Averaged over this time (setting client_msg_s_max). */
const BURST_S = 10
/** How long a client over its rate waits for its next tokens. */
const WAIT_MS = 50
/** What was written last, such as a CONNACK with the refusal, may take this long to leave. */
const LINGER_MS = 2_000

const NOTHING = Buffer.alloc(0)

export function createGate(socket: Duplex, options: GateOptions): Gate {
  const bucket = createTokenBucket(options.msg_s_max, BURST_S, performance.now())
  let stage: 'new' | 'connecting' | 'open' = 'new'
  let limited = true
  /** Bytes that may not pass yet; they begin with a fixed header. */
  let held: Buffer = NOTHING
  /** Bytes of the packet under way that are still to come. */
  let remaining = 0
  /** Something is held back until the CONNACK or the next tokens. */
  let waiting = false
  let wanted = true
  let ended = false
  let timer: NodeJS.Timeout | null = null

  /** Whether the next packet may pass now. */
  function admit(type: number): boolean {
    switch (stage) {
      case 'new':
        stage = 'connecting'
        return true
      case 'connecting':
        return false
      case 'open':
        return type !== PACKET_PUBLISH || !limited || bucket.take()
    }
  }

  /** How many of the bytes may pass; -1 when the connection is at its end. */
  function passable(bytes: Buffer): number {
    bucket.refill(performance.now())
    let at = Math.min(remaining, bytes.length)
    remaining -= at
    while (at < bytes.length) {
      const header = readFrameHeader(bytes, at)
      if (header === 'more') return at
      if (header === 'bad' || (stage === 'new' && header.type !== PACKET_CONNECT)) return refuse(0)
      if (!admit(header.type)) return delay(at)
      if (header.bytes > options.packet_bytes_max) return refuse(header.bytes)
      remaining = Math.max(0, at + header.bytes - bytes.length)
      at += header.bytes - remaining
    }
    return at
  }

  function refuse(bytes: number): -1 {
    options.onBadFrame(bytes)
    stream.destroy()
    return -1
  }

  function delay(at: number): number {
    waiting = true
    if (stage === 'open' && timer === null) {
      options.onThrottled()
      timer = setTimeout(() => {
        timer = null
        pass(NOTHING)
      }, WAIT_MS)
    }
    return at
  }

  function pass(more: Buffer): void {
    const bytes = held.length === 0 ? more : more.length === 0 ? held : Buffer.concat([held, more])
    held = NOTHING
    waiting = false
    const count = passable(bytes)
    if (count < 0) return
    held = bytes.subarray(count)
    if (count > 0) wanted = stream.push(count === bytes.length ? bytes : bytes.subarray(0, count))
    if (wanted && !waiting) socket.resume()
    else socket.pause()
    if (ended && !waiting) stream.push(null)
  }

  function finish(): void {
    if (ended) return
    ended = true
    if (!waiting) stream.push(null)
  }

  function send(bytes: Buffer, done: () => void): void {
    if (stage === 'connecting') {
      // The first thing the broker says is the CONNACK.
      stage = 'open'
      setImmediate(() => !stream.destroyed && pass(NOTHING))
    }
    if (!socket.writable || socket.write(bytes)) done()
    else socket.once('drain', done)
  }

  const stream = new Duplex({
    read() {
      wanted = true
      if (!waiting && !ended) socket.resume()
    },
    write: (bytes: Buffer, _encoding, done) => send(bytes, done),
    writev: (parts, done) => send(Buffer.concat(parts.map(({ chunk }) => chunk)), done),
    final(done) {
      socket.end(done)
    },
    destroy(error, done) {
      if (timer !== null) clearTimeout(timer)
      held = NOTHING
      linger(socket)
      done(error)
    },
  })

  socket.on('data', pass)
  socket.on('end', finish)
  socket.on('close', finish)
  socket.on('error', finish)
  return {
    stream,
    unlimit() {
      limited = false
    },
  }
}

/** Ends a socket after what was written to it has left, but does not wait for a peer that reads nothing. */
function linger(socket: Duplex): void {
  socket.removeAllListeners('data')
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
  socket.end(() => socket.destroy())
}
