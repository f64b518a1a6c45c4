/** How bad; the wall doubles each by shape and colour (screen design, section 7). */
export const SEVERITIES = ['watch', 'warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]
