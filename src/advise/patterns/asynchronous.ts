/** Asynchronous: a request is taken at once, its answer is fetched later. Pure. */
import { lengthText, rateText } from '../needs/case.ts';
import { gathering } from './gathering.ts';
import { offline, TOO_SMALL } from './obstacles.ts';
import type { Option } from './option.ts';
import { impossible, running } from './running.ts';
import { cheapestServing } from './serving-size.ts';
import { replicasText, rowsText } from './serving-text.ts';
import type { Situation } from './situation.ts';
import { askedAMonth, HOURS_A_MONTH } from './spending.ts';

const PATTERN = 'asynchronous';
const HOW = 'a request is a file or a message, its answer a file of its own';
const CANNOT = ['hand the answer to a caller that waits: it looks for it, or is told'];

export function asynchronous(situation: Situation): Option {
  const { wants } = situation;
  const unmet = offline(situation);
  if (unmet.length > 0) return impossible(PATTERN, HOW, unmet);
  if (wants.asked === 'schedule')
    return impossible(PATTERN, HOW, [
      {
        need: 'asked',
        what: 'nobody asks: all rows are due at once',
        nearest: 'a run for each time: scheduled-batch',
      },
    ]);
  if (wants.platform === 'sagemaker') return onSageMaker(situation);
  return gathering(situation, { pattern: PATTERN, how: HOW, settle: 1000, apart: true, cannot: CANNOT });
}

/** SageMaker hands requests of its queue to instances, one after the other, and takes instances away while none wait. */
const COMING = 5 * 60_000;
const HANDED_OVER = 1000;

/** Bytes of the largest request (SageMaker developer guide, "Asynchronous inference"). */
const BODY_MOST = 1e9;

function onSageMaker(situation: Situation): Option {
  const { wants, cost } = situation;
  if (wants.rowsPerRequest * cost.rowBytes > BODY_MOST)
    return impossible(PATTERN, HOW, [
      {
        need: 'rowsPerRequest',
        what: 'a request may have 1 GB',
        nearest: `rowsPerRequest: ${rowsText(Math.floor(BODY_MOST / cost.rowBytes))}`,
      },
    ]);
  const demand = { rows: wants.rowsPerRequest, rate: wants.rate, peak: wants.peak, p99: null, spare: 0 };
  const served = cheapestServing(situation, demand);
  if (served === null) return impossible(PATTERN, HOW, [TOO_SMALL]);
  const { size, serving, hour } = served;
  const busyHours = Math.min(
    HOURS_A_MONTH,
    (askedAMonth(situation) / wants.rowsPerRequest / (size.perReplica * serving.most) / 3600) * 2,
  );
  // Where it is asked for less than a tenth of the time, the first request of a burst finds no instance.
  const rests = busyHours < HOURS_A_MONTH / 10 && wants.latency >= COMING * 1.2;
  const millis = size.atPeak.millis;
  const latency = (quantile: number): number =>
    HANDED_OVER +
    (quantile <= 0.5 ? (millis?.p50 ?? Infinity) : (millis?.p99 ?? Infinity)) +
    (rests ? COMING : 0);
  return running(situation, {
    pattern: PATTERN,
    how: `an asynchronous endpoint of SageMaker: ${replicasText(serving, wants.platform)} at ${rateText(wants.peak)}${rests ? ', none while nobody asks' : ''}`,
    latency,
    staleness: latency(wants.quantile),
    serving: { ...serving, least: rests ? 0 : serving.least },
    spending: { compute: hour * (rests ? Math.max(busyHours, 1) : HOURS_A_MONTH) },
    cannot: [
      ...CANNOT,
      ...(rests
        ? [`answer the first request of a burst in less than ${lengthText(COMING)}: an instance has to come`]
        : []),
    ],
  });
}
