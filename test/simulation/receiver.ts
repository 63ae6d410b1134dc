/** The fallback receiver on a host of its own: the real one over a real spool, reached by the carrier when no server answers. It may die at any await. */

import type { FastifyInstance } from 'fastify'
import { posterTo } from '../../src/fallback/hand-over.ts'
import { assembleReceiver } from '../../src/fallback/receiver.ts'
import { openSpool, type Spool } from '../../src/fallback/spool.ts'
import { createLogger } from '../../src/logger.ts'
import { createKeys } from '../../src/store/keys.ts'
import { ACCOUNT, FALLBACK_URL, PUBLIC_URL } from './carrier.ts'
import { askInProcess, type HostAnswer, type HostRequest, KEY } from './host.ts'
import { onHost, type Platform } from './platform.ts'
import type { Random } from './random.ts'
import type { Owner, Scheduler } from './scheduler.ts'

/** A receiver at work. */
export type Receiver = {
  readonly ask: (request: HostRequest, answered: (answer: HostAnswer) => void) => void
  readonly kill: () => void
}

/** What a receiver stands in. */
export type ReceiverSurroundings = {
  readonly scheduler: Scheduler
  readonly random: Random
  /** Its data directory, which outlives it. */
  readonly folder: string
  /** A request to the servers. */
  readonly ask: (request: HostRequest, answered: (answer: HostAnswer) => void) => void
  readonly logged: (line: string) => void
}

const TIME_LIMIT = 10_000_000

/** Starts a receiver; `name` is that of this life of it. */
export function startReceiver(name: string, world: ReceiverSurroundings): Receiver {
  const { scheduler } = world
  const random = world.random.fork(name)
  const owner: Owner = { name, alive: true, sleepsUntil: 0 }
  let atDisk = 0
  scheduler.holdFor(() => (atDisk > 0 ? 'works' : owner.alive ? 'waits' : 'over'))
  const disk = async <T>(work: Promise<T>): Promise<T> => {
    atDisk++
    try {
      return await work
    } finally {
      atDisk--
    }
  }
  const onDisk = (spool: Spool): Spool => ({
    append: (webhooks) => disk(spool.append(webhooks)),
    oldest: () => disk(spool.oldest()),
    remove: (file) => disk(spool.remove(file)),
    setAside: (file) => disk(spool.setAside(file)),
    probe: () => disk(spool.probe()),
    state: spool.state,
  })
  const platform: Platform = {
    after: (milliseconds, label, run) => scheduler.after(milliseconds * 1000, label, owner, run),
    now: () => scheduler.now() / 1000,
    random: random.fork('platform'),
    fetch: (url, init) =>
      new Promise((resolve, reject) => {
        const back = (act: () => void) => scheduler.after(random.between(1_000, 60_000), 'handed over', owner, act)
        const forget = scheduler.after(TIME_LIMIT, 'hand-over gives up', owner, () => reject(new Error('No answer.')))
        const headers = {
          ...(init?.headers as Record<string, string>),
          'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
        }
        world.ask({ method: 'POST', url: String(url).slice(PUBLIC_URL.length), headers, body: String(init?.body) }, (answer) =>
          back(() => {
            forget()
            if (answer === null) reject(new Error('The connection failed.'))
            else resolve(new Response(answer.status === 204 ? null : answer.body, { status: answer.status }))
          }),
        )
      }),
  }
  let app: FastifyInstance | undefined
  void onHost(platform, async () => {
    const spool = onDisk(await disk(openSpool(world.folder, createKeys(KEY), 50_000)))
    const made = await assembleReceiver({
      account: ACCOUNT,
      publicUrl: FALLBACK_URL,
      spool,
      post: posterTo(PUBLIC_URL, ACCOUNT.authToken),
      logger: createLogger('info', { write: world.logged }),
    })
    made.handOver.wake()
    app = made.app
  })
  const asking = askInProcess(scheduler, owner, platform, random, () => app)
  return {
    ask: asking.ask,
    kill: () => {
      owner.alive = false
      asking.cut()
    },
  }
}
