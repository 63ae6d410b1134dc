/** Two districts of made-up people, and their roster as files. What must never be seen on the other side is a name that stands nowhere else. */

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { SchoolHours } from '../../src/core/hours.ts'

/** A teacher, or an administrator of the district. */
export type StaffMember = {
  readonly id: string
  readonly school: string
  readonly phone: string | null
  readonly administrator: boolean
  readonly secrets: readonly string[]
}

/** A guardian with the one child. */
export type Guardian = {
  readonly id: string
  readonly school: string
  readonly student: string
  phone: string
  /** All that it ever was. */
  readonly phones: string[]
  readonly language: string
  /** Whether the phone takes no text; whether the family asked to be called. */
  readonly landline: boolean
  readonly byVoice: boolean
  classes: readonly string[]
  /** All that it ever was in. */
  readonly everClasses: string[]
  readonly secrets: readonly string[]
}

/** A district of the world. */
export type District = {
  readonly sourcedId: string
  readonly schools: readonly { readonly id: string; readonly zone: string }[]
  readonly staff: readonly StaffMember[]
  readonly guardians: readonly Guardian[]
  readonly classes: readonly { readonly id: string; readonly school: string; teacher: string }[]
  /** All that it ever had; more may be bought. */
  readonly numbers: string[]
  readonly strangers: readonly string[]
}

const LANGUAGES = ['es', 'ar', 'vi', 'zh', 'en', 'es', 'ht', 'es']
const two = (n: number) => String(n).padStart(2, '0')
/** The n-th of the numbers that are kept for fiction (555-0100 to 555-0199 of each area). */
const number = (areas: readonly string[], n: number) => `+1${areas[Math.floor(n / 100)]}55501${two(n % 100)}`

type Layout = {
  readonly id: string
  readonly zones: readonly string[]
  readonly areas: Readonly<Record<'guardian' | 'staff' | 'proxy' | 'stranger', readonly string[]>>
  readonly numbers: number
}

/** How many there are in each school, and whether some families hear by voice. */
export type Size = { readonly teachers: number; readonly families: number; readonly voices: boolean }
const SMALL: Size = { teachers: 4, families: 16, voices: false }
/** A school of the simulated world. */
export const LARGE: Size = { teachers: 15, families: 90, voices: true }

function makeDistrict(layout: Layout, { teachers, families, voices }: Size): District {
  const { id, areas } = layout
  const schools = layout.zones.map((zone, i) => ({ id: `${id}-school-${i}`, zone }))
  const staff: StaffMember[] = [
    { id: `${id}-admin`, school: id, phone: null, administrator: true, secrets: [`Tarq${id}admin`, `Velm${id}admin`] },
  ]
  const classes: { id: string; school: string; teacher: string }[] = []
  const guardians: Guardian[] = []
  for (const [s, school] of schools.entries()) {
    for (let t = 0; t < teachers; t++) {
      const n = s * teachers + t
      const teacher = `${id}-teacher-${n}`
      staff.push({
        id: teacher,
        school: school.id,
        // One teacher has no phone and reads in the browser.
        phone: t === 2 && s === 0 ? null : number(areas.staff, n),
        administrator: false,
        secrets: [`Tarq${id}${n}`, `Velm${id}${n}`],
      })
      classes.push({ id: `${id}-class-${n}`, school: school.id, teacher })
    }
    for (let f = 0; f < families; f++) {
      const n = s * families + f
      guardians.push({
        id: `${id}-guardian-${n}`,
        school: school.id,
        student: `${id}-student-${n}`,
        // The last two share a phone: one household of two guardians.
        phone: number(areas.guardian, f === families - 1 ? n - 1 : n),
        phones: [number(areas.guardian, f === families - 1 ? n - 1 : n)],
        language: LANGUAGES[f % LANGUAGES.length] as string,
        // A few hear by voice: some have a landline, some asked for it. The shared phone is a mobile.
        landline: voices && f % 18 === 7,
        byVoice: voices && f % 18 === 8,
        everClasses: [],
        // In every fourth family the second class is a large one, whose teacher's number has more to send than it may at once.
        classes: [f % teachers, f % 4 === 1 && f % teachers > 0 ? 0 : (f + 1) % teachers].map(
          (k) => `${id}-class-${s * teachers + k}`,
        ),
        secrets: [`Zorvax${id}${n}`, `Nimbrel${id}${n}`],
      })
    }
  }
  return {
    sourcedId: id,
    schools,
    staff,
    guardians,
    classes,
    numbers: Array.from({ length: layout.numbers }, (_, i) => number(areas.proxy, i)),
    strangers: [number(areas.stranger, 1), number(areas.stranger, 2)],
  }
}

