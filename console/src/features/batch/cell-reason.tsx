interface CellReasonProps {
  readonly column: string | null;
  readonly reason: string;
}

/** What is wrong with which cell; some reasons name it themselves. */
export const CellReason = ({ column, reason }: CellReasonProps) =>
  column === null || reason.startsWith(`"${column}"`) ? (
    reason
  ) : (
    <>
      <code>{column}</code> {reason}
    </>
  );
