/** What the demo's scene shows of the gateway: the phones on the table and the newest messages of the log. */

import { sql } from 'kysely'
import { languageName } from './core/language.ts'
import type { Installation } from './installation.ts'
import type { Contact, Phone, StageExchange, StageRecord } from './simulator/stage.ts'
import { inDistrict } from './store/database.ts'
import { readNumber } from './store/phones.ts'

/** The teacher of the scene. */
export const TEACHER = 'staff-rivera'

/** The phones on the table: whose they are, and what they would say: first by day, then by night, then while something is broken. */
export const FAMILIES: readonly {
  readonly id: string
  readonly person: string
  readonly says: readonly string[]
  readonly hears: readonly string[]
}[] = [
  {
    id: 'rosa',
    person: 'guardian-rosa-lopez',
    says: [
      'Mi hijo está enfermo hoy y no irá a la escuela.',
      '¿Cuál es la tarea?',
      'Recogeré a mi hijo a las 2:15 PM.',
      'Mi hijo perdió una mochila.',
      'No puedo ir a la reunión. ¿Otro día?',
    ],
    hears: [
      'Thank you for telling me. Please pick up the homework at 3:30 PM.',
      'I hope your child feels better soon.',
      'I will call you at 4:15 PM.',
      'See you tomorrow.',
    ],
  },
  {
    id: 'luis',
    person: 'guardian-luis-lopez',
    says: ['¿Cuál es la tarea?', 'Gracias.'],
    hears: ['Please pick up the homework at 3:30 PM.', 'Thank you.', 'See you tomorrow.'],
  },
  {
    id: 'fatima',
    person: 'guardian-fatima-al-sayed',
    says: [
      'سيتأخر طفلي اليوم.',
      'ما هو الواجب المنزلي؟',
      'طفلي لا يفهم الواجب المنزلي.',
      'الحافلة متأخرة.',
      'لا أستطيع الحضور إلى الاجتماع. هل يمكن في يوم آخر؟',
    ],
    hears: [
      'Thank you for telling me. I will call you at 4:15 PM.',
      'See you tomorrow.',
      'Please come to school at 2:45 PM.',
      'The homework is ready at 3:30 PM.',
    ],
  },
  {
    id: 'wei',
    person: 'guardian-wei-chen',
    says: ['我可以和您谈谈吗？什么时候？', '谢谢老师。', '我的孩子丢了书包。', '校车晚点了。', '我不能来见面。可以换一天吗？'],
    hears: ['Please come to school at 2:45 PM.', 'Thank you.', 'See you tomorrow.', 'The homework is ready at 3:30 PM.'],
  },
]

type PairRow = { conversation_id: string; side: 'family' | 'staff'; number: string; guardian_id: string; child: string | null }

