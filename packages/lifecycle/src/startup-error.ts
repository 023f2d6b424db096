// A start that failed for a reason the operator can mend.

/** Its message is one line that says what is wrong and how to mend it; main prints it alone and exits 1. */
export class StartupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartupError';
  }
}
