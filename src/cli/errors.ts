/** Input that a command cannot use; the command line exits with 2 and prints the message. */
export class InputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InputError';
  }
}
