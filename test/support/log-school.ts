import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { E164 } from '../../src/core/phone-number.ts'
import { type Db, databaseNow, inDistrict } from '../../src/store/database.ts'
import { appendEvents, type NewEvent } from '../../src/store/events.ts'
import type { Keys } from '../../src/store/keys.ts'
import { ensurePhones } from '../../src/store/phones.ts'

/** The family's real number and the proxy numbers: none of the first may ever be read outside the carrier. */
export const REAL_NUMBER = '+19715550142' as E164
export const FAMILY_PROXY = '+19715550101'
export const STAFF_PROXY = '+19715550102'

/**
 * A district with two schools. At `lincoln`: teacher `rivera` (class of `maya`), teacher `okafor` (no class, staffs the office desk),
 * administrator `principal`; at `grant`: teacher `other`, administrator `grant-head`; `super` for the district; `gone` is inactive.
 * The household of one shared phone: guardians `rosa` and `abel`; `rosa` is Maya's. Conversation `conversation` joins rivera and them,
 * `office` the office desk and them.
 */
export type LogSchool = {
  readonly district: string
  readonly household: string
  readonly conversation: string
  readonly office: string
}

export async function logSchool(db: Db, keys: Keys, sourcedId = 'd'): Promise<LogSchool> {
  const made = await db
    .insertInto('district')
    .values({ sourced_id: sourcedId, name: 'D' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const district = made.id
  const own = { district_id: district }
  return inDistrict(db, district, async (trx) => {
    const schools = ['lincoln', 'grant']
    await trx
      .insertInto('school')
      .values(schools.map((id) => ({ ...own, id, name: id })))
      .execute()
    await trx
      .insertInto('desk')
      .values(schools.map((id) => ({ ...own, id: `${id}/office`, school_id: id, kind: 'office' })))
      .execute()
    const person = (id: string, kind: string, role: string, active = true) => ({
      ...own,
      id,
      kind,
      role,
      given_name: id,
      family_name: 'X',
      active,
    })
    await trx
      .insertInto('person')
      .values([
        person('rivera', 'staff', 'teacher'),
        person('okafor', 'staff', 'teacher'),
        person('principal', 'staff', 'administrator'),
        person('other', 'staff', 'teacher'),
        person('grant-head', 'staff', 'administrator'),
        person('super', 'staff', 'administrator'),
        person('gone', 'staff', 'teacher', false),
        person('rosa', 'guardian', 'parent'),
        person('abel', 'guardian', 'parent'),
        person('maya', 'student', 'student'),
      ])
      .execute()
    const orgs = {
      rivera: 'lincoln',
      okafor: 'lincoln',
      principal: 'lincoln',
      other: 'grant',
      'grant-head': 'grant',
      super: sourcedId,
      maya: 'lincoln',
    }
    await trx
      .insertInto('person_org')
      .values(Object.entries(orgs).map(([person_id, org_id]) => ({ ...own, person_id, org_id })))
      .execute()
    await trx
      .insertInto('desk_staff')
      .values({ ...own, desk_id: 'lincoln/office', person_id: 'okafor' })
      .execute()
    await trx
      .insertInto('guardianship')
      .values({ ...own, guardian_id: 'rosa', student_id: 'maya', since: null })
      .execute()
    await trx
      .insertInto('class')
      .values({ ...own, id: 'c1', school_id: 'lincoln', title: 'Class' })
      .execute()
    await trx
      .insertInto('enrollment')
      .values([
        { ...own, id: 'e1', class_id: 'c1', person_id: 'rivera', role: 'teacher' },
        { ...own, id: 'e2', class_id: 'c1', person_id: 'maya', role: 'student' },
      ])
      .execute()
    const phone = (await ensurePhones(trx, keys, district, [REAL_NUMBER])).get(REAL_NUMBER) as string
    const household = randomUUID()
    await trx
      .insertInto('household')
      .values({ ...own, id: household, phone_id: phone })
      .execute()
    await trx
      .insertInto('household_guardian')
      .values(['rosa', 'abel'].map((guardian_id) => ({ ...own, household_id: household, guardian_id })))
      .execute()
    const [conversation, office] = [randomUUID(), randomUUID()]
    await trx
      .insertInto('conversation')
      .values([
        { ...own, id: conversation, staff_side: 'rivera', household_id: household, school_id: 'lincoln' },
        { ...own, id: office, staff_side: 'lincoln/office', household_id: household, school_id: 'lincoln' },
      ])
      .execute()
    return { district, household, conversation, office }
  })
}

export type SampleExchange = {
  readonly conversation?: string | null
  readonly desk?: string
  readonly direction?: 'to_family' | 'to_staff'
  readonly author?: 'person' | 'gateway'
  readonly guardian?: string | null
  readonly status?: string
  readonly sendAfter?: string | null
  readonly at?: string
  readonly original?: string
  readonly translation?: string | null
  readonly urgentReason?: string
}

/** One exchange with the events of its way, as the steps write them. */
export async function addExchange(db: Db, school: LogSchool, given: SampleExchange = {}): Promise<string> {
  const id = randomUUID()
  const own = { district_id: school.district }
  const status = given.status ?? 'sent'
  const original = given.original ?? 'Hola, ¿cómo está Maya?'
  const translation = given.translation === undefined ? 'Hello, how is Maya?' : given.translation
  await inDistrict(db, school.district, async (trx) => {
    const at = await databaseNow(trx)
    await trx
      .insertInto('exchange')
      .values({
        ...own,
        id,
        conversation_id: given.conversation === undefined ? school.conversation : given.conversation,
        desk_id: given.desk ?? null,
        direction: given.direction ?? 'to_staff',
        author: given.author ?? 'person',
        guardian_id: given.guardian === undefined ? 'rosa' : given.guardian,
        status,
        send_after: given.sendAfter ?? null,
        original_language: 'es',
        original_text: original,
        ...(translation === null
          ? {}
          : { translation_language: 'en', translation_text: translation, translation_by: 'phrasebook' }),
        urgent_reason: given.urgentReason ?? null,
        created_at: given.at ?? at.toString(),
      })
      .execute()
    const events: NewEvent[] = [
      {
        exchangeId: id,
        at,
        what: 'received',
        who: 'rosa',
        detail: { status: 'received' },
        text: { original, ...(given.urgentReason === undefined ? {} : { reason: given.urgentReason }) },
      },
      { exchangeId: id, at, what: 'prepared', detail: { status }, text: { translation } },
    ]
    await appendEvents(trx, school.district, events)
  })
  return id
}

/** A statement as the schema's owner, whom no grant binds, within the district. */
export async function tamper(owner: Db, district: string, statement: string): Promise<void> {
  await inDistrict(owner, district, (trx) => sql.raw(statement).execute(trx))
}
