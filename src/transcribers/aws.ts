/**
 * Amazon Transcribe, batch: the only way that has the languages of most families (developer guide, "Supported languages"), and it reads from S3
 * alone. The audio lies in the operator's bucket for as long as the job lasts; the words go through the service's own bucket. Both are deleted
 * afterwards, and a lifecycle rule of a day on the bucket takes what a failure leaves.
 */

import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  DeleteTranscriptionJobCommand,
  GetTranscriptionJobCommand,
  type LanguageCode,
  StartTranscriptionJobCommand,
  TranscribeClient,
  type TranscriptionJob,
} from '@aws-sdk/client-transcribe'
import { cleanText } from '../core/segments.ts'
import type { Transcriber, TranscriptionAnswer, TranscriptionRequest } from '../relay/call-ports.ts'

/** The service's codes by BCP 47 (developer guide, "Supported languages"; the SDK's `LanguageCode`). */
export const CODES: ReadonlyMap<string, LanguageCode> = new Map(
  (
    'af:af-ZA am:am-ET ar:ar-SA az:az-AZ be:be-BY bg:bg-BG bn:bn-IN bs:bs-BA ca:ca-ES ckb:ckb-IQ cs:cs-CZ cy:cy-WL da:da-DK de:de-DE el:el-GR ' +
    'en:en-US es:es-US es-MX:es-MX et:et-EE fa:fa-IR fa-AF:fa-AF fi:fi-FI fil:tl-PH fr:fr-FR fr-CA:fr-CA ga:ga-IE gu:gu-IN ha:ha-NG he:he-IL ' +
    'hi:hi-IN hr:hr-HR ht:ht-HT hu:hu-HU hy:hy-AM id:id-ID is:is-IS it:it-IT ja:ja-JP ka:ka-GE kk:kk-KZ km:km-KH kn:kn-IN ko:ko-KR ky:ky-KG ' +
    'lg:lg-IN lt:lt-LT lv:lv-LV mk:mk-MK ml:ml-IN mn:mn-MN mr:mr-IN ms:ms-MY mt:mt-MT my:my-MM nb:no-NO ne:ne-NP nl:nl-NL nn:no-NO no:no-NO ' +
    'or:or-IN pa:pa-IN pl:pl-PL ps:ps-AF pt:pt-BR pt-PT:pt-PT ro:ro-RO ru:ru-RU rw:rw-RW si:si-LK sk:sk-SK sl:sl-SI so:so-SO sq:sq-AL ' +
    'sr:sr-RS sv:sv-SE sw:sw-KE ta:ta-IN te:te-IN th:th-TH tr:tr-TR ug:ug-CN uk:uk-UA uz:uz-UZ vi:vi-VN wo:wo-SN yue:zh-HK zh:zh-CN ' +
    'zh-HK:zh-HK zh-Hans:zh-CN zh-Hant:zh-TW zh-TW:zh-TW zu:zu-ZA'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, LanguageCode]),
)

/** The service's code for a BCP 47 tag, tried ever shorter (`es-CO` to `es`); null when it does not have the language. */
export function transcribeCode(tag: string): LanguageCode | null {
  for (let part = Intl.getCanonicalLocales(tag)[0] ?? ''; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('-')))) {
    const code = CODES.get(part)
    if (code !== undefined) return code
  }
  return null
}

/** Where the service works, and the bucket that takes the audio meanwhile. */
export type AwsTranscription = { readonly region: string; readonly bucket: string }

/** Under a minute, for which the caller holds the recording. A job takes about as long as its audio, at least some 20 s. */
const TIME_LIMIT_MS = 45_000
const POLL_MS = 3_000
/** A transcript is some KB. */
const MOST_BYTES = 1024 * 1024

type Clients = { readonly jobs: TranscribeClient; readonly files: S3Client; readonly bucket: string }

/** Waits; ends early, by throwing, with the signal. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>

const sleep: Wait = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })

/**
 * Amazon Transcribe as a transcriber. Credentials come from where the SDK finds them. A job that is not ready within 45 s is `unavailable`, and is
 * found again by the recording's sid when that is asked for once more: nothing is transcribed, or paid for, twice.
 */
