/** Amounts as people read them. Pure. */
import { grouped } from '../../text/numbers.ts';

const SIGNS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£' };

/** `$1,240`, `€61.20`, `CHF 0.034`: three digits that count, and no part of a unit from a hundred on. */
export function moneyText(amount: number, currency: string): string {
  const rounded = Math.abs(amount) >= 100 ? Math.round(amount) : Number(amount.toPrecision(3));
  const digits = rounded !== 0 && Math.abs(rounded) < 1 ? String(rounded) : grouped(trimmed(rounded));
  return `${SIGNS[currency] ?? `${currency} `}${digits}`;
}

/** Cents are two digits or none. */
const trimmed = (amount: number): string => (Number.isInteger(amount) ? String(amount) : amount.toFixed(2));
