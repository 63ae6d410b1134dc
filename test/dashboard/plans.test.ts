import { sql } from 'kysely'
import pg from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { schoolConcerns } from '../../src/dashboard/school-concerns.ts'
import { unreviewedCounts } from '../../src/dashboard/school-texts.ts'
import {
  announcedMessage,
  announcedMessages,
  announcementsOf,
  isGoingOut,
  scheduledOf,
  settledHouseholds,
} from '../../src/store/announcements.ts'
import { absencesOf, attendanceDesks, pupilsOf } from '../../src/store/attendance.ts'
import { audienceOf } from '../../src/store/audience.ts'
import { classesOf, classGuardians } from '../../src/store/classes-view.ts'
import { databaseNow, type Trx } from '../../src/store/database.ts'
import { talksEndedAt } from '../../src/store/ended-talks.ts'
import { exchangePage, WHOLE_DISTRICT } from '../../src/store/exchange-view.ts'
import { findFamilies } from '../../src/store/families-view.ts'
import { unreviewedChoices, wordingsOf } from '../../src/store/fixed-texts.ts'
import { inboxPage, markSeen, unreadConversations } from '../../src/store/inbox-view.ts'
import { openLogins } from '../../src/store/logins.ts'
import { phoneNeeds, poolNumbers, waitingForNumber } from '../../src/store/number-needs.ts'
import { looksOf, noteSeen, searchExchanges } from '../../src/store/oversight.ts'
import { ownLines } from '../../src/store/own-lines.ts'
import { ownPhone, setOwnPhone } from '../../src/store/own-phone.ts'
import { staffById, staffedDesks, zoneOf } from '../../src/store/people.ts'
import { findPeople, personView } from '../../src/store/person-view.ts'
import { inboxPulse, tasksPulse, threadPulse } from '../../src/store/pulse.ts'
import { recipients } from '../../src/store/recipients.ts'
import { aideLanguages, districtLanguages, familyLanguages, recordedPromptCounts } from '../../src/store/school-languages.ts'
import { sentencesFor, sentencesOfSchools } from '../../src/store/sentences.ts'
import { momentOf } from '../../src/store/settings.ts'
import { heardFrom, strangerOf } from '../../src/store/strangers.ts'
import { countTasks, openTasks } from '../../src/store/task-list.ts'
import { threadHead, threadPage } from '../../src/store/thread-view.ts'
import { translatorHealth, translatorSigns } from '../../src/store/translator-health.ts'
import { openWorld, type World } from '../support/world.ts'

/** So few rows in any district that reading them all is the shortest way. */
const SMALL = new Set(['school', 'desk', 'district', 'proxy_number', 'setting'])

const OTHERS = 5_000

let world: World
const now = Temporal.Instant.from('2036-03-03T16:00Z')
beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  await world.sends('rivera', { guardian: 'rosa' }, 'Good morning.')
  await world.settled()
  await world.sends('bell', { guardian: 'choir-parent-01' }, 'Good morning.')
  await world.settled()
  // Years of somebody else's messages.
  await world.rows(sql`insert into exchange (district_id, conversation_id, direction, author, seq, status, original_language, original_text, created_at)
    select district_id, id, 'to_family', 'person', 1000 + k, 'delivered', 'en', 'Message ' || k, now() - interval '1 year' - k * interval '1 hour'
    from conversation c cross join generate_series(1, ${OTHERS}::int) k where c.district_id = ${world.district} and c.staff_side = 'bell' returning id`)
  const owner = new pg.Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
  await owner.query('analyze')
  await owner.end()
})

const conversation = '00000000-0000-7000-8000-000000000001'
const staffNamed = async (trx: Trx, id: string) => {
  const staff = await staffById(trx, world.district, id)
  if (staff === null) throw new Error(id)
  return staff
}
const everything = { filter: 'all', search: '', after: null, limit: 25, now } as const
/** By the database's clock, by which exchanges come into being. */
const today = Temporal.Now.instant()
const month = {
  from: today.subtract({ hours: 720 }),
  to: today.add({ hours: 24 }),
  staff: null,
  classId: null,
  status: null,
  words: null,
  before: null,
  limit: 40,
}

