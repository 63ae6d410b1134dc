import { isValidPhoneNumber } from 'libphonenumber-js/max'
import { type Refusal, type RefusalCode, refuse } from './errors.ts'
import { collectMedia, keepInPhone } from './media.ts'
import { callWebhook } from './webhook.ts'
import type { Line, Message, MessageStatus, OwnedNumber, World } from './world.ts'

/** The form of `POST Messages.json`, as far as the simulator reads it; an absent field is an empty string. */
export type SendRequest = {
  readonly from: string
  readonly to: string
  readonly body: string
  readonly mediaUrls?: readonly string[]
  readonly statusCallback: string
  readonly validityPeriod: string
  readonly serviceSid: string
}

/** A message that was taken; `life` ends when its last status callback is over. */
export type Accepted = { readonly kind: 'accepted'; readonly message: Message; readonly life: Promise<void> }

/** Twilio's longest message and longest stay in its queue. Source: Message resource, `Body` and `ValidityPeriod`. */
const longestBody = 1600
const longestValidity = 36_000
/** Twilio, Media resource: so many in a message. */
const mostMedia = 10

/** How a message to each sort of line ends. Source: the delivery error codes' pages. */
const endings: Readonly<Record<Line, { readonly status: MessageStatus; readonly errorCode: number | null }>> = {
  mobile: { status: 'delivered', errorCode: null },
  landline: { status: 'undelivered', errorCode: 30006 },
  off: { status: 'undelivered', errorCode: 30003 },
  disconnected: { status: 'undelivered', errorCode: 30005 },
  filtered: { status: 'undelivered', errorCode: 30007 },
  'no-mobile': { status: 'undelivered', errorCode: 30006 },
  'no-pictures': { status: 'delivered', errorCode: null },
}

const finalStatuses: ReadonlySet<MessageStatus> = new Set(['delivered', 'undelivered', 'failed', 'received', 'canceled'])

/** Whether a message's life is over. */
export function isOver(message: Message): boolean {
  return finalStatuses.has(message.status)
}

/** Takes a message over, or refuses it for the first reason that Twilio would. */
export function takeMessage(world: World, accountSid: string, request: SendRequest): Accepted | Refusal {
  const service = world.rows.services.get(request.serviceSid)
  const serviceNumber = service && world.rows.numbers.get(service.numberSids[0] ?? '')
  const from = request.from || (serviceNumber?.phoneNumber ?? '')
  const sender = world.numberOf(from)
  const mediaUrls = request.mediaUrls ?? []
  const validity = request.validityPeriod === '' ? longestValidity : Number(request.validityPeriod)

  const rules: readonly (readonly [boolean, RefusalCode, string])[] = [
    [request.to === '', 21604, ''],
    [request.serviceSid !== '' && service?.accountSid !== accountSid, 21701, request.serviceSid],
    [request.serviceSid !== '' && service?.numberSids.length === 0, 21703, request.serviceSid],
    [from === '', 21603, ''],
    [!isValidPhoneNumber(request.to), 21211, request.to],
    [request.body === '' && mediaUrls.length === 0, 21602, ''],
    [request.body.length > longestBody, 21617, ''],
    [mediaUrls.some((url) => !/^https?:\/\/[^\s]+$/.test(url)), 21620, mediaUrls[0] ?? ''],
    [mediaUrls.length > mostMedia, 21623, ''],
    [!Number.isInteger(validity) || validity < 1 || validity > longestValidity, 21624, request.validityPeriod],
    [request.statusCallback !== '' && !/^https?:\/\/[^\s]+$/.test(request.statusCallback), 21609, request.statusCallback],
    [from === request.to, 21266, from],
    [sender === undefined, 21659, from],
    [sender?.accountSid !== accountSid, 21660, from],
    [service !== undefined && sender !== undefined && !service.numberSids.includes(sender.sid), 21712, ''],
    [world.rows.lines.get(request.to) === 'no-mobile', 21614, request.to],
    [sender !== undefined && isBlocked(world, request.to, sender), 21610, ''],
  ]
  const broken = rules.find(([breaks]) => breaks)
  if (broken) return refuse(broken[1], broken[2])

  const message = newMessage(world, {
    accountSid,
    serviceSid: request.serviceSid || null,
    direction: 'outbound-api',
    from,
    to: request.to,
    body: request.body,
    mediaUrls,
    status: request.serviceSid ? 'accepted' : 'queued',
    statusCallback: request.statusCallback || service?.statusCallback || null,
    validity,
  })
  return { kind: 'accepted', message, life: world.track(carryMessage(world, message.sid)) }
}

/** Enters a message in the account's list. */
export function newMessage(world: World, fields: Omit<Message, 'sid' | 'created' | 'updated' | 'sent' | 'errorCode'>): Message {
  const at = world.now().toString()
  const message: Message = {
    ...fields,
    sid: world.sid(isMms(fields) ? 'MM' : 'SM'),
    errorCode: null,
    created: at,
    updated: at,
    sent: null,
  }
  world.put('messages', message.sid, message)
  return message
}

