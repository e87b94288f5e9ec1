import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ulpDistance } from '../core/float.ts';
import { readModelFile } from '../files/read-model.ts';
import type { Step } from '../model/step.ts';
import type { CertificateEntry } from './plan.ts';
import { type Answers, type Cell, type Running, start } from './test-session.ts';

/**
 * Model files of real scikit-learn releases, with the library's own answers. Text models are left to the suites that
 * have a tokeniser; everything else must keep the promise of its certificate.
 */

interface Document {
  readonly input:
    | { readonly instances: readonly unknown[] }
    | { readonly dataframe_split: { readonly data: readonly unknown[] } };
  readonly expected: Readonly<Record<string, unknown>>;
  readonly terms?: readonly (readonly number[])[];
  readonly refused?: readonly { readonly input: Document['input']; readonly why: string }[];
}

const ROOT = new URL('../../fixtures/models/', import.meta.url);

const rowsOf = (input: Document['input']): Cell[][] =>
  ('instances' in input ? input.instances : input.dataframe_split.data).map(
    (row) => (Array.isArray(row) ? row : [row]) as Cell[],
  );

/** Nested lists flattened; null is NaN and infinities are strings, where the answers are numbers. */
const flatten = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(flatten) : [value]);

function numberOf(value: unknown): number {
  if (value === null) return Number.NaN;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  return Number(value);
}

type Bound =
  | { readonly kind: 'bits' }
  | { readonly kind: 'ulp'; readonly ulp: number }
  | { readonly kind: 'tolerance' };

/** What the answers of a whole plan must keep: ulps add up along a chain, so they hold only for a last link. */
function boundOf(certificate: readonly CertificateEntry[], output: string, root: Step): Bound {
  const inexact = certificate.filter(({ exactness }) => exactness !== 'bit-exact');
  if (inexact.length === 0) return { kind: 'bits' };
  const [only] = inexact;
  const rawScores = root.kind === 'tree-ensemble' && output === 'decision_function';
  if (rawScores && root.base.kind === 'constant') return { kind: 'bits' };
  if (inexact.length > 1 || only!.exactness === 'tolerance') return { kind: 'tolerance' };
  return { kind: 'ulp', ulp: Number(/\d+/.exec(only!.bound)?.[0]) };
}

function keeps(actual: unknown, expected: unknown, bound: Bound, terms: number): boolean {
  if (typeof actual === 'string') return actual === expected;
  const [a, b] = [Number(actual), numberOf(expected)];
  if (Object.is(a, b)) return true;
  if (bound.kind === 'bits') return false;
  // 1 - σ loses digits in the library too: there the bound is absolute.
  if (bound.kind === 'ulp') return ulpDistance(a, b) <= bound.ulp || Math.abs(a - b) <= bound.ulp * 2 ** -53;
  return Math.abs(a - b) <= 1e-9 * Math.abs(b) + 1e-13 * terms;
}

/** Answers of one output in the fixture's shape: the parts of a list one after the other. */
function answersOf(answers: Answers, name: string): unknown[] {
  const whole = answers[name];
  if (whole !== undefined) return [...whole.data];
  const parts = Object.keys(answers).filter((key) => key.startsWith(`${name}_`) && /_\d+$/.test(key));
  return parts.sort().flatMap((key) => answers[key]!.data);
}

/** Inputs that the library refuses and the graph does not. */
async function accepted({ run }: Running, { refused = [] }: Document): Promise<string[]> {
  const answers = await Promise.all(refused.map(({ input }) => run(rowsOf(input))));
  return refused.flatMap(({ why }, at) =>
    answers[at]!['refused']?.data.some(Boolean)
      ? []
      : [`an input is taken, of which the library says: ${why}`],
  );
}

/** Cells that break the promise, in words. */
function brokenCells(root: Step, { plan }: Running, document: Document, answers: Answers): string[] {
  return Object.entries(document.expected).flatMap(([name, wanted]) => {
    const expected = flatten(wanted);
    const actual = answersOf(answers, name);
    if (actual.length !== expected.length)
      return [`${name}: ${actual.length} cells, ${expected.length} wanted`];
    const terms = flatten(document.terms ?? []).map(Number);
    const bound = boundOf(plan.certificate, name, root);
    return actual.flatMap((value, at) =>
      keeps(value, expected[at], bound, terms.length === actual.length ? terms[at]! : Math.max(1, ...terms))
        ? []
        : [`${name}[${at}]: ${String(value)}, ${String(expected[at])} wanted (${bound.kind})`],
    );
  });
}

async function broken(folder: URL, file: string): Promise<string[]> {
  const json = readFileSync(new URL(file.replace(/\.\w+$/, '.json'), folder), 'utf8');
  const document = JSON.parse(json) as Document;
  const { content } = readModelFile(new URL(file, folder).pathname);
  // Files that the reader refuses are the business of its own tests.
  if (content?.kind !== 'steps') return [];
  const running = await start(content.root, content.signature);
  if (running.plan.prefix.length > 0) return [];
  const answers = await running.run(rowsOf(document.input));
  const spurned = answers['refused']?.data.some(Boolean) ? ['a row is refused that the library takes'] : [];
  return [
    ...spurned,
    ...brokenCells(content.root, running, document, answers),
    ...(await accepted(running, document)),
  ];
}

for (const release of readdirSync(ROOT)) {
  const folder = new URL(`${release}/`, ROOT);
  const files = readdirSync(folder).filter((name) => !name.endsWith('.json'));
  describe(`compiled ${release} answers as the library`, () => {
    test.each(files)('%s', async (file) => {
      expect(await broken(folder, file)).toEqual([]);
    });
  });
}
