import { expect, test } from 'vitest';
import type { Revision } from '../../store/revisions.ts';
import { type Changes, ChangeWatch } from './change-watch.ts';

const endpoint = (name: string, revision: string): Revision => ({
  ...{ kind: 'endpoint', name, endpoint: name, revision },
});
const told = (...names: string[]) => names.map((name) => ({ kind: 'endpoint', name, endpoint: name }));

/** A watch over two databases, whose looks are asked for by hand. */
function watching() {
  const databases: Revision[][] = [[endpoint('a', '1'), endpoint('b', '1')], []];
  const looks = [0, 0];
  const warned: string[] = [];
  let isAway = false;
  let look: (() => Promise<void>) | null = null;
  const watch = new ChangeWatch({
    sources: databases.map((_, k) => async () => {
      looks[k] = (looks[k] ?? 0) + 1;
      if (isAway && k === 1) throw new Error('away');
      return databases[k] ?? [];
    }),
    millis: 1000,
    every: (_, work) => {
      look = work;
      return async () => {
        look = null;
      };
    },
    logger: { warn: (_, message) => warned.push(message) },
  });
  return {
    ...{ watch, databases, looks, warned },
    isScheduled: () => look !== null,
    look: async () => look?.(),
    away(is: boolean) {
      isAway = is;
    },
  };
}

async function following(watch: ChangeWatch) {
  const events: Changes[] = [];
  const begun = Promise.withResolvers<void>();
  const end = watch.follow((changes) => {
    events.push(changes);
    begun.resolve();
  });
  await begun.promise;
  return { events, end };
}

test('nothing is looked at while nobody follows', async () => {
  const { watch, looks, isScheduled } = watching();
  expect([looks, isScheduled()]).toEqual([[0, 0], false]);
  const [one, two] = [await following(watch), await following(watch)];
  expect([looks, isScheduled()]).toEqual([[1, 1], true]);
  one.end();
  expect(isScheduled()).toBe(true);
  two.end();
  expect([looks, isScheduled()]).toEqual([[1, 1], false]);
});

test('what is new, has changed or is gone is told by name, once, to all who follow', async () => {
  const { watch, databases, look } = watching();
  const [one, two] = [await following(watch), await following(watch)];
  await look();
  databases[0] = [endpoint('b', '2'), endpoint('c', '1')];
  await look();
  await look();
  databases[1] = [endpoint('d', '1')];
  await look();
  const events = [
    { sequence: 0, changed: [] },
    { sequence: 1, changed: told('b', 'c', 'a') },
    { sequence: 2, changed: told('d') },
  ];
  expect([one.events, two.events]).toEqual([events, events]);
});

test('what two tables tell of the same thing is told once', async () => {
  const { watch, databases, look } = watching();
  const { events } = await following(watch);
  databases[0] = [endpoint('a', '1'), endpoint('b', '1'), endpoint('a', 'entry 7')];
  await look();
  expect(events.at(-1)?.changed).toEqual(told('a'));
});

test('who begins to follow later hears of changes after that, under the same numbers', async () => {
  const { watch, databases, look } = watching();
  await following(watch);
  databases[0] = [];
  await look();
  const { events } = await following(watch);
  databases[0] = [endpoint('a', '1')];
  await look();
  expect(events).toEqual([
    { sequence: 1, changed: [] },
    { sequence: 2, changed: told('a') },
  ]);
});

test('a database that is away takes nothing from the others, and is compared with what it said before', async () => {
  const { watch, databases, look, away, warned } = watching();
  databases[1] = [endpoint('x', '1')];
  const { events } = await following(watch);
  away(true);
  await look();
  databases[0] = [endpoint('a', '2'), endpoint('b', '1')];
  await look();
  expect(events.at(-1)?.changed).toEqual(told('a'));
  expect(warned).toHaveLength(1);
  away(false);
  databases[1] = [endpoint('x', '2')];
  await look();
  expect(events.at(-1)?.changed).toEqual(told('x'));
});

test('what a database says that was away from the beginning is told once it is back', async () => {
  const { watch, databases, look, away } = watching();
  away(true);
  const { events } = await following(watch);
  databases[1] = [endpoint('x', '1')];
  away(false);
  await look();
  expect(events.at(-1)?.changed).toEqual(told('x'));
});
