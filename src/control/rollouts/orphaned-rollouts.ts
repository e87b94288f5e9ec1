/**
 * Rollouts that another server decides on, while neither it nor the store can be heard of: this one looks at what its own
 * workers count from then on, with evidence of its own, and may take them back to stable.
 */
import type { Clock } from '../../core/ports.ts';
import { WindowCollector } from '../../rollout/collect/window-collector.ts';
import type { Route } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import type { RolloutRow } from '../../store/store.ts';
import type { FleetChange } from '../fleet/fleet.ts';
import type { SnapshotPublisher } from '../fleet/snapshot-publisher.ts';
import type { NewOverride } from '../overrides/route-override.ts';
import { rangeShares } from './actions.ts';
import { OfflineDecisions } from './offline-decisions.ts';
import { type JournalPorts, RolloutJournal } from './rollout-journal.ts';
import { WindowTimeline } from './window-timeline.ts';

export interface OrphanedRolloutsPorts extends JournalPorts {
  readonly publisher: Pick<SnapshotPublisher, 'lastRead' | 'publishRoutes'>;
  /** Carries out in memory what cannot be written yet. */
  readonly onAhead: (override: NewOverride) => void;
}

/** All of them, for as long as the store is away. */
export class OrphanedRollouts {
  readonly #ports: OrphanedRolloutsPorts;
  readonly #all = new Map<string, OrphanedRollout>();

  constructor(ports: OrphanedRolloutsPorts) {
    this.#ports = ports;
  }

  /** Looks at every rollout that was heard of last; `workers` are those of this server. */
  look(workers: Iterable<Pick<FleetChange, 'worker' | 'epoch'>>): void {
    const { publisher, onAhead } = this.#ports;
    const { lastRead } = publisher;
    const here = [...workers];
    for (const row of lastRead?.rollouts ?? []) {
      const route = lastRead?.endpoints.find(({ rollout }) => rollout === row.id)?.route;
      if (route === undefined || this.#all.has(row.id)) continue;
      const lookout = new OrphanedRollout(row, route, this.#ports);
      for (const worker of here) lookout.join(worker);
      this.#all.set(row.id, lookout);
    }
    for (const lookout of this.#all.values()) {
      const override = lookout.look();
      if (override !== null) onAhead(override);
    }
  }

  take(part: WindowPart): void {
    this.#all.get(part.rollout)?.take(part);
  }

  clear(): void {
    this.#all.clear();
  }
}

class OrphanedRollout {
  readonly #collector: WindowCollector;
  readonly #ahead: OfflineDecisions;
  readonly #clock: Clock;
  #isOver = false;

  constructor(row: RolloutRow, { generation, recording, ranges }: Route, ports: JournalPorts) {
    const journal = RolloutJournal.begun(row, ports);
    const { clock } = ports;
    this.#clock = clock;
    this.#collector = new WindowCollector(journal.needs, row.id);
    if (recording !== null) this.#collector.follow(generation, recording, rangeShares({ ranges, recording }));
    const timeline = new WindowTimeline(journal.folded.window);
    this.#ahead = new OfflineDecisions({ journal, collector: this.#collector, timeline, clock });
  }

  join({ worker, epoch }: Pick<FleetChange, 'worker' | 'epoch'>): void {
    this.#collector.join(worker, epoch, this.#clock.now());
  }

  take(part: WindowPart): void {
    this.#collector.take(part, this.#clock.now());
  }

  /** Looks at the windows that are due: what everybody here is to be put on, once, else null. */
  look(): NewOverride | null {
    if (this.#isOver) return null;
    const override = this.#ahead.fold(null);
    this.#isOver = override !== null;
    return override;
  }
}
