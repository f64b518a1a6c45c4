/** What a road of each class is like where its description does not say. */
import type { RoadClass } from '../engine/model/city.ts'

/** Free-flow speed in a Chinese city. */
export const CLASS_SPEED_KMH: Readonly<Record<RoadClass, number>> = {
  motorway: 80,
  trunk: 60,
  primary: 50,
  secondary: 50,
  tertiary: 40,
  residential: 30,
  service: 20,
}

/** Both directions together. */
export const CLASS_LANES: Readonly<Record<RoadClass, number>> = {
  motorway: 6,
  trunk: 6,
  primary: 6,
  secondary: 4,
  tertiary: 2,
  residential: 2,
  service: 2,
}
