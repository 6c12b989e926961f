/**
 * An ISBN of no real publisher with a right check digit, from a serial number of five digits; null
 * for a book without one.
 */
export function syntheticIsbn(serial: string): string | null {
  if (serial === '') return null;
  const digits = `9787999${serial}`;
  const sum = [...digits].reduce(
    (total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3),
    0,
  );
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
