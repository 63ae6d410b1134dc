/** Which carrier this installation speaks to: the configured account, or the simulator in its place. */

import type { TwilioAccount } from './carriers/twilio/client.ts'
import type { Config } from './config.ts'
import { Problem } from './problem.ts'
import type { Db } from './store/database.ts'
import type { Keys } from './store/keys.ts'
import { readSetting, writeSetting } from './store/settings.ts'

/**
 * The account to use, and whether it is the simulator's. A database that a real account has used refuses the simulator, and one that holds the
 * sample school refuses a real account: it would be tied to that account for good.
 */
export async function carrierAccount(
  config: Config,
  db: Db,
  keys: Keys,
): Promise<TwilioAccount & { readonly simulated: boolean }> {
  const common = { messagingServiceSid: config.messagingServiceSid, publicUrl: config.publicUrl }
  if (config.twilio !== null) {
    if (!(await readSetting<boolean>(db, 'real_account'))) {
      if ((await readSetting<string>(db, 'sample_school')) !== null)
        throw new Problem(
          'This database holds the sample school of the demo: name a fresh one by HOMELINE_DATA_DIR or DATABASE_URL for the real account, or unset TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to go on with the demo.',
        )
      await writeSetting(db, 'real_account', true)
    }
    return { ...config.twilio, apiUrl: config.twilioApiUrl, simulated: false, ...common }
  }
  if (await readSetting<boolean>(db, 'real_account'))
    throw new Problem(
      'This database has been used with a real Twilio account: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or use another database for the simulator.',
    )
  const secret = keys.derive('token').toString('hex')
  return {
    accountSid: `AC${secret.slice(0, 32)}`,
    authToken: secret.slice(32),
    apiUrl: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`,
    simulated: true,
    ...common,
    messagingServiceSid: null,
  }
}

const ONLY_HERE = /^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/

/** Addresses that only their own network reaches: RFC 1918, 3927, 4193 and 4291 (link local), names of RFC 6762 and ICANN's .internal. */
const ONLY_NEAR =
  /^(10\.\d+|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\.\d+\.\d+$|\.(local|internal)$|^\[(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/

/** One sentence for the operator when the carrier's webhooks cannot come to PUBLIC_URL, as from outside to an address of this computer or its network; else null. */
export function unreachableProblem({ twilio, twilioApiUrl, publicUrl }: Config): string | null {
  const { hostname } = new URL(publicUrl)
  // A carrier that stands in on this computer or its network reaches what is as near.
  const carrier = twilioApiUrl === null ? '' : new URL(twilioApiUrl).hostname
  if (twilio === null || ONLY_HERE.test(carrier)) return null
  if (!ONLY_HERE.test(hostname) && (ONLY_NEAR.test(carrier) || !ONLY_NEAR.test(hostname))) return null
  return `The carrier cannot reach ${publicUrl}, so no text will come in: set PUBLIC_URL to the https address of this server, then run \`homeline numbers sync\`.`
}
