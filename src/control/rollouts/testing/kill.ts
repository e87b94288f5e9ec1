/** A store that dies with its process at the k-th write, before it or just after it, and answers nothing any more. */
import type { Store, Tables } from '../../../store/store.ts';

export interface Killer {
  /** Writes so far. */
  writes: number;
  isDead: boolean;
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

/** `at`: number of the write, from 0; `when`: whether it still happens. */
export function killable(
  store: Store,
  at: number,
  when: 'before' | 'after',
): { store: Store; killer: Killer } {
  const killer: Killer = { writes: 0, isDead: false };
  const dead = (): never => {
    throw new Error('the process is dead');
  };
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    if (killer.isDead) dead();
    const isLast = killer.writes++ === at;
    if (isLast && when === 'before') {
      killer.isDead = true;
      dead();
    }
    const result = await work();
    if (isLast) {
      killer.isDead = true;
      dead();
    }
    return result;
  };
  const guarded = (table: object): object =>
    new Proxy(table, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => {
          const call = () => method.apply(target, args);
          if (!READS.has(String(name))) return write(call);
          return killer.isDead ? Promise.reject(new Error('the process is dead')) : call();
        };
      },
    });
  const tables = Object.fromEntries(
    Object.entries(store.tables).map(([name, table]) => [name, guarded(table as object)]),
  ) as unknown as Tables;
  return {
    killer,
    store: { ...store, tables, transaction: (work) => write(() => store.transaction(work)) },
  };
}
