/** Voicemails from the carrier to us: the audio fetched and kept, put into words where that is possible, then deleted there. */

import type { RecordingCarrier, Transcriber } from './call-ports.ts'
import type { DueRecording, RecordingStore } from './recording-ports.ts'

/** What `fetch` works with. */
export type FetchDeps = {
  readonly store: RecordingStore
  readonly carrier: RecordingCarrier
  /** Null: nothing transcribes; messages go on as audio alone. */
  readonly transcriber: Transcriber | null
}

/** Takes the next step with up to `limit` recordings of a district; gives how many were due. A crash leaves each at its step. */
export async function fetchRecordings(deps: FetchDeps, districtId: string, limit: number): Promise<number> {
  const due = await deps.store.due(districtId, limit)
  await Promise.all(due.map((recording) => step(deps, districtId, recording)))
  return due.length
}

async function step({ store, carrier, transcriber }: FetchDeps, districtId: string, recording: DueRecording): Promise<void> {
  const { id, sid } = recording
  if (!recording.kept) {
    const fetched = await carrier.fetchRecording(sid)
    if (fetched.kind === 'file') return store.keep(districtId, id, fetched.bytes, fetched.type)
    return fetched.kind === 'gone' ? store.gone(districtId, id) : store.later(districtId, id)
  }
  if (recording.wanted && !recording.transcribed) {
    const audio = transcriber === null ? null : await store.audio(districtId, id)
    if (transcriber === null || audio === null) return store.transcribed(districtId, id, null)
    const answer = await transcriber.transcribe({ audio, language: recording.language, sid })
    if (answer.kind === 'unavailable') return store.later(districtId, id)
    return store.transcribed(districtId, id, answer.kind === 'transcribed' ? { text: answer.text, by: answer.by } : null)
  }
  if ((await carrier.deleteRecording(sid)) === 'done') return store.done(districtId, id)
  return store.later(districtId, id)
}
