import twilio from 'twilio'

/** The form fields of a webhook. */
export type Fields = Readonly<Record<string, string>>

/** What came of a webhook after its retries: the answer's text, or why there is none. */
export type WebhookOutcome =
  | { readonly kind: 'answered'; readonly contentType: string; readonly body: string }
  | { readonly kind: 'failed'; readonly why: WebhookFailure }

/** Twilio's names for what went wrong: connection (TCP, TLS, DNS), read time-out, status class. */
export type WebhookFailure = 'ct' | 'rt' | '4xx' | '5xx'

/** Starts `fn` after some milliseconds; the answer cancels it. */
export type Later = (milliseconds: number, fn: () => void) => () => void

/** What the webhook sender works with; `fetch` as the platform's. */
export type WebhookTools = { readonly fetch: typeof fetch; readonly later: Later; readonly random: () => number }

/** Twilio waits this long for an answer, all retries together. Source: Twilio, "Webhooks (HTTP callbacks): connection overrides". */
const totalMilliseconds = 15_000

/**
 * Calls a webhook as Twilio does: signed with the account's token over the URL without its fragment, retried as the fragment says
 * (`#rc=0..5&rp=ct,rt,4xx,5xx,all`; default one retry, connection failures only), all within 15 s. Never throws.
 */
export async function callWebhook(
  url: string,
  method: string,
  fields: Fields,
  authToken: string,
  tools: WebhookTools,
): Promise<WebhookOutcome> {
  const [bare = '', fragment = ''] = url.split('#')
  const { retries, on } = retryRule(fragment)
  const signedUrl = method === 'GET' ? withQuery(bare, fields) : bare
  const headers = {
    'User-Agent': 'TwilioProxy/1.1',
    Accept: '*/*',
    'X-Twilio-Signature': twilio.getExpectedTwilioSignature(authToken, signedUrl, method === 'GET' ? {} : { ...fields }),
    'I-Twilio-Idempotency-Token': hex(tools.random, 32),
  }
  const timeUp = new AbortController()
  const cancel = tools.later(totalMilliseconds, () => timeUp.abort())
  try {
    let outcome: WebhookOutcome = { kind: 'failed', why: 'ct' }
    for (let attempt = 0; attempt <= retries; attempt++) {
      outcome = await once(signedUrl, method, fields, headers, timeUp.signal, tools.fetch)
      if (outcome.kind === 'answered' || timeUp.signal.aborted || !on.has(outcome.why)) return outcome
    }
    return outcome
  } finally {
    cancel()
  }
}

async function once(
  url: string,
  method: string,
  fields: Fields,
  headers: Record<string, string>,
  signal: AbortSignal,
  fetcher: typeof fetch,
): Promise<WebhookOutcome> {
  try {
    const body = method === 'GET' ? null : new URLSearchParams(fields)
    const answer = await fetcher(url, { method, headers, body, signal })
    const text = await answer.text()
    if (answer.status >= 500) return { kind: 'failed', why: '5xx' }
    if (answer.status >= 400) return { kind: 'failed', why: '4xx' }
    return { kind: 'answered', contentType: answer.headers.get('content-type') ?? '', body: text }
  } catch {
    return { kind: 'failed', why: signal.aborted ? 'rt' : 'ct' }
  }
}

function retryRule(fragment: string): { retries: number; on: ReadonlySet<WebhookFailure> } {
  const rule = new URLSearchParams(fragment)
  const count = Number(rule.get('rc') ?? 1)
  const named = (rule.get('rp') ?? 'ct').split(',')
  const all: readonly WebhookFailure[] = ['ct', 'rt', '4xx', '5xx']
  return {
    retries: Number.isInteger(count) && count >= 0 && count <= 5 ? count : 1,
    on: new Set(named.includes('all') ? all : all.filter((why) => named.includes(why))),
  }
}

function withQuery(url: string, fields: Fields): string {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(fields)}`
}

/** So many random hexadecimal digits, as in Twilio's sids. */
export function hex(random: () => number, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
}
