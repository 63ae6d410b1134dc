/** What people do and what breaks, drawn from a seed before anything runs: a list, so that a failing run can be shortened by leaving things out. */

import type { SchoolHours, Week } from '../../src/core/hours.ts'
import { TROUBLES, type Trouble } from './faults.ts'
import { type District, usualHours } from './people.ts'
import { createRandom, type Random } from './random.ts'

/** One thing that happens at a moment (microseconds since 1970). Who exactly is drawn by `pick`, 0 up to but not 1, when it happens. */
export type Action = { readonly at: number } & (
  | {
      readonly kind: 'compose'
      readonly district: number
      readonly staff: string
      readonly to: Readonly<Record<string, string>>
      readonly ref: string
      readonly urgent: boolean
      /** The time before which it must not go, in microseconds. */
      readonly notBefore: number | null
      /** So often the same request is made, under one key. */
      readonly times: number
    }
  | {
      readonly kind: 'family_texts'
      readonly district: number
      readonly guardian: string
      readonly ref: string
      readonly pick: number
      readonly copies: number
    }
  | {
      readonly kind: 'staff_texts'
      readonly district: number
      readonly staff: string
      readonly ref: string
      readonly pick: number
    }
  | {
      readonly kind: 'family_word'
      readonly district: number
      readonly guardian: string
      readonly word: string
      readonly pick: number
    }
  | {
      readonly kind: 'staff_word'
      readonly district: number
      readonly staff: string
      readonly word: string
      readonly pick: number
    }
  | {
      readonly kind: 'stranger_texts'
      readonly district: number
      readonly phone: string
      readonly ref: string
      readonly pick: number
    }
  | {
      readonly kind: 'decide'
      readonly district: number
      readonly action: 'again' | 'dismiss' | 'release' | 'cancel'
      readonly pick: number
    }
  | { readonly kind: 'hours'; readonly district: number; readonly school: string; readonly hours: SchoolHours }
  | {
      readonly kind: 'roster'
      readonly district: number
      readonly change: 'new_phone' | 'phone_changes_hands' | 'child_moves' | 'teacher_leaves'
      readonly pick: number
    }
  | { readonly kind: 'family_calls'; readonly district: number; readonly guardian: string; readonly pick: number }
  | { readonly kind: 'staff_calls'; readonly district: number; readonly staff: string; readonly pick: number }
  /** A teacher has a call put through to a family. */
  | { readonly kind: 'call_up'; readonly district: number; readonly staff: string; readonly guardian: string }
  /** Somebody switches the own phone off or on at a browser, or narrows its hours. */
  | {
      readonly kind: 'own_phone'
      readonly district: number
      readonly staff: string
      readonly off: boolean
      readonly hours: Week | null
    }
  /** The office settles an unknown phone that wrote: whose it is, that it is answered all the same, or that it is nobody's. */
  | { readonly kind: 'settle_unknown'; readonly district: number; readonly guardian: string; readonly pick: number }
  | { readonly kind: 'take'; readonly district: number; readonly what: 'task' | 'conversation'; readonly pick: number }
  | { readonly kind: 'trouble'; readonly trouble: Trouble; readonly micros: number }
  | { readonly kind: 'phone_off'; readonly phone: string; readonly micros: number }
  | { readonly kind: 'kill'; readonly slot: number; readonly micros: number }
  | { readonly kind: 'sleep'; readonly slot: number; readonly micros: number }
  | { readonly kind: 'database_restart'; readonly micros: number }
  /** All servers are gone for so long. */
  | { readonly kind: 'outage'; readonly micros: number }
  | { readonly kind: 'receiver_dies'; readonly micros: number }
  | { readonly kind: 'housekeeping' }
  /** The account buys a number or gives one up; `numbers sync` follows so much later. */
  | {
      readonly kind: 'numbers'
      readonly district: number
      readonly change: 'bought' | 'given_up'
      readonly pick: number
      readonly micros: number
    }
)

