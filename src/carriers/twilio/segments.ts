import calculator from 'sms-segments-calculator'

/** How many segments a body takes on the air (GSM-7 160/153, UCS-2 70/67 units). */
export function segmentsOf(body: string): number {
  return Math.max(1, new calculator.SegmentedMessage(body, 'auto', true).segmentsCount)
}
