import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackagedModel } from '../../src/deploy/packaged.ts';
import { admitFile } from '../../src/registry/admit.ts';
import { example } from '../cli.ts';

export const ENTRY = join(import.meta.dirname, '../../src/server/container/main.ts');

export interface Tree {
  /** Folder with `NAME/VERSION/`. */
  readonly folder: string;
  readonly model: PackagedModel;
}

/** What proving an example takes is taken once in a process. */
const admitted = new Map<string, ReturnType<typeof admitFile>>();

/** A tree with one proved example, in a new folder. */
export async function treeOf(name: string, version = 1): Promise<Tree> {
  const base = mkdtempSync(join(tmpdir(), 'plimsoll-container-'));
  const proving =
    admitted.get(name) ?? admitFile(example(`${name}.joblib`), { dataDir: join(base, 'data'), name });
  admitted.set(name, proving);
  const { bundle, manifest } = await proving;
  const folder = join(base, 'models');
  const placed = join(folder, name, String(version));
  cpSync(bundle, placed, { recursive: true });
  return { folder, model: { name, version, digest: manifest.digest, bundle: placed, manifest } };
}
