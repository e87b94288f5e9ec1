/** Wishes that cannot all be met, whatever is built, with the nearest that can be had. Pure. */
import { lengthText, rateText } from '../needs/case.ts';
import type { Needs } from '../needs/needs.ts';
import { DAY_SECONDS } from '../needs/quantity.ts';
import { moneyText } from '../patterns/money-text.ts';
import type { Option } from '../patterns/option.ts';
import { fastestAt } from '../patterns/serving-size.ts';
import { simulatedAt } from '../patterns/serving-text.ts';
import type { Situation } from '../patterns/situation.ts';
import type { Advice } from './advice.ts';

type Contradiction = Advice['contradictions'][number];
type Rule = (situation: Situation, options: readonly Option[], needs: Needs) => Contradiction | null;

const RULES: readonly Rule[] = [
  soonFromSchedule,
  freshFromSchedule,
  fasterThanModel,
  offlineInCloud,
  dearer,
  otherCurrency,
  rowsAndRequests,
  peakBelow,
];

export const contradictionsOf = (
  situation: Situation,
  options: readonly Option[],
  needs: Needs,
): readonly Contradiction[] => RULES.flatMap((rule) => rule(situation, options, needs) ?? []);

/** An answer in 5 ms from a nightly batch. */
function soonFromSchedule({ wants, cost }: Situation): Contradiction | null {
  const least = cost.batch.start;
  if (wants.asked !== 'schedule' || wants.latency >= least) return null;
  return {
    wishes: ['asked: schedule', `latency: ${lengthText(wants.latency)}`],
    what: `a run needs ${lengthText(least)} before its first row; nothing that starts by the clock answers within ${lengthText(wants.latency)}`,
    nearest: `asked: request, which an endpoint answers in milliseconds; or latency: ${lengthText(2 * least)}`,
  };
}

/** Inputs of a second ago, scored once a day. */
function freshFromSchedule({ wants }: Situation): Contradiction | null {
  if (wants.asked !== 'schedule' || wants.freshness >= wants.every) return null;
  return {
    wishes: [`freshness: ${lengthText(wants.freshness)}`, `every: ${lengthText(wants.every)}`],
    what: `what is scored every ${lengthText(wants.every)} is that old before the next run`,
    nearest: `every: ${lengthText(wants.freshness)}, or asked: request`,
  };
}

function fasterThanModel(situation: Situation): Contradiction | null {
  const { wants, cost } = situation;
  if (wants.asked !== 'request') return null;
  const least = fastestAt(situation, wants.rowsPerRequest, simulatedAt(wants.quantile));
  if (least <= wants.latency) return null;
  return {
    wishes: [`latency: ${lengthText(wants.latency)}`, `model: ${cost.model}`],
    what: `the model itself takes ${lengthText(least)} for a request that nobody else is in the way of`,
    nearest: `latency: ${lengthText(least * 1.25)}, a smaller model, or answers computed beforehand`,
  };
}

function offlineInCloud({ wants }: Situation): Contradiction | null {
  if (!wants.offline || wants.platform === 'machine') return null;
  return {
    wishes: ['offline: true', `platform: ${wants.platform}`],
    what: `${wants.platform === 'sagemaker' ? 'SageMaker' : 'a cluster'} is reached over the network that is not there`,
    nearest: 'platform: machine, with the model beside the application (edge)',
  };
}

/** A budget below the cheapest. */
function dearer({ wants: { budget }, prices }: Situation, options: readonly Option[]): Contradiction | null {
  if (budget === null || budget.currency !== prices.currency) return null;
  const others = options.filter(
    ({ obstacles, cost }) => cost !== null && obstacles.every(({ need }) => need === 'budget'),
  );
  if (others.length === 0 || others.some(({ obstacles }) => obstacles.length === 0)) return null;
  const cheapest = others.reduce((least, one) => (spent(one) < spent(least) ? one : least));
  return {
    wishes: [`budget: ${moneyText(budget.amount, budget.currency)} a month`],
    what: `the cheapest that does what is wanted, ${cheapest.pattern}, costs ${moneyText(spent(cheapest), prices.currency)} a month`,
    nearest: `budget: ${moneyText(spent(cheapest), prices.currency)} a month`,
  };
}

const spent = ({ cost }: Option): number => (cost?.compute ?? 0) + (cost?.storage ?? 0);

function otherCurrency({ wants: { budget }, prices }: Situation): Contradiction | null {
  if (budget === null || budget.currency === prices.currency) return null;
  return {
    wishes: [`budget in ${budget.currency}`, `prices in ${prices.currency}`],
    what: 'no rate of exchange is known here, so nothing is held against the budget',
    nearest: `a budget in ${prices.currency}, or prices in ${budget.currency}: --prices FILE`,
  };
}

/** More than this apart is no rounding. */
const APART = 1.2;
function rowsAndRequests(
  { wants }: Situation,
  _: readonly Option[],
  { rows, requests }: Needs,
): Contradiction | null {
  if (rows === null || requests === null || wants.asked === 'schedule') return null;
  const perDay = rows * DAY_SECONDS;
  const apart = Math.max(perDay / wants.rowsPerDay, wants.rowsPerDay / perDay);
  if (apart <= APART) return null;
  return {
    wishes: [`requests: ${rateText(requests)}`, `rows: ${rateText(rows)}`],
    what: `the requests make ${rateText(wants.rowsPerDay / DAY_SECONDS)} rows, ${Number(apart.toPrecision(2))} times apart; the requests are reckoned with`,
    nearest: 'one of the two, or the hours of a day with traffic',
  };
}

function peakBelow(_: Situation, __: readonly Option[], { peak, requests }: Needs): Contradiction | null {
  if (peak === null || requests === null || peak >= requests) return null;
  return {
    wishes: [`peak: ${rateText(peak)}`, `requests: ${rateText(requests)}`],
    what: 'the peak is below the average; the average is reckoned with',
    nearest: `peak: ${rateText(requests)}`,
  };
}
