import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readPicture } from '../../src/core/picture.ts'
import type { Simulator } from '../../src/simulator/carrier.ts'
import { drawing } from '../../src/simulator/drawing.ts'
import { account, basic, openReceiver, openRest, openSdk, openSimulator, phone, proxy, type Receiver, token } from './bench.ts'

const CARD = { type: 'text/vcard', base64: Buffer.from('BEGIN:VCARD').toString('base64') }

let simulator: Simulator
let app: FastifyInstance
let receiver: Receiver
/** Serves what goes along: a path's type and bytes; another path is 404. */
let files: Server
let filesUrl = ''
beforeEach(async () => {
  simulator = openSimulator()
  app = openRest(simulator)
  receiver = await openReceiver()
  const number = simulator.numbers(account).find((one) => one.phoneNumber === proxy)
  simulator.changeNumber(number?.sid ?? '', { smsUrl: receiver.url })
  files = createServer((request, response) => {
    const types: Record<string, string> = { '/a.png': 'image/png', '/a.webp': 'image/webp', '/big': 'image/jpeg' }
    const type = types[request.url ?? '']
    if (type === undefined) return response.writeHead(404).end()
    return response.writeHead(200, { 'content-type': type }).end(request.url === '/big' ? Buffer.alloc(5_000_001) : 'bytes')
  })
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
  filesUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}`
})
afterEach(async () => {
  simulator.close()
  await app.close()
  await receiver.close()
  files.closeAllConnections()
  await new Promise((resolve) => files.close(resolve))
})

const screen = () => simulator.handsets.get(phone) ?? []

describe('a phone that sends a picture', () => {
  beforeEach(async () => {
    simulator.text(phone, proxy, 'Look', [drawing(), CARD])
    await simulator.settled()
  })
  const fields = () => receiver.got[0]?.fields ?? {}
  const address = (i: number) => new URL(fields()[`MediaUrl${i}`] ?? '').pathname

  test('is told of as Twilio tells it: how many, of which types, and where', () => {
    expect(fields()).toMatchObject({ NumMedia: '2', MediaContentType0: 'image/png', MediaContentType1: 'text/vcard' })
    expect(fields()['MediaUrl0']).toMatch(
      new RegExp(`^https://api\\.twilio\\.com/2010-04-01/Accounts/${account}/Messages/MM\\w{32}/Media/ME\\w{32}$`),
    )
  })

  test('shows it on its own screen, whatever becomes of the carrier’s copy', async () => {
    await app.inject({ method: 'DELETE', url: `${address(0)}.json`, headers: { authorization: basic } })
    const [key] = screen()[0]?.pictures ?? []
    expect(simulator.picture(key ?? '')).toEqual(drawing())
  })

  test('gives the file to the account’s credentials and to nobody else', async () => {
    const given = await app.inject({ url: address(0), headers: { authorization: basic } })
    expect([given.statusCode, given.headers['content-type']]).toEqual([200, 'image/png'])
    expect(given.rawPayload.toString('base64')).toBe(drawing().base64)
    expect((await app.inject({ url: address(0) })).statusCode).toBe(401)
    const wrong = `Basic ${Buffer.from(`${account}:wrong${token}`).toString('base64')}`
    expect((await app.inject({ url: address(0), headers: { authorization: wrong } })).statusCode).toBe(401)
  })

  test('lists, shows and deletes through Twilio’s own SDK', async () => {
    const client = await openSdk(app)
    const message = fields()['MessageSid'] ?? ''
    const media = await client.messages(message).media.list()
    expect(media.map((one) => one.contentType)).toEqual(['image/png', 'text/vcard'])
    expect(
      await client
        .messages(message)
        .media(media[0]?.sid ?? '')
        .remove(),
    ).toBe(true)
    expect(await client.messages(message).media.list()).toHaveLength(1)
    expect((await client.messages(message).fetch()).numMedia).toBe('1')
    await expect(
      client
        .messages(message)
        .media(media[0]?.sid ?? '')
        .fetch(),
    ).rejects.toMatchObject({ status: 404 })
  })
})

describe('a message with a picture', () => {
  let client: Awaited<ReturnType<typeof openSdk>>
  beforeEach(async () => {
    client = await openSdk(app)
  })
  const send = async (...paths: string[]) => {
    const message = await client.messages.create({
      from: proxy,
      to: phone,
      body: 'Look',
      mediaUrl: paths.map((path) => filesUrl + path),
    })
    await simulator.settled()
    return simulator.message(message.sid)
  }

  test('is fetched and shown on the phone', async () => {
    expect(await send('/a.png')).toMatchObject({ status: 'delivered', errorCode: null })
    const [key] = screen().at(-1)?.pictures ?? []
    expect(simulator.picture(key ?? '')).toEqual({ type: 'image/png', base64: Buffer.from('bytes').toString('base64') })
  })

  test.each([
    ['that is not there', '/nothing', 11200],
    ['of a type that phones do not take', '/a.webp', 12300],
    ['of more than 5 MB', '/big', 11751],
  ])('%s fails, with its words', async (_, path, code) => {
    expect(await send(path)).toMatchObject({ status: 'failed', errorCode: code })
    expect(screen()).toEqual([])
  })

  test('to a phone that takes none does not arrive; words alone do', async () => {
    simulator.setLine(phone, 'no-pictures')
    expect(await send('/a.png')).toMatchObject({ status: 'undelivered', errorCode: 30011 })
    expect(await send()).toMatchObject({ status: 'delivered' })
  })

  test('of more than ten, or at no address, is refused', async () => {
    await expect(send(...Array(11).fill('/a.png'))).rejects.toMatchObject({ code: 21623 })
    const at = { from: proxy, to: phone, body: '', mediaUrl: ['nowhere'] }
    await expect(client.messages.create(at)).rejects.toMatchObject({ code: 21620 })
  })
})

test('the drawing that phones send is a picture, and tells where it was made until somebody cleans it', () => {
  const bytes = Buffer.from(drawing().base64, 'base64')
  const read = readPicture(bytes)
  expect(bytes.includes('45.52306')).toBe(true)
  expect(read).toMatchObject({ kind: 'picture', type: 'image/png', width: 160, height: 120 })
  expect(read.kind === 'picture' && Buffer.from(read.bytes).includes('45.52306')).toBe(false)
})
