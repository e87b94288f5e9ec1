import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { RegistrationProgress } from './registration.ts';
import { closeLast, dataFolder as folder, startPlane } from './testing/control-planes.ts';

// Files are proved in processes of their own.
vi.setConfig({ testTimeout: 60_000 });

const iris = join(import.meta.dirname, '../../examples/iris.joblib');

const statusOf = (socketPath: string, path: string): Promise<number | string> =>
  new Promise((resolve) => {
    const asking = request({ socketPath, path, headers: { host: 'localhost' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    });
    asking.on('error', (error: NodeJS.ErrnoException) => resolve(error.code!));
    asking.end();
  });

test('with nothing to serve it says so, and leaves nothing that listens', async () => {
  const data = folder();
  await expect(startPlane(data)).rejects.toMatchObject({ code: 'CONFIG_INVALID', exit: 2 });
  expect(await statusOf(join(data, 'control.sock'), '/api/v1/models')).toBe('ENOENT');
});

test('where it may begin empty it does, and the API takes what comes', async () => {
  const data = folder();
  expect((await startPlane(data, { empty: true })).models).toEqual([]);
  expect(await statusOf(join(data, 'control.sock'), '/api/v1/models')).toBe(200);
});

test('a folder that cannot be watched is refused, and nothing listens any more', async () => {
  const data = folder();
  const failed = startPlane(data, { watch: join(data, 'none') });
  await expect(failed).rejects.toMatchObject({ code: 'WATCH_INVALID' });
  expect(await statusOf(join(data, 'control.sock'), '/api/v1/models')).toBe('ENOENT');
});

test('what was registered is served again without its file; the API answers on the socket until the end', async () => {
  const data = folder();
  const said: RegistrationProgress[] = [];
  const files = [{ name: 'flowers', path: iris, found: false }];
  const first = await startPlane(data, { files, onProgress: (progress) => said.push(progress) });
  expect(first.models).toMatchObject([
    { endpoint: 'flowers', stable: { version: 1 }, rollout: null, note: null },
  ]);
  expect(said.at(-1)).toEqual({ kind: 'done', file: 'iris.joblib' });
  const socket = join(data, 'control.sock');
  expect(await statusOf(socket, '/api/v1/models/flowers')).toBe(200);
  await closeLast();
  expect(await statusOf(socket, '/api/v1/models/flowers')).not.toBe(200);
  const second = await startPlane(data);
  expect(second.models).toMatchObject([{ endpoint: 'flowers', stable: { version: 1 } }]);
});

test('a new version gets its traffic as the file of settings says, whoever starts its rollout', async () => {
  const data = folder();
  const of = (name: string) => {
    const path = join(import.meta.dirname, `../../fixtures/rollouts/${name}.joblib`);
    return { files: [{ name: 'churn', path, found: false }] };
  };
  const policy = { stages: [{ shadow: 30, bake: '7m' }] };
  const rollouts = {
    churn: { strategy: 'shadow', policy },
    other: { strategy: 'immediate', policy: null },
  } as const;
  await (await startPlane(data, { ...of('stable'), rollouts })).close();
  const plane = await startPlane(data, { ...of('good'), rollouts });
  expect(plane.models[0]?.rollout).toMatchObject({ strategy: 'shadow', plan: 'shadow 30 % for 7m' });
});
