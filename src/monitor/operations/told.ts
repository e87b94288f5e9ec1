/** What people are told about operations. Pure. */
import type { Told } from '../alerts/alert.ts';
import type { Burn } from './burn.ts';
import type { Spike } from './latency.ts';

const told = (
  sentence: string,
  advice: string,
  value: number | null,
  threshold: number | null,
  traffic: number | null,
): Told => ({ sentence, advice, value, threshold, traffic, histogram: null, details: {} });

export const NOT_KNOWN: Told = told(
  'Nothing can be said: there is too little to measure.',
  'Nothing is to be done where the endpoint has little traffic, or the server has just started.',
  null,
  null,
  null,
);

/** Two digits that count. */
export const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;

const duration = (millis: number): string => {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ] as const;
  const [name, size] = units.find(([, one]) => millis >= one) ?? ['second', 1000];
  const count = Math.round(millis / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
};

const milliseconds = (seconds: number): string => `${Number((seconds * 1000).toPrecision(3))} ms`;

export const errorsTold = (requests: number, failed: number, threshold: number): Told =>
  told(
    `${failed} of ${requests} requests of the last 5 minutes failed (${percent(requests === 0 ? 0 : failed / requests)}).`,
    'Look at the log of the server and at what was deployed last; roll back if the version is at fault.',
    requests === 0 ? 0 : failed / requests,
    threshold,
    requests,
  );

export function burnTold({ rule, long, short, count }: Burn, objective: number, what: string): Told {
  const rate = (value: number): string => `${Number(value.toPrecision(2))} times`;
  return told(
    `${count.bad} of ${count.requests} requests of the last ${duration(rule.long)} ${what}: the budget of ${percent(1 - objective)} burns ${rate(long)} as fast as it may, and ${rate(short)} in the last ${duration(rule.short)}.`,
    'Find out what fails or is slow, by version and by stage, before the budget of the month is gone.',
    Math.min(long, short),
    rule.rate,
    count.requests,
  );
}

export const spikeTold = ({ now, usual, threshold, requests }: Spike): Told =>
  told(
    `One request in twenty took longer than ${milliseconds(now)} in the last 5 minutes; usually that is ${milliseconds(usual)} (${requests} requests).`,
    'Compare the stages (queue, preprocess, predict, postprocess) and the sizes of the requests with those of yesterday.',
    now,
    threshold,
    requests,
  );

export const silenceTold = (quiet: number, silence: number): Told =>
  told(
    `No request has come for ${duration(quiet)}.`,
    'Find out whether the callers are down, or call another endpoint.',
    quiet / 1000,
    silence / 1000,
    0,
  );

export const ageTold = (version: number, age: number, maxAge: number): Told =>
  told(
    `Version ${version} is ${duration(age)} old, and was to be replaced after ${duration(maxAge)}.`,
    'Train a new version, or allow this one to be older.',
    age / 1000,
    maxAge / 1000,
    null,
  );
