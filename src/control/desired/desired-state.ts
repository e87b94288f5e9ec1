/**
 * What a file says that endpoints and aliases should be: the grammar of `apply`. What it does not name is left as it is.
 * Pure.
 */
import type { Static, TSchema } from 'typebox';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { isRecord, textsIn } from '../../core/record.ts';
import { EXPERIMENT, parseExperiment } from '../../rollout/experiment/policy.ts';
import { POLICY, parsePolicy } from '../../rollout/policy/policy.ts';
import { DEFAULT_UNIT } from '../../rollout/route.ts';
import { decode } from '../../schema/read-value.ts';
import { mapOf, orNothing } from '../../schema/transformed.ts';
import {
  choice,
  field,
  headerName,
  list,
  READ,
  record,
  schemaOf,
  text,
  whole,
} from '../../schema/value-schema.ts';

const NAME = text(
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
  'letters, digits, ".", "_" or "-", at most 100, beginning with a letter or digit',
);
const VERSION = whole(1, 1e9);
const TEXT = text('^[^\\u0000-\\u001f]{1,200}$', 'a text of 1 to 200 characters');

/** A policy is judged by the grammar of its strategy. */
const WRITTEN_POLICY = schemaOf<unknown>({ anyOf: [POLICY, EXPERIMENT], [READ]: (value) => value });

const ROUTE_RULE = record({
  header: field(headerName, null, 'name of a request header, lower case'),
  values: field(list(TEXT, { min: 1, max: 100 }), null, 'values of the header that the rule is for'),
  version: field(VERSION, null, 'version that such requests get'),
});

const UNIT_SOURCE = record({
  header: field(headerName, DEFAULT_UNIT.header, 'header that holds the id of the unit'),
  cookie: field(orNothing(TEXT), null, 'cookie that holds it'),
  field: field(orNothing(TEXT), null, 'key at the top of the body that holds it'),
});

const ROLLOUT = record({
  strategy: field(
    choice(['canary', 'ab', 'shadow', 'blue-green', 'immediate']),
    'canary',
    'how it gets there',
  ),
  policy: field(WRITTEN_POLICY, null, 'policy of that rollout'),
});

const ENDPOINT = record({
  /** Null where that is left to people. */
  version: field(orNothing(VERSION), null, 'version that everybody is to get in the end'),
  rollout: field(ROLLOUT, {}, 'how the endpoint gets to the version'),
  rules: field(
    orNothing(list(ROUTE_RULE, { min: 0, max: 100 })),
    null,
    'requests with such a header get such a version',
  ),
  unit: field(orNothing(UNIT_SOURCE), null, 'where the id of a unit is found'),
});

const DESIRED = record({
  endpoints: field(mapOf(NAME, ENDPOINT), {}, 'what each endpoint should be'),
  aliases: field(
    mapOf(NAME, mapOf(NAME, VERSION)),
    {},
    'aliases of each model; of a model that is named here, others are removed',
  ),
});

/** How an endpoint gets to its version; `policy` as written, null for the default. */
export type DesiredRollout = Static<typeof ROLLOUT>;
export type DesiredEndpoint = Static<typeof ENDPOINT>;
export type DesiredState = Static<typeof DESIRED>;

/** How each endpoint gets to its versions, as its file says; plain data, by endpoint. */
export type DesiredRollouts = Readonly<Record<string, DesiredRollout>>;

/** The part of a file that says so, from its `endpoints` as they are written. Throws DESIRED_INVALID. */
export function rolloutsIn(endpoints: unknown, path: string): DesiredRollouts {
  const desired = parseDesired({ endpoints }, path, []);
  return Object.fromEntries([...desired.endpoints].map(([name, { rollout }]) => [name, rollout]));
}

/** docs/plimsoll.schema.json; batch jobs and what is watched are checked elsewhere. */
export const desiredSchemaPage = (jobs: TSchema, monitors: TSchema): string => {
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Plimsoll: what endpoints and batch jobs should be, and what is watched',
  };
  const { properties, ...rest } = DESIRED;
  const all = {
    ...properties,
    jobs: { ...jobs, description: 'batch jobs by name' },
    monitors: { ...monitors, description: 'what is watched, by endpoint' },
  };
  // The file may hold settings of `serve` as well.
  return `${JSON.stringify({ ...head, ...rest, properties: all, additionalProperties: true }, null, 2)}\n`;
};

/**
 * The checked file from parsed YAML or JSON; `settings` are the keys that belong to `serve`. Throws DESIRED_INVALID that
 * names every mistake with its path.
 */
export function parseDesired(value: unknown, path: string, settings: readonly string[]): DesiredState {
  const refusal = (list: readonly string[]) =>
    new PlimsollError('DESIRED_INVALID', { path, problems: list.join('; '), list });
  if (typeof value !== 'object') throw refusal(['it holds no table']);
  const own = isRecord(value)
    ? Object.fromEntries(Object.entries(value).filter(([key]) => !settings.includes(key)))
    : value;
  return decode(DESIRED, own, refusal, checkPolicies);
}

/** Experiments have a grammar of their own. */
function checkPolicies({ endpoints }: DesiredState, problems: string[]): void {
  for (const [name, { rollout }] of endpoints) {
    if (rollout.policy === null) continue;
    try {
      (rollout.strategy === 'ab' ? parseExperiment : parsePolicy)(rollout.policy);
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      const { list: mistakes } = error.details;
      problems.push(...textsIn(mistakes).map((mistake) => `endpoints.${name}.rollout.policy: ${mistake}`));
    }
  }
}
