import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What was asked of the carrier. */
export type Asked = {
  readonly method: string
  readonly url: string
  readonly form: Record<string, string | string[]>
  readonly authorization: string | undefined
}

/** A carrier that gives the answers that it was told to give, and keeps what it was asked. */
export type RecordedCarrier = {
  readonly url: string
  readonly asked: Asked[]
  readonly server: Server
  /** How everything from now on is answered. */
  readonly reply: (how: (response: ServerResponse, url: string) => unknown) => void
  readonly json: (status: number, body: unknown, headers?: Record<string, string>) => void
}

/** Starts one on a free port. */
export async function recordedCarrier(): Promise<RecordedCarrier> {
  let how: (response: ServerResponse, url: string) => unknown = (response) => response.writeHead(404).end()
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const form: Record<string, string | string[]> = {}
    for (const [name, value] of new URLSearchParams(body)) form[name] = name in form ? [form[name] ?? '', value].flat() : value
    const { method = '', url = '', headers } = request
    asked.push({ method, url, form, authorization: headers.authorization })
    how(response, url)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    server,
    reply: (other) => {
      how = other
    },
    json: (status, body, headers = {}) => {
      how = (response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    },
  }
}
