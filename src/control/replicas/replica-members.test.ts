import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { ManualClock } from '../rollouts/testing/world.ts';
import { ReplicaMembers, type ReplicaReport } from './replica-members.ts';

let store: Store;
let clock: ManualClock;
beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  clock = new ManualClock();
});
afterEach(() => store.close());

const errors: object[] = [];
const logger = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object) => void errors.push(fields),
};
const memberOf = (replica: string): ReplicaMembers => new ReplicaMembers({ store, clock, logger, replica });

const saying = (worker: string, ...loaded: readonly string[]): ReplicaReport => ({
  workers: [{ worker, epoch: 1 }],
  loaded,
  failures: [],
});

describe('a replica', () => {
  it('knows the workers of the others from their signs of life, and each change of them once', async () => {
    const [a, b] = [memberOf('a'), memberOf('b')];
    await a.report(saying('a/1'));
    await b.report(saying('b/1'));
    expect(await a.refresh()).toEqual([{ worker: 'b/1', epoch: 1, kind: 'joined' }]);
    expect(await a.refresh()).toEqual([]);
    await b.report({ ...saying('b/1'), workers: [{ worker: 'b/1', epoch: 2 }] });
    expect(await a.refresh()).toEqual([
      { worker: 'b/1', epoch: 1, kind: 'left' },
      { worker: 'b/1', epoch: 2, kind: 'joined' },
    ]);
    await b.leave();
    expect(await a.refresh()).toEqual([{ worker: 'b/1', epoch: 2, kind: 'left' }]);
    expect(a.size).toBe(0);
  });

  it('is dead after ten seconds without one, whatever its clock says, and its row is removed', async () => {
    const a = memberOf('a');
    await memberOf('b').report(saying('b/1'));
    clock.jump(50_000);
    expect(await a.refresh()).toHaveLength(1);
    clock.pass(10_000);
    expect(await a.refresh()).toEqual([]);
    clock.pass(1);
    expect(await a.refresh()).toEqual([{ worker: 'b/1', epoch: 1, kind: 'left' }]);
    expect(await store.tables.members.list()).toEqual([]);
  });

  it('that left its row an hour ago is not waited for', async () => {
    await memberOf('b').report(saying('b/1', 'm@1'));
    clock.pass(3_600_000);
    const a = memberOf('a');
    expect(await a.refresh()).toEqual([]);
    expect(a.ready('m', 2, 1)).toBe(1);
  });

  it('that was silent for so long that others took it for dead comes back with workers of other names', async () => {
    const [a, b] = [memberOf('a'), memberOf('b')];
    await b.report(saying('b/1'));
    await a.refresh();
    clock.pass(10_001);
    await a.refresh();
    await b.report(saying('b/1'));
    expect(b.nameOf('b/1')).toBe('b/1~1');
    expect(await a.refresh()).toEqual([{ worker: 'b/1~1', epoch: 1, kind: 'joined' }]);
  });

  it('is one of those that must have a version before it is ready', async () => {
    const [a, b] = [memberOf('a'), memberOf('b')];
    expect(a.ready('m', 1, 1)).toBe(0);
    await b.report(saying('b/1', 'm@1'));
    await a.refresh();
    expect([a.ready('m', 1, 1), a.ready('m', 2, 1), a.ready('m', 1, 0)]).toEqual([2, 0, 0]);
    await b.report(saying('b/1', 'm@1', 'm@2'));
    await a.refresh();
    expect(a.ready('m', 2, 3)).toBe(4);
  });

  it('that serves nobody keeps nobody waiting', async () => {
    const [a, command] = [memberOf('a'), memberOf('command')];
    await command.report({ workers: [], loaded: [], failures: [] });
    await a.refresh();
    expect([a.size, a.ready('m', 1, 1)]).toEqual([1, 1]);
  });

  it('has others say once what it cannot load', async () => {
    const [a, b] = [memberOf('a'), memberOf('b')];
    for (let beat = 0; beat < 3; beat++) {
      await b.report({ ...saying('b/1'), failures: [['m@2', 'its bundle is gone']] });
      await a.refresh();
    }
    expect(errors).toEqual([{ replica: 'b', version: 'm@2', why: 'its bundle is gone' }]);
  });

  it('of a release that says other things is not listened to', async () => {
    const a = memberOf('a');
    for (const body of [null, {}, { workers: [{}], loaded: [], failures: [] }, [1], 'x']) {
      await store.tables.members.put({
        replica: 'b',
        beat: (Math.random() * 1e9) | 0,
        at: clock.now(),
        body,
      });
      expect(await a.refresh()).toEqual([]);
    }
  });
});
