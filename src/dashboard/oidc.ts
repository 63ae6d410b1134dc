/** Sign-in at the district's identity provider: OpenID Connect, code flow with PKCE, state and nonce, one issuer (openid-client does the checking). */

import * as client from 'openid-client'
import type { Config } from '../config.ts'

/** One sign-in under way: what the browser keeps (signed) until it comes back. */
export type Underway = { readonly state: string; readonly nonce: string; readonly verifier: string; readonly next: string }

/** What came back: an address that the provider vouches for, or nothing that helps. */
export type FromProvider =
  | { readonly kind: 'known'; readonly email: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'away' }

/** The provider as the sign-in sees it. */
export type Provider = {
  /** Where to send the browser; null: the provider does not answer. */
  readonly begin: (next: string) => Promise<{ readonly url: string; readonly underway: Underway } | null>
  /** `query`: what the provider added to our address, without the question mark. */
  readonly finish: (query: string, underway: Underway) => Promise<FromProvider>
}

/** Seconds after which a silent provider counts as away. */
const TIME_LIMIT = 10

/** The path to which the provider sends the browser back. */
export const PROVIDER_BACK = '/sign-in/provider/back'

/** The provider of the configuration. Its description is read at the first sign-in and kept. Plain http is taken from this computer only. */
export function createProvider(config: NonNullable<Config['oidc']>, publicUrl: string): Provider {
  const redirect = `${publicUrl}${PROVIDER_BACK}`
  const issuer = new URL(config.issuer)
  const loopback = issuer.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(issuer.hostname)
  let known: client.Configuration | null = null
  const discovered = async () => {
    known ??= await client.discovery(issuer, config.clientId, config.clientSecret, undefined, {
      timeout: TIME_LIMIT,
      ...(loopback ? { execute: [client.allowInsecureRequests] } : {}),
    })
    return known
  }
  return {
    begin: async (next) => {
      const provider = await discovered().catch(() => null)
      if (provider === null) return null
      const underway = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        next,
      }
      const url = client.buildAuthorizationUrl(provider, {
        redirect_uri: redirect,
        scope: 'openid email',
        code_challenge: await client.calculatePKCECodeChallenge(underway.verifier),
        code_challenge_method: 'S256',
        state: underway.state,
        nonce: underway.nonce,
      })
      return { url: url.href, underway }
    },
    finish: async (query, { state, nonce, verifier }) => {
      const provider = await discovered().catch(() => null)
      if (provider === null) return { kind: 'away' }
      try {
        const tokens = await client.authorizationCodeGrant(provider, new URL(`${redirect}?${query}`), {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        })
        const claims = tokens.claims()
        const email = claims?.['email']
        // An address that the provider has not checked is anybody's word.
        return typeof email === 'string' && claims?.['email_verified'] !== false ? { kind: 'known', email } : { kind: 'refused' }
      } catch (error) {
        // fetch says a broken connection by a TypeError without a code.
        const { code } = error as { readonly code?: string }
        return { kind: code === 'OAUTH_TIMEOUT' || (error instanceof TypeError && code === undefined) ? 'away' : 'refused' }
      }
    },
  }
}
