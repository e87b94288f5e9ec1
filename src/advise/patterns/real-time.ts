/** Real-time: an endpoint of `serve` that answers while its caller waits. Pure. */

import { bytesText } from '../../text/bytes.ts';
import { lengthText, rateText } from '../needs/case.ts';
import { offline, TOO_SMALL } from './obstacles.ts';
import type { Obstacle, Option } from './option.ts';
import { impossible, running } from './running.ts';
import { cheapestServing, fastestAt, type Served } from './serving-size.ts';
import { replicasText, rowsText, servingLatency, simulatedAt } from './serving-text.ts';
import type { Situation } from './situation.ts';
import { HOURS_A_MONTH } from './spending.ts';

const PATTERN = 'real-time';
const HOW = 'an endpoint that answers while its caller waits';
/** Rows of a request by which a client sends a table to an endpoint: large enough that the door is little of it. */
const ROWS_OF_A_TABLE = 100;

export function realTime(situation: Situation): Option {
  const { wants } = situation;
  const unmet = [...offline(situation), ...tooLarge(situation)];
  if (unmet.length > 0) return impossible(PATTERN, HOW, unmet);
  const served = cheapestServing(situation, demandOf(situation));
  if (served === null) return impossible(PATTERN, HOW, [TOO_SMALL]);
  return wants.asked === 'schedule' ? asTable(situation, served) : asRequests(situation, served);
}

/** As late as wanted; where the model is slower than that, little more than it takes by itself. */
const SLACK = 1.25;

function demandOf(situation: Situation) {
  const { wants } = situation;
  const spare = wants.spare ? 1 : 0;
  const at = simulatedAt(wants.quantile);
  if (wants.asked === 'schedule') {
    // All rows are due at once, and have to be answered within the time that there is.
    const rows = Math.min(ROWS_OF_A_TABLE, rowsOfARun(wants));
    const rate = rowsOfARun(wants) / rows / (wants.latency / 1000);
    return { rows, rate, peak: rate, p99: null, spare };
  }
  return {
    rows: wants.rowsPerRequest,
    rate: wants.rate,
    peak: wants.peak,
    p99: Math.max(wants.latency, SLACK * fastestAt(situation, wants.rowsPerRequest, at)),
    at,
    spare,
  };
}

const DAY_MILLIS = 86_400_000;
const rowsOfARun = ({ rowsPerDay, every }: Situation['wants']): number =>
  Math.max(1, (rowsPerDay * every) / DAY_MILLIS);

/** Bytes of the largest body that `serve` takes where nothing is set (`maxBody`). */
const BODY_MOST = 32e6;

function tooLarge({ wants, cost }: Situation): readonly Obstacle[] {
  const bytes = wants.rowsPerRequest * cost.rowBytes;
  // A table that is due is sent in parts.
  if (bytes <= BODY_MOST || wants.asked === 'schedule') return [];
  return [
    {
      need: 'rowsPerRequest',
      what: `a request of ${rowsText(wants.rowsPerRequest)} has ${bytesText(bytes)}, an endpoint takes ${bytesText(BODY_MOST)}`,
      nearest: `rowsPerRequest: ${rowsText(Math.floor(BODY_MOST / cost.rowBytes))}`,
    },
  ];
}

function asRequests(situation: Situation, { size, serving, hour }: Served): Option {
  const { wants } = situation;
  const latency = servingLatency(size.withLoss ?? size.atPeak);
  return running(situation, {
    pattern: PATTERN,
    how: `${replicasText(serving, wants.platform)}, ${Math.round(100 * size.atPeak.utilisation)} % used at the peak of ${rateText(wants.peak)}`,
    latency,
    staleness: latency(0.99),
    serving,
    spending: { compute: hour * HOURS_A_MONTH },
    headroom: ((serving.most - 1) * serving.perReplica) / wants.peak - 1,
    cannot: [
      `answer in less than ${lengthText(latency(0.5))}: the way over the network comes on top`,
      `cost less while nobody asks: ${serving.most} of it are there day and night`,
      ...(wants.asked === 'event'
        ? ['make up for events that come while it is away: whoever sends them has to send them again']
        : []),
    ],
  });
}

/** A client sends the whole table, request by request. */
function asTable(situation: Situation, { size, serving, hour }: Served): Option {
  const { wants } = situation;
  const { rows, peak } = demandOf(situation);
  const run = (rowsOfARun(wants) / rows / size.atPeak.saturation.rate) * 1000;
  // However many replicas there are, the last request takes what one takes.
  const last = Math.max(run, fastestAt(situation, rows, 'p99'));
  return running(situation, {
    pattern: PATTERN,
    how: `${replicasText(serving, wants.platform)}, asked for a table of rows every ${lengthText(wants.every)} and idle in between`,
    latency: () => last,
    staleness: wants.every + last,
    serving,
    spending: { compute: hour * HOURS_A_MONTH },
    headroom: ((serving.most - 1) * serving.perReplica) / peak - 1,
    cannot: [
      'begin again where it stopped: what sends the rows has to know which were answered',
      'sign a receipt of what became of each row',
    ],
  });
}
