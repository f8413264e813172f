/** What is wrong with an expression, in Ansible's words. */
export class ExpressionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ExpressionError";
  }
}

/** An expression that is not well-formed, found before anything is evaluated. */
export class ExpressionSyntaxError extends ExpressionError {
  constructor(message: string) {
    super(`Syntax error in expression or template: ${message}`);
    this.name = "ExpressionSyntaxError";
  }
}

/** Something undefined was used. */
export class UndefinedError extends ExpressionError {
  constructor(message: string) {
    super(message);
    this.name = "UndefinedError";
  }
}

/** The value of what is not there: it may be asked whether it is defined and be defaulted; any other use raises. */
export class Undefined {
  readonly message: string;
  /** Nothing at all inside a text, as Jinja2 has it for an inline `if` without `else`. */
  readonly isBlank: boolean;

  constructor(message: string, isBlank = false) {
    this.message = message;
    this.isBlank = isBlank;
  }

  error(): UndefinedError {
    return new UndefinedError(this.message);
  }
}
