/** What the demo's scene shows of the gateway: the phones on the table and the newest lines of the log. */

import { sql } from 'kysely'
import { languageName } from './core/language.ts'
import type { Installation } from './installation.ts'
import type { Contact, Phone, StageLine } from './simulator/stage.ts'
import { inDistrict } from './store/database.ts'
import { readNumber } from './store/phones.ts'

/** The teacher of the scene. */
export const TEACHER = 'staff-rivera'

/** The phones on the table: whose they are, and what they would say by day and by night. */
export const FAMILIES: readonly {
  readonly id: string
  readonly person: string
  readonly says: readonly string[]
  readonly hears: readonly string[]
}[] = [
  {
    id: 'rosa',
    person: 'guardian-rosa-lopez',
    says: ['Mi hijo está enfermo hoy y no irá a la escuela.', '¿Cuál es la tarea?'],
    hears: ['Thank you for telling me. Please pick up the homework at 3:30 PM.', 'I hope your child feels better soon.'],
  },
  {
    id: 'fatima',
    person: 'guardian-fatima-al-sayed',
    says: ['سيتأخر طفلي اليوم.', 'ما هو الواجب المنزلي؟'],
    hears: ['Thank you for telling me. I will call you at 4:15 PM.', 'See you tomorrow.'],
  },
  {
    id: 'wei',
    person: 'guardian-wei-chen',
    says: ['我可以和您谈谈吗？什么时候？', '谢谢老师。'],
    hears: ['Please come to school at 2:45 PM.', 'Thank you.'],
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
      number_encrypted: Buffer
    }>`
      select p.id, p.given_name, p.display_name, p.language, f.number_encrypted from person p
      join person_phone pp on pp.district_id = p.district_id and pp.person_id = p.id and pp.use = 'sms'
      join phone f on f.district_id = p.district_id and f.id = pp.phone_id
      where p.district_id = ${district} and p.id = any(${[TEACHER, ...FAMILIES.map((f) => f.person)]}::text[])`.execute(trx)
    const { rows: pairs } = await sql<PairRow>`
      select c.id as conversation_id, b.side, n.number, pp.person_id as guardian_id,
        (select min(q.given_name) from guardianship gs join person q on q.district_id = gs.district_id and q.id = gs.student_id
          where gs.district_id = ${district} and gs.guardian_id = pp.person_id) as child
      from conversation c join household h on h.district_id = c.district_id and h.id = c.household_id
      join person_phone pp on pp.district_id = h.district_id and pp.phone_id = h.phone_id and pp.use = 'sms'
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
          kind: 'flip',
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
        : [{ label: `${seen.child ?? 'A'}’s family`, number: seen.number, phone: family.id, suggestions: family.hears }]
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

/** Events in the words of the scene; one without words here is left out. */
const WORDS: Readonly<Record<string, (detail: Record<string, unknown>) => string>> = {
  received: () => 'A text came in and was kept',
  translated: (d) =>
    `Translated from ${languageName(String(d['from']), 'en')} to ${languageName(String(d['to']), 'en')} by the ${d['by']}`,
  not_translated: () => 'Not translated: the original goes on with a note',
  differs: () => 'The translation lost a number, a time or a name: both texts go on',
  translator_away: () => 'The translator is away: asked again soon',
  held: () => 'Held until the allowed hours begin',
  queued: () => 'Ready to go',
  sending: () => 'Handed to the carrier',
  no_answer: () => 'No answer from the carrier: it will be asked, nothing is sent twice',
  not_taken: () => 'The carrier did not take it: tried again soon',
  found_at_carrier: () => 'The carrier had it all along',
  sent: () => 'Taken by the carrier',
  delivered: () => 'Delivered to the phone',
  undelivered: () => 'Not delivered',
  failed: () => 'Failed',
  unknown: () => 'It may not have gone out: the sender decides',
  canceled: () => 'Canceled',
  notice: () => 'The gateway answers by itself',
  opted_out: () => 'STOP: no more messages to this phone',
  opted_in: () => 'START: messages again',
}

/** The newest events in the scene's words, newest first, by the database's clock. */
export async function recentLines({ db }: Installation, district: string): Promise<StageLine[]> {
  return inDistrict(db, district, async (trx) => {
    const { rows } = await sql<{
      at: Temporal.Instant
      what: string
      detail: Record<string, unknown> | null
      direction: string | null
      author: string | null
      guardian: string | null
    }>`
      select v.at, v.what, v.detail, e.direction, e.author, g.given_name as guardian from event v
      left join exchange e on e.district_id = v.district_id and e.id = v.exchange_id
      left join person g on g.district_id = v.district_id and g.id = e.guardian_id
      where v.district_id = ${district} and v.exchange_id is not null and v.what = any(${Object.keys(WORDS)}::text[]) order by v.id desc limit 12`.execute(
      trx,
    )
    return rows.map((row) => ({
      at: row.at,
      what: WORDS[row.what]?.(row.detail ?? {}) ?? row.what,
      who: row.author === 'gateway' ? 'Homeline' : row.direction === 'to_family' ? 'Ms Rivera' : (row.guardian ?? ''),
    }))
  })
}
