/** The life of a deployment on Vertex, each part of it ended at its calls. A deployment keeps nothing outside the cloud. */
import type { HandClock } from '../../tools/clouds/clock.ts';
import { Refusal } from '../../tools/clouds/google/refusal.ts';
import type { Stage, Trial, Tried } from '../../tools/clouds/interruptions.ts';
import { documentOf, present, type Scene } from './deployment.ts';

const FIRST = documentOf({ 1: 100 });
const CANARY = documentOf({ 1: 95, 2: 5 });
const BATCH = [{ name: 'nightly', version: 2, input: ['gs://bucket/in.jsonl'], output: 'gs://bucket/out' }];
const PROMOTED = documentOf({ 2: 100 }, { batch: BATCH });

type Work = (there: Scene) => Promise<unknown>;
export type TimedScene = Scene & { readonly clock: HandClock };

export interface Step {
  readonly name: string;
  readonly before: Work;
  readonly work: Work;
  /** What is done after it was ended; by default the same again. */
  readonly next?: Work;
}

export const STEPS: readonly Step[] = [
  { name: 'deploy', before: async () => undefined, work: (there) => there.apply(FIRST) },
  { name: 'canary', before: (there) => there.apply(FIRST), work: (there) => there.apply(CANARY) },
  {
    name: 'canary by weights',
    before: (there) => there.apply(CANARY),
    work: (there) => there.weights({ 1: 50, 2: 50 }),
  },
  { name: 'promote', before: (there) => there.apply(CANARY), work: (there) => there.apply(PROMOTED) },
  {
    name: 'rollback by weights',
    before: (there) => there.apply(CANARY),
    work: (there) => there.weights({ 1: 100, 2: 0 }),
  },
  { name: 'rollback', before: (there) => there.apply(CANARY), work: (there) => there.apply(FIRST) },
  { name: 'destroy', before: (there) => there.apply(PROMOTED), work: (there) => there.destroy(PROMOTED) },
  {
    name: 'deploy, then destroy',
    before: async () => undefined,
    work: (there) => there.apply(FIRST),
    next: (there) => there.destroy(FIRST),
  },
];

/** Calls that change something. */
export const isChange = (method: string): boolean => !/^(Get|List)/.test(method);

/** A fake as something that is taken back again and again. */
function stageOf(there: TimedScene): Stage {
  const { dispatcher, world } = there.fake;
  const [calls, effects]: [string[], string[]] = [[], []];
  let told: (method: string) => void = () => undefined;
  let last = { call: Number.POSITIVE_INFINITY, when: 'before' };
  dispatcher.interrupt = ({ method }, when) => {
    if (when === 'before') calls.push(method);
    if (calls.length > last.call || (calls.length === last.call && (when === last.when || when === 'after')))
      throw new Refusal('CANCELLED', 'the process was killed');
  };
  dispatcher.onEffect = ({ method }) => {
    effects.push(method);
    told(method);
  };
  return {
    ...{ clock: there.clock, calls, effects, isChange },
    watch: (next) => {
      told = next;
    },
    keep: () => world.keep(),
    state: () => JSON.stringify(present(there)),
    forget: () => {
      calls.length = 0;
      effects.length = 0;
    },
    cut: (call, when) => {
      last = { call, when };
    },
    release: () => {
      last = { call: Number.POSITIVE_INFINITY, when: 'before' };
    },
    // Of an endpoint: the same again. Of a job: nobody sees that it is on its way out.
    isSaying: (method) => /^(UpdateEndpoint|(Cancel|Delete)BatchPredictionJob)$/.test(method),
  };
}

/** A step ended at its calls, before the effect of each and after it, and gone on with each time. */
export async function endedEverywhere(
  there: TimedScene,
  step: Step,
  interrupt: (trial: Trial) => Promise<Tried>,
): Promise<Tried> {
  const nothing = there.fake.world.keep();
  const { name, before, work, next } = step;
  await before(there);
  const trial = { name, stage: stageOf(there), work: () => work(there) };
  const tried = await interrupt({ ...trial, ...(next ? { next: () => next(there) } : {}) });
  there.fake.dispatcher.interrupt = () => undefined;
  nothing();
  return tried;
}

export const NOTHING = { models: [], endpoints: [], jobs: [] };

/** What is there in the end. */
export const endOf = ({ end }: Tried): object => JSON.parse(JSON.parse(end).there);
