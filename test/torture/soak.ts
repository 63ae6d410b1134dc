/** A steady load and no kills: what may not grow is watched, and vacuum must keep up. */

import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { perform } from '../simulation/actors.ts'
import type { District } from '../simulation/people.ts'
import { judgeLarge } from './large.ts'
import { always } from './load.ts'
import { conclude, type Rig, say, startRig } from './rig.ts'

const TEACHERS = 24
const FAMILIES_OF_A_TEACHER = 25
/** A long code sends one segment a second: so many let the machine be what is slow. */
const NUMBERS = 1_000
/** No more than so many texts on their way at once: the load goes as fast as the servers. */
const MOST_OPEN = 1_500
/** So many a tenth of a second, if the servers keep up. */
const AT_ONCE = 60
/** The record of everything else grows with what is said. */
const GROWING = new Set([
  'exchange',
  'attempt',
  'event',
  'event_text',
  'seal',
  'inbox',
  'idempotency',
  'task',
  'word_block',
  'word_place',
])
/** What is looked at so often. */
const SAMPLES = 60
/** What waits for a paced number takes its time; what is left after this the judge calls by name. */
const DRAIN_MS = 300_000
const SAY_EVERY = 5_000
/** The whole checker reads all there is into memory. */
const MOST_JUDGED = 50_000

const areas = '212 305 312 415 503 617 646 702 713 773 971 206 213 214 215 267 301 303'.split(' ')
const number = (from: number, n: number) => `+1${areas[from + Math.floor(n / 100)]}55501${String(n % 100).padStart(2, '0')}`

/** One district of one school with a teacher for each class, so that there is room for a load. */
function bigDistrict(): District {
  const ids = (n: number) => Array.from({ length: n }, (_, i) => i)
  const school = 'cedar-school'
  return {
    sourcedId: 'cedar',
    schools: [{ id: school, zone: 'America/Chicago' }],
    staff: [
      { id: 'cedar-admin', school: 'cedar', phone: null, administrator: true, secrets: ['Tarqcedaradmin', 'Velmcedaradmin'] },
      ...ids(TEACHERS).map((t) => ({
        id: `cedar-teacher-${t}`,
        school,
        phone: number(6, t),
        administrator: false,
        secrets: [`Tarqcedar${t}x`, `Velmcedar${t}x`],
      })),
    ],
    guardians: ids(TEACHERS * FAMILIES_OF_A_TEACHER).map((g) => ({
      id: `cedar-guardian-${g}`,
      school,
      student: `cedar-student-${g}`,
      phone: number(0, g),
      phones: [number(0, g)],
      landline: false,
      byVoice: false,
      language: ['es', 'en', 'zh', 'ar'][g % 4] as string,
      classes: [`cedar-class-${g % TEACHERS}`],
      everClasses: [`cedar-class-${g % TEACHERS}`],
      secrets: [`Zorvaxcedar${g}x`, `Nimbrelcedar${g}x`],
    })),
    classes: ids(TEACHERS).map((t) => ({ id: `cedar-class-${t}`, school, teacher: `cedar-teacher-${t}` })),
    numbers: ids(NUMBERS).map((n) => number(7, n)),
    strangers: [],
  }
}

/** One look. Memory and sizes in megabytes. */
type Sample = {
  readonly exchanges: number
  readonly open: number
  readonly memory: readonly number[]
  readonly tables: ReadonlyMap<
    string,
    { readonly megabytes: number; readonly live: number; readonly dead: number; readonly vacuums: number }
  >
}

