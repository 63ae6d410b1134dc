/**
 * The load on an inbound benchmark, in a process of its own: signed forms as Twilio sends them, over connections that each wait for their answer.
 * Forked by `bench/inbound.ts`; plain sockets, so that the generator takes as little of the machine as it can.
 */

import { createHmac, randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/** One run: POST to `path`, over so many connections, until `seconds` are over or every one of `count` is answered. */
export type Run = {
  readonly port: number
  readonly path: string
  readonly publicUrl: string
  readonly accountSid: string
  readonly authToken: string
  readonly connections: number
  readonly seconds: number
  readonly count: number
  readonly lines: readonly { readonly from: string; readonly to: string }[]
}

/** What came of it. Latencies in milliseconds. */
export type Result = {
  readonly answered: number
  readonly refused: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

/** Things parents write: a Spanish-speaking family to an English-speaking teacher. */
const TEXTS = [
  'Buenos dias maestra, mi hija no va a ir a la escuela hoy porque tiene fiebre.',
  'Hola, a que hora es la reunion de padres el jueves? Gracias por su ayuda.',
  'Podria decirme cual es la tarea para manana? Mi hijo perdio su cuaderno.',
  'Vamos a llegar 20 minutos tarde porque el autobus no paso esta manana.',
]

function requests(run: Run): Buffer[] {
  return Array.from({ length: run.count }, (_, i) => {
    const line = run.lines[i % run.lines.length] as Run['lines'][number]
    const sid = `SM${randomBytes(16).toString('hex')}`
    const params: Record<string, string> = {
      ToCountry: 'US',
      ToState: 'IL',
      SmsMessageSid: sid,
      NumMedia: '0',
      ToCity: 'CHICAGO',
      FromZip: '60601',
      SmsSid: sid,
      FromState: 'IL',
      SmsStatus: 'received',
      FromCity: 'CHICAGO',
      Body: `${TEXTS[i % TEXTS.length]} ${i}`,
      FromCountry: 'US',
      To: line.to,
      NumSegments: '1',
      MessageSid: sid,
      AccountSid: run.accountSid,
      From: line.from,
      ApiVersion: '2010-04-01',
    }
    const covered = `${run.publicUrl}${run.path}${Object.keys(params)
      .sort()
      .map((name) => `${name}${params[name]}`)
      .join('')}`
    const signature = createHmac('sha1', run.authToken).update(covered).digest('base64')
    const body = new URLSearchParams(params).toString()
    return Buffer.from(
      `POST ${run.path} HTTP/1.1\r\nHost: 127.0.0.1:${run.port}\r\nContent-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: ${signature}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
  })
}

async function load(run: Run, forms: readonly Buffer[]): Promise<Result> {
  const took: number[] = []
  let refused = 0
  let next = 0
  const began = performance.now()
  const connection = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(run.port, '127.0.0.1').setNoDelay(true)
      let sent = 0
      let answer = ''
      const send = () => {
        const form = forms[next++]
        if (form === undefined || performance.now() - began > run.seconds * 1000) return void socket.end()
        sent = performance.now()
        socket.write(form)
      }
      socket
        .setEncoding('latin1')
        .on('connect', send)
        .on('error', reject)
        .on('close', () => resolve())
      socket.on('data', (chunk: string) => {
        answer += chunk
        const head = answer.indexOf('\r\n\r\n')
        if (head < 0 || answer.length < head + 4 + Number(/content-length: (\d+)/i.exec(answer)?.[1] ?? 0)) return
        took.push(performance.now() - sent)
        if (!answer.startsWith('HTTP/1.1 200')) refused++
        answer = ''
        send()
      })
    })
  await Promise.all(Array.from({ length: run.connections }, connection))
  const seconds = (performance.now() - began) / 1000
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0
  return { answered: took.length - refused, refused, perSecond: took.length / seconds, p50: at(0.5), p99: at(0.99) }
}

let forms: Buffer[] = []
process.on('message', async (message: { kind: 'make' | 'run'; run: Run }) => {
  if (message.kind === 'make') {
    forms = requests(message.run)
    process.send?.('made')
  } else process.send?.(await load(message.run, forms))
})
