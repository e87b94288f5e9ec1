import { expect, it } from 'vitest';
import { findCycles } from './import-cycles.ts';
import { checkLayers } from './layers.ts';

const TABLE = { text: [], core: [], model: [], engine: ['model'], 'engine/native': ['model'] };
/** What is said of one file; rows that it leaves unused are not. */
const check = (path: string, text: string) =>
  checkLayers([{ path, text }], TABLE)
    .filter(({ file }) => file === path)
    .map(({ message }) => message);

it('lets imports go down, to core and to neighbours', () => {
  const text =
    "import { a } from '../model/a.ts';\nimport { b } from '../core/b.ts';\nimport { c } from './c.ts';";
  expect(check('src/engine/x.ts', text)).toEqual([]);
});

it('refuses an import that goes up, of types and at run time too', () => {
  expect(check('src/model/x.ts', "import type { E } from '../engine/e.ts';")).toEqual([
    'model may not import engine (src/engine/e.ts)',
  ]);
  expect(check('src/model/x.ts', "const e = await import('../engine/e.ts');")).toHaveLength(1);
  expect(check('src/core/x.ts', "export * from '../model/a.ts';")).toHaveLength(1);
});

it('judges a folder with a row of its own by that row', () => {
  expect(check('src/engine/native/x.ts', "import { y } from '../y.ts';")).toEqual([
    'engine/native may not import engine (src/engine/y.ts)',
  ]);
});

it('refuses folders without a row and imports from outside src', () => {
  expect(check('src/utils/x.ts', '')).toEqual(['its folder has no row in the table of layers']);
  expect(check('src/model/x.ts', "import { z } from '../../tools/z.ts';")).toHaveLength(1);
});

it('reads no imports out of comments', () => {
  expect(
    check('src/model/x.ts', "// import { e } from '../engine/e.ts';\n/* from '../engine/e.ts' */"),
  ).toEqual([]);
});

it('lets all import text and core, and text nothing', () => {
  expect(check('src/model/x.ts', "import { a } from '../text/a.ts';")).toEqual([]);
  expect(check('src/core/x.ts', "import { a } from '../text/a.ts';")).toEqual([]);
  expect(check('src/text/x.ts', "import { a } from '../core/a.ts';")).toEqual([
    'text may not import core (src/core/a.ts)',
  ]);
});

it('refuses an edge that is allowed and that no file has, and a layer without a file', () => {
  const engine = { path: 'src/engine/x.ts', text: '' };
  const native = { path: 'src/engine/native/y.ts', text: "import type { M } from '../../model/m.ts';" };
  const model = { path: 'src/model/m.ts', text: '' };
  const table = { model: [], engine: ['model'], 'engine/native': ['model'], onnx: [] };
  expect(checkLayers([engine, native, model], table).map(({ message }) => message)).toEqual([
    'engine may import model, and no file does: take it out of the row',
    'the layer onnx has no file: take out its row',
  ]);
});

it('refuses layers that may import each other', () => {
  const one = { path: 'src/model/m.ts', text: "import { e } from '../engine/e.ts';" };
  const two = { path: 'src/engine/e.ts', text: "import { n } from '../model/n.ts';" };
  const table = { model: ['engine'], engine: ['model'] };
  expect(checkLayers([one, two], table)).toEqual([
    { file: 'model', message: 'imports itself: model → engine → model' },
  ]);
});

const cyclesOf = (b: string): readonly string[] =>
  checkLayers(
    [
      { path: 'src/model/a.ts', text: "import { b } from './b.ts';" },
      { path: 'src/model/b.ts', text: b },
    ],
    { model: [] },
  ).map(({ message }) => message);

it.each([
  ['values', "import { a } from './a.ts';"],
  ['types', "import type { A } from './a.ts';"],
  ['types beside values', "import { type A } from './a.ts';"],
  ['types in the middle of a type', "type A = import('./a.ts').A;"],
  ['values that are loaded later', "const a = await import('./a.ts');"],
])('finds a cycle of files by %s', (_, b) => {
  expect(cyclesOf(b)).toEqual(['imports itself: src/model/a.ts → src/model/b.ts → src/model/a.ts']);
});

it('finds no cycle where two files share a third', () => {
  expect(cyclesOf("import { c } from './c.ts';")).toEqual([]);
});

it('names the shortest way around a group of files once, and how many there are', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['d']],
    ['d', ['b', 'c']],
  ]);
  expect(findCycles(graph)).toEqual([
    { file: 'c', message: 'imports itself: c → d → c; 3 files reach each other' },
  ]);
  expect(findCycles(new Map([['a', ['a']]]))).toEqual([{ file: 'a', message: 'imports itself: a → a' }]);
});
