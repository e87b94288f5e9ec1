/** On the edge: the model beside the application, on machines that are there already. Pure. */

import { countText } from '../../text/count.ts';
import { predictOnline } from '../capacity/online.ts';
import { usualPlace } from '../capacity/place.ts';
import { rateText } from '../needs/case.ts';
import type { Option } from './option.ts';
import { impossible, running } from './running.ts';
import type { Situation } from './situation.ts';

const PATTERN = 'edge';
const HOW = 'the model beside the application, compiled to ONNX or in an image';
/** A device is that much slower than where the model was measured. */
const SLOWER = 2;

export function edge(situation: Situation): Option {
  const { wants, cost } = situation;
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
  const at = predictOnline(cost, place, { rows: wants.rowsPerRequest, rate: rate * SLOWER });
  const most = (0.8 * at.saturation.rate) / SLOWER;
  if (at.millis === null || rate > most)
    return impossible(PATTERN, HOW, [
      {
        need: 'peak',
        what: `a device would have to answer ${rateText(rate)}, it does ${rateText(most)}`,
        nearest: `peak: ${rateText(most * devices)}`,
      },
    ]);
  const { p50, p99, p999 } = at.millis;
  const latency = (quantile: number): number =>
    SLOWER * (quantile <= 0.5 ? p50 : quantile <= 0.99 ? p99 : p999);
  return running(situation, {
    pattern: PATTERN,
    how: `on ${countText(devices, 'device')}, ${rateText(rate)} each at the peak: ${Number((((100 * rate) / at.saturation.rate) * SLOWER).toPrecision(2))} % of a core that is half as fast as here`,
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
    spending: { compute: 0 },
    headroom: null,
    cannot: [
      'be taken back in one tick: each device has to be given the version before',
      'be watched from one place: what it answered has to be brought back first',
      'use inputs that are elsewhere, such as what happened on other devices',
    ],
  });
}
