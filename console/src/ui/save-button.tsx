import { useState } from 'react';
import { Button } from './button.tsx';
import { saveFile } from './save-file.ts';

interface SaveButtonProps {
  /** On the button: `Signed receipt`. */
  readonly text: string;
  readonly file: string;
  readonly type: string;
  /** What is kept; throws where it cannot be had. */
  readonly load: () => Promise<string>;
}

/** Keeps something as a file, once it was asked for. */
export function SaveButton({ text, file, type, load }: SaveButtonProps) {
  const [state, setState] = useState<'ready' | 'working' | Error>('ready');
  const save = async (): Promise<void> => {
    setState('working');
    try {
      saveFile(file, await load(), type);
      setState('ready');
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <>
      <Button onClick={() => void save()} disabled={state === 'working'}>
        {state === 'working' ? 'Preparing …' : text}
      </Button>
      {state instanceof Error && (
        <span className="stale" role="alert">
          {state.message}
        </span>
      )}
    </>
  );
}
