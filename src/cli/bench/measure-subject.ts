import { cpus, totalmem, type } from 'node:os';
import packageJson from '../../../package.json' with { type: 'json' };
import { LoadClient } from '../../load/load-client.ts';
import type { BenchReport } from '../../load/report/bench-report.ts';
import { caveatsOf, findings } from '../../load/report/findings.ts';
import { loadPoint } from '../../load/report/load-point.ts';
import { type MachineUse, phaseSender } from '../../load/sweep/send-phase.ts';
import { Sweep, type SweepResult } from '../../load/sweep/sweep.ts';
import type { Terminal } from '../output/terminal.ts';
import type { BenchSubject } from './bench-subject.ts';
import { requireAnswer } from './first-answer.ts';
import { type ModelSubjectOptions, modelSubject } from './model-subject.ts';
import { predictionOf } from './prediction.ts';
import { isUrl, type UrlSubjectOptions, urlSubject } from './url-subject.ts';

export interface MeasureOptions extends ModelSubjectOptions, UrlSubjectOptions {
  readonly seconds: number;
  /** Milliseconds. */
  readonly limit?: number;
  readonly maxRate: number;
  readonly connections: number;
}

/** Milliseconds that a client waits for an answer, at least, and as many times the limit. */
const PATIENCE = { least: 2000, limits: 4 };

/**
 * Measures what a word of the command line names. `words`: what was said of a model file. Throws what finding, starting and first asking
 * it throw; where it stops answering later, the report says so.
 */
export async function measureSubject(
  word: string,
  options: MeasureOptions,
  words: readonly string[],
  terminal: Terminal,
): Promise<BenchReport> {
  const subject = isUrl(word)
    ? await urlSubject(word, options)
    : await modelSubject(word, options, words, terminal);
  const client = new LoadClient();
  const began = Date.now();
  try {
    await requireAnswer(subject);
    const result = await swept(subject, client, options, terminal);
    return reportOf(subject, result, options, began);
  } finally {
    await Promise.all([client.close(), subject.close()]);
  }
}

async function swept(
  { name, target, request, pids }: BenchSubject,
  client: LoadClient,
  { seconds, limit: given, maxRate, connections, seed }: MeasureOptions,
  terminal: Terminal,
): Promise<SweepResult<MachineUse>> {
  const limit = given ?? null;
  const patience = Math.max(PATIENCE.least, PATIENCE.limits * (limit ?? 0));
  const processes = pids();
  const send = phaseSender(client, { target, request, connections, patience, seed }, () => processes);
  const progress = terminal.progress(name);
  try {
    const sweep = new Sweep(send, { seconds, limit, mostRate: maxRate }, (what, share) =>
      progress.update(what, Math.min(1, share)),
    );
    return await sweep.run();
  } finally {
    progress.done();
  }
}

function reportOf(
  { name, url, rows, source, request, server }: BenchSubject,
  result: SweepResult<MachineUse>,
  { seed }: MeasureOptions,
  began: number,
): BenchReport {
  const point = (phase: typeof result.peak) => phase && loadPoint(phase);
  const [steps, nineTenths] = [result.steps.map(loadPoint), point(result.nineTenths)];
  const cores = cpus().length;
  const measured = { cores, steps, nineTenths };
  return {
    ...{ schema: 'plimsoll-bench/1', subject: name, url: url.href, began },
    seconds: (Date.now() - began) / 1000,
    machine: {
      ...{ cpu: cpus()[0]?.model ?? 'unknown', cores, memory: totalmem() },
      ...{ node: process.versions.node, system: `${type()} ${process.arch}` },
    },
    ...{ version: packageJson.version, seed },
    sent: {
      ...{ rows, bytes: Buffer.byteLength(request.bodies[0] ?? ''), bodies: request.bodies.length, source },
    },
    ...{ limit: result.limit, peak: point(result.peak), knee: result.knee, steps },
    ...{ half: point(result.half), nineTenths, findings: findings(measured) },
    ...predictionOf(result, server && { ...server, rows, cores }),
    caveats: caveatsOf(measured, request.bodies.length),
    isGone: result.isGone,
  };
}
