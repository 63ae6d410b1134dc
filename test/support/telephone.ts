import type { PhoneCall } from '../../src/simulator/call-world.ts'
import type { World } from './world.ts'

/** A telephone that rings and talks; every step waits until the call has come so far. */
export type Telephone = {
  readonly number: string
  /** Waits until it rings; gives what its display shows. */
  readonly rings: () => Promise<string>
  readonly answers: (machine?: boolean) => void
  /** Dials a number. */
  readonly dials: (to: string, withheld?: boolean) => void
  /** Waits until the call wants something or is over; gives what was said since the last look, `language: words`. */
  readonly hears: () => Promise<string[]>
  /** Presses without waiting for what comes of it. */
  readonly types: (keys: string) => void
  readonly presses: (keys: string) => Promise<string[]>
  readonly says: (words: string, confidence?: number) => Promise<string[]>
  /** Speaks after the tone and ends with #. */
  readonly leaves: (words: string) => Promise<string[]>
  readonly isSilent: () => Promise<string[]>
  readonly hangsUp: () => void
  readonly call: () => PhoneCall | undefined
}

/** A telephone of the world by its number. */
export function telephone(world: World, number: string): Telephone {
  const { calls } = world.simulator
  const looked = new Map<string, number>()
  const call = () => calls.phoneCall(number)
  const hears = async () => {
    await world.until(`the call at ${number.slice(-4)} wants something`, async () => {
      const now = call()
      return now !== undefined && (now.state === 'over' || now.waits !== 'nothing')
    })
    const now = call() as PhoneCall
    const fresh = now.heard.slice(looked.get(now.sid) ?? 0)
    looked.set(now.sid, now.heard.length)
    return fresh.flatMap((one) =>
      one.kind === 'said'
        ? [`${one.language}: ${one.text}`]
        : one.kind === 'played'
          ? ['a recording']
          : one.kind === 'bridged'
            ? ['put through']
            : [],
    )
  }
  const doing = async (does: () => void) => {
    does()
    await new Promise((resolve) => setImmediate(resolve))
    return hears()
  }
  return {
    number,
    call,
    hears,
    rings: async () => {
      await world.until(`the phone ${number.slice(-4)} rings`, () => call()?.state === 'rings')
      return call()?.other ?? ''
    },
    answers: (machine = false) => calls.answer(number, machine),
    dials: (to, withheld) => void calls.dial(number, to, withheld),
    types: (keys) => calls.press(number, keys),
    presses: (keys) => doing(() => calls.press(number, keys)),
    says: (words, confidence) => doing(() => calls.speak(number, words, confidence)),
    leaves: async (words) => {
      calls.speak(number, words)
      return doing(() => calls.press(number, '#'))
    },
    isSilent: () => doing(() => calls.wait(number)),
    hangsUp: () => calls.hangUp(number),
  }
}
