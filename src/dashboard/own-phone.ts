/** The own phone: whether families' texts and calls come to it, and when. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { Week } from '../core/hours.ts'
import { readOwnWeek } from '../core/own-hours.ts'
import type { Staff } from '../core/people.ts'
import type { OwnPhoneSetting } from '../relay/compose-ports.ts'
import { type OwnPhone, ownPhone } from '../store/own-phone.ts'
import { assetPath } from './assets.ts'
import type { Html } from './page.ts'
import type { VisitOf } from './visits.ts'
import { fieldsOf } from './wall.ts'
import { DAY_NAMES, weekIn, weekTable, windowInWords, windowsInWords } from './week.ts'

/** What the page needs of the house. */
export type OwnPhoneDeps = {
  readonly setOwnPhone: (request: {
    readonly districtId: string
    readonly staff: Staff
    readonly setting: OwnPhoneSetting
  }) => Promise<void>
}

/** What stands in the form. */
type Typed = { readonly isOff: boolean; readonly ownHours: boolean; readonly week: Week }

/** The state in one sentence, as the pages say it where it matters. */
export function phoneState({ isOff, hours, onFile }: Pick<OwnPhone, 'isOff' | 'hours' | 'onFile'>): string {
  if (!onFile) return 'There is no phone of yours on file: what families write is read here.'
  if (isOff) return 'Your own phone is off: what families write is read here only, and callers are asked for a message.'
  return hours === null
    ? 'Your own phone is on whenever the school allows it.'
    : 'Your own phone is on in your own hours; what comes outside them reaches it at the next.'
}

/** Adds the page. */
export function ownPhoneRoutes(app: FastifyInstance, deps: OwnPhoneDeps, visitOf: VisitOf): void {
  app.get('/account/phone', async (request, reply) => show(request, reply, null, null))

  app.post('/account/phone', async (request, reply) => {
    const { districtId, staff, read } = visitOf(request)
    const fields = fieldsOf(request)
    const typed: Typed = {
      isOff: fields('phone') === 'off',
      ownHours: fields('hours') === 'own',
      week: weekIn(fields, 'own'),
    }
    const { schools } = await read((trx) => ownPhone(trx, districtId, staff.id))
    const weeks = schools.map(({ hours }) => hours.staff)
    const wrong = (problem: string) => show(request, reply.code(422), typed, problem)
    if (typed.ownHours && weeks.length === 0) return wrong('The school has set no hours yet, so there is nothing to narrow.')
    if (typed.ownHours && Object.keys(typed.week).length === 0)
      return wrong('There is no hour left: write when your phone may ring, or switch it off above.')
    const week = typed.ownHours ? readOwnWeek(typed.week, weeks, (day) => DAY_NAMES[day]) : null
    if (week?.kind === 'wrong') return wrong(week.problem)
    await deps.setOwnPhone({ districtId, staff, setting: { isOff: typed.isOff, hours: week?.week ?? null } })
    return reply.redirect('/account/phone?said=phone_set', 303)
  })

  async function show(request: FastifyRequest, reply: FastifyReply, typed: Typed | null, problem: string | null) {
    const visit = visitOf(request)
    const own = await visit.read((trx) => ownPhone(trx, visit.districtId, visit.staff.id))
    const stands = typed ?? {
      isOff: own.isOff,
      ownHours: own.hours !== null,
      week: own.hours ?? own.schools[0]?.hours.staff ?? {},
    }
    return visit.page(
      reply,
      'account',
      'Your own phone',
      html`<p class="crumb"><a href="/account">Account</a></p><h1>Your own phone</h1><p class="sub">${phoneState(own)}</p>${
        own.onFile
          ? html`${form(own, stands, problem)}<script src="${assetPath('week.js')}" defer></script>`
          : html`<p>The office can add one to the roster.</p>`
      }`,
    )
  }
}

function form({ schools }: OwnPhone, { isOff, ownHours, week }: Typed, problem: string | null): Html {
  const radio = (name: string, value: string, checked: boolean, words: string) =>
    html`<label class="tick"><input type="radio" name="${name}" value="${value}"${checked ? ' checked' : ''}> ${words}</label>`
  return html`<form method="post" action="/account/phone" class="composer">${problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`}
<fieldset><legend>Do families’ messages and calls come to your own phone?</legend>${radio('phone', 'on', !isOff, 'On: texts come to it, and calls are put through')}${radio(
    'phone',
    'off',
    isOff,
    'Off: nothing is sent to it and it does not ring; you read and answer here',
  )}<p class="hint">Codes that you ask for when you sign in still come to it. It shows school numbers only, and no family ever sees yours.</p></fieldset>
<fieldset><legend>When may they come?</legend>${radio('hours', 'school', !ownHours, 'Whenever the school allows it')}${radio('hours', 'own', ownHours, 'Only in the hours below, on days that the school is open')}
<p class="hint" id="week-hint">Families are told when you will get what they write outside these hours. Write 7:30 AM – 4:00 PM, two spans with a comma, and nothing for a day without.</p>
${schools.map(({ name, hours }) => html`<p class="hint"><bdi>${name}</bdi> reaches staff phones ${inWords(hours.staff)}.</p>`)}
${weekTable({ own: 'Your phone' }, (_, day) => windowsInWords(week[day]))}</fieldset><button class="main">Save</button></form>`
}

/** `Monday to Friday 7:00 AM – 6:00 PM`, the days of equal windows together. */
function inWords(week: Week): string {
  const spans: { first: string; last: string; windows: string }[] = []
  for (const [day, name] of Object.entries(DAY_NAMES)) {
    const windows = (week[day as keyof Week] ?? []).map(windowInWords).join(' and ')
    const before = spans.at(-1)
    if (before !== undefined && before.windows === windows) before.last = name
    else spans.push({ first: name, last: name, windows })
  }
  const open = spans.filter(({ windows }) => windows !== '')
  const named = open.map(({ first, last, windows }) => `${first === last ? first : `${first} to ${last}`} ${windows}`)
  return open.length === 0 ? 'on no day' : named.join(', ')
}
