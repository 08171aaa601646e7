/** To a tenth: of milliseconds more is noise, of a picture's units nobody sees more. */
export function toTenth(value: number): number {
  return Math.round(value * 10) / 10;
}
