/** Step 1: from the inbox into the log. What a text says decides nothing but keywords; the dialled number decides where it goes. */

import { type Route, routeText } from '../core/conversation.ts'
import { keyword, staffCommand } from '../core/keyword.ts'
import type { E164 } from '../core/phone-number.ts'
import { fixedText } from '../core/texts.ts'
import type { TextId } from '../core/texts-slots.ts'
import type { Wordings } from '../core/wordings.ts'
import type { Detector, InboundText, StatusCallback } from './ports.ts'
import type { Answer, InboxBatch, InboxStore, KnownText, ReceivingDistrict, RoutedText } from './receive-ports.ts'

/** What `receive` works with. */
export type ReceiveDeps = { readonly inbox: InboxStore; readonly detect: Detector }

/** Takes one batch of the inbox in; gives how many rows it held. A crash leaves the rows where they are. */
export function receive(deps: ReceiveDeps, limit: number): Promise<number> {
  return deps.inbox.take(limit, async (batch) => {
    const texts = await dialledTexts(batch)
    const callbacks = Map.groupBy(
      batch.items.flatMap(({ form }): StatusCallback[] => (form?.kind === 'status' ? [form] : [])),
      (callback) => callback.districtId,
    )
    const calls = await calledDistricts(batch)
    for (const districtId of new Set([...texts.keys(), ...callbacks.keys(), ...calls.keys()])) {
      await batch.inDistrict(districtId, async (district) => {
        await receiveTexts(deps, district, texts.get(districtId) ?? [])
        await district.settle(callbacks.get(districtId) ?? [])
        for (const told of calls.get(districtId) ?? []) await district.hearOfCall(told)
      })
    }
  })
}

/** What the carrier tells of calls, by district: of one to a number of ours by that number. */
async function calledDistricts(batch: InboxBatch): Promise<Map<string, OfCall[]>> {
  const told = batch.items.flatMap(({ form }): OfCall[] =>
    form?.kind === 'call' || form?.kind === 'recording' || form?.kind === 'inbound_call' ? [form] : [],
  )
  const inbound = told.flatMap((one) => (one.kind === 'inbound_call' ? [one.to] : []))
  const numbers = inbound.length === 0 ? new Map() : await batch.dialled([...new Set(inbound)])
  const placed = told.flatMap((one) => {
    const districtId = one.kind === 'inbound_call' ? numbers.get(one.to)?.districtId : one.districtId
    return districtId === undefined ? [] : [{ districtId, one }]
  })
  const groups = Map.groupBy(placed, ({ districtId }) => districtId)
  return new Map([...groups].map(([districtId, of]) => [districtId, of.map(({ one }) => one)]))
}

type OfCall = Parameters<ReceivingDistrict['hearOfCall']>[0]
type Dialled = { readonly text: InboundText; readonly proxyNumberId: string; readonly districtId: string }

/**
 * Texts by the district of the number that they came to; one to a number that is not adopted waits until it is. A text from one of
 * our own numbers has no sender: answering it would be a loop.
 */
async function dialledTexts(batch: InboxBatch): Promise<Map<string, Dialled[]>> {
  const texts = batch.items.flatMap(({ id, form }) => (form?.kind === 'text' ? [{ id, text: form }] : []))
  const numbers = await batch.dialled([
    ...new Set(texts.flatMap(({ text }) => (text.from === null ? [text.to] : [text.to, text.from]))),
  ])
  const dialled = texts.flatMap(({ id, text }) => {
    const number = numbers.get(text.to)
    if (number === undefined) batch.putOff(id, 'number not adopted')
    const from = text.from !== null && numbers.has(text.from) ? null : text.from
    return number === undefined ? [] : [{ text: { ...text, from }, ...number }]
  })
  return Map.groupBy(dialled, (d) => d.districtId)
}

async function receiveTexts(deps: ReceiveDeps, district: ReceivingDistrict, dialled: readonly Dialled[]): Promise<void> {
  const sent = dialled.flatMap((d) =>
    d.text.from === null ? [] : [{ text: { ...d.text, from: d.text.from as E164 }, proxyNumberId: d.proxyNumberId }],
  )
  const senderless = dialled.filter((d) => d.text.from === null)
  if (senderless.length > 0) await district.keepSenderless(senderless)
  const routed: RoutedText[] = []
  const afterwards: (() => Promise<void>)[] = []
  // What a text of this batch changes counts for the next ones of the same phone.
  const changed = new Map<string, KnownText['optedOut']>()
  for (const known of await district.know(sent)) {
    const optedOut = changed.get(known.phoneId)
    const text = optedOut === undefined ? known : { ...known, optedOut }
    const one = await receiveText(deps, district, text)
    routed.push(one.routed)
    afterwards.push(...one.effects)
    if (one.optedOut !== undefined) changed.set(text.phoneId, one.optedOut)
  }
  if (routed.length > 0) await district.keepTexts(routed)
  // In the order in which they were written: a START after a STOP counts.
  for (const effect of afterwards) await effect()
}

/** What a keyword makes of a text, beside its record. */
type Received = {
  readonly routed: RoutedText
  readonly effects: readonly (() => Promise<void>)[]
  /** Whose block the phone is under from now on; absent: as before. */
  readonly optedOut?: KnownText['optedOut']
}

