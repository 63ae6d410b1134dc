/** One refusal as Twilio's REST words it. The message may hold a number, just as Twilio's own do. */
export type Refusal = { readonly kind: 'refused'; readonly code: number; readonly status: number; readonly message: string }

/** The REST error codes that the simulator gives: HTTP status and message, `$` being the value complained of. Source: twilio.com/docs/api/errors. */
const table = {
  20001: [400, 'Invalid parameter: $'],
  20003: [401, 'Authenticate'],
  20009: [400, 'Cannot delete this resource before it is complete'],
  20404: [404, 'The requested resource $ was not found'],
  20429: [429, 'Too Many Requests'],
  20500: [500, 'An internal server error has occurred'],
  20501: [501, 'Not implemented: $'],
  20503: [503, 'Service is unavailable. Please try again.'],
  21205: [400, 'Url is not a valid URL: $'],
  21210: [400, "'From' phone number not verified: $"],
  21211: [400, "Invalid 'To' Phone Number: $"],
  21215: [400, 'Account not authorized to call $'],
  21220: [400, 'Call is not in-progress. Cannot redirect.'],
  21266: [400, "'To' and 'From' number cannot be the same: $"],
  21422: [400, 'PhoneNumber Requested is not available: $'],
  21602: [400, 'Message body is required.'],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21609: [400, "The 'StatusCallback' URL $ is not a valid URL."],
  21610: [400, 'Attempt to send to unsubscribed recipient'],
  21614: [400, "'To' number is not a valid mobile number: $"],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
  21620: [400, 'The media URL $ is not a valid URL'],
  21623: [400, 'Number of media files exceeds allowed limit'],
  21624: [400, 'Invalid validity period value: $'],
  21659: [400, "'From' $ is not a Twilio phone number or Short Code country mismatch"],
  21660: [400, "Mismatch between the 'From' number $ and the account"],
  21701: [400, 'The Messaging Service $ does not exist'],
  21703: [400, 'The Messaging Service $ does not contain any phone numbers'],
  21712: [400, 'Phone Number or Short Code $ is not associated with the Messaging Service'],
} as const satisfies Record<number, readonly [number, string]>

/** A REST error code of the table above. */
export type RefusalCode = keyof typeof table

/** Words a refusal as Twilio does. `subject` is the value complained of (a number, a path, a parameter). */
export function refuse(code: RefusalCode, subject = ''): Refusal {
  const [status, message] = table[code]
  return { kind: 'refused', code, status, message: message.replace('$', () => subject) }
}

/** The error document of Twilio's REST. */
export function errorBody(refusal: Refusal) {
  return {
    code: refusal.code,
    message: refusal.message,
    more_info: `https://www.twilio.com/docs/errors/${refusal.code}`,
    status: refusal.status,
  }
}

/** Words that Twilio gives with a delivery failure. Source: twilio.com/docs/api/errors. */
export const deliveryErrors: Readonly<Record<number, string>> = {
  11200: 'HTTP retrieval failure',
  11751: 'MMS media exceeds the messaging provider size limit',
  12300: 'Invalid Content-Type',
  30003: 'Unreachable destination handset',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Message filtered',
  30011: 'MMS not supported by the receiving phone number in this region',
  30036: 'Validity Period Expired',
}
