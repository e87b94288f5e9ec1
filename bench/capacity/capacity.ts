/**
 * Predictions of the capacity model against measurements. Each model is calibrated as `advise` does, and asked for sizes and loads that
 * were not calibrated on, in turns, so that what the machine does meanwhile meets both: for saturation another server of the same file,
 * for latency the same one; so are tables. The median of the rounds counts. Writes `bench/results/capacity.json`, a result in place of an earlier one of the same name:
 * `npm run bench -- capacity [saturation | latency | batch] [CASE…] [--rounds 5] [--seconds 5]`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type BatchResult, batch } from './batch.ts';
import { CASES, type Case } from './cases.ts';
import { LATENCY_LANES, type LatencyResult, latency } from './latency.ts';
import { capacityTables } from './report.ts';
import { type SaturationResult, saturation } from './saturation.ts';

export interface CapacityResults {
  readonly saturation: Readonly<Record<string, SaturationResult>>;
  readonly latency: Readonly<Record<string, LatencyResult>>;
  readonly batch: Readonly<Record<string, BatchResult>>;
}

const RESULTS = join(import.meta.dirname, '../results/capacity.json');
const PARTS = ['saturation', 'latency', 'batch'] as const;

export async function capacity(
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
  words: readonly string[],
): Promise<void> {
  const parts = PARTS.filter((part) => words.includes(part));
  const named = words.filter((word) => !PARTS.some((part) => part === word));
  const cases = CASES.filter(({ name }) => named.length === 0 || named.includes(name));
  for (const one of cases)
    for (const part of parts.length === 0 ? PARTS : parts) keep(part, await run(part, one, rounds, seconds));
  console.log(capacityTables(known()));
}

async function run(
  part: (typeof PARTS)[number],
  one: Case,
  rounds: number,
  seconds: number,
): Promise<Readonly<Record<string, unknown>>> {
  if (part === 'saturation') return { [one.name]: await saturation(one, rounds) };
  if (part === 'batch') return { [one.name]: await batch(one, rounds) };
  const found: Record<string, LatencyResult> = {};
  for (const lane of LATENCY_LANES)
    found[`${one.name}, ${lane}`] = await latency(one, { lane, rounds, seconds });
  return found;
}

function known(): CapacityResults {
  const none = { saturation: {}, latency: {}, batch: {} };
  return existsSync(RESULTS)
    ? { ...none, ...(JSON.parse(readFileSync(RESULTS, 'utf8')) as CapacityResults) }
    : none;
}

function keep(part: (typeof PARTS)[number], result: Readonly<Record<string, unknown>>): void {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const before = known();
  const results = { ...before, machine, [part]: { ...before[part], ...result } };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 1)}\n`);
}
