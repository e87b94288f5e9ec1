/** Measured costs that are kept: files named by what was measured, where, and by which program. */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../../../core/canonical-json.ts';
import { replaceFile } from '../../../disk/replace-file.ts';
import { readValue } from '../../../schema/read-value.ts';
import { MODEL_COST, type ModelCost } from '../model-cost.ts';

/** What a cost depends on. */
export interface CostKey {
  /** sha256 that names the bundle of the version. */
  readonly digest: string;
  /** Version of this program. */
  readonly program: string;
}

/** The cost that is kept in `folder`, or the one that `measure` finds, which is kept from then on. */
export async function keptCost(
  folder: string,
  key: CostKey,
  measure: () => Promise<ModelCost>,
): Promise<ModelCost> {
  const path = join(folder, `${nameOf(key)}.json`);
  const kept = await read(path);
  if (kept !== null) return kept;
  const cost = await measure();
  await mkdir(folder, { recursive: true });
  await replaceFile(path, `${canonicalJson(cost)}\n`);
  return cost;
}

function nameOf(key: CostKey): string {
  const machine = { cpu: cpus()[0]?.model ?? null, cores: cpus().length, node: process.version };
  return createHash('sha256')
    .update(canonicalJson({ ...key, ...machine }))
    .digest('hex');
}

/** Null where there is none, or something else lies in its place. */
async function read(path: string): Promise<ModelCost | null> {
  try {
    const problems: string[] = [];
    const cost = readValue(MODEL_COST, JSON.parse(await readFile(path, 'utf8')), '', problems);
    return problems.length === 0 ? cost : null;
  } catch {
    return null;
  }
}
