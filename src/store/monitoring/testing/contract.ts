/** What every database of monitoring must do, whatever is under it. */
import { describe } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import { alertsContract, cohortsContract, noticesContract, retentionContract } from './alerts.ts';
import { claimsContract } from './claims.ts';
import { intakeContract, segmentsContract, ticksContract } from './intake.ts';
import { labelsContract } from './labels.ts';
import { monitorsContract } from './monitors.ts';
import { monitoringProcessesContract } from './processes.ts';
import { monitoringRevisionsContract } from './revisions.ts';

export const monitoringContract = (place: StorePlace): void => {
  describe(`monitoring in ${place.name}`, () => {
    monitorsContract(place);
    intakeContract(place);
    ticksContract(place);
    segmentsContract(place);
    claimsContract(place);
    alertsContract(place);
    monitoringRevisionsContract(place);
    noticesContract(place);
    cohortsContract(place);
    labelsContract(place);
    retentionContract(place);
    monitoringProcessesContract(place);
  });
};
