import { schemaProblems } from "#inventory/kernel/schema.ts";
import { answerUnexpected } from "../errors.ts";
import { Refusal } from "../protocol/messages.ts";
import type { Answer } from "./connection.ts";

/** The control plane answered, and the answer is no. */
export class RefusedAnswer extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, status: number, message: string) {
    super(message);
    this.name = "RefusedAnswer";
    this.code = code;
    this.status = status;
  }
}

/** An answer that is not the wished-for one, as an error: in the control plane's own words where it has any. */
export function refusedAnswer(path: string, { status, body }: Answer): Error {
  const spoken = schemaProblems(Refusal, body).length === 0 ? (body as Refusal).error : undefined;
  const message = (spoken?.message ?? "it gives no reason").slice(0, 500);
  // Too much at once, or trouble of its own: that passes.
  if (status < 400 || status >= 500 || status === 429) return answerUnexpected(path, status, message);
  return new RefusedAnswer((spoken?.code ?? `HTTP_${status}`).slice(0, 100), status, message);
}
