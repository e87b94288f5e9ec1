/** Builds the console: static files with hashed names, each compressed. What was built of the same sources is taken again. */
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '..');
const CACHE = join(root, '.cache/console');
/** What the page is made of. */
const SOURCES = [
  'console/**/*.{ts,tsx,css,svg,html}',
  // What reads a file in the browser.
  'src/{bytes,compile,core,engine/native,examine,formats,model,onnx,outline,reading,schema,statistics,text}/**/*.ts',
  ...['package-lock.json', 'tools/console.ts'],
];
/** Beside the files: which modules are in them, for the notices of their licences. */
const MODULES = 'modules.json';

/** Puts the console into a folder that is not there yet; answers the files that something of is in it. */
export async function buildConsole(outdir: string): Promise<string[]> {
  const kept = join(CACHE, digest());
  const modules = readModules(kept) ?? (await build(kept));
  cpSync(join(kept, 'files'), outdir, { recursive: true });
  return modules;
}

function digest(): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 32);
}

function readModules(kept: string): string[] | null {
  try {
    return JSON.parse(readFileSync(join(kept, MODULES), 'utf8'));
  } catch {
    return null; // not built yet
  }
}

/** Beside, and put into its place as a whole: two builds at once make the same. */
async function build(kept: string): Promise<string[]> {
  const { build: bundle } = await import('vite');
  const modules = new Set<string>();
  const made = await bundle({
    configFile: join(root, 'console/vite.config.ts'),
    logLevel: 'warn',
    build: { write: false },
    // A thread is bundled by itself, and comes out as a file of which nothing is said.
    worker: {
      plugins: () => [{ name: 'modules', generateBundle: (_, files) => noteModules(files, modules) }],
    },
  });
  if (Array.isArray(made) || !('output' in made))
    throw new Error('vite made something other than one bundle');
  const next = join(CACHE, `${process.pid}.next`);
  noteModules(made.output, modules);
  try {
    for (const file of made.output) {
      const content = file.type === 'chunk' ? file.code : file.source;
      const path = join(next, 'files', `${file.fileName}.gz`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, gzipSync(content, { level: 9 }));
    }
    const named = [...modules].sort();
    writeFileSync(join(next, MODULES), JSON.stringify(named));
    rmSync(kept, { recursive: true, force: true });
    renameSync(next, kept);
    return named;
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

type Bundled = { readonly type: 'asset' } | { readonly type: 'chunk'; readonly moduleIds: readonly string[] };

/** Adds the modules of this checkout that something of is in the files. */
function noteModules(files: Readonly<Record<string, Bundled>> | readonly Bundled[], into: Set<string>): void {
  for (const file of Object.values(files))
    if (file.type === 'chunk')
      for (const id of file.moduleIds)
        if (id.startsWith(root)) into.add(relative(root, id.split('?')[0] ?? id));
}
