/** On the edge: the model beside the application, on machines that are there already. Pure. */

import { countText } from '../../text/count.ts';
import { percent } from '../../text/percent.ts';
import { predictOnline } from '../capacity/online.ts';
import { usualPlace } from '../capacity/place.ts';
import { rateText } from '../needs/case.ts';
import type { Option } from './option.ts';
import { impossible, running } from './running.ts';
import { servingLatency } from './serving-text.ts';
import type { Situation } from './situation.ts';

const PATTERN = 'edge';
const HOW = 'the model beside the application, compiled to ONNX or in an image';

export function edge(situation: Situation): Option {
  const { wants, cost, prices } = situation;
  const { slower, coreMonth } = prices.devices;
  if (wants.devices === null && !wants.offline)
    return impossible(PATTERN, HOW, [
      {
        need: 'devices',
        what: 'no machines beside the application are named',
        nearest: 'devices: how many there are',
      },
    ]);
  const devices = wants.devices ?? 1;
  const place = usualPlace(1);
  const rate = wants.peak / devices;
  const at = predictOnline(cost, place, { rows: wants.rowsPerRequest, rate: rate * slower });
  const most = (0.8 * at.saturation.rate) / slower;
  if (at.millis === null || rate > most)
    return impossible(PATTERN, HOW, [
      {
        need: 'peak',
        what: `a device would have to answer ${rateText(rate)}, it does ${rateText(most)}`,
        nearest: `peak: ${rateText(most * devices)}`,
      },
    ]);
  const alone = servingLatency(at);
  const latency = (quantile: number): number => slower * alone(quantile);
  const used = (slower * rate) / at.saturation.rate;
  return running(situation, {
    pattern: PATTERN,
    how: `on ${countText(devices, 'device')}, ${rateText(rate)} each at the peak: ${percent(used, 2)} of a core`,
    latency,
    staleness: latency(wants.quantile),
    serving: {
      least: devices,
      most: devices,
      workers: place.workers,
      cores: 1,
      memory: cost.online.memory,
      perReplica: most,
      instance: null,
    },
    spending: { compute: devices * used * coreMonth },
    headroom: null,
    cannot: [
      'be taken back in one tick: each device has to be given the version before',
      'be watched from one place: what it answered has to be brought back first',
      'use inputs that are elsewhere, such as what happened on other devices',
    ],
  });
}
