/** Stands for what was not measured. */
export const notMeasured = '–';

/** `1234.5 ms`: for programs, and for rows that are compared. */
export function exact(ms: number): string {
  return `${Number(ms.toFixed(1))} ms`;
}

/** For a table's cells: `1234.5 ms`, from ten seconds on `12.3 s`. */
export function forTable(ms: number): string {
  return ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : exact(ms);
}

/** For sentences: `123.4 ms`, from one second on `1.23 s`, from ten on `12.3 s`. */
export function forText(ms: number): string {
  if (ms < 1000) return exact(ms);
  return `${Number((ms / 1000).toFixed(ms >= 10_000 ? 1 : 2))} s`;
}
