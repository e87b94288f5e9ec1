/** Who acts, and why; kept in the audit log. */
export interface Actor {
  readonly by: string;
  readonly reason?: string | undefined;
}
