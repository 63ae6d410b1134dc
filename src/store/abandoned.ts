/** Hand-overs whose process died: what they have in common for whoever looks for them. */

import { type RawBuilder, sql } from 'kysely'

/** Seconds after which an attempt without an outcome is one whose process died: the carrier is asked within 5 s of its commit and given up after 30. */
const ABANDONED_SECONDS = 45

/** `from ... where ...` over a district's attempts, under the name `a`, that nobody has told of although their process would have by now. */
export function abandonedAttempts(districtId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`from exchange e join attempt a on a.district_id = ${districtId} and a.id = e.attempt_id
    where e.district_id = ${districtId} and e.status = 'sending' and e.attempt_id is not null and a.outcome is null and a.look_after is null
      and a.started_at <= clock_timestamp() - ${ABANDONED_SECONDS} * interval '1 second'`
}
