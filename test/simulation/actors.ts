/** What people do when their moment comes: they see phones and pages, never the database. Only `decide` reads the list that a dashboard would show. */

import { adoptNumbers } from '../../src/store/numbers.ts'
import { beside } from './beside.ts'
import { atBrowser } from './browsers.ts'
import { importDistrict } from './import.ts'
import type { District } from './people.ts'
import type { Action } from './plan.ts'
import type { World } from './world.ts'

type Of<K extends Action['kind']> = Extract<Action, { kind: K }>

const FAMILY_WORDS: Readonly<Record<string, readonly string[]>> = {
  es: ['Buenos días, mi hija está enferma hoy y no va a la escuela', '¿A qué hora es la reunión de mañana?'],
  ar: ['ابني مريض اليوم ولن يحضر إلى المدرسة', 'متى موعد الاجتماع غدا؟'],
  vi: ['Con tôi hôm nay bị ốm không đi học được', 'Cuộc họp ngày mai lúc mấy giờ?'],
  zh: ['我的孩子今天生病了不能上学', '明天的家长会几点开始'],
  ht: ['Pitit mwen malad jodi a li pap vin lekòl', 'A ki lè reyinyon an ap fèt demen'],
  en: ['My child is ill today and stays at home', 'When does the meeting begin tomorrow?'],
}
const STAFF_WORDS = ['The meeting is at 15:30 tomorrow', 'Please sign the form by Friday', 'All is well today']

/** Lets an action happen. */
export function perform(world: World, action: Action): unknown {
  return (performers[action.kind] as (world: World, action: Action) => unknown)(world, action)
}

