/** What an offer sounds and feels like, by priority: the more urgent, the more and the higher. Repeated while the offer stands unanswered. */
import { effect } from '@preact/signals'
import type { Phone } from './phone.ts'
import { sound } from './settings.ts'

/** Vibration and pauses in ms; the tones follow the same pattern. */
const PATTERNS: Readonly<Record<number, { readonly ms: readonly number[]; readonly hz: number; readonly every_ms: number | null }>> = {
  1: { ms: [400, 120, 400, 120, 400, 120, 400], hz: 988, every_ms: 10_000 },
  2: { ms: [300, 150, 300], hz: 784, every_ms: 30_000 },
  3: { ms: [200], hz: 587, every_ms: null },
}

let audio: AudioContext | null = null

/** Browsers are silent until somebody has touched the page. */
export function unlockSound(): void {
  audio ??= 'AudioContext' in globalThis ? new AudioContext() : null
  if (audio?.state === 'suspended') void audio.resume()
}

function play(ms: readonly number[], hz: number): void {
  if (audio === null || audio.state !== 'running') return
  let at = audio.currentTime
  for (const [i, length_ms] of ms.entries()) {
    if (i % 2 === 0) {
      const tone = audio.createOscillator()
      const volume = audio.createGain()
      tone.frequency.value = hz
      volume.gain.value = 0.3
      tone.connect(volume).connect(audio.destination)
      tone.start(at)
      tone.stop(at + length_ms / 1000)
    }
    at += length_ms / 1000
  }
}

export function soundOffers(phone: Phone): void {
  let ringing: ReturnType<typeof setInterval> | undefined
  let offered = ''
  effect(() => {
    const shown = phone.current.value
    const offer = shown?.stage === 'offered' ? shown.job : null
    const name = offer === null ? '' : `${offer.id} ${offer.offer_until}`
    if (name === offered) return
    offered = name
    clearInterval(ringing)
    if (offer === null) {
      navigator.vibrate?.(0)
      return
    }
    const { ms, hz, every_ms } = PATTERNS[offer.priority] ?? PATTERNS[3]
    const ring = (): void => {
      if (!sound.peek()) return
      navigator.vibrate?.([...ms])
      play(ms, hz)
    }
    ring()
    if (every_ms !== null) ringing = setInterval(ring, every_ms)
  })
}
