import type { AccessMode } from '../../config/access.ts';
import { containerConfig } from '../../config/container.ts';
import { SETTINGS, type SettingName } from '../../config/settings.ts';
import { PlimsollError } from '../../core/errors.ts';
import { hasKey } from '../../core/record.ts';
import { BUNDLES_VARIABLE } from '../../deploy/packaged.ts';
import { stderrLog } from '../../server/log.ts';
import type { ServedModel } from '../../server/served.ts';
import type { RunningService } from '../../server/service.ts';

/** What `serve --bundles` follows of the command line; whatever else is given would be dropped. */
const FOLLOWED: ReadonlySet<string> = new Set<SettingName>([
  'port',
  'host',
  'maxBody',
  'device',
  'keys',
  'keysFile',
  'insecure',
  'hosts',
  'rateLimit',
  'tlsCert',
  'tlsKey',
  'tlsClientCa',
]);

/** There is no data folder, and nothing is captured. */
const IMPLIED: ReadonlySet<string> = new Set(['data', 'capture']);

/**
 * Serves a folder of bundles as it is, in this process, as a container does: without store and control API, on loopback
 * unless another address is given. `others` are arguments and options that nothing here follows. Throws USAGE for what static serving cannot honour, and what `serveContainer` throws.
 */
export async function serveBundles(
  bundles: string,
  flags: Readonly<Record<string, string | undefined>>,
  others: readonly string[],
): Promise<{ readonly service: RunningService; readonly mode: AccessMode }> {
  const refused = (what: string): PlimsollError =>
    new PlimsollError('USAGE', {
      reason: `--bundles serves what is in the folder, and cannot honour ${what}`,
      command: 'serve',
    });
  if (others[0] !== undefined) throw refused(others[0]);
  const env: Record<string, string | undefined> = { PLIMSOLL_HOST: SETTINGS.host.fallback, ...process.env };
  for (const [name, value] of Object.entries(flags)) {
    if (value === undefined || IMPLIED.has(name)) continue;
    if (!FOLLOWED.has(name) || !hasKey(SETTINGS, name)) throw refused(flagOf(name));
    env[SETTINGS[name].env] = value;
  }
  // Read where versions are loaded, in this process.
  if (flags['device'] !== undefined) process.env[SETTINGS.device.env] = flags['device'];
  const { isFilled } = await import('../../server/container/bundles.ts');
  const { serveContainer } = await import('../../server/container/serve.ts');
  const config = containerConfig({ env: { ...env, [BUNDLES_VARIABLE]: bundles }, args: [], isFilled });
  const { url, versions, close } = await serveContainer(config, stderrLog());
  const models = versions.map(
    (stable): ServedModel => ({ endpoint: stable.model, stable, rollout: null, note: null }),
  );
  return { service: { url, models, close }, mode: config.access.mode };
}

/** `--max-body` of maxBody. */
const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
