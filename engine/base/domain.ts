/** The domains of contract section 1. */
export const DOMAINS = ['traffic', 'signal', 'flood', 'drain', 'waste', 'camera', 'weather', 'crew'] as const
export type Domain = (typeof DOMAINS)[number]

export const isDomain = (text: string): text is Domain => (DOMAINS as readonly string[]).includes(text)
