/** The dialects of MQTT devices and cameras. */
import type { Dialect } from './dialect.ts'

export const DEVICE_DIALECTS: readonly Dialect[] = []
