import { expect, test } from 'vitest';
import { Tarpit } from './tarpit.ts';

test('few refusals go out at once, in order', () => {
  const tarpit = new Tarpit();
  const sent: number[] = [];
  for (const k of [1, 2, 3]) tarpit.hold(0, 0, () => sent.push(k));
  tarpit.release(1, true);
  expect(sent).toEqual([1, 2, 3]);
  expect(tarpit.length).toBe(0);
});

test('many have a tenth of the time, and none waits for more than a second', () => {
  const tarpit = new Tarpit();
  const sentAt: number[] = [];
  let now = 0;
  for (; now < 1000; now++) {
    for (let k = 0; k < 5; k++) tarpit.hold(now, 0, () => sentAt.push(now));
    tarpit.release(now, true);
  }
  // A hundred at once, then a tenth of a millisecond each, of 25 µs: four.
  expect(sentAt.length).toBeGreaterThan(3900);
  expect(sentAt.length).toBeLessThan(4200);
  for (; now < 2000; now++) tarpit.release(now, true);
  expect(tarpit.length).toBe(0);
});

test('more than may be held are sent whatever it costs', () => {
  const tarpit = new Tarpit();
  let sent = 0;
  for (let k = 0; k < 5000; k++) tarpit.hold(0, 0, () => sent++);
  tarpit.release(0, true);
  expect(tarpit.length).toBe(2048);
});

test('once answers need the time no more, they go out a hundred at a time', () => {
  const tarpit = new Tarpit();
  let sent = 0;
  for (let k = 0; k < 250; k++) tarpit.hold(0, 0, () => sent++);
  for (const expected of [100, 200, 250]) {
    tarpit.release(0, false);
    expect(sent).toBe(expected);
  }
});

test('large bodies cost more, and only so many bytes may lie unread', () => {
  const tarpit = new Tarpit();
  let sent = 0;
  for (let k = 0; k < 600; k++) tarpit.hold(0, 1 << 20, () => sent++);
  tarpit.release(0, true);
  // 32 MiB are 512 pieces of 64 KiB.
  expect(tarpit.length).toBe(512);
  tarpit.release(10, true);
  expect(tarpit.length).toBe(511);
});
