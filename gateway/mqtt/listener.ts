/** Where MQTT connections come from: a TCP or TLS port of our own, and WebSockets that the HTTP server hands over. */
import type { IncomingMessage } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { UrbanError } from '../../engine/base/errors.ts'
import type { Part } from '../parts.ts'
import { isLoopback, type Origin } from './login.ts'

/** PEM texts; `ca` signs device certificates, whose common name is the device key. */
export interface ListenerTls {
  readonly cert: string
  readonly key: string
  readonly ca: string | null
}

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  readonly tls: ListenerTls | null
  readonly packet_bytes_max: number
  readonly onConnection: (stream: Duplex, origin: Origin) => void
}

export interface Listener extends Part {
  readonly address: { readonly host: string; readonly port: number } | null
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** So that a device that lost its power is noticed even when it asked for no keepalive. */
const KEEPALIVE_MS = 60_000
/** MQTT 3.1.1 section 6: the subprotocol is `mqtt`; `mqttv3.1` is what 3.1 clients say. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1']

export function createListener({ host, port, tls, packet_bytes_max, onConnection }: ListenerOptions): Listener {
  const accept = (socket: Socket, certificate: Origin['certificate']): void => {
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEPALIVE_MS)
    const address = socket.remoteAddress ?? ''
    onConnection(socket, { address, local: isLoopback(address), certificate })
  }
  const server = createServer(tls, accept)
  const sockets = new WebSocketServer({
    noServer: true,
    // A frame may carry several packets; the gate looks at each.
    maxPayload: packet_bytes_max * 2,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  })

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, resolve)
      }),
    stop: () =>
      new Promise((resolve) => {
        sockets.close()
        for (const client of sockets.clients) client.terminate()
        if (server.listening) server.close(() => resolve())
        else resolve()
      }),
    get address() {
      const found = server.address()
      return found === null || typeof found === 'string' ? null : { host: found.address, port: found.port }
    },
    handleUpgrade(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (client) => {
        const address = request.socket.remoteAddress ?? ''
        onConnection(createWebSocketStream(client), { address, local: isLoopback(address) && isDirect(request), certificate: null })
      })
    },
  }
}

function createServer(tls: ListenerTls | null, accept: (socket: Socket, certificate: Origin['certificate']) => void): Server {
  if (tls === null) return createTcpServer((socket) => accept(socket, null))
  const { cert, key, ca } = tls
  try {
    const options = ca === null ? { cert, key } : { cert, key, ca, requestCert: true, rejectUnauthorized: false }
    return createTlsServer(options, (socket) => accept(socket, certificateOf(socket))).on('tlsClientError', () => {})
  } catch (cause) {
    throw new UrbanError('input', 'tls', `the TLS certificate cannot be used: ${String(cause)}`, { cause })
  }
}

function certificateOf(socket: TLSSocket): Origin['certificate'] {
  const { subject } = socket.getPeerCertificate()
  if (subject === undefined) return null
  return socket.authorized ? { name: String(subject.CN) } : 'invalid'
}

/** Not handed on by a proxy, whose address would be ours, and not from another site's page in a browser on this machine. */
function isDirect({ headers }: IncomingMessage): boolean {
  if (headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined) return false
  const { origin } = headers
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === headers.host)
}
