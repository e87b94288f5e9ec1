import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';

interface ReceiverTestProps {
  readonly endpoint: string;
  readonly receiver: string;
}

type Result = { readonly ok: boolean; readonly detail: string };

/** Sends a notice that says it is a test, and tells how that went. */
export function ReceiverTest({ endpoint, receiver }: ReceiverTestProps) {
  const [result, setResult] = useState<Result | 'working' | null>(null);
  const send = async (): Promise<void> => {
    setResult('working');
    setResult(await sent({ endpoint, receiver }));
  };
  return (
    <div className="receiver-test">
      <Button onClick={() => void send()} disabled={result === 'working'}>
        {result === 'working' ? 'Sending …' : 'Send a test'}
      </Button>
      <span role="status">
        {result !== null && result !== 'working' && (
          <>
            <Badge tone={result.ok ? 'steady' : 'act'}>{result.ok ? 'Taken' : 'Not taken'}</Badge>{' '}
            {result.detail}
          </>
        )}
      </span>
    </div>
  );
}

async function sent(path: ReceiverTestProps): Promise<Result> {
  try {
    return await ask('POST /api/v1/endpoints/{endpoint}/receivers/{receiver}:test', {
      path: { ...path },
      body: { reason: 'a test from the console' },
    });
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