/** The districts of a fresh world. */
export function makeDistricts(size: Size = SMALL): District[] {
  const layouts: readonly Layout[] = [
    {
      id: 'alder',
      zones: ['America/Chicago', 'America/Los_Angeles'],
      areas: { guardian: ['971', '458'], staff: ['312'], proxy: ['503'], stranger: ['646'] },
      numbers: 40,
    },
    {
      id: 'birch',
      zones: ['America/New_York'],
      areas: { guardian: ['773', '872'], staff: ['217'], proxy: ['202'], stranger: ['415'] },
      // Too few for every conversation of a teacher's own phone.
      numbers: 12,
    },
  ]
  return layouts.map((layout) => makeDistrict(layout, size))
}

/** The hours of a school to begin with. */
export function usualHours(zone: string): SchoolHours {
  const weekdays = (window: string) => Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [window]]))
  return {
    timezone: zone,
    families: { ...weekdays('08:00-20:00'), sat: ['10:00-14:00'] },
    staff: weekdays('07:30-17:30'),
    closures: [],
  }
}

const FILES = ['orgs', 'users', 'classes', 'enrollments']

/** Writes a district's roster as OneRoster files. */
export async function writeRoster(district: District, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const { sourcedId: id } = district
  const write = (file: string, lines: readonly string[]) => writeFile(path.join(folder, `${file}.csv`), `${lines.join('\n')}\n`)
  await write('manifest', [
    'propertyName,value',
    'manifest.version,1.0',
    'oneroster.version,1.1',
    ...'academicSessions categories classes classResources courses courseResources demographics enrollments lineItems orgs resources results users'
      .split(' ')
      .map((file) => `file.${file},${FILES.includes(file) ? 'bulk' : 'absent'}`),
    'source.systemName,Simulation',
    'source.systemCode,simulation',
  ])
  await write('orgs', [
    'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,metadata.timezone',
    `${id},,,District ${id},district,${id},,${district.schools[0]?.zone}`,
    ...district.schools.map((s, i) => `${s.id},,,School ${id} ${i},school,${s.id},${id},${s.zone}`),
  ])
  const user = (fields: {
    id: string
    org: string
    role: string
    names: readonly string[]
    sms?: string | null
    agents?: string
    language?: string
    contactBy?: string
    display?: string
  }) =>
    `${fields.id},,,true,${fields.org},${fields.role},${fields.id},,${fields.names[0]},${fields.names[1]},,,,${fields.sms ?? ''},,${fields.agents ?? ''},,,${fields.language ?? ''},${fields.contactBy ?? ''},,${fields.display ?? ''}`
  await write('users', [
    'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,metadata.preferredLanguage,metadata.contactBy,metadata.timezone,metadata.displayName',
    ...district.staff.map((s) =>
      user({
        id: s.id,
        org: s.school,
        role: s.administrator ? 'administrator' : 'teacher',
        names: s.secrets,
        sms: s.phone,
        language: 'en',
        display: `Teacher ${s.id.split('-').at(-1)}`,
      }),
    ),
    ...district.guardians.flatMap((g) => [
      user({
        id: g.id,
        org: g.school,
        role: 'parent',
        names: ['Gia', g.secrets[0] as string],
        sms: g.phone,
        agents: g.student,
        language: g.language,
        contactBy: g.byVoice ? 'voice' : '',
      }),
      user({ id: g.student, org: g.school, role: 'student', names: ['Sam', g.secrets[1] as string], agents: g.id }),
    ]),
  ])
  await write('classes', [
    'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
    ...district.classes.map((c) => `${c.id},,,Class,,,,scheduled,,${c.school},,,,`),
  ])
  await write('enrollments', [
    'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
    ...district.classes.map((c) => `${c.id}-t,,,${c.id},${c.school},${c.teacher},teacher,,,`),
    ...district.guardians.flatMap((g) => g.classes.map((c) => `${c}-${g.student},,,${c},${g.school},${g.student},student,,,`)),
  ])
}
