/** The form that asks for an export, and what was typed into it. */

import { randomUUID } from 'node:crypto'
import { html } from 'hono/html'
import { readTypedDate } from '../core/typed-date.ts'
import type { Found } from '../store/oversight.ts'
import type { Html } from './page.ts'
import { namesInWords, shortened } from './words.ts'

/** Days that are exported when nobody says which. */
const DAYS = 30
const LONGEST_REASON = 300

/** In what form an export can be had. */
export const FORMATS = {
  pdf: { type: 'application/pdf', name: 'a PDF to read and hand over' },
  csv: { type: 'text/csv; charset=utf-8', name: 'a spreadsheet (CSV)' },
  jsonl: { type: 'application/jsonl; charset=utf-8', name: 'lines for a program (JSONL)' },
} as const

type Format = keyof typeof FORMATS
const FORMAT_NAMES = Object.keys(FORMATS) as Format[]

const NAMES = ['key', 'staff', 'class', 'family', 'from', 'to', 'reason', 'format'] as const

/** What stands in the form, as it was typed. */
export type ExportTyped = Readonly<Record<(typeof NAMES)[number], string>>

/** Somebody whose family may be chosen. */
type Choice = { readonly id: string; readonly name: string }

/** Reads the form's fields. */
export function typedExport(fields: (name: string) => string): ExportTyped {
  return Object.fromEntries(NAMES.map((name) => [name, fields(name)])) as ExportTyped
}

/** The form at the end of what was found: the days, teacher, class and family that were chosen; else a family of those found may be. */
export function exportForm(given: {
  readonly chosen: Pick<ExportTyped, 'staff' | 'class'>
  readonly family: Choice | null
  readonly range: { readonly first: string; readonly last: string }
  readonly found: readonly Found[]
}): Html {
  const { chosen, family, range } = given
  const families = new Map(
    given.found.flatMap(({ record, students, guardians }): [string, string][] => {
      const id = record.view.guardian ?? record.view.guardians[0]
      return id === undefined
        ? []
        : [[id, [namesInWords(students), namesInWords(guardians)].filter((name) => name !== '').join(', ')]]
    }),
  )
  const typed = {
    ...chosen,
    key: randomUUID(),
    family: family?.id ?? '',
    from: range.first,
    to: range.last,
    reason: '',
    format: 'pdf',
  }
  const all = [...families].map(([id, name]) => ({ id, name }))
  return html`<details><summary>Export as a file</summary>${exportFields(typed, family === null || families.has(family.id) ? all : [family, ...all])}</details>`
}

/** The form itself, with what stands in it. `problem`: what is wrong with it, and in which field. */
export function exportFields(typed: ExportTyped, families: readonly Choice[], problem: ExportProblem | null = null): Html {
  const hidden = (['key', 'staff', 'class'] as const).map((name) =>
    typed[name] === '' ? '' : html`<input type="hidden" name="${name}" value="${typed[name]}">`,
  )
  const marked = (name: ExportProblem['field']) =>
    problem?.field === name ? html` aria-invalid="true" aria-describedby="wrong"` : ''
  // A date field shows nothing of what is none.
  const day = (name: 'from' | 'to', label: string) =>
    html`<label>${label} <input name="${name}" type="${typed[name] !== '' && readTypedDate(typed[name]) === null ? 'text' : 'date'}" value="${readTypedDate(typed[name]) ?? typed[name]}"${marked(name)}></label>`
  return html`<form method="post" action="/oversight/export" class="stack">${hidden}
<p class="hint">Every message of these days that you may see${typed.staff + typed.class === '' ? '' : ', of the teacher and class that you chose'}, whatever words you looked for. No number of the school’s list is in it; one that somebody wrote into a message is masked but for its last four digits, where a program can tell it from other figures.</p>
<div class="row start">${day('from', 'From')}${day('to', 'To')}</div>
<label for="family">Family</label><select id="family" name="family"><option value="">Every family</option>${families.map(({ id, name }) => html`<option value="${id}"${id === typed.family ? ' selected' : ''}>${name}</option>`)}</select>
<label for="reason">Why it is needed</label><input id="reason" name="reason" maxlength="${LONGEST_REASON}" required value="${typed.reason}"${marked('reason')}>
<fieldset><legend>As</legend>${FORMAT_NAMES.map((format) => html`<label class="tick"><input type="radio" name="format" value="${format}"${format === typed.format ? ' checked' : ''}> ${FORMATS[format].name}</label>`)}</fieldset>
<button class="main" data-busy="Exporting…">Export</button></form>`
}

/** What is wrong with a form, in one sentence, and with which field of it. */
export type ExportProblem = { readonly field: 'from' | 'to' | 'reason'; readonly words: string }

/** What a form asks for, or what is wrong with it. Without days, the last thirty, in the school's zone. */
export function readExport(
  typed: ExportTyped,
  now: Temporal.Instant,
  zone: string,
): { readonly first: string; readonly last: string; readonly reason: string; readonly format: Format } | ExportProblem {
  for (const field of ['from', 'to'] as const)
    if (typed[field].trim() !== '' && readTypedDate(typed[field]) === null)
      return { field, words: `“${shortened(typed[field].trim(), 40)}” is no day. Write it like 2026-11-30.` }
  const range = rangeOf(readTypedDate(typed.from), readTypedDate(typed.to), now, zone)
  if (range.first > range.last) return { field: 'to', words: 'The last day is before the first.' }
  const reason = typed.reason.trim().slice(0, LONGEST_REASON)
  if (reason === '')
    return {
      field: 'reason',
      words: 'Say why it is needed, such as the number of the records request: the reason is kept in the log.',
    }
  return { ...range, reason, format: FORMAT_NAMES.find((one) => one === typed.format) ?? 'csv' }
}

/** The days between two dates of a form, in the school's zone; without them, the last thirty. */
export function rangeOf(from: Temporal.PlainDate | null, to: Temporal.PlainDate | null, now: Temporal.Instant, zone: string) {
  const last = to ?? now.toZonedDateTimeISO(zone).toPlainDate()
  const first = from ?? last.subtract({ days: DAYS })
  return { first: first.toString(), last: last.toString() }
}