/** The phones of the scene with the numbers that each really sees. */
export async function phonesOnTable({ db, keys }: Installation, district: string): Promise<Phone[]> {
  return inDistrict(db, district, async (trx) => {
    const { rows: people } = await sql<{
      id: string
      given_name: string
      display_name: string | null
      language: string | null
      landline: boolean
      number_encrypted: Buffer
    }>`
      select distinct on (p.id) p.id, p.given_name, p.display_name, p.language, pp.use = 'phone' as landline, f.number_encrypted from person p
      join person_phone pp on pp.district_id = p.district_id and pp.person_id = p.id
      join phone f on f.district_id = p.district_id and f.id = pp.phone_id
      where p.district_id = ${district} and p.id = any(${[TEACHER, ...FAMILIES.map((f) => f.person)]}::text[])
      order by p.id, pp.use desc`.execute(trx)
    const { rows: pairs } = await sql<PairRow>`
      select c.id as conversation_id, b.side, n.number, pp.person_id as guardian_id,
        (select min(q.given_name) from guardianship gs join person q on q.district_id = gs.district_id and q.id = gs.student_id
          where gs.district_id = ${district} and gs.guardian_id = pp.person_id) as child
      from conversation c join household h on h.district_id = c.district_id and h.id = c.household_id
      join person_phone pp on pp.district_id = h.district_id and pp.phone_id = h.phone_id
      join binding b on b.district_id = c.district_id and b.conversation_id = c.id and b.until is null
      join proxy_number n on n.id = b.proxy_number_id
      where c.district_id = ${district} and c.staff_side = ${TEACHER} and c.ended_at is null`.execute(trx)
    const person = (id: string) => people.find((p) => p.id === id)
    const numberOf = (id: string) => readNumber(keys, district, person(id)?.number_encrypted as Buffer)
    const proxy = (guardian: string, side: PairRow['side']) => pairs.find((p) => p.guardian_id === guardian && p.side === side)
    const teacher = person(TEACHER)
    const families = FAMILIES.flatMap((family): Phone[] => {
      const who = person(family.person)
      const seen = proxy(family.person, 'family')
      if (who === undefined || seen === undefined) return []
      const contact: Contact = {
        label: teacher?.display_name ?? 'Teacher',
        number: seen.number,
        phone: 'rivera',
        suggestions: family.says,
      }
      return [
        {
          id: family.id,
          owner: who.given_name,
          side: 'family',
          kind: who.landline ? 'landline' : 'flip',
          number: numberOf(family.person),
          language: who.language ?? 'en',
          contacts: [contact],
        },
      ]
    })
    const contacts = FAMILIES.flatMap((family): Contact[] => {
      const seen = proxy(family.person, 'staff')
      return seen === undefined
        ? []
        : [
            {
              label: family.id === 'luis' ? `${seen.child ?? 'A'}’s father` : `${seen.child ?? 'A'}’s family`,
              number: seen.number,
              phone: family.id,
              suggestions: family.hears,
            },
          ]
    })
    if (teacher === undefined) return families
    return [
      ...families,
      {
        id: 'rivera',
        owner: teacher.display_name ?? 'Ms Rivera',
        side: 'staff',
        kind: 'smart',
        number: numberOf(TEACHER),
        language: teacher.language ?? 'en',
        contacts,
      },
    ]
  })
}

type Detail = Readonly<Record<string, unknown>>

/** Events in the words of the scene; one without words here is left out. */
const WORDS: Readonly<Record<string, (detail: Detail) => string>> = {
  received: () => 'came in and was kept',
  written: () => 'written and kept',
  notice: () => 'written by the gateway itself',
  translated: (d) =>
    `translated from ${languageName(String(d['from']), 'en')} to ${languageName(String(d['to']), 'en')} by the ${d['by']}`,
  not_translated: () => 'not translated: the original goes on with a note',
  differs: () => 'a number, time or name differed in the translation: both texts go on',
  translator_away: () => 'the translator is away: asked again soon',
  held: (d) => (d['why'] === 'minutes' ? 'held until tomorrow: enough calls for today' : 'waits until it may go out'),
  queued: () => 'ready to go',
  sending: () => 'handed to the carrier',
  no_answer: () => 'no answer from the carrier: it will be asked, nothing is sent twice',
  not_taken: (d) => (d['code'] === undefined ? 'did not get to the carrier, tried again' : 'refused by the carrier, tried again'),
  found_at_carrier: () => 'found at the carrier',
  sent: () => 'taken by the carrier',
  delivered: () => 'delivered to the phone',
  undelivered: () => 'not delivered',
  failed: () => 'failed',
  unknown: () => 'may not have gone out: the sender decides',
  canceled: () => 'canceled',
  opted_out: () => 'STOP: no more messages to this phone',
  opted_in: () => 'START: messages again',
  ringing: () => 'the phone is rung',
  person: () => 'somebody pressed one: not a machine',
  machine: () => 'a machine answered: it heard only whom to call back',
  heard: () => 'heard to its end',
  answered: () => 'answered',
  not_answered: (d) => `no answer: rung again in ${d['againMinutes'] ?? 'some'} minutes`,
  not_reached: () => 'three calls, no answer: the teacher is told',
  rescue_given_up: () => 'no call any more: the text stands as sent',
  rescue: (d) => (d['rung'] === 'call' ? 'the phone takes no texts: a call instead' : 'the other guardian gets it'),
  called: () => 'somebody called',
  talked: () => 'put through, without either number',
  not_connected: () => 'nobody took the call',
  minutes_used: () => 'not put through: enough calls for today',
  call_ended: (d) => `over after ${d['seconds']} s`,
  transcribed: () => 'put into words',
  not_transcribed: () => 'kept as audio',
}

