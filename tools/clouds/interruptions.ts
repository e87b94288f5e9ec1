/**
 * Work on a cloud that ends at a call, before or after the cloud has carried it out, and is then begun again by somebody who
 * knows nothing of it. What is left at the end, and what was done in all, must be as if nobody had ended it.
 */
import type { HandClock } from './clock.ts';

/** A cloud whose calls can be cut off, and which can be taken back. */
export interface Stage {
  readonly clock: HandClock;
  keep(): () => void;
  /** Everything that is there, without what differs each time, such as dates: the same text is the same state. */
  state(): string;
  /** Calls so far, those that were carried out among them. */
  readonly calls: readonly string[];
  readonly effects: readonly string[];
  /** Forgets both. */
  forget(): void;
  /** Tells of each call that was carried out, before it is answered. */
  watch(told: (operation: string) => void): void;
  /** From the k-th call on, or from its answer on, nothing gets through, until `release`. */
  cut(call: number, when: When): void;
  /** The answer to the k-th call alone gets lost; who asks may ask again. */
  lose?(call: number): void;
  release(): void;
  /** Whether an operation changes something. */
  isChange(operation: string): boolean;
  /** Whether it may be repeated, since it says the same again. */
  isSaying(operation: string): boolean;
}

type When = 'before' | 'after';
type Work = () => Promise<unknown>;

export interface Tried {
  readonly name: string;
  /** Calls of the work when nothing befalls it, and how many of them change something. */
  readonly calls: number;
  readonly changes: number;
  readonly interruptions: number;
  /** States that they left; the work was begun again from each. */
  readonly states: number;
  /** What differed from the uninterrupted work, by interruption; empty where nothing did. */
  readonly differing: readonly string[];
  /** Text of the state in which it ends. */
  readonly end: string;
}

export interface Trial {
  readonly name: string;
  readonly stage: Stage;
  /** The work, from its start; rejects where it is cut off. */
  readonly work: Work;
  /** What is done after it was; by default the same again. */
  readonly next?: Work;
}

/** Where the work ends, and whether what it has begun comes to its end before it is begun again. */
interface Cut {
  readonly call: number;
  readonly operation: string;
  readonly when: When;
  readonly isLater: boolean;
}

function* cutsAt(operations: readonly string[], stage: Stage): Iterable<Cut> {
  for (const [i, operation] of operations.entries()) {
    const at = { call: i + 1, operation };
    yield { ...at, when: 'before', isLater: false };
    yield { ...at, when: 'after', isLater: false };
    if (stage.isChange(operation)) yield { ...at, when: 'after', isLater: true };
  }
}

/**
 * Kills the work after each of its changes: what is there then is kept, and the work begun from it. Cheaper than to cut it off,
 * and without a word of how it ends; ends where the work would have ended.
 */
export async function killAfterChanges(trial: Trial): Promise<Tried> {
  const { name, stage, work } = trial;
  await stage.clock.quiet();
  const kept: {
    readonly operation: string;
    readonly back: () => void;
    readonly effects: readonly string[];
  }[] = [];
  stage.forget();
  stage.watch((operation) => {
    if (stage.isChange(operation)) kept.push({ operation, back: stage.keep(), effects: changesOf(stage) });
  });
  await work();
  stage.watch(() => undefined);
  const calls = stage.calls.length;
  const [end, wanted] = [stage.keep(), await ending(trial, trial.next !== undefined)];
  const differing: string[] = [];
  for (const { operation, back, effects } of kept) {
    back();
    stage.forget();
    const seen = await ending(trial, true, effects);
    if (seen !== wanted) differing.push(`after ${operation}: ${seen} instead of ${wanted}`);
  }
  end();
  const counts = { calls, changes: kept.length, interruptions: kept.length, states: kept.length };
  return { name, ...counts, differing, end: wanted };
}

