/** A store that can be taken away and brought back, as a database that is stopped or a disk that is full. */
import { PlimsollError } from '../../../core/errors.ts';
import type { Store, Tables } from '../../../store/store.ts';

export type Absence = 'there' | 'unreachable' | 'full';

export interface Absentable {
  readonly store: Store;
  absence: Absence;
  /** The next write that is let through is done, and its answer lost. */
  losesAnswer: boolean;
}

const READS = new Set([
  'get',
  'list',
  'running',
  'events',
  'actions',
  'history',
  'holds',
  'wasRolledBack',
  'listAll',
  'lastReasons',
]);

const thrown = (absence: Absence): PlimsollError =>
  absence === 'full'
    ? new PlimsollError('STORE_UNWRITABLE', { where: 'here', reason: 'database or disk is full' })
    : new PlimsollError('STORE_UNAVAILABLE', { where: 'there', reason: 'connection refused' });

export function absentable(store: Store): Absentable {
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    if (state.absence !== 'there') throw thrown(state.absence);
    const result = await work();
    if (!state.losesAnswer) return result;
    [state.losesAnswer, state.absence] = [false, 'unreachable'];
    throw thrown('unreachable');
  };
  const guarded = (table: object): object =>
    new Proxy(table, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => {
          const call = () => method.apply(target, args);
          if (!READS.has(String(name))) return write(call);
          return state.absence === 'unreachable' ? Promise.reject(thrown(state.absence)) : call();
        };
      },
    });
  const tables = Object.fromEntries(
    Object.entries(store.tables).map(([name, table]) => [name, guarded(table as object)]),
  ) as unknown as Tables;
  const state: Absentable = {
    absence: 'there',
    losesAnswer: false,
    store: { ...store, tables, transaction: (work) => write(() => store.transaction(work)) },
  };
  return state;
}
