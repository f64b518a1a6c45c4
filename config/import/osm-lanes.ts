/** Turn arrows on the lanes of OpenStreetMap ways (`turn:lanes`, https://wiki.openstreetmap.org/wiki/Key:turn). */
import type { Turn } from '../../engine/model/city.ts'
import type { Tags } from './osm-read.ts'

/** Turns of each lane from the middle outwards, in the road's own direction and against it; null where nothing is marked. */
export interface Marking {
  readonly along: readonly (readonly Turn[])[] | null
  readonly against: readonly (readonly Turn[])[] | null
}

const ARROWS: Readonly<Record<string, Turn>> = {
  left: 'left',
  slight_left: 'left',
  sharp_left: 'left',
  through: 'through',
  right: 'right',
  slight_right: 'right',
  sharp_right: 'right',
  reverse: 'uturn',
}

/** `left|through|through;right`: from the left, which is the middle of the road. A lane without an arrow goes straight on. */
function parse(text: string | undefined): Turn[][] | null {
  if (text === undefined) return null
  return text.split('|').map((lane) => [...new Set(lane.split(';').map((arrow) => ARROWS[arrow.trim()] ?? 'through'))])
}

/** Roads lead the way they are driven: of a way that is driven backwards, its backward lanes are those along the road. */
export function markingOf(tags: Tags, direction: 'both' | 'forward' | 'backward'): Marking | null {
  const forward = parse(tags['turn:lanes:forward'])
  const backward = parse(tags['turn:lanes:backward'])
  // Without a direction the tag is read on one-way streets only: elsewhere it does not say whose lanes it lists.
  const along = direction === 'both' ? forward : ((direction === 'forward' ? forward : backward) ?? parse(tags['turn:lanes']))
  const against = direction === 'both' ? backward : null
  return along === null && against === null ? null : { along, against }
}
