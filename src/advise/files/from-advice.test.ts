import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { adviceOn } from '../advice/testing/example.ts';
import { PLATFORMS } from '../needs/needs.ts';
import { blueprintOf } from './from-advice.ts';
import { adviseFiles } from './render.ts';
import { CHURN_FILE } from './testing/blueprints.ts';

const CASES = readdirSync(join(import.meta.dirname, '../../../examples/advise'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => basename(name, '.yaml'));

test.each(CASES.map((name, i) => [name, PLATFORMS[i % 3]!] as const))(
  '%s on %s: whatever pattern can run comes to files that their grammars take',
  (name, platform) => {
    const advice = adviceOn(name, { platform });
    for (const { pattern, serving, batch } of advice.options) {
      const blueprint = blueprintOf(advice, pattern, CHURN_FILE);
      expect(blueprint === null).toBe(serving === null && batch === null);
      if (blueprint === null) continue;
      const { files } = adviseFiles(blueprint);
      expect(files[0]!.text).toContain(pattern === advice.advised ? advice.headline : `this is ${pattern}`);
      const { workers, jobs } = parse(files.find((file) => file.name === 'plimsoll.yaml')!.text);
      if (pattern === 'real-time') expect(workers).toBe(serving!.workers);
      if (pattern === 'scheduled-batch')
        expect(Object.values(jobs)).toMatchObject([{ options: { lanes: batch!.lanes } }]);
    }
  },
);

test('there are the ten cases', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(10);
});
