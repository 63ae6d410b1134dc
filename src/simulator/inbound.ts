import { keywordAnswers, keywordOf } from './keywords.ts'
import { keepInPhone, keepMedium } from './media.ts'
import { blockKey, carryMessage, isBlocked, newMessage } from './outbound.ts'
import { segmentsOf } from './resources.ts'
import { readMessagingTwiml } from './twiml.ts'
import { callWebhook, type Fields } from './webhook.ts'
import type { File, Message, OwnedNumber, World } from './world.ts'

/** Area codes whose place the simulator knows; Twilio too leaves the fields empty where it knows none. */
const places: Readonly<Record<string, { readonly city: string; readonly state: string; readonly zip: string }>> = {
  '503': { city: 'PORTLAND', state: 'OR', zip: '97201' },
  '971': { city: 'PORTLAND', state: 'OR', zip: '97201' },
}

/** Characters; Twilio takes no longer text, nor does a phone's network (Twilio, "Twilio's request to your webhook URL", `Body`). */
const LONGEST = 1600

/** A text from a phone arrives: cut to what a phone can send, with what goes along: shown, kept, keywords acted on, the owner's webhook called (not waited for). */
export function receiveText(world: World, from: string, to: string, typed: string, files: readonly File[] = []): void {
  const body = typed.slice(0, LONGEST)
  const number = world.numberOf(to)
  const pictures = files.length === 0 ? {} : { pictures: files.map((file) => keepInPhone(world, file)) }
  if (number === undefined) {
    world.showOnPhone({ phone: from, kind: 'sent', other: to, body, sid: null, ...pictures })
    world.showOnPhone({ phone: to, kind: 'received', other: from, body, sid: null, ...pictures })
    return
  }
  const serviceSid = world.serviceOf(number)?.sid ?? null
  const taken = newMessage(world, {
    accountSid: number.accountSid,
    serviceSid,
    direction: 'inbound',
    from,
    to,
    body,
    ...(files.length === 0 ? {} : { media: files.map(() => '') }),
    status: 'received',
    statusCallback: null,
    validity: 0,
  })
  const media = files.map((file) => keepMedium(world, taken, file))
  const message: Message = { ...taken, sent: taken.created, ...(media.length === 0 ? {} : { media }) }
  world.put('messages', message.sid, message)
  world.showOnPhone({ phone: from, kind: 'sent', other: to, body, sid: message.sid, ...pictures })
  actOnKeyword(world, message, number)
  const times = { normal: 1, lost: 0, doubled: 2 }[world.faults().inbound]
  for (let time = 0; time < times; time++) world.track(deliver(world, message, number))
}

/** Twilio's own answers are not in its list; they are texts on the phone only. */
function actOnKeyword(world: World, message: Message, number: OwnedNumber): void {
  const keyword = keywordOf(message.body)
  if (keyword === null) return
  const blocked = isBlocked(world, message.from, number)
  if (keyword === 'STOP' && blocked) return
  if (keyword === 'START' && !blocked) return
  if (keyword !== 'HELP') world.put('blocks', blockKey(world, message.from, number), keyword === 'STOP' ? true : null)
  const answer = { phone: message.from, kind: 'received', other: message.to, body: keywordAnswers[keyword], sid: null } as const
  world.track(world.pause(world.stepMilliseconds).then(() => world.showOnPhone(answer)))
}

/** Calls the webhook, then its fallback; TwiML replies are played. What nobody takes is an alert, as at Twilio (11200, 12100). */
async function deliver(world: World, message: Message, number: OwnedNumber): Promise<void> {
  await world.pause(world.stepMilliseconds)
  const token = world.accounts.get(message.accountSid)?.authToken ?? ''
  const target = inboundTarget(world, number)
  if (target.url === '') return
  const fields = inboundFields(world, message)
  let error = await attempt(target.url, target.method, fields)
  if (error !== null && target.fallbackUrl !== '') {
    error = await attempt(target.fallbackUrl, target.fallbackMethod, {
      ...fields,
      ErrorCode: String(error),
      ErrorUrl: target.url,
    })
  }

  async function attempt(url: string, method: string, form: Fields): Promise<number | null> {
    const outcome = await callWebhook(url, method, form, token, world)
    const twiml = outcome.kind === 'answered' ? readMessagingTwiml(outcome.contentType, outcome.body) : null
    if (twiml?.kind === 'replies') {
      for (const body of twiml.bodies) reply(world, message, number, body)
      return null
    }
    const code = twiml === null ? 11200 : 12100
    world.alert(code, url, outcome.kind === 'failed' ? outcome.why : 'no TwiML')
    return code
  }
}

/** On a messaging service the number's own webhook counts only if the service says so. */
function inboundTarget(world: World, number: OwnedNumber) {
  const service = world.serviceOf(number)
  if (service && !service.useInboundWebhookOnNumber) {
    return {
      url: service.inboundRequestUrl ?? '',
      method: service.inboundMethod,
      fallbackUrl: service.fallbackUrl ?? '',
      fallbackMethod: service.fallbackMethod,
    }
  }
  return {
    url: number.smsUrl,
    method: number.smsMethod,
    fallbackUrl: number.smsFallbackUrl,
    fallbackMethod: number.smsFallbackMethod,
  }
}

function reply(world: World, message: Message, number: OwnedNumber, body: string): void {
  if (isBlocked(world, message.from, number)) return
  const { sid } = newMessage(world, {
    accountSid: number.accountSid,
    serviceSid: message.serviceSid,
    direction: 'outbound-reply',
    from: message.to,
    to: message.from,
    body,
    status: 'queued',
    statusCallback: null,
    validity: 36_000,
  })
  world.track(carryMessage(world, sid))
}

/** Fields of a real inbound text's webhook. Source: Twilio, "Twilio's request to your webhook URL". */
function inboundFields(world: World, message: Message): Fields {
  const to = placeOf(message.to)
  const from = placeOf(message.from)
  return {
    ToCountry: to.country,
    ToState: to.state,
    SmsMessageSid: message.sid,
    NumMedia: String(message.media?.length ?? 0),
    ...mediaFields(world, message),
    ToCity: to.city,
    FromZip: from.zip,
    SmsSid: message.sid,
    FromState: from.state,
    SmsStatus: 'received',
    FromCity: from.city,
    Body: message.body,
    FromCountry: from.country,
    To: message.to,
    ...(message.serviceSid === null ? {} : { MessagingServiceSid: message.serviceSid }),
    ToZip: to.zip,
    NumSegments: String(segmentsOf(message.body)),
    MessageSid: message.sid,
    AccountSid: message.accountSid,
    From: message.from,
    ApiVersion: '2010-04-01',
  }
}

function mediaFields(world: World, { accountSid, sid, media = [] }: Message): Fields {
  const address = `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages/${sid}/Media`
  return Object.fromEntries(
    media.flatMap((one, i) => [
      [`MediaContentType${i}`, world.rows.media.get(one)?.type ?? ''],
      [`MediaUrl${i}`, `${address}/${one}`],
    ]),
  )
}

/** What Twilio says of where a number is; empty where it knows nothing. */
export function placeOf(number: string) {
  const country = number.startsWith('+1') ? 'US' : ''
  return { country, ...(places[number.slice(2, 5)] ?? { city: '', state: '', zip: '' }) }
}
