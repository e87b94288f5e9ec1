import type { RenderedManifest } from '../render.ts';
import type { KubernetesSpec } from '../spec.ts';
import { commentedYaml, yamlOf } from '../yaml.ts';
import { templateOf } from './template.ts';
import { type ChartValue, chartConditionOf, holesOf, needsWord, valuesOf } from './values.ts';

/** A chart of Helm whose templates give, with the values as they are, the same objects as the plain files. By path. */
export function chartOf(
  spec: KubernetesSpec,
  rendered: readonly RenderedManifest[],
): ReadonlyMap<string, string> {
  const values = valuesOf(spec);
  const tree = treeOf(values.map(({ path, value }) => [path, value]));
  const comments = new Map(values.map(({ path, about }) => [path, about]));
  return new Map([
    ['Chart.yaml', yamlOf(metadataOf(spec))],
    ['values.yaml', commentedYaml(tree, comments)],
    ['values.schema.json', `${JSON.stringify(schemaOf(spec, tree, values), null, 2)}\n`],
    ...rendered.map(({ file, object }): [string, string] => [
      `templates/${file}`,
      templateOf(object, holesOf(object, spec), chartConditionOf(object)),
    ]),
  ]);
}

/** A version of the model is a version of the chart: `1.0.VERSION`. */
const metadataOf = ({ name, model, minor }: KubernetesSpec): object => ({
  apiVersion: 'v2',
  name,
  description: `Serves version ${model.version} of the model ${model.name} with Plimsoll.`,
  type: 'application',
  version: `1.0.${model.version}`,
  appVersion: String(model.version),
  kubeVersion: `>=1.${minor}.0-0`,
});

type Tree = { [name: string]: unknown };

function treeOf(entries: readonly (readonly [string, unknown])[]): Tree {
  const tree: Tree = {};
  for (const [path, value] of entries) {
    const keys = path.split('.');
    const last = keys.pop() ?? path;
    const parent = keys.reduce<Tree>((inner, key) => {
      inner[key] ??= {};
      return inner[key] as Tree;
    }, tree);
    parent[last] = value;
  }
  return tree;
}

/** Values of other names are refused by Helm: what nothing reads would be dropped without a word. */
function schemaOf(spec: KubernetesSpec, tree: Tree, values: readonly ChartValue[]): object {
  const leaves = new Set(values.map(({ path }) => path));
  const schema = (value: unknown, path: string): object => {
    if (leaves.has(path)) return leafSchema(value, leastOf(spec, path));
    const entries = Object.entries(value as Tree);
    return {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        entries.map(([key, inner]) => [key, schema(inner, path === '' ? key : `${path}.${key}`)]),
      ),
    };
  };
  const { properties, ...rest } = schema(tree, '') as { properties: object };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...rest,
    // `global` is Helm's own.
    properties: { ...properties, global: { type: 'object' } },
    ...(needsWord(spec) ? OPEN_ONLY_BY_WORD : {}),
  };
}

/** Pods that anybody may ask: not because a policy was left out, but because somebody said so. */
const OPEN_ONLY_BY_WORD = {
  if: { properties: { networkPolicy: { properties: { enabled: { const: false } } } } },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  then: { properties: { insecure: { const: true } } },
};

/** Pods that a value may say at least: zero is for KEDA alone. */
const leastOf = ({ scaler }: KubernetesSpec, path: string): number =>
  path.startsWith('scaling.') && !(path === 'scaling.min' && scaler?.keda) ? 1 : 0;

function leafSchema(value: unknown, least: number): object {
  if (Array.isArray(value)) return { type: 'array' };
  if (typeof value === 'number') return { type: 'integer', minimum: least };
  return { type: typeof value };
}
