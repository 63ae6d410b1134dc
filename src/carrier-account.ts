/** Which carrier this installation speaks to: the configured account, or the simulator in its place. */

import type { TwilioAccount } from './carriers/twilio/client.ts'
import type { Config } from './config.ts'
import { Problem } from './installation.ts'
import type { Db } from './store/database.ts'
import type { Keys } from './store/keys.ts'
import { readSetting, writeSetting } from './store/settings.ts'

/** The account to use, and whether it is the simulator's. A database that a real account has used refuses the simulator. */
export async function carrierAccount(
  config: Config,
  db: Db,
  keys: Keys,
): Promise<TwilioAccount & { readonly simulated: boolean }> {
  const common = { messagingServiceSid: config.messagingServiceSid, publicUrl: config.publicUrl }
  if (config.twilio !== null) {
    await writeSetting(db, 'real_account', true)
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
