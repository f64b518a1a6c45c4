/** Holidays and worked weekends as data: `calendar.yaml` of the city, or the calendar that ships with the program (docs/rules.md). */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { type Calendar, dateOfDay, dayNumber, PLAIN_CALENDAR } from '../engine/base/calendar.ts'
import { formatProblem, type Problem, UrbanError } from '../engine/base/errors.ts'
import { createChecker, pathText } from './check-schema.ts'
import { readYaml } from './check-yaml.ts'
import { PROJECT_ROOT } from './project-root.ts'

const closed = { additionalProperties: false } as const
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const CalendarFile = Type.Object(
  {
    holidays: Type.Array(
      Type.Object(
        { first: Day, last: Day, name: Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, closed) },
        closed,
      ),
    ),
    workdays: Type.Array(Day, { description: 'Saturdays and Sundays that are worked' }),
  },
  closed,
)
type CalendarFile = Static<typeof CalendarFile>

const check = createChecker(CalendarFile)
const isCalendarFile = (value: unknown): value is CalendarFile => check(value).length === 0

/** More days in a row are no holiday but a mistake. */
const DAYS_MAX = 60

export function readCalendar(file: string, text: string): { readonly calendar: Calendar; readonly problems: readonly Problem[] } {
  const { source, problems: syntax } = readYaml(file, text)
  if (source === null) return { calendar: PLAIN_CALENDAR, problems: syntax }
  const { value } = source
  const problems: Problem[] = check(value).map(({ path, message }) => ({
    place: source.placeOf(path),
    code: 'calendar.schema',
    message: `${pathText(path)}: ${message}`,
  }))
  if (problems.length > 0 || !isCalendarFile(value)) return { calendar: PLAIN_CALENDAR, problems }
  const holidays = new Set<string>()
  value.holidays.forEach(({ first, last }, i) => {
    const [from, to] = [dayNumber(first), dayNumber(last)]
    if (!(to >= from && to - from < DAYS_MAX)) {
      const message = `${first} to ${last} is no span of days, expected the last day not before the first`
      problems.push({ place: source.placeOf(['holidays', i]), code: 'calendar.meaning', message })
      return
    }
    for (let day = from; day <= to; day++) holidays.add(dateOfDay(day))
  })
  return { calendar: { holidays, workdays: new Set(value.workdays) }, problems }
}

/** The calendar that ships with the program: China. */
export const SHIPPED_CALENDAR = join(PROJECT_ROOT, 'config/calendars/cn.yaml')

/**
 * @param directory of the city; null for the demo city
 * @throws UrbanError input `calendar` with every problem
 */
export async function loadCalendar(directory: string | null): Promise<Calendar> {
  const own = directory === null ? null : join(directory, 'calendar.yaml')
  const path = own !== null && existsSync(own) ? own : SHIPPED_CALENDAR
  const { calendar, problems } = readCalendar(path, await readFile(path, 'utf8'))
  if (problems.length > 0) throw new UrbanError('input', 'calendar', problems.map(formatProblem).join('\n'))
  return calendar
}
