/** What every ledger must do, whatever database is under it. */
import { describe } from 'vitest';
import type { Place } from '../../testing/stores.ts';
import { holdersContract } from './holders.ts';
import { beginContract, jobsContract } from './jobs.ts';
import { processesContract } from './processes.ts';
import { runsContract } from './runs.ts';
import { workContract } from './work.ts';

export const ledgerContract = (place: Place): void => {
  describe(`a ledger in ${place.name}`, () => {
    beginContract(place);
    jobsContract(place);
    holdersContract(place);
    runsContract(place);
    workContract(place);
    processesContract(place);
  });
};
