/** What staff do at a browser beside writing. The forms call these very functions; each is a request of its own, which may fail and is made again. */

import type { Staff } from '../../src/core/people.ts'
import { setOwnPhone } from '../../src/relay/decide.ts'
import { claim } from '../../src/store/claims.ts'
import { composeStore } from '../../src/store/composing.ts'
import { inDistrict, type Trx } from '../../src/store/database.ts'
import { createKeys } from '../../src/store/keys.ts'
import { staffById } from '../../src/store/people.ts'
import { readNumber } from '../../src/store/phones.ts'
import { momentOf } from '../../src/store/settings.ts'
import { dismissStranger, identify, openUnknown } from '../../src/store/strangers-settling.ts'
import { beside } from './beside.ts'
import { KEY } from './host.ts'
import type { Action } from './plan.ts'
import type { World } from './world.ts'

type Of<K extends Action['kind']> = Extract<Action, { kind: K }>
type Kind = 'own_phone' | 'settle_unknown' | 'take'

const keys = createKeys(KEY)

const districtIdOf = (world: World, district: number): string =>
  world.prepared.districtIds.get(world.districts[district]?.sourcedId ?? '') as string

/** In one transaction, as an administrator of the district. */
function administers(
  world: World,
  name: string,
  district: number,
  work: (trx: Trx, staff: Staff) => Promise<unknown>,
  done: () => void = () => {},
): void {
  const districtId = districtIdOf(world, district)
  const id = world.districts[district]?.staff.find((s) => s.administrator)?.id as string
  beside(
    world,
    name,
    (db) =>
      inDistrict(db, districtId, async (trx) => {
        const staff = await staffById(trx, districtId, id)
        if (staff !== null) await work(trx, staff)
      }),
    done,
  )
}

/** By kind of action. */
export const atBrowser: { readonly [K in Kind]: (world: World, action: Of<K>) => unknown } = {
  own_phone: (world, { district, staff: id, off, hours }) => {
    const districtId = districtIdOf(world, district)
    world.faults.count(`own phone ${off ? 'off' : 'on'}`)
    beside(world, 'own phone', async (db) => {
      const staff = await inDistrict(db, districtId, (trx) => staffById(trx, districtId, id))
      if (staff !== null)
        await setOwnPhone(composeStore(db, keys), { districtId, staff, setting: { isOff: off, hours: off ? null : hours } })
    })
  },
  settle_unknown: async (world, { district, guardian: id, pick }) => {
    const districtId = districtIdOf(world, district)
    const waiting = await world.statements.look<{ id: string; number_encrypted: Buffer }>(
      `select id, number_encrypted from phone p where district_id = $1
        and exists (select from task t where t.kind = 'stranger' and t.phone_id = p.id and t.closed_at is null) order by id`,
      [districtId],
    )
    const chosen = waiting[Math.floor(pick * waiting.length)]
    const guardian = world.districts[district]?.guardians.find((g) => g.id === id)
    if (chosen === undefined || guardian === undefined) return
    const how = (['identified', 'identified', 'opened', 'dismissed'] as const)[Math.floor((pick * 7919) % 4)] ?? 'identified'
    world.faults.count(`unknown phone ${how}`)
    // The answer may be lost, or somebody else was first: what holds afterwards counts.
    const nowTheirs = async () => {
      const rows = await world.statements.look(
        `select from household h join household_guardian hg on hg.district_id = h.district_id and hg.household_id = h.id
          where h.district_id = $1 and h.phone_id = $2 and hg.guardian_id = $3 and h.until is null and hg.until is null`,
        [districtId, chosen.id, id],
      )
      if (rows.length > 0) guardian.phones.push(readNumber(keys, districtId, chosen.number_encrypted))
    }
    administers(
      world,
      'unknown phone',
      district,
      (trx, staff) => SETTLED[how](trx, staff, chosen.id, id),
      () => void nowTheirs(),
    )
  },
  take: async (world, { district, what, pick }) => {
    const open = { task: 'closed_at is null', conversation: 'ended_at is null' }[what]
    const rows = await world.statements.look<{ id: string; by: string | null }>(
      `select id, claimed_by as by from ${what} where district_id = $1 and ${open} order by id`,
      [districtIdOf(world, district)],
    )
    const chosen = rows[Math.floor(pick * rows.length)]
    if (chosen === undefined) return
    administers(world, 'take', district, (trx, staff) => claim(trx, staff, what, chosen.id, chosen.by))
  },
}

const SETTLED = {
  identified: async (trx: Trx, staff: Staff, phone: string, guardian: string) =>
    identify(trx, await momentOf(trx), staff, phone, [guardian]),
  opened: async (trx: Trx, staff: Staff, phone: string) => openUnknown(trx, await momentOf(trx), staff, phone),
  dismissed: async (trx: Trx, staff: Staff, phone: string) => dismissStranger(trx, await momentOf(trx), staff, phone),
}
