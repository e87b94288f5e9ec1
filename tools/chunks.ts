/**
 * Which modules share a chunk. A bundler that splits makes a chunk for each set of entries that need the same modules: the
 * start of a server has 150 of them, most of some hundred bytes, and each takes 0.2 ms to find, read and link. Here small
 * ones on that way are merged, as far as hardly anything else then loads more than it needs.
 */
import { join, relative, resolve } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';

/** Bytes that all entries together may load in vain for one chunk less. */
const WASTE_MAX = 300_000;
/** Modules of Node that every process has loaded, or that take it next to nothing. */
const LIGHT = new Set(
  'buffer child_process crypto events fs fs/promises module os path process stream timers timers/promises url util worker_threads zlib'
    .split(' ')
    .map((name) => `node:${name}`),
);

/** Modules by chunk, and the numbers of the chunks that each entry loads. */
export interface Chunks {
  readonly modules: readonly (readonly string[])[];
  readonly loadedBy: ReadonlyMap<string, readonly number[]>;
}

interface Chunk {
  readonly modules: readonly string[];
  readonly bytes: number;
  /** What is loaded outside the bundle, and takes its time. */
  readonly heavy: ReadonlySet<string>;
  /** Holds a package: to import it for nothing may run it, or may be ignored. */
  readonly isFixed: boolean;
  /** Chunks that it imports, and entries that load it. */
  readonly needs: Set<Chunk>;
  readonly entries: Set<string>;
}

/**
 * Merges chunks on the way that begins with the entries `cold`; paths are those of `metafile`, of the bundle without it. No
 * process loads a module of Node because of it, or runs a CommonJS package, that it would not have without.
 */
export function mergedChunks(metafile: Metafile, cold: readonly string[]): Chunks {
  const graph = new Graph(metafile);
  const chunks = chunksOf(graph, cold);
  const isDone = new Set<Chunk>();
  for (;;) {
    const [least] = [...chunks].filter((chunk) => !isDone.has(chunk)).sort((a, b) => a.bytes - b.bytes);
    if (least === undefined) break;
    const other = cheapest(least, chunks, graph);
    if (other === null) isDone.add(least);
    else merge(least, other, chunks);
  }
  const merged = [...chunks].filter(({ isFixed, modules }) => !isFixed && modules.length > 1);
  const loaded = (entry: string) => merged.flatMap(({ entries }, i) => (entries.has(entry) ? [i] : []));
  return {
    modules: merged.map(({ modules }) => modules),
    loadedBy: new Map([...graph.reached.keys()].map((entry) => [entry, loaded(entry)])),
  };
}

/** What imports what, as the bundler saw it; what is imported at run time is not. */
class Graph {
  readonly imports = new Map<string, readonly string[]>();
  readonly heavy = new Map<string, readonly string[]>();
  readonly fixed = new Set<string>();
  readonly bytes = new Map<string, number>();
  /** Modules that each entry loads. */
  readonly reached: ReadonlyMap<string, ReadonlySet<string>>;

  constructor({ inputs, outputs }: Metafile) {
    for (const [path, { imports, format }] of Object.entries(inputs)) {
      const still = imports.filter(({ kind }) => kind !== 'dynamic-import');
      this.imports.set(
        path,
        still.filter(({ external }) => !external).map((one) => one.path),
      );
      const outside = still.filter((one) => one.external && !LIGHT.has(one.path)).map((one) => one.path);
      this.heavy.set(path, outside);
      const isOurs = path.startsWith('src/') && format !== 'cjs';
      if (!isOurs && !path.startsWith(`${BUILTIN}:`)) this.fixed.add(path);
    }
    for (const { inputs: parts } of Object.values(outputs))
      for (const [path, { bytesInOutput }] of Object.entries(parts))
        this.bytes.set(path, (this.bytes.get(path) ?? 0) + bytesInOutput);
    const entries = Object.values(outputs).flatMap(({ entryPoint }) => entryPoint ?? []);
    this.reached = new Map(
      entries.map((entry) => [entry, closure([entry], (path) => this.imports.get(path) ?? [])]),
    );
  }

  entriesOf(module: string): readonly string[] {
    return [...this.reached].flatMap(([entry, modules]) => (modules.has(module) ? [entry] : []));
  }

  loadsHeavy(entry: string, heavy: string): boolean {
    return [...this.reached.get(entry)!].some((module) => this.heavy.get(module)?.includes(heavy));
  }
}

/** Chunks as a bundler makes them, of what is on the way. */
function chunksOf(graph: Graph, cold: readonly string[]): Set<Chunk> {
  const way = new Set(cold.flatMap((entry) => [...(graph.reached.get(entry) ?? [])]));
  const byEntries = new Map<string, { modules: string[]; entries: readonly string[] }>();
  for (const module of way) {
    if ((graph.bytes.get(module) ?? 0) === 0) continue;
    const entries = graph.entriesOf(module);
    const key = entries.join('\n');
    const known = byEntries.get(key);
    if (known === undefined) byEntries.set(key, { modules: [module], entries });
    else known.modules.push(module);
  }
  const chunkOf = new Map<string, Chunk>();
  const chunks = new Set<Chunk>();
  for (const { modules, entries } of byEntries.values()) {
    const chunk = chunkWith(graph, modules, entries);
    chunks.add(chunk);
    for (const module of modules) chunkOf.set(module, chunk);
  }
  for (const chunk of chunks) {
    const all = closure(chunk.modules, (path) =>
      chunkOf.has(path) && chunkOf.get(path) !== chunk ? [] : (graph.imports.get(path) ?? []),
    );
    for (const module of all) {
      const other = chunkOf.get(module);
      if (other !== undefined && other !== chunk) chunk.needs.add(other);
    }
  }
  return chunks;
}

