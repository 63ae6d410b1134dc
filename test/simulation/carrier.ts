/**
 * The telephone company and its phones, as strict as Twilio says it is: what it takes, when, and what each handset got is the record that the
 * checker believes. It knows nothing of the gateway but its HTTP.
 */

import twilio from 'twilio'
import type { TwilioHttp } from '../../src/carriers/twilio/client.ts'
import type { CarrierFaults, SendFault } from './faults.ts'
import type { Random } from './random.ts'
import { dateOf, restCalls } from './rest-calls.ts'
import type { Owner, Scheduler } from './scheduler.ts'
import { createTelephone, type Telephone } from './telephone.ts'

/** A text that the carrier took over from a gateway. All times in microseconds. */
export type TakenText = {
  readonly sid: string
  readonly from: string
  readonly to: string
  readonly body: string
  readonly validitySeconds: number
  /** The attempt that the status callback's address names. */
  readonly attemptId: string
  /** When the gateway's SDK sent the request, and when it was taken. */
  readonly issued: number
  readonly taken: number
  /** When the list shows it. */
  readonly listed: number
  readonly callback: string
  status: string
  errorCode: number | null
  /** When it appeared on the phone. */
  shown: number | null
}

/** A text from a phone to a school number. */
export type SentText = {
  readonly sid: string
  readonly from: string
  readonly to: string
  readonly body: string
  readonly at: number
  /** When a gateway or its fallback receiver first said that it has it; null: never. */
  acknowledged: number | null
  /** When a gateway itself first said so; null: never. */
  received: number | null
  /** No webhook of it is under way any more. */
  over: boolean
  /** When the list shows it; null: never. */
  readonly listed: number | null
}

/** A text on a phone's screen; `sid` null: the carrier's own. */
export type Shown = {
  readonly phone: string
  readonly from: string
  readonly body: string
  readonly at: number
  readonly sid: string | null
}

/** A request of the carrier to the gateway; the answer is its status, or null when there is none. */
export type Dispatch = (
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  answered: (status: number | null, body: string) => void,
) => void

/** The carrier at work. */
export type CarrierWorld = {
  readonly httpFor: (owner: Owner) => TwilioHttp
  /** Somebody texts. */
  readonly text: (from: string, to: string, body: string) => SentText
  readonly taken: readonly TakenText[]
  readonly sent: readonly SentText[]
  readonly screens: ReadonlyMap<string, readonly Shown[]>
  /** Phones that are switched off, until when. */
  readonly off: Map<string, number>
  readonly telephone: Telephone
  readonly counts: Record<string, number>
}

/** The one account of the world. */
export const ACCOUNT = { accountSid: `AC${'5'.repeat(32)}`, authToken: 'a-token-of-the-simulated-world' } as const
/** Where the carrier reaches the gateway. */
export const PUBLIC_URL = 'https://gateway.example.test'
/** Where it turns to when nobody answers there. */
export const FALLBACK_URL = 'https://fallback.example.test'

const SECOND = 1_000_000
const SMS = '/webhooks/twilio/sms'
const VOICE = '/webhooks/twilio/voice'
/** Twilio's English words (keywords of its default filter). */
const STOP_WORDS = new Set('STOP STOPALL UNSUBSCRIBE END QUIT CANCEL REVOKE OPTOUT'.split(' '))
const START_WORDS = new Set('START UNSTOP YES'.split(' '))
/** Twilio waits so long for a webhook's answer, tries included. */
const WEBHOOK_PATIENCE = 15 * SECOND
const PAGE = 50
const LIST = `/2010-04-01/Accounts/${ACCOUNT.accountSid}/Messages.json`

