import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../tools/free-port.ts';
import { median } from '../median.ts';
import { drive, type Load } from '../serving/load.ts';
import { post, startPeer } from '../serving/process.ts';
import { WORK } from './prepare.ts';
import {
  checkSame,
  fastapiServer,
  type ModelServer,
  plimsollServer,
  type ServedFile,
  servedFiles,
} from './servers.ts';

/** One file of each library. */
export const SERVED = ['XGBoost UBJSON', 'LightGBM text', 'CatBoost cbm'] as const;
const CONNECTIONS = 8;

export interface ServingResult {
  readonly file: string;
  readonly ours: Load;
  readonly fastapi: Load;
  /** Ours by theirs: requests a second. */
  readonly ratio: number;
}

/** One row a request, eight connections, in turns; answers to all rows are compared before. */
export async function servingCase(file: string, rounds: number, seconds: number): Promise<ServingResult> {
  const given = servedFiles()[file];
  if (given === undefined) throw new Error(`no file ${file}`);
  const bodies = join(WORK, 'bodies.jsonl');
  writeFileSync(bodies, given.rows.map((row) => JSON.stringify({ rows: [row] })).join('\n'));
  const pairs: [Load, Load][] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await load(plimsollServer(given, join(WORK, 'serve', given.kind)), given, bodies, seconds);
    const fastapi = await load(fastapiServer(given), given, bodies, seconds);
    for (const [i, answer] of ours.answers.entries())
      checkSame(`${file}, row ${i}`, answer, fastapi.answers[i]);
    pairs.push([ours.load, fastapi.load]);
  }
  return {
    file,
    ours: medianLoad(pairs.map(([ours]) => ours)),
    fastapi: medianLoad(pairs.map(([, fastapi]) => fastapi)),
    ratio: median(pairs.map(([ours, fastapi]) => ours.perSecond / fastapi.perSecond)),
  };
}

async function load(
  server: ModelServer,
  { rows }: ServedFile,
  bodies: string,
  seconds: number,
): Promise<{ answers: unknown[]; load: Load }> {
  const port = await freePort();
  const running = await startPeer(server.command(port), server.env, port, server.body(rows.slice(0, 1)));
  try {
    const answers: unknown[] = [];
    for (const row of rows) answers.push(await post(port, server.body([row])));
    await drive(port, bodies, Math.min(2, seconds), CONNECTIONS); // warms up
    return { answers, load: await drive(port, bodies, seconds, CONNECTIONS) };
  } finally {
    await running.stop();
  }
}

const medianLoad = (loads: readonly Load[]): Load => ({
  perSecond: median(loads.map(({ perSecond }) => perSecond)),
  p50: median(loads.map(({ p50 }) => p50)),
  p99: median(loads.map(({ p99 }) => p99)),
  errors: loads.reduce((sum, { errors }) => sum + errors, 0),
});
