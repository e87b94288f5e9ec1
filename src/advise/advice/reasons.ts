/** Why a pattern is advised, in words with their numbers. Pure. */
import { percent } from '../../text/percent.ts';
import { lengthText } from '../needs/case.ts';
import { moneyText } from '../patterns/money-text.ts';
import type { Option } from '../patterns/option.ts';
import type { Situation } from '../patterns/situation.ts';

const ASKED = { request: 'it was asked for', schedule: 'it was due', event: 'its rows have come' } as const;

/** What it does, what it costs, what a lost replica does, why it is no other. */
export function reasonsFor(
  situation: Situation,
  advised: Option,
  options: readonly Option[],
): readonly string[] {
  return [
    inTime(situation, advised),
    costs(situation, advised),
    ...loss(situation, advised),
    ...labels(situation, advised),
    ...against(
      situation,
      options.filter(({ pattern }) => pattern !== advised.pattern),
      advised,
    ),
  ];
}

function inTime({ wants }: Situation, { latency, staleness }: Option): string {
  const at = `p${Number((100 * wants.quantile).toPrecision(4))}`;
  const due = `An answer is there ${lengthText(latency!.wanted)} after ${ASKED[wants.asked]} (${at}), ${lengthText(wants.latency)} is wanted`;
  // What comes with the request is as old as the answer takes.
  if (staleness! <= 2 * latency!.wanted) return `${due}.`;
  return `${due}; its inputs are at most ${lengthText(staleness!)} old, ${lengthText(wants.freshness)} is allowed.`;
}

function costs({ prices: { currency } }: Situation, { cost }: Option): string {
  const { compute, storage, upkeep, perMillion } = cost!;
  return `It costs ${moneyText(compute + storage, currency)} a month and about ${moneyText(upkeep, currency)} of people's time: ${moneyText(perMillion, currency)} per million predictions.`;
}

function loss({ wants }: Situation, { headroom, serving }: Option): readonly string[] {
  if (headroom === null || serving === null) return [];
  if (serving.most === 1) return ['With its one replica lost, nothing answers until it is back.'];
  if (headroom < 0)
    return [
      `With one of ${serving.most} replicas lost the others take ${percent(1 + headroom, 2)} of the peak, and refuse the rest until it is back.`,
    ];
  return wants.spare
    ? [`With one of ${serving.most} replicas lost it takes the peak and ${percent(headroom, 2)} more.`]
    : [];
}

/** What can be known before labels are there. */
function labels({ wants }: Situation, { serving }: Option): readonly string[] {
  if (wants.labelDelay === null) return [];
  const rollout = serving === null ? '' : ', and rollouts decide by errors and latency';
  return [
    `Its truth is known after ${lengthText(wants.labelDelay)}: until then drift and estimated accuracy are watched${rollout}.`,
  ];
}

/** Why it is no other one; those that the same is in the way of are told together. */
function against(situation: Situation, others: readonly Option[], advised: Option): readonly string[] {
  const byWhy = Map.groupBy(others, (other) => whyNot(situation, advised, other));
  return [...byWhy].map(([why, those]) => `Not ${those.map(({ pattern }) => pattern).join(', ')}: ${why}.`);
}

function whyNot({ prices: { currency } }: Situation, advised: Option, { obstacles, cost }: Option): string {
  const [first] = obstacles;
  if (first !== undefined) return first.what;
  return `it does it too, for ${moneyText(cost!.month - advised.cost!.month, currency)} a month more`;
}
