import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { COMMANDS } from '../src/commands.ts'
import { VARIABLES } from '../src/config.ts'

const readme = readFileSync('README.md', 'utf8')
const scripts: Record<string, string> = JSON.parse(readFileSync('package.json', 'utf8')).scripts
const packages = JSON.parse(readFileSync('package.json', 'utf8'))
const inTicks = [...readme.matchAll(/`([^`\n]+)`/g)].map((m) => m[1] as string)

test('every npm command that the README names is a script', () => {
  const named = [...readme.matchAll(/npm run ([a-z:-]+)/g)].map((m) => m[1] as string)
  expect(named.filter((name) => !(name in scripts))).toEqual([])
  expect(named.length).toBeGreaterThan(2)
})

test('every path that the README names exists', () => {
  const paths = [
    ...inTicks.filter((t) => /^(src|test|migrations|docs|fixtures|bench)(\/|$)/.test(t)),
    ...[...readme.matchAll(/\]\(([^)#]+)\)/g)].map((m) => m[1] as string),
  ]
  expect(paths.filter((p) => !p.startsWith('http') && !existsSync(p))).toEqual([])
  expect(paths.length).toBeGreaterThan(20)
})

test('every environment variable that the README names is one that the configuration reads', () => {
  const named = inTicks.filter((t) => /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(t))
  expect(named.filter((name) => !(name in VARIABLES) && name !== 'SOURCED_ID')).toEqual([])
  expect(named.length).toBeGreaterThan(5)
})

test('the README names every translator that can be chosen', () => {
  const choices = VARIABLES.TRANSLATOR.unwrap().options
  expect(choices.filter((name) => name !== 'phrasebook' && !inTicks.includes(name))).toEqual([])
  expect(inTicks).toContain('TRANSLATOR')
})

test('the README names every command and no other', () => {
  const named = [...readme.matchAll(/^\| `npx homeline ([a-z]+(?: [a-z]+)?)/gm)].map((m) => m[1] as string)
  expect(named.sort()).toEqual(Object.keys(COMMANDS).sort())
})

test('every dependency has its line in the README', () => {
  const said = inTicks.filter((t) => t in packages.dependencies)
  expect(Object.keys(packages.dependencies).filter((name) => !said.includes(name))).toEqual([])
})

test('.env.example holds every variable of the configuration and no other', () => {
  const example = [...readFileSync('.env.example', 'utf8').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map((m) => m[1] as string)
  expect(example.sort()).toEqual(Object.keys(VARIABLES).sort())
})
