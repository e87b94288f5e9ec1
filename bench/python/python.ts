import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { median } from '../median.ts';
import { checkAnswers } from '../serving/check.ts';
import { drive, type Load } from '../serving/load.ts';
import { PEERS, type Peer, ROOT, WORK } from '../serving/peers.ts';
import { BODIES, type Expected, prepare } from '../serving/prepare.ts';
import { residentMegabytes, startPeer } from '../serving/process.ts';

const PORT = 18_090;
const CONNECTIONS = [1, 8, 64] as const;

export interface PythonOptions {
  readonly rounds: number;
  readonly seconds: number;
}

/** The same joblib file, never compiled: its own scikit-learn answers, in a worker beside the server. */
const PYTHON_RUNTIME: Peer = {
  name: 'plimsoll --runtime python',
  answers: true,
  command: (model, port) => [
    process.execPath,
    ...[join(ROOT, 'bin/plimsoll.js'), 'serve', join(WORK, `${model}.joblib`)],
    ...['--runtime', 'python', '--trust', '--requirements', join(WORK, 'python-requirements.txt')],
    ...['--port', String(port), '--data', join(WORK, 'python-data'), '--workers', '1', '--quiet'],
  ],
  env: () => ({ OMP_NUM_THREADS: '1', PLIMSOLL_PYTHON_WORKERS: '1' }),
};
const FASTAPI = PEERS.find(({ name }) => name === 'fastapi+joblib')!;
/** One process more, as this runtime has a worker beside the server. */
const FASTAPI_TWO: Peer = {
  ...FASTAPI,
  name: 'fastapi+joblib, 2 workers',
  command: (model, port) => [...FASTAPI.command(model, port), '--workers', '2'],
};
const CONTENDERS = [PYTHON_RUNTIME, FASTAPI, FASTAPI_TWO];

interface Result {
  readonly peer: string;
  readonly connections: number;
  readonly loads: Load[];
  readonly memory: number[];
}

/**
 * One row a request to a forest of 100 trees in scikit-learn, behind this server and behind FastAPI; both answer labels and
 * probabilities, checked before and after. Rounds are interleaved. Writes `bench/results/python.json`.
 */
export async function python(options: PythonOptions): Promise<void> {
  const expected = prepare();
  writeFileSync(join(WORK, 'python-requirements.txt'), PINS);
  const results: Result[] = CONTENDERS.flatMap(({ name }) =>
    CONNECTIONS.map((connections) => ({ peer: name, connections, loads: [], memory: [] })),
  );
  for (let round = 0; round < options.rounds; round++)
    for (const peer of CONTENDERS) await measure(peer, expected, options.seconds, results);
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  mkdirSync(join(ROOT, 'bench/results'), { recursive: true });
  const text = JSON.stringify({ machine, options, results }, null, 2);
  writeFileSync(join(ROOT, 'bench/results/python.json'), `${text}\n`);
  console.log(table(results));
}

const PINS = ['joblib==1.6.0', 'numpy==2.4.6', 'scikit-learn==1.9.1', ''].join('\n');

async function measure(
  peer: Peer,
  expected: Expected,
  seconds: number,
  results: readonly Result[],
): Promise<void> {
  const body = JSON.stringify({ rows: [expected.rows[0]] });
  const running = await startPeer(peer.command('forest', PORT), peer.env('forest'), PORT, body);
  try {
    await checkAnswers(peer, 'forest', PORT, expected);
    for (const connections of CONNECTIONS) {
      const result = results.find((one) => one.peer === peer.name && one.connections === connections)!;
      await drive(PORT, BODIES, Math.min(2, seconds), connections); // warm up
      result.loads.push(await drive(PORT, BODIES, seconds, connections));
      result.memory.push(residentMegabytes(running.child.pid!));
    }
    await checkAnswers(peer, 'forest', PORT, expected);
  } finally {
    await running.stop();
  }
}

const HEADING = ['connections', 'peer', 'requests/s', 'plimsoll ×', 'p50 ms', 'p99 ms', 'MB', 'errors'];

function table(results: readonly Result[]): string {
  const rows = CONNECTIONS.flatMap((connections) => {
    const alike = results.filter((one) => one.connections === connections);
    return alike.map((result) => [
      String(connections),
      result.peer,
      Math.round(speed(result)).toLocaleString('en'),
      (speed(alike[0]!) / speed(result)).toFixed(2),
      median(result.loads.map(({ p50 }) => p50)).toFixed(1),
      median(result.loads.map(({ p99 }) => p99)).toFixed(1),
      median(result.memory).toFixed(0),
      String(result.loads.reduce((sum, { errors }) => sum + errors, 0)),
    ]);
  });
  return [HEADING, HEADING.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const speed = ({ loads }: Result): number => median(loads.map(({ perSecond }) => perSecond));
