import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'

type Schema = { readonly [key: string]: unknown }
type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: { readonly 'application/json': { readonly schema: Schema } } }>
  >
}
type Api = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const apis = ['api_v2010', 'messaging_v1', 'lookups_v2'].map((name) => {
  const url = new URL(`../../fixtures/twilio-openapi/${name}.json`, import.meta.url)
  const api: Api = JSON.parse(readFileSync(url, 'utf8'))
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false })
  const loose = /^[^\s]*$/
  for (const format of [
    'uri',
    'uri-map',
    'phone-number-capabilities',
    'http-method',
    'currency',
    'iso-country-code',
    'endpoint',
    'int32',
    'int64',
  ])
    ajv.addFormat(format, loose)
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$/)
  ajv.addFormat('phone-number', /^\+[1-9]\d{6,14}$/)
  ajv.addFormat('date-time-rfc-2822', /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/)
  return { api, ajv, validators: new Map<string, ValidateFunction>() }
})

/**
 * What is wrong with a request by Twilio's own OpenAPI: unknown path, unknown or badly typed field, a required one missing. Empty when nothing is.
 * `url` may be absolute or a path with query; `form` holds the decoded form fields of a POST. Names of fields only, never their values.
 */
export function checkRequest(method: string, url: string, form: Readonly<Record<string, string>> = {}): readonly string[] {
  const at = new URL(url, 'https://api.twilio.com')
  const found = findOperation(method, at.pathname)
  if (found === null) return [`no such operation: ${method} ${at.pathname.replace(/\+\d+/g, 'NUMBER')}`]
  const known = (found.operation.parameters ?? []).filter((parameter) => parameter.in === 'query')
  const query = Object.fromEntries(known.map((parameter) => [parameter.name, parameter.schema]))
  const body = found.operation.requestBody?.content['application/x-www-form-urlencoded']?.schema ?? {}
  const fields = (body.properties ?? {}) as Readonly<Record<string, Schema>>
  const required = (body.required ?? []) as readonly string[]
  return [
    ...wrongFields(found.apiIndex, Object.fromEntries(at.searchParams), query),
    ...wrongFields(found.apiIndex, form, fields),
    ...required.filter((name) => !(name in form)).map((name) => `missing field: ${name}`),
  ]
}

/** What is wrong with an answer by Twilio's own OpenAPI: undeclared status, invented, missing or badly typed properties. */
export function checkAnswer(method: string, url: string, status: number, body: unknown): readonly string[] {
  const { pathname } = new URL(url, 'https://api.twilio.com')
  const found = findOperation(method, pathname)
  if (found === null) return [`no such operation: ${method} ${pathname}`]
  const declared = found.operation.responses[String(status)]
  if (declared === undefined) return [`undeclared status: ${status}`]
  const schema = declared.content?.['application/json'].schema
  if (schema === undefined) return []
  const validate = validator(found.apiIndex, schema)
  validate(body)
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)
}

function findOperation(method: string, pathname: string) {
  for (const [apiIndex, { api }] of apis.entries()) {
    for (const [template, operations] of Object.entries(api.paths)) {
      const pattern = new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+?')}$`)
      const operation = operations[method.toLowerCase()]
      if (operation && pattern.test(pathname)) return { apiIndex, operation }
    }
  }
  return null
}

function wrongFields(
  apiIndex: number,
  given: Readonly<Record<string, string>>,
  known: Readonly<Record<string, Schema>>,
): string[] {
  return Object.entries(given).flatMap(([name, text]) => {
    const schema = known[name]
    if (schema === undefined) return [`unknown field: ${name}`]
    return validator(apiIndex, schema)(typed(text, schema)) ? [] : [`badly typed field: ${name}`]
  })
}

function typed(text: string, schema: Schema): unknown {
  if (schema.type === 'integer' || schema.type === 'number') return text === '' ? text : Number(text)
  if (schema.type === 'boolean') return text === 'true' || (text === 'false' ? false : text)
  return text
}

function validator(apiIndex: number, schema: Schema): ValidateFunction {
  const { api, ajv, validators } = apis[apiIndex] as (typeof apis)[number]
  const key = JSON.stringify(schema)
  const made = validators.get(key) ?? ajv.compile({ ...strictly(schema), components: { schemas: strictComponents(api) } })
  validators.set(key, made)
  return made
}

/** Twilio's documents carry every declared property, null where there is nothing; so nothing else may be there and nothing may be missing. */
function strictComponents(api: Api): Record<string, Schema> {
  return Object.fromEntries(Object.entries(api.components.schemas).map(([name, schema]) => [name, strictly(schema)]))
}

function strictly(given: Schema): Schema {
  // Twilio says of a property without a type that it may be null, which Ajv refuses to read.
  const { nullable: _, ...untyped } = given
  const schema = given.type === undefined ? untyped : given
  if (schema.type !== 'object' || schema.properties === undefined) return schema
  const properties = schema.properties as Readonly<Record<string, Schema>>
  const nullable = Object.entries(properties).map(([name, property]) => [name, { anyOf: [strictly(property), { type: 'null' }] }])
  return { ...schema, properties: Object.fromEntries(nullable), required: Object.keys(properties), additionalProperties: false }
}
