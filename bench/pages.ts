/**
 * Measures the pages in a district of 25 schools, many families and years of exchanges, made here: server time of the queries behind each page, asked as the page asks.
 * Words are drawn as they are in a language, few of them often and many of them hardly ever. Aim: each below 50 ms at the median. It prints the ratio of each to the
 * smallest possible question in the same run; what searches words comes last, when these are indexed, which takes the longest. Run: `node bench/pages.ts [families] [exchanges]`; exit status 1 when an aim is missed.
 */

import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Staff } from '../src/core/people.ts'
import { WORD_BLOCK } from '../src/core/search-words.ts'
import { schoolConcerns } from '../src/dashboard/school-concerns.ts'
import { announcedMessages, announcementsOf, writeAnnouncement } from '../src/store/announcements.ts'
import { absencesOf, pupilsOf } from '../src/store/attendance.ts'
import { classesOf, classGuardians } from '../src/store/classes-view.ts'
import { inDistrict, type Trx } from '../src/store/database.ts'
import { findFamilies } from '../src/store/families-view.ts'
import { inboxPage, unreadConversations } from '../src/store/inbox-view.ts'
import { phoneNeeds, poolNumbers, waitingForNumber } from '../src/store/number-needs.ts'
import { looksOf, searchExchanges } from '../src/store/oversight.ts'
import { choicesOf } from '../src/store/oversight-choices.ts'
import { findPeople, personView } from '../src/store/person-view.ts'
import { inboxPulse, threadPulse } from '../src/store/pulse.ts'
import { reachOf } from '../src/store/reach-view.ts'
import { reviewsOf, watchFor } from '../src/store/review.ts'
import { aideLanguages, familyLanguages } from '../src/store/school-languages.ts'
import { candidates, heardFrom, strangerOf } from '../src/store/strangers.ts'
import { countTasks, openTasks } from '../src/store/task-list.ts'
import { threadHead, threadPage } from '../src/store/thread-view.ts'
import { translatorHealth } from '../src/store/translator-health.ts'
import { indexWords } from '../src/store/words.ts'
import { benchDatabase, benchDistrict, median } from './district.ts'

const families = Number(process.argv[2] ?? 50_000)
const exchanges = Number(process.argv[3] ?? 5_000_000)
const ROUNDS = 20
const SCHOOLS = 25
/** Different words of each language. */
const VOCABULARY = 30_000
/** Different texts: to draw each of millions anew takes longer than to store it. */
const TEXTS = 50_000
const AIM_MS = 50

type Pages = Readonly<Record<string, (trx: Trx) => Promise<unknown>>>

