/**
 * Takes the schemas of the kinds that we write from the projects that define them, through the Go module proxy, into
 * `generated/*.json`: without descriptions, with the module and version they come from. `node tools/kubernetes/schemas.ts`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Where each kind is defined. A module at its version is pinned by the checksum database of Go. */
const CRDS = [
  {
    module: 'sigs.k8s.io/gateway-api@v1.4.1',
    files: ['config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
  },
  {
    module: 'github.com/kserve/kserve@v0.20.0',
    files: [
      'config/crd/full/serving.kserve.io_inferenceservices.yaml',
      'config/crd/full/serving.kserve.io_servingruntimes.yaml',
      'config/crd/full/serving.kserve.io_clusterservingruntimes.yaml',
    ],
  },
  { module: 'github.com/kedacore/keda/v2@v2.21.0', files: ['config/crd/bases/keda.sh_scaledobjects.yaml'] },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    files: ['example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml'],
  },
] as const;

/** Parts that we never write; what is left out here is unknown, and so refused. */
const LEFT_OUT = new Set(['status', 'explainer', 'transformer', 'workerSpec', 'initContainers', 'affinity']);
const LEFT_OUT_OF_SERVICES = new Set([
  ...[
    'containers',
    'volumes',
    'batcher',
    'logger',
    'autoScaling',
    'huggingface',
    'lightgbm',
    'onnx',
    'paddle',
    'pmml',
  ],
  ...['pytorch', 'sklearn', 'tensorflow', 'triton', 'xgboost'],
]);

type Schema = { [key: string]: unknown };

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/** Folder of a module at its version, in the cache of Go. Throws with what Go says. */
function moduleFolder(module: string): string {
  const { stdout, stderr, error } = spawnSync('go', ['mod', 'download', '-json', module], {
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod' },
    cwd: '/',
  });
  if (error) throw error;
  const { Dir, Error: reason } = JSON.parse(stdout || '{}') as { Dir?: string; Error?: string };
  if (Dir === undefined) throw new Error(`go mod download ${module}: ${reason ?? stderr}`);
  return Dir;
}

/** Paths of the definitions as they are published. */
export const definitionFiles = (): readonly string[] =>
  CRDS.flatMap(({ module, files }) => {
    const folder = moduleFolder(module);
    return files.map((file) => join(folder, file));
  });

/** A structural schema as JSON Schema that knows no other fields than those it names. */
function strict(schema: unknown, leftOut: ReadonlySet<string>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => strict(item, leftOut));
  if (typeof schema !== 'object' || schema === null) return schema;
  const given = schema as Schema;
  if (given['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  const kept = Object.entries(given).filter(
    ([key]) => !/^(description|default|example|x-kubernetes-.*)$/.test(key),
  );
  const out: Schema = Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === 'properties' ? properties(value as Schema, leftOut) : strictPart(key, value, leftOut),
    ]),
  );
  const isOpen =
    given['x-kubernetes-preserve-unknown-fields'] === true ||
    given['x-kubernetes-embedded-resource'] === true;
  if (given['properties'] !== undefined && given['additionalProperties'] === undefined && !isOpen)
    out['additionalProperties'] = false;
  return out;
}

/** Conditions across fields repeat some of them, and must not forbid the others. */
const strictPart = (key: string, value: unknown, leftOut: ReadonlySet<string>): unknown =>
  ['allOf', 'anyOf', 'oneOf', 'not'].includes(key) ? value : strict(value, leftOut);

const properties = (given: Schema, leftOut: ReadonlySet<string>): Schema =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, schema]) =>
      leftOut.has(name) ? [] : [[name, strict(schema, leftOut)]],
    ),
  );

function extract(): void {
  const target = join(import.meta.dirname, 'generated');
  mkdirSync(target, { recursive: true });
  for (const { module, files } of CRDS) {
    const folder = moduleFolder(module);
    for (const file of files) {
      const { spec } = parse(readFileSync(join(folder, file), 'utf8')) as Definition;
      for (const { name, schema } of spec.versions) {
        if (!WANTED.has(`${spec.names.kind}/${name}`)) continue;
        const isService = spec.names.kind === 'InferenceService';
        const leftOut = isService ? new Set([...LEFT_OUT, ...LEFT_OUT_OF_SERVICES]) : LEFT_OUT;
        const body = strict(schema.openAPIV3Schema, leftOut) as Schema;
        // Metadata is checked by the schemas of Kubernetes itself.
        (body['properties'] as Schema)['metadata'] = { type: 'object' };
        const document = {
          source: `${module}/${file}`,
          group: spec.group,
          version: name,
          kind: spec.names.kind,
          schema: body,
        };
        writeFileSync(join(target, `${spec.names.kind}.json`), `${JSON.stringify(document)}\n`);
      }
    }
  }
}

const WANTED = new Set([
  'HTTPRoute/v1',
  'InferenceService/v1beta1',
  'ServingRuntime/v1alpha1',
  'ClusterServingRuntime/v1alpha1',
  'ScaledObject/v1alpha1',
  'ServiceMonitor/v1',
]);

if (import.meta.main) extract();
