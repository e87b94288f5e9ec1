import type { ControlOperations } from '../../api/generated/control-api.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';

export type MadeKey = ControlOperations['POST /api/v1/api-keys']['answer'];

/** How long the key before holds once another was made. */
export const OVERLAPS = [
  { value: 'none', text: 'no longer', millis: 0 },
  { value: 'hour', text: '1 hour', millis: 3_600_000 },
  { value: 'day', text: '24 hours', millis: 86_400_000 },
  { value: 'week', text: '7 days', millis: 7 * 86_400_000 },
] as const;

/** A key that was just made: the server keeps its hash alone. */
export const ShownOnce = ({ made, onDone }: { readonly made: MadeKey; readonly onDone: () => void }) => (
  <section className="shown-once" aria-label="The new key" role="status">
    <h2>The key of {made.name}</h2>
    <p>Copy it now: it is shown this once, and nobody can see it again.</p>
    <p className="shown-key">
      <code>{made.key}</code>
      <CopyButton text={made.key} />
      <Button onClick={onDone}>I have it</Button>
    </p>
  </section>
);
