import { countText } from '../../text/count.ts';
import { grouped } from '../../text/numbers.ts';
import { percent } from '../../text/percent.ts';
import { shellWord } from '../../text/shell.ts';
import type { EndpointEvidence, HourCount } from './evidence.ts';
import { median } from './median.ts';
import type { Pitfall } from './pitfall.ts';
import { DAY_MS, dayText, HOUR_MS } from './times.ts';

/** Days that are looked at: a week has every kind of day. */
const BURST_DAYS = 7;
/** Requests of a day below which a few curious people make a peak. */
export const BURST_REQUESTS = 200;
/** A batch that somebody sends is over within this, wherever in the hour it begins. */
const BURST_HOURS = 2;
/** Of a day's requests: people who ask over the day leave more than the rest outside of any two hours. */
export const BURST_SHARE = 0.9;
/** Days with such a burst. Two may be chance: a launch, an exercise. */
export const BURSTS_WANTED = 3;
/** Of the days with enough requests: one in five may be another, for a rerun or a test. */
const BURSTS_OF_DAYS = 0.8;
/** Hours of the day, as UTC counts them. */
const HOURS = 24;

interface BurstDay {
  readonly at: number;
  readonly requests: number;
  readonly within: number;
}

/** An endpoint that is asked once a night and then stands by: a batch that somebody sends row by row. Pure. */
export function burstEndpoint(endpoint: EndpointEvidence, now: number): Pitfall | null {
  const { name, model, stable, hours } = endpoint;
  const lately = hours.filter(({ at }) => at > now - (BURST_DAYS + 1) * DAY_MS);
  const start = busiestHours(lately);
  const days = daysAround(lately, start, now).filter(({ requests }) => requests >= BURST_REQUESTS);
  const bursts = days.filter(({ requests, within }) => within >= BURST_SHARE * requests);
  if (bursts.length < BURSTS_WANTED || bursts.length < BURSTS_OF_DAYS * days.length) return null;
  const from = `${clock(start)} and ${clock(start + BURST_HOURS)} UTC`;
  const requests = Math.round(median(bursts.map((day) => day.requests)));
  return {
    id: 'burst-endpoint',
    subject: { kind: 'endpoint', name },
    what: `It is asked between ${from}, and hardly ever else`,
    why: `Copies that stand by all day are paid for two hours; a scheduled batch job reads the same rows at once, is exactly-once and needs nothing meanwhile. What either costs: plimsoll advise ${model}@${stable.version} --asked schedule --rows ${requests}/day --every 24h`,
    evidence: [
      ...bursts.map(toldDay(start)),
      `${countText(bursts.length, 'day')} of the ${days.length} with at least ${grouped(BURST_REQUESTS)} requests of ${model}`,
    ],
    fix: fixFor(endpoint, start),
    guide: 'docs/batch.md',
  };
}

/** The first of the hours of the day, one after the other, that have most requests of all days; where several do, it is busy itself. */
function busiestHours(hours: readonly HourCount[]): number {
  const byHour = Array.from({ length: HOURS }, () => 0);
  for (const { at, requests } of hours) byHour[hourOf(at)]! += requests;
  const candidates = byHour.map((own, first) => {
    const within = byHour.filter((_, hour) => (hour - first + HOURS) % HOURS < BURST_HOURS);
    return { first, own, all: within.reduce((a, b) => a + b, 0) };
  });
  return candidates.reduce((a, b) => (b.all > a.all || (b.all === a.all && b.own > a.own) ? b : a)).first;
}

/** Days that are over, cut where it is quietest: the busiest hours are in the middle, so that midnight splits none. */
function daysAround(hours: readonly HourCount[], start: number, now: number): readonly BurstDay[] {
  const cut = ((start - (HOURS - BURST_HOURS) / 2 + HOURS) % HOURS) * HOUR_MS;
  const dayOf = (at: number): number => Math.floor((at - cut) / DAY_MS) * DAY_MS + cut;
  const isWithin = (at: number): boolean => (hourOf(at) - start + HOURS) % HOURS < BURST_HOURS;
  const sum = (of: readonly HourCount[]): number => of.reduce((all, { requests }) => all + requests, 0);
  return [...Map.groupBy(hours, ({ at }) => dayOf(at))]
    .map(([day, own]) => ({ at: day, requests: sum(own), within: sum(own.filter(({ at }) => isWithin(at))) }))
    .filter(({ at }) => at + DAY_MS <= now)
    .slice(-BURST_DAYS);
}

const hourOf = (at: number): number => Math.floor(at / HOUR_MS) % HOURS;
const clock = (hour: number): string => `${String(hour % HOURS).padStart(2, '0')}:00`;

const toldDay =
  (start: number) =>
  ({ at, requests, within }: BurstDay): string =>
    `${dayText(at + DAY_MS / 2)}: ${grouped(within)} of ${countText(requests, 'request')} (${percent(within / requests)}) between ${clock(start)} and ${clock(start + BURST_HOURS)} UTC`;

/** A job of its own over the same rows, before whose hour they must be there. */
const fixFor = ({ name, stable }: EndpointEvidence, start: number): string => {
  const job = shellWord(`${name}-nightly`);
  return `plimsoll batch run --job ${job} --model ${stable.model}@${stable.version} --input ROWS.csv --key ID --output SCORES.csv && plimsoll batch schedule ${job} --cron '0 ${start} * * *'`;
};
