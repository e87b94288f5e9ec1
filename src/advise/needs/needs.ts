/**
 * What somebody needs of a model in production: the grammar of `plimsoll advise -f needs.yaml`, of the body of the API, and of what
 * the questions of the terminal ask. Everything but an amount of work may be left out. Pure.
 */
import type { Static } from 'typebox';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { decode, readValue } from '../../schema/read-value.ts';
import { orNothing, withReader } from '../../schema/transformed.ts';
import { choice, field, flag, line, record, text, WANTED } from '../../schema/value-schema.ts';
import { count, money, processorTime, quantile, rate, size, time } from './quantity.ts';

export const PLATFORMS = ['machine', 'kubernetes', 'sagemaker'] as const;
export type ServingPlatform = (typeof PLATFORMS)[number];

/** A model that cannot run here, as people tell it. */
export const DESCRIPTION = record({
  perRow: field(processorTime, null, 'time of a processor of one row: "30us", "2s"'),
  perRequest: field(
    orNothing(processorTime),
    null,
    'time of a processor that each request takes besides; default: that of the HTTP door',
  ),
  memory: field(orNothing(size), null, 'memory of a process with the model: "300 MB"'),
  start: field(orNothing(time('1ms', '1h', 's')), null, 'from the start of a process to its first answer'),
  runtime: field(
    choice(['native', 'onnx', 'python']),
    'onnx',
    'what runs it: python for what cannot be compiled',
  ),
  rowSize: field(orNothing(size), null, 'size of a row in a request'),
});
export type Description = Static<typeof DESCRIPTION>;

/** By its file or version, or as people tell it. */
const MODEL = withReader<string | Description>({ anyOf: [line, DESCRIPTION] }, (value, path, problems) =>
  isRecord(value)
    ? readValue(DESCRIPTION, value, path, problems)
    : readValue(
        { ...line, [WANTED]: 'a file, a version "churn@3", or a description such as {perRow: 30us}' },
        value,
        path,
        problems,
      ),
);

const NAME = text(
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  'letters, digits, ".", "_" or "-", at most 63, beginning with a letter or digit',
);

export const WRITTEN_NEEDS = record({
  name: field(NAME, 'case', 'what the case is called, in names of files and jobs'),
  asked: field(
    choice(['request', 'schedule', 'event']),
    'request',
    'what an answer is wanted after: a request whose sender waits or comes back, a time of the day, or something that happens (rows arrive)',
  ),
  requests: field(
    orNothing(rate('/s', '200/s')),
    null,
    'requests (or events) while there is traffic, on average: "200/s", "12000/min"',
  ),
  peak: field(orNothing(rate('/s', '600/s')), null, 'requests at the peak; default: three times the average'),
  rowsPerRequest: field(orNothing(count('rows', 1e9)), null, 'rows of a request or event; default: 1 row'),
  rows: field(orNothing(rate('/day', '3 M/day')), null, 'rows to be scored: "3 M/day"'),
  population: field(
    orNothing(count('customers', 1e11)),
    null,
    'units that are known beforehand, whose rows could be scored before anybody asks: "2 M customers"; default: not known',
  ),
  freshness: field(
    orNothing(time('1ms', '365d', 'h')),
    null,
    'how old the inputs of an answer may be when it is used: "1s", "24h"',
  ),
  latency: field(
    orNothing(time('100us', '30d', 'ms')),
    null,
    'how late the answer may come after it was asked for, was due, or the event: "50ms", "4h"',
  ),
  quantile: field(quantile, 'p99', 'share of the answers that have to be there by then'),
  every: field(
    orNothing(time('1s', '365d', 'h')),
    null,
    'how often answers are due, where `asked` is schedule',
  ),
  hours: field(orNothing(time('1m', '24h', 'h')), null, 'hours of a day with traffic: "10h"; default: 24h'),
  budget: field(orNothing(money), null, 'what it may cost: "500 $/month"'),
  offline: field(flag, false, 'answers are needed where there is no network'),
  devices: field(
    orNothing(count('devices', 1e8)),
    null,
    'machines beside the application that could run the model themselves: "40 tills"',
  ),
  database: field(
    choice(['postgres', 'sqlite', 'none']),
    'postgres',
    'what the application looks rows up in anyway; none: there is no such database',
  ),
  labelDelay: field(orNothing(time('1s', '3650d', 'd')), null, 'how long after an answer its truth is known'),
  spare: field(
    orNothing(flag),
    null,
    'whether one replica may be lost at the peak; default: yes, where somebody waits for more than an answer a second',
  ),
  platform: field(choice(PLATFORMS), 'machine', 'where it runs'),
  model: field(
    orNothing(MODEL),
    null,
    'the model: a file, a version "churn@3", or a description of one that cannot run here',
  ),
});
export type Needs = Static<typeof WRITTEN_NEEDS>;

/** What a document says is needed. Throws ADVICE_INVALID that names every mistake with its path. */
export function parseNeeds(document: unknown): Needs {
  const refusal = (list: readonly string[]) =>
    new PlimsollError('ADVICE_INVALID', { what: 'these needs', problems: list.join('; '), list });
  return decode(WRITTEN_NEEDS, document, refusal, (needs, problems) => {
    if (needs.requests === null && needs.rows === null && needs.population === null)
      problems.push(
        'requests, rows and population are missing, wanted at least one, such as requests: "200/s"',
      );
  });
}

/** docs/needs.schema.json. */
export const needsSchemaPage = (): string => {
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Plimsoll: what a case needs of a model, for `plimsoll advise`',
  };
  return `${JSON.stringify({ ...head, ...WRITTEN_NEEDS }, null, 2)}\n`;
};
