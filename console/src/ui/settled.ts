import { useEffect, useState } from 'react';

const QUICK_MILLIS = 300;

/** A text once it has not changed for a moment: what is typed is not asked letter by letter. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), QUICK_MILLIS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
