/**
 * Deployments that are ended: from a certain call on nothing reaches the cloud any more, as when the process is killed
 * there. A deployment keeps nothing outside the cloud, so that the next one knows no more than a new process would.
 */
import { Refusal } from '../../tools/clouds/google/refusal.ts';
import { documentOf, present, type Scene } from './deployment.ts';

const FIRST = documentOf({ 1: 100 });
const CANARY = documentOf({ 1: 95, 2: 5 });
const BATCH = [{ name: 'nightly', version: 2, input: ['gs://bucket/in.jsonl'], output: 'gs://bucket/out' }];
const PROMOTED = documentOf({ 2: 100 }, { batch: BATCH });

export interface Step {
  readonly name: string;
  readonly before: (there: Scene) => Promise<unknown>;
  readonly work: (there: Scene) => Promise<unknown>;
}

export const STEPS: readonly Step[] = [
  { name: 'deploy', before: async () => undefined, work: (there) => there.apply(FIRST) },
  { name: 'canary', before: (there) => there.apply(FIRST), work: (there) => there.apply(CANARY) },
  { name: 'promote', before: (there) => there.apply(CANARY), work: (there) => there.apply(PROMOTED) },
  { name: 'roll back', before: (there) => there.apply(CANARY), work: (there) => there.apply(FIRST) },
  { name: 'destroy', before: (there) => there.apply(PROMOTED), work: (there) => there.destroy(PROMOTED) },
];

/** Which calls are counted. */
export type Counts = (method: string) => boolean;
export const EVERY: Counts = () => true;
/** Those that change something; what only looks may be left out where time is short. */
export const CHANGES: Counts = (method) => !/^(Get|List)/.test(method);

/** From the k-th call that counts on, before or after its effect, nothing gets through. Answers whether it came to that. */
async function ended(
  there: Scene,
  work: (there: Scene) => Promise<unknown>,
  [k, when]: readonly [number, 'before' | 'after'],
  counts: Counts,
): Promise<boolean> {
  const { dispatcher } = there.fake;
  let seen = 0;
  let isOver = false;
  dispatcher.interrupt = ({ method }, moment) => {
    if (moment === 'before' && !isOver && counts(method)) seen += 1;
    if (seen === k && moment === when && counts(method)) isOver = true;
    if (isOver) throw new Refusal('CANCELLED', 'the process was killed');
  };
  try {
    await work(there);
  } catch (error) {
    if (!isOver) throw error;
  } finally {
    dispatcher.interrupt = () => undefined;
  }
  return isOver;
}

const NOTHING = { models: [], endpoints: [], jobs: [] };

export interface Outcome {
  /** Calls that the step was ended at. */
  readonly calls: number;
  /** Those after which the state differed from that of a step that nobody ended: none. */
  readonly differing: readonly string[];
}

/** A step ended at each call, before its effect and after it, and done again each time. */
export async function endedEverywhere(there: Scene, step: Step, counts: Counts): Promise<Outcome> {
  await step.before(there);
  await step.work(there);
  const wanted = JSON.stringify(present(there));
  const differing: string[] = [];
  for (let k = 1; ; k++) {
    let came = false;
    for (const when of ['before', 'after'] as const) {
      await cleared(there);
      await step.before(there);
      came = await ended(there, step.work, [k, when], counts);
      await step.work(there);
      await there.fake.world.quiet();
      if (JSON.stringify(present(there)) !== wanted) differing.push(`${when} call ${k}`);
      if (!came) break;
    }
    if (!came) {
      await cleared(there);
      return { calls: k - 1, differing };
    }
  }
}

/** Takes everything away. Throws where something is left. */
async function cleared(there: Scene, document = PROMOTED): Promise<void> {
  await there.destroy(document);
  await there.fake.world.quiet();
  const left = JSON.stringify(present(there));
  if (left !== JSON.stringify(NOTHING)) throw new Error(`left after destroy: ${left}`);
}

/** A first deployment ended at each call and taken away at once: what was on its way then has to go too. */
export async function abandonedEverywhere(there: Scene, counts: Counts): Promise<number> {
  for (let k = 1; ; k++) {
    const came = await ended(there, (one) => one.apply(FIRST), [k, 'after'], counts);
    await cleared(there, FIRST);
    if (!came) return k - 1;
  }
}
