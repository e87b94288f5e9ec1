/** What every ledger must do, whatever database is under it. */
import { describe } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import { holdersContract } from './holders.ts';
import { beginContract, jobsContract } from './jobs.ts';
import { ledgerProcessesContract } from './processes.ts';
import { ledgerRevisionsContract } from './revisions.ts';
import { runsContract } from './runs.ts';
import { workContract } from './work.ts';

export const ledgerContract = (place: StorePlace): void => {
  describe(`a ledger in ${place.name}`, () => {
    beginContract(place);
    jobsContract(place);
    holdersContract(place);
    runsContract(place);
    ledgerRevisionsContract(place);
    workContract(place);
    ledgerProcessesContract(place);
  });
};
