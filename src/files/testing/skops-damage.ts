import { ReadBudget } from '../../formats/budget.ts';
import { DEFAULT_LIMITS } from '../../formats/limits.ts';
import { ZipArchive } from '../../formats/zip/archive.ts';
import { zipOf } from '../../formats/zip/testing/zips.ts';
import { CODECS } from '../codecs.ts';

/** For tests: skops files whose schema says something else, in archives that are sound. */

type Node = Record<string, unknown>;

/** One change of one node: `at` and `other` choose nodes, `kind` the change. */
export interface SchemaChange {
  readonly at: number;
  readonly other: number;
  readonly kind: number;
}

const pick = <T>(items: readonly T[], at: number): T => items[at % items.length]!;

function nodesIn(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '__loader__' in value ? [value as Node] : [];
  return [...own, ...Object.values(value).flatMap(nodesIn)];
}

/** Another kind, content, id or class than the node had; or one field less. */
const CHANGES: readonly ((node: Node, other: Node, at: number) => void)[] = [
  (node, other) => {
    node['__loader__'] = other['__loader__'];
  },
  (node, other) => {
    node['content'] = other['content'];
  },
  (node, other) => {
    node['__id__'] = other['__id__'];
  },
  (node, other) => {
    Object.assign(node, { __class__: other['__class__'], __module__: other['__module__'] });
  },
  (node, other) => {
    Object.assign(node, other);
  },
  (node, _other, at) => {
    delete node[pick(Object.keys(node), at)];
  },
  (node, _other, at) => {
    node['content'] = pick(['NaN', '-1', '1e999', '9007199254740993', '"x"', 'null', '[', ''], at);
  },
];

/** Kinds of change there are. */
export const CHANGE_KINDS = CHANGES.length;

/** The file with one node of its schema changed. */
export function withOtherSchema(bytes: Uint8Array, { at, other, kind }: SchemaChange): Uint8Array {
  const budget = new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
  const archive = new ZipArchive(bytes, CODECS, budget);
  const schema: unknown = JSON.parse(Buffer.from(archive.read('schema.json')).toString());
  const nodes = nodesIn(schema);
  pick(CHANGES, kind)(pick(nodes, at), structuredClone(pick(nodes, other)), other);
  const content = (name: string): Uint8Array | string =>
    name === 'schema.json' ? JSON.stringify(schema) : archive.read(name);
  return zipOf([...archive.names].map((name) => ({ name, content: content(name) })));
}