const database = await benchDatabase()
const { db, admin } = database
try {
  const { districtId } = await benchDistrict(database, families)
  let began = performance.now()
  await fill(districtId)
  console.log(`${families} families, ${exchanges} exchanges, made in ${Math.round((performance.now() - began) / 1000)} s`)
  await admin('vacuum analyze')

  const teacher: Staff = { districtId, id: 't7', displayName: 'T', scope: { kind: 'own' } } as Staff
  const admins: Staff = { ...teacher, id: 't0', scope: { kind: 'district' } }
  const principal: Staff = { ...teacher, id: 't1', scope: { kind: 'schools', schools: ['s7'] } }
  const now = await inDistrict(db, districtId, async (trx) => {
    const { rows } = await sql<{ now: Temporal.Instant }>`select now() as now`.execute(trx)
    return rows[0]?.now ?? Temporal.Now.instant()
  })
  const conversation = await inDistrict(db, districtId, async (trx) => {
    const { rows } = await sql<{
      id: string
    }>`select id from conversation where district_id = ${districtId} and staff_side = ${teacher.id} order by id limit 1`.execute(
      trx,
    )
    return rows[0]?.id ?? ''
  })
  const inbox = { filter: 'all', search: '', after: null, limit: 25, now } as const
  const search = { from: null, to: null, staff: null, classId: null, status: null, words: null, before: null, limit: 40 } as const
  const words = (...typed: string[]) => ({ ...search, words: { anyOf: [typed.join(' ')], as: 'words' as const } })
  const [month, day] = [now.subtract({ hours: 24 * 30 }), now.subtract({ hours: 24 })]
  const watched = Array.from({ length: 10 }, (_, i) => word('e', 3_000 + 1_500 * i))
  await inDistrict(db, districtId, (trx) => watchFor(trx, districtId, 's7', watched, 't1'))
  const anybody = { schoolId: 's7', name: '', role: null, classId: null, after: null, limit: 50 } as const
  const { announcement, guardian, strange } = await inDistrict(db, districtId, (trx) => more(trx, districtId))
  const pages: Pages = {
    'smallest question': (trx) => sql`select 1`.execute(trx),
    inbox: async (trx) => [
      await inboxPage(trx, districtId, teacher.id, inbox),
      await unreadConversations(trx, districtId, teacher.id),
      await countTasks(trx, admins, 100),
      await countTasks(trx, principal, 100),
      await inboxPulse(trx, districtId, teacher.id),
    ],
    conversation: async (trx) => [
      await threadHead(trx, districtId, teacher, conversation),
      await threadPage(trx, districtId, conversation, { before: null, limit: 30, now }),
      await threadPulse(trx, districtId, conversation),
    ],
    classes: async (trx) => [
      await classesOf(trx, districtId, teacher.id),
      await classGuardians(trx, districtId, teacher.id, null),
    ],
    attendance: async (trx) => [
      await pupilsOf(trx, districtId, 's7'),
      await absencesOf(trx, districtId, 's7', now.toString().slice(0, 10)),
    ],
    oversight: (trx) => searchExchanges(trx, admins, search, now),
    'oversight of a school': (trx) => searchExchanges(trx, principal, search, now),
    'oversight of a teacher': (trx) => searchExchanges(trx, admins, { ...search, staff: teacher.id }, now),
    'oversight of a class': (trx) => searchExchanges(trx, admins, { ...search, classId: 'k7' }, now),
    'oversight of a family': async (trx) => [
      await personView(trx, admins, guardian),
      await searchExchanges(trx, admins, { ...search, family: guardian }, now),
    ],
    'oversight of what failed': (trx) => searchExchanges(trx, admins, { ...search, status: 'failed' }, now),
    'what may be chosen there': (trx) => choicesOf(trx, admins, { staff: '', classId: '' }),
    'who looked': (trx) => looksOf(trx, admins, null, 100),
    'an announcement to a school': async (trx) => [
      await announcementsOf(trx, districtId, 't1', { id: announcement, before: null, limit: 1 }),
      await announcedMessages(trx, districtId, announcement, { after: null, limit: 100, now }),
    ],
    people: (trx) => findPeople(trx, principal, { ...anybody, classId: null }),
    'people by name': (trx) => findPeople(trx, principal, { ...anybody, name: '77' }),
    'people of a class': (trx) => findPeople(trx, principal, { ...anybody, classId: 'k7' }),
    'people who have left': (trx) => findPeople(trx, principal, { ...anybody, role: 'left' }),
    'families of the district by name': (trx) =>
      findFamilies(trx, districtId, { writer: 't1', schools: null, name: '77', after: null, limit: 30 }),
    'families by name': (trx) =>
      findFamilies(trx, districtId, { writer: 's7/office', schools: ['s7'], name: '77', after: null, limit: 30 }),
    'a person': (trx) => personView(trx, admins, guardian),
    'an unknown phone': async (trx) => {
      const stranger = await strangerOf(trx, principal, strange)
      if (stranger === null) throw new Error('No stranger')
      return [
        await heardFrom(trx, principal, stranger, { now, database: now }, 31),
        await candidates(trx, principal, stranger, { name: '77' }, 21),
      ]
    },
    'what is wrong at a school': (trx) => schoolConcerns(trx, districtId, 's7'),
    languages: async (trx) => [await familyLanguages(trx, districtId, 's7'), await aideLanguages(trx, districtId, 's7')],
    numbers: async (trx) => [
      await poolNumbers(trx, districtId, day),
      await phoneNeeds(trx, districtId, 's7', now),
      await waitingForNumber(trx, districtId, 's7'),
    ],
    'how the translator does': (trx) => translatorHealth(trx, districtId, now),
    reach: (trx) => reachOf(trx, districtId, 's7', month),
    tasks: (trx) => openTasks(trx, admins, null, { id: null, after: null, limit: 100, asSeen: (at) => at }),
  }
  const searches: Pages = {
    'inbox, searched': (trx) => inboxPage(trx, districtId, teacher.id, { ...inbox, search: word('e', 40) }),
    'a frequent word': (trx) => searchExchanges(trx, admins, words(word('e', 3)), now),
    'a frequent word, years ago': (trx) =>
      searchExchanges(trx, admins, { ...words(word('e', 3)), to: now.subtract({ hours: 24 * 700 }) }, now),
    'a word now and then': (trx) => searchExchanges(trx, admins, words(word('s', 800)), now),
    'a rare word': (trx) => searchExchanges(trx, admins, words(word('s', VOCABULARY - 1)), now),
    'a word that is nowhere': (trx) => searchExchanges(trx, admins, words('zzyzx'), now),
    'a frequent word and a rare one': (trx) => searchExchanges(trx, admins, words(word('e', 2), word('e', VOCABULARY - 5)), now),
    'two words of the middle': (trx) => searchExchanges(trx, admins, words(word('e', 300), word('e', 500)), now),
    'a beginning that many words share': (trx) => searchExchanges(trx, admins, words(word('e', 0).slice(0, 3)), now),
    'a frequent word of a school': (trx) => searchExchanges(trx, principal, words(word('e', 20)), now),
    'a frequent word of a teacher': (trx) => searchExchanges(trx, admins, { ...words(word('e', 20)), staff: teacher.id }, now),
    'a word now and then of a teacher': (trx) =>
      searchExchanges(trx, admins, { ...words(word('e', 800)), staff: teacher.id }, now),
    'review with ten watched words': (trx) =>
      reviewsOf(trx, districtId, 's7', { week: '2026-01-05', by: 't1', from: null, most: 120 }),
  }
  let smallest = 0
  const measure = async (pages: Pages) => {
    for (const [name, page] of Object.entries(pages)) {
      const times: number[] = []
      for (let i = 0; i < ROUNDS; i++) {
        const start = performance.now()
        await inDistrict(db, districtId, page)
        times.push(performance.now() - start)
      }
      const middle = median(times)
      smallest ||= middle
      console.log(`${name}: ${middle.toFixed(1)} ms, ${(middle / smallest).toFixed(1)} x the smallest question`)
      if (middle > AIM_MS) process.exitCode = 1
    }
  }
  await measure(pages)
  began = performance.now()
  await fillWords(districtId)
  console.log(`their words indexed in ${Math.round((performance.now() - began) / 1000)} s`)
  await admin('vacuum analyze')
  await measure(searches)
} finally {
  await database.close()
}

