import type { Play, Task } from "../loader/nodes.ts";
import { holds } from "./conditions.ts";
import type { HostStates } from "./host-states.ts";
import type { RoleUses } from "./role-uses.ts";
import type { RunnerServices } from "./services.ts";
import { taskName, taskReference } from "./task-name.ts";
import type { Failures } from "./task-round.ts";

/** `meta` actions that are about the host they run for; the others are decided by the first host and count for all. */
const PER_HOST: readonly string[] = ["noop", "reset_connection", "end_host", "end_role", "flush_handlers"];
/** Those that do not look at `when`. */
const UNCONDITIONAL: readonly string[] = ["noop", "refresh_inventory", "reset_connection"];

export interface MetaContext {
  readonly services: RunnerServices;
  readonly play: Play;
  readonly states: HostStates;
  readonly roles: RoleUses;
  /** Runs handlers that are due on these hosts; gives those that failed. */
  flush(hosts: readonly string[]): Promise<Failures>;
}

/** Carries out a `meta` task; gives the hosts that failed. Raises ExpressionError for a condition that cannot be worked out. */
export async function runMeta(task: Task, hosts: readonly string[], context: MetaContext): Promise<Failures> {
  const { services, states, roles } = context;
  const action = String(task.arguments.get("free_form") ?? "");
  const asked = PER_HOST.includes(action) ? hosts : hosts.slice(0, 1);
  for (const host of asked) await announce(task, host, context);
  const chosen: string[] = [];
  for (const host of asked) {
    if (UNCONDITIONAL.includes(action) || isWanted(task, host, services)) chosen.push(host);
    else await skipped(task, host, action, context);
  }
  if (chosen.length === 0) return new Set();
  for (const host of chosen)
    await services.emit({ type: "message", message: `META: ${wordsFor(action, host, task)}`, verbosity: 2 });
  const { batch } = states;
  switch (action) {
    case "flush_handlers":
      return context.flush(chosen);
    case "end_host":
      for (const host of chosen) states.ended.add(host);
      break;
    case "end_batch":
      for (const host of batch) if (!states.unreachable.has(host)) states.ended.add(host);
      break;
    case "end_play":
      for (const host of batch) if (!states.unreachable.has(host)) states.ended.add(host);
      states.endsPlay = true;
      break;
    case "end_role":
      for (const host of chosen) roles.leave(task, host);
      break;
    case "clear_facts":
      for (const host of batch) services.store.clearFacts(host);
      break;
    case "clear_host_errors":
      states.clearErrors();
      break;
    case "refresh_inventory":
      await services.store.refreshInventory();
      break;
    case "reset_connection":
      for (const host of chosen) await services.connections.drop(host);
      break;
    default:
      break;
  }
  return new Set();
}

function isWanted(task: Task, host: string, services: RunnerServices): boolean {
  const scope = services.store.scope(host, task.directives);
  for (const written of conditionsOf(task)) if (!holds(written, scope, services.templar)) return false;
  return true;
}

function conditionsOf(task: Task): unknown[] {
  const all: unknown[] = [];
  for (let at: Task["directives"] | undefined = task.directives; at !== undefined; at = at.outer) {
    const written = at.keywords.get("when");
    if (written !== undefined && written !== null) all.unshift(...(Array.isArray(written) ? written : [written]));
  }
  return all;
}

async function announce(task: Task, host: string, { services, play }: MetaContext): Promise<void> {
  const reference = taskReference(task, play.name, taskName(task, host, services));
  await services.emit({ type: "task-start", ...reference });
  const action = String(task.arguments.get("free_form") ?? "");
  if (UNCONDITIONAL.includes(action) && conditionsOf(task).length > 0)
    await services.emit({ type: "warning", message: `${action} task does not support when conditional` });
}

async function skipped(task: Task, host: string, action: string, context: MetaContext): Promise<void> {
  const { services, play } = context;
  const reference = taskReference(task, play.name, taskName(task, host, services));
  const result = {
    skipped: true,
    msg: action === "end_host" ? `end_host conditional evaluated to false, continuing execution for ${host}` : action,
    skip_reason: `${action} conditional evaluated to False${SKIP_MORE[action]?.(host) ?? ""}`,
  };
  await services.emit({ type: "message", message: `META: ${result.skip_reason}`, verbosity: 2 });
  await services.emit({ type: "task-result", ...reference, host, status: "skipped", result, durationMilliseconds: 0 });
}

function wordsFor(action: string, host: string, task: Task): string {
  const words: Readonly<Record<string, string>> = {
    flush_handlers: `triggered running handlers for ${host}`,
    refresh_inventory: "inventory successfully refreshed",
    clear_facts: "facts cleared",
    clear_host_errors: "cleared host errors",
    end_batch: "ending batch",
    end_play: "ending play",
    end_host: `ending play for ${host}`,
    end_role: `ending role ${task.directives.role?.name ?? ""} for ${host}`,
    reset_connection: "reset connection",
  };
  return words[action] ?? action;
}

/** What follows "conditional evaluated to False", by action. */
const SKIP_MORE: Readonly<Record<string, (host: string) => string>> = {
  flush_handlers: (host) => `, not running handlers for ${host}`,
  clear_facts: (host) => `, not clearing facts and fact cache for ${host}`,
  clear_host_errors: (host) => `, not clearing host error state for ${host}`,
  end_batch: () => ", continuing current batch",
  end_play: () => ", continuing play",
  end_host: (host) => `, continuing execution for ${host}`,
};
