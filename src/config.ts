/**
 * The environment, read once and checked whole. No other file reads it. Names and defaults are those of the contract with operators
 * (see `.env.example`, which a test holds against this file).
 */

import path from 'node:path'
import { z } from 'zod'

/** What the server and the commands run with. `null` means that the feature is off or takes the stated default. */
export type Config = {
  readonly port: number
  readonly host: string
  /** Without a slash at the end; webhook signatures are checked against it. */
  readonly publicUrl: string
  /** null: the embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | null
  readonly dataDir: string
  /** 32 bytes; null: kept in the data directory beside the embedded database. */
  readonly key: Buffer | null
  readonly sessionSecret: string | null
  /** null: the simulator is the carrier. */
  readonly twilio: { readonly accountSid: string; readonly authToken: string } | null
  readonly twilioApiUrl: string | null
  readonly messagingServiceSid: string | null
  readonly translator:
    | { readonly kind: 'phrasebook' }
    | { readonly kind: 'aws'; readonly region: string }
    | { readonly kind: 'libretranslate'; readonly url: string; readonly apiKey: string | null }
  /** Where voicemails in other languages than English are put into words; null: they are audio alone. */
  readonly transcription: { readonly region: string; readonly bucket: string } | null
  /** The district's identity provider, for the sign-in of staff; null: by a code texted to the own phone. */
  readonly oidc: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string } | null
  readonly logLevel: string
}

/** What came of reading the environment: a configuration, or one line for every variable that is wrong. */
export type ConfigResult =
  | { readonly kind: 'ok'; readonly config: Config }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] }

const httpUrl = (text: string): boolean => {
  try {
    return /^https?:$/.test(new URL(text).protocol)
  } catch {
    return false
  }
}
const postgresUrl = (text: string): boolean => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)
const isKey = (text: string): boolean => /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) && Buffer.from(text, 'base64').length === 32

/** Every variable that Homeline knows, with what it should hold; an empty value counts as absent. */
export const VARIABLES = {
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .refine((v) => Number(v) <= 65535)
    .optional()
    .describe('a port number from 0 to 65535'),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/)
    .optional()
    .describe('the address to listen on, such as 127.0.0.1'),
  PUBLIC_URL: z
    .string()
    .refine(httpUrl)
    .optional()
    .describe('the http or https address under which the carrier reaches this server'),
  DATABASE_URL: z
    .string()
    .refine(postgresUrl)
    .optional()
    .describe('a PostgreSQL address, such as postgres://owner:password@host/homeline'),
  HOMELINE_DATA_DIR: z.string().optional().describe('a folder for the embedded database, recordings, checkpoints and exports'),
  HOMELINE_KEY: z.string().refine(isKey).optional().describe('32 bytes in base64, such as `openssl rand -base64 32` prints'),
  SESSION_SECRET: z.string().min(32).optional().describe('at least 32 characters that nobody can guess'),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-zA-Z]{32}$/)
    .optional()
    .describe('AC and 32 letters or digits'),
  TWILIO_AUTH_TOKEN: z.string().min(1).optional().describe("the account's auth token"),
  TWILIO_API_URL: z
    .string()
    .refine(httpUrl)
    .optional()
    .describe('an http or https origin that takes the place of Twilio’s hosts'),
  TWILIO_MESSAGING_SERVICE_SID: z
    .string()
    .regex(/^MG[0-9a-zA-Z]{32}$/)
    .optional()
    .describe('MG and 32 letters or digits'),
  TRANSLATOR: z.enum(['aws', 'libretranslate', 'phrasebook']).optional().describe('aws, libretranslate or phrasebook'),
  LIBRETRANSLATE_URL: z.string().refine(httpUrl).optional().describe('the http or https address of a LibreTranslate server'),
  LIBRETRANSLATE_API_KEY: z.string().optional().describe('the key of that server, where it asks for one'),
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/)
    .optional()
    .describe('an AWS region, such as us-east-1'),
  AWS_TRANSCRIBE_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .optional()
    .describe('an S3 bucket in AWS_REGION that voicemails pass through while they are put into words'),
  OIDC_ISSUER: z.string().refine(httpUrl).optional().describe('the address of the identity provider'),
  OIDC_CLIENT_ID: z.string().optional().describe('the client id at the identity provider'),
  OIDC_CLIENT_SECRET: z.string().optional().describe('the client secret at the identity provider'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .optional()
    .describe('a pino level, such as info'),
} as const