/** An announcement to the families of a school, a guardian, and a phone of nobody that wrote to an office; gives their ids. */
async function more(trx: Trx, districtId: string) {
  const { rows: written } = await sql<{ id: string; conversation_id: string }>`
    select distinct on (x.conversation_id) x.id, x.conversation_id from exchange x
    join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
    where x.district_id = ${districtId} and c.school_id = 's7' and x.direction = 'to_family' order by x.conversation_id, x.created_at desc limit 2000`.execute(
    trx,
  )
  const announcement = randomUUID()
  const exchanges = written.map(({ id }) => id)
  const at = Temporal.Now.instant()
  await writeAnnouncement(trx, districtId, {
    id: announcement,
    staffId: 't1',
    target: { kind: 'school', id: 's7' },
    at,
    exchanges,
  })
  const { rows } = await sql<{ guardian: string; strange: string }>`
    with wrote as (insert into phone (district_id, number_encrypted, number_index) values (${districtId}, 'x', 'x') returning id),
      desk as (insert into desk (district_id, id, school_id, kind) values (${districtId}, 's7/office', 's7', 'office') on conflict do nothing)
    select wrote.id as strange, (select min(g.guardian_id) from household_guardian g where g.district_id = ${districtId}) as guardian from wrote`.execute(
    trx,
  )
  const { guardian, strange } = rows[0] as { guardian: string; strange: string }
  await sql`insert into exchange (district_id, desk_id, direction, author, status, original_text, phone_id)
    select ${districtId}, 's7/office', 'to_staff', 'person', 'received', 'Hello', ${strange}::uuid from generate_series(1, 40)`.execute(
    trx,
  )
  return { announcement, guardian, strange }
}

