/** What other targets have and Vertex does not: said where it is asked for, never dropped. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';

/** Keys of a version, with why and what to do instead. */
const OF_A_VERSION: Readonly<Record<string, string>> = {
  shadow: 'its endpoints mirror no requests; roll out from a server of Plimsoll in front, which shadows',
  sticky: 'its traffic split is drawn anew for each request; roll out from a server of Plimsoll in front',
  rules: 'its traffic split knows percents only; roll out from a server of Plimsoll in front',
  serverless: 'a deployed model always has a machine',
  async: 'it has no asynchronous endpoints; use a batch prediction',
  multiModel: 'a container of it holds one model; deploy each of its own',
  cooldown: 'it chooses the pace of scaling itself',
  tls: 'it ends TLS in front of the container',
};

/** Throws VERTEX_UNSUPPORTED for the first setting that Vertex cannot honour. */
export function refuseUnsupportedByVertex(value: unknown): void {
  if (!isRecord(value)) return;
  const versions = Array.isArray(value['versions']) ? value['versions'] : [];
  for (const [i, version] of versions.entries()) {
    if (isRecord(version)) refuseInVersion(version, `versions[${i}]`);
  }
  for (const [key, reason] of Object.entries(OF_A_VERSION)) {
    if (Object.hasOwn(value, key)) throw lacks(key, reason);
  }
}

function refuseInVersion(version: Readonly<Record<string, unknown>>, path: string): void {
  for (const [key, reason] of Object.entries(OF_A_VERSION)) {
    if (Object.hasOwn(version, key)) throw lacks(`${path}.${key}`, reason);
  }
  const replicas = version['replicas'];
  if (isRecord(replicas) && replicas['min'] === 0)
    throw lacks(
      `${path}.replicas.min: 0`,
      'a deployed model always has a machine; undeploy it to pay nothing',
    );
  const traffic = version['traffic'];
  if (typeof traffic === 'number' && traffic > 0 && traffic < 100 && !Number.isInteger(traffic))
    throw lacks(`${path}.traffic: ${traffic}`, 'it splits traffic in whole percents');
}

const lacks = (setting: string, reason: string): PlimsollError =>
  new PlimsollError('VERTEX_UNSUPPORTED', { setting, reason });