const performers: { readonly [K in Action['kind']]: (world: World, action: Of<K>) => unknown } = {
  compose: (world, action) => {
    const { ref, staff, district } = action
    world.seen.push({
      kind: 'wrote',
      at: world.scheduler.now(),
      ref,
      by: 'api',
      district,
      person: staff,
      phone: null,
      number: null,
      to: action.to,
    })
    const body = JSON.stringify({
      to: action.to,
      body: `${STAFF_WORDS[Number(ref) % STAFF_WORDS.length]} ref ${ref}`,
      ...(action.urgent ? { urgent: true, reason: 'The school closes' } : {}),
      ...(action.notBefore === null
        ? {}
        : { notBefore: Temporal.Instant.fromEpochMilliseconds(Math.floor(action.notBefore / 1000)).toString() }),
    })
    const once = (left: number) =>
      api(world, staff, 'POST', '/messages', body, { 'idempotency-key': `key-${ref}` }, (status, answer) => {
        const ids = status === 202 ? (answer as { exchanges: { id: string }[] }).exchanges.map((e) => e.id) : []
        world.seen.push({ kind: 'asked', at: world.scheduler.now(), staff, ref, status, ids })
        // Without an answer a program asks again: that is what the key is for.
        if (status === null && left > 0) world.scheduler.after(5_000_000, 'asks again', null, () => once(left - 1))
      })
    for (let n = 0; n < action.times; n++) once(2)
  },
  family_texts: (world, action) => {
    const guardian = world.districts[action.district]?.guardians.find((g) => g.id === action.guardian)
    if (guardian === undefined) return
    const words = FAMILY_WORDS[guardian.language] ?? (FAMILY_WORDS['en'] as readonly string[])
    for (let copy = 0; copy < action.copies; copy++)
      world.scheduler.after(copy * 400_000, 'types', null, () => {
        texts(world, {
          ...action,
          by: 'family',
          person: guardian.id,
          phone: guardian.phone,
          body: `${words[Number(action.ref) % words.length]} ref ${action.ref}`,
        })
      })
  },
  staff_texts: (world, action) => {
    const staff = world.districts[action.district]?.staff.find((s) => s.id === action.staff)
    if (staff?.phone == null) return
    texts(world, {
      ...action,
      by: 'staff',
      person: staff.id,
      phone: staff.phone,
      body: `${STAFF_WORDS[Number(action.ref) % STAFF_WORDS.length]} ref ${action.ref}`,
    })
  },
  family_word: (world, action) => {
    const guardian = world.districts[action.district]?.guardians.find((g) => g.id === action.guardian)
    if (guardian !== undefined)
      texts(world, { ...action, ref: '', by: 'family', person: guardian.id, phone: guardian.phone, body: action.word })
  },
  staff_word: (world, action) => {
    const staff = world.districts[action.district]?.staff.find((s) => s.id === action.staff)
    if (staff?.phone != null)
      texts(world, { ...action, ref: '', by: 'staff', person: staff.id, phone: staff.phone, body: action.word })
  },
  stranger_texts: (world, action) =>
    texts(world, {
      ...action,
      by: 'stranger',
      person: action.phone,
      phone: action.phone,
      body: `Is this the school? ref ${action.ref}`,
    }),
  decide: async (world, action) => {
    const district = world.districts[action.district]
    const districtId = world.prepared.districtIds.get(district?.sourcedId ?? '')
    const statuses = action.action === 'again' || action.action === 'dismiss' ? ['failed', 'undelivered'] : ['held', 'queued']
    const rows = await world.statements.look<{ id: string }>(
      `select id from exchange where district_id = $1 and author = 'person' and conversation_id is not null and status = any($2) order by id`,
      [districtId, statuses],
    )
    const chosen = rows[Math.floor(action.pick * rows.length)]
    const admin = district?.staff.find((s) => s.administrator)
    if (chosen === undefined || admin === undefined) return
    api(world, admin.id, 'POST', `/exchanges/${chosen.id}/${action.action}`, '', {}, () => {})
  },
  hours: (world, action) => {
    const admin = world.districts[action.district]?.staff.find((s) => s.administrator)
    if (admin === undefined) return
    const begun = world.scheduler.now()
    api(world, admin.id, 'PUT', `/schools/${action.school}/hours`, JSON.stringify(action.hours), {}, (status) => {
      world.seen.push({
        kind: 'hours',
        district: action.district,
        school: action.school,
        begun,
        ended: world.scheduler.now(),
        status,
        hours: action.hours,
      })
    })
  },
  roster: (world, action) => {
    const district = world.districts[action.district]
    if (district === undefined) return
    changeRoster(district, action.change, action.pick)
    world.faults.count(`roster ${action.change}`)
    return importDistrict(world, district)
  },
  family_calls: (world, action) => {
    const guardian = world.districts[action.district]?.guardians.find((g) => g.id === action.guardian)
    if (guardian !== undefined) calls(world, action, guardian.phone)
  },
  staff_calls: (world, action) => {
    const staff = world.districts[action.district]?.staff.find((s) => s.id === action.staff)
    if (staff?.phone != null) calls(world, action, staff.phone)
  },
  call_up: (world, { staff, guardian }) =>
    api(world, staff, 'POST', '/calls', JSON.stringify({ to: { guardian } }), {}, (status) => {
      if (status === 202) world.faults.count('call asked for')
    }),
  ...atBrowser,
  trouble: (world, action) => world.faults.begin(action.trouble, action.micros),
  phone_off: (world, action) => {
    world.faults.count('phone_off')
    world.carrier.off.set(action.phone, world.scheduler.now() + action.micros)
  },
  kill: (world, action) => world.kill(action.slot, action.micros),
  sleep: (world, action) => {
    world.faults.count('sleep')
    world.hosts[action.slot]?.sleep(action.micros)
  },
  database_restart: (world, action) => world.restartDatabase(action.micros),
  outage: async (world, action) => {
    world.faults.count('outage')
    for (const slot of world.hosts.keys()) await world.kill(slot, action.micros)
  },
  receiver_dies: (world, action) => world.killReceiver(action.micros),
  housekeeping: (world) => world.keepHouse(),
  numbers: (world, { district, change, pick, micros }) => {
    const owner = world.districts[district]
    if (owner === undefined) return
    if (change === 'bought') {
      const fresh = `+1${BOUGHT_AREAS[owner.sourcedId]}55501${10 + Math.floor(pick * 89)}`
      if (!owner.numbers.includes(fresh)) owner.numbers.push(fresh)
      world.account.add(fresh)
    } else world.account.delete(owner.numbers[Math.floor(pick * owner.numbers.length)] as string)
    world.faults.count(`number ${change}`)
    world.scheduler.after(micros, 'numbers sync', null, () => syncNumbers(world, owner))
  },
}

/** Where phones come from that nobody has yet. */
const FRESH_AREAS: Readonly<Record<string, string>> = { alder: '541', birch: '224' }

