import { valueInMap } from '../../core/element-at.ts';
import type { DeliveryRow, MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { DeadNotice } from '../port.ts';

/** Notices that are told at most: the most of a list. */
const LETTERS_MOST = 1000;

/** Notices that were given up, the oldest first, and whether their receiver has taken a later one. */
export async function deadLetterViews(
  store: Pick<MonitoringStore, 'deliveries' | 'lastDelivery'>,
): Promise<readonly DeadNotice[]> {
  const dead = await store.deliveries({ state: 'dead', limit: LETTERS_MOST });
  const taken = new Map<string, number | null>();
  for (const row of dead) {
    if (taken.has(groupOf(row))) continue;
    const last = await store.lastDelivery(row.receiver, row.groupKey);
    taken.set(groupOf(row), last?.createdAt ?? null);
  }
  return dead.map((row) => {
    const at = valueInMap(taken, groupOf(row));
    return { ...row, reachedAt: at !== null && at > row.createdAt ? at : null };
  });
}

const groupOf = ({ receiver, groupKey }: DeliveryRow): string => JSON.stringify([receiver, groupKey]);
