/** What people may decide about the sending of crews, beside the city itself. */

export interface DispatchPolicy {
  /** Most crews with a mobile pump that a forecast sends to one low point. */
  readonly pumps_max: number
}

export const DEFAULT_DISPATCH: DispatchPolicy = { pumps_max: 4 }
