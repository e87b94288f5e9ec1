/** What people are told about operations. Pure. */
import { durationText } from '../../text/duration.ts';
import { percent } from '../../text/percent.ts';
import type { AlertDetail } from '../alerts/alert.ts';
import type { BudgetBurn } from './budget-burn.ts';
import type { LatencySpike } from './latency-spike.ts';

const told = (
  sentence: string,
  advice: string,
  value: number | null,
  threshold: number | null,
  traffic: number | null,
): AlertDetail => ({ sentence, advice, value, threshold, traffic, histogram: null, details: {} });

export const UNKNOWN_DETAIL: AlertDetail = told(
  'Nothing can be said: there is too little to measure.',
  'Nothing is to be done where the endpoint has little traffic, or the server has just started.',
  null,
  null,
  null,
);

const milliseconds = (seconds: number): string => `${Number((seconds * 1000).toPrecision(3))} ms`;

export const errorsDetail = (requests: number, failed: number, threshold: number): AlertDetail =>
  told(
    `${failed} of ${requests} requests of the last 5 minutes failed (${percent(requests === 0 ? 0 : failed / requests, 2)}).`,
    'Look at the log of the server and at what was deployed last; roll back if the version is at fault.',
    requests === 0 ? 0 : failed / requests,
    threshold,
    requests,
  );

export function burnDetail(
  { rule, long, short, count }: BudgetBurn,
  objective: number,
  what: string,
): AlertDetail {
  const rate = (value: number): string => `${Number(value.toPrecision(2))} times`;
  return told(
    `${count.bad} of ${count.requests} requests of the last ${durationText(rule.long)} ${what}: the budget of ${percent(1 - objective, 2)} burns ${rate(long)} as fast as it may, and ${rate(short)} in the last ${durationText(rule.short)}.`,
    'Find out what fails or is slow, by version and by stage, before the budget of the month is gone.',
    Math.min(long, short),
    rule.rate,
    count.requests,
  );
}

export const spikeDetail = ({ now, usual, threshold, requests }: LatencySpike): AlertDetail =>
  told(
    `One request in twenty took longer than ${milliseconds(now)} in the last 5 minutes; usually that is ${milliseconds(usual)} (${requests} requests).`,
    'Compare the stages (queue, preprocess, predict, postprocess) and the sizes of the requests with those of yesterday.',
    now,
    threshold,
    requests,
  );

export const silenceDetail = (quiet: number, silence: number): AlertDetail =>
  told(
    `No request has come for ${durationText(quiet)}.`,
    'Find out whether the callers are down, or call another endpoint.',
    quiet / 1000,
    silence / 1000,
    0,
  );

export const ageDetail = (version: number, age: number, maxAge: number): AlertDetail =>
  told(
    `Version ${version} is ${durationText(age)} old, and was to be replaced after ${durationText(maxAge)}.`,
    'Train a new version, or allow this one to be older.',
    age / 1000,
    maxAge / 1000,
    null,
  );
