/** `train waste` and `forecast waste`: files in, files out, and what is said of files that are wrong. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { readDays } from '../../../gateway/cli/waste-days.ts'
import { readFills, readIssues, timeOf_ms } from '../../../gateway/cli/waste-files.ts'
import { readWasteModel } from '../../../gateway/waste-model.ts'
import { runProgram } from '../../support/running.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waste-'))
})
afterEach(() => rm(directory, { recursive: true }))

const at = (file: string): string => join(directory, file)
const write = (file: string, lines: readonly string[]): Promise<void> => writeFile(at(file), `${lines.join('\n')}\n`)
const timeText = (hour: number): string => new Date(Date.UTC(2024, 0, 1, hour)).toISOString().slice(0, 19).replace('T', ' ')

/** Hourly fills of some bins as lines, without the head. */
function fillLines(bins: readonly string[], from_h: number, to_h: number): string[] {
  return bins.flatMap((bin) => {
    const random = createRandom(bin)
    let fill = 0
    return Array.from({ length: to_h }, (_, h) => {
      fill = fill > 90 ? 2 : fill + random.exponential(1.2)
      return `"${bin}",${timeText(h)},${fill.toFixed(1)}`
    }).slice(from_h)
  })
}

const HEAD = 'bin,time,fill_pct'
const BINS = ['A', 'B, corner', 'C']

describe('the whole way', () => {
  it('trains, answers every question in its order, and answers the same when later readings are appended', async () => {
    await write('fill.csv', [HEAD, ...fillLines(BINS, 0, 24 * 40)])
    const trained = await runProgram(['train', 'waste', '--data', directory, '--out', at('model.json')])
    expect(trained.code, trained.stderr).toBe(0)
    expect(trained.stdout).toMatch(/2880 readings of 3 bins over 40 days/)
    expect(Object.keys((await readWasteModel(at('model.json'))).bins)).toEqual(BINS)

    const asked = [24 * 41, 24 * 45 + 3, 24 * 44]
    await write('times.csv', ['time,bin', ...asked.flatMap((h) => [...BINS, 'new', 'never heard'].map((bin) => `${timeText(h)},"${bin}"`))])
    const forecast = async (to_h: number): Promise<string> => {
      await write('later.csv', [HEAD, ...fillLines([...BINS, 'new'], 24 * 40, to_h)])
      const files = ['--fills', at('later.csv'), '--at', at('times.csv'), '--out', at('out.csv')]
      const run = await runProgram(['forecast', 'waste', '--model', at('model.json'), ...files])
      expect(run.code, run.stderr).toBe(0)
      expect(run.stderr).toMatch(/no readings of never heard/)
      return readFile(at('out.csv'), 'utf8')
    }
    const said = await forecast(24 * 50)
    expect(await forecast(24 * 45 + 4)).toBe(said)
    const lines = said.trim().split('\n')
    expect(lines[0]).toBe('time,bin,ttf_h,low_h,high_h,p_24h,p_48h')
    expect(lines).toHaveLength(16)
    expect(lines[2].startsWith(`${timeText(asked[0])},"B, corner",`)).toBe(true)
    for (const line of lines.slice(1)) expect(Number(line.split(',').at(-5))).toBeGreaterThanOrEqual(0)
  })
})

