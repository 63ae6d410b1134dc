/** What interpreting a call asks of the store: types only, as in `ports.ts`. */

import type { Words } from './recording-ports.ts'

/** What one side of an interpreted call said and the other waits for. Languages are BCP 47. */
export type DueLine = {
  readonly exchangeId: string
  readonly seq: number
  readonly text: string
  readonly from: string
  readonly to: string
  /** The district's, ISO 3166-1: by its custom a date in numbers is read. */
  readonly country: string
  /** Names that must come back letter for letter. */
  readonly names: readonly string[]
}

/** The store as `interpret` sees it. */
export type TalkStore = {
  /** Lines that wait for their words, each leased for 15 s. */
  readonly due: (districtId: string, limit: number) => Promise<readonly DueLine[]>
  /** The words; null: they could not be made, and whoever spoke is asked again. */
  readonly made: (districtId: string, line: Pick<DueLine, 'exchangeId' | 'seq'>, made: Words | null) => Promise<void>
}
