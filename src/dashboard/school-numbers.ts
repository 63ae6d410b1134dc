/** The proxy numbers of the district: enough of them or not, who waits for one, and how busy each is. */

import type { FastifyInstance } from 'fastify'
import { html } from 'hono/html'
import {
  adviseNumbers,
  CAMPAIGN_NUMBERS,
  type NumberAdvice,
  numbersNeeded,
  type PhoneNeed,
  QUARANTINE_DAYS,
  STAFF_PHONE_NUMBERS,
} from '../core/number-pool.ts'
import { databaseNow } from '../store/database.ts'
import {
  type PhoneNeeds,
  type PoolNumber,
  phoneNeeds,
  poolNumbers,
  type WaitingConversation,
  waitingForNumber,
} from '../store/number-needs.ts'
import { zoneOf } from '../store/people.ts'
import type { Html } from './page.ts'
import { askedSchool, schoolNav } from './school-nav.ts'
import type { Sender } from './sending.ts'
import type { VisitOf } from './visits.ts'
import { sayNotFound } from './wall.ts'
import { briefly, namesInWords, timeTag } from './words.ts'

/** Hours over which messages are counted: carriers count theirs by the day. */
const HOURS = 24

/** Adds the page. Who is no administrator finds nothing here. */
export function numbersRoutes(
  app: FastifyInstance,
  deps: Pick<Sender, 'asSeen'> & { readonly now: () => Promise<Temporal.Instant> },
  visitOf: VisitOf,
): void {
  app.get('/school/numbers', async (request, reply) => {
    const visit = visitOf(request)
    const found = await askedSchool(visit, request)
    if (found === null) return sayNotFound(reply)
    const { school, schools } = found
    const { districtId } = visit
    const now = await deps.now()
    const { pool, needs, waiting, zone } = await visit.read(async (trx) => ({
      pool: await poolNumbers(trx, districtId, (await databaseNow(trx)).subtract({ hours: HOURS })),
      needs: await phoneNeeds(trx, districtId, school.id, now),
      waiting: await waitingForNumber(trx, districtId, school.id),
      zone: await zoneOf(trx, visit.staff),
    }))
    const counted = countNeeds(needs)
    const lacking = waiting.filter(({ side }) => side !== 'full_phone').length
    const advice = adviseNumbers({ have: pool.length, ...counted, waiting: lacking })
    return visit.page(
      reply,
      'school',
      'Numbers',
      html`<h1>Numbers</h1>${schoolNav('/school/numbers', school, schools)}
<p class="${advice.kind === 'enough' || advice.kind === 'ahead' ? 'note' : 'wrong'}">${adviceWords(advice, lacking)}</p>
${countsTable(pool.length, counted)}${whyTable(needs)}${waitingList(waiting, (at) => timeTag(at, briefly(deps.asSeen(at), now, zone)))}${busyTable(pool)}`,
    )
  })
}

type Counted = { readonly neededNow: number; readonly neededForAll: number }

const countNeeds = (needs: readonly PhoneNeeds[]): Counted => ({
  neededNow: numbersNeeded(needs.map((one) => one.now)),
  neededForAll: numbersNeeded(needs.map((one) => one.forAll)),
})

const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`

/** What to do next, in one sentence. */
function adviceWords(advice: NumberAdvice, waiting: number): string {
  switch (advice.kind) {
    case 'buy': {
      const why = waiting === 0 ? '' : `, since ${count(waiting, 'conversation waits', 'conversations wait')} for one`
      return `Next: have ${count(advice.numbers, 'number')} more bought at the carrier and adopted (the operator runs “homeline numbers sync”)${why}.`
    }
    case 'ahead':
      return `Nothing waits. Next: have ${count(advice.numbers, 'number')} more bought before every teacher writes to every family.`
    case 'full':
      return `Next: have the operator register a second campaign at the carrier, since one may hold ${CAMPAIGN_NUMBERS} numbers and that is not enough here.`
    case 'enough':
      return 'There are enough numbers, also if every teacher writes to every family: nothing to do.'
  }
}

function countsTable(have: number, { neededNow, neededForAll }: Counted): Html {
  const rows = [
    ['The district has', have],
    ['This school needs today', neededNow],
    ['It would need if every teacher and the office wrote to every family of theirs', neededForAll],
    ['One campaign at the carrier may hold about', CAMPAIGN_NUMBERS],
  ] as const
  return html`<table class="figures"><caption class="aside">How many numbers</caption><tbody>${rows.map(([what, n]) => html`<tr><th scope="row">${what}</th><td>${n}</td></tr>`)}</tbody></table>
<p class="hint">The numbers belong to the whole district: all its schools use the same ones.</p>`
}

/** What the needs come from: in each row the phone that has most. */
function whyTable(needs: readonly PhoneNeeds[]): Html {
  const most = (of: (need: PhoneNeed) => number, when: keyof PhoneNeeds) =>
    needs.reduce((found, one) => Math.max(found, of(one[when])), 0)
  const rows: readonly (readonly [string, (need: PhoneNeed) => number])[] = [
    ['Teachers and desks of one family: each comes from a number of its own', (need) => need.asFamily],
    [
      `Families on one staff phone: each has a number of its own, up to ${STAFF_PHONE_NUMBERS}`,
      (need) => Math.min(need.asStaff, STAFF_PHONE_NUMBERS),
    ],
    [
      `Numbers at rest for one phone: for ${QUARANTINE_DAYS} days after a conversation its number means nobody else`,
      (need) => need.quarantined,
    ],
  ]
  return html`<h2>Why so many</h2><table class="figures"><thead><tr><th scope="col">On the phone that has most</th><th scope="col">Today</th><th scope="col">If all write</th></tr></thead><tbody>${rows.map(
    ([what, of]) => html`<tr><th scope="row">${what}</th><td>${most(of, 'now')}</td><td>${most(of, 'forAll')}</td></tr>`,
  )}</tbody></table>`
}

const SIDES: Readonly<Record<WaitingConversation['side'], string>> = {
  family: 'The family gets nothing yet.',
  staff: 'What the family writes is in the browser only: the own phone of the staff member waits.',
  full_phone: `What the family writes is in the browser only: a staff phone takes ${STAFF_PHONE_NUMBERS} families.`,
}

function waitingList(waiting: readonly WaitingConversation[], when: (at: Temporal.Instant) => Html): Html {
  return html`<h2>Waiting for a number</h2>${
    waiting.length === 0
      ? html`<p class="hint">No conversation of this school waits.</p>`
      : html`<p class="hint">What waits goes out by itself as soon as there is one.</p><ul class="rows">${waiting.map(
          (one) =>
            html`<li><div><a href="/conversations/${one.id}"><bdi>${one.staff}</bdi> and the family of <bdi>${one.students.length === 0 ? namesInWords(one.guardians) : namesInWords(one.students)}</bdi></a><p class="hint">${SIDES[one.side]}</p></div><span class="hint">since ${when(one.since)}</span></li>`,
        )}</ul>`
  }`
}

function busyTable(pool: readonly PoolNumber[]): Html {
  if (pool.length === 0) return html``
  return html`<h2>How busy each is</h2><table class="figures"><thead><tr><th scope="col">Number</th><th scope="col">Conversations</th><th scope="col">Messages</th></tr></thead><tbody>${pool.map(
    ({ number, conversations, messages }) =>
      html`<tr><th scope="row" class="number">${number}</th><td>${conversations}</td><td>${messages}</td></tr>`,
  )}</tbody></table><p class="hint">Both ways, texts and calls, in the last ${HOURS} hours. These are the school’s own numbers, the ones that families and staff see.</p>`
}
