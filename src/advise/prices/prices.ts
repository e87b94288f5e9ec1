/** What machines, tables and people cost: the grammar of the file that users put in place of the built-in table. Pure. */
import type { Static } from 'typebox';
import { PlimsollError } from '../../core/errors.ts';
import { decode } from '../../schema/read-value.ts';
import { mapOf } from '../../schema/transformed.ts';
import { field, line, number, record, text } from '../../schema/value-schema.ts';
import { PATTERNS, type Pattern } from '../needs/pattern.ts';
import { size } from '../needs/quantity.ts';

const INSTANCE_NAME = text(
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  'the name of an instance such as "m6i.large"',
);
const PRICE = number({ min: 0, max: 1e6 });
const HOURS = number({ min: 0, max: 730 });
const DATE = text('^\\d{4}-\\d{2}-\\d{2}$', 'a date such as "2026-11-26"');

const INSTANCE = record({
  cores: field(number({ min: 0.25, max: 1024 }), null, 'vCPUs'),
  memory: field(size, null, 'memory: "8 GiB"'),
  hour: field(PRICE, null, 'price of an hour, in the currency of the table'),
});
export type Instance = Static<typeof INSTANCE>;

const LISTING = record({
  date: field(DATE, null, 'day on which the prices held'),
  source: field(line, null, 'where they are from'),
  instances: field(mapOf(INSTANCE_NAME, INSTANCE), {}, 'instances by name'),
});
export type Listing = Static<typeof LISTING>;

const hoursOf = Object.fromEntries(
  PATTERNS.map((pattern) => [pattern, field(HOURS, null, `hours a month, of ${pattern}`)]),
) as Record<Pattern, ReturnType<typeof field<number>>>;

const PRICES = record({
  currency: field(text('^[A-Z]{3}$', 'three letters such as "USD"'), 'USD', 'of all prices'),
  region: field(line, null, 'where they hold'),
  machines: field(LISTING, null, 'machines, and nodes of Kubernetes'),
  sagemaker: field(LISTING, null, 'instances of endpoints and batch transforms of SageMaker'),
  database: field(
    record({
      date: field(DATE, null, 'day on which the prices held'),
      source: field(line, null, 'where they are from'),
      coreHour: field(PRICE, null, 'an hour of a vCPU of the database that the application has'),
      gigabyteMonth: field(PRICE, null, 'a month of 10^9 bytes in it'),
      lookups: field(
        number({ min: 1, max: 1e7 }),
        null,
        'look-ups by key that a vCPU of it does a second beside its other work',
      ),
    }),
    null,
    'the database in which rows are looked up',
  ),
  objects: field(
    record({
      date: field(DATE, null, 'day on which the prices held'),
      source: field(line, null, 'where they are from'),
      gigabyteMonth: field(PRICE, null, 'a month of 10^9 bytes'),
    }),
    null,
    'files and objects that jobs write',
  ),
  devices: field(
    record({
      source: field(line, null, 'where the figures are from'),
      slower: field(number({ min: 0.1, max: 1000 }), null, 'times as long as where the model was measured'),
      coreMonth: field(PRICE, null, 'a month of a core of a device; 0 where they are there anyway'),
    }),
    null,
    'machines beside the application',
  ),
  upkeep: field(
    record({
      source: field(line, null, 'where the hours are from'),
      hour: field(PRICE, null, 'an hour of an engineer'),
      hours: field(record(hoursOf), null, 'hours a month that a pattern takes'),
    }),
    null,
    'people who look after it',
  ),
});
export type Prices = Static<typeof PRICES>;

/** The prices of a document. Throws ADVICE_INVALID that names every mistake with its path. */
export function parsePrices(document: unknown): Prices {
  const refusal = (list: readonly string[]) =>
    new PlimsollError('ADVICE_INVALID', { what: 'these prices', problems: list.join('; '), list });
  return decode(PRICES, document, refusal, ({ machines }, problems) => {
    if (machines.instances.size === 0) problems.push('machines.instances is empty, wanted at least one');
  });
}
