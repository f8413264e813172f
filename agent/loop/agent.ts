import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "#inventory/kernel/clock.ts";
import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import type { Log } from "#inventory/kernel/log.ts";
import { parseWith } from "#inventory/kernel/schema.ts";
import type { Check } from "../checks/check.ts";
import type { Collector } from "../collectors/collector.ts";
import { type ClockOffset, realHost } from "../collectors/node-host.ts";
import { clockOffsetOf } from "../connection/clock-offset.ts";
import type { Answer } from "../connection/connection.ts";
import { jittered, type Random, refusedDelay, retryDelay } from "../connection/pace.ts";
import { RefusedAnswer, refusedAnswer } from "../connection/refused-answer.ts";
import type { MachineIdentity } from "../identity/machine.ts";
import type { RunProcess } from "../processes/run-process.ts";
import type { AgentConfiguration } from "../protocol/configuration.ts";
import { HeartbeatReply } from "../protocol/messages.ts";
import { Collecting } from "./collecting.ts";
import { heartbeatOf } from "./heartbeat.ts";
import { Judging, limitsOf } from "./judging.ts";
import { Membership } from "./membership.ts";

export interface AgentOptions {
  readonly configuration: AgentConfiguration;
  readonly machine: MachineIdentity;
  readonly agentVersion: string;
  readonly collectors: readonly Collector[];
  readonly checks: readonly Check[];
  readonly run: RunProcess;
  /** The words that start this program; without them there is no inventory. */
  readonly self?: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Told what the agent is doing, whenever that changes, and every round. */
  readonly onRound?: (standing: string) => void;
  /** Interval before the control plane has said one; 10 s unless given. */
  readonly intervalSeconds?: number;
}

/** How often a node without a valid certificate looks for a join token. */
const TOKEN_LOOK_MILLISECONDS = 2000;
/** A refused node asks again this often: a person may have let it back in. */
const LONGEST_REFUSED_SECONDS = 120;
/** A report does not wait longer than this for slow collectors. */
const PATIENCE_MILLISECONDS = 3000;
/** An unchanged trouble is said again this often. */
const SAY_AGAIN_MILLISECONDS = 600_000;

/** Collects, checks and reports until `signal` aborts; then resolves. Nothing that goes wrong on the way ends it. */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const agent = new RunningAgent(options);
  await agent.start();
  try {
    while (!signal.aborted) {
      await agent.round(signal);
      await sleep(agent.restMilliseconds(), undefined, { signal }).catch(() => undefined);
    }
  } finally {
    agent.close();
  }
}

class RunningAgent {
  readonly #options: AgentOptions;
  readonly #collecting: Collecting;
  readonly #judging: Judging;
  readonly #membership: Membership;
  #interval: number;
  #collectAt = 0;
  #sendAt = 0;
  #sequence = 0;
  #failures = 0;
  #refused = false;
  #offset: ClockOffset | undefined;
  #standing = "starting";
  #said = { key: "", at: 0 };

  constructor(options: AgentOptions) {
    const { collectors, checks, configuration, clock, log, run, self } = options;
    this.#options = options;
    this.#interval = (options.intervalSeconds ?? 10) * 1000;
    this.#collecting = new Collecting(
      collectors,
      realHost(run, self === undefined ? configuration : { ...configuration, self }, () => this.#offset),
      clock,
    );
    const { limits, unknown } = limitsOf(checks, configuration.thresholds ?? {});
    if (unknown.length > 0) log.warn("thresholds of unknown names are ignored", { unknown });
    this.#judging = new Judging(checks, limits, clock);
    this.#membership = new Membership(options);
  }

  async start(): Promise<void> {
    const { configuration, machine, agentVersion, log } = this.#options;
    await this.#membership.load();
    log.info("started", { site: configuration.site, node: configuration.node, agentVersion, ...machine });
  }

