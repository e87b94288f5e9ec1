import { once } from 'node:events';
import { createServer } from 'node:net';
import { elementAt } from '../../core/element-at.ts';
import { messageOf } from '../../core/error-text.ts';
import { boundAddress } from '../../core/network.ts';
import { clearedAtEnd } from '../image/working-folder.ts';
import type { PackagedModel } from '../packaged.ts';
import { type ContainerTrial, ContractBreach, type ContractName, type ContractTrials } from './clause.ts';
import { after, answerWithin } from './common.ts';
import { asking } from './container-client.ts';
import { kserveTrials } from './kserve.ts';
import { multiModelTrials } from './multi-model.ts';
import { plainTrials } from './plain.ts';
import { sagemakerTrials } from './sagemaker.ts';
import { type SampleRequests, samplesOf } from './sample-requests.ts';
import type { StartContainer, StartedContainer } from './started-container.ts';
import { vertexTrials } from './vertex.ts';

export interface ClauseResult {
  readonly id: string;
  readonly source: string;
  readonly says: string;
  readonly passed: boolean;
  /** What was seen. */
  readonly seen: string;
}

export interface ContractReport {
  readonly contract: ContractName;
  readonly passed: boolean;
  readonly clauses: readonly ClauseResult[];
}

/** By the order of the report. */
const CONTRACTS: readonly ((port: number) => ContractTrials)[] = [
  plainTrials,
  sagemakerTrials,
  multiModelTrials,
  vertexTrials,
  kserveTrials,
];

/** SageMaker gives a container four minutes; nobody here waits as long. */
const READY_MILLIS = 120_000;
const POLL_MILLIS = 20;
const END_MILLIS = 30_000;

/**
 * Holds a container to the contracts: it is started as each platform starts it, and asked what the platform would ask.
 * `start` says what is started: an unpacked image, or a plain process. A breach is a result, never an error.
 */
export async function runContracts(
  start: StartContainer,
  model: PackagedModel,
  onReport: (report: ContractReport) => void = () => undefined,
): Promise<readonly ContractReport[]> {
  const samples = await samplesOf(model.bundle, model.manifest);
  const reports: ContractReport[] = [];
  for (const contract of CONTRACTS) {
    const port = await freePort();
    const { contract: name, trials } = contract(port);
    const clauses: ClauseResult[] = [];
    for (const trial of trials) clauses.push(...(await runTrial(trial, { start, model, samples, port })));
    const report = { contract: name, passed: clauses.every(({ passed }) => passed), clauses };
    reports.push(report);
    onReport(report);
  }
  return reports;
}

interface Surroundings {
  readonly start: StartContainer;
  readonly model: PackagedModel;
  readonly samples: SampleRequests;
  readonly port: number;
}

async function runTrial(trial: ContainerTrial, surroundings: Surroundings): Promise<readonly ClauseResult[]> {
  const { env, args, mount, clauses, ready } = trial;
  const { start, model, samples, port } = surroundings;
  const mounts = mount === null ? {} : { [mount]: model.bundle };
  const started = await start({ env, args, mounts, port });
  // Nobody else would end it.
  const release = clearedAtEnd(() => started.kill('SIGKILL'));
  try {
    const results = [await startup(started, ready, trial.name)];
    const subject = { started, ask: asking(port), samples, model: model.name };
    for (const { id, source, says, check } of elementAt(results, 0).passed ? clauses : [])
      results.push({ id, source, says, ...(await outcome(() => check(subject))) });
    return results;
  } finally {
    await end(started);
    release();
  }
}

/** A breach is what was seen; so is a connection that breaks. */
async function outcome(check: () => Promise<string>): Promise<Pick<ClauseResult, 'passed' | 'seen'>> {
  try {
    return { passed: true, seen: await check() };
  } catch (error) {
    const message = messageOf(error);
    return { passed: false, seen: error instanceof ContractBreach ? message : `no answer: ${message}` };
  }
}

/** Until it is ready a container refuses connections or answers 503, whatever it is asked. */
async function startup(started: StartedContainer, path: string, name: string): Promise<ClauseResult> {
  const about = {
    id: `ready (${name})`,
    source: 'every platform',
    says: `GET ${path} is refused or 503 until it is 200`,
  };
  return { ...about, ...(await outcome(() => readiness(started, path))) };
}

async function readiness(started: StartedContainer, path: string): Promise<string> {
  const begun = performance.now();
  const ask = asking(started.port);
  let hasEnded = false;
  void started.ended.then(() => {
    hasEnded = true;
  });
  for (;;) {
    const status = await ask(path, { limit: 2000 }).then(
      (answer) => answer.status,
      () => null,
    );
    const millis = Math.round(performance.now() - begun);
    if (status === 200) return `after ${millis} ms`;
    if (hasEnded)
      throw new ContractBreach(`it ended after ${millis} ms: ${started.output().trim().slice(-600)}`);
    if (status !== null && status !== 503) throw new ContractBreach(`${status} after ${millis} ms`);
    if (millis > READY_MILLIS) throw new ContractBreach(`it is not ready after ${millis} ms`);
    await after(POLL_MILLIS);
  }
}

/** Ends what still runs, gently first. */
async function end(started: StartedContainer): Promise<void> {
  started.kill('SIGTERM');
  await answerWithin(started.ended, END_MILLIS, 'it still runs').catch(() => started.kill('SIGKILL'));
  await started.ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = boundAddress(server);
  server.close();
  await once(server, 'close');
  return port;
}
