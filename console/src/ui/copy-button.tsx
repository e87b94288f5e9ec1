import { useState } from 'react';
import { Button } from './button.tsx';

/** Over plain HTTP a page from elsewhere has no clipboard: then there is no button. */
export function CopyButton({
  text,
  children = 'Copy',
}: {
  readonly text: string;
  readonly children?: string;
}) {
  const [copied, setCopied] = useState<string | null>(null);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(text);
  };
  return window.isSecureContext ? (
    <Button onClick={() => void copy()}>{copied === text ? 'Copied' : children}</Button>
  ) : null;
}
