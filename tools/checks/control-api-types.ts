/**
 * The types of the console's client, from the OpenAPI description of the control API: its parameters, bodies and answers by
 * operation, and the scope that each asks for.
 */

import {
  CERTIFICATE_VIEW,
  CONTENTS_VIEW,
  DIFFERENCE_VIEW,
  GOLDEN_VIEW,
  TREE_VIEW,
} from '../../src/control/contents-schemas.ts';
import { EXPERIMENT_VIEW } from '../../src/control/experiment-schemas.ts';
import { ROLLOUT_HISTORY, ROLLOUT_SUMMARY, ROLLOUT_VIEW } from '../../src/control/rollout-schemas.ts';
import { TRAFFIC_VIEW } from '../../src/control/traffic-schemas.ts';
import { AUDIT_VIEW, ENDPOINT_VIEW, MODEL_VIEW, VERSION_VIEW } from '../../src/control/view-schemas.ts';
import { COLUMN_COMPARISON, JOB_VIEW, REJECT_VIEW, RUN_VIEW } from '../../src/jobs/view-schemas.ts';
import { ALERT_VIEW, DRIFT_VIEW, MONITOR_VIEW, QUALITY_VIEW } from '../../src/monitor/view-schemas.ts';
import { OUTLINE } from '../../src/outline/outline-schemas.ts';
import { SIGNATURE_OUTLINE } from '../../src/outline/signature-outline.ts';
import { openapiDocument } from '../../src/server/api/openapi.ts';
import type { ApiRoute } from '../../src/server/api/operation.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
}

interface Described {
  readonly 'x-plimsoll-scope': string;
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: Schema }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>;

/** Schemas that have a name of their own. */
const NAMED: Readonly<Record<string, unknown>> = {
  ...{ AlertView: ALERT_VIEW, AuditView: AUDIT_VIEW, DriftView: DRIFT_VIEW, EndpointView: ENDPOINT_VIEW },
  ...{
    ModelView: MODEL_VIEW,
    MonitorView: MONITOR_VIEW,
    QualityView: QUALITY_VIEW,
    RolloutView: ROLLOUT_VIEW,
    ExperimentView: EXPERIMENT_VIEW,
    RolloutHistory: ROLLOUT_HISTORY,
    RolloutSummary: ROLLOUT_SUMMARY,
  },
  ...{ TrafficView: TRAFFIC_VIEW, VersionView: VERSION_VIEW },
  ...{ CertificateView: CERTIFICATE_VIEW, ContentsView: CONTENTS_VIEW, DifferenceView: DIFFERENCE_VIEW },
  ...{
    GoldenView: GOLDEN_VIEW,
    ModelOutline: OUTLINE,
    SignatureOutline: SIGNATURE_OUTLINE,
    TreePart: TREE_VIEW,
  },
  ...{ JobView: JOB_VIEW, RunView: RUN_VIEW, RejectView: REJECT_VIEW, ColumnComparison: COLUMN_COMPARISON },
};
const plain = (schema: unknown): Schema => JSON.parse(JSON.stringify(schema));
const NAMES = new Map(Object.entries(NAMED).map(([name, schema]) => [JSON.stringify(schema), name]));

const HEAD = `// Generated from the OpenAPI description of the control API by \`npm run ok:generated:fix\`.
`;

/** The file, formatted by nobody: one line an operation. */
export function controlApiTypes(operations: readonly ApiRoute[]): string {
  const { paths } = plain(openapiDocument(operations, '')) as unknown as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  };
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one] as const),
  );
  const views = Object.entries(NAMED).map(
    ([name, schema]) => `export type ${name} = ${typeOf(plain(schema), name)};`,
  );
  return [
    HEAD,
    ...views,
    '\nexport interface ControlOperations {',
    ...all.map(([name, one]) => `  '${name}': ${operationType(one)};`),
    '}\n\nexport const SCOPES = {',
    ...all.map(([name, one]) => `  '${name}': '${one['x-plimsoll-scope']}',`),
    '} as const;\n',
  ].join('\n');
}

function operationType({ parameters, requestBody, responses }: Described): string {
  const of = (place: string): string =>
    objectOf(parameters.filter((one) => one.in === place).map((one) => [one.name, one.schema, one.required]));
  const body = requestBody?.content['application/json']?.schema;
  const answer = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
  const answered = answer?.content['application/json']?.schema ?? {};
  return `{ path: ${of('path')}; query: ${of('query')}; body: ${body === undefined ? 'undefined' : typeOf(body)}; answer: ${typeOf(answered)} }`;
}

const objectOf = (properties: readonly (readonly [string, Schema, boolean])[]): string =>
  properties.length === 0
    ? 'Record<never, never>'
    : `{ ${properties.map(([name, schema, isThere]) => `${keyOf(name)}${isThere ? '' : '?'}: ${typeOf(schema)}${isThere ? '' : ' | undefined'}`).join('; ')} }`;

const keyOf = (name: string): string => (/^\w+$/.test(name) ? name : JSON.stringify(name));

/** `own`: the name that is being defined, which is not its own definition. */
function typeOf(schema: Schema, own?: string): string {
  const name = NAMES.get(JSON.stringify(schema));
  if (name !== undefined && name !== own) return name;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return [...new Set(either.map((one) => typeOf(one)))].join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  return SIMPLE[String(schema.type)] ?? structureOf(schema);
}

const SIMPLE: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};

function structureOf({ type, items, properties, required = [], ...more }: Schema): string {
  if (type === 'array') return `readonly (${items === undefined ? 'unknown' : typeOf(items)})[]`;
  if (properties !== undefined)
    return objectOf(Object.entries(properties).map(([name, one]) => [name, one, required.includes(name)]));
  const values = [more.additionalProperties, ...Object.values(more.patternProperties ?? {})];
  const value = values.find((one) => typeof one === 'object');
  return type === 'object'
    ? `Readonly<Record<string, ${value === undefined ? 'unknown' : typeOf(value)}>>`
    : 'unknown';
}
