import { SETTINGS } from './settings.ts';

/** Besides the settings: versions that a container serves as they are, and what the launcher of this process has said. */
const OTHERS = ['PLIMSOLL_BUNDLES', 'PLIMSOLL_RELAUNCHED'] as const;

/** The environment for a server of this program that is started to be measured: what the settings here name (store, keys, port) is another's. */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const left = { ...env };
  for (const name of [...Object.values(SETTINGS).map((setting) => setting.env), ...OTHERS]) delete left[name];
  return left;
}
