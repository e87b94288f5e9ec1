/** Needs of who asks the control API: the version that they name, and the traffic that was counted for it. */
import { registeredCost } from '../../advise/cost/registered-cost.ts';
import { blueprintModel } from '../../advise/files/model.ts';
import { usualTraffic } from '../../advise/needs/usual-traffic.ts';
import type { ControlApi, VersionView } from '../../control/port.ts';
import { PlimsollError } from '../../core/errors.ts';
import { resolveJobVersion } from '../../jobs/run/model.ts';
import { bundleDir, readManifest } from '../../registry/bundle.ts';
import type { AdviceAnswer, CountedTraffic } from './advice-view.ts';
import type { AdviceRequest } from './advice-work.ts';

type Document = Readonly<Record<string, unknown>>;

export interface AdviseTools {
  readonly control: Pick<ControlApi, 'version' | 'model' | 'endpoints' | 'endpoint' | 'trafficHistory'>;
  readonly dataDir: string;
  /** Works it out where it holds nobody. */
  readonly work: (request: AdviceRequest) => Promise<Omit<AdviceAnswer, 'traffic'>>;
}

/** Throws ADVICE_INVALID, MODEL_NOT_FOUND, VERSION_UNKNOWN, VERSION_STATE, BUNDLE_GONE. */
export async function adviseVersion(needs: Document, tools: AdviseTools): Promise<AdviceAnswer> {
  const { model: reference } = needs;
  if (typeof reference !== 'string')
    return { ...(await tools.work({ needs, cost: null, model: null })), traffic: null };
  const version = await versionOf(reference, tools);
  const traffic = isAmountGiven(needs) ? null : await trafficOf(version, tools);
  const manifest = readManifest(bundleDir(tools.dataDir, version.digest));
  if (manifest === null)
    throw new PlimsollError('BUNDLE_GONE', { model: version.model, version: version.version });
  const { model, version: number } = version;
  const answer = await tools.work({
    needs: { ...(traffic === null ? {} : needsOf(traffic)), ...needs },
    cost: registeredCost(`${model}@${number}`, manifest),
    model: blueprintModel(model, manifest, { kind: 'version', version: number, data: '.plimsoll' }),
  });
  return { ...answer, traffic };
}

const AMOUNTS = ['requests', 'rows', 'population'];
const isAmountGiven = (needs: Document): boolean => AMOUNTS.some((amount) => needs[amount] !== undefined);

async function versionOf(reference: string, { control }: AdviseTools): Promise<VersionView> {
  const [name = '', which] = reference.split('@', 2);
  const version = await resolveJobVersion(control as ControlApi, name, which);
  if (version.state === 'ready') return version;
  const about = { action: 'advise on', model: name, version: version.version };
  throw new PlimsollError('VERSION_STATE', { ...about, found: version.state, wanted: 'ready' });
}

const [HOUR, WEEK] = [3_600_000, 604_800_000];
/** Endpoints that are looked through for one that the version answers. */
const MOST_ENDPOINTS = 1000;

/** Of the endpoint that it answers; null where there is none, or hardly anybody has asked. */
async function trafficOf(
  { model, version }: VersionView,
  { control }: AdviseTools,
): Promise<CountedTraffic | null> {
  const { items } = await control.endpoints({ limit: MOST_ENDPOINTS });
  const found = items.find((one) => one.model === model && one.stable === version);
  if (found === undefined) return null;
  const { from, to, step, versions } = await control.trafficHistory(found.name, { last: WEEK, step: HOUR });
  const byTime = new Map<number, number>();
  for (const { points } of versions)
    for (const { at, requests } of points) byTime.set(at, (byTime.get(at) ?? 0) + requests);
  const [first] = [...byTime.keys()].sort((a, b) => a - b);
  if (first === undefined) return null;
  const parts = [...byTime.values()].map((requests) => ({ requests }));
  const usual = usualTraffic(parts, step, to - first);
  return usual === null ? null : { endpoint: found.name, from: Math.max(from, first), to, ...usual };
}

/** In the words of needs. */
const needsOf = ({ rate, peak, hours }: CountedTraffic): Document => ({
  requests: `${figure(rate)}/s`,
  peak: `${figure(peak)}/s`,
  hours: `${Math.max(1, Math.round(hours / 60_000))}m`,
});

/** Digits without an exponent, as rates are written. */
const figure = (value: number): string => value.toFixed(9).replace(/\.?0+$/, '');
