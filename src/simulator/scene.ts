import type { FastifyInstance, FastifyReply } from 'fastify'
import type { VoiceFault } from './call-world.ts'
import type { Simulator } from './carrier.ts'
import { drawing } from './drawing.ts'
import { admitThisComputerOnly, readForms } from './guard.ts'
import { sceneCss } from './scene.css.ts'
import { type Breakage, breakageNames, breakages, breakagesFor, type LastBroken } from './scene-faults.ts'
import { recordLimits } from './scene-log.ts'
import { type SceneView, scenePage } from './scene-page.ts'
import type { PhoneView } from './scene-phones.ts'
import { sceneScript } from './scene-script.ts'
import { actsOf, type Cast, callActsOf, clockMoves, isNight, tellCallStory, tellStory } from './scene-story.ts'
import { clockTime, languageName } from './scene-words.ts'
import type { Phone, Stage } from './stage.ts'

type Fields = Readonly<Record<string, string | undefined>>

const headers = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
  // not no-referrer: under it a plain form's POST says `Origin: null`, and the door stays shut
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
}

/** On nobody's list (numbers 555-0100 to 555-0199 are nobody's: ATIS-0300115). */
const UNKNOWN_PHONE = '+15035550188'

/** A sign of life on the event stream, before anything between drops a silent connection. */
const beatMilliseconds = 15_000

/**
 * A page without the script looks again by itself while something happens, but only so long after a press: a visitor who has begun to type meanwhile
 * would lose the words.
 */
const lookAgain = { afterPress: 10_000, afterChange: 2_500 }

/**
 * The demo's page at `/simulator`, as a Fastify plugin: two phones on a table, the clock, the record, and things to break. Works by plain forms;
 * the script adds live updates. Answers on this computer only.
 */
