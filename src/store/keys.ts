/**
 * Every key is derived from HOMELINE_KEY (HKDF-SHA-256), one per purpose and, where a district's data is meant, per district, so that
 * equal numbers of two districts cannot be linked. Losing HOMELINE_KEY loses the numbers and the power to check the log.
 */

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** What a derived key is for. */
export type KeyPurpose =
  | 'number'
  | 'number-index'
  | 'inbox'
  | 'log'
  | 'checkpoint'
  | 'check'
  | 'token'
  | 'spool'
  | 'login'
  | 'login-name'
  | 'recording'
  | 'audio'
  | 'picture'
  | 'export'
  | 'picture-link'
  | 'picture-digest'
  | 'recording-digest'
  | 'pin'
  | 'login-code'
  | 'second-factor'

/** Keys by purpose and district; derived once each. */
export type Keys = {
  /** 32 bytes. */
  readonly derive: (purpose: KeyPurpose, districtId?: string) => Buffer
  /** AES-256-GCM: version byte, 12 byte nonce, tag, ciphertext. `context` is bound to the ciphertext and must be given again. */
  readonly encrypt: (purpose: KeyPurpose, districtId: string, context: string, plain: Buffer) => Buffer
  /** Throws when the key, the context or a byte is wrong. */
  readonly decrypt: (purpose: KeyPurpose, districtId: string, context: string, sealed: Buffer) => Buffer
  /** The blind index under which a number is found without being readable. */
  readonly numberIndex: (districtId: string, number: string) => Buffer
}

const VERSION = 1
const NONCE = 12
const TAG = 16
/** Nonces drawn at once: one draw a nonce costs more than the cipher. */
const NONCES = 256

/** `master` is HOMELINE_KEY's 32 bytes. */
export function createKeys(master: Buffer): Keys {
  if (master.length !== 32) throw new Error('HOMELINE_KEY should hold 32 bytes.')
  const derived = new Map<string, Buffer>()
  const derive = (purpose: KeyPurpose, districtId = ''): Buffer => {
    const name = `homeline/${purpose}/${districtId}`
    let key = derived.get(name)
    if (key === undefined) {
      key = Buffer.from(hkdfSync('sha256', master, 'homeline', name, 32))
      derived.set(name, key)
    }
    return key
  }
  let nonces = Buffer.alloc(0)
  const nextNonce = () => {
    if (nonces.length === 0) nonces = randomBytes(NONCE * NONCES)
    const nonce = nonces.subarray(0, NONCE)
    nonces = nonces.subarray(NONCE)
    return nonce
  }
  return {
    derive,
    encrypt: (purpose, districtId, context, plain) => {
      const nonce = nextNonce()
      const cipher = createCipheriv('aes-256-gcm', derive(purpose, districtId), nonce)
      cipher.setAAD(Buffer.from(context))
      const body = [cipher.update(plain), cipher.final()]
      return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), ...body])
    },
    decrypt: (purpose, districtId, context, sealed) => {
      if (sealed[0] !== VERSION) throw new Error('This ciphertext is of another version.')
      const decipher = createDecipheriv('aes-256-gcm', derive(purpose, districtId), sealed.subarray(1, 1 + NONCE))
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(sealed.subarray(1 + NONCE, 1 + NONCE + TAG))
      return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE + TAG)), decipher.final()])
    },
    numberIndex: (districtId, number) => createHmac('sha256', derive('number-index', districtId)).update(number).digest(),
  }
}
