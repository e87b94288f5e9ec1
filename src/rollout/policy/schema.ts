/** JSON Schema of the policy file, for editors. Pure. */
import { POLICY } from './policy.ts';
export const POLICY_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Plimsoll rollout policy',
  ...POLICY,
} as const;

/** docs/policy.schema.json. */
export const policySchemaPage = (): string => `${JSON.stringify(POLICY_SCHEMA, null, 2)}\n`;
