import type { FixtureCase } from './fixture-cases.ts'

export const DEVICE_CASES: readonly FixtureCase[] = []
