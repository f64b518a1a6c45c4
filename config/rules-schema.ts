/** The shape of a rule file (docs/rules.md). What a schema cannot say is checked in rules-meaning.ts. */
import { type Static, Type } from 'typebox'
import { DOMAINS } from '../engine/base/domain.ts'
import { ACCEPTABLE } from '../engine/model/rule.ts'
import { SEVERITIES } from '../engine/model/severity.ts'

const closed = { additionalProperties: false } as const
const Text = Type.Object({ en: Type.String({ minLength: 1 }), zh: Type.String({ minLength: 1 }) }, closed)
const Duration = (description: string) => Type.String({ description: `${description}: 30 s, 5 min, 2 h` })
const Id = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })
const Name = Type.String({ minLength: 1 })
const DomainName = Type.Union(DOMAINS.map((domain) => Type.Literal(domain)))
const SeverityName = Type.Union(SEVERITIES.map((severity) => Type.Literal(severity)))

export const ActionFile = Type.Object(
  {
    command: Type.Union([Type.Literal('drain.setting'), Type.Literal('notice')], { description: 'What is sent while the rule is raised' }),
    to: Type.String({ minLength: 1, description: 'self, pumps (of the device’s low point), or {district}/{domain}/{device}' }),
    setting: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Pump speed or gate opening while raised' })),
    clear_setting: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Sent once when it clears; without it nothing is sent' }),
    ),
    text: Type.Optional(Text),
    expires: Type.Optional(Duration('How long one command lasts; it is renewed while the rule is raised; 10 min unless given')),
  },
  closed,
)

const StepFile = Type.Object({ after: Duration('How long it has stood so'), severity: SeverityName }, closed)

/** Readings over time in, changes out. */
export const TestFile = Type.Object(
  {
    name: Name,
    start: Type.Optional(
      Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}$', description: 'Local time at 0 s, UTC+8: 2026-02-17 08:00' }),
    ),
    interval: Type.Optional(Duration('How often its devices report; 60 s unless given')),
    params: Type.Optional(Type.Record(Name, Type.Number(), { description: 'Constants of the device' })),
    devices: Type.Optional(
      Type.Record(
        Id,
        Type.Object(
          {
            kind: Type.Optional(Name),
            params: Type.Optional(Type.Record(Name, Type.Number())),
            east_m: Type.Optional(Type.Number({ description: 'Where it stands, metres east of the device that is judged' })),
            grid: Type.Optional(Name),
            place: Type.Optional(Name),
          },
          closed,
        ),
        { description: 'Further devices by their id' },
      ),
    ),
    readings: Type.Optional(
      Type.Array(
        Type.Object(
          { at: Duration('Since the start'), device: Type.Optional(Id) },
          { additionalProperties: Type.Union([Type.Number(), Type.Array(Type.Number())]) },
        ),
      ),
    ),
    events: Type.Optional(Type.Array(Type.Object({ at: Duration('Since the start'), device: Type.Optional(Id), type: Name }, closed))),
    until: Type.Optional(Duration('End of the test; the last of its times unless given')),
    expect: Type.Array(
      Type.Object(
        {
          at: Duration('Since the start'),
          is: Type.Union(['raised', 'cleared', 'escalated', 'eased', 'held', 'passed'].map((word) => Type.Literal(word))),
          device: Type.Optional(Id),
          severity: Type.Optional(SeverityName),
        },
        closed,
      ),
    ),
  },
  closed,
)
export type TestFile = Static<typeof TestFile>

export const RuleFile = Type.Object(
  {
    id: Id,
    title: Text,
    scope: Type.Object(
      {
        domain: DomainName,
        kind: Type.Optional(Type.String({ description: 'Kind of device as the city lists it: level_gauge, pump, bin' })),
        device: Type.Optional(Type.String({ description: 'One device only: its id or {district}/{domain}/{device}' })),
      },
      closed,
    ),
    impact_assessment: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'Id of the impact assessment (PIPL article 55) that allows a rule on what cameras see',
      }),
    ),
    accepts: Type.Optional(
      Type.Array(Type.Union(ACCEPTABLE.map((quality) => Type.Literal(quality))), {
        description: 'Qualities beside good that it judges by',
      }),
    ),
    when: Type.String({ minLength: 1, description: 'Condition over metrics, constants and age_s, of the device and of others' }),
    for: Type.Optional(Duration('How long it must hold without a break; at once unless given')),
    clear: Type.Optional(Type.String({ minLength: 1, description: 'Condition that clears it; the contrary of when unless given' })),
    clear_for: Type.Optional(Duration('How long clear must hold; at once unless given')),
    severity: SeverityName,
    escalate: Type.Optional(Type.Array(StepFile, { description: 'Worse, the longer it stands' })),
    ease: Type.Optional(Type.Array(StepFile, { description: 'Milder, the longer when no longer holds' })),
    incident: Type.Optional(
      Type.Object(
        {
          class: Type.String({ pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$', description: 'Rules of one class at one place join one incident' }),
          title: Type.Optional(Text),
          deadline: Duration('Time allowed until it is resolved'),
          crew: Type.Optional(
            Type.Object(
              {
                skill: Name,
                kit: Type.Optional(Type.Array(Type.String())),
                service: Duration('Time on site'),
                crews: Type.Optional(Type.Integer({ minimum: 1, maximum: 12, description: 'How many such crews; 1 unless given' })),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    actions: Type.Optional(Type.Array(ActionFile)),
    tests: Type.Optional(Type.Array(TestFile)),
  },
  closed,
)
export type RuleFile = Static<typeof RuleFile>

const Clock = Type.String({ pattern: '^([01]?\\d|2[0-4]):[0-5]\\d$', description: 'Local time: 22:00' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export const SuppressionFile = Type.Object(
  {
    id: Id,
    title: Text,
    where: Type.Optional(
      Type.Object(
        {
          rules: Type.Optional(Type.Array(Id)),
          class: Type.Optional(Name),
          domain: Type.Optional(DomainName),
          district: Type.Optional(Name),
          grid: Type.Optional(Name),
          kind: Type.Optional(Name),
          devices: Type.Optional(Type.Array(Name, { description: '{district}/{domain}/{device}' })),
        },
        closed,
      ),
    ),
    times: Type.Array(
      Type.Object(
        {
          from: Type.Optional(Clock),
          until: Type.Optional(Clock),
          weekdays: Type.Optional(Type.Array(Type.Union(WEEKDAYS.map((day) => Type.Literal(day))))),
          days: Type.Optional(Type.Union([Type.Literal('working'), Type.Literal('free')])),
          every_weeks: Type.Optional(Type.Integer({ minimum: 1, maximum: 53 })),
          starting: Type.Optional(Day),
          first: Type.Optional(Day),
          last: Type.Optional(Day),
        },
        closed,
      ),
      { minItems: 1 },
    ),
  },
  closed,
)
export type SuppressionFile = Static<typeof SuppressionFile>

export const RulesFile = Type.Object(
  {
    metrics: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' }), {
        description: 'Own metrics and constants that the rules of this file use',
      }),
    ),
    groups: Type.Optional(Type.Record(Id, Type.Array(Name), { description: 'Named lists of devices, {district}/{domain}/{device}' })),
    suppress: Type.Optional(Type.Array(SuppressionFile, { description: 'Planned times at which alarms are held back' })),
    rules: Type.Array(RuleFile),
  },
  closed,
)
export type RulesFile = Static<typeof RulesFile>
