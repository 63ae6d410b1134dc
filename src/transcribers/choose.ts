import type { Transcriber, TranscriptionAnswer } from '../relay/call-ports.ts'

/** Several transcribers as one: each recording goes to the first that can write it down, and on to the next when that one never will. */
export function inTurn(transcribers: readonly Transcriber[]): Transcriber {
  return {
    name: transcribers.map(({ name }) => name).join(', '),
    transcribe: async (request) => {
      let answer: TranscriptionAnswer = { kind: 'unsupported', reason: 'no transcriber' }
      for (const transcriber of transcribers) {
        answer = await transcriber.transcribe(request)
        if (answer.kind !== 'unsupported') break
      }
      return answer
    },
  }
}
