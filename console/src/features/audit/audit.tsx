import './audit.css';
import { useMay } from '../../api/queries.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { AuditChain } from './audit-chain.tsx';
import { Entries } from './entries.tsx';

/** Who did what, and whether the log of it is whole. */
export function Audit() {
  const may = useMay();
  const isAllowed = may('GET /api/v1/audit');
  return (
    <main id="main">
      <PageHead
        title="Audit log"
        sentence={
          isAllowed
            ? 'Every change to this server, by whom, when and why. Entries are added and never changed.'
            : 'Names of people and where they called from: to read it, a key of scope operator is wanted.'
        }
      />
      {isAllowed && (
        <>
          <AuditChain />
          <Entries />
        </>
      )}
    </main>
  );
}
