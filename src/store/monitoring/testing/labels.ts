/** What every database of monitoring must do with labels. */
import { describe, expect, it } from 'vitest';
import type { NumberedFeedback } from '../../store.ts';
import type { StorePlace } from '../../testing/stores.ts';
import { monitoringsOf } from './monitorings.ts';

const label = (id: number, over: Partial<NumberedFeedback> = {}): NumberedFeedback => ({
  id,
  endpoint: 'churn',
  requestId: `r${id}`,
  unit: null,
  metric: 'label',
  value: 'yes',
  at: 1000 + id,
  receivedAt: 2000 + id,
  ...over,
});

export const labelsContract = (place: StorePlace): void => {
  describe('labels', () => {
    const monitorings = monitoringsOf(place);

    it('are kept once, however often they are taken in, and read by number', async () => {
      const store = await monitorings.one();
      const rows = Array.from({ length: 600 }, (_, i) => label(i + 1));
      await store.addLabels(rows);
      await store.addLabels([label(600, { value: 'no' }), label(601, { requestId: null, unit: 'a1' })]);
      const query = { endpoint: 'churn', metric: 'label' };
      expect(await store.labels({ ...query, after: 0, limit: 2 })).toEqual(rows.slice(0, 2));
      expect(await store.labels({ ...query, after: 599, limit: 10 })).toEqual([
        label(600),
        label(601, { requestId: null, unit: 'a1' }),
      ]);
    });

    it('are those of one endpoint and metric', async () => {
      const store = await monitorings.one();
      expect(await store.newestLabel(null)).toBe(0);
      await store.addLabels([
        label(1),
        label(2, { metric: 'revenue', value: '3.5' }),
        label(3, { endpoint: 'x' }),
      ]);
      expect(await store.newestLabel(null)).toBe(3);
      expect(await store.newestLabel({ endpoint: 'churn', metric: 'label' })).toBe(1);
      expect(await store.labels({ endpoint: 'churn', metric: 'revenue', after: 0, limit: 9 })).toHaveLength(
        1,
      );
    });

    it('of one request are found by its id, of whatever metric, in their order', async () => {
      const store = await monitorings.one();
      const own = [
        label(1, { requestId: 'r' }),
        label(3, { requestId: 'r', metric: 'revenue', value: '3.5' }),
      ];
      await store.addLabels([...own, label(2), label(4, { requestId: null, unit: 'r' })]);
      expect(await store.labelsOf('r', 9)).toEqual(own);
      expect(await store.labelsOf('r', 1)).toEqual(own.slice(0, 1));
    });

    it('are forgotten by when they were received', async () => {
      const store = await monitorings.one();
      await store.addLabels([label(1), label(2)]);
      await store.forget({ ticks: 0, events: 2002, blocks: 0 });
      expect(await store.labels({ endpoint: 'churn', metric: 'label', after: 0, limit: 9 })).toEqual([
        label(2),
      ]);
    });
  });
};
