import { expect, test } from 'vitest';
import type { PlimsollError } from '../../core/errors.ts';
import { ReceiveSlots } from './receive-slots.ts';

/** Places with a clock that is set by hand, and bodies that say what they were told. */
function places(maxReceiving: number, peerShare = 1) {
  const time = { now: 0 };
  const counts = { receiving: 0, slowBodies: 0 };
  const receiving = new ReceiveSlots({ limits: { maxReceiving, peerShare }, counts, now: () => time.now });
  const enter = (peer: string, received = 0) => {
    const told: PlimsollError[] = [];
    const refuse = (error: PlimsollError): void => void told.push(error);
    const body = { peer, startedAt: time.now, received, refuse, told };
    receiving.enter(body);
    return body;
  };
  return { time, counts, receiving, enter };
}

const codes = (bodies: readonly { readonly told: readonly PlimsollError[] }[]) =>
  bodies.map(({ told }) => told.map(({ code, http }) => `${http} ${code}`).join());

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a body has ten seconds, and then to keep up with 500 bytes a second', () => {
  const { time, counts, receiving, enter } = places(10);
  const [dripping, keeping, quick] = [enter('a'), enter('b'), enter('c', 1 << 20)];
  for (let second = 1; second <= 30; second++) {
    time.now = second * 1000;
    dripping.received = second / 2;
    keeping.received = Math.max(0, second - 10) * 500;
    receiving.sweep();
    expect(codes([keeping, quick]), `${second} s`).toEqual(['', '']);
    expect(codes([dripping]), `${second} s`).toEqual([second > 10 ? '408 BODY_TOO_SLOW' : '']);
  }
  expect(counts).toEqual({ receiving: 2, slowBodies: 1 });
  expect(dripping.told[0]?.message).toContain('5.5 bytes of its body came in 11.0 s');
});

test('where all places are taken, the body that is furthest behind gives up its own', async () => {
  const { time, counts, enter } = places(3);
  const [steady, slow] = [enter('a', 5000), enter('b', 10)];
  time.now = 1000;
  const slower = enter('c', 490);
  slower.startedAt = 0;
  const next = enter('d');
  await turn();
  expect(codes([steady, slow, slower, next])).toEqual(['', '408 BODY_TOO_SLOW', '', '']);
  expect(counts).toEqual({ receiving: 3, slowBodies: 1 });
});

test('where none is behind, the next one is refused, unless it is whole in no time', async () => {
  const { time, counts, receiving, enter } = places(2);
  enter('a', 5000);
  enter('b', 5000);
  time.now = 1000;
  const [slow, quick] = [enter('c'), enter('d')];
  receiving.leave(quick);
  await turn();
  expect(codes([slow, quick])).toEqual(['503 OVERLOADED', '']);
  expect(slow.told[0]?.message).toBe('Cannot take the request: 3 bodies being received exceed the limit 2');
  expect(counts).toEqual({ receiving: 2, slowBodies: 0 });
});

test('a body that is whole in no time takes nobody’s place', async () => {
  const { time, counts, receiving, enter } = places(2, 0.5);
  const slow = [enter('a'), enter('b')];
  time.now = 1000;
  for (const peer of ['a', 'b', 'c']) receiving.leave(enter(peer, 20));
  await turn();
  expect(codes(slow)).toEqual(['', '']);
  expect(counts).toEqual({ receiving: 2, slowBodies: 0 });
});

test('who holds most makes room for the others, with its newest bodies', async () => {
  const { enter, counts } = places(10, 0.5);
  const [many, some] = ['a', 'b'].map((peer) => Array.from({ length: 5 }, () => enter(peer)));
  const others = ['c', 'd', 'd'].map((peer) => enter(peer));
  await turn();
  expect(codes(others)).toEqual(['', '', '']);
  expect(codes([...many!, ...some!]).filter((code) => code === '503 OVERLOADED')).toHaveLength(3);
  expect(codes([...many!.slice(0, 3), ...some!.slice(0, 3)])).toEqual(['', '', '', '', '', '']);
  expect(counts.receiving).toBe(10);
  // As many as who holds most: nobody makes room for more of it.
  const more = ['d', 'd'].map((peer) => enter(peer));
  await turn();
  expect(codes(more)).toEqual(['', '503 OVERLOADED']);
});

test('an address that holds its share takes places from itself alone', async () => {
  const { time, counts, enter, receiving } = places(10, 0.5);
  const other = enter('b');
  time.now = 100;
  const crowd = Array.from({ length: 5 }, () => enter('a'));
  time.now = 400;
  enter('a', 1e6);
  await turn();
  expect(codes([other, ...crowd])).toEqual(['', '408 BODY_TOO_SLOW', '', '', '', '']);
  expect(counts.receiving).toBe(6);
  for (const body of crowd) body.received = 1e6;
  const [own, others] = [enter('a'), enter('c')];
  await turn();
  expect(codes([own, others, other])).toEqual(['503 OVERLOADED', '', '']);
  expect(own.told[0]?.message).toBe('Cannot take the request: 6 bodies from one address exceed the limit 5');
  receiving.leave(crowd[4]!);
  const later = enter('a');
  await turn();
  expect(codes([later])).toEqual(['']);
});
