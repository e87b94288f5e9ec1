import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Field } from '@base-ui/react/field';
import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Failed } from './panel.tsx';

interface ConfirmProps {
  /** On the button that opens it, and on the one that does it. */
  readonly verb: string;
  readonly kind?: 'plain' | 'main' | 'danger';
  /** The button that opens it does not shout: it is there all the time. */
  readonly isQuiet?: boolean;
  readonly title: string;
  /** What will happen, and whether it can be taken back. */
  readonly consequence: string;
  /** What else has to be said, above the reason. */
  readonly children?: ReactNode;
  /** @default true */
  readonly isReady?: boolean;
  /** Throws where it was refused. */
  readonly onConfirm: (reason: string) => Promise<unknown>;
}

/** A change with what it does, asked once more, and with the reason that the audit log keeps. */
export function Confirm({
  verb,
  kind = 'plain',
  isQuiet = false,
  title,
  consequence,
  children,
  isReady = true,
  onConfirm,
}: ConfirmProps) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [state, setState] = useState<'asking' | 'working' | Error>('asking');
  const confirm = async (): Promise<void> => {
    setState('working');
    try {
      await onConfirm(reason.trim());
      setOpen(false);
      setReason('');
      setState('asking');
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={setOpen}>
      <AlertDialog.Trigger render={<Button kind={isQuiet ? 'plain' : kind}>{verb}</Button>} />
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description>{consequence}</AlertDialog.Description>
          {children}
          <Field.Root className="labelled">
            <Field.Label>Reason</Field.Label>
            <Field.Control
              className="field"
              value={reason}
              maxLength={2000}
              placeholder="Kept in the audit log"
              onValueChange={(value) => setReason(String(value))}
            />
          </Field.Root>
          {state instanceof Error && <Failed error={state} />}
          <div className="dialog-actions">
            <AlertDialog.Close render={<Button>Cancel</Button>} />
            <Button
              kind={kind === 'plain' ? 'main' : kind}
              disabled={state === 'working' || reason.trim() === '' || !isReady}
              onClick={() => void confirm()}
            >
              {verb}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