/** Where numbers come from that a district buys. */
const BOUGHT_AREAS: Readonly<Record<string, string>> = { alder: '564', birch: '929' }

/** `numbers sync` for a district, with what the account has now. */
function syncNumbers(world: World, district: District): void {
  const districtId = world.prepared.districtIds.get(district.sourcedId) as string
  beside(world, 'sync', (db) =>
    adoptNumbers(
      db,
      districtId,
      [...world.account].map((number) => ({ sid: `PN${number.slice(1)}`, number })),
    ),
  )
}

/** What the school's office changes in its own books. */
function changeRoster(district: District, change: Of<'roster'>['change'], pick: number): void {
  const of = <T>(list: readonly T[], salt: number) => list[Math.floor((pick * salt) % list.length)] as T
  const guardian = of(district.guardians, 7919)
  const other = of(
    district.guardians.filter((g) => g !== guardian),
    6007,
  )
  const give = (to: District['guardians'][number], phone: string) => {
    to.phone = phone
    to.phones.push(phone)
  }
  const freshPhone = () => `+1${FRESH_AREAS[district.sourcedId]}55501${10 + Math.floor(pick * 89)}`
  switch (change) {
    case 'new_phone':
      give(guardian, freshPhone())
      return
    case 'phone_changes_hands': {
      const { phone } = guardian
      give(guardian, freshPhone())
      give(other, phone)
      return
    }
    case 'child_moves': {
      guardian.everClasses.push(...guardian.classes)
      guardian.classes = [...other.classes]
      return
    }
    case 'teacher_leaves': {
      const course = of(district.classes, 5003)
      course.teacher = of(
        district.staff.filter((s) => !s.administrator && s.school === course.school),
        4001,
      ).id
    }
  }
}

type Text = {
  readonly district: number
  readonly by: 'family' | 'staff' | 'stranger'
  readonly person: string
  readonly phone: string
  readonly body: string
  readonly ref: string
  readonly pick: number
}

/** Somebody answers one of the numbers on the screen, or, with an empty one, texts any school number. */
function texts(world: World, text: Text): void {
  const ours = world.districts[text.district]?.numbers ?? []
  const known = [...new Set((world.carrier.screens.get(text.phone) ?? []).map((shown) => shown.from))]
  const list = known.length > 0 && text.pick < 0.95 ? known : ours
  const number = list[Math.floor((text.pick * 7919) % list.length)] as string
  // Nobody is there any more.
  if (!world.account.has(number)) return
  world.seen.push({
    kind: 'wrote',
    at: world.scheduler.now(),
    ref: text.ref,
    by: text.by,
    district: text.district,
    person: text.person,
    phone: text.phone,
    number,
    to: null,
  })
  world.carrier.text(text.phone, number, text.body)
}

/** Somebody calls a number on the screen or one that called, or, with neither, any school number. */
function calls(world: World, { district, pick }: { readonly district: number; readonly pick: number }, phone: string): void {
  const { screens, telephone } = world.carrier
  const known = new Set([
    ...(screens.get(phone) ?? []).map((shown) => shown.from),
    ...telephone.legs.filter((leg) => leg.to === phone && leg.direction !== 'inbound').map((leg) => leg.from),
  ])
  const list = known.size > 0 && pick < 0.95 ? [...known] : (world.districts[district]?.numbers ?? [])
  const number = list[Math.floor((pick * 7919) % list.length)] as string
  if (world.account.has(number)) telephone.call(phone, number)
}

function api(
  world: World,
  staff: string,
  method: 'POST' | 'PUT',
  path: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  answered: (status: number | null, answer: unknown) => void,
): void {
  const token = world.prepared.tokens.get(staff)
  let over = false
  const end = (status: number | null, answer: unknown) => {
    if (over) return
    over = true
    forget()
    world.scheduler.stir()
    answered(status, answer)
  }
  const forget = world.scheduler.after(30_000_000, 'program gives up', null, () => end(null, null))
  world.ask(
    {
      method,
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${token}`, ...(body === '' ? {} : { 'content-type': 'application/json' }), ...headers },
      body,
    },
    (answer) =>
      end(
        answer === null || answer.status >= 500 ? null : answer.status,
        answer === null || answer.body === '' ? null : JSON.parse(answer.body),
      ),
  )
}
