import { CONSOLE_LAYERS } from './console-layers.ts';
import { findCycles, type ImportGraph } from './import-cycles.ts';
import { type Import, importsOf } from './imports.ts';
import { isTest, listFiles, type Problem, report, type SourceFile } from './project.ts';

/** What each layer may import, by its folder below src/. */
export type Layers = Readonly<Record<string, readonly string[]>>;

/**
 * What each layer may import besides itself; `text` and `core` are open to all. The longest matching folder decides. A folder of
 * src/ that is not listed fails: give it a row.
 */
export const LAYERS: Layers = {
  text: [],
  core: [],
  sql: [],
  schema: [],
  disk: [],
  duckdb: ['sql'],
  signing: [],
  bytes: [],
  model: [],
  formats: ['bytes', 'model'],
  onnx: ['bytes', 'model'],
  'formats/onnx': ['model', 'formats', 'onnx'],
  'formats/torch': ['bytes', 'model', 'formats', 'onnx', 'formats/onnx'],
  'formats/keras': ['model', 'formats', 'onnx', 'formats/onnx'],
  'formats/tensorflow': ['bytes', 'model', 'formats', 'onnx', 'formats/onnx'],
  compile: ['model', 'onnx'],
  engine: ['model'],
  'engine/native': ['bytes', 'engine', 'model', 'statistics'],
  outline: ['model', 'onnx', 'schema'],
  explain: ['engine', 'engine/native', 'model', 'onnx', 'statistics'],
  importance: ['engine', 'explain', 'model', 'monitor/accuracy/metrics', 'statistics'],
  // Text vectorizers run natively in front of a graph.
  // Graphs of others run in processes as models of Python do.
  'engine/onnx': ['engine', 'engine/native', 'engine/python', 'model', 'onnx', 'compile', 'process'],
  python: ['process'],
  process: [],
  load: ['process', 'schema'],
  'engine/python': ['engine', 'model', 'python', 'process'],
  reading: ['model', 'formats', 'formats/onnx', 'formats/torch', 'formats/keras', 'formats/tensorflow'],
  files: ['model', 'formats', 'formats/torch', 'process', 'reading'],
  examine: ['model', 'compile', 'engine/native', 'outline'],
  config: ['http', 'metrics'],
  http: ['schema'],
  statistics: [],
  metrics: ['bytes'],
  capture: ['bytes'],
  rollout: ['schema', 'bytes', 'statistics'],
  'monitor/accuracy/metrics': ['statistics'],
  monitor: [
    'monitor/accuracy/metrics',
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
    'store',
    'explain',
    'registry',
    'scorer',
    'serving/rows',
  ],
  store: ['schema', 'rollout'],
  'serving/rows': ['model'],
  content: ['bytes', 'model', 'formats', 'files', 'config', 'serving/rows'],
  'row-files': ['sql', 'duckdb', 'model', 'files', 'serving/rows'],
  registry: [
    'model',
    'reading',
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
    'serving/rows',
    'row-files',
    'explain',
    'outline',
  ],
  control: [
    'metrics',
    'http',
    'schema',
    'signing',
    'model',
    'outline',
    'python',
    'registry',
    'rollout',
    'serving/rows',
    'store',
  ],
  scorer: ['model', 'engine', 'explain', 'registry', 'serving/rows'],
  jobs: [
    'process',
    'schema',
    'disk',
    'sql',
    'duckdb',
    'signing',
    'http',
    'bytes',
    'files',
    'explain',
    'registry',
    'store',
    'control',
    'scorer',
    'serving/rows',
  ],
  serving: [
    'disk',
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
    'content',
    'explain',
    'process',
  ],
  advise: [
    'advise/needs',
    'advise/prices',
    'schema',
    'registry',
    'store',
    'control',
    'jobs',
    'monitor',
    'duckdb',
    'model',
    'process',
    'disk',
    'load',
    'config',
    'serving',
  ],
  'advise/needs': ['schema'],
  // Prices of instances are those of deployments as well.
  'advise/prices': ['advise/needs', 'schema'],
  // What plans are made of and how they are carried out, whatever the cloud.
  'deploy/plan': [],
  deploy: [
    'advise/prices',
    'http',
    'process',
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
  // Files are read by the grammars of all that will read them.
  'advise/files': [
    'advise',
    'advise/needs',
    'model',
    'sql',
    'config',
    'registry',
    'control',
    'rollout',
    'monitor',
    'jobs',
    'deploy',
  ],
  server: [
    'advise',
    'advise/needs',
    'advise/prices',
    'advise/files',
    'schema',
    'disk',
    'http',
    'signing',
    'process',
    'metrics',
    'model',
    'explain',
    'importance',
    'registry',
    'config',
    'rollout',
    'store',
    'control',
    'capture',
    'monitor',
    'jobs',
    'deploy',
    'serving',
    'serving/rows',
  ],
  cli: [
    'process',
    'load',
    'advise',
    'advise/needs',
    'advise/prices',
    'advise/files',
    'http',
    'sql',
    'disk',
    'duckdb',
    'signing',
    'deploy',
    'deploy/plan',
    'model',
    'outline',
    'python',
    'reading',
    'examine',
    'files',
    'onnx',
    'compile',
    'engine',
    'engine/onnx',
    'explain',
    'importance',
    'registry',
    'config',
    'rollout',
    'store',
    'control',
    'scorer',
    'jobs',
    'serving/rows',
    'row-files',
    'content',
    'server',
    'monitor',
  ],
};

/** Text knows nothing, core knows text, and all others may use both. */
const isOpen = (to: string, from: string): boolean =>
  to === 'text' ? true : to === 'core' && from !== 'text';

/** Layer of a path below src/, or null. */
export function layerOf(path: string, layers: Layers = LAYERS): string | null {
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

/**
 * Imports that go up, rows that nothing uses, folders without a row, and cycles of layers and of files. An import of
 * types counts as any other, and so does `import()`: it defers the loading of a file, not the knowledge of it.
 */
export function checkLayers(files: readonly SourceFile[], layers: Layers = LAYERS): Problem[] {
  const parsed = files
    .filter(({ path }) => path.startsWith('src/') && !isTest(path))
    .map((file) => ({ file, imports: importsOf(file) }));
  const homeless = parsed
    .filter(({ file }) => layerOf(file.path, layers) === null)
    .map(({ file }) => ({ file: file.path, message: 'its folder has no row in the table of layers' }));
  const upward = parsed.flatMap(({ file, imports }) =>
    imports.flatMap((entry) => judgeEdge(file, entry, layers)),
  );
  const graph = new Map(
    parsed.map(({ file, imports }) => [file.path, imports.flatMap(({ path }) => path ?? [])]),
  );
  const rows = findCycles(new Map(Object.entries(layers)));
  return [...homeless, ...upward, ...unusedRows(graph, layers), ...rows, ...findCycles(graph)];
}

function judgeEdge(file: SourceFile, { path, line }: Import, layers: Layers): Problem[] {
  const from = layerOf(file.path, layers);
  if (from === null || path === null) return [];
  if (!path.startsWith('src/')) {
    return path === 'package.json' || outsideOf(path, layers[from]) !== undefined
      ? []
      : [{ file: file.path, line, message: `imports ${path}, outside src/` }];
  }
  const to = layerOf(path, layers);
  if (to === null || to === from || isOpen(to, from) || layers[from]?.includes(to)) return [];
  return [{ file: file.path, line, message: `${from} may not import ${to} (${path})` }];
}

/** Which folder outside of src/ that a layer may import a path is in. */
const outsideOf = (path: string, targets: readonly string[] | undefined): string | undefined =>
  targets?.find((to) => to.startsWith('../') && path.startsWith(`${to}/`));

/** Edges that the table allows and no file has, and layers without a file. */
function unusedRows(graph: ImportGraph, layers: Layers): Problem[] {
  const found = new Set<string>();
  for (const [path, imports] of graph) {
    const from = layerOf(path, layers);
    found.add(`${from}`);
    const targets = from === null ? [] : layers[from];
    for (const one of imports) found.add(`${from} → ${outsideOf(one, targets) ?? layerOf(one, layers)}`);
  }
  const problem = (message: string): Problem => ({ file: 'tools/checks/layers.ts', message });
  return Object.entries(layers).flatMap(([from, targets]) => [
    ...(found.has(from) ? [] : [problem(`the layer ${from} has no file: take out its row`)]),
    ...targets
      .filter((to) => !found.has(`${from} → ${to}`))
      .map((to) => problem(`${from} may import ${to}, and no file does: take it out of the row`)),
  ]);
}

/** The console by the same rules, and a table of its own. */
export function checkConsoleLayers(files: readonly SourceFile[]): Problem[] {
  const below = files.map(({ path, text }) => ({ path: path.replace(CONSOLE, ''), text }));
  return checkLayers(below, CONSOLE_LAYERS).map((problem) =>
    problem.file.startsWith('src/') ? { ...problem, file: CONSOLE + problem.file } : problem,
  );
}

const CONSOLE = 'console/';

if (import.meta.main) {
  const pages = ['.ts', '.tsx'].flatMap((suffix) => listFiles('console/src', suffix));
  report('layers', [...checkLayers(listFiles('src', '.ts')), ...checkConsoleLayers(pages)]);
}
