import { type Import, importsOf } from './imports.ts';
import { isTest, listFiles, type Problem, report, type SourceFile } from './project.ts';

/**
 * What each layer may import besides itself; `text` and `core` are open to all. The longest matching folder decides. A folder of
 * src/ that is not listed fails: give it a row.
 */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  text: [],
  core: [],
  sql: [],
  schema: [],
  disk: [],
  duckdb: ['sql'],
  signing: [],
  bytes: [],
  model: ['bytes'],
  formats: ['bytes', 'model'],
  onnx: ['bytes', 'model'],
  'formats/onnx': ['bytes', 'model', 'formats', 'onnx'],
  compile: ['model', 'onnx'],
  engine: ['model', 'onnx', 'compile'],
  'engine/native': ['engine', 'model'],
  // Text vectorizers run natively in front of a graph.
  // Graphs of others run in processes as models of Python do.
  'engine/onnx': ['engine', 'engine/native', 'engine/python', 'model', 'onnx', 'compile', 'process'],
  python: [],
  process: [],
  'engine/python': ['engine', 'model', 'python', 'process'],
  files: ['bytes', 'model', 'formats', 'formats/onnx', 'onnx'],
  config: ['http', 'metrics'],
  http: [],
  statistics: [],
  metrics: ['bytes'],
  capture: ['bytes', 'model'],
  rollout: ['schema', 'bytes', 'model', 'statistics'],
  monitor: [
    'schema',
    'disk',
    'sql',
    'duckdb',
    'http',
    'bytes',
    'metrics',
    'model',
    'statistics',
    'capture',
    'rollout',
    'store',
    'registry',
    'scorer',
    'control',
  ],
  store: ['rollout'],
  'serving/rows': ['model'],
  registry: [
    'bytes',
    'model',
    'formats',
    'formats/onnx',
    'files',
    'onnx',
    'compile',
    'engine',
    'engine/onnx',
    'engine/native',
    'engine/python',
    'process',
    'python',
    'config',
    'store',
    'rollout',
    'serving/rows',
  ],
  control: ['schema', 'signing', 'model', 'python', 'registry', 'rollout', 'store', 'config'],
  scorer: ['bytes', 'model', 'engine', 'registry', 'serving/rows'],
  jobs: [
    'schema',
    'disk',
    'sql',
    'duckdb',
    'signing',
    'http',
    'bytes',
    'files',
    'registry',
    'store',
    'control',
    'scorer',
    'serving/rows',
  ],
  serving: [
    'bytes',
    'metrics',
    'model',
    'python',
    'engine',
    'registry',
    'config',
    'rollout',
    'capture',
    'scorer',
    'statistics',
    'serving/rows',
  ],
  // What plans are made of and how they are carried out, whatever the cloud.
  'deploy/plan': [],
  deploy: [
    'schema',
    'disk',
    'signing',
    'bytes',
    'files',
    'python',
    'registry',
    'rollout',
    'serving',
    'serving/rows',
    'deploy/plan',
  ],
  server: [
    'signing',
    'process',
    'metrics',
    'model',
    'python',
    'engine',
    'engine/onnx',
    'files',
    'registry',
    'config',
    'rollout',
    'store',
    'control',
    'capture',
    'monitor',
    'scorer',
    'jobs',
    'deploy',
    'deploy/plan',
    'serving',
    'serving/rows',
  ],
  cli: [
    'sql',
    'duckdb',
    'signing',
    'deploy',
    'deploy/plan',
    'bytes',
    'metrics',
    'model',
    'python',
    'engine/python',
    'formats',
    'formats/onnx',
    'files',
    'onnx',
    'compile',
    'engine',
    'engine/onnx',
    'engine/native',
    'registry',
    'config',
    'rollout',
    'store',
    'control',
    'scorer',
    'jobs',
    'serving',
    'serving/rows',
    'server',
    'statistics',
    'capture',
    'monitor',
  ],
};

/** Text knows nothing, core knows text, and all others may use both. */
const isOpen = (to: string, from: string): boolean =>
  to === 'text' ? true : to === 'core' && from !== 'text';

/** Layer of a path below src/, or null. */
export function layerOf(
  path: string,
  layers: Readonly<Record<string, readonly string[]>> = LAYERS,
): string | null {
  const parts = path
    .replace(/^src\//, '')
    .split('/')
    .slice(0, -1);
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join('/');
    if (name in layers) return name;
  }
  return null;
}

/** Imports that go up, folders without a row, and cycles of modules (imports of types alone make none). */
export function checkLayers(files: readonly SourceFile[], layers = LAYERS): Problem[] {
  const parsed = files
    .filter(({ path }) => path.startsWith('src/') && !isTest(path))
    .map((file) => ({ file, imports: importsOf(file) }));
  const edges = parsed.flatMap(({ file, imports }) =>
    imports.flatMap((entry) => judgeEdge(file, entry, layers)),
  );
  const homeless = parsed
    .filter(({ file }) => layerOf(file.path, layers) === null)
    .map(({ file }) => ({ file: file.path, message: 'its folder has no row in the table of layers' }));
  const graph = new Map(
    parsed.map(({ file, imports }) => [
      file.path,
      imports.filter((entry) => !entry.typeOnly).flatMap(({ path }) => path ?? []),
    ]),
  );
  return [...homeless, ...edges, ...findCycles(graph)];
}

function judgeEdge(file: SourceFile, { path, line }: Import, layers: typeof LAYERS): Problem[] {
  const from = layerOf(file.path, layers);
  if (from === null || path === null) return [];
  if (!path.startsWith('src/')) {
    return path === 'package.json'
      ? []
      : [{ file: file.path, line, message: `imports ${path}, outside src/` }];
  }
  const to = layerOf(path, layers);
  if (to === null || to === from || isOpen(to, from) || layers[from]?.includes(to)) return [];
  return [{ file: file.path, line, message: `${from} may not import ${to} (${path})` }];
}

/** One problem for each cycle found by depth-first search. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): Problem[] {
  const done = new Set<string>();
  const trail: string[] = [];
  const problems: Problem[] = [];
  const visit = (node: string): void => {
    const seen = trail.indexOf(node);
    if (seen >= 0) {
      problems.push({ file: node, message: `imports itself: ${[...trail.slice(seen), node].join(' → ')}` });
    }
    if (seen >= 0 || done.has(node)) return;
    trail.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    trail.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return problems;
}

if (import.meta.main) report('layers', checkLayers(listFiles('src', '.ts')));
