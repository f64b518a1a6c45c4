import type { FixtureCase } from './fixture-cases.ts'

export const DOCUMENT_CASES: readonly FixtureCase[] = []