async function receiveText(deps: ReceiveDeps, district: ReceivingDistrict, text: KnownText): Promise<Received> {
  const route = routeText(text.known)
  const exchangeId = district.newId()
  const said = keyword(text.text.body)
  // A teacher's one word to a family is a message, unless the carrier itself has acted on it.
  const toFamily = route.kind === 'relay' && route.direction === 'to_family'
  const word = toFamily && !(said !== null && 'byCarrier' in said && said.byCarrier) ? null : said
  const effects: (() => Promise<void>)[] = []
  const answer = (
    notice: TextId,
    write: (
      language: string,
      names: { school: string; district: string },
      wordings: Wordings | undefined,
    ) => { text: string; language: string },
    key: string | null,
  ) => {
    effects.push(async () => {
      const to = await district.addressing(text)
      const spoken = word !== null && 'language' in word ? word.language : deps.detect(text.text.body).language
      const language = route.kind === 'relay' && route.direction === 'to_family' ? 'en' : (to.languages[0] ?? spoken)
      await district.answer([
        {
          ...answerTo(text, route, exchangeId),
          notice,
          key,
          ...write(language, { school: to.schoolName, district: to.districtName }, to.wordings),
        },
      ])
    })
  }
  const record = (passOn: boolean, keywordKind: string | null): Received => ({
    routed: { exchangeId, from: text, ...placeOf(route), passOn, keyword: keywordKind },
    effects,
  })
  const changePhone = (optedOut: boolean, how: string) =>
    effects.push(() => district.changePhone({ phoneId: text.phoneId, optedOut, how, exchangeId }))

  switch (word?.kind) {
    case 'stop':
    case 'wrong-number':
      changePhone(true, word.kind === 'wrong-number' ? 'wrong number' : word.byCarrier ? 'carrier word' : `text ${word.language}`)
      effects.push(() =>
        district.task(word.kind === 'stop' ? 'opted_out' : 'wrong_number', text.phoneId, { phoneId: text.phoneId, exchangeId }),
      )
      if (text.optedOut === null && (word.kind === 'wrong-number' || !word.byCarrier))
        answer('stop_done', (language, names, own) => fixedText('stop_done', language, names, own), `stop_done:${exchangeId}`)
      return {
        ...record(route.kind === 'relay' && route.direction === 'to_staff', word.kind),
        optedOut: text.optedOut ?? (word.kind === 'stop' && word.byCarrier ? 'carrier' : 'ours'),
      }
    case 'start':
      if (word.onlyWhenOptedOut && text.optedOut === null) break
      changePhone(false, `text ${word.language}`)
      // The carrier answers a START only to a block of its own.
      if (!word.byCarrier || text.optedOut === 'ours')
        answer('start_done', (language, names, own) => fixedText('start_done', language, names, own), null)
      return { ...record(false, 'start'), optedOut: null }
    case 'help':
      if (!word.byCarrier) answer('help', (language, names, own) => fixedText('help', language, names, own), null)
      return record(false, 'help')
    case 'original': {
      if (route.kind !== 'relay' || route.direction !== 'to_staff') break
      const original = await district.lastOriginal(route.conversationId)
      if (original === null) answer('no_original', (language, _, own) => fixedText('no_original', language, {}, own), null)
      else
        answer(
          'original_is',
          (language, _, own) => {
            const line = fixedText('original_is', language, {}, own)
            return { text: `${line.text}\n${original}`, language: line.language }
          },
          null,
        )
      return record(false, 'original')
    }
    case 'maybe-stop':
      effects.push(() => district.task('maybe_stop', exchangeId, { phoneId: text.phoneId, exchangeId }))
      break
    case undefined:
      break
  }

  const command = route.kind === 'relay' && route.direction === 'to_family' ? staffCommand(text.text.body) : null
  if (
    command !== null &&
    route.kind === 'relay' &&
    (await district.settleUnknown(route.conversationId, route.authorId ?? '', command))
  )
    return record(false, command)

  const day = district.moment.now.toString().slice(0, 10)
  if (route.kind === 'stranger') {
    answer('stranger', (language, _, own) => fixedText('stranger', language, {}, own), `stranger:${text.phoneId}:${day}`)
    effects.push(() => district.askOffice(text.phoneId, exchangeId))
  }
  if (route.kind === 'lost_staff')
    effects.push(() => district.task('lost_staff', text.phoneId, { phoneId: text.phoneId, personId: route.staffId, exchangeId }))
  if (route.kind === 'office' || route.kind === 'lost_staff')
    answer('closed', (language, _, own) => fixedText('closed', language, {}, own), `closed:${text.phoneId}:${day}`)
  return record(
    route.kind !== 'stranger' && route.kind !== 'lost_staff' && (text.text.body.trim() !== '' || text.text.media.length > 0),
    null,
  )
}

function placeOf(route: Route): Pick<RoutedText, 'place' | 'direction' | 'authorId' | 'guardianId'> {
  switch (route.kind) {
    case 'relay':
      return {
        place: { kind: 'conversation', conversationId: route.conversationId },
        direction: route.direction,
        authorId: route.authorId,
        guardianId: route.guardianId,
      }
    case 'office':
      return {
        place: { kind: 'office', householdId: route.householdId, schoolId: route.schoolId },
        direction: 'to_staff',
        authorId: route.guardianId,
        guardianId: route.guardianId,
      }
    case 'lost_staff':
      return { place: { kind: 'desk' }, direction: 'to_staff', authorId: route.staffId, guardianId: null }
    case 'stranger':
      return { place: { kind: 'desk' }, direction: 'to_staff', authorId: null, guardianId: null }
  }
}

/** The gateway's answer goes back the way the text came, whatever becomes of the conversation. */
function answerTo(
  text: KnownText,
  route: Route,
  answers: string,
): Pick<Answer, 'to' | 'answers' | 'conversationId' | 'direction'> {
  const toStaff = route.kind === 'relay' && route.direction === 'to_family'
  return {
    to: text,
    answers,
    conversationId: route.kind === 'relay' ? route.conversationId : null,
    direction: toStaff ? 'to_staff' : 'to_family',
  }
}
