import { isValidPhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { SegmentedMessage } from 'sms-segments-calculator'
import { deliveryErrors } from './errors.ts'
import type { Account, Line, Message, OwnedNumber, Service } from './world.ts'

/** Billed parts of a text, as Twilio's `NumSegments`. */
export function segmentsOf(body: string): number {
  return new SegmentedMessage(body).segmentsCount
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Dates of the 2010 API. Source: Twilio's OpenAPI, `date-time-rfc-2822`. */
export function rfc2822(instant: string): string {
  const at = Temporal.Instant.from(instant).toZonedDateTimeISO('UTC')
  const [day, month] = [DAYS[at.dayOfWeek - 1], MONTHS[at.month - 1]]
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${day}, ${two(at.day)} ${month} ${at.year} ${two(at.hour)}:${two(at.minute)}:${two(at.second)} +0000`
}

/** Dates of the v1 APIs: whole seconds, `Z`. */
function iso(instant: string): string {
  return Temporal.Instant.from(instant).toString({ smallestUnit: 'second' })
}

/** `api.v2010.account` */
export function accountResource(account: Account, at: Temporal.Instant) {
  return {
    auth_token: account.authToken,
    date_created: rfc2822(at.toString()),
    date_updated: rfc2822(at.toString()),
    friendly_name: account.friendlyName,
    owner_account_sid: account.sid,
    sid: account.sid,
    status: 'active',
    subresource_uris: { messages: `/2010-04-01/Accounts/${account.sid}/Messages.json` },
    type: 'Full',
    uri: `/2010-04-01/Accounts/${account.sid}.json`,
  }
}

/** A message that changes is another object: lists of thousands are asked for again and again while a server looks for texts that it lost sight of. */
const made = new WeakMap<Message, ReturnType<typeof newMessageResource>>()

/** `api.v2010.account.message` */
export function messageResource(message: Message) {
  const resource = made.get(message) ?? newMessageResource(message)
  made.set(message, resource)
  return resource
}

function newMessageResource(message: Message) {
  const path = `/2010-04-01/Accounts/${message.accountSid}/Messages/${message.sid}`
  return {
    account_sid: message.accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: rfc2822(message.created),
    date_sent: message.sent === null ? null : rfc2822(message.sent),
    date_updated: rfc2822(message.updated),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : (deliveryErrors[message.errorCode] ?? null),
    from: message.from,
    messaging_service_sid: message.serviceSid,
    num_media: String(message.media?.length ?? 0),
    num_segments: String(segmentsOf(message.body)),
    price: null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${path}/Media.json` },
    to: message.to,
    uri: `${path}.json`,
  }
}

/** `api.v2010.account.incoming_phone_number` */
export function numberResource(number: OwnedNumber) {
  return {
    account_sid: number.accountSid,
    address_requirements: 'none',
    address_sid: null,
    api_version: '2010-04-01',
    beta: false,
    bundle_sid: null,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    date_created: rfc2822(number.created),
    date_updated: rfc2822(number.updated),
    emergency_address_sid: null,
    emergency_address_status: 'unregistered',
    emergency_status: 'Inactive',
    friendly_name: number.friendlyName,
    identity_sid: null,
    origin: 'twilio',
    phone_number: number.phoneNumber,
    sid: number.sid,
    sms_application_sid: null,
    sms_fallback_method: number.smsFallbackMethod,
    sms_fallback_url: number.smsFallbackUrl,
    sms_method: number.smsMethod,
    sms_url: number.smsUrl,
    status: 'in-use',
    status_callback: number.statusCallback,
    status_callback_method: number.statusCallbackMethod,
    trunk_sid: null,
    type: 'local',
    uri: `/2010-04-01/Accounts/${number.accountSid}/IncomingPhoneNumbers/${number.sid}.json`,
    voice_application_sid: null,
    voice_caller_id_lookup: false,
    voice_fallback_method: number.voiceFallbackMethod,
    voice_fallback_url: number.voiceFallbackUrl,
    voice_method: number.voiceMethod,
    voice_receive_mode: 'voice',
    voice_url: number.voiceUrl,
  }
}

/** `api.v2010.account.available_phone_number_country.available_phone_number_local` */
export function availableResource(phoneNumber: string) {
  return {
    address_requirements: 'none',
    beta: false,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    friendly_name: phoneNumber,
    iso_country: 'US',
    lata: null,
    latitude: null,
    locality: null,
    longitude: null,
    phone_number: phoneNumber,
    postal_code: null,
    rate_center: null,
    region: null,
  }
}

/** `messaging.v1.service` */
export function serviceResource(service: Service) {
  const url = `https://messaging.twilio.com/v1/Services/${service.sid}`
  return {
    account_sid: service.accountSid,
    area_code_geomatch: true,
    date_created: iso(service.created),
    date_updated: iso(service.updated),
    fallback_method: service.fallbackMethod,
    fallback_to_long_code: false,
    fallback_url: service.fallbackUrl,
    friendly_name: service.friendlyName,
    inbound_method: service.inboundMethod,
    inbound_request_url: service.inboundRequestUrl,
    links: { phone_numbers: `${url}/PhoneNumbers` },
    mms_converter: true,
    scan_message_content: 'inherit',
    sid: service.sid,
    smart_encoding: false,
    status_callback: service.statusCallback,
    sticky_sender: true,
    synchronous_validation: false,
    url,
    us_app_to_person_registered: true,
    use_inbound_webhook_on_number: service.useInboundWebhookOnNumber,
    usecase: 'undeclared',
    validity_period: 36_000,
  }
}

/** `messaging.v1.service.phone_number` */
export function serviceNumberResource(service: Service, number: OwnedNumber) {
  return {
    account_sid: number.accountSid,
    capabilities: ['SMS', 'MMS', 'Voice'],
    country_code: 'US',
    date_created: iso(number.created),
    date_updated: iso(number.updated),
    phone_number: number.phoneNumber,
    service_sid: service.sid,
    sid: number.sid,
    url: `https://messaging.twilio.com/v1/Services/${service.sid}/PhoneNumbers/${number.sid}`,
  }
}

const lineTypes: Readonly<Record<Line, string>> = {
  mobile: 'mobile',
  landline: 'landline',
  off: 'mobile',
  disconnected: 'mobile',
  filtered: 'mobile',
  'no-mobile': 'fixedVoip',
  'no-pictures': 'mobile',
}

/** `LookupResponse`; the line type only when it was asked for. */
export function lookupResource(phoneNumber: string, line: Line, fields: readonly string[]) {
  const parsed = parsePhoneNumberFromString(phoneNumber)
  const valid = isValidPhoneNumber(phoneNumber)
  return {
    calling_country_code: parsed?.countryCallingCode ?? null,
    country_code: parsed?.country ?? null,
    national_format: parsed?.formatNational() ?? null,
    phone_number: parsed?.number ?? phoneNumber,
    url: `https://lookups.twilio.com/v2/PhoneNumbers/${phoneNumber}`,
    valid,
    validation_errors: valid ? [] : ['INVALID_BUT_POSSIBLE'],
    caller_name: null,
    call_forwarding: null,
    identity_match: null,
    line_status: null,
    phone_number_quality_score: null,
    pre_fill: null,
    reassigned_number: null,
    sim_swap: null,
    sms_pumping_risk: null,
    line_type_intelligence:
      valid && fields.includes('line_type_intelligence')
        ? {
            carrier_name: 'Simulator',
            error_code: null,
            mobile_country_code: null,
            mobile_network_code: null,
            type: lineTypes[line],
          }
        : null,
  }
}
