/** A rule put into a set of files, or taken out, as a desk asks for it. */
import { expect, it } from 'vitest'
import { readRuleSet } from '../../../config/rules.ts'
import { type Draft, editRules } from '../../../gateway/rules/rule-edit.ts'

const draft: Draft = {
  id: 'bin-hot',
  title: { en: 'Hot bin', zh: '垃圾桶高温' },
  why: 'Below the fire rule',
  domain: 'waste',
  kind: 'bin',
  when: 'temperature_c > 50',
  for: '10 min',
  clear: 'temperature_c < 40',
  clear_for: null,
  severity: 'watch',
  class: 'waste.hot',
  deadline: '2 h',
  skill: 'patrol',
  service: null,
}
const FLOOD = { name: 'flood.yaml', text: 'rules: []\n' }
const setOf = (edited: ReturnType<typeof editRules>) => {
  if ('refused' in edited) throw new Error(edited.refused)
  return edited
}

it('makes the file where there is none, and the set is without problems', () => {
  const { files, file } = setOf(editRules([FLOOD], { add: draft, file: 'bins.yaml' }))
  expect(file).toBe('bins.yaml')
  expect(files.map(({ name }) => name)).toEqual(['bins.yaml', 'flood.yaml'])
  const read = readRuleSet(files.map(({ name, text }) => ({ file: name, text })))
  expect(read.problems).toEqual([])
  expect(read.rules).toMatchObject([
    {
      id: 'bin-hot',
      for_s: 600,
      clear: 'temperature_c < 40',
      incident: { class: 'waste.hot', crew: { skill: 'patrol', service_min: 15 } },
    },
  ])
  expect(setOf(editRules(files, { remove: 'bin-hot' })).files[0]).toEqual({ name: 'bins.yaml', text: 'rules: []\n' })
})

it('refuses an id that is taken, one that is not there, and a file that is no YAML', () => {
  const { files } = setOf(editRules([FLOOD], { add: draft, file: 'bins.yaml' }))
  expect(editRules(files, { add: draft, file: 'flood.yaml' })).toEqual({
    refused: 'rule id bin-hot is already used in bins.yaml, expected another id',
  })
  expect(editRules(files, { remove: 'none' })).toEqual({ refused: 'there is no rule none' })
  expect(editRules([{ name: 'a.yaml', text: 'rules: [' }], { add: draft, file: 'a.yaml' })).toMatchObject({
    refused: expect.stringMatching(/^a\.yaml: not YAML/),
  })
})
