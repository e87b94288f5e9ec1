import { expect, it } from 'vitest';
import { checkLayers, findCycles } from './layers.ts';

const TABLE = { core: [], model: [], engine: ['model'], 'engine/native': ['model'] };
const check = (path: string, text: string) =>
  checkLayers([{ path, text }], TABLE).map(({ message }) => message);

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

it('finds a cycle of modules but not one of types', () => {
  const a = { path: 'src/model/a.ts', text: "import { b } from './b.ts';" };
  const b = { path: 'src/model/b.ts', text: "import { a } from './a.ts';" };
  const types = {
    path: 'src/model/b.ts',
    text: "import type { A } from './a.ts';\nimport { type A } from './a.ts';",
  };
  expect(checkLayers([a, b], TABLE)).toHaveLength(1);
  expect(checkLayers([a, types], TABLE)).toEqual([]);
});

it('names every file of a cycle', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['b']],
  ]);
  expect(findCycles(graph)).toEqual([{ file: 'b', message: 'imports itself: b → c → b' }]);
});
