import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeTestFolder, nodeTests, runNodeTest } from './testing/node-tests.ts';

/** What `tools/fixtures/onnx_node_tests.ts` has written: the release, and what becomes of its tests. */
const known = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/onnx/node-tests.json'), 'utf8'),
);
const folder = nodeTestFolder();

describe.skipIf(folder === null)(
  'the node tests of ONNX (skipped where libonnx-testdata is not installed)',
  () => {
    test('are answered as they say, or refused with the code that docs/operators.md names', async () => {
      const others: Record<string, string> = {};
      let [passed, freed] = [0, 0];
      for (const name of nodeTests(folder ?? '')) {
        const { outcome, freed: isFree } = await runNodeTest(folder ?? '', name);
        if (outcome === 'passed') passed += 1;
        else others[name] = outcome;
        if (isFree) freed += 1;
      }
      const expected = Object.entries<{ outcome: string }>(known.others).map(([name, { outcome }]) => [
        name,
        outcome,
      ]);
      expect(others).toEqual(Object.fromEntries(expected));
      expect({ passed, freed }).toEqual({ passed: known.passed, freed: known.freed });
    }, 60_000);
  },
);
