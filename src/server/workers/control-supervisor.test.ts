import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import type { RegistrationProgress } from '../registration.ts';
import { ControlSupervisor, type ControlSupervisorOptions } from './control-supervisor.ts';

const started: ControlSupervisor[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((control) => control.stop()));
});

/** A control process that is this code, and everything that came of it. */
function supervised(code: string, more: Partial<ControlSupervisorOptions> = {}) {
  const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'entry.mjs');
  writeFileSync(path, code);
  const restarts: object[] = [];
  const said: RegistrationProgress[] = [];
  const published: PlaneSnapshot[] = [];
  const control = new ControlSupervisor({
    settings: {
      files: [{ name: 'm', path: 'm.pkl', found: false }],
    } as unknown as ControlSupervisorOptions['settings'],
    logger: { info: () => undefined, warn: (fields) => void restarts.push(fields), error: () => undefined },
    live: () => [{ worker: 'r/1', epoch: 1, loaded: [] }],
    publish: async (snapshot) => void published.push(snapshot),
    counts: () => [],
    recent: async () => [],
    load: () => ({ versions: [], queueDepth: 0, saturation: 0, loopBusy: 0, memory: 0 }),
    onProgress: (progress) => said.push(progress),
    entry: pathToFileURL(path),
    closeMillis: 500,
    ...more,
  });
  started.push(control);
  return { control, restarts, said, published };
}

/** Says in notes what it is told, and ends when it is told to leave. */
const TELLING = `const note = (text) => process.send({ kind: 'progress', progress: { kind: 'note', text } });
  process.on('message', (message) => {
    if (message.kind === 'leave') process.exit(0);
    if (message.kind === 'start') note('start ' + message.settings.files.length + ' ' + message.fleet[0].worker);
    else note(JSON.stringify(message));
  });`;

const texts = (said: readonly RegistrationProgress[]): string[] =>
  said.flatMap((progress) => (progress.kind === 'note' ? [progress.text] : []));

test('files are registered once: a control process that comes later is told of none', async () => {
  const code = `${TELLING}
    process.once('message', () => {
      process.send({ kind: 'ready', models: ['m'] });
      setTimeout(() => process.exit(7), 50);
    });`;
  const { control, said, restarts } = supervised(code);
  expect(await control.ready).toEqual(['m']);
  await expect.poll(() => texts(said).filter((text) => text.startsWith('start')).length).toBe(2);
  expect(texts(said)).toEqual(['start 1 r/1', 'start 0 r/1']);
  expect(restarts[0]).toEqual({ reason: 'exit code 7', delay: 100 });
});

test('what a control process refuses at the very first start is the end', async () => {
  const error = { code: 'STORE_BUSY', details: {} };
  const { control, restarts } = supervised(
    `process.once('message', () => process.send({ kind: 'refused', error: ${JSON.stringify(error)} }, () => process.exit(1)));`,
  );
  await expect(control.ready).rejects.toMatchObject({ code: 'STORE_BUSY' });
  expect(restarts).toEqual([]);
});

test('one that has served is started again and again, however often that fails', async () => {
  const marker = join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'served');
  const code = `import { existsSync, writeFileSync } from 'node:fs';
    process.once('message', () => {
      if (existsSync('${marker}')) process.exit(1);
      writeFileSync('${marker}', '');
      process.send({ kind: 'ready', models: [] }, () => process.exit(1));
    });`;
  const { control, restarts } = supervised(code);
  await control.ready;
  // Five failures in a row would end a worker's control.
  await expect.poll(() => restarts.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(6);
}, 20_000);

test('a publication is answered with its outcome, and not to a later control process', async () => {
  const code = `${TELLING}
    process.once('message', ({ settings }) => {
      process.send({ kind: 'ready', models: [] });
      if (settings.files.length === 0) return;
      process.send({ kind: 'publish', id: 1, snapshot: { sequence: 1 } });
      process.send({ kind: 'publish', id: 2, snapshot: { sequence: 2 } });
      process.send({ kind: 'publish', id: 3, snapshot: { sequence: 3 } });
    });
    process.on('message', ({ kind, id }) => kind === 'published' && id === 2 && process.exit(1));`;
  const slow = Promise.withResolvers<void>();
  const { said } = supervised(code, {
    publish: async ({ sequence }) => {
      if (sequence === 2) throw new PlimsollError('STOPPING');
      if (sequence === 3) await slow.promise;
    },
  });
  await expect.poll(() => texts(said).filter((text) => text.startsWith('start')).length).toBe(2);
  slow.resolve();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(texts(said).filter((text) => text.includes('published'))).toEqual([
    '{"kind":"published","id":1,"error":null}',
    '{"kind":"published","id":2,"error":{"code":"STOPPING","details":{}}}',
  ]);
});

test('pieces that a control process does not take are dropped beyond a bound', async () => {
  // A loop that hangs reads nothing: what is sent waits in the pipe, then here.
  const code = `process.once('message', () => process.send({ kind: 'ready', models: [] }, () => { while (true); }));`;
  const { control } = supervised(code);
  await control.ready;
  const piece = { units: new Uint8Array(1 << 20) } as unknown as WindowPart;
  const before = process.memoryUsage.rss();
  for (let k = 0; k < 1000; k++) control.piece(piece);
  expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 2 ** 20);
});

test('the end of a control process that hangs is not waited for', async () => {
  const { control } = supervised(
    `process.on('message', ({ kind }) => kind === 'start' && process.send({ kind: 'ready', models: [] }));`,
  );
  await control.ready;
  const started = performance.now();
  await control.stop();
  expect(performance.now() - started).toBeLessThan(10_000);
});
