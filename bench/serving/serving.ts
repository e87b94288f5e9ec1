import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { checkAnswers } from './check.ts';
import { drive, type Load } from './load.ts';
import {
  DATA,
  FLOOR,
  MODELS,
  type ModelName,
  PEERS,
  type Peer,
  PLIMSOLL,
  plimsollCommand,
  ROOT,
  WORK,
} from './peers.ts';
import { BODIES, type Expected, prepare } from './prepare.ts';
import { residentMegabytes, startPeer } from './process.ts';
import { type PeerResult, report } from './report.ts';

const PORT = 18_080;

export interface ServingOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly starts: number;
}

/** One row a request behind each peer: throughput, latency, memory, cold start; writes `bench/results/serving.json`. */
export async function serving(options: ServingOptions): Promise<void> {
  const expected = prepare();
  const results: PeerResult[] = [];
  for (const model of MODELS) results.push(...(await throughput(model, expected, options)));
  const starts = await coldStarts(expected, options.starts);
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const result = { machine, options, results, starts };
  const folder = join(ROOT, 'bench/results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'serving.json'), `${JSON.stringify(result, null, 2)}\n`);
  console.log(report(results, starts));
}

/** Rounds are interleaved, so that a busy minute of the machine hits every peer alike. */
async function throughput(
  model: ModelName,
  expected: Expected,
  options: ServingOptions,
): Promise<PeerResult[]> {
  const loads = new Map<Peer, Load[]>(PEERS.map((peer) => [peer, []]));
  const memory = new Map<Peer, number[]>(PEERS.map((peer) => [peer, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (const peer of PEERS) {
      const running = await startPeer(peer.command(model, PORT), peer.env(model), PORT, bodyOf(expected));
      try {
        await checkAnswers(peer, model, PORT, expected);
        await drive(PORT, BODIES, Math.min(2, options.seconds)); // warm up
        loads.get(peer)!.push(await drive(PORT, BODIES, options.seconds));
        memory.get(peer)!.push(residentMegabytes(running.child.pid!));
        await checkAnswers(peer, model, PORT, expected);
      } finally {
        await running.stop();
      }
    }
  }
  return PEERS.map((peer) => ({
    peer: peer.name,
    model,
    loads: loads.get(peer)!,
    memory: memory.get(peer)!,
  }));
}

/** Process start to first answer, in milliseconds: a digest accepted before, the floor, and a first acceptance. */
async function coldStarts(expected: Expected, times: number): Promise<Record<string, number[]>> {
  const fresh = join(WORK, 'fresh');
  const contenders = {
    'plimsoll, accepted before': { peer: PLIMSOLL, data: DATA },
    'floor, ready-made ONNX': { peer: FLOOR, data: DATA },
    'plimsoll, first acceptance': { peer: PLIMSOLL, data: fresh },
  };
  const millis = Object.fromEntries(Object.keys(contenders).map((name): [string, number[]] => [name, []]));
  for (let i = 0; i < times; i++) {
    for (const [name, { peer, data }] of Object.entries(contenders)) {
      rmSync(fresh, { recursive: true, force: true });
      const command =
        peer === PLIMSOLL ? plimsollCommand('forest', PORT, data) : peer.command('forest', PORT);
      const running = await startPeer(command, {}, PORT, bodyOf(expected));
      millis[name]!.push(running.startMillis);
      await running.stop();
    }
  }
  return millis;
}

const bodyOf = ({ rows }: Expected): string => JSON.stringify({ rows: [rows[0]] });
