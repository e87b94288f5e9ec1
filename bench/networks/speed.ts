import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../median.ts';
import { baseOf, FRAMEWORKS, type Framework, type NetworkName, python, WORK } from './files.ts';
import { answerOf } from './network.ts';
import { serveNetwork } from './served.ts';
import { type Subject, startSubject } from './subjects.ts';

const HERE = import.meta.dirname;
const BATCHES = [1, 8] as const;
/** Milliseconds that one side has in one round. */
const TURN_MILLIS = 700;

/** One side beside onnxruntime-node on the graph that the framework exports. */
export interface SpeedResult {
  readonly network: string;
  readonly rows: number;
  readonly threads: number;
  readonly side: string;
  /** Median of all calls. */
  readonly millis: number;
  /** onnxruntime's time by this one's, the median over rounds: above 1 it is faster. */
  readonly ratio: number;
  /** Largest difference from the framework's own answer, by its largest number. */
  readonly difference: number;
  /** Whether the largest number of each row is the same one. */
  readonly argmax: boolean;
}

const PEER = 'onnxruntime-node, exported graph';

/** Every side answers the same input, one after the other, in every round. */
export async function speedOf(
  framework: Framework,
  name: NetworkName,
  threads: number,
  rounds: number,
): Promise<SpeedResult[]> {
  const base = baseOf(framework, name);
  const sides = await startSides(framework, base, threads);
  try {
    const results: SpeedResult[] = [];
    for (const rows of BATCHES) results.push(...(await compared(sides, base, rows, { threads, rounds })));
    return results;
  } finally {
    for (const side of sides.values()) await side.stop();
  }
}

async function startSides(
  framework: Framework,
  base: string,
  threads: number,
): Promise<Map<string, Subject>> {
  const data = join(WORK, 'data');
  const served = join(WORK, 'served');
  for (const folder of [data, served]) rmSync(folder, { recursive: true, force: true });
  const env = { PLIMSOLL_GRAPH_THREADS: String(threads), OMP_NUM_THREADS: String(threads) };
  const node = (side: string, file: string) =>
    startSubject([process.execPath, join(HERE, 'subject.ts'), side, base, file, String(threads), data], env);
  const other = (side: string, file: string) =>
    startSubject(
      [
        python(framework === 'keras' && side === 'onnxruntime' ? 'torch' : framework),
        join(HERE, 'subject.py'),
        side,
        base,
        file,
        String(threads),
      ],
      env,
    );
  const [first, ...others] = FRAMEWORKS[framework].map((ending) => base + ending);
  const sides = new Map<string, Subject>();
  sides.set(PEER, await node('onnxruntime', `${base}.onnx`));
  sides.set('onnxruntime in Python, exported graph', await other('onnxruntime', `${base}.onnx`));
  sides.set(
    `${framework} itself`,
    await other(framework, framework === 'torch' ? `${base}.pt2` : `${base}.keras`),
  );
  for (const file of [first ?? '', ...others])
    sides.set(`plimsoll, ${endingOf(file, base)}`, await node('plimsoll', file));
  sides.set(
    `plimsoll over HTTP, ${endingOf(first ?? '', base)}`,
    await serveNetwork(base, first ?? '', served, threads),
  );
  return sides;
}

const endingOf = (file: string, base: string): string => file.slice(base.length);

async function compared(
  sides: ReadonlyMap<string, Subject>,
  base: string,
  rows: number,
  { threads, rounds }: { readonly threads: number; readonly rounds: number },
): Promise<SpeedResult[]> {
  const wanted = answerOf(base, rows);
  const found = new Map<
    string,
    { readonly calls: number; readonly medians: number[] } & ReturnType<typeof differenceOf>
  >();
  for (const [side, subject] of sides) {
    const difference = differenceOf(await subject.answer(rows), wanted, rows);
    const [millis = 1] = (await subject.measure(rows, 3)).slice(-1);
    found.set(side, {
      ...difference,
      medians: [],
      calls: Math.max(3, Math.min(2000, Math.round(TURN_MILLIS / millis))),
    });
  }
  for (let round = 0; round < rounds; round++)
    for (const [side, { calls, medians }] of found)
      medians.push(median((await sides.get(side)?.measure(rows, calls)) ?? []));
  const peer = found.get(PEER)?.medians ?? [];
  return [...found].map(([side, { medians, difference, argmax }]) => ({
    ...{ network: base.slice(WORK.length + 1), rows, threads, side, difference, argmax },
    millis: median(medians),
    ratio: median(medians.map((millis, round) => (peer[round] ?? 0) / millis)),
  }));
}

function differenceOf(answer: Float32Array, wanted: Float32Array, rows: number) {
  if (answer.length !== wanted.length) throw new Error(`${answer.length} numbers, not ${wanted.length}`);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference =
    wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (answer[i] ?? 0))), 0) / largest;
  const width = wanted.length / rows;
  const best = (values: Float32Array, row: number): number => {
    const one = values.subarray(row * width, (row + 1) * width);
    return one.indexOf(Math.max(...one));
  };
  const argmax = Array.from({ length: rows }, (_, row) => best(answer, row) === best(wanted, row)).every(
    Boolean,
  );
  return { difference, argmax };
}
