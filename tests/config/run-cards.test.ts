import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadRunCards, readRunCards } from '../../config/run-cards.ts'
import { formatProblem } from '../../engine/base/errors.ts'
import { DEFAULT_RUN_CARDS } from '../../engine/model/run-cards.ts'

const GOOD = `cards:
  - class: fire.smoke
    title: {zh: 烟火, en: Smoke}
    deadline_min: 10
    dangerous: true
    second_alarm_from: critical
    alarms:
      - [{skill: patrol, service_min: 20, crews: 2}]
      - [{skill: pump, kit: [mobile_pump], service_min: 40}]
    site:
      steps: [{zh: 保持距离, en: Keep your distance}]
      readings: [{id: temperature_c, name: {zh: 温度, en: Temperature}, min: -20, max: 300}]
      photos: []
`

describe('run cards', () => {
  it('stand over those of the program, class by class', () => {
    const { cards, problems } = readRunCards('c.yaml', GOOD)
    expect(problems).toEqual([])
    expect(cards.get('fire.smoke')).toEqual({
      class: 'fire.smoke',
      title: { zh: '烟火', en: 'Smoke' },
      deadline_min: 10,
      dangerous: true,
      second_alarm_from: 'critical',
      alarms: [
        [{ skill: 'patrol', kit: [], service_min: 20, crews: 2 }],
        [{ skill: 'pump', kit: ['mobile_pump'], service_min: 40, crews: 1 }],
      ],
      site: {
        steps: [{ zh: '保持距离', en: 'Keep your distance' }],
        hazards: DEFAULT_RUN_CARDS.get('fire.smoke')?.site.hazards,
        readings: [{ id: 'temperature_c', name: { zh: '温度', en: 'Temperature' }, min: -20, max: 300 }],
        photos: [],
      },
    })
    expect(cards.get('road.accident')).toBe(DEFAULT_RUN_CARDS.get('road.accident'))
  })

  it('are refused whole, with every place and what was expected', () => {
    const bad = GOOD.replace('dangerous: true', 'dangerus: true')
      .replace('service_min: 20', 'service_min: 0')
      .replace('photos: []', 'photos: [during]')
    const { cards, problems } = readRunCards('c.yaml', bad)
    expect(cards).toBe(DEFAULT_RUN_CARDS)
    expect(problems.map(formatProblem)).toEqual([
      'c.yaml:5:5: cards[0].dangerus: true, expected no such member; near is dangerous',
      'c.yaml:8:26: cards[0].alarms[0][0].service_min: 0, expected a number from 1 to 10080',
      'c.yaml:13:16: cards[0].site.photos[0]: "during", expected "before" or "after"',
    ])
    const twice = GOOD + GOOD.replace('cards:\n', '')
    expect(readRunCards('c.yaml', twice).problems.map(formatProblem)).toEqual([
      'c.yaml:14:5: class fire.smoke has a card already, expected one for each class',
    ])
    expect(readRunCards('c.yaml', 'cards: [').problems[0].code).toBe('yaml.syntax')
  })

  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'run-cards-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  it('come from the city directory unless the settings name a file', async () => {
    expect(await loadRunCards('', null)).toBe(DEFAULT_RUN_CARDS)
    expect(await loadRunCards('', directory)).toBe(DEFAULT_RUN_CARDS)
    await writeFile(join(directory, 'run-cards.yaml'), GOOD)
    expect((await loadRunCards('', directory)).get('fire.smoke')?.deadline_min).toBe(10)
    await expect(loadRunCards(join(directory, 'none.yaml'), null)).rejects.toMatchObject({ code: 'run_cards_unreadable', family: 'input' })
    await writeFile(join(directory, 'bad.yaml'), 'cards: 1')
    await expect(loadRunCards(join(directory, 'bad.yaml'), null)).rejects.toMatchObject({ code: 'run_cards', family: 'input' })
  })
})
