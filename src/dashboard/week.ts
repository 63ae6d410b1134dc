/** A week of hours as a form: a row a day, a column for each side that they are for. */

import { html } from 'hono/html'
import { type Day, days, type Week } from '../core/hours.ts'
import type { Html } from './page.ts'
import type { Fields } from './wall.ts'

/** The days by name. */
export const DAY_NAMES: Readonly<Record<Day, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
}

/** The windows that were typed for a side, day by day; a day without any is left out. */
export function weekIn(fields: Fields, side: string): Week {
  return Object.fromEntries(
    days.flatMap((day) => {
      const windows = fields(`${side}-${day}`)
        .split(',')
        .map(window)
        .filter((one) => one !== '')
      return windows.length === 0 ? [] : [[day, windows]]
    }),
  )
}

/**
 * The table; `sides`: the names of the columns by the name of their fields, `typed`: what stands in a field, `beside`: what stands beside a day's name.
 * With the script `week.js` on the page its windows can be dragged.
 */
export function weekTable(
  sides: Readonly<Record<string, string>>,
  typed: (side: string, day: Day) => string,
  beside: (day: Day) => Html | '' = () => '',
): Html {
  return html`<table class="week"><thead><tr><th scope="col">Day</th>${Object.values(sides).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${days.map(
    (day) =>
      html`<tr><th scope="row">${DAY_NAMES[day]}${beside(day)}</th>${Object.entries(sides).map(
        ([side, name]) =>
          html`<td data-label="${name}"><input name="${side}-${day}" value="${typed(side, day)}" aria-label="${name}, ${DAY_NAMES[day]}" placeholder="closed">${weekBar(typed(side, day))}</td>`,
      )}</tr>`,
  )}</tbody></table>`
}

/** A time as people write one: `7`, `7:30`, `19:30`, `7 am`, `7:30 PM`. */
const TIME = String.raw`(\d{1,2})(?::(\d{2}))?\s*(?:([ap])\.?m\.?)?`
const WINDOW = new RegExp(`^\\s*${TIME}\\s*(?:[-–]|to)\\s*${TIME}\\s*$`, 'i')

/**
 * `7-20`, `7:00 - 20:00`, `7 am - 8 pm` and `7:00 AM – 8:00 PM` all mean the window `07:00-20:00`; anything else stays as it is, to be refused by
 * name. So do `8-4`, and one half of which says AM or PM and the other does not: nobody knows what they mean.
 */
function window(text: string): string {
  const [, h1 = '', m1 = '00', half1, h2 = '', m2 = '00', half2] = WINDOW.exec(text) ?? []
  // `8-4` and `9:00-1:00` are a school's day, and no night.
  const isBare = half1 === undefined && half2 === undefined
  if (isBare && Number(h1) <= 12 && Number(h2) * 60 + Number(m2) <= Number(h1) * 60 + Number(m1)) return text.trim()
  if (h1 === '' || (half1 === undefined) !== (half2 === undefined)) return text.trim()
  const [from, to] = [hourOf(h1, half1), hourOf(h2, half2)]
  if (from === null || to === null) return text.trim()
  const end = half2 !== undefined && to === '00' && m2 === '00' ? '24' : to
  return `${from}:${m1}-${end}:${m2}`
}

/** The hour of a day, `00` to `23`, or as it was typed where no half of the day was said; null: there is no such hour. */
function hourOf(hour: string, half: string | undefined): string | null {
  if (half === undefined) return hour.padStart(2, '0')
  const said = Number(hour)
  if (said < 1 || said > 12) return null
  return String((said % 12) + (half.toLowerCase() === 'p' ? 12 : 0)).padStart(2, '0')
}

/** A window as people read it: `7:00 AM – 8:00 PM`; what is none stays as it is. */
export function windowInWords(text: string): string {
  const [, h1, m1, h2, m2] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text)?.map(Number) ?? []
  if (h1 === undefined || m1 === undefined || h2 === undefined || m2 === undefined || h1 > 23 || h2 > 24) return text
  const said = (hour: number, minute: number) =>
    `${hour % 12 || 12}:${String(minute).padStart(2, '0')} ${hour % 24 < 12 ? 'AM' : 'PM'}`
  return `${said(h1, m1)} – ${said(h2, m2)}`
}

/** A day's windows as its field shows them. */
export const windowsInWords = (windows: readonly string[] | undefined): string => windows?.map(windowInWords).join(', ') ?? ''

/** The day's windows as a picture: from midnight to midnight. */
function weekBar(windows: string): Html {
  const spans = windows.split(',').flatMap((one) => {
    const [, h1, m1, h2, m2] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(window(one))?.map(Number) ?? []
    if (h1 === undefined || m1 === undefined || h2 === undefined || m2 === undefined) return []
    const [from, to] = [h1 * 60 + m1, h2 * 60 + m2]
    return to > from ? [[from, to - from]] : [[from, 1440 - from]]
  })
  return html`<svg class="day-bar" viewBox="0 0 1440 60" preserveAspectRatio="none" aria-hidden="true"><rect class="off" width="1440" height="60"/>${spans.map(([x, width]) => html`<rect class="on" x="${x}" width="${width}" height="60"/>`)}</svg>`
}