const QUERIES: readonly (readonly [what: string, query: (trx: Trx, district: string) => Promise<unknown>])[] = [
  ['the inbox', (trx, d) => inboxPage(trx, d, 'rivera', everything)],
  [
    'the inbox, next page',
    (trx, d) => inboxPage(trx, d, 'rivera', { ...everything, after: { rank: 1, at: '2036-01-01T00:00Z', id: conversation } }),
  ],
  ['the inbox, searched', (trx, d) => inboxPage(trx, d, 'rivera', { ...everything, search: 'maya' })],
  ['what is unread', (trx, d) => unreadConversations(trx, d, 'rivera')],
  ['a look', (trx, d) => markSeen(trx, d, 'rivera', conversation)],
  ['a look of an administrator', async (trx) => noteSeen(trx, await staffNamed(trx, 'kim'), conversation, true)],
  ['the pulses', async (trx, d) => [await inboxPulse(trx, d, 'rivera'), await threadPulse(trx, d, conversation)]],
  ['a conversation', async (trx, d) => threadHead(trx, d, await staffNamed(trx, 'rivera'), conversation)],
  ['its exchanges', (trx, d) => threadPage(trx, d, conversation, { before: { at: now, id: conversation }, limit: 30, now })],
  ['the classes', (trx, d) => classesOf(trx, d, 'rivera')],
  ['the families of all classes', (trx, d) => classGuardians(trx, d, 'rivera', null)],
  ['announcements', (trx, d) => announcementsOf(trx, d, 'rivera', { id: null, before: conversation, limit: 5 })],
  [
    'whom an announcement reaches',
    async (trx, d) => {
      const staff = await staffNamed(trx, 'rivera')
      return audienceOf(trx, staff, (await recipients(trx, d, staff, { class: '4b' })) ?? [])
    },
  ],
  [
    'an announcement',
    (trx, d) => announcedMessages(trx, d, conversation, { after: { group: 0, id: conversation }, limit: 100, now }),
  ],
  ['whether it is going out', (trx, d) => isGoingOut(trx, d, conversation, now)],
  [
    'own lines, logins, desks, zone',
    async (trx, d) => {
      const staff = await staffNamed(trx, 'rivera')
      return [
        await ownLines(trx, d, 'rivera'),
        await openLogins(trx, d, 'rivera'),
        await staffedDesks(trx, staff),
        await zoneOf(trx, staff),
      ]
    },
  ],
  [
    'attendance',
    async (trx, d) => [
      await attendanceDesks(trx, await staffNamed(trx, 'rivera')),
      await pupilsOf(trx, d, 'lincoln'),
      await absencesOf(trx, d, 'lincoln', '2036-03-03'),
    ],
  ],
  ['oversight of the district', async (trx) => searchExchanges(trx, await staffNamed(trx, 'kim'), month, now)],
  [
    'oversight of one class and person',
    async (trx) =>
      searchExchanges(
        trx,
        await staffNamed(trx, 'kim'),
        { ...month, staff: 'rivera', classId: 'x', words: { anyOf: ['a'], as: 'words' as const } },
        now,
      ),
  ],
  [
    'people, found by name',
    async (trx) =>
      findPeople(trx, await staffNamed(trx, 'kim'), {
        schoolId: 'lincoln',
        name: 'lop',
        role: null,
        classId: null,
        after: 'rosa',
        limit: 50,
      }),
  ],
  [
    'who has left, found by name',
    async (trx) =>
      findPeople(trx, await staffNamed(trx, 'kim'), {
        schoolId: 'lincoln',
        name: 'lop',
        role: 'left',
        classId: null,
        after: 'rosa',
        limit: 50,
      }),
  ],
  [
    'oversight of one family',
    async (trx) => searchExchanges(trx, await staffNamed(trx, 'kim'), { ...month, family: 'maya' }, now),
  ],
  [
    'an export for one family',
    (trx, d) =>
      exchangePage(
        trx,
        d,
        WHOLE_DISTRICT,
        { ...month, guardian: null, family: 'maya', notices: true, after: null, limit: 100 },
        now,
      ),
  ],
  [
    'families, found by name',
    (trx, d) => findFamilies(trx, d, { writer: 'lincoln/office', schools: ['lincoln'], name: 'lop', after: 'rosa', limit: 30 }),
  ],
  ['conversations that end', (trx, d) => talksEndedAt(trx, d, now, 20)],
  ['a person', async (trx) => personView(trx, await staffNamed(trx, 'whitfield'), 'rosa')],
  [
    'how many tasks',
    async (trx) => [
      await countTasks(trx, await staffNamed(trx, 'kim'), 100),
      await countTasks(trx, await staffNamed(trx, 'whitfield'), 100),
    ],
  ],
  ['an unknown phone', async (trx) => strangerOf(trx, await staffNamed(trx, 'kim'), conversation)],
  [
    'what was said to and by an unknown phone',
    async (trx) => {
      const stranger = {
        phoneId: conversation,
        schoolId: 'lincoln',
        schoolName: 'Lincoln School',
        optedOut: false,
        mayAnswer: true,
        before: null,
      }
      return heardFrom(trx, await staffNamed(trx, 'kim'), { ...stranger, conversation }, await momentOf(trx), 31)
    },
  ],
  ['the pulse of tasks', (trx, d) => tasksPulse(trx, d)],
  ['who looked', async (trx) => looksOf(trx, await staffNamed(trx, 'kim'), 1_000_000, 100)],
  [
    'the numbers of a school',
    async (trx, d) => [
      await phoneNeeds(trx, d, 'lincoln', now),
      await poolNumbers(trx, d, now.subtract({ hours: 168 })),
      await waitingForNumber(trx, d, 'lincoln'),
    ],
  ],
  [
    'the languages of a school',
    async (trx, d) => [
      await familyLanguages(trx, d, 'lincoln'),
      await aideLanguages(trx, d, 'lincoln'),
      await recordedPromptCounts(trx, d),
      await districtLanguages(trx, d),
      await unreviewedCounts(trx, d),
      await wordingsOf(trx, d),
      await unreviewedChoices(trx, d),
    ],
  ],
  [
    'the translator’s health, and what concerns a school',
    async (trx, d) => {
      const at = await databaseNow(trx)
      return [await translatorHealth(trx, d, at), await translatorSigns(trx, d, at), await schoolConcerns(trx, d, 'lincoln')]
    },
  ],
  [
    'own phone and sentences',
    async (trx, d) => [
      await ownPhone(trx, d, 'rivera'),
      await sentencesFor(trx, d, 'rivera'),
      await sentencesOfSchools(trx, d, ['lincoln']),
      await scheduledOf(trx, d, 'rivera', conversation, now),
      await settledHouseholds(trx, d, conversation, [conversation]),
      await announcedMessage(trx, d, conversation, conversation),
    ],
  ],
  [
    'an own phone that is switched off',
    async (trx, d) =>
      setOwnPhone(trx, world.database.keys, d, await momentOf(trx), 'rivera', { isOff: true, hours: null }, () => ({
        status: 'queued',
        sendAfter: now,
        hold: null,
      })),
  ],
  [
    'tasks of a school',
    async (trx) =>
      openTasks(trx, await staffNamed(trx, 'whitfield'), ['lincoln'], { id: null, after: null, limit: 100, asSeen: (at) => at }),
  ],
]