/** Loses the answer to each call that changes something: whoever asks again by himself comes to the same end, at once. */
export async function loseAnswers(trial: Trial): Promise<Tried> {
  const { name, stage, work } = trial;
  await stage.clock.quiet();
  const back = stage.keep();
  stage.forget();
  await work();
  const calls = [...stage.calls];
  const state = async (): Promise<string> => {
    await stage.clock.quiet();
    return stage.state();
  };
  const end = await state();
  const differing: string[] = [];
  for (const [i, operation] of calls.entries()) {
    if (!stage.isChange(operation)) continue;
    back();
    stage.forget();
    stage.lose?.(i + 1);
    const said = await work().then(
      () => '',
      (error: Error) => error.message,
    );
    stage.release();
    const seen = await state();
    if (said !== '' || seen !== end)
      differing.push(`${operation}, call ${i + 1}: ${said} ${seen} instead of ${end}`);
  }
  const changes = calls.filter((one) => stage.isChange(one)).length;
  return { name, calls: calls.length, changes, interruptions: changes, states: changes, differing, end };
}

/** Interrupts the work at its calls, goes on each time, and compares; ends where the work would have ended. */
export async function interruptEverywhere(trial: Trial): Promise<Tried> {
  const { name, stage, work } = trial;
  await stage.clock.quiet();
  const back = stage.keep();
  const begin = (): void => {
    back();
    stage.forget();
  };
  begin();
  await work();
  const calls = [...stage.calls];
  const wanted = await ending(trial, trial.next !== undefined);
  const endings = new Map<string, string>();
  const differing: string[] = [];
  let interruptions = 0;
  for (const cut of cutsAt(calls, stage)) {
    interruptions += 1;
    begin();
    const seen = await afterwards(trial, cut, endings);
    const { when, call, operation } = cut;
    if (seen !== wanted) differing.push(`${when} ${operation}, call ${call}: ${seen} instead of ${wanted}`);
  }
  begin();
  await work();
  const counts = { calls: calls.length, changes: calls.filter((one) => stage.isChange(one)).length };
  return { name, ...counts, interruptions, states: endings.size, differing, end: wanted };
}

/** Ends the work, and begins it again, unless that was done already from the very state that it has left. */
async function afterwards(trial: Trial, cut: Cut, endings: Map<string, string>): Promise<string> {
  const { stage } = trial;
  await ended(trial, cut);
  if (cut.isLater) await stage.clock.quiet();
  // Who begins again knows nothing but what is there; what was done so far is compared in the end, too.
  const left = JSON.stringify([stage.state(), stage.clock.dueIn(), changesOf(stage)]);
  const known = endings.get(left);
  if (known !== undefined) return known;
  const seen = await ending(trial, true);
  endings.set(left, seen);
  return seen;
}

const changesOf = ({ effects, isChange, isSaying }: Stage): readonly string[] =>
  effects.filter((one) => isChange(one) && !isSaying(one)).sort();

/** What is there in the end and, where the work itself goes on, what was done for it. */
async function ending(
  { stage, work, next }: Trial,
  goesOn: boolean,
  before: readonly string[] = [],
): Promise<string> {
  if (goesOn) await (next ?? work)();
  await stage.clock.quiet();
  const changes = [...before, ...changesOf(stage)].sort();
  return JSON.stringify({ there: stage.state(), ...(next ? {} : { changes }) });
}

/** Does the work until the call; from there on nothing of it reaches the cloud. Throws where it does not come to that. */
async function ended({ stage, work }: Trial, { call, operation, when }: Cut): Promise<void> {
  stage.cut(call, when);
  try {
    await work();
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (/^(CLOUD|ROUTER)_/.test(code ?? '')) return;
    throw error;
  } finally {
    stage.release();
  }
  throw new Error(`${operation}, call ${call}, did not end the work`);
}

/** For people. */
export const tableOf = (tried: readonly Tried[]): string =>
  [
    'work                                     calls  changes  interruptions  states  differing',
    ...tried.map(({ name, calls, changes, interruptions, states, differing }) =>
      [
        name.padEnd(40),
        String(calls).padStart(5),
        String(changes).padStart(8),
        String(interruptions).padStart(14),
        String(states).padStart(7),
        String(differing.length).padStart(10),
      ].join(' '),
    ),
  ].join('\n');
