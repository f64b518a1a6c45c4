import type { WebSocketServer } from 'ws'

const GOING_AWAY = 1001
const ANSWER_MS = 500

/** Ends a WebSocket server. A client that does not answer the close, as a phone in a tunnel, is not waited for. */
export function dismissAll(server: WebSocketServer): void {
  for (const socket of server.clients) socket.close(GOING_AWAY, 'stopping')
  setTimeout(() => {
    for (const socket of server.clients) socket.terminate()
  }, ANSWER_MS).unref()
  server.close()
}
