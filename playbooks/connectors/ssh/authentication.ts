import type { AnyAuthMethod, AuthHandlerMiddleware, KeyboardInteractiveAuthMethod } from "ssh2";
import ssh2 from "ssh2";
import type { Endpoint } from "../connector.ts";
import { keyUnusable } from "../errors.ts";

/**
 * Answers "which method next?": the key, then the agent, then the password — by one method only and once, so that a
 * wrong one counts as one failure where accounts get locked (pam_faillock). Throws `PLAYBOOKS_KEY_UNUSABLE`.
 */
export function authenticationOf(endpoint: Endpoint): Authentication {
  const waiting = methodsBeforePassword(endpoint);
  const tried: string[] = [];
  let lastWay: SignInWay = "none";
  const password = endpoint.password?.reveal();
  let passwordUsed = false;
  const handler: AuthHandlerMiddleware = (methodsLeft, _partialSuccess, next) => {
    const offered: readonly string[] | null = methodsLeft as readonly string[] | null;
    const usable = waiting.findIndex((method) => offered === null || method.type === "none" || offersKeys(offered));
    const method = usable < 0 ? undefined : waiting.splice(usable, 1)[0];
    if (method !== undefined) {
      if (method.type !== "none") tried.push(method.type === "agent" ? "the keys of the SSH agent" : "the key");
      lastWay = method.type === "none" ? "none" : method.type === "agent" ? "agent" : "key";
      return next(method);
    }
    if (password === undefined || passwordUsed || offered === null) return false;
    const way = passwordMethod(endpoint.user, password, offered);
    if (way === undefined) return false;
    passwordUsed = true;
    tried.push("the password");
    lastWay = "password";
    return next(way);
  };
  return {
    handler,
    way: () => lastWay,
    refusal: () =>
      tried.length === 0 ? "no key, agent or password that it accepts was given" : `it refused ${tried.join(" and ")}`,
  };
}

/** What a user signed in with. */
export type SignInWay = "none" | "key" | "agent" | "password";

export interface Authentication {
  readonly handler: AuthHandlerMiddleware;
  /** How the server was last asked: after a successful sign-in, what let us in. */
  way(): SignInWay;
  /** What was tried in vain, in words. */
  refusal(): string;
}

function methodsBeforePassword(endpoint: Endpoint): AnyAuthMethod[] {
  const { user: username } = endpoint;
  const methods: AnyAuthMethod[] = [];
  const key = endpoint.privateKey?.reveal();
  if (key !== undefined) {
    const parsed = ssh2.utils.parseKey(key, endpoint.passphrase?.reveal());
    if (parsed instanceof Error) throw keyUnusable(endpoint.host, parsed.message);
    methods.push({ type: "publickey", username, key: parsed });
  }
  if (endpoint.agentSocket !== undefined) methods.push({ type: "agent", username, agent: endpoint.agentSocket });
  // Asking for "none" is how a client learns which methods a server takes; it costs one round trip and no failure.
  if (methods.length === 0) methods.push({ type: "none", username });
  return methods;
}

function offersKeys(offered: readonly string[]): boolean {
  return offered.includes("publickey");
}

function passwordMethod(username: string, password: string, offered: readonly string[]): AnyAuthMethod | undefined {
  if (offered.includes("password")) return { type: "password", username, password };
  if (!offered.includes("keyboard-interactive")) return undefined;
  let answered = false;
  const prompt: KeyboardInteractiveAuthMethod["prompt"] = (_name, _instructions, _language, prompts, finish) => {
    const hidden = prompts.length === 1 && prompts[0]?.echo === false && !answered;
    answered = answered || hidden;
    finish(hidden ? [password] : []);
  };
  return { type: "keyboard-interactive", username, prompt };
}
