/** Databases of monitoring of a test: opened on a database of its own, closed when it ends. */
import { type Opener, openerOf, type StorePlace } from '../../testing/stores.ts';
import type { BlockKey, DeliveryRow, Intake, MonitoringStore, SegmentRow, TickRow } from '../monitoring.ts';
import { openMonitoring } from '../open.ts';

/** To be called in a `describe`. */
export const monitoringsOf = (place: StorePlace): Opener<MonitoringStore> => openerOf(place, openMonitoring);

export const monitoringBlock = (seq: number, worker = 'w1', epoch = 1): BlockKey => ({ worker, epoch, seq });

export const tick = (at: number, more: Partial<TickRow> = {}): Omit<TickRow, 'id'> => ({
  endpoint: 'churn',
  model: 'churn',
  version: 1,
  replica: 'r1',
  at,
  span: 10_000,
  rows: 5,
  counts: new Uint8Array([0, 255, at % 256]),
  ...more,
});

export const segment = (path: string, from: number, to: number, endpoint = 'churn'): SegmentRow => ({
  path,
  replica: 'r1',
  endpoint,
  from,
  to,
  rows: 10,
  bytes: 4096,
});

export const intake = (more: Partial<Intake>): Intake => ({
  at: 0,
  blocks: [],
  segments: [],
  ticks: [],
  ...more,
});

export const delivery = (id: string, more: Partial<DeliveryRow> = {}): DeliveryRow => ({
  id,
  receiver: 'ops',
  groupKey: 'churn',
  body: { text: `notice ${id}` },
  state: 'waiting',
  attempts: 0,
  notBefore: 0,
  error: null,
  createdAt: 0,
  receipt: null,
  ...more,
});
