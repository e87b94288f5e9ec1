import { resolve } from 'node:path';
import { SYSTEM_CLOCK } from '../clock.ts';
import type { ControlSettings } from '../control-settings.ts';
import type { Analyses } from './analyses.ts';

/** What looks into versions, loaded for who asks first. */
export function lazyAnalyses({
  dataDir,
  storeUrl,
}: Pick<ControlSettings, 'dataDir' | 'storeUrl'>): () => Promise<Analyses> {
  let made: Promise<Analyses> | null = null;
  const open = async (): Promise<Analyses> => {
    const { Analyses } = await import('./analyses.ts');
    const { monitoringUrl } = await import('../../store/monitoring/url.ts');
    const folder = resolve(dataDir);
    return new Analyses({
      dataDir: folder,
      monitoringUrl: monitoringUrl(folder, storeUrl),
      clock: SYSTEM_CLOCK,
    });
  };
  return () => {
    made ??= open();
    return made;
  };
}
