import type { Clock } from "#inventory/kernel/clock.ts";
import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import { type FactName, factSchemas, type ServerFacts } from "#inventory/schema/facts.ts";
import type { Become, CommandResult, Connector, Endpoint } from "#playbooks/connectors/connector.ts";
import type { Fact, FactSections, ParseContext } from "#playbooks/facts/fact.ts";
import { type ProbeScript, probeScript, sectionsOf } from "./probe-script.ts";

/** What one server told. */
export interface ServerReading {
  readonly facts: ServerFacts;
  /** What every section printed, by `<fact>.<section>`; its complaints by `<fact>.<section>.stderr` where it had any. */
  readonly raw: Readonly<Record<string, string>>;
  /** Why it was read without root's rights; null when it was not. */
  readonly unprivileged: string | null;
}

export interface ServerProbe {
  readonly connector: Connector & { readonly hostKey: string };
  readonly endpoint: Endpoint;
  readonly facts: readonly Fact[];
  readonly sudoPassword: Secret | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Reads one server through an open connection: one short round trip to time the line, then one script for everything. As
 * root; where sudo wants a password and none was given, without root's rights, and says so. Rejects as the connector does.
 */
export async function probeServer(probe: ServerProbe): Promise<ServerReading> {
  const { clock, endpoint, connector } = probe;
  const started = clock.monotonic();
  const script = probeScript(probe.facts);
  const { become, unprivileged } = await rootAccess(probe);
  const line = await connector.run({ script: ":", ...become }, probe.signal);
  const sent = clock.now();
  const output = await runScript(probe, script, become);
  const context = { address: endpoint.address, probedAtMilliseconds: sent + line.durationMilliseconds / 2 };
  const sections = sectionsOf(script, output);
  return {
    facts: {
      version: 1,
      host: endpoint.host,
      address: endpoint.address,
      port: endpoint.port,
      user: endpoint.user,
      privileged: unprivileged === null,
      hostKey: connector.hostKey,
      probedAt: new Date(sent).toISOString(),
      durationMilliseconds: Math.round(clock.monotonic() - started),
      facts: readFacts(probe.facts, sections, context),
    },
    raw: rawOf(sections),
    unprivileged,
  };
}

interface RootAccess {
  readonly become: { readonly become?: Become };
  readonly unprivileged: string | null;
}

async function rootAccess({ connector, endpoint, sudoPassword, signal }: ServerProbe): Promise<RootAccess> {
  if (endpoint.user === "root") return { become: {}, unprivileged: null };
  const password = sudoPassword === undefined ? {} : { password: sudoPassword };
  const become: Become = { user: "root", method: "sudo", ...password };
  try {
    await connector.run({ script: ":", become }, signal);
    return { become: { become }, unprivileged: null };
  } catch (error) {
    const refused = error instanceof ApplianceError && error.code === "PLAYBOOKS_BECOME_REFUSED";
    if (!refused || sudoPassword !== undefined) throw error;
    return { become: {}, unprivileged: error.message };
  }
}

async function runScript(
  { connector, signal }: ServerProbe,
  script: ProbeScript,
  become: RootAccess["become"],
): Promise<CommandResult> {
  const { text, timeoutMilliseconds } = script;
  return connector.run({ script: text, timeoutMilliseconds, ...become }, signal);
}

function readFacts(
  facts: readonly Fact[],
  sections: ReadonlyMap<string, FactSections>,
  context: ParseContext,
): ServerFacts["facts"] {
  const readings = Object.keys(factSchemas).map((name) => {
    const fact = facts.find((one) => one.name === name);
    if (fact === undefined) return [name, unknownReading("was not read")];
    return [name, readFact(fact, sections.get(name) ?? {}, context)];
  });
  return Object.fromEntries(readings) as ServerFacts["facts"];
}

/** A parser that fails or makes something of the wrong shape leaves its fact unknown; it costs no other fact. */
function readFact(fact: Fact, sections: FactSections, context: ParseContext): unknown {
  try {
    const reading = fact.parse(sections, context);
    if (reading.value === null) return reading;
    const [problem] = schemaProblems(factSchemas[fact.name as FactName], reading.value, 1);
    return problem === undefined
      ? reading
      : unknownReading(`what was read has no valid ${problem.path}: ${problem.message}`);
  } catch (error) {
    return unknownReading(`what was read cannot be understood: ${messageOf(error)}`);
  }
}

function unknownReading(reason: string) {
  return { value: null, unknown: [{ field: "", reason }] };
}

function rawOf(sections: ReadonlyMap<string, FactSections>): Record<string, string> {
  const raw: Record<string, string> = {};
  for (const [fact, parts] of sections) {
    for (const [section, output] of Object.entries(parts)) {
      if (output === undefined) continue;
      raw[`${fact}.${section}`] = output.stdout;
      if (output.stderr !== "") raw[`${fact}.${section}.stderr`] = output.stderr;
    }
  }
  return raw;
}