export function createAwsTranscriber({ region, bucket }: AwsTranscription, wait: Wait = sleep): Transcriber {
  const settings = { region, maxAttempts: 1 }
  const clients = { jobs: new TranscribeClient(settings), files: new S3Client(settings), bucket }
  return {
    name: 'aws',
    transcribe: async (request) => {
      const code = transcribeCode(request.language)
      if (code === null) return { kind: 'unsupported', reason: 'language not in Amazon Transcribe' }
      const signal = AbortSignal.timeout(TIME_LIMIT_MS)
      // The signal does not end the search for credentials, which may wait on the network.
      const expired = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      try {
        return await Promise.race([transcribe(clients, request, code, signal, wait), expired])
      } catch (error) {
        return { kind: 'unavailable', reason: error instanceof Error ? error.name : 'unknown error' }
      }
    },
  }
}

async function transcribe(
  clients: Clients,
  { audio, sid }: TranscriptionRequest,
  code: LanguageCode,
  signal: AbortSignal,
  wait: Wait,
): Promise<TranscriptionAnswer> {
  const name = `homeline-${sid}`
  let job = await jobNow(clients, name, signal)
  if (job === null) {
    await clients.files.send(new PutObjectCommand({ Bucket: clients.bucket, Key: name, Body: audio }), { abortSignal: signal })
    const media = { MediaFileUri: `s3://${clients.bucket}/${name}` }
    const command = new StartTranscriptionJobCommand({
      TranscriptionJobName: name,
      LanguageCode: code,
      Media: media,
      MediaFormat: audio.subarray(0, 4).toString('latin1') === 'RIFF' ? 'wav' : 'mp3',
    })
    try {
      job = (await clients.jobs.send(command, { abortSignal: signal })).TranscriptionJob ?? null
    } catch (error) {
      // Such as a language that this region does not have: the voicemail must not wait for what will not come.
      if (!(error instanceof Error) || error.name !== 'BadRequestException') throw error
      await forget(clients, name, signal)
      return { kind: 'unsupported', reason: 'the job was refused' }
    }
  }
  while (job?.TranscriptionJobStatus !== 'COMPLETED' && job?.TranscriptionJobStatus !== 'FAILED') {
    await wait(POLL_MS, signal)
    job = await jobNow(clients, name, signal)
  }
  const answer: TranscriptionAnswer =
    job.TranscriptionJobStatus === 'FAILED'
      ? { kind: 'unsupported', reason: 'the job failed' }
      : await readWords(job.Transcript?.TranscriptFileUri ?? '', signal)
  if (answer.kind !== 'unavailable') await forget(clients, name, signal)
  return answer
}

/** The job as it is; null: there is none (the service then says BadRequestException, though its reference has NotFoundException). */
async function jobNow({ jobs }: Clients, name: string, signal: AbortSignal): Promise<TranscriptionJob | null> {
  try {
    const command = new GetTranscriptionJobCommand({ TranscriptionJobName: name })
    return (await jobs.send(command, { abortSignal: signal })).TranscriptionJob ?? null
  } catch (error) {
    if (error instanceof Error && ['NotFoundException', 'BadRequestException'].includes(error.name)) return null
    throw error
  }
}

/** Reads the words from the address, good for 15 minutes, that the service gave. */
async function readWords(address: string, signal: AbortSignal): Promise<TranscriptionAnswer> {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url?.protocol !== 'https:' || !/\.amazonaws\.com(?:\.cn)?$/.test(url.hostname))
    return { kind: 'unavailable', reason: 'an address that is not the service’s' }
  const answer = await fetch(url, { signal, redirect: 'error' })
  if (answer.status !== 200 || Number(answer.headers.get('content-length') ?? 0) > MOST_BYTES) {
    await answer.body?.cancel()
    return { kind: 'unavailable', reason: `the words: ${answer.status}` }
  }
  const document = (await answer.json()) as { results?: { transcripts?: readonly { transcript?: unknown }[] } } | null
  const transcripts = document?.results?.transcripts
  const said = Array.isArray(transcripts) ? transcripts.map((one) => one?.transcript) : []
  const text = cleanText(said.filter((words) => typeof words === 'string').join(' ')).trim()
  return text === '' ? { kind: 'unsupported', reason: 'nothing was understood' } : { kind: 'transcribed', text, by: 'aws' }
}

async function forget({ jobs, files, bucket }: Clients, name: string, signal: AbortSignal): Promise<void> {
  // The words are there: that a copy could not be deleted must not lose them.
  await Promise.allSettled([
    files.send(new DeleteObjectCommand({ Bucket: bucket, Key: name }), { abortSignal: signal }),
    jobs.send(new DeleteTranscriptionJobCommand({ TranscriptionJobName: name }), { abortSignal: signal }),
  ])
}
