import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BundleManifest } from '../../registry/version.ts';
import { archiveSettings } from './archives.ts';
import { writeOciImage } from './image.ts';
import { BASE_LOCK } from './lock.ts';

test('a version that Python runs is refused before anything is written, and is told where to go', async () => {
  const folder = join(tmpdir(), `plimsoll-refused-${process.pid}`);
  const onProgress = (): void => undefined;
  const error = await writeOciImage(folder, {
    model: {
      name: 'm',
      version: 2,
      digest: '',
      bundle: '',
      manifest: { python: {} } as unknown as BundleManifest,
    },
    platform: { os: 'linux', architecture: 'amd64' },
    batch: false,
    archives: archiveSettings({ folder: null, snapshot: BASE_LOCK.snapshot, onProgress }),
    onProgress,
  }).catch((one) => one);
  expect([error.code, error.exit]).toEqual(['IMAGE_PYTHON', 4]);
  expect(error.hint).toContain('plimsoll package dockerfile m@2');
  expect(existsSync(folder)).toBe(false);
});
