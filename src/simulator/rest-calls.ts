/** Twilio's REST of calls, recordings and transcriptions over the simulated telephones. */

import { secondsOf } from './call-callbacks.ts'
import type { CallRecord, CallRequest, Recording } from './call-world.ts'
import type { Simulator } from './carrier.ts'
import { refuse } from './errors.ts'
import { rfc2822 } from './resources.ts'
import { listPage, withinTime, wrongTime } from './rest-lists.ts'
import { type Answer, type Call, gone, ok, type Route, type Texts } from './rest-routes.ts'

/** A call as a form asks for it. */
export function callRequest(form: Texts, events: readonly string[]): CallRequest {
  return {
    from: form['From'] ?? '',
    to: form['To'] ?? '',
    url: form['Url'] ?? '',
    method: form['Method'] ?? 'POST',
    fallbackUrl: form['FallbackUrl'] ?? '',
    fallbackMethod: form['FallbackMethod'] ?? 'POST',
    told: {
      url: form['StatusCallback'] ?? '',
      method: form['StatusCallbackMethod'] ?? 'POST',
      events: events.length > 0 ? events : ['completed'],
    },
    timeout: Number(form['Timeout'] ?? 60),
    timeLimit: Number(form['TimeLimit'] ?? 14_400),
    machineDetection: form['MachineDetection'] ?? '',
  }
}

/** Adds the routes, all but the one that makes calls. */
export function addCallRoutes(route: Route, simulator: Simulator, root: string): void {
  const { calls } = simulator
  const withCall = (request: Call, then: (call: CallRecord) => Answer): Answer => {
    const call = calls.call(request.params['sid'] ?? '')
    return call?.accountSid === request.account ? then(call) : refuse(20404, request.url)
  }
  const withRecording = (request: Call, then: (recording: Recording) => Answer): Answer => {
    const recording = calls.recording(request.params['sid'] ?? '')
    return recording?.accountSid === request.account ? then(recording) : refuse(20404, request.url)
  }

  route('GET', `${root}/Calls.json`, ({ account, url, query }) => {
    const wrong = wrongTime(query, 'StartTime', 'EndTime')
    if (wrong !== undefined) return refuse(20001, wrong)
    const lag = simulator.now().subtract({ seconds: simulator.faults().listLagSeconds })
    const found = calls
      .calls(account)
      .filter(
        (call) =>
          (!query['From'] || call.from === query['From']) &&
          (!query['To'] || call.to === query['To']) &&
          (!query['ParentCallSid'] || call.parentSid === query['ParentCallSid']) &&
          (!query['Status'] || statusOf(call) === query['Status']) &&
          withinTime(call.created, query, 'StartTime') &&
          (call.ended === null ? !asksForEnd(query) : withinTime(call.ended, query, 'EndTime')) &&
          Temporal.Instant.compare(call.created, lag) <= 0,
      )
    return listPage('calls', found, (call) => call.sid, callResource, url)
  })
  route('GET', `${root}/Calls/:sid`, (request) => withCall(request, (call) => ok(callResource(call))))
  route('POST', `${root}/Calls/:sid`, (request) =>
    withCall(request, (call) => {
      const { Status: status, Url: url, Method: method = 'POST', FallbackUrl: fallbackUrl = '' } = request.form
      if (status === 'completed' || status === 'canceled') calls.end(call.sid, status)
      else if (status !== undefined) return refuse(20001, 'Status')
      else if (url !== undefined) {
        const start = { url, method, fallbackUrl, fallbackMethod: request.form['FallbackMethod'] ?? 'POST' }
        if (!URL.canParse(url)) return refuse(21205, url)
        if (!calls.redirect(call.sid, start)) return refuse(21220)
      }
      return ok(callResource(calls.call(call.sid) ?? call))
    }),
  )
  route('DELETE', `${root}/Calls/:sid`, (request) =>
    withCall(request, (call) => {
      if (call.ended === null) return refuse(20009)
      calls.strike(call.sid)
      return gone
    }),
  )
  for (const list of [`${root}/Recordings.json`, `${root}/Calls/:sid/Recordings.json`])
    route('GET', list, ({ account, url, query, params }) => {
      const wrong = wrongTime(query, 'DateCreated')
      if (wrong !== undefined) return refuse(20001, wrong)
      const callSid = params['sid'] ?? query['CallSid']
      const found = calls
        .recordings(account)
        .filter((one) => (!callSid || one.callSid === callSid) && withinTime(one.created, query, 'DateCreated'))
      return listPage('recordings', found, (one) => one.sid, recordingResource, url)
    })
  route('GET', `${root}/Recordings/:sid`, (request) => withRecording(request, (one) => ok(recordingResource(one))))
  route('DELETE', `${root}/Recordings/:sid`, (request) =>
    withRecording(request, (one) => {
      calls.forget(one.sid)
      return gone
    }),
  )
  route('GET', `${root}/Recordings/:sid/Transcriptions.json`, (request) =>
    withRecording(request, (one) =>
      listPage('transcriptions', one.transcribe ? [one] : [], transcriptionSid, transcriptionResource, request.url),
    ),
  )
  route('DELETE', `${root}/Transcriptions/:sid`, ({ account, url, params }) => {
    const one = calls.recordings(account).find((row) => row.transcribe && transcriptionSid(row) === params['sid'])
    if (one === undefined) return refuse(20404, url)
    calls.keep({ ...one, transcribe: false })
    return gone
  })
}

