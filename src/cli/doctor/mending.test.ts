import { expect, test } from 'vitest';
import { mendingHere } from './mending.ts';

const PUSH = 'plimsoll push churn.pkl --name churn --requirements DATA/bundles/00/original/requirements.lock';
const JOB = "plimsoll batch run --job n --key ID && plimsoll batch schedule n --cron '0 2 * * *'";

test('where commands look by themselves, a command stays as it is', () => {
  expect(mendingHere(JOB, { data: '.plimsoll' })).toBe(JOB);
  expect(mendingHere(PUSH, { data: '.plimsoll' })).toBe(PUSH.replace('DATA/', '.plimsoll/'));
});

test('another data folder is named, in quotes where it needs them', () => {
  expect(mendingHere(PUSH, { data: '/srv/my models/' })).toBe(
    "plimsoll --data '/srv/my models/' push churn.pkl --name churn --requirements '/srv/my models'/bundles/00/original/requirements.lock",
  );
  expect(mendingHere(JOB, { data: '/srv' })).toBe(
    "plimsoll --data /srv batch run --job n --key ID && plimsoll --data /srv batch schedule n --cron '0 2 * * *'",
  );
});

test('a server elsewhere is named to what asks one, and the paths of its machine stay its own', () => {
  const url = 'https://models.example';
  expect(mendingHere(PUSH, { data: '.plimsoll', url })).toBe(`${PUSH} --url ${url}`);
  expect(mendingHere(JOB, { data: '/srv', url })).toBe(`${JOB} --url ${url}`);
});
