/** Customers that come and stay as they are, or not: blocks of rows, and a world whose version has a profile of them. */
import type { CapturedBlock } from '../../../capture/block.ts';
import { seededRandom } from '../../../core/random.ts';
import type { AlertRow } from '../../alerts/alert.ts';
import { loggedBlockOf, loggedNumbers, texts } from '../../log/testing/blocks.ts';
import { learnProfile } from '../block-columns.ts';
import type { World } from './world.ts';

const random = seededRandom(6);
export const ages = (n: number): number[] => Array.from({ length: n }, () => 20 + 50 * random.next());
const plans = (n: number): string[] =>
  Array.from({ length: n }, () => (random.next() < 0.3 ? 'pro' : 'free'));
const scores = (n: number): number[] => Array.from({ length: n }, () => random.next());

let seq = 0;
/** Of the next block. */
export const nextSeq = (): number => ++seq;

/** Rows a millisecond apart. */
export function watchedBlock(n: number, more: Partial<CapturedBlock> = {}, age = ages(n)): CapturedBlock {
  const made = loggedBlockOf(
    [loggedNumbers('age', ...age), texts('plan', ...plans(n)), loggedNumbers('load', ...scores(n))],
    [loggedNumbers('predict', ...scores(n))],
    { seq: nextSeq(), ...more },
  );
  const at = Float64Array.from({ length: n }, (_, i) => made.from + i);
  return { ...made, meta: { ...made.meta, at } };
}

/** Fires and resolves at once. */
export const QUICK = { alerts: { for: '0s', coolDown: '0s', resolveAfter: '0s' } };

const reference = watchedBlock(5000);

/** Gives the version of that world a profile. */
export async function withProfile(world: Promise<World>): Promise<World> {
  const made = await world;
  const { inputs, outputs } = reference;
  const column = ({ name, values }: CapturedBlock['inputs'][number]) =>
    values instanceof Float64Array
      ? { name, column: { kind: 'number' as const, values, nulls: null } }
      : { name, column: { kind: 'category' as const, values } };
  const profile = learnProfile(inputs.map(column), { source: 'file', outputs: outputs.map(column) });
  await made.store.setProfile({ model: 'churn', version: 1, profile, createdAt: 1 });
  return made;
}

export const alertsIn = async ({ store }: World): Promise<readonly AlertRow[]> =>
  (await store.alerts({ limit: 100 })).items as AlertRow[];
