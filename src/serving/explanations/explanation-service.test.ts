import { afterEach, expect, test } from 'vitest';
import type { ExplanationSettings } from '../../config/explanation-settings.ts';
import type { Batch } from '../../model/batch.ts';
import { explanationAsk } from './explanation-ask.ts';
import type { ExplanationOutcome } from './explanation-outcome.ts';
import { ExplanationService, type ExplanationTask } from './explanation-service.ts';

const HOUR = 3_600_000;
const SETTINGS: ExplanationSettings = {
  ...{ timeoutMillis: HOUR, preparingMillis: 0, maxQueue: 2, maxCells: 4 },
  ...{ memoryBytes: 2 ** 30, idleMillis: HOUR },
};
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const services: ExplanationService[] = [];
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.close()));
});

function serviceOf(settings: Partial<ExplanationSettings> = {}, graceMillis?: number): ExplanationService {
  const entry = new URL('./testing/scripted.child.ts', import.meta.url);
  const service = new ExplanationService({
    settings: { ...SETTINGS, ...settings },
    logger,
    entry,
    graceMillis,
  });
  services.push(service);
  return service;
}

const matrix = (rows: number, width: number): Batch => ({
  ...{ kind: 'matrix', rows, width, data: new Float64Array(rows * width) },
});

const requestFor = (model: string, more: Partial<ExplanationTask> = {}): ExplanationTask => ({
  version: { bundle: '/nowhere', model, version: 1 },
  batch: matrix(1, 2),
  ask: explanationAsk('document'),
  patience: Number.POSITIVE_INFINITY,
  isWanted: () => true,
  ...more,
});

const codeOf = (outcome: ExplanationOutcome): string =>
  outcome.kind === 'missing' ? outcome.error.code : outcome.kind;

test('one process explains the requests of all versions, one after the other', async () => {
  const service = serviceOf();
  const outcomes = await Promise.all([
    service.explain(requestFor('a')),
    service.explain(requestFor('b')),
    service.explain(requestFor('unfit')),
  ]);
  expect(outcomes.map(codeOf)).toEqual(['text', 'text', 'EXPLANATION_UNFIT']);
  expect(outcomes[0]).toEqual(outcomes[1]);
  expect(outcomes[0]).not.toEqual({ kind: 'text', text: `"${process.pid}"` });
});

test('more rows than an answer explains are refused at once', async () => {
  const outcome = await serviceOf().explain(requestFor('silent', { batch: matrix(3, 2) }));
  expect(outcome).toMatchObject({
    error: { code: 'EXPLANATION_LARGE', details: { rows: 3, columns: 2, limit: 4 } },
  });
});

test('what comes on top of a full queue goes without, and so does what waits too long', async () => {
  const service = serviceOf({ timeoutMillis: 300 });
  const waiting = [1, 2, 3].map(() => service.explain(requestFor('silent')));
  expect(codeOf(await service.explain(requestFor('silent')))).toBe('EXPLANATION_BUSY');
  expect((await Promise.all(waiting)).map(codeOf)).toEqual(waiting.map(() => 'EXPLANATION_LATE'));
});

test('what explains a version may take longer to be made than rows to be explained, for all that wait', async () => {
  const patient = serviceOf({ timeoutMillis: 300, preparingMillis: HOUR });
  const waiting = [patient.explain(requestFor('late')), patient.explain(requestFor('late'))];
  expect((await Promise.all(waiting)).map(codeOf)).toEqual(['text', 'text']);
  expect(codeOf(await patient.explain(requestFor('prepared')))).toBe('EXPLANATION_LATE');
  const own = serviceOf({ timeoutMillis: 300, preparingMillis: HOUR });
  expect(codeOf(await own.explain(requestFor('silent', { patience: 600 })))).toBe('EXPLANATION_LATE');
});

test('a process that hangs is not waited for as if it made what it has made before', async () => {
  const service = serviceOf({ timeoutMillis: 300, preparingMillis: HOUR }, HOUR);
  expect(codeOf(await service.explain(requestFor('hangs')))).toBe('text');
  const late = await service.explain(requestFor('hangs'));
  expect(late).toMatchObject({ error: { code: 'EXPLANATION_LATE' } });
  expect(late.kind === 'missing' && late.error.message).toContain('its rows were being explained');
});

test('no process is ended while its request may still wait for it, however long that is set to', async () => {
  const service = serviceOf({ timeoutMillis: 400, preparingMillis: HOUR }, 200);
  expect(codeOf(await service.explain(requestFor('prepared')))).toBe('EXPLANATION_LATE');
});

test("a request's own deadline counts where it is nearer", async () => {
  const outcome = await serviceOf().explain(requestFor('silent', { patience: 20 }));
  expect(outcome).toMatchObject({ error: { code: 'EXPLANATION_LATE', details: { limit: 20 } } });
});

test('all that wait for a process that ends go without, and the next one follows after a rest', async () => {
  const service = serviceOf();
  const lost = await Promise.all([service.explain(requestFor('ends')), service.explain(requestFor('a'))]);
  expect(lost.map(codeOf)).toEqual(['EXPLANATION_CRASHED', 'EXPLANATION_CRASHED']);
  expect(lost[0]).toMatchObject({ error: { details: { reason: 'exit code 7' } } });
  expect(codeOf(await service.explain(requestFor('a')))).toBe('EXPLANATION_CRASHED');
  await expect.poll(async () => codeOf(await service.explain(requestFor('a')))).toBe('text');
});

test('a process that has had nothing to do ends, and another one comes with the next request', async () => {
  const service = serviceOf({ idleMillis: 1 });
  const first = await service.explain(requestFor('a'));
  await expect.poll(() => service.explain(requestFor('a'))).not.toEqual(first);
});

test('what nobody waits for any more is not explained', async () => {
  const service = serviceOf();
  let isWanted = true;
  const first = service.explain(requestFor('a'));
  void service.explain(requestFor('ends', { isWanted: () => isWanted }));
  isWanted = false;
  await first;
  expect(codeOf(await service.explain(requestFor('a')))).toBe('text');
});