/** How a world is set up, and everything that will happen in it. */
export type Plan = {
  readonly seed: number
  /** Other chances for the same plan; 0 to begin with. */
  readonly salt: number
  /** Microseconds since 1970. */
  readonly start: number
  readonly days: number
  readonly hosts: number
  /** How far away PostgreSQL is: so much longer than next door takes each statement. */
  readonly distance: number
  /** The carrier's callbacks and texts come together, each time after so many microseconds. */
  readonly bunch: number
  /** Whether the numbers name a fallback receiver. */
  readonly fallback: boolean
  readonly actions: readonly Action[]
}

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** An ordinary week, both changes of the clocks, the turn of the year. */
const STARTS = ['2027-01-11', '2027-03-12', '2027-10-29', '2026-12-28', '2027-05-17']
/** Words by which a family asks for no more; each is obeyed. */
export const STOPS = ['STOP', 'stop', 'Alto', 'UNSUBSCRIBE', 'parar', 'Wrong number']
const STARTS_AGAIN = ['START', 'UNSTOP', 'empezar']
const OTHER_WORDS = ['HELP', 'ORIGINAL', 'AYUDA']

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
/** Hours of a teacher's own, within the school's. */
const SHORT_WEEK: Week = Object.fromEntries(WEEKDAYS.map((day) => [day, ['10:00-13:30']]))

