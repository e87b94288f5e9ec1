import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { admitFile } from './admit.ts';
import { originalPath } from './bundle.ts';
import { warmUp } from './warm.ts';

const IRIS = join(import.meta.dirname, '../../examples/iris.joblib');

// Each proof is two processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 });

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-warm-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const code = (name: string) => expect.objectContaining({ code: name });

test('a version is loaded in a process of its own, which says what it takes there', async () => {
  for (const runtime of ['native', 'onnx'] as const) {
    const version = await admitFile(IRIS, { dataDir: join(dataDir, runtime), name: 'iris', runtime });
    const { millis, residentBytes, peakBytes } = await warmUp(version);
    expect(millis).toBeGreaterThan(0);
    expect(residentBytes).toBeLessThan(200e6);
    expect(peakBytes).toBeGreaterThanOrEqual(residentBytes);
  }
});

test('a small version is loaded in the process that proves it, which takes no more than one of its own', async () => {
  for (const runtime of ['native', 'onnx'] as const) {
    const version = await admitFile(IRIS, { dataDir: join(dataDir, runtime), name: 'iris', runtime });
    const apart = await warmUp(version);
    expect(version.loading?.millis).toBeGreaterThan(0);
    expect(version.loading?.residentBytes).toBeGreaterThan(0);
    expect(version.loading?.residentBytes).toBeLessThan(apart.residentBytes + 8e6);
    const again = await admitFile(IRIS, { dataDir: join(dataDir, runtime), name: 'iris', runtime });
    expect(again.loading).toBeNull();
  }
});

test('a version that cannot be loaded, or not in time, says why', async () => {
  const version = await admitFile(IRIS, { dataDir, name: 'iris' });
  await expect(warmUp(version, 1)).rejects.toEqual(code('WARM_UP_FAILED'));
  await expect(warmUp(version, 1)).rejects.toThrow('it took longer than 1 ms');
  rmSync(originalPath(version.bundle, version.manifest));
  await expect(warmUp(version)).rejects.toEqual(code('FILE_NOT_FOUND'));
});
