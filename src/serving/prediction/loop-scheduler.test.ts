import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LoopScheduler } from './loop-scheduler.ts';

test('trifles run at once, counted work within the budget of its turn, and in order', async () => {
  const turns = new LoopScheduler();
  const done: string[] = [];
  const run = (name: string, micros: number): void => turns.run(micros, () => done.push(name));
  run('a', 1500);
  run('b', 1500);
  run('c', 400);
  run('trifle', 10);
  expect(done).toEqual(['a', 'trifle']);
  await nextTurn();
  expect(done).toEqual(['a', 'trifle', 'b', 'c']);
  await nextTurn();
  run('d', 1500);
  expect(done.at(-1)).toBe('d');
});

test('work above the whole budget still gets a turn of its own', async () => {
  const turns = new LoopScheduler();
  const done: number[] = [];
  for (const k of [0, 1, 2]) turns.run(10_000, () => done.push(k));
  for (const expected of [[0], [0, 1], [0, 1, 2]]) {
    expect(done).toEqual(expected);
    await nextTurn();
  }
});

test('what goes on with work that has begun comes before what has not, in order', async () => {
  const turns = new LoopScheduler();
  const done: string[] = [];
  const begin = (name: string): void => turns.run(1500, () => turns.goOn(1000, () => done.push(name)));
  for (const name of ['a', 'b', 'c']) begin(name);
  for (const expected of [[], ['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    expect(done.slice(0, expected.length)).toEqual(expected);
    await nextTurn();
    await nextTurn();
  }
});

test('a turn tells a crowd how long it has lasted, and how long the one before it', async () => {
  const turns = new LoopScheduler();
  const spin = (millis: number): void => {
    const until = performance.now() + millis;
    while (performance.now() < until);
  };
  turns.arrive(performance.now());
  spin(20);
  turns.arrive(performance.now());
  expect(turns.age).toBe(0);
  for (let k = 0; k < 60; k++) turns.arrive(performance.now());
  expect(turns.age).toBeGreaterThanOrEqual(20);
  await nextTurn();
  expect(turns.last).toBeGreaterThanOrEqual(20);
  spin(5);
  turns.arrive(performance.now());
  expect([turns.last, turns.age]).toEqual([0, 0]);
});

test('where a connection was taken, work waits for the end of the turn: others may be behind it', async () => {
  const turns = new LoopScheduler();
  const done: string[] = [];
  turns.accepted();
  turns.run(1500, () => done.push('a'));
  expect(done).toEqual([]);
  await nextTurn();
  expect(done).toEqual(['a']);
});
