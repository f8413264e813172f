/** What is wrong with an expression, in Ansible's words. */
export class ExpressionError extends Error {
  /** A code for programs that never changes. */
  readonly code: string = "EXPRESSION_FAILED";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ExpressionError";
  }
}

/** An expression that is not well-formed, found before anything is evaluated. */
export class ExpressionSyntaxError extends ExpressionError {
  override readonly code = "EXPRESSION_SYNTAX";

  constructor(message: string) {
    super(`Syntax error in expression or template: ${message}`);
    this.name = "ExpressionSyntaxError";
  }
}

/** The work was stopped because there was too much of it: steps, text, items or depth. */
export class ExpressionLimitError extends ExpressionError {
  override readonly code = "EXPRESSION_TOO_MUCH";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ExpressionLimitError";
  }
}

/** Something undefined was used. */
export class UndefinedError extends ExpressionError {
  override readonly code = "EXPRESSION_UNDEFINED";
  /** The value that was used. */
  readonly source: Undefined | undefined;

  constructor(message: string, source?: Undefined) {
    super(message);
    this.name = "UndefinedError";
    this.source = source;
  }
}

/** The value of what is not there: it may be asked whether it is defined and be defaulted; any other use raises. */
export class Undefined {
  readonly message: string;
  /** Nothing at all inside a text, as Jinja2 has it for an inline `if` without `else`. */
  readonly isBlank: boolean;
  /** The name that was asked for, where it was a variable or an attribute. */
  readonly missingName: string | undefined;

  constructor(message: string, isBlank = false, missingName?: string) {
    this.message = message;
    this.isBlank = isBlank;
    this.missingName = missingName;
  }

  get typeName(): string {
    return this.isBlank ? "Undefined" : "UndefinedMarker";
  }

  error(): ExpressionError {
    return new UndefinedError(this.message, this);
  }
}

/** The value of what failed: it is passed on unused, and any use of it, a default too, raises what it failed with. */
export class Failed extends Undefined {
  readonly failure: ExpressionError;

  constructor(failure: ExpressionError) {
    super(failure.message);
    this.failure = failure;
  }

  override get typeName(): string {
    return "CapturedExceptionMarker";
  }

  override error(): ExpressionError {
    return this.failure;
  }
}

/** The value to go on with after `error`: what was undefined stays so, all else is {@link Failed}. */
export function deferred(error: ExpressionError): Undefined {
  if (error instanceof UndefinedError) return error.source ?? new Undefined(error.message);
  return new Failed(error);
}
