import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { beforeAll, expect, test } from 'vitest'
import { assetPath } from '../../src/dashboard/assets.ts'
import { visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
})

test.each([
  ['a page', 'br', '/oversight'],
  ['the style', 'br', assetPath('style.css')],
  ['the script', 'br', assetPath('script.js')],
  ['the stream that says when to look', undefined, '/live'],
])('compressed for a browser that can read it: %s, %s', async (_, encoding, path) => {
  const { cookies } = await visitor(world, 'kim')
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { accept: '*/*', cookie, 'accept-encoding': 'gzip, deflate, br' }
  const asked = request(`${world.gateway.url}${path}`, { headers }).end()
  const [came] = (await once(asked, 'response')) as [IncomingMessage]
  asked.destroy()
  expect([came.statusCode, came.headers['content-encoding']]).toEqual([200, encoding])
})
