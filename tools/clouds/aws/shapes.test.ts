import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REQUESTS } from '../../../src/deploy/sagemaker/generated/requests.ts';
import { type ServiceShapes, shapeProblems } from '../../../src/deploy/sagemaker/shapes.ts';
import { preparePython } from '../../python-environment.ts';
import { AWS_LOCK, generated } from './generate.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PYTHON_MILLIS = 180_000;

test(
  'the tables of shapes are what the descriptions say',
  () => {
    for (const [path, text] of generated())
      expect(readFileSync(join(ROOT, path), 'utf8') === text, path).toBe(true);
  },
  PYTHON_MILLIS,
);

/** Values of a shape that mostly fit: a few members are missing, too many, too large or of another kind. */
function valuesOf({ shapes }: ServiceShapes, name: string, depth: number): fc.Arbitrary<unknown> {
  const table = { shapes } as ServiceShapes;
  const shape = shapes[name]!;
  const inner = (member: string) => valuesOf(table, member, depth - 1);
  const number = fc.oneof(fc.integer({ min: -2, max: 4000 }), fc.double({ min: 0, max: 2, noNaN: true }));
  const word = fc.oneof(
    fc.constantFrom(
      'churn',
      'ml.m5.large',
      'a_b',
      '',
      's3://bucket/key',
      'a b',
      '-a',
      'arn:aws:iam::123456789012:role/x',
      '1',
      'é',
    ),
    fc.string({ maxLength: 70 }).filter((text) => !/[\ud800-\udfff]/.test(text)),
  );
  switch (shape.type) {
    case 'structure': {
      const names = Object.keys(shape.members);
      if (depth <= 0 || names.length === 0) return fc.constant({});
      const some = fc.subarray(names, { maxLength: Math.min(4, names.length) });
      const keys = some.map((chosen) => [...new Set([...chosen, ...(shape.required ?? [])])]);
      return keys.chain((chosen) =>
        fc
          .tuple(
            fc.record(Object.fromEntries(chosen.map((key) => [key, inner(shape.members[key]!)]))),
            fc.nat(30),
          )
          .map(([value, odd]) => (odd === 0 ? { ...value, Unknown: 1 } : odd === 1 ? dropped(value) : value)),
      );
    }
    case 'list':
      return fc.array(inner(shape.member), { maxLength: 3 });
    case 'map':
      return fc.dictionary(fc.constantFrom('KEY', '1x', 'a-b'), inner(shape.value), { maxKeys: 2 });
    case 'string':
      return shape.enum ? fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...shape.enum) }, word) : word;
    case 'boolean':
      return fc.oneof({ weight: 9, arbitrary: fc.boolean() }, fc.constant('true'));
    default:
      return fc.oneof({ weight: 9, arbitrary: number }, fc.constant('1'));
  }
}

const dropped = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).slice(1));

test.each(Object.entries(REQUESTS))(
  'requests to %s are judged as botocore describes them',
  (service, table) => {
    const seed = Number(process.env['SEED'] ?? 20_261_126);
    console.log(`seed ${seed} (${service})`);
    const names = Object.values(table.operations).flatMap(({ input }) => input ?? []);
    // Small shapes often enough, to see both verdicts of each kind.
    const all = [...names, ...Object.keys(table.shapes)];
    const cases = all.flatMap((name, i) =>
      fc
        .sample(valuesOf(table, name, 3), { seed: seed + i, numRuns: 12 })
        .map((value) => [name, value] as const),
    );
    const python = preparePython('s3', AWS_LOCK, 'moto.server');
    const { status, stdout, stderr } = spawnSync(python, [join(import.meta.dirname, 'oracle.py')], {
      input: JSON.stringify({ service, cases }),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(status, stderr).toBe(0);
    const verdicts: boolean[] = JSON.parse(stdout);
    const ours = cases.map(([name, value]) => shapeProblems(table, name, value).length === 0);
    const differing = cases.filter((_, i) => verdicts[i] !== ours[i]);
    expect(differing.slice(0, 5)).toEqual([]);
    expect(ours.filter(Boolean).length).toBeGreaterThan(cases.length / 20);
    expect(ours.filter((fits) => !fits).length).toBeGreaterThan(cases.length / 20);
  },
  PYTHON_MILLIS,
);
