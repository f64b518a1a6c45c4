/** XML as text, for what is written here. */

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** What XML 1.0 cannot hold is left out. */
export function escaped(text: string): string {
  const held = text.replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
  return held.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

export const element = (name: string, text: string): string => `<${name}>${escaped(text)}</${name}>`