export function simulatorScene(
  app: FastifyInstance,
  options: { readonly simulator: Simulator; readonly stage: Stage; readonly monotonic?: () => number },
  done: () => void,
): void {
  const { simulator, stage, monotonic = () => performance.now() } = options
  const watching = new Set<FastifyReply>()
  let translatorDown = false
  let voiceFault: VoiceFault = 'none'
  const tried = new Set<Breakage>()
  let lastBroken: Pick<LastBroken, 'what' | 'before'> | null = null
  let pressedAt = Number.NEGATIVE_INFINITY
  let changedAt = Number.NEGATIVE_INFINITY

  admitThisComputerOnly(app)
  readForms(app)
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(headers)
  })

  function changed(): void {
    changedAt = monotonic()
    for (const reply of watching) reply.raw.write('data: changed\n\n')
  }
  const unsubscribes = [simulator.subscribe(changed), simulator.calls.subscribe(changed), stage.subscribe(changed)]
  const beat = setInterval(() => {
    for (const reply of watching) reply.raw.write(': still here\n\n')
  }, beatMilliseconds)
  beat.unref()
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
    clearInterval(beat)
    for (const unsubscribe of unsubscribes) unsubscribe()
    for (const reply of watching) reply.raw.end()
  })

  app.get('/simulator/scene.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(sceneCss))
  app.get('/simulator/scene.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(sceneScript))
  app.get('/simulator/events', (_request, reply) => {
    // A stream that began now would keep the server from closing.
    if (closing) return reply.code(503).send()
    reply.hijack()
    reply.raw.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream' }).write('retry: 1000\n\n')
    watching.add(reply)
    reply.raw.once('close', () => watching.delete(reply))
  })

  app.get('/simulator', async (request, reply) => {
    const page = await sceneView(request.query as Fields)
    return reply.type('text/html; charset=utf-8').send(String(scenePage(page)))
  })

  app.get<{ Params: { key: string } }>('/simulator/pictures/:key', async (request, reply) => {
    const file = simulator.picture(request.params.key)
    if (file === undefined || !/^image\/(?:jpeg|png|gif|webp)$/.test(file.type)) return reply.code(404).send()
    return reply.type(file.type).send(Buffer.from(file.base64, 'base64'))
  })

  app.post('/simulator/text', async (request, reply) => {
    const { phone: id, to, body = '', picture, family } = (request.body ?? {}) as Fields
    const phone = (await stage.phones()).find((one) => one.id === id)
    const known =
      phone !== undefined &&
      (phone.contacts.some((contact) => contact.number === to) || others(phone).some(({ number }) => number === to))
    const files = picture === 'yes' ? [drawing()] : []
    if (!phone || !known || !to || (!body.trim() && files.length === 0))
      return reply.code(400).type('text/plain').send('A text needs a phone, a contact and words.')
    simulator.text(phone.number, to, body.slice(0, 1600), files)
    return back(reply, family)
  })

  app.post('/simulator/unknown', async (request, reply) => {
    const { to = '', family } = (request.body ?? {}) as Fields
    const phone = (await stage.phones()).find((one) => one.side === 'family' && one.contacts.some(({ number }) => number === to))
    if (phone === undefined) return reply.code(400).type('text/plain').send('A text needs a number of the school.')
    simulator.text(UNKNOWN_PHONE, to, phone.contacts[0]?.suggestions[0] ?? '')
    return back(reply, family)
  })

  app.post('/simulator/call', async (request, reply) => {
    const { phone: id, to = '', do: act = '', keys = '', words = '', family } = (request.body ?? {}) as Fields
    const phone = (await stage.phones()).find((one) => one.id === id)
    if (!phone) return reply.code(400).type('text/plain').send('A call needs a phone.')
    const { calls } = simulator
    const acts: Readonly<Record<string, () => void>> = {
      // A second press while one rings would be a second call.
      dial: () =>
        calls.phoneCall(phone.number)?.state !== 'talks' &&
        phone.contacts.some((one) => one.number === to) &&
        calls.dial(phone.number, to),
      answer: () => calls.answer(phone.number),
      'hang-up': () => calls.hangUp(phone.number),
      press: () => /^[0-9*#]$/.test(keys) && calls.press(phone.number, keys),
      speak: () => words.trim() !== '' && calls.speak(phone.number, words.slice(0, 300)),
    }
    if (!Object.hasOwn(acts, act)) return reply.code(400).type('text/plain').send('A phone cannot do that.')
    acts[act]?.()
    changed()
    return back(reply, family)
  })

  app.post('/simulator/clock', async (request, reply) => {
    const { to = '', family } = (request.body ?? {}) as Fields
    const moves = Object.values(clockMoves)
    if (!moves.some((move) => move.to === to)) return reply.code(400).type('text/plain').send('The clock goes to 22:40 or 07:00.')
    const clock = await stage.clock()
    // What the page does not offer now is a second press: it would go on a whole day.
    if (to === clockMoves[isNight(clock.now, clock.zone) ? 'night' : 'day'].to) await stage.moveClock(to)
    changed()
    return back(reply, family)
  })

  /** What happens to calls that ring the landlines on the table. */
  function phoneFault(fault: VoiceFault) {
    return {
      set: async (on: boolean) => {
        voiceFault = on ? fault : 'none'
        for (const phone of await stage.phones())
          if (phone.kind === 'landline') simulator.calls.setVoiceFault(phone.number, voiceFault)
      },
      on: () => voiceFault === fault,
    }
  }
  const breaks: Readonly<Record<Breakage, { readonly set: (on: boolean) => Promise<void> | void; readonly on: () => boolean }>> =
    {
      carrier: {
        // Refused for sure (429), so that texts wait and go: after a 503 it would be unknown for 20 minutes whether they had gone.
        set: (on) => simulator.setFaults({ rest: on ? 'storm' : 'none', strikes: null, retryAfterSeconds: 3 }),
        on: () => simulator.faults().rest === 'storm',
      },
      answer: {
        set: (on) => simulator.setFaults({ rest: on ? 'accept-then-reset' : 'none', strikes: on ? 1 : null }),
        on: () => simulator.faults().rest === 'accept-then-reset',
      },
      translator: {
        set: async (on) => {
          await stage.setTranslatorDown(on)
          translatorDown = on
        },
        on: () => translatorDown,
      },
      'no-answer': phoneFault('no-answer'),
      busy: phoneFault('busy'),
      machine: phoneFault('machine'),
      'hang-up': phoneFault('hang-up'),
    }
  const brokenNow = () => breakageNames.find((what) => breaks[what].on()) ?? null

  app.post('/simulator/break', async (request, reply) => {
    const { what = '', on, family } = (request.body ?? {}) as Fields
    if (!Object.hasOwn(breakages, what)) return reply.code(400).type('text/plain').send('Nothing of that name can be broken.')
    const broken = what as Breakage
    if (on === 'yes') {
      for (const other of breakageNames) if (other !== broken && breaks[other].on()) await breaks[other].set(false)
      const texts = [...simulator.handsets.values()].flat()
      lastBroken = { what: broken, before: new Set(texts.map((text) => text.id)) }
      tried.add(broken)
    }
    await breaks[broken].set(on === 'yes')
    changed()
    return back(reply, family)
  })

  /** The texts between a phone and the school's other numbers than its contacts', by number: of an office, or of a second teacher. */
  const others = (phone: Phone) =>
    [...Map.groupBy(simulator.handsets.get(phone.number) ?? [], ({ other }) => other)]
      .filter(([number]) => !phone.contacts.some((contact) => contact.number === number))
      .map(([number, texts]) => ({ number, texts }))

  async function sceneView(query: Fields): Promise<SceneView> {
    const all = query.log === 'all'
    const [phones, clock, record] = await Promise.all([
      stage.phones(),
      stage.clock(),
      stage.record(recordLimits[all ? 'all' : 'newest']),
    ])
    const families = phones.filter((phone) => phone.side === 'family')
    const familyPhone = families.find((phone) => phone.id === query.family) ?? families[0]
    const staffPhone = phones.find((phone) => phone.id === familyPhone?.contacts[0]?.phone)
    if (!familyPhone || !staffPhone) throw new Error('The stage has no family phone with a contact on the table')

    const texts = (one: Phone, other: Phone) => {
      const number = one.contacts.find((contact) => contact.phone === other.id)?.number
      return (simulator.handsets.get(one.number) ?? []).filter((text) => text.other === number)
    }
    const cast: Cast = {
      family: familyPhone.owner,
      staff: staffPhone.owner,
      familyLanguage: languageName(familyPhone.language),
      staffLanguage: languageName(staffPhone.language),
    }
    const onTable = [texts(familyPhone, staffPhone), texts(staffPhone, familyPhone)] as const
    const broken = brokenNow()
    const landline = familyPhone.kind === 'landline'
    // What befalls calls says nothing on a page of texts, nor the other way round.
    const last =
      lastBroken && breakagesFor(landline).includes(lastBroken.what) ? { ...lastBroken, still: lastBroken.what === broken } : null
    const story = landline
      ? tellCallStory(simulator.calls.phoneCall(familyPhone.number) ?? null, onTable[1], clock, cast, { last, tried })
      : tellStory(...onTable, clock, cast, { last, tried })
    const written = await stage.written(
      onTable.flat().flatMap(({ kind, sid }) => (kind === 'received' && sid !== null ? [sid] : [])),
    )
    const ready = broken !== null || story.act === actsOf(cast).length

    function view(phone: Phone, other: Phone): PhoneView {
      const contact = phone.contacts.find((one) => one.phone === other.id)
      if (!contact) throw new Error(`The stage's phone ${phone.id} lacks the contact for ${other.id}`)
      const shown = texts(phone, other)
      const glows = story.glow === phone.side
      const count = shown.filter((text) => text.kind === 'sent').length
      const chosen = query.phone === phone.id
      const next = chosen ? Number(query.draft) : count % contact.suggestions.length
      return {
        phone,
        contact,
        other,
        texts: shown,
        written,
        draft: glows || ready || chosen ? (contact.suggestions[next] ?? '') : '',
        glows,
        time: clockTime(clock.now, clock.zone),
        zone: clock.zone,
        call: simulator.calls.phoneCall(phone.number) ?? null,
        others: phone.side === 'family' ? others(phone) : [],
        unknown: phone.side === 'family' ? (simulator.handsets.get(UNKNOWN_PHONE) ?? []) : null,
        family: (familyPhone as Phone).id,
      }
    }

    return {
      family: view(familyPhone, staffPhone),
      staff: view(staffPhone, familyPhone),
      families,
      story,
      acts: landline ? callActsOf(cast) : actsOf(cast),
      clock,
      night: isNight(clock.now, clock.zone),
      record,
      all,
      lookAgain:
        query.draft === undefined &&
        monotonic() - pressedAt < lookAgain.afterPress &&
        (story.travelling || monotonic() - changedAt < lookAgain.afterChange),
      broken,
      tried,
    }
  }

  function back(reply: FastifyReply, family: string | undefined): FastifyReply {
    pressedAt = monotonic()
    return reply.redirect(`/simulator?family=${encodeURIComponent(family ?? '')}`, 303)
  }

  done()
}
