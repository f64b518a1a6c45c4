/** What the HTTP server asks of the rest of the program; app.ts hands it in. */

import type { EpochMs } from '../../engine/base/time.ts'
import type { CityState } from '../../engine/city-state.ts'
import type { FloodModel } from '../../engine/flood/forecast/model.ts'
import type { Bilingual, City, DeviceKey } from '../../engine/model/city.ts'
import type { Command } from '../../engine/model/command.ts'
import type { Fact } from '../../engine/model/fact.ts'
import type { OperatorOrder } from '../../engine/model/observation.ts'
import type { SolverAnswer, SolverProblem } from '../../engine/model/solve.ts'
import type { HistoryPoint, HistoryQuery } from '../../engine/ports.ts'
import type { WasteModel } from '../../engine/waste/forecast/model.ts'
import type { CrewFrameOut } from '../parts.ts'
import type { RuleBook } from '../rules/rule-book.ts'
import type { DrillList, HealthAnswer } from '../wire/api.ts'
import type { Ignored, Mapping, MappingDraft, QuarantineGroup, TrialAnswer } from '../wire/mapping.ts'
import type { CrewEventPayload, ReadingPayload } from '../wire/payloads.ts'
import type { PhoneDocument, PhotoDocument, PhotoStage, PushSubscription, SignInAnswer } from '../wire/phone.ts'

/** What the engine made of an operator's order. */
export type OrderOutcome = Extract<Fact, { kind: 'operator' }>
export type Conflict = Extract<Command, { kind: 'task.conflict' }>

export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[]
}

export interface JournalQuery {
  readonly limit: number
  readonly before: number | null
  readonly accept: (fact: Fact) => boolean
}

export interface JournalPage {
  /** Newest first. */
  readonly lines: { seq: number; prev: string; sha: string; fact: Fact }[]
  /** To be given as `before` for what is older; null when nothing is. */
  readonly next: number | null
}

export type SignInRefusal = { readonly why: 'unknown' } | { readonly why: 'too_many'; readonly wait_s: number }

export interface PhonePort {
  /** One invitation stands for a crew: the newest. Null: too many are open. */
  invite(
    crew: DeviceKey,
    by: string,
  ): { readonly code: string | null; readonly ticket: string; readonly crew: DeviceKey; readonly expires: EpochMs } | null
  signIn(given: { readonly code: string } | { readonly ticket: string }, address: string): SignInAnswer | SignInRefusal
  /** @returns the crew whose phone it was; null: nobody is signed in under this id */
  end(id: string): DeviceKey | null
  list(): readonly PhoneDocument[]
  subscribe(id: string, subscription: PushSubscription | null): void
}

export interface PhotoUpload {
  readonly id: string
  readonly task: string
  readonly crew: DeviceKey
  readonly stage: PhotoStage
  readonly ts: EpochMs
  readonly body: Buffer
}

export interface PhotoPort {
  /** The same id twice is one photo. @returns null when the task has as many as it may. @throws UrbanError input `photo_not_jpeg` */
  put(upload: PhotoUpload): Promise<{ readonly photo: PhotoDocument; readonly fresh: boolean } | null>
  /** In the order in which they were taken. */
  list(task: string): Promise<PhotoDocument[]>
  read(task: string, id: string): Promise<Buffer | null>
}

/** Where unknown messages become mappings (gateway/mappings/desk.ts). */
export interface MappingDeskPort {
  readonly written: readonly Mapping[]
  readonly ignored: readonly Ignored[]
  readonly problems: readonly string[]
  groups(): readonly QuarantineGroup[]
  find(id: string): QuarantineGroup | null
  attempt(group: QuarantineGroup, draft: MappingDraft): Promise<TrialAnswer>
  /** @throws UrbanError input `mapping_refused` */
  accept(group: QuarantineGroup, draft: MappingDraft): Promise<void>
  /** @returns false when there is none of that id */
  withdraw(id: string): Promise<boolean>
  ignore(group: QuarantineGroup, note: string): Promise<void>
  heed(topic: string): Promise<boolean>
  reload(): Promise<boolean>
}

/** A document of another system that came over HTTP. */
export interface DocumentIn {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly content_type: string | null
  readonly body: Uint8Array
  /** Name of the token. */
  readonly by: string
}

