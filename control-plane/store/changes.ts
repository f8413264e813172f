import type { DesiredSite } from "#agent/protocol/operator.ts";
import type { ControlPlaneState, Hold, Identity, Revocation } from "./state.ts";
import { voidTokens } from "./token-changes.ts";

// The changes of the durable state, pure. Each returns the state it was given when there is nothing to change.

/** Valid certificates a node may hold at once; one more and the oldest is void. */
const CERTIFICATES_PER_NODE = 6;

interface Certificate {
  readonly serial: string;
  readonly notAfter: number;
}

interface Why {
  readonly reason: string;
  readonly by: string;
  readonly now: number;
}

/** Records a join: the new certificate is the node's only one, all earlier ones are revoked. */
export function recordJoin(
  state: ControlPlaneState,
  join: { readonly node: string; readonly machineId: string; readonly certificate: Certificate },
  why: Why,
): ControlPlaneState {
  const revoked = revokeCertificates(state, join.node, why);
  const identity: Identity = {
    node: join.node,
    machineId: join.machineId,
    joinedAt: why.now,
    certificates: [{ ...join.certificate }],
  };
  return { ...revoked, identities: [...revoked.identities.filter(({ node }) => node !== join.node), identity] };
}

/**
 * Records a renewal; the earlier certificate stays good until its end, in case the reply is lost on its way. Nothing changes
 * when the presented certificate is no longer one of the node's.
 */
export function recordRenewal(
  state: ControlPlaneState,
  renewal: { readonly node: string; readonly presented: string; readonly certificate: Certificate },
  now: number,
): ControlPlaneState {
  const { node, presented, certificate } = renewal;
  const owner = state.identities.find((identity) => identity.node === node);
  const held = owner?.certificates.some(({ serial }) => serial === presented) === true;
  if (owner === undefined || !held || state.revocations.some(({ serial }) => serial === presented)) return state;
  const valid = owner.certificates.filter(({ notAfter }) => notAfter > now);
  const renewed = { ...owner, certificates: [...valid, { ...certificate }].slice(-CERTIFICATES_PER_NODE) };
  return { ...state, identities: state.identities.map((identity) => (identity === owner ? renewed : identity)) };
}

/** Voids every certificate of a node. */
export function revokeCertificates(state: ControlPlaneState, node: string, why: Why): ControlPlaneState {
  const identity = state.identities.find((candidate) => candidate.node === node);
  if (identity === undefined || identity.certificates.length === 0) return state;
  const added = identity.certificates.map(({ serial, notAfter }) => revocation(serial, node, notAfter, why));
  return {
    ...state,
    revocations: withRevocations(state.revocations, added, why.now),
    identities: state.identities.map((other) => (other === identity ? { ...identity, certificates: [] } : other)),
  };
}

/** Voids everything with which a node could come in: its certificates and its tokens. */
export function shutOut(state: ControlPlaneState, node: string, why: Why): ControlPlaneState {
  const revoked = revokeCertificates(state, node, why);
  return voidTokens(revoked, (token) => token.node === node);
}

/** Voids one certificate, whoever holds it. `notAfter` bounds how long the record is kept. */
export function revokeSerial(state: ControlPlaneState, serial: string, notAfter: number, why: Why): ControlPlaneState {
  if (state.revocations.some((known) => known.serial === serial)) return state;
  const owner = state.identities.find(({ certificates }) => certificates.some((held) => held.serial === serial));
  const added = revocation(serial, owner?.node ?? "", notAfter, why);
  return { ...state, revocations: withRevocations(state.revocations, [added], why.now) };
}

/** Puts a node aside, or with undefined hands it back to automation. */
export function holdNode(state: ControlPlaneState, node: string, hold: Hold | undefined): ControlPlaneState {
  const others = state.holds.filter((other) => other.node !== node);
  if (hold === undefined) return others.length === state.holds.length ? state : { ...state, holds: others };
  return { ...state, holds: [...others, hold] };
}

/** Takes a node out of the site: certificates and tokens void, hold and identity gone. */
export function retireNode(state: ControlPlaneState, node: string, why: Why): ControlPlaneState {
  const revoked = shutOut(state, node, why);
  return {
    ...revoked,
    desired: desiredWithout(revoked.desired, node),
    identities: revoked.identities.filter((identity) => identity.node !== node),
    holds: revoked.holds.filter((hold) => hold.node !== node),
  };
}

function desiredWithout(desired: DesiredSite, node: string): DesiredSite {
  return {
    nodes: desired.nodes.filter(({ name }) => name !== node),
    services: desired.services.map((service) => ({
      ...service,
      nodes: service.nodes.filter((name) => name !== node),
    })),
  };
}

function revocation(serial: string, node: string, notAfter: number, why: Why): Revocation {
  return { serial, node, notAfter, reason: why.reason, by: why.by, at: why.now };
}

function withRevocations(known: readonly Revocation[], added: readonly Revocation[], now: number): Revocation[] {
  return [...known.filter(({ notAfter }) => notAfter > now), ...added];
}
