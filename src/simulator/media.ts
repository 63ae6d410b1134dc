/** Pictures at the simulated Twilio: fetched from whoever sends them, kept until they are deleted, shown by phones out of their own memory. */

import type { File, Medium, World } from './world.ts'

/** Twilio, Media resource: the bytes of a message's media together. */
const mostBytes = 5_000_000
const timeLimitMilliseconds = 15_000

/** Types that Twilio carries by MMS, as far as anybody here sends them (Twilio, accepted content types for media). */
const carried: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'video/mp4', 'text/vcard', 'audio/amr'])

/** Keeps what came or goes with a message; gives its sid. */
export function keepMedium(world: World, message: { readonly accountSid: string; readonly sid: string }, file: File): string {
  const sid = world.sid('ME')
  const medium: Medium = {
    ...file,
    sid,
    accountSid: message.accountSid,
    messageSid: message.sid,
    created: world.now().toString(),
  }
  world.put('media', sid, medium)
  return sid
}

/** Keeps a picture in a phone's memory; gives its key. */
export function keepInPhone(world: World, { type, base64 }: File): string {
  const key = world.sid('HP')
  world.put('pictures', key, { type, base64 })
  return key
}

/** Fetches what a message is to carry, as Twilio does before it sends; gives the error code when it cannot, else null. */
export async function collectMedia(world: World, messageSid: string): Promise<number | null> {
  const message = world.rows.messages.get(messageSid)
  if (message?.mediaUrls === undefined || message.mediaUrls.length === 0) return null
  const media: string[] = []
  let size = 0
  for (const url of message.mediaUrls) {
    const fetched = await fetchMedium(world, url)
    if (typeof fetched === 'number') return fetched
    size += Buffer.byteLength(fetched.base64, 'base64')
    if (size > mostBytes) return 11751
    media.push(keepMedium(world, message, fetched))
  }
  const now = world.rows.messages.get(messageSid)
  if (now !== undefined) world.put('messages', messageSid, { ...now, media, mediaUrls: [] })
  return null
}

async function fetchMedium(world: World, url: string): Promise<File | number> {
  try {
    const answer = await world.fetch(url, { signal: AbortSignal.timeout(timeLimitMilliseconds), redirect: 'follow' })
    const type = (answer.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? ''
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (!answer.ok) return alerted(world, url, 11200)
    return carried.has(type) ? { type, base64: bytes.toString('base64') } : alerted(world, url, 12300)
  } catch {
    return alerted(world, url, 11200)
  }
}

function alerted(world: World, url: string, code: number): number {
  world.alert(code, url, 'media')
  return code
}
