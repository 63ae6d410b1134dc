/** Who people are to the school: names as others see them, and how far a staff member sees. */

/** A staff member with what the role allows: the whole district, whole schools, or own conversations and classes only. */
export type Staff = {
  readonly districtId: string
  readonly id: string
  readonly displayName: string
  readonly scope: Scope
}

/** How far somebody sees: an administrator of the district, of schools, or a teacher (own classes and conversations). */
export type Scope =
  | { readonly kind: 'district' }
  | { readonly kind: 'schools'; readonly schools: readonly string[] }
  | { readonly kind: 'own' }

/** The OneRoster 1.1 user roles by what they are here (IMS OneRoster 1.1, table of roles). */
export const ROLES = {
  administrator: 'staff',
  aide: 'staff',
  proctor: 'staff',
  teacher: 'staff',
  guardian: 'guardian',
  parent: 'guardian',
  relative: 'guardian',
  student: 'student',
} as const satisfies Record<string, 'staff' | 'guardian' | 'student'>

/** What an administrator's organisations make of the scope; everybody else sees own conversations. */
export function scopeOf(role: string, orgIds: readonly string[], districtOrgId: string): Scope {
  if (role !== 'administrator') return { kind: 'own' }
  if (orgIds.includes(districtOrgId)) return { kind: 'district' }
  return { kind: 'schools', schools: [...orgIds].sort() }
}

/** Whether an administrator who sees as far as `by` sees all that `other` sees: only then one may end what the other signs in with. */
export function seesAllOf(by: Scope, other: Scope): boolean {
  if (by.kind === 'district') return true
  if (by.kind === 'own' || other.kind === 'district') return false
  return other.kind === 'own' || other.schools.every((school) => by.schools.includes(school))
}

/** The name that the other side sees: the roster's display name, else given and family name. */
export function fullName(person: {
  readonly givenName: string
  readonly familyName: string
  readonly displayName: string | null
}): string {
  return person.displayName ?? `${person.givenName} ${person.familyName}`.trim()
}

/** A student as a text names them: `Maya L.`; enough for a teacher, little for a stranger. */
export function shortName(person: { readonly givenName: string; readonly familyName: string }): string {
  const initial = [...person.familyName.trim()][0]
  return initial === undefined ? person.givenName : `${person.givenName} ${initial}.`
}

/** The desk that each school has from the start. */
export function officeDesk(schoolId: string): string {
  return `${schoolId}/office`
}
