/** Light, dark, or as the machine is: kept in this browser. */
import { useState } from 'react';

export type Theme = 'auto' | 'light' | 'dark';

export const THEMES: readonly { readonly value: Theme; readonly text: string }[] = [
  { value: 'auto', text: 'Auto' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
];

const NAME = 'plimsoll-theme';

const kept = (): Theme => {
  const theme = window.localStorage.getItem(NAME);
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
};

export function applyTheme(theme: Theme = kept()): void {
  document.documentElement.dataset['theme'] = theme;
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(kept);
  const set = (next: Theme): void => {
    window.localStorage.setItem(NAME, next);
    applyTheme(next);
    setTheme(next);
  };
  return [theme, set];
}
