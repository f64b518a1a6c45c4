/** Web Push of this phone: asked for by the crew, told to the server, and so ended. */
import { signal } from '@preact/signals'
import { language } from '../i18n/index.ts'
import { tellPush } from './data/api.ts'
import type { Phone } from './phone.ts'

export type PushState = 'off' | 'busy' | 'on' | 'denied' | 'failed'
export const pushState = signal<PushState>('off')

export const canPush = (): boolean => 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis

const base64url = (bytes: ArrayBuffer | null): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')

const fromBase64url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))

export async function readPush(): Promise<void> {
  if (!canPush()) return
  const worker = await navigator.serviceWorker.getRegistration()
  const subscription = await worker?.pushManager.getSubscription()
  if (subscription !== null && subscription !== undefined) pushState.value = 'on'
}

/** After a press: browsers ask the person only then. */
export async function startPush({ base, session }: Phone, key: string): Promise<void> {
  const own = session.peek()
  if (own === null) return
  pushState.value = 'busy'
  try {
    if ((await Notification.requestPermission()) !== 'granted') {
      pushState.value = 'denied'
      return
    }
    const worker = await navigator.serviceWorker.ready
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64url(key) })
    const keys = { p256dh: base64url(made.getKey('p256dh')), auth: base64url(made.getKey('auth')) }
    const told = await tellPush(base, own, { endpoint: made.endpoint, keys, language: language.peek() === 'zh' ? 'zh' : 'en' })
    if (!told) await made.unsubscribe()
    pushState.value = told ? 'on' : 'failed'
  } catch {
    pushState.value = 'failed'
  }
}

export async function stopPush({ base, session }: Phone): Promise<void> {
  const own = session.peek()
  const worker = await navigator.serviceWorker.getRegistration()
  await (await worker?.pushManager.getSubscription())?.unsubscribe()
  if (own !== null) await tellPush(base, own, null)
  pushState.value = 'off'
}
