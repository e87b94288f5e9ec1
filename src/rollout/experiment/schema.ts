/** JSON Schema of the policy of an experiment, for editors. Pure. */
import { EXPERIMENT } from './policy.ts';

const EXPERIMENT_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Plimsoll experiment policy',
  required: ['primary'],
  ...EXPERIMENT,
} as const;

/** docs/experiment.schema.json. */
export const experimentSchemaPage = (): string => `${JSON.stringify(EXPERIMENT_SCHEMA, null, 2)}\n`;