/** The tables that a query reads whole, and how many exchanges it touches. */
const reads = (query: (trx: Trx, district: string) => Promise<unknown>) =>
  world.inDistrict(async (trx) => {
    // Where an index can serve, the planner takes it now, however few rows there are; where none can, it still reads the whole.
    await sql`set local enable_seqscan = off`.execute(trx)
    await query(trx, world.district)
    const { rows } = await sql<{ relname: string; seq_scan: number; touched: number }>`
      select relname, seq_scan::int, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as touched from pg_stat_xact_user_tables`.execute(
      trx,
    )
    return {
      whole: rows.filter(({ relname, seq_scan }) => seq_scan > 0 && !SMALL.has(relname)).map(({ relname }) => relname),
      exchanges: rows.find(({ relname }) => relname === 'exchange')?.touched ?? 0,
    }
  })

test.each(QUERIES)('%s: no query reads a whole table, or the messages of others', async (_, query) => {
  const { whole, exchanges } = await reads(query)
  expect(whole).toEqual([])
  expect(exchanges).toBeLessThan(OTHERS / 10)
})

test('a query that reads all messages would be noticed', async () => {
  const { exchanges } = await reads((trx, d) =>
    sql`select count(*) from exchange where district_id = ${d} and original_text = 'Message 7'`.execute(trx),
  )
  expect(exchanges).toBeGreaterThan(OTHERS)
})
