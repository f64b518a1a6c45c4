/**
 * Boosted trees as three typed arrays, made for being asked often: children lie side by side, so one index holds both. Values are 32-bit floats from the start,
 * so that a forest read back from its file answers exactly as the one that was trained.
 */
export interface Forest {
  /** What is answered before the first tree. */
  readonly base: number
  /** First node of each tree. */
  readonly roots: Int32Array
  /** Feature asked at the node; -1 at a leaf. */
  readonly feature: Int16Array
  /** Threshold (left at or below it; a missing value goes right), or the value of the leaf. */
  readonly value: Float32Array
  /** Left child, counted from the root of its tree; the right one follows it. */
  readonly left: Uint16Array
}

/** The sum of all trees for the row of features that begins at `at`. */
export function askForest(forest: Forest, rows: Float32Array, at = 0): number {
  const { roots, feature, value, left } = forest
  let sum = forest.base
  for (let tree = 0; tree < roots.length; tree++) {
    const root = roots[tree]
    let node = root
    let asked = feature[node]
    while (asked >= 0) {
      node = root + left[node] + (rows[at + asked] <= value[node] ? 0 : 1)
      asked = feature[node]
    }
    sum += value[node]
  }
  return sum
}

/** A forest as text: base64 of its arrays, little-endian as every machine this runs on. */
export interface ForestText {
  readonly base: number
  readonly roots: string
  readonly feature: string
  readonly value: string
  readonly left: string
}

function toText(array: Int32Array | Int16Array | Uint16Array | Float32Array): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i])
  return btoa(text)
}

function bytesOf(text: string): ArrayBuffer {
  const raw = atob(text)
  const bytes = new Uint8Array(raw.length)
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i)
  return bytes.buffer
}

export function encodeForest({ base, roots, feature, value, left }: Forest): ForestText {
  return { base, roots: toText(roots), feature: toText(feature), value: toText(value), left: toText(left) }
}

/** @returns null when the text is no forest over `features` columns: cut short, changed by hand, or of another set of features */
export function decodeForest(text: ForestText, features: number): Forest | null {
  let forest: Forest
  try {
    const { base, roots, feature, value, left } = text
    forest = {
      base,
      roots: new Int32Array(bytesOf(roots)),
      feature: new Int16Array(bytesOf(feature)),
      value: new Float32Array(bytesOf(value)),
      left: new Uint16Array(bytesOf(left)),
    }
  } catch {
    return null
  }
  return isSound(forest, features) ? forest : null
}

/** Every way from a root ends at a leaf of the same tree: children lie behind their parent, so there is no circle. */
function isSound({ base, roots, feature, value, left }: Forest, features: number): boolean {
  const nodes = feature.length
  if (!Number.isFinite(base) || value.length !== nodes || left.length !== nodes) return false
  for (let tree = 0; tree < roots.length; tree++) {
    const from = roots[tree]
    const to = tree + 1 < roots.length ? roots[tree + 1] : nodes
    if ((tree === 0 && from !== 0) || from < 0 || from >= to || to > nodes) return false
    for (let node = from; node < to; node++) {
      if (!Number.isFinite(value[node]) || feature[node] >= features) return false
      if (feature[node] >= 0 && (left[node] <= node - from || from + left[node] + 1 >= to)) return false
    }
  }
  return true
}
