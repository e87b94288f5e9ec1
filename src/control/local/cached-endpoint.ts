/** What is known of endpoints without the store: what was read last. */
import { orKnown } from '../../store/away.ts';
import type { EndpointRow, Store } from '../../store/store.ts';
import type { SnapshotPublisher } from '../fleet/snapshot-publisher.ts';
import { findEndpoint } from './find.ts';

export interface CachedEndpointPorts {
  readonly store: Pick<Store, 'tables'>;
  readonly publisher: Pick<SnapshotPublisher, 'lastRead'>;
}

/** The endpoint as the store has it, or as it was read last. Throws ENDPOINT_NOT_FOUND, and what the store throws. */
export const endpointOrCached = (
  { store, publisher }: CachedEndpointPorts,
  name: string,
): Promise<EndpointRow> =>
  orKnown(
    () => findEndpoint(store.tables, name),
    () => publisher.lastRead?.endpoints.find((row) => row.name === name) ?? null,
  );
