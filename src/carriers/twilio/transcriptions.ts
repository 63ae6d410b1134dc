/**
 * Twilio's own transcription, for English: a `<Record>` asks for it (`transcribe`), for recordings of 2 to 120 s (Twilio, `<Record>`). Its words
 * are read where the recording is, not taken from a callback: one way less in for something forged.
 */

import { cleanText } from '../../core/segments.ts'
import type { Transcriber, TranscriptionAnswer } from '../../relay/call-ports.ts'
import { createClient, type TwilioAccount, type TwilioHttp, within } from './client.ts'
import { isSid } from './forms.ts'

/** Whether Twilio writes down what is said in a language (BCP 47). */
export function transcribes(language: string): boolean {
  return /^en(?:-|$)/.test(language)
}

/** Twilio's transcription of a recording that was asked for when it was made; deleted there once it is read. */
export function createTwilioTranscriber(account: TwilioAccount, http?: TwilioHttp): Transcriber {
  const client = createClient(account, undefined, http)
  const read = async (sid: string): Promise<TranscriptionAnswer> => {
    const { transcriptions } = client.recordings(sid)
    const [found] = await transcriptions.list({ limit: 1, pageSize: 1 })
    if (found === undefined) return { kind: 'unsupported', reason: 'nobody asked for it' }
    if (found.status === 'in-progress') return { kind: 'unavailable', reason: 'still at work' }
    const text = found.status === 'completed' ? cleanText(String(found.transcriptionText ?? '')).trim() : ''
    // The words are there: that the carrier's copy could not be deleted must not lose them.
    if (isSid(found.sid))
      await transcriptions(found.sid)
        .remove()
        .catch(() => false)
    return text === '' ? { kind: 'unsupported', reason: 'nothing was understood' } : { kind: 'transcribed', text, by: 'carrier' }
  }
  return {
    name: 'carrier',
    transcribe: ({ language, sid }) =>
      transcribes(language)
        ? within<TranscriptionAnswer>(
            read(sid).catch((error: unknown): TranscriptionAnswer => {
              const { status } = error as { status?: number }
              return status === 404
                ? { kind: 'unsupported', reason: 'the recording is gone' }
                : { kind: 'unavailable', reason: `the carrier: ${status ?? 'no answer'}` }
            }),
            { kind: 'unavailable', reason: 'the carrier: no answer' },
          )
        : Promise.resolve({ kind: 'unsupported', reason: 'English only' }),
  }
}