/** REST has no word for a call that is on its way to ring. */
function statusOf({ status }: CallRecord): string {
  return status === 'initiated' ? 'queued' : status
}

/** Whether a query is about calls that have ended. */
function asksForEnd(query: Texts): boolean {
  return ['EndTime', 'EndTime>', 'EndTime<'].some((name) => query[name])
}

/** `api.v2010.account.call` */
export function callResource(call: CallRecord) {
  const uri = `/2010-04-01/Accounts/${call.accountSid}/Calls/${call.sid}`
  return {
    account_sid: call.accountSid,
    answered_by: call.answeredBy,
    api_version: '2010-04-01',
    caller_name: null,
    date_created: rfc2822(call.created),
    date_updated: rfc2822(call.updated),
    direction: call.direction,
    duration: call.ended === null ? null : String(secondsOf(call)),
    end_time: call.ended === null ? null : rfc2822(call.ended),
    forwarded_from: call.forwardedFrom ?? null,
    from: call.from,
    from_formatted: call.from,
    group_sid: null,
    parent_call_sid: call.parentSid,
    phone_number_sid: call.numberSid ?? null,
    price: null,
    price_unit: 'USD',
    queue_time: '0',
    sid: call.sid,
    start_time: call.status === 'queued' ? null : rfc2822(call.created),
    status: statusOf(call),
    subresource_uris: { recordings: `${uri}/Recordings.json` },
    to: call.to,
    to_formatted: call.to,
    trunk_sid: null,
    uri: `${uri}.json`,
  }
}

function recordingResource(one: Recording) {
  const uri = `/2010-04-01/Accounts/${one.accountSid}/Recordings/${one.sid}`
  return {
    account_sid: one.accountSid,
    api_version: '2010-04-01',
    call_sid: one.callSid,
    channels: 1,
    conference_sid: null,
    date_created: rfc2822(one.created),
    date_updated: rfc2822(one.created),
    duration: String(one.seconds),
    encryption_details: null,
    error_code: null,
    media_url: `https://api.twilio.com${uri}`,
    price: null,
    price_unit: 'USD',
    sid: one.sid,
    source: 'RecordVerb',
    start_time: rfc2822(one.created),
    status: 'completed',
    subresource_uris: { transcriptions: `${uri}/Transcriptions.json` },
    uri: `${uri}.json`,
  }
}

function transcriptionSid(one: Recording): string {
  return `TR${one.sid.slice(2)}`
}

function transcriptionResource(one: Recording) {
  const sid = transcriptionSid(one)
  return {
    account_sid: one.accountSid,
    api_version: '2010-04-01',
    date_created: rfc2822(one.created),
    date_updated: rfc2822(one.created),
    duration: String(one.seconds),
    price: null,
    price_unit: 'USD',
    recording_sid: one.sid,
    sid,
    status: 'completed',
    transcription_text: one.words,
    type: 'fast',
    uri: `/2010-04-01/Accounts/${one.accountSid}/Transcriptions/${sid}.json`,
  }
}

/** So many seconds of silence as a WAV file (8,000 samples a second, 16 bits), as Twilio's recordings are. */
export function wav(seconds: number): Buffer {
  const bytes = Math.round(seconds * 8000) * 2
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + bytes, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(bytes, 40)
  return Buffer.concat([header, Buffer.alloc(bytes)])
}
