/** Shares as people read them. Pure. */

/** `12.3 %`, `0.75 %` of a share of 1, with so many digits that count. */
export const percent = (share: number, digits = 3): string =>
  `${Number((100 * share).toPrecision(digits))} %`;
