/** The jobs of a path without calls: nothing rings, nothing was recorded. */

import type { JobDeps } from '../src/jobs/path.ts'
import { scripts } from '../src/relay/answer.ts'
import { mayCall } from '../src/roster/numbers.ts'
import type { Db } from '../src/store/database.ts'
import type { Keys } from '../src/store/keys.ts'
import { ringStore } from '../src/store/ringing.ts'

/** What `startJobs` needs for them. */
export function noCalls(db: Db, keys: Keys): Pick<JobDeps, 'ring' | 'fetch' | 'interpret'> {
  return {
    ring: {
      store: ringStore(db, keys, mayCall, scripts.play),
      carrier: {
        call: async () => ({ kind: 'unknown' }),
        callsSince: async () => null,
        callNow: async () => null,
        redirect: async () => 'gone',
        end: async () => 'gone',
      },
      monotonic: () => performance.now(),
    },
    fetch: async () => 0,
    interpret: async () => 0,
  }
}