export interface DocumentTaken {
  /** Messages of the contract that it became, all in the log. */
  readonly messages: number
  /** Ids of the reports in it that were taken. */
  readonly reports: readonly string[]
  /** Why parts of it, or all, were not taken; they are in the quarantine too. */
  readonly refused: readonly { readonly kind: string; readonly reason: string }[]
}

export type InboxAnswer =
  | { readonly known: false }
  | { readonly known: true; readonly why: string }
  | { readonly known: true; readonly taken: DocumentTaken | 'repeat' }

export interface DocumentPort {
  /** On the way of foreign messages over MQTT: mapping or dialect, binding, log. */
  take(document: DocumentIn): Promise<DocumentTaken>
  /** A signed webhook of a sender that is configured; `why` when its signature or its time is not right. */
  inbox(sender: string, document: Omit<DocumentIn, 'by'>): Promise<InboxAnswer>
}

/** `dialects.yaml` in force (gateway/dialect-book.ts), and what was heard by dialect. */
export interface DialectPort {
  readonly book: {
    readonly file: string | null
    readonly version: string
    readonly since: EpochMs
    readonly problems: readonly string[]
    readonly settings: { readonly bindings: readonly unknown[]; readonly subscribe: readonly string[] }
    reload(): Promise<boolean>
  }
  readonly list: readonly { readonly id: string; readonly title: Bilingual }[]
  readonly counters: Readonly<Record<string, number>>
}

/** Pictures of cameras' events, by device and key of the event. */
export interface StillPort {
  /** The same event again is a newer picture. @returns its SHA-256. @throws UrbanError input `still_not_jpeg` */
  put(device: DeviceKey, event: string, ts: EpochMs, body: Buffer): Promise<string>
  /** Null: there never was one. */
  read(device: DeviceKey, event: string): Promise<{ readonly bytes: Buffer } | { readonly deleted: EpochMs } | null>
  /** Deletes what has been kept long enough. */
  tidy(): Promise<void>
}

export interface HttpParts {
  readonly city: City
  /** The snapshot after the newest step; read it, keep nothing of it. */
  readonly state: () => CityState
  readonly now: () => EpochMs
  readonly history: {
    history(query: HistoryQuery): Promise<HistoryPoint[]>
    metrics(device: DeviceKey): Promise<string[]>
  }
  /** Hands an order to the engine; the same `id` is one order. Null: an outside clock has not stepped yet. */
  order(order: OperatorOrder, by: string, id: string): Promise<OrderOutcome | null>
  /** A crew's press, on the same way as over MQTT. The conflict, when the press was impossible. @throws UrbanError input when it is refused */
  press(crew: DeviceKey, event: CrewEventPayload, by: string): Promise<Conflict | null>
  /** Where a crew's phone is, as its reading; done when it is logged. @throws UrbanError input when it is refused */
  place(crew: DeviceKey, reading: ReadingPayload, by: string): Promise<void>
  /** Whether Web Push messages may go to this address; false where it is not configured. */
  readonly maySubscribe: (endpoint: URL) => boolean
  /** Setting public_url; null when it is empty. */
  readonly public_url: string | null
  readonly phones: PhonePort
  /** What a phone of this crew shows now; null for no crew of the city. */
  readonly crewFrame: (crew: DeviceKey) => CrewFrameOut | null
  readonly photos: PhotoPort
  readonly stills: StillPort
  readonly journal: { recent(query: JournalQuery): Promise<JournalPage> }
  readonly quarantine: {
    samples(limit: number): readonly { at: EpochMs; topic: string; from: string; reason: string; sample: string; bytes: number }[]
    readonly counters: Readonly<Record<string, number>>
  }
  readonly desk: MappingDeskPort
  readonly documents: DocumentPort
  /** What may be reported, as residents are offered it. */
  readonly report_classes: readonly { readonly class: string; readonly name: Bilingual }[]
  readonly dialects: DialectPort
  readonly rule_book: Pick<RuleBook, 'problems' | 'versions' | 'check' | 'publish' | 'rollback'>
  readonly drills: { list(): Promise<DrillList['drills']>; read(id: string): Promise<unknown | null> }
  /** Asks the solver; a failure is an answer. */
  solve(problem: SolverProblem): Promise<SolverAnswer>
  /** The trained flood forecast; null without one. */
  readonly flood_model: FloodModel | null
  readonly waste_model: WasteModel | null
  readonly health: () => HealthAnswer
  readonly metrics: () => readonly Metric[]
}
