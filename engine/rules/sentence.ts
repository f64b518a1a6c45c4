/** A rule read aloud: one sentence in each language, made from the checked trees, so that it says what the rule does and nothing else. */
import type { Bilingual } from '../model/city.ts'
import type { Rule, SeverityStep } from '../model/rule.ts'
import { compileRule } from './compile.ts'
import { SIGNS } from './text.ts'
import type { AnyTree, Input, NumberTree, SetSpec, TruthTree } from './tree.ts'
import { unitOfName } from './units.ts'
import { durationText, kindOf, nameOf, SEVERITY_NAMES } from './words.ts'

type Language = keyof Bilingual

/** Null for a rule with a mistake. */
export function ruleSentence(rule: Rule): Bilingual | null {
  const result = compileRule(rule)
  if ('error' in result) return null
  const { when, clear } = result.compiled
  return { en: english(rule, when.tree, clear.tree), zh: chinese(rule, when.tree, clear.tree) }
}

/** What a condition says, for showing it while it is written. */
export const conditionText = (tree: TruthTree): Bilingual => ({ en: truthText(tree, 'en'), zh: truthText(tree, 'zh') })

const isContrary = (when: TruthTree, clear: TruthTree): boolean =>
  clear.op === 'not' && JSON.stringify(clear.inner) === JSON.stringify(when)

function english(rule: Rule, when: TruthTree, clear: TruthTree): string {
  const { scope, for_s, clear_for_s, severity, incident } = rule
  const at = scope.device === null ? `at any ${kindOf(scope.kind ?? scope.domain).en}` : `at ${scope.device}`
  const held = for_s > 0 ? ` without a break for ${durationText(for_s * 1_000).en}` : ''
  const clears = isContrary(when, clear) ? 'that no longer holds' : truthText(clear, 'en')
  const cleared = clear_for_s > 0 ? ` for ${durationText(clear_for_s * 1_000).en}` : ''
  const crew = incident?.crew ?? null
  const sent = crew === null ? '' : `; ${crew.crews ?? 1} × ${crew.skill} goes`
  const parts = [
    `When ${truthText(when, 'en')}${held}, ${at}, this is ${SEVERITY_NAMES[severity].en}${incident === null ? '' : `: "${incident.title.en}"`}${sent}.`,
    ...actionsText(rule, 'en'),
    ...stepsText(rule.escalate ?? [], 'en', false),
    ...stepsText(rule.ease ?? [], 'en', true),
    `It clears when ${clears}${cleared}.`,
    ...(rule.accepts === undefined || rule.accepts.length === 0 ? [] : [`It also judges by values that are ${rule.accepts.join(' or ')}.`]),
    ...(rule.suppress ?? []).map(({ title }) => `It is not told during "${title.en}".`),
  ]
  return parts.join(' ')
}

function chinese(rule: Rule, when: TruthTree, clear: TruthTree): string {
  const { scope, for_s, clear_for_s, severity, incident } = rule
  const at = scope.device === null ? `任一${kindOf(scope.kind ?? scope.domain).zh}` : `设备 ${scope.device} `
  const held = for_s > 0 ? `，并持续 ${durationText(for_s * 1_000).zh}` : ''
  const clears = isContrary(when, clear) ? '该条件不再成立' : `${truthText(clear, 'zh')}`
  const cleared = clear_for_s > 0 ? `，并持续 ${durationText(clear_for_s * 1_000).zh}` : ''
  const crew = incident?.crew ?? null
  const sent = crew === null ? '' : `，派 ${crew.crews ?? 1} 组（${crew.skill}）`
  const qualities = { suspect: '存疑', estimated: '估计' } as const
  const parts = [
    `${at}：当${truthText(when, 'zh')}${held}，定为“${SEVERITY_NAMES[severity].zh}”${incident === null ? '' : `：“${incident.title.zh}”`}${sent}。`,
    ...actionsText(rule, 'zh'),
    ...stepsText(rule.escalate ?? [], 'zh', false),
    ...stepsText(rule.ease ?? [], 'zh', true),
    `当${clears}${cleared}，解除。`,
    ...(rule.accepts === undefined || rule.accepts.length === 0
      ? []
      : [`${rule.accepts.map((one) => qualities[one]).join('、')}的数值也参与判断。`]),
    ...(rule.suppress ?? []).map(({ title }) => `“${title.zh}”期间暂不通知。`),
  ]
  return parts.join('')
}

function actionsText({ actions }: Rule, language: Language): string[] {
  return actions.map(({ command, to, setting, text }) => {
    const whom = { self: { en: 'the device itself', zh: '本设备' }, pumps: { en: 'the pumps of its low point', zh: '所属低洼点的水泵' } }[
      to
    ]
    const target = whom?.[language] ?? to
    if (command === 'notice')
      return language === 'en' ? `A notice goes to ${target}: "${text?.en}".` : `向${target}发送通知：“${text?.zh}”。`
    return language === 'en' ? `While it stands, the setting of ${target} is ${setting}.` : `成立期间，${target}设为 ${setting}。`
  })
}

