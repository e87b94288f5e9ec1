import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../tools/free-port.ts';
import { median } from '../median.ts';
import { processorMicros } from '../processor.ts';
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

interface ServerLoad extends Load {
  /** Microseconds of processor time a request, of all threads of the server. */
  readonly cpuMicros: number;
}

export interface ServingResult {
  readonly file: string;
  readonly ours: ServerLoad;
  readonly fastapi: ServerLoad;
  /** Ours by theirs in requests a second, theirs by ours in processor time a request. */
  readonly ratio: { readonly perSecond: number; readonly cpu: number };
}

export function servingCase(file: string, rounds: number, seconds: number): Promise<ServingResult> {
  const given = servedFiles()[file];
  if (given === undefined) throw new Error(`no file ${file}`);
  const servers = {
    ours: plimsollServer(given, join(WORK, 'serve', given.kind)),
    theirs: fastapiServer(given),
  };
  return besideFastapi(file, given, servers, rounds, seconds);
}

/** One row a request, eight connections, in turns; answers to all rows are compared before. */
export async function besideFastapi(
  file: string,
  given: ServedFile,
  servers: { readonly ours: ModelServer; readonly theirs: ModelServer },
  rounds: number,
  seconds: number,
): Promise<ServingResult> {
  const bodies = `${given.path}.bodies.jsonl`;
  writeFileSync(bodies, given.rows.map((row) => JSON.stringify({ rows: [row] })).join('\n'));
  const pairs: [ServerLoad, ServerLoad][] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await load(servers.ours, given, bodies, seconds);
    const fastapi = await load(servers.theirs, given, bodies, seconds);
    for (const [i, answer] of ours.answers.entries())
      checkSame(`${file}, row ${i}`, answer, fastapi.answers[i]);
    pairs.push([ours.load, fastapi.load]);
  }
  return {
    file,
    ours: medianLoad(pairs.map(([ours]) => ours)),
    fastapi: medianLoad(pairs.map(([, fastapi]) => fastapi)),
    ratio: {
      perSecond: median(pairs.map(([ours, fastapi]) => ours.perSecond / fastapi.perSecond)),
      cpu: median(pairs.map(([ours, fastapi]) => fastapi.cpuMicros / ours.cpuMicros)),
    },
  };
}

async function load(
  server: ModelServer,
  { rows }: ServedFile,
  bodies: string,
  seconds: number,
): Promise<{ answers: unknown[]; load: ServerLoad }> {
  const port = await freePort();
  const running = await startPeer(server.command(port), server.env, port, server.body(rows.slice(0, 1)));
  try {
    const answers: unknown[] = [];
    for (const row of rows) answers.push(await post(port, server.body([row])));
    await drive(port, bodies, Math.min(2, seconds), CONNECTIONS); // warms up
    const { pid } = running.child;
    if (pid === undefined) throw new Error('a server without a process');
    const used = processorMicros(pid);
    const found = await drive(port, bodies, seconds, CONNECTIONS);
    const cpuMicros = (processorMicros(pid) - used) / (found.perSecond * seconds);
    return { answers, load: { ...found, cpuMicros } };
  } finally {
    await running.stop();
  }
}

const medianLoad = (loads: readonly ServerLoad[]): ServerLoad => ({
  cpuMicros: median(loads.map(({ cpuMicros }) => cpuMicros)),
  perSecond: median(loads.map(({ perSecond }) => perSecond)),
  p50: median(loads.map(({ p50 }) => p50)),
  p99: median(loads.map(({ p99 }) => p99)),
  errors: loads.reduce((sum, { errors }) => sum + errors, 0),
});