/** Reads `.env` of the working directory (real variables win) and the environment. */
export function readConfig(): ConfigResult {
  try {
    process.loadEnvFile(path.resolve('.env'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      return { kind: 'wrong', problems: ['.env cannot be read: check its permissions'] }
  }
  return toConfig(process.env)
}

/** Checks and groups; every wrong or missing value is named at once. */
export function toConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const problems: string[] = []
  const value = Object.fromEntries(
    Object.entries(VARIABLES).map(([name, schema]) => {
      const raw = env[name] === '' ? undefined : env[name]
      const parsed = schema.safeParse(raw)
      if (!parsed.success) problems.push(`${name} should hold ${schema.description}`)
      return [name, parsed.success ? parsed.data : undefined]
    }),
  ) as { [K in keyof typeof VARIABLES]: string | undefined }

  const isSet = (name: keyof typeof VARIABLES) => env[name] !== undefined && env[name] !== ''
  const needs = (name: keyof typeof VARIABLES, because: string) => {
    if (value[name] === undefined && !problems.some((p) => p.startsWith(`${name} `)))
      problems.push(`${name} is missing: ${because}; it should hold ${VARIABLES[name].description}`)
  }
  if (isSet('TWILIO_ACCOUNT_SID')) needs('TWILIO_AUTH_TOKEN', 'TWILIO_ACCOUNT_SID is set')
  if (isSet('TWILIO_AUTH_TOKEN')) needs('TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN is set')
  if (isSet('DATABASE_URL')) {
    needs('HOMELINE_KEY', 'DATABASE_URL is set, so the key must not live beside the data')
    needs('SESSION_SECRET', 'DATABASE_URL is set')
  }
  const awsConfigured =
    value.AWS_REGION !== undefined &&
    Boolean(
      env['AWS_ACCESS_KEY_ID'] ||
        env['AWS_PROFILE'] ||
        env['AWS_WEB_IDENTITY_TOKEN_FILE'] ||
        env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
    )
  const translator = value.TRANSLATOR ?? (awsConfigured ? 'aws' : 'phrasebook')
  if (translator === 'aws') needs('AWS_REGION', 'TRANSLATOR is aws')
  if (isSet('AWS_TRANSCRIBE_BUCKET')) needs('AWS_REGION', 'AWS_TRANSCRIBE_BUCKET is set')
  if (translator === 'libretranslate') needs('LIBRETRANSLATE_URL', 'TRANSLATOR is libretranslate')
  const oidc = [value.OIDC_ISSUER, value.OIDC_CLIENT_ID, value.OIDC_CLIENT_SECRET]
  if (oidc.some((v) => v !== undefined))
    for (const n of ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const)
      needs(n, 'sign-in with an identity provider needs all three')
  if (problems.length > 0) return { kind: 'wrong', problems }

  const port = Number(value.PORT ?? 3000)
  const host = value.HOST ?? '127.0.0.1'
  return {
    kind: 'ok',
    config: {
      port,
      host,
      publicUrl: (value.PUBLIC_URL ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`).replace(/\/+$/, ''),
      databaseUrl: value.DATABASE_URL ?? null,
      dataDir: path.resolve(value.HOMELINE_DATA_DIR ?? '.homeline'),
      key: value.HOMELINE_KEY === undefined ? null : Buffer.from(value.HOMELINE_KEY, 'base64'),
      sessionSecret: value.SESSION_SECRET ?? null,
      twilio:
        value.TWILIO_ACCOUNT_SID === undefined
          ? null
          : { accountSid: value.TWILIO_ACCOUNT_SID, authToken: value.TWILIO_AUTH_TOKEN ?? '' },
      twilioApiUrl: value.TWILIO_API_URL ?? null,
      messagingServiceSid: value.TWILIO_MESSAGING_SERVICE_SID ?? null,
      translator:
        translator === 'aws'
          ? { kind: 'aws', region: value.AWS_REGION ?? '' }
          : translator === 'libretranslate'
            ? { kind: 'libretranslate', url: value.LIBRETRANSLATE_URL ?? '', apiKey: value.LIBRETRANSLATE_API_KEY ?? null }
            : { kind: 'phrasebook' },
      transcription:
        value.AWS_TRANSCRIBE_BUCKET === undefined
          ? null
          : { region: value.AWS_REGION ?? '', bucket: value.AWS_TRANSCRIBE_BUCKET },
      oidc:
        value.OIDC_ISSUER === undefined
          ? null
          : { issuer: value.OIDC_ISSUER, clientId: value.OIDC_CLIENT_ID ?? '', clientSecret: value.OIDC_CLIENT_SECRET ?? '' },
      logLevel: value.LOG_LEVEL ?? 'info',
    },
  }
}

/** Whether npm or npx runs this process: both die of a SIGTERM without passing it on, so the server has to look after its parent. */
export function runByNpm(): boolean {
  return process.env['npm_command'] !== undefined
}
