/** A text for people: every one exists in both languages. */
export interface Bilingual {
  readonly zh: string
  readonly en: string
}
