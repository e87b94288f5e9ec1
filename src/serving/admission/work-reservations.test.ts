import { expect, test } from 'vitest';
import { WorkReservations } from './work-reservations.ts';

test('work on its way counts until its body is there, and no longer than two windows', () => {
  const reservations = new WorkReservations();
  const slow = reservations.add(700, 50);
  const quick = reservations.add(300, 60);
  expect(reservations.total(60)).toBe(1000);
  reservations.remove(300, quick, 120);
  expect(reservations.total(199)).toBe(700);
  expect(reservations.total(200)).toBe(0);
  reservations.remove(700, slow, 250);
  expect(reservations.total(250)).toBe(0);
});
