import { describe, expect, it } from 'vitest';
import { CHANGE, endpoint, version } from './rows.ts';
import { type StorePlace, storesOf } from './stores.ts';

export const revisionsContract = (place: StorePlace): void => {
  describe('revisions', () => {
    const stores = storesOf(place);

    it('tell what has changed by its name, and nothing else, whoever changed it', async () => {
      const [one, two] = await stores.two();
      const { versions, endpoints, audit } = one.tables;
      await versions.insert(version({ state: 'validating', checks: [] }));
      await endpoints.insert(endpoint(), CHANGE);
      await endpoints.insert(endpoint('other'), CHANGE);
      const before = new Map((await two.tables.revisions.all()).map((row) => [nameOf(row), row.revision]));
      const changed = async () =>
        (await two.tables.revisions.all())
          .filter((row) => before.get(nameOf(row)) !== row.revision)
          .map(nameOf)
          .sort();
      expect(await changed()).toEqual([]);
      const { route } = endpoint();
      await endpoints.flip('churn', 1, { route: { ...route, generation: 2 } }, CHANGE);
      expect(await changed()).toEqual(['endpoint churn']);
      const checks = [{ name: 'checksum', ok: true, detail: '' }];
      await versions.update('churn', 1, { checks });
      expect(await changed()).toEqual(['endpoint churn', 'version churn']);
      await audit.append({ at: 1, by: 'ann', what: 'alias.changed', subject: 'fraud', body: {} });
      await audit.append({ at: 1, by: 'ann', what: 'monitor.changed', subject: 'endpoint/other', body: {} });
      await audit.append({ at: 1, by: 'ann', what: 'access.refused', subject: 'access', body: {} });
      expect([...new Set(await changed())]).toEqual([
        ...['audit audit', 'endpoint churn', 'monitor other', 'version churn', 'version fraud'],
      ]);
    });
  });
};

const nameOf = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `${kind} ${name}`;
