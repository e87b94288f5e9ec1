import type { AccessSettings } from '../config/access.ts';
import type { WindowPart } from '../rollout/window-part.ts';
import { openCapture } from '../serving/capture/data-capture.ts';
import { DataPlane } from '../serving/data-plane.ts';
import type { ServingMetrics } from '../serving/metrics/serving-metrics.ts';
import { RolloutRecorder } from '../serving/recorder/rollout-recorder.ts';
import { SnapshotFollower } from '../serving/snapshot-follower.ts';
import { openAccess } from './access/open.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import { keepingHeapSmall } from './heap.ts';
import { sendingMetrics } from './metrics-export.ts';
import { metricsElsewhere } from './metrics-files.ts';
import { apiProxy } from './proxy.ts';
import { type ServerOptions, type SharingServer, SILENT_LOGGER, startServer } from './start.ts';
import { type VersionName, versionName } from './workers/messages.ts';

export interface ServingOptions
  extends Omit<
    ServerOptions,
    'versions' | 'plane' | 'recorder' | 'capture' | 'api' | 'moreMetrics' | 'gate' | 'guard'
  > {
  /** Where to count. */
  readonly metrics: ServingMetrics;
  /** Whether rows and answers are captured. */
  readonly captures: boolean;
  /** Whom this process lets in. */
  readonly access: AccessSettings;
  /** Name of this process in the parts that it sends, and how often it has been started. */
  readonly worker: string;
  readonly epoch: number;
  /** Path of the Unix socket of the control API. */
  readonly controlSocket: string;
  readonly dataDir: string;
  readonly onPiece: (piece: WindowPart) => void;
}

/** A process that answers: it follows snapshots, records what they ask for, and passes `/api/` on. */
export interface ServingProcess {
  readonly plane: DataPlane;
  readonly follower: SnapshotFollower;
  /** Versions that are loaded. */
  loaded(): readonly VersionName[];
  /** Throws LISTEN_FAILED. */
  listen(): Promise<SharingServer>;
}

export function openServing(options: ServingOptions): ServingProcess {
  const { worker, epoch, captures, access: settings, controlSocket, dataDir, onPiece, ...rest } = options;
  const { logger = SILENT_LOGGER, ...server } = rest;
  const plane = new DataPlane();
  const follower = new SnapshotFollower({ plane, logger });
  const recorder = new RolloutRecorder({ worker, epoch, send: onPiece, clock: SYSTEM_CLOCK });
  const api = apiProxy(controlSocket);
  return {
    plane,
    follower,
    loaded: () => follower.loaded().map(versionName),
    listen: async () => {
      const name = { worker, epoch, dataDir };
      const ports = { metrics: server.metrics, clock: SYSTEM_CLOCK, logger };
      const capture = captures ? await openCapture({ ...name, ...ports }) : undefined;
      const moreMetrics = metricsElsewhere(dataDir);
      const { metrics } = server;
      const { access, close: forget } = await openAccess({
        ...{ settings, dataDir, env: process.env, logger },
        onRefusal: (why) => metrics.refused(why),
      });
      const started = await startServer({
        ...{ ...server, versions: [], plane, recorder, capture, logger, api },
        ...{ gate: access, guard: access },
        moreMetrics,
      });
      const counted = { metrics: server.metrics, plane, moreMetrics };
      const endKeeping = keepingHeapSmall();
      const close = (): Promise<void> => started.close().finally(forget).finally(endKeeping);
      const closing = { ...started, close };
      return sendingMetrics(closing, { env: process.env, worker, epoch, logger, ...counted });
    },
  };
}
