import './settings.css';
import { useMay } from '../../api/queries.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { ApiKeys } from './api-keys.tsx';
import { Garbage } from './garbage.tsx';
import { Receivers } from './receivers.tsx';
import { Routers } from './routers.tsx';
import { SigningKeys } from './signing-keys.tsx';
import { ThisServer } from './this-server.tsx';

/** Who is told of alerts, who may come in, what signs, what follows, and what this server is. */
export function Settings() {
  const may = useMay();
  return (
    <main id="main">
      <PageHead
        title="Settings"
        sentence="Who is told of alerts, who may come in, and what this server is made of."
      />
      <Receivers />
      {may('GET /api/v1/api-keys') ? (
        <ApiKeys />
      ) : (
        <p className="note settings-note">API keys are for keys of scope admin to see.</p>
      )}
      <Routers />
      <div className="columns">
        <ThisServer />
        <Garbage />
      </div>
      <SigningKeys />
    </main>
  );
}