const stepsText = (steps: readonly SeverityStep[], language: Language, calm: boolean): string[] =>
  steps.map(({ after_s, severity }) => {
    const after = durationText(after_s * 1_000)[language]
    const name = SEVERITY_NAMES[severity][language]
    if (language === 'en')
      return calm ? `Once its condition has not held for ${after} it eases to ${name}.` : `If it stands for ${after} it becomes ${name}.`
    return calm ? `条件不成立满 ${after}，降为“${name}”。` : `持续满 ${after}，升为“${name}”。`
  })

const COMPARISONS: Readonly<Record<'larger' | 'largerEq' | 'smaller' | 'smallerEq' | 'equal' | 'unequal', Bilingual>> = {
  larger: { en: 'is above', zh: '高于' },
  largerEq: { en: 'is at least', zh: '不低于' },
  smaller: { en: 'is below', zh: '低于' },
  smallerEq: { en: 'is at most', zh: '不高于' },
  equal: { en: 'is', zh: '等于' },
  unequal: { en: 'is not', zh: '不等于' },
}
const JOINS: Readonly<Record<'and' | 'or' | 'xor', Bilingual>> = {
  and: { en: ' and ', zh: '，且' },
  or: { en: ' or ', zh: '，或' },
  xor: { en: ' or else, but not both, ', zh: '，或仅其一：' },
}

function truthText(tree: TruthTree, language: Language): string {
  switch (tree.op) {
    case 'truth':
      return language === 'en' ? (tree.value ? 'always' : 'never') : tree.value ? '恒成立' : '恒不成立'
    case 'flag':
      return flagText(tree.input, language)
    case 'not':
      return language === 'en' ? `it is not so that (${truthText(tree.inner, 'en')})` : `并非（${truthText(tree.inner, 'zh')}）`
    case 'select':
      return language === 'en'
        ? `(if ${truthText(tree.test, 'en')}: ${truthText(tree.yes, 'en')}; else: ${truthText(tree.no, 'en')})`
        : `（若${truthText(tree.test, 'zh')}，则${truthText(tree.yes, 'zh')}；否则${truthText(tree.no, 'zh')}）`
    case 'and':
    case 'or':
    case 'xor':
      return `${joined(tree.left, tree.op, language)}${JOINS[tree.op][language]}${joined(tree.right, tree.op, language)}`
    default: {
      const [left, right] = [numberText(tree.left, language, tree.right), numberText(tree.right, language, tree.left)]
      const sign = COMPARISONS[tree.op][language]
      return language === 'en' ? `${left} ${sign} ${right}` : `${left}${sign}${/^[\w(-]/.test(right) ? ' ' : ''}${right}`
    }
  }
}

/** In parentheses where another connective stands around it. */
function joined(tree: TruthTree, around: string, language: Language): string {
  const text = truthText(tree, language)
  const mixed = (tree.op === 'and' || tree.op === 'or' || tree.op === 'xor') && tree.op !== around
  return mixed ? (language === 'en' ? `(${text})` : `（${text}）`) : text
}

const FOLDS: Readonly<Record<'max' | 'min' | 'sum' | 'mean', Bilingual>> = {
  max: { en: 'the highest of', zh: '最大' },
  min: { en: 'the lowest of', zh: '最小' },
  sum: { en: 'the sum of', zh: '总' },
  mean: { en: 'the mean of', zh: '平均' },
}

/** @param beside the other side of a comparison: a plain number takes its unit. */
function numberText(tree: NumberTree, language: Language, beside: NumberTree | null = null): string {
  switch (tree.op) {
    case 'number': {
      const unit = tree.shown === undefined && beside !== null ? unitBeside(beside) : null
      return tree.shown ?? `${tree.value}${unit === null ? '' : ` ${unit}`}`
    }
    case 'input':
      return inputWords(tree.input, language)
    case 'scale':
      return numberText(tree.inner, language)
    case 'negate':
      return `-${part(tree.inner, language)}`
    case 'call': {
      const args = tree.args.map((arg) => numberText(arg, language))
      return `${tree.name}(${args.join(language === 'en' ? ', ' : '，')})`
    }
    case 'choice':
      return language === 'en'
        ? `(if ${truthText(tree.test, 'en')}: ${numberText(tree.yes, 'en')}; else: ${numberText(tree.no, 'en')})`
        : `（若${truthText(tree.test, 'zh')}，取${numberText(tree.yes, 'zh')}；否则取${numberText(tree.no, 'zh')}）`
    default:
      return `${part(tree.left, language)} ${tree.op === 'multiply' ? '×' : SIGNS[tree.op]} ${part(tree.right, language)}`
  }
}

function part(tree: NumberTree, language: Language): string {
  const text = numberText(tree, language)
  return 'left' in tree ? `(${text})` : text
}

