const { charCodeAt } = String.prototype;

/**
 * `text.charCodeAt(at)`, for loops over the texts of records. V8 has many kinds of strings (whole or part of
 * another, of one byte a character or two), and where a loop meets more than four of them it looks the
 * method up at each character: four fifths of the loop's time. Here is no method to look up; the length
 * is best read before the loop for the same reason. `at` has to lie within the text: one look beyond an end,
 * and V8 compiles the quick way no more.
 */
export function codeAt(text: string, at: number): number {
  return charCodeAt.call(text, at);
}
