import { ApiError } from '../../api/client.ts';
import type { LiveTraffic } from '../../api/traffic.ts';

const LOST = new ApiError(
  { code: 'STREAM_ENDED', message: 'The stream of events has ended', hint: 'It is opened again by itself' },
  0,
);

/** The stream as panels take what they show: loading, shown, or shown though it is no longer new. */
export const liveQuery = ({ state, latest }: LiveTraffic) => ({
  data: latest ?? undefined,
  error: state === 'stale' ? LOST : null,
  refetch: () => Promise.resolve({} as never),
  dataUpdatedAt: latest?.at ?? 0,
});