/** Draws the plan of a seed; people are at work on one day in `every`, the first included, and the days between pass quietly. */
export function makePlan(seed: number, days: number, districts: readonly District[], every = 1): Plan {
  const random = createRandom(`plan ${seed}`)
  const later = random.fork('later')
  const start = Temporal.PlainDate.from(random.pick(STARTS)).toZonedDateTime('UTC').epochMilliseconds * 1000
  const hosts = random.pick([1, 1, 1, 2, 2, 3])
  const distance = random.pick([1, 8, 20, 20])
  const bunch = random.pick([1, 500_000, SECOND, SECOND])
  const fallback = random.chance(0.5)
  const actions: Action[] = []
  let refs = 100_000 + random.between(0, 8_000)
  const ref = () => {
    refs += random.between(1, 40)
    return String(refs)
  }
  const anyDistrict = () => random.between(0, districts.length - 1)

  const teacherOf = (d: number) => random.pick((districts[d] as District).staff.filter((s) => !s.administrator))
  const guardianOf = (d: number) => random.pick((districts[d] as District).guardians)
  const draw: readonly (readonly [number, (at: number) => Action | null])[] = [
    [
      14,
      (at) => {
        const d = anyDistrict()
        const district = districts[d] as District
        const kind = random.pick(['guardian', 'guardian', 'guardian', 'class', 'student'] as const)
        const course = random.pick(district.classes)
        const family = random.pick(district.guardians.filter((g) => g.classes.includes(course.id)))
        const to = { class: course.id, guardian: family.id, student: family.student }[kind]
        const asAdmin = random.chance(0.15)
        const admin = district.staff.find((s) => s.administrator)
        const urgent = asAdmin && random.chance(0.4)
        // Soon enough that what is written meanwhile meets it, or over a night.
        const wait = later.between(1, later.chance(0.7) ? 20 : 20 * 60)
        return {
          at,
          kind: 'compose',
          district: d,
          staff: asAdmin && admin !== undefined ? admin.id : course.teacher,
          to: { [kind]: to },
          ref: ref(),
          urgent,
          notBefore: !urgent && later.chance(0.25) ? at + wait * MINUTE : null,
          times: random.chance(0.2) ? 2 : 1,
        }
      },
    ],
    [
      22,
      (at) => {
        const d = anyDistrict()
        return {
          at,
          kind: 'family_texts',
          district: d,
          guardian: guardianOf(d).id,
          ref: ref(),
          pick: random.next(),
          copies: random.chance(0.15) ? random.between(2, 5) : 1,
        }
      },
    ],
    [
      16,
      (at) => {
        const d = anyDistrict()
        return { at, kind: 'staff_texts', district: d, staff: teacherOf(d).id, ref: ref(), pick: random.next() }
      },
    ],
    [
      5,
      (at) => {
        const d = anyDistrict()
        const word = random.pick([
          random.pick(STOPS),
          random.pick(STARTS_AGAIN),
          random.pick(STARTS_AGAIN),
          random.pick(OTHER_WORDS),
        ])
        return { at, kind: 'family_word', district: d, guardian: guardianOf(d).id, word, pick: random.next() }
      },
    ],
    [
      3,
      (at) => {
        const d = anyDistrict()
        return {
          at,
          kind: 'staff_word',
          district: d,
          staff: teacherOf(d).id,
          word: random.pick(['AGAIN', 'DISMISS', 'STOP', 'START', 'START']),
          pick: random.next(),
        }
      },
    ],
    [
      1,
      (at) => {
        const d = anyDistrict()
        return {
          at,
          kind: 'stranger_texts',
          district: d,
          phone: random.pick((districts[d] as District).strangers),
          ref: ref(),
          pick: random.next(),
        }
      },
    ],
    [
      5,
      (at) => ({
        at,
        kind: 'decide',
        district: anyDistrict(),
        action: random.pick(['again', 'dismiss', 'release', 'cancel'] as const),
        pick: random.next(),
      }),
    ],
    [
      2,
      (at) => {
        const d = anyDistrict()
        const school = random.pick((districts[d] as District).schools)
        return { at, kind: 'hours', district: d, school: school.id, hours: drawHours(random, school.zone, at) }
      },
    ],
    [
      1,
      (at) => ({
        at,
        kind: 'roster',
        district: anyDistrict(),
        change: random.pick(['new_phone', 'phone_changes_hands', 'child_moves', 'teacher_leaves'] as const),
        pick: random.next(),
      }),
    ],
    [
      0.3,
      (at) => ({
        at,
        kind: 'numbers',
        district: anyDistrict(),
        change: random.pick(['bought', 'given_up'] as const),
        pick: random.next(),
        micros: random.between(0, 10 * MINUTE),
      }),
    ],
    [
      4,
      (at) => {
        const d = anyDistrict()
        return { at, kind: 'family_calls', district: d, guardian: guardianOf(d).id, pick: random.next() }
      },
    ],
    [
      1,
      (at) => {
        const d = anyDistrict()
        return { at, kind: 'staff_calls', district: d, staff: teacherOf(d).id, pick: random.next() }
      },
    ],
    [
      2,
      (at) => {
        const d = anyDistrict()
        const course = random.pick((districts[d] as District).classes)
        const family = random.pick((districts[d] as District).guardians.filter((g) => g.classes.includes(course.id)))
        return { at, kind: 'call_up', district: d, staff: course.teacher, guardian: family.id }
      },
    ],
    [
      2,
      (at) => {
        const d = anyDistrict()
        const hours = random.chance(0.3) ? SHORT_WEEK : null
        return { at, kind: 'own_phone', district: d, staff: teacherOf(d).id, off: random.chance(0.4), hours }
      },
    ],
    [
      1,
      (at) => {
        const d = anyDistrict()
        return { at, kind: 'settle_unknown', district: d, guardian: guardianOf(d).id, pick: random.next() }
      },
    ],
    [
      0.5,
      (at) => ({
        at,
        kind: 'take',
        district: anyDistrict(),
        what: random.pick(['task', 'conversation'] as const),
        pick: random.next(),
      }),
    ],
    [1, (at) => ({ at, kind: 'phone_off', phone: guardianOf(anyDistrict()).phone, micros: random.between(HOUR, 20 * HOUR) })],
  ]
  const weights = draw.reduce((sum, [weight]) => sum + weight, 0)
  const something = (at: number): Action | null => {
    let left = random.next() * weights
    for (const [weight, make] of draw) {
      left -= weight
      if (left < 0) return make(at)
    }
    return null
  }

  // Every class hears from its teacher at the beginning, so that there are conversations, and most classes on other days.
  const announce = (day: number, d: number, course: District['classes'][number], at: number) =>
    actions.push({
      at: start + day * DAY + 15 * HOUR + at,
      kind: 'compose',
      district: d,
      staff: course.teacher,
      to: { class: course.id },
      ref: ref(),
      urgent: false,
      notBefore: null,
      times: 1,
    })
  for (let day = 0; day < days; day += every) {
    const length = random.pick([5 * SECOND, 20 * SECOND, MINUTE])
    for (const [d, district] of districts.entries())
      for (const course of district.classes)
        if (day === 0 || random.chance(0.8)) announce(day, d, course, random.between(0, length))
  }
  for (let day = 0; day < days; day += every) {
    for (let moment = random.pick([1, 1, 2, 3]); moment > 0; moment--) {
      const at = start + day * DAY + random.between(0, DAY - 1)
      // Mostly by day in America, sometimes at night.
      const begins = random.chance(0.85) ? start + day * DAY + 13 * HOUR + random.between(0, 11 * HOUR) : at
      const length = random.pick([20 * SECOND, MINUTE, 3 * MINUTE])
      for (let n = random.between(15, 90); n > 0; n--) {
        const action = something(begins + random.between(0, length))
        if (action !== null) actions.push(action)
      }
      actions.push(...drawBreakage(random, begins, length, hosts))
    }
  }
  actions.sort((a, b) => a.at - b.at)
  return { seed, salt: 0, start, days, hosts, distance, bunch, fallback, actions }
}

