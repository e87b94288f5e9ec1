/** `1,203` of a whole number, or of its digits. Not `toLocaleString`: the first call loads locale data for 10 ms. */
export const grouped = (n: number | string): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ',');
