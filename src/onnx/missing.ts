/**
 * Stands for a missing cell of a string column inside a graph, where strings can't be null. U+10FFFF is a
 * noncharacter (Unicode 16, §23.7): interchanged text never holds it.
 */
export const MISSING_STRING = '\u{10FFFF}plimsoll:missing';
