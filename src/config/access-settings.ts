import { type AccessSettings, accessMode, type TlsFiles } from './access.ts';
import type { Contract } from './contract.ts';
import type { ReadSetting } from './settings.ts';

/** Whom a server lets in. Notes as a problem where that contradicts the contract. */
export function accessIn(value: ReadSetting, contract: Contract, problems: string[]): AccessSettings {
  const host = value('host');
  const asked = { host, contract, insecure: value('insecure'), keysRequired: value('keys') };
  const mode = accessMode(asked);
  if (typeof mode === 'object') problems.push(mode.problem);
  // Where everybody on a network is listened to, an address that all have says nothing about whom.
  const address = host === '0.0.0.0' || host === '::' ? null : host.toLowerCase();
  return {
    mode: typeof mode === 'object' ? 'keys' : mode,
    hosts: value('hosts'),
    address,
    keysFile: value('keysFile'),
    openMetrics: value('metricsAccess'),
    rate: value('rateLimit'),
    uploads: {
      perDay: value('uploadsPerDay'),
      bytesPerDay: value('uploadBytesPerDay'),
      freeShare: value('diskReserve'),
    },
  };
}

/** The files of TLS, or null where it is not spoken. */
export function tlsIn(value: ReadSetting, problems: string[]): TlsFiles | null {
  const [cert, key, clientCa] = [value('tlsCert'), value('tlsKey'), value('tlsClientCa')];
  if (cert !== null && key !== null) return { cert, key, clientCa };
  if (cert !== null || key !== null || clientCa !== null)
    problems.push('TLS takes a certificate and its key: --tls-cert and --tls-key are both needed');
  return null;
}
