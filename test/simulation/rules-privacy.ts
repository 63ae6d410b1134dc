/** Rules about who sees what: numbers, names, other people's messages, other districts. */

import type { Shown } from './carrier.ts'
import type { Evidence } from './evidence.ts'
import { type Rule, when } from './rule.ts'
import type { Seen } from './world.ts'

type Wrote = Extract<Seen, { kind: 'wrote' }>

/** Every real number and every name that stands nowhere but in the roster. */
function secretsOf({ world }: Evidence): string[] {
  return world.districts.flatMap((d) => [
    ...d.guardians.flatMap((g) => [...g.phones, ...g.secrets]),
    ...d.staff.flatMap((s) => [...(s.phone === null ? [] : [s.phone]), ...s.secrets]),
    ...d.strangers,
  ])
}

const noSecrets: Rule = {
  name: 'no number and no name on the other side',
  says: 'No text on a phone holds anybody’s real number or full name, and each comes from a number of the own district.',
  broken: (evidence) => {
    const { world } = evidence
    const secrets = secretsOf(evidence)
    const numbersOf = new Map(
      world.districts.flatMap((d) =>
        [...d.guardians.flatMap((g) => g.phones), ...d.staff.flatMap((s) => s.phone ?? []), ...d.strangers].map(
          (phone) => [phone, new Set(d.numbers)] as const,
        ),
      ),
    )
    return [...world.carrier.screens].flatMap(([phone, screen]) =>
      screen.flatMap((text) => [
        ...(numbersOf.get(phone)?.has(text.from)
          ? []
          : [`A phone got a text at ${when(text.at)} from a number that is not its district’s.`]),
        ...secrets.filter((secret) => text.body.includes(secret)).map((secret) => `A text of ${when(text.at)} holds ${secret}.`),
      ]),
    )
  },
}

const noWordsInLogs: Rule = {
  name: 'nothing of anybody in log lines',
  says: 'No log line holds a number, a name or a word of what people wrote.',
  broken: (evidence) => {
    const secrets = secretsOf(evidence)
    return evidence.world.logLines.flatMap((line) =>
      /\bref \d{6}\b/.test(line) || secrets.some((secret) => line.includes(secret))
        ? [`A log line holds what it must not: ${line.trim()}`]
        : [],
    )
  },
}

/** The phones on which what somebody wrote may appear. */
function audience(evidence: Evidence, wrote: Wrote): Set<string> {
  const { world, bindings, conversations } = evidence
  const district = world.districts[wrote.district]
  if (district === undefined) return new Set()
  if (wrote.by === 'api') {
    const [kind, id] = Object.entries(wrote.to ?? {})[0] ?? ['', '']
    const meant = district.guardians.filter((g) =>
      kind === 'guardian'
        ? g.id === id
        : kind === 'student'
          ? g.student === id
          : kind === 'class'
            ? g.classes.includes(id) || g.everClasses.includes(id)
            : g.school === id,
    )
    // Guardians who share a phone are one household; the sender is asked about an unknown one with its first words.
    const own = district.staff.find((s) => s.id === wrote.person)?.phone
    return new Set([...meant.flatMap((g) => g.phones), ...(own == null ? [] : [own])])
  }
  const meant = bindings.filter((b) => b.phone === wrote.phone && b.number === wrote.number).map((b) => b.conversation)
  const others = bindings.filter((b) => meant.includes(b.conversation)).map((b) => b.phone)
  const staff = meant.flatMap((id) => {
    const side = conversations.get(id)?.staff
    return district.staff.filter((s) => s.id === side).flatMap((s) => s.phone ?? [])
  })
  return new Set([...others, ...staff, ...(wrote.phone === null ? [] : [wrote.phone])])
}

const onlyMeant: Rule = {
  name: 'only those who are meant',
  says: 'What somebody wrote appears on the phones of the one conversation, or of those addressed, and on no other.',
  broken: (evidence) => {
    const { world } = evidence
    const wrote = new Map(world.seen.flatMap((s) => (s.kind === 'wrote' && s.ref !== '' ? [[s.ref, s] as const] : [])))
    const audiences = new Map<string, Set<string>>()
    const said = (world.carrier.telephone?.legs ?? []).map(
      (leg) =>
        [
          leg.direction === 'inbound' ? leg.from : leg.to,
          leg.heard.map(({ words, at }): Pick<Shown, 'body' | 'at'> => ({ body: words, at })),
        ] as const,
    )
    return [...world.carrier.screens, ...said].flatMap(([phone, screen]) =>
      screen.flatMap((text) =>
        [...text.body.matchAll(/\bref (\d{6})\b/g)].flatMap(([, ref = '']) => {
          const by = wrote.get(ref)
          if (by === undefined) return []
          const may = audiences.get(ref) ?? audience(evidence, by)
          audiences.set(ref, may)
          return may.has(phone)
            ? []
            : [`What ${by.person} wrote (ref ${ref}) appeared at ${when(text.at)} on a phone that it was not for.`]
        }),
      ),
    )
  },
}

/** What belongs to another district has no row here. */
const ownDistrict: Rule = {
  name: 'no row of another district',
  says: 'What somebody wrote in a district is in that district’s log alone.',
  broken: ({ world, exchanges }) => {
    const wrote = new Map(world.seen.flatMap((s) => (s.kind === 'wrote' && s.ref !== '' ? [[s.ref, s] as const] : [])))
    return [...exchanges.values()].flatMap((e) => {
      const by = wrote.get(/\bref (\d{6})\b/.exec(e.text)?.[1] ?? '')
      const own = by === undefined ? undefined : world.prepared.districtIds.get(world.districts[by.district]?.sourcedId ?? '')
      return own !== undefined && own !== e.district
        ? [`What was written at ${when(by?.at ?? 0)} stands in another district’s log.`]
        : []
    })
  },
}

/** The rules about privacy. */
export const PRIVACY_RULES: readonly Rule[] = [noSecrets, noWordsInLogs, onlyMeant, ownDistrict]
