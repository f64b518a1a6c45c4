/** A normal form that is about no device, as what a person would have ordered: a warning taken in, a report handed on. Null for all others. */
import type { OperatorOrder } from '../../engine/model/observation.ts'
import type { OutsideReport, ReportState } from '../../engine/model/report.ts'
import { SEVERITIES, type Severity } from '../../engine/model/severity.ts'
import { categoryOfWords, classOf, type ReportClass } from './case-codes.ts'
import type { CitizenReport, NormalForm, Notice, NoticeSubject } from './normal-form.ts'
import { blankReport } from './report-parts.ts'

export interface ReportRules {
  /** Service, kind or category of the other system: class of incident. */
  readonly classes: Readonly<Record<string, string>>
  /** Classes that this city has a run card for: they may be reported by their own name. */
  readonly known: ReadonlySet<string>
}

/** @param source whoever handed it in: its ids are its own */
export function toOrder(form: NormalForm, source: string, rules: ReportRules): OperatorOrder | null {
  switch (form.kind) {
    case 'alert':
      return { type: 'warning.receive', message: form.cap }
    case 'citizen.report':
    case 'citizen.status':
      return { type: 'report.take', report: reportOf(form, source, rules) }
    case 'notice':
      return form.about === undefined ? null : { type: 'report.take', report: spokenOf(form, form.about, source, rules) }
    default:
      return null
  }
}

function reportOf(form: CitizenReport, source: string, rules: ReportRules): OutsideReport {
  const { entity, description, at, grid, address, due, code } = form
  const { class: incident_class, name } = kindOf(form, rules)
  return {
    source,
    kind: entity.startsWith('request:') ? 'request' : entity.startsWith('case:') ? 'case' : 'order',
    id: entity.slice(entity.indexOf(':') + 1),
    class: incident_class,
    title: name,
    severity: severityOf(form),
    text: description ?? '',
    at,
    grid,
    address,
    due,
    state: stateOf(form.state),
    code,
  }
}

/** What a notice reports: a neighbour's incident, or words in a group of people. */
function spokenOf(notice: Notice, about: NoticeSubject, source: string, rules: ReportRules): OutsideReport {
  const form = {
    ...blankReport('citizen.report', `case:${notice.channel}-${about.id}`, notice.ts),
    ...about,
    category: categoryOfWords([about.code, notice.text]),
    description: notice.text,
  }
  return reportOf(form, source, rules)
}

function kindOf({ code, category, description, attributes }: CitizenReport, { classes, known }: ReportRules): ReportClass {
  const service = typeof attributes.service === 'string' ? attributes.service : null
  for (const word of [code, service, category]) {
    if (word !== null && Object.hasOwn(classes, word)) return { class: classes[word], name: { zh: service ?? word, en: service ?? word } }
  }
  if (code !== null && known.has(code)) return { class: code, name: { zh: code, en: code } }
  return classOf(category, [service, code, description])
}

const URGENT = /突发|紧急|特急|加急|urgent|emergency/i

/** A resident's word waits for a second one or for time; an order of the hotline and a case of an officer have been looked at by a person. */
function severityOf({ entity, attributes }: CitizenReport): Severity {
  const usual = entity.startsWith('request:') ? 0 : 1
  const urgent = typeof attributes.urgency === 'string' && URGENT.test(attributes.urgency)
  return SEVERITIES[usual + (urgent ? 1 : 0)]
}

const stateOf = (state: string | null): ReportState =>
  state === 'closed' ? 'closed' : state === 'returned' || state === 'disputed' ? 'returned' : 'open'
