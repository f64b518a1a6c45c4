/** What is known of days beside the fills: calendar.yaml, events.csv (from, until, bin) and weather.csv (time, rain_mm, temp_c). Every mistake is told with file, line and what was expected. */
import { readFile } from 'node:fs/promises'
import { readCalendar } from '../../config/calendar.ts'
import type { Calendar } from '../../engine/base/calendar.ts'
import { formatProblem, UrbanError } from '../../engine/base/errors.ts'
import type { Almanac, Occasion, Weather } from '../../engine/waste/forecast/almanac.ts'
import { Problems } from './csv-table.ts'
import { isGap, readLines, TIME_WANTED, timeOf_ms, WASTE_CSV } from './waste-files.ts'

export interface DayFiles {
  readonly calendar?: string | undefined
  readonly events?: string | undefined
  readonly weather?: string | undefined
}

/** @throws UrbanError input with every mistake of the first file that has any */
export async function readDays({ calendar, events, weather }: DayFiles): Promise<Almanac> {
  return {
    calendar: calendar === undefined ? null : await readDayNames(calendar),
    occasions: events === undefined ? [] : await readEvents(events),
    weather: weather === undefined ? null : await readWeather(weather),
  }
}

async function readDayNames(file: string): Promise<Calendar> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UrbanError('input', 'calendar', `${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`)
  })
  const { calendar, problems } = readCalendar(file, text)
  if (problems.length > 0) throw new UrbanError('input', 'calendar', problems.map(formatProblem).join('\n'))
  return calendar
}

async function readEvents(file: string): Promise<Occasion[]> {
  const problems = new Problems(WASTE_CSV)
  const occasions: Occasion[] = []
  await readLines(file, ['from', 'until'], ['bin'], problems, ([begin, end, bin], line) => {
    const [from, until] = [timeOf_ms(begin), timeOf_ms(end)]
    if (Number.isNaN(from)) problems.add(file, line, `from is ${begin || 'empty'}, ${TIME_WANTED}`)
    else if (Number.isNaN(until)) problems.add(file, line, `until is ${end || 'empty'}, ${TIME_WANTED}`)
    else if (until <= from) problems.add(file, line, `until is ${end}, expected a time after ${begin}`)
    else occasions.push({ from, until, bin: bin === '' ? null : bin })
  })
  problems.raise()
  return occasions
}

async function readWeather(file: string): Promise<Weather> {
  const problems = new Problems(WASTE_CSV)
  const rows: [number, number, number][] = []
  await readLines(file, ['time'], ['rain_mm', 'temp_c'], problems, ([time, rain, temp], line) => {
    const ts = timeOf_ms(time)
    const [rain_mm, temp_c] = [rain, temp].map((text) => (isGap(text) ? Number.NaN : Number(text)))
    if (Number.isNaN(ts)) problems.add(file, line, `time is ${time || 'empty'}, ${TIME_WANTED}`)
    else if (!isGap(rain) && !(rain_mm >= 0)) problems.add(file, line, `rain_mm is ${rain}, expected millimetres since the line before`)
    else if (!isGap(temp) && !(Math.abs(temp_c) <= 80)) problems.add(file, line, `temp_c is ${temp}, expected degrees Celsius`)
    else rows.push([ts, rain_mm, temp_c])
  })
  problems.raise()
  rows.sort((a, b) => a[0] - b[0])
  const [ts, rain_mm, temp_c] = [0, 1, 2].map((at) => Float64Array.from(rows, (row) => row[at]))
  return { ts, rain_mm, temp_c }
}
