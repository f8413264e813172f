import type { ControlPlaneState, SpentToken, StoredToken } from "./state.ts";

// The changes of join tokens, pure. Each returns the state it was given when there is nothing to change.

/** Used tokens remembered, so that a replay is told from a guess. */
const SPENT_KEPT_MILLISECONDS = 24 * 3600_000;
const SPENT_KEPT = 1000;

/** Adds a token; earlier ones of the same node and expired ones go. */
export function addToken(state: ControlPlaneState, token: StoredToken, now: number): ControlPlaneState {
  const others = state.tokens.filter((other) => other.node !== token.node && other.expiresAt > now);
  return { ...state, tokens: [...others, token] };
}

/** `repeated`: used before, with the same key, and nothing has ended what came of it. */
export type TokenVerdict = "accepted" | "repeated" | "unknown" | "replayed" | "expired" | "wrong-node";

export interface TokenTry {
  /** SHA-256 of the token, hexadecimal. */
  readonly hash: string;
  readonly node: string;
  /** SHA-256 of the public key, hexadecimal; undefined while it is not proven: then nothing is `repeated`. */
  readonly key: string | undefined;
  readonly now: number;
}

/** What the token is worth to who shows it. */
export function judgeToken(state: ControlPlaneState, { hash, node, key, now }: TokenTry): TokenVerdict {
  const token = state.tokens.find((candidate) => candidate.hash === hash);
  if (token === undefined) {
    const spent = state.spentTokens.find((candidate) => candidate.hash === hash);
    if (spent === undefined) return "unknown";
    const same = key !== undefined && spent.use?.key === key && spent.node === node && spent.expiresAt > now;
    return same && stillStands(state, spent) ? "repeated" : "replayed";
  }
  if (token.expiresAt <= now) return "expired";
  return token.node === node ? "accepted" : "wrong-node";
}

/** Uses up the token if it is good for this node now, bound to the key it is used with. */
export function spendToken(
  state: ControlPlaneState,
  attempt: TokenTry & { readonly key: string },
): { readonly state: ControlPlaneState; readonly verdict: TokenVerdict } {
  const verdict = judgeToken(state, attempt);
  const token = state.tokens.find((candidate) => candidate.hash === attempt.hash);
  if (verdict !== "accepted" || token === undefined) return { state, verdict };
  const { key, now } = attempt;
  const recent = state.spentTokens
    .filter((spent) => spent.expiresAt + SPENT_KEPT_MILLISECONDS > now)
    .map((spent) => (spent.expiresAt > now ? spent : withoutUse(spent)));
  return {
    state: {
      ...state,
      tokens: state.tokens.filter((candidate) => candidate !== token),
      spentTokens: [...recent, { ...token, use: { key } }].slice(-SPENT_KEPT),
    },
    verdict,
  };
}

/** What the token with `hash` was used for; undefined when nothing may come of it any more. */
export function tokenUse(state: ControlPlaneState, hash: string): SpentToken["use"] {
  return state.spentTokens.find((spent) => spent.hash === hash)?.use;
}

/** Keeps what is answered to a token, for the same request coming again; what other tokens of its node were used for is over. */
export function recordAnswer(
  state: ControlPlaneState,
  hash: string,
  certificate: { readonly serial: string; readonly pem: string },
): ControlPlaneState {
  const node = state.spentTokens.find((spent) => spent.hash === hash)?.node;
  const spentTokens = state.spentTokens.map((spent) => {
    if (spent.hash === hash && spent.use !== undefined) return { ...spent, use: { ...spent.use, certificate } };
    return spent.node === node ? withoutUse(spent) : spent;
  });
  return { ...state, spentTokens };
}

/** Makes tokens worthless: unused ones go, and used ones answer nothing more. */
export function voidTokens(state: ControlPlaneState, which: (token: StoredToken) => boolean): ControlPlaneState {
  const tokens = state.tokens.filter((token) => !which(token));
  const answering = state.spentTokens.some((spent) => spent.use !== undefined && which(spent));
  if (tokens.length === state.tokens.length && !answering) return state;
  return {
    ...state,
    tokens,
    spentTokens: state.spentTokens.map((spent) => (which(spent) ? withoutUse(spent) : spent)),
  };
}

/** Whether nothing has ended what a used token led to: its certificate is the node's and not revoked, or not yet issued. */
function stillStands(state: ControlPlaneState, { node, use }: SpentToken): boolean {
  const serial = use?.certificate?.serial;
  if (serial === undefined) return true;
  const held = state.identities.some(
    (identity) => identity.node === node && identity.certificates.some((certificate) => certificate.serial === serial),
  );
  return held && !state.revocations.some((revocation) => revocation.serial === serial);
}

function withoutUse({ use: _, ...token }: SpentToken): SpentToken {
  return token;
}
