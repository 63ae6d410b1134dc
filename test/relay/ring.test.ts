import { describe, expect, test } from 'vitest'
import type { E164 } from '../../src/core/phone-number.ts'
import type { HandOver } from '../../src/relay/ports.ts'
import { lookAtCalls, ring } from '../../src/relay/ring.ts'
import type { CallOutcome, OpenCall } from '../../src/relay/ring-ports.ts'

const NOW = Temporal.Instant.from('2027-01-11T16:00:00Z')
const [FROM, TO] = ['+15035550100' as E164, '+19715550100' as E164]
const CALL = {
  callId: 'a call',
  districtId: 'a district',
  from: FROM,
  to: TO,
  ringSeconds: 25,
  mostSeconds: 900,
  detectMachine: true,
}

/** A store and a carrier that write down what is asked of them. */
function stage(given: { open?: Partial<OpenCall>; minutesOld?: number; listed?: string[]; free?: string[]; clock?: number[] }) {
  const said: string[] = []
  const recorded: CallOutcome[] = []
  const clock = given.clock ?? [0]
  const open: OpenCall = {
    callId: CALL.callId,
    sid: null,
    hangUp: false,
    from: FROM,
    to: TO,
    startedAt: NOW.subtract({ minutes: given.minutesOld ?? 0 }),
    ...given.open,
  }
  const deps: Parameters<typeof ring>[0] = {
    monotonic: () => (clock.length > 1 ? (clock.shift() as number) : (clock[0] as number)),
    carrier: {
      call: async () => {
        said.push('dial')
        return { kind: 'accepted', sid: 'CA1' } satisfies HandOver
      },
      callsSince: async () => (given.listed ?? []).map((sid) => ({ sid, status: 'in-progress' })),
      callNow: async () => ({ end: null }),
      redirect: async () => 'done',
      end: async (sid) => {
        said.push(`end ${sid}`)
        return 'done'
      },
    },
    store: {
      claim: async () => ({ calls: [CALL], decided: 1 }),
      record: async (_district, outcomes) => void recorded.push(...outcomes),
      dueLooks: async () => ({ moment: { database: NOW, now: NOW }, calls: [open] }),
      adopt: async (_district, _call, sid) => (given.free ?? given.listed ?? []).includes(sid),
      lookAgain: async (_district, _call, seconds) => void said.push(`look in ${seconds} s`),
      end: async () => void said.push('over'),
      giveUp: async () => void said.push('give up'),
    },
  }
  return { deps, said, recorded }
}

describe('a call that is due', () => {
  test('is dialled once', async () => {
    const { deps, said, recorded } = stage({})
    await (await ring(deps, 'a district', 20)).done
    expect(said).toEqual(['dial'])
    expect(recorded).toEqual([{ callId: 'a call', outcome: { kind: 'accepted', sid: 'CA1' } }])
  })

  test('is not dialled by a process that slept since it was decided, and that is written down', async () => {
    const { deps, said, recorded } = stage({ clock: [0, 5_000] })
    await (await ring(deps, 'a district', 20)).done
    expect(said).toEqual([])
    expect(recorded).toEqual([{ callId: 'a call', outcome: { kind: 'not_called' } }])
  })
})

describe('a call of which nobody has told', () => {
  const look = async (given: Parameters<typeof stage>[0]) => {
    const { deps, said } = stage(given)
    await lookAtCalls(deps, 'a district', 20)
    return said
  }

  test.each([
    [0, 'look in 5 s'],
    [1, 'look in 60 s'],
    [16, 'look in 240 s'],
    [19, 'look in 60 s'],
    [20, 'give up'],
  ])('is looked for again, and given up after 20 minutes: after %s, %s', async (minutesOld, what) => {
    expect(await look({ minutesOld })).toEqual([what])
  })

  test('is one of the carrier’s list that is nobody else’s', async () => {
    expect(await look({ listed: ['CA1', 'CA2'], free: ['CA1'], open: { hangUp: true } })).toEqual(['end CA1', 'look in 5 s'])
    expect(await look({ listed: ['CA1'], free: [], open: { hangUp: true } })).toEqual(['look in 5 s'])
  })

  test('is dialled again by none of this', async () => {
    for (const minutesOld of [0, 1, 19, 20, 60])
      expect(await look({ minutesOld, listed: ['CA1'], free: [] })).not.toContain('dial')
  })
})
