import { type Refusal, refuse } from './errors.ts'

type Page = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

const defaultSize = 50
const largestSize = 1000

/**
 * One page of a list of the 2010 API. Pages after the first start behind the row that the token names, so that
 * rows which arrive meanwhile shift nothing. A `PageSize` that is no number from 1 is refused (20001).
 */
export function listPage<T>(
  key: string,
  rows: readonly T[],
  keyOf: (row: T) => string,
  document: (row: T) => unknown,
  url: string,
): Page | Refusal {
  const at = new URL(url, 'https://api.twilio.com')
  const size = Math.min(Number(at.searchParams.get('PageSize') ?? defaultSize), largestSize)
  const page = Number(at.searchParams.get('Page') ?? 0)
  if (!Number.isInteger(size) || size < 1) return refuse(20001, 'PageSize')
  if (!Number.isInteger(page) || page < 0) return refuse(20001, 'Page')
  const token = at.searchParams.get('PageToken')
  const behind = rows.findIndex((row) => token === `PA${keyOf(row)}`) + 1
  const start = behind || page * size
  const shown = rows.slice(start, start + size)
  const last = shown.at(-1)

  function address(number: number, after: string | null): string {
    const there = new URL(at)
    there.searchParams.set('PageSize', String(size))
    there.searchParams.set('Page', String(number))
    there.searchParams.delete('PageToken')
    if (after !== null) there.searchParams.set('PageToken', after)
    return there.pathname + there.search
  }

  return {
    status: 200,
    body: {
      [key]: shown.map(document),
      end: page * size + Math.max(shown.length - 1, 0),
      first_page_uri: address(0, null),
      next_page_uri: last !== undefined && start + size < rows.length ? address(page + 1, `PA${keyOf(last)}`) : null,
      page,
      page_size: size,
      previous_page_uri: page === 0 ? null : address(page - 1, null),
      start: page * size,
      uri: at.pathname + at.search,
    },
  }
}

/** One page of a list of the v1 messaging API; it goes by page numbers. */
export function metaPage(key: string, documents: readonly unknown[], url: string): Page | Refusal {
  const at = new URL(url, 'https://messaging.twilio.com')
  const size = Math.min(Number(at.searchParams.get('PageSize') ?? defaultSize), largestSize)
  const page = Number(at.searchParams.get('Page') ?? 0)
  if (!Number.isInteger(size) || size < 1) return refuse(20001, 'PageSize')
  if (!Number.isInteger(page) || page < 0) return refuse(20001, 'Page')
  const address = (number: number): string => `${at.origin}${at.pathname}?PageSize=${size}&Page=${number}`
  return {
    status: 200,
    body: {
      [key]: documents.slice(page * size, (page + 1) * size),
      meta: {
        first_page_url: address(0),
        key,
        next_page_url: (page + 1) * size < documents.length ? address(page + 1) : null,
        page,
        page_size: size,
        previous_page_url: page === 0 ? null : address(page - 1),
        url: address(page),
      },
    },
  }
}

/** A day, or a time with its zone. */
function isTime(text: string): boolean {
  try {
    if (text.length === 10) Temporal.PlainDate.from(text)
    else Temporal.Instant.from(text)
    return true
  } catch {
    return false
  }
}

/** The names of those fields of a query that hold no time though they should: `NAME`, `NAME>` and `NAME<`. */
export function wrongTime(query: Readonly<Record<string, string>>, ...names: readonly string[]): string | undefined {
  return names.flatMap((name) => [name, `${name}>`, `${name}<`]).find((name) => query[name] && !isTime(query[name]))
}

/** Whether an instant is within `NAME`, `NAME>` and `NAME<` of a query: whole days where they are dates, instants where they are times. */
export function withinTime(at: string, query: Readonly<Record<string, string>>, name: string): boolean {
  const [on, after, before] = [query[name], query[`${name}>`], query[`${name}<`]]
  return (
    (!on || at.slice(0, 10) === on.slice(0, 10)) &&
    (!after || compareTime(at, after) >= 0) &&
    (!before || compareTime(at, before) <= 0)
  )
}

/** How an instant stands to a limit: a day, or a time with its zone. */
function compareTime(at: string, limit: string): number {
  if (limit.length === 10) return at.slice(0, 10) < limit ? -1 : at.slice(0, 10) > limit ? 1 : 0
  return Temporal.Instant.compare(at, limit)
}