function drawTrouble(random: Random): { trouble: Trouble; micros: number } {
  const trouble = random.pick(TROUBLES)
  return { trouble, micros: random.between(10 * SECOND, trouble.startsWith('database') ? 3 * MINUTE : 30 * MINUTE) }
}

/** What breaks around a moment at which people are at work. */
function drawBreakage(random: Random, begins: number, length: number, hosts: number): Action[] {
  const within = () => begins + random.between(0, length)
  const actions: Action[] = []
  for (let n = random.pick([1, 1, 2, 3]); n > 0; n--)
    actions.push({ at: begins - random.between(0, MINUTE), kind: 'trouble', ...drawTrouble(random) })
  if (random.chance(0.3))
    for (let n = random.between(1, 3); n > 0; n--)
      actions.push({
        at: within(),
        kind: 'kill',
        slot: random.between(0, hosts - 1),
        micros: random.pick([SECOND, 5 * SECOND, 2 * MINUTE]),
      })
  if (random.chance(0.15))
    actions.push({
      at: within(),
      kind: 'sleep',
      slot: random.between(0, hosts - 1),
      micros: random.pick([3 * SECOND, 20 * SECOND, 90 * SECOND, 10 * MINUTE]),
    })
  if (random.chance(0.2)) {
    const at = within()
    const micros = random.pick([20 * SECOND, 10 * MINUTE, 2 * HOUR])
    actions.push({ at, kind: 'outage', micros })
    if (random.chance(0.4))
      actions.push({ at: at + random.between(0, micros), kind: 'receiver_dies', micros: random.pick([SECOND, MINUTE]) })
  }
  if (random.chance(0.3)) actions.push({ at: within(), kind: 'housekeeping' })
  if (random.chance(0.08))
    actions.push({ at: within(), kind: 'database_restart', micros: random.pick([SECOND, 8 * SECOND, 3 * MINUTE]) })
  return actions
}

function drawHours(random: Random, zone: string, at: number): SchoolHours {
  const usual = usualHours(zone)
  const tomorrow = Temporal.Instant.fromEpochMilliseconds(Math.floor(at / 1000))
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .add({ days: random.between(0, 2) })
    .toString()
  const always = Object.fromEntries(WEEKDAYS.map((day) => [day, ['00:00-24:00']]))
  const night = Object.fromEntries(WEEKDAYS.map((day) => [day, ['21:00-03:30']]))
  return random.pick([
    usual,
    { ...usual, closures: [tomorrow] },
    { ...usual, families: always, staff: always },
    { ...usual, families: night },
    { ...usual, families: {} },
  ])
}