describe('files', () => {
  it('take the time formats that are out there', () => {
    const wanted = Date.UTC(2024, 0, 31, 8, 15)
    const texts = [
      '2024-01-31T08:15:00Z',
      '2024-01-31 08:15:00',
      '2024-01-31 08:15',
      '2024/1/31 8:15',
      '2024-01-31T10:15:00+02:00',
      '1706688900',
      '1706688900000',
      '2024-01-31 08:15:00.000 UTC',
      '2024-01-31T10:15+0200',
    ]
    for (const text of texts) expect(timeOf_ms(text), text).toBe(wanted)
    for (const text of ['', 'yesterday', '31/01/2024 08:15', '2024-02-31', '2024-01-31 25:00', '12', '1969-12-31'])
      expect(timeOf_ms(text), text).toBeNaN()
  })

  it('may be out of order, doubled and full of gaps', async () => {
    await write('fill.csv', [
      HEAD,
      'A,2024-01-01 02:00,20',
      'A,2024-01-01 01:00,10 %',
      'A,2024-01-01 03:00,',
      'A,2024-01-01 03:00,NaN',
      'A,2024-01-01 02:00,21',
    ])
    const [bin] = await readFills({ fills: at('fill.csv') })
    expect([...bin.fill_pct]).toEqual([10, 20, 21])
  })

  it('may tell shares of a full bin instead of percent', async () => {
    const notes: string[] = []
    await write('fill.csv', [HEAD, 'A,2024-01-01 01:00,0.25', 'A,2024-01-01 02:00,1', 'A,2024-01-01 03:00,0'])
    const [bin] = await readFills({ fills: at('fill.csv'), say: (text) => notes.push(text) })
    expect([...bin.fill_pct]).toEqual([25, 100, 0])
    expect(notes.join()).toMatch(/fill.csv is above 1: taken for shares/)
    await write('fill.csv', [HEAD, 'A,2024-01-01 01:00,0', 'A,2024-01-01 02:00,1'])
    expect([...(await readFills({ fills: at('fill.csv') }))[0].fill_pct]).toEqual([0, 1])
  })

  it('tell what is known of days, and every mistake of it', async () => {
    await write('calendar.yaml', [
      'holidays:',
      '  - { first: 2024-02-10, last: 2024-02-12, name: { zh: 春节, en: Spring Festival } }',
      'workdays: [2024-02-18]',
    ])
    await write('events.csv', ['from,until,bin', '2024-02-03 15:00,2024-02-03 22:00,A', '2024-02-04 15:00,2024-02-04 22:00,'])
    await write('weather.csv', ['time,rain_mm,temp_c', '2024-02-01 03:00,,4.5', '2024-02-01 00:00,1.2,4'])
    const days = await readDays({ calendar: at('calendar.yaml'), events: at('events.csv'), weather: at('weather.csv') })
    expect([...(days.calendar?.holidays ?? [])]).toEqual(['2024-02-10', '2024-02-11', '2024-02-12'])
    expect(days.occasions.map(({ bin }) => bin)).toEqual(['A', null])
    expect([...(days.weather?.rain_mm ?? [])]).toEqual([1.2, Number.NaN])
    await write('events.csv', ['from,until', '2024-02-03 15:00,2024-02-03 12:00', 'noon,2024-02-03'])
    await expect(readDays({ events: at('events.csv') })).rejects.toThrow(
      /events.csv:2.*expected a time after(.|\n)*events.csv:3.*from is noon/,
    )
    await write('weather.csv', ['time,rain_mm,temp_c', '2024-02-01,-1,4', '2024-02-01,1,warm'])
    await expect(readDays({ weather: at('weather.csv') })).rejects.toThrow(
      /weather.csv:2.*rain_mm is -1(.|\n)*weather.csv:3.*temp_c is warm/,
    )
    await write('calendar.yaml', ['holidays: 5'])
    await expect(readDays({ calendar: at('calendar.yaml') })).rejects.toThrow(/calendar.yaml/)
  })

  it('tell every mistake with file and line', async () => {
    await write('fill.csv', [HEAD, 'A,noon,20', ',2024-01-01 01:00,10', 'A,2024-01-01 01:00,full', 'A,2024-01-01 01:00'])
    await expect(readFills({ fills: at('fill.csv') })).rejects.toThrow(
      /fill.csv:2.*time is noon, expected 2024(.|\n)*fill.csv:3.*bin is empty(.|\n)*fill.csv:4.*fill_pct is full(.|\n)*fill.csv:5.*2 values, expected 3/,
    )
    await write('times.csv', ['when,bin', '2024-01-01,A'])
    await expect(readIssues(at('times.csv'))).rejects.toThrow(/times.csv:1: no column time; found when, bin/)
    await expect(readIssues(at('none.csv'))).rejects.toThrow(/none.csv: cannot be read/)
  })

  it('are refused with a reason where there is too little or no model', async () => {
    await write('fill.csv', [HEAD, 'A,2024-01-01 01:00,10'])
    const trained = await runProgram(['train', 'waste', '--data', directory, '--out', at('model.json')])
    expect(trained.code).toBe(2)
    expect(trained.stderr).toMatch(/1 readings of 1 bins, expected at least 200 of 2/)
    await writeFile(at('model.json'), '{"format":"urban-brain waste forecast","version":99}')
    await expect(readWasteModel(at('model.json'))).rejects.toThrow(/version 99/)
    await writeFile(at('model.json'), '{}')
    await expect(readWasteModel(at('model.json'))).rejects.toThrow(/no waste forecast model/)
  })
})
