/** What every store must do, whatever database is under it. */
import { describe } from 'vitest';
import { apiKeysContract } from './api-keys.ts';
import { auditContract } from './audit.ts';
import { crashContract } from './crash.ts';
import { endpointsContract } from './endpoints.ts';
import { feedbackContract } from './feedback.ts';
import { listsContract } from './lists.ts';
import { ownersContract } from './owners.ts';
import { replicasContract } from './replicas.ts';
import { revisionsContract } from './revisions.ts';
import { rolloutsContract } from './rollouts.ts';
import type { StorePlace } from './stores.ts';
import { trafficContract } from './traffic.ts';
import { transactionsContract } from './transactions.ts';
import { valuesContract } from './values.ts';
import { versionsContract } from './versions.ts';

export const storeContract = (place: StorePlace): void => {
  describe(`a store in ${place.name}`, () => {
    versionsContract(place);
    endpointsContract(place);
    revisionsContract(place);
    trafficContract(place);
    rolloutsContract(place);
    feedbackContract(place);
    auditContract(place);
    ownersContract(place);
    apiKeysContract(place);
    replicasContract(place);
    listsContract(place);
    valuesContract(place);
    transactionsContract(place);
    crashContract(place);
  });
};
