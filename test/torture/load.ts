/** What families, teachers and programs do during a run, at what rate. */

import type { SchoolHours, Week } from '../../src/core/hours.ts'
import { perform } from '../simulation/actors.ts'
import { type Action, STOPS } from '../simulation/plan.ts'
import type { World } from '../simulation/world.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const ALL_DAY: Week = Object.fromEntries(DAYS.map((day) => [day, ['00:00-24:00']]))
/** The school whose window opens and closes: two minutes open, one closed. */
const CYCLE = { open: 2, closed: 1 }

/** Open around the clock. */
export const always = (timezone: string): SchoolHours => ({ timezone, families: ALL_DAY, staff: ALL_DAY, closures: [] })

/** Two minutes open and one closed, for the next `minutes`. */
export function openAndShut(timezone: string, minutes: number): SchoolHours {
  const begin = Temporal.Now.zonedDateTimeISO(timezone).round({ smallestUnit: 'minute', roundingMode: 'floor' })
  const windows: Partial<Record<(typeof DAYS)[number], string[]>> = {}
  for (let minute = 0; minute < minutes; minute += CYCLE.open + CYCLE.closed) {
    const [opens, closes] = [begin.add({ minutes: minute }), begin.add({ minutes: minute + CYCLE.open })]
    const day = DAYS[opens.dayOfWeek - 1] as (typeof DAYS)[number]
    const end = closes.toPlainTime().toString({ smallestUnit: 'minute' })
    windows[day] = [
      ...(windows[day] ?? []),
      `${opens.toPlainTime().toString({ smallestUnit: 'minute' })}-${end === '00:00' ? '24:00' : end}`,
    ]
  }
  return { timezone, families: windows, staff: windows, closures: [] }
}

/** Sets every school's hours; `shut` of them the one school that opens and closes for so many minutes. */
export function setAllHours(world: World, shut: number | null): void {
  for (const [d, district] of world.districts.entries())
    for (const [s, school] of district.schools.entries()) {
      const hours = shut !== null && d === 0 && s === 1 ? openAndShut(school.zone, shut) : always(school.zone)
      void perform(world, { at: 0, kind: 'hours', district: d, school: school.id, hours })
    }
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T

/** One thing that somebody does, drawn anew; `ref` is in no other. */
function draw(world: World, ref: string): Action {
  const district = Math.floor(Math.random() * world.districts.length)
  const { guardians, staff, strangers, classes } = world.districts[district] as World['districts'][number]
  const common = { at: 0, district, ref, pick: Math.random() }
  const guardian = pick(guardians)
  const teacher = pick(staff.filter((s) => !s.administrator))
  const admin = staff.find((s) => s.administrator)?.id ?? ''
  const compose = { ...common, kind: 'compose' as const, urgent: false, notBefore: null, times: Math.random() < 0.2 ? 2 : 1 }
  const share = Math.random()
  if (share < 0.45) return { ...common, kind: 'family_texts', guardian: guardian.id, copies: 1 }
  if (share < 0.75) return { ...common, kind: 'staff_texts', staff: pick(staff.filter((s) => s.phone !== null)).id }
  if (share < 0.87)
    return {
      ...compose,
      staff: teacher.id,
      to: {
        student: pick(guardians.filter((g) => g.classes.some((c) => classes.some((k) => k.id === c && k.teacher === teacher.id))))
          .student,
      },
    }
  if (share < 0.9) return { ...compose, staff: admin, to: { class: pick(classes).id } }
  if (share < 0.93) return { ...compose, staff: admin, to: { guardian: guardian.id }, urgent: true }
  if (share < 0.95) return { ...common, kind: 'stranger_texts', phone: pick(strangers) }
  if (share < 0.97) return { ...common, kind: 'decide', action: pick(['again', 'dismiss', 'release', 'cancel'] as const) }
  // Who stops comes back before long, or there would soon be nobody left to write to.
  return { ...common, kind: 'family_word', guardian: guardian.id, word: Math.random() < 0.15 ? pick(STOPS) : 'START' }
}

/** Lets people act so often a second until told to end; gives how many things they have done. */
export function startLoad(world: World, perSecond: number): { readonly end: () => void; readonly done: () => number } {
  let done = 0
  const timer = setInterval(() => {
    void perform(world, draw(world, String(100_000 + done++)))
  }, 1000 / perSecond)
  return { end: () => clearInterval(timer), done: () => done }
}
