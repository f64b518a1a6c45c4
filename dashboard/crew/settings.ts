/** What the crew has chosen for this phone: language, type, ground, sound, whether the centre may know where it is. */
import { effect, signal } from '@preact/signals'
import { chooseLanguage, language } from '../i18n/index.ts'

const NAME = 'urban-brain.crew'
const LANGUAGE = 'urban-brain.language'
const TAG = { zh: 'zh-CN', en: 'en', pseudo: 'en-x-pseudo' } as const

export const THEMES = ['dark', 'sun'] as const
export type Theme = (typeof THEMES)[number]

export const theme = signal<Theme>('dark')
export const large = signal(false)
export const sound = signal(true)
/** Null until somebody has answered: nobody's place is sent without being asked. */
export const share = signal<'yes' | 'no' | null>(null)

function readSaved(): Partial<{ theme: unknown; large: unknown; sound: unknown; share: unknown }> {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(NAME) ?? '{}')
    return typeof saved === 'object' && saved !== null ? saved : {}
  } catch {
    return {}
  }
}

/** From the address (for tests and links), then as chosen before, then as the phone says. */
export function startSettings(params: URLSearchParams): void {
  const saved = readSaved()
  const light = matchMedia('(prefers-contrast: more), (prefers-color-scheme: light)').matches
  const wanted = params.get('theme') ?? saved.theme ?? (light ? 'sun' : 'dark')
  theme.value = wanted === 'sun' ? 'sun' : 'dark'
  large.value = params.has('large') || saved.large === true
  sound.value = saved.sound !== false
  share.value = saved.share === 'yes' || saved.share === 'no' ? saved.share : null
  language.value = chooseLanguage(params.get('lang'), localStorage.getItem(LANGUAGE), navigator.languages)
  effect(() => {
    const root = document.documentElement
    root.dataset.theme = theme.value
    root.dataset.type = large.value ? 'large' : 'normal'
    root.lang = TAG[language.value]
    localStorage.setItem(NAME, JSON.stringify({ theme: theme.value, large: large.value, sound: sound.value, share: share.value }))
    if (language.value !== 'pseudo') localStorage.setItem(LANGUAGE, language.value)
  })
}
