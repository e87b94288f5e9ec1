/** Why an answer came without its explanation, and what to do about it. */
export const Unexplained = ({
  missing,
}: {
  readonly missing: { readonly message: string; readonly hint: string } | null;
}) => (
  <>
    {missing?.message ?? 'The answer came without an explanation'}. <br />
    {missing?.hint}
  </>
);
