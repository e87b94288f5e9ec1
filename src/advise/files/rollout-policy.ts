/**
 * The rollout policy that fits the traffic of an endpoint: stages whose smaller arm fills within their bake times, and the
 * narrowest margin that so many requests can certify before a sensible deadline. Pure.
 */
import { lintPolicy, type PolicyReport } from '../../rollout/policy/lint.ts';
import { parsePolicy } from '../../rollout/policy/policy.ts';
import { formatDuration } from '../../text/duration.ts';

export interface PolicyTraffic {
  /** Requests a second, on average over the hours with traffic. */
  readonly rate: number;
  /** Share of requests that fail today. */
  readonly errorRate: number;
  /** Distinct users that ever come, or null where there is no end of them. */
  readonly units: number | null;
}

export interface FittedRollout {
  readonly strategy: 'canary' | 'blue-green';
  /** As people write it. */
  readonly policy: Readonly<Record<string, unknown>>;
  readonly report: PolicyReport;
  /** Share of requests that the candidate may fail more, and is promoted all the same; null where nothing is certified. */
  readonly margin: number | null;
  /** Whether a person has to let the candidate through. */
  readonly approval: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * What is tried in turn, with the longest deadline that each is worth: a day for the margin of the default policy, weeks for a
 * wide one. From a tenth on a certificate says too little to promote by itself.
 */
const MARGINS = [
  { margin: 0.005, longest: DAY, approval: false },
  { margin: 0.01, longest: 3 * DAY, approval: false },
  { margin: 0.02, longest: 7 * DAY, approval: false },
  { margin: 0.05, longest: 14 * DAY, approval: false },
  { margin: 0.1, longest: 14 * DAY, approval: true },
  { margin: 0.2, longest: 28 * DAY, approval: true },
] as const;
const DEADLINES = [4 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 28 * DAY];
/** Times of `lintPolicy` are medians: the slower half of rollouts has as long again. */
const SLACK = 2;
/** Copies a second that are enough: in ten minutes twice the 1,438 clean ones that certify half a point. */
const COPIES = 5;

/** The policy for this traffic. A rate of 0 or below is taken for one request a week. */
export function fitRollout(given: PolicyTraffic): FittedRollout {
  const traffic = { ...given, rate: Math.max(given.rate, 1 / (7 * 86_400)) };
  for (const tried of MARGINS) {
    const fitted = certified(traffic, tried);
    if (fitted !== null) return fitted;
  }
  return approved(traffic);
}

/** The canary with this margin, or null where its certificate or its guard would come too late. */
function certified(
  traffic: PolicyTraffic,
  { margin, longest, approval }: (typeof MARGINS)[number],
): FittedRollout | null {
  const policy = {
    ...pace(traffic),
    stages: stagesFor(traffic, approval),
    certificate: { margin },
    maxTime: formatDuration(longest),
  };
  const { promotion, detection } = reportOf(policy, traffic);
  const slower = Math.max(promotion ?? Infinity, detection?.time ?? Infinity);
  const deadline = DEADLINES.find((time) => time >= SLACK * slower);
  if (deadline === undefined || deadline > longest) return null;
  const timely = { ...policy, maxTime: formatDuration(deadline) };
  const report = reportOf(timely, traffic);
  if (report.warnings.length > 0) return null;
  return { strategy: 'canary', policy: timely, report, margin, approval };
}

/** Too little comes for evidence: everybody is switched once a person has looked at what both answered in the shadow. */
function approved(traffic: PolicyTraffic): FittedRollout {
  const policy = {
    ...pace(traffic),
    stages: [{ shadow: 100, bake: '10m', minUnits: 1, approval: true }, { weight: 100 }],
    certificate: false,
    maxTime: formatDuration(28 * DAY),
  };
  const report = reportOf(policy, traffic);
  return { strategy: 'blue-green', policy, report, margin: null, approval: true };
}

function reportOf(policy: unknown, { rate, errorRate, units }: PolicyTraffic): PolicyReport {
  return lintPolicy(parsePolicy(policy), { rate, errorRate, ...(units === null ? {} : { units }) });
}

const WINDOWS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];
/** Requests that a window is to have, so that most have some of both arms. */
const IN_A_WINDOW = 6;

/** Windows in which something happens, and a silence that is one: with little traffic a quiet quarter of an hour means nothing. */
function pace({ rate }: PolicyTraffic): Readonly<Record<string, string>> {
  const window = WINDOWS.find((length) => (rate * length) / 1000 >= IN_A_WINDOW) ?? HOUR;
  if (window === MINUTE) return {};
  const silence = Math.min(DAY, Math.max(3 * window, Math.ceil(20 / rate / 3600) * HOUR));
  return { window: formatDuration(window), staleAfter: formatDuration(silence) };
}

/** The more traffic there is, the fewer of it have to meet the candidate first. */
const WEIGHTS = [
  { rate: 50, weights: [1, 5, 25, 50] },
  { rate: 0.5, weights: [5, 25, 50] },
  { rate: 0.05, weights: [10, 50] },
  { rate: 0, weights: [50] },
] as const;

function stagesFor(traffic: PolicyTraffic, approval: boolean): readonly object[] {
  const { rate } = traffic;
  const shadow = Math.min(100, Math.ceil((100 * COPIES) / rate));
  const { weights } = WEIGHTS.find((step) => rate >= step.rate) ?? WEIGHTS[3];
  const steps = weights.map((weight, i) => ({
    weight,
    bake: '5m',
    minUnits: minUnits(traffic, weight),
    ...(approval && i === weights.length - 1 ? { approval } : {}),
  }));
  return [{ shadow, bake: '10m', minUnits: minUnits(traffic, shadow) }, ...steps, { weight: 100 }];
}

const LEAST_UNITS = 20;
const MOST_UNITS = 1000;

/** Half of what is expected in five minutes: what a stage waits for when traffic is below its average. */
function minUnits({ rate, units }: PolicyTraffic, percent: number): number {
  const expected = (rate * percent * 300) / 100;
  const wanted = Math.min(MOST_UNITS, Math.max(LEAST_UNITS, Math.round(expected / 20) * 10));
  return units === null ? wanted : Math.max(1, Math.min(wanted, Math.floor((units * percent) / 400)));
}
