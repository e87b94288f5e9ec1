import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { withFolder, withSubject } from './subject.ts';

const SAYS = (text: string): string[] => ['sh', '-c', `${text}`, 'sh'];
const asked = (plimsoll: readonly string[], signal?: AbortSignal): Promise<unknown> =>
  withFolder((folder) =>
    withSubject({ plimsoll, model: ['m'] }, folder, { signal }, () => Promise.resolve('done')),
  );

test('a server that says why it did not start is quoted', async () => {
  const error = JSON.stringify({ error: { code: 'X', message: 'Cannot read the model: it is a cake' } });
  await expect(asked(SAYS(`echo '${error}' >&2; exit 3`))).rejects.toThrow(/it is a cake/);
});

test('a program that says something else is no server', async () => {
  await expect(asked(SAYS('echo hello; sleep 60'))).rejects.toMatchObject({ code: 'MODEL_NOT_MEASURED' });
  await expect(asked(['/no/such/program'])).rejects.toMatchObject({ code: 'MODEL_NOT_MEASURED' });
});

test('one that never answers is ended with what interrupts it', async () => {
  const interrupted = new AbortController();
  setTimeout(() => interrupted.abort(), 200);
  await expect(asked(SAYS('sleep 60'), interrupted.signal)).rejects.toMatchObject({
    code: 'MODEL_NOT_MEASURED',
  });
});

test('the folder of a measurement is gone afterwards, and the server with it', async () => {
  const served = JSON.stringify({ url: 'http://127.0.0.1:1', models: [{ name: 'm' }] });
  const seen = { folder: '', pid: 0 };
  await withFolder(async (folder) => {
    seen.folder = folder;
    await withSubject(
      { plimsoll: SAYS(`echo '${served}'; exec sleep 60`), model: [] },
      folder,
      {},
      ({ pid, port }) => {
        expect(port).toBe(1);
        seen.pid = pid;
        return Promise.resolve();
      },
    );
  });
  expect(existsSync(seen.folder)).toBe(false);
  expect(() => process.kill(seen.pid, 0)).toThrow();
});

test('neither store, keys nor settings file of whoever measures are those of the server', async () => {
  const served = JSON.stringify({ url: 'http://127.0.0.1:1', models: [{ name: 'm' }] });
  const shows = `env > seen; pwd >> seen; echo '${served}'; exec sleep 60`;
  vi.stubEnv('PLIMSOLL_STORE', 'postgres://production');
  vi.stubEnv('PLIMSOLL_KEYS_FILE', 'keys');
  vi.stubEnv('PLIMSOLL_PYTHON', '/opt/python');
  try {
    await withFolder(async (folder) => {
      await withSubject({ plimsoll: SAYS(shows), model: [] }, folder, {}, () => Promise.resolve());
      const seen = readFileSync(join(folder, 'seen'), 'utf8');
      expect(seen).not.toMatch(/postgres:|PLIMSOLL_KEYS_FILE/);
      expect(seen).toContain('PLIMSOLL_PYTHON=/opt/python');
      expect(seen.trim().split('\n').at(-1)).toBe(folder);
    });
  } finally {
    vi.unstubAllEnvs();
  }
});
