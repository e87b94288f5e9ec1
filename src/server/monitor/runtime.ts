/** What is remembered of monitoring, and what is asked about it, once a server needs it. */
import type { ControlApi } from '../../control/port.ts';
import type { Clock } from '../../core/ports.ts';
import { LocalMonitoring } from '../../monitor/local.ts';
import type { KeptCounts } from '../../monitor/local-options.ts';
import { predictionLogPath } from '../../monitor/log/log-paths.ts';
import type { MonitoringApi } from '../../monitor/port.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import type { Revision } from '../../store/revisions.ts';
import type { Store } from '../../store/store.ts';
import { writeCaptureRules } from './capture-rules.ts';
import { receiverSurroundings } from './receivers.ts';
import type { WatchdogAlerts } from './watchdog-alerts.ts';

export interface MonitorRuntimeOptions {
  readonly dataDir: string;
  /** Of what is remembered. */
  readonly url: string;
  /** Tells this server from others that share it. */
  readonly replica: string;
  readonly control: Pick<ControlApi, 'endpoint' | 'endpoints'>;
  /** Keeps the audit log. */
  readonly store: Pick<Store, 'transaction'>;
  readonly clock: Clock;
  /** Whether this process answers others meanwhile, so that the database may not hold it. */
  readonly answers: boolean;
  /** Something was set. */
  readonly onSet?: (() => void) | undefined;
}

export interface MonitoringRuntime {
  readonly monitoring: MonitoringApi;
  /** What alerts and monitors have come to. */
  revisions(): Promise<readonly Revision[]>;
  /** Whether anything was set for any endpoint. */
  hasMonitors(): Promise<boolean>;
  /** Has the processes that serve follow what is set, which another server may have done. */
  writeRules(): Promise<void>;
  /** Says that nothing is watched since then, where no other server does it. */
  tellBehind(since: number): Promise<void>;
  close(): Promise<void>;
}

/** Throws what `openMonitoring` throws. */
export async function openMonitoringRuntime(options: MonitorRuntimeOptions): Promise<MonitoringRuntime> {
  const { dataDir, url, replica, control, clock, answers } = options;
  const store = await openMonitoring(url, { thread: answers ? 'soon' : 'none' });
  let behind: WatchdogAlerts | null = null;
  const writeRules = (): Promise<void> => writeCaptureRules(dataDir, store);
  const driftHere: KeptCounts['drift'] = async (known, query) => {
    const { driftView } = await import('../../monitor/local-drift.ts');
    return driftView({ store, clock }, known, query);
  };
  let readers: Promise<KeptCounts> | null = null;
  const kept = (): Promise<KeptCounts> => {
    readers ??= import('./kept-counts.ts').then(({ keptCountsOf }) => keptCountsOf(url, driftHere));
    return readers;
  };
  const monitoring = new LocalMonitoring({
    ...{ store, clock, dataDir },
    endpoint: (name) => control.endpoint(name),
    endpoints: (page) => control.endpoints(page),
    testReceiver: async ({ name: endpoint, model }, name, receiver) => {
      const { testReceiver } = await import('../../monitor/alerts/test-notice.ts');
      const surroundings = receiverSurroundings();
      return testReceiver({ endpoint, model, name, receiver, now: clock.now(), surroundings });
    },
    request: async (id) => {
      const { findLoggedRequest } = await import('../../monitor/log/find-request.ts');
      return findLoggedRequest({ store, folder: predictionLogPath(dataDir) }, id);
    },
    kept: {
      drift: async (known, query) => (answers ? (await kept()).drift(known, query) : driftHere(known, query)),
      history: async (request) => (await kept()).history(request),
      replay: async (request, following) => (await kept()).replay(request, following),
    },
    async onSet(endpoint, document, { by, reason }) {
      const body = { policy: document, reason: reason ?? '' };
      const entry = { by, what: 'monitor.changed', subject: `endpoint/${endpoint}`, body };
      await options.store.transaction(({ audit }) => audit.append({ at: clock.now(), ...entry }));
      await writeRules();
      options.onSet?.();
    },
  });
  return {
    monitoring,
    revisions: () => store.revisions(),
    hasMonitors: async () => {
      const { items, damaged } = await store.monitors({ limit: 1 });
      return items.length + damaged.length > 0;
    },
    writeRules,
    async tellBehind(since) {
      const { WatchdogAlerts } = await import('./watchdog-alerts.ts');
      behind ??= new WatchdogAlerts({ store, control, clock, holder: `${replica} control` });
      await behind.tell(since);
    },
    close: () => store.close(),
  };
}