/** Only of a value that stands alone: what a product of several is in, nobody reads off a name. */
function unitBeside(tree: NumberTree): string | null {
  if (tree.op !== 'input') return null
  const { input } = tree
  if (input.from === 'age' || input.from === 'interval') return 's'
  if (!('name' in input)) return null
  const unit = unitOfName(input.name)?.text ?? null
  return input.from === 'window' && input.by === 'rate_h' && unit !== null ? `${unit}/h` : unit
}

function inputWords(input: Input, language: Language): string {
  switch (input.from) {
    case 'metric':
    case 'clock':
      return nameOf(input.name)[language]
    case 'fold':
      return spaced(FOLDS[input.by][language], nameOf(input.name)[language], language)
    case 'element':
      return language === 'en' ? `${nameOf(input.name).en} (value ${input.index})` : `${nameOf(input.name).zh}（第 ${input.index} 个值）`
    case 'age':
      return nameOf('age_s')[language]
    case 'interval':
      return nameOf('interval_s')[language]
    case 'window':
      return windowWords(input, language)
    case 'events': {
      const span = durationText(input.span_ms)[language]
      return language === 'en' ? `the number of events ${input.type} in ${span}` : `${span}内 ${input.type} 事件次数`
    }
    case 'device':
      return language === 'en' ? `${anyWords(input.tree, 'en')} at ${input.device}` : `${input.device} 的${anyWords(input.tree, 'zh')}`
    case 'set':
      return setValueWords(input, language)
  }
}

const spaced = (a: string, b: string, language: Language): string => (language === 'en' ? `${a} ${b}` : `${a}${b}`)

function windowWords({ by, name, span_ms }: Extract<Input, { from: 'window' }>, language: Language): string {
  const [metric, span] = [nameOf(name)[language], durationText(span_ms)[language]]
  const words: Readonly<Record<typeof by, Bilingual>> = {
    mean_over: { en: `the mean of ${metric} over ${span}`, zh: `${metric} ${span}平均值` },
    max_over: { en: `the highest of ${metric} over ${span}`, zh: `${metric} ${span}最大值` },
    min_over: { en: `the lowest of ${metric} over ${span}`, zh: `${metric} ${span}最小值` },
    delta: { en: `the change of ${metric} over ${span}`, zh: `${metric} ${span}变化` },
    rate_h: { en: `the hourly change of ${metric}, measured over ${span},`, zh: `${metric}每小时变化（按 ${span}）` },
  }
  return words[by][language]
}

const anyWords = (any: AnyTree, language: Language): string =>
  any.kind === 'number' ? numberText(any.tree, language) : truthText(any.tree, language)

function setWords(set: SetSpec): Bilingual {
  switch (set.of) {
    case 'near':
      return { en: `the devices within ${set.distance_m} m`, zh: `${set.distance_m} 米内的设备` }
    case 'upstream':
      return { en: 'the next devices upstream', zh: '上游相邻设备' }
    case 'downstream':
      return { en: 'the next devices downstream', zh: '下游相邻设备' }
    case 'place':
      return { en: 'the devices of its place', zh: '同一地点的设备' }
    case 'district':
      return { en: 'the devices of its district', zh: '本区设备' }
    case 'grid':
      return set.code === null
        ? { en: 'the devices of its grid', zh: '本网格设备' }
        : { en: `the devices of grid ${set.code}`, zh: `网格 ${set.code} 的设备` }
    case 'kind':
      return { en: `all devices of the kind ${kindOf(set.kind).en}`, zh: `全部${kindOf(set.kind).zh}` }
    case 'group':
      return { en: `the devices of the group ${set.name}`, zh: `设备组 ${set.name}` }
  }
}

function setValueWords({ by, set, tree }: Extract<Input, { from: 'set' }>, language: Language): string {
  const value = anyWords(tree, language)
  const devices = setWords(set)[language]
  if (by === 'count') return language === 'en' ? `the number, among ${devices}, at which ${value},` : `${devices}中${value}的数量`
  if (by === 'share') return language === 'en' ? `the share, among ${devices}, at which ${value},` : `${devices}中${value}的比例`
  if (by === 'any' || by === 'all') return flagText({ from: 'set', by, set, tree }, language)
  return language === 'en' ? `${FOLDS[by].en} ${value} among ${devices}` : `${devices}的${FOLDS[by].zh}${value}`
}

function flagText(input: Input, language: Language): string {
  if (input.from === 'clock') {
    const words =
      input.name === 'holiday'
        ? { en: 'it is a public holiday', zh: '当天为法定节假日' }
        : { en: 'it is a working day', zh: '当天为工作日' }
    return words[language]
  }
  if (input.from === 'set' && (input.by === 'any' || input.by === 'all')) {
    const value = anyWords(input.tree, language)
    const devices = setWords(input.set)[language]
    if (language === 'en') return `at ${input.by === 'any' ? 'any' : 'all'} of ${devices} ${value}`
    return `${devices}中${input.by === 'any' ? '任一' : '全部'}满足${value}`
  }
  return inputWords(input, language)
}
