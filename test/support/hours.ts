/** Weeks of hours and zones for the tests of hours. */

import fc from 'fast-check'
import { days, type Week } from '../../src/core/hours.ts'

/** The same windows on every day. */
export const everyDay = (...windows: string[]): Week => Object.fromEntries(days.map((day) => [day, windows]))

/** Zones whose clocks change in every way that matters. */
export const zones = [
  'America/Chicago',
  'America/Phoenix',
  'Pacific/Honolulu',
  'America/New_York',
  'Europe/Lisbon',
  'Australia/Lord_Howe',
  'America/Los_Angeles',
  // Clocks change at midnight here, so that a date begins twice or begins late.
  'America/Havana',
  'Africa/Cairo',
  'America/Nuuk',
]

const clock = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
const window = fc.oneof(
  fc.constant('00:00-24:00'),
  fc
    .tuple(clock, clock)
    .filter(([start, end]) => start !== end)
    .map(([start, end]) => `${start}-${end}`),
)
/** Any week, with windows that may overlap. */
export const week = fc.record(Object.fromEntries(days.map((day) => [day, fc.array(window, { maxLength: 3 })])), {
  requiredKeys: [],
}) as fc.Arbitrary<Week>
