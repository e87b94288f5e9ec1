import type { ReactNode } from 'react';

export type Tone = 'act' | 'watch' | 'moving' | 'steady' | 'idle';

/** Told by shape and word, not by colour alone. */
const SHAPES: Readonly<Record<Tone, ReactNode>> = {
  act: <path d="M8 1.5 15 14H1Z" />,
  watch: <path d="M8 1 15 8 8 15 1 8Z" />,
  moving: <path d="M3 2l10 6-10 6Z" />,
  steady: <circle cx="8" cy="8" r="6" />,
  idle: <circle className="hollow" cx="8" cy="8" r="5" />,
};

const TONE_WORDS: Readonly<Record<Tone, string>> = {
  act: 'Needs you',
  watch: 'Watch',
  moving: 'Rolling out',
  steady: 'Steady',
  idle: 'Idle',
};

export const Badge = ({ tone, children }: { readonly tone: Tone; readonly children?: ReactNode }) => (
  <span className={`badge tone-${tone}`}>
    <svg viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[tone]}
    </svg>
    {children ?? TONE_WORDS[tone]}
  </span>
);
