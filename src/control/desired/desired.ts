/**
 * What a file says that endpoints and aliases should be: the grammar of `apply`. What it does not name is left as it is.
 * Pure.
 */
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { EXPERIMENT, parseExperiment } from '../../rollout/experiment/policy.ts';
import { POLICY, parsePolicy } from '../../rollout/policy/policy.ts';
import { DEFAULT_UNIT, type HeaderRule, type UnitSource } from '../../rollout/route.ts';
import {
  choice,
  field,
  type Rule as GrammarRule,
  headerName,
  list,
  number,
  orNothing,
  record,
  table,
  text,
} from '../../schema/grammar.ts';

const STRATEGIES = ['canary', 'ab', 'shadow', 'blue-green', 'immediate'] as const;

/** How an endpoint gets to its version. */
export interface DesiredRollout {
  readonly strategy: (typeof STRATEGIES)[number];
  /** As written; null for the default. */
  readonly policy: unknown;
}

export interface DesiredEndpoint {
  /** Version that is to be stable in the end, or null where that is left to people. */
  readonly version: number | null;
  readonly rollout: DesiredRollout;
  readonly rules: readonly HeaderRule[] | null;
  readonly unit: UnitSource | null;
}

export interface Desired {
  readonly endpoints: ReadonlyMap<string, DesiredEndpoint>;
  /** Aliases of a model; those that are not named here are to go. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const NAME = text(
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
  'letters, digits, ".", "_" or "-", at most 100, beginning with a letter or digit',
);
const VERSION = number({ min: 1, max: 1e9, step: 1 });
const TEXT = text('^[^\\u0000-\\u001f]{1,200}$', 'a text of 1 to 200 characters');

/** A policy is judged by the grammar of its strategy. */
const anything: GrammarRule<unknown> = {
  schema: { anyOf: [POLICY.schema, EXPERIMENT.schema] },
  parse: (value) => value,
};

const rule = record<HeaderRule>({
  header: field(headerName, null, 'name of a request header, lower case'),
  values: field(list(TEXT, { min: 1, max: 100 }), null, 'values of the header that the rule is for'),
  version: field(VERSION, null, 'version that such requests get'),
});

const unit = record<UnitSource>({
  header: field(headerName, DEFAULT_UNIT.header, 'header that holds the id of the unit'),
  cookie: field(orNothing(TEXT), null, 'cookie that holds it'),
  field: field(orNothing(TEXT), null, 'key at the top of the body that holds it'),
});

const DESIRED = record<Desired>({
  endpoints: field(
    table(
      NAME,
      record<DesiredEndpoint>({
        version: field(orNothing(VERSION), null, 'version that everybody is to get in the end'),
        rollout: field(
          record<DesiredRollout>({
            strategy: field(choice(STRATEGIES), 'canary', 'how it gets there'),
            policy: field(anything, null, 'policy of that rollout'),
          }),
          {},
          'how the endpoint gets to the version',
        ),
        rules: field(
          orNothing(list(rule, { min: 0, max: 100 })),
          null,
          'requests with such a header get such a version',
        ),
        unit: field(orNothing(unit), null, 'where the id of a unit is found'),
      }),
    ),
    {},
    'what each endpoint should be',
  ),
  aliases: field(
    table(NAME, table(NAME, VERSION)),
    {},
    'aliases of each model; of a model that is named here, others are removed',
  ),
});

/** How each endpoint gets to its versions, as its file says; plain data, by endpoint. */
export type Rollouts = Readonly<Record<string, DesiredRollout>>;

/** The part of a file that says so, from its `endpoints` as they are written. Throws DESIRED_INVALID. */
export function rolloutsIn(endpoints: unknown, path: string): Rollouts {
  const desired = parseDesired({ endpoints }, path, []);
  return Object.fromEntries([...desired.endpoints].map(([name, { rollout }]) => [name, rollout]));
}

/** docs/plimsoll.schema.json; batch jobs and what is watched are checked elsewhere. */
export const desiredSchemaPage = (
  jobs: GrammarRule<unknown>['schema'],
  monitors: GrammarRule<unknown>['schema'],
): string => {
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Plimsoll: what endpoints and batch jobs should be, and what is watched',
  };
  const { properties, ...rest } = DESIRED.schema;
  const all = {
    ...(properties as object),
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
export function parseDesired(value: unknown, path: string, settings: readonly string[]): Desired {
  const problems: string[] = [];
  const own = isRecord(value)
    ? Object.fromEntries(Object.entries(value).filter(([key]) => !settings.includes(key)))
    : value;
  if (own === value && typeof own !== 'object') problems.push('it holds no table');
  const desired = problems.length === 0 ? DESIRED.parse(own, '', problems) : null;
  if (desired !== null && problems.length === 0) checkPolicies(desired, problems);
  if (desired !== null && problems.length === 0) return desired;
  throw new PlimsollError('DESIRED_INVALID', { path, problems: problems.join('; '), list: problems });
}

/** Experiments have a grammar of their own. */
function checkPolicies({ endpoints }: Desired, problems: string[]): void {
  for (const [name, { rollout }] of endpoints) {
    if (rollout.policy === null) continue;
    try {
      (rollout.strategy === 'ab' ? parseExperiment : parsePolicy)(rollout.policy);
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      const { list: mistakes } = error.details as { list: readonly string[] };
      problems.push(...mistakes.map((mistake) => `endpoints.${name}.rollout.policy: ${mistake}`));
    }
  }
}