/** The carrier of a world. `dispatch` leads to whichever host takes the request. */
export function createCarrier(
  scheduler: Scheduler,
  random: Random,
  faults: CarrierFaults,
  numbers: () => ReadonlySet<string>,
  dispatch: Dispatch,
  fallback: Dispatch | null,
  landlines: ReadonlySet<string>,
): CarrierWorld {
  const taken: TakenText[] = []
  const bySid = new Map<string, TakenText>()
  const sent: SentText[] = []
  const screens = new Map<string, Shown[]>()
  const blocks = new Set<string>()
  const off = new Map<string, number>()
  const counts: Record<string, number> = {}
  let sids = 0
  const newSid = () => `SM${(++sids).toString(16).padStart(8, '0')}${random.bytes(12).toString('hex')}`
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
    scheduler.stir()
  }
  const show = (phone: string, from: string, body: string, sid: string | null) => {
    const screen = screens.get(phone) ?? []
    screens.set(phone, screen)
    screen.push({ phone, from, body, at: scheduler.now(), sid })
  }

  /** Calls a webhook, again as often as the address allows, until it is taken or Twilio's patience ends. */
  const call = (
    path: string,
    fields: Readonly<Record<string, string>>,
    retries: number,
    ended: (ok: boolean, body: string) => void,
    [base, send]: readonly [string, Dispatch] = [PUBLIC_URL, dispatch],
  ) => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(ACCOUNT.authToken, `${base}${path}`, { ...fields }),
    }
    const body = new URLSearchParams(fields).toString()
    const begun = scheduler.now()
    let over = false
    const end = (ok: boolean, body = '') => {
      if (over) return
      over = true
      forget()
      ended(ok, body)
    }
    const forget = scheduler.after(WEBHOOK_PATIENCE, 'webhook patience', null, () => end(false))
    const attempt = (left: number) => {
      if (over) return
      count('webhooks')
      send(path, headers, body, (status, answer) => {
        if (status !== null && status < 300) return end(true, answer)
        count(status === null ? 'webhooks without answer' : 'webhooks refused')
        if (left === 0 || scheduler.now() - begun > WEBHOOK_PATIENCE) return end(false)
        scheduler.after(random.between(50_000, 2 * SECOND), 'webhook again', null, () => attempt(left - 1))
      })
    }
    attempt(retries)
  }

  const report = (text: TakenText, status: string, errorCode: number | null) => {
    const path = text.callback.slice(PUBLIC_URL.length)
    const fields = {
      MessageSid: text.sid,
      MessageStatus: status,
      AccountSid: ACCOUNT.accountSid,
      From: text.from,
      To: text.to,
      ...(errorCode === null ? {} : { ErrorCode: String(errorCode) }),
    }
    for (const delay of faults.callback())
      scheduler.after(delay, `callback ${status}`, null, () => call(path, fields, 1, () => {}))
  }

  const move = (text: TakenText, status: string, errorCode: number | null) => {
    text.status = status
    text.errorCode = errorCode
    report(text, status, errorCode)
  }

  /** The rest of a text's life. */
  const carry = (text: TakenText) => {
    const ends = text.taken + text.validitySeconds * SECOND
    const fate = faults.fate()
    scheduler.after(fate.queueMicros, 'carrier sends', null, () => {
      if (scheduler.now() > ends) return move(text, 'undelivered', 30036)
      move(text, 'sent', null)
      const arrive = () => {
        const until = off.get(text.to) ?? 0
        if (scheduler.now() > ends) return move(text, 'undelivered', 30036)
        if (until > scheduler.now()) {
          scheduler.after(Math.min(until, ends + 1) - scheduler.now(), 'phone is off', null, arrive)
          return
        }
        scheduler.stir()
        if (fate.errorCode !== null) return move(text, 'undelivered', fate.errorCode)
        text.shown = scheduler.now()
        show(text.to, text.from, text.body, text.sid)
        move(text, 'delivered', null)
      }
      scheduler.after(fate.airMicros, 'on the air', null, arrive)
    })
  }

  const json = (statusCode: number, body: unknown, headers: Readonly<Record<string, string>> = {}) => ({
    statusCode,
    body,
    headers,
  })
  type Response = ReturnType<typeof json>
  const refusal = (status: number, code: number) => json(status, { code, message: `Refused with ${code}`, more_info: '', status })

  const resource = (text: TakenText) => ({
    ...EMPTY,
    sid: text.sid,
    from: text.from,
    to: text.to,
    body: text.body,
    status: text.status,
    error_code: text.errorCode,
    direction: 'outbound-api',
    date_created: dateOf(text.taken),
    date_updated: dateOf(scheduler.now()),
  })

  /** `POST Messages.json`. */
  const create = (data: Readonly<Record<string, unknown>>, issued: number, fault: SendFault | null): Response => {
    const [from, to] = [String(data['From']), String(data['To'])]
    const callback = String(data['StatusCallback'] ?? '')
    const attemptId = callback.split('/').at(-1) ?? ''
    if (!numbers().has(from)) return refusal(400, 21659)
    if (blocks.has(`${to} ${from}`)) return refusal(400, 21610)
    if (fault?.kind === 'refuse') return refusal(400, fault.code)
    if (landlines.has(to)) return refusal(400, 21614)
    const now = scheduler.now()
    const text: TakenText = {
      sid: newSid(),
      from,
      to,
      body: String(data['Body']),
      validitySeconds: Number(data['ValidityPeriod']),
      attemptId,
      issued,
      taken: now,
      listed: now + faults.listLag(),
      callback,
      status: 'queued',
      errorCode: null,
      shown: null,
    }
    taken.push(text)
    bySid.set(text.sid, text)
    count('texts taken')
    report(text, 'queued', null)
    carry(text)
    return json(201, resource(text))
  }

  /** `GET Messages.json?To=`: what came to a number of ours, newest first, a page at a time. */
  const listInbound = (params: Readonly<Record<string, unknown>>): Response => {
    const [from, until, page] = [micros(params['DateSent>']), micros(params['DateSent<']), Number(params['Page'] ?? 0)]
    const found = sent
      .filter((t) => t.to === params['To'] && t.at >= from && t.at <= until && t.listed !== null && t.listed <= scheduler.now())
      .reverse()
    const next = new URLSearchParams({ ...(params as Record<string, string>), Page: String(page + 1) })
    return json(200, {
      messages: found.slice(page * PAGE, (page + 1) * PAGE).map((t) => ({
        ...EMPTY,
        sid: t.sid,
        from: t.from,
        to: t.to,
        body: t.body,
        status: 'received',
        direction: 'inbound',
        date_created: dateOf(t.at),
        date_updated: dateOf(t.at),
        date_sent: dateOf(t.at),
      })),
      page,
      page_size: PAGE,
      next_page_uri: found.length > (page + 1) * PAGE ? `${LIST}?${next}` : null,
      uri: '',
    })
  }

  const list = (given: Readonly<Record<string, unknown>>): Response => {
    const params = typeof given['To'] === 'string' ? given : {}
    if (params['From'] === undefined) return listInbound(params)
    const found = taken.filter((t) => t.from === params['From'] && t.to === params['To'] && t.listed <= scheduler.now())
    return json(200, {
      messages: found.reverse().slice(0, PAGE).map(resource),
      page: 0,
      page_size: PAGE,
      next_page_uri: null,
      uri: '',
    })
  }

  const telephone = createTelephone(
    scheduler,
    random.fork('telephone'),
    faults,
    off,
    (path, fields, answered) =>
      call(path, { ...fields, AccountSid: ACCOUNT.accountSid }, 2, (ok, body) => {
        if (ok || fallback === null || path !== VOICE) return answered(ok ? body : null)
        call(path, fields, 1, (taken, words) => answered(taken ? words : null), [FALLBACK_URL, fallback])
      }),
    (path, fields) => call(path, { ...fields, AccountSid: ACCOUNT.accountSid }, 1, () => {}),
  )
  const aboutCalls = restCalls({ telephone, numbers, landlines })

  const httpFor = (owner: Owner): TwilioHttp => ({
    request: ((options: { method: string; uri: string; data?: Record<string, unknown>; params?: Record<string, unknown> }) =>
      new Promise<unknown>((resolve, reject) => {
        const { pathname, searchParams } = new URL(options.uri)
        const creates = options.method === 'post' && /\/(?:Messages|Calls)\.json$/.test(pathname)
        count(creates ? 'hand-overs' : 'looks')
        const issued = scheduler.now()
        const fault = faults.request(creates ? 'send' : 'list')
        const back = (micros: number, act: () => void) => scheduler.after(micros, 'carrier answers', owner, act)
        const fail = (code: string) => () => reject(Object.assign(new Error('The connection failed.'), { code }))
        const given = { ...Object.fromEntries(searchParams), ...options.params, ...options.data } as Record<string, string>
        const work = () => {
          const answer = aboutCalls(options.method, pathname, given, fault)
          if (answer !== null) return json(answer.status, answer.body)
          return options.method === 'post' ? create(given, issued, fault) : list(given)
        }
        if (fault?.kind === 'unreachable') return void back(faults.way(), fail('ECONNREFUSED'))
        scheduler.after(faults.way(), 'request arrives', null, () => {
          scheduler.stir()
          switch (fault?.kind) {
            case 'error_before':
              return void back(faults.way(), () =>
                resolve(json(fault.status, { code: 20500, message: 'Internal', status: fault.status })),
              )
            case 'reset_before':
              return void back(faults.way(), fail('ECONNRESET'))
            case 'hang_before':
              return
            case 'too_many':
              return void back(faults.way(), () =>
                resolve(
                  json(
                    429,
                    { code: 20429, message: 'Too many', status: 429 },
                    fault.retryAfter === null ? {} : { 'retry-after': String(fault.retryAfter) },
                  ),
                ),
              )
          }
          const answer = work()
          switch (fault?.kind) {
            case 'error_after':
              return void back(faults.way(), () =>
                resolve(json(fault.status, { code: 20500, message: 'Internal', status: fault.status })),
              )
            case 'reset_after':
              return void back(faults.way(), fail('ECONNRESET'))
            case 'hang_after':
              return
            case 'slow':
              return void back(fault.micros, () => resolve(answer))
            default:
              back(faults.way(), () => resolve(answer))
          }
        })
      })) as unknown as TwilioHttp['request'],
  })

  return {
    httpFor,
    taken,
    sent,
    screens,
    off,
    telephone,
    counts,
    text: (from, to, body) => {
      const at = scheduler.now()
      const text: SentText = {
        sid: newSid(),
        from,
        to,
        body,
        at,
        acknowledged: null,
        received: null,
        over: false,
        listed: at + faults.listLag(),
      }
      sent.push(text)
      count('texts from phones')
      const word = body.trim().toUpperCase()
      const key = `${from} ${to}`
      if (STOP_WORDS.has(word) && !blocks.has(key)) {
        blocks.add(key)
        show(from, to, 'You have successfully been unsubscribed.', null)
      } else if (START_WORDS.has(word) && blocks.delete(key)) show(from, to, 'You have successfully been re-subscribed.', null)
      const fields = { MessageSid: text.sid, AccountSid: ACCOUNT.accountSid, From: from, To: to, Body: body, NumMedia: '0' }
      const delays = faults.inbound()
      let open = delays.length
      const end = (ok: boolean) => {
        text.over = --open === 0
        if (ok) text.acknowledged ??= scheduler.now()
        else count('inbound given up')
      }
      const failed = { ...fields, ErrorCode: '11200', ErrorUrl: `${PUBLIC_URL}${SMS}` }
      for (const delay of delays)
        scheduler.after(delay, 'inbound webhook', null, () =>
          call(SMS, fields, 5, (ok) => {
            if (ok) text.received ??= scheduler.now()
            if (ok || fallback === null) return end(ok)
            call(SMS, failed, 1, end, [FALLBACK_URL, fallback])
          }),
        )
      return text
    },
  }
}

/** What all messages of the list have. */
const EMPTY = {
  account_sid: ACCOUNT.accountSid,
  messaging_service_sid: null,
  error_code: null,
  error_message: null,
  num_segments: '1',
  num_media: '0',
  date_sent: null,
  uri: '',
}

function micros(date: unknown): number {
  return Date.parse(String(date)) * 1000
}