type StoredEvent = { readonly at: string; readonly what: string; readonly detail: Detail | null }

/**
 * What happened to a message in the scene's words. `sending` is written before the carrier is called; where the carrier then did not take the text
 * nothing was handed over, so only the refusal is told.
 */
export function eventsInWords(stored: readonly StoredEvent[]): StageExchange['events'] {
  return stored
    .filter(({ what }, i) => {
      const next = stored.slice(i + 1).find((later) => later.what === 'sending' || later.what === 'not_taken')
      return what !== 'sending' || next?.what !== 'not_taken'
    })
    .map(({ at, what, detail }) => ({ at: Temporal.Instant.from(at), what: WORDS[what]?.(detail ?? {}) ?? what }))
}

/** When the texts that the carrier knows by these ids were written, by the database's clock; ids that are not known are left out. */
export async function whenWritten(
  { db }: Pick<Installation, 'db'>,
  district: string,
  sids: readonly string[],
): Promise<ReadonlyMap<string, Temporal.Instant>> {
  const { rows } = await inDistrict(db, district, (trx) =>
    sql<{ sid: string; at: Temporal.Instant }>`
      select a.sid, least(e.reached_at, e.created_at) as at from attempt a
      join exchange e on e.district_id = a.district_id and e.id = a.exchange_id
      where a.district_id = ${district} and a.sid = any(${sids}::text[])`.execute(trx),
  )
  return new Map(rows.map(({ sid, at }) => [sid, at]))
}

/** The newest messages in the scene's words, newest first, by the database's clock. */
export async function newestExchanges({ db }: Pick<Installation, 'db'>, district: string, limit: number): Promise<StageRecord> {
  return inDistrict(db, district, async (trx) => {
    const { rows } = await sql<{
      id: string
      total: number
      direction: string
      author: string
      family: string | null
      staff: string | null
      original_language: string | null
      original_text: string
      translation_language: string | null
      translation_text: string | null
      created: string
      /** Null for a message whose events have no words here. */
      events: StoredEvent[] | null
    }>`
      with newest as (
        select *, count(*) over () as total from exchange where district_id = ${district} order by created_at desc, id desc limit ${limit}
      )
      select e.id, e.total, e.direction, e.author, e.original_language, e.original_text, e.translation_language, e.translation_text,
        to_jsonb(e.created_at) #>> '{}' as created, coalesce(p.display_name, p.given_name) as staff, (select min(g.given_name) from person g
          where g.district_id = e.district_id and (g.id = e.guardian_id or (e.guardian_id is null and g.id in (select pp.person_id
            from household h join person_phone pp on pp.district_id = h.district_id and pp.phone_id = h.phone_id
            where h.district_id = c.district_id and h.id = c.household_id)))) as family,
        (select jsonb_agg(jsonb_build_object('at', v.at, 'what', v.what, 'detail', v.detail) order by v.id)
          from event v where v.district_id = e.district_id and v.exchange_id = e.id and v.what = any(${Object.keys(WORDS)}::text[])) as events
      from newest e
      left join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
      left join person p on p.district_id = c.district_id and p.id = c.staff_side
      order by e.created_at desc, e.id desc`.execute(trx)
    return {
      total: Number(rows[0]?.total ?? 0),
      exchanges: rows.map((row) => {
        const [family, staff] = [row.family ?? 'A phone', row.staff ?? 'The school']
        const toFamily = row.direction === 'to_family'
        const texts = [
          { language: row.original_language ?? 'und', text: row.original_text },
          { language: row.translation_language ?? 'und', text: row.translation_text },
        ]
        return {
          id: row.id,
          from: row.author === 'gateway' ? 'Homeline' : toFamily ? staff : family,
          to: toFamily ? family : staff,
          texts: texts.flatMap(({ language, text }) => (text === null ? [] : [{ language, text }])),
          events: eventsInWords(row.events ?? [{ at: row.created, what: 'written', detail: null }]),
        }
      }),
    }
  })
}
