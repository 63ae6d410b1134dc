/** Twilio's REST of the account, its numbers, its messaging services, and lookups. */

import type { Simulator } from './carrier.ts'
import { refuse } from './errors.ts'
import {
  accountResource,
  availableResource,
  lookupResource,
  numberResource,
  serviceNumberResource,
  serviceResource,
} from './resources.ts'
import { listPage, metaPage } from './rest-lists.ts'
import { type Answer, type Call, gone, ok, type Route, type Texts } from './rest-routes.ts'
import type { OwnedNumber, Service } from './world.ts'

/** Adds the routes. */
export function addNumberRoutes(route: Route, simulator: Simulator, root: string): void {
  const numberBySid = (account: string, sid: string) => simulator.numbers(account).find((number) => number.sid === sid)
  const serviceBySid = (account: string, sid: string) => simulator.services(account).find((service) => service.sid === sid)

  function withNumber(call: Call, then: (number: OwnedNumber) => Answer): Answer {
    const number = numberBySid(call.account, call.params.sid ?? '')
    return number ? then(number) : refuse(20404, call.url)
  }

  function withService(call: Call, then: (service: Service) => Answer): Answer {
    const service = serviceBySid(call.account, call.params.sid ?? '')
    return service ? then(service) : refuse(20404, call.url)
  }

  route('GET', root, ({ account }) => {
    const found = simulator.accounts.get(account)
    return found ? ok(accountResource(found, simulator.now())) : refuse(20404, account)
  })
  route('GET', `${root}/IncomingPhoneNumbers.json`, ({ account, url, query }) => {
    const numbers = simulator.numbers(account).filter((number) => number.phoneNumber.includes(query.PhoneNumber ?? ''))
    return listPage('incoming_phone_numbers', numbers, (number) => number.sid, numberResource, url)
  })
  route('POST', `${root}/IncomingPhoneNumbers.json`, ({ account, form }) => {
    const wanted = form.PhoneNumber ?? simulator.available(form.AreaCode ?? '')[0] ?? ''
    const bought = simulator.buy(account, wanted)
    if ('kind' in bought) return bought
    simulator.changeNumber(bought.sid, numberChange(form))
    return { status: 201, body: numberResource(numberBySid(account, bought.sid) ?? bought) }
  })
  route('GET', `${root}/IncomingPhoneNumbers/:sid`, (call) => withNumber(call, (number) => ok(numberResource(number))))
  route('POST', `${root}/IncomingPhoneNumbers/:sid`, (call) =>
    withNumber(call, (number) => {
      simulator.changeNumber(number.sid, numberChange(call.form))
      return ok(numberResource(numberBySid(call.account, number.sid) ?? number))
    }),
  )
  route('DELETE', `${root}/IncomingPhoneNumbers/:sid`, (call) =>
    withNumber(call, (number) => {
      simulator.changeNumber(number.sid, null)
      return gone
    }),
  )
  route('GET', `${root}/AvailablePhoneNumbers/:country/Local.json`, ({ url, query }) => {
    const numbers = simulator.available(query.AreaCode ?? '971').filter((number) => number.includes(query.Contains ?? ''))
    return listPage('available_phone_numbers', numbers, (number) => number, availableResource, url)
  })

  route('GET', '/v1/Services', ({ account, url }) => metaPage('services', simulator.services(account).map(serviceResource), url))
  route('GET', '/v1/Services/:sid', (call) => withService(call, (service) => ok(serviceResource(service))))
  route('POST', '/v1/Services/:sid', (call) =>
    withService(call, (service) => {
      simulator.changeService(service.sid, serviceChange(call.form))
      return ok(serviceResource(serviceBySid(call.account, service.sid) ?? service))
    }),
  )
  route('GET', '/v1/Services/:sid/PhoneNumbers', (call) =>
    withService(call, (service) => {
      const numbers = service.numberSids.flatMap((sid) => numberBySid(call.account, sid) ?? [])
      const documents = numbers.map((number) => serviceNumberResource(service, number))
      return metaPage('phone_numbers', documents, call.url)
    }),
  )
  route('POST', '/v1/Services/:sid/PhoneNumbers', (call) =>
    withService(call, (service) => {
      const number = numberBySid(call.account, call.form.PhoneNumberSid ?? '')
      if (!number) return refuse(20404, call.url)
      simulator.changeService(service.sid, { numberSids: [...new Set([...service.numberSids, number.sid])] })
      return { status: 201, body: serviceNumberResource(service, number) }
    }),
  )
  route('GET', '/v2/PhoneNumbers/:number', ({ params, query }) => {
    const number = params.number ?? ''
    return ok(lookupResource(number, simulator.line(number), (query.Fields ?? '').split(',')))
  })
}

const numberFields: Readonly<Record<string, keyof OwnedNumber>> = {
  FriendlyName: 'friendlyName',
  SmsUrl: 'smsUrl',
  SmsMethod: 'smsMethod',
  SmsFallbackUrl: 'smsFallbackUrl',
  SmsFallbackMethod: 'smsFallbackMethod',
  VoiceUrl: 'voiceUrl',
  VoiceMethod: 'voiceMethod',
  VoiceFallbackUrl: 'voiceFallbackUrl',
  VoiceFallbackMethod: 'voiceFallbackMethod',
  StatusCallback: 'statusCallback',
  StatusCallbackMethod: 'statusCallbackMethod',
}

const serviceFields: Readonly<Record<string, keyof Service>> = {
  FriendlyName: 'friendlyName',
  InboundRequestUrl: 'inboundRequestUrl',
  InboundMethod: 'inboundMethod',
  FallbackUrl: 'fallbackUrl',
  FallbackMethod: 'fallbackMethod',
  StatusCallback: 'statusCallback',
}

function numberChange(form: Texts): Partial<OwnedNumber> {
  return Object.fromEntries(Object.entries(numberFields).flatMap(([field, name]) => (field in form ? [[name, form[field]]] : [])))
}

function serviceChange(form: Texts): Partial<Service> {
  const texts = Object.entries(serviceFields).flatMap(([field, name]) => (field in form ? [[name, form[field]]] : []))
  const flag = form.UseInboundWebhookOnNumber
  return { ...Object.fromEntries(texts), ...(flag === undefined ? {} : { useInboundWebhookOnNumber: flag === 'true' }) }
}