/** A made-up word: the `n`th most frequent of a language. */
function word(language: string, n: number): string {
  return `${language}${createHash('md5')
    .update(String(n))
    .digest('hex')
    .slice(0, 3 + (n % 6))}`
}

/** Exchanges of the last three years, spread evenly over the conversations of 25 schools. */
async function fill(districtId: string): Promise<void> {
  await inDistrict(db, districtId, async (trx) => {
    await sql`insert into school (district_id, id, name, hours) select district_id, 's' || i, 'School ' || i, hours from school cross join generate_series(1, ${SCHOOLS - 1}::int) i where district_id = ${districtId}`.execute(
      trx,
    )
    await sql`update class set school_id = 's' || substr(id, 2)::int % ${SCHOOLS}::int where district_id = ${districtId} and substr(id, 2)::int % ${SCHOOLS}::int > 0`.execute(
      trx,
    )
    await sql`update conversation set school_id = 's' || substr(staff_side, 2)::int % ${SCHOOLS}::int where district_id = ${districtId} and substr(staff_side, 2)::int % ${SCHOOLS}::int > 0`.execute(
      trx,
    )
    await sql`insert into person_org (district_id, person_id, org_id) select e.district_id, e.person_id, k.school_id
      from enrollment e join class k on k.district_id = e.district_id and k.id = e.class_id and k.school_id <> 's' where e.district_id = ${districtId}`.execute(
      trx,
    )
    await sql`delete from person_org o using enrollment e, class k where o.district_id = ${districtId} and o.org_id = 's' and e.district_id = o.district_id
      and e.person_id = o.person_id and k.district_id = e.district_id and k.id = e.class_id and k.school_id <> 's'`.execute(trx)
  })
  const each = Math.ceil(exchanges / families)
  const drawn = (language: string) => sql`(select string_agg(${language}::text || substr(md5(n::text), 1, 3 + n % 6), ' ') from (
    select floor(power(${VOCABULARY}::int, random()))::int - 1 as n from generate_series(1, 12 + k % 3)) w)`
  await admin(`create table said (k int primary key, e text not null, s text not null)`)
  await admin(`grant select, insert on said to public`)
  await inDistrict(db, districtId, (trx) =>
    sql`insert into said select k, ${drawn('e')}, ${drawn('s')} from generate_series(0, ${TEXTS - 1}::int) k`.execute(trx),
  )
  // A part at a time, so that no statement holds everything at once.
  for (let k = 0; k < each; k++)
    await inDistrict(db, districtId, (trx) =>
      sql`insert into exchange (district_id, conversation_id, direction, author, seq, status, original_language, original_text, translation_language, translation_text, created_at)
        select c.district_id, c.id, case when ${k}::int % 3 = 0 then 'to_staff' else 'to_family' end, 'person', 1000000 + ${k}::int, case when random() < 0.001 then 'failed' else 'delivered' end,
          'en', t.e, 'es', t.s, now() - (${k}::int * 3 * 365.0 / ${each}::int) * interval '1 day' - random() * interval '8 days'
        from (select district_id, id, floor(random() * ${TEXTS}::int)::int as k from conversation where district_id = ${districtId}) c join said t on t.k = c.k`.execute(
        trx,
      ),
    )
}

/** Their words in the index. */
async function fillWords(districtId: string): Promise<void> {
  await inDistrict(db, districtId, (trx) =>
    sql`insert into word_waiting (district_id, seq, texts, exchanges)
      select ${districtId}, part + 1, count(*), array_agg(id order by n) from (
        select id, row_number() over (order by created_at, id) as n, (row_number() over (order by created_at, id) - 1) / 1024 as part
        from exchange where district_id = ${districtId}) x group by part`.execute(trx),
  )
  await admin('analyze')
  while ((await indexWords(db, districtId, WORD_BLOCK / 2)) > 0);
}
