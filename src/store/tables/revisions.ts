/** What endpoints, rollouts and versions have come to; the code comes with who first looks on. */
import type { Session } from '../session.ts';
import type { Revisions } from '../store.ts';

export const revisionsOver = (session: Session): Revisions => ({
  all: async () => {
    const { storeRevisions } = await import('./store-revisions.ts');
    return session.once(storeRevisions);
  },
});
