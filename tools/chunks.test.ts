import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { mergedChunks, sharingChunks } from './chunks.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-chunks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Files = Readonly<Record<string, string>>;

/** A program whose command `serve` needs three small modules, each of which another command needs, too. */
const PROGRAM: Files = {
  'main.ts': `
    export const commands = {
      serve: () => import('./serve.ts'), first: () => import('./first.ts'),
      second: () => import('./second.ts'), third: () => import('./third.ts'),
    };`,
  'serve.ts': `
    import { Base } from './base.ts'; import { Derived } from './derived.ts'; import { other } from './other.ts';
    export const said = [new Derived() instanceof Base, other];`,
  'first.ts': `import { Base } from './base.ts'; export const said = new Base().name;`,
  'second.ts': `import { Derived } from './derived.ts'; export const said = new Derived().name;`,
  'third.ts': `import { other } from './other.ts'; export const said = other;`,
  'base.ts': `export class Base { name = 'base'; }`,
  'derived.ts': `import { Base } from './base.ts'; export class Derived extends Base { name = 'derived'; }`,
  'other.ts': `export const other = 'other';`,
};

/** The folder of a bundle of these files, whose chunks are merged. */
async function bundled(name: string, files: Files): Promise<string> {
  const root = join(folder, name);
  mkdirSync(join(root, 'src'), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, 'src', path), text);
  writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module' }));
  const compile = (plugins: Plugin[]) =>
    build({
      ...{ absWorkingDir: root, outdir: join(root, 'dist'), entryPoints: [join(root, 'src/main.ts')] },
      ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', metafile: true, plugins },
    });
  const { metafile } = await compile([]);
  rmSync(join(root, 'dist'), { recursive: true });
  await compile([sharingChunks(root, mergedChunks(metafile, ['src/main.ts', 'src/serve.ts']))]);
  return join(root, 'dist');
}

const textsOf = (dist: string): readonly string[] =>
  readdirSync(dist).map((file) => readFileSync(join(dist, file), 'utf8'));

/** The one file that has this text in it. */
function holding(dist: string, text: string): string {
  const found = textsOf(dist).filter((one) => one.includes(text));
  expect(found).toHaveLength(1);
  return found[0]!;
}

async function answersOf(dist: string): Promise<unknown> {
  const { commands } = await import(pathToFileURL(join(dist, 'main.js')).href);
  const said: [string, unknown][] = [];
  for (const [name, load] of Object.entries(commands as Record<string, () => Promise<{ said: unknown }>>))
    said.push([name, (await load()).said]);
  return Object.fromEntries(said);
}

describe('chunks of a bundle', () => {
  it('are one where hardly anything loads more than it needs, and the program says the same', async () => {
    const dist = await bundled('small', PROGRAM);
    expect(holding(dist, '"base"')).toContain('"derived"');
    expect(holding(dist, '"derived"')).toContain('other = "other"');
    expect(await answersOf(dist)).toEqual({
      serve: [true, 'other'],
      first: 'base',
      second: 'derived',
      third: 'other',
    });
  });

  it('keep apart what some command would load much of in vain', async () => {
    const large = `export const other = 'other';\nexport const list = [${'"text", '.repeat(50_000)}];\nlist.sort();`;
    const dist = await bundled('large', { ...PROGRAM, 'other.ts': large });
    expect(holding(dist, '"derived"')).not.toContain('list.sort()');
    expect(await answersOf(dist)).toMatchObject({ third: 'other', serve: [true, 'other'] });
  });

  it('bring no command a module of Node that it did not load', async () => {
    const other = `import { DatabaseSync } from 'node:sqlite'; export const other = typeof DatabaseSync;`;
    const dist = await bundled('sqlite', { ...PROGRAM, 'other.ts': other });
    expect(holding(dist, 'node:sqlite')).not.toContain('"derived"');
    expect(await answersOf(dist)).toMatchObject({ third: 'function', first: 'base' });
  });

  it('run no CommonJS package for a command that does not use it', async () => {
    const other = `import made from './made.cjs'; export const other = made.name;`;
    const made = `globalThis.timesMade = (globalThis.timesMade ?? 0) + 1; module.exports = { name: 'made' };`;
    const dist = await bundled('cjs', { ...PROGRAM, 'other.ts': other, 'made.cjs': made });
    const { commands } = await import(pathToFileURL(join(dist, 'main.js')).href);
    await commands.first();
    expect(globalThis).not.toHaveProperty('timesMade');
    expect((await commands.third()).said).toBe('made');
  });

  it('keep what an entry that others import, too, is run after', async () => {
    const second = `${PROGRAM['second.ts']} import { said as first } from './first.ts'; export const both = first;`;
    const dist = await bundled('entry', { ...PROGRAM, 'second.ts': second });
    expect(await answersOf(dist)).toMatchObject({ first: 'base', second: 'derived' });
  });

  // Copies of what was read are kept under the name of the file that imports the reader (src/registry/step-cache.ts).
  it('are named anew where something changes that they import at run time', async () => {
    const base = `export class Base { name = 'base'; more = () => import('./other.ts'); }`;
    const nameOf = async (files: Files) => {
      const dist = await bundled('named', { ...PROGRAM, 'base.ts': base, ...files });
      return readdirSync(dist).filter((file) => readFileSync(join(dist, file), 'utf8').includes('"base"'));
    };
    const before = await nameOf({});
    expect(before).toHaveLength(1);
    expect(await nameOf({ 'other.ts': `export const other = 'another';` })).not.toEqual(before);
  });
});
