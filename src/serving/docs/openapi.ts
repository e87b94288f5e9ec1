import { NO_RAW_ENDS, type RawEnds } from '../../model/raw.ts';
import type { UnitSource } from '../../rollout/route.ts';
import type {
  DescribedEndpoint,
  DescribedVersion,
  OpenApiFragment,
  OpenApiPaths,
  TargetVersion,
} from '../protocol.ts';
import { PROTOCOL_ROUTES } from '../protocols/all.ts';
import { ERROR_RESPONSES, ERROR_SCHEMAS } from './error-responses.ts';
import { type JsonSchema, schemaReference } from './json-schema.ts';
import { rowSchema } from './row-schema.ts';

/** A name that clients call. */
export interface OpenApiEndpoint {
  /** The version that stands for it. */
  readonly target: TargetVersion;
  /** Where it finds whom a request is for. */
  readonly unit: UnitSource;
  /** What the version's own code reads and writes at `/invocations`. @default {neither} */
  readonly raw?: RawEnds;
}

export interface OpenApiOptions {
  /** Version of this program. */
  readonly version: string;
  /** The endpoint that `POST /predict` means, or null where the choice is the client's. */
  readonly main: OpenApiEndpoint | null;
  readonly endpoints: ReadonlyMap<string, OpenApiEndpoint>;
  /** What a version answers to its own example row, where that is known. */
  readonly answers?: ReadonlyMap<TargetVersion, unknown>;
}

const FRAGMENTS: readonly OpenApiFragment[] = PROTOCOL_ROUTES.flatMap(({ openApi }) => openApi ?? []);

/** The OpenAPI 3.1 description of a server, put together from what each protocol says of its paths. Pure. */
export function openapi(targets: readonly TargetVersion[], options: OpenApiOptions): JsonSchema {
  const { version, endpoints } = options;
  const versions = targets.map((target) => describeVersion(target, options));
  const paths = [
    ...FRAGMENTS.map(({ main }) => main && mainPaths(main, targets, options)),
    ...[...endpoints].flatMap(([name, endpoint]) => {
      const described = describeEndpoint(name, endpoint, options);
      return FRAGMENTS.map((fragment) => fragment.endpoint?.(described));
    }),
    ...versions.flatMap((described) => FRAGMENTS.map((fragment) => fragment.version?.(described))),
    SERVER_PATHS,
  ];
  return {
    openapi: '3.1.0',
    info: { title: 'Plimsoll', version, description: 'Predictions of the models that this server holds.' },
    tags: [...new Set(targets.map(({ model }) => model)), 'server'].map((name) => ({ name })),
    paths: Object.assign({}, ...paths),
    components: {
      schemas: Object.assign({}, ...versions.map(schemasOf), ERROR_SCHEMAS),
      responses: ERROR_RESPONSES,
      securitySchemes: { key: KEY },
    },
    // Without a key where the server wants none.
    security: [{}, { key: [] }],
  };
}

function mainPaths(
  describe: NonNullable<OpenApiFragment['main']>,
  targets: readonly TargetVersion[],
  options: OpenApiOptions,
): OpenApiPaths {
  const { main } = options;
  if (main === null) return {};
  const { target, unit, raw = NO_RAW_ENDS } = main;
  const isOnly = targets.every(({ model }) => model === target.model);
  return describe({ ...describeVersion(target, options), unit, unitField: unit.field, raw, isOnly });
}

function describeEndpoint(
  name: string,
  { target, unit, raw = NO_RAW_ENDS }: OpenApiEndpoint,
  options: OpenApiOptions,
): DescribedEndpoint {
  return {
    ...describeVersion(target, options),
    ...{ name, id: identifier(name), unit, unitField: unit.field, raw },
  };
}

function describeVersion(target: TargetVersion, { endpoints, answers }: OpenApiOptions): DescribedVersion {
  const key = `${identifier(target.model)}.${target.version}`;
  return {
    target,
    key,
    row: schemaReference('schemas', `${key}.Row`),
    rowWithMore: schemaReference('schemas', `${key}.RowWithMore`),
    answer: answers?.get(target),
    // What is sent to the endpoint may be sent to its versions as well.
    unitField: endpoints.get(target.model)?.unit.field ?? null,
  };
}

/** Names of schemas may hold letters, digits, dots, dashes and underscores only. */
const identifier = (name: string): string => name.replaceAll(/[^\w.-]/g, '_');

function schemasOf(described: DescribedVersion): Readonly<Record<string, JsonSchema>> {
  const { key, target } = described;
  const { signature } = target.manifest;
  return {
    [`${key}.Row`]: rowSchema(signature),
    [`${key}.RowWithMore`]: rowSchema(signature, true),
    ...Object.assign({}, ...FRAGMENTS.map(({ schemas }) => schemas?.(described))),
  };
}

const KEY: JsonSchema = {
  type: 'http',
  scheme: 'bearer',
  description: 'A key, where this server wants one: whoever runs it makes them',
};

const serverPath = (operationId: string, summary: string, mime = 'application/json'): JsonSchema => ({
  get: {
    tags: ['server'],
    operationId,
    summary,
    responses: { 200: { description: 'As asked.', content: { [mime]: {} } } },
  },
});

const SERVER_PATHS: Readonly<Record<string, JsonSchema>> = {
  '/models': serverPath('models', 'Versions that answer, with their signatures'),
  '/healthz': serverPath('healthz', 'Whether the process is alive'),
  '/readyz': serverPath('readyz', 'Whether new requests should come here'),
  '/metrics': serverPath('metrics', 'Metrics in the Prometheus text format', 'text/plain'),
};
