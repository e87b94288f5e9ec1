import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeInput } from '../serving/rows/decode.ts';
import { admitFile } from './admit.ts';
import { originalPath } from './bundle.ts';
import { buildEngine } from './engines.ts';
import { readMaterial } from './load.ts';
import type { ReadingRequest } from './reading.ts';
import { keep, keptPlace, readKept } from './step-cache.ts';
import type { AcceptedVersion } from './version.ts';

const FOREST = join(import.meta.dirname, '../../fixtures/models/sklearn-1.9.1/columns-gb.pkl');
// The proof is a process: on a busy machine it takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-kept-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

let admitted: AcceptedVersion;
let request: ReadingRequest;
let folders = 0;
beforeAll(async () => {
  admitted = await admitFile(FOREST, { dataDir, name: 'm', runtime: 'native' });
  request = { dir: admitted.bundle, manifest: admitted.manifest, runtime: 'native' };
});

const place = (code = 'CODE0001') => ({ folder: join(dataDir, `steps-${folders}`), code });
const copyOf = ({ folder, code }: ReturnType<typeof place>) =>
  join(folder, `${admitted.manifest.digest}.${code}`);

/** Counts how often the file is read. */
function counted() {
  const read = vi.fn(readMaterial);
  return read;
}

async function answerOf(material: Awaited<ReturnType<typeof readMaterial>>) {
  const engine = await buildEngine(material);
  const { example, signature } = admitted.manifest;
  return engine.infer(decodeInput({ instances: [example, example] }, signature));
}

describe('steps that were read before', () => {
  it('give the same bits without the file being read', async () => {
    folders += 1;
    const read = counted();
    const first = await readKept(request, read, place());
    keep(copyOf(place()), first);
    const second = await readKept(request, read, place());
    expect(read).toHaveBeenCalledTimes(1);
    expect(second).toEqual(first);
    expect(await answerOf(second)).toEqual(await answerOf(first));
  });

  it('are read anew by other code, and where the copy is damaged or cut off', async () => {
    folders += 1;
    const read = counted();
    const path = copyOf(place());
    keep(path, await readKept(request, read, place()));
    await readKept(request, read, place('CODE0002'));
    expect(read).toHaveBeenCalledTimes(2);
    const whole = readFileSync(path);
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1]! ^= 1;
    for (const bytes of [
      flipped,
      whole.subarray(0, whole.length - 1),
      whole.subarray(0, 5),
      Buffer.alloc(0),
    ]) {
      writeFileSync(path, bytes);
      await readKept(request, read, place());
    }
    expect(read).toHaveBeenCalledTimes(6);
  });

  it('do not stand in for a file that the bundle has lost', async () => {
    folders += 1;
    keep(copyOf(place()), await readMaterial(request));
    const lost = await admitFile(FOREST, { dataDir: join(dataDir, 'lost'), name: 'm', runtime: 'native' });
    rmSync(originalPath(lost.bundle, lost.manifest));
    const asked = { ...request, dir: lost.bundle };
    await expect(readKept(asked, readMaterial, place())).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('are kept of the newest models only', async () => {
    folders += 1;
    const { folder } = place();
    const material = await readMaterial(request);
    for (let i = 0; i < 70; i += 1) {
      const path = join(folder, `${i}.CODE0001`);
      keep(path, material);
      utimesSync(path, i, i);
    }
    keep(join(folder, 'last.CODE0001'), material);
    const left = readdirSync(folder);
    expect(left).toHaveLength(64);
    expect(left).toContain('last.CODE0001');
    expect(left).not.toContain('1.CODE0001');
  });

  it('are kept by a bundle that the launcher has started, and by no other', () => {
    const env = { NODE_COMPILE_CACHE: '/home/me/.cache/plimsoll/compile' };
    expect(keptPlace(env, 'file:///x/dist/chunk-ABCD1234.js')).toEqual({
      folder: '/home/me/.cache/plimsoll/steps',
      code: 'ABCD1234',
    });
    expect(keptPlace(env, 'file:///x/src/registry/kept-steps.ts').folder).toBeNull();
    expect(keptPlace(env, 'file:///x/dist/main.js').folder).toBeNull();
    expect(keptPlace({}, 'file:///x/dist/chunk-ABCD1234.js').folder).toBeNull();
  });
});
