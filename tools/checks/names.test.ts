import { expect, it } from 'vitest';
import { checkNames, exportedNames } from './names.ts';

const file = (path: string, text: string) => ({ path, text });
const A = file('src/a.ts', 'export interface Answer {}\n');
const B = file('src/b.ts', '\nexport class Answer {}\n');
const messages = (...args: Parameters<typeof checkNames>) =>
  checkNames(...args).map((one) => `${one.file}: ${one.message}`);

it('reads every kind of exported declaration, and no re-export, comment or string', () => {
  const text = [
    'export function one() {}',
    'export async function two() {}',
    'export function* three() {}',
    'export abstract class Four {}',
    'export type Five = 1;',
    'export const { six, seven: eight, nine = 1 } = it;',
    "export { ten } from './x.ts';",
    "export type { Ten } from './x.ts';",
    '/*\nexport const eleven = 1;\n*/',
    'const text = `\nexport const twelve = 1;\n`;',
    'const thirteen = 1;',
  ].join('\n');
  expect(exportedNames(file('src/x.ts', text)).map(({ name }) => name)).toEqual([
    'one',
    'two',
    'three',
    'Four',
    'Five',
    'six',
    'eight',
    'nine',
  ]);
});

it('refuses a name that two files export, at the second of them', () => {
  expect(checkNames([A, B], {})).toEqual([
    {
      file: 'src/b.ts',
      line: 2,
      message: 'exports Answer, which src/a.ts exports: give one of them another name',
    },
  ]);
});

it('takes overloads in one file for one name, leaves tests alone, and counts what they share', () => {
  const overloads = file('src/c.ts', 'export function f(a: 1): 1;\nexport function f(a: 2): 2;\n');
  const test = file('src/a.test.ts', 'export interface Answer {}');
  const helper = file('src/testing/a.ts', 'export interface Answer {}');
  expect(checkNames([A, overloads, test], {})).toEqual([]);
  expect(messages([A, helper], {})).toEqual([
    'src/testing/a.ts: exports Answer, which src/a.ts exports: give one of them another name',
  ]);
});

it('takes a name that is listed with a reason, and refuses a reason that is missing', () => {
  expect(messages([A, B], { Answer: 'both are the word of their protocol' })).toEqual([]);
  expect(messages([A, B], { Answer: ' ' })).toEqual([
    'tools/checks/names.ts: Answer is listed without a reason',
  ]);
});

it('refuses a listed name that is exported once', () => {
  expect(messages([A], { Answer: 'it was twice' })).toEqual([
    'tools/checks/names.ts: Answer is listed and exported once at most: take it out',
  ]);
});