async function look({ database, servers }: Rig): Promise<Sample> {
  const [counts] = await database.look<{
    exchanges: number
    open: number
  }>(`select (select count(*)::int from exchange) as exchanges,
    (select count(*)::int from exchange where status in ('queued', 'sending') or prepare_after is not null) + (select count(*)::int from inbox where taken_at is null) as open`)
  const tables = await database.look<{
    name: string
    megabytes: number
    live: number
    dead: number
    vacuums: number
  }>(`select relname as name,
    (pg_total_relation_size(relid) / 1048576.0)::float8 as megabytes, n_live_tup::int as live, n_dead_tup::int as dead, (autovacuum_count + vacuum_count)::int as vacuums
    from pg_stat_user_tables order by relname`)
  return {
    exchanges: counts?.exchanges ?? 0,
    open: counts?.open ?? 0,
    memory: servers.slots.map(
      ({ pid }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    ),
    tables: new Map(tables.map(({ name, ...table }) => [name, table])),
  }
}

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0

/** What grew that must not. The first quarter is for warming up. */
function grown(samples: readonly Sample[]): string[] {
  const quarter = Math.floor(samples.length / 4)
  const early = samples.slice(quarter, 2 * quarter)
  const late = samples.slice(-quarter)
  const last = samples.at(-1)
  if (last === undefined || quarter < 2) return ['Too short a run to judge what grows.']
  const memory = last.memory.flatMap((_, slot) => {
    const [before, after] = [early, late].map((part) => median(part.map((s) => s.memory[slot] ?? 0))) as [number, number]
    return after > before * 1.2 + 20 ? [`memory: server ${slot} grew from ${Math.round(before)} to ${Math.round(after)} MB.`] : []
  })
  const tables = [...last.tables].flatMap(([name, table]) => {
    const before = median(early.map((s) => s.tables.get(name)?.megabytes ?? 0))
    const growth =
      !GROWING.has(name) && table.megabytes > before * 1.5 + 4
        ? [`growth: ${name} grew from ${before.toFixed(1)} to ${table.megabytes.toFixed(1)} MB.`]
        : []
    const dead = median(late.map((s) => s.tables.get(name)?.dead ?? 0))
    return [
      ...growth,
      ...(dead > 0.4 * table.live + 20_000 ? [`vacuum: ${name} holds ${dead} dead rows beside ${table.live} living ones.`] : []),
    ]
  })
  return [...memory, ...tables]
}

/** Runs until so many exchanges or minutes are over; gives the exit status. */
export async function soak(limit: { readonly exchanges: number; readonly minutes: number }): Promise<number> {
  const district = bigDistrict()
  const rig = await startRig([district], 2, null)
  const { world } = rig
  const school = district.schools[0] as District['schools'][number]
  void perform(world, { at: 0, kind: 'hours', district: 0, school: school.id, hours: always(school.zone) })
  await wait(2_000)
  let [done, open, stopped] = [0, 0, false]
  rig.atEnd(() => {
    stopped = true
  })
  // Who was written to answers the teacher; a phone that was not knows the office alone.
  for (const [n, { id, teacher }] of district.classes.entries())
    void perform(world, {
      ...{ at: 0, kind: 'compose', district: 0, ref: String(900_000 + n), staff: teacher, to: { class: id } },
      ...{ urgent: false, notBefore: null, times: 1 },
    })
  const firstBy = performance.now() + DRAIN_MS
  while (!district.guardians.every(({ phone }) => world.carrier.screens.has(phone))) {
    if (performance.now() > firstBy) return conclude(rig, ['Not every family got its first text within five minutes.'], {})
    await wait(500)
  }
  say('Every family has got its first text.')
  const act = () => {
    if (stopped) return
    // Texts to a teacher's phone come from as many numbers as it has families, texts of one teacher to all families from one: so most are of families.
    for (let n = 0; n < AT_ONCE && open < MOST_OPEN; n++, open++) {
      const guardian = district.guardians[done % district.guardians.length] as District['guardians'][number]
      const common = { at: 0, district: 0, ref: String(1_000_000 + done).slice(-6), pick: Math.random() }
      if (done++ % 20 === 0)
        void perform(world, { ...common, kind: 'staff_texts', staff: `cedar-teacher-${Math.floor(Math.random() * TEACHERS)}` })
      else void perform(world, { ...common, kind: 'family_texts', guardian: guardian.id, copies: 1 })
    }
    setTimeout(act, 100)
  }
  act()
  const samples: Sample[] = []
  const until = performance.now() + limit.minutes * 60_000
  let next = 0
  for (let ended = false; !ended; ) {
    await wait(1_000)
    const sample = await look(rig)
    open = sample.open
    ended = sample.exchanges >= limit.exchanges || performance.now() > until
    if (sample.exchanges < next && !ended) continue
    next = sample.exchanges + limit.exchanges / SAMPLES
    samples.push(sample)
    const of = (name: string) => sample.tables.get(name)
    const dead = [...sample.tables].filter(([, t]) => t.dead > 1_000).map(([name, t]) => `${name} ${t.dead}`)
    say(
      `${sample.exchanges} exchanges, ${sample.open} on their way; memory ${sample.memory.map(Math.round).join(' and ')} MB; exchange ${of('exchange')?.megabytes.toFixed(0)} MB, event ${of('event')?.megabytes.toFixed(0)} MB, unsealed ${of('unsealed')?.megabytes.toFixed(1)} MB; dead rows: ${dead.join(', ') || 'few'}`,
    )
  }
  stopped = true
  say('The load is over; what is under way must come to an end.')
  const drainBy = performance.now() + DRAIN_MS
  for (let left = 1; left > 0 && performance.now() < drainBy; await wait(SAY_EVERY)) {
    left = (await look(rig)).open
    say(`${left} on their way`)
  }
  const last = await look(rig)
  console.log('\ntable                MB      live      dead   vacuums')
  for (const [name, t] of last.tables)
    console.log(
      `${name.padEnd(18)} ${t.megabytes.toFixed(1).padStart(5)} ${String(t.live).padStart(9)} ${String(t.dead).padStart(9)} ${String(t.vacuums).padStart(9)}`,
    )
  if (last.exchanges > MOST_JUDGED)
    say(
      `The whole checker is for up to ${MOST_JUDGED} exchanges: these are judged by counts, the carrier's record and the chain.`,
    )
  const judged =
    last.exchanges > MOST_JUDGED
      ? await judgeLarge(rig.database, rig.folder, world.prepared.districtIds.values())
      : (await rig.judge()).violations
  return conclude(rig, [...grown(samples), ...judged], { 'an exchange': last.exchanges })
}