const chunkWith = (graph: Graph, modules: readonly string[], entries: readonly string[]): Chunk => ({
  modules,
  bytes: modules.reduce((sum, module) => sum + graph.bytes.get(module)!, 0),
  heavy: new Set(modules.flatMap((module) => graph.heavy.get(module) ?? [])),
  isFixed: modules.some((module) => graph.fixed.has(module)),
  needs: new Set(),
  entries: new Set(entries),
});

/** With which other chunk the least is loaded in vain; null where with each it is too much. */
function cheapest(chunk: Chunk, chunks: ReadonlySet<Chunk>, graph: Graph): Chunk | null {
  let [found, least]: [Chunk | null, number] = [null, WASTE_MAX];
  for (const other of chunks) {
    if (other === chunk || other.isFixed || chunk.isFixed) continue;
    const waste = wasteOf(chunk, other, graph) + wasteOf(other, chunk, graph);
    if (waste <= least) [found, least] = [other, waste];
  }
  return found;
}

/** Bytes that entries of `chunk` load in vain where it holds `other`, too. */
function wasteOf(chunk: Chunk, other: Chunk, graph: Graph): number {
  const brought = closure([other], ({ needs }) => needs);
  let waste = 0;
  for (const entry of chunk.entries) {
    if (other.entries.has(entry)) continue;
    for (const one of brought) {
      if (one.entries.has(entry)) continue;
      if (one.isFixed || [...one.heavy].some((heavy) => !graph.loadsHeavy(entry, heavy)))
        return Number.POSITIVE_INFINITY;
      waste += one.bytes;
    }
    if (waste > WASTE_MAX) return waste;
  }
  return waste;
}

function merge(a: Chunk, b: Chunk, chunks: Set<Chunk>): void {
  const needs = new Set([...a.needs, ...b.needs]);
  for (const one of [a, b]) {
    needs.delete(one);
    chunks.delete(one);
  }
  const merged: Chunk = {
    modules: [...a.modules, ...b.modules],
    bytes: a.bytes + b.bytes,
    heavy: new Set([...a.heavy, ...b.heavy]),
    isFixed: false,
    needs,
    entries: new Set([...a.entries, ...b.entries]),
  };
  for (const { needs: those } of chunks) {
    // Both, not the first of them alone.
    const isMeant = [those.delete(a), those.delete(b)].includes(true);
    if (isMeant) those.add(merged);
  }
  chunks.add(merged);
  for (const one of closure([merged], (chunk) => chunk.needs))
    for (const entry of merged.entries) one.entries.add(entry);
}

function closure<T>(first: Iterable<T>, next: (one: T) => Iterable<T>): Set<T> {
  const found = new Set(first);
  for (const one of found) for (const other of next(one)) found.add(other);
  return found;
}

/** Namespace of modules of Node that are in the bundle: to import one takes it next to nothing. */
export const BUILTIN = 'builtin';
const ENTRY = 'entry';
const CHUNK = 'chunk';

/** Has each entry load its chunks whole: modules that the same entries load share a chunk. Comes before other plugins. */
export const sharingChunks = (root: string, { modules, loadedBy }: Chunks): Plugin => ({
  name: 'sharing-chunks',
  setup(build) {
    // An entry that others import, too, is left as it is: what loads its chunks is put before it.
    build.onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'entry-point' && kind !== 'dynamic-import') return undefined;
      const file = relative(root, resolve(resolveDir, path));
      return (loadedBy.get(file)?.length ?? 0) > 0 ? { path: file, namespace: ENTRY } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: ENTRY }, ({ path }) => ({
      contents: [
        ...loadedBy.get(path)!.map((number) => `import '${CHUNK}:${number}';`),
        `export * from ${JSON.stringify(join(root, path))};`,
      ].join('\n'),
      resolveDir: root,
    }));
    build.onResolve({ filter: new RegExp(`^${CHUNK}:`) }, ({ path }) => ({
      path: path.slice(CHUNK.length + 1),
      namespace: CHUNK,
      sideEffects: true,
    }));
    build.onLoad({ filter: /.*/, namespace: CHUNK }, ({ path }) => ({
      contents: modules[Number(path)]!.map((id) => `import ${JSON.stringify(specifierOf(root, id))};`).join(
        '\n',
      ),
      resolveDir: root,
    }));
  },
});

const specifierOf = (root: string, id: string): string =>
  id.startsWith(`${BUILTIN}:`) ? id.slice(BUILTIN.length + 1) : join(root, id);
