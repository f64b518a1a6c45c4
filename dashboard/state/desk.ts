/** `?role=desk`: a person who may act. The token stays in this tab's sessionStorage and goes nowhere but into the Authorization header. */
import { type Signal, signal } from '@preact/signals'
import { sendOrder } from '../data/api.ts'

/** `reinforce` is one more crew beside those who are at it. */
export type Order = 'acknowledge' | 'dispatch' | 'reinforce' | 'alarm' | 'dismiss' | 'close'
export type OrderState = { readonly state: 'idle' | 'busy' | 'sent' } | { readonly state: 'failed'; readonly why: string }

export interface Desk {
  /** False on the wall: nothing that changes anything is shown. */
  readonly enabled: boolean
  readonly token: Signal<string | null>
  readonly order: Signal<OrderState>
  signIn(token: string): void
  signOut(): void
  send(incident: string, order: Order, fields: Readonly<Record<string, string>>): Promise<void>
}

const TOKEN = 'urban-brain.token'

export function createDesk(base: URL, enabled: boolean): Desk {
  const token = signal<string | null>(enabled ? sessionStorage.getItem(TOKEN) : null)
  const order = signal<OrderState>({ state: 'idle' })
  return {
    enabled,
    token,
    order,
    signIn(text) {
      sessionStorage.setItem(TOKEN, text)
      token.value = text
    },
    signOut() {
      sessionStorage.removeItem(TOKEN)
      token.value = null
    },
    async send(incident, name, fields) {
      if (token.value === null) return
      order.value = { state: 'busy' }
      try {
        if (name === 'reinforce') await sendOrder(base, incident, 'dispatch', { ...fields, more: true }, token.value)
        else await sendOrder(base, incident, name, fields, token.value)
        order.value = { state: 'sent' }
      } catch (error) {
        order.value = { state: 'failed', why: error instanceof Error ? error.message : String(error) }
      }
    },
  }
}