  /** One turn: collect and judge when due, take up a token, renew, report. Never rejects. */
  async round(signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#options;
    try {
      if (clock.monotonic() >= this.#collectAt) {
        this.#collectAt = clock.monotonic() + jittered(this.#interval, random);
        await this.#collecting.round(PATIENCE_MILLISECONDS);
        this.#judging.judge((name) => this.#collecting.reading(name));
      }
      if (await this.#membership.joinIfInvited(signal)) this.#welcome();
      if (this.#membership.connection === undefined) {
        this.#stand("waiting for a join token", "warn", this.#options.configuration.joinTokenFile);
      } else if (clock.monotonic() >= this.#sendAt) {
        await this.#report(signal);
        await this.#membership.renewIfDue(this.#serverNow(), signal);
      }
    } catch (error) {
      // A defect of ours: said, and the loop goes on.
      log.error("a round failed", { cause: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    this.#options.onRound?.(this.#standing);
  }

  /** Milliseconds until something is due. */
  restMilliseconds(): number {
    const now = this.#options.clock.monotonic();
    const connected = this.#membership.connection !== undefined;
    const look = connected && !this.#refused ? Number.POSITIVE_INFINITY : now + TOKEN_LOOK_MILLISECONDS;
    const next = Math.min(this.#collectAt, connected ? this.#sendAt : Number.POSITIVE_INFINITY, look);
    return Math.min(Math.max(next - now, 20), 60_000);
  }

  close(): void {
    this.#membership.close();
  }

  #welcome(): void {
    this.#refused = false;
    this.#failures = 0;
    this.#sendAt = 0;
  }

  async #report(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    try {
      const reply = await this.#send(signal);
      this.#interval = Math.min(Math.max(reply.intervalSeconds, 0.2), 300) * 1000;
      this.#failures = 0;
      this.#refused = false;
      this.#sendAt = clock.monotonic() + jittered(this.#interval, random);
      // Collect just before the next report, so that it tells of now.
      this.#collectAt = Math.min(this.#collectAt, this.#sendAt);
      if (reply.renew) this.#membership.askToRenew();
      this.#stand("reporting", "info", "");
    } catch (error) {
      if (!signal.aborted) this.#putOff(error);
    }
  }

  async #send(signal: AbortSignal): Promise<HeartbeatReply> {
    const { clock, machine, agentVersion } = this.#options;
    const connection = this.#membership.connection;
    if (connection === undefined) throw new Error("not joined");
    const sentWall = clock.now();
    const sentMonotonic = clock.monotonic();
    const heartbeat = heartbeatOf({
      sequence: this.#sequence,
      machine,
      agentVersion,
      sentAt: sentWall,
      metrics: this.#collecting.metrics(),
      checks: this.#judging.results(),
    });
    this.#sequence += 1;
    const answer = await connection.post("/v1/agent/heartbeat", heartbeat, signal);
    if (answer.status !== 200) throw this.#unwelcome(answer);
    const reply = parseWith(HeartbeatReply, answer.body, "the answer to a heartbeat");
    const times = { sentWall, sentMonotonic, receivedWall: clock.now(), receivedMonotonic: clock.monotonic() };
    this.#offset = clockOffsetOf({ ...times, serverWall: Date.parse(reply.serverTime) }) ?? this.#offset;
    return reply;
  }

  #unwelcome(answer: Answer): Error {
    const error = refusedAnswer("/v1/agent/heartbeat", answer);
    const wait = answer.retryAfterSeconds;
    return wait === undefined ? error : Object.assign(error, { retryAfterSeconds: Math.min(Math.max(wait, 1), 60) });
  }

  /** The latest state stays where it is; only when to try again changes. */
  #putOff(error: unknown): void {
    const { clock, random } = this.#options;
    this.#failures += 1;
    const code = error instanceof ApplianceError || error instanceof RefusedAnswer ? error.code : "AGENT_REPORT_FAILED";
    this.#refused = code === "AGENT_CERTIFICATE_REFUSED" || (error instanceof RefusedAnswer && error.status !== 400);
    const asked = error instanceof Error && "retryAfterSeconds" in error ? Number(error.retryAfterSeconds) * 1000 : 0;
    const delay = this.#refused
      ? refusedDelay(this.#failures, random, LONGEST_REFUSED_SECONDS)
      : retryDelay(this.#failures, random);
    this.#sendAt = clock.monotonic() + Math.max(delay, asked * (1 + random()));
    const standing = this.#refused ? "refused: waiting for a new join token" : "the control plane is away";
    this.#stand(standing, this.#refused ? "error" : "warn", messageOf(error), code);
  }

  /** Remembers what the agent is doing and says so when it changes, and now and then while it is trouble. */
  #stand(standing: string, level: "info" | "warn" | "error", detail: string, code?: string): void {
    const { clock, log } = this.#options;
    this.#standing = standing;
    const key = `${standing}\0${code ?? ""}`;
    const now = clock.monotonic();
    if (key === this.#said.key && (level === "info" || now - this.#said.at < SAY_AGAIN_MILLISECONDS)) return;
    this.#said = { key, at: now };
    log[level](standing, { ...(detail === "" ? {} : { detail }), ...(code === undefined ? {} : { code }) });
  }

  /** The control plane's wall clock as far as known: certificates are judged by it, not by a clock that may be wrong. */
  #serverNow(): number {
    return this.#options.clock.now() - (this.#offset?.offsetMilliseconds ?? 0);
  }
}
