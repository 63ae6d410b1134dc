/** What a server does every hour: checkpoints of every district's log; rights that ended with a day; old raw webhooks, answers to repeats, calls, logins, exports and pictures of no message dropped. */

import path from 'node:path'
import { forgetCalls } from './store/call-ending.ts'
import { writeCheckpoint } from './store/checkpoint.ts'
import { forgetOldAnswers } from './store/composing.ts'
import { type Db, inDistrict } from './store/database.ts'
import { forgetExports } from './store/exports.ts'
import { endLostRights } from './store/households.ts'
import { dropOldWebhooks } from './store/inbox.ts'
import type { Keys } from './store/keys.ts'
import { forgetLogins } from './store/logins.ts'
import { forgetPictures } from './store/pictures.ts'
import { sealDistrict } from './store/seal.ts'
import { momentOf } from './store/settings.ts'

/** Seals every district's events; what a stopping server leaves is in the chain. */
export async function sealAll({ db, keys }: { readonly db: Db; readonly keys: Keys }): Promise<void> {
  for (const { id } of await db.selectFrom('district').select('id').execute())
    while ((await sealDistrict(db, keys, id, 5_000)) > 0);
}

/** One round; checkpoints go into the data directory. Harmless beside another server's. */
export async function keepHouse(db: Db, keys: Keys, dataDir: string): Promise<void> {
  await dropOldWebhooks(db)
  await sealAll({ db, keys })
  for (const { id } of await db.selectFrom('district').select('id').execute()) {
    await forgetOldAnswers(db, id)
    await inDistrict(db, id, (trx) => forgetCalls(trx, id))
    await inDistrict(db, id, (trx) => forgetLogins(trx, id))
    await writeCheckpoint(db, keys, id, path.join(dataDir, 'checkpoints'))
    await forgetPictures(db, dataDir, id)
    await forgetExports(db, dataDir, id)
  }
  // An enrollment that ends on a day ends without an import. Last: what it meets (an import at the same time) is over an hour later, and the rest is done.
  for (const { id } of await db.selectFrom('district').select('id').execute())
    await inDistrict(db, id, async (trx) => endLostRights(trx, id, await momentOf(trx)))
}
