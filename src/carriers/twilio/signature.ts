import twilio from 'twilio'

/**
 * Whether a webhook was signed by the holder of the account's auth token
 * (Twilio, "Webhooks security": HMAC-SHA1 over the requested address and the sorted form parameters). `url` is built from
 * PUBLIC_URL and the request's path, never from the Host header. A valid signature can be replayed: the inbox's unique key is what stops that.
 */
export function isSigned(
  authToken: string,
  url: string,
  params: Readonly<Record<string, string>>,
  signature: string | undefined,
): boolean {
  if (signature === undefined || signature === '') return false
  // A request line may name a whole address, which no PUBLIC_URL goes before; the SDK throws on it.
  if (!URL.canParse(url)) return false
  return twilio.validateRequest(authToken, signature, url, params)
}

/** The signature that the carrier gives to a form for this address: for handing it over in the carrier's place. */
export function sign(authToken: string, url: string, params: Readonly<Record<string, string>>): string {
  return twilio.getExpectedTwilioSignature(authToken, url, { ...params })
}