function isMms({ media = [], mediaUrls = [] }: Pick<Message, 'media' | 'mediaUrls'>): boolean {
  return media.length > 0 || mediaUrls.length > 0
}

/** Where Twilio keeps a block: per phone and number, or per phone and the whole service that the number is on. */
export function blockKey(world: World, phone: string, number: OwnedNumber): string {
  return `${phone} ${world.serviceOf(number)?.sid ?? number.phoneNumber}`
}

/** Whether this phone has texted STOP to this number or its service. */
export function isBlocked(world: World, phone: string, number: OwnedNumber): boolean {
  return world.rows.blocks.has(blockKey(world, phone, number))
}

/**
 * Leads a message through the rest of its life to the phone, a status callback after each step, one after another.
 * A message whose life is over is left alone.
 */
export async function carryMessage(world: World, sid: string): Promise<void> {
  const begun = world.rows.messages.get(sid)
  if (begun === undefined || isOver(begun)) return
  let callbacks: Promise<void> = Promise.resolve()
  const reported: Message[] = []

  function step(status: MessageStatus, errorCode: number | null = null): void {
    const message = world.rows.messages.get(sid)
    if (message === undefined) return
    const at = world.now().toString()
    const changed = { ...message, status, errorCode, updated: at, sent: status === 'sent' ? at : message.sent }
    world.put('messages', sid, changed)
    reported.push(changed)
    if (world.faults().callbacks === 'reordered') return
    const times = { normal: 1, early: 1, lost: 0, doubled: 2 }[world.faults().callbacks as 'normal']
    for (let time = 0; time < times; time++) callbacks = callbacks.then(() => report(world, changed))
  }

  /** Whether it is still to be sent: a message in the queue may be canceled or deleted. */
  async function pause(milliseconds: number): Promise<boolean> {
    await world.pause(milliseconds)
    const message = world.rows.messages.get(sid)
    return message !== undefined && !isOver(message)
  }

  const { queueSeconds } = world.faults()
  if (!(await pause(Math.min(queueSeconds, begun.validity) * 1000 + world.stepMilliseconds))) return
  const missing = queueSeconds > begun.validity ? null : await collectMedia(world, sid)
  if (queueSeconds > begun.validity) step('undelivered', 30036)
  else if (missing !== null) step('failed', missing)
  else {
    for (const status of stepsAfter(begun.status)) {
      step(status)
      if (!(await pause(world.stepMilliseconds))) return
    }
    const line = world.rows.lines.get(begun.to) ?? 'mobile'
    const media = world.rows.messages.get(sid)?.media ?? []
    const ending =
      line === 'no-pictures' && media.length > 0 ? ({ status: 'undelivered', errorCode: 30011 } as const) : endings[line]
    if (ending.status === 'delivered') {
      const pictures = media.flatMap((one) => world.rows.media.get(one) ?? []).map((one) => keepInPhone(world, one))
      world.showOnPhone({ phone: begun.to, kind: 'received', other: begun.from, body: begun.body, sid, ...shown(pictures) })
    }
    step(ending.status, ending.errorCode)
  }
  if (world.faults().callbacks === 'reordered') {
    for (const message of reported.reverse()) callbacks = callbacks.then(() => report(world, message))
  }
  await callbacks
}

function shown(pictures: readonly string[]) {
  return pictures.length === 0 ? {} : { pictures }
}

function stepsAfter(status: MessageStatus): readonly MessageStatus[] {
  const steps: readonly MessageStatus[] = ['accepted', 'queued', 'sending', 'sent']
  return steps.slice(steps.indexOf(status) + 1)
}

/** Sends one status callback. Fields: Twilio, "Track outbound message status", as a real callback has them. */
async function report(world: World, message: Message): Promise<void> {
  if (message.statusCallback === null) return
  const fields = {
    SmsSid: message.sid,
    SmsStatus: message.status,
    MessageStatus: message.status,
    To: message.to,
    ...(message.serviceSid === null ? {} : { MessagingServiceSid: message.serviceSid }),
    MessageSid: message.sid,
    AccountSid: message.accountSid,
    From: message.from,
    ApiVersion: '2010-04-01',
    ...(message.errorCode === null ? {} : { ErrorCode: String(message.errorCode) }),
    ...(message.status === 'delivered' ? { RawDlrDoneDate: dlrDate(message.updated) } : {}),
  }
  const token = world.accounts.get(message.accountSid)?.authToken ?? ''
  const outcome = await callWebhook(message.statusCallback, 'POST', fields, token, world)
  if (outcome.kind === 'failed') world.alert(11200, message.statusCallback, outcome.why)
}

/** The carrier's date of delivery, YYMMDDhhmm in UTC. */
function dlrDate(instant: string): string {
  return instant.slice(2, 16).replace(/[-T:]/g, '')
}
