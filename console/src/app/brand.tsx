/** The mark of a load line, and the name. */
export const Brand = () => (
  <>
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="9" />
      <path d="M2 16h28" />
    </svg>
    Plimsoll
  </>
);
