/// <reference types="vite/client" />
/** The colours of tokens.css for code that draws on a canvas: one place to change, two readers. */
import css from './tokens.css?raw'

export type Rgba = readonly [red: number, green: number, blue: number, alpha: number]

export function parseTokens(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/--([a-z0-9-]+):\s*(#[0-9a-f]{6});/gi)].map((match) => [match[1], match[2].toLowerCase()]))
}

const TOKENS = parseTokens(css)

/** `#rrggbb` of a token; throws for a name that tokens.css lacks, so that a typing mistake shows at once. */
export function token(name: string): string {
  const value = TOKENS.get(name)
  if (value === undefined) throw new Error(`tokens.css has no --${name}`)
  return value
}

/** A token as deck.gl wants it; `alpha` from 0 to 1. */
export function rgba(name: string, alpha = 1): Rgba {
  const hex = Number.parseInt(token(name).slice(1), 16)
  return [hex >> 16, (hex >> 8) & 255, hex & 255, Math.round(alpha * 255)]
}

/** A token as CSS text with its own opacity. */
export function translucent(name: string, alpha: number): string {
  const [red, green, blue] = rgba(name)
  return `rgb(${red} ${green} ${blue} / ${alpha})`
}

const linear = (channel: number): number => {
  const share = channel / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

const luminance = ([red, green, blue]: Rgba): number => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)

/** Contrast ratio of WCAG 2.2, 1 to 21. */
export function contrast(a: Rgba, b: Rgba): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}
