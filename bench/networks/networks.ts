import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../serving/peers.ts';
import { FRAMEWORKS, type Framework, makeNetworks, NETWORKS, type NetworkName } from './files.ts';
import { type FootprintResult, footprintsOf } from './footprint.ts';
import { type SpeedResult, speedOf } from './speed.ts';

const PATH = join(ROOT, 'bench/results/networks.json');
const THREADS = [1, 2] as const;

interface Results {
  readonly machine: { readonly cpu: string | undefined; readonly cores: number; readonly node: string };
  readonly speed: readonly SpeedResult[];
  readonly footprints: readonly FootprintResult[];
}

/**
 * Files of networks as torch and Keras save them, beside onnxruntime on the graph that the framework itself exports: speed
 * (`speed [NETWORK…]`), and memory and the time to the first answer (`footprint [NETWORK…]`); both where none is named. Each
 * part replaces its own numbers in `bench/results/networks.json`, and prints tables.
 */
export async function networks(rounds: number, [part, ...named]: readonly string[]): Promise<void> {
  const names = named.length > 0 ? NETWORKS.filter((name) => named.includes(name)) : NETWORKS;
  makeNetworks([...new Set<NetworkName>(['cnn', ...names])]);
  for (const name of names)
    for (const framework of Object.keys(FRAMEWORKS) as Framework[]) {
      const network = `${framework}-${name}`;
      if (part !== 'footprint')
        for (const threads of THREADS) {
          const found = await speedOf(framework, name, threads, rounds);
          const others = results().speed.filter((one) => one.network !== network || one.threads !== threads);
          keep({ speed: [...others, ...found] });
        }
      if (part !== 'speed' && name !== 'cnn') {
        const found = await footprintsOf(framework, name, cpus().length);
        keep({ footprints: [...results().footprints.filter((one) => one.network !== network), ...found] });
      }
    }
  console.log(tables(results()));
}

function results(): Results {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  if (!existsSync(PATH)) return { machine, speed: [], footprints: [] };
  return { ...(JSON.parse(readFileSync(PATH, 'utf8')) as Results), machine };
}

const keep = (part: Partial<Results>): void =>
  writeFileSync(PATH, `${JSON.stringify({ ...results(), ...part }, null, 2)}\n`);

function tables({ speed, footprints }: Results): string {
  const speedRows = speed.map(({ network, rows, threads, side, millis, ratio, difference, argmax }) => [
    ...[network, String(rows), String(threads), side, millis.toPrecision(3), ratio.toFixed(2)],
    ...[difference.toExponential(1), argmax ? 'same' : 'other'],
  ]);
  const footprintRows = footprints.map(({ network, ending, compile, accept, serve, seconds }) => [
    ...[network, ending, compile.toFixed(2), accept.toFixed(2), serve.toFixed(2)],
    ...[seconds.first.toFixed(1), seconds.again.toFixed(1), seconds.framework.toFixed(1)],
  ]);
  return [
    table(['network', 'rows', 'threads', 'side', 'ms', '×', 'difference', 'argmax'], speedRows),
    table(
      ['network', 'file', 'compile', 'accept', 'serve', 'first s', 'again s', 'framework s'],
      footprintRows,
    ),
  ].join('\n\n');
}

const table = (heading: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
