import type { Heard, PhoneCall } from '../../src/simulator/call-world.ts'
import type { Simulator, SimulatorOptions } from '../../src/simulator/carrier.ts'
import { account, openReceiver, openSimulator, proxy, type Receiver } from './bench.ts'

/** A simulator whose numbers are answered by documents: `path` of the receiver to what is inside `<Response>`, or a status. */
export type CallBench = {
  readonly simulator: Simulator
  readonly receiver: Receiver
  readonly documents: Map<string, string | number>
  /** Points our number at `/voice`, with a fallback where one is named. */
  readonly answerWith: (document: string | number, fallback?: string | number) => void
  /** Makes a call as a program does; its document is `/made`. */
  readonly call: (to: string, more?: Readonly<Record<string, string>>) => string
  /** Waits until the phone's newest call wants something or is over. */
  readonly ready: (phone: string) => Promise<PhoneCall>
  /** The forms that came to an address, in their order. */
  readonly forms: (path: string) => readonly Readonly<Record<string, string>>[]
  readonly close: () => Promise<void>
}

export async function openCallBench(options: Partial<SimulatorOptions> = {}): Promise<CallBench> {
  const receiver = await openReceiver()
  const simulator = openSimulator(options)
  const documents = new Map<string, string | number>()
  receiver.answer = ({ path }) => {
    const document = documents.get(path.split('?')[0] ?? '') ?? ''
    if (typeof document === 'number') return { status: document }
    if (document.startsWith('audio')) return { type: 'audio/mpeg', body: document }
    return { body: document.startsWith('!') ? document.slice(1) : `<Response>${document}</Response>` }
  }
  const set = (change: Record<string, string>) => {
    const number = simulator.numbers(account).find(({ phoneNumber }) => phoneNumber === proxy)
    simulator.changeNumber(number?.sid ?? '', change)
  }
  return {
    simulator,
    receiver,
    documents,
    answerWith(document, fallback) {
      documents.set('/voice', document)
      if (fallback !== undefined) documents.set('/fallback', fallback)
      set({
        voiceUrl: `${receiver.url}/voice`,
        voiceFallbackUrl: fallback === undefined ? '' : `${receiver.url}/fallback`,
        statusCallback: `${receiver.url}/number`,
      })
    },
    call(to, more = {}) {
      const { machineDetection = '', events = 'initiated ringing answered completed', from = proxy } = more
      const made = simulator.calls.make(account, {
        from,
        to,
        url: `${receiver.url}/made`,
        method: 'POST',
        fallbackUrl: '',
        fallbackMethod: 'POST',
        told: { url: `${receiver.url}/status`, method: 'POST', events: events.split(' ') },
        timeout: 30,
        timeLimit: 600,
        machineDetection,
      })
      if ('kind' in made) throw new Error(`refused: ${made.code}`)
      return made.sid
    },
    ready: (phone) =>
      until(`${phone.slice(-4)} wants something`, () => {
        const call = simulator.calls.phoneCall(phone)
        return call !== undefined && (call.state !== 'talks' || call.waits !== 'nothing') ? call : undefined
      }),
    forms: (path) =>
      receiver.got
        .filter((request) => request.path.split('?')[0] === path)
        .map((request) => ({ ...Object.fromEntries(new URLSearchParams(request.path.split('?')[1] ?? '')), ...request.fields })),
    async close() {
      simulator.close()
      await receiver.close()
    },
  }
}

/** Waits, without a clock of its own, until `look` gives something. */
export async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const end = performance.now() + 5000
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`It did not happen: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** What somebody heard and did, a word each: `es-US: hola`, `[tone]`, `[put through]`, `<1`, `<words`. */
export function lines(call: PhoneCall): readonly string[] {
  return call.heard.map(line)
}

function line(heard: Heard): string {
  switch (heard.kind) {
    case 'said':
      return `${heard.language}: ${heard.text}`
    case 'played':
      return `[${new URL(heard.url).pathname}]`
    case 'tone':
      return '[tone]'
    case 'bridged':
      return '[put through]'
    case 'pressed':
      return `<${heard.keys}`
    case 'spoke':
      return `<${heard.words}`
  }
}
