/** Needs that are numbers: how a case looks with another one, and how that is told. Pure. */
import { countText } from '../../text/count.ts';
import { type Case, lengthText, rateText } from '../needs/case.ts';
import { moneyText } from '../patterns/money-text.ts';
import { rowsText } from '../patterns/serving-text.ts';

export const VARIED = [
  'traffic',
  'latency',
  'freshness',
  'rowsPerRequest',
  'population',
  'every',
  'devices',
  'budget',
] as const;
export type Varied = (typeof VARIED)[number];

interface Quantity {
  /** Null where the case has none. */
  readonly of: (wants: Case) => number | null;
  readonly with: (wants: Case, value: number) => Case;
  readonly text: (value: number, wants: Case) => string;
  /** What is asked for, with more of it and with less: completes "would be advised …". */
  readonly more: (text: string) => string;
  readonly less: (text: string) => string;
  /** Of the axis that it makes. */
  readonly unit: (wants: Case) => string;
  /** Whether costs can be drawn against it. */
  readonly isAxis: boolean;
}

const asked = ({ asked: after }: Case): boolean => after !== 'schedule';

export const QUANTITIES: Readonly<Record<Varied, Quantity>> = {
  traffic: {
    // What is due by the clock is told by its rows.
    of: (wants) => (asked(wants) ? wants.rate : wants.rowsPerDay),
    with: (wants, value) => scaled(wants, value / (asked(wants) ? wants.rate : wants.rowsPerDay)),
    text: (value, wants) => (asked(wants) ? rateText(value) : `${rowsText(value)} a day`),
    more: (text) => `from ${text} on`,
    less: (text) => `up to ${text}`,
    unit: (wants) => (asked(wants) ? 'requests/s on average' : 'rows a day'),
    isAxis: true,
  },
  rowsPerRequest: {
    of: (wants) => (asked(wants) ? wants.rowsPerRequest : null),
    with: (wants, rowsPerRequest) => ({
      ...wants,
      rowsPerRequest,
      rowsPerDay: (wants.rowsPerDay * rowsPerRequest) / wants.rowsPerRequest,
    }),
    text: rowsText,
    more: (text) => `from ${text} a request on`,
    less: (text) => `up to ${text} a request`,
    unit: () => 'rows a request',
    isAxis: true,
  },
  population: {
    of: (wants) => (wants.asked === 'request' ? wants.population : null),
    with: (wants, population) => ({ ...wants, population }),
    text: (units) => countText(Math.round(Number(units.toPrecision(3))), 'unit'),
    more: (text) => `from ${text} on`,
    less: (text) => `up to ${text}`,
    unit: () => 'units',
    isAxis: true,
  },
  freshness: {
    of: ({ freshness }) => freshness,
    with: (wants, freshness) => ({ ...wants, freshness }),
    text: lengthText,
    more: (text) => `if inputs may be ${text} old`,
    less: (text) => `if inputs may be at most ${text} old`,
    unit: () => 'ms of age',
    isAxis: true,
  },
  latency: {
    of: ({ latency }) => latency,
    // Who waits longer gets an answer from inputs that are older by as much.
    with: (wants, latency) => ({ ...wants, latency, freshness: Math.max(wants.freshness, latency) }),
    text: lengthText,
    more: (text) => `if answers may take ${text}`,
    less: (text) => `if answers have to be there within ${text}`,
    unit: () => 'ms until the answer',
    isAxis: false,
  },
  every: {
    of: (wants) => (wants.asked === 'schedule' ? wants.every : null),
    with: (wants, every) => ({ ...wants, every, rowsPerDay: (wants.rowsPerDay * wants.every) / every }),
    text: lengthText,
    more: (text) => `if answers are due every ${text} only`,
    less: (text) => `if answers are due every ${text}`,
    unit: () => 'ms between runs',
    isAxis: false,
  },
  devices: {
    of: ({ devices }) => devices,
    with: (wants, devices) => ({ ...wants, devices: Math.max(1, Math.round(devices)) }),
    text: (devices) => countText(Math.max(1, Math.round(devices)), 'device'),
    more: (text) => `from ${text} on`,
    less: (text) => `up to ${text}`,
    unit: () => 'devices',
    isAxis: false,
  },
  budget: {
    of: ({ budget }) => budget?.amount ?? null,
    with: (wants, amount) => ({
      ...wants,
      budget: wants.budget === null ? null : { ...wants.budget, amount },
    }),
    text: (amount, { budget }) => `${moneyText(amount, budget?.currency ?? 'USD')} a month`,
    more: (text) => `with a budget of ${text}`,
    less: (text) => `with a budget of ${text}`,
    unit: () => 'a month',
    isAxis: false,
  },
};

/** The same case with so many times the traffic. */
export const scaled = (wants: Case, factor: number): Case => ({
  ...wants,
  rate: wants.rate * factor,
  peak: wants.peak * factor,
  rowsPerDay: wants.rowsPerDay * factor,
});
