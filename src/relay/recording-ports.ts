/** What the fetching of recordings asks of the store, the carrier and a transcriber: types only, as in `ports.ts`. */

/** A recording on its way from the carrier to us. `wanted`: whether it is a message whose words somebody waits for. */
export type DueRecording = {
  readonly id: string
  readonly sid: string
  readonly kept: boolean
  readonly transcribed: boolean
  /** BCP 47. */
  readonly language: string
  readonly seconds: number
  readonly wanted: boolean
}

/** What somebody said, in words. */
export type Words = { readonly text: string; readonly by: string }

/** The store as `fetch` sees it. */
export type RecordingStore = {
  /** Recordings that are due for the next step, each leased for a minute. */
  readonly due: (districtId: string, limit: number) => Promise<readonly DueRecording[]>
  readonly keep: (districtId: string, id: string, audio: Buffer, type: string) => Promise<void>
  readonly audio: (districtId: string, id: string) => Promise<Buffer | null>
  /** The words of a message, or that there are none to be had; the message goes on with either. */
  readonly transcribed: (districtId: string, id: string, words: Words | null) => Promise<void>
  /** Ours is kept and the carrier's copy deleted. */
  readonly done: (districtId: string, id: string) => Promise<void>
  readonly later: (districtId: string, id: string) => Promise<void>
  /** The carrier has it no more, and neither have we: a task for staff. */
  readonly gone: (districtId: string, id: string) => Promise<void>
}
