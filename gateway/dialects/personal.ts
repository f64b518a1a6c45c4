/** Personal data in free text of reports: numbers of phones, identity cards and plates, mail addresses. Taken out before anything is kept. */

const PATTERNS: readonly RegExp[] = [
  /[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+/g,
  // Resident identity number (GB 11643), before phones, which it may contain.
  /(?<!\d)\d{17}[\dXx](?!\d)/g,
  /(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)/g,
  /(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)/g,
  // Plates of vehicles (GA 36), new energy included.
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])/g,
]

export const REMOVED = '[…]'

export const withoutPersonal = (text: string): string => PATTERNS.reduce((left, pattern) => left.replace(pattern, REMOVED), text)
