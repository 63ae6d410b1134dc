/** The runner's end of the carrier's process, and what its record says. */

import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { SentText, Shown, TakenText } from '../simulation/carrier.ts'
import type { CarrierOptions, FromCarrier, RecordLine, ToCarrier } from './carrier-protocol.ts'

/** The carrier at work. */
export type CarrierProcess = {
  /** A door for each slot. */
  readonly urls: readonly string[]
  readonly say: (message: ToCarrier) => void
  readonly hear: (listener: (message: FromCarrier) => void) => void
  /** Waits until no message, webhook or callback is on its way. */
  readonly settled: () => Promise<void>
  readonly end: () => Promise<void>
}

/** Starts the carrier. */
export async function startCarrier(options: CarrierOptions): Promise<CarrierProcess> {
  const child: ChildProcess = fork(path.join(import.meta.dirname, 'carrier-process.ts'), [JSON.stringify(options)], {
    stdio: 'inherit',
  })
  const listeners = new Set<(message: FromCarrier) => void>()
  child.on('message', (message: FromCarrier) => {
    for (const listener of listeners) listener(message)
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const next = <K extends FromCarrier['kind']>(kind: K) =>
    new Promise<Extract<FromCarrier, { kind: K }>>((resolve, reject) => {
      const listener = (message: FromCarrier) => {
        if (message.kind !== kind) return
        listeners.delete(listener)
        resolve(message as Extract<FromCarrier, { kind: K }>)
      }
      listeners.add(listener)
      void exited.then(() => reject(new Error('The carrier has ended.')))
    })
  const { urls } = await next('ready')
  return {
    urls,
    say: (message) => void (child.connected && child.send(message)),
    hear: (listener) => void listeners.add(listener),
    settled: async () => {
      const settled = next('settled')
      child.send({ kind: 'settle' } satisfies ToCarrier)
      await settled
    },
    end: async () => {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

/** What the carrier wrote down, as the checker reads it. */
export function readRecord(folder: string): {
  readonly taken: TakenText[]
  readonly sent: SentText[]
  readonly screens: Map<string, Shown[]>
} {
  const lines = readFileSync(path.join(folder, 'record.jsonl'), 'utf8')
    .split('\n')
    .flatMap((line): RecordLine[] => (line === '' ? [] : [JSON.parse(line)]))
  const of = <K extends RecordLine['kind']>(kind: K) =>
    lines.filter((line): line is Extract<RecordLine, { kind: K }> => line.kind === kind)
  // The first of them counts: a webhook may be doubled.
  const acknowledged = new Map(
    of('acknowledged')
      .map((line) => [line.sid, line.at] as const)
      .reverse(),
  )
  const shownAt = new Map(of('shown').map((line) => [line.sid, line.at]))
  return {
    taken: of('taken').map(({ kind: _, at, slot: _slot, ...text }) => ({
      ...text,
      attemptId: text.callback.split('/').at(-1) ?? '',
      taken: at,
      listed: at,
      status: shownAt.has(text.sid) ? 'delivered' : 'undelivered',
      errorCode: null,
      shown: shownAt.get(text.sid) ?? null,
    })),
    sent: of('sent').map(({ kind: _, ...text }) => ({
      ...text,
      acknowledged: acknowledged.get(text.sid) ?? null,
      received: acknowledged.get(text.sid) ?? null,
      over: true,
      listed: null,
    })),
    screens: Map.groupBy(
      of('shown').map(({ kind: _, ...shown }): Shown => shown),
      (shown) => shown.phone,
    ),
  }
}
