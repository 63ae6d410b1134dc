/** The style and the scripts: read once at the start, served under names that change with what is in them. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'

const TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'script.js': 'text/javascript; charset=utf-8',
  'week.js': 'text/javascript; charset=utf-8',
} as const

type Name = keyof typeof TYPES

const assets = new Map(
  (Object.keys(TYPES) as Name[]).map((name) => {
    const bytes = readFileSync(path.join(import.meta.dirname, 'assets', name))
    const version = createHash('sha256').update(bytes).digest('base64url').slice(0, 10)
    return [name, { bytes, url: `/assets/${version}/${name}` }]
  }),
)

/** The address of an asset, which holds its version. */
export function assetPath(name: Name): string {
  return assets.get(name)?.url as string
}

/** Serves the assets; browsers keep them for a year. */
export function assetRoutes(app: FastifyInstance): void {
  for (const [name, { bytes, url }] of assets)
    app.get(url, async (_request, reply) =>
      reply.type(TYPES[name]).header('cache-control', 'public, max-age=31536000, immutable').send(bytes),
    )
}
