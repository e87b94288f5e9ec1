/**
 * The cold path: what a start of an accepted native model imports before it answers. It is bundled as `dist/` is, with the
 * imports that wait until they are needed left out, so that an import that no longer waits is seen.
 */
import { join } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { COLD_PATH, compile, type Entry } from '../compile.ts';
import type { Figure } from './judge.ts';

const root = join(import.meta.dirname, '../..');
const MAIN: Entry = { in: join(root, 'src/cli/main.ts'), out: 'main' };

/** Leaves out of a bundle what is imported at run time, but for these files. */
const onlyAtOnce = (files: ReadonlySet<string>): Plugin => ({
  name: 'only-at-once',
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, kind, pluginData, ...from }) => {
      if (kind !== 'dynamic-import' || pluginData === 'asked') return undefined;
      const found = await build.resolve(path, { ...from, kind: 'import-statement', pluginData: 'asked' });
      return files.has(found.path) ? undefined : { path, external: true };
    });
  },
});

/** Bundles the cold path, from another file where a test plants one. Throws where a file that is named is not there. */
export async function bundleColdPath(entry = MAIN): Promise<Metafile> {
  const files = new Set(COLD_PATH.map((file) => join(root, file)));
  const { metafile } = await compile(join(root, 'dist'), [entry], [onlyAtOnce(files)]);
  const missing = COLD_PATH.filter((file) => !(file in metafile.inputs));
  if (missing.length > 0)
    throw new Error(`the cold path no longer imports ${missing.join(', ')}: tools/compile.ts`);
  return metafile;
}

const LARGEST = 6;

/** Bytes of a bundle with what most of it is, packages and folders of `src`; and the packages, by name. Pure. */
export function coldFigures({ outputs }: Pick<Metafile, 'outputs'>): Figure[] {
  const parts = new Map<string, number>();
  const packages = new Set<string>();
  let bytes = 0;
  for (const output of Object.values(outputs)) {
    bytes += output.bytes;
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (bytesInOutput === 0) continue;
      const name = PACKAGE.exec(file)?.[1];
      const part = name ?? file.split('/').slice(0, -1).slice(0, 3).join('/');
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
      if (name !== undefined) packages.add(name);
    }
  }
  const largest = [...parts].sort(([, a], [, b]) => b - a).slice(0, LARGEST);
  const detail = largest.map(([part, size]) => `${part} ${(size / 1024).toFixed(0)} kB`).join(', ');
  return [
    { of: 'coldImports', value: bytes / 1024, detail },
    { of: 'coldPackages', value: packages.size, detail: [...packages].sort().join(', ') },
  ];
}

/** `node_modules/kysely/…` → `kysely`, of nested ones the innermost. */
const PACKAGE = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/;
