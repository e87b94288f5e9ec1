/** Jobs that start when something has come: the fewest lanes that keep up. Pure. */

import { lengthText, rateText } from '../needs/case.ts';
import type { Pattern } from '../needs/pattern.ts';
import { runOn } from './batch-size.ts';
import { batchText } from './batch-text.ts';
import { gatheredRuns } from './job.ts';
import { TOO_SMALL } from './obstacles.ts';
import type { Option } from './option.ts';
import { offersOf } from './place-price.ts';
import { impossible, running } from './running.ts';
import { rowsText } from './serving-text.ts';
import type { Situation } from './situation.ts';
import { HOURS_A_MONTH } from './spending.ts';

export interface Gathering {
  readonly pattern: Pattern;
  readonly how: string;
  /** Milliseconds that a file must not have changed. */
  readonly settle: number;
  /** Whether each request is a file of its own, so that a lane takes one after the other. */
  readonly apart: boolean;
  readonly cannot: readonly string[];
}

export function gathering(situation: Situation, of: Gathering): Option {
  const { wants, cost } = situation;
  const chunk = of.apart ? { chunkRows: Math.max(1, wants.rowsPerRequest) } : {};
  const most = Math.max(...offersOf(situation).map(({ cores }) => cores));
  const tries = Array.from({ length: most }, (_, i) => i + 1).flatMap((lanes) => {
    const found = gatheredRuns(situation, { lanes, settle: of.settle, ...chunk });
    return found === null ? [] : [{ lanes, found }];
  });
  const [first] = tries;
  if (first === undefined) {
    const rate = (0.8 * most * 1000) / (wants.rowsPerRequest * (cost.batch.lane / 1000));
    return impossible(of.pattern, of.how, [
      {
        need: 'peak',
        what: `${rateText(wants.peak)} at the peak is more than ${most} lanes keep up with`,
        nearest: `peak: ${rateText(rate)}`,
      },
    ]);
  }
  const { lanes, found } =
    tries.find((one) => one.found.latency(wants.quantile) <= Math.min(wants.latency, wants.freshness)) ??
    first;
  const machine = runOn(situation, Math.max(1, found.rows), lanes, null);
  if (machine === null) return impossible(of.pattern, of.how, [TOO_SMALL]);
  const batch = { ...machine.batch, run: found.run };
  return running(situation, {
    pattern: of.pattern,
    how: `${of.how}: runs of ${lengthText(found.run)} for ${rowsText(found.rows)} at the peak, ${Math.round(100 * found.busy)} % busy, ${batchText(batch)}`,
    latency: found.latency,
    staleness: found.latency(wants.quantile),
    batch,
    spending: { compute: machine.hour * HOURS_A_MONTH },
    cannot: of.cannot,
  });
}
