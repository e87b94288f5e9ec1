import { expect, test } from 'vitest';
import type { LoadPoint } from './bench-report.ts';
import { caveatsOf, findings } from './findings.ts';
import { aPoint } from './testing/a-report.ts';

const found = (beyond: Partial<LoadPoint>, quiet: Partial<LoadPoint> = {}, cores = 4) =>
  findings({
    cores,
    steps: [aPoint(100), aPoint(1000), aPoint(1040, { keepsUp: false, ...beyond })],
    nineTenths: aPoint(900, quiet),
  });

const stages = (preprocess: number, predict: number, postprocess: number) => ({
  preprocess,
  predict,
  postprocess,
});

test.each([
  ['model', stages(0.1, 0.8, 0.1)],
  ['json', stages(0.5, 0.1, 0.3)],
  ['http', stages(0.05, 0.1, 0.05)],
])('a server that uses up its core is limited by what it spends it on: %s', (cause, times) => {
  // 0.9 of a core for 900 answers a second: one millisecond each.
  const [first] = found({ server: 0.99 }, { server: 0.9, stages: times });
  expect(first?.cause).toBe(cause);
  expect(first?.evidence.join()).toContain('1 ms of a processor');
});

test('a server that tells no stages is limited by its processors', () => {
  expect(found({ server: 1 })[0]?.cause).toBe('processor');
});

test('a client that is late, or has used up its core, says so before anything else', () => {
  expect(found({ lateness: 9 })[0]?.cause).toBe('client');
  expect(found({ client: 0.97, server: 1 })[0]?.cause).toBe('client');
});

test('a machine whose cores are all busy is the limit', () => {
  const [first] = found({ server: 1.1, client: 0.4, others: 0.4 }, {}, 2);
  expect(first?.cause).toBe('machine');
  expect(first?.evidence[0]).toContain('server 1.10, client 0.40, other programs 0.40');
});

test('a server with nothing used up waits for something', () => {
  expect(found({ server: 0.2 })[0]?.cause).toBe('waiting');
});

test('refusals beyond the knee are told by their kind', () => {
  const all = found({ server: 0.2, failed: { 503: 900, timeout: 2 } });
  expect(all[0]).toMatchObject({
    cause: 'refusals',
    text: 'Beyond the knee requests fail: answers of status 503',
  });
});

test('memory that grows by the load is told, with figures', () => {
  expect(found({ memory: 4e8 }).at(-1)).toMatchObject({
    cause: 'memory',
    evidence: ['from 100 MB to 400 MB'],
  });
  expect(found({ memory: 1.2e8 }).map(({ cause }) => cause)).not.toContain('memory');
});

test('where nothing was too much, nothing is said to limit', () => {
  const steps = [aPoint(100), aPoint(1000)];
  expect(findings({ cores: 4, steps, nineTenths: aPoint(900) })).toMatchObject([{ cause: 'unknown' }]);
  expect(findings({ cores: 4, steps: [], nineTenths: null })).toEqual([]);
});

test('what cannot be seen of the server is not guessed', () => {
  const blind = { server: null, others: null, memory: null };
  const all = findings({
    cores: 4,
    steps: [aPoint(100, blind), aPoint(200, { ...blind, keepsUp: false })],
    nineTenths: null,
  });
  expect(all).toMatchObject([{ cause: 'unknown' }]);
});

test('neighbours that took processors, and a request that is always the same, are named as caveats', () => {
  const measured = { cores: 2, steps: [aPoint(1)], nineTenths: null };
  const busy = { ...measured, steps: [aPoint(1, { others: 0.9 })] };
  expect(caveatsOf(measured, 20)).toHaveLength(1);
  expect(caveatsOf(busy, 20).at(-1)).toContain('0.9 cores');
  expect(caveatsOf(measured, 1).at(-1)).toContain('--input');
});
