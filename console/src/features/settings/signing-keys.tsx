import { useOperation } from '../../api/queries.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SaveButton } from '../../ui/save-button.tsx';

/** What receipts and reports of this server are verified with. */
export function SigningKeys() {
  const query = useOperation('GET /api/v1/keys', {}, { every: false });
  return (
    <Panel
      title="Public keys of signed documents"
      query={query}
      empty={({ items }) => (items.length === 0 ? 'Nothing was signed yet.' : null)}
    >
      {({ items }) => (
        <ul className="signing-keys">
          {items.map(({ keyId, publicKey }) => (
            <li key={keyId} className="panel-body">
              <p className="note">
                Receipts of batch runs and reports of rollouts are signed with it (Ed25519, DSSE). Key id{' '}
                <code className="breakable">{keyId}</code>
              </p>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than its box is moved by arrows */}
              <pre className="code" tabIndex={0}>
                {publicKey}
              </pre>
              <div className="signing-actions">
                <CopyButton text={publicKey} />
                <SaveButton
                  text="Save as a file"
                  file={`plimsoll-${keyId.slice(0, 12)}.pem`}
                  type="application/x-pem-file"
                  load={async () => publicKey}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
