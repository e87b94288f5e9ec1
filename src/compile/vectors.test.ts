import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ulpDistance } from '../core/float.ts';
import type { Signature } from '../model/signature.ts';
import type { ModelStep } from '../model/step.ts';
import type { LabelSet } from '../model/tensor.ts';
import { compileModel } from './compile.ts';
import type { StepCertification } from './plan.ts';
import { base, infer, type TestCell, tableSignature } from './testing/session.ts';

/** Answers of scikit-learn itself (tools/fixtures/compile.py), held to the promise of each step's certificate. */

interface Case {
  readonly name: string;
  readonly form: 'table' | 'labels';
  readonly types: readonly ('number' | 'string')[];
  readonly classes: LabelSet | null;
  readonly step: object;
  readonly rows: readonly (readonly unknown[])[];
  readonly terms: number;
  readonly expected: Readonly<
    Record<string, { readonly dims: readonly number[]; readonly data: readonly unknown[] }>
  >;
}

const FOLDER = new URL('../../fixtures/compile/', import.meta.url);
const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
};

const toNumber = (value: unknown): number => (typeof value === 'string' ? SPECIAL[value]! : Number(value));

/** JSON back to a step: typed arrays and special numbers. */
function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('f64' in value) return Float64Array.from(value.f64 as unknown[], toNumber);
  if ('i32' in value) return Int32Array.from(value.i32 as number[]);
  return value;
}

const stepOf = (spec: Case): ModelStep =>
  ({
    ...base,
    ...(JSON.parse(JSON.stringify(spec.step), revive) as object),
  }) as ModelStep;

function signatureOf({ types, expected, classes, form }: Case): Signature {
  const signature = tableSignature(types, Object.keys(expected));
  return { ...signature, classes, form } as Signature;
}

const rowsOf = ({ rows, types }: Case): TestCell[][] =>
  rows.map((row) => row.map((cell, column) => cellOf(cell, types[column]!)));

const cellOf = (cell: unknown, type: 'number' | 'string'): TestCell =>
  type === 'string' || cell === null ? (cell as string | null) : toNumber(cell);

function differs(
  actual: unknown,
  expected: unknown,
  { exactness, bound }: StepCertification,
  terms: number,
): boolean {
  if (typeof actual === 'string') return actual !== expected;
  const [a, b] = [Number(actual), toNumber(expected)];
  if (exactness === 'bit-exact' || b === 0) return !Object.is(a, b) && exactness !== 'tolerance';
  if (exactness === 'ulp') return !(ulpDistance(a, b) <= Number(/\d+/.exec(bound)?.[0]));
  return !(ulpDistance(a, b) === 0 || Math.abs(a - b) <= 1e-9 * Math.abs(b) + 1e-13 * terms);
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
  const { cases } = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as { cases: readonly Case[] };
  describe(`compiled ${file.replace('.json', '')} keeps its promise:`, () => {
    test.each(cases)('$name', async (spec) => {
      const root = stepOf(spec);
      const signature = signatureOf(spec);
      const [certificate] = compileModel({ root, signature }).certificate;
      const answers = await infer(root, signature, rowsOf(spec));
      for (const [name, { dims, data }] of Object.entries(spec.expected)) {
        expect(answers[name]!.dims).toEqual(dims);
        const wrong = answers[name]!.data.flatMap((value, at) =>
          differs(value, data[at], certificate!, spec.terms) ? [{ name, at, value, wanted: data[at] }] : [],
        );
        expect(wrong).toEqual([]);
      }
    });
  });
}
